//! What is said of cases: for people, or as one JSON object a line.

use super::{Counts, Done, Ending};
use crate::arguments::Format;
use crate::report::{quoted, visible};
use crate::streams::{Stop, Streams};
use fql::case::Difference;

/// Longer values stand below each other.
const LONG: usize = 60;

/// Tells of one case after another.
pub(super) struct Teller<'s> {
    pub(super) streams: &'s mut Streams,
    pub(super) format: Format,
}

impl Teller<'_> {
    pub(super) fn case(&mut self, done: &Done<'_>) -> Result<(), Stop> {
        match self.format {
            Format::Json => self.streams.line(&json(done)),
            Format::Text => {
                let text = text(done, self.streams.out_colour);
                self.streams.line(&text)
            }
        }
    }

    pub(super) fn summary(&mut self, counts: Counts) -> Result<(), Stop> {
        let Counts { passed, failed, updated, faulty } = counts;
        let all = passed + failed + updated + faulty;
        if self.format == Format::Json {
            let counts = format!("\"cases\":{all},\"passed\":{passed},\"failed\":{failed},\"errors\":{faulty}");
            let counts = if updated > 0 { format!("{counts},\"updated\":{updated}") } else { counts };
            return self.streams.line(&format!("{{\"summary\":{{{counts}}}}}"));
        }
        let mut text = format!("{}: {passed} passed", counted(all, "case"));
        for (count, what) in [(failed, "failed"), (updated, "updated"), (faulty, "with errors")] {
            if count > 0 {
                text.push_str(&format!(", {count} {what}"));
            }
        }
        self.streams.line(&text)
    }
}

/// `1 case`, `2 cases`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// File and line of a case.
pub(super) fn place(done: &Done<'_>) -> String {
    format!("{}:{}", done.case.source.name(), line(done))
}

fn line(done: &Done<'_>) -> u32 {
    done.case.source.position(done.case.span.start).0
}

fn text(done: &Done<'_>, colour: bool) -> String {
    let (word, shade) = match done.ending {
        Ending::Passed => ("passed", "32"),
        Ending::Failed => ("FAILED", "1;31"),
        Ending::Updated => ("updated", "33"),
        Ending::Faulty => ("ERROR ", "1;31"),
    };
    let word = if colour { format!("\x1b[{shade}m{word}\x1b[0m") } else { word.to_string() };
    let mut text = format!("{word}  {}: {}", visible(&done.suite.name), visible(&done.case.name));
    if done.ending == Ending::Passed {
        return text;
    }
    text.push_str(&format!("  ({})", visible(&place(done))));
    for difference in done.outcome.iter().flat_map(|outcome| &outcome.differences) {
        text.push_str(&told(difference, colour));
    }
    let notes = if done.ending == Ending::Updated { Vec::new() } else { notes(done) };
    for note in notes {
        text.push_str(&format!("\n    {}", visible(&note)));
    }
    text
}

/// A difference in one line, or in three if it is long.
fn told(difference: &Difference, colour: bool) -> String {
    let (expected, found) = (visible(difference.expected_text()), visible(difference.found_text()));
    let (red, green, plain) = if colour { ("\x1b[31m", "\x1b[32m", "\x1b[0m") } else { ("", "", "") };
    let place = visible(&difference.place());
    if expected.chars().count() + found.chars().count() <= LONG {
        return format!("\n    {place}: expected {green}{expected}{plain}, found {red}{found}{plain}");
    }
    format!("\n    {place}:\n      expected {green}{expected}{plain}\n      found    {red}{found}{plain}")
}

/// What helps to see why a case failed.
fn notes(done: &Done<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let Some(outcome) = &done.outcome else { return notes };
    if !outcome.unanswered.is_empty() {
        notes.push(format!("no answer for {}", outcome.unanswered.join(", ")));
    }
    if let Ok(decision) = &outcome.decided {
        match (decision.rule(), decision.clause()) {
            (Some(rule), Some(clause)) => notes.push(format!("decided by the rule `{rule}`, clause `{clause}`")),
            _ => notes.push("no rule decided".to_string()),
        }
        for error in decision.errors() {
            notes.push(format!("{} in the rule `{}`: {}", error.code, error.rule, error.message));
        }
    }
    notes
}

fn json(done: &Done<'_>) -> String {
    let ending = match done.ending {
        Ending::Passed => "passed",
        Ending::Failed => "failed",
        Ending::Updated => "updated",
        Ending::Faulty => "error",
    };
    let mut text = format!("{{\"case\":{},\"assessment\":{},", quoted(&done.case.name), quoted(&done.suite.assessment));
    if let Some(environment) = &done.suite.environment {
        text.push_str(&format!("\"environment\":{},", quoted(environment)));
    }
    let file = quoted(done.case.source.name());
    text.push_str(&format!("\"file\":{file},\"line\":{},\"outcome\":\"{ending}\"", line(done)));
    if let Some(outcome) = &done.outcome {
        if !outcome.differences.is_empty() {
            let differences: Vec<String> = outcome.differences.iter().map(difference).collect();
            text.push_str(&format!(",\"differences\":[{}]", differences.join(",")));
        }
        if !outcome.unanswered.is_empty() {
            text.push_str(&format!(",\"unanswered\":{}", serde_json::json!(outcome.unanswered)));
        }
    }
    text + "}"
}

fn difference(difference: &Difference) -> String {
    let found = difference.found.as_ref().map(|found| format!(",\"found\":{found}")).unwrap_or_default();
    format!("{{\"path\":{},\"expected\":{}{found}}}", quoted(&difference.place()), difference.expected)
}
