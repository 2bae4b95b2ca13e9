//! What the sinks get (R7.12), and that they never hold up a decision.

use fql::evaluate::{AnswerSource, Arguments, CallStatus};
use fql::external::{Call, Exchange, External, Response, Sent, Transport};
use fql::sink::{self, Event, RotatingFile, Sink};
use fql::{Engine, EngineBuilder, Request};
use serde_json::{Value, json};
use std::io;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const SECRET: &str = "canary-7f3a";

/// A service with a secret in its address: `up` is answered, anything else refused.
#[derive(Debug)]
struct Service;

impl Transport for Service {
    fn call(&self, call: Call) -> Exchange {
        let response = match call.arguments.get(0).unwrap() {
            "up" => Response::success("1"),
            _ => Response {
                http_status: 503,
                body: "come back later".to_string(),
                ..Response::failure(CallStatus::HttpError, "status 503")
            },
        };
        Box::pin(std::future::ready(response))
    }

    fn source(&self) -> AnswerSource {
        AnswerSource::Http
    }

    fn sent(&self, arguments: &Arguments) -> Sent {
        let uri = format!("https://api.example.com/ip?key={SECRET}").replace(SECRET, "***");
        Sent { uri, body: format!("{{\"a\":\"{}\"}}", arguments.get(0).unwrap()) }
    }
}

const RULES: &str = r#"
RULE "SampleRule"
CLAUSE "SampleClause"
  OBSERVE Trace(ip = @"ip", n = 1), Output(v = External.myCall(@"state"))
  RETURN Reject("no")
"#;

fn builder() -> EngineBuilder {
    Engine::builder().tenant_id("t-1").define(External::over("myCall", ["a"], Service)).rules("PURCHASE", RULES)
}

async fn told(engine: &Engine, seen: &Arc<Mutex<Vec<Event>>>, event: &str) -> Vec<Value> {
    engine.decide(Request::new(event).correlation_id("c-1")).await.unwrap();
    assert!(engine.flush(Duration::from_secs(10)));
    let events = std::mem::take(&mut *seen.lock().unwrap());
    for event in &events {
        assert!(!event.json.contains('\n') && !event.json.contains(SECRET), "{}", event.json);
        assert!(event.json.starts_with(&format!("{{\"name\":\"{}\",\"version\":\"1.0\",\"metadata\":", event.name)));
    }
    events.iter().map(|event| serde_json::from_str(&event.json).unwrap()).collect()
}

fn collecting() -> (Arc<Mutex<Vec<Event>>>, impl Sink) {
    let seen: Arc<Mutex<Vec<Event>>> = Arc::default();
    let into = seen.clone();
    (seen, sink::closure(move |event| into.lock().unwrap().push(event.clone())))
}

/// Takes a member out, and sees to it that it is the text of a time or an id.
fn taken(value: &mut Value, key: &str, length: std::ops::Range<usize>) {
    let text = value.as_object_mut().unwrap().remove(key).unwrap();
    assert!(length.contains(&text.as_str().unwrap().len()), "{text}");
}

#[tokio::test]
async fn requests_failures_traces_and_decisions_are_told() {
    let (seen, sink) = collecting();
    let engine = builder().sink(sink).build().unwrap();
    let mut events = told(&engine, &seen, "{\"ip\": \"203.0.113.9\",\r\n \"state\": \"down\"}").await;
    for event in &mut events {
        let metadata = event.get_mut("metadata").unwrap();
        assert_eq!(metadata["tenantId"], "t-1");
        taken(metadata, "timestamp", 20..32);
        if let Some(latency) = event.get_mut("latencyMs") {
            assert!(latency.take().as_u64().unwrap() < 10_000);
        }
        for key in ["eventId", "uniqueId"] {
            if event.get(key).is_some() {
                taken(event, key, 36..37);
            }
        }
    }
    let call = |name: &str| {
        json!({
            "name": name, "version": "1.0", "metadata": {"tenantId": "t-1"}, "externalCallName": "myCall",
            "requestStatus": "HttpError", "httpStatusCode": 503, "correlationId": "c-1", "latencyMs": null,
            "assessment": "PURCHASE", "rule": "SampleRule", "clause": "SampleClause"
        })
    };
    let mut failure = call(sink::CALL_ERRORS);
    failure["response"] = "come back later".into();
    failure["requestUri"] = "https://api.example.com/ip?key=***".into();
    failure["requestBody"] = "{\"a\":\"down\"}".into();
    let trace = json!({
        "name": sink::TRACES, "version": "1.0", "metadata": {"tenantId": "t-1"}, "ruleName": "SampleRule",
        "eventType": "PURCHASE", "correlationId": "c-1", "attributes": {"ip": "203.0.113.9", "n": 1}
    });
    assert_eq!(events[..3], [call(sink::CALLS), failure, trace]);
    let whole = &events[3];
    assert_eq!(whole["name"], "FraudProtection.Assessment.PURCHASE");
    assert_eq!(whole["request"], json!({"ip": "203.0.113.9", "state": "down"}));
    assert_eq!((&whole["response"]["decision"], &whole["response"]["reason"]), (&json!("Reject"), &json!("no")));
    assert_eq!(events.len(), 4);
}

