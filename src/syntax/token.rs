//! The tokens of a text, as the grammar reads them.
//!
//! In: the places of tokens, one by one, from [`scan`](super::scan). Out: a string with one byte for each token, its
//! class, which pest parses; and the way back from a position in that string, which is the number of a token, to the
//! source. The classes are those of the last part of `grammar/fql.pest`.

use super::grammar::Rule;
use super::keyword::Keyword;
use crate::source::Span;
use pest::iterators::Pair;
use std::ops::Range;

/// Classes of tokens. Those of operators are [`operator`]'s, those of keywords `A` to `S` in their order; brackets,
/// `,`, `:` and `?` stand for themselves.
pub(crate) mod class {
    /// A name that is no keyword.
    pub(crate) const NAME: u8 = b'T';
    /// A string with both quotes.
    pub(crate) const STRING: u8 = b'U';
    /// Digits, and what is run into them.
    pub(crate) const NUMBER: u8 = b'V';
    /// `@`, `@name`, `@"path"`, `@@`, `@@"path"`.
    pub(crate) const ATTRIBUTE: u8 = b'W';
    /// `$name`.
    pub(crate) const VARIABLE: u8 = b'X';
    /// Stands where an operand can stand, and holds no value: a string that its line ends, also behind a `@`, or a `$`
    /// without a name.
    pub(crate) const BROKEN: u8 = b'Y';
    /// `$baseInput`, the one variable that names an argument.
    pub(crate) const BASE_INPUT: u8 = b'Z';
    /// `-`.
    pub(crate) const MINUS: u8 = b't';
    /// `!`.
    pub(crate) const BANG: u8 = b'!';
    /// `not`.
    pub(crate) const NOT: u8 = b'~';
    /// A `.` and the name behind it.
    pub(crate) const MEMBER: u8 = b'.';
    /// A `.` without a name.
    pub(crate) const DOT: u8 = b';';
    /// Characters that begin no token.
    pub(crate) const CHARACTERS: u8 = b'x';
}

/// The class of an operator, and how many bytes it has; nothing if the bytes begin none. The last line holds what newcomers
/// write.
pub(crate) fn operator(first: u8, second: u8, third: u8) -> Option<(u8, usize)> {
    Some(match (first, second, third) {
        (b'=', b'=', b'=') => (b'o', 3),
        (b'!', b'=', b'=') => (b'p', 3),
        (b'&', b'&', _) => (b'a', 2),
        (b'|', b'|', _) => (b'b', 2),
        (b'=', b'=', _) => (b'c', 2),
        (b'!', b'=', _) => (b'd', 2),
        (b'<', b'=', _) => (b'e', 2),
        (b'>', b'=', _) => (b'f', 2),
        (b'<', b'>', _) => (b'q', 2),
        (b'=', b'>', _) => (b'r', 2),
        (b'=', b'<', _) => (b's', 2),
        (b'<', ..) => (b'g', 1),
        (b'>', ..) => (b'h', 1),
        (b'+', ..) => (b'i', 1),
        (b'*', ..) => (b'j', 1),
        (b'/', ..) => (b'k', 1),
        (b'%', ..) => (b'l', 1),
        (b'|', ..) => (b'm', 1),
        (b'&', ..) => (b'n', 1),
        (b'-', ..) => (class::MINUS, 1),
        (b'!' | b'=', ..) => (first, 1),
        _ => return None,
    })
}

/// The class of a keyword.
fn of_keyword(keyword: Keyword) -> u8 {
    match keyword {
        Keyword::Not => class::NOT,
        other => b'A' + other as u8,
    }
}

/// Where a token stands in its text.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    start: u32,
    end: u32,
}

/// The tokens of a text, as they are found.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    classes: Vec<u8>,
    places: Vec<Place>,
}

impl Tokens {
    /// None yet, and room for so many.
    pub(crate) fn with_room(count: usize) -> Tokens {
        Tokens { classes: Vec::with_capacity(count), places: Vec::with_capacity(count) }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.classes.len()
    }

    /// Appends a token.
    pub(crate) fn push(&mut self, class: u8, start: usize, end: usize) {
        self.classes.push(class);
        self.places.push(Place { start: start as u32, end: end as u32 });
    }

    /// Appends a word: a keyword or another name, or with a `.` before it a member.
    pub(crate) fn push_word(&mut self, keyword: Option<Keyword>, start: usize, end: usize) {
        match (self.classes.last_mut(), self.places.last_mut()) {
            (Some(class), Some(place)) if *class == class::DOT => {
                *class = class::MEMBER;
                place.end = end as u32;
            }
            _ => self.push(keyword.map_or(class::NAME, of_keyword), start, end),
        }
    }

    /// Some of them: of a text that begins at an offset of its source.
    pub(crate) fn stretch<'t>(&'t self, text: &'t str, base: usize, tokens: Range<usize>) -> Stretch<'t> {
        let classes = self.classes.get(tokens.clone()).unwrap_or_default();
        // INVARIANT: classes are ASCII.
        let classes = std::str::from_utf8(classes).unwrap_or_default();
        Stretch { text, base: base as u32, classes, places: self.places.get(tokens).unwrap_or_default() }
    }
}

/// A stretch of a text: what the grammar reads at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch<'t> {
    text: &'t str,
    /// Where the text begins in its source.
    base: u32,
    classes: &'t str,
    places: &'t [Place],
}

impl<'t> Stretch<'t> {
    /// What pest parses.
    pub(crate) fn classes(&self) -> &'t str {
        self.classes
    }

    /// The stretch up to a token.
    pub(crate) fn before(self, token: usize) -> Stretch<'t> {
        let classes = self.classes.get(..token).unwrap_or(self.classes);
        Stretch { classes, places: self.places.get(..token).unwrap_or(self.places), ..self }
    }

    /// The offset in the text of a token's first byte; nothing behind the last.
    pub(crate) fn offset(&self, token: usize) -> Option<usize> {
        self.places.get(token).map(|place| place.start as usize)
    }

    /// The class of a pair's first token.
    pub(crate) fn class(&self, pair: &Pair<'_, Rule>) -> u8 {
        self.classes.as_bytes().get(pair.as_span().start()).copied().unwrap_or(class::CHARACTERS)
    }

    /// The text of a pair, from its first token to its last.
    pub(crate) fn text(&self, pair: &Pair<'_, Rule>) -> &'t str {
        let place = self.place(pair);
        self.text.get(place.start as usize..place.end as usize).unwrap_or_default()
    }

    /// Where a pair stands in the source.
    pub(crate) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        self.in_source(self.place(pair))
    }

    /// Where a pair's first token stands in the source.
    pub(crate) fn first(&self, pair: &Pair<'_, Rule>) -> Span {
        self.in_source(self.places.get(pair.as_span().start()).copied().unwrap_or_default())
    }

    /// The text of a place in the source.
    pub(crate) fn slice(&self, span: Span) -> &'t str {
        let offset = |place: u32| place.saturating_sub(self.base) as usize;
        self.text.get(offset(span.start)..offset(span.end)).unwrap_or_default()
    }

    fn in_source(&self, place: Place) -> Span {
        Span { start: self.base + place.start, end: self.base + place.end }
    }

    fn place(&self, pair: &Pair<'_, Rule>) -> Place {
        let tokens = pair.as_span();
        let of = |token: usize| self.places.get(token).copied().unwrap_or_default();
        Place { start: of(tokens.start()).start, end: of(tokens.end().wrapping_sub(1)).end }
    }
}
