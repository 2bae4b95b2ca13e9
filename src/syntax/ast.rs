//! The tree as written: data only, every node with its place.
//!
//! Operators of one precedence level stand beside each other in one node (`a + b - c` is one [`Chain`]), and so do postfix
//! steps: a long chain is wide, not deep (L5.4), and everything that walks a tree recurses at most as deep as brackets nest.

use crate::source::{Span, Spanned};
use smallvec::SmallVec;
use std::sync::Arc;

/// A name as written; names are compared without case (L1.3).
pub type Name = Spanned<String>;

/// One source: rules in the order written (L2.4).
#[derive(Debug, Default)]
pub struct File {
    /// The rules; a plain file is one rule without header.
    pub rules: Vec<Rule>,
    /// The functions (R6.1).
    pub functions: Vec<Function>,
}

/// A function (R6.1).
#[derive(Debug)]
pub struct Function {
    /// Its name; empty if it could not be read.
    pub name: Name,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// Its outputs in order.
    pub outputs: Vec<Output>,
    /// `FUNCTION name(...)`, without the outputs.
    pub span: Span,
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// The name of its type.
    pub ty: Name,
    /// What it is if the argument can't be used; absent is the type's default.
    pub default: Option<Expr>,
}

/// An output of a function.
#[derive(Debug)]
pub struct Output {
    /// Its name; empty if it could not be read.
    pub name: Name,
    /// The name of its type.
    pub ty: Name,
    /// What it is if it fails; absent is the type's default.
    pub default: Option<Expr>,
    /// Its variables.
    pub lets: Vec<Let>,
    /// What it gives; absent if that is missing or could not be read.
    pub returns: Option<Expr>,
    /// `OUTPUT name: type`, without the statements.
    pub span: Span,
}

/// One rule, velocity set, or list of actions.
#[derive(Debug, Default)]
pub struct Rule {
    /// `RULE "..."`.
    pub name: Option<Name>,
    /// `DESCRIPTION "..."`.
    pub description: Option<Name>,
    /// `STATUS inactive`; active unless it says so.
    pub inactive: bool,
    /// `LET`s and the `WHEN` of the condition.
    pub condition: Option<Condition>,
    /// The clauses in order.
    pub clauses: Vec<Clause>,
    /// The `LET`s that stand behind the last clause of a plain rule, or in a rule without clauses: nothing can read them but each other.
    pub rest: Vec<Let>,
    /// The whole text of the rule.
    pub span: Span,
}

/// What must hold for a rule to match (L2.7).
#[derive(Debug)]
pub struct Condition {
    /// Variables that all clauses see.
    pub lets: Vec<Let>,
    /// The test; absent means true (a headed `CONDITION` may hold only `LET`s).
    pub when: Option<Expr>,
}

/// One clause (L2.4).
#[derive(Debug)]
pub struct Clause {
    /// `CLAUSE "..."`; absent in plain form, where clauses are called `clause1`, `clause2`, ...
    pub name: Option<Name>,
    /// `LET`s and statements in the order written.
    pub statements: Vec<Statement>,
    /// The whole clause.
    pub span: Span,
}

/// `LET $name = value` (L2.5).
#[derive(Debug)]
pub struct Let {
    /// Without the `$`; the span includes it.
    pub name: Name,
    /// The expression.
    pub value: Expr,
    /// The whole statement.
    pub span: Span,
}

/// A statement of a clause (L2.2).
#[derive(Debug)]
pub enum Statement {
    /// Binds a variable.
    Let(Let),
    /// Everything that fires.
    Fire(Fire),
}

/// What a firing statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `RETURN`
    Return,
    /// `OBSERVE`
    Observe,
    /// `DO`
    Do,
    /// `ROUTETO`
    RouteTo,
    /// `SELECT`
    Select,
}

impl Verb {
    /// The canonical spelling.
    pub fn keyword(self) -> &'static str {
        match self {
            Verb::Return => "RETURN",
            Verb::Observe => "OBSERVE",
            Verb::Do => "DO",
            Verb::RouteTo => "ROUTETO",
            Verb::Select => "SELECT",
        }
    }
}

