//! The smallest program that decides an event: rules as text, an event as JSON, a decision.
//!
//! ```text
//! cargo run --example quickstart
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use fql::{DecisionKind, Engine};

const RULES: &str = r#"
    RETURN Reject("we do not deliver there")
    WHEN In(@"user.countryRegion", "KP, IR")

    RETURN Review("an expensive order of a new customer")
    WHEN @"totalAmount" > 500 && DaysSince(@"user.creationDate") < 30

    OBSERVE Output(country = @"user.countryRegion", amount = @"totalAmount")
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // All mistakes of the rules are found here, before any event is seen.
    let engine = Engine::builder().rules("checkout", RULES).build()?;

    // Bytes, a `&str` or a `serde_json::Value`: whatever the host has.
    let event = br#"{"totalAmount": 830.50, "user": {"countryRegion": "NZ", "creationDate": "2019-05-04"}}"#;
    let decision = engine.decide_blocking(event)?;
    assert_eq!(decision.kind(), DecisionKind::Approve);
    assert_eq!(decision.reason(), Some("NO_CLAUSE_HIT"));
    println!("{}", decision.to_json());

    let event = serde_json::json!({"totalAmount": 12, "user": {"countryRegion": "ir"}});
    let decision = engine.decide_blocking(&event)?;
    println!("{}: {}", decision.kind().name(), decision.reason().unwrap_or("no reason given"));

    // A mistake is told with its place and what to do about it.
    if let Err(error) = Engine::builder().rules("checkout", r#"RETURN Reject() WHEN @"email".StartWith("x")"#).build() {
        println!("{error}");
    }
    Ok(())
}
