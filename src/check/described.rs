//! Attributes held against the schema of the event, if there is one (L9.4).

use super::Checker;
use super::envelope::Leads;
use super::message::article;
use super::scope::Binding;
use crate::diagnostic::Code;
use crate::schema::{Described, Kinds, path_text};
use crate::source::Span;
use crate::syntax::ast;
use crate::value::Type;

impl Checker<'_> {
    /// A path stands in the text: warns if the schema does not have it, or if it steps into an array by a name.
    pub(super) fn note_path(&mut self, path: &ast::Path, span: Span) {
        let path = match self.leads(path) {
            Leads::To(path) => path,
            Leads::Nowhere => return self.note_nowhere(path, span),
            Leads::Whole | Leads::Around => return,
        };
        let Some(schema) = self.schema else { return };
        let before = self.before_paths();
        let answer = schema.look(&path.steps);
        if let Described::Not(near) = answer.described {
            let message = format!("the schema has no path `{}`", path.text);
            let diagnostic = self.diagnose(Code::UNKNOWN_PATH, span, message);
            let diagnostic = match near {
                Some(near) => {
                    let near = format!("{before}{near}");
                    let mended = self.respelt(span, &near);
                    diagnostic.help(format!("did you mean `{near}`?")).fix(span, mended)
                }
                None => diagnostic,
            };
            self.diagnostics.push(diagnostic);
        } else if let Some((head, after)) = answer.array_without_index.and_then(|n| path.steps.split_at_checked(n)) {
            let mended = path_text(head.iter().chain([&ast::PathStep::Index(0)]).chain(after));
            let mended = format!("{before}{mended}");
            let message = format!("`{}` steps into an array by a name, which reads its first element", path.text);
            let diagnostic = self.diagnose(Code::ARRAY_WITHOUT_INDEX, span, message);
            let fix = self.respelt(span, &mended);
            self.diagnostics.push(diagnostic.help(format!("if that is meant, write `{mended}`")).fix(span, fix));
        }
    }

    /// The type of an attribute that its context leaves open (L3.3 h), if the schema has one.
    pub(super) fn described_type(&self, path: &ast::Path) -> Option<Type> {
        match self.leads(path) {
            Leads::To(path) => self.kinds(&path)?.as_type(),
            Leads::Whole | Leads::Around | Leads::Nowhere => None,
        }
    }

    /// An error if the schema lets nothing stand there that is of that type.
    pub(super) fn contradicts(&mut self, path: &ast::Path, span: Span, ty: Type) -> Option<()> {
        match self.kinds(path) {
            Some(kinds) if !kinds.suits(ty) => self.contradiction(path, span, ty, kinds),
            _ => Some(()),
        }
    }

    /// The same for a comparison with a text: a number has a text, but nobody means to compare that.
    pub(super) fn contradicts_text(&mut self, attribute: &ast::Expr, ty: Type) -> Option<()> {
        let path = match &attribute.kind {
            ast::Kind::Attribute(path) => path.clone(),
            ast::Kind::Variable(name) => match self.scope.peek(name) {
                Some(Binding::Open(path)) => path.clone(),
                _ => return Some(()),
            },
            _ => return Some(()),
        };
        let other = Kinds::BOOLEAN.or(Kinds::NUMBER);
        let Leads::To(path) = self.leads(&path) else { return Some(()) };
        match self.kinds(&path) {
            Some(kinds) if ty == Type::String && kinds.has(other) && !kinds.has(Kinds::STRING) => {
                self.contradiction(&path, attribute.span, ty, kinds)
            }
            _ => Some(()),
        }
    }

    fn contradiction<T>(&mut self, path: &ast::Path, span: Span, ty: Type, kinds: Kinds) -> Option<T> {
        let path = &path.text;
        let message = format!("expected {kinds} for `{path}`, as the schema says, found it read as {}", article(ty));
        let diagnostic = self.diagnose(Code::AGAINST_SCHEMA, span, message);
        let text = self.operand_text(span);
        let cast = match ty {
            _ if !kinds.has(Kinds::STRING) => None,
            Type::Double | Type::Int => Some("ToDouble()"),
            Type::Bool => Some("ToBoolean()"),
            _ => None,
        };
        self.report(match cast {
            Some(cast) => diagnostic.help(format!("if the text holds one, write `{text}.{cast}`")),
            None => diagnostic.help("mend the rule, or the schema if that is wrong"),
        })
    }

    fn kinds(&self, path: &ast::Path) -> Option<Kinds> {
        match self.schema?.look(&path.steps).described {
            Described::As(kinds) => Some(kinds),
            Described::Open | Described::Not(_) => None,
        }
    }

    /// Another path in the form in which one is written.
    pub(super) fn respelt(&self, span: Span, path: &str) -> String {
        let signs = if self.source.slice(span).starts_with("@@") { "@@" } else { "@" };
        format!("{signs}\"{path}\"")
    }
}
