//! Texts that one slot may hold: an automaton finds all that it does in one pass.

use super::posting::{Posting, append, walk};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::BTreeMap;

/// See [the module](self).
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) slot: u32,
    /// How long the shortest text is.
    shortest: usize,
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
        Words { slot, shortest, automaton, statements: texts.into_values().map(list).collect() }
    }

    /// Hands over the statements that ask for a text in this one, but for those whose numbers the event does not have.
    pub(crate) fn find(&self, text: &str, doubles: &[f64], mut found: impl FnMut(u32)) {
        if text.len() < self.shortest {
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
