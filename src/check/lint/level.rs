//! How loud a warning is (L9.3).

use crate::diagnostic::{Code, Diagnostic, Severity};
use std::collections::BTreeMap;

/// What becomes of a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// It is not told.
    Allow,
    /// It is told, and the rules run.
    #[default]
    Warn,
    /// It is an error: the rules do not run.
    Deny,
}

/// The levels of all warnings; those not set are [`Level::Warn`].
#[derive(Clone, Debug, Default)]
pub struct Lints {
    levels: BTreeMap<Code, Level>,
}

impl Lints {
    /// Sets the level of a warning. Errors have none: for the code of an error nothing changes.
    pub fn set(&mut self, code: Code, level: Level) {
        if code.severity() == Severity::Warning {
            self.levels.insert(code, level);
        }
    }

    /// The level of a warning.
    pub fn level(&self, code: Code) -> Level {
        self.levels.get(&code).copied().unwrap_or_default()
    }

    /// Drops what is allowed, and makes errors of what is denied.
    pub fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        if self.levels.is_empty() {
            return;
        }
        diagnostics.retain_mut(|diagnostic| {
            let level = self.level(diagnostic.code);
            if level == Level::Deny {
                diagnostic.severity = Severity::Error;
            }
            level != Level::Allow
        });
    }
}
