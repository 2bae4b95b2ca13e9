//! The wording of type errors: lower case, expected before found, and a help where one is likely.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::function::Function;
use crate::hir;
use crate::source::Span;
use crate::value::{Record, Type};

impl Checker<'_> {
    /// `expected Bool, found String`
    pub(super) fn mismatch(&self, expected: Type, found: &hir::Expr) -> Diagnostic {
        let message = format!("expected {expected}, found {}", found.ty);
        let diagnostic =
            self.diagnose(Code::TYPE_MISMATCH, found.span, message).label(format!("this is {}", article(found.ty)));
        match (cast(found.ty, expected), found.ty, expected) {
            (Some(cast), ..) => diagnostic.help(format!("write `{}{cast}`", self.operand_text(found.span))),
            (None, _, Type::CharSet) => {
                diagnostic.help("write the classes, such as `CharSet.Numeric | CharSet.Hyphen`")
            }
            (None, Type::Int | Type::Double, Type::Bool) => {
                diagnostic.help(format!("compare it: `{} > 0`", self.operand_text(found.span)))
            }
            (None, Type::Int | Type::Double, Type::TimeSpan) => {
                let text = self.operand_text(found.span);
                diagnostic.help(format!("say of which unit: `TimeSpan.FromMinutes({text})`"))
            }
            (None, Type::Record(record), _) => diagnostic.help(self.members_of(found.span, record)),
            _ => diagnostic,
        }
    }

    /// ``it has the members `.Score`, `.Reason`: write `Model.Risk().Score` ``
    fn members_of(&self, span: Span, record: Record) -> String {
        let names: Vec<String> = record.members().iter().map(|(name, _)| format!("`.{name}`")).collect();
        let first = record.members().first().map_or("", |(name, _)| name);
        let whole = self.operand_text(span);
        format!("it has the members {}: write `{whole}.{first}`", names.join(", "))
    }

    /// `cannot compare String with Int`
    pub(super) fn incomparable(&self, span: Span, left: &hir::Expr, right: &hir::Expr) -> Diagnostic {
        let message = format!("cannot compare {} with {}", left.ty, right.ty);
        let diagnostic = self
            .diagnose(Code::CANNOT_COMPARE, span, message)
            .also(left.span, article(left.ty))
            .also(right.span, article(right.ty));
        let help = cast(left.ty, right.ty)
            .map(|cast| (left.span, cast))
            .or_else(|| cast(right.ty, left.ty).map(|cast| (right.span, cast)))
            .map(|(span, cast)| format!("write `{}{cast}`", self.operand_text(span)))
            .or_else(|| match (left.ty, right.ty) {
                (Type::Record(record), _) => Some(self.members_of(left.span, record)),
                (_, Type::Record(record)) => Some(self.members_of(right.span, record)),
                _ => None,
            });
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// `` `+` does not take Bool and Int ``
    pub(super) fn bad_operands(&self, symbol: &str, span: Span, left: &hir::Expr, right: &hir::Expr) -> Diagnostic {
        let message = format!("`{symbol}` does not take {} and {}", left.ty, right.ty);
        self.diagnose(Code::BAD_OPERANDS, span, message)
            .also(left.span, article(left.ty))
            .also(right.span, article(right.ty))
            .help(self.operands_meant(symbol, left, right))
    }

    /// What operands that an operator does not take may be meant as.
    fn operands_meant(&self, symbol: &str, left: &hir::Expr, right: &hir::Expr) -> String {
        let [a, b] = [left, right].map(|side| self.operand_text(side.span));
        let of =
            |ty: Type| [(left.ty, &a), (right.ty, &b)].into_iter().find(|(one, _)| *one == ty).map(|(_, text)| text);
        match (symbol, left.ty, right.ty) {
            ("+" | "|", Type::Bool, Type::Bool) => format!("to ask for one of them write `{a} || {b}`, for both `{a} && {b}`"),
            ("|", ..) => "`|` joins sets of characters, such as `CharSet.Numeric|CharSet.Hyphen`; `||` is the one of truth values".to_string(),
            ("+" | "-", Type::DateTime, ty) if ty.is_number() => {
                format!("say what the number counts: `{a} {symbol} TimeSpan.FromDays({b})`")
            }
            ("+", Type::DateTime, Type::DateTime) => format!("the time between them is `{a} - {b}`"),
            ("-", Type::TimeSpan, Type::DateTime) => format!("a time is subtracted from a date: `{b} - {a}`"),
            _ => match (of(Type::Bool), of(Type::TimeSpan), of(Type::String)) {
                (Some(text), ..) => format!("to calculate with a truth value give each its number: `({text} ? 1 : 0)`"),
                (_, Some(text), _) => {
                    format!("to calculate with a length of time read it as a number: `{text}.TotalDays`")
                }
                (.., Some(text)) => format!("if the text is a number, read it as one: `{text}.ToDouble()`"),
                _ => format!("`{symbol}` takes numbers"),
            },
        }
    }

    /// `an attribute cannot be read as TimeSpan`
    pub(super) fn unreadable_attribute(&self, span: Span, ty: Type) -> Diagnostic {
        let help = match ty {
            Type::TimeSpan => format!("make one from a number: `TimeSpan.FromMinutes({})`", self.source.slice(span)),
            Type::CharSet => "write the classes, such as `CharSet.Numeric|CharSet.Hyphen`".to_string(),
            _ => "an attribute is read as Bool, Int, Double, String, DateTime or Json".to_string(),
        };
        self.diagnose(Code::AMBIGUOUS_ATTRIBUTE, span, format!("an attribute cannot be read as {ty}")).help(help)
    }

    /// Two Jsons, or a Json and an attribute, where only known types can meet.
    pub(super) fn json_needs_cast(&self, symbol: &str, span: Span, json: Span) -> Diagnostic {
        let text = self.operand_text(json);
        self.diagnose(Code::JSON_NEEDS_CAST, span, format!("`{symbol}` does not know as what to read Json"))
            .also(json, "this is Json")
            .help(format!(
                "say it with a cast: `{text}.AsDouble()`, `.AsInt()`, `.AsString()`, `.AsBool()` or `.AsDateTime()`"
            ))
    }

    /// The count of arguments fits no row.
    pub(super) fn wrong_count(&self, span: Span, rows: &[&'static Function], found: usize) -> Diagnostic {
        let name = rows.first().map_or("", |row| row.name);
        let message = format!("`{name}` takes {}, found {found}", counts(rows));
        self.diagnose(Code::WRONG_ARITY, span, message).help(signatures(rows))
    }

    /// The text of an operand, in parentheses if a postfix step would bind to a part of it only.
    pub(super) fn operand_text(&self, span: Span) -> String {
        let text = self.source.slice(span);
        let simple = |c: char| c.is_ascii_alphanumeric() || "@$\"'._[]()".contains(c);
        if text.chars().count() > 60 {
            "...".to_string()
        } else if text.chars().all(simple) || text.starts_with("@\"") && text.ends_with('"') {
            text.to_string()
        } else {
            format!("({text})")
        }
    }
}

/// `a String`, `an Int`
pub(super) fn article(ty: Type) -> String {
    let name = ty.name();
    if name.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']) {
        format!("an {name}")
    } else {
        format!("a {name}")
    }
}

