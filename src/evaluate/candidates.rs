//! The statements that an event may concern, in order.
//!
//! In: an [`Index`] and the slots of an event. Out: numbers of statements, ascending, each once. What the table and the words
//! find is marked in a set of bits; what the sieve lets through is taken from it word by word, as far as rules run.
//!
//! Looking up costs something, and where the first statements decide or nearly all are found, looking at one after another is
//! faster. So where events were decided and how many statements they found is kept for the next event ([`Habit`]): a guess
//! that changes nothing but the time.

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
    /// How many statements are looked at before anything is looked up, and the next one of them; behind their number once that
    /// was looked up.
    ahead: u32,
    at: u32,
    habit: Habit,
}

/// What events before this one were like.
#[derive(Debug, Default)]
struct Habit {
    /// How much more often than not one of the first statements decided, and behind which of them.
    early: u8,
    furthest: u32,
    /// How many events in a row found so much that looking at one statement after another would have been faster.
    crowded: u8,
    /// How many events are still decided in order, and how many it will be the next time.
    rest: u8,
    next_rest: u8,
}

/// How many events are remembered that were decided early; from how many on it is a habit.
const MOST_EARLY: u8 = 8;
const FEWEST_EARLY: u8 = 2;

/// How many statements more than looking up costs may come first: what is found has to be looked at as well.
const FIRST: u32 = 3;

/// How many crowded events in a row are a habit; how many events are decided in order before the index is tried again.
const FEWEST_CROWDED: u8 = 4;
const SHORTEST_REST: u8 = 15;

impl Candidates {
    /// Whether to look at one statement after another, by what was before.
    #[inline]
    pub(crate) fn is_better_in_order(&mut self) -> bool {
        let rests = self.habit.rest > 0;
        self.habit.rest = self.habit.rest.saturating_sub(1);
        rests
    }

    /// Begins with an event. How many statements come first whatever it brings.
    #[inline]
    pub(crate) fn begin(&mut self, index: &Index, seen: Seen<'_>) -> u32 {
        self.at = 0;
        let furthest = self.habit.furthest.min(index.statements as u32);
        self.ahead = if self.habit.early >= FEWEST_EARLY { furthest } else { 0 };
        if self.ahead == 0 {
            self.at = 1;
            self.find(index, seen);
        }
        self.ahead
    }

    /// Those that come first were looked at.
    #[inline]
    pub(crate) fn went_ahead(&mut self) {
        self.at = self.ahead;
    }

    /// Remembers behind how many statements an event was decided, and at how many it looked.
    #[inline]
    pub(crate) fn remember(&mut self, index: &Index, end: u32, looks: u32) {
        let habit = &mut self.habit;
        if end <= index.cost.saturating_add(FIRST) {
            habit.early = (habit.early + 1).min(MOST_EARLY);
            habit.furthest = habit.furthest.max(end);
        } else if habit.early > 0 {
            habit.early -= 1;
            if habit.early == 0 {
                habit.furthest = 0;
            }
        }
        // A statement that is found costs half as much again as one that is come to.
        if end > self.ahead && index.cost.saturating_add(looks + looks / 2) > end {
            habit.crowd();
        } else if habit.crowded > 0 {
            (habit.crowded, habit.next_rest) = (0, 0);
        }
    }

    /// Looks up what an event brings.
    fn find(&mut self, index: &Index, seen: Seen<'_>) {
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
        self.skip(index, seen);
    }

    /// Passes over what was looked at before.
    fn skip(&mut self, index: &Index, seen: Seen<'_>) {
        while self.marked < self.ahead {
            self.marked = self.next_marked();
        }
        while self.always < self.ahead {
            self.next_always(index);
        }
        while self.sieved < self.ahead {
            self.sieved = self.next_sieved(index, seen);
        }
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
        if self.at <= self.ahead {
            self.at += 1;
            if self.at <= self.ahead {
                return Some(self.at - 1);
            }
            self.find(index, seen);
        }
        let next = self.marked.min(self.always).min(self.sieved);
        if next == NONE {
            return None;
        }
        if self.marked == next {
            self.marked = self.next_marked();
        }
        if self.always == next {
            self.next_always(index);
        }
        while self.sieved == next {
            self.sieved = self.next_sieved(index, seen);
        }
        Some(next)
    }

    #[inline]
    fn next_always(&mut self, index: &Index) {
        self.always_at += 1;
        self.always = index.always.get(self.always_at).copied().unwrap_or(NONE);
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

impl Habit {
    /// An event that would have been faster in order.
    #[cold]
    fn crowd(&mut self) {
        self.crowded += 1;
        if self.crowded >= FEWEST_CROWDED {
            self.crowded = FEWEST_CROWDED - 1;
            self.next_rest = (self.next_rest * 2 + 1).clamp(SHORTEST_REST, u8::MAX / 2);
            self.rest = self.next_rest;
        }
    }
}
