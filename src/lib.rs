//! Runs FQL, the Fraud Query Language: rules read an event, call functions and services asynchronously, and decide.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = fql::Engine::builder()
//!     .external("myCall", |ip: String| async move { if ip.starts_with("203.0.113.") { "high" } else { "low" } })
//!     .rules("checkout", r#"
//!         LET $risk = External.myCall(@"device.ipAddress")
//!
//!         RETURN Reject("known for fraud")
//!         WHEN $risk == "high" && @"totalAmount" > 500
//!
//!         OBSERVE Output(risk = $risk)
//!     "#)
//!     .build()?;
//!
//! let decision = engine.decide(br#"{"device": {"ipAddress": "203.0.113.9"}, "totalAmount": 120}"#).await?;
//! assert_eq!(decision.kind(), fql::DecisionKind::Approve);
//! assert_eq!(decision.outputs().next().map(|(_, key, value)| (key, value.as_str())), Some(("risk", "\"high\"")));
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! # From rules to decisions
//!
//! 1. [`Engine::builder`] gathers rules, functions that answer `External.name(...)`, limits and modes.
//!    [`EngineBuilder::build`] parses, checks and compiles all of it, and gives either an [`Engine`] or every [`Diagnostic`] at
//!    once. A mistake in a rule is never found by an event.
//! 2. [`Engine::decide`] takes an event: bytes, a `&str`, a `serde_json::Value`, or one that was read before by
//!    [`Engine::prepare`]. A [`Request`] adds the clock, the seed of random numbers and a correlation id.
//! 3. The [`Decision`] says what was decided by which rule and clause, what was emitted, which calls were made, and what went
//!    wrong on the way: an evaluation error or a failed call does not stop an event.
//!
//! | to | use |
//! |---|---|
//! | decide in an async service | [`Engine::decide`] |
//! | decide without a runtime | [`Engine::decide_blocking`] |
//! | decide many events on one thread | [`Session`] |
//! | decide a file of events on all cores | [`Batch`] |
//! | decide by a folder whose files change | `watch::Watch`, with the feature `watch` |
//! | evaluate an expression | [`Engine::eval`], [`Expression`] |
//! | set timeouts and default responses of a call | [`external::External`] |
//! | answer calls from a file | [`external::Stubs`] |
//! | show mistakes to their author | [`BuildError`]'s `Display`, or [`diagnostic::render`] |
//! | bound what rules and events may use | [`Limits`] |
//!
//! # Calls
//!
//! A host function is any async function of up to 8 parameters; see [`external::External::new`]. Calls that are certain to be
//! needed are made together, whatever rule they stand in, but what a rule sees and which decision wins is always what running
//! in order, one call after another, would give. Awaiting a call needs a tokio runtime with time enabled; deciding by rules
//! that make none needs no runtime. Dropping the future of a decision drops its calls.
//!
//! # What it never does
//!
//! Panic, hang or overflow the stack, whatever the rules and the event are: texts and events are bounded by [`Limits`] and
//! nothing recurses deeper than they allow. Read a clock, a file or the network by itself: only [`Engine`] reads the clock, and
//! only where a [`Request`] brings none.

// In reading order: a module imports only from those above it.
pub mod source;
pub mod diagnostic;
pub mod limit;
pub mod setting;
pub mod value;
pub mod syntax;
pub mod function;
pub mod pattern;
pub mod builtin;
pub mod schema;
pub mod hir;
pub mod list;
pub mod provider;
pub mod check;
pub mod format;
pub mod event;
pub mod program;
pub mod evaluate;
pub mod decision;
pub mod external;
pub mod sink;
pub mod environment;
pub mod engine;
#[cfg(feature = "watch")]
pub mod watch;
pub mod case;

pub use decision::Decision;
pub use diagnostic::Diagnostic;
pub use engine::{
    Batch, BatchError, BuildError, Engine, EngineBuilder, EvalError, Expression, Request, Session, Value,
};
pub use evaluate::{EvaluationError, Event};
pub use limit::Limits;
pub use value::{DateTime, DecisionKind, TimeSpan};
