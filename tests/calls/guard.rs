//! The guard around a transport: breaker, calls at once, what a later engine takes along.

use super::scripted::{Scripted, scripted};
use fql::evaluate::CallStatus;
use fql::external::{BreakerState, External, Resilience, Response};
use fql::{Engine, EngineBuilder};
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

const RULES: &str = "OBSERVE Output(value = External.ask(@\"ip\"))";

fn builder(external: External) -> EngineBuilder {
    Engine::builder().define(external).rules("test", RULES)
}

/// A service that never answers, and how often it was asked.
fn down() -> (Scripted, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let script = scripted(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        pending()
    });
    (script, asked)
}

async fn status(engine: &Engine) -> CallStatus {
    engine.decide(br#"{"ip": "203.0.113.9"}"#).await.unwrap().calls()[0].answer.status
}

#[tokio::test(start_paused = true)]
async fn with_a_service_down_the_sixth_event_does_not_wait() {
    let (script, asked) = down();
    let engine = builder(External::over("ask", ["ip"], script).timeout_ms(200)).build().unwrap();
    for _ in 0..5 {
        assert_eq!(status(&engine).await, CallStatus::Timeout);
    }
    let begun = Instant::now();
    let decision = engine.decide(br#"{"ip": "203.0.113.9"}"#).await.unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert!(decision.to_json().contains(r#""status":"CircuitBreaker","httpStatusCode":0,"latencyMs":0.0"#));
    assert_eq!(asked.load(Ordering::Relaxed), 5);
    // After the pause one probe is made, and its failure opens the breaker for twice as long.
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(status(&engine).await, CallStatus::Timeout);
    tokio::time::advance(Duration::from_secs(7)).await;
    assert_eq!(status(&engine).await, CallStatus::CircuitBreaker);
    assert_eq!(asked.load(Ordering::Relaxed), 6);
}

#[test]
fn the_sixth_event_costs_less_than_a_millisecond() {
    let (script, _) = down();
    let engine = builder(External::over("ask", ["ip"], script).timeout_ms(20)).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    for _ in 0..5 {
        runtime.block_on(status(&engine));
    }
    // The least of some, so that what else the machine does is left out.
    let least = (0..20).map(|_| {
        let begun = std::time::Instant::now();
        assert_eq!(runtime.block_on(status(&engine)), CallStatus::CircuitBreaker);
        begun.elapsed()
    });
    assert!(least.min().unwrap() < Duration::from_millis(1));
}

#[tokio::test(start_paused = true)]
async fn a_function_of_the_host_has_a_breaker_if_it_asks_for_one() {
    let function = || External::new("ask", |_: String| async { Err::<(), _>("no") });
    let without = builder(function()).build().unwrap();
    let with = builder(function().resilience(Resilience::default())).build().unwrap();
    for _ in 0..5 {
        status(&without).await;
        status(&with).await;
    }
    assert_eq!(status(&without).await, CallStatus::UnknownFailure);
    assert_eq!(status(&with).await, CallStatus::CircuitBreaker);
}

#[tokio::test(start_paused = true)]
async fn retry_after_opens_the_breaker_for_so_long() {
    let script = scripted(|_| async {
        let refused = Response::failure(CallStatus::HttpError, "status 429");
        Response { http_status: 429, retry_after: Some(Duration::from_secs(30)), ..refused }
    });
    let engine = builder(External::over("ask", ["ip"], script)).build().unwrap();
    assert_eq!(status(&engine).await, CallStatus::HttpError);
    tokio::time::advance(Duration::from_millis(29_999)).await;
    assert_eq!(status(&engine).await, CallStatus::CircuitBreaker);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(status(&engine).await, CallStatus::HttpError);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_needs_any_more_is_not_counted_as_a_failure() {
    let (script, asked) = down();
    let engine = builder(External::over("ask", ["ip"], script).timeout_ms(200)).build().unwrap();
    for _ in 0..10 {
        let dropped = tokio::time::timeout(Duration::from_millis(100), status(&engine)).await;
        assert!(dropped.is_err());
    }
    let call = &engine.monitor().snapshot().calls[0];
    assert_eq!((call.cancelled, call.requests), (10, 0));
    assert_eq!(call.breaker, Some((BreakerState::Closed, 0)));
    assert_eq!(status(&engine).await, CallStatus::Timeout);
    assert_eq!(asked.load(Ordering::Relaxed), 11);
}

#[tokio::test(start_paused = true)]
async fn at_most_64_calls_are_under_way_and_the_others_wait_within_their_timeout() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counter, highest) = (now.clone(), most.clone());
    let script = scripted(move |_| {
        let (now, most) = (counter.clone(), highest.clone());
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(50)).await;
            now.fetch_sub(1, Ordering::Relaxed);
            Response::success("1")
        }
    });
    let engine = builder(External::over("ask", ["ip"], script).timeout_ms(120)).build().unwrap();
    let begun = Instant::now();
    let all = (0..200).map(|_| status(&engine));
    let statuses = futures_util::future::join_all(all).await;
    assert_eq!(most.load(Ordering::Relaxed), 64);
    assert_eq!(begun.elapsed(), Duration::from_millis(120));
    // 64 at 50 ms, 64 at 100 ms; the third 64 were sent, and the last 8 were not, when their 120 ms were over.
    assert_eq!(statuses.iter().filter(|status| **status == CallStatus::Success).count(), 128);
    assert_eq!(statuses.iter().filter(|status| **status == CallStatus::Timeout).count(), 72);
}

#[tokio::test(start_paused = true)]
async fn a_later_engine_takes_along_where_the_breaker_stands() {
    let (script, _) = down();
    let external = || External::over("ask", ["ip"], script.clone()).timeout_ms(200);
    let first = builder(external()).build().unwrap();
    for _ in 0..5 {
        status(&first).await;
    }
    let second = builder(external().timeout_ms(100)).succeed(&first).build().unwrap();
    assert_eq!(status(&second).await, CallStatus::CircuitBreaker);
    let other = Resilience { failures_in_a_row: 9, ..Resilience::default() };
    let third = builder(external().resilience(other)).succeed(&second).build().unwrap();
    assert_eq!(status(&third).await, CallStatus::Timeout);
    let fourth = builder(external()).build().unwrap();
    assert_eq!(status(&fourth).await, CallStatus::Timeout);
}
