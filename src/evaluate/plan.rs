//! Which calls can start now (R8.1, R8.2).
//!
//! When a run meets a call without an answer, the [`Planner`] walks on from the beginning with that answer *unknown*: it
//! runs the same operations, and an operation with an unknown operand has an unknown value. A call that the walk meets
//! while nothing unknown decides whether it is met is *certain*: running in order makes it whatever the answers are. After
//!
//! - a `RETURN` that may fire, nothing is certain any more;
//! - an operation that may fail because of an unknown operand, nothing else in that statement is;
//! - an unknown left side of `&&`, `||` or `?:`, the rest of that operator is not;
//! - a failure that may have ended the evaluation (L5.2), nothing is;
//! - calls that may have been made or not, nothing is, if so many calls may come that the limit is met (L5.4).
//!
//! What is not certain is passed over, not walked: which variables it would have evaluated is not known, and a variable
//! that reads `GetVariable` depends on when it is evaluated first. So from there on such a variable is unknown.
//!
//! The walk knows no notes and no errors: its only result is the list of calls. Where steps may run out (L5.4) there is no
//! walk, since a run may end before it comes to a call.
//!
//! [`explore`](super::explore) walks the same way through all that is merely possible.

use super::after;
use super::answer::{Due, Met};
use super::apply::operands;
use super::condition::slot_test;
use super::explore::Explore;
use super::machine::Machine;
use crate::program::{Argument, Condition, Effect, Op, Program, TRUE, TestKind};
use crate::value::{Datum, DecisionKind, Json};
use bumpalo::collections::Vec as ArenaVec;
use smallvec::SmallVec;

/// A value, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(super) enum Maybe<'a> {
    Known(Datum<'a>),
    /// Depends on an answer that is not there.
    Unknown,
    /// Fails whatever the answers are.
    Failed,
}

/// What a variable holds, as far as it is known.
#[derive(Clone, Copy, Debug)]
enum Memo<'a> {
    Unset,
    Set {
        value: Maybe<'a>,
        /// Whether evaluating it may have failed.
        may_fail: bool,
        /// Whether it was met for certain, so that its calls are in the list.
        certain: bool,
    },
}

/// Walks ahead of a run.
#[derive(Debug)]
pub(crate) struct Planner<'a> {
    pub(super) machine: Machine<'a>,
    lets: Vec<Memo<'a>>,
    /// Variables that hold what is not known.
    unknown_variables: Vec<bool>,
    /// Whether what is met now is met whatever the answers are.
    certain: bool,
    /// Whether something was passed over that may have evaluated variables.
    passed_over: bool,
    /// Whether the program may make more calls than an event is allowed, so that a call can fail.
    scarce: bool,
    /// Whether calls may have been made that are not known.
    uncounted: bool,
    /// Whether a failure may have ended the evaluation (L5.2).
    over: bool,
    /// The calls to make, in the order running in order makes them.
    pub(super) calls: ArenaVec<'a, Due<'a>>,
    /// The place in that list of the call that is likely to be met again next.
    next_again: usize,
    /// Set while it walks what is possible.
    pub(super) explore: Option<Explore>,
    /// Whether the walk has gone past what may have ended the rules.
    undecided: bool,
}

/// The value of some code: as far as it is known, and whether evaluating it may fail.
pub(super) struct Walked<'a> {
    value: Maybe<'a>,
    may_fail: bool,
}

struct Frame {
    back: usize,
    id: u32,
    height: usize,
    /// What was certain, and whether the reader may have failed, before the variable's code.
    certain: bool,
    may_fail: bool,
}

