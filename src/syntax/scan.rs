//! One linear pass over a text before the grammar sees it.
//!
//! In: a text. Out: its tokens, how deeply it nests (L5.4), where it may be cut if it holds mistakes, and the faults that
//! are best seen from above: brackets that do not match, comments that do not end, characters that begin no token. The
//! pass keeps one stack of what is open and looks at each byte a bounded number of times, so that nothing recursive
//! ever meets a text that is too deep for it, and no text is slow.
//!
//! The cuts: every word that begins a statement, a header, a `WHEN` or a `GROUPBY` begins a [`Piece`]. Within
//! brackets such a word is a cut only at the beginning of a line, where no correct program has one: the bracket
//! before it was never closed.

mod lexeme;

use super::keyword::Keyword;
use super::token::{self, Tokens, class};

/// How short tokens and pieces are, on average, in a text of short ones. Room for all of them is made at once: what stays
/// empty costs next to nothing, and nothing that was found is moved.
const BYTES_A_TOKEN: usize = 2;
const BYTES_A_PIECE: usize = 24;

/// What the pass found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// All tokens, whatever is wrong with them.
    pub(crate) tokens: Tokens,
    /// The pieces in order; together with the white space between them they cover the text.
    pub(crate) pieces: Vec<Piece>,
    /// The faults in order of place.
    pub(crate) faults: Vec<Fault>,
    /// A statement ends where an operand is missing, so the word that begins the next one must not be read as a name.
    pub(crate) dangling: bool,
    /// The deepest nesting: brackets, unary operators, and `?:` within branches.
    pub(crate) nesting: usize,
}

/// A stretch of text that is read on its own if the text as a whole is not correct.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Piece {
    /// The word it begins with; none in front of the first such word.
    pub(crate) keyword: Option<Keyword>,
    /// Offset of its first byte.
    pub(crate) start: usize,
    /// Offset behind its last byte that is no white space.
    pub(crate) end: usize,
    /// Its first token.
    pub(crate) first: usize,
    /// Behind its last token.
    pub(crate) last: usize,
    /// It nests deeper than the limit and must not be parsed.
    pub(crate) too_deep: bool,
    /// The name behind `LET` (with its `$`) or `AS`.
    pub(crate) name: Option<(usize, usize)>,
}

/// A fault that the pass sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What it is.
    pub(crate) kind: FaultKind,
    /// Its first byte.
    pub(crate) start: usize,
    /// Behind its last byte.
    pub(crate) end: usize,
}

/// The kinds of [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Characters that begin no token.
    Characters,
    /// `/*` without `*/`.
    Comment,
    /// A string that its line ends.
    String,
    /// An opening bracket without a closing one.
    Unclosed,
    /// A closing bracket without an opening one.
    Unopened,
    /// A closing bracket that does not fit the opening one at this offset.
    Mismatched(usize),
    /// Deeper than the limit; here the limit is passed.
    Deep,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Bracket(u8, usize),
    /// `?`, waiting for its `:`
    Question,
    /// behind the `:`
    Else,
    Unary,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing, an operator, an opening bracket, a keyword: an operand must follow.
    Operator,
    Operand,
    Dot,
    As,
    From,
    Comma,
    Colon,
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    limit: usize,
    borders: bool,
    open: Vec<Open>,
    /// Where in `open` the outermost `?:` stands.
    outermost: Option<usize>,
    brackets: usize,
    before: Before,
    /// Where the last token ended.
    last: usize,
    /// The number of the token behind it.
    tokens: usize,
    /// Only white space since the last line break.
    fresh: bool,
    in_from: bool,
    /// A bracket of the piece was closed by one of another kind.
    unmatched: bool,
    piece: Piece,
    scan: Scan,
}

/// What is open at the end of a text: the innermost bracket and its offset, or `?` while its `:` is missing.
pub(crate) fn open_at_end(text: &str) -> Option<(u8, usize)> {
    let mut scanner = Scanner::new(text, usize::MAX, false);
    while scanner.token() {}
    scanner.open.iter().rev().find_map(|open| match open {
        Open::Bracket(byte, place) => Some((*byte, *place)),
        Open::Question => Some((b'?', 0)),
        Open::Else | Open::Unary => None,
    })
}

