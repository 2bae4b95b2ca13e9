//! A deadline that costs nothing until something has to be waited for.

use futures_util::future::{BoxFuture, FutureExt};
use std::task::{Context, Poll};
use tokio::task::unconstrained;
use tokio::time::{Instant, sleep_until};

/// A deadline, and the runtime's timer for it once it is looked at.
pub(crate) struct Timer {
    deadline: Instant,
    sleep: Option<BoxFuture<'static, ()>>,
}

impl Timer {
    pub(crate) fn new(deadline: Instant) -> Timer {
        Timer { deadline, sleep: None }
    }

    /// Whether the deadline has come. To be asked when what is waited for is not ready, within a runtime with time.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline;
        // Work that uses up what its task may do in one go is not to put off its own end.
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(unconstrained(sleep_until(deadline))));
        sleep.poll_unpin(context)
    }
}
