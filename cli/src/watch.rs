//! `fql decide --watch`: rules that change while they decide (R1.4).
//!
//! In: events on standard input. Out: a decision for each by the newest rules that are good, and on standard error what became of
//! each change.

use crate::arguments::{Decide, is_stdin};
use crate::decide::{LONGEST_FLUSH, end};
use crate::decisions::{Decisions, Newest};
use crate::report::visible;
use crate::setting::Settings;
use crate::streams::{Notices, Stop, Streams};
use fql::Engine;
use fql::watch::{Event, Watch, WatchError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many changed files are named.
const NAMED: usize = 5;

/// Watches the rules and decides event after event.
pub(crate) fn run(arguments: &Decide, streams: &mut Streams) -> Result<bool, Stop> {
    if !is_stdin(arguments.events()) {
        let why = "`--watch` decides events of standard input: leave out `--event`, or write `--event -`";
        return Err(Stop::Usage(why.to_string()));
    }
    if is_stdin(&arguments.path) {
        return Err(Stop::Usage("`--watch` needs a file or a folder, whose changes it can see".to_string()));
    }
    let settings = Settings { writes: true, ..arguments.running.settings(streams)? };
    // What is no environment and no file is said as without watching.
    settings.rules(&arguments.path).map_err(|diagnostic| streams.refuse(&[*diagnostic]))?;
    let (recipe, path, notices) = (settings.clone(), arguments.path.clone(), streams.notices());
    let mut version = 1;
    let engines = Engines::default();
    let loaded = engines.clone();
    let begun = Watch::new(&arguments.path)
        .engine(move |builder| recipe.over(builder))
        .told(move |event| {
            if let Event::Loaded(new) = &event {
                loaded.add(new.engine.clone());
            }
            tell(event, &mut version, &path, notices);
        })
        .begin();
    let watched = match begun {
        Ok(watched) => watched,
        Err(WatchError::Build(error)) => return Err(streams.refuse(&error.diagnostics)),
        Err(error) => {
            streams.complain(&error.to_string());
            return Ok(false);
        }
    };
    let engine = watched.engine();
    engines.all().insert(0, engine.clone());
    streams.diagnostics(engine.warnings());
    let (assessment, environment) = (arguments.assessment.clone(), arguments.environment.clone());
    // As without watching: a name that is not there ends the command before events are read.
    if let Err(error) = engine.session_in(assessment.as_deref(), environment.as_deref()) {
        streams.failure(&error);
        return Ok(false);
    }
    // A thread of its own serves connections while the command waits for events.
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            streams.complain(&format!("the system gives no runtime to make calls in: {error}"));
            return Ok(false);
        }
    };
    streams.tell(&format!("watching `{}`", visible(&arguments.path.display().to_string())));
    let mut decisions = Decisions::newest(Newest { watched, runtime, assessment, environment }, settings, arguments);
    let done = decisions.all(std::io::stdin(), streams);
    end(&engines.all(), arguments, streams);
    done
}

/// The engine that decides and the one before it, whose sinks may still be writing, the newest last.
#[derive(Clone, Default)]
struct Engines(Arc<Mutex<Vec<Engine>>>);

impl Engines {
    /// Adds the newest. The one that two have followed decides nothing any more, and ends when its sinks have written.
    fn add(&self, engine: Engine) {
        let mut engines = self.all();
        engines.push(engine);
        let old = if engines.len() > 2 { Some(engines.remove(0)) } else { None };
        drop(engines);
        if let Some(old) = old {
            old.flush(LONGEST_FLUSH);
        }
    }

    fn all(&self) -> MutexGuard<'_, Vec<Engine>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says what became of a change.
fn tell(event: Event, version: &mut u64, path: &Path, notices: Notices) {
    match event {
        Event::Loaded(loaded) => {
            *version = loaded.version;
            let took = loaded.took.as_secs_f64() * 1000.0;
            let line = format!("loaded version {version} in {took:.1} ms: {}", files(&loaded.changed, path));
            notices.diagnostics(loaded.engine.warnings(), &line);
        }
        Event::Refused(error) => {
            let errors = error.diagnostics.iter().filter(|one| one.is_error()).count();
            let errors = if errors == 1 { "1 error".to_string() } else { format!("{errors} errors") };
            notices.diagnostics(&error.diagnostics, &format!("{errors} in what changed: version {version} goes on"));
        }
        Event::Trouble(message) => notices.complain(&visible(&message)),
        _ => {}
    }
}

/// The names of files that changed.
fn files(changed: &[PathBuf], path: &Path) -> String {
    let shown = |file: &PathBuf| {
        let below = file.strip_prefix(path).ok().filter(|below| !below.as_os_str().is_empty());
        visible(&below.unwrap_or(file).display().to_string())
    };
    let mut names: Vec<String> = changed.iter().take(NAMED).map(shown).collect();
    if let Some(more) = changed.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names.push(format!("and {more} more"));
    }
    if names.is_empty() { "the same files".to_string() } else { names.join(", ") }
}
