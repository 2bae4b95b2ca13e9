//! From a definition's templates and the arguments of a call to a request (R7.2).
//!
//! Host and port are settled when the definition is read: only path, query, headers and body differ from call to call.

use super::address::AddressPolicy;
use super::secret::HIDDEN;
use super::template::{Braces, Names, Part, Place, Shows, Template, TemplateFault, escape, parts};
use crate::evaluate::Arguments;
use crate::external::Sent;
use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use std::net::IpAddr;
use std::sync::Arc;

/// A URL whose path and query have placeholders.
#[derive(Clone, Debug)]
pub(super) struct UrlTemplate {
    /// Scheme, host and port, and the path that configuration brings along.
    origin: String,
    /// Each with its slash.
    steps: Vec<Template>,
    query: Option<Template>,
    /// As written, without its query.
    pub(super) shown: String,
}

/// The hosts that may be spoken to in plain text, and the addresses that may be connected to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct HostPolicy {
    pub(super) addresses: AddressPolicy,
    /// `host` or `host:port`, lower case.
    pub(super) plain: Vec<String>,
}

fn fault<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, TemplateFault> {
    Err(TemplateFault { message: message.into(), help: help.into() })
}

impl HostPolicy {
    /// Whether requests may go to a URL, by its scheme and, if it has a literal address, by that.
    pub(super) fn check(&self, url: &Url) -> Result<(), TemplateFault> {
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return fault("expected a URL with a host, found none", "");
        };
        let with_port = || url.port_or_known_default().map(|port| format!("{host}:{port}")).unwrap_or_default();
        match url.scheme() {
            "https" => {}
            "http" if self.plain.iter().any(|plain| plain == host || *plain == with_port()) => {}
            "http" => {
                let help = "write `https://`, or list the host under `allow_http` in `[security]`";
                return fault(format!("expected an `https` URL, found plain `http` to `{host}`"), help);
            }
            other => return fault(format!("expected an `https` URL, found the scheme `{other}`"), ""),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return fault("expected a URL without user name and password", "use `[auth]` with `type = \"basic\"`");
        }
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>()
            && let Some(why) = self.addresses.blocked(address)
        {
            let help = "if it is meant, list its network under `allow_networks` in `[security]`";
            return fault(format!("expected a public address, found `{host}`, which is {why}"), help);
        }
        Ok(())
    }

    /// A URL without placeholders.
    pub(super) fn url(&self, text: &str) -> Result<Url, TemplateFault> {
        if text.contains('{') {
            return fault("expected a URL without placeholders", "");
        }
        let Ok(url) = Url::parse(text) else {
            return fault("expected a URL such as `https://api.example.com/ip`, found another text", "");
        };
        self.check(&url)?;
        Ok(url)
    }
}

impl UrlTemplate {
    /// Reads a URL with placeholders; the arguments that no placeholder names are added to its query if `rest` says so.
    pub(super) fn parse(text: &str, names: Names<'_>, policy: &HostPolicy) -> Result<UrlTemplate, TemplateFault> {
        if text.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
            return fault("expected a URL without blanks and `\\`", "write them percent-encoded, such as `%20`");
        }
        if text.contains('#') {
            return fault("expected a URL without a fragment, found `#`", "write `%23` for the sign itself");
        }
        let before_path = |text: &str| {
            let host = text.find("://").map_or(0, |at| at + 3);
            host + text.get(host..).and_then(|rest| rest.find(['/', '?'])).unwrap_or(text.len() - host)
        };
        let (head, tail) = text.split_at_checked(before_path(text)).unwrap_or((text, ""));
        let mut origin = String::new();
        for part in parts(head, names, Braces::All)? {
            match part {
                Part::Text(text) => origin.push_str(text),
                Part::Configuration(name) => {
                    origin.push_str(names.configuration.get(name).map_or("", |secret| secret.expose()));
                }
                Part::Parameter(_) => {
                    let help = "a parameter may stand in the path, the query, a header or the body";
                    return fault("expected a host that is the same for all calls, found a parameter in it", help);
                }
            }
        }
        if origin.contains(['?', '#']) {
            return fault("expected configuration before the path that has no query", "");
        }
        if !tail.is_empty() && origin.ends_with('/') {
            origin.pop();
        }
        let Ok(url) = Url::parse(&origin) else {
            return fault("expected a URL such as `https://api.example.com/ip`, found another text", "");
        };
        policy.check(&url)?;
        let (path, query) = tail.split_once('?').map_or((tail, None), |(path, query)| (path, Some(query)));
        let address = |text: &str| Template::uniform(text, names, Braces::All, Place::Address);
        let template = UrlTemplate {
            origin,
            steps: path.split_inclusive('/').map(address).collect::<Result<_, _>>()?,
            query: query.map(address).transpose()?,
            shown: text.split('?').next().unwrap_or_default().to_string(),
        };
        // What is written is looked at once with harmless arguments.
        let harmless: Arguments = names.parameters.iter().map(|_| "x").collect();
        match template.write(&harmless, &[], Shows::Everything).and_then(|text| Url::parse(&text).ok()) {
            Some(written) if written.host_str() == url.host_str() && written.port() == url.port() => Ok(template),
            _ => fault("expected a URL such as `https://api.example.com/ip`, found another text", ""),
        }
    }

    /// The parameters that have a placeholder.
    pub(super) fn parameters(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().chain(&self.query).flat_map(Template::parameters)
    }

    /// The text of the URL; `None` if an argument would become a step up the path.
    fn write(&self, arguments: &Arguments, added: &[(&str, &str)], shows: Shows) -> Option<String> {
        let mut text = if shows == Shows::Everything { self.origin.clone() } else { shown_origin(&self.shown) };
        for step in &self.steps {
            let from = text.len();
            step.write(arguments, shows, &mut text);
            let written = text.get(from..).unwrap_or_default().trim_end_matches('/');
            if step.varies() && matches!(written.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..") {
                return None;
            }
        }
        let mut separator = '?';
        if let Some(query) = &self.query {
            text.push('?');
            query.write(arguments, shows, &mut text);
            separator = if text.ends_with(['?', '&']) { ' ' } else { '&' };
        }
        for (name, value) in added {
            if separator != ' ' {
                text.push(separator);
            }
            separator = '&';
            escape(name, Place::Address, &mut text);
            text.push('=');
            escape(value, Place::Address, &mut text);
        }
        Some(text)
    }
}

