//! Identical calls of different events share an answer, if the host lets them.

use super::scripted::scripted;
use fql::Engine;
use fql::evaluate::CallStatus;
use fql::external::{External, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// An engine whose calls may share answers for so long, and how often its service was asked.
fn engine(coalesce_ms: u64) -> (Engine, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let script = scripted(move |call| {
        let number = counter.fetch_add(1, Ordering::Relaxed) + 1;
        async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            match call.arguments.get(0).unwrap() {
                "bad" => Response::failure(CallStatus::CommunicationFailure, "reset"),
                _ => Response::success(number.to_string()),
            }
        }
    });
    let builder = Engine::builder().coalesce_ms(coalesce_ms).define(External::over("ask", ["ip"], script));
    (builder.rules("test", "OBSERVE Output(value = External.ask(@\"ip\"))").build().unwrap(), asked)
}

async fn value(engine: &Engine, ip: &str) -> String {
    let decision = engine.decide(format!("{{\"ip\": \"{ip}\"}}").as_bytes()).await.unwrap();
    decision.outputs().next().unwrap().2.as_str().to_string()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_identical_calls_at_once_make_one_request() {
    let (engine, asked) = engine(20);
    let values = futures_util::future::join_all((0..1000).map(|_| value(&engine, "a"))).await;
    assert!(values.iter().all(|value| value == "1"));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let call = &engine.monitor().snapshot().calls[0];
    assert_eq!((call.requests, call.shared), (1, 999));
}

#[tokio::test(start_paused = true)]
async fn without_leave_every_event_makes_its_own() {
    let (engine, asked) = engine(0);
    futures_util::future::join_all((0..50).map(|_| value(&engine, "a"))).await;
    assert_eq!(asked.load(Ordering::Relaxed), 50);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_shared_as_long_as_it_is_fresh() {
    let (engine, asked) = engine(100);
    assert_eq!(value(&engine, "a").await, "1");
    tokio::time::advance(Duration::from_millis(50)).await;
    assert_eq!(value(&engine, "a").await, "1");
    assert_eq!(value(&engine, "b").await, "2");
    assert_eq!(value(&engine, "a").await, "3");
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_too() {
    let (engine, asked) = engine(100);
    assert_eq!(value(&engine, "bad").await, "null");
    assert_eq!(value(&engine, "bad").await, "null");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn the_one_who_asked_first_may_leave() {
    let (engine, asked) = engine(100);
    let first = tokio::time::timeout(Duration::from_millis(20), value(&engine, "a"));
    let second = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        value(&engine, "a").await
    };
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_err());
    assert_eq!(second, "1");
    // When all have left, the call is dropped, and the next event makes its own.
    assert!(tokio::time::timeout(Duration::from_millis(20), value(&engine, "b")).await.is_err());
    assert_eq!(engine.monitor().snapshot().calls[0].cancelled, 1);
    assert_eq!(value(&engine, "b").await, "3");
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}
