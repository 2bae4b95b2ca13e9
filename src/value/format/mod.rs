//! .NET's format strings, invariant culture (L6.2, L6.3).
//!
//! In: a value and a format. Out: its text, or a [`FormatFault`] that says what of the format .NET would refuse, and where.
//! `digits` holds a number as exact decimal digits; `standard` and `picture` write them by a letter (`N2`) or by a
//! custom picture (`#,##0.00`); `pattern` takes date formats apart for `date_writer` and `date_reader`. Formats are
//! read anew each time: they are short, and reading one costs less than writing the value.
//!
//! A format cannot eat memory: a precision is at most [`MAX_PRECISION`] and no format grows its own text more than a few times.

mod date_reader;
mod date_writer;
mod digits;
mod pattern;
mod picture;
mod standard;

use super::DateTime;
use digits::Digits;
use std::fmt;

/// The largest precision (`F300`). .NET allows 999 999 999; here a longer text than this is taken for a mistake.
pub const MAX_PRECISION: usize = 300;

/// What is wrong with a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatFault {
    /// Lower case, no full stop.
    pub message: String,
    /// Bytes from the start of the format to the fault.
    pub offset: usize,
}

impl FormatFault {
    fn new(message: impl Into<String>, offset: usize) -> FormatFault {
        FormatFault { message: message.into(), offset }
    }
}

impl fmt::Display for FormatFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for FormatFault {}

/// `ToString(format)` of an Int (L6.2): `D E F G N P X` with a precision, or a custom format. An empty format is `G`.
///
/// # Errors
/// The format is no standard format for an Int, or its precision is above [`MAX_PRECISION`].
pub fn format_int(value: i64, format: &str) -> Result<String, FormatFault> {
    Ok(match standard::parse(format, true)? {
        Some(standard) => standard::write_int(value, standard),
        None => picture::write(Digits::of_int(value), format),
    })
}

/// `ToString(format)` of a Double (L6.2): `E F G N P R` with a precision, or a custom format. The standard formats are
/// exact in decimal, a midpoint goes to the even digit; a custom format sees 15 significant digits and rounds away from
/// zero, as in .NET. An empty format is `G`; what is not finite is `NaN`, `Infinity` or `-Infinity` in every format.
///
/// # Errors
/// The format is no standard format for a Double (`D` and `X` are not), or its precision is above [`MAX_PRECISION`].
pub fn format_double(value: f64, format: &str) -> Result<String, FormatFault> {
    let standard = standard::parse(format, false)?;
    if !value.is_finite() {
        return Ok(standard::general(value));
    }
    Ok(match standard {
        Some(standard) => standard::write_double(value, standard),
        None => picture::write(Digits::of_double(value, picture::SIGNIFICANT_DIGITS), format),
    })
}

/// Whether [`format_int`] or [`format_double`] takes a format.
///
/// # Errors
/// The fault that they would give.
pub fn check_number_format(format: &str, for_int: bool) -> Result<(), FormatFault> {
    standard::parse(format, for_int).map(|_| ())
}

/// `ToString(format)` of a DateTime (L6.3): a standard format (`d D f F g G m M o O r R s t T u U y Y`) or a custom one. An
/// empty format is `G`.
///
/// # Errors
/// A single character that is no standard format, more than seven `f` or `F`, a `%` without a specifier, an open quote or
/// a `\` at the end.
pub fn format_datetime(value: DateTime, format: &str) -> Result<String, FormatFault> {
    date_writer::write(value, format)
}

/// .NET's `ParseExact`, invariant culture, for `ToDateTime(format)` (L6.1): the whole text in exactly that format, UTC
/// unless it has an offset. Parts of a date that the format leaves out are those of 0001-01-01. None if the text is not
/// like that, or the format is faulty ([`check_datetime_format`] says how).
pub fn parse_datetime(text: &str, format: &str) -> Option<DateTime> {
    date_reader::read(text, format)
}

/// Whether [`format_datetime`] and [`parse_datetime`] take a format.
///
/// # Errors
/// The fault that [`format_datetime`] would give.
pub fn check_datetime_format(format: &str) -> Result<(), FormatFault> {
    pattern::items(format)?.try_for_each(|item| item.map(|_| ()))
}

#[cfg(test)]
mod tests;
