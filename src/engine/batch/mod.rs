//! Many events on all cores: results in the order of the events, memory that does not grow with their number.
//!
//! In: an engine, and events as NDJSON or as a slice. Out: a decision for each.
//!
//! 1. Workers take blocks of events in turn (`input`): as many whole lines as one read gave. Somebody who sends one event and
//!    waits is so answered at once, and a file goes by in blocks of 256 KiB.
//! 2. A worker decides its block with its own session and its own handle of the rules (`worker`). Nothing that workers share
//!    is touched for an event, only for a block.
//! 3. The caller's thread takes finished blocks in order (`turns`). There is a fixed number of results for each worker, and one
//!    that is not free is waited for: a slow taker slows the workers down, and nothing piles up.
//! 4. Events in memory are decided by the caller's thread as well. From a reader it only takes: while it waited for input,
//!    nothing that is finished could be taken, and a block is decided fastest by the one that read it, in whose cache it is.
//!
//! Calls are awaited on one runtime that a thread of its own drives, for connections outlive the call they were made for and
//! have to be served while a worker reads or computes.

mod input;
mod turns;
mod worker;

use super::{Engine, EventInput, Request, Rules};
use crate::decision::Decision;
use crate::evaluate::{EvaluationError, Policy};
use crate::program::Program;
use crate::value::DateTime;
use input::{Bytes, Input, Lines, Slice};
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;
use tokio::runtime::Handle;
use turns::{Finished, Member, Next, Taker, Turns};
use worker::{Runtime, Worker};

/// How many results there are for each worker, at most: one that it fills, and more for as long as the worker with the block that
/// is due may stand still, because the system gave its core to somebody else for some milliseconds. With fewer, the others would
/// sleep meanwhile, and threads that sleep in turns are not spread over the cores.
const RESULTS: usize = 32;

/// Decides many events by one assessment on several threads. Made by [`Engine::batch`].
///
/// Decisions are those that [`Engine::decide`] gives for the events one by one. An event that is none has an error in its
/// place, and the others go on.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = fql::Engine::builder().rules("checkout", r#"RETURN Review() WHEN @"totalAmount" > 500"#).build()?;
/// let events = "{\"totalAmount\": 12}\n{\"totalAmount\": 900}\nno event\n";
///
/// let mut answers = Vec::new();
/// let decide = |lines: &mut String, _event: &[u8], decision: Result<fql::Decision, fql::EvaluationError>| match decision {
///     Ok(decision) => *lines += &format!("{}\n", decision.kind().name()), // on a worker
///     Err(error) => *lines += &format!("{}\n", error.code),
/// };
/// let count = engine.batch(None)?.threads(2).ndjson(events.as_bytes(), decide, |_first, lines| {
///     answers.extend_from_slice(lines.as_bytes()); // on this thread, in order
///     lines.clear();
///     Ok::<(), std::io::Error>(())
/// })?;
/// assert_eq!(count, 3);
/// assert_eq!(answers, b"Approve\nReview\nE0901\n");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Batch {
    engine: Engine,
    program: Arc<Program>,
    policy: Policy,
    threads: usize,
    in_flight: usize,
    now: Option<DateTime>,
    seed: Option<u64>,
}

/// Why a batch ended early.
#[derive(Debug, thiserror::Error)]
pub enum BatchError<E> {
    /// The events cannot be read to their end. Those before were decided and their results taken.
    #[error("cannot read the events: {0}")]
    Input(#[source] io::Error),
    /// Whoever takes the results refused.
    #[error(transparent)]
    Taker(E),
}

impl Batch {
    pub(super) fn new(engine: Engine, program: Arc<Program>, policy: Policy) -> Batch {
        Batch { engine, program, policy, threads: 0, in_flight: 64, now: None, seed: None }
    }

    /// How many threads decide; by default, and for 0, as many as the machine has cores. With 1 everything is done on the
    /// thread of the caller.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Batch {
        self.threads = threads;
        self
    }

    /// How many events of a thread may wait for external calls at the same time, 64 by default. So many times the number of
    /// threads is what a service is asked at once, times the calls of an event.
    #[must_use]
    pub fn in_flight(mut self, events: usize) -> Batch {
        self.in_flight = events.max(1);
        self
    }

    /// The clock of all events; by default the system's when each is decided (L6.3).
    #[must_use]
    pub fn at(mut self, now: DateTime) -> Batch {
        self.now = Some(now);
        self
    }

