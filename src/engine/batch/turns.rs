//! Whose turn it is: results of blocks, handed from the workers to the taker in the order of the input.
//!
//! In: results as workers finish them. Out: the same in order, and back again when they were taken. There is a fixed number
//! of them, so that the fastest worker waits for the slowest taker. The lock is taken a few times for a block, never for an
//! event.
//!
//! A taker that has nothing else to do is woken at once for the first block; while more of them follow it naps and takes some
//! together, for to be woken costs as much as to decide some events.

use super::BatchError;
use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a taker naps at most.
const NAP: Duration = Duration::from_millis(1);

/// What there is to do next for the taker.
pub(super) enum Next<R> {
    /// To take the block that is due.
    Take(Finished<R>),
    /// To decide a block, and to fill that result with what comes out of it.
    Decide(R),
    /// Nothing, and nothing comes.
    End,
}

/// What came out of a block.
pub(super) struct Finished<R> {
    pub(super) result: R,
    /// How many events it had.
    pub(super) count: u64,
    /// Whether it could be read.
    pub(super) read: io::Result<()>,
    /// Whether more is likely to come at once.
    pub(super) flows: bool,
}

/// The results under way.
pub(super) struct Turns<R> {
    state: Mutex<State<R>>,
    /// A result is free again, or it is all over.
    free: Condvar,
    /// There is something to take, or no worker is left.
    due: Condvar,
}

struct State<R> {
    /// Finished blocks from number `taken` on.
    finished: VecDeque<Option<Finished<R>>>,
    taken: u64,
    free: Vec<R>,
    /// How many results may still be made, and how many there are then.
    unmade: usize,
    most: usize,
    workers: usize,
    over: bool,
    /// Who waits, so that nobody is woken in vain.
    taker: Awake,
    workers_wait: usize,
}

/// What the taker does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awake {
    Works,
    Naps,
    Sleeps,
}

impl<R: Default> Turns<R> {
    /// At most so many results.
    pub(super) fn new(most: usize) -> Turns<R> {
        let state = State {
            finished: VecDeque::new(),
            taken: 0,
            free: Vec::new(),
            unmade: most,
            most,
            workers: 0,
            over: false,
            taker: Awake::Works,
            workers_wait: 0,
        };
        Turns { state: Mutex::new(state), free: Condvar::new(), due: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        // INVARIANT: nothing panics under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more worker, until the member is dropped.
    pub(super) fn join(&self) -> Member<'_, R> {
        self.lock().workers += 1;
        Member { turns: self }
    }

    /// Where the results go to. However it ends, no worker is left waiting.
    pub(super) fn taker<T>(&self, take: T) -> Taker<'_, R, T> {
        Taker { turns: self, take, first: 0, naps: false }
    }

    /// Hands over what came out of the block of that number.
    pub(super) fn finish(&self, number: u64, finished: Finished<R>) {
        let mut state = self.lock();
        let flows = finished.flows;
        // INVARIANT: a block is finished once, and no more are under way than there are results.
        let place = number.saturating_sub(state.taken) as usize;
        while state.finished.len() <= place {
            state.finished.push_back(None);
        }
        if let Some(slot) = state.finished.get_mut(place) {
            *slot = Some(finished);
        }
        if state.is_due()
            && match state.taker {
                Awake::Works => false,
                Awake::Naps => !flows || state.finished.len() >= state.most / 2,
                Awake::Sleeps => true,
            }
        {
            self.due.notify_one();
        }
    }

    /// A result that was emptied.
    fn give_back(&self, result: R) {
        let mut state = self.lock();
        state.free.push(result);
        if state.workers_wait > 0 {
            self.free.notify_one();
        }
    }

    fn end(&self) {
        self.lock().over = true;
        self.free.notify_all();
        self.due.notify_all();
    }
}

impl<R: Default> State<R> {
    /// A result to fill, if one is free.
    fn begin(&mut self) -> Option<R> {
        if let Some(result) = self.free.pop() {
            return Some(result);
        }
        self.unmade = self.unmade.checked_sub(1)?;
        Some(R::default())
    }

    fn is_due(&self) -> bool {
        matches!(self.finished.front(), Some(Some(_)))
    }

    fn due(&mut self) -> Option<Finished<R>> {
        let finished = self.finished.front_mut()?.take()?;
        self.finished.pop_front();
        self.taken += 1;
        Some(finished)
    }
}

/// Takes the results in order.
pub(super) struct Taker<'t, R: Default, T> {
    turns: &'t Turns<R>,
    take: T,
    /// How many events the results were for: the number of the next one.
    pub(super) first: u64,
    /// Whether something was taken since it slept.
    naps: bool,
}

impl<'t, R: Default, T> Taker<'t, R, T> {
    /// What it takes the results from.
    pub(super) fn turns(&self) -> &'t Turns<R> {
        self.turns
    }

    /// What there is to do next for the taker, who decides as well or only takes; waits for it.
    pub(super) fn next(&mut self, decides: bool) -> Next<R> {
        let mut state = self.turns.lock();
        loop {
            if let Some(finished) = state.due() {
                return Next::Take(finished);
            }
            if state.over {
                return Next::End;
            }
            if decides && let Some(result) = state.begin() {
                return Next::Decide(result);
            }
            if state.workers == 0 {
                return Next::End;
            }
            state = match std::mem::take(&mut self.naps) {
                true => {
                    state.taker = Awake::Naps;
                    self.turns.due.wait_timeout(state, NAP).unwrap_or_else(PoisonError::into_inner).0
                }
                false => {
                    state.taker = Awake::Sleeps;
                    self.turns.due.wait(state).unwrap_or_else(PoisonError::into_inner)
                }
            };
            state.taker = Awake::Works;
        }
    }

    /// Takes the block that is due.
    pub(super) fn take<E>(&mut self, mut finished: Finished<R>) -> Result<(), BatchError<E>>
    where
        T: FnMut(u64, &mut R) -> Result<(), E>,
    {
        finished.read.map_err(BatchError::Input)?;
        (self.take)(self.first, &mut finished.result).map_err(BatchError::Taker)?;
        self.first += finished.count;
        self.naps = true;
        self.turns.give_back(finished.result);
        Ok(())
    }
}

impl<R: Default, T> Drop for Taker<'_, R, T> {
    fn drop(&mut self) {
        self.turns.end();
    }
}

/// A worker's part.
pub(super) struct Member<'t, R: Default> {
    turns: &'t Turns<R>,
}

impl<'t, R: Default> Member<'t, R> {
    /// What it is a part of.
    pub(super) fn turns(&self) -> &'t Turns<R> {
        self.turns
    }

    /// A result to fill with what comes out of a block; waits for it. Nothing if it is all over.
    pub(super) fn begin(&self) -> Option<R> {
        let mut state = self.turns.lock();
        loop {
            if state.over {
                return None;
            }
            if let Some(result) = state.begin() {
                return Some(result);
            }
            state.workers_wait += 1;
            state = self.turns.free.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.workers_wait -= 1;
        }
    }
}

impl<R: Default> Drop for Member<'_, R> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Its block never comes.
            self.turns.end();
        }
        self.turns.lock().workers -= 1;
        self.turns.due.notify_one();
    }
}
