//! What an evaluation gets besides rules and event: stubs, clock, seed, and when calls start.

use crate::read::{self, Bound};
use fql::diagnostic::Code;
use fql::environment::{FILE, Folder, file};
use fql::evaluate::Prefetch;
use fql::external::Stubs;
use fql::sink::FolderSinks;
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
    pub(crate) prefetch: Option<Prefetch>,
    /// Whether the sinks that `fql.toml` names are written to (R7.12): not by what only tries things out.
    pub(crate) writes: bool,
}

impl Settings {
    /// Begins an engine.
    pub(crate) fn builder(&self) -> EngineBuilder {
        self.over(Engine::builder())
    }

    /// Gives them to an engine that was begun.
    pub(crate) fn over(&self, builder: EngineBuilder) -> EngineBuilder {
        // Results alone go to standard output (R12.3).
        let sinks = if self.writes { FolderSinks::Stderr } else { FolderSinks::Closed };
        let builder = builder.stubs(self.stubs.clone()).folder_sinks(sinks);
        match self.prefetch {
            Some(mode) => builder.prefetch(mode),
            None => builder,
        }
    }

    /// Begins an engine of the rules at a path: a lone file, `-`, or the folder of an environment (R1.1, R1.2).
    pub(crate) fn rules(&self, path: &Path) -> Result<EngineBuilder, Box<Diagnostic>> {
        if path.is_dir() {
            if Folder::is_one(path) {
                return Ok(self.builder().environment(path));
            }
            let one = read::unreadable(path, &format!("it is a folder without `{FILE}`"));
            return Err(Box::new(one.help("name one `.fql` file, or the folder of an environment")));
        }
        let bytes = read::file(path, read::source())?;
        Ok(self.builder().named_rules(assessment_name(path), read::shown(path), &bytes))
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
    let bytes = read::file(path, Bound { bytes: STUB_BYTES, code: Code::BAD_STUB, what: "a stub file" })?;
    let text = read::text(&read::shown(path), bytes)?;
    Stubs::parse(&text).map_err(|error| Box::new(read::about(Code::BAD_STUB, &read::shown(path), error.to_string())))
}

/// The name of the assessment that a lone file is (R1.2): the file's, without its number prefix (L2.4).
pub(crate) fn assessment_name(path: &Path) -> String {
    if path.as_os_str() == read::STDIN {
        return "stdin".to_string();
    }
    file::rule_name(path)
}
