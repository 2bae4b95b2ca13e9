//! zen-expression: a policy is one expression of nested choices, a table one program for each row.

use super::{infix, quoted};
use crate::engine::{Engine, Program};
use crate::rules::{Clause, Test};
use crate::work::{Kind, Work};
use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Expression, Scope, Variable, compile_expression};

pub struct Zen;

struct Rules {
    programs: Vec<Expression<Standard>>,
    machine: VM,
    events: Vec<Scope>,
}

fn written(clause: &Clause) -> String {
    let test = |test: &Test| match test {
        Test::Above(path, limit) => format!("{path} > {}", limit.text()),
        Test::AtLeast(path, limit) => format!("{path} >= {}", limit.text()),
        Test::Below(path, limit) => format!("{path} < {}", limit.text()),
        Test::True(path) => path.clone(),
        Test::False(path) => format!("not {path}"),
        Test::Is(path, text) => format!("{path} == \"{text}\""),
        Test::IsNot(path, text) => format!("{path} != \"{text}\""),
        Test::OneOf(path, texts) => format!("{path} in [{}]", quoted(texts)),
        Test::Starts(path, text) => format!("startsWith({path}, \"{text}\")"),
        Test::Ends(path, text) => format!("endsWith({path}, \"{text}\")"),
        Test::Contains(path, text) => format!("contains({path}, \"{text}\")"),
        Test::Differ(one, other) => format!("{one} != {other}"),
        Test::Product(one, other, limit) => format!("{one} * {other} > {limit:?}"),
        Test::Limit(flag, set, unset, amount) => format!("({flag} ? {set:?} : {unset:?}) < {amount}"),
    };
    infix(clause, " and ", " or ", test)
}

impl Engine for Zen {
    fn name(&self) -> &'static str {
        "zen-expression"
    }

    fn package(&self) -> Option<&'static str> {
        Some("zen-expression")
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
