#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::diagnostic::Code;
use crate::syntax::ast::{Path, PathStep};
use crate::value::json::generate::{KEYS, Random, Tree, damage, object, tree, write};
use bumpalo::Bump;

fn path(text: &str) -> Path {
    let mut steps = Vec::new();
    for part in text.split('.') {
        let mut parts = part.split('[');
        steps.push(PathStep::Name(parts.next().unwrap().to_owned()));
        steps.extend(parts.map(|index| PathStep::Index(index.trim_end_matches(']').parse().unwrap())));
    }
    Path { text: text.to_owned(), steps, bare: false }
}

pub(super) fn paths(texts: &[&str]) -> Paths {
    Paths::new(&texts.iter().map(|text| path(text)).collect::<Vec<_>>())
}

/// The compact JSON at each path, `-` where nothing is.
fn found(paths_of: &[&str], event: &str) -> Vec<String> {
    let mut raws = Raws::new();
    extract(&paths(paths_of), event.as_bytes(), &mut raws).unwrap_or_else(|fault| panic!("{fault}: {event}"));
    (0..paths_of.len())
        .map(|slot| if raws.get(slot) == Raw::Missing { String::from("-") } else { raws.found(slot, event) })
        .collect()
}

fn fault(event: &[u8]) -> EventFault {
    let mut raws = Raws::new();
    let fault = extract(&paths(&["a", "x.y"]), event, &mut raws).unwrap_err();
    assert_eq!((raws.get(0), raws.get(1)), (Raw::Missing, Raw::Missing));
    fault
}

/// The rules of L1.3, L3.5 and L3.6 in the plainest way.
fn walk<'t>(tree: &'t Tree, steps: &[PathStep]) -> Option<&'t Tree> {
    let Some(step) = steps.first() else { return Some(tree) };
    match (step, tree) {
        (PathStep::Name(name), Tree::Object(members)) => {
            let last_of = |key: &str| members.iter().rev().find(|(other, _)| other == key).map(|(_, value)| value);
            let value = last_of(name).or_else(|| {
                let (spelling, _) = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
                last_of(spelling)
            });
            walk(value?, &steps[1..])
        }
        (PathStep::Name(_), Tree::Array(items)) => walk(items.first()?, steps),
        (PathStep::Index(index), Tree::Array(items)) => walk(items.get(*index)?, &steps[1..]),
        _ => None,
    }
}

fn is_same(raws: &Raws, slot: usize, text: &str, tree: Option<&Tree>) -> bool {
    match (raws.get(slot), tree) {
        (Raw::Missing, None) | (Raw::Null, Some(Tree::Null)) => true,
        (Raw::Bool(a), Some(Tree::Bool(b))) => a == *b,
        (Raw::Int(a), Some(Tree::Int(b))) => a == *b,
        // `1e0` is how some integral Doubles are written.
        (Raw::Double(a), Some(Tree::Double(b))) => a.to_bits() == b.to_bits(),
        (Raw::Int(a), Some(Tree::Double(b))) => a as f64 == *b,
        (Raw::Text { start, len }, Some(Tree::String(b))) => text[start as usize..][..len as usize] == *b,
        (Raw::Decoded { .. }, Some(Tree::String(b))) => raws.string(slot, text, &Bump::new()).value == b,
        (Raw::Container { start, len }, Some(Tree::Array(_) | Tree::Object(_))) => {
            let mut random = Random(1);
            let mut expected = String::new();
            write(tree.unwrap(), &mut expected, &mut random, true);
            let arena = Bump::new();
            let found = crate::value::json::parse(&text[start as usize..][..len as usize], &arena).unwrap();
            found.equals(&crate::value::json::parse(&expected, &arena).unwrap())
        }
        _ => false,
    }
}

pub(super) fn random_path(random: &mut Random) -> Path {
    let mut text = random.pick(&KEYS).to_owned();
    for _ in 0..random.below(4) {
        if random.once_in(3) {
            text.push_str(&format!("[{}]", random.below(3)));
        } else {
            text.push('.');
            text.push_str(random.pick(&KEYS));
        }
    }
    path(&text)
}

