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
mod resilience;
mod stub;
mod transport;

pub use breaker::{Breaker, BreakerState, Permit, Verdict};
pub use definition::External;
pub(crate) use guard::{Guard, Listener, Origin, Terms, Told};
pub use host::{Argument, Handler, Reply, Serialized};
pub use monitor::{CallSnapshot, Monitor, Snapshot};
pub use resilience::Resilience;
pub(crate) use stub::is_unanswered;
pub use stub::{StubError, Stubs};
pub use transport::{Call, Exchange, Response, Sent, Transport};

use crate::evaluate::Answer;
use std::future::Future;
use std::pin::Pin;

/// A call that was started.
pub(crate) enum Started {
    /// The answer is there.
    Now(Answer),
    /// It will be.
    Later(Pin<Box<dyn Future<Output = Answer> + Send>>),
}
