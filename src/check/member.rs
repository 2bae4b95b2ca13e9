//! Postfix steps: members, methods, indexes, and what a bare name begins (L1.13, L3.3 d, L3.7).

use super::Checker;
use super::message::{article, signatures};
use crate::diagnostic::{Code, nearest};
use crate::function::{Function, Place, registry};
use crate::hir::{self, Conversion, Kind, StepKind as To};
use crate::source::Span;
use crate::syntax::ast::{self, Argument, Name, Step, StepKind};
use crate::value::Type;
use std::sync::Arc;

/// The types that an attribute's receiver may take, in order of preference (L3.3 d).
const RECEIVERS: [Type; 4] = [Type::String, Type::Double, Type::DateTime, Type::Json];

impl Checker<'_> {
    /// A base and its steps.
    pub(super) fn postfix(&mut self, base: &ast::Expr, steps: &[Step], span: Span) -> Option<hir::Expr> {
        let (mut value, mut rest) = match (&base.kind, steps) {
            (ast::Kind::Name(name), _) if self.is_parameter(name) => (self.expr(base, None)?, steps),
            (ast::Kind::Name(space), [Step { kind: StepKind::Member(_), .. }, ..])
                if space.eq_ignore_ascii_case("Functions") =>
            {
                self.function_call(base, steps)?
            }
            (ast::Kind::Name(name), [Step { kind: StepKind::Call(arguments), span: call }, rest @ ..]) => {
                let name = Name::new(name.clone(), base.span);
                (self.global(&name, arguments, base.span.to(*call))?, rest)
            }
            (ast::Kind::Name(space), [Step { kind: StepKind::Member(name), .. }, rest @ ..]) => {
                let space = Name::new(space.clone(), base.span);
                self.namespace(&space, name, rest)?
            }
            _ if self.is_open(base) => self.open_receiver(base, steps)?,
            _ => {
                let value = self.expr(base, None)?;
                self.lint_quoted_receiver(&value);
                (value, steps)
            }
        };
        while let [step, after @ ..] = rest {
            let whole = base.span.to(step.span);
            (value, rest) = match (&step.kind, after) {
                (StepKind::Member(name), [Step { kind: StepKind::Call(arguments), span: call }, after @ ..]) => {
                    (self.method(value, name, arguments, base.span.to(*call))?, after)
                }
                (StepKind::Member(name), _) => (self.property(value, name, whole)?, after),
                (StepKind::Index(index), _) => (self.index(value, index, whole)?, after),
                (StepKind::Call(_), _) => {
                    let message = format!("a value cannot be called: this is {}", article(value.ty));
                    return self.report(self.diagnose(Code::MEMBER_FORM, step.span, message));
                }
            };
        }
        self.lint_response(&value);
        value.span = span;
        Some(value)
    }

    /// A name that is neither called nor followed by a member.
    pub(super) fn bare_name(&mut self, name: &str, span: Span) -> Option<hir::Expr> {
        if let Some(parameter) = self.parameter(name, span) {
            return Some(parameter);
        }
        let diagnostic = self.diagnose(Code::UNKNOWN_NAME, span, format!("`{name}` is no value"));
        let help = if !registry().globals(name).is_empty() {
            format!("it is a function: `{name}(...)`")
        } else if self.scope.peek(name).is_some() {
            format!("a variable begins with `$`: `${name}`")
        } else {
            format!("an attribute is written `@{name}`, a text `\"{name}\"`")
        };
        self.report(diagnostic.help(help))
    }

    /// The first step on an attribute gives it its type; the value and the steps that are left.
    fn open_receiver<'t>(&mut self, base: &ast::Expr, steps: &'t [Step]) -> Option<(hir::Expr, &'t [Step])> {
        let Some(step) = steps.first() else { return Some((self.expr(base, None)?, steps)) };
        let StepKind::Member(name) = &step.kind else {
            let ty = if matches!(step.kind, StepKind::Index(_)) { Type::Json } else { Type::String };
            return Some((self.expr(base, Some(ty))?, steps));
        };
        let count = match steps.get(1).map(|step| &step.kind) {
            Some(StepKind::Call(arguments)) => Some(arguments.len()),
            _ => None,
        };
        let fits = |row: &&'static Function| match count {
            Some(n) => n >= row.required() && row.at_most().is_none_or(|most| n <= most),
            None => matches!(row.place, Place::Property(_)),
        };
        let having: Vec<Type> =
            RECEIVERS.into_iter().filter(|ty| !registry().members(*ty, &name.value).is_empty()).collect();
        let string_has_it = registry().members(Type::String, &name.value).iter().any(fits);
        let ty = match having.as_slice() {
            [] => return self.no_such_attribute_member(base, name, steps),
            [one] => *one,
            _ if string_has_it => Type::String,
            [Type::String, rest @ ..]
                if rest.iter().any(|ty| registry().members(*ty, &name.value).iter().any(fits)) =>
            {
                return self.ambiguous_receiver(base, name, &having);
            }
            // Nowhere with as many arguments: the count is the fault, and String's signatures tell it.
            [Type::String, ..] => Type::String,
            _ => return self.ambiguous_receiver(base, name, &having),
        };
        Some((self.expr(base, Some(ty))?, steps))
    }

    fn ambiguous_receiver<T>(&mut self, base: &ast::Expr, name: &Name, having: &[Type]) -> Option<T> {
        let types: Vec<&str> = having.iter().map(|ty| ty.name()).collect();
        let message = format!("`{}` is a member of {}: say what the attribute is", name.value, types.join(", "));
        let text = self.operand_text(base.span);
        let casts: Vec<String> = having
            .iter()
            .filter_map(|ty| match ty {
                Type::DateTime => Some(format!("`{text}.ToDateTime().{}`", name.value)),
                Type::Double => Some(format!("`{text}.ToDouble().{}`", name.value)),
                _ => None,
            })
            .collect();
        self.report(
            self.diagnose(Code::AMBIGUOUS_ATTRIBUTE, base.span.to(name.span), message)
                .help(format!("write {}", casts.join(" or "))),
        )
    }

    /// `@user.email` (L1.9): most likely the path was meant.
    fn no_such_attribute_member<T>(&mut self, base: &ast::Expr, name: &Name, steps: &[Step]) -> Option<T> {
        let message = format!("no type has a member `{}`", name.value);
        let diagnostic = self.diagnose(Code::UNKNOWN_MEMBER, name.span, message);
        let near = RECEIVERS.iter().flat_map(|ty| member_names(*ty)).collect::<Vec<_>>();
        let near = nearest(&name.value, near.iter().copied());
        let called = matches!(steps.get(1).map(|step| &step.kind), Some(StepKind::Call(_)));
        let diagnostic = match (&base.kind, near) {
            (ast::Kind::Attribute(path), None) if !called => {
                let (path, end) = with_steps(&path.text, name.span, steps);
                let path = format!("@\"{path}\"");
                let help = format!("a path of several steps stands in quotes: `{path}`");
                diagnostic.help(help).fix(base.span.to(end), path)
            }
            (ast::Kind::Attribute(path), Some(near)) if !called && path.bare => diagnostic
                .help(format!("write the path in quotes, `@\"{}.{}\"`, or the member `{near}`", path.text, name.value)),
            (_, Some(near)) => diagnostic.help(format!("did you mean `{near}`?")).fix(name.span, near),
            _ => diagnostic,
        };
        self.report(diagnostic)
    }

    /// `value.Name`
    fn property(&mut self, value: hir::Expr, name: &Name, span: Span) -> Option<hir::Expr> {
        if let Type::Record(record) = value.ty {
            return match record.members().iter().find(|(member, _)| member.eq_ignore_ascii_case(&name.value)) {
                Some((member, ty)) => Some(then(value, To::Field(member), *ty, span)),
                None => self.unknown_member(value.ty, name),
            };
        }
        if value.ty == Type::Json {
            // An object's own member hides even `Length` (L3.7), so what this is shows when the value is known.
            return Some(then(value, To::Member(Arc::from(name.value.as_str())), Type::Json, span));
        }
        let rows = self.rows_of(value.ty, &name.value);
        match rows.iter().find(|row| matches!(row.place, Place::Property(_))) {
            Some(row) => {
                self.note_deprecated(row, name.span);
                let receiver = self.receiver(value, row)?;
                Some(then(receiver, To::Method(row, Vec::new()), row.result, span))
            }
            None if rows.is_empty() => self.unknown_member(value.ty, name),
            None => {
                let message = format!("`{}` is a method and needs parentheses", name.value);
                let diagnostic = self.diagnose(Code::MEMBER_FORM, name.span, message).help(signatures(&rows));
                self.report(diagnostic)
            }
        }
    }

    /// `value.Name(arguments)`
    fn method(&mut self, value: hir::Expr, name: &Name, arguments: &[Argument], span: Span) -> Option<hir::Expr> {
        if name.value.eq_ignore_ascii_case("GetDiagnostics") {
            return self.diagnostics_of(value, name, arguments, span);
        }
        let rows = self.rows_of(value.ty, &name.value);
        let methods: Vec<_> = rows.iter().copied().filter(|row| matches!(row.place, Place::Method(_))).collect();
        if methods.is_empty() {
            if rows.is_empty() {
                return self.unknown_member(value.ty, name);
            }
            let message = format!("`{}` is a property: write it without parentheses", name.value);
            return self.report(self.diagnose(Code::MEMBER_FORM, name.span, message));
        }
        self.overloaded(&methods, name, Some(value), arguments, span)
    }

    /// The rows of that name for a receiver; an Int also has the members of Double.
    fn rows_of(&self, ty: Type, name: &str) -> Vec<&'static Function> {
        let rows = registry().members(ty, name);
        if rows.is_empty() && ty == Type::Int { registry().members(Type::Double, name) } else { rows }
    }

    /// Brings a receiver to the type that the row is a member of.
    pub(super) fn receiver(&mut self, value: hir::Expr, row: &'static Function) -> Option<hir::Expr> {
        let (Place::Method(ty) | Place::Property(ty)) = row.place else { return Some(value) };
        match (value.ty, ty) {
            (found, wanted) if found == wanted => Some(value),
            (Type::Int, Type::Double) => {
                let span = value.span;
                Some(then(value, To::Convert(Conversion::Widen), ty, span))
            }
            _ => self.coerce(value, ty),
        }
    }

    fn unknown_member<T>(&mut self, ty: Type, name: &Name) -> Option<T> {
        let message = format!("{ty} has no member `{}`", name.value);
        let mut diagnostic = self.diagnose(Code::UNKNOWN_MEMBER, name.span, message);
        let names = member_names(ty);
        if let Some(near) = nearest(&name.value, names.iter().copied()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(name.span, near);
        } else if ty == Type::Json && !registry().members(Type::String, &name.value).is_empty() {
            diagnostic = diagnostic.help(format!("say that it is a text: `.AsString().{}`", name.value));
        } else if ty == Type::Json && !registry().members(Type::DateTime, &name.value).is_empty() {
            diagnostic = diagnostic.help(format!("say that it is a time: `.AsDateTime().{}`", name.value));
        } else if let Type::Record(record) = ty {
            let all: Vec<&str> = record.members().iter().map(|(name, _)| *name).collect();
            diagnostic = diagnostic.help(format!("it has {}", all.join(", ")));
        }
        self.report(diagnostic)
    }

    /// `value[index]`
    fn index(&mut self, value: hir::Expr, index: &ast::Expr, span: Span) -> Option<hir::Expr> {
        if value.ty != Type::Json {
            let message = format!("only Json can be indexed, found {}", value.ty);
            let diagnostic = self.diagnose(Code::NOT_INDEXABLE, span, message);
            let diagnostic = if value.ty == Type::String {
                diagnostic.help("a character of a text is `.Substring(position, 1)`")
            } else {
                diagnostic
            };
            return self.report(diagnostic);
        }
        let index = self.expr(index, Some(Type::Int))?;
        let index = if index.ty == Type::Json { self.coerce(index, Type::Int)? } else { index };
        let step = match index.ty {
            Type::Int => To::Element(index),
            Type::String => match index.kind.text() {
                Some(text) => To::Member(text.clone()),
                None => To::MemberNamed(index),
            },
            found => {
                let message = format!("expected Int or String as an index, found {found}");
                return self.report(self.diagnose(Code::TYPE_MISMATCH, index.span, message));
            }
        };
        Some(then(value, step, Type::Json, span))
    }
}

