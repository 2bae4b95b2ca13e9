//! Expressions: where a long one may be broken, and how its names are spelt (L1.3, L1.13, L4.1).
//!
//! In: an `expr` of the grammar. Out: pieces. Operators that bind loosest break first, each at the beginning of its line;
//! the parts of brackets stand on lines of their own; two or more calls of methods in a row may stand below each other.

use super::print::Op;
use super::tokens::Tokens;
use super::{Receiver, Written};
use crate::syntax::ast::Binary;
use crate::syntax::fold;
use crate::syntax::grammar::Rule;
use crate::syntax::literal;
use crate::value::Type;
use pest::iterators::Pair;
use std::borrow::Cow;

const OPERATORS: [Binary; 14] = [
    Binary::Multiply,
    Binary::Divide,
    Binary::Remainder,
    Binary::Add,
    Binary::Subtract,
    Binary::Less,
    Binary::LessOrEqual,
    Binary::Greater,
    Binary::GreaterOrEqual,
    Binary::Equal,
    Binary::NotEqual,
    Binary::Union,
    Binary::And,
    Binary::Or,
];

/// An operand: prefixes, a base and steps.
#[derive(Default)]
struct Operand<'t> {
    prefixes: Vec<Pair<'t, Rule>>,
    base: Option<Pair<'t, Rule>>,
    steps: Vec<Pair<'t, Rule>>,
}

/// An operator and its level of precedence.
type Infix<'t> = (Pair<'t, Rule>, u8);

