//! When calls start (R8): together where that changes nothing, and never for nothing unless that was asked for.

use fql::evaluate::Prefetch;
use fql::external::{External, Response, Stubs};
use fql::{DecisionKind, Engine, Limits};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::scripted::scripted;

type Made = Arc<Mutex<Vec<String>>>;

/// Services `c0` to `c11`, each answering its argument after 50 ms, and the calls they received.
fn engine(rules: &str, prefetch: Prefetch) -> (Engine, Made) {
    limited(rules, prefetch, Limits::default())
}

fn limited(rules: &str, prefetch: Prefetch, limits: Limits) -> (Engine, Made) {
    let made = Made::default();
    let mut builder = Engine::builder().limits(limits).prefetch(prefetch).rules("test", rules);
    for number in 0..12 {
        let received = made.clone();
        let script = scripted(move |call| {
            let argument = call.arguments.get(0).unwrap().to_string();
            received.lock().unwrap().push(format!("c{number}({argument})"));
            async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Response::success(format!("\"{argument}\""))
            }
        });
        builder = builder.define(External::over(format!("c{number}"), ["a"], script).safe(number < 11));
    }
    (builder.build().unwrap(), made)
}

/// How long a decision takes under paused time, in milliseconds, and which calls are made, in order of their names.
async fn decided(rules: &str, prefetch: Prefetch) -> (DecisionKind, u128, Vec<String>) {
    let (engine, made) = engine(rules, prefetch);
    let begun = tokio::time::Instant::now();
    let decision = engine.decide(br#"{"a": "x", "n": 1}"#).await.unwrap();
    let took = begun.elapsed().as_millis();
    let mut made = made.lock().unwrap().clone();
    made.sort();
    (decision.kind(), took, made)
}

/// Six calls that running in order makes whatever the others answer: in a variable, a condition, an operand, an output, a
/// branch that is known, and a later rule.
const CERTAIN: &str = r#"
RULE "one"
CONDITION
  LET $first = External.c0(@"a")
  WHEN @"n" == 1
CLAUSE "observe"
  OBSERVE Output(a = $first, b = External.c1(@"a"), c = @"n" == 1 ? External.c2(@"a") : External.c6(@"a"))
RULE "two"
CLAUSE "test"
  OBSERVE Trace(t = 1)
  WHEN External.c3(@"a") == External.c4(@"a")
CLAUSE "decide"
  RETURN Reject(External.c5(@"a"))
"#;

/// Six calls that may all be needed and may all not be: on the right of `&&`, in a branch, in a variable, in a later clause
/// and a later rule.
const POSSIBLE: &str = r#"
RULE "one"
CLAUSE "first"
  LET $late = External.c2(@"a")
  RETURN Reject()
  WHEN External.c0(@"a") == "no" && (External.c1(@"a") == "no" || $late == "no")
CLAUSE "second"
  RETURN Review()
  WHEN External.c3(@"a") == "no"
RULE "two"
CLAUSE "third"
  RETURN Review(External.c4(@"a") == "no" ? "y" : External.c5(@"a"))
"#;

#[tokio::test(start_paused = true)]
async fn calls_that_are_certain_start_together() {
    for (prefetch, expected) in [(Prefetch::None, 300), (Prefetch::Certain, 50), (Prefetch::Speculative, 50)] {
        let (kind, took, made) = decided(CERTAIN, prefetch).await;
        assert_eq!((kind, took, made.len()), (DecisionKind::Reject, expected, 6), "{prefetch:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_possible_start_together_if_that_is_asked_for() {
    let read = ["c0(x)", "c3(x)", "c4(x)", "c5(x)"];
    for prefetch in [Prefetch::None, Prefetch::Certain] {
        let (kind, took, made) = decided(POSSIBLE, prefetch).await;
        assert_eq!((kind, took), (DecisionKind::Review, 200), "{prefetch:?}");
        assert_eq!(made, read);
    }
    let (kind, took, made) = decided(POSSIBLE, Prefetch::Speculative).await;
    assert_eq!((kind, took, made.len()), (DecisionKind::Review, 50, 6));
}

#[tokio::test(start_paused = true)]
async fn calls_that_depend_on_each_other_wait_and_others_do_not() {
    let rules = r#"
        OBSERVE Output(a = External.c0(External.c1(External.c2(@"a"))), b = External.c3(@"a"), c = External.c4(@"a"),
            d = External.c5(@"a"))"#;
    let (_, took, made) = decided(rules, Prefetch::Certain).await;
    assert_eq!((took, made.len()), (150, 6));
}

#[tokio::test(start_paused = true)]
async fn what_running_in_order_does_not_make_is_not_made() {
    for (rules, calls) in [
        (r#"RETURN Reject() WHEN @"n" == 2 && External.c0(@"a") == "x""#, 0),
        (r#"RETURN Reject() WHEN @"n" == 1 || External.c0(@"a") == "x""#, 0),
        (r#"RETURN Reject() WHEN External.c0(@"a") == "no" && External.c1(@"a") == "x""#, 1),
        (r#"RETURN Reject() WHEN @"n" == 1  OBSERVE Output(a = External.c0(@"a"))"#, 0),
        (r#"RETURN Reject() WHEN External.c0(@"a") == "x"  OBSERVE Output(a = External.c1(@"a"))"#, 1),
        (r#"LET $v = External.c0(@"a")  RETURN Reject() WHEN @"n" == 1"#, 0),
    ] {
        assert_eq!(decided(rules, Prefetch::Certain).await.2.len(), calls, "{rules}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_happen_is_not_made_even_if_it_is_possible_elsewhere() {
    for rules in [
        r#"RETURN Reject() WHEN @"n" == 2 && External.c0(@"a") == "x""#,
        r#"RETURN Reject() WHEN @"n" == 1  RETURN Review() WHEN External.c0(@"a") == "x""#,
        r#"OBSERVE Output(a = @"n" == 1 ? "y" : External.c0(@"a"))"#,
    ] {
        assert_eq!(decided(rules, Prefetch::Speculative).await.2.len(), 0, "{rules}");
    }
}

/// Ten clauses, the first of which decides.
fn ten() -> String {
    let clause = |number: usize| format!("RETURN Reject(\"{number}\") WHEN External.c{number}(@\"a\") == \"x\"\n");
    (0..10).map(clause).collect()
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_is_settled_does_not_wait_for_the_rest() {
    assert_eq!(decided(&ten(), Prefetch::Certain).await.2, ["c0(x)"]);
    let (engine, made) = engine(&ten(), Prefetch::Speculative);
    let begun = tokio::time::Instant::now();
    let decision = engine.decide(br#"{"a": "x"}"#).await.unwrap();
    assert_eq!((begun.elapsed().as_millis(), decision.reason()), (50, Some("0")));
    assert_eq!(made.lock().unwrap().len(), 10);
    assert_eq!(decision.calls().len(), 1);
    let calls = engine.monitor().snapshot().calls;
    assert_eq!(calls.iter().map(|call| call.unread).sum::<u64>(), 9);
    assert!(calls.iter().all(|call| call.requests + call.cancelled <= 1));
}

#[tokio::test(start_paused = true)]
async fn an_unneeded_call_that_is_slow_is_cancelled() {
    let slow = scripted(|_| async {
        tokio::time::sleep(Duration::from_millis(900)).await;
        Response::success("1")
    });
    let rules = "RETURN Reject() WHEN External.fast() == 1  RETURN Review() WHEN External.slow() == 1";
    let builder = Engine::builder().prefetch(Prefetch::Speculative).rules("test", rules);
    let none: [&str; 0] = [];
    let builder = builder.define(External::over("slow", none, slow).safe(true)).external("fast", || async { 1 });
    let engine = builder.build().unwrap();
    let begun = tokio::time::Instant::now();
    assert_eq!(engine.decide(b"{}").await.unwrap().kind(), DecisionKind::Reject);
    assert_eq!(begun.elapsed().as_millis(), 0);
    let slow = &engine.monitor().snapshot().calls[0];
    assert_eq!((slow.cancelled, slow.unread, slow.requests), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn only_safe_calls_are_made_for_nothing() {
    let rules =
        r#"RETURN Reject() WHEN External.c0(@"a") == "no" && External.c11(@"a") == "x" && External.c1(@"a") == "x""#;
    assert_eq!(decided(rules, Prefetch::Speculative).await.2, ["c0(x)", "c1(x)"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_failed_is_not_made_again_for_the_same_event() {
    let made = Made::default();
    let received = made.clone();
    let script = scripted(move |call| {
        received.lock().unwrap().push(call.arguments.get(0).unwrap().to_string());
        async { Response::failure(fql::evaluate::CallStatus::CommunicationFailure, "reset") }
    });
    let rules = r#"
        OBSERVE Output(a = External.ask(@"a"), b = External.ask(@"a"))
        RETURN Reject() WHEN External.ask(@"a") == null"#;
    let builder = Engine::builder().rules("test", rules).define(External::over("ask", ["a"], script));
    let engine = builder.build().unwrap();
    let decision = engine.decide(br#"{"a": "x"}"#).await.unwrap();
    assert_eq!((decision.kind(), decision.calls().len()), (DecisionKind::Reject, 1));
    assert_eq!(*made.lock().unwrap(), ["x"]);
}

/// Where steps may run out, a run may end before it comes to a call; so none may start early.
#[tokio::test(start_paused = true)]
async fn no_call_starts_behind_the_point_where_steps_run_out() {
    let rules = r#"
        OBSERVE Output(a = External.c0(@"a") == "x" ? @"t".Length + @"t".Length + @"t".Length : 1)
        OBSERVE Output(b = External.c1(@"a"))
        OBSERVE Output(c = @"t".Length, d = External.c2(@"a"))"#;
    let event = format!(r#"{{"a": "x", "t": "{}"}}"#, "t".repeat(50_000));
    let mut partly = 0;
    for steps in 1..120 {
        let limits = Limits { steps, ..Limits::default() };
        let run = async |prefetch| {
            let (engine, made) = limited(rules, prefetch, limits.clone());
            let decision =
                engine.decide(event.as_str()).await.map(|decision| decision.kind()).map_err(|error| error.code);
            let made = made.lock().unwrap().clone();
            (decision, made)
        };
        let in_order = run(Prefetch::None).await;
        assert_eq!(run(Prefetch::Certain).await, in_order, "{steps} steps");
        partly += usize::from(in_order.1.len() == 1);
    }
    assert!(partly > 0, "the steps never run out between two calls");
}

/// A stub file is a service whose calls are safe: it only answers.
#[test]
fn stubs_keep_the_times() {
    let stubs = |count: usize| {
        let one = |number| format!(r#""c{number}": {{"response": "x", "latency_ms": 50}}"#);
        Stubs::parse(&format!("{{{}}}", (0..count).map(one).collect::<Vec<_>>().join(","))).unwrap()
    };
    let takes = |rules: &str, prefetch, expected: u128| {
        let engine = Engine::builder().stubs(stubs(12)).prefetch(prefetch).rules("test", rules).build().unwrap();
        let event = br#"{"a": "x", "n": 1}"#;
        let still = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let took = still.block_on(async {
            let begun = tokio::time::Instant::now();
            engine.decide(event).await.unwrap();
            begun.elapsed()
        });
        assert_eq!(took.as_millis(), expected);
        // How much longer depends on what else the machine does.
        let begun = Instant::now();
        engine.decide_blocking(event).unwrap();
        assert!(begun.elapsed() >= took);
    };
    takes(CERTAIN, Prefetch::Certain, 50);
    takes(POSSIBLE, Prefetch::Speculative, 50);
    takes(&ten(), Prefetch::Speculative, 50);
    let dependent = r#"OBSERVE Output(a = External.c0(External.c1(External.c2(@"a"))), b = External.c3("1"), c = External.c4("1"))"#;
    takes(dependent, Prefetch::Certain, 150);
}
