//! What a call costs besides itself: functions of the host that answer at once, asked by one rule.
//!
//! `fql` decides an event whose rule makes so many calls, `by_hand` awaits so many futures with the same timeout and no rule
//! around them. `fql/0` is a decision without calls. Two figures are told, never one without the other:
//!
//! - The *whole* price of a call is the difference between `fql/32` and `fql/1`, shared by 31: its guard, its place in the plan,
//!   its entry in the decision, and what the rules do with it, which here test it and put it into an output.
//! - What the *scheduler* adds, which is what is claimed of it, is the whole price less the same difference of `attributes`, whose
//!   rules do the same with attributes of the event, so that nothing is scheduled.
//!
//! The fixed part of scheduling is `fql/1` less `fql/0` and one call.
//!
//! `response` is a decision whose one call is answered with 20 KB of JSON at once: `member` reads one member of it, `whole` reads
//! it as a value, `serde_json` builds its tree and looks the member up, without rules around it.
//!
//! ```text
//! cargo bench --bench calls
//! ```

#![allow(clippy::expect_used, reason = "a benchmark that cannot run has failed")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use fql::external::{Call, Exchange, External, Response, Transport};
use fql::{DecisionKind, Engine};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

/// What a rule asks for: a call.
fn call(number: usize) -> String {
    format!("External.ask(\"{number}\")")
}

/// An attribute of the event instead.
fn attribute(number: usize) -> String {
    format!("@@\"a{number}\"")
}

/// A rule that asks for so many different things, and tells and tests each.
fn engine(calls: usize, asked: impl Fn(usize) -> String) -> Engine {
    let mut rules = String::from("RETURN Reject() WHEN @\"n\" > 1");
    for number in 0..calls {
        write!(rules, " && {} == 1", asked(number)).expect("a string takes all");
    }
    // Certain, whatever the others answer.
    let mut outputs = String::from("OBSERVE Output(n = @\"n\"");
    for number in 0..calls {
        write!(outputs, ", c{number} = {}", asked(number)).expect("a string takes all");
    }
    let rules = format!("{outputs})\n{rules}\n");
    Engine::builder()
        .external("ask", |_: String| async { 1 })
        .rules("test", &rules)
        .build()
        .expect("the rules are good")
}

fn calls(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut group = c.benchmark_group("calls");
    for calls in [0, 1, 6, 32] {
        let attributes: String = (0..calls).map(|number| format!(", \"a{number}\": 1")).collect();
        let event = format!("{{\"n\": 2{attributes}}}");
        let engines = [("fql", engine(calls, call), calls), ("attributes", engine(calls, attribute), 0)];
        for (name, engine, made) in engines {
            let event = engine.prepare(&event).expect("the event is JSON");
            let decision = runtime.block_on(engine.decide(&event)).expect("decides");
            assert_eq!((decision.kind(), decision.calls().len()), (DecisionKind::Reject, made));
            assert_eq!(decision.outputs().count(), calls + 1);
            group.bench_function(BenchmarkId::new(name, calls), |b| {
                b.iter(|| runtime.block_on(engine.decide(black_box(&event))))
            });
        }
        group.bench_function(BenchmarkId::new("by_hand", calls), |b| {
            b.iter(|| {
                runtime.block_on(async {
                    let one = |number: usize| async move { (number.to_string(), 1.to_string()) };
                    let timed = |number| tokio::time::timeout(Duration::from_secs(1), one(number));
                    let mut pending: FuturesUnordered<_> = (0..calls).map(timed).collect();
                    while let Some(answer) = pending.next().await {
                        black_box(answer).expect("in time");
                    }
                })
            })
        });
    }
    group.finish();
}

/// Gives the same text to every call.
#[derive(Debug)]
struct Same(Arc<str>);

impl Transport for Same {
    fn call(&self, _: Call) -> Exchange {
        Box::pin(std::future::ready(Response::success(self.0.clone())))
    }
}

/// 20 KB of JSON with what is looked for in the middle.
fn response() -> String {
    let member = |n| format!("\"member{n}\": {{\"id\": {n}, \"name\": \"a thing\", \"scores\": [{n}.5, 7, null]}}, ");
    let members: Vec<String> = (0..270).map(member).collect();
    let (before, behind) = members.split_at(members.len() / 2);
    format!("{{{}\"risk\": \"high\", {}\"last\": true}}", before.concat(), behind.concat())
}

fn responses(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut group = c.benchmark_group("response");
    let text: Arc<str> = response().into();
    let rules = [
        ("member", "RETURN Reject() WHEN External.ask().risk == \"high\""),
        ("whole", "LET $answer = External.ask()\nRETURN Reject() WHEN $answer.risk == \"high\" && $answer != null"),
    ];
    for (name, rules) in rules {
        let ask = External::over("ask", [""; 0], Same(text.clone()));
        let engine = Engine::builder().define(ask).rules("test", rules).build().expect("the rules are good");
        let event = engine.prepare("{}").expect("the event is JSON");
        let decision = runtime.block_on(engine.decide(&event)).expect("decides");
        assert_eq!(decision.kind(), DecisionKind::Reject);
        group.bench_function(name, |b| b.iter(|| runtime.block_on(engine.decide(black_box(&event)))));
    }
    group.bench_function("serde_json", |b| {
        b.iter(|| {
            let tree: serde_json::Value = serde_json::from_str(black_box(&text)).expect("JSON");
            tree.get("risk").and_then(serde_json::Value::as_str) == Some("high")
        })
    });
    group.finish();
}

criterion_group!(benches, calls, responses);
criterion_main!(benches);
