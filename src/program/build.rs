//! Flattens the tree as meant into a [`Program`].
//!
//! The walk recurses as deep as brackets nest, which the parser bounds.

use super::*;
use crate::function::Volatility;
use crate::hir::{Expr, Kind};
use hashbrown::HashTable;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// Tests by the code that they stand before.
pub(super) type Guards = HashMap<u32, u32, foldhash::fast::RandomState>;

/// How many typed columns there are.
const COLUMNS: usize = 5;

/// What no slot is called.
const NO_SLOT: u32 = u32::MAX;

/// Compiles an assessment.
pub(super) fn rules(assessment: &hir::Assessment) -> Program {
    let mut build = Build::new(assessment);
    for rule in &assessment.rules {
        let rule = build.rule(rule);
        build.program.rules.push(rule);
    }
    for rule in &assessment.actions {
        let rule = build.rule(rule);
        build.program.actions.push(rule);
    }
    for rule in &assessment.routing {
        let rule = build.rule(rule);
        build.program.routing.push(rule);
    }
    build.finish()
}

/// Compiles an expression.
pub(super) fn expression(program: &hir::Program) -> Program {
    let mut build = Build::new(&program.parts);
    // Variables may stand in other texts, the expression stands in the first.
    build.source = 0;
    build.program.expression = build.code_of(&program.expression);
    build.program.expression_type = Some(program.expression.ty);
    build.finish()
}

