//! The work: rules with constants from a seed, the events that are timed, and others that every engine has to decide alike.
//!
//! Another seed makes other rules and events of the same kinds, so that nothing can be tuned for one of them.

use crate::chance::Chance;
use crate::rules::{Clause, Number, Test, decide, pointer, satisfy};
use serde_json::{Map, Value, json};

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One clause of three conditions.
    One,
    /// Twenty clauses of many kinds; the last one fires.
    Policy,
    /// So many clauses on a country and an amount; the last one fires.
    Table(usize),
    /// So many clauses of two numbers and a text out of 32 attributes, each condition true for 5 % of the events.
    Fields(usize),
}

/// How the events of a policy are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Only what rules read.
    Small,
    /// A checkout.
    Usual,
    /// A checkout with a history that no rule reads.
    Large,
    /// A checkout whose keys stand in another order in each event.
    Shuffled,
}

/// Rules and events.
pub struct Work {
    pub kind: Kind,
    pub clauses: Vec<Clause>,
    pub policy: Policy,
    /// Events to time, in turn, each with the clause that it reaches.
    pub timed: Vec<(usize, String)>,
    /// Events to check besides.
    pub checked: Vec<(usize, String)>,
}

/// The constants of the twenty clauses.
#[derive(Clone, Debug)]
pub struct Policy {
    pub bot: i64,
    pub risk: i64,
    pub countries: Vec<String>,
    pub mail: String,
    pub net: String,
    pub street: String,
    pub unvalidated: f64,
    pub bins: Vec<String>,
    pub basket: f64,
    pub limits: (f64, f64),
    pub risk_abroad: i64,
    pub payment: String,
    pub gift: f64,
    pub risk_proxy: i64,
    pub cards: i64,
    pub product: String,
    pub affixes: (String, String),
    pub currency: String,
    pub currency_amount: f64,
    pub orders: i64,
    pub orders_amount: f64,
    pub markets: Vec<String>,
    pub avs: String,
    pub risk_good: i64,
}

/// How many events are timed in turn.
const EVENTS: usize = 16;

const TEMPLATE: &str = include_str!("../../../examples/checkout.json");

impl Policy {
    pub fn new(chance: &mut Chance) -> Policy {
        Policy {
            bot: chance.within(850, 950),
            risk: chance.within(900, 980),
            countries: chance.codes(10, 3),
            mail: format!("@{}.example", chance.word(8)),
            net: format!("198.51.{}.", chance.within(100, 200)),
            street: format!("{} Box", chance.word(2).to_ascii_uppercase()),
            unvalidated: chance.amount(400, 600),
            bins: (0..7).map(|_| chance.within(100_000, 900_000).to_string()).collect(),
            basket: chance.amount(4_000, 6_000),
            limits: (chance.amount(5_000, 6_000), chance.amount(1_000, 2_000)),
            risk_abroad: chance.within(750, 850),
            payment: chance.word(8).to_ascii_uppercase(),
            gift: chance.amount(800, 950),
            risk_proxy: chance.within(550, 650),
            cards: chance.within(5, 9),
            product: format!("Gift {}", chance.word(4)),
            affixes: (format!("{}_", chance.word(4)), format!("_{}", chance.word(3))),
            currency: format!("X{}", chance.word(2).to_ascii_uppercase()),
            currency_amount: chance.amount(100, 200),
            orders: chance.within(2, 5),
            orders_amount: chance.amount(200, 290),
            markets: chance.codes(11, 2),
            avs: "N".to_string(),
            risk_good: chance.within(520, 545),
        }
    }

