//! `:let` (R12.5): names that stand for expressions.
//!
//! In: an input with `$names`. Out: the same with each name replaced by its expression in parentheses, and the way back
//! from places in the new text to places in the one that was typed, for diagnostics.
//!
//! A rule's `LET` is a statement, and an expression that stands alone has none, so the name is replaced before the text is
//! checked. That gives what `LET` gives, the type that the context asks for included, but for one thing: an expression is
//! evaluated wherever its name is used, not once, so a random function in it is drawn again. An expression is kept with its
//! own names replaced: what is bound later does not change it, and no name can need itself.

use super::too_large;
use crate::read;
use fql::diagnostic::{Fix, Label};
use fql::source::{Source, Span};
use fql::syntax::{self, ast, ast::Kind};
use fql::{Diagnostic, Limits};
use std::sync::Arc;

/// The names, in the order they were bound.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    bound: Vec<Variable>,
}

#[derive(Debug)]
struct Variable {
    name: String,
    /// As it was typed.
    typed: String,
    /// With names replaced.
    text: String,
}

/// An input with its names replaced.
#[derive(Debug)]
pub(crate) struct Expanded {
    /// The new text.
    pub(crate) text: String,
    source: Arc<Source>,
    /// Where names stood and what stands there now, in order.
    pieces: Vec<(Span, Span)>,
}

impl Variables {
    /// Binds a name, or binds it anew.
    pub(crate) fn bind(&mut self, name: &str, typed: &str, text: String) {
        self.bound.retain(|one| !one.name.eq_ignore_ascii_case(name));
        self.bound.push(Variable { name: name.to_string(), typed: typed.trim().to_string(), text });
    }

    /// All names with their expressions as typed, a line each.
    pub(crate) fn list(&self) -> String {
        let lines = self.bound.iter().map(|one| format!("${} = {}", one.name, one.typed));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The names, without their `$`.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.bound.iter().map(|one| one.name.as_str())
    }

    /// Replaces the names that are bound; the others are for the checker to complain about. An input that does not parse
    /// gives its diagnostics.
    pub(crate) fn expand(&self, source: &Arc<Source>) -> Result<Expanded, Vec<Diagnostic>> {
        let mut expanded = Expanded { text: source.text().to_string(), source: source.clone(), pieces: Vec::new() };
        if self.bound.is_empty() {
            return Ok(expanded);
        }
        let limits = Limits::default();
        let depth = syntax::nesting(source.text()).min(limits.nesting);
        let found = syntax::with_stack(depth, || {
            let parsed = syntax::parse_expression(source, &limits);
            let mut names = Vec::new();
            if let Some(tree) = &parsed.tree {
                find(tree, &mut names);
            }
            (names, parsed.diagnostics)
        });
        let Ok((mut names, diagnostics)) = found else { return Ok(expanded) };
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(diagnostics);
        }
        names.sort_by_key(|(span, _)| span.start);
        let names: Vec<(Span, &str)> =
            names.iter().filter_map(|(span, name)| Some((*span, self.text(name)?))).collect();
        let length: usize = names.iter().map(|(_, text)| text.len().saturating_add(3)).sum();
        if length.saturating_add(source.text().len()) > read::source().bytes {
            return Err(vec![too_large(source)]);
        }
        expanded.replace(&names);
        Ok(expanded)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.bound.iter().find(|one| one.name.eq_ignore_ascii_case(name)).map(|one| one.text.as_str())
    }
}

impl Expanded {
    fn replace(&mut self, names: &[(Span, &str)]) {
        self.text.clear();
        let mut copied = 0;
        for (span, text) in names {
            self.text.push_str(self.source.text().get(copied..span.start as usize).unwrap_or_default());
            let start = self.text.len();
            // The expression may end in a comment that goes to the end of the line.
            self.text.extend(["(", text, "\n)"]);
            self.pieces.push((*span, Span::new(start, self.text.len())));
            copied = span.end as usize;
        }
        self.text.push_str(self.source.text().get(copied..).unwrap_or_default());
    }

    /// A diagnostic of the new text as one of the text that was typed.
    pub(crate) fn back(&self, diagnostic: &Diagnostic) -> Diagnostic {
        let labels = diagnostic.labels.iter();
        // A change can be made where the text is still as it was typed.
        let fix = diagnostic.fix.as_ref().filter(|fix| !self.pieces.iter().any(|(_, new)| touches(*new, fix.span)));
        Diagnostic {
            source: self.source.clone(),
            span: self.typed(diagnostic.span),
            labels: labels.map(|one| Label { span: self.typed(one.span), text: one.text.clone() }).collect(),
            fix: fix.map(|fix| Fix { span: self.typed(fix.span), replacement: fix.replacement.clone() }),
            ..diagnostic.clone()
        }
    }

    fn typed(&self, span: Span) -> Span {
        let start = self.place(span.start, |old, _| old.start);
        let end = self.place(span.end, |old, new| if span.end == new.start { old.start } else { old.end });
        Span { start, end: end.max(start) }
    }

    /// Where an offset stood; `within` says it for one within a piece.
    fn place(&self, offset: u32, within: impl Fn(Span, Span) -> u32) -> u32 {
        let before = self.pieces.iter().take_while(|(_, new)| new.start <= offset).last();
        match before {
            None => offset,
            Some((old, new)) if offset < new.end => within(*old, *new),
            Some((old, new)) => old.end + (offset - new.end),
        }
    }
}

fn touches(one: Span, other: Span) -> bool {
    one.start < other.end && other.start < one.end
}

/// Finds the variables of a tree, which is as deep as brackets nest and no deeper.
fn find(tree: &ast::Expr, found: &mut Vec<(Span, String)>) {
    match &tree.kind {
        Kind::Variable(name) => found.push((tree.span, name.clone())),
        Kind::Array(items) => items.iter().for_each(|item| find(item, found)),
        Kind::Object(members) => members.iter().for_each(|(_, value)| find(value, found)),
        Kind::Unary(_, operand) => find(operand, found),
        Kind::Chain(chain) => {
            find(&chain.first, found);
            chain.rest.iter().for_each(|(_, operand)| find(operand, found));
        }
        Kind::Conditional(parts) => parts.iter().for_each(|part| find(part, found)),
        Kind::Postfix(base, steps) => {
            find(base, found);
            for step in steps {
                match &step.kind {
                    ast::StepKind::Member(_) => {}
                    ast::StepKind::Call(arguments) => arguments.iter().for_each(|one| find(&one.value, found)),
                    ast::StepKind::Index(index) => find(index, found),
                }
            }
        }
        Kind::Null
        | Kind::Bool(_)
        | Kind::Int(_)
        | Kind::Double(_)
        | Kind::String(_)
        | Kind::Window(_)
        | Kind::Attribute(_)
        | Kind::Event(_)
        | Kind::Name(_)
        | Kind::Error => {}
    }
}

/// The two sides of `name = expression`, the name with or without its `$`.
pub(crate) fn binding(text: &str) -> Result<(&str, &str), String> {
    let usage = "expected a name and an expression: `:let total = @\"totalAmount\" + 1`";
    let (name, value) = text.split_once('=').ok_or(usage)?;
    let name = name.trim().trim_start_matches('$');
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name || value.trim().is_empty() {
        return Err(usage.to_string());
    }
    if name.eq_ignore_ascii_case("baseInput") {
        return Err("`$baseInput` is reserved: choose another name".to_string());
    }
    Ok((name, value))
}
