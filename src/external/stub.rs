//! Answers without a network, from a file (R9.2).

use super::definition::External;
use crate::evaluate::{Answer, AnswerSource, Arguments, CallStatus};
use crate::source::Source;
use crate::value::{Datum, Json, Text, convert, json};
use bumpalo::Bump;
use indexmap::IndexMap;
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
    response: Text,
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
        let arena = Bump::new();
        let file = match json::parse(text, &arena) {
            Ok(file) => file,
            Err(fault) => {
                let (line, column) = Source::new("", text).position(fault.offset() as u32);
                return refuse(format!("line {line}, column {column}"), format!("not JSON: {}", fault.message(text)));
            }
        };
        let Json::Object(file) = file else {
            return refuse("the stub file", "expected a JSON object that maps call names to answers");
        };
        let mut calls = IndexMap::new();
        for (name, answers) in file.members {
            let answers = match answers {
                Json::Array(answers) => answers.items,
                one => std::slice::from_ref(one),
            };
            let answers = answers.iter().map(|answer| StubAnswer::read(name, answer)).collect::<Result<_, _>>()?;
            let stub = Stub { name: Arc::from(*name), answers };
            if calls.insert(name.to_ascii_lowercase(), stub).is_some() {
                return refuse(format!("`{name}`"), "the call is stubbed twice: names are compared without case");
            }
        }
        Ok(Stubs { calls })
    }

    /// Stubs that define these names and answer none of their calls.
    pub fn unanswered<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Stubs {
        let stub = |name: N| {
            let name = name.as_ref();
            (name.to_ascii_lowercase(), Stub { name: Arc::from(name), answers: Vec::new() })
        };
        Stubs { calls: names.into_iter().map(stub).collect() }
    }

    /// These answers and, where none of them fits, those.
    #[must_use]
    pub fn then(mut self, later: &Stubs) -> Stubs {
        for (key, stub) in &later.calls {
            let own = self.calls.entry(key.clone());
            own.or_insert_with(|| Stub { name: stub.name.clone(), answers: Vec::new() })
                .answers
                .extend_from_slice(&stub.answers);
        }
        self
    }

    /// The stubbed names as written.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.calls.values().map(|stub| &stub.name)
    }

    /// Whether calls of that name are answered.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.calls.contains_key(&name.to_ascii_lowercase())
    }

    /// The answer of a call, if its name is stubbed, and for how long to wait before it is there; the definition, if there is
    /// one, gives the timeout and the default response.
    pub(crate) fn answer(
        &self,
        name: &str,
        arguments: &Arguments,
        definition: Option<&External>,
        most_ms: u64,
    ) -> Option<(Answer, Duration)> {
        if self.calls.is_empty() {
            return None;
        }
        let stub = self.calls.get(&name.to_ascii_lowercase())?;
        Some(stub.answer(name, arguments, definition, most_ms))
    }

    /// Answers a call, whether its name is stubbed or not, without waiting.
    pub(crate) fn rehearse(
        &self,
        name: &str,
        arguments: &Arguments,
        definition: Option<&External>,
        most_ms: u64,
    ) -> Answer {
        let unknown = Stub { name: Arc::from(name), answers: Vec::new() };
        let stub = self.calls.get(&name.to_ascii_lowercase()).unwrap_or(&unknown);
        stub.answer(name, arguments, definition, most_ms).0
    }
}

/// What is said of a call that no stub answers.
fn no_fit(name: &str) -> String {
    format!("no stub of `{name}` fits the arguments")
}

/// Whether a call failed because no stub answered it.
pub(crate) fn is_unanswered(name: &str, answer: &Answer) -> bool {
    answer.source == AnswerSource::Stub && answer.error == no_fit(name)
}