#[tokio::test]
async fn a_success_is_no_failure_and_what_nobody_takes_is_not_told() {
    let (seen, sink) = collecting();
    let engine = builder().sink_of([sink::CALLS, sink::CALL_ERRORS], sink).build().unwrap();
    let events = told(&engine, &seen, r#"{"state": "up"}"#).await;
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["name"], &events[0]["requestStatus"]), (&json!(sink::CALLS), &json!("Success")));
    let names: Vec<Value> = told(&engine, &seen, "{}").await.into_iter().map(|event| event["name"].clone()).collect();
    assert_eq!(names, [sink::CALLS, sink::CALL_ERRORS]);
}

#[test]
fn sessions_tell_of_decisions_too() {
    let (seen, sink) = collecting();
    let engine = Engine::builder().rules("checkout", "RETURN Review() WHEN @\"n\" > 1").sink(sink).build().unwrap();
    let mut session = engine.session(None).unwrap();
    session.decide(br#"{"n": 2}"#).unwrap();
    engine.decide_blocking(br#"{"n": 1}"#).unwrap();
    assert!(engine.flush(Duration::from_secs(10)));
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[test]
fn a_sink_that_waits_holds_up_no_decision() {
    let (go, wait) = mpsc::channel::<()>();
    let (seen, mut collect) = collecting();
    let stuck = sink::closure(move |event| {
        // Until the test is done with its sender.
        while wait.recv().is_ok() {}
        collect.write(event).unwrap();
    });
    let engine = Engine::builder().rules("checkout", "RETURN Approve()").sink(stuck).build().unwrap();
    let begun = Instant::now();
    let count = 10_000;
    for _ in 0..count {
        engine.decide_blocking(b"{}").unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert!(!engine.flush(Duration::from_millis(5)));
    let dropped = engine.dropped_events();
    assert!(dropped > 0 && dropped < count);
    drop(go);
    assert!(engine.flush(Duration::from_secs(20)));
    assert_eq!(seen.lock().unwrap().len() as u64, count - dropped);
}

struct Faulty(u32);

impl Sink for Faulty {
    fn write(&mut self, _: &Event) -> io::Result<()> {
        self.0 += 1;
        if self.0 == 2 { panic!("a sink that panics") } else { Err(io::Error::other("the disk is full")) }
    }
}

#[test]
fn a_sink_that_fails_or_panics_is_counted_and_hurts_no_other() {
    let (seen, sink) = collecting();
    let rules = "RETURN Approve()";
    let engine = Engine::builder().rules("checkout", rules).sink(Faulty(0)).sink(sink).build().unwrap();
    for _ in 0..4 {
        engine.decide_blocking(b"{}").unwrap();
    }
    assert!(engine.flush(Duration::from_secs(10)));
    assert_eq!((engine.dropped_events(), seen.lock().unwrap().len()), (4, 4));
}

#[test]
fn a_file_is_moved_aside_when_it_is_full() {
    let folder = std::env::temp_dir().join(format!("fql-sink-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("calls.ndjson");
    let event = |number: u32| Event { name: sink::CALLS.into(), json: format!("{{\"number\":{number}}}") };
    let line = event(100).json.len() as u64 + 1;
    let mut file = RotatingFile::new(&path).most_bytes(line * 3).keep(2);
    for number in 100..111 {
        file.write(&event(number)).unwrap();
    }
    file.flush().unwrap();
    let numbers = |name: &str| -> Vec<u64> {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["number"].as_u64().unwrap()).collect()
    };
    // The newest events are in the file without a number.
    assert_eq!(numbers("calls.ndjson"), [109, 110]);
    assert_eq!(numbers("calls.ndjson.1"), [106, 107, 108]);
    assert_eq!(numbers("calls.ndjson.2"), [103, 104, 105]);
    assert!(!folder.join("calls.ndjson.3").exists());
    // What is there already is appended to.
    let mut again = RotatingFile::new(&path).most_bytes(line * 3);
    again.write(&event(111)).unwrap();
    again.flush().unwrap();
    assert_eq!(numbers("calls.ndjson"), [109, 110, 111]);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn names_of_events() {
    for name in [sink::CALLS, sink::CALL_ERRORS, sink::TRACES, "FraudProtection.Assessment.purchase"] {
        assert!(sink::is_event(name), "{name}");
    }
    assert!(!sink::is_event("FraudProtection.Assessment.") && !sink::is_event("FraudProtection.Trace"));
}
