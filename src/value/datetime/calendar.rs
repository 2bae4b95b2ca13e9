//! The proleptic Gregorian calendar of the years 1 to 9999.
//!
//! In: a date, or days since 0001-01-01. Out: the other. Plain arithmetic without tables of years; both ways cost a few
//! divisions.

/// Days from 0001-01-01 to 9999-12-31.
pub(super) const LAST_DAY: i64 = 3_652_058;

/// Days from 0000-03-01 to 0001-01-01. Years that begin in March have their odd day at the end.
const MARCH_SHIFT: i64 = 306;

/// Days in 400, 100 and 4 years.
const CYCLE: i64 = 146_097;
const FOUR_YEARS: i64 = 1_461;

/// Whether February has 29 days.
pub(super) fn is_leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month; none if the year is not 1 to 9999 or the month not 1 to 12.
pub(super) fn days_in_month(year: i64, month: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) {
        return None;
    }
    match month {
        2 => Some(28 + i64::from(is_leap_year(year))),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

/// Days since 0001-01-01 of a date; none if there is no such date.
pub(super) fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    if day < 1 || (day > 28 && day > days_in_month(year, month)?) {
        return None;
    }
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    // Months that begin in March repeat 31 30 31 30 31: 153 days in five.
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    Some(365 * year + year / 4 - year / 100 + year / 400 + day_of_year - MARCH_SHIFT)
}

/// Year, month and day of days since 0001-01-01.
pub(super) fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + MARCH_SHIFT;
    let century = (4 * days + 3) / CYCLE;
    let in_century = days - century * CYCLE / 4;
    let year = (4 * in_century + 3) / FOUR_YEARS;
    let day_of_year = in_century - year * FOUR_YEARS / 4;
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = 100 * century + year;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}
