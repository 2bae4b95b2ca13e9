//! Texts of numbers, both ways.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::excessive_precision, reason = "the documented numbers, as they are written there")]

use super::*;
use proptest::prelude::*;

fn text(value: f64) -> String {
    let mut out = String::new();
    double_text(value, &mut out).unwrap();
    out
}

fn json(value: f64) -> String {
    let mut out = String::new();
    json_double(value, &mut out).unwrap();
    out
}

#[test]
fn l3_2a_the_text_of_a_double_is_that_of_net() {
    // learn.microsoft.com/dotnet/api/system.double.tostring; dotnet/runtime Number.Formatting.cs, RealFormatterTestsBase.cs
    let rows = [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (-60.0, "-60"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1.0 / 3.0, "0.3333333333333333"),
        (-16325.62015, "-16325.62015"),
        (123456789.12345678, "123456789.12345678"),
        (0.001, "0.001"),
        (0.0001, "0.0001"),
        (0.00012345, "0.00012345"),
        (0.00001, "1E-05"),
        (4.35e-5, "4.35E-05"),
        (1e-7, "1E-07"),
        (1e14, "100000000000000"),
        (1e15, "1000000000000000"),
        (1e16, "10000000000000000"),
        (1e17, "1E+17"),
        (1.5e17, "1.5E+17"),
        (9007199254740992.0, "9007199254740992"),
        (1844674407370955.25, "1844674407370955.2"),
        (1844674407370955.75, "1844674407370955.8"),
        (2.98023223876953125e-8, "2.9802322387695312E-08"),
        (9.5367431640625e-7, "9.5367431640625E-07"),
        (1234567890123456.7, "1234567890123456.8"),
        (99999999999999984.0, "99999999999999980"),
        (123456789012345680.0, "1.2345678901234568E+17"),
        (1e21, "1E+21"),
        (1.23e22, "1.23E+22"),
        (1.6034125e25, "1.6034125E+25"),
        (1e100, "1E+100"),
        (f64::MAX, "1.7976931348623157E+308"),
        (f64::MIN, "-1.7976931348623157E+308"),
        (5e-324, "5E-324"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
        (f64::NEG_INFINITY, "-Infinity"),
    ];
    for (value, expected) in rows {
        assert_eq!(text(value), expected);
    }
}

#[test]
fn l3_2a_a_double_in_json_is_seen_to_be_one() {
    let rows = [
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (0.1, "0.1"),
        (1e21, "1e21"),
        (1e-7, "1e-7"),
        (-2.5, "-2.5"),
        (100.0, "100.0"),
        (1e16, "10000000000000000.0"),
        (1e17, "1e17"),
        (0.0001, "0.0001"),
        (1844674407370955.25, "1844674407370955.2"),
        (f64::MAX, "1.7976931348623157e308"),
        (f64::NAN, "null"),
        (f64::INFINITY, "null"),
        (f64::NEG_INFINITY, "null"),
    ];
    for (value, expected) in rows {
        assert_eq!(json(value), expected);
    }
}

#[test]
fn l6_1_numeric_texts() {
    for numeric in [
        "0",
        "5",
        "-5",
        "+5",
        "5.0",
        "05",
        "1e3",
        "1E+3",
        "1.5e-3",
        "9".repeat(400).as_str(),
        "1e999999999999999999999",
    ] {
        assert!(is_numeric(numeric), "{numeric}");
        assert!(parse_double(numeric).is_some(), "{numeric}");
    }
    for other in [
        "", "-", "+", ".", "5.", ".5", "-.5", "e3", "1e", "1e+", "1e3.5", " 5", "5 ", "1,000", "0x10", "NaN",
        "Infinity", "--5", "5-", "1.2.3", "٣", "1e3.", "5.e3", "1_0", "½",
    ] {
        assert!(!is_numeric(other), "{other}");
        assert_eq!((parse_double(other), parse_int(other)), (None, None), "{other}");
    }
    assert_eq!(parse_double("+0.1e1"), Some(1.0));
    assert_eq!(parse_double("1e999"), Some(f64::INFINITY));
    assert!(parse_double("-0").unwrap().is_sign_negative());
}

#[test]
fn l3_5_integral_texts_are_ints() {
    let rows = [
        ("5", Some(5)),
        ("5.0", Some(5)),
        ("5.000", Some(5)),
        ("5.5", None),
        ("1e3", Some(1000)),
        ("-1.5e1", Some(-15)),
        ("15e-1", None),
        ("150e-1", Some(15)),
        ("0.00e99999999999999999999", Some(0)),
        ("-0", Some(0)),
        ("1e-1", None),
        ("1e-99999999999999999999", None),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775807.0", Some(i64::MAX)),
        ("922337203685477580.7e1", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("-9223372036854775808", Some(i64::MIN)),
        ("-9223372036854775809", None),
        ("9007199254740993", Some(9_007_199_254_740_993)),
        ("1e18", Some(1_000_000_000_000_000_000)),
        ("1e19", None),
        ("1e99999999999999999999", None),
        ("0000000000000000000000000000000007", Some(7)),
    ];
    for (text, expected) in rows {
        assert_eq!(parse_int(text), expected, "{text}");
    }
}

#[test]
fn l3_9_explicit_conversions_read_as_net_parses() {
    // learn.microsoft.com/dotnet/api/system.int32.parse, system.int64.parse
    for (text, expected) in [("+13230", 13230), ("-0", 0), ("\t 12 \r\n", 12), ("007", 7), ("-2147483648", -2147483648)]
    {
        assert_eq!((text_to_int32(text), text_to_int64(text)), (Some(expected), Some(expected)), "{text}");
    }
    for text in
        ["", " ", "-", "1,390,146", "$190", "12.0", "1e3", "1 2", "- 5", "0xFA1B", "16e07", "134985.0", "٣", "\u{a0}5"]
    {
        assert_eq!((text_to_int32(text), text_to_int64(text)), (None, None), "{text}");
    }
    assert_eq!((text_to_int32("2147483648"), text_to_int64("2147483648")), (None, Some(2_147_483_648)));
    assert_eq!(text_to_int64("-9223372036854775808"), Some(i64::MIN));
    assert_eq!(text_to_int64("9223372036854775808"), None);
    // learn.microsoft.com/dotnet/api/system.double.parse
    let rows = [
        ("1,643.57", Some(1643.57)),
        ("-1,643.57", Some(-1643.57)),
        (" 6.12e+3 ", Some(6120.0)),
        (".25", Some(0.25)),
        ("5.", Some(5.0)),
        ("5.e2", Some(500.0)),
        ("1,2,3", Some(123.0)),
        ("infinity", Some(f64::INFINITY)),
        ("-Infinity", Some(f64::NEG_INFINITY)),
        ("1e400", Some(f64::INFINITY)),
        ("", None),
        (".", None),
        (",5", None),
        ("1.2,3", None),
        ("$1,643.57", None),
        ("AFFF", None),
        ("1e", None),
        ("5-", None),
        ("1..2", None),
        ("--1", None),
    ];
    for (text, expected) in rows {
        assert_eq!(text_to_double(text), expected, "{text}");
    }
    assert!(text_to_double("nan").unwrap().is_nan());
}

#[test]
fn l6_5_doubles_round_half_to_even() {
    for (value, expected) in
        [(0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (2.51, 3), (2147483647.4, 2_147_483_647)]
    {
        assert_eq!((double_to_int32(value), double_to_int64(value)), (Some(expected), Some(expected)), "{value}");
        assert_eq!(round_half_even(value) as i64, expected);
    }
    assert_eq!((double_to_int32(2147483647.5), double_to_int32(-2147483648.5)), (None, Some(-2_147_483_648)));
    assert_eq!(double_to_int64(-9.223372036854775808e18), Some(i64::MIN));
    for value in [f64::NAN, f64::INFINITY, 9.223372036854775808e18, -1e19] {
        assert_eq!((double_to_int64(value), exact_int(value)), (None, None), "{value}");
    }
    assert_eq!((exact_int(5.0), exact_int(5.5), exact_int(-0.0)), (Some(5), None, Some(0)));
}

#[test]
fn l6_2_rounding_to_digits() {
    // learn.microsoft.com/dotnet/api/system.math.round
    for (value, digits, expected) in
        [(3.44, 1, 3.4), (3.45, 1, 3.4), (3.46, 1, 3.5), (4.35, 1, 4.4), (2.5, 0, 2.0), (1e300, 3, 1e300)]
    {
        assert_eq!(round_to_digits(value, digits), Some(expected), "{value}");
    }
    assert_eq!(
        (round_to_digits(1.0, -1), round_to_digits(1.0, 16), round_to_digits(1.0, i64::MAX)),
        (None, None, None)
    );
    assert!(round_to_digits(f64::NAN, 2).unwrap().is_nan());
}

proptest! {
    #[test]
    fn l3_2a_the_text_of_a_double_reads_back(bits: u64) {
        let value = f64::from_bits(bits);
        let read = text_to_double(&text(value)).unwrap();
        prop_assert!(read.to_bits() == bits || (read.is_nan() && value.is_nan()));
        if value.is_finite() {
            prop_assert_eq!(parse_double(&text(value)).unwrap().to_bits(), bits);
            prop_assert_eq!(json(value).parse::<f64>().unwrap().to_bits(), bits);
        }
    }

    #[test]
    fn l3_5_ints_read_back(value: i64) {
        prop_assert_eq!(parse_int(&value.to_string()), Some(value));
        prop_assert_eq!(parse_int(&format!("{value}.0e0")), Some(value));
        prop_assert_eq!(text_to_int64(&value.to_string()), Some(value));
    }

    #[test]
    fn no_text_panics(text in "[ +\\-0-9.,eEé]{0,30}") {
        let numeric = is_numeric(&text);
        prop_assert_eq!(parse_double(&text).is_some(), numeric);
        prop_assert!(parse_int(&text).is_none() || numeric);
        prop_assert!(text_to_double(&text).is_some() || !numeric);
        let _ = text_to_int64(&text);
    }
}
