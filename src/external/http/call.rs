//! The definition of a call over HTTP, and what it has to keep to (R7.1, R7.2).

use super::auth::Auth;
use super::network::Network;
use super::request::{Body, RequestTemplate, UrlTemplate};
use super::secret::Secret;
use super::template::{Braces, Names, Place, Template, TemplateFault};
use super::transport::{HttpTransport, Inner};
use super::warm::Warmth;
use crate::evaluate::Arguments;
use crate::external::{External, Resilience};
use crate::limit::Limits;
use indexmap::IndexMap;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// The highest that the limit `call_timeout_max_ms` may be (R7.1).
const HIGHEST_TIMEOUT_MS: u64 = 5_000;

/// How soon an idle connection may be warmed again, in milliseconds.
pub(super) const IDLE_AFTER_MS: std::ops::RangeInclusive<u64> = 100..=3_600_000;

/// Headers that the request itself decides about, or that belong to one connection.
const REFUSED_HEADERS: [&str; 14] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// An external call over HTTP that is being defined.
///
/// Placeholders `{parameter.NAME}` and `{configuration.NAME}` may stand in the URL, in headers and in the body; values are
/// escaped for the place where they stand, so that none can add a parameter, a header or a step of the path (R7.2). A GET adds
/// the parameters that no placeholder names to its query; a POST without a body sends an object, or a form, of all parameters.
#[derive(Clone, Debug)]
pub struct HttpCall {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) timeout_ms: Option<u64>,
    /// As JSON text.
    pub(super) default_response: Option<String>,
    pub(super) sample_response: Option<String>,
    pub(super) safe: Option<bool>,
    pub(super) is_post: bool,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) content_type: ContentType,
    pub(super) configuration: IndexMap<String, Secret>,
    pub(super) auth: Auth,
    pub(super) warm_up: Option<(String, u64)>,
    pub(super) resilience: Option<Resilience>,
}

/// What a body is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContentType {
    /// `application/json`, the default.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

impl ContentType {
    /// As in the header.
    pub fn name(self) -> &'static str {
        match self {
            ContentType::Json => "application/json",
            ContentType::Form => "application/x-www-form-urlencoded",
        }
    }
}

/// Why a definition is refused: all its faults.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct DefinitionError {
    /// At least one.
    pub faults: Vec<DefinitionFault>,
}

/// One fault of a definition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}{}", key.join("."), if help.is_empty() { String::new() } else { format!(": {help}") })]
pub struct DefinitionFault {
    /// The key of the definition's file that says it, such as `request` and `url`.
    pub key: Vec<String>,
    /// What was expected before what was found; lower case, no full stop.
    pub message: String,
    /// What to do; may be empty.
    pub help: String,
}

impl HttpCall {
    /// A call by GET.
    pub fn get(name: impl Into<String>, url: impl Into<String>) -> HttpCall {
        HttpCall {
            name: name.into(),
            description: String::new(),
            parameters: Vec::new(),
            timeout_ms: None,
            default_response: None,
            sample_response: None,
            safe: None,
            is_post: false,
            url: url.into(),
            headers: Vec::new(),
            body: None,
            content_type: ContentType::default(),
            configuration: IndexMap::new(),
            auth: Auth::default(),
            warm_up: None,
            resilience: None,
        }
    }

    /// A call by POST.
    pub fn post(name: impl Into<String>, url: impl Into<String>) -> HttpCall {
        HttpCall { is_post: true, ..HttpCall::get(name, url) }
    }

