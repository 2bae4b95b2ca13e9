//! Runs tests and code over one event.
//!
//! A [`Machine`] is the state of one run: what variables hold, what was noted, which calls were read. It never waits: an
//! external call without an answer ends the run with [`Stop::Pending`], and the run starts again when the answer is there.
//! Everything it runs is free of effects, so running again costs time and changes nothing.
//!
//! There is no recursion. A variable that is read first is evaluated by a jump to its code, with the way back on a list.

use super::Seen;
use super::answer::{Answers, Due, Met};
use super::apply::operands;
use super::derived::Derived;
use super::note::Note;
use super::record::Record;
use super::slots::{LONG, Slots};
use crate::diagnostic::Code;
use crate::event::Raws;
use crate::program::index::Index;
use crate::program::{Condition, Op, Place, Program};
use crate::value::{Context, Datum, DecisionKind, Failure, Json, Type, json};
use bumpalo::collections::Vec as ArenaVec;
use smallvec::SmallVec;
use std::collections::{HashMap, HashSet};

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// An evaluation error, by its number in [`Machine::errors`].
    Failed(u32),
    /// A call has no answer yet.
    Pending,
    /// The evaluation has to end without a decision (L5.4).
    Ended(Code),
}

/// What a variable holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Memo<'a> {
    Unset,
    /// The value, and the number of the call that it is the result of, if it is.
    Value(Datum<'a>, Option<u32>),
    Failed(u32),
}

/// An entry of `errors` (L5.2).
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) failure: Failure,
    pub(crate) place: Place,
    /// The rule and the clause that were running.
    pub(crate) rule: u32,
    pub(crate) clause: Option<u32>,
}

/// What the machine reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'a> {
    pub(crate) program: &'a Program,
    pub(crate) slots: &'a Slots,
    pub(crate) raws: &'a Raws,
    pub(crate) text: &'a str,
    pub(crate) answers: &'a Answers,
    pub(crate) steps: usize,
    pub(crate) calls: usize,
    pub(crate) fail_fast: bool,
    pub(crate) in_order: bool,
    /// The values that are derived from the event, if they may be used.
    pub(super) derived: Option<&'a Derived<'a>>,
}

impl<'a> Input<'a> {
    /// The index, if it may be used: what has to be looked after is looked after in order.
    #[inline]
    pub(crate) fn index(&self) -> Option<&'a Index> {
        let index = self.program.index.as_deref()?;
        let is_whole = self.derived.is_some() || self.program.derived.is_empty();
        (is_whole && !self.in_order && !self.is_careful()).then_some(index)
    }

    /// What tests of attributes need.
    #[inline(always)]
    pub(crate) fn seen(&self) -> Seen<'a> {
        let Input { program, slots, raws, text, derived, .. } = *self;
        Seen { program, slots, raws, text, derived }
    }

    /// Whether a run may end because its steps are used up. Only a careful one counts them, and the longest texts that it can
    /// look through are those of the event, of answers, and what rules may compute.
    pub(crate) fn steps_may_run_out(&self, longest: usize) -> bool {
        let looks = self.program.most_looks().saturating_mul(longest.max(self.text.len()) / LONG);
        self.is_careful() && self.program.most_steps().saturating_add(looks) > self.steps
    }

    /// Whether notes, long texts or steps have to be looked after. Almost no event needs it.
    pub(crate) fn is_careful(&self) -> bool {
        self.seen().is_careful(self.steps)
    }
}

impl Seen<'_> {
    /// See [`Input::is_careful`]; `steps` is how many there may be.
    #[inline(always)]
    pub(super) fn is_careful(&self, steps: usize) -> bool {
        self.slots.long || !self.slots.unreadable.is_empty() || self.program.most_steps() > steps
    }
}

