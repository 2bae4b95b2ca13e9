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
    steps: Box<[Step]>,
    /// What must hold between them.
    relation: Relation,
    /// The whole, if it is that short.
    short: Option<Short>,
}

/// One operation and a comparison with what it gives, as nearly all are: `@a * @b > 5000`. Needs no stack.
#[derive(Clone, Copy, Debug)]
struct Short {
    operator: Arithmetic,
    operands: [Step; 2],
    other: Step,
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
    pub(crate) fn new(steps: Vec<Step>, relation: Relation) -> Calculation {
        let short = match steps.as_slice() {
            [one, two, Step::Apply(operator), other] if ![one, two, other].into_iter().any(Step::takes_numbers) => {
                Some(Short { operator: *operator, operands: [*one, *two], other: *other })
            }
            _ => None,
        };
        Calculation { steps: steps.into(), relation, short }
    }

    /// The slots it reads, in order.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u32> {
        slots(&self.steps)
    }

    /// The left side, what must hold, and the right side.
    pub(super) fn sides(&self) -> (&[Step], Relation, &[Step]) {
        // The right side begins where the left one is the only number on the stack for the last time.
        let (mut on_stack, mut left) = (0_usize, 0);
        for (at, step) in self.steps.iter().enumerate() {
            on_stack = match step {
                Step::Slot(_) | Step::Constant(_) => on_stack + 1,
                Step::Apply(_) => on_stack.saturating_sub(1),
                Step::Negate => on_stack,
            };
            if on_stack == 1 {
                left = at + 1;
            }
        }
        let (left, right) = self.steps.split_at(left);
        (left, self.relation, right)
    }

    /// Whether the comparison holds.
    #[inline]
    pub(crate) fn holds(&self, doubles: &[f64]) -> bool {
        match &self.short {
            Some(Short { operator, operands: [one, two], other }) => {
                let value = apply(*operator, one.value(doubles), two.value(doubles));
                self.relation.holds(value.partial_cmp(&other.value(doubles)))
            }
            None => self.run(doubles),
        }
    }

    #[inline(never)]
    fn run(&self, doubles: &[f64]) -> bool {
        let [left, right] = run(&self.steps, doubles);
        self.relation.holds(left.partial_cmp(&right))
    }
}

/// A calculation whose value is kept: see [`super::shared`].
#[derive(Clone, Debug)]
pub(crate) struct Calculated(pub(super) Box<[Step]>);

impl Calculated {
    /// Its value.
    pub(crate) fn value(&self, doubles: &[f64]) -> f64 {
        let [_, value] = run(&self.0, doubles);
        value
    }

    /// The slots it reads, in order.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u32> {
        slots(&self.0)
    }
}

fn slots(steps: &[Step]) -> impl Iterator<Item = u32> {
    steps.iter().filter_map(|step| if let Step::Slot(slot) = step { Some(*slot) } else { None })
}

/// The two numbers that steps leave on top of the stack, the last one on top; zero where there is none.
fn run(steps: &[Step], doubles: &[f64]) -> [f64; 2] {
    // INVARIANT: there are at most MOST_STEPS steps, so never more numbers.
    let mut stack = [0.0_f64; MOST_STEPS];
    let mut top = 0;
    for step in steps {
        match *step {
            Step::Slot(_) | Step::Constant(_) => push(&mut stack, &mut top, step.value(doubles)),
            Step::Negate => {
                let value = pop(&stack, &mut top);
                push(&mut stack, &mut top, -value);
            }
            Step::Apply(operator) => {
                let right = pop(&stack, &mut top);
                let left = pop(&stack, &mut top);
                let value = apply(operator, left, right);
                push(&mut stack, &mut top, value);
            }
        }
    }
    let last = pop(&stack, &mut top);
    [if top == 0 { 0.0 } else { pop(&stack, &mut top) }, last]
}

impl Step {
    /// Whether it takes numbers from the stack.
    fn takes_numbers(&self) -> bool {
        matches!(self, Step::Apply(_) | Step::Negate)
    }

    /// The number that it stands for, if it takes none.
    #[inline(always)]
    fn value(self, doubles: &[f64]) -> f64 {
        match self {
            Step::Slot(slot) => doubles.get(slot as usize).copied().unwrap_or(0.0),
            Step::Constant(value) => value,
            Step::Apply(_) | Step::Negate => 0.0,
        }
    }
}

#[inline(always)]
fn apply(operator: Arithmetic, left: f64, right: f64) -> f64 {
    match operator {
        Arithmetic::AddDouble => left + right,
        Arithmetic::SubtractDouble => left - right,
        Arithmetic::MultiplyDouble => left * right,
        Arithmetic::DivideDouble => left / right,
        _ => left % right,
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
