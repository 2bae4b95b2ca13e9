//! What answers external calls: functions of the host, transports and stubs (R7.1, R9.2).
//!
//! In: a call with its arguments. Out: an [`Answer`]. A failure of any kind, a panic included, is an
//! answer: the default response with a status that names it (R7.4, R7.5).
//!
//! An [`External`] is a definition: a name, parameters, a timeout, what the value is on failure. Its [`Transport`] makes the
//! calls. The guard around it is the same for all: timeout, [`Breaker`], how many calls at once, counts. A [`Snapshot`] of the
//! counts tells how each call has been doing (R7.11).

mod batch;
mod breaker;
mod coalesce;
mod definition;
mod guard;
mod histogram;
mod host;
#[cfg(feature = "http")]
pub mod http;
mod monitor;
mod order;
mod resilience;
mod stub;
mod timer;
mod transport;
mod under_way;

pub use breaker::{Breaker, BreakerState, Permit, Verdict};
pub use definition::External;
pub(crate) use guard::{Guard, Listener, Told};
pub use host::{Argument, Handler, Reply, Serialized};
pub use monitor::{CallSnapshot, Monitor, Snapshot};
pub(crate) use order::{Order, Origin, Terms};
pub use resilience::Resilience;
pub(crate) use stub::is_unanswered;
pub use stub::{StubError, Stubs};
pub(crate) use timer::Timer;
pub use transport::{Call, Exchange, Response, Sent, Transport};

use crate::evaluate::Answer;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::time::Instant;

/// A call that was started.
pub(crate) enum Started {
    /// The answer is there.
    Now(Answer),
    /// It will be.
    Later(Pending),
}

/// The answer of a call that has to be waited for. Dropping it drops the call. If the call was looked at already, it wakes
/// whoever looked.
pub(crate) type Pending = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Where a driver is when it starts calls.
pub(crate) struct Moment<'m, 'c> {
    /// The clock as it was read last: when one call is over the next one begins.
    pub(crate) now: Instant,
    /// Whom calls wake. Without it no call is looked at yet.
    pub(crate) context: Option<&'m mut Context<'c>>,
}

impl Moment<'_, '_> {
    /// Reads the clock.
    pub(crate) fn read(&mut self) -> Instant {
        self.now = Instant::now();
        self.now
    }

    /// The same moment, where no call is looked at.
    fn unseen(&self) -> Moment<'static, 'static> {
        Moment { now: self.now, context: None }
    }

    /// Begins some work: looks at it once.
    fn begin(&mut self, work: impl Future<Output = Answer> + Send + 'static) -> Started {
        let mut work: Pending = Box::pin(work);
        match self.context.as_deref_mut().map(|context| work.as_mut().poll(context)) {
            Some(Poll::Ready(answer)) => {
                // Nobody knows how long that took.
                self.read();
                Started::Now(answer)
            }
            _ => Started::Later(work),
        }
    }
}
