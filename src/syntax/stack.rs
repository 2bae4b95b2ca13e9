//! Enough stack for a text that nests.
//!
//! In: how deep the work will recurse, and the work. Out: its result. Shallow work, nearly all there is, runs where
//! it is; deep work runs on a thread of its own with a large stack, so that a host with 256 KiB of stack (L5.5) is
//! never overrun.

use super::share::joined;
use std::io;

/// Nesting up to which parsing and checking fit in what is left of a 256 KiB stack, in a debug build.
pub const SHALLOW: usize = 8;

/// The least stack of the thread that deep work runs on, in bytes.
const STACK: usize = 16 << 20;

/// The most: what a process on 64 bits can reserve without having it.
const MOST_STACK: usize = 1 << 30;

/// What one level of nesting may need on that thread, in bytes, in a debug build.
const LEVEL: usize = 32 << 10;

/// Runs `work`, in place if `depth_hint` is at most [`SHALLOW`], else on a scoped thread of its own.
///
/// `depth_hint` is the text's [`nesting`](super::nesting), or the limit if that is less. The thread has 16 MiB of
/// stack, more where a limit on nesting beyond 512 asks for it. What is done within `work` needs no further thread. A
/// panic in `work` goes on in the caller.
///
/// # Errors
///
/// If the system gives no thread.
pub fn with_stack<T: Send>(depth_hint: usize, work: impl FnOnce() -> T + Send) -> io::Result<T> {
    if depth_hint <= SHALLOW {
        return Ok(work());
    }
    std::thread::scope(|scope| {
        let thread = builder(depth_hint).spawn_scoped(scope, work)?;
        Ok(joined(thread))
    })
}

/// A thread with enough stack for so much nesting.
pub(crate) fn builder(nesting: usize) -> std::thread::Builder {
    let size = nesting.saturating_mul(LEVEL).clamp(STACK, MOST_STACK);
    std::thread::Builder::new().name("fql".to_owned()).stack_size(size)
}
