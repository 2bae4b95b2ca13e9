//! The conditions of all statements as one graph of tests.
//!
//! In: a program whose rules are nothing but statements, and that has no index. Out: the tests of its statements once more; where
//! the condition of one is false, the next one's follow. To look at one statement after another is then to follow tests to their
//! end, and a clause that does not fire costs no more than its tests.

use super::{Condition, FALSE, Program, TRUE, Test};
use std::collections::HashMap;

/// See [the module](self). Numbers from [`END`] on are no tests.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) entry: u32,
    pub(crate) tests: Box<[Test]>,
}

/// From here on it ends: the rest is the number of the statement that fires, or one of the next two.
pub(crate) const END: u32 = 1 << 31;

/// None fires.
pub(crate) const NOTHING: u32 = u32::MAX;

/// The condition of a statement makes calls.
const CALLS: u32 = u32::MAX - 1;

/// Of how many tests there is a second copy at most.
const MOST_TESTS: usize = 1 << 12;

impl Chain {
    /// The chain of a program, if it may have one.
    pub(super) fn new(program: &Program) -> Option<Chain> {
        if program.index.is_some() || program.tests.len() > MOST_TESTS {
            return None;
        }
        let mut tests = Vec::new();
        let mut entry = NOTHING;
        for (number, statement) in program.lone_statements()?.iter().enumerate().rev() {
            let fires = END | number as u32;
            entry = match statement.when {
                Condition::Always => fires,
                Condition::Code(_) => CALLS,
                Condition::Tests(first) => copy(program, first, (fires, entry), &mut tests)?,
            };
        }
        (tests.len() <= MOST_TESTS).then(|| Chain { entry, tests: tests.into() })
    }
}

/// Copies the tests of a condition. Where the copy begins, which goes on at `yes` or `no`.
fn copy(program: &Program, entry: u32, (yes, no): (u32, u32), copies: &mut Vec<Test>) -> Option<u32> {
    let first = copies.len() as u32;
    let mut places = HashMap::from([(entry, first)]);
    let mut reached = vec![entry];
    let mut done = 0;
    while let Some(number) = reached.get(done) {
        let test = program.tests.get(*number as usize)?;
        done += 1;
        for next in [test.yes, test.no] {
            if next < FALSE && !places.contains_key(&next) {
                places.insert(next, first + reached.len() as u32);
                reached.push(next);
            }
        }
        if reached.len() + copies.len() > MOST_TESTS {
            return None;
        }
    }
    let place = |number: u32| match number {
        TRUE => Some(yes),
        FALSE => Some(no),
        _ => places.get(&number).copied(),
    };
    for number in reached {
        let test = program.tests.get(number as usize)?;
        copies.push(Test { kind: test.kind, yes: place(test.yes)?, no: place(test.no)? });
    }
    Some(first)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "tests")]

    use super::*;
    use crate::program::{Statement, TestKind};

    #[test]
    fn a_chain_ends_at_the_first_statement_whose_condition_holds() {
        // (0 && !1) || 2, then 1, then whatever the last one is. Targets come first.
        let test = |slot, yes, no| Test { kind: TestKind::Bool(slot), yes, no };
        let tests = vec![test(2, TRUE, FALSE), test(1, 0, TRUE), test(0, 1, 0), test(1, TRUE, FALSE)];
        let statement = |when| Statement { when, effects: 0..0, clause: 0, rule: 0, decides: None };
        for (last, end) in [(Condition::Always, END | 2), (Condition::Code(0), CALLS), (Condition::Tests(0), NOTHING)] {
            let statements = [Condition::Tests(2), Condition::Tests(3), last].map(statement).into();
            let program = Program { tests: tests.clone(), statements, lone: Some(3), ..Program::default() };
            let chain = Chain::new(&program).expect("a chain");
            for values in 0..8_u32 {
                let follow = |mut at: u32, tests: &[Test]| {
                    while let Some(test) = tests.get(at as usize) {
                        let holds = matches!(test.kind, TestKind::Bool(slot) if values >> slot & 1 != 0);
                        at = if holds { test.yes } else { test.no };
                    }
                    at
                };
                let fires = |entry| follow(entry, &tests) == TRUE;
                let expected = if fires(2) {
                    END
                } else if fires(3) {
                    END | 1
                } else {
                    end
                };
                assert_eq!(follow(chain.entry, &chain.tests), expected, "{values:03b} {last:?}");
            }
        }
    }
}
