//! Operations of the stack machine.

use crate::function::Function;
use crate::hir::{Arithmetic, Comparison, Conversion};
use crate::value::{CharSet, Type};

/// A text in the program's pool, by offset and length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TextRef {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// One operation: takes its operands from the stack and leaves its value there. Jumps name an operation by its number.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// A constant.
    Bool(bool),
    /// A constant.
    Int(i64),
    /// A constant.
    Double(f64),
    /// A constant.
    Text(TextRef),
    /// A constant.
    CharSet(CharSet),
    /// A constant.
    Null,
    /// A constant, by its number.
    Constant(u32),
    /// A slot, by its number in the column of that type.
    SlotBool(u32),
    /// See [`Op::SlotBool`].
    SlotInt(u32),
    /// See [`Op::SlotBool`].
    SlotDouble(u32),
    /// See [`Op::SlotBool`].
    SlotText(u32),
    /// See [`Op::SlotBool`].
    SlotDate(u32),
    /// What stands at that path, as Json.
    Json(u32),
    /// The whole event, as Json.
    Event,
    /// Whether something stands at that path.
    Exists(u32),
    /// The value of a variable; the first reader evaluates it.
    Let(u32),
    /// The end of a variable's code: remembers the value and returns to the reader.
    EndLet(u32),
    /// `Response.Decision()`
    Decision,
    /// A variable of the event.
    GetVariable(u32),
    /// A variable of the event whose name is on the stack.
    GetVariableNamed,
    /// An array of so many values, each Json already.
    Array(u32),
    /// An object of so many values, whose keys begin at that number.
    Object {
        /// The first of [`super::Program`]'s keys.
        keys: u32,
        /// How many.
        count: u32,
    },
    /// `!`
    Not,
    /// `-`
    Negate,
    /// If the value on top is false, keeps it and jumps; else drops it and goes on.
    And {
        /// Where the value of the whole is on top.
        end: u32,
    },
    /// If the value on top is true, keeps it and jumps; else drops it and goes on.
    Or {
        /// Where the value of the whole is on top.
        end: u32,
    },
    /// Drops the value on top, and jumps if it is false.
    Branch {
        /// The code of the other branch.
        otherwise: u32,
        /// Where the value of the whole is on top.
        end: u32,
    },
    /// Jumps.
    Jump(u32),
    /// `+ - * / %`, `|`
    Arithmetic(Arithmetic),
    /// `< <= > >= == !=`
    Compare(Comparison),
    /// `json.name`
    Member(TextRef),
    /// `json[text]`
    MemberNamed,
    /// `json[n]`
    Element,
    /// A member of a record, read as that type.
    Field {
        /// Its name.
        name: TextRef,
        /// Its type.
        ty: Type,
    },
    /// A builtin with so many arguments.
    Call {
        /// The row.
        function: &'static Function,
        /// How many arguments are on the stack, a receiver included.
        count: u8,
    },
    /// A builtin with more than 255 arguments.
    CallMany {
        /// The row.
        function: &'static Function,
    },
    /// How many arguments the next [`Op::CallMany`] has.
    Count(u32),
    /// A callable of [`super::Program`]'s bound ones, with so many arguments.
    Bound {
        /// Its number.
        callable: u32,
        /// How many arguments are on the stack.
        count: u16,
        /// Whether it may fail.
        can_fail: bool,
    },
    /// An external call with so many arguments, each a text.
    External {
        /// Its number.
        call: u32,
        /// How many arguments are on the stack.
        count: u32,
    },
    /// Replaces the result of the call just made by its diagnostics.
    Diagnostics,
    /// Replaces the value of that variable, a call's result, by the call's diagnostics.
    DiagnosticsOf(u32),
    /// Brings the value on top to a type.
    Convert(Conversion, Type),
    /// Reads the Json on top as a type; what cannot be read is that constant.
    ReadOr {
        /// The type.
        ty: Type,
        /// The constant, by its number.
        constant: u32,
    },
    /// The end of an expression.
    End,
}

impl Op {
    /// Whether it can end in an evaluation error, for some operands. Reading a variable can if the variable's code can,
    /// an external call only where the count of calls is exceeded.
    pub(crate) fn can_fail(&self) -> bool {
        match self {
            Op::Arithmetic(operator) => operator.can_fail(),
            Op::Call { function, .. } | Op::CallMany { function } => function.can_fail,
            Op::Bound { can_fail, .. } => *can_fail,
            // Text and Json that a rule builds are held against limits.
            Op::Negate | Op::Array(_) | Op::Object { .. } => true,
            Op::Convert(Conversion::Widen, _) => false,
            // Texts and numbers of an answer are read as they are; only a container's text can be too long.
            Op::Convert(Conversion::Read, ty) | Op::Field { ty, .. } => *ty == Type::String,
            Op::Convert(..) => true,
            _ => false,
        }
    }
}
