//! The circuit breaker of one call (R7.7).
//!
//! In: what calls ended with, and when. Out: whether the next one may be made. It reads the clock of the runtime, so that
//! paused time tests it.
//!
//! *Closed*, all calls are made. Failures in a row, or too large a share of them in the window, *open* it: no call is made
//! until a pause is over. Then it is *half open*: one call at a time is made as a probe. Probes that succeed close it, one
//! that fails opens it again for twice as long. What is not counted leaves everything as it is, and makes room for the next
//! probe.
//!
//! Calls that were under way when it opened are no probes: what they end with is not counted any more.

use super::resilience::Resilience;
use crate::evaluate::CallStatus;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What a call says about the health of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It answered.
    Success,
    /// It did not, or not as it should.
    Failure,
    /// Neither: counted nowhere.
    NotCounted,
}

impl Verdict {
    /// Timeouts, communication and response failures, 5xx and 408 count as failures. Other statuses, `Blocked`, and what
    /// never reached the service count as nothing. An error or a panic of a function of the host (`UnknownFailure`) is a
    /// failure: it has no other way to say so.
    pub fn of(status: CallStatus, http_status: u16) -> Verdict {
        match status {
            CallStatus::Success => Verdict::Success,
            CallStatus::Timeout
            | CallStatus::CommunicationFailure
            | CallStatus::ResponseFailure
            | CallStatus::UnknownFailure => Verdict::Failure,
            CallStatus::HttpError if http_status >= 500 || http_status == 408 => Verdict::Failure,
            CallStatus::HttpError
            | CallStatus::InvalidApplicationId
            | CallStatus::AadFailure
            | CallStatus::DefinitionNotFound
            | CallStatus::CircuitBreaker
            | CallStatus::Blocked => Verdict::NotCounted,
        }
    }
}

/// Where a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls are made.
    Closed,
    /// None is.
    Open,
    /// One at a time is, to see whether the service is back. An open breaker becomes half open with the first call after
    /// its pause.
    HalfOpen,
}

impl BreakerState {
    /// `closed`, `open` or `half-open`.
    pub fn name(self) -> &'static str {
        match self {
            BreakerState::Closed => "closed",
            BreakerState::Open => "open",
            BreakerState::HalfOpen => "half-open",
        }
    }
}

/// A circuit breaker.
#[derive(Debug)]
pub struct Breaker {
    settings: Resilience,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// Counts the changes of phase, so that a call knows whether it was made in the present one.
    generation: u64,
    window: Window,
    failures_in_a_row: u32,
    /// How long it stays open, before jitter.
    pause: Duration,
    /// How often it opened.
    opened: u64,
    seed: u64,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Closed,
    Open { until: Instant },
    HalfOpen { probing: bool, successes: u32 },
}

/// The calls of the last while, exact to a millisecond, in at most one entry for each of its milliseconds.
#[derive(Debug)]
struct Window {
    begin: Instant,
    milliseconds: VecDeque<(u64, u32, u32)>,
    calls: u64,
    failures: u64,
}

/// Leave to make one call. Dropped without an outcome, the call counts as never made.
#[derive(Debug)]
pub struct Permit<'b> {
    breaker: &'b Breaker,
    generation: u64,
    ended: bool,
}

impl Breaker {
    /// A closed breaker; `seed` is where its jitter comes from.
    pub fn new(settings: Resilience, seed: u64) -> Breaker {
        let begin = Instant::now();
        let window = Window { begin, milliseconds: VecDeque::new(), calls: 0, failures: 0 };
        let state = State {
            phase: Phase::Closed,
            generation: 0,
            window,
            failures_in_a_row: 0,
            pause: Duration::ZERO,
            opened: 0,
            seed,
        };
        Breaker { settings, state: Mutex::new(state) }
    }