#[test]
fn paths_find_what_a_plain_walk_finds() {
    let mut random = Random(17);
    let mut raws = Raws::new();
    let mut hits = 0;
    for round in 0..150 {
        let count = if round % 10 == 0 { 400 } else { 1 + random.below(30) };
        let list: Vec<Path> = (0..count).map(|_| random_path(&mut random)).collect();
        let paths = Paths::new(&list);
        for _ in 0..40 {
            let event = object(&mut random, 5);
            let mut text = String::new();
            let plain = random.once_in(2);
            write(&event, &mut text, &mut random, plain);
            extract(&paths, text.as_bytes(), &mut raws).unwrap_or_else(|fault| panic!("{fault}: {text}"));
            for (slot, path) in list.iter().enumerate() {
                let expected = walk(&event, &path.steps);
                hits += usize::from(expected.is_some());
                let found = raws.get(slot);
                assert!(is_same(&raws, slot, &text, expected), "{} {found:?} {expected:?}\n{text}", path.text);
            }
        }
    }
    assert!(hits > 10_000, "{hits}");
}

#[test]
fn bytes_are_an_event_exactly_if_serde_json_reads_an_object() {
    let mut random = Random(23);
    let paths = Paths::new(&(0..20).map(|_| random_path(&mut random)).collect::<Vec<_>>());
    let mut raws = Raws::new();
    let mut accepted = 0;
    for round in 0..12_000 {
        let tree = if random.once_in(10) { tree(&mut random, 2) } else { object(&mut random, 4) };
        let mut text = String::new();
        write(&tree, &mut text, &mut random, round % 3 == 0);
        let mut bytes = text.into_bytes();
        if round % 4 != 0 {
            damage(&mut bytes, &mut random);
        }
        let outcome = extract(&paths, &bytes, &mut raws);
        let code = match (std::str::from_utf8(&bytes), serde_json::from_slice::<serde_json::Value>(&bytes)) {
            (Err(_), _) => Some(Code::EVENT_NOT_UTF8),
            (Ok(_), Err(_)) => Some(Code::EVENT_NOT_JSON),
            (Ok(_), Ok(value)) => (!value.is_object()).then_some(Code::EVENT_NOT_OBJECT),
        };
        accepted += usize::from(code.is_none());
        assert_eq!(outcome.err().map(|fault| fault.code), code, "{}", String::from_utf8_lossy(&bytes));
    }
    assert!(accepted > 3000, "{accepted}");
}

#[test]
fn no_bytes_panic() {
    let mut random = Random(29);
    let paths = Paths::new(&(0..20).map(|_| random_path(&mut random)).collect::<Vec<_>>());
    let mut raws = Raws::new();
    for _ in 0..20_000 {
        let bytes: Vec<u8> = (0..random.below(40)).map(|_| random.next() as u8).collect();
        let _ = extract(&paths, &bytes, &mut raws);
        let marks: Vec<u8> = (0..random.below(40)).map(|_| b"{}[]\",:\\ua1ue0-. tn"[random.below(19)]).collect();
        let _ = extract(&paths, &marks, &mut raws);
        for slot in 0..paths.len() {
            let _ = raws.found(slot, "too short");
        }
    }
}

