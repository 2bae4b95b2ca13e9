//! The entries of a decision's lists (R3.1): data only.

use super::JsonText;
use crate::diagnostic::Code;
use crate::evaluate::{Answer, Arguments};
use std::sync::Arc;

/// One `Trace(...)` that fired.
#[derive(Clone, Debug)]
pub struct TraceEntry {
    /// The rule.
    pub rule: Arc<str>,
    /// The clause.
    pub clause: Arc<str>,
    /// The named values, in order.
    pub attributes: Vec<(Arc<str>, JsonText)>,
}

/// One external call that the rules read (L8.2).
#[derive(Clone, Debug)]
pub struct CallEntry {
    /// The name as defined.
    pub name: Arc<str>,
    /// The arguments, as canonical text.
    pub arguments: Arguments,
    /// How it was answered.
    pub answer: Answer,
}

/// A value that could not be read as the type asked for (L3.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteEntry {
    /// The attribute's path, or the expression's text.
    pub path: String,
    /// The name of the type.
    pub wanted: &'static str,
    /// What stood there, as JSON, cut if it is long.
    pub found: String,
}

/// An evaluation error that did not end the evaluation (L5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorEntry {
    /// Its code, such as `E0701`.
    pub code: Code,
    /// What went wrong.
    pub message: String,
    /// The rule that was running.
    pub rule: Arc<str>,
    /// The clause that was running; absent in a condition.
    pub clause: Option<Arc<str>>,
    /// The file, if the rules stand in several.
    pub file: Option<Arc<str>>,
    /// Line in that file, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// A statement that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken<'d> {
    /// The rule: a decision rule, an action rule or a routing rule.
    pub rule: &'d str,
    /// The clause.
    pub clause: &'d str,
    /// Its number in the clause from 0; `LET`s are not counted.
    pub statement: usize,
}
