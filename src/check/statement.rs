//! Rules, clauses and statements (L2.2 to L2.7, L7.11, L7.12).

use super::scope::Binding;
use super::{Checker, File, Program};
use crate::diagnostic::{Code, nearest};
use crate::hir::{self, Decide, Effect};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Argument, StepKind, Verb};
use crate::value::{DecisionKind, Type};
use std::collections::HashMap;
use std::sync::Arc;

/// Where a rule of that name stands already.
pub(super) type RuleNames = HashMap<String, (Arc<str>, Span)>;

const DECISIONS: [DecisionKind; 4] =
    [DecisionKind::Approve, DecisionKind::Reject, DecisionKind::Review, DecisionKind::Challenge];

impl Checker<'_> {
    pub(super) fn file(&mut self, file: &File, names: &mut RuleNames) {
        for rule in &file.tree.rules {
            self.rule(rule, file, names);
        }
    }

    fn rule(&mut self, rule: &ast::Rule, file: &File, names: &mut RuleNames) {
        let File { default_name, damaged, .. } = file;
        self.scope.begin(lets_of(rule));
        let (name, place) = match &rule.name {
            Some(name) => (name.value.as_str(), name.span),
            None => (default_name.as_str(), Span { start: rule.span.start, end: rule.span.start }),
        };
        if let Some((other, first)) = names.get(&name.to_ascii_lowercase()) {
            let diagnostic = self.diagnose(Code::DUPLICATE_RULE, place, format!("a second rule is called `{name}`"));
            let diagnostic = if other == self.source.name() {
                diagnostic.also(*first, "the first one")
            } else {
                diagnostic.help(format!("the first one stands in `{other}`"))
            };
            self.diagnostics.push(diagnostic);
        } else {
            names.insert(name.to_ascii_lowercase(), (self.source.name().clone(), place));
        }
        let condition = rule.condition.as_ref().and_then(|condition| {
            condition.lets.iter().for_each(|l| self.bind(l));
            condition.when.as_ref().and_then(|when| self.when(when))
        });
        let clauses = self.clauses(&rule.clauses);
        rule.rest.iter().for_each(|l| self.bind(l));
        if rule.clauses.is_empty() {
            let diagnostic = self.diagnose(Code::NO_CLAUSE, rule.span, "a rule needs a clause, found none");
            self.diagnostics
                .push(diagnostic.help("add a statement such as `RETURN Approve()` or `OBSERVE Output(k = 1)`"));
        }
        // In a text with syntax errors the reader of a variable may be what is missing.
        for (name, span) in self.scope.unread().into_iter().filter(|_| !damaged) {
            let diagnostic = self.diagnose(Code::UNREAD_VARIABLE, span, format!("nothing reads `${name}`"));
            self.diagnostics.push(diagnostic.help("remove the `LET`, or read the variable"));
        }
        if !rule.inactive {
            let (source, stage) = (self.source_id(), self.out.stages.len().saturating_sub(1) as u32);
            self.out.rules.push(hir::Rule { name: Arc::from(name), stage, source, condition, clauses });
        }
    }

    fn clauses(&mut self, clauses: &[ast::Clause]) -> Vec<hir::Clause> {
        let mut names: HashMap<String, Span> = HashMap::new();
        let mut out = Vec::with_capacity(clauses.len());
        for (number, clause) in clauses.iter().enumerate() {
            let (name, span) = match &clause.name {
                Some(name) => (name.value.clone(), name.span),
                None => (format!("clause{}", number + 1), clause.span),
            };
            if let Some(first) = names.insert(name.to_ascii_lowercase(), span) {
                let message = format!("a second clause of this rule is called `{name}`");
                let diagnostic = self.diagnose(Code::DUPLICATE_CLAUSE, span, message).also(first, "the first one");
                self.diagnostics.push(diagnostic);
            }
            let statements = clause.statements.iter().filter_map(|statement| self.statement(statement)).collect();
            out.push(hir::Clause { name: Arc::from(name), statements });
        }
        out
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
    fn bind(&mut self, l: &ast::Let) {
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
                    self.out.lets.push(hir::Let { name: Arc::from(l.name.value.as_str()), value, source });
                    Binding::Let(id)
                }
                None => Binding::Broken,
            },
        };
        self.scope.bind(&l.name, binding);
    }

    fn effects(&mut self, fire: &ast::Fire) -> Option<Vec<Effect>> {
        match (self.program, fire.verb.value) {
            (Program::DecisionRule, Verb::Return) => self.return_items(fire),
            (Program::DecisionRule, Verb::Observe) => self.observations(&fire.items, "OBSERVE"),
            (Program::DecisionRule, Verb::Do) => self.actions(fire),
            (Program::DecisionRule, Verb::RouteTo) => {
                let help = "routing stands in the files of `routing/` beside the rules";
                self.not_here(fire.verb, "a routing rule", help)
            }
            (Program::DecisionRule, Verb::Select) => {
                let help = "velocities stand in the files of `velocities/` in an environment's folder";
                self.not_here(fire.verb, "a velocity set", help)
            }
            (Program::Expression, _) => None,
        }
    }

    fn not_here<T>(&mut self, verb: Spanned<Verb>, place: &str, help: &str) -> Option<T> {
        let message = format!("`{}` belongs in {place}, not in a decision rule", verb.value.keyword());
        self.report(self.diagnose(Code::STATEMENT_NOT_ALLOWED, verb.span, message).help(help))
    }

    /// `RETURN Decision(...) [, Observation(...)]...`
    fn return_items(&mut self, fire: &ast::Fire) -> Option<Vec<Effect>> {
        let (first, rest) = fire.items.split_first()?;
        let decide = self.decide(first);
        let observations = self.observations(rest, "RETURN");
        let mut effects = vec![Effect::Decide(decide?)];
        effects.extend(observations?);
        Some(effects)
    }

    /// `Approve(...)` and its like (L7.11).
    fn decide(&mut self, item: &ast::Expr) -> Option<Decide> {
        if matches!(item.kind, ast::Kind::Error) {
            return None;
        }
        let (name, arguments) = called(item)
            .and_then(|(name, arguments)| {
                Some((DECISIONS.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))?, arguments))
            })
            .or_else(|| {
                let message = "expected a decision after `RETURN`, found another expression";
                let mut diagnostic = self.diagnose(Code::NOT_A_DECISION, item.span, message);
                let near = called(item).and_then(|(name, _)| nearest(name, DECISIONS.map(DecisionKind::name)));
                diagnostic = diagnostic.help(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "it is `Approve(...)`, `Reject(...)`, `Review(...)` or `Challenge(...)`".to_string(),
                });
                self.report(diagnostic)
            })?;
        self.decision_arguments(name, arguments, item.span)
    }

    fn decision_arguments(&mut self, kind: DecisionKind, arguments: &[Argument], span: Span) -> Option<Decide> {
        // Positions of challengeType, reason, supportMessage.
        let challenge = kind == DecisionKind::Challenge;
        let positions: &[u8] = if challenge { &[0, 1, 2] } else { &[1, 2] };
        let mut parts: [Option<hir::Expr>; 3] = [None, None, None];
        let mut filled: [Option<Span>; 3] = [None; 3];
        let mut order = Vec::new();
        let mut good = true;
        let mut position = positions.iter();
        for argument in arguments {
            let place = argument.name.as_ref().map_or(argument.value.span, |name| name.span);
            let index = match &argument.name {
                None => position.next().copied().ok_or_else(|| {
                    let most = positions.len();
                    let message =
                        format!("`{}` takes at most {most} arguments, found {}", kind.name(), arguments.len());
                    self.diagnose(Code::WRONG_ARITY, span, message).help(decision_form(kind))
                }),
                Some(name) => match name.value.to_ascii_lowercase().as_str() {
                    "challengetype" | "type" if challenge => Ok(0),
                    "reason" => Ok(1),
                    "supportmessage" => Ok(2),
                    _ => {
                        let message = format!("`{}` has no argument `{}`", kind.name(), name.value);
                        let mut names = vec!["reason", "supportMessage"];
                        if challenge {
                            names.push("challengeType");
                        }
                        let diagnostic = self.diagnose(Code::UNKNOWN_ARGUMENT, name.span, message);
                        Err(match nearest(&name.value, names) {
                            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(name.span, near),
                            None => diagnostic.help(decision_form(kind)),
                        })
                    }
                },
            };
            let value = self.typed(&argument.value, Type::String);
            match index {
                Err(diagnostic) => {
                    self.diagnostics.push(diagnostic);
                    return None;
                }
                Ok(index) => {
                    let slot = (filled.get_mut(usize::from(index)), parts.get_mut(usize::from(index)));
                    let (Some(filled), Some(part)) = slot else { return None };
                    if let Some(first) = filled.replace(place) {
                        let diagnostic = self.diagnose(Code::REPEATED_ARGUMENT, place, "this argument is given twice");
                        self.diagnostics.push(diagnostic.also(first, "given here first"));
                        good = false;
                    }
                    good &= value.is_some();
                    *part = value;
                    order.push(index);
                }
            }
        }
        if challenge && filled.first().is_some_and(Option::is_none) {
            let message = "`Challenge` needs a challenge type";
            return self.report(self.diagnose(Code::WRONG_ARITY, span, message).help(decision_form(kind)));
        }
        let [challenge_type, reason, support_message] = parts;
        good.then_some(Decide { kind, challenge_type, reason, support_message, order })
    }

    /// `Output(k = v)` and `Trace(k = v)` (L7.12).
    fn observations(&mut self, items: &[ast::Expr], verb: &str) -> Option<Vec<Effect>> {
        let mut effects = Some(Vec::new());
        for item in items {
            let effect = match called(item) {
                Some((name, arguments)) if is(name, "Output") || is(name, "Other") => {
                    self.pairs("Output", arguments).map(Effect::Output)
                }
                Some((name, arguments)) if is(name, "Trace") => self.pairs("Trace", arguments).map(Effect::Trace),
                None if matches!(item.kind, ast::Kind::Error) => None,
                other => {
                    let message = if verb == "RETURN" {
                        "expected `Output(...)` or `Trace(...)` after the decision, found another expression"
                            .to_string()
                    } else {
                        format!("expected `Output(...)` or `Trace(...)` after `{verb}`, found another expression")
                    };
                    let diagnostic = self.diagnose(Code::NOT_A_DECISION, item.span, message);
                    let near = other.and_then(|(name, _)| nearest(name, ["Output", "Trace"]));
                    let set = other.is_some_and(|(name, _)| is(name, "SetVariables") || is(name, "SetResponse"));
                    self.report(match near {
                        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                        None if set => diagnostic.help("actions stand after `DO`, in a statement of their own"),
                        None => diagnostic.help("write `OBSERVE Output(key = value)`"),
                    })
                }
            };
            match (effect, &mut effects) {
                (Some(effect), Some(effects)) => effects.push(effect),
                _ => effects = None,
            }
        }
        effects
    }

    /// `DO SetVariables(k = v)`; the other actions have their own rules (L2.6).
    fn actions(&mut self, fire: &ast::Fire) -> Option<Vec<Effect>> {
        let mut effects = Some(Vec::new());
        for item in &fire.items {
            let effect = match called(item) {
                Some((name, arguments)) if is(name, "SetVariables") => {
                    self.pairs("SetVariables", arguments).map(|pairs| {
                        let pairs = pairs.into_iter().map(|(name, value)| (self.variable_id(&name), value)).collect();
                        Effect::SetVariables(pairs)
                    })
                }
                None if matches!(item.kind, ast::Kind::Error) => None,
                other => {
                    let name = other.map_or("", |(name, _)| name);
                    let action = is(name, "SetResponse") || is_namespaced_action(item);
                    let (code, message) = if action {
                        (
                            Code::NOT_ALLOWED_HERE,
                            "this action is not for decision rules: only `SetVariables` is".to_string(),
                        )
                    } else {
                        (Code::NOT_A_DECISION, "expected an action after `DO`, found another expression".to_string())
                    };
                    let diagnostic = self.diagnose(code, item.span, message);
                    self.report(if action {
                        diagnostic
                            .help("put it into a post-decision action rule, a file of `actions/` beside the rules")
                    } else {
                        match nearest(name, ["SetVariables"]) {
                            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                            None => diagnostic.help("write `DO SetVariables(key = value)`"),
                        }
                    })
                }
            };
            match (effect, &mut effects) {
                (Some(effect), Some(effects)) => effects.push(effect),
                _ => effects = None,
            }
        }
        effects
    }
}