impl Stub {
    /// The answer of a call, and for how long to wait before it is there.
    fn answer(
        &self,
        name: &str,
        arguments: &Arguments,
        definition: Option<&External>,
        most_ms: u64,
    ) -> (Answer, Duration) {
        let default = || definition.map_or_else(|| Text::from("null"), |definition| definition.default_text().clone());
        let timeout = definition.map_or(Duration::from_millis(most_ms), |definition| definition.timeout(most_ms));
        let fits = |answer: &&StubAnswer| answer.arguments.as_ref().is_none_or(|wanted| *arguments == **wanted);
        let Some(found) = self.answers.iter().find(fits) else {
            return (answer(default(), CallStatus::UnknownFailure, 0, no_fit(name), 0.0), Duration::ZERO);
        };
        let wait = Duration::from_secs_f64(found.latency_ms / 1000.0);
        let (status, http_status, latency_ms) = if wait > timeout {
            (CallStatus::Timeout, 0, timeout.as_secs_f64() * 1000.0)
        } else {
            (found.status, found.http_status, found.latency_ms)
        };
        let error = if status == CallStatus::Success { String::new() } else { format!("stubbed: {}", status.name()) };
        let value = if status == CallStatus::Success { found.response.clone() } else { default() };
        (answer(value, status, http_status, error, latency_ms), wait.min(timeout))
    }
}

fn answer(value: Text, status: CallStatus, http_status: u16, error: String, latency_ms: f64) -> Answer {
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
    fn read(name: &str, answer: &Json<'_>) -> Result<StubAnswer, StubError> {
        let place = || format!("`{name}`");
        let Json::Object(object) = answer else {
            return refuse(place(), "expected an object such as {\"response\": {...}}");
        };
        let mut read = StubAnswer {
            arguments: None,
            response: Text::from("null"),
            status: CallStatus::Success,
            http_status: 0,
            latency_ms: 0.0,
        };
        let mut http_status = None;
        for (key, value) in object.members {
            match (*key, value) {
                ("args", Json::Array(items)) => read.arguments = Some(items.items.iter().map(argument).collect()),
                ("args", _) => return refuse(place(), "expected a list of texts under `args`"),
                ("response", value) => read.response = Text::from(value.to_string()),
                ("status", Json::String(status)) => read.status = status_of(name, status)?,
                ("status", _) => return refuse(place(), "expected a text under `status`"),
                ("httpStatusCode", Json::Int(code @ 0..=999)) => http_status = u16::try_from(*code).ok(),
                ("httpStatusCode", _) => {
                    return refuse(place(), "expected a number from 0 to 999 under `httpStatusCode`");
                }
                ("latency_ms", value) => match convert::json_to_double(*value).value {
                    ms @ 0.0..=3_600_000.0 if matches!(value, Json::Int(_) | Json::Double(_)) => read.latency_ms = ms,
                    _ => {
                        let message = "expected a number of milliseconds from 0 to 3600000 under `latency_ms`";
                        return refuse(place(), message);
                    }
                },
                (other, _) => return unknown_key(name, other),
            }
        }
        read.http_status = http_status.unwrap_or(if read.status == CallStatus::Success { 200 } else { 0 });
        Ok(read)
    }
}

fn status_of(name: &str, status: &str) -> Result<CallStatus, StubError> {
    CallStatus::from_name(status).map_or_else(
        || {
            let near = crate::diagnostic::nearest(status, CallStatus::ALL.map(CallStatus::name));
            let help = near.map_or(String::new(), |near| format!(": did you mean `{near}`?"));
            refuse(format!("`{name}`"), format!("unknown status `{status}`{help}"))
        },
        Ok,
    )
}

fn unknown_key<T>(name: &str, other: &str) -> Result<T, StubError> {
    let known = ["args", "response", "status", "httpStatusCode", "latency_ms"];
    let help = match crate::diagnostic::nearest(other, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", known.join(", ")),
    };
    refuse(format!("`{name}`"), format!("unknown key `{other}`: {help}"))
}

/// An argument as canonical text, so that `args: [1]` fits the call `f(1)`.
fn argument(value: &Json<'_>) -> String {
    let mut text = String::new();
    let datum = if let Json::Double(value) = value { Datum::Double(*value) } else { Datum::Json(*value) };
    // INVARIANT: writing to a string never fails.
    let _ = convert::write_text(datum, &mut text);
    text
}