    fn clauses(&self) -> Vec<Clause> {
        use Number::{Double, Int};
        let path = |path: &str| path.to_string();
        let all = Clause::all;
        vec![
            all(vec![Test::Above(path("botScore"), Int(self.bot))]),
            all(vec![Test::Above(path("riskScore"), Int(self.risk))]),
            all(vec![Test::OneOf(path("user.countryRegion"), self.countries.clone())]),
            all(vec![Test::Ends(path("user.email"), self.mail.clone())]),
            all(vec![Test::Starts(path("device.ipAddress"), self.net.clone())]),
            all(vec![Test::Contains(path("shippingAddress.street1"), self.street.clone())]),
            all(vec![
                Test::False(path("user.isEmailValidated")),
                Test::Above(path("totalAmount"), Double(self.unvalidated)),
            ]),
            all(vec![Test::OneOf(path("paymentInstrumentList[0].cardBin"), self.bins.clone())]),
            all(vec![Test::Product(
                path("productList[0].purchasePrice"),
                path("productList[0].quantity"),
                self.basket,
            )]),
            all(vec![Test::Limit(path("user.isMembershipActive"), self.limits.0, self.limits.1, path("totalAmount"))]),
            all(vec![
                Test::Differ(path("shippingAddress.countryRegion"), path("user.countryRegion")),
                Test::Above(path("riskScore"), Int(self.risk_abroad)),
            ]),
            all(vec![
                Test::Is(path("paymentInstrumentList[1].type"), self.payment.clone()),
                Test::Above(path("paymentInstrumentList[1].purchaseAmount"), Double(self.gift)),
            ]),
            all(vec![Test::True(path("device.isProxy")), Test::Above(path("riskScore"), Int(self.risk_proxy))]),
            all(vec![Test::AtLeast(path("custom.velocity.cardsLast24h"), Int(self.cards))]),
            all(vec![
                Test::Contains(path("productList[2].productName"), self.product.clone()),
                Test::False(path("user.isPhoneNumberValidated")),
            ]),
            Clause::any(vec![
                Test::Starts(path("user.username"), self.affixes.0.clone()),
                Test::Ends(path("user.username"), self.affixes.1.clone()),
            ]),
            all(vec![
                Test::Is(path("currency"), self.currency.clone()),
                Test::AtLeast(path("totalAmount"), Double(self.currency_amount)),
            ]),
            all(vec![
                Test::Below(path("custom.previousOrders"), Int(self.orders)),
                Test::Above(path("totalAmount"), Double(self.orders_amount)),
            ]),
            all(vec![
                Test::OneOf(path("productList[1].market"), self.markets.clone()),
                Test::Is(path("paymentInstrumentList[0].avsResult"), self.avs.clone()),
            ]),
            all(vec![Test::Below(path("riskScore"), Int(self.risk_good)), Test::True(path("user.isEmailValidated"))]),
        ]
    }
}

impl Work {
    pub fn new(kind: Kind, size: Size, seed: u64) -> Work {
        let mut chance = Chance(seed);
        let policy = Policy::new(&mut chance);
        let clauses = match kind {
            Kind::One => vec![Clause::all(vec![
                Test::Above("riskScore".to_string(), Number::Int(chance.within(200, 290))),
                Test::Ends("user.email".to_string(), "@mail.example.com".to_string()),
                Test::IsNot("user.countryRegion".to_string(), "QQ".to_string()),
            ])],
            Kind::Policy => policy.clauses(),
            Kind::Table(count) => table(count, &mut chance),
            Kind::Fields(count) => fields(count, &mut chance),
        };
        let mut events = Events { chance, kind, size, clauses: &clauses };
        let timed: Vec<_> = (0..EVENTS).map(|_| events.reaching_the_last()).collect();
        let checked = events.variants();
        Work { kind, timed, checked, policy, clauses }
    }
}

fn table(count: usize, chance: &mut Chance) -> Vec<Clause> {
    let start = chance.word(2).to_ascii_uppercase();
    let step = chance.within(1, 4) as f64;
    let clause = |number: usize| {
        Clause::all(vec![
            Test::Is("user.countryRegion".to_string(), format!("{start}{number}")),
            Test::Above("totalAmount".to_string(), Number::Double(number as f64 * step)),
        ])
    };
    (0..count).map(clause).collect()
}

/// How many different texts an attribute may have: each is there in 5 % of the events.
const TEXTS: i64 = 20;

