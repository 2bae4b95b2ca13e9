//! Files, read whole but never more than a limit allows.
//!
//! In: a path, or anything that can be read. Out: bytes or text, or the diagnostic that says why not. A folder, a device
//! without end or a file of gigabytes is refused before it costs time or memory.

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::{Source, Span};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// So many names of a folder are looked at for one that might be meant.
const MOST_NAMES: usize = 10_000;

/// How large a file may be, and what it is called when it is larger.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// In bytes.
    pub bytes: usize,
    /// The code of the error.
    pub code: Code,
    /// What is read, for the message: `a source`, `an event`.
    pub what: &'static str,
}

/// Reads a file. `shown` is what diagnostics call it.
///
/// # Errors
///
/// E0801 if it cannot be read, the code of `bound` if it is larger.
pub fn read(path: &Path, shown: &str, bound: Bound) -> Result<Vec<u8>, Box<Diagnostic>> {
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(file),
    });
    match opened {
        Ok(file) => read_from(file, shown, bound),
        Err(error) => Err(Box::new(unopened(path, shown, &error))),
    }
}

/// Reads to the end of anything that can be read, such as standard input.
///
/// # Errors
///
/// As [`read`].
pub fn read_from(from: impl Read, shown: &str, bound: Bound) -> Result<Vec<u8>, Box<Diagnostic>> {
    let mut bytes = Vec::new();
    // One byte more than the limit, if there are so many.
    match from.take(bound.bytes as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() <= bound.bytes => Ok(bytes),
        Ok(_) => {
            let message = format!("expected {} of at most {} bytes, found more", bound.what, bound.bytes);
            Err(Box::new(about(bound.code, shown, message)))
        }
        Err(error) => Err(Box::new(unreadable(shown, &why(&error)))),
    }
}

/// Bytes as text.
///
/// # Errors
///
/// E0110 at the place of the first byte that is no UTF-8.
pub fn text(shown: &str, bytes: Vec<u8>) -> Result<String, Box<Diagnostic>> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        // What is good up to the fault gives the place its line and column.
        let good = error.as_bytes().get(..offset).map(String::from_utf8_lossy).unwrap_or_default();
        let source = Arc::new(Source::new(shown, format!("{good}\u{FFFD}")));
        let span = Span::new(offset, offset + '\u{FFFD}'.len_utf8());
        let message = format!("expected UTF-8, found a byte that is none at offset {offset}");
        Box::new(Diagnostic::new(Code::NOT_UTF8, &source, span, message).help("save the file as UTF-8"))
    })
}

/// A file or folder that the system does not open (E0801). Where there is none of that name, the help says what there is.
pub fn unopened(path: &Path, shown: &str, error: &io::Error) -> Diagnostic {
    let diagnostic = unreadable(shown, &why(error));
    let help = (error.kind() == io::ErrorKind::NotFound).then(|| instead(path)).flatten();
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// What might be meant by a path of which there is nothing: its first part that is missing, or a name beside it.
fn instead(path: &Path) -> Option<String> {
    let beside = |path: &Path| match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => PathBuf::from("."),
        Some(folder) => folder.to_path_buf(),
        None => path.to_path_buf(),
    };
    let missing = path.ancestors().take_while(|part| !part.as_os_str().is_empty() && !part.exists()).last()?;
    let name = missing.file_name()?.to_string_lossy();
    let names =
        std::fs::read_dir(beside(missing)).ok()?.take(MOST_NAMES).filter_map(|entry| Some(entry.ok()?.file_name()));
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    match nearest(&name, names.iter().map(String::as_str)) {
        Some(near) => Some(format!("did you mean `{}`?", missing.with_file_name(near).display())),
        None if missing != path => Some(format!("there is no folder `{}`", missing.display())),
        None => None,
    }
}

/// A file that cannot be read (E0801).
pub fn unreadable(shown: &str, why: &str) -> Diagnostic {
    about(Code::UNREADABLE_FILE, shown, format!("cannot read `{shown}`: {why}"))
}

/// A diagnostic about a file as a whole.
pub fn about(code: Code, shown: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, &Arc::new(Source::new(shown, "")), Span::default(), message)
}

/// A system's error in lower case and without its number.
pub fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_string(),
        io::ErrorKind::PermissionDenied => "it may not be opened".to_string(),
        io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        io::ErrorKind::NotADirectory => "it is no folder".to_string(),
        _ => error.to_string(),
    }
}

