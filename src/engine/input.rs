//! What a host hands in: an event, and what goes with it.

use crate::diagnostic::Code;
use crate::evaluate::{EvaluationError, Event, Inputs};
use crate::external::Stubs;
use crate::limit::Limits;
use crate::program::Program;
use crate::value::DateTime;
use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// An event in one of the forms a host may have it in.
#[derive(Clone, Copy, Debug)]
pub enum EventInput<'e> {
    /// JSON, in UTF-8.
    Bytes(&'e [u8]),
    /// A JSON value.
    Value(&'e serde_json::Value),
    /// Read already, by [`Engine::prepare`](super::Engine::prepare) of the same engine.
    Bound(&'e Event),
}

impl<'e> EventInput<'e> {
    /// The JSON text.
    pub(super) fn bytes(self) -> Result<Cow<'e, [u8]>, EvaluationError> {
        match self {
            EventInput::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            EventInput::Value(value) => match serde_json::to_vec(value) {
                Ok(bytes) => Ok(Cow::Owned(bytes)),
                Err(error) => Err(EvaluationError::new(Code::EVENT_NOT_JSON, error.to_string())),
            },
            EventInput::Bound(event) => Ok(Cow::Borrowed(event.text.as_bytes())),
        }
    }
}

/// Holds the size of an event against the limit.
pub(super) fn within(bytes: usize, limits: &Limits) -> Result<(), EvaluationError> {
    // Offsets in an event have 31 bits.
    let limit = limits.event_bytes.min((1 << 31) - 1);
    if bytes <= limit {
        return Ok(());
    }
    let message = format!("expected an event of at most `event_bytes` = {limit} bytes, found {bytes}");
    Err(EvaluationError::new(Code::EVENT_TOO_LARGE, message))
}

/// An event and what goes with it. Everything but the event has a default.
///
/// ```
/// use fql::Request;
/// let request = Request::new(br#"{"totalAmount": 12}"#).assessment("checkout").seed(7);
/// ```
#[derive(Clone, Debug)]
pub struct Request<'e> {
    pub(super) event: EventInput<'e>,
    pub(super) assessment: Option<&'e str>,
    pub(super) environment: Option<&'e str>,
    pub(super) now: Option<DateTime>,
    pub(super) seed: Option<u64>,
    pub(super) correlation_id: Option<Arc<str>>,
    pub(super) answers: Option<&'e Stubs>,
    pub(super) record: bool,
    pub(super) variables: &'e [(Arc<str>, Arc<str>)],
}

impl<'e> Request<'e> {
    /// A request with an event and nothing else.
    pub fn new(event: impl Into<EventInput<'e>>) -> Request<'e> {
        Request {
            event: event.into(),
            assessment: None,
            environment: None,
            now: None,
            seed: None,
            correlation_id: None,
            answers: None,
            record: false,
            variables: &[],
        }
    }

    /// Which assessment decides; needed if the engine has several.
    #[must_use]
    pub fn assessment(mut self, name: &'e str) -> Request<'e> {
        self.assessment = Some(name);
        self
    }

    /// The environment in which it decides, by its path below the root such as `eu/fr`, or by its id; by default the root
    /// (R2.3). Case makes no difference, and a path comes before an id.
    #[must_use]
    pub fn environment(mut self, id: &'e str) -> Request<'e> {
        self.environment = Some(id);
        self
    }

    /// The clock of the event; by default the system's (L6.3).
    #[must_use]
    pub fn at(mut self, now: DateTime) -> Request<'e> {
        self.now = Some(now);
        self
    }

    /// Where random numbers come from; by default different for each event (L6.2).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Request<'e> {
        self.seed = Some(seed);
        self
    }

    /// What `Request.CorrelationId()` gives; empty by default.
    #[must_use]
    pub fn correlation_id(mut self, id: impl Into<Arc<str>>) -> Request<'e> {
        self.correlation_id = Some(id.into());
        self
    }

