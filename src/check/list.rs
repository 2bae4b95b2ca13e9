//! Calls that are made for what their constants name: a list and its columns, a regular expression (L7.2, L7.4).
//!
//! In: a call of a documented row whose arguments fit. Out: the callable for this place, with the arguments that are left
//! for the event, or what is wrong with a constant.

use super::Checker;
use super::expression::convert;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::function::{Bound, registry};
use crate::hir::{self, Conversion, Kind};
use crate::list::{self, Consult, List, Question, Status};
use crate::pattern::{IsRegexMatch, Pattern};
use crate::source::Span;
use crate::syntax::ast::{Argument, Name};
use crate::value::Type;
use std::ops::Range;
use std::sync::Arc;

impl Checker<'_> {
    /// A function that consults a list; `None` if the name is none.
    pub(super) fn list_call(&mut self, name: &Name, arguments: &[Argument], span: Span) -> Option<Option<hir::Expr>> {
        const NAMES: [&str; 7] =
            ["ContainsKey", "Lookup", "LookupClosest", "InSupportList", "IsSafe", "IsBlock", "IsWatch"];
        let name_of = NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(&name.value))?;
        let rows = registry().globals(name_of);
        let call = self.overloaded(&rows, name, None, arguments, span);
        Some(call.and_then(|call| self.consult(name_of, call)))
    }

    /// `Patterns.IsRegexMatch(pattern, source)` (L7.4).
    pub(super) fn pattern_call(
        &mut self,
        space: &Name,
        name: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Option<hir::Expr> {
        let rows = registry().statics(&space.value, &name.value);
        let call = self.overloaded(&rows, name, None, arguments, span)?;
        let Kind::Call(_, arguments) = call.kind else { return None };
        let mut arguments = arguments.into_iter();
        let (pattern, source) = (arguments.next()?, arguments.next()?);
        let text = self.constant_text(&pattern, "pattern")?;
        match Pattern::new(&text) {
            Ok(compiled) => {
                let kind = Kind::Bound(Arc::new(IsRegexMatch(compiled)), vec![source]);
                Some(hir::Expr { kind, ty: Type::Bool, span })
            }
            Err(fault) => {
                let place = within_text(self.source.slice(pattern.span), pattern.span, fault.range);
                let diagnostic = self.diagnose(Code::BAD_CONSTANT, place, fault.message);
                self.report(match fault.help {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                })
            }
        }
    }

    /// Binds a call whose arguments have the types of its row.
    fn consult(&mut self, name: &str, call: hir::Expr) -> Option<hir::Expr> {
        let hir::Expr { kind: Kind::Call(_, arguments), ty, span } = call else { return None };
        let mut arguments = arguments.into_iter();
        let mut next = || arguments.next();
        let status = |name: &str| match name {
            "IsSafe" => Some(Status::Safe),
            "IsBlock" => Some(Status::Block),
            "IsWatch" => Some(Status::Watch),
            _ => None,
        };
        let (list, key_column, key, value_column) = match name {
            "ContainsKey" => (next()?, next(), next()?, None),
            "Lookup" | "LookupClosest" => (next()?, next(), next()?, next()),
            _ => (next()?, None, next()?, None),
        };
        let default = next();
        let wanted = if key_column.is_some() { None } else { Some(list::Kind::Support) };
        let found = self.named_list(&list, wanted);
        let column = |checker: &mut Self, e: &hir::Expr| match &found {
            Some(found) => checker.column(found, e),
            // The list is reported, but that a column is no constant can be told all the same.
            None => checker.constant_text(e, "name of a column").and(None),
        };
        let key_column = key_column.map(|e| column(self, &e));
        let value_column = value_column.map(|e| column(self, &e));
        let found = found?;
        let key_column = match key_column {
            Some(column) => column?,
            None => found.column("Value")?,
        };
        let question = match (name, value_column) {
            ("ContainsKey", _) => Question::ContainsKey,
            ("Lookup", column) => Question::Lookup(column??),
            ("LookupClosest", column) => Question::LookupClosest(column??),
            (name, _) => status(name).map_or(Question::InSupportList, Question::Has),
        };
        if !matches!(question, Question::LookupClosest(_)) {
            self.diagnostics.extend(found.make_key(key_column));
        }
        let bound: Arc<dyn Bound> = Arc::new(Consult::new(found, key_column, question));
        let arguments = std::iter::once(key).chain(default.map(as_text)).collect();
        Some(hir::Expr { kind: Kind::Bound(bound, arguments), ty, span })
    }

    /// The list that a constant names; support lists only if that kind is wanted.
    fn named_list(&mut self, e: &hir::Expr, wanted: Option<list::Kind>) -> Option<Arc<List>> {
        let name = self.constant_text(e, "name of a list")?;
        let lists = &self.definitions().lists;
        let found = lists.get(&name.to_ascii_lowercase());
        match found {
            Some(Some(list)) if wanted.is_none_or(|wanted| wanted == list.kind()) => {
                self.calls.lists.insert(name.to_ascii_lowercase());
                return Some(list.clone());
            }
            // It was read and has faults, which are reported.
            Some(None) => return None,
            _ => {}
        }
        let what = if wanted.is_some() { "support list" } else { "list" };
        let diagnostic = self.diagnose(Code::UNKNOWN_LIST, e.span, format!("unknown {what} `{name}`"));
        if found.is_some() {
            let help = "a list of that name is there, but entries with a status are in the files of `lists/support/`";
            return self.report(diagnostic.help(help));
        }
        let known = lists.values().flatten().filter(|list| wanted.is_none_or(|wanted| wanted == list.kind()));
        let folder = if wanted.is_some() { "lists/support/" } else { "lists/" };
        let help = format!("it is the file `{folder}{name}.csv` in the environment's folder");
        let diagnostic = misspelt(diagnostic, &name, e.span, known.map(|list| &**list.name()), help);
        self.report(diagnostic)
    }

    /// The number of the column that a constant names.
    fn column(&mut self, list: &List, e: &hir::Expr) -> Option<usize> {
        let name = self.constant_text(e, "name of a column")?;
        if let Some(column) = list.column(&name) {
            return Some(column);
        }
        let message = format!("the list `{}` has no column `{name}`", list.name());
        let columns: Vec<String> = list.columns().take(20).map(|column| format!("`{column}`")).collect();
        let help = format!("its columns are {}", columns.join(", "));
        let diagnostic = self.diagnose(Code::UNKNOWN_COLUMN, e.span, message);
        let diagnostic = misspelt(diagnostic, &name, e.span, list.columns(), help);
        self.report(diagnostic)
    }

    /// The text of an argument that must be constant.
    fn constant_text(&mut self, e: &hir::Expr, what: &str) -> Option<Arc<str>> {
        if let Some(text) = e.kind.text() {
            return Some(text.clone());
        }
        let message = format!("expected a constant as the {what}, found an expression");
        let help = "it is looked at before any event: write a text in quotes";
        self.report(self.diagnose(Code::NOT_CONSTANT, e.span, message).help(help))
    }
}

