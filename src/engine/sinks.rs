//! The sinks of an engine: those that the host gives, and those that `fql.toml` names (R1.1, R7.12).

use super::EngineBuilder;
use super::environments::Site;
use crate::environment::{Kept, SinkSettings};
use crate::sink::{FolderSinks, Output, Sink, Stderr, Stdout};

impl EngineBuilder {
    /// Adds a sink that takes all events (R7.12); see [`sink`](crate::sink).
    #[must_use]
    pub fn sink(mut self, sink: impl Sink) -> EngineBuilder {
        self.outputs.push(Output { names: None, environments: None, sink: Box::new(sink) });
        self
    }

    /// Adds a sink that takes events of these names only, such as [`sink::TRACES`](crate::sink::TRACES). What nobody takes is
    /// never made.
    #[must_use]
    pub fn sink_of(mut self, names: impl IntoIterator<Item = impl Into<String>>, sink: impl Sink) -> EngineBuilder {
        let names = Some(names.into_iter().map(Into::into).collect());
        self.outputs.push(Output { names, environments: None, sink: Box::new(sink) });
        self
    }

    /// Says what becomes of the sinks that the `fql.toml` of a folder names; by default they are written to.
    #[must_use]
    pub fn folder_sinks(mut self, sinks: FolderSinks) -> EngineBuilder {
        self.folder_sinks = sinks;
        self
    }

    /// Sets the `tenantId` of events (R7.12); empty by default.
    #[must_use]
    pub fn tenant_id(mut self, id: impl Into<String>) -> EngineBuilder {
        self.tenant = id.into();
        self
    }
}

/// What the settings of environments name: one output for each, with the environments that have it. Environments inherit them,
/// so most are the same for several.
pub(super) fn outputs(sites: &mut [Site], wanted: FolderSinks, kept: &mut Kept) -> Vec<Output> {
    let mut found: Vec<(SinkSettings, Vec<u32>)> = Vec::new();
    for (site, number) in sites.iter_mut().zip(0..) {
        for settings in std::mem::take(&mut site.sinks) {
            match found.iter_mut().find(|(known, _)| known.is_same(&settings)) {
                Some((_, environments)) if environments.contains(&number) => {}
                Some((_, environments)) => environments.push(number),
                None => found.push((settings, vec![number])),
            }
        }
    }
    if wanted == FolderSinks::Closed {
        found.clear();
    }
    let files: Vec<_> = found.iter().filter_map(|(settings, _)| settings.file.as_ref()).collect();
    kept.retain_files(&files);
    let outputs = found.into_iter().map(|(settings, environments)| {
        let sink: Box<dyn Sink> = match settings.file {
            Some(path) => Box::new(kept.file(path)),
            None if wanted == FolderSinks::Stderr => Box::new(Stderr),
            None => Box::new(Stdout),
        };
        let names = settings.events.map(|names| names.into_iter().map(|name| name.value).collect());
        Output { names, environments: Some(environments), sink }
    });
    outputs.collect()
}
