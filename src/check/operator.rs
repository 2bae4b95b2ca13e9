//! What binary operators ask of their operands (L3.3 b and c, L3.7, L4).

use super::Checker;
use crate::diagnostic::Code;
use crate::hir::{self, Arithmetic, Comparison, Constant, Kind, Link};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Binary};
use crate::value::operate::{Operands, Relation};
use crate::value::{CharSet, Type};

/// The left operand of an arithmetic operator: known, or an attribute that waits for the right one.
enum Left<'t> {
    Open(&'t ast::Expr),
    Known(hir::Expr),
}

impl Checker<'_> {
    /// Operators of one precedence level.
    pub(super) fn chain(&mut self, chain: &ast::Chain, span: Span) -> Option<hir::Expr> {
        let Some((operator, second)) = chain.rest.first() else { return self.expr(&chain.first, None) };
        match operator.value {
            Binary::And | Binary::Or => self.logic(chain, operator.value, span),
            Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => {
                self.comparison(&chain.first, *operator, second, span)
            }
            Binary::Equal | Binary::NotEqual => self.comparison(&chain.first, *operator, second, span),
            _ => self.arithmetic(chain, span),
        }
    }

    fn logic(&mut self, chain: &ast::Chain, operator: Binary, span: Span) -> Option<hir::Expr> {
        let operands = std::iter::once(&chain.first).chain(chain.rest.iter().map(|(_, operand)| operand));
        let checked: Vec<Option<hir::Expr>> = operands.map(|operand| self.typed(operand, Type::Bool)).collect();
        let operands = checked.into_iter().collect::<Option<Vec<_>>>()?;
        let kind = if operator == Binary::And { Kind::And(operands) } else { Kind::Or(operands) };
        Some(hir::Expr { kind, ty: Type::Bool, span })
    }

    fn comparison(
        &mut self,
        left: &ast::Expr,
        operator: Spanned<Binary>,
        right: &ast::Expr,
        span: Span,
    ) -> Option<hir::Expr> {
        self.lint_negated(left, span);
        let (left, right) = match (self.is_open(left), self.is_open(right)) {
            (true, true) => {
                // Each is a String, unless the event's schema says what they are.
                let (left, right) = (self.expr(left, None), self.expr(right, None));
                (left?, right?)
            }
            (true, false) => {
                let right = self.expr(right, None)?;
                (self.compared_attribute(left, operator, &right)?, right)
            }
            (false, true) => {
                let left = self.expr(left, None)?;
                let right = self.compared_attribute(right, operator, &left)?;
                (left, right)
            }
            (false, false) => {
                let (left, right) = (self.expr(left, None), self.expr(right, None));
                (left?, right?)
            }
        };
        let relation = relation(operator.value)?;
        self.lint_comparison(relation, &left, &right, span);
        let equality = matches!(relation, Relation::Equal | Relation::NotEqual);
        let compare = |operands, left, right| {
            let kind = Kind::Compare(Comparison { relation, operands }, Box::new([left, right]));
            Some(hir::Expr { kind, ty: Type::Bool, span })
        };
        let (operands, ty) = match (left.ty, right.ty) {
            (Type::Json, Type::Json) if equality => return compare(Operands::Json, left, right),
            (Type::Json, Type::Json) => {
                return self.report(self.json_needs_cast(operator.value.symbol(), span, left.span));
            }
            _ if is_null(&left) || is_null(&right) => {
                let other = if is_null(&left) { right.ty } else { left.ty };
                let message = format!("`null` is compared with Json and attributes only, found {other}");
                let help = "to ask whether an attribute is there, write `Exists(@\"path\")`";
                return self.report(self.diagnose(Code::NULL_OPERAND, span, message).help(help));
            }
            (Type::Json, Type::Int) => return compare(Operands::JsonInt, left, right),
            (Type::Int, Type::Json) => return compare(Operands::IntJson, left, right),
            (Type::Bool, Type::Bool | Type::Json) | (Type::Json, Type::Bool) => {
                if !equality {
                    let message = format!("`{}` does not take Bool", operator.value.symbol());
                    let help = "Bool has only `==` and `!=`";
                    return self.report(self.diagnose(Code::BAD_OPERANDS, span, message).help(help));
                }
                (Operands::Same, Type::Bool)
            }
            (a, b) if a.is_number() && b.is_number() => (Operands::Same, if a == b { a } else { Type::Double }),
            (Type::Decision, Type::Decision) if equality => (Operands::Same, Type::Decision),
            (Type::Decision, Type::String | Type::Json) | (Type::String | Type::Json, Type::Decision) if equality => {
                let left = if left.ty == Type::Json { self.coerce(left, Type::String)? } else { left };
                let right = if right.ty == Type::Json { self.coerce(right, Type::String)? } else { right };
                return compare(Operands::IgnoringCase, left, right);
            }
            (Type::TimeSpan, Type::TimeSpan) => (Operands::Same, Type::TimeSpan),
            (a @ (Type::Double | Type::String | Type::DateTime), b) if a == b => (Operands::Same, a),
            (Type::Json, b @ (Type::Double | Type::String | Type::DateTime)) => (Operands::Same, b),
            (a @ (Type::Double | Type::String | Type::DateTime), Type::Json) => (Operands::Same, a),
            _ => return self.report(self.incomparable(span, &left, &right)),
        };
        let (left, right) = (self.coerce(left, ty), self.coerce(right, ty));
        compare(operands, left?, right?)
    }

    /// An attribute compared with an expression of known type (L3.3 b).
    fn compared_attribute(
        &mut self,
        attribute: &ast::Expr,
        operator: Spanned<Binary>,
        other: &hir::Expr,
    ) -> Option<hir::Expr> {
        let ty = match other.ty {
            Type::Int | Type::Double => Type::Double,
            Type::Decision | Type::String => Type::String,
            Type::Json if matches!(operator.value, Binary::Equal | Binary::NotEqual) => Type::Json,
            Type::Json => {
                return self.report(self.json_needs_cast(
                    operator.value.symbol(),
                    attribute.span.to(other.span),
                    other.span,
                ));
            }
            ty @ (Type::Bool | Type::DateTime) => ty,
            ty => return self.report(self.unreadable_attribute(attribute.span, ty)),
        };
        self.contradicts_text(attribute, ty)?;
        self.expr(attribute, Some(ty))
    }

    /// `+ - * / %` and `|`, left to right. Behind an operand at fault the others are checked for their own errors.
    fn arithmetic(&mut self, chain: &ast::Chain, span: Span) -> Option<hir::Expr> {
        let mut left = if self.is_open(&chain.first) {
            Some(Left::Open(&chain.first))
        } else {
            self.expr(&chain.first, None).map(Left::Known)
        };
        for (operator, operand) in &chain.rest {
            left = match left {
                Some(left) => self.step(left, *operator, operand).map(Left::Known),
                None => {
                    self.expr(operand, None);
                    None
                }
            };
        }
        match left? {
            Left::Known(mut done) => {
                done.span = span;
                Some(done)
            }
            Left::Open(e) => self.expr(e, None),
        }
    }

    /// One operator of a chain.
    fn step(&mut self, left: Left<'_>, operator: Spanned<Binary>, right: &ast::Expr) -> Option<hir::Expr> {
        let literal_zero = matches!(right.kind, ast::Kind::Int(0));
        let both = if operator.value == Binary::Add { Type::String } else { Type::Double };
        let (left, right) = match (left, self.is_open(right)) {
            (Left::Open(left), true) => {
                if operator.value == Binary::Union {
                    return self.report(self.unreadable_attribute(left.span, Type::CharSet));
                }
                (self.expr(left, Some(both))?, self.expr(right, Some(both))?)
            }
            (Left::Open(left), false) => {
                let right = self.expr(right, None)?;
                let asked = self.asked_beside(operator, right.ty, left.span, left.span.to(right.span))?;
                (self.expr(left, Some(asked))?, right)
            }
            (Left::Known(left), true) => {
                let asked = self.asked_beside(operator, left.ty, right.span, left.span.to(right.span))?;
                (left, self.expr(right, Some(asked))?)
            }
            (Left::Known(left), false) => (left, self.expr(right, None)?),
        };
        let (left, right) = match (left.ty, right.ty) {
            (Type::Json, Type::Json) => {
                let whole = left.span.to(right.span);
                return self.report(self.json_needs_cast(operator.value.symbol(), whole, left.span));
            }
            (Type::Json, other) => {
                let asked = self.asked_beside(operator, other, left.span, left.span.to(right.span))?;
                (self.coerce(left, asked)?, right)
            }
            (other, Type::Json) => {
                let asked = self.asked_beside(operator, other, right.span, left.span.to(right.span))?;
                let right = self.coerce(right, asked)?;
                (left, right)
            }
            _ => (left, right),
        };
        let Some(row) = arithmetic_row(operator.value, left.ty, right.ty) else {
            return self.report(self.bad_operands(operator.value.symbol(), left.span.to(right.span), &left, &right));
        };
        if matches!(row, Arithmetic::DivideInt | Arithmetic::RemainderInt) && literal_zero {
            let message = format!("`{} 0` always fails: division by zero", operator.value.symbol());
            return self.report(
                self.diagnose(Code::BAD_CONSTANT, right.span, message)
                    .help("divide by something else, or by `0.0` for infinity"),
            );
        }
        let (left_type, right_type, ty) = row.types();
        let left = match left_type {
            Some(wanted) => self.coerce(left, wanted)?,
            None => left,
        };
        let operand = match right_type {
            Some(wanted) => self.coerce(right, wanted)?,
            None => right,
        };
        Some(link(left, Link { operator: row, span: operator.span, operand, ty }))
    }

    /// As what an attribute or a Json beside an operand of a known type is read (L3.3 c, L3.7).
    fn asked_beside(&mut self, operator: Spanned<Binary>, other: Type, place: Span, whole: Span) -> Option<Type> {
        match (operator.value, other) {
            (Binary::Add, Type::Int | Type::Double) => Some(Type::Double),
            (Binary::Add, Type::String | Type::Json | Type::Decision) => Some(Type::String),
            (Binary::Add | Binary::Subtract, Type::TimeSpan) | (Binary::Subtract, Type::DateTime) => {
                Some(Type::DateTime)
            }
            (Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder, Type::Json) => {
                self.report(self.json_needs_cast(operator.value.symbol(), whole, place))
            }
            (Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder, _) => Some(Type::Double),
            (Binary::Union, _) => self.report(self.unreadable_attribute(place, Type::CharSet)),
            (_, ty) => {
                let message =
                    format!("an attribute beside {ty} has no type of its own for `{}`", operator.value.symbol());
                let text = self.operand_text(place);
                let help = format!("say what it is: `{text}.ToString()`, `{text}.ToDouble()` or `{text}.ToDateTime()`");
                self.report(self.diagnose(Code::AMBIGUOUS_ATTRIBUTE, place, message).help(help))
            }
        }
    }
}

