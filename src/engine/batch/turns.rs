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
}

impl<R: Default> Turns<R> {
    /// At most so many results.
    pub(super) fn new(most: usize) -> Turns<R> {
        let state =
            State { finished: VecDeque::new(), taken: 0, free: Vec::new(), unmade: most, workers: 0, over: false };
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

    /// Takes all results in order; how many events they were for.
    pub(super) fn take_all<E>(
        &self,
        take: &mut impl FnMut(u64, &mut R) -> Result<(), E>,
    ) -> Result<u64, BatchError<E>> {
        // However this ends, no worker is left waiting.
        let _over = Over { turns: self };
        let mut first = 0;
        while let Some(mut finished) = self.due() {
            finished.read.map_err(BatchError::Input)?;
            take(first, &mut finished.result).map_err(BatchError::Taker)?;
            first += finished.count;
            self.lock().free.push(finished.result);
            self.free.notify_one();
        }
        Ok(first)
    }

    /// Waits for the block that is due; nothing if it never comes.
    fn due(&self) -> Option<Finished<R>> {
        let mut state = self.lock();
        loop {
            if let Some(finished) = state.finished.front_mut().and_then(Option::take) {
                state.finished.pop_front();
                state.taken += 1;
                return Some(finished);
            }
            if state.workers == 0 || state.over {
                return None;
            }
            state = self.due.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn end(&self) {
        self.lock().over = true;
        self.free.notify_all();
        self.due.notify_all();
    }
}

/// Ends it all when it is dropped.
struct Over<'t, R: Default> {
    turns: &'t Turns<R>,
}

impl<R: Default> Drop for Over<'_, R> {
    fn drop(&mut self) {
        self.turns.end();
    }
}

/// A worker's part.
pub(super) struct Member<'t, R: Default> {
    turns: &'t Turns<R>,
}

impl<R: Default> Member<'_, R> {
    /// A result to fill, when one is free; nothing when it is all over.
    pub(super) fn begin(&self) -> Option<R> {
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
            state = self.turns.free.wait(state).unwrap_or_else(PoisonError::into_inner);
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
        drop(state);
        if place == 0 {
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
