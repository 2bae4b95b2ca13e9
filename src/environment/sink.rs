//! `[[sinks]]` of `fql.toml`: where events about decisions and calls go (R1.1, R7.12).
//!
//! In: one of these tables. Out: [`SinkSettings`], or its faults with their places. Nothing is written and no file is made here.

use super::file::{self, why};
use super::setting::Placed;
use crate::diagnostic::nearest;
use crate::setting::Section;
use crate::sink;
use std::fs::OpenOptions;
use std::path::{Component, Path, PathBuf};

/// Where some events go.
#[derive(Clone, Debug)]
pub struct SinkSettings {
    /// The file that they are appended to, as an absolute path; `None` is standard output.
    pub file: Option<PathBuf>,
    /// The names of the events; `None` is all.
    pub events: Option<Vec<Placed<String>>>,
}

impl SinkSettings {
    /// Whether another one says the same.
    pub(crate) fn is_same(&self, other: &SinkSettings) -> bool {
        let names = |one: &SinkSettings| -> Option<Vec<String>> {
            one.events.as_ref().map(|names| names.iter().map(|name| name.value.clone()).collect())
        };
        self.file == other.file && names(self) == names(other)
    }

    /// The assessments whose events are named, each with the place of its name.
    pub(super) fn assessments(&self) -> impl Iterator<Item = (&str, &Placed<String>)> {
        let names = self.events.iter().flatten();
        names.filter_map(|name| Some((sink::assessment_of(&name.value)?, name)))
    }
}

/// Reads one table; paths begin from `folder`, that of the file.
pub(super) fn read(section: &Section<'_>, folder: &Path) -> Option<SinkSettings> {
    let events = events(section);
    let path = section.text("path");
    if !section.require("kind", "\"stdout\" or \"file\"") {
        return None;
    }
    let file = match section.choice("kind", &[("stdout", false), ("file", true)])? {
        true if !section.has("path") => {
            section.require("path", "the path of a file");
            return None;
        }
        true => Some(target(section, path?, folder)?),
        false if section.has("path") => {
            section.fault("path", "expected no `path` for standard output, found one", "write `kind = \"file\"`");
            return None;
        }
        false => None,
    };
    Some(SinkSettings { file, events: events? })
}

/// The names of the events; the outer `None` if there are faults.
fn events(section: &Section<'_>) -> Option<Option<Vec<Placed<String>>>> {
    if !section.has("events") {
        return Some(None);
    }
    let texts = section.texts("events")?;
    if texts.is_empty() {
        section.fault("events", "expected the names of events, found none", "without `events` it takes all of them");
        return None;
    }
    let mut names = Vec::with_capacity(texts.len());
    for text in &texts {
        match sink::named(text.value) {
            Some(value) => names.push(Placed { value, source: section.source().clone(), span: text.span }),
            None => {
                let known = [sink::CALLS, sink::CALL_ERRORS, sink::TRACES];
                let help = match nearest(text.value, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("events are `{}` and `{}<name>`", known.join("`, `"), sink::ASSESSMENTS),
                };
                section.fault_at(text.span, format!("unknown event `{}`", text.value), help);
            }
        }
    }
    (names.len() == texts.len()).then_some(Some(names))
}

/// The file of a path: one that can be written, and that nothing reads as a part of the environment.
fn target(section: &Section<'_>, path: &str, folder: &Path) -> Option<PathBuf> {
    let fault = |message: String, help: &str| {
        section.fault("path", message, help);
        None
    };
    let written = Path::new(path);
    let Some(name) = written.file_name() else {
        return fault(format!("expected the path of a file, found {path:?}"), "");
    };
    let outside = "write an absolute path for a file elsewhere";
    if written.is_relative() && written.components().any(|part| part == Component::ParentDir) {
        return fault(format!("expected a path within the folder of `fql.toml`, found {path:?}"), outside);
    }
    let whole = folder.join(written);
    let parent = whole.parent().unwrap_or(folder);
    let (real, own) = match (parent.canonicalize(), folder.canonicalize()) {
        (Ok(real), Ok(own)) if real.is_dir() => (real, own),
        (Err(error), _) => {
            let message = format!("expected the folder `{}` to be there: {}", parent.display(), why(&error));
            return fault(message, "make the folder; the file is made with the first event");
        }
        _ => return fault(format!("expected a folder, found a file at `{}`", parent.display()), ""),
    };
    let within = real.starts_with(&own);
    if written.is_relative() && !within {
        return fault(format!("expected a path within the folder of `fql.toml`, found {path:?}"), outside);
    }
    if within && file::is_read(written) {
        let message = format!("expected a file that is no part of the environment, found {path:?}");
        return fault(message, "write another ending, such as `.ndjson`");
    }
    let file = real.join(name);
    if let Err(message) = writable(&file, &real) {
        return fault(format!("cannot write `{}`: {message}", whole.display()), "");
    }
    Some(file)
}

/// Why a file cannot be written. One that is not there is not made: reading settings changes nothing.
fn writable(file: &Path, parent: &Path) -> Result<(), String> {
    match file.metadata() {
        Ok(found) if found.is_dir() => Err("it is a folder".to_string()),
        Ok(_) => OpenOptions::new().append(true).open(file).map(drop).map_err(|error| why(&error)),
        Err(_) if parent.metadata().is_ok_and(|found| found.permissions().readonly()) => {
            Err("its folder may not be written to".to_string())
        }
        Err(_) => Ok(()),
    }
}
