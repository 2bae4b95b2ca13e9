//! The host's view: build an engine from rules, hand it events, get decisions.
//!
//! The only module that awaits. It drives the evaluation core ([`crate::evaluate`]): [`Engine::decide`] with async calls,
//! [`Engine::decide_blocking`] without a runtime where no call needs one, [`Session`] with memory that is kept from event
//! to event, [`Batch`] many events on all cores.

mod batch;
mod bound;
mod builder;
mod compile;
mod drive;
mod environments;
mod error;
mod events;
mod expression;
mod externals;
mod input;
mod lists;
mod outline;
mod providers;
mod ready;
mod session;
mod sinks;

pub use batch::{Batch, BatchError};
pub use builder::EngineBuilder;
pub use error::BuildError;
pub use expression::{EvalError, Expression, Value};
pub use input::{EventInput, Request};
pub use session::Session;

use crate::check::{Lints, Tree};
use crate::decision::Decision;
use crate::diagnostic::{Code, Diagnostic};
use crate::environment::Kept;
use crate::evaluate::{EvaluationError, Event, Inputs, Policy, Subject};
use crate::external::Monitor;
use crate::limit::Limits;
use crate::program::{Handle, Program};
use bound::Bound;
use environments::Site;
use events::Events;
use externals::Externals;
use indexmap::IndexMap;
use std::sync::Arc;
use std::time::Duration;

/// Decides events by rules. Cheap to clone and to share between threads.
///
/// ```
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = fql::Engine::builder()
///     .external("riskOf", |ip: String| async move { if ip.starts_with("203.0.113.") { "high" } else { "low" } })
///     .rules("checkout", r#"
///         RETURN Reject("risky address")
///         WHEN External.riskOf(@"device.ipAddress") == "high" && @"totalAmount" > 500
///     "#)
///     .build()?;
/// let event = br#"{"device": {"ipAddress": "203.0.113.9"}, "totalAmount": 830.5}"#;
/// let decision = engine.decide(event).await?;
/// assert_eq!(decision.kind().name(), "Reject");
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(example()).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// What all clones of an engine share.
#[derive(Debug)]
struct Shared {
    assessments: IndexMap<String, Assessment>,
    externals: Externals,
    events: Option<Arc<Events>>,
    tree: Tree,
    lints: Lints,
    /// By the number of the environment.
    sites: Vec<Site>,
    warnings: Vec<Diagnostic>,
    /// What an engine that replaces this one takes over.
    kept: Kept,
}

/// One assessment.
#[derive(Debug)]
struct Assessment {
    name: Arc<str>,
    /// Its compiled rules by the number of the environment, whose parents' rules are in them (R2.3).
    programs: Vec<Option<Arc<Handle>>>,
}

impl Shared {
    /// Tells the sinks of a decision.
    #[inline]
    fn tell(&self, subject: Subject<'_>, decision: &Decision) {
        if let Some(events) = &self.events {
            events.decided(subject, decision);
        }
    }
}

