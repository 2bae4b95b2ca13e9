//! From a folder to a tree of environments.

use super::external;
use super::file::{self, Bound, Entries, Fence, ends_with};
use super::setting::{self, FILE, Placed, Settings};
use super::{Assessment, Environment, Folder, Kept, ListFile, SinkSettings, Text};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::external::External;
use crate::list::Kind;
use crate::schema::Schema;
use crate::setting::Document;
use crate::source::{Source, Span};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest `fql.toml`, definition or schema, in bytes.
const LARGEST: usize = 4 << 20;

/// How many environments may stand within each other.
const DEEPEST: usize = 32;

/// The folder in which child environments stand.
const CHILDREN: &str = "environments";

/// Folders of an environment that are no assessments.
const OWN: [&str; 6] = ["velocities", "functions", "lists", "external", CHILDREN, "branches"];

/// Folders that only an assessment has.
const PARTS: [&str; 3] = ["rules", "actions", "routing"];

/// What is told of a file that could not be read.
const UNREAD: [Code; 3] = [Code::BAD_TOML, Code::NOT_UTF8, Code::UNREADABLE_FILE];

pub(super) fn read(path: &Path, kept: &Kept) -> (Option<Folder>, Vec<Diagnostic>) {
    let fence = match Fence::around(path) {
        Ok(fence) => fence,
        Err(diagnostic) => return (None, vec![*diagnostic]),
    };
    let mut walk = Walk {
        fence,
        kept,
        diagnostics: Vec::new(),
        environments: Vec::new(),
        seen: HashSet::new(),
        ids: HashMap::new(),
    };
    let name = walk.fence.name();
    walk.environment(path, &name, String::new(), None, 0);
    walk.sinks();
    (Some(Folder { environments: walk.environments }), walk.diagnostics)
}

/// The settings of a folder with those that it inherits from the environments it stands in.
pub(super) fn settings_of(folder: &Path) -> (Settings, Vec<Diagnostic>) {
    let mut folders = vec![folder.to_path_buf()];
    if let Ok(real) = folder.canonicalize() {
        let above =
            |folder: &Path| Some(folder.parent().filter(|parent| parent.ends_with(CHILDREN))?.parent()?.to_path_buf());
        folders.extend(std::iter::successors(above(&real), |folder| above(folder)).take(DEEPEST));
    }
    let mut diagnostics = Vec::new();
    let mut inherited: Option<Settings> = None;
    for folder in folders.iter().rev() {
        let file = Some(folder.join(FILE)).filter(|file| file.is_file());
        let (settings, _, faults) = settings(file.as_deref(), folder, inherited.as_ref());
        diagnostics.extend(faults);
        inherited = Some(settings);
    }
    (inherited.unwrap_or_default(), diagnostics)
}

/// The settings of a folder by its `fql.toml`, if it has one, and the text of that or what stands for it.
fn settings(file: Option<&Path>, folder: &Path, parent: Option<&Settings>) -> (Settings, Arc<Source>, Vec<Diagnostic>) {
    let absent = || {
        let source = Arc::new(Source::new(folder.join(FILE).display().to_string(), ""));
        let inherited = parent.cloned().unwrap_or_default();
        (Settings { id: None, assessments: Vec::new(), providers: None, ..inherited }, source)
    };
    let Some(path) = file else {
        let (settings, source) = absent();
        return (settings, source, Vec::new());
    };
    match text_of(path, Bound { bytes: LARGEST, code: Code::BAD_TOML, what: "a settings file" }) {
        Ok(text) => {
            let document = Document::parse(path.display().to_string(), text);
            let (settings, source) = (Settings::read(&document, folder, parent), document.source().clone());
            (settings, source, document.faults())
        }
        Err(diagnostic) => {
            let (settings, source) = absent();
            (settings, source, vec![*diagnostic])
        }
    }
}

fn text_of(path: &Path, bound: Bound) -> Result<String, Box<Diagnostic>> {
    let shown = path.display().to_string();
    file::text(&shown, file::read(path, &shown, bound)?)
}

pub(super) fn is_one(path: &Path) -> bool {
    path.join(FILE).is_file()
}

struct Walk<'k> {
    fence: Fence,
    kept: &'k Kept,
    diagnostics: Vec<Diagnostic>,
    environments: Vec<Environment>,
    /// Folders that were walked, without links.
    seen: HashSet<PathBuf>,
    /// Ids in lower case, with where they come from.
    ids: HashMap<String, String>,
}

