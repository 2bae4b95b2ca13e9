//! How calls have been doing (R7.11): counted by the guard of each call, read by whoever shows it.
//!
//! Counting takes no lock, except for the code of an HTTP error. A decision without calls counts nothing.

use super::breaker::{Breaker, BreakerState};
use super::guard::Guard;
use super::histogram::Histogram;
use crate::evaluate::{Answer, CallStatus};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// So many seconds back the rate of requests looks.
const RATE_SECONDS: u64 = 60;

/// The counts of one call.
#[derive(Debug)]
pub(super) struct Counter {
    begin: Instant,
    /// How many ended with each status. Successes are those that took time and are no failure: most calls succeed, and what
    /// all of them count is counted once.
    failures: [AtomicU64; CallStatus::ALL.len()],
    codes: Mutex<BTreeMap<u16, u64>>,
    latency: Histogram,
    latency_micros: AtomicU64,
    cancelled: AtomicU64,
    unread: AtomicU64,
    shared: AtomicU64,
    /// For each of the last seconds its number and how many requests ended in it, in 32 bits each.
    seconds: [AtomicU64; RATE_SECONDS as usize],
}

impl Counter {
    pub(super) fn new() -> Counter {
        Counter {
            begin: Instant::now(),
            failures: Default::default(),
            codes: Mutex::default(),
            latency: Histogram::default(),
            latency_micros: AtomicU64::new(0),
            cancelled: AtomicU64::new(0),
            unread: AtomicU64::new(0),
            shared: AtomicU64::new(0),
            seconds: [const { AtomicU64::new(0) }; RATE_SECONDS as usize],
        }
    }

    /// A call was answered just now.
    pub(super) fn answered(&self, answer: &Answer, now: Instant) {
        // INVARIANT: the statuses stand in `ALL` in the order of their numbers.
        let count = self.failures.get(answer.status as usize).filter(|_| answer.status != CallStatus::Success);
        if let Some(count) = count {
            count.fetch_add(1, Ordering::Relaxed);
        }
        if answer.status == CallStatus::HttpError {
            *self.codes.lock().unwrap_or_else(PoisonError::into_inner).entry(answer.http_status).or_default() += 1;
        }
        if answer.status != CallStatus::CircuitBreaker {
            let micros = (answer.latency_ms * 1000.0) as u64;
            self.latency.count(micros);
            if micros > 0 {
                self.latency_micros.fetch_add(micros, Ordering::Relaxed);
            }
        }
        let second = self.second(now);
        if let Some(slot) = self.seconds.get((second % RATE_SECONDS) as usize) {
            let counted = |held: u64| if held >> 32 == second { held + 1 } else { second << 32 | 1 };
            // INVARIANT: the update is never refused.
            let _ = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| Some(counted(held)));
        }
    }

    /// A call was dropped before its answer came.
    pub(super) fn cancelled(&self) {
        self.cancelled.fetch_add(1, Ordering::Relaxed);
    }

    /// A call was not read by the rules.
    pub(super) fn unread(&self) {
        self.unread.fetch_add(1, Ordering::Relaxed);
    }

    /// A call took the answer of another one.
    pub(super) fn shared(&self) {
        self.shared.fetch_add(1, Ordering::Relaxed);
    }

    /// Seconds since the beginning, from 1.
    fn second(&self, now: Instant) -> u64 {
        (now.saturating_duration_since(self.begin).as_secs() + 1) & u64::from(u32::MAX)
    }

    fn per_second(&self) -> f64 {
        let now = self.second(Instant::now());
        let held = self.seconds.iter().map(|slot| slot.load(Ordering::Relaxed));
        let recent = held.filter(|held| held >> 32 != 0 && now.saturating_sub(held >> 32) < RATE_SECONDS);
        let count: u64 = recent.map(|held| held & u64::from(u32::MAX)).sum();
        count as f64 / self.begin.elapsed().as_secs_f64().clamp(1.0, RATE_SECONDS as f64)
    }

    pub(super) fn snapshot(&self, name: &Arc<str>, breaker: Option<&Breaker>) -> CallSnapshot {
        // What fails is counted among the failures first, and is read here last: no success is made up.
        let latency = self.latency.counts();
        let measured = latency.total();
        let counts = CallStatus::ALL.into_iter().zip(&self.failures);
        let mut statuses: Vec<(CallStatus, u64)> =
            counts.map(|(status, count)| (status, count.load(Ordering::Relaxed))).collect();
        let failed = statuses.iter().filter(|(status, _)| *status != CallStatus::CircuitBreaker);
        let succeeded = measured.saturating_sub(failed.map(|(_, count)| count).sum());
        statuses
            .iter_mut()
            .filter(|(status, _)| *status == CallStatus::Success)
            .for_each(|(_, count)| *count = succeeded);
        statuses.retain(|(_, count)| *count > 0);
        let total = Duration::from_micros(self.latency_micros.load(Ordering::Relaxed));
        let ms = |micros: f64| micros / 1000.0;
        CallSnapshot {
            name: name.clone(),
            requests: statuses.iter().map(|(_, count)| count).sum(),
            per_second: self.per_second(),
            average_ms: if measured == 0 { 0.0 } else { total.as_secs_f64() * 1000.0 / measured as f64 },
            p50_ms: ms(latency.percentile(0.5)),
            p90_ms: ms(latency.percentile(0.9)),
            p99_ms: ms(latency.percentile(0.99)),
            statuses,
            http_errors: self.codes.lock().unwrap_or_else(PoisonError::into_inner).clone().into_iter().collect(),
            cancelled: self.cancelled.load(Ordering::Relaxed),
            unread: self.unread.load(Ordering::Relaxed),
            shared: self.shared.load(Ordering::Relaxed),
            breaker: breaker.map(|breaker| (breaker.state(), breaker.opened())),
            latency_total: total,
            latency_below: (LEAST_POWER..=MOST_POWER).map(|power| (power, latency.below_power(power))).collect(),
            measured,
        }
    }
}

