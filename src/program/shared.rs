//! Calculations that many tests compare, each made once for an event.
//!
//! In: tests that compare calculations of Double slots, such as a thousand bands of `LET $x = @"a" * 2 + @"b"`. Out: slots
//! behind those that are read, which hold what is calculated, and tests of them as of others: the index files them like those.

use super::calculation::{Calculated, Calculation, Step};
use super::fuse::number_test;
use super::{Program, Test, TestKind};
use std::collections::HashMap;

/// From how many comparisons on a calculation has a slot, and how many have one: it is filled for every event.
const FEWEST: usize = 4;
const MOST: usize = 32;

/// What tells one calculation from another.
type Key = Vec<(u8, u64)>;

/// One side of a comparison.
enum Side {
    Constant(f64),
    Slot(u32),
}

/// Gives slots to calculations that many tests compare.
pub(super) fn share(program: &mut Program) {
    let mut asked: HashMap<Key, (usize, u32)> = HashMap::new();
    for calculation in compared(program) {
        let (left, _, right) = calculation.sides();
        for side in [left, right].into_iter().filter(|side| side.len() > 1) {
            asked.entry(key(side)).or_default().0 += 1;
        }
    }
    asked.retain(|_, (count, _)| *count >= FEWEST);
    if asked.is_empty() {
        return;
    }
    let first = program.columns.doubles.len() as u32;
    let mut made: Vec<Calculated> = Vec::new();
    let mut by_count: Vec<_> = asked.iter().map(|(key, (count, _))| (std::cmp::Reverse(*count), key.clone())).collect();
    by_count.sort_unstable();
    by_count.truncate(MOST);
    let mut slots: HashMap<Key, u32> = HashMap::new();
    for (_, key) in by_count {
        slots.insert(key, u32::MAX);
    }
    for calculation in compared(program) {
        let (left, _, right) = calculation.sides();
        for side in [left, right] {
            if let Some(slot @ &mut u32::MAX) = slots.get_mut(&key(side)) {
                *slot = first + made.len() as u32;
                made.push(Calculated(side.into()));
            }
        }
    }
    program.columns.calculated = made;
    let mut left_over = Vec::new();
    let calculations = std::mem::take(&mut program.calculations);
    for test in &mut program.tests {
        let TestKind::Calculation(number) = test.kind else { continue };
        let Some(calculation) = calculations.get(number as usize) else { continue };
        match rewritten(calculation, &slots) {
            Some((kind, true)) => test.kind = kind,
            Some((kind, false)) => *test = Test { kind, yes: test.no, no: test.yes },
            None => {
                test.kind = TestKind::Calculation(left_over.len() as u32);
                left_over.push(calculation.clone());
            }
        }
    }
    program.calculations = left_over;
}

/// What tests compare.
fn compared(program: &Program) -> impl Iterator<Item = &Calculation> {
    program.tests.iter().filter_map(|test| match test.kind {
        TestKind::Calculation(number) => program.calculations.get(number as usize),
        _ => None,
    })
}

/// A comparison of slots and constants, and whether yes means true.
fn rewritten(calculation: &Calculation, slots: &HashMap<Key, u32>) -> Option<(TestKind, bool)> {
    let (left, relation, right) = calculation.sides();
    let side = |steps: &[Step]| match *steps {
        [Step::Constant(value)] => Some(Side::Constant(value)),
        [Step::Slot(slot)] => Some(Side::Slot(slot)),
        _ => slots.get(&key(steps)).map(|slot| Side::Slot(*slot)),
    };
    let (slot, relation, constant) = match (side(left)?, side(right)?) {
        (Side::Slot(left), Side::Slot(right)) => return Some((TestKind::Doubles(relation, left, right), true)),
        (Side::Slot(slot), Side::Constant(constant)) => (slot, relation, constant),
        (Side::Constant(constant), Side::Slot(slot)) => (slot, relation.turned(), constant),
        (Side::Constant(_), Side::Constant(_)) => return None,
    };
    Some(number_test(relation, slot, constant))
}

