//! Truth values that decide, as tests of slots.
//!
//! In: the tree of a condition. Out: a graph of [`Test`]s, each one comparison of a slot, built from its end.

use super::build::Build;
use super::calculation::{Calculation, MOST_STEPS, Step};
use super::code::Op;
use super::derived::exact;
use super::fold::fold;
use super::listed::{Asks, question};
use super::test::{Test, TestKind, TextSet, ends};
use crate::function::{self, Function};
use crate::hir::{self, Constant, Expr, Kind, StepKind};
use crate::value::operate::{Operands, Relation};
use crate::value::{Context, Type};
use std::sync::Arc;

impl<'h> Build<'h> {
    pub(super) fn add_test(&mut self, kind: TestKind, yes: u32, no: u32) -> u32 {
        self.program.tests.push(Test { kind, yes, no });
        self.program.tests.len() as u32 - 1
    }

    /// The test with which a truth value begins that goes on at `yes` or `no`. Built from the end, since targets come first.
    pub(super) fn test(&mut self, e: &Expr, yes: u32, no: u32) -> u32 {
        match &e.kind {
            Kind::Constant(Constant::Bool(value)) => self.add_test(TestKind::Constant(*value), yes, no),
            Kind::Not(inner) => self.test(inner, no, yes),
            Kind::Variable(_) if !matches!(self.meant(e).kind, Kind::Variable(_)) => self.test(self.meant(e), yes, no),
            Kind::Variable(id) if self.is_plain(*id) => {
                let hir = self.hir;
                match hir.lets.get(*id as usize) {
                    Some(bound) => self.test(&bound.value, yes, no),
                    None => no,
                }
            }
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
                None => self.test_of_derived(e, yes, no),
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
            Kind::Bound(..) => Some((self.listed(e)?, true)),
            Kind::Compare(comparison, operands) if comparison.operands == Operands::Same => {
                let [left, right] = operands.as_ref();
                let (left, right) = (self.meant(left), self.meant(right));
                self.held_comparison(comparison.relation, left, right)
                    .or_else(|| self.folded_comparison(comparison.relation, left, right))
                    .or_else(|| self.fused_comparison(comparison.relation, left, right))
                    .or_else(|| self.cell_comparison(comparison.relation, left, right))
                    .or_else(|| self.calculation(comparison.relation, left, right))
            }
            Kind::Call(row, arguments) => match arguments.as_slice() {
                [subject] if row.name == "IsNullOrEmpty" => self.empty(subject),
                [subject, constant] => self.fused_call(row, subject, constant),
                _ => None,
            },
            Kind::Steps(subject, steps) => match steps.as_slice() {
                [hir::Step { kind: StepKind::Method(row, arguments), .. }] => match arguments.as_slice() {
                    [] if row.name == "IsNullOrEmpty" => self.empty(subject),
                    [constant] => self.fused_call(row, subject, constant),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether an attribute is the empty text.
    fn empty(&mut self, subject: &Expr) -> Option<(TestKind, bool)> {
        match self.meant(subject) {
            Expr { kind: Kind::Attribute(path), ty: Type::String, .. } => {
                let slot = self.slot(Type::String, *path);
                Some((TestKind::ShortEqual(slot, 0, 0), true))
            }
            _ => None,
        }
    }

    /// Whether an attribute holds a text, asked as `@a.IndexOf("b") >= 0`.
    fn held_comparison(&mut self, relation: Relation, left: &Expr, right: &Expr) -> Option<(TestKind, bool)> {
        let (base, [_], text, means) = held(relation, left, right)? else { return None };
        let Kind::Attribute(path) = self.meant(base).kind else { return None };
        let slot = self.slot(Type::String, path);
        Some((TestKind::Contains(slot, self.text(text)), means))
    }

    /// The number that a constant expression is, one that is more than a constant.
    pub(super) fn folded(&self, e: &Expr) -> Option<f64> {
        if matches!(e.kind, Kind::Constant(_) | Kind::Attribute(_)) {
            return None;
        }
        let arena = bumpalo::Bump::new();
        exact(fold(e, &self.hir.lets, &mut Context::constant(&arena))?)
    }

    /// The comparison of a Double slot with a constant expression.
    fn folded_comparison(&mut self, relation: Relation, left: &Expr, right: &Expr) -> Option<(TestKind, bool)> {
        let (path, constant, relation) = match (&left.kind, &right.kind) {
            (Kind::Attribute(path), _) => (*path, right, relation),
            (_, Kind::Attribute(path)) => (*path, left, relation.turned()),
            _ => return None,
        };
        if constant.ty != Type::Double {
            return None;
        }
        let constant = self.folded(constant)?;
        let slot = self.slot(Type::Double, path);
        Some(number_test(relation, slot, constant))
    }

    /// A question about a text slot and a constant.
    fn fused_call(&mut self, row: &Function, subject: &Expr, constant: &Expr) -> Option<(TestKind, bool)> {
        let text = self.meant(constant).kind.text()?.clone();
        let subject = self.meant(subject);
        if let (function::Place::Global, "In", Kind::Bound(..), true) =
            (row.place, row.name, &subject.kind, text.is_ascii())
        {
            let cell = self.cell(subject)?;
            let set = self.set(&text);
            return Some((self.asks(Asks::In(cell, set)), true));
        }
        let Kind::Attribute(path) = subject.kind else { return None };
        if subject.ty != Type::String {
            return None;
        }
        let asked = AskedOfText::by(row, &text)?;
        let slot = self.slot(Type::String, path);
        Some((self.text_test(asked, slot, &text), true))
    }

    /// The test of a text slot and a constant.
    pub(super) fn text_test(&mut self, asked: AskedOfText, slot: u32, text: &Arc<str>) -> TestKind {
        let (head, tail) = ends(text.as_bytes());
        let short = u8::try_from(text.len()).ok().filter(|len| (1..=8).contains(len));
        match (asked, short) {
            (AskedOfText::StartsWith, Some(len)) => TestKind::ShortStart(slot, len, head),
            (AskedOfText::StartsWith, None) => TestKind::StartsWith(slot, self.text(text)),
            (AskedOfText::EndsWith, Some(len)) => TestKind::ShortEnd(slot, len, tail),
            (AskedOfText::EndsWith, None) => TestKind::EndsWith(slot, self.text(text)),
            (AskedOfText::Contains, _) => TestKind::Contains(slot, self.text(text)),
            (AskedOfText::Equals, _) => self.text_equal(slot, text),
            (AskedOfText::In, _) => TestKind::In(slot, self.set(text)),
        }
    }

    /// The set of the members that a text lists.
    fn set(&mut self, text: &str) -> u32 {
        let members = text.split(',').map(str::trim).filter(|member| !member.is_empty());
        self.program.sets.push(TextSet::new(members));
        self.program.sets.len() as u32 - 1
    }

    /// What an expression stands for: a variable that is nothing but a constant, an attribute, or a question to a list that
    /// does not change. When and how often that is looked at makes no difference.
    pub(super) fn meant<'e>(&self, e: &'e Expr) -> &'e Expr
    where
        'h: 'e,
    {
        // The text of a text is the same.
        let is_same = |step: &hir::Step| match &step.kind {
            StepKind::Method(row, arguments) => {
                row.place == function::Place::Method(Type::String)
                    && matches!(row.name, "ToString" | "ToStr")
                    && arguments.is_empty()
            }
            _ => false,
        };
        let e = match &e.kind {
            Kind::Steps(base, steps) if steps.iter().all(is_same) => base,
            _ => e,
        };
        let Kind::Variable(id) = e.kind else { return e };
        match self.hir.lets.get(id as usize) {
            Some(hir::Let { value, default: None, output: None, .. }) => match &value.kind {
                Kind::Constant(_) | Kind::Attribute(_) => value,
                Kind::Bound(..) if question(value).is_some() => value,
                _ => e,
            },
            _ => e,
        }
    }

    /// Whether a text slot is exactly that text.
    pub(super) fn text_equal(&mut self, slot: u32, text: &Arc<str>) -> TestKind {
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
        self.program.calculations.push(Calculation::new(steps, relation));
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
                self.fused_constant(relation.turned(), *path, constant)
            }
            _ => None,
        }
    }

    fn fused_constant(&mut self, relation: Relation, path: u32, constant: &Constant) -> Option<(TestKind, bool)> {
        match constant {
            Constant::Double(c) => {
                let slot = self.slot(Type::Double, path);
                Some(number_test(relation, slot, *c))
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
}

/// What is asked whether it holds a text, its steps the last of which asks, the text, and whether yes means true: if a place in
/// a text is compared so that it tells just whether there is one.
pub(super) fn held<'e>(
    relation: Relation,
    left: &'e Expr,
    right: &'e Expr,
) -> Option<(&'e Expr, &'e [hir::Step], &'e Arc<str>, bool)> {
    let Kind::Steps(base, steps) = &left.kind else { return None };
    let place = match &right.kind {
        Kind::Constant(Constant::Int(place)) => *place,
        Kind::Negate(one) if matches!(one.kind, Kind::Constant(Constant::Int(1))) => -1,
        _ => return None,
    };
    let means = match (relation, place) {
        (Relation::GreaterOrEqual, 0) | (Relation::Greater | Relation::NotEqual, -1) => true,
        (Relation::Less, 0) | (Relation::LessOrEqual | Relation::Equal, -1) => false,
        _ => return None,
    };
    let StepKind::Method(row, arguments) = &steps.last()?.kind else { return None };
    match arguments.as_slice() {
        [text] if row.place == function::Place::Method(Type::String) && row.name == "IndexOf" => {
            Some((base, steps, text.kind.text()?, means))
        }
        _ => None,
    }
}

/// What a row asks of a text and a constant, if one test tells.
#[derive(Clone, Copy, Debug)]
pub(super) enum AskedOfText {
    StartsWith,
    EndsWith,
    Contains,
    Equals,
    In,
}

impl AskedOfText {
    pub(super) fn by(row: &Function, constant: &str) -> Option<AskedOfText> {
        match (row.place, row.name) {
            (function::Place::Method(Type::String), "StartsWith") => Some(AskedOfText::StartsWith),
            (function::Place::Method(Type::String), "EndsWith") => Some(AskedOfText::EndsWith),
            (function::Place::Method(Type::String), "Contains") => Some(AskedOfText::Contains),
            (function::Place::Method(Type::String), "Equals") => Some(AskedOfText::Equals),
            (function::Place::Global, "In") if constant.is_ascii() => Some(AskedOfText::In),
            _ => None,
        }
    }
}

/// The comparison of a number with a constant, and whether yes means true.
pub(super) fn number_test(relation: Relation, slot: u32, constant: f64) -> (TestKind, bool) {
    match relation {
        Relation::Less => (TestKind::Less(slot, constant), true),
        Relation::LessOrEqual => (TestKind::LessOrEqual(slot, constant), true),
        Relation::Greater => (TestKind::Greater(slot, constant), true),
        Relation::GreaterOrEqual => (TestKind::GreaterOrEqual(slot, constant), true),
        Relation::Equal => (TestKind::Equal(slot, constant), true),
        Relation::NotEqual => (TestKind::Equal(slot, constant), false),
    }
}
