//! Tree to text: compact JSON, canonical text, and a short excerpt for messages (L3.2a).

use super::Json;
use crate::value::number;
use std::fmt::{self, Write};

/// A container of which a part is written.
enum Open<'a> {
    Array(std::slice::Iter<'a, Json<'a>>),
    Object(std::slice::Iter<'a, (&'a str, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Writes compact JSON: no white space, keys in order, a Double with a fraction or exponent, a non-finite one as `null`
    /// (L3.2a). The result is about [`Json::weight`] bytes long.
    ///
    /// # Errors
    ///
    /// Those of `out`; a `String` has none.
    pub fn write_compact(&self, out: &mut impl Write) -> fmt::Result {
        let mut open: Vec<Open<'a>> = Vec::new();
        let mut next = Some(*self);
        let mut is_first = true;
        loop {
            match next {
                Some(Json::Array(array)) => {
                    out.write_char('[')?;
                    open.push(Open::Array(array.items.iter()));
                    is_first = true;
                }
                Some(Json::Object(object)) => {
                    out.write_char('{')?;
                    open.push(Open::Object(object.members.iter()));
                    is_first = true;
                }
                Some(Json::Null) => out.write_str("null")?,
                Some(Json::Bool(value)) => out.write_str(if value { "true" } else { "false" })?,
                Some(Json::Int(value)) => out.write_str(itoa::Buffer::new().format(value))?,
                Some(Json::Double(value)) => number::json_double(value, out)?,
                Some(Json::String(text)) => write_quoted(text, out)?,
                None => {}
            }
            let Some(container) = open.last_mut() else { return Ok(()) };
            let (item, close) = match container {
                Open::Array(rest) => (rest.next().map(|item| (None, *item)), ']'),
                Open::Object(rest) => (rest.next().map(|(key, item)| (Some(*key), *item)), '}'),
            };
            match item {
                Some((key, item)) => {
                    if !is_first {
                        out.write_char(',')?;
                    }
                    if let Some(key) = key {
                        write_quoted(key, out)?;
                        out.write_char(':')?;
                    }
                    next = Some(item);
                }
                None => {
                    out.write_char(close)?;
                    open.pop();
                    next = None;
                }
            }
            is_first = false;
        }
    }

    /// Writes the canonical text (L3.2a): a string as it is, nothing for null, everything else as compact JSON.
    ///
    /// # Errors
    ///
    /// Those of `out`; a `String` has none.
    pub fn write_text(&self, out: &mut impl Write) -> fmt::Result {
        match self {
            Json::Null => Ok(()),
            Json::String(text) => out.write_str(text),
            other => other.write_compact(out),
        }
    }

    /// Its compact text for a note or a message: at most `characters` of them, then `…` if there is more.
    pub fn excerpt(&self, characters: usize) -> String {
        let mut out = Limited { text: String::new(), left: characters };
        if self.write_compact(&mut out).is_err() {
            out.text.push('…');
        }
        out.text
    }
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_compact(f)
    }
}

/// A text that refuses to grow beyond a number of characters, so that writing stops early.
struct Limited {
    text: String,
    left: usize,
}

impl Write for Limited {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        // No more characters than bytes: what surely fits is not counted.
        if more.len() <= self.left {
            self.left -= more.chars().count();
            self.text.push_str(more);
            return Ok(());
        }
        for character in more.chars() {
            let Some(left) = self.left.checked_sub(1) else { return Err(fmt::Error) };
            self.left = left;
            self.text.push(character);
        }
        Ok(())
    }
}

/// Writes a JSON string: only quotes, backslashes and control characters are escaped.
pub(crate) fn write_quoted(text: &str, out: &mut impl Write) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F)) {
        out.write_str(rest.get(..at).unwrap_or_default())?;
        match rest.as_bytes().get(at).copied().unwrap_or_default() {
            b'"' => out.write_str("\\\"")?,
            b'\\' => out.write_str("\\\\")?,
            0x08 => out.write_str("\\b")?,
            0x0C => out.write_str("\\f")?,
            b'\n' => out.write_str("\\n")?,
            b'\r' => out.write_str("\\r")?,
            b'\t' => out.write_str("\\t")?,
            control => write!(out, "\\u{control:04x}")?,
        }
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.write_str(rest)?;
    out.write_char('"')
}
