//! One pass over an event along the trie of paths.
//!
//! Objects and arrays on the way of some path are read key by key, everything else is skipped. What a key may stand for is
//! decided when it is met (L1.3): exactly the path's name, then the last such key counts (L3.5); else, as long as no exact
//! one was met, the first spelling that differs by case, of which again the last counts. What a key replaces is forgotten
//! through the list of filled slots.
//!
//! Two readers may want the same value: spellings of one name, and an index beside a name on an array (L3.6). The value is
//! then read once for each, which is bounded by the number of paths and spares the trie from merging them.

use super::fault::EventFault;
use super::guided::Guided;
use super::keys::{Found, Name};
use super::paths::{NONE, Node, Paths};
use super::raw::{Raw, Raws, Seen};
use crate::value::json::scan::{self, Scanned};
use crate::value::json::{FaultKind, Json, JsonFault, MAX_DEPTH};

/// Reads an event: fills `raws`, whatever they held before, with what stands at each of the paths, and returns the text that
/// their offsets mean.
///
/// The limit on an event's size is the caller's business (L5.4).
///
/// # Errors
///
/// E0905 for bytes that are no UTF-8, then the first of: E0901 for what is no JSON, E0903 for more than 128 levels, E0902 for
/// JSON that is no object; E0904 beyond 4 GiB. `raws` are all missing then.
pub fn extract<'e>(paths: &Paths, bytes: &'e [u8], raws: &mut Raws) -> Result<&'e str, EventFault> {
    raws.reset(paths);
    let text = match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => std::str::from_utf8(bytes).map_err(|error| EventFault::not_utf8(bytes, error.valid_up_to()))?,
    };
    extract_text(paths, text, raws)?;
    Ok(text)
}

/// The same for an event that is text already.
///
/// # Errors
///
/// As [`extract`], but for E0905.
pub fn extract_text(paths: &Paths, text: &str, raws: &mut Raws) -> Result<(), EventFault> {
    raws.reset(paths);
    let bytes = text.as_bytes();
    let outcome = match paths.nodes.first() {
        Some(_) if bytes.len() >= NONE as usize => Err(JsonFault::new(FaultKind::Length, 0)),
        Some(root) => match raws.order(paths, bytes.len()) {
            None => Reader { paths, bytes, text, raws: &mut *raws }.event(root),
            Some(mut order) => {
                let reader = Reader { paths, bytes, text, raws: &mut *raws };
                let outcome = Guided { reader, order: &mut order }.event(root);
                raws.keep(order);
                outcome
            }
        },
        None => Ok(None),
    };
    let fault = match outcome {
        Ok(None) => {
            for (from, to) in &paths.copies {
                raws.put(*to, raws.get(*from as usize));
            }
            return Ok(());
        }
        Ok(Some(offset)) => EventFault::not_object(text, offset),
        Err(fault) => EventFault::malformed(text, fault),
    };
    raws.reset(paths);
    Err(fault)
}

/// The pass by the grammar alone.
pub(super) struct Reader<'p, 'e, 'r> {
    pub(super) paths: &'p Paths,
    pub(super) bytes: &'e [u8],
    pub(super) text: &'e str,
    pub(super) raws: &'r mut Raws,
}

/// A key of an event: its inside, from and to.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it is spelled as the path is.
    pub(super) is_exact: bool,
}

impl<'p> Reader<'p, '_, '_> {
    /// Reads the whole text. `Some` is the offset of a value that is no object.
    pub(super) fn event(&mut self, root: &'p Node) -> Scanned<Option<usize>> {
        let start = scan::blank(self.bytes, 0);
        let is_object = self.bytes.get(start) == Some(&b'{');
        let at = if is_object { self.object(start, root, 0)? } else { scan::skip(self.bytes, start, 0)? };
        scan::end(self.bytes, at)?;
        Ok((!is_object).then_some(start))
    }

    /// Reads the value at `at` for the node's own slot and for what is below it.
    fn value(&mut self, at: usize, node: u32, depth: u32) -> Scanned<usize> {
        // INVARIANT: children of nodes are nodes.
        let Some(node) = self.paths.nodes.get(node as usize) else { return scan::skip(self.bytes, at, depth) };
        self.value_of(at, node, depth)
    }