/// The first and the last power of two, in microseconds, that a bucket of the Prometheus text ends at: 1 ms to 4 s.
const LEAST_POWER: u32 = 10;
const MOST_POWER: u32 = 22;

/// How one call has been doing since the engine was built.
#[derive(Clone, Debug)]
pub struct CallSnapshot {
    /// The name as defined.
    pub name: Arc<str>,
    /// Calls that were answered, those refused by the breaker included.
    pub requests: u64,
    /// The same for each second of the last minute, or of the time so far if that is less.
    pub per_second: f64,
    /// How long a call took on average, in milliseconds; those refused by the breaker left out.
    pub average_ms: f64,
    /// Half of the calls took no longer, in milliseconds. Like the other percentiles it is off by at most 1/32.
    pub p50_ms: f64,
    /// Nine calls of ten took no longer.
    pub p90_ms: f64,
    /// 99 calls of 100 took no longer.
    pub p99_ms: f64,
    /// How many ended with each status, those with none left out.
    pub statuses: Vec<(CallStatus, u64)>,
    /// How many `HttpError`s had each code.
    pub http_errors: Vec<(u16, u64)>,
    /// Calls that were dropped before their answer came, because nobody needed it any more.
    pub cancelled: u64,
    /// Calls that were made and not read by the rules, answered or not (R8.2).
    pub unread: u64,
    /// Calls that took the answer of an identical one of another event.
    pub shared: u64,
    /// Where the circuit breaker stands, and how often it opened; `None` if there is none.
    pub breaker: Option<(BreakerState, u64)>,
    latency_total: Duration,
    latency_below: Vec<(u32, u64)>,
    measured: u64,
}

impl CallSnapshot {
    /// The share of requests that succeeded, from 0 to 1; 1 without requests.
    pub fn success_rate(&self) -> f64 {
        let succeeded: u64 = self.count(CallStatus::Success);
        if self.requests == 0 { 1.0 } else { succeeded as f64 / self.requests as f64 }
    }

    /// How many ended with a status.
    pub fn count(&self, status: CallStatus) -> u64 {
        self.statuses.iter().find(|(known, _)| *known == status).map_or(0, |(_, count)| *count)
    }

    fn json(&self) -> serde_json::Value {
        let errors = self.statuses.iter().filter(|(status, _)| *status != CallStatus::Success);
        let errors: serde_json::Map<_, _> =
            errors.map(|(status, n)| (status.name().to_string(), (*n).into())).collect();
        let codes = self.http_errors.iter().map(|(code, count)| (code.to_string(), (*count).into()));
        let breaker = self.breaker.map(|(state, opened)| serde_json::json!({"state": state.name(), "opened": opened}));
        serde_json::json!({
            "name": &*self.name,
            "requests": self.requests,
            "requestsPerSecond": self.per_second,
            "averageMs": self.average_ms,
            "p50Ms": self.p50_ms,
            "p90Ms": self.p90_ms,
            "p99Ms": self.p99_ms,
            "successRate": self.success_rate(),
            "errors": errors,
            "httpErrors": codes.collect::<serde_json::Map<_, _>>(),
            "cancelled": self.cancelled,
            "unread": self.unread,
            "shared": self.shared,
            "breaker": breaker,
        })
    }
}

