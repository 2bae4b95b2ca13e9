//! Which classes of a subject some end lets through.

use super::ranges::Ranges;

/// A set of classes that grows, and knows how far it reaches without a gap.
#[derive(Default)]
pub(super) struct Cover {
    words: Vec<u64>,
    /// For each word where to look for one that is not full: at itself, or further on.
    open: Vec<u32>,
    /// Every class below that may be met is in it.
    whole_to: u32,
}

impl Cover {
    pub(super) fn add(&mut self, classes: &Ranges) {
        for (first, last) in classes.iter() {
            let words = (last / 64 + 1) as usize;
            if self.words.len() < words {
                self.words.resize(words, 0);
                self.open.extend(self.open.len() as u32..words as u32);
            }
            // Ranges overlap, and what is full is not looked at again.
            let mut at = self.open_from(first / 64);
            while at <= last / 64 {
                if let (Some(bits), Some(open)) = (self.words.get_mut(at as usize), self.open.get_mut(at as usize)) {
                    *bits |= mask(at, first, last);
                    *open = if *bits == u64::MAX { at + 1 } else { at };
                }
                at = self.open_from(at + 1);
            }
        }
    }

    /// The first word from there on that is not full.
    fn open_from(&mut self, word: u32) -> u32 {
        let mut at = word;
        while let Some(next) = self.open.get(at as usize).copied().filter(|next| *next != at) {
            // The way is half as long for the next one who goes it.
            let further = self.open.get(next as usize).copied().unwrap_or(next);
            if let Some(open) = self.open.get_mut(at as usize) {
                *open = further;
            }
            at = further;
        }
        at
    }

    /// Whether all of them are in it.
    pub(super) fn holds(&mut self, classes: &Ranges) -> bool {
        classes.iter().all(|(first, last)| {
            let mut at = self.open_from(first / 64);
            while at <= last / 64 {
                let mask = mask(at, first, last);
                if self.words.get(at as usize).is_none_or(|bits| bits & mask != mask) {
                    return false;
                }
                at = self.open_from(at + 1);
            }
            true
        })
    }

    /// Whether all of them are in it, asked again and again about the same ones: each is looked at once while they are.
    pub(super) fn holds_by_now(&mut self, all: &Ranges) -> bool {
        for (first, last) in all.iter() {
            if last < self.whole_to {
                continue;
            }
            let first = first.max(self.whole_to);
            for word in first / 64..=last / 64 {
                let missing = mask(word, first, last) & !self.words.get(word as usize).copied().unwrap_or(0);
                if missing != 0 {
                    self.whole_to = word * 64 + missing.trailing_zeros();
                    return false;
                }
            }
            self.whole_to = last.saturating_add(1);
        }
        true
    }
}

/// Which bits of a word are in a range of bits that begins and ends in it or beyond.
fn mask(word: u32, first: u32, last: u32) -> u64 {
    let from = if word == first / 64 { u64::MAX << (first % 64) } else { u64::MAX };
    let to = if word == last / 64 { u64::MAX >> (63 - last % 64) } else { u64::MAX };
    from & to
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use super::*;

    #[test]
    fn it_is_whole_when_the_last_class_has_come() {
        let all = Ranges::span(0, 300).without(&Ranges::span(70, 140));
        let mut cover = Cover::default();
        for class in (0..=300).rev().filter(|class| !(70..=140).contains(class)) {
            assert!(!cover.holds_by_now(&all) && !cover.holds(&all), "{class}");
            cover.add(&Ranges::span(class, class));
            assert!(cover.holds(&Ranges::span(class, 300).without(&Ranges::span(70, 140))));
        }
        assert!(cover.holds_by_now(&all) && cover.holds(&all));
        let mut cover = Cover::default();
        cover.add(&Ranges::span(0, 69));
        assert!(!cover.holds_by_now(&all));
        cover.add(&Ranges::span(141, 300));
        assert!(cover.holds_by_now(&all));
    }

    #[test]
    fn it_holds_what_was_added_whatever_the_order() {
        let mut number: u32 = 7;
        let mut next = |below: u32| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 8) % below
        };
        for _ in 0..200 {
            let (mut cover, mut bits) = (Cover::default(), [false; 700]);
            for _ in 0..40 {
                let (first, length) = (next(600), next(100));
                cover.add(&Ranges::span(first, first + length));
                bits[first as usize..=(first + length) as usize].fill(true);
                let (first, length) = (next(600), next(100));
                let all = bits[first as usize..=(first + length) as usize].iter().all(|bit| *bit);
                assert_eq!(cover.holds(&Ranges::span(first, first + length)), all);
            }
        }
    }
}
