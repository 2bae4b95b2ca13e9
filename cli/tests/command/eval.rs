//! `fql eval` (R12.1, R12.4).

use super::{Folder, fql, fql_with};

#[test]
fn a_value_and_nothing_else_goes_to_standard_output() {
    assert_eq!(fql(&["eval", "1 + 2"]).good(), "3\n");
    assert_eq!(fql(&["eval", "\"a\" + 'b'"]).good(), "ab\n");
    assert_eq!(fql(&["eval", "-1 - 2"]).good(), "-3\n");
    assert_eq!(fql_with(&["eval", "-"], b"1 +\n 2\n").good(), "3\n");
}

#[test]
fn json_has_value_and_type() {
    let cases = [
        ("1 + 2", r#"{"value":3,"type":"Int"}"#),
        ("1.5", r#"{"value":1.5,"type":"Double"}"#),
        ("1 < 2", r#"{"value":true,"type":"Bool"}"#),
        ("'\"'", r#"{"value":"\"","type":"String"}"#),
        ("[1, {a: null}]", r#"{"value":[1,{"a":null}],"type":"Json"}"#),
    ];
    for (text, json) in cases {
        assert_eq!(fql(&["eval", text, "--format", "json"]).good(), format!("{json}\n"), "{text}");
    }
}

#[test]
fn an_event_comes_from_a_file_or_standard_input() {
    let folder = Folder::new(&[("event.json", r#"{"a": {"b": 20}}"#)]);
    assert_eq!(fql(&["eval", "@\"a.b\" + 1", "--event", &folder.path("event.json")]).good(), "21\n");
    assert_eq!(fql_with(&["eval", "@\"a.b\" + 1", "--event", "-"], br#"{"a": {"b": 20}}"#).good(), "21\n");
    fql(&["eval", "-", "--event", "-"]).refused(2, &["standard input"]);
}

#[test]
fn an_evaluation_error_is_the_result() {
    let output = fql(&["eval", "7 +\n 1 / (2 - 2)", "--format", "json"]);
    assert_eq!((output.code, output.err.as_str()), (1, ""));
    let error = &output.json()[0]["error"];
    assert_eq!((error["code"].as_str(), error["line"].as_u64()), (Some("E0701"), Some(2)));
    assert_eq!(error["column"], 2);
    assert!(output.out.starts_with(r#"{"error":{"code":"E0701","message":""#), "{}", output.out);
    fql(&["eval", "1 / (2 - 2)"]).refused(1, &["error[E0701]", "1 / (2 - 2)"]);
}

#[test]
fn check_errors_go_to_standard_error_in_both_formats() {
    for format in ["text", "json"] {
        fql(&["eval", "1 + (true)", "--format", format]).refused(1, &["error[E03", "expression:1:1", "1 + (true)"]);
    }
    fql(&["eval", ""]).refused(1, &["E0111"]);
    fql_with(&["eval", "-"], b"").refused(1, &["E0111"]);
    fql_with(&["eval", "-"], b"1 + \xff").refused(1, &["E0110", "standard input:1:5"]);
}

#[test]
fn warnings_and_notes_go_to_standard_error() {
    let output = fql_with(&["eval", "@\"a\" > 1", "--event", "-"], br#"{"a": "x"}"#);
    assert_eq!((output.code, output.out.as_str()), (0, "false\n"));
    assert!(output.err.contains("a: expected Double, found \"x\""), "{}", output.err);
}

#[test]
fn the_clock_and_the_seed_are_what_they_are_set_to() {
    let at = ["eval", "DateTime.UtcNow.Hour", "--at", "2026-03-14T09:26:53Z"];
    assert_eq!(fql(&at).good(), "9\n");
    let draw = |seed: &str| fql(&["eval", "RandomInt(0, 1000000000)", "--seed", seed]).good();
    assert_eq!(draw("7"), draw("7"));
    assert_ne!(draw("7"), draw("8"));
    fql(&["eval", "1", "--at", "yesterday"]).refused(2, &["--at"]);
    fql(&["eval", "1", "--seed=-1"]).refused(2, &["--seed"]);
}

#[test]
fn stubs_answer_calls() {
    let folder = Folder::new(&[
        ("stub.json", r#"{"riskOf": [{"args": ["a"], "response": 1}, {"response": 2, "latency_ms": 5}]}"#),
        ("bad.json", r#"{"riskOf": {"respons": 1}}"#),
        ("cut.json", r#"{"riskOf": "#),
    ]);
    let run = |text: &str, stub: &str| fql(&["eval", text, "--stub", &folder.path(stub)]);
    assert_eq!(run("External.riskOf('a')", "stub.json").good(), "1\n");
    assert_eq!(run("External.RISKOF('b')", "stub.json").good(), "2\n");
    run("1", "bad.json").refused(1, &["E0803", "did you mean `response`?"]);
    run("1", "cut.json").refused(1, &["E0803", "line 1"]);
    run("1", "none.json").refused(1, &["E0801", "there is no such file"]);
    fql(&["eval", "External.riskOf('a')"]).refused(1, &["E0205"]);
}

#[test]
fn a_faulty_event_is_the_result_in_json() {
    let cases: [(&[u8], &str); 6] = [
        (b"", "E0901"),
        (b"{\"a\": }", "E0901"),
        (b"[1]", "E0902"),
        (b"7", "E0902"),
        (b"{} {}", "E0901"),
        (b"{\"a\": \"\xff\"}", "E0905"),
    ];
    for (event, code) in cases {
        let output = fql_with(&["eval", "1", "--event", "-", "--format", "json"], event);
        assert_eq!(output.code, 1);
        assert_eq!(output.json()[0]["error"]["code"], code, "{}", output.out);
        fql_with(&["eval", "1", "--event", "-"], event).refused(1, &[code]);
    }
}

#[test]
fn what_is_printed_commands_no_terminal() {
    let output = fql(&["eval", "\"a\\u001b[31m\\u202e\\nb\\tc\""]);
    assert_eq!(output.good(), "a\\u{1b}[31m\\u{202e}\nb\tc\n");
}

#[test]
fn wrong_usage_is_two() {
    for arguments in
        [&["eval"][..], &[], &["eval", "1", "--frmat", "json"], &["eval", "1", "--format", "xml"], &["evl"]]
    {
        let output = fql(arguments);
        assert_eq!((output.code, output.out.as_str()), (2, ""), "{arguments:?}");
        assert!(output.err.contains("Usage") || output.err.contains("help"), "{}", output.err);
    }
    assert!(fql(&["--help"]).good().contains("decide"));
    assert!(fql(&["--version"]).good().starts_with("fql "));
}
