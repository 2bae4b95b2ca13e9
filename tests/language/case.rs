//! One case file: read, run, compared, and rewritten on request.

use crate::mmdb;
use fql::diagnostic::Diagnostic;
use fql::evaluate::{Mode, OnError};
use fql::external::Stubs;
use fql::provider::{MaxMind, Settings};
use fql::setting::Document;
use fql::{DateTime, Engine, EngineBuilder, EvaluationError, Limits, Request};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// A section: its name, and its lines without the line break of the last one.
#[derive(Clone, Debug, PartialEq)]
struct Section {
    name: String,
    text: String,
}

/// What is compared.
enum Part {
    Json(Value),
    Diagnostics(String),
    /// Values and diagnostics of a table, compared to the letter.
    Lines(String),
}

pub(crate) fn run(file: &Path, update: bool) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let (head, sections) = split(&text)?;
    if !head.starts_with("# ") {
        return Err("the first line must be `# <paragraph> <claim>`".to_string());
    }
    let found = evaluate(&sections)?;
    let mut differences = String::new();
    let mut written = Vec::new();
    let mut found = found.into_iter().peekable();
    for section in sections {
        let is_expectation = ["expect", "notes", "values", "diagnostics"].contains(&section.name.as_str());
        if !is_expectation {
            written.push(section);
            continue;
        }
        if section.name != "notes" {
            // No notes need no section.
            found.next_if(|(name, part)| name == "notes" && part.is_empty());
        }
        let (name, part) = found.next().ok_or(format!("nothing came out for `=== {}`", section.name))?;
        if name != section.name {
            return Err(format!("expected a section `=== {name}` here, found `=== {}`\n{}", section.name, part.show()));
        }
        if !part.fits(&section.text)? {
            let _ = write!(differences, "expected {name}:\n{}\nfound:\n{}\n", section.text, part.show());
        }
        let keep = part.fits(&section.text)? && !section.text.contains("...") && !section.text.contains("xx ");
        written.push(if keep { section } else { Section { name, text: part.show() } });
    }
    if let Some((name, part)) = found.find(|(_, part)| !part.is_empty()) {
        let _ = write!(differences, "unexpected {name}:\n{}\n", part.show());
    }
    if update {
        let body: String = written.iter().map(|section| format!("=== {}\n{}\n", section.name, section.text)).collect();
        std::fs::write(file, format!("{head}{body}")).map_err(|error| error.to_string())?;
        return Ok(());
    }
    if differences.is_empty() { Ok(()) } else { Err(differences) }
}

fn split(text: &str) -> Result<(String, Vec<Section>), String> {
    let mut head = String::new();
    let mut sections: Vec<Section> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("=== ") {
            sections.push(Section { name: name.trim().to_string(), text: String::new() });
        } else if let Some(section) = sections.last_mut() {
            section.text.push_str(line);
        } else {
            head.push_str(line);
        }
    }
    for section in &mut sections {
        if section.text.ends_with('\n') {
            section.text.pop();
        }
    }
    if sections.is_empty() {
        return Err("no sections".to_string());
    }
    Ok((head, sections))
}

fn get<'s>(sections: &'s [Section], name: &str) -> Option<&'s str> {
    sections.iter().find(|section| section.name == name).map(|section| section.text.as_str())
}

struct Options {
    at: DateTime,
    seed: u64,
    correlation_id: String,
    builder: EngineBuilder,
}

