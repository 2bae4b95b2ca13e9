//! Scores and devices, read from the Json that an attribute or an external call gives (L7.8).

use crate::function::Bound;
use crate::value::{Cast, Context, Datum, Failure, Json, Type, convert};

/// The highest score; the lowest is 0.
const HIGHEST: f64 = 999.0;

/// What a rule asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// `Model.Risk` and `Model.Bot`: the score and its reason.
    Score,
    /// `Device.GetAttributes` and `GetFullAttributes`: the Json as it is.
    Attributes,
    /// `Device.GetSelectedAttributes`: some of its members.
    Selected,
    /// `Device.GetSpeedOfTravel`: a number, or its member `speedOfTravel`.
    Speed,
}

/// `Model.Risk` and its like. The first argument is the Json; the names of the attributes to select follow.
#[derive(Debug)]
pub(crate) struct Answered {
    question: Question,
    name: &'static str,
}

impl Answered {
    pub(crate) fn new(question: Question, name: &'static str) -> Answered {
        Answered { question, name }
    }
}

impl Bound for Answered {
    fn name(&self) -> &str {
        self.name
    }

    fn can_fail(&self) -> bool {
        self.question == Question::Selected
    }

    fn identity(&self) -> Option<String> {
        Some(String::new())
    }

    fn reads(&self) -> Option<Type> {
        match self.question {
            Question::Score => Some(Type::Int),
            Question::Speed => Some(Type::Double),
            Question::Attributes | Question::Selected => None,
        }
    }

    fn run<'a>(&self, context: &mut Context<'a>, arguments: &[Datum<'a>]) -> Result<Datum<'a>, Failure> {
        let [Datum::Json(json), written @ ..] = arguments else { return Err(Failure::mismatch(self.name)) };
        match self.question {
            Question::Score => Ok(score(*json, context)),
            Question::Attributes => Ok(Datum::Json(*json)),
            Question::Selected => selected(*json, written, context),
            Question::Speed => {
                let speed = if let Json::Object(_) = json { json.member("speedOfTravel") } else { Some(*json) };
                let Cast { value, unreadable } = convert::json_to_double(speed.unwrap_or(Json::Null));
                context.unreadable |= unreadable;
                Ok(Datum::Double(value))
            }
        }
    }
}

/// A number is a score without a reason, an object has both as members. A score with a fraction is rounded, half to even; one
/// outside 0 to 999 becomes the nearer end, with a note: were it taken for unreadable, a risk of 1000 would count as none. A
/// reason that is no text is empty. So this cannot fail, and calls that follow it are planned together with what it reads.
fn score<'a>(json: Json<'a>, context: &mut Context<'a>) -> Datum<'a> {
    let (score, reason) = match json {
        Json::Object(_) => (json.member("score").unwrap_or(Json::Null), json.member("reason").unwrap_or(Json::Null)),
        other => (other, Json::Null),
    };
    let Cast { value, unreadable } = convert::json_to_double(score);
    let rounded = value.round_ties_even();
    let within = rounded.clamp(0.0, HIGHEST);
    context.unreadable |= unreadable || within != rounded;
    // INVARIANT: 0 to 999 fits.
    let score = if within.is_nan() { 0 } else { within as i64 };
    let reason = if let Json::String(_) = reason { reason } else { Json::String("") };
    Datum::Json(Json::object(context.arena, &[("Score", Json::Int(score)), ("Reason", reason)]))
}

/// An object of the members of those names, spelt as asked; one that is not there is null.
fn selected<'a>(json: Json<'a>, names: &[Datum<'a>], context: &Context<'a>) -> Result<Datum<'a>, Failure> {
    let mut members: Vec<(&'a str, Json<'a>)> = Vec::with_capacity(names.len());
    for name in names {
        let Datum::String(name) = name else { return Err(Failure::mismatch("GetSelectedAttributes")) };
        if !members.iter().any(|(known, _)| known == name) {
            members.push((name, json.member(name).unwrap_or(Json::Null)));
        }
    }
    let object = Json::object(context.arena, &members);
    if object.weight() as usize > context.json_bytes || object.depth() > 128 {
        return Err(Failure::json_too_large(context.json_bytes));
    }
    Ok(Datum::Json(object))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;
    use bumpalo::Bump;

    /// The score, the reason, and whether there is a note.
    fn scored(json: &str) -> (String, bool) {
        let arena = Bump::new();
        let json = crate::value::json::parse(json, &arena).unwrap();
        let mut context = Context::constant(&arena);
        let found = Answered::new(Question::Score, "Risk").run(&mut context, &[Datum::Json(json)]).unwrap();
        let mut text = String::new();
        convert::write_text(found, &mut text).unwrap();
        (text, context.unreadable)
    }

    #[test]
    fn a_score_is_an_int_from_0_to_999() {
        for (json, score, noted) in [
            ("612", 612, false),
            ("612.5", 612, false),
            ("\"613\"", 613, false),
            ("null", 0, false),
            ("999.4", 999, false),
            ("1000", 999, true),
            ("1e300", 999, true),
            ("-1", 0, true),
            ("\"high\"", 0, true),
            ("[]", 0, true),
            ("true", 0, true),
        ] {
            assert_eq!(scored(json), (format!(r#"{{"Score":{score},"Reason":""}}"#), noted), "{json}");
        }
    }

    #[test]
    fn an_object_has_a_score_and_a_reason() {
        for (json, found) in [
            (r#"{"score": 7, "reason": "new device"}"#, r#"{"Score":7,"Reason":"new device"}"#),
            (r#"{"Score": "8", "Reason": 3}"#, r#"{"Score":8,"Reason":""}"#),
            ("{}", r#"{"Score":0,"Reason":""}"#),
        ] {
            assert_eq!(scored(json), (found.to_string(), false), "{json}");
        }
    }
}
