//! Rules in order, what follows the decision, and all of it as JSON (L2.7, R2, R3.1).

use super::expression::{Halt, Interpreter, json_of, text};
use super::{Calls, Refusal, Taken, compact};
use fql::hir::{Clause, Effect, Rule, Statement};
use fql::value::{Datum, DecisionKind, Json};

/// A rule, a clause, and the named values of one `Trace`.
type Trace<'a> = (String, String, Vec<(String, Json<'a>)>);

/// An entry of the custom properties.
enum Property<'a> {
    Value(Json<'a>),
    Section(Vec<(String, Json<'a>)>),
}

/// What the rules emitted so far.
#[derive(Default)]
struct Emitted<'a> {
    decided: Option<Decided<'a>>,
    /// Decision rules whose condition held, with the clauses reached and the environment.
    evaluated: Vec<(String, Vec<String>, Option<String>)>,
    outputs: Vec<(String, Vec<(String, Json<'a>)>)>,
    properties: Vec<(String, Property<'a>)>,
    queue: Option<String>,
    traces: Vec<Trace<'a>>,
    taken: Taken,
}

/// A decision and where it was made.
struct Decided<'a> {
    kind: DecisionKind,
    rule: String,
    clause: String,
    environment: Option<String>,
    /// challengeType, reason, supportMessage.
    texts: [Option<&'a str>; 3],
}

/// Runs all rules.
pub(super) fn decide(mut run: Interpreter<'_>) -> (Result<String, Refusal>, Calls, Taken) {
    let mut emitted = Emitted::default();
    let decided = match rules(&mut run, &mut emitted).and_then(|()| follow(&mut run, &mut emitted)) {
        Ok(()) => Ok(told(&run, &emitted)),
        Err(Halt::Failed | Halt::Ended) => Err(run.refusal()),
    };
    let name = |id: u32| run.program.externals[id as usize].name.to_string();
    let made = run.made.iter().map(|made| (name(made.id), made.arguments.clone())).collect();
    (decided, made, emitted.taken)
}

/// The decision rules of one environment after the other, until one decides (R2.1, R2.3).
fn rules<'a>(run: &mut Interpreter<'a>, emitted: &mut Emitted<'a>) -> Result<(), Halt> {
    let program = run.program;
    for (number, stage) in program.stages.iter().enumerate() {
        for rule in program.rules.iter().filter(|rule| rule.stage as usize == number) {
            if !holds(run, rule)? {
                continue;
            }
            let environment = stage.environment.as_deref().map(str::to_string);
            emitted.evaluated.push((rule.name.to_string(), Vec::new(), environment));
            for clause in &rule.clauses {
                emitted.evaluated.last_mut().unwrap().1.push(clause.name.to_string());
                run_clause(run, emitted, rule, clause, |emitted| emitted.decided.is_some())?;
                if emitted.decided.is_some() {
                    return Ok(());
                }
            }
            if stage.first_match {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Action rules, then the routing rules of a `Review`, until one has chosen a queue (R2.3 to R2.5).
fn follow<'a>(run: &mut Interpreter<'a>, emitted: &mut Emitted<'a>) -> Result<(), Halt> {
    let program = run.program;
    let kind = emitted.decided.as_ref().map_or(DecisionKind::Approve, |decided| decided.kind);
    run.decision = Some(kind);
    for rule in &program.actions {
        if holds(run, rule)? {
            for clause in &rule.clauses {
                run_clause(run, emitted, rule, clause, |_| false)?;
            }
        }
    }
    if kind != DecisionKind::Review || program.routing.is_empty() {
        return Ok(());
    }
    for rule in &program.routing {
        if holds(run, rule)? {
            for clause in &rule.clauses {
                run_clause(run, emitted, rule, clause, |emitted| emitted.queue.is_some())?;
                if emitted.queue.is_some() {
                    return Ok(());
                }
            }
        }
    }
    emitted.queue = Some("General".to_string());
    Ok(())
}

fn holds<'a>(run: &mut Interpreter<'a>, rule: &'a Rule) -> Result<bool, Halt> {
    (run.rule, run.clause, run.source) = (rule.name.to_string(), None, rule.source);
    match &rule.condition {
        Some(condition) => Ok(recovered(run.truth(condition))?.unwrap_or(false)),
        None => Ok(true),
    }
}

fn run_clause<'a>(
    run: &mut Interpreter<'a>,
    emitted: &mut Emitted<'a>,
    rule: &'a Rule,
    clause: &'a Clause,
    ends: impl Fn(&Emitted<'a>) -> bool,
) -> Result<(), Halt> {
    run.clause = Some(clause.name.to_string());
    for (number, statement) in clause.statements.iter().enumerate() {
        if fire(run, emitted, statement, rule, clause)? {
            emitted.taken.push((rule.name.to_string(), clause.name.to_string(), number));
        }
        if ends(emitted) {
            break;
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

/// Whether it was taken: its test held and one of its effects took place.
fn fire<'a>(
    run: &mut Interpreter<'a>,
    emitted: &mut Emitted<'a>,
    statement: &'a Statement,
    rule: &'a Rule,
    clause: &'a Clause,
) -> Result<bool, Halt> {
    if let Some(when) = &statement.when
        && recovered(run.truth(when))? != Some(true)
    {
        return Ok(false);
    }
    let mut taken = false;
    let clause_name = clause.name.to_string();
    for effect in &statement.effects {
        match effect {
            Effect::Decide(decide) => {
                let arguments = [&decide.challenge_type, &decide.reason, &decide.support_message];
                let mut texts = [None; 3];
                for index in &decide.order {
                    let argument = arguments[usize::from(*index)].as_ref().unwrap();
                    texts[usize::from(*index)] = recovered(run.value(argument))?.map(text);
                }
                let environment = run.program.stages[rule.stage as usize].environment.as_deref().map(str::to_string);
                let (kind, rule, clause) = (decide.kind, rule.name.to_string(), clause_name.clone());
                emitted.decided = Some(Decided { kind, rule, clause, environment, texts });
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
            Effect::SetResponse(section, pairs) => {
                for (key, value) in pairs {
                    let value = recovered(run.json(value))?.unwrap_or(Json::Null);
                    let name = section.as_ref().unwrap_or(key);
                    let property = entry(&mut emitted.properties, name, || Property::Value(Json::Null));
                    match (section, &mut *property) {
                        (None, _) => *property = Property::Value(value),
                        (Some(_), Property::Section(values)) => *entry(values, key, || Json::Null) = value,
                        (Some(_), Property::Value(_)) => *property = Property::Section(vec![(key.to_string(), value)]),
                    }
                }
            }
            Effect::Call(call) => {
                if recovered(run.value(call))?.is_none() {
                    continue;
                }
            }
            Effect::Route(queue) => {
                let Some(queue) = recovered(run.value(queue))? else { continue };
                emitted.queue = Some(text(queue).to_string());
            }
        }
        taken = true;
    }
    Ok(taken)
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
        Some(Decided { kind, rule, clause, environment, texts: [challenge, reason, support] }) => {
            part("decision", quoted(kind.name()));
            for (key, text) in [("reason", reason), ("supportMessage", support), ("challengeType", challenge)] {
                if let Some(text) = text {
                    part(key, quoted(text));
                }
            }
            part("rule", quoted(rule));
            part("clause", quoted(clause));
            if let Some(environment) = environment {
                part("environment", quoted(environment));
            }
        }
        None => {
            part("decision", quoted("Approve"));
            part("reason", quoted(if emitted.evaluated.is_empty() { "NO_RULE_HIT" } else { "NO_CLAUSE_HIT" }));
        }
    }
    if !emitted.outputs.is_empty() {
        part("outputs", object(&emitted.outputs, |values| object(values, |value| compact(*value))));
    }
    if !emitted.properties.is_empty() {
        let told = |property: &Property<'_>| match property {
            Property::Value(value) => compact(*value),
            Property::Section(values) => object(values, |value| compact(*value)),
        };
        part("customProperties", object(&emitted.properties, told));
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
    if let Some(queue) = &emitted.queue {
        part("queue", quoted(queue));
    }
    if !emitted.traces.is_empty() {
        let told = |(rule, clause, attributes): &(String, String, Vec<(String, Json<'_>)>)| {
            let attributes = object(attributes, |value| compact(*value));
            format!("{{\"rule\":{},\"clause\":{},\"attributes\":{attributes}}}", quoted(rule), quoted(clause))
        };
        part("traces", list(&emitted.traces, told));
    }
    if !emitted.evaluated.is_empty() {
        let told = |(rule, clauses, environment): &(String, Vec<String>, Option<String>)| {
            let environment = environment.as_ref().map(|id| format!(",\"environmentId\":{}", quoted(id)));
            let environment = environment.unwrap_or_default();
            format!("{{\"rule\":{},\"clauseNames\":{}{environment}}}", quoted(rule), texts(clauses))
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
                let (line, column) = source.position(fault.span.start);
                let mut members = vec![
                    ("code".to_string(), quoted(fault.failure.code.number())),
                    ("message".to_string(), quoted(&fault.failure.message)),
                    ("rule".to_string(), quoted(&fault.rule)),
                ];
                if let Some(clause) = &fault.clause {
                    members.push(("clause".to_string(), quoted(clause)));
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
