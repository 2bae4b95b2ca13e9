//! The diagnostics of one parse.
//!
//! In: faults in any order. Out: diagnostics in order of place, at most [`MOST`] of them, so that a text made of
//! faults costs no more memory than its length.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use std::sync::Arc;

/// How many faults of one text are kept.
const MOST: usize = 1_000;

/// Collects diagnostics of one source.
#[derive(Debug)]
pub(crate) struct Faults<'s> {
    source: &'s Arc<Source>,
    list: Vec<Diagnostic>,
}

impl<'s> Faults<'s> {
    pub(crate) fn new(source: &'s Arc<Source>) -> Faults<'s> {
        Faults { source, list: Vec::new() }
    }

    /// The source that all faults are about.
    pub(crate) fn source(&self) -> &'s Arc<Source> {
        self.source
    }

    /// Reports a fault and lets the caller finish it.
    pub(crate) fn report(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        finish: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        if self.list.len() < MOST {
            self.list.push(finish(Diagnostic::new(code, self.source, span, message)));
        }
    }

    /// Takes over the faults of a part of the source.
    pub(crate) fn append(&mut self, other: Faults<'_>) {
        let room = MOST.saturating_sub(self.list.len());
        self.list.extend(other.list.into_iter().take(room));
    }

    /// All of them in order of place; errors first at the same place.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|d| (d.span.start, std::cmp::Reverse(d.severity), d.span.end));
        self.list
    }
}
