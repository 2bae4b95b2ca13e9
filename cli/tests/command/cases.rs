//! `fql test` (R12.6): running cases, what is said of them, and of everything that is wrong with a file of cases.

use super::{Folder, Output, fql};

const RULES: &str = r#"
RULE "Blocked"
CLAUSE "email"
  OBSERVE Output(country = @@"user.country")
  WHEN @"user.email" == "mallory@example.com"
  RETURN Reject("blocked")
  WHEN @"user.email" == "mallory@example.com"
CLAUSE "ip"
  RETURN Review("risky address")
  WHEN External.ipReputation(@"ip").risk == "high"
"#;

const EMAIL: &str = r#"
event.user = { email = "mallory@example.com", country = { is = "null" } }
expect.decision = "Reject"
expect.outputs.email.country = { is = "null" }
"#;

const ADDRESSES: &str = r#"
event.ip = "203.0.113.9"

[[case]]
name = "risky"
answers.ipReputation = { response = { risk = "high" } }
expect = { decision = "Review", reason = "risky address" }

[[case]]
name = "unknown"
answers.ipReputation = { status = "Timeout" }
[case.expect]
decision = "Approve"
calls = [{ status = "Timeout", defaulted = true }]
"#;

/// An environment with a child, and three cases that pass.
pub(crate) fn shop() -> Folder {
    Folder::new(&[
        ("shop/fql.toml", "[assessments.purchase]\n"),
        ("shop/purchase/rules/010-blocked.fql", RULES),
        ("shop/purchase/cases/addresses.toml", ADDRESSES),
        ("shop/purchase/cases/email.toml", EMAIL),
        ("shop/external/ipReputation.toml", CALL),
        ("shop/environments/eu/fql.toml", "[assessments.purchase]\n"),
        ("shop/environments/eu/purchase/rules/vat.fql", "RETURN Review(\"no vat\") WHEN @\"vat\" == \"none\""),
        ("shop/environments/eu/purchase/cases/vat.toml", VAT),
    ])
}

/// No address that answers is named anywhere.
const CALL: &str = r#"
parameters = [{ name = "ip", sample = "203.0.113.9" }]
default_response = { risk = "unknown" }
[request]
url = "https://ip.example.invalid/{parameter.ip}"
"#;

const VAT: &str = r#"
event = '{"vat": "none"}'
expect = '{"decision": "Review", "environment": "eu"}'
"#;

fn test(folder: &Folder, more: &[&str]) -> Output {
    fql(&[&["test", &folder.path("shop")], more].concat())
}

/// The fault of one file of cases: the diagnostics that `fql test` tells with exit code 1.
fn fault(case: &[u8]) -> String {
    let folder = shop();
    folder.write("shop/purchase/cases/bad.toml", case);
    let output = test(&folder, &[]);
    assert_eq!(output.code, 1, "{}{}", output.out, output.err);
    output.err
}

#[test]
fn cases_that_pass_are_a_line_each() {
    let expected = "\
passed  purchase: risky
passed  purchase: unknown
passed  purchase: email
passed  purchase in eu: vat
coverage: all 3 clauses taken
4 cases: 4 passed
";
    assert!(test(&shop(), &[]).good().starts_with(expected), "{}", test(&shop(), &[]).out);
}

