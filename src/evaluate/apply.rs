//! Applies one operation to its operands: what [`Machine`] runs and what the planner walks ahead with.
//!
//! In: an operation that neither jumps nor calls out, and its operands. Out: its value, or the evaluation error that was filed.

use super::machine::{Input, Machine, Memo, Stop};
use crate::hir::Conversion;
use crate::program::{Op, Program};
use crate::value::{Datum, Failure, Json, Type, convert, json, operate};
use smallvec::SmallVec;

impl<'a> Machine<'a> {
    /// Applies one operation that neither jumps nor calls out to its operands.
    pub(crate) fn apply(&mut self, at: usize, operands: &[Datum<'a>]) -> Result<Datum<'a>, Stop> {
        let Input { program, slots, raws, text, .. } = self.input;
        let Some(op) = program.code.get(at) else { return Err(self.broken(at)) };
        let arena = self.context.arena;
        let slot_note = |machine: &mut Machine<'a>, ty, slot| {
            if machine.careful {
                machine.note_slot(Some(ty), slot);
            }
        };
        let result = match (*op, operands) {
            (Op::Bool(value), _) => Ok(Datum::Bool(value)),
            (Op::Int(value), _) => Ok(Datum::Int(value)),
            (Op::Double(value), _) => Ok(Datum::Double(value)),
            (Op::Text(value), _) => Ok(Datum::String(program.str(value))),
            (Op::CharSet(value), _) => Ok(Datum::CharSet(value)),
            (Op::Null, _) => Ok(Datum::Json(Json::Null)),
            (Op::Constant(number), _) => {
                Ok(program.constants.get(number as usize).map_or(Datum::Json(Json::Null), |constant| constant.datum()))
            }
            (Op::SlotBool(slot), _) => {
                slot_note(self, Type::Bool, slot);
                Ok(Datum::Bool(slots.bools.get(slot as usize).copied().unwrap_or_default()))
            }
            (Op::SlotInt(slot), _) => {
                slot_note(self, Type::Int, slot);
                Ok(Datum::Int(slots.ints.get(slot as usize).copied().unwrap_or_default()))
            }
            (Op::SlotDouble(slot), _) => {
                slot_note(self, Type::Double, slot);
                Ok(Datum::Double(slots.doubles.get(slot as usize).copied().unwrap_or_default()))
            }
            (Op::SlotDate(slot), _) => {
                slot_note(self, Type::DateTime, slot);
                Ok(Datum::DateTime(slots.dates.get(slot as usize).copied().unwrap_or_default()))
            }
            (Op::SlotText(slot), _) => {
                slot_note(self, Type::String, slot);
                Ok(Datum::String(slots.text(slot, text)))
            }
            (Op::Json(path), _) => Ok(Datum::Json(raws.json(path as usize, text, arena))),
            (Op::Event, _) => Ok(Datum::Json(json::parse(text, arena).unwrap_or(Json::Null))),
            (Op::Exists(path), _) => Ok(Datum::Bool(raws.exists(path as usize))),
            (Op::Decision, _) => Ok(Datum::Decision(self.decision)),
            (Op::GetVariable(id), _) => {
                Ok(Datum::Json(self.variables.get(id as usize).copied().flatten().unwrap_or(Json::Null)))
            }
            (Op::GetVariableNamed, [Datum::String(name)]) => {
                let id = program.variables.iter().position(|known| known.eq_ignore_ascii_case(name));
                let value = id.and_then(|id| self.variables.get(id).copied().flatten());
                Ok(Datum::Json(value.unwrap_or(Json::Null)))
            }
            (Op::Array(_), items) => {
                let items: SmallVec<[Json<'a>; 8]> = items.iter().map(as_json).collect();
                self.built(Json::array(arena, &items))
            }
            (Op::Object { keys, .. }, values) => {
                let keys = program.keys.get(keys as usize..).unwrap_or_default();
                let members: SmallVec<[(&'a str, Json<'a>); 8]> =
                    keys.iter().zip(values).map(|(key, value)| (program.str(*key), as_json(value))).collect();
                self.built(Json::object(arena, &members))
            }
            (Op::Not, [Datum::Bool(value)]) => Ok(Datum::Bool(!value)),
            (Op::Negate, [value]) => operate::negate(*value),
            (Op::Arithmetic(operator), [left, right]) => operator.apply(*left, *right, &mut self.context),
            (Op::Compare(comparison), [left, right]) => {
                let holds = comparison.apply(*left, *right, &mut self.context);
                if self.context.unreadable {
                    let json = if matches!(left, Datum::Json(_)) { left } else { right };
                    self.note_json(at, *json, Type::Double);
                }
                Ok(Datum::Bool(holds))
            }
            (Op::Member(name), [Datum::Json(json)]) => Ok(Datum::Json(member(*json, program.str(name)))),
            (Op::MemberNamed, [Datum::Json(json), Datum::String(name)]) => Ok(Datum::Json(member(*json, name))),
            (Op::Element, [Datum::Json(json), Datum::Int(index)]) => {
                Ok(Datum::Json(json.element(*index).unwrap_or(Json::Null)))
            }
            (Op::Field { name, ty }, [Datum::Json(json)]) => {
                let field = json.member(program.str(name)).unwrap_or(Json::Null);
                convert::read(field, ty, &mut self.context)
            }
            (Op::Call { function, .. } | Op::CallMany { function }, arguments) => {
                if self.careful {
                    for argument in arguments {
                        if let Datum::String(text) = argument {
                            self.step_over(text)?;
                        }
                    }
                }
                self.context.place = place_number(program, at);
                let result = (function.run)(&mut self.context, arguments);
                if self.context.unreadable {
                    let from = arguments.first().copied().unwrap_or(Datum::Json(Json::Null));
                    self.note_json(at, from, function.result);
                }
                result
            }
            (Op::Bound { callable, .. }, arguments) => match program.bound.get(callable as usize) {
                Some(callable) => {
                    if self.careful {
                        for argument in arguments {
                            if let Datum::String(text) = argument {
                                self.step_over(text)?;
                            }
                        }
                    }
                    self.context.place = place_number(program, at);
                    let result = callable.run(&mut self.context, arguments);
                    if self.context.unreadable {
                        let from = arguments.first().copied().unwrap_or(Datum::Json(Json::Null));
                        self.note_json(at, from, callable.reads().unwrap_or(Type::Json));
                    }
                    result
                }
                None => return Err(self.broken(at)),
            },
            (Op::ReadOr { ty, constant }, [Datum::Json(json)]) => {
                let result = convert::read(*json, ty, &mut self.context);
                if !self.context.unreadable {
                    result
                } else {
                    self.note_json(at, Datum::Json(*json), ty);
                    let constant = program.constants.get(constant as usize);
                    Ok(constant.map_or(Datum::Json(Json::Null), |constant| constant.datum()))
                }
            }
            (Op::Convert(conversion, ty), [value]) => {
                let result = self.convert(conversion, ty, *value);
                if self.context.unreadable {
                    self.note_json(at, *value, ty);
                }
                result
            }
            (Op::Diagnostics, [_]) => Ok(self.diagnostics(self.last_call)),
            (Op::DiagnosticsOf(id), [_]) => {
                let call = match self.lets.get(id as usize) {
                    Some(Memo::Value(_, call)) => *call,
                    _ => None,
                };
                Ok(self.diagnostics(call))
            }
            _ => return Err(self.broken(at)),
        };
        result.map_err(|failure| self.fail(failure, at))
    }

    fn convert(&mut self, conversion: Conversion, ty: Type, value: Datum<'a>) -> Result<Datum<'a>, Failure> {
        match (conversion, value) {
            (Conversion::Widen, Datum::Int(value)) => Ok(Datum::Double(value as f64)),
            (Conversion::Read, Datum::Json(json)) => convert::read(json, ty, &mut self.context),
            (Conversion::ToJson, value) => convert::to_json(value, &self.context).map(Datum::Json),
            (Conversion::ToText, value) => convert::text(value, &self.context).map(Datum::String),
            (_, value) => Ok(value),
        }
    }

    /// Json that a rule built, held against the limits (L5.4).
    fn built(&self, json: Json<'a>) -> Result<Datum<'a>, Failure> {
        let limit = self.context.json_bytes;
        if json.weight() as usize > limit || json.depth() > 128 {
            return Err(Failure::json_too_large(limit));
        }
        Ok(Datum::Json(json))
    }
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
