#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
use super::*;

/// What was read, and each fault as `line:column message / help`.
fn read<T>(text: &str, read: impl FnOnce(&Section<'_>) -> T) -> (T, Vec<String>) {
    let document = Document::parse("fql.toml", text);
    let value = read(&document.root());
    let faults = document.faults().into_iter().map(|fault| {
        let (line, column) = fault.source.position(fault.span.start);
        let help = fault.help.map(|help| format!(" / {help}")).unwrap_or_default();
        format!("{} {line}:{column} {}{help}", fault.code, fault.message)
    });
    (value, faults.collect())
}

#[test]
fn values_have_the_type_that_is_asked_for() {
    let text = r#"
id = "shop"
on = true
steps = 0x10
share = 1
half = 0.5
mode = "First-Match"
hosts = ["a", "b"]
empty = []
[a.b]
c = "d"
[[sinks]]
kind = "stdout"
[[sinks]]
kind = "file"
"#;
    let ((), faults) = read(text, |root| {
        assert_eq!(root.text("id"), Some("shop"));
        assert_eq!(root.boolean("on"), Some(true));
        assert_eq!(root.integer("steps", 1..=16usize), Some(16));
        assert_eq!(root.number("share", 0.0..=1.0), Some(1.0));
        assert_eq!(root.number("half", 0.0..=1.0), Some(0.5));
        assert_eq!(root.choice("mode", &[("until-decision", 1), ("first-match", 2)]), Some(2));
        assert_eq!(root.texts("hosts").unwrap().iter().map(|text| text.value).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(root.texts("empty").unwrap().len(), 0);
        assert_eq!(root.section("a").unwrap().section("b").unwrap().text("c"), Some("d"));
        let kinds: Vec<_> = root.sections("sinks").iter().map(|sink| sink.text("kind").unwrap()).collect();
        assert_eq!(kinds, ["stdout", "file"]);
        assert_eq!((root.text("absent"), root.section("absent").is_none()), (None, true));
        assert!(root.sections("absent").is_empty() && !root.has("absent"));
    });
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn all_faults_of_a_file_are_told_in_its_order() {
    let text = r#"
id = 7
on = "yes"
steps = 17
huge = 99999999999999999999
mode = "first-mach"
hosts = ["a", 1]
idd = "x"
nothing-like-it = 1
[limits]
nestign = 5
[sinks]
"#;
    let ((), faults) = read(text, |root| {
        root.text("id");
        root.boolean("on");
        root.integer("steps", 1..=16usize);
        root.integer("huge", 1..=u64::MAX);
        root.choice("mode", &[("until-decision", 1), ("first-match", 2)]);
        root.texts("hosts");
        root.sections("sinks");
        let limits = root.section("limits").unwrap();
        limits.integer("nesting", 1..=128usize);
    });
    assert_eq!(
        faults,
        [
            "E0802 2:6 expected a text for `id`, found 7",
            "E0802 3:6 expected `true` or `false` for `on`, found the text \"yes\"",
            "E0802 4:9 expected an integer from 1 to 16 for `steps`, found 17",
            "E0802 5:8 expected an integer from 1 to 18446744073709551615 for `huge`, found 99999999999999999999",
            "E0802 6:8 expected \"until-decision\" or \"first-match\" for `mode`, found the text \"first-mach\" / did you mean `first-match`?",
            "E0802 7:15 expected a list of texts for `hosts`, found 1",
            "E0802 8:1 unknown key `idd` / did you mean `id`?",
            "E0802 9:1 unknown key `nothing-like-it` / known keys are `id`, `on`, `steps`, `huge`, `mode`, `hosts`, `sinks`, `limits`",
            "E0802 11:1 unknown key `nestign` in `[limits]` / did you mean `nesting`?",
            "E0802 12:1 expected a list of tables for `sinks`, found a table",
        ]
    );
}

#[test]
fn text_that_is_no_toml_hides_no_other_fault() {
    let (id, faults) =
        read("id = \"shop\"\nid = \"again\"\nx = = 1\nidd = 1\n[open\n", |root| root.text("id").map(String::from));
    assert_eq!(id.as_deref(), Some("shop"));
    assert!(faults.iter().any(|fault| fault.starts_with("E0807 2:1 duplicate key")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.starts_with("E0807 3:5 ")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.starts_with("E0802 4:1 unknown key `idd`")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.starts_with("E0807 5:")), "{faults:?}");
}

#[test]
fn a_key_that_has_to_be_there_is_missed() {
    let ((), faults) = read("[request]\nmethod = \"GET\"\n", |root| {
        let request = root.section("request").unwrap();
        assert!(request.require("method", "a method") && !request.require("url", "an address"));
    });
    assert_eq!(faults, ["E0802 1:1 expected an address under `url` in `[request]`, found none"]);
}

#[test]
fn json_keeps_the_order_of_keys() {
    let text = "x = { z = 1, a = [1.5, true, \"q\\\"\"], t = 2026-01-02T03:04:05Z, n = nan }\n[y]\nb = 1.0\na = {}\n";
    let ((), faults) = read(text, |root| {
        let expected = r#"{"z":1,"a":[1.5,true,"q\""],"t":"2026-01-02T03:04:05Z","n":"NaN"}"#;
        assert_eq!(root.json("x").as_deref(), Some(expected));
        assert_eq!(root.json("y").as_deref(), Some(r#"{"b":1.0,"a":{}}"#));
    });
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_secret_is_in_no_excerpt() {
    let document = Document::parse("a.toml", "[auth]\nx = 1\nsecret = \"canary-4711\"\npin = 4711\n");
    {
        let root = document.root();
        let auth = root.section("auth").unwrap();
        assert_eq!((auth.secret("secret"), auth.secret("pin")), (Some("canary-4711"), None));
        auth.fault("secret", "expected a longer text", "");
    }
    let faults = document.faults();
    assert_eq!(faults.len(), 3);
    let drawn = crate::diagnostic::render::render(&faults, false);
    assert!(drawn.contains("secret = *") && !drawn.contains("4711"), "{drawn}");
    assert!(!format!("{faults:?}").contains("4711"));
}

#[test]
fn hostile_texts_are_faults() {
    let many = "a.".repeat(400_000);
    let inputs = [
        format!("{many}a = 1"),
        format!("[{many}a]"),
        format!("x = {{ {many}a = 1 }}"),
        format!("x = \"{many}\"\n{many}"),
        "x = ".to_string() + &"[".repeat(400_000),
        "x = ".to_string() + &"{a=".repeat(400_000),
        "\u{0}\u{1}".repeat(1000),
        "x".repeat(5 << 20),
        "[[a]]\n".repeat(10_000) + "b",
    ];
    for text in inputs {
        std::thread::Builder::new()
            .stack_size(256 << 10)
            .spawn(move || {
                let document = Document::parse("a.toml", text.as_str());
                document.root().keys();
                assert!(!document.faults().is_empty(), "{:.40}", text);
            })
            .unwrap()
            .join()
            .unwrap();
    }
    let (value, faults) = read("x = \"a.b.c\"#....\ny = '''..\n...'''", |root| {
        [root.text("x"), root.text("y")].map(Option::unwrap).concat()
    });
    assert_eq!((value.as_str(), faults), ("a.b.c..\n...", Vec::new()));
}
