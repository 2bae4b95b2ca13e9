//! Pairs to tree.
//!
//! In: the pairs of `grammar/fql.pest`. Out: [`Element`]s in the order written: headers, and statements in parts,
//! whose places in rules and clauses [`layout`](super::layout) finds. One function for each rule of the grammar, in
//! its order. What is wrong inside a token is reported here; the tree then holds the nearest sensible thing, or
//! [`Kind::Error`].

mod token;

use super::Limits;
use super::ast::{
    Argument, Binary, Expr, Fire, Function, Kind, Let, Name, Output, Parameter, Path, Select, Step, StepKind, Unary,
    Verb,
};
use super::faults::Faults;
use super::fold::{Chained, Fold};
use super::grammar::Rule;
use super::literal::{self, Number};
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
    Function(Function),
    /// `OUTPUT name: type = default`
    Output(Output),
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
pub(crate) struct Builder<'f, 's> {
    pub(crate) faults: &'f mut Faults<'s>,
    /// Where the parsed text begins in the source.
    pub(crate) base: usize,
    /// The longest list literal (L5.4).
    pub(crate) list_literal: usize,
    /// Paths read so far, by what stands between their quotes.
    paths: HashMap<String, Arc<Path>, foldhash::fast::RandomState>,
}

type Parsed<'i> = Pair<'i, Rule>;

impl<'f, 's> Builder<'f, 's> {
    pub(crate) fn new(faults: &'f mut Faults<'s>, base: usize, limits: &Limits) -> Builder<'f, 's> {
        Builder { faults, base, list_literal: limits.list_literal, paths: HashMap::default() }
    }

    fn span(&self, pair: &Parsed<'_>) -> Span {
        let span = pair.as_span();
        Span::new(self.base + span.start(), self.base + span.end())
    }

    /// The first `length` bytes of a pair: the keyword it begins with.
    fn keyword(&self, pair: &Parsed<'_>, length: usize) -> Span {
        let start = self.span(pair).start as usize;
        Span::new(start, start + length)
    }

    /// Appends what a pair of a rule text means.
    pub(crate) fn element(&mut self, pair: Parsed<'_>, out: &mut Vec<Element>) {
        match pair.as_rule() {
            Rule::rule_name => {
                let (name, span) = self.header(pair, 4);
                out.push(Element::Rule(Some(name), span));
            }
            Rule::description => {
                let (text, span) = self.header(pair, 11);
                out.push(Element::Description(text, span));
            }
            Rule::status => {
                let (word, span) = self.header(pair, 6);
                out.push(Element::Status(word, span));
            }
            Rule::condition => out.push(Element::Condition(self.keyword(&pair, 9))),
            Rule::clause => {
                let (name, span) = self.header(pair, 6);
                out.push(Element::Clause(Some(name), span));
            }
            Rule::function => out.push(Element::Function(self.function(pair))),
            Rule::output => out.push(Element::Output(self.output(pair))),
            Rule::r#let => out.push(Element::Let(self.r#let(pair))),
            Rule::fire => self.fire(pair, out),
            Rule::select => pair.into_inner().for_each(|part| self.element(part, out)),
            Rule::selection => out.push(Element::Fire(self.selection(pair))),
            Rule::when => out.push(Element::When(self.keyword(&pair, 4), self.tail(pair))),
            Rule::group_by => out.push(Element::GroupBy(self.keyword(&pair, 7), self.tail(pair))),
            _ => {}
        }
    }

    // ---- rule text and statements

    /// A keyword of `length` bytes and the text or word behind it.
    fn header(&mut self, pair: Parsed<'_>, length: usize) -> (Name, Span) {
        let keyword = self.keyword(&pair, length);
        let mut name = Spanned::new(String::new(), keyword);
        for part in pair.into_inner() {
            name = match part.as_rule() {
                Rule::title => Spanned::new(self.string(part.as_str(), self.span(&part)), self.span(&part)),
                _ => self.identifier(&part),
            };
        }
        let span = keyword.to(name.span);
        (name, span)
    }