/// A path and the members that follow it as further steps, up to a call, and where the last one stands.
fn with_steps(path: &str, first: Span, steps: &[Step]) -> (String, Span) {
    let (mut path, mut end) = (path.to_string(), first);
    for (number, step) in steps.iter().enumerate() {
        match (&step.kind, steps.get(number + 1).map(|next| &next.kind)) {
            (StepKind::Member(name), next) if !matches!(next, Some(StepKind::Call(_))) => {
                path += &format!(".{}", name.value);
                end = name.span;
            }
            _ => break,
        }
    }
    (path, end)
}

/// Hangs a step onto a value; steps stand beside each other, so a long chain is wide and not deep.
pub(super) fn then(value: hir::Expr, kind: To, ty: Type, span: Span) -> hir::Expr {
    let step = hir::Step { kind, ty, span };
    let kind = match value.kind {
        Kind::Steps(base, mut steps) => {
            steps.push(step);
            Kind::Steps(base, steps)
        }
        kind => Kind::Steps(Box::new(hir::Expr { kind, ..value }), vec![step]),
    };
    hir::Expr { kind, ty, span }
}

/// The names of all members of a type.
fn member_names(ty: Type) -> Vec<&'static str> {
    if let Type::Record(record) = ty {
        return record.members().iter().map(|(name, _)| *name).collect();
    }
    let on = |row: &&'static Function| matches!(row.place, Place::Method(of) | Place::Property(of) if of == ty || ty == Type::Int && of == Type::Double);
    registry().all().filter(on).map(|row| row.name).collect()
}
