//! `fql fmt`: rule texts in their canonical form (R12.1, L1.3).
//!
//! In: a file, a folder (every `.fql` file below it), or standard input. Out: the same files, formatted; of standard input
//! the text. A file is replaced as a whole and only if it changed: the new text is written beside it and takes its name,
//! so that whatever happens there is one whole text or the other. A file with mistakes is not touched.

use crate::arguments::{Fmt, is_stdin};
use crate::read;
use crate::streams::{Stop, Streams};
use fql::source::Source;
use fql::{Diagnostic, Limits};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Formats, or with `--check` lists what would change; false if there are errors.
pub(crate) fn run(arguments: &Fmt, streams: &mut Streams) -> Result<bool, Stop> {
    let (files, mut faults) = files(&arguments.path);
    let mut changed = 0;
    for path in &files {
        let (before, after) = match formatted(path, arguments.fix) {
            Ok(texts) => texts,
            Err(diagnostics) => {
                faults.extend(diagnostics);
                continue;
            }
        };
        let differs = before != after;
        changed += usize::from(differs);
        if arguments.check {
            if differs {
                streams.line(&read::shown(path))?;
            }
        } else if is_stdin(path) {
            streams.bytes(after.as_bytes())?;
        } else if differs && let Err(error) = replace(path, &after) {
            let message = format!("cannot write `{}`: {}", path.display(), fql::environment::file::why(&error));
            faults.push(read::about(fql::diagnostic::Code::UNREADABLE_FILE, &read::shown(path), message));
        }
    }
    streams.diagnostics(&faults);
    match (faults.iter().any(Diagnostic::is_error), arguments.check && changed > 0) {
        (true, _) => Ok(false),
        (false, true) => Err(Stop::Different),
        (false, false) => Ok(true),
    }
}

/// A file's text before and after.
fn formatted(path: &Path, fix: bool) -> Result<(String, String), Vec<Diagnostic>> {
    let one = |diagnostic: Box<Diagnostic>| vec![*diagnostic];
    let name = read::shown(path);
    let before = read::text(&name, read::file(path, read::source()).map_err(one)?).map_err(one)?;
    let source = Arc::new(Source::new(name, before.as_str()));
    let after = fql::format::format(&source, &Limits::default(), fix)?;
    Ok((before, after))
}

/// The files to format, in order of their names, and what cannot be read of a folder.
fn files(path: &Path) -> (Vec<PathBuf>, Vec<Diagnostic>) {
    if is_stdin(path) || !path.is_dir() {
        return (vec![path.to_path_buf()], Vec::new());
    }
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    // A list, not a recursion: folders may nest as deep as the file system lets them.
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = entries.unwrap_or_else(|error| {
            faults.push(read::unopened(&folder, &error));
            Vec::new()
        });
        for entry in entries {
            let path = entry.path();
            let is_fql = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("fql"));
            // A link within the folder leads to what is found anyway, and what lies outside is not ours to change.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() && is_fql => files.push(path),
                Ok(_) => {}
                Err(error) => faults.push(read::unopened(&path, &error)),
            }
        }
    }
    if files.is_empty() && faults.is_empty() {
        faults.push(read::unreadable(path, "there is no `.fql` file in this folder"));
    }
    files.sort();
    (files, faults)
}

/// Puts a text in a file's place, with the file's permissions.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    // Behind a link stands the file that is replaced.
    let path = path.canonicalize()?;
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let written = write(&beside, text, &path).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // What is left of the attempt; if even that fails, the first error says more.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write(beside: &Path, text: &str, like: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(beside)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::metadata(like)?.permissions())?;
    file.sync_all()
}