/// Scans a text. `limit` is the nesting from which on a piece is marked; `borders` says whether statements are looked
/// for.
pub(crate) fn scan(text: &str, limit: usize, borders: bool) -> Scan {
    let mut scanner = Scanner::new(text, limit, borders);
    while scanner.token() {}
    scanner.finish_piece();
    scanner.scan.faults.sort_by_key(|fault| fault.start);
    scanner.scan
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, limit: usize, borders: bool) -> Scanner<'t> {
        Scanner {
            text,
            bytes: text.as_bytes(),
            at: 0,
            limit,
            borders,
            open: Vec::new(),
            outermost: None,
            brackets: 0,
            before: Before::Operator,
            last: 0,
            tokens: 0,
            fresh: true,
            in_from: false,
            unmatched: false,
            piece: Piece::default(),
            scan: Scan {
                tokens: Tokens::with_room(text.len() / BYTES_A_TOKEN),
                pieces: Vec::with_capacity(text.len() / BYTES_A_PIECE),
                ..Scan::default()
            },
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Reads one token or one stretch of white space; false at the end.
    fn token(&mut self) -> bool {
        let Some(&byte) = self.bytes.get(self.at) else { return false };
        let start = self.at;
        match byte {
            b'\n' | b'\r' => {
                self.at += 1;
                self.fresh = true;
                return true;
            }
            b' ' | b'\t' | 0x0B | 0x0C => {
                self.at += 1;
                while self.peek(0) == b' ' {
                    self.at += 1;
                }
                return true;
            }
            b'/' if matches!(self.peek(1), b'/' | b'*') => {
                self.comment();
                return true;
            }
            0xC2 if self.peek(1) == 0xA0 => {
                self.at += 2;
                return true;
            }
            b'"' | b'\'' => self.text(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'@' | b'$' => self.sigil(byte),
            b'0'..=b'9' => self.number(),
            b'.' if !matches!(self.before, Before::Operand | Before::Dot) && self.peek(1).is_ascii_digit() => {
                self.number()
            }
            b'.' => {
                self.sign(class::DOT);
                self.before = Before::Dot;
            }
            b'(' | b'[' | b'{' => {
                self.push(Open::Bracket(byte, start));
                self.brackets += 1;
                self.sign(byte);
                self.before = Before::Operator;
            }
            b')' | b']' | b'}' => {
                self.close(byte);
                self.before = Before::Operand;
            }
            b'?' => {
                self.end_unary();
                self.push(Open::Question);
                self.sign(byte);
                self.before = Before::Operator;
            }
            b':' => {
                self.colon();
                self.sign(byte);
                self.before = Before::Colon;
            }
            b',' => {
                self.pop_to_bracket();
                self.sign(byte);
                self.before = Before::Comma;
            }
            _ if self.curly() != 0 => self.text(),
            _ => match token::operator(byte, self.peek(1), self.peek(2)) {
                Some((class, length)) => self.operator(class, length),
                None => {
                    self.characters();
                    return true;
                }
            },
        }
        self.fresh = false;
        self.end_token();
        true
    }

    /// What is read now belongs to the piece.
    fn end_token(&mut self) {
        self.last = self.at;
        self.tokens = self.scan.tokens.count();
    }

    /// A token of one byte.
    fn sign(&mut self, class: u8) {
        self.scan.tokens.push(class, self.at, self.at + 1);
        self.at += 1;
    }

    fn fault(&mut self, kind: FaultKind, start: usize, end: usize) {
        self.scan.faults.push(Fault { kind, start, end });
    }

    // ---- nesting

    /// Everything open counts but the outermost `?:`, which is within no branch (L5.4).
    fn push(&mut self, open: Open) {
        let choice = |open: Option<&Open>| matches!(open, Some(Open::Question | Open::Else));
        self.outermost = self.outermost.filter(|at| choice(self.open.get(*at)));
        if choice(Some(&open)) && self.outermost.is_none() {
            self.outermost = Some(self.open.len());
        }
        self.open.push(open);
        let depth = self.open.len() - usize::from(self.outermost.is_some());
        self.scan.nesting = self.scan.nesting.max(depth);
        if depth > self.limit && !self.piece.too_deep {
            self.piece.too_deep = true;
            self.fault(FaultKind::Deep, self.at, self.at + 1);
        }
    }

    fn end_unary(&mut self) {
        while self.open.last() == Some(&Open::Unary) {
            self.open.pop();
        }
    }

    fn pop_to_bracket(&mut self) {
        while matches!(self.open.last(), Some(Open::Unary | Open::Question | Open::Else)) {
            self.open.pop();
        }
    }

    /// The `:` of the innermost `?` that waits for one; that of an object's entry or a source changes nothing.
    fn colon(&mut self) {
        self.end_unary();
        while self.open.last() == Some(&Open::Else) {
            self.open.pop();
        }
        if let Some(top @ Open::Question) = self.open.last_mut() {
            *top = Open::Else;
        }
    }

    fn close(&mut self, byte: u8) {
        self.pop_to_bracket();
        let at = self.at;
        self.sign(byte);
        match self.open.pop() {
            Some(Open::Bracket(opening, _)) if byte == closing(opening) => {
                self.brackets = self.brackets.saturating_sub(1);
            }
            Some(Open::Bracket(opening, place)) => {
                self.fault(FaultKind::Mismatched(place), at, at + 1);
                // What follows from it is not reported. If the bracket fits the next outer one, it was meant for that.
                self.unmatched = true;
                self.brackets = self.brackets.saturating_sub(1);
                self.pop_to_bracket();
                match self.open.last() {
                    Some(Open::Bracket(outer, _)) if byte == closing(*outer) => {
                        self.open.pop();
                        self.brackets = self.brackets.saturating_sub(1);
                    }
                    _ => {
                        self.open.push(Open::Bracket(opening, place));
                        self.brackets += 1;
                    }
                }
            }
            _ if self.unmatched => {}
            _ => self.fault(FaultKind::Unopened, at, at + 1),
        }
    }

    // ---- pieces

    fn finish_piece(&mut self) {
        self.pop_to_bracket();
        let innermost = self.open.iter().rev().find_map(|open| match open {
            Open::Bracket(_, place) => Some(*place),
            _ => None,
        });
        if let Some(place) = innermost
            && !self.piece.too_deep
            && !self.unmatched
        {
            self.fault(FaultKind::Unclosed, place, place + 1);
        }
        self.open.clear();
        self.unmatched = false;
        self.brackets = 0;
        self.piece.end = self.last.max(self.piece.start);
        self.piece.last = self.tokens.max(self.piece.first);
        if self.piece.keyword.is_some() || self.piece.end > self.piece.start {
            self.scan.pieces.push(self.piece);
        }
    }

    fn begin_piece(&mut self, keyword: Keyword, start: usize) {
        self.scan.dangling |=
            self.before != Before::Operand && self.piece.keyword.is_some_and(|k| k != Keyword::Condition);
        self.finish_piece();
        self.in_from = false;
        let first = self.scan.tokens.count();
        self.piece = Piece { keyword: Some(keyword), start, end: start, first, last: first, ..Piece::default() };
    }

    fn is_border(&self, keyword: Keyword, end: usize) -> bool {
        if !self.borders || !keyword.is_border() {
            return false;
        }
        if matches!(self.before, Before::As | Before::From) {
            return false;
        }
        if self.brackets > 0 {
            return self.fresh && !matches!(self.after(end), (b'=', next) if next != b'=') && self.after(end).0 != b':';
        }
        if self.in_from && matches!(self.before, Before::Comma | Before::Colon) {
            return false;
        }
        // A newcomer's bare name: `WHEN status == 5`.
        if keyword.is_header() && !self.fresh {
            let next = self.after(end).0;
            return match keyword {
                Keyword::Status => next.is_ascii_alphabetic(),
                Keyword::Condition => next.is_ascii_alphabetic() || next == 0,
                _ => matches!(next, b'"' | b'\'' | 0xE2),
            };
        }
        true
    }

    /// The next two bytes behind white space and comments. No comment stands behind two words, so each is skipped a bounded
    /// number of times.
    fn after(&self, from: usize) -> (u8, u8) {
        let byte = |at: usize| self.bytes.get(at).copied().unwrap_or(0);
        let mut at = from;
        loop {
            match (byte(at), byte(at + 1)) {
                (b' ' | b'\t'..=b'\r', _) => at += 1,
                (0xC2, 0xA0) => at += 2,
                (b'/', b'/' | b'*') => match self.comment_end(at) {
                    Some(end) => at = end,
                    None => return (b'/', byte(at + 1)),
                },
                next => return next,
            }
        }
    }

    // ---- words

    fn word(&mut self) {
        let start = self.at;
        let end = self.word_end(start);
        let before = std::mem::replace(&mut self.before, Before::Operand);
        let word = match before {
            Before::Dot => None,
            _ => self.text.get(start..end).and_then(Keyword::any),
        };
        if before == Before::As && self.piece.name.is_none() {
            self.piece.name = Some((start, end));
        }
        let meant =
            |keyword: &Keyword| !keyword.is_contextual() || self.fresh && keyword.goes_before(self.after(end).0);
        let Some(keyword) = word.filter(meant) else {
            self.at = end;
            self.scan.tokens.push_word(word, start, end);
            return;
        };
        self.before = before;
        if self.is_border(keyword, end) {
            self.begin_piece(keyword, start);
            self.before = Before::Operator;
        } else if keyword == Keyword::Not && before != Before::Operand && !matches!(self.after(end), (b'=' | b':', _)) {
            self.push(Open::Unary);
            self.before = Before::Operator;
        } else if keyword.is_operator() {
            self.end_unary();
            self.before = Before::Operator;
        } else {
            let selecting = self.piece.keyword == Some(Keyword::Select) && self.brackets == 0;
            self.before = match keyword {
                Keyword::As if selecting && self.piece.name.is_none() && before != Before::As => Before::As,
                Keyword::From if selecting && before != Before::As && !self.in_from => {
                    self.in_from = true;
                    Before::From
                }
                _ => Before::Operand,
            };
        }
        self.at = end;
        self.scan.tokens.push_word(word, start, end);
    }
}

/// The closing bracket of an opening one.
pub(crate) fn closing(opening: u8) -> u8 {
    match opening {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}