/// What a lone file of rules is called, and a rule in it that has no name: the file's name without its ending and its number
/// prefix (R1.2, L2.4).
pub fn rule_name(path: &Path) -> String {
    let stem = path.file_stem().map_or_else(|| path.display().to_string(), |stem| stem.to_string_lossy().into_owned());
    let rest = stem.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['-', '_', '.', ' ']) {
        Some(name) if rest.len() < stem.len() && !name.is_empty() => name.to_string(),
        _ => stem,
    }
}

/// What stands in a folder.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// Files with their names, in the order of the bytes of those.
    pub(crate) files: Vec<(String, PathBuf)>,
    /// Folders, likewise.
    pub(crate) folders: Vec<(String, PathBuf)>,
    /// Links that lead out or nowhere, and what is named like a file that matters and is none; a diagnostic says so.
    pub(crate) refused: Vec<(String, PathBuf)>,
}

/// A folder that no link may leave (R1.1).
#[derive(Clone, Debug)]
pub(crate) struct Fence {
    real: PathBuf,
}

impl Fence {
    /// Around a folder, which has to exist.
    pub(crate) fn around(folder: &Path) -> Result<Fence, Box<Diagnostic>> {
        let found = folder.canonicalize().and_then(|real| match real.is_dir() {
            true => Ok(Fence { real }),
            false => Err(io::ErrorKind::NotADirectory.into()),
        });
        found.map_err(|error| Box::new(unreadable(&folder.display().to_string(), &why(&error))))
    }

    /// The folder's own name.
    pub(crate) fn name(&self) -> String {
        self.real.file_name().map_or_else(|| "root".to_string(), |name| name.to_string_lossy().into_owned())
    }

    /// Whether a path leads to something within, or to nothing at all.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        path.canonicalize().map_or(true, |real| real.starts_with(&self.real))
    }

    /// Lists a folder within. Names that begin with a dot are hidden. What cannot be read, links that lead out, and a folder
    /// or a pipe that is named like a file that matters, are among the diagnostics.
    pub(crate) fn list(&self, folder: &Path, diagnostics: &mut Vec<Diagnostic>) -> Entries {
        let mut found = Entries::default();
        let shown = || folder.display().to_string();
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                diagnostics.push(unreadable(&shown(), &why(&error)));
                return found;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    diagnostics.push(unreadable(&shown(), &why(&error)));
                    continue;
                }
            };
            let (name, path) = (entry.file_name(), entry.path());
            let name = name.to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            match self.kind(&entry) {
                Ok(kind) if kind.is_file() => found.files.push((name, path)),
                Ok(kind) if kind.is_dir() && !matters(&name) => found.folders.push((name, path)),
                Ok(_) if !matters(&name) => {}
                other => {
                    let reason = other.map_or_else(
                        |reason| reason,
                        |kind| format!("expected a file, it is {}", if kind.is_dir() { "a folder" } else { "none" }),
                    );
                    diagnostics.push(unreadable(&path.display().to_string(), &reason));
                    found.refused.push((name, path));
                }
            }
        }
        found.files.sort();
        found.folders.sort();
        found
    }

    /// What an entry is, or what it links to.
    fn kind(&self, entry: &std::fs::DirEntry) -> Result<std::fs::FileType, String> {
        let kind = entry.file_type().map_err(|error| why(&error))?;
        if !kind.is_symlink() {
            return Ok(kind);
        }
        let real = entry.path().canonicalize().map_err(|error| why(&error))?;
        if !real.starts_with(&self.real) {
            return Err("it is a link that leaves the folder".to_string());
        }
        Ok(std::fs::metadata(&real).map_err(|error| why(&error))?.file_type())
    }
}

/// Whether a file of this name may be one that environments are made of. Something else of such a name would be a rule or a
/// list that is silently not there.
fn matters(name: &str) -> bool {
    ["fql", "toml", "csv"].iter().any(|ending| ends_with(name, ending))
}

/// The endings of the files that an environment is read from, in lower case: rules, settings, lists, schemas, and what settings and
/// definitions name.
const READ: [&str; 9] = ["fql", "toml", "csv", "json", "mmdb", "pem", "crt", "cer", "key"];

/// Whether a file is, by its ending, one that an environment may be read from.
pub(crate) fn is_read(path: &Path) -> bool {
    READ.iter().any(|ending| ends_with_path(path, ending))
}

/// Whether a file's name ends so, case ignored; `ending` without its dot.
pub(crate) fn ends_with(name: &str, ending: &str) -> bool {
    ends_with_path(Path::new(name), ending)
}

fn ends_with_path(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}
