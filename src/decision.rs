//! What comes out of an evaluation (R3.1).

mod entry;
mod name;

pub use entry::{CallEntry, ErrorEntry, NoteEntry, Taken, TraceEntry};

use crate::evaluate::{Emitted, Fault, Machine, Note, Outcome, Plain, Record};
use crate::program::{Argument, Condition, Effect, Handle, Program};
use crate::value::{DecisionKind, Json, Text, number};
use name::{Name, Named};
use std::fmt::Write;
use std::sync::Arc;

/// A JSON value as its compact text; always valid JSON, keys in the order they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonText(Text);

impl JsonText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value; key order is lost unless the host builds serde_json with `preserve_order`.
    pub fn to_value(&self) -> serde_json::Value {
        // INVARIANT: it was written as JSON.
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    pub(crate) fn of(json: Json<'_>) -> JsonText {
        JsonText(Text::of_json(json))
    }
}

impl std::fmt::Display for JsonText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An entry of the custom properties (R2.4).
#[derive(Clone, Debug)]
enum Property {
    Value(JsonText),
    Section(Named<JsonText>),
}

/// What most decisions do not have.
#[derive(Clone, Debug, Default)]
struct Rest {
    /// challengeType, reason, supportMessage, as far as they were computed.
    texts: [Option<Box<str>>; 3],
    outputs: Named<Named<JsonText>>,
    traces: Vec<TraceEntry>,
    properties: Named<Property>,
    variables: Vec<(Arc<str>, JsonText)>,
    queue: Option<Box<str>>,
    calls: Vec<CallEntry>,
    notes: Vec<NoteEntry>,
    errors: Vec<ErrorEntry>,
    record: Option<Record>,
}

/// A decision with its reasons, outputs and traces. Made without allocation unless the rules emit or compute something.
#[derive(Clone, Debug)]
pub struct Decision {
    program: Arc<Handle>,
    plain: Plain,
    rest: Option<Box<Rest>>,
}

impl Decision {
    pub(crate) fn new(program: &Arc<Handle>, machine: &Machine<'_>, outcome: Outcome<'_>) -> Decision {
        let rest = rest(machine, &outcome);
        let Outcome { kind, decided, held, looked_at, .. } = outcome;
        Decision { program: program.clone(), plain: Plain { decided, kind, held, looked_at }, rest }
    }

    /// The same, where nothing but a decision came out.
    #[inline]
    pub(crate) fn of_plain(program: &Arc<Handle>, plain: Plain) -> Decision {
        Decision { program: program.clone(), plain, rest: None }
    }

    /// Takes the calls that the rules read.
    pub(crate) fn set_calls(&mut self, calls: impl Iterator<Item = CallEntry>) {
        // INVARIANT: rules that read calls leave more than a plain decision.
        if let Some(rest) = &mut self.rest {
            rest.calls.extend(calls);
        }
    }

    /// Of rules that were not run yet.
    pub(crate) fn nothing(program: &Arc<Handle>) -> Decision {
        Decision::of_plain(program, Plain::nothing())
    }

    /// To decide anew where nothing but a decision may come out.
    #[inline]
    pub(crate) fn plain_mut(&mut self) -> &mut Plain {
        if self.rest.is_some() {
            self.rest = None;
        }
        &mut self.plain
    }

    /// A decision of its own; what stays behind may lack what was emitted.
    #[inline]
    pub(crate) fn take(&mut self) -> Decision {
        Decision { program: self.program.clone(), plain: self.plain.clone(), rest: self.rest.take() }
    }

    /// Which decision; [`DecisionKind::Approve`] if no rule decided (R2.2).
    pub fn kind(&self) -> DecisionKind {
        self.plain.kind
    }

    /// Whether a rule decided.
    pub fn is_decided(&self) -> bool {
        self.plain.decided.is_some()
    }

