//! Bad input is found when it is loaded, never by the first event: a diagnostic with its place and help.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use fql::{Engine, EngineBuilder};

/// The first error of an engine that cannot be built: `code file:line:column message`, and its help.
fn error(builder: EngineBuilder) -> (String, String) {
    let Err(refused) = builder.build() else { return ("it is not refused".to_string(), String::new()) };
    let diagnostics = refused.diagnostics;
    let first = diagnostics.iter().find(|one| one.is_error()).unwrap();
    let (line, column) = first.source.position(first.span.start);
    let text = format!("{} {}:{line}:{column} {}", first.code.number(), first.source.name(), first.message);
    (text, first.help.clone().unwrap_or_default())
}

fn rule(test: &str) -> EngineBuilder {
    Engine::builder()
        .list("Blocked bins", "bin,reason\n411111,stolen\n")
        .support_list("Emails", "Value,Status\na@contoso.com,Block\n")
        .named_rules("shop", "shop.fql", format!("RETURN Review()\nWHEN {test}").as_bytes())
}

#[test]
fn what_a_rule_gets_wrong_is_found_before_any_event() {
    let cases = [
        (
            r#"@"a".StartsWith()"#,
            "E0401 shop.fql:2:11 `StartsWith` takes 1 argument, found 0",
            "it is `String.StartsWith",
        ),
        (r#"@"a".StartsWith(1)"#, "E0301 shop.fql:2:22 expected String, found Int", "write `1.ToString()`"),
        (r#"@"a".Length"#, "E0301 shop.fql:2:6 expected Bool, found Int", "compare it"),
        (
            r#"ContainsKey("Blocked bin", "bin", @"b")"#,
            "E0206 shop.fql:2:18 unknown list `Blocked bin`",
            "did you mean `Blocked bins`?",
        ),
        (r#"IsBlock("Email", @"b")"#, "E0206 shop.fql:2:14 unknown support list `Email`", "did you mean `Emails`?"),
        (
            r#"ContainsKey("Blocked bins", "bins", @"b")"#,
            "E0211 shop.fql:2:34 the list `Blocked bins` has no column `bins`",
            "did you mean `bin`?",
        ),
        (
            r#"ContainsKey("Blocked bins", @"column", @"b")"#,
            "E0405 shop.fql:2:34 expected a constant as the name of a column, found an expression",
            "it is looked at before any event",
        ),
        (
            r#"Patterns.IsRegexMatch("(a", @"b")"#,
            "E0407 shop.fql:2:29 this group is not closed",
            "a parenthesis that stands for itself",
        ),
        (
            r#"Patterns.IsRegexMatch("(?=a)", @"b")"#,
            "E0407 shop.fql:2:29 the look-ahead `(?=...)` cannot be matched",
            "say it with several tests",
        ),
        (
            r#"Patterns.IsRegexMatch("(a)\\1", @"b")"#,
            "E0407 shop.fql:2:32 a back-reference cannot be matched",
            "a backslash in a pattern is doubled",
        ),
        (r#"@"d".ToDateTime("yyyy'").Year > 2000"#, "E0407 shop.fql:2:22", "a format of your own"),
        (
            r#"@"d".ToDateTime().ToString("%") == """#,
            "E0407 shop.fql:2:33 expected one of the formats",
            "a format of your own",
        ),
    ];
    let mut wrong = Vec::new();
    for (test, begin, help) in cases {
        let (found, helped) = error(rule(test));
        if !found.starts_with(begin) || !helped.starts_with(help) {
            wrong.push(format!("{test}\n  {found}\n  help: {helped}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_list_gets_wrong_is_found_when_it_is_loaded() {
    let cases: [(&[u8], &str); 9] = [
        (b"bin,reason\n411111\n", "E0804 x:2:1 expected 2 cells as in the first line, found 1"),
        (b"bin,reason\n411111,a,b\n", "E0804 x:2:1 expected 2 cells as in the first line, found 3"),
        (b"bin,reason,BIN\n1,2,3\n", "E0804 x:1:12 two columns are called `BIN`"),
        (b"bin,\n1,2\n", "E0804 x:1:5 expected the name of column 2, found nothing"),
        (b"bin,reason\n411111,caf\xe9\n", "E0804 x:2:11 expected UTF-8, found a byte that is none at offset 21"),
        (b"", "E0804 x:1:1 expected the names of columns, found an empty file"),
        (b"bin,reason\n1,\"open\n2,3\n", "E0804 x:2:3 this quote is not closed"),
        (b"\xff\xfeb\x00i\x00n\x00", "E0804 x:1:1 expected UTF-8, found a byte that is none at offset 0"),
        (b"bin\n1\n2,3\n", "E0804 x:3:1 expected 1 cell as in the first line, found 2"),
    ];
    for (csv, expected) in cases {
        let (found, help) = error(Engine::builder().list("x", csv));
        assert_eq!(found, expected);
        assert!(!help.is_empty(), "{found}");
    }
    let cases = [
        ("Value,Stat\na,Safe\n", "E0804 x:1:7 `Stat` is no column of a support list"),
        ("Value,Status\na,Good\n", "E0804 x:2:3 expected `Safe`, `Block` or `Watch`, found `Good`"),
        ("Value,Status,Expiration\na,Safe,soon\n", "E0804 x:2:8 expected a time, found `soon`"),
    ];
    for (csv, expected) in cases {
        let (found, help) = error(Engine::builder().support_list("x", csv));
        assert_eq!(found, expected);
        assert!(!help.is_empty(), "{found}");
    }
}

#[test]
fn a_sample_warns_of_an_array_without_an_index() {
    let rules = r#"RETURN Review() WHEN @"products.price" > 5 && @"products[0].price" > 6 && @"user.age" > 7"#;
    let sample = r#"{"products": [{"price": 1}], "user": {"age": 7}}"#;
    let told = |builder: EngineBuilder| {
        let warnings = builder.rules("shop", rules).build().unwrap().warnings().to_vec();
        warnings.iter().map(|one| format!("{} {}", one.code, one.message)).collect::<Vec<_>>()
    };
    assert_eq!(told(Engine::builder()), [] as [&str; 0]);
    assert_eq!(
        told(Engine::builder().sample("shop", "sample.json", sample)),
        ["W1006 `products.price` steps into an array by a name, which reads its first element"]
    );
    let (found, help) = error(Engine::builder().sample("shop", "sample.json", "[").rules("shop", rules));
    assert!(found.starts_with("E0802 sample.json:1:") && !help.is_empty(), "{found}");
}
