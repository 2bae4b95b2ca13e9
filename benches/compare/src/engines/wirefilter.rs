//! wirefilter-engine: filters over flat, typed fields. It has integers only, so amounts are hundredths; what a policy of many
//! kinds needs it cannot say.

use crate::engine::{Engine, Program};
use crate::rules::{Clause, Test, pointer};
use crate::work::{Kind, Work};
use serde_json::Value;
use std::sync::OnceLock;
use wirefilter::{ExecutionContext, Filter, Scheme, Type};

pub struct Wirefilter;

struct Rules {
    filters: Vec<Filter<'static>>,
    events: Vec<ExecutionContext<'static>>,
}

/// All fields of all kinds of work that it takes part in.
fn fields() -> Vec<(String, Type)> {
    let numbers = ["riskScore", "totalAmount"].map(|name| (name.to_string(), Type::Int));
    let texts = ["user.email", "user.countryRegion"].map(|name| (name.to_string(), Type::Bytes));
    let more = (0..16).flat_map(|n| [(format!("custom.n{n}"), Type::Int), (format!("custom.s{n}"), Type::Bytes)]);
    numbers.into_iter().chain(texts).chain(more).collect()
}

fn scheme() -> &'static Scheme {
    static SCHEME: OnceLock<Scheme> = OnceLock::new();
    SCHEME.get_or_init(|| {
        let mut scheme = Scheme::default();
        for (name, kind) in fields() {
            scheme.add_field(name, kind).expect("a new field");
        }
        scheme
    })
}

fn written(clause: &Clause) -> Option<String> {
    let test = |test: &Test| match test {
        Test::Above(path, limit) if path == "totalAmount" => {
            Some(format!("{path} > {}", (limit.value() * 100.0) as i64))
        }
        Test::Above(path, limit) => Some(format!("{path} > {}", limit.text())),
        Test::Is(path, text) => Some(format!("{path} == \"{text}\"")),
        Test::IsNot(path, text) => Some(format!("{path} != \"{text}\"")),
        Test::Ends(path, text) => Some(format!("{path} matches \"{}$\"", text.replace('.', "\\."))),
        _ => None,
    };
    Some(clause.tests.iter().map(test).collect::<Option<Vec<_>>>()?.join(" && "))
}

impl Engine for Wirefilter {
    fn name(&self) -> &'static str {
        "wirefilter"
    }

    fn package(&self) -> Option<&'static str> {
        Some("wirefilter-engine")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        match work.kind {
            Kind::Policy => None,
            _ => work.clauses.iter().map(written).collect(),
        }
    }

    fn compile(&self, _: &Work, rules: &[String]) -> Box<dyn Program> {
        let filters = rules.iter().map(|text| scheme().parse(text).expect("parses").compile()).collect();
        Box::new(Rules { filters, events: Vec::new() })
    }
}

/// An event; its texts have to outlive it.
fn read(event: &'static Value) -> ExecutionContext<'static> {
    let mut context = ExecutionContext::new(scheme());
    for (name, kind) in fields() {
        let value = event.pointer(&pointer(&name));
        match kind {
            Type::Int => {
                let number = value.and_then(Value::as_f64).unwrap_or(0.0);
                let number = if name == "totalAmount" { (number * 100.0).round() } else { number };
                context.set_field_value(&name, number as i32).expect("a field");
            }
            _ => {
                let text = value.and_then(Value::as_str).unwrap_or("");
                context.set_field_value(&name, text).expect("a field");
            }
        }
    }
    context
}

fn run(filters: &[Filter<'static>], event: &ExecutionContext<'static>) -> usize {
    filters.iter().position(|filter| filter.execute(event).expect("decides")).map_or(0, |at| at + 1)
}

impl Program for Rules {
    fn bind(&mut self, event: &str) {
        let value = Box::leak(Box::new(serde_json::from_str(event).expect("an event")));
        self.events.push(read(value));
    }

    fn decide(&mut self, event: usize) -> usize {
        run(&self.filters, &self.events[event])
    }

    fn decide_text(&mut self, event: &str) -> usize {
        // It reads no JSON itself and is timed on bound events only.
        let value = Box::leak(Box::new(serde_json::from_str(event).expect("an event")));
        run(&self.filters, &read(value))
    }
}