#[test]
fn an_exact_key_wins_and_of_similar_ones_the_first() {
    let event = r#"{"USER":1,"User":2,"user":3,"Mail":4,"mAil":5}"#;
    assert_eq!(found(&["user", "User", "uSER", "mail", "user.x"], event), ["3", "2", "1", "4", "-"]);
    assert_eq!(found(&["uSER", "user"], r#"{"user":{"a":1},"USER":2}"#), [r#"{"a":1}"#, r#"{"a":1}"#]);
    // Only ASCII letters have a case here.
    assert_eq!(found(&["ü", "k"], "{\"Ü\":1,\"\u{212a}\":2}"), ["-", "-"]);
}

#[test]
fn of_a_repeated_key_the_last_value_counts() {
    assert_eq!(found(&["a", "a.b", "a.c"], r#"{"a":{"b":1,"c":2},"a":{"b":3}}"#), [r#"{"b":3}"#, "3", "-"]);
    assert_eq!(found(&["a.b"], r#"{"a":{"b":1},"a":null}"#), ["-"]);
    // Of the first similar spelling, the last value; another spelling does not count.
    assert_eq!(found(&["a"], r#"{"A":1,"A":2}"#), ["2"]);
    assert_eq!(found(&["aa"], r#"{"Aa":1,"AA":2,"\u0041a":3}"#), ["3"]);
    assert_eq!(found(&["a", "A"], r#"{"\u0041":1,"a":2,"A":3}"#), ["2", "3"]);
    // What an exact key replaces is forgotten.
    assert_eq!(found(&["a.b", "a.c"], r#"{"A":{"b":1},"a":{"c":2}}"#), ["-", "2"]);
    assert_eq!(found(&["a[1].b", "a[0]"], r#"{"a":[{},{"b":1}],"a":[7]}"#), ["-", "7"]);
}

#[test]
fn a_name_on_an_array_looks_in_its_element_0() {
    let event = r#"{"p":[{"q":1},{"q":2}],"n":[[[{"q":3}]]],"e":[],"m":[4]}"#;
    let paths =
        ["p.q", "p[1].q", "p[0].q", "n.q", "n[0].q", "n[0][0][0].q", "n[0][0][0][0].q", "e.q", "m.q", "m", "p[2].q"];
    assert_eq!(found(&paths, event), ["1", "2", "1", "3", "3", "3", "-", "-", "-", "[4]", "-"]);
    assert_eq!(found(&["p[1]", "p", "p[0]"], event), [r#"{"q":2}"#, r#"[{"q":1},{"q":2}]"#, r#"{"q":1}"#]);
    assert_eq!(found(&["s[0]", "o[0]"], r#"{"s":"text","o":{"0":1}}"#), ["-", "-"]);
}

#[test]
fn the_same_path_twice_fills_both_slots() {
    assert_eq!(found(&["a.b", "a.b", "a", "a.b"], r#"{"a":{"b":1}}"#), ["1", "1", r#"{"b":1}"#, "1"]);
    assert!(paths(&[]).is_empty());
    assert!(found(&[], "{}").is_empty());
}

#[test]
fn thousands_of_paths_are_read() {
    let names: Vec<String> = (0..5000).map(|at| format!("field{at}.value[{}]", at % 3)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let members: Vec<String> =
        (0..5000).map(|at| format!("\"FIELD{at}\":{{\"value\":[{at},{},\"\\n\"]}}", at + 1)).collect();
    let values = found(&names, &format!("{{{}}}", members.join(",")));
    for (at, value) in values.iter().enumerate() {
        assert_eq!(*value, [at.to_string(), (at + 1).to_string(), String::from("\"\\n\"")][at % 3]);
    }
}

#[test]
fn a_reused_buffer_forgets_the_event_before() {
    let (first, second) = (paths(&["a", "b.c", "d"]), paths(&["b.c"]));
    let mut raws = Raws::new();
    extract(&first, br#"{"A":"\n","b":{"c":1},"d":true}"#, &mut raws).unwrap();
    assert_eq!((raws.exists(0), raws.get(1), raws.get(2)), (true, Raw::Int(1), Raw::Bool(true)));
    extract(&first, br#"{"a":null,"D":"\t"}"#, &mut raws).unwrap();
    assert_eq!((raws.get(0), raws.get(1)), (Raw::Null, Raw::Missing));
    assert_eq!(raws.get(2), Raw::Decoded { start: 0, len: 1 });
    extract(&second, br#"{"b":[{"c":2}]}"#, &mut raws).unwrap();
    assert_eq!((raws.get(0), raws.get(1)), (Raw::Int(2), Raw::Missing));
    raws.clear();
    assert_eq!(raws.get(0), Raw::Missing);
}

#[test]
fn faults_have_their_code_and_place() {
    for (event, code, place, message) in [
        (&b"[1]"[..], Code::EVENT_NOT_OBJECT, (1, 1), "expected an object, found an array"),
        (b" 12 ", Code::EVENT_NOT_OBJECT, (1, 2), "expected an object, found a number"),
        (b"[1", Code::EVENT_NOT_JSON, (1, 3), "expected `,` or `]`, found the end of the text"),
        (b"", Code::EVENT_NOT_JSON, (1, 1), "expected a value, found the end of the text"),
        (b"{\n \"\xc3\xa9\" 1}", Code::EVENT_NOT_JSON, (2, 6), "expected `:`, found `1`"),
        (b"{\"a\":01}", Code::EVENT_NOT_JSON, (1, 7), "expected `,` or `}`, found `1`"),
        (b"{\"a\":1} x", Code::EVENT_NOT_JSON, (1, 9), "expected nothing behind the value, found `x`"),
        (b"{\"a\":\n\"\xff\"}", Code::EVENT_NOT_UTF8, (2, 2), "expected UTF-8, found the byte 0xff at offset 7"),
    ] {
        let fault = fault(event);
        assert_eq!((fault.code, (fault.line, fault.column), fault.message.as_str()), (code, place, message));
    }
}

/// On the stack that a host must grant at least (L5.5).
pub(super) fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap().join().unwrap();
}

#[test]
fn nesting_costs_no_stack_and_ends_at_128_levels() {
    on_small_stack(|| {
        let long = vec!["k"; 127].join(".");
        let all = paths(&["u", long.as_str(), "k[0][0]", "K.k"]);
        let mut raws = Raws::new();
        for key in ["u", "k", "unread"] {
            for (open, close) in [("[", "]"), ("{\"k\":", "}"), ("[{\"k\":", "}]")] {
                for levels in [126, 127, 128, 100_000] {
                    let each = if open.starts_with("[{") { 2 } else { 1 };
                    let times = levels / each;
                    let event = format!("{{\"{key}\":{}1{}}}", open.repeat(times), close.repeat(times));
                    let outcome = extract(&all, event.as_bytes(), &mut raws);
                    let code = (times * each > 127).then_some(Code::EVENT_TOO_DEEP);
                    assert_eq!(outcome.err().map(|fault| fault.code), code, "{key} {open} {levels}");
                    let unclosed = format!("{{\"{key}\":{}", open.repeat(times));
                    assert!(extract(&all, unclosed.as_bytes(), &mut raws).is_err());
                }
            }
        }
        let event = format!("{}1{}", "{\"k\":".repeat(127), "}".repeat(127));
        extract(&all, event.as_bytes(), &mut raws).unwrap();
        assert_eq!(raws.get(1), Raw::Int(1));
        assert_eq!(Paths::new(&[path(&vec!["k"; 50_000].join("."))]).len(), 1);
    });
}

#[test]
fn hostile_repetition_stays_linear() {
    let names: Vec<String> = (0..3000).map(|at| format!("user.field{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).chain(["USER.x", "User", "user"]).collect();
    let paths = paths(&names);
    let mut raws = Raws::new();
    for repeated in [r#""user":{"field1":1,"x":2},"#, r#""uSER":{},"#, r#""\u0075ser":[{"FIELD7":1}],"#] {
        let event = format!("{{{}\"end\":1}}", repeated.repeat(30_000));
        extract(&paths, event.as_bytes(), &mut raws).unwrap();
        assert!(raws.exists(3002));
    }
}

#[test]
fn values_are_read_as_types() {
    let event = r#"{"n":12,"d":12.0,"h":0.5,"s":"12","t":"tRuE","b":true,"z":null,"o":{ "a" : [1, "\u00e9"] },"l":[],
        "w":"high","e":"","x":1e300,"i":"5.0","q":"2026-02-03T11:04:05Z","y":"a\"b"}"#;
    let names = ["n", "d", "h", "s", "t", "b", "z", "o", "l", "w", "e", "x", "i", "q", "y", "missing"];
    let mut raws = Raws::new();
    extract(&paths(&names), event.as_bytes(), &mut raws).unwrap();
    let slot = |name: &str| names.iter().position(|other| *other == name).unwrap();
    let arena = Bump::new();
    let double = |name: &str| (raws.double(slot(name), event).value, raws.double(slot(name), event).unreadable);
    assert_eq!(
        ["n", "d", "h", "s", "z", "missing"].map(double),
        [12.0, 12.0, 0.5, 12.0, 0.0, 0.0].map(|value| (value, false))
    );
    assert_eq!(["w", "e", "b", "o", "l"].map(double), [(0.0, true); 5]);
    let int = |name: &str| (raws.int(slot(name), event).value, raws.int(slot(name), event).unreadable);
    assert_eq!(["n", "d", "s", "i", "z"].map(int), [12, 12, 12, 5, 0].map(|value| (value, false)));
    assert_eq!(["h", "x", "t", "o"].map(int), [(0, true); 4]);
    let bool = |name: &str| (raws.bool(slot(name), event).value, raws.bool(slot(name), event).unreadable);
    assert_eq!(["b", "t", "z", "missing"].map(bool), [(true, false), (true, false), (false, false), (false, false)]);
    assert_eq!(["n", "w", "l"].map(bool), [(false, true); 3]);
    let string =
        |name: &str| (raws.string(slot(name), event, &arena).value, raws.string(slot(name), event, &arena).unreadable);
    assert_eq!(
        ["n", "h", "b", "z", "missing", "y"].map(string),
        ["12", "0.5", "true", "", "", "a\"b"].map(|text| (text, false))
    );
    assert_eq!(["o", "l"].map(string), [(r#"{"a":[1,"é"]}"#, true), ("[]", true)]);
    assert!(!raws.datetime(slot("q"), event).unreadable && raws.datetime(slot("w"), event).unreadable);
    assert!(!raws.datetime(slot("missing"), event).unreadable && raws.datetime(slot("n"), event).unreadable);
    assert_eq!(
        (raws.found(slot("w"), event), raws.found(slot("o"), event)),
        ("\"high\"".into(), r#"{"a":[1,"é"]}"#.into())
    );
    assert!(!raws.exists(slot("z")) && !raws.exists(slot("missing")) && raws.exists(slot("e")));
    assert_eq!(raws.json(slot("missing"), event, &arena).to_string(), "null");
}
