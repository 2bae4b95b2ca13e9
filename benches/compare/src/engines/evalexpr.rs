//! evalexpr: variables are flat, so an event becomes names with dots; what it has no function for the host adds.

use super::infix::{Infix, quoted};
use crate::engine::{Engine, Program};
use crate::rules::steps;
use crate::work::Work;
use evalexpr::{
    ContextWithMutableFunctions, ContextWithMutableVariables, DefaultNumericTypes, Function, HashMapContext, Node,
    Value, build_operator_tree,
};
use serde_json::Value as Json;

pub struct Evalexpr;

type Context = HashMapContext<DefaultNumericTypes>;

struct Rules {
    rules: Vec<Node<DefaultNumericTypes>>,
    events: Vec<Context>,
}

const WORDS: Infix = Infix {
    path: |path| steps(path).collect::<Vec<_>>().join("."),
    and: " && ",
    or: " || ",
    not: "!",
    one_of: |path, texts| format!("contains(({}), {path})", quoted(texts)),
    text: |path, part, text| format!("{}({path}, \"{text}\")", part.word(["starts_with", "ends_with", "has_part"])),
    double: str::to_string,
    choice: |flag, set, unset| format!("if({flag}, {set:?}, {unset:?})"),
};

fn on_texts(test: fn(&str, &str) -> bool) -> Function<DefaultNumericTypes> {
    Function::new(move |arguments| {
        let arguments = arguments.as_fixed_len_tuple(2)?;
        match (&arguments[0], &arguments[1]) {
            (Value::String(one), Value::String(other)) => Ok(Value::Boolean(test(one, other))),
            _ => Ok(Value::Boolean(false)),
        }
    })
}

fn flatten(name: &str, value: &Json, context: &mut Context) {
    let below = |step: &str| if name.is_empty() { step.to_string() } else { format!("{name}.{step}") };
    let flat = match value {
        Json::Object(members) => return members.iter().for_each(|(key, value)| flatten(&below(key), value, context)),
        Json::Array(items) => {
            let numbered = items.iter().enumerate();
            return numbered.for_each(|(number, value)| flatten(&below(&number.to_string()), value, context));
        }
        Json::String(text) => Value::String(text.clone()),
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => match number.as_i64() {
            Some(value) => Value::Int(value),
            None => Value::Float(number.as_f64().expect("a number")),
        },
        Json::Null => Value::Empty,
    };
    context.set_value(name.to_string(), flat).expect("can be set");
}

fn read(event: &str) -> Context {
    let mut context = Context::new();
    let functions: [(&str, fn(&str, &str) -> bool); 3] = [
        ("starts_with", |one, other| one.starts_with(other)),
        ("ends_with", |one, other| one.ends_with(other)),
        ("has_part", |one, other| one.contains(other)),
    ];
    for (name, test) in functions {
        context.set_function(name.to_string(), on_texts(test)).expect("can be set");
    }
    flatten("", &serde_json::from_str(event).expect("an event"), &mut context);
    context
}

impl Engine for Evalexpr {
    fn name(&self) -> &'static str {
        "evalexpr"
    }

    fn package(&self) -> Option<&'static str> {
        Some("evalexpr")
    }

    fn rules(&self, work: &Work) -> Option<Vec<String>> {
        Some(work.clauses.iter().map(|clause| WORDS.condition(clause)).collect())
    }

    fn compile(&self, _: &Work, rules: &[String]) -> Box<dyn Program> {
        let rules = rules.iter().map(|text| build_operator_tree(text).expect("compiles")).collect();
        Box::new(Rules { rules, events: Vec::new() })
    }
}

fn run(rules: &[Node<DefaultNumericTypes>], event: &Context) -> usize {
    let fires = |rule: &Node<DefaultNumericTypes>| rule.eval_boolean_with_context(event).expect("decides");
    rules.iter().position(fires).map_or(0, |at| at + 1)
}

impl Program for Rules {
    fn bind(&mut self, event: &str) {
        self.events.push(read(event));
    }

    fn decide(&mut self, event: usize) -> usize {
        run(&self.rules, &self.events[event])
    }

    fn decide_text(&mut self, event: &str) -> usize {
        run(&self.rules, &read(event))
    }
}