pub(super) struct Build<'h> {
    pub(super) hir: &'h hir::Assessment,
    pub(super) program: Program,
    source: u32,
    /// The texts in the pool.
    texts: HashTable<TextRef>,
    hasher: foldhash::fast::RandomState,
    /// For each path its slot in each column, or none.
    slots: Vec<[u32; COLUMNS]>,
    /// What is asked of lists, by number.
    pub(super) listed: listed::Numbers,
    pub(super) derived: derived::Numbers,
    /// For conditions with calls, by their code, the tests that stand before any call.
    guards: Guards,
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
        let mut build = Build {
            hir,
            program,
            source: 0,
            texts: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
            slots: vec![[NO_SLOT; COLUMNS]; hir.paths.len()],
            listed: listed::Numbers::default(),
            derived: derived::Numbers::default(),
            guards: Guards::default(),
            calls: Vec::new(),
        };
        for (id, bound) in hir.lets.iter().enumerate() {
            build.source = bound.source;
            let calls = build.makes_calls(&bound.value);
            build.calls.push(calls);
            let start = build.next();
            build.expr(&bound.value);
            build.push(Op::EndLet(id as u32), bound.value.span);
            let code = || build.program.code.iter().skip(start as usize);
            let any = |of: &[bool]| {
                code().any(|op| match op {
                    Op::Let(earlier) => of.get(*earlier as usize).copied().unwrap_or(true),
                    op => op.can_fail(),
                })
            };
            let (fails, errs) = (any(&build.program.let_fails), any(&build.program.let_errs));
            build.program.lets.push(start);
            build.program.let_fails.push(fails && bound.default.is_none());
            build.program.let_errs.push(errs);
            build.program.repeats |= bound.default.is_some();
            build.program.let_defaults.push(bound.default.clone());
        }
        build
    }

    fn finish(mut self) -> Program {
        let is_outside = |op: &Op| match op {
            Op::Call { function, .. } | Op::CallMany { function } => function.volatility != Volatility::Immutable,
            Op::Bound { .. } => true,
            _ => false,
        };
        self.program.reads_outside = self.program.code.iter().any(is_outside);
        self.program.derives_outside = self.program.derived.iter().any(|derivation| {
            let code = self.program.code.iter().skip(derivation.code as usize);
            code.take_while(|op| !matches!(op, Op::End)).any(is_outside)
        });
        let program = &mut self.program;
        program.columns.look_ups = program.listed.look_ups.len();
        let tests = program.tests.len() + program.code.len();
        program.most_steps = tests + program.statements.len() + program.rule_count() + program.clauses.len();
        self.program.call_sites = self.program.code.iter().filter(|op| matches!(op, Op::External { .. })).count();
        self.program.selections = super::select::selections(&self.program);
        let operands = self.program.code.iter().map(|op| match op {
            Op::Call { count, .. } => usize::from(*count),
            Op::Bound { count, .. } => usize::from(*count),
            Op::Count(count) => *count as usize,
            _ => 0,
        });
        self.program.most_looks = operands.sum::<usize>() + self.program.tests.len();
        let program = &mut self.program;
        let lone = !program.rules.iter().any(|rule| rule.last || !matches!(rule.condition, Condition::Always));
        program.lone = lone.then(|| program.rules.last().map_or(0, |rule| rule.statements.end));
        shared::share(&mut self.program);
        self.program.index = index::Index::new(&self.program, &self.guards).map(Box::new);
        self.program.chain = chain::Chain::new(&self.program);
        self.shrink();
        self.program
    }

    /// Gives back the room that was kept for more: a program only ever lasts.
    fn shrink(&mut self) {
        let program = &mut self.program;
        program.text.shrink_to_fit();
        program.tests.shrink_to_fit();
        program.sets.shrink_to_fit();
        program.listed.shrink();
        program.calculations.shrink_to_fit();
        program.derived.shrink_to_fit();
        program.code.shrink_to_fit();
        program.places.shrink_to_fit();
        program.note_paths.shrink_to_fit();
        program.keys.shrink_to_fit();
        program.lets.shrink_to_fit();
        program.let_defaults.shrink_to_fit();
        program.rules.shrink_to_fit();
        program.clauses.shrink_to_fit();
        program.statements.shrink_to_fit();
        program.effects.shrink_to_fit();
        program.pairs.shrink_to_fit();
    }

    pub(super) fn next(&self) -> u32 {
        self.program.code.len() as u32
    }

    pub(super) fn push(&mut self, op: Op, span: Span) -> u32 {
        let at = self.next();
        self.program.code.push(op);
        self.program.places.push(Place { span, source: self.source });
        at
    }

    /// Puts the right target into a jump that was pushed before its target was known.
    pub(super) fn patch(&mut self, at: u32, op: Op) {
        if let Some(slot) = self.program.code.get_mut(at as usize) {
            *slot = op;
        }
    }

    pub(super) fn text(&mut self, text: &Arc<str>) -> TextRef {
        let (program, hasher) = (&mut self.program, &self.hasher);
        let hash = hasher.hash_one(&**text);
        if let Some(known) = self.texts.find(hash, |known| program.str(*known) == &**text) {
            return *known;
        }
        let made = TextRef { start: program.text.len() as u32, len: text.len() as u32 };
        program.text.push_str(text);
        self.texts.insert_unique(hash, made, |known| hasher.hash_one(program.str(*known)));
        made
    }

    /// The slot of a path read as a type.
    pub(super) fn slot(&mut self, ty: Type, path: u32) -> u32 {
        let columns = &mut self.program.columns;
        let (number, column) = match ty {
            Type::Bool => (0, &mut columns.bools),
            Type::Int => (1, &mut columns.ints),
            Type::Double => (2, &mut columns.doubles),
            Type::DateTime => (3, &mut columns.dates),
            _ => (4, &mut columns.texts),
        };
        // INVARIANT: a path in the tree is one of the assessment's.
        let Some(slot) = self.slots.get_mut(path as usize).and_then(|slots: &mut [u32; COLUMNS]| slots.get_mut(number))
        else {
            return NO_SLOT;
        };
        if *slot == NO_SLOT {
            *slot = column.len() as u32;
            column.push(path);
        }
        *slot
    }

    fn rule(&mut self, rule: &hir::Rule) -> Rule {
        self.source = rule.source;
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
        Rule { name: rule.name.clone(), stage: rule.stage, last, condition, clauses, statements }
    }

    fn statement(&mut self, statement: &hir::Statement) {
        let clause = self.program.clauses.len() as u32;
        let rule = self.program.rule_count() as u32;
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
                hir::Effect::SetResponse(section, pairs) => {
                    let section = section.as_ref().map(|section| self.text(section));
                    Effect::SetResponse(section, self.pairs(pairs))
                }
                hir::Effect::Call(call) => Effect::Call(self.code_of(call)),
                hir::Effect::Route(queue) => Effect::Route(self.code_of(queue)),
            };
            self.program.effects.push(effect);
        }
        let effects = first..self.program.effects.len() as u32;
        let decides = match self.program.effects.get(first as usize..) {
            Some([Effect::Decide(decide)]) if !decide.texts().iter().any(|text| matches!(text, Argument::Code(_))) => {
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
        Decide::new(decide.kind, texts, order)
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
            Some(e) if self.makes_calls(e) => {
                let start = self.code_of(e);
                self.guard(e, start);
                Condition::Code(start)
            }
            Some(e) => match self.test(e, TRUE, FALSE) {
                TRUE => Condition::Always,
                entry => Condition::Tests(entry),
            },
        }
    }

    /// The tests that stand before the calls of a condition, for the index alone.
    fn guard(&mut self, e: &Expr, start: u32) {
        let Kind::And(operands) = &e.kind else { return };
        let calls = operands.iter().position(|operand| self.makes_calls(operand)).unwrap_or(0);
        let before = operands.get(..calls).unwrap_or_default();
        let guard = before.iter().rev().fold(TRUE, |yes, operand| self.test(operand, yes, FALSE));
        if guard != TRUE {
            self.guards.insert(start, guard);
        }
    }

    /// The code of an expression that stands alone.
    pub(super) fn code_of(&mut self, e: &Expr) -> u32 {
        let start = self.next();
        self.expr(e);
        self.push(Op::End, e.span);
        start
    }

    /// Whether evaluating it can make an external call.
    fn makes_calls(&self, e: &Expr) -> bool {
        if self.hir.externals.is_empty() {
            return false;
        }
        match &e.kind {
            Kind::External(..) => true,
            Kind::Variable(id) => self.calls.get(*id as usize).copied().unwrap_or(false),
            kind => kind.children().any(|child| self.makes_calls(child)),
        }
    }
}
