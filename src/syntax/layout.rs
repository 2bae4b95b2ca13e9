//! Where each part of a rule text belongs (L2.4).
//!
//! In: headers and statements in the order written. Out: rules with their condition and clauses. The grammar only
//! knows what a statement looks like; here are the two forms, plain and headed, and what may stand only once.

mod function;

use super::ast::{Clause, Condition, Expr, File, Fire, Function, Let, Name, Rule, Statement, Verb};
use super::build::Element;
use super::faults::Faults;
use super::literal;
use crate::diagnostic::Code;
use crate::source::Span;

/// Puts the elements of one source in their places.
pub(crate) fn layout(elements: impl IntoIterator<Item = Element>, faults: &mut Faults<'_>) -> File {
    let mut layout = Layout { faults, file: File::default(), draft: Draft::default(), function: None };
    for element in elements {
        layout.element(element);
    }
    layout.end_rule();
    layout.end_function();
    layout.file
}

struct Layout<'f, 's> {
    faults: &'f mut Faults<'s>,
    file: File,
    draft: Draft,
    /// The function that is being read; then there is no draft.
    function: Option<Function>,
}

/// A rule that is being read.
#[derive(Default)]
struct Draft {
    rule: Rule,
    span: Option<Span>,
    description: Option<Span>,
    status: Option<Span>,
    form: Form,
    /// Where `CONDITION` stands.
    condition: Option<Span>,
    /// Where the condition's `WHEN` stands.
    condition_when: Option<Span>,
    /// A `CONDITION` stood where none can; its `WHEN` is not reported as well.
    stray_condition: bool,
    /// A plain rule's `LET`s since its last clause, or those of a headed condition.
    lets: Vec<Let>,
    /// The clause that is being read: of the headed form, or the last one of the plain form, which may still get its
    /// `WHEN`.
    clause: Option<Open>,
}

/// What the rule's text has looked like so far.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Form {
    #[default]
    Unknown,
    Plain,
    /// Within `CONDITION`.
    Condition,
    /// Within a `CLAUSE`.
    Clause,
}

struct Open {
    clause: Clause,
    /// The place of the last statement's `WHEN` and `GROUPBY`.
    when: Option<Span>,
    group_by: Option<Span>,
    /// Part of the clause could not be read, so nothing is reported as missing.
    gap: Option<Span>,
    /// Nothing stands behind the last statement, so a `WHEN` belongs to it.
    fresh: bool,
}

impl Layout<'_, '_> {
    fn element(&mut self, element: Element) {
        let of_function = self.function.is_some() || matches!(element, Element::Function(_) | Element::Output(_));
        let element = if of_function { self.function_element(element) } else { Some(element) };
        let Some(element) = element else { return };
        match element {
            Element::Rule(name, span) => self.rule(name, span),
            Element::Description(text, span) => {
                if self.heading("DESCRIPTION", span, self.draft.description) {
                    self.draft.description = Some(span);
                    self.draft.rule.description = Some(text);
                }
            }
            Element::Status(word, span) => self.status(&word, span),
            Element::Condition(span) => self.condition(span),
            Element::Clause(name, span) => self.clause(name, span),
            Element::Let(binding) => self.binding(binding),
            Element::Fire(fire) => self.fire(fire),
            Element::When(word, test) => self.when(word, test),
            Element::GroupBy(word, key) => self.group_by(word, key),
            // INVARIANT: `function_element` takes these.
            Element::Function(_) | Element::Output(_) => {}
            Element::Gap(span) => {
                if let Some(open) = &mut self.draft.clause {
                    open.gap = Some(span);
                }
            }
        }
    }

    fn widen(&mut self, span: Span) {
        self.draft.span = Some(self.draft.span.map_or(span, |whole| whole.to(span)));
    }

    pub(super) fn misplaced(&mut self, span: Span, message: String, other: Option<(Span, &str)>, help: &str) {
        self.faults.report(Code::MISPLACED_HEADER, span, message, |d| {
            let d = if help.is_empty() { d } else { d.help(help) };
            match other {
                Some((place, label)) => d.also(place, label),
                None => d,
            }
        });
    }

    // ---- headers

