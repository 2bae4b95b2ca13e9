//! What the monitor counts is what happened.

use super::scripted::scripted;
use fql::Engine;
use fql::evaluate::CallStatus;
use fql::external::{BreakerState, External, Response, Stubs};
use std::time::Duration;

/// A service that does what its argument says: a status of HTTP after so many milliseconds.
fn engine() -> Engine {
    let script = scripted(|call| async move {
        let (code, ms) = call.arguments.get(0).unwrap().split_once(' ').unwrap();
        tokio::time::sleep(Duration::from_millis(ms.parse().unwrap())).await;
        match code.parse().unwrap() {
            200 => Response::success("1"),
            code => Response { http_status: code, ..Response::failure(CallStatus::HttpError, "no") },
        }
    });
    let rules = "OBSERVE Output(value = External.ask(@\"a\"), other = External.other())";
    let stubs = Stubs::parse(r#"{"other": {"response": 7, "latency_ms": 2}}"#).unwrap();
    let builder = Engine::builder().define(External::over("ask", ["a"], script).timeout_ms(300)).stubs(stubs);
    builder.rules("test", rules).build().unwrap()
}

async fn after(plan: &[&str]) -> Engine {
    let engine = engine();
    for what in plan {
        engine.decide(format!("{{\"a\": \"{what}\"}}").as_bytes()).await.unwrap();
    }
    engine
}

const PLAN: [&str; 10] =
    ["200 10", "200 20", "200 30", "404 40", "200 50", "500 60", "200 70", "200 80", "404 90", "200 400"];

#[tokio::test(start_paused = true)]
async fn a_snapshot_counts_requests_latencies_and_errors() {
    let engine = after(&PLAN).await;
    let snapshot = engine.monitor().snapshot();
    let [ask, other] = snapshot.calls.as_slice() else { panic!("two calls are known") };
    assert_eq!((&*ask.name, ask.requests, &*other.name, other.requests), ("ask", 10, "other", 10));
    let expected = [(CallStatus::Success, 6), (CallStatus::HttpError, 3), (CallStatus::Timeout, 1)];
    assert_eq!(ask.statuses, expected);
    assert_eq!(ask.http_errors, [(404, 2), (500, 1)]);
    assert_eq!(ask.success_rate(), 0.6);
    assert!((ask.average_ms - 75.0).abs() < 0.01, "{}", ask.average_ms);
    for (found, exact) in [(ask.p50_ms, 50.0), (ask.p90_ms, 90.0), (ask.p99_ms, 300.0), (other.p99_ms, 2.0)] {
        assert!((found - exact).abs() <= exact / 32.0, "expected {exact} ms, found {found} ms");
    }
    assert_eq!(ask.breaker, Some((BreakerState::Closed, 0)));
    assert_eq!(other.breaker, None);
    // 750 ms have passed, which is less than the second that the rate is about.
    assert_eq!(ask.per_second, 10.0);
    tokio::time::advance(Duration::from_secs(19)).await;
    assert!((engine.monitor().snapshot().calls[0].per_second - 10.0 / 19.75).abs() < 0.001);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(engine.monitor().snapshot().calls[0].per_second, 0.0);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_as_json() {
    let engine = after(&PLAN[..4]).await;
    let json: serde_json::Value = serde_json::from_str(&engine.monitor().snapshot().to_json()).unwrap();
    let call = &json["calls"][0];
    assert_eq!(call["name"], "ask");
    assert_eq!(call["requests"], 4);
    assert_eq!(call["successRate"], 0.75);
    assert_eq!(call["errors"], serde_json::json!({"HttpError": 1}));
    assert_eq!(call["httpErrors"], serde_json::json!({"404": 1}));
    assert_eq!(call["breaker"], serde_json::json!({"state": "closed", "opened": 0}));
    assert_eq!(json["calls"][1]["breaker"], serde_json::Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_as_prometheus_text() {
    let text = after(&PLAN).await.monitor().snapshot().to_prometheus();
    for line in [
        "# TYPE fql_external_requests_total counter",
        "fql_external_requests_total{call=\"ask\",status=\"Success\"} 6",
        "fql_external_http_errors_total{call=\"ask\",code=\"404\"} 2",
        "# TYPE fql_external_latency_seconds histogram",
        "fql_external_latency_seconds_bucket{call=\"ask\",le=\"0.001024\"} 0",
        "fql_external_latency_seconds_bucket{call=\"ask\",le=\"0.032768\"} 3",
        "fql_external_latency_seconds_bucket{call=\"ask\",le=\"0.524288\"} 10",
        "fql_external_latency_seconds_bucket{call=\"ask\",le=\"+Inf\"} 10",
        "fql_external_latency_seconds_count{call=\"ask\"} 10",
        "fql_external_breaker_state{call=\"ask\"} 0",
    ] {
        assert!(text.lines().any(|found| found == line), "no line {line} in\n{text}");
    }
    // Every line is a comment or `name{labels} number`.
    for line in text.lines().filter(|line| !line.starts_with("# ")) {
        let (name, number) = line.rsplit_once(' ').unwrap();
        assert!(name.ends_with('}') && number.parse::<f64>().is_ok(), "{line}");
    }
}
