#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
use super::*;
use crate::diagnostic::Diagnostic;
use crate::engine::Engine;

const HOME: Home<'_> = Home { assessment: "checkout", environment: None };

/// Faults as `code line:column message / help`.
fn told(faults: &[Diagnostic]) -> Vec<String> {
    let one = |fault: &Diagnostic| {
        let (line, column) = fault.source.position(fault.span.start);
        let help = fault.help.as_ref().map(|help| format!(" / {help}")).unwrap_or_default();
        format!("{} {line}:{column} {}{help}", fault.code, fault.message)
    };
    faults.iter().map(one).collect()
}

fn cases(text: &str) -> Vec<Case> {
    let (file, faults) = CaseFile::parse("a/some.toml", text, None);
    assert_eq!(told(&faults), Vec::<String>::new());
    file.cases
}

fn faults(text: &str) -> Vec<String> {
    told(&CaseFile::parse("some.toml", text, None).1)
}

/// The differences of a decision that is given as JSON.
fn compared(expect: &str, found: &str) -> Vec<String> {
    let case = cases(&format!("event = {{}}\n{expect}")).remove(0);
    case.expect.unwrap().compare(found).iter().map(ToString::to_string).collect()
}

#[test]
fn an_event_in_toml_becomes_json() {
    let text = r#"
event.amount = 12
event.price = 1.50
event.guest = true
event.day = 2026-03-01
event.at = 2026-03-14T09:26:53Z
event.phone = { is = "null" }
event.list = [{ is = "null" }, { is = "new" }, "x"]
event.gone = { is = "absent" }
event."a b" = { z = 1, a = "\u00e9\n" }
"#;
    let case = cases(text).remove(0);
    let expected = r#"{"amount":12,"price":1.5,"guest":true,"day":"2026-03-01","at":"2026-03-14T09:26:53Z","phone":null,"list":[null,{"is":"new"},"x"],"a b":{"z":1,"a":"é\n"}}"#;
    assert_eq!(case.event.value, expected);
    assert_eq!((case.name.as_str(), case.seed, case.at), ("some", 0, None));
}

#[test]
fn an_event_written_as_json_stays_as_it_is() {
    let case = cases("event = '{\"b\": null, \"is\": {\"is\": \"null\"}, \"a\": 1.0 }'").remove(0);
    assert_eq!(case.event.value, "{\"b\": null, \"is\": {\"is\": \"null\"}, \"a\": 1.0 }");
}

