//! The engines, in the order of the table's columns.

mod by_hand;
mod cel;
mod datalogic;
mod evalexpr;
mod fql;
mod infix;
mod regorus;
mod rhai;
mod wirefilter;
mod zen;

use crate::engine::Engine;

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
