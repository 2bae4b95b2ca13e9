//! Whose turn it is: results of blocks, handed from the workers to the taker in the order of the input.
//!
//! In: results as workers finish them. Out: the same in order, and back again when they were taken. There is a fixed number
//! of them, so that the fastest worker waits for the slowest taker. The lock is taken a few times for a block, never for an
//! event.

use super::BatchError;
use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What came out of a block.
pub(super) struct Finished<R> {
    pub(super) result: R,
    /// How many events it had.
    pub(super) count: u64,
    /// Whether it could be read.
    pub(super) read: io::Result<()>,
}

/// The results under way.
pub(super) struct Turns<R> {
    state: Mutex<State<R>>,
    /// A result is free again, or it is all over.
    free: Condvar,
    /// The block that is due is finished, or no worker is left.
    due: Condvar,
}

struct State<R> {
    /// Finished blocks from number `taken` on.
    finished: VecDeque<Option<Finished<R>>>,
    taken: u64,
    free: Vec<R>,
    /// How many results may still be made.
    unmade: usize,
    workers: usize,
    over: bool,
    /// Who waits, so that nobody is woken in vain.
    taker_waits: bool,
    workers_wait: usize,
}

impl<R: Default> Turns<R> {
    /// At most so many results.
    pub(super) fn new(most: usize) -> Turns<R> {
        let state = State {
            finished: VecDeque::new(),
            taken: 0,
            free: Vec::new(),
            unmade: most,
            workers: 0,
            over: false,
            taker_waits: false,
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
        Taker { turns: self, take, first: 0 }
    }

    /// The block that is due; nothing if it never comes, or is not here yet and shall not be waited for.
    fn due(&self, wait: bool) -> Option<Finished<R>> {
        let mut state = self.lock();
        loop {
            if let Some(finished) = state.finished.front_mut().and_then(Option::take) {
                state.finished.pop_front();
                state.taken += 1;
                return Some(finished);
            }
            if state.workers == 0 || state.over || !wait {
                return None;
            }
            state.taker_waits = true;
            state = self.due.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.taker_waits = false;
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

/// Takes the results in order.
pub(super) struct Taker<'t, R: Default, T> {
    turns: &'t Turns<R>,
    take: T,
    /// How many events the results were for: the number of the next one.
    first: u64,
}

impl<R: Default, T> Taker<'_, R, T> {
    /// Takes what is due until nothing is left, and waits for it if it shall; how many events there were till now.
    pub(super) fn all<E>(&mut self, wait: bool) -> Result<u64, BatchError<E>>
    where
        T: FnMut(u64, &mut R) -> Result<(), E>,
    {
        while self.one(wait)? {}
        Ok(self.first)
    }

    /// Takes one; false if there is none.
    pub(super) fn one<E>(&mut self, wait: bool) -> Result<bool, BatchError<E>>
    where
        T: FnMut(u64, &mut R) -> Result<(), E>,
    {
        let Some(mut finished) = self.turns.due(wait) else { return Ok(false) };
        finished.read.map_err(BatchError::Input)?;
        (self.take)(self.first, &mut finished.result).map_err(BatchError::Taker)?;
        self.first += finished.count;
        self.turns.give_back(finished.result);
        Ok(true)
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

impl<R: Default> Member<'_, R> {
    /// A result to fill; nothing when it is all over, or none is free and shall not be waited for.
    pub(super) fn begin(&self, wait: bool) -> Option<R> {
        let mut state = self.turns.lock();
        loop {
            if state.over {
                return None;
            }
            if let Some(result) = state.free.pop() {
                return Some(result);
            }
            if let Some(less) = state.unmade.checked_sub(1) {
                state.unmade = less;
                return Some(R::default());
            }
            if !wait {
                return None;
            }
            state.workers_wait += 1;
            state = self.turns.free.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.workers_wait -= 1;
        }
    }

    /// Hands over what came out of the block of that number.
    pub(super) fn finish(&self, number: u64, finished: Finished<R>) {
        let mut state = self.turns.lock();
        // INVARIANT: a block is finished once, and no more are under way than there are results.
        let place = number.saturating_sub(state.taken) as usize;
        while state.finished.len() <= place {
            state.finished.push_back(None);
        }
        if let Some(slot) = state.finished.get_mut(place) {
            *slot = Some(finished);
        }
        if place == 0 && state.taker_waits {
            self.turns.due.notify_one();
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
