//! The tree as meant: names resolved, every expression typed, every attribute with the type its context asked for (L3.3).
//!
//! In: what the checker understood. Out: what the compiler flattens and what a plain interpreter can walk. An expression is
//! as deep as brackets nest and no deeper: operators of one level stand beside each other in a [`Kind::Chain`].

use crate::function::{Bound, Function};
use crate::source::{Source, Span};
use crate::syntax::ast;
use crate::value::{DecisionKind, Json, Type};
use std::sync::Arc;

pub use crate::value::operate::{Arithmetic, Comparison};

/// Everything one assessment runs, of all environments on its path (R2.3).
#[derive(Debug, Default)]
pub struct Assessment {
    /// The environments on the path, the root first; a lone text has one.
    pub stages: Vec<Stage>,
    /// The decision rules of all stages, in the order they run. Inactive ones are checked and left out.
    pub rules: Vec<Rule>,
    /// The post-decision action rules, in the order they run.
    pub actions: Vec<Rule>,
    /// The routing rules, in the order they run.
    pub routing: Vec<Rule>,
    /// All variables of all rules. A variable reads earlier ones only.
    pub lets: Vec<Let>,
    /// The paths that rules read.
    pub paths: Vec<ast::Path>,
    /// The external calls that rules make.
    pub externals: Vec<External>,
    /// The names that `SetVariables` writes or `GetVariable` reads, in canonical spelling, unique ignoring case.
    pub variables: Vec<Arc<str>>,
    /// The texts that spans refer to.
    pub sources: Vec<Arc<Source>>,
}

/// An expression that stands alone (L2.1), with what it needs.
#[derive(Debug)]
pub struct Program {
    /// The variables, paths and calls; no rules.
    pub parts: Assessment,
    /// The expression.
    pub expression: Expr,
}

/// One environment on the path of an assessment (R2.3).
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// The environment's id; a lone text has none (R1.2).
    pub environment: Option<Arc<str>>,
    /// Whether the first of its rules whose condition is true ends the descent (R2.1, R2.3).
    pub first_match: bool,
}

/// A rule (L2.4).
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub name: Arc<str>,
    /// Its stage, an index into [`Assessment::stages`].
    pub stage: u32,
    /// Its text, an index into [`Assessment::sources`].
    pub source: u32,
    /// What must hold; absent is true.
    pub condition: Option<Expr>,
    /// Its clauses in order.
    pub clauses: Vec<Clause>,
    /// The whole rule.
    pub span: Span,
}

/// A clause of a rule.
#[derive(Debug)]
pub struct Clause {
    /// Its name.
    pub name: Arc<str>,
    /// Its statements in order; `LET`s have become [`Let`]s.
    pub statements: Vec<Statement>,
    /// The whole clause.
    pub span: Span,
}

/// A statement that fires if its test is true (L2.7).
#[derive(Debug)]
pub struct Statement {
    /// The test; absent is true.
    pub when: Option<Expr>,
    /// What it emits, in the order written.
    pub effects: Vec<Effect>,
    /// The whole statement.
    pub span: Span,
}

/// What a fired statement does.
#[derive(Debug)]
pub enum Effect {
    /// `Approve(...)` and its like: ends the rule set when the statement is done.
    Decide(Decide),
    /// `Output(k = v)`
    Output(Vec<(Arc<str>, Expr)>),
    /// `Trace(k = v)`
    Trace(Vec<(Arc<str>, Expr)>),
    /// `SetVariables(k = v)`; the number is an index into [`Assessment::variables`].
    SetVariables(Vec<(u32, Expr)>),
    /// `SetResponse("section", k = v)`, in action rules; the section may be absent.
    SetResponse(Option<Arc<str>>, Vec<(Arc<str>, Expr)>),
    /// `External.name(...)` as an action: the call is made, its result is dropped.
    Call(Expr),
    /// `Queue(name)`, in routing rules; of type String.
    Route(Expr),
}

