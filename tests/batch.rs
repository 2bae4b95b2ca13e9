//! Batches: the decisions of the events one by one, in their order, whatever the threads and the blocks (R8.3, R12.3).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use fql::{BatchError, Decision, Engine, EvaluationError, Request};
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

const RULES: &str = r#"
    OBSERVE Output(n = @@"n") WHEN @"n" % 7 == 0
    RETURN Reject("third") WHEN @"n" % 3 == 0
    RETURN Review("large") WHEN @"n" > 1000 && @"user.country" == "NL"
"#;

fn engine(rules: &str) -> Engine {
    Engine::builder().rules("shop", rules).build().unwrap_or_else(|error| panic!("{error}"))
}

/// Events of different lengths, some of them none.
fn ndjson(count: usize) -> String {
    let line = |n: usize| match n % 11 {
        10 => "no event\n".to_string(),
        9 => format!("\n {{\"n\": {n}, \"user\": {{\"country\": \"NL\"}}}}\r\n"),
        more => format!("{{\"unread\": \"{}\", \"n\": {n}}}\n", "x".repeat(more * 40)),
    };
    (0..count).map(line).collect()
}

fn shown(decision: Result<Decision, EvaluationError>) -> String {
    decision.map_or_else(|error| error.to_string(), |decision| decision.to_json())
}

fn add(lines: &mut Vec<String>, _: &[u8], decision: Result<Decision, EvaluationError>) {
    lines.push(shown(decision));
}

