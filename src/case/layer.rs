//! Values that are written in TOML: what stands for null, and one value laid over another.

use super::{MARKS, Mark};
use crate::value::Json;
use bumpalo::Bump;

/// What a value stands for, if it is a mark.
pub(super) fn mark(json: &Json<'_>) -> Option<Mark> {
    let word = word(json)?;
    MARKS.iter().find(|(known, _)| *known == word).map(|(_, mark)| *mark)
}

/// The text of a table with the one key `is`.
pub(super) fn word<'a>(json: &Json<'a>) -> Option<&'a str> {
    let Json::Object(object) = json else { return None };
    match object.members {
        [("is", Json::String(word))] => Some(word),
        _ => None,
    }
}

/// The value with null in place of `{ is = "null" }`. A member that is to be absent is left out.
pub(super) fn plain<'a>(json: Json<'a>, arena: &'a Bump) -> Json<'a> {
    match (mark(&json), json) {
        (Some(Mark::Null), _) => Json::Null,
        (_, Json::Array(array)) => {
            let items: Vec<Json<'a>> = array.items.iter().map(|item| plain(*item, arena)).collect();
            Json::array(arena, &items)
        }
        (_, Json::Object(object)) => {
            let there = object.members.iter().filter(|(_, value)| mark(value) != Some(Mark::Absent));
            let members: Vec<(&'a str, Json<'a>)> = there.map(|(key, value)| (*key, plain(*value, arena))).collect();
            Json::object(arena, &members)
        }
        (_, other) => other,
    }
}

/// Lays one value over another: objects member by member, of everything else the upper one counts. A member that is to be
/// absent takes away what is below it.
pub(super) fn over<'a>(upper: Json<'a>, lower: Json<'a>, arena: &'a Bump) -> Json<'a> {
    let (Json::Object(above), Json::Object(below), None) = (upper, lower, mark(&upper)) else { return upper };
    let mut members: Vec<(&'a str, Json<'a>)> = below.members.to_vec();
    for (key, value) in above.members {
        match members.iter_mut().find(|(known, _)| known == key) {
            Some(member) => member.1 = over(*value, member.1, arena),
            None => members.push((key, *value)),
        }
    }
    Json::object(arena, &members)
}
