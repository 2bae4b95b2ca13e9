//! Data while rules run, and what their types are.
//!
//! [`Datum`] is the one representation between operations: a `Copy` value whose texts and Json live in the event, in the
//! program or in the arena of the run, so that a decision allocates nothing. [`Type`] is what the checker knows of it (L3.1).

mod context;
pub mod convert;
pub mod datetime;
pub mod format;
pub mod json;
pub mod number;
pub mod operate;
mod text;

pub use context::Context;
pub use convert::Cast;
pub use datetime::{DateTime, TimeSpan};
pub use json::Json;
pub use text::Text;

use crate::diagnostic::Code;

/// The type of an expression at check time (L3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// 64-bit signed integer.
    Int,
    /// IEEE 754 binary64.
    Double,
    /// Text; a character is a Unicode scalar value (L6).
    String,
    /// An instant in UTC, in steps of 100 ns.
    DateTime,
    /// A length of time, in steps of 100 ns.
    TimeSpan,
    /// Any JSON value.
    Json,
    /// A value with known members.
    Record(Record),
    /// A set of character classes.
    CharSet,
    /// The window of a velocity, such as `7d`.
    TimeWindow,
    /// One of the four decisions.
    Decision,
}

/// The records that the language knows (L3.1). At run time a record is a Json object with exactly these members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// What `GetDiagnostics()` of a call gives (L8.4).
    CallDiagnostics,
    /// What `GetDiagnostics()` of an assessment gives: no `Endpoint` (L8.4).
    AssessmentDiagnostics,
    /// What `GetPattern` gives (L7.5).
    Pattern,
    /// What `Model.Risk` and `Model.Bot` give (L7.8).
    Score,
    /// What `BIN.Lookup` gives (L7.7).
    Bin,
}

impl Record {
    /// Its members and their types, in order.
    pub fn members(self) -> &'static [(&'static str, Type)] {
        match self {
            Record::CallDiagnostics => &[
                ("Request", Type::Json),
                ("Endpoint", Type::String),
                ("HttpStatusCode", Type::Int),
                ("ErrorMessage", Type::String),
                ("Latency", Type::Double),
            ],
            Record::AssessmentDiagnostics => &[
                ("Request", Type::Json),
                ("HttpStatusCode", Type::Int),
                ("ErrorMessage", Type::String),
                ("Latency", Type::Double),
            ],
            Record::Pattern => &[("maxConsonants", Type::Int), ("gibberScore", Type::Double)],
            Record::Score => &[("Score", Type::Int), ("Reason", Type::String)],
            Record::Bin => &[
                ("cardNetwork", Type::String),
                ("cardType", Type::String),
                ("issuer", Type::String),
                ("countryCode", Type::String),
                ("cardCategory", Type::String),
                ("error", Type::String),
            ],
        }
    }

    /// The name that messages show.
    pub fn name(self) -> &'static str {
        match self {
            Record::CallDiagnostics => "call diagnostics",
            Record::AssessmentDiagnostics => "assessment diagnostics",
            Record::Pattern => "pattern",
            Record::Score => "model score",
            Record::Bin => "BIN",
        }
    }
}

impl Type {
    /// The name that messages and `fql eval --format json` show.
    pub fn name(self) -> &'static str {
        match self {
            Type::Bool => "Bool",
            Type::Int => "Int",
            Type::Double => "Double",
            Type::String => "String",
            Type::DateTime => "DateTime",
            Type::TimeSpan => "TimeSpan",
            Type::Json => "Json",
            Type::Record(record) => record.name(),
            Type::CharSet => "CharSet",
            Type::TimeWindow => "TimeWindow",
            Type::Decision => "Decision",
        }
    }

    /// Int or Double.
    pub fn is_number(self) -> bool {
        matches!(self, Type::Int | Type::Double)
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The four decisions (L7.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DecisionKind {
    /// Let it through.
    Approve,
    /// Turn it away.
    Reject,
    /// Let a person look.
    Review,
    /// Ask the customer for a proof.
    Challenge,
}

impl DecisionKind {
    /// Its name in rules and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            DecisionKind::Approve => "Approve",
            DecisionKind::Reject => "Reject",
            DecisionKind::Review => "Review",
            DecisionKind::Challenge => "Challenge",
        }
    }
}

/// A set of character classes, one bit each (L6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CharSet(pub u16);

/// A value while rules run.
#[derive(Clone, Copy, Debug)]
pub enum Datum<'a> {
    /// See [`Type::Bool`].
    Bool(bool),
    /// See [`Type::Int`].
    Int(i64),
    /// See [`Type::Double`].
    Double(f64),
    /// See [`Type::String`].
    String(&'a str),
    /// See [`Type::DateTime`].
    DateTime(DateTime),
    /// See [`Type::TimeSpan`].
    TimeSpan(TimeSpan),
    /// See [`Type::Json`]; records are Json objects too.
    Json(Json<'a>),
    /// See [`Type::CharSet`].
    CharSet(CharSet),
    /// See [`Type::Decision`].
    Decision(DecisionKind),
}

/// Why an operation gave no value (L5.1). The evaluator adds the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `E06xx` or `E07xx`.
    pub code: Code,
    /// Lower case, no full stop.
    pub message: String,
}

impl Failure {
    /// A failure of that code.
    pub fn new(code: Code, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into() }
    }

    /// An operation met operands that it does not take. The checker sees to it that this does not happen; should it, a
    /// failure is better than a panic.
    pub(crate) fn mismatch(name: &str) -> Failure {
        Failure::new(Code::BAD_ARGUMENT, format!("`{name}` was given values it does not take"))
    }

    /// A computed text is longer than the limit (L5.4).
    pub(crate) fn too_long(limit: usize) -> Failure {
        let message = format!("the text would be longer than the limit `string_bytes` = {limit} allows");
        Failure::new(Code::STRING_TOO_LONG, message)
    }

    /// A Json built by a rule is larger or deeper than the limits (L5.4).
    pub(crate) fn json_too_large(limit: usize) -> Failure {
        Failure::new(
            Code::JSON_TOO_LARGE,
            format!("the Json would be larger than {limit} bytes or deeper than 128 levels"),
        )
    }
}
