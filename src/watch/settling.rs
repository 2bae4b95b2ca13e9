//! When a folder that changes has come to rest.

use std::time::{Duration, Instant};

/// Counts from hints that something changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settling {
    /// For how long nothing may change.
    quiet: Duration,
    first: Instant,
    last: Instant,
}

/// So many times the quiet time is waited at most, while hints keep coming.
const PATIENCE: u32 = 20;

impl Settling {
    /// From a first hint.
    pub(super) fn new(quiet: Duration, now: Instant) -> Settling {
        Settling { quiet, first: now, last: now }
    }

    /// Another hint.
    pub(super) fn hint(&mut self, now: Instant) {
        self.last = now;
    }

    /// How long it takes to come to rest if no hint comes; zero if it is at rest.
    pub(super) fn rest(&self, now: Instant) -> Duration {
        let quiet = (self.last + self.quiet).saturating_duration_since(now);
        let patience = (self.first + self.quiet * PATIENCE).saturating_duration_since(now);
        quiet.min(patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hint_begins_the_quiet_time_anew_until_patience_ends() {
        let (begin, ms) = (Instant::now(), Duration::from_millis);
        let mut settling = Settling::new(ms(100), begin);
        assert_eq!(settling.rest(begin), ms(100));
        assert_eq!(settling.rest(begin + ms(60)), ms(40));
        settling.hint(begin + ms(60));
        assert_eq!(settling.rest(begin + ms(60)), ms(100));
        assert_eq!(settling.rest(begin + ms(160)), Duration::ZERO);
        for at in (60..2000).step_by(60) {
            settling.hint(begin + ms(at));
        }
        assert_eq!(settling.rest(begin + ms(1980)), ms(20));
        assert_eq!(settling.rest(begin + ms(2000)), Duration::ZERO);
    }
}
