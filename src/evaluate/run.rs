//! Runs rules in order (L2.7, R2.1, R2.2) and gathers what they emit.

use super::machine::{Machine, Stop};
use crate::program::{Argument, Decide, Effect, Program, TextRef};
use crate::value::{Datum, DecisionKind, Json};
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
#[derive(Clone, Debug)]
pub(crate) enum Emitted<'a> {
    /// By number of the clause and of the pair.
    Output { clause: u32, pair: u32, value: Json<'a> },
    /// One trace: the rule, the clause, the pairs with their values.
    Trace { rule: u32, clause: u32, first: u32, values: SmallVec<[Json<'a>; 4]> },
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
    pub(crate) emitted: Vec<Emitted<'a>>,
    /// The queue, if routing rules ran.
    pub(crate) queue: Option<&'a str>,
}

impl Outcome<'_> {
    /// Nothing decided, nothing emitted.
    pub(crate) fn nothing() -> Self {
        Outcome {
            kind: DecisionKind::Approve,
            decided: None,
            held: SmallVec::new(),
            looked_at: 0,
            texts: [None; 3],
            emitted: Vec::new(),
            queue: None,
        }
    }
}

/// Runs all rules.
pub(crate) fn rules<'a>(machine: &mut Machine<'a>) -> Result<Outcome<'a>, Stop> {
    let program: &'a Program = machine.input.program;
    let mut outcome = Outcome::nothing();
    for (number, rule) in program.rules.iter().enumerate() {
        machine.rule = number as u32;
        machine.clause = None;
        outcome.looked_at = number as u32 + 1;
        let conditional = !matches!(rule.condition, crate::program::Condition::Always);
        if conditional && !fires(machine, rule.condition)? {
            continue;
        }
        if conditional {
            outcome.held.push(number as u32);
        }
        for clause_number in rule.clauses.clone() {
            machine.clause = Some(clause_number);
            let Some(clause) = program.clauses.get(clause_number as usize) else { continue };
            for statement in clause.statements.clone() {
                let Some(statement) = program.statements.get(statement as usize) else { continue };
                if !fires(machine, statement.when)? {
                    continue;
                }
                for effect in statement.effects.clone() {
                    let place = Decided { rule: number as u32, clause: clause_number, effect };
                    let Some(effect) = program.effects.get(effect as usize) else { continue };
                    apply(machine, &mut outcome, effect, place)?;
                }
                if outcome.decided.is_some() {
                    return Ok(outcome);
                }
            }
        }
        if rule.last {
            break;
        }
    }
    Ok(outcome)
}

/// Whether a condition holds; one that fails does not (L5.1).
#[inline]
pub(super) fn fires(machine: &mut Machine<'_>, condition: crate::program::Condition) -> Result<bool, Stop> {
    match machine.holds(condition) {
        Err(Stop::Failed(_)) => Ok(false),
        other => other,
    }
}

pub(super) fn apply<'a>(
    machine: &mut Machine<'a>,
    outcome: &mut Outcome<'a>,
    effect: &'a Effect,
    place: Decided,
) -> Result<(), Stop> {
    match effect {
        Effect::Decide(decide) => {
            outcome.texts = texts(machine, decide)?;
            outcome.kind = decide.kind;
            outcome.decided = Some(place);
        }
        Effect::Output(pairs) => {
            for number in pairs.clone() {
                let value = pair(machine, number)?;
                outcome.emitted.push(Emitted::Output { clause: place.clause, pair: number, value });
            }
        }
        Effect::Trace(pairs) => {
            let values = pairs.clone().map(|number| pair(machine, number)).collect::<Result<_, Stop>>()?;
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
            Ok(_) | Err(Stop::Failed(_)) => {}
            Err(stop) => return Err(stop),
        },
        Effect::Route(code) => match machine.value(*code) {
            Ok(Datum::String(queue)) => outcome.queue = Some(queue),
            Ok(_) | Err(Stop::Failed(_)) => {}
            Err(stop) => return Err(stop),
        },
    }
    Ok(())
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
        let (Some(argument), Some(text)) = (decide.texts.get(usize::from(index)), texts.get_mut(usize::from(index)))
        else {
            break;
        };
        *text = match *argument {
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
