#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::tests::{on_small_stack, paths, random_path};
use super::*;
use crate::value::json::generate::{Random, Tree, damage, object, tree, write};

/// How many keys the objects of a text have.
fn keys(tree: &Tree) -> u64 {
    match tree {
        Tree::Object(members) => members.iter().map(|(_, value)| 1 + keys(value)).sum(),
        Tree::Array(items) => items.iter().map(keys).sum(),
        _ => 0,
    }
}

/// Another event of the same source: other values, now and then a key less, a key more, an element more.
fn vary(tree: &mut Tree, random: &mut Random) {
    match tree {
        Tree::Object(members) => {
            members.iter_mut().for_each(|(_, value)| vary(value, random));
            if random.once_in(8) && !members.is_empty() {
                members.remove(random.below(members.len()));
            }
            if random.once_in(12) && !members.is_empty() {
                let again = members[random.below(members.len())].clone();
                members.insert(random.below(members.len()), again);
            }
        }
        Tree::Array(items) => {
            items.iter_mut().for_each(|item| vary(item, random));
            if random.once_in(6) && !items.is_empty() {
                items.push(items[0].clone());
            }
        }
        other if random.once_in(3) => *other = self::tree(random, 1),
        _ => {}
    }
}

fn shuffle(tree: &mut Tree, random: &mut Random) {
    match tree {
        Tree::Object(members) => {
            for at in (1..members.len()).rev() {
                members.swap(at, random.below(at + 1));
            }
            members.iter_mut().for_each(|(_, value)| shuffle(value, random));
        }
        Tree::Array(items) => items.iter_mut().for_each(|item| shuffle(item, random)),
        _ => {}
    }
}

fn compare(paths: &Paths, bytes: &[u8], plain: &mut Raws, learning: &mut Raws) {
    let (expected, found) = (extract(paths, bytes, plain), extract(paths, bytes, learning));
    assert_eq!(expected, found, "{}", String::from_utf8_lossy(bytes));
    let text = expected.unwrap_or_default();
    for slot in 0..paths.len() {
        let (expected, found) = (plain.get(slot), learning.get(slot));
        assert_eq!(expected, found, "slot {slot}: {}", String::from_utf8_lossy(bytes));
        if let Raw::Decoded { .. } = expected {
            assert_eq!(plain.found(slot, text), learning.found(slot, text));
        }
    }
}

#[test]
fn guesses_change_nothing() {
    let mut random = Random(41);
    let (mut plain, mut learning) = (Raws::new(), Raws::learning());
    let (mut guessed, mut refused) = (0, 0);
    for round in 0..80 {
        let count = if round % 10 == 0 { 300 } else { 1 + random.below(30) };
        let paths = Paths::new(&(0..count).map(|_| random_path(&mut random)).collect::<Vec<_>>());
        let sources: Vec<Tree> = (0..1 + random.below(3)).map(|_| object(&mut random, 5)).collect();
        let spelling = random.next();
        for _ in 0..60 {
            let mut event = sources[random.below(sources.len())].clone();
            vary(&mut event, &mut random);
            let mut text = String::new();
            // Escapes and white space, where there are any, are often the same from event to event.
            let mut odd = Random(if random.once_in(4) { random.next() | 1 } else { spelling | 1 });
            write(&event, &mut text, &mut odd, round % 2 == 0);
            let mut bytes = text.into_bytes();
            if random.once_in(3) {
                damage(&mut bytes, &mut random);
            }
            compare(&paths, &bytes, &mut plain, &mut learning);
            refused += usize::from(extract(&paths, &bytes, &mut plain).is_err());
        }
        guessed += learning.counted().1;
    }
    assert!(guessed > 10_000 && refused > 500, "{guessed} {refused}");
}

