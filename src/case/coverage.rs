//! What cases take of the rules, and what none of them does.
//!
//! In: an engine that was built with [`EngineBuilder::coverage`](crate::EngineBuilder::coverage), and decisions that were asked to
//! [record](crate::Request::record_taken). Out: every rule, clause, statement and output of a function, with its place and how
//! many decisions took it. What environments share is one: a parent's clause that is taken in a child is taken.

use crate::decision::Decision;
use crate::engine::Engine;
use crate::program::Place;
use crate::source::{Source, Span};
use crate::value::Json;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// What can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A rule, of any kind, whose condition held.
    Rule,
    /// A clause of which a statement was taken.
    Clause,
    /// A `RETURN`, `OBSERVE`, `DO` or `ROUTETO` whose `WHEN` held and whose effect took place.
    Statement,
    /// An output of a function that was evaluated.
    Output,
}

/// A part of the rules, and how often it was taken.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is.
    pub part: Part,
    /// The file.
    pub file: Arc<str>,
    /// The line in it, from 1.
    pub line: u32,
    /// The rule, or the function.
    pub owner: Arc<str>,
    /// The clause, or the output; empty for a rule.
    pub name: Arc<str>,
    /// How many decisions took it.
    pub hits: u64,
    start: u32,
}

/// Counts what decisions take.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    items: Vec<Item>,
    /// By text, kind and place.
    places: HashMap<Key, usize>,
    /// Kept, so that no other text gets the address of one of them.
    sources: Vec<Arc<Source>>,
    decisions: u64,
}

type Key = (usize, Part, u32);

fn key(source: &Arc<Source>, part: Part, span: Span) -> Key {
    (Arc::as_ptr(source).addr(), part, span.start)
}

impl Coverage {
    /// Everything that the engine's rules have, taken by nobody yet. It is empty if the engine was built without
    /// [`coverage`](crate::EngineBuilder::coverage).
    pub fn new(engine: &Engine) -> Coverage {
        let mut coverage = Coverage::default();
        for program in engine.programs() {
            let Some(outline) = &program.outline else { continue };
            coverage.sources.extend(program.sources.iter().cloned());
            let mut add = |part, place: &Place, owner: &Arc<str>, name: &str| {
                if let Some(source) = program.sources.get(place.source as usize) {
                    coverage.add_item(part, source, place.span, owner, name);
                }
            };
            let none: Arc<str> = Arc::from("");
            let rule_name = |number: u32| program.rule(number).map_or(&none, |rule| &rule.name);
            for (number, place) in (0..).zip(&outline.rules) {
                add(Part::Rule, place, rule_name(number), "");
            }
            for (statement, place) in program.statements.iter().zip(&outline.statements) {
                let (rule, clause) = (rule_name(statement.rule), program.clause_name(statement.clause));
                // A clause that only names variables can't be taken.
                if let Some(place) = outline.clauses.get(statement.clause as usize) {
                    add(Part::Clause, place, rule, clause);
                }
                add(Part::Statement, place, rule, clause);
            }
        }
        if !coverage.items.is_empty() {
            for (source, function, output) in engine.outputs() {
                coverage.sources.push(source.clone());
                let owner = Arc::from(function.name.value.as_str());
                coverage.add_item(Part::Output, source, output.span, &owner, &output.name.value);
            }
        }
        coverage
    }

    fn add_item(&mut self, part: Part, source: &Arc<Source>, span: Span, owner: &Arc<str>, name: &str) {
        let next = self.items.len();
        if *self.places.entry(key(source, part, span)).or_insert(next) != next {
            return;
        }
        let (file, (line, _)) = (source.name().clone(), source.position(span.start));
        let (owner, name) = (owner.clone(), Arc::from(name));
        self.items.push(Item { part, file, line, owner, name, hits: 0, start: span.start });
    }

