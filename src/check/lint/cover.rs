//! Which classes of a subject some end lets through.

use super::ranges::Ranges;

/// A set of classes that grows, and knows how far it reaches without a gap.
#[derive(Default)]
pub(super) struct Cover {
    words: Vec<u64>,
    /// Every class below that may be met is in it.
    whole_to: u32,
}

impl Cover {
    pub(super) fn add(&mut self, classes: &Ranges) {
        for (first, last) in classes.iter() {
            let words = (last / 64 + 1) as usize;
            if self.words.len() < words {
                self.words.resize(words, 0);
            }
            parts(first, last).for_each(|(word, mask)| {
                if let Some(bits) = self.words.get_mut(word) {
                    *bits |= mask;
                }
            });
        }
    }

    /// Whether all of them are in it.
    pub(super) fn holds(&self, classes: &Ranges) -> bool {
        let in_it = |(word, mask): (usize, u64)| self.words.get(word).is_some_and(|bits| bits & mask == mask);
        classes.iter().all(|(first, last)| parts(first, last).all(in_it))
    }

    /// Whether all of them are in it, asked again and again about the same ones: each is looked at once while they are.
    pub(super) fn holds_by_now(&mut self, all: &Ranges) -> bool {
        for (first, last) in all.iter() {
            if last < self.whole_to {
                continue;
            }
            for (word, mask) in parts(first.max(self.whole_to), last) {
                let missing = mask & !self.words.get(word).copied().unwrap_or(0);
                if missing != 0 {
                    self.whole_to = word as u32 * 64 + missing.trailing_zeros();
                    return false;
                }
            }
            self.whole_to = last.saturating_add(1);
        }
        true
    }
}

/// The words of a range of bits, and which bits of each.
fn parts(first: u32, last: u32) -> impl Iterator<Item = (usize, u64)> {
    (first / 64..=last / 64).map(move |word| {
        let from = if word == first / 64 { u64::MAX << (first % 64) } else { u64::MAX };
        let to = if word == last / 64 { u64::MAX >> (63 - last % 64) } else { u64::MAX };
        (word as usize, from & to)
    })
}

#[cfg(test)]
mod tests {
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
}
