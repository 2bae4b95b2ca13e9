//! Runs rules in order (L2.7, R2.1, R2.2) and gathers what they emit.

use super::candidates::{ALL, Candidates};
use super::machine::{Machine, Stop};
use crate::program::index::Index;
use crate::program::{Argument, Condition, Decide, Effect, Program, Rule, TextRef};
use crate::value::{Datum, DecisionKind, Json};
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use smallvec::SmallVec;

/// Which rules of an assessment run (R2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// On to the next rule that matches, until one decides.
    #[default]
    UntilDecision,
    /// Only the first rule whose condition is true.
    FirstMatch,
}

/// The place of a decision: a rule, a clause and an effect, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) rule: u32,
    pub(crate) clause: u32,
    /// The number of the effect that is the decision.
    pub(crate) effect: u32,
}

/// What a fired statement emitted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Emitted<'a> {
    /// By number of the clause and of the pair.
    Output { clause: u32, pair: u32, value: Json<'a> },
    /// One trace: the rule, the clause, the pairs with their values.
    Trace { rule: u32, clause: u32, first: u32, values: &'a [Json<'a>] },
    /// By number of the pair, in a section or not.
    Response { section: Option<TextRef>, pair: u32, value: Json<'a> },
}

/// What came out of a run.
#[derive(Debug)]
pub(crate) struct Outcome<'a> {
    pub(crate) kind: DecisionKind,
    /// The rule and clause that decided; else nothing did.
    pub(crate) decided: Option<Decided>,
    /// Rules with a condition that held. Those without one hold always.
    pub(crate) held: SmallVec<[u32; 2]>,
    /// How many rules were looked at.
    pub(crate) looked_at: u32,
    /// challengeType, reason, supportMessage, as far as they are no constants.
    pub(crate) texts: [Option<&'a str>; 3],
    pub(crate) emitted: ArenaVec<'a, Emitted<'a>>,
    /// The queue, if routing rules ran.
    pub(crate) queue: Option<&'a str>,
}

impl<'a> Outcome<'a> {
    /// Nothing decided, nothing emitted.
    pub(crate) fn nothing(arena: &'a Bump) -> Outcome<'a> {
        Outcome {
            kind: DecisionKind::Approve,
            decided: None,
            held: SmallVec::new(),
            looked_at: 0,
            texts: [None; 3],
            emitted: ArenaVec::new_in(arena),
            queue: None,
        }
    }
}

/// Runs all rules.
pub(crate) fn rules<'a>(machine: &mut Machine<'a>, candidates: &mut Candidates) -> Result<Outcome<'a>, Stop> {
    match machine.input.index() {
        Some(index) if candidates.begin(index) < ALL => by_index(machine, index, candidates),
        _ => in_order(machine),
    }
}

/// Runs one rule after another.
fn in_order<'a>(machine: &mut Machine<'a>) -> Result<Outcome<'a>, Stop> {
    let program: &'a Program = machine.input.program;
    let mut outcome = Outcome::nothing(machine.context.arena);
    for (number, rule) in (0_u32..).zip(&program.rules) {
        outcome.looked_at = number + 1;
        if !begin(machine, &mut outcome, number, rule)? {
            continue;
        }
        for number in rule.statements.clone() {
            statement(machine, &mut outcome, number)?;
            if outcome.decided.is_some() {
                return Ok(outcome);
            }
        }
        if rule.last {
            break;
        }
    }
    Ok(outcome)
}

/// Runs the statements that the event may concern. The others would not fire, and nobody could tell that they were not tried.
fn by_index<'a>(machine: &mut Machine<'a>, index: &'a Index, candidates: &mut Candidates) -> Result<Outcome<'a>, Stop> {
    let program: &'a Program = machine.input.program;
    let mut outcome = Outcome::nothing(machine.context.arena);
    // The rule under way, whether its condition held, whether no other comes after it.
    let (mut rule, mut held, mut last) = (u32::MAX, false, false);
    let seen = machine.input.seen();
    let mut looks = 0;
    while let Some(number) = candidates.next(index, &seen) {
        looks += 1;
        let Some(of) = program.statements.get(number as usize).map(|statement| statement.rule) else { continue };
        if of != rule {
            if last {
                break;
            }
            let Some(next) = program.rules.get(of as usize) else { continue };
            rule = of;
            held = begin(machine, &mut outcome, of, next)?;
            last = held && next.last;
        }
        if held {
            statement(machine, &mut outcome, number)?;
            if outcome.decided.is_some() {
                outcome.looked_at = rule + 1;
                candidates.remember(index, number + 1, looks);
                return Ok(outcome);
            }
        }
    }
    candidates.remember(index, index.statements as u32, looks);
    outcome.looked_at = if last { rule + 1 } else { program.rules.len() as u32 };
    Ok(outcome)
}

