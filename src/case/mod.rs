//! Test cases: an event, the answers of its calls, and what should come out (R12.6).
//!
//! In: a `.toml` file with one case or several. Out: [`Case`]s, or all faults of the file with their places; then, for an
//! engine, what came out and every [`Difference`]. `fql test` is made of this, and so is a test of a host that wants to hold
//! its own functions against the same cases.
//!
//! A case never waits and never asks anybody: its own answers, then the stubs of the engine, are all that calls get
//! ([`Request::answers`](crate::Request::answers)). Its clock and its seed are fixed, so it gives the same today and in a year.
//!
//! ```
//! use fql::case::{CaseFile, Home};
//! let engine = fql::Engine::builder()
//!     .rules("checkout", r#"RETURN Review("high amount") WHEN @"totalAmount" > 500"#)
//!     .build()?;
//! let text = r#"
//!     event = { totalAmount = 830.5 }
//!     expect = { decision = "Review", reason = "large amount" }
//! "#;
//! let (file, faults) = CaseFile::parse("high.toml", text, None);
//! assert!(faults.is_empty());
//! let outcome = file.cases[0].run(&engine, Home { assessment: "checkout", environment: None });
//! assert_eq!(outcome.differences[0].to_string(), r#"reason: expected "large amount", found "high amount""#);
//! # Ok::<(), fql::BuildError>(())
//! ```

mod compare;
mod coverage;
mod expect;
mod layer;
mod read;
mod run;

#[cfg(test)]
mod tests;

pub use compare::{Difference, Expectation, Step};
pub use coverage::{Coverage, Item, Part};
pub use read::Surroundings;
pub use run::{Home, Outcome};

use crate::external::Stubs;
use crate::source::{Source, Span, Spanned};
use crate::value::DateTime;
use std::sync::Arc;

/// The clock of a case that has none of its own: 2026-01-01T00:00:00Z.
pub fn default_clock() -> DateTime {
    DateTime::parse("2026-01-01T00:00:00Z").unwrap_or(DateTime::MIN)
}

/// A file of cases.
#[derive(Debug)]
pub struct CaseFile {
    /// The file's name and text.
    pub source: Arc<Source>,
    /// The cases without faults, in the order of the file.
    pub cases: Vec<Case>,
    /// How many cases there are, those with faults too; a file that cannot be read counts as one.
    pub count: usize,
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name; by default that of the file without its ending.
    pub name: String,
    /// Its number in the file from 0, if the file has `[[case]]`s.
    pub number: Option<usize>,
    /// The file.
    pub source: Arc<Source>,
    /// Where it begins.
    pub span: Span,
    /// The environment that it names; else it is that of the folder in which the file lies.
    pub environment: Option<Spanned<String>>,
    /// The clock (L6.3), if it names one; see [`default_clock`].
    pub at: Option<DateTime>,
    /// Where random numbers come from (L6.2); by default 0.
    pub seed: u64,
    /// The event as JSON, and where it stands.
    pub event: Spanned<String>,
    /// The answers of external calls.
    pub answers: Stubs,
    /// The calls that the answers name, and where.
    pub calls: Vec<Spanned<String>>,
    /// What variables of the event hold before the first rule: names, and values as JSON.
    pub variables: Vec<(Arc<str>, Arc<str>)>,
    /// Where those stand, in the same order.
    pub variable_spans: Vec<Span>,
    /// What should come out; absent in a case that is not finished.
    pub expect: Option<Expectation>,
}

/// What a table with the one key `is` stands for, where JSON has a value and TOML has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// `{ is = "null" }`: JSON's null.
    Null,
    /// `{ is = "absent" }`: there is no such member.
    Absent,
    /// `{ is = "any" }`: there is one, whatever it is.
    Any,
}

/// Their words.
const MARKS: [(&str, Mark); 3] = [("null", Mark::Null), ("absent", Mark::Absent), ("any", Mark::Any)];