impl<'a> Planner<'a> {
    /// A planner over a fresh machine.
    pub(crate) fn new(machine: Machine<'a>) -> Planner<'a> {
        let lets = vec![Memo::Unset; machine.input.program.lets.len()];
        let program = machine.input.program;
        let unknown_variables = vec![false; program.variables.len()];
        let scarce = program.call_sites > machine.input.calls;
        let calls = ArenaVec::new_in(machine.context.arena);
        Planner {
            machine,
            lets,
            unknown_variables,
            certain: true,
            passed_over: false,
            scarce,
            uncounted: false,
            over: false,
            calls,
            next_again: 0,
            explore: None,
            undecided: false,
        }
    }

    /// The calls of an expression that are certain.
    pub(crate) fn expression(mut self) -> ArenaVec<'a, Due<'a>> {
        let start = self.machine.input.program.expression;
        self.walk(start);
        self.calls
    }

    /// The calls of all rules that are certain.
    pub(crate) fn rules(mut self) -> ArenaVec<'a, Due<'a>> {
        if let Some(kind) = self.decide() {
            self.follow(kind);
        }
        self.calls
    }

    /// Walks the rules that follow a decision.
    fn follow(&mut self, kind: DecisionKind) {
        let program: &'a Program = self.machine.input.program;
        self.machine.decision = kind;
        let first = program.rules.len() as u32;
        let routing = if after::is_routed(program, kind) { &*program.routing } else { &[] };
        for (number, rule) in (first..).zip(program.actions.iter().chain(routing)) {
            self.machine.rule = number;
            self.machine.clause = None;
            let holds = self.condition(rule.condition);
            if holds == Some(false) {
                continue;
            }
            let before = self.certain;
            self.certain = before && holds == Some(true);
            for clause in rule.clauses.clone() {
                self.machine.clause = Some(clause);
                if self.clause(program, clause).is_some() {
                    // A queue that may be chosen here ends the routing.
                    return;
                }
            }
            self.certain = before;
        }
    }

    /// Walks the decision rules; the decision, if it is known.
    fn decide(&mut self) -> Option<DecisionKind> {
        let program: &'a Program = self.machine.input.program;
        for (number, rule) in program.rules.iter().enumerate() {
            self.machine.rule = number as u32;
            self.machine.clause = None;
            let holds = self.condition(rule.condition);
            if holds == Some(false) {
                continue;
            }
            let before = self.certain;
            self.certain = before && holds == Some(true);
            for clause in rule.clauses.clone() {
                self.machine.clause = Some(clause);
                if let Some(end) = self.clause(program, clause) {
                    return end;
                }
            }
            self.certain = before;
            // Whether a later rule is run may depend on whether this one matched.
            if rule.last {
                if self.explore.is_none() || holds == Some(true) {
                    return holds.filter(|_| !self.undecided).map(|_| DecisionKind::Approve);
                }
                self.undecided = true;
            }
        }
        (!self.undecided).then_some(DecisionKind::Approve)
    }

    /// Walks a clause. If the rule set ends here, or may end while only what is certain counts, that comes out, and the
    /// decision if it is known.
    fn clause(&mut self, program: &'a Program, clause: u32) -> Option<Option<DecisionKind>> {
        let clause = program.clauses.get(clause as usize)?;
        for statement in clause.statements.clone() {
            let Some(statement) = program.statements.get(statement as usize) else { continue };
            let fires = if self.certain || program.variables.is_empty() || self.explore.is_some() {
                self.condition(statement.when)
            } else {
                self.lose_track();
                None
            };
            if fires == Some(false) {
                continue;
            }
            let certain = fires == Some(true) && self.certain;
            let effects = statement.effects.clone().filter_map(|effect| program.effects.get(effect as usize));
            let mut ends = None;
            for effect in effects {
                match effect {
                    Effect::Decide(decide) => ends = Some(certain.then_some(decide.kind)),
                    Effect::Route(_) => ends = Some(None),
                    _ => {}
                }
                if certain {
                    self.effect(program, effect);
                } else {
                    self.pass_over(program, effect);
                }
            }
            if let Some(kind) = ends {
                if self.explore.is_none() || fires == Some(true) {
                    return Some(kind.filter(|_| !self.undecided));
                }
                self.undecided = true;
            }
        }
        None
    }

    /// An effect that may or may not take place: what it would write is unknown from here on.
    fn pass_over(&mut self, program: &'a Program, effect: &Effect) {
        self.lose_track();
        self.explore_effect(program, effect);
        let Effect::SetVariables(pairs) = effect else { return };
        for pair in pairs.clone().filter_map(|number| program.pairs.get(number as usize)) {
            if let Some(unknown) = self.unknown_variables.get_mut(pair.variable as usize) {
                *unknown = true;
            }
        }
    }

    /// Walks an effect that takes place for certain.
    fn effect(&mut self, program: &'a Program, effect: &'a Effect) {
        match effect {
            Effect::Decide(decide) => {
                for index in decide.order {
                    if let Argument::Code(code) = decide.text(index) {
                        self.walk(code);
                    }
                }
            }
            Effect::Call(code) | Effect::Route(code) => {
                self.walk(*code);
            }
            Effect::Output(pairs) | Effect::Trace(pairs) | Effect::SetResponse(_, pairs) => {
                for pair in pairs.clone().filter_map(|number| program.pairs.get(number as usize)) {
                    self.walk(pair.code);
                }
            }
            Effect::SetVariables(pairs) => {
                let pairs = || pairs.clone().filter_map(|number| program.pairs.get(number as usize));
                let values: Vec<Walked<'a>> = pairs().map(|pair| self.walk(pair.code)).collect();
                for (pair, walked) in pairs().zip(values) {
                    let known = match walked {
                        Walked { value: Maybe::Known(Datum::Json(json)), may_fail: false } => Some(json),
                        Walked { value: Maybe::Failed, .. } => Some(Json::Null),
                        _ => None,
                    };
                    let id = pair.variable as usize;
                    if let (Some(unknown), Some(slot)) =
                        (self.unknown_variables.get_mut(id), self.machine.variables.get_mut(id))
                    {
                        *unknown = known.is_none();
                        *slot = known;
                    }
                }
            }
        }
    }

    /// Whether a condition holds, if that is known.
    fn condition(&mut self, condition: Condition) -> Option<bool> {
        match condition {
            Condition::Always => Some(true),
            Condition::Code(start) => match self.walk(start) {
                Walked { value: Maybe::Known(Datum::Bool(true)), may_fail: false } => Some(true),
                Walked { value: Maybe::Known(Datum::Bool(true)) | Maybe::Unknown, .. } => None,
                Walked { .. } => Some(false),
            },
            Condition::Tests(entry) => self.tests(entry),
        }
    }

    /// Whether tests hold, if that is known. What they read may depend on variables of the event.
    fn tests(&mut self, entry: u32) -> Option<bool> {
        let program: &'a Program = self.machine.input.program;
        let mut at = entry;
        while let Some(test) = program.tests.get(at as usize) {
            let holds = match test.kind {
                TestKind::Code(start) => match self.walk(start) {
                    Walked { value: Maybe::Known(Datum::Bool(value)), may_fail: false } => value,
                    Walked { value: Maybe::Failed, .. } => return Some(false),
                    Walked { .. } => {
                        self.lose_track();
                        return None;
                    }
                },
                // What is derived from the event is walked as it stands in the rules.
                TestKind::Known(_) => false,
                _ => slot_test(self.machine.input.seen(), test),
            };
            at = if holds { test.yes } else { test.no };
        }
        Some(at == TRUE)
    }

    /// Something is passed over that may have evaluated variables, made calls, or failed.
    fn lose_track(&mut self) {
        self.passed_over = true;
        self.uncounted = true;
        self.over |= self.machine.input.fail_fast;
    }

    /// Walks the code that begins there.
    pub(super) fn walk(&mut self, start: u32) -> Walked<'a> {
        let walked = self.walk_to(start, u32::MAX);
        self.explore_skipped();
        walked
    }

