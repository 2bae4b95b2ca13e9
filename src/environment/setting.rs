//! `fql.toml`: the settings of an environment (R1.1).
//!
//! In: the text, and what the parent has. Out: [`Settings`], in which every key that is absent is the parent's or has its
//! default. A key of something that `fql` cannot do yet is checked like the others, and a warning says so (W1020).

#[cfg(feature = "http")]
use super::file::why;
use super::sink::{self, SinkSettings};
use crate::check::Level;
use crate::diagnostic::{Code, Diagnostic, Severity, nearest};
use crate::evaluate::{OnError, Prefetch};
#[cfg(feature = "http")]
use crate::external::http::{Network, NetworkBuilder, NetworkError};
use crate::limit::Limits;
use crate::provider;
use crate::setting::{Document, Section};
use crate::source::{Source, Span};
use std::path::Path;
use std::sync::Arc;

/// The name of the file.
pub const FILE: &str = "fql.toml";

/// A value and where it stands in its file.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// The file.
    pub source: Arc<Source>,
    /// The place in it.
    pub span: Span,
}

/// The settings of an environment. `engine`, `limits`, `security` and `sinks` are inherited, key by key.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `id`, if it is there; not inherited.
    pub id: Option<Placed<String>>,
    /// The assessments that the file names, in its order; not inherited.
    pub assessments: Vec<AssessmentSettings>,
    /// `[engine] on_error` (L5.2).
    pub on_error: Option<OnError>,
    /// `[engine] prefetch` (R8.2).
    pub prefetch: Option<Prefetch>,
    /// `[engine] coalesce_ms`: for how long identical calls of different events share an answer.
    pub coalesce_ms: Option<u64>,
    /// `[providers]` of this file (L7.6-L7.8); those of the parent answer what it leaves open.
    pub providers: Option<provider::Settings>,
    /// `[limits]` (L5.4, R11.4).
    pub limits: Limits,
    /// What `[security]` lets external calls reach (R11.1).
    #[cfg(feature = "http")]
    pub network: Network,
    #[cfg(feature = "http")]
    pub(super) reach: NetworkBuilder,
    /// `[[sinks]]` (R7.12). Those of a file replace all that are inherited.
    pub sinks: Vec<SinkSettings>,
    /// `[lints]`: how loud warnings are (L9.3); a matter of the root.
    pub lints: Vec<(Code, Level)>,
}

/// `[assessments.NAME]`.
#[derive(Clone, Debug)]
pub struct AssessmentSettings {
    /// The name, where it stands.
    pub name: Placed<String>,
    /// Whether only the first rule runs whose condition is true: `mode = "first-match"` (R2.1).
    pub first_match: bool,
}

impl Settings {
    /// The settings of an environment's folder by its `fql.toml` and those that it inherits from, `root` and `root/environments/eu`
    /// for `root/environments/eu/environments/fr`; and all faults of these files. A file that is not there says nothing.
    pub fn of(folder: impl AsRef<Path>) -> (Settings, Vec<Diagnostic>) {
        super::walk::settings_of(folder.as_ref())
    }

    /// Reads a file. `parent` is what is inherited from; the root has none.
    pub(crate) fn read(document: &Document, folder: &Path, parent: Option<&Settings>) -> Settings {
        let (root, is_root) = (document.root(), parent.is_none());
        let mut settings =
            Settings { id: None, assessments: Vec::new(), providers: None, ..parent.cloned().unwrap_or_default() };
        settings.id = id(&root);
        if let Some(section) = root.section("assessments") {
            settings.assessments = section.keys().iter().filter_map(|name| assessment(&section, name.value)).collect();
            repeated(&section, &settings.assessments);
        }
        if let Some(section) = root.section("engine") {
            settings.engine(&section, is_root);
        }
        if let Some(section) = root.section("limits") {
            limits(&section, &mut settings.limits);
        }
        if let Some(section) = root.section("lints") {
            match is_root {
                true => settings.lints(&section),
                false => {
                    section.keys();
                    let help = "warnings of all environments are told together";
                    section.fault_at(section.span(), "expected `[lints]` in the root's file only", help);
                }
            }
        }
        if let Some(section) = root.section("security") {
            settings.security(&section, folder);
        }
        if let Some(section) = root.section("providers") {
            settings.providers = Some(provider::Settings::read(&section, folder));
        }
        if let Some(section) = root.section("velocity") {
            velocity(&section);
        }
        if root.has("sinks") {
            settings.sinks = root.sections("sinks").iter().filter_map(|one| sink::read(one, folder)).collect();
        }
        settings
    }