    /// The reason; without a decision `NO_CLAUSE_HIT` if some condition matched, else `NO_RULE_HIT` (R2.2).
    pub fn reason(&self) -> Option<&str> {
        match self.plain.decided {
            Some(_) => self.text(1),
            None if self.matched().next().is_some() => Some("NO_CLAUSE_HIT"),
            None => Some("NO_RULE_HIT"),
        }
    }

    /// The message for the support desk.
    pub fn support_message(&self) -> Option<&str> {
        self.text(2)
    }

    /// The proof that a [`DecisionKind::Challenge`] asks for.
    pub fn challenge_type(&self) -> Option<&str> {
        self.text(0)
    }

    /// The rule that decided.
    pub fn rule(&self) -> Option<&str> {
        let rule = self.program.rules.get(self.plain.decided?.rule as usize)?;
        Some(&rule.name)
    }

    /// The clause that decided.
    pub fn clause(&self) -> Option<&str> {
        Some(self.program.clause_name(self.plain.decided?.clause))
    }

    /// The environment of the rule that decided (R2.3); none if no rule decided, or for a lone text (R1.2).
    pub fn environment(&self) -> Option<&str> {
        self.environment_of(self.plain.decided?.rule)
    }

    fn environment_of(&self, rule: u32) -> Option<&str> {
        let rule = self.program.rules.get(rule as usize)?;
        self.program.stages.get(rule.stage as usize)?.environment.as_deref()
    }

    /// The number of the clause that decided, counted from 0 over all rules in order.
    pub fn clause_number(&self) -> Option<usize> {
        self.plain.decided.map(|decided| decided.clause as usize)
    }

