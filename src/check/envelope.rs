//! What a path means where it stands (L1.9, R2.5).
//!
//! The event of a routing rule is an envelope, `{"<assessment>": {"request": event}}`. No envelope is ever made: a path that
//! leads into it is the path of the event that is left, so that all rules share what they read.

use super::Checker;
use super::Program;
use super::expression::convert;
use crate::diagnostic::Code;
use crate::hir::{self, Constant, Conversion, Kind};
use crate::schema::path_text;
use crate::source::Span;
use crate::syntax::ast::{self, PathStep};
use crate::value::Type;
use std::borrow::Cow;
use std::sync::Arc;

/// The text of a path that no event has: an event is an object, and this is an element.
pub(super) const NOWHERE: &str = "[0]";

/// Where a path leads.
pub(super) enum Leads<'p> {
    /// To a part of the event.
    To(Cow<'p, ast::Path>),
    /// To the whole event.
    Whole,
    /// To the object whose `request` is the event.
    Around,
    /// Past the event: nothing is ever there.
    Nowhere,
}

impl Checker<'_> {
    /// Where a path leads from where it stands.
    pub(super) fn leads<'p>(&self, path: &'p ast::Path) -> Leads<'p> {
        if self.program != Program::Routing {
            return Leads::To(Cow::Borrowed(path));
        }
        let is = |step: &PathStep, name: &str| matches!(step, PathStep::Name(step) if step.eq_ignore_ascii_case(name));
        match path.steps.as_slice() {
            [first] if is(first, self.assessment) => Leads::Around,
            [first, second, rest @ ..] if is(first, self.assessment) && is(second, "request") => {
                if rest.is_empty() {
                    return Leads::Whole;
                }
                // A path begins with a name; an index finds nothing in an object.
                let steps = rest.to_vec();
                Leads::To(Cow::Owned(ast::Path { text: path_text(&steps), steps, bare: false }))
            }
            _ => Leads::Nowhere,
        }
    }

    /// What stands before a path of the event where it is written.
    pub(super) fn before_paths(&self) -> String {
        if self.program == Program::Routing { format!("{}.request.", self.assessment) } else { String::new() }
    }

    /// The attribute of that path as a type.
    pub(super) fn attribute_at(&mut self, path: &ast::Path, span: Span, ty: Type) -> Option<hir::Expr> {
        let kind = match self.leads(path) {
            Leads::To(path) => {
                self.contradicts(&path, span, ty)?;
                Kind::Attribute(self.path_id(&path))
            }
            Leads::Nowhere => Kind::Attribute(self.nowhere()),
            Leads::Whole | Leads::Around => {
                let json = self.event_at(Some(path), span);
                return Some(if ty == Type::Json { json } else { convert(Conversion::Read, json, ty) });
            }
        };
        Some(hir::Expr { kind, ty, span })
    }

    /// `@@` and `@@"path"`
    pub(super) fn event_at(&mut self, path: Option<&ast::Path>, span: Span) -> hir::Expr {
        let json = |kind| hir::Expr { kind, ty: Type::Json, span };
        let around = |name: &str, value| json(Kind::Object(vec![(Arc::from(name), value)]));
        let kind = match path.map(|path| self.leads(path)) {
            Some(Leads::To(path)) => Kind::Event(Some(self.path_id(&path))),
            Some(Leads::Nowhere) => Kind::Event(Some(self.nowhere())),
            Some(Leads::Around) => return around("request", json(Kind::Event(None))),
            None if self.program == Program::Routing => {
                return around(self.assessment, around("request", json(Kind::Event(None))));
            }
            Some(Leads::Whole) | None => Kind::Event(None),
        };
        json(kind)
    }

    /// `Exists(@"path")`
    pub(super) fn exists_at(&mut self, path: &ast::Path) -> Kind {
        match self.leads(path) {
            Leads::To(path) => Kind::Exists(self.path_id(&path)),
            Leads::Nowhere => Kind::Exists(self.nowhere()),
            Leads::Whole | Leads::Around => Kind::Constant(Constant::Bool(true)),
        }
    }

    fn nowhere(&mut self) -> u32 {
        self.path_id(&ast::Path { text: NOWHERE.to_string(), steps: vec![PathStep::Index(0)], bare: false })
    }

    /// Warns of a path that leads past the event.
    pub(super) fn note_nowhere(&mut self, path: &ast::Path, span: Span) {
        let meant = format!("{}{}", self.before_paths(), path.text);
        let message = format!("the event of a routing rule has no path `{}`", path.text);
        let fix = self.respelt(span, &meant);
        let diagnostic = self.diagnose(Code::UNKNOWN_PATH, span, message);
        self.diagnostics.push(diagnostic.help(format!("did you mean `{meant}`?")).fix(span, fix));
    }
}