/// A decision and its texts (L7.11), each of type String.
#[derive(Debug)]
pub struct Decide {
    /// Which decision.
    pub kind: DecisionKind,
    /// `challengeType`
    pub challenge_type: Option<Expr>,
    /// `reason`
    pub reason: Option<Expr>,
    /// `supportMessage`
    pub support_message: Option<Expr>,
    /// The order in which the arguments were written, as indexes 0 to 2 of the three above; that is the order they are evaluated in.
    pub order: Vec<u8>,
}

/// A variable (L2.5). Variables that stand for a bare attribute are not here: each use of them is that attribute.
#[derive(Debug)]
pub struct Let {
    /// Without `$`.
    pub name: Arc<str>,
    /// Its value.
    pub value: Expr,
    /// Its text, an index into [`Assessment::sources`].
    pub source: u32,
    /// What it is if it fails: an argument or an output of a function, whose failure ends there (R6.1). The error is listed.
    pub default: Option<Constant>,
    /// The place of its `OUTPUT` in [`Let::source`], if it is the output of a function.
    pub output: Option<Span>,
}

/// An external call that rules make (L8.1).
#[derive(Clone, Debug)]
pub struct External {
    /// Its name as defined.
    pub name: Arc<str>,
    /// The environment whose definition is meant, by its number in the tree; `None` is one of the host or a stub, which
    /// apply everywhere.
    pub environment: Option<u32>,
}

/// An expression: what it is, of which type, where.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// The type of its value.
    pub ty: Type,
    /// Its place.
    pub span: Span,
}

/// A constant.
#[derive(Clone, Debug)]
pub enum Constant {
    /// See [`Type::Bool`].
    Bool(bool),
    /// See [`Type::Int`].
    Int(i64),
    /// See [`Type::Double`].
    Double(f64),
    /// See [`Type::String`].
    String(Arc<str>),
    /// A set of character classes.
    CharSet(crate::value::CharSet),
    /// See [`Type::DateTime`].
    DateTime(crate::value::DateTime),
    /// `null`
    Null,
}

