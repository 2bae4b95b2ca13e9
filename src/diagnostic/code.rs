//! The one table of codes (L9.1).
//!
//! In: a code, as a constant or as somebody typed it. Out: its severity, title, explanation, and a text that shows it.
//!
//! A code is one row in one file of the folder beside this one, a file for each family. The row's doc comment *is* the
//! explanation that `fql explain` prints, so the two can't differ; the row also makes the constant. A [`Code`] holds
//! nothing but its number: it is as cheap as an integer, and may stand in a `match`.

mod call;
mod file;
mod lint;
mod name;
mod run;
mod statement;
mod syntax;
mod types;

use super::Severity;
use std::fmt::{self, Write};

/// A stable number for one kind of fault, such as `E0301` (L9.1). Ordered by number, so errors come before lints.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u16);

impl Code {
    /// How it is written: `E0301` or `W1001`.
    pub fn number(self) -> &'static str {
        self.row().number
    }

    /// Error or warning; the letter of the number says the same.
    pub const fn severity(self) -> Severity {
        if self.0 < 1000 { Severity::Error } else { Severity::Warning }
    }

    /// The fault in a few words, lower case, without a full stop.
    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// What it means, why it is a fault and what to do, as Markdown. [`explain`] adds title and example.
    pub fn explanation(self) -> String {
        let mut text = String::new();
        for line in self.row().explanation {
            text.push_str(line.strip_prefix(' ').unwrap_or(line).trim_end());
            text.push('\n');
        }
        text
    }

    /// A text that shows the fault; `None` if no text alone can (a file that is missing, an event, a limit).
    pub fn example(self) -> Option<Example> {
        self.row().example
    }

    /// Every code, in order.
    pub fn all() -> impl Iterator<Item = Code> {
        rows().map(|row| row.code)
    }

    /// The code of that number, case and surrounding white space ignored; `None` if there is none.
    pub fn find(number: &str) -> Option<Code> {
        rows().find(|row| row.number.eq_ignore_ascii_case(number.trim())).map(|row| row.code)
    }

    fn row(self) -> &'static Row {
        // INVARIANT: a code is made by a row only (the field is private), so the search succeeds.
        family(self.0 / 100).iter().find(|row| row.code == self).unwrap_or(&NO_ROW)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.number())
    }
}

/// A small text with the fault, and the same without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// What the texts are, and when the fault shows.
    pub kind: ExampleKind,
    /// Gives this code and no other.
    pub bad: &'static str,
    /// Gives no code at all. `None` if mending it takes more than the text, such as a list that has to exist.
    pub good: Option<&'static str>,
}

/// What an example is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExampleKind {
    /// An expression; the fault shows when it is checked.
    Expression,
    /// A decision-rule file; the fault shows when it is checked.
    Rules,
    /// An expression that checks; the fault shows when it is evaluated with the event `{}`.
    Evaluation,
}

/// What `fql explain E0301` prints: number, title, explanation, and the example wrong and right, each indented.
/// Markdown, with a line break at the end.
pub fn explain(code: Code) -> String {
    let severity = match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut text = format!("{code} ({severity}): {}\n\n{}", code.title(), code.explanation());
    if let Some(example) = code.example() {
        indent(&mut text, "Wrong:", example.bad);
        if let Some(good) = example.good {
            indent(&mut text, "Right:", good);
        }
    }
    text
}

fn indent(text: &mut String, heading: &str, example: &str) {
    // Writing to a `String` does not fail.
    let _ = write!(text, "\n{heading}\n\n");
    for line in example.lines() {
        let _ = writeln!(text, "    {line}");
    }
}

/// One line of the table.
struct Row {
    code: Code,
    number: &'static str,
    title: &'static str,
    /// The lines of the doc comment, each still with the blank behind `///`.
    explanation: &'static [&'static str],
    example: Option<Example>,
}

static NO_ROW: Row = Row { code: Code(0), number: "E0000", title: "unknown", explanation: &[], example: None };

/// The rows whose numbers begin with these two digits, or a few more of the same file.
fn family(digits: u16) -> &'static [Row] {
    match digits {
        1 => syntax::ROWS,
        2 => name::ROWS,
        3 => types::ROWS,
        4 => call::ROWS,
        5 => statement::ROWS,
        6 | 7 => run::ROWS,
        8 | 9 => file::ROWS,
        _ => lint::ROWS,
    }
}

fn rows() -> impl Iterator<Item = &'static Row> {
    [1, 2, 3, 4, 5, 6, 8, 10].into_iter().flat_map(family)
}

/// The four digits of `E0301` as a number; 0 if it is not written so.
const fn digits(number: &str) -> u16 {
    let [_, a, b, c, d] = number.as_bytes() else { return 0 };
    const fn digit(byte: u8) -> u16 {
        byte.wrapping_sub(b'0') as u16
    }
    digit(*a) * 1000 + digit(*b) * 100 + digit(*c) * 10 + digit(*d)
}