impl Engine {
    /// Begins a new engine.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// Decides an event by the engine's only assessment, or by the one that the [`Request`] names.
    ///
    /// External calls that are certain to be needed are made together (R8.1). Dropping the future drops the calls.
    ///
    /// # Errors
    ///
    /// `E0901` to `E0905` if the event is no JSON object within the limits, `E0906` for an assessment that is not there,
    /// `E0605` or `E0606` if steps or time run out (L5.4), `E0907` if a call has to be made outside a tokio runtime with
    /// time, and the first evaluation error under [`OnError::Fail`](crate::evaluate::OnError::Fail). An evaluation error is
    /// otherwise listed in the decision.
    pub async fn decide<'e>(&self, event: impl Into<Request<'e>>) -> Result<Decision, EvaluationError> {
        let request = event.into();
        let rules = self.rules(request.assessment, request.environment)?;
        self.run(rules.program, rules.policy, request).await
    }

    /// The same without a runtime: where no call has to be waited for nothing is awaited, else a runtime for this one
    /// evaluation is made.
    ///
    /// # Errors
    ///
    /// As [`Engine::decide`]; `E0907` too if a call has to be waited for and this is called from within an async runtime.
    pub fn decide_blocking<'e>(&self, event: impl Into<Request<'e>>) -> Result<Decision, EvaluationError> {
        let request = event.into();
        let Rules { program, policy } = self.rules(request.assessment, request.environment)?;
        let bound = Bound::new(&self.shared, program, policy, &request)?;
        let (subject, externals) = (bound.subject(program, policy), bound.externals(&self.shared));
        let decision = drive::run_blocking(subject, externals, |ran| drive::decision(program, ran))?;
        bound.tell(&self.shared, subject, &decision);
        Ok(decision)
    }

    /// Reads an event once for any number of decisions by the engine's only assessment, or by the one named.
    ///
    /// # Errors
    ///
    /// As [`Engine::decide`], for what concerns the event.
    pub fn prepare<'e>(&self, event: impl Into<Request<'e>>) -> Result<Event, EvaluationError> {
        let request = event.into();
        let Rules { program, policy } = self.rules(request.assessment, request.environment)?;
        read(program, policy, request.event)
    }

    /// A session of the engine's only assessment: the fastest way to decide one event after another on one thread.
    ///
    /// # Errors
    ///
    /// `E0906` if the engine has several assessments, or none of that name.
    pub fn session(&self, assessment: Option<&str>) -> Result<Session, EvaluationError> {
        self.session_in(assessment, None)
    }

    /// The same for an environment, by its path below the root or its id; without one it is the root.
    ///
    /// # Errors
    ///
    /// As [`Engine::session`], and `E0906` if there is no such environment.
    pub fn session_in(&self, assessment: Option<&str>, environment: Option<&str>) -> Result<Session, EvaluationError> {
        let Rules { program, policy } = self.rules(assessment, environment)?;
        Ok(Session::new(self.clone(), program.0.clone(), policy.clone()))
    }

    /// Compiles an expression that may call what the engine's rules may call.
    ///
    /// # Errors
    ///
    /// All diagnostics of the text.
    pub fn expression(&self, text: &str) -> Result<Expression, BuildError> {
        Expression::new(self, 0, "expression", text)
    }

    /// The same, for an expression that stands in an environment: it can name what the rules there can. `environment` is a
    /// path below the root or an id, as in [`Request::environment`].
    ///
    /// # Errors
    ///
    /// As [`Engine::expression`], and `E0906` if there is no such environment.
    pub fn expression_in(&self, environment: Option<&str>, text: &str) -> Result<Expression, EvalError> {
        Ok(Expression::new(self, self.environment(environment)?, "expression", text)?)
    }

    /// Evaluates an expression over an event.
    ///
    /// ```
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let engine = fql::Engine::builder().build()?;
    /// let value = engine.eval(r#"@"a" + "-" + @"b""#, br#"{"a": "x", "b": 7}"#).await?;
    /// assert_eq!(value, fql::Value::String("x-7".to_string()));
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(example()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// All diagnostics of the text, the evaluation error that is its result, or as [`Engine::decide`].
    pub async fn eval<'e>(&self, text: &str, event: impl Into<Request<'e>>) -> Result<Value, EvalError> {
        let expression = self.expression(text)?;
        Ok(expression.eval(event).await?)
    }

    /// How external calls have been doing (R7.11).
    ///
    /// ```
    /// let engine = fql::Engine::builder().external("riskOf", |ip: String| async move { ip.len() as i64 }).build()?;
    /// let monitor = engine.monitor();
    /// assert_eq!(monitor.snapshot().calls[0].requests, 0);
    /// # Ok::<(), fql::BuildError>(())
    /// ```
    pub fn monitor(&self) -> Monitor {
        self.shared.externals.monitor()
    }

    /// Waits until the sinks have written what happened so far (R7.12); false if that takes longer than `most`.
    pub fn flush(&self, most: Duration) -> bool {
        self.shared.events.as_ref().is_none_or(|events| events.queue.flush(most))
    }

    /// How many events the sinks did not get: their queue was full, or they failed.
    pub fn dropped_events(&self) -> u64 {
        self.shared.events.as_ref().map_or(0, |events| events.queue.dropped())
    }

    /// Warnings of the rules, in the order of the text.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.shared.warnings
    }

    /// What bounds events and their evaluation in an environment, by its path below the root or its id; by default in the
    /// root (R11.4).
    ///
    /// # Errors
    ///
    /// `E0906` if there is no such environment.
    pub fn limits(&self, environment: Option<&str>) -> Result<&Limits, EvaluationError> {
        Ok(&self.policy(self.environment(environment)?).limits)
    }

    /// The names of the assessments.
    pub fn assessments(&self) -> impl Iterator<Item = &str> {
        self.shared.assessments.values().map(|assessment| &*assessment.name)
    }

    /// The compiled rules of an assessment.
    ///
    /// # Errors
    ///
    /// `E0906` if the engine has several assessments and none is named, or none of that name.
    pub fn program(&self, assessment: Option<&str>) -> Result<Arc<Program>, EvaluationError> {
        Ok(self.rules(assessment, None)?.program.0.clone())
    }

    /// The ids of the environments, parents before their children; none if the engine was made from lone texts.
    pub fn environments(&self) -> impl Iterator<Item = &str> {
        self.shared.tree.environments().iter().filter_map(|environment| environment.id.as_deref())
    }

    /// The rules of an assessment on the way to an environment, by default the root (R2.3).
    fn rules(&self, assessment: Option<&str>, environment: Option<&str>) -> Result<Rules<'_>, EvaluationError> {
        let number = self.environment(environment)?;
        let assessment = self.assessment(assessment)?;
        let program = assessment.programs.get(number).and_then(Option::as_ref).ok_or_else(|| {
            let id = self.shared.tree.environments().get(number).and_then(|one| one.id.as_deref()).unwrap_or_default();
            let message = format!("there is no assessment `{}` in the environment `{id}`", assessment.name);
            EvaluationError::new(Code::NO_SUCH_ASSESSMENT, message)
        })?;
        Ok(Rules { program, policy: self.policy(number) })
    }

    /// How events of an environment are evaluated.
    fn policy(&self, environment: usize) -> &Policy {
        static NOTHING: std::sync::LazyLock<Policy> = std::sync::LazyLock::new(Policy::default);
        // INVARIANT: each environment has its site.
        self.shared.sites.get(environment).map_or(&NOTHING, |site| &site.policy)
    }

    /// The number of an environment, by its path below the root or its id; by default the root's.
    fn environment(&self, name: Option<&str>) -> Result<usize, EvaluationError> {
        let Some(id) = name else { return Ok(0) };
        let all = self.shared.tree.environments();
        let path = id.trim_matches('/');
        let on_path = |site: &Site| !site.path.is_empty() && site.path.eq_ignore_ascii_case(path);
        if let Some(number) = self.shared.sites.iter().position(on_path) {
            return Ok(number);
        }
        let is_it = |known: &Arc<str>| known.eq_ignore_ascii_case(id);
        all.iter().position(|environment| environment.id.as_ref().is_some_and(is_it)).ok_or_else(|| {
            let help = match crate::diagnostic::nearest(id, self.environments()) {
                Some(near) => format!(": did you mean `{near}`?"),
                None if self.environments().next().is_none() => ": the engine was made from lone texts".to_string(),
                None => {
                    let known = self.environments().map(|known| format!("`{known}`")).collect::<Vec<_>>();
                    format!(": there is {}", known.join(", "))
                }
            };
            EvaluationError::new(Code::NO_SUCH_ASSESSMENT, format!("unknown environment `{id}`{help}"))
        })
    }

    /// Decides an event by a program, whose handle the decision keeps.
    async fn run(
        &self,
        program: &Arc<Handle>,
        policy: &Policy,
        request: Request<'_>,
    ) -> Result<Decision, EvaluationError> {
        let bound = Bound::new(&self.shared, program, policy, &request)?;
        let (subject, externals) = (bound.subject(program, policy), bound.externals(&self.shared));
        let decision = drive::run(subject, externals, |ran| drive::decision(program, ran)).await?;
        bound.tell(&self.shared, subject, &decision);
        Ok(decision)
    }

    fn assessment(&self, name: Option<&str>) -> Result<&Assessment, EvaluationError> {
        let all = &self.shared.assessments;
        let names = || all.values().map(|one| format!("`{}`", one.name)).collect::<Vec<_>>().join(", ");
        match name {
            Some(name) => all.get(&name.to_ascii_lowercase()).ok_or_else(|| {
                let near = crate::diagnostic::nearest(name, all.values().map(|one| &*one.name));
                let help = match near {
                    Some(near) => format!(": did you mean `{near}`?"),
                    None if all.is_empty() => ": the engine has no rules".to_string(),
                    None => format!(": there is {}", names()),
                };
                EvaluationError::new(Code::NO_SUCH_ASSESSMENT, format!("unknown assessment `{name}`{help}"))
            }),
            None if all.len() == 1 => all.values().next().ok_or_else(no_rules),
            None if all.is_empty() => Err(no_rules()),
            None => {
                let message = format!("name one of the assessments {}", names());
                Err(EvaluationError::new(Code::NO_SUCH_ASSESSMENT, message))
            }
        }
    }
}

/// The rules of an assessment in an environment, and how events are evaluated there.
#[derive(Clone, Copy, Debug)]
struct Rules<'e> {
    program: &'e Arc<Handle>,
    policy: &'e Policy,
}

/// Reads an event for a program.
fn read(program: &Program, policy: &Policy, event: EventInput<'_>) -> Result<Event, EvaluationError> {
    let bytes = event.bytes()?;
    input::within(bytes.len(), &policy.limits)?;
    Ok(Event::bind(program, &bytes)?)
}

fn no_rules() -> EvaluationError {
    EvaluationError::new(Code::NO_SUCH_ASSESSMENT, "the engine has no rules")
}

/// What an evaluation of a bound event reads.
fn subject<'e>(program: &'e Program, event: &'e Event, inputs: &'e Inputs, policy: &'e Policy) -> Subject<'e> {
    Subject {
        program,
        slots: &event.slots,
        raws: &event.raws,
        text: &event.text,
        inputs,
        policy,
        variables: &[],
        record: false,
    }
}
