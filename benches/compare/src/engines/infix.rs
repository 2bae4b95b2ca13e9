//! What languages with infix operators have in common: clauses as their users would write them.

use crate::rules::{Clause, Test};
use crate::work::{Kind, Work};

/// How one of them spells what they do not spell alike.
pub struct Infix {
    pub path: fn(&str) -> String,
    pub and: &'static str,
    pub or: &'static str,
    pub not: &'static str,
    pub one_of: fn(&str, &[String]) -> String,
    /// A path, `starts_with` and such, a text.
    pub text: fn(&str, Part, &str) -> String,
    /// An Int of the event where a Double is meant.
    pub double: fn(&str) -> String,
    pub choice: fn(&str, f64, f64) -> String,
}

/// Where a text stands in another.
#[derive(Clone, Copy)]
pub enum Part {
    Start,
    End,
    Anywhere,
}

impl Part {
    /// The word for it.
    pub fn word(self, [start, end, anywhere]: [&'static str; 3]) -> &'static str {
        match self {
            Part::Start => start,
            Part::End => end,
            Part::Anywhere => anywhere,
        }
    }
}

impl Infix {
    /// A clause as a condition.
    pub fn condition(&self, clause: &Clause) -> String {
        let tests: Vec<String> = clause.tests.iter().map(|test| self.test(test)).collect();
        tests.join(if clause.any { self.or } else { self.and })
    }

    fn test(&self, test: &Test) -> String {
        let path = self.path;
        match test {
            Test::Above(at, limit) => format!("{} > {}", path(at), limit.text()),
            Test::AtLeast(at, limit) => format!("{} >= {}", path(at), limit.text()),
            Test::Below(at, limit) => format!("{} < {}", path(at), limit.text()),
            Test::True(at) => path(at),
            Test::False(at) => format!("{}{}", self.not, path(at)),
            Test::Is(at, text) => format!("{} == \"{text}\"", path(at)),
            Test::IsNot(at, text) => format!("{} != \"{text}\"", path(at)),
            Test::OneOf(at, texts) => (self.one_of)(&path(at), texts),
            Test::Starts(at, text) => (self.text)(&path(at), Part::Start, text),
            Test::Ends(at, text) => (self.text)(&path(at), Part::End, text),
            Test::Contains(at, text) => (self.text)(&path(at), Part::Anywhere, text),
            Test::Differ(one, other) => format!("{} != {}", path(one), path(other)),
            Test::Product(one, other, limit) => {
                format!("{} * {} > {limit:?}", path(one), (self.double)(&path(other)))
            }
            Test::Limit(flag, set, unset, amount) => {
                format!("{} < {}", (self.choice)(&path(flag), *set, *unset), path(amount))
            }
        }
    }

    /// For a language of expressions: a policy is one expression of nested choices, anything else one for each clause.
    pub fn expressions(&self, work: &Work) -> Vec<String> {
        match work.kind {
            Kind::Policy => {
                let choice = |(at, clause): (usize, &Clause)| format!("({}) ? {} : ", self.condition(clause), at + 1);
                vec![work.clauses.iter().enumerate().map(choice).collect::<String>() + "0"]
            }
            _ => work.clauses.iter().map(|clause| self.condition(clause)).collect(),
        }
    }
}

/// `"a", "b"`
pub fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ")
}
