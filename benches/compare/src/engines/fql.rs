//! `fql` itself: a session, as a service that decides event after event has one.

use super::infix;
use crate::engine::{Engine, Program};
use crate::rules::{Clause, Test};
use crate::work::Work;

pub struct Fql;

struct Rules {
    engine: fql::Engine,
    session: fql::Session,
    events: Vec<fql::Event>,
}

fn written(clause: &Clause) -> String {
    let test = |test: &Test| match test {
        Test::Above(path, limit) => format!("@\"{path}\" > {}", limit.text()),
        Test::AtLeast(path, limit) => format!("@\"{path}\" >= {}", limit.text()),
        Test::Below(path, limit) => format!("@\"{path}\" < {}", limit.text()),
        Test::True(path) => format!("@\"{path}\""),
        Test::False(path) => format!("!@\"{path}\""),
        Test::Is(path, text) => format!("@\"{path}\" == \"{text}\""),
        Test::IsNot(path, text) => format!("@\"{path}\" != \"{text}\""),
        Test::OneOf(path, texts) => format!("In(@\"{path}\", \"{}\")", texts.join(", ")),
        Test::Starts(path, text) => format!("@\"{path}\".StartsWith(\"{text}\")"),
        Test::Ends(path, text) => format!("@\"{path}\".EndsWith(\"{text}\")"),
        Test::Contains(path, text) => format!("@\"{path}\".Contains(\"{text}\")"),
        Test::Differ(one, other) => format!("@\"{one}\" != @\"{other}\""),
        Test::Product(one, other, limit) => format!("@\"{one}\" * @\"{other}\" > {limit:?}"),
        Test::Limit(flag, set, unset, amount) => format!("(@\"{flag}\" ? {set:?} : {unset:?}) < @\"{amount}\""),
    };
    format!("RETURN Review() WHEN {}\n", infix(clause, " && ", " || ", test))
}

impl Engine for Fql {
    fn name(&self) -> &'static str {
        "fql"
    }

    fn package(&self) -> Option<&'static str> {
        Some("fql")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        Some(vec![work.clauses.iter().map(written).collect()])
    }

    fn compile(&self, _: &Work, rules: &[String]) -> Box<dyn Program> {
        let limits = fql::Limits { source_bytes: 64 << 20, ..fql::Limits::default() };
        let engine = fql::Engine::builder().limits(limits).rules("compare", &rules[0]).build();
        let engine = engine.unwrap_or_else(|error| panic!("{error}"));
        let session = engine.session(None).expect("one assessment");
        Box::new(Rules { engine, session, events: Vec::new() })
    }
}

fn clause(decision: Result<fql::Decision, fql::EvaluationError>) -> usize {
    decision.expect("decides").clause_number().map_or(0, |number| number + 1)
}

impl Program for Rules {
    fn bind(&mut self, event: &str) {
        self.events.push(self.engine.prepare(event).expect("an event"));
    }

    fn decide(&mut self, event: usize) -> usize {
        clause(self.session.decide(&self.events[event]))
    }

    fn decide_text(&mut self, event: &str) -> usize {
        clause(self.session.decide(event))
    }
}
