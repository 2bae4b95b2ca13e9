//! Sets of JSON's kinds of values.

use crate::value::Type;
use serde_json::Value;

/// Kinds of values, as JSON Schema names them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u8);

const NAMES: [(&str, Kinds); 7] = [
    ("null", Kinds::NULL),
    ("boolean", Kinds::BOOLEAN),
    ("integer", Kinds::INTEGER),
    ("number", Kinds::NUMBER),
    ("string", Kinds::STRING),
    ("array", Kinds::ARRAY),
    ("object", Kinds::OBJECT),
];

impl Kinds {
    /// No kind: nothing can stand there.
    pub const NONE: Kinds = Kinds(0);
    /// `null`
    pub const NULL: Kinds = Kinds(1);
    /// `true` and `false`
    pub const BOOLEAN: Kinds = Kinds(2);
    /// Numbers without a fraction.
    pub const INTEGER: Kinds = Kinds(4);
    /// All numbers, those without a fraction too.
    pub const NUMBER: Kinds = Kinds(4 | 8);
    /// Texts.
    pub const STRING: Kinds = Kinds(16);
    /// Arrays.
    pub const ARRAY: Kinds = Kinds(32);
    /// Objects.
    pub const OBJECT: Kinds = Kinds(64);
    /// Every kind: nothing is known.
    pub const ANY: Kinds = Kinds(127);

    /// The kind of that name.
    pub(super) fn named(name: &str) -> Option<Kinds> {
        NAMES.iter().find(|(one, _)| *one == name).map(|(_, kinds)| *kinds)
    }

    /// The kind of a value.
    pub(super) fn of(value: &Value) -> Kinds {
        match value {
            Value::Null => Kinds::NULL,
            Value::Bool(_) => Kinds::BOOLEAN,
            Value::Number(number) if number.is_i64() || number.is_u64() => Kinds::INTEGER,
            Value::Number(_) => Kinds::NUMBER,
            Value::String(_) => Kinds::STRING,
            Value::Array(_) => Kinds::ARRAY,
            Value::Object(_) => Kinds::OBJECT,
        }
    }

    /// Whether some of those kinds are in it.
    pub fn has(self, kinds: Kinds) -> bool {
        self.0 & kinds.0 != 0
    }

    /// What is in either.
    #[must_use]
    pub fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 & other.0)
    }

    /// The type of an attribute with such values, null being the default of any type (L3.4); `None` if no one type has
    /// them all.
    pub fn as_type(self) -> Option<Type> {
        let values = Kinds(self.0 & !Kinds::NULL.0);
        Some(match values {
            Kinds::BOOLEAN => Type::Bool,
            Kinds::INTEGER => Type::Int,
            Kinds::NUMBER => Type::Double,
            Kinds::STRING => Type::String,
            Kinds::ARRAY | Kinds::OBJECT => Type::Json,
            both if both == Kinds::ARRAY.or(Kinds::OBJECT) => Type::Json,
            _ => return None,
        })
    }

    /// Whether some such value is one of a type, and not only text that might be read as one.
    ///
    /// Any scalar has a text, so all but arrays and objects are a String. A time is a text in JSON.
    pub fn suits(self, ty: Type) -> bool {
        let scalars = Kinds::BOOLEAN.or(Kinds::NUMBER).or(Kinds::STRING);
        let wanted = match ty {
            Type::Bool => Kinds::BOOLEAN,
            Type::Int | Type::Double => Kinds::NUMBER,
            Type::DateTime => Kinds::STRING,
            Type::String => scalars,
            _ => return true,
        };
        // Nothing but null: as good as missing.
        self.has(wanted) || !self.has(scalars.or(Kinds::ARRAY).or(Kinds::OBJECT))
    }
}

impl std::fmt::Display for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut names: Vec<&str> = Vec::new();
        for (name, kind) in NAMES {
            let whole = self.and(kind) == kind;
            if whole && !(kind == Kinds::INTEGER && self.and(Kinds::NUMBER) == Kinds::NUMBER) {
                names.push(name);
            }
        }
        f.write_str(&names.join(" or "))
    }
}

impl std::fmt::Debug for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kinds({self})")
    }
}
