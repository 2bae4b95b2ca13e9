//! Declarations of functions, each checked by itself (R6.1, R6.2).
//!
//! In: the parsed files of functions. Out: signatures, and all that is wrong with functions, whether they are called or not: a
//! body is checked with parameters of which only the types are known.

use super::function::{Declared, Given, Signature};
use super::{Checker, Program, Tree};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::hir::{self, Constant, Kind};
use crate::source::{Source, Span};
use crate::syntax::ast::{self, Name};
use crate::value::{DateTime, Type};
use std::collections::HashMap;
use std::sync::Arc;

const TYPES: [(&str, Type); 5] = [
    ("Boolean", Type::Bool),
    ("DateTime", Type::DateTime),
    ("Double", Type::Double),
    ("Integer", Type::Int),
    ("String", Type::String),
];

impl Tree {
    /// The text and tree of a function.
    pub(super) fn function(&self, signature: &Signature) -> Option<(&Arc<Source>, &ast::Function)> {
        let (file, number) = signature.place;
        let file = self.environments().get(signature.environment)?.functions.get(file)?;
        Some((&file.source, file.tree.functions.get(number)?))
    }

    /// Fills the table of functions.
    pub(super) fn declare_functions(&mut self) {
        let mut found = Vec::new();
        let mut diagnostics = Vec::new();
        for environment in 0..self.environments().len() {
            let mut checker = Checker::new(self, environment, None, Program::Function);
            checker.calls.declaring = true;
            found.extend(checker.signatures(environment));
            diagnostics.append(&mut checker.diagnostics);
        }
        let functions = self.functions_mut();
        for (number, signature) in found.iter().enumerate() {
            let key = (signature.environment, signature.name.to_ascii_lowercase());
            functions.by_name.entry(key).or_insert(number);
        }
        functions.all = found;
        let mut called: Vec<Vec<usize>> = Vec::new();
        let mut reads = Vec::new();
        let mut broken = Vec::new();
        for number in 0..self.functions().all.len() {
            let mut checker = Checker::new(self, 0, None, Program::Function);
            checker.calls.declaring = true;
            checker.declared(number);
            broken.push(checker.diagnostics.iter().any(Diagnostic::is_error));
            reads.push(checker.calls.reads_variables);
            called.push(std::mem::take(&mut checker.calls.called));
            diagnostics.append(&mut checker.diagnostics);
        }
        for circle in circles(&called) {
            diagnostics.extend(self.cycle(&circle));
            for number in circle {
                if let Some(slot) = broken.get_mut(number) {
                    *slot = true;
                }
            }
        }
        // What a function calls may read variables or be broken: so is then the function.
        let mut changed = true;
        while changed {
            changed = false;
            for (number, calls) in called.iter().enumerate() {
                for flags in [&mut reads, &mut broken] {
                    let any = calls.iter().any(|call| flags.get(*call) == Some(&true));
                    if let Some(slot) = flags.get_mut(number).filter(|slot| any && !**slot) {
                        *slot = true;
                        changed = true;
                    }
                }
            }
        }
        let functions = self.functions_mut();
        for ((signature, reads), broken) in functions.all.iter_mut().zip(reads).zip(broken) {
            signature.reads_variables = reads;
            signature.broken |= broken;
        }
        functions.diagnostics = diagnostics;
    }

    fn cycle(&self, circle: &[usize]) -> Option<Diagnostic> {
        let names = circle.iter().chain(circle.first()).filter_map(|one| self.functions().all.get(*one));
        let names: Vec<String> = names.map(|one| format!("`{}`", one.name)).collect();
        let (source, function) = self.function(self.functions().all.get(*circle.first()?)?)?;
        let message = format!("expected functions that end, found a circle: {}", names.join(" calls "));
        let diagnostic = Diagnostic::new(Code::FUNCTION_CYCLE, source, function.name.span, message);
        Some(diagnostic.help("let one of them do without the others"))
    }
}

