//! Text to tree.
//!
//! Values that are complete but whose container is not wait on one stack; closing a container moves its part of the stack
//! into the arena. Texts without escapes stay where they are, in the text that was given.

use super::scan::{self, Scanned};
use super::{FaultKind, Json, JsonFault, MAX_DEPTH};
use bumpalo::Bump;

/// A container whose end was not seen yet.
pub(super) struct Open<'a> {
    pub(super) is_object: bool,
    /// Where its elements or members begin on the stack of waiting values.
    pub(super) first: usize,
    /// The key under which it stands itself; empty in an array.
    pub(super) key: &'a str,
}

/// Reads one JSON value (L3.5): at most [`MAX_DEPTH`] containers deep, of a repeated key the last value counts, at the place
/// of the first. Integers that fit 64 bits are exact, other numbers binary64.
///
/// # Errors
///
/// Whatever is no JSON, with its place.
pub fn parse<'a>(text: &'a str, arena: &'a Bump) -> Result<Json<'a>, JsonFault> {
    let bytes = text.as_bytes();
    let (end, value) = value(text, scan::blank(bytes, 0), 0, arena)?;
    scan::end(bytes, end)?;
    Ok(value)
}

/// Reads the value at `at`, which lies within `depth` containers: the offset behind it, and its tree.
pub(super) fn value<'a>(text: &'a str, at: usize, depth: u32, arena: &'a Bump) -> Scanned<(usize, Json<'a>)> {
    let most = MAX_DEPTH.saturating_sub(depth) as usize;
    let bytes = text.as_bytes();
    let mut open: Vec<Open<'a>> = Vec::new();
    let mut waiting: Vec<(&'a str, Json<'a>)> = Vec::new();
    let mut key = "";
    let mut at = at;
    'value: loop {
        let mut value;
        (at, value) = match bytes.get(at) {
            Some(b'"') => read_string(text, at + 1, arena).map(|(end, text)| (end, Json::String(text)))?,
            Some(b'-' | b'0'..=b'9') => scan::number::<true>(bytes, at)?,
            Some(bracket @ (b'{' | b'[')) => {
                if open.len() >= most {
                    return Err(JsonFault::new(FaultKind::Depth, at));
                }
                let is_object = *bracket == b'{';
                at = scan::blank(bytes, at + 1);
                match (bytes.get(at), is_object) {
                    (Some(b'}'), true) => (at + 1, Json::object(arena, &[])),
                    (Some(b']'), false) => (at + 1, Json::array(arena, &[])),
                    _ => {
                        open.push(Open { is_object, first: waiting.len(), key });
                        (at, key) = if is_object { read_key(text, at, arena)? } else { (at, "") };
                        continue 'value;
                    }
                }
            }
            _ => scan::word(bytes, at)?,
        };
        while let Some(container) = open.last() {
            waiting.push((key, value));
            at = scan::blank(bytes, at);
            match (bytes.get(at), container.is_object) {
                (Some(b','), is_object) => {
                    at = scan::blank(bytes, at + 1);
                    (at, key) = if is_object { read_key(text, at, arena)? } else { (at, "") };
                    continue 'value;
                }
                (Some(b'}'), true) | (Some(b']'), false) => {
                    at += 1;
                    let inner = waiting.get(container.first..).unwrap_or_default();
                    value = self::container(container.is_object, inner, arena);
                    waiting.truncate(container.first);
                    key = container.key;
                    open.pop();
                }
                (_, true) => return Err(JsonFault::new(FaultKind::ObjectEnd, at)),
                (_, false) => return Err(JsonFault::new(FaultKind::ArrayEnd, at)),
            }
        }
        return Ok((at, value));
    }
}

/// An object of these members, or an array of their values.
pub(super) fn container<'a>(is_object: bool, inner: &[(&'a str, Json<'a>)], arena: &'a Bump) -> Json<'a> {
    if is_object {
        Json::object(arena, inner)
    } else {
        Json::own_array(arena, arena.alloc_slice_fill_iter(inner.iter().map(|(_, item)| *item)))
    }
}

/// The string whose inside begins at `at`, and the offset behind its closing quote.
pub(super) fn read_string<'a>(text: &'a str, at: usize, arena: &'a Bump) -> Scanned<(usize, &'a str)> {
    let (end, has_escapes) = scan::string(text.as_bytes(), at)?;
    let raw = text.get(at..end).unwrap_or_default();
    Ok((end + 1, if has_escapes { decoded(raw, arena) } else { raw }))
}

/// The key at `at`, and the offset of its value.
pub(super) fn read_key<'a>(text: &'a str, at: usize, arena: &'a Bump) -> Scanned<(usize, &'a str)> {
    if text.as_bytes().get(at) != Some(&b'"') {
        return Err(JsonFault::new(FaultKind::Key, at));
    }
    let (end, key) = read_string(text, at + 1, arena)?;
    Ok((scan::colon(text.as_bytes(), end)?, key))
}

fn decoded<'a>(raw: &str, arena: &'a Bump) -> &'a str {
    let mut out = bumpalo::collections::String::with_capacity_in(raw.len(), arena);
    // INVARIANT: writing to a string never fails.
    let _ = scan::decode(raw, &mut out);
    out.into_bump_str()
}
