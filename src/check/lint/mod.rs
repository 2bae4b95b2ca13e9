//! What runs but is probably not meant (L9.3).
//!
//! 1. Here: what one expression shows.
//! 2. [`quoted`] finds paths in quotes that lack their `@`.
//! 3. [`reach`] finds clauses that never fire: [`formula`] makes conditions comparable, [`subject`] and [`ranges`] say which
//!    values they tell apart, [`solve`] whether they exclude each other.
//! 4. [`level`] turns warnings off or makes them errors.

mod cover;
mod ends;
mod formula;
mod level;
mod quoted;
mod ranges;
mod reach;
mod response;
mod solve;
mod subject;

pub use level::{Level, Lints};
pub(super) use quoted::Quoted;
pub(super) use reach::reach;

use super::{Checker, envelope};
use crate::diagnostic::Code;
use crate::hir::{self, Constant, Kind};
use crate::source::Span;
use crate::syntax::ast;
use crate::value::Type;
use crate::value::operate::Relation;

impl Checker<'_> {
    /// A comparison of an attribute with its type's default, or of two attributes in order.
    pub(super) fn lint_comparison(&mut self, relation: Relation, left: &hir::Expr, right: &hir::Expr, span: Span) {
        self.lint_quoted(left, right);
        let equality = matches!(relation, Relation::Equal | Relation::NotEqual);
        match (&left.kind, &right.kind) {
            (Kind::Attribute(path), Kind::Constant(constant)) | (Kind::Constant(constant), Kind::Attribute(path))
                if equality && is_default(constant) =>
            {
                let path = self.out.paths.get(*path as usize).map_or("", |path| path.text.as_str());
                if path == envelope::NOWHERE {
                    return;
                }
                let path = format!("{}{path}", self.before_paths());
                let message = "a missing attribute equals this value too";
                let help = format!("if that is not meant, ask for it as well: `Exists(@\"{path}\")`");
                let diagnostic = self.diagnose(Code::DEFAULT_COMPARISON, span, message).help(help);
                self.diagnostics.push(diagnostic);
            }
            (Kind::Attribute(_), Kind::Attribute(_)) if !equality && left.ty == Type::String => {
                let message = "two attributes compare in the order of texts: `10` comes before `9`";
                let help = "for numbers write `.ToDouble()`, for times `.ToDateTime()` on both sides";
                let diagnostic = self.diagnose(Code::ATTRIBUTES_COMPARED, span, message).help(help);
                self.diagnostics.push(diagnostic);
            }
            _ => {}
        }
    }

    /// `!a == b`, which is `(!a) == b` (L4.1).
    pub(super) fn lint_negated(&mut self, left: &ast::Expr, span: Span) {
        let negated = matches!(&left.kind, ast::Kind::Unary(operator, _) if operator.value == ast::Unary::Not);
        if negated && !self.source.slice(left.span).starts_with('(') {
            let message = "`!` binds before the comparison";
            let help = "write `!(a == b)` for the negated comparison, or `(!a) == b` for this one";
            let diagnostic = self.diagnose(Code::NEGATED_COMPARISON, span, message).help(help);
            self.diagnostics.push(diagnostic);
        }
    }

    /// `WHEN true`.
    pub(super) fn lint_when(&mut self, when: &hir::Expr) {
        if matches!(when.kind, Kind::Constant(Constant::Bool(true))) {
            let diagnostic = self.diagnose(Code::ALWAYS_TRUE, when.span, "this condition is always true");
            self.diagnostics.push(diagnostic.help("leave the `WHEN` out"));
        }
    }
}

/// The values that a missing attribute has (L3.4).
fn is_default(constant: &Constant) -> bool {
    match constant {
        Constant::Bool(value) => !value,
        Constant::Int(value) => *value == 0,
        Constant::Double(value) => *value == 0.0,
        Constant::String(text) => text.is_empty(),
        Constant::DateTime(value) => *value == crate::value::DateTime::MIN,
        Constant::CharSet(_) | Constant::Null => false,
    }
}
