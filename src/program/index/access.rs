//! What has to hold for a condition to be more than quietly false.
//!
//! In: the graph of tests of a condition. Out: its [`Way`]s. Following the tests goes one way to its end, so if of every way
//! to "true", or to code that does something, one test goes otherwise, the condition is false and looking at it changes
//! nothing: it calls nothing, fails nowhere, notes nothing, evaluates no variable whose time matters.

use crate::function::Takes;
use crate::program::{DERIVED, FALSE, Op, Program, TRUE, TestKind};
use crate::value::Type;
use crate::value::operate::Operands;
use std::ops::Range;

/// A test and how it has to end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Literal {
    pub(super) kind: TestKind,
    pub(super) holds: bool,
}

/// Tests that all have to end so.
pub(super) type Way = [Literal];

/// The ways of many conditions, by number, their tests one behind the other.
#[derive(Debug, Default)]
pub(super) struct Ways {
    literals: Vec<Literal>,
    /// Where the tests of each end.
    ends: Vec<u32>,
}

impl Ways {
    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        self.ends.len() as u32
    }

    pub(super) fn get(&self, number: u32) -> &Way {
        let end = |number: usize| self.ends.get(number).map_or(0, |end| *end as usize);
        let start = (number as usize).checked_sub(1).map_or(0, end);
        self.literals.get(start..end(number as usize)).unwrap_or_default()
    }

    /// Those of these numbers.
    pub(super) fn all(&self, numbers: Range<u32>) -> impl Iterator<Item = &Way> {
        numbers.map(|number| self.get(number))
    }

    pub(super) fn push(&mut self, way: &Way, more: &Way) {
        self.literals.extend_from_slice(way);
        self.literals.extend_from_slice(more);
        self.ends.push(self.literals.len() as u32);
    }

    fn truncate(&mut self, count: u32) {
        self.ends.truncate(count as usize);
        self.literals.truncate(self.ends.last().map_or(0, |end| *end as usize));
    }
}

/// How many ways a condition may have, how many tests of one are kept, and how many steps may be spent on a condition.
const MOST_WAYS: u32 = 64;
const MOST_TESTS: usize = 12;
const MOST_STEPS: usize = 512;

/// From how many tests on it pays to derive a value before any of them is looked at.
const FEWEST_USES: u32 = 4;

/// Looks at the conditions of a program.
pub(super) struct Access<'p> {
    program: &'p Program,
    /// For each variable whether evaluating it changes nothing.
    quiet: Vec<bool>,
    /// For each derived value whether it is there in every event.
    sure: Vec<bool>,
    /// The way that is followed.
    way: Vec<Literal>,
    /// Where to go on, with how many of its tests, and one more.
    open: Vec<(u32, usize, Option<Literal>)>,
}

