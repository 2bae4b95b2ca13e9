//! From the tree as written to the tree as meant, or all errors (L3, L9).
//!
//! In: a [`Tree`] of environments and parsed files. Out: [`hir`], and every diagnostic in the order of the text. All that one
//! assessment runs, from the root environment to the event's, becomes one [`hir::Assessment`]; a name is looked up in the
//! environment that its file belongs to, for children inherit neither lists nor calls (R1.1).
//!
//! 1. `statement` walks rules, clauses and statements and keeps the variables (`scope`).
//! 2. `expression` types one expression; an attribute takes the type its context asks for (L3.3).
//! 3. `operator`, `member` and `call` know what operators, postfix steps and calls ask of their operands.
//! 4. `decide` and `effect` know what statements do; `envelope` what a routing rule's paths mean.
//! 5. `described` holds attributes against the event's schema, if there is one (L9.4).
//! 6. `lint` warns of what runs but is probably not meant; `message` holds the wording of what several of them report.
//!
//! An expression that has an error is `None` from there on: what depends on it stays silent.

mod call;
mod configured;
mod decide;
mod declare;
mod described;
mod effect;
mod envelope;
mod expression;
mod function;
mod lint;
mod list;
mod member;
mod message;
mod operator;
mod provider;
mod scope;
mod special;
mod statement;
mod tree;

pub use configured::Providers;
pub use lint::{Level, Lints};
pub use tree::{Assessment, Checked, Environment, Files, Stage, Tree};

use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::list::List;
use crate::schema::Schema;
use crate::source::{Source, Span};
use crate::syntax::ast;
use indexmap::IndexMap;
use scope::Scope;
use std::collections::HashMap;
use std::sync::Arc;

/// By names that somebody wrote.
type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// What the texts of an environment can name besides each other.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// External calls by lower-case name.
    pub externals: IndexMap<String, ExternalDefinition>,
    /// Lists by lower-case name, plain ones and support lists; `None` is one whose file has faults.
    pub lists: IndexMap<String, Option<Arc<List>>>,
    /// What a response of an external call looks like, by the call's lower-case name, for those that have a sample (R7.1).
    pub samples: HashMap<String, Arc<serde_json::Value>>,
    /// What answers `Geo`, `BIN`, `Model` and `Device` (L7.6-L7.8).
    pub providers: Providers,
}

/// What the checker knows of an external call (L8.1).
#[derive(Clone, Debug)]
pub struct ExternalDefinition {
    /// As registered.
    pub name: Arc<str>,
    /// How many arguments it takes; `None` is any number (a stub without a definition, R9.2).
    pub parameters: Option<usize>,
    /// The environment that defines it, by its number in the [`Tree`]; `None` is one of the host or a stub, the same call in
    /// every environment.
    pub environment: Option<u32>,
}

/// One parsed file.
#[derive(Debug)]
pub struct File {
    /// The text.
    pub source: Arc<Source>,
    /// Its tree.
    pub tree: ast::File,
    /// The name of a rule that has none (L2.4).
    pub default_name: String,
    /// Whether the text has syntax errors, so that the tree lacks parts of it.
    pub damaged: bool,
}

/// Which kind of program is checked (L2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Program {
    Expression,
    DecisionRule,
    Action,
    Routing,
    Function,
}

impl Program {
    /// What it is, for messages.
    fn one(self) -> &'static str {
        match self {
            Program::Expression => "an expression",
            Program::DecisionRule => "a decision rule",
            Program::Action => "an action rule",
            Program::Routing => "a routing rule",
            Program::Function => "a function",
        }
    }

    /// The same of several.
    fn several(self) -> &'static str {
        match self {
            Program::Expression => "expressions",
            Program::DecisionRule => "decision rules",
            Program::Action => "action rules",
            Program::Routing => "routing rules",
            Program::Function => "functions",
        }
    }
}

struct Checker<'t> {
    tree: &'t Tree,
    /// The environment in which names are looked up.
    environment: usize,
    schema: Option<&'t Schema>,
    program: Program,
    /// The number of the stage whose rules are checked.
    stage: u32,
    /// The name of the assessment, by which a routing rule's event begins (R2.5).
    assessment: &'t str,
    diagnostics: Vec<Diagnostic>,
    out: hir::Assessment,
    paths: Map<String, u32>,
    variables: Map<String, u32>,
    externals: Map<(Option<u32>, String), u32>,
    /// What clauses without a name are called.
    clause_names: Vec<Arc<str>>,
    source: Arc<Source>,
    /// Its number.
    source_id: u32,
    scope: Scope,
    quoted: Vec<lint::Quoted>,
    calls: function::Calls,
}

impl<'t> Checker<'t> {
    fn new(tree: &'t Tree, environment: usize, schema: Option<&'t Schema>, program: Program) -> Checker<'t> {
        Checker {
            tree,
            environment,
            schema,
            program,
            stage: 0,
            assessment: "",
            diagnostics: Vec::new(),
            out: hir::Assessment::default(),
            paths: Map::default(),
            variables: Map::default(),
            externals: Map::default(),
            clause_names: Vec::new(),
            source: Arc::new(Source::new("", "")),
            scope: Scope::default(),
            source_id: 0,
            quoted: Vec::new(),
            calls: function::Calls::new(tree.most_expressions(environment)),
        }
    }

    /// What the current text can name.
    fn definitions(&self) -> &'t Definitions {
        self.tree.definitions(self.environment)
    }

    /// Turns to another text.
    fn enter(&mut self, source: &Arc<Source>) {
        self.source = source.clone();
        self.source_id = self.out.sources.len() as u32;
        self.out.sources.push(source.clone());
    }

    /// The index of the current text.
    fn source_id(&self) -> u32 {
        self.source_id
    }

    /// Begins a diagnostic; [`Checker::report`] files it.
    fn diagnose(&self, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, &self.source, span, message)
    }

    /// Files a diagnostic. The `None` is the expression that has it.
    fn report<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.diagnostics.push(diagnostic);
        None
    }

    /// The number of a path.
    fn path_id(&mut self, path: &ast::Path) -> u32 {
        if let Some(id) = self.paths.get(&path.text) {
            return *id;
        }
        let id = self.out.paths.len() as u32;
        self.out.paths.push(path.clone());
        self.paths.insert(path.text.clone(), id);
        id
    }

    /// The number of a variable of the event (`SetVariables`, `GetVariable`).
    fn variable_id(&mut self, name: &str) -> u32 {
        let next = self.out.variables.len() as u32;
        let id = *self.variables.entry(name.to_ascii_lowercase()).or_insert(next);
        if id == next {
            self.out.variables.push(name.into());
        }
        id
    }

    /// The number of an external call.
    fn external_id(&mut self, definition: &ExternalDefinition) -> u32 {
        let next = self.out.externals.len() as u32;
        let ExternalDefinition { name, environment, .. } = definition;
        let id = *self.externals.entry((*environment, name.to_ascii_lowercase())).or_insert(next);
        if id == next {
            self.out.externals.push(hir::External { name: name.clone(), environment: *environment });
        }
        id
    }
}
