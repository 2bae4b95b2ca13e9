#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::generate::{Random, damage, tree, write};
use super::*;
use serde_json::Value;

fn read<'a>(text: &'a str, arena: &'a Bump) -> Json<'a> {
    parse(text, arena).unwrap_or_else(|fault| panic!("{}: {text}", fault.message(text)))
}

fn compact(json: Json<'_>) -> String {
    json.to_string()
}

/// On the stack that a host must grant at least (L5.5).
fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap().join().unwrap();
}

/// Doubles read by serde_json may be off by a unit or two in the last place.
fn same(json: Json<'_>, value: &Value) -> bool {
    match (json, value) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(a), Value::Bool(b)) => a == *b,
        (Json::Int(a), Value::Number(b)) => b.as_i64() == Some(a) || (a == 0 && b.as_f64() == Some(0.0)),
        (Json::Double(a), Value::Number(b)) => {
            let b = b.as_f64().unwrap();
            a == b || (a.to_bits().wrapping_sub(b.to_bits()) as i64).abs() <= 2
        }
        (Json::String(a), Value::String(b)) => a == b,
        (Json::Array(a), Value::Array(b)) => {
            a.items.len() == b.len() && a.items.iter().zip(b).all(|(a, b)| same(*a, b))
        }
        (Json::Object(a), Value::Object(b)) => {
            a.members.len() == b.len() && a.members.iter().all(|(key, a)| b.get(*key).is_some_and(|b| same(*a, b)))
        }
        _ => false,
    }
}

/// Whether both readers take the text, and if so read the same.
fn check_against_serde_json(text: &str) {
    let arena = Bump::new();
    let ours = parse(text, &arena);
    let skipped = scan::skip(text.as_bytes(), scan::blank(text.as_bytes(), 0), 0)
        .and_then(|at| scan::end(text.as_bytes(), at))
        .map_err(|fault| fault.offset());
    match (ours, serde_json::from_str::<Value>(text)) {
        (Ok(ours), Ok(theirs)) => assert!(same(ours, &theirs), "{text}\nours {ours}\ntheirs {theirs}"),
        (Err(_), Err(_)) => {}
        (ours, theirs) => panic!("{text:?}\nours {ours:?}\ntheirs {theirs:?}"),
    }
    assert_eq!(ours.map(|_| ()).map_err(|fault| fault.offset()), skipped, "reading and skipping differ: {text:?}");
}

#[test]
fn generated_texts_are_read_as_by_serde_json() {
    let mut random = Random(7);
    for round in 0..6000 {
        let mut text = String::new();
        let tree = tree(&mut random, 5);
        write(&tree, &mut text, &mut random, round % 2 == 0);
        check_against_serde_json(&text);
    }
}

#[test]
fn damaged_texts_are_refused_as_by_serde_json() {
    let mut random = Random(11);
    for round in 0..12_000 {
        let mut text = String::new();
        let tree = tree(&mut random, 4);
        write(&tree, &mut text, &mut random, round % 3 == 0);
        let mut bytes = text.into_bytes();
        damage(&mut bytes, &mut random);
        if let Ok(text) = std::str::from_utf8(&bytes) {
            check_against_serde_json(text);
        }
    }
}

#[test]
fn border_cases_are_read_as_by_serde_json() {
    let scalars = [
        "01",
        "1.",
        ".5",
        "-",
        "-0",
        "-0.0",
        "-01",
        "1e",
        "1e+",
        "1e5",
        "1E-5",
        "1.0e10",
        "1e999",
        "-1e999",
        "1e-999",
        "0e999",
        "0.1.2",
        "+1",
        "NaN",
        "Infinity",
        "0x10",
        "1_0",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "9223372036854775807",
        "9223372036854775808",
        "123456789012345678901234567890.5",
        "1.7976931348623157e308",
        "1.8e308",
        "5e-324",
        "tru",
        "truee",
        "nul",
        "nulll",
        "False",
        r#""\ud800""#,
        r#""\ud800\u0041""#,
        r#""\ud800A""#,
        r#""\udc00""#,
        r#""\ud83d\ude00""#,
        r#""\uD83D\uD83D""#,
        r#""\u12g4""#,
        r#""\x""#,
        r#""\u123""#,
        r#""\u+123""#,
        "\"\t\"",
        "\"\u{7f}\"",
        "\"\u{2028}\"",
        "[1,]",
        "[,1]",
        r#"{"a":1,}"#,
        "{,}",
        r#"{"a"}"#,
        "{1:2}",
        "[1 2]",
        "",
        "'a'",
        "1//c",
        r#"{"a":1 "b":2}"#,
        r#""\"""#,
        "[",
        "]",
        "{",
        "[}",
        "{]",
        "\u{a0}1",
        "\u{feff}1",
        "\u{b}1",
        "\"",
        "\"\\",
        "\"\\\"",
        r#"{"a":1,"a":2}"#,
        r#"{"\u0061":1,"a":2}"#,
    ];
    for scalar in scalars {
        for text in [scalar.to_owned(), format!(" {scalar} "), format!("[{scalar}]"), format!("{{\"k\":{scalar}}}")] {
            check_against_serde_json(&text);
        }
    }
    let long = "9".repeat(310);
    for text in ["9".repeat(400), format!("0.{long}"), format!("-{long}"), format!("{long}e-310"), format!("{long}.5")]
    {
        check_against_serde_json(&text);
    }
}

