//! The variables of one rule (L2.5).

use crate::source::Span;
use crate::syntax::ast;
use std::collections::HashMap;
use std::sync::Arc;

/// What a `$name` stands for.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    /// A bare attribute: every use is that attribute, with the type asked for there (L3.3 g).
    Open(Arc<ast::Path>),
    /// A value, evaluated at most once; an index into `hir::Assessment::lets`.
    Let(u32),
    /// Its expression has an error that was reported.
    Broken,
}

#[derive(Debug)]
struct Variable {
    name: String,
    span: Span,
    binding: Binding,
    read: bool,
}

/// The variables bound so far, and where the others will be.
#[derive(Debug, Default)]
pub(super) struct Scope {
    bound: HashMap<String, Variable, foldhash::fast::RandomState>,
    later: HashMap<String, Span, foldhash::fast::RandomState>,
}

impl Scope {
    /// A rule begins; these are all its `LET`s, bound or to come.
    pub(super) fn begin<'t>(&mut self, lets: impl Iterator<Item = &'t ast::Let>) {
        self.bound.clear();
        self.later = lets.map(|l| (l.name.value.to_ascii_lowercase(), l.name.span)).collect();
    }

    /// Where that name was bound already.
    pub(super) fn bound_at(&self, name: &str) -> Option<Span> {
        self.bound.get(&name.to_ascii_lowercase()).map(|variable| variable.span)
    }

    /// Where that name is bound further down.
    pub(super) fn bound_later(&self, name: &str) -> Option<Span> {
        self.later.get(&name.to_ascii_lowercase()).copied()
    }

    pub(super) fn bind(&mut self, name: &ast::Name, binding: Binding) {
        let variable = Variable { name: name.value.clone(), span: name.span, binding, read: false };
        self.bound.insert(name.value.to_ascii_lowercase(), variable);
    }

    /// What a name stands for, without counting as a read.
    pub(super) fn peek(&self, name: &str) -> Option<&Binding> {
        self.bound.get(&name.to_ascii_lowercase()).map(|variable| &variable.binding)
    }

    /// What a name stands for; from now on it is read.
    pub(super) fn read(&mut self, name: &str) -> Option<Binding> {
        let variable = self.bound.get_mut(&name.to_ascii_lowercase())?;
        variable.read = true;
        Some(variable.binding.clone())
    }

    /// The names bound so far.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.bound.values().map(|variable| variable.name.as_str())
    }

    /// The variables that nothing reads, in the order of the text.
    pub(super) fn unread(&self) -> Vec<(String, Span)> {
        let mut unread: Vec<_> = self.bound.values().filter(|v| !v.read).map(|v| (v.name.clone(), v.span)).collect();
        unread.sort_by_key(|(_, span)| span.start);
        unread
    }
}