    /// Says what the call is for.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> HttpCall {
        self.description = text.into();
        self
    }

    /// Adds a parameter, in the order of the arguments; `sample` is what a test of the call sends (R7.10).
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, sample: impl Into<String>) -> HttpCall {
        self.parameters.push((name.into(), sample.into()));
        self
    }

    /// The longest the call may take, in milliseconds: from 1 to the limit `call_timeout_max_ms`, which is the default too.
    #[must_use]
    pub fn timeout_ms(mut self, timeout: u64) -> HttpCall {
        self.timeout_ms = Some(timeout);
        self
    }

    /// What the value is when the call fails (R7.4). `null` by default.
    #[must_use]
    pub fn default_response(mut self, response: &serde_json::Value) -> HttpCall {
        self.default_response = Some(response.to_string());
        self
    }

    /// What a response looks like: its members are known to the checker and to completion.
    #[must_use]
    pub fn sample_response(mut self, response: &serde_json::Value) -> HttpCall {
        self.sample_response = Some(response.to_string());
        self
    }

    /// Whether a call changes nothing where it goes (R8.2). By default a GET does not, a POST does.
    #[must_use]
    pub fn safe(mut self, safe: bool) -> HttpCall {
        self.safe = Some(safe);
        self
    }

    /// Adds a header; its value may have placeholders.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> HttpCall {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The body of a POST; may have placeholders.
    #[must_use]
    pub fn body(mut self, template: impl Into<String>) -> HttpCall {
        self.body = Some(template.into());
        self
    }

    /// What the body is written in.
    #[must_use]
    pub fn content_type(mut self, content_type: ContentType) -> HttpCall {
        self.content_type = content_type;
        self
    }

    /// A value for `{configuration.NAME}`. It is never shown.
    #[must_use]
    pub fn configuration(mut self, name: impl Into<String>, value: impl Into<Secret>) -> HttpCall {
        self.configuration.insert(name.into(), value.into());
        self
    }

    /// How the call authenticates itself.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> HttpCall {
        self.auth = auth;
        self
    }

    /// When the call has been idle for so many milliseconds, a GET of this URL without parameters, headers or credentials keeps
    /// its connection warm (R7.8).
    #[must_use]
    pub fn warm_up(mut self, url: impl Into<String>, idle_after_ms: u64) -> HttpCall {
        self.warm_up = Some((url.into(), idle_after_ms));
        self
    }

    /// The circuit breaker, and how many calls are under way at once (R7.7, R7.9).
    #[must_use]
    pub fn resilience(mut self, resilience: Resilience) -> HttpCall {
        self.resilience = Some(resilience);
        self
    }

    /// The definition, for [`EngineBuilder::define`](crate::EngineBuilder::define).
    ///
    /// # Errors
    ///
    /// All faults of the definition: names, placeholders, a URL that may not be reached, a timeout out of range, a certificate
    /// that cannot be read.
    pub fn build(self, network: &Network, limits: &Limits) -> Result<External, DefinitionError> {
        let mut faults = Faults::default();
        let built = self.compile(network, limits, &mut faults);
        match built {
            Some(external) if faults.list.is_empty() => Ok(external),
            _ => Err(DefinitionError { faults: faults.list }),
        }
    }

    fn compile(self, network: &Network, limits: &Limits, faults: &mut Faults) -> Option<External> {
        self.check_names(faults);
        let longest = limits.call_timeout_max_ms.min(HIGHEST_TIMEOUT_MS);
        if let Some(timeout) = self.timeout_ms.filter(|timeout| !(1..=longest).contains(timeout)) {
            let help = match longest {
                HIGHEST_TIMEOUT_MS => String::new(),
                _ => format!("the limit `call_timeout_max_ms` allows up to {longest}; it may be set up to 5000"),
            };
            faults.add(&["timeout_ms"], format!("expected from 1 to {longest} milliseconds, found {timeout}"), help);
        }
        let parameters: Vec<String> = self.parameters.iter().map(|(name, _)| name.clone()).collect();
        let names = Names { parameters: &parameters, configuration: &self.configuration };
        let url = faults.take(&["request", "url"], UrlTemplate::parse(&self.url, names, network.policy()));
        let headers = self.header_templates(names, faults);
        let body = self.body_template(names, faults);
        let encrypted = !self.url.to_ascii_lowercase().starts_with("http://");
        let credentials = match self.auth.credentials(network) {
            Ok(credentials) => Some(credentials),
            Err((key, fault)) => faults.take(&["auth", key], Err(fault)),
        };
        if let (true, Some(at)) = (
            credentials.is_some(),
            self.headers.iter().position(|(name, _)| name.eq_ignore_ascii_case("authorization")),
        ) && !matches!(self.auth, Auth::Anonymous | Auth::Certificate { .. })
        {
            let name = self.headers.get(at).map_or("", |(name, _)| name);
            let message = format!("expected no header `{name}` beside `type = \"{}\"`", self.auth.name());
            faults.add(&["request", "headers", name], message, "`[auth]` writes it");
        }
        let client = credentials.as_ref().and_then(|_| match network.client(self.auth.certificate(), encrypted) {
            Ok(client) => Some(client),
            Err(message) => {
                let key: &[&str] =
                    if self.auth.certificate().is_some() { &["auth", "certificate"] } else { &["request", "url"] };
                faults.add(key, message, "list authorities under `ca_files` in `[security]`");
                None
            }
        });
        let warmth = self.warm_up.as_ref().and_then(|(url, idle_after_ms)| {
            if !IDLE_AFTER_MS.contains(idle_after_ms) {
                let message = format!("expected from 100 to 3600000 milliseconds, found {idle_after_ms}");
                faults.add(&["warm_up", "idle_after_ms"], message, "");
            }
            let url = faults.take(&["warm_up", "url"], network.policy().url(url))?;
            Some(Warmth::new(url, Duration::from_millis(*idle_after_ms)))
        });
        let (url, body) = (url?, body?);
        let shared: Vec<Arc<str>> = parameters.iter().map(|name| Arc::from(name.as_str())).collect();
        let in_query = if self.is_post { Vec::new() } else { unnamed(&parameters, &url, &headers) };
        let mut secrets: Vec<Secret> = self.configuration.values().cloned().chain(self.auth.secrets()).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        let inner = Inner {
            method: if self.is_post { Method::POST } else { Method::GET },
            request: RequestTemplate {
                parameters: shared.clone(),
                url,
                in_query,
                headers,
                body,
                content_type: self.content_type.name(),
            },
            client: client?,
            credentials: credentials?,
            auth: self.auth.name(),
            secrets,
            warmth,
        };
        let transport = HttpTransport { inner: Arc::new(inner) };
        let samples = self.parameters.into_iter().map(|(_, sample)| Arc::from(sample)).collect();
        let mut external = External::over(self.name, shared, transport)
            .described(self.description, samples)
            .responses(self.default_response, self.sample_response);
        if let Some(timeout) = self.timeout_ms {
            external = external.timeout_ms(timeout);
        }
        if let Some(resilience) = self.resilience {
            external = external.resilience(resilience);
        }
        if let Some(safe) = self.safe {
            external = external.safe(safe);
        }
        Some(external)
    }

    fn check_names(&self, faults: &mut Faults) {
        const HELP: &str = "a name has letters, digits and `_`, and does not begin with a digit";
        if !is_name(&self.name) {
            faults.add(&["name"], format!("expected a name, found `{}`", self.name), HELP);
        }
        let mut seen = HashSet::new();
        for (name, _) in &self.parameters {
            if !is_name(name) {
                faults.add(&["parameters"], format!("expected a parameter's name, found `{name}`"), HELP);
            } else if !seen.insert(name.to_ascii_lowercase()) {
                faults.add(&["parameters"], format!("expected different parameters, found `{name}` twice"), "");
            }
        }
        for name in self.configuration.keys().filter(|name| !is_name(name)) {
            faults.add(&["configuration", name], format!("expected a name of a configuration, found `{name}`"), HELP);
        }
    }

    fn header_templates(&self, names: Names<'_>, faults: &mut Faults) -> Vec<(HeaderName, Template)> {
        let mut templates = Vec::new();
        let mut seen = HashSet::new();
        for (written, value) in &self.headers {
            let key = ["request", "headers", written.as_str()];
            let Ok(name) = HeaderName::from_bytes(written.as_bytes()) else {
                faults.add(&key, format!("expected the name of a header, found `{written}`"), "");
                continue;
            };
            if REFUSED_HEADERS.contains(&name.as_str()) {
                let help = if name == "content-type" { "use the key `content_type`" } else { "" };
                faults.add(
                    &key,
                    format!("expected a header of the call, found `{written}`, which the request sets"),
                    help,
                );
                continue;
            }
            if !seen.insert(name.clone()) {
                faults.add(&key, format!("expected different headers, found `{written}` twice"), "");
                continue;
            }
            let template = Template::uniform(value, names, Braces::All, Place::Header).and_then(|template| {
                let mut text = String::new();
                template.write(&Arguments::default(), super::template::Shows::Everything, &mut text);
                let good = HeaderValue::from_str(&text).is_ok() && text.is_ascii();
                let message = "expected a value of printable ASCII, found another character in it".to_string();
                if good { Ok(template) } else { Err(TemplateFault { message, help: String::new() }) }
            });
            templates.extend(faults.take(&key, template).map(|template| (name, template)));
        }
        templates
    }

    fn body_template(&self, names: Names<'_>, faults: &mut Faults) -> Option<Body> {
        match (&self.body, self.is_post, self.content_type) {
            (None, false, _) => Some(Body::None),
            (Some(_), false, _) => {
                faults.add(&["request", "body"], "expected no body with a GET", "write `method = \"POST\"`");
                None
            }
            (None, true, ContentType::Json) => Some(Body::Json),
            (None, true, ContentType::Form) => Some(Body::Form),
            (Some(text), true, content_type) => {
                let template = match content_type {
                    ContentType::Json => Template::json(text, names),
                    ContentType::Form => Template::uniform(text, names, Braces::All, Place::Address),
                };
                faults.take(&["request", "body"], template).map(Body::Template)
            }
        }
    }
}

/// The parameters that no placeholder names: a GET carries them in its query.
fn unnamed(parameters: &[String], url: &UrlTemplate, headers: &[(HeaderName, Template)]) -> Vec<usize> {
    let in_headers = headers.iter().flat_map(|(_, template)| template.parameters());
    let named: HashSet<usize> = url.parameters().chain(in_headers).collect();
    (0..parameters.len()).filter(|number| !named.contains(number)).collect()
}

/// Letters, digits, `_`, not beginning with a digit (R7.1).
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The faults found so far.
#[derive(Debug, Default)]
struct Faults {
    list: Vec<DefinitionFault>,
}

impl Faults {
    fn add(&mut self, key: &[&str], message: impl Into<String>, help: impl Into<String>) {
        let key = key.iter().map(|part| (*part).to_string()).collect();
        self.list.push(DefinitionFault { key, message: message.into(), help: help.into() });
    }

    fn take<T>(&mut self, key: &[&str], result: Result<T, TemplateFault>) -> Option<T> {
        result.map_err(|fault| self.add(key, fault.message, fault.help)).ok()
    }
}
