//! Tokens that are more than a sign: where each ends, and which class it has.
//!
//! In: the offset of its first byte. Out: the token, the offset behind it, and what is wrong with it that the grammar could
//! not see.

use super::{Before, FaultKind, Open, Scanner};
use crate::syntax::keyword::Keyword;
use crate::syntax::token::class;

impl Scanner<'_> {
    pub(super) fn word_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
    }

    /// A sign that begins an operator, or is one.
    pub(super) fn operator(&mut self, class: u8, length: usize) {
        let prefix = matches!(class, class::MINUS | class::BANG) && self.peek(length) != b'=';
        if prefix && self.before != Before::Operand {
            self.push(Open::Unary);
        } else {
            self.end_unary();
        }
        self.scan.tokens.push(class, self.at, self.at + length);
        self.at += length;
        self.before = Before::Operator;
    }

    /// `@name`, `@"path"`, `@@`, `@@"path"`, `$name`.
    pub(super) fn sigil(&mut self, byte: u8) {
        let start = self.at;
        self.at += 1;
        if byte == b'@' && self.peek(0) == b'@' {
            self.at += 1;
        }
        let next = self.peek(0);
        let named = next.is_ascii_alphabetic() || next == b'_';
        let class = if byte == b'$' {
            // What is run into the `$` is the name that is meant, whether it is one or not.
            let end = self.word_end(self.at);
            if self.piece.keyword == Some(Keyword::Let) && self.piece.name.is_none() {
                self.piece.name = Some((start, end));
            }
            self.at = if named { end } else { self.at };
            match self.text.get(start + 1..self.at) {
                Some(name) if name.eq_ignore_ascii_case("baseinput") => class::BASE_INPUT,
                _ if named => class::VARIABLE,
                _ => class::BROKEN,
            }
        } else if matches!(next, b'"' | b'\'') || self.curly() != 0 {
            if self.string() { class::ATTRIBUTE } else { class::BROKEN }
        } else {
            self.at = if named { self.word_end(self.at) } else { self.at };
            class::ATTRIBUTE
        };
        self.scan.tokens.push(class, start, self.at);
        self.before = Before::Operand;
    }

    /// Digits, and what is run into them: `7d` is a time window, `7x`, `5.` and `.5` are mistakes.
    pub(super) fn number(&mut self) {
        let start = self.at;
        let digits = |at: usize| {
            let rest = self.bytes.get(at..).unwrap_or_default();
            at + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let byte = |at: usize| self.bytes.get(at).copied().unwrap_or(0);
        let mut at = digits(start);
        while byte(at) == b'.' && byte(at + 1).is_ascii_digit() {
            at = digits(at + 1);
        }
        if matches!((byte(at), byte(at + 1)), (b'e' | b'E', b'+' | b'-')) && byte(at + 2).is_ascii_digit() {
            at = digits(at + 2);
        }
        at = self.word_end(at);
        if byte(at) == b'.' && !(byte(at + 1).is_ascii_alphanumeric() || byte(at + 1) == b'_') {
            at += 1;
        }
        self.scan.tokens.push(class::NUMBER, start, at);
        self.at = at;
        self.before = Before::Operand;
    }

    /// A string as an operand.
    pub(super) fn text(&mut self) {
        let start = self.at;
        let class = if self.string() { class::STRING } else { class::BROKEN };
        self.scan.tokens.push(class, start, self.at);
        self.before = Before::Operand;
    }

    /// 1 for a curly double quote, 2 for a single one, 0 for anything else.
    pub(super) fn curly(&self) -> u8 {
        match (self.peek(0), self.peek(1), self.peek(2)) {
            (0xE2, 0x80, 0x9C..=0x9F) => 1,
            (0xE2, 0x80, 0x98..=0x9B) => 2,
            _ => 0,
        }
    }

    /// A string, up to its quote or to the end of the line; whether its quote was found.
    pub(super) fn string(&mut self) -> bool {
        let start = self.at;
        let kind = self.curly();
        let quote = self.peek(0);
        self.at += if kind == 0 { 1 } else { 3 };
        // No byte within a character is one of these, so it does not matter where a character ends.
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' | b'\r' => break,
                b'\\' if !matches!(self.peek(1), b'\n' | b'\r') => self.at += 1,
                _ if kind == 0 && byte == quote => {
                    self.at += 1;
                    return true;
                }
                _ if kind != 0 && self.curly() == kind => {
                    self.at += 3;
                    return true;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.min(self.bytes.len());
        self.fault(FaultKind::String, start, self.at);
        false
    }

    pub(super) fn comment(&mut self) {
        let start = self.at;
        self.at = self.comment_end(start).unwrap_or_else(|| {
            self.fault(FaultKind::Comment, start, start + 2);
            self.bytes.len()
        });
    }

    /// Where a comment ends; nothing if it never does.
    pub(super) fn comment_end(&self, start: usize) -> Option<usize> {
        let inner = self.text.get(start + 2..).unwrap_or_default();
        if self.bytes.get(start + 1) == Some(&b'/') {
            return Some(start + 2 + inner.find('\n').unwrap_or(inner.len()));
        }
        inner.find("*/").map(|length| start + length + 4)
    }

    /// A run of characters that begin no token, as one fault.
    pub(super) fn characters(&mut self) {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let first = rest.chars().next().unwrap_or(';');
        let run = if first.is_ascii() {
            rest.chars().take_while(|c| *c == first).count()
        } else {
            rest.chars()
                .take_while(|c| c.is_alphanumeric() == first.is_alphanumeric() && foreign(*c))
                .map(char::len_utf8)
                .sum()
        };
        self.at += run.max(1);
        self.scan.tokens.push(class::CHARACTERS, start, self.at);
        self.fault(FaultKind::Characters, start, self.at);
        // A semicolon at the end of a statement is reported, and the statement read without it.
        if first != ';' {
            self.fresh = false;
            self.end_token();
        }
    }
}

/// A character that no token holds and that is not skipped.
fn foreign(c: char) -> bool {
    !c.is_ascii() && c != '\u{A0}' && !('\u{2018}'..='\u{201F}').contains(&c)
}
