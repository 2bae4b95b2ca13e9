//! Claims about the source tree itself: who may import whom, how long a file may be, where things must not appear.
//!
//! Each message names the file and the line, so that it reads like a compiler's. Comments and test modules are not looked
//! at: a doc comment may link to anything.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot read its tree has failed"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The longest file, in lines without its tests. One that grows past it holds two ideas.
const LONGEST: usize = 600;

/// Imports against the order, each with its reason: (file, module, why).
const AGAINST_THE_ORDER: [(&str, &str, &str); 1] =
    [("src/function/registry.rs", "builtin", "the registry gathers the rows; builtins see the row type only")];

/// What may be mentioned only below these paths: (what, where, why).
const CONFINED: [(&str, &[&str], &str); 12] = [
    ("pest", &["src/syntax/"], "the grammar's tool can be replaced without touching anything else"),
    ("toml", &["src/setting/"], "files are read by one reader, which tells all their faults"),
    ("annotate_snippets", &["src/diagnostic/render"], "one place draws"),
    (".await", &["src/engine/", "src/external/"], "the evaluation core is a state machine that a driver drives"),
    ("async", &["src/engine/", "src/external/"], "the evaluation core is a state machine that a driver drives"),
    ("tokio", &["src/engine/", "src/external/"], "the evaluation core needs no runtime"),
    (
        "SystemTime",
        &["src/engine/", "src/external/http/", "src/watch/"],
        "the clock comes from outside, so that an event can be decided again",
    ),
    ("Instant", &["src/engine/", "src/external/", "src/sink/", "src/watch/"], "the clock comes from outside"),
    ("RandomState::new", &["src/engine/"], "the seed comes from outside"),
    (
        "std::fs",
        &["src/engine/", "src/environment/", "src/external/http/file.rs", "src/sink/file.rs", "src/watch/"],
        "what decides does no input or output",
    ),
    ("notify", &["src/watch/"], "what tells of changes can be replaced without touching anything else"),
    ("arc_swap", &["src/watch/"], "an engine is replaced at one place"),
];

/// Codes that nothing reports yet, each with the reason why it is in the table already.
const NOT_REPORTED_YET: [(&str, &str); 0] = [];

/// One source file without its tests.
struct File {
    /// From the project's root, with `/`.
    path: String,
    /// Lines of code with their numbers from 1: comments are blank, tests are left out.
    lines: Vec<(usize, String)>,
    /// How many lines it has without its tests.
    length: usize,
    /// Its first line.
    first: String,
}

