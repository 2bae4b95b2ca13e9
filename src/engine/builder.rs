//! From texts and functions to an engine, or all diagnostics at once.

use super::compile::{Part, Text, Unit, compile};
use super::externals::Externals;
use super::lists::ListFiles;
use super::providers::ProviderSources;
use super::{BuildError, Engine, Shared};
use crate::check::{Definitions, ExternalDefinition, Level, Lints};
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::{Mode, OnError, Policy, Prefetch};
use crate::external::{External, Handler, Stubs};
use crate::limit::Limits;
use crate::list::Kind;
use crate::schema::Schema;
use crate::source::{Source, Span};
use indexmap::IndexMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Gathers rules, functions and settings for an [`Engine`].
#[derive(Debug, Default)]
pub struct EngineBuilder {
    /// Decision rules, each with the name of its assessment.
    texts: Vec<(String, Text)>,
    externals: Vec<External>,
    stubs: Stubs,
    policy: Policy,
    mode: Mode,
    lists: ListFiles,
    unreadable: Vec<Diagnostic>,
    lints: Lints,
    schemas: IndexMap<String, Arc<Schema>>,
    coalesce: Duration,
    earlier: Option<Engine>,
    pub(super) providers: ProviderSources,
}

impl EngineBuilder {
    /// Adds decision rules of an assessment, as text. Texts of one assessment run in the order they were added. A rule
    /// without a name is called like the assessment.
    #[must_use]
    pub fn rules(mut self, assessment: impl Into<String>, text: &str) -> EngineBuilder {
        let assessment = assessment.into();
        self.add(assessment.clone(), assessment.clone(), assessment, text.as_bytes());
        self
    }

    /// Adds the rules of a lone file, as an assessment named like the file (R1.2). That the file cannot be read is one of
    /// the diagnostics of [`EngineBuilder::build`].
    #[must_use]
    pub fn file(mut self, path: impl AsRef<Path>) -> EngineBuilder {
        let path = path.as_ref();
        let shown = path.display().to_string();
        let stem = path.file_stem().map_or_else(|| shown.clone(), |stem| stem.to_string_lossy().into_owned());
        let name = without_number(&stem).to_string();
        match std::fs::read(path) {
            Ok(bytes) => self.add(name.clone(), shown, name, &bytes),
            Err(error) => self.unreadable.push(unreadable(&shown, &error.to_string())),
        }
        self
    }

    /// Adds the rules of a text that has a name to show in diagnostics.
    #[must_use]
    pub fn named_rules(mut self, assessment: impl Into<String>, file: impl Into<String>, text: &[u8]) -> EngineBuilder {
        let assessment = assessment.into();
        self.add(assessment.clone(), file.into(), assessment, text);
        self
    }

