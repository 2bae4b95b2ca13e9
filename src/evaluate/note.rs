//! Notes on values that could not be read as the type asked for (L3.5).

use super::machine::Machine;
use crate::value::{Datum, Type};

/// An entry of `notes` (L3.5).
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) path: String,
    pub(crate) wanted: Type,
    pub(crate) found: String,
}

impl<'a> Machine<'a> {
    /// The note of a slot that could not be read (L3.5).
    pub(super) fn note_slot(&mut self, ty: Option<Type>, slot: u32) {
        let Some(ty) = ty else { return };
        let super::Input { program, slots, raws, text, .. } = self.input;
        if ty == Type::Double
            && let Some(calculated) = program.columns.calculated(slot)
        {
            return calculated.slots().for_each(|slot| self.note_slot(Some(Type::Double), slot));
        }
        if !slots.unreadable.contains(&(ty, slot)) {
            return;
        }
        let columns = &program.columns;
        let column = match ty {
            Type::Bool => &columns.bools,
            Type::Int => &columns.ints,
            Type::Double => &columns.doubles,
            Type::DateTime => &columns.dates,
            _ => &columns.texts,
        };
        let Some(path) = column.get(slot as usize) else { return };
        if self.noted.insert((*path, ty)) {
            let name = program.path_names.get(*path as usize).map_or("", |name| name);
            self.note(name, ty, || raws.found(*path as usize, text));
        }
    }

    /// The note of a Json that could not be read; its path is that of the event, or its text in the rules.
    #[cold]
    pub(super) fn note_json(&mut self, at: usize, value: Datum<'a>, wanted: Type) {
        self.context.unreadable = false;
        let Datum::Json(json) = value else { return };
        let program = self.input.program;
        let direct = program.note_paths.binary_search_by_key(&at, |(op, _)| *op as usize).ok();
        let path = match direct.and_then(|number| program.note_paths.get(number)) {
            Some((_, path)) => program.path_names.get(*path as usize).map_or("", |name| name),
            None => {
                let place = program.places.get(at).copied().unwrap_or_default();
                program.sources.get(place.source as usize).map_or("", |source| source.slice(place.span))
            }
        };
        self.note(path, wanted, || json.excerpt(200));
    }

    /// One note for a path and a type (L3.5).
    fn note(&mut self, path: &str, wanted: Type, found: impl FnOnce() -> String) {
        if !self.notes.iter().any(|note| note.wanted == wanted && note.path == path) {
            self.notes.push(Note { path: path.to_string(), wanted, found: found() });
        }
    }
}