    /// Where random numbers come from, the same for each event; by default different for each (L6.2).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Batch {
        self.seed = Some(seed);
        self
    }

    /// Decides NDJSON: one event on each line. Empty lines are passed over, a mark of byte order before the first too. The
    /// number of events comes back.
    ///
    /// `decided` runs on the workers, once for each event and in the order of a block's events: it adds what shall come out to the
    /// result `R` of its block. `take` runs on the caller's thread, once for each block in the order of the input: it gets the
    /// number of the block's first event, from 0, and the result, which it has to empty, for it is used again. It is called at
    /// most about a millisecond after the events that were there to read are decided, so what it writes may be flushed each time.
    ///
    /// An event larger than the limit `event_bytes` is an error of that event and is not held in memory; only its beginning is
    /// handed to `decided`. One of 64 MiB or more without a line break ends the input.
    ///
    /// External calls need no runtime of the caller. Within one, this blocks a thread for the time it takes: use
    /// `tokio::task::spawn_blocking`.
    ///
    /// # Errors
    ///
    /// That the input cannot be read, or the error of `take`, which ends the batch. A worker that is waiting for input then is
    /// waited for. A panic in `decided` is resumed on the caller's thread.
    pub fn ndjson<R, E>(
        &self,
        events: impl Read + Send,
        decided: impl Fn(&mut R, &[u8], Result<Decision, EvaluationError>) + Sync,
        take: impl FnMut(u64, &mut R) -> Result<(), E>,
    ) -> Result<u64, BatchError<E>>
    where
        R: Default + Send,
    {
        let most = self.policy.limits.event_bytes;
        self.run(&Lines::new(events, most), &decided, take)
    }

    /// The same for NDJSON in memory, of which no byte is copied. The caller's thread decides as well.
    ///
    /// # Errors
    ///
    /// The error of `take`, which ends the batch.
    pub fn ndjson_bytes<R, E>(
        &self,
        events: &[u8],
        decided: impl Fn(&mut R, &[u8], Result<Decision, EvaluationError>) + Sync,
        take: impl FnMut(u64, &mut R) -> Result<(), E>,
    ) -> Result<u64, BatchError<E>>
    where
        R: Default + Send,
    {
        self.run(&Bytes::new(events), &decided, take)
    }

    /// Decides events that are in memory, in any form that an engine takes. Where a form is a [`Request`], its own clock and
    /// seed come first.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let engine = fql::Engine::builder().rules("checkout", r#"RETURN Review() WHEN @"totalAmount" > 500"#).build()?;
    /// let decisions = engine.batch(None)?.decide(&[r#"{"totalAmount": 12}"#, r#"{"totalAmount": 900}"#]);
    /// assert_eq!(decisions[1].as_ref().map(|decision| decision.kind().name()), Ok("Review"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Each decision, or the error of its event as [`Engine::decide`] gives it, in the order of the events. The assessment is
    /// the batch's, whatever a request names.
    pub fn decide<'e, T: Clone + Into<Request<'e>> + Sync>(
        &self,
        events: &[T],
    ) -> Vec<Result<Decision, EvaluationError>> {
        let mut decisions = Vec::with_capacity(events.len());
        let decided = |block: &mut Vec<_>, _: &[u8], decision| block.push(decision);
        // Events that wait together have to be in one block; but no thread shall be without one.
        let together = match self.program.externals.is_empty() {
            true => 1,
            false => events.len().div_ceil(self.width()).min(self.in_flight.saturating_mul(4)),
        };
        let done = self.run(&Slice::new(events, together), &decided, |_, block| {
            decisions.append(block);
            Ok::<(), std::convert::Infallible>(())
        });
        // INVARIANT: neither reading from memory nor this taker fails.
        debug_assert!(done.is_ok());
        decisions
    }

    fn run<'e, I: Input<'e>, R: Default + Send, E>(
        &self,
        input: &I,
        decided: &(impl Fn(&mut R, &[u8], Result<Decision, EvaluationError>) + Sync),
        take: impl FnMut(u64, &mut R) -> Result<(), E>,
    ) -> Result<u64, BatchError<E>> {
        let threads = self.width();
        let turns = &Turns::new(threads.saturating_mul(RESULTS));
        thread::scope(|scope| {
            let runtime = Runtime::for_program(&self.program, scope);
            let mut taker = turns.taker(take);
            // One that awaits may not be a thread of the caller's runtime.
            let decides = runtime.handle().is_none() && (!I::WAITS || threads == 1);
            let workers: Vec<_> = (usize::from(decides)..threads)
                .map_while(|_| {
                    let (member, runtime) = (turns.join(), runtime.handle());
                    let work = move || Work::new(self, input, decided, runtime).all(&member);
                    thread::Builder::new().name("fql batch".to_string()).spawn_scoped(scope, work).ok()
                })
                .collect();
            let decides = decides || workers.is_empty();
            let result = Work::new(self, input, decided, None).and_take(&mut taker, decides);
            drop(taker);
            for worker in workers {
                if let Err(panic) = worker.join() {
                    resume_unwind(panic);
                }
            }
            result
        })
    }

    /// How many threads there will be.
    fn width(&self) -> usize {
        match self.threads {
            0 => thread::available_parallelism().map_or(1, NonZeroUsize::get),
            threads => threads,
        }
    }

    /// The event with clock and seed of the batch, where it has none.
    fn request<'e>(&self, request: Request<'e>) -> Request<'e> {
        Request { now: request.now.or(self.now), seed: request.seed.or(self.seed), ..request }
    }
}

