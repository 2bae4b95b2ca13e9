//! What has to hold for a condition to be more than quietly false.
//!
//! In: the graph of tests of a condition. Out: its [`Way`]s. Following the tests goes one way to its end, so if of every way
//! to "true", or to code that does something, one test goes otherwise, the condition is false and looking at it changes
//! nothing: it calls nothing, fails nowhere, notes nothing, evaluates no variable whose time matters.

use crate::function::Takes;
use crate::program::{FALSE, Op, Program, TRUE, TestKind};
use crate::value::Type;
use crate::value::operate::Operands;

/// A test and how it has to end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Literal {
    pub(super) kind: TestKind,
    pub(super) holds: bool,
}

/// Tests that all have to end so.
pub(super) type Way = Vec<Literal>;

/// How many ways a condition may have, how many tests of one are kept, and how many steps may be spent on a condition.
const MOST_WAYS: usize = 64;
const MOST_TESTS: usize = 12;
const MOST_STEPS: usize = 512;

/// Looks at the conditions of a program.
pub(super) struct Access<'p> {
    program: &'p Program,
    /// For each variable whether evaluating it changes nothing.
    quiet: Vec<bool>,
}

impl<'p> Access<'p> {
    pub(super) fn new(program: &'p Program) -> Access<'p> {
        let mut access = Access { program, quiet: Vec::new() };
        // A variable is made of earlier ones only.
        for start in &program.lets {
            let quiet = access.is_quiet(*start);
            access.quiet.push(quiet);
        }
        access
    }

    /// The ways of the condition that begins at a test; `None` if that is too much to tell.
    pub(super) fn ways(&self, entry: u32) -> Option<Vec<Way>> {
        let mut ways = Vec::new();
        let mut way = Way::new();
        // Where to go on, with how many of the literals so far, and one more.
        let mut open: Vec<(u32, usize, Option<Literal>)> = vec![(entry, 0, None)];
        let mut steps = 0;
        while let Some((at, kept, literal)) = open.pop() {
            way.truncate(kept);
            way.extend(literal);
            steps += 1;
            if steps > MOST_STEPS || ways.len() > MOST_WAYS {
                return None;
            }
            let kept = way.len();
            match (at, self.program.tests.get(at as usize)) {
                (FALSE, _) => {}
                (TRUE, _) | (_, None) => ways.push(way.clone()),
                (_, Some(_)) if kept >= MOST_TESTS => ways.push(way.clone()),
                (_, Some(test)) => match test.kind {
                    TestKind::Constant(holds) => open.push((if holds { test.yes } else { test.no }, kept, None)),
                    TestKind::Code(start) if self.is_quiet(start) => {
                        open.extend([(test.no, kept, None), (test.yes, kept, None)]);
                    }
                    TestKind::Code(_) => ways.push(way.clone()),
                    kind => {
                        let no = says_much(kind).then_some(Literal { kind, holds: false });
                        open.push((test.no, kept, no));
                        open.push((test.yes, kept, Some(Literal { kind, holds: true })));
                    }
                },
            }
        }
        Some(ways)
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
            | TestKind::Calculation(_)
    )
}
