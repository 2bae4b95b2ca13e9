//! What is wrong with a text, where, and how to mend it.
//!
//! In: facts found by the parser, the checker or a loader. Out: [`Diagnostic`]s with a stable [`Code`] (L9.1), ready to be
//! drawn ([`render`]) or written as JSON (R12.4). Every code stands in one table, [`code`].

pub mod code;
mod json;
mod nearest;
pub mod render;

pub use code::Code;
pub use nearest::nearest;

use crate::source::{Source, Span};
use std::sync::Arc;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Suspicious, but it runs.
    Warning,
    /// It does not run.
    Error,
}

/// A second place that belongs to the matter, and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place, in the diagnostic's source.
    pub span: Span,
    /// A few words.
    pub text: String,
}

/// A change of the text that mends the fault mechanically.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// One fault: code, place, message, and what helps (L9.1).
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Stable code, explained by `fql explain CODE`.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// Lower case, no full stop, user text in backticks, expected before found.
    pub message: String,
    /// The text it is about.
    pub source: Arc<Source>,
    /// The place in that text.
    pub span: Span,
    /// A few words at the place itself; may be empty.
    pub label: String,
    /// Other places.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// The same, as a change.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A diagnostic with the code's own severity and nothing but a message.
    pub fn new(code: Code, source: &Arc<Source>, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            message: message.into(),
            source: source.clone(),
            span,
            label: String::new(),
            labels: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Says a few words at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.label = text.into();
        self
    }

    /// Points at another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }

    /// Offers a change that mends it.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Diagnostic {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// Whether it keeps the rules from running.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