/// Scheme and host as written; what configuration says there is hidden.
fn shown_origin(shown: &str) -> String {
    let host = shown.find("://").map_or(0, |at| at + 3);
    let end = host + shown.get(host..).and_then(|rest| rest.find('/')).unwrap_or(shown.len() - host);
    let head = shown.get(..end).unwrap_or_default();
    let mut out = String::new();
    let mut rest = head;
    while let Some((before, inside)) = rest.split_once('{') {
        out.push_str(before);
        out.push_str(HIDDEN);
        rest = inside.split_once('}').map_or("", |(_, behind)| behind);
    }
    out + rest
}

/// What a request's body is made from.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// There is none: a GET.
    None,
    /// A template.
    Template(Template),
    /// A JSON object of all parameters.
    Json,
    /// A form of all parameters.
    Form,
}

/// All that a request is made from.
#[derive(Clone, Debug)]
pub(super) struct RequestTemplate {
    pub(super) parameters: Vec<Arc<str>>,
    pub(super) url: UrlTemplate,
    /// Numbers of the parameters that are added to the query.
    pub(super) in_query: Vec<usize>,
    pub(super) headers: Vec<(HeaderName, Template)>,
    pub(super) body: Body,
    pub(super) content_type: &'static str,
}

/// A request without its credentials.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) url: Url,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Option<String>,
}

impl RequestTemplate {
    /// The request of a call, or why there is none.
    pub(super) fn prepare(&self, arguments: &Arguments) -> Result<Prepared, &'static str> {
        let added: Vec<(&str, &str)> = self.added(arguments);
        let url = self
            .url
            .write(arguments, &added, Shows::Everything)
            .ok_or("an argument that is `.` or `..` cannot stand as a step of the path")?;
        let url = Url::parse(&url).map_err(|_| "the arguments give no URL")?;
        let mut headers = Vec::with_capacity(self.headers.len());
        for (name, template) in &self.headers {
            let mut text = String::new();
            template.write(arguments, Shows::Everything, &mut text);
            let mut value = HeaderValue::from_str(&text).map_err(|_| "the arguments give no header")?;
            value.set_sensitive(true);
            headers.push((name.clone(), value));
        }
        let body = self.body(arguments, Shows::Everything);
        Ok(Prepared { url, headers, body })
    }

    /// The same for people: what configuration says is hidden (R7.12).
    pub(super) fn sent(&self, arguments: &Arguments) -> Sent {
        let uri = self.url.write(arguments, &self.added(arguments), Shows::NoSecrets).unwrap_or_default();
        Sent { uri, body: self.body(arguments, Shows::NoSecrets).unwrap_or_default() }
    }

    fn added<'a>(&'a self, arguments: &'a Arguments) -> Vec<(&'a str, &'a str)> {
        let pair = |number: &usize| Some((&**self.parameters.get(*number)?, arguments.get(*number)?));
        self.in_query.iter().filter_map(pair).collect()
    }

    fn body(&self, arguments: &Arguments, shows: Shows) -> Option<String> {
        let mut text = String::new();
        match &self.body {
            Body::None => return None,
            Body::Template(template) => template.write(arguments, shows, &mut text),
            Body::Json => {
                text.push('{');
                for (name, value) in self.parameters.iter().zip(arguments.iter()) {
                    if text.len() > 1 {
                        text.push(',');
                    }
                    escape(name, Place::JsonValue, &mut text);
                    text.push(':');
                    escape(value, Place::JsonValue, &mut text);
                }
                text.push('}');
            }
            Body::Form => {
                for (name, value) in self.parameters.iter().zip(arguments.iter()) {
                    if !text.is_empty() {
                        text.push('&');
                    }
                    escape(name, Place::Address, &mut text);
                    text.push('=');
                    escape(value, Place::Address, &mut text);
                }
            }
        }
        Some(text)
    }
}
