//! Environments, and the assessments that run through them (R1.1, R2.3).
//!
//! In: what each environment defines, and the files of an assessment stage by stage. Out: the assessment as meant. The rules of
//! all stages share one list of variables, paths and calls, so that a path is read once and calls are planned across them.

use super::function::Functions;
use super::{Checker, Definitions, File, Program};
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::limit::Limits;
use crate::schema::Schema;
use crate::source::Source;
use crate::syntax::ast;
use std::collections::HashMap;
use std::sync::Arc;

/// An environment: what the texts of its folder can name.
#[derive(Debug, Default)]
pub struct Environment {
    /// Its id, unique in the tree; a lone text belongs to an environment without one (R1.2).
    pub id: Option<Arc<str>>,
    /// Its parent, by number; the root has none.
    pub parent: Option<usize>,
    /// Its lists and external calls. Children do not inherit them.
    pub definitions: Definitions,
    /// The files of its functions (R6.1).
    pub functions: Vec<File>,
    /// What its texts may use (L5.4).
    pub limits: Limits,
}

/// All environments of an engine, by number; parents stand before their children.
#[derive(Debug)]
pub struct Tree {
    environments: Vec<Environment>,
    functions: Functions,
}

/// An assessment, as one environment sees it.
#[derive(Clone, Debug)]
pub struct Assessment<'t> {
    /// Its name.
    pub name: &'t str,
    /// What each environment on the path has of it, the root first. One that has nothing of it may be left out.
    pub stages: Vec<Stage<'t>>,
    /// What the event looks like, if that is known (L9.4).
    pub schema: Option<&'t Schema>,
}

/// What one environment has of an assessment.
#[derive(Clone, Debug)]
pub struct Stage<'t> {
    /// The environment, by its number in the [`Tree`].
    pub environment: usize,
    /// Whether the first of its rules whose condition is true ends the descent (R2.1, R2.3).
    pub first_match: bool,
    /// Its decision rules, in the order they run.
    pub rules: &'t [File],
    /// Its post-decision action rules, in the order they run.
    pub actions: &'t [File],
    /// Its routing rules, in the order they run.
    pub routing: &'t [File],
}

static NOTHING: std::sync::LazyLock<Definitions> = std::sync::LazyLock::new(Definitions::default);

impl Tree {
    /// A tree of these environments; at least the root.
    pub fn new(environments: Vec<Environment>) -> Tree {
        let mut tree = Tree { environments, functions: Functions::default() };
        tree.declare_functions();
        tree
    }

    /// What is wrong with functions, whether they are called or not.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.functions.diagnostics
    }

    pub(super) fn functions(&self) -> &Functions {
        &self.functions
    }

    pub(super) fn functions_mut(&mut self) -> &mut Functions {
        &mut self.functions
    }

    /// The environments, by number.
    pub fn environments(&self) -> &[Environment] {
        &self.environments
    }

    pub(super) fn definitions(&self, environment: usize) -> &Definitions {
        self.environments.get(environment).map_or(&NOTHING, |environment| &environment.definitions)
    }

    /// See [`Limits::function_expressions`].
    pub(super) fn most_expressions(&self, environment: usize) -> usize {
        self.environments.get(environment).map_or(usize::MAX, |environment| environment.limits.function_expressions)
    }

    /// Checks all rules of an assessment.
    pub fn assessment(&self, assessment: &Assessment<'_>) -> (hir::Assessment, Vec<Diagnostic>) {
        let mut checker = Checker::new(self, 0, assessment.schema, Program::DecisionRule);
        checker.assessment = assessment.name;
        for stage in &assessment.stages {
            let environment = self.environments.get(stage.environment).and_then(|environment| environment.id.clone());
            checker.out.stages.push(hir::Stage { environment, first_match: stage.first_match });
        }
        for program in [Program::DecisionRule, Program::Action, Program::Routing] {
            checker.program = program;
            for (number, stage) in (0..).zip(&assessment.stages) {
                (checker.stage, checker.environment) = (number, stage.environment);
                checker.calls.most = self.most_expressions(stage.environment);
                checker.files(match program {
                    Program::Action => stage.actions,
                    Program::Routing => stage.routing,
                    _ => stage.rules,
                });
            }
        }
        checker.expand();
        checker.lint_all_quoted();
        // What has errors is not all there, so nothing can be said of the whole.
        let mut files = assessment.stages.iter().flat_map(|stage| stage.rules.iter());
        if !files.any(|file| file.damaged) && !checker.diagnostics.iter().any(Diagnostic::is_error) {
            checker.lint_reach();
        }
        (checker.out, checker.diagnostics)
    }

    /// Checks one expression, which stands in an environment.
    pub fn expression(
        &self,
        environment: usize,
        source: &Arc<Source>,
        tree: &ast::Expr,
    ) -> (Option<hir::Program>, Vec<Diagnostic>) {
        let mut checker = Checker::new(self, environment, None, Program::Expression);
        checker.enter(source);
        let expression = checker.expr(tree, None);
        let order = checker.expand();
        let expression = expression.map(|mut expression| {
            expression.renumber(&order);
            expression
        });
        checker.lint_all_quoted();
        (expression.map(|expression| hir::Program { parts: checker.out, expression }), checker.diagnostics)
    }
}

impl Checker<'_> {
    /// The rules of one stage, of one kind.
    fn files(&mut self, files: &[File]) {
        let mut names = HashMap::new();
        for file in files {
            self.enter(&file.source);
            self.file(file, &mut names);
        }
    }
}
