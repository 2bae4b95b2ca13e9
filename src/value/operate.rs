//! What each operator does to operands of known types (L4).
//!
//! The checker chooses the row, the compiler and the reference interpreter apply it: the meaning stands here once.

use super::{Context, DateTime, Datum, Failure, Json, TimeSpan, Type, convert};
use crate::diagnostic::Code;
use std::cmp::Ordering;

/// An arithmetic operator with its operand types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// Int + Int
    AddInt,
    /// Int - Int
    SubtractInt,
    /// Int * Int
    MultiplyInt,
    /// Int / Int, truncated toward zero
    DivideInt,
    /// Int % Int, sign of the dividend
    RemainderInt,
    /// Double + Double
    AddDouble,
    /// Double - Double
    SubtractDouble,
    /// Double * Double
    MultiplyDouble,
    /// Double / Double
    DivideDouble,
    /// Double % Double
    RemainderDouble,
    /// Canonical text of both, joined (L4.3)
    Join,
    /// DateTime + TimeSpan
    AddToDate,
    /// TimeSpan + DateTime
    AddDateTo,
    /// DateTime - TimeSpan
    SubtractFromDate,
    /// DateTime - DateTime
    Between,
    /// TimeSpan + TimeSpan
    AddSpan,
    /// TimeSpan - TimeSpan
    SubtractSpan,
    /// CharSet | CharSet
    Union,
}

impl Arithmetic {
    /// The types of the operands and of the result; `None` is any scalar or Json.
    pub fn types(self) -> (Option<Type>, Option<Type>, Type) {
        use Type::*;
        match self {
            Arithmetic::AddInt
            | Arithmetic::SubtractInt
            | Arithmetic::MultiplyInt
            | Arithmetic::DivideInt
            | Arithmetic::RemainderInt => (Some(Int), Some(Int), Int),
            Arithmetic::AddDouble
            | Arithmetic::SubtractDouble
            | Arithmetic::MultiplyDouble
            | Arithmetic::DivideDouble
            | Arithmetic::RemainderDouble => (Some(Type::Double), Some(Type::Double), Type::Double),
            Arithmetic::Join => (None, None, String),
            Arithmetic::AddToDate => (Some(Type::DateTime), Some(Type::TimeSpan), Type::DateTime),
            Arithmetic::AddDateTo => (Some(Type::TimeSpan), Some(Type::DateTime), Type::DateTime),
            Arithmetic::SubtractFromDate => (Some(Type::DateTime), Some(Type::TimeSpan), Type::DateTime),
            Arithmetic::Between => (Some(Type::DateTime), Some(Type::DateTime), Type::TimeSpan),
            Arithmetic::AddSpan | Arithmetic::SubtractSpan => {
                (Some(Type::TimeSpan), Some(Type::TimeSpan), Type::TimeSpan)
            }
            Arithmetic::Union => (Some(CharSet), Some(CharSet), CharSet),
        }
    }

    /// Whether it can end in a failure.
    pub fn can_fail(self) -> bool {
        !matches!(
            self,
            Arithmetic::AddDouble
                | Arithmetic::SubtractDouble
                | Arithmetic::MultiplyDouble
                | Arithmetic::DivideDouble
                | Arithmetic::RemainderDouble
                | Arithmetic::Between
                | Arithmetic::Union
        )
    }

