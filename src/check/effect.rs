//! What a statement does when it fires, and in which kind of rule it may (L2.1, L2.6, L7.11, L7.12).
//!
//! [`super::decide`] knows decisions and observations; here are the verbs, the actions and the queue.

use super::{Checker, Program};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::hir::{self, Effect, Kind};
use crate::source::Spanned;
use crate::syntax::ast::{self, Argument, StepKind, Verb};
use crate::value::Type;

impl Checker<'_> {
    pub(super) fn effects(&mut self, fire: &ast::Fire) -> Option<Vec<Effect>> {
        match (self.program, fire.verb.value) {
            (Program::DecisionRule, Verb::Return) => self.return_items(fire),
            (Program::DecisionRule, Verb::Observe) => self.observations(&fire.items, "OBSERVE"),
            (Program::DecisionRule | Program::Action | Program::Routing, Verb::Do) => self.actions(fire),
            (Program::Routing, Verb::RouteTo) => self.route(fire),
            (Program::Expression | Program::Function, _) => None,
            (_, Verb::Return | Verb::Observe) => {
                self.not_here(fire.verb, "a decision rule", "decision rules are the files of `rules/`")
            }
            (_, Verb::RouteTo) => {
                let help = "routing stands in the files of `routing/` beside the rules";
                self.not_here(fire.verb, "a routing rule", help)
            }
            (_, Verb::Select) => {
                let help = "velocities stand in the files of `velocities/` in an environment's folder";
                self.not_here(fire.verb, "a velocity set", help)
            }
        }
    }

    fn not_here<T>(&mut self, verb: Spanned<Verb>, place: &str, help: &str) -> Option<T> {
        let message = format!("`{}` belongs in {place}, not in {}", verb.value.keyword(), self.program.one());
        self.report(self.diagnose(Code::STATEMENT_NOT_ALLOWED, verb.span, message).help(help))
    }

    /// `DO SetVariables(k = v)`; the other actions have their own rules (L2.6).
    fn actions(&mut self, fire: &ast::Fire) -> Option<Vec<Effect>> {
        let mut effects = Some(Vec::new());
        for item in &fire.items {
            match (self.action(item), &mut effects) {
                (Some(effect), Some(effects)) => effects.push(effect),
                _ => effects = None,
            }
        }
        effects
    }

    fn action(&mut self, item: &ast::Expr) -> Option<Effect> {
        match called(item) {
            Some((name, arguments)) if is(name, "SetVariables") => {
                let pairs = self.pairs("SetVariables", arguments)?;
                let pairs = pairs.into_iter().map(|(name, value)| (self.variable_id(&name), value)).collect();
                Some(Effect::SetVariables(pairs))
            }
            Some((name, arguments)) if is(name, "SetResponse") && self.program == Program::Action => {
                self.set_response(arguments)
            }
            None if matches!(item.kind, ast::Kind::Error) => None,
            None if is_namespaced_action(item) && self.program == Program::Action => {
                let value = self.expr(item, None)?;
                if matches!(value.kind, Kind::External(..)) {
                    return Some(Effect::Call(value));
                }
                let message = "expected an action after `DO`, found the value of a call";
                let diagnostic = self.diagnose(Code::NOT_A_DECISION, item.span, message);
                self.report(diagnostic.help("write the call alone: `DO External.name(arguments)`"))
            }
            other => {
                let diagnostic = self.no_action(item, other.map_or("", |(name, _)| name));
                self.report(diagnostic)
            }
        }
    }

    /// What is wrong with something else behind `DO`.
    fn no_action(&self, item: &ast::Expr, name: &str) -> Diagnostic {
        if is(name, "SetResponse") || is_namespaced_action(item) {
            let message = format!("this action is not for {}: only `SetVariables` is", self.program.several());
            let help = "put it into a post-decision action rule, a file of `actions/` beside the rules";
            return self.diagnose(Code::NOT_ALLOWED_HERE, item.span, message).help(help);
        }
        let message = "expected an action after `DO`, found another expression";
        let diagnostic = self.diagnose(Code::NOT_A_DECISION, item.span, message);
        let actions =
            if self.program == Program::Action { &["SetVariables", "SetResponse"][..] } else { &["SetVariables"] };
        match nearest(name, actions.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("write `DO SetVariables(key = value)`"),
        }
    }

    /// `SetResponse(["section",] k = v)`
    fn set_response(&mut self, arguments: &[Argument]) -> Option<Effect> {
        let (section, pairs) = match arguments {
            [Argument { name: None, value }, rest @ ..] => {
                let section = self.typed(value, Type::String)?;
                let Some(text) = section.kind.text() else {
                    let message = "expected a constant as the name of a section, found an expression";
                    let diagnostic = self.diagnose(Code::NOT_CONSTANT, section.span, message);
                    return self.report(diagnostic.help("write `SetResponse(\"section\", key = value)`"));
                };
                (Some(text.clone()), rest)
            }
            all => (None, all),
        };
        Some(Effect::SetResponse(section, self.pairs("SetResponse", pairs)?))
    }

    /// `ROUTETO Queue("name")`
    fn route(&mut self, fire: &ast::Fire) -> Option<Vec<Effect>> {
        const HELP: &str = "write `ROUTETO Queue(\"name\")`";
        let (first, others) = fire.items.split_first()?;
        if let Some(second) = others.first() {
            let message = format!("expected one queue after `ROUTETO`, found {}", fire.items.len());
            return self.report(self.diagnose(Code::NOT_A_DECISION, second.span, message).help(HELP));
        }
        match called(first) {
            Some((name, arguments)) if is(name, "Queue") => match arguments {
                [Argument { name: None, value }] => Some(vec![Effect::Route(self.typed(value, Type::String)?)]),
                _ => {
                    self.check_alone(arguments);
                    let message = format!("`Queue` takes 1 argument, found {}", arguments.len());
                    let message = match arguments {
                        [Argument { name: Some(name), .. }] => format!("`Queue` has no argument `{}`", name.value),
                        _ => message,
                    };
                    self.report(self.diagnose(Code::WRONG_ARITY, first.span, message).help(HELP))
                }
            },
            None if matches!(first.kind, ast::Kind::Error) => None,
            _ => {
                let message = "expected `Queue(...)` after `ROUTETO`, found another expression";
                self.report(self.diagnose(Code::NOT_A_DECISION, first.span, message).help(HELP))
            }
        }
    }

    /// `Response.Decision()` (L7.3); `None` if the place has no decision yet.
    pub(super) fn response_decision(
        &mut self,
        name: &ast::Name,
        arguments: Option<&[Argument]>,
        span: crate::source::Span,
    ) -> Option<Option<hir::Expr>> {
        if !matches!(self.program, Program::Action | Program::Routing) {
            return None;
        }
        if !is(&name.value, "Decision") {
            self.check_alone(arguments.unwrap_or_default());
            let message = format!("`Response` has no member `{}`", name.value);
            let diagnostic = self.diagnose(Code::UNKNOWN_MEMBER, name.span, message);
            return Some(self.report(match nearest(&name.value, ["Decision"]) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(name.span, near),
                None => diagnostic.help("it has `Response.Decision()`"),
            }));
        }
        Some(match arguments {
            Some([]) => Some(hir::Expr { kind: Kind::Decision, ty: Type::Decision, span }),
            Some(arguments) => {
                self.check_alone(arguments);
                let message = format!("`Response.Decision` takes no arguments, found {}", arguments.len());
                self.report(self.diagnose(Code::WRONG_ARITY, span, message))
            }
            None => {
                let message = "`Response.Decision` is a function and needs parentheses";
                self.report(self.diagnose(Code::MEMBER_FORM, span, message).help("write `Response.Decision()`"))
            }
        })
    }
}

pub(super) fn is(name: &str, word: &str) -> bool {
    name.eq_ignore_ascii_case(word)
}

/// `Name(arguments)` and nothing more.
pub(super) fn called(item: &ast::Expr) -> Option<(&str, &[Argument])> {
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