    fn rule(&mut self, name: Option<Name>, span: Span) {
        if self.draft.span.is_some() {
            if self.draft.rule.name.is_none() && self.file.rules.is_empty() {
                let first = self.draft.span.map(|whole| Span { end: whole.start, ..whole });
                self.misplaced(
                    span,
                    "expected `RULE` before everything else of its rule".to_owned(),
                    first.map(|place| (place, "the file begins here")),
                    "a file of several rules begins each of them with `RULE`",
                );
            }
            self.end_rule();
        }
        self.widen(span);
        self.draft.rule.name = name;
    }

    /// Whether a header may stand here, before the statements and once.
    fn heading(&mut self, keyword: &str, span: Span, earlier: Option<Span>) -> bool {
        self.widen(span);
        if let Some(earlier) = earlier {
            let message = format!("expected one `{keyword}` for a rule, found a second");
            self.misplaced(span, message, Some((earlier, "the first one")), "");
            return false;
        }
        if self.draft.form != Form::Unknown {
            let message = format!("expected `{keyword}` before the statements of its rule");
            self.misplaced(span, message, None, "`RULE`, `DESCRIPTION` and `STATUS` stand in front, in this order");
            return false;
        }
        true
    }

    fn status(&mut self, word: &Name, span: Span) {
        if !self.heading("STATUS", span, self.draft.status) {
            return;
        }
        self.draft.status = Some(span);
        self.draft.rule.inactive = word.value.eq_ignore_ascii_case("inactive");
        if !self.draft.rule.inactive && !word.value.eq_ignore_ascii_case("active") {
            let message = format!("expected `active` or `inactive`, found `{}`", word.value);
            self.misplaced(word.span, message, None, "");
        }
    }

    fn condition(&mut self, span: Span) {
        self.widen(span);
        let draft = &self.draft;
        let (message, other) = match draft.form {
            _ if draft.condition.is_some() => {
                ("expected one `CONDITION` for a rule, found a second", draft.condition.map(|s| (s, "the first one")))
            }
            Form::Clause => ("expected `CONDITION` before the clauses", None),
            Form::Plain => ("expected `CONDITION` before the statements", None),
            Form::Unknown | Form::Condition => {
                self.draft.condition = Some(span);
                self.draft.form = Form::Condition;
                return;
            }
        };
        self.draft.stray_condition = true;
        self.misplaced(span, message.to_owned(), other, "a headed rule is `CONDITION`, then each `CLAUSE \"name\"`");
    }

    fn clause(&mut self, name: Option<Name>, span: Span) {
        self.widen(span);
        self.draft.stray_condition = false;
        if self.draft.form == Form::Plain {
            let place = self.draft.span.map(|whole| Span { end: whole.start, ..whole });
            let first = if self.draft.rule.clauses.is_empty() && self.draft.clause.is_none() {
                "the statements in front of the clauses belong behind `CONDITION`"
            } else {
                "every statement of a rule with `CLAUSE` belongs behind `CONDITION` or a `CLAUSE`"
            };
            let message = "expected plain statements or clauses, found both".to_owned();
            self.misplaced(span, message, place.map(|place| (place, "plain statements")), first);
        }
        self.end_clause();
        self.end_condition();
        self.draft.form = Form::Clause;
        let clause = Clause { name, statements: Vec::new(), span };
        self.draft.clause = Some(Open { clause, when: None, group_by: None, gap: None, fresh: false });
    }

    // ---- statements

    fn binding(&mut self, binding: Let) {
        self.widen(binding.span);
        match self.draft.form {
            Form::Unknown => self.draft.form = Form::Plain,
            Form::Clause => {
                self.end_statement();
                if let Some(open) = &mut self.draft.clause {
                    open.clause.span = open.clause.span.to(binding.span);
                    open.clause.statements.push(Statement::Let(binding));
                    open.fresh = false;
                    return;
                }
            }
            Form::Plain | Form::Condition => {}
        }
        if self.draft.form == Form::Plain {
            self.end_clause();
        }
        self.draft.lets.push(binding);
    }

