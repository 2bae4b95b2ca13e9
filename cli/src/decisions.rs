//! A decision for each event, written as it comes (R12.3).
//!
//! In: an engine and events. Out: results on standard output in the order of the events, and whether all of them were events.
//! Somebody who waits for each answer gets it, and a stream of any length takes the same memory.
//!
//! The first event is decided before anything else. Where others follow it, each on its line, they are decided on all cores
//! ([`fql::Batch`]), in blocks of what is there to read; arrays and objects over several lines go on one by one. So does
//! everything if the rules are watched: each event is decided by the newest good ones.

use crate::arguments::{Decide, Format};
use crate::events::{Events, Next};
use crate::read;
use crate::report;
use crate::setting::Settings;
use crate::streams::{Stop, Streams};
use fql::diagnostic::Code;
use fql::watch::Watched;
use fql::{Batch, BatchError, Decision, Engine, EvaluationError, Request, Session};
use std::io::Read;
use std::path::PathBuf;
use tokio::runtime::Runtime;

/// What decides and how it is written.
pub(crate) struct Decisions {
    decider: Decider,
    /// For events that stand one on each line; `None` decides one by one, whatever they are.
    batch: Option<Batch>,
    settings: Settings,
    writing: Writing,
    /// Where the events come from, for messages.
    path: PathBuf,
    good: bool,
    count: u64,
}

/// What decides one event.
enum Decider {
    Session(Box<Session>),
    Newest(Newest),
}

/// The newest good engine of rules that are watched.
pub(crate) struct Newest {
    pub(crate) watched: Watched,
    pub(crate) runtime: Runtime,
    pub(crate) assessment: Option<String>,
    pub(crate) environment: Option<String>,
}

impl Decider {
    /// How long an event may be.
    fn event_bytes(&self) -> usize {
        match self {
            Decider::Session(session) => session.limits().event_bytes,
            // An environment that is gone is told when the event is decided.
            Decider::Newest(newest) => {
                let engine = newest.watched.engine();
                engine.limits(newest.environment.as_deref()).map_or(0, |limits| limits.event_bytes)
            }
        }
    }
}

impl Newest {
    fn decide(&self, request: Request<'_>) -> Result<Decision, EvaluationError> {
        let request = match &self.assessment {
            Some(name) => request.assessment(name),
            None => request,
        };
        let request = match &self.environment {
            Some(name) => request.environment(name),
            None => request,
        };
        let engine = self.watched.engine();
        self.runtime.block_on(engine.decide(request))
    }
}

/// How results are written.
#[derive(Clone, Copy)]
struct Writing {
    format: Format,
    colour: bool,
}

/// The results of some events in a row.
#[derive(Default)]
struct Block {
    text: String,
    events: u64,
    /// Whether one of them was no event.
    bad: bool,
    /// What goes to standard error: behind how much of the text, the number of the event, the error.
    errors: Vec<(usize, u64, EvaluationError)>,
}

impl Decisions {
    /// Decides by an assessment of the engine; fails if there is none of that name.
    pub(crate) fn new(engine: &Engine, settings: Settings, arguments: &Decide) -> Result<Decisions, EvaluationError> {
        let (assessment, environment) = (arguments.assessment.as_deref(), arguments.environment.as_deref());
        let threads = arguments.threads.map_or(0, |threads| threads.get().into());
        let mut batch = engine.batch_in(assessment, environment)?.threads(threads);
        if let Some(at) = settings.at {
            batch = batch.at(at);
        }
        if let Some(seed) = settings.seed {
            batch = batch.seed(seed);
        }
        let decider = Decider::Session(Box::new(engine.session_in(assessment, environment)?));
        let batch = (threads != 1).then_some(batch);
        Ok(Decisions { batch, ..Decisions::by(decider, settings, arguments) })
    }

    /// Decides by whatever is the newest good engine.
    pub(crate) fn newest(newest: Newest, settings: Settings, arguments: &Decide) -> Decisions {
        Decisions::by(Decider::Newest(newest), settings, arguments)
    }

