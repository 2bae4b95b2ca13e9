//! The typed slots of one event: every attribute that a program reads, read once as the type that the rules asked for.
//!
//! In: what stood at each path ([`Raws`]). Out: plain columns of numbers, truth values and text spans, so that a test is a
//! load and a comparison. What could not be read holds its type's default and is remembered, for the note (L3.5).

use super::consulted::Row;
use crate::event::{Raw, Raws};
use crate::program::{Columns, Program, ends, shifted};
use crate::value::{DateTime, Type, convert, number};
use std::collections::HashSet;

/// A text of an event: in the event itself, or in the side buffer of the [`Slots`]. Its two ends are kept with it, so that
/// most tests are a comparison of two numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TextSlot {
    /// The first 8 bytes, see [`crate::program::ends`].
    pub(crate) head: u64,
    /// The last 8 bytes.
    pub(crate) tail: u64,
    start: u32,
    pub(crate) len: u32,
}

/// Set in `TextSlot::start` for texts of the side buffer.
const SIDE: u32 = 1 << 31;

/// The typed slots of one event. Made once and reused.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    pub(crate) bools: Vec<bool>,
    pub(crate) ints: Vec<i64>,
    pub(crate) doubles: Vec<f64>,
    pub(crate) dates: Vec<DateTime>,
    pub(crate) texts: Vec<TextSlot>,
    /// The rows of look-ups in lists, by number.
    pub(crate) rows: Vec<Row>,
    /// Texts that are not in the event as they are: unescaped ones, and numbers as text.
    side: String,
    /// The slots that could not be read, by type and number; empty for almost every event.
    pub(crate) unreadable: HashSet<(Type, u32), foldhash::fast::RandomState>,
    /// Whether some text is so long that looking through it counts as several steps.
    pub(crate) long: bool,
}

/// A text longer than this counts when it is looked through.
pub(crate) const LONG: usize = 4096;

impl Slots {
    /// Reads all slots of a program from an event.
    pub(crate) fn fill(&mut self, columns: &Columns, raws: &Raws, text: &str) {
        self.side.clear();
        self.rows.clear();
        self.rows.resize_with(columns.look_ups, Row::default);
        self.long = false;
        if !self.unreadable.is_empty() {
            self.unreadable.clear();
        }
        let unreadable = &mut self.unreadable;
        let mut keep = |ty: Type, slot: usize, unread: bool| {
            if unread {
                unreadable.insert((ty, slot as u32));
            }
        };
        self.bools.clear();
        for (slot, path) in columns.bools.iter().enumerate() {
            let read = convert::json_to_bool(raws.peek(*path as usize, text));
            keep(Type::Bool, slot, read.unreadable);
            self.bools.push(read.value);
        }
        self.ints.clear();
        for (slot, path) in columns.ints.iter().enumerate() {
            let read = convert::json_to_int(raws.peek(*path as usize, text));
            keep(Type::Int, slot, read.unreadable);
            self.ints.push(read.value);
        }
        self.doubles.clear();
        for (slot, path) in columns.doubles.iter().enumerate() {
            let value = match raws.get(*path as usize) {
                Raw::Double(value) => value,
                Raw::Int(value) => value as f64,
                _ => {
                    let read = convert::json_to_double(raws.peek(*path as usize, text));
                    keep(Type::Double, slot, read.unreadable);
                    read.value
                }
            };
            self.doubles.push(value);
        }
        for calculated in &columns.calculated {
            let value = calculated.value(&self.doubles);
            self.doubles.push(value);
        }
        self.dates.clear();
        for (slot, path) in columns.dates.iter().enumerate() {
            let read = convert::json_to_datetime(raws.peek(*path as usize, text));
            keep(Type::DateTime, slot, read.unreadable);
            self.dates.push(read.value);
        }
        self.texts.clear();
        for (slot, path) in columns.texts.iter().enumerate() {
            let slot_text = match raws.get(*path as usize) {
                Raw::Text { start, len } => TextSlot::new(text, start, len),
                Raw::Missing | Raw::Null => TextSlot::default(),
                other => {
                    let start = self.side.len();
                    if let Raw::Container { start, len } = other {
                        // The compact text of an object or array is what stands there without its blanks.
                        compact(text.get(start as usize..(start + len) as usize).unwrap_or_default(), &mut self.side);
                        keep(Type::String, slot, true);
                    } else {
                        // INVARIANT: writing to a string never fails.
                        let _ = match other {
                            Raw::Double(value) => number::double_text(value, &mut self.side),
                            _ => raws.peek(*path as usize, text).write_text(&mut self.side),
                        };
                    }
                    let made = TextSlot::new(&self.side, start as u32, (self.side.len() - start) as u32);
                    TextSlot { start: made.start | SIDE, ..made }
                }
            };
            self.long |= slot_text.len as usize > LONG;
            self.texts.push(slot_text);
        }
    }

    /// The text of a slot.
    #[inline]
    pub(crate) fn text<'a>(&'a self, slot: u32, event: &'a str) -> &'a str {
        let Some((from, range)) = self.place(slot, event) else { return "" };
        from.get(range).unwrap_or_default()
    }

    /// Where a text stands.
    #[inline]
    pub(crate) fn place<'a>(&'a self, slot: u32, event: &'a str) -> Option<(&'a str, std::ops::Range<usize>)> {
        let span = self.texts.get(slot as usize)?;
        let (from, start) =
            if span.start & SIDE == 0 { (event, span.start) } else { (&*self.side, span.start & !SIDE) };
        Some((from, start as usize..start as usize + span.len as usize))
    }
}

impl TextSlot {
    /// The slot of the empty text.
    pub(super) const EMPTY: TextSlot = TextSlot { head: 0, tail: 0, start: 0, len: 0 };

    /// The slot of a text that stands by itself.
    pub(super) fn of(text: &str) -> TextSlot {
        TextSlot::new(text, 0, text.len() as u32)
    }

    /// The slot of a text that stands there in a larger one.
    #[inline]
    fn new(text: &str, start: u32, len: u32) -> TextSlot {
        let (from, length) = (start as usize, len as usize);
        let bytes = text.as_bytes();
        let (head, tail) = match bytes.get(from..).and_then(|rest| rest.first_chunk()) {
            Some(first) if length < 8 => {
                let head = u64::from_le_bytes(*first) & ((1 << (8 * length)) - 1);
                (head, shifted(head, length))
            }
            _ => ends(bytes.get(from..from + length).unwrap_or_default()),
        };
        TextSlot { head, tail, start, len }
    }
}

/// Compact text of a container: parsed and written anew, so that numbers and escapes have their canonical form too.
fn compact(text: &str, out: &mut String) {
    let arena = bumpalo::Bump::new();
    if let Ok(json) = crate::value::json::parse(text, &arena) {
        // INVARIANT: writing to a string never fails.
        let _ = json.write_compact(out);
    }
}

/// An event bound to a program: read, validated and typed, ready for any number of decisions.
#[derive(Debug, Default)]
pub struct Event {
    pub(crate) text: String,
    pub(crate) raws: Raws,
    pub(crate) slots: Slots,
}

impl Event {
    /// Reads an event's bytes for a program (L3.5).
    pub fn bind(program: &Program, bytes: &[u8]) -> Result<Event, crate::event::EventFault> {
        let mut event = Event::default();
        let text = crate::event::extract(&program.paths, bytes, &mut event.raws)?;
        event.slots.fill(&program.columns, &event.raws, text);
        event.text = text.to_string();
        Ok(event)
    }
}
