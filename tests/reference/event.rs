//! The event: a tree, and a walk along a path's steps.

use super::Refusal;
use bumpalo::Bump;
use fql::limit::Limits;
use fql::syntax::ast::PathStep;
use fql::value::{DateTime, Datum, Json, Type, json};

/// Reads an event as a tree (L3.5).
pub(super) fn read<'a>(bytes: &'a [u8], limits: &Limits, arena: &'a Bump) -> Result<Json<'a>, Refusal> {
    let refuse = |code: &str| Refusal { code: code.to_string(), message: String::new(), position: None };
    if bytes.len() > limits.event_bytes {
        return Err(refuse("E0904"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("E0905"))?;
    match json::parse(text, arena) {
        Ok(event @ Json::Object(_)) => Ok(event),
        Ok(_) => Err(refuse("E0902")),
        Err(fault) if fault.kind() == json::FaultKind::Depth => Err(refuse("E0903")),
        Err(_) => Err(refuse("E0901")),
    }
}

/// What stands at the end of a path; `None` is missing.
pub(super) fn walk<'a>(event: Json<'a>, steps: &[PathStep]) -> Option<Json<'a>> {
    let mut at = event;
    for step in steps {
        at = match step {
            PathStep::Name(name) => named(at, name)?,
            PathStep::Index(index) => match at {
                Json::Array(array) => *array.items.get(*index)?,
                _ => return None,
            },
        };
    }
    Some(at)
}

/// A step by name: on an array it looks in element 0 (L3.6); the exact key, else the first that differs by case (L1.3).
fn named<'a>(mut at: Json<'a>, name: &str) -> Option<Json<'a>> {
    while let Json::Array(array) = at {
        at = *array.items.first()?;
    }
    let Json::Object(object) = at else { return None };
    let exact = object.members.iter().find(|(key, _)| *key == name);
    let similar = || object.members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    exact.or_else(similar).map(|(_, value)| *value)
}

/// What stands there read as a type (L3.4, L3.5), and whether it could be read.
pub(super) fn read_as<'a>(found: Option<Json<'a>>, ty: Type, arena: &'a Bump) -> (Datum<'a>, bool) {
    let found = found.unwrap_or(Json::Null);
    if matches!(found, Json::Null) {
        return (default_of(ty), true);
    }
    let read = match ty {
        Type::Json => Some(Datum::Json(found)),
        Type::String => {
            let text: &str = match found {
                Json::String(text) => text,
                other => arena.alloc_str(&other.to_string()),
            };
            let scalar = !matches!(found, Json::Array(_) | Json::Object(_));
            let text = if let Json::Double(value) = found { double_text(value, arena) } else { text };
            return (Datum::String(text), scalar);
        }
        Type::Double => double(found).map(Datum::Double),
        Type::Int => int(found).map(Datum::Int),
        Type::Bool => match found {
            Json::Bool(value) => Some(Datum::Bool(value)),
            Json::String(text) if text.eq_ignore_ascii_case("true") => Some(Datum::Bool(true)),
            Json::String(text) if text.eq_ignore_ascii_case("false") => Some(Datum::Bool(false)),
            _ => None,
        },
        Type::DateTime => match found {
            Json::String(text) => DateTime::parse(text).map(Datum::DateTime),
            _ => None,
        },
        _ => None,
    };
    read.map_or((default_of(ty), false), |value| (value, true))
}

fn default_of<'a>(ty: Type) -> Datum<'a> {
    match ty {
        Type::Bool => Datum::Bool(false),
        Type::Int => Datum::Int(0),
        Type::Double => Datum::Double(0.0),
        Type::DateTime => Datum::DateTime(DateTime::MIN),
        Type::Json => Datum::Json(Json::Null),
        _ => Datum::String(""),
    }
}

/// A JSON number that is no integer of 64 bits, as text: other text than JSON's own.
fn double_text(value: f64, arena: &Bump) -> &str {
    let mut text = String::new();
    fql::value::number::double_text(value, &mut text).unwrap();
    arena.alloc_str(&text)
}

fn double(found: Json<'_>) -> Option<f64> {
    match found {
        Json::Int(value) => Some(value as f64),
        Json::Double(value) => Some(value),
        Json::String(text) if is_numeric(text) => text.parse().ok(),
        _ => None,
    }
}

fn int(found: Json<'_>) -> Option<i64> {
    match found {
        Json::Int(value) => Some(value),
        Json::Double(value) if value.fract() == 0.0 && (-9.3e18..9.3e18).contains(&value) => {
            let whole = value as i128;
            i64::try_from(whole).ok()
        }
        Json::String(text) if is_numeric(text) => exact_int(text),
        _ => None,
    }
}

/// An optional sign, digits, an optional fraction, an optional exponent, nothing else (L6.1).
fn is_numeric(text: &str) -> bool {
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (rest, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(mantissa),
    };
    mantissa && exponent.is_none_or(digits)
}

/// The integer that a numeric text stands for, if it is one of 64 bits: all digits written out, then shifted.
fn exact_int(text: &str) -> Option<i64> {
    let negative = text.starts_with('-');
    let rest = text.trim_start_matches(['+', '-']);
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    // An exponent beyond this leaves either zeros in front of the point or far too many digits.
    let exponent = exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { -100_000 } else { 100_000 });
    let shift = exponent.clamp(-100_000, 100_000) - fraction.len() as i64;
    let written = if shift >= 0 {
        if shift > 30 {
            return None;
        }
        format!("{digits}{}", "0".repeat(shift as usize))
    } else {
        let kept = digits.len().checked_sub(shift.unsigned_abs() as usize)?;
        if digits[kept..].bytes().any(|byte| byte != b'0') {
            return None;
        }
        digits[..kept].to_string()
    };
    format!("{}{written}", if negative { "-" } else { "" }).parse().ok()
}