    fn security(&mut self, section: &Section<'_>, folder: &Path) {
        #[cfg(feature = "http")]
        {
            let reach = &mut self.reach;
            reach.take(section, "allow_networks", NetworkBuilder::no_networks, NetworkBuilder::allow_network);
            reach.take(section, "allow_http", NetworkBuilder::no_http, NetworkBuilder::allow_http);
            reach.take(section, "ca_files", NetworkBuilder::no_authorities, |reach, file| {
                let unreadable = |error| NetworkError { message: format!("cannot read `{file}`: {}", why(&error)) };
                reach.ca_pem(&std::fs::read(folder.join(file)).map_err(unreadable)?)
            });
            self.network = reach.clone().build();
        }
        #[cfg(not(feature = "http"))]
        for key in ["allow_networks", "allow_http", "ca_files"] {
            if section.texts(key).is_some_and(|all| !all.is_empty()) {
                not_yet(section, key, "calls over HTTP need the feature `http`");
            }
        }
        #[cfg(not(feature = "http"))]
        let _ = folder;
        security(section);
    }

    fn engine(&mut self, section: &Section<'_>, is_root: bool) {
        let on_error = section.choice("on_error", &[("skip", OnError::Skip), ("fail", OnError::Fail)]);
        self.on_error = on_error.or(self.on_error);
        let modes = [("certain", Prefetch::Certain), ("speculative", Prefetch::Speculative), ("none", Prefetch::None)];
        self.prefetch = section.choice("prefetch", &modes).or(self.prefetch);
        if !is_root && section.has("coalesce_ms") {
            not_yet(section, "coalesce_ms", "calls of all environments share as the root says");
        }
        self.coalesce_ms = section.integer("coalesce_ms", 0..=60_000).or(self.coalesce_ms);
    }

    fn lints(&mut self, section: &Section<'_>) {
        for key in section.keys() {
            let levels = [("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny)];
            let level = section.choice(key.value, &levels);
            match (Code::find(key.value), level) {
                (Some(code), Some(level)) if code.severity() == Severity::Warning => {
                    self.lints.retain(|(known, _)| *known != code);
                    self.lints.push((code, level));
                }
                (Some(code), None) if code.severity() == Severity::Warning => {}
                _ => {
                    let warnings = Code::all().map(Code::number).filter(|number| number.starts_with('W'));
                    let help = match nearest(key.value, warnings) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "an error cannot be allowed".to_string(),
                    };
                    let message = format!("expected the code of a warning, such as `W1005`, found `{}`", key.value);
                    section.fault_at(key.span, message, help);
                }
            }
        }
    }
}

/// Warns of a setting that has no effect yet.
fn not_yet(section: &Section<'_>, key: &str, what: &str) {
    let place = section.place(key);
    let diagnostic =
        Diagnostic::new(Code::NO_EFFECT_YET, section.source(), place, format!("`{key}` has no effect: {what}"));
    section.report(diagnostic);
}

fn placed(section: &Section<'_>, key: &str, value: &str) -> Placed<String> {
    Placed { value: value.to_string(), source: section.source().clone(), span: section.place(key) }
}

fn id(root: &Section<'_>) -> Option<Placed<String>> {
    let id = root.text("id")?;
    if let Some(why) = unfit(id) {
        root.fault("id", format!("expected an id {why}, found {id:?}"), "");
        return None;
    }
    Some(placed(root, "id", id))
}

/// Why a text cannot be the id of an environment, or a name on a path of environments: the end of `expected an id ...`. `None` if
/// it can.
pub fn unfit(id: &str) -> Option<&'static str> {
    if id.trim() != id || id.is_empty() {
        Some("without blanks around it")
    } else if id.contains('/') || id.chars().any(char::is_control) {
        Some("without `/` and control characters, since ids make paths such as `eu/fr`")
    } else if id.chars().count() > 200 {
        Some("of at most 200 characters")
    } else {
        None
    }
}

fn assessment(section: &Section<'_>, name: &str) -> Option<AssessmentSettings> {
    let inner = section.section(name)?;
    let first_match = inner.choice("mode", &[("until-decision", false), ("first-match", true)]).unwrap_or(false);
    let families = [("assessment", false), ("purchase", true), ("account", true)];
    if inner.choice("family", &families) == Some(true) {
        not_yet(&inner, "family", "there is no service yet whose answers it shapes");
    }
    if inner.texts("observations").is_some_and(|all| !all.is_empty()) {
        not_yet(&inner, "observations", "there are no velocities yet that could be fed from them");
    }
    let found = section.keys().into_iter().find(|key| key.value == name)?;
    let name = Placed { value: name.to_string(), source: section.source().clone(), span: found.span };
    Some(AssessmentSettings { name, first_match })
}

