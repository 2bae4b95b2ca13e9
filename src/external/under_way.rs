//! A call that has to be waited for.
//!
//! In: a call that was made, and looked at once. Out: its answer, in time. It holds its turn and the leave of the breaker until
//! it is over or dropped.

use super::guard::{Guard, looked};
use super::order::Kept;
use super::timer::Timer;
use super::transport::{Exchange, Response};
use super::{Moment, Started};
use crate::evaluate::{Answer, CallStatus};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::time::Instant;

/// Counts a call as cancelled, unless it has ended.
pub(super) struct Watch {
    pub(super) guard: Arc<Guard>,
    pub(super) ended: bool,
}

impl Watch {
    pub(super) fn new(guard: Arc<Guard>) -> Watch {
        Watch { guard, ended: false }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.ended {
            self.guard.counter.cancelled();
        }
    }
}

/// See [the module](self).
pub(super) struct UnderWay {
    watch: Watch,
    call: Kept,
    exchange: Exchange,
    timer: Timer,
    /// The number of the breaker's leave, if there is a breaker.
    leave: Option<u64>,
}

impl UnderWay {
    /// Takes over a call that has its turn.
    pub(super) fn new(guard: Arc<Guard>, call: Kept, exchange: Exchange, leave: Option<u64>) -> UnderWay {
        let timer = Timer::new(call.order().deadline());
        UnderWay { watch: Watch::new(guard), call, exchange, timer, leave }
    }

    /// Begins to wait for what was looked at and was not there.
    pub(super) fn begin(mut self, moment: &mut Moment<'_, '_>) -> Started {
        moment.read();
        let timer = &mut self.timer;
        match moment.context.as_deref_mut().map(|context| timer.poll(context)) {
            Some(Poll::Ready(())) => Started::Now(self.late()),
            _ => Started::Later(Box::pin(self)),
        }
    }

    /// The answer of a call that took too long.
    fn late(&mut self) -> Answer {
        let timeout = self.call.order().timeout();
        self.over(Response::failure(CallStatus::Timeout, format!("no answer within {} ms", timeout.as_millis())))
    }

    /// The call has ended.
    fn over(&mut self, response: Response) -> Answer {
        let now = Instant::now();
        let (order, guard) = (self.call.order(), &self.watch.guard);
        let permit = guard.breaker.as_ref().zip(self.leave.take()).map(|(breaker, leave)| breaker.permit(leave));
        self.watch.ended = true;
        guard.ended(&order, response, permit, now)
    }
}

impl Future for UnderWay {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let exchange = &mut self.exchange;
        match looked(|| exchange.as_mut().poll(context)) {
            Poll::Ready(response) => Poll::Ready(self.over(response)),
            Poll::Pending => self.timer.poll(context).map(|()| self.late()),
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let (Some(leave), Some(breaker)) = (self.leave.take(), &self.watch.guard.breaker) {
            drop(breaker.permit(leave));
        }
        self.watch.guard.turns.add_permits(1);
    }
}
