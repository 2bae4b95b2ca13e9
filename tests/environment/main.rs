//! Environments as folders (R1): what a folder says comes out in decisions, and whatever is wrong with it is told at once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod broken;
mod sinks;
mod tree;
#[cfg(feature = "watch")]
mod watch;
mod whole;

use fql::external::Stubs;
use fql::{Diagnostic, Engine, EngineBuilder, Request};
use std::path::PathBuf;
use tempfile::TempDir;

/// A folder `shop` with files, gone at the end of the test.
struct Folder(TempDir);

impl Folder {
    /// A text `name` is the whole path below `shop`.
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(TempDir::new().unwrap());
        std::fs::create_dir_all(folder.path("")).unwrap();
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("shop").join(name)
    }

    fn builder(&self) -> EngineBuilder {
        Engine::builder().environment(self.path(""))
    }

    fn engine(&self) -> Engine {
        self.builder().build().unwrap_or_else(|error| panic!("{error}"))
    }

    /// All diagnostics, each as `E0801 purchase/rules/a.fql:1:2 message`.
    fn told(&self) -> Vec<String> {
        self.builder().check().1.iter().map(|one| self.shown(one)).collect()
    }

    fn shown(&self, diagnostic: &Diagnostic) -> String {
        let (line, column) = diagnostic.source.position(diagnostic.span.start);
        let root = self.path("").display().to_string();
        let name = diagnostic.source.name().replace(&root, "");
        format!("{} {name}:{line}:{column} {}", diagnostic.code, diagnostic.message.replace(&root, "shop/"))
    }
}

/// The decision of an environment as JSON.
fn decide(engine: &Engine, assessment: &str, environment: &str, event: &str) -> serde_json::Value {
    let request = Request::new(event).assessment(assessment);
    let request = if environment.is_empty() { request } else { request.environment(environment) };
    serde_json::from_str(&engine.decide_blocking(request).unwrap().to_json()).unwrap()
}

fn stubs(text: &str) -> Stubs {
    Stubs::parse(text).unwrap()
}
