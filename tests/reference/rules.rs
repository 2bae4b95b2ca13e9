//! Rules in order, and the decision as JSON (L2.7, R2, R3.1).

use super::expression::{Halt, Interpreter, json_of, text};
use super::{Calls, Refusal, compact};
use fql::hir::{Effect, Statement};
use fql::value::{Datum, Json};

/// A rule, a clause, and the named values of one `Trace`.
type Trace<'a> = (String, String, Vec<(String, Json<'a>)>);

/// What the rules emitted so far.
#[derive(Default)]
struct Emitted<'a> {
    /// The decision, its rule and clause, and challengeType, reason, supportMessage.
    decided: Option<(&'static str, usize, usize, [Option<&'a str>; 3])>,
    /// Rules whose condition held, with the clauses reached.
    evaluated: Vec<(String, Vec<String>)>,
    outputs: Vec<(String, Vec<(String, Json<'a>)>)>,
    traces: Vec<Trace<'a>>,
}

/// Runs all rules.
pub(super) fn decide(mut run: Interpreter<'_>) -> (Result<String, Refusal>, Calls) {
    let mut emitted = Emitted::default();
    let decided = match rules(&mut run, &mut emitted) {
        Ok(()) => Ok(told(&run, &emitted)),
        Err(Halt::Failed | Halt::Ended) => Err(run.refusal()),
    };
    let name = |id: u32| run.program.externals[id as usize].name.to_string();
    (decided, run.made.iter().map(|made| (name(made.id), made.arguments.clone())).collect())
}

fn rules<'a>(run: &mut Interpreter<'a>, emitted: &mut Emitted<'a>) -> Result<(), Halt> {
    let program = run.program;
    for (number, rule) in program.rules.iter().enumerate() {
        (run.rule, run.clause, run.source) = (number, None, rule.source);
        let holds = match &rule.condition {
            Some(condition) => recovered(run.truth(condition))?.unwrap_or(false),
            None => true,
        };
        if !holds {
            continue;
        }
        emitted.evaluated.push((rule.name.to_string(), Vec::new()));
        for (at, clause) in rule.clauses.iter().enumerate() {
            run.clause = Some(at);
            emitted.evaluated.last_mut().unwrap().1.push(clause.name.to_string());
            for statement in &clause.statements {
                fire(run, emitted, statement)?;
                if emitted.decided.is_some() {
                    return Ok(());
                }
            }
        }
        if program.stages[rule.stage as usize].first_match {
            return Ok(());
        }
    }
    Ok(())
}

/// A failure that the statement survives (L5.1).
fn recovered<T>(result: Result<T, Halt>) -> Result<Option<T>, Halt> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Halt::Failed) => Ok(None),
        Err(Halt::Ended) => Err(Halt::Ended),
    }
}

fn fire<'a>(run: &mut Interpreter<'a>, emitted: &mut Emitted<'a>, statement: &'a Statement) -> Result<(), Halt> {
    if let Some(when) = &statement.when
        && recovered(run.truth(when))? != Some(true)
    {
        return Ok(());
    }
    let rule = &run.program.rules[run.rule];
    let (number, clause) = (run.rule, run.clause.unwrap());
    let clause_name = rule.clauses[clause].name.to_string();
    for effect in &statement.effects {
        match effect {
            Effect::Decide(decide) => {
                let arguments = [&decide.challenge_type, &decide.reason, &decide.support_message];
                let mut texts = [None; 3];
                for index in &decide.order {
                    let argument = arguments[usize::from(*index)].as_ref().unwrap();
                    texts[usize::from(*index)] = recovered(run.value(argument))?.map(text);
                }
                emitted.decided = Some((decide.kind.name(), number, clause, texts));
            }
            Effect::Output(pairs) => {
                for (key, value) in pairs {
                    let value = recovered(run.json(value))?.unwrap_or(Json::Null);
                    let outputs = entry(&mut emitted.outputs, &clause_name, Vec::new);
                    *entry(outputs, key, || Json::Null) = value;
                }
            }
            Effect::Trace(pairs) => {
                let mut attributes = Vec::new();
                for (key, value) in pairs {
                    attributes.push((key.to_string(), recovered(run.json(value))?.unwrap_or(Json::Null)));
                }
                emitted.traces.push((rule.name.to_string(), clause_name.clone(), attributes));
            }
            Effect::SetVariables(pairs) => {
                let mut values = Vec::new();
                for (id, value) in pairs {
                    values.push((*id, recovered(run.json(value))?.unwrap_or(Json::Null)));
                }
                run.written.extend(values);
            }
        }
    }
    Ok(())
}

/// The entry of that name, ignoring case; a new one at the end.
fn entry<'e, T>(entries: &'e mut Vec<(String, T)>, name: &str, new: impl FnOnce() -> T) -> &'e mut T {
    let at = entries.iter().position(|(known, _)| known.eq_ignore_ascii_case(name)).unwrap_or(entries.len());
    if at == entries.len() {
        entries.push((name.to_string(), new()));
    }
    &mut entries[at].1
}