    /// `Output` values by clause and key, in order; clauses of equal name share one object.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, &str, &JsonText)> {
        let outputs = self.rest.iter().flat_map(|rest| &rest.outputs);
        outputs.flat_map(|(clause, values)| values.iter().map(move |(key, value)| (&**clause, &**key, value)))
    }

    /// What `SetResponse` wrote: the section if it named one, the key, the value (R2.4).
    pub fn custom_properties(&self) -> impl Iterator<Item = (Option<&str>, &str, &JsonText)> {
        let all = self.rest.iter().flat_map(|rest| &rest.properties);
        all.flat_map(|(name, property)| {
            let (value, section) = match property {
                Property::Value(value) => (Some((None, &**name, value)), None),
                Property::Section(values) => (None, Some(values)),
            };
            let section = section.into_iter().flatten().map(move |(key, value)| (Some(&**name), &**key, value));
            value.into_iter().chain(section)
        })
    }

    /// The queue of a `Review`, if the assessment has routing rules (R2.5).
    pub fn queue(&self) -> Option<&str> {
        self.rest.as_ref()?.queue.as_deref()
    }

    /// Traces in the order they fired.
    pub fn traces(&self) -> &[TraceEntry] {
        self.rest.as_ref().map_or(&[], |rest| &rest.traces)
    }

    /// What `SetVariables` wrote.
    pub fn variables(&self) -> &[(Arc<str>, JsonText)] {
        self.rest.as_ref().map_or(&[], |rest| &rest.variables)
    }

    /// The calls that the rules read, in order.
    pub fn calls(&self) -> &[CallEntry] {
        self.rest.as_ref().map_or(&[], |rest| &rest.calls)
    }

    /// Values that could not be read as the type asked for.
    pub fn notes(&self) -> &[NoteEntry] {
        self.rest.as_ref().map_or(&[], |rest| &rest.notes)
    }

    /// Evaluation errors.
    pub fn errors(&self) -> &[ErrorEntry] {
        self.rest.as_ref().map_or(&[], |rest| &rest.errors)
    }

    /// The statements that were taken, in order, whose `WHEN` held and whose effect took place; none unless
    /// [`Request::record_taken`](crate::Request::record_taken) asked for it.
    pub fn taken(&self) -> impl Iterator<Item = Taken<'_>> {
        let numbers = self.record().into_iter().flat_map(|record| &record.statements);
        numbers.filter_map(|number| {
            let statement = self.program.statements.get(*number as usize)?;
            let first = self.program.clauses.get(statement.clause as usize)?.statements.start;
            let rule = &self.program.rule(statement.rule)?.name;
            let clause = self.program.clause_name(statement.clause);
            Some(Taken { rule, clause, statement: (number - first) as usize })
        })
    }

    /// What was recorded, if that was asked for.
    pub(crate) fn record(&self) -> Option<&Record> {
        self.rest.as_ref()?.record.as_ref()
    }

    /// The rules that decided.
    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    /// The decision rules whose condition held, each with the clauses that were reached, in order.
    pub fn rule_evaluations(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.evaluations().map(|(rule, clauses, _)| (rule, clauses))
    }

    /// The same, with the environment of the rule.
    fn evaluations(&self) -> impl Iterator<Item = (&str, Vec<&str>, Option<&str>)> {
        self.matched().filter_map(|number| {
            let rule = self.program.rules.get(number as usize)?;
            let end = match self.plain.decided {
                Some(decided) if decided.rule == number => decided.clause + 1,
                _ => rule.clauses.end,
            };
            let clauses = (rule.clauses.start..end).map(|clause| self.program.clause_name(clause));
            Some((&*rule.name, clauses.collect(), self.environment_of(number)))
        })
    }

    /// The numbers of the rules that matched: those with a condition that held, and all without one that were looked at.
    pub(crate) fn matched(&self) -> impl Iterator<Item = u32> {
        let mut held = self.plain.held.iter().copied().peekable();
        self.program.rules.iter().take(self.plain.looked_at as usize).zip(0..).filter_map(move |(rule, number)| {
            let matched = matches!(rule.condition, Condition::Always) || held.next_if_eq(&number).is_some();
            matched.then_some(number)
        })
    }

    /// challengeType, reason or supportMessage, by number: a constant of the rules, or what was computed.
    fn text(&self, index: usize) -> Option<&str> {
        let Effect::Decide(decide) = self.program.effects.get(self.plain.decided?.effect as usize)? else {
            return None;
        };
        match decide.texts().get(index)? {
            Argument::Absent => None,
            Argument::Constant(constant) => Some(self.program.str(*constant)),
            Argument::Code(_) => self.rest.as_ref()?.texts.get(index)?.as_deref(),
        }
    }

    /// The decision as JSON, its parts in the order of R3.1, empty ones left out.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    /// The same, put behind what there is: many decisions in one text need no text each.
    pub fn write_json(&self, out: &mut String) {
        out.push_str("{\"decision\":");
        string(out, self.plain.kind.name());
        let texts = [
            ("reason", self.reason()),
            ("supportMessage", self.support_message()),
            ("challengeType", self.challenge_type()),
            ("rule", self.rule()),
            ("clause", self.clause()),
            ("environment", self.environment()),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                part(out, key);
                string(out, text);
            }
        }
        if let Some(rest) = &self.rest {
            rest.write_emitted(out);
        }
        let mut evaluations = self.evaluations().peekable();
        if evaluations.peek().is_some() {
            part(out, "ruleEvaluations");
            list(out, evaluations, |out, (rule, clauses, environment)| {
                out.push_str("{\"rule\":");
                string(out, rule);
                part(out, "clauseNames");
                list(out, clauses, string);
                if let Some(environment) = environment {
                    part(out, "environmentId");
                    string(out, environment);
                }
                out.push('}');
            });
        }
        if let Some(rest) = &self.rest {
            rest.write_told(out);
        }
        out.push('}');
    }
}

