//! Goes through a text token by token and writes pieces for [`print`](super::print).
//!
//! In: tokens in the order of the text, each with its canonical spelling. Out: pieces, with the comments that stand
//! between the tokens. A token that does not stand where it is looked for marks the whole as lost: the text is then left
//! alone.

use super::print::{Op, Stand};
use super::trivia::{Run, trivia};
use super::{Options, Written};
use crate::syntax::grammar::Rule;
use crate::syntax::literal;
use crate::syntax::token::Stretch;
use pest::iterators::Pair;
use std::borrow::Cow;
use std::collections::HashMap;

/// The way through a text.
pub(super) struct Tokens<'t, 'n> {
    text: &'t str,
    stretch: Stretch<'t>,
    /// Behind the last token or comment that was taken.
    at: usize,
    pub(super) ops: Vec<Op<'t>>,
    pub(super) options: Options<'n>,
    /// The variables of the rule as their `LET`s spell them, by lower-case name.
    variables: HashMap<String, &'t str>,
    lost: bool,
}

impl<'t, 'n> Tokens<'t, 'n> {
    /// `stretch`: all tokens of the text.
    pub(super) fn new(text: &'t str, stretch: Stretch<'t>, options: Options<'n>) -> Tokens<'t, 'n> {
        Tokens { text, stretch, at: 0, ops: Vec::new(), options, variables: HashMap::new(), lost: false }
    }

