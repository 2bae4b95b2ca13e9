//! A request whose event was read: what deciding it needs, whether calls are awaited or not.

use super::externals::Externals;
use super::{EventInput, Request, Shared, read, subject};
use crate::decision::Decision;
use crate::evaluate::{EvaluationError, Event, Inputs, Policy, Subject};
use crate::program::Program;
use std::sync::Arc;

/// The event, of the host or made for this request.
#[expect(clippy::large_enum_variant, reason = "there is one for each decision, and it lives on the stack")]
enum Held<'r> {
    Lent(&'r Event),
    Own(Event),
}

pub(super) struct Bound<'r> {
    event: Held<'r>,
    inputs: Inputs,
    variables: &'r [(Arc<str>, Arc<str>)],
    record: bool,
    /// In place of the engine's, if the request brings all answers.
    rehearsed: Option<Externals>,
}

impl<'r> Bound<'r> {
    pub(super) fn new(
        shared: &Shared,
        program: &Program,
        policy: &Policy,
        request: &Request<'r>,
    ) -> Result<Bound<'r>, EvaluationError> {
        let event = match request.event {
            EventInput::Bound(event) => Held::Lent(event),
            other => Held::Own(read(program, policy, other)?),
        };
        Ok(Bound {
            event,
            inputs: request.inputs(program),
            variables: request.variables,
            record: request.record,
            rehearsed: request.answers.map(|answers| shared.externals.rehearsed(answers)),
        })
    }

    pub(super) fn subject<'b>(&'b self, program: &'b Program, policy: &'b Policy) -> Subject<'b> {
        let event = match &self.event {
            Held::Lent(event) => event,
            Held::Own(event) => event,
        };
        let Bound { variables, record, .. } = *self;
        Subject { variables, record, ..subject(program, event, &self.inputs, policy) }
    }

    pub(super) fn externals<'b>(&'b self, shared: &'b Shared) -> &'b Externals {
        self.rehearsed.as_ref().unwrap_or(&shared.externals)
    }

    /// Tells the sinks of a decision that was no rehearsal.
    pub(super) fn tell(&self, shared: &Shared, subject: Subject<'_>, decision: &Decision) {
        if self.rehearsed.is_none() {
            shared.tell(subject, decision);
        }
    }
}
