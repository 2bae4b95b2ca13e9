//! Whether formulas can be true together.
//!
//! In: a formula, and others that must not hold. Out: "it cannot be" only if no classes of the subjects make the one hold
//! and none of the others. The search narrows the classes of each subject by what has to hold, and looks again only at
//! the choices that ask about a subject that became narrower. Then it relaxes: where a subject can have a class with which it
//! does whatever the open choices want of it, it has that class, which costs nothing. Only what is left is tried: an
//! alternative of the shortest choice, and where that cannot be, its opposite. It is given a number of steps; without an answer
//! by then it is "maybe", which is no claim.

use super::formula::{Node, Subjects};
use super::ranges::Ranges;
use std::cell::Cell;

/// A formula, or its negation.
type Claim<'n> = (&'n Node, bool);

/// Why a formula cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excluded {
    /// Whatever the others are.
    Itself,
    /// Because of the one of that number among the others.
    By(usize),
    /// Because of several of them.
    Together,
}

/// Asks questions, one after the other, and keeps its memory.
#[derive(Debug, Default)]
pub(super) struct Solver {
    /// By subject.
    seats: Vec<Seat>,
    turn: u32,
    /// Whose wishes are collected.
    wishing: Vec<u32>,
    wishes: u32,
    trail: Vec<Undo>,
    /// Choices to look at again.
    again: Vec<u32>,
}

/// What is known of a subject; counts only if it is of this turn.
#[derive(Debug, Default)]
struct Seat {
    turn: u32,
    /// The classes that it may have.
    now: Ranges,
    /// The choices that ask about it.
    among: Vec<u32>,
    /// The classes with which it does all that open choices want of it; counts only if it is of this number of wishes.
    wish: Ranges,
    wishes: u32,
}

/// What is taken back.
#[derive(Debug)]
enum Undo {
    /// A subject had these classes.
    Narrowed(u32, Ranges),
    /// A choice was not met.
    Met(u32),
    /// The last choice was not there.
    Chosen,
}

/// One alternative must hold, or if negated be false.
struct Choice<'n> {
    alternatives: &'n [Node],
    holds: bool,
    met: bool,
    /// Whether it will be looked at again.
    queued: bool,
}

/// What was tried, and how long the trail was before.
struct Tried<'n> {
    claim: Claim<'n>,
    trail: usize,
}

struct Question<'q, 'n, 'h> {
    solver: &'q mut Solver,
    subjects: &'q Subjects<'h>,
    choices: Vec<Choice<'n>>,
    pending: Vec<Claim<'n>>,
    /// What looking has cost, and what it may cost until the search ends.
    steps: Cell<usize>,
    most: usize,
}

impl Solver {
    /// Whether, and why, a formula never holds where none of the others does; the last of the others that says it alone is
    /// named. What is plain without a search is always told. `most` is how many steps the search may end at; `steps` grows by
    /// what was taken.
    pub(super) fn excluded(
        &mut self,
        subjects: &Subjects<'_>,
        when: &Node,
        others: &[&Node],
        most: usize,
        steps: &mut usize,
    ) -> Option<Excluded> {
        self.turn = self.turn.wrapping_add(1);
        if self.seats.len() < subjects.count() {
            self.seats.resize_with(subjects.count(), Seat::default);
        }
        self.trail.clear();
        let cell = Cell::new(0);
        let mut question =
            Question { solver: self, subjects, choices: Vec::new(), pending: Vec::new(), steps: cell, most };
        let excluded = question.excluded(when, others);
        *steps += question.steps.get();
        excluded
    }
}

