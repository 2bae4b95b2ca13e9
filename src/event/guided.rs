//! The pass over an event with guesses at its keys: what [`super::extract`] does, faster where an event's keys come in the
//! order of the events before.
//!
//! A guess is compared with all bytes that it stands for, so what is read, and what is refused, does not depend on what was
//! guessed. Whatever does not go as guessed is read by the [`Reader`].

use super::extract::{Key, Reader};
use super::keys::{Found, Name};
use super::order::{Behind, NOTHING, Order, ROOT, Saving, Seam, UNREAD};
use super::paths::{NONE, Node};
use super::raw::Raw;
use crate::value::json::scan::{self, Scanned};
use crate::value::json::{FaultKind, JsonFault};

pub(super) struct Guided<'p, 'e, 'r, 'o> {
    pub(super) reader: Reader<'p, 'e, 'r>,
    pub(super) order: &'o mut Order,
}

impl<'p> Guided<'p, '_, '_, '_> {
    /// Reads the whole text, as [`Reader::event`].
    pub(super) fn event(&mut self, root: &'p Node) -> Scanned<Option<usize>> {
        let bytes = self.reader.bytes;
        let start = scan::blank(bytes, 0);
        if bytes.get(start) != Some(&b'{') {
            return self.reader.event(root);
        }
        let at = self.object::<true>(start, root, ROOT, 0)?;
        scan::end(bytes, at)?;
        Ok(None)
    }

    /// The object at `at`; without `READ` the node reads none of its keys. Sites end long before nesting does, so there is no
    /// depth to hold against the limit.
    fn object<const READ: bool>(&mut self, at: usize, node: &'p Node, site: u16, depth: u32) -> Scanned<usize> {
        let bytes = self.reader.bytes;
        let Some(mut guesses) = self.order.first(site) else {
            self.order.pay_elements(1);
            return if READ { self.reader.object(at, node, depth) } else { scan::skip(bytes, at, depth) };
        };
        let visit = if READ { self.reader.raws.visit() } else { 0 };
        let mut at = at + 1;
        let mut behind = Behind::Brace;
        let mut earned = 0;
        loop {
            if !READ && self.order.is_followed(guesses.0) {
                let followed = self.order.follow(bytes, at, guesses)?;
                earned += followed.earned;
                if followed.last != NOTHING {
                    let &Seam { next, other, .. } = self.order.seam(followed.last);
                    (at, behind, guesses) = (followed.at, Behind::Seam(followed.last), (next, other));
                    #[cfg(test)]
                    {
                        self.order.counted.1 += followed.hits;
                    }
                }
            }
            #[cfg(test)]
            let missed = self.order.counted.0;
            let (index, seam) = match self.order.guess(guesses, bytes, at, &mut earned) {
                Some((index, seam)) => {
                    earned += i32::from(seam.earns);
                    (index, seam)
                }
                None => {
                    let place = scan::blank(bytes, at);
                    let key = match (bytes.get(place), behind) {
                        (Some(b'}'), _) => {
                            self.order.earn(earned);
                            return Ok(place + 1);
                        }
                        (_, Behind::Brace) => place,
                        (Some(b','), Behind::Seam(_)) => scan::blank(bytes, place + 1),
                        _ => return Err(JsonFault::new(FaultKind::ObjectEnd, place)),
                    };
                    match self.learn((at, key), node, site, behind)? {
                        Some(learned) => (learned, self.order.seam(learned)),
                        None => {
                            self.order.earn(earned);
                            let visit = if READ { visit } else { self.reader.raws.visit() };
                            return self.reader.members(key, node, visit, depth);
                        }
                    }
                }
            };
            #[cfg(test)]
            let guessed = u64::from(self.order.counted.0 == missed);
            let &Seam { name, next, other, len, is_string, .. } = seam;
            let value = at + usize::from(len);
            // A string begins with the quote that the seam ends with; before others may be more white space than last time.
            let value = if is_string { value } else { scan::blank(bytes, value) };
            at = if READ && name != UNREAD {
                let &Seam { key: (start, end), is_exact, .. } = seam;
                let key = Key { start: at + usize::from(start), end: at + usize::from(end), is_exact };
                match node.keys.name(name) {
                    Some(name) => self.member(value, is_string, index, (name, key), visit, depth)?,
                    // INVARIANT: a seam's name is one of the node that its site belongs to.
                    None => return Err(JsonFault::new(FaultKind::Key, at)),
                }
            } else if is_string {
                scan::string(bytes, value)?.0 + 1
            } else {
                self.pass(value, index, depth + 1)?
            };
            #[cfg(test)]
            {
                self.order.counted.1 += guessed;
            }
            behind = Behind::Seam(index);
            guesses = (next, other);
        }
    }

    /// Reads a key that was not guessed, and keeps it for the next event. `None` if it is not kept.
    #[cold]
    #[inline(never)]
    fn learn(
        &mut self,
        (at, key_at): (usize, usize),
        node: &'p Node,
        site: u16,
        behind: Behind,
    ) -> Scanned<Option<u16>> {
        if !self.order.pay() {
            return Ok(None);
        }
        let bytes = self.reader.bytes;
        let (found, key, value) = self.reader.key(key_at, node)?;
        let name = match found {
            Found::Nothing => UNREAD,
            Found::One(name) => node.keys.place(name),
            Found::Several(_) => return Ok(None),
        };
        let is_string = bytes.get(value) == Some(&b'"');
        let saving = match found {
            Found::One(_) => Saving::Read,
            _ if node.keys.is_empty() => Saving::Passed,
            _ => Saving::Unread,
        };
        let inside = (u8::try_from(key.start - at), u8::try_from(key.end - at));
        let (Ok(start), Ok(end)) = inside else { return Ok(None) };
        let text = bytes.get(at..value + usize::from(is_string)).unwrap_or_default();
        let seam = Seam::new(name, (start, end), key.is_exact, is_string);
        Ok(self.order.learn(site, behind, text, (seam, saving)))
    }

    /// The value at `value`, behind the quote if it is a string, of a name that is read and the key that means it.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn member(
        &mut self,
        value: usize,
        is_string: bool,
        index: u16,
        (name, key): (&'p Name, Key),
        visit: u64,
        depth: u32,
    ) -> Scanned<usize> {
        // INVARIANT: children of nodes are nodes.
        let Some(node) = self.reader.paths.nodes.get(name.child as usize) else { return Ok(value) };
        if let Some(seen) = self.reader.raws.seen(name.edge, visit)
            && !self.reader.replaces(seen, name, key)
        {
            return scan::skip(self.reader.bytes, value - usize::from(is_string), depth + 1);
        }
        let filled = self.reader.raws.filled();
        let end = if is_string {
            self.reader.text(value, node)?
        } else if is_container(self.reader.bytes, value) {
            let site = self.order.inner(index, depth + 1);
            self.container(value, node, site, depth + 1)?
        } else {
            self.reader.leaf(value, node)?
        };
        self.reader.raws.see(name.edge, visit, filled, key);
        Ok(end)
    }

    /// The object or array at `at`, for the node's own slot and for what is below it.
    fn container(&mut self, at: usize, node: &'p Node, site: u16, depth: u32) -> Scanned<usize> {
        let bytes = self.reader.bytes;
        let end = match bytes.get(at) {
            _ if site == NOTHING => return self.reader.value_of(at, node, depth),
            Some(b'{') if node.keys.is_empty() => self.object::<false>(at, node, site, depth)?,
            Some(b'{') => self.object::<true>(at, node, site, depth)?,
            _ => self.array(at, node, &node.elements, site, depth)?,
        };
        if node.slot != NONE {
            self.reader.raws.put(node.slot, Raw::Container { start: at as u32, len: (end - at) as u32 });
        }
        Ok(end)
    }

    fn array(
        &mut self,
        at: usize,
        node: &'p Node,
        elements: &'p [(u32, u32)],
        site: u16,
        depth: u32,
    ) -> Scanned<usize> {
        let bytes = self.reader.bytes;
        let start = at;
        let mut at = scan::blank(bytes, at + 1);
        if elements.is_empty() && node.keys.is_empty() && bytes.get(at) != Some(&b'{') {
            return scan::skip(bytes, start, depth);
        }
        if bytes.get(at) == Some(&b']') {
            return Ok(at + 1);
        }
        let mut elements = elements.iter().peekable();
        let mut others = 0;
        for index in 0_u32.. {
            let is_named = index == 0 && !node.keys.is_empty();
            let child = elements.next_if(|(wanted, _)| *wanted == index);
            let child = child.and_then(|(_, child)| self.reader.paths.nodes.get(*child as usize));
            others += u32::from(bytes.get(at) != Some(&b'{'));
            at = if is_container(bytes, at) {
                let site = self.order.element(site, index, is_named || child.is_some(), depth + 1);
                match (child, is_named) {
                    (None, false) => self.unread(at, site, depth + 1)?,
                    (Some(child), false) => self.container(at, child, site, depth + 1)?,
                    (child, true) => {
                        let end = self.first_element(at, node, site, depth + 1)?;
                        child.map_or(Ok(end), |child| self.reader.value_of(at, child, depth + 1))?
                    }
                }
            } else {
                child.map_or_else(|| scan::skip(bytes, at, depth + 1), |child| self.reader.leaf(at, child))?
            };
            at = scan::blank(bytes, at);
            match bytes.get(at) {
                Some(b',') => at = scan::blank(bytes, at + 1),
                Some(b']') => {
                    self.order.pay_elements(others);
                    return Ok(at + 1);
                }
                _ => break,
            }
        }
        Err(JsonFault::new(FaultKind::ArrayEnd, at))
    }

    /// The container at `at`, element 0 of an array, for the names below the array's node (L3.6).
    fn first_element(&mut self, at: usize, node: &'p Node, site: u16, depth: u32) -> Scanned<usize> {
        match self.reader.bytes.get(at) {
            _ if site == NOTHING => self.reader.first_element(at, node, depth),
            Some(b'{') => self.object::<true>(at, node, site, depth),
            _ => self.array(at, node, &[], site, depth),
        }
    }

    /// A value that nobody reads, a string only if it was none before.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn pass(&mut self, at: usize, index: u16, depth: u32) -> Scanned<usize> {
        if !is_container(self.reader.bytes, at) {
            return scan::leaf(self.reader.bytes, at);
        }
        let site = self.order.inner(index, depth);
        self.unread(at, site, depth)
    }

    fn unread(&mut self, at: usize, site: u16, depth: u32) -> Scanned<usize> {
        let node = &self.reader.paths.unread;
        match self.reader.bytes.get(at) {
            _ if site == NOTHING => scan::skip(self.reader.bytes, at, depth),
            Some(b'{') => self.object::<false>(at, node, site, depth),
            _ => self.array(at, node, &[], site, depth),
        }
    }
}

#[inline]
fn is_container(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b'{' | b'['))
}
