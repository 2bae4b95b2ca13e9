//! Text to tree.
//!
//! In: a source. Out: [`ast`], and everything that is wrong with the text, in order of place. pest appears here only.
//!
//! The steps: `scan` looks over the text once, tells its tokens apart and refuses what is too large or too deep; the
//! grammar reads the classes of all tokens (`token`, `whole`), `build` makes the tree, `layout` finds the rules and clauses. If the text holds a mistake, the
//! same grammar reads it again piece by piece, cut where statements begin, so that one mistake hides no other
//! (`recover`, worded by `mistake`). A correct text is never cut.
//!
//! The parser recurses as deep as the text nests; a caller that may have little stack asks [`nesting`] and runs it
//! within [`with_stack`].

mod build;
mod dismantle;
mod faults;
mod fold;
mod grammar;
mod keyword;
mod layout;
mod literal;
mod mistake;
mod path;
mod recover;
mod scan;
mod share;
mod stack;
mod token;
mod whole;

pub mod ast;
pub mod format;

pub use path::{PathFault, parse_path};
pub(crate) use share::{joined, share, threads};
pub(crate) use stack::builder as thread;
pub use stack::{SHALLOW, with_stack};

use crate::diagnostic::{Code, Diagnostic};
use crate::limit::Limits;
use crate::source::{Source, Span};
use ast::{Expr, File};
use faults::Faults;
use scan::Scan;
use std::sync::Arc;

/// What a text holds, and what is wrong with it.
#[derive(Debug)]
pub struct Parsed<T> {
    /// The tree; where the text is wrong it holds [`ast::Kind::Error`] or lacks the part.
    pub tree: T,
    /// Errors and warnings in order of place.
    pub diagnostics: Vec<Diagnostic>,
}

/// The reserved words (L1.4).
pub(crate) fn keywords() -> impl Iterator<Item = &'static str> {
    keyword::Keyword::WORDS.iter().copied()
}

/// How deep a text nests (L5.4): what [`with_stack`] wants to know. Linear in the text, and cheap.
pub fn nesting(text: &str) -> usize {
    scan::scan(text, usize::MAX, true).nesting
}

/// Parses rules, velocity sets, lists of actions (L2.2-L2.4), or a function's `LET`s and `RETURN`.
///
/// A rule without a clause is left to the checker; a text without anything is an error here. Needs stack in
/// proportion to the text's [`nesting`].
pub fn parse_rules(source: &Arc<Source>, limits: &Limits) -> Parsed<File> {
    Scanned::rules(source, limits).parse(source, limits, Holds::Rules)
}

/// What a text has to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Rules, velocity sets, lists of actions.
    Rules,
    /// Functions (R6.1).
    Functions,
}

/// A text of rules that was looked over, so that its nesting is known before it is parsed.
#[derive(Debug)]
pub(crate) struct Scanned {
    /// Nothing if the text is too large.
    scan: Option<Scan>,
}

impl Scanned {
    /// Looks over a text.
    pub(crate) fn rules(source: &Arc<Source>, limits: &Limits) -> Scanned {
        let scan = admit(source, limits, &mut Faults::new(source));
        Scanned { scan: scan.map(|(_, text)| scan::scan(text, limits.nesting, true)) }
    }

    /// How deep parsing it will recurse.
    pub(crate) fn nesting(&self, limits: &Limits) -> usize {
        self.scan.as_ref().map_or(0, |scan| scan.nesting.min(limits.nesting))
    }

    /// Parses it: the same text under the same limits.
    pub(crate) fn parse(self, source: &Arc<Source>, limits: &Limits, holds: Holds) -> Parsed<File> {
        let mut faults = Faults::new(source);
        let mut stretches = Vec::new();
        if let (Some((base, text)), Some(scan)) = (admit(source, limits, &mut faults), self.scan) {
            let correct = scan.faults.is_empty() && !scan.dangling;
            let whole = if correct { whole::elements(text, base, &scan, limits, &mut faults) } else { None };
            stretches = whole.unwrap_or_else(|| vec![recover::rules(text, base, &scan, limits, &mut faults)]);
            if stretches.iter().all(Vec::is_empty) && scan.faults.is_empty() && scan.pieces.is_empty() {
                let (message, help) = match holds {
                    Holds::Rules => (
                        "expected a rule, found nothing",
                        "a rule holds at least one statement, such as `RETURN Approve()`",
                    ),
                    Holds::Functions => (
                        "expected a function, found nothing",
                        "begin it with `FUNCTION name(_parameter: Type)` and `OUTPUT name: Type`, or remove the file",
                    ),
                };
                faults.report(Code::NOTHING_HERE, Span::new(0, 0), message, |d| d.help(help));
            }
        }
        let tree = layout::layout(stretches.into_iter().flatten(), &mut faults);
        Parsed { tree, diagnostics: faults.into_sorted() }
    }
}

/// Parses one expression; text behind it is an error.
///
/// The tree is absent if nothing could be read. Needs stack in proportion to the text's [`nesting`].
pub fn parse_expression(source: &Arc<Source>, limits: &Limits) -> Parsed<Option<Expr>> {
    let mut faults = Faults::new(source);
    let mut tree = None;
    if let Some((base, text)) = admit(source, limits, &mut faults) {
        let scan = scan::scan(text, limits.nesting, false);
        if scan.pieces.is_empty() && scan.faults.is_empty() {
            faults.report(Code::NOTHING_HERE, Span::new(0, 0), "expected an expression, found nothing", |d| d);
        } else {
            tree = recover::expression(text, base, &scan, limits, &mut faults);
        }
    }
    Parsed { tree, diagnostics: faults.into_sorted() }
}

/// The text without its byte order mark, and where it begins; nothing if it is too large.
fn admit<'s>(source: &'s Arc<Source>, limits: &Limits, faults: &mut Faults<'_>) -> Option<(usize, &'s str)> {
    let text: &str = source.text();
    let most = limits.source_bytes.min(u32::MAX as usize - 1);
    if text.len() > most {
        let message = format!("expected at most {most} bytes, found {}", text.len());
        faults.report(Code::SOURCE_TOO_LARGE, Span::new(0, 0), message, |d| {
            d.help(format!("the limit `source_bytes` is {most}; split the rules into several files"))
        });
        return None;
    }
    Some(match text.strip_prefix('\u{FEFF}') {
        Some(rest) => (text.len() - rest.len(), rest),
        None => (0, text),
    })
}

#[cfg(test)]
mod tests;