    /// Answers the event's external calls from here, then from the engine's own stubs, and makes none: neither the network nor
    /// a function of the host is asked, no breaker counts, no sink is told, and nothing is waited for. A call that has no
    /// answer fails with [`CallStatus::UnknownFailure`](crate::evaluate::CallStatus::UnknownFailure), so its value is the
    /// definition's default response. This is how cases run ([`case`](crate::case), R12.6).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fql::{Engine, Request, external::Stubs};
    /// let engine = Engine::builder()
    ///     .external("riskOf", |ip: String| async move { ip.len() as i64 })
    ///     .rules("checkout", r#"RETURN Reject() WHEN External.riskOf(@"ip") == "high""#)
    ///     .build()?;
    /// let answers = Stubs::parse(r#"{"riskOf": {"response": "high"}}"#)?;
    /// let decision = engine.decide_blocking(Request::new(br#"{"ip": "203.0.113.9"}"#).answers(&answers))?;
    /// assert_eq!(decision.kind().name(), "Reject");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn answers(mut self, answers: &'e Stubs) -> Request<'e> {
        self.answers = Some(answers);
        self
    }

    /// Records which statements are taken: their `WHEN` held and their effect took place. [`Decision::taken`] lists them. It is off
    /// by default, and costs nothing then.
    ///
    /// [`Decision::taken`]: crate::Decision::taken
    #[must_use]
    pub fn record_taken(mut self, record: bool) -> Request<'e> {
        self.record = record;
        self
    }

    /// What variables of the event hold before the first rule, as if rules before it had set them: names, and values as JSON text.
    /// They are listed in the decision like others. A name that no rule of the assessment reads or sets is passed over, a value
    /// that is no JSON is none. This is how cases set them (R12.6).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fql::{Engine, Request};
    /// let rules = r#"RETURN Review() WHEN GetVariable("isRisky")"#;
    /// let engine = Engine::builder().rules("checkout", rules).build()?;
    /// let variables = [("isRisky".into(), "true".into())];
    /// let decision = engine.decide_blocking(Request::new(b"{}").variables(&variables))?;
    /// assert_eq!(decision.kind(), fql::DecisionKind::Review);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn variables(mut self, variables: &'e [(Arc<str>, Arc<str>)]) -> Request<'e> {
        self.variables = variables;
        self
    }

    /// What the evaluation gets from outside. A clock and a seed that nobody reads are not made: they cost more than a
    /// decision does.
    pub(super) fn inputs(&self, program: &Program) -> Inputs {
        let read = program.reads_outside();
        Inputs {
            now: self.now.unwrap_or_else(|| if read { clock() } else { DateTime::MIN }),
            seed: self.seed.unwrap_or_else(|| if read { random_seed() } else { 0 }),
            correlation_id: self.correlation_id.clone(),
        }
    }
}

/// The system's clock.
pub(super) fn clock() -> DateTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i128::try_from(since.as_nanos()).ok().and_then(DateTime::from_unix_nanos).unwrap_or(DateTime::MIN)
}

/// A seed that nobody chose: the keys of the standard library's hasher are random.
pub(super) fn random_seed() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}

impl<'e> From<&'e [u8]> for EventInput<'e> {
    fn from(bytes: &'e [u8]) -> EventInput<'e> {
        EventInput::Bytes(bytes)
    }
}

impl<'e, const N: usize> From<&'e [u8; N]> for EventInput<'e> {
    fn from(bytes: &'e [u8; N]) -> EventInput<'e> {
        EventInput::Bytes(bytes)
    }
}

impl<'e> From<&'e Vec<u8>> for EventInput<'e> {
    fn from(bytes: &'e Vec<u8>) -> EventInput<'e> {
        EventInput::Bytes(bytes)
    }
}

impl<'e> From<&'e str> for EventInput<'e> {
    fn from(text: &'e str) -> EventInput<'e> {
        EventInput::Bytes(text.as_bytes())
    }
}

impl<'e> From<&'e &str> for EventInput<'e> {
    fn from(text: &'e &str) -> EventInput<'e> {
        EventInput::Bytes(text.as_bytes())
    }
}

impl<'e> From<&'e String> for EventInput<'e> {
    fn from(text: &'e String) -> EventInput<'e> {
        EventInput::Bytes(text.as_bytes())
    }
}

impl<'e> From<&'e serde_json::Value> for EventInput<'e> {
    fn from(value: &'e serde_json::Value) -> EventInput<'e> {
        EventInput::Value(value)
    }
}

impl<'e> From<&'e Event> for EventInput<'e> {
    fn from(event: &'e Event) -> EventInput<'e> {
        EventInput::Bound(event)
    }
}

impl<'e, T: Into<EventInput<'e>>> From<T> for Request<'e> {
    fn from(event: T) -> Request<'e> {
        Request::new(event)
    }
}
