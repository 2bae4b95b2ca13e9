#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::diagnostic::Code;
use crate::syntax::parse_path;
use crate::value::Type;

fn look(schema: &str, path: &str) -> Answer {
    let schema = Schema::parse("schema", schema).unwrap_or_else(|fault| panic!("{}", fault.message));
    schema.look(&parse_path(path).unwrap().steps)
}

fn kinds(schema: &str, path: &str) -> String {
    match look(schema, path).described {
        Described::As(kinds) => kinds.to_string(),
        Described::Open => "open".to_string(),
        Described::Not(near) => format!("not, near {}", near.unwrap_or_default()),
    }
}

const SHOP: &str = r##"{
    "type": "object",
    "properties": {
        "amount": {"type": "number"},
        "count": {"type": ["integer", "null"]},
        "user": {"$ref": "#/$defs/user"},
        "products": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
        "pair": {"prefixItems": [{"type": "string"}, {"type": "boolean"}], "items": false},
        "payment": {"oneOf": [
            {"properties": {"card": {"properties": {"bin": {"type": "string"}}}}},
            {"properties": {"iban": {"type": "string"}}}
        ]},
        "status": {"enum": ["new", "old"]},
        "tags": {"type": "object", "additionalProperties": {"type": "integer"}},
        "free": {"type": "object"}
    },
    "$defs": {"user": {"allOf": [
        {"properties": {"email": {"type": "string"}, "friend": {"$ref": "#/$defs/user"}}},
        {"type": "object", "properties": {"age": {"type": "integer"}}}
    ]}}
}"##;

#[test]
fn a_sample_tells_arrays_and_nothing_else() {
    let sample = r#"{"products": [{"price": 1, "tags": ["a"]}], "user": {"age": 7}, "none": []}"#;
    let schema = Schema::of_sample("sample.json", sample).unwrap();
    let look = |path: &str| schema.look(&crate::syntax::parse_path(path).unwrap().steps);
    for (path, array) in [
        ("products.price", Some(1)),
        ("products[0].price", None),
        ("products[0].tags.length", Some(3)),
        ("user.age", None),
        ("user.unknown", None),
        ("none.x", Some(1)),
        ("elsewhere.at.all", None),
    ] {
        assert_eq!(look(path), Answer { described: Described::Open, array_without_index: array }, "{path}");
    }
    for (text, message) in [
        ("[1]", "expected a sample event, which is a JSON object, found another value"),
        ("{\"a\": }", "expected a sample event, found no JSON: expected value"),
    ] {
        let refused = Schema::of_sample("sample.json", text).unwrap_err();
        assert_eq!(
            (refused.code, refused.message.as_str(), refused.help.is_some()),
            (Code::BAD_SETTING, message, true)
        );
    }
}

#[test]
fn a_path_has_the_kinds_that_the_schema_gives_it() {
    assert_eq!(kinds(SHOP, "amount"), "number");
    assert_eq!(kinds(SHOP, "AMOUNT"), "number");
    assert_eq!(kinds(SHOP, "count"), "null or integer");
    assert_eq!(kinds(SHOP, "user.email"), "string");
    assert_eq!(kinds(SHOP, "user.friend.friend.age"), "integer");
    assert_eq!(kinds(SHOP, "products[3].id"), "string");
    assert_eq!(kinds(SHOP, "pair[1]"), "boolean");
    assert_eq!(kinds(SHOP, "payment.card.bin"), "string");
    assert_eq!(kinds(SHOP, "payment.iban"), "string");
    assert_eq!(kinds(SHOP, "status"), "string");
    assert_eq!(kinds(SHOP, "tags.any"), "integer");
    assert_eq!(kinds(SHOP, "free.any.thing"), "open");
}

#[test]
fn a_path_that_is_not_there_has_a_nearest() {
    assert_eq!(kinds(SHOP, "amuont"), "not, near amount");
    assert_eq!(kinds(SHOP, "user.emial"), "not, near user.email");
    assert_eq!(kinds(SHOP, "usr.email"), "not, near user.email");
    assert_eq!(kinds(SHOP, "email"), "not, near user.email");
    assert_eq!(kinds(SHOP, "products[0].ident"), "not, near products[0].id");
    assert_eq!(kinds(SHOP, "amount.cents"), "not, near amount");
    assert_eq!(kinds(SHOP, "pair[2]"), "not, near pair[0]");
    assert_eq!(kinds(SHOP, "amount[0]"), "not, near amount");
}

