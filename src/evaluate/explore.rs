//! Which calls are merely possible and may start all the same (R8.2).
//!
//! The [`Planner`] walks on where what it met is unknown: into the right side of `&&` and `||`, both branches of `?:`, the
//! clauses behind a condition and the rules behind a `RETURN` that may not fire. A call that it meets with known arguments is
//! possible, and is made if it is safe. What cannot happen whatever the answers are is passed by.
//!
//! Parts of an expression that are walked so are put on a list and walked one after another, so that nothing recurses.

use super::answer::Due;
use super::machine::Machine;
use super::plan::Planner;
use crate::program::{Argument, Effect, Program};
use bumpalo::collections::Vec as ArenaVec;
use std::collections::HashSet;

/// What a walk through the possible knows.
#[derive(Debug)]
pub(super) struct Explore {
    /// For each call whether it may be made in vain.
    safe: Vec<bool>,
    /// Code still to be walked: its first operation, and the one behind it.
    later: Vec<(u32, u32)>,
    /// The first operations of all code that was put on the list: each is walked once.
    seen: HashSet<u32, foldhash::fast::RandomState>,
}

impl Explore {
    pub(super) fn is_safe(&self, call: u32) -> bool {
        self.safe.get(call as usize).copied().unwrap_or(false)
    }
}

/// The safe calls that are possible, in the order of the rules.
pub(super) fn possible<'a>(machine: Machine<'a>, safe: Vec<bool>) -> ArenaVec<'a, Due<'a>> {
    if !safe.contains(&true) {
        return ArenaVec::new_in(machine.context.arena);
    }
    let is_expression = machine.input.program.expression_type.is_some();
    let mut planner = Planner::new(machine);
    planner.explore = Some(Explore { safe, later: Vec::new(), seen: HashSet::default() });
    if is_expression { planner.expression() } else { planner.rules() }
}

impl<'a> Planner<'a> {
    /// Code that may run or not is walked when the code around it is done.
    pub(super) fn explore_later(&mut self, from: u32, to: u32) {
        if let Some(explore) = &mut self.explore
            && explore.seen.insert(from)
        {
            explore.later.push((from, to));
        }
    }

    /// Walks all such code.
    pub(super) fn explore_skipped(&mut self) {
        while let Some((from, to)) = self.explore.as_mut().and_then(|explore| explore.later.pop()) {
            self.walk_to(from, to);
        }
    }

    /// Walks the values of an effect that may take place.
    pub(super) fn explore_effect(&mut self, program: &'a Program, effect: &Effect) {
        if self.explore.is_none() {
            return;
        }
        match effect {
            Effect::Decide(decide) => {
                for argument in decide.texts() {
                    if let Argument::Code(code) = argument {
                        self.walk(code);
                    }
                }
            }
            Effect::Call(code) | Effect::Route(code) => {
                self.walk(*code);
            }
            Effect::Output(pairs)
            | Effect::Trace(pairs)
            | Effect::SetVariables(pairs)
            | Effect::SetResponse(_, pairs) => {
                for pair in pairs.clone().filter_map(|number| program.pairs.get(number as usize)) {
                    self.walk(pair.code);
                }
            }
        }
    }
}
