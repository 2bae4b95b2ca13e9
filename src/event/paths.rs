//! The paths of a program as a trie.
//!
//! In: paths (L1.9). Out: [`Paths`], which [`super::extract()`] walks along the event. A node is a prefix of paths; where
//! paths end, the node knows the slot that takes the value. Names that differ by case are different edges, because an exact
//! key wins over a similar one for each path by itself (L1.3). A name on an array means its element 0 (L3.6): that is done
//! while walking, so the trie has no more nodes than the paths have steps.

use super::keys::{Keys, Name};
use crate::syntax::ast::{Path, PathStep};
use crate::value::json::MAX_DEPTH;
use std::collections::HashMap;
use std::sync::Arc;

/// No slot.
pub(super) const NONE: u32 = u32::MAX;

/// The compiled paths. Path number `n` of the list that was compiled fills slot `n`.
#[derive(Debug)]
pub struct Paths {
    /// The first is the whole event.
    pub(super) nodes: Vec<Node>,
    /// How many slots there are.
    pub(super) slots: usize,
    /// How many edges with a name there are.
    pub(super) edges: usize,
    /// Slots of paths that were given again: from where, to where.
    pub(super) copies: Vec<(u32, u32)>,
    /// A node that reads nothing.
    pub(super) unread: Node,
    /// The same for these paths only: what was learned with them serves no others.
    pub(super) identity: Arc<()>,
}

/// A prefix of paths.
#[derive(Debug)]
pub(super) struct Node {
    /// The slot of the path that ends here, or [`NONE`].
    pub(super) slot: u32,
    /// Names that follow.
    pub(super) keys: Keys,
    /// Indexes that follow and their nodes, in ascending order.
    pub(super) elements: Vec<(u32, u32)>,
}

/// A node before its keys are known.
struct Draft<'p> {
    slot: u32,
    names: Vec<(&'p str, u32)>,
    elements: Vec<(u32, u32)>,
}

impl Draft<'_> {
    fn new() -> Self {
        Draft { slot: NONE, names: Vec::new(), elements: Vec::new() }
    }
}

impl Paths {
    /// Compiles paths, any number of them; the same path may be given again.
    ///
    /// Paths longer than an event can be deep are never found, as all that an event does not have.
    pub fn new(paths: &[Path]) -> Paths {
        let mut drafts = vec![Draft::new()];
        let mut copies = Vec::new();
        let mut children: HashMap<(u32, &PathStep), u32, foldhash::fast::RandomState> = HashMap::default();
        for (slot, path) in (0_u32..).zip(paths) {
            let reachable = path.steps.len() < MAX_DEPTH as usize + 1
                && !path.steps.iter().any(|step| matches!(step, PathStep::Index(index) if *index >= NONE as usize));
            if !reachable {
                continue;
            }
            let mut node = 0_u32;
            for step in &path.steps {
                let next = drafts.len() as u32;
                let child = *children.entry((node, step)).or_insert(next);
                if child == next {
                    drafts.push(Draft::new());
                    if let Some(parent) = drafts.get_mut(node as usize) {
                        match step {
                            PathStep::Name(name) => parent.names.push((name, child)),
                            PathStep::Index(index) => parent.elements.push((*index as u32, child)),
                        }
                    }
                }
                node = child;
            }
            match drafts.get_mut(node as usize) {
                Some(draft) if draft.slot == NONE => draft.slot = slot,
                Some(draft) => copies.push((draft.slot, slot)),
                None => {}
            }
        }
        let mut edges = 0;
        let nodes = drafts.into_iter().map(|draft| finish(draft, &mut edges)).collect();
        let unread = finish(Draft::new(), &mut edges);
        Paths { nodes, slots: paths.len(), edges: edges as usize, copies, unread, identity: Arc::default() }
    }

    /// How many slots the paths fill.
    pub fn len(&self) -> usize {
        self.slots
    }

    /// Whether there is no path.
    pub fn is_empty(&self) -> bool {
        self.slots == 0
    }
}

fn finish(draft: Draft<'_>, edges: &mut u32) -> Node {
    let names = draft.names.into_iter().map(|(text, child)| {
        let edge = *edges;
        *edges += 1;
        Name::new(text, child, edge)
    });
    let keys = Keys::new(names.collect());
    let mut elements = draft.elements;
    elements.sort_unstable();
    Node { slot: draft.slot, keys, elements }
}

impl Default for Paths {
    /// No paths: an event is validated and nothing is kept.
    fn default() -> Paths {
        Paths::new(&[])
    }
}
