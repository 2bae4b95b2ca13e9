//! From and to `serde_json::Value`, for host functions and templates.
//!
//! A `serde_json::Value` is walked, cloned and dropped by recursion, so neither direction passes on more than
//! [`MAX_DEPTH`] levels.

use super::{Json, MAX_DEPTH};
use bumpalo::Bump;
use serde_json::{Map, Number, Value};

impl<'a> Json<'a> {
    /// Copies a value into the arena. Integers beyond 64 bits signed become Doubles (L3.5). `None` if it is more than
    /// [`MAX_DEPTH`] containers deep.
    pub fn from_value(value: &Value, arena: &'a Bump) -> Option<Json<'a>> {
        copy_in(value, arena, MAX_DEPTH)
    }

    /// The same value for a host. A non-finite Double is null (L3.2a), and so is what lies deeper than [`MAX_DEPTH`] levels;
    /// the order of keys is up to `serde_json`.
    pub fn to_value(&self) -> Value {
        copy_out(*self, MAX_DEPTH)
    }
}

/// Plain loops with scalars elsewhere keep the frames small: this recurses with the value, and so does [`copy_out`].
fn copy_in<'a>(value: &Value, arena: &'a Bump, levels: u32) -> Option<Json<'a>> {
    match value {
        Value::Array(items) => {
            let levels = levels.checked_sub(1)?;
            let mut copies = Vec::with_capacity(items.len());
            for item in items {
                copies.push(copy_in(item, arena, levels)?);
            }
            Some(Json::array(arena, &copies))
        }
        Value::Object(members) => {
            let levels = levels.checked_sub(1)?;
            let mut copies: Vec<(&'a str, Json<'a>)> = Vec::with_capacity(members.len());
            for (key, value) in members {
                copies.push((text_in(key, arena), copy_in(value, arena, levels)?));
            }
            Some(Json::object(arena, &copies))
        }
        scalar => Some(scalar_in(scalar, arena)),
    }
}

fn scalar_in<'a>(value: &Value, arena: &'a Bump) -> Json<'a> {
    match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(value) => Json::Int(value),
            None => Json::Double(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Json::String(text_in(text, arena)),
        Value::Null | Value::Array(_) | Value::Object(_) => Json::Null,
    }
}

fn text_in<'a>(text: &str, arena: &'a Bump) -> &'a str {
    arena.alloc_str(text)
}

fn copy_out(json: Json<'_>, levels: u32) -> Value {
    match (json, levels.checked_sub(1)) {
        (Json::Array(array), Some(levels)) => {
            let mut copies = Vec::with_capacity(array.items.len());
            for item in array.items {
                copies.push(copy_out(*item, levels));
            }
            Value::Array(copies)
        }
        (Json::Object(object), Some(levels)) => {
            let mut copies = Map::new();
            for (key, value) in object.members {
                copies.insert((*key).to_owned(), copy_out(*value, levels));
            }
            Value::Object(copies)
        }
        (scalar, _) => scalar_out(scalar),
    }
}

fn scalar_out(json: Json<'_>) -> Value {
    match json {
        Json::Bool(value) => Value::Bool(value),
        Json::Int(value) => Value::Number(value.into()),
        Json::Double(value) => Number::from_f64(value).map_or(Value::Null, Value::Number),
        Json::String(text) => Value::String(text.to_owned()),
        Json::Null | Json::Array(_) | Json::Object(_) => Value::Null,
    }
}
