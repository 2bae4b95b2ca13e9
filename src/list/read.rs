//! From the bytes of a CSV file to a table, or all faults of the file (R4.1, R4.2).
//!
//! Where RFC 4180 is silent: any of LF, CRLF and CR ends a line; a line of white space is blank and skipped, like one
//! without any character; a quote opens a quoted cell only as its first character. Cells are trimmed, quoted ones too.

use super::Kind;
use super::fields::{fields, trimmed};
use super::served;
use super::support::{COLUMNS, Status, Support};
use super::table::{Building, Table};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::limit::Limits;
use crate::source::{Source, Span};
use crate::value::DateTime;
use csv::{ReaderBuilder, StringRecord};
use std::ops::Range;
use std::sync::Arc;

/// After so many faults of a file the rest of it is not looked at.
const MOST_FAULTS: usize = 100;

/// What a file holds.
pub(super) struct Read {
    pub(super) table: Table,
    pub(super) support: Option<Support>,
    pub(super) header: Arc<Source>,
    pub(super) places: Vec<Span>,
}

/// The columns of a support list among those of the file.
struct SupportColumns {
    status: usize,
    expiration: Option<usize>,
}

/// The first line of a file.
struct Header {
    columns: Box<[Box<str>]>,
    places: Vec<Span>,
    support: Option<SupportColumns>,
    /// The column whose cells are keys of a table that the list serves as.
    key: Option<usize>,
}

struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    /// The text as a source; made for the first fault.
    source: Option<Arc<Source>>,
    faults: Vec<Diagnostic>,
    /// The longest cell, in bytes.
    longest: usize,
}

/// A file that is larger than the limit; it may not have been read at all.
pub(crate) fn too_large(file: &str, bytes: u64, most: usize) -> Diagnostic {
    let source = Arc::new(Source::new(file, ""));
    let message = format!("expected a list of at most {most} bytes, found {bytes}");
    let diagnostic = Diagnostic::new(Code::LIST_TOO_LARGE, &source, Span::default(), message);
    diagnostic.help("the limit is `list_file_bytes` under `[limits]` in `fql.toml`")
}

/// The most bytes that a list may have; offsets have 32 bits.
pub(crate) fn most_bytes(limits: &Limits) -> usize {
    limits.list_file_bytes.min(u32::MAX as usize - 1)
}

pub(super) fn read(file: &str, bytes: &[u8], kind: Kind, limits: &Limits) -> Result<Read, Vec<Diagnostic>> {
    let most = most_bytes(limits);
    if bytes.len() > most {
        return Err(vec![too_large(file, bytes.len() as u64, most)]);
    }
    let Ok(text) = simdutf8::basic::from_utf8(bytes) else { return Err(vec![not_utf8(file, bytes)]) };
    let mut reader = Reader { file, text, source: None, faults: Vec::new(), longest: limits.string_bytes };
    let read = reader.read(kind);
    read.filter(|_| reader.faults.is_empty()).ok_or(reader.faults)
}

fn not_utf8(file: &str, bytes: &[u8]) -> Diagnostic {
    let valid = std::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to());
    // What is good up to the fault gives the place its line and column.
    let good = bytes.get(..valid).map(String::from_utf8_lossy).unwrap_or_default();
    let source = Arc::new(Source::new(file, format!("{good}\u{FFFD}")));
    let span = Span::new(good.len(), good.len() + '\u{FFFD}'.len_utf8());
    let message = format!("expected UTF-8, found a byte that is none at offset {valid}");
    Diagnostic::new(Code::BAD_LIST, &source, span, message).help("save the file as UTF-8")
}

