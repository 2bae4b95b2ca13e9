//! Members of Json: its length, its casts, its text (L3.8, L6.6).

use crate::function::functions;
use crate::value::json::MAX_DEPTH;
use crate::value::{Cast, Context, DateTime, Datum, Failure, Json, convert};

/// The elements of an array; null has none, any other value is its own only element (L6.6).
pub(super) fn elements<'b, 'a>(json: &'b Json<'a>) -> &'b [Json<'a>] {
    match json {
        Json::Null => &[],
        Json::Array(array) => array.items,
        other => std::slice::from_ref(other),
    }
}

/// Refuses Json that is over the limits (L5.4).
pub(super) fn within_limits<'a>(json: Json<'a>, context: &Context<'_>) -> Result<Json<'a>, Failure> {
    if json.weight() as usize > context.json_bytes || u32::from(json.depth()) > MAX_DEPTH {
        return Err(Failure::json_too_large(context.json_bytes));
    }
    Ok(json)
}

/// Equality by structure (L3.7). Texts, the usual elements, need no walk.
fn same(item: &Json<'_>, value: &Json<'_>) -> bool {
    match (item, value) {
        (Json::String(item), Json::String(value)) => item == value,
        (Json::String(_), _) | (_, Json::String(_)) => false,
        _ => item.equals(value),
    }
}

functions! {
    /// Members of Json (L6.6).
    pub(super) static JSON;

    /// How many elements an array or members an object has; 0 for anything else
    ///
    /// An object's own member of that name hides it (L3.7).
    ///
    /// ```fql
    /// [1, 2, 3].Length => 3
    /// { a: 1, b: 2 }.Length => 2
    /// @@"missing".Length => 0
    /// ```
    immutable property Json.Length(json: Json<'_>) -> i64 {
        match json {
            Json::Array(array) => array.items.len() as i64,
            Json::Object(object) => object.members.len() as i64,
            _ => 0,
        }
    }

    /// True if an array has an element equal to `value`
    ///
    /// Elements compare by structure as with `==`: numbers by value, text with its case, and `1` is not `"1"`. A value
    /// that is no array contains nothing.
    ///
    /// ```fql
    /// ["US", "MX"].Contains("US") => true
    /// ["US", "MX"].Contains("us") => false
    /// [1, 2.0].Contains(2) => true
    /// [[1], [2]].Contains([2]) => true
    /// @@"missing".Contains(1) => false
    /// ```
    immutable method Json.Contains(json: Json<'_>, value: Datum<'_>) -> Result<bool, Failure> |ctx| {
        let value = convert::to_json(value, ctx)?;
        Ok(if let Json::Array(array) = json { array.items.iter().any(|item| same(item, &value)) } else { false })
    }

    /// The value as text
    ///
    /// Numbers and truth values become their canonical text, null and a missing value the empty text. An array or
    /// object becomes its compact text, with a note in the decision.
    ///
    /// ```fql
    /// ["US"][0].AsString() => "US"
    /// [1.5][0].AsString() => "1.5"
    /// @@"missing".AsString() => ""
    /// ```
    immutable method Json.AsString(json: Json<'_>) -> Result<Cast<&str>, Failure> |ctx| {
        convert::json_to_text(json, ctx)
    }

    /// The value as Int: a whole number, or a text that is one
    ///
    /// Null and a missing value are 0. What is no whole number within 64 bits is 0 too, with a note in the decision.
    ///
    /// ```fql
    /// [42][0].AsInt() => 42
    /// ["42"][0].AsInt() => 42
    /// [2.5][0].AsInt() => 0
    /// @@"missing".AsInt() => 0
    /// ```
    immutable method Json.AsInt(json: Json<'_>) -> Cast<i64> { convert::json_to_int(json) }

    /// The value as Double: a number, or a text that is one
    ///
    /// Null and a missing value are 0. What is no number is 0 too, with a note in the decision.
    ///
    /// ```fql
    /// [42][0].AsDouble() => 42.0
    /// ["2.5"][0].AsDouble() => 2.5
    /// ["x"][0].AsDouble() => 0.0
    /// ```
    immutable method Json.AsDouble(json: Json<'_>) -> Cast<f64> { convert::json_to_double(json) }

    /// The value as Bool: a truth value, or the text `true` or `false` in any case
    ///
    /// Null and a missing value are false. Anything else is false too, with a note in the decision.
    ///
    /// ```fql
    /// [true][0].AsBool() => true
    /// ["True"][0].AsBool() => true
    /// [1][0].AsBool() => false
    /// ```
    immutable method Json.AsBool(json: Json<'_>) -> Cast<bool> { convert::json_to_bool(json) }

    /// The value as DateTime: a text with a date, or a date and a time
    ///
    /// Null and a missing value are the first moment of the year 1. What is no date is that too, with a note in the
    /// decision.
    ///
    /// ```fql
    /// ["2023-03-10T11:04:05+01:00"][0].AsDateTime() => "2023-03-10T10:04:05Z"
    /// @@"missing".AsDateTime() => "0001-01-01T00:00:00Z"
    /// ```
    immutable method Json.AsDateTime(json: Json<'_>) -> Cast<DateTime> { convert::json_to_datetime(json) }

    /// The value as a Json array
    ///
    /// A value that is no array becomes an array of it alone, null and a missing value an empty array.
    ///
    /// ```fql
    /// [1, 2].AsJsonArray() => [1,2]
    /// { a: 1 }.AsJsonArray() => [{"a":1}]
    /// @@"missing".AsJsonArray() => []
    /// ```
    immutable method Json.AsJsonArray(json: Json<'_>) -> Result<Json<'_>, Failure> |ctx| {
        match json {
            Json::Array(_) => Ok(json),
            other => within_limits(Json::array(ctx.arena, elements(&other)), ctx),
        }
    }

    /// The value as it is
    ///
    /// Any kind of Json is kept, an array too.
    ///
    /// ```fql
    /// { a: 1 }.AsJsonObject() => {"a":1}
    /// [1].AsJsonObject() => [1]
    /// ```
    immutable method Json.AsJsonObject(json: Json<'_>) -> Json<'_> { json }

    /// The value as text: a string as it is, null empty, anything else as compact JSON
    ///
    /// ```fql
    /// { a: [1, "x"] }.ToString() => "{\"a\":[1,\"x\"]}"
    /// ["x"][0].ToString() => "x"
    /// @@"missing".ToString() => ""
    /// ```
    immutable method Json.ToString(json: Json<'_>) -> Result<&str, Failure> |ctx| {
        convert::text(Datum::Json(json), ctx)
    }

    /// The value as text: the same as `ToString`
    ///
    /// ```fql
    /// [1, "x"].ToStr() => "[1,\"x\"]"
    /// ```
    immutable method Json.ToStr(json: Json<'_>) -> Result<&str, Failure> |ctx| {
        convert::text(Datum::Json(json), ctx)
    }

    /// How an external call or a call of an assessment went
    ///
    /// Stands on the call itself or on the variable that holds it. The result has the members `Request`, `Endpoint`
    /// (external calls only), `HttpStatusCode` (0 without a response), `ErrorMessage` and `Latency` in milliseconds. On
    /// any other Json it is an error when the rules are checked.
    ///
    /// ```text
    /// LET $weather = External.weather("Seattle")
    /// RETURN Review("no weather")
    /// WHEN $weather.GetDiagnostics().HttpStatusCode != 200
    /// ```
    stable method Json.GetDiagnostics(json: Json<'_>) -> Result<Json<'_>, Failure> {
        let _ = json;
        Err(Failure::mismatch("GetDiagnostics"))
    }
}
