//! From one type to another: canonical text (L3.2a), Json, and reading Json as a type (L3.5, L3.7, L3.8).

use super::{Context, DateTime, Datum, Failure, Json, Type, number, operate};
use std::fmt::Write;

/// The result of reading a value as another type (L3.5): the value, or its type's default with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cast<T> {
    /// What was read, or the default.
    pub value: T,
    /// Whether something was there that could not be read.
    pub unreadable: bool,
}

impl<T: Default> Cast<T> {
    /// The value if it could be read, else the default and a note.
    pub fn from_option(read: Option<T>) -> Cast<T> {
        Cast { unreadable: read.is_none(), value: read.unwrap_or_default() }
    }

    /// The default of what is missing or null: no note (L3.4).
    pub fn missing() -> Cast<T> {
        Cast { value: T::default(), unreadable: false }
    }
}

/// Writes the canonical text of a value (L3.2a).
pub fn write_text(value: Datum<'_>, out: &mut impl Write) -> std::fmt::Result {
    match value {
        Datum::Bool(value) => out.write_str(if value { "true" } else { "false" }),
        Datum::Int(value) => write!(out, "{value}"),
        Datum::Double(value) => number::double_text(value, out),
        Datum::String(text) => out.write_str(text),
        Datum::DateTime(value) => write!(out, "{value}"),
        Datum::TimeSpan(value) => write!(out, "{value}"),
        Datum::Json(json) => json.write_text(out),
        Datum::CharSet(set) => write!(out, "{}", set.0),
        Datum::Decision(kind) => out.write_str(kind.name()),
    }
}

/// The canonical text of a value, in the arena if it has to be made.
pub fn text<'a>(value: Datum<'a>, context: &Context<'a>) -> Result<&'a str, Failure> {
    match value {
        Datum::String(text) | Datum::Json(Json::String(text)) => return Ok(text),
        Datum::Bool(value) => return Ok(if value { "true" } else { "false" }),
        Datum::Decision(kind) => return Ok(kind.name()),
        Datum::Json(Json::Null) => return Ok(""),
        _ => {}
    }
    let mut out = bumpalo::collections::String::new_in(context.arena);
    // INVARIANT: writing to a string never fails.
    let _ = write_text(value, &mut out);
    if out.len() > context.string_bytes {
        Err(Failure::too_long(context.string_bytes))
    } else {
        Ok(out.into_bump_str())
    }
}

/// `+` with a text on either side (L4.3).
pub fn join<'a>(left: Datum<'a>, right: Datum<'a>, context: &Context<'a>) -> Result<Datum<'a>, Failure> {
    let (left, right) = (text(left, context)?, text(right, context)?);
    if left.len().saturating_add(right.len()) > context.string_bytes {
        return Err(Failure::too_long(context.string_bytes));
    }
    let mut out = bumpalo::collections::String::with_capacity_in(left.len() + right.len(), context.arena);
    out.push_str(left);
    out.push_str(right);
    Ok(Datum::String(out.into_bump_str()))
}

/// A value as Json (L3.2a): numbers and truth values as such, the rest as canonical text.
pub fn to_json<'a>(value: Datum<'a>, context: &Context<'a>) -> Result<Json<'a>, Failure> {
    Ok(match value {
        Datum::Json(json) => json,
        Datum::Bool(value) => Json::Bool(value),
        Datum::Int(value) => Json::Int(value),
        Datum::Double(value) => Json::Double(value),
        other => Json::String(text(other, context)?),
    })
}

/// Reads Json as a type the way an attribute is read (L3.5); what cannot be read sets `context.unreadable`.
pub fn read<'a>(json: Json<'a>, ty: Type, context: &mut Context<'a>) -> Result<Datum<'a>, Failure> {
    let (value, unreadable) = match ty {
        Type::Bool => noted(json_to_bool(json), Datum::Bool),
        Type::Int => noted(json_to_int(json), Datum::Int),
        Type::Double => noted(json_to_double(json), Datum::Double),
        Type::DateTime => noted(json_to_datetime(json), Datum::DateTime),
        Type::String => noted(json_to_text(json, context)?, Datum::String),
        Type::Json | Type::Record(_) => (Datum::Json(json), false),
        other => (operate::default_of(other), true),
    };
    context.unreadable |= unreadable;
    Ok(value)
}

fn noted<'a, T>(cast: Cast<T>, datum: impl Fn(T) -> Datum<'a>) -> (Datum<'a>, bool) {
    (datum(cast.value), cast.unreadable)
}

/// Json as String: its canonical text; that of an object or array with a note (L3.5).
pub fn json_to_text<'a>(json: Json<'a>, context: &Context<'a>) -> Result<Cast<&'a str>, Failure> {
    let unreadable = matches!(json, Json::Array(_) | Json::Object(_));
    // A number is no longer Json when it is read: its canonical text is that of a Double (L3.2a).
    let value = if let Json::Double(value) = json { Datum::Double(value) } else { Datum::Json(json) };
    Ok(Cast { value: text(value, context)?, unreadable })
}

/// Json as Double: a number, or a text that is numeric (L3.5).
pub fn json_to_double(json: Json<'_>) -> Cast<f64> {
    match json {
        Json::Null => Cast::missing(),
        Json::Int(value) => Cast { value: value as f64, unreadable: false },
        Json::Double(value) => Cast { value, unreadable: false },
        Json::String(text) => Cast::from_option(number::parse_double(text)),
        _ => Cast::from_option(None),
    }
}

/// Json as Int: the same, if integral and within 64 bits (L3.5).
pub fn json_to_int(json: Json<'_>) -> Cast<i64> {
    match json {
        Json::Null => Cast::missing(),
        Json::Int(value) => Cast { value, unreadable: false },
        Json::Double(value) => Cast::from_option(number::exact_int(value)),
        Json::String(text) => Cast::from_option(number::parse_int(text)),
        _ => Cast::from_option(None),
    }
}

/// Json as Bool: a truth value, or a text equal to one ignoring case (L3.5).
pub fn json_to_bool(json: Json<'_>) -> Cast<bool> {
    match json {
        Json::Null => Cast::missing(),
        Json::Bool(value) => Cast { value, unreadable: false },
        Json::String(text) => Cast::from_option(text_to_bool(text)),
        _ => Cast::from_option(None),
    }
}

/// Json as DateTime: a text in one of the forms of L3.5.
pub fn json_to_datetime(json: Json<'_>) -> Cast<DateTime> {
    match json {
        Json::Null => Cast::missing(),
        Json::String(text) => Cast::from_option(DateTime::parse(text)),
        _ => Cast::from_option(None),
    }
}

/// `true` or `false`, ignoring case.
pub fn text_to_bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
