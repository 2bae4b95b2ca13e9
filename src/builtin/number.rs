//! Members of numbers: text, order, equality (L6.2).

use super::fault::bad_argument;
use crate::function::functions;
use crate::value::format::{self, FormatFault};
use crate::value::{Context, Datum, Failure, convert};
use std::cmp::Ordering;

/// A format that cannot be used: what is wrong with it.
fn bad_format(fault: FormatFault) -> Failure {
    bad_argument(fault.message)
}

/// The canonical text, or what a format makes of the number.
fn number_text<'a>(
    value: Datum<'a>,
    formatted: Option<Result<String, FormatFault>>,
    context: &Context<'a>,
) -> Result<&'a str, Failure> {
    match formatted {
        None => convert::text(value, context),
        Some(text) => super::text::copied(&text.map_err(bad_format)?, context),
    }
}

/// .NET's order of Doubles, which is total: NaN stands before all others and is equal to itself, `-0` is equal to `0`.
fn compare(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| right.is_nan().cmp(&left.is_nan()))
}

functions! {
    /// Members of numbers (L6.2).
    pub(super) static NUMBER;

    /// The number as text
    ///
    /// With `format`, as .NET's standard formats `D F N E P X` and custom formats of `0 # . ,` write it. A format that
    /// does not exist fails.
    ///
    /// ```fql
    /// (42).ToString() => "42"
    /// (42).ToString("D5") => "00042"
    /// (1234567).ToString("N0") => "1,234,567"
    /// (255).ToString("X") => "FF"
    /// (7).ToString("000") => "007"
    /// ```
    immutable method Int.ToString(number: i64, format: Option<&str>) -> Result<&str, Failure> |ctx| {
        number_text(Datum::Int(number), format.map(|format| format::format_int(number, format)), ctx)
    }

    /// The number as text
    ///
    /// With `format`, as .NET's standard formats `F N E P` and custom formats of `0 # . ,` write it. A format that does
    /// not exist, or that is for whole numbers alone such as `D` and `X`, fails.
    ///
    /// ```fql
    /// (199.99).ToString() => "199.99"
    /// (1e21).ToString() => "1E+21"
    /// (1234.5).ToString("N2") => "1,234.50"
    /// (0.125).ToString("P1") => "12.5 %"
    /// (1234.5).ToString("#,##0.00") => "1,234.50"
    /// (1.5).ToString("D") => error E0407
    /// ```
    immutable method Double.ToString(number: f64, format: Option<&str>) -> Result<&str, Failure> |ctx| {
        number_text(Datum::Double(number), format.map(|format| format::format_double(number, format)), ctx)
    }

    /// -1, 0 or 1 as the number is less than, equal to or greater than `other`
    ///
    /// ```fql
    /// (1).CompareTo(2) => -1
    /// (2).CompareTo(2) => 0
    /// (3).CompareTo(2) => 1
    /// ```
    immutable method Int.CompareTo(number: i64, other: i64) -> i64 { number.cmp(&other) as i64 }

    /// -1, 0 or 1 as the number is less than, equal to or greater than `other`
    ///
    /// What is not a number is less than all others and equal to itself.
    ///
    /// ```fql
    /// (1.5).CompareTo(2) => -1
    /// (2.5).CompareTo(2.5) => 0
    /// Math.Sqrt(-1).CompareTo(0) => -1
    /// ```
    immutable method Double.CompareTo(number: f64, other: f64) -> i64 { compare(number, other) as i64 }

    /// True if both numbers are the same
    ///
    /// ```fql
    /// (5).Equals(5) => true
    /// (5).Equals(6) => false
    /// ```
    immutable method Int.Equals(number: i64, other: i64) -> bool { number == other }

    /// True if both numbers are the same
    ///
    /// Unlike `==`, this is true of two values that are not a number.
    ///
    /// ```fql
    /// (5.0).Equals(5) => true
    /// (0.1).Equals(0.2) => false
    /// Math.Sqrt(-1).Equals(Math.Sqrt(-1)) => true
    /// ```
    immutable method Double.Equals(number: f64, other: f64) -> bool { compare(number, other).is_eq() }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::builtin::harness::{member, outcome};
    use crate::value::Datum::{Double, Int, String};
    use std::cmp::Ordering;

    #[test]
    fn doubles_are_ordered_as_in_dotnet() {
        assert_eq!(compare(f64::NAN, f64::NAN), Ordering::Equal);
        assert_eq!(compare(f64::NAN, f64::NEG_INFINITY), Ordering::Less);
        assert_eq!(compare(f64::INFINITY, f64::NAN), Ordering::Greater);
        assert_eq!(compare(-0.0, 0.0), Ordering::Equal);
    }

    #[test]
    fn formats_that_do_not_exist_fail() {
        assert_eq!(outcome(member("ToString", &[Int(1), String("Q")])), "E0705");
        assert_eq!(outcome(member("ToString", &[Double(1.0), String("X")])), "E0705");
        assert_eq!(outcome(member("ToString", &[Double(1.0), String("F999999999")])), "E0705");
    }
}
