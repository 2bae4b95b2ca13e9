//! Whose turn it is: results of blocks, handed from the workers to the taker in the order of the input.
//!
//! In: results as workers finish them. Out: the same in order, and back again when they were taken. There is a fixed number
//! of them, so that the fastest worker waits for the slowest taker. The lock is taken a few times for a block, never for an
//! event.
//!
//! A taker that decides as well must not read what it would have to wait for: results could not be taken meanwhile. So
//! workers offer it blocks that they have read, as many as keep it busy. No thread is then woken for a block as long as there
//! is enough to do.

use super::BatchError;
use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many blocks are on offer at most. Whoever offers decides a block of its own before it offers more, and is to find one
/// left then.
const OFFERED: usize = 2;

/// A block that was read, and the result to be filled with what comes out of it.
pub(super) struct Task<B, R> {
    pub(super) number: u64,
    pub(super) block: B,
    /// Whether it could be read.
    pub(super) read: io::Result<()>,
    pub(super) result: R,
}

/// What there is to do for a taker that decides as well.
pub(super) enum Next<B, R> {
    /// The block that is due.
    Due(Finished<R>),
    /// A block to be decided.
    Offered(Task<B, R>),
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
}

/// The results under way.
pub(super) struct Turns<B, R> {
    state: Mutex<State<B, R>>,
    /// A result is free again, or it is all over.
    free: Condvar,
    /// The block that is due is finished, one is on offer, or no worker is left.
    due: Condvar,
}

struct State<B, R> {
    /// Finished blocks from number `taken` on.
    finished: VecDeque<Option<Finished<R>>>,
    taken: u64,
    offered: VecDeque<Task<B, R>>,
    /// The memory of blocks that were offered and decided.
    emptied: Vec<B>,
    free: Vec<R>,
    /// How many results may still be made.
    unmade: usize,
    workers: usize,
    over: bool,
    /// Who waits, so that nobody is woken in vain.
    taker_waits: bool,
    workers_wait: usize,
}

impl<B: Default, R: Default> Turns<B, R> {
    /// At most so many results.
    pub(super) fn new(most: usize) -> Turns<B, R> {
        let state = State {
            finished: VecDeque::new(),
            taken: 0,
            offered: VecDeque::new(),
            emptied: Vec::new(),
            free: Vec::new(),
            unmade: most,
            workers: 0,
            over: false,
            taker_waits: false,
            workers_wait: 0,
        };
        Turns { state: Mutex::new(state), free: Condvar::new(), due: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<B, R>> {
        // INVARIANT: nothing panics under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more worker, until the member is dropped.
    pub(super) fn join(&self) -> Member<'_, B, R> {
        self.lock().workers += 1;
        Member { turns: self }
    }

    /// Where the results go to. However it ends, no worker is left waiting.
    pub(super) fn taker<T>(&self, take: T) -> Taker<'_, B, R, T> {
        Taker { turns: self, take, first: 0 }
    }

    /// The block that is due; nothing if it never comes, or is not here yet and shall not be waited for.
    fn due(&self, wait: bool) -> Option<Finished<R>> {
        let mut state = self.lock();
        loop {
            let finished = state.due();
            if finished.is_some() || state.workers == 0 || state.over || !wait {
                return finished;
            }
            state = self.wait_for_due(state);
        }
    }

    /// What there is to do next; waits for it.
    pub(super) fn next(&self) -> Next<B, R> {
        let mut state = self.lock();
        loop {
            if let Some(finished) = state.due() {
                return Next::Due(finished);
            }
            if state.over {
                return Next::End;
            }
            if let Some(task) = state.offered.pop_front() {
                return Next::Offered(task);
            }
            if state.workers == 0 {
                return Next::End;
            }
            state = self.wait_for_due(state);
        }
    }

    fn wait_for_due<'t>(&'t self, mut state: MutexGuard<'t, State<B, R>>) -> MutexGuard<'t, State<B, R>> {
        state.taker_waits = true;
        state = self.due.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.taker_waits = false;
        state
    }

    /// Hands over what came out of the block of that number.
    pub(super) fn finish(&self, number: u64, finished: Finished<R>) {
        let mut state = self.lock();
        // INVARIANT: a block is finished once, and no more are under way than there are results.
        let place = number.saturating_sub(state.taken) as usize;
        while state.finished.len() <= place {
            state.finished.push_back(None);
        }
        if let Some(slot) = state.finished.get_mut(place) {
            *slot = Some(finished);
        }
        if place == 0 && state.taker_waits {
            self.due.notify_one();
        }
    }

    /// The memory of a block that was offered.
    pub(super) fn emptied(&self, block: B) {
        self.lock().emptied.push(block);
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

impl<B, R> State<B, R> {
    fn due(&mut self) -> Option<Finished<R>> {
        let finished = self.finished.front_mut()?.take()?;
        self.finished.pop_front();
        self.taken += 1;
        Some(finished)
    }
}

/// Takes the results in order.
pub(super) struct Taker<'t, B: Default, R: Default, T> {
    turns: &'t Turns<B, R>,
    take: T,
    /// How many events the results were for: the number of the next one.
    first: u64,
}

impl<B: Default, R: Default, T> Taker<'_, B, R, T> {
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
        let Some(finished) = self.turns.due(wait) else { return Ok(false) };
        self.take(finished)?;
        Ok(true)
    }

    /// Takes this one.
    pub(super) fn take<E>(&mut self, mut finished: Finished<R>) -> Result<(), BatchError<E>>
    where
        T: FnMut(u64, &mut R) -> Result<(), E>,
    {
        finished.read.map_err(BatchError::Input)?;
        (self.take)(self.first, &mut finished.result).map_err(BatchError::Taker)?;
        self.first += finished.count;
        self.turns.give_back(finished.result);
        Ok(())
    }
}

impl<B: Default, R: Default, T> Drop for Taker<'_, B, R, T> {
    fn drop(&mut self) {
        self.turns.end();
    }
}

/// A worker's part.
pub(super) struct Member<'t, B: Default, R: Default> {
    turns: &'t Turns<B, R>,
}

impl<B: Default, R: Default> Member<'_, B, R> {
    /// What it is a part of.
    pub(super) fn turns(&self) -> &Turns<B, R> {
        self.turns
    }

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

    /// Offers a block to the taker, for which there is memory for another one; or it has enough to do.
    pub(super) fn offer(&self, task: Task<B, R>) -> Result<B, Task<B, R>> {
        let mut state = self.turns.lock();
        if state.offered.len() >= OFFERED {
            return Err(task);
        }
        state.offered.push_back(task);
        if state.taker_waits {
            self.turns.due.notify_one();
        }
        Ok(state.emptied.pop().unwrap_or_default())
    }

    /// A block that is still on offer.
    pub(super) fn offered(&self) -> Option<Task<B, R>> {
        let mut state = self.turns.lock();
        if state.over { None } else { state.offered.pop_front() }
    }
}

impl<B: Default, R: Default> Drop for Member<'_, B, R> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Its block never comes.
            self.turns.end();
        }
        self.turns.lock().workers -= 1;
        self.turns.due.notify_one();
    }
}
