//! The circuit breaker against a plain reading of R7.7, on random traces under paused time.

use fql::evaluate::CallStatus;
use fql::external::{Breaker, BreakerState, Permit, Resilience, Verdict};
use std::time::Duration;
use tokio::time::{Instant, advance};

const SECOND: Duration = Duration::from_secs(1);

/// SplitMix64: the numbers of a trace, and of a breaker's jitter.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// R7.7 as it reads: remembers everything, computes everything anew.
struct Reference {
    jitter: Random,
    now: Duration,
    phase: u64,
    open_until: Option<Duration>,
    pause: Duration,
    /// Half open: whether a probe is under way, and how many succeeded.
    probes: Option<(bool, u32)>,
    ended: Vec<(Duration, bool)>,
}

impl Reference {
    fn state(&self) -> BreakerState {
        match (self.open_until, self.probes) {
            (Some(_), _) => BreakerState::Open,
            (None, Some(_)) => BreakerState::HalfOpen,
            (None, None) => BreakerState::Closed,
        }
    }

    fn admit(&mut self) -> Option<u64> {
        if let Some(until) = self.open_until {
            if self.now < until {
                return None;
            }
            (self.open_until, self.probes, self.phase) = (None, Some((false, 0)), self.phase + 1);
        }
        match &mut self.probes {
            Some((true, _)) => return None,
            Some((probing, _)) => *probing = true,
            None => {}
        }
        Some(self.phase)
    }

    fn open(&mut self, pause: Duration) {
        let factor = 0.8 + 0.4 * ((self.jitter.next() >> 11) as f64 / (1_u64 << 53) as f64);
        (self.pause, self.probes, self.phase) = (pause, None, self.phase + 1);
        self.open_until = Some(self.now + pause.mul_f64(factor));
        self.ended.clear();
    }

    fn end(&mut self, phase: u64, verdict: Verdict, retry_after: Option<Duration>) {
        if let Some(asked) = retry_after.filter(|asked| *asked > Duration::ZERO) {
            let until = self.now + asked.min(60 * SECOND);
            if self.open_until.is_none() {
                self.pause = if self.probes.is_none() { 5 * SECOND } else { self.pause };
                (self.probes, self.phase) = (None, self.phase + 1);
                self.ended.clear();
            }
            self.open_until = Some(self.open_until.map_or(until, |already| already.max(until)));
            return;
        }
        if phase != self.phase || self.open_until.is_some() {
            return;
        }
        match (self.probes, verdict) {
            (None, Verdict::NotCounted) => {}
            (None, verdict) => {
                self.ended.push((self.now, verdict == Verdict::Failure));
                let in_a_row = self.ended.iter().rev().take_while(|(_, failed)| *failed).count();
                let recent = self.ended.iter().filter(|(at, _)| self.now - *at <= 10 * SECOND);
                let calls = recent.clone().count();
                let failures = recent.filter(|(_, failed)| *failed).count();
                if in_a_row >= 5 || (calls >= 20 && failures * 2 >= calls) {
                    self.open(5 * SECOND);
                }
            }
            (Some((_, succeeded)), Verdict::NotCounted) => self.probes = Some((false, succeeded)),
            (Some(_), Verdict::Failure) => self.open((self.pause * 2).min(60 * SECOND)),
            (Some((_, 2)), Verdict::Success) => (self.probes, self.phase) = (None, self.phase + 1),
            (Some((_, succeeded)), Verdict::Success) => self.probes = Some((false, succeeded + 1)),
        }
    }
}

/// One trace; how often the breaker opened.
async fn trace(seed: u64) -> u64 {
    let mut random = Random(seed);
    let breaker = Breaker::new(Resilience::default(), seed);
    let mut reference = Reference {
        jitter: Random(seed),
        now: Duration::ZERO,
        phase: 0,
        open_until: None,
        pause: Duration::ZERO,
        probes: None,
        ended: Vec::new(),
    };
    let begin = Instant::now();
    let health = [2, 10, 50, 90, 98][random.below(5) as usize];
    let mut under_way: Vec<(Permit<'_>, u64)> = Vec::new();
    for step in 0..80 {
        let passes = match random.below(12) {
            0..=5 => 0,
            6..=8 => random.below(50),
            9 => random.below(1_000),
            10 => 4_000 + random.below(3_000),
            _ => random.below(80_000),
        };
        advance(Duration::from_millis(passes)).await;
        reference.now = begin.elapsed();
        let told = || format!("seed {seed}, step {step}");
        if random.below(5) < 3 {
            let would = breaker.would_admit();
            let (found, expected) = (breaker.admit(), reference.admit());
            assert_eq!(found.is_some(), expected.is_some(), "{}", told());
            assert_eq!(would, found.is_some(), "{}", told());
            under_way.extend(found.zip(expected));
        } else if !under_way.is_empty() {
            let (permit, phase) = under_way.swap_remove(random.below(under_way.len() as u64) as usize);
            let verdict = match random.below(100) {
                0..=4 => Verdict::NotCounted,
                number if number < health => Verdict::Success,
                _ => Verdict::Failure,
            };
            let asks = verdict != Verdict::Success && random.below(40) == 0;
            let retry_after = asks.then(|| SECOND * random.below(90) as u32);
            if verdict == Verdict::NotCounted && retry_after.is_none() {
                drop(permit);
            } else {
                permit.end(verdict, retry_after);
            }
            reference.end(phase, verdict, retry_after);
        }
        assert_eq!(breaker.state(), reference.state(), "{}", told());
    }
    breaker.opened()
}

#[tokio::test(start_paused = true)]
async fn the_breaker_does_as_the_reference() {
    let traces = std::env::var("FQL_TRACES").ok().and_then(|traces| traces.parse().ok()).unwrap_or(20_000);
    let (mut opened, mut often) = (0, 0);
    for seed in 0..traces {
        let times = trace(seed).await;
        opened += u64::from(times > 0);
        often += u64::from(times > 2);
    }
    // Traces in which nothing happens would show nothing.
    assert!(opened * 3 > traces && often * 20 > traces, "{opened} and {often} of {traces} opened");
}

#[test]
fn what_counts_as_a_failure() {
    use Verdict::{Failure, NotCounted, Success};
    for (status, code, expected) in [
        (CallStatus::Success, 200, Success),
        (CallStatus::Timeout, 0, Failure),
        (CallStatus::CommunicationFailure, 0, Failure),
        (CallStatus::ResponseFailure, 200, Failure),
        (CallStatus::UnknownFailure, 0, Failure),
        (CallStatus::HttpError, 500, Failure),
        (CallStatus::HttpError, 503, Failure),
        (CallStatus::HttpError, 408, Failure),
        (CallStatus::HttpError, 302, NotCounted),
        (CallStatus::HttpError, 404, NotCounted),
        (CallStatus::HttpError, 429, NotCounted),
        (CallStatus::Blocked, 0, NotCounted),
        (CallStatus::AadFailure, 0, NotCounted),
        (CallStatus::CircuitBreaker, 0, NotCounted),
    ] {
        assert_eq!(Verdict::of(status, code), expected, "{} {code}", status.name());
    }
}
