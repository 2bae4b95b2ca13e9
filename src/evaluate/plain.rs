//! Decisions that need no machine: conditions on slots, and a `RETURN` whose texts are constants.
//!
//! In: the same input as a [`Machine`](super::Machine). Out: what the rules decided, or nothing if something came up that
//! needs the machine: code, an effect, a note to make. Then the rules run again with it; nothing was changed.

use super::Input;
use super::condition::slot_test;
use super::run::Decided;
use crate::program::{Condition, FALSE, Statement, TRUE, TestKind};
use crate::value::DecisionKind;
use smallvec::SmallVec;

/// What the rules decided.
#[derive(Clone, Debug)]
pub(crate) struct Plain {
    /// The place that decided; else nothing did.
    pub(crate) decided: Option<Decided>,
    /// Which decision.
    pub(crate) kind: DecisionKind,
    /// Rules with a condition that held.
    pub(crate) held: SmallVec<[u32; 2]>,
    /// How many rules were looked at.
    pub(crate) looked_at: u32,
}

impl Plain {
    fn nothing() -> Plain {
        Plain { decided: None, kind: DecisionKind::Approve, held: SmallVec::new(), looked_at: 0 }
    }

    /// A statement whose test holds: a decision, or something for the machine.
    #[inline]
    fn fired(mut self, statement: &Statement) -> Option<Plain> {
        self.kind = statement.decides?;
        self.looked_at = statement.rule + 1;
        self.decided =
            Some(Decided { rule: statement.rule, clause: statement.clause, effect: statement.effects.start });
        Some(self)
    }
}

/// Runs all rules, unless the machine is needed.
#[inline]
pub(crate) fn decide(input: &Input<'_>) -> Option<Plain> {
    if input.is_careful() { None } else { in_order(input) }
}

/// Looks at one statement after another.
fn in_order(input: &Input<'_>) -> Option<Plain> {
    let program = input.program;
    let mut plain = Plain::nothing();
    for (number, rule) in (0_u32..).zip(&program.rules) {
        if !matches!(rule.condition, Condition::Always) {
            if !holds(input, rule.condition)? {
                continue;
            }
            plain.held.push(number);
        }
        let statements = rule.statements.start as usize..rule.statements.end as usize;
        for statement in program.statements.get(statements)? {
            if holds(input, statement.when)? {
                return plain.fired(statement);
            }
        }
        if rule.last {
            plain.looked_at = number + 1;
            return Some(plain);
        }
    }
    plain.looked_at = program.rules.len() as u32;
    Some(plain)
}

/// Whether a condition holds, if slots alone tell.
#[inline(always)]
fn holds(input: &Input<'_>, condition: Condition) -> Option<bool> {
    let mut at = match condition {
        Condition::Always => return Some(true),
        Condition::Code(_) => return None,
        Condition::Tests(entry) => entry,
    };
    loop {
        let test = input.program.tests.get(at as usize)?;
        if matches!(test.kind, TestKind::Code(_)) {
            return None;
        }
        // Two ways that stay two: the processor goes on with the likely one before it has the answer.
        if slot_test(input, test) {
            if test.yes >= FALSE {
                return Some(test.yes == TRUE);
            }
            at = test.yes;
        } else {
            if test.no >= FALSE {
                return Some(test.no == TRUE);
            }
            at = test.no;
        }
    }
}
