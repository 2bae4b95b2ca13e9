//! Asks lists what conditions ask of them: each look-up once for an event.
//!
//! The row that a look-up found stays with the event's slots. It hangs on the key and the list alone, so two threads that
//! decide one event find the same.

use super::{Seen, Slots};
use crate::event::Raws;
use crate::program::{Asks, LookUp, Program, ends};
use crate::value::DateTime;
use std::sync::atomic::{AtomicU32, Ordering};

/// A look-up's row, as far as it is known.
#[derive(Debug)]
pub(crate) struct Row(AtomicU32);

const UNKNOWN: u32 = u32::MAX;
/// It was looked up, and there is none.
const NONE: u32 = u32::MAX - 1;

impl Default for Row {
    fn default() -> Row {
        Row(AtomicU32::new(UNKNOWN))
    }
}

impl Row {
    #[inline]
    fn get_or(&self, find: impl FnOnce() -> Option<u32>) -> Option<u32> {
        let mut row = self.0.load(Ordering::Relaxed);
        if row == UNKNOWN {
            row = find().unwrap_or(NONE);
            self.0.store(row, Ordering::Relaxed);
        }
        (row != NONE).then_some(row)
    }
}

/// The row of a look-up.
#[inline]
fn row<'e>(seen: Seen<'e>, number: u32) -> Option<(&'e LookUp, u32)> {
    let look_up = seen.program.listed.look_ups.get(number as usize)?;
    // A clock is not asked for: these lists have no entries that expire.
    let find = || look_up.consult.row(seen.slots.text(look_up.slot, seen.text), DateTime::MIN);
    let row = seen.slots.rows.get(number as usize).map_or_else(find, |row| row.get_or(find))?;
    Some((look_up, row))
}

/// The text of a cell.
pub(crate) fn cell<'e>(seen: Seen<'e>, number: u32) -> &'e str {
    let Some(cell) = seen.program.listed.cells.get(number as usize) else { return "" };
    match row(seen, cell.look_up) {
        Some((look_up, row)) => look_up.consult.cell(row, cell.column),
        None => seen.program.str(cell.default),
    }
}

/// Whether what a condition asks of a list is so. Takes the parts of what is seen: handed over as a whole, it would be copied to
/// memory for each test of whatever kind.
#[inline(never)]
pub(super) fn holds(program: &Program, slots: &Slots, raws: &Raws, text: &str, number: u32) -> bool {
    let seen = Seen { program, slots, raws, text, derived: None };
    match seen.program.listed.asks.get(number as usize) {
        Some(Asks::Found(look_up)) => row(seen, *look_up).is_some(),
        Some(Asks::Has(look_up, status)) => {
            row(seen, *look_up).is_some_and(|(look_up, row)| look_up.consult.status(row) == Some(*status))
        }
        Some(Asks::Is(number, text)) => cell(seen, *number) == seen.program.str(*text),
        Some(Asks::In(number, set)) => {
            let cell = cell(seen, *number).as_bytes();
            let set = seen.program.sets.get(*set as usize);
            set.is_some_and(|set| set.contains(ends(cell).0, cell.len(), || cell))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_looked_up_once_whether_there_is_one_or_not() {
        for found in [Some(0), Some(7), None] {
            let (row, looks) = (Row::default(), std::cell::Cell::new(0));
            let find = || {
                looks.set(looks.get() + 1);
                found
            };
            assert_eq!([row.get_or(find), row.get_or(find)], [found, found]);
            assert_eq!(looks.get(), 1);
        }
    }
}
