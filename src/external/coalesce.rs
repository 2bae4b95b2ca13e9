//! Identical calls of different events take one answer, if they come within a time that the host allows.
//!
//! In: a call's arguments, and how to begin it. Out: the answer of a call with the same arguments that began a short while
//! ago, under way or over, else its own. A failure is an answer like any other. A call under way is dropped when the last
//! event that waits for it is.

use super::guard::Guard;
use super::{Moment, Started};
use crate::evaluate::{Answer, Arguments};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// More calls than this are not remembered at once.
const MOST: usize = 10_000;

/// The calls of one name that began a short while ago, by arguments.
#[derive(Debug, Default)]
pub(super) struct Recent {
    calls: Mutex<HashMap<Arguments, Call>>,
}

#[derive(Debug)]
struct Call {
    begun: Instant,
    state: State,
}

enum State {
    UnderWay(WeakShared<BoxFuture<'static, Answer>>),
    Over(Answer),
}

/// A call that began a short while ago, as it was found.
enum Known {
    UnderWay(Shared<BoxFuture<'static, Answer>>),
    Over(Answer),
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, State::Over(_)) { "Over" } else { "UnderWay" })
    }
}

impl Recent {
    fn lock(&self) -> MutexGuard<'_, HashMap<Arguments, Call>> {
        // No code that can panic runs under the lock.
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer of such a call that began no longer ago than that.
    fn find(&self, arguments: &Arguments, fresh: Duration, begun: Instant) -> Option<Known> {
        let calls = self.lock();
        let call = calls.get(arguments).filter(|call| begun.saturating_duration_since(call.begun) <= fresh)?;
        match &call.state {
            State::Over(answer) => Some(Known::Over(Answer { latency_ms: 0.0, ..answer.clone() })),
            State::UnderWay(work) => Some(Known::UnderWay(work.upgrade()?)),
        }
    }

    fn insert(&self, arguments: Arguments, fresh: Duration, state: State, begun: Instant) {
        let mut calls = self.lock();
        if calls.len() >= MOST {
            calls.retain(|_, call| begun.saturating_duration_since(call.begun) <= fresh);
        }
        if calls.len() < MOST {
            calls.insert(arguments, Call { begun, state });
        }
    }

    /// A call that was under way is over: its answer is kept as long as it is fresh.
    fn end(&self, arguments: &Arguments, answer: &Answer) {
        if let Some(call) = self.lock().get_mut(arguments) {
            call.state = State::Over(answer.clone());
        }
    }
}

impl Guard {
    /// Takes the answer of an identical call that began no longer ago than `fresh`, or begins the call.
    pub(crate) fn coalesce(
        self: &Arc<Guard>,
        arguments: &Arguments,
        fresh: Duration,
        moment: &mut Moment<'_, '_>,
        begin: impl FnOnce(&mut Moment<'_, '_>) -> Started,
    ) -> Started {
        let begun = moment.now;
        match self.recent.find(arguments, fresh, begun) {
            Some(Known::Over(answer)) => {
                self.counter.shared();
                return Started::Now(answer);
            }
            Some(Known::UnderWay(work)) => {
                self.counter.shared();
                return moment.begin(waiting(work, begun));
            }
            None => {}
        }
        // Others find the call before it is looked at.
        match begin(&mut moment.unseen()) {
            Started::Now(answer) => {
                self.recent.insert(arguments.alone(), fresh, State::Over(answer.clone()), begun);
                Started::Now(answer)
            }
            Started::Later(work) => {
                let (guard, key) = (self.clone(), arguments.alone());
                let own = key.clone();
                let work = async move {
                    let answer = work.await;
                    guard.recent.end(&own, &answer);
                    answer
                };
                let shared = work.boxed().shared();
                if let Some(weak) = shared.downgrade() {
                    self.recent.insert(key, fresh, State::UnderWay(weak), begun);
                }
                moment.begin(waiting(shared, begun))
            }
        }
    }
}

/// Waits for a call that may have begun for another event; its latency is how long this one waited.
async fn waiting(work: Shared<BoxFuture<'static, Answer>>, begun: Instant) -> Answer {
    let answer = work.await;
    Answer { latency_ms: begun.elapsed().as_secs_f64() * 1000.0, ..answer }
}
