//! Texts that one slot may hold: an automaton finds all that it does in one pass.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::BTreeMap;

/// See [the module](self).
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) slot: u32,
    /// Nothing if it could not be made: then every statement here may be concerned.
    automaton: Option<AhoCorasick>,
    /// For each text the statements that ask for it.
    statements: Box<[Box<[u32]>]>,
}

impl Words {
    pub(super) fn new(slot: u32, texts: BTreeMap<Box<str>, Vec<u32>>) -> Words {
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        let automaton = AhoCorasick::builder().kind(kind).build(texts.keys().map(|text| text.as_bytes())).ok();
        Words { slot, automaton, statements: texts.into_values().map(Box::from).collect() }
    }

    /// Hands over the statements that ask for a text in this one.
    pub(crate) fn find(&self, text: &str, mut found: impl FnMut(u32)) {
        match &self.automaton {
            None => self.statements.iter().flatten().for_each(|statement| found(*statement)),
            Some(automaton) => {
                for hit in automaton.find_overlapping_iter(text) {
                    let statements = self.statements.get(hit.pattern().as_usize());
                    statements.into_iter().flatten().for_each(|statement| found(*statement));
                }
            }
        }
    }
}
