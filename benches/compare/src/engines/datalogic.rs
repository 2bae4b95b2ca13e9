//! datalogic-rs: JSONLogic, one chain of `if`.

use crate::engine::{Engine, Program};
use crate::rules::{Clause, Number, Test, steps};
use crate::work::Work;
use datalogic_rs::{Engine as Datalogic_, Logic, ParsedData, Session};
use serde_json::{Value, json};
use std::sync::OnceLock;

pub struct Datalogic;

struct Rules {
    logic: Logic,
    session: Session<'static>,
    events: Vec<ParsedData>,
}

fn engine() -> &'static Datalogic_ {
    static ENGINE: OnceLock<Datalogic_> = OnceLock::new();
    ENGINE.get_or_init(Datalogic_::new)
}

fn written(clause: &Clause) -> Value {
    let var = |path: &str| json!({"var": steps(path).collect::<Vec<_>>().join(".")});
    let number = |number: &Number| match number {
        Number::Int(value) => json!(value),
        Number::Double(value) => json!(value),
    };
    let test = |test: &Test| match test {
        Test::Above(path, limit) => json!({">": [var(path), number(limit)]}),
        Test::AtLeast(path, limit) => json!({">=": [var(path), number(limit)]}),
        Test::Below(path, limit) => json!({"<": [var(path), number(limit)]}),
        Test::True(path) => var(path),
        Test::False(path) => json!({"!": [var(path)]}),
        Test::Is(path, text) => json!({"==": [var(path), text]}),
        Test::IsNot(path, text) => json!({"!=": [var(path), text]}),
        Test::OneOf(path, texts) => json!({"in": [var(path), texts]}),
        Test::Starts(path, text) => json!({"starts_with": [var(path), text]}),
        Test::Ends(path, text) => json!({"ends_with": [var(path), text]}),
        Test::Contains(path, text) => json!({"in": [text, var(path)]}),
        Test::Differ(one, other) => json!({"!=": [var(one), var(other)]}),
        Test::Product(one, other, limit) => json!({">": [{"*": [var(one), var(other)]}, limit]}),
        Test::Limit(flag, set, unset, amount) => json!({"<": [{"if": [var(flag), set, unset]}, var(amount)]}),
    };
    let mut tests: Vec<Value> = clause.tests.iter().map(test).collect();
    match tests.len() {
        1 => tests.remove(0),
        _ if clause.any => json!({"or": tests}),
        _ => json!({"and": tests}),
    }
}

impl Engine for Datalogic {
    fn name(&self) -> &'static str {
        "datalogic-rs"
    }

    fn package(&self) -> Option<&'static str> {
        Some("datalogic-rs")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        let choices = work.clauses.iter().enumerate();
        let mut chain: Vec<Value> = choices.flat_map(|(number, one)| [written(one), json!(number + 1)]).collect();
        chain.push(json!(0));
        Some(vec![json!({"if": chain}).to_string()])
    }

    fn compile(&self, _: &Work, rules: &[String]) -> Box<dyn Program> {
        let logic = engine().compile(rules[0].as_str()).expect("compiles");
        Box::new(Rules { logic, session: engine().session(), events: Vec::new() })
    }
}

impl Program for Rules {
    fn bind(&mut self, event: &str) {
        self.events.push(ParsedData::from_json(event).expect("an event"));
    }

    fn decide(&mut self, event: usize) -> usize {
        self.session.reset();
        let decided = self.session.eval_borrowed(&self.logic, &self.events[event]).expect("decides");
        decided.as_i64().expect("a clause") as usize
    }

    fn decide_text(&mut self, event: &str) -> usize {
        self.session.reset();
        let decided = self.session.eval_borrowed(&self.logic, event).expect("decides");
        decided.as_i64().expect("a clause") as usize
    }
}
