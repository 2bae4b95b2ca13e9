//! The calendar over all its days, texts and arithmetic of instants and spans.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::calendar::{LAST_DAY, date_of, days_in_month, days_of};
use super::*;
use proptest::prelude::*;

fn at(text: &str) -> DateTime {
    DateTime::parse(text).unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn every_day_of_the_calendar_goes_round() {
    let mut days = 0;
    for year in 1..=9999 {
        for month in 1..=12 {
            for day in 1..=days_in_month(year, month).unwrap() {
                assert_eq!(days_of(year, month, day), Some(days));
                assert_eq!(date_of(days), (year, month, day));
                days += 1;
            }
            assert_eq!(days_of(year, month, days_in_month(year, month).unwrap() + 1), None);
        }
    }
    assert_eq!(days, LAST_DAY + 1);
    for (year, month, day) in [(0, 1, 1), (10_000, 1, 1), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (i64::MIN, 1, 1)] {
        assert_eq!(days_of(year, month, day), None);
    }
}

#[test]
fn l3_1_the_range_is_that_of_net() {
    // learn.microsoft.com/dotnet/api/system.datetime.maxvalue, .minvalue, .unixepoch
    assert_eq!(DateTime::MAX.ticks(), 3_155_378_975_999_999_999);
    assert_eq!(DateTime::MAX.to_string(), "9999-12-31T23:59:59.9999999Z");
    assert_eq!(DateTime::MIN.to_string(), "0001-01-01T00:00:00Z");
    assert_eq!(DateTime::default(), DateTime::MIN);
    assert_eq!(DateTime::from_unix_micros(0).unwrap().ticks(), 621_355_968_000_000_000);
    assert_eq!(DateTime::from_ticks(-1), None);
    assert_eq!(DateTime::from_ticks(DateTime::MAX.ticks() + 1), None);
}

#[test]
fn l3_5_the_forms_of_rfc_3339_and_iso_8601_are_read() {
    let rows = [
        ("2026-02-03", "2026-02-03T00:00:00Z"),
        ("2026-02-03T11:04", "2026-02-03T11:04:00Z"),
        ("2026-02-03T11:04:05", "2026-02-03T11:04:05Z"),
        ("2026-02-03 11:04:05", "2026-02-03T11:04:05Z"),
        ("2026-02-03T11:04:05Z", "2026-02-03T11:04:05Z"),
        ("2026-02-03t11:04:05z", "2026-02-03T11:04:05Z"),
        ("2026-02-03T11:04:05.1Z", "2026-02-03T11:04:05.1Z"),
        ("2026-02-03T11:04:05.1000Z", "2026-02-03T11:04:05.1Z"),
        ("2026-02-03T11:04:05,25", "2026-02-03T11:04:05.25Z"),
        ("2026-02-03T11:04:05.123456789Z", "2026-02-03T11:04:05.1234567Z"),
        ("2026-02-03T11:04:05.00000009", "2026-02-03T11:04:05Z"),
        ("2026-02-03T11:04:05+01:00", "2026-02-03T10:04:05Z"),
        ("2026-02-03T11:04+0130", "2026-02-03T09:34:00Z"),
        ("2026-02-03T11:04:05-08", "2026-02-03T19:04:05Z"),
        ("2026-02-03T11:04:05-00:00", "2026-02-03T11:04:05Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
        ("2026-02-03T24:00:00Z", "2026-02-04T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
        ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
    ];
    for (text, expected) in rows {
        assert_eq!(DateTime::parse(text).map(|date| date.to_string()).as_deref(), Some(expected), "{text}");
    }
    let refused = [
        "",
        "2026",
        "2026-02",
        "2026-2-3",
        "20260203",
        "2026-02-03T",
        "2026-02-03T11",
        "2026-02-03T11:04:",
        "2026-02-03T11:04:5",
        "2026-02-03T11:04:05.",
        "2026-02-03T11:04:05.Z",
        "2026-02-03T11:04:05ZZ",
        "2026-02-03T11:04:05 Z",
        " 2026-02-03",
        "2026-02-03 ",
        "2026-02-30",
        "2023-02-29",
        "1900-02-29",
        "0000-01-01",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-02-03T25:00:00",
        "2026-02-03T24:00:01",
        "2026-02-03T24:01",
        "2026-02-03T24:00:00.1",
        "2026-02-03T11:60:00",
        "2026-02-03T11:04:61",
        "2026-02-03T11:04:60Z",
        "2016-12-31T23:59:60+01:00",
        "2026-02-03T11:04:05+24:00",
        "2026-02-03T11:04:05+01:60",
        "2026-02-03T11:04:05+1:00",
        "2026-02-03T11:04:05+",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T24:00:00",
        "9999-12-31T23:59:59-00:01",
        "2026-02-03T11:04Zé",
        "２０２６-02-03",
        "-026-02-03",
        "2026-02-03X11:04:05",
        "2026/02/03",
        "2026-W06-2",
        "2026-034",
        "03.02.2026",
    ];
    for text in refused {
        assert_eq!(DateTime::parse(text), None, "{text}");
    }
}

#[test]
fn l6_3_parts() {
    let date = at("2024-12-31T23:59:58.1234567Z");
    let parts = DateTimeParts { year: 2024, month: 12, day: 31, hour: 23, minute: 59, second: 58, fraction: 1_234_567 };
    assert_eq!(date.parts(), parts);
    assert_eq!((date.year(), date.month(), date.day()), (2024, 12, 31));
    assert_eq!((date.hour(), date.minute(), date.second(), date.millisecond()), (23, 59, 58, 123));
    assert_eq!((date.day_of_year(), date.day_of_week(), date.day_of_week_name()), (366, 2, "Tuesday"));
    assert_eq!(date.date(), at("2024-12-31"));
    assert_eq!(date.time_of_day().to_string(), "23:59:58.1234567");
    assert_eq!(DateTime::from_ymd_hms(2024, 12, 31, 23, 59, 58, 1_234_567), Some(date));
    assert_eq!(DateTime::from_ymd_hms(2024, 12, 31, 24, 0, 0, 0), None);
    assert_eq!(DateTime::MIN.day_of_week_name(), "Monday");
    assert_eq!(DateTime::MAX.day_of_week_name(), "Friday");
    assert_eq!(at("2009-06-15").day_of_week_name(), "Monday");
    assert_eq!((DateTime::days_in_month(1998, 2), DateTime::days_in_month(1996, 2)), (Some(28), Some(29)));
    assert_eq!((DateTime::days_in_month(2001, 7), DateTime::days_in_month(2001, 13)), (Some(31), None));
    assert_eq!((DateTime::days_in_month(0, 7), DateTime::days_in_month(10_000, 7)), (None, None));
    assert_eq!((DateTime::is_leap_year(2000), DateTime::is_leap_year(1900)), (Some(true), Some(false)));
    assert_eq!(DateTime::is_leap_year(0), None);
}

#[test]
fn l6_3_months_and_years_keep_to_the_last_day() {
    // learn.microsoft.com/dotnet/api/system.datetime.addmonths, .addyears
    assert_eq!(at("2015-12-31").add_months(2), Some(at("2016-02-29")));
    assert_eq!(at("2015-12-31").add_months(14), Some(at("2017-02-28")));
    assert_eq!(at("2015-12-31").add_months(-1), Some(at("2015-11-30")));
    assert_eq!(at("2012-02-29T10:00").add_years(1), Some(at("2013-02-28T10:00")));
    assert_eq!(at("2012-02-29").add_years(4), Some(at("2016-02-29")));
    assert_eq!(at("2012-02-29").add_years(-12), Some(at("2000-02-29")));
    assert_eq!(at("9999-12-01").add_months(1), None);
    assert_eq!(at("0001-01-31").add_months(-1), None);
    assert_eq!(at("2026-01-01").add_years(i64::MAX), None);
    assert_eq!(at("2026-01-01").add_months(i64::MIN), None);
}

#[test]
fn l6_3_additions_cut_to_a_tick() {
    let day = at("2026-01-01");
    assert_eq!(day.add_days(1.5), Some(at("2026-01-02T12:00")));
    assert_eq!(day.add_days(-0.25), Some(at("2025-12-31T18:00")));
    assert_eq!(day.add_hours(0.5), Some(at("2026-01-01T00:30")));
    assert_eq!(day.add_minutes(90.0), Some(at("2026-01-01T01:30")));
    assert_eq!(day.add_seconds(0.12345678), Some(at("2026-01-01T00:00:00.1234567")));
    assert_eq!(day.add_milliseconds(1.5), Some(at("2026-01-01T00:00:00.0015")));
    for value in [f64::NAN, f64::INFINITY, 1e300, -1e300, 3_000_000.0, -800_000.0] {
        assert_eq!(day.add_days(value), None, "{value}");
    }
    assert_eq!(day.add_milliseconds(4e14), None);
}

#[test]
fn l4_5_instants_and_spans() {
    let (early, late) = (at("2026-01-01"), at("2026-01-02T06:00"));
    let span = late.since(early);
    assert_eq!(span.to_string(), "1.06:00:00");
    assert_eq!(early.checked_add(span), Some(late));
    assert_eq!(late.checked_sub(span), Some(early));
    assert_eq!(early.since(late), span.negate().unwrap());
    assert_eq!(DateTime::MAX.checked_add(TimeSpan::from_ticks(1)), None);
    assert_eq!(DateTime::MIN.checked_sub(TimeSpan::from_ticks(1)), None);
    assert_eq!(DateTime::MAX.checked_sub(TimeSpan::MIN), None);
    assert_eq!(DateTime::MIN.checked_add(TimeSpan::MAX), None);
    assert_eq!(TimeSpan::MAX.checked_add(TimeSpan::from_ticks(1)), None);
    assert_eq!(TimeSpan::MIN.checked_sub(TimeSpan::from_ticks(1)), None);
    assert_eq!((TimeSpan::MIN.negate(), TimeSpan::MIN.duration()), (None, None));
}

#[test]
fn l6_3_truncation() {
    let date = at("2026-02-04T11:34:56.7891234Z");
    let hour = TimeSpan::from_hours(1.0).unwrap();
    assert_eq!(date.truncate_to(hour), Some(at("2026-02-04T11:00")));
    assert_eq!(date.truncate_to(TimeSpan::from_milliseconds(1.0).unwrap()), Some(at("2026-02-04T11:34:56.789")));
    assert_eq!(date.truncate_to(TimeSpan::MAX), Some(DateTime::MIN));
    assert_eq!(date.truncate_to(TimeSpan::ZERO), None);
    assert_eq!(date.truncate_to(TimeSpan::MIN), None);
    assert_eq!(date.truncate_to_week(), Some(at("2026-02-01")));
    assert_eq!(at("2026-02-01").truncate_to_week(), Some(at("2026-02-01")));
    assert_eq!(DateTime::MIN.truncate_to_week(), None);
    assert_eq!(date.truncate_to_month(), at("2026-02-01"));
    assert_eq!(date.truncate_to_year(), at("2026-01-01"));
    assert_eq!(DateTime::MAX.truncate_to_year(), at("9999-01-01"));
}

#[test]
fn l6_4_spans() {
    // learn.microsoft.com/dotnet/standard/base-types/standard-timespan-format-strings
    let seconds =
        |days: i64, hours: i64, minutes: i64, seconds: i64| ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    let span = |seconds: i64, fraction: i64| TimeSpan::from_ticks(seconds * TICKS_PER_SECOND + fraction);
    assert_eq!(TimeSpan::ZERO.to_string(), "00:00:00");
    assert_eq!(span(seconds(0, 0, 30, 0), 0).to_string(), "00:30:00");
    assert_eq!(span(seconds(3, 17, 25, 30), 5_000_000).to_string(), "3.17:25:30.5000000");
    assert_eq!(span(seconds(-3, -17, -25, -30), -5_000_000).to_string(), "-3.17:25:30.5000000");
    assert_eq!(TimeSpan::from_ticks(-1).to_string(), "-00:00:00.0000001");
    // learn.microsoft.com/dotnet/api/system.timespan.maxvalue, .minvalue
    assert_eq!(TimeSpan::MAX.to_string(), "10675199.02:48:05.4775807");
    assert_eq!(TimeSpan::MIN.to_string(), "-10675199.02:48:05.4775808");
    assert_eq!(TimeSpan::MAX.total_milliseconds(), 922_337_203_685_477.0);
    let part = span(seconds(-1, -2, -3, -4), -5_060_000);
    assert_eq!(
        (part.days(), part.hours(), part.minutes(), part.seconds(), part.milliseconds()),
        (-1, -2, -3, -4, -506)
    );
    let half = TimeSpan::from_days(1.5).unwrap();
    assert_eq!((half.total_days(), half.total_hours(), half.total_minutes()), (1.5, 36.0, 2160.0));
    assert_eq!((half.total_seconds(), half.total_milliseconds()), (129_600.0, 129_600_000.0));
    assert_eq!(TimeSpan::from_hours(-0.5).unwrap().duration(), TimeSpan::from_minutes(30.0));
    assert_eq!(TimeSpan::from_seconds(0.1).unwrap().ticks(), 1_000_000);
    assert_eq!(TimeSpan::from_milliseconds(0.00019).unwrap().ticks(), 1);
    assert_eq!(TimeSpan::from_seconds(922_337_203_685.477_6), Some(TimeSpan::MAX));
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.1e7, -1.1e7] {
        assert_eq!(TimeSpan::from_days(value), None, "{value}");
    }
}

#[test]
fn the_clock() {
    assert_eq!(
        DateTime::from_unix_nanos(1_770_116_645_123_456_789).unwrap().to_string(),
        "2026-02-03T11:04:05.1234567Z"
    );
    assert_eq!(DateTime::from_unix_micros(-1).unwrap().to_string(), "1969-12-31T23:59:59.999999Z");
    assert_eq!(DateTime::from_unix_nanos(-1).unwrap().to_string(), "1969-12-31T23:59:59.9999999Z");
    assert_eq!(DateTime::MIN.unix_micros(), -62_135_596_800_000_000);
    assert_eq!(DateTime::from_unix_micros(DateTime::MAX.unix_micros()).unwrap(), at("9999-12-31T23:59:59.999999"));
    assert_eq!(DateTime::from_unix_nanos(DateTime::MAX.unix_nanos()), Some(DateTime::MAX));
    assert_eq!(DateTime::from_unix_micros(i64::MAX), None);
    assert_eq!(DateTime::from_unix_nanos(i128::MAX), None);
}

proptest! {
    #[test]
    fn l6_3_the_text_of_an_instant_reads_back(ticks in 0..=DateTime::MAX.ticks()) {
        let date = DateTime::from_ticks(ticks).unwrap();
        prop_assert_eq!(DateTime::parse(&date.to_string()), Some(date));
        prop_assert!(date.truncate_to_week().is_none_or(|week| week.day_of_week() == 0 && week <= date));
    }

    #[test]
    fn no_text_and_no_number_panics(text in "\\PC{0,40}", near in "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.+Z-]{0,20}", ticks: i64, value: f64) {
        for text in [text, near] {
            prop_assert!(DateTime::parse(&text).is_none_or(|date| date <= DateTime::MAX));
        }
        let span = TimeSpan::from_ticks(ticks);
        prop_assert!(!span.to_string().is_empty());
        let date = DateTime::from_ticks(ticks.rem_euclid(DateTime::MAX.ticks())).unwrap();
        for sum in [date.add_days(value), date.add_milliseconds(value), date.checked_add(span), date.checked_sub(span), date.add_months(ticks), date.truncate_to(span)] {
            prop_assert!(sum.is_none_or(|date| (DateTime::MIN..=DateTime::MAX).contains(&date)));
        }
    }
}
