//! Headers and statements: a line each, clauses apart (L2.2-L2.4).

use super::print::{Op, print};
use super::tokens::Tokens;
use crate::syntax::grammar::Rule;
use pest::iterators::{Pair, Pairs};
use std::borrow::Cow;

/// What was written last: it decides whether an empty line follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    /// `RULE`, `DESCRIPTION`, `STATUS`
    Header,
    /// `FUNCTION`
    Function,
    /// `CONDITION`, `CLAUSE`, `OUTPUT`
    Section,
    Let,
    /// The `WHEN` of a condition.
    Condition,
    /// A statement that fires.
    Fire,
}

/// The canonical text of a file; nothing if its tokens are not where they should be.
pub(super) fn file<'t>(tokens: Tokens<'t, '_>, pairs: Pairs<'t, Rule>) -> Option<String> {
    let mut layout = Layout { tokens, last: Last::Nothing, headed: false };
    for part in pairs.flat_map(Pair::into_inner) {
        layout.part(part);
    }
    Some(print(&layout.tokens.finish()?))
}

struct Layout<'t, 'n> {
    tokens: Tokens<'t, 'n>,
    last: Last,
    /// Within a `CONDITION` or `CLAUSE`.
    headed: bool,
}

impl<'t> Layout<'t, '_> {
    fn part(&mut self, pair: Pair<'t, Rule>) {
        match pair.as_rule() {
            Rule::rule_name => {
                self.headed = false;
                self.tokens.forget();
                self.header("RULE", pair, self.last != Last::Nothing, Last::Header);
            }
            Rule::description => self.header("DESCRIPTION", pair, false, Last::Header),
            Rule::status => self.header("STATUS", pair, false, Last::Header),
            Rule::condition | Rule::clause => {
                self.headed = true;
                let keyword = if pair.as_rule() == Rule::clause { "CLAUSE" } else { "CONDITION" };
                self.header(keyword, pair, self.last != Last::Nothing, Last::Section);
            }
            Rule::function => {
                self.headed = false;
                self.tokens.forget();
                self.tokens.begin(self.last != Last::Nothing);
                function(&mut self.tokens, pair);
                self.last = Last::Function;
            }
            Rule::output => {
                self.headed = true;
                self.tokens.forget();
                self.tokens.begin(self.last != Last::Function);
                self.tokens.keyword("OUTPUT");
                self.tokens.op(Op::Blank);
                typed(&mut self.tokens, pair);
                self.last = Last::Section;
            }
            Rule::r#let => self.statement(Last::Let, |tokens| binding(tokens, pair)),
            Rule::when => self.statement(Last::Condition, |tokens| tail(tokens, "WHEN", pair)),
            Rule::fire => self.statement(Last::Fire, |tokens| fire(tokens, pair)),
            Rule::select => self.statement(Last::Fire, |tokens| select(tokens, pair)),
            _ => {}
        }
    }

    fn header(&mut self, keyword: &'static str, pair: Pair<'t, Rule>, gap: bool, last: Last) {
        self.tokens.begin(gap);
        self.tokens.keyword(keyword);
        for part in pair.into_inner() {
            self.tokens.op(Op::Blank);
            if part.as_rule() == Rule::title {
                let spelling = self.tokens.string(self.tokens.written(&part));
                self.tokens.token(&part, |_| spelling);
            } else {
                self.tokens.token(&part, |word| Cow::Owned(word.to_ascii_lowercase()));
            }
        }
        self.last = last;
    }

    fn statement(&mut self, last: Last, write: impl FnOnce(&mut Tokens<'t, '_>)) {
        if self.headed {
            self.tokens.op(Op::Indent);
        }
        match self.last {
            // No empty line behind `CLAUSE "name"`.
            Last::Section => self.tokens.line(),
            Last::Nothing | Last::Let | Last::Function => self.tokens.begin(false),
            Last::Header | Last::Condition | Last::Fire => self.tokens.begin(!self.headed),
        }
        write(&mut self.tokens);
        if self.headed {
            self.tokens.op(Op::Dedent);
        }
        self.last = last;
    }
}

/// `FUNCTION name(name: type = default, ...)`
fn function<'t>(tokens: &mut Tokens<'t, '_>, pair: Pair<'t, Rule>) {
    tokens.keyword("FUNCTION");
    tokens.op(Op::Blank);
    let mut parts = pair.into_inner();
    if let Some(name) = parts.next() {
        tokens.token(&name, Cow::Borrowed);
    }
    tokens.open();
    tokens.sign("(");
    tokens.op(Op::Indent);
    let mut count = 0;
    for parameter in parts {
        if count > 0 {
            tokens.comma();
        }
        tokens.op(Op::Break { blank: count > 0 });
        count += 1;
        typed(tokens, parameter);
    }
    tokens.op(Op::Dedent);
    if count > 0 {
        tokens.op(Op::Break { blank: false });
    }
    tokens.sign(")");
    tokens.op(Op::Close);
}

