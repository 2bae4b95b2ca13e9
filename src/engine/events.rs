//! Words what happened as events for the sinks (R7.12). The only place beside [`Request`](super::Request) that reads the clock.

use super::input::{clock, random_seed};
use crate::decision::Decision;
use crate::evaluate::{CallStatus, Subject};
use crate::external::{Listener, Told};
use crate::sink::{self, Event, Queue};
use std::fmt::Write;
use std::sync::Arc;

/// Tells the sinks of an engine.
#[derive(Debug)]
pub(super) struct Events {
    tenant: String,
    pub(super) queue: Queue,
}

impl Events {
    pub(super) fn new(tenant: String, queue: Queue) -> Events {
        Events { tenant, queue }
    }

    /// Tells of a decision: its traces, and the whole of it.
    pub(super) fn decided(&self, subject: Subject<'_>, decision: &Decision) {
        let assessment = &*subject.program.name;
        let name = format!("{}{assessment}", sink::ASSESSMENTS);
        let environment = subject.policy.environment;
        let (traces, whole) = (self.queue.wants(sink::TRACES, environment), self.queue.wants(&name, environment));
        if !whole && (!traces || decision.traces().is_empty()) {
            return;
        }
        let id = unique_id();
        for trace in decision.traces().iter().filter(|_| traces) {
            let mut json = self.begin(sink::TRACES);
            member(&mut json, "ruleName", &trace.rule);
            member(&mut json, "eventType", assessment);
            member(&mut json, "correlationId", subject.inputs.correlation_id.as_deref().unwrap_or_default());
            member(&mut json, "eventId", &id);
            json.push_str(",\"attributes\":{");
            for (number, (key, value)) in trace.attributes.iter().enumerate() {
                json.push_str(if number > 0 { "," } else { "" });
                text(&mut json, key);
                json.push(':');
                json.push_str(value.as_str());
            }
            json.push_str("}}");
            self.queue.put(Event { name: Arc::from(sink::TRACES), json }, environment);
        }
        if whole {
            let mut json = self.begin(&name);
            member(&mut json, "uniqueId", &id);
            // Line ends stand between the values of an event, never in them.
            let request = subject.text.trim_start_matches('\u{FEFF}').replace(['\n', '\r'], " ");
            // INVARIANT: writing to a string never fails.
            let _ = write!(json, ",\"request\":{},\"response\":{}}}", request.trim(), decision.to_json());
            self.queue.put(Event { name: Arc::from(name), json }, environment);
        }
    }

    /// The begin of an event: name, version, metadata.
    fn begin(&self, name: &str) -> String {
        let mut json = String::from("{\"name\":");
        text(&mut json, name);
        json.push_str(",\"version\":\"1.0\",\"metadata\":{\"tenantId\":");
        text(&mut json, &self.tenant);
        member(&mut json, "timestamp", &clock().to_string());
        json.push('}');
        json
    }

    fn call(&self, name: &str, told: &Told<'_>) -> String {
        let Told { answer, origin, .. } = told;
        let mut json = self.begin(name);
        member(&mut json, "externalCallName", told.name);
        member(&mut json, "requestStatus", answer.status.name());
        // INVARIANT: writing to a string never fails.
        let _ = write!(json, ",\"httpStatusCode\":{}", answer.http_status);
        member(&mut json, "correlationId", origin.correlation_id.as_deref().unwrap_or_default());
        let _ = write!(json, ",\"latencyMs\":{}", answer.latency_ms.round() as u64);
        member(&mut json, "assessment", &origin.assessment);
        member(&mut json, "rule", origin.rule.as_deref().unwrap_or_default());
        member(&mut json, "clause", origin.clause.as_deref().unwrap_or_default());
        json
    }
}

impl Listener for Events {
    fn called(&self, told: &Told<'_>) {
        let environment = told.origin.environment;
        if self.queue.wants(sink::CALLS, environment) {
            let mut json = self.call(sink::CALLS, told);
            json.push('}');
            self.queue.put(Event { name: Arc::from(sink::CALLS), json }, environment);
        }
        if told.answer.status != CallStatus::Success && self.queue.wants(sink::CALL_ERRORS, environment) {
            let mut json = self.call(sink::CALL_ERRORS, told);
            let (response, sent) = (told.response, (told.sent)());
            member(&mut json, "response", if response.is_empty() { &told.answer.error } else { response });
            member(&mut json, "requestUri", &sent.uri);
            member(&mut json, "requestBody", &sent.body);
            json.push('}');
            self.queue.put(Event { name: Arc::from(sink::CALL_ERRORS), json }, environment);
        }
    }
}

fn text(json: &mut String, text: &str) {
    // INVARIANT: a text is always JSON.
    json.push_str(&serde_json::to_string(text).unwrap_or_default());
}

fn member(json: &mut String, key: &str, value: &str) {
    json.push(',');
    text(json, key);
    json.push(':');
    text(json, value);
}

/// A random GUID.
fn unique_id() -> String {
    let (high, low) = (random_seed(), random_seed());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFF,
        8 + (low >> 62),
        low >> 48 & 0xFFF,
        low & 0xFFFF_FFFF_FFFF
    )
}
