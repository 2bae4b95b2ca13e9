//! What is fuzzed, and what is held to be true of it. Each function takes any bytes and panics if something is not true.
//!
//! - [`extraction`]: an event's bytes are taken exactly if serde_json takes them, and what stands at each path is what a plain
//!   walk over serde_json's reading finds; with keys guessed or not.
//! - [`selection`]: of a response as much is built as is selected, and what is built is what stands in serde_json's reading.
//! - [`rules`]: parser, formatter and checker end on any text; what is formatted formats to itself.
//! - [`decide`]: rules that compile decide any event, by each way of deciding to the same decision.
//!
//! None takes more memory at once than 256 bytes for each byte of its input and 4 MiB ([`within_bounds`]).

use fql::event::{Paths, Raw, Raws, extract};
use fql::syntax::ast::{Path, PathStep};
use fql::value::Json;
use fql::value::json::{MAX_DEPTH, Selection, parse};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::fmt;

/// JSON as it is written: members in order, keys repeated or not.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(i64::try_from(value).map_or(Tree::Double(value as f64), Tree::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Double(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Tree::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Tree::Object(members))
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

/// A path as rules write it.
pub fn path(text: &str) -> Path {
    let mut steps = Vec::new();
    for part in text.split('.') {
        let mut parts = part.split('[');
        steps.push(PathStep::Name(parts.next().unwrap_or_default().to_owned()));
        steps.extend(parts.map(|index| PathStep::Index(index.trim_end_matches(']').parse().unwrap_or(0))));
    }
    Path { text: text.to_owned(), steps, bare: false }
}

/// What stands at a path, by the plainest reading of the rules: an exact key wins, of those the last; else the first spelling
/// that differs by case, of those the last; a name on an array looks in its element 0.
pub fn walk<'t>(tree: &'t Tree, steps: &[PathStep]) -> Option<&'t Tree> {
    let Some((step, rest)) = steps.split_first() else { return Some(tree) };
    match (step, tree) {
        (PathStep::Name(name), Tree::Object(members)) => {
            let last = |key: &str| members.iter().rev().find(|(other, _)| other == key).map(|(_, value)| value);
            let value = last(name).or_else(|| {
                let (spelling, _) = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
                last(spelling)
            });
            walk(value?, rest)
        }
        (PathStep::Name(_), Tree::Array(items)) => walk(items.first()?, steps),
        (PathStep::Index(index), Tree::Array(items)) => walk(items.get(*index)?, rest),
        _ => None,
    }
}

/// Whether two Doubles are the same but for how serde_json rounds the last places.
fn is_near(a: f64, b: f64) -> bool {
    a == b || a.to_bits().abs_diff(b.to_bits()) <= 2
}

fn is_same(raws: &Raws, slot: usize, text: &str, expected: Option<&Tree>) -> bool {
    match (raws.get(slot), expected) {
        (Raw::Missing, None) | (Raw::Null, Some(Tree::Null)) => true,
        (Raw::Bool(a), Some(Tree::Bool(b))) => a == *b,
        (Raw::Int(a), Some(Tree::Int(b))) => a == *b,
        // serde_json reads -0 as a Double.
        (Raw::Int(0), Some(Tree::Double(b))) => *b == 0.0,
        (Raw::Double(a), Some(Tree::Double(b))) => is_near(a, *b),
        (Raw::Text { start, len }, Some(Tree::Text(b))) => {
            text.get(start as usize..start as usize + len as usize) == Some(b)
        }
        (Raw::Decoded { .. }, Some(Tree::Text(b))) => {
            matches!(raws.peek(slot, text), fql::value::Json::String(a) if a == b)
        }
        (Raw::Container { start, len }, Some(tree @ (Tree::Array(_) | Tree::Object(_)))) => {
            let part = text.get(start as usize..start as usize + len as usize).unwrap_or_default();
            serde_json::from_str::<Tree>(part).is_ok_and(|found| found == *tree)
        }
        _ => false,
    }
}

