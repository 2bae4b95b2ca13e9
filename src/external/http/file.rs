//! A definition from a file of `external/` (R7.1).
//!
//! In: the file's tables. Out: a definition, or faults with their places. Keys are read here; what they have to keep to is said
//! in [`super::call`], for definitions in Rust as well.

use super::auth::{Auth, Credential, SignatureAlgorithm};
use super::call::{ContentType, HttpCall, IDLE_AFTER_MS};
use super::network::Network;
use super::secret::Secret;
use crate::diagnostic::{Code, Diagnostic};
use crate::external::{External, Resilience};
use crate::limit::Limits;
use crate::setting::{Document, Section};
use crate::source::{Source, Span};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// How long a call is idle before it is warmed, unless the definition says otherwise.
const IDLE_AFTER: u64 = 15_000;

/// What surrounds a definition's file.
#[derive(Clone, Copy)]
pub struct Surroundings<'s> {
    /// What its calls share with others.
    pub network: &'s Network,
    /// The limits in force; `call_timeout_max_ms` bounds timeouts.
    pub limits: &'s Limits,
    /// What relative paths in it begin from: the file's own folder.
    pub folder: &'s Path,
    /// The value of a variable of the environment, such as `&|name| std::env::var(name).ok()`.
    pub variable: &'s dyn Fn(&str) -> Option<String>,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Surroundings { network, limits, folder, .. } = self;
        let mut out = f.debug_struct("Surroundings");
        out.field("network", network).field("limits", limits).field("folder", folder).finish_non_exhaustive()
    }
}

/// Reads a definition's file; `stem` is the file's name without its ending, and the call's name unless the file says another.
///
/// The definition is `None` if one of the diagnostics is an error. No secret is in an excerpt of them.
pub fn read(source: &Arc<Source>, stem: &str, surroundings: &Surroundings<'_>) -> (Option<External>, Vec<Diagnostic>) {
    let document = Document::parse(source.name().clone(), source.text().clone());
    let external = definition(&document.root(), stem, surroundings);
    let faults = document.faults();
    let good = !faults.iter().any(Diagnostic::is_error);
    (external.filter(|_| good), faults)
}

fn definition(root: &Section<'_>, stem: &str, surroundings: &Surroundings<'_>) -> Option<External> {
    let mut reader = Reader { surroundings, root, places: HashMap::new(), good: true };
    if root.choice("kind", &[("http", false), ("assessment", true)]) == Some(true) {
        root.keys();
        root.fault("kind", "expected an external call, found an assessment, which is not supported yet", "");
        return None;
    }
    let call = reader.call(stem);
    let Reader { places, good, .. } = reader;
    let built = match call?.build(surroundings.network, surroundings.limits) {
        Ok(external) => Some(external),
        Err(error) => {
            for fault in error.faults {
                // The nearest table that is there, if the key itself is not.
                let place = (0..=fault.key.len())
                    .rev()
                    .find_map(|length| places.get(&fault.key.get(..length).unwrap_or_default().join(".")));
                root.fault_at(place.copied().unwrap_or(root.span()), fault.message, fault.help);
            }
            None
        }
    };
    built.filter(|_| good)
}

struct Reader<'r, 'd> {
    surroundings: &'r Surroundings<'r>,
    root: &'r Section<'d>,
    /// Where the values of keys stand, by their names from the outermost table.
    places: HashMap<String, Span>,
    /// Whether all that was read so far could be read.
    good: bool,
}