/// Names that differ by case only.
fn repeated(section: &Section<'_>, all: &[AssessmentSettings]) {
    for (number, one) in all.iter().enumerate() {
        let earlier = all.iter().take(number).find(|other| other.name.value.eq_ignore_ascii_case(&one.name.value));
        if let Some(earlier) = earlier {
            let message = format!("two assessments are called `{}`", one.name.value);
            let fault = Diagnostic::new(Code::BAD_SETTING, section.source(), one.name.span, message);
            section.report(fault.also(earlier.name.span, "the first one").help("case makes no difference"));
        }
    }
}

fn limits(section: &Section<'_>, limits: &mut Limits) {
    let size = |key: &str, most: usize, limit: &mut usize| *limit = section.integer(key, 1..=most).unwrap_or(*limit);
    size("source_bytes", 1 << 30, &mut limits.source_bytes);
    size("nesting", 1000, &mut limits.nesting);
    size("list_literal", 10_000_000, &mut limits.list_literal);
    size("string_bytes", 1 << 30, &mut limits.string_bytes);
    size("steps", 1_000_000_000_000, &mut limits.steps);
    size("event_bytes", 1 << 30, &mut limits.event_bytes);
    size("response_bytes", 1 << 30, &mut limits.response_bytes);
    size("function_expressions", 1_000_000_000, &mut limits.function_expressions);
    size("list_file_bytes", u32::MAX as usize, &mut limits.list_file_bytes);
    limits.evaluation_ms = section.integer("evaluation_ms", 1..=600_000).unwrap_or(limits.evaluation_ms);
    limits.calls_per_event = section.integer("calls_per_event", 0..=10_000).unwrap_or(limits.calls_per_event);
    limits.call_timeout_max_ms = section.integer("call_timeout_max_ms", 1..=5000).unwrap_or(limits.call_timeout_max_ms);
}

fn security(section: &Section<'_>) {
    if section.boolean("require_correlation_id") == Some(true) {
        not_yet(section, "require_correlation_id", "there is no service yet");
    }
    let issuers = section.sections("issuers");
    if !issuers.is_empty() {
        not_yet(section, "issuers", "there is no service yet");
    }
    for issuer in issuers {
        for (key, expected) in [("issuer", "an address"), ("audience", "a text"), ("tenant", "a text")] {
            if issuer.require(key, expected) {
                issuer.text(key);
            }
        }
        for key in ["applications", "algorithms"] {
            if issuer.require(key, "a list of texts") {
                issuer.texts(key);
            }
        }
    }
}

