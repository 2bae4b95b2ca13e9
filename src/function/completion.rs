//! What may be written at a place: data for editors and prompts.
//!
//! In: the type before the `.`, if there is one, and the letters typed so far. Out: names with signature and summary,
//! straight from the rows.

use super::{Function, Place, registry};
use crate::value::Type;

/// A name that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is written: `StartsWith` behind a value, else `RandomInt` or, with its namespace, `Math.Max`.
    pub name: String,
    /// Parameters and result, such as `String.StartsWith(prefix: String) -> Bool`.
    pub signature: String,
    /// What it does, in one line without a full stop.
    pub summary: String,
    /// What to write instead, if it is deprecated.
    pub deprecated: Option<&'static str>,
}

impl Completion {
    /// The name with an open parenthesis if arguments follow, as it is put in.
    pub fn inserted(&self) -> String {
        if self.signature.contains('(') { format!("{}(", self.name) } else { self.name.clone() }
    }
}

/// The members of a type whose names begin with `prefix`, whatever its case (L1.3); without a receiver, the functions and
/// what stands in namespaces (`Math.Max`; `prefix` may hold the `.`).
///
/// Sorted by name, deprecated names last. A name with several signatures comes several times. An Int also has the members
/// of Double (L6.2); records have their members (L3.1). What is no row, such as decisions, lists and what the host
/// registers, is not among them.
pub fn completions(receiver: Option<Type>, prefix: &str) -> Vec<Completion> {
    let begins = |name: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let mut found: Vec<Completion> = match receiver {
        Some(Type::Record(record)) => {
            let members = record.members().iter().filter(|(name, _)| begins(name));
            members.map(|(name, ty)| member(record.name(), name, *ty)).collect()
        }
        _ => {
            let rows = registry().all().filter_map(|row| Some((written(row, receiver)?, row)));
            rows.filter(|(name, _)| begins(name)).map(|(name, row)| completion(name, row)).collect()
        }
    };
    found.sort_by(|a, b| {
        let key = |one: &Completion| (one.deprecated.is_some(), one.name.to_ascii_lowercase());
        key(a).cmp(&key(b)).then_with(|| a.signature.cmp(&b.signature))
    });
    found
}

/// How a row is written behind that receiver, or without one; nothing if it does not stand there.
fn written(row: &Function, receiver: Option<Type>) -> Option<String> {
    match (row.place, receiver) {
        (Place::Method(on) | Place::Property(on), Some(ty)) => {
            let inherited = ty == Type::Int && on == Type::Double && registry().members(ty, row.name).is_empty();
            (on == ty || inherited).then(|| row.name.to_string())
        }
        (Place::Static(space) | Place::Constant(space), None) => Some(format!("{space}.{}", row.name)),
        (Place::Global, None) => Some(row.name.to_string()),
        _ => None,
    }
}

fn completion(name: String, row: &Function) -> Completion {
    let summary = row.summary().to_string();
    Completion { name, signature: row.signature(), summary, deprecated: row.deprecated }
}

fn member(record: &str, name: &str, ty: Type) -> Completion {
    let signature = format!("{record}.{name} -> {ty}");
    Completion {
        name: name.to_string(),
        signature,
        summary: format!("The `{name}` of this {record}"),
        deprecated: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::value::Record;

    fn names(receiver: Option<Type>, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> = completions(receiver, prefix).into_iter().map(|one| one.name).collect();
        names.dedup();
        names
    }

    #[test]
    fn members_by_type() {
        assert_eq!(names(Some(Type::String), "starts"), ["StartsWith"]);
        assert_eq!(
            names(Some(Type::Record(Record::Pattern)), ""),
            ["maxConsonants", "gibberScore"].map(String::from).into_iter().rev().collect::<Vec<_>>()
        );
        assert!(names(Some(Type::DateTime), "Trunc").len() > 3);
        assert!(names(Some(Type::CharSet), "Sub").is_empty());
        assert!(names(Some(Type::Int), "compareTo").contains(&"CompareTo".to_string()));
    }

    #[test]
    fn functions_and_namespaces() {
        assert_eq!(names(None, "math.ma"), ["Math.Max"]);
        assert!(names(None, "").contains(&"RandomInt".to_string()));
        assert!(!names(None, "").contains(&"StartsWith".to_string()));
    }

    #[test]
    fn a_completion_says_what_it_is() {
        let all = completions(Some(Type::String), "STARTSWITH");
        assert_eq!(all.len(), 1);
        assert!(all[0].signature.starts_with("String.StartsWith(") && all[0].signature.ends_with(" -> Bool"));
        assert!(!all[0].summary.is_empty() && all[0].deprecated.is_none());
    }

    #[test]
    fn deprecated_names_come_last() {
        let all = completions(None, "");
        let first = all.iter().position(|one| one.deprecated.is_some()).unwrap();
        assert!(all[first..].iter().all(|one| one.deprecated.is_some()));
        assert!(all[..first].is_sorted_by_key(|one| one.name.to_ascii_lowercase()));
    }

    #[test]
    fn a_prefix_that_cuts_a_character_finds_nothing() {
        assert!(completions(None, "é").is_empty());
    }
}
