//! zen-expression: a policy is one expression of nested choices, a table one program for each row.

use super::infix::{Infix, quoted};
use crate::engine::{Engine, Program};
use crate::work::Work;
use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Expression, Scope, Variable, compile_expression};

pub struct Zen;

struct Rules {
    programs: Vec<Expression<Standard>>,
    machine: VM,
    events: Vec<Scope>,
}

const WORDS: Infix = Infix {
    path: str::to_string,
    and: " and ",
    or: " or ",
    not: "not ",
    one_of: |path, texts| format!("{path} in [{}]", quoted(texts)),
    text: |path, part, text| format!("{}({path}, \"{text}\")", part.word(["startsWith", "endsWith", "contains"])),
    double: str::to_string,
    choice: |flag, set, unset| format!("({flag} ? {set:?} : {unset:?})"),
};

impl Engine for Zen {
    fn name(&self) -> &'static str {
        "zen-expression"
    }

    fn package(&self) -> Option<&'static str> {
        Some("zen-expression")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        Some(WORDS.expressions(work))
    }

    fn compile(&self, _: &Work, rules: &[String]) -> Box<dyn Program> {
        let programs = rules.iter().map(|text| compile_expression(text).expect("compiles")).collect();
        Box::new(Rules { programs, machine: VM::new(), events: Vec::new() })
    }
}

fn run(programs: &[Expression<Standard>], machine: &mut VM, event: &Scope) -> usize {
    for (number, program) in programs.iter().enumerate() {
        match program.evaluate_with_scope(event, machine).expect("decides") {
            Variable::Bool(true) => return number + 1,
            Variable::Bool(false) => {}
            Variable::Number(clause) => return usize::try_from(clause).expect("a clause"),
            other => panic!("{other:?}"),
        }
    }
    0
}

fn read(event: &str) -> Scope {
    Scope::new(serde_json::from_str::<Variable>(event).expect("an event"))
}

impl Program for Rules {
    fn bind(&mut self, event: &str) {
        self.events.push(read(event));
    }

    fn decide(&mut self, event: usize) -> usize {
        run(&self.programs, &mut self.machine, &self.events[event])
    }

    fn decide_text(&mut self, event: &str) -> usize {
        run(&self.programs, &mut self.machine, &read(event))
    }
}