/// Gives what there is in pieces of many sizes.
struct Pieces<'t>(&'t [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.1 = (self.1 * 7 + 13) % 5000;
        let count = (self.1 + 1).min(self.0.len()).min(into.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

#[test]
fn decisions_are_those_of_one_event_after_another() {
    let engine = engine(RULES);
    let text = ndjson(9000);
    let events: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let expected: Vec<String> = events.iter().map(|event| shown(engine.decide_blocking(*event))).collect();
    assert!(expected.iter().any(|line| line.contains("E0901")) && expected.iter().any(|line| line.contains("outputs")));
    for threads in [1, 2, 7] {
        let batch = engine.batch(None).unwrap().threads(threads);
        let mut found: Vec<String> = Vec::new();
        let mut take = |first: u64, lines: &mut Vec<String>| {
            assert_eq!(first, found.len() as u64);
            found.append(lines);
            Ok::<(), ()>(())
        };
        let count = batch.ndjson(Pieces(text.as_bytes(), 0), add, &mut take).unwrap();
        assert_eq!(count, events.len() as u64);
        assert_eq!(found, expected);
        let mut found: Vec<String> = Vec::new();
        let take = |first: u64, lines: &mut Vec<String>| {
            assert_eq!(first, found.len() as u64);
            found.append(lines);
            Ok::<(), ()>(())
        };
        assert_eq!(batch.ndjson_bytes(text.as_bytes(), add, take).unwrap(), events.len() as u64);
        assert_eq!(found, expected);
        let found: Vec<String> = batch.decide(&events).into_iter().map(shown).collect();
        assert_eq!(found, expected);
    }
    let found: Vec<String> = engine.decide_batch(&events).unwrap().into_iter().map(shown).collect();
    assert_eq!(found, expected);
}

#[test]
fn clock_and_seed_are_those_of_the_batch_where_a_request_has_none() {
    let rules = "OBSERVE Output(at = DateTime.UtcNow.Year, n = RandomInt(0, 1000000000))\nRETURN Approve()";
    let engine = engine(rules);
    let at = |text: &str| fql::DateTime::parse(text).unwrap();
    let batch = engine.batch(None).unwrap().at(at("1999-12-31T23:59:59Z")).seed(5);
    let requests = [Request::new("{}"), Request::new("{}").at(at("2031-01-01T00:00:00Z"))];
    let found: Vec<String> = batch.decide(&requests).into_iter().map(shown).collect();
    assert!(found[0].contains(r#""at":1999"#) && found[1].contains(r#""at":2031"#), "{found:?}");
    assert_eq!(found[0].replace("1999", "2031"), found[1]);
}

#[test]
fn an_event_is_decided_before_the_next_one_is_there() {
    for threads in 1..4 {
        let (events, mut reader) = pipe();
        let (answers, answered) = mpsc::channel();
        let asking = std::thread::spawn(move || {
            let mut events = events;
            for n in 0..20 {
                writeln!(events, "{{\"n\": {n}}}").unwrap();
                let line: String = answered.recv().unwrap();
                assert_eq!(line.contains("Reject"), n % 3 == 0, "{n}: {line}");
            }
        });
        let batch = engine(RULES).batch(None).unwrap().threads(threads);
        let taken = batch.ndjson(&mut reader, add, |_, lines| lines.drain(..).try_for_each(|line| answers.send(line)));
        assert_eq!(taken.unwrap(), 20);
        asking.join().unwrap();
    }
}

#[test]
fn events_that_come_in_large_parts_are_taken_before_the_next_part_is_there() {
    // So many bytes at once that the taker expects more to follow.
    let part = format!("{{\"n\": 3, \"text\": \"{}\"}}\n", "-".repeat(1000)).repeat(40);
    let (mut events, reader) = pipe();
    let (answers, answered) = mpsc::channel();
    let asking = std::thread::spawn(move || {
        for _ in 0..20 {
            write!(events, "{part}").unwrap();
            let answers: Vec<String> = answered.iter().take(40).collect();
            assert!(answers.iter().all(|line| line.contains("Reject")), "{answers:?}");
        }
    });
    let batch = engine(RULES).batch(None).unwrap().threads(2);
    let taken = batch.ndjson(reader, add, |_, lines| lines.drain(..).try_for_each(|line| answers.send(line)));
    assert_eq!(taken.unwrap(), 800);
    asking.join().unwrap();
}

/// A pipe in memory.
fn pipe() -> (impl Write, impl Read) {
    struct Sender(mpsc::Sender<Vec<u8>>);
    impl Write for Sender {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    struct Receiver(mpsc::Receiver<Vec<u8>>, Vec<u8>);
    impl Read for Receiver {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.1.is_empty() {
                self.1 = self.0.recv().unwrap_or_default();
            }
            let count = self.1.len().min(into.len());
            into[..count].copy_from_slice(&self.1[..count]);
            self.1.drain(..count);
            Ok(count)
        }
    }
    let (sender, receiver) = mpsc::channel();
    (Sender(sender), Receiver(receiver, Vec::new()))
}

/// Counts what was read, an event without end again and again.
struct Endless(Arc<AtomicUsize>);

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let event = b"{\"n\": 1}\n";
        let count = (into.len() / event.len()).min(1000) * event.len();
        for (to, from) in into[..count].iter_mut().zip(event.iter().cycle()) {
            *to = *from;
        }
        self.0.fetch_add(count, Ordering::Relaxed);
        Ok(count)
    }
}

#[test]
fn whoever_takes_nothing_stops_the_reading() {
    let read = Arc::new(AtomicUsize::new(0));
    let batch = engine(RULES).batch(None).unwrap().threads(2);
    let mut seen = 0;
    let refused = batch.ndjson(Endless(read.clone()), add, |first, lines| {
        if first == 0 {
            // Give the workers every chance to run ahead: they have to wait for this block.
            let mut before = usize::MAX;
            while before != read.load(Ordering::Relaxed) {
                before = read.load(Ordering::Relaxed);
                (0..50).for_each(|_| std::thread::yield_now());
            }
        }
        seen += lines.len();
        lines.clear();
        if seen > 100_000 { Err("enough") } else { Ok(()) }
    });
    assert!(matches!(refused, Err(BatchError::Taker("enough"))));
    // 9,000 bytes a block; no more blocks than those taken and those under way.
    let most = (seen / 1000 + 2 * 32 + 2) * 9000;
    assert!(read.load(Ordering::Relaxed) <= most, "{} of {most}", read.load(Ordering::Relaxed));
}

#[test]
fn an_input_that_breaks_off_is_an_error_behind_the_results() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    for threads in [1, 3] {
        let batch = engine(RULES).batch(None).unwrap().threads(threads);
        let mut found = Vec::new();
        let take = |_: u64, lines: &mut Vec<String>| {
            found.append(lines);
            Ok::<(), ()>(())
        };
        let done = batch.ndjson(b"{}\n{}\n{".chain(Broken), add, take);
        assert!(matches!(done, Err(BatchError::Input(error)) if error.kind() == io::ErrorKind::ConnectionReset));
        assert_eq!(found.len(), 2);
    }
}

#[test]
fn a_panic_of_the_host_reaches_the_host() {
    for threads in [1, 3] {
        let batch = engine(RULES).batch(None).unwrap().threads(threads);
        let decided = |_: &mut (), event: &[u8], _: Result<Decision, EvaluationError>| {
            assert!(event != br#"{"n": 5}"#, "the fifth");
        };
        let text: String = (0..100).map(|n| format!("{{\"n\": {n}}}\n")).collect();
        let run = || batch.ndjson(Pieces(text.as_bytes(), 0), decided, |_, ()| Ok::<(), ()>(()));
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
        assert!(panic.downcast_ref::<&str>().is_some_and(|message| message.contains("the fifth")));
        let taken = || batch.ndjson(Endless(Arc::default()), add, |_, _| -> Result<(), ()> { panic!("taken") });
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(taken)).is_err());
    }
}

