//! `Math.*`: .NET's functions on numbers (L6.2).
//!
//! What .NET gives as NaN or Infinity is that here; what it throws at is a failure.

use super::fault::{bad_argument, described, does_not_fit, out_of_range};
use crate::function::functions;
use crate::value::{Datum, Failure, number};
use std::cmp::Ordering;

/// The absolute value of an Int; the least one has none.
fn absolute(value: i64) -> Result<i64, Failure> {
    value.checked_abs().ok_or_else(|| does_not_fit("64 bits", Datum::String("9223372036854775808")))
}

/// -1, 0 or 1; of what is not a number there is none.
fn sign(value: f64) -> Result<i64, Failure> {
    match value.partial_cmp(&0.0) {
        Some(ordering) => Ok(ordering as i64),
        None => Err(bad_argument("expected a number to take the sign of, found `NaN`")),
    }
}

/// The lesser of two, as .NET: NaN if one is, and `-0` is less than `0`.
fn lesser(left: f64, right: f64) -> f64 {
    match left.partial_cmp(&right) {
        None => f64::NAN,
        Some(Ordering::Less) => left,
        Some(Ordering::Equal) if left.is_sign_negative() => left,
        Some(_) => right,
    }
}

/// The logarithm to a base, with .NET's answers where there is none.
fn logarithm(value: f64, base: f64) -> f64 {
    let no_base = base == 1.0 || (value != 1.0 && (base == 0.0 || base == f64::INFINITY));
    if value.is_nan() || base.is_nan() || no_base { f64::NAN } else { value.ln() / base.ln() }
}

/// `value` brought between two bounds.
fn clamp(value: f64, lowest: f64, highest: f64) -> Result<f64, Failure> {
    if lowest > highest {
        let found = [lowest, highest].map(|bound| described(Datum::Double(bound)));
        return Err(bad_argument(format!("expected `lowest` not above `highest`, found {}", found.join(" and "))));
    }
    let raised = if value < lowest { lowest } else { value };
    Ok(if raised > highest { highest } else { raised })
}

