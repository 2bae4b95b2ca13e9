//! One thread of a batch: a session that decides a block's events.
//!
//! In: events. Out: decisions in their order. Rules that make calls are evaluated side by side, as many as the batch allows:
//! what needs no call is decided at once, the others wait together.

use super::{Batch, Item};
use crate::decision::Decision;
use crate::engine::Session;
use crate::evaluate::EvaluationError;
use crate::program::Program;
use futures_util::future::{Either, poll_fn, ready};
use futures_util::stream::{FuturesOrdered, StreamExt};
use futures_util::task::AtomicWaker;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread::{Builder, Scope};
use tokio::runtime;

/// What awaits the calls of all workers: nothing, where rules make none. It ends when it is dropped.
pub(super) struct Runtime {
    handle: Option<runtime::Handle>,
    ended: Arc<Ended>,
}

/// Tells the thread that drives the runtime to stop.
#[derive(Default)]
struct Ended {
    ended: AtomicBool,
    waker: AtomicWaker,
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.ended.ended.store(true, Ordering::Release);
        self.ended.waker.wake();
    }
}

impl Runtime {
    /// One for a program that makes calls, served by a thread of its own. Where the system gives none, sessions make their
    /// own for each event, or say so.
    pub(super) fn for_program<'s>(program: &Program, scope: &'s Scope<'s, '_>) -> Runtime {
        let ended: Arc<Ended> = Arc::default();
        let handle = match program.externals.is_empty() {
            true => None,
            false => driven(scope, ended.clone()),
        };
        Runtime { handle, ended }
    }

    /// Where to await, if there is a need.
    pub(super) fn handle(&self) -> Option<runtime::Handle> {
        self.handle.clone()
    }
}

/// A runtime on its own thread, where it is dropped as well: not everywhere may one be.
fn driven<'s>(scope: &'s Scope<'s, '_>, ended: Arc<Ended>) -> Option<runtime::Handle> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let handle = runtime.handle().clone();
    let until = poll_fn(move |context| {
        ended.waker.register(context.waker());
        if ended.ended.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    });
    let thread = Builder::new().name("fql calls".to_string());
    thread.spawn_scoped(scope, move || runtime.block_on(until)).ok()?;
    Some(handle)
}

/// A thread's own part of everything.
pub(super) struct Worker<'b> {
    batch: &'b Batch,
    session: Session,
    runtime: Option<runtime::Handle>,
}

impl<'b> Worker<'b> {
    /// To be called on the worker's thread, so that its memory comes from there.
    pub(super) fn new(batch: &'b Batch, runtime: Option<runtime::Handle>) -> Worker<'b> {
        let session = Session::new(batch.engine.clone(), batch.program.clone(), batch.policy.clone());
        Worker { batch, session, runtime }
    }

    /// Decides events and hands over each decision in order; how many there were.
    pub(super) fn decide<'e>(
        &mut self,
        events: impl Iterator<Item = Item<'e>>,
        mut decided: impl FnMut(&[u8], Result<Decision, EvaluationError>),
    ) -> u64 {
        let Some(runtime) = self.runtime.clone() else {
            let mut count = 0;
            for Item { bytes, request } in events {
                let decision = request.and_then(|request| self.session.decide(self.batch.request(request)));
                decided(bytes, decision);
                count += 1;
            }
            return count;
        };
        runtime.block_on(self.side_by_side(events, decided))
    }

    /// The same for rules that make calls.
    async fn side_by_side<'e>(
        &mut self,
        mut events: impl Iterator<Item = Item<'e>>,
        mut decided: impl FnMut(&[u8], Result<Decision, EvaluationError>),
    ) -> u64 {
        let mut count = 0;
        let waiting = Cell::new(0);
        let mut decisions = FuturesOrdered::new();
        poll_fn(|context| {
            loop {
                let mut ended = false;
                while waiting.get() < self.batch.in_flight && !ended {
                    match events.next() {
                        Some(event) => decisions.push_back(self.begin(event, &waiting)),
                        None => ended = true,
                    }
                }
                match decisions.poll_next_unpin(context) {
                    Poll::Ready(Some((bytes, decision))) => {
                        decided(bytes, decision);
                        count += 1;
                    }
                    Poll::Ready(None) => return Poll::Ready(count),
                    Poll::Pending if ended || waiting.get() >= self.batch.in_flight => return Poll::Pending,
                    // One is done whose turn it is not yet: the next one begins.
                    Poll::Pending => {}
                }
            }
        })
        .await
    }

    /// Decides an event at once if it needs no call, else begins to.
    fn begin<'e, 'w>(
        &mut self,
        Item { bytes, request }: Item<'e>,
        waiting: &'w Cell<usize>,
    ) -> impl Future<Output = (&'e [u8], Result<Decision, EvaluationError>)> + use<'e, 'w> {
        let request = request.map(|request| self.batch.request(request));
        match request.and_then(|request| Ok((self.session.decide_without_calls(&request)?, request))) {
            Ok((Some(decision), _)) => Either::Left(ready((bytes, Ok(decision)))),
            Ok((None, request)) => {
                let decision = self.session.awaited(request);
                waiting.set(waiting.get() + 1);
                Either::Right(async move {
                    let decision = decision.await;
                    waiting.set(waiting.get() - 1);
                    (bytes, decision)
                })
            }
            Err(error) => Either::Left(ready((bytes, Err(error)))),
        }
    }
}
