//! .NET's documented formats, row by row. Every row names the page or the file that states it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::excessive_precision, reason = "the documented numbers, as they are written there")]

use super::*;
use proptest::prelude::*;

/// learn.microsoft.com/dotnet/standard/base-types/...
const STANDARD_NUMERIC: &str = "standard-numeric-format-strings";
const CUSTOM_NUMERIC: &str = "custom-numeric-format-strings";
const STANDARD_DATE: &str = "standard-date-and-time-format-strings";
const CUSTOM_DATE: &str = "custom-date-and-time-format-strings";
/// github.com/dotnet/runtime, src/libraries/Common/tests/System/RealFormatterTestsBase.cs
const RUNTIME: &str = "RealFormatterTestsBase.cs";
/// github.com/dotnet/runtime, issue 32458
const MINUS_ZERO: &str = "dotnet/runtime#32458";

#[test]
fn l6_2_int_formats_are_those_of_net() {
    let rows: &[(&str, i64, &str, &str)] = &[
        (STANDARD_NUMERIC, 1234, "D", "1234"),
        (STANDARD_NUMERIC, -1234, "D6", "-001234"),
        (STANDARD_NUMERIC, 12345, "D", "12345"),
        (STANDARD_NUMERIC, 12345, "D8", "00012345"),
        (STANDARD_NUMERIC, -12345, "D", "-12345"),
        (STANDARD_NUMERIC, -12345, "D8", "-00012345"),
        (STANDARD_NUMERIC, 12345, "d2", "12345"),
        (STANDARD_NUMERIC, 1234, "F1", "1234.0"),
        (STANDARD_NUMERIC, 17843, "F", "17843.00"),
        (STANDARD_NUMERIC, -29541, "F3", "-29541.000"),
        (STANDARD_NUMERIC, 1234, "f0", "1234"),
        (STANDARD_NUMERIC, 1234, "G2", "1.2E+03"),
        (STANDARD_NUMERIC, 1234, "g2", "1.2e+03"),
        (STANDARD_NUMERIC, 1234, "G", "1234"),
        (STANDARD_NUMERIC, 1234, "", "1234"),
        (STANDARD_NUMERIC, 1234, "G0", "1234"),
        (STANDARD_NUMERIC, 1250, "G2", "1.3E+03"),
        (STANDARD_NUMERIC, 1234, "N1", "1,234.0"),
        (STANDARD_NUMERIC, 123_456_789, "N1", "123,456,789.0"),
        (STANDARD_NUMERIC, 123, "N0", "123"),
        (STANDARD_NUMERIC, -1000, "n0", "-1,000"),
        (STANDARD_NUMERIC, 1, "P", "100.00 %"),
        (STANDARD_NUMERIC, -12, "P0", "-1,200 %"),
        (STANDARD_NUMERIC, 0, "P1", "0.0 %"),
        (STANDARD_NUMERIC, 255, "X", "FF"),
        (STANDARD_NUMERIC, 255, "x4", "00ff"),
        (STANDARD_NUMERIC, -1, "X4", "FFFFFFFFFFFFFFFF"),
        (STANDARD_NUMERIC, -1, "x", "ffffffffffffffff"),
        (STANDARD_NUMERIC, 0x2045e, "x", "2045e"),
        (STANDARD_NUMERIC, 0x2045e, "X", "2045E"),
        (STANDARD_NUMERIC, 0x2045e, "X8", "0002045E"),
        (STANDARD_NUMERIC, 123_456_789, "X", "75BCD15"),
        (STANDARD_NUMERIC, 123_456_789, "X2", "75BCD15"),
        (STANDARD_NUMERIC, 12345, "E", "1.234500E+004"),
        (STANDARD_NUMERIC, -12345, "e2", "-1.23e+004"),
        (STANDARD_NUMERIC, 12345, "E3", "1.235E+004"),
        (STANDARD_NUMERIC, 0, "E2", "0.00E+000"),
        (STANDARD_NUMERIC, 9996, "E2", "1.00E+004"),
        (CUSTOM_NUMERIC, 123, "00000", "00123"),
        (CUSTOM_NUMERIC, 123, "#####", "123"),
        (CUSTOM_NUMERIC, 123_456, "[##-##-##]", "[12-34-56]"),
        (CUSTOM_NUMERIC, 1_234_567_890, "#", "1234567890"),
        (CUSTOM_NUMERIC, 1_234_567_890, "(###) ###-####", "(123) 456-7890"),
        (CUSTOM_NUMERIC, 42, "My Number = #", "My Number = 42"),
        (CUSTOM_NUMERIC, 1_234_567_890, "0,0", "1,234,567,890"),
        (CUSTOM_NUMERIC, 1_234_567_890, "#,#", "1,234,567,890"),
        (CUSTOM_NUMERIC, 1_234_567_890, "#,##0,,", "1,235"),
        (CUSTOM_NUMERIC, 1_234_567_890, "#,,", "1235"),
        (CUSTOM_NUMERIC, 1_234_567_890, "#,,,", "1"),
        (CUSTOM_NUMERIC, 2_147_483_647, "##,#", "2,147,483,647"),
        (CUSTOM_NUMERIC, 2_147_483_647, "#,#,,", "2,147"),
        (CUSTOM_NUMERIC, 100_000_000, "0,,", "100"),
        (CUSTOM_NUMERIC, 1_000_000_000, "#,0,,", "1,000"),
        (CUSTOM_NUMERIC, 1000, "#,#", "1,000"),
        (CUSTOM_NUMERIC, 3, "####", "3"),
        (CUSTOM_NUMERIC, 0, "####", ""),
        (CUSTOM_NUMERIC, 987_654, "#0.0e0", "98.8e4"),
        (CUSTOM_NUMERIC, 86_000, "0.###E+0", "8.6E+4"),
        (CUSTOM_NUMERIC, 86_000, "0.###E+000", "8.6E+004"),
        (CUSTOM_NUMERIC, 86_000, "0.###E-000", "8.6E004"),
        (CUSTOM_NUMERIC, 987_654, "\\###00\\#", "#987654#"),
        (CUSTOM_NUMERIC, 123, "\\#\\#\\# ##0 dollars and \\0\\0 cents \\#\\#\\#", "### 123 dollars and 00 cents ###"),
        (CUSTOM_NUMERIC, 123, "'###' ##0 'dollars and 00 cents' \"###\"", "### 123 dollars and 00 cents ###"),
        (
            CUSTOM_NUMERIC,
            123,
            "\\\\\\\\\\\\ ##0 dollars and \\0\\0 cents \\\\\\\\\\\\",
            "\\\\\\ 123 dollars and 00 cents \\\\\\",
        ),
        (CUSTOM_NUMERIC, 68, "# 'degrees'", "68 degrees"),
        (CUSTOM_NUMERIC, 68, "#' degrees'", "68 degrees"),
        (CUSTOM_NUMERIC, 68, "# °", "68 °"),
        (CUSTOM_NUMERIC, 1234, "##;(##)", "1234"),
        (CUSTOM_NUMERIC, -1234, "##;(##)", "(1234)"),
        (CUSTOM_NUMERIC, 0, "##;(##);**Zero**", "**Zero**"),
        (CUSTOM_NUMERIC, 0, "#0.0#;(#0.0#);-\\0-", "-0-"),
        (CUSTOM_NUMERIC, 0, "#0.0#;(#0.0#)", "0.0"),
        (CUSTOM_NUMERIC, -1234, "0;;zero", "-1234"),
        (CUSTOM_NUMERIC, 7, "0';'0;-", "0;7"),
        (CUSTOM_NUMERIC, 1234, "1#", "11234"),
        (CUSTOM_NUMERIC, 12, "0%", "1200%"),
        (CUSTOM_NUMERIC, 5, "no digits", "no digits"),
        (CUSTOM_NUMERIC, i64::MIN, "#,0", "-9,223,372,036,854,775,808"),
        (CUSTOM_NUMERIC, -400, "0,", "0"),
        (CUSTOM_NUMERIC, 1, "000,000", "000,001"),
        (CUSTOM_NUMERIC, 5, "0E+0 E+0", "5E+0 E+0"),
    ];
    for (source, value, format, expected) in rows {
        assert_eq!(format_int(*value, format).as_deref(), Ok(*expected), "{value} `{format}` ({source})");
    }
}

