//! Limits, hostile texts, and what holds for every text.

use super::*;
use proptest::prelude::*;

// ---- limits and harm

#[test]
fn nesting_counts_brackets_unary_operators_and_conditionals() {
    let cases = [
        ("a + b * c . d . e", 0),
        ("f(a)(b)[c] + (d)", 1),
        ("f(g([1]))", 3),
        ("- - -x", 3),
        ("-a + -b", 1),
        ("a ? b : c", 0),
        ("a ? b : c ? d : e", 1),
        ("a ? b ? c : d : e ? f : g", 1),
        ("a ? (b ? c : d) : e", 2),
        ("f(a ? b : c, d ? e : f)", 1),
        ("\"((((\" + /* (((( */ 1", 0),
        ("LET $x = (1\nRETURN (2)", 1),
    ];
    for (text, depth) in cases {
        assert_eq!(nesting(text), depth, "{text}");
    }
}

#[test]
fn texts_at_the_limits_are_read_and_texts_beyond_are_refused() {
    let deep = |open: &str, close: &str, n: usize| format!("{}1{}", open.repeat(n), close.repeat(n));
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{a:", "}"), ("f(", ")"), ("-", ""), ("1?1:", ""), ("1?", ":1"), ("f(x=", ")")]
    {
        // The outermost `?:` is within no branch, so it does not count.
        let most = if open.contains('?') { 129 } else { 128 };
        let (at, beyond) = (deep(open, close, most), deep(open, close, most + 1));
        let codes = |text: &str| {
            with_stack(nesting(text), || {
                let parsed = parse_expression(&source(text), &Limits::default());
                parsed.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>()
            })
            .unwrap()
        };
        assert_eq!(codes(&at), [], "{open}");
        assert_eq!(codes(&beyond), [Code::NESTING_TOO_DEEP], "{open}");
    }
    let list = |n: usize| format!("[{}]", "1,".repeat(n));
    assert_eq!(expression_faults(&list(10_000)).len(), 0);
    assert_eq!(expression_faults(&list(10_001)), ["E0603 1:1 expected at most 10000 elements, found 10001"]);
    let small = Limits { source_bytes: 3, ..Limits::default() };
    assert_eq!(
        faults(&parse_rules(&source("DO f()"), &small).diagnostics),
        ["E0601 1:1 expected at most 3 bytes, found 6"]
    );
}

#[test]
fn hostile_texts_are_refused_without_harm() {
    let limits = Limits { source_bytes: 8 << 20, ..Limits::default() };
    let texts = [
        "(".repeat(5_000),
        "RETURN ".to_owned() + &"f(".repeat(5_000),
        "(".repeat(5_000) + "1" + &")".repeat(5_000),
        "!".repeat(5_000),
        "1?".repeat(5_000) + &":1".repeat(5_000),
        "1?1:1".to_owned() + &":".repeat(5_000),
        "\"".repeat(5_001),
        "“".repeat(5_001),
        "/*".repeat(5_000),
        ";".repeat(5_000),
        "; ".repeat(5_000),
        "(\nLET $x = ".repeat(5_000),
        "RETURN ".repeat(5_000),
        "WHEN\n".repeat(5_000),
        "RETURN f(\nRETURN ".repeat(5_000),
        "a".repeat(1 << 18),
        "RETURN f(".to_owned() + &"a, ".repeat(5_000),
        "@".repeat(5_000),
        "{a:".repeat(120) + &"{a".repeat(5_000),
        "\\u".repeat(5_000),
        "SELECT a AS ".repeat(5_000),
        "\u{202E}".repeat(10_000),
    ];
    for text in texts {
        let source = source(&text);
        let wrong = with_stack(128, || {
            let rules = parse_rules(&source, &limits);
            let expression = parse_expression(&source, &limits);
            rules.diagnostics.iter().any(Diagnostic::is_error)
                && (expression.diagnostics.iter().any(Diagnostic::is_error) || expression.tree.is_some())
        });
        assert!(wrong.unwrap(), "{}", &text[..20]);
    }
}

