//! Runs rows directly, for what the examples of their documentation cannot show.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use crate::function::{Function, Place, Takes, registry};
use crate::value::{Context, DateTime, Datum, Failure, Type};
use bumpalo::Bump;

/// A context with small limits, 1 KiB of text and 4 KiB of Json; what it computes stays until the test ends.
pub(super) fn context() -> Context<'static> {
    Context {
        arena: Box::leak(Box::new(Bump::new())),
        now: DateTime::from_ymd_hms(2026, 1, 1, 12, 0, 0, 0).unwrap(),
        seed: 7,
        place: 1,
        string_bytes: 1024,
        json_bytes: 4096,
        correlation_id: "request-1",
        unreadable: false,
    }
}

/// The row at that place that takes these arguments.
pub(super) fn row(place: Place, name: &str, arguments: &[Datum<'_>]) -> &'static Function {
    let fits = |row: &&&Function| {
        let mut parameters = row.parameters.iter().map(|(_, takes)| takes);
        let mut rest = None;
        arguments.iter().all(|argument| {
            let takes = parameters.next().copied().or(rest);
            if let Some(Takes::Rest(_)) = takes {
                rest = takes;
            }
            match takes {
                Some(Takes::Any) => true,
                Some(Takes::One(of) | Takes::Optional(of) | Takes::Rest(of)) => of == type_of(argument),
                None => false,
            }
        }) && parameters.all(|takes| matches!(takes, Takes::Optional(_) | Takes::Rest(_)))
    };
    let mut found = registry().named(name).iter().filter(|row| row.place == place).filter(fits);
    found.next().unwrap_or_else(|| panic!("no row {name} for {arguments:?}"))
}

/// The type of a value.
pub(super) fn type_of(value: &Datum<'_>) -> Type {
    match value {
        Datum::Bool(_) => Type::Bool,
        Datum::Int(_) => Type::Int,
        Datum::Double(_) => Type::Double,
        Datum::String(_) => Type::String,
        Datum::DateTime(_) => Type::DateTime,
        Datum::TimeSpan(_) => Type::TimeSpan,
        Datum::Json(_) => Type::Json,
        Datum::CharSet(_) => Type::CharSet,
        Datum::Decision(_) => Type::Decision,
    }
}

/// Runs a method or property of the first argument's type.
pub(super) fn member(name: &str, arguments: &[Datum<'static>]) -> Result<Datum<'static>, Failure> {
    let on = type_of(arguments.first().expect("a receiver"));
    let place = if registry().members(on, name).iter().any(|row| row.place == Place::Method(on)) {
        Place::Method(on)
    } else {
        Place::Property(on)
    };
    (row(place, name, arguments).run)(&mut context(), arguments)
}

/// Runs a function of a namespace.
pub(super) fn call(space: &'static str, name: &str, arguments: &[Datum<'static>]) -> Result<Datum<'static>, Failure> {
    (row(Place::Static(space), name, arguments).run)(&mut context(), arguments)
}

/// The canonical text of what came out, or the number of the code of the failure.
pub(super) fn outcome(result: Result<Datum<'static>, Failure>) -> String {
    match result {
        Ok(value) => {
            let mut text = String::new();
            crate::value::convert::write_text(value, &mut text).unwrap();
            text
        }
        Err(failure) => failure.code.number().to_string(),
    }
}
