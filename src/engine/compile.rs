//! Texts of a tree of environments to programs: parse, check, compile, all diagnostics at once (R1.3).
//!
//! In: a [`Unit`] for each environment, parents before their children. Out: for each assessment and each environment in which it
//! is found one program, which holds the rules of all environments from the root to that one (R2.3). A lone text is the only
//! unit, and has no id.

use super::Assessment;
use crate::check::{self, Definitions, Environment, File, Lints, Stage, Tree};
use crate::diagnostic::Diagnostic;
use crate::environment::file::unreadable;
use crate::limit::Limits;
use crate::program::{Handle, Outline, Program};
use crate::schema::Schema;
use crate::source::Source;
use crate::syntax::{self, Scanned};
use indexmap::IndexMap;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// One environment as texts and definitions.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    /// Unique in the tree; `None` for lone texts.
    pub(crate) id: Option<Arc<str>>,
    /// The number of its parent, which is smaller than its own.
    pub(crate) parent: Option<usize>,
    /// Lists and external calls.
    pub(crate) definitions: Definitions,
    /// Files of functions (R6.1).
    pub(crate) functions: Vec<Text>,
    /// By lower-case name.
    pub(crate) assessments: IndexMap<String, Part>,
    /// What its texts may use.
    pub(crate) limits: Limits,
}

/// What an environment has of an assessment.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// The assessment's name, as written.
    pub(crate) name: String,
    /// Whether its mode is "first match" (R2.1).
    pub(crate) first_match: bool,
    /// Decision rules, in the order they run.
    pub(crate) rules: Vec<Text>,
    /// Post-decision action rules, in the order they run.
    pub(crate) actions: Vec<Text>,
    /// Routing rules, in the order they run.
    pub(crate) routing: Vec<Text>,
    /// What the event looks like; the nearest one on the way up counts.
    pub(crate) schema: Option<Arc<Schema>>,
}

/// A text that was read.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// The text, under the name that diagnostics show.
    pub(crate) source: Arc<Source>,
    /// The name of a rule that has none (L2.4).
    pub(crate) default_name: String,
}

