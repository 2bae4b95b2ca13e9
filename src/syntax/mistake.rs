//! The wording of syntax errors.
//!
//! In: what the scan saw, and where the grammar refused a piece and what it would have taken. Out: diagnostics that
//! name what was expected before what was found, in the words of the language, with help and a fix where the mistake
//! is a usual one.

use super::faults::Faults;
use super::grammar::Rule;
use super::keyword::{self, Keyword};
use super::scan::{self, Fault, FaultKind, Piece, Scan};
use super::{Limits, literal};
use crate::diagnostic::Code;
use crate::source::Span;
use pest::error::{Error, ErrorVariant, InputLocation};

/// A piece that is being read, in its text.
pub(crate) struct Context<'a> {
    pub(crate) text: &'a str,
    /// Where the text begins in the source.
    pub(crate) base: usize,
    pub(crate) piece: &'a Piece,
    /// What the scan found in the piece.
    pub(crate) faults: &'a [Fault],
}

/// How far the grammar came: the number of the token that it refused.
pub(crate) fn place(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

// ---- what the scan saw

/// Reports the faults of a scan.
pub(crate) fn report_scan(scan: &Scan, text: &str, base: usize, limits: &Limits, faults: &mut Faults<'_>) {
    // The bracket after which a string swallowed the rest of a line is not at fault.
    let mut strings =
        scan.faults.iter().filter(|fault| fault.kind == FaultKind::String).map(|fault| fault.start).peekable();
    let mut pieces = scan.pieces.iter().peekable();
    for fault in &scan.faults {
        let Fault { kind, start, end } = *fault;
        let span = Span::new(base + start, base + end);
        let token = text.get(start..end).unwrap_or_default();
        match kind {
            FaultKind::Characters => characters(token, span, faults),
            FaultKind::String => string(token, span, faults),
            FaultKind::Comment => faults.report(Code::UNTERMINATED_COMMENT, span, "the comment never ends", |d| {
                d.label("opened here").help("a comment ends at `*/`, or is `//` up to the end of the line")
            }),
            FaultKind::Unclosed => {
                while pieces.next_if(|piece| piece.end <= start).is_some() {}
                while strings.next_if(|string| *string < start).is_some() {}
                let end = pieces.peek().map_or(text.len(), |piece| piece.end);
                if strings.peek().is_none_or(|string| *string >= end) {
                    let close = char::from(scan::closing(token.bytes().next().unwrap_or(b'(')));
                    faults.report(
                        Code::UNCLOSED_BRACKET,
                        span,
                        format!("the bracket `{token}` is never closed"),
                        |d| {
                            d.label("opened here").also(
                                Span::new(base + end, base + end),
                                format!("expected `{close}` before the end of this statement"),
                            )
                        },
                    );
                }
            }
            FaultKind::Unopened => {
                faults.report(Code::UNEXPECTED_TOKEN, span, format!("the bracket `{token}` closes nothing"), |d| {
                    d.help("remove it, or open it before")
                })
            }
            FaultKind::Mismatched(open) => {
                let close = text.as_bytes().get(open).map_or(')', |byte| char::from(scan::closing(*byte)));
                faults.report(Code::UNCLOSED_BRACKET, span, format!("expected `{close}`, found `{token}`"), |d| {
                    d.also(Span::new(base + open, base + open + 1), "to close this")
                });
            }
            FaultKind::Deep => {
                let limit = limits.nesting;
                let message = format!("expected at most {limit} levels of nesting, found more");
                faults.report(Code::NESTING_TOO_DEEP, span, message, |d| {
                    d.label(format!("level {} begins here", limit.saturating_add(1)))
                        .help(format!("the limit `nesting` is {limit}; bind inner parts with `LET`"))
                });
            }
        }
    }
}

/// Characters that begin no token.
fn characters(token: &str, span: Span, faults: &mut Faults<'_>) {
    let first = token.chars().next().unwrap_or(' ');
    let (help, fix) = match first {
        ';' => ("statements need no `;` between them", Some("")),
        '#' => ("a comment begins with `//`", Some("//")),
        '\u{2013}' | '\u{2014}' | '\u{2212}' => ("the sign for minus is `-`", Some("-")),
        '\u{2260}' => ("written `!=`", Some("!=")),
        '\u{2264}' => ("written `<=`", Some("<=")),
        '\u{2265}' => ("written `>=`", Some(">=")),
        '\u{00D7}' => ("written `*`", Some("*")),
        '\u{00AB}' | '\u{00BB}' | '\u{201A}'..='\u{201F}' | '`' => {
            ("strings stand in straight quotes, `\"...\"`", None)
        }
        '\\' => ("a backslash stands in strings only", None),
        '^' => ("powers are written `Math.Pow(x, y)`", None),
        c if c.is_alphabetic() => ("names are ASCII letters, digits and `_`; other text stands in quotes", None),
        c if !c.is_ascii() || c.is_control() => ("a character that can't be seen; remove it", Some("")),
        _ => ("", None),
    };
    let visible = |c: char| {
        !c.is_control()
            && !c.is_whitespace()
            && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
    };
    let shown = literal::cut(token);
    let message = if shown.chars().all(visible) {
        format!("expected a token, found `{shown}`")
    } else {
        format!("expected a token, found the character U+{:04X}", u32::from(first))
    };
    // Only what can't be seen, and what has a spelling of its own, is mended mechanically.
    let fix = fix
        .filter(|fix| !fix.is_empty() || first == ';' || !visible(first))
        .filter(|_| !(first != ';' && token.chars().nth(1).is_some() && visible(first)));
    faults.report(Code::BAD_CHARACTER, span, message, |mut d| {
        let silent = help.is_empty() || (help.starts_with("a character that") && visible(first));
        d.help = (!silent).then(|| help.to_owned());
        match fix {
            Some(replacement) => d.fix(span, replacement),
            None => d,
        }
    });
}

/// A string that its line ends.
fn string(token: &str, span: Span, faults: &mut Faults<'_>) {
    let quote = token.chars().next().unwrap_or('"');
    let start = span.start as usize;
    let curly = token.char_indices().skip(1).find(|(_, c)| literal::is_curly(*c)).filter(|_| !literal::is_curly(quote));
    let place = Span::new(start, start + quote.len_utf8());
    faults.report(Code::UNTERMINATED_STRING, place, "the string never ends", |d| {
        let d = d.label("opened here");
        match curly {
            Some((offset, c)) => {
                let place = Span::new(start + offset, start + offset + c.len_utf8());
                d.also(place, "a character of this string")
                    .help(format!("a string opened by `{quote}` ends at the next `{quote}`, not at `{c}`"))
                    .fix(place, quote.to_string())
            }
            None if literal::is_curly(quote) => {
                d.help("a string ends on its own line, at the next curly quote of its kind; straight quotes are better")
            }
            None => {
                d.help(format!("a string ends on its own line, at the next `{quote}`; a line break is written `\\n`"))
            }
        }
    });
}

// ---- what the grammar refused

/// What could have stood where the grammar stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Expression,
    Operator,
    Key,
    Variable,
    Assign,
    Text,
    Name,
    As,
    From,
    Colon,
    Type,
}

