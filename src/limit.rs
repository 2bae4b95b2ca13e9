//! How much a text, an event and an evaluation may use (L5.4): one struct, each default in its documentation.

/// Bounds that keep hostile rules and events from hurting the host. Exceeding one is an error that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest source text, in bytes. Default 1 MiB.
    pub source_bytes: usize,
    /// How deep brackets, unary operators and `?:` may nest. Default 128.
    pub nesting: usize,
    /// The most elements of one `[...]` or `{...}` in a text. Default 10,000.
    pub list_literal: usize,
    /// The longest text that an operation may compute, in bytes. Default 64 KiB.
    pub string_bytes: usize,
    /// The most evaluation steps for an event. Default 1,000,000.
    pub steps: usize,
    /// The longest evaluation of an event, in milliseconds, calls included. Default 10,000.
    pub evaluation_ms: u64,
    /// The most external calls for an event. Default 32.
    pub calls_per_event: usize,
    /// The longest an external call may take, in milliseconds. Default 1,000.
    pub call_timeout_max_ms: u64,
    /// The longest event, in bytes; also the heaviest Json that rules may build. Default 1 MiB.
    pub event_bytes: usize,
    /// The longest answer of an external call, in bytes. Default 256 KiB.
    pub response_bytes: usize,
    /// The most expressions that the calls of functions in an assessment may become, as each is written out with its own
    /// arguments (R6.2). Default 1,000,000.
    pub function_expressions: usize,
    /// The longest file of a list, in bytes (R4.1); never more than 4 GiB. Default 20 MiB.
    pub list_file_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            source_bytes: 1 << 20,
            nesting: 128,
            list_literal: 10_000,
            string_bytes: 64 << 10,
            steps: 1_000_000,
            evaluation_ms: 10_000,
            calls_per_event: 32,
            call_timeout_max_ms: 1_000,
            event_bytes: 1 << 20,
            response_bytes: 256 << 10,
            function_expressions: 1_000_000,
            list_file_bytes: 20 << 20,
        }
    }
}
