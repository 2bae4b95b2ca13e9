//! Counts what the engines hold and allocate, and prints a Markdown table.
//!
//! ```text
//! cargo run --release --bin memory         # in benches/compare
//! ```

use allocation_counter::measure;
use compare::work::{Kind, Size, Work};
use compare::{checked, engines, version};
use std::hint::black_box;

/// Over how many decisions allocations are counted.
const DECISIONS: u64 = 160;

fn main() {
    let tables = [1_000, 10_000].map(|count| (count, Work::new(Kind::Table(count), Size::Usual, 1)));
    let policy = Work::new(Kind::Policy, Size::Usual, 1);
    println!("| | bytes a rule, of 1,000 | of 10,000 | allocations, 20 clauses | from bytes |");
    println!("|---|---|---|---|---|");
    for engine in engines::all() {
        let engine = engine.as_ref();
        let mut cells = Vec::new();
        for (count, work) in &tables {
            // What it makes once for all is there after the first time.
            let Ok((rules, first)) = checked(engine, work) else {
                cells.push("-".to_string());
                continue;
            };
            drop(first);
            let mut program = None;
            let held = measure(|| program = Some(engine.compile(work, &rules)));
            drop(program);
            cells.push(format!("{:.0}", held.bytes_current as f64 / *count as f64));
        }
        match checked(engine, &policy) {
            Ok((_, mut program)) => {
                let events = policy.timed.iter().enumerate().cycle().take(DECISIONS as usize);
                let bound = program.binds().then(|| {
                    measure(|| events.clone().for_each(|(number, _)| _ = black_box(program.decide(number)))).count_total
                });
                let bytes =
                    measure(|| events.clone().for_each(|(_, (_, text))| _ = black_box(program.decide_text(text))));
                let each = |count: u64| format!("{:.0}", count as f64 / DECISIONS as f64);
                cells.push(bound.map_or("-".to_string(), each));
                cells.push(each(bytes.count_total));
            }
            Err(_) => cells.extend(["-".to_string(), "-".to_string()]),
        }
        let version = engine.package().map(|package| format!(" {}", version(package))).unwrap_or_default();
        println!("| {}{version} | {} |", engine.name(), cells.join(" | "));
    }
}
