//! What is fuzzed, on generated input and with the stable compiler: an event's bytes are read as by serde_json, with keys
//! guessed or not; of a response is built what is selected; parser, formatter and checker end on any text; each way of deciding
//! decides the same. None takes more memory than its input warrants.
//!
//! `FQL_CASES` sets how many inputs there are of each kind, `FQL_SEED` where they begin. The same functions run under
//! coverage guidance: see `fuzz/Cargo.toml`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

#[path = "../fuzz/src/lib.rs"]
mod fuzz;
#[path = "events/generate.rs"]
mod generate;

use generate::Random;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Runs a target on generated inputs; shows the input that fails.
fn run(default: u64, target: impl Fn(&[u8]), mut input: impl FnMut(&mut Random) -> Vec<u8>) {
    let seed = number("FQL_SEED", 1);
    let mut random = Random::new(seed);
    for case in 0..number("FQL_CASES", default) {
        let bytes = input(&mut random);
        if catch_unwind(AssertUnwindSafe(|| fuzz::within_bounds(false, &target, &bytes))).is_err() {
            panic!("seed {seed}, case {case}: {:?}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn events_are_read_as_by_serde_json() {
    let mut source = generate::event(&mut Random::new(number("FQL_SEED", 1)));
    run(20_000, fuzz::extraction, |random| {
        // A source sends a few events before another takes its place, so that there is something to guess.
        if random.once_in(16) {
            source = generate::event(random);
        }
        let mut bytes = generate::vary(&source, random).into_bytes();
        if random.once_in(2) {
            generate::damage(&mut bytes, random);
        }
        bytes
    });
}

#[test]
fn what_is_selected_of_a_response_is_what_serde_json_reads_there() {
    run(10_000, fuzz::selection, |random| {
        let mut bytes = generate::selected(random).into_bytes();
        bytes.push(0);
        let mut response =
            if random.once_in(8) { generate::deep(random) } else { generate::event(random) }.into_bytes();
        if random.once_in(3) {
            generate::damage(&mut response, random);
        }
        bytes.extend(response);
        bytes
    });
}

#[test]
fn nesting_is_taken_up_to_128_levels_and_no_deeper() {
    run(300, fuzz::extraction, |random| generate::deep(random).into_bytes());
    let paths = fql::event::Paths::default();
    for mut raws in [fql::event::Raws::new(), fql::event::Raws::learning()] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"user\" : [ ", " ] }")] {
            for _ in 0..3 {
                for levels in [1, 31, 32, 33, 62, 63, 64, 126, 127, 128, 129, 200] {
                    let event = format!("{{\"a\":{}1{}}}", open.repeat(levels), close.repeat(levels));
                    let depth = 1 + levels * if open.len() > 6 { 2 } else { 1 };
                    let taken = fql::event::extract(&paths, event.as_bytes(), &mut raws).is_ok();
                    assert_eq!(taken, depth <= 128, "{open} {levels}");
                }
            }
        }
    }
}

#[test]
fn numbers_are_read_as_the_nearest_double() {
    let paths = fql::event::Paths::new(&[fuzz::path("n")]);
    let mut raws = fql::event::Raws::new();
    run(
        20_000,
        |literal| {
            let literal = std::str::from_utf8(literal).unwrap();
            let event = format!("{{\"n\":{literal}}}");
            let expected: f64 = literal.parse().unwrap();
            let mut raws = fql::event::Raws::new();
            match fql::event::extract(&paths, event.as_bytes(), &mut raws) {
                Err(_) => assert!(expected.is_infinite()),
                Ok(_) => match raws.get(0) {
                    fql::event::Raw::Int(value) => assert_eq!(literal.parse(), Ok(value)),
                    fql::event::Raw::Double(value) => assert_eq!(value.to_bits(), expected.to_bits()),
                    other => panic!("{other:?}"),
                },
            }
        },
        |random| generate::number(random).into_bytes(),
    );
    for (literal, expected) in [
        ("9223372036854775807", fql::event::Raw::Int(i64::MAX)),
        ("-9223372036854775808", fql::event::Raw::Int(i64::MIN)),
        ("9223372036854775808", fql::event::Raw::Double(9_223_372_036_854_775_808.0)),
        ("0.1", fql::event::Raw::Double(0.1)),
        ("1e0", fql::event::Raw::Double(1.0)),
    ] {
        fql::event::extract(&paths, format!("{{\"n\":{literal}}}").as_bytes(), &mut raws).unwrap();
        assert_eq!(raws.get(0), expected);
    }
}

#[test]
fn every_text_is_parsed_formatted_and_checked_to_an_end() {
    run(600, fuzz::rules, |random| {
        let mut bytes = generate::rules(random).into_bytes();
        if random.once_in(3) {
            generate::damage(&mut bytes, random);
        }
        bytes
    });
}

#[test]
fn every_way_of_deciding_decides_the_same() {
    run(400, fuzz::decide, |random| {
        let mut bytes = generate::rules(random).into_bytes();
        bytes.push(0);
        let mut event = generate::event(random).into_bytes();
        if random.once_in(4) {
            generate::damage(&mut event, random);
        }
        bytes.extend(event);
        bytes
    });
}
