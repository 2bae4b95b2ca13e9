//! From texts and functions to an engine, or all diagnostics at once.

use super::compile::{Part, Text, Unit, compile};
use super::environments::{self, Site, Wishes};
use super::events::Events;
use super::externals::{Defined, Externals};
use super::lists::ListFiles;
use super::providers::ProviderSources;
use super::sinks;
use super::{BuildError, Engine, Shared};
use crate::check::{Definitions, ExternalDefinition, Level, Lints};
use crate::diagnostic::{Code, Diagnostic};
use crate::environment::Folder;
use crate::environment::file::{self, Bound, rule_name};
use crate::evaluate::{Mode, OnError, Policy, Prefetch};
use crate::external::{External, Handler, Stubs};
use crate::limit::Limits;
use crate::list::Kind;
use crate::schema::Schema;
use crate::sink::{FolderSinks, Output, Queue};
use crate::source::{Source, Span};
use indexmap::IndexMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Gathers rules, functions and settings for an [`Engine`].
#[derive(Debug, Default)]
pub struct EngineBuilder {
    /// The environments before the last one.
    before: Vec<Draft>,
    /// What is given now belongs to it.
    draft: Draft,
    externals: Vec<External>,
    stubs: Stubs,
    wishes: Wishes,
    folder: Option<PathBuf>,
    unreadable: Vec<Diagnostic>,
    lints: Lints,
    earlier: Option<Engine>,
    pub(super) outputs: Vec<Output>,
    pub(super) folder_sinks: FolderSinks,
    pub(super) tenant: String,
    outline: bool,
    pub(super) providers: ProviderSources,
}

/// A lone file; how long a source may be is known when it is parsed.
const FILE: Bound = Bound { bytes: 1 << 30, code: Code::SOURCE_TOO_LARGE, what: "a source" };

/// What was given of an environment so far.
#[derive(Debug, Default)]
struct Draft {
    unit: Unit,
    mode: Mode,
    lists: ListFiles,
    /// By lower-case name of the assessment.
    schemas: IndexMap<String, Arc<Schema>>,
    samples: IndexMap<String, Arc<Schema>>,
}

/// What a text is, by its place.
#[derive(Clone, Copy, Debug)]
enum Place {
    Functions,
    Rules,
    Actions,
    Routing,
}

impl EngineBuilder {
    /// Adds decision rules of an assessment, as text. Texts of one assessment run in the order they were added. A rule
    /// without a name is called like the assessment.
    #[must_use]
    pub fn rules(mut self, assessment: impl Into<String>, text: &str) -> EngineBuilder {
        let assessment = assessment.into();
        self.add(Place::Rules, assessment.clone(), assessment.clone(), assessment, text.into());
        self
    }

