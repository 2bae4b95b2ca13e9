//! `Convert.*`: express conversions of any scalar or Json (L3.9, L6.5).
//!
//! Json converts as the scalar that it is; null, which a missing attribute is too, gives the type's default, as .NET's
//! conversions of null do.

use super::fault::{does_not_fit, inconvertible};
use super::parse;
use crate::function::functions;
use crate::value::{DateTime, Datum, Failure, Json, Type, convert, number};

/// The scalar that a Json is; null, arrays and objects stay Json.
fn scalar(value: Datum<'_>) -> Datum<'_> {
    match value {
        Datum::Json(Json::Bool(value)) => Datum::Bool(value),
        Datum::Json(Json::Int(value)) => Datum::Int(value),
        Datum::Json(Json::Double(value)) => Datum::Double(value),
        Datum::Json(Json::String(text)) => Datum::String(text),
        other => other,
    }
}

fn to_int32(value: Datum<'_>) -> Result<i64, Failure> {
    let value = scalar(value);
    let misfit = || does_not_fit("32 bits", value);
    match value {
        Datum::Json(Json::Null) => Ok(0),
        Datum::Bool(value) => Ok(i64::from(value)),
        Datum::Int(int) => i32::try_from(int).map(i64::from).map_err(|_| misfit()),
        Datum::Double(double) => number::double_to_int32(double).ok_or_else(misfit),
        Datum::String(text) => parse::int32(text),
        other => Err(inconvertible(Type::Int, other)),
    }
}

fn to_int64(value: Datum<'_>) -> Result<i64, Failure> {
    let value = scalar(value);
    match value {
        Datum::Json(Json::Null) => Ok(0),
        Datum::Bool(value) => Ok(i64::from(value)),
        Datum::Int(value) => Ok(value),
        Datum::Double(double) => number::double_to_int64(double).ok_or_else(|| does_not_fit("64 bits", value)),
        Datum::String(text) => parse::int64(text),
        other => Err(inconvertible(Type::Int, other)),
    }
}

fn to_double(value: Datum<'_>) -> Result<f64, Failure> {
    match scalar(value) {
        Datum::Json(Json::Null) => Ok(0.0),
        Datum::Bool(value) => Ok(f64::from(u8::from(value))),
        Datum::Int(value) => Ok(value as f64),
        Datum::Double(value) => Ok(value),
        Datum::String(text) => parse::double(text),
        other => Err(inconvertible(Type::Double, other)),
    }
}

fn to_boolean(value: Datum<'_>) -> Result<bool, Failure> {
    match scalar(value) {
        Datum::Json(Json::Null) => Ok(false),
        Datum::Bool(value) => Ok(value),
        Datum::Int(value) => Ok(value != 0),
        Datum::Double(value) => Ok(value != 0.0),
        Datum::String(text) => parse::boolean(text),
        other => Err(inconvertible(Type::Bool, other)),
    }
}

fn to_datetime(value: Datum<'_>) -> Result<DateTime, Failure> {
    match scalar(value) {
        Datum::Json(Json::Null) => Ok(DateTime::MIN),
        Datum::DateTime(value) => Ok(value),
        Datum::String(text) => parse::date(text),
        other => Err(inconvertible(Type::DateTime, other)),
    }
}

functions! {
    /// Express conversions (L6.5).
    pub(super) static CONVERT;

    /// The value as a whole number within 32 bits
    ///
    /// A Double is rounded, a number in the middle to its even neighbour; a Bool is 1 or 0; a text must be a whole
    /// number; null and a missing attribute are 0. A number that does not fit and anything else fails.
    ///
    /// ```fql
    /// Convert.ToInt32("98052") => 98052
    /// Convert.ToInt32(2.5) => 2
    /// Convert.ToInt32(3.5) => 4
    /// Convert.ToInt32(true) => 1
    /// Convert.ToInt32(@"missing") => 0
    /// Convert.ToInt32(3000000000) => error E0702
    /// Convert.ToInt32("2.5") => error E0703
    /// ```
    immutable static Convert.ToInt32(value: Datum<'_>) -> Result<i64, Failure> { to_int32(value) }

    /// The value as a whole number within 64 bits
    ///
    /// A Double is rounded, a number in the middle to its even neighbour; a Bool is 1 or 0; a text must be a whole
    /// number; null and a missing attribute are 0. A number that does not fit and anything else fails.
    ///
    /// ```fql
    /// Convert.ToInt64("3000000000") => 3000000000
    /// Convert.ToInt64(-2.5) => -2
    /// Convert.ToInt64(1e19) => error E0702
    /// Convert.ToInt64([1, 2]) => error E0703
    /// ```
    immutable static Convert.ToInt64(value: Datum<'_>) -> Result<i64, Failure> { to_int64(value) }

    /// The value as a number
    ///
    /// A Bool is 1 or 0; a text must be a number; null and a missing attribute are 0. Anything else fails.
    ///
    /// ```fql
    /// Convert.ToDouble("199.99") => 199.99
    /// Convert.ToDouble(5) => 5.0
    /// Convert.ToDouble(false) => 0.0
    /// Convert.ToDouble("Unknown") => error E0703
    /// ```
    immutable static Convert.ToDouble(value: Datum<'_>) -> Result<f64, Failure> { to_double(value) }

    /// The value as true or false
    ///
    /// A number is true unless it is 0; a text must be `true` or `false` in any case; null and a missing attribute are
    /// false. Anything else fails.
    ///
    /// ```fql
    /// Convert.ToBoolean("TRUE") => true
    /// Convert.ToBoolean(0) => false
    /// Convert.ToBoolean(0.1) => true
    /// Convert.ToBoolean("yes") => error E0703
    /// ```
    immutable static Convert.ToBoolean(value: Datum<'_>) -> Result<bool, Failure> { to_boolean(value) }

    /// The value as an instant
    ///
    /// A text must be a date, or a date and a time; null and a missing attribute are the first moment of the year 1.
    /// Anything else fails, numbers too.
    ///
    /// ```fql
    /// Convert.ToDateTime("2023-03-10T11:04:05+01:00") => "2023-03-10T10:04:05Z"
    /// Convert.ToDateTime("2023-03-10").Year => 2023
    /// Convert.ToDateTime("10 March") => error E0703
    /// Convert.ToDateTime(20230310) => error E0703
    /// ```
    immutable static Convert.ToDateTime(value: Datum<'_>) -> Result<DateTime, Failure> { to_datetime(value) }

    /// The value as its canonical text
    ///
    /// Null and a missing attribute are the empty text, arrays and objects compact JSON.
    ///
    /// ```fql
    /// Convert.ToString(5) => "5"
    /// Convert.ToString(0.5) => "0.5"
    /// Convert.ToString(true) => "true"
    /// Convert.ToString(TimeSpan.FromDays(1)) => "1.00:00:00"
    /// Convert.ToString([1, "x"]) => "[1,\"x\"]"
    /// ```
    immutable static Convert.ToString(value: Datum<'_>) -> Result<&str, Failure> |ctx| { convert::text(value, ctx) }
}

#[cfg(test)]
mod tests {
    use crate::builtin::harness::{call, outcome};
    use crate::value::json::Array;
    use crate::value::{DateTime, Datum, Json, TimeSpan};

    fn convert(name: &str, value: Datum<'static>) -> String {
        outcome(call("Convert", name, &[value]))
    }

    #[test]
    fn json_converts_as_the_scalar_that_it_is() {
        for (json, text) in [
            (Json::Null, "0"),
            (Json::Bool(true), "1"),
            (Json::Int(-7), "-7"),
            (Json::Double(1.5), "2"),
            (Json::String("12"), "12"),
            (Json::String("x"), "E0703"),
            (Json::Array(&Array::EMPTY), "E0703"),
        ] {
            assert_eq!(convert("ToInt32", Datum::Json(json)), text, "{json:?}");
            assert_eq!(convert("ToInt64", Datum::Json(json)), text, "{json:?}");
        }
        assert_eq!(convert("ToDateTime", Datum::Json(Json::Null)), "0001-01-01T00:00:00Z");
        assert_eq!(convert("ToBoolean", Datum::Json(Json::String("FALSE"))), "false");
    }

    #[test]
    fn bounds_are_those_of_the_wanted_width() {
        assert_eq!(convert("ToInt32", Datum::Double(2_147_483_647.4)), "2147483647");
        assert_eq!(convert("ToInt32", Datum::Double(2_147_483_647.5)), "E0702");
        assert_eq!(convert("ToInt32", Datum::Int(-2_147_483_648)), "-2147483648");
        assert_eq!(convert("ToInt32", Datum::Int(-2_147_483_649)), "E0702");
        assert_eq!(convert("ToInt64", Datum::Double(9_223_372_036_854_775_808.0)), "E0702");
        assert_eq!(convert("ToInt64", Datum::Double(f64::NAN)), "E0702");
    }

    #[test]
    fn times_convert_to_text_only() {
        for value in [Datum::DateTime(DateTime::MIN), Datum::TimeSpan(TimeSpan::ZERO)] {
            for name in ["ToInt32", "ToInt64", "ToDouble", "ToBoolean"] {
                assert_eq!(convert(name, value), "E0703", "{name}");
            }
        }
        assert_eq!(convert("ToString", Datum::TimeSpan(TimeSpan::ZERO)), "00:00:00");
    }
}