fn options(sections: &[Section]) -> Result<Options, String> {
    let mut builder = Engine::builder();
    if let Some(answers) = get(sections, "answers") {
        builder = builder.stubs(Stubs::parse(answers).map_err(|error| error.to_string())?);
    }
    if let Some(text) = get(sections, "providers") {
        let document = Document::parse("fql.toml", text);
        let settings = Settings::read(&document.root(), Path::new("."));
        let faults = document.faults();
        if !faults.is_empty() {
            return Err(format!("{faults:?}"));
        }
        builder = builder.providers(settings);
    }
    for section in sections {
        let text = section.text.as_bytes();
        let (kind, name) = section.name.split_once(' ').unwrap_or((&section.name, ""));
        let file = |otherwise: &str| if name.is_empty() { otherwise.to_string() } else { name.to_string() };
        builder = match kind {
            "list" => builder.list(name, text),
            "support" => builder.support_list(name, text),
            "environment" => match name.split_once(" in ") {
                Some((id, parent)) => builder.in_environment(id, Some(parent)),
                None => builder.in_environment(name, None),
            },
            "functions" => builder.functions(file("functions.fql"), text),
            "rules" => builder.named_rules("case", file("case.fql"), text),
            "actions" => builder.actions("case", file("actions.fql"), text),
            "routing" => builder.routing("case", file("routing.fql"), text),
            "geo" => {
                let database = MaxMind::read("case.mmdb", mmdb::database(&section.text));
                builder.geo(database.map_err(|diagnostic| diagnostic.message)?)
            }
            "bins" => builder.bins("bins", text),
            "markets" => builder.markets("markets", text),
            _ => builder,
        };
        if kind == "environment" && text == br#"mode = "first-match""# {
            builder = builder.mode(Mode::FirstMatch);
        }
    }
    let mut limits = Limits::default();
    let mut at = DateTime::parse("2026-01-01T00:00:00Z").unwrap();
    let (mut seed, mut correlation_id) = (0, String::new());
    for line in get(sections, "options").unwrap_or_default().lines().filter(|line| !line.trim().is_empty()) {
        let (key, value) = line.split_once('=').ok_or(format!("`{line}` is no option"))?;
        let value: Value = serde_json::from_str(value.trim()).map_err(|error| format!("`{line}`: {error}"))?;
        let text = || value.as_str().unwrap_or_default();
        let number = || value.as_u64().unwrap_or_default() as usize;
        match key.trim() {
            "at" => at = DateTime::parse(text()).ok_or("a bad time")?,
            "seed" => seed = value.as_u64().ok_or("a bad seed")?,
            "correlation_id" => correlation_id = text().to_string(),
            "mode" if text() == "first-match" => builder = builder.mode(Mode::FirstMatch),
            "on_error" if text() == "fail" => builder = builder.on_error(OnError::Fail),
            "string_bytes" => limits.string_bytes = number(),
            "nesting" => limits.nesting = number(),
            "list_literal" => limits.list_literal = number(),
            "steps" => limits.steps = number(),
            "calls_per_event" => limits.calls_per_event = number(),
            "function_expressions" => limits.function_expressions = number(),
            "source_bytes" => limits.source_bytes = number(),
            "event_bytes" => limits.event_bytes = number(),
            "call_timeout_max_ms" => limits.call_timeout_max_ms = number() as u64,
            other => return Err(format!("unknown option `{other}`")),
        }
    }
    Ok(Options { at, seed, correlation_id, builder: builder.limits(limits) })
}

/// What comes out, as the sections in the order of the file.
fn evaluate(sections: &[Section]) -> Result<Vec<(String, Part)>, String> {
    let Options { at, seed, correlation_id, builder } = options(sections)?;
    // Each with the environment it is decided in.
    let mut events: Vec<(&str, &str)> = sections
        .iter()
        .filter_map(|section| match section.name.split_once(' ') {
            Some(("event", environment)) => Some((section.text.as_str(), environment)),
            _ => (section.name == "event").then_some((section.text.as_str(), "")),
        })
        .collect();
    if events.is_empty() && get(sections, "expect").is_some() {
        events.push(("{}", ""));
    }
    let request = |(event, environment): &(&'static str, &'static str)| {
        let request = Request::new(*event).at(at).seed(seed).correlation_id(correlation_id.clone());
        if environment.is_empty() { request } else { request.environment(environment) }
    };
    // Events live as long as the file's text.
    let leak = |text: &str| &*text.to_string().leak();
    let events: Vec<(&'static str, &'static str)> =
        events.into_iter().map(|(event, environment)| (leak(event), leak(environment))).collect();
    let mut parts = Vec::new();
    let is_program = |section: &Section| {
        ["rules", "actions", "routing"].contains(&section.name.split(' ').next().unwrap_or_default())
    };
    match (sections.iter().any(is_program), get(sections, "expression")) {
        (true, None) => {
            let (engine, diagnostics) = builder.check();
            if let Some(engine) = engine {
                for event in &events {
                    parts.push((
                        "expect".to_string(),
                        Part::Json(match engine.decide_blocking(request(event)) {
                            Ok(decision) => {
                                serde_json::from_str(&decision.to_json()).map_err(|error| error.to_string())?
                            }
                            // A refused event is told without a place in the rules (R12.3).
                            Err(error) => refused(&EvaluationError { position: None, ..error }),
                        }),
                    ));
                }
            }
            tell(&diagnostics, &mut parts);
        }
        (false, Some(text)) => {
            let expression = builder.build().and_then(|engine| engine.expression(text));
            match expression {
                Err(error) => tell(&error.diagnostics, &mut parts),
                Ok(expression) => {
                    for event in &events {
                        match expression.eval_blocking(request(event)) {
                            Ok((value, notes)) => {
                                let value: Value = serde_json::from_str(&value.to_json()).map_err(|e| e.to_string())?;
                                let answer = json!({"value": value, "type": expression.value_type().name()});
                                parts.push(("expect".to_string(), Part::Json(answer)));
                                let notes = notes
                                    .iter()
                                    .map(|note| json!({"path": note.path, "wanted": note.wanted, "found": note.found}));
                                parts.push(("notes".to_string(), Part::Json(Value::Array(notes.collect()))));
                            }
                            Err(error) => parts.push(("expect".to_string(), Part::Json(refused(&error)))),
                        }
                    }
                    tell(expression.warnings(), &mut parts);
                }
            }
        }
        _ => match get(sections, "expressions") {
            Some(table) => return expressions(&builder.build().map_err(|error| error.to_string())?, table, &request),
            None => return Err("a case has rules, `=== expression` or `=== expressions`".to_string()),
        },
    }
    // Diagnostics may stand before the events.
    let order: Vec<&str> = sections.iter().map(|section| section.name.as_str()).collect();
    let told_first =
        order.iter().position(|name| *name == "diagnostics") < order.iter().position(|name| *name == "expect");
    if told_first && let Some(at) = parts.iter().position(|(name, _)| name == "diagnostics") {
        let told = parts.remove(at);
        parts.insert(0, told);
    }
    Ok(parts)
}