    /// Applies it. Operands of other types than [`Arithmetic::types`] says are an internal failure.
    pub fn apply<'a>(self, left: Datum<'a>, right: Datum<'a>, context: &mut Context<'a>) -> Result<Datum<'a>, Failure> {
        use Datum::{Double, Int};
        match (self, left, right) {
            (Arithmetic::AddInt, Int(a), Int(b)) => a.checked_add(b).map(Int).ok_or_else(|| overflow("+", a, b)),
            (Arithmetic::SubtractInt, Int(a), Int(b)) => a.checked_sub(b).map(Int).ok_or_else(|| overflow("-", a, b)),
            (Arithmetic::MultiplyInt, Int(a), Int(b)) => a.checked_mul(b).map(Int).ok_or_else(|| overflow("*", a, b)),
            (Arithmetic::DivideInt | Arithmetic::RemainderInt, Int(a), Int(0)) => {
                let symbol = if self == Arithmetic::DivideInt { "/" } else { "%" };
                Err(Failure::new(Code::DIVISION_BY_ZERO, format!("division by zero: `{a} {symbol} 0`")))
            }
            (Arithmetic::DivideInt, Int(a), Int(b)) => a.checked_div(b).map(Int).ok_or_else(|| overflow("/", a, b)),
            // The one remainder that overflows in hardware, MIN % -1, is 0.
            (Arithmetic::RemainderInt, Int(a), Int(b)) => Ok(Int(a.wrapping_rem(b))),
            (Arithmetic::AddDouble, Double(a), Double(b)) => Ok(Double(a + b)),
            (Arithmetic::SubtractDouble, Double(a), Double(b)) => Ok(Double(a - b)),
            (Arithmetic::MultiplyDouble, Double(a), Double(b)) => Ok(Double(a * b)),
            (Arithmetic::DivideDouble, Double(a), Double(b)) => Ok(Double(a / b)),
            (Arithmetic::RemainderDouble, Double(a), Double(b)) => Ok(Double(a % b)),
            (Arithmetic::Join, a, b) => convert::join(a, b, context),
            (Arithmetic::AddToDate, Datum::DateTime(a), Datum::TimeSpan(b))
            | (Arithmetic::AddDateTo, Datum::TimeSpan(b), Datum::DateTime(a)) => {
                a.checked_add(b).map(Datum::DateTime).ok_or_else(|| date_overflow("+"))
            }
            (Arithmetic::SubtractFromDate, Datum::DateTime(a), Datum::TimeSpan(b)) => {
                a.checked_sub(b).map(Datum::DateTime).ok_or_else(|| date_overflow("-"))
            }
            (Arithmetic::Between, Datum::DateTime(a), Datum::DateTime(b)) => Ok(Datum::TimeSpan(a.since(b))),
            (Arithmetic::AddSpan, Datum::TimeSpan(a), Datum::TimeSpan(b)) => {
                a.checked_add(b).map(Datum::TimeSpan).ok_or_else(|| span_overflow("+"))
            }
            (Arithmetic::SubtractSpan, Datum::TimeSpan(a), Datum::TimeSpan(b)) => {
                a.checked_sub(b).map(Datum::TimeSpan).ok_or_else(|| span_overflow("-"))
            }
            (Arithmetic::Union, Datum::CharSet(a), Datum::CharSet(b)) => Ok(Datum::CharSet(super::CharSet(a.0 | b.0))),
            _ => Err(Failure::mismatch("operator")),
        }
    }
}

/// `-e`.
pub fn negate(value: Datum<'_>) -> Result<Datum<'_>, Failure> {
    match value {
        Datum::Int(a) => a
            .checked_neg()
            .map(Datum::Int)
            .ok_or_else(|| Failure::new(Code::OVERFLOW, format!("`-({a})` does not fit the 64 bits of an Int"))),
        Datum::Double(a) => Ok(Datum::Double(-a)),
        Datum::TimeSpan(a) => a.negate().map(Datum::TimeSpan).ok_or_else(|| span_overflow("-")),
        _ => Err(Failure::mismatch("-")),
    }
}

fn overflow(symbol: &str, a: i64, b: i64) -> Failure {
    Failure::new(Code::OVERFLOW, format!("`{a} {symbol} {b}` does not fit the 64 bits of an Int"))
}

fn date_overflow(symbol: &str) -> Failure {
    Failure::new(Code::OVERFLOW, format!("the result of `DateTime {symbol} TimeSpan` lies outside the years 1 to 9999"))
}

fn span_overflow(symbol: &str) -> Failure {
    Failure::new(Code::OVERFLOW, format!("the result of TimeSpan `{symbol}` is longer than a TimeSpan can be"))
}

/// Which of two ordered values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl Relation {
    /// What holds between the other side and this one.
    pub fn turned(self) -> Relation {
        match self {
            Relation::Less => Relation::Greater,
            Relation::LessOrEqual => Relation::GreaterOrEqual,
            Relation::Greater => Relation::Less,
            Relation::GreaterOrEqual => Relation::LessOrEqual,
            same => same,
        }
    }

    /// Whether it holds for that ordering; `None` is a NaN, for which only `!=` holds.
    pub fn holds(self, ordering: Option<Ordering>) -> bool {
        match (self, ordering) {
            (Relation::NotEqual, None) => true,
            (_, None) => false,
            (Relation::Less, Some(o)) => o.is_lt(),
            (Relation::LessOrEqual, Some(o)) => o.is_le(),
            (Relation::Greater, Some(o)) => o.is_gt(),
            (Relation::GreaterOrEqual, Some(o)) => o.is_ge(),
            (Relation::Equal, Some(o)) => o.is_eq(),
            (Relation::NotEqual, Some(o)) => o.is_ne(),
        }
    }
}

