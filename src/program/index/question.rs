//! Questions to lists as keys of the slot whose text is looked up.
//!
//! In: what conditions ask of lists. Out: for a question, the keys of all texts for which the answer is yes. A list does not
//! change as long as a program lives, so `ContainsKey(list, column, @a)` is the same as asking whether `@a` is one of some
//! texts, and so is a comparison of what `Lookup` gives. However many lists are asked for a text, an event looks it up once.

use super::access::Literal;
use super::table::whole;
use crate::list::Status;
use crate::program::{Asks, LookUp, Program, TestKind, ends};
use std::collections::{BTreeMap, HashMap};

/// How many rows of lists are looked at for one program, and how many keys are kept: what is beyond is asked when a statement
/// is looked at. Small lists come first.
const MOST_ROWS: usize = 1 << 19;
const MOST_KEYS: usize = 1 << 18;

/// See [the module](self).
#[derive(Debug, Default)]
pub(super) struct Questions(BTreeMap<u32, Known>);

#[derive(Debug, Default)]
struct Known {
    /// How many ask.
    asked: u32,
    /// The text slot.
    slot: u32,
    /// Nothing if the answer may be yes for other texts, or for too many.
    keys: Option<Vec<u64>>,
}

/// What is asked of the rows of one look-up.
#[derive(Default)]
struct OfRows {
    found: Option<u32>,
    has: Vec<(Status, u32)>,
    /// By column and text, in no case, the questions whether a cell is that. What is there by chance is only looked at.
    cells: HashMap<(usize, u64), Vec<u32>, foldhash::fast::RandomState>,
    columns: Vec<usize>,
}

impl Questions {
    /// What the literals ask that have to hold.
    pub(super) fn new<'w>(program: &Program, literals: impl Iterator<Item = &'w Literal>) -> Questions {
        let mut questions = Questions::default();
        if program.listed.asks.is_empty() {
            return questions;
        }
        for literal in literals.filter(|literal| literal.holds) {
            if let TestKind::Listed(number) = literal.kind {
                questions.0.entry(number).or_default().asked += 1;
            }
        }
        let mut by_look_up: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for number in questions.0.keys() {
            if let Some(look_up) = program.listed.asks.get(*number as usize).and_then(|asks| look_up(program, asks)) {
                by_look_up.entry(look_up).or_default().push(*number);
            }
        }
        let look_ups = by_look_up.into_iter().filter_map(|(look_up, asked)| {
            let look_up = program.listed.look_ups.get(look_up as usize)?;
            Some((look_up.consult.keys()?, look_up, asked))
        });
        let mut look_ups: Vec<(usize, &LookUp, Vec<u32>)> = look_ups.collect();
        look_ups.sort_by_key(|(rows, ..)| *rows);
        let (mut rows, mut keys) = (0, 0);
        for (of_list, look_up, asked) in look_ups {
            rows += of_list;
            if rows > MOST_ROWS {
                break;
            }
            questions.read(program, look_up, &asked, &mut keys);
        }
        questions
    }

    /// Reads the rows of a look-up.
    fn read(&mut self, program: &Program, look_up: &LookUp, asked: &[u32], count: &mut usize) {
        let of_rows = OfRows::new(program, asked);
        let mut keys: HashMap<u32, Vec<u64>> = of_rows.numbers().map(|number| (number, Vec::new())).collect();
        for row in look_up.consult.keyed_rows() {
            let mut key = None;
            of_rows.answered(look_up, row, |number| {
                let key = *key.get_or_insert_with(|| {
                    let text = look_up.consult.cell(row, look_up.consult.key()).as_bytes();
                    let (head, tail) = ends(text);
                    whole(look_up.slot, head, tail, text.len() as u32)
                });
                if let Some(keys) = keys.get_mut(&number).filter(|_| *count < MOST_KEYS) {
                    keys.push(key);
                    *count += 1;
                }
            });
            if *count >= MOST_KEYS {
                return;
            }
        }
        for (number, mut keys) in keys {
            if let Some(known) = self.0.get_mut(&number) {
                keys.sort_unstable();
                keys.dedup();
                known.slot = look_up.slot;
                known.keys = Some(keys);
            }
        }
    }

    /// The slot and all keys of its texts for which the answer is yes; nothing if they are not known.
    pub(super) fn keys(&self, number: u32) -> Option<(u32, &[u64])> {
        let known = self.0.get(&number)?;
        Some((known.slot, known.keys.as_deref()?))
    }

    /// How many ask it.
    pub(super) fn asked(&self, number: u32) -> u32 {
        self.0.get(&number).map_or(0, |known| known.asked)
    }
}

/// The look-up of a question that is false if there is no row.
fn look_up(program: &Program, asks: &Asks) -> Option<u32> {
    let cell = |number: u32| program.listed.cells.get(number as usize);
    match *asks {
        Asks::Found(look_up) | Asks::Has(look_up, _) => Some(look_up),
        Asks::Is(number, text) => {
            let cell = cell(number)?;
            (program.str(cell.default) != program.str(text)).then_some(cell.look_up)
        }
        Asks::In(number, set) => {
            let (cell, set) = (cell(number)?, program.sets.get(set as usize)?);
            let default = program.bytes(cell.default);
            (!set.contains(ends(default).0, default.len(), || default)).then_some(cell.look_up)
        }
    }
}

impl OfRows {
    fn new(program: &Program, asked: &[u32]) -> OfRows {
        let mut of_rows = OfRows::default();
        for number in asked {
            match program.listed.asks.get(*number as usize) {
                Some(Asks::Found(_)) => of_rows.found = Some(*number),
                Some(Asks::Has(_, status)) => of_rows.has.push((*status, *number)),
                Some(Asks::Is(cell, text)) => {
                    let text = program.bytes(*text);
                    let (head, tail) = ends(text);
                    of_rows.cell(program, *cell, (head, tail, text.len() as u32), *number);
                }
                Some(Asks::In(cell, set)) => {
                    let members = program.sets.get(*set as usize).into_iter().flat_map(|set| set.members());
                    members.for_each(|member| of_rows.cell(program, *cell, member, *number));
                }
                None => {}
            }
        }
        of_rows
    }

    fn cell(&mut self, program: &Program, cell: u32, (head, tail, len): (u64, u64, u32), number: u32) {
        let Some(cell) = program.listed.cells.get(cell as usize) else { return };
        if !self.columns.contains(&cell.column) {
            self.columns.push(cell.column);
        }
        self.cells.entry((cell.column, whole(0, head, tail, len))).or_default().push(number);
    }

    /// All questions.
    fn numbers(&self) -> impl Iterator<Item = u32> {
        let has = self.has.iter().map(|(_, number)| *number);
        self.found.into_iter().chain(has).chain(self.cells.values().flatten().copied())
    }

    /// Hands over the questions whose answer is yes for a row.
    fn answered(&self, look_up: &LookUp, row: u32, mut yes: impl FnMut(u32)) {
        self.found.into_iter().for_each(&mut yes);
        if !self.has.is_empty() {
            let status = look_up.consult.status(row);
            self.has.iter().filter(|(wanted, _)| status == Some(*wanted)).for_each(|(_, number)| yes(*number));
        }
        for column in &self.columns {
            let text = look_up.consult.cell(row, *column).as_bytes();
            let (head, tail) = ends(text);
            let numbers = self.cells.get(&(*column, whole(0, head, tail, text.len() as u32)));
            numbers.into_iter().flatten().for_each(|number| yes(*number));
        }
    }
}
