//! What makes a call: a function of the host, a request over the network, or a host's own way.
//!
//! In: a [`Call`]. Out: a [`Response`], whatever happened. Timeouts, the circuit breaker, limits on calls at once and counting
//! are not its business: the guard around it does that for every transport alike.

use crate::evaluate::{AnswerSource, Arguments, CallStatus};
use crate::value::Text;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A response that will be there. Dropping it drops the call.
pub type Exchange = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Makes the calls of one definition.
pub trait Transport: std::fmt::Debug + Send + Sync + 'static {
    /// Makes the call. A future that is dropped has to give up its work: nobody needs the answer any more, or it is too
    /// late. A panic, here or in the future, is a failure of this call alone.
    fn call(&self, call: Call) -> Exchange;

    /// Who answers, as in a decision's `calls` (R3.1).
    fn source(&self) -> AnswerSource {
        AnswerSource::Host
    }

    /// Whether a call changes nothing where it goes, so that it may be made although nobody needs it in the end (R8.2). A
    /// definition may say otherwise. By default false.
    fn is_safe(&self) -> bool {
        false
    }

    /// Whether calls leave this process, so that a circuit breaker guards them unless the definition says otherwise (R7.7).
    /// By default false.
    fn is_remote(&self) -> bool {
        false
    }

    /// Whether the value of a success is known to be JSON that rules can read, of at most [`Call::response_bytes`] bytes: then
    /// nobody looks through it again. By default false.
    fn validates(&self) -> bool {
        false
    }

    /// How calls show who makes them, as `type` in `[auth]` has it: `anonymous`, `basic` (R7.1). By default empty: not known.
    fn authentication(&self) -> &'static str {
        ""
    }

    /// Where calls go, for diagnostics (L8.4) when there is no response that says it: without query and secrets. By default
    /// empty.
    fn endpoint(&self) -> &str {
        ""
    }

    /// What was sent, for the event that tells of a failure (R7.12). By default no address, and the arguments as a JSON
    /// array. Called for failures only, and only if somebody listens.
    fn sent(&self, arguments: &Arguments) -> Sent {
        Sent { uri: String::new(), body: serde_json::Value::from_iter(arguments.iter()).to_string() }
    }
}

/// One call to make.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The arguments in order, as canonical texts (L8.1). There are as many as the definition has parameters.
    pub arguments: Arguments,
    /// When the caller gives up and drops the call.
    pub deadline: tokio::time::Instant,
    /// The longest response to read, in bytes (the limit `response_bytes`). A longer one is a
    /// [`CallStatus::ResponseFailure`].
    pub response_bytes: usize,
}

impl Call {
    /// A call with these arguments, to be answered within `timeout`, with a response of at most 256 KiB.
    pub fn new(arguments: impl Into<Arguments>, timeout: Duration) -> Call {
        let deadline = tokio::time::Instant::now() + timeout;
        Call { arguments: arguments.into(), deadline, response_bytes: crate::limit::Limits::default().response_bytes }
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// How it ended (R7.5).
    pub status: CallStatus,
    /// The status of the response; 0 without one.
    pub http_status: u16,
    /// The value as JSON text, on [`CallStatus::Success`]. A text that is no JSON is a [`CallStatus::ResponseFailure`]; so is
    /// none at all.
    pub value: Option<Text>,
    /// What went wrong, lower case, no full stop, no secret; empty on success.
    pub error: String,
    /// Where the call went, without query and secrets; empty: where [`Transport::endpoint`] says.
    pub endpoint: String,
    /// How long the service asks to be left alone (R7.7).
    pub retry_after: Option<Duration>,
    /// What came back in place of a value, cut if it is long, for the event that tells of the failure (R7.12).
    pub body: String,
}

impl Response {
    /// The value, as JSON text, with status 200.
    pub fn success(value: impl Into<Text>) -> Response {
        Response { value: Some(value.into()), http_status: 200, ..Response::failure(CallStatus::Success, "") }
    }

    /// No value, and why.
    pub fn failure(status: CallStatus, error: impl Into<String>) -> Response {
        Response {
            status,
            http_status: 0,
            value: None,
            error: error.into(),
            endpoint: String::new(),
            retry_after: None,
            body: String::new(),
        }
    }
}

/// What was sent, with secrets removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The address, query included.
    pub uri: String,
    /// The body; empty if there is none.
    pub body: String,
}
