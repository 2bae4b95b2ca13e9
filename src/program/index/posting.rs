//! A statement in a list of the index, with a number of the event that has to be large or small enough for it.
//!
//! A list may be long, and of most statements in it another condition does not hold. What one of them asks of a number
//! stands in the list, so that most are passed over without a look at their tests. If an event's number is out of that
//! bound, one test of the way goes otherwise: the same reason for which the index leaves a statement out at all.

use super::access::Way;
use super::sieve::span;
use crate::program::DERIVED;
use std::collections::HashMap;

/// See [the module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Posting {
    /// The statement; [`LAST`] is set in the last one of a list.
    statement: u32,
    guard: Guard,
}

/// What a number has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Guard {
    /// The slot of the number, one that no program has if there is nothing to ask. With [`MOST`] it is a number to be at
    /// most the bound, else at least.
    slot: u32,
    /// The bits of the bound; of the bound with the other sign if it is an upper one.
    bound: u64,
}

const LAST: u32 = 1 << 31;
const MOST: u32 = 1 << 31;

impl Guard {
    pub(super) const NOTHING: Guard = Guard { slot: u32::MAX, bound: 0 };

    fn least(slot: u32, bound: f64) -> Guard {
        Guard { slot, bound: bound.to_bits() }
    }

    fn most(slot: u32, bound: f64) -> Guard {
        Guard { slot: slot | MOST, bound: (-bound).to_bits() }
    }

    /// Whether an event's number is out of the bound. No number is less than one that is none.
    #[inline(always)]
    fn stops(self, doubles: &[f64]) -> bool {
        let Some(value) = doubles.get((self.slot & !MOST) as usize) else { return false };
        let flip = u64::from(self.slot >> 31) << 63;
        f64::from_bits(value.to_bits() ^ flip) < f64::from_bits(self.bound)
    }
}

impl Posting {
    pub(super) fn new(statement: u32, guard: Guard) -> Posting {
        Posting { statement, guard }
    }

    pub(super) fn statement(self) -> u32 {
        self.statement & !LAST
    }

    pub(super) fn is_guarded(self) -> bool {
        self.guard != Guard::NOTHING
    }
}

/// Puts a list behind others, as [`walk`] reads it. It is in order, and may hold the same several times.
pub(super) fn append(lists: &mut Vec<Posting>, list: impl Iterator<Item = Posting>) {
    let start = lists.len();
    for posting in list {
        if lists.get(start..).and_then(<[Posting]>::last) != Some(&posting) {
            lists.push(posting);
        }
    }
    if let Some(last) = lists.get_mut(start..).and_then(<[Posting]>::last_mut) {
        last.statement |= LAST;
    }
}

/// Hands over the statements of a list whose numbers an event has.
#[inline(always)]
pub(super) fn walk(list: &[Posting], doubles: &[f64], found: &mut impl FnMut(u32)) {
    for posting in list {
        if !posting.guard.stops(doubles) {
            found(posting.statement & !LAST);
        }
        if posting.statement & LAST != 0 {
            return;
        }
    }
}

/// The bounds that a program asks of each slot, ascending: how much a bound keeps out is seen from those that keep out less.
#[derive(Debug, Default)]
pub(super) struct Bounds(HashMap<u32, Vec<f64>, foldhash::fast::RandomState>);

impl Bounds {
    pub(super) fn new<'w>(ways: impl Iterator<Item = &'w Way>) -> Bounds {
        let mut bounds = Bounds::default();
        // A list is walked with the event's own numbers at hand.
        let spans = ways.flatten().filter_map(span).filter(|(slot, ..)| slot & DERIVED == 0);
        for (slot, low, high) in spans {
            let bounds = bounds.0.entry(slot).or_default();
            bounds.extend([low, high].into_iter().filter(|bound| bound.is_finite()));
        }
        bounds.0.values_mut().for_each(|bounds| bounds.sort_unstable_by(f64::total_cmp));
        bounds
    }

    /// The guard of a way that keeps out most, as far as that can be told.
    pub(super) fn guard(&self, way: &Way) -> Guard {
        let spans = way.iter().filter_map(span).filter(|(slot, ..)| slot & DERIVED == 0);
        let guards = spans.flat_map(|(slot, low, high)| {
            let low = low.is_finite().then(|| (self.kept_out(slot, |bound| *bound < low), Guard::least(slot, low)));
            let high = high.is_finite().then(|| {
                let beyond = 1.0 - self.kept_out(slot, |bound| *bound <= high);
                (beyond, Guard::most(slot, high))
            });
            [low, high].into_iter().flatten()
        });
        let best = guards.max_by(|one, other| one.0.total_cmp(&other.0));
        best.map_or(Guard::NOTHING, |(_, guard)| guard)
    }

    /// Which part of a slot's bounds come first.
    fn kept_out(&self, slot: u32, is_before: impl Fn(&f64) -> bool) -> f64 {
        let Some(bounds) = self.0.get(&slot) else { return 0.0 };
        bounds.partition_point(is_before) as f64 / bounds.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use super::super::access::Literal;
    use super::*;
    use crate::program::TestKind;

    fn stops(guard: Guard, value: f64) -> bool {
        guard.stops(&[7.0, value])
    }

    #[test]
    fn a_guard_stops_what_is_out_of_its_bound_and_nothing_else() {
        let (least, most) = (Guard::least(1, -2.5), Guard::most(1, -2.5));
        assert_eq!([-3.0, -2.5, 0.0, f64::NAN].map(|value| stops(least, value)), [true, false, false, false]);
        assert_eq!([-3.0, -2.5, 0.0, f64::NAN].map(|value| stops(most, value)), [false, false, true, false]);
        // Zero has two signs and is one number.
        assert_eq!([0.0, -0.0].map(|value| stops(Guard::least(1, 0.0), value)), [false, false]);
        assert_eq!([0.0, -0.0].map(|value| stops(Guard::most(1, -0.0), value)), [false, false]);
        assert!(!Guard::NOTHING.stops(&[1.0; 4]));
    }

    #[test]
    fn the_guard_is_the_bound_that_keeps_out_most() {
        let one = |kind| Literal { kind, holds: true };
        let ways: Vec<Vec<Literal>> = (0..10)
            .map(|number| vec![one(TestKind::Greater(0, f64::from(number))), one(TestKind::Less(1, f64::from(number)))])
            .collect();
        let bounds = Bounds::new(ways.iter().map(Vec::as_slice));
        assert_eq!(bounds.guard(&ways[9]), Guard::least(0, 9.0_f64.next_up()));
        assert_eq!(bounds.guard(&ways[0]), Guard::most(1, 0.0_f64.next_down()));
        assert_eq!(bounds.guard(&[]), Guard::NOTHING);
    }

    #[test]
    fn a_list_ends_where_the_next_one_begins() {
        let mut lists = Vec::new();
        let (one, three) = (Posting::new(1, Guard::least(0, 1.0)), Posting::new(3, Guard::NOTHING));
        append(&mut lists, [one, three, three].into_iter());
        append(&mut lists, [Posting::new(7, Guard::NOTHING)].into_iter());
        let walked = |from: usize, value: f64| {
            let mut found = Vec::new();
            walk(&lists[from..], &[value], &mut |statement| found.push(statement));
            found
        };
        assert_eq!(walked(0, 1.0), [1, 3]);
        assert_eq!(walked(0, 0.5), [3]);
        assert_eq!(walked(2, 1.0), [7]);
    }
}
