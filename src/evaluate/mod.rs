//! The evaluation core: a state machine that does no input or output, awaits nothing and reads no clock (R8.4).
//!
//! In: a [`Program`], an event's [`slots`](Event), and what the host decides ([`Inputs`]). An `Evaluation` is asked to
//! `proceed`; it gives the result, or all external calls that can start now (R8.1). The driver
//! makes them in any order, hands over [`Answer`]s, and asks again.
//!
//! The result is always that of one run in order over answers that were all there (L8.5): a run that meets a call without
//! an answer is given up, and the planner looks which calls are certain to be needed.

mod answer;
mod condition;
mod machine;
mod note;
mod plain;
mod plan;
mod run;
mod search;
mod slots;

pub use answer::{Answer, AnswerSource, CallRequest, CallStatus};
pub use run::Mode;
pub use slots::Event;

pub(crate) use answer::Answers;
pub(crate) use machine::{Fault, Input, Machine, Stop};
pub(crate) use note::Note;
pub(crate) use plain::Plain;
pub(crate) use run::{Emitted, Outcome};
pub(crate) use slots::Slots;

use crate::diagnostic::Code;
use crate::event::Raws;
use crate::limit::Limits;
use crate::program::Program;
use crate::value::{Context, DateTime, Datum};
use answer::Asked;
use bumpalo::Bump;
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

/// When external calls start (R8.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefetch {
    /// One after another, as running in order meets them.
    None,
    /// Together, as far as they are certain to be needed: the same calls, sooner.
    #[default]
    Certain,
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
    /// The result.
    Done(T),
    /// All calls that can start now; none if it only waits for calls under way.
    Calls(Vec<CallRequest>),
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
}

/// The evaluation of one event. Use it as [the module](self) says.
#[derive(Debug, Default)]
pub(crate) struct Evaluation {
    answers: Answers,
    arena: Bump,
}

impl Evaluation {
    /// The decision, if no machine and no call is needed for it. Nearly every decision is one of these, so a driver asks
    /// this first, before anything that only calls need.
    #[inline]
    pub(crate) fn plain(&self, subject: Subject<'_>) -> Option<Plain> {
        match subject.program.expression_type {
            Some(_) => None,
            None => plain::decide(&input(&self.answers, subject)),
        }
    }

    /// Goes on as far as the answers reach. `finish` turns the result of the last run, which lives in the arena, into one
    /// that the driver keeps.
    pub(crate) fn proceed<T>(
        &mut self,
        subject: Subject<'_>,
        finish: impl FnOnce(Ran<'_, '_>) -> T,
    ) -> Result<Progress<T>, EvaluationError> {
        self.arena.reset();
        let is_expression = subject.program.expression_type.is_some();
        let input = input(&self.answers, subject);
        let wanted = {
            let mut machine = machine(&self.arena, input, subject);
            let stop = if is_expression {
                match machine.value(subject.program.expression) {
                    Ok(value) => return Ok(Progress::Done(finish(Ran::Expression(&machine, Ok(value))))),
                    Err(Stop::Failed(fault)) => {
                        return Ok(Progress::Done(finish(Ran::Expression(&machine, Err(fault)))));
                    }
                    Err(stop) => stop,
                }
            } else {
                match run::rules(&mut machine) {
                    Ok(outcome) => return Ok(Progress::Done(finish(Ran::Rules(&machine, outcome)))),
                    Err(stop) => stop,
                }
            };
            match stop {
                Stop::Ended(code) => return Err(ended(&machine, code)),
                Stop::Pending | Stop::Failed(_) => machine.wanted.take(),
            }
        };
        let mut calls = match subject.policy.prefetch {
            Prefetch::None => Vec::new(),
            Prefetch::Certain => {
                let planner = plan::Planner::new(machine(&self.arena, input, subject));
                if subject.program.expression_type.is_some() { planner.expression() } else { planner.rules() }
            }
        };
        if let Some(wanted) = wanted
            && !calls.contains(&wanted)
        {
            calls.insert(0, wanted);
        }
        Ok(Progress::Calls(
            calls.into_iter().map(|(call, arguments)| self.ask(subject.program, call, arguments)).collect(),
        ))
    }

    fn ask(&mut self, program: &Program, call: u32, arguments: Vec<String>) -> CallRequest {
        let id = self.answers.asked.len();
        let external = program.externals.get(call as usize);
        let name = external.map_or_else(|| Arc::from(""), |external| external.name.clone());
        let environment = external.and_then(|external| external.environment);
        self.answers.asked.push(Asked { call, arguments: arguments.clone(), answer: None });
        CallRequest { id, name, environment, arguments }
    }

    /// Hands over the answer of a call.
    pub(crate) fn answer(&mut self, id: usize, answer: Answer) {
        if let Some(asked) = self.answers.asked.get_mut(id) {
            asked.answer.get_or_insert(answer);
        }
    }

    /// Forgets the answers, to evaluate another event with the same memory.
    pub(crate) fn clear(&mut self) {
        self.answers.asked.clear();
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
    }
}

fn machine<'a>(arena: &'a Bump, input: Input<'a>, subject: Subject<'a>) -> Machine<'a> {
    let Subject { inputs, policy, .. } = subject;
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
    Machine::new(input, context)
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
