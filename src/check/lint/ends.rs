//! What ends the rules before others, filed so that what may matter for a statement is found without looking at the rest.
//!
//! An end matters for a statement only if it may cover a part of the cases in which the statement fires. So one that asks of
//! a subject what no such case has does not matter. Nor does any that asks about a subject of which some value is left over:
//! one that the statement allows and that no end asks for. For if there is a case at all that nothing else ends, then there
//! is one with that value, and none of those ends it.

use super::formula::{Node, Subjects};
use super::ranges::Ranges;
use crate::source::Span;
use indexmap::IndexMap;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How many earlier returns a statement is held against: the nearest that ask about what it asks about.
const NEAREST: usize = 128;

/// How many ends of a group are looked through for them, and how many of all groups together that are filed under subjects
/// that the statement does not ask about: many rules about many subjects would cost the square of their number.
const LOOKS: usize = 512;

/// Up to how many values of a subject ends are found by value.
const FEW: usize = 8;

/// What ends the rules before the others: a `RETURN`, or under "first match" the condition of a rule.
pub(super) struct End {
    pub(super) when: Node,
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
    /// By the subject that an end asks the rarest value of, if it asks any for certain.
    groups: IndexMap<Option<u32>, Group>,
    /// Of each subject the classes that some end lets through; more, if ends were forgotten.
    covered: HashMap<u32, Cover>,
    /// Subjects that some end asks about in an alternative.
    tangled: HashSet<u32>,
}

/// Ends that ask about the same subject, by number, ascending.
#[derive(Default)]
struct Group {
    all: Vec<usize>,
    /// Those that ask for one class.
    exact: HashMap<u32, Vec<usize>>,
    /// The others.
    loose: Vec<usize>,
}

/// A set of classes.
#[derive(Default)]
struct Cover(Vec<u64>);

impl Ends {
    pub(super) fn push(&mut self, end: End) {
        let place = self.all.len();
        match &end.when {
            Node::Any(parts) if parts.is_empty() => return,
            Node::All(parts) if parts.is_empty() => {
                self.always.get_or_insert(place);
            }
            when => {
                for (subject, classes) in literals(when) {
                    self.covered.entry(subject).or_default().add(classes);
                }
                nested(when, &mut |subject| self.tangled.extend([subject]));
                let (key, class) = key(when);
                let group = self.groups.entry(key).or_default();
                group.all.push(place);
                match class {
                    Some(class) => group.exact.entry(class).or_default().push(place),
                    None => group.loose.push(place),
                }
            }
        }
        self.all.push(end);
    }

    /// Forgets what a rule added.
    pub(super) fn truncate(&mut self, length: usize) {
        for end in self.all.drain(length.min(self.all.len())..).rev() {
            let (key, class) = key(&end.when);
            let Some(group) = self.groups.get_mut(&key) else { continue };
            let of_class = class.and_then(|class| group.exact.get_mut(&class));
            for list in [&mut group.all].into_iter().chain([of_class.unwrap_or(&mut group.loose)]) {
                list.truncate(list.partition_point(|place| *place < length));
            }
        }
        self.always = self.always.filter(|end| *end < length);
    }

