//! Decisions and observations (L7.11, L7.12).

use super::Checker;
use super::effect::{called, is};
use crate::diagnostic::{Code, nearest};
use crate::hir::{self, Decide, Effect};
use crate::source::Span;
use crate::syntax::ast::{self, Argument};
use crate::value::{DecisionKind, Type};

const DECISIONS: [DecisionKind; 4] =
    [DecisionKind::Approve, DecisionKind::Reject, DecisionKind::Review, DecisionKind::Challenge];

impl Checker<'_> {
    /// `RETURN Decision(...) [, Observation(...)]...`
    pub(super) fn return_items(&mut self, fire: &ast::Fire) -> Option<Vec<Effect>> {
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
                let bare = if let ast::Kind::Name(name) = &item.kind { Some(name) } else { None };
                let bare = DECISIONS.into_iter().find(|kind| bare.is_some_and(|name| is(name, kind.name())));
                diagnostic = diagnostic.help(match near {
                    _ if bare.is_some() => "a decision has parentheses, also without a reason: `Reject()`".to_string(),
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
    pub(super) fn observations(&mut self, items: &[ast::Expr], verb: &str) -> Option<Vec<Effect>> {
        let mut effects = Some(Vec::new());
        for item in items {
            let effect = match called(item) {
                Some((name, arguments)) if is(name, "Output") || is(name, "Other") => {
                    if is(name, "Other") {
                        let place = Span { start: item.span.start, end: item.span.start + name.len() as u32 };
                        let diagnostic = self.diagnose(Code::DEPRECATED, place, "`Other` is deprecated");
                        self.diagnostics.push(diagnostic.help("write `Output`").fix(place, "Output"));
                    }
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
}

fn decision_form(kind: DecisionKind) -> String {
    match kind {
        DecisionKind::Challenge => {
            "write `Challenge(challengeType, reason, supportMessage)`; the last two may be left out".to_string()
        }
        kind => format!("write `{}(reason, supportMessage)`; both may be left out", kind.name()),
    }
}