/// The state of one run.
#[derive(Debug)]
pub(crate) struct Machine<'a> {
    pub(crate) input: Input<'a>,
    pub(crate) context: Context<'a>,
    pub(super) lets: ArenaVec<'a, Memo<'a>>,
    pub(crate) variables: ArenaVec<'a, Option<Json<'a>>>,
    pub(crate) notes: Vec<Note>,
    pub(super) noted: HashSet<(u32, Type), foldhash::fast::RandomState>,
    pub(crate) errors: Vec<Fault>,
    /// The number of the error of each place, if places may repeat.
    failed: HashMap<(u32, u32, u32), u32, foldhash::fast::RandomState>,
    /// The calls that were read, in order, by their numbers in the answers.
    pub(crate) read: SmallVec<[u32; 8]>,
    /// The parsed values of answers, as far as they were read.
    pub(super) parsed: Parsed<'a>,
    /// The number of the call that is likely to be met next.
    pub(super) next_call: usize,
    /// The call whose result is on top of the stack.
    pub(super) last_call: Option<u32>,
    pub(crate) rule: u32,
    pub(crate) clause: Option<u32>,
    /// What was decided, once it is.
    pub(crate) decision: DecisionKind,
    /// Whether notes, long texts or steps have to be looked after.
    pub(super) careful: bool,
    steps: usize,
    /// The call without an answer that ended the run, if it was not asked yet.
    pub(crate) wanted: Option<Due<'a>>,
    /// The call without an answer that ended the run, if it was asked: its number.
    pub(crate) blocked: Option<usize>,
    /// What is taken, if somebody wants to know.
    pub(crate) record: Option<Box<Record>>,
}

/// For each call that was asked its parsed answer, if it was read.
pub(crate) type Parsed<'a> = ArenaVec<'a, Option<Json<'a>>>;

struct Frame {
    back: usize,
    id: u32,
    height: usize,
}

type Stack<'a> = SmallVec<[Datum<'a>; 8]>;

