//! The thread that loads what changed, and puts it in place of what was loaded before.

use super::observer::Observer;
use super::settling::Settling;
use super::stamp::{Place, Stamp};
use super::{Current, Event, Listener, Loaded, Recipe, Watch, WatchError};
use crate::engine::{BuildError, Engine};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant, SystemTime};

/// How often it is looked whether the path leads where it led; all files, if the system does not tell of changes.
const LOOK: Duration = Duration::from_secs(1);

/// How long a stamp is waited for that is not fresh.
const PAUSE: Duration = Duration::from_millis(20);

/// So many loads in a row may be disturbed by changes before that is told.
const DISTURBED: u32 = 20;

/// What wakes the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// Something may have changed.
    Hint,
    /// Load, whether it did or not.
    Load,
    /// Nobody needs the engine any more.
    End,
}

/// What the thread holds.
pub(super) struct Keeper {
    path: PathBuf,
    also: Vec<PathBuf>,
    /// What the path was at first: a file that takes the place of a folder is no environment.
    is_folder: bool,
    recipe: Recipe,
    told: Listener,
    settle: Duration,
    poll: Option<Duration>,
    signals: Sender<Signal>,
    receiver: Receiver<Signal>,
    observer: Option<Observer>,
    /// What was told of the observer last, so that it is told once.
    trouble: Option<String>,
    /// Where the path led, and what was there, at the last load.
    place: Place,
    seen: Stamp,
}

/// How a load ended.
enum Attempt {
    Done(Box<Result<Engine, Event>>, Duration),
    /// Something changed meanwhile.
    Disturbed,
    Ended,
}

/// The watching ended.
struct Ended;

impl Keeper {
    /// Loads for the first time.
    pub(super) fn begin(
        watch: Watch,
        signals: Sender<Signal>,
        receiver: Receiver<Signal>,
    ) -> Result<(Keeper, Engine), WatchError> {
        let Watch { path, also, recipe, told, settle, poll } = watch;
        let mut keeper = Keeper {
            is_folder: path.is_dir(),
            path,
            also,
            recipe,
            told,
            settle,
            poll,
            signals,
            receiver,
            observer: None,
            trouble: None,
            place: Place::default(),
            seen: Stamp::default(),
        };
        for _ in 0..DISTURBED {
            match keeper.attempt(None) {
                Attempt::Done(result, _) => {
                    return match *result {
                        Ok(engine) => Ok((keeper, engine)),
                        Err(Event::Refused(error)) => Err(WatchError::Build(error)),
                        Err(Event::Trouble(message)) => Err(WatchError::Trouble(message)),
                        Err(Event::Loaded(loaded)) => Ok((keeper, loaded.engine)),
                    };
                }
                Attempt::Disturbed => {}
                Attempt::Ended => break,
            }
        }
        Err(WatchError::Trouble(keeper.keeps_changing()))
    }

    /// Watches until the handle is dropped.
    pub(super) fn run(&mut self, current: &Current) {
        while let Ok(forced) = self.wait()
            && let Ok(()) = self.load(current, forced)
        {}
    }

    /// Waits until there is reason to look, and what changes has come to rest; whether to load in any case.
    fn wait(&mut self) -> Result<bool, Ended> {
        let pause = self.poll.map_or(LOOK, |every| every.min(LOOK));
        // Where the system tells of nothing, all files are looked at every so often.
        let every = self.poll.or(self.observer.is_none().then_some(LOOK));
        let begun = Instant::now();
        loop {
            match self.receiver.recv_timeout(pause) {
                Ok(Signal::Hint) => break,
                Ok(Signal::Load) => return Ok(true),
                Ok(Signal::End) | Err(RecvTimeoutError::Disconnected) => return Err(Ended),
                Err(RecvTimeoutError::Timeout) => {
                    if every.is_some_and(|every| begun.elapsed() >= every) || self.place != self.place() {
                        break;
                    }
                }
            }
        }
        self.rest()
    }