fn fields(count: usize, chance: &mut Chance) -> Vec<Clause> {
    let mut clause = || {
        let mut number = || format!("custom.n{}", chance.within(0, 16));
        let (one, other) = (number(), number());
        Clause::all(vec![
            Test::Above(one, Number::Int(chance.within(9_000, 10_000))),
            Test::Is(format!("custom.s{}", chance.within(0, 16)), format!("v{}", chance.within(0, TEXTS))),
            Test::Above(other, Number::Int(chance.within(9_000, 10_000))),
        ])
    };
    (0..count).map(|_| clause()).collect()
}

struct Events<'c> {
    chance: Chance,
    kind: Kind,
    size: Size,
    clauses: &'c [Clause],
}

impl Events<'_> {
    /// An event whose values no other one has.
    fn any(&mut self) -> Value {
        let mut event: Value = serde_json::from_str(TEMPLATE).expect("the template is JSON");
        let chance = &mut self.chance;
        let length = chance.within(4, 14);
        let changes = [
            ("eventId", json!(format!("{:032x}", u128::from(chance.next()) << 64 | u128::from(chance.next())))),
            ("riskScore", json!(chance.within(300, 520))),
            ("botScore", json!(chance.within(0, 300))),
            ("totalAmount", json!(chance.amount(300, 900))),
            ("user.username", json!(format!("{}.{}", chance.word(length), chance.word(5)))),
            ("user.email", json!(format!("{}@mail.example.com", chance.word(length)))),
            ("user.userId", json!(format!("u-{}", chance.within(1_000, 100_000)))),
            ("device.ipAddress", json!(format!("203.0.113.{}", chance.within(1, 255)))),
            ("shippingAddress.street1", json!(format!("{} {} Street", chance.within(1, 300), chance.word(length)))),
            ("productList[0].purchasePrice", json!(chance.amount(10, 300))),
            ("productList[1].market", json!("NL1")),
            ("paymentInstrumentList[0].cardBin", json!(chance.within(900_000, 999_999).to_string())),
            ("paymentInstrumentList[1].purchaseAmount", json!(chance.amount(10, 100))),
        ];
        for (path, value) in changes {
            *event.pointer_mut(&pointer(path)).expect("the template has it") = value;
        }
        if let Kind::Fields(_) = self.kind {
            let custom = event["custom"].as_object_mut().expect("an object");
            for number in 0..16 {
                custom.insert(format!("n{number}"), json!(chance.within(0, 10_000)));
                custom.insert(format!("s{number}"), json!(format!("v{}", chance.within(0, TEXTS))));
            }
        }
        event
    }

    /// An event that is timed: it gets as far as events can.
    fn reaching_the_last(&mut self) -> (usize, String) {
        let mut event = self.any();
        let wanted = match self.kind {
            Kind::Fields(_) => 0,
            _ => self.clauses.len(),
        };
        match self.kind {
            Kind::Table(count) => self.clauses[count - 1].tests.iter().for_each(|test| satisfy(test, &mut event)),
            Kind::Fields(_) => {
                while decide(self.clauses, &event) != wanted {
                    event = self.any();
                }
            }
            Kind::One | Kind::Policy => {}
        }
        assert_eq!(decide(self.clauses, &event), wanted, "{event}");
        (wanted, self.text(&event))
    }

    /// For some clauses an event that fires it, unless an earlier one does, and one that misses it by its last condition.
    fn variants(&mut self) -> Vec<(usize, String)> {
        let step = (self.clauses.len() / 20).max(1);
        let mut found = Vec::new();
        for clause in self.clauses.iter().step_by(step).chain(self.clauses.last()) {
            let mut event = self.any();
            for test in clause.tests.iter().take(if clause.any { 1 } else { usize::MAX }) {
                satisfy(test, &mut event);
            }
            found.push((decide(self.clauses, &event), self.text(&event)));
            if clause.tests.len() > 1 {
                let mut event = self.any();
                let some = clause.tests.iter().rev().take(clause.tests.len() - 1);
                some.for_each(|test| satisfy(test, &mut event));
                found.push((decide(self.clauses, &event), self.text(&event)));
            }
        }
        let reached: std::collections::BTreeSet<usize> = found.iter().map(|(clause, _)| *clause).collect();
        assert!(reached.len() >= self.clauses.len().min(10), "the variants reach only {reached:?}");
        found
    }

    fn text(&mut self, event: &Value) -> String {
        match self.size {
            Size::Usual => event.to_string(),
            Size::Small => {
                let mut small = Value::Object(Map::new());
                for path in self.clauses.iter().flat_map(|clause| &clause.tests).flat_map(paths) {
                    copy(event, &mut small, &crate::rules::steps(path).collect::<Vec<_>>());
                }
                small.to_string()
            }
            Size::Large => {
                let mut event = event.clone();
                let order = |chance: &mut Chance| {
                    json!({
                        "orderId": format!("order-{}", chance.within(100_000, 999_999)),
                        "at": format!("2025-{:02}-{:02}T11:24:05Z", chance.within(1, 13), chance.within(1, 29)),
                        "amount": chance.amount(5, 900),
                        "currency": "EUR",
                        "items": [{"sku": chance.word(9), "quantity": chance.within(1, 4), "price": chance.amount(1, 90)},
                            {"sku": chance.word(9), "quantity": 1, "price": chance.amount(1, 90), "isGift": false}],
                        "address": {"street": format!("{} \"{}\" Road", chance.within(1, 90), chance.word(7)),
                            "city": chance.word(9), "countryRegion": "NL"},
                    })
                };
                let history: Vec<Value> = (0..57).map(|_| order(&mut self.chance)).collect();
                event["history"] = Value::Array(history);
                event.to_string()
            }
            Size::Shuffled => {
                let mut text = String::new();
                shuffled(event, &mut self.chance, &mut text);
                text
            }
        }
    }
}