/// Tells how the calls of an engine are doing (R7.11), for as long as it is kept.
#[derive(Clone, Debug)]
pub struct Monitor {
    guards: Vec<(Arc<str>, Arc<Guard>)>,
}

impl Monitor {
    pub(crate) fn new(guards: Vec<(Arc<str>, Arc<Guard>)>) -> Monitor {
        Monitor { guards }
    }

    /// How they have been doing until now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { calls: self.guards.iter().map(|(name, guard)| guard.snapshot(name)).collect() }
    }
}

/// How all calls of an engine have been doing.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Each call that the engine knows, in the order they were defined.
    pub calls: Vec<CallSnapshot>,
}

impl Snapshot {
    /// As one JSON object: `{"calls":[{"name","requests","requestsPerSecond","averageMs","p50Ms","p90Ms","p99Ms",
    /// "successRate","errors":{status:count},"httpErrors":{code:count},"cancelled","unread","shared","breaker"}]}`.
    pub fn to_json(&self) -> String {
        let calls: Vec<serde_json::Value> = self.calls.iter().map(CallSnapshot::json).collect();
        serde_json::json!({ "calls": calls }).to_string()
    }

    /// As Prometheus text: counters by call and status, a histogram of latencies in seconds, the state of the breakers.
    pub fn to_prometheus(&self) -> String {
        let mut out = String::new();
        // INVARIANT: writing to a string never fails.
        let _ = self.write_prometheus(&mut out);
        out
    }

    fn write_prometheus(&self, out: &mut String) -> std::fmt::Result {
        let mut family =
            |name: &str, kind: &str, help: &str, write: &dyn Fn(&mut String, &CallSnapshot) -> std::fmt::Result| {
                writeln!(out, "# HELP {name} {help}")?;
                writeln!(out, "# TYPE {name} {kind}")?;
                self.calls.iter().try_for_each(|call| write(out, call))
            };
        let requests = "fql_external_requests_total";
        family(requests, "counter", "External calls by how they ended.", &|out, call| {
            call.statuses.iter().try_for_each(|(status, count)| {
                writeln!(out, "{requests}{{call=\"{}\",status=\"{}\"}} {count}", label(&call.name), status.name())
            })
        })?;
        let errors = "fql_external_http_errors_total";
        family(errors, "counter", "Responses with a status outside 2xx, by code.", &|out, call| {
            call.http_errors.iter().try_for_each(|(code, count)| {
                writeln!(out, "{errors}{{call=\"{}\",code=\"{code}\"}} {count}", label(&call.name))
            })
        })?;
        let latency = "fql_external_latency_seconds";
        family(latency, "histogram", "How long external calls took.", &|out, call| {
            let name = label(&call.name);
            for (power, below) in &call.latency_below {
                let edge = Duration::from_micros(1 << power).as_secs_f64();
                writeln!(out, "{latency}_bucket{{call=\"{name}\",le=\"{edge}\"}} {below}")?;
            }
            writeln!(out, "{latency}_bucket{{call=\"{name}\",le=\"+Inf\"}} {}", call.measured)?;
            writeln!(out, "{latency}_sum{{call=\"{name}\"}} {}", call.latency_total.as_secs_f64())?;
            writeln!(out, "{latency}_count{{call=\"{name}\"}} {}", call.measured)
        })?;
        let mut counter = |name: &str, help: &str, count: fn(&CallSnapshot) -> u64| {
            family(name, "counter", help, &|out, call| {
                writeln!(out, "{name}{{call=\"{}\"}} {}", label(&call.name), count(call))
            })
        };
        counter("fql_external_cancelled_total", "Calls dropped before their answer came.", |call| call.cancelled)?;
        counter("fql_external_unread_total", "Calls made and not read by the rules.", |call| call.unread)?;
        counter("fql_external_shared_total", "Calls that took the answer of an identical one.", |call| call.shared)?;
        let breaker = "fql_external_breaker_state";
        family(breaker, "gauge", "0 closed, 1 half open, 2 open.", &|out, call| match call.breaker {
            None => Ok(()),
            Some((state, _)) => {
                let number = match state {
                    BreakerState::Closed => 0,
                    BreakerState::HalfOpen => 1,
                    BreakerState::Open => 2,
                };
                writeln!(out, "{breaker}{{call=\"{}\"}} {number}", label(&call.name))
            }
        })?;
        let opened = "fql_external_breaker_opened_total";
        family(opened, "counter", "How often the breaker opened.", &|out, call| match call.breaker {
            None => Ok(()),
            Some((_, count)) => writeln!(out, "{opened}{{call=\"{}\"}} {count}", label(&call.name)),
        })
    }
}

/// A text between the quotes of a label.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