    /// Walks the code that begins there, to its end or to that operation.
    pub(super) fn walk_to(&mut self, start: u32, end: u32) -> Walked<'a> {
        let before = self.certain;
        let program: &'a Program = self.machine.input.program;
        let mut stack: SmallVec<[Maybe<'a>; 8]> = SmallVec::new();
        let mut frames: Vec<Frame> = Vec::new();
        let mut may_fail = false;
        let mut at = start as usize;
        let value = loop {
            if at == end as usize && frames.is_empty() {
                break stack.pop().unwrap_or(Maybe::Unknown);
            }
            let Some(op) = program.code.get(at) else { break Maybe::Unknown };
            if self.machine.step(1).is_err() {
                self.certain = false;
                break Maybe::Unknown;
            }
            let mut failed = false;
            match *op {
                Op::End => break stack.pop().unwrap_or(Maybe::Unknown),
                Op::Let(id) => match self.lets.get(id as usize).copied().unwrap_or(Memo::Unset) {
                    Memo::Set { value: Maybe::Failed, .. } => failed = true,
                    // What is met for certain now and was not before is walked once more, for its calls.
                    Memo::Set { value, may_fail: fails, certain }
                        if certain || !self.certain || !matches!(value, Maybe::Unknown) =>
                    {
                        if fails {
                            may_fail = true;
                            self.certain = false;
                        }
                        stack.push(value);
                    }
                    _ => {
                        let Some(start) = program.lets.get(id as usize) else { break Maybe::Unknown };
                        frames.push(Frame { back: at, id, height: stack.len(), certain: self.certain, may_fail });
                        may_fail = false;
                        at = *start as usize;
                        continue;
                    }
                },
                Op::EndLet(_) => {
                    let (Some(mut value), Some(frame)) = (stack.pop(), frames.pop()) else { break Maybe::Unknown };
                    if may_fail && !self.machine.input.fail_fast && default_of(program, frame.id).is_some() {
                        // It is its value or its default: unknown, but no failure (R6.1).
                        value = Maybe::Unknown;
                        may_fail = false;
                    }
                    self.remember(frame.id, Memo::Set { value, may_fail, certain: frame.certain });
                    self.certain = frame.certain && !may_fail;
                    may_fail |= frame.may_fail;
                    stack.push(value);
                    at = frame.back;
                }
                Op::And { end } | Op::Or { end } => {
                    let decides = matches!(*op, Op::Or { .. });
                    match stack.last() {
                        Some(Maybe::Known(Datum::Bool(value))) if *value == decides => {
                            at = end as usize;
                            continue;
                        }
                        Some(Maybe::Unknown) => {
                            // The rest may not be reached, and the whole is unknown.
                            may_fail |= self.skip(program, at + 1, end as usize);
                            self.explore_later(at as u32 + 1, end);
                            at = end as usize;
                            continue;
                        }
                        _ => drop(stack.pop()),
                    }
                }
                Op::Branch { otherwise, end } => match stack.pop() {
                    Some(Maybe::Known(Datum::Bool(true))) => {}
                    Some(Maybe::Known(_)) => {
                        at = otherwise as usize;
                        continue;
                    }
                    _ => {
                        // Either branch may run.
                        may_fail |= self.skip(program, at + 1, end as usize);
                        self.explore_later(at as u32 + 1, end);
                        self.explore_later(otherwise, end);
                        stack.push(Maybe::Unknown);
                        at = end as usize;
                        continue;
                    }
                },
                Op::Jump(to) => {
                    at = to as usize;
                    continue;
                }
                Op::External { call, count } => {
                    let value = self.external(call, count as usize, &mut stack);
                    if self.scarce && matches!(value, Maybe::Unknown) {
                        may_fail = true;
                        self.certain = false;
                    }
                    stack.push(value);
                }
                Op::Text(text) => stack.push(Maybe::Known(Datum::String(program.str(text)))),
                Op::Int(value) => stack.push(Maybe::Known(Datum::Int(value))),
                _ => {
                    let count = operands(program, at).min(stack.len());
                    let base = stack.len() - count;
                    let known: Option<SmallVec<[Datum<'a>; 4]>> = stack
                        .iter()
                        .skip(base)
                        .map(|value| if let Maybe::Known(datum) = value { Some(*datum) } else { None })
                        .collect();
                    stack.truncate(base);
                    match known {
                        Some(known) if self.is_known(op, !frames.is_empty()) => match self.machine.apply(at, &known) {
                            Ok(value) => stack.push(Maybe::Known(value)),
                            Err(_) => failed = true,
                        },
                        _ => {
                            if op.can_fail() {
                                may_fail = true;
                                self.certain = false;
                            }
                            stack.push(Maybe::Unknown);
                        }
                    }
                }
            }
            if failed {
                let mut caught = false;
                while let Some(frame) = frames.pop() {
                    let default = default_of(program, frame.id).filter(|_| !self.machine.input.fail_fast);
                    let value = default.map_or(Maybe::Failed, |default| Maybe::Known(default.datum()));
                    self.remember(frame.id, Memo::Set { value, may_fail: false, certain: true });
                    if default.is_some() {
                        (self.certain, may_fail) = (frame.certain, frame.may_fail);
                        stack.truncate(frame.height);
                        stack.push(value);
                        at = frame.back + 1;
                        caught = true;
                        break;
                    }
                }
                if caught {
                    continue;
                }
                break Maybe::Failed;
            }
            at += 1;
        };
        self.certain = before;
        self.over |= self.machine.input.fail_fast && (may_fail || matches!(value, Maybe::Failed));
        Walked { value, may_fail }
    }

    /// The answer of a call, or unknown; then it is to be made, if it is certain.
    fn external(&mut self, call: u32, count: usize, stack: &mut SmallVec<[Maybe<'a>; 8]>) -> Maybe<'a> {
        let base = stack.len().saturating_sub(count);
        let arguments = stack.get(base..).unwrap_or_default();
        let value = if arguments.iter().all(|argument| matches!(argument, Maybe::Known(Datum::String(_)))) {
            let as_text = |argument: &Maybe<'a>| -> &'a str {
                if let Maybe::Known(Datum::String(text)) = argument { text } else { "" }
            };
            self.met(&Met::new(call, arguments.iter().map(as_text)), call)
        } else {
            self.uncounted = true;
            Maybe::Unknown
        };
        stack.truncate(base);
        value
    }

    /// The same for a call whose arguments are known.
    fn met(&mut self, met: &Met<impl ExactSizeIterator<Item = &'a str> + Clone>, call: u32) -> Maybe<'a> {
        let answers = self.machine.input.answers;
        let known = answers.find(met, self.machine.next_call);
        if let Some(number) = known {
            self.machine.next_call = number + 1;
            if let Some(json) = self.machine.answer(number) {
                return Maybe::Known(Datum::Json(json));
            }
        }
        if self.explore.as_ref().is_some_and(|explore| !explore.is_safe(call)) {
            return Maybe::Unknown;
        }
        let limit = self.machine.input.calls;
        if self.explore.is_none() && (!self.certain || self.over || (self.scarce && self.uncounted)) {
            self.uncounted = true;
        } else if known.is_none() && answers.asked.len() + self.calls.len() < limit {
            if self.calls.is_empty() {
                self.calls.reserve(self.machine.input.program.call_sites.min(limit));
            }
            let number = met.add_to(&mut self.calls, self.next_again, self.machine.rule, self.machine.clause);
            self.next_again = number + 1;
        }
        Maybe::Unknown
    }

    /// Whether an operation with known operands has a known value: what reads variables of the event or diagnostics of a
    /// call may not.
    fn is_known(&self, op: &Op, in_variable: bool) -> bool {
        match op {
            Op::GetVariable(_) | Op::GetVariableNamed if in_variable && self.passed_over => false,
            Op::GetVariable(id) => !self.unknown_variables.get(*id as usize).copied().unwrap_or(false),
            Op::GetVariableNamed => !self.unknown_variables.contains(&true),
            Op::Diagnostics | Op::DiagnosticsOf(_) => false,
            _ => true,
        }
    }

    /// Passes over code that may or may not run; whether it may fail.
    fn skip(&mut self, program: &'a Program, from: usize, to: usize) -> bool {
        self.passed_over = true;
        self.uncounted = true;
        let code = program.code.get(from..to).unwrap_or_default();
        let fails = code.iter().any(|op| match op {
            Op::Let(id) if self.machine.input.fail_fast => program.let_errs.get(*id as usize).copied().unwrap_or(true),
            Op::Let(id) => program.let_fails.get(*id as usize).copied().unwrap_or(true),
            Op::External { .. } => self.scarce,
            op => op.can_fail(),
        });
        if fails {
            self.certain = false;
        }
        fails
    }

    fn remember(&mut self, id: u32, memo: Memo<'a>) {
        if let Some(slot) = self.lets.get_mut(id as usize) {
            *slot = memo;
        }
    }
}

/// What a variable is if it fails, if its failure ends there.
fn default_of(program: &Program, id: u32) -> Option<&crate::hir::Constant> {
    program.let_defaults.get(id as usize)?.as_ref()
}
