//! Expressions, by recursion.

use super::{Answer, Refusal, World, event};
use bumpalo::Bump;
use fql::diagnostic::Code;
use fql::evaluate::OnError;
use fql::function::Function;
use fql::hir::{Assessment, Conversion, Expr, Kind, Step, StepKind};
use fql::source::Span;
use fql::value::{Context, Datum, DecisionKind, Failure, Json, Type, convert, json, operate};
use std::collections::{HashMap, HashSet};

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// It failed, and the error is listed (L5.1).
    Failed,
    /// The whole evaluation ends (L5.2).
    Ended,
}

/// A value, and the number of the call that it is the result of, if it is one.
type Value<'a> = (Datum<'a>, Option<usize>);

/// An entry of `errors`.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) failure: Failure,
    pub(super) source: u32,
    pub(super) span: Span,
    pub(super) rule: String,
    pub(super) clause: Option<String>,
}

/// A call that was made.
#[derive(Clone, Debug)]
pub(super) struct Made<'a> {
    pub(super) id: u32,
    pub(super) arguments: Vec<String>,
    pub(super) answer: &'a Answer,
    value: Json<'a>,
}

/// The state of one evaluation.
pub struct Interpreter<'a> {
    pub(super) program: &'a Assessment,
    pub(super) world: World<'a>,
    event: Json<'a>,
    context: Context<'a>,
    lets: HashMap<u32, Result<Value<'a>, Halt>>,
    /// What `SetVariables` wrote, by number.
    pub(super) written: HashMap<u32, Json<'a>>,
    notes: Vec<(String, Type, String)>,
    noted: HashSet<(String, Type)>,
    pub(super) faults: Vec<Fault>,
    pub(super) made: Vec<Made<'a>>,
    /// The rule and clause that run.
    pub(super) rule: String,
    pub(super) clause: Option<String>,
    /// What was decided, once it is.
    pub(super) decision: Option<DecisionKind>,
    /// The text that is being evaluated, for places.
    pub(super) source: u32,
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(program: &'a Assessment, world: World<'a>, event: Json<'a>, arena: &'a Bump) -> Self {
        let context = Context {
            arena,
            now: world.now,
            seed: world.seed,
            place: 0,
            string_bytes: world.limits.string_bytes,
            json_bytes: world.limits.event_bytes,
            correlation_id: world.correlation_id,
            unreadable: false,
        };
        Interpreter {
            program,
            world,
            event,
            context,
            lets: HashMap::new(),
            written: HashMap::new(),
            notes: Vec::new(),
            noted: HashSet::new(),
            faults: Vec::new(),
            made: Vec::new(),
            rule: String::new(),
            clause: None,
            decision: None,
            source: 0,
        }
    }

    /// The value of an expression.
    pub fn value(&mut self, e: &'a Expr) -> Result<Datum<'a>, Halt> {
        Ok(match &e.kind {
            Kind::Constant(constant) => constant.datum(),
            Kind::Attribute(path) => self.attribute(*path, e.ty),
            Kind::Event(None) => Datum::Json(self.event),
            Kind::Event(Some(path)) => Datum::Json(self.found(*path).unwrap_or(Json::Null)),
            Kind::Exists(path) => Datum::Bool(!matches!(self.found(*path), None | Some(Json::Null))),
            Kind::Variable(_) | Kind::External(..) => self.with_call(e)?.0,
            Kind::Decision => Datum::Decision(self.decision.unwrap()),
            Kind::GetVariable(id) => Datum::Json(self.written.get(id).copied().unwrap_or(Json::Null)),
            Kind::GetVariableNamed(name) => {
                let name = text(self.value(name)?);
                let id = self.program.variables.iter().position(|known| known.eq_ignore_ascii_case(name));
                let value = id.and_then(|id| self.written.get(&(id as u32)));
                Datum::Json(value.copied().unwrap_or(Json::Null))
            }
            Kind::Array(items) => {
                let mut values = Vec::new();
                for item in items {
                    values.push(self.json(item)?);
                }
                self.built(Json::array(self.context.arena, &values), e.span)?
            }
            Kind::Object(members) => {
                let mut values = Vec::new();
                for (key, value) in members {
                    values.push((&**key, self.json(value)?));
                }
                self.built(Json::object(self.context.arena, &values), e.span)?
            }
            Kind::Not(operand) => Datum::Bool(!self.truth(operand)?),
            Kind::Negate(operand) => {
                let value = self.value(operand)?;
                self.or_fault(operate::negate(value), e.span)?
            }
            Kind::And(operands) => {
                for operand in operands {
                    if !self.truth(operand)? {
                        return Ok(Datum::Bool(false));
                    }
                }
                Datum::Bool(true)
            }
            Kind::Or(operands) => {
                for operand in operands {
                    if self.truth(operand)? {
                        return Ok(Datum::Bool(true));
                    }
                }
                Datum::Bool(false)
            }
            Kind::Conditional(parts) => {
                let [test, yes, no] = &**parts;
                let taken = if self.truth(test)? { yes } else { no };
                self.value(taken)?
            }
            Kind::Chain(first, links) => {
                let mut left = self.value(first)?;
                for link in links {
                    let right = self.value(&link.operand)?;
                    let result = link.operator.apply(left, right, &mut self.context);
                    left = self.or_fault(result, first.span.to(link.operand.span))?;
                }
                left
            }
            Kind::Compare(comparison, operands) => {
                let [left, right] = &**operands;
                let (a, b) = (self.value(left)?, self.value(right)?);
                let holds = comparison.apply(a, b, &mut self.context);
                let json = if left.ty == Type::Json { (a, left) } else { (b, right) };
                self.note_unreadable(json.0, Type::Double, json.1.span, Some(json.1));
                Datum::Bool(holds)
            }
            Kind::Steps(base, steps) => {
                let mut value = self.value(base)?;
                let mut from = Some(&**base);
                for step in steps {
                    value = self.step(value, step, from.take())?;
                }
                value
            }
            Kind::Call(row, arguments) => {
                let values = self.values(arguments)?;
                self.builtin(row, &values, e.span, None)?
            }
            Kind::Bound(callable, arguments) => {
                let values = self.values(arguments)?;
                self.context.place = u64::from(self.source) << 32 | u64::from(e.span.start);
                let result = callable.run(&mut self.context, &values);
                if self.context.unreadable {
                    let wanted = callable.reads().expect("only what reads its first argument sets the flag");
                    self.note_unreadable(values[0], wanted, e.span, arguments.first());
                }
                self.or_fault(result, e.span)?
            }
            Kind::Diagnostics(call) => {
                let (_, number) = self.with_call(call)?;
                self.diagnostics(number.expect("the checker lets only calls have diagnostics"))
            }
            Kind::ReadOr(default, operand) => {
                let json = self.value(operand)?;
                let read = convert::read(json_of(json), e.ty, &mut self.context);
                let unreadable = self.context.unreadable;
                self.note_unreadable(json, e.ty, e.span, Some(operand));
                if unreadable { default.datum() } else { self.or_fault(read, e.span)? }
            }
            Kind::Convert(conversion, operand) => {
                let value = self.value(operand)?;
                self.convert(*conversion, value, e.ty, e.span, Some(operand))?
            }
        })
    }

    /// One postfix step on a value; `from` is the expression that gave the value, if no step did.
    fn step(&mut self, value: Datum<'a>, step: &'a Step, from: Option<&'a Expr>) -> Result<Datum<'a>, Halt> {
        Ok(match &step.kind {
            StepKind::Member(name) => Datum::Json(member(json_of(value), name)),
            StepKind::MemberNamed(name) => {
                let name = text(self.value(name)?);
                Datum::Json(member(json_of(value), name))
            }
            StepKind::Element(index) => {
                let items = if let Json::Array(array) = json_of(value) { array.items } else { &[] };
                let Datum::Int(index) = self.value(index)? else { panic!("an index is an Int") };
                let item = usize::try_from(index).ok().and_then(|index| items.get(index));
                Datum::Json(item.copied().unwrap_or(Json::Null))
            }
            StepKind::Field(name) => {
                let field = json_of(value).member(name).unwrap_or(Json::Null);
                let result = convert::read(field, step.ty, &mut self.context);
                assert!(!self.context.unreadable, "a record has the types it promises");
                self.or_fault(result, step.span)?
            }
            StepKind::Method(row, arguments) => {
                let mut values = vec![value];
                values.extend(self.values(arguments)?);
                self.builtin(row, &values, step.span, from)?
            }
            StepKind::Convert(conversion) => self.convert(*conversion, value, step.ty, step.span, from)?,
        })
    }

    fn values(&mut self, arguments: &'a [Expr]) -> Result<Vec<Datum<'a>>, Halt> {
        arguments.iter().map(|argument| self.value(argument)).collect()
    }

    fn builtin(
        &mut self,
        row: &'static Function,
        values: &[Datum<'a>],
        span: Span,
        from: Option<&Expr>,
    ) -> Result<Datum<'a>, Halt> {
        self.context.place = u64::from(self.source) << 32 | u64::from(span.start);
        let result = (row.run)(&mut self.context, values);
        if let Some(first) = values.first() {
            self.note_unreadable(*first, row.result, span, from);
        }
        self.or_fault(result, span)
    }

    fn convert(
        &mut self,
        conversion: Conversion,
        value: Datum<'a>,
        ty: Type,
        span: Span,
        from: Option<&Expr>,
    ) -> Result<Datum<'a>, Halt> {
        let result = match conversion {
            Conversion::Widen => match value {
                Datum::Int(value) => Ok(Datum::Double(value as f64)),
                other => panic!("only an Int widens, found {other:?}"),
            },
            Conversion::Read => convert::read(json_of(value), ty, &mut self.context),
            Conversion::ToJson => convert::to_json(value, &self.context).map(Datum::Json),
            Conversion::ToText => convert::text(value, &self.context).map(Datum::String),
        };
        self.note_unreadable(value, ty, span, from);
        self.or_fault(result, span)
    }

    /// The value of a call or of a variable, with the call that it is the result of.
    fn with_call(&mut self, e: &'a Expr) -> Result<Value<'a>, Halt> {
        match &e.kind {
            Kind::External(id, arguments) => {
                let mut texts = Vec::new();
                for argument in arguments {
                    texts.push(text(self.value(argument)?).to_string());
                }
                let number = self.call(*id, texts, e.span)?;
                Ok((Datum::Json(self.made[number].value), Some(number)))
            }
            Kind::Variable(id) => {
                if let Some(known) = self.lets.get(id) {
                    return *known;
                }
                let bound = &self.program.lets[*id as usize];
                let reader = std::mem::replace(&mut self.source, bound.source);
                let value = match (self.with_call(&bound.value), &bound.default) {
                    (Err(Halt::Failed), Some(default)) => Ok((default.datum(), None)),
                    (value, _) => value,
                };
                self.source = reader;
                self.lets.insert(*id, value);
                value
            }
            _ => Ok((self.value(e)?, None)),
        }
    }

    /// Makes a call, unless it was made before (L8.2).
    fn call(&mut self, id: u32, arguments: Vec<String>, span: Span) -> Result<usize, Halt> {
        let before = self.made.iter().position(|made| made.id == id && made.arguments == arguments);
        if let Some(number) = before {
            return Ok(number);
        }
        let limit = self.world.limits.calls_per_event;
        if self.made.len() >= limit {
            let message = format!("one event makes at most `calls_per_event` = {limit} external calls");
            return Err(self.fault(Failure::new(Code::TOO_MANY_CALLS, message), span));
        }
        let arena = self.context.arena;
        let answer = self.world.answers.answer(&self.program.externals[id as usize].name, &arguments);
        let value = json::parse(arena.alloc_str(&answer.value), arena).unwrap();
        let answer: &'a Answer = arena.alloc(answer);
        self.made.push(Made { id, arguments, answer, value });
        Ok(self.made.len() - 1)
    }

    /// L8.4
    fn diagnostics(&self, number: usize) -> Datum<'a> {
        let arena = self.context.arena;
        let made = &self.made[number];
        let request: Vec<Json<'a>> = made.arguments.iter().map(|text| Json::String(arena.alloc_str(text))).collect();
        Datum::Json(Json::object(
            arena,
            &[
                ("Request", Json::array(arena, &request)),
                ("Endpoint", Json::String("")),
                ("HttpStatusCode", Json::Int(i64::from(made.answer.http_status))),
                ("ErrorMessage", Json::String(&made.answer.error)),
                ("Latency", Json::Double(0.0)),
            ],
        ))
    }

    pub(super) fn json(&mut self, e: &'a Expr) -> Result<Json<'a>, Halt> {
        Ok(json_of(self.value(e)?))
    }

    pub(super) fn truth(&mut self, e: &'a Expr) -> Result<bool, Halt> {
        match self.value(e)? {
            Datum::Bool(value) => Ok(value),
            other => panic!("expected a Bool, found {other:?}"),
        }
    }

    fn found(&self, path: u32) -> Option<Json<'a>> {
        event::walk(self.event, &self.program.paths[path as usize].steps)
    }

    fn attribute(&mut self, path: u32, ty: Type) -> Datum<'a> {
        let found = self.found(path);
        let (value, readable) = event::read_as(found, ty, self.context.arena);
        if !readable {
            let name = self.program.paths[path as usize].text.clone();
            self.note(name, ty, found.unwrap_or(Json::Null));
        }
        value
    }

    /// The note of a Json that could not be read, if that just happened: its path is that of the event, if it comes right
    /// from there, else its text.
    fn note_unreadable(&mut self, value: Datum<'a>, wanted: Type, span: Span, from: Option<&Expr>) {
        if std::mem::take(&mut self.context.unreadable) {
            let path = match from.map(|from| &from.kind) {
                Some(Kind::Event(Some(path)) | Kind::Attribute(path)) => {
                    self.program.paths[*path as usize].text.clone()
                }
                _ => self.program.sources[self.source as usize].slice(span).to_string(),
            };
            self.note(path, wanted, json_of(value));
        }
    }

    /// One note for a path and a type (L3.5).
    fn note(&mut self, path: String, wanted: Type, found: Json<'_>) {
        if self.noted.insert((path.clone(), wanted)) {
            self.notes.push((path, wanted, found.excerpt(200)));
        }
    }

    /// Json that the program built, held against the limits (L5.4).
    fn built(&mut self, json: Json<'a>, span: Span) -> Result<Datum<'a>, Halt> {
        let limit = self.world.limits.event_bytes;
        if json.weight() as usize <= limit && json.depth() <= 128 {
            return Ok(Datum::Json(json));
        }
        let message = format!("the Json would be larger than {limit} bytes or deeper than 128 levels");
        Err(self.fault(Failure::new(Code::JSON_TOO_LARGE, message), span))
    }

    fn or_fault(&mut self, result: Result<Datum<'a>, Failure>, span: Span) -> Result<Datum<'a>, Halt> {
        result.map_err(|failure| self.fault(failure, span))
    }

    /// Lists an error: one for a place (L3.5, L5.2).
    fn fault(&mut self, failure: Failure, span: Span) -> Halt {
        if !self.faults.iter().any(|known| known.source == self.source && known.span == span) {
            let (rule, clause) = (self.rule.clone(), self.clause.clone());
            self.faults.push(Fault { failure, source: self.source, span, rule, clause });
        }
        if self.world.on_error == OnError::Fail { Halt::Ended } else { Halt::Failed }
    }

    /// The last error, as what ends an evaluation.
    pub(super) fn refusal(&self) -> Refusal {
        let fault = self.faults.last().unwrap();
        let position = self.program.sources[fault.source as usize].position(fault.span.start);
        let code = fault.failure.code.number().to_string();
        Refusal { code, message: fault.failure.message.clone(), position: Some(position) }
    }

    pub(super) fn told_notes(&self) -> Vec<(String, String, String)> {
        let told =
            |(path, wanted, found): &(String, Type, String)| (path.clone(), wanted.name().to_string(), found.clone());
        self.notes.iter().map(told).collect()
    }
}

/// A member by name (L3.7): an object's own, else the built-in `Length` (L6.6), else null.
fn member<'a>(json: Json<'a>, name: &str) -> Json<'a> {
    let members = if let Json::Object(object) = json { object.members } else { &[] };
    let exact = members.iter().find(|(key, _)| *key == name);
    let similar = || members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    if let Some((_, value)) = exact.or_else(similar) {
        return *value;
    }
    if !name.eq_ignore_ascii_case("length") {
        return Json::Null;
    }
    Json::Int(match json {
        Json::Array(array) => array.items.len() as i64,
        Json::Object(object) => object.members.len() as i64,
        _ => 0,
    })
}

pub(super) fn json_of<'a>(value: Datum<'a>) -> Json<'a> {
    match value {
        Datum::Json(json) => json,
        other => panic!("expected Json, found {other:?}"),
    }
}

pub(super) fn text<'a>(value: Datum<'a>) -> &'a str {
    match value {
        Datum::String(text) => text,
        other => panic!("expected a String, found {other:?}"),
    }
}
