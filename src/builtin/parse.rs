//! Values from text: what a rule converts expressly succeeds or fails (L3.9, L6.1).

use super::fault::{bad_argument, shown, unreadable};
use crate::function::functions;
use crate::value::{DateTime, Failure, convert, format, number};

/// An Int within 32 bits, as .NET's `int.Parse` reads it.
pub(super) fn int32(text: &str) -> Result<i64, Failure> {
    number::text_to_int32(text).ok_or_else(|| unreadable("a whole number from -2147483648 to 2147483647", text))
}

/// An Int, as .NET's `long.Parse` reads it.
pub(super) fn int64(text: &str) -> Result<i64, Failure> {
    number::text_to_int64(text).ok_or_else(|| unreadable("a whole number within 64 bits", text))
}

/// A Double, as .NET's `double.Parse` reads it.
pub(super) fn double(text: &str) -> Result<f64, Failure> {
    number::text_to_double(text).ok_or_else(|| unreadable("a number such as `-1234.5` or `1e3`", text))
}

/// A Bool, as .NET's `bool.Parse` reads it: case does not count, nor do white space and null characters around it.
pub(super) fn boolean(text: &str) -> Result<bool, Failure> {
    let word = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    convert::text_to_bool(word).ok_or_else(|| unreadable("`true` or `false`", text))
}

/// A DateTime in one of the forms of L3.5.
pub(super) fn date(text: &str) -> Result<DateTime, Failure> {
    DateTime::parse(text).ok_or_else(|| unreadable("a date and time such as `2026-02-03T11:04:05Z`", text))
}

/// A DateTime in exactly that form.
fn date_as(text: &str, form: &str) -> Result<DateTime, Failure> {
    format::parse_datetime(text, form).ok_or_else(|| match format::check_datetime_format(form) {
        Err(fault) => bad_argument(fault.message),
        Ok(()) => unreadable(&format!("a date and time in the form {}", shown(form)), text),
    })
}

functions! {
    /// Values from text (L6.1).
    pub(super) static PARSE;

    /// The whole number that the text is, within 32 bits
    ///
    /// White space around it and a sign are allowed, nothing else. What is no such number fails.
    ///
    /// ```fql
    /// "98052".ToInt32() => 98052
    /// " -5 ".ToInt32() => -5
    /// "2.0".ToInt32() => error E0703
    /// "3000000000".ToInt32() => error E0703
    /// "".ToInt32() => error E0703
    /// ```
    immutable method String.ToInt32(text: &str) -> Result<i64, Failure> { int32(text) }

    /// The whole number that the text is, within 64 bits
    ///
    /// White space around it and a sign are allowed, nothing else. What is no such number fails.
    ///
    /// ```fql
    /// "3000000000".ToInt64() => 3000000000
    /// "1e3".ToInt64() => error E0703
    /// ```
    immutable method String.ToInt64(text: &str) -> Result<i64, Failure> { int64(text) }

    /// The number that the text is
    ///
    /// White space around it, a sign, commas between digits, a fraction and an exponent are allowed. What is no number
    /// fails.
    ///
    /// ```fql
    /// "199.99".ToDouble() => 199.99
    /// " -1,234.5 ".ToDouble() => -1234.5
    /// "1e3".ToDouble() => 1000.0
    /// "Unknown".ToDouble() => error E0703
    /// ```
    immutable method String.ToDouble(text: &str) -> Result<f64, Failure> { double(text) }

    /// True or false, as the text says
    ///
    /// Case does not count, nor does white space around the word. Anything else fails, `1` and `yes` too.
    ///
    /// ```fql
    /// "True".ToBoolean() => true
    /// " false ".ToBoolean() => false
    /// "1".ToBoolean() => error E0703
    /// ```
    immutable method String.ToBoolean(text: &str) -> Result<bool, Failure> { boolean(text) }

    /// The instant that the text is
    ///
    /// Reads a date, or a date and a time with `T` or a blank between them, with or without fraction and offset;
    /// without one the time is UTC. With `format`, the text must have exactly that form, written as .NET's custom
    /// formats are. Anything else fails.
    ///
    /// ```fql
    /// "2023-03-10".ToDateTime() => "2023-03-10T00:00:00Z"
    /// "2023-03-10 11:04:05+01:00".ToDateTime() => "2023-03-10T10:04:05Z"
    /// "10/03/2023".ToDateTime("dd/MM/yyyy") => "2023-03-10T00:00:00Z"
    /// "10/03/2023".ToDateTime() => error E0703
    /// "2023-02-30".ToDateTime() => error E0703
    /// ```
    immutable method String.ToDateTime(text: &str, format: Option<&str>) -> Result<DateTime, Failure> {
        format.map_or_else(|| date(text), |form| date_as(text, form))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::builtin::harness::{member, outcome};
    use crate::value::Datum;

    #[test]
    fn messages_show_the_text_and_what_it_would_have_to_be() {
        let message = int32("12 apples").unwrap_err().message;
        assert_eq!(message, "expected a whole number from -2147483648 to 2147483647, found `12 apples`");
        let long = double(&"x\n".repeat(1000)).unwrap_err().message;
        assert!(long.contains(r"x\nx\n") && long.contains('…') && long.len() < 150, "{long}");
        assert!(date_as("10-03-2023", "dd/MM/yyyy").unwrap_err().message.contains("`dd/MM/yyyy`, found `10-03-2023`"));
    }

    #[test]
    fn a_bad_format_is_a_bad_argument() {
        let text = Datum::String("2023");
        assert_eq!(outcome(member("ToDateTime", &[text, Datum::String("yyyy 'q")])), "E0705");
        assert_eq!(outcome(member("ToDateTime", &[text, Datum::String("MM")])), "E0703");
    }
}
