//! What answers external calls: functions of the host and stubs (R7.1, R9.2).
//!
//! In: a [`CallRequest`](crate::evaluate::CallRequest). Out: an [`Answer`]. A failure of any kind, a panic included, is an
//! answer: the default response with a status that names it (R7.4, R7.5).

mod host;
mod stub;

pub use host::{Argument, External, Handler, Reply, Serialized};
pub use stub::{StubError, Stubs};

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