/// The kinds of expressions.
#[derive(Debug)]
pub enum Kind {
    /// A constant.
    Constant(Constant),
    /// An attribute read as the expression's type; the number is an index into [`Assessment::paths`].
    Attribute(u32),
    /// `@@` or `@@"path"`: that part of the event as Json.
    Event(Option<u32>),
    /// `Exists(@"path")`
    Exists(u32),
    /// `$name`; an index into [`Assessment::lets`].
    Variable(u32),
    /// `Response.Decision()`, in action and routing rules.
    Decision,
    /// `GetVariable("k")` with a constant name; an index into [`Assessment::variables`].
    GetVariable(u32),
    /// `GetVariable(e)` with a name that is known only when it runs.
    GetVariableNamed(Box<Expr>),
    /// `[a, b]`, each of a type that converts to Json.
    Array(Vec<Expr>),
    /// `{ k: e }`, each of a type that converts to Json.
    Object(Vec<(Arc<str>, Expr)>),
    /// `!e`
    Not(Box<Expr>),
    /// `-e` on Int, Double or TimeSpan.
    Negate(Box<Expr>),
    /// All are true; evaluated left to right as far as needed. At least two.
    And(Vec<Expr>),
    /// One is true; evaluated left to right as far as needed. At least two.
    Or(Vec<Expr>),
    /// `test ? yes : no`
    Conditional(Box<[Expr; 3]>),
    /// `a + b - c`: operators of one level, left to right.
    Chain(Box<Expr>, Vec<Link>),
    /// `a < b`; both operands were brought to the type that the comparison names.
    Compare(Comparison, Box<[Expr; 2]>),
    /// A base and its postfix steps, left to right. At least one.
    Steps(Box<Expr>, Vec<Step>),
    /// A builtin without a receiver.
    Call(&'static Function, Vec<Expr>),
    /// A callable made for this place, and its arguments.
    Bound(Arc<dyn Bound>, Vec<Expr>),
    /// An external call: an index into [`Assessment::externals`] and arguments of type String.
    External(u32, Vec<Expr>),
    /// `GetDiagnostics()` of the external call that its operand is.
    Diagnostics(Box<Expr>),
    /// Brings the operand to the expression's type.
    Convert(Conversion, Box<Expr>),
    /// Reads the operand, which is Json, as the expression's type; what cannot be read is that constant, with a note (R6.1).
    ReadOr(Constant, Box<Expr>),
}

/// One operator of a chain and its right operand.
#[derive(Debug)]
pub struct Link {
    /// What to do; the operand types are part of it.
    pub operator: Arithmetic,
    /// Its place.
    pub span: Span,
    /// The right operand.
    pub operand: Expr,
    /// The type of the chain so far, this link included.
    pub ty: Type,
}

/// One postfix step (L1.13).
#[derive(Debug)]
pub struct Step {
    /// What it does to the value so far.
    pub kind: StepKind,
    /// The type of the value after it.
    pub ty: Type,
    /// From the begin of the base to the end of the step.
    pub span: Span,
}

/// What a postfix step does.
#[derive(Debug)]
pub enum StepKind {
    /// `.name` on Json; also `["name"]` with a constant.
    Member(Arc<str>),
    /// `[text]` on Json.
    MemberNamed(Expr),
    /// `[n]` on Json; the index is an Int.
    Element(Expr),
    /// A member of a record, read as the step's type.
    Field(&'static str),
    /// A method or property: the value so far is the first argument, these are the others.
    Method(&'static Function, Vec<Expr>),
    /// Brings the value to the step's type, which the next step is a member of.
    Convert(Conversion),
}

/// How a value becomes one of another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Int to Double.
    Widen,
    /// Json read as an attribute would be (L3.7): what cannot be read gives the default and a note.
    Read,
    /// Any scalar to Json (L3.2a).
    ToJson,
    /// Any scalar or Json to its canonical text (L3.2a).
    ToText,
}

/// What stands right below an expression: single ones, lists, links, members and steps.
type Below<'e> = (&'e [Expr], &'e [Expr], &'e [Link], &'e [(Arc<str>, Expr)], &'e [Step]);

impl Kind {
    /// The expressions right below it, in the order they are evaluated.
    pub fn children(&self) -> impl Iterator<Item = &Expr> {
        let (one, many, links, members, steps): Below<'_> = match self {
            Kind::Constant(_)
            | Kind::Attribute(_)
            | Kind::Event(_)
            | Kind::Exists(_)
            | Kind::Variable(_)
            | Kind::Decision
            | Kind::GetVariable(_) => (&[], &[], &[], &[], &[]),
            Kind::GetVariableNamed(e)
            | Kind::Not(e)
            | Kind::Negate(e)
            | Kind::Diagnostics(e)
            | Kind::ReadOr(_, e)
            | Kind::Convert(_, e) => (std::slice::from_ref(&**e), &[], &[], &[], &[]),
            Kind::Array(all)
            | Kind::And(all)
            | Kind::Or(all)
            | Kind::Call(_, all)
            | Kind::Bound(_, all)
            | Kind::External(_, all) => (&[], all, &[], &[], &[]),
            Kind::Conditional(parts) => (&[], parts.as_slice(), &[], &[], &[]),
            Kind::Compare(_, parts) => (&[], parts.as_slice(), &[], &[], &[]),
            Kind::Object(members) => (&[], &[], &[], members, &[]),
            Kind::Chain(first, links) => (std::slice::from_ref(&**first), &[], links, &[], &[]),
            Kind::Steps(base, steps) => (std::slice::from_ref(&**base), &[], &[], &[], steps),
        };
        let links = links.iter().map(|link| &link.operand);
        let members = members.iter().map(|(_, value)| value);
        one.iter().chain(many).chain(links).chain(members).chain(steps.iter().flat_map(Step::operands))
    }

    /// The constant text, if it is one.
    pub fn text(&self) -> Option<&Arc<str>> {
        if let Kind::Constant(Constant::String(text)) = self { Some(text) } else { None }
    }
}

