//! What tests ask about, and which classes of its values they tell apart.
//!
//! In: every test that rules make of one subject (an attribute read as one type, or any expression that has the same value
//! wherever it stands). Out: its classes, numbered, and for each test the classes in which it is true, and in which it is
//! false. In a class where the expression fails a test is neither (L5.1).
//!
//! A class may be empty without being known to be: claims then become fewer, never wrong.

use super::ranges::Ranges;
use crate::value::Type;
use crate::value::operate::Relation;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A constant that a subject is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Int(i64),
    Double(f64),
    Text(Arc<str>),
}

impl Value {
    /// The order in which the language compares; `None` between different types.
    fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Whether no value lies between two that follow each other among the constants.
    fn touches(&self, next: &Value) -> bool {
        match (self, next) {
            (Value::Int(a), Value::Int(b)) => a.checked_add(1) == Some(*b),
            (Value::Double(a), Value::Double(b)) => a.next_up() == *b,
            _ => false,
        }
    }

    /// Whether no value is less.
    fn is_least(&self) -> bool {
        match self {
            Value::Int(a) => *a == i64::MIN,
            Value::Double(a) => *a == f64::NEG_INFINITY,
            Value::Text(a) => a.is_empty(),
        }
    }

    /// Whether no value is greater.
    fn is_greatest(&self) -> bool {
        match self {
            Value::Int(a) => *a == i64::MAX,
            Value::Double(a) => *a == f64::INFINITY,
            Value::Text(_) => false,
        }
    }
}

/// One test of a subject.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// A Bool, as it is.
    Itself,
    /// A comparison with a constant; `!=` is the negation of `==` and does not occur.
    Compare(Relation, Value),
    /// `In(subject, entries)`; the number is the subject that stands for the whole call if the entries cannot be told.
    In(Arc<[Box<str>]>, u32),
}

/// Something that tests ask about.
#[derive(Debug)]
pub(super) struct Subject {
    ty: Type,
    can_fail: bool,
    can_be_nan: bool,
    constants: Vec<Value>,
    entries: BTreeSet<Box<str>>,
    ordered: bool,
    /// Whether `In` can be answered from the classes.
    tells_entries: bool,
    layout: Option<Layout>,
    all: Ranges,
}

/// How the classes are numbered.
#[derive(Debug)]
enum Layout {
    /// `false`, `true`.
    Bool,
    /// Below the first constant, the first constant, between it and the second, ...
    Ordered,
    /// The constants; each entry in another spelling; everything else. With the classes by lower-case spelling.
    Named(BTreeMap<String, Vec<u32>>, u32),
}

impl Subject {
    pub(super) fn new(ty: Type, can_fail: bool, can_be_nan: bool) -> Subject {
        Subject {
            ty,
            can_fail,
            can_be_nan,
            constants: Vec::new(),
            entries: BTreeSet::new(),
            ordered: false,
            tells_entries: false,
            layout: None,
            all: Ranges::default(),
        }
    }

    /// Takes note of a test.
    pub(super) fn note(&mut self, test: &Test) {
        match test {
            Test::Itself => {}
            Test::Compare(relation, value) => {
                self.ordered |= *relation != Relation::Equal;
                self.constants.push(value.clone());
            }
            Test::In(entries, _) => self.entries.extend(entries.iter().cloned()),
        }
    }

    /// All tests are known: numbers the classes.
    pub(super) fn close(&mut self) {
        self.tells_entries = self.can_tell_entries();
        if self.tells_entries {
            self.constants.extend(self.entries.iter().map(|entry| Value::Text(Arc::from(&**entry))));
        }
        self.constants.sort_unstable_by(|a, b| a.order(b).unwrap_or(Ordering::Equal));
        self.constants.dedup_by(|a, b| a.order(b) == Some(Ordering::Equal));
        self.layout = Some(match self.ty {
            Type::Bool => Layout::Bool,
            Type::String if !self.ordered => self.named(),
            _ => Layout::Ordered,
        });
        self.all = self.possible();
    }

