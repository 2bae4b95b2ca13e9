//! Drives the evaluation core: makes the calls it asks for and hands over the answers.

use super::externals::{Caller, Externals};
use crate::decision::Decision;
use crate::diagnostic::Code;
use crate::evaluate::{Answer, Evaluation, EvaluationError, Outcome, Progress, Ran, Subject};
use crate::external::Started;
use crate::program::Handle;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// Turns the end of a run into a decision.
pub(super) fn decision(program: &Arc<Handle>, ran: Ran<'_, '_>) -> Decision {
    match ran {
        Ran::Plain(plain) => Decision::of_plain(program, plain),
        Ran::Rules(machine, outcome) => Decision::new(program, machine, outcome),
        // INVARIANT: a program of rules ends with an outcome of rules.
        Ran::Expression(machine, _) => Decision::new(program, machine, Outcome::nothing()),
    }
}

type Pending = FuturesUnordered<Numbered>;

/// A call under way, and its number in the evaluation.
struct Numbered {
    id: usize,
    work: Pin<Box<dyn Future<Output = Answer> + Send>>,
}

impl Future for Numbered {
    type Output = (usize, Answer);

    fn poll(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> Poll<(usize, Answer)> {
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
            assessment: &subject.program.name,
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
                Started::Later(work) => pending.get_or_insert_default().push(Numbered { id, work }),
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
    loop {
        let Ok(answered) = tokio::time::timeout_at(deadline, pending.get_or_insert_default().next()).await else {
            let message = format!("the evaluation took longer than `evaluation_ms` = {most} ms");
            return Err(EvaluationError::new(Code::OUT_OF_TIME, message));
        };
        let Some((id, answer)) = answered else {
            // INVARIANT: an evaluation that is not done waits for a call that was asked.
            return Err(EvaluationError::new(Code::OUT_OF_TIME, "the evaluation waits for a call that nobody makes"));
        };
        evaluation.answer(id, answer);
        // Answers that are there too are taken before the run begins anew.
        while let Some(Some((id, answer))) = pending.as_mut().and_then(|pending| pending.next().now_or_never()) {
            evaluation.answer(id, answer);
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
