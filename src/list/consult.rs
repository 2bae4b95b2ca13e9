//! What rules ask of lists (L7.2), each question made for its list and columns when the rule is checked.

use super::{List, Status};
use crate::function::Bound;
use crate::value::{Context, DateTime, Datum, Failure};
use std::sync::Arc;

/// What `Lookup` gives for a key that is not there, if the rule names no default.
pub(crate) const UNKNOWN: &str = "Unknown";

/// A question to a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// `ContainsKey`: whether a row has the key.
    ContainsKey,
    /// `Lookup`: the cell of the row that has the key, in that column.
    Lookup(usize),
    /// `LookupClosest`: the same for the nearest key up to this one.
    LookupClosest(usize),
    /// `InSupportList`: whether the support list has the entry.
    InSupportList,
    /// `IsSafe`, `IsBlock`, `IsWatch`: whether it has the entry with that status.
    Has(Status),
}

/// A list, the column of the key, and the question. The arguments at run time are the key and, for look-ups, the default.
#[derive(Clone, Debug)]
pub struct Consult {
    list: Arc<List>,
    key: usize,
    question: Question,
}

impl Consult {
    /// Prepares a question; [`List::make_key`] has been called for the column, or is called by the first event.
    pub fn new(list: Arc<List>, key: usize, question: Question) -> Consult {
        if let Question::LookupClosest(_) = question {
            list.make_order(key);
        }
        Consult { list, key, question }
    }

    /// What is asked.
    pub(crate) fn question(&self) -> Question {
        self.question
    }

    /// The column of the key.
    pub(crate) fn key(&self) -> usize {
        self.key
    }

    /// Tells one list from another.
    pub(crate) fn list_address(&self) -> usize {
        Arc::as_ptr(&self.list).addr()
    }

    /// Whether the same key always finds the same row: no entry of the list expires.
    pub(crate) fn is_lasting(&self) -> bool {
        !self.list.expires()
    }

    /// The row that has the key, or the nearest one up to it.
    pub(crate) fn row(&self, key: &str, now: DateTime) -> Option<u32> {
        match self.question {
            Question::LookupClosest(_) => self.list.closest(self.key, key, now),
            _ => self.list.find(self.key, key, now),
        }
    }

    /// How many keys find a row; `None` if keys do that are not in the list.
    pub(crate) fn keys(&self) -> Option<usize> {
        (!matches!(self.question, Question::LookupClosest(_))).then(|| self.list.keys(self.key))
    }

    /// For each key of the list the row that it finds, in no order, as far as no entry expires.
    pub(crate) fn keyed_rows(&self) -> impl Iterator<Item = u32> {
        self.list.keyed_rows(self.key)
    }

    /// The cell in a row and column.
    pub(crate) fn cell(&self, row: u32, column: usize) -> &str {
        self.list.cell(row, column)
    }

    /// The status of an entry of a support list.
    pub(crate) fn status(&self, row: u32) -> Option<Status> {
        self.list.status(row)
    }

    /// The cell in a row, or the default.
    fn value<'a>(
        &self,
        row: Option<u32>,
        column: usize,
        default: Option<&Datum<'a>>,
        context: &Context<'a>,
    ) -> Datum<'a> {
        match (row, default) {
            // A cell is no longer than a text may be: it was measured when the list was read.
            (Some(row), _) => Datum::String(context.arena.alloc_str(self.list.cell(row, column))),
            (None, Some(default)) => *default,
            (None, None) => Datum::String(UNKNOWN),
        }
    }
}

impl Bound for Consult {
    fn name(&self) -> &str {
        match self.question {
            Question::ContainsKey => "ContainsKey",
            Question::Lookup(_) => "Lookup",
            Question::LookupClosest(_) => "LookupClosest",
            Question::InSupportList => "InSupportList",
            Question::Has(Status::Safe) => "IsSafe",
            Question::Has(Status::Block) => "IsBlock",
            Question::Has(Status::Watch) => "IsWatch",
        }
    }

    fn can_fail(&self) -> bool {
        false
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{} {} {:?}", self.list_address(), self.key, self.question))
    }

    fn as_any(&self) -> Option<&dyn std::any::Any> {
        Some(self)
    }

    fn run<'a>(&self, context: &mut Context<'a>, arguments: &[Datum<'a>]) -> Result<Datum<'a>, Failure> {
        let [Datum::String(key), rest @ ..] = arguments else { return Err(Failure::mismatch(self.name())) };
        let find = || self.row(key, context.now);
        Ok(match self.question {
            Question::ContainsKey | Question::InSupportList => Datum::Bool(find().is_some()),
            Question::Has(status) => {
                Datum::Bool(find().and_then(|row| self.list.status(row)).is_some_and(|found| found == status))
            }
            Question::Lookup(column) | Question::LookupClosest(column) => {
                self.value(find(), column, rest.first(), context)
            }
        })
    }
}
