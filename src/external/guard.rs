//! What surrounds the calls of one definition, whatever makes them: timeout, circuit breaker, how many at once, counts.
//!
//! In: arguments. Out: an [`Answer`], always, and in time.
//!
//! 1. A call waits until fewer than so many are under way, within its own timeout (R7.9). With an open breaker none waits.
//! 2. An open breaker answers at once (R7.7).
//! 3. The transport makes the call. What it takes longer than the timeout is dropped; a panic ends this call alone.
//! 4. A success is JSON that rules can read, else it is a failure. The breaker and the counts hear how it ended.
//!
//! Most calls find a turn. Such a call is made and looked at where it starts, and if its answer is there, it is over with
//! that: nothing is kept for it, no timer is made, nobody is woken. Any other is an [`UnderWay`] or waits for its turn.
//!
//! A call that nobody needs any more is dropped at any of these points, and counts as cancelled.

use super::breaker::{Breaker, Permit, Verdict};
use super::coalesce::Recent;
use super::monitor::{CallSnapshot, Counter};
use super::order::{Kept, Order, Origin};
use super::resilience::Resilience;
use super::timer::Timer;
use super::transport::{Call, Response, Sent};
use super::under_way::{UnderWay, Watch};
use super::{Moment, Started};
use crate::evaluate::{Answer, Arguments, CallStatus};
use crate::value::json::scan;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// The state of one call's guard. An engine that replaces another one takes it along (R1.4).
#[derive(Debug)]
pub(crate) struct Guard {
    settings: Resilience,
    pub(super) breaker: Option<Breaker>,
    pub(super) turns: Semaphore,
    pub(super) counter: Arc<Counter>,
    pub(super) recent: Recent,
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
    pub(crate) fn start(self: &Arc<Guard>, order: Order<'_>, moment: &mut Moment<'_, '_>) -> Started {
        if moment.context.is_some()
            && let Ok(turn) = self.turns.try_acquire()
        {
            return self.attempt(&order, turn, moment);
        }
        if self.breaker.as_ref().is_some_and(|breaker| !breaker.would_admit()) {
            return Started::Now(self.over(&order, refused(), moment.read()));
        }
        moment.begin(queue(Watch::new(self.clone()), order.kept()))
    }

    /// Makes a call whose turn it is, if the breaker lets it, and looks at it.
    fn attempt(
        self: &Arc<Guard>,
        order: &Order<'_>,
        turn: SemaphorePermit<'_>,
        moment: &mut Moment<'_, '_>,
    ) -> Started {
        let permit = match self.breaker.as_ref().map(Breaker::admit) {
            None => None,
            Some(Some(permit)) => Some(permit),
            Some(None) => return Started::Now(self.over(order, refused(), moment.read())),
        };
        let Order { external, arguments, terms, .. } = order;
        let call =
            Call { arguments: (*arguments).clone(), deadline: order.deadline(), response_bytes: terms.response_bytes };
        let mut exchange = None;
        // Making the future runs foreign code already.
        let looked = looked(|| {
            let exchange = exchange.insert(external.transport().call(call));
            moment.context.as_deref_mut().map_or(Poll::Pending, |context| exchange.as_mut().poll(context))
        });
        match (looked, exchange) {
            (Poll::Pending, Some(exchange)) => {
                turn.forget();
                let call = UnderWay::new(self.clone(), order.kept(), exchange, permit.map(Permit::keep));
                call.begin(moment)
            }
            (looked, _) => {
                // INVARIANT: what is pending was made.
                let response = if let Poll::Ready(response) = looked { response } else { panicked() };
                Started::Now(self.ended(order, response, permit, moment.read()))
            }
        }
    }

    /// A call that was made has ended: what its transport says is held against what it may say, and the breaker hears of it.
    pub(super) fn ended(
        &self,
        order: &Order<'_>,
        response: Response,
        permit: Option<Permit<'_>>,
        now: Instant,
    ) -> Answer {
        let response = checked(response, order);
        if let Some(permit) = permit {
            let (verdict, asked) = verdict(&response);
            permit.end_at(verdict, asked, now);
        }
        self.over(order, response, now)
    }

