//! A whole file: reading it, and the faults that are found on the way.

use super::section::Section;
use super::tree::{Table, table};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use std::cell::RefCell;
use std::sync::Arc;
use toml::de::DeTable;

/// The largest file, in bytes.
const LARGEST: usize = 4 << 20;

/// How many parts a dotted key may have; brackets are bounded by the parser.
const DEEPEST: usize = 64;

/// A TOML file that is being read. Its values are asked of [`Document::root`].
#[derive(Debug)]
pub struct Document {
    source: Arc<Source>,
    table: Table,
    faults: RefCell<Vec<Diagnostic>>,
    hidden: RefCell<Vec<Span>>,
}

impl Document {
    /// Reads a text; `name` is what diagnostics show. What is no TOML is a fault (E0807), and the rest is there to be asked.
    pub fn parse(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Document {
        let text: Arc<str> = text.into();
        let source = Arc::new(Source::new(name, text.clone()));
        let mut faults = Vec::new();
        let table = if text.len() > LARGEST {
            let message = format!("expected a file of at most {LARGEST} bytes, found {}", text.len());
            faults.push(Diagnostic::new(Code::BAD_TOML, &source, Span::default(), message));
            Table::default()
        } else if let Some(at) = too_deep(text.as_bytes()) {
            let message = format!("expected a key of at most {DEEPEST} parts, found more");
            faults.push(Diagnostic::new(Code::BAD_TOML, &source, Span::new(at, at + 1), message));
            Table::default()
        } else {
            let (read, errors) = DeTable::parse_recoverable(&text);
            for error in errors {
                let at = error.span().unwrap_or(text.len()..text.len());
                let span = Span::new(at.start.min(text.len()), at.end.min(text.len()));
                faults.push(Diagnostic::new(Code::BAD_TOML, &source, span, reworded(error.message())));
            }
            table(read.get_ref())
        };
        Document { source, table, faults: RefCell::new(faults), hidden: RefCell::default() }
    }

    /// The file's name and text.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The outermost table.
    pub fn root(&self) -> Section<'_> {
        Section::new(self, &self.table, String::new(), Span::default())
    }

    /// All faults of the file, in the order of the text. No value that was read as a secret is in their excerpts.
    pub fn faults(self) -> Vec<Diagnostic> {
        let mut faults = self.faults.into_inner();
        faults.sort_by_key(|fault| (fault.span.start, fault.span.end));
        let hidden = self.hidden.into_inner();
        if !hidden.is_empty() && !faults.is_empty() {
            let masked = Arc::new(Source::new(self.source.name().clone(), masked(self.source.text(), &hidden)));
            faults.iter_mut().for_each(|fault| fault.source = masked.clone());
        }
        faults
    }

    pub(super) fn note(&self, fault: Diagnostic) {
        self.faults.borrow_mut().push(fault);
    }

    pub(super) fn hide(&self, span: Span) {
        self.hidden.borrow_mut().push(span);
    }
}

/// The parser's words, without the capital letter.
fn reworded(message: &str) -> String {
    let mut letters = message.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "expected TOML".to_string(),
    }
}

/// The text with stars in place of what is hidden, and all else where it was.
fn masked(text: &str, hidden: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c != '\n' && hidden.iter().any(|span| span.range().contains(&at)) {
            out.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out
}

/// Where a dotted key has too many parts. Each part is a table in a table, and dropping them recurses.
fn too_deep(text: &[u8]) -> Option<usize> {
    let mut dots = 0;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'.' => dots += 1,
            b'=' | b',' | b'\n' | b'{' | b'}' | b']' => dots = 0,
            b'#' => {
                at = memchr::memchr(b'\n', text.get(at..)?).map_or(text.len(), |end| at + end);
                continue;
            }
            b'"' | b'\'' => {
                at = behind_text(text, at, *byte);
                continue;
            }
            _ => {}
        }
        if dots >= DEEPEST {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The offset behind a text that begins at `start` with that quote, once or three times.
fn behind_text(text: &[u8], start: usize, quote: u8) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let three = rest.starts_with(&[quote; 3]);
    let mut at = if three { 3 } else { 1 };
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !three => return start + at,
            byte if *byte == quote && !three => return start + at + 1,
            byte if *byte == quote && rest.get(at..).unwrap_or_default().starts_with(&[quote; 3]) => {
                return start + at + 3;
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}
