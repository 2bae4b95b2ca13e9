//! Results as JUnit XML, which pipelines show.
//!
//! One `testsuite` for each assessment in each environment, one `testcase` for each case; a file that cannot be read is a
//! `testcase` with an `error`. Names and values come from anywhere, so what XML cannot hold is written as an escape.

use super::find::Suite;
use super::{Done, Ending};
use fql::Diagnostic;
use fql::diagnostic::render::render;
use fql::source::Source;
use std::fmt::Write;
use std::time::Duration;

/// The whole document.
pub(super) fn xml(suites: &[Suite], all: &[Done<'_>], faults: &[Diagnostic]) -> String {
    let mut parts = String::new();
    let mut total = Totals::default();
    for suite in suites {
        let (text, totals) = self::suite(suite, all, faults);
        parts.push_str(&text);
        total.tests += totals.tests;
        total.failures += totals.failures;
        total.errors += totals.errors;
        total.took += totals.took;
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"fql test\"{}>\n{parts}</testsuites>\n",
        total.attributes()
    )
}

#[derive(Default)]
struct Totals {
    tests: usize,
    failures: usize,
    errors: usize,
    took: Duration,
}

impl Totals {
    fn attributes(&self) -> String {
        let Totals { tests, failures, errors, took } = self;
        let took = took.as_secs_f64();
        format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{took:.6}\"")
    }
}

fn suite(suite: &Suite, all: &[Done<'_>], faults: &[Diagnostic]) -> (String, Totals) {
    let mut totals = Totals::default();
    let mut parts = String::new();
    let mut add = |name: &str, place: (&Source, u32), took: Duration, inside: String| {
        totals.tests += 1;
        totals.took += took;
        let (file, line) = place;
        // INVARIANT: writing to a string never fails.
        let _ = write!(
            parts,
            "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{line}\" time=\"{:.6}\"",
            escaped(name),
            escaped(&suite.name),
            escaped(file.name()),
            took.as_secs_f64()
        );
        match inside.as_str() {
            "" => parts.push_str("/>\n"),
            inside => parts.push_str(&format!(">\n{inside}    </testcase>\n")),
        }
    };
    let (mut failures, mut errors) = (0, 0);
    for file in &suite.files {
        let of_file: Vec<Diagnostic> =
            faults.iter().filter(|fault| fault.source.name() == file.source.name()).cloned().collect();
        if !of_file.is_empty() {
            errors += 1;
            add(file.source.name(), (&file.source, 1), Duration::ZERO, error(&of_file));
        }
        for done in all.iter().filter(|done| std::ptr::eq(done.suite, suite)) {
            if !std::sync::Arc::ptr_eq(&done.case.source, &file.source) {
                continue;
            }
            let inside = match done.ending {
                Ending::Passed | Ending::Updated => String::new(),
                Ending::Failed => {
                    failures += 1;
                    failure(done)
                }
                Ending::Faulty => {
                    errors += 1;
                    error(&done.faults)
                }
            };
            let line = done.case.source.position(done.case.span.start).0;
            add(&done.case.name, (&done.case.source, line), done.took, inside);
        }
    }
    (totals.failures, totals.errors) = (failures, errors);
    let text =
        format!("  <testsuite name=\"{}\"{}>\n{parts}  </testsuite>\n", escaped(&suite.name), totals.attributes());
    (text, totals)
}

fn failure(done: &Done<'_>) -> String {
    let differences = done.outcome.iter().flat_map(|outcome| &outcome.differences);
    let lines: Vec<String> = differences.map(ToString::to_string).collect();
    element("failure", "difference", lines.first().map_or("", String::as_str), &lines.join("\n"))
}

fn error(faults: &[Diagnostic]) -> String {
    let kind = faults.first().map_or("", |fault| fault.code.number());
    let message = faults.first().map_or("", |fault| fault.message.as_str());
    element("error", kind, message, &render(faults, false))
}

fn element(name: &str, kind: &str, message: &str, text: &str) -> String {
    let (message, text) = (escaped(message), escaped(text.trim_end()));
    format!("      <{name} type=\"{kind}\" message=\"{message}\">{text}</{name}>\n")
}

/// A text for an attribute or between tags. Line breaks of a text are kept, also in an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            // XML 1.0 has no other control characters, and not these two.
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}
