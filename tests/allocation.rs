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

/// A longer text would be read on several threads, and what is allocated on others is not counted.
const RULES: usize = 600;

/// What an engine holds for each rule, in bytes, and how long the text of one is.
fn held(rule: impl Fn(usize) -> String) -> (usize, usize) {
    let rules: String = (0..RULES).map(rule).collect();
    assert!(rules.len() < 48 << 10, "{}", rules.len());
    let mut engine = None;
    let held = measure(|| engine = Some(Engine::builder().rules("shop", &rules).build().unwrap()));
    (held.bytes_current as usize / RULES, rules.len() / RULES)
}

#[test]
fn a_rule_holds_few_bytes() {
    let (each, text) = held(|n| format!("RETURN Review() WHEN @\"country\" == \"C{n}\" && @\"amount\" > {n}\n"));
    assert!((text..=text + 170).contains(&each), "a rule of {text} bytes of text holds {each} bytes");
}

#[test]
fn a_rule_of_any_kind_holds_few_bytes() {
    let test = |n: usize| match n % 7 {
        0 => format!("@\"n{}\" > {n} && @\"n{}\" < {n}5", n % 5, n % 5),
        1 => format!("In(@\"s{}\", \"a{n},b{n}\")", n % 5),
        2 => format!("@\"s{}\".StartsWith(\"a{n}\")", n % 5),
        3 => format!("@\"s{}\".Contains(\"b{n}\")", n % 5),
        4 => format!("@\"s{}\" != @\"t{}\"", n % 5, n % 3),
        5 => format!("@\"s{}\".EndsWith(\"c{n}\")", n % 5),
        _ => format!("!@\"b{}\" && @\"n\" == {n}", n % 5),
    };
    let (each, text) = held(|n| format!("RETURN Review(\"{}\") WHEN {}\n", n % 50, test(n)));
    assert!((text..=text + 265).contains(&each), "a rule of {text} bytes of text holds {each} bytes");
}

/// So many events, each on a line.
fn ndjson(count: usize) -> Vec<u8> {
    let line = [serde_json::from_slice::<serde_json::Value>(EVENT).unwrap().to_string().as_bytes(), b"\n"].concat();
    line.repeat(count)
}

#[test]
fn an_event_of_a_batch_allocates_nothing() {
    let rules = r#"
        RETURN Review("country") WHEN In(@"user.countryRegion", "KP, IR, SY") || !@"user.isEmailValidated"
        RETURN Reject("all others") WHEN @"totalAmount" > 100 && @"user.email".EndsWith("@example.com")
    "#;
    let engine = Engine::builder().rules("shop", rules).build().unwrap();
    // One thread, that of the test: allocations are counted there.
    let batch = engine.batch(None).unwrap().threads(1);
    let run = |events: &[u8], in_memory: bool| {
        let mut rejected = 0;
        let decided = |sum: &mut u64, _: &[u8], decision: Result<fql::Decision, fql::EvaluationError>| {
            *sum += u64::from(decision.unwrap().kind().name() == "Reject");
        };
        let mut take = |_: u64, sum: &mut u64| {
            rejected += std::mem::take(sum);
            Ok::<(), ()>(())
        };
        let done = match in_memory {
            true => batch.ndjson_bytes(events, decided, &mut take),
            false => batch.ndjson(events, decided, &mut take),
        };
        assert_eq!(done.unwrap(), rejected);
    };
    for in_memory in [true, false] {
        // Ten blocks and a hundred.
        let [few, many] = [10_000, 100_000].map(|count| {
            let events = ndjson(count);
            measure(|| run(&events, in_memory))
        });
        assert_eq!((many.count_total, many.bytes_max), (few.count_total, few.bytes_max), "{few:?} {many:?}");
    }
}

/// Bytes that an engine holds for so many rules of two conditions, as a rule.
fn bytes_of_a_rule(count: usize) -> f64 {
    let rule =
        |n: usize| format!("RETURN Review() WHEN @\"user.countryRegion\" == \"C{n}\" && @\"totalAmount\" > {n}\n");
    let text: String = (0..count).map(rule).collect();
    let limits = fql::Limits { source_bytes: 64 << 20, ..fql::Limits::default() };
    let mut engine = None;
    let held = measure(|| engine = Some(Engine::builder().limits(limits).rules("shop", &text).build().unwrap()));
    drop(engine);
    held.bytes_current as f64 / count as f64
}

#[test]
fn a_compiled_rule_is_small() {
    let [thousand, ten_thousand] = [1_000, 10_000].map(bytes_of_a_rule);
    assert!(thousand < 400.0 && ten_thousand < 400.0, "{thousand:.0} and {ten_thousand:.0} bytes a rule");
}