/// The member that brings one type to another.
fn cast(found: Type, expected: Type) -> Option<&'static str> {
    Some(match (found, expected) {
        (Type::String, Type::Int) => ".ToInt64()",
        (Type::String, Type::Double) => ".ToDouble()",
        (Type::String, Type::Bool) => ".ToBoolean()",
        (Type::String, Type::DateTime) => ".ToDateTime()",
        (Type::Int | Type::Double | Type::DateTime | Type::TimeSpan, Type::String) => ".ToString()",
        (Type::Json, Type::Int) => ".AsInt()",
        (Type::Json, Type::Double) => ".AsDouble()",
        _ => return None,
    })
}

/// `1 or 2 arguments`
fn counts(rows: &[&'static Function]) -> String {
    let mut all: Vec<usize> =
        rows.iter().flat_map(|row| row.required()..=row.at_most().unwrap_or(row.required())).collect();
    all.sort_unstable();
    all.dedup();
    if let Some(open) = rows.iter().find(|row| row.at_most().is_none()) {
        return plural(&format!("{} or more", open.required()), 2);
    }
    match all.as_slice() {
        [] => "no arguments".to_string(),
        [0] => "no arguments".to_string(),
        [one] => plural(&one.to_string(), *one),
        [head @ .., last] => {
            let head: Vec<String> = head.iter().map(usize::to_string).collect();
            format!("{} or {last} arguments", head.join(", "))
        }
    }
}

pub(super) fn plural(count: &str, n: usize) -> String {
    if n == 1 { format!("{count} argument") } else { format!("{count} arguments") }
}

/// `Substring(start: Int) -> String` for each row.
pub(super) fn signatures(rows: &[&'static Function]) -> String {
    let all: Vec<String> = rows.iter().map(|row| format!("`{}`", row.signature())).collect();
    format!("it is {}", all.join(" or "))
}