impl<'p> Access<'p> {
    pub(super) fn new(program: &'p Program) -> Access<'p> {
        let mut access = Access { program, quiet: Vec::new(), sure: Vec::new(), way: Vec::new(), open: Vec::new() };
        // A variable is made of earlier ones only.
        for start in &program.lets {
            let quiet = access.is_quiet(*start);
            access.quiet.push(quiet);
        }
        access.sure = program.derived.iter().map(|derivation| access.is_quiet(derivation.code)).collect();
        access
    }

    /// Adds the ways of the condition that begins at a test, each with more tests behind it; `None` if that is too much to
    /// tell.
    pub(super) fn ways(&mut self, entry: u32, more: &Way, ways: &mut Ways) -> Option<()> {
        let before = ways.count();
        self.way.clear();
        self.open.clear();
        self.open.push((entry, 0, None));
        let mut steps = 0;
        while let Some((at, kept, literal)) = self.open.pop() {
            self.way.truncate(kept);
            self.way.extend(literal);
            steps += 1;
            if steps > MOST_STEPS || ways.count() - before > MOST_WAYS {
                ways.truncate(before);
                return None;
            }
            let kept = self.way.len();
            match (at, self.program.tests.get(at as usize)) {
                (FALSE, _) => {}
                (TRUE, _) | (_, None) => ways.push(&self.way, more),
                (_, Some(_)) if kept >= MOST_TESTS => ways.push(&self.way, more),
                (_, Some(test)) => match test.kind {
                    TestKind::Constant(holds) => self.open.push((if holds { test.yes } else { test.no }, kept, None)),
                    TestKind::Code(start) if self.is_quiet(start) => {
                        self.open.extend([(test.no, kept, None), (test.yes, kept, None)]);
                    }
                    TestKind::Code(_) => ways.push(&self.way, more),
                    // Where there is no value, the code beside it tells.
                    TestKind::Known(number) => {
                        if !self.sure.get(number as usize).copied().unwrap_or(false) {
                            let lost = Literal { kind: test.kind, holds: false };
                            self.open.push((test.no, kept, self.is_shared(lost.kind).then_some(lost)));
                        }
                        self.open.push((test.yes, kept, None));
                    }
                    kind if !self.is_shared(kind) => {
                        self.open.extend([(test.no, kept, None), (test.yes, kept, None)]);
                    }
                    kind => {
                        let no = says_much(kind).then_some(Literal { kind, holds: false });
                        self.open.push((test.no, kept, no));
                        self.open.push((test.yes, kept, Some(Literal { kind, holds: true })));
                    }
                },
            }
        }
        Some(())
    }

    /// Whether what a test asks is looked up for more than a few: a value that is derived for them alone costs more to derive
    /// than it keeps out.
    fn is_shared(&self, kind: TestKind) -> bool {
        let derived = match kind {
            TestKind::Known(number) => number,
            kind => match kind.column() {
                Some((_, slot)) if slot & DERIVED != 0 => slot & !DERIVED,
                _ => return true,
            },
        };
        self.program.derived.get(derived as usize).is_some_and(|derivation| derivation.uses >= FEWEST_USES)
    }

    /// Whether running the code from there to its end changes nothing, whatever the event is.
    fn is_quiet(&self, start: u32) -> bool {
        let code = self.program.code.get(start as usize..).unwrap_or_default();
        for op in code {
            let quiet = match op {
                Op::End | Op::EndLet(_) => return true,
                Op::Let(id) => self.quiet.get(*id as usize).copied().unwrap_or(false),
                Op::Call { function, .. } => {
                    let reads_json = |takes: &Takes| match takes {
                        Takes::One(ty) | Takes::Optional(ty) | Takes::Rest(ty) => is_json(*ty),
                        Takes::Any => true,
                    };
                    !function.can_fail && !function.parameters.iter().any(|(_, takes)| reads_json(takes))
                }
                Op::Compare(comparison) => matches!(comparison.operands, Operands::Same | Operands::IgnoringCase),
                Op::Bool(_)
                | Op::Int(_)
                | Op::Double(_)
                | Op::Text(_)
                | Op::CharSet(_)
                | Op::Constant(_)
                | Op::SlotBool(_)
                | Op::SlotInt(_)
                | Op::SlotDouble(_)
                | Op::SlotText(_)
                | Op::SlotDate(_)
                | Op::Exists(_)
                | Op::Not
                | Op::And { .. }
                | Op::Or { .. }
                | Op::Branch { .. }
                | Op::Jump(_)
                | Op::Arithmetic(_)
                | Op::Bound { .. }
                | Op::Convert(crate::hir::Conversion::Widen, _) => !op.can_fail(),
                _ => false,
            };
            if !quiet {
                return false;
            }
        }
        false
    }
}

fn is_json(ty: Type) -> bool {
    matches!(ty, Type::Json | Type::Record(_))
}

/// Whether it says much that a test does not hold.
fn says_much(kind: TestKind) -> bool {
    matches!(
        kind,
        TestKind::Bool(_)
            | TestKind::Exists(_)
            | TestKind::Less(..)
            | TestKind::LessOrEqual(..)
            | TestKind::Greater(..)
            | TestKind::GreaterOrEqual(..)
            | TestKind::Doubles(..)
            | TestKind::Listed(_)
            | TestKind::Calculation(_)
    )
}