#[test]
fn l6_2_double_formats_are_those_of_net() {
    let rows: &[(&str, f64, &str, &str)] = &[
        (STANDARD_NUMERIC, 1052.0329112756, "E", "1.052033E+003"),
        (STANDARD_NUMERIC, -1052.0329112756, "e2", "-1.05e+003"),
        (STANDARD_NUMERIC, 12345.6789, "E", "1.234568E+004"),
        (STANDARD_NUMERIC, 12345.6789, "E10", "1.2345678900E+004"),
        (STANDARD_NUMERIC, 12345.6789, "e4", "1.2346e+004"),
        (STANDARD_NUMERIC, 1234.567, "F", "1234.57"),
        (STANDARD_NUMERIC, -1234.56, "F4", "-1234.5600"),
        (STANDARD_NUMERIC, 18934.1879, "F", "18934.19"),
        (STANDARD_NUMERIC, 18934.1879, "F0", "18934"),
        (STANDARD_NUMERIC, -1898300.1987, "F1", "-1898300.2"),
        (STANDARD_NUMERIC, -1898300.1987, "F3", "-1898300.199"),
        (STANDARD_NUMERIC, -123.456, "G", "-123.456"),
        (STANDARD_NUMERIC, 123.4546, "G4", "123.5"),
        (STANDARD_NUMERIC, -1.234567890e-25, "G", "-1.23456789E-25"),
        (STANDARD_NUMERIC, 12345.6789, "G", "12345.6789"),
        (STANDARD_NUMERIC, 12345.6789, "G7", "12345.68"),
        (STANDARD_NUMERIC, 0.0000023, "G", "2.3E-06"),
        (STANDARD_NUMERIC, 0.0000023, "g", "2.3e-06"),
        (STANDARD_NUMERIC, 0.0023, "G", "0.0023"),
        (STANDARD_NUMERIC, 1234.0, "G2", "1.2E+03"),
        (STANDARD_NUMERIC, std::f64::consts::PI, "G5", "3.1416"),
        (STANDARD_NUMERIC, 1234.567, "N", "1,234.57"),
        (STANDARD_NUMERIC, -1234.56, "N3", "-1,234.560"),
        (STANDARD_NUMERIC, -12445.6789, "N", "-12,445.68"),
        (STANDARD_NUMERIC, -0.39678, "P1", "-39.7 %"),
        (STANDARD_NUMERIC, 0.2468013, "P", "24.68 %"),
        (STANDARD_NUMERIC, 0.2468013, "P1", "24.7 %"),
        (STANDARD_NUMERIC, 0.123, "P", "12.30 %"),
        (STANDARD_NUMERIC, 1234.5, "p0", "123,450 %"),
        (STANDARD_NUMERIC, 123456789.12345678, "R", "123456789.12345678"),
        (STANDARD_NUMERIC, -1234567890.12345678, "R", "-1234567890.1234567"),
        (STANDARD_NUMERIC, f64::NAN, "F2", "NaN"),
        (STANDARD_NUMERIC, f64::NEG_INFINITY, "0.0", "-Infinity"),
        (RUNTIME, 1.23e22, "R", "1.23E+22"),
        (RUNTIME, 5e-324, "E", "4.940656E-324"),
        (RUNTIME, f64::MAX, "E", "1.797693E+308"),
        (RUNTIME, 0.0, "E", "0.000000E+000"),
        (RUNTIME, 65747.125, "E", "6.574712E+004"),
        (RUNTIME, 1844674407370955.25, "E", "1.844674E+015"),
        (RUNTIME, 0.125, "E0", "1E-001"),
        (RUNTIME, 545.0, "E0", "5E+002"),
        (RUNTIME, 65747.125, "E0", "7E+004"),
        (RUNTIME, 0.84551240822557006, "E20", "8.45512408225570055720E-001"),
        (RUNTIME, 5e-324, "E20", "4.94065645841246544177E-324"),
        (RUNTIME, 5e-324, "F", "0.00"),
        (RUNTIME, 0.0046, "F", "0.00"),
        (RUNTIME, 0.005, "F", "0.01"),
        (RUNTIME, 0.125, "F", "0.12"),
        (RUNTIME, 65747.125, "F", "65747.12"),
        (RUNTIME, 1844674407370955.25, "F", "1844674407370955.25"),
        (RUNTIME, 0.5, "F0", "0"),
        (RUNTIME, 0.51, "F0", "1"),
        (RUNTIME, 545.1, "F0", "545"),
        (RUNTIME, 545.1, "F20", "545.10000000000002273737"),
        (RUNTIME, 0.0046, "F20", "0.00459999999999999992"),
        (RUNTIME, 65747.125, "N4", "65,747.1250"),
        (RUNTIME, 1844674407370955.25, "N", "1,844,674,407,370,955.25"),
        (RUNTIME, std::f64::consts::PI, "G4", "3.142"),
        (RUNTIME, 65747.125, "G4", "6.575E+04"),
        (RUNTIME, 0.0046, "G20", "0.0045999999999999999223"),
        (RUNTIME, 545.1, "G20", "545.10000000000002274"),
        (RUNTIME, f64::MAX, "G20", "1.7976931348623157081E+308"),
        (RUNTIME, 5e-324, "P", "0.00 %"),
        (RUNTIME, 0.0046, "P", "0.46 %"),
        (RUNTIME, 0.125, "P0", "12 %"),
        (RUNTIME, 0.005, "P0", "1 %"),
        (RUNTIME, 65747.125, "P0", "6,574,712 %"),
        (RUNTIME, 1844674407370955.25, "P4", "184,467,440,737,095,525.0000 %"),
        (RUNTIME, std::f64::consts::PI, "P20", "314.15926535897931159980 %"),
        (RUNTIME, std::f64::consts::E, "##.#", "2.7"),
        (RUNTIME, 0.0, "##.#", ""),
        (RUNTIME, 0.0046, "##.#", ""),
        (RUNTIME, 0.125, "##.#", ".1"),
        (RUNTIME, 0.5, "##.#", ".5"),
        (RUNTIME, 46.5, "##.#", "46.5"),
        (RUNTIME, 505.0, "##.#", "505"),
        (RUNTIME, 545.1, "##.#", "545.1"),
        (RUNTIME, 65747.125, "##.#", "65747.1"),
        (RUNTIME, 1844674407370955.25, "##.#", "1844674407370960"),
        (RUNTIME, 5e-324, "#,###.00", ".00"),
        (RUNTIME, 0.005, "#,###.00", ".01"),
        (RUNTIME, 0.125, "#,###.00", ".13"),
        (RUNTIME, 0.51, "#,###.00", ".51"),
        (RUNTIME, 1.0, "#,###.00", "1.00"),
        (MINUS_ZERO, -0.1, "0", "-0"),
        (MINUS_ZERO, -0.001, "F2", "-0.00"),
        (CUSTOM_NUMERIC, 1234.5678, "00000", "01235"),
        (CUSTOM_NUMERIC, 0.45678, "0.00", "0.46"),
        (CUSTOM_NUMERIC, 1234.5678, "#####", "1235"),
        (CUSTOM_NUMERIC, 0.45678, "#.##", ".46"),
        (CUSTOM_NUMERIC, 34.5, "00", "35"),
        (CUSTOM_NUMERIC, 34.5, "##", "35"),
        (CUSTOM_NUMERIC, 1.2, "0.00", "1.20"),
        (CUSTOM_NUMERIC, 1.2, "00.00", "01.20"),
        (CUSTOM_NUMERIC, 0.56, "0.0", "0.6"),
        (CUSTOM_NUMERIC, 1.2, "#.##", "1.2"),
        (CUSTOM_NUMERIC, 1234567890.123456, "0,0.0", "1,234,567,890.1"),
        (CUSTOM_NUMERIC, 1234.567890, "0,0.00", "1,234.57"),
        (CUSTOM_NUMERIC, 0.3697, "%#0.00", "%36.97"),
        (CUSTOM_NUMERIC, 0.3697, "##.0 %", "37.0 %"),
        (CUSTOM_NUMERIC, 0.086, "#0.##%", "8.6%"),
        (CUSTOM_NUMERIC, 0.03697, "#0.00‰", "36.97‰"),
        (CUSTOM_NUMERIC, 0.00354, "#0.00‰", "3.54‰"),
        (CUSTOM_NUMERIC, 1503.92311, "0.0##e+00", "1.504e+03"),
        (CUSTOM_NUMERIC, 1.8901385E-16, "0.0e+00", "1.9e-16"),
        (CUSTOM_NUMERIC, 12.345, "#0.0#;(#0.0#);-\\0-", "12.35"),
        (CUSTOM_NUMERIC, -12.345, "#0.0#;(#0.0#);-\\0-", "(12.35)"),
        (CUSTOM_NUMERIC, -12.345, "#0.0#;(#0.0#)", "(12.35)"),
        (CUSTOM_NUMERIC, 0.001, "0.0;-0.0;none", "none"),
        (CUSTOM_NUMERIC, -12.5, "0.00", "-12.50"),
    ];
    for (source, value, format, expected) in rows {
        assert_eq!(format_double(*value, format).as_deref(), Ok(*expected), "{value} `{format}` ({source})");
    }
}