/// A value as JSON (L3.2a).
pub(super) fn as_json(value: Datum<'_>) -> String {
    match value {
        Datum::Bool(value) => compact(Json::Bool(value)),
        Datum::Int(value) => compact(Json::Int(value)),
        Datum::Double(value) => compact(Json::Double(value)),
        Datum::Json(_) => compact(json_of(value)),
        other => {
            let mut text = String::new();
            fql::value::convert::write_text(other, &mut text).unwrap();
            quoted(&text)
        }
    }
}

fn quoted(text: &str) -> String {
    compact(Json::String(text))
}

fn object<T>(members: &[(String, T)], told: impl Fn(&T) -> String) -> String {
    let members: Vec<String> = members.iter().map(|(key, value)| format!("{}:{}", quoted(key), told(value))).collect();
    format!("{{{}}}", members.join(","))
}

fn list<T>(items: &[T], told: impl Fn(&T) -> String) -> String {
    format!("[{}]", items.iter().map(told).collect::<Vec<_>>().join(","))
}

fn texts(items: &[String]) -> String {
    list(items, |text| quoted(text))
}

/// The whole decision (R3.1).
fn told(run: &Interpreter<'_>, emitted: &Emitted<'_>) -> String {
    let program = run.program;
    let mut parts: Vec<(String, String)> = Vec::new();
    let mut part = |key: &str, value: String| parts.push((key.to_string(), value));
    match &emitted.decided {
        Some((kind, rule, clause, [challenge, reason, support])) => {
            part("decision", quoted(kind));
            for (key, text) in [("reason", reason), ("supportMessage", support), ("challengeType", challenge)] {
                if let Some(text) = text {
                    part(key, quoted(text));
                }
            }
            part("rule", quoted(&program.rules[*rule].name));
            part("clause", quoted(&program.rules[*rule].clauses[*clause].name));
        }
        None => {
            part("decision", quoted("Approve"));
            part("reason", quoted(if emitted.evaluated.is_empty() { "NO_RULE_HIT" } else { "NO_CLAUSE_HIT" }));
        }
    }
    if !emitted.outputs.is_empty() {
        part("outputs", object(&emitted.outputs, |values| object(values, |value| compact(*value))));
    }
    let written: Vec<(String, Json<'_>)> = program
        .variables
        .iter()
        .enumerate()
        .filter_map(|(id, name)| Some((name.to_string(), *run.written.get(&(id as u32))?)))
        .collect();
    if !written.is_empty() {
        part("variables", object(&written, |value| compact(*value)));
    }
    if !emitted.traces.is_empty() {
        let told = |(rule, clause, attributes): &(String, String, Vec<(String, Json<'_>)>)| {
            let attributes = object(attributes, |value| compact(*value));
            format!("{{\"rule\":{},\"clause\":{},\"attributes\":{attributes}}}", quoted(rule), quoted(clause))
        };
        part("traces", list(&emitted.traces, told));
    }
    if !emitted.evaluated.is_empty() {
        let told = |(rule, clauses): &(String, Vec<String>)| {
            format!("{{\"rule\":{},\"clauseNames\":{}}}", quoted(rule), texts(clauses))
        };
        part("ruleEvaluations", list(&emitted.evaluated, told));
    }
    if !run.made.is_empty() {
        part(
            "calls",
            list(&run.made, |made| {
                format!(
                    "{{\"name\":{},\"args\":{},\"status\":{},\"httpStatusCode\":{},\"latencyMs\":0.0,\"source\":{},\"defaulted\":{}}}",
                    quoted(&program.externals[made.id as usize].name),
                    texts(&made.arguments),
                    quoted(made.answer.status),
                    made.answer.http_status,
                    quoted(made.answer.source),
                    made.answer.defaulted,
                )
            }),
        );
    }
    let notes = run.told_notes();
    if !notes.is_empty() {
        let told = |(path, wanted, found): &(String, String, String)| {
            format!("{{\"path\":{},\"wanted\":{},\"found\":{}}}", quoted(path), quoted(wanted), quoted(found))
        };
        part("notes", list(&notes, told));
    }
    if !run.faults.is_empty() {
        let several = program.sources.len() > 1;
        part(
            "errors",
            list(&run.faults, |fault| {
                let source = &program.sources[fault.source as usize];
                let rule = &program.rules[fault.rule];
                let (line, column) = source.position(fault.span.start);
                let mut members = vec![
                    ("code".to_string(), quoted(fault.failure.code.number())),
                    ("message".to_string(), quoted(&fault.failure.message)),
                    ("rule".to_string(), quoted(&rule.name)),
                ];
                if let Some(clause) = fault.clause {
                    members.push(("clause".to_string(), quoted(&rule.clauses[clause].name)));
                }
                if several {
                    members.push(("file".to_string(), quoted(source.name())));
                }
                members.push(("line".to_string(), line.to_string()));
                members.push(("column".to_string(), column.to_string()));
                object(&members, String::clone)
            }),
        );
    }
    object(&parts, String::clone)
}
