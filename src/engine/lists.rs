//! The lists an engine is built with: texts of the host, and the files of a folder (R1.1, R4).
//!
//! In: what the builder was given. Out: lists by lower-case name for the checker, and the diagnostics of their files. They are
//! read when the engine is built, when the limits are known; a file over the limit is not read at all.

use super::builder::unreadable;
use crate::diagnostic::{Code, Diagnostic};
use crate::limit::Limits;
use crate::list::{Kind, List, most_bytes, too_large};
use crate::source::{Source, Span};
use indexmap::IndexMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Lists that are still to be read.
#[derive(Debug, Default)]
pub(super) struct ListFiles {
    texts: Vec<(String, Vec<u8>, Kind)>,
    folders: Vec<PathBuf>,
}

/// Lists by lower-case name; `None` is one that has faults.
type Lists = IndexMap<String, Option<Arc<List>>>;

impl ListFiles {
    pub(super) fn add(&mut self, name: String, csv: Vec<u8>, kind: Kind) {
        self.texts.push((name, csv, kind));
    }

    pub(super) fn add_folder(&mut self, folder: &Path) {
        self.folders.push(folder.to_path_buf());
    }

    /// Reads all of them; `serves` says what a plain list of that name serves as.
    pub(super) fn read(
        self,
        limits: &Limits,
        serves: impl Fn(&str) -> Kind,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Lists {
        let kind_of = |name: &str, kind: Kind| if kind == Kind::Plain { serves(name) } else { kind };
        let mut lists = Lists::new();
        for (name, csv, kind) in self.texts {
            let kind = kind_of(&name, kind);
            enter(&mut lists, &name, &name, &csv, kind, limits, diagnostics);
        }
        for folder in self.folders {
            for (path, kind) in files(&folder, diagnostics) {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let shown = path.display().to_string();
                let kind = kind_of(&name, kind);
                match contents(&path, &folder, &shown, limits) {
                    Ok(csv) => enter(&mut lists, &name, &shown, &csv, kind, limits, diagnostics),
                    Err(diagnostic) => {
                        diagnostics.push(*diagnostic);
                        lists.entry(name.to_ascii_lowercase()).or_insert(None);
                    }
                }
            }
        }
        lists
    }
}

/// Reads a list and enters it under its name.
fn enter(
    lists: &mut Lists,
    name: &str,
    shown: &str,
    csv: &[u8],
    kind: Kind,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let key = name.to_ascii_lowercase();
    if lists.contains_key(&key) {
        let source = Arc::new(Source::new(shown, ""));
        let message = format!("two lists are called `{name}`");
        let diagnostic = Diagnostic::new(Code::BAD_LIST, &source, Span::default(), message);
        diagnostics.push(diagnostic.help("lists and support lists share their names, and case makes no difference"));
        return;
    }
    let list = List::read(name, shown, csv, kind, limits);
    lists.insert(key, list.map(Arc::new).map_err(|faults| diagnostics.extend(faults)).ok());
}

/// The CSV files of a folder and of `support` in it, each in the order of the bytes of their names.
fn files(folder: &Path, diagnostics: &mut Vec<Diagnostic>) -> Vec<(PathBuf, Kind)> {
    let support = folder.join("support");
    let mut all = Vec::new();
    for (folder, kind) in [(folder, Kind::Plain), (support.as_path(), Kind::Support)] {
        if kind == Kind::Support && !folder.exists() {
            continue;
        }
        let entries = std::fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
        match entries {
            Ok(entries) => {
                let is_csv = |path: &PathBuf| {
                    path.extension().and_then(OsStr::to_str).is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
                        && !path.is_dir()
                };
                let mut found: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).filter(is_csv).collect();
                found.sort();
                all.extend(found.into_iter().map(|path| (path, kind)));
            }
            Err(error) => diagnostics.push(unreadable(&folder.display().to_string(), &error.to_string())),
        }
    }
    all
}

/// The bytes of a file within the limit, that no link leads out of the folder to (R1.1).
fn contents(path: &Path, folder: &Path, shown: &str, limits: &Limits) -> Result<Vec<u8>, Box<Diagnostic>> {
    let failed = |error: std::io::Error| Box::new(unreadable(shown, &error.to_string()));
    let (real, root) = (path.canonicalize().map_err(failed)?, folder.canonicalize().map_err(failed)?);
    if !real.starts_with(&root) {
        return Err(Box::new(unreadable(shown, "it is a link that leaves its folder")));
    }
    let (length, most) = (std::fs::metadata(&real).map_err(failed)?.len(), most_bytes(limits));
    if length > most as u64 {
        return Err(Box::new(too_large(shown, length, most)));
    }
    std::fs::read(&real).map_err(failed)
}