impl Rule {
    /// Gives its variables other numbers.
    pub(crate) fn renumber(&mut self, to: &[u32]) {
        if let Some(condition) = &mut self.condition {
            condition.renumber(to);
        }
        for statement in self.clauses.iter_mut().flat_map(|clause| &mut clause.statements) {
            if let Some(when) = &mut statement.when {
                when.renumber(to);
            }
            for effect in &mut statement.effects {
                match effect {
                    Effect::Decide(Decide { challenge_type, reason, support_message, .. }) => {
                        let texts = [challenge_type, reason, support_message];
                        texts.into_iter().flatten().for_each(|e| e.renumber(to));
                    }
                    Effect::Output(pairs) | Effect::Trace(pairs) | Effect::SetResponse(_, pairs) => {
                        pairs.iter_mut().for_each(|(_, e)| e.renumber(to));
                    }
                    Effect::SetVariables(pairs) => pairs.iter_mut().for_each(|(_, e)| e.renumber(to)),
                    Effect::Call(e) | Effect::Route(e) => e.renumber(to),
                }
            }
        }
    }
}

impl Expr {
    /// Gives its variables other numbers.
    pub(crate) fn renumber(&mut self, to: &[u32]) {
        match &mut self.kind {
            Kind::Variable(id) => {
                if let Some(new) = to.get(*id as usize) {
                    *id = *new;
                }
            }
            Kind::GetVariableNamed(e)
            | Kind::Not(e)
            | Kind::Negate(e)
            | Kind::Diagnostics(e)
            | Kind::ReadOr(_, e)
            | Kind::Convert(_, e) => e.renumber(to),
            Kind::Array(all)
            | Kind::And(all)
            | Kind::Or(all)
            | Kind::Call(_, all)
            | Kind::Bound(_, all)
            | Kind::External(_, all) => all.iter_mut().for_each(|e| e.renumber(to)),
            Kind::Conditional(parts) => parts.iter_mut().for_each(|e| e.renumber(to)),
            Kind::Compare(_, parts) => parts.iter_mut().for_each(|e| e.renumber(to)),
            Kind::Object(members) => members.iter_mut().for_each(|(_, e)| e.renumber(to)),
            Kind::Chain(first, links) => {
                first.renumber(to);
                links.iter_mut().for_each(|link| link.operand.renumber(to));
            }
            Kind::Steps(base, steps) => {
                base.renumber(to);
                for step in steps {
                    match &mut step.kind {
                        StepKind::MemberNamed(e) | StepKind::Element(e) => e.renumber(to),
                        StepKind::Method(_, arguments) => arguments.iter_mut().for_each(|e| e.renumber(to)),
                        StepKind::Member(_) | StepKind::Field(_) | StepKind::Convert(_) => {}
                    }
                }
            }
            Kind::Constant(_)
            | Kind::Attribute(_)
            | Kind::Event(_)
            | Kind::Exists(_)
            | Kind::Decision
            | Kind::GetVariable(_) => {}
        }
    }
}

impl Step {
    /// The expressions in it.
    pub fn operands(&self) -> &[Expr] {
        match &self.kind {
            StepKind::Member(_) | StepKind::Field(_) | StepKind::Convert(_) => &[],
            StepKind::MemberNamed(e) | StepKind::Element(e) => std::slice::from_ref(e),
            StepKind::Method(_, arguments) => arguments,
        }
    }
}

impl Constant {
    /// The constant as a datum.
    pub fn datum(&self) -> crate::value::Datum<'_> {
        use crate::value::Datum;
        match self {
            Constant::Bool(value) => Datum::Bool(*value),
            Constant::Int(value) => Datum::Int(*value),
            Constant::Double(value) => Datum::Double(*value),
            Constant::String(text) => Datum::String(text),
            Constant::CharSet(set) => Datum::CharSet(*set),
            Constant::DateTime(value) => Datum::DateTime(*value),
            Constant::Null => Datum::Json(Json::Null),
        }
    }
}