impl<'a> Machine<'a> {
    pub(crate) fn new(input: Input<'a>, context: Context<'a>) -> Machine<'a> {
        let arena = context.arena;
        let mut lets = ArenaVec::new_in(arena);
        lets.resize(input.program.lets.len(), Memo::Unset);
        let mut variables = ArenaVec::new_in(arena);
        variables.resize(input.program.variables.len(), None);
        let mut parsed = ArenaVec::new_in(arena);
        parsed.resize(input.answers.asked.len(), None);
        let careful = input.is_careful();
        Machine {
            input,
            context,
            lets,
            variables,
            notes: Vec::new(),
            noted: HashSet::default(),
            errors: Vec::new(),
            failed: HashMap::default(),
            read: SmallVec::new(),
            parsed,
            next_call: 0,
            last_call: None,
            rule: 0,
            clause: None,
            decision: DecisionKind::Approve,
            careful,
            steps: 0,
            wanted: None,
            blocked: None,
            record: None,
        }
    }

    /// Takes the record, with the variables of these numbers that were evaluated.
    pub(crate) fn recorded(&self, outputs: impl Iterator<Item = u32>) -> Option<Record> {
        let mut record = Record::clone(self.record.as_ref()?);
        let is_set = |id: &u32| !matches!(self.lets.get(*id as usize), None | Some(Memo::Unset));
        record.outputs.extend(outputs.filter(is_set));
        Some(record)
    }

    /// Whether a condition holds.
    #[inline]
    pub(crate) fn holds(&mut self, condition: Condition) -> Result<bool, Stop> {
        match condition {
            Condition::Always => Ok(true),
            Condition::Tests(entry) if self.careful => self.tests::<true>(entry),
            Condition::Tests(entry) => self.tests::<false>(entry),
            Condition::Code(start) => Ok(matches!(self.value(start)?, Datum::Bool(true))),
        }
    }

    /// The value of the code that begins there.
    pub(crate) fn value(&mut self, start: u32) -> Result<Datum<'a>, Stop> {
        let mut stack = Stack::new();
        let mut frames: SmallVec<[Frame; 4]> = SmallVec::new();
        let mut at = start as usize;
        loop {
            match self.run(&mut at, &mut stack, &mut frames) {
                Err(Stop::Failed(fault)) if self.caught(fault, &mut at, &mut stack, &mut frames) => {}
                result => return result,
            }
        }
    }

    /// Every variable whose evaluation is under way fails alike (L2.5), up to one that has a default (R6.1): from there the
    /// run goes on.
    #[cold]
    fn caught(&mut self, fault: u32, at: &mut usize, stack: &mut Stack<'a>, frames: &mut SmallVec<[Frame; 4]>) -> bool {
        let program = self.input.program;
        while let Some(frame) = frames.pop() {
            let Some(Some(default)) = program.let_defaults.get(frame.id as usize) else {
                self.remember(frame.id, Memo::Failed(fault));
                continue;
            };
            self.remember(frame.id, Memo::Value(default.datum(), None));
            stack.truncate(frame.height);
            stack.push(default.datum());
            *at = frame.back + 1;
            return true;
        }
        false
    }

    fn run(
        &mut self,
        at: &mut usize,
        stack: &mut Stack<'a>,
        frames: &mut SmallVec<[Frame; 4]>,
    ) -> Result<Datum<'a>, Stop> {
        let program = self.input.program;
        loop {
            let Some(op) = program.code.get(*at) else { return Err(self.broken(*at)) };
            if self.careful {
                self.step(1)?;
            }
            match *op {
                Op::End => return stack.pop().ok_or_else(|| self.broken(*at)),
                Op::Let(id) => match self.lets.get(id as usize).copied().unwrap_or(Memo::Unset) {
                    Memo::Value(value, _) => stack.push(value),
                    Memo::Failed(fault) => return Err(Stop::Failed(fault)),
                    Memo::Unset => {
                        let Some(start) = program.lets.get(id as usize) else { return Err(self.broken(*at)) };
                        frames.push(Frame { back: *at, id, height: stack.len() });
                        *at = *start as usize;
                        continue;
                    }
                },
                Op::EndLet(id) => {
                    let (Some(value), Some(frame)) = (stack.pop(), frames.pop()) else { return Err(self.broken(*at)) };
                    let call = self.call_of(at.saturating_sub(1));
                    self.remember(id, Memo::Value(value, call));
                    stack.truncate(frame.height);
                    stack.push(value);
                    *at = frame.back;
                }
                Op::And { end } => match stack.last() {
                    Some(Datum::Bool(true)) => drop(stack.pop()),
                    _ => {
                        *at = end as usize;
                        continue;
                    }
                },
                Op::Or { end } => match stack.last() {
                    Some(Datum::Bool(true)) => {
                        *at = end as usize;
                        continue;
                    }
                    _ => drop(stack.pop()),
                },
                Op::Branch { otherwise, .. } => {
                    if !matches!(stack.pop(), Some(Datum::Bool(true))) {
                        *at = otherwise as usize;
                        continue;
                    }
                }
                Op::Jump(to) => {
                    *at = to as usize;
                    continue;
                }
                Op::External { call, count } => {
                    self.external(call, count as usize, stack, *at)?;
                }
                Op::Text(text) => stack.push(Datum::String(program.str(text))),
                Op::Int(value) => stack.push(Datum::Int(value)),
                _ => {
                    let count = operands(program, *at).min(stack.len());
                    let base = stack.len() - count;
                    let value = self.apply(*at, stack.get(base..).unwrap_or_default())?;
                    stack.truncate(base);
                    stack.push(value);
                }
            }
            *at += 1;
        }
    }

    /// The call whose result the operation at `at` left on the stack, if it is one.
    fn call_of(&self, at: usize) -> Option<u32> {
        match self.input.program.code.get(at) {
            Some(Op::External { .. }) => self.last_call,
            Some(Op::Let(id)) => match self.lets.get(*id as usize) {
                Some(Memo::Value(_, call)) => *call,
                _ => None,
            },
            _ => None,
        }
    }

    fn remember(&mut self, id: u32, memo: Memo<'a>) {
        if let Some(slot) = self.lets.get_mut(id as usize) {
            *slot = memo;
        }
    }

    /// Puts the value of an external call in the place of its arguments, or gives [`Stop::Pending`].
    fn external(&mut self, call: u32, count: usize, stack: &mut Stack<'a>, at: usize) -> Result<(), Stop> {
        let base = stack.len().saturating_sub(count);
        let answers = self.input.answers;
        let met = Met::new(call, stack.get(base..).unwrap_or_default().iter().map(as_text));
        let Some(number) = answers.find(&met, self.next_call) else {
            self.spend_call(None, at)?;
            self.wanted = Some(met.due(None, self.context.arena, self.rule, self.clause));
            return Err(Stop::Pending);
        };
        self.next_call = number + 1;
        if let Some(Some(known)) = self.parsed.get(number) {
            stack.truncate(base);
            stack.push(Datum::Json(*known));
        } else {
            if answers.asked.get(number).is_none_or(|asked| asked.answer.is_none()) {
                self.blocked = Some(number);
                return Err(Stop::Pending);
            }
            self.spend_call(Some(number as u32), at)?;
            stack.truncate(base);
            stack.push(Datum::Json(self.answer(number).unwrap_or(Json::Null)));
        }
        self.last_call = Some(number as u32);
        Ok(())
    }

    /// The value of a call's answer, if there is one, as far as the program reads it. It is parsed once.
    pub(super) fn answer(&mut self, number: usize) -> Option<Json<'a>> {
        if let Some(known) = self.parsed.get(number).copied().flatten() {
            return Some(known);
        }
        let asked = self.input.answers.asked.get(number)?;
        let (text, arena) = (&*asked.answer.as_ref()?.value, self.context.arena);
        let selection = self.input.program.selections.get(asked.wanted.call as usize).and_then(Option::as_ref);
        let parsed = match selection {
            Some(selection) => selection.parse(text, arena),
            None => json::parse(text, arena),
        };
        let json = parsed.unwrap_or(Json::Null);
        if let Some(slot) = self.parsed.get_mut(number) {
            *slot = Some(json);
        }
        Some(json)
    }

    /// Whether the answer of a call was read.
    pub(crate) fn is_read(&self, number: usize) -> bool {
        self.parsed.get(number).is_some_and(Option::is_some)
    }

    /// Counts a call that is read for the first time against the limit (L5.4).
    fn spend_call(&mut self, number: Option<u32>, at: usize) -> Result<(), Stop> {
        let limit = self.input.calls;
        if self.read.len() >= limit {
            let message = format!("one event makes at most `calls_per_event` = {limit} external calls");
            return Err(self.fail(Failure::new(Code::TOO_MANY_CALLS, message), at));
        }
        if let Some(number) = number {
            self.read.push(number);
        }
        Ok(())
    }

    /// The diagnostics of a call (L8.4).
    pub(super) fn diagnostics(&self, call: Option<u32>) -> Datum<'a> {
        let arena = self.context.arena;
        let asked = call.and_then(|call| self.input.answers.asked.get(call as usize));
        let Some((asked, answer)) = asked.and_then(|asked| Some((asked, asked.answer.as_ref()?))) else {
            return Datum::Json(Json::Null);
        };
        let request: SmallVec<[Json<'a>; 4]> = asked.wanted.arguments.iter().map(Json::String).collect();
        Datum::Json(Json::object(
            arena,
            &[
                ("Request", Json::array(arena, &request)),
                ("Endpoint", Json::String(&answer.endpoint)),
                ("HttpStatusCode", Json::Int(i64::from(answer.http_status))),
                ("ErrorMessage", Json::String(&answer.error)),
                ("Latency", Json::Double(answer.latency_ms)),
            ],
        ))
    }

    /// Files an evaluation error (L5.2): one for a place.
    pub(super) fn fail(&mut self, failure: Failure, at: usize) -> Stop {
        self.context.unreadable = false;
        let place = self.input.program.places.get(at).copied().unwrap_or_default();
        let code = failure.code;
        if self.input.program.repeats {
            let key = (place.source, place.span.start, place.span.end);
            if let Some(known) = self.failed.get(&key) {
                return if self.input.fail_fast { Stop::Ended(code) } else { Stop::Failed(*known) };
            }
            self.failed.insert(key, self.errors.len() as u32);
        }
        self.errors.push(Fault { failure, place, rule: self.rule, clause: self.clause });
        if self.input.fail_fast { Stop::Ended(code) } else { Stop::Failed(self.errors.len() as u32 - 1) }
    }

    /// The program does not fit the machine: an internal fault, told and not thrown.
    #[cold]
    pub(super) fn broken(&mut self, at: usize) -> Stop {
        self.fail(Failure::mismatch("operation"), at)
    }

    #[inline]
    pub(crate) fn step(&mut self, count: usize) -> Result<(), Stop> {
        self.steps += count;
        if self.steps > self.input.steps { Err(Stop::Ended(Code::TOO_MANY_STEPS)) } else { Ok(()) }
    }

    /// Looking through a long text counts as several steps, so that long events and many rules cannot hang the host.
    pub(super) fn step_over(&mut self, text: &str) -> Result<(), Stop> {
        if text.len() > LONG { self.step(text.len() / LONG) } else { Ok(()) }
    }
}

fn as_text<'a>(value: &Datum<'a>) -> &'a str {
    if let Datum::String(text) = value { text } else { "" }
}
