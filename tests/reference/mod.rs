//! The plain reference interpreter: what a program means, in the obvious way.
//!
//! In: the tree as meant, an event's bytes, the answers of calls. Out: the whole decision as JSON (R3.1), or the value of an
//! expression. It walks the tree by recursion, keeps variables in a map, makes one call after another when it meets it, and
//! knows neither slots nor plans. The compiled engine is held against it.
//!
//! It shares with the engine the tree, the operators ([`fql::value::operate`]), conversions and builtin rows. Everything
//! else is its own: paths (L1.3, L3.6), reading attributes (L3.4, L3.5), laziness, notes, errors, rules, decisions.

mod event;
mod expression;
mod rules;

pub use expression::Interpreter;

use fql::evaluate::OnError;
use fql::hir;
use fql::limit::Limits;
use fql::value::{DateTime, Json};

/// How a call was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The value as JSON text.
    pub value: String,
    /// As R7.5 spells it.
    pub status: &'static str,
    /// The status of the response; 0 without one.
    pub http_status: u16,
    /// Empty if nothing went wrong.
    pub error: String,
    /// `stub` or `host`.
    pub source: &'static str,
    /// Whether the value is the default response.
    pub defaulted: bool,
}

/// What answers calls.
pub trait Answers {
    /// The answer of the call of that name with these arguments.
    fn answer(&self, name: &str, arguments: &[String]) -> Answer;
}

/// Everything that one evaluation reads besides the program.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The event as sent.
    pub event: &'a [u8],
    /// What answers calls.
    pub answers: &'a dyn Answers,
    /// L5.4
    pub limits: &'a Limits,
    /// L5.2
    pub on_error: OnError,
    /// L6.3
    pub now: DateTime,
    /// L6.2
    pub seed: u64,
    /// L7.3
    pub correlation_id: &'a str,
}

/// Why there is no result: a code, a message, and the place in the rules if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Such as `E0701`.
    pub code: String,
    /// What went wrong.
    pub message: String,
    /// Line and column.
    pub position: Option<(u32, u32)>,
}

/// What an expression gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// As JSON (L3.2a).
    pub value: String,
    /// `path`, `wanted` and `found` of each note.
    pub notes: Vec<(String, String, String)>,
}

/// Names and arguments of calls.
pub type Calls = Vec<(String, Vec<String>)>;

/// Statements that were taken: rule, clause, number in the clause.
pub type Taken = Vec<(String, String, usize)>;

/// The decision of an assessment's rules, as JSON, the calls that were made in any case, and the statements that were taken.
pub fn decide(assessment: &hir::Assessment, world: World<'_>) -> (Result<String, Refusal>, Calls, Taken) {
    let arena = bumpalo::Bump::new();
    match event::read(world.event, world.limits, &arena) {
        Ok(event) => rules::decide(Interpreter::new(assessment, world, event, &arena)),
        Err(refusal) => (Err(refusal), Calls::new(), Taken::new()),
    }
}

/// The value of an expression.
pub fn evaluate(program: &hir::Program, world: World<'_>) -> Result<Evaluated, Refusal> {
    let arena = bumpalo::Bump::new();
    let event = event::read(world.event, world.limits, &arena)?;
    let mut interpreter = Interpreter::new(&program.parts, world, event, &arena);
    match interpreter.value(&program.expression) {
        Ok(value) => Ok(Evaluated { value: rules::as_json(value), notes: interpreter.told_notes() }),
        Err(_) => Err(interpreter.refusal()),
    }
}

/// Compact text.
fn compact(json: Json<'_>) -> String {
    json.to_string()
}