fn want(rule: Rule) -> Option<Want> {
    Some(match rule {
        Rule::infix | Rule::member | Rule::call | Rule::index => Want::Operator,
        Rule::key | Rule::entry => Want::Key,
        Rule::variable => Want::Variable,
        Rule::assign => Want::Assign,
        Rule::title => Want::Text,
        Rule::ident | Rule::feed | Rule::parameter => Want::Name,
        Rule::r#as => Want::As,
        Rule::from => Want::From,
        Rule::colon => Want::Colon,
        Rule::type_name => Want::Type,
        Rule::EOI | Rule::when | Rule::group_by => return None,
        _ => Want::Expression,
    })
}

impl Context<'_> {
    /// Whether the piece may be correct up to where the grammar stopped.
    pub(crate) fn operand_before(&self, error: &Error<Rule>, failed: usize) -> bool {
        let wants = self.wants(error);
        if self.lone_sign(failed).is_some() || self.keyword_before(failed).is_some() {
            return false; // what was read there is not what was meant
        }
        wants.is_empty() || wants.contains(&Want::Operator)
    }

    fn wants(&self, error: &Error<Rule>) -> Vec<Want> {
        let ErrorVariant::ParsingError { positives, .. } = &error.variant else { return Vec::new() };
        let mut wants: Vec<Want> = Vec::new();
        for rule in positives {
            let want = want(*rule);
            wants.extend(want.filter(|want| !wants.contains(want)));
        }
        wants
    }

    /// Reports that the grammar refused the piece at an offset of the text, unless the scan has said why.
    pub(crate) fn refused(&self, error: &Error<Rule>, failed: usize, faults: &mut Faults<'_>) {
        if let ErrorVariant::CustomError { .. } = error.variant {
            let span = Span::new(self.base + self.piece.start, self.base + self.piece.start + 1);
            let message = "the text nests too deep for the stack that is left";
            faults.report(Code::NESTING_TOO_DEEP, span, message, |d| d.help("bind inner parts with `LET`"));
            return;
        }
        let failed = skip_blanks(self.text, failed);
        if self.faults.iter().any(|fault| fault.start <= failed) {
            return;
        }
        let mut wants = self.wants(error);
        if wants.contains(&Want::Key) {
            wants.retain(|want| *want == Want::Key);
        }
        let mut at = failed;
        let mut expected = Vec::new();
        let found = token(self.text, at);
        let is_key = found.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '"' | '\''));
        if let Some(sign) = self.lone_sign(failed) {
            at = sign;
            expected.push(if token(self.text, at) == "$" { "`$name`" } else { "`@name` or `@\"path\"`" }.to_owned());
        } else if let Some(word) = self.keyword_before(failed).filter(|_| !matches!(found, ":" | "=")) {
            at = word;
            expected.push("an expression".to_owned());
        } else if found == "." && wants.contains(&Want::Operator) {
            at = skip_blanks(self.text, at + 1);
            expected.push("a member's name behind `.`".to_owned());
        } else if wants == [Want::Key] && is_key {
            at = skip_blanks(self.text, at + found.len());
            expected.push(format!("`:` behind the key `{}`", literal::cut(found)));
        } else if wants.is_empty() || wants.contains(&Want::Operator) {
            expected = self.behind_operand(failed, wants.is_empty());
        } else {
            expected.extend(wants.iter().map(|want| self.name(*want).to_owned()));
        }
        if let Some(behind) = self.behind_name() {
            at = behind;
            expected = vec!["`(` behind the function's name".to_owned()];
        }
        let found = token(self.text, at);
        let span = Span::new(self.base + at, self.base + at + found.len());
        let message = format!("expected {}, found {}", list(&expected), shown(found));
        let (help, fix) = self.advice(&wants, failed, found);
        let help = help.or_else(|| self.form().map(str::to_owned));
        faults.report(Code::UNEXPECTED_TOKEN, span, message, |mut d| {
            d.help = help;
            match fix {
                Some(replacement) => d.fix(span, replacement),
                None => d,
            }
        });
    }

    /// The place of a `@` or `$` with nothing behind it, just before where the grammar stopped.
    pub(crate) fn lone_sign(&self, failed: usize) -> Option<usize> {
        let before = self.text.get(self.piece.start..failed)?.trim_end();
        let at = before.len().checked_sub(1)?;
        let lone = (before.ends_with('@') && !before.ends_with("@@")) || before.ends_with('$');
        lone.then_some(self.piece.start + at)
    }

    /// The place of a keyword that was read as a name, just before where the grammar stopped.
    fn keyword_before(&self, failed: usize) -> Option<usize> {
        let before = self.text.get(self.piece.start..failed)?.trim_end();
        let length = before.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let at = before.len() - length;
        let head = before.get(..at)?.trim_end();
        let keyword = Keyword::find(before.get(at..)?)?;
        let is_name = head.is_empty() || head.ends_with(['.', '@', '$', ':']);
        (keyword.is_border() && !is_name).then_some(self.piece.start + at)
    }

    /// Where a `(` is missing behind the name of a function.
    fn behind_name(&self) -> Option<usize> {
        let head = self.piece.keyword.filter(|keyword| *keyword == Keyword::Function)?.word().len();
        let name = skip_blanks(self.text, self.piece.start + head);
        let word = token(self.text, name);
        let at = skip_blanks(self.text, name + word.len());
        let is_name = name < self.piece.end && word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        (is_name && Keyword::find(word).is_none() && !self.text.get(at..)?.starts_with('(')).then_some(at)
    }

    /// How the frame of a function is written.
    fn form(&self) -> Option<&'static str> {
        match self.piece.keyword? {
            Keyword::Function => Some("write `FUNCTION name(parameter: type, ...)`, then each `OUTPUT name: type`"),
            Keyword::Output => Some("write `OUTPUT name: type`, or `OUTPUT name: type = default`"),
            _ => None,
        }
    }

    fn name(&self, want: Want) -> &'static str {
        match want {
            Want::Expression => "an expression",
            Want::Operator => "an operator",
            Want::Key => "a key such as `name:`",
            Want::Variable => "a variable such as `$name`",
            Want::Assign => "`=`",
            Want::Text if self.piece.keyword == Some(Keyword::Description) => "a text in quotes",
            Want::Text => "a name in quotes",
            Want::Name if self.piece.keyword == Some(Keyword::Status) => "`active` or `inactive`",
            Want::Name if self.piece.keyword == Some(Keyword::Function) => "a name of letters, digits and `_`",
            Want::Name if self.piece.keyword == Some(Keyword::Output) => "a name of letters, digits and `_`",
            Want::Name => "a name",
            Want::As => "`AS`",
            Want::From => "`FROM`",
            Want::Colon => "`:` and a type",
            Want::Type => "a type: `Boolean`, `DateTime`, `Double`, `Integer` or `String`",
        }
    }

    /// What can stand behind a complete operand, or behind a complete statement.
    fn behind_operand(&self, failed: usize, statement: bool) -> Vec<String> {
        let before = self.text.get(self.piece.start..failed).unwrap_or_default();
        let mut expected = Vec::new();
        if !statement {
            expected.push("an operator");
        }
        match scan::open_at_end(before) {
            Some((b'?', _)) => expected.push("`:`"),
            Some((open, at)) => {
                let head = before.get(..at).unwrap_or_default().trim_end();
                let called = head.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ')' | ']' | '"'));
                match (open, called) {
                    (b'(', true) => expected.extend(["`,`", "`)`"]),
                    (b'(', false) => expected.push("`)`"),
                    (b'[', true) => expected.push("`]`"),
                    (b'[', false) => expected.extend(["`,`", "`]`"]),
                    _ => expected.extend(["`,`", "`}`"]),
                }
            }
            None => match self.piece.keyword {
                None => expected.push("the end of the expression"),
                Some(Keyword::Return | Keyword::Observe | Keyword::Do | Keyword::RouteTo) => {
                    expected.extend(["`WHEN`", "a statement"]);
                }
                Some(Keyword::Select) if statement => expected.extend(["`WHEN`", "`GROUPBY`", "a statement"]),
                Some(Keyword::Select) => expected.push("`AS`"),
                Some(_) => expected.push("a statement"),
            },
        }
        expected.into_iter().map(str::to_owned).collect()
    }

    fn advice(&self, wants: &[Want], failed: usize, found: &str) -> (Option<String>, Option<String>) {
        let help = |text: &str| (Some(text.to_owned()), None);
        let first = found.chars().next().unwrap_or(' ');
        let is_word = first.is_ascii_alphabetic() || first == '_';
        let before = self.text.get(self.piece.start..failed).unwrap_or_default().trim_end();
        match wants.first() {
            Some(Want::Variable) if is_word => {
                (Some("a variable's name begins with `$`".to_owned()), Some(format!("${found}")))
            }
            Some(Want::Assign) if found == "==" => (Some("`=` binds, `==` compares".to_owned()), Some("=".to_owned())),
            Some(Want::Text) if is_word && Keyword::find(found).is_none() => (None, Some(format!("\"{found}\""))),
            Some(Want::Expression) if matches!(first, ')' | ']') && before.ends_with(',') => {
                help("remove the `,` before it")
            }
            Some(Want::Expression) if first == '+' => help("there is no unary `+`"),
            Some(Want::Expression) if Keyword::find(found).is_some_and(Keyword::is_header) => {
                help(&format!("an attribute is written `@{found}`"))
            }
            Some(Want::Expression | Want::Key | Want::Name | Want::As | Want::From | Want::Colon | Want::Type) => {
                (None, None)
            }
            _ if found == ":" && matches!(scan::open_at_end(before), Some((b'(', _))) => {
                (Some("an argument is named with `=`".to_owned()), None)
            }
            _ if before.ends_with("@@") && matches!(first, '"' | '\'') => {
                help("write it without a blank: `@@\"path\"`")
            }
            _ if matches!(first, '"' | '\'') => help("texts are joined with `+`"),
            _ if first == '$' && token(self.text, skip_blanks(self.text, failed + found.len())) == "=" => {
                (Some("a variable is bound with `LET`".to_owned()), Some(format!("LET {found}")))
            }
            _ if is_word && Keyword::find(found).is_none() => {
                keyword::advice(found).map_or((None, None), |(help, instead)| (Some(help), instead))
            }
            _ => (None, None),
        }
    }

    /// Reports text that belongs to no statement.
    pub(crate) fn no_statement(&self, faults: &mut Faults<'_>) {
        let at = skip_blanks(self.text, self.piece.start);
        if self.piece.too_deep || self.faults.iter().any(|fault| fault.start <= at) {
            return;
        }
        let found = token(self.text, at);
        let span = Span::new(self.base + at, self.base + at + found.len());
        let (help, fix) = self.advice(&[], at, found);
        let help = help.unwrap_or_else(|| {
            "statements begin with `LET`, `WHEN`, `RETURN`, `OBSERVE`, `DO`, `ROUTETO` or `SELECT`".to_owned()
        });
        faults.report(Code::UNEXPECTED_TOKEN, span, format!("expected a statement, found {}", shown(found)), |d| {
            let d = d.help(help);
            match fix {
                Some(replacement) => d.fix(span, replacement),
                None => d,
            }
        });
    }
}

