//! From what a slot holds to the statements that ask for it: one table for equal texts, beginnings, ends and numbers.
//!
//! A key says what is asked, of which slot, and a part of the value, letters in no case. Different values may have one key:
//! a statement that is found is looked at, so one too many costs time and changes nothing.

use super::posting::{Posting, append, walk};
use crate::program::{TextSet, ends};
use smallvec::SmallVec;

/// What a key asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Ask {
    /// The whole text.
    Equal = 1,
    /// Its first bytes.
    Start = 2,
    /// Its last bytes.
    End = 3,
    /// The number.
    Number = 4,
    /// That there is none.
    Lost = 5,
}

/// Set in an entry's value that is a statement and no list.
const ONE: u32 = 1 << 31;

/// Set in the value of a key's last entry, or of its only one.
const LAST: u32 = 1 << 30;

/// How many statements there may be, and places in lists.
pub(super) const MOST: usize = LAST as usize;

/// An open-addressing table, at most half full.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The mark of a key, never 0, and a statement, or where its list begins.
    entries: Box<[(u32, u32)]>,
    /// Lists of statements, one behind the other.
    lists: Box<[Posting]>,
}

impl Table {
    /// `shared` are statements that stand under several keys. `guards` says whether it pays to look at the numbers of a lone
    /// statement: then it has a list of its own.
    pub(super) fn new(mut keys: Vec<(u64, Posting)>, shared: Vec<(&[u64], Vec<Posting>)>, guards: bool) -> Table {
        keys.sort_unstable();
        let groups = || keys.chunk_by(|(one, _), (other, _)| one == other);
        let count = groups().count() + shared.iter().map(|(keys, _)| keys.len()).sum::<usize>();
        let size = (count * 2).next_power_of_two();
        let mut table = Table { entries: vec![(0, 0); size].into(), lists: Box::default() };
        let mut lists = Vec::new();
        let mut listed = |statements: &mut dyn ExactSizeIterator<Item = Posting>| {
            let start = lists.len() as u32;
            append(&mut lists, statements);
            match lists.get(start as usize..) {
                Some([one]) if !(guards && one.is_guarded()) => {
                    let lone = one.statement() | ONE;
                    lists.pop();
                    lone
                }
                _ => start,
            }
        };
        for group in groups() {
            let Some((key, _)) = group.first().copied() else { continue };
            let value = listed(&mut group.iter().map(|(_, posting)| *posting));
            table.insert(key, value);
        }
        for (keys, mut statements) in shared {
            statements.sort_unstable();
            let value = listed(&mut statements.into_iter());
            keys.iter().for_each(|key| table.insert(*key, value));
        }
        table.lists = lists.into();
        table
    }

    /// Adds an entry; there may be others of the same key.
    fn insert(&mut self, key: u64, value: u32) {
        let (size, mark) = (self.entries.len(), mark(key));
        let mut at = home(key, size);
        while let Some(entry) = self.entries.get_mut(at) {
            if entry.0 == 0 {
                *entry = (mark, value | LAST);
                return;
            }
            if entry.0 == mark {
                entry.1 &= !LAST;
            }
            at = (at + 1) & (size - 1);
        }
    }

    /// Hands over all statements that a key finds, but for those whose numbers the event does not have.
    #[inline(always)]
    pub(crate) fn find(&self, key: u64, doubles: &[f64], mut found: impl FnMut(u32)) {
        let size = self.entries.len();
        let mark = mark(key);
        let mut at = home(key, size);
        while let Some((known, value)) = self.entries.get(at) {
            if *known == 0 {
                return;
            }
            if *known == mark {
                if value & ONE != 0 {
                    found(value & !(ONE | LAST));
                } else {
                    let start = value & !LAST;
                    walk(self.lists.get(start as usize..).unwrap_or_default(), doubles, &mut found);
                }
                if value & LAST != 0 {
                    return;
                }
            }
            at = (at + 1) & (size - 1);
        }
    }
}

