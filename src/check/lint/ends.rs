//! What ends the rules before others, filed so that what may matter for a statement is found without looking at the rest.
//!
//! An end matters for a statement only if it may cover a part of the cases in which the statement fires. So one that asks of
//! a subject what no such case has does not matter. Nor does any that asks about a subject of which some value is left over:
//! one that the statement allows and that no end asks for. For if there is a case at all that nothing else ends, then there
//! is one with that value, and none of those ends it.
//!
//! A subject is open as long as some of its values is asked for by no end. An end that asks about an open subject matters
//! only for statements that ask about it too, and is filed there. The others are filed under all subjects that they mention.

use super::cover::Cover;
use super::formula::{Node, Subjects};
use super::ranges::Ranges;
use crate::source::Span;
use smallvec::SmallVec;
use std::rc::Rc;
use std::sync::Arc;

/// How many earlier returns a statement is held against: the nearest that ask about what it asks about.
const NEAREST: usize = 128;

/// How many ends under one subject are looked through for them.
const LOOKS: usize = 512;

/// How many ends are looked at for all statements together, before few are for each of the others: so that the time for many
/// rules grows with their number and no faster.
const ALL_LOOKS: usize = 400_000;
const LATE_LOOKS: usize = 16;

/// Up to how many values of a subject ends are found by value.
const FEW: u64 = 8;

/// What ends the rules before the others: a `RETURN`, or under "first match" the condition of a rule.
pub(super) struct End {
    pub(super) when: Rc<Node>,
    pub(super) rule: usize,
    /// The clause of a `RETURN`; none is the rule as a whole.
    pub(super) clause: Option<Arc<str>>,
    pub(super) source: u32,
    pub(super) span: Span,
}

/// What ends the rules so far.
#[derive(Default)]
pub(super) struct Ends {
    pub(super) all: Vec<End>,
    pub(super) always: Option<usize>,
    by_subject: Vec<About>,
    /// Ends that ask about no open subject.
    settled: Vec<u32>,
    /// Those of them that ask nothing for certain.
    vague: Vec<u32>,
    asked: Asked,
    /// For each end the turn in which it was looked at last.
    looked_at: Vec<u32>,
    /// How many were looked at.
    looks: usize,
}

/// Ends that mention a subject.
#[derive(Default)]
struct About {
    /// The classes that some end lets through; more, if ends were forgotten.
    cover: Cover,
    /// Whether these are all classes.
    closed: bool,
    /// While it is open: ends that ask about it. Each end is filed under one such subject.
    waiting: Group,
    /// Ends that ask about no open subject.
    settled: Group,
}

/// Ends by number, mostly ascending.
#[derive(Default)]
struct Group {
    all: Vec<u32>,
    /// Those that ask for one class: for each class the last of its links, from 1.
    exact: Vec<u32>,
    /// An end, and the link before it of the same class.
    links: Vec<(u32, u32)>,
    /// The others.
    loose: Vec<u32>,
}

/// What a statement asks, by subject.
#[derive(Default)]
struct Asked {
    marks: Vec<Mark>,
    turn: u32,
}

/// Counts only if it is of this turn.
#[derive(Clone, Copy, Default)]
struct Mark {
    turn: u32,
    /// The place of what is asked for certain, from 1.
    literal: u32,
    /// Whether it is mentioned in an alternative.
    mixed: bool,
}

impl Ends {
    pub(super) fn push(&mut self, end: End, subjects: &Subjects<'_>) {
        let place = self.all.len();
        let when = end.when.clone();
        match &*when {
            Node::Any(parts) if parts.is_empty() => {}
            Node::All(parts) if parts.is_empty() => {
                self.always.get_or_insert(place);
                self.all.push(end);
            }
            when => {
                self.all.push(end);
                self.by_subject.resize_with(subjects.count(), About::default);
                let mut closed: SmallVec<[u32; 4]> = SmallVec::new();
                literals_within(when, &mut |subject, classes| {
                    if let Some(about) = self.by_subject.get_mut(subject as usize).filter(|about| !about.closed) {
                        about.cover.add(classes);
                        about.closed =
                            subjects.get(subject).is_none_or(|subject| about.cover.holds_by_now(subject.all()));
                        closed.extend(about.closed.then_some(subject));
                    }
                });
                for subject in closed {
                    let about = self.by_subject.get_mut(subject as usize);
                    let waiting = about.map(|about| std::mem::take(&mut about.waiting.all)).unwrap_or_default();
                    if let Some(about) = self.by_subject.get_mut(subject as usize) {
                        about.waiting = Group::default();
                    }
                    waiting.into_iter().for_each(|place| self.file(place));
                }
                self.file(place as u32);
            }
        }
    }

