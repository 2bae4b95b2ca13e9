//! Lengths of time (L6.4).

use super::fault::bad_argument;
use crate::diagnostic::Code;
use crate::function::functions;
use crate::value::{Datum, Failure, TimeSpan, convert};

/// The length, if a TimeSpan can be that long.
fn within_range(span: Option<TimeSpan>) -> Result<TimeSpan, Failure> {
    span.ok_or_else(|| Failure::new(Code::OVERFLOW, "the result is longer than a TimeSpan can be"))
}

/// The length of so many units.
fn of(count: f64, make: fn(f64) -> Option<TimeSpan>) -> Result<TimeSpan, Failure> {
    if count.is_nan() {
        return Err(bad_argument("expected a number of units, found `NaN`"));
    }
    within_range(make(count))
}

functions! {
    /// Lengths of time (L6.4).
    pub(super) static TIMESPAN;

    /// So many days of 24 hours
    ///
    /// A fraction counts, to 100 ns. More than about 10,675,199 days fail.
    ///
    /// ```fql
    /// TimeSpan.FromDays(1.5) => "1.12:00:00"
    /// TimeSpan.FromDays(1e9) => error E0702
    /// ```
    immutable static TimeSpan.FromDays(days: f64) -> Result<TimeSpan, Failure> { of(days, TimeSpan::from_days) }

    /// So many hours
    ///
    /// A fraction counts, to 100 ns. What is longer than a TimeSpan can be fails.
    ///
    /// ```fql
    /// TimeSpan.FromHours(25) => "1.01:00:00"
    /// ```
    immutable static TimeSpan.FromHours(hours: f64) -> Result<TimeSpan, Failure> { of(hours, TimeSpan::from_hours) }

    /// So many minutes
    ///
    /// A fraction counts, to 100 ns. What is longer than a TimeSpan can be fails.
    ///
    /// ```fql
    /// TimeSpan.FromMinutes(90) => "01:30:00"
    /// ```
    immutable static TimeSpan.FromMinutes(minutes: f64) -> Result<TimeSpan, Failure> {
        of(minutes, TimeSpan::from_minutes)
    }

    /// So many seconds
    ///
    /// A fraction counts, to 100 ns. What is longer than a TimeSpan can be fails.
    ///
    /// ```fql
    /// TimeSpan.FromSeconds(0.5) => "00:00:00.5000000"
    /// ```
    immutable static TimeSpan.FromSeconds(seconds: f64) -> Result<TimeSpan, Failure> {
        of(seconds, TimeSpan::from_seconds)
    }

    /// So many milliseconds
    ///
    /// A fraction counts, to 100 ns. What is longer than a TimeSpan can be fails.
    ///
    /// ```fql
    /// TimeSpan.FromMilliseconds(1500) => "00:00:01.5000000"
    /// ```
    immutable static TimeSpan.FromMilliseconds(milliseconds: f64) -> Result<TimeSpan, Failure> {
        of(milliseconds, TimeSpan::from_milliseconds)
    }

    /// The whole days
    ///
    /// ```fql
    /// TimeSpan.FromHours(49).Days => 2
    /// TimeSpan.FromHours(-49).Days => -2
    /// ```
    immutable property TimeSpan.Days(span: TimeSpan) -> i64 { span.days() }

    /// The hours beside the whole days, -23 to 23
    ///
    /// ```fql
    /// TimeSpan.FromHours(49).Hours => 1
    /// ```
    immutable property TimeSpan.Hours(span: TimeSpan) -> i64 { span.hours() }

    /// The minutes beside the whole hours, -59 to 59
    ///
    /// ```fql
    /// TimeSpan.FromMinutes(90).Minutes => 30
    /// ```
    immutable property TimeSpan.Minutes(span: TimeSpan) -> i64 { span.minutes() }

    /// The seconds beside the whole minutes, -59 to 59
    ///
    /// ```fql
    /// TimeSpan.FromSeconds(90).Seconds => 30
    /// ```
    immutable property TimeSpan.Seconds(span: TimeSpan) -> i64 { span.seconds() }

    /// The milliseconds beside the whole seconds, -999 to 999
    ///
    /// ```fql
    /// TimeSpan.FromSeconds(1.25).Milliseconds => 250
    /// ```
    immutable property TimeSpan.Milliseconds(span: TimeSpan) -> i64 { span.milliseconds() }

    /// All of it in days
    ///
    /// ```fql
    /// TimeSpan.FromHours(36).TotalDays => 1.5
    /// ```
    immutable property TimeSpan.TotalDays(span: TimeSpan) -> f64 { span.total_days() }

    /// All of it in hours
    ///
    /// ```fql
    /// TimeSpan.FromMinutes(90).TotalHours => 1.5
    /// ```
    immutable property TimeSpan.TotalHours(span: TimeSpan) -> f64 { span.total_hours() }

    /// All of it in minutes
    ///
    /// ```fql
    /// TimeSpan.FromHours(1.5).TotalMinutes => 90.0
    /// ```
    immutable property TimeSpan.TotalMinutes(span: TimeSpan) -> f64 { span.total_minutes() }

    /// All of it in seconds
    ///
    /// ```fql
    /// TimeSpan.FromMinutes(1.5).TotalSeconds => 90.0
    /// ```
    immutable property TimeSpan.TotalSeconds(span: TimeSpan) -> f64 { span.total_seconds() }

    /// All of it in milliseconds
    ///
    /// ```fql
    /// TimeSpan.FromSeconds(1.5).TotalMilliseconds => 1500.0
    /// ```
    immutable property TimeSpan.TotalMilliseconds(span: TimeSpan) -> f64 { span.total_milliseconds() }

    /// All of it in steps of 100 ns
    ///
    /// ```fql
    /// TimeSpan.FromSeconds(1).Ticks => 10000000
    /// ```
    immutable property TimeSpan.Ticks(span: TimeSpan) -> i64 { span.ticks() }

    /// The same length without its sign
    ///
    /// ```fql
    /// TimeSpan.FromDays(-2).Duration() => "2.00:00:00"
    /// ```
    immutable method TimeSpan.Duration(span: TimeSpan) -> Result<TimeSpan, Failure> { within_range(span.duration()) }

    /// The same length with the other sign
    ///
    /// ```fql
    /// TimeSpan.FromDays(2).Negate() => "-2.00:00:00"
    /// ```
    immutable method TimeSpan.Negate(span: TimeSpan) -> Result<TimeSpan, Failure> { within_range(span.negate()) }

    /// The length as text
    ///
    /// Days and a point if there are any; hours, minutes, seconds; a point and seven digits of a fraction if there is
    /// one.
    ///
    /// ```fql
    /// TimeSpan.FromHours(25.5).ToString() => "1.01:30:00"
    /// TimeSpan.FromMilliseconds(-1).ToString() => "-00:00:00.0010000"
    /// ```
    immutable method TimeSpan.ToString(span: TimeSpan) -> Result<&str, Failure> |ctx| {
        convert::text(Datum::TimeSpan(span), ctx)
    }
}

#[cfg(test)]
mod tests {
    use crate::builtin::harness::{call, member, outcome};
    use crate::value::{Datum, TimeSpan};

    #[test]
    fn lengths_beyond_the_range_fail() {
        assert_eq!(outcome(call("TimeSpan", "FromDays", &[Datum::Double(f64::NAN)])), "E0705");
        assert_eq!(outcome(call("TimeSpan", "FromMilliseconds", &[Datum::Double(f64::INFINITY)])), "E0702");
        assert_eq!(outcome(member("Duration", &[Datum::TimeSpan(TimeSpan::MIN)])), "E0702");
        assert_eq!(outcome(member("Negate", &[Datum::TimeSpan(TimeSpan::MIN)])), "E0702");
    }
}