#[inline(always)]
fn home(key: u64, size: usize) -> usize {
    (key >> 32) as usize & size.wrapping_sub(1)
}

#[inline(always)]
fn mark(key: u64) -> u32 {
    key as u32 | 1
}

/// Makes letters of both cases the same byte. So do some others: that is for a statement to find out.
const CASE: u64 = 0x2020_2020_2020_2020;

#[inline(always)]
fn mix(a: u64, b: u64, salt: u64) -> u64 {
    let product =
        u128::from(a ^ 0x9E37_79B9_7F4A_7C15 ^ salt) * u128::from(b ^ 0xD1B5_4A32_D192_ED03 ^ salt.rotate_left(32));
    product as u64 ^ (product >> 64) as u64
}

#[inline(always)]
fn salt(ask: Ask, slot: u32, len: u32) -> u64 {
    (u64::from(slot) << 16 ^ u64::from(len) << 3 ^ ask as u64).wrapping_mul(0xA24B_AED4_963E_E407)
}

/// The key of a whole text, by its ends and its length.
#[inline(always)]
pub(crate) fn whole(slot: u32, head: u64, tail: u64, len: u32) -> u64 {
    mix(head | CASE, tail | CASE, salt(Ask::Equal, slot, len))
}

/// The key of a text's first or last bytes.
#[inline(always)]
pub(crate) fn part(ask: Ask, slot: u32, bytes: &[u8]) -> u64 {
    let salt = salt(ask, slot, bytes.len() as u32);
    let (chunks, rest) = bytes.as_chunks::<8>();
    let start = ends(rest).0;
    chunks.iter().fold(mix(start, salt, salt), |key, chunk| mix(u64::from_le_bytes(*chunk), key, salt))
}

/// The same for less than 8 bytes, which stand in the number that a slot keeps of that end of its text.
#[inline(always)]
pub(crate) fn short_part(ask: Ask, slot: u32, len: u32, end: u64) -> u64 {
    let salt = salt(ask, slot, len);
    let unused = 64 - 8 * len % 64;
    let start = if ask == Ask::End { end >> unused } else { end << unused >> unused };
    mix(start, salt, salt)
}

/// The key of a number.
#[inline(always)]
pub(crate) fn number(slot: u32, value: f64) -> u64 {
    // Zero has two signs and is one number.
    mix((value + 0.0).to_bits(), 0, salt(Ask::Number, slot, 0))
}

/// The key of a derived value that is not there.
pub(crate) fn lost(derived: u32) -> u64 {
    mix(0, 0, salt(Ask::Lost, derived, 0))
}

/// The keys of a set's members.
pub(super) fn members(slot: u32, set: &TextSet) -> SmallVec<[u64; 1]> {
    set.members().map(|(head, tail, len)| whole(slot, head, tail, len)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::posting::Guard;
    use super::*;

    #[test]
    fn a_key_finds_all_its_entries_and_those_of_keys_of_one_mark() {
        // Places and marks meet: keys are of two places and two marks, two of them the same key.
        let key = |place: u64, mark: u64| place << 32 | mark << 1;
        let keys = [key(1, 7), key(2, 7), key(1, 9), key(2, 9), key(1, 7)];
        let posting = |statement| Posting::new(statement, Guard::NOTHING);
        let own = (0..).zip(&keys[..4]).map(|(number, key)| (*key, posting(number))).collect();
        let shared = vec![(&keys[..3], vec![posting(10), posting(11)]), (&keys[3..], vec![posting(12)])];
        let table = Table::new(own, shared, true);
        let found = |key: u64| {
            let mut found = Vec::new();
            table.find(key, &[], |statement| found.push(statement));
            found
        };
        let expected = [&[0, 10, 11, 12][..], &[1, 10, 11], &[2, 10, 11], &[3, 12]];
        for (key, expected) in keys.iter().zip(expected) {
            assert!(expected.iter().all(|statement| found(*key).contains(statement)), "{key:x}: {:?}", found(*key));
        }
        assert!(found(key(3, 5)).is_empty());
    }
}
