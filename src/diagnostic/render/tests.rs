#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::diagnostic::Code;
use crate::source::Span;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::new("shop/rules/010-amount.fql", text))
}

/// An error at the first place of `at`.
fn at(source: &Arc<Source>, at: &str) -> Diagnostic {
    Diagnostic::new(Code::TYPE_MISMATCH, source, span(source, at), "expected Bool, found `Int`")
}

fn span(source: &Source, at: &str) -> Span {
    let start = source.text().find(at).unwrap();
    Span::new(start, start + at.len())
}

/// Compares with a picture whose common indentation is not part of it.
#[track_caller]
fn assert_drawn(diagnostics: &[Diagnostic], expected: &str) {
    let drawn = render(diagnostics, false);
    let expected: String = expected
        .trim_matches('\n')
        .lines()
        .map(|line| line.strip_prefix("        ").unwrap_or(line).trim_end().to_owned() + "\n")
        .collect();
    let expected = expected.trim_end().to_owned() + "\n";
    assert_eq!(drawn, expected, "drawn:\n{drawn}\nexpected:\n{expected}");
}

#[test]
fn a_label_and_another_place_and_help() {
    let source = source("LET $a = @\"amount\"\n\n\n\nRETURN Review(\"high\")\nWHEN $a.Length\n");
    let diagnostic = at(&source, "$a.Length")
        .label("this is `Int`")
        .also(span(&source, "$a"), "bound here")
        .help("compare it: `> 0`");
    assert_drawn(
        &[diagnostic],
        r#"
        error[E0301]: expected Bool, found `Int`
         --> shop/rules/010-amount.fql:6:6
          |
        1 | LET $a = @"amount"
          |     -- bound here
        ...
        6 | WHEN $a.Length
          |      ^^^^^^^^^ this is `Int`
          |
          = help: compare it: `> 0`
        "#,
    );
}

#[test]
fn a_fix_is_drawn_as_a_change() {
    let source = source("WHEN @\"country\" = \"US\"\n");
    let place = span(&source, "=");
    let wrong = Diagnostic::new(Code::SINGLE_EQUALS, &source, place, "expected `==`, found `=`").fix(place, "==");
    assert_drawn(
        std::slice::from_ref(&wrong),
        r#"
        error[E0107]: expected `==`, found `=`
         --> shop/rules/010-amount.fql:1:17
          |
        1 | WHEN @"country" = "US"
          |                 ^
          |
        help: replace `=` by `==`
          |
        1 | WHEN @"country" == "US"
          |                  +
        "#,
    );
    let place = span(&source, "country");
    let named = Diagnostic::new(Code::UNREAD_VARIABLE, &source, place, "x").help("write it so").fix(place, "region");
    assert_drawn(
        &[named],
        r#"
        warning[W1001]: x
         --> shop/rules/010-amount.fql:1:8
          |
        1 | WHEN @"country" = "US"
          |        ^^^^^^^
          |
        help: write it so
          |
        1 - WHEN @"country" = "US"
        1 + WHEN @"region" = "US"
          |
        "#,
    );
}

#[test]
fn a_change_that_cannot_be_drawn_is_told() {
    let source = source("a\nb");
    for (span, text, told) in [
        (Span::new(2, 90), "c", "= help: insert `c`"),
        (Span::new(0, 1), "x".repeat(5000).as_str(), "= help: replace `a` by `xxxxx"),
        (Span::new(1, 2), "x\n".repeat(50).as_str(), "= help: replace `␊` by `x␊x␊"),
    ] {
        let drawn = render(&[at(&source, "a").fix(span, text)], false);
        assert!(drawn.contains(told) && drawn.len() < 400, "{drawn}");
    }
}