    /// The nearest ends that may matter for this, in order; for what asks about nothing, the nearest ends.
    pub(super) fn about(&self, when: &Node, subjects: &Subjects<'_>) -> Vec<usize> {
        let asked: HashMap<u32, &Ranges> = literals(when).collect();
        let mut mixed = HashSet::new();
        nested(when, &mut |subject| mixed.extend([subject]));
        if asked.is_empty() && mixed.is_empty() {
            return (self.all.len().saturating_sub(NEAREST)..self.all.len()).collect();
        }
        // Whether some value of a subject is left over.
        let left_over = |subject: u32| {
            let all = || subjects.get(subject).map(|one| one.all());
            let classes = asked.get(&subject).copied().or_else(all);
            let plain = !mixed.contains(&subject) && !self.tangled.contains(&subject);
            plain && !self.covered.get(&subject).zip(classes).is_none_or(|(cover, classes)| cover.holds(classes))
        };
        let mut known: HashMap<u32, bool> = HashMap::new();
        let mut left_over = |subject: u32| *known.entry(subject).or_insert_with(|| left_over(subject));
        let mut found = Vec::new();
        if let Some(group) = self.groups.get(&None) {
            found.extend(group.all.iter().rev().take(NEAREST));
        }
        let is_asked = |subject: &u32| asked.contains_key(subject) || mixed.contains(subject);
        let groups = || self.groups.iter().rev().filter_map(|(key, group)| Some(((*key)?, group)));
        let near = groups().filter(|(subject, _)| is_asked(subject)).map(|group| (group, true));
        let far = groups().filter(|(subject, _)| !is_asked(subject)).map(|group| (group, false));
        let mut looks = LOOKS;
        for ((subject, group), is_near) in near.chain(far) {
            if !is_near {
                if looks == 0 {
                    break;
                }
                looks -= 1;
            }
            if left_over(subject) {
                continue;
            }
            let few = asked.get(&subject).and_then(|classes| classes.few(FEW));
            let lists: Vec<&[usize]> = match &few {
                Some(few) => {
                    let exact = few.iter().filter_map(|class| group.exact.get(class));
                    exact.chain([&group.loose]).map(Vec::as_slice).collect()
                }
                None => vec![&group.all],
            };
            for list in lists {
                let most = if is_near { LOOKS } else { looks };
                let near = list.iter().rev().take(most).copied();
                if !is_near {
                    looks -= list.len().min(looks);
                }
                let matters = |place: &usize| {
                    let Some(end) = self.all.get(*place) else { return false };
                    let mut shares = false;
                    let may = literals(&end.when).all(|(subject, classes)| {
                        let ours = asked.get(&subject);
                        shares |= ours.is_some() || mixed.contains(&subject);
                        !left_over(subject) && ours.is_none_or(|ours| ours.meets(classes))
                    });
                    nested(&end.when, &mut |subject| {
                        shares |= asked.contains_key(&subject) || mixed.contains(&subject);
                    });
                    may && shares
                };
                found.extend(near.filter(matters).take(NEAREST));
            }
        }
        found.sort_unstable();
        found.dedup();
        found.drain(..found.len().saturating_sub(NEAREST));
        found
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

fn subjects_of(node: &Node, tell: &mut impl FnMut(u32)) {
    match node {
        Node::In(subject, _) => tell(*subject),
        Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| subjects_of(part, tell)),
    }
}

/// The subject to file an end under, and the class if it asks for one.
fn key(when: &Node) -> (Option<u32>, Option<u32>) {
    let exact = literals(when).find_map(|(subject, classes)| Some((subject, *classes.few(1)?.first()?)));
    match exact {
        Some((subject, class)) => (Some(subject), Some(class)),
        None => (literals(when).next().map(|(subject, _)| subject), None),
    }
}

impl Cover {
    fn add(&mut self, classes: &Ranges) {
        for (first, last) in classes.iter() {
            let words = (last / 64 + 1) as usize;
            if self.0.len() < words {
                self.0.resize(words, 0);
            }
            parts(first, last).for_each(|(word, mask)| {
                if let Some(bits) = self.0.get_mut(word) {
                    *bits |= mask;
                }
            });
        }
    }

    /// Whether all of them are in it.
    fn holds(&self, classes: &Ranges) -> bool {
        let in_it = |(word, mask): (usize, u64)| self.0.get(word).is_some_and(|bits| bits & mask == mask);
        classes.iter().all(|(first, last)| parts(first, last).all(in_it))
    }
}

/// The words of a range of bits, and which bits of each.
fn parts(first: u32, last: u32) -> impl Iterator<Item = (usize, u64)> {
    (first / 64..=last / 64).map(move |word| {
        let from = if word == first / 64 { u64::MAX << (first % 64) } else { u64::MAX };
        let to = if word == last / 64 { u64::MAX >> (63 - last % 64) } else { u64::MAX };
        (word as usize, from & to)
    })
}