    /// The same for a node at hand.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn value_of(&mut self, at: usize, node: &'p Node, depth: u32) -> Scanned<usize> {
        let end = match self.bytes.get(at) {
            Some(b'{') if !node.keys.is_empty() => self.object(at, node, depth),
            Some(b'[') if !node.keys.is_empty() || !node.elements.is_empty() => {
                self.array(at, node, &node.elements, depth)
            }
            Some(b'{' | b'[') => scan::skip(self.bytes, at, depth),
            _ => return self.leaf(at, node),
        };
        if node.slot != NONE
            && let Ok(end) = end
        {
            self.raws.put(node.slot, Raw::Container { start: at as u32, len: (end - at) as u32 });
        }
        end
    }

    /// The same for a value without values in it.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn leaf(&mut self, at: usize, node: &'p Node) -> Scanned<usize> {
        let bytes = self.bytes;
        let (end, raw) = match bytes.get(at) {
            Some(b'"') => return self.text(at + 1, node),
            Some(b'-' | b'0'..=b'9') => scalar(scan::number::<true>(bytes, at)?),
            _ => scalar(scan::word(bytes, at)?),
        };
        if node.slot != NONE {
            self.raws.put(node.slot, raw);
        }
        Ok(end)
    }

    /// The same for a string whose inside begins at `at`.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn text(&mut self, at: usize, node: &'p Node) -> Scanned<usize> {
        let (end, has_escapes) = scan::string(self.bytes, at)?;
        if node.slot != NONE {
            let raw = if has_escapes {
                self.raws.decoded(self.text.get(at..end).unwrap_or_default())
            } else {
                Raw::Text { start: at as u32, len: (end - at) as u32 }
            };
            self.raws.put(node.slot, raw);
        }
        Ok(end + 1)
    }

    /// Reads the value at `at`, element 0 of an array, for the names below the array's node (L3.6).
    pub(super) fn first_element(&mut self, at: usize, node: &'p Node, depth: u32) -> Scanned<usize> {
        match self.bytes.get(at) {
            Some(b'{') => self.object(at, node, depth),
            Some(b'[') => self.array(at, node, &[], depth),
            _ => scan::skip(self.bytes, at, depth),
        }
    }

    fn array(&mut self, at: usize, node: &'p Node, elements: &'p [(u32, u32)], depth: u32) -> Scanned<usize> {
        let bytes = self.bytes;
        if depth >= MAX_DEPTH {
            return Err(JsonFault::new(FaultKind::Depth, at));
        }
        let mut elements = elements.iter().peekable();
        let mut at = scan::blank(bytes, at + 1);
        if bytes.get(at) == Some(&b']') {
            return Ok(at + 1);
        }
        for index in 0_u32.. {
            let named =
                if index == 0 && !node.keys.is_empty() { Some(self.first_element(at, node, depth + 1)?) } else { None };
            at = match (elements.next_if(|(wanted, _)| *wanted == index), named) {
                (Some((_, child)), _) => self.value(at, *child, depth + 1)?,
                (None, Some(end)) => end,
                (None, None) => scan::skip(bytes, at, depth + 1)?,
            };
            at = scan::blank(bytes, at);
            match bytes.get(at) {
                Some(b',') => at = scan::blank(bytes, at + 1),
                Some(b']') => return Ok(at + 1),
                _ => break,
            }
        }
        Err(JsonFault::new(FaultKind::ArrayEnd, at))
    }

    pub(super) fn object(&mut self, at: usize, node: &'p Node, depth: u32) -> Scanned<usize> {
        let bytes = self.bytes;
        if depth >= MAX_DEPTH {
            return Err(JsonFault::new(FaultKind::Depth, at));
        }
        let visit = self.raws.visit();
        let at = scan::blank(bytes, at + 1);
        if bytes.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        self.members(at, node, visit, depth)
    }

    /// The members of an object from the key at `at` on, and its closing brace.
    pub(super) fn members(&mut self, mut at: usize, node: &'p Node, visit: u64, depth: u32) -> Scanned<usize> {
        let bytes = self.bytes;
        loop {
            let (found, key, value) = self.key(at, node)?;
            let end = match found {
                Found::One(name) => self.member(value, name, key, visit, depth),
                Found::Nothing if bytes.get(value) == Some(&b'"') => {
                    scan::string(bytes, value + 1).map(|(end, _)| end + 1)
                }
                Found::Nothing => scan::skip(bytes, value, depth + 1),
                Found::Several(names) => self.spellings(value, names, key, visit, depth),
            };
            at = scan::blank(bytes, end?);
            match bytes.get(at) {
                Some(b',') => at = scan::blank(bytes, at + 1),
                Some(b'}') => return Ok(at + 1),
                _ => return Err(JsonFault::new(FaultKind::ObjectEnd, at)),
            }
        }
    }

    /// The key at `at`, what it stands for, and where its value begins.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn key(&self, at: usize, node: &'p Node) -> Scanned<(Found<'p>, Key, usize)> {
        let bytes = self.bytes;
        if bytes.get(at) != Some(&b'"') {
            return Err(JsonFault::new(FaultKind::Key, at));
        }
        let start = at + 1;
        let (end, has_escapes) = scan::string(bytes, start)?;
        let (found, is_exact) = if has_escapes {
            self.find_decoded(node, start, end)
        } else {
            node.keys.find(bytes.get(start..end).unwrap_or_default())
        };
        Ok((found, Key { start, end, is_exact }, scan::colon(bytes, end + 1)?))
    }

    /// The value at `at` for the one name that its key may stand for.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn member(&mut self, at: usize, name: &Name, key: Key, visit: u64, depth: u32) -> Scanned<usize> {
        if let Some(seen) = self.raws.seen(name.edge, visit)
            && !self.replaces(seen, name, key)
        {
            return scan::skip(self.bytes, at, depth + 1);
        }
        let filled = self.raws.filled();
        let end = self.value(at, name.child, depth + 1)?;
        self.raws.see(name.edge, visit, filled, key);
        Ok(end)
    }

    /// Whether the value of a key counts in place of that of one seen before. What that one filled is forgotten then.
    #[cold]
    #[inline(never)]
    pub(super) fn replaces(&mut self, seen: Seen, name: &Name, key: Key) -> bool {
        let before = self.text.get(seen.start as usize..).and_then(|text| text.get(..seen.len as usize));
        let counts = key.is_exact || (!seen.is_exact && is_same_key(before.unwrap_or_default(), self.spelling(key)));
        if counts {
            self.raws.forget(name.edge);
        }
        counts
    }

    fn spelling(&self, key: Key) -> &str {
        self.text.get(key.start..key.end).unwrap_or_default()
    }

    /// The same where paths spell the name in several ways: each decides for itself.
    #[cold]
    #[inline(never)]
    fn spellings(&mut self, at: usize, names: &[Name], key: Key, visit: u64, depth: u32) -> Scanned<usize> {
        let mut end = at;
        for name in names {
            let is_exact = is_key(self.spelling(key), &name.text);
            end = self.member(at, name, Key { is_exact, ..key }, visit, depth)?;
        }
        Ok(end)
    }

    #[cold]
    #[inline(never)]
    fn find_decoded(&self, node: &'p Node, start: usize, end: usize) -> (Found<'p>, bool) {
        node.keys.find(decode(self.text.get(start..end).unwrap_or_default()).as_bytes())
    }
}

/// Whether the inside of a key means those bytes.
fn is_key(spelling: &str, text: &[u8]) -> bool {
    if spelling.contains('\\') { decode(spelling).as_bytes() == text } else { spelling.as_bytes() == text }
}

/// Whether the insides of two keys mean the same.
fn is_same_key(a: &str, b: &str) -> bool {
    a == b || ((a.contains('\\') || b.contains('\\')) && decode(a) == decode(b))
}

fn scalar((end, json): (usize, Json<'_>)) -> (usize, Raw) {
    let raw = match json {
        Json::Bool(value) => Raw::Bool(value),
        Json::Int(value) => Raw::Int(value),
        Json::Double(value) => Raw::Double(value),
        _ => Raw::Null,
    };
    (end, raw)
}

fn decode(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    // INVARIANT: writing to a string never fails.
    let _ = scan::decode(raw, &mut out);
    out
}
