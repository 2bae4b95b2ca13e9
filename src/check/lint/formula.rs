//! A condition as a formula over subjects.
//!
//! In: the typed tree of a `WHEN`. Out: the formula of "it is true", or of "it is false"; a condition that fails is neither
//! (L5.1), which is why both are built. The formula says exactly what the condition says of its subjects. What has not the
//! same value wherever it stands (calls, random numbers, `GetVariable`, what the host answers) becomes a subject of its own
//! at every place, of which nothing is known.

use super::ranges::Ranges;
use super::subject::{Subject, Test, Value};
use crate::function::{Function, Volatility};
use crate::hir::{self, Constant, Expr, Kind, StepKind};
use crate::value::Type;
use crate::value::operate::{Comparison, Operands, Relation};
use std::collections::HashMap;
use std::io::Write;

/// How deep a condition is followed, through its operands and through variables.
const DEEPEST: usize = 64;

/// How many tests one condition may become; what goes beyond is one unknown.
const MOST: usize = 512;

/// A formula in negation normal form. Nothing but tests is negated, and they are not: each says when it holds.
#[derive(Clone, Debug)]
pub(super) enum Formula {
    /// All hold; none of none is true.
    All(Vec<Formula>),
    /// One holds; one of none is false.
    Any(Vec<Formula>),
    /// A test of a subject is true, or is false.
    Test(u32, Test, bool),
}

/// The same, each test as the classes of its subject that it lets through. Equal nodes have equal meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    In(u32, Ranges),
}

/// The subjects met so far, numbered.
#[derive(Debug)]
pub(super) struct Subjects<'h> {
    parts: &'h hir::Assessment,
    all: Vec<Subject>,
    attributes: HashMap<(u32, Type), u32, foldhash::fast::RandomState>,
    /// The others, each by what tells its expression from others.
    others: HashMap<Box<[u8]>, u32, foldhash::fast::RandomState>,
    /// Where such a key is written.
    key: Vec<u8>,
    /// Whether the expression of a variable may fail.
    lets_fail: Vec<bool>,
    left: usize,
}