/// Hangs an operator onto what stands left of it; a chain grows in width.
fn link(left: hir::Expr, link: Link) -> hir::Expr {
    let (ty, span) = (link.ty, left.span.to(link.operand.span));
    if let (Kind::Constant(Constant::CharSet(a)), Kind::Constant(Constant::CharSet(b))) =
        (&left.kind, &link.operand.kind)
    {
        let set = Constant::CharSet(CharSet(a.0 | b.0));
        return hir::Expr { kind: Kind::Constant(set), ty, span };
    }
    let kind = match left.kind {
        Kind::Chain(first, mut links) => {
            links.push(link);
            Kind::Chain(first, links)
        }
        kind => Kind::Chain(Box::new(hir::Expr { kind, ..left }), vec![link]),
    };
    hir::Expr { kind, ty, span }
}

/// The row for an operator and two known types.
fn arithmetic_row(operator: Binary, left: Type, right: Type) -> Option<Arithmetic> {
    use Type::{DateTime, TimeSpan};
    let joins = |ty: Type| !matches!(ty, Type::Record(_) | Type::CharSet | Type::TimeWindow);
    let doubles = left == Type::Double || right == Type::Double;
    Some(match (operator, left, right) {
        (Binary::Add, a, b) if (a == Type::String && joins(b)) || (b == Type::String && joins(a)) => Arithmetic::Join,
        (Binary::Add, DateTime, TimeSpan) => Arithmetic::AddToDate,
        (Binary::Add, TimeSpan, DateTime) => Arithmetic::AddDateTo,
        (Binary::Add, TimeSpan, TimeSpan) => Arithmetic::AddSpan,
        (Binary::Subtract, DateTime, DateTime) => Arithmetic::Between,
        (Binary::Subtract, DateTime, TimeSpan) => Arithmetic::SubtractFromDate,
        (Binary::Subtract, TimeSpan, TimeSpan) => Arithmetic::SubtractSpan,
        (Binary::Union, Type::CharSet, Type::CharSet) => Arithmetic::Union,
        (_, a, b) if !a.is_number() || !b.is_number() => return None,
        (Binary::Add, ..) if doubles => Arithmetic::AddDouble,
        (Binary::Subtract, ..) if doubles => Arithmetic::SubtractDouble,
        (Binary::Multiply, ..) if doubles => Arithmetic::MultiplyDouble,
        (Binary::Divide, ..) if doubles => Arithmetic::DivideDouble,
        (Binary::Remainder, ..) if doubles => Arithmetic::RemainderDouble,
        (Binary::Add, ..) => Arithmetic::AddInt,
        (Binary::Subtract, ..) => Arithmetic::SubtractInt,
        (Binary::Multiply, ..) => Arithmetic::MultiplyInt,
        (Binary::Divide, ..) => Arithmetic::DivideInt,
        (Binary::Remainder, ..) => Arithmetic::RemainderInt,
        _ => return None,
    })
}

fn is_null(e: &hir::Expr) -> bool {
    matches!(e.kind, Kind::Constant(Constant::Null))
}

fn relation(operator: Binary) -> Option<Relation> {
    Some(match operator {
        Binary::Less => Relation::Less,
        Binary::LessOrEqual => Relation::LessOrEqual,
        Binary::Greater => Relation::Greater,
        Binary::GreaterOrEqual => Relation::GreaterOrEqual,
        Binary::Equal => Relation::Equal,
        Binary::NotEqual => Relation::NotEqual,
        _ => return None,
    })
}
