//! Values that hang on the event alone, calculated once for all rules that ask for them.
//!
//! In: an expression such as `@"user.email".ToLower().Trim()`, which is neither a constant nor an attribute. Out: its number,
//! the same for all expressions that mean the same, and code that calculates it. A test reads such a value as if it were a
//! slot, of a number with [`DERIVED`] in it; so it is compared, and filed in the index, as an attribute is.
//!
//! What a variable holds is written out in its place: one that reads the event alone is the same whenever it is calculated.
//! A value may fail, or may need a note; then nothing is derived ([`TestKind::Known`](super::TestKind)), and the code of
//! the rule is run as if this module were not there, which files the error and makes the note.

use super::build::Build;
use super::code::Op;
use super::fuse::{AskedOfText, held, number_test};
use super::test::TestKind;
use crate::function::{Function, Volatility, registry};
use crate::hir::{Constant, Expr, Kind, Step, StepKind};
use crate::value::datetime::TICKS_PER_DAY;
use crate::value::operate::{Operands, Relation};
use crate::value::{Context, Datum, Type};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Set in the number of a slot that is a derived value.
pub(crate) const DERIVED: u32 = 1 << 30;

/// How many parts an expression has at most to be derived, variables written out.
const MOST_PARTS: usize = 48;

/// Ticks of 2010-01-01. Instants are numbers from there: a Double holds each tick of the years 1982 to 2038.
const EPOCH: i64 = 733_772 * TICKS_PER_DAY;

/// Below that, a Double holds each whole number.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How a value is derived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Derivation {
    /// Where its code begins: free of calls, of variables and of what is not the same throughout an event.
    pub(crate) code: u32,
    /// How many tests read it.
    pub(crate) uses: u32,
}

/// A value as a number that compares as it does, if it is of such a type.
pub(crate) fn number(value: Datum<'_>) -> Option<f64> {
    match value {
        Datum::Int(value) => Some(value as f64),
        Datum::Double(value) => Some(value),
        Datum::DateTime(value) => Some((value.ticks() - EPOCH) as f64),
        Datum::TimeSpan(value) => Some(value.ticks() as f64),
        _ => None,
    }
}

/// The same of a constant, if it compares with every value as the constant does. Rounding keeps the order of whole numbers,
/// and what it changes lies beyond the constant.
pub(super) fn exact(constant: Datum<'_>) -> Option<f64> {
    let number = number(constant)?;
    (matches!(constant, Datum::Double(_)) || number.abs() < EXACT).then_some(number)
}

/// What is known of derived values while a program is built.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// By what they mean.
    known: HashMap<Box<[u8]>, u32, foldhash::fast::RandomState>,
    /// Whether variables are written out in code.
    pub(super) inlines: bool,
}

/// An expression, or its first steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'e> {
    base: &'e Expr,
    steps: &'e [Step],
    /// One more step, a method of String without arguments that gives a String.
    last: Option<&'static Function>,
}

impl<'e> Part<'e> {
    pub(super) fn whole(e: &'e Expr) -> Part<'e> {
        Part { base: e, steps: &[], last: None }
    }

    /// The receiver of the last of the steps.
    pub(super) fn before_last(base: &'e Expr, steps: &'e [Step]) -> Part<'e> {
        Part { base, steps: steps.split_last().map_or(steps, |(_, before)| before), last: None }
    }

    /// The same with one more method of String that gives a String.
    pub(super) fn then(self, last: &'static Function) -> Part<'e> {
        Part { last: Some(last), ..self }
    }

    /// The expression, if that is what it is.
    pub(super) fn expression(self) -> Option<&'e Expr> {
        (self.steps.is_empty() && self.last.is_none()).then_some(self.base)
    }

    pub(super) fn ty(self) -> Type {
        self.steps.last().map_or(self.base.ty, |step| step.ty)
    }
}

impl<'h> Build<'h> {
    /// The number of a derived value, if that is what the expression is.
    pub(super) fn derive(&mut self, part: Part<'_>) -> Option<u32> {
        let key = self.meaning(part)?;
        if let Some(known) = self.derived.known.get(&*key).copied() {
            if let Some(derivation) = self.program.derived.get_mut(known as usize) {
                derivation.uses += 1;
            }
            return Some(known);
        }
        let number = self.program.derived.len() as u32;
        if number >= DERIVED {
            return None;
        }
        let code = self.next();
        self.derived.inlines = true;
        self.expr(part.base);
        self.steps(part.base, part.steps);
        if let Some(last) = part.last {
            self.call(last, 1, part.base.span);
        }
        self.derived.inlines = false;
        self.push(Op::End, part.base.span);
        self.program.derived.push(Derivation { code, uses: 1 });
        self.derived.known.insert(key, number);
        Some(number)
    }

