//! What the system tells of changes.
//!
//! In: the paths that are watched. Out: hints on a channel, from a thread of the system's interface. Made anew for each load: so
//! it is always the present folders that are observed, whatever was renamed, removed or linked elsewhere.

use super::keeper::Signal;
use crate::environment::file::is_read;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

/// Observes until it is dropped.
#[derive(Debug)]
pub(super) struct Observer {
    _watcher: RecommendedWatcher,
}

/// What hints are about.
#[derive(Debug)]
struct Scope {
    /// Everything at and below these, and whether files of any ending count there.
    trees: Vec<(PathBuf, bool)>,
    /// These themselves: links on the way, and a path that is not there.
    points: Vec<PathBuf>,
}

impl Observer {
    /// Begins to observe a path and others.
    ///
    /// # Errors
    ///
    /// The system does not tell, and why; lower case, no full stop.
    pub(super) fn new(path: &Path, also: &[PathBuf], signals: Sender<Signal>) -> Result<Observer, String> {
        let scope = Scope::of(path, also);
        let folders = scope.folders();
        let trees: Vec<PathBuf> =
            scope.trees.iter().map(|(tree, _)| tree).filter(|tree| tree.is_dir()).cloned().collect();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let hint = match &event {
                Ok(event) => event.need_rescan() || scope.is_about(event),
                Err(_) => true,
            };
            if hint {
                // Nobody listens any more when watching ends.
                let _ = signals.send(Signal::Hint);
            }
        })
        .map_err(|error| told(path, &error))?;
        for folder in folders {
            watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(|error| told(&folder, &error))?;
        }
        for tree in trees {
            watcher.watch(&tree, RecursiveMode::Recursive).map_err(|error| told(&tree, &error))?;
        }
        Ok(Observer { _watcher: watcher })
    }
}

impl Scope {
    fn of(path: &Path, also: &[PathBuf]) -> Scope {
        let mut scope = Scope { trees: Vec::new(), points: Vec::new() };
        let also = also.iter().map(|path| (path.as_path(), true));
        for (path, all) in std::iter::once((path, false)).chain(also) {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
            if let Ok(real) = path.canonicalize() {
                scope.points.push(real.clone());
                scope.trees.push((real, all));
            }
            let links = path.ancestors().filter(|part| part.is_symlink());
            scope.points.extend(links.map(Path::to_path_buf));
            scope.points.push(path.clone());
            scope.trees.push((path, all));
        }
        scope
    }

    /// The folders in which what happens to the points is seen.
    fn folders(&self) -> Vec<PathBuf> {
        let parents = self.points.iter().filter_map(|point| point.parent());
        let mut folders: Vec<PathBuf> = parents.filter(|parent| parent.is_dir()).map(Path::to_path_buf).collect();
        folders.sort();
        folders.dedup();
        folders
    }

    fn is_about(&self, event: &Event) -> bool {
        let written = match event.kind {
            // A file that is opened, read and closed is not changed: loading does that.
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
            EventKind::Access(_) => return false,
            EventKind::Modify(ModifyKind::Data(_)) => true,
            _ => false,
        };
        event.paths.iter().any(|path| {
            // A log that grows in the folder is nobody's business.
            let matters = |all: bool| all || !written || is_read(path);
            self.points.contains(path) || self.trees.iter().any(|(tree, all)| path.starts_with(tree) && matters(*all))
        })
    }
}

/// A fault of the system's interface.
fn told(path: &Path, error: &notify::Error) -> String {
    let why = match &error.kind {
        notify::ErrorKind::MaxFilesWatch => "the system observes as many folders as it may".to_string(),
        notify::ErrorKind::PathNotFound => "it is not there".to_string(),
        _ => error.to_string(),
    };
    format!("cannot observe `{}`: {why}", path.display())
}
