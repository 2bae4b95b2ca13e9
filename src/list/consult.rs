//! What rules ask of lists (L7.2), each question made for its list and columns when the rule is checked.

use super::{List, Status};
use crate::function::Bound;
use crate::value::{Context, Datum, Failure};
use std::sync::Arc;

/// What `Lookup` gives for a key that is not there, if the rule names no default.
const UNKNOWN: &str = "Unknown";

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
#[derive(Debug)]
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

    fn run<'a>(&self, context: &mut Context<'a>, arguments: &[Datum<'a>]) -> Result<Datum<'a>, Failure> {
        let [Datum::String(key), rest @ ..] = arguments else { return Err(Failure::mismatch(self.name())) };
        let find = || self.list.find(self.key, key, context.now);
        Ok(match self.question {
            Question::ContainsKey | Question::InSupportList => Datum::Bool(find().is_some()),
            Question::Has(status) => {
                Datum::Bool(find().and_then(|row| self.list.status(row)).is_some_and(|found| found == status))
            }
            Question::Lookup(column) => self.value(find(), column, rest.first(), context),
            Question::LookupClosest(column) => {
                self.value(self.list.closest(self.key, key, context.now), column, rest.first(), context)
            }
        })
    }
}
