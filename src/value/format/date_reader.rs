//! Reads an instant by a date format, as .NET's `ParseExact` with no leniency.
//!
//! A part may come twice if both say the same. A two-digit year is one of 1950 to 2049. `h` without `t` is before noon. Names
//! count in any case; a day of the week must be the date's own.

use super::pattern::{ERA, Field, Item, Items, MONTHS, items};
use crate::value::datetime::{DAYS, DateTime, TICKS_PER_HOUR, TICKS_PER_MINUTE, TimeSpan};

/// The instant that a text stands for in that format.
pub(super) fn read(text: &str, format: &str) -> Option<DateTime> {
    let mut reader = Reader { rest: text, found: Found::default() };
    let mut items = items(format).ok()?;
    while let Some(item) = items.next() {
        reader.item(item.ok()?, &mut items)?;
    }
    if reader.rest.is_empty() { reader.found.instant() } else { None }
}

/// The parts found so far.
#[derive(Default)]
struct Found {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    weekday: Option<i64>,
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    fraction: Option<i64>,
    afternoon: Option<bool>,
    offset: Option<i64>,
    /// Whether the hour was one of twelve.
    twelve: bool,
}

impl Found {
    fn instant(&self) -> Option<DateTime> {
        let hour = self.hour.unwrap_or(0);
        let hour = if self.twelve {
            if hour > 12 {
                return None;
            }
            hour % 12 + if self.afternoon == Some(true) { 12 } else { 0 }
        } else {
            if self.afternoon.is_some_and(|afternoon| afternoon != (hour >= 12)) {
                return None;
            }
            hour
        };
        let (year, month, day) = (self.year.unwrap_or(1), self.month.unwrap_or(1), self.day.unwrap_or(1));
        let (minute, second) = (self.minute.unwrap_or(0), self.second.unwrap_or(0));
        let local = DateTime::from_ymd_hms(year, month, day, hour, minute, second, self.fraction.unwrap_or(0))?;
        if self.weekday.is_some_and(|weekday| weekday != local.day_of_week()) {
            return None;
        }
        local.checked_sub(TimeSpan::from_ticks(self.offset.unwrap_or(0)))
    }
}

/// What is left of the text, and what came before.
struct Reader<'t> {
    rest: &'t str,
    found: Found,
}

impl Reader<'_> {
    /// Reads one item; `after` are the items that follow it.
    fn item(&mut self, item: Item<'_>, after: &mut Items<'_>) -> Option<()> {
        let found = &mut self.found;
        match item {
            Item::Literal(literal) => match self.rest.strip_prefix(literal) {
                Some(rest) => self.rest = rest,
                None => {
                    // The point before a fraction that is not there may be absent too.
                    let next = after.next()?.ok()?;
                    if literal != "." || !matches!(next, Item::Field(Field::TrimmedDecimals, _)) {
                        return None;
                    }
                }
            },
            Item::Field(Field::Day, count) if count > 2 => {
                set(&mut found.weekday, named(&mut self.rest, &DAYS, count)?)?;
            }
            Item::Field(Field::Day, count) => set(&mut found.day, one_or(&mut self.rest, count)?)?,
            Item::Field(Field::Month, count) if count > 2 => {
                set(&mut found.month, named(&mut self.rest, &MONTHS, count)? + 1)?;
            }
            Item::Field(Field::Month, count) => set(&mut found.month, one_or(&mut self.rest, count)?)?,
            Item::Field(Field::Year, count) if count > 2 => {
                set(&mut found.year, digits(&mut self.rest, count, count)?.0)?;
            }
            Item::Field(Field::Year, count) => {
                let year = one_or(&mut self.rest, count)?;
                set(&mut found.year, if year < 50 { 2000 + year } else { 1900 + year })?;
            }
            Item::Field(Field::Era, _) => {
                if !take_ignoring_case(&mut self.rest, ERA) && !take_ignoring_case(&mut self.rest, "AD") {
                    return None;
                }
            }
            Item::Field(Field::Hour12, count) => {
                found.twelve = true;
                set(&mut found.hour, one_or(&mut self.rest, count.min(2))?)?;
            }
            Item::Field(Field::Hour24, count) => set(&mut found.hour, one_or(&mut self.rest, count.min(2))?)?,
            Item::Field(Field::Minute, count) => set(&mut found.minute, one_or(&mut self.rest, count.min(2))?)?,
            Item::Field(Field::Second, count) => set(&mut found.second, one_or(&mut self.rest, count.min(2))?)?,
            Item::Field(Field::Decimals, count) => set(&mut found.fraction, decimals(&mut self.rest, count, count)?)?,
            Item::Field(Field::TrimmedDecimals, count) => {
                set(&mut found.fraction, decimals(&mut self.rest, 0, count)?)?;
            }
            Item::Field(Field::Half, count) => {
                let halves = if count == 1 { ["A", "P"] } else { ["AM", "PM"] };
                let afternoon = halves.iter().position(|half| take_ignoring_case(&mut self.rest, half))? == 1;
                set(&mut found.afternoon, afternoon)?;
            }
            Item::Field(Field::Offset, count) => set(&mut found.offset, offset(&mut self.rest, count)?)?,
            Item::Field(Field::Zone, _) => {
                if let Some(rest) = self.rest.strip_prefix('Z') {
                    self.rest = rest;
                    set(&mut found.offset, 0)?;
                } else if self.rest.starts_with(['+', '-']) {
                    set(&mut found.offset, offset(&mut self.rest, 3)?)?;
                }
            }
        }
        Some(())
    }
}