impl Rest {
    fn write_emitted(&self, out: &mut String) {
        if !self.outputs.is_empty() {
            part(out, "outputs");
            object(out, by_name(&self.outputs), |out, values| {
                object(out, by_name(values), |out, value| out.push_str(value.as_str()));
            });
        }
        if !self.properties.is_empty() {
            part(out, "customProperties");
            object(out, by_name(&self.properties), |out, property| match property {
                Property::Value(value) => out.push_str(value.as_str()),
                Property::Section(values) => object(out, by_name(values), |out, value| out.push_str(value.as_str())),
            });
        }
        if !self.variables.is_empty() {
            part(out, "variables");
            object(out, self.variables.iter().map(|(k, v)| (&**k, v)), |out, value| out.push_str(value.as_str()));
        }
        if let Some(queue) = &self.queue {
            part(out, "queue");
            string(out, queue);
        }
        if !self.traces.is_empty() {
            part(out, "traces");
            list(out, &self.traces, |out, trace| {
                out.push_str("{\"rule\":");
                string(out, &trace.rule);
                part(out, "clause");
                string(out, &trace.clause);
                part(out, "attributes");
                object(out, trace.attributes.iter().map(|(k, v)| (&**k, v)), |out, value| out.push_str(value.as_str()));
                out.push('}');
            });
        }
    }

    fn write_told(&self, out: &mut String) {
        if !self.calls.is_empty() {
            part(out, "calls");
            list(out, &self.calls, |out, call| {
                out.push_str("{\"name\":");
                string(out, &call.name);
                part(out, "args");
                list(out, call.arguments.iter(), string);
                part(out, "status");
                string(out, call.answer.status.name());
                // INVARIANT: writing to a string never fails.
                let _ = write!(out, ",\"httpStatusCode\":{},\"latencyMs\":", call.answer.http_status);
                let _ = number::json_double(call.answer.latency_ms, out);
                part(out, "source");
                string(out, call.answer.source.name());
                let _ = write!(out, ",\"defaulted\":{}}}", call.answer.defaulted);
            });
        }
        if !self.notes.is_empty() {
            part(out, "notes");
            list(out, &self.notes, write_note);
        }
        if !self.errors.is_empty() {
            part(out, "errors");
            list(out, &self.errors, |out, error| {
                out.push_str("{\"code\":");
                string(out, error.code.number());
                part(out, "message");
                string(out, &error.message);
                part(out, "rule");
                string(out, &error.rule);
                if let Some(clause) = &error.clause {
                    part(out, "clause");
                    string(out, clause);
                }
                if let Some(file) = &error.file {
                    part(out, "file");
                    string(out, file);
                }
                // INVARIANT: writing to a string never fails.
                let _ = write!(out, ",\"line\":{},\"column\":{}}}", error.line, error.column);
            });
        }
    }
}

fn by_name<V>(values: &Named<V>) -> impl Iterator<Item = (&str, &V)> {
    values.iter().map(|(name, value)| (&**name, value))
}

/// A note as JSON (R3.1).
pub(crate) fn write_note(out: &mut String, note: &NoteEntry) {
    out.push_str("{\"path\":");
    string(out, &note.path);
    part(out, "wanted");
    string(out, note.wanted);
    part(out, "found");
    string(out, &note.found);
    out.push('}');
}

pub(crate) fn note_entry(note: &Note) -> NoteEntry {
    NoteEntry { path: note.path.clone(), wanted: note.wanted.name(), found: note.found.clone() }
}