/// A table of expressions, one on each line: a value for each line that has one, diagnostics with the line in the table.
fn expressions<'e>(
    engine: &Engine,
    table: &str,
    request: &impl Fn(&(&'static str, &'static str)) -> Request<'e>,
) -> Result<Vec<(String, Part)>, String> {
    let (mut values, mut told) = (String::new(), String::new());
    for (text, number) in table.lines().zip(1..) {
        let mut warnings = Vec::new();
        match engine.expression(text) {
            Err(error) => warnings = error.diagnostics,
            Ok(expression) => {
                warnings.extend_from_slice(expression.warnings());
                let value = match expression.eval_blocking(request(&("{}", ""))) {
                    Ok((value, _)) => value.to_json(),
                    Err(error) => format!("{} {}", error.code.number(), error.message),
                };
                let _ = writeln!(values, "{number} {value}");
            }
        }
        told.push_str(&shown(&warnings, number - 1));
    }
    let lines = |name: &str, text: String| {
        (!text.is_empty()).then(|| (name.to_string(), Part::Lines(text.trim_end_matches('\n').to_string())))
    };
    Ok(lines("values", values).into_iter().chain(lines("diagnostics", told)).collect())
}

fn refused(error: &EvaluationError) -> Value {
    let mut value = json!({"code": error.code.number(), "message": error.message});
    if let Some((line, column)) = error.position {
        value["line"] = json!(line);
        value["column"] = json!(column);
    }
    json!({ "error": value })
}

fn tell(diagnostics: &[Diagnostic], parts: &mut Vec<(String, Part)>) {
    let mut text = shown(diagnostics, 0);
    if !text.is_empty() {
        text.pop();
        parts.push(("diagnostics".to_string(), Part::Diagnostics(text)));
    }
}

/// Diagnostics a line each, with their helps; `above` lines stand above the text.
fn shown(diagnostics: &[Diagnostic], above: u32) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let severity = if diagnostic.is_error() { "error" } else { "warning" };
        let (line, column) = diagnostic.source.position(diagnostic.span.start);
        let (line, number) = (line + above, diagnostic.code.number());
        // Only what stands in another file than usual names it.
        let file = match &**diagnostic.source.name() {
            other if other.ends_with(".fql") && other != "case.fql" => format!("{other}:"),
            _ => String::new(),
        };
        let _ = writeln!(text, "{severity} {number} {file}{line}:{column} {}", diagnostic.message);
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(text, "  help: {help}");
        }
    }
    text
}

impl Part {
    fn is_empty(&self) -> bool {
        matches!(self, Part::Json(Value::Array(items)) if items.is_empty())
    }

    fn show(&self) -> String {
        match self {
            Part::Json(value) => value.to_string(),
            Part::Diagnostics(text) | Part::Lines(text) => text.clone(),
        }
    }

    fn fits(&self, expected: &str) -> Result<bool, String> {
        match self {
            Part::Json(found) => {
                let wanted: Value = serde_json::from_str(expected)
                    .map_err(|error| format!("the expectation is no JSON: {error}\n{expected}"))?;
                Ok(fits(&wanted, found))
            }
            Part::Diagnostics(found) => Ok(lines_fit(expected, found)),
            Part::Lines(found) => Ok(found == expected),
        }
    }
}

/// Whether a value is as expected; the text `...` stands for anything.
fn fits(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::String(any), _) if any == "..." => true,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| fits(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|found| fits(value, found)))
        }
        (a, b) => a == b,
    }
}

/// Whether diagnostics are as expected, line by line; a missing help fits any help.
fn lines_fit(wanted: &str, found: &str) -> bool {
    let mut found = found.lines().peekable();
    for wanted in wanted.lines().filter(|line| !line.trim().is_empty()) {
        if !wanted.starts_with("  help:") {
            while found.next_if(|line| line.starts_with("  ")).is_some() {}
        }
        let Some(line) = found.next() else { return false };
        if wanted.starts_with("  help:") {
            if wanted.trim() != "help: ..." && wanted.trim_end() != line {
                return false;
            }
            continue;
        }
        let (w, f): (Vec<&str>, Vec<&str>) = (wanted.splitn(4, ' ').collect(), line.splitn(4, ' ').collect());
        let code = w.get(1).copied().unwrap_or_default();
        let code_fits = match code.strip_suffix("xx") {
            Some(family) => f.get(1).is_some_and(|code| code.starts_with(family)),
            None => f.get(1) == Some(&code),
        };
        let message = w.get(3).copied().unwrap_or("...");
        if w.first() != f.first()
            || !code_fits
            || w.get(2) != f.get(2)
            || (message != "..." && f.get(3) != Some(&message))
        {
            return false;
        }
    }
    while found.next_if(|line| line.starts_with("  ")).is_some() {}
    found.next().is_none()
}