impl<'n> Question<'_, 'n, '_> {
    fn excluded(&mut self, when: &'n Node, others: &[&'n Node]) -> Option<Excluded> {
        self.pending.push((when, true));
        if !self.settle() {
            return Some(Excluded::Itself);
        }
        let own = self.solver.trail.len();
        let is_open = !self.choices.is_empty();
        if is_open && self.search(own) {
            return Some(Excluded::Itself);
        }
        self.undo(own);
        let mut left: Vec<(usize, &Node)> = Vec::with_capacity(others.len());
        for (number, other) in others.iter().enumerate().rev() {
            match self.looked((other, true)) {
                Some(true) => return Some(Excluded::By(number)),
                Some(false) => {}
                None => left.push((number, other)),
            }
        }
        if left.is_empty() || self.is_out() {
            return None;
        }
        self.thin(&mut left);
        self.pending.extend(left.iter().map(|(_, other)| (*other, false)));
        if left.is_empty() || !self.search(own) {
            return None;
        }
        for (number, other) in left {
            self.undo(own);
            // A box within another was seen already.
            let is_box = |node: &Node| match node {
                Node::All(parts) => parts.iter().all(|part| matches!(part, Node::In(..))),
                one => matches!(one, Node::In(..)),
            };
            if !is_open && is_box(other) {
                continue;
            }
            self.pending.push((other, false));
            if self.search(own) {
                return Some(Excluded::By(number));
            }
        }
        Some(Excluded::Together)
    }

    /// Leaves out what can be false whatever becomes of the rest.
    fn thin(&mut self, left: &mut Vec<(usize, &'n Node)>) {
        loop {
            self.begin_wishes();
            for (_, other) in left.iter() {
                self.wish(other, false);
            }
            let before = left.len();
            if !self.grant() || !self.settle() || self.is_out() {
                return;
            }
            left.retain(|(_, other)| self.looked((other, true)) != Some(false));
            if left.len() == before {
                return;
            }
        }
    }

    /// Whether nothing makes all claims hold. What stands on the trail from there on may be taken back.
    fn search(&mut self, bottom: usize) -> bool {
        let mut tried: Vec<Tried<'n>> = Vec::new();
        loop {
            if self.is_out() {
                return false;
            }
            if !self.settle() || !self.relax() {
                let Some(Tried { claim: (node, holds), trail }) = tried.pop() else { return true };
                self.undo(trail.max(bottom));
                self.pending.push((node, !holds));
                continue;
            }
            if self.is_out() {
                return false;
            }
            let Some(claim) = self.next() else { return false };
            tried.push(Tried { claim, trail: self.solver.trail.len() });
            self.pending.push(claim);
        }
    }

    /// Does what has to be done; false if it cannot be.
    fn settle(&mut self) -> bool {
        let possible = self.settles();
        if !possible {
            self.pending.clear();
            while let Some(number) = self.solver.again.pop() {
                if let Some(choice) = self.choices.get_mut(number as usize) {
                    choice.queued = false;
                }
            }
        }
        possible
    }

    fn settles(&mut self) -> bool {
        loop {
            while let Some((node, holds)) = self.pending.pop() {
                match (node, holds) {
                    (Node::In(subject, classes), _) => {
                        if !self.narrow(*subject, classes, holds) {
                            return false;
                        }
                    }
                    (Node::All(parts), true) | (Node::Any(parts), false) => {
                        self.pending.extend(parts.iter().map(|part| (part, holds)));
                    }
                    (Node::All(parts), false) | (Node::Any(parts), true) => self.choose(parts, holds),
                }
            }
            let Some(number) = self.solver.again.pop() else { return true };
            if !self.look(number) {
                return false;
            }
        }
    }

    /// Looks at a choice: false if no alternative is possible. The only one that is has to hold.
    fn look(&mut self, number: u32) -> bool {
        let Some(choice) = self.choices.get_mut(number as usize) else { return true };
        choice.queued = false;
        let (alternatives, holds) = (choice.alternatives, choice.holds);
        if choice.met {
            return true;
        }
        let mut open = None;
        let mut count = 0;
        for alternative in alternatives {
            match self.looked((alternative, holds)) {
                Some(true) => {
                    if let Some(choice) = self.choices.get_mut(number as usize) {
                        choice.met = true;
                    }
                    self.solver.trail.push(Undo::Met(number));
                    return true;
                }
                Some(false) => {}
                None => {
                    count += 1;
                    open = Some(alternative);
                }
            }
        }
        if let (1, Some(only)) = (count, open) {
            self.pending.push((only, holds));
        }
        count > 0
    }

    /// A choice that is new.
    fn choose(&mut self, alternatives: &'n [Node], holds: bool) {
        let number = self.choices.len() as u32;
        for alternative in alternatives {
            literals(alternative, holds, &mut |subject, _, _| {
                let Solver { seats, turn, .. } = &mut *self.solver;
                if let Some(seat) = seat(seats, *turn, subject, self.subjects)
                    && seat.among.last() != Some(&number)
                {
                    seat.among.push(number);
                }
            });
        }
        self.choices.push(Choice { alternatives, holds, met: false, queued: true });
        self.solver.trail.push(Undo::Chosen);
        self.solver.again.push(number);
    }

    /// Lets a subject be in those classes only, or only outside of them; false if there are none.
    fn narrow(&mut self, subject: u32, classes: &Ranges, holds: bool) -> bool {
        let Solver { seats, turn, again, trail, .. } = &mut *self.solver;
        let Some(seat) = seat(seats, *turn, subject, self.subjects) else { return true };
        let after = if holds { seat.now.and(classes) } else { seat.now.without(classes) };
        self.steps.set(self.steps.get() + 1 + after.pieces() / 4);
        if after == seat.now {
            return true;
        }
        let possible = !after.is_empty();
        let before = std::mem::replace(&mut seat.now, after);
        for number in &seat.among {
            if let Some(choice) = self.choices.get_mut(*number as usize).filter(|choice| !choice.met && !choice.queued)
            {
                choice.queued = true;
                again.push(*number);
            }
        }
        trail.push(Undo::Narrowed(subject, before));
        possible
    }

    /// Takes back what was done since the trail was so long.
    fn undo(&mut self, length: usize) {
        while self.solver.trail.len() > length {
            match self.solver.trail.pop() {
                Some(Undo::Narrowed(subject, before)) => {
                    if let Some(seat) = self.solver.seats.get_mut(subject as usize) {
                        seat.now = before;
                    }
                }
                Some(Undo::Met(number)) => {
                    if let Some(choice) = self.choices.get_mut(number as usize) {
                        choice.met = false;
                    }
                }
                Some(Undo::Chosen) => {
                    let Some(choice) = self.choices.pop() else { continue };
                    let number = self.choices.len() as u32;
                    for alternative in choice.alternatives {
                        literals(alternative, choice.holds, &mut |subject, _, _| {
                            if let Some(seat) = self.solver.seats.get_mut(subject as usize) {
                                seat.among.pop_if(|one| *one == number);
                            }
                        });
                    }
                }
                None => return,
            }
        }
    }

    /// Gives subjects the classes with which they do all that open choices want of them, as long as there are such; false if
    /// then something cannot be, which it could not be without that.
    fn relax(&mut self) -> bool {
        loop {
            self.begin_wishes();
            if !self.grant() {
                return true;
            }
            if !self.settle() {
                return false;
            }
            if self.is_out() {
                return true;
            }
        }
    }

    /// Collects what open choices want of each subject.
    fn begin_wishes(&mut self) {
        self.solver.wishes = self.solver.wishes.wrapping_add(1);
        self.solver.wishing.clear();
        let choices = std::mem::take(&mut self.choices);
        for choice in choices.iter().filter(|choice| !choice.met) {
            choice.alternatives.iter().for_each(|alternative| self.wish(alternative, choice.holds));
        }
        self.choices = choices;
    }

    /// Adds what a claim wants.
    fn wish(&mut self, node: &Node, holds: bool) {
        let mut cost = 0;
        let Solver { seats, turn, wishes, wishing, .. } = &mut *self.solver;
        literals(node, holds, &mut |subject, classes, holds| {
            cost += 1;
            let Some(seat) = seat(seats, *turn, subject, self.subjects) else { return };
            if seat.wishes != *wishes {
                seat.wishes = *wishes;
                seat.wish = seat.now.clone();
                wishing.push(subject);
            }
            if seat.wish.is_empty() {
                return;
            }
            let after = if holds { seat.wish.and(classes) } else { seat.wish.without(classes) };
            cost += after.pieces() / 4;
            // What cannot be done any more is not wanted.
            let is_lost = || if holds { !seat.now.meets(classes) } else { seat.now.is_within(classes) };
            if !after.is_empty() || !is_lost() {
                seat.wish = after;
            }
        });
        self.spend(cost);
    }

    /// Grants what subjects can do for all that want something of them; false if nothing becomes narrower.
    fn grant(&mut self) -> bool {
        let mut granted = false;
        let wishing = std::mem::take(&mut self.solver.wishing);
        for subject in &wishing {
            let Some(seat) = self.solver.seats.get_mut(*subject as usize) else { continue };
            if seat.wish.is_empty() || seat.wish == seat.now {
                continue;
            }
            granted = true;
            let wish = std::mem::take(&mut seat.wish);
            self.narrow(*subject, &wish, true);
        }
        self.solver.wishing = wishing;
        granted
    }

    /// What to try: an alternative of the shortest choice.
    fn next(&self) -> Option<Claim<'n>> {
        let mut best: Option<(usize, Claim<'n>)> = None;
        for choice in self.choices.iter().filter(|choice| !choice.met) {
            let mut count = 0;
            let mut first = None;
            for alternative in choice.alternatives {
                if self.looked((alternative, choice.holds)).is_none() {
                    count += 1;
                    first.get_or_insert((alternative, choice.holds));
                }
            }
            if let Some(claim) = first
                && best.is_none_or(|(least, _)| count < least)
            {
                best = Some((count, claim));
                if count <= 2 {
                    break;
                }
            }
        }
        best.and_then(|(_, claim)| self.open(claim))
    }

    /// A test in a claim that may still go both ways.
    fn open(&self, (node, holds): Claim<'n>) -> Option<Claim<'n>> {
        match node {
            Node::In(..) => self.looked((node, holds)).is_none().then_some((node, holds)),
            Node::All(parts) | Node::Any(parts) => parts.iter().find_map(|part| self.open((part, holds))),
        }
    }

    fn is_out(&self) -> bool {
        self.steps.get() >= self.most
    }

    fn spend(&self, steps: usize) {
        self.steps.set(self.steps.get() + steps);
    }

    /// Whether a claim holds or not, as far as that is plain.
    fn looked(&self, (node, holds): Claim<'_>) -> Option<bool> {
        match node {
            Node::In(subject, classes) => {
                self.spend(1 + classes.pieces() / 4);
                let now = match self.solver.seats.get(*subject as usize) {
                    Some(seat) if seat.turn == self.solver.turn => &seat.now,
                    _ => self.subjects.get(*subject)?.all(),
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
                    match self.looked((part, true)) {
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

/// The seat of a subject, as it is in this question.
fn seat<'s>(seats: &'s mut [Seat], turn: u32, subject: u32, subjects: &Subjects<'_>) -> Option<&'s mut Seat> {
    let seat = seats.get_mut(subject as usize)?;
    if seat.turn != turn {
        seat.turn = turn;
        seat.now = subjects.get(subject)?.all().clone();
        seat.among.clear();
    }
    Some(seat)
}

/// Tells the tests in a claim, each with how it has to end for the claim.
fn literals(node: &Node, holds: bool, tell: &mut impl FnMut(u32, &Ranges, bool)) {
    match node {
        Node::In(subject, classes) => tell(*subject, classes, holds),
        Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| literals(part, holds, tell)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::hir::Assessment;

    const SUBJECTS: u32 = 4;
    const CLASSES: u32 = 4;

    /// A small generator of numbers.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }

        fn node(&mut self, depth: u32) -> Node {
            if depth == 0 || self.roll(3) == 0 {
                let subject = self.roll(u64::from(SUBJECTS)) as u32;
                let classes: Vec<u32> = (0..CLASSES).filter(|_| self.roll(2) == 0).collect();
                return Node::In(subject, Ranges::of(classes.into_iter().map(|class| (class, class))));
            }
            let parts = (0..1 + self.roll(3)).map(|_| self.node(depth - 1)).collect();
            if self.roll(2) == 0 { Node::All(parts) } else { Node::Any(parts) }
        }
    }

    fn holds(node: &Node, values: &[u32]) -> bool {
        match node {
            Node::In(subject, classes) => {
                let value = values[*subject as usize];
                classes.meets(&Ranges::span(value, value))
            }
            Node::All(parts) => parts.iter().all(|part| holds(part, values)),
            Node::Any(parts) => parts.iter().any(|part| holds(part, values)),
        }
    }

    #[test]
    fn an_answer_is_what_trying_all_values_gives() {
        let parts = Assessment::default();
        let subjects = Subjects::texts(&parts, SUBJECTS, CLASSES - 1);
        let all: Vec<Vec<u32>> = (0..CLASSES.pow(SUBJECTS))
            .map(|number| (0..SUBJECTS).map(|subject| number / CLASSES.pow(subject) % CLASSES).collect())
            .collect();
        let mut dice = Dice(1);
        let mut solver = Solver::default();
        let mut seen = [0; 4];
        for round in 0..4_000 {
            let depth = round % 4;
            let when = dice.node(depth);
            let others: Vec<Node> = (0..dice.roll(12)).map(|_| dice.node(depth)).collect();
            let others: Vec<&Node> = others.iter().collect();
            let is_never = |others: &[&Node]| {
                !all.iter().any(|values| holds(&when, values) && !others.iter().any(|other| holds(other, values)))
            };
            let mut steps = 0;
            let excluded = solver.excluded(&subjects, &when, &others, usize::MAX, &mut steps);
            let expected = match excluded {
                Some(Excluded::Itself) => is_never(&[]),
                Some(Excluded::By(number)) => is_never(&[others[number]]),
                Some(Excluded::Together) => is_never(&others) && !others.iter().any(|other| is_never(&[other])),
                None => !is_never(&others),
            };
            assert!(expected && (1..1_000_000).contains(&steps), "{excluded:?}: {when:?} without {others:?}");
            // With few steps it may not know, and says nothing wrong.
            let few = dice.roll(60) as usize;
            match solver.excluded(&subjects, &when, &others, few, &mut steps) {
                Some(Excluded::By(number)) => assert!(is_never(&[others[number]])),
                Some(_) => assert!(is_never(&others)),
                None => {}
            }
            seen[match excluded {
                None => 0,
                Some(Excluded::Itself) => 1,
                Some(Excluded::By(_)) => 2,
                Some(Excluded::Together) => 3,
            }] += 1;
        }
        assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
    }
}
