//! Decisions that need no machine: conditions on slots, and a `RETURN` whose texts are constants.
//!
//! In: the same input as a [`Machine`](super::Machine). Out: what the rules decided, or nothing if something came up that
//! needs the machine: code, an effect, a note to make. Then the rules run again with it; nothing was changed.

use super::Input;
use super::condition::slot_test;
use super::run::Decided;
use crate::program::{Argument, Condition, Decide, Effect, FALSE, Program, Statement, TRUE, TestKind};
use crate::value::DecisionKind;
use smallvec::SmallVec;

/// What the rules decided.
#[derive(Debug)]
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

/// Runs all rules, unless the machine is needed.
pub(crate) fn decide(input: &Input<'_>) -> Option<Plain> {
    if input.is_careful() {
        return None;
    }
    let program = input.program;
    let mut plain = Plain { decided: None, kind: DecisionKind::Approve, held: SmallVec::new(), looked_at: 0 };
    for (number, rule) in (0_u32..).zip(&program.rules) {
        plain.looked_at = number + 1;
        if !matches!(rule.condition, Condition::Always) {
            if !holds(input, rule.condition)? {
                continue;
            }
            plain.held.push(number);
        }
        for clause_number in rule.clauses.clone() {
            let clause = program.clauses.get(clause_number as usize)?;
            for statement in program.statements.get(clause.statements.start as usize..clause.statements.end as usize)? {
                if holds(input, statement.when)? {
                    let effect = statement.effects.start;
                    plain.kind = decision(program, statement)?.kind;
                    plain.decided = Some(Decided { rule: number, clause: clause_number, effect });
                    return Some(plain);
                }
            }
        }
        if rule.last {
            break;
        }
    }
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
        if matches!(test.kind, TestKind::Code) {
            return None;
        }
        at = if slot_test(input, test) { test.yes } else { test.no };
        if at >= FALSE {
            return Some(at == TRUE);
        }
    }
}

/// The decision of a statement that does nothing else and has only constant texts.
fn decision<'a>(program: &'a Program, statement: &Statement) -> Option<&'a Decide> {
    match program.effects.get(statement.effects.start as usize..statement.effects.end as usize)? {
        [Effect::Decide(decide)] if !decide.texts.iter().any(|text| matches!(text, Argument::Code(_))) => Some(decide),
        _ => None,
    }
}
