//! What a JSON Schema says of an event (L9.4).
//!
//! In: a JSON Schema as text. Out: for a path, the kinds of values that may stand there, that nothing is said of it, or that
//! no such path is described, with the nearest that is.
//!
//! Of JSON Schema is read what tells paths and types: `type`, `properties`, `patternProperties`, `additionalProperties`,
//! `items`, `prefixItems`, `enum`, `const`, `anyOf`, `oneOf`, `allOf`, and `$ref` within the document. Other keywords narrow
//! values, not types, and are passed over. A schema is not used to validate events.

mod kinds;
mod load;
mod sample;
mod walk;

pub use kinds::Kinds;

use crate::diagnostic::{Diagnostic, nearest};
use crate::syntax::ast::PathStep;
use serde_json::Value;
use walk::{Place, Stepped};

/// How many paths are looked through for the nearest.
const MOST_PATHS: usize = 2_000;

/// How many steps such a path has at most.
const LONGEST_PATH: usize = 8;

/// A schema of an event, checked.
#[derive(Debug)]
pub struct Schema {
    document: Value,
    /// Made of a sample, which tells arrays and nothing else.
    is_sample: bool,
}

/// What a schema says of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Described {
    /// Values of these kinds stand there.
    As(Kinds),
    /// Anything may stand there, as far as the schema says.
    Open,
    /// The schema describes what is around it, and this is not among it. With the nearest path that is described.
    Not(Option<String>),
}

/// What a schema says of a path, and how the path gets there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What stands at the end.
    pub described: Described,
    /// How many steps lead to the first array that the path steps into by a name (L3.6).
    pub array_without_index: Option<usize>,
}

impl Schema {
    /// Reads a schema; `name` is what diagnostics show.
    ///
    /// # Errors
    ///
    /// E0806: text that is no JSON, a keyword of the wrong form, a `$ref` that leads out of the document, nowhere, or in a
    /// circle.
    pub fn parse(name: &str, text: &str) -> Result<Schema, Box<Diagnostic>> {
        load::load(name, text).map(|document| Schema { document, is_sample: false })
    }

    /// What a sample event tells: which paths step into an array by a name. It types nothing, and every path is open.
    ///
    /// # Errors
    ///
    /// E0802: text that is no JSON object.
    pub fn of_sample(name: &str, text: &str) -> Result<Schema, Box<Diagnostic>> {
        sample::document(name, text).map(|document| Schema { document, is_sample: true })
    }

    /// What stands at a path.
    pub fn look(&self, steps: &[PathStep]) -> Answer {
        let Answer { described, array_without_index } = self.walk(steps);
        Answer { described: if self.is_sample { Described::Open } else { described }, array_without_index }
    }

    fn walk(&self, steps: &[PathStep]) -> Answer {
        let mut place = Place::root(&self.document);
        let mut array_without_index = None;
        for (done, step) in steps.iter().enumerate() {
            let (next, through_array) = place.step(step);
            if through_array {
                array_without_index.get_or_insert(done);
            }
            place = match next {
                Stepped::To(next) => next,
                Stepped::Open => return Answer { described: Described::Open, array_without_index },
                Stepped::Nowhere => {
                    let near = self.nearest(steps, done, &place);
                    return Answer { described: Described::Not(near), array_without_index };
                }
            };
        }
        let kinds = place.kinds();
        let described = if kinds == Kinds::ANY { Described::Open } else { Described::As(kinds) };
        Answer { described, array_without_index }
    }

    /// Whether it describes that path.
    pub fn has(&self, steps: &[PathStep]) -> bool {
        matches!(self.look(steps).described, Described::As(_))
    }

    /// The path that was probably meant: a name beside the one that is not there, or else any path.
    fn nearest(&self, steps: &[PathStep], done: usize, place: &Place<'_>) -> Option<String> {
        let (before, after) = steps.split_at_checked(done)?;
        if let Some((PathStep::Name(name), after)) = after.split_first() {
            let names = place.names();
            if let Some(near) = nearest(name, names.iter().copied()) {
                let mut mended = before.to_vec();
                mended.push(PathStep::Name(near.to_string()));
                mended.extend(after.iter().cloned());
                // The rest of it may be wrong as well; a guess that is wrong again is none.
                if !matches!(self.look_no_further(&mended), Some(Stepped::Nowhere)) {
                    return Some(path_text(&mended));
                }
            }
        }
        let all = self.paths();
        let wanted = path_text(steps);
        let last = steps.iter().rev().find_map(|step| if let PathStep::Name(name) = step { Some(name) } else { None });
        let same_end = last.and_then(|last| {
            let ends = |path: &&String| path.rsplit('.').next().is_some_and(|end| end.eq_ignore_ascii_case(last));
            let mut found = all.iter().filter(ends);
            let first = found.next()?;
            found.next().is_none().then_some(first.as_str())
        });
        nearest(&wanted, all.iter().map(String::as_str)).or(same_end).map(str::to_string)
    }

    /// Where a path leads, without looking for what is near.
    fn look_no_further(&self, steps: &[PathStep]) -> Option<Stepped<'_>> {
        let mut place = Place::root(&self.document);
        for step in steps {
            match place.step(step).0 {
                Stepped::To(next) => place = next,
                other => return Some(other),
            }
        }
        None
    }

    /// Paths that the schema describes, as far as they are few and short.
    fn paths(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = std::collections::VecDeque::from([(Vec::new(), Place::root(&self.document))]);
        while let Some((steps, place)) = open.pop_front() {
            if found.len() >= MOST_PATHS {
                break;
            }
            let mut next: Vec<PathStep> =
                place.names().into_iter().map(|name| PathStep::Name(name.to_string())).collect();
            if place.kinds().has(Kinds::ARRAY) && place.kinds() != Kinds::ANY {
                next = vec![PathStep::Index(0)];
            }
            for step in next {
                let mut longer: Vec<PathStep> = steps.clone();
                longer.push(step);
                let Some(Stepped::To(below)) = longer.last().map(|step| place.step(step).0) else { continue };
                if found.len() < MOST_PATHS {
                    found.push(path_text(&longer));
                }
                if longer.len() < LONGEST_PATH {
                    open.push_back((longer, below));
                }
            }
        }
        found
    }
}

/// A path as it is written.
pub(crate) fn path_text<'s>(steps: impl IntoIterator<Item = &'s PathStep>) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            PathStep::Name(name) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
            PathStep::Index(index) => out.push_str(&format!("[{index}]")),
        }
    }
    out
}

#[cfg(test)]
mod tests;