impl File {
    /// The modules on the way to it: `["diagnostic", "code"]` for `src/diagnostic/code.rs`.
    fn module(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').filter(|part| *part != "lib").collect()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All sources below a folder, tests left out.
fn sources(folder: &str) -> Vec<File> {
    let mut found = Vec::new();
    gather(&root().join(folder), &mut found);
    found.sort();
    let mut tests = BTreeSet::new();
    let mut files = Vec::new();
    for path in &found {
        files.push((path, read(path, &mut tests)));
    }
    let is_test =
        |path: &Path| tests.iter().any(|test: &PathBuf| path.starts_with(test) || path == test.with_extension("rs"));
    files.into_iter().filter(|(path, _)| !is_test(path)).map(|(_, file)| file).collect()
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Reads a file; modules that are compiled for tests only are added to `tests`, as paths without `.rs`.
fn read(path: &Path, tests: &mut BTreeSet<PathBuf>) -> File {
    let text = fs::read_to_string(path).unwrap();
    let shown = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
    let below = match path.file_stem().unwrap().to_str().unwrap() {
        "mod" | "lib" | "main" => path.parent().unwrap().to_path_buf(),
        _ => path.with_extension(""),
    };
    let mut lines = Vec::new();
    let mut length = 0;
    let mut numbered = text.lines().zip(1..).peekable();
    while let Some((line, number)) = numbered.next() {
        if line.trim() != "#[cfg(test)]" {
            length += 1;
            lines.push((number, without_comment(line).to_string()));
            continue;
        }
        let item = numbered.find(|(line, _)| !line.trim().starts_with("#[")).map_or("", |(line, _)| line);
        if let Some(name) = item.trim().strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
            tests.insert(below.join(name));
        } else if item.ends_with('{') {
            let end = format!("{}}}", &item[..item.len() - item.trim_start().len()]);
            numbered.find(|(line, _)| *line == end);
        }
    }
    File { path: shown, lines, length, first: text.lines().next().unwrap_or("").to_string() }
}

fn without_comment(line: &str) -> &str {
    match line.find("//") {
        // A `//` behind a quote may be a part of a text, such as an address.
        Some(at) if !line[..at].contains('"') => &line[..at],
        _ => line,
    }
}

/// The modules of the crate in the order of their `mod` lines.
fn modules() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let module = |line: &str| {
        Some(line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?.strip_suffix(';')?.to_string())
    };
    text.lines().filter_map(module).collect()
}

/// The first names of all paths that begin at the crate's root, with their lines.
fn paths_from_root(file: &File) -> Vec<(usize, String)> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let up = format!("{}super::", "super::".repeat(file.module().len().saturating_sub(1)));
    let mut found = Vec::new();
    let mut open: Option<i32> = None;
    for (number, line) in &file.lines {
        let mut rest = line.as_str();
        // Inside `use crate::{a::x, b::{y, z}}`, which may go over several lines.
        while let Some(depth) = open {
            let Some(at) = rest.find(['{', '}', ',']) else {
                if depth == 1 && !name(rest.trim()).is_empty() {
                    found.push((*number, name(rest.trim())));
                }
                rest = "";
                break;
            };
            if depth == 1 && !name(rest[..at].trim()).is_empty() {
                found.push((*number, name(rest[..at].trim())));
            }
            let depth = match &rest[at..=at] {
                "{" => depth + 1,
                "}" => depth - 1,
                _ => depth,
            };
            open = (depth > 0).then_some(depth);
            rest = &rest[at + 1..];
        }
        for start in ["crate::", &up] {
            for (at, _) in rest.match_indices(start) {
                let after = &rest[at + start.len()..];
                if let Some(group) = after.strip_prefix('{') {
                    let mut depth = 1;
                    let mut item = String::new();
                    for c in group.chars() {
                        match c {
                            '{' => depth += 1,
                            '}' => depth -= 1,
                            _ => {}
                        }
                        if depth == 1 && c != ',' && c != '}' {
                            item.push(c);
                        }
                        if (depth <= 1 && c == ',') || depth == 0 {
                            found.push((*number, name(item.trim())));
                            item.clear();
                        }
                        if depth == 0 {
                            break;
                        }
                    }
                    if depth > 0 {
                        open = Some(depth);
                    }
                } else {
                    found.push((*number, name(after)));
                }
            }
        }
    }
    found.retain(|(_, name)| !name.is_empty() && name != "super");
    found
}

fn report(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}\n  {}", faults.join("\n  "));
}

#[test]
fn a_module_imports_only_from_those_above_it() {
    let modules = modules();
    assert!(modules.len() > 10, "found only {modules:?} in src/lib.rs");
    assert!(
        !modules.is_sorted(),
        "the `mod` lines of src/lib.rs stand in order of the alphabet: `reorder_modules = false` in rustfmt.toml keeps theirs"
    );
    let rank = |name: &str| modules.iter().position(|module| module == name);
    let mut faults = Vec::new();
    let mut excused = BTreeSet::new();
    for file in sources("src") {
        let Some(own) = file.module().first().and_then(|name| rank(name)) else {
            if file.path != "src/lib.rs" {
                faults.push(format!("{}: is below no module of src/lib.rs", file.path));
            }
            continue;
        };
        for (line, name) in paths_from_root(&file) {
            let Some(other) = rank(&name) else {
                faults.push(format!(
                    "{}:{line}: `crate::{name}` is no module: name the module that defines it",
                    file.path
                ));
                continue;
            };
            if let Some(excuse) =
                AGAINST_THE_ORDER.iter().position(|(path, module, _)| *path == file.path && *module == name)
            {
                excused.insert(excuse);
            } else if other > own {
                faults.push(format!(
                    "{}:{line}: `{}` imports from `{name}`, which stands below it",
                    file.path, modules[own]
                ));
            }
        }
    }
    for (number, (path, module, _)) in AGAINST_THE_ORDER.iter().enumerate() {
        if !excused.contains(&number) {
            faults.push(format!("{path}: no longer imports from `{module}`: take it off the list in this test"));
        }
    }
    report("imports go against the order of the `mod` lines in src/lib.rs:", &faults);
}

#[test]
fn no_file_is_longer_than_the_budget() {
    let long = |file: &File| {
        let (path, length) = (&file.path, file.length);
        (length > LONGEST).then(|| format!("{path}:{LONGEST}: {length} lines without tests: it holds two ideas"))
    };
    let all = sources("src").into_iter().chain(sources("cli/src"));
    report(&format!("files over {LONGEST} lines:"), &all.filter_map(|file| long(&file)).collect::<Vec<_>>());
}