fn key(steps: &[Step]) -> Key {
    let part = |step: &Step| match *step {
        Step::Slot(slot) => (0, u64::from(slot)),
        Step::Constant(value) => (1, value.to_bits()),
        Step::Negate => (2, 0),
        Step::Apply(operator) => (3, operator as u64),
    };
    steps.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::Arithmetic;
    use crate::value::operate::Relation;

    const SUM: [Step; 5] = [
        Step::Slot(0),
        Step::Constant(2.0),
        Step::Apply(Arithmetic::MultiplyDouble),
        Step::Slot(1),
        Step::Apply(Arithmetic::AddDouble),
    ];

    fn compared_with(other: Step, relation: Relation) -> Calculation {
        Calculation::new(SUM.into_iter().chain([other]).collect(), relation)
    }

    fn program(calculations: Vec<Calculation>) -> Program {
        let mut program = Program::default();
        program.columns.doubles = vec![0, 1];
        program.tests = (0..calculations.len() as u32)
            .map(|number| Test { kind: TestKind::Calculation(number), yes: 7, no: 9 })
            .collect();
        program.calculations = calculations;
        program
    }

    #[test]
    fn the_sides_of_a_comparison_are_told_apart() {
        let negated = [Step::Slot(3), Step::Negate];
        let calculation = Calculation::new(SUM.into_iter().chain(negated).collect(), Relation::Less);
        let (left, _, right) = calculation.sides();
        assert_eq!((left.len(), right.len()), (5, 2));
        let calculation = Calculation::new(negated.into_iter().chain(SUM).collect(), Relation::Less);
        let (left, _, right) = calculation.sides();
        assert_eq!((left.len(), right.len()), (2, 5));
    }

    #[test]
    fn what_many_compare_becomes_a_slot() {
        let mut relations = [Relation::Greater, Relation::LessOrEqual, Relation::Equal, Relation::NotEqual].into_iter();
        let all = relations.by_ref().map(|relation| compared_with(Step::Constant(5.0), relation)).collect();
        let mut shared = program(all);
        share(&mut shared);
        let kinds: Vec<TestKind> = shared.tests.iter().map(|test| test.kind).collect();
        let equal = TestKind::Equal(2, 5.0);
        assert_eq!(kinds, [TestKind::Greater(2, 5.0), TestKind::LessOrEqual(2, 5.0), equal, equal]);
        assert_eq!(shared.tests.iter().map(|test| test.yes).collect::<Vec<_>>(), [7, 7, 7, 9]);
        assert!(shared.calculations.is_empty());
        let values: Vec<f64> = shared.columns.calculated.iter().map(|one| one.value(&[1.5, 4.0])).collect();
        assert_eq!(values, [7.0]);
    }

    #[test]
    fn each_calculation_has_a_slot_of_its_own() {
        let double = |number| [Step::Slot(number), Step::Constant(2.0), Step::Apply(Arithmetic::MultiplyDouble)];
        let all = [0, 1, 0].map(double).into_iter().flat_map(|steps| {
            let steps: Vec<Step> = steps.into_iter().chain([Step::Constant(5.0)]).collect();
            vec![Calculation::new(steps, Relation::Less); 4]
        });
        let mut shared = program(all.collect());
        share(&mut shared);
        let kinds: Vec<TestKind> = shared.tests.iter().map(|test| test.kind).collect();
        assert_eq!(kinds, [2, 3, 2].map(|slot| [TestKind::Less(slot, 5.0); 4]).concat());
        let values: Vec<f64> = shared.columns.calculated.iter().map(|one| one.value(&[1.5, 4.0])).collect();
        assert_eq!(values, [3.0, 8.0]);
    }

    #[test]
    fn what_few_compare_is_calculated_where_it_stands() {
        let mut few = program(vec![compared_with(Step::Constant(5.0), Relation::Less); 3]);
        share(&mut few);
        assert!(few.columns.calculated.is_empty());
        assert_eq!(few.calculations.len(), 3);
    }
}
