//! The work that is timed: rules, events, and the clause that each event has to reach.
//!
//! `native` decides the same by hand. Every pair of rules and event is decided by both and compared with the expected clause
//! before anything is timed.

#![allow(dead_code, reason = "each benchmark uses a part of it")]

pub(crate) mod crowd;
pub(crate) mod native;
pub(crate) mod shape;

use fql::{Engine, Limits};
use serde_json::{Value, json};

/// The number of the clause that decides, from 1; 0 if none does.
pub(crate) type Clause = usize;

/// Three conditions on one clause.
pub(crate) const TINY: &str = r#"
    RETURN Review()
    WHEN @"riskScore" > 500 && @"user.email".EndsWith("@mail.example.com") && @"user.countryRegion" != "US"
"#;

/// Twenty clauses.
pub(crate) const TYPICAL: &str = include_str!("typical.fql");

/// An event of 3 KB.
pub(crate) const EVENT: &str = include_str!("../../examples/checkout.json");

/// So many clauses of two conditions each.
pub(crate) fn many(count: usize) -> String {
    let clause = |number| {
        format!("RETURN Review() WHEN @\"user.countryRegion\" == \"C{number}\" && @\"totalAmount\" > {number}\n")
    };
    (0..count).map(clause).collect()
}

/// At least so many bytes of rules: the shop's, again and again under other names.
pub(crate) fn long(bytes: usize) -> String {
    let rules = include_str!("../../examples/checkout.fql");
    let mut text = String::new();
    for copy in 0.. {
        if text.len() + rules.len() + 512 > bytes {
            break;
        }
        text.push_str(&rules.replace("RULE \"", &format!("RULE \"{copy} ")));
    }
    text
}

/// The files of an environment: 1,000 rules of five kinds in 200 files, lists of 10,000 and of 200 rows, three functions.
pub(crate) fn folder() -> Vec<(String, String)> {
    let bins: String = (0..10_000).map(|row| format!("{},reason {row}\n", 400_000 + row)).collect();
    let countries: String = (0..200).map(|row| format!("C{row},{row}\n")).collect();
    let functions = "FUNCTION Customer(_created: DateTime, _now: DateTime)\nOUTPUT age: Integer = 0\n  RETURN (_now - _created).Days\n\
        FUNCTION Basket(_amount: Double, _tax: Double)\nOUTPUT total: Double\n  RETURN _amount + _tax\nOUTPUT size: String\n  \
        LET $sum = _amount + _tax\n  RETURN $sum > 100 ? \"large\" : \"small\"\n";
    let mut files = vec![
        ("lists/bins.csv".to_string(), format!("bin,reason\n{bins}")),
        ("lists/countries.csv".to_string(), format!("country,above\n{countries}")),
        ("functions/all.fql".to_string(), functions.to_string()),
    ];
    for file in 0..200 {
        let rules: String = (file * 5..file * 5 + 5).map(rule).collect();
        files.push((format!("purchase/rules/{file:03}-some.fql"), rules));
    }
    files
}

fn rule(number: usize) -> String {
    let test = match number % 5 {
        0 => format!(r#"ContainsKey("bins", "bin", @"card.bin") && @"totalAmount" > {number}"#),
        1 => format!(r#"Functions.Customer(@"user.created", @"now").age < {number} && @"user.country" == "C{number}""#),
        2 => format!(
            r#"Functions.Basket(@"totalAmount", @"tax").total > {number} && @"user.email".EndsWith("{number}.example")"#
        ),
        3 => format!(
            r#"Lookup("countries", "country", @"user.country", "above", "0").ToDouble() > 50 && @"score" > {number}"#
        ),
        _ => {
            format!(r#"@"user.name".Contains("x{number}") && Functions.Basket(@"totalAmount", @"tax").size == "large""#)
        }
    };
    format!(
        "RULE \"rule {number}\"\nCONDITION\n  LET $amount = @\"totalAmount\".ToDouble()\n  WHEN @\"channel\" == \"web{}\"\n\
         CLAUSE \"decide\"\n  RETURN Review(\"rule {number} at \" + $amount) WHEN {test}\n\
         CLAUSE \"watch\"\n  OBSERVE Output(amount = $amount) WHEN $amount > {number}0\n",
        number % 7
    )
}

/// An engine for rules of any length.
pub(crate) fn engine(rules: &str) -> Engine {
    let limits = Limits { source_bytes: 64 << 20, ..Limits::default() };
    Engine::builder().limits(limits).rules("bench", rules).build().unwrap_or_else(|error| panic!("{error}"))
}

/// The event with some of its values replaced, each given by its JSON pointer.
fn event(changes: &[(&str, Value)]) -> String {
    let mut event: Value = serde_json::from_str(EVENT).expect("the event is JSON");
    for (pointer, value) in changes {
        *event.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value.clone();
    }
    event.to_string()
}

/// Events for [`TINY`]; the first is the one that is timed.
pub(crate) fn tiny() -> Vec<(Clause, String)> {
    vec![
        (1, event(&[])),
        (0, event(&[("/riskScore", json!(500))])),
        (0, event(&[("/user/email", json!("a@mail.example.org"))])),
        (0, event(&[("/user/countryRegion", json!("US"))])),
    ]
}

/// Events for [`TYPICAL`], at least one for each clause; the first is the one that is timed.
pub(crate) fn typical() -> Vec<(Clause, String)> {
    let one = |clause, pointer, value: Value| (clause, event(&[(pointer, value)]));
    vec![
        (20, event(&[])),
        one(1, "/botScore", json!(950)),
        one(2, "/riskScore", json!(960)),
        one(3, "/user/countryRegion", json!("SY")),
        one(4, "/user/email", json!("a@throwaway.example")),
        one(5, "/device/ipAddress", json!("198.51.100.4")),
        one(6, "/shippingAddress/street1", json!("c/o PO Box 991")),
        one(7, "/user/isEmailValidated", json!(false)),
        one(8, "/paymentInstrumentList/0/cardBin", json!("999907")),
        one(9, "/productList/0/quantity", json!(40)),
        one(10, "/user/isMembershipActive", json!(false)),
        one(11, "/riskScore", json!(850)),
        one(12, "/paymentInstrumentList/1/purchaseAmount", json!(950.5)),
        (13, event(&[("/device/isProxy", json!(true)), ("/riskScore", json!(700))])),
        one(14, "/custom/velocity/cardsLast24h", json!(7)),
        one(15, "/productList/2/productName", json!("Gift card, fifty")),
        one(16, "/user/username", json!("test_abc")),
        one(16, "/user/username", json!("abc_bot")),
        one(17, "/currency", json!("XBT")),
        one(18, "/custom/previousOrders", json!(1)),
        one(19, "/paymentInstrumentList/0/avsResult", json!("N")),
        (0, event(&[("/riskScore", json!(810)), ("/shippingAddress/countryRegion", json!("NL"))])),
    ]
}

/// Events for [`many`] clauses; the first reaches the last clause only and is the one that is timed.
pub(crate) fn thousand(count: usize) -> Vec<(Clause, String)> {
    let with = |number: usize, amount: f64| {
        event(&[("/user/countryRegion", json!(format!("C{number}"))), ("/totalAmount", json!(amount))])
    };
    vec![
        (count, with(count - 1, count as f64 + 0.5)),
        (0, with(count - 1, count as f64 - 1.5)),
        (1, with(0, 0.5)),
        (count / 2 + 1, with(count / 2, count as f64 / 2.0 + 0.5)),
        (0, with(count, 1e9)),
    ]
}
