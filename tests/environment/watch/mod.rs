//! R1.4: a folder that is watched. Changes are waited for by the events that tell of them.

mod change;
mod mixed;
mod succeed;

use crate::Folder;
use fql::Engine;
use fql::watch::{Event, Loaded, Watch, Watched};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The longest that anything is waited for.
const LONGEST: Duration = Duration::from_secs(60);

/// What is watched, and what is told of it.
struct Told {
    watched: Watched,
    events: Receiver<Event>,
}

impl Told {
    fn begin(watch: Watch) -> Told {
        let (sender, events) = channel();
        let watch = watch.settle(Duration::from_millis(30)).told(move |event| drop(sender.send(event)));
        Told { watched: watch.begin().unwrap_or_else(|error| panic!("{error}")), events }
    }

    fn of(path: impl AsRef<Path>) -> Told {
        Told::begin(Watch::new(path))
    }

    #[track_caller]
    fn next(&self) -> Event {
        self.events.recv_timeout(LONGEST).expect("nothing was told")
    }

    /// The next event, which is a good load.
    #[track_caller]
    fn loaded(&self) -> Loaded {
        match self.next() {
            Event::Loaded(loaded) => loaded,
            other => panic!("expected a good load, found {other:?}"),
        }
    }

    /// The next event, which is a bad load: its errors as `E0801 purchase/rules/a.fql:1:2 message`.
    #[track_caller]
    fn refused(&self, folder: &Folder) -> Vec<String> {
        match self.next() {
            Event::Refused(error) => error.diagnostics.iter().map(|one| folder.shown(one)).collect(),
            other => panic!("expected a bad load, found {other:?}"),
        }
    }

    fn decide(&self) -> String {
        decide(&self.watched.engine())
    }
}

/// The reason of an event's decision.
fn decide(engine: &Engine) -> String {
    engine.decide_blocking("{}").unwrap().reason().unwrap_or_default().to_string()
}

fn rule(reason: &str) -> String {
    format!("RETURN Reject(\"{reason}\")")
}

/// One assessment with one rule.
fn shop(reason: &str) -> Folder {
    Folder::new(&[("fql.toml", "[assessments.purchase]\n"), ("purchase/rules/a.fql", &rule(reason))])
}
