//! The engines, in the order of the table's columns.

mod by_hand;
mod cel;
mod datalogic;
mod evalexpr;
mod fql;
mod regorus;
mod rhai;
mod wirefilter;
mod zen;

use crate::engine::Engine;
use crate::rules::{Clause, Test};

/// All of them; `fql` comes first.
pub fn all() -> Vec<Box<dyn Engine>> {
    vec![
        Box::new(fql::Fql),
        Box::new(by_hand::ByHand(by_hand::Way::Struct)),
        Box::new(by_hand::ByHand(by_hand::Way::Sonic)),
        Box::new(by_hand::ByHand(by_hand::Way::Hash)),
        Box::new(datalogic::Datalogic),
        Box::new(zen::Zen),
        Box::new(cel::Cel),
        Box::new(rhai::Rhai),
        Box::new(evalexpr::Evalexpr),
        Box::new(regorus::Regorus),
        Box::new(wirefilter::Wirefilter),
    ]
}

/// A clause in a language with infix operators.
fn infix(clause: &Clause, and: &str, or: &str, test: impl Fn(&Test) -> String) -> String {
    clause.tests.iter().map(test).collect::<Vec<_>>().join(if clause.any { or } else { and })
}

/// `"a", "b"`
fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ")
}
