//! Types one expression; an attribute takes the type its context asks for (L3.3).

use super::Checker;
use super::scope::Binding;
use crate::diagnostic::{Code, nearest};
use crate::hir::{self, Constant, Conversion, Kind};
use crate::source::Span;
use crate::syntax::ast;
use crate::value::Type;
use std::sync::Arc;

impl Checker<'_> {
    /// Types an expression. `want` is what the context asks an attribute to be; the result may have another type.
    pub(super) fn expr(&mut self, e: &ast::Expr, want: Option<Type>) -> Option<hir::Expr> {
        if !self.count_expression() {
            return None;
        }
        let constant = |constant, ty| Some(hir::Expr { kind: Kind::Constant(constant), ty, span: e.span });
        match &e.kind {
            ast::Kind::Null => constant(Constant::Null, Type::Json),
            ast::Kind::Bool(value) => constant(Constant::Bool(*value), Type::Bool),
            ast::Kind::Int(value) => constant(Constant::Int(*value), Type::Int),
            ast::Kind::Double(value) => constant(Constant::Double(*value), Type::Double),
            ast::Kind::String(text) => constant(Constant::String(Arc::from(text.as_str())), Type::String),
            ast::Kind::Window(_) => {
                let message = "a time window can only stand as the second argument of a velocity";
                let help = "for a length of time write `TimeSpan.FromDays(7)`";
                self.report(self.diagnose(Code::BAD_WINDOW, e.span, message).help(help))
            }
            ast::Kind::Attribute(path) => {
                self.note_path(path, e.span);
                self.attribute(path, e.span, want)
            }
            ast::Kind::Event(path) => {
                if let Some(path) = path {
                    self.note_path(path, e.span);
                }
                Some(self.event_at(path.as_deref(), e.span))
            }
            ast::Kind::Variable(name) => self.variable(name, e.span, want),
            ast::Kind::Name(name) => self.bare_name(name, e.span),
            ast::Kind::Array(items) => self.array(items, e.span),
            ast::Kind::Object(members) => self.object(members, e.span),
            ast::Kind::Unary(operator, operand) => self.unary(*operator, operand, e.span),
            ast::Kind::Chain(chain) => self.chain(chain, e.span),
            ast::Kind::Conditional(parts) => self.conditional(parts, e.span, want),
            ast::Kind::Postfix(base, steps) => self.postfix(base, steps, e.span),
            ast::Kind::Error => None,
        }
    }

    /// Types an expression and brings it to a type.
    pub(super) fn typed(&mut self, e: &ast::Expr, ty: Type) -> Option<hir::Expr> {
        let found = self.expr(e, Some(ty))?;
        self.coerce(found, ty)
    }

    /// Whether the type of an expression is still open: an attribute, or a choice between attributes.
    pub(super) fn is_open(&self, e: &ast::Expr) -> bool {
        match &e.kind {
            ast::Kind::Attribute(_) => true,
            ast::Kind::Variable(name) => matches!(self.scope.peek(name), Some(Binding::Open(_))),
            ast::Kind::Conditional(parts) => {
                let [_, yes, no] = parts.as_ref();
                self.is_open(yes) && self.is_open(no)
            }
            _ => false,
        }
    }

    /// Brings an expression to a type: Int widens to Double, Json is read (L3.7), anything becomes Json where Json is asked for.
    pub(super) fn coerce(&mut self, found: hir::Expr, ty: Type) -> Option<hir::Expr> {
        if found.ty == ty {
            return Some(found);
        }
        let conversion = match (found.ty, ty) {
            (Type::Int, Type::Double) => {
                if let Kind::Constant(Constant::Int(value)) = found.kind {
                    return Some(hir::Expr { kind: Kind::Constant(Constant::Double(value as f64)), ty, ..found });
                }
                Conversion::Widen
            }
            (Type::Json, Type::Bool | Type::Int | Type::Double | Type::String | Type::DateTime) => Conversion::Read,
            (Type::CharSet | Type::TimeWindow, Type::Json) => return self.report(self.mismatch(ty, &found)),
            (_, Type::Json) => Conversion::ToJson,
            _ => return self.report(self.mismatch(ty, &found)),
        };
        Some(convert(conversion, found, ty))
    }

    /// An attribute as the type asked for; String where nothing asks (L3.3 h).
    fn attribute(&mut self, path: &ast::Path, span: Span, want: Option<Type>) -> Option<hir::Expr> {
        let ty = match want {
            None => self.described_type(path).unwrap_or(Type::String),
            Some(Type::Decision) => Type::String,
            Some(ty @ (Type::Bool | Type::Int | Type::Double | Type::String | Type::DateTime | Type::Json)) => ty,
            Some(ty) => return self.report(self.unreadable_attribute(span, ty)),
        };
        self.attribute_at(path, span, ty)
    }

    fn variable(&mut self, name: &str, span: Span, want: Option<Type>) -> Option<hir::Expr> {
        match self.scope.read(name) {
            Some(Binding::Open(path)) => self.attribute(&path, span, want),
            Some(Binding::Let(id)) => {
                let ty = self.out.lets.get(id as usize).map(|l| l.value.ty)?;
                Some(hir::Expr { kind: Kind::Variable(id), ty, span })
            }
            Some(Binding::Broken) => None,
            None => {
                let diagnostic = self.diagnose(Code::UNKNOWN_VARIABLE, span, format!("unknown variable `${name}`"));
                if let Some(later) = self.scope.bound_later(name) {
                    let diagnostic = diagnostic.also(later, "it is bound here");
                    return self.report(diagnostic.help(format!("move the `LET ${name}` before this line")));
                }
                let near = nearest(name, self.scope.names()).map(str::to_string);
                self.report(match near {
                    Some(near) => diagnostic.help(format!("did you mean `${near}`?")).fix(span, format!("${near}")),
                    None => diagnostic.help(format!("bind it before: `LET ${name} = ...`")),
                })
            }
        }
    }

    fn array(&mut self, items: &[ast::Expr], span: Span) -> Option<hir::Expr> {
        // Every item is checked, so that each of their errors is reported.
        let checked: Vec<Option<hir::Expr>> = items.iter().map(|item| self.json_value(item)).collect();
        let items = checked.into_iter().collect::<Option<Vec<_>>>()?;
        Some(hir::Expr { kind: Kind::Array(items), ty: Type::Json, span })
    }

    fn object(&mut self, members: &[(ast::Name, ast::Expr)], span: Span) -> Option<hir::Expr> {
        let checked: Vec<Option<(Arc<str>, hir::Expr)>> =
            members.iter().map(|(key, value)| Some((Arc::from(key.value.as_str()), self.json_value(value)?))).collect();
        let members = checked.into_iter().collect::<Option<Vec<_>>>()?;
        Some(hir::Expr { kind: Kind::Object(members), ty: Type::Json, span })
    }

    /// A value inside Json or inside `Output(...)`: a bare attribute is a String there (L3.3 h).
    pub(super) fn json_value(&mut self, e: &ast::Expr) -> Option<hir::Expr> {
        let value = self.expr(e, None)?;
        self.coerce(value, Type::Json)
    }

    fn unary(
        &mut self,
        operator: crate::source::Spanned<ast::Unary>,
        operand: &ast::Expr,
        span: Span,
    ) -> Option<hir::Expr> {
        match operator.value {
            ast::Unary::Not => {
                let operand = self.typed(operand, Type::Bool)?;
                Some(hir::Expr { kind: Kind::Not(Box::new(operand)), ty: Type::Bool, span })
            }
            ast::Unary::Negate => {
                let operand = self.expr(operand, Some(Type::Double))?;
                let operand = if operand.ty == Type::Json { self.coerce(operand, Type::Double)? } else { operand };
                let ty = operand.ty;
                let kind = match operand.kind {
                    Kind::Constant(Constant::Int(value)) if value != i64::MIN => Kind::Constant(Constant::Int(-value)),
                    Kind::Constant(Constant::Double(value)) => Kind::Constant(Constant::Double(-value)),
                    _ if matches!(ty, Type::Int | Type::Double | Type::TimeSpan) => Kind::Negate(Box::new(operand)),
                    _ => {
                        let message = format!("`-` does not take {}", super::message::article(ty));
                        let help = match ty {
                            Type::Bool => "the opposite of a truth value is `!`".to_string(),
                            Type::String => {
                                let text = self.operand_text(operand.span);
                                format!("if the text is a number, read it as one: `-{text}.ToDouble()`")
                            }
                            _ => "`-` takes a number or a length of time".to_string(),
                        };
                        return self.report(self.diagnose(Code::BAD_OPERANDS, span, message).help(help));
                    }
                };
                Some(hir::Expr { kind, ty, span })
            }
        }
    }

    fn conditional(&mut self, parts: &[ast::Expr; 3], span: Span, want: Option<Type>) -> Option<hir::Expr> {
        let [test, yes, no] = parts;
        let test = self.typed(test, Type::Bool);
        let (yes, no) = match (self.is_open(yes), self.is_open(no)) {
            (true, false) => {
                let no = self.expr(no, want)?;
                (self.expr(yes, Some(no.ty))?, no)
            }
            (false, true) => {
                let yes = self.expr(yes, want)?;
                let no = self.expr(no, Some(yes.ty))?;
                (yes, no)
            }
            _ => {
                let (yes, no) = (self.expr(yes, want), self.expr(no, want));
                (yes?, no?)
            }
        };
        let ty = match (yes.ty, no.ty) {
            (a, b) if a == b => a,
            (Type::Int, Type::Double) | (Type::Double, Type::Int) => Type::Double,
            (Type::Json, _) | (_, Type::Json) => Type::Json,
            (a, b) => {
                let message = format!("the branches of `?:` have different types: {a} and {b}");
                let diagnostic = self.diagnose(Code::TYPE_MISMATCH, span, message);
                let diagnostic =
                    diagnostic.also(yes.span, super::message::article(a)).also(no.span, super::message::article(b));
                return self.report(diagnostic.help("bring both branches to one type"));
            }
        };
        let (yes, no) = (self.coerce(yes, ty), self.coerce(no, ty));
        let parts = Box::new([test?, yes?, no?]);
        Some(hir::Expr { kind: Kind::Conditional(parts), ty, span })
    }
}

/// Wraps an expression in a conversion.
pub(super) fn convert(conversion: Conversion, operand: hir::Expr, ty: Type) -> hir::Expr {
    let span = operand.span;
    hir::Expr { kind: Kind::Convert(conversion, Box::new(operand)), ty, span }
}
