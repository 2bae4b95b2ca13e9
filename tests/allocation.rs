//! A decision without calls and outputs allocates nothing, once a session has seen an event of that size.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use allocation_counter::measure;
use fql::Engine;

const EVENT: &[u8] =
    br#"{"riskScore": 640, "totalAmount": 120.5, "currency": "EUR", "unread": {"a": [1, 2, {"b": "c"}]},
    "user": {"email": "a.person@example.com", "countryRegion": "NL", "isEmailValidated": true},
    "items": [{"price": 99.5, "quantity": 2, "name": "Caf\u00e9 \"special\""}]}"#;

/// Allocations of 100 decisions by a session that has made some already: from a prepared event, and from bytes.
fn allocations(rules: &str) -> (u64, u64) {
    let engine = Engine::builder().rules("shop", rules).build().unwrap_or_else(|error| panic!("{error}"));
    let mut session = engine.session(None).unwrap();
    let event = engine.prepare(EVENT).unwrap();
    for _ in 0..3 {
        session.decide(&event).unwrap();
        session.decide(EVENT).unwrap();
    }
    let mut hundred = |prepared: bool| {
        let counted = measure(|| {
            for _ in 0..100 {
                let decision = if prepared { session.decide(&event) } else { session.decide(EVENT) };
                assert_eq!(decision.unwrap().kind().name(), "Reject");
            }
        });
        counted.count_total
    };
    (hundred(true), hundred(false))
}

#[test]
fn tests_of_slots_allocate_nothing() {
    let rules = r#"
        RETURN Review("score") WHEN @"riskScore" > 700
        RETURN Review("country") WHEN In(@"user.countryRegion", "KP, IR, SY") || !@"user.isEmailValidated"
        RETURN Review("price") WHEN @"items[0].price" * @"items[0].quantity" > 5000.0
        RETURN Review("name") WHEN @"items[0].name".Contains("Gift") || @"currency" == "XBT"
        RETURN Reject("all others") WHEN @"totalAmount" > 100 && @"user.email".EndsWith("@example.com")
    "#;
    assert_eq!(allocations(rules), (0, 0));
}

#[test]
fn variables_and_computed_texts_allocate_nothing() {
    let rules = r#"
        LET $who = @"user.email" + "/" + @"user.countryRegion"
        LET $spent = @"items[0].price" * @"items[0].quantity"
        WHEN $who.Length > 5
        RETURN Review("who") WHEN $who == "nobody/NL"
        RETURN Reject("spent") WHEN $spent + 1 > 100 && $who.Substring(0, 8) == "a.person"
    "#;
    assert_eq!(allocations(rules), (0, 0));
}
