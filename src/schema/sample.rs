//! A sample event as a schema: which paths are arrays (L3.6, R1.1).
//!
//! A sample is one event of many, so it tells neither that a path is unknown nor what type a value has. But where it has an array
//! other events have one too.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Reads a sample, which is an event: a JSON object.
pub(super) fn document(name: &str, text: &str) -> Result<Value, Box<Diagnostic>> {
    let fault = |at: usize, message: String| {
        let source = Arc::new(Source::new(name, text));
        let diagnostic = Diagnostic::new(Code::BAD_SETTING, &source, Span::new(at, at), message);
        Box::new(diagnostic.help("a sample is one event, as it is handed to the engine"))
    };
    let event: Value = serde_json::from_str(text).map_err(|error| {
        let at = super::load::offset(text, error.line(), error.column());
        let why = error.to_string();
        fault(
            at,
            format!("expected a sample event, found no JSON: {}", why.split(" at line ").next().unwrap_or_default()),
        )
    })?;
    match &event {
        Value::Object(_) => Ok(described(&event)),
        _ => Err(fault(0, "expected a sample event, which is a JSON object, found another value".to_string())),
    }
}

/// The schema of a value; as deep as JSON is read at all.
fn described(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let properties: Map<String, Value> =
                members.iter().map(|(name, value)| (name.clone(), described(value))).collect();
            json!({"properties": properties, "additionalProperties": true})
        }
        Value::Array(items) => json!({"items": items.first().map_or(json!({}), described)}),
        _ => json!({}),
    }
}
