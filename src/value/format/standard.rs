//! Standard numeric formats: one letter and a precision, such as `N2` or `X8`.
//!
//! In: a number and the parsed format. Out: text. Doubles are written from their exact decimal value, so `F20` shows what
//! the binary number really is.

use super::digits::Digits;
use super::{FormatFault, MAX_PRECISION};
use crate::value::number::double_text;

/// A standard format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standard {
    kind: Kind,
    /// Whether the letter was a small one: it decides the case of exponents and of hexadecimal digits.
    small: bool,
    precision: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Decimal,
    Exponential,
    Fixed,
    General,
    Number,
    Percent,
    RoundTrip,
    Hexadecimal,
}

/// Reads a format: a standard one, or none if it is a custom one.
pub(super) fn parse(format: &str, for_int: bool) -> Result<Option<Standard>, FormatFault> {
    let mut rest = format.chars();
    let letter = match rest.next() {
        None => 'G',
        Some(letter) if letter.is_ascii_alphabetic() => letter,
        Some(_) => return Ok(None),
    };
    let digits = rest.as_str();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let kind = match letter.to_ascii_uppercase() {
        'E' => Kind::Exponential,
        'F' => Kind::Fixed,
        'G' => Kind::General,
        'N' => Kind::Number,
        'P' => Kind::Percent,
        'D' if for_int => Kind::Decimal,
        'X' if for_int => Kind::Hexadecimal,
        'R' if !for_int => Kind::RoundTrip,
        'D' | 'X' => return Err(FormatFault::new(format!("format `{letter}` needs an Int, found a Double"), 0)),
        'R' => return Err(FormatFault::new(format!("format `{letter}` needs a Double, found an Int"), 0)),
        _ => {
            let known = if for_int { "D E F G N P X" } else { "E F G N P R" };
            return Err(FormatFault::new(format!("expected one of the formats {known}, found `{letter}`"), 0));
        }
    };
    let precision = match digits.trim_start_matches('0') {
        "" if digits.is_empty() => None,
        "" => Some(0),
        size => Some(size.parse().ok().filter(|size| *size <= MAX_PRECISION).ok_or_else(|| {
            FormatFault::new(format!("a precision is at most {MAX_PRECISION}, found `{digits}`"), letter.len_utf8())
        })?),
    };
    Ok(Some(Standard { kind, small: letter.is_ascii_lowercase(), precision }))
}

/// Writes an Int.
pub(super) fn write_int(value: i64, standard: Standard) -> String {
    let precision = standard.precision.unwrap_or(2);
    let sign = if value < 0 { "-" } else { "" };
    let whole = value.unsigned_abs();
    match standard.kind {
        Kind::Hexadecimal => {
            let width = standard.precision.unwrap_or(0);
            if standard.small { format!("{value:0width$x}") } else { format!("{value:0width$X}") }
        }
        Kind::Fixed => format!("{sign}{whole}{}", fraction(&zeros(precision))),
        Kind::Number => format!("{sign}{}{}", grouped(&whole.to_string()), fraction(&zeros(precision))),
        Kind::Percent => {
            let hundredfold = if whole == 0 { "0".to_owned() } else { format!("{whole}00") };
            format!("{sign}{}{} %", grouped(&hundredfold), fraction(&zeros(precision)))
        }
        Kind::Exponential => {
            let mut digits = Digits::of_int(value);
            let precision = standard.precision.unwrap_or(6);
            digits.round(clamp(precision.saturating_add(1)));
            exponential(&digits, precision, standard.small)
        }
        Kind::General if standard.precision.is_some_and(|precision| precision > 0) => {
            let mut digits = Digits::of_int(value);
            digits.round(clamp(precision));
            compact(&digits, clamp(precision), standard.small)
        }
        Kind::General | Kind::Decimal | Kind::RoundTrip => {
            let width = standard.precision.unwrap_or(0);
            format!("{sign}{whole:0width$}")
        }
    }
}

/// Writes a finite Double.
pub(super) fn write_double(value: f64, standard: Standard) -> String {
    let precision = standard.precision.unwrap_or(2);
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let size = value.abs();
    match standard.kind {
        Kind::Fixed => format!("{sign}{size:.precision$}"),
        Kind::Number => {
            let text = format!("{size:.precision$}");
            let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
            format!("{sign}{}{}", grouped(whole), fraction(decimals))
        }
        Kind::Percent => {
            let places = precision.saturating_add(2);
            let text = format!("{size:.places$}");
            let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
            let (hundredths, decimals) = decimals.split_at_checked(2).unwrap_or((decimals, ""));
            let hundredfold = format!("{whole}{hundredths}");
            let trimmed = hundredfold.trim_start_matches('0');
            format!("{sign}{}{} %", grouped(if trimmed.is_empty() { "0" } else { trimmed }), fraction(decimals))
        }
        Kind::Exponential => {
            let precision = standard.precision.unwrap_or(6);
            exponential(&Digits::of_double(value, precision.saturating_add(1)), precision, standard.small)
        }
        Kind::General if standard.precision.is_some_and(|precision| precision > 0) => {
            compact(&Digits::of_double(value, precision), clamp(precision), standard.small)
        }
        Kind::General | Kind::RoundTrip | Kind::Decimal | Kind::Hexadecimal => {
            let text = general(value);
            if standard.small { text.to_ascii_lowercase() } else { text }
        }
    }
}

/// The canonical text (L3.2a).
pub(super) fn general(value: f64) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = double_text(value, &mut text);
    text
}

/// An exponent as .NET writes it: letter, sign, at least so many digits.
pub(super) fn exponent(letter: char, value: i32, plus: bool, width: usize) -> String {
    let sign = match (value < 0, plus) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    };
    format!("{letter}{sign}{:0width$}", value.unsigned_abs())
}

/// `E`: one digit, `precision` decimals, an exponent of three digits.
fn exponential(digits: &Digits, precision: usize, small: bool) -> String {
    let sign = if digits.negative { "-" } else { "" };
    let decimals: String = (1..=precision).map(|place| digits.at(place)).collect();
    let power = if digits.digits.is_empty() { 0 } else { digits.scale - 1 };
    let exponent = exponent(if small { 'e' } else { 'E' }, power, true, 3);
    format!("{sign}{}{}{exponent}", digits.at(0), fraction(&decimals))
}

/// `G` with a precision: fixed if that takes no more digits, else with an exponent; no zeros at the end.
fn compact(digits: &Digits, precision: i32, small: bool) -> String {
    let mut text = String::from(if digits.negative { "-" } else { "" });
    let scientific = digits.scale > precision || digits.scale < -3;
    let point = if scientific { 1 } else { digits.scale };
    let whole = usize::try_from(point).unwrap_or(0);
    if whole == 0 {
        text.push('0');
    }
    text.extend((0..whole).map(|place| digits.at(place)));
    if let Some(rest) = digits.digits.get(whole..).filter(|rest| !rest.is_empty()) {
        let gap = usize::try_from(-point).unwrap_or(0);
        text.push('.');
        text.push_str(&zeros(gap));
        text.push_str(rest);
    }
    if scientific {
        text.push_str(&exponent(if small { 'e' } else { 'E' }, digits.scale - 1, true, 2));
    }
    text
}

/// Digits with a `,` before every third from the right.
fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Decimals with their point, or nothing.
fn fraction(decimals: &str) -> String {
    if decimals.is_empty() { String::new() } else { format!(".{decimals}") }
}

fn zeros(count: usize) -> String {
    "0".repeat(count)
}

fn clamp(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
