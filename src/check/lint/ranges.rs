//! Sets of numbered classes, kept as ranges.
//!
//! The values of what a test asks about fall into numbered classes that no test tells apart inside. What a test lets
//! through is then a set of classes: mostly one range, or two, however many classes there are.

use smallvec::SmallVec;

/// Disjoint ranges in ascending order, ends included, with a gap between neighbours: equal sets are equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ranges(SmallVec<[(u32, u32); 2]>);

impl Ranges {
    /// The classes from the first to the last; none if they are the wrong way round.
    pub(super) fn span(first: u32, last: u32) -> Ranges {
        Ranges((first <= last).then_some((first, last)).into_iter().collect())
    }

    /// The union of ranges in any order.
    pub(super) fn of(ranges: impl IntoIterator<Item = (u32, u32)>) -> Ranges {
        let mut all: SmallVec<[(u32, u32); 8]> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        all.sort_unstable();
        let mut merged: SmallVec<[(u32, u32); 2]> = SmallVec::new();
        for (first, last) in all {
            match merged.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => merged.push((first, last)),
            }
        }
        Ranges(merged)
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many ranges it is made of, which is what it costs to work with.
    pub(super) fn pieces(&self) -> usize {
        self.0.len()
    }

    /// The ranges, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        self.0.iter().copied()
    }

    /// How many classes are in it.
    pub(super) fn count(&self) -> u64 {
        self.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// What is in either.
    pub(super) fn or(&self, other: &Ranges) -> Ranges {
        Ranges::of(self.0.iter().chain(&other.0).copied())
    }

    /// What is in both.
    pub(super) fn and(&self, other: &Ranges) -> Ranges {
        if let ([(a, b)], [(c, d)]) = (&*self.0, &*other.0) {
            return Ranges::span(*a.max(c), *b.min(d));
        }
        let mut both = SmallVec::new();
        self.meet(other, |first, last| {
            both.push((first, last));
            true
        });
        Ranges(both)
    }

    /// What is in this one and not in the other.
    pub(super) fn without(&self, other: &Ranges) -> Ranges {
        let mut left = SmallVec::new();
        if let ([(a, b)], [(c, d)]) = (&*self.0, &*other.0) {
            if c > b || d < a {
                return self.clone();
            }
            if c > a {
                left.push((*a, c - 1));
            }
            if d < b {
                left.push((d + 1, *b));
            }
            return Ranges(left);
        }
        let mut cuts = other.0.iter().peekable();
        for &(first, last) in &self.0 {
            let mut from = Some(first);
            while let (Some(start), Some(&&(cut_first, cut_last))) = (from, cuts.peek()) {
                if cut_last < start {
                    cuts.next();
                } else if cut_first > last {
                    break;
                } else {
                    if cut_first > start {
                        left.push((start, cut_first - 1));
                    }
                    // A cut that goes on is met again by the next range.
                    from = if cut_last < last { cut_last.checked_add(1) } else { None };
                }
            }
            if let Some(start) = from {
                left.push((start, last));
            }
        }
        Ranges(left)
    }

    /// Whether something is in both.
    pub(super) fn meets(&self, other: &Ranges) -> bool {
        if let ([(a, b)], [(c, d)]) = (&*self.0, &*other.0) {
            return a.max(c) <= b.min(d);
        }
        let mut met = false;
        self.meet(other, |_, _| {
            met = true;
            false
        });
        met
    }

    /// Whether all of it is in the other.
    pub(super) fn is_within(&self, other: &Ranges) -> bool {
        let mut others = other.0.iter().peekable();
        self.0.iter().all(|&(first, last)| {
            while others.next_if(|(_, end)| *end < first).is_some() {}
            others.peek().is_some_and(|&&(start, end)| start <= first && last <= end)
        })
    }

    /// Tells the common ranges in order, as long as it is asked to go on.
    fn meet(&self, other: &Ranges, mut tell: impl FnMut(u32, u32) -> bool) {
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(&&(a, b)), Some(&&(c, d))) = (ours.peek(), theirs.peek()) {
            if a.max(c) <= b.min(d) && !tell(a.max(c), b.min(d)) {
                return;
            }
            if b < d {
                ours.next();
            } else {
                theirs.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(bits: u32) -> Ranges {
        Ranges::of((0..8).filter(|n| bits >> n & 1 == 1).map(|n| (n, n)))
    }

    #[test]
    fn operations_agree_with_bits() {
        for a in 0..256 {
            for b in 0..256 {
                let (x, y) = (set(a), set(b));
                assert_eq!(x.or(&y), set(a | b));
                assert_eq!(x.and(&y), set(a & b));
                assert_eq!(x.without(&y), set(a & !b));
                assert_eq!(x.meets(&y), a & b != 0);
                assert_eq!(x.is_within(&y), a & !b == 0);
                assert_eq!(x.is_empty(), a == 0);
            }
        }
        assert_eq!(Ranges::span(3, 2), Ranges::default());
        assert_eq!(Ranges::span(0, u32::MAX).without(&Ranges::span(0, 4)), Ranges::span(5, u32::MAX));
    }
}