    /// Counts what a decision took, which had to [record](crate::Request::record_taken) it.
    pub fn add(&mut self, decision: &Decision) {
        let program = decision.program();
        let (Some(record), Some(outline)) = (decision.record(), &program.outline) else { return };
        self.decisions += 1;
        let mut taken: Vec<Key> = Vec::new();
        let mut take = |part, place: Option<&Place>| {
            let source = place.and_then(|place| Some((program.sources.get(place.source as usize)?, place.span)));
            taken.extend(source.map(|(source, span)| key(source, part, span)));
        };
        for rule in decision.matched().chain(record.rules.iter().copied()) {
            take(Part::Rule, outline.rules.get(rule as usize));
        }
        for number in &record.statements {
            let clause = program.statements.get(*number as usize).map(|statement| statement.clause as usize);
            take(Part::Clause, clause.and_then(|clause| outline.clauses.get(clause)));
            take(Part::Statement, outline.statements.get(*number as usize));
        }
        for id in &record.outputs {
            let output = outline.outputs.iter().find(|(output, _)| output == id);
            take(Part::Output, output.map(|(_, place)| place));
        }
        // Several statements of a clause, or calls of a function, are one hit.
        taken.sort_unstable();
        taken.dedup();
        for key in taken {
            if let Some(item) = self.places.get(&key).and_then(|at| self.items.get_mut(*at)) {
                item.hits += 1;
            }
        }
    }

    /// How many decisions were counted.
    pub fn decisions(&self) -> u64 {
        self.decisions
    }

    /// All parts, by file and place.
    pub fn items(&self) -> Vec<&Item> {
        let mut items: Vec<&Item> = self.items.iter().collect();
        items.sort_by(|a, b| (&a.file, a.start, a.part).cmp(&(&b.file, b.start, b.part)));
        items
    }

    /// How many parts of a kind there are, and how many of them were taken.
    pub fn count(&self, part: Part) -> (usize, usize) {
        let all = || self.items.iter().filter(|item| item.part == part);
        (all().count(), all().filter(|item| item.hits > 0).count())
    }

    /// As JSON, with the facts of an LCOV tracefile:
    ///
    /// ```json
    /// {"decisions":3,"clauses":{"found":2,"taken":1},"statements":{"found":2,"taken":1},"outputs":{"found":0,"taken":0},
    ///  "files":[{"file":"shop/purchase/rules/010.fql",
    ///    "rules":[{"name":"Blocked","line":1,"hits":3}],
    ///    "clauses":[{"rule":"Blocked","name":"email","line":2,"hits":3},{"rule":"Blocked","name":"ip","line":5,"hits":0}],
    ///    "outputs":[],
    ///    "lines":[{"line":3,"hits":3},{"line":6,"hits":0}]}]}
    /// ```
    ///
    /// `hits` are decisions. `lines` are those on which a statement or an output of a function begins; for one on which several
    /// do, `hits` is that of the one taken most.
    pub fn to_json(&self) -> String {
        let mut out = format!("{{\"decisions\":{}", self.decisions);
        for (name, part) in [("clauses", Part::Clause), ("statements", Part::Statement), ("outputs", Part::Output)] {
            let (found, taken) = self.count(part);
            // INVARIANT: writing to a string never fails.
            let _ = write!(out, ",\"{name}\":{{\"found\":{found},\"taken\":{taken}}}");
        }
        let items = self.items();
        let files = items.chunk_by(|a, b| a.file == b.file).map(file_json).collect::<Vec<_>>();
        let _ = write!(out, ",\"files\":[{}]}}", files.join(","));
        out
    }
}

/// The parts of one file.
fn file_json(items: &[&Item]) -> String {
    let quoted = |text: &str| Json::String(text).to_string();
    let file = items.first().map(|item| quoted(&item.file)).unwrap_or_default();
    let listed = |part: Part, owner: &str| {
        let some = items.iter().filter(|item| item.part == part).map(|item| {
            let owner = match owner {
                "" => format!("\"name\":{}", quoted(&item.owner)),
                owner => format!("\"{owner}\":{},\"name\":{}", quoted(&item.owner), quoted(&item.name)),
            };
            format!("{{{owner},\"line\":{},\"hits\":{}}}", item.line, item.hits)
        });
        some.collect::<Vec<_>>().join(",")
    };
    let mut lines: Vec<(u32, u64)> = Vec::new();
    for item in items.iter().filter(|item| matches!(item.part, Part::Statement | Part::Output)) {
        match lines.iter_mut().find(|(line, _)| *line == item.line) {
            Some((_, hits)) => *hits = (*hits).max(item.hits),
            None => lines.push((item.line, item.hits)),
        }
    }
    let lines: Vec<String> = lines.iter().map(|(line, hits)| format!("{{\"line\":{line},\"hits\":{hits}}}")).collect();
    format!(
        "{{\"file\":{file},\"rules\":[{}],\"clauses\":[{}],\"outputs\":[{}],\"lines\":[{}]}}",
        listed(Part::Rule, ""),
        listed(Part::Clause, "rule"),
        listed(Part::Output, "function"),
        lines.join(",")
    )
}
