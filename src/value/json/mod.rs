//! Json while rules run: a tree in the arena of the run.
//!
//! Every node is `Copy`. Containers know how deep they are and how long their compact text is about, so that a rule that
//! builds Json out of Json cannot build a tree too deep to walk or too large to print (L5.4, L5.5). Walks keep their own
//! stack, whatever the depth; only the way to and from `serde_json::Value` recurses, and stops at [`MAX_DEPTH`].
//!
//! In: text ([`parse()`]), elements and members ([`Json::array`], [`Json::object`]), or a `serde_json::Value`. Out: members,
//! elements, equality, text, or a `serde_json::Value`.

mod convert;
mod equal;
mod fault;
mod index;
mod parse;
pub mod scan;
mod select;
mod write;

#[cfg(test)]
pub(crate) mod generate;
#[cfg(test)]
mod select_tests;
#[cfg(test)]
mod tests;

pub use fault::{FaultKind, JsonFault};
pub use parse::parse;
pub use select::Selection;

use bumpalo::Bump;
use index::Index;
use std::collections::HashMap;

/// Containers within containers that a JSON text may have (L3.5).
pub const MAX_DEPTH: u32 = 128;

/// A JSON value. Objects keep the order of their keys.
#[derive(Clone, Copy, Debug)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number written without fraction and exponent that fits 64 bits, signed.
    Int(i64),
    /// Any other number.
    Double(f64),
    /// Text.
    String(&'a str),
    /// Elements in order.
    Array(&'a Array<'a>),
    /// Members in order, keys unique.
    Object(&'a Object<'a>),
}

/// An array and what it weighs.
#[derive(Clone, Copy, Debug)]
pub struct Array<'a> {
    /// The elements.
    pub items: &'a [Json<'a>],
    /// Containers on the longest way down, this one included; saturating.
    pub depth: u16,
    /// About the length of its compact text, in bytes; saturating.
    pub weight: u32,
}

/// An object and what it weighs.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// The members, keys unique, in order of the first appearance of each key.
    pub members: &'a [(&'a str, Json<'a>)],
    /// Containers on the longest way down, this one included; saturating.
    pub depth: u16,
    /// About the length of its compact text, in bytes; saturating.
    pub weight: u32,
    /// Finds the members of a large object.
    index: Option<Index<'a>>,
}

impl Array<'_> {
    /// `[]`
    pub const EMPTY: Array<'static> = Array { items: &[], depth: 1, weight: 2 };
}

impl Object<'_> {
    /// `{}`
    pub const EMPTY: Object<'static> = Object { members: &[], depth: 1, weight: 2, index: None };
}

impl<'a> Json<'a> {
    /// An array of these elements, in the arena.
    ///
    /// It may be deeper or heavier than the limits allow (L5.4): whoever builds Json out of Json looks at [`Json::depth`]
    /// and [`Json::weight`] of the result.
    pub fn array(arena: &'a Bump, items: &[Json<'a>]) -> Json<'a> {
        Json::own_array(arena, arena.alloc_slice_copy(items))
    }

    /// An object of these members, in the arena. Of a repeated key the last value counts, at the first one's place (L3.5).
    ///
    /// The same holds for its size as for [`Json::array`].
    pub fn object(arena: &'a Bump, members: &[(&'a str, Json<'a>)]) -> Json<'a> {
        let mut index = None;
        let is_repeated = if members.len() <= FEW {
            has_repeated_key(members)
        } else {
            index = Index::new(arena, members);
            index.is_none()
        };
        let members: &'a [(&'a str, Json<'a>)] =
            if is_repeated { last_of_each(arena, members) } else { arena.alloc_slice_copy(members) };
        if is_repeated && members.len() > FEW {
            index = Index::new(arena, members);
        }
        // Brackets, and for every member two quotes, a colon and a comma.
        let (mut depth, mut weight) = (0, 2_u32);
        for (key, value) in members {
            depth = value.depth().max(depth);
            weight = weight.saturating_add(length(key)).saturating_add(4).saturating_add(value.weight());
        }
        Json::Object(arena.alloc(Object { members, depth: depth.saturating_add(1), weight, index }))
    }

    fn own_array(arena: &'a Bump, items: &'a [Json<'a>]) -> Json<'a> {
        let (mut depth, mut weight) = (0, 2_u32);
        for item in items {
            depth = item.depth().max(depth);
            weight = weight.saturating_add(item.weight()).saturating_add(1);
        }
        Json::Array(arena.alloc(Array { items, depth: depth.saturating_add(1), weight }))
    }

    /// Containers on the longest way down: 0 for a scalar, 1 for `[]`.
    pub fn depth(&self) -> u16 {
        match self {
            Json::Array(array) => array.depth,
            Json::Object(object) => object.depth,
            _ => 0,
        }
    }

    /// About the length of the compact text in bytes, saturating: exact but for Doubles, escapes and a comma a container.
    ///
    /// A shared part counts each time it is reached, so that the weight bounds the steps of every walk.
    pub fn weight(&self) -> u32 {
        match self {
            Json::Null => 4,
            Json::Bool(_) => 5,
            Json::Int(value) => value.unsigned_abs().checked_ilog10().unwrap_or(0) + 1 + u32::from(*value < 0),
            Json::Double(_) => 16,
            Json::String(text) => length(text).saturating_add(2),
            Json::Array(array) => array.weight,
            Json::Object(object) => object.weight,
        }
    }

    /// The member of that name: exactly that key, else the first one in document order that differs by ASCII case only
    /// (L3.7). `None` if there is none or the value is no object.
    pub fn member(&self, name: &str) -> Option<Json<'a>> {
        let Json::Object(object) = self else { return None };
        if let Some(found) = object.index.and_then(|index| index.find(object.members, name)) {
            return Some(found);
        }
        let mut similar = None;
        for (key, value) in object.members {
            if *key == name {
                return Some(*value);
            }
            if similar.is_none() && key.eq_ignore_ascii_case(name) {
                similar = Some(*value);
            }
        }
        similar
    }

    /// The element at that index, from zero. `None` outside the array, or if the value is no array.
    pub fn element(&self, index: i64) -> Option<Json<'a>> {
        let Json::Array(array) = self else { return None };
        array.items.get(usize::try_from(index).ok()?).copied()
    }
}

/// The length of a text, saturating.
fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// Up to here comparing every key with every other is faster than hashing.
const FEW: usize = 12;

/// Whether one of a few keys is repeated.
fn has_repeated_key(members: &[(&str, Json<'_>)]) -> bool {
    let mut rest = members;
    while let Some(((key, _), others)) = rest.split_first() {
        if others.iter().any(|(other, _)| other == key) {
            return true;
        }
        rest = others;
    }
    false
}

fn last_of_each<'a>(arena: &'a Bump, members: &[(&'a str, Json<'a>)]) -> &'a [(&'a str, Json<'a>)] {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(members.len());
    let mut kept: Vec<(&'a str, Json<'a>)> = Vec::with_capacity(members.len());
    for (key, value) in members {
        let place = *places.entry(key).or_insert(kept.len());
        match kept.get_mut(place) {
            Some(first) => first.1 = *value,
            None => kept.push((key, *value)),
        }
    }
    arena.alloc_slice_copy(&kept)
}
