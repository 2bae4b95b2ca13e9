//! `fql external`: the calls that files define, and one of them made with its sample (R7.10).
//!
//! A path is the folder of an environment, whose definitions lie in `external/`, or one definition. What the network may reach and
//! how long calls may take are settings of that environment. Secrets are never shown.

use crate::arguments::{External, ExternalCommand, Format};
use crate::read;
use crate::report::{quoted, visible};
use crate::streams::{Stop, Streams};
use fql::diagnostic::nearest;
use fql::environment::Settings;
use fql::evaluate::CallStatus;
use fql::external::http::{Surroundings, read};
use fql::external::{Call, Response};
use fql::source::Source;
use fql::{Diagnostic, Limits};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A definition and the file it comes from.
struct Defined {
    path: PathBuf,
    text: String,
    call: fql::external::External,
}

/// Runs one of the commands.
pub(crate) fn run(arguments: &External, streams: &mut Streams) -> Result<bool, Stop> {
    let (path, format) = match &arguments.command {
        ExternalCommand::List { path, format } | ExternalCommand::Test { path, format, .. } => (path, *format),
    };
    let mut diagnostics = Vec::new();
    let (defined, limits) = definitions(path, &mut diagnostics);
    streams.diagnostics(&diagnostics);
    match &arguments.command {
        ExternalCommand::List { .. } => {
            list(&defined, &limits, format, streams)?;
            Ok(!diagnostics.iter().any(Diagnostic::is_error))
        }
        ExternalCommand::Test { name, store, .. } => {
            let Some(one) = defined.iter().find(|one| one.call.name().eq_ignore_ascii_case(name)) else {
                let near = nearest(name, defined.iter().map(|one| one.call.name()));
                let help = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                streams.complain(&format!("there is no usable definition of `{name}`{help}"));
                return Ok(false);
            };
            test(one, &limits, *store, format, streams)
        }
    }
}

/// All definitions that can be used; what is wrong with the others is told.
fn definitions(path: &Path, diagnostics: &mut Vec<Diagnostic>) -> (Vec<Defined>, Limits) {
    let (files, root) = if path.is_dir() {
        let files = read::settings_in(&path.join("external")).unwrap_or_else(|fault| {
            diagnostics.push(*fault);
            Vec::new()
        });
        (files, path.to_path_buf())
    } else {
        let folder = path.parent().unwrap_or(Path::new("."));
        let root = if folder.ends_with("external") { folder.parent().unwrap_or(folder) } else { folder };
        (vec![path.to_path_buf()], root.to_path_buf())
    };
    let (settings, faults) = Settings::of(&root);
    diagnostics.extend(faults);
    let (network, limits) = (settings.network, settings.limits);
    let mut defined = Vec::new();
    for path in files {
        let text = read::file(&path, read::source()).and_then(|bytes| read::text(&read::shown(&path), bytes));
        let text = match text {
            Ok(text) => text,
            Err(fault) => {
                diagnostics.push(*fault);
                continue;
            }
        };
        let source = Arc::new(Source::new(read::shown(&path), text.as_str()));
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let surroundings = Surroundings {
            network: &network,
            limits: &limits,
            folder: path.parent().unwrap_or(Path::new(".")),
            variable: &|name| std::env::var(name).ok(),
        };
        let (call, faults) = read(&source, &stem, &surroundings);
        diagnostics.extend(faults);
        defined.extend(call.map(|call| Defined { path, text, call }));
    }
    (defined, limits)
}