impl<'h> Subjects<'h> {
    pub(super) fn new(parts: &'h hir::Assessment) -> Subjects<'h> {
        let mut subjects = Subjects {
            parts,
            all: Vec::new(),
            attributes: HashMap::default(),
            others: HashMap::default(),
            key: Vec::new(),
            lets_fail: Vec::with_capacity(parts.lets.len()),
            left: 0,
        };
        // A variable is made of earlier ones only.
        for bound in &parts.lets {
            let fails = bound.default.is_none() && subjects.can_fail(&bound.value);
            subjects.lets_fail.push(fails);
        }
        subjects
    }

    /// So many texts that are compared with so many constants: each has one class more.
    #[cfg(test)]
    pub(super) fn texts(parts: &'h hir::Assessment, count: u32, constants: u32) -> Subjects<'h> {
        let mut subjects = Subjects::new(parts);
        for _ in 0..count {
            let id = subjects.add(Subject::new(Type::String, false, false));
            for constant in 0..constants {
                subjects.test(id, Test::Compare(Relation::Equal, Value::Text(constant.to_string().into())), true);
            }
        }
        subjects.close();
        subjects
    }

    /// The formula of "this condition is true".
    pub(super) fn formula(&mut self, condition: &Expr) -> Formula {
        self.left = MOST;
        self.truth(condition, true, 0)
    }

    /// All conditions are known.
    pub(super) fn close(&mut self) {
        self.all.iter_mut().for_each(Subject::close);
    }

    pub(super) fn get(&self, subject: u32) -> Option<&Subject> {
        self.all.get(subject as usize)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// The formula with classes, in a form that does not depend on how it was written.
    pub(super) fn node(&self, formula: &Formula) -> Node {
        match formula {
            Formula::Test(subject, test, holds) => {
                let whole = self.get(*subject).and_then(|one| one.instead(test));
                let (subject, test) = whole.map_or((*subject, test), |whole| (whole, &Test::Itself));
                let Some(one) = self.get(subject) else { return Node::All(Vec::new()) };
                let classes = one.classes(test, *holds);
                if classes.is_empty() {
                    Node::Any(Vec::new())
                } else if one.all().is_within(&classes) {
                    Node::All(Vec::new())
                } else {
                    Node::In(subject, classes)
                }
            }
            Formula::All(parts) => all(parts.iter().map(|part| self.node(part))),
            Formula::Any(parts) => self.any(parts.iter().map(|part| self.node(part))),
        }
    }

    /// One of them holds.
    fn any(&self, parts: impl Iterator<Item = Node>) -> Node {
        let mut flat = Vec::with_capacity(parts.size_hint().0);
        for part in parts {
            match part {
                Node::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        let mut met = false;
        join(&mut flat, |last, part| {
            if let (Node::In(subject, classes), Node::In(_, more)) = (last, part) {
                *classes = classes.or(more);
                met |= self.get(*subject).is_some_and(|one| one.all().is_within(classes));
            }
        });
        if met || flat.iter().any(|part| matches!(part, Node::All(inner) if inner.is_empty())) {
            return Node::All(Vec::new());
        }
        single(flat, Node::Any)
    }

    /// When an expression is true, or when it is false.
    fn truth(&mut self, e: &Expr, holds: bool, depth: usize) -> Formula {
        if self.left == 0 || depth > DEEPEST {
            return self.opaque(e, holds);
        }
        self.left -= 1;
        let depth = depth + 1;
        match &e.kind {
            Kind::Constant(Constant::Bool(value)) => {
                if *value == holds {
                    Formula::All(Vec::new())
                } else {
                    Formula::Any(Vec::new())
                }
            }
            Kind::Not(operand) => self.truth(operand, !holds, depth),
            Kind::And(operands) | Kind::Or(operands) if operands.len() > self.left => self.opaque(e, holds),
            Kind::And(operands) if holds => Formula::All(self.each(operands, true, depth)),
            Kind::Or(operands) if !holds => Formula::All(self.each(operands, false, depth)),
            Kind::And(operands) | Kind::Or(operands) => match self.first(operands, holds, depth) {
                Some(formula) => formula,
                None => self.opaque(e, holds),
            },
            Kind::Conditional(parts) => {
                let [test, yes, no] = &**parts;
                let first = vec![self.truth(test, true, depth), self.truth(yes, holds, depth)];
                let second = vec![self.truth(test, false, depth), self.truth(no, holds, depth)];
                Formula::Any(vec![Formula::All(first), Formula::All(second)])
            }
            Kind::Compare(comparison, operands) => {
                let [left, right] = &**operands;
                self.comparison(e, *comparison, left, right, holds, depth)
            }
            Kind::Variable(id) => match self.parts.lets.get(*id as usize) {
                Some(bound) if bound.value.ty == Type::Bool && bound.default.is_none() => {
                    self.truth(&bound.value, holds, depth)
                }
                _ => self.opaque(e, holds),
            },
            Kind::Call(row, arguments) if row.name == "In" => match arguments.as_slice() {
                [key, entries] => match entries.kind.text() {
                    Some(entries) => self.entry(e, key, &entries.clone(), holds),
                    None => self.opaque(e, holds),
                },
                _ => self.opaque(e, holds),
            },
            _ => self.opaque(e, holds),
        }
    }

    fn each(&mut self, operands: &[Expr], holds: bool, depth: usize) -> Vec<Formula> {
        operands.iter().map(|operand| self.truth(operand, holds, depth)).collect()
    }

    /// The first operand that is not the other way decides: `&&` is false, `||` is true by it. One that may fail before it
    /// has to be the other way; the others need not be asked, since the first of them that is not decides as well.
    /// `None` if that becomes too much.
    fn first(&mut self, operands: &[Expr], decides: bool, depth: usize) -> Option<Formula> {
        let mut ways = Vec::new();
        let mut before: Vec<&Expr> = Vec::new();
        for operand in operands {
            if before.len() >= self.left {
                return None;
            }
            let mut all: Vec<Formula> = before.iter().map(|one| self.truth(one, !decides, depth)).collect();
            all.push(self.truth(operand, decides, depth));
            ways.push(Formula::All(all));
            if self.can_fail(operand) {
                before.push(operand);
            }
        }
        Some(Formula::Any(ways))
    }

    fn comparison(
        &mut self,
        e: &Expr,
        comparison: Comparison,
        left: &Expr,
        right: &Expr,
        holds: bool,
        depth: usize,
    ) -> Formula {
        if comparison.operands != Operands::Same {
            return self.opaque(e, holds);
        }
        let (subject, constant, relation) = match (&left.kind, &right.kind) {
            (Kind::Constant(_), Kind::Constant(_)) => return self.opaque(e, holds),
            (_, Kind::Constant(constant)) => (left, constant, comparison.relation),
            (Kind::Constant(constant), _) => (right, constant, mirrored(comparison.relation)),
            _ => return self.opaque(e, holds),
        };
        let (relation, holds) = match relation {
            Relation::NotEqual => (Relation::Equal, !holds),
            other => (other, holds),
        };
        let value = match constant {
            Constant::Bool(value) if relation == Relation::Equal => return self.truth(subject, *value == holds, depth),
            Constant::Int(value) => Value::Int(*value),
            Constant::Double(value) if !value.is_nan() => Value::Double(*value),
            Constant::String(text) => Value::Text(text.clone()),
            _ => return self.opaque(e, holds ^ (comparison.relation == Relation::NotEqual)),
        };
        let Some(id) = self.subject(subject) else {
            return self.opaque(e, holds ^ (comparison.relation == Relation::NotEqual));
        };
        self.test(id, Test::Compare(relation, value), holds)
    }

    /// `In(key, "a, b")` (L7.1).
    fn entry(&mut self, e: &Expr, key: &Expr, entries: &str, holds: bool) -> Formula {
        let Some(id) = self.subject(key) else { return self.opaque(e, holds) };
        let Formula::Test(whole, ..) = self.opaque(e, holds) else { return Formula::All(Vec::new()) };
        let entries = entries.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(Box::from);
        self.test(id, Test::In(entries.collect(), whole), holds)
    }

    /// A Bool of which nothing is known but that it is the same wherever the same expression stands.
    fn opaque(&mut self, e: &Expr, holds: bool) -> Formula {
        let id = match self.subject(e) {
            Some(id) => id,
            None => self.add(Subject::new(Type::Bool, true, false)),
        };
        self.test(id, Test::Itself, holds)
    }

    fn test(&mut self, id: u32, test: Test, holds: bool) -> Formula {
        if let Some(subject) = self.all.get_mut(id as usize) {
            subject.note(&test);
        }
        Formula::Test(id, test, holds)
    }

    /// The number of what an expression stands for; `None` if it may differ from place to place.
    fn subject(&mut self, e: &Expr) -> Option<u32> {
        if let Kind::Attribute(path) = e.kind {
            if let Some(known) = self.attributes.get(&(path, e.ty)) {
                return Some(*known);
            }
            // A text of the event that is numeric is no NaN.
            let id = self.add(Subject::new(e.ty, self.can_fail(e), false));
            self.attributes.insert((path, e.ty), id);
            return Some(id);
        }
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        let id = write_key(e, &mut key).then(|| match self.others.get(key.as_slice()) {
            Some(known) => *known,
            None => {
                // What is no attribute may be calculated to a NaN.
                let id = self.add(Subject::new(e.ty, self.can_fail(e), e.ty == Type::Double));
                self.others.insert(Box::from(key.as_slice()), id);
                id
            }
        });
        self.key = key;
        id
    }

    fn add(&mut self, subject: Subject) -> u32 {
        self.all.push(subject);
        self.all.len() as u32 - 1
    }

    /// Whether an expression might end in a failure; true where it is not plain that it cannot.
    fn can_fail(&self, e: &Expr) -> bool {
        match &e.kind {
            Kind::Constant(_) | Kind::Exists(_) => false,
            // A text might have to be written, which has a limit.
            Kind::Attribute(_) => !matches!(e.ty, Type::Bool | Type::Int | Type::Double | Type::DateTime),
            Kind::Not(_) | Kind::And(_) | Kind::Or(_) | Kind::Compare(..) | Kind::Conditional(_) => {
                e.kind.children().any(|child| self.can_fail(child))
            }
            Kind::Variable(id) => self.lets_fail.get(*id as usize).copied().unwrap_or(true),
            _ => true,
        }
    }
}

/// All of them hold.
pub(super) fn all(parts: impl Iterator<Item = Node>) -> Node {
    let mut flat = Vec::with_capacity(parts.size_hint().0);
    for part in parts {
        match part {
            Node::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    let mut contradicts = false;
    join(&mut flat, |last, part| {
        if let (Node::In(_, classes), Node::In(_, more)) = (last, part) {
            *classes = classes.and(more);
            contradicts |= classes.is_empty();
        }
    });
    if contradicts || flat.iter().any(|part| matches!(part, Node::Any(inner) if inner.is_empty())) {
        return Node::Any(Vec::new());
    }
    single(flat, Node::All)
}

/// Puts parts in order and leaves of equal ones one; what is asked of one subject becomes one part.
fn join(parts: &mut Vec<Node>, mut both: impl FnMut(&mut Node, &Node)) {
    parts.sort_unstable();
    parts.dedup_by(|part, last| match (&*last, &*part) {
        (Node::In(a, _), Node::In(b, _)) if a == b => {
            both(last, part);
            true
        }
        _ => last == part,
    });
}

fn single(mut parts: Vec<Node>, wrap: fn(Vec<Node>) -> Node) -> Node {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            wrap(parts)
        }
        _ => wrap(parts),
    }
}

fn mirrored(relation: Relation) -> Relation {
    match relation {
        Relation::Less => Relation::Greater,
        Relation::LessOrEqual => Relation::GreaterOrEqual,
        Relation::Greater => Relation::Less,
        Relation::GreaterOrEqual => Relation::LessOrEqual,
        same => same,
    }
}

/// Writes what tells an expression from others; false if its value may differ from place to place within one event.
fn write_key(e: &Expr, key: &mut Vec<u8>) -> bool {
    // Writing to bytes does not fail.
    let _ = match &e.kind {
        Kind::Constant(Constant::String(text)) => {
            text_key(b'"', text, key);
            Ok(())
        }
        Kind::Constant(constant) => write!(key, "{constant:?}"),
        Kind::Attribute(path) => {
            number_key(b'@', *path, key);
            write!(key, "{}", e.ty.name())
        }
        Kind::Event(path) => write!(key, "@@{path:?}"),
        Kind::Exists(path) => {
            number_key(b'?', *path, key);
            Ok(())
        }
        Kind::Variable(id) => {
            number_key(b'$', *id, key);
            Ok(())
        }
        Kind::Not(_) => write!(key, "!"),
        Kind::Negate(_) => write!(key, "-"),
        Kind::And(_) => write!(key, "&"),
        Kind::Or(_) => write!(key, "|"),
        Kind::Conditional(_) => write!(key, "?:"),
        Kind::Array(_) => write!(key, "[]"),
        Kind::Object(members) => {
            members.iter().for_each(|(name, _)| text_key(b'{', name, key));
            Ok(())
        }
        Kind::Chain(_, links) => {
            let operators: Vec<_> = links.iter().map(|link| link.operator).collect();
            write!(key, "{operators:?}")
        }
        Kind::Compare(comparison, _) => write!(key, "{comparison:?}"),
        Kind::Convert(conversion, _) => write!(key, "{conversion:?}:{}", e.ty.name()),
        Kind::Call(row, _) if row.volatility != Volatility::Volatile => {
            row_key(b'f', row, key);
            Ok(())
        }
        Kind::Steps(_, steps) => {
            for step in steps {
                let _ = match &step.kind {
                    StepKind::Member(name) => {
                        text_key(b'.', name, key);
                        Ok(())
                    }
                    StepKind::Field(name) => {
                        text_key(b':', name, key);
                        Ok(())
                    }
                    StepKind::MemberNamed(_) => write!(key, "[s]"),
                    StepKind::Element(_) => write!(key, "[n]"),
                    StepKind::Method(row, arguments) if row.volatility != Volatility::Volatile => {
                        row_key(b'm', row, key);
                        number_key(b'/', arguments.len() as u32, key);
                        Ok(())
                    }
                    StepKind::Convert(conversion) => write!(key, "{conversion:?}:{}", step.ty.name()),
                    _ => return false,
                };
            }
            Ok(())
        }
        _ => return false,
    };
    key.push(b'(');
    for child in e.kind.children() {
        if !write_key(child, key) {
            return false;
        }
        key.push(b',');
    }
    key.push(b')');
    true
}

fn number_key(tag: u8, number: u32, key: &mut Vec<u8>) {
    key.push(tag);
    key.extend_from_slice(&number.to_le_bytes());
}

fn text_key(tag: u8, text: &str, key: &mut Vec<u8>) {
    number_key(tag, text.len() as u32, key);
    key.extend_from_slice(text.as_bytes());
}

/// A row of the registry is told from others by its address.
fn row_key(tag: u8, row: &'static Function, key: &mut Vec<u8>) {
    key.push(tag);
    key.extend_from_slice(&(std::ptr::from_ref(row) as usize).to_le_bytes());
}