    /// Files an end by the rarest value of an open subject that it asks for, or under all that it mentions.
    fn file(&mut self, place: u32) {
        let Some(when) = self.all.get(place as usize).map(|end| end.when.clone()) else { return };
        let open =
            |(subject, _): &(u32, &Ranges)| self.by_subject.get(*subject as usize).is_some_and(|about| !about.closed);
        let rarest = literals(&when).filter(open).min_by_key(|(_, classes)| class(classes).is_none());
        if let Some((subject, classes)) = rarest {
            if let Some(about) = self.by_subject.get_mut(subject as usize) {
                about.waiting.add(place, class(classes));
            }
            return;
        }
        self.settled.push(place);
        if literals(&when).next().is_none() {
            self.vague.push(place);
            return;
        }
        for (subject, classes) in literals(&when) {
            if let Some(about) = self.by_subject.get_mut(subject as usize) {
                about.settled.add(place, class(classes));
            }
        }
        nested(&when, &mut |subject| {
            if let Some(about) = self.by_subject.get_mut(subject as usize)
                && about.settled.all.last() != Some(&place)
            {
                about.settled.add(place, None);
            }
        });
    }

    /// Forgets what a rule added.
    pub(super) fn truncate(&mut self, length: usize) {
        // What was filed again since may stay, under a number that means another end then: it is looked at in vain.
        for end in self.all.drain(length.min(self.all.len())..).rev() {
            let mut forget = |subject: u32, class: Option<u32>| {
                if let Some(about) = self.by_subject.get_mut(subject as usize) {
                    about.waiting.truncate(length, class);
                    about.settled.truncate(length, class);
                }
            };
            literals(&end.when).for_each(|(subject, classes)| forget(subject, class(classes)));
            nested(&end.when, &mut |subject| forget(subject, None));
        }
        shorten(&mut self.settled, length);
        shorten(&mut self.vague, length);
        self.always = self.always.filter(|end| *end < length);
    }

    /// The nearest ends that ask about no open subject, in order: the ones that may leave nothing of anything.
    pub(super) fn settled(&self) -> Vec<u32> {
        let mut nearest: Vec<u32> = self.settled.iter().rev().take(NEAREST).copied().collect();
        nearest.sort_unstable();
        nearest
    }

    /// The nearest ends that may matter for this, in order.
    pub(super) fn about(&mut self, when: &Node) -> Vec<u32> {
        let (mut asked, mut looked_at) = (std::mem::take(&mut self.asked), std::mem::take(&mut self.looked_at));
        looked_at.resize(self.all.len(), 0);
        let found = self.found(when, &mut asked, &mut looked_at);
        (self.asked, self.looked_at) = (asked, looked_at);
        found
    }

    fn found(&mut self, when: &Node, asked: &mut Asked, looked_at: &mut [u32]) -> Vec<u32> {
        asked.begin(self.by_subject.len());
        let mut literal: SmallVec<[(u32, &Ranges, bool); 8]> = SmallVec::new();
        let mut mixed: SmallVec<[u32; 8]> = SmallVec::new();
        nested(when, &mut |subject| {
            if let Some(mark) = asked.mark(subject).filter(|mark| !mark.mixed) {
                mark.mixed = true;
                mixed.push(subject);
            }
        });
        for (subject, classes) in literals(when) {
            let Some(about) = self.by_subject.get_mut(subject as usize) else { continue };
            let Some(mark) = asked.mark(subject) else { continue };
            let left_over = !about.closed && !mark.mixed && !about.cover.holds(classes);
            literal.push((subject, classes, left_over));
            mark.literal = literal.len() as u32;
        }
        let is_free = literals(when).next().is_none() && mixed.is_empty();
        let matters = |place: &u32| {
            self.all.get(*place as usize).is_some_and(|end| {
                may_hold(&end.when, &|subject, classes| {
                    let mark = asked.of(subject);
                    match literal.get((mark.literal as usize).wrapping_sub(1)) {
                        Some((_, ours, left_over)) => !left_over && ours.meets(classes),
                        None => mark.mixed || self.by_subject.get(subject as usize).is_none_or(|about| about.closed),
                    }
                })
            })
        };
        let most = if self.looks < ALL_LOOKS { LOOKS } else { LATE_LOOKS };
        let mut looks = 0;
        let mut found: Vec<u32> = Vec::new();
        let mut nearest = |places: &mut dyn Iterator<Item = u32>, found: &mut Vec<u32>| {
            // An end is filed under each of its subjects.
            let once = |place: &u32| {
                let turn = looked_at.get_mut(*place as usize);
                let once = turn.is_some_and(|turn| std::mem::replace(turn, asked.turn) != asked.turn);
                looks += usize::from(once);
                once
            };
            found.extend(places.take(most).filter(once).filter(matters).take(NEAREST));
        };
        if is_free {
            nearest(&mut self.settled.iter().rev().copied(), &mut found);
        } else {
            nearest(&mut self.vague.iter().rev().take(NEAREST).copied(), &mut found);
        }
        for (subject, classes, left_over) in &literal {
            let Some(about) = self.by_subject.get(*subject as usize) else { continue };
            if *left_over {
                continue;
            }
            for group in [&about.waiting, &about.settled] {
                if classes.count() <= FEW {
                    let classes = classes.iter().flat_map(|(first, last)| first..=last);
                    classes.for_each(|class| nearest(&mut group.exact(class), &mut found));
                    nearest(&mut group.loose.iter().rev().copied(), &mut found);
                } else {
                    nearest(&mut group.all.iter().rev().copied(), &mut found);
                }
            }
        }
        for about in mixed.iter().filter_map(|subject| self.by_subject.get(*subject as usize)) {
            nearest(&mut about.waiting.all.iter().rev().copied(), &mut found);
            nearest(&mut about.settled.all.iter().rev().copied(), &mut found);
        }
        self.looks += looks;
        found.sort_unstable();
        found.dedup();
        found.drain(..found.len().saturating_sub(NEAREST));
        found
    }
}

