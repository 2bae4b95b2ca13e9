//! cel: a policy is one expression of nested choices, a table one program for each row.

use super::{infix, quoted};
use crate::engine::{Engine, Program};
use crate::rules::{Clause, Test};
use crate::work::{Kind, Work};
use cel::{Context, Env, Value};
use std::sync::Arc;

pub struct Cel;

struct Rules {
    programs: Vec<cel::Program>,
    environment: Arc<Env>,
    events: Vec<Context<'static, 'static>>,
}

fn written(clause: &Clause) -> String {
    let test = |test: &Test| match test {
        Test::Above(path, limit) => format!("{path} > {}", limit.text()),
        Test::AtLeast(path, limit) => format!("{path} >= {}", limit.text()),
        Test::Below(path, limit) => format!("{path} < {}", limit.text()),
        Test::True(path) => path.clone(),
        Test::False(path) => format!("!{path}"),
        Test::Is(path, text) => format!("{path} == \"{text}\""),
        Test::IsNot(path, text) => format!("{path} != \"{text}\""),
        Test::OneOf(path, texts) => format!("{path} in [{}]", quoted(texts)),
        Test::Starts(path, text) => format!("{path}.startsWith(\"{text}\")"),
        Test::Ends(path, text) => format!("{path}.endsWith(\"{text}\")"),
        Test::Contains(path, text) => format!("{path}.contains(\"{text}\")"),
        Test::Differ(one, other) => format!("{one} != {other}"),
        Test::Product(one, other, limit) => format!("{one} * double({other}) > {limit:?}"),
        Test::Limit(flag, set, unset, amount) => format!("({flag} ? {set:?} : {unset:?}) < {amount}"),
    };
    infix(clause, " && ", " || ", test)
}

impl Engine for Cel {
    fn name(&self) -> &'static str {
        "cel"
    }

    fn package(&self) -> Option<&'static str> {
        Some("cel")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        Some(match work.kind {
            Kind::Policy => {
                let choice = |(number, clause): (usize, &Clause)| format!("({}) ? {} : ", written(clause), number + 1);
                vec![work.clauses.iter().enumerate().map(choice).collect::<String>() + "0"]
            }
            _ => work.clauses.iter().map(written).collect(),
        })
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