/// How the operands of a comparison are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operands {
    /// Both Bool, Int, Double, String, DateTime or TimeSpan: the same type on both sides.
    Same,
    /// Both String or Decision, ignoring ASCII case (L4.4).
    IgnoringCase,
    /// Both Json, by structure (L3.7).
    Json,
    /// The left one is Json, the right one an Int: a JSON integer compares exactly, anything else is read as Double (L3.7).
    JsonInt,
    /// The same, with the Json on the right.
    IntJson,
}

/// A comparison with its operand types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Comparison {
    /// Which relation.
    pub relation: Relation,
    /// Between what.
    pub operands: Operands,
}

impl Comparison {
    /// Applies it. It never fails; a Json that cannot be read as a number sets `context.unreadable`.
    pub fn apply<'a>(self, left: Datum<'a>, right: Datum<'a>, context: &mut Context<'a>) -> bool {
        let ordering = match self.operands {
            Operands::Same => same(left, right),
            Operands::IgnoringCase => Some(ignoring_case(text_of(left), text_of(right))),
            Operands::Json => match (left, right) {
                (Datum::Json(a), Datum::Json(b)) => Some(if a.equals(&b) { Ordering::Equal } else { Ordering::Less }),
                _ => None,
            },
            Operands::JsonInt => match (left, right) {
                (Datum::Json(a), Datum::Int(b)) => json_int(a, b, context),
                _ => None,
            },
            Operands::IntJson => match (left, right) {
                (Datum::Int(a), Datum::Json(b)) => json_int(b, a, context).map(Ordering::reverse),
                _ => None,
            },
        };
        self.relation.holds(ordering)
    }
}

/// Orders two values of one type: text by code point, which is the order of its UTF-8 bytes (L4.4).
pub fn same(left: Datum<'_>, right: Datum<'_>) -> Option<Ordering> {
    match (left, right) {
        (Datum::Bool(a), Datum::Bool(b)) => Some(a.cmp(&b)),
        (Datum::Int(a), Datum::Int(b)) => Some(a.cmp(&b)),
        (Datum::Double(a), Datum::Double(b)) => a.partial_cmp(&b),
        (Datum::String(a), Datum::String(b)) => Some(a.cmp(b)),
        (Datum::DateTime(a), Datum::DateTime(b)) => Some(a.cmp(&b)),
        (Datum::TimeSpan(a), Datum::TimeSpan(b)) => Some(a.cmp(&b)),
        (Datum::Decision(a), Datum::Decision(b)) => Some(a.name().cmp(b.name())),
        _ => None,
    }
}

fn text_of(value: Datum<'_>) -> &str {
    match value {
        Datum::String(text) => text,
        Datum::Decision(kind) => kind.name(),
        _ => "",
    }
}

fn ignoring_case(a: &str, b: &str) -> Ordering {
    a.bytes().map(|c| c.to_ascii_lowercase()).cmp(b.bytes().map(|c| c.to_ascii_lowercase()))
}

fn json_int(json: Json<'_>, int: i64, context: &mut Context<'_>) -> Option<Ordering> {
    match json {
        Json::Int(a) => Some(a.cmp(&int)),
        other => {
            let read = convert::json_to_double(other);
            context.unreadable |= read.unreadable;
            read.value.partial_cmp(&(int as f64))
        }
    }
}

/// The default of a type (L3.4).
pub fn default_of<'a>(ty: Type) -> Datum<'a> {
    match ty {
        Type::Bool => Datum::Bool(false),
        Type::Int => Datum::Int(0),
        Type::Double => Datum::Double(0.0),
        Type::DateTime => Datum::DateTime(DateTime::MIN),
        Type::TimeSpan => Datum::TimeSpan(TimeSpan::ZERO),
        Type::Json | Type::Record(_) => Datum::Json(Json::Null),
        _ => Datum::String(""),
    }
}
