//! Whose turn it is: results of blocks, handed from the workers to the taker in the order of the input.
//!
//! In: results as workers finish them. Out: the same in order, and back again when they were taken. There is a fixed number
//! of them, so that the fastest worker waits for the slowest taker. The lock is taken a few times for a block, never for an
//! event.
//!
//! A taker that decides as well must not read what it would have to wait for: results could not be taken meanwhile. So
//! workers read ahead, and everybody decides the first of the blocks that were read. A worker that cannot read on, because all
//! results are under way, decides one of those too: it waits only when there is nothing to do.

use super::BatchError;
use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a thread stays awake without work: about as long as it takes to decide a block of 256 KiB.
const PATIENCE: Duration = Duration::from_micros(200);

/// A block that was read, and the result to be filled with what comes out of it.
pub(super) struct Task<B, R> {
    pub(super) number: u64,
    pub(super) block: B,
    /// Whether it could be read.
    pub(super) read: io::Result<()>,
    pub(super) result: R,
}

/// What there is to do next.
pub(super) enum Next<B, R> {
    /// To take the block that is due.
    Take(Finished<R>),
    /// To decide a block that was read.
    Decide(Task<B, R>),
    /// To read a block into that memory; the result is what will be filled from it.
    Read(B, R),
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
    /// There is something to do for the taker, or no worker is left.
    due: Condvar,
}

struct State<B, R> {
    /// Finished blocks from number `taken` on.
    finished: VecDeque<Option<Finished<R>>>,
    taken: u64,
    /// Blocks that were read and that nobody decides yet.
    read: VecDeque<Task<B, R>>,
    /// The memory of blocks that were decided.
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
            read: VecDeque::new(),
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

    /// What there is to do next for the taker, who reads as well, or else leaves that to the workers; waits for it.
    pub(super) fn next(&self, reads: bool) -> Next<B, R> {
        let mut patience = Patience::default();
        loop {
            let mut state = self.lock();
            if let Some(finished) = state.due() {
                return Next::Take(finished);
            }
            if state.over {
                return Next::End;
            }
            if let Some(task) = state.read.pop_front() {
                return Next::Decide(task);
            }
            if reads && let Some(next) = state.begin() {
                return next;
            }
            if state.workers == 0 {
                return Next::End;
            }
            if patience.is_left() {
                drop(state);
                thread::yield_now();
                continue;
            }
            state.taker_waits = true;
            state = self.due.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.taker_waits = false;
        }
    }

    /// Hands over what came out of the block of that number, and the block's memory.
    pub(super) fn finish(&self, number: u64, block: B, finished: Finished<R>) {
        let mut state = self.lock();
        state.emptied.push(block);
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

impl<B: Default, R: Default> State<B, R> {
    /// What a block is read into, if a result is free.
    fn begin(&mut self) -> Option<Next<B, R>> {
        let result = match self.free.pop() {
            Some(result) => result,
            None => {
                self.unmade = self.unmade.checked_sub(1)?;
                R::default()
            }
        };
        Some(Next::Read(self.emptied.pop().unwrap_or_default(), result))
    }

    fn due(&mut self) -> Option<Finished<R>> {
        let finished = self.finished.front_mut()?.take()?;
        self.finished.pop_front();
        self.taken += 1;
        Some(finished)
    }
}

/// How long a thread with nothing to do stays awake.
///
/// Who sleeps and is woken for each block runs on the core of the one that wakes it, instead of it: two threads then take
/// turns on one core and leave the other idle, and are never moved, because each has run just before.
#[derive(Default)]
struct Patience {
    until: Option<Instant>,
}

impl Patience {
    fn is_left(&mut self) -> bool {
        let now = Instant::now();
        now < *self.until.get_or_insert(now + PATIENCE)
    }
}

/// Takes the results in order.
pub(super) struct Taker<'t, B: Default, R: Default, T> {
    turns: &'t Turns<B, R>,
    take: T,
    /// How many events the results were for: the number of the next one.
    pub(super) first: u64,
}

impl<B: Default, R: Default, T> Taker<'_, B, R, T> {
    /// Takes the block that is due.
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

    /// What there is to do next for a worker: to read until so many blocks are read ahead, and else to decide; waits for it.
    pub(super) fn next(&self, ahead: usize) -> Next<B, R> {
        let mut patience = Patience::default();
        loop {
            let mut state = self.turns.lock();
            if state.over {
                return Next::End;
            }
            if state.read.len() < ahead.max(1)
                && let Some(next) = state.begin()
            {
                return next;
            }
            if let Some(task) = state.read.pop_front() {
                return Next::Decide(task);
            }
            if patience.is_left() {
                drop(state);
                thread::yield_now();
                continue;
            }
            state.workers_wait += 1;
            state = self.turns.free.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.workers_wait -= 1;
        }
    }

    /// Leaves a block to whoever comes first.
    pub(super) fn leave(&self, task: Task<B, R>) {
        let mut state = self.turns.lock();
        state.read.push_back(task);
        if state.taker_waits {
            self.turns.due.notify_one();
        }
    }

    /// A block that was left.
    pub(super) fn left(&self) -> Option<Task<B, R>> {
        let mut state = self.turns.lock();
        if state.over { None } else { state.read.pop_front() }
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
