//! Writes an instant by a date format.

use super::FormatFault;
use super::pattern::{ERA, Field, Item, MAX_DECIMALS, MONTHS, items};
use crate::value::datetime::{DateTime, DateTimeParts};
use std::fmt::Write;

/// The instant in that format.
pub(super) fn write(value: DateTime, format: &str) -> Result<String, FormatFault> {
    let parts = value.parts();
    let mut text = String::with_capacity(format.len().saturating_add(16));
    for item in items(format)? {
        match item? {
            Item::Literal(literal) => text.push_str(literal),
            Item::Field(field, count) => {
                // Writing to a text cannot fail.
                let _ = write_field(&mut text, value, &parts, field, count);
            }
        }
    }
    Ok(text)
}

fn write_field(
    text: &mut String,
    value: DateTime,
    parts: &DateTimeParts,
    field: Field,
    count: usize,
) -> std::fmt::Result {
    match field {
        Field::Day if count > 2 => text.push_str(name(value.day_of_week_name(), count)),
        Field::Day => number(text, parts.day, count)?,
        Field::Month if count > 2 => {
            let month = usize::try_from(parts.month - 1).ok().and_then(|month| MONTHS.get(month));
            text.push_str(name(month.copied().unwrap_or(""), count));
        }
        Field::Month => number(text, parts.month, count)?,
        Field::Year if count > 2 => write!(text, "{:0count$}", parts.year)?,
        Field::Year => number(text, parts.year % 100, count)?,
        Field::Era => text.push_str(ERA),
        Field::Hour12 => number(text, (parts.hour + 11) % 12 + 1, count)?,
        Field::Hour24 => number(text, parts.hour, count)?,
        Field::Minute => number(text, parts.minute, count)?,
        Field::Second => number(text, parts.second, count)?,
        Field::Decimals => text.push_str(decimals(parts.fraction, count).as_str()),
        Field::TrimmedDecimals => {
            let digits = decimals(parts.fraction, count);
            match digits.trim_end_matches('0') {
                // The point before a fraction that is not there goes too.
                "" if text.ends_with('.') => {
                    text.pop();
                }
                digits => text.push_str(digits),
            }
        }
        Field::Half => {
            let half = if parts.hour < 12 { "AM" } else { "PM" };
            text.push_str(half.get(..count.min(2)).unwrap_or(half));
        }
        Field::Offset => text.push_str(match count {
            1 => "+0",
            2 => "+00",
            _ => "+00:00",
        }),
        Field::Zone => text.push('Z'),
    }
    Ok(())
}

/// A number of one or two digits; more letters than two count as two.
fn number(text: &mut String, value: i64, count: usize) -> std::fmt::Result {
    let width = count.min(2);
    write!(text, "{value:0width$}")
}

/// The first digits of a fraction of a second.
fn decimals(fraction: i64, count: usize) -> String {
    let mut digits = format!("{fraction:0MAX_DECIMALS$}");
    digits.truncate(count);
    digits
}

/// A name, or from three letters its abbreviation.
fn name(name: &'static str, count: usize) -> &'static str {
    if count == 3 { name.get(..3).unwrap_or(name) } else { name }
}
