//! rhai: one script of `if`s.

use super::infix::{Infix, quoted};
use crate::engine::{Engine, Program};
use crate::rules::Clause;
use crate::work::Work;
use rhai::{AST, Dynamic, Scope};

pub struct Rhai;

struct Rules {
    engine: rhai::Engine,
    script: AST,
    events: Vec<Scope<'static>>,
}

const WORDS: Infix = Infix {
    path: str::to_string,
    and: " && ",
    or: " || ",
    not: "!",
    one_of: |path, texts| format!("{path} in [{}]", quoted(texts)),
    text: |path, part, text| format!("{path}.{}(\"{text}\")", part.word(["starts_with", "ends_with", "contains"])),
    double: str::to_string,
    choice: |flag, set, unset| format!("(if {flag} {{ {set:?} }} else {{ {unset:?} }})"),
};

impl Engine for Rhai {
    fn name(&self) -> &'static str {
        "rhai"
    }

    fn package(&self) -> Option<&'static str> {
        Some("rhai")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        let line = |(number, clause): (usize, &Clause)| {
            format!("if {} {{ return {}; }}\n", WORDS.condition(clause), number + 1)
        };
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
