//! Runs FQL, the Fraud Query Language: rules read an event, call functions and services asynchronously, and decide.

pub mod builtin;
pub mod check;
pub mod decision;
pub mod diagnostic;
pub mod engine;
pub mod evaluate;
pub mod event;
pub mod external;
pub mod format;
pub mod function;
pub mod hir;
pub mod limit;
pub mod list;
pub mod pattern;
pub mod program;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod value;

pub use decision::Decision;
pub use diagnostic::Diagnostic;
pub use engine::{BuildError, Engine, EngineBuilder, EvalError, Expression, Request, Session, Value};
pub use evaluate::{EvaluationError, Event};
pub use limit::Limits;
pub use value::{DateTime, DecisionKind, TimeSpan};
