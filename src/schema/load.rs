//! Reading a schema, and what may be wrong with it.

use super::kinds::Kinds;
use super::walk::{reference, resolve};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Keywords whose value is a schema, and those whose members or elements are.
const ONE: [&str; 3] = ["additionalProperties", "items", "additionalItems"];
const MEMBERS: [&str; 4] = ["properties", "patternProperties", "$defs", "definitions"];
const ELEMENTS: [&str; 4] = ["prefixItems", "anyOf", "oneOf", "allOf"];

/// Reads and checks the document.
pub(super) fn load(name: &str, text: &str) -> Result<Value, Box<Diagnostic>> {
    let source = Arc::new(Source::new(name, text));
    // Deeper than 128 levels is a fault that the reader reports itself.
    let document: Value = serde_json::from_str(text).map_err(|error| {
        let at = offset(text, error.line(), error.column());
        let why = error.to_string();
        let why = why.split(" at line ").next().unwrap_or_default();
        let message = format!("expected a JSON Schema, found JSON that cannot be read: {why}");
        Box::new(Diagnostic::new(Code::BAD_SCHEMA, &source, Span::new(at, at), message))
    })?;
    check(&document).map_err(|(pointer, message)| {
        let place = if pointer.is_empty() { String::new() } else { format!(", at `{pointer}`") };
        Box::new(Diagnostic::new(Code::BAD_SCHEMA, &source, Span::new(0, 0), format!("{message}{place}")))
    })?;
    Ok(document)
}

/// Looks at every schema of the document.
fn check(document: &Value) -> Result<(), (String, String)> {
    let mut open = vec![(String::new(), document)];
    while let Some((pointer, schema)) = open.pop() {
        let map = match schema {
            Value::Object(map) => map,
            Value::Bool(_) if !pointer.is_empty() => continue,
            other => {
                let message = format!("expected a schema, which is an object, found {}", Kinds::of(other));
                return Err((pointer, message));
            }
        };
        keywords(map, document).map_err(|message| (pointer.clone(), message))?;
        let below = |word: &str, key: &str| format!("{pointer}/{word}{}{key}", if key.is_empty() { "" } else { "/" });
        for word in ONE {
            match map.get(word) {
                Some(Value::Array(all)) if word == "items" => {
                    open.extend(all.iter().enumerate().map(|(n, one)| (below(word, &n.to_string()), one)));
                }
                Some(one) => open.push((below(word, ""), one)),
                None => {}
            }
        }
        for word in MEMBERS {
            match map.get(word) {
                Some(Value::Object(all)) => open.extend(all.iter().map(|(key, one)| (below(word, key), one))),
                Some(other) => {
                    return Err((below(word, ""), format!("expected an object, found {}", Kinds::of(other))));
                }
                None => {}
            }
        }
        for word in ELEMENTS {
            match map.get(word) {
                Some(Value::Array(all)) if !all.is_empty() => {
                    open.extend(all.iter().enumerate().map(|(n, one)| (below(word, &n.to_string()), one)));
                }
                Some(_) => return Err((below(word, ""), "expected an array of schemas".to_string())),
                None => {}
            }
        }
    }
    Ok(())
}

/// The keywords of one schema that are no schemas themselves.
fn keywords(map: &Map<String, Value>, document: &Value) -> Result<(), String> {
    let known = |one: &Value| {
        let name = one.as_str().ok_or_else(|| format!("expected the name of a type, found {}", Kinds::of(one)))?;
        Kinds::named(name).map(|_| ()).ok_or_else(|| {
            format!("expected a type such as `string`, `number`, `boolean`, `object` or `array`, found `{name}`")
        })
    };
    match map.get("type") {
        Some(Value::Array(all)) => all.iter().try_for_each(known)?,
        Some(one) => known(one)?,
        None => {}
    }
    if map.get("enum").is_some_and(|all| !all.is_array()) {
        return Err("expected an array of values for `enum`".to_string());
    }
    let Some(target) = map.get("$ref") else { return Ok(()) };
    let Some(mut target) = target.as_str() else {
        return Err("expected a text for `$ref`".to_string());
    };
    if !target.starts_with('#') {
        return Err(format!("expected a `$ref` within this document, such as `#/$defs/user`, found `{target}`"));
    }
    // References that lead to references only, in a circle, never say anything.
    for _ in 0..128 {
        match resolve(document, target) {
            None => return Err(format!("`$ref` leads nowhere: `{target}`")),
            Some(Value::Object(next)) => match reference(next) {
                Some(further) if next.len() == 1 => target = further,
                _ => return Ok(()),
            },
            Some(_) => return Ok(()),
        }
    }
    Err(format!("`$ref` leads back to itself: `{target}`"))
}

/// The offset of a line and a column, both from 1, columns in bytes.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
