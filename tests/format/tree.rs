//! A picture of a tree in which layout and spelling do not show: names and strings without case, no places.

use fql::syntax::ast::{Expr, File, Kind, Let, Rule, Statement, StepKind};
use std::fmt::Write;

pub(crate) fn show(file: &File) -> String {
    let mut text = String::new();
    file.rules.iter().for_each(|one| rule(one, &mut text));
    for function in &file.functions {
        writeln!(text, "function {:?}", function.name.value).unwrap();
        for parameter in &function.parameters {
            writeln!(text, "{:?}: {:?}", parameter.name.value, parameter.ty.value).unwrap();
            parameter.default.iter().for_each(|default| line("=", default, &mut text));
        }
        for output in &function.outputs {
            writeln!(text, "output {:?}: {:?}", output.name.value, output.ty.value).unwrap();
            output.default.iter().for_each(|default| line("=", default, &mut text));
            output.lets.iter().for_each(|one| binding(one, &mut text));
            output.returns.iter().for_each(|value| line("return", value, &mut text));
        }
    }
    text.to_ascii_lowercase()
}

fn rule(rule: &Rule, text: &mut String) {
    let name = rule.name.as_ref().map(|name| &name.value);
    let description = rule.description.as_ref().map(|name| &name.value);
    writeln!(text, "rule {name:?} {description:?} {}", rule.inactive).unwrap();
    if let Some(condition) = &rule.condition {
        writeln!(text, "condition").unwrap();
        condition.lets.iter().for_each(|one| binding(one, text));
        condition.when.iter().for_each(|when| line("when", when, text));
    }
    for clause in &rule.clauses {
        writeln!(text, "clause {:?}", clause.name.as_ref().map(|name| &name.value)).unwrap();
        for statement in &clause.statements {
            match statement {
                Statement::Let(one) => binding(one, text),
                Statement::Fire(fire) => {
                    writeln!(text, "{}", fire.verb.value.keyword()).unwrap();
                    fire.items.iter().for_each(|item| line("item", item, text));
                    if let Some(select) = &fire.select {
                        let sources = select.sources.iter();
                        let sources: Vec<_> =
                            sources.map(|(a, b)| (a.value.clone(), b.as_ref().map(|b| b.value.clone()))).collect();
                        writeln!(text, "as {} from {sources:?}", select.name.value).unwrap();
                    }
                    fire.when.iter().for_each(|when| line("when", when, text));
                    fire.group_by.iter().for_each(|key| line("groupby", key, text));
                }
            }
        }
    }
    rule.rest.iter().for_each(|one| binding(one, text));
}

fn binding(one: &Let, text: &mut String) {
    line(&format!("let ${} =", one.name.value), &one.value, text);
}

fn line(what: &str, value: &Expr, text: &mut String) {
    write!(text, "{what} ").unwrap();
    expr(value, text);
    text.push('\n');
}

fn expr(value: &Expr, text: &mut String) {
    match &value.kind {
        Kind::Array(elements) => list('[', elements.iter(), ']', text),
        Kind::Object(entries) => {
            text.push('{');
            for (key, value) in entries {
                write!(text, "{:?}: ", key.value).unwrap();
                expr(value, text);
                text.push(';');
            }
            text.push('}');
        }
        Kind::Unary(operator, inner) => {
            write!(text, "{:?}", operator.value).unwrap();
            list('(', [&**inner].into_iter(), ')', text);
        }
        Kind::Chain(chain) => {
            text.push('(');
            expr(&chain.first, text);
            for (operator, operand) in &chain.rest {
                write!(text, " {} ", operator.value.symbol()).unwrap();
                expr(operand, text);
            }
            text.push(')');
        }
        Kind::Conditional(parts) => list('?', parts.iter(), ':', text),
        Kind::Postfix(base, steps) => {
            expr(base, text);
            for step in steps {
                match &step.kind {
                    StepKind::Member(name) => write!(text, ".{}", name.value).unwrap(),
                    StepKind::Index(index) => list('[', [&**index].into_iter(), ']', text),
                    StepKind::Call(arguments) => {
                        text.push('(');
                        for argument in arguments {
                            write!(text, "{:?} = ", argument.name.as_ref().map(|name| &name.value)).unwrap();
                            expr(&argument.value, text);
                            text.push(',');
                        }
                        text.push(')');
                    }
                }
            }
        }
        Kind::Attribute(path) => write!(text, "@{}{}", path.text, path.bare).unwrap(),
        Kind::Event(path) => write!(text, "@@{:?}", path.as_ref().map(|path| &path.text)).unwrap(),
        leaf => write!(text, "{leaf:?}").unwrap(),
    }
}

fn list<'e>(open: char, all: impl Iterator<Item = &'e Expr>, close: char, text: &mut String) {
    text.push(open);
    for one in all {
        expr(one, text);
        text.push(',');
    }
    text.push(close);
}