fn list(defined: &[Defined], limits: &Limits, format: Format, streams: &mut Streams) -> Result<(), Stop> {
    let head = ["NAME", "PARAMETERS", "TIMEOUT", "AUTH", "SAFE", "ENDPOINT", "DESCRIPTION"];
    let mut rows = vec![head.map(str::to_string)];
    for Defined { call, .. } in defined {
        let names: Vec<&str> = call.parameter_names().iter().map(|name| &**name).collect();
        let timeout = u64::try_from(call.longest(limits).as_millis()).unwrap_or(u64::MAX);
        if format == Format::Json {
            let row = serde_json::json!({
                "name": call.name(),
                "parameters": names,
                "timeoutMs": timeout,
                "auth": call.transport().authentication(),
                "safe": call.is_safe(),
                "endpoint": call.transport().endpoint(),
                "description": call.description(),
            });
            streams.line(&row.to_string())?;
            continue;
        }
        let safe = if call.is_safe() { "yes" } else { "no" };
        let (timeout, auth) = (format!("{timeout} ms"), call.transport().authentication());
        let endpoint = call.transport().endpoint();
        let row = [call.name(), &names.join(", "), &timeout, auth, safe, endpoint, call.description()];
        rows.push(row.map(visible));
    }
    if format == Format::Json {
        return Ok(());
    }
    let mut widths = [0; 7];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        streams.line(cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// Makes the call with its samples, once, and shows how it ended.
fn test(one: &Defined, limits: &Limits, store: bool, format: Format, streams: &mut Streams) -> Result<bool, Stop> {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            streams.complain(&format!("the system gives no runtime to make the call in: {error}"));
            return Ok(false);
        }
    };
    let arguments: Vec<String> = one.call.parameter_samples().iter().map(|sample| sample.to_string()).collect();
    let longest = one.call.longest(limits);
    let begun = Instant::now();
    let response = runtime.block_on(async {
        let call = one.call.transport().call(Call::new(arguments, longest));
        tokio::time::timeout(longest, call).await.unwrap_or_else(|_| {
            Response::failure(CallStatus::Timeout, format!("no answer within {} ms", longest.as_millis()))
        })
    });
    show(one, &response, begun.elapsed(), format, streams)?;
    let Some(value) = response.value.filter(|_| response.status == CallStatus::Success) else { return Ok(false) };
    if store {
        return Ok(keep(one, &value, streams));
    }
    if format == Format::Text {
        streams.tell("to keep the response as the definition's sample, run the same with --store");
    }
    Ok(true)
}

fn show(one: &Defined, response: &Response, took: Duration, format: Format, streams: &mut Streams) -> Result<(), Stop> {
    let status = response.status.name();
    let latency = (took.as_secs_f64() * 10_000.0).round() / 10.0;
    let body = response.value.as_deref().unwrap_or(&response.body);
    if format == Format::Json {
        let row = serde_json::json!({
            "name": one.call.name(),
            "status": status,
            "httpStatusCode": response.http_status,
            "latencyMs": latency,
            "endpoint": one.call.transport().endpoint(),
            "error": response.error,
        });
        let row = row.to_string();
        let shown = if response.value.is_some() { body.to_string() } else { quoted(body) };
        return streams.line(&format!("{},\"response\":{shown}}}", row.trim_end_matches('}')));
    }
    let code = if response.http_status > 0 { format!(" {}", response.http_status) } else { String::new() };
    let error = if response.error.is_empty() { String::new() } else { format!(": {}", visible(&response.error)) };
    streams.line(&format!("{}: {status}{code} in {latency} ms{error}", one.call.name()))?;
    streams.line(&format!("  endpoint  {}", visible(one.call.transport().endpoint())))?;
    let pretty = serde_json::from_str::<serde_json::Value>(body).and_then(|json| serde_json::to_string_pretty(&json));
    for line in pretty.as_deref().unwrap_or(body).lines() {
        streams.line(&format!("  {}", visible(line)))?;
    }
    Ok(())
}

/// Writes the response into the definition's file, as its first line: there it is in no table.
fn keep(one: &Defined, value: &str, streams: &mut Streams) -> bool {
    let shown = read::shown(&one.path);
    if one.call.sample().is_some() {
        streams.complain(&format!("`{shown}` has a `sample_response` already: remove it to store another"));
        return false;
    }
    if value.trim() == "null" {
        streams.complain("TOML has no null, so this response cannot be a sample");
        return false;
    }
    let plain = !value.contains(['\'', '\n', '\r']) && !value.chars().any(char::is_control);
    let written = match value.trim_start().starts_with(['{', '[']) {
        true if plain => format!("'{value}'"),
        true => quoted(value),
        false => value.trim().to_string(),
    };
    let text = format!("sample_response = {written}\n{}", one.text);
    match std::fs::write(&one.path, text) {
        Ok(()) => {
            streams.tell(&format!("stored as `sample_response` in `{shown}`"));
            true
        }
        Err(error) => {
            streams.complain(&format!("cannot write `{shown}`: {error}"));
            false
        }
    }
}