    fn fire(&mut self, fire: Fire) {
        self.widen(fire.span);
        match self.draft.form {
            Form::Unknown | Form::Plain => {
                self.draft.form = Form::Plain;
                self.end_clause();
                let lets = std::mem::take(&mut self.draft.lets);
                let span = lets.first().map_or(fire.span, |first| first.span.to(fire.span));
                let mut statements: Vec<Statement> = Vec::with_capacity(lets.len() + 1);
                statements.extend(lets.into_iter().map(Statement::Let));
                statements.push(Statement::Fire(fire));
                let clause = Clause { name: None, statements, span };
                self.draft.clause = Some(Open { clause, when: None, group_by: None, gap: None, fresh: true });
            }
            Form::Condition => {
                let keyword = fire.verb.value.keyword();
                let condition = self.draft.condition;
                let message = format!("expected `LET` or `WHEN` in a condition, found `{keyword}`");
                self.faults.report(Code::STATEMENT_NOT_ALLOWED, fire.verb.span, message, |d| {
                    let d = d.help("begin a clause before it: `CLAUSE \"name\"`");
                    match condition {
                        Some(place) => d.also(place, "the condition"),
                        None => d,
                    }
                });
                // Its own `WHEN` is read as that of a clause.
                self.end_condition();
                self.draft.form = Form::Clause;
                let clause = Clause { name: None, span: fire.span, statements: vec![Statement::Fire(fire)] };
                self.draft.clause = Some(Open { clause, when: None, group_by: None, gap: None, fresh: true });
            }
            Form::Clause => self.fire_in_clause(fire),
        }
    }

    /// A headed clause holds at most one `RETURN`, one `OBSERVE`, one `ROUTETO`.
    fn fire_in_clause(&mut self, fire: Fire) {
        self.end_statement();
        let Some(open) = &mut self.draft.clause else { return };
        let verb = fire.verb.value;
        let earlier = open.clause.statements.iter().find_map(|statement| match statement {
            Statement::Fire(other) if other.verb.value == verb => Some(other.verb.span),
            _ => None,
        });
        if let (Some(earlier), Verb::Return | Verb::Observe | Verb::RouteTo) = (earlier, verb) {
            let keyword = verb.keyword();
            let message = format!("expected one `{keyword}` in a clause, found a second");
            self.faults.report(Code::TOO_MANY_STATEMENTS, fire.verb.span, message, |d| {
                d.also(earlier, "the first one").help("begin another clause before it: `CLAUSE \"name\"`")
            });
        }
        open.clause.span = open.clause.span.to(fire.span);
        // Most clauses have one: a tree is large enough without room for four.
        if open.clause.statements.is_empty() {
            open.clause.statements.reserve_exact(1);
        }
        open.clause.statements.push(Statement::Fire(fire));
        open.fresh = true;
        open.when = None;
        open.group_by = None;
    }

    fn when(&mut self, word: Span, test: Expr) {
        let span = word.to(test.span);
        self.widen(span);
        if std::mem::take(&mut self.draft.stray_condition) {
            return;
        }
        if let Some(open) = self.draft.clause.as_mut().filter(|open| open.fresh) {
            if let Some(earlier) = open.when {
                return self.second("WHEN", word, earlier, "join both tests with `&&`");
            }
            open.when = Some(word);
            open.clause.span = open.clause.span.to(span);
            if let Some(Statement::Fire(fire)) = open.clause.statements.last_mut() {
                fire.span = fire.span.to(span);
                fire.when = Some(test);
            }
            return;
        }
        let clauses = self.draft.clause.is_some() || !self.draft.rule.clauses.is_empty();
        if self.draft.form == Form::Clause || clauses {
            let message = "expected a statement, found `WHEN`";
            let help = "a `WHEN` stands directly behind its `RETURN`, `OBSERVE`, `DO`, `ROUTETO` or `SELECT`; that of the whole rule stands before the first of them";
            self.faults.report(Code::UNEXPECTED_TOKEN, word, message, |d| d.help(help));
            return;
        }
        if self.draft.form == Form::Unknown {
            self.draft.form = Form::Plain;
        }
        if let Some(earlier) = self.draft.condition_when {
            let message = "expected one `WHEN` for the condition, found a second";
            self.faults.report(Code::SECOND_CONDITION, word, message, |d| {
                d.also(earlier, "the first one").help("join both tests with `&&`")
            });
            return;
        }
        self.draft.condition_when = Some(word);
        let lets = std::mem::take(&mut self.draft.lets);
        self.draft.rule.condition = Some(Condition { lets, when: Some(test) });
    }

