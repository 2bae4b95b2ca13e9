//! Finding a member of a large object without walking over all of them.

use super::Json;
use bumpalo::Bump;
use std::hash::BuildHasher;

/// Where the keys of an object stand, by their hashes. They are hashed as they are spelled, by a keyed hash: whoever sends the
/// JSON cannot choose keys that meet. Spellings that differ by case could be chosen to meet if they were hashed as one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index<'a> {
    /// Places of members, from 1; 0 is free. A power of two of them, at most half taken.
    places: &'a [u32],
    hasher: &'a foldhash::fast::RandomState,
}

impl<'a> Index<'a> {
    /// The index of these members, in the arena. `None` if a key is repeated.
    pub(super) fn new(arena: &'a Bump, members: &[(&str, Json<'_>)]) -> Option<Index<'a>> {
        let hasher = &*arena.alloc(foldhash::fast::RandomState::default());
        let size = members.len().saturating_mul(2).next_power_of_two();
        let places = arena.alloc_slice_fill_copy(size, 0_u32);
        for (number, (key, _)) in (1_u32..).zip(members) {
            let mut at = hasher.hash_one(key) as usize & (size - 1);
            loop {
                match places.get_mut(at) {
                    Some(place @ 0) => {
                        *place = number;
                        break;
                    }
                    Some(place) if is_key(members, *place, key) => return None,
                    _ => at = (at + 1) & (size - 1),
                }
            }
        }
        Some(Index { places, hasher })
    }

    /// The member with exactly that key. `members` are those that the index was made of.
    pub(super) fn find(&self, members: &[(&str, Json<'a>)], name: &str) -> Option<Json<'a>> {
        let mask = self.places.len().checked_sub(1)?;
        let mut at = self.hasher.hash_one(name) as usize & mask;
        loop {
            let place = *self.places.get(at).filter(|place| **place != 0)?;
            if is_key(members, place, name) {
                return members.get(place as usize - 1).map(|(_, value)| *value);
            }
            at = (at + 1) & mask;
        }
    }
}

/// Whether the member at that place, from 1, has that key.
fn is_key(members: &[(&str, Json<'_>)], place: u32, key: &str) -> bool {
    (place as usize).checked_sub(1).and_then(|place| members.get(place)).is_some_and(|(other, _)| *other == key)
}