/// How many containers stand within each other, and whether all are closed; strings are passed over.
fn nesting(bytes: &[u8]) -> u32 {
    let (mut depth, mut deepest, mut in_string, mut is_escaped) = (0_u32, 0, false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Paths that are looked for, some of them many at once.
pub const PATHS: [&[&str]; 4] = [
    &["a", "A", "b", "user.email", "user.a", "items[0].x", "items.x", "items[1]", "x.a.b", "ü", "User.eMail"],
    &["user", "items", "a[0][0]", "a.a.a", "b[2].user.items[0].email"],
    &[],
    &["USER.EMAIL", "totalAmount", "riskScore", "user.countryRegion", "productList[0].price", "productList[1].price"],
];

thread_local! {
    /// Keeps the order of keys from input to input.
    static READERS: RefCell<[(Paths, Raws, Raws); 4]> = RefCell::new(PATHS.map(|texts| {
        let paths: Vec<Path> = texts.iter().map(|text| path(text)).collect();
        (Paths::new(&paths), Raws::new(), Raws::learning())
    }));
}

/// An event's bytes: what is taken, and what stands at paths.
pub fn extraction(data: &[u8]) {
    // serde_json stops at 127 levels and cannot say what is behind: what is deeper is held against the other reader only.
    let is_comparable = nesting(data) < MAX_DEPTH;
    let tree = std::str::from_utf8(data).ok().and_then(|text| serde_json::from_str::<Tree>(text).ok());
    READERS.with_borrow_mut(|readers| {
        for ((paths, plain, learning), texts) in readers.iter_mut().zip(PATHS) {
            let outcome = extract(paths, data, plain);
            for _ in 0..2 {
                assert_eq!(outcome, extract(paths, data, learning), "with and without guesses");
                for slot in 0..paths.len() {
                    assert_eq!(plain.get(slot), learning.get(slot), "slot {slot} with and without guesses");
                }
            }
            if is_comparable {
                assert_eq!(outcome.is_ok(), matches!(tree, Some(Tree::Object(_))), "taken: {outcome:?} {tree:?}");
            }
            if let (Ok(text), Some(tree)) = (outcome, &tree) {
                for (slot, path) in texts.iter().enumerate() {
                    let expected = walk(tree, &self::path(path).steps);
                    assert!(is_same(plain, slot, text, expected), "{path}: {:?} {expected:?}", plain.get(slot));
                }
            }
        }
    });
    if let Ok(text) = std::str::from_utf8(data) {
        let arena = bumpalo::Bump::new();
        let parsed = parse(text, &arena);
        if is_comparable {
            assert_eq!(parsed.is_ok(), tree.is_some(), "parsed: {parsed:?}");
        }
        if let Ok(json) = parsed {
            let compact = json.to_string();
            let again = parse(&compact, &arena).map(|json| json.to_string());
            assert_eq!(again.as_ref(), Ok(&compact));
        }
    }
}

/// Paths behind each other with commas, of names and `*` for elements with points, and behind a zero byte a JSON text: what is
/// selected of it. Without a path nothing is; `$` is all of it.
pub fn selection(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0).map(std::str::from_utf8);
    let (Some(Ok(paths)), Some(Ok(text))) = (parts.next(), parts.next()) else { return };
    let paths: Vec<Vec<&str>> = match paths {
        "" => Vec::new(),
        some => some.split(',').map(|path| path.split('.').filter(|step| *step != "$").collect()).collect(),
    };
    let mut selection = Selection::default();
    for path in &paths {
        let node = path.iter().fold(Selection::ROOT, |node, step| match *step {
            "*" => selection.elements(node),
            name => selection.member(node, name),
        });
        selection.read(node);
    }
    let arena = bumpalo::Bump::new();
    let (whole, selected) = (parse(text, &arena), selection.parse(text, &arena));
    assert_eq!(whole.as_ref().err(), selected.as_ref().err(), "refused");
    let Ok(selected) = selected else { return };
    let Ok(tree) = serde_json::from_str::<Tree>(text) else {
        assert!(nesting(text.as_bytes()) >= MAX_DEPTH, "taken");
        return;
    };
    for path in &paths {
        assert!(stands(Some(&tree), Some(selected), path), "{path:?}: {selected}");
    }
}

/// Whether at that path of both readings the same stands.
fn stands(tree: Option<&Tree>, json: Option<Json<'_>>, path: &[&str]) -> bool {
    let Some((step, rest)) = path.split_first() else {
        return match (tree, json) {
            (Some(tree), Some(json)) => is_equal(tree, json),
            (tree, json) => tree.is_none() && json.is_none(),
        };
    };
    if *step != "*" {
        let member = match tree {
            Some(tree @ Tree::Object(_)) => walk(tree, &[PathStep::Name((*step).to_owned())]),
            _ => None,
        };
        return stands(member, json.and_then(|json| json.member(step)), rest);
    }
    let found = if let Some(Json::Array(array)) = json { array.items } else { &[] };
    let items: &[Tree] = if let Some(Tree::Array(items)) = tree { items } else { &[] };
    items.len() == found.len() && items.iter().zip(found).all(|(item, found)| stands(Some(item), Some(*found), rest))
}

/// Whether both are the same, all the way down.
fn is_equal(tree: &Tree, json: Json<'_>) -> bool {
    match (tree, json) {
        (Tree::Null, Json::Null) => true,
        (Tree::Bool(a), Json::Bool(b)) => *a == b,
        (Tree::Int(a), Json::Int(b)) => *a == b,
        // serde_json reads -0 as a Double.
        (Tree::Double(a), Json::Int(0)) => *a == 0.0,
        (Tree::Double(a), Json::Double(b)) => is_near(*a, b),
        (Tree::Text(a), Json::String(b)) => a == b,
        (Tree::Array(a), Json::Array(b)) => {
            a.len() == b.items.len() && a.iter().zip(b.items).all(|(a, b)| is_equal(a, *b))
        }
        (Tree::Object(a), Json::Object(b)) => {
            // Of a repeated key the last value counts, where the first stood.
            let mut members: Vec<(&str, &Tree)> = Vec::new();
            for (key, value) in a {
                match members.iter_mut().find(|(known, _)| known == key) {
                    Some(member) => member.1 = value,
                    None => members.push((key, value)),
                }
            }
            members.len() == b.members.len()
                && members.iter().zip(b.members).all(|((a, x), (b, y))| a == b && is_equal(x, *y))
        }
        _ => false,
    }
}

/// Runs a target, and holds what it takes against the bounds: 256 bytes of memory for each byte of input and 4 MiB, and, if it
/// is `timed`, 2 µs of this thread's time on a core for each byte and 5 ms.
pub fn within_bounds(timed: bool, target: impl Fn(&[u8]), data: &[u8]) {
    let before = timed.then(time).flatten();
    let used = allocation_counter::measure(|| target(data));
    let most = 256 * data.len() as u64 + (4 << 20);
    assert!(used.bytes_max <= most, "expected at most {most} bytes of memory, found {}", used.bytes_max);
    let Some(before) = before else { return };
    let most = 2_000 * data.len() as u64 + 5_000_000;
    let took = |before: u64| time().map_or(0, |after| after.saturating_sub(before));
    let mut least = took(before);
    // What else the machine did may have slowed it.
    for _ in 0..4 {
        if least <= most {
            return;
        }
        let before = time().unwrap_or(0);
        target(data);
        least = least.min(took(before));
    }
    assert!(least <= most, "expected at most {most} ns, found {least} for {} bytes", data.len());
}

/// Nanoseconds that this thread ran, if the system tells.
fn time() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok()
}