#[test]
fn l6_3_date_formats_are_those_of_net() {
    let rows: &[(&str, &str, &str, &str)] = &[
        (STANDARD_DATE, "2009-06-15T13:45:30", "d", "06/15/2009"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "D", "Monday, 15 June 2009"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "f", "Monday, 15 June 2009 13:45"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "F", "Monday, 15 June 2009 13:45:30"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "g", "06/15/2009 13:45"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "G", "06/15/2009 13:45:30"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "", "06/15/2009 13:45:30"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "m", "June 15"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "M", "June 15"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "o", "2009-06-15T13:45:30.0000000Z"),
        (STANDARD_DATE, "2009-06-15T13:45:30.0000001", "O", "2009-06-15T13:45:30.0000001Z"),
        (STANDARD_DATE, "2009-06-15T20:45:30", "r", "Mon, 15 Jun 2009 20:45:30 GMT"),
        (STANDARD_DATE, "2009-06-15T20:45:30", "R", "Mon, 15 Jun 2009 20:45:30 GMT"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "s", "2009-06-15T13:45:30"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "t", "13:45"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "T", "13:45:30"),
        (STANDARD_DATE, "2009-06-15T20:45:30", "u", "2009-06-15 20:45:30Z"),
        (STANDARD_DATE, "2009-06-15T20:45:30", "U", "Monday, 15 June 2009 20:45:30"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "y", "2009 June"),
        (STANDARD_DATE, "2009-06-15T13:45:30", "Y", "2009 June"),
        (CUSTOM_DATE, "2009-06-01T13:45:30", "%d", "1"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "%d", "15"),
        (CUSTOM_DATE, "2009-06-01T13:45:30", "dd", "01"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "ddd", "Mon"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "dddd", "Monday"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6170000", "%f", "6"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.05", "%f", "0"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6170000", "ff", "61"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.0050000", "ff", "00"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.617", "fff", "617"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6175000", "ffff", "6175"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6175400", "fffff", "61754"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6175420", "ffffff", "617542"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6175425", "fffffff", "6175425"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.0001150", "fffffff", "0001150"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6170000", "%F", "6"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.0500000", "%F", ""),
        (CUSTOM_DATE, "2009-06-15T13:45:30.0050000", "FF", ""),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6170000", "FFF", "617"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.5275000", "FFFF", "5275"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6175400", "FFFFF", "61754"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6175420", "FFFFFF", "617542"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.0001150", "FFFFFFF", "000115"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.6170000", "gg", "A.D."),
        (CUSTOM_DATE, "2009-06-15T01:45:30", "%h", "1"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "%h", "1"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "hh", "01"),
        (CUSTOM_DATE, "2009-06-15T00:45:30", "hh", "12"),
        (CUSTOM_DATE, "2009-06-15T12:45:30", "hh", "12"),
        (CUSTOM_DATE, "2009-06-15T01:45:30", "%H", "1"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "%H", "13"),
        (CUSTOM_DATE, "2009-06-15T01:45:30", "HH", "01"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "%K", "Z"),
        (CUSTOM_DATE, "2009-06-15T01:09:30", "%m", "9"),
        (CUSTOM_DATE, "2009-06-15T13:29:30", "%m", "29"),
        (CUSTOM_DATE, "2009-06-15T01:09:30", "mm", "09"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "%M", "6"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "MM", "06"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "MMM", "Jun"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "MMMM", "June"),
        (CUSTOM_DATE, "2009-06-15T13:45:09", "%s", "9"),
        (CUSTOM_DATE, "2009-06-15T13:45:09", "ss", "09"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "%t", "P"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "tt", "PM"),
        (CUSTOM_DATE, "2009-06-15T01:45:30", "tt", "AM"),
        (CUSTOM_DATE, "0001-01-01T00:00:00", "%y", "1"),
        (CUSTOM_DATE, "0900-01-01T00:00:00", "%y", "0"),
        (CUSTOM_DATE, "2019-06-15T13:45:30", "%y", "19"),
        (CUSTOM_DATE, "0001-01-01T00:00:00", "yy", "01"),
        (CUSTOM_DATE, "1900-01-01T00:00:00", "yy", "00"),
        (CUSTOM_DATE, "0001-01-01T00:00:00", "yyy", "001"),
        (CUSTOM_DATE, "0900-01-01T00:00:00", "yyy", "900"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "yyy", "2009"),
        (CUSTOM_DATE, "0001-01-01T00:00:00", "yyyy", "0001"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "yyyyy", "02009"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "%z", "+0"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "zz", "+00"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "zzz", "+00:00"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "\"arr:\" h:m t", "arr: 1:45 P"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "'arr:' h:m t", "arr: 1:45 P"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "h \\h", "1 h"),
        (CUSTOM_DATE, "2009-06-15T01:45:30", "arr hh:mm t", "arr 01:45 A"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "h \\h m \\m", "1 h 45 m"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "'a\\'b' d", "a'b 15"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "d%M", "156"),
        (CUSTOM_DATE, "2009-06-15T13:45:30", "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", "2009-06-15T13:45:30Z"),
        (CUSTOM_DATE, "2009-06-15T13:45:30.25", "ss.FFF", "30.25"),
    ];
    for (source, value, format, expected) in rows {
        let value = DateTime::parse(value).unwrap();
        assert_eq!(format_datetime(value, format).as_deref(), Ok(*expected), "{value} `{format}` ({source})");
    }
}