#[test]
fn a_case_lays_its_own_over_what_is_above() {
    let text = r#"
at = 2026-03-14T09:26:53Z
seed = 7
event = { amount = 1, user = { name = "x", age = 3 } }
answers.risk = { response = "low" }
[[case]]
name = "one"
[[case]]
name = "two"
seed = 8
at = "2026-03-15"
event.user.age = { is = "absent" }
event.more = true
[[case.answers.RISK]]
args = ["9"]
response = "high"
"#;
    let cases = cases(text);
    let events: Vec<&str> = cases.iter().map(|case| case.event.value.as_str()).collect();
    let second = r#"{"amount":1,"user":{"name":"x"},"more":true}"#;
    assert_eq!(events, [r#"{"amount":1,"user":{"name":"x","age":3}}"#, second]);
    let more: Vec<_> = cases.iter().map(|case| (case.seed, case.at.unwrap().to_string())).collect();
    assert_eq!(more, [(7, "2026-03-14T09:26:53Z".to_string()), (8, "2026-03-15T00:00:00Z".to_string())]);
    let engine = Engine::builder()
        .external("risk", |_: String| async { "never" })
        .rules("checkout", r#"OBSERVE Output(a = External.risk("9"), b = External.risk("8"))"#)
        .build()
        .unwrap();
    let outputs = |case: &Case| case.run(&engine, HOME).json.split("\"rule").next().unwrap().to_string();
    assert!(outputs(&cases[0]).contains(r#"{"a":"low","b":"low"}"#), "{}", outputs(&cases[0]));
    assert!(outputs(&cases[1]).contains(r#"{"a":"high","b":"low"}"#), "{}", outputs(&cases[1]));
}

#[test]
fn all_faults_are_told_with_their_places() {
    let text = r#"
evnt = {}
at = "yesterday"
seed = -1
environment = 7
velocities = {}
event = 5
[answers]
risk = { respnse = 1 }
other = [{ status = "Sucess" }, 3]
[expect]
decison = "Reject"
decision = "Rejected"
outputs.a = { is = "absnt" }
"#;
    let expected = [
        "E0802 2:1 unknown key `evnt` / did you mean `event`?",
        "E0802 3:6 expected a date and time such as 2026-03-14T09:26:53Z for `at`, found \"yesterday\"",
        "E0802 4:8 expected an integer from 0 to 9223372036854775807 for `seed`, found -1",
        "E0802 5:15 expected a text for `environment`, found 7",
        "E0802 6:14 velocities are not supported yet, so a case cannot set them",
        "E0802 7:9 expected a table for `event`, found 5",
        "E0802 7:9 expected an event, found none / write a table `[event]`, an event as JSON in quotes, or the path of a file under `event_file`",
        "E0802 9:8 `risk`: unknown key `respnse`: did you mean `response`?",
        "E0802 10:9 `other`: unknown status `Sucess`: did you mean `Success`?",
        "E0802 12:1 a decision has no member `decison` / did you mean `decision`?",
        "E0802 13:12 expected one of Approve, Reject, Review, Challenge, found \"Rejected\" / did you mean `Reject`?",
        "E0802 14:1 expected \"null\", \"absent\" or \"any\" for `is`, found \"absnt\" / did you mean `absent`?",
    ];
    assert_eq!(faults(text), expected);
}

#[test]
fn what_has_no_json_object_as_event_is_told() {
    let over = |event: &str| faults(&format!("event = {event}\n[[case]]\nname = \"x\"\nevent.a = 1\n"));
    assert!(over("'[1]'")[0].starts_with("E0902 1:9 expected a JSON object"), "{:?}", over("'[1]'"));
    assert!(over("'{,}'")[0].starts_with("E0901 1:9 expected a key in double quotes, found `,` at line 1, column 2"));
    let deep = format!("'{}{}'", "{\"a\":".repeat(200), "}".repeat(200));
    assert!(over(&deep)[0].starts_with("E0903 1:9 "), "{:?}", over(&deep));
}

#[test]
fn cases_of_a_file_have_names_that_differ() {
    let found =
        faults("name = \"a\"\nexpect = {}\nevent = {}\n[[case]]\n[[case]]\nname = \"b\"\n[[case]]\nname = \"b\"\n");
    let expected = [
        "E0802 1:8 expected `name` in each `[[case]]`, found it above them",
        "E0802 2:10 expected `expect` in each `[[case]]`, found it above them",
        "E0802 4:1 expected a name under `name` in `[case]`, found none",
        "E0802 8:8 two cases of this file are called `b`",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_faulty_case_leaves_the_others_of_its_file() {
    let text = "event = {}\n[[case]]\nname = \"a\"\nseed = \"x\"\n[[case]]\nname = \"b\"\n[[case]]\nseed = 1\n";
    let (file, faults) = CaseFile::parse("x.toml", text, None);
    assert_eq!((faults.len(), file.count), (2, 3));
    assert_eq!(file.cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>(), ["b"]);
    let (file, _) = CaseFile::parse("x.toml", &format!("sed = 1\n{text}"), None);
    assert_eq!((file.cases.len(), file.count), (0, 3));
}

#[test]
fn objects_are_compared_in_part_and_lists_whole() {
    let found = r#"{"decision":"Reject","outputs":{"a":{"x":1.0,"y":[1,{"k":1,"l":2}],"n":null}},"calls":[{"name":"f","status":"Success"}]}"#;
    let same = r#"
[expect]
decision = "Reject"
outputs.a.x = 1
outputs.a.y = [1, { k = 1 }]
outputs.a.n = { is = "null" }
outputs.b = { is = "absent" }
calls = { is = "any" }
"#;
    assert_eq!(compared(same, found), Vec::<String>::new());
    let other = r#"
[expect]
reason = "x"
decision = { is = "absent" }
clause = { is = "any" }
outputs.a.x = { is = "null" }
outputs.a.y = [1]
outputs.a."n m" = 1
calls = [{ status = "Timeout" }]
"#;
    let expected = [
        r#"reason: expected "x", found nothing"#,
        r#"decision: expected nothing, found "Reject""#,
        "clause: expected anything, found nothing",
        "outputs.a.x: expected null, found 1.0",
        r#"outputs.a.y: expected [1], found [1,{"k":1,"l":2}]"#,
        r#"outputs.a."n m": expected 1, found nothing"#,
        r#"calls[0].status: expected "Timeout", found "Success""#,
    ];
    assert_eq!(compared(other, found), expected);
}

#[test]
fn json_in_quotes_has_no_marks() {
    let found = r#"{"outputs":{"a":{"x":{"is":"any"}}}}"#;
    assert_eq!(compared(r#"expect = '{"outputs": {"a": {"x": {"is": "any"}}}}'"#, found), Vec::<String>::new());
    let differs = compared(r#"expect = '{"outputs": {"a": {"x": {"is": "null"}}}}'"#, found);
    assert_eq!(differs, [r#"outputs.a.x.is: expected "null", found "any""#]);
}

#[test]
fn a_call_without_an_answer_fails_and_is_named() {
    let engine = Engine::builder()
        .external("risk", |_: String| async { "made" })
        .rules("checkout", r#"RETURN Reject() WHEN External.risk(@"ip") == "made""#)
        .build()
        .unwrap();
    let case = cases("event = { ip = \"1.2.3.4\" }\nexpect = { decision = \"Approve\" }").remove(0);
    let outcome = case.run(&engine, HOME);
    assert!(outcome.differences.is_empty(), "{}", outcome.json);
    assert_eq!(outcome.unanswered, [r#"risk("1.2.3.4")"#]);
    assert_eq!(engine.monitor().snapshot().calls[0].requests, 0);
}

#[test]
fn latencies_and_timeouts_are_told_and_not_waited_for() {
    let engine = Engine::builder()
        .limits(crate::Limits { call_timeout_max_ms: 60_000, ..crate::Limits::default() })
        .define(
            crate::external::External::new("risk", |_: String| async { "made" })
                .timeout_ms(60_000)
                .default_response(&"d".into()),
        )
        .rules("checkout", r#"OBSERVE Output(a = External.risk(@"ip"))"#)
        .build()
        .unwrap();
    let text = r#"
answers.risk = [{ args = ["slow"], response = 1, latency_ms = 3600000 }, { response = 2, latency_ms = 59999 }]
[[case]]
name = "slow"
event.ip = "slow"
expect.calls = [{ status = "Timeout", latencyMs = 60000, defaulted = true }]
[[case]]
name = "fast"
event.ip = "fast"
expect.calls = [{ status = "Success", latencyMs = 59999, source = "stub" }]
"#;
    let begun = std::time::Instant::now();
    for case in cases(text) {
        let outcome = case.run(&engine, HOME);
        assert!(outcome.differences.is_empty(), "{}", outcome.json);
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(50));
}

#[test]
fn an_error_can_be_expected() {
    let engine = Engine::builder().rules("checkout", "RETURN Reject()").build().unwrap();
    let case = cases("event = '[1]'\n[expect.error]\ncode = \"E0902\"").remove(0);
    let outcome = case.run(&engine, HOME);
    assert!(case.expects_error() && outcome.differences.is_empty() && outcome.decided.is_err(), "{}", outcome.json);
}

#[test]
fn names_that_the_engine_has_not_are_faults() {
    let engine = Engine::builder()
        .external("riskOf", |_: String| async { 1 })
        .rules("checkout", "RETURN Reject()")
        .build()
        .unwrap();
    let case = cases("event = {}\nanswers.riskof.response = 1\nanswers.riskO.response = 1").remove(0);
    let found = told(&case.check(&engine, HOME));
    assert_eq!(found, ["E0802 3:9 no rule makes an external call `riskO`: did you mean `riskOf`?"]);
    let case = cases("event = {}\nenvironment = \"eu\"").remove(0);
    let found = told(&case.check(&engine, HOME));
    assert_eq!(found, ["E0906 2:15 unknown environment `eu`: the engine was made from lone texts"]);
}

#[test]
fn variables_are_those_that_a_rule_before_would_have_set() {
    let rules = r#"
OBSERVE Output(a = GetVariable("a"), b = GetVariable("b"), c = GetVariable("c"))
DO SetVariables(b = 2)
RETURN Review("risky")
WHEN GetVariable("a").k == "x" && GetVariable("b") == 2
"#;
    let engine = |first: &str| Engine::builder().rules("checkout", &format!("{first}\n{rules}")).build().unwrap();
    let text = "event = {}\nvariables = { a = { k = \"y\" }, B = 1 }\n[[case]]\nname = \"x\"\nvariables = { A.k = \"x\", c = { is = \"null\" } }";
    let case = cases(text).remove(0);
    let given = case.run(&engine(""), HOME);
    let set = Case { variables: Vec::new(), ..case.clone() };
    let set = set.run(&engine("DO SetVariables(a = { k: \"x\" }, b = 1, c = null)"), HOME);
    assert_eq!(given.decided.as_ref().unwrap().reason(), Some("risky"));
    assert_eq!(given.decided.unwrap().variables().len(), 3);
    assert!(given.json.contains(r#"{"a":{"k":"x"},"b":1,"c":null}"#), "{}", given.json);
    assert!(set.json.contains(r#"{"a":{"k":"x"},"b":1,"c":null}"#), "{}", set.json);
    assert_eq!(set.decided.unwrap().reason(), Some("risky"));
    let unknown = cases("event = {}\nvariables.aa = 1").remove(0);
    let found = told(&unknown.check(&engine(""), HOME));
    assert_eq!(found, ["E0802 2:11 no rule reads or sets a variable `aa`: did you mean `a`?"]);
}
