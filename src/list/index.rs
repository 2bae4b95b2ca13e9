//! Rows by key: a hash table for equal keys, an order for the nearest one.

use super::support::Support;
use super::table::Table;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Behind the last row.
const NO_ROW: u32 = u32::MAX;

/// Finds the rows with a key.
#[derive(Debug)]
pub(super) struct Index {
    hasher: FixedState,
    /// The first row of each key.
    rows: HashTable<u32>,
    /// For each row the next one of the same key that expires later; empty where rows do not expire. A row that does not
    /// expire later than one before it never counts.
    later: Box<[u32]>,
}

impl Index {
    /// Indexes a column; also how many rows never count.
    pub(super) fn new(table: &Table, column: usize, support: Option<&Support>) -> (Index, usize) {
        let hasher = FixedState::default();
        let hash = |row: &u32| hasher.hash_one(table.cell(*row, column));
        let expiring = support.filter(|support| support.expires());
        let count = table.rows();
        let mut rows = HashTable::with_capacity(count);
        let mut later = vec![NO_ROW; if expiring.is_some() { count } else { 0 }].into_boxed_slice();
        // By the first row of a key, its last one so far.
        let mut last: Vec<u32> = if expiring.is_some() { (0..count as u32).collect() } else { Vec::new() };
        let mut repeats = 0;
        for row in 0..count as u32 {
            let key = table.cell(row, column);
            match rows.entry(hasher.hash_one(key), |first| table.cell(*first, column) == key, hash) {
                hashbrown::hash_table::Entry::Vacant(entry) => {
                    entry.insert(row);
                }
                hashbrown::hash_table::Entry::Occupied(entry) => {
                    let first = *entry.get();
                    let outlives =
                        |support: &Support, before| match (support.expiration(before), support.expiration(row)) {
                            (Some(before), Some(end)) => end > before,
                            (before, None) => before.is_some(),
                            (None, Some(_)) => false,
                        };
                    match (expiring, last.get_mut(first as usize)) {
                        (Some(support), Some(tail)) if outlives(support, *tail) => {
                            if let Some(next) = later.get_mut(*tail as usize) {
                                *next = row;
                            }
                            *tail = row;
                        }
                        _ => repeats += 1,
                    }
                }
            }
        }
        (Index { hasher, rows, later }, repeats)
    }

    /// The first row with that key that `counts`.
    pub(super) fn find(&self, table: &Table, column: usize, key: &str, counts: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        let mut row = *self.rows.find(hash, |row| table.cell(*row, column) == key)?;
        while !counts(row) {
            row = self.later.get(row as usize).copied().filter(|next| *next != NO_ROW)?;
        }
        Some(row)
    }

    /// The first row of each key, in no order.
    pub(super) fn firsts(&self) -> impl ExactSizeIterator<Item = u32> {
        self.rows.iter().copied()
    }

    pub(super) fn memory(&self) -> usize {
        self.rows.allocation_size() + size_of_val(&*self.later)
    }
}

/// The rows of a list in the order of their keys, rows of equal keys in the order of the file.
#[derive(Debug)]
pub(super) struct Order {
    rows: Box<[u32]>,
}

impl Order {
    pub(super) fn new(table: &Table, column: usize) -> Order {
        let mut rows: Box<[u32]> = (0..table.rows() as u32).collect();
        rows.sort_by(|a, b| table.cell(*a, column).cmp(table.cell(*b, column)));
        Order { rows }
    }

    /// The first row that `counts` of the greatest key up to `key` that has one.
    pub(super) fn closest(&self, table: &Table, column: usize, key: &str, counts: impl Fn(u32) -> bool) -> Option<u32> {
        let mut end = self.rows.partition_point(|row| table.cell(*row, column) <= key);
        while let Some((greatest, _)) = self.rows.get(..end)?.split_last() {
            let nearest = table.cell(*greatest, column);
            let start = self.rows.partition_point(|row| table.cell(*row, column) < nearest);
            if let Some(row) = self.rows.get(start..end)?.iter().copied().find(|row| counts(*row)) {
                return Some(row);
            }
            end = start;
        }
        None
    }

    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.rows)
    }
}