impl<'d> Reader<'_, 'd> {
    fn call(&mut self, stem: &str) -> Option<HttpCall> {
        let root = self.root;
        for key in ["name", "parameters", "timeout_ms", "request", "auth", "configuration", "warm_up"] {
            self.place(root, key);
        }
        let name = if root.has("name") { self.wanted(root, "name", Section::text) } else { Some(stem) };
        let mut call = HttpCall::get(name.unwrap_or(stem), "");
        call.description = root.text("description").unwrap_or_default().to_string();
        for parameter in root.sections("parameters") {
            self.good &= parameter.require("name", "a name");
            let sample = self.wanted(&parameter, "sample", Section::text).unwrap_or_default();
            if let Some(name) = self.wanted(&parameter, "name", Section::text) {
                call.parameters.push((name.to_string(), sample.to_string()));
            }
        }
        self.good &= !root.has("parameters") || root.is_list("parameters");
        call.timeout_ms = self.wanted(root, "timeout_ms", |root, key| root.integer(key, 0..=u64::from(u32::MAX)));
        call.default_response = self.response("default_response");
        call.sample_response = self.response("sample_response");
        call.safe = self.wanted(root, "safe", Section::boolean);
        self.configuration(&mut call);
        let is_asked = self.request(&mut call);
        call.auth = self.auth()?;
        if let Some(section) = root.section("warm_up") {
            self.place(&section, "url");
            self.place(&section, "idle_after_ms");
            self.good &= section.require("url", "a URL");
            let idle = self.wanted(&section, "idle_after_ms", |section, key| section.integer(key, IDLE_AFTER_MS));
            let url = self.wanted(&section, "url", Section::text);
            call.warm_up = url.map(|url| (url.to_string(), idle.unwrap_or(IDLE_AFTER)));
        }
        call.resilience = self.wanted(root, "resilience", Section::section).map(|section| self.resilience(&section));
        is_asked.then_some(call)
    }

    /// `[resilience]`: what is not said is as by default (R7.7, R7.9).
    fn resilience(&mut self, section: &Section<'d>) -> Resilience {
        let default = Resilience::default();
        let mut whole = |key, range, default| {
            let value = self.wanted(section, key, |section, key| section.integer::<u64>(key, range));
            value.unwrap_or(default)
        };
        let counts = 1..=1_000_000;
        let times = 1..=3_600_000;
        let mut made = Resilience {
            window_ms: whole("window_ms", times.clone(), default.window_ms),
            open_ms: whole("open_ms", times.clone(), default.open_ms),
            open_max_ms: whole("open_max_ms", times, default.open_max_ms),
            ..default
        };
        let mut count =
            |key, default: u32| u32::try_from(whole(key, counts.clone(), u64::from(default))).unwrap_or(default);
        made.failures_in_a_row = count("failures_in_a_row", made.failures_in_a_row);
        made.window_calls = count("window_calls", made.window_calls);
        made.successes_to_close = count("successes_to_close", made.successes_to_close);
        let concurrency = count("concurrency", u32::try_from(made.concurrency).unwrap_or(u32::MAX));
        made.concurrency = usize::try_from(concurrency).unwrap_or(made.concurrency);
        let mut share = |key, default| {
            let value = self.wanted(section, key, |section, key| section.number(key, 0.0..=1.0));
            value.unwrap_or(default)
        };
        made.failure_rate = share("failure_rate", made.failure_rate);
        made.jitter = share("jitter", made.jitter);
        made.breaker = self.wanted(section, "breaker", Section::boolean).unwrap_or(made.breaker);
        made
    }

    /// `[request]`; false without a URL.
    fn request(&mut self, call: &mut HttpCall) -> bool {
        if !self.root.require("request", "a table with a URL") {
            return false;
        }
        let Some(section) = self.root.section("request") else { return false };
        for key in ["url", "headers", "body"] {
            self.place(&section, key);
        }
        let methods = [("GET", false), ("POST", true)];
        call.is_post = self.wanted(&section, "method", |section, key| section.choice(key, &methods)).unwrap_or(false);
        let types = [ContentType::Json, ContentType::Form].map(|content_type| (content_type.name(), content_type));
        call.content_type =
            self.wanted(&section, "content_type", |section, key| section.choice(key, &types)).unwrap_or_default();
        call.body = self.wanted(&section, "body", Section::text).map(str::to_string);
        if let Some(headers) = self.wanted(&section, "headers", Section::section) {
            for name in headers.keys() {
                self.place(&headers, name.value);
                if let Some(value) = self.wanted(&headers, name.value, Section::text) {
                    call.headers.push((name.value.to_string(), value.to_string()));
                }
            }
        }
        let url = section.require("url", "a URL").then(|| section.text("url")).flatten();
        call.url = url.unwrap_or_default().to_string();
        url.is_some()
    }

    fn configuration(&mut self, call: &mut HttpCall) {
        let Some(section) = self.wanted(self.root, "configuration", Section::section) else { return };
        for name in section.keys() {
            self.place(&section, name.value);
            // A name that could not be read still counts as known, so that its placeholders are not faults too.
            let value = self.secret(&section, name.value).unwrap_or_else(|| Secret::new("unread"));
            call.configuration.insert(name.value.to_string(), value);
        }
    }

    /// `[auth]`; `None` if it cannot be made sense of.
    fn auth(&mut self) -> Option<Auth> {
        let Some(section) = self.wanted(self.root, "auth", Section::section) else { return Some(Auth::Anonymous) };
        let section = &section;
        for key in ["type", "username", "password", "certificate", "authority", "tenant", "token_url"] {
            self.place(section, key);
        }
        let types = [("anonymous", 0), ("aad", 1), ("basic", 2), ("certificate", 3), ("oauth", 4)];
        if !section.require("type", "`anonymous`, `aad`, `basic`, `certificate` or `oauth`") {
            section.keys();
            self.good = false;
            return None;
        }
        let Some(kind) = section.choice("type", &types) else {
            section.keys();
            self.good = false;
            return None;
        };
        Some(match kind {
            1 => Auth::Aad {
                authority: self.wanted(section, "authority", Section::text).map(str::to_string),
                tenant: self.needed(section, "tenant", "a directory"),
                client_id: self.needed(section, "client_id", "an application id"),
                audience: self.needed(section, "audience", "the application that is called"),
                credential: self.credential(section)?,
            },
            2 => Auth::Basic {
                username: self.needed(section, "username", "a user name"),
                password: self.needed_secret(section, "password", "a password")?,
            },
            3 => Auth::Certificate { pem: self.needed_certificate(section)?.0 },
            4 => Auth::OAuth {
                token_url: self.token_url(section),
                client_id: self.needed(section, "client_id", "the client's id"),
                scope: self.wanted(section, "scope", Section::text).unwrap_or_default().to_string(),
                credential: self.credential(section)?,
            },
            _ => Auth::Anonymous,
        })
    }

    /// Where tokens are granted: as written, or made from authority and tenant (R7.6).
    fn token_url(&mut self, section: &Section<'d>) -> String {
        if section.has("token_url") || !section.has("authority") {
            return self.needed(section, "token_url", "a URL");
        }
        let authority = self.needed(section, "authority", "a URL");
        let tenant = self.needed(section, "tenant", "a tenant");
        format!("{}/{tenant}/oauth2/v2.0/token", authority.trim_end_matches('/'))
    }

    fn credential(&mut self, section: &Section<'d>) -> Option<Credential> {
        match (section.has("secret"), section.has("certificate")) {
            (true, true) => {
                section.fault("certificate", "expected either `secret` or `certificate`, found both", "");
                section.section("certificate").inspect(|certificate| drop(certificate.keys()));
                self.secret(section, "secret");
                self.good = false;
                None
            }
            (_, false) => self.needed_secret(section, "secret", "a secret or a `certificate`").map(Credential::Secret),
            (false, true) => {
                let (pem, algorithm) = self.needed_certificate(section)?;
                Some(Credential::Certificate { pem, algorithm })
            }
        }
    }

    /// `certificate = { pem_file = "...", key_file = "...", algorithm = "PS256" }`.
    fn needed_certificate(&mut self, section: &Section<'d>) -> Option<(Secret, SignatureAlgorithm)> {
        if !section.require("certificate", "a table with `pem_file`") {
            self.good = false;
            return None;
        }
        let certificate = self.wanted(section, "certificate", Section::section)?;
        let algorithms = [("PS256", SignatureAlgorithm::Ps256), ("RS256", SignatureAlgorithm::Rs256)];
        let algorithm = self.wanted(&certificate, "algorithm", |section, key| section.choice(key, &algorithms));
        let key_file = self.wanted(&certificate, "key_file", Section::text);
        if !certificate.require("pem_file", "the path of a PEM file") {
            self.good = false;
            return None;
        }
        let path = self.wanted(&certificate, "pem_file", Section::text)?;
        let mut pem = self.file(&certificate, "pem_file", path)?;
        if let Some(path) = key_file {
            pem.push('\n');
            pem.push_str(&self.file(&certificate, "key_file", path)?);
        }
        Some((Secret::new(pem), algorithm.unwrap_or_default()))
    }

    /// Any value as JSON; a text that begins like an object or an array is read as JSON.
    fn response(&mut self, key: &str) -> Option<String> {
        let text = self.root.json(key)?;
        let written = serde_json::from_str::<String>(&text).ok();
        let Some(written) = written.filter(|text| text.trim_start().starts_with(['{', '['])) else {
            return Some(text);
        };
        if let Err(error) = serde_json::from_str::<serde_json::Value>(&written) {
            let help = "write a table, such as `{ risk = \"unknown\" }`, or a text that is JSON";
            self.root.fault(key, format!("expected JSON for `{key}`, found none: {error}"), help);
            self.good = false;
            return None;
        }
        Some(written)
    }

    fn needed(&mut self, section: &Section<'d>, key: &str, what: &str) -> String {
        self.good &= section.require(key, what);
        self.wanted(section, key, Section::text).unwrap_or_default().to_string()
    }

    fn needed_secret(&mut self, section: &Section<'d>, key: &str, what: &str) -> Option<Secret> {
        self.good &= section.require(key, what);
        if section.has(key) { self.secret(section, key) } else { None }
    }

    /// A literal, `{ env = "NAME" }` or `{ file = "path" }`.
    fn secret(&mut self, section: &Section<'d>, key: &str) -> Option<Secret> {
        if !section.is_table(key) {
            return self.wanted(section, key, Section::secret).map(Secret::new);
        }
        let from = self.wanted(section, key, Section::section)?;
        let (variable, path) = (from.text("env"), from.text("file"));
        let read = match (variable, path) {
            (Some(name), None) => match (self.surroundings.variable)(name) {
                Some(value) if !value.is_empty() => Some(value),
                found => {
                    let what = if found.is_some() { "which is empty" } else { "which is not set" };
                    let message = format!("expected a value in the environment variable `{name}`, {what}");
                    from.fault("env", message, format!("set `{name}` where `fql` runs"));
                    None
                }
            },
            (None, Some(path)) => {
                self.file(&from, "file", path).map(|text| text.trim_end_matches(['\r', '\n']).to_string())
            }
            _ => {
                let message = format!("expected a text, `{{ env = \"NAME\" }}` or `{{ file = \"path\" }}` for `{key}`");
                section.fault(key, message, "");
                None
            }
        };
        self.good &= read.is_some();
        read.map(Secret::new)
    }

    fn file(&mut self, section: &Section<'d>, key: &str, path: &str) -> Option<String> {
        let whole = self.surroundings.folder.join(path);
        match std::fs::read_to_string(&whole) {
            Ok(text) => Some(text),
            Err(error) => {
                let message = format!("cannot read `{}`: {error}", whole.display());
                section.report(Diagnostic::new(Code::UNREADABLE_FILE, section.source(), section.place(key), message));
                self.good = false;
                None
            }
        }
    }

    /// A value; one that is there and cannot be read spoils the definition.
    fn wanted<T>(
        &mut self,
        section: &Section<'d>,
        key: &str,
        get: impl FnOnce(&Section<'d>, &str) -> Option<T>,
    ) -> Option<T> {
        let value = get(section, key);
        self.good &= value.is_some() || !section.has(key);
        value
    }

    fn place(&mut self, section: &Section<'d>, key: &str) {
        let name = if section.name().is_empty() { key.to_string() } else { format!("{}.{key}", section.name()) };
        self.places.insert(name, section.place(key));
    }
}
