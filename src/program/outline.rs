//! Where the rules, clauses and statements of a program stand.
//!
//! In: [`hir`]. Out: their places, by the numbers that the program gives them. A program that decides needs none of it, so it is
//! made only where somebody asks which were taken.

use super::Place;
use crate::hir;

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Of decision rules, then action rules, then routing rules.
    pub(crate) rules: Vec<Place>,
    pub(crate) clauses: Vec<Place>,
    pub(crate) statements: Vec<Place>,
    /// Variables that are outputs of functions, by number, and where the `OUTPUT` stands.
    pub(crate) outputs: Vec<(u32, Place)>,
}

impl Outline {
    pub(crate) fn new(assessment: &hir::Assessment) -> Outline {
        let mut outline = Outline::default();
        for rule in assessment.rules.iter().chain(&assessment.actions).chain(&assessment.routing) {
            let place = |span| Place { span, source: rule.source };
            outline.rules.push(place(rule.span));
            for clause in &rule.clauses {
                outline.clauses.push(place(clause.span));
                outline.statements.extend(clause.statements.iter().map(|statement| place(statement.span)));
            }
        }
        let outputs = (0..).zip(&assessment.lets);
        let place = |source| move |span| Place { span, source };
        outline.outputs =
            outputs.filter_map(|(id, bound)| Some((id, bound.output.map(place(bound.source))?))).collect();
        outline
    }
}
