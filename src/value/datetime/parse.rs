//! Instants in RFC 3339 and ISO 8601 texts (L3.5).
//!
//! In: `2026-02-03`, `2026-02-03T11:04:05.123Z`, `2026-02-03 11:04+01:00`. Out: the instant in UTC. This runs for every
//! event, so it looks at fixed places and allocates nothing. Where the paragraph is silent: `t` and `z` count as `T` and
//! `Z`; seconds may be left out; the fraction may follow a comma; an offset is `Z`, `+01:00`, `+0100` or `+01`, at most
//! 23:59; `24:00` is the midnight that ends the day; a leap second (`23:59:60` UTC) is the second that follows it. White space
//! around the text and ISO 8601's forms without hyphens, with weeks or with days of the year are not read.

use super::calendar::days_of;
use super::{DateTime, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

/// The instant that a text stands for; none if it has another form or lies outside the years 1 to 9999.
pub(super) fn parse(text: &str) -> Option<DateTime> {
    let (date, rest) = text.as_bytes().split_first_chunk::<10>()?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *date else { return None };
    let days = days_of(two(y0, y1)? * 100 + two(y2, y3)?, two(m0, m1)?, two(d0, d1)?)?;
    let midnight = days * TICKS_PER_DAY;
    let Some((b'T' | b't' | b' ', rest)) = rest.split_first() else {
        return if rest.is_empty() { DateTime::from_ticks(midnight) } else { None };
    };
    let (clock, rest) = rest.split_first_chunk::<5>()?;
    let [h0, h1, b':', n0, n1] = *clock else { return None };
    let (hour, minute) = (two(h0, h1)?, two(n0, n1)?);
    let (second, fraction, rest) = seconds(rest)?;
    let end_of_day = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    if (hour > 23 && !end_of_day) || minute > 59 || second > 60 {
        return None;
    }
    let at_minute = midnight + hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE - offset(rest)?;
    if second == 60 && at_minute.rem_euclid(TICKS_PER_DAY) != TICKS_PER_DAY - TICKS_PER_MINUTE {
        return None;
    }
    DateTime::from_ticks(at_minute + second * TICKS_PER_SECOND + fraction)
}

/// Seconds and ticks after the minute, both zero if left out, and what follows.
fn seconds(rest: &[u8]) -> Option<(i64, i64, &[u8])> {
    let Some(([b':', s0, s1], rest)) = rest.split_first_chunk::<3>() else { return Some((0, 0, rest)) };
    let second = two(*s0, *s1)?;
    let Some((b'.' | b',', digits)) = rest.split_first() else { return Some((second, 0, rest)) };
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?;
    let kept = digits.get(..7).unwrap_or(digits);
    let ticks = kept.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte.wrapping_sub(b'0')));
    Some((second, ticks * 10i64.pow(7u32.saturating_sub(u32::try_from(kept.len()).unwrap_or(7))), rest))
}

/// How far the clock is ahead of UTC, in ticks.
fn offset(rest: &[u8]) -> Option<i64> {
    let (east, hour, minute) = match *rest {
        [] | [b'Z' | b'z'] => return Some(0),
        [sign @ (b'+' | b'-'), h0, h1] => (sign == b'+', two(h0, h1)?, 0),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] | [sign @ (b'+' | b'-'), h0, h1, m0, m1] => {
            (sign == b'+', two(h0, h1)?, two(m0, m1)?)
        }
        _ => return None,
    };
    if hour > 23 || minute > 59 {
        return None;
    }
    let size = hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE;
    Some(if east { size } else { -size })
}

/// The number of two digits.
fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then_some(i64::from(tens) * 10 + i64::from(ones))
}