    /// Only `==` and `In` ask: what is named, and what is not.
    fn named(&self) -> Layout {
        let mut spelt: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        // Spellings are asked for by `In` alone.
        if !self.tells_entries || self.entries.is_empty() {
            return Layout::Named(spelt, 0);
        }
        let mut next = 0;
        for value in &self.constants {
            if let Value::Text(text) = value {
                spelt.entry(text.to_ascii_lowercase()).or_default().push(next);
            }
            next += 1;
        }
        let first = next;
        let lettered = self.entries.iter().filter(|entry| entry.bytes().any(|byte| byte.is_ascii_alphabetic()));
        for entry in lettered.map(|entry| entry.to_ascii_lowercase()).collect::<BTreeSet<_>>() {
            spelt.entry(entry).or_default().push(next);
            next += 1;
        }
        Layout::Named(spelt, next - first)
    }

    /// Whether there is no order, and nothing whose letter case is not plain ASCII.
    fn can_tell_entries(&self) -> bool {
        let plain = |value: &Value| matches!(value, Value::Text(text) if text.is_ascii());
        !self.ordered && self.entries.iter().all(|entry| entry.is_ascii()) && self.constants.iter().all(plain)
    }

    /// The subject to ask instead, if this one cannot tell.
    pub(super) fn instead(&self, test: &Test) -> Option<u32> {
        match test {
            Test::In(_, whole) if !self.tells_entries => Some(*whole),
            _ => None,
        }
    }

    /// How many classes hold values.
    fn count(&self) -> u32 {
        let constants = self.constants.len() as u32;
        match &self.layout {
            Some(Layout::Bool) | None => 2,
            Some(Layout::Ordered) => constants * 2 + 1,
            Some(Layout::Named(_, others)) => constants + others + 1,
        }
    }

    /// Every class that may be met.
    pub(super) fn all(&self) -> &Ranges {
        &self.all
    }

    fn possible(&self) -> Ranges {
        let values = self.count();
        let extra = u32::from(self.can_fail) + u32::from(self.can_be_nan);
        let mut impossible = Vec::new();
        if matches!(self.layout, Some(Layout::Ordered)) {
            for (place, pair) in self.constants.windows(2).enumerate() {
                if let [a, b] = pair
                    && a.touches(b)
                {
                    impossible.push((place as u32 * 2 + 2, place as u32 * 2 + 2));
                }
            }
            if self.constants.first().is_some_and(Value::is_least) {
                impossible.push((0, 0));
            }
            if self.constants.last().is_some_and(Value::is_greatest) {
                impossible.push((values - 1, values - 1));
            }
        }
        Ranges::span(0, values + extra - 1).without(&Ranges::of(impossible))
    }

    /// The classes in which a test is true, or in which it is false.
    pub(super) fn classes(&self, test: &Test, holds: bool) -> Ranges {
        let values = self.count();
        let met = self.met(test, values);
        if holds {
            return met.and(&self.all);
        }
        // A NaN stands behind the values: no comparison holds, so each is false. A failure stands behind that.
        let answered = Ranges::span(0, values + u32::from(self.can_be_nan) - 1);
        answered.without(&met).and(&self.all)
    }

    fn met(&self, test: &Test, values: u32) -> Ranges {
        match test {
            Test::Itself => Ranges::span(1, 1),
            Test::Compare(relation, value) => {
                let found = self.constants.binary_search_by(|one| one.order(value).unwrap_or(Ordering::Less));
                let Ok(place) = found else { return Ranges::default() };
                let place = place as u32;
                if matches!(self.layout, Some(Layout::Named(..))) {
                    return Ranges::span(place, place);
                }
                let exact = place * 2 + 1;
                match relation {
                    Relation::Less => Ranges::span(0, exact - 1),
                    Relation::LessOrEqual => Ranges::span(0, exact),
                    Relation::Greater => Ranges::span(exact + 1, values - 1),
                    Relation::GreaterOrEqual => Ranges::span(exact, values - 1),
                    Relation::Equal | Relation::NotEqual => Ranges::span(exact, exact),
                }
            }
            Test::In(entries, _) => {
                let Some(Layout::Named(spelt, _)) = &self.layout else { return Ranges::default() };
                let classes = entries.iter().filter_map(|entry| spelt.get(&entry.to_ascii_lowercase()));
                Ranges::of(classes.flatten().map(|class| (*class, *class)))
            }
        }
    }
}