/// Begins a rule: whether its condition holds.
#[inline]
fn begin<'a>(machine: &mut Machine<'a>, outcome: &mut Outcome<'a>, number: u32, rule: &Rule) -> Result<bool, Stop> {
    machine.rule = number;
    machine.clause = None;
    if matches!(rule.condition, Condition::Always) {
        return Ok(true);
    }
    let holds = fires(machine, rule.condition)?;
    if holds {
        outcome.held.push(number);
    }
    Ok(holds)
}

/// Runs a statement.
#[inline]
fn statement<'a>(machine: &mut Machine<'a>, outcome: &mut Outcome<'a>, number: u32) -> Result<(), Stop> {
    let program: &'a Program = machine.input.program;
    let Some(statement) = program.statements.get(number as usize) else { return Ok(()) };
    machine.clause = Some(statement.clause);
    if !fires(machine, statement.when)? {
        return Ok(());
    }
    let mut taken = false;
    for effect in statement.effects.clone() {
        let place = Decided { rule: statement.rule, clause: statement.clause, effect };
        let Some(effect) = program.effects.get(effect as usize) else { continue };
        taken |= apply(machine, outcome, effect, place)?;
    }
    if let Some(record) = machine.record.as_mut().filter(|_| taken) {
        record.statements.push(number);
    }
    Ok(())
}

/// Whether a condition holds; one that fails does not (L5.1).
#[inline]
pub(super) fn fires(machine: &mut Machine<'_>, condition: Condition) -> Result<bool, Stop> {
    match machine.holds(condition) {
        Err(Stop::Failed(_)) => Ok(false),
        other => other,
    }
}

/// Applies an effect; false if it did not take place.
pub(super) fn apply<'a>(
    machine: &mut Machine<'a>,
    outcome: &mut Outcome<'a>,
    effect: &'a Effect,
    place: Decided,
) -> Result<bool, Stop> {
    match effect {
        Effect::Decide(decide) => {
            outcome.texts = texts(machine, decide)?;
            outcome.kind = decide.kind;
            outcome.decided = Some(place);
        }
        Effect::Output(pairs) => {
            outcome.emitted.reserve(pairs.len());
            for number in pairs.clone() {
                let value = pair(machine, number)?;
                outcome.emitted.push(Emitted::Output { clause: place.clause, pair: number, value });
            }
        }
        Effect::Trace(pairs) => {
            let arena = machine.context.arena;
            let values: SmallVec<[Json<'a>; 4]> =
                pairs.clone().map(|number| pair(machine, number)).collect::<Result<_, Stop>>()?;
            let values = arena.alloc_slice_copy(&values);
            outcome.emitted.push(Emitted::Trace { rule: place.rule, clause: place.clause, first: pairs.start, values });
        }
        Effect::SetVariables(pairs) => {
            // All values are known before the first name is written, so that `SetVariables(a = b, b = a)` swaps.
            let values: SmallVec<[Json<'a>; 4]> =
                pairs.clone().map(|number| pair(machine, number)).collect::<Result<_, Stop>>()?;
            for (number, value) in pairs.clone().zip(values) {
                let variable = machine.input.program.pairs.get(number as usize).map(|pair| pair.variable);
                if let Some(slot) = variable.and_then(|id| machine.variables.get_mut(id as usize)) {
                    *slot = Some(value);
                }
            }
        }
        Effect::SetResponse(section, pairs) => {
            for number in pairs.clone() {
                let value = pair(machine, number)?;
                outcome.emitted.push(Emitted::Response { section: *section, pair: number, value });
            }
        }
        // One that fails does not fire (L5.1).
        Effect::Call(code) => match machine.value(*code) {
            Ok(_) => {}
            Err(Stop::Failed(_)) => return Ok(false),
            Err(stop) => return Err(stop),
        },
        Effect::Route(code) => match machine.value(*code) {
            Ok(Datum::String(queue)) => outcome.queue = Some(queue),
            Ok(_) | Err(Stop::Failed(_)) => return Ok(false),
            Err(stop) => return Err(stop),
        },
    }
    Ok(true)
}

/// A named value; one that failed is null (L5.1).
fn pair<'a>(machine: &mut Machine<'a>, number: u32) -> Result<Json<'a>, Stop> {
    let Some(pair) = machine.input.program.pairs.get(number as usize) else { return Ok(Json::Null) };
    match machine.value(pair.code) {
        Ok(Datum::Json(json)) => Ok(json),
        Ok(_) | Err(Stop::Failed(_)) => Ok(Json::Null),
        Err(stop) => Err(stop),
    }
}

/// The texts of a decision that are no constants, in the order written; one that failed is absent (L5.1).
fn texts<'a>(machine: &mut Machine<'a>, decide: &Decide) -> Result<[Option<&'a str>; 3], Stop> {
    let mut texts = [None; 3];
    for index in decide.order {
        let Some(text) = texts.get_mut(usize::from(index)) else { break };
        *text = match decide.text(index) {
            Argument::Absent | Argument::Constant(_) => None,
            Argument::Code(code) => match machine.value(code) {
                Ok(Datum::String(made)) => Some(made),
                Ok(_) | Err(Stop::Failed(_)) => None,
                Err(stop) => return Err(stop),
            },
        };
    }
    Ok(texts)
}