impl Checker<'_> {
    fn signatures(&mut self, environment: usize) -> Vec<Signature> {
        const SERVICE: usize = 30;
        let mut all = Vec::new();
        let mut names: HashMap<String, (Arc<Source>, Span)> = HashMap::new();
        let files = self.tree.environments().get(environment).map_or(&[][..], |one| &one.functions);
        for (file_number, file) in files.iter().enumerate() {
            self.enter(&file.source);
            for rule in &file.tree.rules {
                let message = "expected functions only in a file of functions, found a rule";
                let diagnostic = self.diagnose(Code::STATEMENT_NOT_ALLOWED, rule.span, message);
                self.diagnostics
                    .push(diagnostic.help("a function is `FUNCTION name(...)`, then each `OUTPUT name: type`"));
            }
            for (number, function) in file.tree.functions.iter().enumerate() {
                let name = &function.name;
                if name.value.is_empty() {
                    continue;
                }
                let before = self.diagnostics.len();
                self.unique(&mut names, name, "function");
                let mut own = HashMap::new();
                let mut parameters = Vec::new();
                for parameter in &function.parameters {
                    self.unique(&mut own, &parameter.name, "parameter");
                    self.reserved(&parameter.name);
                    parameters.extend(self.one_declared(&parameter.name, &parameter.ty, parameter.default.as_ref()));
                }
                let mut own = HashMap::new();
                let mut outputs = Vec::new();
                for output in function.outputs.iter().filter(|output| !output.name.value.is_empty()) {
                    self.unique(&mut own, &output.name, "output");
                    outputs.extend(self.one_declared(&output.name, &output.ty, output.default.as_ref()));
                }
                let broken = file.damaged || self.diagnostics.iter().skip(before).any(Diagnostic::is_error);
                all.push(Signature {
                    name: Arc::from(name.value.as_str()),
                    environment,
                    place: (file_number, number),
                    parameters,
                    outputs,
                    reads_variables: false,
                    broken,
                });
                if all.len() == SERVICE + 1 {
                    self.hosted(name.span, format!("more than {SERVICE} functions in an environment"));
                }
                if function.outputs.len() > SERVICE {
                    self.hosted(name.span, format!("more than {SERVICE} outputs of a function"));
                }
            }
        }
        all
    }

    /// More than the hosted service allowed (R6.3).
    pub(super) fn hosted(&mut self, span: Span, message: String) {
        let diagnostic = self.diagnose(Code::HOSTED_LIMIT, span, message);
        self.diagnostics.push(diagnostic.help("the hosted service did not allow that; it works here"));
    }

    /// Reports a second name.
    fn unique(&mut self, names: &mut HashMap<String, (Arc<Source>, Span)>, name: &Name, what: &str) {
        let key = name.value.to_ascii_lowercase();
        let Some((source, first)) = names.get(&key) else {
            names.insert(key, (self.source.clone(), name.span));
            return;
        };
        let message = format!("a second {what} is called `{}`", name.value);
        let diagnostic = self.diagnose(Code::DUPLICATE_FUNCTION, name.span, message);
        let diagnostic = if Arc::ptr_eq(source, &self.source) {
            diagnostic.also(*first, "the first one")
        } else {
            diagnostic.help(format!("the first one stands in `{}`", source.name()))
        };
        self.diagnostics.push(diagnostic);
    }

    /// A parameter can't be called like a word of the language (L1.4).
    fn reserved(&mut self, name: &Name) {
        let words =
            ["true", "false", "null"].into_iter().chain(crate::syntax::keywords()).chain(super::call::NAMESPACES);
        if words.into_iter().any(|word| word.eq_ignore_ascii_case(&name.value)) {
            let message = format!("`{}` is a word of the language", name.value);
            let diagnostic = self.diagnose(Code::RESERVED_NAME, name.span, message);
            self.diagnostics.push(diagnostic.help(format!("choose another name, such as `_{}`", name.value)));
        }
    }

    /// Name, type and default of a parameter or an output.
    fn one_declared(&mut self, name: &Name, ty: &Name, default: Option<&ast::Expr>) -> Option<Declared> {
        let Some((_, ty)) = TYPES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(&ty.value)) else {
            let message = format!("unknown type `{}`", ty.value);
            let diagnostic = self.diagnose(Code::UNKNOWN_TYPE, ty.span, message);
            let known = TYPES.map(|(known, _)| known);
            return self.report(match nearest(&ty.value, known) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(ty.span, near),
                None => diagnostic.help("it is `Boolean`, `DateTime`, `Double`, `Integer` or `String`"),
            });
        };
        let default = match default {
            Some(e) => self.literal(e, ty)?,
            None => match ty {
                Type::Bool => Constant::Bool(false),
                Type::Int => Constant::Int(0),
                Type::Double => Constant::Double(0.0),
                Type::DateTime => Constant::DateTime(DateTime::MIN),
                _ => Constant::String(Arc::from("")),
            },
        };
        Some(Declared { name: Arc::from(name.value.as_str()), ty, default })
    }

    /// A default.
    fn literal(&mut self, e: &ast::Expr, ty: Type) -> Option<Constant> {
        let found = self.expr(e, None)?;
        if !matches!(found.kind, Kind::Constant(_)) {
            let message = "expected a literal as a default, found an expression";
            let diagnostic = self.diagnose(Code::NOT_CONSTANT, e.span, message);
            return self.report(diagnostic.help("write a number, a text in quotes, `true` or `false`"));
        }
        if let (Type::DateTime, Some(text)) = (ty, found.kind.text()) {
            return match DateTime::parse(text) {
                Some(time) => Some(Constant::DateTime(time)),
                None => {
                    let message = format!("expected a date and time such as `2026-02-03`, found `{text}`");
                    self.report(self.diagnose(Code::BAD_CONSTANT, e.span, message))
                }
            };
        }
        match self.coerce(found, ty)?.kind {
            Kind::Constant(constant) => Some(constant),
            _ => {
                let message = format!("expected {ty}, found another literal");
                self.report(self.diagnose(Code::TYPE_MISMATCH, e.span, message))
            }
        }
    }

    /// Checks a function by itself.
    fn declared(&mut self, number: usize) {
        const CALLS: usize = 2;
        const LISTS: usize = 5;
        let tree = self.tree;
        let Some(signature) = tree.functions().all.get(number) else { return };
        let Some((source, function)) = tree.function(signature) else { return };
        self.environment = signature.environment;
        self.enter(source);
        let mut parameters = Vec::new();
        for declared in &signature.parameters {
            let span = function.span;
            let value = hir::Expr { kind: Kind::Constant(declared.default.clone()), ty: declared.ty, span };
            let id = self.push_let(declared, value);
            parameters.push((declared.name.clone(), Given::Let(id, declared.ty)));
        }
        self.set_parameters(parameters);
        let file = tree.environments().get(signature.environment).and_then(|one| one.functions.get(signature.place.0));
        let damaged = file.is_none_or(|file| file.damaged);
        for output in &function.outputs {
            let ty = TYPES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(&output.ty.value));
            self.output(output, ty.map_or(Type::String, |(_, ty)| ty));
            for (name, span) in self.scope.unread().into_iter().filter(|_| !damaged) {
                let diagnostic = self.diagnose(Code::UNREAD_VARIABLE, span, format!("nothing reads `${name}`"));
                self.diagnostics.push(diagnostic.help("remove the `LET`, or read the variable"));
            }
        }
        self.lint_all_quoted();
        if self.out.externals.len() > CALLS {
            self.hosted(function.name.span, format!("more than {CALLS} external calls in a function"));
        }
        if self.calls.lists.len() > LISTS {
            self.hosted(function.name.span, format!("more than {LISTS} lists in a function"));
        }
    }
}

/// The circles of a graph: one for each group of functions that reach each other.
fn circles(called: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    // 0 is not seen, 1 is on the way, 2 is done.
    let mut state = vec![0_u8; called.len()];
    for start in 0..called.len() {
        let mut way: Vec<(usize, usize)> = vec![(start, 0)];
        if state.get(start) != Some(&0) {
            continue;
        }
        while let Some((at, next)) = way.last_mut() {
            let (at, call) = (*at, called.get(*at).and_then(|calls| calls.get(*next)).copied());
            *next += 1;
            if let Some(slot) = state.get_mut(at) {
                *slot = if call.is_some() { 1 } else { 2 };
            }
            match call {
                None => drop(way.pop()),
                Some(call) if state.get(call) == Some(&0) => way.push((call, 0)),
                Some(call) if state.get(call) == Some(&1) => {
                    let from = way.iter().position(|(one, _)| *one == call).unwrap_or(0);
                    found.push(way.iter().skip(from).map(|(one, _)| *one).collect());
                }
                Some(_) => {}
            }
        }
    }
    found
}
