//! Runs FQL, the Fraud Query Language: rules read an event, call functions and services asynchronously, and decide.

pub mod source;
pub mod diagnostic;
pub mod limit;
pub mod value;
pub mod syntax;
pub mod function;
pub mod builtin;
pub mod hir;
pub mod check;
pub mod event;
pub mod program;
pub mod evaluate;
pub mod decision;
pub mod external;
pub mod engine;

pub use decision::Decision;
pub use diagnostic::Diagnostic;
pub use engine::{BuildError, Engine, EngineBuilder, EvalError, Expression, Request, Session, Value};
pub use evaluate::{Event, EvaluationError};
pub use limit::Limits;
pub use value::{DateTime, DecisionKind, TimeSpan};
