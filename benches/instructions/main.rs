//! How many instructions a decision takes, and rules from their text to an engine that is ready: a count that is the same on every run, so that a loss of 5 % is seen.
//!
//! The benchmark runs itself under callgrind, once for each size of rules and each way of reading the event, and counts what
//! happens inside of [`measured`] only, or of [`measured_build`], on one core: so all work is on one thread. It fails if a count is above its bound in `bounds.txt` by more than 5 %.
//!
//! Then it reads events of hostile orders of keys by guesses and without ([`hostile`]) and fails if guessing costs more than 5 %.
//!
//! ```text
//! cargo bench --bench instructions                # hold the counts against the bounds
//! cargo bench --bench instructions -- --update    # make the counts the bounds
//! ```

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot run has failed, and it prints what it found"
)]

#[path = "../work/mod.rs"]
mod work;
mod hostile;

use fql::event::{Paths, Raws, extract};
use fql::{Engine, Event, Session};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, thread};
use work::crowd::Crowd;

/// What is decided, and how the event is read; or what is compiled.
const CASES: [(&str, &str); 12] = [
    ("tiny", "slots"),
    ("tiny", "bytes"),
    ("typical", "slots"),
    ("typical", "bytes"),
    ("thousand", "slots"),
    ("thousand", "bytes"),
    ("ten_thousand", "slots"),
    ("ten_thousand", "bytes"),
    ("fields", "slots"),
    ("mixed", "slots"),
    ("thousand", COMPILE),
    ("ten_thousand", COMPILE),
];

/// The rules are compiled, once.
const COMPILE: &str = "compile";

/// How often all events of a case are decided.
const ROUNDS: u64 = 20;

/// How far a count may be above its bound, in percent.
const TOLERANCE: u64 = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--decide", rules, COMPILE] => {
            let text = work::many(if *rules == "thousand" { 1_000 } else { 10_000 });
            measured_build(&text);
            ExitCode::SUCCESS
        }
        ["--read", shape, how] => {
            hostile::read(shape, *how == "guessing");
            ExitCode::SUCCESS
        }
        ["--decide", rules, from] => {
            decide(rules, *from == "bytes");
            ExitCode::SUCCESS
        }
        [] => gate(false),
        ["--update"] => gate(true),
        other => {
            eprintln!("expected nothing or `--update`, found {other:?}");
            ExitCode::from(2)
        }
    }
}

/// Counts all cases and holds them against the bounds, or makes them the bounds.
fn gate(update: bool) -> ExitCode {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!(
            "callgrind counts the instructions, and there is no `valgrind`: install it, as with `apt-get install valgrind`"
        );
        return ExitCode::FAILURE;
    }
    let decided = counts(&CASES, |(rules, from)| count(rules, from));
    let guesses = counts(&hostile::SHAPES, |shape| (count_read(shape, "plain"), count_read(shape, "guessing")));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions/bounds.txt");
    let (compiler, bounds) = read(&fs::read_to_string(&file).unwrap_or_default());
    let here = compiler_here();
    println!("instructions a decision, or to compile all:");
    let mut slower = Vec::new();
    for ((rules, from), count) in CASES.iter().zip(&decided) {
        let name = format!("{rules} {from}");
        let Some(bound) = bounds.get(&name) else {
            println!("  {name:<20} {count:>9}");
            slower.push(format!("{name}: there is no bound"));
            continue;
        };
        let percent = (*count as f64 / *bound as f64 - 1.0) * 100.0;
        println!("  {name:<20} {count:>9}   bound {bound:>9}   {percent:+.1} %");
        if count * 100 > bound * (100 + TOLERANCE) {
            slower.push(format!("{name}: expected at most {bound} instructions and {TOLERANCE} %, found {count}"));
        }
    }
    println!("instructions of reading events of hostile orders of keys, by guesses to without:");
    let mut costly = Vec::new();
    for (shape, (plain, guessing)) in hostile::SHAPES.iter().zip(&guesses) {
        println!("  {shape:<20} {:>9.3}", *guessing as f64 / *plain as f64);
        if guessing * 100 > plain * hostile::AT_MOST {
            costly.push(format!(
                "{shape}: expected at most {} % of {plain} instructions, found {guessing}",
                hostile::AT_MOST
            ));
        }
    }
    if update {
        fs::write(&file, written(&here, &decided)).expect("the bounds can be written");
        println!("these are the bounds now");
        return ExitCode::SUCCESS;
    }
    if !costly.is_empty() {
        costly.iter().for_each(|fault| eprintln!("{fault}"));
        return ExitCode::FAILURE;
    }
    if compiler != here {
        println!("the bounds are of another compiler or machine, so nothing is judged: {compiler}; this is {here}");
        return ExitCode::SUCCESS;
    }
    if slower.is_empty() {
        return ExitCode::SUCCESS;
    }
    slower.iter().for_each(|fault| eprintln!("{fault}"));
    eprintln!("if it cannot be helped, `cargo bench --bench instructions -- --update` makes these counts the bounds");
    ExitCode::FAILURE
}

/// Counts each of the cases, several at once: the counts in their order.
fn counts<C: Sync, N: Send + Clone>(cases: &[C], count: impl Fn(&C) -> N + Sync) -> Vec<N> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let each: Vec<Vec<(usize, N)>> = thread::scope(|scope| {
        let count = |first: usize| {
            let own = cases.iter().enumerate().skip(first).step_by(threads);
            own.map(|(number, case)| (number, count(case))).collect()
        };
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(move || count(first))).collect();
        workers.into_iter().map(|worker| worker.join().expect("callgrind counts")).collect()
    });
    let mut all = each.concat();
    all.sort_unstable_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, count)| count).collect()
}

