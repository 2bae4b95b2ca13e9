//! Wording of the failures that rows share: what was expected, then what was found (L3.9, L5.1).

use crate::diagnostic::Code;
use crate::value::{Datum, Failure, Json, Type, convert};

/// How many characters of a text a message shows.
const SHOWN: usize = 40;

/// A text for a message, in backticks: cut after [`SHOWN`] characters, control characters as escapes.
pub(super) fn shown(text: &str) -> String {
    if text.is_empty() {
        return "an empty text".to_string();
    }
    let mut out = String::from("`");
    for (count, c) in text.chars().enumerate() {
        if count == SHOWN {
            out.push('…');
            break;
        }
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out.push('`');
    out
}

/// A value for a message: its canonical text as [`shown`], or which kind of Json it is.
pub(super) fn described(value: Datum<'_>) -> String {
    match value {
        Datum::Json(Json::Array(_)) => "a Json array".to_string(),
        Datum::Json(Json::Object(_)) => "a Json object".to_string(),
        other => {
            let mut text = String::new();
            // INVARIANT: writing to a string never fails.
            let _ = convert::write_text(other, &mut text);
            shown(&text)
        }
    }
}

/// A text has not the form that the wanted type asks for.
pub(super) fn unreadable(wanted: &str, text: &str) -> Failure {
    Failure::new(Code::NOT_CONVERTIBLE, format!("expected {wanted}, found {}", shown(text)))
}

/// A value is of a kind from which there is no way to the wanted type.
pub(super) fn inconvertible(wanted: Type, value: Datum<'_>) -> Failure {
    let message = format!("expected a value that converts to {wanted}, found {}", described(value));
    Failure::new(Code::NOT_CONVERTIBLE, message)
}

/// A number is too large for what is `wanted`.
pub(super) fn does_not_fit(wanted: &str, value: Datum<'_>) -> Failure {
    Failure::new(Code::OVERFLOW, format!("expected a number that fits {wanted}, found {}", described(value)))
}

/// An argument lies outside the range it may have.
pub(super) fn out_of_range(argument: &str, lowest: i64, highest: i64, found: i64) -> Failure {
    let message = format!("expected `{argument}` from {lowest} to {highest}, found `{found}`");
    Failure::new(Code::OUT_OF_RANGE, message)
}

/// An argument must not be negative and is.
pub(super) fn negative(argument: &str, found: i64) -> Failure {
    Failure::new(Code::OUT_OF_RANGE, format!("expected `{argument}` to be 0 or more, found `{found}`"))
}

/// An argument that is wrong in itself; the message says what was expected and what was found.
pub(super) fn bad_argument(message: impl Into<String>) -> Failure {
    Failure::new(Code::BAD_ARGUMENT, message)
}