fn is(name: &str, word: &str) -> bool {
    name.eq_ignore_ascii_case(word)
}

/// `Name(arguments)` and nothing more.
fn called(item: &ast::Expr) -> Option<(&str, &[Argument])> {
    let ast::Kind::Postfix(base, steps) = &item.kind else { return None };
    match (&base.kind, steps.as_slice()) {
        (ast::Kind::Name(name), [ast::Step { kind: StepKind::Call(arguments), .. }]) => Some((name, arguments)),
        _ => None,
    }
}

/// `External.name(...)`, `Assessments.name.Evaluate(...)`, `Assessment.SendLabel(...)`.
fn is_namespaced_action(item: &ast::Expr) -> bool {
    let ast::Kind::Postfix(base, _) = &item.kind else { return false };
    matches!(&base.kind, ast::Kind::Name(name) if ["External", "Assessments", "Assessment"].iter().any(|word| is(name, word)))
}

fn decision_form(kind: DecisionKind) -> String {
    match kind {
        DecisionKind::Challenge => {
            "write `Challenge(challengeType, reason, supportMessage)`; the last two may be left out".to_string()
        }
        kind => format!("write `{}(reason, supportMessage)`; both may be left out", kind.name()),
    }
}

/// All `LET`s of a rule, in the order of the text.
fn lets_of(rule: &ast::Rule) -> impl Iterator<Item = &ast::Let> {
    let condition = rule.condition.iter().flat_map(|condition| &condition.lets);
    let clauses = rule.clauses.iter().flat_map(|clause| &clause.statements).filter_map(|statement| match statement {
        ast::Statement::Let(l) => Some(l),
        ast::Statement::Fire(_) => None,
    });
    condition.chain(clauses).chain(&rule.rest)
}
