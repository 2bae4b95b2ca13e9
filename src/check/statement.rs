//! Rules, clauses and statements (L2.2 to L2.7).

use super::scope::Binding;
use super::{Checker, File, Map, Program};
use crate::diagnostic::Code;
use crate::hir;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::Type;
use std::borrow::Borrow;
use std::sync::Arc;

/// Where a rule of that name stands already.
pub(super) type RuleNames = Map<String, (Arc<str>, Span)>;

impl Checker<'_> {
    /// Turns to a file.
    pub(super) fn file(&mut self, file: &File) {
        self.enter(&file.source);
        for function in &file.tree.functions {
            let message = format!("`FUNCTION` belongs in a file of functions, not among {}", self.program.several());
            let diagnostic = self.diagnose(Code::STATEMENT_NOT_ALLOWED, function.span, message);
            self.diagnostics
                .push(diagnostic.help("functions are the files of `functions/` in an environment's folder"));
        }
    }

    /// A rule and its clauses, whose variables are known.
    pub(super) fn rule<C: Borrow<ast::Clause>>(
        &mut self,
        rule: &ast::Rule,
        clauses: impl IntoIterator<Item = C, IntoIter: ExactSizeIterator>,
        file: &File,
        names: &mut RuleNames,
    ) {
        let File { default_name, damaged, .. } = file;
        let (name, place) = match &rule.name {
            Some(name) => (name.value.as_str(), name.span),
            None => (default_name.as_str(), Span { start: rule.span.start, end: rule.span.start }),
        };
        let key = name.to_ascii_lowercase();
        if let Some((other, first)) = names.get(&key) {
            let diagnostic = self.diagnose(Code::DUPLICATE_RULE, place, format!("a second rule is called `{name}`"));
            let diagnostic = if other == self.source.name() {
                diagnostic.also(*first, "the first one")
            } else {
                diagnostic.help(format!("the first one stands in `{other}`"))
            };
            self.diagnostics.push(diagnostic);
        } else {
            names.insert(key, (self.source.name().clone(), place));
        }
        let condition = rule.condition.as_ref().and_then(|condition| {
            condition.lets.iter().for_each(|l| self.bind(l));
            condition.when.as_ref().and_then(|when| self.when(when))
        });
        let clauses = clauses.into_iter();
        let has_none = clauses.len() == 0;
        let clauses = self.clauses(clauses);
        rule.rest.iter().for_each(|l| self.bind(l));
        if has_none {
            let diagnostic = self.diagnose(Code::NO_CLAUSE, rule.span, "a rule needs a clause, found none");
            self.diagnostics.push(diagnostic.help(match self.program {
                Program::Action => "add a statement such as `DO SetResponse(k = 1)`",
                Program::Routing => "add a statement such as `ROUTETO Queue(\"name\")`",
                _ => "add a statement such as `RETURN Approve()` or `OBSERVE Output(k = 1)`",
            }));
        }
        // In a text with syntax errors the reader of a variable may be what is missing.
        for (name, span) in self.scope.unread().into_iter().filter(|_| !damaged) {
            let diagnostic = self.diagnose(Code::UNREAD_VARIABLE, span, format!("nothing reads `${name}`"));
            self.diagnostics.push(diagnostic.help("remove the `LET`, or read the variable"));
        }
        if !rule.inactive {
            let rule = hir::Rule {
                name: Arc::from(name),
                stage: self.stage,
                source: self.source_id(),
                condition,
                clauses,
                span: rule.span,
            };
            match self.program {
                Program::Action => self.out.actions.push(rule),
                Program::Routing => self.out.routing.push(rule),
                Program::Expression | Program::Function | Program::DecisionRule => self.out.rules.push(rule),
            }
        }
    }

    fn clauses<C: Borrow<ast::Clause>>(&mut self, clauses: impl ExactSizeIterator<Item = C>) -> Vec<hir::Clause> {
        let mut names: Map<String, Span> = Map::default();
        let mut out = Vec::with_capacity(clauses.len());
        for (number, clause) in clauses.enumerate() {
            let clause: &ast::Clause = clause.borrow();
            // What is numbered differs from each other.
            let name = match &clause.name {
                Some(name) => {
                    self.unique_clause(name, &mut names);
                    Arc::from(name.value.as_str())
                }
                None => self.clause_name(number),
            };
            let mut statements = Vec::with_capacity(clause.statements.len());
            statements.extend(clause.statements.iter().filter_map(|statement| self.statement(statement)));
            out.push(hir::Clause { name, statements, span: clause.span });
        }
        out
    }

    /// What a clause without a name is called.
    fn clause_name(&mut self, number: usize) -> Arc<str> {
        while self.clause_names.len() <= number {
            let name = format!("clause{}", self.clause_names.len() + 1);
            self.clause_names.push(Arc::from(name));
        }
        self.clause_names.get(number).cloned().unwrap_or_else(|| Arc::from(""))
    }

    fn unique_clause(&mut self, name: &ast::Name, names: &mut Map<String, Span>) {
        if let Some(first) = names.insert(name.value.to_ascii_lowercase(), name.span) {
            let message = format!("a second clause of this rule is called `{}`", name.value);
            let diagnostic = self.diagnose(Code::DUPLICATE_CLAUSE, name.span, message).also(first, "the first one");
            self.diagnostics.push(diagnostic);
        }
    }

    fn statement(&mut self, statement: &ast::Statement) -> Option<hir::Statement> {
        let fire = match statement {
            ast::Statement::Let(l) => {
                self.bind(l);
                return None;
            }
            ast::Statement::Fire(fire) => fire,
        };
        // Both parts are checked, so that each of their errors is reported.
        let effects = self.effects(fire);
        let when = fire.when.as_ref().map(|when| self.when(when));
        let when = match when {
            Some(None) => return None,
            Some(Some(when)) => Some(when),
            None => None,
        };
        Some(hir::Statement { when, effects: effects?, span: fire.span })
    }

    /// The test of a `WHEN`.
    fn when(&mut self, when: &ast::Expr) -> Option<hir::Expr> {
        let when = self.typed(when, Type::Bool)?;
        self.lint_when(&when);
        Some(when)
    }

    /// `LET $name = value` (L2.5).
    pub(super) fn bind(&mut self, l: &ast::Let) {
        if let Some(first) = self.scope.bound_at(&l.name.value) {
            let message = format!("`${}` is bound a second time", l.name.value);
            let diagnostic =
                self.diagnose(Code::DUPLICATE_VARIABLE, l.name.span, message).also(first, "bound here first");
            self.diagnostics.push(diagnostic.help("choose another name"));
            self.expr(&l.value, None);
            return;
        }
        if l.name.value.eq_ignore_ascii_case("baseInput") {
            let diagnostic = self.diagnose(Code::RESERVED_NAME, l.name.span, "`$baseInput` is reserved");
            self.diagnostics
                .push(diagnostic.help("it is an argument of `Assessments.name.Evaluate`; choose another name"));
            self.expr(&l.value, None);
            self.scope.bind(&l.name, Binding::Broken);
            self.scope.read(&l.name.value);
            return;
        }
        let open = match &l.value.kind {
            ast::Kind::Attribute(path) => Some(path.clone()),
            ast::Kind::Variable(name) => match self.scope.peek(name) {
                Some(Binding::Open(path)) => Some(path.clone()),
                _ => None,
            },
            _ => None,
        };
        let binding = match open {
            Some(path) => {
                match &l.value.kind {
                    ast::Kind::Variable(name) => {
                        self.scope.read(name);
                    }
                    _ => self.note_path(&path, l.value.span),
                }
                Binding::Open(path)
            }
            None => match self.expr(&l.value, None) {
                Some(value) => {
                    let id = self.out.lets.len() as u32;
                    let source = self.source_id();
                    self.out.lets.push(hir::Let {
                        name: Arc::from(l.name.value.as_str()),
                        value,
                        source,
                        default: None,
                        output: None,
                    });
                    Binding::Let(id)
                }
                None => Binding::Broken,
            },
        };
        self.scope.bind(&l.name, binding);
    }
}

/// All `LET`s of a rule, in the order of the text.
pub(super) fn lets_of(rule: &ast::Rule) -> impl Iterator<Item = &ast::Let> {
    let condition = rule.condition.iter().flat_map(|condition| &condition.lets);
    let clauses = rule.clauses.iter().flat_map(|clause| &clause.statements).filter_map(|statement| match statement {
        ast::Statement::Let(l) => Some(l),
        ast::Statement::Fire(_) => None,
    });
    condition.chain(clauses).chain(&rule.rest)
}
