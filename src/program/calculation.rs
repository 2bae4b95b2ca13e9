//! Arithmetic of Doubles inside a test: `@a * @b > 5000`, without the stack machine.
//!
//! Only what cannot fail and calls nothing: slots, constants, `+ - * / %` and `-` on Doubles (IEEE rules, L4.2).

use crate::hir::Arithmetic;
use crate::value::operate::Relation;

/// How many steps a calculation has at most; a longer one is left to the stack machine.
pub(crate) const MOST_STEPS: usize = 16;

/// A comparison of two calculations.
#[derive(Clone, Debug)]
pub(crate) struct Calculation {
    /// Leaves the left side and then the right side on the stack.
    pub(crate) steps: Box<[Step]>,
    /// What must hold between them.
    pub(crate) relation: Relation,
}

/// One step of a calculation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// A slot of the Double column.
    Slot(u32),
    /// A constant.
    Constant(f64),
    /// Replaces the two numbers on top by their sum, difference, product, quotient or remainder.
    Apply(Arithmetic),
    /// Turns the sign of the number on top.
    Negate,
}

impl Calculation {
    /// The slots it reads, in order.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u32> {
        self.steps.iter().filter_map(|step| if let Step::Slot(slot) = step { Some(*slot) } else { None })
    }

    /// Whether the comparison holds.
    #[inline]
    pub(crate) fn holds(&self, doubles: &[f64]) -> bool {
        // INVARIANT: there are at most MOST_STEPS steps, so never more numbers.
        let mut stack = [0.0_f64; MOST_STEPS];
        let mut top = 0;
        for step in &self.steps {
            match *step {
                Step::Slot(slot) => push(&mut stack, &mut top, doubles.get(slot as usize).copied().unwrap_or(0.0)),
                Step::Constant(value) => push(&mut stack, &mut top, value),
                Step::Negate => {
                    let value = pop(&stack, &mut top);
                    push(&mut stack, &mut top, -value);
                }
                Step::Apply(operator) => {
                    let right = pop(&stack, &mut top);
                    let left = pop(&stack, &mut top);
                    let value = match operator {
                        Arithmetic::AddDouble => left + right,
                        Arithmetic::SubtractDouble => left - right,
                        Arithmetic::MultiplyDouble => left * right,
                        Arithmetic::DivideDouble => left / right,
                        _ => left % right,
                    };
                    push(&mut stack, &mut top, value);
                }
            }
        }
        let right = pop(&stack, &mut top);
        let left = pop(&stack, &mut top);
        self.relation.holds(left.partial_cmp(&right))
    }
}

#[inline]
fn push(stack: &mut [f64; MOST_STEPS], top: &mut usize, value: f64) {
    if let Some(place) = stack.get_mut(*top) {
        *place = value;
        *top += 1;
    }
}

#[inline]
fn pop(stack: &[f64; MOST_STEPS], top: &mut usize) -> f64 {
    *top = top.saturating_sub(1);
    stack.get(*top).copied().unwrap_or(0.0)
}
