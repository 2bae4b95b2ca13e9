//! What conditions ask of lists, as tests of slots.
//!
//! In: questions of rules to lists whose entries never expire, so that an answer hangs on the key alone. Out: each distinct
//! look-up once, by number, and the questions about the row that it finds. An event keeps the row of each look-up, so a list
//! is asked once for an event, however many rules ask, and not at all if none does.

use super::build::Build;
use super::{TestKind, TextRef};
use crate::hir::{Expr, Kind};
use crate::list::{Consult, Question, Status, UNKNOWN};
use crate::value::Type;
use crate::value::operate::Relation;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Looks for the row of a list whose key is the text of a slot.
#[derive(Debug)]
pub(crate) struct LookUp {
    /// The list and the column of the key.
    pub(crate) consult: Consult,
    /// The text slot.
    pub(crate) slot: u32,
}

/// A cell of the row that a look-up finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    pub(crate) look_up: u32,
    pub(crate) column: usize,
    /// What it is without a row.
    pub(crate) default: TextRef,
}

/// What is asked of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Asks {
    /// Whether there is one.
    Found(u32),
    /// Whether it is an entry of that status.
    Has(u32, Status),
    /// Whether a cell is that text.
    Is(u32, TextRef),
    /// Whether a cell is in a set of texts, ignoring case.
    In(u32, u32),
}

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) look_ups: Vec<LookUp>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) asks: Vec<Asks>,
}

impl Listed {
    /// The look-up that a question is about.
    pub(crate) fn look_up(&self, number: u32) -> Option<&LookUp> {
        let look_up = match *self.asks.get(number as usize)? {
            Asks::Found(look_up) | Asks::Has(look_up, _) => look_up,
            Asks::Is(cell, _) | Asks::In(cell, _) => self.cells.get(cell as usize)?.look_up,
        };
        self.look_ups.get(look_up as usize)
    }

    pub(super) fn shrink(&mut self) {
        self.look_ups.shrink_to_fit();
        self.cells.shrink_to_fit();
        self.asks.shrink_to_fit();
    }
}

/// The numbers of what is known, so that the same has one number.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// By list, column of the key, whether the nearest key counts, and slot.
    look_ups: HashMap<(usize, usize, bool, u32), u32>,
    cells: HashMap<Cell, u32>,
    asks: HashMap<Asks, u32>,
}

impl Numbers {
    pub(super) fn look_up(&mut self, listed: &mut Listed, consult: &Consult, slot: u32) -> u32 {
        let closest = matches!(consult.question(), Question::LookupClosest(_));
        let key = (consult.list_address(), consult.key(), closest, slot);
        number(&mut self.look_ups, &mut listed.look_ups, key, || LookUp { consult: consult.clone(), slot })
    }

    pub(super) fn cell(&mut self, listed: &mut Listed, cell: Cell) -> u32 {
        number(&mut self.cells, &mut listed.cells, cell, || cell)
    }

    pub(super) fn asks(&mut self, listed: &mut Listed, asks: Asks) -> u32 {
        number(&mut self.asks, &mut listed.asks, asks, || asks)
    }
}

fn number<K: Eq + Hash, T>(known: &mut HashMap<K, u32>, all: &mut Vec<T>, key: K, make: impl FnOnce() -> T) -> u32 {
    *known.entry(key).or_insert_with(|| {
        all.push(make());
        all.len() as u32 - 1
    })
}

impl Build<'_> {
    pub(super) fn asks(&mut self, asks: Asks) -> TestKind {
        TestKind::Listed(self.listed.asks(&mut self.program.listed, asks))
    }

    /// A question to a list that is true or false.
    pub(super) fn listed(&mut self, e: &Expr) -> Option<TestKind> {
        let (consult, path, _) = question(e)?;
        let question = consult.question();
        if matches!(question, Question::Lookup(_) | Question::LookupClosest(_)) {
            return None;
        }
        let slot = self.slot(Type::String, path);
        let look_up = self.listed.look_up(&mut self.program.listed, consult, slot);
        Some(self.asks(match question {
            Question::Has(status) => Asks::Has(look_up, status),
            _ => Asks::Found(look_up),
        }))
    }

    /// A cell that is looked up.
    pub(super) fn cell(&mut self, e: &Expr) -> Option<u32> {
        let (consult, path, default) = question(e)?;
        let (Question::Lookup(column) | Question::LookupClosest(column)) = consult.question() else { return None };
        let default = default.cloned().unwrap_or_else(|| Arc::from(UNKNOWN));
        let default = self.text(&default);
        let slot = self.slot(Type::String, path);
        let look_up = self.listed.look_up(&mut self.program.listed, consult, slot);
        Some(self.listed.cell(&mut self.program.listed, Cell { look_up, column, default }))
    }

    /// Whether a cell that is looked up is a constant text.
    pub(super) fn cell_comparison(
        &mut self,
        relation: Relation,
        left: &Expr,
        right: &Expr,
    ) -> Option<(TestKind, bool)> {
        if !matches!(relation, Relation::Equal | Relation::NotEqual) {
            return None;
        }
        let (cell, text) = match (left.kind.text(), right.kind.text()) {
            (None, Some(text)) => (self.cell(left)?, text),
            (Some(text), None) => (self.cell(right)?, text),
            _ => return None,
        };
        let text = self.text(&text.clone());
        Some((self.asks(Asks::Is(cell, text)), relation == Relation::Equal))
    }
}

/// A question to a list that hangs on an attribute alone: no entry of the list expires. Its path, and the default if it has one.
pub(super) fn question(e: &Expr) -> Option<(&Consult, u32, Option<&Arc<str>>)> {
    let Kind::Bound(callable, arguments) = &e.kind else { return None };
    let consult: &Consult = callable.as_any()?.downcast_ref()?;
    let (Kind::Attribute(path), rest) = arguments.split_first().map(|(key, rest)| (&key.kind, rest))? else {
        return None;
    };
    let default = match rest {
        [] => None,
        [default] => Some(default.kind.text()?),
        _ => return None,
    };
    consult.is_lasting().then_some((consult, *path, default))
}
