//! Follows the tests of a condition: a load and a comparison each, and a jump.

use super::Input;
use super::machine::{Machine, Stop};
use crate::program::{FALSE, TRUE, Test, TestKind};
use crate::value::{Datum, Type};

impl<'a> Machine<'a> {
    /// Follows tests to their end.
    #[inline]
    pub(super) fn tests<const CAREFUL: bool>(&mut self, entry: u32) -> Result<bool, Stop> {
        let Input { program, slots, text, .. } = self.input;
        let mut at = entry;
        loop {
            let Some(test) = program.tests.get(at as usize) else { return Ok(at == TRUE) };
            let slot = test.slot;
            if CAREFUL {
                self.step(1)?;
                self.note_slot(test.kind.column(), slot);
                if let TestKind::TextsEqual(other) = test.kind {
                    self.note_slot(Some(Type::String), other);
                }
                if let TestKind::Doubles(_, other) = test.kind {
                    self.note_slot(Some(Type::Double), other);
                }
                if let TestKind::Calculation(number) = test.kind
                    && let Some(calculation) = program.calculations.get(number as usize)
                {
                    calculation.slots().for_each(|slot| self.note_slot(Some(Type::Double), slot));
                }
                if test.kind.column() == Some(Type::String) {
                    self.step_over(slots.text(slot, text))?;
                }
            }
            let holds = match test.kind {
                TestKind::Code => matches!(self.value(slot)?, Datum::Bool(true)),
                _ => slot_test(&self.input, test),
            };
            at = if holds { test.yes } else { test.no };
            if at >= FALSE {
                return Ok(at == TRUE);
            }
        }
    }
}

/// Whether a test of slots holds, one without code.
#[inline(always)]
pub(crate) fn slot_test(input: &Input<'_>, test: &Test) -> bool {
    let Input { program, slots, raws, text, .. } = *input;
    let slot = test.slot;
    let double = || slots.doubles.get(slot as usize).copied().unwrap_or(0.0);
    match test.kind {
        TestKind::Bool => slots.bools.get(slot as usize).copied().unwrap_or(false),
        TestKind::Less(c) => double() < c,
        TestKind::LessOrEqual(c) => double() <= c,
        TestKind::Greater(c) => double() > c,
        TestKind::GreaterOrEqual(c) => double() >= c,
        TestKind::Equal(c) => double() == c,
        TestKind::TextEqual(c) => equal(slots.bytes(slot, text), program.bytes(c)),
        TestKind::StartsWith(c) => slots.bytes(slot, text).starts_with(program.bytes(c)),
        TestKind::EndsWith(c) => slots.bytes(slot, text).ends_with(program.bytes(c)),
        TestKind::Contains(c) => memchr::memmem::find(slots.bytes(slot, text), program.bytes(c)).is_some(),
        TestKind::In(set) => program.sets.get(set as usize).is_some_and(|set| set.contains(slots.bytes(slot, text))),
        TestKind::TextsEqual(other) => equal(slots.bytes(slot, text), slots.bytes(other, text)),
        TestKind::Doubles(relation, other) => {
            let other = slots.doubles.get(other as usize).copied().unwrap_or(0.0);
            relation.holds(double().partial_cmp(&other))
        }
        TestKind::Calculation(number) => {
            program.calculations.get(number as usize).is_some_and(|calculation| calculation.holds(&slots.doubles))
        }
        TestKind::Exists => raws.exists(slot as usize),
        TestKind::Constant(value) => value,
        TestKind::Code => false,
    }
}

/// Whether two texts are equal. Most that differ differ in length or at their end, which costs no call to compare.
#[inline(always)]
fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.last() == b.last() && a == b
}
