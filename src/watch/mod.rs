//! A folder that is watched: what changes in it is loaded again, and decides from then on (R1.4).
//!
//! In: a path, and what the host adds to a builder. Out: [`Watched`], which gives the newest good [`Engine`], and [`Event`]s that
//! say what became of each change. The module is behind the feature `watch`.
//!
//! ```no_run
//! use fql::watch::{Event, Watch};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let watched = Watch::new("shop")
//!     // Runs for each load, so that what the host adds is there in every engine.
//!     .engine(|builder| builder.external("riskOf", |ip: String| async move { ip.starts_with("203.0.113.") }))
//!     .told(|event| match event {
//!         Event::Loaded(loaded) => println!("deciding by version {}", loaded.version),
//!         Event::Refused(error) => eprintln!("{error}\nthe last good version goes on"),
//!         Event::Trouble(message) => eprintln!("{message}"),
//!         _ => {}
//!     })
//!     .begin()?;
//! let decision = watched.engine().decide(br#"{"totalAmount": 12}"#).await?;
//! # Ok(())
//! # }
//! ```
//!
//! 1. `observer` hears from the system that something changed. That is a hint and nothing more: it may come late, twice or for
//!    nothing.
//! 2. `settling` waits until no more hints come: editors write by renaming, a checkout touches many files.
//! 3. `stamp` looks at the files. What looks as it did when it was loaded last is not loaded again.
//! 4. `keeper`, the thread, loads. What changed while it was loaded may be half old, half new, so it is thrown away and loaded
//!    once more. A good engine takes the place of the last one in one step; a bad one is told of.
//!
//! An [`Engine`] never changes: an evaluation ends with the one that it began with, and no decision mixes two versions. Breakers,
//! counts, connections and tokens go along with the new one ([`EngineBuilder::succeed`]).

mod keeper;
mod observer;
mod settling;
mod stamp;

use crate::engine::{BuildError, Engine, EngineBuilder};
use arc_swap::ArcSwap;
use keeper::{Keeper, Signal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

/// What the host adds to the builder of each load.
type Recipe = Box<dyn FnMut(EngineBuilder) -> EngineBuilder + Send>;

/// Whoever hears of what happens.
type Listener = Box<dyn FnMut(Event) + Send>;

/// Says what to watch and how; [`Watch::begin`] begins.
pub struct Watch {
    path: PathBuf,
    also: Vec<PathBuf>,
    recipe: Recipe,
    told: Listener,
    settle: Duration,
    poll: Option<Duration>,
}

/// Something that happened to what is watched.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// What changed was loaded: decisions that begin from now on are made by it. The first load is not told; [`Watch::begin`]
    /// gives it.
    Loaded(Loaded),
    /// What changed has errors, all of which are here. The last good engine stays. A list, a function or a call that was deleted
    /// or renamed while rules still use it comes out here, with each place that refers to it.
    Refused(BuildError),
    /// Changes cannot be noticed, or not be loaded, for another reason; lower case, no full stop. The last good engine stays.
    Trouble(String),
}

/// A good load.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The engine. Its [warnings](Engine::warnings) are those of this load.
    pub engine: Engine,
    /// See [`Watched::version`].
    pub version: u64,
    /// The files that are new, changed or gone since the last load, good or bad, in order of their paths.
    pub changed: Vec<PathBuf>,
    /// How long it took to read, check and compile.
    pub took: Duration,
}

/// Why watching did not begin.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// What is there has errors, so there is no engine to begin with.
    #[error(transparent)]
    Build(BuildError),
    /// The files keep changing, or the system gives no thread. Lower case, no full stop.
    #[error("{0}")]
    Trouble(String),
}

/// A folder that is watched, or a lone file. Share it in an [`Arc`]; when it is dropped the watching ends.
#[derive(Debug)]
pub struct Watched {
    current: Arc<Current>,
    signals: Sender<Signal>,
}

/// What the thread and the handle share.
#[derive(Debug)]
struct Current {
    engine: ArcSwap<Engine>,
    version: AtomicU64,
    ended: AtomicBool,
}

impl Watch {
    /// Watches the folder of an environment (R1.1) or a lone file of rules (R1.2). Links on the way to it and within it may be
    /// swapped; it may vanish and come back.
    ///
    /// Within it, files ending in `.fql`, `.toml`, `.csv`, `.json`, `.mmdb`, `.pem`, `.crt`, `.cer` or `.key` count, wherever no
    /// name begins with a dot. See [`Watch::also`] for others.
    pub fn new(path: impl AsRef<Path>) -> Watch {
        Watch {
            path: path.as_ref().to_path_buf(),
            also: Vec::new(),
            recipe: Box::new(|builder| builder),
            told: Box::new(|_| {}),
            settle: Duration::from_millis(100),
            poll: None,
        }
    }