#[test]
fn after_the_first_events_every_key_is_guessed() {
    let paths = paths(&["user.email", "items[0].price", "items.name", "total"]);
    let mut learning = Raws::learning();
    let event = |email: &str, total: u32| {
        format!(
            r#"{{"id": "a", "total": {total}, "user": {{"name": "b", "email": "{email}", "tags": ["x", "y"]}},
            "items": [{{"name": "c", "price": 1.5}}, {{"name": "d", "price": 2}}], "unread": {{"a": 1, "b": {{"c": []}}}},
            "a key that does not fit into one comparison": 1, "end": 0}}"#
        )
    };
    for _ in 0..4 {
        extract(&paths, event("first", 1).as_bytes(), &mut learning).unwrap();
    }
    let (missed, guessed) = learning.counted();
    for round in 0..100 {
        extract(&paths, event(&"mail".repeat(round), round as u32).as_bytes(), &mut learning).unwrap();
        assert_eq!((learning.get(3), learning.counted().0), (Raw::Int(round as i64), missed));
    }
    assert_eq!(learning.counted().1 - guessed, 100 * 17);
}

#[test]
fn what_was_learned_for_some_paths_serves_no_others() {
    let (first, second) = (paths(&["a", "b.c"]), paths(&["b.d", "a"]));
    let mut learning = Raws::learning();
    let event = br#"{"a": 1, "b": {"c": 2, "d": 3}}"#;
    for _ in 0..3 {
        extract(&first, event, &mut learning).unwrap();
        assert_eq!((learning.get(0), learning.get(1)), (Raw::Int(1), Raw::Int(2)));
        extract(&second, event, &mut learning).unwrap();
        assert_eq!((learning.get(0), learning.get(1)), (Raw::Int(3), Raw::Int(1)));
    }
}

/// Reads a stream of events and returns keys that were missed, keys that were guessed, and all keys.
fn count(events: impl Iterator<Item = Tree>) -> (u64, u64, u64) {
    let mut random = Random(3);
    let paths = Paths::new(&(0..20).map(|_| random_path(&mut random)).collect::<Vec<_>>());
    let mut learning = Raws::learning();
    let mut all = 0;
    for event in events {
        let mut text = String::new();
        write(&event, &mut text, &mut random, true);
        extract(&paths, text.as_bytes(), &mut learning).unwrap();
        all += keys(&event);
    }
    let (missed, guessed) = learning.counted();
    (missed, guessed, all)
}

fn wide_object(random: &mut Random, count: usize, name: impl Fn(&mut Random, usize) -> String) -> Tree {
    Tree::Object((0..count).map(|at| (name(random, at), Tree::Int(random.below(100_000) as i64))).collect())
}

/// A miss costs about two keys read by the grammar; what a hit saves is about a quarter of one. So the cost of guessing,
/// in keys, is twice the misses less a quarter of the hits.
#[test]
fn keys_in_hostile_order_cost_at_most_a_twentieth() {
    let names = |_: &mut Random, at: usize| format!("\u{fc}ber{at}th attribute");
    let fresh = |random: &mut Random, _| format!("key {} of many", random.next());
    let mut random = Random(5);
    let steady = wide_object(&mut Random(7), 100, names);
    let shuffled = |random: &mut Random| {
        let mut event = steady.clone();
        shuffle(&mut event, random);
        event
    };
    let nested = |random: &mut Random| {
        (0..25).fold(Tree::Int(1), |inner, _| Tree::Object(vec![(format!("key {} of many", random.next()), inner)]))
    };
    let streams: [(&str, Vec<Tree>); 6] = [
        ("shuffled", (0..4000).map(|_| shuffled(&mut random)).collect()),
        ("new keys", (0..4000).map(|_| wide_object(&mut random, 100, fresh)).collect()),
        (
            "steady now and then, to seem worth guessing",
            (0..4000).map(|at| if at % 3 == 0 { steady.clone() } else { shuffled(&mut random) }).collect(),
        ),
        (
            "steady for long, then shuffled for long",
            (0..4000).map(|at| if at / 200 % 2 == 0 { steady.clone() } else { shuffled(&mut random) }).collect(),
        ),
        (
            "new keys in objects deep within each other",
            (0..2000)
                .map(|_| {
                    let items = (0..4).map(|_| nested(&mut random)).collect();
                    Tree::Object(vec![(String::from("items"), Tree::Array(items))])
                })
                .collect(),
        ),
        (
            "new keys in many small objects",
            (0..1000)
                .map(|_| {
                    let items = (0..50).map(|_| wide_object(&mut random, 2, fresh)).collect();
                    Tree::Object(vec![(String::from("items"), Tree::Array(items))])
                })
                .collect(),
        ),
    ];
    for (what, events) in streams {
        let (missed, guessed, all) = count(events.into_iter());
        // What a session begins with, once.
        let credit = 500;
        assert!(missed > 100, "{what}: nothing was tried, {missed} of {all}");
        assert!(2 * missed <= all / 20 + guessed / 4 + credit, "{what}: {missed} missed, {guessed} guessed of {all}");
    }
}