/// Everything beside the decision itself, if there is any.
fn rest(machine: &Machine<'_>, outcome: &Outcome<'_>) -> Option<Box<Rest>> {
    let written = machine.variables.iter().any(Option::is_some);
    if outcome.emitted.is_empty()
        && outcome.queue.is_none()
        && outcome.texts.iter().all(Option::is_none)
        && !written
        && machine.read.is_empty()
        && machine.notes.is_empty()
        && machine.errors.is_empty()
        && machine.record.is_none()
    {
        return None;
    }
    let program = machine.input.program;
    let clause_name = |number: u32| Arc::from(program.clause_name(number));
    let rule_name = |number: u32| program.rule(number).map_or_else(|| Arc::from(""), |r| r.name.clone());
    let pair_name = |number: u32| program.pairs.get(number as usize).map_or_else(|| Arc::from(""), |p| p.name.clone());
    let mut rest = Rest {
        calls: Vec::with_capacity(machine.read.len()),
        texts: outcome.texts.map(|text| text.map(Box::from)),
        queue: outcome.queue.map(Box::from),
        ..Rest::default()
    };
    // The clause of the last output, and the place of its values.
    let mut last = None;
    for (number, emitted) in outcome.emitted.iter().enumerate() {
        match emitted {
            Emitted::Output { clause, pair, value } => {
                let place = match last {
                    Some((known, place)) if known == *clause => place,
                    _ => {
                        let entry = rest.outputs.entry(Name(clause_name(*clause)));
                        let place = entry.index();
                        let alike =
                            |one: &&Emitted<'_>| matches!(one, Emitted::Output { clause: of, .. } if of == clause);
                        let count = outcome.emitted.iter().skip(number).take_while(alike).count();
                        entry.or_default().reserve(count);
                        place
                    }
                };
                last = Some((*clause, place));
                if let Some((_, values)) = rest.outputs.get_index_mut(place) {
                    values.insert(Name(pair_name(*pair)), JsonText::of(*value));
                }
            }
            Emitted::Response { section, pair, value } => {
                let (key, value) = (Name(pair_name(*pair)), JsonText::of(*value));
                let Some(section) = section else {
                    rest.properties.insert(key, Property::Value(value));
                    continue;
                };
                let section = Name(Arc::from(program.str(*section)));
                let property = rest.properties.entry(section).or_insert_with(|| Property::Section(Named::default()));
                // A section takes the place of a value of its name.
                if let Property::Value(_) = property {
                    *property = Property::Section(Named::default());
                }
                if let Property::Section(values) = property {
                    values.insert(key, value);
                }
            }
            Emitted::Trace { rule, clause, first, values } => {
                let attributes =
                    values.iter().zip(*first..).map(|(value, pair)| (pair_name(pair), JsonText::of(*value)));
                let attributes = attributes.collect();
                rest.traces.push(TraceEntry { rule: rule_name(*rule), clause: clause_name(*clause), attributes });
            }
        }
    }
    for (name, value) in program.variables.iter().zip(&machine.variables) {
        if let Some(value) = value {
            rest.variables.push((name.clone(), JsonText::of(*value)));
        }
    }
    rest.notes = machine.notes.iter().map(note_entry).collect();
    rest.errors = machine.errors.iter().map(|fault| error_entry(program, fault)).collect();
    let outputs = program.outline.iter().flat_map(|outline| &outline.outputs).map(|(id, _)| *id);
    rest.record = machine.recorded(outputs);
    Some(Box::new(rest))
}

/// An evaluation error with its place looked up.
fn error_entry(program: &Program, fault: &Fault) -> ErrorEntry {
    let source = program.sources.get(fault.place.source as usize);
    let (line, column) = source.map_or((1, 1), |source| source.position(fault.place.span.start));
    ErrorEntry {
        code: fault.failure.code,
        message: fault.failure.message.clone(),
        rule: program.rule(fault.rule).map_or_else(|| Arc::from(""), |rule| rule.name.clone()),
        clause: fault.clause.map(|clause| Arc::from(program.clause_name(clause))),
        file: source.filter(|_| program.sources.len() > 1).map(|source| source.name().clone()),
        line,
        column,
    }
}

fn string(out: &mut String, text: &str) {
    // INVARIANT: writing to a string never fails.
    let _ = Json::String(text).write_compact(out);
}

fn part(out: &mut String, key: &str) {
    out.push(',');
    string(out, key);
    out.push(':');
}

fn list<T>(out: &mut String, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut String, T)) {
    out.push('[');
    for (number, item) in items.into_iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

fn object<'k, V>(out: &mut String, members: impl Iterator<Item = (&'k str, V)>, mut write: impl FnMut(&mut String, V)) {
    out.push('{');
    for (number, (key, value)) in members.enumerate() {
        if number > 0 {
            out.push(',');
        }
        string(out, key);
        out.push(':');
        write(out, value);
    }
    out.push('}');
}
