//! What an engine of the comparison is.

use crate::work::Work;

/// An engine, or code written by hand.
pub trait Engine {
    /// As the table shows it.
    fn name(&self) -> &'static str;

    /// The crate whose version is shown.
    fn package(&self) -> Option<&'static str>;

    /// The rules as somebody who uses the engine would write them: one text, or one for each clause. Nothing if its language
    /// cannot say them.
    fn rules(&self, work: &Work) -> Option<Vec<String>>;

    /// From text to something that is ready to decide.
    fn compile(&self, work: &Work, rules: &[String]) -> Box<dyn Program>;
}

/// Compiled rules.
pub trait Program {
    /// Reads an event as the engine wants it, and keeps it behind those before.
    fn bind(&mut self, event: &str);

    /// Decides a bound event, by its number: the number of the clause, from 1; 0 if none fires.
    fn decide(&mut self, event: usize) -> usize;

    /// Decides an event from its bytes.
    fn decide_text(&mut self, event: &str) -> usize;

    /// Whether it decides bound events at all; some are of interest only from bytes.
    fn binds(&self) -> bool {
        true
    }
}
