//! Values that are derived from the event: each is calculated when a test first asks for it, and kept until the evaluation ends.
//!
//! In: a program's [derivations](crate::program::Derivation) and what an evaluation reads. Out: a truth value, a number or a
//! text, or that there is none, because calculating it failed or needs a note. The memory is the evaluation's own: an event
//! that was read before may be decided by several threads at once, and at different times.

use super::apply::{operands, operate};
use super::slots::TextSlot;
use super::{Inputs, Seen};
use crate::event::Raws;
use crate::limit::Limits;
use crate::program::{DERIVED, Op, Program, number};
use crate::value::{Context, Datum};
use bumpalo::Bump;
use smallvec::SmallVec;
use std::cell::Cell;

/// What is known of one value.
#[derive(Clone, Copy, Debug)]
enum Value<'a> {
    /// It was not asked for.
    Unset,
    /// Calculating it fails, or needs a note.
    Nothing,
    Bool(bool),
    /// See [`number`].
    Number(f64),
    Text(&'a Text<'a>),
}

/// A text, as a slot holds it and by itself.
#[derive(Debug, Default)]
struct Text<'a> {
    slot: TextSlot,
    text: &'a str,
}

/// What stands for a text that is not there.
static EMPTY: Text<'static> = Text { slot: TextSlot::EMPTY, text: "" };

/// How many values get room at once: of many, an event asks for few.
const PAGE: usize = 8;

type Page<'a> = &'a [Cell<Value<'a>>];

/// See [the module](self).
#[derive(Debug)]
pub(crate) struct Derived<'a> {
    program: &'a Program,
    slots: &'a super::Slots,
    raws: &'a Raws,
    text: &'a str,
    inputs: &'a Inputs,
    limits: &'a Limits,
    arena: &'a Bump,
    pages: &'a [Cell<Option<Page<'a>>>],
}

impl<'a> Derived<'a> {
    /// Room for the derived values of a program, if it has any.
    pub(super) fn new(
        seen: Seen<'a>,
        inputs: &'a Inputs,
        limits: &'a Limits,
        arena: &'a Bump,
    ) -> Option<&'a Derived<'a>> {
        let Seen { program, slots, raws, text, .. } = seen;
        if program.derived.is_empty() {
            return None;
        }
        let pages = arena.alloc_slice_fill_with(program.derived.len().div_ceil(PAGE), |_| Cell::new(None));
        Some(arena.alloc(Derived { program, slots, raws, text, inputs, limits, arena, pages }))
    }

    /// Whether there is a value.
    #[inline(never)]
    fn is_known(&self, number: u32) -> bool {
        !matches!(self.value(number), Value::Nothing)
    }

    /// The truth value of a derived slot; false if there is none.
    #[cold]
    #[inline(never)]
    fn bool(&self, slot: u32) -> bool {
        matches!(self.value(slot & !DERIVED), Value::Bool(true))
    }

    /// The number of a derived slot; zero if there is none.
    #[cold]
    #[inline(never)]
    fn number(&self, slot: u32) -> f64 {
        if let Value::Number(value) = self.value(slot & !DERIVED) { value } else { 0.0 }
    }

    /// The text of a derived slot; empty if there is none.
    #[cold]
    #[inline(never)]
    fn text(&self, slot: u32) -> &'a Text<'a> {
        if let Value::Text(text) = self.value(slot & !DERIVED) { text } else { &EMPTY }
    }

