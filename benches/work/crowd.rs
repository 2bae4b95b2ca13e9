//! Many rules of which an event concerns few: over 32 attributes, and of kinds that mix. What they decide is held against the
//! same rules looked at in order.

#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot run has failed")]

use super::Clause;
use super::shape::Random;
use fql::{Engine, Limits};
use std::fmt::Write;

/// Which rules.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Crowd {
    /// So many clauses on two numbers and a text of 32 attributes; each condition holds for 5 % of the events.
    Fields(usize),
    /// So many clauses of eight kinds: ranges, sets, beginnings, ends and parts of texts, two attributes, lists.
    Mixed(usize),
    /// So many clauses of six kinds that calculate something from an attribute: case, parts and lengths of texts, conversions, dates.
    Derived(usize),
}

impl Crowd {
    /// The rules.
    fn rules(self) -> String {
        let mut random = Random(17);
        let mut text = String::new();
        let count = match self {
            Crowd::Fields(count) | Crowd::Mixed(count) | Crowd::Derived(count) => count,
        };
        for number in 0..count {
            let when = match self {
                Crowd::Fields(_) => {
                    let [one, two, name, value] = [16, 16, 16, 20].map(|end| random.below(end));
                    let [least, other] = [500, 500].map(|end| 9_500 + random.below(end));
                    format!(r#"@"n{one}" > {least} && @"s{name}" == "v{value}" && @"n{two}" > {other}"#)
                }
                Crowd::Mixed(_) => mixed(number, &mut random),
                Crowd::Derived(_) => derived(number, &mut random),
            };
            // INVARIANT: writing to a string never fails.
            let _ = writeln!(text, "RETURN Review() WHEN {when}");
        }
        text
    }

    /// An engine for the rules, with an index or without.
    pub(crate) fn engine(self, in_order: bool) -> Engine {
        let limits = Limits { source_bytes: 64 << 20, ..Limits::default() };
        let mut builder = Engine::builder().limits(limits).in_order(in_order).rules("bench", &self.rules());
        for list in 0..LISTS {
            let rows: String = (0..50).map(|row| format!("v{},c{row}\n", row * LISTS + list)).collect();
            builder = builder.list(format!("list{list}"), format!("value,class\n{rows}"));
        }
        builder.build().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Events, each with the clause that it reaches.
    pub(crate) fn events(self) -> Vec<(Clause, String)> {
        let engine = self.engine(true);
        let mut random = Random(23);
        let mut event = || {
            let mut text = String::from("{");
            for number in 0..16 {
                let (value, word) = (random.below(10_000), random.below(20));
                let _ = write!(text, r#""n{number}": {value}, "s{number}": "v{word}", "#);
            }
            if let Crowd::Derived(_) = self {
                let _ = write!(text, r#""made": "2026-01-1{}T10:00:00.5Z", "#, random.below(10));
            }
            text + r#""country": "NL"}"#
        };
        let decided = |text: String| {
            let decision = engine.decide_blocking(&text).expect("decides");
            (decision.clause_number().map_or(0, |number| number + 1), text)
        };
        (0..16).map(|_| decided(event())).collect()
    }
}

fn derived(number: usize, random: &mut Random) -> String {
    let [one, text, value] = [16, 16, 10_000].map(|end| random.below(end));
    match number % 6 {
        0 => format!(r#"@"s{text}".ToUpper() == "W{number}""#),
        1 => format!(r#"@"n{one}".ToInt32() == {value} && @"s{text}".Length > 1"#),
        2 => format!(r#"(@"made" - "2026-01-01".ToDateTime()).TotalDays > {value} && @"n{one}" > 5"#),
        3 => format!(r#"@"s{text}".Trim().ToLower().StartsWith("w{number}")"#),
        4 => format!(r#"@"s{text}".Substring(1) == "x{number}""#),
        _ => format!(r#"Math.Max(@"n{one}", @"n{text}") < {} && @"made" > "2026-01-20".ToDateTime()"#, value % 9),
    }
}

/// How many lists rules ask.
const LISTS: usize = 20;

fn mixed(number: usize, random: &mut Random) -> String {
    let [one, two, text, value] = [16, 16, 16, 10_000].map(|end| random.below(end));
    match number % 8 {
        0 => format!(r#"@"n{one}" > {value} && @"n{one}" <= {value}.5"#),
        1 => format!(r#"In(@"s{text}", "a{number}, b{number}, c{number}") && @"n{one}" > {value}"#),
        2 => format!(r#"@"s{text}".StartsWith("w{number}")"#),
        3 => format!(r#"@"s{text}".Contains("x{number}") && @"n{one}" > {value}"#),
        4 => format!(r#"@"n{one}" * 1.0 > @"n{two}" && @"n{two}" > 9990 && @"s{text}" == "v{}""#, value % 20),
        5 => format!(r#"ContainsKey("list{}", "value", @"s{}") && @"n{one}" > 9990"#, value % LISTS, text % 2),
        6 => format!(r#"Lookup("list{}", "value", @"s{}", "class") == "c{number}""#, value % LISTS, text % 2),
        _ => format!(r#"@"s{text}".EndsWith("y{number}") || @"n{two}" < 3 && @"n{one}" < 3"#),
    }
}
