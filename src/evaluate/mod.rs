//! The evaluation core: a state machine that does no input or output, awaits nothing and reads no clock (R8.4).
//!
//! In: a [`Program`], an event's [`slots`](Event), and what the host decides ([`Inputs`]). An `Evaluation` is asked to
//! `proceed`; it gives the result, or all external calls that can start now (R8.1). The driver
//! makes them in any order, hands over [`Answer`]s, and asks again.
//!
//! The result is always that of one run in order over answers that were all there (L8.5): a run that meets a call without
//! an answer is given up, and the planner looks which calls are certain to be needed, or possible if that is asked for. The
//! run begins anew when that answer is there; what other answers make certain or possible starts before.

mod after;
mod answer;
mod apply;
mod arguments;
mod candidates;
mod condition;
mod consulted;
mod derived;
mod explore;
mod found;
mod machine;
mod note;
mod plain;
mod plan;
mod record;
mod run;
mod search;
mod slots;

pub use answer::{Answer, AnswerSource, CallStatus};
pub use arguments::Arguments;
pub use run::Mode;
pub use slots::Event;

pub(crate) use answer::{Answers, Wanted};
pub(crate) use machine::{Fault, Input, Machine, Parsed, Stop};
pub(crate) use note::Note;
pub(crate) use plain::Plain;
pub(crate) use record::Record;
pub(crate) use run::{Emitted, Outcome};
pub(crate) use slots::Slots;

use crate::diagnostic::Code;
use crate::event::Raws;
use crate::limit::Limits;
use crate::program::Program;
use crate::value::{Context, DateTime, Datum, json};
use answer::{Asked, Due};
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use candidates::Candidates;
use derived::Derived;
use smallvec::SmallVec;
use std::ops::Range;
use std::sync::Arc;

/// What the outside decides for one event, so that it can be evaluated again to the same result (R9.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// The one clock reading (L6.3).
    pub now: DateTime,
    /// Where random numbers come from (L6.2).
    pub seed: u64,
    /// What `Request.CorrelationId()` gives; empty if there is none.
    pub correlation_id: Option<Arc<str>>,
}

impl Inputs {
    /// For what depends on none of them.
    pub(crate) const NOTHING: Inputs = Inputs { now: DateTime::MIN, seed: 0, correlation_id: None };
}

/// When external calls start (R8.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefetch {
    /// One after another, as running in order meets them.
    None,
    /// Together, as far as they are certain to be needed: the same calls, sooner.
    #[default]
    Certain,
    /// Also those marked as safe that are merely possible. What a rule sees is the same; calls that nobody reads in the end
    /// are dropped.
    Speculative,
}

/// What an evaluation error does (L5.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// It is listed in the decision, and evaluation goes on as L5.1 says.
    #[default]
    Skip,
    /// The first one ends the evaluation.
    Fail,
}

/// How an engine evaluates.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// See [`Limits`].
    pub limits: Limits,
    /// See [`OnError`].
    pub on_error: OnError,
    /// See [`Prefetch`].
    pub prefetch: Prefetch,
    /// Looks at one rule after another, as if there were no index. Default false. It takes longer and changes nothing else:
    /// a way to hold the one against the other.
    pub in_order: bool,
    /// The number of the environment whose events are evaluated, for whom they are told.
    pub(crate) environment: u32,
}

/// Why an evaluation ended without a result (L5.2, L5.4).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct EvaluationError {
    /// `E06xx` for a limit, `E07xx` for the first error under [`OnError::Fail`], `E09xx` for events and the engine.
    pub code: Code,
    /// Lower case, no full stop.
    pub message: String,
    /// Line and column in the rules, both from 1, of an error in them.
    pub position: Option<(u32, u32)>,
}

impl EvaluationError {
    /// An error without a place in the rules.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> EvaluationError {
        EvaluationError { code, message: message.into(), position: None }
    }
}

impl From<crate::event::EventFault> for EvaluationError {
    fn from(fault: crate::event::EventFault) -> EvaluationError {
        let message = format!("{} at line {}, column {} of the event", fault.message, fault.line, fault.column);
        EvaluationError::new(fault.code, message)
    }
}

