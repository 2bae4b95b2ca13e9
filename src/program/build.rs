//! Flattens the tree as meant into a [`Program`].
//!
//! The walk recurses as deep as brackets nest, which the parser bounds.

use super::calculation::{MOST_STEPS, Step};
use super::test::ends;
use super::*;
use crate::function::{self, Function, Volatility};
use crate::hir::{Constant, Expr, Kind, StepKind};
use crate::value::operate::{Operands, Relation};
use std::collections::HashMap;

/// Compiles an assessment.
pub(super) fn rules(assessment: &hir::Assessment) -> Program {
    let mut build = Build::new(assessment);
    for rule in &assessment.rules {
        build.source = rule.source;
        build.rule(rule);
    }
    build.finish()
}

/// Compiles an expression.
pub(super) fn expression(program: &hir::Program) -> Program {
    let mut build = Build::new(&program.parts);
    build.program.expression = build.code_of(&program.expression);
    build.program.expression_type = Some(program.expression.ty);
    build.finish()
}

struct Build<'h> {
    hir: &'h hir::Assessment,
    program: Program,
    source: u32,
    texts: HashMap<Arc<str>, TextRef>,
    slots: HashMap<(Type, u32), u32>,
    /// For each variable whether its value makes external calls, itself or through others.
    calls: Vec<bool>,
}

