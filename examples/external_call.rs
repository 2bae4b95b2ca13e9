//! Rules that ask two slow services, answered by async functions of this program.
//!
//! The rules are those of `reputation.fql`. Both calls are certain to be needed whatever the other one answers, so the
//! engine makes them together: the decision takes as long as the slower service, not as long as both.
//!
//! ```text
//! cargo run --example external_call
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use fql::evaluate::Prefetch;
use fql::external::{External, Serialized};
use fql::{Engine, EngineBuilder};
use std::time::{Duration, Instant};

const RULES: &str = include_str!("reputation.fql");
const EVENT: &[u8] = include_bytes!("checkout.json");

/// What the order service answers. Any serialisable type is a response.
#[derive(serde::Serialize)]
struct History {
    count: u32,
    spent: f64,
    average: f64,
}

/// Stands for a request over the network to a service that knows addresses.
async fn reputation(ip: String) -> serde_json::Value {
    tokio::time::sleep(Duration::from_millis(40)).await;
    let risk = if ip.starts_with("203.0.113.") { "high" } else { "low" };
    serde_json::json!({ "risk": risk })
}

/// Stands for a query of the order database. An `Err` is no error of the rules: the call gives its default response.
async fn order_history(user: String, currency: String) -> Result<Serialized<History>, String> {
    tokio::time::sleep(Duration::from_millis(60)).await;
    match (user.as_str(), currency.as_str()) {
        ("", _) => Err("who is it?".to_string()),
        (_, "EUR") => Ok(Serialized(History { count: 11, spent: 1045.8, average: 95.07 })),
        (_, other) => Err(format!("no orders in {other}")),
    }
}

fn builder() -> EngineBuilder {
    let orders = External::new("orderHistory", order_history)
        .timeout_ms(250)
        .default_response(&serde_json::json!({"count": 0, "average": 0}));
    Engine::builder().external("myCall", reputation).define(orders).rules("reputation", RULES)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let event = fql::Request::new(EVENT);

    let together = builder().build()?;
    let start = Instant::now();
    let decision = together.decide(event.clone()).await?;
    println!("together:          {:>3} ms  {}", start.elapsed().as_millis(), decision.kind().name());

    let one_by_one = builder().prefetch(Prefetch::None).build()?;
    let start = Instant::now();
    let same = one_by_one.decide(event).await?;
    println!("one after another: {:>3} ms  {}", start.elapsed().as_millis(), same.kind().name());

    // What was called, with which arguments, and how it ended is part of the decision.
    for call in decision.calls() {
        let (answer, arguments) = (&call.answer, call.arguments.iter().collect::<Vec<_>>().join(", "));
        println!("{}({arguments}): {} after {:.0} ms", call.name, answer.status.name(), answer.latency_ms);
    }

    // An expression may call them as well.
    let risk = together.eval(r#"External.myCall(@"device.ipAddress").risk"#, EVENT).await?;
    println!("risk: {risk}");
    Ok(())
}
