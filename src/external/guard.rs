//! What surrounds the calls of one definition, whatever makes them: timeout, circuit breaker, how many at once, counts.
//!
//! In: arguments. Out: an [`Answer`], always, and in time.
//!
//! 1. An open breaker answers at once (R7.7).
//! 2. A call waits until fewer than so many are under way, within its own timeout (R7.9), and asks the breaker again.
//! 3. The transport makes the call. What it takes longer than the timeout is dropped; a panic ends this call alone.
//! 4. A success is JSON that rules can read, else it is a failure. The breaker and the counts hear how it ended.
//!
//! A call that nobody needs any more is dropped at any of these points, and counts as cancelled.

use super::Started;
use super::breaker::{Breaker, Verdict};
use super::coalesce::Recent;
use super::definition::External;
use super::monitor::{CallSnapshot, Counter};
use super::resilience::Resilience;
use super::transport::{Call, Response, Sent};
use crate::evaluate::{Answer, CallStatus};
use crate::value::json::scan;
use futures_util::FutureExt;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::Semaphore;
use tokio::task::unconstrained;
use tokio::time::{Instant, sleep_until};

/// The state of one call's guard. An engine that replaces another one takes it along (R1.4).
#[derive(Debug)]
pub(crate) struct Guard {
    settings: Resilience,
    breaker: Option<Breaker>,
    turns: Semaphore,
    pub(super) counter: Arc<Counter>,
    pub(super) recent: Recent,
}

/// What a call has to keep to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// The limit `call_timeout_max_ms`.
    pub(crate) most_ms: u64,
    /// The limit `response_bytes`.
    pub(crate) response_bytes: usize,
}

/// Where a call comes from, and who wants to hear how it ended.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) listener: Arc<dyn Listener>,
    pub(crate) assessment: Arc<str>,
    /// The environment of the event, by number.
    pub(crate) environment: u32,
    pub(crate) correlation_id: Option<Arc<str>>,
    pub(crate) rule: Option<Arc<str>>,
    pub(crate) clause: Option<Arc<str>>,
}

/// Hears of every request.
pub(crate) trait Listener: std::fmt::Debug + Send + Sync {
    fn called(&self, told: &Told<'_>);
}

/// How a request ended.
pub(crate) struct Told<'t> {
    pub(crate) name: &'t str,
    pub(crate) origin: &'t Origin,
    pub(crate) answer: &'t Answer,
    /// What came back in place of a value.
    pub(crate) response: &'t str,
    /// What was sent.
    pub(crate) sent: &'t dyn Fn() -> Sent,
}

