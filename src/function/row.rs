//! How Rust types appear as parameters and results of rows.
//!
//! A parameter's type says what the row [`Takes`]; a result's type says what it gives and whether it can fail.

use super::{Context, Takes};
use crate::value::{Cast, CharSet, DateTime, Datum, Failure, Json, TimeSpan, Type};
use std::slice::Iter;

/// A Rust type that a row may declare for a parameter.
pub trait Parameter {
    /// What the checker accepts there.
    const TAKES: Takes;
}

/// A Rust type that can be taken from the arguments.
pub trait FromDatum<'a, 's>: Sized {
    /// Takes the next argument, or `None` if it has another type.
    fn take(arguments: &mut Iter<'s, Datum<'a>>) -> Option<Self>;
}

/// A Rust type that a row may declare for its result.
pub trait Returned {
    /// The type in the language.
    const TYPE: Type;
    /// Whether making the value can fail.
    const CAN_FAIL: bool;
}

/// A Rust type that becomes a datum.
pub trait IntoDatum<'a> {
    /// Makes the datum; text goes to the arena and is held against the limit (L5.4).
    fn into_datum(self, context: &mut Context<'a>) -> Result<Datum<'a>, Failure>;
}

macro_rules! scalar {
    ($($rust:ty => $variant:ident),* $(,)?) => {$(
        impl Parameter for $rust {
            const TAKES: Takes = Takes::One(Type::$variant);
        }
        impl<'a, 's> FromDatum<'a, 's> for $rust {
            fn take(arguments: &mut Iter<'s, Datum<'a>>) -> Option<$rust> {
                match arguments.next() {
                    Some(Datum::$variant(value)) => Some(*value),
                    _ => None,
                }
            }
        }
        impl Returned for $rust {
            const TYPE: Type = Type::$variant;
            const CAN_FAIL: bool = false;
        }
        impl<'a> IntoDatum<'a> for $rust {
            fn into_datum(self, _: &mut Context<'a>) -> Result<Datum<'a>, Failure> {
                Ok(Datum::$variant(self))
            }
        }
    )*};
}
scalar!(bool => Bool, i64 => Int, f64 => Double, DateTime => DateTime, TimeSpan => TimeSpan, CharSet => CharSet);

macro_rules! borrowed {
    ($($rust:ty => $variant:ident),* $(,)?) => {$(
        impl<'a> Parameter for $rust {
            const TAKES: Takes = Takes::One(Type::$variant);
        }
        impl<'a, 's> FromDatum<'a, 's> for $rust {
            fn take(arguments: &mut Iter<'s, Datum<'a>>) -> Option<$rust> {
                match arguments.next() {
                    Some(Datum::$variant(value)) => Some(*value),
                    _ => None,
                }
            }
        }
        impl<'a> Returned for $rust {
            const TYPE: Type = Type::$variant;
            const CAN_FAIL: bool = false;
        }
        impl<'a> IntoDatum<'a> for $rust {
            fn into_datum(self, _: &mut Context<'a>) -> Result<Datum<'a>, Failure> {
                Ok(Datum::$variant(self))
            }
        }
    )*};
}
borrowed!(&'a str => String, Json<'a> => Json);

/// Any scalar or Json, as it is.
impl Parameter for Datum<'_> {
    const TAKES: Takes = Takes::Any;
}
impl<'a, 's> FromDatum<'a, 's> for Datum<'a> {
    fn take(arguments: &mut Iter<'s, Datum<'a>>) -> Option<Datum<'a>> {
        arguments.next().copied()
    }
}

impl<T: Parameter> Parameter for Option<T> {
    const TAKES: Takes = match T::TAKES {
        Takes::One(of) => Takes::Optional(of),
        other => other,
    };
}
impl<'a, 's, T: FromDatum<'a, 's>> FromDatum<'a, 's> for Option<T> {
    fn take(arguments: &mut Iter<'s, Datum<'a>>) -> Option<Option<T>> {
        if arguments.len() == 0 { Some(None) } else { T::take(arguments).map(Some) }
    }
}

/// All further arguments, which are texts.
#[derive(Clone, Copy, Debug)]
pub struct Rest<'a, 's>(pub &'s [Datum<'a>]);

impl<'a> Rest<'a, '_> {
    /// The texts in order.
    pub fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(|datum| if let Datum::String(text) = datum { Some(*text) } else { None })
    }
}
impl Parameter for Rest<'_, '_> {
    const TAKES: Takes = Takes::Rest(Type::String);
}
impl<'a, 's> FromDatum<'a, 's> for Rest<'a, 's> {
    fn take(arguments: &mut Iter<'s, Datum<'a>>) -> Option<Rest<'a, 's>> {
        let rest = Rest(arguments.as_slice());
        arguments.by_ref().for_each(drop);
        Some(rest)
    }
}

impl Returned for String {
    const TYPE: Type = Type::String;
    const CAN_FAIL: bool = true;
}
impl<'a> IntoDatum<'a> for String {
    fn into_datum(self, context: &mut Context<'a>) -> Result<Datum<'a>, Failure> {
        if self.len() > context.string_bytes {
            return Err(Failure::too_long(context.string_bytes));
        }
        Ok(Datum::String(context.arena.alloc_str(&self)))
    }
}

impl<T: Returned> Returned for Result<T, Failure> {
    const TYPE: Type = T::TYPE;
    const CAN_FAIL: bool = true;
}
impl<'a, T: IntoDatum<'a>> IntoDatum<'a> for Result<T, Failure> {
    fn into_datum(self, context: &mut Context<'a>) -> Result<Datum<'a>, Failure> {
        self?.into_datum(context)
    }
}

impl<T: Returned> Returned for Cast<T> {
    const TYPE: Type = T::TYPE;
    const CAN_FAIL: bool = T::CAN_FAIL;
}
impl<'a, T: IntoDatum<'a>> IntoDatum<'a> for Cast<T> {
    fn into_datum(self, context: &mut Context<'a>) -> Result<Datum<'a>, Failure> {
        context.unreadable |= self.unreadable;
        self.value.into_datum(context)
    }
}