/// A text as rules: parsed, formatted, checked.
pub fn rules(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let limits = fql::Limits::default();
    let source = |text: &str| std::sync::Arc::new(fql::source::Source::new("rules.fql", text));
    if let Ok(formatted) = fql::format::format(&source(text), &limits, false) {
        let again = fql::format::format(&source(&formatted), &limits, false);
        assert_eq!(again.ok(), Some(formatted), "formatted again");
    }
    if let Err(error) = fql::Engine::builder().rules("rules", text).build() {
        assert!(!error.to_string().is_empty());
    }
}

/// Rules and behind a zero byte an event: checked, and decided in every way.
pub fn decide(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let (Some(rules), event) = (parts.next(), parts.next().unwrap_or(b"{}")) else { return };
    let Ok(rules) = std::str::from_utf8(rules) else { return };
    let limits = fql::Limits { steps: 20_000, evaluation_ms: 1_000, ..fql::Limits::default() };
    let Ok(engine) = fql::Engine::builder().limits(limits).rules("rules", rules).build() else { return };
    let Ok(mut session) = engine.session(None) else { return };
    let now = fql::DateTime::from_unix_nanos(1_770_000_000_000_000_000).unwrap_or(fql::DateTime::MIN);
    let request = || fql::Request::new(event).at(now).seed(7);
    let shown = |decision: Result<fql::Decision, fql::EvaluationError>| decision.map(|decision| decision.to_json());
    let expected = shown(engine.decide_blocking(request()));
    for _ in 0..3 {
        assert_eq!(expected, shown(session.decide(request())), "by a session");
    }
    match engine.prepare(event) {
        Ok(bound) => {
            let request = fql::Request::new(&bound).at(now).seed(7);
            assert_eq!(expected, shown(engine.decide_blocking(request)), "prepared");
        }
        Err(_) => assert!(expected.is_err()),
    }
}