fn list(expected: &[String]) -> String {
    match expected {
        [] => "nothing more".to_owned(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

fn shown(found: &str) -> String {
    if found.is_empty() { "the end of the text".to_owned() } else { format!("`{}`", literal::cut(found)) }
}

/// The offset of the next token.
fn skip_blanks(text: &str, from: usize) -> usize {
    let mut rest = text.get(from..).unwrap_or_default();
    loop {
        let before = rest.len();
        rest = rest.trim_start();
        if let Some(tail) = rest.strip_prefix("//") {
            rest = tail.split_once('\n').map_or("", |(_, tail)| tail);
        } else if let Some(tail) = rest.strip_prefix("/*") {
            rest = tail.split_once("*/").map_or("", |(_, tail)| tail);
        }
        if rest.len() == before {
            return text.len() - rest.len();
        }
    }
}

/// The token at an offset, as far as a message wants it; empty at the end.
fn token(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let word = |text: &str| text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let Some(first) = rest.chars().next() else { return "" };
    let length = match first {
        '"' | '\'' => literal::string_length(rest),
        c if literal::is_curly(c) => literal::string_length(rest),
        '@' | '$' => 1 + word(rest.get(1..).unwrap_or_default()),
        '=' | '<' | '>' | '!' | '&' | '|' => {
            rest.bytes().take(3).take_while(|b| matches!(b, b'=' | b'<' | b'>' | b'!' | b'&' | b'|')).count()
        }
        c if c.is_ascii_alphanumeric() || c == '_' => word(rest),
        c => c.len_utf8(),
    };
    rest.get(..length).unwrap_or_default()
}
