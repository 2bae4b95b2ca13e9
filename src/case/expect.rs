//! `expect` of a case: any part of a decision, by its members (R3.1).

use super::MARKS;
use super::compare::Expectation;
use super::layer::{mark, word};
use crate::diagnostic::nearest;
use crate::setting::Section;
use crate::source::{Span, Spanned};
use crate::value::{Json, json};
use bumpalo::Bump;

/// The members of a decision's JSON, in its order; `error` is there instead of all others.
pub(super) const MEMBERS: [&str; 17] = [
    "decision",
    "reason",
    "supportMessage",
    "challengeType",
    "rule",
    "clause",
    "environment",
    "outputs",
    "customProperties",
    "variables",
    "queue",
    "traces",
    "ruleEvaluations",
    "calls",
    "notes",
    "errors",
    "error",
];

const DECISIONS: [&str; 4] = ["Approve", "Reject", "Review", "Challenge"];

/// The expectation of a case, if it has one; its faults are told.
pub(super) fn read(section: &Section<'_>) -> Option<Expectation> {
    if !section.has("expect") {
        return None;
    }
    let (span, arena) = (section.place("expect"), Bump::new());
    let literal = section.is_text("expect");
    let table = if literal { None } else { Some(section.section("expect")?) };
    // All keys are known here, or told below.
    let keys = table.as_ref().map(Section::keys).unwrap_or_default();
    let text = match literal {
        true => section.text("expect").unwrap_or_default().to_string(),
        false => section.json("expect").unwrap_or_default(),
    };
    let object = match json::parse(&text, &arena) {
        Ok(Json::Object(object)) => object,
        Ok(_) => return refuse(section, span, "expected a JSON object under `expect`, found another value", ""),
        Err(fault) => {
            return refuse(section, span, &format!("expected JSON under `expect`: {}", fault.message(&text)), "");
        }
    };
    if object.members.is_empty() {
        return refuse(section, span, "expected a part of the decision under `expect`, found none", "");
    }
    for (key, value) in object.members {
        let at = |keys: &[Spanned<&str>]| keys.iter().find(|known| known.value == *key).map(|known| known.span);
        let place = table.as_ref().map_or(span, |table| table.place(key));
        if !MEMBERS.contains(key) {
            let message = format!("a decision has no member `{key}`");
            let help = match nearest(key, MEMBERS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", MEMBERS.map(|name| format!("`{name}`")).join(", ")),
            };
            section.fault_at(at(&keys).unwrap_or(span), message, help);
        }
        if let ("decision", Json::String(found)) = (*key, value)
            && !DECISIONS.contains(found)
        {
            let near = nearest(found, DECISIONS).map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
            section.fault_at(place, format!("expected one of {}, found {found:?}", DECISIONS.join(", ")), near);
        }
        if !literal {
            marks(section, value, place);
        }
    }
    Some(Expectation { json: text, literal, span })
}

/// Tells of tables that are nearly marks.
fn marks(section: &Section<'_>, json: &Json<'_>, place: Span) {
    if let (Some(word), None) = (word(json), mark(json)) {
        let words = MARKS.map(|(word, _)| word);
        let message = format!("expected \"null\", \"absent\" or \"any\" for `is`, found {word:?}");
        let help = match nearest(word, words) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "an object with the one member `is` is written as JSON: `expect = '{...}'`".to_string(),
        };
        return section.fault_at(place, message, help);
    }
    match json {
        Json::Array(array) => array.items.iter().for_each(|item| marks(section, item, place)),
        Json::Object(object) => object.members.iter().for_each(|(_, value)| marks(section, value, place)),
        _ => {}
    }
}

fn refuse(section: &Section<'_>, span: Span, message: &str, help: &str) -> Option<Expectation> {
    section.fault_at(span, message, help);
    None
}