    fn function(&mut self, pair: Parsed<'_>) -> Function {
        let span = self.keyword(&pair, 8);
        let mut function = Function {
            name: Spanned::new(String::new(), span),
            parameters: Vec::new(),
            outputs: Vec::new(),
            span: Span { end: span.start + pair.as_str().trim_end().len() as u32, ..span },
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
        let keyword = self.keyword(&pair, 6);
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
        Spanned::new(pair.as_str().to_owned(), self.span(pair))
    }

    fn r#let(&mut self, pair: Parsed<'_>) -> Let {
        let keyword = self.keyword(&pair, 3);
        let mut name = Spanned::new(String::new(), keyword);
        let mut value = Expr { kind: Kind::Error, span: keyword };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::variable => name = Spanned::new(variable(part.as_str()), self.span(&part)),
                Rule::expr => value = self.expr(part),
                _ => {}
            }
        }
        let span = keyword.to(value.span);
        Let { name, value, span }
    }

    fn fire(&mut self, pair: Parsed<'_>, out: &mut Vec<Element>) {
        let verb = self.verb(&pair);
        let mut items = Vec::with_capacity(1);
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
        let text = pair.as_str();
        let length = token_length(text);
        let word = text.get(..length).unwrap_or_default();
        let mut verbs = [Verb::Observe, Verb::Do, Verb::RouteTo, Verb::Select].into_iter();
        let verb = verbs.find(|verb| verb.keyword().eq_ignore_ascii_case(word)).unwrap_or(Verb::Return);
        let start = self.span(pair).start as usize;
        Spanned::new(verb, Span::new(start, start + length))
    }

    fn selection(&mut self, pair: Parsed<'_>) -> Fire {
        let verb = self.verb(&pair);
        let mut span = verb.span;
        let mut items = Vec::with_capacity(1);
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
        let select = name.map(|name| Select { name, sources });
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
                Rule::suffix => operand.steps.push(self.step(part)),
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
            Rule::atom => self.atom(pair.as_str(), span, smallest),
            Rule::parens => pair.into_inner().next().map_or(Kind::Error, |inner| self.expr(inner).kind),
            Rule::array => self.array(pair, span),
            Rule::object => self.object(pair),
            _ => Kind::Error,
        };
        Expr { kind, span }
    }

    fn atom(&mut self, token: &str, span: Span, smallest: &mut bool) -> Kind {
        match token.bytes().next() {
            Some(b'@') => self.attribute(token, span),
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => name(token),
            Some(b'0'..=b'9' | b'.') => match literal::number(token) {
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
            Some(b'$') if token.len() > 1 => Kind::Variable(variable(token)),
            Some(b'$') => {
                let message = "expected a variable's name behind `$`";
                let help = "a variable is written `$name`, without a blank";
                self.faults.report(Code::UNEXPECTED_TOKEN, span, message, |d| d.help(help));
                Kind::Error
            }
            _ if literal::is_closed(token) => Kind::String(self.string(token, span)),
            _ => Kind::Error,
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

    fn key(&mut self, pair: &Parsed<'_>) -> Name {
        let text = pair.as_str();
        let length = token_length(text);
        let start = self.span(pair).start as usize;
        let span = Span::new(start, start + length);
        let token = text.get(..length).unwrap_or_default();
        let is_word = token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        Spanned::new(if is_word { token.to_owned() } else { self.string(token, span) }, span)
    }

    fn step(&mut self, pair: Parsed<'_>) -> Step {
        let text = pair.as_str();
        let span = self.span(&pair);
        let kind = match text.bytes().next() {
            Some(b'.') => {
                let length = text.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                let name = text.get(text.len() - length..).unwrap_or_default();
                let end = span.end as usize;
                StepKind::Member(Spanned::new(name.to_owned(), Span::new(end - length, end)))
            }
            Some(b'(') => StepKind::Call(pair.into_inner().map(|argument| self.argument(argument)).collect()),
            _ => {
                let inner = pair.into_inner().next();
                StepKind::Index(Box::new(inner.map_or(Expr { kind: Kind::Error, span }, |inner| self.expr(inner))))
            }
        };
        Step { kind, span }
    }

    fn argument(&mut self, pair: Parsed<'_>) -> Argument {
        let span = self.span(&pair);
        let mut argument = Argument { name: None, value: Expr { kind: Kind::Error, span } };
        for part in pair.into_inner() {
            if part.as_rule() == Rule::label {
                let text = part.as_str();
                let sign = usize::from(text.starts_with('$'));
                let length = sign + token_length(text.get(sign..).unwrap_or_default());
                let start = self.span(&part).start as usize;
                let name = text.get(..length).unwrap_or_default().to_owned();
                argument.name = Some(Spanned::new(name, Span::new(start, start + length)));
            } else {
                argument.value = self.expr(part);
            }
        }
        argument
    }

    // ---- operators

    fn prefix(&self, pair: &Parsed<'_>) -> Spanned<Unary> {
        let unary = if pair.as_str() == "-" { Unary::Negate } else { Unary::Not };
        Spanned::new(unary, self.span(pair))
    }

    fn infix(&mut self, pair: &Parsed<'_>) -> Spanned<Binary> {
        let text = pair.as_str();
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

/// The length of the word or string that a `key` or `label` of the grammar begins with.
fn token_length(text: &str) -> usize {
    let word = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    if word > 0 { word } else { literal::string_length(text) }
}
