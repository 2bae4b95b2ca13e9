//! From .NET's syntax to that of the `regex` crate, construct by construct.
//!
//! In: a pattern. Out: the same pattern for the crate, or the first fault. One pass with a stack of open groups: nothing
//! recurses, and each group remembers the options that hold outside of it.

use super::class::class;
use super::escape::{self, Escaped};
use super::{DEEPEST, Fault};

/// A pattern for the crate.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) regex: String,
    /// It has a `$` or `\Z` that also holds before a final line break.
    pub(super) ends: bool,
    /// It has a `\z`.
    pub(super) very_end: bool,
}

/// The text that is left, and where it begins in the pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'p> {
    pub(super) rest: &'p str,
    pub(super) at: usize,
}

impl<'p> Cursor<'p> {
    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.skip(c.len_utf8());
        Some(c)
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
        self.at += bytes;
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest.starts_with(text);
        if found {
            self.skip(text.len());
        }
        found
    }

    /// Takes the characters that are of a kind.
    pub(super) fn take(&mut self, kind: impl Fn(char) -> bool) -> &'p str {
        let end = self.rest.find(|c| !kind(c)).unwrap_or(self.rest.len());
        let (taken, _) = self.rest.split_at_checked(end).unwrap_or_default();
        self.skip(end);
        taken
    }
}

/// The options that `(?imnsx)` turns on; `n` makes no difference to whether a pattern matches.
#[derive(Clone, Copy, Debug, Default)]
struct Options {
    ignore_case: bool,
    multiline: bool,
    single_line: bool,
    spaced: bool,
}

/// What a quantifier would repeat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Item,
    Quantified,
}

struct Translator<'p> {
    cursor: Cursor<'p>,
    out: String,
    options: Options,
    /// Where each open group began, and the options around it.
    open: Vec<(usize, Options)>,
    last: Last,
    /// How many groups the whole pattern has.
    groups: usize,
    /// For a text whose final line break was cut off: no `\z` holds there.
    cut: bool,
    ends: bool,
    very_end: bool,
}

/// Translates a pattern; `cut` is for texts whose final line break was cut off.
pub(super) fn translate(pattern: &str, cut: bool) -> Result<Translated, Fault> {
    let mut translator = Translator {
        cursor: Cursor { rest: pattern, at: 0 },
        out: String::with_capacity(2 * pattern.len()),
        options: Options::default(),
        open: Vec::new(),
        last: Last::Nothing,
        groups: groups(pattern),
        cut,
        ends: false,
        very_end: false,
    };
    translator.pattern()?;
    let Translator { out, ends, very_end, .. } = translator;
    Ok(Translated { regex: out, ends, very_end })
}

