//! Events of several shapes, all with the attributes that `typical` reads: varied values, keys in no order, white space, large,
//! small.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark that cannot run has failed")]

use super::EVENT;
use fql::event::Paths;
use fql::syntax::ast::{Path, PathStep};
use serde_json::{Map, Value, json};

/// The attributes that the rules `typical` read.
const PATHS: [&str; 24] = [
    "totalAmount",
    "currency",
    "riskScore",
    "botScore",
    "user.username",
    "user.email",
    "user.countryRegion",
    "user.isEmailValidated",
    "user.isPhoneNumberValidated",
    "user.isMembershipActive",
    "device.ipAddress",
    "device.isProxy",
    "shippingAddress.street1",
    "shippingAddress.countryRegion",
    "productList[0].purchasePrice",
    "productList[0].quantity",
    "productList[1].market",
    "productList[2].productName",
    "paymentInstrumentList[0].cardBin",
    "paymentInstrumentList[0].avsResult",
    "paymentInstrumentList[1].type",
    "paymentInstrumentList[1].purchaseAmount",
    "custom.previousOrders",
    "custom.velocity.cardsLast24h",
];

/// Those attributes, to be read.
pub(crate) fn paths() -> Paths {
    let path = |text: &&str| {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let mut parts = part.split('[');
            steps.push(PathStep::Name(parts.next().unwrap_or_default().to_owned()));
            steps.extend(parts.map(|index| PathStep::Index(index.trim_end_matches(']').parse().expect("an index"))));
        }
        Path { text: (*text).to_owned(), steps, bare: false }
    };
    Paths::new(&PATHS.iter().map(path).collect::<Vec<_>>())
}

/// A small generator of random numbers, the same on every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

fn event() -> Value {
    serde_json::from_str(EVENT).expect("the event is JSON")
}

/// Other texts and numbers of other lengths.
fn vary(value: &mut Value, random: &mut Random) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|value| vary(value, random)),
        Value::Array(items) => items.iter_mut().for_each(|item| vary(item, random)),
        Value::String(text) if text.is_ascii() => {
            let kept = text.len() - random.below(text.len() / 2 + 1);
            text.truncate(kept);
            text.push_str(&"more of it "[..random.below(11)]);
        }
        Value::Number(number) => {
            let digits = 10_usize.pow(1 + random.below(5) as u32);
            *value =
                if number.is_f64() { json!(random.below(digits) as f64 / 100.0) } else { json!(random.below(digits)) };
        }
        Value::Bool(truth) => *truth = random.below(2) == 0,
        _ => {}
    }
}

/// The text of an event, the keys of each object in the order that `order` gives them.
fn write(value: &Value, order: &mut impl FnMut(&mut Vec<&String>), out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            order(&mut keys);
            out.push('{');
            for (at, key) in keys.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                out.push_str(&format!("{}:", Value::String(key.clone())));
                write(&members[key], order, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write(item, order, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// Events of one source: keys in one order, some now and then absent.
pub(crate) fn varied(count: usize) -> Vec<String> {
    let mut random = Random(7);
    let one = |_| {
        let mut event = event();
        vary(&mut event, &mut random);
        for (object, key) in [("/shippingAddress", "street2"), ("/user", "displayName"), ("", "salesTax")] {
            if random.below(4) == 0 {
                let members = event.pointer_mut(object).and_then(Value::as_object_mut);
                members.map(|members: &mut Map<String, Value>| members.remove(key));
            }
        }
        event.to_string()
    };
    (0..count).map(one).collect()
}

/// Events whose keys come in another order each time.
pub(crate) fn shuffled(count: usize) -> Vec<String> {
    let mut random = Random(11);
    let one = |_| {
        let mut event = event();
        vary(&mut event, &mut random);
        let mut out = String::new();
        let mut shuffle =
            |keys: &mut Vec<&String>| (1..keys.len()).rev().for_each(|at| keys.swap(at, random.below(at + 1)));
        write(&event, &mut shuffle, &mut out);
        out
    };
    (0..count).map(one).collect()
}

/// An event as people read it.
pub(crate) fn indented() -> String {
    serde_json::to_string_pretty(&event()).expect("the event is JSON")
}

/// An event of 20 KB: most of it products that no rule reads.
pub(crate) fn large() -> String {
    let mut event = event();
    let products = event["productList"].as_array_mut().expect("products");
    for number in 0..57 {
        let mut product = products[number % 3].clone();
        product["description"] = json!("A long text about this product, its shipping and its returns. ".repeat(3));
        products.push(product);
    }
    event.to_string()
}

/// An event of half a KB: little more than rules read.
pub(crate) fn small() -> String {
    let mut event = event();
    let keep = |object: &mut Value, keys: &[&str]| {
        object.as_object_mut().expect("an object").retain(|key, _| keys.contains(&key.as_str()));
    };
    let top =
        ["totalAmount", "currency", "riskScore", "botScore", "user", "productList", "paymentInstrumentList", "custom"];
    keep(&mut event, &top);
    keep(&mut event["user"], &["email", "countryRegion", "isEmailValidated"]);
    keep(&mut event["custom"], &["velocity"]);
    for product in event["productList"].as_array_mut().expect("products") {
        keep(product, &["purchasePrice", "quantity"]);
    }
    for payment in event["paymentInstrumentList"].as_array_mut().expect("payments") {
        keep(payment, &["type", "cardBin"]);
    }
    event.to_string()
}