    /// Begins an environment: rules, lists, schemas and the mode that follow belong to it, until another one is begun. The
    /// first one is the root; every other names its parent, which was begun before.
    ///
    /// An event in an environment is decided by the rules of all environments from the root to that one; see
    /// [`Request::environment`](super::Request::environment). Children inherit neither lists nor assessments of their own.
    ///
    /// ```
    /// let engine = fql::Engine::builder()
    ///     .in_environment("shop", None)
    ///     .rules("purchase", r#"RETURN Reject("embargo") WHEN In(@"country", "KP, SY")"#)
    ///     .in_environment("eu", Some("shop"))
    ///     .rules("purchase", r#"RETURN Review("high amount") WHEN @"amount" > 1000"#)
    ///     .build()?;
    /// let event = fql::Request::new(br#"{"amount": 1200}"#).environment("eu");
    /// assert_eq!(engine.decide_blocking(event)?.environment(), Some("eu"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_environment(mut self, id: &str, parent: Option<&str>) -> EngineBuilder {
        let last = std::mem::take(&mut self.draft);
        let lone = last.unit.id.is_none();
        if !lone || !last.unit.assessments.is_empty() {
            self.before.push(last);
        }
        let number = |id: &str| {
            self.before.iter().position(|one| one.unit.id.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(id)))
        };
        let place = parent.and_then(number);
        let message = match parent {
            _ if number(id).is_some() => format!("a second environment is called `{id}`"),
            Some(parent) if place.is_none() => format!("expected an environment begun before, found `{parent}`"),
            None if !self.before.is_empty() => {
                format!("expected the root to be begun once and before all rules, found `{id}` without a parent")
            }
            _ => String::new(),
        };
        if !message.is_empty() {
            let source = Arc::new(Source::new(id, ""));
            self.unreadable.push(Diagnostic::new(Code::BAD_SETTING, &source, Span::default(), message));
        }
        let unit = Unit { id: Some(Arc::from(id)), parent: place, ..Unit::default() };
        self.draft = Draft { unit, ..Draft::default() };
        self
    }

    /// Adds functions (R6.1), with a name to show in diagnostics. All rules of the environment may call them, and others by
    /// `Functions.root.`, `Functions.parent.` and `Functions.environment["id"].`
    ///
    /// ```
    /// let engine = fql::Engine::builder()
    ///     .functions("totals.fql", b"FUNCTION Totals(_amount: Double, _tax: Double)\nOUTPUT Sum: Double\n  RETURN _amount + _tax")
    ///     .rules("checkout", r#"RETURN Review() WHEN Functions.Totals(@"amount", @"tax").Sum > 100"#)
    ///     .build()?;
    /// let decision = engine.decide_blocking(br#"{"amount": 90, "tax": 17.1}"#)?;
    /// assert_eq!(decision.kind(), fql::DecisionKind::Review);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn functions(mut self, file: impl Into<String>, text: &[u8]) -> EngineBuilder {
        self.add(Place::Functions, String::new(), file.into(), String::new(), text.to_vec());
        self
    }

    /// Adds post-decision action rules of an assessment (L2.1), with a name to show in diagnostics. They run after every
    /// decision, those of parents first.
    #[must_use]
    pub fn actions(mut self, assessment: impl Into<String>, file: impl Into<String>, text: &[u8]) -> EngineBuilder {
        let (assessment, file) = (assessment.into(), file.into());
        let name = rule_name(Path::new(&file));
        self.add(Place::Actions, assessment, file, name, text.to_vec());
        self
    }

    /// Adds routing rules of an assessment (L2.1), with a name to show in diagnostics. They run after a `Review`, those of
    /// parents first, and choose its queue.
    #[must_use]
    pub fn routing(mut self, assessment: impl Into<String>, file: impl Into<String>, text: &[u8]) -> EngineBuilder {
        let (assessment, file) = (assessment.into(), file.into());
        let name = rule_name(Path::new(&file));
        self.add(Place::Routing, assessment, file, name, text.to_vec());
        self
    }

    /// Adds the rules of a lone file, as an assessment named like the file (R1.2). That the file cannot be read is one of
    /// the diagnostics of [`EngineBuilder::build`].
    #[must_use]
    pub fn file(mut self, path: impl AsRef<Path>) -> EngineBuilder {
        let shown = path.as_ref().display().to_string();
        let name = rule_name(path.as_ref());
        match file::read(path.as_ref(), &shown, FILE) {
            Ok(bytes) => self.add(Place::Rules, name.clone(), shown, name, bytes),
            Err(diagnostic) => self.unreadable.push(*diagnostic),
        }
        self
    }

    /// Takes the environments of a folder (R1.1): rules, functions, lists, calls and settings of the root and its children.
    /// The folder is read by [`EngineBuilder::build`], with all errors of all its files at once (R1.3).
    ///
    /// What the host gives besides is there in every environment: its functions (in place of a file in `external/` of the
    /// same name), stubs, lists, providers. Limits, `on_error`, `prefetch` and `coalesce_ms`, where the host sets them, win over
    /// `fql.toml`. Rules of the host belong to the root and run behind its own.
    #[must_use]
    pub fn environment(mut self, path: impl AsRef<Path>) -> EngineBuilder {
        self.folder = Some(path.as_ref().to_path_buf());
        self
    }

    /// Adds the rules of a text that has a name to show in diagnostics.
    #[must_use]
    pub fn named_rules(mut self, assessment: impl Into<String>, file: impl Into<String>, text: &[u8]) -> EngineBuilder {
        let assessment = assessment.into();
        self.add(Place::Rules, assessment.clone(), file.into(), assessment, text.to_vec());
        self
    }

    fn add(&mut self, place: Place, name: String, file: String, default_name: String, bytes: Vec<u8>) {
        match file::text(&file, bytes) {
            Ok(text) => {
                let source = Arc::new(Source::new(file, text));
                let text = Text { source, default_name };
                if matches!(place, Place::Functions) {
                    return self.draft.unit.functions.push(text);
                }
                let assessments = &mut self.draft.unit.assessments;
                let part =
                    assessments.entry(name.to_ascii_lowercase()).or_insert_with(|| Part { name, ..Part::default() });
                let texts = match place {
                    Place::Actions => &mut part.actions,
                    Place::Routing => &mut part.routing,
                    Place::Rules | Place::Functions => &mut part.rules,
                };
                texts.push(text);
            }
            Err(diagnostic) => self.unreadable.push(*diagnostic),
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
        self.draft.lists.add(name.into(), csv.into(), Kind::Plain);
        self
    }

    /// Adds a support list (R4.2): columns `Value`, `Status` and where wanted `Reason`, `Expiration`, `Comments`.
    #[must_use]
    pub fn support_list(mut self, name: impl Into<String>, csv: impl Into<Vec<u8>>) -> EngineBuilder {
        self.draft.lists.add(name.into(), csv.into(), Kind::Support);
        self
    }

    /// Adds the lists of a folder: its `*.csv`, and as support lists those of the folder `support` in it. A list is called
    /// like its file. The folder is read by [`EngineBuilder::build`]; it must exist, `support` need not.
    #[must_use]
    pub fn lists_folder(mut self, path: impl AsRef<Path>) -> EngineBuilder {
        self.draft.lists.add_folder(path.as_ref());
        self
    }

    /// Lets identical calls of different events share one answer, a failure included, if they begin within so many
    /// milliseconds. 0, the default: every event makes its own.
    #[must_use]
    pub fn coalesce_ms(mut self, fresh: u64) -> EngineBuilder {
        self.wishes.coalesce_ms = Some(fresh);
        self
    }

    /// Takes along what an earlier engine knows of calls of the same name, in the environment of the same id (R1.4): what was
    /// counted and, if the [resilience](External::resilience) is the same, where their breakers stand and how many are under
    /// way. Connections and tokens of calls over HTTP are taken along where `[security]` is the same.
    #[must_use]
    pub fn succeed(mut self, earlier: &Engine) -> EngineBuilder {
        self.earlier = Some(earlier.clone());
        self
    }

    /// Sets the limits (L5.4).
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> EngineBuilder {
        self.wishes.limits = Some(limits);
        self
    }

    /// Sets what an evaluation error does (L5.2).
    #[must_use]
    pub fn on_error(mut self, on_error: OnError) -> EngineBuilder {
        self.wishes.on_error = Some(on_error);
        self
    }

    /// Looks at one rule after another, as if there were no index.
    #[must_use]
    pub fn in_order(mut self, in_order: bool) -> EngineBuilder {
        self.wishes.in_order = in_order;
        self
    }

    /// Keeps where rules, clauses and statements stand, which a [`Coverage`](crate::case::Coverage) needs. Default false; it takes
    /// memory, and no time.
    #[must_use]
    pub fn coverage(mut self, keep: bool) -> EngineBuilder {
        self.outline = keep;
        self
    }

    /// Sets when external calls start (R8.2).
    #[must_use]
    pub fn prefetch(mut self, prefetch: Prefetch) -> EngineBuilder {
        self.wishes.prefetch = Some(prefetch);
        self
    }

    /// Sets which rules of an assessment run (R2.1).
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> EngineBuilder {
        self.draft.mode = mode;
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
                self.draft.schemas.insert(assessment.into().to_ascii_lowercase(), Arc::new(schema));
            }
            Err(diagnostic) => self.unreadable.push(*diagnostic),
        }
        self
    }

    /// Gives a sample event of an assessment: a path that steps into one of its arrays by a name is warned of (L3.6, L9.3).
    /// A schema tells more, so a sample is passed over where there is one. What is wrong with it is one of the diagnostics of
    /// [`EngineBuilder::build`]; `file` is what they show.
    #[must_use]
    pub fn sample(mut self, assessment: impl Into<String>, file: &str, text: &str) -> EngineBuilder {
        match Schema::of_sample(file, text) {
            Ok(sample) => drop(self.draft.samples.insert(assessment.into().to_ascii_lowercase(), Arc::new(sample))),
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
    pub fn check(mut self) -> (Option<Engine>, Vec<Diagnostic>) {
        let policy = self.wishes.policy();
        let definitions = self.definitions();
        let mut diagnostics = self.unreadable;
        let mut units: Vec<Unit> = Vec::with_capacity(self.before.len() + 1);
        let settings = self.providers.settings.clone();
        let mut sources = Some(self.providers);
        for Draft { mut unit, mode, lists, schemas, samples } in self.before.into_iter().chain([self.draft]) {
            unit.definitions = definitions.clone();
            unit.definitions.lists = lists.read(&policy.limits, |name| settings.serves(name), &mut diagnostics);
            // Providers are those of the root, whose lists they may be; children inherit them.
            unit.definitions.providers = match (sources.take(), units.first()) {
                (Some(sources), _) => sources.load(&unit.definitions, &mut diagnostics),
                (None, root) => root.map(|root| root.definitions.providers.clone()).unwrap_or_default(),
            };
            for (key, part) in &mut unit.assessments {
                part.first_match = mode == Mode::FirstMatch;
                part.schema = schemas.get(key).or_else(|| samples.get(key)).cloned();
            }
            units.push(unit);
        }
        let mut sites = Vec::new();
        let mut kept = self.earlier.as_ref().map(|engine| engine.shared.kept.clone()).unwrap_or_default();
        if let Some(path) = &self.folder {
            if units.len() > 1 {
                let message = "expected either a folder or environments begun one by one, found both";
                diagnostics.push(file::about(Code::BAD_SETTING, &path.display().to_string(), message));
            }
            let (folder, found) = Folder::read_again(path, &kept);
            diagnostics.extend(found);
            if let (Some(folder), Some(host)) = (folder, units.first_mut().map(std::mem::take)) {
                let lints = folder.environments.first().map(|root| root.settings.lints.as_slice());
                lints.unwrap_or_default().iter().for_each(|(code, level)| self.lints.set(*code, *level));
                kept.keep_networks(&folder);
                (units, sites) = environments::units(folder, host, &self.wishes, &mut diagnostics);
            }
        }
        while let Some(unit) = units.get_mut(sites.len()) {
            unit.limits = policy.limits.clone();
            let coalesce = self.wishes.coalesce();
            let policy = Policy { environment: sites.len() as u32, ..policy.clone() };
            sites.push(Site { policy, coalesce, ..Site::default() });
        }
        let compiled = compile(units, &self.lints, self.outline);
        self.lints.apply(&mut diagnostics);
        diagnostics.extend(compiled.diagnostics);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return (None, diagnostics);
        }
        self.outputs.extend(sinks::outputs(&mut sites, self.folder_sinks, &mut kept));
        let events = match (!self.outputs.is_empty()).then(|| Queue::new(self.outputs)).transpose() {
            Ok(queue) => queue.map(|queue| Arc::new(Events::new(self.tenant, queue))),
            Err(error) => {
                let why = format!("the system gives no thread to write events on: {error}");
                diagnostics.push(file::unreadable("sinks", &why));
                return (None, diagnostics);
            }
        };
        let earlier = self.earlier.as_ref().map(|engine| &engine.shared.externals);
        let coalesce = sites.first().map(|root| root.coalesce).unwrap_or_default();
        let host = self.externals.into_iter().map(|external| Defined { environment: None, external });
        let places = sites.iter_mut().zip(0..);
        let own = places.flat_map(|(site, number)| {
            let external = move |external| Defined { environment: Some(number), external };
            std::mem::take(&mut site.externals).into_iter().map(external)
        });
        let defined = host.chain(own).collect();
        let shared = Shared {
            assessments: compiled.assessments,
            externals: Externals::new(defined, self.stubs, coalesce, events.clone(), &compiled.tree, earlier),
            events,
            tree: compiled.tree,
            sites,
            lints: self.lints,
            kept,
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
            let key = external.name.to_ascii_lowercase();
            if let Some(sample) = external.sample().and_then(|sample| serde_json::from_str(sample).ok()) {
                definitions.samples.insert(key.clone(), Arc::new(sample));
            }
            definitions.externals.insert(key, definition);
        }
        for name in self.stubs.names() {
            definitions.externals.entry(name.to_ascii_lowercase()).or_insert(define(name, None));
        }
        definitions
    }
}
