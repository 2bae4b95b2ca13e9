//! Pieces of a text and the places where it may be broken, to lines.
//!
//! In: [`Op`]s in the order of the text, flat, with groups as brackets among them. Out: lines of at most [`WIDTH`]
//! characters where that can be done. A group stands on one line if it fits there, else each of its breaks is a line
//! break (Oppen's idea, with all breaks of a group alike). A list and not a tree: nothing recurses, and dropping it
//! needs no stack.

use std::borrow::Cow;

/// How wide lines may become, in characters.
pub(super) const WIDTH: usize = 100;

/// Blanks for each level of indentation.
const INDENT: usize = 2;

/// Where indentation ends: deeper text is not moved further, or a text of nested brackets would grow beyond measure.
const DEEPEST: usize = 48;

/// A piece of the text.
#[derive(Debug)]
pub(super) enum Op<'t> {
    /// One token.
    Text(Cow<'t, str>),
    /// A blank, unless a line begins here.
    Blank,
    /// A line break if the group is broken, else a blank or nothing.
    Break { blank: bool },
    /// The comma behind the last element: written if the group is broken.
    LastComma,
    /// A comma between two elements.
    Comma,
    /// A line break in any case.
    Line,
    /// The next line break leaves an empty line.
    Gap,
    /// A group begins.
    Open,
    /// The group ends.
    Close,
    /// Lines from here on are indented one level more.
    Indent,
    /// One level less.
    Dedent,
    /// A comment, or several of one line.
    Comment(Cow<'t, str>, Stand),
}

/// Where a comment stands in its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// A token follows in the same line.
    Within,
    /// Behind a token, and the line ends with it.
    End,
    /// On a line of its own.
    Own,
}

/// Writes the lines; every line ends with `\n`.
pub(super) fn print(ops: &[Op<'_>]) -> String {
    let mut printer = Printer::default();
    for (at, op) in ops.iter().enumerate() {
        printer.op(op, ops.get(at + 1..).unwrap_or_default());
    }
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    printer.out
}

#[derive(Default)]
struct Printer {
    out: String,
    /// Characters in the last line.
    column: usize,
    level: usize,
    /// For each open group whether it is broken.
    broken: Vec<bool>,
    /// A line break comes before the next piece.
    line: bool,
    /// With an empty line.
    gap: bool,
    /// A blank comes before the next token.
    blank: bool,
    /// The last piece is a comment within its line.
    behind_comment: bool,
    /// The last piece is a comment that ends its line.
    commented: bool,
    /// Where the last token ends.
    tail: usize,
}

impl Printer {
    fn op(&mut self, op: &Op<'_>, rest: &[Op<'_>]) {
        match op {
            Op::Text(text) => self.token(text),
            Op::Blank => self.blank = true,
            Op::Break { .. } if self.broken.last().is_none_or(|broken| *broken) => self.line = true,
            Op::Break { blank } => self.blank |= blank,
            Op::LastComma => {
                if self.broken.last().is_some_and(|broken| *broken) {
                    self.comma();
                }
            }
            Op::Comma => self.comma(),
            Op::Line => self.line = true,
            Op::Gap => self.gap = true,
            Op::Open => {
                let breaks = self.broken.last().is_none_or(|broken| *broken) && !self.fits(rest);
                self.broken.push(breaks);
            }
            Op::Close => {
                self.broken.pop();
            }
            Op::Indent => self.level += 1,
            Op::Dedent => self.level = self.level.saturating_sub(1),
            Op::Comment(text, stand) => self.comment(text, *stand),
        }
    }

    fn token(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let touches = text.starts_with([',', ')', ']', '.']);
        self.blank |= self.behind_comment && !touches;
        self.write(text);
        self.behind_comment = false;
        self.commented = false;
        self.tail = self.out.len();
    }

    fn comment(&mut self, text: &str, stand: Stand) {
        if stand == Stand::Own {
            self.line = true;
        }
        self.blank = !self.out.ends_with(['(', '[']) || stand == Stand::End;
        self.write(text);
        self.behind_comment = stand == Stand::Within;
        self.commented = stand != Stand::Within;
        self.line = self.commented;
    }

    /// A comma belongs to the element before it, whatever comments end that element's line.
    fn comma(&mut self) {
        if self.commented && self.tail <= self.out.len() {
            self.out.insert(self.tail, ',');
            self.tail += 1;
        } else {
            self.token(",");
        }
    }

    fn write(&mut self, text: &str) {
        let line = std::mem::take(&mut self.line);
        let gap = std::mem::take(&mut self.gap);
        let blank = std::mem::take(&mut self.blank);
        if self.out.is_empty() || line {
            if !self.out.is_empty() {
                self.out.push_str(if gap { "\n\n" } else { "\n" });
            }
            self.column = self.indentation();
            self.out.extend(std::iter::repeat_n(' ', self.column));
        } else if blank {
            self.out.push(' ');
            self.column += 1;
        }
        self.out.push_str(text);
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => self.column + text.chars().count(),
        };
    }

    fn indentation(&self) -> usize {
        (self.level * INDENT).min(DEEPEST)
    }

    /// Whether the group that begins here, and what follows it up to the next possible break, ends within the line. All
    /// groups around it are broken.
    fn fits(&self, rest: &[Op<'_>]) -> bool {
        let mut width = if self.line { self.indentation() } else { self.column + usize::from(self.blank) };
        let mut depth = 1_usize;
        let mut ended = false;
        for op in rest {
            let within = depth > 0;
            match op {
                Op::Text(text) if text.is_empty() => {}
                Op::Text(_) | Op::Break { .. } | Op::Comment(..) if ended => return !within,
                Op::Text(text) => width += text.chars().count(),
                Op::Blank => width += 1,
                Op::Break { blank } if within => width += usize::from(*blank),
                Op::Break { .. } => return true,
                Op::LastComma => width += usize::from(!within),
                Op::Comma => width += 1,
                Op::Line | Op::Gap => return !within,
                Op::Open => depth += usize::from(within),
                Op::Close => depth = depth.saturating_sub(1),
                Op::Indent | Op::Dedent => {}
                // Behind the group any comment may come to end the line.
                Op::Comment(..) if !within => return true,
                Op::Comment(_, Stand::Own) => return false,
                Op::Comment(_, Stand::End) => ended = true,
                Op::Comment(text, Stand::Within) if text.contains('\n') => return false,
                Op::Comment(text, Stand::Within) => width += text.chars().count() + 1,
            }
            if width > WIDTH {
                return false;
            }
        }
        true
    }
}
