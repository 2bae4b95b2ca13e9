//! One event after another on one thread, with memory that is kept.

use super::drive;
use super::{Engine, Request, Shared};
use crate::decision::Decision;
use crate::engine::input::{EventInput, within};
use crate::evaluate::{Evaluation, EvaluationError, Event, Inputs, Plain, Policy, Ran, Seen, Slots, Subject};
use crate::event::{Raws, extract};
use crate::limit::Limits;
use crate::program::{Handle, Program};
use std::sync::Arc;

/// Decides events one after another; after the first ones a decision without calls and outputs allocates nothing.
///
/// A session has its own handle of the rules, so that sessions on several threads share no counter.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = fql::Engine::builder().rules("checkout", r#"RETURN Review() WHEN @"totalAmount" > 500"#).build()?;
/// let mut session = engine.session(None)?;
/// for event in [r#"{"totalAmount": 12}"#, r#"{"totalAmount": 900}"#] {
///     println!("{}", session.decide(event)?.to_json());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Session {
    engine: Engine,
    program: Arc<Handle>,
    policy: Policy,
    raws: Raws,
    slots: Slots,
    evaluation: Evaluation,
    /// The last one.
    decision: Decision,
}

impl Session {
    pub(super) fn new(engine: Engine, program: Arc<Program>, policy: Policy) -> Session {
        let program = Arc::new(Handle(program));
        Session {
            engine,
            decision: Decision::nothing(&program),
            program,
            policy,
            raws: Raws::learning(),
            slots: Slots::default(),
            evaluation: Evaluation::default(),
        }
    }

    /// What bounds the session's events and their evaluation (R11.4).
    pub fn limits(&self) -> &Limits {
        &self.policy.limits
    }

    /// Decides an event, as [`Engine::decide_blocking`] does. The assessment is the session's, whatever the request names.
    ///
    /// # Errors
    ///
    /// As [`Engine::decide_blocking`].
    #[inline]
    pub fn decide<'e>(&mut self, event: impl Into<Request<'e>>) -> Result<Decision, EvaluationError> {
        self.run(&event.into())?;
        Ok(self.decision.take())
    }

    /// The same, lent: the decision stays in the session until the next one. The fastest way where nobody keeps decisions.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let engine = fql::Engine::builder().rules("checkout", r#"RETURN Review() WHEN @"totalAmount" > 500"#).build()?;
    /// let event = engine.prepare(r#"{"totalAmount": 900}"#)?;
    /// assert_eq!(engine.session(None)?.decide_ref(&event)?.clause_number(), Some(0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Engine::decide_blocking`].
    #[inline]
    pub fn decide_ref<'e>(&mut self, event: impl Into<Request<'e>>) -> Result<&Decision, EvaluationError> {
        self.run(&event.into())?;
        Ok(&self.decision)
    }

    /// Decides an event into the session's decision.
    #[inline]
    fn run(&mut self, request: &Request<'_>) -> Result<(), EvaluationError> {
        if self.is_decided_by_tests(request) {
            return Ok(());
        }
        self.run_on(request)
    }

    /// Decides an event that was read before, if tests alone do. What else there may be does not even get room on the stack.
    fn is_decided_by_tests(&mut self, request: &Request<'_>) -> bool {
        let Some(event) = self.bound_for_tests(request) else { return false };
        let Session { program, policy, evaluation, decision, .. } = self;
        let seen = Seen::new(program, &event.slots, &event.raws, &event.text);
        evaluation.plain_into(seen, policy, &Inputs::NOTHING, decision.plain_mut())
    }

    /// The event of a request that tests alone may decide, if it was read before.
    #[inline]
    fn bound_for_tests<'e>(&self, request: &Request<'e>) -> Option<&'e Event> {
        let EventInput::Bound(event) = request.event else { return None };
        let asks = request.record || !request.variables.is_empty() || self.engine.shared.events.is_some();
        (!asks && !self.program.derives_outside).then_some(event)
    }

    /// The same for every event, with whatever it needs.
    #[inline(never)]
    fn run_on(&mut self, request: &Request<'_>) -> Result<(), EvaluationError> {
        let plain = !request.record && request.variables.is_empty() && self.bound_for_tests(request).is_none();
        self.read(request, |evaluation, decision, program, policy, seen, shared| {
            let asked = program.derives_outside.then(|| request.inputs(program));
            let is_plain = plain
                && evaluation.plain_into(
                    seen,
                    policy,
                    asked.as_ref().unwrap_or(&Inputs::NOTHING),
                    decision.plain_mut(),
                );
            if is_plain && shared.events.is_none() {
                return Ok(());
            }
            // The clock is read once.
            let inputs = asked.unwrap_or_else(|| request.inputs(program));
            let subject =
                Subject { record: request.record, variables: request.variables, ..seen.with(&inputs, policy) };
            if !is_plain {
                evaluation.clear();
                let finish = |ran: Ran<'_, '_>| drive::decision(program, ran);
                let rehearsed = request.answers.map(|answers| shared.externals.rehearsed(answers));
                let externals = rehearsed.as_ref().unwrap_or(&shared.externals);
                *decision = drive::run_with_machine(evaluation, subject, externals, finish)?;
            }
            if request.answers.is_none() {
                shared.tell(subject, decision);
            }
            Ok(())
        })
    }

    /// Decides an event if tests of its attributes are all that is needed.
    pub(super) fn decide_without_calls(&mut self, request: &Request<'_>) -> Result<Option<Decision>, EvaluationError> {
        self.read(request, |evaluation, _, program, policy, seen, shared| {
            let mut plain = Plain::nothing();
            let asked = program.derives_outside.then(|| request.inputs(program));
            if !evaluation.plain_into(seen, policy, asked.as_ref().unwrap_or(&Inputs::NOTHING), &mut plain) {
                return Ok(None);
            }
            let decision = Decision::of_plain(program, plain);
            if shared.events.is_some() {
                let inputs = asked.unwrap_or_else(|| request.inputs(program));
                shared.tell(seen.with(&inputs, policy), &decision);
            }
            Ok(Some(decision))
        })
    }

    /// Decides an event with memory of its own, so that it may wait for calls while the session goes on.
    pub(super) fn awaited<'e>(
        &self,
        request: Request<'e>,
    ) -> impl Future<Output = Result<Decision, EvaluationError>> + use<'e> {
        let (engine, program, policy) = (self.engine.clone(), self.program.clone(), self.policy.clone());
        async move { engine.run(&program, &policy, request).await }
    }

    /// Reads an event and evaluates it.
    #[inline]
    fn read<T>(
        &mut self,
        request: &Request<'_>,
        evaluate: impl FnOnce(
            &mut Evaluation,
            &mut Decision,
            &Arc<Handle>,
            &Policy,
            Seen<'_>,
            &Shared,
        ) -> Result<T, EvaluationError>,
    ) -> Result<T, EvaluationError> {
        let Session { engine, program, policy, raws: own_raws, slots: own_slots, evaluation, decision } = self;
        let shared = &engine.shared;
        let bytes;
        let (slots, raws, text) = match request.event {
            EventInput::Bound(event) => (&event.slots, &event.raws, event.text.as_str()),
            other => {
                bytes = other.bytes()?;
                within(bytes.len(), &policy.limits)?;
                let text = extract(&program.paths, &bytes, own_raws)?;
                own_slots.fill(&program.columns, own_raws, text);
                (&*own_slots, &*own_raws, text)
            }
        };
        evaluate(evaluation, decision, program, policy, Seen::new(program, slots, raws, text), shared)
    }
}
