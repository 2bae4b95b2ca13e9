//! Constants that a rule writes as a calculation: `-5`, `60 * 60`, `"2026-01-01".ToDateTime()`.
//!
//! In: an expression without attributes, calls and anything that may differ from event to event. Out: its value, if it has one.
//! What fails is left to the evaluator, and so is what makes texts, which are held against the limits of an engine.

use crate::function::{Function, Volatility};
use crate::hir::{Arithmetic, Conversion, Expr, Kind, Let, StepKind};
use crate::value::{Context, Datum, Type, operate};

/// How many parts a constant expression has at most, what its variables hold written out.
const MOST_PARTS: usize = 32;

/// The value of a constant expression. Texts in it are its own.
pub(super) fn fold<'a>(e: &'a Expr, lets: &'a [Let], context: &mut Context<'a>) -> Option<Datum<'a>> {
    let mut left = MOST_PARTS;
    below(e, lets, context, &mut left)
}

fn below<'a>(e: &'a Expr, lets: &'a [Let], context: &mut Context<'a>, left: &mut usize) -> Option<Datum<'a>> {
    *left = left.checked_sub(1)?;
    match &e.kind {
        Kind::Constant(constant) => Some(constant.datum()),
        Kind::Variable(id) => match lets.get(*id as usize)? {
            Let { value, default: None, output: None, .. } => below(value, lets, context, left),
            _ => None,
        },
        Kind::Negate(operand) => operate::negate(below(operand, lets, context, left)?).ok(),
        Kind::Convert(Conversion::Widen, operand) => match below(operand, lets, context, left)? {
            Datum::Int(value) => Some(Datum::Double(value as f64)),
            _ => None,
        },
        Kind::Chain(first, links) => {
            let mut value = below(first, lets, context, left)?;
            for link in links {
                let right = below(&link.operand, lets, context, left)?;
                if link.operator == Arithmetic::Join {
                    return None;
                }
                value = link.operator.apply(value, right, context).ok()?;
            }
            Some(value)
        }
        Kind::Call(function, arguments) => {
            let operands = all(arguments, lets, context, left)?;
            call(function, &operands, context)
        }
        Kind::Steps(base, steps) => {
            let mut value = below(base, lets, context, left)?;
            for step in steps {
                let StepKind::Method(function, arguments) = &step.kind else { return None };
                let mut operands = all(arguments, lets, context, left)?;
                operands.insert(0, value);
                value = call(function, &operands, context)?;
            }
            Some(value)
        }
        _ => None,
    }
}

fn all<'a>(
    operands: &'a [Expr],
    lets: &'a [Let],
    context: &mut Context<'a>,
    left: &mut usize,
) -> Option<Vec<Datum<'a>>> {
    operands.iter().map(|operand| below(operand, lets, context, left)).collect()
}

fn call<'a>(function: &Function, operands: &[Datum<'a>], context: &mut Context<'a>) -> Option<Datum<'a>> {
    let is_fixed = function.volatility == Volatility::Immutable;
    let is_scalar = matches!(function.result, Type::Bool | Type::Int | Type::Double | Type::DateTime | Type::TimeSpan);
    let value = if is_fixed && is_scalar { (function.run)(context, operands).ok() } else { None };
    value.filter(|_| !context.unreadable)
}
