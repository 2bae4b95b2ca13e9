//! One step of a path through a schema.
//!
//! A place in a schema is what `anyOf`, `oneOf`, `allOf` and `$ref` make of it: alternatives, in each of which several
//! schemas hold together. More alternatives than a few dozen are taken as "anything".

use super::kinds::Kinds;
use crate::syntax::ast::PathStep;
use serde_json::{Map, Value};

/// How many alternatives a place may have.
const MOST_ALTERNATIVES: usize = 64;

/// How many schemas may hold together in one.
const MOST_TOGETHER: usize = 64;

/// Where a path has come to.
#[derive(Clone, Debug)]
pub(super) struct Place<'s> {
    document: &'s Value,
    /// Of each the schemas that hold together. Without any, anything may stand here.
    alternatives: Vec<Vec<&'s Map<String, Value>>>,
}

/// Where a step leads.
#[derive(Debug)]
pub(super) enum Stepped<'s> {
    To(Place<'s>),
    Open,
    Nowhere,
}

/// An alternative while what it refers to is followed: what is still to be looked at, and what was found.
type Following<'s> = (Vec<&'s Value>, Vec<&'s Map<String, Value>>);

/// Where a step leads in one alternative.
enum Below<'s> {
    To(Vec<&'s Value>),
    Open,
    Nowhere,
}

impl<'s> Place<'s> {
    /// The event as a whole.
    pub(super) fn root(document: &'s Value) -> Place<'s> {
        Place::of(document, vec![vec![document]]).unwrap_or(Place { document, alternatives: vec![Vec::new()] })
    }

    /// Follows what a schema refers to; `None` if it branches too much to tell.
    fn of(document: &'s Value, starts: Vec<Vec<&'s Value>>) -> Option<Place<'s>> {
        let mut alternatives = Vec::new();
        let mut open: Vec<Following<'s>> = starts.into_iter().map(|start| (start, Vec::new())).collect();
        let mut work = 0;
        while let Some((mut pending, mut together)) = open.pop() {
            let Some(schema) = pending.pop() else {
                alternatives.push(together);
                if alternatives.len() + open.len() > MOST_ALTERNATIVES {
                    return None;
                }
                continue;
            };
            work += 1;
            if work > MOST_ALTERNATIVES * MOST_TOGETHER || together.len() > MOST_TOGETHER {
                return None;
            }
            let map = match schema {
                Value::Object(map) => map,
                Value::Bool(false) => continue,
                _ => {
                    open.push((pending, together));
                    continue;
                }
            };
            // What leads back to itself says nothing new.
            if together.iter().any(|one| std::ptr::eq(*one, map)) {
                open.push((pending, together));
                continue;
            }
            together.push(map);
            if let Some(target) = reference(map).and_then(|reference| resolve(document, reference)) {
                pending.push(target);
            }
            pending.extend(map.get("allOf").and_then(Value::as_array).into_iter().flatten());
            let branches: Vec<&Vec<Value>> =
                ["anyOf", "oneOf"].iter().filter_map(|word| map.get(*word)?.as_array()).collect();
            let mut ways = vec![pending];
            for branch in branches {
                ways = ways
                    .iter()
                    .flat_map(|way| branch.iter().map(move |choice| way.iter().copied().chain([choice]).collect()))
                    .take(MOST_ALTERNATIVES + 1)
                    .collect();
            }
            if open.len() + ways.len() > MOST_ALTERNATIVES {
                return None;
            }
            open.extend(ways.into_iter().map(|way| (way, together.clone())));
        }
        Some(Place { document, alternatives })
    }

    /// The kinds of values that may stand here.
    pub(super) fn kinds(&self) -> Kinds {
        self.alternatives.iter().fold(Kinds::NONE, |kinds, together| kinds.or(kinds_of(together)))
    }

    /// The names of the members that are described.
    pub(super) fn names(&self) -> Vec<&'s str> {
        let all = self.alternatives.iter().flatten().filter_map(|map| map.get("properties")?.as_object());
        let mut names: Vec<&str> = Vec::new();
        for name in all.flat_map(Map::keys) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// Where a step leads, and whether it is a name that only an array stands before (L3.6).
    pub(super) fn step(&self, step: &PathStep) -> (Stepped<'s>, bool) {
        if let PathStep::Name(_) = step {
            let kinds = self.kinds();
            if kinds != Kinds::ANY && kinds.has(Kinds::ARRAY) && !kinds.has(Kinds::OBJECT) {
                return match self.within(&PathStep::Index(0)) {
                    Stepped::To(element) => (element.within(step), true),
                    other => (other, true),
                };
            }
        }
        (self.within(step), false)
    }