#[test]
fn numbers_are_the_nearest_doubles_and_integers_are_exact() {
    let arena = Bump::new();
    let mut random = Random(3);
    for _ in 0..20_000 {
        let digits = |random: &mut Random, count: usize| -> String {
            (0..1 + random.below(count)).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
        };
        let whole = digits(&mut random, 20).trim_start_matches('0').to_owned();
        let mut text = if whole.is_empty() { String::from("0") } else { whole };
        if random.once_in(2) {
            text = format!("{text}.{}", digits(&mut random, 22));
        }
        if random.once_in(4) {
            text = format!("{text}e{}", random.below(500) as i64 - 300);
        }
        let nearest: f64 = text.parse().unwrap();
        match parse(&text, &arena) {
            Ok(Json::Int(value)) => assert_eq!(text.parse(), Ok(value)),
            Ok(Json::Double(value)) => {
                assert_eq!(value.to_bits(), nearest.to_bits(), "{text}");
                assert!(text.parse::<i64>().is_err(), "{text}");
            }
            Err(_) => assert!(nearest.is_infinite(), "{text}"),
            other => panic!("{text} {other:?}"),
        }
    }
}

#[test]
fn exactly_128_levels_are_read() {
    on_small_stack(|| {
        let arena = Bump::new();
        for (open, close) in [("[", "]"), ("{\"k\":", "}")] {
            let text = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
            assert_eq!(read(text(128).leak(), &arena).depth(), 128);
            for levels in [129, 130, 100_000] {
                let text = text(levels);
                assert_eq!(parse(&text, &Bump::new()).unwrap_err().kind(), FaultKind::Depth);
                let fault = scan::skip(text.as_bytes(), 0, 0).unwrap_err();
                assert_eq!((fault.kind(), fault.offset()), (FaultKind::Depth, 128 * open.len()));
            }
        }
        assert_eq!(parse(&"[".repeat(100_000), &arena).unwrap_err().kind(), FaultKind::Depth);
    });
}

