//! What is selected is what stands in the whole tree, and the same texts are refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::generate::{KEYS, Random, damage, object, tree, write};
use super::{Json, Selection, parse};
use bumpalo::Bump;

/// A step into a value.
#[derive(Clone, Debug)]
enum Step {
    Member(String),
    Element(i64),
}

/// A random path of up to three steps.
fn path(random: &mut Random) -> Vec<Step> {
    let step = |random: &mut Random| match random.below(4) {
        0 => Step::Element(random.below(4) as i64),
        1 => Step::Member(random.pick(&KEYS).to_uppercase()),
        _ => Step::Member(random.pick(&KEYS).to_string()),
    };
    (0..random.below(4)).map(|_| step(random)).collect()
}

fn select(paths: &[Vec<Step>]) -> Selection {
    let mut selection = Selection::default();
    for path in paths {
        let node = path.iter().fold(Selection::ROOT, |node, step| match step {
            Step::Member(name) => selection.member(node, name),
            Step::Element(_) => selection.elements(node),
        });
        selection.read(node);
    }
    selection
}

/// What stands at a path, as text.
fn at(json: Json<'_>, path: &[Step]) -> String {
    let found = path.iter().fold(json, |json, step| match step {
        Step::Member(name) => json.member(name).unwrap_or(Json::Null),
        Step::Element(index) => json.element(*index).unwrap_or(Json::Null),
    });
    format!("{found} {} {}", found.weight(), found.depth())
}

fn check(text: &str, paths: &[Vec<Step>]) {
    let arena = Bump::new();
    match (parse(text, &arena), select(paths).parse(text, &arena)) {
        (Ok(whole), Ok(selected)) => {
            for path in paths {
                assert_eq!(at(selected, path), at(whole, path), "{path:?} of {text}");
            }
        }
        (Err(whole), Err(selected)) => assert_eq!(selected.message(text), whole.message(text), "{text}"),
        (whole, selected) => panic!("{text:?}\nwhole {whole:?}\nselected {selected:?}"),
    }
}

#[test]
fn what_is_selected_is_what_stands_in_the_whole_tree() {
    let mut random = Random(17);
    let mut found = 0;
    for round in 0..6000 {
        let mut text = String::new();
        let tree = if random.once_in(4) { tree(&mut random, 5) } else { object(&mut random, 4) };
        write(&tree, &mut text, &mut random, round % 2 == 0);
        let paths: Vec<_> = (0..random.below(6)).map(|_| path(&mut random)).collect();
        let arena = Bump::new();
        let whole = parse(&text, &arena).unwrap();
        found += paths.iter().filter(|path| path.len() > 1 && !at(whole, path).starts_with("null")).count();
        check(&text, &paths);
    }
    assert!(found > 60, "of all paths {found} led to something");
}

#[test]
fn damaged_texts_are_refused_alike_whatever_is_selected() {
    let mut random = Random(19);
    for round in 0..12_000 {
        let mut text = String::new();
        write(&tree(&mut random, 4), &mut text, &mut random, round % 3 == 0);
        let paths: Vec<_> = (0..random.below(4)).map(|_| path(&mut random)).collect();
        let mut bytes = text.into_bytes();
        damage(&mut bytes, &mut random);
        if let Ok(text) = std::str::from_utf8(&bytes) {
            check(text, &paths);
        }
    }
}

#[test]
fn nesting_is_limited_alike_whatever_is_selected() {
    for levels in [127, 128, 129] {
        let (mut members, mut elements) = ("{\"a\":".repeat(levels - 1), "[".repeat(levels));
        members.push_str("{}");
        members.push_str(&"}".repeat(levels - 1));
        elements.push_str(&"]".repeat(levels));
        for count in [0, 1, 60, 126, 127, 128, 129, 200] {
            check(&members, &[vec![Step::Member("a".to_string()); count]]);
            check(&elements, &[vec![Step::Element(0); count]]);
        }
    }
}

#[test]
fn a_member_is_selected_with_all_its_spellings_and_repetitions() {
    let text =
        r#"{"Risk": 1, "skip": {"risk": 0}, "r\u0069sk": 2, "RISK": [3], "risk": {"x": 4, "y": 5}, "riskier": 6}"#;
    let arena = Bump::new();
    let mut selection = Selection::default();
    let risk = selection.member(Selection::ROOT, "rISK");
    selection.read(risk);
    let selected = selection.parse(text, &arena).unwrap().to_string();
    assert_eq!(selected, r#"{"Risk":1,"risk":{"x":4,"y":5},"RISK":[3]}"#);
    assert!(!selection.is_whole());
}
