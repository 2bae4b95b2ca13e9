//! Members of a call's response that its sample does not have (W1015).
//!
//! In: a chain of members on an external call, or on the variable that holds its result. A sample tells what a response looks
//! like; where it has null or an empty array it tells nothing of what is below.

use crate::check::Checker;
use crate::diagnostic::{Code, nearest};
use crate::hir::{self, Kind, StepKind};
use crate::source::Span;
use serde_json::Value;
use std::sync::Arc;

impl Checker<'_> {
    /// Walks the members of a response through its sample, if there is one.
    pub(in crate::check) fn lint_response(&mut self, value: &hir::Expr) {
        if self.definitions().samples.is_empty() {
            return;
        }
        let Kind::Steps(base, steps) = &value.kind else { return };
        let Some(name) = self.call_of(base) else { return };
        let Some(sample) = self.definitions().samples.get(&name.to_ascii_lowercase()) else { return };
        let mut here: &Value = sample;
        for step in steps {
            here = match (&step.kind, here) {
                (StepKind::Member(_), Value::Null) => return,
                (StepKind::Member(member), _) if member.eq_ignore_ascii_case("Length") => return,
                (StepKind::Member(member), Value::Object(members)) => {
                    let same =
                        || members.iter().find(|(key, _)| key.eq_ignore_ascii_case(member)).map(|(_, value)| value);
                    match members.get(&**member).or_else(same) {
                        Some(below) => below,
                        None => return self.unknown_response_member(&name, member, step.span, members.keys()),
                    }
                }
                (StepKind::Member(member), _) => {
                    return self.unknown_response_member(&name, member, step.span, [].into_iter());
                }
                (StepKind::Element(_), Value::Array(items)) => match items.first() {
                    Some(first) => first,
                    None => return,
                },
                _ => return,
            };
        }
    }

    /// The external call whose result an expression is, itself or through variables.
    fn call_of(&self, e: &hir::Expr) -> Option<Arc<str>> {
        let mut kind = &e.kind;
        loop {
            match kind {
                Kind::External(id, _) => return Some(self.out.externals.get(*id as usize)?.name.clone()),
                // A variable is bound to earlier ones only, so this ends.
                Kind::Variable(id) => kind = &self.out.lets.get(*id as usize)?.value.kind,
                _ => return None,
            }
        }
    }

    fn unknown_response_member<'n>(
        &mut self,
        call: &str,
        member: &str,
        step: Span,
        known: impl Iterator<Item = &'n String>,
    ) {
        // The step ends with the member's name, or with its name in brackets.
        let end = step.end as usize;
        let own = Span::new(end.saturating_sub(member.len()), end);
        let is_plain = self.source.slice(own) == member;
        let span = if is_plain { own } else { step };
        let message = format!("the sample response of `{call}` has no member `{member}`");
        let diagnostic = self.diagnose(Code::UNKNOWN_RESPONSE_MEMBER, span, message);
        let diagnostic = match nearest(member, known.map(String::as_str)) {
            Some(near) if is_plain => diagnostic.help(format!("did you mean `{near}`?")).fix(span, near),
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("if responses do have it, add it to the sample response"),
        };
        self.diagnostics.push(diagnostic);
    }
}
