//! Text to tree.
//!
//! Values that are complete but whose container is not wait on one stack; closing a container moves its part of the stack
//! into the arena. Texts without escapes stay where they are, in the text that was given.

use super::scan::{self, Scanned};
use super::{FaultKind, Json, JsonFault, MAX_DEPTH};
use bumpalo::Bump;

/// A container whose end was not seen yet.
struct Open<'a> {
    is_object: bool,
    /// Where its elements or members begin on the stack of waiting values.
    first: usize,
    /// The key under which it stands itself; empty in an array.
    key: &'a str,
}

/// Reads one JSON value (L3.5): at most [`MAX_DEPTH`] containers deep, of a repeated key the last value counts, at the place
/// of the first. Integers that fit 64 bits are exact, other numbers binary64.
///
/// # Errors
///
/// Whatever is no JSON, with its place.
pub fn parse<'a>(text: &'a str, arena: &'a Bump) -> Result<Json<'a>, JsonFault> {
    let bytes = text.as_bytes();
    let mut open: Vec<Open<'a>> = Vec::new();
    let mut waiting: Vec<(&'a str, Json<'a>)> = Vec::new();
    let mut key = "";
    let mut at = scan::blank(bytes, 0);
    'value: loop {
        let mut value;
        (at, value) = match bytes.get(at) {
            Some(b'"') => read_string(text, at + 1, arena).map(|(end, text)| (end, Json::String(text)))?,
            Some(b'-' | b'0'..=b'9') => scan::number::<true>(bytes, at)?,
            Some(bracket @ (b'{' | b'[')) => {
                if open.len() >= MAX_DEPTH as usize {
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
                    value = if container.is_object {
                        Json::object(arena, inner)
                    } else {
                        Json::own_array(arena, arena.alloc_slice_fill_iter(inner.iter().map(|(_, item)| *item)))
                    };
                    waiting.truncate(container.first);
                    key = container.key;
                    open.pop();
                }
                (_, true) => return Err(JsonFault::new(FaultKind::ObjectEnd, at)),
                (_, false) => return Err(JsonFault::new(FaultKind::ArrayEnd, at)),
            }
        }
        scan::end(bytes, at)?;
        return Ok(value);
    }
}

/// The string whose inside begins at `at`, and the offset behind its closing quote.
fn read_string<'a>(text: &'a str, at: usize, arena: &'a Bump) -> Scanned<(usize, &'a str)> {
    let (end, has_escapes) = scan::string(text.as_bytes(), at)?;
    let raw = text.get(at..end).unwrap_or_default();
    Ok((end + 1, if has_escapes { decoded(raw, arena) } else { raw }))
}

/// The key at `at`, and the offset of its value.
fn read_key<'a>(text: &'a str, at: usize, arena: &'a Bump) -> Scanned<(usize, &'a str)> {
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
