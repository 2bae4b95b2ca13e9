//! What a call is made of: whose it is, with which arguments, and what it has to keep to.

use super::definition::External;
use super::guard::{Listener, Told};
use super::transport::Response;
use crate::evaluate::{Answer, Arguments};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What a call has to keep to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// The limit `call_timeout_max_ms`.
    pub(crate) most_ms: u64,
    /// The limit `response_bytes`.
    pub(crate) response_bytes: usize,
}

/// Where a call comes from, and who wants to hear how it ended.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) listener: Arc<dyn Listener>,
    pub(crate) assessment: Arc<str>,
    /// The environment of the event, by number.
    pub(crate) environment: u32,
    pub(crate) correlation_id: Option<Arc<str>>,
    pub(crate) rule: Option<Arc<str>>,
    pub(crate) clause: Option<Arc<str>>,
}

/// A call to make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'o> {
    pub(crate) external: &'o Arc<External>,
    pub(crate) arguments: &'o Arguments,
    pub(crate) terms: Terms,
    pub(crate) origin: Option<&'o Origin>,
    pub(crate) begun: Instant,
}

/// The same, on its own.
pub(super) struct Kept {
    external: Arc<External>,
    arguments: Arguments,
    terms: Terms,
    origin: Option<Origin>,
    begun: Instant,
}

impl Kept {
    pub(super) fn order(&self) -> Order<'_> {
        let Kept { external, arguments, terms, origin, begun } = self;
        Order { external, arguments, terms: *terms, origin: origin.as_ref(), begun: *begun }
    }
}

impl Order<'_> {
    pub(super) fn kept(&self) -> Kept {
        let Order { external, arguments, terms, origin, begun } = *self;
        Kept { external: external.clone(), arguments: arguments.clone(), terms, origin: origin.cloned(), begun }
    }

    /// The longest it may take.
    pub(super) fn timeout(&self) -> Duration {
        self.external.timeout(self.terms.most_ms)
    }

    pub(super) fn deadline(&self) -> Instant {
        self.begun + self.timeout()
    }

    /// What the rules see of it.
    pub(super) fn answer(&self, response: Response, now: Instant) -> Answer {
        let Response { status, http_status, value, error, endpoint, .. } = response;
        let transport = self.external.transport();
        Answer {
            defaulted: value.is_none(),
            value: value.unwrap_or_else(|| self.external.default_text().clone()),
            status,
            http_status,
            error,
            latency_ms: now.saturating_duration_since(self.begun).as_secs_f64() * 1000.0,
            endpoint: if endpoint.is_empty() { transport.endpoint().to_string() } else { endpoint },
            source: transport.source(),
        }
    }

    /// Tells of it, if somebody listens.
    pub(super) fn tell(&self, answer: &Answer, response: &str) {
        if let Some(origin) = self.origin {
            let sent = || self.external.transport().sent(self.arguments);
            origin.listener.called(&Told { name: &self.external.name, origin, answer, response, sent: &sent });
        }
    }
}
