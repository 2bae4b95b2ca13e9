//! An environment is a folder (R1.1): rules, functions, lists, calls and settings as files that are reviewed and versioned.
//!
//! In: the path of a folder. Out: a [`Folder`] with everything that its files say, environment by environment, and all
//! diagnostics of all files. Nothing is checked here that needs rules to be understood; that is what `engine` does with it,
//! see [`EngineBuilder::environment`](crate::EngineBuilder::environment).
//!
//! ```text
//! shop/                        the root environment, called like its folder
//!   fql.toml                   settings, see [`Settings`]
//!   purchase/                  an assessment that fql.toml names
//!     rules/  actions/  routing/      *.fql, in the order of the bytes of their names
//!     event.schema.json  sample.json  cases/*.toml
//!   functions/*.fql  lists/*.csv  lists/support/*.csv  external/*.toml
//!   environments/eu/...        child environments, same shape
//! ```
//!
//! Files of other kinds and names that begin with a dot are passed over. A link is followed as long as it stays within the root.
//!
//! `file` reads files within limits, for whoever reads some.

mod external;
pub mod file;
mod kept;
mod setting;
mod sink;
mod walk;

pub(crate) use kept::Kept;
pub use setting::{AssessmentSettings, FILE, Placed, Settings, unfit};
pub use sink::SinkSettings;
pub(crate) use walk::lists_in;

use crate::diagnostic::Diagnostic;
use crate::external::External;
use crate::list::Kind;
use crate::schema::Schema;
use crate::source::Source;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A tree of environments, as read from a folder.
#[derive(Debug)]
pub struct Folder {
    /// All environments; each stands behind its parent, the root is the first.
    pub environments: Vec<Environment>,
}

/// One environment.
#[derive(Debug)]
pub struct Environment {
    /// Unique in the tree; by default the folder's name.
    pub id: Arc<str>,
    /// Its place below the root, such as `eu/fr`; empty for the root.
    pub path: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its parent, by number.
    pub parent: Option<usize>,
    /// Its settings, with those that it inherits.
    pub settings: Settings,
    /// Its assessments, in the order of `fql.toml`.
    pub assessments: Vec<Assessment>,
    /// The texts in `functions/`.
    pub functions: Vec<Text>,
    /// The files in `lists/`; their contents are read when an engine is built.
    pub lists: Vec<ListFile>,
    /// The calls that `external/` defines.
    pub externals: Vec<External>,
    /// The names of files in `external/` that have faults.
    pub faulty_externals: Vec<String>,
}

/// What an environment has of an assessment.
#[derive(Debug)]
pub struct Assessment {
    /// Its name, as `fql.toml` has it.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Whether only the first rule runs whose condition is true (R2.1).
    pub first_match: bool,
    /// Its decision rules.
    pub rules: Vec<Text>,
    /// Its post-decision action rules.
    pub actions: Vec<Text>,
    /// Its routing rules.
    pub routing: Vec<Text>,
    /// `event.schema.json` (L9.4).
    pub schema: Option<Arc<Schema>>,
    /// `sample.json`.
    pub sample: Option<String>,
    /// The files in `cases/` (R12.6); they are read when they are run.
    pub cases: Vec<PathBuf>,
}

/// The text of a `.fql` file.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text, named by its path.
    pub source: Arc<Source>,
    /// What an unnamed rule in it is called (L2.4).
    pub default_name: String,
}

/// A file in `lists/`.
#[derive(Clone, Debug)]
pub struct ListFile {
    /// What rules call the list: the file's name.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Whether it is in `lists/support/`.
    pub kind: Kind,
    /// False for a link that leads out of the folder: it is not read, and a diagnostic says so.
    pub readable: bool,
}

impl Folder {
    /// Reads a folder. With an error among the diagnostics the tree lacks what could not be read; without a root there is
    /// none.
    pub fn read(path: impl AsRef<Path>) -> (Option<Folder>, Vec<Diagnostic>) {
        walk::read(path.as_ref(), &Kept::default())
    }

    /// The same, taking over what an earlier reading kept.
    pub(crate) fn read_again(path: &Path, kept: &Kept) -> (Option<Folder>, Vec<Diagnostic>) {
        walk::read(path, kept)
    }

    /// Whether a path is the folder of an environment rather than one of lone files (R1.2): it has an `fql.toml`, without which
    /// there are no assessments.
    pub fn is_one(path: impl AsRef<Path>) -> bool {
        walk::is_one(path.as_ref())
    }
}
