//! The same decisions written by hand over a struct of just the attributes that they need: what a machine needs at least.

#[path = "../../../work/native/event.rs"]
mod event;

use crate::engine::{Engine, Program};
use crate::rules::Test;
use crate::work::{Kind, Policy, Work};
use event::Event;
use serde::Deserialize;
use std::collections::HashMap;

/// How it goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Clause after clause; serde_json reads the struct.
    Struct,
    /// sonic-rs reads the struct.
    Sonic,
    /// Countries in a hash table.
    Hash,
}

pub struct ByHand(pub Way);

fn is_in(text: &str, texts: &[String]) -> bool {
    texts.iter().any(|one| one == text)
}

fn policy(p: &Policy, e: &Event<'_>) -> usize {
    let [first, second, third, ..] = e.product_list.as_slice() else { return 0 };
    let [card, other, ..] = e.payment_instrument_list.as_slice() else { return 0 };
    let user = &e.user;
    match () {
        () if e.bot_score > p.bot => 1,
        () if e.risk_score > p.risk => 2,
        () if is_in(&user.country_region, &p.countries) => 3,
        () if user.email.ends_with(&*p.mail) => 4,
        () if e.device.ip_address.starts_with(&*p.net) => 5,
        () if e.shipping_address.street1.contains(&*p.street) => 6,
        () if !user.is_email_validated && e.total_amount > p.unvalidated => 7,
        () if is_in(&card.card_bin, &p.bins) => 8,
        () if first.purchase_price * first.quantity as f64 > p.basket => 9,
        () if (if user.is_membership_active { p.limits.0 } else { p.limits.1 }) < e.total_amount => 10,
        () if e.shipping_address.country_region != user.country_region && e.risk_score > p.risk_abroad => 11,
        () if other.kind == p.payment && other.purchase_amount > p.gift => 12,
        () if e.device.is_proxy && e.risk_score > p.risk_proxy => 13,
        () if e.custom.velocity.cards_last_24h >= p.cards => 14,
        () if third.product_name.contains(&*p.product) && !user.is_phone_number_validated => 15,
        () if user.username.starts_with(&*p.affixes.0) || user.username.ends_with(&*p.affixes.1) => 16,
        () if e.currency == p.currency && e.total_amount >= p.currency_amount => 17,
        () if e.custom.previous_orders < p.orders && e.total_amount > p.orders_amount => 18,
        () if is_in(&second.market, &p.markets) && card.avs_result == p.avs => 19,
        () if e.risk_score < p.risk_good && user.is_email_validated => 20,
        () => 0,
    }
}

/// The 32 attributes of [`Kind::Fields`], by number.
struct Fields {
    numbers: [i64; 16],
    texts: [String; 16],
}

impl Fields {
    fn read(event: &str) -> Fields {
        #[derive(Deserialize)]
        struct Outer {
            custom: HashMap<String, serde_json::Value>,
        }
        let read: Outer = serde_json::from_str(event).expect("an event");
        let at = |key: String| &read.custom[&key];
        Fields {
            numbers: std::array::from_fn(|number| at(format!("n{number}")).as_i64().expect("a number")),
            texts: std::array::from_fn(|number| at(format!("s{number}")).as_str().expect("a text").to_string()),
        }
    }
}

/// The decision as code with its constants.
enum Code {
    One(i64, String, String),
    Policy(Box<Policy>),
    Table(Vec<(String, f64)>),
    Hash(HashMap<String, Vec<(f64, usize)>>),
    Fields(Vec<(usize, i64, usize, String, usize, i64)>),
}

struct Rules {
    way: Way,
    code: Code,
    events: Vec<Event<'static>>,
    fields: Vec<Fields>,
}

fn number(path: &str) -> usize {
    path.trim_start_matches("custom.").get(1..).and_then(|number| number.parse().ok()).expect("a field's number")
}

