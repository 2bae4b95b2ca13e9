//! Paths in quotes that lack their `@` (W1008).
//!
//! A text such as `"user.email"` may be meant as it is, so a warning needs more than its looks: the text is
//!
//! - compared with another constant, so that the comparison has one result for all events;
//! - compared with anything else, and is exactly a path that the rules read elsewhere or that the event's schema has;
//! - the receiver of a member, and its first step is one from which the rules read further elsewhere, or the schema has the
//!   path.
//!
//! What rules read elsewhere is known at the end, so what was found waits until then.

use crate::check::Checker;
use crate::diagnostic::Code;
use crate::hir::{self, Constant, Kind};
use crate::source::{Source, Span};
use crate::syntax::ast::{self, PathStep};
use crate::syntax::parse_path;
use std::collections::HashSet;
use std::sync::Arc;

/// A text that looks like a path, and what would have to be read elsewhere.
#[derive(Debug)]
pub(in crate::check) struct Quoted {
    source: Arc<Source>,
    span: Span,
    path: ast::Path,
    needs: Needs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Nothing,
    Path,
    FirstStep,
}

impl Checker<'_> {
    /// Looks at both sides of a comparison.
    pub(super) fn lint_quoted(&mut self, left: &hir::Expr, right: &hir::Expr) {
        let constant = |e: &hir::Expr| matches!(e.kind, Kind::Constant(_));
        if constant(left) && constant(right) {
            // Of two such texts the first is enough.
            let found = [left, right].into_iter().find_map(|side| Some((side, looks_like_a_path(side.kind.text()?)?)));
            if let Some((side, path)) = found {
                self.remember(path, side.span, Needs::Nothing);
            }
            return;
        }
        for side in [left, right] {
            if let Some(path) = side.kind.text().and_then(|text| looks_like_a_path(text)) {
                self.remember(path, side.span, Needs::Path);
            }
        }
    }

    /// Looks at a constant text that has a member.
    pub(in crate::check) fn lint_quoted_receiver(&mut self, base: &hir::Expr) {
        if let Kind::Constant(Constant::String(text)) = &base.kind
            && let Some(path) = looks_like_a_path(text)
        {
            self.remember(path, base.span, Needs::FirstStep);
        }
    }

    fn remember(&mut self, path: ast::Path, span: Span, needs: Needs) {
        let source = self.source.clone();
        self.quoted.push(Quoted { source, span, path, needs });
    }

    /// All paths are known: warns of what lacks its `@`.
    pub(in crate::check) fn lint_all_quoted(&mut self) {
        if self.quoted.is_empty() {
            return;
        }
        let mut whole: HashSet<String> = HashSet::new();
        let mut first: HashSet<String> = HashSet::new();
        for path in &self.out.paths {
            whole.insert(path.text.to_ascii_lowercase());
            if let [PathStep::Name(name), _, ..] = path.steps.as_slice() {
                first.insert(name.to_ascii_lowercase());
            }
        }
        for Quoted { source, span, path, needs } in std::mem::take(&mut self.quoted) {
            let begins = match path.steps.first() {
                Some(PathStep::Name(name)) => first.contains(&name.to_ascii_lowercase()),
                _ => false,
            };
            let known = || self.schema.is_some_and(|schema| schema.has(&path.steps));
            let meant = match needs {
                Needs::Nothing => true,
                Needs::Path => whole.contains(&path.text.to_ascii_lowercase()) || known(),
                Needs::FirstStep => begins || known(),
            };
            if meant {
                let text = &path.text;
                let message = format!("`\"{text}\"` is a text, not the attribute `{text}`");
                let diagnostic = crate::diagnostic::Diagnostic::new(Code::MISSING_AT_SIGN, &source, span, message);
                let diagnostic = diagnostic.help(format!("if the attribute is meant, write `@\"{text}\"`"));
                self.diagnostics.push(diagnostic.fix(span, format!("@\"{text}\"")));
            }
        }
    }
}

/// The path that a text is: at least two steps, each name an identifier that begins with a letter.
fn looks_like_a_path(text: &str) -> Option<ast::Path> {
    let name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    // Most texts that rules compare with have one step at most.
    if !text.contains('.') {
        return None;
    }
    let path = parse_path(text).ok()?;
    let plain = path.steps.iter().all(|step| match step {
        PathStep::Name(one) => name(one),
        PathStep::Index(_) => true,
    });
    let names = path.steps.iter().filter(|step| matches!(step, PathStep::Name(_))).count();
    (plain && names > 1).then_some(path)
}