#[test]
fn spans_of_several_lines_are_drawn_if_they_are_few() {
    let text = source("RETURN Review(\n  \"a\",\n  \"b\"\n)\n\n");
    let few = Diagnostic::new(Code::WRONG_ARITY, &text, Span::new(7, 31), "expected 1 argument, found 2").label("here");
    assert_drawn(
        &[few],
        r#"
        error[E0401]: expected 1 argument, found 2
         --> shop/rules/010-amount.fql:1:8
          |
        1 |   RETURN Review(
          |  ________^
        2 | |   "a",
        3 | |   "b"
        4 | | )
          | |_^ here
        "#,
    );
    let text = source(&"line\n".repeat(100));
    let many = Diagnostic::new(Code::WRONG_ARITY, &text, Span::new(6, 490), "x").label("here");
    assert_drawn(
        &[many],
        r#"
        error[E0401]: x
         --> shop/rules/010-amount.fql:2:2
          |
        2 | line
          |  ^^^ here
        "#,
    );
}

#[test]
fn a_far_place_has_an_excerpt_of_its_own() {
    let text = source(&format!("first\n{}last", "\n".repeat(2000)));
    assert_drawn(
        &[at(&text, "last").also(span(&text, "first"), "and here")],
        r#"
        error[E0301]: expected Bool, found `Int`
            --> shop/rules/010-amount.fql:2002:1
             |
        2002 | last
             | ^^^^
             |
            ::: shop/rules/010-amount.fql:1:1
             |
           1 | first
             | ----- and here
        "#,
    );
}

#[test]
fn diagnostics_of_several_files_follow_each_other() {
    let (one, two) = (Arc::new(Source::new("one", "a")), Arc::new(Source::new("two", "\nb")));
    assert_drawn(
        &[at(&two, "b"), at(&one, "a")],
        r#"
        error[E0301]: expected Bool, found `Int`
         --> two:2:1
          |
        2 | b
          | ^

        error[E0301]: expected Bool, found `Int`
         --> one:1:1
          |
        1 | a
          | ^
        "#,
    );
    assert_eq!(render(&[], true), "");
}

#[test]
fn at_most_a_hundred_are_drawn() {
    let text = source("a");
    let drawn = render(&vec![at(&text, "a"); 123], false);
    assert_eq!(drawn.matches("error[E0301]").count(), 100);
    assert!(drawn.ends_with("^\n\n... and 23 more\n"), "{drawn}");
    assert!(!render(&vec![at(&text, "a"); 100], false).contains("more"));
}

#[test]
fn a_place_at_the_end_is_drawn_there() {
    let end = |text: &str| {
        let text = source(text);
        let end = text.text().len();
        render(&[Diagnostic::new(Code::UNEXPECTED_TOKEN, &text, Span::new(end, end), "x")], false)
    };
    assert!(end("1 +").contains(":1:4\n  |\n1 | 1 +\n  |    ^\n"), "{}", end("1 +"));
    assert!(end("1 +\n").contains(":2:1\n  |\n2 |\n  | ^\n"), "{}", end("1 +\n"));
    assert!(end("").ends_with("010-amount.fql:1:1\n"), "an empty text has nothing to show: {}", end(""));
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let line = format!("{}WRONG{}", "é+".repeat(700_000), "+é".repeat(700_000));
    let text = source(&line);
    let begin = Instant::now();
    let drawn = render(
        &[at(&text, "WRONG").label("here").also(Span::new(0, 2), "far").fix(span(&text, "WRONG"), "RIGHT")],
        false,
    );
    assert!(drawn.len() < 1200, "{} bytes", drawn.len());
    assert!(drawn.contains(":1:1400001\n"), "{drawn}");
    assert!(
        drawn.lines().any(|line| line.starts_with("1 | …é+é+") && line.contains("+WRONG+") && line.ends_with("é+…")),
        "{drawn}"
    );
    let caret = drawn.lines().find(|line| line.contains("^^^^^ here")).unwrap();
    let shown = drawn.lines().find(|line| line.starts_with("1 | …")).unwrap();
    let column = |line: &str, part: &str| line[..line.find(part).unwrap()].chars().count();
    assert_eq!(column(caret, "^"), column(shown, "WRONG"), "{drawn}");
    assert!(begin.elapsed() < Duration::from_secs(20), "a guard against quadratic work only");
}

