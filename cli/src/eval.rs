//! `fql eval`: an expression's value (R12.1, R12.4).

use crate::arguments::{Eval, Format, is_stdin};
use crate::read;
use crate::report;
use crate::streams::{Stop, Streams};
use fql::diagnostic::Diagnostic;
use fql::source::{Source, Span};
use fql::{EvaluationError, Expression};
use std::path::Path;
use std::sync::Arc;

/// Compiles, reads the event, evaluates, prints.
pub(crate) fn run(arguments: &Eval, streams: &mut Streams) -> Result<bool, Stop> {
    let from_stdin = arguments.expression == read::STDIN;
    if from_stdin && arguments.event.as_deref().is_some_and(is_stdin) {
        return Err(Stop::Usage("the expression and the event cannot both come from standard input".to_string()));
    }
    let settings = arguments.running.settings(streams)?;
    let text = if from_stdin {
        let bytes = read::file(Path::new(read::STDIN), read::source()).map_err(|one| streams.refuse(&[*one]))?;
        read::text("standard input", bytes).map_err(|one| streams.refuse(&[*one]))?
    } else {
        arguments.expression.clone()
    };
    let builder = settings.builder();
    let builder = arguments.env.iter().fold(builder, |builder, path| builder.environment(path));
    let engine = builder.build().map_err(|error| streams.refuse(&error.diagnostics))?;
    let expression = engine.expression(&text).map_err(|error| streams.refuse(&error.diagnostics))?;
    streams.diagnostics(expression.warnings());
    let event = match &arguments.event {
        Some(path) => read::file(path, read::event(&engine)).map_err(|one| streams.refuse(&[*one]))?,
        None => b"{}".to_vec(),
    };
    match expression.eval_blocking(settings.request(&event)) {
        Ok((value, notes)) => {
            for note in &notes {
                streams.tell(&format!("note: {}", report::note(note)));
            }
            match arguments.format {
                Format::Text => streams.line(&report::value(&value))?,
                Format::Json => streams.line(&with_type(&value, &expression))?,
            }
            Ok(true)
        }
        Err(error) => {
            match (arguments.format, error.position) {
                (Format::Json, _) => streams.line(&report::error_json(&error))?,
                (Format::Text, Some(_)) => {
                    let source = Arc::new(Source::new("expression", text));
                    streams.diagnostics(&[placed(&error, &source)]);
                }
                (Format::Text, None) => streams.failure(&error),
            }
            Ok(false)
        }
    }
}

fn with_type(value: &fql::Value, expression: &Expression) -> String {
    let name = report::quoted(expression.value_type().name());
    format!(r#"{{"value":{},"type":{name}}}"#, value.to_json())
}

/// An evaluation error as a diagnostic, at its place in the text.
fn placed(error: &EvaluationError, source: &Arc<Source>) -> Diagnostic {
    let start = error.position.map_or(0, |position| report::offset(source.text(), position));
    Diagnostic::new(error.code, source, Span::new(start, start), error.message.clone())
}
