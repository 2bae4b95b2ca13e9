//! Events whose keys come in an order that was made to cost a session as much as it can.
//!
//! A session guesses keys by the events before. However wrong its guesses are, it may take 5 % more instructions than reading
//! each event by itself. What it spends once, at its beginning, is not counted.

use crate::work::shape::{self, Random};
use fql::event::{Raws, extract};
use std::hint::black_box;

/// The shapes of events.
pub(crate) const SHAPES: [&str; 8] = ["shuffled", "strings", "deep", "half", "turns", "small", "alike", "optional"];

/// Events that are read before counting begins, and all of them.
const BEFORE: usize = 300;
const EVENTS: usize = 900;

/// How many instructions reading by guesses may take of each hundred without.
pub(crate) const AT_MOST: u64 = 105;

/// Reads all events of a shape, as a session does or each by itself.
pub(crate) fn read(shape: &str, guessing: bool) {
    let paths = shape::paths();
    let mut raws = if guessing { Raws::learning() } else { Raws::new() };
    let mut random = Random(17);
    for number in 0..EVENTS {
        let text = event(shape, number, &mut random);
        if number < BEFORE {
            extract(&paths, text.as_bytes(), &mut raws).expect("the event is JSON");
        } else {
            crate::measured_read(&paths, &text, &mut raws);
        }
        black_box(&raws);
    }
}

fn event(shape: &str, number: usize, random: &mut Random) -> String {
    let steady: Vec<String> = (0..60).map(|at| format!("\"attribute{at}\":{at}")).collect();
    match shape {
        // Keys that are known, in no order.
        "shuffled" => format!("{{{}}}", shuffled(steady, random).join(",")),
        // New keys, and text that is read fast.
        "strings" => format!("{{{}}}", fresh(20, &format!("\"{}\"", "long text ".repeat(20)), random).join(",")),
        // New keys within each other.
        "deep" => {
            let items: Vec<String> = (0..4).map(|_| nested(random)).collect();
            format!("{{\"items\":[{}]}}", items.join(","))
        }
        // Keys that are guessed right where nobody reads them, and new keys within each other.
        "half" => format!("{{\"unread\":{{{},\"deep\":{}}}}}", steady.join(","), nested(random)),
        // Two orders in turn, and new keys.
        "turns" => {
            let order = shuffled(steady, &mut Random(1 + number as u64 % 2)).join(",");
            format!("{{\"unread\":{{{order}}},{}}}", fresh(10, "1", random).join(","))
        }
        // Small objects whose keys are guessed right, and small ones of new keys.
        "small" => {
            let new: Vec<String> = (0..30).map(|_| format!("{{{}}}", fresh(2, "1", random).join(","))).collect();
            let known = vec!["{\"attribute1\":1,\"attribute2\":true}"; 30];
            format!("{{\"known\":[{}],\"new\":[{}]}}", known.join(","), new.join(","))
        }
        // Long keys that differ at their end only.
        "alike" => {
            let key = |at| format!("\"a key that begins as all others do {}\":1", at + 50 * random.below(2));
            format!("{{\"unread\":{{{}}}}}", (0..50).map(key).collect::<Vec<_>>().join(","))
        }
        // Each key is there in half of the events.
        _ => {
            let some: Vec<String> = steady.into_iter().filter(|_| random.below(2) == 0).collect();
            format!("{{\"unread\":{{{}}}}}", some.join(","))
        }
    }
}

fn shuffled(mut members: Vec<String>, random: &mut Random) -> Vec<String> {
    (1..members.len()).rev().for_each(|at| members.swap(at, random.below(at + 1)));
    members
}

/// Members whose keys no event had before.
fn fresh(count: usize, value: &str, random: &mut Random) -> Vec<String> {
    (0..count).map(|_| format!("\"key{:x}\":{value}", random.below(1 << 40))).collect()
}

/// Objects of a new key each, within each other.
fn nested(random: &mut Random) -> String {
    (0..25).fold("1".to_string(), |inner, _| format!("{{{}}}", fresh(1, &inner, random).concat()))
}