/// Decides a case under callgrind.
fn count(rules: &str, from: &str) -> u64 {
    // Only what the first thread does is counted, and on one core the library starts no other.
    let mut command = Command::new(if from == COMPILE { "taskset" } else { "valgrind" });
    if from == COMPILE {
        command.args(["-c", &core(), "valgrind"]);
    }
    let total = callgrind(command, ["--decide", rules, from]);
    let times = if from == COMPILE { 1 } else { ROUNDS * events(rules).len() as u64 };
    assert!(total > times * 10, "{rules} {from}: nothing was counted: {total}");
    total / times
}

/// Reads events of a hostile shape under callgrind.
fn count_read(shape: &str, how: &str) -> u64 {
    callgrind(Command::new("valgrind"), ["--read", shape, how])
}

/// Runs this benchmark under callgrind: the instructions of what is measured.
fn callgrind(mut command: Command, arguments: [&str; 3]) -> u64 {
    let [_, what, how] = arguments;
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("callgrind.{what}.{how}"));
    let run = command
        .args(["--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*instructions::measured*"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(env::current_exe().expect("the benchmark's own path"))
        .args(arguments)
        .output()
        .expect("valgrind runs");
    assert!(run.status.success(), "{what} {how}: {}", String::from_utf8_lossy(&run.stderr));
    let report = fs::read_to_string(&out).expect("callgrind's report");
    let total = report.lines().find_map(|line| line.strip_prefix("summary: ")).expect("a summary");
    let total = total.trim().parse().expect("a number");
    assert!(total > 0, "{what} {how}: nothing was counted");
    total
}

/// A core that this process may run on.
fn core() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or("0").trim();
    allowed.split(['-', ',']).next().unwrap_or("0").to_string()
}

/// The rules, and events with the clause that each reaches.
fn events(rules: &str) -> Vec<(work::Clause, String)> {
    match rules {
        "tiny" => work::tiny(),
        "typical" => work::typical(),
        "thousand" => work::thousand(1_000),
        "ten_thousand" => work::thousand(10_000),
        other => crowd(other).events(),
    }
}

fn engine(rules: &str) -> Engine {
    match rules {
        "tiny" => work::engine(work::TINY),
        "typical" => work::engine(work::TYPICAL),
        "thousand" => work::engine(&work::many(1_000)),
        "ten_thousand" => work::engine(&work::many(10_000)),
        other => crowd(other).engine(false),
    }
}

/// Many rules of other shapes.
fn crowd(rules: &str) -> Crowd {
    match rules {
        "fields" => Crowd::Fields(1_024),
        "mixed" => Crowd::Mixed(1_000),
        other => panic!("no rules are called {other}"),
    }
}

/// What runs under callgrind.
fn decide(rules: &str, from_bytes: bool) {
    let engine = engine(rules);
    let events = events(rules);
    let mut session = engine.session(None).expect("one assessment");
    let prepared: Vec<Event> =
        events.iter().map(|(_, text)| engine.prepare(text).expect("the event is JSON")).collect();
    for ((expected, text), prepared) in events.iter().zip(&prepared) {
        for decision in [session.decide(text), session.decide(prepared)] {
            let clause = decision.expect("decides").clause_number().map_or(0, |number| number + 1);
            assert_eq!(clause, *expected, "{rules}: {text}");
        }
    }
    for _ in 0..ROUNDS {
        for ((_, text), prepared) in events.iter().zip(&prepared) {
            measured(&mut session, text, (!from_bytes).then_some(prepared));
        }
    }
}

/// One decision. Callgrind counts from its beginning to its end.
#[inline(never)]
fn measured(session: &mut Session, text: &str, prepared: Option<&Event>) {
    let decision = match prepared {
        Some(event) => session.decide(black_box(event)),
        None => session.decide(black_box(text)),
    };
    drop(black_box(decision));
}

/// The attributes of an event.
#[inline(never)]
fn measured_read(paths: &Paths, text: &str, raws: &mut Raws) {
    extract(black_box(paths), black_box(text.as_bytes()), raws).expect("the event is JSON");
}

/// Rules from their text to an engine.
#[inline(never)]
fn measured_build(text: &str) {
    drop(black_box(work::engine(black_box(text))));
}

/// The compiler, and what the count depends on besides.
fn compiler_here() -> String {
    let rustc = env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
    let version = Command::new(rustc).arg("--version").output().map(|done| done.stdout).unwrap_or_default();
    #[cfg(target_arch = "x86_64")]
    let wide = if is_x86_feature_detected!("avx2") { " with AVX2" } else { "" };
    #[cfg(not(target_arch = "x86_64"))]
    let wide = "";
    format!("{}, {}{wide}", String::from_utf8_lossy(&version).trim(), env::consts::ARCH)
}

/// The compiler and the bounds in a file.
fn read(text: &str) -> (String, BTreeMap<String, u64>) {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let compiler = lines.next().unwrap_or_default().to_string();
    let bound = |line: &str| {
        let (name, count) = line.rsplit_once(' ')?;
        Some((name.trim().to_string(), count.parse().ok()?))
    };
    (compiler, lines.filter_map(bound).collect())
}

fn written(compiler: &str, counts: &[u64]) -> String {
    let lines = CASES.iter().zip(counts).map(|((rules, from), count)| format!("{rules} {from} {count}\n"));
    let head = "# Instructions a decision, on average over its events, or to compile all rules. Written by `cargo bench --bench instructions -- --update`.\n";
    format!("{head}{compiler}\n{}", lines.collect::<String>())
}
