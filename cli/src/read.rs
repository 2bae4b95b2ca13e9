//! Files and standard input, read whole, but never more than a limit allows.
//!
//! In: a path. Out: bytes or text, or the diagnostic that says why not. A folder, a device without end or a file of
//! gigabytes is refused before it costs time or memory.

use fql::Diagnostic;
use fql::diagnostic::Code;
use fql::source::{Source, Span};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// The path that stands for standard input.
pub(crate) const STDIN: &str = "-";

/// How large a file may be, and what it is called when it is larger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    /// In bytes.
    pub(crate) bytes: usize,
    /// The code of the error.
    pub(crate) code: Code,
    /// What is read, for the message: `a source`, `an event`.
    pub(crate) what: &'static str,
}

impl Most {
    /// Rules and expressions, as the limits say (L5.4).
    pub(crate) fn source() -> Most {
        Most { bytes: fql::Limits::default().source_bytes, code: Code::SOURCE_TOO_LARGE, what: "a source" }
    }

    /// An event (R11.4).
    pub(crate) fn event() -> Most {
        Most { bytes: fql::Limits::default().event_bytes, code: Code::EVENT_TOO_LARGE, what: "an event" }
    }
}

/// Reads a file, or standard input for `-`.
pub(crate) fn file(path: &Path, most: Most) -> Result<Vec<u8>, Box<Diagnostic>> {
    let shown = shown(path);
    let read = if path.as_os_str() == STDIN { bounded(io::stdin().lock(), most) } else { open(path, most) };
    match read {
        Ok(bytes) if bytes.len() <= most.bytes => Ok(bytes),
        Ok(_) => {
            let message = format!("expected {} of at most {} bytes, found more", most.what, most.bytes);
            Err(Box::new(about(most.code, &shown, message)))
        }
        Err(error) => Err(Box::new(unreadable(path, &why(&error)))),
    }
}

fn open(path: &Path, most: Most) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    bounded(file, most)
}

/// One byte more than the limit, if there are so many.
fn bounded(from: impl Read, most: Most) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.bytes as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Bytes as text, or where they are no UTF-8.
pub(crate) fn text(name: &str, bytes: Vec<u8>) -> Result<String, Box<Diagnostic>> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        // What is good up to the fault gives the place its line and column.
        let good = error.as_bytes().get(..offset).map(String::from_utf8_lossy).unwrap_or_default();
        let source = Arc::new(Source::new(name, format!("{good}\u{FFFD}")));
        let span = Span::new(offset, offset + '\u{FFFD}'.len_utf8());
        let message = format!("expected UTF-8, found a byte that is none at offset {offset}");
        Box::new(Diagnostic::new(Code::NOT_UTF8, &source, span, message).help("save the file as UTF-8"))
    })
}

/// How a path is shown in diagnostics.
pub(crate) fn shown(path: &Path) -> String {
    if path.as_os_str() == STDIN { "standard input".to_string() } else { path.display().to_string() }
}

/// A file that cannot be read.
pub(crate) fn unreadable(path: &Path, why: &str) -> Diagnostic {
    let shown = shown(path);
    about(Code::UNREADABLE_FILE, &shown, format!("cannot read `{shown}`: {why}"))
}

/// A diagnostic about a file as a whole.
pub(crate) fn about(code: Code, file: &str, message: String) -> Diagnostic {
    Diagnostic::new(code, &Arc::new(Source::new(file, "")), Span::default(), message)
}

/// A system's error in lower case and without its number.
pub(crate) fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_string(),
        io::ErrorKind::PermissionDenied => "it may not be opened".to_string(),
        io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        _ => error.to_string(),
    }
}