    fn add(&mut self, assessment: String, file: String, default_name: String, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let source = Arc::new(Source::new(file, text));
                self.texts.push((assessment, Text { source, default_name }));
            }
            Err(error) => {
                // What is good up to the fault gives the place its line and column.
                let good = bytes.get(..error.valid_up_to()).map(String::from_utf8_lossy).unwrap_or_default();
                let source = Arc::new(Source::new(file, format!("{good}\u{FFFD}")));
                let span = Span::new(good.len(), good.len() + '\u{FFFD}'.len_utf8());
                let message = format!("expected UTF-8, found a byte that is none at offset {}", error.valid_up_to());
                let diagnostic = Diagnostic::new(Code::NOT_UTF8, &source, span, message);
                self.unreadable.push(diagnostic.help("save the file as UTF-8"));
            }
        }
    }

    /// Registers a typed async function as `External.name` (R7.1); see [`External::new`].
    #[must_use]
    pub fn external<A: 'static, F: Handler<A>>(self, name: impl Into<Arc<str>>, function: F) -> EngineBuilder {
        self.define(External::new(name, function))
    }

    /// Registers an external call with its timeout and default response.
    #[must_use]
    pub fn define(mut self, external: External) -> EngineBuilder {
        self.externals.push(external);
        self
    }

    /// Answers these calls without making them (R9.2); a name without a definition is defined by its stub.
    #[must_use]
    pub fn stubs(mut self, stubs: Stubs) -> EngineBuilder {
        self.stubs = stubs;
        self
    }

    /// Adds a list that rules consult (L7.2), as the text of a CSV file. What is wrong with it is among the diagnostics of
    /// [`EngineBuilder::build`].
    ///
    /// ```
    /// let engine = fql::Engine::builder()
    ///     .list("Markets", "country,market\nUS,NA\nDE,EU\n")
    ///     .rules("checkout", r#"RETURN Review() WHEN Lookup("Markets", "country", @"country", "market") == "EU""#)
    ///     .build()?;
    /// # Ok::<(), fql::BuildError>(())
    /// ```
    #[must_use]
    pub fn list(mut self, name: impl Into<String>, csv: impl Into<Vec<u8>>) -> EngineBuilder {
        self.lists.add(name.into(), csv.into(), Kind::Plain);
        self
    }

    /// Adds a support list (R4.2): columns `Value`, `Status` and where wanted `Reason`, `Expiration`, `Comments`.
    #[must_use]
    pub fn support_list(mut self, name: impl Into<String>, csv: impl Into<Vec<u8>>) -> EngineBuilder {
        self.lists.add(name.into(), csv.into(), Kind::Support);
        self
    }

    /// Adds the lists of a folder: its `*.csv`, and as support lists those of the folder `support` in it. A list is called
    /// like its file. The folder is read by [`EngineBuilder::build`]; it must exist, `support` need not.
    #[must_use]
    pub fn lists_folder(mut self, path: impl AsRef<Path>) -> EngineBuilder {
        self.lists.add_folder(path.as_ref());
        self
    }

    /// Lets identical calls of different events share one answer, a failure included, if they begin within so many
    /// milliseconds. 0, the default: every event makes its own.
    #[must_use]
    pub fn coalesce_ms(mut self, fresh: u64) -> EngineBuilder {
        self.coalesce = Duration::from_millis(fresh);
        self
    }

    /// Takes along what an earlier engine knows of calls of the same name and [resilience](External::resilience): where their
    /// breakers stand, how many are under way, what was counted (R1.4).
    #[must_use]
    pub fn succeed(mut self, earlier: &Engine) -> EngineBuilder {
        self.earlier = Some(earlier.clone());
        self
    }

    /// Sets the limits (L5.4).
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> EngineBuilder {
        self.policy.limits = limits;
        self
    }

    /// Sets what an evaluation error does (L5.2).
    #[must_use]
    pub fn on_error(mut self, on_error: OnError) -> EngineBuilder {
        self.policy.on_error = on_error;
        self
    }

    /// Sets when external calls start (R8.2).
    #[must_use]
    pub fn prefetch(mut self, prefetch: Prefetch) -> EngineBuilder {
        self.policy.prefetch = prefetch;
        self
    }

    /// Sets which rules of an assessment run (R2.1).
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> EngineBuilder {
        self.mode = mode;
        self
    }

    /// Sets how loud a warning is (L9.3): not told, told, or an error. For the code of an error nothing changes.
    #[must_use]
    pub fn lint(mut self, code: Code, level: Level) -> EngineBuilder {
        self.lints.set(code, level);
        self
    }

    /// Gives the JSON Schema of the events of an assessment (L9.4). What is wrong with it is one of the diagnostics of
    /// [`EngineBuilder::build`].
    #[must_use]
    pub fn schema(self, assessment: impl Into<String>, text: &str) -> EngineBuilder {
        let assessment = assessment.into();
        let shown = format!("schema of {assessment}");
        self.named_schema(assessment, &shown, text)
    }

    /// The same, with a name to show in diagnostics.
    #[must_use]
    pub fn named_schema(mut self, assessment: impl Into<String>, file: &str, text: &str) -> EngineBuilder {
        match Schema::parse(file, text) {
            Ok(schema) => {
                self.schemas.insert(assessment.into().to_ascii_lowercase(), Arc::new(schema));
            }
            Err(diagnostic) => self.unreadable.push(*diagnostic),
        }
        self
    }

    /// Parses, checks and compiles.
    ///
    /// # Errors
    ///
    /// All diagnostics of all texts, if one of them is an error.
    pub fn build(self) -> Result<Engine, BuildError> {
        let (engine, diagnostics) = self.check();
        match engine {
            Some(engine) => Ok(engine),
            None => Err(BuildError { diagnostics }),
        }
    }

    /// The same, with all diagnostics in any case: an engine if none is an error.
    pub fn check(self) -> (Option<Engine>, Vec<Diagnostic>) {
        let mut definitions = self.definitions();
        let mut diagnostics = self.unreadable;
        let settings = &self.providers.settings;
        definitions.lists = self.lists.read(&self.policy.limits, |name| settings.serves(name), &mut diagnostics);
        definitions.providers = self.providers.load(&definitions, &mut diagnostics);
        let mut unit = Unit { definitions, ..Unit::default() };
        for (name, text) in self.texts {
            let key = name.to_ascii_lowercase();
            let first_match = self.mode == Mode::FirstMatch;
            let schema = self.schemas.get(&key).cloned();
            let part =
                unit.assessments.entry(key).or_insert_with(|| Part { name, first_match, schema, ..Part::default() });
            part.rules.push(text);
        }
        let compiled = compile(vec![unit], &self.lints, &self.policy.limits);
        diagnostics.extend(compiled.diagnostics);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return (None, diagnostics);
        }
        let earlier = self.earlier.as_ref().map(|engine| &engine.shared.externals);
        let shared = Shared {
            assessments: compiled.assessments,
            externals: Externals::new(self.externals, self.stubs, self.coalesce, earlier),
            tree: compiled.tree,
            lints: self.lints,
            policy: self.policy,
            warnings: diagnostics.clone(),
        };
        (Some(Engine { shared: Arc::new(shared) }), diagnostics)
    }

    fn definitions(&self) -> Definitions {
        let mut definitions = Definitions::default();
        let define =
            |name: &Arc<str>, parameters| ExternalDefinition { name: name.clone(), parameters, environment: None };
        for external in &self.externals {
            let definition = define(&external.name, Some(external.parameters));
            definitions.externals.insert(external.name.to_ascii_lowercase(), definition);
        }
        for name in self.stubs.names() {
            definitions.externals.entry(name.to_ascii_lowercase()).or_insert(define(name, None));
        }
        definitions
    }
}

/// A file that cannot be read.
pub(super) fn unreadable(file: &str, why: &str) -> Diagnostic {
    let source = Arc::new(Source::new(file, ""));
    Diagnostic::new(Code::UNREADABLE_FILE, &source, Span::default(), format!("cannot read `{file}`: {why}"))
}

/// A file's name without its number prefix (L2.4).
fn without_number(stem: &str) -> &str {
    let rest = stem.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix(['-', '_', '.', ' ']) {
        Some(name) if rest.len() < stem.len() && !name.is_empty() => name,
        _ => stem,
    }
}