    /// Takes what stands behind the last token. The pieces, unless something was lost.
    pub(super) fn finish(mut self) -> Option<Vec<Op<'t>>> {
        self.begin(false);
        let is_whole = !self.lost && self.at == self.text.len();
        is_whole.then_some(self.ops)
    }

    pub(super) fn op(&mut self, op: Op<'t>) {
        self.ops.push(op);
    }

    /// Begins a group. The comments before it stay outside, so that they do not break it.
    pub(super) fn open(&mut self) {
        self.leading();
        self.op(Op::Open);
    }

    // ---- what stands between tokens

    /// Begins a line with a statement or header, and takes the comments before it. `gap`: with an empty line, if there
    /// is none among the comments.
    pub(super) fn begin(&mut self, gap: bool) {
        let found = trivia(self.text, self.at);
        self.op(Op::Line);
        if gap && !found.has_gap() {
            self.op(Op::Gap);
        }
        for (index, run) in found.runs.iter().enumerate() {
            if run.lines_before > 1 {
                self.op(Op::Gap);
            }
            self.comment(run, if found.ends_line(index) { Stand::Own } else { Stand::Within });
        }
        if found.lines_after > 1 {
            self.op(Op::Gap);
        }
        self.at = found.end;
    }

    /// Begins a line, without empty lines.
    pub(super) fn line(&mut self) {
        self.op(Op::Line);
        self.leading();
    }

    /// Takes the comments before a token.
    pub(super) fn leading(&mut self) {
        let found = trivia(self.text, self.at);
        for (index, run) in found.runs.iter().enumerate() {
            self.comment(run, if found.ends_line(index) { Stand::Own } else { Stand::Within });
        }
        self.at = found.end;
    }

    /// Takes the comments that end a token's line.
    fn trailing(&mut self) {
        let found = trivia(self.text, self.at);
        if let Some(run) = found.runs.first().filter(|run| run.lines_before == 0 && found.ends_line(0)) {
            self.comment(run, Stand::End);
            self.at = run.end;
        }
    }

    fn comment(&mut self, run: &Run<'t>, stand: Stand) {
        let text = match run.comments.as_slice() {
            [one] => Cow::Borrowed(*one),
            several => Cow::Owned(several.join(" ")),
        };
        self.op(Op::Comment(text, stand));
    }

    // ---- tokens

    /// Takes `length` bytes as one token, spelt as `spelling` says.
    fn take(&mut self, length: usize, spelling: impl FnOnce(&'t str) -> Cow<'t, str>) {
        self.leading();
        let token = self.text.get(self.at..self.at + length).unwrap_or_default();
        self.lost |= token.is_empty();
        self.op(Op::Text(spelling(token)));
        self.at += length;
        self.trailing();
    }

    /// The text of a pair, as written.
    pub(super) fn written(&self, pair: &Pair<'t, Rule>) -> &'t str {
        self.stretch.text(pair)
    }

    /// Takes a token of the grammar.
    pub(super) fn token(&mut self, pair: &Pair<'t, Rule>, spelling: impl FnOnce(&'t str) -> Cow<'t, str>) {
        self.leading();
        self.lost |= Some(self.at) != self.stretch.offset(pair.as_span().start());
        self.take(self.written(pair).len(), spelling);
    }

    /// Takes a keyword; it is written in upper case.
    pub(super) fn keyword(&mut self, word: &'static str) {
        self.leading();
        self.lost |= !self.next().get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
        self.take(word.len(), |_| Cow::Borrowed(word));
    }

    /// Takes a bracket or another sign.
    pub(super) fn sign(&mut self, sign: &'static str) {
        self.leading();
        self.lost |= !self.next().starts_with(sign);
        self.take(sign.len(), |_| Cow::Borrowed(sign));
    }

    /// Takes a sign that is not written.
    pub(super) fn skip(&mut self, sign: &'static str) {
        self.leading();
        self.lost |= !self.next().starts_with(sign);
        self.take(sign.len(), |_| Cow::Borrowed(""));
    }

    /// Takes the comma between two elements.
    pub(super) fn comma(&mut self) {
        self.leading();
        self.lost |= !self.next().starts_with(',');
        self.op(Op::Comma);
        self.at += 1;
        self.trailing();
    }

    /// Takes the comma that may stand behind the last element; it is written if the elements stand on lines of their own.
    pub(super) fn last_comma(&mut self) {
        self.op(Op::LastComma);
        let found = trivia(self.text, self.at);
        if self.text.get(found.end..).is_some_and(|rest| rest.starts_with(',')) {
            self.skip(",");
        }
    }

    /// Takes a word.
    pub(super) fn word(&mut self, spelling: impl FnOnce(&'t str) -> Cow<'t, str>) {
        self.leading();
        let length = self.next().bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        self.take(length, spelling);
    }

    /// Takes a name and the sign behind it. Comments between them come to stand behind the sign: a name that is a keyword
    /// too is told from a statement by the sign.
    pub(super) fn label(&mut self, length: usize, spelling: Cow<'t, str>, sign: &'static str) {
        self.leading();
        self.lost |= !self.next().is_char_boundary(length);
        self.op(Op::Text(spelling));
        self.at += length;
        let found = trivia(self.text, self.at);
        self.op(Op::Text(Cow::Borrowed(sign)));
        for (index, run) in found.runs.iter().enumerate() {
            let stand = match (found.ends_line(index), run.lines_before) {
                (true, 0) => Stand::End,
                (true, _) => Stand::Own,
                (false, _) => Stand::Within,
            };
            self.comment(run, stand);
        }
        self.at = found.end;
        self.lost |= !self.next().starts_with(sign.trim_start());
        self.at += sign.trim_start().len();
        self.trailing();
        self.op(Op::Blank);
    }

    fn next(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    // ---- spellings

    /// A string, with straight quotes if they are mended.
    pub(super) fn string(&self, token: &'t str) -> Cow<'t, str> {
        if !self.options.fix {
            return Cow::Borrowed(token);
        }
        let signs = token.bytes().take_while(|b| *b == b'@').count();
        let (signs, quoted) = token.split_at(signs);
        if !quoted.starts_with(literal::is_curly) {
            return Cow::Borrowed(token);
        }
        match literal::string(quoted).straight {
            Some(straight) => Cow::Owned(format!("{signs}{straight}")),
            None => Cow::Borrowed(token),
        }
    }

    /// Forgets the variables: another rule begins.
    pub(super) fn forget(&mut self) {
        self.variables.clear();
    }

    /// Remembers how a `LET` spells its variable.
    pub(super) fn remember(&mut self, variable: &'t str) {
        self.variables.entry(variable.to_ascii_lowercase()).or_insert(variable);
    }

    /// A variable as its `LET` spells it.
    pub(super) fn variable(&self, token: &'t str) -> Cow<'t, str> {
        Cow::Borrowed(self.variables.get(&token.to_ascii_lowercase()).copied().unwrap_or(token))
    }

    /// A name in its canonical spelling.
    pub(super) fn spelling(&self, written: Written<'_>, token: &'t str) -> Cow<'t, str> {
        Cow::Borrowed((self.options.names)(written).map_or(token, |known| known.spelling))
    }
}