impl Engine {
    /// Many events on all cores, by the engine's only assessment or by the one named; see [`Batch`].
    ///
    /// # Errors
    ///
    /// `E0906` if the engine has several assessments, or none of that name.
    pub fn batch(&self, assessment: Option<&str>) -> Result<Batch, EvaluationError> {
        self.batch_in(assessment, None)
    }

    /// The same for an environment, by its path below the root or its id; without one it is the root (R2.3).
    ///
    /// # Errors
    ///
    /// As [`Engine::batch`], and `E0906` if there is no such environment.
    pub fn batch_in(&self, assessment: Option<&str>, environment: Option<&str>) -> Result<Batch, EvaluationError> {
        let Rules { program, policy } = self.rules(assessment, environment)?;
        Ok(Batch::new(self.clone(), program.0.clone(), policy.clone()))
    }

    /// Decides events that are in memory on all cores, by the engine's only assessment: [`Batch::decide`] with all defaults.
    ///
    /// # Errors
    ///
    /// As [`Engine::batch`]. Errors of events stand in the places of their decisions.
    pub fn decide_batch<'e, T: Clone + Into<Request<'e>> + Sync>(
        &self,
        events: &[T],
    ) -> Result<Vec<Result<Decision, EvaluationError>>, EvaluationError> {
        Ok(self.batch(None)?.decide(events))
    }
}

/// What a thread needs to decide blocks.
struct Work<'b, 'e, I: Input<'e>, F> {
    worker: Worker<'b>,
    input: &'b I,
    block: I::Block,
    decided: &'b F,
}

impl<'b, 'e, I: Input<'e>, F> Work<'b, 'e, I, F> {
    /// To be made by the thread that works.
    fn new(batch: &'b Batch, input: &'b I, decided: &'b F, runtime: Option<Handle>) -> Work<'b, 'e, I, F> {
        Work { worker: Worker::new(batch, runtime), input, block: I::Block::default(), decided }
    }

    /// Decides until there is nothing left, on a worker.
    fn all<R: Default>(&mut self, member: &Member<'_, R>)
    where
        F: Fn(&mut R, &[u8], Result<Decision, EvaluationError>),
    {
        while let Some(result) = member.begin() {
            if !self.decide(member.turns(), result) {
                break;
            }
        }
    }

    /// Takes what is due on the caller's thread, which may decide in between; how many events there were.
    fn and_take<R: Default, E, T: FnMut(u64, &mut R) -> Result<(), E>>(
        &mut self,
        taker: &mut Taker<'_, R, T>,
        mut decides: bool,
    ) -> Result<u64, BatchError<E>>
    where
        F: Fn(&mut R, &[u8], Result<Decision, EvaluationError>),
    {
        loop {
            match taker.next(decides) {
                Next::Take(finished) => taker.take(finished)?,
                Next::Decide(result) => decides = self.decide(taker.turns(), result),
                Next::End => return Ok(taker.first),
            }
        }
    }

    /// Reads and decides the next block and hands over what comes out of it; whether there was one.
    fn decide<R: Default>(&mut self, turns: &Turns<R>, mut result: R) -> bool
    where
        F: Fn(&mut R, &[u8], Result<Decision, EvaluationError>),
    {
        let Some((number, read)) = self.input.next(&mut self.block) else { return false };
        let events = read.is_ok().then(|| self.input.events(&self.block)).into_iter().flatten();
        let decided = self.decided;
        let count = self.worker.decide(events, |event, decision| decided(&mut result, event, decision));
        turns.finish(number, Finished { result, count, read, flows: I::flows(&self.block) });
        true
    }
}

/// One event of a block.
struct Item<'b> {
    /// Its bytes, where it came as bytes.
    bytes: &'b [u8],
    request: Result<Request<'b>, EvaluationError>,
}

impl<'b> Item<'b> {
    fn of(bytes: &'b [u8]) -> Item<'b> {
        Item { bytes, request: Ok(Request::new(EventInput::Bytes(bytes))) }
    }
}
