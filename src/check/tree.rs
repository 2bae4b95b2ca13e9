//! Environments, and the assessments that run through them (R1.1, R2.3).
//!
//! In: what each environment defines, and the files of an assessment stage by stage. Out: the assessment as meant. The rules of
//! all stages share one list of variables, paths and calls, so that a path is read once and calls are planned across them.

use super::function::Functions;
use super::statement::{RuleNames, lets_of};
use super::{Checker, Definitions, File, Program};
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::limit::Limits;
use crate::schema::Schema;
use crate::source::Source;
use crate::syntax::ast;
use std::borrow::Borrow;
use std::sync::Arc;

/// An environment: what the texts of its folder can name.
#[derive(Debug, Default)]
pub struct Environment {
    /// Its id, unique in the tree; a lone text belongs to an environment without one (R1.2).
    pub id: Option<Arc<str>>,
    /// Its parent, by number; the root has none.
    pub parent: Option<usize>,
    /// Its lists and external calls. Children do not inherit them.
    pub definitions: Definitions,
    /// The files of its functions (R6.1).
    pub functions: Vec<File>,
    /// What its texts may use (L5.4).
    pub limits: Limits,
}

/// All environments of an engine, by number; parents stand before their children.
#[derive(Debug)]
pub struct Tree {
    environments: Vec<Environment>,
    functions: Functions,
}

/// An assessment, as one environment sees it.
#[derive(Debug)]
pub struct Assessment<'t> {
    /// Its name.
    pub name: &'t str,
    /// What each environment on the path has of it, the root first. One that has nothing of it may be left out.
    pub stages: Vec<Stage<'t>>,
    /// What the event looks like, if that is known (L9.4).
    pub schema: Option<&'t Schema>,
}

/// What one environment has of an assessment.
#[derive(Debug)]
pub struct Stage<'t> {
    /// The environment, by its number in the [`Tree`].
    pub environment: usize,
    /// Whether the first of its rules whose condition is true ends the descent (R2.1, R2.3).
    pub first_match: bool,
    /// Its decision rules, in the order they run.
    pub rules: Files<'t>,
    /// Its post-decision action rules, in the order they run.
    pub actions: Files<'t>,
    /// Its routing rules, in the order they run.
    pub routing: Files<'t>,
}

/// Parsed files to check.
#[derive(Debug)]
pub enum Files<'t> {
    /// They are checked again, as the parents' are for each of their children.
    Lent(&'t [File]),
    /// Nobody else needs them, so each clause is given back as soon as it is checked.
    Own(Vec<File>),
}

impl<'t> From<&'t Vec<File>> for Files<'t> {
    fn from(files: &'t Vec<File>) -> Files<'t> {
        Files::Lent(files)
    }
}

impl Files<'_> {
    /// Whether some of them have syntax errors.
    fn are_damaged(&self) -> bool {
        let files = match self {
            Files::Lent(files) => files,
            Files::Own(files) => files.as_slice(),
        };
        files.iter().any(|file| file.damaged)
    }
}

/// An assessment that was checked.
#[derive(Debug)]
pub struct Checked {
    /// What it means, as far as it has no errors.
    pub meant: hir::Assessment,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether all of it is there, so that something can be said of the whole.
    whole: bool,
}

impl Checked {
    /// Warnings of clauses that can never fire and of clauses with the same test, which only the whole shows.
    pub fn lint(&self) -> Vec<Diagnostic> {
        if self.whole { super::lint::reach(&self.meant) } else { Vec::new() }
    }
}

static NOTHING: std::sync::LazyLock<Definitions> = std::sync::LazyLock::new(Definitions::default);

impl Tree {
    /// A tree of these environments; at least the root.
    pub fn new(environments: Vec<Environment>) -> Tree {
        let mut tree = Tree { environments, functions: Functions::default() };
        tree.declare_functions();
        tree
    }