/// Notes a part; none if another value was found before.
fn set<T: Copy + PartialEq>(part: &mut Option<T>, value: T) -> Option<()> {
    (*part.get_or_insert(value) == value).then_some(())
}

/// Reads at least and at most so many digits; gives their number and how many there were.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<(i64, usize)> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (text, after) = rest.split_at_checked(count)?;
    *rest = after;
    // No field is as long as an Int has digits, but for a year that is all zeros in front.
    let value = if text.is_empty() { 0 } else { text.parse().ok()? };
    (count >= least).then_some((value, count))
}

/// One letter: one or two digits; more letters: as many digits.
fn one_or(rest: &mut &str, count: usize) -> Option<i64> {
    Some(digits(rest, count, count.max(2))?.0)
}

/// Reads decimals of a second, as ticks.
fn decimals(rest: &mut &str, least: usize, most: usize) -> Option<i64> {
    let (value, count) = digits(rest, least, most)?;
    let missing = 7u32.checked_sub(u32::try_from(count).ok()?)?;
    value.checked_mul(10i64.checked_pow(missing)?)
}

/// Reads a name, or with three letters its abbreviation; gives its place among the names.
fn named(rest: &mut &str, names: &[&str], count: usize) -> Option<i64> {
    let place = names.iter().position(|name| {
        let name = if count == 3 { name.get(..3).unwrap_or(name) } else { name };
        take_ignoring_case(rest, name)
    })?;
    i64::try_from(place).ok()
}

fn take_ignoring_case(rest: &mut &str, wanted: &str) -> bool {
    match rest.split_at_checked(wanted.len()) {
        Some((text, after)) if text.eq_ignore_ascii_case(wanted) => {
            *rest = after;
            true
        }
        _ => false,
    }
}

/// Reads how far the clock is ahead of UTC, at most 14 hours: `z` hours of one or two digits, `zz` of two, `zzz` also
/// minutes, with or without a `:`.
fn offset(rest: &mut &str, count: usize) -> Option<i64> {
    let west = rest.starts_with('-');
    *rest = rest.strip_prefix(['+', '-'])?;
    let hours = digits(rest, if count == 2 { 2 } else { 1 }, 2)?.0;
    let mut minutes = 0;
    if count > 2 {
        *rest = rest.strip_prefix(':').unwrap_or(rest);
        minutes = digits(rest, 2, 2)?.0;
    }
    let size = hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE;
    if minutes > 59 || size > 14 * TICKS_PER_HOUR {
        return None;
    }
    Some(if west { -size } else { size })
}