#[test]
fn long_chains_are_wide_and_not_deep() {
    let text = vec!["a.b.c(1)"; 20_000].join(" + ");
    assert_eq!(nesting(&text), 1);
    let tree = parse_expression(&source(&text), &Limits::default()).tree.unwrap();
    let Kind::Chain(chain) = &tree.kind else { panic!() };
    assert_eq!(chain.rest.len(), 19_999);
}

#[test]
fn a_deep_tree_is_dropped_on_a_small_stack() {
    for (open, close) in
        [("(a||b&&c|d==e<f+g*", ")"), ("[", "]"), ("{a:", "}"), ("f(x=", ")"), ("x[", "]"), ("-", ""), ("1?1:", "")]
    {
        let text = format!("{}1{}", open.repeat(128), close.repeat(128));
        let tree = with_stack(128, || parse_expression(&source(&text), &Limits::default()).tree).unwrap();
        assert!(tree.is_some(), "{open}");
        let thread = std::thread::Builder::new().stack_size(128 << 10).spawn(move || drop(tree));
        thread.unwrap().join().unwrap();
    }
}

#[test]
fn shallow_texts_are_parsed_on_a_small_stack() {
    for (open, close) in
        [("(a||b&&c|d==e<f+g*", ")"), ("{a:[", "]}"), ("f(x=", ")"), ("x[", "]"), ("-f(", ")"), ("1?1:(", ")")]
    {
        let levels = SHALLOW / nesting(&format!("{open}1{close}"));
        let text = format!("RETURN {}1{}", open.repeat(levels), close.repeat(levels));
        let parse = move || parse_rules(&source(&text), &Limits::default()).diagnostics.len();
        let thread = std::thread::Builder::new().stack_size(160 << 10).spawn(parse);
        assert_eq!(thread.unwrap().join().unwrap(), 0, "{open}");
    }
}

// ---- any text

const VALID: [&str; 8] = [
    "RETURN Reject(\"bin\"), Output(a = @\"x.y\", when = [1, 2.5, {k: null}]) WHEN @a != 'b' and !(@b >= -3) || In(@c, \"x, y\")",
    "LET $x = External.call(@ip, 7d)[0].name\nLET $y = $x.AsInt() > 3 ? \"a\" : (\"b\" + 'c')\nWHEN $y == \"a\" // tail\nOBSERVE Output()",
    "SELECT DistinctCount(@\"user.id\") AS per_user\nFROM Purchase, Account:status\nWHEN @x GROUPBY @\"user.id\"",
    "RULE \"a\" STATUS inactive CONDITION LET $c = @c WHEN $c < 5 CLAUSE \"one\" RETURN Approve() WHEN @d /* no */ CLAUSE \"two\" DO SetVariables(k = @@\"e\")",
    "ROUTETO Queue(\"q\") WHEN Functions.environment[\"id\"].f(1).out > 5 % 2",
    "DO SetResponse(\"s\", a = CharSet.Numeric|CharSet.Hyphen)\nDO External.x()",
    "RETURN _a + _b * -9223372036854775808",
    "RULE \"x\"\nDESCRIPTION \"y\"\nWHEN not @a\nRETURN Review(reason = \"r\")\nRULE \"z\" OBSERVE Trace(status = 1)",
];

/// Reads a rule text piece by piece, as one with mistakes.
fn by_pieces(text: &str) -> (String, Vec<String>) {
    let source = source(text);
    let mut collected = Faults::new(&source);
    let scan = scan::scan(text, 128, true);
    let elements = recover::rules(text, 0, &scan, &Limits::default(), &mut collected);
    let file = layout::layout(elements, &mut collected);
    (show_file(&file), faults(&collected.into_sorted()))
}