/// `name: type = default`
fn typed<'t>(tokens: &mut Tokens<'t, '_>, pair: Pair<'t, Rule>) {
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::ident => tokens.token(&part, Cow::Borrowed),
            Rule::colon => tokens.sign(":"),
            Rule::type_name => {
                tokens.op(Op::Blank);
                let types = ["Boolean", "DateTime", "Double", "Integer", "String"];
                let known = |word: &str| types.into_iter().find(|known| known.eq_ignore_ascii_case(word));
                tokens.token(&part, |word| Cow::Borrowed(known(word).unwrap_or(word)));
            }
            Rule::assign => {
                tokens.op(Op::Blank);
                tokens.token(&part, Cow::Borrowed);
                tokens.op(Op::Blank);
            }
            _ => tokens.expression(part),
        }
    }
}

/// `LET $name = value`
fn binding<'t>(tokens: &mut Tokens<'t, '_>, pair: Pair<'t, Rule>) {
    tokens.keyword("LET");
    for part in pair.into_inner() {
        tokens.op(Op::Blank);
        match part.as_rule() {
            Rule::variable => {
                tokens.remember(tokens.written(&part));
                tokens.token(&part, Cow::Borrowed);
            }
            Rule::assign => tokens.token(&part, Cow::Borrowed),
            _ => tokens.expression(part),
        }
    }
}

/// `RETURN item, item WHEN test`
fn fire<'t>(tokens: &mut Tokens<'t, '_>, pair: Pair<'t, Rule>) {
    let written = tokens.written(&pair);
    let verbs = ["RETURN", "OBSERVE", "DO", "ROUTETO"];
    let is_verb = |verb: &&&str| written.get(..verb.len()).is_some_and(|word| word.eq_ignore_ascii_case(verb));
    let Some(verb) = verbs.iter().find(is_verb) else { return };
    tokens.keyword(verb);
    tokens.op(Op::Blank);
    let (items, tails): (Vec<_>, Vec<_>) = pair.into_inner().partition(|part| part.as_rule() == Rule::expr);
    // Two levels, so that items do not look like a `WHEN`.
    let several = items.len() > 1;
    if several {
        tokens.open();
        tokens.op(Op::Indent);
        tokens.op(Op::Indent);
    }
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            tokens.comma();
            tokens.op(Op::Break { blank: true });
        }
        tokens.expression(item);
    }
    if several {
        tokens.op(Op::Dedent);
        tokens.op(Op::Dedent);
        tokens.op(Op::Close);
    }
    below(tokens, tails);
}

/// `SELECT aggregation AS name`, and below it `FROM source, source`, `WHEN test`, `GROUPBY key`
fn select<'t>(tokens: &mut Tokens<'t, '_>, pair: Pair<'t, Rule>) {
    let mut parts = pair.into_inner();
    let Some(selection) = parts.next() else { return };
    tokens.keyword("SELECT");
    let mut feeds = 0;
    for part in selection.into_inner() {
        match part.as_rule() {
            Rule::r#as => {
                tokens.op(Op::Blank);
                tokens.keyword("AS");
            }
            Rule::from => {
                tokens.op(Op::Indent);
                tokens.line();
                tokens.keyword("FROM");
                tokens.op(Op::Indent);
                tokens.open();
            }
            Rule::feed => {
                if feeds == 0 {
                    tokens.op(Op::Blank);
                } else {
                    tokens.comma();
                    tokens.op(Op::Break { blank: true });
                }
                feeds += 1;
                for (index, name) in part.into_inner().enumerate() {
                    if index > 0 {
                        tokens.sign(":");
                    }
                    tokens.token(&name, Cow::Borrowed);
                }
            }
            Rule::ident => {
                tokens.op(Op::Blank);
                tokens.token(&part, Cow::Borrowed);
            }
            _ => {
                tokens.op(Op::Blank);
                tokens.expression(part);
            }
        }
    }
    tokens.op(Op::Close);
    tokens.op(Op::Dedent);
    tokens.op(Op::Dedent);
    below(tokens, parts.collect());
}

/// The parts of a statement that stand on lines below it.
fn below<'t>(tokens: &mut Tokens<'t, '_>, parts: Vec<Pair<'t, Rule>>) {
    tokens.op(Op::Indent);
    for part in parts {
        tokens.line();
        let keyword = if part.as_rule() == Rule::group_by { "GROUPBY" } else { "WHEN" };
        tail(tokens, keyword, part);
    }
    tokens.op(Op::Dedent);
}

/// `WHEN test`, `GROUPBY key`
fn tail<'t>(tokens: &mut Tokens<'t, '_>, keyword: &'static str, pair: Pair<'t, Rule>) {
    tokens.keyword(keyword);
    for part in pair.into_inner() {
        tokens.op(Op::Blank);
        tokens.expression(part);
    }
}
