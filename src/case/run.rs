//! Runs a case on an engine.

use super::compare::Difference;
use super::{Case, default_clock};
use crate::decision::Decision;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::engine::{Engine, Request};
use crate::evaluate::EvaluationError;
use crate::external::is_unanswered;
use crate::source::Span;
use serde_json::json;

/// Where a case lies: its assessment, and its environment by the path below the root.
#[derive(Clone, Copy, Debug)]
pub struct Home<'h> {
    /// The assessment whose rules decide.
    pub assessment: &'h str,
    /// Such as `eu/fr`; `None` is the root.
    pub environment: Option<&'h str>,
}

/// What came out of a case.
#[derive(Debug)]
pub struct Outcome {
    /// The decision as JSON (R3.1), or `{"error":{"code","message"}}`.
    pub json: String,
    /// The decision, or why there is none.
    pub decided: Result<Decision, EvaluationError>,
    /// What is not as expected; empty too for a case without expectation.
    pub differences: Vec<Difference>,
    /// The calls that nothing answered, each as `name("argument")`.
    pub unanswered: Vec<String>,
}

impl Case {
    /// What it says that the engine has not: an environment, an assessment in it, a call.
    pub fn check(&self, engine: &Engine, home: Home<'_>) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        let mut fault = |code, span, message: String| {
            faults.push(Diagnostic::new(code, &self.source, span, message));
        };
        let span = self.environment.as_ref().map_or(self.span, |named| named.span);
        let known = match engine.known_calls(home.assessment, self.environment(home)) {
            Ok(known) => known,
            Err(error) => {
                fault(error.code, span, error.message);
                return faults;
            }
        };
        let variables = engine.known_variables(home.assessment, self.environment(home)).unwrap_or_default();
        for ((name, _), span) in self.variables.iter().zip(&self.variable_spans) {
            if variables.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                continue;
            }
            let near = nearest(name, variables.iter().map(|known| &**known));
            let help = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            fault(Code::BAD_SETTING, *span, format!("no rule reads or sets a variable `{name}`{help}"));
        }
        for call in &self.calls {
            let name = &call.value;
            if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                continue;
            }
            let near = nearest(name, known.iter().map(|known| &**known));
            let help = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            fault(Code::BAD_SETTING, call.span, format!("no rule makes an external call `{name}`{help}"));
        }
        faults
    }

    /// Decides its event and compares.
    pub fn run(&self, engine: &Engine, home: Home<'_>) -> Outcome {
        let request = Request::new(self.event.value.as_bytes())
            .assessment(home.assessment)
            .at(self.at.unwrap_or_else(default_clock))
            .seed(self.seed)
            .answers(&self.answers)
            .variables(&self.variables)
            .record_taken(true);
        let request = match self.environment(home) {
            Some(environment) => request.environment(environment),
            None => request,
        };
        let decided = engine.decide_blocking(request);
        let json = match &decided {
            Ok(decision) => decision.to_json(),
            Err(error) => json!({ "error": { "code": error.code.number(), "message": error.message } }).to_string(),
        };
        let differences = self.expect.as_ref().map(|expect| expect.compare(&json)).unwrap_or_default();
        let calls = decided.as_ref().map(Decision::calls).unwrap_or_default();
        let unanswered = calls.iter().filter(|call| is_unanswered(&call.name, &call.answer)).map(|call| {
            let arguments: Vec<String> = call.arguments.iter().map(|one| json!(one).to_string()).collect();
            format!("{}({})", call.name, arguments.join(", "))
        });
        Outcome { json, unanswered: unanswered.collect(), decided, differences }
    }

    /// Whether it says that the evaluation ends with an error.
    pub fn expects_error(&self) -> bool {
        self.expect.as_ref().is_some_and(|expect| expect.json.starts_with("{\"error\":"))
    }

    /// A fault of the case as a whole.
    pub fn fault(&self, span: Span, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, &self.source, span, message)
    }

    fn environment<'c>(&'c self, home: Home<'c>) -> Option<&'c str> {
        self.environment.as_ref().map(|named| named.value.as_str()).or(home.environment)
    }
}
