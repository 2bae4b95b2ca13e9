//! Dropping a deep tree on a small stack (L5.5).
//!
//! A level of brackets can hold a chain for each level of precedence, so 128 brackets can be a thousand nodes deep.
//! Whatever lies below a chain is therefore taken apart in a loop, if it is more than a few levels; above the first chain a
//! tree is only as deep as brackets nest.

use super::ast::{Chain, Expr, Kind, StepKind};

impl Drop for Chain {
    fn drop(&mut self) {
        if is_flat(self, LEVELS) {
            return;
        }
        let mut waiting = Vec::new();
        take_chain(self, &mut waiting);
        while let Some(mut expr) = waiting.pop() {
            take(&mut expr, &mut waiting);
        }
    }
}

/// How many levels below a chain are dropped as any value is.
const LEVELS: usize = 3;

fn is_flat(chain: &Chain, levels: usize) -> bool {
    std::iter::once(&chain.first).chain(chain.rest.iter().map(|(_, operand)| operand)).all(|one| is_low(one, levels))
}

/// Whether there are no more levels below an expression.
fn is_low(expr: &Expr, levels: usize) -> bool {
    let below = levels.checked_sub(1);
    match &expr.kind {
        Kind::Array(_) | Kind::Object(_) | Kind::Conditional(_) => false,
        Kind::Chain(chain) => below.is_some_and(|below| is_flat(chain, below)),
        Kind::Unary(_, inner) => below.is_some_and(|below| is_low(inner, below)),
        Kind::Postfix(base, steps) => below.is_some_and(|below| {
            is_low(base, below)
                && steps.iter().all(|step| match &step.kind {
                    StepKind::Member(_) => true,
                    StepKind::Call(arguments) => arguments.iter().all(|argument| is_low(&argument.value, below)),
                    StepKind::Index(index) => is_low(index, below),
                })
        }),
        _ => true,
    }
}

fn take_chain(chain: &mut Chain, waiting: &mut Vec<Expr>) {
    waiting.push(replace(&mut chain.first));
    waiting.extend(std::mem::take(&mut chain.rest).into_iter().map(|(_, operand)| operand));
}

fn replace(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr { kind: Kind::Error, span: expr.span })
}

/// Moves the children of an expression to where they wait.
fn take(expr: &mut Expr, waiting: &mut Vec<Expr>) {
    match &mut expr.kind {
        Kind::Array(elements) => waiting.append(elements),
        Kind::Object(entries) => waiting.extend(std::mem::take(entries).into_iter().map(|(_, value)| value)),
        Kind::Unary(_, inner) => waiting.push(replace(inner)),
        Kind::Chain(chain) => take_chain(chain, waiting),
        Kind::Conditional(parts) => waiting.extend(parts.iter_mut().map(replace)),
        Kind::Postfix(base, steps) => {
            waiting.push(replace(base));
            for step in std::mem::take(steps) {
                match step.kind {
                    StepKind::Member(_) => {}
                    StepKind::Call(arguments) => waiting.extend(arguments.into_iter().map(|argument| argument.value)),
                    StepKind::Index(index) => waiting.push(*index),
                }
            }
        }
        _ => {}
    }
}
