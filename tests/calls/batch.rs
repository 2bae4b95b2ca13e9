//! Calls of one name that start together are one invocation of a function that takes many.

use fql::Engine;
use fql::evaluate::CallStatus;
use fql::external::External;
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Invocations = Arc<Mutex<Vec<Vec<String>>>>;

/// Answers each argument by itself after 50 ms; what is called `none` and what stands behind it gets no answer.
fn engine(rules: &str) -> (Engine, Invocations) {
    let invocations = Invocations::default();
    let into = invocations.clone();
    let external = External::batch("ask", ["a"], move |calls: Vec<Vec<String>>| {
        let arguments: Vec<String> = calls.into_iter().map(|mut arguments| arguments.remove(0)).collect();
        into.lock().unwrap().push(arguments.clone());
        async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert!(!arguments.contains(&"panic".to_string()), "as asked for");
            let answered = arguments.into_iter().take_while(|argument| argument != "none");
            answered.map(|argument| if argument == "bad" { Err("bad") } else { Ok(argument) }).collect::<Vec<_>>()
        }
    });
    (Engine::builder().define(external.timeout_ms(200)).rules("test", rules).build().unwrap(), invocations)
}

const RULES: &str = r#"
OBSERVE Output(a = External.ask(@"a"), b = External.ask(@"b"))
OBSERVE Output(c = External.ask(@"c"))
"#;

async fn decided(engine: &Engine, a: &str, b: &str, c: &str) -> (Vec<String>, Vec<CallStatus>) {
    let event = format!(r#"{{"a": "{a}", "b": "{b}", "c": "{c}"}}"#);
    let decision = engine.decide(event.as_str()).await.unwrap();
    let values = decision.outputs().map(|(_, _, value)| value.as_str().to_string()).collect();
    (values, decision.calls().iter().map(|call| call.answer.status).collect())
}

#[tokio::test(start_paused = true)]
async fn the_calls_of_an_event_are_one_invocation() {
    let (engine, invocations) = engine(RULES);
    let begun = tokio::time::Instant::now();
    assert_eq!(decided(&engine, "x", "y", "x").await.0, ["\"x\"", "\"y\"", "\"x\""]);
    assert_eq!(begun.elapsed().as_millis(), 50);
    assert_eq!(*invocations.lock().unwrap(), [["x", "y"]]);
    assert_eq!(decided(&engine, "1", "2", "3").await.0, ["\"1\"", "\"2\"", "\"3\""]);
    assert_eq!(invocations.lock().unwrap()[1], ["1", "2", "3"]);
}

#[tokio::test(start_paused = true)]
async fn events_at_once_share_an_invocation() {
    let (engine, invocations) = engine(RULES);
    let events = (0..10).map(|number| {
        let engine = engine.clone();
        async move { decided(&engine, &format!("a{number}"), "b", &format!("c{number}")).await.0 }
    });
    let values = futures_util::future::join_all(events).await;
    for (number, values) in values.into_iter().enumerate() {
        assert_eq!(values, [format!("\"a{number}\""), "\"b\"".to_string(), format!("\"c{number}\"")]);
    }
    let invocations = invocations.lock().unwrap();
    assert_eq!((invocations.len(), invocations.iter().map(Vec::len).sum::<usize>()), (1, 30));
}

#[tokio::test(start_paused = true)]
async fn each_call_has_its_own_answer_or_failure() {
    use CallStatus::{Success, UnknownFailure};
    let (engine, _) = engine(RULES);
    let (values, statuses) = decided(&engine, "bad", "y", "none").await;
    assert_eq!(values, ["null", "\"y\"", "null"]);
    assert_eq!(statuses, [UnknownFailure, Success, UnknownFailure]);
    let (_, statuses) = decided(&engine, "panic", "y", "z").await;
    assert_eq!(statuses, [UnknownFailure; 3]);
}

#[tokio::test(start_paused = true)]
async fn who_began_may_leave() {
    let (engine, invocations) = engine(RULES);
    let leaves = tokio::time::timeout(Duration::from_millis(20), decided(&engine, "1", "2", "3"));
    let (left, stayed) = tokio::join!(leaves, decided(&engine, "x", "y", "z"));
    assert!(left.is_err());
    assert_eq!(stayed.0, ["\"x\"", "\"y\"", "\"z\""]);
    assert_eq!(invocations.lock().unwrap().len(), 1);
}
