//! Finds rows by name, ignoring case (L1.3).

use super::{Function, Place};
use crate::builtin;
use crate::value::Type;
use std::collections::HashMap;
use std::sync::LazyLock;

/// All rows, with an index by lower-case name.
#[derive(Debug)]
pub struct Registry {
    rows: Vec<&'static Function>,
    by_name: HashMap<String, Vec<&'static Function>>,
}

/// The rows of this crate.
pub fn registry() -> &'static Registry {
    static ALL: LazyLock<Registry> = LazyLock::new(|| Registry::new(builtin::FAMILIES));
    &ALL
}

impl Registry {
    fn new(families: &[&'static [Function]]) -> Registry {
        let rows: Vec<&'static Function> = families.iter().copied().flatten().collect();
        let mut by_name: HashMap<String, Vec<&'static Function>> = HashMap::new();
        for row in &rows {
            by_name.entry(row.name.to_ascii_lowercase()).or_default().push(row);
        }
        Registry { rows, by_name }
    }

    /// Every row, in the order of the families.
    pub fn all(&self) -> impl Iterator<Item = &'static Function> {
        self.rows.iter().copied()
    }

    /// Every row of that name, whatever its place.
    pub fn named(&self, name: &str) -> &[&'static Function] {
        self.by_name.get(&name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The rows of that name that are methods or properties of a type.
    pub fn members(&self, of: Type, name: &str) -> Vec<&'static Function> {
        let on = |row: &&&'static Function| matches!(row.place, Place::Method(t) | Place::Property(t) if t == of);
        self.named(name).iter().filter(on).copied().collect()
    }

    /// The rows of that name in a namespace.
    pub fn statics(&self, space: &str, name: &str) -> Vec<&'static Function> {
        let within = |row: &&&'static Function| matches!(row.place, Place::Static(s) | Place::Constant(s) if s.eq_ignore_ascii_case(space));
        self.named(name).iter().filter(within).copied().collect()
    }

    /// The rows of that name that stand alone.
    pub fn globals(&self, name: &str) -> Vec<&'static Function> {
        self.named(name).iter().filter(|row| row.place == Place::Global).copied().collect()
    }
}
