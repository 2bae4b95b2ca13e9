//! What a second thread is worth: on one program, and in a batch.
//!
//! ```text
//! cargo bench --bench threads
//! ```
//!
//! Decisions a second by one thread and by all, in rounds that take turns, as medians; the last column is the gain as a share
//! of what so many threads could give. The first two rows share nothing between threads: they show what the machine gives.
//! The batch reads NDJSON, and is held against one session that gets the same events.

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
    sessions("struct by hand, from bytes", threads, |worker| {
        let mut events = events.iter().cycle();
        worker.time(|| {
            let event = serde_json::from_str(black_box(events.next()?)).expect("the event is JSON");
            Some(work::native::typical(&event))
        })
    });
    sessions("an engine each, from bytes", threads, |worker| worker.decide(&work::engine(work::TYPICAL), &events));
    sessions("from slots", threads, |worker| worker.decide(&engine, &prepared));
    sessions("from bytes", threads, |worker| worker.decide(&engine, &events));
    batch(&engine, &events, threads);
}

/// Measures so much work of one thread and of all.
fn sessions(name: &str, threads: usize, work: impl Fn(Worker<'_>) -> Duration + Sync) {
    let mut rounds = Rounds::default();
    let count = calibrate(|count| together(1, count, &work));
    for _ in 0..ROUNDS {
        rounds.one.push(rate(count, together(1, count, &work)));
        rounds.all.push(rate(count * threads, together(threads, count, &work)));
    }
    rounds.print(name, threads);
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
        let one = rate(count, together(1, count, &|worker: Worker<'_>| worker.decide(engine, &lines)));
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

/// The time in which so many threads, that begin together, do so much each.
fn together(threads: usize, count: usize, work: &(impl Fn(Worker<'_>) -> Duration + Sync)) -> Duration {
    let barrier = Barrier::new(threads);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(Worker { barrier: &barrier, count }))).collect();
        workers.into_iter().map(|worker| worker.join().expect("decides")).max().unwrap_or_default()
    })
}

/// One of the threads, and how often it has to decide.
struct Worker<'a> {
    barrier: &'a Barrier,
    count: usize,
}

impl Worker<'_> {
    /// The time of the decisions, from when all threads are ready.
    fn time<D>(self, mut decide: impl FnMut() -> Option<D>) -> Duration {
        black_box(decide());
        self.barrier.wait();
        let begun = Instant::now();
        for _ in 0..self.count {
            black_box(decide());
        }
        begun.elapsed()
    }

    /// The same of a session, one event after another.
    fn decide<T>(self, engine: &Engine, events: &[T]) -> Duration
    where
        for<'e> &'e T: Into<fql::Request<'e>>,
    {
        let mut session = engine.session(None).expect("one assessment");
        let mut events = events.iter().cycle();
        self.time(|| Some(session.decide(black_box(events.next()?)).expect("decides")))
    }
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
