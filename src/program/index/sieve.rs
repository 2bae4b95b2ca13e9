//! Conditions that ask for nothing rare: ranges, truth values, one slot compared with another.
//!
//! A row for each way of a statement, a bit for each row, and columns: a column is something that many rows ask, a Double
//! slot or one test. For what an event holds there, a column has a mask of the rows that may still be met; what is left of
//! all masks is looked at. A slot's values are cut into pieces, each with its mask, so a row near the border of its range may
//! be left though it is not met: it costs a look.

use super::access::{Literal, Way};
use crate::program::TestKind;
use std::collections::BTreeMap;

/// How many bytes of masks there may be: so many, and so many for each row.
const BYTES: usize = 16 << 10;
const BYTES_PER_ROW: usize = 64;

/// The most tests that are counted.
const MOST_TESTS: usize = 256;

/// The most pieces that a slot's values are cut into.
const MOST_PIECES: usize = 64;

/// See [the module](self).
#[derive(Debug, Default)]
pub(crate) struct Sieve {
    /// The statement of each row, ascending.
    pub(crate) rows: Box<[u32]>,
    /// How many words a mask has.
    pub(crate) words: usize,
    pub(crate) ranges: Box<[Range]>,
    pub(crate) tests: Box<[Asked]>,
    /// How many rows no column says anything of: they are always looked at.
    pub(super) free: usize,
    /// All masks, one behind the other; the first lets all rows through.
    pub(crate) masks: Box<[u64]>,
}

/// A Double slot that rows ask about.
#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) slot: u32,
    /// Where the pieces meet, ascending: the first piece is below the first border, the last one reaches up from the last.
    pub(crate) borders: Box<[f64]>,
    /// The mask of the first piece.
    pub(crate) first: u32,
}

/// A test that rows ask.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) kind: TestKind,
    /// The mask if it does not hold; if it does, the next one.
    pub(crate) first: u32,
}

/// The values that a row lets a slot have, borders included.
#[derive(Clone, Copy, Debug)]
struct Span {
    row: usize,
    low: f64,
    high: f64,
}

impl Sieve {
    /// A sieve of ways, each with its statement, in the order of statements.
    pub(super) fn new(ways: &[(u32, &Way)]) -> Sieve {
        let words = ways.len().div_ceil(64);
        let mut masks = vec![u64::MAX; words];
        if let (Some(last), rest @ 1..) = (masks.last_mut(), ways.len() % 64) {
            *last = (1 << rest) - 1;
        }
        let mut spans: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
        let mut asked: Vec<(TestKind, Vec<(usize, bool)>)> = Vec::new();
        for (row, (_, way)) in ways.iter().enumerate() {
            for literal in *way {
                match span(literal) {
                    Some((slot, low, high)) => spans.entry(slot).or_default().push(Span { row, low, high }),
                    None => {
                        let known = asked.iter().position(|(kind, _)| *kind == literal.kind).unwrap_or(asked.len());
                        if known == asked.len() && known < MOST_TESTS {
                            asked.push((literal.kind, Vec::new()));
                        }
                        if let Some((_, rows)) = asked.get_mut(known) {
                            rows.push((row, literal.holds));
                        }
                    }
                }
            }
        }
        // A column costs a look at each of its words.
        let worth = 2 + words / 4;
        spans.retain(|_, spans| spans.len() >= worth);
        asked.retain(|(_, rows)| rows.len() >= worth);
        let mut free = vec![true; ways.len()];
        let of_ranges = spans.values().flatten().map(|span| span.row);
        for row in of_ranges.chain(asked.iter().flat_map(|(_, rows)| rows).map(|(row, _)| *row)) {
            if let Some(free) = free.get_mut(row) {
                *free = false;
            }
        }
        let of_tests = asked.len() * 2 * words * 8;
        let room = (BYTES + BYTES_PER_ROW * ways.len()).saturating_sub(of_tests);
        let pieces = (room / (words.max(1) * 8 * spans.len().max(1))).clamp(4, MOST_PIECES);
        let mut sieve =
            Sieve { words, rows: ways.iter().map(|(statement, _)| *statement).collect(), ..Sieve::default() };
        sieve.free = free.into_iter().filter(|free| *free).count();
        let all = masks.clone();
        let mut add = |lets: &dyn Fn(&mut [u64])| {
            let first = masks.len() as u32;
            let mut mask = all.clone();
            lets(&mut mask);
            masks.append(&mut mask);
            first
        };
        let ranges = spans.into_iter().map(|(slot, spans)| {
            let borders = borders(&spans, pieces);
            let mut first = None;
            for piece in 0..=borders.len() {
                let from = piece.checked_sub(1).and_then(|at| borders.get(at)).copied().unwrap_or(f64::NEG_INFINITY);
                let to = borders.get(piece).copied().unwrap_or(f64::INFINITY);
                let at = add(&|mask| {
                    let missed =
                        spans.iter().filter(|span| span.high < from || (span.low >= to && piece < borders.len()));
                    missed.for_each(|span| clear(mask, span.row));
                });
                first.get_or_insert(at);
            }
            Range { slot, borders, first: first.unwrap_or(0) }
        });
        sieve.ranges = ranges.collect();
        let tests = asked.into_iter().map(|(kind, rows)| {
            let first = add(&|mask| rows.iter().filter(|(_, holds)| *holds).for_each(|(row, _)| clear(mask, *row)));
            add(&|mask| rows.iter().filter(|(_, holds)| !*holds).for_each(|(row, _)| clear(mask, *row)));
            Asked { kind, first }
        });
        sieve.tests = tests.collect();
        sieve.masks = masks.into();
        sieve
    }
}

fn clear(mask: &mut [u64], row: usize) {
    if let Some(word) = mask.get_mut(row / 64) {
        *word &= !(1 << (row % 64));
    }
}

/// Whether a literal can stand in a sieve.
pub(super) fn takes(literal: &Literal) -> bool {
    !matches!(literal.kind, TestKind::Code(_) | TestKind::Constant(_))
}

/// What a literal says of a Double slot.
pub(super) fn span(literal: &Literal) -> Option<(u32, f64, f64)> {
    let (slot, low, high) = match (literal.kind, literal.holds) {
        (TestKind::Less(slot, c), true) | (TestKind::GreaterOrEqual(slot, c), false) => {
            (slot, f64::NEG_INFINITY, c.next_down())
        }
        (TestKind::LessOrEqual(slot, c), true) | (TestKind::Greater(slot, c), false) => (slot, f64::NEG_INFINITY, c),
        (TestKind::Less(slot, c), false) | (TestKind::GreaterOrEqual(slot, c), true) => (slot, c, f64::INFINITY),
        (TestKind::LessOrEqual(slot, c), false) | (TestKind::Greater(slot, c), true) => {
            (slot, c.next_up(), f64::INFINITY)
        }
        (TestKind::Equal(slot, c), true) => (slot, c, c),
        _ => return None,
    };
    (!low.is_nan() && !high.is_nan()).then_some((slot, low, high))
}

/// Where to cut, so that about as many ranges begin or end in each piece.
fn borders(spans: &[Span], pieces: usize) -> Box<[f64]> {
    let mut ends: Vec<f64> =
        spans.iter().flat_map(|span| [span.low, span.high.next_up()]).filter(|end| end.is_finite()).collect();
    ends.sort_unstable_by(f64::total_cmp);
    let every = ends.len().div_ceil(pieces).max(1);
    let mut borders: Vec<f64> = ends.into_iter().skip(every / 2).step_by(every).collect();
    borders.dedup();
    borders.into()
}
