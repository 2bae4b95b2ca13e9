//! Decisions that need no machine: conditions on slots, and a `RETURN` whose texts are constants.
//!
//! In: an event as a [`Machine`](super::Machine) sees it. Out: what the rules decided, or nothing if something came up that
//! needs the machine: code, an effect, a note to make. Then the rules run again with it; nothing was changed.

use super::candidates::{ALL, Candidates};
use super::condition::slot_test;
use super::run::Decided;
use super::{Policy, Seen};
use crate::program::index::Index;
use crate::program::{Chain, Condition, END, FALSE, NOTHING, Statement, TRUE, TestKind};
use crate::value::DecisionKind;
use smallvec::SmallVec;

/// What the rules decided.
#[derive(Clone, Debug)]
pub(crate) struct Plain {
    /// The place that decided; else nothing did.
    pub(crate) decided: Option<Decided>,
    /// Which decision.
    pub(crate) kind: DecisionKind,
    /// Rules with a condition that held.
    pub(crate) held: SmallVec<[u32; 2]>,
    /// How many rules were looked at.
    pub(crate) looked_at: u32,
}

impl Plain {
    /// Nothing decided, no rule looked at.
    pub(crate) fn nothing() -> Plain {
        Plain { decided: None, kind: DecisionKind::Approve, held: SmallVec::new(), looked_at: 0 }
    }

    fn clear(&mut self) {
        self.decided = None;
        self.kind = DecisionKind::Approve;
        self.held.clear();
    }

    /// A statement whose test holds: a decision, or something for the machine.
    #[inline]
    fn fire(&mut self, statement: &Statement) -> Option<()> {
        self.kind = statement.decides?;
        self.looked_at = statement.rule + 1;
        self.decided =
            Some(Decided { rule: statement.rule, clause: statement.clause, effect: statement.effects.start });
        Some(())
    }
}

/// Runs all rules, unless the machine is needed: then `plain` means nothing.
#[inline(always)]
pub(crate) fn decide(seen: Seen<'_>, policy: &Policy, candidates: &mut Candidates, plain: &mut Plain) -> Option<()> {
    if seen.is_careful(policy.limits.steps) {
        return None;
    }
    plain.clear();
    if let Some(chain) = &seen.program.chain {
        return by_chain(&seen, chain, plain);
    }
    let index = seen.program.index.as_deref().filter(|_| !policy.in_order);
    let Some(statements) = seen.program.lone_statements() else {
        return match index {
            Some(index) if candidates.begin(index) < ALL => by_index(&seen, index, candidates, plain),
            _ => in_order(&seen, candidates, plain),
        };
    };
    let Some(index) = index else { return one_by_one(&seen, statements, plain).map(|_| ()) };
    let first = candidates.begin(index);
    if first > 0 {
        let some = statements.get(..first as usize).unwrap_or(statements);
        let fired = one_by_one(&seen, some, plain)?;
        if fired.is_some() || first == ALL {
            candidates.remember_first(fired.unwrap_or(index.statements as u32));
            return Some(());
        }
    }
    statements_by_index(&seen, index, candidates, statements, plain)
}

/// Follows the tests of all statements to their end.
#[inline(never)]
fn by_chain(seen: &Seen<'_>, chain: &Chain, plain: &mut Plain) -> Option<()> {
    let program = seen.program;
    let mut at = chain.entry;
    while at < END {
        let test = chain.tests.get(at as usize)?;
        if matches!(test.kind, TestKind::Code(_)) {
            return None;
        }
        at = if slot_test(*seen, test) { test.yes } else { test.no };
    }
    if at == NOTHING {
        plain.looked_at = program.rules.len() as u32;
        return Some(());
    }
    plain.fire(program.statements.get((at - END) as usize)?)
}

