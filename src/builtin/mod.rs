//! The functions that every rule has: one file for each family, one row for each callable.
//!
//! `text` and `fault` hold what rows of several families share: positions and computed text, and the wording of
//! failures. Everything else is rows, found through the [registry](crate::function::registry()).

mod calendar;
mod charset;
mod collection;
mod convert;
mod datetime;
mod edit;
mod fault;
#[cfg(test)]
mod harness;
mod json;
mod list;
mod math;
mod number;
mod parse;
mod pattern;
mod provider;
mod random;
mod string;
mod text;
mod timespan;
mod trigonometry;

use crate::function::Function;

/// Every family.
pub static FAMILIES: &[&[Function]] = &[
    string::STRING,
    edit::EDIT,
    charset::CHARSET,
    parse::PARSE,
    number::NUMBER,
    math::MATH,
    trigonometry::TRIGONOMETRY,
    random::RANDOM,
    datetime::DATETIME,
    calendar::CALENDAR,
    timespan::TIMESPAN,
    convert::CONVERT,
    json::JSON,
    collection::COLLECTION,
    list::LIST,
    pattern::PATTERN,
    provider::PROVIDER,
];

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]
    use super::harness::context;
    use crate::diagnostic::Code;
    use crate::function::{Function, Takes, registry};
    use crate::value::{CharSet, DateTime, Datum, Json, TimeSpan, Type};
    use bumpalo::Bump;
    use std::collections::HashSet;

    /// Rows that the checker binds to what a call names, so that they do not run themselves.
    const BOUND: [&str; 25] = [
        "Exists",
        "GetVariable",
        "GetDiagnostics",
        "ContainsKey",
        "Lookup",
        "LookupClosest",
        "InSupportList",
        "IsSafe",
        "IsBlock",
        "IsWatch",
        "IsRegexMatch",
        "RegionCode",
        "Region",
        "CountryCode",
        "CountryRegion",
        "City",
        "MarketCode",
        "PostalCode",
        "Isp",
        "Risk",
        "Bot",
        "GetAttributes",
        "GetFullAttributes",
        "GetSelectedAttributes",
        "GetSpeedOfTravel",
    ];

    #[test]
    fn overloads_differ_in_their_parameters() {
        let mut seen = HashSet::new();
        for row in registry().all() {
            let takes: Vec<String> = row.parameters.iter().map(|(_, takes)| format!("{takes:?}")).collect();
            assert!(seen.insert((row.place, row.name.to_ascii_lowercase(), takes)), "{}", row.signature());
        }
    }

    #[test]
    fn what_may_be_left_out_comes_last() {
        let optional = |takes: &Takes| matches!(takes, Takes::Optional(_) | Takes::Rest(_));
        for row in registry().all() {
            assert!(row.parameters.is_sorted_by_key(|(_, takes)| optional(takes)), "{}", row.signature());
        }
    }

    #[test]
    fn every_row_is_summed_up_and_shown() {
        let shown = |row: &Function| row.doc.contains("```fql") && row.doc.contains(" => ");
        for row in registry().all() {
            let summary = row.summary();
            assert!(!summary.is_empty() && !summary.ends_with('.'), "{}: {summary}", row.signature());
            // What stands on calls or lists, an expression alone cannot show.
            assert!(shown(row) || BOUND.contains(&row.name), "{}", row.signature());
        }
    }

    /// Values at the edges of a type.
    fn edges(takes: Takes, arena: &'static Bump) -> Vec<Datum<'static>> {
        let long = arena.alloc_str(&"é\t,0".repeat(300));
        let texts = ["", " ", "0", "-1.5e3", "日本", "a,b", "ß\0", "yyyy'", "2024-02-29T23:59:59.9999999Z", long];
        match takes {
            Takes::One(of) | Takes::Optional(of) | Takes::Rest(of) => match of {
                Type::Bool => [true, false].map(Datum::Bool).to_vec(),
                Type::Int => [i64::MIN, -1, 0, 1, 3, 9999, i64::MAX].map(Datum::Int).to_vec(),
                Type::Double => {
                    [f64::NAN, f64::NEG_INFINITY, f64::INFINITY, -0.0, 0.5, 1.0, f64::MIN, f64::MAX, 1e-320]
                        .map(Datum::Double)
                        .to_vec()
                }
                Type::String => texts.map(Datum::String).to_vec(),
                Type::DateTime => [DateTime::MIN, DateTime::MAX].map(Datum::DateTime).to_vec(),
                Type::TimeSpan => [TimeSpan::MIN, TimeSpan::ZERO, TimeSpan::from_ticks(1), TimeSpan::MAX]
                    .map(Datum::TimeSpan)
                    .to_vec(),
                Type::CharSet => [0, 1, u16::MAX].map(|bits| Datum::CharSet(CharSet(bits))).to_vec(),
                _ => {
                    let item = Json::object(arena, &[("a", Json::Double(f64::NAN)), ("", Json::Null)]);
                    let mut deep = Json::Null;
                    (0..128).for_each(|_| deep = Json::array(arena, &[deep]));
                    let array = Json::array(arena, &[item, Json::String(long), Json::Int(i64::MIN)]);
                    [Json::Null, Json::Bool(true), Json::Double(0.5), Json::String("x"), item, array, deep]
                        .map(Datum::Json)
                        .to_vec()
                }
            },
            Takes::Any => {
                let of =
                    [Type::Bool, Type::Int, Type::Double, Type::String, Type::DateTime, Type::TimeSpan, Type::Json];
                of.iter().flat_map(|of| edges(Takes::One(*of), arena)).collect()
            }
        }
    }

    #[test]
    fn rows_give_their_type_or_fail_whatever_they_are_given() {
        for row in registry().all().filter(|row| !BOUND.contains(&row.name)) {
            let arena: &'static Bump = Box::leak(Box::default());
            let mut calls: Vec<Vec<Datum<'static>>> = vec![Vec::new()];
            for (_, takes) in row.parameters {
                let shorter = calls.clone();
                let longer = |call: &Vec<_>, edge| call.iter().copied().chain([edge]).collect();
                let edges = edges(*takes, arena);
                calls = shorter.iter().flat_map(|call| edges.iter().map(|edge| longer(call, *edge))).collect();
                if matches!(takes, Takes::Optional(_) | Takes::Rest(_)) {
                    calls.extend(shorter);
                }
            }
            for arguments in calls {
                match (row.run)(&mut context(), &arguments) {
                    Ok(value) => {
                        // A record is Json while rules run.
                        let result = if matches!(row.result, Type::Record(_)) { Type::Json } else { row.result };
                        assert_eq!(super::harness::type_of(&value), result, "{}", row.signature());
                    }
                    Err(failure) => {
                        assert!(row.can_fail, "{} {arguments:?}", row.signature());
                        let codes = [
                            Code::OVERFLOW,
                            Code::NOT_CONVERTIBLE,
                            Code::OUT_OF_RANGE,
                            Code::BAD_ARGUMENT,
                            Code::STRING_TOO_LONG,
                            Code::JSON_TOO_LARGE,
                        ];
                        assert!(codes.contains(&failure.code), "{} {failure:?}", row.signature());
                        assert!(!failure.message.contains("it does not take"), "{} {arguments:?}", row.signature());
                        assert!(failure.message.len() < 300, "{}", failure.message);
                    }
                }
            }
        }
    }
}
