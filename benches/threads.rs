//! What a second thread is worth: on one program, and in a batch.
//!
//! ```text
//! cargo bench --bench threads
//! ```
//!
//! Decisions a second by one thread and by all, in rounds that take turns, as medians; the last column is the gain as a share
//! of what so many threads could give. The batch reads NDJSON, and is held against one session that gets the same events.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark that cannot run has failed, and it prints what it found"
)]

mod work;

use fql::{BatchError, Decision, Engine, EvaluationError, Event};
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// How many rounds there are.
const ROUNDS: usize = 11;

/// How long a thread decides in a round, about.
const ROUND: Duration = Duration::from_millis(60);

/// How large the file of events is, in bytes.
const FILE: usize = 64 << 20;

fn main() {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let engine = work::engine(work::TYPICAL);
    let events: Vec<String> = work::typical().into_iter().map(|(_, text)| text).collect();
    let prepared: Vec<Event> = events.iter().map(|text| engine.prepare(text).expect("the event is JSON")).collect();

    println!("typical, 20 clauses; {threads} threads of the machine; decisions a second");
    println!("{:<28} {:>12} {:>12} {:>8}", "", "one thread", "all", "share");
    from_slots(&engine, &prepared, threads);
    from_bytes(&engine, &events, threads);
    batch(&engine, &events, threads);
}

fn from_slots(engine: &Engine, events: &[Event], threads: usize) {
    let mut rounds = Rounds::default();
    let count = calibrate(|count| sessions(engine, events, 1, count));
    for _ in 0..ROUNDS {
        rounds.one.push(rate(count, sessions(engine, events, 1, count)));
        rounds.all.push(rate(count * threads, sessions(engine, events, threads, count)));
    }
    rounds.print("from slots", threads);
}

fn from_bytes(engine: &Engine, events: &[String], threads: usize) {
    let mut rounds = Rounds::default();
    let count = calibrate(|count| sessions(engine, events, 1, count));
    for _ in 0..ROUNDS {
        rounds.one.push(rate(count, sessions(engine, events, 1, count)));
        rounds.all.push(rate(count * threads, sessions(engine, events, threads, count)));
    }
    rounds.print("from bytes", threads);
}

fn batch(engine: &Engine, events: &[String], threads: usize) {
    let mut file = String::with_capacity(FILE + (4 << 10));
    let mut count = 0;
    for event in events.iter().cycle() {
        if file.len() >= FILE {
            break;
        }
        file.push_str(event);
        file.push('\n');
        count += 1;
    }
    let lines: Vec<&str> = file.lines().collect();
    let batch = engine.batch(None).expect("one assessment").threads(threads);
    let [mut reader, mut bytes, mut slice] = std::array::from_fn(|_| Rounds::default());
    for _ in 0..ROUNDS {
        let one = rate(count, sessions(engine, &lines, 1, count));
        for rounds in [&mut reader, &mut bytes, &mut slice] {
            rounds.one.push(one);
        }
        reader.all.push(rate(count, timed(|| batch.ndjson(file.as_bytes(), add, take), count)));
        bytes.all.push(rate(count, timed(|| batch.ndjson_bytes(file.as_bytes(), add, take), count)));
        let begun = Instant::now();
        black_box(batch.decide(&lines));
        slice.all.push(rate(count, begun.elapsed()));
    }
    reader.print("batch, NDJSON of a reader", threads);
    bytes.print("batch, NDJSON in memory", threads);
    slice.print("batch, slice", threads);
}

/// Each decision goes into a sum, so that none is left out.
fn add(sum: &mut usize, _: &[u8], decision: Result<Decision, EvaluationError>) {
    *sum += decision.expect("decides").clause_number().map_or(0, |number| number + 1);
}

fn take(_: u64, sum: &mut usize) -> Result<(), ()> {
    black_box(std::mem::take(sum));
    Ok(())
}

fn timed(batch: impl FnOnce() -> Result<u64, BatchError<()>>, count: usize) -> Duration {
    let begun = Instant::now();
    assert_eq!(batch().expect("no taker refuses"), count as u64);
    begun.elapsed()
}

/// The time in which so many threads decide so many events each, all with the same engine and a session of their own.
fn sessions<T: Sync>(engine: &Engine, events: &[T], threads: usize, count: usize) -> Duration
where
    for<'e> &'e T: Into<fql::Request<'e>>,
{
    let barrier = Barrier::new(threads);
    let work = || {
        let mut session = engine.session(None).expect("one assessment");
        session.decide(events.first().expect("there are events")).expect("decides");
        barrier.wait();
        let begun = Instant::now();
        for event in events.iter().cycle().take(count) {
            black_box(session.decide(black_box(event))).expect("decides");
        }
        begun.elapsed()
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("decides")).max().unwrap_or_default()
    })
}

/// How many decisions take about as long as a round shall.
fn calibrate(run: impl Fn(usize) -> Duration) -> usize {
    let mut count = 1000;
    loop {
        let took = run(count);
        if took >= ROUND / 4 {
            return (count as f64 * ROUND.as_secs_f64() / took.as_secs_f64()) as usize;
        }
        count *= 2;
    }
}

fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// Decisions a second in each round.
#[derive(Default)]
struct Rounds {
    one: Vec<f64>,
    all: Vec<f64>,
}

impl Rounds {
    fn print(mut self, name: &str, threads: usize) {
        let (one, all) = (median(&mut self.one), median(&mut self.all));
        println!("{name:<28} {one:>12.0} {all:>12.0} {:>8.2}", all / one / threads as f64);
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
