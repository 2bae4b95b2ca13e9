//! `external/*.toml` (R7.1): a call over HTTP, or a definition that only says what a call is called, takes and stands for if
//! it fails.

use super::setting::Settings;
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::CallStatus;
#[cfg(feature = "http")]
use crate::external::http;
use crate::external::{Call, Exchange, External, Response, Transport};
use crate::setting::{Document, Section};
use crate::source::Source;
use std::path::Path;
use std::sync::Arc;

/// What a file says about how a call is made.
const MAKING: [&str; 5] = ["request", "configuration", "auth", "warm_up", "resilience"];

/// Reads a definition; `stem` is the file's name, `folder` the one that it lies in.
pub(super) fn read(
    source: &Arc<Source>,
    stem: &str,
    folder: &Path,
    settings: &Settings,
) -> (Option<External>, Vec<Diagnostic>) {
    let document = Document::parse(source.name().clone(), source.text().clone());
    #[cfg(feature = "http")]
    if is_made(&document.root()) {
        let (network, limits) = (&settings.network, &settings.limits);
        let variable = |name: &str| std::env::var(name).ok();
        return http::read(source, stem, &http::Surroundings { network, limits, folder, variable: &variable });
    }
    #[cfg(not(feature = "http"))]
    let _ = folder;
    let external = definition(&document.root(), stem, settings.limits.call_timeout_max_ms);
    let faults = document.faults();
    let good = !faults.iter().any(Diagnostic::is_error);
    (external.filter(|_| good), faults)
}

/// Whether the file says how the call is made.
#[cfg(feature = "http")]
fn is_made(root: &Section<'_>) -> bool {
    root.keys();
    MAKING.into_iter().any(|key| root.has(key))
}

fn definition(root: &Section<'_>, stem: &str, timeout_max_ms: u64) -> Option<External> {
    let name = root.text("name").unwrap_or(stem);
    if !is_name(name) {
        let help = "write `name = \"...\"`: letters, digits and `_`, not beginning with a digit";
        root.fault("name", format!("expected the name of a call, found {name:?}"), help);
    }
    root.text("description");
    let mut parameters: Vec<String> = Vec::new();
    for parameter in root.sections("parameters") {
        if parameter.require("name", "a name")
            && let Some(name) = parameter.text("name")
        {
            if parameters.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                parameter.fault("name", format!("two parameters are called `{name}`"), "");
            }
            parameters.push(name.to_string());
        }
        parameter.text("sample");
    }
    let mut external = External::over(name, parameters, Unmade);
    if let Some(timeout) = root.integer("timeout_ms", 1..=timeout_max_ms) {
        external = external.timeout_ms(timeout);
    }
    // INVARIANT: what the section writes is JSON.
    if let Some(response) = root.json("default_response").and_then(|text| serde_json::from_str(&text).ok()) {
        external = external.default_response(&response);
    }
    if let Some(response) = root.json("sample_response").and_then(|text| serde_json::from_str(&text).ok()) {
        external = external.sample_response(&response);
    }
    // With the feature `http` such a definition was read otherwise.
    if MAKING.into_iter().filter(|key| root.has(key)).count() > 0 {
        let message = format!(
            "`{name}` gives its default response unless it is stubbed: calls over HTTP need the feature `http`"
        );
        root.report(Diagnostic::new(Code::NO_EFFECT_YET, root.source(), root.place("request"), message));
    }
    Some(external)
}

fn is_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(letter) && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// In place of a transport: every call fails.
#[derive(Debug)]
struct Unmade;

impl Transport for Unmade {
    fn call(&self, _: Call) -> Exchange {
        let failure = Response::failure(CallStatus::UnknownFailure, "the definition does not say how the call is made");
        Box::pin(std::future::ready(failure))
    }
}
