//! One table of a file, asked for key after key.

use super::document::Document;
use super::tree::{Item, Table, Value};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::{Source, Span, Spanned};
use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// A table of a [`Document`]. When it goes out of scope, keys that were not asked for are faults (E0802).
#[derive(Debug)]
pub struct Section<'d> {
    document: &'d Document,
    table: &'d Table,
    /// How it is called in messages: `limits`, `assessments.purchase`; empty for the outermost.
    name: String,
    span: Span,
    asked: RefCell<Vec<String>>,
}

impl<'d> Section<'d> {
    pub(super) fn new(document: &'d Document, table: &'d Table, name: String, span: Span) -> Section<'d> {
        Section { document, table, name, span, asked: RefCell::default() }
    }

    /// The file's name and text.
    pub fn source(&self) -> &'d Arc<Source> {
        self.document.source()
    }

    /// Where the table stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// How it is called in messages: `limits`, `assessments.purchase`; empty for the outermost.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the key is there, whatever its value. It counts as asked for.
    pub fn has(&self, key: &str) -> bool {
        self.item(key).is_some()
    }

    /// Where the value of a key stands; the table's place if the key is absent.
    pub fn place(&self, key: &str) -> Span {
        self.table.find(key).map_or(self.span, |entry| entry.item.span)
    }

    /// All keys with their places, in the order of the text. They count as asked for: this is for tables whose keys the
    /// author chooses, such as `[configuration]`.
    pub fn keys(&self) -> Vec<Spanned<&'d str>> {
        let entries = &self.table.entries;
        self.asked.borrow_mut().extend(entries.iter().map(|entry| entry.key.clone()));
        entries.iter().map(|entry| Spanned::new(entry.key.as_str(), entry.key_span)).collect()
    }

    /// A text.
    pub fn text(&self, key: &str) -> Option<&'d str> {
        self.wanted(key, "a text", |value| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
    }

    /// A text that no excerpt of a diagnostic of this file shows (R11.2). If the value is no text, it is hidden too.
    pub fn secret(&self, key: &str) -> Option<&'d str> {
        let item = self.item(key)?;
        self.document.hide(item.span);
        if let Value::Text(text) = &item.value {
            return Some(text);
        }
        let message = format!("expected a text for `{key}`, found something else");
        self.document.note(Diagnostic::new(Code::BAD_SETTING, self.source(), item.span, message));
        None
    }

    /// A time: as TOML writes it, without quotes, or as a text.
    pub fn time(&self, key: &str) -> Option<&'d str> {
        self.wanted(key, "a time such as 2026-03-14T09:26:53Z", |value| match value {
            Value::Time(text) | Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// `true` or `false`.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        self.wanted(
            key,
            "`true` or `false`",
            |value| if let Value::Boolean(value) = value { Some(*value) } else { None },
        )
    }

    /// An integer within a range.
    pub fn integer<T>(&self, key: &str, range: RangeInclusive<T>) -> Option<T>
    where
        T: Copy + PartialOrd + Display + TryFrom<i64>,
    {
        let item = self.item(key)?;
        let found = if let Value::Integer(number) = item.value { T::try_from(number).ok() } else { None };
        if let Some(number) = found.filter(|number| range.contains(number)) {
            return Some(number);
        }
        let expected = format!("an integer from {} to {}", range.start(), range.end());
        self.mismatch(key, item, &expected);
        None
    }

    /// A number within a range, with a fraction or without.
    pub fn number(&self, key: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let item = self.item(key)?;
        let found = match item.value {
            Value::Integer(number) => Some(number as f64),
            Value::Number(number) => Some(number),
            _ => None,
        };
        if let Some(number) = found.filter(|number| range.contains(number)) {
            return Some(number);
        }
        self.mismatch(key, item, &format!("a number from {} to {}", range.start(), range.end()));
        None
    }

    /// One of a few words, case ignored.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let item = self.item(key)?;
        let Value::Text(text) = &item.value else {
            self.mismatch(key, item, &listed(choices));
            return None;
        };
        if let Some((_, choice)) = choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
            return Some(*choice);
        }
        let fault = self.faulty(key, item, &listed(choices));
        self.document.note(match nearest(text, choices.iter().map(|(word, _)| *word)) {
            Some(near) => fault.help(format!("did you mean `{near}`?")).fix(item.span, format!("{near:?}")),
            None => fault,
        });
        None
    }

    /// A list of texts, each with its place.
    pub fn texts(&self, key: &str) -> Option<Vec<Spanned<&'d str>>> {
        let item = self.item(key)?;
        let Value::List(items) = &item.value else {
            self.mismatch(key, item, "a list of texts");
            return None;
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            if let Value::Text(text) = &item.value {
                texts.push(Spanned::new(text.as_str(), item.span));
            } else {
                self.mismatch(key, item, "a list of texts");
            }
        }
        (texts.len() == items.len()).then_some(texts)
    }

    /// A table within this one: `[name.key]`, or `key = { ... }`.
    pub fn section(&self, key: &str) -> Option<Section<'d>> {
        let item = self.item(key)?;
        let Value::Table(table) = &item.value else {
            self.mismatch(key, item, "a table");
            return None;
        };
        Some(Section::new(self.document, table, self.below(key), item.span))
    }

    /// Tables under one key: `[[key]]` for each, or a list of `{ ... }`. None if the key is absent.
    pub fn sections(&self, key: &str) -> Vec<Section<'d>> {
        let Some(item) = self.item(key) else { return Vec::new() };
        let Value::List(items) = &item.value else {
            self.mismatch(key, item, "a list of tables");
            return Vec::new();
        };
        let mut sections = Vec::with_capacity(items.len());
        for item in items {
            if let Value::Table(table) = &item.value {
                sections.push(Section::new(self.document, table, self.below(key), item.span));
            } else {
                self.mismatch(key, item, "a list of tables");
            }
        }
        sections
    }

    /// Whether the value is a table. An absent key has none.
    pub fn is_table(&self, key: &str) -> bool {
        self.item(key).is_some_and(|item| matches!(item.value, Value::Table(_)))
    }

    /// Whether the value is a text. An absent key has none.
    pub fn is_text(&self, key: &str) -> bool {
        self.item(key).is_some_and(|item| matches!(item.value, Value::Text(_)))
    }

    /// Whether the value is a list. An absent key has none.
    pub fn is_list(&self, key: &str) -> bool {
        self.item(key).is_some_and(|item| matches!(item.value, Value::List(_)))
    }

    /// Any value, as compact JSON with its keys in the order of the text; times are texts.
    pub fn json(&self, key: &str) -> Option<String> {
        let mut out = String::new();
        self.item(key)?.value.write_json(&mut out);
        Some(out)
    }

    /// Notes a fault at the value of a key, or at the table if it is absent (E0802).
    pub fn fault(&self, key: &str, message: impl Into<String>, help: impl Into<String>) {
        self.fault_at(self.place(key), message, help);
    }

    /// Notes a fault at a place of the file (E0802). An empty help is none.
    pub fn fault_at(&self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let fault = Diagnostic::new(Code::BAD_SETTING, self.source(), span, message);
        let help = help.into();
        self.report(if help.is_empty() { fault } else { fault.help(help) });
    }

    /// Notes any diagnostic of the file.
    pub fn report(&self, diagnostic: Diagnostic) {
        self.document.note(diagnostic);
    }

    /// Notes that a key has to be there, unless it is. `expected` says what belongs there: `a url`.
    pub fn require(&self, key: &str, expected: &str) -> bool {
        let there = self.has(key);
        if !there {
            let place = if self.name.is_empty() { String::new() } else { format!(" in `[{}]`", self.name) };
            self.fault_at(self.span, format!("expected {expected} under `{key}`{place}, found none"), "");
        }
        there
    }

    fn below(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_string() } else { format!("{}.{key}", self.name) }
    }

    fn item(&self, key: &str) -> Option<&'d Item> {
        if !self.asked.borrow().iter().any(|asked| asked == key) {
            self.asked.borrow_mut().push(key.to_string());
        }
        self.table.find(key).map(|entry| &entry.item)
    }

    fn wanted<T>(&self, key: &str, expected: &str, take: impl FnOnce(&'d Value) -> Option<T>) -> Option<T> {
        let item = self.item(key)?;
        let taken = take(&item.value);
        if taken.is_none() {
            self.mismatch(key, item, expected);
        }
        taken
    }

    fn mismatch(&self, key: &str, item: &Item, expected: &str) {
        self.document.note(self.faulty(key, item, expected));
    }

    fn faulty(&self, key: &str, item: &Item, expected: &str) -> Diagnostic {
        let message = format!("expected {expected} for `{key}`, found {}", item.value.described());
        Diagnostic::new(Code::BAD_SETTING, self.source(), item.span, message)
    }
}

/// The words that may stand there.
fn listed<T>(choices: &[(&str, T)]) -> String {
    let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word:?}`").replace('`', "")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

impl Drop for Section<'_> {
    /// Keys that nobody asked for.
    fn drop(&mut self) {
        let asked = self.asked.borrow();
        for entry in self.table.entries.iter().filter(|entry| !asked.contains(&entry.key)) {
            let place = if self.name.is_empty() { String::new() } else { format!(" in `[{}]`", self.name) };
            let message = format!("unknown key `{}`{place}", entry.key);
            let fault = Diagnostic::new(Code::BAD_SETTING, self.source(), entry.key_span, message);
            self.document.note(match nearest(&entry.key, asked.iter().map(String::as_str)) {
                Some(near) => fault.help(format!("did you mean `{near}`?")).fix(entry.key_span, near),
                None if asked.is_empty() => fault,
                None => fault.help(format!("known keys are {}", known(&asked))),
            });
        }
    }
}

/// The keys that were asked for, each once.
fn known(asked: &[String]) -> String {
    asked.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}
