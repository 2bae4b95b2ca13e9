//! `fql` itself: a session, as a service that decides event after event has one.

use super::infix::Infix;
use crate::engine::{Engine, Program};
use crate::rules::Clause;
use crate::work::Work;

pub struct Fql;

struct Rules {
    engine: fql::Engine,
    session: fql::Session,
    events: Vec<fql::Event>,
}

const WORDS: Infix = Infix {
    path: |path| format!("@\"{path}\""),
    and: " && ",
    or: " || ",
    not: "!",
    one_of: |path, texts| format!("In({path}, \"{}\")", texts.join(", ")),
    text: |path, part, text| format!("{path}.{}(\"{text}\")", part.word(["StartsWith", "EndsWith", "Contains"])),
    double: str::to_string,
    choice: |flag, set, unset| format!("({flag} ? {set:?} : {unset:?})"),
};

impl Engine for Fql {
    fn name(&self) -> &'static str {
        "fql"
    }

    fn package(&self) -> Option<&'static str> {
        Some("fql")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        let rule = |clause: &Clause| format!("RETURN Review() WHEN {}\n", WORDS.condition(clause));
        Some(vec![work.clauses.iter().map(rule).collect()])
    }

    fn compile(&self, _: &Work, rules: &[String]) -> Box<dyn Program> {
        let limits = fql::Limits { source_bytes: 64 << 20, ..fql::Limits::default() };
        let engine = fql::Engine::builder().limits(limits).rules("compare", &rules[0]).build();
        let engine = engine.unwrap_or_else(|error| panic!("{error}"));
        let session = engine.session(None).expect("one assessment");
        Box::new(Rules { engine, session, events: Vec::new() })
    }
}

fn clause(decision: Result<&fql::Decision, fql::EvaluationError>) -> usize {
    decision.expect("decides").clause_number().map_or(0, |number| number + 1)
}

impl Program for Rules {
    fn bind(&mut self, event: &str) {
        self.events.push(self.engine.prepare(event).expect("an event"));
    }

    fn decide(&mut self, event: usize) -> usize {
        clause(self.session.decide_ref(&self.events[event]))
    }

    fn decide_text(&mut self, event: &str) -> usize {
        clause(self.session.decide_ref(event))
    }
}
