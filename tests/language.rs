//! Runs the case files of `tests/language`: one claim of the language each, with its program, events and expectations.
//!
//! CONTRIBUTING.md describes the format. `UPDATE_EXPECT=1 cargo test --test language` writes what came out into the files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "language/case.rs"]
mod case;
mod mmdb;

use std::path::{Path, PathBuf};

fn chapter(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language").join(name);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "fql"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no case files in {}", folder.display());
    let only = std::env::var("CASE").unwrap_or_default();
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut failed = Vec::new();
    for file in files.iter().filter(|file| file.to_string_lossy().contains(&only)) {
        if let Err(difference) = case::run(file, update) {
            failed.push(format!("--- {}\n{difference}", file.display()));
        }
    }
    assert!(failed.is_empty(), "{} of {} cases of {name} failed\n{}", failed.len(), files.len(), failed.join("\n"));
}

macro_rules! chapters {
    ($($name:ident: $folder:literal),* $(,)?) => {$(
        #[test]
        fn $name() {
            chapter($folder);
        }
    )*};
}
chapters! {
    source_text: "L1",
    programs_and_statements: "L2",
    types: "L3",
    operators: "L4",
    failures: "L5",
    members: "L6",
    functions: "L7",
    external_data: "L8",
    checking: "L9",
    assessments: "R2",
    decisions: "R3",
    own_functions: "R6",
}
