//! Results as people read them, and errors as one line of JSON.
//!
//! In: decisions, values, notes and errors of evaluations. Out: text. Control characters and marks that hide or turn text
//! come from events and services, so they are made visible here: no event can command a terminal.

use fql::decision::{ErrorEntry, NoteEntry};
use fql::{Decision, DecisionKind, EvaluationError, Value};
use std::fmt::Write;

/// How long a value of an output, trace or variable may be in characters before it is cut.
const LONGEST: usize = 400;

/// A decision in a few lines: the decision and its reason, then what else there is, each on an indented line.
pub(crate) fn decision(decision: &Decision, colour: bool) -> String {
    let mut lines = Lines { text: String::new(), colour };
    let name = decision.kind().name();
    let head = if colour { format!("\x1b[{}m{name}\x1b[0m", shade(decision.kind())) } else { name.to_string() };
    match decision.reason() {
        Some(reason) => lines.text.push_str(&format!("{head}  {}", visible(reason))),
        None => lines.text.push_str(&head),
    }
    if let (Some(rule), Some(clause)) = (decision.rule(), decision.clause()) {
        let of = decision.environment().map(|environment| format!(" of {}", visible(environment)));
        lines.add("rule", &format!("{}, {}{}", visible(rule), visible(clause), of.unwrap_or_default()));
    }
    if let Some(queue) = decision.queue() {
        lines.add("queue", &visible(queue));
    }
    if let Some(kind) = decision.challenge_type() {
        lines.add("challenge", &visible(kind));
    }
    if let Some(message) = decision.support_message() {
        lines.add("support", &visible(message));
    }
    for (clause, key, value) in decision.outputs() {
        lines.add("output", &format!("{}: {} = {}", visible(clause), visible(key), json(value.as_str())));
    }
    for (section, key, value) in decision.custom_properties() {
        let section = section.map(|section| format!("{}: ", visible(section))).unwrap_or_default();
        lines.add("property", &format!("{section}{} = {}", visible(key), json(value.as_str())));
    }
    for (name, value) in decision.variables() {
        lines.add("variable", &format!("{} = {}", visible(name), json(value.as_str())));
    }
    for trace in decision.traces() {
        let pairs = trace.attributes.iter().map(|(key, value)| format!("{} = {}", visible(key), json(value.as_str())));
        let pairs = pairs.collect::<Vec<_>>().join(", ");
        lines.add("trace", &format!("{}, {}: {pairs}", visible(&trace.rule), visible(&trace.clause)));
    }
    for call in decision.calls() {
        let arguments = call.arguments.iter().map(|text| json(&quoted(text))).collect::<Vec<_>>().join(", ");
        let answer = &call.answer;
        let status = match answer.http_status {
            0 => answer.status.name().to_string(),
            code => format!("{} {code}", answer.status.name()),
        };
        let source = answer.source.name();
        let default = if answer.defaulted { ", default response" } else { "" };
        let call = format!("{}({arguments}): {status} in {} ms, {source}{default}", call.name, answer.latency_ms);
        lines.add("call", &call);
    }
    for one in decision.notes() {
        lines.add("note", &note(one));
    }
    for one in decision.errors() {
        lines.add("error", &error_entry(one));
    }
    lines.text
}

struct Lines {
    text: String,
    colour: bool,
}

impl Lines {
    fn add(&mut self, label: &str, text: &str) {
        let (dim, plain) = if self.colour { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
        // Writing to a `String` does not fail.
        let _ = write!(self.text, "\n  {dim}{label:<9}{plain} {text}");
    }
}

fn shade(kind: DecisionKind) -> &'static str {
    match kind {
        DecisionKind::Approve => "1;32",
        DecisionKind::Reject => "1;31",
        DecisionKind::Review => "1;33",
        DecisionKind::Challenge => "1;36",
    }
}

/// A value that could not be read as the type asked for (L3.5).
pub(crate) fn note(note: &NoteEntry) -> String {
    format!("{}: expected {}, found {}", visible(&note.path), note.wanted, json(&note.found))
}

fn error_entry(error: &ErrorEntry) -> String {
    let file = error.file.as_deref().map(|file| format!("{}:", visible(file))).unwrap_or_default();
    let place = match &error.clause {
        Some(clause) => format!("{}, {}", visible(&error.rule), visible(clause)),
        None => visible(&error.rule),
    };
    format!("{} at {file}{}:{} in {place}: {}", error.code, error.line, error.column, visible(&error.message))
}

/// A value's canonical text (L3.2a).
pub(crate) fn value(value: &Value) -> String {
    let text = value.to_string();
    let mut out = String::with_capacity(text.len());
    // A text may have lines, and is shown with them.
    for c in text.chars() {
        push_visible(&mut out, c, matches!(c, '\n' | '\t'));
    }
    out
}

/// An error as one line of JSON (R12.3, R12.4).
pub(crate) fn error_json(error: &EvaluationError) -> String {
    let mut text = format!(r#"{{"error":{{"code":"{}","message":{}"#, error.code, quoted(&error.message));
    if let Some((line, column)) = error.position {
        // Writing to a `String` does not fail.
        let _ = write!(text, r#","line":{line},"column":{column}"#);
    }
    text + "}}"
}

/// The byte offset of a line and column, both from 1, the column in characters.
pub(crate) fn offset(text: &str, (line, column): (u32, u32)) -> usize {
    let before: usize = text.split_inclusive('\n').take((line as usize).saturating_sub(1)).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let within = rest.char_indices().nth((column as usize).saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    before + within
}

/// A text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// JSON, cut if it is long, with nothing in it that a terminal obeys.
fn json(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() {
        cut.push_str("...");
    }
    visible(&cut)
}

/// One line of text in which nothing hides: control characters and marks of direction are written as escapes.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_visible(&mut out, c, false);
    }
    out
}

fn push_visible(out: &mut String, c: char, keep: bool) {
    let hides = matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    if !keep && (c.is_control() || hides) {
        out.extend(c.escape_default());
    } else {
        out.push(c);
    }
}
