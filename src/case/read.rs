//! From the text of a file to cases.
//!
//! What stands above the first `[[case]]` goes for all cases of the file, and each lays its own over it.

use super::layer::{over, plain};
use super::{Case, CaseFile, expect};
use crate::diagnostic::{Code, Diagnostic};
use crate::environment::file::{self, Bound, Fence};
use crate::external::Stubs;
use crate::setting::{Document, Section};
use crate::source::{Source, Span, Spanned};
use crate::value::json::FaultKind;
use crate::value::{DateTime, Json, json};
use bumpalo::Bump;
use std::path::Path;
use std::sync::Arc;

/// The largest file of cases, and the largest file of answers, in bytes.
const LARGEST: usize = 4 << 20;

/// The largest file of an event that is read, in bytes; the limits of the environment are held against it later.
const LARGEST_EVENT: usize = 64 << 20;

impl CaseFile {
    /// Reads a file. Files that its cases name are found from its folder; they have to lie in the folder `within`, if there is
    /// one.
    ///
    /// A case with faults is left out; all faults are told.
    pub fn read(path: &Path, within: Option<&Path>) -> (CaseFile, Vec<Diagnostic>) {
        let shown = path.display().to_string();
        let bound = Bound { bytes: LARGEST, code: Code::BAD_TOML, what: "a file of cases" };
        match file::read(path, &shown, bound).and_then(|bytes| file::text(&shown, bytes)) {
            Ok(text) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                CaseFile::parse(&shown, &text, Some(Surroundings { folder, within }))
            }
            Err(fault) => {
                let source = fault.source.clone();
                (CaseFile { source, cases: Vec::new(), count: 1 }, vec![*fault])
            }
        }
    }

    /// The same for a text; without surroundings its cases can name no files. The name of its only case is by default that of
    /// the file without its ending.
    pub fn parse(name: &str, text: &str, around: Option<Surroundings<'_>>) -> (CaseFile, Vec<Diagnostic>) {
        let document = Document::parse(name, text);
        let stem = Path::new(name).file_stem().map_or_else(|| name.to_string(), |stem| stem.to_string_lossy().into());
        let mut reader = Reader { source: document.source().clone(), around, cases: Vec::new(), starts: Vec::new() };
        reader.file(&document.root(), &stem);
        let Reader { source, mut cases, starts, .. } = reader;
        let faults = document.faults();
        let errors = || faults.iter().filter(|fault| fault.is_error()).map(|fault| fault.span.start);
        // A fault above the first case is one of all cases; every other one belongs to the case before it.
        let first = starts.first().copied().unwrap_or(0);
        let of = |at: u32| if at < first { None } else { starts.iter().rposition(|start| *start <= at) };
        cases.retain(|case| !errors().any(|at| of(at).is_none_or(|number| number == case.number.unwrap_or(0))));
        (CaseFile { source, cases, count: starts.len() }, faults)
    }
}

/// Where the files are found that cases name.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'s> {
    /// The folder that paths begin in.
    pub folder: &'s Path,
    /// The folder that they may not leave.
    pub within: Option<&'s Path>,
}

struct Reader<'s> {
    source: Arc<Source>,
    around: Option<Surroundings<'s>>,
    cases: Vec<Case>,
    /// Where the cases begin.
    starts: Vec<u32>,
}

/// What a case may have of its own or from above.
#[derive(Clone, Default)]
struct Common {
    environment: Option<Spanned<String>>,
    at: Option<DateTime>,
    seed: Option<u64>,
    event: Option<Layer>,
    answers: Stubs,
    calls: Vec<Spanned<String>>,
    variables: Vec<Variable>,
}

/// A variable's name, its value as JSON, and where it stands.
type Variable = (Arc<str>, Arc<str>, Span);

/// An event as far as it is known.
#[derive(Clone)]
struct Layer {
    json: String,
    span: Span,
    /// It is a text that somebody else wrote, which has no marks in it.
    written: bool,
}

