//! The way from a decision to the sinks: a bounded queue, and one thread behind it.

use super::{Event, Sink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::Duration;

/// So many events wait at most.
const MOST_EVENTS: usize = 8192;
/// So many bytes of them.
const MOST_BYTES: usize = 64 << 20;
/// How long sinks may hold back what they took while nothing new comes.
const IDLE: Duration = Duration::from_millis(200);

/// A sink and what it takes.
pub(crate) struct Output {
    /// The names of events, case ignored; `None` is all.
    pub(crate) names: Option<Vec<String>>,
    /// The environments that they happen in, by number; `None` is all.
    pub(crate) environments: Option<Vec<u32>>,
    pub(crate) sink: Box<dyn Sink>,
}

impl Output {
    fn taken(&self) -> Taken {
        Taken { names: self.names.clone(), environments: self.environments.clone() }
    }
}

/// What a sink takes; as in [`Output`].
#[derive(Clone, Debug)]
struct Taken {
    names: Option<Vec<String>>,
    environments: Option<Vec<u32>>,
}

impl Taken {
    fn has(&self, name: &str, environment: u32) -> bool {
        self.environments.as_ref().is_none_or(|environments| environments.contains(&environment))
            && self.names.as_ref().is_none_or(|names| names.iter().any(|taken| taken.eq_ignore_ascii_case(name)))
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("names", &self.names).finish_non_exhaustive()
    }
}

enum Message {
    /// With the environment that it happened in.
    Event(Event, u32),
    /// Answered when everything before it is written.
    Flush(SyncSender<()>),
}

/// Takes events without waiting. When the last engine that holds it is dropped, what waits is still written.
#[derive(Debug)]
pub(crate) struct Queue {
    sender: SyncSender<Message>,
    /// For each sink.
    taken: Vec<Taken>,
    shared: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    bytes: AtomicUsize,
    dropped: AtomicU64,
}

impl Queue {
    /// Begins the thread.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub(crate) fn new(outputs: Vec<Output>) -> std::io::Result<Queue> {
        let (sender, receiver) = mpsc::sync_channel(MOST_EVENTS);
        let shared = Arc::new(Counts::default());
        let taken = outputs.iter().map(Output::taken).collect();
        let counts = shared.clone();
        std::thread::Builder::new().name("fql-sinks".to_string()).spawn(move || write(&receiver, outputs, &counts))?;
        Ok(Queue { sender, taken, shared })
    }

    /// Whether somebody takes such events of an environment.
    pub(crate) fn wants(&self, name: &str, environment: u32) -> bool {
        self.taken.iter().any(|taken| taken.has(name, environment))
    }

    /// Puts an event into the queue, or drops it if there is no room.
    pub(crate) fn put(&self, event: Event, environment: u32) {
        let length = event.json.len();
        let counts = &self.shared;
        if counts.bytes.fetch_add(length, Ordering::Relaxed) + length <= MOST_BYTES
            && let Ok(()) = self.sender.try_send(Message::Event(event, environment))
        {
            return;
        }
        counts.bytes.fetch_sub(length, Ordering::Relaxed);
        counts.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// How many events were dropped, here or by a sink that failed.
    pub(crate) fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Waits until everything that was put before is written; false if that takes longer.
    pub(crate) fn flush(&self, most: Duration) -> bool {
        let (done, wait) = mpsc::sync_channel(1);
        let begun = std::time::Instant::now();
        let mut message = Message::Flush(done);
        loop {
            match self.sender.try_send(message) {
                Ok(()) => return wait.recv_timeout(most.saturating_sub(begun.elapsed())).is_ok(),
                Err(TrySendError::Disconnected(_)) => return false,
                Err(TrySendError::Full(_)) if begun.elapsed() >= most => return false,
                Err(TrySendError::Full(back)) => message = back,
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Writes what comes until nobody can put anything any more.
fn write(receiver: &Receiver<Message>, mut outputs: Vec<Output>, counts: &Counts) {
    let dropped = || counts.dropped.fetch_add(1, Ordering::Relaxed);
    let taken: Vec<Taken> = outputs.iter().map(Output::taken).collect();
    let mut fresh = false;
    loop {
        let message = if fresh {
            receiver.recv_timeout(IDLE)
        } else {
            receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        match message {
            Ok(Message::Event(event, environment)) => {
                fresh = true;
                counts.bytes.fetch_sub(event.json.len(), Ordering::Relaxed);
                for (output, taken) in outputs.iter_mut().zip(&taken) {
                    if !taken.has(&event.name, environment) {
                        continue;
                    }
                    if !matches!(catch_unwind(AssertUnwindSafe(|| output.sink.write(&event))), Ok(Ok(()))) {
                        dropped();
                    }
                }
            }
            Ok(Message::Flush(done)) => {
                flush(&mut outputs);
                fresh = false;
                // Nobody may wait any more.
                let _ = done.try_send(());
            }
            Err(RecvTimeoutError::Timeout) => {
                flush(&mut outputs);
                fresh = false;
            }
            Err(RecvTimeoutError::Disconnected) => return flush(&mut outputs),
        }
    }
}

fn flush(outputs: &mut [Output]) {
    for output in outputs {
        // A sink that cannot flush now is asked again.
        let _ = catch_unwind(AssertUnwindSafe(|| output.sink.flush()));
    }
}