    /// Waits until no more hints come.
    fn rest(&mut self) -> Result<bool, Ended> {
        let mut settling = Settling::new(self.settle, Instant::now());
        let mut forced = false;
        loop {
            let rest = settling.rest(Instant::now());
            if rest.is_zero() {
                return Ok(forced);
            }
            match self.receiver.recv_timeout(rest) {
                Ok(Signal::Hint) => settling.hint(Instant::now()),
                Ok(Signal::Load) => forced = true,
                Ok(Signal::End) | Err(RecvTimeoutError::Disconnected) => return Err(Ended),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Loads what changed, until a load is not disturbed; tells what came of it.
    fn load(&mut self, current: &Current, forced: bool) -> Result<(), Ended> {
        let before = self.seen.clone();
        if !forced && self.stamp().has_same_files(&before) {
            // A folder that was swapped for an equal one has to be observed all the same.
            let place = self.place();
            if self.place != place {
                self.place = place;
                self.observe();
            }
            return Ok(());
        }
        let mut disturbed = 0;
        loop {
            let earlier = Engine::clone(&current.engine.load());
            match self.attempt(Some(earlier)) {
                Attempt::Done(result, took) => {
                    if current.has_ended() {
                        return Err(Ended);
                    }
                    let event = result.map_or_else(
                        |event| event,
                        |engine| {
                            let changed = self.seen.changed(&before);
                            let version = current.replace(engine.clone());
                            Event::Loaded(Loaded { engine, version, changed, took })
                        },
                    );
                    self.tell(event);
                    return Ok(());
                }
                Attempt::Ended => return Err(Ended),
                Attempt::Disturbed => {
                    disturbed += 1;
                    if disturbed % DISTURBED == 0 {
                        let message = self.keeps_changing();
                        self.tell(Event::Trouble(message));
                    }
                    self.rest()?;
                }
            }
        }
    }

    /// Loads what is there now.
    fn attempt(&mut self, earlier: Option<Engine>) -> Attempt {
        // Observed first, so that nothing changes unnoticed.
        self.observe();
        let mut stamp = self.stamp();
        let mut patience = DISTURBED;
        while stamp.is_fresh(SystemTime::now()) && patience > 0 {
            match self.receiver.recv_timeout(PAUSE) {
                Ok(Signal::End) | Err(RecvTimeoutError::Disconnected) => return Attempt::Ended,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => patience -= 1,
            }
            stamp = self.stamp();
        }
        let (place, begun) = (self.place(), Instant::now());
        let result = self.build(earlier);
        let took = begun.elapsed();
        if self.stamp() != stamp {
            return Attempt::Disturbed;
        }
        (self.place, self.seen) = (place, stamp);
        Attempt::Done(Box::new(result), took)
    }

    fn build(&mut self, earlier: Option<Engine>) -> Result<Engine, Event> {
        let builder = match self.is_folder {
            true => Engine::builder().environment(&self.path),
            false => Engine::builder().file(&self.path),
        };
        let recipe = &mut self.recipe;
        // The host's code runs here, and so does whatever its objects do.
        let built = catch_unwind(AssertUnwindSafe(|| {
            let builder = recipe(builder);
            match &earlier {
                Some(earlier) => builder.succeed(earlier),
                None => builder,
            }
            .build()
        }));
        match built {
            Ok(Ok(engine)) => Ok(engine),
            Ok(Err(BuildError { diagnostics })) => Err(Event::Refused(BuildError { diagnostics })),
            Err(_) => Err(Event::Trouble(format!("loading `{}` panicked", self.path.display()))),
        }
    }

    /// Observes what is there now, in place of what was there before.
    fn observe(&mut self) {
        let mut observer = Observer::new(&self.path, &self.also, self.signals.clone());
        // A folder may vanish while it is walked through.
        for _ in 0..3 {
            if observer.is_ok() {
                break;
            }
            observer = Observer::new(&self.path, &self.also, self.signals.clone());
        }
        match observer {
            Ok(observer) => (self.observer, self.trouble) = (Some(observer), None),
            Err(message) => {
                self.observer = None;
                if self.trouble.as_ref() != Some(&message) {
                    self.trouble = Some(message.clone());
                    self.tell(Event::Trouble(format!("{message}; it is looked at every second")));
                }
            }
        }
    }

    fn tell(&mut self, event: Event) {
        let told = &mut self.told;
        // A listener that panics has heard of it itself.
        let _ = catch_unwind(AssertUnwindSafe(|| told(event)));
    }

    fn stamp(&self) -> Stamp {
        Stamp::of(&self.path, &self.also)
    }

    /// Where the path leads now.
    fn place(&self) -> Place {
        Stamp::place(&self.path)
    }

    fn keeps_changing(&self) -> String {
        format!("`{}` keeps changing while it is loaded", self.path.display())
    }
}