    /// A test of a value that is derived from the event, if it is one. Where there is no value, and always where notes are to
    /// be made, the code goes on.
    pub(super) fn test_of_derived(&mut self, e: &Expr, yes: u32, no: u32) -> u32 {
        let derived = self.derived_test(e);
        let start = self.code_of(e);
        let code = self.add_test(TestKind::Code(start), yes, no);
        let Some((number, kind, means)) = derived else { return code };
        let test = if means { self.add_test(kind, yes, no) } else { self.add_test(kind, no, yes) };
        self.add_test(TestKind::Known(number), test, code)
    }

    /// A question about a derived value: its number, what is asked, and whether yes means true.
    fn derived_test(&mut self, e: &Expr) -> Option<(u32, TestKind, bool)> {
        let special = match &e.kind {
            Kind::Compare(comparison, operands) if comparison.operands == Operands::Same => {
                let [left, right] = operands.as_ref();
                if let Some((base, steps, text, means)) = held(comparison.relation, left, right) {
                    let number = self.derive(Part::before_last(base, steps))?;
                    return Some((number, TestKind::Contains(number | DERIVED, self.text(text)), means));
                }
                match (&self.meant(left).kind, &self.meant(right).kind) {
                    (_, Kind::Constant(constant)) => self.derived_constant(comparison.relation, left, constant),
                    (Kind::Constant(constant), _) => {
                        self.derived_constant(comparison.relation.turned(), right, constant)
                    }
                    _ => match (self.folded(left), self.folded(right)) {
                        (None, Some(constant)) => self.derived_number(comparison.relation, left, constant),
                        (Some(constant), None) => self.derived_number(comparison.relation.turned(), right, constant),
                        _ => None,
                    },
                }
            }
            Kind::Call(row, arguments) => match arguments.as_slice() {
                [subject, constant] => self.derived_call(row, Part::whole(subject), constant),
                _ => None,
            },
            Kind::Steps(base, steps) => match steps.last().map(|step| &step.kind) {
                Some(StepKind::Method(row, arguments)) => match arguments.as_slice() {
                    [constant] => self.derived_call(row, Part::before_last(base, steps), constant),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        special.or_else(|| {
            let number = self.derive(Part::whole(e))?;
            Some((number, TestKind::Bool(number | DERIVED), true))
        })
    }

    fn derived_constant(
        &mut self,
        relation: Relation,
        value: &Expr,
        constant: &Constant,
    ) -> Option<(u32, TestKind, bool)> {
        let equal = match relation {
            Relation::Equal => Some(true),
            Relation::NotEqual => Some(false),
            _ => None,
        };
        let value = Part::whole(value);
        match constant {
            Constant::String(text) => {
                let means = equal?;
                let number = self.derive(value)?;
                Some((number, self.text_equal(number | DERIVED, text), means))
            }
            Constant::Bool(constant) => {
                let means = equal? == *constant;
                let number = self.derive(value)?;
                Some((number, TestKind::Bool(number | DERIVED), means))
            }
            _ => self.derived_number(relation, value.expression()?, exact(constant.datum())?),
        }
    }

    fn derived_number(&mut self, relation: Relation, value: &Expr, constant: f64) -> Option<(u32, TestKind, bool)> {
        let number = self.derive(Part::whole(value))?;
        let (kind, means) = number_test(relation, number | DERIVED, constant);
        Some((number, kind, means))
    }

    fn derived_call(&mut self, row: &Function, subject: Part<'_>, constant: &Expr) -> Option<(u32, TestKind, bool)> {
        let text = self.meant(constant).kind.text()?.clone();
        if subject.ty() != Type::String {
            return None;
        }
        if row.name == "IgnoreCaseEquals" {
            // Case is ignored by comparing upper case.
            let upper = registry().members(Type::String, "ToUpper").first().copied()?;
            let arena = bumpalo::Bump::new();
            let text = (upper.run)(&mut Context::constant(&arena), &[Datum::String(&text)]).ok()?;
            let Datum::String(text) = text else { return None };
            let number = self.derive(subject.then(upper))?;
            return Some((number, self.text_equal(number | DERIVED, &Arc::from(text)), true));
        }
        let asked = AskedOfText::by(row, &text)?;
        let number = self.derive(subject)?;
        Some((number, self.text_test(asked, number | DERIVED, &text), true))
    }

    /// Whether a variable of logic can be tested in its place: it is small, hangs on the event alone and cannot fail.
    pub(super) fn is_plain(&self, id: u32) -> bool {
        let any = |of: &[bool]| of.get(id as usize).copied().unwrap_or(true);
        let Some(bound) = self.hir.lets.get(id as usize) else { return false };
        bound.default.is_none()
            && bound.output.is_none()
            && !any(&self.program.let_fails)
            && !any(&self.program.let_errs)
            && self.meaning(Part::whole(&bound.value)).is_some()
    }

    /// What an expression means, if it hangs on the event alone: the same for expressions that give the same.
    fn meaning(&self, part: Part<'_>) -> Option<Box<[u8]>> {
        let mut key = Key::default();
        self.write(part.base, &mut key)?;
        self.write_steps(part.steps, &mut key)?;
        if let Some(last) = part.last {
            write_method(last, 0, Type::String, &mut key)?;
        }
        Some(key.bytes.into())
    }

    fn write(&self, e: &Expr, key: &mut Key) -> Option<()> {
        key.parts += 1;
        if key.parts > MOST_PARTS {
            return None;
        }
        // A variable is what it holds, and a chain of steps may be cut anywhere.
        match &e.kind {
            Kind::Variable(id) => return self.write(&self.hir.lets.get(*id as usize)?.value, key),
            Kind::Steps(base, steps) => {
                self.write(base, key)?;
                return self.write_steps(steps, key);
            }
            _ => {}
        }
        std::mem::discriminant(&e.kind).hash(key);
        e.ty.hash(key);
        let children = e.kind.children();
        match &e.kind {
            Kind::Constant(constant) | Kind::ReadOr(constant, _) => write_constant(constant, key),
            Kind::Attribute(path) | Kind::Exists(path) => path.hash(key),
            Kind::Event(path) => path.hash(key),
            Kind::Object(members) => members.iter().for_each(|(name, _)| name.hash(key)),
            Kind::Array(all) | Kind::And(all) | Kind::Or(all) => all.len().hash(key),
            Kind::Not(_) | Kind::Negate(_) | Kind::Conditional(_) => {}
            Kind::Chain(_, links) => links.iter().for_each(|link| link.operator.hash(key)),
            Kind::Compare(comparison, _) => comparison.hash(key),
            Kind::Call(function, arguments) => {
                if function.volatility == Volatility::Volatile {
                    return None;
                }
                std::ptr::from_ref(*function).hash(key);
                arguments.len().hash(key);
            }
            Kind::Bound(callable, arguments) => {
                match callable.identity() {
                    Some(identity) => (callable.name(), identity).hash(key),
                    None => Arc::as_ptr(callable).hash(key),
                }
                arguments.len().hash(key);
            }
            Kind::Convert(conversion, _) => (*conversion as u8).hash(key),
            Kind::Variable(_)
            | Kind::Steps(..)
            | Kind::Decision
            | Kind::GetVariable(_)
            | Kind::GetVariableNamed(_)
            | Kind::External(..)
            | Kind::Diagnostics(_) => return None,
        }
        for child in children {
            self.write(child, key)?;
        }
        Some(())
    }

    fn write_steps(&self, steps: &[Step], key: &mut Key) -> Option<()> {
        for step in steps {
            key.parts += 1;
            for operand in step.operands() {
                self.write(operand, key)?;
            }
            if let StepKind::Method(function, arguments) = &step.kind {
                write_method(function, arguments.len(), step.ty, key)?;
                continue;
            }
            std::mem::discriminant(&step.kind).hash(key);
            step.ty.hash(key);
            match &step.kind {
                StepKind::Member(name) => name.hash(key),
                StepKind::Field(name) => name.hash(key),
                StepKind::Convert(conversion) => (*conversion as u8).hash(key),
                StepKind::MemberNamed(_) | StepKind::Element(_) | StepKind::Method(..) => {}
            }
        }
        Some(())
    }
}

/// A method whose receiver and arguments are written. No other step begins so.
fn write_method(function: &'static Function, arguments: usize, ty: Type, key: &mut Key) -> Option<()> {
    if function.volatility == Volatility::Volatile {
        return None;
    }
    u8::MAX.hash(key);
    ty.hash(key);
    std::ptr::from_ref(function).hash(key);
    arguments.hash(key);
    Some(())
}

fn write_constant(constant: &Constant, key: &mut Key) {
    std::mem::discriminant(constant).hash(key);
    match constant {
        Constant::Bool(value) => value.hash(key),
        Constant::Int(value) => value.hash(key),
        Constant::Double(value) => value.to_bits().hash(key),
        Constant::String(text) => text.hash(key),
        Constant::CharSet(set) => set.hash(key),
        Constant::DateTime(value) => value.hash(key),
        Constant::Null => {}
    }
}

/// Keeps all that is hashed.
#[derive(Debug, Default)]
struct Key {
    bytes: Vec<u8>,
    /// How many parts were written.
    parts: usize,
}

impl Hasher for Key {
    fn write(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::DateTime;

    #[test]
    fn a_double_holds_each_tick_of_our_time() {
        for (year, whole) in [(1982, true), (2010, true), (2038, true), (1970, false), (2050, false)] {
            let date = DateTime::from_ymd(year, 1, 1);
            let is_exact = date.is_some_and(|date| exact(Datum::DateTime(date)).is_some());
            assert_eq!(is_exact, whole, "{year}");
        }
        assert_eq!(DateTime::from_ymd(2010, 1, 1).and_then(|date| number(Datum::DateTime(date))), Some(0.0));
    }

    #[test]
    fn a_whole_number_that_others_are_rounded_to_is_not_exact() {
        let most = 1_i64 << 53;
        for (whole, expected) in [(most - 1, true), (most, false), (1 - most, true), (-most, false)] {
            assert_eq!(exact(Datum::Int(whole)).is_some(), expected, "{whole}");
        }
    }
}
