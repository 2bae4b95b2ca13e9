//! The statements that an event may concern, in order.
//!
//! In: an [`Index`] and the slots of an event. Out: numbers of statements, ascending, each once. What the table and the words
//! find is marked in a set of bits; what the sieve lets through is taken from it word by word, as far as rules run.

use super::Seen;
use super::condition::slot_test;
use super::consulted;
use crate::program::index::{Ask, CELL, Index, lost, number, part, short_part, whole};
use crate::program::{Test, ends};

/// No statement.
const NONE: u32 = u32::MAX;

/// The state of one run, and memory that is kept for the next one.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// A bit for each statement.
    bits: Vec<u64>,
    /// A bit for each word that is not zero.
    filled: Vec<u64>,
    /// For each range of the sieve, where the mask begins that goes for the event.
    masks: Vec<u32>,
    /// The same for each test, or [`NONE`] as long as it is not known whether it holds.
    asked: Vec<u32>,
    /// The next statement of each kind, or [`NONE`].
    marked: u32,
    always: u32,
    sieved: u32,
    always_at: usize,
    /// The word of the sieve under way, and what is left of it.
    word: usize,
    left: u64,
}

impl Candidates {
    /// Looks up what an event brings.
    pub(crate) fn find(&mut self, index: &Index, seen: Seen<'_>) {
        self.clear(index);
        let slots = seen.slots;
        let Candidates { bits, filled, .. } = self;
        let mut mark = |statement: u32| {
            let word = statement as usize / 64;
            if let (Some(bits), Some(filled)) = (bits.get_mut(word), filled.get_mut(word / 64)) {
                *bits |= 1 << (statement % 64);
                *filled |= 1 << (word % 64);
            }
        };
        for slot in &index.wholes {
            let text = seen.text_slot(*slot);
            index.table.find(whole(*slot, text.head, text.tail, text.len), &slots.doubles, &mut mark);
        }
        for cell in &index.cells {
            let text = consulted::cell(seen, *cell).as_bytes();
            let (head, tail) = ends(text);
            let key = whole(cell | CELL, head, tail, text.len() as u32);
            index.table.find(key, &slots.doubles, &mut mark);
        }
        for slot in &index.numbers {
            let value = seen.double(*slot);
            index.table.find(number(*slot, value), &slots.doubles, &mut mark);
        }
        for derived in &index.lost {
            if !seen.is_known(*derived) {
                index.table.find(lost(*derived), &slots.doubles, &mut mark);
            }
        }
        for (ask, slot, len) in &index.parts {
            let here = seen.text_slot(*slot);
            if here.len < *len {
                continue;
            }
            if *len < 8 {
                let end = if *ask == Ask::End { here.tail } else { here.head };
                index.table.find(short_part(*ask, *slot, *len, end), &slots.doubles, &mut mark);
                continue;
            }
            let text = seen.bytes(*slot);
            let Some(rest) = text.len().checked_sub(*len as usize) else { continue };
            let bytes = match ask {
                Ask::End => text.get(rest..),
                _ => text.get(..*len as usize),
            };
            index.table.find(part(*ask, *slot, bytes.unwrap_or_default()), &slots.doubles, &mut mark);
        }
        for words in &index.words {
            words.find(seen.text_of(words.slot), &slots.doubles, &mut mark);
        }
        self.set_sieve(index, seen);
        self.always_at = 0;
        self.always = index.always.first().copied().unwrap_or(NONE);
        self.marked = self.next_marked();
        self.sieved = self.next_sieved(index, seen);
    }

    fn clear(&mut self, index: &Index) {
        let words = index.statements.div_ceil(64);
        if self.bits.len() != words {
            self.bits = vec![0; words];
            self.filled = vec![0; words.div_ceil(64)];
            return;
        }
        while self.next_marked() != NONE {}
    }

    /// Chooses the mask of each range.
    fn set_sieve(&mut self, index: &Index, seen: Seen<'_>) {
        let sieve = &index.sieve;
        self.masks.clear();
        for range in &sieve.ranges {
            let value = seen.double(range.slot);
            let piece = range.borders.partition_point(|border| *border <= value);
            if !value.is_nan() {
                self.masks.push(range.first + (piece * sieve.words) as u32);
            }
        }
        self.asked.clear();
        self.asked.resize(sieve.tests.len(), NONE);
        self.word = 0;
        self.left = self.sift(index, seen, 0);
    }

    /// What all columns let through of a word of rows. A test is done when the first row is left that asks it.
    #[inline]
    fn sift(&mut self, index: &Index, seen: Seen<'_>, word: usize) -> u64 {
        let sieve = &index.sieve;
        if word >= sieve.words {
            return 0;
        }
        let mask = |from: u32| sieve.masks.get(from as usize + word).copied().unwrap_or(0);
        let mut left = self.masks.iter().fold(mask(0), |left, from| left & mask(*from));
        for (asked, known) in sieve.tests.iter().zip(&mut self.asked) {
            if left == 0 {
                break;
            }
            if *known == NONE {
                let holds = asked.first + sieve.words as u32;
                if left & mask(asked.first) & mask(holds) == left {
                    continue;
                }
                let test = Test { kind: asked.kind, yes: 0, no: 0 };
                *known = if slot_test(seen, &test) { holds } else { asked.first };
            }
            left &= mask(*known);
        }
        left
    }

    /// The next statement to look at.
    #[inline]
    pub(crate) fn next(&mut self, index: &Index, seen: Seen<'_>) -> Option<u32> {
        let next = self.marked.min(self.always).min(self.sieved);
        if next == NONE {
            return None;
        }
        if self.marked == next {
            self.marked = self.next_marked();
        }
        if self.always == next {
            self.always_at += 1;
            self.always = index.always.get(self.always_at).copied().unwrap_or(NONE);
        }
        while self.sieved == next {
            self.sieved = self.next_sieved(index, seen);
        }
        Some(next)
    }

    /// Takes the first bit that is set.
    #[inline]
    fn next_marked(&mut self) -> u32 {
        for (place, filled) in self.filled.iter_mut().enumerate() {
            if *filled == 0 {
                continue;
            }
            let word = place * 64 + filled.trailing_zeros() as usize;
            let Some(bits) = self.bits.get_mut(word) else { break };
            let bit = bits.trailing_zeros();
            *bits &= bits.wrapping_sub(1);
            if *bits == 0 {
                *filled &= *filled - 1;
            }
            return word as u32 * 64 + bit;
        }
        NONE
    }

    /// Takes the next row that all columns let through.
    #[inline]
    fn next_sieved(&mut self, index: &Index, seen: Seen<'_>) -> u32 {
        while self.left == 0 {
            self.word += 1;
            if self.word >= index.sieve.words {
                return NONE;
            }
            self.left = self.sift(index, seen, self.word);
        }
        let row = self.word * 64 + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        index.sieve.rows.get(row).copied().unwrap_or(NONE)
    }
}