    /// What is wrong with functions, whether they are called or not.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.functions.diagnostics
    }

    pub(super) fn functions(&self) -> &Functions {
        &self.functions
    }

    pub(super) fn functions_mut(&mut self) -> &mut Functions {
        &mut self.functions
    }

    /// The environments, by number.
    pub fn environments(&self) -> &[Environment] {
        &self.environments
    }

    pub(super) fn definitions(&self, environment: usize) -> &Definitions {
        self.environments.get(environment).map_or(&NOTHING, |environment| &environment.definitions)
    }

    /// See [`Limits::function_expressions`].
    pub(super) fn most_expressions(&self, environment: usize) -> usize {
        self.environments.get(environment).map_or(usize::MAX, |environment| environment.limits.function_expressions)
    }

    /// Checks all rules of an assessment.
    pub fn assessment(&self, assessment: Assessment<'_>) -> Checked {
        let mut checker = Checker::new(self, 0, assessment.schema, Program::DecisionRule);
        checker.assessment = assessment.name;
        for stage in &assessment.stages {
            let environment = self.environments.get(stage.environment).and_then(|environment| environment.id.clone());
            checker.out.stages.push(hir::Stage { environment, first_match: stage.first_match });
        }
        let damaged = assessment.stages.iter().any(|stage| stage.rules.are_damaged());
        let numbers: Vec<usize> = assessment.stages.iter().map(|stage| stage.environment).collect();
        let (mut rules, mut actions, mut routing) = (Vec::new(), Vec::new(), Vec::new());
        for stage in assessment.stages {
            rules.push(stage.rules);
            actions.push(stage.actions);
            routing.push(stage.routing);
        }
        let kinds = [(Program::DecisionRule, rules), (Program::Action, actions), (Program::Routing, routing)];
        for (program, files) in kinds {
            checker.program = program;
            for ((number, environment), files) in (0..).zip(&numbers).zip(files) {
                (checker.stage, checker.environment) = (number, *environment);
                checker.calls.most = self.most_expressions(*environment);
                checker.files(files);
            }
        }
        checker.expand();
        checker.lint_all_quoted();
        // What has errors is not all there, so nothing can be said of the whole.
        let whole = !damaged && !checker.diagnostics.iter().any(Diagnostic::is_error);
        Checked { meant: checker.out, diagnostics: checker.diagnostics, whole }
    }

    /// Checks one expression, which stands in an environment.
    pub fn expression(
        &self,
        environment: usize,
        source: &Arc<Source>,
        tree: &ast::Expr,
    ) -> (Option<hir::Program>, Vec<Diagnostic>) {
        let mut checker = Checker::new(self, environment, None, Program::Expression);
        checker.enter(source);
        let expression = checker.expr(tree, None);
        let order = checker.expand();
        let expression = expression.map(|mut expression| {
            expression.renumber(&order);
            expression
        });
        checker.lint_all_quoted();
        (expression.map(|expression| hir::Program { parts: checker.out, expression }), checker.diagnostics)
    }
}

impl Checker<'_> {
    /// The rules of one stage, of one kind.
    fn files<'f>(&mut self, files: Files<'f>) {
        let mut names = RuleNames::default();
        match files {
            Files::Lent(files) => {
                for file in files {
                    self.rules(file, &file.tree.rules, |rule: &mut &'f ast::Rule| rule.clauses.as_slice(), &mut names);
                }
            }
            Files::Own(files) => {
                for mut file in files {
                    let rules = std::mem::take(&mut file.tree.rules);
                    self.rules(&file, rules, |rule| std::mem::take(&mut rule.clauses), &mut names);
                }
            }
        }
    }

    /// The rules of one file. `clauses` lends or gives those of a rule, whose variables are looked at before.
    fn rules<R, L>(
        &mut self,
        file: &File,
        rules: impl IntoIterator<Item = R>,
        clauses: impl Fn(&mut R) -> L,
        names: &mut RuleNames,
    ) where
        R: Borrow<ast::Rule>,
        L: IntoIterator<Item: Borrow<ast::Clause>, IntoIter: ExactSizeIterator>,
    {
        self.file(file);
        for mut rule in rules {
            self.scope.begin(lets_of(rule.borrow()));
            let clauses = clauses(&mut rule);
            self.rule(rule.borrow(), clauses, file, names);
        }
    }
}
