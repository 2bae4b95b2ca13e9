//! Files and standard input, read whole, but never more than a limit allows.
//!
//! In: a path, where `-` is standard input. Out: bytes or text, or the diagnostic that says why not. The library reads; here is
//! what the command's arguments add to that.

pub(crate) use fql::environment::file::{Bound, about, text};

use fql::diagnostic::Code;
use fql::environment::file;
use fql::{Diagnostic, Engine, Limits};
use std::io;
use std::path::{Path, PathBuf};

/// The path that stands for standard input.
pub(crate) const STDIN: &str = "-";

/// How long rules and expressions may be (L5.4).
pub(crate) fn source() -> Bound {
    Bound { bytes: Limits::default().source_bytes, code: Code::SOURCE_TOO_LARGE, what: "a source" }
}

/// How long an event may be (R11.4): the limit of the root environment.
pub(crate) fn event(engine: &Engine) -> Bound {
    let limit = engine.limits(None).map_or_else(|_| Limits::default().event_bytes, |limits| limits.event_bytes);
    Bound { bytes: limit, code: Code::EVENT_TOO_LARGE, what: "an event" }
}

/// Reads a file, or standard input for `-`.
pub(crate) fn file(path: &Path, bound: Bound) -> Result<Vec<u8>, Box<Diagnostic>> {
    match path.as_os_str() == STDIN {
        true => file::read_from(io::stdin().lock(), &shown(path), bound),
        false => file::read(path, &shown(path), bound),
    }
}

/// The `.toml` files of a folder, in order of their names.
pub(crate) fn settings_in(folder: &Path) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    let unreadable = |error| Box::new(unopened(folder, &error));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// How a path is shown in diagnostics.
pub(crate) fn shown(path: &Path) -> String {
    if path.as_os_str() == STDIN { "standard input".to_string() } else { path.display().to_string() }
}

/// A file or folder that the system does not open.
pub(crate) fn unopened(path: &Path, error: &io::Error) -> Diagnostic {
    file::unopened(path, &shown(path), error)
}

/// A file that cannot be read.
pub(crate) fn unreadable(path: &Path, why: &str) -> Diagnostic {
    file::unreadable(&shown(path), why)
}
