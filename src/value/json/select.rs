//! Text to the parts of its tree that somebody reads.
//!
//! In: JSON text, and a [`Selection`] of members and elements. Out: the tree that [`parse`](super::parse()) gives, without what
//! is not selected. Everything is validated; what nobody reads is skipped, not built, so that of a long text of which little is
//! read little is made.
//!
//! Members are selected ignoring ASCII case, with all their spellings and repetitions. So a selected member is found, or not,
//! as it would be in the whole tree (L3.7, L3.5).

use super::parse::{self, Open};
use super::scan::{self, Scanned};
use super::{FaultKind, Json, JsonFault, MAX_DEPTH};
use bumpalo::Bump;

/// Which parts of a value are read: a tree in a list, whose first node is the value itself.
#[derive(Clone, Debug)]
pub struct Selection {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Whether all of it is read.
    whole: bool,
    /// How many steps it is away from the first one.
    depth: u32,
    /// The members that are read, and their nodes.
    members: Vec<(Box<str>, u32)>,
    /// For each length of these names, up to 63, a bit.
    lengths: u64,
    /// The node of all elements, if some are read.
    elements: Option<u32>,
}

impl Default for Selection {
    fn default() -> Selection {
        Selection { nodes: vec![Node::default()] }
    }
}

impl Selection {
    /// The value itself. Of a new selection nothing is read.
    pub const ROOT: u32 = 0;

