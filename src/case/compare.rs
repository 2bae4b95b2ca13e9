//! What should come out beside what came out.
//!
//! In: an expectation, and the decision as JSON. Out: every place where they differ. Objects are expected in part: the members
//! that are named. Lists are expected whole, element by element, and an object in a list again in part. Numbers are compared
//! by value. Nothing here recurses deeper than JSON may nest.

use super::layer::mark;
use super::{MARKS, Mark};
use crate::source::Span;
use crate::value::{Json, json};
use bumpalo::Bump;
use std::fmt;

/// What should come out: any part of a decision's JSON (R3.1), or the error that an evaluation ends with.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// As JSON, with marks in it unless it is literal.
    pub(super) json: String,
    /// Whether it was written as JSON, which has no marks.
    pub(super) literal: bool,
    pub(super) span: Span,
}

/// A step on the way to a part of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To a member of an object.
    Member(String),
    /// To an element of a list, from 0.
    Element(usize),
}

/// A part that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The way to it.
    pub path: Vec<Step>,
    /// What was expected, as JSON; `{"is":"absent"}` and `{"is":"any"}` say that nothing or anything was.
    pub expected: String,
    /// What came out, as JSON; `None` if nothing did.
    pub found: Option<String>,
}

impl Expectation {
    /// Where it stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Whether it was written as JSON rather than as a table.
    pub fn is_json(&self) -> bool {
        self.literal
    }

    /// The differences of what came out, in the order of the expectation.
    pub fn compare(&self, found: &str) -> Vec<Difference> {
        let arena = Bump::new();
        // INVARIANT: it was JSON when it was read.
        let expected = json::parse(&self.json, &arena).unwrap_or(Json::Null);
        let Ok(there) = json::parse(found, &arena) else {
            // A decision may nest deeper than JSON that is read.
            return vec![Difference {
                path: Vec::new(),
                expected: self.json.clone(),
                found: Some("\"JSON that nests too deep to be compared\"".to_string()),
            }];
        };
        let mut comparison = Comparison { literal: self.literal, path: Vec::new(), differences: Vec::new() };
        comparison.value(&expected, Some(&there));
        comparison.differences
    }
}

struct Comparison {
    literal: bool,
    path: Vec<Step>,
    differences: Vec<Difference>,
}

impl Comparison {
    fn value(&mut self, expected: &Json<'_>, found: Option<&Json<'_>>) {
        let mark = mark(expected).filter(|_| !self.literal);
        let alike = match (mark, expected, found) {
            (Some(Mark::Absent), ..) => found.is_none(),
            (Some(Mark::Any), ..) => found.is_some(),
            (Some(Mark::Null), ..) => matches!(found, Some(Json::Null)),
            (_, Json::Object(expected), Some(Json::Object(found))) => {
                for (key, value) in expected.members {
                    let there = found.members.iter().find(|(known, _)| known == key).map(|(_, value)| value);
                    self.step(Step::Member((*key).to_string()), value, there);
                }
                true
            }
            (_, Json::Array(expected), Some(Json::Array(found))) if expected.items.len() == found.items.len() => {
                for (number, (value, there)) in expected.items.iter().zip(found.items).enumerate() {
                    self.step(Step::Element(number), value, Some(there));
                }
                true
            }
            (_, expected, Some(found)) => expected.equals(found),
            (_, _, None) => false,
        };
        if !alike {
            let (path, expected, found) = (self.path.clone(), expected.to_string(), found.map(Json::to_string));
            self.differences.push(Difference { path, expected, found });
        }
    }

    fn step(&mut self, step: Step, expected: &Json<'_>, found: Option<&Json<'_>>) {
        self.path.push(step);
        self.value(expected, found);
        self.path.pop();
    }
}

impl Difference {
    /// The way as text, such as `outputs.email.country` or `calls[0].status`; a name with other signs stands in quotes.
    pub fn place(&self) -> String {
        let mut place = String::new();
        for step in &self.path {
            match step {
                Step::Element(number) => place.push_str(&format!("[{number}]")),
                Step::Member(name) => {
                    if !place.is_empty() {
                        place.push('.');
                    }
                    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                    if !name.is_empty() && name.chars().all(plain) {
                        place.push_str(name);
                    } else {
                        place.push_str(&format!("{name:?}"));
                    }
                }
            }
        }
        if place.is_empty() { "the decision".to_string() } else { place }
    }

    /// What was expected, for people: JSON, `nothing` or `anything`.
    pub fn expected_text(&self) -> &str {
        let is = |mark| MARKS.iter().any(|(word, known)| *known == mark && self.expected == marked(word));
        match () {
            () if is(Mark::Absent) => "nothing",
            () if is(Mark::Any) => "anything",
            () if is(Mark::Null) => "null",
            () => &self.expected,
        }
    }

    /// What came out, for people: JSON or `nothing`.
    pub fn found_text(&self) -> &str {
        self.found.as_deref().unwrap_or("nothing")
    }
}

fn marked(word: &str) -> String {
    format!("{{\"is\":\"{word}\"}}")
}

/// Place, expected, found, in one line.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.place(), self.expected_text(), self.found_text())
    }
}
