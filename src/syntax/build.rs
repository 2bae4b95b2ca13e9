//! Pairs to tree.
//!
//! In: the pairs of `grammar/fql.pest`. Out: [`Element`]s in the order written: headers, and statements in parts,
//! whose places in rules and clauses [`layout`](super::layout) finds. One function for each rule of the grammar, in
//! its order. What is wrong inside a token is reported here; the tree then holds the nearest sensible thing, or
//! [`Kind::Error`].

mod atom;

use super::Limits;
use super::ast::{
    Argument, Binary, Expr, Fire, Function, Kind, Let, Name, Output, Parameter, Path, Select, Step, StepKind, Unary,
    Verb,
};
use super::faults::Faults;
use super::fold::{Chained, Fold};
use super::grammar::Rule;
use super::literal::{self, Number};
use super::token::{Stretch, class};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use pest::iterators::Pair;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;

/// A part of a rule text.
#[derive(Debug)]
pub(crate) enum Element {
    /// `RULE "name"`
    Rule(Option<Name>, Span),
    /// `DESCRIPTION "text"`
    Description(Name, Span),
    /// `STATUS active`; the word as written.
    Status(Name, Span),
    /// `CONDITION`
    Condition(Span),
    /// `CLAUSE "name"`
    Clause(Option<Name>, Span),
    /// `FUNCTION name(parameters)`
    Function(Box<Function>),
    /// `OUTPUT name: type = default`
    Output(Box<Output>),
    /// `LET $name = value`
    Let(Let),
    /// A statement without its `WHEN` and `GROUPBY`.
    Fire(Fire),
    /// `WHEN test`, and where the word stands.
    When(Span, Expr),
    /// `GROUPBY key`, and where the word stands.
    GroupBy(Span, Expr),
    /// Something that could not be read and was reported.
    Gap(Span),
}

/// Builds trees from pairs of one source.
pub(crate) struct Builder<'f, 's, 't> {
    pub(crate) faults: &'f mut Faults<'s>,
    /// The tokens that were parsed.
    stretch: Stretch<'t>,
    /// The longest list literal (L5.4).
    pub(crate) list_literal: usize,
    paths: &'f mut Paths,
}

/// Paths read so far, by what stands between their quotes.
pub(crate) type Paths = HashMap<String, Arc<Path>, foldhash::fast::RandomState>;

type Parsed<'i> = Pair<'i, Rule>;

