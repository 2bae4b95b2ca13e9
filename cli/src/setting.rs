//! What an evaluation gets besides rules and event: stubs, clock, seed, and when calls start.

use crate::read::{self, Most};
use fql::diagnostic::Code;
use fql::evaluate::Prefetch;
use fql::external::Stubs;
use fql::{DateTime, Diagnostic, Engine, EngineBuilder, Request};
use std::path::Path;

/// The largest stub file, in bytes.
const STUB_BYTES: usize = 16 << 20;

/// Gathered from flags; the default is no stubs, the system's clock, a new seed for each event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// `--stub` (R9.2).
    pub(crate) stubs: Stubs,
    /// `--at` (L6.3).
    pub(crate) at: Option<DateTime>,
    /// `--seed` (L6.2).
    pub(crate) seed: Option<u64>,
    /// `--prefetch` (R8.2).
    pub(crate) prefetch: Prefetch,
}

impl Settings {
    /// Begins an engine.
    pub(crate) fn builder(&self) -> EngineBuilder {
        Engine::builder().stubs(self.stubs.clone()).prefetch(self.prefetch)
    }

    /// An event with clock and seed.
    pub(crate) fn request<'e>(&self, event: &'e [u8]) -> Request<'e> {
        let request = Request::new(event);
        let request = match self.at {
            Some(at) => request.at(at),
            None => request,
        };
        match self.seed {
            Some(seed) => request.seed(seed),
            None => request,
        }
    }
}

/// Reads a stub file.
pub(crate) fn stubs(path: &Path) -> Result<Stubs, Box<Diagnostic>> {
    let bytes = read::file(path, Most { bytes: STUB_BYTES, code: Code::BAD_STUB, what: "a stub file" })?;
    let text = read::text(&read::shown(path), bytes)?;
    Stubs::parse(&text).map_err(|error| Box::new(read::about(Code::BAD_STUB, &read::shown(path), error.to_string())))
}

/// The name of the assessment that a lone file is (R1.2): the file's, without its number prefix (L2.4).
pub(crate) fn assessment_name(path: &Path) -> String {
    if path.as_os_str() == read::STDIN {
        return "stdin".to_string();
    }
    let stem = path.file_stem().map_or_else(|| read::shown(path), |stem| stem.to_string_lossy().into_owned());
    let rest = stem.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['-', '_', '.', ' ']) {
        Some(name) if rest.len() < stem.len() && !name.is_empty() => name.to_string(),
        _ => stem,
    }
}