impl<'t> Tokens<'t, '_> {
    /// Writes an expression; the lines behind the first are indented.
    pub(super) fn expression(&mut self, pair: Pair<'t, Rule>) {
        self.expr(pair, true);
    }

    fn expr(&mut self, pair: Pair<'t, Rule>, indent: bool) {
        let mut operands = vec![Operand::default()];
        let mut operators: Vec<Infix<'t>> = Vec::new();
        let mut branches = Vec::new();
        for part in pair.into_inner() {
            let Some(operand) = operands.last_mut() else { return };
            match part.as_rule() {
                Rule::infix => {
                    let level = level(self.written(&part));
                    operators.push((part, level));
                    operands.push(Operand::default());
                }
                Rule::prefix => operand.prefixes.push(part),
                Rule::member | Rule::call | Rule::index => operand.steps.push(part),
                Rule::expr => branches.push(part),
                _ => operand.base = Some(part),
            }
        }
        if branches.is_empty() {
            return self.chain(&operands, &operators, indent);
        }
        self.open();
        self.chain(&operands, &operators, true);
        self.op(Op::Indent);
        for (sign, branch) in ["?", ":"].into_iter().zip(branches) {
            self.op(Op::Break { blank: true });
            self.sign(sign);
            self.op(Op::Blank);
            self.expr(branch, true);
        }
        self.op(Op::Dedent);
        self.op(Op::Close);
    }

    /// Operands and the operators between them: broken at the loosest first.
    fn chain(&mut self, operands: &[Operand<'t>], operators: &[Infix<'t>], indent: bool) {
        let Some(loosest) = operators.iter().map(|(_, level)| *level).max() else {
            if let Some(operand) = operands.first() {
                self.operand(operand);
            }
            return;
        };
        self.open();
        let mut start = 0;
        for (at, (operator, _)) in operators.iter().enumerate().filter(|(_, (_, level))| *level == loosest) {
            self.stretch(operands, operators, start, at);
            if start == 0 && indent {
                self.op(Op::Indent);
            }
            self.op(Op::Break { blank: true });
            self.token(operator, |text| match binary(text) {
                Some(binary) => Cow::Borrowed(binary.symbol()),
                None => Cow::Borrowed(text),
            });
            self.op(Op::Blank);
            start = at + 1;
        }
        self.stretch(operands, operators, start, operators.len());
        if indent {
            self.op(Op::Dedent);
        }
        self.op(Op::Close);
    }

    /// The operands from `first` to `last`.
    fn stretch(&mut self, operands: &[Operand<'t>], operators: &[Infix<'t>], first: usize, last: usize) {
        let operands = operands.get(first..=last).unwrap_or_default();
        self.chain(operands, operators.get(first..last).unwrap_or_default(), true);
    }

    fn operand(&mut self, operand: &Operand<'t>) {
        let Some(base) = &operand.base else { return };
        for prefix in &operand.prefixes {
            self.token(prefix, |text| Cow::Borrowed(if text == "-" { "-" } else { "!" }));
        }
        let mut steps = operand.steps.as_slice();
        let starts = |index: usize, rule: Rule| operand.steps.get(index).is_some_and(|step| step.as_rule() == rule);
        let is_name = base.as_rule() == Rule::atom && self.written(base).starts_with(is_word);
        let namespace = is_name && starts(0, Rule::member);
        let called = steps
            .iter()
            .zip(steps.iter().skip(1))
            .filter(|(a, b)| a.as_rule() == Rule::member && b.as_rule() == Rule::call);
        let below = called.count() > 1 + usize::from(namespace && starts(1, Rule::call));
        if below {
            self.open();
        }
        // The name in front of a `(`, for the names of the arguments.
        let mut callee = "";
        let mut receiver = Receiver::Unknown;
        match steps {
            [member, rest @ ..] if namespace => {
                (receiver, callee) = self.of_namespace(base, member, starts(1, Rule::call));
                steps = rest;
            }
            [_, ..] if is_name && starts(0, Rule::call) => {
                callee = self.written(base);
                receiver = self.global(base);
            }
            _ => receiver = self.base(base.clone()).unwrap_or(receiver),
        }
        if below {
            self.op(Op::Indent);
        }
        for (index, step) in steps.iter().enumerate() {
            let is_called = steps.get(index + 1).is_some_and(|next| next.as_rule() == Rule::call);
            if step.as_rule() == Rule::member {
                if below && is_called {
                    self.op(Op::Break { blank: false });
                }
                self.sign(".");
                callee = word_at_end(self.written(step));
                receiver = self.member(receiver, callee, is_called);
            } else if step.as_rule() == Rule::call {
                self.call(step.clone(), callee);
            } else {
                self.bracketed("[", step.clone(), "]");
                receiver = Receiver::Value(Type::Json);
            }
        }
        if below {
            self.op(Op::Dedent);
            self.op(Op::Close);
        }
    }

    /// `Space.Name`
    fn of_namespace(&mut self, space: &Pair<'t, Rule>, member: &Pair<'t, Rule>, called: bool) -> (Receiver, &'t str) {
        let name = word_at_end(self.written(member));
        let written = self.written(space);
        let known = (self.options.names)(Written::Static(written, name));
        match known.and_then(|known| known.instead).filter(|_| self.options.fix) {
            Some(instead) => {
                self.token(space, |_| Cow::Borrowed(""));
                self.skip(".");
                self.word(|_| Cow::Borrowed(instead));
            }
            None => {
                let spelling = self.spelling(Written::Namespace(written), written);
                self.token(space, |_| spelling);
                self.sign(".");
                self.word(|name| Cow::Borrowed(known.map_or(name, |known| known.spelling)));
            }
        }
        let result = known.and_then(|known| known.result).map_or(Receiver::Unknown, Receiver::Value);
        (result, if called { name } else { "" })
    }

    /// `Name` before a `(`
    fn global(&mut self, name: &Pair<'t, Rule>) -> Receiver {
        let known = (self.options.names)(Written::Global(self.written(name)));
        let instead = known.and_then(|known| known.instead).filter(|_| self.options.fix);
        self.token(name, |word| Cow::Borrowed(instead.or(known.map(|known| known.spelling)).unwrap_or(word)));
        known.and_then(|known| known.result).map_or(Receiver::Unknown, Receiver::Value)
    }

    /// The name behind a `.`
    fn member(&mut self, receiver: Receiver, name: &str, called: bool) -> Receiver {
        let written = if called { Written::Method(receiver, name) } else { Written::Property(receiver, name) };
        let known = (self.options.names)(written);
        self.word(|name| Cow::Borrowed(known.map_or(name, |known| known.spelling)));
        known.and_then(|known| known.result).map_or(Receiver::Unknown, Receiver::Value)
    }

    /// What stands before the steps; and what is known of it.
    fn base(&mut self, pair: Pair<'t, Rule>) -> Option<Receiver> {
        match pair.as_rule() {
            Rule::atom => {
                let text = self.written(&pair);
                let (spelling, receiver) = self.atom(text);
                self.token(&pair, |_| spelling);
                receiver
            }
            Rule::array => {
                self.elements("[", pair, "]", false);
                Some(Receiver::Value(Type::Json))
            }
            Rule::object => {
                self.elements("{", pair, "}", true);
                Some(Receiver::Value(Type::Json))
            }
            _ => {
                self.bracketed("(", pair, ")");
                None
            }
        }
    }

    fn atom(&self, text: &'t str) -> (Cow<'t, str>, Option<Receiver>) {
        let lower = || Cow::Owned(text.to_ascii_lowercase());
        let constant = ["true", "false", "null"].iter().any(|word| text.eq_ignore_ascii_case(word));
        match text.bytes().next() {
            Some(b'@') if text.starts_with("@@") => (self.string(text), Some(Receiver::Value(Type::Json))),
            Some(b'@') => (self.string(text), Some(Receiver::Attribute)),
            Some(b'$') => (self.variable(text), None),
            Some(b'0'..=b'9') if text.contains(['.', 'e', 'E']) => (lower(), Some(Receiver::Value(Type::Double))),
            Some(b'0'..=b'9') => (lower(), Some(Receiver::Value(Type::Int))),
            _ if constant => (lower(), None),
            _ if text.starts_with(is_word) => (Cow::Borrowed(text), None),
            _ => (self.string(text), Some(Receiver::Value(Type::String))),
        }
    }

    /// `(expr)` and `[expr]`
    fn bracketed(&mut self, open: &'static str, pair: Pair<'t, Rule>, close: &'static str) {
        self.open();
        self.sign(open);
        self.op(Op::Indent);
        for inner in pair.into_inner() {
            self.op(Op::Break { blank: false });
            self.expr(inner, false);
        }
        self.close(close, Some(false));
    }

    /// `[e, e]` and `{ key: e }`
    fn elements(&mut self, open: &'static str, pair: Pair<'t, Rule>, close: &'static str, blank: bool) {
        self.open();
        self.sign(open);
        self.op(Op::Indent);
        let mut count = 0;
        for element in pair.into_inner() {
            if count > 0 {
                self.comma();
            }
            self.op(Op::Break { blank: blank || count > 0 });
            count += 1;
            match element.as_rule() {
                Rule::entry => self.entry(element),
                _ => self.expr(element, true),
            }
        }
        if count > 0 {
            self.last_comma();
        }
        self.close(close, (count > 0).then_some(blank));
    }

    /// A closing bracket; before it a break with or without a blank, or none. Comments before it are indented like the rest.
    fn close(&mut self, bracket: &'static str, blank: Option<bool>) {
        self.leading();
        self.op(Op::Dedent);
        if let Some(blank) = blank {
            self.op(Op::Break { blank });
        }
        self.sign(bracket);
        self.op(Op::Close);
    }

    fn entry(&mut self, pair: Pair<'t, Rule>) {
        for part in pair.into_inner() {
            if part.as_rule() == Rule::key {
                let key = self.written(&part);
                let length = if key.starts_with(is_word) { word_length(key) } else { literal::string_length(key) };
                let spelling = self.string(key.get(..length).unwrap_or_default());
                self.label(length, spelling, ":");
            } else {
                self.expr(part, true);
            }
        }
    }

    /// `(argument, name = argument)`
    fn call(&mut self, pair: Pair<'t, Rule>, callee: &str) {
        self.open();
        self.sign("(");
        self.op(Op::Indent);
        let mut count = 0;
        let mut named = false;
        for part in pair.into_inner() {
            if !named {
                if count > 0 {
                    self.comma();
                }
                self.op(Op::Break { blank: count > 0 });
                count += 1;
            }
            named = part.as_rule() == Rule::label;
            if named {
                self.name(self.written(&part), callee);
            } else {
                self.expr(part, true);
            }
        }
        self.close(")", (count > 0).then_some(false));
    }

    /// `name =` and `$baseInput =`
    fn name(&mut self, label: &'t str, callee: &str) {
        let sign = usize::from(label.starts_with('$'));
        let length = sign + word_length(label.get(sign..).unwrap_or_default());
        let name = label.get(..length).unwrap_or_default();
        let spelling =
            if sign > 0 { Cow::Borrowed("$baseInput") } else { self.spelling(Written::Argument(callee, name), name) };
        self.label(length, spelling, " =");
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

/// The length of the word that a text begins with.
fn word_length(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// The name of a `.name`, which may have comments before it.
fn word_at_end(step: &str) -> &str {
    let length = step.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    step.get(step.len() - length..).unwrap_or_default()
}

/// The level of an operator; that of one that is none does not matter.
fn level(text: &str) -> u8 {
    binary(text).map_or(0, fold::level)
}

fn binary(text: &str) -> Option<Binary> {
    match text {
        _ if text.eq_ignore_ascii_case("and") => Some(Binary::And),
        _ if text.eq_ignore_ascii_case("or") => Some(Binary::Or),
        _ => OPERATORS.into_iter().find(|operator| operator.symbol() == text),
    }
}
