//! Calls that are no rows: `Exists`, `GetVariable`, external calls and their diagnostics, and what other parts of the
//! runtime answer (L7.1, L7.3, L8).

use super::message::plural;
use super::scope::Binding;
use super::{Checker, Program};
use crate::diagnostic::{Code, nearest};
use crate::hir::{self, Conversion, Kind};
use crate::source::Span;
use crate::syntax::ast::{self, Argument, Name};
use crate::value::{Record, Type};
use std::collections::HashSet;
use std::sync::Arc;

/// Calls that stand as statements, not in expressions.
const STATEMENTS: [(&str, &str); 9] = [
    ("Approve", "RETURN Approve()"),
    ("Reject", "RETURN Reject()"),
    ("Review", "RETURN Review()"),
    ("Challenge", "RETURN Challenge(\"SMS\")"),
    ("Output", "OBSERVE Output(k = ...)"),
    ("Other", "OBSERVE Output(k = ...)"),
    ("Trace", "OBSERVE Trace(k = ...)"),
    ("SetVariables", "DO SetVariables(k = ...)"),
    ("SetResponse", "DO SetResponse(k = ...)"),
];

impl Checker<'_> {
    /// `None` if the name is no special form.
    pub(super) fn special_global(
        &mut self,
        name: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Option<Option<hir::Expr>> {
        let lower = name.value.to_ascii_lowercase();
        if let Some((word, statement)) = STATEMENTS.iter().find(|(word, _)| word.eq_ignore_ascii_case(&lower)) {
            let message = format!("`{word}` is a statement's word, not a value");
            let diagnostic = self.diagnose(Code::NOT_A_DECISION, span, message).help(format!("write `{statement}`"));
            return Some(self.report(diagnostic));
        }
        match lower.as_str() {
            "exists" => Some(self.exists(arguments, span)),
            "getvariable" => Some(self.get_variable(arguments, span)),
            _ => self.list_call(name, arguments, span),
        }
    }

    /// `None` if the namespace holds rows.
    pub(super) fn special_namespace(
        &mut self,
        space: &Name,
        name: &Name,
        arguments: Option<&[Argument]>,
        span: Span,
    ) -> Option<Option<hir::Expr>> {
        let whole = format!("{}.{}", space.value, name.value);
        if space.value.eq_ignore_ascii_case("Response")
            && let Some(decision) = self.response_decision(name, arguments, span)
        {
            return Some(decision);
        }
        let diagnostic = match space.value.to_ascii_lowercase().as_str() {
            "external" => return Some(self.external(name, arguments, span)),
            "patterns" if name.value.eq_ignore_ascii_case("IsRegexMatch") => {
                return Some(self.pattern_call(space, name, arguments?, span));
            }
            "velocity" => self
                .diagnose(Code::UNKNOWN_VELOCITY, name.span, format!("unknown velocity `{}`", name.value))
                .help("there are no velocities yet, also where `velocities/` declares them: keep counts in a service"),
            "assessments" => self
                .diagnose(Code::UNKNOWN_ASSESSMENT, name.span, format!("unknown assessment `{}`", name.value))
                .help("rules cannot evaluate other assessments yet: ask by an external call, `External.name(...)`"),
            "geo" | "bin" | "model" | "device" => return self.provided(space, name, arguments?, span),
            "assessment" if self.program == Program::Action => self
                .diagnose(Code::NOT_ALLOWED_HERE, span, format!("`{whole}` is not here yet: labels are not kept"))
                .help("label the event where you keep your labels, such as by `DO External.name(...)`"),
            "response" | "assessment" => self
                .diagnose(Code::NOT_ALLOWED_HERE, span, format!("`{whole}` is not for {}", self.program.several()))
                .help("use it in a post-decision action rule"),
            _ => return None,
        };
        self.check_alone(arguments.unwrap_or_default());
        Some(self.report(diagnostic))
    }

    /// `Exists(@"path")` (L3.4).
    fn exists(&mut self, arguments: &[Argument], span: Span) -> Option<hir::Expr> {
        let path = match arguments {
            [Argument { name: None, value }] => match &value.kind {
                ast::Kind::Attribute(path) | ast::Kind::Event(Some(path)) => {
                    self.note_path(path, value.span);
                    Some(path.clone())
                }
                ast::Kind::Variable(name) => match self.scope.read(name) {
                    Some(Binding::Open(path)) => Some(path),
                    Some(Binding::Broken) => return None,
                    _ => None,
                },
                _ => None,
            },
            _ => {
                let message = format!("`Exists` takes 1 argument, found {}", arguments.len());
                return self
                    .report(self.diagnose(Code::WRONG_ARITY, span, message).help("write `Exists(@\"user.email\")`"));
            }
        };
        let Some(path) = path else {
            let message = "`Exists` asks for an attribute, found another expression";
            return self
                .report(self.diagnose(Code::NO_OVERLOAD, span, message).help("write `Exists(@\"user.email\")`"));
        };
        let kind = self.exists_at(&path);
        Some(hir::Expr { kind, ty: Type::Bool, span })
    }

    /// `GetVariable("k")` (L7.3); a name that is no constant is looked up when it is known.
    fn get_variable(&mut self, arguments: &[Argument], span: Span) -> Option<hir::Expr> {
        let [Argument { name: None, value }] = arguments else {
            let message = format!("`GetVariable` takes 1 argument, found {}", arguments.len());
            return self.report(self.diagnose(Code::WRONG_ARITY, span, message).help("write `GetVariable(\"key\")`"));
        };
        self.calls.reads_variables = true;
        let name = self.typed(value, Type::String)?;
        let kind = match name.kind.text() {
            Some(text) => Kind::GetVariable(self.variable_id(&text.clone())),
            None => Kind::GetVariableNamed(Box::new(name)),
        };
        Some(hir::Expr { kind, ty: Type::Json, span })
    }

    /// `External.name(arguments)` (L8.1).
    fn external(&mut self, name: &Name, arguments: Option<&[Argument]>, span: Span) -> Option<hir::Expr> {
        let checked: Vec<Option<hir::Expr>> =
            arguments.unwrap_or_default().iter().map(|argument| self.external_argument(argument)).collect();
        let Some(definition) = self.definitions().externals.get(&name.value.to_ascii_lowercase()) else {
            let diagnostic =
                self.diagnose(Code::UNKNOWN_EXTERNAL, name.span, format!("unknown external call `{}`", name.value));
            let known = self.definitions().externals.values().map(|definition| definition.name.as_ref());
            return self.report(match nearest(&name.value, known) {
                Some(near) => {
                    let near = near.to_string();
                    diagnostic.help(format!("did you mean `{near}`?")).fix(name.span, near)
                }
                None => {
                    let file = format!("external/{}.toml", name.value);
                    let more = "a function of the host or a stub (`--stub`) answers it too";
                    diagnostic.help(format!("it is defined by the file `{file}` in the environment's folder; {more}"))
                }
            });
        };
        let Some(written) = arguments else {
            let message = format!("`External.{}` is a call and needs parentheses", name.value);
            return self.report(self.diagnose(Code::MEMBER_FORM, span, message));
        };
        if let Some(wanted) = definition.parameters
            && wanted != written.len()
        {
            let message = format!(
                "`External.{}` takes {}, found {}",
                definition.name,
                plural(&wanted.to_string(), wanted),
                written.len()
            );
            return self.report(self.diagnose(Code::WRONG_ARITY, span, message));
        }
        let id = self.external_id(definition);
        let arguments = checked.into_iter().collect::<Option<Vec<_>>>()?;
        Some(hir::Expr { kind: Kind::External(id, arguments), ty: Type::Json, span })
    }

    /// Arguments of external calls are passed as canonical text (L8.1).
    fn external_argument(&mut self, argument: &Argument) -> Option<hir::Expr> {
        if let Some(name) = &argument.name {
            let message = "an external call takes its arguments by position";
            return self.report(self.diagnose(Code::UNKNOWN_ARGUMENT, name.span, message));
        }
        let value = self.expr(&argument.value, Some(Type::String))?;
        match value.ty {
            Type::String => Some(value),
            Type::CharSet | Type::TimeWindow => self.report(self.mismatch(Type::String, &value)),
            _ => Some(super::expression::convert(Conversion::ToText, value, Type::String)),
        }
    }

    /// `call.GetDiagnostics()` on a call's result, directly or through its variable (L8.4).
    pub(super) fn diagnostics_of(
        &mut self,
        value: hir::Expr,
        name: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Option<hir::Expr> {
        let call = match &value.kind {
            Kind::External(..) => true,
            Kind::Variable(id) => {
                matches!(
                    self.out.lets.get(*id as usize).map(|l| &l.value.kind),
                    Some(Kind::External(..) | Kind::Variable(_))
                ) && self.stands_for_call(*id)
            }
            _ => false,
        };
        if !call {
            let message = "`GetDiagnostics` is for the result of an external call or an assessment";
            let help = "call it on `External.name(...)`, or on the variable that holds its result";
            return self.report(self.diagnose(Code::UNKNOWN_MEMBER, name.span, message).help(help));
        }
        if !arguments.is_empty() {
            let message = format!("`GetDiagnostics` takes no arguments, found {}", arguments.len());
            return self.report(self.diagnose(Code::WRONG_ARITY, span, message));
        }
        Some(hir::Expr { kind: Kind::Diagnostics(Box::new(value)), ty: Type::Record(Record::CallDiagnostics), span })
    }

    /// Whether a variable holds a call's result, itself or through other variables.
    fn stands_for_call(&self, mut id: u32) -> bool {
        // A variable is bound to earlier ones only, so this ends.
        while let Some(bound) = self.out.lets.get(id as usize) {
            match bound.value.kind {
                Kind::External(..) => return true,
                Kind::Variable(next) if next < id => id = next,
                _ => return false,
            }
        }
        false
    }

    /// The named arguments of `Output`, `Trace` and `SetVariables`: any value that can be Json.
    pub(super) fn pairs(&mut self, word: &str, arguments: &[Argument]) -> Option<Vec<(Arc<str>, hir::Expr)>> {
        let mut seen = HashSet::new();
        let mut pairs = Some(Vec::new());
        for argument in arguments {
            let value = self.json_value(&argument.value);
            let Some(name) = &argument.name else {
                let message = format!("`{word}` takes named arguments only");
                let text = self.source.slice(argument.value.span).to_string();
                let help = format!("give it a name: `{word}(name = {})`", if text.len() < 60 { &text } else { "..." });
                pairs = self.report(self.diagnose(Code::UNKNOWN_ARGUMENT, argument.value.span, message).help(help));
                continue;
            };
            if !seen.insert(name.value.to_ascii_lowercase()) {
                let message = format!("the name `{}` is used twice", name.value);
                pairs = self.report(self.diagnose(Code::REPEATED_ARGUMENT, name.span, message));
                continue;
            }
            match (value, &mut pairs) {
                (Some(value), Some(pairs)) => pairs.push((Arc::from(name.value.as_str()), value)),
                _ => pairs = None,
            }
        }
        pairs
    }
}