    fn within(&self, step: &PathStep) -> Stepped<'s> {
        let mut starts = Vec::new();
        for together in &self.alternatives {
            match below(together, step) {
                Below::To(schemas) => starts.push(schemas),
                Below::Open => return Stepped::Open,
                Below::Nowhere => {}
            }
        }
        if starts.is_empty() {
            return Stepped::Nowhere;
        }
        match Place::of(self.document, starts) {
            Some(place) if place.kinds() == Kinds::NONE => Stepped::Nowhere,
            Some(place) => Stepped::To(place),
            None => Stepped::Open,
        }
    }
}

/// The kinds of values that all of these schemas let stand.
fn kinds_of(together: &[&Map<String, Value>]) -> Kinds {
    let said = together.iter().filter_map(|map| said_kinds(map)).fold(Kinds::ANY, Kinds::and);
    if said != Kinds::ANY {
        return said;
    }
    // Nothing is said of the type itself: who describes members means an object, who describes elements an array.
    let some = |words: &[&str]| together.iter().any(|map| words.iter().any(|word| map.contains_key(*word)));
    match (some(&["properties", "patternProperties", "required"]), some(&["items", "prefixItems"])) {
        (true, false) => Kinds::OBJECT,
        (false, true) => Kinds::ARRAY,
        _ => Kinds::ANY,
    }
}

/// What one schema says by `type`, `enum` and `const`.
fn said_kinds(map: &Map<String, Value>) -> Option<Kinds> {
    let named = |value: &Value| value.as_str().and_then(Kinds::named);
    let by_type = match map.get("type") {
        Some(Value::Array(all)) => Some(all.iter().filter_map(named).fold(Kinds::NONE, Kinds::or)),
        Some(one) => named(one),
        None => None,
    };
    let by_enum = map.get("enum").and_then(Value::as_array);
    let by_enum = by_enum.map(|values| values.iter().map(Kinds::of).fold(Kinds::NONE, Kinds::or));
    let by_const = map.get("const").map(Kinds::of);
    [by_type, by_enum, by_const].into_iter().flatten().reduce(Kinds::and)
}

/// Where a step leads if these schemas hold together.
fn below<'s>(together: &[&'s Map<String, Value>], step: &PathStep) -> Below<'s> {
    let kinds = kinds_of(together);
    let wanted = if matches!(step, PathStep::Name(_)) { Kinds::OBJECT } else { Kinds::ARRAY };
    if !kinds.has(wanted) {
        return Below::Nowhere;
    }
    let mut found = Vec::new();
    let (mut open, mut closed, mut described) = (false, false, false);
    for map in together {
        match step {
            PathStep::Name(name) => {
                let properties = map.get("properties").and_then(Value::as_object);
                described |= properties.is_some_and(|properties| !properties.is_empty());
                if let Some(schema) = properties.and_then(|properties| member(properties, name)) {
                    found.push(schema);
                    continue;
                }
                open |= map.contains_key("patternProperties");
                match map.get("additionalProperties") {
                    Some(Value::Bool(false)) => closed = true,
                    Some(Value::Bool(true)) => open = true,
                    Some(schema @ Value::Object(_)) if !map.contains_key("patternProperties") => found.push(schema),
                    _ => {}
                }
            }
            PathStep::Index(index) => {
                let tuple = map.get("prefixItems").or(map.get("items")).and_then(Value::as_array);
                let rest = map.get("items").filter(|items| !items.is_array()).or(map.get("additionalItems"));
                described |= tuple.is_some() || rest.is_some();
                match (tuple.and_then(|tuple| tuple.get(*index)), rest) {
                    (Some(schema), _) => found.push(schema),
                    (None, Some(Value::Bool(false))) => closed = true,
                    (None, Some(schema)) => found.push(schema),
                    (None, None) => open |= tuple.is_some(),
                }
            }
        }
    }
    if !found.is_empty() {
        Below::To(found)
    } else if closed || (described && !open) {
        Below::Nowhere
    } else {
        Below::Open
    }
}

/// A member by its name: exactly, else ignoring case (L1.3).
fn member<'s>(properties: &'s Map<String, Value>, name: &str) -> Option<&'s Value> {
    properties
        .get(name)
        .or_else(|| properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, schema)| schema))
}

/// What a schema refers to.
pub(super) fn reference(map: &Map<String, Value>) -> Option<&str> {
    map.get("$ref").and_then(Value::as_str)
}

/// What stands at a reference within the document: `#`, `#/a/b`.
pub(super) fn resolve<'s>(document: &'s Value, reference: &str) -> Option<&'s Value> {
    document.pointer(&decoded(reference.strip_prefix('#')?))
}

/// Without percent signs: `%24` is `$`.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(*byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_string())
}
