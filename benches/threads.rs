//! What a second thread is worth: on one program, and in a batch.
//!
//! ```text
//! cargo bench --bench threads
//! cargo bench --bench threads -- --rounds 41 --only batch
//! ```
//!
//! Decisions a second by one thread and by all, in rounds in which all rows take their turn, as medians. `share` is the gain as
//! a share of what so many threads could give, of each round by itself: the median, and between which two values the middle
//! half of the rounds lie. Rows that begin with "each" are controls, whose threads share nothing: they show what the machine
//! gives. `of control` is the share held against that of the control in the same round: 1.00 is all that can be had.
//!
//! The batch decides a file of NDJSON that no cache holds, and is held against one session that gets the same events. Its
//! control are sessions with an engine each, and with a part of the events each. A reader gives the file several times, since
//! both its threads are new, and some systems leave new threads on one core for the first 20 or 30 milliseconds.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark that cannot run has failed, and it prints what it found"
)]

mod work;

use fql::{BatchError, Decision, Engine, EvaluationError, Event};
use std::hint::black_box;
use std::io::{self, Read};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// How many rounds there are, unless the command says so.
const ROUNDS: usize = 21;

/// How long a thread decides in a round, about: so long that the first milliseconds count little, in which a system may leave
/// both threads on one core.
const ROUND: Duration = Duration::from_millis(200);

/// How large the file of events is, in bytes; as long as it is for the same reason.
const FILE: usize = 256 << 20;

/// How often a reader gives the file.
const PASSES: usize = 8;

fn main() {
    let argument = |name: &str| std::env::args().skip_while(|word| word != name).nth(1);
    let rounds = argument("--rounds").map_or(ROUNDS, |count| count.parse().expect("a number"));
    let only = argument("--only").unwrap_or_default();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let engine = work::engine(work::TYPICAL);
    let events: Vec<String> = work::typical().into_iter().map(|(_, text)| text).collect();

    println!("typical, 20 clauses; {threads} threads of the machine; decisions a second; {rounds} rounds");
    println!("{:<28} {:>12} {:>12} {:>8} {:>13} {:>11}", "", "one thread", "all", "share", "middle half", "of control");
    let mut tables = [sessions(&engine, &events, threads), batches(&engine, &events, threads)];
    for table in &mut tables {
        table.retain(|row| row.name.contains(&only) || row.is_control);
        if table.iter().all(|row| row.is_control && !row.name.contains(&only)) {
            continue;
        }
        for _ in 0..rounds {
            table.iter_mut().for_each(Row::round);
        }
        print(table, threads);
    }
}

/// One line of the table.
struct Row<'w> {
    name: &'static str,
    /// Threads share nothing; the rows below are held against this one.
    is_control: bool,
    /// Decisions a second by one thread, then by all.
    measure: Box<dyn Fn() -> (f64, f64) + 'w>,
    rates: Vec<(f64, f64)>,
}

impl<'w> Row<'w> {
    fn new(name: &'static str, measure: impl Fn() -> (f64, f64) + 'w) -> Row<'w> {
        Row { name, is_control: name.starts_with("each"), measure: Box::new(measure), rates: Vec::new() }
    }

    fn round(&mut self) {
        self.rates.push((self.measure)());
    }
}