/// learn.microsoft.com/dotnet/api/system.datetime.parseexact, and what the reader says of itself.
#[test]
fn l6_1_dates_are_read_by_a_format() {
    let rows: &[(&str, &str, Option<&str>)] = &[
        ("06/15/2008", "d", Some("2008-06-15")),
        ("Sun 15 Jun 2008 8:30 AM -06:00", "ddd dd MMM yyyy h:mm tt zzz", Some("2008-06-15T14:30:00Z")),
        ("Mon 15 Jun 2008 8:30 AM -06:00", "ddd dd MMM yyyy h:mm tt zzz", None),
        ("20260203", "yyyyMMdd", Some("2026-02-03")),
        ("3/2/2026", "d/M/yyyy", Some("2026-02-03")),
        ("03/02/26", "dd/MM/yy", Some("2026-02-03")),
        ("03/02/49", "dd/MM/yy", Some("2049-02-03")),
        ("03/02/50", "dd/MM/yy", Some("1950-02-03")),
        ("3/02/2026", "dd/MM/yyyy", None),
        ("30/02/2026", "dd/MM/yyyy", None),
        ("03/02/2026 ", "dd/MM/yyyy", None),
        ("2026-02-03T11:04:05Z", "yyyy-MM-ddTHH:mm:ssK", Some("2026-02-03T11:04:05Z")),
        ("2026-02-03T11:04:05+0130", "yyyy-MM-ddTHH:mm:ssK", Some("2026-02-03T09:34:05Z")),
        ("2026-02-03T11:04:05", "yyyy-MM-ddTHH:mm:ssK", Some("2026-02-03T11:04:05Z")),
        ("2026-02-03T11:04:05.1234567Z", "o", Some("2026-02-03T11:04:05.1234567Z")),
        ("2026-02-03T11:04:05.123Z", "o", None),
        ("2026-02-03T11:04:05.5", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", Some("2026-02-03T11:04:05.5Z")),
        ("2026-02-03T11:04:05", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", Some("2026-02-03T11:04:05Z")),
        ("2026-02-03T11:04:05", "yyyy-MM-ddTHH:mm:ss.fff", None),
        ("Tue, 03 Feb 2026 11:04:05 GMT", "R", Some("2026-02-03T11:04:05Z")),
        ("tuesday, 03 february 2026", "D", Some("2026-02-03")),
        ("12:30 AM", "h:mm tt", Some("0001-01-01T00:30:00Z")),
        ("12:30 pm", "h:mm tt", Some("0001-01-01T12:30:00Z")),
        ("13:30 AM", "h:mm tt", None),
        ("13:30 AM", "HH:mm tt", None),
        ("13:30 PM", "HH:mm tt", Some("0001-01-01T13:30:00Z")),
        ("24:00", "HH:mm", None),
        ("Feb 2026", "MMM yyyy", Some("2026-02-01")),
        ("2026 2026", "yyyy yyyy", Some("2026-01-01")),
        ("2026 2027", "yyyy yyyy", None),
        ("at 3h", "'at' H\\h", Some("0001-01-01T03:00:00Z")),
        ("2026-01-01 +15:00", "yyyy-MM-dd zzz", None),
        ("0001-01-01 +01:00", "yyyy-MM-dd zzz", None),
        ("2026 A.D.", "yyyy g", Some("2026-01-01")),
        ("", "yyyy", None),
        ("2026", "yyyyy", None),
        ("x", "%", None),
    ];
    for (text, format, expected) in rows {
        let expected = expected.map(|text| DateTime::parse(text).unwrap());
        assert_eq!(parse_datetime(text, format), expected, "`{text}` `{format}`");
    }
}

#[test]
fn l6_2_faulty_formats_are_refused_with_their_place() {
    let fault = |message: &str, offset| Err(FormatFault::new(message, offset));
    assert_eq!(check_number_format("D", false), fault("format `D` needs an Int, found a Double", 0));
    assert_eq!(check_number_format("x8", false), fault("format `x` needs an Int, found a Double", 0));
    assert_eq!(check_number_format("R", true), fault("format `R` needs a Double, found an Int", 0));
    assert_eq!(check_number_format("C2", true), fault("expected one of the formats D E F G N P X, found `C`", 0));
    assert_eq!(check_number_format("F301", false), fault("a precision is at most 300, found `301`", 1));
    assert_eq!(
        check_number_format("N99999999999999999999", true),
        fault("a precision is at most 300, found `99999999999999999999`", 1)
    );
    for format in ["F300", "N000", "E+", "Q.0", "# ##0", "'open", "\\", ";;;;", "日本 0"] {
        assert_eq!(check_number_format(format, false), Ok(()), "{format}");
        assert!(format_double(-1234.5, format).is_ok() && format_int(0, format).is_ok(), "{format}");
    }
}

#[test]
fn l6_3_faulty_date_formats_are_refused_with_their_place() {
    let check = |format: &str| check_datetime_format(format).unwrap_err();
    assert_eq!(check("H").offset, 0);
    assert!(check("H").message.ends_with("found `H` (alone it is written `%H`)"), "{}", check("H"));
    assert!(check("x").message.ends_with("found `x`"));
    assert_eq!(check("yyyy ffffffff"), FormatFault::new("expected at most 7 `f`, found 8", 5));
    assert_eq!(check("yyyy%"), FormatFault::new("expected a specifier after `%`", 4));
    assert_eq!(check("%%d"), FormatFault::new("expected a specifier after `%`", 0));
    assert_eq!(check("yy\\"), FormatFault::new("expected a character after `\\`, found the end of the format", 2));
    assert_eq!(check("yy 'de"), FormatFault::new("expected a closing `'`, found the end of the format", 6));
    assert_eq!(check("yy '\\"), FormatFault::new("expected a character after `\\`, found the end of the format", 4));
    for format in ["yyyy", "s", "%é", "日本 yyyy", "''yy", "", "'a\\''dd"] {
        assert_eq!(check_datetime_format(format), Ok(()), "{format}");
    }
}

proptest! {
    #[test]
    fn no_format_panics_or_grows_out_of_hand(
        format in "[0#.,;%E+\\-'\"\\\\x‰ dDfFgGhHKmMsStTyz:/é]{0,24}",
        int: i64, double: f64, ticks in 0..=DateTime::MAX.ticks(),
    ) {
        let date = DateTime::from_ticks(ticks).unwrap();
        for text in [format_int(int, &format), format_double(double, &format), format_datetime(date, &format)].into_iter().flatten() {
            prop_assert!(text.len() < 4000);
            prop_assert!(parse_datetime(&text, &format).is_none_or(|read| read <= DateTime::MAX));
        }
        prop_assert_eq!(check_datetime_format(&format).is_ok(), format_datetime(date, &format).is_ok());
    }

    #[test]
    fn what_a_full_format_writes_is_read_back(ticks in 0..=DateTime::MAX.ticks()) {
        let date = DateTime::from_ticks(ticks).unwrap();
        for format in ["o", "dddd d MMMM yyyy h:m:s.FFFFFFF tt", "yyyyMMddHHmmssfffffffzzz"] {
            let text = format_datetime(date, format).unwrap();
            prop_assert_eq!(parse_datetime(&text, format), Some(date), "{}", text);
        }
    }

    #[test]
    fn fixed_digits_are_exact(value in -1e15..1e15f64, precision in 0usize..20) {
        let text = format_double(value, &format!("N{precision}")).unwrap();
        prop_assert_eq!(text.replace(',', ""), format_double(value, &format!("F{precision}")).unwrap());
        prop_assert_eq!(format_double(value, "F60").unwrap().parse::<f64>().unwrap(), value);
    }
}
