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
use super::found::{Found, NONE};
use crate::program::index::{Ask, CELL, Index, cut, lost, number, part, short_part, whole};
use crate::program::{Test, ends};

/// The state of one run, and memory that is kept for the next one.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    found: Found,
    /// The next statement of each kind, or [`NONE`].
    marked: u32,
    always: u32,
    sieved: u32,
    /// How many statements are looked at before anything is looked up, and the next one of them; behind their number once that
    /// was looked up.
    ahead: u32,
    at: u32,
    habit: Habit,
    always_at: usize,
    /// For each range of the sieve, where the mask begins that goes for the event.
    masks: Vec<u32>,
    /// The same for each test, or [`NONE`] as long as it is not known whether it holds.
    asked: Vec<u32>,
    /// The word of the sieve under way, and what is left of it.
    word: usize,
    left: u64,
}

/// What events before this one were like.
#[derive(Debug, Default)]
struct Habit {
    /// How much more often than not one of the first statements decided, and behind which of them.
    early: u8,
    furthest: u32,
    /// How many events in a row found so much that looking at one statement after another would have been faster, and behind how
    /// many statements they were decided at most.
    crowded: u8,
    crowded_end: u32,
    /// How many events are still decided in order, and how many it will be the next time.
    rest: u8,
    next_rest: u8,
}

/// How many events are remembered that were decided early; from how many on it is a habit.
const MOST_EARLY: u8 = 8;
const FEWEST_EARLY: u8 = 2;

/// How many crowded events in a row are a habit; how many events are decided in order before the index is tried again.
const FEWEST_CROWDED: u8 = 4;
const SHORTEST_REST: u8 = 15;

/// All statements come first: nothing is looked up.
pub(crate) const ALL: u32 = u32::MAX;

impl Candidates {
    /// Begins with an event. How many statements come first whatever it brings; [`ALL`] if it is better decided in order, by
    /// what was before.
    #[inline(always)]
    pub(crate) fn begin(&mut self, index: &Index) -> u32 {
        self.at = 0;
        self.ahead = 0;
        if self.habit.rest > 0 {
            self.habit.rest -= 1;
            self.ahead = ALL;
        } else if self.habit.early >= FEWEST_EARLY {
            self.ahead = self.habit.furthest.min(index.statements as u32);
        }
        self.ahead
    }

    /// Remembers that an event was decided by one of those that came first: behind how many statements.
    #[inline(always)]
    pub(crate) fn remember_first(&mut self, end: u32) {
        match self.ahead {
            0 => {}
            ALL if end <= self.habit.crowded_end => {}
            // It took longer than those for which this was better.
            ALL => (self.habit.rest, self.habit.next_rest) = (0, 0),
            _ => self.habit.early = (self.habit.early + 1).min(MOST_EARLY),
        }
    }

    /// Remembers behind how many statements an event was decided, and how many it found.
    #[inline(always)]
    pub(crate) fn remember(&mut self, index: &Index, end: u32, looks: u32) {
        if end <= self.ahead {
            self.remember_first(end);
            return;
        }
        let is_early = end <= index.early;
        // A statement that is found costs half as much again as one that is come to.
        let is_crowded = index.cost.saturating_add(looks + looks / 2) > end;
        if is_early || is_crowded || self.habit.early > 0 || self.habit.crowded > 0 {
            self.habit.learn(end, is_early, is_crowded);
        }
    }

    /// Looks up what an event brings; those that came first are left out.
    pub(crate) fn find(&mut self, index: &Index, seen: &Seen<'_>) {
        self.at = self.ahead + 1;
        self.found.clear(index.statements);
        for slot in &index.wholes {
            let text = seen.text_slot(*slot);
            let key = whole(*slot, text.head, text.tail, text.len);
            index.table.find(key, &seen.slots.doubles, |statement| self.found.add(statement));
        }
        if index.asks_more {
            self.find_more(index, seen);
        }
        self.found.finish();
        self.marked = self.found.next();
        self.always_at = 0;
        self.always = index.always.first().copied().unwrap_or(NONE);
        self.sieved = NONE;
        if index.sieve.words > 0 {
            self.set_sieve(index, seen);
            self.sieved = self.next_sieved(index, seen);
        }
        if self.ahead > 0 {
            self.skip(index, seen);
        }
    }

    /// Looks up all but whole texts.
    #[inline(never)]
    fn find_more(&mut self, index: &Index, seen: &Seen<'_>) {
        let slots = seen.slots;
        let mut mark = |statement: u32| self.found.add(statement);
        for cell in &index.cells {
            let text = consulted::cell(*seen, *cell).as_bytes();
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
            if let Some(bytes) = cut(*ask, seen.bytes(*slot), *len) {
                index.table.find(part(*ask, *slot, bytes), &slots.doubles, &mut mark);
            }
        }
        for words in &index.words {
            words.find(seen.bytes(words.slot), &slots.doubles, &mut mark);
        }
    }

    /// Passes over what was looked at before.
    fn skip(&mut self, index: &Index, seen: &Seen<'_>) {
        while self.marked < self.ahead {
            self.marked = self.found.next();
        }
        while self.always < self.ahead {
            self.next_always(index);
        }
        while self.sieved < self.ahead {
            self.sieved = self.next_sieved(index, seen);
        }
    }

    /// Chooses the mask of each range.
    fn set_sieve(&mut self, index: &Index, seen: &Seen<'_>) {
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
    fn sift(&mut self, index: &Index, seen: &Seen<'_>, word: usize) -> u64 {
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
                *known = if slot_test(*seen, &test) { holds } else { asked.first };
            }
            left &= mask(*known);
        }
        left
    }

    /// The next statement to look at.
    #[inline]
    pub(crate) fn next(&mut self, index: &Index, seen: &Seen<'_>) -> Option<u32> {
        if self.at <= self.ahead {
            if self.at < self.ahead {
                self.at += 1;
                return Some(self.at - 1);
            }
            self.find(index, seen);
        }
        self.next_found(index, seen)
    }

    /// The same, once those that come first were looked at and [`Candidates::find`] was called.
    #[inline(always)]
    pub(crate) fn next_found(&mut self, index: &Index, seen: &Seen<'_>) -> Option<u32> {
        let next = self.marked.min(self.always).min(self.sieved);
        if next == NONE {
            return None;
        }
        while self.marked == next {
            self.marked = self.found.next();
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

    /// Takes the next row that all columns let through.
    #[inline]
    fn next_sieved(&mut self, index: &Index, seen: &Seen<'_>) -> u32 {
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
    /// Learns of an event that those that came first did not decide: behind how many statements it was decided, whether that is
    /// early, and whether it would have been faster in order.
    #[inline(never)]
    fn learn(&mut self, end: u32, is_early: bool, is_crowded: bool) {
        if is_early {
            self.early = (self.early + 1).min(MOST_EARLY);
            self.furthest = self.furthest.max(end);
        } else if self.early > 0 {
            self.early -= 1;
            if self.early == 0 {
                self.furthest = 0;
            }
        }
        if !is_crowded {
            (self.crowded, self.crowded_end, self.next_rest) = (0, 0, 0);
            return;
        }
        self.crowded += 1;
        self.crowded_end = self.crowded_end.max(end);
        if self.crowded >= FEWEST_CROWDED {
            self.crowded = FEWEST_CROWDED - 1;
            self.next_rest = (self.next_rest * 2 + 1).clamp(SHORTEST_REST, u8::MAX / 2);
            self.rest = self.next_rest;
        }
    }
}