impl Walk<'_> {
    /// Sinks name the assessments whose events they take, of any environment.
    fn sinks(&mut self) {
        // Settings that could not be read may name any assessment.
        if self.diagnostics.iter().any(|one| UNREAD.contains(&one.code)) {
            return;
        }
        let all = self.environments.iter().flat_map(|one| &one.settings.assessments);
        let known: Vec<&str> = all.map(|one| one.name.value.as_str()).collect();
        let mut told = HashSet::new();
        for (name, place) in
            self.environments.iter().flat_map(|one| &one.settings.sinks).flat_map(SinkSettings::assessments)
        {
            // Children have the sinks of their parents.
            let first = told.insert((Arc::as_ptr(&place.source), place.span));
            if first && !known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                let message = format!("unknown assessment `{name}` in the name of an event");
                let fault = Diagnostic::new(Code::BAD_SETTING, &place.source, place.span, message);
                self.diagnostics.push(match nearest(name, known.iter().copied()) {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault,
                });
            }
        }
    }

    fn environment(&mut self, folder: &Path, name: &str, path: String, parent: Option<usize>, depth: usize) {
        let shown = folder.display().to_string();
        if let Ok(real) = folder.canonicalize()
            && !self.seen.insert(real)
        {
            let message = "a link makes this folder an environment within itself, or twice one";
            return self.diagnostics.push(file::about(Code::BAD_ENVIRONMENT, &shown, message));
        }
        let entries = self.fence.list(folder, &mut self.diagnostics);
        let inherited = parent.and_then(|number| self.environments.get(number)).map(|one| &one.settings);
        let file = entries.files.iter().find(|(name, _)| name == FILE);
        let (mut settings, source, faults) = settings(file.map(|(_, path)| path.as_path()), folder, inherited);
        self.kept.restore(&mut settings);
        // Settings of which a part could not be read may name any assessment.
        let whole = !faults.iter().any(|fault| UNREAD.contains(&fault.code))
            && !entries.refused.iter().any(|(name, _)| name == FILE);
        self.diagnostics.extend(faults);
        let id = self.id(&settings, name, &shown, &source);
        let number = self.environments.len();
        let assessments = self.assessments(&entries, &settings);
        if whole {
            self.unnamed(&entries, &settings, &source);
        }
        let functions = self.texts(&entries, "functions", &settings);
        let lists = match below(&entries, "lists") {
            Some(folder) => lists(&self.fence, &folder, &mut self.diagnostics),
            None => Vec::new(),
        };
        let (externals, faulty_externals) = self.externals(&entries, &settings);
        self.not_yet(&entries);
        self.environments.push(Environment {
            id,
            path: path.clone(),
            folder: folder.to_path_buf(),
            parent,
            settings,
            assessments,
            functions,
            lists,
            externals,
            faulty_externals,
        });
        let Some(children) = below(&entries, CHILDREN) else { return };
        let mut names: Vec<String> = Vec::new();
        for (name, child) in self.fence.list(&children, &mut self.diagnostics).folders {
            let shown = child.display().to_string();
            let fault = if depth + 1 >= DEEPEST {
                Some(format!("expected at most {DEEPEST} environments within each other, found more"))
            } else if let Some(why) = setting::unfit(&name) {
                Some(format!("expected the name of an environment {why}, found {name:?}"))
            } else {
                let same = names.iter().find(|other| other.eq_ignore_ascii_case(&name));
                same.map(|other| {
                    format!("two environments are called `{other}` and `{name}`: case makes no difference")
                })
            };
            if let Some(message) = fault {
                self.diagnostics.push(file::about(Code::BAD_ENVIRONMENT, &shown, message));
                continue;
            }
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            self.environment(&child, &name, path, Some(number), depth + 1);
            names.push(name);
        }
    }

    /// The id of an environment, which has to be unique.
    fn id(&mut self, settings: &Settings, name: &str, folder: &str, source: &Arc<Source>) -> Arc<str> {
        let id = settings.id.as_ref().map_or(name, |id| &id.value);
        if let Some(other) = self.ids.insert(id.to_lowercase(), folder.to_string()) {
            let message = format!("two environments have the id `{id}`: `{other}` and `{folder}`");
            let span = settings.id.as_ref().map_or(Span::default(), |id| id.span);
            let fault = Diagnostic::new(Code::BAD_ENVIRONMENT, source, span, message);
            self.diagnostics
                .push(fault.help("write another `id = \"...\"` into one `fql.toml`; the default is the folder's name"));
        }
        Arc::from(id)
    }

    fn assessments(&mut self, entries: &Entries, settings: &Settings) -> Vec<Assessment> {
        let mut found = Vec::new();
        for named in &settings.assessments {
            let Placed { value: name, source, span } = &named.name;
            let reserved = OWN.iter().any(|own| own.eq_ignore_ascii_case(name));
            match folder_of(entries, name) {
                Some(folder) if !reserved => found.push(self.assessment(name, folder, named.first_match, settings)),
                _ => {
                    let message = match reserved {
                        true => format!("`{name}` cannot be an assessment: the folder has a meaning of its own"),
                        false => format!("expected the folder of the assessment `{name}` beside this file, found none"),
                    };
                    let fault = Diagnostic::new(Code::BAD_ENVIRONMENT, source, *span, message);
                    let folders = entries.folders.iter().map(|(name, _)| name.as_str());
                    self.diagnostics.push(match nearest(name, folders.filter(|name| !OWN.contains(name))) {
                        Some(near) if !reserved => fault.help(format!("there is a folder `{near}`")),
                        _ => fault,
                    });
                }
            }
        }
        found
    }

    /// Folders with rules that no assessment is named for.
    fn unnamed(&mut self, entries: &Entries, settings: &Settings, source: &Arc<Source>) {
        let known = |name: &str| settings.assessments.iter().any(|one| one.name.value.eq_ignore_ascii_case(name));
        for (name, path) in entries.folders.iter().filter(|(name, _)| !OWN.contains(&name.as_str()) && !known(name)) {
            let inside = self.fence.list(path, &mut self.diagnostics);
            if let Some(part) = PARTS.iter().find(|part| folder_of(&inside, part).is_some()) {
                let message =
                    format!("`{name}` has {part}, and `{FILE}` names no such assessment, so they would never run");
                let fault = Diagnostic::new(Code::BAD_ENVIRONMENT, source, Span::default(), message);
                self.diagnostics.push(fault.help(format!(
                    "write `[assessments.{}]` into {}",
                    key(name),
                    source.name()
                )));
            }
        }
    }

    fn assessment(&mut self, name: &str, folder: &Path, first_match: bool, settings: &Settings) -> Assessment {
        let entries = self.fence.list(folder, &mut self.diagnostics);
        let [rules, actions, routing] = PARTS.map(|part| self.texts(&entries, part, settings));
        let file_of = |wanted: &str| entries.files.iter().find(|(name, _)| name == wanted).map(|(_, path)| path);
        let schema = file_of("event.schema.json").and_then(|path| self.schema(path));
        let sample = file_of("sample.json").and_then(|path| self.sample(path, settings));
        let cases = below(&entries, "cases").map(|cases| self.fence.list(&cases, &mut self.diagnostics).files);
        let cases = cases.unwrap_or_default().into_iter().filter(|(name, _)| ends_with(name, "toml"));
        Assessment {
            name: name.to_string(),
            folder: folder.to_path_buf(),
            first_match,
            rules,
            actions,
            routing,
            schema,
            sample,
            cases: cases.map(|(_, path)| path).collect(),
        }
    }

    /// The `.fql` files of a folder within.
    fn texts(&mut self, entries: &Entries, folder: &str, settings: &Settings) -> Vec<Text> {
        let Some(folder) = below(entries, folder) else { return Vec::new() };
        let bound = Bound { bytes: settings.limits.source_bytes, code: Code::SOURCE_TOO_LARGE, what: "a source" };
        let files = self.fence.list(&folder, &mut self.diagnostics).files;
        let mut texts = Vec::new();
        for (_, path) in files.into_iter().filter(|(name, _)| ends_with(name, "fql")) {
            match text_of(&path, bound) {
                Ok(text) => {
                    let source = Arc::new(Source::new(path.display().to_string(), text));
                    texts.push(Text { source, default_name: file::rule_name(&path) });
                }
                Err(diagnostic) => self.diagnostics.push(*diagnostic),
            }
        }
        texts
    }

    fn externals(&mut self, entries: &Entries, settings: &Settings) -> (Vec<External>, Vec<String>) {
        let Some(folder) = below(entries, "external") else { return Default::default() };
        let Entries { files, refused, .. } = self.fence.list(&folder, &mut self.diagnostics);
        let mut found: Vec<External> = Vec::new();
        let mut faulty: Vec<String> = refused.iter().map(|(_, path)| stem_of(path)).collect();
        for (_, path) in files.into_iter().filter(|(name, _)| ends_with(name, "toml")) {
            let stem = stem_of(&path);
            let bound = Bound { bytes: LARGEST, code: Code::BAD_TOML, what: "a definition" };
            let text = match text_of(&path, bound) {
                Ok(text) => text,
                Err(diagnostic) => {
                    self.diagnostics.push(*diagnostic);
                    faulty.push(stem);
                    continue;
                }
            };
            let source = Arc::new(Source::new(path.display().to_string(), text));
            let (external, faults) = external::read(&source, &stem, &folder, settings);
            self.diagnostics.extend(faults);
            let Some(external) = external else {
                faulty.push(stem);
                continue;
            };
            if let Some(other) = found.iter().find(|other| other.name.eq_ignore_ascii_case(&external.name)) {
                let message = format!("two external calls are called `{}`", other.name);
                let fault = Diagnostic::new(Code::BAD_ENVIRONMENT, &source, Span::default(), message);
                self.diagnostics.push(fault.help("rename one of them; case makes no difference"));
                continue;
            }
            found.push(external);
        }
        (found, faulty)
    }

    fn schema(&mut self, path: &Path) -> Option<Arc<Schema>> {
        let text = text_of(path, Bound { bytes: LARGEST, code: Code::BAD_SCHEMA, what: "a schema" });
        match text.and_then(|text| Schema::parse(&path.display().to_string(), &text)) {
            Ok(schema) => Some(Arc::new(schema)),
            Err(diagnostic) => {
                self.diagnostics.push(*diagnostic);
                None
            }
        }
    }

    /// The sample event, which has to be a JSON object.
    fn sample(&mut self, path: &Path, settings: &Settings) -> Option<String> {
        let bound = Bound { bytes: settings.limits.event_bytes, code: Code::EVENT_TOO_LARGE, what: "an event" };
        let text = text_of(path, bound).map_err(|diagnostic| self.diagnostics.push(*diagnostic)).ok()?;
        let (code, message) = match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(serde_json::Value::Object(_)) => return Some(text),
            Ok(_) => {
                (Code::EVENT_NOT_OBJECT, "expected a JSON object as the sample event, found another value".to_string())
            }
            Err(error) => (Code::EVENT_NOT_JSON, format!("expected JSON as the sample event: {error}")),
        };
        self.diagnostics.push(file::about(code, &path.display().to_string(), message));
        None
    }

    /// Parts of an environment that rules cannot use yet.
    fn not_yet(&mut self, entries: &Entries) {
        let parts = [
            ("velocities", "fql", "velocities are not supported yet"),
            ("branches", "", "branches are not supported yet"),
        ];
        for (name, ending, why) in parts {
            let Some(folder) = below(entries, name) else { continue };
            let inside = self.fence.list(&folder, &mut self.diagnostics);
            let used = match ending {
                "" => !inside.folders.is_empty(),
                ending => inside.files.iter().any(|(name, _)| ends_with(name, ending)),
            };
            if used {
                let message = format!("this folder has no effect: {why}");
                self.diagnostics.push(file::about(Code::NO_EFFECT_YET, &folder.display().to_string(), message));
            }
        }
    }
}

