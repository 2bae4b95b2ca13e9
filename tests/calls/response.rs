//! What rules read of a response is the same whether they read all of it or a part.

use fql::external::External;
use fql::{Decision, Engine};

use super::scripted::scripted;

const RESPONSES: [&str; 14] = [
    r#"{"risk": "high", "score": {"value": 7, "of": [1, {"x": 2}, 3]}, "other": [1, 2, {"risk": 0}]}"#,
    r#"{"other": {"risk": "low"}, "RISK": 1, "Risk": 2, "score": [1, {"value": 3}]}"#,
    r#"{"RISK": 1, "risk": null, "Risk": 2, "score": {"VALUE": {"of": []}}, "risk": {"a": [true, "b"]}}"#,
    r#"{"r\u0069sk": "\u00e9\n", "score": {"of": [[], {}, [{"x": 1}]], "length": 9}, "Length": 4}"#,
    r#"{"score": {"value": {"value": 1}}, "score": {"of": [0, {"x": "last"}]}}"#,
    r#"[{"risk": 1}, {"score": {"value": 2}}]"#,
    r#"[]"#,
    r#"{}"#,
    r#""risk""#,
    r#"17"#,
    r#"null"#,
    r#"{"risk": "high", "other": [1, 2,]}"#,
    r#"{"risk": "high", "other": "\ud800"}"#,
    r#"{"risk": "high"} 1"#,
];

const READ: [&str; 10] = [
    "External.ask().risk",
    "External.ask().Risk",
    "External.ask().score.value",
    "External.ask().score.of[1].x",
    "External.ask()[1].score",
    "External.ask().score.of.Length",
    "External.ask().score.Length",
    "External.ask().Length",
    "External.ask().score.value > 2",
    "External.ask()[\"risk\"] == \"high\"",
];

fn decided(response: &'static str, rules: &str) -> Decision {
    let script = scripted(move |_| async move { fql::external::Response::success(response) });
    let default = serde_json::json!({"risk": "none", "score": {"value": -1}});
    let ask = External::over("ask", [""; 0], script).default_response(&default);
    let engine = Engine::builder().define(ask).rules("test", rules).build().unwrap_or_else(|error| panic!("{error}"));
    engine.decide_blocking("{}").unwrap()
}

/// What was read, the notes and errors, and how the call is told of.
fn told(decision: &Decision) -> (String, String, String) {
    let (_, _, read) = decision.outputs().find(|(_, key, _)| *key == "read").unwrap();
    let notes = format!("{:?} {:?}", decision.notes(), decision.errors());
    let calls =
        decision.calls().iter().map(|call| (call.answer.status, call.answer.error.clone(), call.answer.value.clone()));
    (read.to_string(), notes, format!("{:?}", calls.collect::<Vec<_>>()))
}

#[test]
fn a_part_of_a_response_is_the_same_whether_the_rest_is_read_or_not() {
    for response in RESPONSES {
        for read in READ {
            let part = decided(response, &format!("OBSERVE Output(read = {read})"));
            let whole = decided(response, &format!("OBSERVE Output(read = {read}, all = External.ask())"));
            assert_eq!(told(&part), told(&whole), "{read} of {response}");
            let by_name = decided(response, &read_by_name(read));
            assert_eq!(told(&by_name).0, told(&whole).0, "{read} of {response}, through a variable");
        }
    }
}

/// The same through a variable of a variable.
fn read_by_name(read: &str) -> String {
    let read = read.replace("External.ask()", "$same");
    format!("LET $answer = External.ask()\nLET $same = $answer\nOBSERVE Output(read = {read})")
}

#[test]
fn a_response_stays_whole_in_the_decision() {
    let decision = decided(RESPONSES[0], "RETURN Reject() WHEN External.ask().risk == \"high\"");
    assert_eq!(&*decision.calls()[0].answer.value, RESPONSES[0]);
}