const CALLS: &str = r#"
    RETURN Approve("no call") WHEN @"n" % 2 == 1
    LET $risk = External.risk(@"n").AsString()
    RETURN Reject($risk) WHEN $risk.StartsWith("high")
    RETURN Review($risk)
"#;

#[test]
fn events_that_wait_for_calls_wait_together() {
    // No call is answered before eight are made: by two threads, with four events each.
    let together = Arc::new(tokio::sync::Barrier::new(8));
    let made = Arc::new(AtomicUsize::new(0));
    let counter = made.clone();
    let risk = move |n: i64| {
        let (together, made) = (together.clone(), counter.clone());
        async move {
            made.fetch_add(1, Ordering::Relaxed);
            together.wait().await;
            format!("{} {n}", if n % 4 == 0 { "high" } else { "low" })
        }
    };
    let engine = Engine::builder().external("risk", risk).rules("shop", CALLS).build().unwrap();
    let events: Vec<String> = (0..128).map(|n| format!("{{\"n\": {n}}}")).collect();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let decisions = engine.batch(None).unwrap().threads(2).in_flight(4).decide(&events);
    assert_eq!(made.load(Ordering::Relaxed), 64);
    for (n, decision) in decisions.iter().enumerate() {
        let reason = match n % 4 {
            0 => format!("high {n}"),
            2 => format!("low {n}"),
            _ => "no call".to_string(),
        };
        assert_eq!(decision.as_ref().unwrap().reason(), Some(reason.as_str()));
    }
}

#[test]
fn calls_need_no_runtime_of_the_caller_and_bear_one() {
    let risk = |n: i64| async move {
        tokio::task::yield_now().await;
        format!("low {n}")
    };
    let engine = Engine::builder().external("risk", risk).rules("shop", CALLS).build().unwrap();
    let decide = || {
        for threads in [1, 2] {
            let decisions = engine.batch(None).unwrap().threads(threads).decide(&[r#"{"n": 2}"#, "no event"]);
            assert_eq!(decisions[0].as_ref().unwrap().reason(), Some("low 2"));
            assert_eq!(decisions[1].as_ref().unwrap_err().code.to_string(), "E0901");
        }
    };
    decide();
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async { decide() });
}