    /// A call is over, made or not: what the rules see of it. It is counted and told of.
    pub(super) fn over(&self, order: &Order<'_>, mut response: Response, now: Instant) -> Answer {
        let body = std::mem::take(&mut response.body);
        let answer = order.answer(response, now);
        self.counter.answered(&answer, now);
        order.tell(&answer, &body);
        answer
    }

    /// Counts how a stubbed call ends, or that it is dropped before, and tells of it.
    pub(crate) fn watch(
        self: &Arc<Guard>,
        name: &Arc<str>,
        arguments: &Arguments,
        (answer, wait): (Answer, Duration),
        origin: Option<Origin>,
        moment: &mut Moment<'_, '_>,
    ) -> Started {
        let stubbed = move |guard: &Guard, name: &str, arguments: &Arguments, answer: &Answer, now: Instant| {
            guard.counter.answered(answer, now);
            let sent = || Sent { uri: String::new(), body: serde_json::Value::from_iter(arguments.iter()).to_string() };
            if let Some(origin) = &origin {
                origin.listener.called(&Told { name, origin, answer, response: "", sent: &sent });
            }
        };
        if wait.is_zero() {
            stubbed(self, name, arguments, &answer, moment.now);
            return Started::Now(answer);
        }
        let mut watch = Watch::new(self.clone());
        let (name, arguments) = (name.clone(), arguments.clone());
        moment.begin(async move {
            tokio::time::sleep(wait).await;
            watch.ended = true;
            stubbed(&watch.guard, &name, &arguments, &answer, Instant::now());
            answer
        })
    }
}

/// Makes a call when its turn has come.
async fn queue(mut watch: Watch, call: Kept) -> Answer {
    let (guard, order) = (watch.guard.clone(), call.order());
    let turn = within(order.deadline(), guard.turns.acquire()).await;
    // From here on others count how it ends.
    watch.ended = true;
    // INVARIANT: nobody closes the semaphore.
    let Some(Ok(turn)) = turn else {
        let most = guard.settings.concurrency;
        let error = format!("{most} calls were under way for {} ms", order.timeout().as_millis());
        return guard.over(&order, Response::failure(CallStatus::Timeout, error), Instant::now());
    };
    let waker = poll_fn(|context| Poll::Ready(context.waker().clone())).await;
    let started = {
        let mut context = Context::from_waker(&waker);
        guard.attempt(&order, turn, &mut Moment { now: order.begun, context: Some(&mut context) })
    };
    match started {
        Started::Now(answer) => answer,
        Started::Later(pending) => pending.await,
    }
}

/// What comes of some work, unless it takes longer than that.
async fn within<T>(deadline: Instant, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut timer) = (pin!(work), Timer::new(deadline));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => timer.poll(context).map(|()| None),
    })
    .await
}

fn refused() -> Response {
    Response::failure(CallStatus::CircuitBreaker, "the circuit breaker is open")
}

/// What comes of looking at a call. A panic of its transport ends it.
pub(super) fn looked(look: impl FnOnce() -> Poll<Response>) -> Poll<Response> {
    catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|_| Poll::Ready(panicked()))
}

fn panicked() -> Response {
    Response::failure(CallStatus::UnknownFailure, "the function panicked")
}

/// What a response says about the health of the service, and for how long that asks to be left alone.
fn verdict(response: &Response) -> (Verdict, Option<Duration>) {
    let asked = response.retry_after.filter(|_| matches!(response.http_status, 429 | 503));
    (Verdict::of(response.status, response.http_status), asked)
}

/// Holds what a transport says against what it may say: a success has a value, which is JSON within the limits.
fn checked(mut response: Response, order: &Order<'_>) -> Response {
    if response.status != CallStatus::Success {
        response.value = None;
        return response;
    }
    let most = order.terms.response_bytes;
    let error = match &response.value {
        None => "there is no response".to_string(),
        Some(text) if text.len() > most => format!("the answer is longer than {most} bytes"),
        Some(_) if order.external.transport().validates() => return response,
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
