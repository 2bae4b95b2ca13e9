//! Lists that rules consult: CSV files, and support lists whose entries are Safe, Block or Watch (L7.2, R4).
//!
//! In: the bytes of a file. Out: a [`List`], or all diagnostics of the file with line and column. What a rule asks of a
//! list is a [`Consult`], made when the rule is checked.
//!
//! A list is one text with all cells behind each other and one offset for each cell, row by row: no cell is an allocation of
//! its own. A column that a rule uses as a key gets an index when that rule is checked, once for all rules: a hash table of
//! row numbers, so that a look-up costs the same in ten rows and in ten million. Columns that no rule uses as a key cost
//! nothing but their text.
//!
//! Memory: the bytes of the trimmed cells, 4 bytes for each cell, and for each row and key column 5.7 to 11.4 bytes of hash
//! table (4 more for `LookupClosest`; for a support list 1 for the status, and 8 and for each key column 4 more if an entry
//! can expire). Measured on a list of 1,000,000 rows `bin,country` (12 bytes of text a row), with `bin` as the key: 30.5
//! bytes a row in all.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = fql::Engine::builder()
//!     .list("Blocked bins", "bin,reason\n411111,stolen\n")
//!     .rules("checkout", r#"RETURN Reject("bin") WHEN ContainsKey("Blocked bins", "bin", @"card.bin")"#)
//!     .build()?;
//! assert_eq!(engine.decide_blocking(br#"{"card": {"bin": "411111"}}"#)?.kind().name(), "Reject");
//! # Ok(())
//! # }
//! ```

mod consult;
mod fields;
mod index;
mod read;
mod served;
mod support;
mod table;

pub(crate) use consult::UNKNOWN;
pub use consult::{Consult, Question};
pub(crate) use read::{most_bytes, too_large};
pub use support::Status;

use crate::diagnostic::{Code, Diagnostic};
use crate::limit::Limits;
use crate::source::{Source, Span};
use crate::value::DateTime;
use index::{Index, Order};
use std::sync::{Arc, OnceLock};
use support::Support;
use table::Table;

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Any columns.
    Plain,
    /// The columns of a support list: `Value`, `Status`, and `Reason`, `Expiration`, `Comments` where wanted (R4.2).
    Support,
    /// A plain list that is a table of BINs too: `bin`, 6 to 8 digits each, and where wanted `cardNetwork`, `cardType`,
    /// `issuer`, `countryCode`, `cardCategory` (L7.7).
    Bins,
    /// A plain list that is a table of markets too: it has the columns `country`, two capital letters each, and `market`
    /// (L7.6).
    Markets,
}

/// A list, read and ready to be consulted.
#[derive(Debug)]
pub struct List {
    name: Arc<str>,
    /// The file's text up to the end of its first line, for diagnostics.
    header: Arc<Source>,
    /// Where each column's name stands in it.
    places: Vec<Span>,
    table: Table,
    support: Option<Support>,
    /// By column; made for those that a rule uses as a key.
    indexes: Box<[OnceLock<Index>]>,
    /// By column; made for those that `LookupClosest` uses as a key.
    orders: Box<[OnceLock<Order>]>,
}

impl List {
    /// Reads a list from the bytes of a CSV file. `name` is what rules call it, `file` what diagnostics show.
    ///
    /// # Errors
    ///
    /// `E0804` for each fault of the file (at most 100), `E0805` if it is larger than `list_file_bytes`.
    pub fn read(
        name: impl Into<Arc<str>>,
        file: &str,
        bytes: &[u8],
        kind: Kind,
        limits: &Limits,
    ) -> Result<List, Vec<Diagnostic>> {
        let read = read::read(file, bytes, kind, limits)?;
        let columns = read.table.columns.len();
        Ok(List {
            name: name.into(),
            header: read.header,
            places: read.places,
            table: read.table,
            support: read.support,
            indexes: (0..columns).map(|_| OnceLock::new()).collect(),
            orders: (0..columns).map(|_| OnceLock::new()).collect(),
        })
    }