impl Translator<'_> {
    fn pattern(&mut self) -> Result<(), Fault> {
        loop {
            self.blank()?;
            let start = self.cursor.at;
            let Some(c) = self.cursor.next() else { break };
            match c {
                '|' => {
                    self.out.push('|');
                    self.last = Last::Nothing;
                }
                '(' => self.group(start)?,
                ')' => {
                    let Some((_, outside)) = self.open.pop() else {
                        let fault = Fault::new(start..start + 1, "`)` closes no group");
                        return Err(fault.help("a parenthesis that stands for itself is `\\\\)` in a rule's text"));
                    };
                    self.options = outside;
                    self.item(")");
                }
                '*' | '+' | '?' => self.quantifier(start, &c.to_string())?,
                '{' => match self.bounds(start)? {
                    Some(bounds) => self.quantifier(start, &bounds)?,
                    None => self.literal('{'),
                },
                '[' => {
                    let class = class(&mut self.cursor, start, 0)?;
                    self.item(&class);
                }
                '\\' => self.escape(start)?,
                '^' if self.options.multiline => self.item("(?m:^)"),
                '^' => self.item("\\A"),
                '$' if self.options.multiline => self.item("(?m:$)"),
                '$' => self.end(),
                '.' if self.options.single_line => self.item("(?s:.)"),
                '.' => self.item("[^\\n]"),
                c => self.literal(c),
            }
        }
        match self.open.last() {
            Some((start, _)) => Err(Fault::new(*start..*start + 1, "this group is not closed")
                .help("a parenthesis that stands for itself is `\\\\(` in a rule's text")),
            None => Ok(()),
        }
    }

    fn item(&mut self, text: &str) {
        self.out.push_str(text);
        self.last = Last::Item;
    }

    fn literal(&mut self, c: char) {
        escape::literal(c, &mut self.out);
        self.last = Last::Item;
    }

    /// The end, or before a final line break.
    fn end(&mut self) {
        self.ends = true;
        self.item("\\z");
    }

    /// Comments, and white space under `(?x)`.
    fn blank(&mut self) -> Result<(), Fault> {
        loop {
            let start = self.cursor.at;
            if self.options.spaced && !self.cursor.take(|c| matches!(c, '\t'..='\r' | ' ')).is_empty() {
                continue;
            }
            if self.options.spaced && self.cursor.eat("#") {
                self.cursor.take(|c| c != '\n');
                continue;
            }
            if !self.cursor.eat("(?#") {
                return Ok(());
            }
            self.cursor.take(|c| c != ')');
            if !self.cursor.eat(")") {
                return Err(Fault::new(start..self.cursor.at, "this comment is not closed"));
            }
        }
    }

    /// `{n}`, `{n,}` or `{n,m}` behind its brace; anything else is a brace that stands for itself.
    fn bounds(&mut self, start: usize) -> Result<Option<String>, Fault> {
        let mut cursor = self.cursor;
        let digit = |c: char| c.is_ascii_digit();
        let least = cursor.take(digit);
        let comma = cursor.eat(",");
        let most = if comma { cursor.take(digit) } else { least };
        if least.is_empty() || !cursor.eat("}") {
            return Ok(None);
        }
        self.cursor = cursor;
        let range = start..cursor.at;
        let number = |text: &str| {
            let number = text.parse::<u32>().ok().filter(|number| *number <= i32::MAX as u32);
            number.ok_or_else(|| Fault::new(range.clone(), "the bound of this quantifier is too large"))
        };
        let least = number(least)?;
        if most.is_empty() {
            return Ok(Some(format!("{{{least},}}")));
        }
        let most = number(most)?;
        if least > most {
            let message = format!("expected the lower bound of a quantifier first, found {least} before {most}");
            return Err(Fault::new(range, message));
        }
        Ok(Some(format!("{{{least},{most}}}")))
    }

    fn quantifier(&mut self, start: usize, text: &str) -> Result<(), Fault> {
        let range = start..self.cursor.at;
        match self.last {
            Last::Item => {}
            Last::Nothing => {
                let fault = Fault::new(range, "this quantifier has nothing to repeat");
                return Err(fault.help("a character that stands for itself is doubly escaped: `\\\\*`"));
            }
            Last::Quantified => {
                let fault = Fault::new(range, "a quantifier cannot follow a quantifier");
                return Err(fault.help("to repeat what is repeated already, put it into a group: `(?:a+)*`"));
            }
        }
        self.out.push_str(text);
        self.blank()?;
        if self.cursor.eat("?") {
            self.out.push('?');
        }
        self.last = Last::Quantified;
        Ok(())
    }

    /// Behind `(`.
    fn group(&mut self, start: usize) -> Result<(), Fault> {
        if !self.cursor.eat("?") {
            return self.open(start, "(?:");
        }
        let refuse = |cursor: &Cursor<'_>, what: &str| {
            let fault = Fault::new(start..cursor.at, format!("{what} cannot be matched in linear time"));
            Err(fault.help("say it with several tests joined by `&&`, `||` and `!`"))
        };
        match self.cursor.next() {
            Some(':') => self.open(start, "(?:"),
            Some('=') => refuse(&self.cursor, "the look-ahead `(?=...)`"),
            Some('!') => refuse(&self.cursor, "the negative look-ahead `(?!...)`"),
            Some('>') => refuse(&self.cursor, "the atomic group `(?>...)`"),
            Some('(') => refuse(&self.cursor, "the conditional `(?(...)...)`"),
            Some('<') if self.cursor.eat("=") => refuse(&self.cursor, "the look-behind `(?<=...)`"),
            Some('<') if self.cursor.eat("!") => refuse(&self.cursor, "the negative look-behind `(?<!...)`"),
            Some(quote @ ('<' | '\'')) => {
                self.name(start, if quote == '<' { ">" } else { "'" })?;
                self.open(start, "(?:")
            }
            Some('P') => {
                let fault = Fault::new(start..self.cursor.at, "`(?P` begins no group");
                Err(fault.help("a group gets a name by `(?<name>...)`"))
            }
            Some(c) if "imnsx-".contains(c) => self.inline_options(start, c),
            _ => Err(Fault::new(start..self.cursor.at, "this begins no group: expected `(?:`, `(?<name>` or `(?i)`")),
        }
    }

    fn open(&mut self, start: usize, text: &str) -> Result<(), Fault> {
        if self.open.len() >= DEEPEST {
            return Err(Fault::new(start..start + 1, format!("groups nest deeper than {DEEPEST}")));
        }
        self.open.push((start, self.options));
        self.out.push_str(text);
        self.last = Last::Nothing;
        Ok(())
    }

    /// A group's name, up to its end.
    fn name(&mut self, start: usize, end: &str) -> Result<(), Fault> {
        let name = self.cursor.take(|c| c.is_alphanumeric() || c == '_');
        if self.cursor.eat("-") {
            self.cursor.take(|c| c.is_alphanumeric() || c == '_');
            let message = "the balancing group `(?<name-name>...)` cannot be matched in linear time";
            return Err(Fault::new(start..self.cursor.at, message));
        }
        let numbered = name.starts_with(|c: char| c.is_ascii_digit());
        let good = if numbered { name.parse::<i32>().is_ok_and(|number| number > 0) } else { !name.is_empty() };
        if !good || !self.cursor.eat(end) {
            let message = "expected a group's name of letters, digits and `_`, or a number";
            return Err(Fault::new(start..self.cursor.at, message));
        }
        Ok(())
    }

    /// `(?i-s)` for the rest of the group, or `(?i-s:...)`; behind the first letter.
    fn inline_options(&mut self, start: usize, first: char) -> Result<(), Fault> {
        let (mut options, mut on, mut letter) = (self.options, true, Some(first));
        loop {
            match letter {
                Some('-') => on = false,
                Some('i') => options.ignore_case = on,
                Some('m') => options.multiline = on,
                Some('s') => options.single_line = on,
                Some('x') => options.spaced = on,
                Some('n') => {}
                Some(')') => {
                    if options.ignore_case != self.options.ignore_case {
                        self.out.push_str(if options.ignore_case { "(?i)" } else { "(?-i)" });
                    }
                    self.options = options;
                    self.last = Last::Nothing;
                    return Ok(());
                }
                Some(':') => {
                    self.open(start, if options.ignore_case { "(?i:" } else { "(?-i:" })?;
                    self.options = options;
                    return Ok(());
                }
                _ => {
                    let message = "expected the options `i`, `m`, `n`, `s`, `x`, then `)` or `:`";
                    return Err(Fault::new(start..self.cursor.at, message));
                }
            }
            letter = self.cursor.next();
        }
    }

    /// Behind a backslash.
    fn escape(&mut self, start: usize) -> Result<(), Fault> {
        let mut after = self.cursor;
        match after.next() {
            Some('A') => self.item("\\A"),
            Some('z') => {
                self.very_end = true;
                self.item(if self.cut { "[^\\s\\S]" } else { "\\z" });
            }
            Some('Z') => self.end(),
            Some('b') => self.item("\\b"),
            Some('B') => self.item("\\B"),
            Some('G') => {
                let message = "the anchor `\\G` of the end of the match before has no meaning here";
                return Err(Fault::new(start..after.at, message).help("`\\\\A` is the beginning of the text"));
            }
            Some('k') => return Err(back_reference(start..after.at)),
            Some('1'..='9') => {
                let mut number = self.cursor;
                let digits = number.take(|c| c.is_ascii_digit());
                let value = digits.parse::<usize>().unwrap_or(usize::MAX);
                if value <= 9.max(self.groups) {
                    return Err(back_reference(start..number.at));
                }
                let c = escape::character(&mut self.cursor, start)?;
                self.literal(c);
                return Ok(());
            }
            _ => {
                match escape::read(&mut self.cursor, start, false)? {
                    Escaped::Character(c) => self.literal(c),
                    Escaped::Class(class) => self.item(&class),
                }
                return Ok(());
            }
        }
        self.cursor = after;
        Ok(())
    }
}

fn back_reference(range: std::ops::Range<usize>) -> Fault {
    Fault::new(range, "a back-reference cannot be matched in linear time")
        .help("a backslash in a pattern is doubled in a rule's text: `\\\\\\\\` is one that stands for itself")
}

/// How many groups that can be referred to a pattern has; a guess in patterns that are at fault.
fn groups(pattern: &str) -> usize {
    let (mut count, mut in_class) = (0, false);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class && chars.next_if_eq(&'?').is_none() => count += 1,
            '<' | '\'' if !in_class => count += 1,
            _ => {}
        }
    }
    count
}
