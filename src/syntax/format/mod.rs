//! Canonical layout and spelling of a rule text (L1.3).
//!
//! In: a source. Out: the same program, written as everybody writes it; or, if the source holds a mistake, its
//! diagnostics and no text. Formatting twice changes nothing more, and the tree stays the same up to the case of names.
//!
//! The grammar gives the structure; `tokens` goes along it token by token and takes every comment on its way, so
//! nothing can be lost; `statement` and `expression` say where lines may end; `print` decides where they do.
//!
//! - A line is at most 100 characters where that can be done, indented by two blanks for each level.
//! - A statement begins a line; its `WHEN`, `FROM` and `GROUPBY` stand on lines below it, indented. An empty line
//!   separates clauses and rules; between other statements one that is there stays.
//! - Keywords, operators and names have their canonical spelling. Names of rules, attributes, columns, Json members and
//!   everything else that the text alone does not explain are left as they are, and so are strings and numbers.
//! - A comment stays with its neighbours: on its own line, at a line's end, or between two tokens.
//! - Lines end as the source's first line does, with `\n` or `\r\n`; a byte order mark is dropped.

mod expression;
mod print;
mod statement;
mod tokens;
mod trivia;

use super::grammar::{Grammar, Rule};
use super::{parse_rules, scan};
use crate::diagnostic::Diagnostic;
use crate::limit::Limits;
use crate::source::Source;
use crate::value::Type;
use pest::Parser;
use std::sync::Arc;
use tokens::Tokens;

/// What formatting needs to know besides the text.
#[derive(Clone, Copy)]
pub struct Options<'n> {
    /// Whether deprecated names and curly quotes are mended too (L9.3).
    pub fix: bool,
    /// What is known of a name; names that it does not know are left as written.
    pub names: &'n (dyn Fn(Written<'_>) -> Option<Known> + Sync),
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("fix", &self.fix).finish_non_exhaustive()
    }
}

/// A name in a text, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written<'t> {
    /// `Name(...)`
    Global(&'t str),
    /// `Name.member`: a namespace.
    Namespace(&'t str),
    /// `Space.Name` or `Space.Name(...)`: the namespace and the name.
    Static(&'t str, &'t str),
    /// `receiver.Name(...)`
    Method(Receiver, &'t str),
    /// `receiver.Name`
    Property(Receiver, &'t str),
    /// `Function(name = ...)`: the function and the argument's name.
    Argument(&'t str, &'t str),
}

/// What is known of a receiver without checking the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// An attribute: it takes its type from the member (L3.3 d).
    Attribute,
    /// A value of that type.
    Value(Type),
    /// Nothing; it may be Json, whose members are spelt as the event spells them.
    Unknown,
}

/// What is known of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The canonical spelling.
    pub spelling: &'static str,
    /// The type of its value, if it has one for sure.
    pub result: Option<Type>,
    /// What to write in its place, the namespace included, if it is deprecated and nothing else has to change.
    pub instead: Option<&'static str>,
}

/// Formats a rule text. Needs stack in proportion to the text's [`nesting`](super::nesting).
///
/// A text whose canonical form would exceed the limits on sources comes back as it is.
///
/// # Errors
///
/// The diagnostics of a text with mistakes, warnings included; such a text is not touched.
pub fn format(source: &Arc<Source>, limits: &Limits, options: Options<'_>) -> Result<String, Vec<Diagnostic>> {
    let parsed = parse_rules(source, limits);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(parsed.diagnostics);
    }
    let original: &str = source.text();
    let lines = original.strip_prefix('\u{FEFF}').unwrap_or(original).split('\n');
    let lines: Vec<&str> = lines.map(|line| line.trim_end_matches('\r')).collect();
    let lines = lines.join("\n");
    let windows = original.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'));
    let scan = scan::scan(&lines, limits.nesting, true);
    let stretch = scan.tokens.stretch(&lines, 0, 0..scan.tokens.count());
    let pairs = Grammar::parse(Rule::file, stretch.classes());
    let formatted = pairs.ok().and_then(|pairs| statement::file(Tokens::new(&lines, stretch, options), pairs));
    let Some(formatted) = formatted else { return Ok(original.to_owned()) };
    let formatted = if windows { formatted.replace('\n', "\r\n") } else { formatted };
    // Laying out must never make a program worse. What it breaks (a limit that the text was just below, a keyword that
    // comes to stand at the beginning of a line) is left as it is.
    let again = parse_rules(&Arc::new(Source::new(source.name().clone(), formatted.as_str())), limits);
    let broken = again.diagnostics.iter().any(Diagnostic::is_error);
    Ok(if broken { original.to_owned() } else { formatted })
}
