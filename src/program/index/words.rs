//! Texts that one slot may hold: an automaton finds all that it does in one pass.
//!
//! Most events hold none, so before that the first bytes of the texts are looked for: by a bit for each value that some
//! multiplication makes of them, which is a load at each place.

use super::posting::{Posting, append, walk};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::BTreeMap;

/// See [the module](self).
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) slot: u32,
    /// How long the shortest text is.
    shortest: usize,
    starts: Starts,
    /// Nothing if it could not be made: then every statement here may be concerned.
    automaton: Option<AhoCorasick>,
    /// For each text the statements that ask for it.
    statements: Box<[Box<[Posting]>]>,
}

impl Words {
    pub(super) fn new(slot: u32, texts: BTreeMap<Box<str>, Vec<Posting>>) -> Words {
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        let automaton = AhoCorasick::builder().kind(kind).build(texts.keys().map(|text| text.as_bytes())).ok();
        let list = |mut statements: Vec<Posting>| {
            statements.sort_unstable();
            let mut list = Vec::with_capacity(statements.len());
            append(&mut list, statements.into_iter());
            list.into()
        };
        let shortest = texts.keys().map(|text| text.len()).min().unwrap_or(0);
        let starts = Starts::new(texts.keys().map(|text| text.as_bytes()), shortest.min(MOST_OF_START));
        Words { slot, shortest, starts, automaton, statements: texts.into_values().map(list).collect() }
    }

    /// Hands over the statements that ask for a text in this one, but for those whose numbers the event does not have.
    pub(crate) fn find(&self, text: &[u8], doubles: &[f64], mut found: impl FnMut(u32)) {
        if text.len() < self.shortest || !self.starts.may_be_in(text) {
            return;
        }
        match &self.automaton {
            None => self.statements.iter().for_each(|list| walk(list, doubles, &mut found)),
            Some(automaton) => {
                for hit in automaton.find_overlapping_iter(text) {
                    let list = self.statements.get(hit.pattern().as_usize());
                    walk(list.map_or(&[], |list| list), doubles, &mut found);
                }
            }
        }
    }
}

/// How many first bytes of a text are looked for.
const MOST_OF_START: usize = 4;

/// How many bits there are for each text.
const BITS_PER_TEXT: usize = 32;

/// The first bytes of texts, so many of each.
#[derive(Debug)]
struct Starts {
    bits: Box<[u64]>,
    /// By how much four bytes are shifted to leave as many as there are of each text; nothing if it is not worth a look.
    unused: Option<u32>,
    /// By how much a hash of 32 bits is shifted to number the bits.
    shift: u32,
}

impl Starts {
    fn new<'t>(texts: impl ExactSizeIterator<Item = &'t [u8]>, count: usize) -> Starts {
        let bits = (texts.len() * BITS_PER_TEXT).next_power_of_two().clamp(1 << 8, 1 << 20);
        let unused = (2..=MOST_OF_START).contains(&count).then_some(8 * (MOST_OF_START - count) as u32);
        let mut starts = Starts { bits: vec![0; bits / 64].into(), unused, shift: 32 - bits.trailing_zeros() };
        for text in texts {
            let bit = starts.bit(text.iter().take(count).rev().fold(0, |start, byte| start << 8 | u32::from(*byte)));
            if let Some(word) = starts.bits.get_mut(bit / 64) {
                *word |= 1 << (bit % 64);
            }
        }
        starts
    }

    /// Whether one of the texts may stand in this one; false says that none does.
    #[inline]
    fn may_be_in(&self, text: &[u8]) -> bool {
        let Some(unused) = self.unused else { return true };
        let mut last = 0;
        text.iter().any(|byte| {
            last = last >> 8 | u32::from(*byte) << 24;
            let bit = self.bit(last >> unused);
            self.bits.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 != 0)
        })
    }

    #[inline(always)]
    fn bit(&self, start: u32) -> usize {
        (start.wrapping_mul(0x9E37_79B1) >> self.shift) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::super::posting::Guard;
    use super::*;

    fn found(words: &[&str], text: &str) -> Vec<u32> {
        let posting = |number| vec![Posting::new(number, Guard::NOTHING)];
        let texts = (0..).zip(words).map(|(number, word)| (Box::from(*word), posting(number))).collect();
        let mut found = Vec::new();
        Words::new(0, texts).find(text.as_bytes(), &[], |statement| found.push(statement));
        found.sort_unstable();
        found
    }

    #[test]
    fn finds_each_text_wherever_it_stands() {
        for shortest in ["a", "ab", "abc", "abcd", "abcde"] {
            let words = [shortest, "bcdefg", "xyz-long", "gh", "h"];
            let words = if shortest.len() < 3 { &words[..] } else { &words[..3] };
            for text in ["abcdefgh", "", "ab", "abcde", "xabcdex", "--xyz-long", "xyz-lon", "gab", "ha", "ABCDE"] {
                let holds = |(_, word): &(u32, &&str)| text.contains(**word);
                let expected: Vec<u32> = (0..).zip(words).filter(holds).map(|(number, _)| number).collect();
                assert_eq!(found(words, text), expected, "{words:?} in {text:?}");
            }
        }
    }

    #[test]
    fn most_texts_are_told_apart_by_their_first_bytes() {
        let words: Vec<String> = (0..400).map(|number| format!("w{number:03}")).collect();
        let starts = Starts::new(words.iter().map(|word| word.as_bytes()), 4);
        let others = (400..1_400).filter(|number| starts.may_be_in(format!("-v{number}-").as_bytes())).count();
        assert!(others < 500, "{others} of 1000 have to be looked through");
        assert!(words.iter().all(|word| starts.may_be_in(format!("x{word}").as_bytes())));
    }
}
