//! cel: a policy is one expression of nested choices, a table one program for each row.

use super::infix::{Infix, quoted};
use crate::engine::{Engine, Program};
use crate::work::Work;
use cel::{Context, Env, Value};
use std::sync::Arc;

pub struct Cel;

struct Rules {
    programs: Vec<cel::Program>,
    environment: Arc<Env>,
    events: Vec<Context<'static, 'static>>,
}

const WORDS: Infix = Infix {
    path: str::to_string,
    and: " && ",
    or: " || ",
    not: "!",
    one_of: |path, texts| format!("{path} in [{}]", quoted(texts)),
    text: |path, part, text| format!("{path}.{}(\"{text}\")", part.word(["startsWith", "endsWith", "contains"])),
    double: |path| format!("double({path})"),
    choice: |flag, set, unset| format!("({flag} ? {set:?} : {unset:?})"),
};

impl Engine for Cel {
    fn name(&self) -> &'static str {
        "cel"
    }

    fn package(&self) -> Option<&'static str> {
        Some("cel")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        Some(WORDS.expressions(work))
    }

    fn compile(&self, _: &Work, rules: &[String]) -> Box<dyn Program> {
        let environment = Arc::new(Env::stdlib());
        let programs = rules.iter().map(|text| environment.compile(text).expect("compiles")).collect();
        Box::new(Rules { programs, environment, events: Vec::new() })
    }
}

impl Rules {
    fn read(&self, event: &str) -> Context<'static, 'static> {
        let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(event).expect("an event");
        let mut context = Context::with_env(self.environment.clone());
        for (name, value) in members {
            context.add_variable_from_value(name, cel::to_value(value).expect("a value"));
        }
        context
    }

    fn run(&self, event: &Context<'static, 'static>) -> usize {
        for (number, program) in self.programs.iter().enumerate() {
            match program.execute(event).expect("decides") {
                Value::Bool(true) => return number + 1,
                Value::Bool(false) => {}
                Value::Int(clause) => return clause as usize,
                other => panic!("{other:?}"),
            }
        }
        0
    }
}

impl Program for Rules {
    fn bind(&mut self, event: &str) {
        self.events.push(self.read(event));
    }

    fn decide(&mut self, event: usize) -> usize {
        self.run(&self.events[event])
    }

    fn decide_text(&mut self, event: &str) -> usize {
        self.run(&self.read(event))
    }
}
