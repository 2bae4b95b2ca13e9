//! Deciding: one clause, twenty, a thousand, ten thousand; from an event that was read before, and from its bytes.
//!
//! `rust` is the same decision written by hand over a struct, from the struct and from bytes read by serde_json. `in_order` is
//! the same rules without their index.
//!
//! ```text
//! cargo bench --bench evaluate
//! ```

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run has failed"
)]

mod work;

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use work::crowd::Crowd;
use work::native::Event;
use work::{Clause, native};

/// Checks that rules and hand-written code agree on all events, then times both on the first one.
fn compare(
    c: &mut Criterion,
    name: &str,
    rules: &str,
    events: &[(Clause, String)],
    by_hand: impl Fn(&Event<'_>) -> Clause,
) {
    let engine = work::engine(rules);
    let mut session = engine.session(None).expect("one assessment");
    for (expected, text) in events {
        let read: Event<'_> = serde_json::from_str(text).expect("the event fits the struct");
        assert_eq!(by_hand(&read), *expected, "{name}, by hand: {text}");
        let prepared = engine.prepare(text).expect("the event is JSON");
        for decision in [session.decide(&prepared), session.decide(text), engine.decide_blocking(text)] {
            let clause = decision.expect("decides").clause_number().map_or(0, |number| number + 1);
            assert_eq!(clause, *expected, "{name}: {text}");
        }
    }
    let text = &events[0].1;
    let read: Event<'_> = serde_json::from_str(text).expect("the event fits the struct");
    let prepared = engine.prepare(text).expect("the event is JSON");
    let mut group = c.benchmark_group(name);
    group.bench_function("fql", |b| b.iter(|| session.decide(black_box(&prepared))));
    group.bench_function("rust", |b| b.iter(|| by_hand(black_box(&read))));
    group.bench_function("fql_from_bytes", |b| b.iter(|| session.decide(black_box(text))));
    group.bench_function("rust_from_bytes", |b| {
        b.iter(|| by_hand(&serde_json::from_str(black_box(text)).expect("JSON")))
    });
    group.finish();
}

/// Times rules with their index and in order, on events that take turns.
fn beside_in_order(c: &mut Criterion, name: &str, rules: Crowd) {
    let events = rules.events();
    let mut group = c.benchmark_group(name);
    for (way, in_order) in [("fql", false), ("in_order", true)] {
        let engine = rules.engine(in_order);
        let mut session = engine.session(None).expect("one assessment");
        for (expected, text) in &events {
            let decision = session.decide(text).expect("decides");
            assert_eq!(decision.clause_number().map_or(0, |number| number + 1), *expected, "{name}: {text}");
        }
        // Events in turn, and a new memory of what was looked up for each: an event is read anew each time.
        let mut turn = (0..events.len()).cycle();
        group.bench_function(format!("{way}_from_bytes"), |b| {
            b.iter(|| session.decide(black_box(&events[turn.next().unwrap_or(0)].1)))
        });
        let prepared: Vec<_> =
            events.iter().map(|(_, text)| engine.prepare(text).expect("the event is JSON")).collect();
        group.bench_function(way, |b| b.iter(|| session.decide(black_box(&prepared[turn.next().unwrap_or(0)]))));
    }
    group.finish();
}

fn evaluate(c: &mut Criterion) {
    compare(c, "tiny", work::TINY, &work::tiny(), native::tiny);
    compare(c, "typical", work::TYPICAL, &work::typical(), native::typical);
    let table = native::table(1_000);
    compare(c, "thousand", &work::many(1_000), &work::thousand(1_000), |event| native::in_order(&table, event));
    let table = native::table(10_000);
    let events = work::thousand(10_000);
    compare(c, "ten_thousand", &work::many(10_000), &events, |event| native::in_order(&table, event));
    beside_in_order(c, "fields", Crowd::Fields(1_024));
    beside_in_order(c, "mixed", Crowd::Mixed(1_000));
    beside_in_order(c, "derived", Crowd::Derived(1_000));
}

criterion_group!(benches, evaluate);
criterion_main!(benches);
