//! Whether formulas can be true together.
//!
//! In: formulas, some of them negated. Out: "no" only if no classes of the subjects make all of them hold. The search narrows
//! the classes of each subject by what has to hold, closes what has become plain, and tries the alternatives of the shortest
//! choice that is left. It is given a number of steps; without an answer by then it is "maybe", which is no claim.

use super::formula::{Node, Subjects};
use super::ranges::Ranges;

/// A formula, or its negation.
pub(super) type Claim<'n> = (&'n Node, bool);

/// One branch of the search.
#[derive(Clone, Default)]
struct Branch<'n> {
    /// What each subject is narrowed to; those not here may be anything.
    narrowed: Vec<(u32, Ranges)>,
    /// Must hold.
    pending: Vec<Claim<'n>>,
    /// Of each one alternative must hold: the alternatives, and whether they are negated.
    choices: Vec<(&'n [Node], bool)>,
}

/// Whether claims exclude each other. `steps` is what the search may still cost.
pub(super) fn exclude<'n>(subjects: &Subjects<'_>, claims: impl Iterator<Item = Claim<'n>>, steps: &mut usize) -> bool {
    let mut branches = vec![Branch { pending: claims.collect(), ..Branch::default() }];
    while let Some(mut branch) = branches.pop() {
        if !branch.settle(subjects, steps) {
            continue;
        }
        if *steps == 0 {
            return false;
        }
        let shortest = branch.choices.iter().enumerate().min_by_key(|(_, (alternatives, _))| alternatives.len());
        let Some((place, (alternatives, holds))) = shortest.map(|(place, choice)| (place, *choice)) else {
            return false;
        };
        branch.choices.swap_remove(place);
        let pieces: usize = branch.narrowed.iter().map(|(_, classes)| classes.pieces()).sum();
        *steps = steps.saturating_sub((pieces + branch.choices.len()) * alternatives.len());
        for alternative in alternatives {
            if branch.status((alternative, holds), subjects, steps) != Some(false) {
                let mut next = branch.clone();
                next.pending.push((alternative, holds));
                branches.push(next);
            }
        }
    }
    true
}

impl<'n> Branch<'n> {
    /// Does what has to be done; false if it cannot be.
    fn settle(&mut self, subjects: &Subjects<'_>, steps: &mut usize) -> bool {
        loop {
            while let Some((node, holds)) = self.pending.pop() {
                match (node, holds) {
                    (Node::In(subject, classes), _) => {
                        *steps = steps.saturating_sub(1 + self.narrowed.len() / 8 + classes.pieces() / 4);
                        if !self.narrow(*subject, classes, holds, subjects) {
                            return false;
                        }
                    }
                    (Node::All(parts), true) | (Node::Any(parts), false) => {
                        self.pending.extend(parts.iter().map(|part| (part, holds)));
                    }
                    (Node::All(parts), false) | (Node::Any(parts), true) => self.choices.push((parts, holds)),
                }
            }
            let mut kept = Vec::with_capacity(self.choices.len());
            for (alternatives, holds) in std::mem::take(&mut self.choices) {
                let mut open = None;
                let mut count = 0;
                let mut met = false;
                for alternative in alternatives {
                    match self.status((alternative, holds), subjects, steps) {
                        Some(true) => {
                            met = true;
                            break;
                        }
                        Some(false) => {}
                        None => {
                            count += 1;
                            open = Some(alternative);
                        }
                    }
                }
                match (met, count, open) {
                    (true, ..) => {}
                    (_, 1, Some(only)) => self.pending.push((only, holds)),
                    (_, 0, _) => return false,
                    _ => kept.push((alternatives, holds)),
                }
            }
            self.choices = kept;
            if self.pending.is_empty() || *steps == 0 {
                return true;
            }
        }
    }

    /// Lets a subject be in those classes only, or only outside of them.
    fn narrow(&mut self, subject: u32, classes: &Ranges, holds: bool, subjects: &Subjects<'_>) -> bool {
        let found = self.narrowed.iter_mut().find(|(one, _)| *one == subject);
        let before = match &found {
            Some((_, before)) => before,
            None => match subjects.get(subject) {
                Some(one) => one.all(),
                None => return true,
            },
        };
        let after = if holds { before.and(classes) } else { before.without(classes) };
        let possible = !after.is_empty();
        match found {
            Some((_, before)) => *before = after,
            None => self.narrowed.push((subject, after)),
        }
        possible
    }

    /// Whether a claim holds or not in this branch, as far as that is plain.
    fn status(&self, (node, holds): Claim<'n>, subjects: &Subjects<'_>, steps: &mut usize) -> Option<bool> {
        match node {
            Node::In(subject, classes) => {
                *steps = steps.saturating_sub(1 + self.narrowed.len() / 8 + classes.pieces() / 4);
                let found = self.narrowed.iter().find(|(one, _)| one == subject);
                let now = match found {
                    Some((_, now)) => now,
                    None => subjects.get(*subject)?.all(),
                };
                if !now.meets(classes) {
                    Some(!holds)
                } else if now.is_within(classes) {
                    Some(holds)
                } else {
                    None
                }
            }
            Node::All(parts) | Node::Any(parts) => {
                let decisive = matches!(node, Node::Any(_));
                let mut all_known = true;
                for part in parts {
                    match self.status((part, true), subjects, steps) {
                        Some(one) if one == decisive => return Some(decisive == holds),
                        Some(_) => {}
                        None => all_known = false,
                    }
                }
                all_known.then_some(decisive != holds)
            }
        }
    }
}