/// What came out.
#[derive(Debug)]
pub(super) struct Compiled {
    /// The environments, for expressions.
    pub(super) tree: Tree,
    /// By lower-case name.
    pub(super) assessments: IndexMap<String, Assessment>,
    /// In the order of the texts.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// The parsed files of one [`Part`].
struct Parsed {
    rules: Vec<File>,
    actions: Vec<File>,
    routing: Vec<File>,
}

/// Parses, checks and compiles everything. An assessment with errors has no program.
pub(super) fn compile(units: Vec<Unit>, lints: &Lints, outline: bool) -> Compiled {
    let all = || units.iter().flat_map(texts);
    let scan_all = |unit: &Unit| {
        let scan = |text: &Text| {
            let scanned = Scanned::rules(&text.source, &unit.limits);
            (scanned.nesting(&unit.limits), scanned)
        };
        texts(unit).map(scan).collect::<Vec<_>>()
    };
    let (depths, scans): (Vec<usize>, Vec<Scanned>) = units.iter().flat_map(scan_all).unzip();
    let deepest = depths.into_iter().max().unwrap_or(0);
    let shown = all().next().map_or("", |text| text.source.name()).to_string();
    let order: HashMap<*const Source, usize> = all().map(|text| Arc::as_ptr(&text.source)).zip(0..).collect();
    let done = syntax::with_stack(deepest, || check(units, scans, lints, outline));
    let mut compiled = done.unwrap_or_else(|error| Compiled {
        tree: Tree::new(Vec::new()),
        assessments: IndexMap::new(),
        diagnostics: vec![unreadable(&shown, &format!("the system gives no thread to check it on: {error}"))],
    });
    in_order(&mut compiled.diagnostics, &order);
    compiled
}

/// The scans are of the texts of all units, in order.
fn check(units: Vec<Unit>, scans: Vec<Scanned>, lints: &Lints, outline: bool) -> Compiled {
    let mut scans = scans.into_iter();
    let mut diagnostics = Vec::new();
    let mut environments = Vec::with_capacity(units.len());
    let mut parsed: Vec<IndexMap<String, (Part, Parsed)>> = Vec::with_capacity(units.len());
    for unit in units {
        let Unit { id, parent, definitions, functions, assessments, limits } = unit;
        let mut parse = |texts: &[Text]| -> Vec<File> {
            texts.iter().zip(scans.by_ref()).map(|(text, scan)| file(text, scan, &limits, &mut diagnostics)).collect()
        };
        let functions = parse(&functions);
        let parts = assessments.into_iter().map(|(key, part)| {
            let files =
                Parsed { rules: parse(&part.rules), actions: parse(&part.actions), routing: parse(&part.routing) };
            (key, (part, files))
        });
        parsed.push(parts.collect());
        environments.push(Environment { id, parent, definitions, functions, limits });
    }
    let tree = Tree::new(environments);
    diagnostics.extend_from_slice(tree.diagnostics());
    lints.apply(&mut diagnostics);
    let mut assessments: IndexMap<String, Assessment> = IndexMap::new();
    // What a parent's file has wrong is found on the way to each of its children.
    let mut told = HashSet::new();
    let count = tree.environments().len();
    for environment in 0..count {
        let path = path(&tree, environment);
        let mut names: Vec<&String> = Vec::new();
        for key in path.iter().filter_map(|number| parsed.get(*number)).flat_map(IndexMap::keys) {
            if !names.contains(&key) {
                names.push(key);
            }
        }
        for key in names {
            let parts = path.iter().filter_map(|number| Some((*number, parsed.get(*number)?.get(key)?)));
            let stages = parts.clone().map(|(environment, (part, files))| Stage {
                environment,
                first_match: part.first_match,
                rules: &files.rules,
                actions: &files.actions,
                routing: &files.routing,
            });
            let stages = stages.collect();
            let schema = parts.clone().filter_map(|(_, (part, _))| part.schema.as_deref()).next_back();
            let Some(name) = parts.map(|(_, (part, _))| part.name.as_str()).next() else { continue };
            let (meant, mut found) = tree.assessment(&check::Assessment { name, stages, schema });
            lints.apply(&mut found);
            let good = !found.iter().any(Diagnostic::is_error);
            diagnostics.extend(found.into_iter().filter(|one| {
                let source = Arc::as_ptr(&one.source);
                count == 1 || told.insert((source, one.span, one.code, one.message.clone()))
            }));
            let assessment = assessments
                .entry(key.clone())
                .or_insert_with(|| Assessment { name: Arc::from(name), programs: vec![None; count] });
            if let Some(program) = assessment.programs.get_mut(environment) {
                *program = good.then(|| {
                    let outline = outline.then(|| Box::new(Outline::new(&meant)));
                    let (name, number) = (assessment.name.clone(), u32::try_from(environment).unwrap_or_default());
                    let compiled = Program { name, environment: number, outline, ..Program::of_rules(&meant) };
                    Arc::new(Handle(Arc::new(compiled)))
                });
            }
        }
    }
    Compiled { tree, assessments, diagnostics }
}

/// Parses one text.
fn file(text: &Text, scan: Scanned, limits: &Limits, diagnostics: &mut Vec<Diagnostic>) -> File {
    let parsed = scan.parse(&text.source, limits);
    let damaged = parsed.diagnostics.iter().any(Diagnostic::is_error);
    diagnostics.extend(parsed.diagnostics);
    File { damaged, source: text.source.clone(), tree: parsed.tree, default_name: text.default_name.clone() }
}

/// The numbers of the environments from the root to this one.
fn path(tree: &Tree, environment: usize) -> Vec<usize> {
    let mut path = vec![environment];
    let mut at = environment;
    while let Some(parent) = tree.environments().get(at).and_then(|one| one.parent).filter(|parent| *parent < at) {
        path.push(parent);
        at = parent;
    }
    path.reverse();
    path
}

/// All texts, in the order in which their diagnostics are told.
fn texts(unit: &Unit) -> impl Iterator<Item = &Text> {
    let parts = unit.assessments.values().flat_map(|part| part.rules.iter().chain(&part.actions).chain(&part.routing));
    unit.functions.iter().chain(parts)
}

/// Sorts diagnostics by text and place.
pub(super) fn in_order(diagnostics: &mut [Diagnostic], order: &HashMap<*const Source, usize>) {
    diagnostics.sort_by_key(|diagnostic| {
        let file = order.get(&Arc::as_ptr(&diagnostic.source)).copied();
        (file, diagnostic.span.start, diagnostic.span.end)
    });
}
