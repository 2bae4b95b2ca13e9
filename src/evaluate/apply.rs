//! Applies one operation to its operands: what [`Machine`] runs and what the planner walks ahead with.
//!
//! In: an operation that neither jumps nor calls out, and its operands. Out: its value, or the evaluation error that was filed.
//! What needs no machine, as nearly all do, stands by itself in [`operate`]: values are derived from an event with it.

use super::Seen;
use super::machine::{Machine, Memo, Stop};
use crate::hir::Conversion;
use crate::program::{Op, Program};
use crate::value::{Context, Datum, Failure, Json, Type, convert, json, operate};
use smallvec::SmallVec;

impl<'a> Machine<'a> {
    /// Applies one operation that neither jumps nor calls out to its operands.
    pub(crate) fn apply(&mut self, at: usize, operands: &[Datum<'a>]) -> Result<Datum<'a>, Stop> {
        let program = self.input.program;
        let Some(op) = program.code.get(at).copied() else { return Err(self.broken(at)) };
        if self.careful {
            self.look_after_operation(op, operands)?;
        }
        let result = match (op, operands) {
            (Op::Decision, _) => Ok(Datum::Decision(self.decision)),
            (Op::GetVariable(id), _) => {
                Ok(Datum::Json(self.variables.get(id as usize).copied().flatten().unwrap_or(Json::Null)))
            }
            (Op::GetVariableNamed, [Datum::String(name)]) => {
                let id = program.variables.iter().position(|known| known.eq_ignore_ascii_case(name));
                let value = id.and_then(|id| self.variables.get(id).copied().flatten());
                Ok(Datum::Json(value.unwrap_or(Json::Null)))
            }
            (Op::Diagnostics, [_]) => Ok(self.diagnostics(self.last_call)),
            (Op::DiagnosticsOf(id), [_]) => {
                let call = match self.lets.get(id as usize) {
                    Some(Memo::Value(_, call)) => *call,
                    _ => None,
                };
                Ok(self.diagnostics(call))
            }
            _ => operate(&self.input.seen(), &mut self.context, at, op, operands),
        };
        let result = if self.context.unreadable { self.unread(at, op, operands, result) } else { result };
        result.map_err(|failure| self.fail(failure, at))
    }

    /// Makes the note of an operation that could not read its Json, and gives what it gives then.
    #[cold]
    fn unread(
        &mut self,
        at: usize,
        op: Op,
        operands: &[Datum<'a>],
        result: Result<Datum<'a>, Failure>,
    ) -> Result<Datum<'a>, Failure> {
        let program = self.input.program;
        let first = operands.first().copied().unwrap_or(Datum::Json(Json::Null));
        match op {
            Op::Compare(_) => {
                let json = operands.iter().copied().find(|operand| matches!(operand, Datum::Json(_)));
                self.note_json(at, json.unwrap_or(first), Type::Double);
            }
            Op::Call { function, .. } | Op::CallMany { function } => self.note_json(at, first, function.result),
            Op::Bound { callable, .. } => {
                let reads = program.bound.get(callable as usize).and_then(|callable| callable.reads());
                self.note_json(at, first, reads.unwrap_or(Type::Json));
            }
            Op::ReadOr { ty, constant } => {
                self.note_json(at, first, ty);
                let constant = program.constants.get(constant as usize);
                return Ok(constant.map_or(Datum::Json(Json::Null), |constant| constant.datum()));
            }
            Op::Convert(_, ty) => self.note_json(at, first, ty),
            _ => {}
        }
        result
    }

    /// Makes the note of a slot and counts long texts that are looked through.
    fn look_after_operation(&mut self, op: Op, operands: &[Datum<'a>]) -> Result<(), Stop> {
        match op {
            Op::SlotBool(slot) => self.note_slot(Some(Type::Bool), slot),
            Op::SlotInt(slot) => self.note_slot(Some(Type::Int), slot),
            Op::SlotDouble(slot) => self.note_slot(Some(Type::Double), slot),
            Op::SlotDate(slot) => self.note_slot(Some(Type::DateTime), slot),
            Op::SlotText(slot) => self.note_slot(Some(Type::String), slot),
            Op::Call { .. } | Op::CallMany { .. } | Op::Bound { .. } => {
                for operand in operands {
                    if let Datum::String(text) = operand {
                        self.step_over(text)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The value of an operation that needs nothing but its operands, the event and the context. One that could not read its Json
/// sets [`Context::unreadable`].
pub(super) fn operate<'a>(
    seen: &Seen<'a>,
    context: &mut Context<'a>,
    at: usize,
    op: Op,
    operands: &[Datum<'a>],
) -> Result<Datum<'a>, Failure> {
    let Seen { program, slots, raws, text, .. } = *seen;
    let arena = context.arena;
    match (op, operands) {
        (Op::Bool(value), _) => Ok(Datum::Bool(value)),
        (Op::Int(value), _) => Ok(Datum::Int(value)),
        (Op::Double(value), _) => Ok(Datum::Double(value)),
        (Op::Text(value), _) => Ok(Datum::String(program.str(value))),
        (Op::CharSet(value), _) => Ok(Datum::CharSet(value)),
        (Op::Null, _) => Ok(Datum::Json(Json::Null)),
        (Op::Constant(number), _) => {
            Ok(program.constants.get(number as usize).map_or(Datum::Json(Json::Null), |constant| constant.datum()))
        }
        (Op::SlotBool(slot), _) => Ok(Datum::Bool(slots.bools.get(slot as usize).copied().unwrap_or_default())),
        (Op::SlotInt(slot), _) => Ok(Datum::Int(slots.ints.get(slot as usize).copied().unwrap_or_default())),
        (Op::SlotDouble(slot), _) => Ok(Datum::Double(slots.doubles.get(slot as usize).copied().unwrap_or_default())),
        (Op::SlotDate(slot), _) => Ok(Datum::DateTime(slots.dates.get(slot as usize).copied().unwrap_or_default())),
        (Op::SlotText(slot), _) => Ok(Datum::String(slots.text(slot, text))),
        (Op::Json(path), _) => Ok(Datum::Json(raws.json(path as usize, text, arena))),
        (Op::Event, _) => Ok(Datum::Json(json::parse(text, arena).unwrap_or(Json::Null))),
        (Op::Exists(path), _) => Ok(Datum::Bool(raws.exists(path as usize))),
        (Op::Array(_), items) => {
            let items: SmallVec<[Json<'a>; 8]> = items.iter().map(as_json).collect();
            built(Json::array(arena, &items), context)
        }
        (Op::Object { keys, .. }, values) => {
            let keys = program.keys.get(keys as usize..).unwrap_or_default();
            let members: SmallVec<[(&'a str, Json<'a>); 8]> =
                keys.iter().zip(values).map(|(key, value)| (program.str(*key), as_json(value))).collect();
            built(Json::object(arena, &members), context)
        }
        (Op::Not, [Datum::Bool(value)]) => Ok(Datum::Bool(!value)),
        (Op::Negate, [value]) => operate::negate(*value),
        (Op::Arithmetic(operator), [left, right]) => operator.apply(*left, *right, context),
        (Op::Compare(comparison), [left, right]) => Ok(Datum::Bool(comparison.apply(*left, *right, context))),
        (Op::Member(name), [Datum::Json(json)]) => Ok(Datum::Json(member(*json, program.str(name)))),
        (Op::MemberNamed, [Datum::Json(json), Datum::String(name)]) => Ok(Datum::Json(member(*json, name))),
        (Op::Element, [Datum::Json(json), Datum::Int(index)]) => {
            Ok(Datum::Json(json.element(*index).unwrap_or(Json::Null)))
        }
        (Op::Field { name, ty }, [Datum::Json(json)]) => {
            let field = json.member(program.str(name)).unwrap_or(Json::Null);
            convert::read(field, ty, context)
        }
        (Op::Call { function, .. } | Op::CallMany { function }, arguments) => {
            context.place = place_number(program, at);
            (function.run)(context, arguments)
        }
        (Op::Bound { callable, .. }, arguments) => match program.bound.get(callable as usize) {
            Some(callable) => {
                context.place = place_number(program, at);
                callable.run(context, arguments)
            }
            None => Err(Failure::mismatch("operation")),
        },
        (Op::ReadOr { ty, .. }, [Datum::Json(json)]) => convert::read(*json, ty, context),
        (Op::Convert(conversion, ty), [value]) => convert_to(conversion, ty, *value, context),
        _ => Err(Failure::mismatch("operation")),
    }
}

fn convert_to<'a>(
    conversion: Conversion,
    ty: Type,
    value: Datum<'a>,
    context: &mut Context<'a>,
) -> Result<Datum<'a>, Failure> {
    match (conversion, value) {
        (Conversion::Widen, Datum::Int(value)) => Ok(Datum::Double(value as f64)),
        (Conversion::Read, Datum::Json(json)) => convert::read(json, ty, context),
        (Conversion::ToJson, value) => convert::to_json(value, context).map(Datum::Json),
        (Conversion::ToText, value) => convert::text(value, context).map(Datum::String),
        (_, value) => Ok(value),
    }
}

/// Json that a rule built, held against the limits (L5.4).
fn built<'a>(json: Json<'a>, context: &Context<'a>) -> Result<Datum<'a>, Failure> {
    let limit = context.json_bytes;
    if json.weight() as usize > limit || json.depth() > 128 {
        return Err(Failure::json_too_large(limit));
    }
    Ok(Datum::Json(json))
}

/// How many operands the operation there takes from the stack.
pub(crate) fn operands(program: &Program, at: usize) -> usize {
    match program.code.get(at) {
        Some(Op::Array(count) | Op::Object { count, .. }) => *count as usize,
        Some(Op::Call { count, .. }) => usize::from(*count),
        Some(Op::Bound { count, .. }) => usize::from(*count),
        Some(Op::CallMany { .. }) => match program.code.get(at.wrapping_sub(1)) {
            Some(Op::Count(count)) => *count as usize,
            _ => 0,
        },
        Some(
            Op::Not
            | Op::Negate
            | Op::Member(_)
            | Op::Field { .. }
            | Op::GetVariableNamed
            | Op::Diagnostics
            | Op::DiagnosticsOf(_)
            | Op::ReadOr { .. }
            | Op::Convert(..),
        ) => 1,
        Some(Op::Arithmetic(_) | Op::Compare(_) | Op::MemberNamed | Op::Element) => 2,
        _ => 0,
    }
}

fn as_json<'a>(value: &Datum<'a>) -> Json<'a> {
    if let Datum::Json(json) = value { *json } else { Json::Null }
}

/// A member by name; what no member hides is the built-in `Length` (L3.7, L6.6).
fn member<'a>(json: Json<'a>, name: &str) -> Json<'a> {
    if let Some(member) = json.member(name) {
        return member;
    }
    if !name.eq_ignore_ascii_case("Length") {
        return Json::Null;
    }
    Json::Int(match json {
        Json::Array(array) => array.items.len() as i64,
        Json::Object(object) => object.members.len() as i64,
        _ => 0,
    })
}

/// A number for the place of a call in the rules' text.
fn place_number(program: &Program, at: usize) -> u64 {
    let place = program.places.get(at).copied().unwrap_or_default();
    u64::from(place.source) << 32 | u64::from(place.span.start)
}