fn velocity(section: &Section<'_>) {
    section.choice("store", &[("memory", ()), ("embedded", ())]);
    section.text("path");
    section.integer::<u64>("max_keys", 1..=u64::MAX);
    section.choice("sync", &[("interval", ()), ("always", ())]);
    let span = section.span();
    let message = "`[velocity]` has no effect: there are no velocities yet";
    section.report(Diagnostic::new(Code::NO_EFFECT_YET, section.source(), span, message));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn read(text: &str, parent: Option<&Settings>) -> (Settings, Vec<String>) {
        let document = Document::parse(FILE, text);
        let settings = Settings::read(&document, Path::new("shop"), parent);
        let faults = document.faults().into_iter().map(|fault| {
            let (line, column) = fault.source.position(fault.span.start);
            format!("{} {line}:{column} {}", fault.code, fault.message)
        });
        (settings, faults.collect())
    }

    /// Every key of the specification.
    const ALL: &str = r#"
id = "shop"
[assessments.purchase]
mode = "first-match"
family = "purchase"
observations = ["status"]
[engine]
on_error = "fail"
prefetch = "none"
coalesce_ms = 5
[limits]
source_bytes = 1
nesting = 2
list_literal = 3
string_bytes = 4
steps = 5
evaluation_ms = 6
calls_per_event = 7
call_timeout_max_ms = 8
event_bytes = 9
response_bytes = 10
list_file_bytes = 11
function_expressions = 12
[lints]
W1005 = "allow"
w1001 = "deny"
[security]
allow_networks = ["127.0.0.0/8"]
allow_http = ["localhost"]
ca_files = []
require_correlation_id = true
[[security.issuers]]
issuer = "https://login.example.com"
audience = "a"
tenant = "t"
applications = ["x"]
algorithms = ["RS256"]
[providers]
geoip = "x.mmdb"
bin = "bins"
market = "markets"
model.risk = { external = "risk" }
model.bot = { attribute = "botScore" }
device = { attribute = "device" }
[velocity]
store = "memory"
path = "velocities.db"
max_keys = 1000
sync = "interval"
[[sinks]]
kind = "stdout"
events = ["FraudProtection.Trace.Rule"]
"#;

    #[test]
    fn every_key_is_known_and_children_inherit_what_they_do_not_set() {
        let (settings, faults) = read(ALL, None);
        let strange: Vec<_> = faults.iter().filter(|fault| !fault.starts_with("W1020")).collect();
        assert!(strange.is_empty(), "{strange:?}");
        assert_eq!(settings.id.as_ref().unwrap().value, "shop");
        assert_eq!(
            (settings.assessments[0].name.value.as_str(), settings.assessments[0].first_match),
            ("purchase", true)
        );
        let expected = Limits {
            source_bytes: 1,
            nesting: 2,
            list_literal: 3,
            string_bytes: 4,
            steps: 5,
            evaluation_ms: 6,
            calls_per_event: 7,
            call_timeout_max_ms: 8,
            event_bytes: 9,
            response_bytes: 10,
            list_file_bytes: 11,
            function_expressions: 12,
        };
        assert_eq!(settings.limits, expected);
        assert_eq!(settings.coalesce_ms, Some(5));
        assert_eq!(settings.providers.as_ref().unwrap().geoip.as_ref().unwrap().value, Path::new("shop/x.mmdb"));
        assert_eq!((settings.on_error, settings.prefetch), (Some(OnError::Fail), Some(Prefetch::None)));
        let lints = [(Code::DEFAULT_COMPARISON, Level::Allow), (Code::UNREAD_VARIABLE, Level::Deny)];
        assert_eq!(settings.lints, lints);

        let (child, faults) = read("[engine]\nprefetch = \"certain\"\n[limits]\nsteps = 50", Some(&settings));
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!((child.on_error, child.prefetch), (Some(OnError::Fail), Some(Prefetch::Certain)));
        assert_eq!(child.limits, Limits { steps: 50, ..expected });
        assert!(child.id.is_none() && child.assessments.is_empty());
        let (_, faults) = read("[lints]\nW1005 = \"allow\"", Some(&settings));
        assert_eq!(faults, ["E0802 1:1 expected `[lints]` in the root's file only"]);
    }

    #[test]
    fn faults_are_told_with_their_places() {
        let text = "id = \"a/b\"\n[assessments.a]\nmode = \"first\"\n[assessments.A]\n[limits]\nnesting = 0\nstep = 1\n\
                    [lints]\nE0301 = \"allow\"\nW9 = \"deny\"\nW1001 = \"loud\"\n[[sinks]]\nkind = \"file\"\n";
        let (_, faults) = read(text, None);
        let expected = [
            "E0802 1:6 expected an id without `/` and control characters, since ids make paths such as `eu/fr`, found \"a/b\"",
            "E0802 3:8 expected \"until-decision\" or \"first-match\" for `mode`, found the text \"first\"",
            "E0802 4:14 two assessments are called `A`",
            "E0802 6:11 expected an integer from 1 to 1000 for `nesting`, found 0",
            "E0802 7:1 unknown key `step` in `[limits]`",
            "E0802 9:1 expected the code of a warning, such as `W1005`, found `E0301`",
            "E0802 10:1 expected the code of a warning, such as `W1005`, found `W9`",
            "E0802 11:9 expected \"allow\", \"warn\" or \"deny\" for `W1001`, found the text \"loud\"",
            "E0802 12:1 expected the path of a file under `path` in `[sinks]`, found none",
        ];
        assert_eq!(faults, expected);
    }

    #[test]
    fn the_documented_file_holds_every_key_with_its_default() {
        let page = include_str!("../../docs/environments.md");
        let block = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let (settings, faults) = read(block, None);
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(settings.limits, Limits::default());
        assert_eq!(settings.on_error.unwrap_or_default(), OnError::default());
        assert_eq!(settings.prefetch.unwrap_or_default(), Prefetch::default());
        assert_eq!((settings.coalesce_ms, settings.assessments[0].first_match), (Some(0), false));
        assert!(settings.lints.iter().all(|(_, level)| *level == Level::Warn));
        let without_issuers = ALL.lines().filter(|line| !matches!(*line, "[velocity]" | "[[security.issuers]]"));
        for key in without_issuers.filter_map(|line| line.split(" = ").next()).filter(|key| !key.is_empty()) {
            let documented = |line: &str| line.starts_with(key) || line.contains(&format!(" {key}"));
            assert!(key == "w1001" || block.lines().any(documented), "`{key}` is not documented");
        }
    }

    #[test]
    fn what_has_no_effect_yet_is_said() {
        let (_, faults) = read(ALL, None);
        let told = |key: &str| faults.iter().any(|fault| fault.contains(&format!("`{key}` has no effect")));
        for key in ["family", "observations", "issuers", "[velocity]"] {
            assert!(told(key), "{key}: {faults:?}");
        }
    }
}