/// A default as the text it is converted to; an attribute is read as String.
fn as_text(e: hir::Expr) -> hir::Expr {
    match (&e.kind, e.ty) {
        (_, Type::String) => e,
        (Kind::Attribute(_), _) => hir::Expr { ty: Type::String, ..e },
        _ => convert(Conversion::ToText, e, Type::String),
    }
}

/// Offers the nearest name, or says where names come from.
fn misspelt<'n>(
    diagnostic: Diagnostic,
    name: &str,
    span: Span,
    known: impl Iterator<Item = &'n str>,
    otherwise: String,
) -> Diagnostic {
    match nearest(name, known) {
        Some(near) => {
            let quoted = format!("\"{}\"", near.replace('\\', "\\\\").replace('"', "\\\""));
            diagnostic.help(format!("did you mean `{near}`?")).fix(span, quoted)
        }
        None => diagnostic.help(otherwise),
    }
}

/// The place in the source of a range of a constant's value: escapes are longer than what they stand for.
fn within_text(token: &str, span: Span, range: Range<usize>) -> Span {
    let quote = token.chars().next().filter(|c| matches!(c, '"' | '\'' | '\u{2018}'..='\u{201F}'));
    let Some(quote) = quote else { return span };
    let mut value = 0;
    let (mut start, mut end) = (None, None);
    let mut chars = token.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if value >= range.start {
            start = start.or(Some(at));
        }
        if value >= range.end {
            end = end.or(Some(at));
        }
        let mut stands_for = c;
        if c == '\\' {
            let letter = chars.next().map_or('\\', |(_, letter)| letter);
            stands_for = if letter == 'u' { unicode(token, at, &mut chars) } else { '\\' };
        }
        value += stands_for.len_utf8();
    }
    let last = token.len().saturating_sub(quote.len_utf8());
    let (start, end) = (start.unwrap_or(last).min(last), end.unwrap_or(last).min(last));
    let begin = span.start as usize;
    Span::new(begin + start, begin + end.max(start))
}

/// The character of `\uXXXX` at an offset, or of two that are a pair; moves behind it.
fn unicode(token: &str, at: usize, chars: &mut impl Iterator<Item = (usize, char)>) -> char {
    let unit = |from: usize| {
        let digits = token.get(from..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let units: Vec<u16> = unit(at).into_iter().chain(unit(at + 6)).collect();
    let c = char::decode_utf16(units).next().and_then(Result::ok).unwrap_or('\\');
    let skipped = if c.len_utf16() == 2 { 10 } else { 4 };
    for _ in 0..skipped {
        chars.next();
    }
    c
}
