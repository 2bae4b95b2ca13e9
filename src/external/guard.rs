//! What surrounds a transport: a call ends in time, a panic ends nothing else, and what comes back is JSON or a failure.

use super::Started;
use super::definition::External;
use super::transport::{Call, Response};
use crate::evaluate::{Answer, CallStatus};
use crate::value::json::scan;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use tokio::time::Instant;

impl External {
    /// Begins the call.
    pub(crate) fn start(&self, arguments: Vec<String>, most_ms: u64, response_bytes: usize) -> Started {
        let (timeout, default) = (self.timeout(most_ms), self.default_text().clone());
        let transport = self.transport().clone();
        let begun = Instant::now();
        let call = Call { arguments, deadline: begun + timeout, response_bytes };
        // Making the future runs foreign code already, so it is made inside the guard as well.
        let of_call = transport.clone();
        let work = AssertUnwindSafe(async move { of_call.call(call).await }).catch_unwind();
        Started::Later(Box::pin(async move {
            let response = match tokio::time::timeout(timeout, work).await {
                Ok(Ok(response)) => checked(response, response_bytes),
                Ok(Err(_)) => Response::failure(CallStatus::UnknownFailure, "the function panicked"),
                Err(_) => {
                    Response::failure(CallStatus::Timeout, format!("no answer within {} ms", timeout.as_millis()))
                }
            };
            let Response { status, http_status, value, error, endpoint, .. } = response;
            Answer {
                defaulted: value.is_none(),
                value: value.unwrap_or(default),
                status,
                http_status,
                error,
                latency_ms: begun.elapsed().as_secs_f64() * 1000.0,
                endpoint: if endpoint.is_empty() { transport.endpoint().to_string() } else { endpoint },
                source: transport.source(),
            }
        }))
    }
}

/// Holds what a transport says against what it may say: a success has a value, which is JSON within the limits.
fn checked(mut response: Response, most: usize) -> Response {
    if response.status != CallStatus::Success {
        response.value = None;
        return response;
    }
    let error = match &response.value {
        None => "there is no response".to_string(),
        Some(text) if text.len() > most => format!("the answer is longer than {most} bytes"),
        Some(text) => match json(text) {
            Ok(()) => return response,
            Err(message) => format!("the answer is no JSON: {message}"),
        },
    };
    let body = response.value.take().map_or(String::new(), |text| excerpt(&text).to_string());
    let status = CallStatus::ResponseFailure;
    Response {
        status,
        http_status: response.http_status,
        body,
        endpoint: response.endpoint,
        ..Response::failure(status, error)
    }
}

/// Whether a text is JSON that rules can read.
fn json(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    let begin = scan::blank(bytes, 0);
    let whole = scan::skip(bytes, begin, 0).and_then(|end| scan::end(bytes, end));
    whole.map_err(|fault| fault.message(text))
}

/// The begin of a text, to show.
fn excerpt(text: &str) -> &str {
    let end = (0..=1024.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}
