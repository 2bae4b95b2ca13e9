//! What a folder's later reading takes over from an earlier one (R1.4).
//!
//! In: what was read before. Out: the same connections and tokens, wherever the settings that they come from are the same.

use super::{Folder, Settings};
#[cfg(feature = "http")]
use crate::external::http::Network;

/// What outlives a reading.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    #[cfg(feature = "http")]
    networks: Vec<Network>,
}

impl Kept {
    /// What a folder has that a later reading may take over.
    pub(crate) fn of(folder: &Folder) -> Kept {
        #[cfg(feature = "http")]
        {
            let mut networks: Vec<Network> = Vec::new();
            for environment in &folder.environments {
                let network = &environment.settings.network;
                if !networks.iter().any(|known| known.is_alike(network)) {
                    networks.push(network.clone());
                }
            }
            Kept { networks }
        }
        #[cfg(not(feature = "http"))]
        {
            let _ = folder;
            Kept::default()
        }
    }

    /// Puts what is kept in the place of what was made anew.
    pub(super) fn restore(&self, settings: &mut Settings) {
        #[cfg(feature = "http")]
        if let Some(known) = self.networks.iter().find(|known| known.is_alike(&settings.network)) {
            settings.network = known.clone();
        }
        #[cfg(not(feature = "http"))]
        let _ = settings;
    }
}