impl<'h> Build<'h> {
    fn new(hir: &'h hir::Assessment) -> Build<'h> {
        let program = Program {
            paths: Paths::new(&hir.paths),
            path_names: hir.paths.iter().map(|path| Arc::from(path.text.as_str())).collect(),
            variables: hir.variables.clone(),
            externals: hir.externals.clone(),
            stages: hir.stages.clone(),
            sources: hir.sources.clone(),
            ..Program::default()
        };
        let mut build =
            Build { hir, program, source: 0, texts: HashMap::new(), slots: HashMap::new(), calls: Vec::new() };
        for (id, bound) in hir.lets.iter().enumerate() {
            build.source = bound.source;
            let calls = build.makes_calls(&bound.value);
            build.calls.push(calls);
            let start = build.next();
            build.expr(&bound.value);
            build.push(Op::EndLet(id as u32), bound.value.span);
            let fails = build.program.code.iter().skip(start as usize).any(|op| match op {
                Op::Let(earlier) => build.program.let_fails.get(*earlier as usize).copied().unwrap_or(true),
                op => op.can_fail(),
            });
            build.program.lets.push(start);
            build.program.let_fails.push(fails);
        }
        build
    }

    fn finish(mut self) -> Program {
        self.program.reads_outside = self.program.code.iter().any(|op| match op {
            Op::Call { function, .. } | Op::CallMany { function } => function.volatility != Volatility::Immutable,
            Op::Bound { .. } => true,
            _ => false,
        });
        let program = &mut self.program;
        let tests = program.tests.len() + program.code.len();
        program.most_steps = tests + program.statements.len() + program.rules.len() + program.clauses.len();
        self.program
    }

    fn next(&self) -> u32 {
        self.program.code.len() as u32
    }

    fn push(&mut self, op: Op, span: Span) -> u32 {
        let at = self.next();
        self.program.code.push(op);
        self.program.places.push(Place { span, source: self.source });
        at
    }

    /// Puts the right target into a jump that was pushed before its target was known.
    fn patch(&mut self, at: u32, op: Op) {
        if let Some(slot) = self.program.code.get_mut(at as usize) {
            *slot = op;
        }
    }

    fn text(&mut self, text: &Arc<str>) -> TextRef {
        if let Some(known) = self.texts.get(text) {
            return *known;
        }
        let made = TextRef { start: self.program.text.len() as u32, len: text.len() as u32 };
        self.program.text.push_str(text);
        self.texts.insert(text.clone(), made);
        made
    }

    /// The slot of a path read as a type.
    fn slot(&mut self, ty: Type, path: u32) -> u32 {
        let columns = &mut self.program.columns;
        let column = match ty {
            Type::Bool => &mut columns.bools,
            Type::Int => &mut columns.ints,
            Type::Double => &mut columns.doubles,
            Type::DateTime => &mut columns.dates,
            _ => &mut columns.texts,
        };
        *self.slots.entry((ty, path)).or_insert_with(|| {
            column.push(path);
            column.len() as u32 - 1
        })
    }

    fn rule(&mut self, rule: &hir::Rule) {
        let condition = self.condition(rule.condition.as_ref());
        let first = self.program.clauses.len() as u32;
        let first_statement = self.program.statements.len() as u32;
        for clause in &rule.clauses {
            let statements = self.program.statements.len() as u32;
            for statement in &clause.statements {
                self.statement(statement);
            }
            let statements = statements..self.program.statements.len() as u32;
            let name = self.text(&clause.name);
            self.program.clauses.push(Clause { name, statements });
        }
        let clauses = first..self.program.clauses.len() as u32;
        let last = self.program.stages.get(rule.stage as usize).is_some_and(|stage| stage.first_match);
        let statements = first_statement..self.program.statements.len() as u32;
        let name = rule.name.clone();
        self.program.rules.push(Rule { name, stage: rule.stage, last, condition, clauses, statements });
    }

    fn statement(&mut self, statement: &hir::Statement) {
        let clause = self.program.clauses.len() as u32;
        let rule = self.program.rules.len() as u32;
        let when = self.condition(statement.when.as_ref());
        let first = self.program.effects.len() as u32;
        for effect in &statement.effects {
            let effect = match effect {
                hir::Effect::Decide(decide) => Effect::Decide(self.decide(decide)),
                hir::Effect::Output(pairs) => Effect::Output(self.pairs(pairs)),
                hir::Effect::Trace(pairs) => Effect::Trace(self.pairs(pairs)),
                hir::Effect::SetVariables(pairs) => {
                    let first = self.program.pairs.len() as u32;
                    for (variable, value) in pairs {
                        let name = self.hir.variables.get(*variable as usize).cloned().unwrap_or_else(|| Arc::from(""));
                        let code = self.code_of(value);
                        self.program.pairs.push(Pair { name, variable: *variable, code });
                    }
                    Effect::SetVariables(first..self.program.pairs.len() as u32)
                }
            };
            self.program.effects.push(effect);
        }
        let effects = first..self.program.effects.len() as u32;
        let decides = match self.program.effects.get(first as usize..) {
            Some([Effect::Decide(decide)]) if !decide.texts.iter().any(|text| matches!(text, Argument::Code(_))) => {
                Some(decide.kind)
            }
            _ => None,
        };
        self.program.statements.push(Statement { when, effects, clause, rule, decides });
    }

    fn decide(&mut self, decide: &hir::Decide) -> Decide {
        let texts = [&decide.challenge_type, &decide.reason, &decide.support_message].map(|text| match text {
            None => Argument::Absent,
            Some(e) => match e.kind.text() {
                Some(text) => Argument::Constant(self.text(&text.clone())),
                None => Argument::Code(self.code_of(e)),
            },
        });
        let mut order = [3; 3];
        for (to, from) in order.iter_mut().zip(&decide.order) {
            *to = *from;
        }
        Decide { kind: decide.kind, texts, order }
    }

    fn pairs(&mut self, pairs: &[(Arc<str>, Expr)]) -> Range<u32> {
        let codes: Vec<(Arc<str>, u32)> =
            pairs.iter().map(|(name, value)| (name.clone(), self.code_of(value))).collect();
        let first = self.program.pairs.len() as u32;
        self.program.pairs.extend(codes.into_iter().map(|(name, code)| Pair { name, variable: 0, code }));
        first..self.program.pairs.len() as u32
    }

    fn condition(&mut self, e: Option<&Expr>) -> Condition {
        match e {
            None => Condition::Always,
            Some(e) if self.makes_calls(e) => Condition::Code(self.code_of(e)),
            Some(e) => match self.test(e, TRUE, FALSE) {
                TRUE => Condition::Always,
                entry => Condition::Tests(entry),
            },
        }
    }

    /// The code of an expression that stands alone.
    fn code_of(&mut self, e: &Expr) -> u32 {
        let start = self.next();
        self.expr(e);
        self.push(Op::End, e.span);
        start
    }

    /// Whether evaluating it can make an external call.
    fn makes_calls(&self, e: &Expr) -> bool {
        match &e.kind {
            Kind::External(..) => true,
            Kind::Variable(id) => self.calls.get(*id as usize).copied().unwrap_or(false),
            kind => kind.children().any(|child| self.makes_calls(child)),
        }
    }

    // Truth values that decide.

    fn add_test(&mut self, kind: TestKind, yes: u32, no: u32) -> u32 {
        self.program.tests.push(Test { kind, yes, no });
        self.program.tests.len() as u32 - 1
    }

    /// The test with which a truth value begins that goes on at `yes` or `no`. Built from the end, since targets come first.
    fn test(&mut self, e: &Expr, yes: u32, no: u32) -> u32 {
        match &e.kind {
            Kind::Constant(Constant::Bool(value)) => self.add_test(TestKind::Constant(*value), yes, no),
            Kind::Not(inner) => self.test(inner, no, yes),
            Kind::And(operands) => operands.iter().rev().fold(yes, |yes, operand| self.test(operand, yes, no)),
            Kind::Or(operands) => operands.iter().rev().fold(no, |no, operand| self.test(operand, yes, no)),
            Kind::Conditional(parts) => {
                let [test, then, otherwise] = parts.as_ref();
                let otherwise = self.test(otherwise, yes, no);
                let then = self.test(then, yes, no);
                self.test(test, then, otherwise)
            }
            Kind::Compare(comparison, operands) if self.is_choice(comparison.operands, operands) => {
                self.test_of_choice(*comparison, operands, yes, no)
            }
            _ => match self.fused(e) {
                Some((kind, true)) => self.add_test(kind, yes, no),
                Some((kind, false)) => self.add_test(kind, no, yes),
                None => {
                    let start = self.code_of(e);
                    self.add_test(TestKind::Code(start), yes, no)
                }
            },
        }
    }

    /// Whether a comparison begins with a choice between constants: `(@a ? 5000 : 1000) < @b`.
    fn is_choice(&self, compared: Operands, operands: &[Expr; 2]) -> bool {
        let [left, right] = operands;
        let Kind::Conditional(parts) = &left.kind else { return false };
        let [_, yes, no] = parts.as_ref();
        let constant = |e: &Expr| matches!(e.kind, Kind::Constant(_));
        compared == Operands::Same && constant(yes) && constant(no) && matches!(right.kind, Kind::Attribute(_))
    }

    /// The choice is made first, then the one constant is compared.
    fn test_of_choice(&mut self, comparison: hir::Comparison, operands: &[Expr; 2], yes: u32, no: u32) -> u32 {
        let [left, right] = operands;
        let Kind::Conditional(parts) = &left.kind else { return no };
        let [test, then, otherwise] = parts.as_ref();
        let mut branch = |constant: &Expr| match self.fused_comparison(comparison.relation, constant, right) {
            Some((kind, true)) => self.add_test(kind, yes, no),
            Some((kind, false)) => self.add_test(kind, no, yes),
            None => {
                let start = self.next();
                self.expr(constant);
                self.expr(right);
                self.push(Op::Compare(comparison), right.span);
                self.push(Op::End, right.span);
                self.add_test(TestKind::Code(start), yes, no)
            }
        };
        let otherwise = branch(otherwise);
        let then = branch(then);
        self.test(test, then, otherwise)
    }

    /// A comparison of a slot as one test: what is asked, and whether yes means true.
    fn fused(&mut self, e: &Expr) -> Option<(TestKind, bool)> {
        match &e.kind {
            Kind::Attribute(path) if e.ty == Type::Bool => Some((TestKind::Bool(self.slot(Type::Bool, *path)), true)),
            Kind::Exists(path) => Some((TestKind::Exists(*path), true)),
            Kind::Compare(comparison, operands) if comparison.operands == Operands::Same => {
                let [left, right] = operands.as_ref();
                self.fused_comparison(comparison.relation, left, right)
                    .or_else(|| self.calculation(comparison.relation, left, right))
            }
            Kind::Call(row, arguments) => match arguments.as_slice() {
                [subject, constant] => self.fused_call(row, subject, constant),
                _ => None,
            },
            Kind::Steps(subject, steps) => match steps.as_slice() {
                [hir::Step { kind: StepKind::Method(row, arguments), .. }] => match arguments.as_slice() {
                    [constant] => self.fused_call(row, subject, constant),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// A question about a text slot and a constant.
    fn fused_call(&mut self, row: &Function, subject: &Expr, constant: &Expr) -> Option<(TestKind, bool)> {
        let Kind::Attribute(path) = subject.kind else { return None };
        let text = constant.kind.text()?.clone();
        if subject.ty != Type::String {
            return None;
        }
        let slot = self.slot(Type::String, path);
        let (head, tail) = ends(text.as_bytes());
        let short = u8::try_from(text.len()).ok().filter(|len| (1..=8).contains(len));
        let kind = match (row.place, row.name, short) {
            (function::Place::Method(Type::String), "StartsWith", Some(len)) => TestKind::ShortStart(slot, len, head),
            (function::Place::Method(Type::String), "StartsWith", None) => TestKind::StartsWith(slot, self.text(&text)),
            (function::Place::Method(Type::String), "EndsWith", Some(len)) => TestKind::ShortEnd(slot, len, tail),
            (function::Place::Method(Type::String), "EndsWith", None) => TestKind::EndsWith(slot, self.text(&text)),
            (function::Place::Method(Type::String), "Contains", _) => TestKind::Contains(slot, self.text(&text)),
            (function::Place::Method(Type::String), "Equals", _) => self.text_equal(slot, &text),
            (function::Place::Global, "In", _) if text.is_ascii() => {
                let members = text.split(',').map(str::trim).filter(|member| !member.is_empty());
                self.program.sets.push(TextSet::new(members));
                TestKind::In(slot, self.program.sets.len() as u32 - 1)
            }
            _ => return None,
        };
        Some((kind, true))
    }

    /// Whether a text slot is exactly that text.
    fn text_equal(&mut self, slot: u32, text: &Arc<str>) -> TestKind {
        match u8::try_from(text.len()) {
            Ok(len @ ..=8) => TestKind::ShortEqual(slot, len, ends(text.as_bytes()).0),
            _ => TestKind::TextEqual(slot, self.text(text)),
        }
    }

    /// A comparison of Doubles that are calculated from slots and constants.
    fn calculation(&mut self, relation: Relation, left: &Expr, right: &Expr) -> Option<(TestKind, bool)> {
        let mut steps = Vec::new();
        self.calculate(left, 0, &mut steps)?;
        self.calculate(right, 0, &mut steps)?;
        let number = self.program.calculations.len() as u32;
        self.program.calculations.push(Calculation { steps: steps.into(), relation });
        Some((TestKind::Calculation(number), true))
    }

    /// Adds the steps of an expression, or gives up. A variable is calculated in its place: nothing in it can fail, so
    /// when and how often that happens makes no difference.
    fn calculate(&mut self, e: &Expr, depth: usize, steps: &mut Vec<Step>) -> Option<()> {
        if e.ty != Type::Double || steps.len() >= MOST_STEPS || depth >= MOST_STEPS {
            return None;
        }
        match &e.kind {
            Kind::Constant(Constant::Double(value)) => steps.push(Step::Constant(*value)),
            Kind::Attribute(path) => steps.push(Step::Slot(self.slot(Type::Double, *path))),
            Kind::Variable(id) => {
                let hir = self.hir;
                self.calculate(&hir.lets.get(*id as usize)?.value, depth + 1, steps)?;
            }
            Kind::Negate(operand) => {
                self.calculate(operand, depth + 1, steps)?;
                steps.push(Step::Negate);
            }
            Kind::Chain(first, links) => {
                self.calculate(first, depth + 1, steps)?;
                for link in links {
                    if link.ty != Type::Double || link.operator.can_fail() {
                        return None;
                    }
                    self.calculate(&link.operand, depth + 1, steps)?;
                    steps.push(Step::Apply(link.operator));
                }
            }
            _ => return None,
        }
        (steps.len() <= MOST_STEPS).then_some(())
    }

    fn fused_comparison(&mut self, relation: Relation, left: &Expr, right: &Expr) -> Option<(TestKind, bool)> {
        match (&left.kind, &right.kind) {
            (Kind::Attribute(a), Kind::Attribute(b)) => match left.ty {
                Type::Double => {
                    let (a, b) = (self.slot(Type::Double, *a), self.slot(Type::Double, *b));
                    Some((TestKind::Doubles(relation, a, b), true))
                }
                Type::String if matches!(relation, Relation::Equal | Relation::NotEqual) => {
                    let (a, b) = (self.slot(Type::String, *a), self.slot(Type::String, *b));
                    Some((TestKind::TextsEqual(a, b), relation == Relation::Equal))
                }
                _ => None,
            },
            (Kind::Attribute(path), Kind::Constant(constant)) => self.fused_constant(relation, *path, constant),
            (Kind::Constant(constant), Kind::Attribute(path)) => {
                let turned = match relation {
                    Relation::Less => Relation::Greater,
                    Relation::LessOrEqual => Relation::GreaterOrEqual,
                    Relation::Greater => Relation::Less,
                    Relation::GreaterOrEqual => Relation::LessOrEqual,
                    same => same,
                };
                self.fused_constant(turned, *path, constant)
            }
            _ => None,
        }
    }

    fn fused_constant(&mut self, relation: Relation, path: u32, constant: &Constant) -> Option<(TestKind, bool)> {
        match constant {
            Constant::Double(c) => {
                let slot = self.slot(Type::Double, path);
                Some(match relation {
                    Relation::Less => (TestKind::Less(slot, *c), true),
                    Relation::LessOrEqual => (TestKind::LessOrEqual(slot, *c), true),
                    Relation::Greater => (TestKind::Greater(slot, *c), true),
                    Relation::GreaterOrEqual => (TestKind::GreaterOrEqual(slot, *c), true),
                    Relation::Equal => (TestKind::Equal(slot, *c), true),
                    Relation::NotEqual => (TestKind::Equal(slot, *c), false),
                })
            }
            Constant::String(text) if matches!(relation, Relation::Equal | Relation::NotEqual) => {
                let slot = self.slot(Type::String, path);
                Some((self.text_equal(slot, &text.clone()), relation == Relation::Equal))
            }
            Constant::Bool(value) => match relation {
                Relation::Equal => Some((TestKind::Bool(self.slot(Type::Bool, path)), *value)),
                Relation::NotEqual => Some((TestKind::Bool(self.slot(Type::Bool, path)), !*value)),
                _ => None,
            },
            _ => None,
        }
    }

    // Everything else.

    fn expr(&mut self, e: &Expr) {
        let span = e.span;
        match &e.kind {
            Kind::Constant(constant) => {
                let op = match constant {
                    Constant::Bool(value) => Op::Bool(*value),
                    Constant::Int(value) => Op::Int(*value),
                    Constant::Double(value) => Op::Double(*value),
                    Constant::String(text) => Op::Text(self.text(&text.clone())),
                    Constant::CharSet(set) => Op::CharSet(*set),
                    Constant::Null => Op::Null,
                };
                self.push(op, span);
            }
            Kind::Attribute(path) => {
                let op = match e.ty {
                    Type::Bool => Op::SlotBool(self.slot(e.ty, *path)),
                    Type::Int => Op::SlotInt(self.slot(e.ty, *path)),
                    Type::Double => Op::SlotDouble(self.slot(e.ty, *path)),
                    Type::DateTime => Op::SlotDate(self.slot(e.ty, *path)),
                    Type::Json => Op::Json(*path),
                    _ => Op::SlotText(self.slot(Type::String, *path)),
                };
                self.push(op, span);
            }
            Kind::Event(None) => {
                self.push(Op::Event, span);
            }
            Kind::Event(Some(path)) => {
                self.push(Op::Json(*path), span);
            }
            Kind::Exists(path) => {
                self.push(Op::Exists(*path), span);
            }
            Kind::Variable(id) => {
                self.push(Op::Let(*id), span);
            }
            Kind::GetVariable(id) => {
                self.push(Op::GetVariable(*id), span);
            }
            Kind::GetVariableNamed(name) => {
                self.expr(name);
                self.push(Op::GetVariableNamed, span);
            }
            Kind::Array(items) => {
                items.iter().for_each(|item| self.expr(item));
                self.push(Op::Array(items.len() as u32), span);
            }
            Kind::Object(members) => {
                members.iter().for_each(|(_, value)| self.expr(value));
                let refs: Vec<TextRef> = members.iter().map(|(key, _)| self.text(key)).collect();
                let keys = self.program.keys.len() as u32;
                self.program.keys.extend(refs);
                self.push(Op::Object { keys, count: members.len() as u32 }, span);
            }
            Kind::Not(operand) => {
                self.expr(operand);
                self.push(Op::Not, span);
            }
            Kind::Negate(operand) => {
                self.expr(operand);
                self.push(Op::Negate, span);
            }
            Kind::And(operands) => self.logic(operands, span, |end| Op::And { end }),
            Kind::Or(operands) => self.logic(operands, span, |end| Op::Or { end }),
            Kind::Conditional(parts) => {
                let [test, yes, no] = parts.as_ref();
                self.expr(test);
                let branch = self.push(Op::End, span);
                self.expr(yes);
                let jump = self.push(Op::End, span);
                let otherwise = self.next();
                self.expr(no);
                let end = self.next();
                self.patch(branch, Op::Branch { otherwise, end });
                self.patch(jump, Op::Jump(end));
            }
            Kind::Chain(first, links) => {
                self.expr(first);
                for link in links {
                    self.expr(&link.operand);
                    self.push(Op::Arithmetic(link.operator), first.span.to(link.operand.span));
                }
            }
            Kind::Compare(comparison, operands) => {
                operands.iter().for_each(|operand| self.expr(operand));
                // A comparison never fails; its place is that of what it may have to make a note of.
                let [left, right] = operands.as_ref();
                let json = if left.ty == Type::Json { left } else { right };
                let at = self.push(Op::Compare(*comparison), json.span);
                self.reads(at, json);
            }
            Kind::Steps(base, steps) => {
                self.expr(base);
                for (number, step) in steps.iter().enumerate() {
                    let at = self.step(step);
                    if number == 0 {
                        self.reads(at, base);
                    }
                }
            }
            Kind::Call(function, arguments) => {
                arguments.iter().for_each(|argument| self.expr(argument));
                self.call(function, arguments.len(), span);
            }
            Kind::Bound(callable, arguments) => {
                arguments.iter().for_each(|argument| self.expr(argument));
                let number = self.program.bound.len() as u32;
                self.program.bound.push(callable.clone());
                let (count, can_fail) = (arguments.len() as u16, callable.can_fail());
                self.push(Op::Bound { callable: number, count, can_fail }, span);
            }
            Kind::External(call, arguments) => {
                arguments.iter().for_each(|argument| self.expr(argument));
                self.push(Op::External { call: *call, count: arguments.len() as u32 }, span);
            }
            Kind::Diagnostics(call) => {
                self.expr(call);
                let op = if let Kind::Variable(id) = call.kind { Op::DiagnosticsOf(id) } else { Op::Diagnostics };
                self.push(op, span);
            }
            Kind::Convert(conversion, operand) => {
                self.expr(operand);
                let at = self.push(Op::Convert(*conversion, e.ty), span);
                self.reads(at, operand);
            }
        }
    }

    /// An operation reads the value of an expression: if that is a part of the event, a note names its path (L3.5).
    fn reads(&mut self, at: u32, from: &Expr) {
        if let Kind::Attribute(path) | Kind::Event(Some(path)) = from.kind {
            self.program.note_paths.push((at, path));
        }
    }

    /// The operation of a step.
    fn step(&mut self, step: &hir::Step) -> u32 {
        step.operands().iter().for_each(|operand| self.expr(operand));
        let op = match &step.kind {
            StepKind::Member(name) => Op::Member(self.text(name)),
            StepKind::MemberNamed(_) => Op::MemberNamed,
            StepKind::Element(_) => Op::Element,
            StepKind::Field(name) => Op::Field { name: self.text(&Arc::from(*name)), ty: step.ty },
            StepKind::Convert(conversion) => Op::Convert(*conversion, step.ty),
            StepKind::Method(row, arguments) => return self.call(row, arguments.len() + 1, step.span),
        };
        self.push(op, step.span)
    }

    /// A call of a row whose so many arguments are on the stack.
    fn call(&mut self, function: &'static Function, count: usize, span: Span) -> u32 {
        match u8::try_from(count) {
            Ok(count) => self.push(Op::Call { function, count }, span),
            Err(_) => {
                self.push(Op::Count(count as u32), span);
                self.push(Op::CallMany { function }, span)
            }
        }
    }

    fn logic(&mut self, operands: &[Expr], span: Span, op: impl Fn(u32) -> Op) {
        let mut jumps = Vec::new();
        for (at, operand) in operands.iter().enumerate() {
            if at > 0 {
                jumps.push(self.push(Op::End, span));
            }
            self.expr(operand);
        }
        let end = self.next();
        for jump in jumps {
            self.patch(jump, op(end));
        }
    }
}
