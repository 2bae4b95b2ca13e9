//! What files look like from outside, so that two looks tell whether something changed between them.
//!
//! In: the paths that are watched. Out: a [`Stamp`]. No file is opened.
//!
//! On Unix a file is known by its device, number, size and the time of its last change of any kind, which nobody can set back.
//! That time advances in steps of some milliseconds: a stamp is reliable once it is older than such a step, see
//! [`Stamp::is_fresh`].

use crate::environment::file::is_read;
use std::collections::{BTreeMap, HashSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How deep folders are looked into.
const DEEPEST: usize = 100;

/// The longest step in which file systems count time.
const STEP: Duration = Duration::from_millis(20);

/// What one look saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Stamp {
    /// The files that count.
    files: BTreeMap<PathBuf, Mark>,
    /// The folders that they lie in, and links on the way.
    folders: BTreeMap<PathBuf, Mark>,
}

/// Which folder or file a path leads to; nothing if it leads nowhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Place {
    path: Option<PathBuf>,
    identity: Option<(u64, u64)>,
}

/// What one file looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    identity: (u64, u64),
    length: u64,
    changed: Option<SystemTime>,
}

impl Mark {
    #[cfg(unix)]
    fn of(found: &Metadata) -> Mark {
        use std::os::unix::fs::MetadataExt;
        let seconds = u64::try_from(found.ctime()).unwrap_or_default();
        let nanos = u64::try_from(found.ctime_nsec()).unwrap_or_default();
        let changed = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds) + Duration::from_nanos(nanos));
        Mark { identity: (found.dev(), found.ino()), length: found.len(), changed }
    }

    #[cfg(not(unix))]
    fn of(found: &Metadata) -> Mark {
        Mark { identity: (0, 0), length: found.len(), changed: found.modified().ok() }
    }
}

impl Stamp {
    /// Looks at a path and what is below it, and at other paths.
    pub(super) fn of(path: &Path, also: &[PathBuf]) -> Stamp {
        let mut stamp = Stamp::default();
        let mut seen = HashSet::new();
        stamp.links(path);
        stamp.walk(path, is_read, 0, &mut seen);
        for path in also {
            stamp.links(path);
            stamp.walk(path, |_| true, 0, &mut seen);
        }
        stamp
    }

    /// Which folder or file a path leads to, whatever is in it.
    pub(super) fn place(path: &Path) -> Place {
        let identity = path.metadata().map(|found| Mark::of(&found).identity).ok();
        Place { path: path.canonicalize().ok(), identity }
    }

    /// Whether the same files look the same: nothing has to be loaded.
    pub(super) fn has_same_files(&self, other: &Stamp) -> bool {
        self.files == other.files
    }

    /// The files that differ, in order of their paths.
    pub(super) fn changed(&self, since: &Stamp) -> Vec<PathBuf> {
        let differs = |path: &&PathBuf| self.files.get(*path) != since.files.get(*path);
        let mut paths: Vec<PathBuf> = self.files.keys().chain(since.files.keys()).filter(differs).cloned().collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// Whether something changed so recently that the next change may bear the same time.
    pub(super) fn is_fresh(&self, now: SystemTime) -> bool {
        let recent = |mark: &Mark| {
            // What is ahead of this clock bears the time of another one.
            mark.changed.and_then(|changed| now.duration_since(changed).ok()).is_some_and(|age| age < STEP)
        };
        self.files.values().chain(self.folders.values()).any(recent)
    }

    /// Where the path and what it passes through lead: changes when a link on the way is swapped.
    fn links(&mut self, path: &Path) {
        for part in path.ancestors() {
            if let Ok(found) = part.symlink_metadata()
                && found.is_symlink()
            {
                self.folders.insert(part.to_path_buf(), Mark::of(&found));
            }
        }
    }

    fn walk(&mut self, path: &Path, counts: fn(&Path) -> bool, depth: usize, seen: &mut HashSet<PathBuf>) {
        let Ok(found) = path.metadata() else { return };
        if !found.is_dir() {
            // What is named itself counts, whatever its ending.
            if depth == 0 || counts(path) {
                self.files.insert(path.to_path_buf(), Mark::of(&found));
            }
            return;
        }
        // A folder that links lead to twice is looked at once, so that links in a circle end.
        if depth > DEEPEST || path.canonicalize().is_ok_and(|real| !seen.insert(real)) {
            return;
        }
        self.folders.insert(path.to_path_buf(), Mark::of(&found));
        let Ok(entries) = std::fs::read_dir(path) else { return };
        for entry in entries.flatten() {
            if !entry.file_name().to_string_lossy().starts_with('.') {
                self.walk(&entry.path(), counts, depth + 1, seen);
            }
        }
    }
}
