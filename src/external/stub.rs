//! Answers without a network, from a file (R9.2).

use super::Started;
use super::host::External;
use crate::evaluate::{Answer, AnswerSource, CallStatus};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// Stubbed answers by call.
#[derive(Clone, Debug, Default)]
pub struct Stubs {
    /// By lower-case name.
    calls: IndexMap<String, Stub>,
}

#[derive(Clone, Debug)]
struct Stub {
    name: Arc<str>,
    answers: Vec<StubAnswer>,
}

#[derive(Clone, Debug)]
struct StubAnswer {
    arguments: Option<Vec<String>>,
    response: Arc<str>,
    status: CallStatus,
    http_status: u16,
    latency_ms: f64,
}

/// Why a stub file is refused: where in it, and what is expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct StubError {
    /// The call, or line and column.
    pub place: String,
    /// Lower case, no full stop.
    pub message: String,
}

fn refuse<T>(place: impl Into<String>, message: impl Into<String>) -> Result<T, StubError> {
    Err(StubError { place: place.into(), message: message.into() })
}

impl Stubs {
    /// Reads a stub file: call names to one answer or a list of them, each with `args`, `response`, `status`,
    /// `httpStatusCode`, `latency_ms`, all optional (R9.2).
    pub fn parse(text: &str) -> Result<Stubs, StubError> {
        let file: Value = match serde_json::from_str(text) {
            Ok(file) => file,
            Err(error) => {
                return refuse(
                    format!("line {}, column {}", error.line(), error.column()),
                    format!("not JSON: {error}"),
                );
            }
        };
        let Value::Object(file) = file else {
            return refuse("the stub file", "expected a JSON object that maps call names to answers");
        };
        let mut calls = IndexMap::new();
        for (name, answers) in file {
            let answers = match answers {
                Value::Array(answers) => answers,
                one => vec![one],
            };
            let answers =
                answers.into_iter().map(|answer| StubAnswer::read(&name, answer)).collect::<Result<_, _>>()?;
            let stub = Stub { name: Arc::from(name.as_str()), answers };
            if calls.insert(name.to_ascii_lowercase(), stub).is_some() {
                return refuse(format!("`{name}`"), "the call is stubbed twice: names are compared without case");
            }
        }
        Ok(Stubs { calls })
    }

    /// The stubbed names as written.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.calls.values().map(|stub| &stub.name)
    }

    /// Answers a call, if its name is stubbed; the definition, if there is one, gives the timeout and the default response.
    pub(crate) fn start(
        &self,
        name: &str,
        arguments: &[String],
        definition: Option<&External>,
        most_ms: u64,
    ) -> Option<Started> {
        let stub = self.calls.get(&name.to_ascii_lowercase())?;
        let default = || definition.map_or_else(|| Arc::from("null"), |definition| definition.default_text().clone());
        let timeout = definition.map_or(Duration::from_millis(most_ms), |definition| definition.timeout(most_ms));
        let fits = |answer: &&StubAnswer| answer.arguments.as_ref().is_none_or(|wanted| wanted == arguments);
        let Some(found) = stub.answers.iter().find(fits) else {
            let error = format!("no stub of `{name}` fits the arguments");
            return Some(Started::Now(answer(default(), CallStatus::UnknownFailure, 0, error, 0.0)));
        };
        let wait = Duration::from_secs_f64(found.latency_ms / 1000.0);
        let (status, http_status, latency_ms) = if wait > timeout {
            (CallStatus::Timeout, 0, timeout.as_secs_f64() * 1000.0)
        } else {
            (found.status, found.http_status, found.latency_ms)
        };
        let error = if status == CallStatus::Success { String::new() } else { format!("stubbed: {}", status.name()) };
        let value = if status == CallStatus::Success { found.response.clone() } else { default() };
        let answer = answer(value, status, http_status, error, latency_ms);
        if wait.is_zero() {
            return Some(Started::Now(answer));
        }
        Some(Started::Later(Box::pin(async move {
            tokio::time::sleep(wait.min(timeout)).await;
            answer
        })))
    }
}

fn answer(value: Arc<str>, status: CallStatus, http_status: u16, error: String, latency_ms: f64) -> Answer {
    Answer {
        value,
        status,
        http_status,
        error,
        latency_ms,
        endpoint: String::new(),
        source: AnswerSource::Stub,
        defaulted: status != CallStatus::Success,
    }
}

impl StubAnswer {
    fn read(name: &str, answer: Value) -> Result<StubAnswer, StubError> {
        let place = || format!("`{name}`");
        let Value::Object(mut members) = answer else {
            return refuse(place(), "expected an object such as {\"response\": {...}}");
        };
        let arguments = match members.remove("args") {
            None => None,
            Some(Value::Array(items)) => Some(items.iter().map(argument).collect()),
            Some(_) => return refuse(place(), "expected a list of texts under `args`"),
        };
        let response = members.remove("response").unwrap_or(Value::Null);
        let status = match members.remove("status") {
            None => CallStatus::Success,
            Some(Value::String(status)) => match CallStatus::from_name(&status) {
                Some(status) => status,
                None => {
                    let near = crate::diagnostic::nearest(&status, CallStatus::ALL.map(CallStatus::name));
                    let help = near.map_or(String::new(), |near| format!(": did you mean `{near}`?"));
                    return refuse(place(), format!("unknown status `{status}`{help}"));
                }
            },
            Some(_) => return refuse(place(), "expected a text under `status`"),
        };
        let http_status = match members.remove("httpStatusCode") {
            None if status == CallStatus::Success => 200,
            None => 0,
            Some(value) => match value.as_u64().and_then(|code| u16::try_from(code).ok()).filter(|code| *code < 1000) {
                Some(code) => code,
                None => return refuse(place(), "expected a number from 0 to 999 under `httpStatusCode`"),
            },
        };
        let latency_ms = match members.remove("latency_ms") {
            None => 0.0,
            Some(value) => match value.as_f64().filter(|ms| (0.0..=3_600_000.0).contains(ms)) {
                Some(ms) => ms,
                None => {
                    return refuse(place(), "expected a number of milliseconds from 0 to 3600000 under `latency_ms`");
                }
            },
        };
        StubAnswer::no_others(name, &members)?;
        Ok(StubAnswer { arguments, response: Arc::from(response.to_string()), status, http_status, latency_ms })
    }

    fn no_others(name: &str, members: &Map<String, Value>) -> Result<(), StubError> {
        let Some(other) = members.keys().next() else { return Ok(()) };
        let known = ["args", "response", "status", "httpStatusCode", "latency_ms"];
        let help = match crate::diagnostic::nearest(other, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", known.join(", ")),
        };
        refuse(format!("`{name}`"), format!("unknown key `{other}`: {help}"))
    }
}

/// An argument as canonical text, so that `args: [1]` fits the call `f(1)`.
fn argument(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_i64() {
            Some(int) => int.to_string(),
            None => {
                let mut text = String::new();
                // INVARIANT: writing to a string never fails.
                let _ = crate::value::number::double_text(number.as_f64().unwrap_or_default(), &mut text);
                text
            }
        },
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