/// The lists of a folder that stands on its own, and those of `support` in it.
pub(crate) fn lists_in(folder: &Path, diagnostics: &mut Vec<Diagnostic>) -> Vec<ListFile> {
    match Fence::around(folder) {
        Ok(fence) => lists(&fence, folder, diagnostics),
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            Vec::new()
        }
    }
}

fn lists(fence: &Fence, folder: &Path, diagnostics: &mut Vec<Diagnostic>) -> Vec<ListFile> {
    let plain = fence.list(folder, diagnostics);
    let support = below(&plain, "support").map(|folder| fence.list(&folder, diagnostics));
    let mut all = Vec::new();
    for (entries, kind) in [(plain, Kind::Plain), (support.unwrap_or_default(), Kind::Support)] {
        let (files, refused) = (entries.files.into_iter(), entries.refused.into_iter());
        let both = files.map(|file| (file, true)).chain(refused.map(|file| (file, false)));
        for ((_, path), readable) in both.filter(|((name, _), _)| ends_with(name, "csv")) {
            let name = stem_of(&path);
            all.push(ListFile { name, path, kind, readable });
        }
    }
    all
}

/// A file's name without its ending.
fn stem_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The folder of exactly that name.
fn below(entries: &Entries, name: &str) -> Option<PathBuf> {
    entries.folders.iter().find(|(found, _)| found == name).map(|(_, path)| path.clone())
}

/// The folder of that name, or one that differs by case only (L1.3).
fn folder_of<'e>(entries: &'e Entries, name: &str) -> Option<&'e PathBuf> {
    let exact = entries.folders.iter().find(|(found, _)| found == name);
    let found = exact.or_else(|| entries.folders.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)));
    found.map(|(_, path)| path)
}

/// A name as a key of TOML.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.to_string() } else { format!("{name:?}") }
}
