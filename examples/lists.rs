//! What lists cost: reading, indexing, memory, and questions to lists of 1,000 and of 1,000,000 rows.
//!
//! `cargo run --release --example lists`

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use fql::list::{Kind, List};
use fql::{Engine, Limits};
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:>9}  {:>9}  {:>9}  {:>11}  {:>9}  {:>9}", "rows", "read", "with key", "memory", "found", "absent");
    for rows in [1_000_u64, 1_000_000] {
        let mut csv = "bin,country\n".to_string();
        for row in 0..rows {
            // Keys of 8 digits in no order, each once.
            writeln!(csv, "{:08},{}", key(row), if row % 4 == 0 { "US" } else { "NL" })?;
        }
        let limits = Limits { list_file_bytes: 1 << 30, ..Limits::default() };
        let begun = Instant::now();
        let list = List::read("bins", "bins.csv", csv.as_bytes(), Kind::Plain, &limits)
            .map_err(|faults| format!("{faults:?}"))?;
        let read = begun.elapsed();
        let repeated = list.make_key(0);
        let indexed = begun.elapsed();
        assert!(repeated.is_none() && list.rows() as u64 == rows);

        let engine = Engine::builder().limits(limits).list("bins", csv).build()?;
        let expression = engine.expression(r#"ContainsKey("bins", "bin", @"bin")"#)?;
        let ask = |from: u64| -> Result<f64, Box<dyn std::error::Error>> {
            let events: Vec<String> =
                (0..20_000).map(|n| format!(r#"{{"bin":"{:08}"}}"#, key(from + n * 7919 % rows))).collect();
            let begun = Instant::now();
            for event in &events {
                black_box(expression.eval_blocking(event)?);
            }
            Ok(begun.elapsed().as_nanos() as f64 / events.len() as f64)
        };
        let (found, absent) = (ask(0)?, ask(rows)?);
        println!(
            "{rows:>9}  {:>6.1} ms  {:>6.1} ms  {:>5.1} B/row  {found:>6.0} ns  {absent:>6.0} ns",
            read.as_secs_f64() * 1e3,
            indexed.as_secs_f64() * 1e3,
            list.memory() as f64 / rows as f64,
        );
    }
    Ok(())
}

/// Eight digits for a number below 100 million, no two alike.
fn key(number: u64) -> u64 {
    number * 48_271 % 99_999_989
}
