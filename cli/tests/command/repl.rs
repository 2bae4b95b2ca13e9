//! `fql repl` without a terminal (R12.5): lines are piped in.

use super::{Folder, Output, fql, fql_with};

fn repl(lines: &str) -> Output {
    fql_with(&["repl"], lines.as_bytes())
}

#[test]
fn values_go_to_standard_output() {
    assert_eq!(repl("1 + 2\n'a'\n(1 +\n 2) * 3\n").good(), "3\n\"a\"\n9\n");
    assert_eq!(repl("").good(), "");
    assert_eq!(repl("1\n:quit\n2\n").good(), "1\n");
    assert_eq!(repl("1 + 1").good(), "2\n");
}

#[test]
fn an_error_ends_nothing() {
    let output = repl("1 +\nnonsense\n1 / (1 - 1)\n:nope\n:load /no/such\n(1\n\n7\n");
    assert_eq!((output.code, output.out.as_str()), (0, "7\n"));
    for code in ["E0101", "E0204", "E0701", "unknown command `:nope`", "E0801", "E0115"] {
        assert!(output.err.contains(code), "{code} is missing: {}", output.err);
    }
    let output = fql_with(&["repl"], b"\xff\n1\n(2");
    assert_eq!((output.code, output.out.as_str()), (0, "1\n"));
    assert!(output.err.contains("E0110") && output.err.contains("E0115"), "{}", output.err);
    let long = format!("\"{}\"\n1\n", "x".repeat(2 << 20));
    let output = repl(&long);
    assert_eq!(output.out, "1\n");
    assert!(output.err.len() < 1000 && output.err.contains("at most 1048576 bytes"), "{}", output.err);
    let output = repl(&("(\n".repeat(60_000) + "\n1\n"));
    assert_eq!(output.out, "1\n");
}

#[test]
fn a_session() {
    let folder = Folder::new(&[
        ("event.json", r#"{"user": {"email": "a@b.example"}, "amount": 700}"#),
        (
            "rules.fql",
            "LET $r = External.riskOf(@\"user.email\")\nRETURN Reject(\"risky\") WHEN $r == \"high\" && @\"amount\" > 500",
        ),
        ("stub.json", r#"{"riskOf": {"response": "high"}}"#),
    ]);
    let lines = format!(
        ":event {}\n@\"user.email\".EndsWith(\".example\")\n:let limit = @\"amount\" / 2\n$limit + 1\n:type $limit\n\
         :stub {}\n:load {}\n:decide\n:calls\n:explain StartsWith\n",
        folder.path("event.json"),
        folder.path("stub.json"),
        folder.path("rules.fql")
    );
    let text = repl(&lines).good();
    let mut rest = text.as_str();
    let wanted =
        ["true\n", "$limit: Double\n", "351\n", "Double\n", "External.riskOf  (stub)\n", "loaded ", "Reject  risky\n"];
    for part in wanted.iter().chain(&["riskOf(\"a@b.example\"): Success", "External.riskOf", "String.StartsWith("]) {
        let (_, behind) = rest.split_once(part).unwrap_or_else(|| panic!("`{part}` is missing: {text}"));
        rest = behind;
    }
}

#[test]
fn what_is_named_on_the_command_line_is_loaded_or_refused() {
    let folder = Folder::new(&[
        ("event.json", r#"{"a": 1}"#),
        ("rules.fql", "RETURN Review() WHEN @\"a\" == 1"),
        ("bad.fql", "RETURN Reviw()"),
    ]);
    let (rules, event) = (folder.path("rules.fql"), folder.path("event.json"));
    let output = fql_with(&["repl", &rules, "--event", &event, "--seed", "1"], b":decide\n@\"a\" + 1");
    assert!(output.good().starts_with("Review\n"));
    fql(&["repl", &folder.path("bad.fql")]).refused(1, &["did you mean `Review`?"]);
    fql(&["repl", "--event", &rules]).refused(1, &["E0901"]);
    fql(&["repl", "/no/such"]).refused(1, &["E0801"]);
}
