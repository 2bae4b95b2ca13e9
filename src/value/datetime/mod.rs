//! Instants and lengths of time (L3.1, L6.3, L6.4).
//!
//! In: texts (L3.5), parts of a date, the clock. Out: [`DateTime`] and [`TimeSpan`], two integers that compare, add and
//! take themselves apart. Both count steps of 100 ns, as .NET does, so that its limits and roundings come for free; the
//! calendar is our own, since nothing but the years 1 to 9999 in UTC is needed.

mod calendar;
mod parse;
mod span;

pub use span::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND, TimeSpan};

use std::fmt;

/// Ticks from 0001-01-01 to 1970-01-01.
const UNIX_EPOCH: i64 = 719_162 * TICKS_PER_DAY;

/// The English names of the days, Sunday first.
pub(super) const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// An instant in UTC of the years 1 to 9999, in steps of 100 ns since 0001-01-01T00:00:00Z (L3.1). Its default is
/// [`DateTime::MIN`], the default of an attribute (L3.4); its [`Display`](fmt::Display) is the canonical text
/// `yyyy-MM-ddTHH:mm:ss.FFFFFFFZ` (L6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    ticks: i64,
}

/// Year, month and so on of an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTimeParts {
    /// 1 to 9999.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
    /// Steps of 100 ns beside the whole seconds, 0 to 9 999 999.
    pub fraction: i64,
}

impl DateTime {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: DateTime = DateTime { ticks: 0 };
    /// 9999-12-31T23:59:59.9999999Z.
    pub const MAX: DateTime = DateTime { ticks: (calendar::LAST_DAY + 1) * TICKS_PER_DAY - 1 };

    /// The instant so many steps of 100 ns after 0001-01-01; none outside the years 1 to 9999.
    pub const fn from_ticks(ticks: i64) -> Option<DateTime> {
        if ticks < 0 || ticks > DateTime::MAX.ticks { None } else { Some(DateTime { ticks }) }
    }

    /// Midnight of a date; none if there is no such date.
    pub fn from_ymd(year: i64, month: i64, day: i64) -> Option<DateTime> {
        Some(DateTime { ticks: calendar::days_of(year, month, day)? * TICKS_PER_DAY })
    }