    fn by(decider: Decider, settings: Settings, arguments: &Decide) -> Decisions {
        Decisions {
            decider,
            batch: None,
            settings,
            writing: Writing { format: arguments.format, colour: false },
            path: arguments.events().to_path_buf(),
            good: true,
            count: 0,
        }
    }

    /// Decides all events; false if one of them was none.
    pub(crate) fn all(&mut self, input: impl Read + Send, streams: &mut Streams) -> Result<bool, Stop> {
        self.writing.colour = streams.out_colour;
        match self.each(Events::new(input), streams) {
            Err(Stop::Input(error)) => Err(streams.refuse(&[read::unopened(&self.path, &error)])),
            Err(stop) => Err(stop),
            Ok(()) => Ok(self.good),
        }
    }

    fn each(&mut self, mut events: Events<impl Read + Send>, streams: &mut Streams) -> Result<(), Stop> {
        let mut block = Block::default();
        loop {
            let most = self.decider.event_bytes();
            let decided = match events.next(most, &mut || streams.flush())? {
                Next::End => return Ok(()),
                Next::Event(bytes) => {
                    let request = self.settings.request(bytes);
                    match &mut self.decider {
                        Decider::Session(session) => session.decide(request),
                        Decider::Newest(newest) => newest.decide(request),
                    }
                }
                Next::TooLarge(length) => {
                    let message = format!("expected an event of at most `event_bytes` = {most} bytes, found {length}");
                    Err(error(Code::EVENT_TOO_LARGE, message))
                }
                Next::Broken(message) => Err(error(Code::EVENT_NOT_JSON, message.to_string())),
            };
            block.add(self.writing, decided);
            self.write(&mut block, streams)?;
            if let Some(batch) = self.batch.take_if(|_| events.are_lines()) {
                return match events.has_more(&mut || streams.flush())? {
                    true => self.lines(&batch, events.into_reader(), streams),
                    false => Ok(()),
                };
            }
        }
    }

    /// Decides the rest of the events, one on each line, on all cores.
    fn lines(&mut self, batch: &Batch, events: impl Read + Send, streams: &mut Streams) -> Result<(), Stop> {
        let writing = self.writing;
        let decided = |block: &mut Block, _: &[u8], decision| block.add(writing, decision);
        let done = batch.ndjson(events, decided, |_, block| {
            let written = self.write(block, streams).and_then(|()| streams.flush());
            if let Err(stop) = written {
                // Not to wait for a worker that waits for events.
                std::process::exit(crate::end(Err(stop), streams).into());
            }
            Ok::<(), Stop>(())
        });
        match done {
            Ok(_) => Ok(()),
            Err(BatchError::Input(error)) => Err(Stop::Input(error)),
            Err(BatchError::Taker(stop)) => Err(stop),
        }
    }

    /// Writes results and empties the block.
    fn write(&mut self, block: &mut Block, streams: &mut Streams) -> Result<(), Stop> {
        let mut written = 0;
        for (at, number, error) in block.errors.drain(..) {
            streams.bytes(block.text.get(written..at).unwrap_or_default().as_bytes())?;
            written = at;
            let message = format!("event {}: {}", self.count + number, error.message);
            streams.failure(&EvaluationError { message, ..error });
        }
        streams.bytes(block.text.get(written..).unwrap_or_default().as_bytes())?;
        self.count += block.events;
        self.good &= !block.bad;
        block.text.clear();
        (block.events, block.bad) = (0, false);
        Ok(())
    }
}

impl Block {
    fn add(&mut self, writing: Writing, decided: Result<Decision, EvaluationError>) {
        self.events += 1;
        match (decided, writing.format) {
            (Ok(decision), Format::Json) => decision.write_json(&mut self.text),
            (Ok(decision), Format::Text) => self.text.push_str(&report::decision(&decision, writing.colour)),
            (Err(error), format) => {
                self.bad = true;
                match format {
                    Format::Json => self.text.push_str(&report::error_json(&error)),
                    Format::Text => {
                        self.errors.push((self.text.len(), self.events, error));
                        return;
                    }
                }
            }
        }
        self.text.push('\n');
    }
}

fn error(code: Code, message: String) -> EvaluationError {
    EvaluationError { code, message, position: None }
}
