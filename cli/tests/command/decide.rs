//! `fql decide` (R12.1, R12.3).

use super::{Folder, Output, fql, fql_with};

const RULES: &str = r#"
CLAUSE "large"
  OBSERVE Output(amount = @@"amount")
  WHEN @"amount" > 500
  RETURN Reject("too much", "say no")
  WHEN @"amount" > 500
CLAUSE "small"
  RETURN Approve()
  WHEN @"amount" < 10 && 100 / @"amount".ToInt32() > 0
"#;

fn folder() -> Folder {
    Folder::new(&[("010-checkout.fql", RULES)])
}

fn decide(folder: &Folder, event: &[u8], more: &[&str]) -> Output {
    let path = folder.path("010-checkout.fql");
    fql_with(&[&["decide", &path, "--event", "-"], more].concat(), event)
}

fn json(event: &str) -> Output {
    decide(&folder(), event.as_bytes(), &["--format", "json"])
}

/// The decisions and error codes of the lines.
fn told(output: &Output) -> Vec<String> {
    let lines = output.json();
    lines.iter().map(|line| line["decision"].as_str().or(line["error"]["code"].as_str()).unwrap().to_string()).collect()
}

#[test]
fn one_decision_as_json() {
    let output = json(r#"{"amount": 900}"#);
    let wanted = concat!(
        r#"{"decision":"Reject","reason":"too much","supportMessage":"say no","rule":"checkout","clause":"large","#,
        r#""outputs":{"large":{"amount":900}},"ruleEvaluations":[{"rule":"checkout","clauseNames":["large"]}]}"#,
        "\n"
    );
    assert_eq!(output.good(), wanted);
}

#[test]
fn one_decision_for_people() {
    let text = decide(&folder(), br#"{"amount": 900}"#, &[]).good();
    assert!(text.starts_with("Reject  too much\n  rule      checkout, large\n"), "{text}");
    assert!(text.contains("\n  support   say no\n") && text.contains("large: amount = 900"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn an_event_on_each_line_an_array_or_one_object() {
    let events = [
        "{\"amount\": 900}\n\n{\"amount\": 5}\r\n{\"amount\": 50}",
        "[{\"amount\": 900}, {\"amount\": 5},\n {\"amount\": 50}]\n",
        "{\n  \"amount\": 900\n}\n{\n  \"amount\": 5\n}\n{\n  \"amount\": 50\n}\n",
    ];
    for events in events {
        let output = json(events);
        assert_eq!(told(&output), ["Reject", "Approve", "Approve"], "{events}");
        assert_eq!((output.code, output.err.as_str()), (0, ""));
        let path = folder();
        path.write("events", events.as_bytes());
        let from_file = fql(&["decide", &path.path("010-checkout.fql"), "--event", &path.path("events")]);
        assert_eq!(from_file.good().lines().filter(|line| !line.starts_with(' ')).count(), 3);
    }
    assert_eq!(json("[]").good(), "");
}

#[test]
fn an_event_that_is_none_is_a_line_and_the_others_go_on() {
    let output = json("{\"amount\": 900}\nhello\n[1]\n{\"amount\"\n{\"amount\": 5}\n7\n");
    assert_eq!(told(&output), ["Reject", "E0901", "E0902", "E0901", "Approve", "E0902"]);
    assert_eq!((output.code, output.err.as_str()), (1, ""));
    assert!(
        output.out.lines().nth(1).unwrap().starts_with(r#"{"error":{"code":"E0901","message":""#),
        "{}",
        output.out
    );
    let output = json("[{\"amount\": 900}, nothing, {\"amount\": 5}");
    assert_eq!(told(&output), ["Reject", "E0901", "E0901"]);

    let output = decide(&folder(), b"{\"amount\": 900}\nhello\n{\"amount\": 5}", &[]);
    assert_eq!(output.code, 1);
    assert!(output.out.contains("Reject") && output.out.contains("Approve"), "{}", output.out);
    assert!(output.err.contains("error[E0901]: event 2: "), "{}", output.err);
}

#[test]
fn an_evaluation_error_is_listed_and_the_command_is_done() {
    let output = json(r#"{"amount": 0}"#);
    assert_eq!(output.code, 0);
    assert_eq!(output.json()[0]["errors"][0]["code"], "E0701", "{}", output.out);
    assert!(decide(&folder(), br#"{"amount": 0}"#, &[]).good().contains("E0701 at "));
}

#[test]
fn the_assessment_is_named_like_the_file() {
    let folder = folder();
    let run = |name: &str| decide(&folder, b"{}", &["--assessment", name]);
    run("Checkout").good();
    run("chekout").refused(1, &["E0906", "did you mean `checkout`?"]);
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = folder();
    let rules = folder.path("010-checkout.fql");
    folder.write("bytes.fql", b"RETURN Approve(\"\xff\")");
    folder.write("empty.fql", b"");
    let cases: [(&[&str], &[&str]); 7] = [
        (&["decide", "/no/such.fql", "--event", "-"], &["E0801", "there is no such file"]),
        (&["decide", "/", "--event", "-"], &["E0801", "it is a folder without `fql.toml`"]),
        (&["decide", &folder.path("bytes.fql"), "--event", "-"], &["E0110", "bytes.fql:1:17"]),
        (&["decide", &folder.path("empty.fql"), "--event", "-"], &["E0111"]),
        (&["decide", &rules, "--event", "/no/such.json"], &["E0801", "there is no such file"]),
        (&["decide", &rules, "--event", "/"], &["E0801", "it is a folder"]),
        (&["decide", &rules, "--event", "-", "--stub", "/"], &["E0801", "it is a folder"]),
    ];
    for (arguments, words) in cases {
        fql_with(arguments, b"{}").refused(1, words);
    }
    fql(&["decide", &rules]).refused(2, &["--event"]);
    fql(&["decide", "-", "--event", "-"]).refused(2, &["standard input"]);
}

#[test]
fn rules_may_come_from_standard_input() {
    let folder = Folder::new(&[("event.json", "{}")]);
    let arguments = ["decide", "-", "--event", &folder.path("event.json")];
    assert_eq!(fql_with(&arguments, b"RETURN Review()").good(), "Review\n  rule      stdin, clause1\n");
    fql_with(&arguments, b"RETURN Reviw()").refused(1, &["standard input:1:8"]);
}

#[test]
fn an_input_without_an_event_is_an_error() {
    for input in ["", " \n\n"] {
        let output = json(input);
        assert_eq!((output.code, told(&output)), (1, vec!["E0901".to_string()]));
    }
}

#[test]
fn faulty_rules_decide_nothing() {
    let folder = Folder::new(&[("010-checkout.fql", "RETURN Reject(\n\nRETURN Aprove()")]);
    for format in ["text", "json"] {
        decide(&folder, b"{}", &["--format", format]).refused(1, &["010-checkout.fql:1:14", "E0115"]);
    }
}

#[test]
fn calls_are_stubbed_and_made_together_or_one_after_another() {
    let rules = "LET $a = External.one(@\"x\")\nLET $b = External.two(1)\n\
                 RETURN Review($a.AsString()) WHEN $a.AsString() != \"\" && $b.AsString() == \"2\"";
    let stub = r#"{"one": {"response": "1", "latency_ms": 3}, "two": {"response": "2", "latency_ms": 2}}"#;
    let folder = Folder::new(&[("010-checkout.fql", rules), ("stub.json", stub)]);
    let stub = folder.path("stub.json");
    let run = |mode| decide(&folder, br#"{"x": "y"}"#, &["--stub", &stub, "--prefetch", mode, "--format", "json"]);
    let (together, apart) = (run("certain").good(), run("none").good());
    assert_eq!(together, apart);
    assert_eq!(run("speculative").good(), apart);
    assert!(together.contains(r#""calls":[{"name":"one","args":["y"],"status":"Success""#), "{together}");
    let text = decide(&folder, br#"{"x": "y"}"#, &["--stub", &stub]).good();
    assert!(text.contains("one(\"y\"): Success 200 in 3 ms, stub"), "{text}");
    assert_eq!(run("sometimes").code, 2);
}

#[test]
fn calls_are_summed_up_at_the_end() {
    let stub = r#"{"one": [{"args": ["x"], "response": 1, "latency_ms": 4}, {"args": ["y"], "status": "Timeout", "latency_ms": 8},
        {"status": "HttpError", "httpStatusCode": 404}], "two": {}}"#;
    let rules = "RETURN Review() WHEN External.one(@\"a\") == 1";
    let folder = Folder::new(&[("010-checkout.fql", rules), ("stub.json", stub)]);
    let stub = folder.path("stub.json");
    let events = b"{\"a\": \"x\"}\n{\"a\": \"x\"}\n{\"a\": \"y\"}\n{\"a\": \"z\"}\n";
    let output = decide(&folder, events, &["--stub", &stub, "--calls"]);
    assert_eq!((output.code, output.out.lines().filter(|line| line.starts_with("Review")).count()), (0, 2));
    let rows: Vec<Vec<&str>> = output.err.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0][..3], ["call", "requests", "average"]);
    assert_eq!(rows[1][..2], ["one", "4"]);
    let one = output.err.lines().nth(1).unwrap();
    assert!(one.contains(" 50.0 %") && one.ends_with("HttpError 1 Timeout 1 (404: 1)"), "{one}");
    assert!(output.err.lines().nth(2).unwrap().starts_with("two "), "{}", output.err);
    let json = decide(&folder, events, &["--stub", &stub, "--calls", "--format", "json"]);
    let summary: serde_json::Value = serde_json::from_str(&json.err).unwrap();
    assert_eq!((&summary["calls"][0]["requests"], &summary["calls"][0]["errors"]["Timeout"]), (&4.into(), &1.into()));
}

#[test]
fn clock_and_seed_reach_the_rules() {
    let rules = "OBSERVE Output(at = DateTime.UtcNow.Year, n = RandomInt(0, 1000000000))\nRETURN Approve()";
    let folder = Folder::new(&[("010-checkout.fql", rules)]);
    let run = || decide(&folder, b"{}\n{}", &["--at", "1999-12-31T23:59:59Z", "--seed", "5", "--format", "json"]);
    let output = run();
    let lines = output.json();
    assert_eq!(lines[0]["outputs"]["clause1"]["at"], 1999);
    assert_eq!(lines[0], lines[1]);
    assert_eq!(run().out, output.out);
}

#[test]
fn a_reason_commands_no_terminal() {
    let folder = Folder::new(&[("010-checkout.fql", "RETURN Reject(@\"why\")")]);
    let text = decide(&folder, br#"{"why": "\u001b[2J\nApprove"}"#, &[]).good();
    assert!(text.starts_with("Reject  \\u{1b}[2J\\nApprove\n"), "{text}");
}

#[test]
fn a_folder_decides_by_assessment_and_environment() {
    let folder = Folder::new(&[
        ("shop/fql.toml", "[assessments.purchase]\n[assessments.login]\n"),
        (
            "shop/purchase/rules/010-a.fql",
            "RETURN Reject(\"embargo\") WHEN ContainsKey(\"places\", \"country\", @\"country\")",
        ),
        ("shop/login/rules/010-a.fql", "RETURN Approve(\"login\")"),
        ("shop/lists/places.csv", "country\nXX\n"),
        ("shop/environments/eu/fql.toml", "[assessments.purchase]\n"),
        ("shop/environments/eu/purchase/rules/a.fql", "RETURN Review(\"eu\")"),
    ]);
    let shop = folder.path("shop");
    let run = |more: &[&str]| {
        fql_with(&[&["decide", &shop, "--event", "-", "--format", "json"], more].concat(), br#"{"country": "YY"}"#)
    };
    let decision = run(&["--assessment", "purchase", "--environment", "EU"]).json();
    assert_eq!((&decision[0]["reason"], &decision[0]["environment"]), (&"eu".into(), &"eu".into()));
    assert_eq!(run(&["--assessment", "purchase"]).json()[0]["reason"], "NO_CLAUSE_HIT");
    run(&[]).refused(1, &["E0906", "`purchase`, `login`"]);
    run(&["--assessment", "purchase", "--environment", "us"]).refused(1, &["E0906", "unknown environment `us`"]);

    let value = fql(&["eval", r#"ContainsKey("places", "country", "XX")"#, "--env", &shop]).good();
    assert_eq!(value, "true\n");
    let checked = fql(&["check", &shop]);
    assert_eq!((checked.code, checked.err.as_str()), (0, "environment: 0 errors, 0 warnings\n"));
    folder.write("shop/fql.toml", b"[assessments.purchase]\n[limit]\n");
    fql(&["check", &shop]).refused(1, &["fql.toml:2:2", "did you mean `limits`?", "`login` has rules", "2 errors"]);
}

#[test]
fn sinks_are_written_to_and_results_alone_go_to_standard_output() {
    let folder = Folder::new(&[
        ("shop/purchase/rules/a.fql", "OBSERVE Trace(amount = @\"amount\")"),
        ("events", "{\"amount\": 1}\n{\"amount\": 2}\n{\"amount\": 3}\n"),
    ]);
    let settings = "[assessments.purchase]\n[[sinks]]\nkind = \"stdout\"\nevents = [\"FraudProtection.Trace.Rule\"]\n\
                    [[sinks]]\nkind = \"file\"\npath = \"decided.ndjson\"\nevents = [\"FraudProtection.Assessment.purchase\"]\n";
    folder.write("shop/fql.toml", settings.as_bytes());
    let (shop, events) = (folder.path("shop"), folder.path("events"));
    fql(&["check", &shop]);
    fql(&["eval", "1", "--env", &shop]).good();
    assert!(!std::path::Path::new(&folder.path("shop/decided.ndjson")).exists());
    let output = fql(&["decide", &shop, "--event", &events, "--format", "json"]);
    assert_eq!((output.code, told(&output).len()), (0, 3), "{}", output.err);
    assert_eq!(output.err.matches("\"name\":\"FraudProtection.Trace.Rule\"").count(), 3, "{}", output.err);
    let decided = std::fs::read_to_string(folder.path("shop/decided.ndjson")).unwrap();
    assert_eq!(decided.lines().filter(|line| line.contains("\"request\":{\"amount\"")).count(), 3, "{decided}");
}

#[test]
fn an_event_may_be_as_long_as_its_environment_says() {
    let folder = Folder::new(&[
        ("shop/fql.toml", "[assessments.purchase]\n[limits]\nevent_bytes = 100\n"),
        ("shop/purchase/rules/a.fql", "RETURN Review() WHEN @\"a\".Length > 5"),
        ("shop/environments/eu/fql.toml", "[limits]\nevent_bytes = 3_000_000\n"),
    ]);
    let (shop, long) = (folder.path("shop"), format!("{{\"a\": \"{}\"}}", "x".repeat(2_000_000)));
    let run =
        |events: &str, more: &[&str]| fql_with(&[&["decide", &shop, "--event", "-"], more].concat(), events.as_bytes());
    for events in [long.clone(), format!("{long}\n{long}\n"), format!("[{long}, {long}]")] {
        let decided = run(&events, &["--environment", "eu"]).good();
        assert_eq!(decided.matches("Review\n").count(), events.matches('{').count(), "{decided}");
        run(&events, &[]).refused(1, &["E0904", "at most `event_bytes` = 100 bytes, found 20000"]);
    }
    folder.write("event.json", long.as_bytes());
    fql(&["eval", "1", "--env", &shop, "--event", &folder.path("event.json")])
        .refused(1, &["E0904", "of at most 100 bytes"]);
}

#[test]
fn a_file_that_is_not_there_is_named_and_what_is_there_instead() {
    let folder = Folder::new(&[("rules/checkout.fql", "RETURN Review()"), ("event.json", "{}")]);
    let event = folder.path("event.json");
    for (path, instead) in
        [("rules/chekout.fql", "rules/checkout.fql"), ("ruels/checkout.fql", "rules"), ("rules/a.fql", "")]
    {
        let output = fql(&["decide", &folder.path(path), "--event", &event]);
        let help = format!("did you mean `{}`?", folder.path(instead));
        assert_eq!(output.err.contains(&help), !instead.is_empty(), "{}", output.err);
        output.refused(1, &["E0801", &folder.path(path), "there is no such file"]);
    }
    let rules = folder.path("rules/checkout.fql");
    let missing = folder.path("evnt.json");
    fql(&["decide", &rules, "--event", &missing]).refused(1, &["E0801", "did you mean `", "/event.json`?"]);
    fql(&["check", &folder.path("nowhere/at/all.fql")]).refused(1, &["there is no folder `", "nowhere`"]);
}
