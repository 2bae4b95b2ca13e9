//! Drives the evaluation core: makes the calls it asks for and hands over the answers.

use super::externals::{Caller, Externals};
use crate::decision::Decision;
use crate::diagnostic::Code;
use crate::evaluate::{Answer, Evaluation, EvaluationError, Outcome, Progress, Ran, Subject};
use crate::external::Started;
use crate::program::Handle;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::task::unconstrained;
use tokio::time::sleep_until;

/// Turns the end of a run into a decision.
pub(super) fn decision(program: &Arc<Handle>, ran: Ran<'_, '_>) -> Decision {
    match ran {
        Ran::Plain(plain) => Decision::of_plain(program, plain),
        Ran::Rules(machine, outcome) => Decision::new(program, machine, outcome),
        // INVARIANT: a program of rules ends with an outcome of rules.
        Ran::Expression(machine, _) => Decision::new(program, machine, Outcome::nothing()),
    }
}

/// The calls that were started and have no answer yet.
#[derive(Default)]
struct Pending {
    /// Those that were not polled yet. One that is ready at once never comes to the others.
    fresh: Vec<Numbered>,
    waiting: FuturesUnordered<Numbered>,
}

/// What a look at the calls found.
enum Found {
    /// Answers, which were handed over.
    Answers,
    /// No call to wait for.
    NoCall,
}

impl Pending {
    /// Hands over all answers that are there. Calls that were started just now are looked at alone, and those that have to
    /// wait are looked at again when the task comes on again: what they let go before them may be another task's.
    fn poll(&mut self, evaluation: &mut Evaluation, context: &mut Context<'_>) -> Poll<Found> {
        let mut answered = false;
        if !self.fresh.is_empty() {
            for mut call in self.fresh.drain(..) {
                match call.poll_unpin(context) {
                    Poll::Ready((id, answer)) => {
                        evaluation.answer(id, answer);
                        answered = true;
                    }
                    Poll::Pending => self.waiting.push(call),
                }
            }
            return if answered { Poll::Ready(Found::Answers) } else { Poll::Pending };
        }
        loop {
            match self.waiting.poll_next_unpin(context) {
                Poll::Ready(Some((id, answer))) => {
                    evaluation.answer(id, answer);
                    answered = true;
                }
                _ if answered => return Poll::Ready(Found::Answers),
                Poll::Ready(None) => return Poll::Ready(Found::NoCall),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

/// A call under way, and its number in the evaluation.
struct Numbered {
    id: usize,
    work: Pin<Box<dyn Future<Output = Answer> + Send>>,
}

impl Future for Numbered {
    type Output = (usize, Answer);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<(usize, Answer)> {
        let id = self.id;
        self.work.poll_unpin(context).map(|answer| (id, answer))
    }
}

/// An evaluation until it has to wait.
enum Turn<T> {
    Done(T),
    Waits,
}

/// Goes on as far as possible without waiting; the calls to wait for are added to `pending`.
fn turn<T>(
    evaluation: &mut Evaluation,
    subject: Subject<'_>,
    externals: &Externals,
    pending: &mut Option<Pending>,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<Turn<T>, EvaluationError> {
    loop {
        let calls = match evaluation.proceed(subject, |external| externals.is_safe(external), &finish)? {
            Progress::Done(result) => {
                evaluation.unread(subject.program).for_each(|external| externals.unread(external));
                return Ok(Turn::Done(result));
            }
            Progress::Calls(calls) => calls,
        };
        let mut answered = false;
        let caller = Caller {
            program: subject.program,
            environment: subject.policy.environment,
            correlation_id: subject.inputs.correlation_id.as_ref(),
            limits: &subject.policy.limits,
        };
        for call in calls {
            let id = call.id;
            match externals.start(call, caller) {
                Started::Now(answer) => {
                    evaluation.answer(id, answer);
                    answered = true;
                }
                Started::Later(work) => pending.get_or_insert_default().fresh.push(Numbered { id, work }),
            }
        }
        if !answered {
            return Ok(Turn::Waits);
        }
    }
}

/// Evaluates, awaiting calls.
pub(super) async fn run<T>(
    subject: Subject<'_>,
    externals: &Externals,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<T, EvaluationError> {
    let mut evaluation = Evaluation::default();
    if let Some(plain) = evaluation.plain(subject) {
        return Ok(finish(Ran::Plain(plain)));
    }
    let mut pending = None;
    match turn(&mut evaluation, subject, externals, &mut pending, &finish)? {
        Turn::Done(result) => Ok(result),
        Turn::Waits => wait(&mut evaluation, subject, externals, &mut pending, finish).await,
    }
}

/// Waits for answers until the evaluation is done or out of time.
async fn wait<T>(
    evaluation: &mut Evaluation,
    subject: Subject<'_>,
    externals: &Externals,
    pending: &mut Option<Pending>,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<T, EvaluationError> {
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(without_runtime("an external call needs a tokio runtime with time enabled"));
    }
    let most = subject.policy.limits.evaluation_ms;
    let deadline = tokio::time::Instant::now() + Duration::from_millis(most);
    // Made when something has to be waited for.
    let mut timer = pin!(None);
    loop {
        let calls = pending.get_or_insert_default();
        let found = poll_fn(|context| {
            if let Poll::Ready(found) = calls.poll(evaluation, context) {
                return Poll::Ready(Some(found));
            }
            if timer.is_none() {
                timer.set(Some(unconstrained(sleep_until(deadline))));
            }
            match timer.as_mut().as_pin_mut() {
                Some(timer) => timer.poll(context).map(|()| None),
                // INVARIANT: it was made just now.
                None => Poll::Ready(None),
            }
        });
        match found.await {
            Some(Found::Answers) => {}
            Some(Found::NoCall) => {
                // INVARIANT: an evaluation that is not done waits for a call that was asked.
                let message = "the evaluation waits for a call that nobody makes";
                return Err(EvaluationError::new(Code::OUT_OF_TIME, message));
            }
            None => {
                let message = format!("the evaluation took longer than `evaluation_ms` = {most} ms");
                return Err(EvaluationError::new(Code::OUT_OF_TIME, message));
            }
        }
        if let Turn::Done(result) = turn(evaluation, subject, externals, pending, &finish)? {
            return Ok(result);
        }
    }
}

/// Evaluates; makes a runtime only if a call has to be waited for.
pub(super) fn run_blocking<T>(
    subject: Subject<'_>,
    externals: &Externals,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<T, EvaluationError> {
    let mut evaluation = Evaluation::default();
    run_blocking_with(&mut evaluation, subject, externals, finish)
}

/// The same with memory that is kept.
#[inline]
pub(super) fn run_blocking_with<T>(
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
pub(super) fn run_with_machine<T>(
    evaluation: &mut Evaluation,
    subject: Subject<'_>,
    externals: &Externals,
    finish: impl Fn(Ran<'_, '_>) -> T,
) -> Result<T, EvaluationError> {
    let mut pending = None;
    if let Turn::Done(result) = turn(evaluation, subject, externals, &mut pending, &finish)? {
        return Ok(result);
    }
    if tokio::runtime::Handle::try_current().is_ok() {
        let message = "an external call cannot be waited for within an async runtime: await `decide` instead";
        return Err(without_runtime(message));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(wait(evaluation, subject, externals, &mut pending, finish)),
        Err(error) => Err(without_runtime(&format!("an external call needs a runtime, and none can be made: {error}"))),
    }
}

fn without_runtime(message: &str) -> EvaluationError {
    EvaluationError::new(Code::CALL_WITHOUT_RUNTIME, message)
}
