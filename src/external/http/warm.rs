//! Keeping the connection of a call that is idle (R7.8).
//!
//! A task per definition, begun by its first call and ended with the definition: when the call has been idle for so long, it
//! sends a GET that carries nothing of the definition but the address.

use super::transport::Inner;
use reqwest::Url;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// The longest that a warming request may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much of its answer is read, so that the connection can be used again.
const LONGEST_ANSWER: usize = 64 << 10;

/// What keeps a connection warm.
#[derive(Debug)]
pub(super) struct Warmth {
    url: Url,
    idle_after: Duration,
    /// When the definition's connection was last used.
    used: Mutex<Option<Instant>>,
    is_kept: AtomicBool,
}

/// Says that the task is gone, however it ends: perhaps with the runtime it runs on.
struct Kept(Weak<Inner>);

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(warmth) = self.0.upgrade().as_ref().and_then(|inner| inner.warmth.as_ref()) {
            warmth.is_kept.store(false, Ordering::Release);
        }
    }
}

impl Warmth {
    pub(super) fn new(url: Url, idle_after: Duration) -> Warmth {
        Warmth { url, idle_after, used: Mutex::default(), is_kept: AtomicBool::new(false) }
    }

    /// Begins the task, unless there is one.
    pub(super) fn keep(inner: &Arc<Inner>) {
        let Some(warmth) = &inner.warmth else { return };
        Warmth::note(inner);
        if !warmth.is_kept.swap(true, Ordering::AcqRel) {
            let (weak, idle_after) = (Arc::downgrade(inner), warmth.idle_after);
            tokio::spawn(async move {
                let kept = Kept(weak);
                let mut due = Instant::now() + idle_after;
                loop {
                    sleep_until(due).await;
                    let Some(inner) = kept.0.upgrade() else { return };
                    let Some(next) = Warmth::round(&inner).await else { return };
                    due = next;
                }
            });
        }
    }

    /// Notes that the connection was used now.
    pub(super) fn note(inner: &Inner) {
        if let Some(warmth) = &inner.warmth {
            *warmth.used.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }

    /// Warms the connection if it is time, and says when to look again.
    async fn round(inner: &Inner) -> Option<Instant> {
        let warmth = inner.warmth.as_ref()?;
        let used = *warmth.used.lock().unwrap_or_else(PoisonError::into_inner);
        let due = used? + warmth.idle_after;
        if Instant::now() < due {
            return Some(due);
        }
        let request = async {
            if let Ok(response) = inner.client.get(warmth.url.clone()).send().await {
                // Whatever it answers, the connection was used.
                let _ = super::failure::body(response, LONGEST_ANSWER).await;
            }
        };
        let _ = timeout(PATIENCE, request).await;
        Warmth::note(inner);
        Some(Instant::now() + warmth.idle_after)
    }
}
