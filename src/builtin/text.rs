//! Positions, lengths and case of text, and computed text in the arena of the run.
//!
//! Rules count characters, that is Unicode scalar values; Rust counts bytes. As long as the characters before a
//! position are ASCII both are the same, so a position costs a look at the bytes before it and no more.

use crate::value::{Context, Failure};
use bumpalo::collections::String as ArenaString;

/// How many characters a text has.
pub(super) fn length(text: &str) -> i64 {
    text.chars().count() as i64
}

/// The byte where character `index` begins; the length in characters gives the end of the text. `None` is outside.
pub(super) fn offset(text: &str, index: i64) -> Option<usize> {
    let index = usize::try_from(index).ok()?;
    // A text has at least as many bytes as characters: beyond its bytes is beyond its characters.
    let before = text.as_bytes().get(..index)?;
    if before.is_ascii() {
        return Some(index);
    }
    let mut starts = text.char_indices().map(|(at, _)| at);
    starts.nth(index).or_else(|| (length(text) == index as i64).then_some(text.len()))
}

/// The text before and from a byte offset that [`offset`] gave.
pub(super) fn split(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// Refuses a text of that many bytes if it is over the limit (L5.4), before any memory is used for it.
pub(super) fn room(bytes: usize, context: &Context<'_>) -> Result<(), Failure> {
    if bytes > context.string_bytes { Err(Failure::too_long(context.string_bytes)) } else { Ok(()) }
}

/// Text of a known length made of pieces.
pub(super) fn join<'a>(
    bytes: usize,
    context: &Context<'a>,
    fill: impl FnOnce(&mut ArenaString<'a>),
) -> Result<&'a str, Failure> {
    room(bytes, context)?;
    let mut out = ArenaString::with_capacity_in(bytes, context.arena);
    fill(&mut out);
    Ok(out.into_bump_str())
}

/// Text that was computed elsewhere, put into the arena.
pub(super) fn copied<'a>(text: &str, context: &Context<'a>) -> Result<&'a str, Failure> {
    room(text.len(), context)?;
    Ok(context.arena.alloc_str(text))
}

/// Every character mapped by itself. A text that the mapping leaves as it is takes no memory.
fn map<'a>(text: &'a str, context: &Context<'a>, to: impl Fn(char) -> char) -> Result<&'a str, Failure> {
    if text.chars().all(|c| to(c) == c) {
        return Ok(text);
    }
    let bytes = text.chars().map(|c| to(c).len_utf8()).sum();
    join(bytes, context, |out| out.extend(text.chars().map(to)))
}

/// Upper case.
pub(super) fn upper<'a>(text: &'a str, context: &Context<'a>) -> Result<&'a str, Failure> {
    if text.is_ascii() {
        return ascii(text, context, u8::is_ascii_lowercase, str::make_ascii_uppercase);
    }
    map(text, context, upper_char)
}

/// Lower case.
pub(super) fn lower<'a>(text: &'a str, context: &Context<'a>) -> Result<&'a str, Failure> {
    if text.is_ascii() {
        return ascii(text, context, u8::is_ascii_uppercase, str::make_ascii_lowercase);
    }
    map(text, context, lower_char)
}

/// ASCII text in the other case, if a byte of it has to change.
fn ascii<'a>(
    text: &'a str,
    context: &Context<'a>,
    changes: fn(&u8) -> bool,
    change: fn(&mut str),
) -> Result<&'a str, Failure> {
    if !text.as_bytes().iter().any(changes) {
        return Ok(text);
    }
    room(text.len(), context)?;
    let changed = context.arena.alloc_str(text);
    change(changed);
    Ok(changed)
}

/// Whether two texts are equal when case is ignored.
pub(super) fn equal_ignoring_case(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars().map(upper_char).eq(b.chars().map(upper_char))
}

/// Unicode's simple upper case mapping: one character to one character.
///
/// The standard library knows the full mapping. Where that gives one character, it is the simple one; the few Greek
/// letters whose full mapping gives two and that have a simple one all the same are named here.
fn upper_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut full = c.to_uppercase();
    match (full.next(), full.next()) {
        (Some(one), None) => one,
        _ => match c {
            '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => shifted(c, 8),
            '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shifted(c, 9),
            _ => c,
        },
    }
}

fn shifted(c: char, by: u32) -> char {
    char::from_u32(u32::from(c) + by).unwrap_or(c)
}

/// Unicode's simple lower case mapping. Only `İ` has a full mapping of two characters; its simple one is `i`.
fn lower_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut full = c.to_lowercase();
    match (full.next(), full.next()) {
        (Some(one), None) => one,
        _ if c == '\u{130}' => 'i',
        _ => c,
    }
}

/// A set of characters, for trimming: ASCII as bits, the others sorted.
#[derive(Debug)]
pub(super) struct Characters {
    ascii: u128,
    others: Vec<char>,
}

impl Characters {
    /// The characters of a text.
    pub(super) fn of(text: &str) -> Characters {
        let mut set = Characters { ascii: 0, others: Vec::new() };
        for c in text.chars() {
            if c.is_ascii() { set.ascii |= 1 << u32::from(c) } else { set.others.push(c) }
        }
        set.others.sort_unstable();
        set
    }

    /// Whether the set has that character.
    pub(super) fn has(&self, c: char) -> bool {
        if c.is_ascii() { self.ascii >> u32::from(c) & 1 == 1 } else { self.others.binary_search(&c).is_ok() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn offsets_count_characters_up_to_and_including_the_end() {
        for text in ["", "abc", "aéz", "日本", "a😀b"] {
            let expected: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            for (index, at) in expected.iter().enumerate() {
                assert_eq!(offset(text, index as i64), Some(*at), "{text} {index}");
            }
            assert_eq!(offset(text, expected.len() as i64), None);
            assert_eq!(offset(text, -1), None);
            assert_eq!(offset(text, i64::MAX), None);
        }
    }

    #[test]
    fn case_mapping_is_the_simple_one() {
        for (lower, upper) in [('ß', 'ß'), ('ÿ', 'Ÿ'), ('ŉ', 'ŉ'), ('ᾀ', 'ᾈ'), ('ᾳ', 'ᾼ'), ('ﬁ', 'ﬁ'), ('я', 'Я')]
        {
            assert_eq!(upper_char(lower), upper, "{lower}");
        }
        assert_eq!(lower_char('İ'), 'i');
        assert_eq!(lower_char('ẞ'), 'ß');
        // The shifted letters are those that the full lower case mapping leads back.
        for c in ('\u{1f80}'..='\u{1fff}').filter(|c| upper_char(*c) != *c) {
            assert_eq!(lower_char(upper_char(c)).to_uppercase().to_string(), c.to_uppercase().to_string(), "{c}");
        }
    }

    #[test]
    fn sets_of_characters_know_their_members() {
        let set = Characters::of("b日a-");
        assert!(set.has('a') && set.has('日') && set.has('-'));
        assert!(!set.has('c') && !set.has('本'));
    }
}
