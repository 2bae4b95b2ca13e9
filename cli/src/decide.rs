//! `fql decide`: one decision for each event (R12.1, R12.3).
//!
//! Here rules and events are found and opened; [`crate::decisions`] goes through them. With `--watch` the rules are those of
//! [`crate::watch`].

use crate::arguments::{Decide, Format, is_stdin};
use crate::calls;
use crate::decisions::Decisions;
use crate::read;
use crate::setting::Settings;
use crate::streams::{Stop, Streams};
use crate::watch;
use fql::{Diagnostic, Engine};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

/// How long sinks may take to write what is left.
pub(crate) const LONGEST_FLUSH: Duration = Duration::from_secs(10);

/// Builds the engine, then decides event after event.
pub(crate) fn run(arguments: &Decide, streams: &mut Streams) -> Result<bool, Stop> {
    if arguments.watch {
        return watch::run(arguments, streams);
    }
    let stdin = is_stdin(arguments.events());
    if stdin && is_stdin(&arguments.path) {
        return Err(Stop::Usage("the rules and the events cannot both come from standard input".to_string()));
    }
    let settings = Settings { writes: true, ..arguments.running.settings(streams)? };
    let engine = load(&arguments.path, &settings).map_err(|diagnostics| streams.refuse(&diagnostics))?;
    streams.diagnostics(engine.warnings());
    let mut decisions = match Decisions::new(&engine, settings, arguments) {
        Ok(decisions) => decisions,
        Err(error) => {
            streams.failure(&error);
            return Ok(false);
        }
    };
    let input: Box<dyn Read + Send> =
        if stdin { Box::new(io::stdin()) } else { Box::new(open(arguments.events(), streams)?) };
    let done = decisions.all(input, streams);
    end(&[engine], arguments, streams);
    done
}

/// Waits for what sinks have yet to write, and tells what there is to tell when all events are decided. The last engine decided
/// last, after those that it took the place of.
pub(crate) fn end(engines: &[Engine], arguments: &Decide, streams: &mut Streams) {
    let late = engines.iter().filter(|engine| !engine.flush(LONGEST_FLUSH)).count();
    match engines.iter().map(Engine::dropped_events).sum() {
        0 if late > 0 => streams.complain("sinks are still writing: some events may be lost"),
        0 => {}
        1 => streams.complain("1 event could not be written to its sink"),
        count => streams.complain(&format!("{count} events could not be written to their sinks")),
    }
    if let Some(engine) = engines.last().filter(|_| arguments.calls) {
        let snapshot = engine.monitor().snapshot();
        match arguments.format {
            Format::Text => streams.tell(&calls::table(&snapshot)),
            Format::Json => streams.tell(&snapshot.to_json()),
        }
    }
}

/// Reads and compiles what the path names.
fn load(path: &Path, settings: &Settings) -> Result<Engine, Vec<Diagnostic>> {
    let builder = settings.rules(path).map_err(|diagnostic| vec![*diagnostic])?;
    builder.build().map_err(|error| error.diagnostics)
}

fn open(path: &Path, streams: &mut Streams) -> Result<File, Stop> {
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(file),
    });
    opened.map_err(|error| streams.refuse(&[read::unopened(path, &error)]))
}
