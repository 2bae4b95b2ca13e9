//! What an operation may use besides its operands.

use super::DateTime;
use bumpalo::Bump;

/// What an implementation may use besides its arguments.
#[derive(Debug)]
pub struct Context<'a> {
    /// Where computed text and Json go; lives as long as the run.
    pub arena: &'a Bump,
    /// The one clock reading of the event (L6.3).
    pub now: DateTime,
    /// The seed of the event (L6.2).
    pub seed: u64,
    /// Identifies the place of the call in the rules' text (L6.2).
    pub place: u64,
    /// The longest text an operation may compute, in bytes (L5.4).
    pub string_bytes: usize,
    /// The heaviest Json a rule may build, in bytes of compact text.
    pub json_bytes: usize,
    /// The identifier of the request, for `Request.CorrelationId()`.
    pub correlation_id: &'a str,
    /// Set by a cast that could not read its Json (L3.8); the evaluator turns it into a note.
    pub unreadable: bool,
}

impl<'a> Context<'a> {
    /// A context for what depends on nothing: no clock, no seed, the default limits.
    pub fn constant(arena: &'a Bump) -> Context<'a> {
        let limits = crate::limit::Limits::default();
        Context {
            arena,
            now: DateTime::MIN,
            seed: 0,
            place: 0,
            string_bytes: limits.string_bytes,
            json_bytes: limits.event_bytes,
            correlation_id: "",
            unreadable: false,
        }
    }
}