impl<'f, 's, 't> Builder<'f, 's, 't> {
    pub(crate) fn new(
        faults: &'f mut Faults<'s>,
        stretch: Stretch<'t>,
        paths: &'f mut Paths,
        limits: &Limits,
    ) -> Builder<'f, 's, 't> {
        Builder { faults, stretch, list_literal: limits.list_literal, paths }
    }

    fn span(&self, pair: &Parsed<'_>) -> Span {
        self.stretch.span(pair)
    }

    fn text(&self, pair: &Parsed<'_>) -> &'t str {
        self.stretch.text(pair)
    }

    /// The keyword that a pair begins with.
    fn keyword(&self, pair: &Parsed<'_>) -> Span {
        self.stretch.first(pair)
    }

    /// Appends what a pair of a rule text means.
    pub(crate) fn element(&mut self, pair: Parsed<'_>, out: &mut Vec<Element>) {
        match pair.as_rule() {
            Rule::rule_name => {
                let (name, span) = self.header(pair);
                out.push(Element::Rule(Some(name), span));
            }
            Rule::description => {
                let (text, span) = self.header(pair);
                out.push(Element::Description(text, span));
            }
            Rule::status => {
                let (word, span) = self.header(pair);
                out.push(Element::Status(word, span));
            }
            Rule::condition => out.push(Element::Condition(self.keyword(&pair))),
            Rule::clause => {
                let (name, span) = self.header(pair);
                out.push(Element::Clause(Some(name), span));
            }
            Rule::function => out.push(Element::Function(Box::new(self.function(pair)))),
            Rule::output => out.push(Element::Output(Box::new(self.output(pair)))),
            Rule::r#let => out.push(Element::Let(self.r#let(pair))),
            Rule::fire => self.fire(pair, out),
            Rule::select => pair.into_inner().for_each(|part| self.element(part, out)),
            Rule::selection => out.push(Element::Fire(self.selection(pair))),
            Rule::when => out.push(Element::When(self.keyword(&pair), self.tail(pair))),
            Rule::group_by => out.push(Element::GroupBy(self.keyword(&pair), self.tail(pair))),
            _ => {}
        }
    }

    // ---- rule text and statements

    /// A keyword and the text or word behind it.
    fn header(&mut self, pair: Parsed<'_>) -> (Name, Span) {
        let keyword = self.keyword(&pair);
        let mut name = Spanned::new(String::new(), keyword);
        for part in pair.into_inner() {
            name = match part.as_rule() {
                Rule::title => Spanned::new(self.string(self.text(&part), self.span(&part)), self.span(&part)),
                _ => self.identifier(&part),
            };
        }
        let span = keyword.to(name.span);
        (name, span)
    }

    fn function(&mut self, pair: Parsed<'_>) -> Function {
        let mut function = Function {
            name: Spanned::new(String::new(), self.keyword(&pair)),
            parameters: Vec::new(),
            outputs: Vec::new(),
            span: self.span(&pair),
        };
        for part in pair.into_inner() {
            if part.as_rule() == Rule::ident {
                function.name = self.identifier(&part);
            } else {
                let (name, ty, default) = self.typed(part);
                function.parameters.push(Parameter { name, ty, default });
            }
        }
        function
    }

    fn output(&mut self, pair: Parsed<'_>) -> Output {
        let keyword = self.keyword(&pair);
        let (name, ty, default) = self.typed(pair);
        let span = keyword.to(default.as_ref().map_or(ty.span, |default| default.span));
        Output { name, ty, default, lets: Vec::new(), returns: None, span }
    }

    /// `name: type = default`
    fn typed(&mut self, pair: Parsed<'_>) -> (Name, Name, Option<Expr>) {
        let nothing = Spanned::new(String::new(), self.span(&pair));
        let (mut name, mut ty, mut default) = (nothing.clone(), nothing, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::ident => name = self.identifier(&part),
                Rule::type_name => ty = self.identifier(&part),
                Rule::expr => default = Some(self.expr(part)),
                _ => {}
            }
        }
        (name, ty, default)
    }

    fn identifier(&self, pair: &Parsed<'_>) -> Name {
        Spanned::new(self.text(pair).to_owned(), self.span(pair))
    }

    fn r#let(&mut self, pair: Parsed<'_>) -> Let {
        let keyword = self.keyword(&pair);
        let mut name = Spanned::new(String::new(), keyword);
        let mut value = Expr { kind: Kind::Error, span: keyword };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::variable => name = Spanned::new(variable(self.text(&part)), self.span(&part)),
                Rule::expr => value = self.expr(part),
                _ => {}
            }
        }
        let span = keyword.to(value.span);
        Let { name, value, span }
    }

    fn fire(&mut self, pair: Parsed<'_>, out: &mut Vec<Element>) {
        let verb = self.verb(&pair);
        let mut items: SmallVec<[Expr; 1]> = SmallVec::new();
        let mut when = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => items.push(self.expr(part)),
                _ => when = Some(part),
            }
        }
        // The span of the head alone; the layout widens it by the `WHEN`.
        let span = items.last().map_or(verb.span, |item| verb.span.to(item.span));
        out.push(Element::Fire(Fire { verb, items, select: None, when: None, group_by: None, span }));
        if let Some(when) = when {
            self.element(when, out);
        }
    }

    /// The verb that a statement begins with.
    fn verb(&self, pair: &Parsed<'_>) -> Spanned<Verb> {
        let span = self.keyword(pair);
        let word = self.stretch.slice(span);
        let mut verbs = [Verb::Observe, Verb::Do, Verb::RouteTo, Verb::Select].into_iter();
        let verb = verbs.find(|verb| verb.keyword().eq_ignore_ascii_case(word)).unwrap_or(Verb::Return);
        Spanned::new(verb, span)
    }

    fn selection(&mut self, pair: Parsed<'_>) -> Fire {
        let verb = self.verb(&pair);
        let mut span = verb.span;
        let mut items: SmallVec<[Expr; 1]> = SmallVec::new();
        let mut name = None;
        let mut sources = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => items.push(self.expr(part)),
                Rule::ident => name = Some(self.identifier(&part)),
                Rule::feed => {
                    let mut names = part.into_inner().map(|part| self.identifier(&part));
                    if let Some(source) = names.next() {
                        let observation = names.next();
                        span = span.to(observation.as_ref().unwrap_or(&source).span);
                        sources.push((source, observation));
                    }
                }
                _ => {}
            }
        }
        let select = name.map(|name| Box::new(Select { name, sources }));
        Fire { verb, items, select, when: None, group_by: None, span }
    }

    fn tail(&mut self, pair: Parsed<'_>) -> Expr {
        let span = self.span(&pair);
        let inner = pair.into_inner().find(|part| part.as_rule() == Rule::expr);
        inner.map_or(Expr { kind: Kind::Error, span }, |inner| self.expr(inner))
    }

    // ---- expressions

    /// An `expr` of the grammar.
    pub(crate) fn expr(&mut self, pair: Parsed<'_>) -> Expr {
        let mut fold = Fold::default();
        let mut operand = Operand::default();
        let mut branches: SmallVec<[Expr; 2]> = SmallVec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::infix => {
                    let left = self.operand(&mut operand);
                    let operator = self.infix(&part);
                    fold.push(left, operator);
                }
                Rule::prefix => operand.prefixes.push(self.prefix(&part)),
                Rule::member | Rule::call | Rule::index => {
                    let step = self.step(part);
                    // Most have one: a tree is large enough without room for four.
                    if operand.steps.is_empty() {
                        operand.steps.reserve_exact(1);
                    }
                    operand.steps.push(step);
                }
                Rule::expr => branches.push(self.expr(part)),
                _ => operand.base = Some(self.primary(part, &mut operand.smallest)),
            }
        }
        let last = self.operand(&mut operand);
        let test = fold.finish(last);
        for chained in fold.chained {
            self.chained(&chained);
        }
        match (branches.pop(), branches.pop()) {
            (Some(no), Some(yes)) => {
                let span = test.span.to(no.span);
                Expr { kind: Kind::Conditional(Box::new([test, yes, no])), span }
            }
            _ => test,
        }
    }

    /// Puts the steps behind and the prefixes before a base.
    fn operand(&mut self, operand: &mut Operand) -> Expr {
        let Operand { prefixes, base, steps, smallest } = operand;
        let mut expr = base.take().unwrap_or(Expr { kind: Kind::Error, span: Span::default() });
        if std::mem::take(smallest) {
            match prefixes.last() {
                Some(prefix) if prefix.value == Unary::Negate && steps.is_empty() => {
                    expr = Expr { kind: Kind::Int(i64::MIN), span: prefix.span.to(expr.span) };
                    prefixes.pop();
                }
                _ => self.token_fault(literal::too_large("9223372036854775808"), expr.span),
            }
        }
        if !steps.is_empty() {
            let steps = std::mem::take(steps);
            let span = steps.last().map_or(expr.span, |step| expr.span.to(step.span));
            expr = Expr { kind: Kind::Postfix(Box::new(expr), steps), span };
        }
        while let Some(prefix) = prefixes.pop() {
            let span = prefix.span.to(expr.span);
            expr = Expr { kind: Kind::Unary(prefix, Box::new(expr)), span };
        }
        expr
    }

    fn primary(&mut self, pair: Parsed<'_>, smallest: &mut bool) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::atom => self.atom(self.stretch.class(&pair), self.text(&pair), span, smallest),
            Rule::parens => pair.into_inner().next().map_or(Kind::Error, |inner| self.expr(inner).kind),
            Rule::array => self.array(pair, span),
            Rule::object => self.object(pair),
            _ => Kind::Error,
        };
        Expr { kind, span }
    }

    fn atom(&mut self, class: u8, token: &str, span: Span, smallest: &mut bool) -> Kind {
        match class {
            class::ATTRIBUTE => self.attribute(token, span),
            class::STRING => Kind::String(self.string(token, span)),
            class::NUMBER => match literal::number(token) {
                Ok(Number::Int(value)) => Kind::Int(value),
                Ok(Number::Double(value)) => Kind::Double(value),
                Ok(Number::Window(window)) => Kind::Window(window),
                Ok(Number::Smallest) => {
                    *smallest = true;
                    Kind::Error
                }
                Err(fault) => {
                    self.token_fault(fault, span);
                    Kind::Error
                }
            },
            class::VARIABLE | class::BASE_INPUT => Kind::Variable(variable(token)),
            class::BROKEN => {
                if token == "$" {
                    let message = "expected a variable's name behind `$`";
                    let help = "a variable is written `$name`, without a blank";
                    self.faults.report(Code::UNEXPECTED_TOKEN, span, message, |d| d.help(help));
                }
                Kind::Error
            }
            _ => name(token),
        }
    }

    fn array(&mut self, pair: Parsed<'_>, span: Span) -> Kind {
        let elements: Vec<Expr> = pair.into_inner().map(|element| self.expr(element)).collect();
        if elements.len() > self.list_literal {
            let limit = self.list_literal;
            let message = format!("expected at most {limit} elements, found {}", elements.len());
            self.faults.report(Code::LIST_TOO_LONG, Span { end: span.start + 1, ..span }, message, |d| {
                d.label("the list begins here").help(format!(
                    "the limit `list_literal` is {limit}; keep long lists in a list file and ask with `ContainsKey`"
                ))
            });
            return Kind::Error;
        }
        Kind::Array(elements)
    }

    fn object(&mut self, pair: Parsed<'_>) -> Kind {
        let mut entries: Vec<(Name, Expr)> = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        for entry in pair.into_inner() {
            let mut parts = entry.into_inner();
            let (Some(key), Some(value)) = (parts.next(), parts.next()) else { continue };
            let key = self.key(&key);
            let value = self.expr(value);
            match seen.get(&key.value) {
                Some(first) => {
                    let message = format!("the key `{}` is repeated", literal::cut(&key.value));
                    let report = |d: Diagnostic| d.label("again here").also(*first, "first here");
                    self.faults.report(Code::REPEATED_KEY, key.span, message, report);
                }
                None => {
                    seen.insert(key.value.clone(), key.span);
                    entries.push((key, value));
                }
            }
        }
        Kind::Object(entries)
    }

    /// `key:`
    fn key(&mut self, pair: &Parsed<'_>) -> Name {
        let span = self.keyword(pair);
        let token = self.stretch.slice(span);
        let is_string = self.stretch.class(pair) == class::STRING;
        Spanned::new(if is_string { self.string(token, span) } else { token.to_owned() }, span)
    }

    fn step(&mut self, pair: Parsed<'_>) -> Step {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::member => {
                // There may be comments behind the `.`.
                let text = self.text(&pair);
                let length = text.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                let name = text.get(text.len() - length..).unwrap_or_default();
                let end = span.end as usize;
                StepKind::Member(Spanned::new(name.to_owned(), Span::new(end - length, end)))
            }
            Rule::call => StepKind::Call(self.arguments(pair)),
            _ => {
                let inner = pair.into_inner().next();
                StepKind::Index(Box::new(inner.map_or(Expr { kind: Kind::Error, span }, |inner| self.expr(inner))))
            }
        };
        Step { kind, span }
    }

    /// `(value, name = value)`
    fn arguments(&mut self, pair: Parsed<'_>) -> Vec<Argument> {
        let parts = pair.into_inner();
        let mut arguments = Vec::with_capacity(parts.len());
        let mut name = None;
        for part in parts {
            if part.as_rule() == Rule::label {
                let span = self.keyword(&part);
                name = Some(Spanned::new(self.stretch.slice(span).to_owned(), span));
            } else {
                arguments.push(Argument { name: name.take(), value: self.expr(part) });
            }
        }
        arguments
    }

    // ---- operators

    fn prefix(&self, pair: &Parsed<'_>) -> Spanned<Unary> {
        let unary = if self.stretch.class(pair) == class::MINUS { Unary::Negate } else { Unary::Not };
        Spanned::new(unary, self.span(pair))
    }

    fn infix(&mut self, pair: &Parsed<'_>) -> Spanned<Binary> {
        let text = self.text(pair);
        let span = self.span(pair);
        let (operator, mended) = match text {
            "*" => (Binary::Multiply, None),
            "/" => (Binary::Divide, None),
            "%" => (Binary::Remainder, None),
            "+" => (Binary::Add, None),
            "-" => (Binary::Subtract, None),
            "<" => (Binary::Less, None),
            "<=" => (Binary::LessOrEqual, None),
            ">" => (Binary::Greater, None),
            ">=" => (Binary::GreaterOrEqual, None),
            "==" => (Binary::Equal, None),
            "!=" => (Binary::NotEqual, None),
            "|" => (Binary::Union, None),
            "&&" => (Binary::And, None),
            "||" => (Binary::Or, None),
            "===" => (Binary::Equal, Some("==")),
            "!==" | "<>" => (Binary::NotEqual, Some("!=")),
            "=>" => (Binary::GreaterOrEqual, Some(">=")),
            "=<" => (Binary::LessOrEqual, Some("<=")),
            "&" => (Binary::And, Some("&&")),
            "=" => {
                self.faults.report(Code::SINGLE_EQUALS, span, "expected `==`, found `=`", |d| {
                    d.help("`==` compares; `=` binds a variable or names an argument").fix(span, "==")
                });
                (Binary::Equal, None)
            }
            word if word.eq_ignore_ascii_case("and") => (Binary::And, None),
            _ => (Binary::Or, None),
        };
        if let Some(mended) = mended {
            let message = format!("expected `{mended}`, found `{text}`");
            self.faults.report(Code::UNEXPECTED_TOKEN, span, message, |d| d.fix(span, mended));
        }
        Spanned::new(operator, span)
    }

    fn chained(&mut self, chained: &Chained) {
        let Chained { operands, operators } = chained;
        let (Some(first), Some(second)) = (operators.first(), operators.get(1)) else { return };
        let message =
            format!("expected one comparison, found `{}` behind `{}`", second.value.symbol(), first.value.symbol());
        let source = self.faults.source();
        let texts: Vec<&str> = operands.iter().map(|span| source.slice(*span)).collect();
        let help = match texts.as_slice() {
            [a, b, c] if a.len() + b.len() + c.len() <= 120 && ![a, b, c].iter().any(|text| text.contains('\n')) => {
                format!(
                    "comparisons do not chain: write `{a} {} {b} && {b} {} {c}`, or put one of them in parentheses",
                    first.value.symbol(),
                    second.value.symbol()
                )
            }
            _ => "comparisons do not chain: join them with `&&`, or put one of them in parentheses".to_owned(),
        };
        self.faults.report(Code::CHAINED_COMPARISON, second.span, message, |d| {
            d.also(first.span, "the first comparison").help(help)
        });
    }
}

/// An operand whose parts are still being read.
#[derive(Default)]
struct Operand {
    prefixes: SmallVec<[Spanned<Unary>; 2]>,
    base: Option<Expr>,
    steps: Vec<Step>,
    /// The base is 9223372036854775808, which only a `-` before it makes legal.
    smallest: bool,
}

fn variable(token: &str) -> String {
    token.get(1..).unwrap_or_default().to_owned()
}

fn name(word: &str) -> Kind {
    match word.len() {
        4 if word.eq_ignore_ascii_case("true") => Kind::Bool(true),
        5 if word.eq_ignore_ascii_case("false") => Kind::Bool(false),
        4 if word.eq_ignore_ascii_case("null") => Kind::Null,
        _ => Kind::Name(word.to_owned()),
    }
}
