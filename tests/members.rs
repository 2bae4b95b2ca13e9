//! Every member and function has a case for its meaning and one for its misuse.
//!
//! Both are read out of the case files of `tests/language`. A row is meant by an expression in whose tree it stands, in a case
//! that expects a value. It is misused by a line of a case with errors: its name behind a receiver of its type, behind its
//! namespace, or alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use fql::Limits;
use fql::check::{Environment, Tree};
use fql::function::{Function, Place, registry};
use fql::hir::{Expr, Kind, StepKind};
use fql::source::Source;
use fql::syntax::{ast, parse_expression};
use fql::value::Type;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Names that are bound to what a call names, or answered by the checker itself, so that no row stands in the tree.
fn is_bound(row: &Function) -> bool {
    let names = ["Exists", "GetVariable", "GetDiagnostics", "ContainsKey", "Lookup", "LookupClosest", "InSupportList"];
    let others = ["IsSafe", "IsBlock", "IsWatch", "IsRegexMatch"];
    let of_json = row.place == Place::Property(Type::Json);
    let provided = matches!(row.place, Place::Static("Geo" | "BIN" | "Model" | "Device"));
    names.contains(&row.name) || others.contains(&row.name) || of_json || provided || row.result == Type::CharSet
}

/// The lines of the programs of all cases that expect a value, or of those that expect errors.
fn lines(with_errors: bool) -> Vec<String> {
    let mut found = Vec::new();
    for chapter in ["L1", "L3", "L4", "L6", "L7", "L8"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language").join(chapter);
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            if text.contains("=== diagnostics\nerror") != with_errors {
                continue;
            }
            for section in text.split("=== ").skip(1) {
                let (name, body) = section.split_once('\n').unwrap();
                if ["expressions", "expression", "rules"].contains(&name) {
                    found.extend(body.lines().map(str::to_string));
                }
            }
        }
    }
    found
}

/// The tree of an expression as meant, if it is one that needs nothing from outside.
fn meant(text: &str) -> Option<Expr> {
    let source = Arc::new(Source::new("line", text));
    let parsed: Option<ast::Expr> = parse_expression(&source, &Limits::default()).tree;
    let tree = Tree::new(vec![Environment::default()]);
    Some(tree.expression(0, &source, &parsed?).0?.expression)
}

/// The rows in a tree.
fn rows(e: &Expr, found: &mut HashSet<*const Function>) {
    match &e.kind {
        Kind::Call(row, _) => drop(found.insert(*row)),
        Kind::Steps(_, steps) => {
            for step in steps {
                if let StepKind::Method(row, _) = &step.kind {
                    found.insert(*row);
                }
            }
        }
        _ => {}
    }
    e.kind.children().for_each(|child| rows(child, found));
}

/// How a row is written, in lower case: with its namespace, or its name behind a point.
fn written(row: &Function) -> String {
    match row.place {
        Place::Method(_) | Place::Property(_) => format!(".{}", row.name),
        Place::Static(space) | Place::Constant(space) => format!("{space}.{}", row.name),
        Place::Global => row.name.to_string(),
    }
    .to_ascii_lowercase()
}

/// Where a name stands in a line, as a whole word.
fn places(line: &str, name: &str) -> Vec<usize> {
    let lower = line.to_ascii_lowercase();
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    let whole = |at: usize| {
        let before = lower[..at].chars().next_back();
        !is_word(lower[at + name.len()..].chars().next())
            && (name.starts_with('.') || !is_word(before) && before != Some('.'))
    };
    lower.match_indices(name).map(|(at, _)| at).filter(|at| whole(*at)).collect()
}

#[test]
fn every_row_has_a_case_for_its_meaning() {
    let lines = lines(false);
    let mut found = HashSet::new();
    for line in &lines {
        if let Some(tree) = meant(line) {
            rows(&tree, &mut found);
        }
    }
    let by_text = |row: &Function| is_bound(row) && lines.iter().any(|line| !places(line, &written(row)).is_empty());
    let missing: Vec<String> = registry()
        .all()
        .filter(|row| !found.contains(&std::ptr::from_ref::<Function>(row)) && !by_text(row))
        .map(Function::signature)
        .collect();
    assert!(missing.is_empty(), "no case shows the meaning of\n{}", missing.join("\n"));
}

#[test]
fn every_row_has_a_case_for_its_misuse() {
    let lines = lines(true);
    let misused = |row: &Function| {
        let name = written(row);
        lines.iter().any(|line| {
            places(line, &name).into_iter().any(|at| match row.place {
                Place::Method(on) | Place::Property(on) => meant(&line[..at]).is_some_and(|receiver| receiver.ty == on),
                _ => true,
            })
        })
    };
    let missing: Vec<String> = registry().all().filter(|row| !misused(row)).map(Function::signature).collect();
    assert!(missing.is_empty(), "no case shows the misuse of\n{}", missing.join("\n"));
}