#[test]
fn a_difference_is_told_with_its_path_and_exit_code_3() {
    let folder = shop();
    let case =
        "event.ip = \"203.0.113.9\"\n[expect]\ndecision = \"Reject\"\nqueue = \"x\"\nrule = { is = \"absent\" }\n";
    folder.write("shop/purchase/cases/more.toml", case.as_bytes());
    let output = test(&folder, &[]);
    assert_eq!((output.code, output.err.as_str()), (3, ""));
    let place = folder.path("shop/purchase/cases/more.toml");
    let expected = format!(
        "\
FAILED  purchase: more  ({place}:1)
    decision: expected \"Reject\", found \"Approve\"
    queue: expected \"x\", found nothing
    no answer for ipReputation(\"203.0.113.9\")
    no rule decided
"
    );
    assert!(output.out.contains(&expected), "{}", output.out);
    assert!(output.out.contains("\n5 cases: 4 passed, 1 failed\n"), "{}", output.out);
    assert!(!output.out.contains('\u{1b}'), "{}", output.out);
}

#[test]
fn results_as_json_are_an_object_a_line() {
    let folder = shop();
    folder.write(
        "shop/environments/eu/purchase/cases/a.toml",
        b"event = {}\nexpect.decision = \"Review\"\nexpect.queue = { is = \"any\" }",
    );
    let output = test(&folder, &["--format", "json"]);
    assert_eq!(output.code, 3);
    let lines = output.json();
    let failed = &lines[3];
    assert_eq!(failed["case"], "a");
    assert_eq!(failed["environment"], "eu");
    assert_eq!(failed["outcome"], "failed");
    assert_eq!(failed["line"], 1);
    let wanted = serde_json::json!([
        { "path": "decision", "expected": "Review", "found": "Approve" },
        { "path": "queue", "expected": { "is": "any" } },
    ]);
    assert_eq!(failed["differences"], wanted);
    let summary = serde_json::json!({ "cases": 5, "passed": 4, "failed": 1, "errors": 0 });
    assert!(lines.iter().any(|line| line["summary"] == summary), "{}", output.out);
}

#[test]
fn a_filter_chooses_by_name_file_or_assessment() {
    let folder = shop();
    let count = |filter: &str| {
        let out = test(&folder, &["--filter", filter]).good();
        out.lines().filter(|line| line.starts_with("passed")).count()
    };
    assert_eq!([count("RISK"), count("addresses"), count("in eu"), count("purchase")], [1, 2, 1, 4]);
    test(&folder, &["--filter", "rsky"]).refused(1, &["no case has `rsky` in its name: did you mean `risky`?"]);
}

#[test]
fn a_case_may_name_its_environment() {
    let folder = shop();
    let case = "environment = \"eu\"\nevent.vat = \"none\"\nexpect = { decision = \"Review\", environment = \"eu\" }";
    folder.write("shop/purchase/cases/vat.toml", case.as_bytes());
    assert!(test(&folder, &[]).good().contains("5 passed"));
}

#[test]
fn events_and_answers_may_lie_in_files() {
    let folder = shop();
    folder.write("shop/purchase/sample.json", br#"{"ip": "203.0.113.9", "user": {"email": "a", "country": "NL"}}"#);
    folder.write(
        "shop/purchase/stubs.json",
        br#"{"ipReputation": {"args": ["203.0.113.9"], "response": {"risk": "high"}}}"#,
    );
    let case = "\
event_file = \"../sample.json\"
answers_file = \"../stubs.json\"
[[case]]
name = \"review\"
expect.decision = \"Review\"
[[case]]
name = \"reject\"
event.user.email = \"mallory@example.com\"
expect = { decision = \"Reject\", outputs.email.country = \"NL\" }
[[case]]
name = \"approve\"
event.ip = { is = \"absent\" }
expect.decision = \"Approve\"
";
    folder.write("shop/purchase/cases/files.toml", case.as_bytes());
    assert!(test(&folder, &[]).good().contains("7 passed"));
}

#[test]
fn a_file_of_rules_has_its_cases_beside_it() {
    let folder = Folder::new(&[("blocked.fql", RULES), ("cases/b.toml", ADDRESSES), ("other/a.toml", EMAIL)]);
    let path = folder.path("blocked.fql");
    assert!(
        fql(&["test", &path])
            .good()
            .starts_with("passed  blocked: risky\npassed  blocked: unknown\ncoverage: 1 of 2 clauses taken")
    );
    let cases = folder.path("other");
    let one = fql(&["test", &path, "--cases", &cases, "--stub", &folder.path("stub.json")]);
    one.refused(1, &["there is no such file"]);
    folder.write("stub.json", br#"{"ipReputation": {}}"#);
    let good = |cases: &str| fql(&["test", &path, "--cases", cases, "--stub", &folder.path("stub.json")]).good();
    assert!(good(&cases).starts_with("passed  blocked: a\ncoverage: 1 of 2 clauses taken"));
    assert!(good(&folder.path("other/a.toml")).starts_with("passed  blocked: a\ncoverage: 1 of 2 clauses taken"));
    // Without cases nothing answers the call, so nothing defines it.
    fql(&["test", &path, "--cases", &cases]).refused(1, &["error[E0", "ipReputation"]);
    fql(&["test", &shop().path("shop"), "--cases", &cases]).refused(2, &["`--cases` is for a file of rules"]);
}

#[test]
fn where_there_are_no_cases_nothing_passes() {
    let folder = Folder::new(&[("a.fql", "RETURN Reject()"), ("shop/fql.toml", ""), ("none/x", "")]);
    fql(&["test", &folder.path("a.fql")])
        .refused(1, &["has no cases: expected `.toml` files in the folder `cases` beside it"]);
    fql(&["test", &folder.path("shop")]).refused(1, &["has no cases", "the folder `cases` of an assessment"]);
    fql(&["test", &folder.path("none")]).refused(1, &["it is a folder without `fql.toml`"]);
    fql(&["test", &folder.path("nowhere.fql")]).refused(1, &["E0801", "there is no such file"]);
    let output = fql(&["test", &folder.path("a.fql"), "--cases", &folder.path("no.toml")]);
    assert_eq!((output.code, output.out.as_str()), (1, "1 case: 0 passed, 1 with errors\n"));
    assert!(output.err.contains("E0801") && output.err.contains("there is no such file"), "{}", output.err);
}

#[test]
fn rules_with_errors_run_no_case() {
    let folder = shop();
    folder.write("shop/purchase/rules/020.fql", b"RETURN Rejct()");
    test(&folder, &[]).refused(1, &["020.fql:1:8", "did you mean `Reject`?"]);
}

#[test]
fn a_fault_has_file_and_line_and_the_other_cases_run() {
    let folder = shop();
    folder.write("shop/purchase/cases/bad.toml", b"event = {}\nexpect.decison = \"Reject\"\n");
    let output = test(&folder, &[]);
    assert_eq!(output.code, 1);
    assert!(output.out.contains("5 cases: 4 passed, 1 with errors"), "{}", output.out);
    for part in ["error[E0802]: a decision has no member `decison`", "bad.toml:2:8", "did you mean `decision`?"] {
        assert!(output.err.contains(part), "{part}: {}", output.err);
    }
}

#[test]
fn every_bad_file_is_refused_with_its_reason() {
    let deep = format!("event = '{}1{}'\nexpect.decision = \"Reject\"", "{\"a\":".repeat(300), "}".repeat(300));
    let huge = format!("event = {{}}\nexpect.decision = \"Reject\"\n# {}\n", "x".repeat(5 << 20));
    let large = format!("event.a = \"{}\"\nexpect.decision = \"Reject\"", "x".repeat(2 << 20));
    let cases: [(&[u8], &[&str]); 22] = [
        (b"event = = 1", &["E0807", "bad.toml:1:9"]),
        (b"", &["E0802", "expected an event, found none", "event_file"]),
        (b"event = {}", &["E0802", "expected a part of the decision under `expect`", "--update"]),
        (b"event = {}\nexpect = {}", &["E0802", "bad.toml:2:10", "found none"]),
        (b"event = {}\nexpct = {}", &["unknown key `expct`", "did you mean `expect`?"]),
        (b"event = {}\nexpect = 5", &["expected a table for `expect`, found 5"]),
        (b"event = {}\nexpect = '[1]'", &["expected a JSON object under `expect`"]),
        (b"event = {}\nexpect = '{,}'", &["expected JSON under `expect`: expected a key"]),
        (b"event = '{]'\nexpect.decision = \"Reject\"", &["E0901", "bad.toml:1:9"]),
        (b"event = '[]'\nexpect.decision = \"Reject\"", &["E0902", "bad.toml:1:9"]),
        (deep.as_bytes(), &["E0903", "128"]),
        (large.as_bytes(), &["E0904", "`event_bytes` = 1048576"]),
        (huge.as_bytes(), &["E0807", "expected a file of cases of at most 4194304 bytes"]),
        (b"event = {}\n# \xFF\nexpect.decision = \"Reject\"", &["E0110", "bad.toml:2:3"]),
        (b"event = {}\nat = 2026-13-45\nexpect.decision = \"Reject\"", &["E0807", "bad.toml:2"]),
        (
            b"event = {}\nat = 10:30:00\nexpect.decision = \"Reject\"",
            &["E0802", "bad.toml:2:6", "expected a date and time"],
        ),
        (
            b"event = {}\nenvironment = \"eo\"\nexpect.decision = \"Reject\"",
            &["E0906", "bad.toml:2:15", "did you mean `eu`?"],
        ),
        (
            b"event = {}\nanswers.ipReputaton.response = 1\nexpect.decision = \"Reject\"",
            &["bad.toml:2:9", "did you mean `ipReputation`?"],
        ),
        (
            b"event_file = \"no.json\"\nexpect.decision = \"Reject\"",
            &["E0801", "bad.toml:1:14", "there is no such file"],
        ),
        (b"event_file = \"../../../outside.json\"\nexpect.decision = \"Reject\"", &["E0801"]),
        (b"event = {}\nanswers_file = \"bad.toml\"\nexpect.decision = \"Reject\"", &["E0803", "bad.toml:2:16"]),
        (b"case = 7", &["expected a list of tables for `case`, found 7"]),
    ];
    for (case, words) in cases {
        let told = fault(case);
        for word in words {
            assert!(told.contains(word), "`{word}` is missing: {told}");
        }
    }
}

#[test]
fn a_path_does_not_leave_the_environment() {
    let folder = shop();
    folder.write("outside.json", b"{}");
    folder.write(
        "shop/purchase/cases/out.toml",
        b"event_file = \"../../../outside.json\"\nexpect.decision = \"Approve\"",
    );
    let output = test(&folder, &[]);
    assert_eq!(output.code, 1);
    assert!(output.err.contains("`../../../outside.json`: it is outside the folder"), "{}", output.err);
}

#[test]
fn an_error_may_be_what_is_expected() {
    let folder = shop();
    folder.write("shop/purchase/cases/error.toml", b"event = '[1]'\nexpect.error = { code = \"E0902\" }");
    assert!(test(&folder, &[]).good().contains("5 passed"));
}

#[test]
fn what_a_service_says_commands_no_terminal() {
    let folder = shop();
    let case = "event.user = { email = \"mallory@example.com\", country = \"\\u001b[31m\" }\nname = \"a\\u001bb\"\nexpect.outputs.email.country = \"x\\ny\"\n";
    folder.write("shop/purchase/cases/hostile.toml", case.as_bytes());
    let output = test(&folder, &[]);
    assert_eq!(output.code, 3);
    assert!(!output.out.contains('\u{1b}'), "{}", output.out);
    assert!(output.out.contains(r#"outputs.email.country: expected "x\ny", found "\u001b[31m""#), "{}", output.out);
}

#[test]
fn clauses_that_no_case_takes_are_listed() {
    let folder = shop();
    let all = test(&folder, &[]).good();
    assert!(all.ends_with("coverage: all 3 clauses taken\n4 cases: 4 passed\n"), "{all}");
    std::fs::remove_file(folder.path("shop/purchase/cases/addresses.toml")).unwrap();
    let expected = format!(
        "coverage: 2 of 3 clauses taken; not taken:\n  {}:8  Blocked, ip\n2 cases: 2 passed\n",
        folder.path("shop/purchase/rules/010-blocked.fql")
    );
    let out = test(&folder, &[]).good();
    assert!(out.ends_with(&expected), "{out}");
    assert!(!test(&folder, &["--coverage", "none"]).good().contains("coverage"));
    // Of some cases only it says little, unless it is asked for.
    assert!(!test(&folder, &["--filter", "vat"]).good().contains("coverage"));
    assert!(test(&folder, &["--filter", "vat", "--coverage", "short"]).good().contains("1 of 3 clauses taken"));
    let lines = test(&folder, &["--format", "json"]).json();
    let wanted = serde_json::json!({ "coverage": { "clauses": 3, "taken": 2, "notTaken": [
        { "file": folder.path("shop/purchase/rules/010-blocked.fql"), "line": 8, "rule": "Blocked", "clause": "ip" }
    ] } });
    assert_eq!(lines[2], wanted);
}

/// Rules with a function, an action and a route, and one case that takes some of each.
fn totals() -> Folder {
    let function =
        "FUNCTION Totals(_a: Double)\nOUTPUT Sum: Double\n  RETURN _a + 1\nOUTPUT Never: Double\n  RETURN 2\n";
    let rules = "RULE \"R\"\nCLAUSE \"c\"\n  OBSERVE Output(s = Functions.Totals(@\"a\").Sum)\n  RETURN Reject()\n  WHEN @\"a\" > 5\nCLAUSE \"d\"\n  RETURN Review()\n  WHEN @\"a\" > 1\n";
    Folder::new(&[
        ("t/fql.toml", "[assessments.p]\n"),
        ("t/p/rules/r.fql", rules),
        (
            "t/p/actions/a.fql",
            "CLAUSE \"told\"\n  DO SetResponse(x = 1)\n  WHEN Response.Decision() == \"Review\"\nCLAUSE \"not\"\n  DO SetResponse(y = 1)\n  WHEN @\"a\" > 9\n",
        ),
        ("t/p/routing/q.fql", "ROUTETO Queue(\"high\")\nWHEN @\"p.request.a\" > 3\n\nROUTETO Queue(\"low\")\n"),
        ("t/functions/f.fql", function),
        (
            "t/p/cases/one.toml",
            "event.a = 2\n[expect]\ndecision = \"Review\"\nqueue = \"low\"\noutputs.c.s = 3.0\ncustomProperties.x = 1\n",
        ),
    ])
}

#[test]
fn statements_functions_actions_and_routes_count() {
    let folder = totals();
    let path = folder.path("t");
    let out = fql(&["test", &path, "--coverage", "full"]).good();
    let file = |name: &str| folder.path(&format!("t/{name}"));
    let expected = [
        "coverage: 4 of 6 clauses taken; not taken:".to_string(),
        format!("  {}:4  the output Never of Totals", file("functions/f.fql")),
        format!("  {}:4  a, not", file("p/actions/a.fql")),
        format!("  {}:1  q, clause1", file("p/routing/q.fql")),
        format!("  {}:4  a statement of R, c", file("p/rules/r.fql")),
        "1 case: 1 passed".to_string(),
    ];
    assert_eq!(out.lines().skip(1).collect::<Vec<_>>(), expected);
}

#[test]
fn coverage_as_json_has_rules_clauses_outputs_and_lines() {
    let folder = totals();
    let (path, file) = (folder.path("t"), folder.path("coverage.json"));
    fql(&["test", &path, "--coverage-json", &file]).good();
    let read: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(read["decisions"], 1);
    assert_eq!(read["clauses"], serde_json::json!({ "found": 6, "taken": 4 }));
    assert_eq!(read["statements"], serde_json::json!({ "found": 7, "taken": 4 }));
    assert_eq!(read["outputs"], serde_json::json!({ "found": 2, "taken": 1 }));
    let rules = read["files"].as_array().unwrap().iter().find(|one| one["file"] == folder.path("t/p/rules/r.fql"));
    let wanted = serde_json::json!({
        "file": folder.path("t/p/rules/r.fql"),
        "rules": [{ "name": "R", "line": 1, "hits": 1 }],
        "clauses": [
            { "rule": "R", "name": "c", "line": 2, "hits": 1 },
            { "rule": "R", "name": "d", "line": 6, "hits": 1 },
        ],
        "outputs": [],
        "lines": [{ "line": 3, "hits": 1 }, { "line": 4, "hits": 0 }, { "line": 7, "hits": 1 }],
    });
    assert_eq!(rules, Some(&wanted));
    let nowhere = fql(&["test", &path, "--coverage-json", &folder.path("no/where.json")]);
    assert_eq!(nowhere.code, 1);
    assert!(nowhere.err.contains("cannot write"), "{}", nowhere.err);
}

#[test]
fn junit_is_xml_whatever_names_and_values_are() {
    let folder = shop();
    let hostile = "event.user = { email = \"mallory@example.com\", country = \"]]>\\u0000\\u001b&<\\uFFFF\" }\nname = \"<a & \\\"b\\\">\\u0007\\n'\"\nexpect.outputs.email.country = \"<![CDATA[\"\n";
    folder.write("shop/purchase/cases/hostile.toml", hostile.as_bytes());
    folder.write("shop/purchase/cases/bad.toml", b"event = {}\nexpect.decison = 1\n");
    folder
        .write("shop/purchase/cases/unfit.toml", b"event = {}\nenvironment = \"us\"\nexpect.decision = \"Approve\"\n");
    let file = folder.path("junit.xml");
    assert_eq!(test(&folder, &["--junit", &file]).code, 1);
    let text = std::fs::read_to_string(&file).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let named = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).collect::<Vec<_>>();
    let all = document.root_element();
    assert_eq!(
        (all.attribute("tests"), all.attribute("failures"), all.attribute("errors")),
        (Some("7"), Some("1"), Some("2"))
    );
    let suites: Vec<_> = named("testsuite")
        .iter()
        .map(|suite| (suite.attribute("name").unwrap().to_string(), suite.attribute("tests").unwrap().to_string()))
        .collect();
    assert_eq!(suites, [("purchase".to_string(), "6".to_string()), ("purchase in eu".to_string(), "1".to_string())]);
    let cases: Vec<_> = named("testcase").iter().map(|case| case.attribute("name").unwrap().to_string()).collect();
    let bad = folder.path("shop/purchase/cases/bad.toml");
    assert_eq!(cases, ["risky", "unknown", bad.as_str(), "email", "<a & \"b\">\\u{7}\n'", "unfit", "vat"]);
    let failure = named("failure")[0];
    let found = r#"outputs.email.country: expected "<![CDATA[", found "]]>\u0000\u001b&<\u{ffff}""#;
    assert_eq!((failure.attribute("message"), failure.text()), (Some(found), Some(found)));
    let errors: Vec<_> = named("error").iter().map(|error| error.attribute("type").unwrap().to_string()).collect();
    assert_eq!(errors, ["E0802", "E0906"]);
}

const DIFFERS: &str = r#"# what this file is for
event_file = "../sample.json"   # the sample
at = 2026-01-01

[[case]]   # the first
name = "one"
event.ip = "203.0.113.9"
  [case.expect]      # what we want
  decision   =   "Reject"   # not yet
  # between
  reason = "x"
  rule = { is = "any" }
  outputs.email = { country = "BE", none = 1 }
  calls = [ { name = "ipReputation", status = "Success" } ]

# the second
[[case]]
name = "two"
event.user.email = "a"
expect = '{"decision": "Review", "reason": "NO_RULE_HIT", "rule": "x"}'

[[case]]
name = "three"
event.user = { email = "mallory@example.com", country = "a\"b'c\nd" }
# the end
"#;

#[test]
fn update_writes_what_came_out_and_nothing_else() {
    let folder = shop();
    folder.write(
        "shop/purchase/sample.json",
        br#"{"user": {"email": "mallory@example.com", "country": "NL"}, "ip": "a"}"#,
    );
    folder.write("shop/purchase/cases/differs.toml", DIFFERS.as_bytes());
    folder.write("shop/purchase/cases/alone.toml", b"# alone\nevent = {}\n");
    let before = test(&folder, &[]);
    assert_eq!(before.code, 1);
    let output = test(&folder, &["--update"]);
    assert_eq!((output.code, output.err.as_str()), (0, ""), "{}", output.out);
    assert!(output.out.contains("8 cases: 4 passed, 4 updated"), "{}", output.out);
    let read = |name: &str| std::fs::read_to_string(folder.path(&format!("shop/purchase/cases/{name}.toml"))).unwrap();
    let expected = DIFFERS
        .replace("reason = \"x\"\n", "reason = \"blocked\"\n")
        .replace("{ country = \"BE\", none = 1 }", "{ country = \"NL\", none = { is = \"absent\" } }")
        .replace("calls = [ { name = \"ipReputation\", status = \"Success\" } ]", "calls = { is = \"absent\" }")
        .replace(
            r#"'{"decision": "Review", "reason": "NO_RULE_HIT", "rule": "x"}'"#,
            r#"'{"decision":"Approve","reason":"NO_CLAUSE_HIT"}'"#,
        )
        .replace(
            "c\\nd\" }\n",
            "c\\nd\" }\n\n[case.expect]\ndecision = \"Reject\"\nreason = \"blocked\"\nrule = \"Blocked\"\nclause = \"email\"\noutputs = { email = { country = \"\"\"\na\"b'c\nd\"\"\" } }\n",
        );
    assert_eq!(read("differs"), expected);
    let alone = "# alone\nevent = {}\n\n[expect]\ndecision = \"Approve\"\nreason = \"NO_CLAUSE_HIT\"\n";
    assert_eq!(read("alone"), alone);
    assert_eq!(read("email"), EMAIL);
    // A second update finds nothing to do.
    let again = test(&folder, &["--update"]).good();
    assert!(again.contains("8 cases: 8 passed"), "{again}");
    assert_eq!((read("differs"), read("alone").as_str()), (expected, alone));
}

#[test]
fn update_keeps_line_ends_and_writes_into_braces() {
    let folder = shop();
    let text = "# a\r\nevent = {}\r\ncase = [\r\n  { name = \"a\", expect = { decision = \"Reject\" } }, # one\r\n  { name = \"b\" },\r\n]\r\n";
    folder.write("shop/purchase/cases/crlf.toml", text.as_bytes());
    assert_eq!(test(&folder, &["--update"]).code, 0);
    let after = std::fs::read_to_string(folder.path("shop/purchase/cases/crlf.toml")).unwrap();
    let expected = text.replace("\"Reject\"", "\"Approve\"").replace(
        "{ name = \"b\" }",
        "{ name = \"b\", expect = { decision = \"Approve\", reason = \"NO_CLAUSE_HIT\" } }",
    );
    assert_eq!(after, expected);
}

#[test]
fn update_touches_only_the_cases_that_are_chosen() {
    let folder = shop();
    let text = "event = {}\n[[case]]\nname = \"left\"\nexpect.decision = \"Review\"\n[[case]]\nname = \"taken\"\nexpect.decision = \"Review\"\n";
    folder.write("shop/purchase/cases/two.toml", text.as_bytes());
    assert_eq!(test(&folder, &["--update", "--filter", "taken"]).code, 0);
    let after = std::fs::read_to_string(folder.path("shop/purchase/cases/two.toml")).unwrap();
    assert_eq!(after.matches("Review").count(), 1);
    assert!(after.ends_with("name = \"taken\"\nexpect.decision = \"Approve\"\n"), "{after}");
}

#[test]
fn what_toml_cannot_say_is_left_alone() {
    let folder = shop();
    let text = "event.user = { email = \"mallory@example.com\", country = { is = \"x\" } }\nexpect.outputs.email.country = 1\n";
    folder.write("shop/purchase/cases/odd.toml", text.as_bytes());
    let output = test(&folder, &["--update"]);
    assert_eq!(output.code, 3);
    assert!(output.err.contains("the expectation of `odd` cannot be written as TOML"), "{}", output.err);
    assert_eq!(std::fs::read_to_string(folder.path("shop/purchase/cases/odd.toml")).unwrap(), text);
}
