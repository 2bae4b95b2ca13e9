//! What a transport says is held against what it may say.

use super::scripted::scripted;
use fql::decision::CallEntry;
use fql::evaluate::{AnswerSource, CallStatus};
use fql::external::{External, Response};
use fql::{Engine, Limits};
use std::future::pending;

/// Decides an event by a rule that makes one call, and tells the value that it saw and how the call ended.
async fn called(external: External) -> (String, CallEntry) {
    let limits = Limits { response_bytes: 300, ..Limits::default() };
    let builder = Engine::builder().limits(limits).define(external.default_response(&serde_json::json!("default")));
    let rules = "OBSERVE Output(value = External.ask(\"203.0.113.9\"))";
    let engine = builder.rules("test", rules).build().unwrap();
    let decision = engine.decide(b"{}").await.unwrap();
    let value = decision.outputs().next().unwrap().2.as_str().to_string();
    (value, decision.calls()[0].clone())
}

async fn answered(response: Response) -> (String, CallEntry) {
    called(External::over("ask", ["ip"], scripted(move |_| std::future::ready(response.clone())))).await
}

#[tokio::test]
async fn a_success_is_the_value() {
    let (value, call) = answered(Response::success(r#" {"risk": "high"} "#)).await;
    assert_eq!(value, r#"{"risk":"high"}"#);
    assert_eq!((call.answer.status, call.answer.http_status), (CallStatus::Success, 200));
    assert_eq!(call.answer.source, AnswerSource::Http);
    assert_eq!(call.answer.endpoint, "https://api.example.com/ip");
    assert!(!call.answer.defaulted);
}

#[tokio::test]
async fn a_success_without_readable_json_is_a_response_failure() {
    let deep = "[".repeat(129) + &"]".repeat(129);
    for (text, why) in [
        ("", "the answer is no JSON: expected a value"),
        ("{\"a\":1", "the answer is no JSON: expected `,` or `}`"),
        ("1 2", "the answer is no JSON: expected nothing behind the value"),
        (&deep, "the answer is no JSON: "),
        (&"1".repeat(301), "the answer is longer than 300 bytes"),
    ] {
        let (value, call) = answered(Response::success(text)).await;
        assert_eq!((value.as_str(), call.answer.status), ("\"default\"", CallStatus::ResponseFailure), "{text}");
        assert!(call.answer.error.starts_with(why), "{}", call.answer.error);
        assert!(call.answer.defaulted);
    }
    let nothing = Response { value: None, ..Response::success("1") };
    assert_eq!(answered(nothing).await.1.answer.status, CallStatus::ResponseFailure);
}

#[tokio::test]
async fn a_failure_has_no_value() {
    let refused = Response { value: Some("1".into()), ..Response::failure(CallStatus::HttpError, "status 404") };
    let (value, call) = answered(Response { http_status: 404, ..refused }).await;
    assert_eq!(value, "\"default\"");
    assert_eq!((call.answer.status, call.answer.http_status), (CallStatus::HttpError, 404));
    assert_eq!(call.answer.error, "status 404");
}

#[tokio::test]
async fn a_panic_ends_its_call_alone() {
    let (value, call) = called(External::over("ask", ["ip"], scripted(|_| async { panic!("gone") }))).await;
    assert_eq!((value.as_str(), call.answer.status), ("\"default\"", CallStatus::UnknownFailure));
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_in_time() {
    let external = External::over("ask", ["ip"], scripted(|_| pending())).timeout_ms(250);
    let (value, call) = called(external).await;
    assert_eq!((value.as_str(), call.answer.status), ("\"default\"", CallStatus::Timeout));
    assert_eq!(call.answer.latency_ms, 250.0);
    assert_eq!(call.answer.endpoint, "https://api.example.com/ip");
}

#[tokio::test(start_paused = true)]
async fn a_transport_knows_its_deadline_and_the_most_bytes() {
    let script = scripted(|call| async move {
        let left = call.deadline - tokio::time::Instant::now();
        Response::success(format!("[{},{}]", left.as_millis(), call.response_bytes))
    });
    assert_eq!(called(External::over("ask", ["ip"], script).timeout_ms(120)).await.0, "[120,300]");
}