#[test]
fn pieces_read_a_correct_text_as_the_whole_grammar_does() {
    for text in VALID {
        assert_eq!(by_pieces(text), (rules(text), vec![]), "{text}");
    }
    let all = VALID
        .iter()
        .enumerate()
        .map(|(i, text)| if text.starts_with("RULE") { (*text).to_owned() } else { format!("RULE 'r{i}' {text}") });
    let all: Vec<String> = all.collect();
    assert_eq!(by_pieces(&all.join("\n")), (rules(&all.join("\n")), vec![]));
}

fn soup() -> impl Strategy<Value = String> {
    let tokens = vec![
        "RETURN",
        "LET",
        "WHEN",
        "OBSERVE",
        "DO",
        "ROUTETO",
        "SELECT",
        "AS",
        "FROM",
        "GROUPBY",
        "RULE",
        "DESCRIPTION",
        "STATUS",
        "CONDITION",
        "CLAUSE",
        "and",
        "or",
        "not",
        "a",
        "f",
        "active",
        "\"s\"",
        "'t'",
        "“u”",
        "\"",
        "'",
        "“",
        "$x",
        "$",
        "@a",
        "@\"p.q\"",
        "@@",
        "@",
        "1",
        "2.5",
        "7d",
        "5.",
        ".",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "?",
        "=",
        "==",
        "!=",
        "<",
        ">=",
        "&&",
        "||",
        "|",
        "&",
        "+",
        "-",
        "*",
        "/",
        "%",
        "!",
        ";",
        "#",
        "\\",
        "//",
        "/*",
        "*/",
        "\n",
        "\r\n",
        "\u{A0}",
        "é",
        "\u{202E}",
        "if",
        "true",
        "null",
    ];
    let token = proptest::sample::select(tokens);
    proptest::collection::vec((token, proptest::sample::select(vec!["", " ", "\n"])), 0..60)
        .prop_map(|parts| parts.into_iter().flat_map(|(token, gap)| [token, gap]).collect())
}

fn mutant() -> impl Strategy<Value = String> {
    let cut = (0usize..8, 0usize..200, 0usize..20, soup());
    cut.prop_map(|(which, at, length, patch)| {
        let characters: Vec<char> = VALID[which].chars().collect();
        let at = at.min(characters.len());
        let end = (at + length).min(characters.len());
        let patch: String = patch.chars().take(length).collect();
        characters[..at].iter().collect::<String>() + &patch + &characters[end..].iter().collect::<String>()
    })
}

/// Parses a text in every way and checks what holds for all texts.
fn examine(text: &str) {
    let source = source(text);
    for diagnostics in [
        parse_rules(&source, &Limits::default()).diagnostics,
        parse_expression(&source, &Limits::default()).diagnostics,
    ] {
        for d in &diagnostics {
            let places =
                std::iter::once(d.span).chain(d.labels.iter().map(|l| l.span)).chain(d.fix.iter().map(|f| f.span));
            for span in places {
                assert!(text.get(span.range()).is_some(), "{text:?}: {span:?} of {}", d.message);
            }
            assert!(!d.message.is_empty() && !d.message.ends_with('.') || d.message.ends_with("..."), "{}", d.message);
        }
    }
    if parse_rules(&source, &Limits::default()).diagnostics.iter().all(|d| d.code != Code::NESTING_TOO_DEEP) {
        let whole = parse_rules(&source, &Limits::default());
        if !whole.diagnostics.iter().any(Diagnostic::is_error) {
            let bare = text.strip_prefix('\u{FEFF}').unwrap_or(text);
            assert_eq!(by_pieces(bare).0, show_file(&whole.tree), "{text:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        examine(&text);
    }

    #[test]
    fn no_sequence_of_tokens_panics(text in soup()) {
        examine(&text);
    }

    #[test]
    fn no_change_of_a_correct_text_panics(text in mutant()) {
        examine(&text);
    }

    #[test]
    fn no_path_panics(text in "[a-c.\\[\\]0-9 ü]{0,12}") {
        if let Ok(path) = parse_path(&text) {
            prop_assert_eq!(parse_path(&path.text).map(|p| p.steps), Ok(path.steps));
        }
    }
}