impl Group {
    fn add(&mut self, place: u32, class: Option<u32>) {
        self.all.push(place);
        let Some(class) = class else {
            self.loose.push(place);
            return;
        };
        if self.exact.len() <= class as usize {
            self.exact.resize(class as usize + 1, 0);
        }
        if let Some(last) = self.exact.get_mut(class as usize) {
            self.links.push((place, *last));
            *last = self.links.len() as u32;
        }
    }

    /// Those that ask for this class only, the last one first.
    fn exact(&self, class: u32) -> impl Iterator<Item = u32> {
        let link = |number: u32| self.links.get((number as usize).checked_sub(1)?).copied();
        let last = self.exact.get(class as usize).and_then(|last| link(*last));
        std::iter::successors(last, move |(_, before)| link(*before)).map(|(place, _)| place)
    }

    fn truncate(&mut self, length: usize, class: Option<u32>) {
        shorten(&mut self.all, length);
        shorten(&mut self.loose, length);
        let Some(last) = class.and_then(|class| self.exact.get_mut(class as usize)) else { return };
        while let Some((place, before)) = (*last as usize).checked_sub(1).and_then(|link| self.links.get(link)) {
            if (*place as usize) < length {
                break;
            }
            *last = *before;
        }
    }
}

fn shorten(list: &mut Vec<u32>, length: usize) {
    while list.pop_if(|place| *place as usize >= length).is_some() {}
}

impl Asked {
    fn begin(&mut self, subjects: usize) {
        self.turn = self.turn.wrapping_add(1);
        if self.marks.len() < subjects {
            self.marks.resize(subjects, Mark::default());
        }
    }

    fn mark(&mut self, subject: u32) -> Option<&mut Mark> {
        let turn = self.turn;
        let mark = self.marks.get_mut(subject as usize)?;
        if mark.turn != turn {
            *mark = Mark { turn, ..Mark::default() };
        }
        Some(mark)
    }

    fn of(&self, subject: u32) -> Mark {
        let mark = self.marks.get(subject as usize).copied().unwrap_or_default();
        if mark.turn == self.turn { mark } else { Mark::default() }
    }
}

/// What a node asks of subjects for certain.
fn literals(when: &Node) -> impl Iterator<Item = (u32, &Ranges)> {
    let parts = match when {
        Node::All(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    parts.iter().filter_map(|part| if let Node::In(subject, classes) = part { Some((*subject, classes)) } else { None })
}

/// Tells the subjects that a node asks about in alternatives.
fn nested(when: &Node, tell: &mut impl FnMut(u32)) {
    match when {
        Node::In(..) => {}
        Node::All(parts) => parts.iter().for_each(|part| nested(part, tell)),
        Node::Any(parts) => parts.iter().for_each(|part| subjects_of(part, tell)),
    }
}

/// Tells all that a node asks of subjects, also in alternatives.
fn literals_within<'n>(node: &'n Node, tell: &mut impl FnMut(u32, &'n Ranges)) {
    match node {
        Node::In(subject, classes) => tell(*subject, classes),
        Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| literals_within(part, tell)),
    }
}

/// Whether a node may hold, given which of what it asks of subjects may.
fn may_hold(node: &Node, asked: &impl Fn(u32, &Ranges) -> bool) -> bool {
    match node {
        Node::In(subject, classes) => asked(*subject, classes),
        Node::All(parts) => parts.iter().all(|part| may_hold(part, asked)),
        Node::Any(parts) => parts.iter().any(|part| may_hold(part, asked)),
    }
}

fn subjects_of(node: &Node, tell: &mut impl FnMut(u32)) {
    match node {
        Node::In(subject, _) => tell(*subject),
        Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| subjects_of(part, tell)),
    }
}

/// The class, if there is one only.
fn class(classes: &Ranges) -> Option<u32> {
    classes.iter().next().map(|(first, _)| first).filter(|_| classes.count() == 1)
}