    /// A date and a time of day (24:00 and leap seconds are not); none if there is no such date or time.
    pub fn from_ymd_hms(
        year: i64,
        month: i64,
        day: i64,
        hour: i64,
        minute: i64,
        second: i64,
        fraction: i64,
    ) -> Option<DateTime> {
        let date = DateTime::from_ymd(year, month, day)?;
        let in_range = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..TICKS_PER_SECOND).contains(&fraction);
        let time = || hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE + second * TICKS_PER_SECOND + fraction;
        in_range.then(|| DateTime { ticks: date.ticks + time() })
    }

    /// The instant so many microseconds after 1970; none outside the years 1 to 9999.
    pub fn from_unix_micros(micros: i64) -> Option<DateTime> {
        DateTime::from_ticks(micros.checked_mul(10)?.checked_add(UNIX_EPOCH)?)
    }

    /// The instant so many nanoseconds after 1970, cut to steps of 100 ns toward the past; none outside the years 1 to
    /// 9999.
    pub fn from_unix_nanos(nanos: i128) -> Option<DateTime> {
        let ticks = i64::try_from(nanos.div_euclid(100)).ok()?;
        DateTime::from_ticks(ticks.checked_add(UNIX_EPOCH)?)
    }

    /// Microseconds since 1970, cut toward the past.
    pub fn unix_micros(self) -> i64 {
        (self.ticks - UNIX_EPOCH).div_euclid(10)
    }

    /// Nanoseconds since 1970.
    pub fn unix_nanos(self) -> i128 {
        i128::from(self.ticks - UNIX_EPOCH) * 100
    }

    /// Reads an RFC 3339 or ISO 8601 text, or a date alone (L3.5): `T` or a blank, with or without seconds, fraction
    /// (digits past seven are cut) and offset (none means UTC). None for any other text and outside the years 1 to 9999.
    pub fn parse(text: &str) -> Option<DateTime> {
        parse::parse(text)
    }

    /// Steps of 100 ns since 0001-01-01.
    pub const fn ticks(self) -> i64 {
        self.ticks
    }

    /// All parts at once, for who needs more than one.
    pub fn parts(self) -> DateTimeParts {
        let (year, month, day) = calendar::date_of(self.day_number());
        DateTimeParts {
            year,
            month,
            day,
            hour: self.hour(),
            minute: self.minute(),
            second: self.second(),
            fraction: self.ticks % TICKS_PER_SECOND,
        }
    }

    /// 1 to 9999.
    pub fn year(self) -> i64 {
        calendar::date_of(self.day_number()).0
    }

    /// 1 to 12.
    pub fn month(self) -> i64 {
        calendar::date_of(self.day_number()).1
    }

    /// 1 to 31.
    pub fn day(self) -> i64 {
        calendar::date_of(self.day_number()).2
    }

    /// 0 to 23.
    pub const fn hour(self) -> i64 {
        self.ticks / TICKS_PER_HOUR % 24
    }

    /// 0 to 59.
    pub const fn minute(self) -> i64 {
        self.ticks / TICKS_PER_MINUTE % 60
    }

    /// 0 to 59.
    pub const fn second(self) -> i64 {
        self.ticks / TICKS_PER_SECOND % 60
    }

    /// 0 to 999.
    pub const fn millisecond(self) -> i64 {
        self.ticks / TICKS_PER_MILLISECOND % 1_000
    }

    /// 1 to 366.
    pub fn day_of_year(self) -> i64 {
        let start = calendar::days_of(self.year(), 1, 1).unwrap_or(0);
        self.day_number() - start + 1
    }

    /// 0 (Sunday) to 6 (Saturday).
    pub const fn day_of_week(self) -> i64 {
        // 0001-01-01 was a Monday.
        (self.day_number() + 1) % 7
    }

    /// The English name, such as `Monday`.
    pub fn day_of_week_name(self) -> &'static str {
        usize::try_from(self.day_of_week()).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or("")
    }

    /// Midnight of the same day.
    pub const fn date(self) -> DateTime {
        DateTime { ticks: self.ticks - self.ticks % TICKS_PER_DAY }
    }

    /// What has passed of the day.
    pub const fn time_of_day(self) -> TimeSpan {
        TimeSpan::from_ticks(self.ticks % TICKS_PER_DAY)
    }

    const fn day_number(self) -> i64 {
        self.ticks / TICKS_PER_DAY
    }

    /// The same day and time so many months later; a day that the month does not have becomes its last. None outside the
    /// years 1 to 9999 and beyond 120 000 months, as in .NET.
    pub fn add_months(self, months: i64) -> Option<DateTime> {
        if !(-120_000..=120_000).contains(&months) {
            return None;
        }
        let (year, month, day) = calendar::date_of(self.day_number());
        let count = year * 12 + month - 1 + months;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        let day = day.min(calendar::days_in_month(year, month)?);
        let days = calendar::days_of(year, month, day)?;
        Some(DateTime { ticks: days * TICKS_PER_DAY + self.ticks % TICKS_PER_DAY })
    }

    /// As [`DateTime::add_months`] of twelve times as many: 29 February becomes 28 in a common year.
    pub fn add_years(self, years: i64) -> Option<DateTime> {
        self.add_months(years.checked_mul(12)?)
    }

    /// So many days of 24 hours later. As in .NET 7 and later: the whole part counts exactly, the fraction is cut to a
    /// tick, nothing is rounded to milliseconds. None outside the years 1 to 9999 and for what is not finite.
    pub fn add_days(self, days: f64) -> Option<DateTime> {
        self.add_units(days, TICKS_PER_DAY)
    }

    /// As [`DateTime::add_days`], of hours.
    pub fn add_hours(self, hours: f64) -> Option<DateTime> {
        self.add_units(hours, TICKS_PER_HOUR)
    }

    /// As [`DateTime::add_days`], of minutes.
    pub fn add_minutes(self, minutes: f64) -> Option<DateTime> {
        self.add_units(minutes, TICKS_PER_MINUTE)
    }

    /// As [`DateTime::add_days`], of seconds.
    pub fn add_seconds(self, seconds: f64) -> Option<DateTime> {
        self.add_units(seconds, TICKS_PER_SECOND)
    }

    /// As [`DateTime::add_days`], of milliseconds.
    pub fn add_milliseconds(self, milliseconds: f64) -> Option<DateTime> {
        self.add_units(milliseconds, TICKS_PER_MILLISECOND)
    }

    fn add_units(self, value: f64, unit: i64) -> Option<DateTime> {
        if !value.is_finite() || value.abs() > (DateTime::MAX.ticks / unit) as f64 {
            return None;
        }
        let whole = value.trunc();
        let fraction = ((value - whole) * unit as f64) as i64;
        self.add_ticks((whole as i64).checked_mul(unit)?.checked_add(fraction)?)
    }

    fn add_ticks(self, ticks: i64) -> Option<DateTime> {
        DateTime::from_ticks(self.ticks.checked_add(ticks)?)
    }

    /// So much later (L4.5); none outside the years 1 to 9999.
    pub fn checked_add(self, span: TimeSpan) -> Option<DateTime> {
        self.add_ticks(span.ticks())
    }

    /// So much earlier (L4.5); none outside the years 1 to 9999.
    pub fn checked_sub(self, span: TimeSpan) -> Option<DateTime> {
        DateTime::from_ticks(self.ticks.checked_sub(span.ticks())?)
    }

    /// How much has passed since another instant, negative before it (L4.5).
    pub const fn since(self, earlier: DateTime) -> TimeSpan {
        TimeSpan::from_ticks(self.ticks - earlier.ticks)
    }

    /// The last instant not after this one that is a multiple of a span, counted from 0001-01-01 (L6.3); none if the span
    /// is not positive.
    pub fn truncate_to(self, span: TimeSpan) -> Option<DateTime> {
        (span.ticks() > 0).then(|| DateTime { ticks: self.ticks - self.ticks.checked_rem(span.ticks()).unwrap_or(0) })
    }

    /// Midnight of the Sunday not after it: a week begins as in .NET's invariant culture. None in the first week of all,
    /// whose Sunday lies before the year 1.
    pub fn truncate_to_week(self) -> Option<DateTime> {
        DateTime::from_ticks((self.day_number() - self.day_of_week()) * TICKS_PER_DAY)
    }

    /// Midnight of the first of the month.
    pub fn truncate_to_month(self) -> DateTime {
        let (_, _, day) = calendar::date_of(self.day_number());
        DateTime { ticks: (self.day_number() + 1 - day) * TICKS_PER_DAY }
    }

    /// Midnight of the first of January.
    pub fn truncate_to_year(self) -> DateTime {
        DateTime { ticks: (self.day_number() + 1 - self.day_of_year()) * TICKS_PER_DAY }
    }

    /// `DateTime.DaysInMonth` (L6.3); none if the year is not 1 to 9999 or the month not 1 to 12.
    pub fn days_in_month(year: i64, month: i64) -> Option<i64> {
        calendar::days_in_month(year, month)
    }

    /// `DateTime.IsLeapYear` (L6.3); none if the year is not 1 to 9999.
    pub fn is_leap_year(year: i64) -> Option<bool> {
        (1..=9999).contains(&year).then(|| calendar::is_leap_year(year))
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DateTimeParts { year, month, day, hour, minute, second, fraction } = self.parts();
        write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if fraction != 0 {
            let (mut digits, mut width) = (fraction, 7);
            while digits % 10 == 0 {
                digits /= 10;
                width -= 1;
            }
            write!(out, ".{digits:0width$}")?;
        }
        out.write_str("Z")
    }
}

#[cfg(test)]
mod tests;
