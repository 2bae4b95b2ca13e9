//! What cases look at: the calls that rules can make, and where everything stands that a case may take.

use super::Engine;
use crate::evaluate::EvaluationError;
use crate::program::Program;
use crate::source::Source;
use crate::syntax::ast::{Function, Output};
use std::sync::Arc;

impl Engine {
    /// The external calls that are defined anywhere, and those that an assessment makes.
    pub(crate) fn known_calls(
        &self,
        assessment: &str,
        environment: Option<&str>,
    ) -> Result<Vec<Arc<str>>, EvaluationError> {
        let rules = self.rules(Some(assessment), environment)?;
        let made = rules.program.externals.iter().map(|external| &external.name);
        Ok(self.shared.externals.defined().chain(made).cloned().collect())
    }

    /// The names of variables of the event that an assessment reads or sets.
    pub(crate) fn known_variables(
        &self,
        assessment: &str,
        environment: Option<&str>,
    ) -> Result<&[Arc<str>], EvaluationError> {
        Ok(&self.rules(Some(assessment), environment)?.program.variables)
    }

    /// The rules of all assessments in all environments.
    pub(crate) fn programs(&self) -> impl Iterator<Item = &Program> {
        let programs = self.shared.assessments.values().flat_map(|assessment| &assessment.programs);
        programs.flatten().map(|program| &***program)
    }

    /// The outputs of all functions, each with its text.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = (&Arc<Source>, &Function, &Output)> {
        let files = self.shared.tree.environments().iter().flat_map(|environment| &environment.functions);
        let functions = files.flat_map(|file| file.tree.functions.iter().map(|function| (&file.source, function)));
        functions.flat_map(|(source, function)| function.outputs.iter().map(move |output| (source, function, output)))
    }
}
