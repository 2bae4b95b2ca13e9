//! What answers external calls: functions of the host, transports and stubs (R7.1, R9.2).
//!
//! In: a [`CallRequest`](crate::evaluate::CallRequest). Out: an [`Answer`]. A failure of any kind, a panic included, is an
//! answer: the default response with a status that names it (R7.4, R7.5).
//!
//! An [`External`] is a definition: a name, parameters, a timeout, what the value is on failure. Its [`Transport`] makes the
//! calls; the guard around it is the same for all.

mod definition;
mod guard;
mod host;
mod stub;
mod transport;

pub use definition::External;
pub use host::{Argument, Handler, Reply, Serialized};
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
