//! rhai: one script of `if`s.

use super::{infix, quoted};
use crate::engine::{Engine, Program};
use crate::rules::{Clause, Test};
use crate::work::Work;
use rhai::{AST, Dynamic, Scope};

pub struct Rhai;

struct Rules {
    engine: rhai::Engine,
    script: AST,
    events: Vec<Scope<'static>>,
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
        Test::Starts(path, text) => format!("{path}.starts_with(\"{text}\")"),
        Test::Ends(path, text) => format!("{path}.ends_with(\"{text}\")"),
        Test::Contains(path, text) => format!("{path}.contains(\"{text}\")"),
        Test::Differ(one, other) => format!("{one} != {other}"),
        Test::Product(one, other, limit) => format!("{one} * {other} > {limit:?}"),
        Test::Limit(flag, set, unset, amount) => {
            format!("(if {flag} {{ {set:?} }} else {{ {unset:?} }}) < {amount}")
        }
    };
    infix(clause, " && ", " || ", test)
}

impl Engine for Rhai {
    fn name(&self) -> &'static str {
        "rhai"
    }

    fn package(&self) -> Option<&'static str> {
        Some("rhai")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        let line =
            |(number, clause): (usize, &Clause)| format!("if {} {{ return {}; }}\n", written(clause), number + 1);
        Some(vec![work.clauses.iter().enumerate().map(line).collect::<String>() + "0"])
    }

    fn compile(&self, _: &Work, rules: &[String]) -> Box<dyn Program> {
        let engine = rhai::Engine::new();
        let script = engine.compile(&rules[0]).expect("compiles");
        Box::new(Rules { engine, script, events: Vec::new() })
    }
}

fn read(event: &str) -> Scope<'static> {
    let members = serde_json::from_str::<Dynamic>(event).expect("an event").cast::<rhai::Map>();
    let mut scope = Scope::new();
    for (name, value) in members {
        scope.push_dynamic(name.to_string(), value);
    }
    scope
}

fn run(engine: &rhai::Engine, script: &AST, event: &mut Scope<'static>) -> usize {
    engine.eval_ast_with_scope::<i64>(event, script).expect("decides") as usize
}

impl Program for Rules {
    fn bind(&mut self, event: &str) {
        self.events.push(read(event));
    }

    fn decide(&mut self, event: usize) -> usize {
        run(&self.engine, &self.script, &mut self.events[event])
    }

    fn decide_text(&mut self, event: &str) -> usize {
        run(&self.engine, &self.script, &mut read(event))
    }
}