    fn value(&self, number: u32) -> Value<'a> {
        let Some(page) = self.pages.get(number as usize / PAGE) else { return Value::Nothing };
        let cells = page.get().unwrap_or_else(|| {
            let made: Page<'a> = self.arena.alloc_slice_fill_with(PAGE, |_| Cell::new(Value::Unset));
            page.set(Some(made));
            made
        });
        let Some(cell) = cells.get(number as usize % PAGE) else { return Value::Nothing };
        match cell.get() {
            Value::Unset => {
                let value = self.calculate(number).unwrap_or(Value::Nothing);
                cell.set(value);
                value
            }
            value => value,
        }
    }

    fn calculate(&self, derived: u32) -> Option<Value<'a>> {
        let mut context = Context {
            arena: self.arena,
            now: self.inputs.now,
            seed: self.inputs.seed,
            place: 0,
            string_bytes: self.limits.string_bytes,
            json_bytes: self.limits.event_bytes,
            correlation_id: self.inputs.correlation_id.as_deref().unwrap_or_default(),
            unreadable: false,
        };
        let start = self.program.derived.get(derived as usize)?.code;
        match self.run(start, &mut context)? {
            Datum::Bool(value) => Some(Value::Bool(value)),
            Datum::String(text) => Some(Value::Text(self.arena.alloc(Text { slot: TextSlot::of(text), text }))),
            value => number(value).map(Value::Number),
        }
    }

    /// Runs the code that begins there to its end. It reads no variable and makes no call.
    fn run(&self, start: u32, context: &mut Context<'a>) -> Option<Datum<'a>> {
        let Derived { program, slots, raws, text, .. } = *self;
        let seen = Seen { program, slots, raws, text, derived: None };
        let mut stack: SmallVec<[Datum<'a>; 8]> = SmallVec::new();
        let mut at = start as usize;
        loop {
            match *program.code.get(at)? {
                Op::End => return stack.pop(),
                Op::And { end } => match stack.last() {
                    Some(Datum::Bool(true)) => drop(stack.pop()),
                    _ => {
                        at = end as usize;
                        continue;
                    }
                },
                Op::Or { end } => match stack.last() {
                    Some(Datum::Bool(true)) => {
                        at = end as usize;
                        continue;
                    }
                    _ => drop(stack.pop()),
                },
                Op::Branch { otherwise, .. } => {
                    if !matches!(stack.pop(), Some(Datum::Bool(true))) {
                        at = otherwise as usize;
                        continue;
                    }
                }
                Op::Jump(to) => {
                    at = to as usize;
                    continue;
                }
                // Most begin with the text of an attribute and end with what is called of it.
                Op::SlotText(slot) => stack.push(Datum::String(slots.text(slot, text))),
                op => {
                    let base = stack.len().saturating_sub(operands(program, at));
                    let value = operate(&seen, context, at, op, stack.get(base..).unwrap_or_default()).ok()?;
                    if context.unreadable {
                        return None;
                    }
                    if let Some(Op::End) = program.code.get(at + 1) {
                        return Some(value);
                    }
                    stack.truncate(base);
                    stack.push(value);
                }
            }
            at += 1;
        }
    }
}

/// What tests read, whether it is the event's or derived from it.
impl<'e> Seen<'e> {
    /// Whether there is that derived value.
    #[inline(always)]
    pub(super) fn is_known(self, number: u32) -> bool {
        self.derived.is_some_and(|derived| derived.is_known(number))
    }

    #[inline(always)]
    pub(super) fn bool(self, slot: u32) -> bool {
        match self.slots.bools.get(slot as usize) {
            Some(value) => *value,
            None => self.derived.is_some_and(|derived| derived.bool(slot)),
        }
    }

    #[inline(always)]
    pub(super) fn double(self, slot: u32) -> f64 {
        match self.slots.doubles.get(slot as usize) {
            Some(value) => *value,
            None => self.derived.map_or(0.0, |derived| derived.number(slot)),
        }
    }

    #[inline(always)]
    pub(super) fn text_slot(self, slot: u32) -> &'e TextSlot {
        match self.slots.texts.get(slot as usize) {
            Some(text) => text,
            None => self.derived.map_or(&EMPTY.slot, |derived| &derived.text(slot).slot),
        }
    }

    /// The bytes of a text: where characters do not matter, their borders need no look.
    #[inline]
    pub(super) fn bytes(self, slot: u32) -> &'e [u8] {
        let Some((from, range)) = self.place(slot) else { return &[] };
        from.as_bytes().get(range).unwrap_or_default()
    }

    /// Where a text stands.
    #[inline]
    pub(super) fn place(self, slot: u32) -> Option<(&'e str, std::ops::Range<usize>)> {
        let place = self.slots.place(slot, self.text);
        place.or_else(|| self.derived.map(|derived| derived.text(slot).text).map(|text| (text, 0..text.len())))
    }
}
