//! Why an engine or an expression was not built.

use crate::diagnostic::{Diagnostic, render};

/// All diagnostics of all texts; at least one is an error (L9.1).
///
/// Its `Display` is what a person reads: every diagnostic with an excerpt of the text.
#[derive(Clone, Debug)]
pub struct BuildError {
    /// In the order of the texts.
    pub diagnostics: Vec<Diagnostic>,
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(render::render(&self.diagnostics, false).trim_end())
    }
}

impl std::error::Error for BuildError {}
