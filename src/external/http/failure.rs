//! What a failed exchange is called, and reading a body that may be too long (R7.3, R7.5).

use super::resolve::Blocked;
use crate::evaluate::CallStatus;
use std::error::Error;
use std::io;

/// Why there is no response, or no body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) status: CallStatus,
    /// Lower case, no full stop, and never the URL, which may hold secrets.
    pub(super) message: String,
}

/// What an error of the client means. Its own text names the URL, so only what caused it is shown.
pub(super) fn describe(error: &reqwest::Error) -> Fault {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut last = None;
    let mut cut_short = false;
    while let Some(inner) = cause {
        if let Some(blocked) = inner.downcast_ref::<Blocked>() {
            return Fault { status: CallStatus::Blocked, message: blocked.to_string() };
        }
        if let Some(error) = inner.downcast_ref::<io::Error>() {
            use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
            cut_short |= matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof);
        }
        let text = inner.to_string();
        cut_short |= text.contains("end of file before message length reached");
        last = Some(text);
        cause = inner.source();
    }
    let cause = last.unwrap_or_else(|| "no cause is known".to_string());
    let what = if error.is_dns() {
        "the name cannot be resolved"
    } else if error.is_connect() {
        "cannot connect"
    } else if error.is_decode() && !cut_short {
        let message = format!("the response cannot be read: {cause}");
        return Fault { status: CallStatus::ResponseFailure, message };
    } else if error.is_builder() {
        return Fault { status: CallStatus::UnknownFailure, message: format!("there is no such request: {cause}") };
    } else {
        "the exchange was cut short"
    };
    Fault { status: CallStatus::CommunicationFailure, message: format!("{what}: {cause}") }
}

/// The whole body, decompressed, if it is no longer than `most` bytes. Reading stops where it is longer.
pub(super) async fn body(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, Fault> {
    let too_long = || {
        let message = format!("expected a response of at most {most} bytes, found a longer one");
        Fault { status: CallStatus::ResponseFailure, message }
    };
    if response.content_length().is_some_and(|length| length > most as u64) {
        return Err(too_long());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| describe(&error))? {
        if chunk.len() > most - body.len() {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
