//! What a folder's later reading takes over from an earlier one (R1.4).
//!
//! In: what was read before. Out: the same connections and tokens, wherever the settings that they come from are the same; and
//! the same open files, wherever sinks write to the same ones.

use super::{Folder, Settings};
#[cfg(feature = "http")]
use crate::external::http::Network;
use crate::sink::RotatingFile;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// What outlives a reading.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    #[cfg(feature = "http")]
    networks: Vec<Network>,
    files: Vec<(PathBuf, Arc<Mutex<RotatingFile>>)>,
}

impl Kept {
    /// Puts what is kept in the place of what was made anew.
    pub(super) fn restore(&self, settings: &mut Settings) {
        #[cfg(feature = "http")]
        if let Some(known) = self.networks.iter().find(|known| known.is_alike(&settings.network)) {
            settings.network = known.clone();
        }
        #[cfg(not(feature = "http"))]
        let _ = settings;
    }

    /// Keeps the networks of a folder, and no others.
    pub(crate) fn keep_networks(&mut self, folder: &Folder) {
        #[cfg(feature = "http")]
        {
            self.networks.clear();
            for environment in &folder.environments {
                let network = &environment.settings.network;
                if !self.networks.iter().any(|known| known.is_alike(network)) {
                    self.networks.push(network.clone());
                }
            }
        }
        #[cfg(not(feature = "http"))]
        let _ = folder;
    }

    /// Forgets the files of sinks that are not among these.
    pub(crate) fn retain_files(&mut self, paths: &[&PathBuf]) {
        self.files.retain(|(known, _)| paths.contains(&known));
    }

    /// The file of a sink. There is one for each path, so that lines of several engines never mix.
    pub(crate) fn file(&mut self, path: PathBuf) -> Arc<Mutex<RotatingFile>> {
        if let Some((_, file)) = self.files.iter().find(|(known, _)| *known == path) {
            return file.clone();
        }
        let file = Arc::new(Mutex::new(RotatingFile::new(&path)));
        self.files.push((path, file.clone()));
        file
    }
}