#[test]
fn what_the_user_wrote_cannot_steer_the_terminal() {
    let evil = "\u{1b}[2J\u{202e}\u{7}\t\u{9b}\u{e000}:9:9\r\n";
    let name = format!("evil{evil}");
    let text = Arc::new(Source::new(name.as_str(), format!("a{evil}b{evil}")));
    let diagnostic = Diagnostic::new(Code::BAD_CHARACTER, &text, Span::new(0, 3), evil)
        .label(evil)
        .also(Span::new(3, 5), evil)
        .help(evil);
    for diagnostic in
        [diagnostic.clone(), diagnostic.clone().fix(Span::new(1, 2), evil), diagnostic.fix(Span::new(0, 99), evil)]
    {
        let drawn = render(&[diagnostic], false);
        assert!(
            !drawn
                .chars()
                .any(|c| c != '\n' && c.is_control() || ('\u{200b}'..'\u{2070}').contains(&c) || c == '\u{e000}'),
            "{drawn}"
        );
        assert_eq!(drawn.matches(" --> ").count(), 1, "{drawn}");
        assert!(drawn.contains("--> evil␛[2J�␇    ��:9:9␍␊:1:1\n"), "{drawn}");
    }
}

#[test]
fn underlines_stay_below_what_is_replaced() {
    let text = source("\t\u{7}\u{202e}x = 日本 WRONG");
    let drawn = render(&[at(&text, "WRONG"), at(&text, "x")], false);
    // Two ideographs are four columns wide.
    assert!(drawn.contains("␇�x = 日本 WRONG\n"), "{drawn}");
    let lines: Vec<&str> = drawn.lines().collect();
    let shown = lines[3];
    assert_eq!(lines[4].find('^').unwrap(), shown[..shown.find("WRONG").unwrap()].chars().count() + 2, "{drawn}");
    assert!(drawn.contains(":1:11\n") && drawn.contains(":1:4\n"), "{drawn}");
}

#[test]
fn colour_is_given_only_when_asked_for() {
    let text = source("a");
    let plain = render(&[at(&text, "a").help("h")], false);
    let colour = render(&[at(&text, "a").help("h")], true);
    assert!(!plain.contains('\u{1b}') && colour.contains("\u{1b}["), "{colour}");
    let mut bare = String::new();
    let mut parts = colour.split('\u{1b}');
    bare.push_str(parts.next().unwrap());
    parts.for_each(|part| bare.push_str(part.split_once('m').unwrap().1));
    assert_eq!(bare, plain);
}

/// A small generator, so that the cases are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

#[test]
fn no_span_panics() {
    let pieces = [
        "a",
        "é",
        "日",
        "𝄞",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        "\"x\" == ",
        "\u{1b}",
        "e\u{301}",
        "//",
        "}",
        "\u{feff}",
        "long".repeat(40).leak(),
    ];
    let mut dice = Dice(1);
    for _ in 0..3000 {
        let text: String = (0..dice.below(30)).map(|_| pieces[dice.below(pieces.len())]).collect();
        let size = text.len() + 6;
        let text = source(&text);
        let mut any = || Span { start: dice.below(size) as u32, end: dice.below(size) as u32 };
        let mut diagnostic = Diagnostic::new(Code::BAD_PATH, &text, any(), "m")
            .label("l")
            .also(any(), "1")
            .also(any(), "")
            .also(any(), "3\n4");
        let fix = any();
        if dice.below(2) == 0 {
            let new: String = (0..dice.below(4)).map(|_| pieces[dice.below(pieces.len())]).collect();
            diagnostic = diagnostic.fix(fix, new);
        }
        let drawn = render(std::slice::from_ref(&diagnostic), dice.below(2) == 0);
        let (line, column) = text.position(diagnostic.span.start.min(text.text().len() as u32));
        assert!(drawn.contains(&format!("010-amount.fql:{line}:")), "{line}:{column}\n{drawn}");
        diagnostic.to_json();
    }
}
