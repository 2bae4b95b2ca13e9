//! Drives the evaluation core: makes the calls it asks for and hands over the answers.

use super::Value;
use super::externals::{Caller, Externals};
use crate::decision::{CallEntry, Decision, NoteEntry};
use crate::diagnostic::Code;
use crate::evaluate::{Answer, Evaluation, EvaluationError, Outcome, Progress, Ran, Subject};
use crate::external::{Moment, Pending, Started, Timer};
use crate::program::Handle;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime;
use tokio::time::Instant;

/// Turns the end of a run into a decision.
pub(super) fn decision(program: &Arc<Handle>, ran: Ran<'_, '_>) -> Decision {
    match ran {
        Ran::Plain(plain) => Decision::of_plain(program, plain),
        Ran::Rules(machine, outcome) => Decision::new(program, machine, outcome),
        // INVARIANT: a program of rules ends with an outcome of rules.
        Ran::Expression(machine, _) => Decision::new(program, machine, Outcome::nothing(machine.context.arena)),
    }
}

/// What comes out of an evaluation.
pub(super) trait Outcomes {
    /// Takes the calls that the rules read, in order.
    fn take_calls(&mut self, _: impl Iterator<Item = CallEntry>) {}
}

impl Outcomes for Decision {
    fn take_calls(&mut self, calls: impl Iterator<Item = CallEntry>) {
        self.set_calls(calls);
    }
}

impl Outcomes for Result<(Value, Vec<NoteEntry>), EvaluationError> {}

/// The calls that were started and have no answer yet. Each was looked at when it was started, and wakes the task itself until
/// it is looked at again.
#[derive(Default)]
struct Calls {
    pending: Option<FuturesUnordered<Numbered>>,
    /// When the first of all calls was started.
    begun: Option<Instant>,
}

impl Calls {
    fn push(&mut self, id: usize, pending: Pending) {
        self.pending.get_or_insert_default().push(Numbered { id, pending });
    }

    fn is_empty(&self) -> bool {
        self.pending.as_ref().is_none_or(FuturesUnordered::is_empty)
    }

    /// An answer that is there.
    fn poll(&mut self, context: &mut Context<'_>) -> Option<(usize, Answer)> {
        match self.pending.as_mut()?.poll_next_unpin(context) {
            Poll::Ready(answer) => answer,
            Poll::Pending => None,
        }
    }
}

/// A call under way, and its number in the evaluation.
struct Numbered {
    id: usize,
    pending: Pending,
}

impl Future for Numbered {
    type Output = (usize, Answer);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<(usize, Answer)> {
        let id = self.id;
        self.pending.poll_unpin(context).map(|answer| (id, answer))
    }
}

/// An evaluation until it has to wait.
enum Turn<T> {
    Done(T),
    Waits,
}

/// Goes on as far as possible without waiting; the calls to wait for are added to `calls`. Without a context no call is looked
/// at, unless it needs no runtime.
fn turn<T: Outcomes>(
    evaluation: &mut Evaluation,
    subject: Subject<'_>,
    externals: &Externals,
    calls: &mut Calls,
    mut context: Option<&mut Context<'_>>,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<Turn<T>, EvaluationError> {
    let caller = Caller {
        program: subject.program,
        environment: subject.policy.environment,
        correlation_id: subject.inputs.correlation_id.as_ref(),
        limits: &subject.policy.limits,
    };
    loop {
        let numbers = match evaluation.proceed(subject, |external| externals.is_safe(external), &finish)? {
            Progress::Done(mut result, read) => {
                if !read.is_empty() {
                    let program = subject.program;
                    result.take_calls(read.iter().filter_map(|number| {
                        let (call, arguments, answer) = evaluation.take(*number)?;
                        let name = program.externals.get(call as usize)?.name.clone();
                        Some(CallEntry { name, arguments, answer })
                    }));
                }
                evaluation.unread(subject.program).for_each(|external| externals.unread(external));
                return Ok(Turn::Done(result));
            }
            Progress::Calls(numbers) => numbers,
        };
        if numbers.is_empty() {
            return Ok(Turn::Waits);
        }
        let mut answered = false;
        let mut moment = Moment { now: Instant::now(), context: context.as_deref_mut() };
        calls.begun.get_or_insert(moment.now);
        for id in numbers {
            let Some(call) = evaluation.call(id) else { continue };
            match externals.start(call, caller, &mut moment) {
                Started::Now(answer) => {
                    evaluation.answer(id, answer);
                    answered = true;
                }
                Started::Later(pending) => calls.push(id, pending),
            }
        }
        if !answered {
            return Ok(Turn::Waits);
        }
    }
}