#[test]
fn a_repeated_key_has_its_last_value_at_its_first_place() {
    let arena = Bump::new();
    assert_eq!(compact(read(r#"{"a":1,"b":2,"\u0061":[3]}"#, &arena)), r#"{"a":[3],"b":2}"#);
    let members: Vec<String> = (0..100_000).map(|at| format!("\"key{}\":{at}", at % 60_000)).collect();
    let text = format!("{{{}}}", members.join(","));
    let json = read(&text, &arena);
    let Json::Object(object) = json else { panic!() };
    assert_eq!(object.members.len(), 60_000);
    assert_eq!(object.members[0].0, "key0");
    assert!(matches!(json.member("key0"), Some(Json::Int(60_000))));
    assert!(json.equals(&read(&text, &arena)));
}

#[test]
fn text_and_tree_are_inverse() {
    let mut random = Random(5);
    for _ in 0..3000 {
        let arena = Bump::new();
        let mut text = String::new();
        write(&tree(&mut random, 5), &mut text, &mut random, false);
        let json = read(&text, &arena);
        let written = compact(json);
        assert!(read(&written, &arena).equals(&json), "{text}\n{written}");
        assert_eq!(compact(read(&written, &arena)), written);
        assert!(same(json, &serde_json::from_str(&written).unwrap()));
        assert!(same(json, &json.to_value()));
        assert!(Json::from_value(&json.to_value(), &arena).unwrap().equals(&json));
        assert!(!written.contains([' ', '\n', '\t']) || text.contains(' ') || text.contains("\\"));
    }
}

#[test]
fn canonical_text_is_bare_for_strings_and_empty_for_null() {
    let arena = Bump::new();
    for (json, text) in [
        ("null", ""),
        ("true", "true"),
        ("-7", "-7"),
        ("1.0", "1.0"),
        (r#""a\"b""#, "a\"b"),
        (r#"[ 1, "x\u0001\/" , null ]"#, r#"[1,"x\u0001/",null]"#),
        (r#"{ "b" : {}, "a": [] }"#, r#"{"b":{},"a":[]}"#),
    ] {
        let mut out = String::new();
        read(json, &arena).write_text(&mut out).unwrap();
        assert_eq!(out, text);
    }
    assert_eq!(compact(Json::Double(f64::NAN)), "null");
    assert_eq!(compact(Json::Array(&Array { items: &[Json::Double(f64::INFINITY)], depth: 1, weight: 2 })), "[null]");
}

#[test]
fn an_excerpt_is_short_whatever_the_value() {
    let arena = Bump::new();
    assert_eq!(read("[1,\"é\"]", &arena).excerpt(7), "[1,\"é\"]");
    assert_eq!(read("[1,\"é\"]", &arena).excerpt(6), "[1,\"é\"…");
    assert_eq!(Json::String(&"日".repeat(1_000_000)).excerpt(200).chars().count(), 201);
    assert_eq!(shared(100, &arena).excerpt(10), "[[[[[[[[[[…");
}

#[test]
fn equality_goes_by_structure_and_value() {
    let arena = Bump::new();
    for (a, b, equal) in [
        ("1", "1.0", true),
        ("9007199254740993", "9007199254740992.0", false),
        ("9007199254740992", "9007199254740992.0", true),
        ("9223372036854775807", "9223372036854775808", false),
        ("-9223372036854775808", "-9223372036854775808.0", true),
        ("0", "-0.0", true),
        ("1", "1.5", false),
        ("1", "\"1\"", false),
        ("0", "false", false),
        ("null", "{}", false),
        ("[]", "{}", false),
        ("[1,2]", "[2,1]", false),
        ("[1]", "[1,1]", false),
        (r#"{"a":1,"b":[2]}"#, r#"{"b":[2.0],"a":1}"#, true),
        (r#"{"a":1}"#, r#"{"A":1}"#, false),
        (r#"{"a":1,"b":1}"#, r#"{"a":1,"c":1}"#, false),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#, true),
    ] {
        let (left, right) = (read(a, &arena), read(b, &arena));
        assert_eq!((left.equals(&right), right.equals(&left)), (equal, equal), "{a} {b}");
    }
    assert!(!Json::Double(f64::NAN).equals(&Json::Double(f64::NAN)));
    let many = |order: &mut dyn Iterator<Item = u32>| {
        let text: Vec<String> = order.map(|at| format!("\"k{at}\":{at}")).collect();
        format!("{{{}}}", text.join(","))
    };
    let (forward, backward) = (many(&mut (0..20_000)), many(&mut (0..20_000).rev()));
    assert!(read(&forward, &arena).equals(&read(&backward, &arena)));
}

/// `[[..], [..]]` so deep, each level one array twice.
fn shared(levels: u32, arena: &Bump) -> Json<'_> {
    (0..levels).fold(Json::Int(1), |inner, _| Json::array(arena, &[inner, inner]))
}

#[test]
fn shared_parts_are_compared_once() {
    let arena = Bump::new();
    let (a, b) = (shared(100, &arena), shared(100, &arena));
    assert!(a.equals(&b));
    let named = |inner: Json<'static>, arena| {
        (0..100).fold(inner, |inner, _| Json::object(arena, &[("l", inner), ("r", inner)]))
    };
    let (x, y): (&'static Bump, &'static Bump) = (Box::leak(Box::default()), Box::leak(Box::default()));
    assert!(named(Json::Int(1), x).equals(&named(Json::Double(1.0), y)));
    assert!(!named(Json::Int(1), x).equals(&named(Json::Int(2), y)));
}

#[test]
fn depth_and_weight_saturate() {
    let arena = Bump::new();
    assert_eq!((Json::Int(5).depth(), Json::array(&arena, &[]).depth(), shared(3, &arena).depth()), (0, 1, 3));
    assert_eq!(shared(100, &arena).weight(), u32::MAX);
    assert_eq!(shared(70_000, &arena).depth(), u16::MAX);
    for text in ["[]", "[-12,\"abc\"]", r#"{"a":null,"b":[true]}"#, "9223372036854775807", "0"] {
        let weight = read(text, &arena).weight() as usize;
        assert!(weight >= text.len() && weight <= text.len() + 3, "{text} {weight}");
    }
}

#[test]
fn json_deeper_than_the_limit_overflows_nothing() {
    on_small_stack(|| {
        let arena = Bump::new();
        let deep = |arena| (0..60_000).fold(Json::Null, |inner, _| Json::array(arena, &[inner]));
        let (a, b) = (deep(&arena), deep(&arena));
        assert!(a.equals(&b));
        assert_eq!(compact(a).len(), 120_004);
        assert!(Json::from_value(&a.to_value(), &arena).unwrap().depth() <= 128);
        let limit = (0..128).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
        assert_eq!(Json::from_value(&limit, &arena).unwrap().depth(), 128);
        assert!(Json::from_value(&Value::Array(vec![limit]), &arena).is_none());
    });
}

#[test]
fn a_member_is_found_exactly_first_then_ignoring_case() {
    let arena = Bump::new();
    let json = read(r#"{"NAME":1,"Name":2,"name":3,"é":4}"#, &arena);
    for (name, found) in [("name", Some(3)), ("Name", Some(2)), ("nAme", Some(1)), ("É", None), ("x", None)] {
        match (json.member(name), found) {
            (Some(Json::Int(a)), Some(b)) => assert_eq!(a, b),
            (None, None) => {}
            other => panic!("{name} {other:?}"),
        }
    }
    let list = read("[1,[2]]", &arena);
    assert!(list.element(-1).is_none() && list.element(2).is_none() && list.member("x").is_none());
    assert!(matches!(list.element(0), Some(Json::Int(1))));
    assert!(json.element(0).is_none());
}

#[test]
fn faults_say_what_was_expected_and_found() {
    let arena = Bump::new();
    for (text, offset, message) in [
        ("", 0, "expected a value, found the end of the text"),
        ("[1 2]", 3, "expected `,` or `]`, found `2`"),
        ("{\"a\":1 é", 7, "expected `,` or `}`, found `é`"),
        ("{a:1}", 1, "expected a key in double quotes, found `a`"),
        ("{\"a\" 1}", 5, "expected `:`, found `1`"),
        ("1 1", 2, "expected nothing behind the value, found `1`"),
        ("-x", 1, "expected a digit, found `x`"),
        ("[1e999]", 1, "the number is too large for a Double"),
        ("\"a\nb\"", 2, "expected `\"`, found the control character U+000A"),
        ("\"a\\x\"", 2, "expected an escape such as `\\n` or `\\u00e9`, found `\\`"),
        (r#""\ud800""#, 1, "expected a pair of surrogates, found half of one"),
    ] {
        let fault = parse(text, &arena).unwrap_err();
        assert_eq!((fault.offset(), fault.message(text).as_str()), (offset, message), "{text}");
    }
}

#[test]
fn members_of_large_objects_are_found_as_in_small_ones() {
    let arena = Bump::new();
    for count in [0, 3, 12, 13, 14, 500] {
        let members: Vec<String> = (0..count).map(|at| format!("\"key {at}\":{at}")).collect();
        let others = "\"Name\":\"first\",\"NAME\":\"second\",\"twice\":1,\"twice\":2,\"exact\":1,\"Exact\":2";
        let text = if count == 0 { format!("{{{others}}}") } else { format!("{{{},{others}}}", members.join(",")) };
        let json = read(&text, &arena);
        for at in 0..count {
            let found = json.member(&format!("key {at}")).map(compact);
            assert_eq!(
                (found, json.member(&format!("KEY {at}")).map(compact)),
                (Some(at.to_string()), Some(at.to_string()))
            );
        }
        let found = |name: &str| json.member(name).map(compact).unwrap_or_default();
        assert_eq!((found("name"), found("NAME")), ("\"first\"".to_owned(), "\"second\"".to_owned()));
        assert_eq!((found("twice"), found("Exact"), found("EXACT")), ("2".to_owned(), "2".to_owned(), "1".to_owned()));
        assert_eq!(found("key"), "");
        let Json::Object(object) = json else { panic!("an object") };
        assert_eq!(object.members.len(), count + 5);
    }
}
