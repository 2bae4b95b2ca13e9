//! Expressions on their own: compiled once, evaluated over any number of events.

use super::compile::in_order;
use super::{BuildError, Engine, EventInput, Request, drive, read, subject};
use crate::decision::{JsonText, NoteEntry, note_entry};
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::{EvaluationError, Event, Policy, Ran};
use crate::program::Program;
use crate::source::Source;
use crate::syntax;
use crate::value::{DateTime, Datum, DecisionKind, TimeSpan, Type, convert, number};
use std::collections::HashMap;
use std::sync::Arc;

/// The value of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A binary64 number.
    Double(f64),
    /// A text.
    String(String),
    /// An instant in UTC.
    DateTime(DateTime),
    /// A length of time.
    TimeSpan(TimeSpan),
    /// Any JSON; records too.
    Json(JsonText),
    /// A set of character classes, as its bits.
    CharSet(u16),
    /// A decision's name.
    Decision(DecisionKind),
}

impl Value {
    fn of(datum: Datum<'_>) -> Value {
        match datum {
            Datum::Bool(value) => Value::Bool(value),
            Datum::Int(value) => Value::Int(value),
            Datum::Double(value) => Value::Double(value),
            Datum::String(text) => Value::String(text.to_string()),
            Datum::DateTime(value) => Value::DateTime(value),
            Datum::TimeSpan(value) => Value::TimeSpan(value),
            Datum::Json(json) => Value::Json(JsonText::of(json)),
            Datum::CharSet(set) => Value::CharSet(set.0),
            Datum::Decision(kind) => Value::Decision(kind),
        }
    }

    /// As JSON (L3.2a).
    pub fn to_json(&self) -> String {
        match self {
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Double(value) => {
                let mut text = String::new();
                // INVARIANT: writing to a string never fails.
                let _ = number::json_double(*value, &mut text);
                text
            }
            Value::Json(json) => json.as_str().to_string(),
            other => serde_json::Value::String(other.to_string()).to_string(),
        }
    }
}

/// The canonical text (L3.2a).
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let datum = match self {
            Value::Bool(value) => Datum::Bool(*value),
            Value::Int(value) => Datum::Int(*value),
            Value::Double(value) => Datum::Double(*value),
            Value::String(text) => Datum::String(text),
            Value::DateTime(value) => Datum::DateTime(*value),
            Value::TimeSpan(value) => Datum::TimeSpan(*value),
            Value::CharSet(set) => Datum::CharSet(crate::value::CharSet(*set)),
            Value::Decision(kind) => Datum::Decision(*kind),
            Value::Json(json) => {
                return match json.to_value() {
                    serde_json::Value::Null => Ok(()),
                    serde_json::Value::String(text) => f.write_str(&text),
                    _ => f.write_str(json.as_str()),
                };
            }
        };
        convert::write_text(datum, f)
    }
}

/// Why [`Engine::eval`] gave no value.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EvalError {
    /// The text has errors.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The evaluation ended without a value.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Expression {
    engine: Engine,
    environment: usize,
    program: Arc<Program>,
    warnings: Vec<Diagnostic>,
}

impl Expression {
    pub(super) fn new(engine: &Engine, environment: usize, name: &str, text: &str) -> Result<Expression, BuildError> {
        let source = Arc::new(Source::new(name, text));
        let (shared, limits) = (&engine.shared, &engine.policy(environment).limits);
        let done = syntax::with_stack(syntax::nesting(text).min(limits.nesting), || {
            let parsed = syntax::parse_expression(&source, limits);
            let mut diagnostics = parsed.diagnostics;
            let checked = parsed.tree.as_ref().and_then(|tree| {
                let (checked, found) = shared.tree.expression(environment, &source, tree);
                diagnostics.extend(found);
                checked
            });
            shared.lints.apply(&mut diagnostics);
            in_order(&mut diagnostics, &HashMap::new());
            let good = !diagnostics.iter().any(Diagnostic::is_error);
            (checked.filter(|_| good).map(|checked| Program::of_expression(&checked)), diagnostics)
        });
        match done {
            Ok((Some(program), warnings)) => {
                Ok(Expression { engine: engine.clone(), environment, program: Arc::new(program), warnings })
            }
            Ok((None, diagnostics)) => Err(BuildError { diagnostics }),
            Err(error) => {
                let message = format!("the system gives no thread to check it on: {error}");
                let span = crate::source::Span::default();
                Err(BuildError { diagnostics: vec![Diagnostic::new(Code::UNREADABLE_FILE, &source, span, message)] })
            }
        }
    }

    /// The type of its value.
    pub fn value_type(&self) -> Type {
        self.program.expression_type.unwrap_or(Type::Json)
    }

    /// Warnings of its text.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Evaluates it over an event.
    ///
    /// # Errors
    ///
    /// The evaluation error that is its result (L5.1), or as [`Engine::decide`].
    pub async fn eval<'e>(&self, event: impl Into<Request<'e>>) -> Result<Value, EvaluationError> {
        Ok(self.eval_noted(event).await?.0)
    }

    /// The same, with the notes on values that could not be read (L3.5).
    ///
    /// # Errors
    ///
    /// As [`Expression::eval`].
    pub async fn eval_noted<'e>(
        &self,
        event: impl Into<Request<'e>>,
    ) -> Result<(Value, Vec<NoteEntry>), EvaluationError> {
        let request = event.into();
        let inputs = request.inputs(&self.program);
        let event = self.bind(request.event)?;
        let subject = subject(&self.program, &event, &inputs, self.policy());
        drive::run(subject, &self.engine.shared.externals, finish).await?
    }

    /// The same without a runtime; see [`Engine::decide_blocking`].
    ///
    /// # Errors
    ///
    /// As [`Expression::eval`] and [`Engine::decide_blocking`].
    pub fn eval_blocking<'e>(&self, event: impl Into<Request<'e>>) -> Result<(Value, Vec<NoteEntry>), EvaluationError> {
        let request = event.into();
        let inputs = request.inputs(&self.program);
        let event = self.bind(request.event)?;
        let subject = subject(&self.program, &event, &inputs, self.policy());
        drive::run_blocking(subject, &self.engine.shared.externals, finish)?
    }

    /// Reads an event for this expression; one that was read for other rules is read again.
    fn bind(&self, event: EventInput<'_>) -> Result<Event, EvaluationError> {
        read(&self.program, self.policy(), event)
    }

    fn policy(&self) -> &Policy {
        self.engine.policy(self.environment)
    }
}

/// Turns the end of a run into a value, or the error that is the result.
fn finish(ran: Ran<'_, '_>) -> Result<(Value, Vec<NoteEntry>), EvaluationError> {
    match ran {
        Ran::Expression(machine, Ok(datum)) => Ok((Value::of(datum), machine.notes.iter().map(note_entry).collect())),
        Ran::Expression(machine, Err(number)) => {
            let Some(fault) = machine.errors.get(number as usize) else {
                return Err(EvaluationError::new(Code::BAD_ARGUMENT, "the evaluation failed"));
            };
            let source = machine.input.program.sources.get(fault.place.source as usize);
            let position = source.map(|source| source.position(fault.place.span.start));
            Err(EvaluationError { code: fault.failure.code, message: fault.failure.message.clone(), position })
        }
        // INVARIANT: a program of an expression ends with a value.
        Ran::Plain(_) | Ran::Rules(..) => Err(EvaluationError::new(Code::BAD_ARGUMENT, "rules have no value")),
    }
}