/// Looks at one statement after another, of rules without conditions: the first of them that fires, counted from 1.
#[inline(never)]
fn one_by_one(seen: &Seen<'_>, statements: &[Statement], plain: &mut Plain) -> Option<Option<u32>> {
    let mut rest = statements.iter();
    while let Some(statement) = rest.next() {
        if holds(*seen, statement.when)? {
            plain.fire(statement)?;
            return Some(Some((statements.len() - rest.len()) as u32));
        }
    }
    plain.looked_at = seen.program.rules.len() as u32;
    Some(None)
}

/// Looks at the statements that the event may concern, but for those that come first.
#[inline(never)]
fn statements_by_index(
    seen: &Seen<'_>,
    index: &Index,
    candidates: &mut Candidates,
    statements: &[Statement],
    plain: &mut Plain,
) -> Option<()> {
    let mut looks = 0;
    candidates.find(index, seen);
    while let Some(number) = candidates.next_found(index, seen) {
        looks += 1;
        let statement = statements.get(number as usize)?;
        if holds(*seen, statement.when)? {
            candidates.remember(index, number + 1, looks);
            return plain.fire(statement);
        }
    }
    candidates.remember(index, index.statements as u32, looks);
    plain.looked_at = seen.program.rules.len() as u32;
    Some(())
}

/// Looks at the rules and statements that the event may concern.
#[inline(never)]
fn by_index(seen: &Seen<'_>, index: &Index, candidates: &mut Candidates, plain: &mut Plain) -> Option<()> {
    let program = seen.program;
    // The rule under way, whether its condition held, whether no other comes after it.
    let (mut rule, mut held, mut last) = (u32::MAX, false, false);
    let mut looks = 0;
    while let Some(number) = candidates.next(index, seen) {
        looks += 1;
        let statement = program.statements.get(number as usize)?;
        if statement.rule != rule {
            if last {
                break;
            }
            rule = statement.rule;
            let of = program.rules.get(rule as usize)?;
            held = holds(*seen, of.condition)?;
            last = held && of.last;
            if held && !matches!(of.condition, Condition::Always) {
                plain.held.push(rule);
            }
        }
        if held && holds(*seen, statement.when)? {
            candidates.remember(index, number + 1, looks);
            return plain.fire(statement);
        }
    }
    candidates.remember(index, index.statements as u32, looks);
    plain.looked_at = if last { rule + 1 } else { program.rules.len() as u32 };
    Some(())
}

/// Looks at one statement after another.
#[inline(never)]
fn in_order(seen: &Seen<'_>, candidates: &mut Candidates, plain: &mut Plain) -> Option<()> {
    let program = seen.program;
    for (number, rule) in (0_u32..).zip(&program.rules) {
        if !matches!(rule.condition, Condition::Always) {
            if !holds(*seen, rule.condition)? {
                continue;
            }
            plain.held.push(number);
        }
        for number in rule.statements.clone() {
            let statement = program.statements.get(number as usize)?;
            if holds(*seen, statement.when)? {
                candidates.remember_first(number + 1);
                return plain.fire(statement);
            }
        }
        if rule.last {
            candidates.remember_first(rule.statements.end);
            plain.looked_at = number + 1;
            return Some(());
        }
    }
    candidates.remember_first(program.statements.len() as u32);
    plain.looked_at = program.rules.len() as u32;
    Some(())
}

/// Whether a condition holds, if slots alone tell.
#[inline(always)]
fn holds(seen: Seen<'_>, condition: Condition) -> Option<bool> {
    let mut at = match condition {
        Condition::Always => return Some(true),
        Condition::Code(_) => return None,
        Condition::Tests(entry) => entry,
    };
    loop {
        let test = seen.program.tests.get(at as usize)?;
        if matches!(test.kind, TestKind::Code(_)) {
            return None;
        }
        // Two ways that stay two: the processor goes on with the likely one before it has the answer.
        if slot_test(seen, test) {
            if test.yes >= FALSE {
                return Some(test.yes == TRUE);
            }
            at = test.yes;
        } else {
            if test.no >= FALSE {
                return Some(test.no == TRUE);
            }
            at = test.no;
        }
    }
}
