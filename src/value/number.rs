//! Numbers as text and text as numbers.
//!
//! In: `i64`, `f64` or a text. Out: the canonical text of a Double (L3.2a), its JSON text, and the numbers that a text
//! stands for. There are three readers because the language asks three questions: what an attribute holds
//! ([`parse_double`], [`parse_int`]: the grammar of `IsNumeric()`, L3.5), and what .NET's `Parse` would say of an explicit
//! conversion ([`text_to_int64`], [`text_to_double`], L3.9).
//!
//! Division and remainder of Doubles need nothing here: Rust's `/` and `%` on `f64` are those of .NET (L4.2).

use std::fmt;

/// Integer digits up to which a Double is written without an exponent: .NET takes the more of the digits it has and the
/// 17 that any binary64 may need, so that `1E+17` is the first power of ten with an exponent.
const FIXED_DIGITS: i32 = 17;

/// Whole numbers below this are exact in both types and need no search for the shortest digits.
const SMALL_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Writes the canonical text of a Double (L3.2a): .NET's invariant shortest form that reads back as the same number, such
/// as `1`, `0.1`, `-0`, `1E+21`, `1E-05`, `NaN`, `Infinity`.
///
/// # Errors
/// Only those of `out`.
pub fn double_text(value: f64, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
    if value.is_nan() {
        return out.write_str("NaN");
    }
    if value.is_infinite() {
        return out.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    if value.abs() < SMALL_WHOLE && value.trunc() == value {
        let sign = if value.is_sign_negative() { "-" } else { "" };
        return write!(out, "{sign}{}", whole(value.abs()));
    }
    let buffer = shortest(value.abs())?;
    let (lead, rest, exponent) = split_scientific(buffer.text());
    if value.is_sign_negative() {
        out.write_str("-")?;
    }
    if (-4..FIXED_DIGITS).contains(&exponent) {
        return fixed(lead, rest, exponent, "", out);
    }
    let point = if rest.is_empty() { "" } else { "." };
    write!(out, "{lead}{point}{rest}E{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs())
}

/// Writes a Double as JSON (L3.2a): the shortest number that reads back as the same one and is seen to be a Double (`1.0`,
/// `0.1`, `1e21`); a number that is not finite is `null`.
///
/// # Errors
/// Only those of `out`.
pub fn json_double(value: f64, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
    if !value.is_finite() {
        return out.write_str("null");
    }
    if value.abs() < SMALL_WHOLE && value.trunc() == value {
        let sign = if value.is_sign_negative() { "-" } else { "" };
        return write!(out, "{sign}{}.0", whole(value.abs()));
    }
    let buffer = shortest(value.abs())?;
    let (lead, rest, exponent) = split_scientific(buffer.text());
    if value.is_sign_negative() {
        out.write_str("-")?;
    }
    if (-4..FIXED_DIGITS).contains(&exponent) {
        return fixed(lead, rest, exponent, ".0", out);
    }
    let point = if rest.is_empty() { "" } else { "." };
    write!(out, "{lead}{point}{rest}e{exponent}")
}

/// The fewest digits that read back as a positive number, and of those the nearest, as `{:e}` writes them. Where two are
/// equally near (which takes 16 digits or more) .NET has the even one, the standard library not always.
fn shortest(value: f64) -> Result<Buffer, fmt::Error> {
    let mut buffer = Buffer::default();
    fmt::write(&mut buffer, format_args!("{value:e}"))?;
    let (_, rest, exponent) = split_scientific(buffer.text());
    let decimals = rest.len();
    if decimals >= 15 && may_be_midway(value, i32::try_from(decimals).unwrap_or(0) + 1 - exponent) {
        let mut nearest = Buffer::default();
        fmt::write(&mut nearest, format_args!("{value:.decimals$e}"))?;
        if nearest.text() != buffer.text() && nearest.text().parse() == Ok(value) {
            return Ok(nearest);
        }
    }
    Ok(buffer)
}

/// Whether a number may lie midway between two that have one place after the point fewer: then its last place is that one.
/// A number without fraction always may.
fn may_be_midway(value: f64, place: i32) -> bool {
    let bits = value.to_bits();
    let Ok(exponent) = i32::try_from(bits >> 52) else { return false };
    // A binary fraction has as many decimal places as binary ones. Numbers so small that this does not hold have hundreds.
    let zeros = i32::try_from((bits | 1 << 52).trailing_zeros()).unwrap_or(0);
    let places = 1075 - exponent - zeros;
    places <= 0 || places == place
}

/// Writes digits without an exponent; `end` closes a number that has no fraction.
fn fixed(lead: &str, rest: &str, exponent: i32, end: &str, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
    let Ok(places) = usize::try_from(exponent) else {
        let zeros = usize::try_from(-1 - exponent).unwrap_or(0);
        return write!(out, "0.{:0<zeros$}{lead}{rest}", "");
    };
    out.write_str(lead)?;
    match rest.split_at_checked(places) {
        Some((whole, fraction)) if !fraction.is_empty() => write!(out, "{whole}.{fraction}"),
        _ => write!(out, "{rest:0<places$}{end}"),
    }
}

/// Whether a text is a number: optional sign, digits, optional fraction, optional exponent, nothing else (L6.1).
pub fn is_numeric(text: &str) -> bool {
    Parts::of(text).is_some()
}

/// The Double that a numeric text stands for, rounded to the nearest (L3.5); none if it is not numeric. A number beyond
/// the range is infinite, as in .NET.
pub fn parse_double(text: &str) -> Option<f64> {
    Parts::of(text)?;
    text.parse().ok()
}

/// The Int that a numeric text stands for (L3.5): `5`, `5.0` and `1e3` do, exactly within 64 bits; none if it is not
/// numeric, not integral or too large.
pub fn parse_int(text: &str) -> Option<i64> {
    let parts = Parts::of(text)?;
    let digits = parts.whole.iter().chain(parts.fraction);
    let mut places = i64::try_from(parts.whole.len()).ok()?.saturating_add(parts.exponent);
    let mut sum = 0u64;
    for digit in digits.map(|byte| u64::from(byte.wrapping_sub(b'0'))) {
        if places > 0 {
            sum = sum.checked_mul(10)?.checked_add(digit)?;
        } else if digit != 0 {
            return None;
        }
        places = places.saturating_sub(1);
    }
    while places > 0 && sum != 0 {
        sum = sum.checked_mul(10)?;
        places -= 1;
    }
    signed(parts.negative, sum)
}

/// What .NET's `long.Parse` reads, invariant culture (L3.9): white space around, a sign, digits; none for anything else
/// and outside 64 bits.
pub fn text_to_int64(text: &str) -> Option<i64> {
    let text = text.trim_matches(is_white);
    let (negative, digits) = split_sign(text.as_bytes());
    if digits.is_empty() {
        return None;
    }
    let mut sum = 0u64;
    for byte in digits {
        sum = sum.checked_mul(10)?.checked_add(u64::from(digit(*byte)?))?;
    }
    signed(negative, sum)
}

/// What .NET's `int.Parse` reads: as [`text_to_int64`], and none outside 32 bits.
pub fn text_to_int32(text: &str) -> Option<i64> {
    text_to_int64(text).filter(|value| i32::try_from(*value).is_ok())
}

/// What .NET's `double.Parse` reads, invariant culture (L3.9): white space around, a sign, digits with `,` between or after
/// them, `.` with or without digits on either side, an exponent; also `NaN` and `Infinity` ignoring case. None for anything
/// else; a number beyond the range is infinite.
pub fn text_to_double(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_white);
    if let Some(value) = parse_double(text) {
        return Some(value);
    }
    let (negative, rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let value = if rest.eq_ignore_ascii_case("infinity") {
        f64::INFINITY
    } else if rest.eq_ignore_ascii_case("nan") {
        f64::NAN
    } else {
        let split = rest.find(['.', 'e', 'E']).unwrap_or(rest.len());
        let (whole, tail) = rest.split_at_checked(split)?;
        if whole.starts_with(',') {
            return None;
        }
        let (point, exponent) = match tail.strip_prefix('.') {
            Some(after) => {
                let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
                after.split_at_checked(end)?
            }
            None => ("", tail),
        };
        if whole.is_empty() && point.is_empty() {
            return None;
        }
        let fraction = if point.is_empty() { "0" } else { point };
        parse_double(&format!("0{}.{fraction}{exponent}", whole.replace(',', "")))?
    };
    Some(if negative { -value } else { value })
}

/// Rounds to the nearest whole number, a midpoint to the even one, as .NET's `Math.Round` (L6.2).
pub fn round_half_even(value: f64) -> f64 {
    value.round_ties_even()
}

/// .NET's `Math.Round(x, digits)` (L6.2): scales, rounds half to even, scales back; what is 1E+16 or more stays. None if
/// `digits` is not 0 to 15.
pub fn round_to_digits(value: f64, digits: i64) -> Option<f64> {
    let power = i32::try_from(digits).ok().filter(|digits| (0..=15).contains(digits))?;
    if value.abs() < 1e16 {
        // Exact: powers of ten up to 10^22 are.
        let scale = 10i64.pow(power.unsigned_abs()) as f64;
        return Some((value * scale).round_ties_even() / scale);
    }
    Some(value)
}

/// A Double as a 64-bit Int, half to even (L6.5); none outside 64 bits and for what is not a number.
pub fn double_to_int64(value: f64) -> Option<i64> {
    let rounded = value.round_ties_even();
    // -2^63 is exact, 2^63 is the first too large; comparisons with NaN are false.
    (rounded >= i64::MIN as f64 && rounded < -(i64::MIN as f64)).then(|| whole(rounded))
}

/// A Double as a 32-bit Int, half to even (L6.5); none outside 32 bits and for what is not a number.
pub fn double_to_int32(value: f64) -> Option<i64> {
    double_to_int64(value).filter(|value| i32::try_from(*value).is_ok())
}

/// The Int that a Double is exactly; none if it has a fraction or is outside 64 bits (L3.5).
pub fn exact_int(value: f64) -> Option<i64> {
    if value.trunc() == value { double_to_int64(value) } else { None }
}

/// The integer of a Double that is known to be whole and in range.
fn whole(value: f64) -> i64 {
    value as i64
}

fn signed(negative: bool, magnitude: u64) -> Option<i64> {
    if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

fn digit(byte: u8) -> Option<u8> {
    Some(byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
}

/// .NET's white space around numbers.
fn is_white(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ')
}

fn split_sign(bytes: &[u8]) -> (bool, &[u8]) {
    match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, bytes),
    }
}

/// Splits off the digits at the front.
fn take_digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
    bytes.split_at_checked(end).unwrap_or((bytes, &[]))
}

/// Splits what `{:e}` writes of a positive number: first digit, the digits after the point, exponent.
pub(super) fn split_scientific(text: &str) -> (&str, &str, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (lead, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    (lead, rest, exponent.parse().unwrap_or(0))
}

/// A numeric text, taken apart.
struct Parts<'t> {
    negative: bool,
    whole: &'t [u8],
    fraction: &'t [u8],
    /// Saturating.
    exponent: i64,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Option<Parts<'t>> {
        let (negative, rest) = split_sign(text.as_bytes());
        let (whole, rest) = take_digits(rest);
        if whole.is_empty() {
            return None;
        }
        let (fraction, rest) = match rest.split_first() {
            Some((b'.', after)) => take_digits(after),
            _ => (&[][..], rest),
        };
        if fraction.is_empty() && text.as_bytes().contains(&b'.') {
            return None;
        }
        let exponent = match rest.split_first() {
            None => 0,
            Some((b'e' | b'E', after)) => {
                let (negative, after) = split_sign(after);
                let (digits, after) = take_digits(after);
                if digits.is_empty() || !after.is_empty() {
                    return None;
                }
                let size = digits
                    .iter()
                    .fold(0i64, |sum, byte| sum.saturating_mul(10).saturating_add(i64::from(byte.wrapping_sub(b'0'))));
                if negative { -size } else { size }
            }
            Some(_) => return None,
        };
        Some(Parts { negative, whole, fraction, exponent })
    }
}

/// Room for the digits of one Double, so that writing one allocates nothing.
#[derive(Debug, Default)]
struct Buffer {
    bytes: [u8; 32],
    length: usize,
}

impl Buffer {
    fn text(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("0e0")
    }
}

impl fmt::Write for Buffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length.saturating_add(text.len());
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