/// Makes a family: its constants and its rows, in the order of their numbers.
///
/// ```text
/// /// The explanation, in Markdown.
/// E0301 TYPE_MISMATCH: "another type is expected", Expression bad "the fault" good "and mended";
/// ```
///
/// The example may be left out, and so may its `good`.
macro_rules! codes {
    ($(
        $(#[doc = $line:literal])+
        $number:ident $name:ident: $title:literal $(, $kind:ident bad $bad:literal $(good $good:literal)?)?;
    )+) => {
        impl $crate::diagnostic::Code {
            $(
                $(#[doc = $line])+
                pub const $name: Self = Self(super::digits(stringify!($number)));
            )+
        }

        pub(super) static ROWS: &[super::Row] = &[$(super::Row {
            code: $crate::diagnostic::Code::$name,
            number: stringify!($number),
            title: $title,
            explanation: &[$($line),+],
            example: [$(Some(super::Example {
                kind: super::ExampleKind::$kind,
                bad: $bad,
                good: [$(Some($good),)? None].as_slice().first().copied().flatten(),
            }),)? None].as_slice().first().copied().flatten(),
        }),+];
    };
}
use codes;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_are_unique_sorted_and_found() {
        let numbers: Vec<_> = Code::all().map(Code::number).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        for code in Code::all() {
            assert_eq!(Code::find(code.number()), Some(code));
            assert_eq!(Code::find(&format!(" {} ", code.number().to_lowercase())), Some(code));
            assert_eq!(code.0, digits(code.number()));
            assert!(!std::ptr::eq(code.row(), &raw const NO_ROW), "{code}");
        }
        assert!(Code::all().is_sorted());
        assert_eq!(Code::find("E9999"), None);
        assert_eq!(Code::find(""), None);
    }

    #[test]
    fn the_letter_is_the_severity() {
        for code in Code::all() {
            let letter = if code.severity() == Severity::Error { 'E' } else { 'W' };
            assert!(code.number().starts_with(letter) && code.number().len() == 5, "{code}");
            assert_eq!(letter == 'W', code.0 >= 1000, "{code}");
        }
    }

    #[test]
    fn titles_are_short_lower_case_and_unique() {
        let mut seen = HashSet::new();
        for code in Code::all() {
            let title = code.title();
            assert!(seen.insert(title), "{code} repeats `{title}`");
            assert!(
                (5..=60).contains(&title.len()) && !title.ends_with('.') && !title.contains('\n'),
                "{code} {title}"
            );
            let first = title.split([' ', '`']).find(|word| !word.is_empty()).unwrap();
            assert!(first == "JSON" || title.starts_with('`') || first == first.to_lowercase(), "{code} {title}");
        }
    }

    #[test]
    fn explanations_explain() {
        for code in Code::all() {
            let text = code.explanation();
            assert!(text.len() > 120, "{code} says too little: {text}");
            assert!(text.lines().all(|line| !line.starts_with(' ') || line.starts_with("  ")), "{code}: {text}");
            assert!(text.contains("Specification: "), "{code} cites no paragraph");
            assert_eq!(text.matches("```").count() % 2, 0, "{code}: {text}");
        }
    }

    #[test]
    fn examples_are_small_and_come_in_pairs() {
        for (code, example) in Code::all().filter_map(|code| Some((code, code.example()?))) {
            assert!(example.bad.len() < 400 && example.good.is_none_or(|good| good.len() < 400), "{code}");
            assert_ne!(Some(example.bad), example.good, "{code}");
        }
        let without: Vec<_> =
            Code::all().filter(|code| code.example().is_none() && code.0 < 600).map(Code::number).collect();
        assert_eq!(
            without,
            ["E0110", "E0211", "E0215", "E0216", "E0308", "E0507"],
            "other faults of a text can be shown by a text"
        );
    }

    #[test]
    fn a_code_may_stand_in_a_match() {
        let name = match Code::TYPE_MISMATCH {
            Code::UNEXPECTED_TOKEN => "token",
            Code::TYPE_MISMATCH => "type",
            _ => "other",
        };
        assert_eq!(name, "type");
        assert_eq!(
            format!("{:?} {} {:>6}|", Code::TYPE_MISMATCH, Code::TYPE_MISMATCH, Code::UNREAD_VARIABLE),
            "E0301 E0301  W1001|"
        );
    }

    #[test]
    fn explain_prints_title_explanation_and_both_examples() {
        let text = explain(Code::SINGLE_EQUALS);
        assert!(text.starts_with("E0107 (error): `=` where `==` is meant\n\n"), "{text}");
        assert!(
            text.ends_with("\nWrong:\n\n    @\"country\" = \"US\"\n\nRight:\n\n    @\"country\" == \"US\"\n"),
            "{text}"
        );
        assert!(!explain(Code::BAD_STUB).contains("Wrong:"));
    }
}