/// A statement that fires if its `WHEN` is true or absent (L2.7).
#[derive(Debug)]
pub struct Fire {
    /// Which statement.
    pub verb: Spanned<Verb>,
    /// What follows the verb, separated by commas: calls such as `Reject("x")`, `Output(k = v)`; one expression in a function output.
    pub items: SmallVec<[Expr; 1]>,
    /// `AS name FROM source, source:observation` of a `SELECT`.
    pub select: Option<Box<Select>>,
    /// `WHEN test`.
    pub when: Option<Expr>,
    /// `GROUPBY key` of a `SELECT`.
    pub group_by: Option<Expr>,
    /// The whole statement.
    pub span: Span,
}

/// The middle part of a `SELECT` (L2.3).
#[derive(Debug)]
pub struct Select {
    /// `AS name`.
    pub name: Name,
    /// `FROM a, b:c`; the second part is the observation.
    pub sources: Vec<(Name, Option<Name>)>,
}

/// An expression and its place. Parentheses leave no node, but widen the span.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Its place.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `400`, with a leading `-` folded only for `-9223372036854775808` (L1.6).
    Int(i64),
    /// `199.99`
    Double(f64),
    /// `"text"`, unescaped
    String(String),
    /// `7d` (L1.8), in range
    Window(Window),
    /// `@"full.path"` or `@name` (L1.9); the same path is shared.
    Attribute(Arc<Path>),
    /// `@@` or `@@"path"` (L1.10)
    Event(Option<Arc<Path>>),
    /// `$name` (L1.11), without the `$`
    Variable(String),
    /// A bare name: a function, a namespace, a function's parameter
    Name(String),
    /// `[a, b]`
    Array(Vec<Expr>),
    /// `{ key: e }` (L1.12), keys unique
    Object(Vec<(Name, Expr)>),
    /// A prefix operator
    Unary(Spanned<Unary>, Box<Expr>),
    /// Binary operators of one precedence level, left to right
    Chain(Box<Chain>),
    /// `test ? yes : no`
    Conditional(Box<[Expr; 3]>),
    /// A base and its postfix steps (L1.13)
    Postfix(Box<Expr>, Vec<Step>),
    /// Something that was reported already; the checker stays silent about it.
    Error,
}

/// A length of time of a velocity (L1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many.
    pub count: u32,
    /// `s`, `m`, `h` or `d`.
    pub unit: char,
}

/// An attribute path (L1.9): as written, and its steps. Always at least one step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The canonical text, such as `productList[0].productId`.
    pub text: String,
    /// The steps.
    pub steps: Vec<PathStep>,
    /// Written as `@name`, without quotes.
    pub bare: bool,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathStep {
    /// A member.
    Name(String),
    /// An element, from zero.
    Index(usize),
}

/// Operands joined by operators of one level: `first op operand op operand ...`
#[derive(Debug)]
pub struct Chain {
    /// The leftmost operand.
    pub first: Expr,
    /// The others. Comparisons have exactly one.
    pub rest: SmallVec<[(Spanned<Binary>, Expr); 1]>,
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `!`, `not`
    Not,
    /// `-`
    Negate,
}

/// Binary operators; the order is the precedence, high to low (L4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `|`
    Union,
    /// `&&`, `and`
    And,
    /// `||`, `or`
    Or,
}

impl Binary {
    /// Canonical spelling.
    pub fn symbol(self) -> &'static str {
        match self {
            Binary::Multiply => "*",
            Binary::Divide => "/",
            Binary::Remainder => "%",
            Binary::Add => "+",
            Binary::Subtract => "-",
            Binary::Less => "<",
            Binary::LessOrEqual => "<=",
            Binary::Greater => ">",
            Binary::GreaterOrEqual => ">=",
            Binary::Equal => "==",
            Binary::NotEqual => "!=",
            Binary::Union => "|",
            Binary::And => "&&",
            Binary::Or => "||",
        }
    }
}

/// A postfix step.
#[derive(Debug)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// From the `.`, `(` or `[` to its end.
    pub span: Span,
}

/// What a postfix step does.
#[derive(Debug)]
pub enum StepKind {
    /// `.name`
    Member(Name),
    /// `(arguments)`
    Call(Vec<Argument>),
    /// `[index]`
    Index(Box<Expr>),
}

/// One argument of a call.
#[derive(Debug)]
pub struct Argument {
    /// `name =` or `$baseInput =` (then with the `$`).
    pub name: Option<Name>,
    /// Its value.
    pub value: Expr,
}
