//! Texts of a tree of environments to programs: parse, check, compile, all diagnostics at once (R1.3).
//!
//! In: a [`Unit`] for each environment, parents before their children. Out: for each assessment and each environment in which it
//! is found one program, which holds the rules of all environments from the root to that one (R2.3). A lone text is the only
//! unit, and has no id.

use super::Assessment;
use super::ready::{How, Ready, jobs, readied};
use crate::check::{Definitions, Environment, File, Lints, Tree};
use crate::diagnostic::Diagnostic;
use crate::environment::file::unreadable;
use crate::limit::Limits;
use crate::program::{Handle, Program};
use crate::schema::Schema;
use crate::source::Source;
use crate::syntax::{self, Holds, Scanned};
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
pub(super) struct Parsed {
    pub(super) rules: Vec<File>,
    pub(super) actions: Vec<File>,
    pub(super) routing: Vec<File>,
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
    let how = How { lints, outline, nesting: deepest, bytes: all().map(|text| text.source.text().len()).sum() };
    let done = syntax::with_stack(deepest, || check(units, scans, how));
    let mut compiled = done.unwrap_or_else(|error| Compiled {
        tree: Tree::new(Vec::new()),
        assessments: IndexMap::new(),
        diagnostics: vec![unreadable(&shown, &format!("the system gives no thread to check it on: {error}"))],
    });
    in_order(&mut compiled.diagnostics, &order);
    compiled
}

/// The scans are of the texts of all units, in order.
fn check(units: Vec<Unit>, scans: Vec<Scanned>, how: How<'_>) -> Compiled {
    let mut scans = scans.into_iter();
    let mut diagnostics = Vec::new();
    let mut environments = Vec::with_capacity(units.len());
    let mut parsed: Vec<IndexMap<String, (Part, Parsed)>> = Vec::with_capacity(units.len());
    for unit in units {
        let Unit { id, parent, definitions, functions, assessments, limits } = unit;
        let mut parse_as = |holds: Holds, texts: &[Text]| -> Vec<File> {
            let scanned = texts.iter().zip(scans.by_ref());
            scanned.map(|(text, scan)| file(text, scan, holds, &limits, &mut diagnostics)).collect()
        };
        let functions = parse_as(Holds::Functions, &functions);
        let mut parse = |texts: &[Text]| parse_as(Holds::Rules, texts);
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
    how.lints.apply(&mut diagnostics);
    let mut assessments: IndexMap<String, Assessment> = IndexMap::new();
    let count = tree.environments().len();
    let jobs = jobs(&tree, &mut parsed);
    let places: Vec<_> = jobs.iter().map(|job| (job.environment, job.key.to_string(), job.name.to_string())).collect();
    // What a parent's file has wrong is found on the way to each of its children.
    let mut told = HashSet::new();
    for ((environment, key, name), done) in places.into_iter().zip(readied(jobs, &tree, how)) {
        let assessment =
            assessments.entry(key).or_insert_with(|| Assessment { name: name.into(), programs: vec![None; count] });
        let program = match done {
            Ready::Inherited(parent) => {
                assessment.programs.get(parent).cloned().flatten().map(|handle| handle.0.clone())
            }
            Ready::Compiled(found, program) => {
                diagnostics.extend(found.into_iter().filter(|one| {
                    let source = Arc::as_ptr(&one.source);
                    count == 1 || told.insert((source, one.span, one.code, one.message.clone()))
                }));
                program.map(|program| Arc::new(Program { name: assessment.name.clone(), ..*program }))
            }
        };
        if let Some(slot) = assessment.programs.get_mut(environment) {
            *slot = program.map(|program| Arc::new(Handle(program)));
        }
    }
    Compiled { tree, assessments, diagnostics }
}

/// Parses one text.
fn file(text: &Text, scan: Scanned, holds: Holds, limits: &Limits, diagnostics: &mut Vec<Diagnostic>) -> File {
    let parsed = scan.parse(&text.source, limits, holds);
    let damaged = parsed.diagnostics.iter().any(Diagnostic::is_error);
    diagnostics.extend(parsed.diagnostics);
    File { damaged, source: text.source.clone(), tree: parsed.tree, default_name: text.default_name.clone() }
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