#[test]
fn long_keys_that_begin_alike_are_told_apart_by_few_comparisons() {
    let mut random = Random(13);
    let paths = paths(&["x"]);
    let mut learning = Raws::learning();
    for _ in 0..200 {
        let alike = |random: &mut Random, _| format!("a key that begins as all others do {}", random.next());
        let mut text = String::new();
        write(&wide_object(&mut random, 60, alike), &mut text, &mut random, false);
        extract(&paths, text.as_bytes(), &mut learning).unwrap();
    }
    let (missed, compared) = (learning.counted().0, learning.compared());
    assert!(missed > 200 && compared < missed / 4, "{missed} missed, {compared} compared");
}

/// Guessing at them gains nothing, even where each guess is right.
#[test]
fn keys_of_one_byte_are_seldom_guessed() {
    let mut random = Random(11);
    let paths = paths(&["items[0].a", "x"]);
    let mut learning = Raws::learning();
    for _ in 0..2000 {
        let orders = [r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#];
        let items: Vec<_> = (0..50).map(|_| orders[random.below(2)]).collect();
        extract(&paths, format!(r#"{{"items":[{}],"x":1}}"#, items.join(",")).as_bytes(), &mut learning).unwrap();
    }
    let (missed, guessed) = learning.counted();
    assert!(guessed > 0 && missed + guessed < 2000 * 102 / 10, "{missed} missed, {guessed} guessed");
}

#[test]
fn a_session_recovers_from_keys_that_were_made_to_fill_it() {
    let mut random = Random(9);
    let paths = paths(&["user 7"]);
    let mut learning = Raws::learning();
    let mut read = |event: &Tree, random: &mut Random| {
        let mut text = String::new();
        write(event, &mut text, random, true);
        extract(&paths, text.as_bytes(), &mut learning).unwrap();
        learning.counted()
    };
    for _ in 0..3000 {
        let event = wide_object(&mut random, 100, |random, _| format!("key {} of many", random.next()));
        read(&event, &mut random);
    }
    let steady = wide_object(&mut random, 100, |_, at| format!("user {at}"));
    for _ in 0..2000 {
        read(&steady, &mut random);
    }
    let before = read(&steady, &mut random);
    let after = read(&steady, &mut random);
    assert!(after == (before.0, before.1 + 100), "{before:?} {after:?}");
}

#[test]
fn guessing_costs_little_stack() {
    on_small_stack(|| {
        let long = vec!["k"; 127].join(".");
        let all = paths(&["u", long.as_str(), "k[0][0]", "K.k"]);
        let (mut plain, mut learning) = (Raws::new(), Raws::learning());
        for _ in 0..3 {
            for key in ["u", "k", "unread"] {
                for (open, close) in [("[", "]"), ("{\"k\":", "}"), ("[{\"k\":", "}]")] {
                    for levels in [20, 60, 63, 126, 127, 128, 10_000] {
                        let event = format!("{{\"{key}\":{}1{}}}", open.repeat(levels), close.repeat(levels));
                        compare(&all, event.as_bytes(), &mut plain, &mut learning);
                    }
                }
            }
        }
    });
}
