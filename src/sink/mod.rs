//! Where events about decisions and calls go (R7.12): one JSON object each, and never at the expense of a decision.
//!
//! In: an [`Event`], put into a bounded queue. Out: whatever a [`Sink`] does with it, on a thread of its own. What the queue has
//! no room for is dropped and counted; so is what a sink cannot write.
//!
//! | event | told |
//! |---|---|
//! | [`CALLS`] | each request of an external call |
//! | [`CALL_ERRORS`] | each that failed, with what was sent and what came back, secrets removed |
//! | [`TRACES`] | each `Trace(...)` that fired |
//! | [`ASSESSMENTS`] and the assessment's name | each decision, with the event |

mod file;
mod queue;

pub use file::RotatingFile;
pub(crate) use queue::{Output, Queue};

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The name of the event for each request of an external call.
pub const CALLS: &str = "FraudProtection.Monitoring.ExternalCalls";
/// The name of the event for each request that failed.
pub const CALL_ERRORS: &str = "FraudProtection.Errors.ExternalCalls";
/// The name of the event for each trace.
pub const TRACES: &str = "FraudProtection.Trace.Rule";
/// What the name of the event for each decision begins with; the assessment's name follows.
pub const ASSESSMENTS: &str = "FraudProtection.Assessment.";

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its name, such as [`CALLS`].
    pub name: Arc<str>,
    /// The event as one line of JSON, its name included.
    pub json: String,
}

/// Takes events, one after another, on a thread that does nothing else.
///
/// A closure is one:
///
/// ```
/// # use std::sync::{Arc, Mutex};
/// let seen: Arc<Mutex<Vec<String>>> = Arc::default();
/// let into = seen.clone();
/// let engine = fql::Engine::builder()
///     .rules("checkout", "OBSERVE Trace(amount = @\"totalAmount\")")
///     .sink(fql::sink::closure(move |event| into.lock().unwrap().push(event.json.clone())))
///     .build()?;
/// engine.decide_blocking(br#"{"totalAmount": 12}"#)?;
/// engine.flush(std::time::Duration::from_secs(1));
/// assert!(seen.lock().unwrap()[0].starts_with(r#"{"name":"FraudProtection.Trace.Rule""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Sink: Send + 'static {
    /// Takes an event. It may wait: other events wait in the queue meanwhile.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from being taken; it is counted as dropped then.
    fn write(&mut self, event: &Event) -> io::Result<()>;

    /// Sees to it that everything taken so far is where it belongs.
    ///
    /// # Errors
    ///
    /// As [`Sink::write`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A sink that hands events to a closure.
pub fn closure(take: impl FnMut(&Event) + Send + 'static) -> impl Sink {
    Closure(take)
}

struct Closure<F>(F);

impl<F: FnMut(&Event) + Send + 'static> Sink for Closure<F> {
    fn write(&mut self, event: &Event) -> io::Result<()> {
        (self.0)(event);
        Ok(())
    }
}

/// A sink that several engines write to, one after another: such as a file that stays open while an environment is loaded again.
impl<S: Sink> Sink for Arc<Mutex<S>> {
    fn write(&mut self, event: &Event) -> io::Result<()> {
        self.lock().unwrap_or_else(PoisonError::into_inner).write(event)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// Writes each event as a line to standard output.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stdout;

impl Sink for Stdout {
    fn write(&mut self, event: &Event) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(event.json.as_bytes())?;
        out.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// Writes each event as a line to standard error.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stderr;

impl Sink for Stderr {
    fn write(&mut self, event: &Event) -> io::Result<()> {
        // In one piece: standard error has no buffer.
        io::stderr().lock().write_all(format!("{}\n", event.json).as_bytes())
    }
}

/// What becomes of the sinks that the `fql.toml` of a folder names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FolderSinks {
    /// They are written to.
    #[default]
    Open,
    /// They are written to, but what would go to standard output goes to standard error: for a program whose standard output is
    /// for something else.
    Stderr,
    /// They are checked like all settings, and nothing is written: for a program that tries things out.
    Closed,
}

/// Whether there is an event of that name, case ignored; the assessment's is not looked at.
pub fn is_event(name: &str) -> bool {
    named(name).is_some()
}

/// The name of an event as it is told, except for the case of an assessment's name.
pub(crate) fn named(name: &str) -> Option<String> {
    let known = [CALLS, CALL_ERRORS, TRACES].into_iter().find(|known| known.eq_ignore_ascii_case(name));
    known.map(str::to_string).or_else(|| assessment_of(name).map(|assessment| format!("{ASSESSMENTS}{assessment}")))
}

/// The assessment that the name of an event names.
pub(crate) fn assessment_of(name: &str) -> Option<&str> {
    let (begin, assessment) = name.split_at_checked(ASSESSMENTS.len())?;
    (begin.eq_ignore_ascii_case(ASSESSMENTS) && !assessment.is_empty()).then_some(assessment)
}
