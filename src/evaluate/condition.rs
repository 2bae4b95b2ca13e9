//! Follows the tests of a condition: a load and a comparison each, and a jump.

use super::Seen;
use super::consulted;
use super::machine::{Machine, Stop};
use super::search;
use super::slots::TextSlot;
use crate::program::{FALSE, TRUE, Test, TestKind};
use crate::value::{Datum, Type};

impl<'a> Machine<'a> {
    /// Follows tests to their end.
    #[inline]
    pub(super) fn tests<const CAREFUL: bool>(&mut self, entry: u32) -> Result<bool, Stop> {
        let program = self.input.program;
        let mut at = entry;
        loop {
            let Some(test) = program.tests.get(at as usize) else { return Ok(at == TRUE) };
            if CAREFUL {
                self.look_after(test)?;
            }
            let holds = match test.kind {
                TestKind::Code(start) => matches!(self.value(start)?, Datum::Bool(true)),
                // Only code makes notes and counts steps.
                TestKind::Known(_) if CAREFUL => false,
                _ => slot_test(self.input.seen(), test),
            };
            at = if holds { test.yes } else { test.no };
            if at >= FALSE {
                return Ok(at == TRUE);
            }
        }
    }

    /// Makes the notes of a test and counts its steps.
    fn look_after(&mut self, test: &Test) -> Result<(), Stop> {
        let Seen { program, slots, text, .. } = self.input.seen();
        self.step(1)?;
        let column = match test.kind {
            // Its key is a text.
            TestKind::Listed(number) => program.listed.look_up(number).map(|look_up| (Type::String, look_up.slot)),
            kind => kind.column(),
        };
        if let Some((ty, slot)) = column {
            self.note_slot(Some(ty), slot);
        }
        match test.kind {
            TestKind::TextsEqual(_, other) => self.note_slot(Some(Type::String), other),
            TestKind::Doubles(_, _, other) => self.note_slot(Some(Type::Double), other),
            TestKind::Calculation(number) => {
                if let Some(calculation) = program.calculations.get(number as usize) {
                    calculation.slots().for_each(|slot| self.note_slot(Some(Type::Double), slot));
                }
            }
            _ => {}
        }
        match column {
            Some((Type::String, slot)) => self.step_over(slots.text(slot, text)),
            _ => Ok(()),
        }
    }
}

/// Whether a test of slots holds, one without code.
#[inline(always)]
pub(crate) fn slot_test(seen: Seen<'_>, test: &Test) -> bool {
    let Seen { program, slots, raws, text, .. } = seen;
    match test.kind {
        TestKind::Bool(slot) => seen.bool(slot),
        TestKind::Less(slot, c) => seen.double(slot) < c,
        TestKind::LessOrEqual(slot, c) => seen.double(slot) <= c,
        TestKind::Greater(slot, c) => seen.double(slot) > c,
        TestKind::GreaterOrEqual(slot, c) => seen.double(slot) >= c,
        TestKind::Equal(slot, c) => seen.double(slot) == c,
        TestKind::ShortEqual(slot, len, head) => {
            let here = seen.text_slot(slot);
            here.head == head && here.len == u32::from(len)
        }
        TestKind::TextEqual(slot, c) => {
            let here = seen.text_slot(slot);
            let constant = program.bytes(c);
            here.len == c.len
                && is_last(constant, here)
                && is_first(constant, here)
                && (constant.len().wrapping_sub(8) <= 8 || seen.bytes(slot) == constant)
        }
        TestKind::ShortStart(slot, len, head) => {
            let here = seen.text_slot(slot);
            (here.head ^ head) << unused(len) == 0 && here.len >= u32::from(len)
        }
        TestKind::StartsWith(slot, c) => {
            let constant = program.bytes(c);
            let here = seen.text_slot(slot);
            here.len >= c.len
                && is_first(constant, here)
                && seen.bytes(slot).get(..constant.len()).is_some_and(|start| is_same(start, constant))
        }
        TestKind::ShortEnd(slot, len, tail) => {
            let here = seen.text_slot(slot);
            (here.tail ^ tail) >> unused(len) == 0 && here.len >= u32::from(len)
        }
        TestKind::EndsWith(slot, c) => {
            let constant = program.bytes(c);
            let here = seen.text_slot(slot);
            let rest = (here.len as usize).wrapping_sub(constant.len());
            here.len >= c.len
                && is_last(constant, here)
                && seen.bytes(slot).get(rest..).is_some_and(|end| is_same(end, constant))
        }
        TestKind::Contains(slot, c) => {
            seen.place(slot).is_some_and(|(from, range)| search::contains(from.as_bytes(), range, program.bytes(c)))
        }
        TestKind::In(slot, set) => {
            let here = seen.text_slot(slot);
            let whole = || seen.bytes(slot);
            match program.sets.get(set as usize) {
                Some(set) => set.contains(here.head, here.len as usize, whole),
                None => false,
            }
        }
        TestKind::TextsEqual(slot, other) => {
            let (here, there) = (seen.text_slot(slot), seen.text_slot(other));
            here.len == there.len && here.tail == there.tail && (here.len <= 8 || seen.bytes(slot) == seen.bytes(other))
        }
        TestKind::Doubles(relation, slot, other) => relation.holds(seen.double(slot).partial_cmp(&seen.double(other))),
        TestKind::Calculation(number) => match program.calculations.get(number as usize) {
            Some(calculation) => calculation.holds(&slots.doubles),
            None => false,
        },
        TestKind::Listed(number) => consulted::holds(program, slots, raws, text, number),
        TestKind::Exists(path) => raws.exists(path as usize),
        TestKind::Known(number) => seen.is_known(number),
        TestKind::Constant(value) => value,
        TestKind::Code(_) => false,
    }
}

/// Whether two texts are the same. One of 8 to 32 bytes is two numbers, which overlap: quicker than to call a comparison.
#[inline(always)]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        8..=16 => one.first_chunk::<8>() == other.first_chunk() && one.last_chunk::<8>() == other.last_chunk(),
        17..=32 => one.first_chunk::<16>() == other.first_chunk() && one.last_chunk::<16>() == other.last_chunk(),
        _ => one == other,
    }
}

/// The bits of a number that a text of 1 to 8 bytes leaves unused.
#[inline(always)]
fn unused(len: u8) -> u32 {
    (8 - u32::from(len)) * 8 % 64
}

/// Whether a text begins with the first 8 bytes of a constant, if it has so many.
#[inline(always)]
fn is_first(constant: &[u8], here: &TextSlot) -> bool {
    constant.first_chunk().is_none_or(|first| u64::from_le_bytes(*first) == here.head)
}

/// Whether a text ends with the last 8 bytes of a constant, if it has so many.
#[inline(always)]
fn is_last(constant: &[u8], here: &TextSlot) -> bool {
    constant.last_chunk().is_none_or(|last| u64::from_le_bytes(*last) == here.tail)
}
