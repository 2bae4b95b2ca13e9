//! regorus: Rego on its register machine. A policy is one chain of `else`, a table complete rules side by side.

use super::infix::quoted;
use crate::engine::{Engine, Program};
use crate::rules::{Clause, Test};
use crate::work::{Kind, Work};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Rc, Value};
use std::fmt::Write;

pub struct Regorus;

struct Rules {
    machine: RegoVM,
    events: Vec<Value>,
}

const ENTRY: &str = "data.compare.decision";

/// The body of a rule; what it needs besides goes into `more`.
fn written(number: usize, clause: &Clause, more: &mut String) -> String {
    let mut test = |test: &Test| match test {
        Test::Above(path, limit) => format!("input.{path} > {}", limit.text()),
        Test::AtLeast(path, limit) => format!("input.{path} >= {}", limit.text()),
        Test::Below(path, limit) => format!("input.{path} < {}", limit.text()),
        Test::True(path) => format!("input.{path}"),
        Test::False(path) => format!("not input.{path}"),
        Test::Is(path, text) => format!("input.{path} == \"{text}\""),
        Test::IsNot(path, text) => format!("input.{path} != \"{text}\""),
        Test::OneOf(path, texts) => format!("input.{path} in {{{}}}", quoted(texts)),
        Test::Starts(path, text) => format!("startswith(input.{path}, \"{text}\")"),
        Test::Ends(path, text) => format!("endswith(input.{path}, \"{text}\")"),
        Test::Contains(path, text) => format!("contains(input.{path}, \"{text}\")"),
        Test::Differ(one, other) => format!("input.{one} != input.{other}"),
        Test::Product(one, other, limit) => format!("input.{one} * input.{other} > {limit:?}"),
        Test::Limit(flag, set, unset, amount) => {
            let _ = writeln!(more, "limit{number} := {set:?} if {{ input.{flag} }} else := {unset:?}");
            format!("limit{number} < input.{amount}")
        }
    };
    let tests: Vec<String> = clause.tests.iter().map(&mut test).collect();
    if clause.any {
        tests.iter().for_each(|test| {
            let _ = writeln!(more, "any{number} if {{ {test} }}");
        });
        return format!("any{number}");
    }
    tests.join("; ")
}

impl Engine for Regorus {
    fn name(&self) -> &'static str {
        "regorus"
    }

    fn package(&self) -> Option<&'static str> {
        Some("regorus")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        // Its machine takes no more than 65,535 instructions.
        if work.clauses.len() > 4_000 {
            return None;
        }
        let (mut rules, mut more) = (String::new(), String::new());
        for (number, clause) in work.clauses.iter().enumerate() {
            let body = written(number, clause, &mut more);
            let start = match work.kind {
                Kind::Table(_) => "decision",
                // Several may fire, and a chain of a thousand is more than it bears.
                Kind::Fields(_) => return None,
                _ if number == 0 => "decision",
                _ => "else",
            };
            let _ = writeln!(rules, "{start} := {} if {{ {body} }}", number + 1);
        }
        let head = "package compare\nimport rego.v1\n";
        Some(vec![match work.kind {
            Kind::Table(_) => format!("{head}default decision := 0\n{rules}"),
            _ => format!("{head}{more}{rules}else := 0\n"),
        }])
    }

    fn compile(&self, _: &Work, rules: &[String]) -> Box<dyn Program> {
        let mut engine = regorus::Engine::new();
        engine.clear_policy_length_config();
        engine.add_policy("compare.rego".to_string(), rules[0].clone()).expect("parses");
        let policy = engine.compile_with_entrypoint(&Rc::from(ENTRY)).expect("compiles");
        let program = Compiler::compile_from_policy(&policy, &[ENTRY]).expect("compiles");
        let mut machine = RegoVM::new();
        // Ten thousand rules need more than it allows by itself.
        machine.set_max_instructions(usize::MAX);
        machine.load_program(program);
        Box::new(Rules { machine, events: Vec::new() })
    }
}

impl Rules {
    fn run(&mut self, event: Value) -> usize {
        self.machine.set_input(event);
        let decided = self.machine.execute().expect("decides");
        decided.as_i64().expect("a clause") as usize
    }
}

impl Program for Rules {
    fn bind(&mut self, event: &str) {
        self.events.push(Value::from_json_str(event).expect("an event"));
    }

    fn decide(&mut self, event: usize) -> usize {
        self.run(self.events[event].clone())
    }

    fn decide_text(&mut self, event: &str) -> usize {
        self.run(Value::from_json_str(event).expect("an event"))
    }
}