/// Evaluates, awaiting calls.
pub(super) async fn run<T: Outcomes>(
    subject: Subject<'_>,
    externals: &Externals,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<T, EvaluationError> {
    let mut evaluation = Evaluation::default();
    if let Some(plain) = evaluation.plain(subject) {
        return Ok(finish(Ran::Plain(plain)));
    }
    let mut calls = Calls::default();
    if !subject.program.externals.is_empty() && runtime::Handle::try_current().is_err() {
        return match turn(&mut evaluation, subject, externals, &mut calls, None, &finish)? {
            Turn::Done(result) => Ok(result),
            Turn::Waits => Err(without_runtime("an external call needs a tokio runtime with time enabled")),
        };
    }
    wait(&mut evaluation, subject, externals, &mut calls, finish).await
}

/// Goes on, waiting for answers, until the evaluation is done or out of time.
async fn wait<T: Outcomes>(
    evaluation: &mut Evaluation,
    subject: Subject<'_>,
    externals: &Externals,
    calls: &mut Calls,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<T, EvaluationError> {
    let most = Duration::from_millis(subject.policy.limits.evaluation_ms);
    // Made when something has to be waited for.
    let mut timer: Option<Timer> = None;
    let mut waits = !calls.is_empty();
    poll_fn(|context| {
        let mut answered = !waits;
        while let Some((id, answer)) = calls.poll(context) {
            evaluation.answer(id, answer);
            answered = true;
        }
        waits = true;
        // Calls that are started now are looked at alone, and again when the task comes on again: what they let go before
        // them may be another task's.
        if answered && let Turn::Done(result) = turn(evaluation, subject, externals, calls, Some(context), &finish)? {
            return Poll::Ready(Ok(result));
        }
        if calls.is_empty() {
            // INVARIANT: an evaluation that is not done waits for a call that was asked.
            let message = "the evaluation waits for a call that nobody makes";
            return Poll::Ready(Err(EvaluationError::new(Code::OUT_OF_TIME, message)));
        }
        let begun = calls.begun;
        let timer = timer.get_or_insert_with(|| Timer::new(begun.unwrap_or_else(Instant::now) + most));
        timer.poll(context).map(|()| {
            let message = format!("the evaluation took longer than `evaluation_ms` = {} ms", most.as_millis());
            Err(EvaluationError::new(Code::OUT_OF_TIME, message))
        })
    })
    .await
}

/// Evaluates; makes a runtime only if a call has to be waited for.
pub(super) fn run_blocking<T: Outcomes>(
    subject: Subject<'_>,
    externals: &Externals,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<T, EvaluationError> {
    let mut evaluation = Evaluation::default();
    run_blocking_with(&mut evaluation, subject, externals, finish)
}

/// The same with memory that is kept.
#[inline]
pub(super) fn run_blocking_with<T: Outcomes>(
    evaluation: &mut Evaluation,
    subject: Subject<'_>,
    externals: &Externals,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<T, EvaluationError> {
    evaluation.clear();
    if let Some(plain) = evaluation.plain(subject) {
        return Ok(finish(Ran::Plain(plain)));
    }
    run_with_machine(evaluation, subject, externals, finish)
}

/// The same for what needs a machine or calls.
#[inline(never)]
pub(super) fn run_with_machine<T: Outcomes>(
    evaluation: &mut Evaluation,
    subject: Subject<'_>,
    externals: &Externals,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<T, EvaluationError> {
    let mut calls = Calls::default();
    if let Turn::Done(result) = turn(evaluation, subject, externals, &mut calls, None, &finish)? {
        return Ok(result);
    }
    if runtime::Handle::try_current().is_ok() {
        let message = "an external call cannot be waited for within an async runtime: await `decide` instead";
        return Err(without_runtime(message));
    }
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(wait(evaluation, subject, externals, &mut calls, finish)),
        Err(error) => Err(without_runtime(&format!("an external call needs a runtime, and none can be made: {error}"))),
    }
}

fn without_runtime(message: &str) -> EvaluationError {
    EvaluationError::new(Code::CALL_WITHOUT_RUNTIME, message)
}