/// What a run ended with. A machine still holds notes, errors and calls.
pub(crate) enum Ran<'m, 'a> {
    Plain(Plain),
    Rules(&'m Machine<'a>, Outcome<'a>),
    Expression(&'m Machine<'a>, Result<Datum<'a>, u32>),
}

/// Where an evaluation stands.
#[derive(Debug)]
pub(crate) enum Progress<T> {
    /// The result, and the calls that the run read, in order, by number.
    Done(T, SmallVec<[u32; 8]>),
    /// The numbers of all calls that can start now; none if it only waits for calls under way.
    Calls(Range<usize>),
}

/// An event as rules see it, borrowed from the driver: what tests of its attributes need.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'e> {
    pub(crate) program: &'e Program,
    pub(crate) slots: &'e Slots,
    pub(crate) raws: &'e Raws,
    pub(crate) text: &'e str,
    derived: Option<&'e Derived<'e>>,
}

impl<'e> Seen<'e> {
    #[inline]
    pub(crate) fn new(program: &'e Program, slots: &'e Slots, raws: &'e Raws, text: &'e str) -> Seen<'e> {
        Seen { program, slots, raws, text, derived: None }
    }

    /// The same with what else an evaluation may read.
    pub(crate) fn with<'s>(self, inputs: &'s Inputs, policy: &'s Policy) -> Subject<'s>
    where
        'e: 's,
    {
        let Seen { program, slots, raws, text, .. } = self;
        Subject { program, slots, raws, text, inputs, policy, variables: &[], record: false }
    }
}

/// What one evaluation reads, borrowed from the driver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'e> {
    pub(crate) program: &'e Program,
    pub(crate) slots: &'e Slots,
    pub(crate) raws: &'e Raws,
    pub(crate) text: &'e str,
    pub(crate) inputs: &'e Inputs,
    pub(crate) policy: &'e Policy,
    /// What variables of the event hold before the first rule: names, and values as JSON (R12.6).
    pub(crate) variables: &'e [(Arc<str>, Arc<str>)],
    /// Whether what is taken is recorded.
    pub(crate) record: bool,
}

impl<'e> Subject<'e> {
    #[inline]
    pub(crate) fn seen(self) -> Seen<'e> {
        let Subject { program, slots, raws, text, .. } = self;
        Seen::new(program, slots, raws, text)
    }
}

/// The evaluation of one event. Use it as [the module](self) says.
#[derive(Debug, Default)]
pub(crate) struct Evaluation {
    answers: Answers,
    arena: Bump,
    /// The call whose answer the run waits for.
    blocked: Option<usize>,
    /// The calls that were made and not read, when it is done (R8.2).
    unread: Vec<usize>,
    candidates: Candidates,
}

impl Evaluation {
    /// The decision, if no machine and no call is needed for it. Nearly every decision is one of these, so a driver asks
    /// this first, before anything that only calls need.
    #[inline]
    pub(crate) fn plain(&mut self, subject: Subject<'_>) -> Option<Plain> {
        let mut plain = Plain::nothing();
        let of_rules = !subject.record && subject.variables.is_empty() && subject.program.expression_type.is_none();
        let is_plain = of_rules && self.plain_into(subject.seen(), subject.policy, subject.inputs, &mut plain);
        is_plain.then_some(plain)
    }

    /// The same of a program of rules, into what was there before, which means nothing if the answer is no.
    #[inline(always)]
    pub(crate) fn plain_into(&mut self, seen: Seen<'_>, policy: &Policy, inputs: &Inputs, plain: &mut Plain) -> bool {
        if !seen.program.derived.is_empty() {
            return self.plain_with_derived(seen, policy, inputs, plain);
        }
        plain::decide(seen, policy, &mut self.candidates, plain).is_some()
            && after::is_nothing(seen.program, plain.kind)
    }

    /// The same where tests ask for values that are derived from the event.
    #[inline(never)]
    fn plain_with_derived(&mut self, seen: Seen<'_>, policy: &Policy, inputs: &Inputs, plain: &mut Plain) -> bool {
        let Seen { program, slots, raws, text, .. } = seen;
        self.arena.reset();
        let derived = Derived::new(Seen::new(program, slots, raws, text), inputs, &policy.limits, &self.arena);
        let seen = Seen { program, slots, raws, text, derived };
        plain::decide(seen, policy, &mut self.candidates, plain).is_some() && after::is_nothing(program, plain.kind)
    }