impl Reader<'_> {
    fn fault(&mut self, range: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let diagnostic = self.diagnose(range, message, help);
        self.faults.push(diagnostic);
    }

    fn diagnose(&mut self, range: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        let source = self.source.get_or_insert_with(|| Arc::new(Source::new(self.file, self.text)));
        Diagnostic::new(Code::BAD_LIST, source, Span::new(range.start, range.end), message).help(help)
    }

    /// `None` if a fault of the header leaves nothing to read.
    fn read(&mut self, kind: Kind) -> Option<Read> {
        let base = if self.text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        let body = self.text.get(base..).unwrap_or_default();
        let mut csv = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body.as_bytes());
        let mut record = StringRecord::new();
        let mut last = base..base;
        let mut header: Option<Header> = None;
        let mut cells = Building::with_room(body.len());
        let mut support = Support::default();
        // INVARIANT: reading from memory, of UTF-8 and rows of any length, does not fail.
        while self.faults.len() < MOST_FAULTS && csv.read_record(&mut record).unwrap_or(false) {
            if record.len() == 1 && record.get(0).is_none_or(|cell| cell.trim().is_empty()) {
                continue;
            }
            let start = record.position().map_or(0, |position| position.byte() as usize);
            last = base + start..base + csv.position().byte() as usize;
            let Some(Header { columns, support: roles, key, .. }) = &header else {
                let place = self.record(&last);
                header = Some(self.header(&record, place, kind)?);
                continue;
            };
            if record.len() != columns.len() {
                self.ragged(columns.len(), record.len(), &last);
                continue;
            }
            for (column, cell) in record.iter().enumerate() {
                let cell = cell.trim();
                if cell.len() > self.longest {
                    let place = self.cell(&last, column);
                    let message = format!("expected a cell of at most {} bytes, found {}", self.longest, cell.len());
                    self.fault(place, message, "the limit is `string_bytes` under `[limits]` in `fql.toml`");
                }
                if *key == Some(column)
                    && let Some((message, help)) = served::key(kind, cell)
                {
                    self.fault(self.cell(&last, column), message, help);
                }
                cells.push(cell);
            }
            if let Some(roles) = roles {
                let status = self.status(record.get(roles.status), roles.status, &last);
                let expiration = roles.expiration.and_then(|column| self.expiration(record.get(column), column, &last));
                support.push(status, expiration);
            }
        }
        let Some(Header { columns, places, support: roles, .. }) = header else {
            let help = "a list begins with a line of column names, such as `bin,reason`";
            self.fault(base..self.text.len().min(base + 1), "expected the names of columns, found an empty file", help);
            return None;
        };
        self.unclosed_quote(&last);
        let end = places.last().map_or(0, |place| place.end as usize);
        let line = self.text.get(end..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |at| end + at);
        let header = Arc::new(Source::new(self.file, self.text.get(..line).unwrap_or_default()));
        let table = cells.done(columns);
        Some(Read { table, support: roles.map(|_| support.done()), header, places })
    }

    /// The record without line breaks around it.
    fn record(&self, range: &Range<usize>) -> Range<usize> {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let start = range.start + text.len() - text.trim_start_matches(['\r', '\n']).len();
        start..start.max(range.start + text.trim_end_matches(['\r', '\n']).len())
    }

    /// Where a cell of a record stands.
    fn cell(&self, record: &Range<usize>, column: usize) -> Range<usize> {
        let record = self.record(record);
        let (ranges, _) = fields(self.text.get(record.clone()).unwrap_or_default());
        match ranges.get(column) {
            Some(range) => trimmed(self.text, record.start + range.start..record.start + range.end),
            None => record,
        }
    }

    fn header(&mut self, names: &StringRecord, place: Range<usize>, kind: Kind) -> Option<Header> {
        let columns: Box<[Box<str>]> = names.iter().map(|name| Box::from(name.trim())).collect();
        let places: Vec<Range<usize>> = (0..columns.len()).map(|column| self.cell(&place, column)).collect();
        let mut seen = std::collections::HashMap::new();
        for ((name, place), number) in columns.iter().zip(&places).zip(1..) {
            if name.is_empty() {
                let help = "each column needs a name in the first line";
                self.fault(place.clone(), format!("expected the name of column {number}, found nothing"), help);
            } else if let Some(first) = seen.insert(name.to_ascii_lowercase(), place.clone()) {
                let help = "give each column a name of its own; case makes no difference";
                let first = Span::new(first.start, first.end);
                let fault = self.diagnose(place.clone(), format!("two columns are called `{name}`"), help);
                self.faults.push(fault.also(first, "the first one"));
            }
            if self.faults.len() >= MOST_FAULTS {
                break;
            }
        }
        let places: Vec<Span> = places.iter().map(|place| Span::new(place.start, place.end)).collect();
        if !self.faults.is_empty() {
            return None;
        }
        let support = match kind {
            Kind::Support => Some(self.support_columns(&columns, &places)?),
            _ => None,
        };
        let key = self.served_columns(kind, &columns, &places)?;
        Some(Header { columns, places, support, key })
    }

    /// The columns of a support list; others are faults, so that a misspelt `Expiration` is not passed over.
    fn support_columns(&mut self, columns: &[Box<str>], places: &[Span]) -> Option<SupportColumns> {
        let find = |wanted: &str| columns.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        for (name, place) in columns.iter().zip(places) {
            if !COLUMNS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                let help = match nearest(name, COLUMNS) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its columns are {}", COLUMNS.map(|name| format!("`{name}`")).join(", ")),
                };
                self.fault(place.range(), format!("`{name}` is no column of a support list"), help);
            }
        }
        for wanted in ["Value", "Status"].into_iter().filter(|wanted| find(wanted).is_none()) {
            let whole = places.first().zip(places.last()).map_or(0..0, |(first, last)| first.to(*last).range());
            let help = "a support list begins with `Value,Status` and where wanted `Reason,Expiration,Comments`";
            self.fault(whole, format!("expected a column `{wanted}`, found none"), help);
        }
        Some(SupportColumns { status: find("Status")?, expiration: find("Expiration") })
    }

    /// The columns of a list that serves as a table; the one that holds its keys, or nothing if the list serves as none.
    /// `None` if it is not there.
    fn served_columns(&mut self, kind: Kind, columns: &[Box<str>], places: &[Span]) -> Option<Option<usize>> {
        for (name, place) in columns.iter().zip(places) {
            if let Some((message, help)) = served::column(kind, name) {
                self.fault(place.range(), message, help);
            }
        }
        let find = |wanted: &str| columns.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        let mut all = true;
        for wanted in served::required(kind).iter().filter(|wanted| find(wanted).is_none()) {
            let whole = places.first().zip(places.last()).map_or(0..0, |(first, last)| first.to(*last).range());
            let (message, help) = served::missing(kind, wanted);
            self.fault(whole, message, help);
            all = false;
        }
        all.then(|| served::required(kind).first().and_then(|key| find(key)))
    }

    fn ragged(&mut self, wanted: usize, found: usize, record: &Range<usize>) {
        let place = self.record(record);
        let cells = if wanted == 1 { "cell" } else { "cells" };
        let message = format!("expected {wanted} {cells} as in the first line, found {found}");
        let help = "a cell that holds a comma or a line break stands in double quotes";
        self.fault(place, message, help);
    }

    fn status(&mut self, cell: Option<&str>, column: usize, record: &Range<usize>) -> Status {
        let text = cell.unwrap_or_default().trim();
        if let Some(status) = Status::find(text) {
            return status;
        }
        let place = self.cell(record, column);
        let help = match nearest(text, [Status::Safe, Status::Block, Status::Watch].map(Status::name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "each entry of a support list has one of these".to_string(),
        };
        let found = if text.is_empty() { "nothing".to_string() } else { format!("`{}`", shown(text)) };
        self.fault(place, format!("expected `Safe`, `Block` or `Watch`, found {found}"), help);
        Status::Watch
    }

    fn expiration(&mut self, cell: Option<&str>, column: usize, record: &Range<usize>) -> Option<DateTime> {
        let text = cell.unwrap_or_default().trim();
        if text.is_empty() {
            return None;
        }
        let time = DateTime::parse(text);
        if time.is_none() {
            let place = self.cell(record, column);
            let help = "write it as `2026-12-31` or `2026-12-31T23:59:59Z`, or leave it empty for never";
            self.fault(place, format!("expected a time, found `{}`", shown(text)), help);
        }
        time
    }

    /// A quote that is never closed swallows the rest of the file.
    fn unclosed_quote(&mut self, last: &Range<usize>) {
        let record = self.record(last);
        let (ranges, open) = fields(self.text.get(record.clone()).unwrap_or_default());
        if let (true, Some(cell)) = (open, ranges.last()) {
            let start = record.start + cell.start;
            let help = "a quote within a quoted cell is doubled";
            self.fault(start..start + 1, "this quote is not closed", help);
        }
    }
}

/// A cell for a message, cut.
fn shown(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_string(),
    }
}