#[test]
fn a_name_on_an_array_reads_its_first_element() {
    let answer = look(SHOP, "products.id");
    assert_eq!(answer, Answer { described: Described::As(Kinds::STRING), array_without_index: Some(1) });
    assert_eq!(look(SHOP, "products[0].id").array_without_index, None);
}

#[test]
fn an_open_schema_knows_nothing() {
    for schema in ["{}", r#"{"type": "object"}"#, r#"{"additionalProperties": true, "properties": {"a": {}}}"#] {
        assert_eq!(kinds(schema, "x.y"), "open", "{schema}");
    }
    assert_eq!(kinds(r#"{"properties": {"a": {}}, "patternProperties": {"^x": {"type": "string"}}}"#, "b"), "open");
    assert_eq!(kinds(r#"{"properties": {"a": {}}}"#, "a.b"), "open");
}

#[test]
fn types_are_those_of_the_language() {
    let of = |text: &str| match look(&format!(r#"{{"properties": {{"a": {text}}}}}"#), "a").described {
        Described::As(kinds) => kinds.as_type(),
        _ => None,
    };
    assert_eq!(of(r#"{"type": "integer"}"#), Some(Type::Int));
    assert_eq!(of(r#"{"type": ["number", "null"]}"#), Some(Type::Double));
    assert_eq!(of(r#"{"const": true}"#), Some(Type::Bool));
    assert_eq!(of(r#"{"items": {}}"#), Some(Type::Json));
    assert_eq!(of(r#"{"type": ["string", "number"]}"#), None);
    assert_eq!(of(r#"{"anyOf": [{"type": "integer"}, {"type": "number"}]}"#), Some(Type::Double));
    assert_eq!(of(r#"{"allOf": [{"type": ["string", "number"]}, {"type": ["string", "null"]}]}"#), Some(Type::String));
}

#[test]
fn a_bad_schema_is_told() {
    let fault = |text: &str| Schema::parse("schema", text).unwrap_err();
    assert!(fault("{").message.starts_with("expected a JSON Schema, found JSON that cannot be read"));
    assert_eq!(fault("{\n  \"type\": nope}").span.start, 13);
    for (text, message) in [
        ("7", "expected a schema, which is an object, found integer"),
        (r#"{"type": "text"}"#, "found `text`"),
        (r#"{"type": 7}"#, "expected the name of a type, found integer"),
        (r#"{"properties": {"a": {"items": 7}}}"#, "found integer, at `/properties/a/items`"),
        (r#"{"properties": []}"#, "expected an object, found array, at `/properties`"),
        (r#"{"anyOf": {}}"#, "expected an array of schemas, at `/anyOf`"),
        (r#"{"enum": 1}"#, "expected an array of values for `enum`"),
        (r##"{"$ref": "#/nowhere"}"##, "`$ref` leads nowhere: `#/nowhere`"),
        (r##"{"$ref": "#"}"##, "`$ref` leads back to itself: `#`"),
        (r#"{"$ref": "other.json"}"#, "expected a `$ref` within this document"),
    ] {
        assert!(fault(text).message.contains(message), "{text}: {}", fault(text).message);
        assert_eq!(fault(text).code, crate::diagnostic::Code::BAD_SCHEMA);
    }
    assert!(Schema::parse("schema", &format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000))).is_err());
}

#[test]
fn a_schema_that_explodes_is_taken_as_open() {
    // Each level refers to itself in many ways.
    let many = vec![r##"{"$ref": "#"}"##; 20].join(",");
    let schema = format!(r#"{{"anyOf": [{many}], "properties": {{"a": {{"$ref": "\#"}}}}}}"#).replace("\\#", "#");
    assert_eq!(kinds(&schema, "a.a.a.a"), "open");
    let choices = r#"{"properties": {"x": {"type": "string"}}}, {"type": "object"}"#;
    let all = vec![format!(r#"{{"anyOf": [{choices}]}}"#); 30].join(",");
    assert_eq!(kinds(&format!(r#"{{"allOf": [{all}]}}"#), "x"), "open");
}