impl Guard {
    pub(crate) fn new(settings: Resilience, seed: u64) -> Guard {
        Guard {
            breaker: settings.breaker.then(|| Breaker::new(settings.clone(), seed)),
            turns: Semaphore::new(settings.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            counter: Arc::new(Counter::new()),
            recent: Recent::default(),
            settings,
        }
    }

    /// The guard of the same call in an engine that replaces this one's (R1.4): this one, unless the settings are others;
    /// then one that begins anew and goes on counting.
    pub(crate) fn succeed(self: Arc<Guard>, settings: Resilience, seed: u64) -> Arc<Guard> {
        if self.settings == settings {
            return self;
        }
        Arc::new(Guard { counter: self.counter.clone(), ..Guard::new(settings, seed) })
    }

    pub(crate) fn snapshot(&self, name: &Arc<str>) -> CallSnapshot {
        self.counter.snapshot(name, self.breaker.as_ref())
    }

    /// A call was made that the rules did not read.
    pub(crate) fn unread(&self) {
        self.counter.unread();
    }

    /// Begins a call.
    pub(crate) fn start(
        self: &Arc<Guard>,
        external: &Arc<External>,
        arguments: Arc<[String]>,
        terms: Terms,
        origin: Option<Origin>,
    ) -> Started {
        let begun = Instant::now();
        if self.breaker.as_ref().is_some_and(|breaker| !breaker.would_admit()) {
            let answer = answer(external, refused(), begun);
            self.counter.answered(&answer);
            tell(external, origin.as_ref(), &arguments, &answer, "");
            return Started::Now(answer);
        }
        let mut watch = Watch { guard: self.clone(), answered: false };
        let external = external.clone();
        Started::Later(Box::pin(async move {
            let mut response = watch.guard.make(&external, arguments.clone(), begun, terms).await;
            let body = std::mem::take(&mut response.body);
            let answer = answer(&external, response, begun);
            watch.answered(&answer);
            tell(&external, origin.as_ref(), &arguments, &answer, &body);
            answer
        }))
    }

    /// Counts how a stubbed call ends, or that it is dropped before, and tells of it.
    pub(crate) fn watch(
        self: &Arc<Guard>,
        name: &Arc<str>,
        arguments: &[String],
        started: Started,
        origin: Option<Origin>,
    ) -> Started {
        let stubbed = |name: &str, arguments: &[String], origin: Option<&Origin>, answer: &Answer| {
            let sent = || Sent { uri: String::new(), body: serde_json::Value::from(arguments).to_string() };
            if let Some(origin) = origin {
                origin.listener.called(&Told { name, origin, answer, response: "", sent: &sent });
            }
        };
        match started {
            Started::Now(answer) => {
                self.counter.answered(&answer);
                stubbed(name, arguments, origin.as_ref(), &answer);
                Started::Now(answer)
            }
            Started::Later(work) => {
                let mut watch = Watch { guard: self.clone(), answered: false };
                let (name, arguments) = (name.clone(), arguments.to_vec());
                Started::Later(Box::pin(async move {
                    let answer = work.await;
                    watch.answered(&answer);
                    stubbed(&name, &arguments, origin.as_ref(), &answer);
                    answer
                }))
            }
        }
    }

    async fn make(&self, external: &External, arguments: Arc<[String]>, begun: Instant, terms: Terms) -> Response {
        let timeout = external.timeout(terms.most_ms);
        let deadline = begun + timeout;
        let turn = match self.turns.try_acquire() {
            Ok(turn) => Ok(turn),
            Err(_) => match within(deadline, self.turns.acquire()).await {
                Some(turn) => turn,
                None => {
                    let most = self.settings.concurrency;
                    let error = format!("{most} calls were under way for {} ms", timeout.as_millis());
                    return Response::failure(CallStatus::Timeout, error);
                }
            },
        };
        // Given back when the call is over. INVARIANT: nobody closes the semaphore.
        let _turn = turn;
        let permit = match self.breaker.as_ref().map(Breaker::admit) {
            None => None,
            Some(Some(permit)) => Some(permit),
            Some(None) => return refused(),
        };
        let call = Call { arguments, deadline, response_bytes: terms.response_bytes };
        // Making the future runs foreign code already, so it is made inside as well.
        let work = AssertUnwindSafe(async { external.transport().call(call).await }).catch_unwind();
        let response = match within(deadline, work).await {
            Some(Ok(response)) => checked(response, terms.response_bytes),
            Some(Err(_)) => Response::failure(CallStatus::UnknownFailure, "the function panicked"),
            None => Response::failure(CallStatus::Timeout, format!("no answer within {} ms", timeout.as_millis())),
        };
        if let Some(permit) = permit {
            let asked = response.retry_after.filter(|_| matches!(response.http_status, 429 | 503));
            permit.end(Verdict::of(response.status, response.http_status), asked);
        }
        response
    }
}

/// What comes of some work, unless it takes longer than that. Only work that has to be waited for needs a timer.
async fn within<T>(deadline: Instant, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut timer = pin!(None);
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        if timer.is_none() {
            // Work that uses up what its task may do in one go is not to put off its own end.
            timer.set(Some(unconstrained(sleep_until(deadline))));
        }
        match timer.as_mut().as_pin_mut() {
            Some(timer) => timer.poll(context).map(|()| None),
            // INVARIANT: it was made just now.
            None => Poll::Ready(None),
        }
    })
    .await
}

/// Counts a call as cancelled, unless it was answered.
struct Watch {
    guard: Arc<Guard>,
    answered: bool,
}

impl Watch {
    fn answered(&mut self, answer: &Answer) {
        self.answered = true;
        self.guard.counter.answered(answer);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.answered {
            self.guard.counter.cancelled();
        }
    }
}

/// Tells of a request, if somebody listens.
fn tell(external: &External, origin: Option<&Origin>, arguments: &[String], answer: &Answer, response: &str) {
    if let Some(origin) = origin {
        let sent = || external.transport().sent(arguments);
        origin.listener.called(&Told { name: &external.name, origin, answer, response, sent: &sent });
    }
}

/// What the rules see.
fn answer(external: &External, response: Response, begun: Instant) -> Answer {
    let Response { status, http_status, value, error, endpoint, .. } = response;
    let transport = external.transport();
    Answer {
        defaulted: value.is_none(),
        value: value.unwrap_or_else(|| external.default_text().clone()),
        status,
        http_status,
        error,
        latency_ms: begun.elapsed().as_secs_f64() * 1000.0,
        endpoint: if endpoint.is_empty() { transport.endpoint().to_string() } else { endpoint },
        source: transport.source(),
    }
}

fn refused() -> Response {
    Response::failure(CallStatus::CircuitBreaker, "the circuit breaker is open")
}

/// Holds what a transport says against what it may say: a success has a value, which is JSON within the limits.
fn checked(mut response: Response, most: usize) -> Response {
    if response.status != CallStatus::Success {
        response.value = None;
        return response;
    }
    let error = match &response.value {
        None => "there is no response".to_string(),
        Some(text) if text.len() > most => format!("the answer is longer than {most} bytes"),
        Some(text) => match json(text) {
            Ok(()) => return response,
            Err(message) => format!("the answer is no JSON: {message}"),
        },
    };
    let body = response.value.take().map_or(String::new(), |text| excerpt(&text).to_string());
    let Response { http_status, endpoint, retry_after, .. } = response;
    Response { http_status, body, endpoint, retry_after, ..Response::failure(CallStatus::ResponseFailure, error) }
}

/// Whether a text is JSON that rules can read.
fn json(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    let begin = scan::blank(bytes, 0);
    let whole = scan::skip(bytes, begin, 0).and_then(|end| scan::end(bytes, end));
    whole.map_err(|fault| fault.message(text))
}

/// The begin of a text, to show.
fn excerpt(text: &str) -> &str {
    let end = (0..=1024.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}
