//! The reference pages `docs/reference/*.md` say what the tables say.
//!
//! `UPDATE_EXPECT=1 cargo test --test pages` writes them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use fql::diagnostic::Code;
use fql::diagnostic::Severity;
use fql::diagnostic::code::{Example, ExampleKind};
use fql::function::{Function, Place, Volatility, registry};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Compares a page with what the tables give, or writes it.
fn page(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differs = found.lines().zip(text.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or(found.lines().count().min(text.lines().count())) + 1;
    assert!(
        found == text,
        "docs/reference/{name}:{line}: is not what the tables give: run UPDATE_EXPECT=1 cargo test --test pages"
    );
}

const WRITTEN: &str =
    "<!-- Written by `UPDATE_EXPECT=1 cargo test --test pages`; a change belongs in the tables. -->\n";

// ---- builtins

/// Chapters in the order of the page, each with its rows.
fn chapters() -> Vec<(String, Vec<&'static Function>)> {
    let mut chapters: BTreeMap<(u8, String), Vec<&'static Function>> = BTreeMap::new();
    for row in registry().all() {
        let key = match row.place {
            Place::Global => (0, "Functions".to_string()),
            Place::Method(on) | Place::Property(on) => (1, format!("Members of {on}")),
            Place::Static(space) | Place::Constant(space) => (2, format!("Namespace {space}")),
        };
        chapters.entry(key).or_default().push(row);
    }
    for rows in chapters.values_mut() {
        rows.sort_by_key(|row| (row.name.to_ascii_lowercase(), row.parameters.len(), row.signature()));
    }
    chapters.into_iter().map(|((_, title), rows)| (title, rows)).collect()
}

/// The place of a heading within its page, as GitHub and most others derive it.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_');
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn builtins() -> String {
    let mut text = format!("# Builtins\n\n{WRITTEN}");
    text.push_str(
        "\nEverything that rules can call without outside data. `fql explain NAME` prints the same. A parameter in `[...]` may \
         be left out, `...` takes any number, and `any` takes every scalar and Json. Names are found whatever their case.\n\n\
         In an example, `=>` stands before the value, as JSON.\n\n",
    );
    let chapters = chapters();
    for (title, rows) in &chapters {
        writeln!(text, "- [{title}](#{}) ({})", anchor(title), rows.len()).unwrap();
    }
    for (title, rows) in &chapters {
        writeln!(text, "\n## {title}").unwrap();
        for row in rows {
            builtin(row, &mut text);
        }
    }
    text
}

fn builtin(row: &Function, text: &mut String) {
    write!(text, "\n### `{}`\n\n", row.signature()).unwrap();
    if let Some(instead) = row.deprecated {
        write!(text, "*Deprecated:* write `{instead}`.\n\n").unwrap();
    }
    let lines = row.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    let body = lines.collect::<Vec<_>>().join("\n");
    writeln!(text, "{}", body.trim()).unwrap();
    let depends = match row.volatility {
        Volatility::Immutable => None,
        Volatility::Stable => Some("The result is the same within one event."),
        Volatility::Volatile => Some("The result depends on the place in the text too."),
    };
    let fails = row.can_fail.then_some("It can end in an evaluation error.");
    let more: Vec<&str> = depends.into_iter().chain(fails).collect();
    if !more.is_empty() {
        write!(text, "\n{}\n", more.join(" ")).unwrap();
    }
}

#[test]
fn the_page_of_builtins_is_fresh() {
    page("builtins.md", &builtins());
}

// ---- codes

fn codes() -> String {
    let mut text = format!("# Codes of diagnostics\n\n{WRITTEN}");
    text.push_str(
        "\nEvery error and warning has a code that stays the same from version to version. `fql explain CODE` prints what \
         stands here. Codes that begin with `W` are warnings: the rules run.\n\n| code | |\n|---|---|\n",
    );
    for code in Code::all() {
        writeln!(text, "| [{code}](#{}) | {} |", anchor(code.number()), code.title().replace('|', "\\|")).unwrap();
    }
    for code in Code::all() {
        let severity = if code.severity() == Severity::Error { "Error" } else { "Warning" };
        write!(text, "\n## {code}\n\n**{severity}: {}**\n\n{}", code.title(), code.explanation()).unwrap();
        if let Some(example) = code.example() {
            shown(&example, &mut text);
        }
    }
    text
}

fn shown(example: &Example, text: &mut String) {
    let what = match example.kind {
        ExampleKind::Expression => "Wrong, as an expression:",
        ExampleKind::Rules => "Wrong, in a file of rules:",
        ExampleKind::Evaluation => "An expression that ends with it, evaluated with the event `{}`:",
    };
    write!(text, "\n{what}\n\n```fql\n{}\n```\n", example.bad).unwrap();
    if let Some(good) = example.good {
        write!(text, "\nRight:\n\n```fql\n{good}\n```\n").unwrap();
    }
}

#[test]
fn the_page_of_codes_is_fresh() {
    page("codes.md", &codes());
}

#[test]
fn links_lead_to_headings() {
    for text in [builtins(), codes()] {
        let headings: Vec<String> = text.lines().filter_map(|line| line.strip_prefix("## ")).map(anchor).collect();
        let links: Vec<&str> = text.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
        assert!(links.len() > 5);
        for link in links {
            assert_eq!(headings.iter().filter(|heading| *heading == link).count(), 1, "#{link}");
        }
    }
}