    /// What rules call it.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Whether it is a support list or a plain one; a plain one may serve as a table besides.
    pub fn kind(&self) -> Kind {
        if self.support.is_some() { Kind::Support } else { Kind::Plain }
    }

    /// The names of its columns in order, as the file spells them.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.table.columns.iter().map(|name| &**name)
    }

    /// The number of the column of that name, case ignored (L1.3).
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns().position(|column| column.eq_ignore_ascii_case(name.trim()))
    }

    /// How many rows it has, the header not counted.
    pub fn rows(&self) -> usize {
        self.table.rows()
    }

    /// Makes a column a key. The first time that is done, rows that never count since an earlier one has the same key give
    /// a warning with their count (R4.3).
    pub fn make_key(&self, column: usize) -> Option<Diagnostic> {
        let mut repeats = 0;
        self.indexes.get(column)?.get_or_init(|| {
            let (index, repeated) = Index::new(&self.table, column, self.support.as_ref());
            repeats = repeated;
            index
        });
        if repeats == 0 {
            return None;
        }
        let (rows, keys) = if repeats == 1 {
            ("row", "s: an earlier row has its key")
        } else {
            ("rows", ": earlier rows have their keys")
        };
        let span = self.places.get(column).copied().unwrap_or_default();
        let message = format!("{repeats} {rows} of `{}` never count{keys}", self.name);
        let diagnostic = Diagnostic::new(Code::REPEATED_KEYS, &self.header, span, message);
        Some(diagnostic.help("of the rows with one key the first counts: remove the others"))
    }

    /// The cell in a row and column.
    pub(crate) fn cell(&self, row: u32, column: usize) -> &str {
        self.table.cell(row, column)
    }

    /// How many keys a column has.
    pub(crate) fn keys(&self, column: usize) -> usize {
        self.key_index(column).map_or(0, |index| index.firsts().len())
    }

    /// The first row of each key in a column, in no order.
    pub(crate) fn keyed_rows(&self, column: usize) -> impl Iterator<Item = u32> {
        self.key_index(column).into_iter().flat_map(Index::firsts)
    }

    fn key_index(&self, column: usize) -> Option<&Index> {
        Some(self.indexes.get(column)?.get_or_init(|| Index::new(&self.table, column, self.support.as_ref()).0))
    }

    /// The first row that is not expired and has that key in that column.
    pub(crate) fn find(&self, column: usize, key: &str, now: DateTime) -> Option<u32> {
        self.key_index(column)?.find(&self.table, column, key, |row| self.counts(row, now))
    }

    /// The row that is not expired and whose key is the greatest up to that key, in the order of code points.
    pub(crate) fn closest(&self, column: usize, key: &str, now: DateTime) -> Option<u32> {
        let order = self.orders.get(column)?.get_or_init(|| Order::new(&self.table, column));
        order.closest(&self.table, column, key, |row| self.counts(row, now))
    }

    /// Puts a column in order ahead of the first event.
    pub(crate) fn make_order(&self, column: usize) {
        if let Some(order) = self.orders.get(column) {
            order.get_or_init(|| Order::new(&self.table, column));
        }
    }

    /// The status of a row of a support list.
    pub(crate) fn status(&self, row: u32) -> Option<Status> {
        self.support.as_ref()?.status(row)
    }

    /// Whether an entry can expire.
    pub(crate) fn expires(&self) -> bool {
        self.support.as_ref().is_some_and(Support::expires)
    }

    fn counts(&self, row: u32, now: DateTime) -> bool {
        self.support.as_ref().is_none_or(|support| support.expiration(row).is_none_or(|end| end > now))
    }

    /// How much memory it uses, in bytes, its indexes included.
    pub fn memory(&self) -> usize {
        let indexes: usize = self.indexes.iter().filter_map(OnceLock::get).map(Index::memory).sum();
        let orders: usize = self.orders.iter().filter_map(OnceLock::get).map(Order::memory).sum();
        self.table.memory() + indexes + orders + self.support.as_ref().map_or(0, Support::memory)
    }
}

#[cfg(test)]
mod tests;
