//! Searching arrays and short lists, and asking about the event: `Array.*`, `In`, `Exists`, ... (L6.6, L7.1, L7.3).

use super::json::{elements, within_limits};
use super::text::equal_ignoring_case;
use crate::function::functions;
use crate::value::{Context, Datum, Failure, Json, convert};
use bumpalo::collections::Vec as ArenaVec;
use std::fmt::Write;

/// Compares what is written with a text, piece by piece, and stops at the first difference.
struct Remaining<'b>(&'b str);

impl Write for Remaining<'_> {
    fn write_str(&mut self, piece: &str) -> std::fmt::Result {
        self.0 = self.0.strip_prefix(piece).ok_or(std::fmt::Error)?;
        Ok(())
    }
}

/// Whether the element has a member of that name, not null, whose canonical text is `wanted`.
fn matches(element: &Json<'_>, key: &str, wanted: &str) -> bool {
    match element.member(key) {
        None | Some(Json::Null) => false,
        Some(Json::String(text)) => text == wanted,
        Some(other) => {
            let mut remaining = Remaining(wanted);
            convert::write_text(Datum::Json(other), &mut remaining).is_ok() && remaining.0.is_empty()
        }
    }
}

/// A value as the text that it would be as an element of Json, so that `5.0` finds `5.0`.
fn json_text<'a>(value: Datum<'a>, context: &Context<'a>) -> Result<&'a str, Failure> {
    convert::text(Datum::Json(convert::to_json(value, context)?), context)
}

/// All elements that match.
fn matching<'a>(array: Json<'a>, key: &str, wanted: &str, context: &Context<'a>) -> Result<Json<'a>, Failure> {
    let found = elements(&array).iter().filter(|element| matches(element, key, wanted)).copied();
    let found = ArenaVec::from_iter_in(found, context.arena);
    within_limits(Json::array(context.arena, &found), context)
}

/// Whether a text equals one of the entries between commas.
fn is_entry(key: &str, entries: &str) -> bool {
    let mut entries = entries.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries.any(|entry| equal_ignoring_case(entry, key))
}

functions! {
    /// Arrays, short lists and the event (L6.6, L7.1, L7.3).
    pub(super) static COLLECTION;

    /// The member `lookupKey` of the first element whose member `matchKey` equals `matchValue`
    ///
    /// Values compare as text, with their case. Null if no element matches or the one that does has no such member; an
    /// element without `matchKey`, or with null there, never matches. A value that is no array is taken as an array of
    /// it.
    ///
    /// ```fql
    /// Array.GetValue([{ id: "a", price: 5 }, { id: "b", price: 7 }], "id", "b", "price") => 7
    /// Array.GetValue([{ id: 1, price: 5 }], "id", 1, "price") => 5
    /// Array.GetValue({ id: "a", price: 5 }, "id", "a", "price") => 5
    /// Array.GetValue([{ id: "a" }], "id", "c", "price") => null
    /// ```
    immutable static Array.GetValue(
        array: Json<'_>, matchKey: &str, matchValue: Datum<'_>, lookupKey: &str
    ) -> Result<Json<'_>, Failure> |ctx| {
        let wanted = json_text(matchValue, ctx)?;
        let found = elements(&array).iter().find(|element| matches(element, matchKey, wanted));
        Ok(found.and_then(|element| element.member(lookupKey)).unwrap_or(Json::Null))
    }

    /// The elements whose member `matchKey` equals `matchValue`, as a Json array
    ///
    /// Values compare as text, with their case. An element without `matchKey`, or with null there, never matches. A
    /// value that is no array is taken as an array of it.
    ///
    /// ```fql
    /// Array.GetValues([{ c: "red", n: 1 }, { c: "blue", n: 2 }], "c", "blue") => [{"c":"blue","n":2}]
    /// Array.GetValues([{ c: "red" }], "c", "green") => []
    /// Array.GetValues(@@"missing", "c", "red") => []
    /// ```
    immutable static Array.GetValues(
        array: Json<'_>, matchKey: &str, matchValue: Datum<'_>
    ) -> Result<Json<'_>, Failure> |ctx| {
        let wanted = json_text(matchValue, ctx)?;
        matching(array, matchKey, wanted, ctx)
    }

    /// True if `key` is one of the entries of a comma-separated list
    ///
    /// Case does not count, nor does white space around an entry; empty entries are none.
    ///
    /// ```fql
    /// In("mx", "US, MX, CA") => true
    /// In("M", "US, MX, CA") => false
    /// In("", "US,,CA") => false
    /// ```
    immutable global In(key: &str, entries: &str) -> bool { is_entry(key, entries) }

    /// True if the event has a value at that path
    ///
    /// The argument is an attribute. A JSON null does not exist; an empty text, an empty array, 0 and false do.
    ///
    /// ```fql
    /// Exists(@"user.email") => false
    /// ```
    stable global Exists(path: Json<'_>) -> Result<bool, Failure> {
        let _ = path;
        Err(Failure::mismatch("Exists"))
    }

    /// What `SetVariables` has set under that name, as Json
    ///
    /// Null if nothing was set. The name ignores case and must be constant. The result is cast where it is used, as in
    /// `GetVariable("attempts").AsInt()`.
    ///
    /// ```fql
    /// GetVariable("attempts") => null
    /// GetVariable("attempts").AsInt() => 0
    /// ```
    stable global GetVariable(name: &str) -> Result<Json<'_>, Failure> {
        let _ = name;
        Err(Failure::mismatch("GetVariable"))
    }

    /// The identifier of the request that brought the event
    ///
    /// ```fql
    /// Request.CorrelationId() == Request.CorrelationId() => true
    /// ```
    stable static Request.CorrelationId() -> &str |ctx| { ctx.correlation_id }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::harness::{call, outcome};

    #[test]
    fn values_match_as_text() {
        let item = |id| Json::object(Box::leak(Box::new(bumpalo::Bump::new())), &[("Id", id), ("n", Json::Int(1))]);
        for (id, wanted, found) in [
            (Json::Int(5), "5", true),
            (Json::Double(5.0), "5.0", true),
            (Json::Bool(true), "true", true),
            (Json::String("A"), "A", true),
            (Json::String("A"), "a", false),
            (Json::Int(51), "5", false),
            (Json::Int(5), "51", false),
            (Json::Null, "", false),
            (Json::String(""), "", true),
        ] {
            assert_eq!(matches(&item(id), "id", wanted), found, "{id:?} {wanted}");
        }
        let nested = item(item(Json::Int(1)));
        assert!(matches(&nested, "Id", r#"{"Id":1,"n":1}"#));
        assert!(!matches(&Json::Int(1), "id", ""));
    }

    #[test]
    fn more_elements_than_the_limit_fail() {
        let arena = Box::leak(Box::new(bumpalo::Bump::new()));
        let item = Json::object(arena, &[("k", Json::String("v"))]);
        let few = Json::array(arena, &vec![item; 100]);
        let many = Json::array(arena, &vec![item; 1000]);
        let arguments = |array| [Datum::Json(array), Datum::String("k"), Datum::String("v")];
        assert!(call("Array", "GetValues", &arguments(few)).is_ok());
        assert_eq!(outcome(call("Array", "GetValues", &arguments(many))), "E0608");
    }

    #[test]
    fn entries_are_trimmed_and_ignore_case() {
        assert!(is_entry("ß", "a ,\tß"));
        assert!(is_entry("New York", "boston, new york ,x"));
        assert!(!is_entry(" a", "a, b"));
        assert!(!is_entry("a, b", "a, b"));
    }
}
