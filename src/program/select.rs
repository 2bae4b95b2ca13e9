//! Which parts of the answers of external calls are read.
//!
//! In: compiled code. Out: for each external call a [`Selection`], if code reads members of its answers and never an answer as
//! a whole. An answer is followed from operation to operation, through variables, as long as each only steps into it; what any
//! other operation does with it reads all that is left.

use super::{Op, Program};
use crate::value::json::Selection;
use std::collections::{HashMap, HashSet};

/// The selections, by the number of the external call; none where all is read.
pub(super) fn selections(program: &Program) -> Vec<Option<Selection>> {
    let mut selections: Vec<Selection> = vec![Selection::default(); program.externals.len()];
    let mut readers: HashMap<u32, Vec<usize>> = HashMap::new();
    // Where a part of an answer is on top: the operation that comes next, the call, and the node of the part.
    let mut tops: Vec<(usize, u32, u32)> = Vec::new();
    for (at, op) in program.code.iter().enumerate() {
        match op {
            Op::Let(id) => readers.entry(*id).or_default().push(at + 1),
            Op::External { call, .. } => tops.push((at + 1, *call, Selection::ROOT)),
            _ => {}
        }
    }
    let mut seen: HashSet<(usize, u32, u32)> = tops.iter().copied().collect();
    while let Some((at, call, node)) = tops.pop() {
        let Some(selection) = selections.get_mut(call as usize) else { continue };
        let mut go_on = |at, node| {
            if seen.insert((at, call, node)) {
                tops.push((at, call, node));
            }
        };
        match program.code.get(at) {
            // What no member hides is a count of all there are (L3.7).
            Some(Op::Member(name)) if !program.str(*name).eq_ignore_ascii_case("Length") => {
                let name = program.str(*name);
                go_on(at + 1, selection.member(node, name));
            }
            Some(Op::Field { name, .. }) => {
                let member = selection.member(node, program.str(*name));
                selection.read(member);
            }
            Some(Op::Int(_)) if matches!(program.code.get(at + 1), Some(Op::Element)) => {
                go_on(at + 2, selection.elements(node));
            }
            Some(Op::EndLet(id)) => readers.get(id).into_iter().flatten().for_each(|at| go_on(*at, node)),
            Some(Op::Diagnostics | Op::DiagnosticsOf(_)) => {}
            _ => selection.read(node),
        }
    }
    selections.into_iter().map(|selection| (!selection.is_whole()).then_some(selection)).collect()
}