    /// Reads all of a node.
    pub fn read(&mut self, node: u32) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.whole = true;
        }
    }

    /// Whether all of the value is read.
    pub fn is_whole(&self) -> bool {
        self.nodes.first().is_none_or(|node| node.whole)
    }

    /// The node of a member of that name.
    pub fn member(&mut self, of: u32, name: &str) -> u32 {
        let Some(node) = self.nodes.get(of as usize) else { return of };
        if let Some((_, known)) = node.members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return *known;
        }
        let child = self.child(of);
        if let Some(node) = self.nodes.get_mut(of as usize)
            && child != of
        {
            node.members.push((Box::from(name), child));
            node.lengths |= bit(name.len());
        }
        child
    }

    /// The node of the elements of an array.
    pub fn elements(&mut self, of: u32) -> u32 {
        if let Some(known) = self.nodes.get(of as usize).and_then(|node| node.elements) {
            return known;
        }
        let child = self.child(of);
        if let Some(node) = self.nodes.get_mut(of as usize)
            && child != of
        {
            node.elements = Some(child);
        }
        child
    }

    /// A new node, or the same, read as a whole, if it lies deeper than any value does.
    fn child(&mut self, of: u32) -> u32 {
        let depth = self.nodes.get(of as usize).map_or(0, |node| node.depth);
        if depth >= MAX_DEPTH {
            self.read(of);
            return of;
        }
        self.nodes.push(Node { depth: depth + 1, ..Node::default() });
        (self.nodes.len() - 1) as u32
    }

    /// Reads what is selected of one JSON value.
    ///
    /// # Errors
    ///
    /// As [`parse`](super::parse()), whatever is selected.
    pub fn parse<'a>(&self, text: &'a str, arena: &'a Bump) -> Result<Json<'a>, JsonFault> {
        let bytes = text.as_bytes();
        let mut open: Vec<(Open<'a>, &Node)> = Vec::new();
        let mut waiting: Vec<(&'a str, Json<'a>)> = Vec::new();
        let mut key = "";
        let Some(mut node) = self.nodes.first() else { return parse::parse(text, arena) };
        let mut at = scan::blank(bytes, 0);
        'value: loop {
            let depth = open.len() as u32;
            let mut value;
            (at, value) = match bytes.get(at) {
                Some(b'{' | b'[') if node.whole => parse::value(text, at, depth, arena)?,
                Some(bracket @ (b'{' | b'[')) => {
                    let is_object = *bracket == b'{';
                    let enters = if is_object { !node.members.is_empty() } else { node.elements.is_some() };
                    if !enters {
                        // Nothing in it is read.
                        (scan::skip(bytes, at, depth)?, Json::Null)
                    } else if depth >= MAX_DEPTH {
                        return Err(JsonFault::new(FaultKind::Depth, at));
                    } else {
                        at = scan::blank(bytes, at + 1);
                        if bytes.get(at) == Some(if is_object { &b'}' } else { &b']' }) {
                            (at + 1, Json::Null)
                        } else {
                            open.push((Open { is_object, first: waiting.len(), key }, node));
                            match self.next(text, at, depth + 1, is_object, node, arena)? {
                                Next::Value(to, name, child) => {
                                    (at, key, node) = (to, name, child);
                                    continue 'value;
                                }
                                Next::End(to) => {
                                    at = to;
                                    match open.pop() {
                                        Some((container, _)) => {
                                            key = container.key;
                                            (at + 1, Json::object(arena, &[]))
                                        }
                                        // INVARIANT: it was put there just now.
                                        None => return Err(JsonFault::new(FaultKind::ObjectEnd, at)),
                                    }
                                }
                            }
                        }
                    }
                }
                Some(b'"') => parse::read_string(text, at + 1, arena).map(|(end, text)| (end, Json::String(text)))?,
                Some(b'-' | b'0'..=b'9') => scan::number::<true>(bytes, at)?,
                _ => scan::word(bytes, at)?,
            };
            while let Some((container, around)) = open.last() {
                waiting.push((key, value));
                at = scan::blank(bytes, at);
                let is_object = container.is_object;
                if bytes.get(at) == Some(&b',') {
                    at = scan::blank(bytes, at + 1);
                    match self.next(text, at, open.len() as u32, is_object, around, arena)? {
                        Next::Value(to, name, child) => {
                            (at, key, node) = (to, name, child);
                            continue 'value;
                        }
                        Next::End(to) => at = to,
                    }
                }
                match (bytes.get(at), is_object) {
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        at += 1;
                        let inner = waiting.get(container.first..).unwrap_or_default();
                        value = parse::container(is_object, inner, arena);
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

    /// The next member at or behind `at` that is read, past all that are not; or where the object ends. An element is always
    /// the next one.
    fn next<'a, 's>(
        &'s self,
        text: &'a str,
        mut at: usize,
        depth: u32,
        is_object: bool,
        node: &Node,
        arena: &'a Bump,
    ) -> Scanned<Next<'a, 's>> {
        let bytes = text.as_bytes();
        if !is_object {
            let child = node.elements.and_then(|child| self.nodes.get(child as usize)).or(self.nodes.first());
            // INVARIANT: an array is entered only for its elements.
            return child.map(|child| Next::Value(at, "", child)).ok_or(JsonFault::new(FaultKind::Value, at));
        }
        loop {
            let (to, name) = parse::read_key(text, at, arena)?;
            let child = node.find(name).and_then(|child| self.nodes.get(child as usize));
            if let Some(child) = child {
                return Ok(Next::Value(to, name, child));
            }
            at = scan::blank(bytes, scan::skip(bytes, to, depth)?);
            match bytes.get(at) {
                Some(b',') => at = scan::blank(bytes, at + 1),
                Some(b'}') => return Ok(Next::End(at)),
                _ => return Err(JsonFault::new(FaultKind::ObjectEnd, at)),
            }
        }
    }
}

/// What comes next in a container.
enum Next<'a, 's> {
    /// A value that is read: where it is, its key, and its node.
    Value(usize, &'a str, &'s Node),
    /// The closing bracket, there.
    End(usize),
}

impl Node {
    /// The node of the member that a key may be.
    #[inline]
    fn find(&self, key: &str) -> Option<u32> {
        if self.lengths & bit(key.len()) == 0 {
            return None;
        }
        self.members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, child)| *child)
    }
}

/// The bit of a length; all long ones share one.
fn bit(len: usize) -> u64 {
    1 << len.min(63)
}