functions! {
    /// Functions on numbers (L6.2).
    pub(super) static MATH;

    /// The number without its sign
    ///
    /// The least Int, -9223372036854775808, has no such value and fails.
    ///
    /// ```fql
    /// Math.Abs(-5) => 5
    /// Math.Abs(-9223372036854775808) => error E0702
    /// ```
    immutable static Math.Abs(value: i64) -> Result<i64, Failure> { absolute(value) }

    /// The number without its sign
    ///
    /// ```fql
    /// Math.Abs(-2.5) => 2.5
    /// ```
    immutable static Math.Abs(value: f64) -> f64 { value.abs() }

    /// The lesser of two numbers
    ///
    /// Two Ints give an Int; with a Double the result is a Double.
    ///
    /// ```fql
    /// Math.Min(3, 5) => 3
    /// ```
    immutable static Math.Min(left: i64, right: i64) -> i64 { left.min(right) }

    /// The lesser of two numbers
    ///
    /// What is not a number makes the result that too.
    ///
    /// ```fql
    /// Math.Min(3, 2.5) => 2.5
    /// Math.Min(3, 5.0) => 3.0
    /// ```
    immutable static Math.Min(left: f64, right: f64) -> f64 { lesser(left, right) }

    /// The greater of two numbers
    ///
    /// Two Ints give an Int; with a Double the result is a Double.
    ///
    /// ```fql
    /// Math.Max(3, 5) => 5
    /// ```
    immutable static Math.Max(left: i64, right: i64) -> i64 { left.max(right) }

    /// The greater of two numbers
    ///
    /// What is not a number makes the result that too.
    ///
    /// ```fql
    /// Math.Max(3, 2.5) => 3.0
    /// Math.Max(@"missing", -1) => 0.0
    /// ```
    immutable static Math.Max(left: f64, right: f64) -> f64 { -lesser(-left, -right) }

    /// -1, 0 or 1 as the number is negative, zero or positive
    ///
    /// ```fql
    /// Math.Sign(-5) => -1
    /// Math.Sign(0) => 0
    /// ```
    immutable static Math.Sign(value: i64) -> i64 { value.signum() }

    /// -1, 0 or 1 as the number is negative, zero or positive
    ///
    /// The result is an Int. What is not a number fails.
    ///
    /// ```fql
    /// Math.Sign(2.5) => 1
    /// Math.Sign(Math.Sqrt(-1)) => error E0705
    /// ```
    immutable static Math.Sign(value: f64) -> Result<i64, Failure> { sign(value) }

    /// The least whole number that is not below the number
    ///
    /// ```fql
    /// Math.Ceiling(2.1) => 3.0
    /// Math.Ceiling(-2.9) => -2.0
    /// ```
    immutable static Math.Ceiling(value: f64) -> f64 { value.ceil() }

    /// The greatest whole number that is not above the number
    ///
    /// ```fql
    /// Math.Floor(2.9) => 2.0
    /// Math.Floor(-2.1) => -3.0
    /// ```
    immutable static Math.Floor(value: f64) -> f64 { value.floor() }

    /// The nearest whole number, or the nearest number with so many digits behind the point
    ///
    /// A number in the middle goes to the even neighbour. `digits` is 0 to 15; others fail.
    ///
    /// ```fql
    /// Math.Round(2.4) => 2.0
    /// Math.Round(2.5) => 2.0
    /// Math.Round(3.5) => 4.0
    /// Math.Round(2.345, 1) => 2.3
    /// Math.Round(2.5, 16) => error E0704
    /// ```
    immutable static Math.Round(value: f64, digits: Option<i64>) -> Result<f64, Failure> {
        match digits {
            None => Ok(number::round_half_even(value)),
            Some(digits) => {
                number::round_to_digits(value, digits).ok_or_else(|| out_of_range("digits", 0, 15, digits))
            }
        }
    }

    /// The number without its fraction
    ///
    /// ```fql
    /// Math.Truncate(2.9) => 2.0
    /// Math.Truncate(-2.9) => -2.0
    /// ```
    immutable static Math.Truncate(value: f64) -> f64 { value.trunc() }

    /// The square root
    ///
    /// That of a negative number is not a number.
    ///
    /// ```fql
    /// Math.Sqrt(144) => 12.0
    /// ```
    immutable static Math.Sqrt(value: f64) -> f64 { value.sqrt() }

    /// The cube root
    ///
    /// ```fql
    /// Math.Cbrt(27) => 3.0
    /// ```
    immutable static Math.Cbrt(value: f64) -> f64 { value.cbrt() }

    /// `base` to the power of `exponent`
    ///
    /// ```fql
    /// Math.Pow(2, 10) => 1024.0
    /// Math.Pow(4, 0.5) => 2.0
    /// ```
    immutable static Math.Pow(base: f64, exponent: f64) -> f64 { base.powf(exponent) }

    /// e to the power of the number
    ///
    /// ```fql
    /// Math.Exp(0) => 1.0
    /// ```
    immutable static Math.Exp(value: f64) -> f64 { value.exp() }

    /// The logarithm to base e, or to another base
    ///
    /// That of 0 is minus infinity, that of a negative number is not a number, nor is one to base 1.
    ///
    /// ```fql
    /// Math.Log(1) => 0.0
    /// Math.Log(8, 2) => 3.0
    /// ```
    immutable static Math.Log(value: f64, base: Option<f64>) -> f64 {
        base.map_or_else(|| value.ln(), |base| logarithm(value, base))
    }

    /// The logarithm to base 10
    ///
    /// ```fql
    /// Math.Log10(1000) => 3.0
    /// ```
    immutable static Math.Log10(value: f64) -> f64 { value.log10() }

    /// The logarithm to base 2
    ///
    /// ```fql
    /// Math.Log2(8) => 3.0
    /// ```
    immutable static Math.Log2(value: f64) -> f64 { value.log2() }

    /// The number, or the bound that it lies beyond
    ///
    /// A lowest value above the highest fails.
    ///
    /// ```fql
    /// Math.Clamp(1200, 0, 999) => 999.0
    /// Math.Clamp(2.5, 0, 999) => 2.5
    /// Math.Clamp(5, 10, 1) => error E0705
    /// ```
    immutable static Math.Clamp(value: f64, lowest: f64, highest: f64) -> Result<f64, Failure> {
        clamp(value, lowest, highest)
    }
}

#[cfg(test)]
mod tests {
    use super::{lesser, logarithm};

    #[test]
    fn extremes_are_those_of_dotnet() {
        assert!(lesser(f64::NAN, 1.0).is_nan() && lesser(1.0, f64::NAN).is_nan());
        assert!(lesser(0.0, -0.0).is_sign_negative() && lesser(-0.0, 0.0).is_sign_negative());
        assert!((-lesser(-0.0, 0.0)).is_sign_positive());
    }

    #[test]
    fn logarithms_without_an_answer_are_not_numbers() {
        for (value, base) in
            [(2.0, 1.0), (2.0, 0.0), (2.0, f64::INFINITY), (f64::NAN, 2.0), (2.0, f64::NAN), (-1.0, 2.0)]
        {
            assert!(logarithm(value, base).is_nan(), "{value} {base}");
        }
        assert_eq!(logarithm(1.0, f64::INFINITY), 0.0);
    }
}
