//! Precedence: flat operands and operators to nested chains (L4.1).
//!
//! In: `operand operator operand ...` as the grammar gives it, one at a time. Out: one expression in which every
//! chain holds the operators of one level. A stack of unfinished chains, loosest first, takes each operand once, so
//! the work is linear and nothing recurses.

use super::ast::{Binary, Chain, Expr, Kind};
use crate::source::{Span, Spanned};
use smallvec::SmallVec;

/// `a < b < c`, which the language does not have.
pub(crate) struct Chained {
    /// Where the operands stand.
    pub(crate) operands: Vec<Span>,
    /// The operators between them.
    pub(crate) operators: Vec<Spanned<Binary>>,
}

/// Unfinished chains.
#[derive(Default)]
pub(crate) struct Fold {
    open: SmallVec<[Open; 2]>,
    /// The comparisons that were chained; each is [`Kind::Error`] in the tree.
    pub(crate) chained: Vec<Chained>,
}

struct Open {
    level: u8,
    first: Expr,
    rest: SmallVec<[(Spanned<Binary>, Expr); 1]>,
    /// The operator whose right operand is still being read.
    waiting: Spanned<Binary>,
}

const RELATIONAL: u8 = 2;
const EQUALITY: u8 = 3;

/// How loosely an operator binds (L4.1).
pub(super) fn level(operator: Binary) -> u8 {
    match operator {
        Binary::Multiply | Binary::Divide | Binary::Remainder => 0,
        Binary::Add | Binary::Subtract => 1,
        Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => RELATIONAL,
        Binary::Equal | Binary::NotEqual => EQUALITY,
        Binary::Union => 4,
        Binary::And => 5,
        Binary::Or => 6,
    }
}

impl Fold {
    /// Takes an operand and the operator behind it.
    pub(crate) fn push(&mut self, operand: Expr, operator: Spanned<Binary>) {
        let level = level(operator.value);
        let mut operand = operand;
        while self.open.last().is_some_and(|top| top.level < level) {
            operand = self.close_last(operand);
        }
        match self.open.last_mut() {
            Some(top) if top.level == level => {
                let waiting = std::mem::replace(&mut top.waiting, operator);
                top.rest.push((waiting, operand));
            }
            _ => self.open.push(Open { level, first: operand, rest: SmallVec::new(), waiting: operator }),
        }
    }

    /// Takes the last operand.
    pub(crate) fn finish(&mut self, operand: Expr) -> Expr {
        let mut operand = operand;
        while !self.open.is_empty() {
            operand = self.close_last(operand);
        }
        operand
    }

    /// Closes the innermost chain with its last operand.
    fn close_last(&mut self, last: Expr) -> Expr {
        let Some(Open { level, first, mut rest, waiting }) = self.open.pop() else { return last };
        let span = first.span.to(last.span);
        rest.push((waiting, last));
        if rest.len() > 1 && (level == RELATIONAL || level == EQUALITY) {
            let operands = std::iter::once(first.span).chain(rest.iter().map(|(_, operand)| operand.span)).collect();
            let operators = rest.iter().map(|(operator, _)| *operator).collect();
            self.chained.push(Chained { operands, operators });
            return Expr { kind: Kind::Error, span };
        }
        Expr { kind: Kind::Chain(Box::new(Chain { first, rest })), span }
    }
}
