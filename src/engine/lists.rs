//! The lists an engine is built with: texts of the host, and the files of folders (R1.1, R4).
//!
//! In: what the builder was given. Out: lists by lower-case name for the checker, and the diagnostics of their files. They are
//! read when the engine is built, when the limits are known; a file over the limit is not read at all.

use crate::diagnostic::{Code, Diagnostic};
use crate::environment::file::{self, Bound};
use crate::environment::{self, ListFile};
use crate::limit::Limits;
use crate::list::{Kind, List, most_bytes, too_large};
use indexmap::IndexMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Lists that are still to be read.
#[derive(Debug, Default)]
pub(super) struct ListFiles {
    texts: Vec<(String, Vec<u8>, Kind)>,
    folders: Vec<PathBuf>,
}

/// Lists by lower-case name; `None` is one that has faults.
pub(super) type Lists = IndexMap<String, Option<Arc<List>>>;

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
        let mut lists = Lists::new();
        for (name, csv, kind) in self.texts {
            let kind = kind_of(&serves, &name, kind);
            enter(&mut lists, &name, &name, &csv, kind, limits, diagnostics);
        }
        for folder in self.folders {
            read_files(&environment::lists_in(&folder, diagnostics), limits, &serves, &mut lists, diagnostics);
        }
        lists
    }
}

/// Reads files and enters them beside the lists that are there.
pub(super) fn read_files(
    files: &[ListFile],
    limits: &Limits,
    serves: &impl Fn(&str) -> Kind,
    lists: &mut Lists,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for ListFile { name, path, kind, readable } in files {
        if !readable {
            lists.entry(name.to_ascii_lowercase()).or_insert(None);
            continue;
        }
        let shown = path.display().to_string();
        match contents(path, &shown, limits) {
            Ok(csv) => enter(lists, name, &shown, &csv, kind_of(serves, name, *kind), limits, diagnostics),
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                lists.entry(name.to_ascii_lowercase()).or_insert(None);
            }
        }
    }
}

/// What a list is read as: a plain one may serve a provider.
fn kind_of(serves: &impl Fn(&str) -> Kind, name: &str, kind: Kind) -> Kind {
    if kind == Kind::Plain { serves(name) } else { kind }
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
        let diagnostic = file::about(Code::BAD_LIST, shown, format!("two lists are called `{name}`"));
        diagnostics.push(diagnostic.help("lists and support lists share their names, and case makes no difference"));
        return;
    }
    let list = List::read(name, shown, csv, kind, limits);
    lists.insert(key, list.map(Arc::new).map_err(|faults| diagnostics.extend(faults)).ok());
}

/// The bytes of a file within the limit; a larger one is not read.
fn contents(path: &Path, shown: &str, limits: &Limits) -> Result<Vec<u8>, Box<Diagnostic>> {
    let most = most_bytes(limits);
    match std::fs::metadata(path) {
        Ok(found) if found.len() > most as u64 => Err(Box::new(too_large(shown, found.len(), most))),
        _ => file::read(path, shown, Bound { bytes: most, code: Code::LIST_TOO_LARGE, what: "a list" }),
    }
}
