//! TOML as a tree of our own, with places: the parser's types stay in here.

use crate::source::Span;
use std::fmt::Write;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) span: Span,
    pub(super) value: Value,
}

/// A value of TOML.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    /// An integer beyond 64 bits, as written.
    Huge(String),
    Number(f64),
    Boolean(bool),
    /// A date or time, as TOML writes it.
    Time(String),
    List(Vec<Item>),
    Table(Table),
}

/// Keys and values in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) item: Item,
}

impl Table {
    pub(super) fn find(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

impl Value {
    /// What it is, for a message.
    pub(super) fn described(&self) -> String {
        match self {
            Value::Text(text) => format!("the text {text:?}"),
            Value::Integer(number) => format!("{number}"),
            Value::Huge(number) => number.clone(),
            Value::Number(number) => format!("{number:?}"),
            Value::Boolean(value) => format!("`{value}`"),
            Value::Time(time) => format!("the time {time}"),
            Value::List(_) => "a list".to_string(),
            Value::Table(_) => "a table".to_string(),
        }
    }

    /// The same as JSON, keys in the order of the text; what JSON has not becomes text.
    pub(super) fn write_json(&self, out: &mut String) {
        // Writing to a `String` does not fail.
        match self {
            Value::Text(text) | Value::Huge(text) | Value::Time(text) => push_quoted(text, out),
            Value::Integer(number) => drop(write!(out, "{number}")),
            Value::Number(number) if number.is_finite() => drop(write!(out, "{number:?}")),
            Value::Number(number) => push_quoted(&number.to_string(), out),
            Value::Boolean(value) => drop(write!(out, "{value}")),
            Value::List(items) => {
                out.push('[');
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    item.value.write_json(out);
                }
                out.push(']');
            }
            Value::Table(table) => {
                out.push('{');
                for (number, entry) in table.entries.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    push_quoted(&entry.key, out);
                    out.push(':');
                    entry.item.value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

fn push_quoted(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn span(range: std::ops::Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

/// Takes over a table. It nests no deeper than the parser and [`super::document`] let it.
pub(super) fn table(from: &DeTable<'_>) -> Table {
    let entries = from.iter().map(|(key, value)| Entry {
        key: key.get_ref().to_string(),
        key_span: span(key.span()),
        item: item(value),
    });
    let mut entries: Vec<Entry> = entries.collect();
    entries.sort_by_key(|entry| (entry.key_span.start, entry.item.span.start));
    Table { entries }
}

fn item(from: &toml::Spanned<DeValue<'_>>) -> Item {
    let value = match from.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Huge(number.to_string()),
        },
        // INVARIANT: the parser has seen to it that the text is a number; Rust reads every such text.
        DeValue::Float(number) => Value::Number(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(time) => Value::Time(time.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(item).collect()),
        DeValue::Table(inner) => Value::Table(table(inner)),
    };
    Item { span: span(from.span()), value }
}