    /// Another file or folder that is read with each load: one that the recipe of [`Watch::engine`] reads, or that a file of the
    /// environment names outside its folder or with another ending, such as a secret. In a folder each file counts that does not
    /// begin with a dot.
    #[must_use]
    pub fn also(mut self, path: impl AsRef<Path>) -> Watch {
        self.also.push(path.as_ref().to_path_buf());
        self
    }

    /// What the host adds to the builder: functions, limits, stubs, sinks. It runs once for each load, on the thread that
    /// watches, and gets a builder that reads the path.
    ///
    /// What shall outlive a load is kept outside of it and cloned: a pool of connections, or a sink that has a file open, as
    /// `Arc<Mutex<RotatingFile>>`.
    #[must_use]
    pub fn engine(mut self, recipe: impl FnMut(EngineBuilder) -> EngineBuilder + Send + 'static) -> Watch {
        self.recipe = Box::new(recipe);
        self
    }

    /// Who hears of what happens, on the thread that watches. It is called after the new engine is in place, and no other load
    /// begins before it returns.
    #[must_use]
    pub fn told(mut self, listener: impl FnMut(Event) + Send + 'static) -> Watch {
        self.told = Box::new(listener);
        self
    }

    /// For how long nothing may have changed before it is loaded; 100 ms by default. Files that belong together have to follow
    /// each other faster than that, or to be swapped at once, by a link or by the name of a folder: only so does no load see
    /// some of them new and others old. What goes on changing is looked at every 20 such times all the same.
    #[must_use]
    pub fn settle(mut self, quiet: Duration) -> Watch {
        self.settle = quiet;
        self
    }

    /// Looks at the files every so often as well, for file systems that tell nobody of changes, such as those of a network. By
    /// default only whether the path still leads to the same place is looked at, once a second.
    #[must_use]
    pub fn poll(mut self, every: Duration) -> Watch {
        self.poll = Some(every);
        self
    }

    /// Loads, and begins to watch on a thread of its own. That the system does not tell of changes is no error here, but an
    /// [`Event::Trouble`]; the files are then looked at once a second.
    ///
    /// # Errors
    ///
    /// What is there has errors, or keeps changing while it is loaded.
    pub fn begin(self) -> Result<Watched, WatchError> {
        let (signals, receiver) = mpsc::channel();
        let (mut keeper, engine) = Keeper::begin(self, signals.clone(), receiver)?;
        let current = Arc::new(Current {
            engine: ArcSwap::from_pointee(engine),
            version: AtomicU64::new(1),
            ended: AtomicBool::new(false),
        });
        let shared = current.clone();
        let thread = std::thread::Builder::new().name("fql-watch".to_string());
        thread
            .spawn(move || keeper.run(&shared))
            .map_err(|error| WatchError::Trouble(format!("the system gives no thread to watch on: {error}")))?;
        Ok(Watched { current, signals })
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Watch { path, also, settle, poll, .. } = self;
        let mut out = f.debug_struct("Watch");
        out.field("path", path).field("also", also).field("settle", settle).field("poll", poll).finish_non_exhaustive()
    }
}

impl Watched {
    /// The newest good engine. Cheap, and never waits for a load: take it for each decision anew.
    ///
    /// A [`Session`](crate::Session) or a [`Batch`](crate::Batch) stays with the engine that it came from. To follow, keep
    /// [`Watched::version`] from before the engine was taken, and take a new one when it differs:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let watched = fql::watch::Watch::new("shop").begin()?;
    /// let mut version = watched.version();
    /// let mut session = watched.engine().session(Some("purchase"))?;
    /// for event in std::io::stdin().lines() {
    ///     if version != watched.version() {
    ///         version = watched.version();
    ///         session = watched.engine().session(Some("purchase"))?;
    ///     }
    ///     println!("{}", session.decide(&event?)?.to_json());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn engine(&self) -> Engine {
        Engine::clone(&self.current.engine.load())
    }

    /// How many good loads there were: 1 at first. [`Watched::engine`] is at least as new as a version that was read before.
    pub fn version(&self) -> u64 {
        self.current.version.load(Ordering::Acquire)
    }

    /// Loads again although nothing seems to have changed, such as for a variable of the environment or a file elsewhere. What
    /// comes of it is told as for a change.
    pub fn reload(&self) {
        // INVARIANT: the thread ends only with this handle.
        let _ = self.signals.send(Signal::Load);
    }
}

impl Drop for Watched {
    /// Does not wait: a load that is under way ends on its own thread, and nobody is told of it.
    fn drop(&mut self) {
        self.current.ended.store(true, Ordering::Release);
        let _ = self.signals.send(Signal::End);
    }
}

impl Current {
    /// Puts an engine in the place of the last one; its version.
    fn replace(&self, engine: Engine) -> u64 {
        self.engine.store(Arc::new(engine));
        self.version.fetch_add(1, Ordering::AcqRel) + 1
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}