#[test]
fn every_file_says_what_it_is() {
    let silent = |file: &File| (!file.first.starts_with("//!")).then(|| format!("{}:1: has no module doc", file.path));
    let all = sources("src").into_iter().chain(sources("cli/src"));
    report("files that do not begin with `//!`:", &all.filter_map(|file| silent(&file)).collect::<Vec<_>>());
}

#[test]
fn what_is_confined_appears_nowhere_else() {
    let mut faults = Vec::new();
    for file in sources("src") {
        for (what, places, why) in CONFINED {
            if places.iter().any(|place| file.path.starts_with(place)) {
                continue;
            }
            for (line, text) in file.lines.iter().filter(|(_, text)| has_word(text, what)) {
                faults.push(format!(
                    "{}:{line}: `{}`: `{what}` only in {}, since {why}",
                    file.path,
                    text.trim(),
                    places.join(", ")
                ));
            }
        }
    }
    report("used where it must not be:", &faults);
}

/// Whether a text holds a word that no letter, digit or `_` touches, outside of quotes.
fn has_word(text: &str, word: &str) -> bool {
    let touches = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        let starts = word.starts_with('.') || !touches(before.chars().next_back());
        starts && !touches(after.chars().next()) && before.matches('"').count() % 2 == 0
    })
}

#[test]
fn every_code_is_reported_or_has_a_reason_not_to_be() {
    let mut names = Vec::new();
    let mut reported: BTreeSet<String> = BTreeSet::new();
    for file in sources("src").into_iter().chain(sources("cli/src")) {
        let is_table = file.path.starts_with("src/diagnostic/code");
        for (line, text) in &file.lines {
            if is_table {
                names.extend(code_row(text).map(|name| (name, file.path.clone(), *line)));
                continue;
            }
            for (at, start) in text.match_indices("Code::") {
                let rest = &text[at + start.len()..];
                reported.insert(
                    rest.chars().take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_').collect(),
                );
            }
        }
    }
    assert_eq!(names.len(), fql::diagnostic::Code::all().count(), "rows read by this test, and rows of the table");
    let mut faults = Vec::new();
    for (name, path, line) in &names {
        let excused = NOT_REPORTED_YET.iter().any(|(excused, _)| excused == name);
        match (reported.contains(name), excused) {
            (false, false) => faults.push(format!("{path}:{line}: nothing reports `{name}`")),
            (true, true) => {
                faults.push(format!("{path}:{line}: `{name}` is reported: take it off the list in this test"))
            }
            _ => {}
        }
    }
    report("codes:", &faults);
}

/// The constant's name, if the line is the beginning of a row: `E0101 UNEXPECTED_TOKEN: "unexpected token"`.
fn code_row(line: &str) -> Option<String> {
    let (number, rest) = line.trim().split_once(' ')?;
    let is_number =
        number.len() == 5 && number.starts_with(['E', 'W']) && number[1..].chars().all(|c| c.is_ascii_digit());
    let (name, _) = rest.split_once(':')?;
    (is_number && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
        .then(|| name.to_string())
}

#[test]
fn the_guide_names_every_module_in_order() {
    let guide = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let row = |line: &str| Some(line.strip_prefix("| `")?.split_once("` |")?.0.trim_end_matches('/').to_string());
    let named: Vec<String> = guide.lines().filter_map(row).collect();
    assert_eq!(named, modules(), "rows of the table in ARCHITECTURE.md, and `mod` lines of src/lib.rs");
}

/// The reader of this file itself: what it takes for code, for an import, for a word.
#[test]
fn the_reader_sees_imports_and_no_tests() {
    let lines = [
        "use crate::{value::{Json, Type}, source, hir};",
        "use super::super::check::x;",
        "use super::code;",
        "    let x = crate::diagnostic::Code::number(a) + $crate::event::y;",
        "use crate::{",
        "    program::{A, B},",
        "    limit,",
        "};",
        "use crate::list::z;",
    ];
    let lines = lines.iter().zip(1..).map(|(line, number)| (number, (*line).to_string())).collect();
    let file = File { path: "src/a/b.rs".to_string(), lines, length: 0, first: String::new() };
    let names: Vec<String> = paths_from_root(&file).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["value", "source", "hir", "check", "diagnostic", "event", "program", "limit", "list"]);
    assert_eq!(without_comment("let a = 1; // crate::engine"), "let a = 1; ");
    assert!(has_word("x.await?", ".await") && has_word("use pest::x;", "pest"));
    assert!(!has_word("deepest", "pest") && !has_word("let a = \"pest\";", "pest"));
}
