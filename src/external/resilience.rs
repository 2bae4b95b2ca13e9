//! How a call is kept from hurting whoever makes it, and the service that answers it (R7.7, R7.9).

/// Settings of the circuit breaker and of how many calls are under way at once. The defaults are those of R7.7 and R7.9.
///
/// ```
/// use fql::external::{External, Resilience};
/// let call = External::new("riskOf", |ip: String| async move { ip.starts_with("203.") })
///     .resilience(Resilience { failures_in_a_row: 3, ..Resilience::default() });
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Resilience {
    /// Whether a circuit breaker guards the call. Default true; a function of the host without settings has none.
    pub breaker: bool,
    /// So many counted failures without a success between them open the breaker. Default 5; 0 counts as 1.
    pub failures_in_a_row: u32,
    /// How far back the failure rate looks, in milliseconds. Default 10,000.
    pub window_ms: u64,
    /// The failure rate opens the breaker only if the window holds at least so many calls. Default 20.
    pub window_calls: u32,
    /// The share of failures in the window that opens the breaker, from 0 to 1. Default 0.5.
    pub failure_rate: f64,
    /// How long the breaker stays open the first time, in milliseconds. Default 5,000. It doubles each time that a probe
    /// fails.
    pub open_ms: u64,
    /// The longest that doubling makes it, and the longest `Retry-After` that is heeded, in milliseconds. Default 60,000.
    pub open_max_ms: u64,
    /// By which share that time is made longer or shorter at random, so that many hosts do not come back at once, from 0 to 1.
    /// Default 0.2.
    pub jitter: f64,
    /// So many probes that succeed in a row close the breaker. Default 3; 0 counts as 1.
    pub successes_to_close: u32,
    /// How many calls may be under way at once; more wait within their timeouts. Default 64; 0 counts as 1.
    pub concurrency: usize,
}

impl Default for Resilience {
    fn default() -> Resilience {
        Resilience {
            breaker: true,
            failures_in_a_row: 5,
            window_ms: 10_000,
            window_calls: 20,
            failure_rate: 0.5,
            open_ms: 5_000,
            open_max_ms: 60_000,
            jitter: 0.2,
            successes_to_close: 3,
            concurrency: 64,
        }
    }
}
