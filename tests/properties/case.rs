//! Whole cases: rules, settings, answers, events.

use super::event::event;
use super::expression::{Declared, Kind, Ty, Writer};
use super::reference::{Answer, Answers};
use super::tape::Tape;
use fql::Limits;
use fql::evaluate::{Mode, OnError};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Everything that one evaluation is made of.
#[derive(Clone, Debug)]
pub struct Case {
    /// The environments on the path, the root first; the only one is none.
    pub stages: Vec<Stage>,
    /// An expression, if that is the case.
    pub expression: String,
    pub events: Vec<String>,
    pub table: Table,
    pub limits: Limits,
    pub on_error: OnError,
}

/// What one environment has.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    pub mode: Mode,
    /// Files of each kind.
    pub functions: Vec<String>,
    pub rules: Vec<String>,
    pub actions: Vec<String>,
    pub routing: Vec<String>,
}

impl Case {
    /// All files, each with its name, as a reader wants them.
    pub fn shown(&self) -> String {
        let mut text = self.expression.clone();
        for (number, stage) in self.stages.iter().enumerate() {
            for (name, file) in stage.files() {
                write!(text, "--- e{number}/{name} ({:?})\n{file}", stage.mode).unwrap();
            }
        }
        text
    }
}

impl Stage {
    /// Every file with its name.
    pub fn files(&self) -> impl Iterator<Item = (String, &String)> {
        let named = |kind: &'static str, files: &'_ [String]| {
            (0..files.len()).map(move |number| format!("{kind}{number}.fql")).collect::<Vec<_>>()
        };
        let kinds = [
            ("functions", &self.functions),
            ("rules", &self.rules),
            ("actions", &self.actions),
            ("routing", &self.routing),
        ];
        kinds.into_iter().flat_map(move |(kind, files)| named(kind, files).into_iter().zip(files))
    }
}

/// What calls answer.
#[derive(Clone, Debug)]
pub struct Table {
    /// Whether functions of the host answer, else stubs.
    pub hosts: bool,
    pub rows: Vec<Row>,
}

/// An answer to a call of that name, with these arguments if they are given.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: &'static str,
    pub arguments: Option<Vec<&'static str>>,
    pub response: &'static str,
    /// A failure, and the status code with it.
    pub failure: Option<(&'static str, u16)>,
}