/// The paths that a test reads.
pub fn paths(test: &Test) -> Vec<&str> {
    match test {
        Test::Above(path, _) | Test::AtLeast(path, _) | Test::Below(path, _) => vec![path],
        Test::True(path) | Test::False(path) | Test::OneOf(path, _) => vec![path],
        Test::Is(path, _) | Test::IsNot(path, _) | Test::Starts(path, _) => vec![path],
        Test::Ends(path, _) | Test::Contains(path, _) => vec![path],
        Test::Differ(one, other) | Test::Product(one, other, _) | Test::Limit(one, _, _, other) => vec![one, other],
    }
}

/// Copies what stands at a path.
fn copy(from: &Value, to: &mut Value, steps: &[&str]) {
    let [step, rest @ ..] = steps else {
        *to = from.clone();
        return;
    };
    match from {
        Value::Array(items) => {
            if !to.is_array() {
                *to = Value::Array(Vec::new());
            }
            let (number, list): (usize, _) = (step.parse().expect("an index"), to.as_array_mut().expect("an array"));
            while list.len() <= number {
                list.push(Value::Object(Map::new()));
            }
            copy(&items[number], &mut list[number], rest);
        }
        _ => {
            if !to.is_object() {
                *to = Value::Object(Map::new());
            }
            let object = to.as_object_mut().expect("an object");
            copy(&from[*step], object.entry(*step).or_insert(Value::Null), rest);
        }
    }
}

/// Writes JSON with the keys of each object in an order of its own.
fn shuffled(value: &Value, chance: &mut Chance, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            for at in (1..members.len()).rev() {
                members.swap(at, chance.within(0, at as i64 + 1) as usize);
            }
            text.push('{');
            for (number, (key, value)) in members.into_iter().enumerate() {
                text.push_str(if number > 0 { "," } else { "" });
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                shuffled(value, chance, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (number, item) in items.iter().enumerate() {
                text.push_str(if number > 0 { "," } else { "" });
                shuffled(item, chance, text);
            }
            text.push(']');
        }
        leaf => text.push_str(&leaf.to_string()),
    }
}