    /// Leave for one call, if there is any now.
    pub fn admit(&self) -> Option<Permit<'_>> {
        let mut state = self.lock();
        match state.phase {
            Phase::Closed => {}
            Phase::Open { until } if Instant::now() < until => return None,
            Phase::Open { .. } => state.enter(Phase::HalfOpen { probing: true, successes: 0 }),
            Phase::HalfOpen { probing: true, .. } => return None,
            Phase::HalfOpen { successes, .. } => state.phase = Phase::HalfOpen { probing: true, successes },
        }
        Some(Permit { breaker: self, generation: state.generation, ended: false })
    }

    /// The leave that [`Permit::keep`] kept.
    pub(super) fn permit(&self, leave: u64) -> Permit<'_> {
        Permit { breaker: self, generation: leave, ended: false }
    }

    /// Whether [`Breaker::admit`] would give leave now.
    pub fn would_admit(&self) -> bool {
        match self.lock().phase {
            Phase::Closed | Phase::HalfOpen { probing: false, .. } => true,
            Phase::Open { until } => Instant::now() >= until,
            Phase::HalfOpen { probing: true, .. } => false,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> BreakerState {
        match self.lock().phase {
            Phase::Closed => BreakerState::Closed,
            Phase::Open { .. } => BreakerState::Open,
            Phase::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// How often it opened so far.
    pub fn opened(&self) -> u64 {
        self.lock().opened
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call that was let through in that generation has ended.
    fn end(&self, generation: u64, verdict: Verdict, retry_after: Option<Duration>, now: Instant) {
        let settings = &self.settings;
        let mut state = self.lock();
        if let Some(asked) = retry_after.filter(|asked| !asked.is_zero()) {
            state.retry_after(now, asked.min(Duration::from_millis(settings.open_max_ms)), settings);
            return;
        }
        if generation != state.generation {
            return;
        }
        match (state.phase, verdict) {
            // INVARIANT: no call is made in the generation of an open breaker.
            (Phase::Open { .. }, _) => {}
            (Phase::Closed, Verdict::NotCounted) => {}
            (Phase::Closed, verdict) => {
                let failed = verdict == Verdict::Failure;
                state.failures_in_a_row = if failed { state.failures_in_a_row.saturating_add(1) } else { 0 };
                state.window.add(now, failed, settings.window_ms);
                let full = state.window.calls >= u64::from(settings.window_calls);
                let share = state.window.failures as f64 >= settings.failure_rate * state.window.calls as f64;
                let in_a_row = state.failures_in_a_row >= settings.failures_in_a_row.max(1);
                if in_a_row || (full && share && state.window.failures > 0) {
                    state.open(now, Duration::from_millis(settings.open_ms), settings);
                }
            }
            (Phase::HalfOpen { successes, .. }, Verdict::NotCounted) => {
                state.phase = Phase::HalfOpen { probing: false, successes };
            }
            (Phase::HalfOpen { successes, .. }, Verdict::Success) if successes + 1 < settings.successes_to_close => {
                state.phase = Phase::HalfOpen { probing: false, successes: successes + 1 };
            }
            (Phase::HalfOpen { .. }, Verdict::Success) => state.enter(Phase::Closed),
            (Phase::HalfOpen { .. }, Verdict::Failure) => {
                let doubled = state.pause.saturating_mul(2).min(Duration::from_millis(settings.open_max_ms));
                state.open(now, doubled, settings);
            }
        }
    }
}

impl Permit<'_> {
    /// Tells what the call ended with. `retry_after` is how long the service asks to be left alone: the breaker opens for so
    /// long, without jitter, whatever it was before; the pause that would be next stays as it was.
    pub fn end(self, verdict: Verdict, retry_after: Option<Duration>) {
        self.end_at(verdict, retry_after, Instant::now());
    }

    /// The same, by a clock that was read already.
    pub(super) fn end_at(mut self, verdict: Verdict, retry_after: Option<Duration>, now: Instant) {
        self.ended = true;
        self.breaker.end(self.generation, verdict, retry_after, now);
    }

    /// Keeps the leave as a number, for whoever ends it.
    pub(super) fn keep(mut self) -> u64 {
        self.ended = true;
        self.generation
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.breaker.end(self.generation, Verdict::NotCounted, None, Instant::now());
        }
    }
}

impl State {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.generation += 1;
        self.failures_in_a_row = 0;
        self.window.clear();
    }

    fn open(&mut self, now: Instant, pause: Duration, settings: &Resilience) {
        self.pause = pause;
        self.opened += 1;
        let jitter = settings.jitter.clamp(0.0, 1.0);
        let factor = 1.0 - jitter + 2.0 * jitter * self.random();
        self.enter(Phase::Open { until: now + pause.mul_f64(factor) });
    }

    fn retry_after(&mut self, now: Instant, asked: Duration, settings: &Resilience) {
        let until = now + asked;
        match self.phase {
            Phase::Open { until: already } => self.phase = Phase::Open { until: until.max(already) },
            phase => {
                if matches!(phase, Phase::Closed) {
                    self.pause = Duration::from_millis(settings.open_ms);
                }
                self.opened += 1;
                self.enter(Phase::Open { until });
            }
        }
    }

    /// The next number from 0 to 1 (SplitMix64).
    fn random(&mut self) -> f64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Window {
    /// Counts a call that ended now, and forgets those that ended longer ago than the window is.
    fn add(&mut self, now: Instant, failed: bool, window_ms: u64) {
        let at = u64::try_from(now.saturating_duration_since(self.begin).as_millis()).unwrap_or(u64::MAX);
        match self.milliseconds.back_mut() {
            Some((same, calls, failures)) if *same == at => {
                *calls = calls.saturating_add(1);
                *failures = failures.saturating_add(u32::from(failed));
            }
            _ => self.milliseconds.push_back((at, 1, u32::from(failed))),
        }
        self.calls += 1;
        self.failures += u64::from(failed);
        while let Some((old, calls, failures)) = self.milliseconds.front().copied()
            && at - old.min(at) > window_ms
        {
            self.milliseconds.pop_front();
            self.calls = self.calls.saturating_sub(u64::from(calls));
            self.failures = self.failures.saturating_sub(u64::from(failures));
        }
    }

    fn clear(&mut self) {
        self.milliseconds.clear();
        self.calls = 0;
        self.failures = 0;
    }
}
