//! Lengths of time.

use std::fmt;

/// Steps of 100 ns in a millisecond.
pub const TICKS_PER_MILLISECOND: i64 = 10_000;
/// Steps of 100 ns in a second.
pub const TICKS_PER_SECOND: i64 = 1_000 * TICKS_PER_MILLISECOND;
/// Steps of 100 ns in a minute.
pub const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
/// Steps of 100 ns in an hour.
pub const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;
/// Steps of 100 ns in a day of 24 hours.
pub const TICKS_PER_DAY: i64 = 24 * TICKS_PER_HOUR;

/// A length of time in steps of 100 ns, negative ones too (L3.1). Its [`Display`](fmt::Display) is .NET's format `c`, the
/// canonical text (L3.2a): `[-][d.]hh:mm:ss[.fffffff]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan {
    ticks: i64,
}

impl TimeSpan {
    /// The shortest (most negative) one.
    pub const MIN: TimeSpan = TimeSpan { ticks: i64::MIN };
    /// The longest one.
    pub const MAX: TimeSpan = TimeSpan { ticks: i64::MAX };
    /// None.
    pub const ZERO: TimeSpan = TimeSpan { ticks: 0 };

    /// So many steps of 100 ns.
    pub const fn from_ticks(ticks: i64) -> TimeSpan {
        TimeSpan { ticks }
    }

    /// .NET's `TimeSpan.FromDays` (L6.4): what is less than a tick is cut; none for what is not a number or out of range.
    pub fn from_days(value: f64) -> Option<TimeSpan> {
        TimeSpan::from_units(value, TICKS_PER_DAY)
    }

    /// As [`TimeSpan::from_days`], of hours.
    pub fn from_hours(value: f64) -> Option<TimeSpan> {
        TimeSpan::from_units(value, TICKS_PER_HOUR)
    }

    /// As [`TimeSpan::from_days`], of minutes.
    pub fn from_minutes(value: f64) -> Option<TimeSpan> {
        TimeSpan::from_units(value, TICKS_PER_MINUTE)
    }

    /// As [`TimeSpan::from_days`], of seconds.
    pub fn from_seconds(value: f64) -> Option<TimeSpan> {
        TimeSpan::from_units(value, TICKS_PER_SECOND)
    }

    /// As [`TimeSpan::from_days`], of milliseconds.
    pub fn from_milliseconds(value: f64) -> Option<TimeSpan> {
        TimeSpan::from_units(value, TICKS_PER_MILLISECOND)
    }

    fn from_units(value: f64, unit: i64) -> Option<TimeSpan> {
        let ticks = value * unit as f64;
        // 2^63 itself gives the longest span, as in .NET; the conversion saturates there.
        (ticks >= i64::MIN as f64 && ticks <= i64::MAX as f64).then_some(TimeSpan { ticks: ticks as i64 })
    }

    /// All of it, in steps of 100 ns.
    pub const fn ticks(self) -> i64 {
        self.ticks
    }

    /// Whole days, toward zero.
    pub const fn days(self) -> i64 {
        self.ticks / TICKS_PER_DAY
    }

    /// The hours beside the whole days, -23 to 23.
    pub const fn hours(self) -> i64 {
        self.ticks / TICKS_PER_HOUR % 24
    }

    /// The minutes beside the whole hours, -59 to 59.
    pub const fn minutes(self) -> i64 {
        self.ticks / TICKS_PER_MINUTE % 60
    }

    /// The seconds beside the whole minutes, -59 to 59.
    pub const fn seconds(self) -> i64 {
        self.ticks / TICKS_PER_SECOND % 60
    }

    /// The milliseconds beside the whole seconds, -999 to 999.
    pub const fn milliseconds(self) -> i64 {
        self.ticks / TICKS_PER_MILLISECOND % 1_000
    }

    /// All of it in days, with fraction.
    pub fn total_days(self) -> f64 {
        self.ticks as f64 / TICKS_PER_DAY as f64
    }

    /// All of it in hours, with fraction.
    pub fn total_hours(self) -> f64 {
        self.ticks as f64 / TICKS_PER_HOUR as f64
    }

    /// All of it in minutes, with fraction.
    pub fn total_minutes(self) -> f64 {
        self.ticks as f64 / TICKS_PER_MINUTE as f64
    }

    /// All of it in seconds, with fraction.
    pub fn total_seconds(self) -> f64 {
        self.ticks as f64 / TICKS_PER_SECOND as f64
    }

    /// All of it in milliseconds, with fraction; at the ends of the range the last whole millisecond, as in .NET.
    pub fn total_milliseconds(self) -> f64 {
        let limit = (i64::MAX / TICKS_PER_MILLISECOND) as f64;
        (self.ticks as f64 / TICKS_PER_MILLISECOND as f64).clamp(-limit, limit)
    }

    /// Its size without sign; none for the shortest one.
    pub fn duration(self) -> Option<TimeSpan> {
        self.ticks.checked_abs().map(TimeSpan::from_ticks)
    }

    /// The opposite; none for the shortest one.
    pub fn negate(self) -> Option<TimeSpan> {
        self.ticks.checked_neg().map(TimeSpan::from_ticks)
    }

    /// The sum (L4.5); none if it is out of range.
    pub fn checked_add(self, other: TimeSpan) -> Option<TimeSpan> {
        self.ticks.checked_add(other.ticks).map(TimeSpan::from_ticks)
    }

    /// The difference (L4.5); none if it is out of range.
    pub fn checked_sub(self, other: TimeSpan) -> Option<TimeSpan> {
        self.ticks.checked_sub(other.ticks).map(TimeSpan::from_ticks)
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ticks < 0 {
            out.write_str("-")?;
        }
        if self.days() != 0 {
            write!(out, "{}.", self.days().unsigned_abs())?;
        }
        let part = |part: i64| part.unsigned_abs();
        write!(out, "{:02}:{:02}:{:02}", part(self.hours()), part(self.minutes()), part(self.seconds()))?;
        match part(self.ticks % TICKS_PER_SECOND) {
            0 => Ok(()),
            fraction => write!(out, ".{fraction:07}"),
        }
    }
}