    /// Goes on as far as the answers reach. `finish` turns the result of the last run, which lives in the arena, into one
    /// that the driver keeps. `safe` says which calls may be made although nobody needs them in the end (R8.2).
    pub(crate) fn proceed<T>(
        &mut self,
        subject: Subject<'_>,
        safe: impl Fn(&crate::hir::External) -> bool,
        finish: impl FnOnce(Ran<'_, '_>) -> T,
    ) -> Result<Progress<T>, EvaluationError> {
        let waits = self.blocked.and_then(|id| self.answers.asked.get(id)).is_some_and(|asked| asked.answer.is_none());
        self.arena.reset();
        let (mut wanted, mut parsed) = (None, None);
        if !waits {
            let mut input = input(&self.answers, subject);
            // A record tells what was evaluated, and that is code.
            if !subject.record {
                input.derived = Derived::new(input.seen(), subject.inputs, &subject.policy.limits, &self.arena);
            }
            let mut machine = machine(&self.arena, input, subject);
            machine.record = subject.record.then(Box::default);
            match ran(&mut machine, &mut self.candidates, subject, finish) {
                Ok(done) => {
                    self.unread.extend((0..self.answers.asked.len()).filter(|id| !machine.is_read(*id)));
                    let read = std::mem::take(&mut machine.read);
                    return Ok(Progress::Done(done, read));
                }
                Err(Stop::Ended(code)) => return Err(ended(&machine, code)),
                Err(Stop::Pending | Stop::Failed(_)) => {
                    wanted = machine.wanted.take();
                    parsed = Some(machine.parsed);
                    // The one wanted is the next one asked.
                    self.blocked = Some(machine.blocked.unwrap_or(self.answers.asked.len()));
                }
            }
        }
        let calls = planned(&self.arena, &self.answers, subject, wanted, parsed, safe);
        let asked = &mut self.answers.asked;
        let known = asked.len();
        asked.extend(calls.into_iter().map(|wanted| Asked { wanted, answer: None }));
        Ok(Progress::Calls(known..asked.len()))
    }

    /// A call that was asked, by its number.
    pub(crate) fn call(&self, id: usize) -> Option<&Wanted> {
        self.answers.asked.get(id).map(|asked| &asked.wanted)
    }

    /// Hands over the answer of a call.
    pub(crate) fn answer(&mut self, id: usize, answer: Answer) {
        if let Some(asked) = self.answers.asked.get_mut(id) {
            asked.answer.get_or_insert(answer);
        }
    }

    /// Hands over a call that was read, when it is done: its number in the program, its arguments, its answer.
    pub(crate) fn take(&mut self, number: u32) -> Option<(u32, Arguments, Answer)> {
        let asked = self.answers.asked.get_mut(number as usize)?;
        let answer = asked.answer.take()?;
        Some((asked.wanted.call, std::mem::take(&mut asked.wanted.arguments), answer))
    }

    /// The calls that were made and not read by the rules, when it is done: their names and environments (R8.2).
    pub(crate) fn unread<'p>(&self, program: &'p Program) -> impl Iterator<Item = &'p crate::hir::External> {
        let asked = self.unread.iter().filter_map(|id| self.answers.asked.get(*id));
        asked.filter_map(|asked| program.externals.get(asked.wanted.call as usize))
    }

    /// Forgets the answers, to evaluate another event with the same memory.
    pub(crate) fn clear(&mut self) {
        self.answers.asked.clear();
        self.blocked = None;
        self.unread.clear();
    }
}

/// Runs in order, from the beginning to the end or to a call without an answer.
fn ran<'a, T>(
    machine: &mut Machine<'a>,
    candidates: &mut Candidates,
    subject: Subject<'_>,
    finish: impl FnOnce(Ran<'_, 'a>) -> T,
) -> Result<T, Stop> {
    if subject.program.expression_type.is_none() {
        let mut outcome = run::rules(machine, candidates)?;
        after::follow(machine, &mut outcome)?;
        return Ok(finish(Ran::Rules(machine, outcome)));
    }
    let value = match machine.value(subject.program.expression) {
        Ok(value) => Ok(value),
        Err(Stop::Failed(fault)) => Err(fault),
        Err(stop) => return Err(stop),
    };
    Ok(finish(Ran::Expression(machine, value)))
}