impl Reader<'_> {
    fn file(&mut self, root: &Section<'_>, stem: &str) {
        let common = self.common(root, &Common::default());
        if !root.has("case") {
            self.starts.push(0);
            let name = root.text("name").unwrap_or(stem).to_string();
            return self.case(root, &common, name, None);
        }
        for key in ["name", "expect"] {
            if root.has(key) {
                root.fault(key, format!("expected `{key}` in each `[[case]]`, found it above them"), "");
            }
        }
        for (number, section) in root.sections("case").iter().enumerate() {
            self.starts.push(section.span().start);
            let own = self.common(section, &common);
            let named = section.require("name", "a name");
            let Some(name) = section.text("name").filter(|_| named) else { continue };
            if self.cases.iter().any(|case| case.name == name) {
                section.fault("name", format!("two cases of this file are called `{name}`"), "");
            }
            self.case(section, &own, name.to_string(), Some(number));
        }
    }

    fn case(&mut self, section: &Section<'_>, common: &Common, name: String, number: Option<usize>) {
        let expect = expect::read(section);
        if common.event.is_none() {
            let help = "write a table `[event]`, an event as JSON in quotes, or the path of a file under `event_file`";
            section.fault("event", "expected an event, found none", help);
        }
        let Some(event) = common.event.clone().and_then(|layer| self.finish(layer, section)) else { return };
        self.cases.push(Case {
            name,
            number,
            source: self.source.clone(),
            span: section.span(),
            environment: common.environment.clone(),
            at: common.at,
            seed: common.seed.unwrap_or_default(),
            event,
            answers: common.answers.clone(),
            calls: common.calls.clone(),
            variables: common.variables.iter().map(|(name, value, _)| (name.clone(), value.clone())).collect(),
            variable_spans: common.variables.iter().map(|(_, _, span)| *span).collect(),
            expect,
        });
    }

    /// The keys that a case has of its own or from above.
    fn common(&self, section: &Section<'_>, above: &Common) -> Common {
        let environment = section.text("environment");
        let environment = environment.map(|name| Spanned::new(name.to_string(), section.place("environment")));
        let at = section.time("at").and_then(|text| {
            let time = DateTime::parse(text);
            if time.is_none() {
                let message = format!("expected a date and time such as 2026-03-14T09:26:53Z for `at`, found {text:?}");
                section.fault("at", message, "");
            }
            time
        });
        if section.has("velocities") {
            section.fault("velocities", "velocities are not supported yet, so a case cannot set them", "");
        }
        let mut common = Common {
            environment: environment.or_else(|| above.environment.clone()),
            at: at.or(above.at),
            seed: section.integer("seed", 0..=i64::MAX as u64).or(above.seed),
            event: self.event(section, above.event.as_ref()),
            ..Common::default()
        };
        common.variables = variables(section, above);
        self.answers(section, &mut common);
        common.answers = common.answers.then(&above.answers);
        common.calls.extend(above.calls.iter().cloned());
        common
    }

    /// The event: `event` over `event_file`, or over what is above if there is none.
    fn event(&self, section: &Section<'_>, above: Option<&Layer>) -> Option<Layer> {
        let span = section.place("event");
        let file = section.has("event_file").then(|| {
            let bound = Bound { bytes: LARGEST_EVENT, code: Code::EVENT_TOO_LARGE, what: "an event" };
            let json = self.beside(section, "event_file", bound)?;
            Some(Layer { json, span: section.place("event_file"), written: true })
        });
        let below = match file {
            Some(read) => read,
            None => above.cloned(),
        };
        let own = if section.is_text("event") {
            let json = section.text("event").unwrap_or_default().to_string();
            Some(Layer { json, span, written: true })
        } else {
            // A table keeps its keys to itself: asked for as JSON, none of them is unknown.
            section.section("event").map(|table| table.keys());
            let json = section.json("event").filter(|_| section.is_table("event"));
            json.map(|json| Layer { json, span, written: false })
        };
        match (own, below) {
            (Some(own), Some(below)) => self.overlaid(&own, &below, section),
            (own, below) => own.or(below),
        }
    }

    fn overlaid(&self, upper: &Layer, lower: &Layer, section: &Section<'_>) -> Option<Layer> {
        let arena = Bump::new();
        let (upper_json, lower_json) = (self.parsed(upper, &arena, section), self.parsed(lower, &arena, section));
        let json = over(upper_json?, lower_json?, &arena);
        Some(Layer { json: json.to_string(), span: upper.span, written: false })
    }

    /// The text of an event that is complete.
    fn finish(&self, layer: Layer, section: &Section<'_>) -> Option<Spanned<String>> {
        if layer.written {
            return Some(Spanned::new(layer.json, layer.span));
        }
        let arena = Bump::new();
        let json = plain(self.parsed(&layer, &arena, section)?, &arena);
        Some(Spanned::new(json.to_string(), layer.span))
    }

    fn parsed<'a>(&self, layer: &'a Layer, arena: &'a Bump, section: &Section<'_>) -> Option<Json<'a>> {
        match json::parse(&layer.json, arena) {
            Ok(json @ Json::Object(_)) => Some(json),
            Ok(_) => {
                let message = "expected a JSON object as the event, found another value";
                self.report(section, Code::EVENT_NOT_OBJECT, layer.span, message.to_string());
                None
            }
            Err(fault) => {
                let code = if fault.kind() == FaultKind::Depth { Code::EVENT_TOO_DEEP } else { Code::EVENT_NOT_JSON };
                let (line, column) = Source::new("", layer.json.as_str()).position(fault.offset() as u32);
                let message = format!("{} at line {line}, column {column} of the event", fault.message(&layer.json));
                self.report(section, code, layer.span, message);
                None
            }
        }
    }

    /// The answers of a section, each call's by itself, so that a fault has its place.
    fn answers(&self, section: &Section<'_>, common: &mut Common) {
        if let Some(table) = section.section("answers") {
            for Spanned { value: name, span } in table.keys() {
                let answers = table.json(name).unwrap_or_default();
                let arena = Bump::new();
                // INVARIANT: what a section writes is JSON, and TOML nests no deeper than JSON may.
                let answers = json::parse(&answers, &arena).map(|json| plain(json, &arena)).unwrap_or(Json::Null);
                let text = format!("{{{}:{answers}}}", Json::String(name));
                match Stubs::parse(&text) {
                    Ok(stubs) => {
                        common.answers = std::mem::take(&mut common.answers).then(&stubs);
                        common.calls.push(Spanned::new(name.to_string(), span));
                    }
                    Err(error) => table.fault(name, format!("{}: {}", error.place, error.message), ""),
                }
            }
        }
        if section.has("answers_file") {
            let bound = Bound { bytes: LARGEST, code: Code::BAD_STUB, what: "a file of answers" };
            let span = section.place("answers_file");
            let Some(text) = self.beside(section, "answers_file", bound) else { return };
            match Stubs::parse(&text) {
                Ok(stubs) => {
                    let named = stubs.names().map(|name| Spanned::new(name.to_string(), span));
                    common.calls.extend(named);
                    common.answers = std::mem::take(&mut common.answers).then(&stubs);
                }
                Err(error) => self.report(section, Code::BAD_STUB, span, error.to_string()),
            }
        }
    }

    /// The text of a file that a key names.
    fn beside(&self, section: &Section<'_>, key: &str, bound: Bound) -> Option<String> {
        let (named, span) = (section.text(key)?, section.place(key));
        let Some(Surroundings { folder, within }) = self.around else {
            section.fault(key, "expected the event in the text itself: it lies in no folder", "");
            return None;
        };
        let path = folder.join(named);
        if let Some(root) = within
            && let Ok(fence) = Fence::around(root)
            && !fence.holds(&path)
        {
            let message = format!("cannot read `{named}`: it is outside the folder `{}`", root.display());
            self.report(section, Code::UNREADABLE_FILE, span, message);
            return None;
        }
        let read = file::read(&path, named, bound).and_then(|bytes| file::text(named, bytes));
        read.map_err(|fault| {
            let place = if fault.message.contains(named) { String::new() } else { format!("`{named}`: ") };
            self.report(section, fault.code, span, format!("{place}{}", fault.message));
        })
        .ok()
    }

    fn report(&self, section: &Section<'_>, code: Code, span: Span, message: String) {
        section.report(Diagnostic::new(code, &self.source, span, message));
    }
}

/// The variables of a section over those above it; names are compared without case.
fn variables(section: &Section<'_>, above: &Common) -> Vec<Variable> {
    let mut all = above.variables.clone();
    let Some(table) = section.section("variables") else { return all };
    for Spanned { value: name, span } in table.keys() {
        let (text, arena) = (table.json(name).unwrap_or_default(), Bump::new());
        // INVARIANT: what a section writes is JSON, and TOML nests no deeper than JSON may.
        let value = json::parse(&text, &arena).map(|json| plain(json, &arena)).unwrap_or(Json::Null).to_string();
        let variable = (Arc::from(name), Arc::from(value), span);
        match all.iter_mut().find(|(known, ..)| known.eq_ignore_ascii_case(name)) {
            Some(known) => *known = variable,
            None => all.push(variable),
        }
    }
    all
}
