//! What stood at each path, and reading it as a type.

use super::extract::Key;
use super::order::Order;
use super::paths::Paths;
use crate::value::json::{Array, Json, Object, parse, scan};
use crate::value::{Cast, DateTime, convert};
use bumpalo::Bump;

/// What stood at one path of an event. Offsets are bytes in the event's text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Raw {
    /// Nothing.
    #[default]
    Missing,
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A number that is exact in 64 bits (L3.5).
    Int(i64),
    /// Any other number.
    Double(f64),
    /// A text without escapes, between its quotes.
    Text {
        /// Offset behind the opening quote.
        start: u32,
        /// Length in bytes.
        len: u32,
    },
    /// A text that had escapes, in the buffer of the [`Raws`].
    Decoded {
        /// Offset in that buffer.
        start: u32,
        /// Length in bytes.
        len: u32,
    },
    /// An object or an array, with its brackets.
    Container {
        /// Offset of the opening bracket.
        start: u32,
        /// Length in bytes.
        len: u32,
    },
}

/// How long the found value of a note may be, in characters.
const FOUND: usize = 200;

/// What stood at all paths of an event. Made once and reused: after the first events nothing is allocated.
///
/// Reading takes the event's text, the one that [`super::extract()`] returned; with another text the values mean nothing.
#[derive(Debug, Default)]
pub struct Raws {
    values: Vec<Raw>,
    /// The slots that were filled, in order; one may appear again.
    filled: Vec<u32>,
    /// The texts that had escapes.
    decoded: String,
    /// For each edge of the trie which key filled it.
    seen: Vec<Seen>,
    /// Numbers the objects that were read; never starts again, so nothing of an earlier event is taken for seen.
    visits: u64,
    /// What guesses at an event's keys go by, if there are to be any.
    order: Option<Box<Order>>,
}

/// The key that filled what is below an edge of the trie.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// In which object.
    visit: u64,
    /// Where the key stands, for comparing its spelling.
    pub(super) start: u32,
    pub(super) len: u32,
    /// Its part of the list of filled slots.
    first: u32,
    end: u32,
    /// Whether it is spelled as the path is.
    pub(super) is_exact: bool,
}

impl Raws {
    /// No event yet; everything is missing.
    pub fn new() -> Raws {
        Raws::default()
    }

    /// The same, for many events of one source one after another: the order of their keys is learned, so that those of the
    /// next event can be guessed. What is read does not depend on it. At most some 200 KiB are kept.
    pub fn learning() -> Raws {
        Raws { order: Some(Box::default()), ..Raws::default() }
    }

    /// What to guess the keys of an event of so many bytes by; to be given back by [`Raws::keep`].
    pub(super) fn order(&mut self, paths: &Paths, bytes: usize) -> Option<Box<Order>> {
        self.order.take_if(|order| order.begin(paths, bytes))
    }

    /// Keys that were not guessed, and those that were.
    #[cfg(test)]
    pub(super) fn counted(&self) -> (u64, u64) {
        self.order.as_ref().map_or((0, 0), |order| order.counted)
    }

    /// Keys that were not guessed and not learned either.
    #[cfg(test)]
    pub(super) fn refused(&self) -> u64 {
        self.order.as_ref().map_or(0, |order| order.refused)
    }

    /// Seams that were compared with one to be kept.
    #[cfg(test)]
    pub(super) fn compared(&self) -> u64 {
        self.order.as_ref().map_or(0, |order| order.compared.get())
    }

    /// Keeps what was learned of an event.
    pub(super) fn keep(&mut self, mut order: Box<Order>) {
        order.end();
        self.order = Some(order);
    }

    /// What stood at path number `slot`; missing too if there is no such path.
    #[inline]
    pub fn get(&self, slot: usize) -> Raw {
        self.values.get(slot).copied().unwrap_or_default()
    }

    /// Forgets the event.
    pub fn clear(&mut self) {
        for slot in self.filled.drain(..) {
            if let Some(value) = self.values.get_mut(slot as usize) {
                *value = Raw::Missing;
            }
        }
        self.decoded.clear();
    }

    /// Forgets the event and makes room for these paths.
    pub(super) fn reset(&mut self, paths: &Paths) {
        self.clear();
        if self.values.len() != paths.slots {
            self.values.resize(paths.slots, Raw::Missing);
        }
        if self.seen.len() < paths.edges {
            self.seen.resize(paths.edges, Seen::default());
        }
    }

    /// The number of the object that is read from now on.
    #[inline]
    pub(super) fn visit(&mut self) -> u64 {
        self.visits = self.visits.wrapping_add(1);
        self.visits
    }

    /// How long the list of filled slots is.
    #[inline]
    pub(super) fn filled(&self) -> u32 {
        self.filled.len() as u32
    }

    #[inline]
    pub(super) fn put(&mut self, slot: u32, raw: Raw) {
        if let Some(value) = self.values.get_mut(slot as usize) {
            *value = raw;
            self.filled.push(slot);
        }
    }

