//! Times all engines on all work and prints a Markdown table.
//!
//! ```text
//! cargo run --release                      # in benches/compare
//! cargo run --release -- --seed 7          # other rules and events of the same kinds
//! cargo run --release -- --rounds 21 --milliseconds 20
//! cargo run --release -- --only policy     # rows whose names contain it
//! ```

use compare::engine::{Engine, Program};
use compare::work::{Kind, Size, Work};
use compare::{checked, engines, version};
use std::hint::black_box;
use std::time::Instant;

/// How a row decides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Bound,
    Bytes,
    /// Nothing is decided: rules are compiled.
    Text,
}

/// The rows of the table.
const ROWS: [(&str, Kind, Size, From); 10] = [
    ("1 clause of 3 conditions", Kind::One, Size::Usual, From::Bound),
    ("20 clauses, the last fires", Kind::Policy, Size::Usual, From::Bound),
    ("1,000 clauses, the last fires", Kind::Table(1_000), Size::Usual, From::Bound),
    ("10,000 clauses, the last fires", Kind::Table(10_000), Size::Usual, From::Bound),
    ("1,024 clauses over 32 attributes", Kind::Fields(1_024), Size::Usual, From::Bound),
    ("20 clauses from bytes", Kind::Policy, Size::Usual, From::Bytes),
    ("the same, keys in another order each time", Kind::Policy, Size::Shuffled, From::Bytes),
    ("the same, only what rules read", Kind::Policy, Size::Small, From::Bytes),
    ("the same, with a history nobody reads", Kind::Policy, Size::Large, From::Bytes),
    ("1,000 clauses from text to ready", Kind::Table(1_000), Size::Usual, From::Text),
];

/// One engine on the work of one row.
struct Case<'r> {
    engine: usize,
    run: Box<dyn FnMut(usize) -> usize + 'r>,
    iterations: usize,
    nanoseconds: Vec<f64>,
}

impl Case<'_> {
    /// Nanoseconds for each iteration.
    fn round(&mut self) -> f64 {
        let begun = Instant::now();
        black_box((self.run)(self.iterations));
        begun.elapsed().as_nanos() as f64 / self.iterations as f64
    }

    /// Finds how many iterations take long enough to be timed.
    fn calibrate(&mut self, nanoseconds: f64) {
        loop {
            let each = self.round();
            if each * self.iterations as f64 >= nanoseconds / 4.0 {
                self.iterations = ((nanoseconds / each) as usize).max(1);
                return;
            }
            self.iterations *= 2;
        }
    }

    fn median(&mut self) -> f64 {
        self.nanoseconds.sort_by(f64::total_cmp);
        self.nanoseconds[self.nanoseconds.len() / 2]
    }
}

fn case<'r>(
    engine: &'r dyn Engine,
    from: From,
    work: &'r Work,
    rules: Vec<String>,
    mut program: Box<dyn Program>,
) -> Option<Box<dyn FnMut(usize) -> usize + 'r>> {
    let events = &work.timed;
    match from {
        From::Bound if program.binds() => Some(Box::new(move |count| {
            let numbers = (0..events.len()).cycle().take(count);
            numbers.map(|number| black_box(&mut program).decide(black_box(number))).fold(0, usize::wrapping_add)
        })),
        // It reads no JSON of its own.
        From::Bytes if engine.name() == "wirefilter" => None,
        From::Bytes => Some(Box::new(move |count| {
            let texts = events.iter().cycle().take(count);
            texts.map(|(_, text)| black_box(&mut program).decide_text(black_box(text))).fold(0, usize::wrapping_add)
        })),
        From::Text if !rules.is_empty() => Some(Box::new(move |count| {
            (0..count).for_each(|_| drop(black_box(engine.compile(work, black_box(&rules)))));
            count
        })),
        From::Bound | From::Text => None,
    }
}

fn main() {
    let argument = |name: &str| std::env::args().skip_while(|word| word != name).nth(1);
    let number = |name: &str, default: u64| argument(name).map_or(default, |text| text.parse().expect("a number"));
    let (seed, rounds) = (number("--seed", 1), number("--rounds", 9) as usize);
    let nanoseconds = number("--milliseconds", 10) as f64 * 1e6;
    let only = argument("--only").unwrap_or_default();

    let engines = engines::all();
    let heads = engines.iter().map(|engine| match engine.package() {
        Some(package) => format!("{} {}", engine.name(), version(package)),
        None => engine.name().to_string(),
    });
    println!("Seed {seed}; medians of {rounds} rounds that take turns; how many times as long as fql.\n");
    println!("| | {} |", heads.collect::<Vec<_>>().join(" | "));
    println!("|---|{}", "---|".repeat(engines.len()));
    for (name, kind, size, from) in ROWS.into_iter().filter(|(name, ..)| name.contains(&only)) {
        let work = Work::new(kind, size, seed);
        let mut cases = Vec::new();
        for (number, engine) in engines.iter().enumerate() {
            let engine = engine.as_ref();
            let Ok((rules, program)) = checked(engine, &work) else { continue };
            let Some(run) = case(engine, from, &work, rules, program) else { continue };
            let mut case = Case { engine: number, run, iterations: 1, nanoseconds: Vec::new() };
            case.calibrate(nanoseconds);
            cases.push(case);
        }
        let count = cases.len();
        for round in 0..rounds {
            for turn in 0..count {
                let case = &mut cases[(turn + round) % count];
                let took = case.round();
                case.nanoseconds.push(took);
            }
        }
        let mut cells = vec!["-".to_string(); engines.len()];
        let own = cases.iter_mut().find(|case| case.engine == 0).map_or(f64::NAN, Case::median);
        for case in &mut cases {
            let took = case.median();
            cells[case.engine] = if case.engine == 0 { time(took) } else { ratio(took / own) };
        }
        let bytes = work.timed.iter().map(|(_, text)| text.len()).sum::<usize>() / work.timed.len();
        let name = if from == From::Bytes { format!("{name}, {:.1} KB", bytes as f64 / 1e3) } else { name.to_string() };
        println!("| {name} | {} |", cells.join(" | "));
    }
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        short if short < 1e3 => format!("{short:.0} ns"),
        middle if middle < 1e6 => format!("{:.2} µs", middle / 1e3),
        long => format!("{:.2} ms", long / 1e6),
    }
}

fn ratio(ratio: f64) -> String {
    match ratio {
        small if small < 10.0 => format!("{small:.2}"),
        large if large < 100.0 => format!("{large:.1}"),
        huge => format!("{huge:.0}"),
    }
}
