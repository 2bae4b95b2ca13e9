//! `fql decide`: one decision for each event (R12.1, R12.3).
//!
//! Events are read, decided and written one by one, so that a stream of any length takes the same memory and somebody who
//! waits for each answer gets it.

use crate::arguments::{Decide, Format, is_stdin};
use crate::events::{Events, Next};
use crate::read::{self, Most};
use crate::report;
use crate::setting::{Settings, assessment_name};
use crate::streams::{Stop, Streams};
use fql::diagnostic::Code;
use fql::{Diagnostic, Engine, EvaluationError, Session};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Builds the engine, then decides event after event.
pub(crate) fn run(arguments: &Decide, streams: &mut Streams) -> Result<bool, Stop> {
    let stdin = is_stdin(&arguments.event);
    if stdin && is_stdin(&arguments.path) {
        return Err(Stop::Usage("the rules and the events cannot both come from standard input".to_string()));
    }
    let settings = arguments.running.settings(streams)?;
    let engine = load(&arguments.path, &settings).map_err(|diagnostics| streams.refuse(&diagnostics))?;
    streams.diagnostics(engine.warnings());
    let session = match engine.session(arguments.assessment.as_deref()) {
        Ok(session) => session,
        Err(error) => {
            streams.failure(&error);
            return Ok(false);
        }
    };
    let input: Box<dyn Read> =
        if stdin { Box::new(io::stdin().lock()) } else { Box::new(open(&arguments.event, streams)?) };
    let most = Most::event().bytes;
    let mut run = Run { session, settings, format: arguments.format, good: true, count: 0 };
    match run.all(Events::new(input, most), most, streams) {
        Err(Stop::Input(error)) => Err(streams.refuse(&[read::unreadable(&arguments.event, &read::why(&error))])),
        Err(stop) => Err(stop),
        Ok(()) => Ok(run.good),
    }
}

/// Reads and compiles a lone file of rules (R1.2).
pub(crate) fn load(path: &Path, settings: &Settings) -> Result<Engine, Vec<Diagnostic>> {
    if path.is_dir() {
        let one = read::unreadable(path, "it is a folder, and environments are not supported yet");
        return Err(vec![one.help("name one `.fql` file")]);
    }
    let bytes = read::file(path, Most::source()).map_err(|diagnostic| vec![*diagnostic])?;
    let builder = settings.builder().named_rules(assessment_name(path), read::shown(path), &bytes);
    builder.build().map_err(|error| error.diagnostics)
}

fn open(path: &Path, streams: &mut Streams) -> Result<File, Stop> {
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(file),
    });
    opened.map_err(|error| streams.refuse(&[read::unreadable(path, &read::why(&error))]))
}

struct Run {
    session: Session,
    settings: Settings,
    format: Format,
    good: bool,
    count: u64,
}

impl Run {
    fn all(&mut self, mut events: Events<impl Read>, most: usize, streams: &mut Streams) -> Result<(), Stop> {
        loop {
            let decided = match events.next(&mut || streams.flush())? {
                Next::End => return Ok(()),
                Next::Event(bytes) => self.session.decide(self.settings.request(bytes)),
                Next::TooLarge(length) => {
                    let message = format!("expected an event of at most `event_bytes` = {most} bytes, found {length}");
                    Err(error(Code::EVENT_TOO_LARGE, message))
                }
                Next::Broken(message) => Err(error(Code::EVENT_NOT_JSON, message.to_string())),
            };
            self.count += 1;
            match (decided, self.format) {
                (Ok(decision), Format::Json) => streams.line(&decision.to_json())?,
                (Ok(decision), Format::Text) => {
                    let text = report::decision(&decision, streams.out_colour);
                    streams.line(&text)?;
                }
                (Err(error), format) => {
                    self.good = false;
                    match format {
                        Format::Json => streams.line(&report::error_json(&error))?,
                        Format::Text => {
                            let message = format!("event {}: {}", self.count, error.message);
                            streams.failure(&EvaluationError { message, ..error });
                        }
                    }
                }
            }
        }
    }
}

fn error(code: Code, message: String) -> EvaluationError {
    EvaluationError { code, message, position: None }
}