    /// Keeps what a text with escapes means.
    #[cold]
    pub(super) fn decoded(&mut self, raw: &str) -> Raw {
        let start = self.decoded.len() as u32;
        // INVARIANT: writing to a string never fails.
        let _ = scan::decode(raw, &mut self.decoded);
        Raw::Decoded { start, len: self.decoded.len() as u32 - start }
    }

    /// The key of that object which filled the edge before, if any.
    #[inline]
    pub(super) fn seen(&self, edge: u32, visit: u64) -> Option<Seen> {
        self.seen.get(edge as usize).copied().filter(|seen| seen.visit == visit)
    }

    /// Notes that a key filled the edge, and the slots from number `first` of the filled ones on.
    #[inline]
    pub(super) fn see(&mut self, edge: u32, visit: u64, first: u32, key: Key) {
        let end = self.filled();
        let (start, len, is_exact) = (key.start as u32, (key.end - key.start) as u32, key.is_exact);
        if let Some(seen) = self.seen.get_mut(edge as usize) {
            *seen = Seen { visit, start, len, first, end, is_exact };
        }
    }

    /// Makes missing again what the key that filled the edge had filled.
    #[cold]
    pub(super) fn forget(&mut self, edge: u32) {
        let Some(seen) = self.seen.get(edge as usize) else { return };
        for slot in self.filled.get(seen.first as usize..seen.end as usize).unwrap_or_default() {
            if let Some(value) = self.values.get_mut(*slot as usize) {
                *value = Raw::Missing;
            }
        }
    }

    /// What stood there, as far as it can be had without building a tree: a missing value is null, a container an empty one
    /// of its kind.
    #[inline]
    pub fn peek<'a>(&'a self, slot: usize, text: &'a str) -> Json<'a> {
        const ARRAY: &Array<'static> = &Array::EMPTY;
        const OBJECT: &Object<'static> = &Object::EMPTY;
        match self.get(slot) {
            Raw::Missing | Raw::Null => Json::Null,
            Raw::Bool(value) => Json::Bool(value),
            Raw::Int(value) => Json::Int(value),
            Raw::Double(value) => Json::Double(value),
            Raw::Text { start, len } => Json::String(part(text, start, len)),
            Raw::Decoded { start, len } => Json::String(part(&self.decoded, start, len)),
            Raw::Container { start, .. } if text.as_bytes().get(start as usize) == Some(&b'[') => Json::Array(ARRAY),
            Raw::Container { .. } => Json::Object(OBJECT),
        }
    }

    /// Whether something other than null stood there (L3.4).
    #[inline]
    pub fn exists(&self, slot: usize) -> bool {
        !matches!(self.get(slot), Raw::Missing | Raw::Null)
    }

    /// Read as Bool (L3.5).
    #[inline]
    pub fn bool(&self, slot: usize, text: &str) -> Cast<bool> {
        convert::json_to_bool(self.peek(slot, text))
    }

    /// Read as Int (L3.5).
    #[inline]
    pub fn int(&self, slot: usize, text: &str) -> Cast<i64> {
        convert::json_to_int(self.peek(slot, text))
    }

    /// Read as Double (L3.5).
    #[inline]
    pub fn double(&self, slot: usize, text: &str) -> Cast<f64> {
        convert::json_to_double(self.peek(slot, text))
    }

    /// Read as DateTime (L3.5).
    #[inline]
    pub fn datetime(&self, slot: usize, text: &str) -> Cast<DateTime> {
        convert::json_to_datetime(self.peek(slot, text))
    }

    /// Read as String (L3.5): the canonical text, in the arena if it has to be made; of an object or array its compact JSON
    /// and a note.
    pub fn string<'a>(&'a self, slot: usize, text: &'a str, arena: &'a Bump) -> Cast<&'a str> {
        let json = match self.peek(slot, text) {
            Json::Null => return Cast { value: "", unreadable: false },
            Json::String(value) => return Cast { value, unreadable: false },
            _ => self.json(slot, text, arena),
        };
        let mut out = bumpalo::collections::String::new_in(arena);
        // INVARIANT: writing to a string never fails.
        let _ = json.write_text(&mut out);
        Cast { value: out.into_bump_str(), unreadable: json.depth() > 0 }
    }

    /// Read as Json, null if missing (L3.4, L3.5). A container becomes a tree in the arena.
    pub fn json<'a>(&'a self, slot: usize, text: &'a str, arena: &'a Bump) -> Json<'a> {
        match self.get(slot) {
            // INVARIANT: the event was validated, and a part of it is no deeper than the whole.
            Raw::Container { start, len } => parse(part(text, start, len), arena).unwrap_or(Json::Null),
            _ => self.peek(slot, text),
        }
    }

    /// The found value of a note (L3.5): compact JSON, shortened if it is long.
    pub fn found(&self, slot: usize, text: &str) -> String {
        self.json(slot, text, &Bump::new()).excerpt(FOUND)
    }
}

fn part(text: &str, start: u32, len: u32) -> &str {
    let start = start as usize;
    text.get(start..start.saturating_add(len as usize)).unwrap_or_default()
}