fn print(rows: &[Row<'_>], threads: usize) {
    let shares = |row: &Row<'_>| row.rates.iter().map(|(one, all)| all / one / threads as f64).collect::<Vec<_>>();
    let mut control = Vec::new();
    for row in rows {
        let own = shares(row);
        if row.is_control {
            control.clone_from(&own);
        }
        let against = own.iter().zip(&control).map(|(own, control)| own / control).collect();
        let of_control = if row.is_control { "-".to_string() } else { format!("{:.2}", quartiles(against)[1]) };
        let [_, one, _] = quartiles(row.rates.iter().map(|(one, _)| *one).collect());
        let [_, all, _] = quartiles(row.rates.iter().map(|(_, all)| *all).collect());
        let [low, share, high] = quartiles(own);
        println!("{:<28} {one:>12.0} {all:>12.0} {share:>8.2}   {low:.2} .. {high:.2} {of_control:>11}", row.name);
    }
}

/// Threads with sessions, each of which decides all events again and again.
fn sessions<'w>(engine: &'w Engine, events: &'w [String], threads: usize) -> Vec<Row<'w>> {
    let prepared = |engine: &Engine| -> Vec<Event> {
        events.iter().map(|text| engine.prepare(text).expect("the event is JSON")).collect()
    };
    let own = prepared(engine);
    vec![
        row("each a struct by hand", threads, move |worker| {
            let mut events = events.iter().cycle();
            worker.time(|| {
                let event = serde_json::from_str(black_box(events.next()?)).expect("the event is JSON");
                Some(work::native::typical(&event))
            })
        }),
        row("each an engine, from slots", threads, move |worker| {
            let engine = work::engine(work::TYPICAL);
            worker.decide(&engine, &prepared(&engine))
        }),
        row("one engine, from slots", threads, move |worker| worker.decide(engine, &own)),
        row("each an engine, from bytes", threads, move |worker| worker.decide(&work::engine(work::TYPICAL), events)),
        row("one engine, from bytes", threads, move |worker| worker.decide(engine, events)),
    ]
}

/// So much work of one thread, and of all.
fn row<'w>(name: &'static str, threads: usize, work: impl Fn(Worker<'_>) -> Duration + Sync + 'w) -> Row<'w> {
    let count = calibrate(|count| together(1, count, &work));
    Row::new(name, move || {
        (rate(count, together(1, count, &work)), rate(count * threads, together(threads, count, &work)))
    })
}

fn batches<'w>(engine: &'w Engine, events: &[String], threads: usize) -> Vec<Row<'w>> {
    let mut file = String::with_capacity(FILE + (4 << 10));
    for event in events.iter().cycle() {
        if file.len() >= FILE {
            break;
        }
        file.push_str(event);
        file.push('\n');
    }
    // It is there until the program ends.
    let file: &str = file.leak();
    let lines: &[&str] = file.lines().collect::<Vec<_>>().leak();
    let count = lines.len();
    let batch = engine.batch(None).expect("one assessment").threads(threads);
    let (in_memory, slice) = (batch.clone(), batch.clone());
    let one = move || rate(count, together(1, count, &|worker: Worker<'_>| worker.decide(engine, lines)));
    let parts: Vec<&[&str]> = lines.chunks(count.div_ceil(threads)).collect();
    vec![
        Row::new("each a part of the batch", move || {
            let work = |worker: Worker<'_>| {
                let part = parts.get(worker.number).copied().unwrap_or_default();
                Worker { count: part.len(), ..worker }.decide(&work::engine(work::TYPICAL), part)
            };
            (one(), rate(count, together(threads, 0, &work)))
        }),
        Row::new("batch, NDJSON of a reader", move || {
            let count = count * PASSES;
            let reader = Again { file: file.as_bytes(), rest: file.as_bytes(), passes: PASSES - 1 };
            (one(), rate(count, timed(|| batch.ndjson(reader, add, take), count)))
        }),
        Row::new("batch, NDJSON in memory", move || {
            (one(), rate(count, timed(|| in_memory.ndjson_bytes(file.as_bytes(), add, take), count)))
        }),
        Row::new("batch, slice", move || {
            let one = one();
            let begun = Instant::now();
            black_box(slice.decide(lines));
            (one, rate(count, begun.elapsed()))
        }),
    ]
}

/// Gives a file, and so many times again.
struct Again<'f> {
    file: &'f [u8],
    rest: &'f [u8],
    passes: usize,
}

impl Read for Again<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && self.passes > 0 {
            self.passes -= 1;
            self.rest = self.file;
        }
        self.rest.read(into)
    }
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
        let worker = |number| Worker { barrier: &barrier, number, count };
        let workers: Vec<_> = (0..threads).map(|number| scope.spawn(move || work(worker(number)))).collect();
        workers.into_iter().map(|worker| worker.join().expect("decides")).max().unwrap_or_default()
    })
}

/// One of the threads, and how often it has to decide.
struct Worker<'a> {
    barrier: &'a Barrier,
    number: usize,
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

/// What a quarter, half and three quarters of the values do not exceed.
fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_unstable_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values.get(values.len() * quarter / 4).copied().unwrap_or_default())
}