    fn group_by(&mut self, word: Span, key: Expr) {
        let span = word.to(key.span);
        self.widen(span);
        let open = self.draft.clause.as_mut().filter(|open| open.fresh);
        if let Some(open) = open {
            let last = open.clause.statements.last_mut();
            if let Some(Statement::Fire(fire)) = last.filter(|last| is_select(last)) {
                if let Some(earlier) = open.group_by {
                    return self.second("GROUPBY", word, earlier, "");
                }
                open.group_by = Some(word);
                open.clause.span = open.clause.span.to(span);
                fire.span = fire.span.to(span);
                fire.group_by = Some(key);
                return;
            }
        }
        let message = "expected a statement, found `GROUPBY`";
        self.faults.report(Code::UNEXPECTED_TOKEN, word, message, |d| d.help("`GROUPBY` belongs to a `SELECT`"));
    }

    fn second(&mut self, keyword: &str, word: Span, earlier: Span, help: &str) {
        let message = format!("expected one `{keyword}` for a statement, found a second");
        self.faults.report(Code::UNEXPECTED_TOKEN, word, message, |d| {
            let d = d.also(earlier, "the first one");
            if help.is_empty() { d } else { d.help(help) }
        });
    }

    // ---- ends

    /// The last statement is complete.
    fn end_statement(&mut self) {
        let Some(open) = &self.draft.clause else { return };
        let Some(Statement::Fire(fire)) = open.clause.statements.last() else { return };
        let complete = open.group_by.is_some() || open.gap.is_some() || fire.select.is_none();
        if fire.verb.value == Verb::Select && !complete {
            let (span, name) = (fire.verb.span, fire.select.as_ref().map(|s| s.name.value.clone()).unwrap_or_default());
            self.faults.report(
                Code::UNEXPECTED_TOKEN,
                span,
                format!("expected `GROUPBY` in the velocity `{name}`"),
                |d| d.label("this `SELECT` has none").help("say whose events are counted: `GROUPBY @\"user.userId\"`"),
            );
        }
    }

    fn end_clause(&mut self) {
        self.end_statement();
        let Some(open) = self.draft.clause.take() else { return };
        let clause = open.clause;
        if let (true, Some(name)) = (clause.statements.is_empty() && open.gap.is_none(), &clause.name) {
            let message = format!("expected a statement in the clause `{}`", literal::cut(&name.value));
            self.faults.report(Code::UNEXPECTED_TOKEN, clause.span, message, |d| d.label("this clause is empty"));
        }
        let returns = clause.statements.iter().position(
            |statement| matches!(statement, Statement::Fire(fire) if fire.verb.value == Verb::Return && fire.when.is_none()),
        );
        let behind = returns.and_then(|at| Some((clause.statements.get(at)?, clause.statements.get(at + 1)?)));
        if let Some((Statement::Fire(fire), next)) = behind {
            let (verb, place) = (fire.verb.span, begin(next));
            self.faults.report(Code::AFTER_RETURN, place, "nothing runs behind a `RETURN` without `WHEN`", |d| {
                d.label("never runs").also(verb, "always returns").help("put it before the `RETURN`")
            });
        }
        self.draft.rule.clauses.push(clause);
    }

    /// The `LET`s of a headed condition are complete.
    fn end_condition(&mut self) {
        let lets = std::mem::take(&mut self.draft.lets);
        if self.draft.condition.is_none() && lets.is_empty() {
            return;
        }
        let condition = self.draft.rule.condition.get_or_insert(Condition { lets: Vec::new(), when: None });
        condition.lets.extend(lets);
    }

    fn end_rule(&mut self) {
        self.end_clause();
        if self.draft.condition.is_some() {
            self.end_condition();
        }
        let mut draft = std::mem::take(&mut self.draft);
        let Some(span) = draft.span else { return };
        draft.rule.span = span;
        draft.rule.rest = draft.lets;
        self.file.rules.push(draft.rule);
    }
}

fn is_select(statement: &Statement) -> bool {
    matches!(statement, Statement::Fire(fire) if fire.verb.value == Verb::Select)
}

/// The word that a statement begins with.
fn begin(statement: &Statement) -> Span {
    match statement {
        Statement::Let(binding) => {
            Span { start: binding.span.start, end: binding.span.end.min(binding.span.start + 3) }
        }
        Statement::Fire(fire) => fire.verb.span,
    }
}
