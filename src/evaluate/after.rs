//! What runs once the decision is known: action rules, then routing rules (R2.3 to R2.5).
//!
//! In: a machine that ran the decision rules, and their outcome. Out: the same outcome with what these rules emit. Nothing here
//! changes the decision.

use super::machine::{Machine, Stop};
use super::run::{Decided, Outcome, apply, fires};
use crate::program::{Program, Rule};
use crate::value::DecisionKind;

/// The queue of a `Review` that no routing rule sends elsewhere.
const GENERAL: &str = "General";

/// Whether nothing runs after such a decision.
#[inline]
pub(super) fn is_nothing(program: &Program, kind: DecisionKind) -> bool {
    program.actions.is_empty() && !is_routed(program, kind)
}

/// Whether routing rules run after such a decision.
pub(super) fn is_routed(program: &Program, kind: DecisionKind) -> bool {
    kind == DecisionKind::Review && !program.routing.is_empty()
}

/// Runs the rules that follow the decision.
pub(super) fn follow<'a>(machine: &mut Machine<'a>, outcome: &mut Outcome<'a>) -> Result<(), Stop> {
    let program: &'a Program = machine.input.program;
    if is_nothing(program, outcome.kind) {
        return Ok(());
    }
    machine.decision = outcome.kind;
    let first = program.rules.len() as u32;
    for (number, one) in (first..).zip(&program.actions) {
        rule(machine, outcome, number, one)?;
    }
    if is_routed(program, outcome.kind) {
        let first = first + program.actions.len() as u32;
        for (number, one) in (first..).zip(&program.routing) {
            rule(machine, outcome, number, one)?;
            if outcome.queue.is_some() {
                return Ok(());
            }
        }
        outcome.queue = Some(GENERAL);
    }
    Ok(())
}

/// Runs one rule, until it has chosen a queue.
fn rule<'a>(machine: &mut Machine<'a>, outcome: &mut Outcome<'a>, number: u32, rule: &'a Rule) -> Result<(), Stop> {
    let program: &'a Program = machine.input.program;
    machine.rule = number;
    machine.clause = None;
    if !fires(machine, rule.condition)? {
        return Ok(());
    }
    if let Some(record) = &mut machine.record {
        record.rules.push(number);
    }
    for clause_number in rule.clauses.clone() {
        machine.clause = Some(clause_number);
        let Some(clause) = program.clauses.get(clause_number as usize) else { continue };
        for statement_number in clause.statements.clone() {
            let Some(statement) = program.statements.get(statement_number as usize) else { continue };
            if !fires(machine, statement.when)? {
                continue;
            }
            let mut taken = false;
            for effect in statement.effects.clone() {
                let place = Decided { rule: number, clause: clause_number, effect };
                let Some(effect) = program.effects.get(effect as usize) else { continue };
                taken |= apply(machine, outcome, effect, place)?;
            }
            if let Some(record) = machine.record.as_mut().filter(|_| taken) {
                record.statements.push(statement_number);
            }
            if outcome.queue.is_some() {
                return Ok(());
            }
        }
    }
    Ok(())
}