/// The call that the run waits for, if it was not asked yet, and all others that can start now. Answers that the run has
/// parsed are not parsed again.
fn planned<'r: 'a, 'a>(
    arena: &'r Bump,
    answers: &'a Answers,
    subject: Subject<'a>,
    wanted: Option<Due<'a>>,
    parsed: Option<Parsed<'a>>,
    safe: impl Fn(&crate::hir::External) -> bool,
) -> ArenaVec<'r, Wanted> {
    let Subject { program, policy, .. } = subject;
    let mut calls: ArenaVec<'a, Due<'a>> = ArenaVec::from_iter_in(wanted, arena);
    // A place alone makes one call for each of its arguments, and those are known when it is met.
    if policy.prefetch != Prefetch::None && program.call_sites > 1 {
        let input = input(answers, subject);
        let longest = policy.limits.response_bytes.max(policy.limits.string_bytes);
        if !input.steps_may_run_out(longest) {
            let mut machine = machine(arena, input, subject);
            machine.parsed = parsed.unwrap_or(machine.parsed);
            let planner = plan::Planner::new(machine);
            let certain = if program.expression_type.is_some() { planner.expression() } else { planner.rules() };
            add(&mut calls, certain);
        }
        if policy.prefetch == Prefetch::Speculative {
            let safe = program.externals.iter().map(safe).collect();
            let possible = explore::possible(machine(arena, input, subject), safe);
            add(&mut calls, possible);
        }
        calls.truncate(policy.limits.calls_per_event.saturating_sub(answers.asked.len()).max(1));
    }
    let arguments = Arguments::of_calls(calls.iter().map(|due| due.arguments));
    ArenaVec::from_iter_in(calls.iter().zip(arguments).map(|(due, arguments)| due.wanted(arguments)), arena)
}

/// Adds those that are not among them. None of the others is there twice.
fn add<'a>(calls: &mut ArenaVec<'a, Due<'a>>, mut more: ArenaVec<'a, Due<'a>>) {
    if let ([known], [first, ..]) = (calls.as_slice(), more.as_mut_slice())
        && known.is(first)
    {
        *first = *known;
        *calls = more;
        return;
    }
    let known = calls.len();
    for due in more {
        if !calls.iter().take(known).any(|known| known.is(&due)) {
            calls.push(due);
        }
    }
}

fn input<'a>(answers: &'a Answers, subject: Subject<'a>) -> Input<'a> {
    let Subject { program, slots, raws, text, policy, .. } = subject;
    Input {
        program,
        slots,
        raws,
        text,
        answers,
        steps: policy.limits.steps,
        calls: policy.limits.calls_per_event,
        fail_fast: policy.on_error == OnError::Fail,
        in_order: policy.in_order,
        derived: None,
    }
}

fn machine<'a>(arena: &'a Bump, input: Input<'a>, subject: Subject<'a>) -> Machine<'a> {
    let Subject { program, inputs, policy, variables, .. } = subject;
    let context = Context {
        arena,
        now: inputs.now,
        seed: inputs.seed,
        place: 0,
        string_bytes: policy.limits.string_bytes,
        json_bytes: policy.limits.event_bytes,
        correlation_id: inputs.correlation_id.as_deref().unwrap_or_default(),
        unreadable: false,
    };
    let mut machine = Machine::new(input, context);
    for (name, value) in variables {
        let id = program.variables.iter().position(|known| known.eq_ignore_ascii_case(name));
        if let Some(slot) = id.and_then(|id| machine.variables.get_mut(id)) {
            *slot = json::parse(value, arena).ok();
        }
    }
    machine
}

/// The error that ended an evaluation.
fn ended(machine: &Machine<'_>, code: Code) -> EvaluationError {
    match machine.errors.last() {
        Some(fault) if fault.failure.code == code => {
            let source = machine.input.program.sources.get(fault.place.source as usize);
            let position = source.map(|source| source.position(fault.place.span.start));
            EvaluationError { code, message: fault.failure.message.clone(), position }
        }
        _ => {
            let message = format!("the evaluation needs more than `steps` = {} steps", machine.input.steps);
            EvaluationError::new(code, message)
        }
    }
}