impl Engine for ByHand {
    fn name(&self) -> &'static str {
        match self.0 {
            Way::Struct => "Rust, serde struct",
            Way::Sonic => "Rust, sonic-rs struct",
            Way::Hash => "Rust, hash table",
        }
    }

    fn package(&self) -> Option<&'static str> {
        match self.0 {
            Way::Struct => Some("serde_json"),
            Way::Sonic => Some("sonic-rs"),
            Way::Hash => None,
        }
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        match (self.0, work.kind) {
            (Way::Sonic, Kind::Policy) | (Way::Hash, Kind::Table(_)) | (Way::Struct, _) => Some(Vec::new()),
            _ => None,
        }
    }

    fn compile(&self, work: &Work, _: &[String]) -> Box<dyn Program> {
        let row = |tests: &[Test]| match tests {
            [Test::Is(_, country), Test::Above(_, amount)] => (country.clone(), amount.value()),
            other => panic!("{other:?}"),
        };
        let rows = || work.clauses.iter().map(|clause| row(&clause.tests));
        let code = match work.kind {
            Kind::One => match work.clauses[0].tests.as_slice() {
                [Test::Above(_, risk), Test::Ends(_, mail), Test::IsNot(_, country)] => {
                    Code::One(risk.value() as i64, mail.clone(), country.clone())
                }
                other => panic!("{other:?}"),
            },
            Kind::Policy => Code::Policy(Box::new(work.policy.clone())),
            Kind::Table(_) if self.0 == Way::Hash => {
                let mut table: HashMap<String, Vec<(f64, usize)>> = HashMap::new();
                for (at, (country, amount)) in rows().enumerate() {
                    table.entry(country).or_default().push((amount, at + 1));
                }
                Code::Hash(table)
            }
            Kind::Table(_) => Code::Table(rows().collect()),
            Kind::Fields(_) => {
                let row = |tests: &[Test]| match tests {
                    [Test::Above(a, low), Test::Is(s, text), Test::Above(b, high)] => {
                        (number(a), low.value() as i64, number(s), text.clone(), number(b), high.value() as i64)
                    }
                    other => panic!("{other:?}"),
                };
                Code::Fields(work.clauses.iter().map(|clause| row(&clause.tests)).collect())
            }
        };
        Box::new(Rules { way: self.0, code, events: Vec::new(), fields: Vec::new() })
    }
}

fn decide(code: &Code, event: &Event<'_>) -> usize {
    let (country, amount) = (&*event.user.country_region, event.total_amount);
    match code {
        Code::One(risk, mail, other) => {
            (event.risk_score > *risk && event.user.email.ends_with(mail.as_str()) && country != other) as usize
        }
        Code::Policy(constants) => policy(constants, event),
        Code::Table(rows) => {
            rows.iter().position(|(wanted, above)| wanted == country && amount > *above).map_or(0, |at| at + 1)
        }
        Code::Hash(table) => {
            let rows = table.get(country).map_or(&[][..], Vec::as_slice);
            rows.iter().find(|(above, _)| amount > *above).map_or(0, |(_, at)| *at)
        }
        Code::Fields(_) => 0,
    }
}

fn decide_fields(code: &Code, fields: &Fields) -> usize {
    let Code::Fields(rows) = code else { return 0 };
    let fires = |(a, low, s, text, b, high): &(usize, i64, usize, String, usize, i64)| {
        fields.numbers[*a] > *low && fields.texts[*s] == *text && fields.numbers[*b] > *high
    };
    rows.iter().position(fires).map_or(0, |at| at + 1)
}

impl Program for Rules {
    fn bind(&mut self, event: &str) {
        match self.code {
            Code::Fields(_) => self.fields.push(Fields::read(event)),
            // A bound event borrows from its text, which has to stay.
            _ => self.events.push(serde_json::from_str(String::leak(event.to_string())).expect("an event")),
        }
    }

    fn decide(&mut self, event: usize) -> usize {
        match self.code {
            Code::Fields(_) => decide_fields(&self.code, &self.fields[event]),
            _ => decide(&self.code, &self.events[event]),
        }
    }

    fn decide_text(&mut self, event: &str) -> usize {
        match (&self.code, self.way) {
            (Code::Fields(_), _) => decide_fields(&self.code, &Fields::read(event)),
            (_, Way::Sonic) => decide(&self.code, &sonic_rs::from_str(event).expect("an event")),
            _ => decide(&self.code, &serde_json::from_str(event).expect("an event")),
        }
    }

    fn binds(&self) -> bool {
        self.way != Way::Sonic
    }
}
