//! Work that several threads share.
//!
//! In: how much there is to do, and work that takes pieces of it until none is left. Out: what was made of each piece, in
//! their order. Whoever calls works too, and where the system gives no thread does it all.

use super::stack;
use std::thread::{self, ScopedJoinHandle};

/// From how many bytes of text on another thread is worth what it costs to start one.
const LARGE: usize = 48 << 10;

/// The most threads that share work.
const MOST: usize = 4;

/// How many threads work on so many bytes of text is worth.
pub(crate) fn threads(bytes: usize) -> usize {
    if bytes < LARGE { 1 } else { thread::available_parallelism().map_or(1, usize::from).min(MOST) }
}

/// Does work on so many threads, at least this one, with enough stack for so much nesting. `work` gives what it made of
/// each piece that it took, with the piece's number; numbers do not repeat. A panic goes on here.
pub(crate) fn share<T: Send>(
    threads: usize,
    nesting: usize,
    work: impl Fn() -> Vec<(usize, T)> + Sync,
) -> impl Iterator<Item = T> {
    let mut all = thread::scope(|scope| {
        let start = |_| stack::builder(nesting).spawn_scoped(scope, &work).ok();
        let workers: Vec<_> = (1..threads).filter_map(start).collect();
        let mut all = work();
        workers.into_iter().for_each(|worker| all.extend(joined(worker)));
        all
    });
    all.sort_unstable_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, made)| made)
}

/// What a thread made; a panic goes on here.
pub(crate) fn joined<T>(worker: ScopedJoinHandle<'_, T>) -> T {
    match worker.join() {
        Ok(made) => made,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn what_threads_made_stands_in_the_order_of_the_pieces() {
        for threads in 0..5 {
            let next = AtomicUsize::new(0);
            let work = || {
                let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < 100);
                std::iter::from_fn(take).map(|number| (number, number * number)).collect()
            };
            assert!(share(threads, 1, work).eq((0..100).map(|number| number * number)));
        }
    }

    #[test]
    fn little_work_is_not_shared() {
        assert_eq!(threads(1_000), 1);
        assert!((1..=MOST).contains(&threads(1 << 20)));
    }
}