/// Names as registered, parameters, default responses.
pub const CALLS: [(&str, usize, &str); 4] =
    [("alpha", 1, r#"{"risk":"unknown","score":0}"#), ("beta", 2, "null"), ("gamma", 0, "7"), ("delta", 1, "null")];

/// Keys in alphabetical order, since a stub's answer passes through a map that sorts them.
const RESPONSES: [&str; 14] = [
    r#"{"a":1,"risk":"high","score":0.93,"tags":["x","y"]}"#,
    r#""high""#,
    "5",
    "0",
    "true",
    "null",
    "[1,2,3]",
    r#"{"risk":"low","score":"12","when":"2024-02-29T10:00:00Z"}"#,
    r#""abc""#,
    "1.5",
    "[]",
    r#"{"risk":{},"score":[1],"tags":9007199254740993}"#,
    r#""12""#,
    "false",
];

impl Table {
    fn new(tape: &mut Tape, hosts: bool) -> Table {
        let mut rows = Vec::new();
        for (name, count, _) in CALLS {
            for _ in 0..tape.below(3) {
                let arguments = (0..count).map(|_| tape.pick(&["x", "", "high", "a", "12"])).collect();
                let arguments = (count > 0 && tape.once_in(2)).then_some(arguments);
                let failure = tape.once_in(4).then(|| {
                    if hosts {
                        ("UnknownFailure", 0)
                    } else {
                        tape.pick(&[("Timeout", 0), ("HttpError", 503), ("CircuitBreaker", 0), ("UnknownFailure", 500)])
                    }
                });
                rows.push(Row { name, arguments, response: tape.pick(&RESPONSES), failure });
            }
            // Without a row the call is not stubbed at all.
            if !rows.iter().any(|row: &Row| row.name == name) || tape.once_in(2) {
                rows.push(Row { name, arguments: None, response: tape.pick(&RESPONSES), failure: None });
            }
        }
        Table { hosts, rows }
    }

    /// The row for a call.
    pub fn row(&self, name: &str, arguments: &[String]) -> Option<&Row> {
        self.rows.iter().find(|row| {
            row.name.eq_ignore_ascii_case(name) && row.arguments.as_ref().is_none_or(|wanted| wanted == arguments)
        })
    }

    /// As a stub file.
    pub fn stubs(&self) -> String {
        let calls: Vec<String> = CALLS
            .iter()
            .map(|(name, ..)| {
                let rows = self.rows.iter().filter(|row| row.name == *name).map(Row::stub);
                format!("\"{name}\":[{}]", rows.collect::<Vec<_>>().join(","))
            })
            .collect();
        format!("{{{}}}", calls.join(","))
    }
}

impl Row {
    fn stub(&self) -> String {
        let mut text = format!("{{\"response\":{}", self.response);
        if let Some(arguments) = &self.arguments {
            write!(text, ",\"args\":{arguments:?}").unwrap();
        }
        if let Some((status, code)) = self.failure {
            write!(text, ",\"status\":\"{status}\",\"httpStatusCode\":{code}").unwrap();
        }
        text + "}"
    }
}

impl Answers for Table {
    fn answer(&self, name: &str, arguments: &[String]) -> Answer {
        let source = if self.hosts { "host" } else { "stub" };
        let failed = |status, http_status, error| {
            // Only three calls are defined; the fourth has nothing but its stub.
            let default = CALLS.iter().take(3).find(|(known, ..)| known.eq_ignore_ascii_case(name));
            let value = default.map_or("null", |(_, _, default)| default).to_string();
            Answer { value, status, http_status, error, source, defaulted: true }
        };
        match self.row(name, arguments) {
            None if self.hosts => failed("UnknownFailure", 0, "no answer".to_string()),
            None => failed("UnknownFailure", 0, format!("no stub of `{name}` fits the arguments")),
            Some(Row { failure: Some(_), .. }) if self.hosts => failed("UnknownFailure", 0, "refused".to_string()),
            Some(Row { failure: Some((status, code)), .. }) => failed(status, *code, format!("stubbed: {status}")),
            Some(row) => Answer {
                value: row.response.to_string(),
                status: "Success",
                http_status: 200,
                error: String::new(),
                source,
                defaulted: false,
            },
        }
    }
}

/// A case of rules.
pub fn rules(tape: &mut Tape, hosts: bool) -> Case {
    let mut writer = Writer::new(tape, hosts);
    let mut number = 0;
    let count = writer.tape.pick(&[1, 1, 1, 2, 2, 3]);
    let mut stages = Vec::new();
    for _ in 0..count {
        let mut stage = Stage::default();
        writer.environment = stages.len();
        stage.functions = functions(&mut writer, count > 1);
        let files = if count == 1 && writer.tape.once_in(6) { 2 } else { 1 };
        stage.mode = writer.tape.pick(&[Mode::UntilDecision, Mode::UntilDecision, Mode::FirstMatch]);
        stage.rules = (0..files).map(|_| file(&mut writer, &mut number)).collect();
        for (kind, files) in [(Kind::Action, &mut stage.actions), (Kind::Routing, &mut stage.routing)] {
            if writer.tape.once_in(3) {
                writer.kind = kind;
                files.push(following(&mut writer, &mut number));
            }
        }
        writer.kind = Kind::Decision;
        stages.push(stage);
    }
    let paths = writer.paths;
    finish(tape, stages, String::new(), &paths, hosts)
}

/// A case of one expression.
pub fn expression(tape: &mut Tape) -> Case {
    let mut writer = Writer::new(tape, false);
    let stage = Stage { functions: functions(&mut writer, false), ..Stage::default() };
    let depth = 1 + writer.tape.below(4);
    let text = writer.any(depth);
    let paths = writer.paths;
    finish(tape, vec![stage], text, &paths, false)
}

fn finish(
    tape: &mut Tape,
    stages: Vec<Stage>,
    expression: String,
    paths: &BTreeSet<&'static str>,
    hosts: bool,
) -> Case {
    let limits = Limits {
        string_bytes: tape.pick(&[64 << 10, 64 << 10, 64 << 10, 24]),
        calls_per_event: tape.pick(&[32, 32, 32, 3, 1, 0]),
        event_bytes: tape.pick(&[1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 300]),
        ..Limits::default()
    };
    let on_error = tape.pick(&[OnError::Skip, OnError::Skip, OnError::Skip, OnError::Fail]);
    let table = Table::new(tape, hosts);
    let events = (0..1 + tape.below(8)).map(|_| event(tape, paths)).collect();
    Case { stages, expression, events, table, limits, on_error }
}

/// Files of functions, which call those before them.
fn functions(writer: &mut Writer<'_>, named: bool) -> Vec<String> {
    const TYPES: [(&str, Ty, &[&str]); 5] = [
        ("Double", Ty::Double, &["", " = 0", " = 1.5", " = -3", " = 100"]),
        ("String", Ty::Text, &["", " = \"\"", " = \"none\""]),
        ("Boolean", Ty::Bool, &["", " = false", " = true"]),
        ("Integer", Ty::Int, &["", " = 0", " = 7"]),
        ("DateTime", Ty::Date, &["", " = \"2024-02-29\"", " = '2023-12-31T23:59:59Z'"]),
    ];
    let mut files = Vec::new();
    for _ in 0..writer.tape.pick(&[0, 0, 1, 1, 2, 3]) {
        let number = writer.functions.len();
        let name = format!("F{number}");
        let mut written = Vec::new();
        for at in 0..writer.tape.below(4) {
            let (ty, of, defaults) = writer.tape.pick(&TYPES);
            written.push(format!("_p{at}: {ty}{}", writer.tape.pick(defaults)));
            writer.parameters.push((format!("_p{at}"), of));
        }
        let mut text = format!("{} {name}({})\n", writer.word("FUNCTION"), written.join(", "));
        let mut outputs = Vec::new();
        for at in 0..1 + writer.tape.below(2) {
            let (ty, of, defaults) = writer.tape.pick(&TYPES);
            writeln!(text, "{} Out{at}: {ty}{}", writer.word("OUTPUT"), writer.tape.pick(defaults)).unwrap();
            writer.scope.clear();
            lets(writer, &mut text);
            let depth = writer.tape.below(4);
            let value = if writer.tape.once_in(4) { writer.expr(Ty::Json, depth) } else { writer.expr(of, depth) };
            writeln!(text, "  {} {value}", writer.word("RETURN")).unwrap();
            outputs.push((format!("Out{at}"), of));
        }
        writer.scope.clear();
        let parameters = std::mem::take(&mut writer.parameters).into_iter().map(|(_, of)| of).collect();
        writer.functions.push(Declared { environment: writer.environment, name, parameters, outputs });
        files.push(text);
    }
    if !named {
        // Lone texts have no environments to name.
        files.iter_mut().for_each(|file| *file = file.replace("environment[\"e0\"].", ""));
    }
    files
}

fn file(writer: &mut Writer<'_>, number: &mut usize) -> String {
    let rules = 1 + writer.tape.below(3);
    let mut text = String::new();
    for _ in 0..rules {
        let headed = begin(writer, number, &mut text);
        for clause in 0..1 + writer.tape.below(3) {
            if headed {
                let name = writer.tape.pick(&["c", "watch", "Watch"]);
                writeln!(text, "CLAUSE \"{name}{clause}\"").unwrap();
            }
            let mut decided = false;
            let mut observed = false;
            for _ in 0..1 + if headed { writer.tape.below(3) } else { 0 } {
                lets(writer, &mut text);
                match writer.tape.below(3) {
                    0 if !decided => {
                        decided = true;
                        returns(writer, &mut text);
                    }
                    1 if !observed => {
                        observed = true;
                        write!(text, "{} {}", writer.word("OBSERVE"), observation(writer)).unwrap();
                        if writer.tape.once_in(4) {
                            write!(text, ", {}", observation(writer)).unwrap();
                        }
                    }
                    _ => {
                        write!(text, "{} {}", writer.word("DO"), variables(writer)).unwrap();
                        if writer.tape.once_in(6) {
                            write!(text, ", {}", variables(writer)).unwrap();
                        }
                    }
                }
                when(writer, &mut text);
            }
        }
    }
    text
}

/// A file of action rules or routing rules, as the writer's kind says.
fn following(writer: &mut Writer<'_>, number: &mut usize) -> String {
    let mut text = String::new();
    for _ in 0..1 + writer.tape.below(2) {
        let headed = begin(writer, number, &mut text);
        for clause in 0..1 + writer.tape.below(3) {
            if headed {
                writeln!(text, "CLAUSE \"c{clause}\"").unwrap();
            }
            lets(writer, &mut text);
            if writer.kind == Kind::Routing && writer.tape.below(4) < 3 {
                let queue = reason(writer);
                write!(text, "{} {}({queue})", writer.word("ROUTETO"), writer.word("Queue")).unwrap();
            } else {
                write!(text, "{} {}", writer.word("DO"), action(writer)).unwrap();
                if writer.tape.once_in(4) {
                    write!(text, ", {}", action(writer)).unwrap();
                }
            }
            when(writer, &mut text);
        }
    }
    text
}

/// The header and condition of a rule; whether its clauses have headers.
fn begin(writer: &mut Writer<'_>, number: &mut usize, text: &mut String) -> bool {
    *number += 1;
    writer.scope.clear();
    writeln!(text, "{} \"Rule {number}\"", writer.word("RULE")).unwrap();
    if writer.tape.once_in(12) {
        text.push_str("STATUS inactive\n");
    }
    let headed = writer.tape.once_in(2);
    let conditional = writer.tape.below(3) < 2;
    if conditional {
        if headed {
            text.push_str("CONDITION\n");
        }
        lets(writer, text);
        let depth = writer.tape.below(4);
        writeln!(text, "{} {}", writer.word("WHEN"), condition(writer, depth)).unwrap();
    }
    headed
}

/// The end of a statement, most often with a `WHEN`.
fn when(writer: &mut Writer<'_>, text: &mut String) {
    if writer.tape.below(4) < 3 {
        let depth = writer.tape.below(4);
        write!(text, "\n  {} {}", writer.word("WHEN"), condition(writer, depth)).unwrap();
    }
    text.push('\n');
}

fn action(writer: &mut Writer<'_>) -> String {
    match writer.tape.below(3) {
        1 if writer.kind == Kind::Action => {
            let section = writer.tape.pick(&["", "", "\"k\", ", "\"section\", "]);
            format!("{}({section}{})", writer.word("SetResponse"), pairs(writer, ["k", "key", "Section"]))
        }
        2 if writer.kind == Kind::Action => writer.call(1),
        _ => variables(writer),
    }
}

fn condition(writer: &mut Writer<'_>, depth: usize) -> String {
    writer.expr(Ty::Bool, depth)
}

fn lets(writer: &mut Writer<'_>, text: &mut String) {
    let count = writer.tape.below(3);
    for _ in 0..count {
        let depth = writer.tape.below(3);
        let (value, bound) = writer.bound(depth);
        let name = format!("v{}", writer.scope.len());
        writeln!(text, "{} ${name} = {value}", writer.word("LET")).unwrap();
        writer.scope.push((name, bound));
    }
}

fn pairs(writer: &mut Writer<'_>, keys: [&str; 3]) -> String {
    let mut pairs = Vec::new();
    for key in keys.iter().take(1 + writer.tape.below(3)) {
        let key = writer.word(key);
        let depth = writer.tape.below(3);
        pairs.push(format!("{key} = {}", writer.any(depth)));
    }
    pairs.join(", ")
}

fn observation(writer: &mut Writer<'_>) -> String {
    let name = writer.tape.pick(&["Output", "Trace"]);
    format!("{}({})", writer.word(name), pairs(writer, ["k", "key", "z"]))
}

fn variables(writer: &mut Writer<'_>) -> String {
    let keys = writer.tape.pick(&[["p", "q", "r"], ["r", "p", "q"], ["q", "r", "p"]]);
    format!("{}({})", writer.word("SetVariables"), pairs(writer, keys))
}

fn returns(writer: &mut Writer<'_>, text: &mut String) {
    let kind = writer.tape.pick(&["Reject", "Approve", "Review", "Challenge"]);
    let challenge = kind == "Challenge";
    let mut named: Vec<&str> = vec!["reason", "supportMessage"];
    if challenge {
        named.push(writer.tape.pick(&["challengeType", "type"]));
    }
    let mut arguments = Vec::new();
    if writer.tape.once_in(3) {
        // By name, in any order.
        let turn = writer.tape.below(named.len());
        named.rotate_left(turn);
        for name in &named {
            if challenge && name.ends_with("ype") || writer.tape.once_in(2) {
                arguments.push(format!("{} = {}", writer.word(name), reason(writer)));
            }
        }
    } else {
        let least = usize::from(challenge);
        for _ in 0..least + writer.tape.below(3) {
            arguments.push(reason(writer));
        }
    }
    write!(text, "{} {}({})", writer.word("RETURN"), writer.word(kind), arguments.join(", ")).unwrap();
    if writer.tape.once_in(4) {
        write!(text, ", {}", observation(writer)).unwrap();
    }
}

fn reason(writer: &mut Writer<'_>) -> String {
    if writer.tape.once_in(3) {
        let depth = writer.tape.below(3);
        writer.expr(Ty::Text, depth)
    } else {
        format!("\"{}\"", writer.tape.pick(&["bad", "do not escalate", "SMS"]))
    }
}
