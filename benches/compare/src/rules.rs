//! Rules as data: every engine writes them in its own language, and [`decide`] says in the plainest way what they decide.

use serde_json::Value;

/// A number as the rules and the events write it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Int(i64),
    Double(f64),
}

impl Number {
    pub fn text(self) -> String {
        match self {
            Number::Int(value) => value.to_string(),
            Number::Double(value) => format!("{value:?}"),
        }
    }

    pub fn value(self) -> f64 {
        match self {
            Number::Int(value) => value as f64,
            Number::Double(value) => value,
        }
    }
}

/// One condition on an event. Paths are written as `user.email` and `productList[0].quantity`.
#[derive(Clone, Debug)]
pub enum Test {
    Above(String, Number),
    AtLeast(String, Number),
    Below(String, Number),
    True(String),
    False(String),
    Is(String, String),
    IsNot(String, String),
    OneOf(String, Vec<String>),
    Starts(String, String),
    Ends(String, String),
    Contains(String, String),
    /// Two texts of the event are not the same.
    Differ(String, String),
    /// A Double times an Int is above a constant.
    Product(String, String, f64),
    /// The first constant if the flag is set, else the second, is below an amount.
    Limit(String, f64, f64, String),
}

/// A clause fires if all of its tests hold, or any.
#[derive(Clone, Debug)]
pub struct Clause {
    pub tests: Vec<Test>,
    pub any: bool,
}

impl Clause {
    pub fn all(tests: Vec<Test>) -> Clause {
        Clause { tests, any: false }
    }

    pub fn any(tests: Vec<Test>) -> Clause {
        Clause { tests, any: true }
    }
}

/// The steps of a path.
pub fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[']).map(|step| step.trim_end_matches(']'))
}

pub fn pointer(path: &str) -> String {
    steps(path).map(|step| format!("/{step}")).collect()
}

/// The number of the first clause that fires, from 1; 0 if none does.
pub fn decide(clauses: &[Clause], event: &Value) -> usize {
    let fires = |clause: &Clause| match clause.any {
        true => clause.tests.iter().any(|test| holds(test, event)),
        false => clause.tests.iter().all(|test| holds(test, event)),
    };
    clauses.iter().position(fires).map_or(0, |at| at + 1)
}

fn holds(test: &Test, event: &Value) -> bool {
    let at = |path: &str| event.pointer(&pointer(path)).unwrap_or(&Value::Null);
    let number = |path: &str| at(path).as_f64().unwrap_or(0.0);
    let text = |path: &str| at(path).as_str().unwrap_or("");
    let flag = |path: &str| at(path).as_bool().unwrap_or(false);
    match test {
        Test::Above(path, limit) => number(path) > limit.value(),
        Test::AtLeast(path, limit) => number(path) >= limit.value(),
        Test::Below(path, limit) => number(path) < limit.value(),
        Test::True(path) => flag(path),
        Test::False(path) => !flag(path),
        Test::Is(path, wanted) => text(path) == wanted,
        Test::IsNot(path, other) => text(path) != other,
        Test::OneOf(path, texts) => texts.iter().any(|one| one == text(path)),
        Test::Starts(path, start) => text(path).starts_with(start.as_str()),
        Test::Ends(path, end) => text(path).ends_with(end.as_str()),
        Test::Contains(path, part) => text(path).contains(part.as_str()),
        Test::Differ(one, other) => text(one) != text(other),
        Test::Product(one, other, limit) => number(one) * number(other) > *limit,
        Test::Limit(path, set, unset, amount) => (if flag(path) { *set } else { *unset }) < number(amount),
    }
}

/// Changes an event so that a test holds.
pub fn satisfy(test: &Test, event: &mut Value) {
    let mut set = |path: &str, value: Value| {
        *event.pointer_mut(&pointer(path)).unwrap_or_else(|| panic!("no {path} in the event")) = value;
    };
    let beyond = |number: Number, by: i64| match number {
        Number::Int(value) => Value::from(value + by),
        Number::Double(value) => Value::from(value + by as f64 + 0.5),
    };
    match test {
        Test::Above(path, limit) => set(path, beyond(*limit, 1)),
        Test::AtLeast(path, limit) => set(path, beyond(*limit, 0)),
        Test::Below(path, limit) => set(path, beyond(*limit, -1)),
        Test::True(path) => set(path, true.into()),
        Test::False(path) => set(path, false.into()),
        Test::Is(path, text) => set(path, text.as_str().into()),
        Test::IsNot(path, text) => set(path, format!("{text}x").into()),
        Test::OneOf(path, texts) => set(path, texts[texts.len() - 1].as_str().into()),
        Test::Starts(path, text) => set(path, format!("{text}7").into()),
        Test::Ends(path, text) => set(path, format!("some{text}").into()),
        Test::Contains(path, text) => set(path, format!("c/o {text} 991").into()),
        Test::Differ(path, _) => set(path, "ZZ".into()),
        Test::Product(_, path, limit) => set(path, (*limit as i64).into()),
        Test::Limit(path, _, unset, amount) => {
            set(path, false.into());
            set(amount, (unset + 1.5).into());
        }
    }
}
