//! Functions: their declarations, their calls, and what a call becomes (R6, L7.10).
//!
//! In: the files of functions of all environments, and calls in rules. Out: for each call two kinds of variables, each with a
//! default: one for each argument that is more than a constant or an attribute, one for the output. A function is a template:
//! its body is checked once by itself, for its errors ([`declare`](super::declare)), and written out for each call, with what
//! the parameters stand for. Calls of the same output with the same plain arguments share one variable, unless the function
//! reads variables of the event, which may change between two calls.
//!
//! Bodies wait on a list until the rules are done, so that functions that call each other never recurse here. Then variables
//! are put in an order in which each reads earlier ones only.

use super::expression::convert;
use super::message::plural;
use super::scope::Scope;
use super::{Checker, Program};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::hir::{self, Constant, Conversion, Kind};
use crate::source::{Source, Span};
use crate::syntax::ast::{self, Argument, Step, StepKind};
use crate::value::{DateTime, Type};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

/// How many functions the hosted service let the rules of an assessment call (R6.3).
const HOSTED_FUNCTIONS: usize = 10;

/// The functions of all environments.
#[derive(Debug, Default)]
pub(super) struct Functions {
    pub(super) all: Vec<Signature>,
    /// By environment and lower-case name.
    pub(super) by_name: HashMap<(usize, String), usize>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What a caller has to know of a function.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) name: Arc<str>,
    pub(super) environment: usize,
    /// Its file, and its place in that.
    pub(super) place: (usize, usize),
    pub(super) parameters: Vec<Declared>,
    pub(super) outputs: Vec<Declared>,
    /// Whether it reads variables of the event, itself or through others.
    pub(super) reads_variables: bool,
    /// It has errors, which are reported.
    pub(super) broken: bool,
}

/// A parameter or an output.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) name: Arc<str>,
    pub(super) ty: Type,
    pub(super) default: Constant,
}

/// What a parameter stands for.
#[derive(Clone, Debug)]
pub(super) enum Given {
    Constant(Constant, Type),
    Attribute(u32, Type),
    Let(u32, Type),
}

/// The calls of functions in what is checked.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// Whether a variable of the event was read.
    pub(super) reads_variables: bool,
    /// The lists that were named.
    pub(super) lists: HashSet<String>,
    /// The functions that a function calls, by number, while it is checked by itself.
    pub(super) called: Vec<usize>,
    /// The parameters in reach.
    parameters: Rc<Vec<(Arc<str>, Given)>>,
    /// Whether functions are only looked at, not written out.
    pub(super) declaring: bool,
    /// Outputs of calls that can be shared.
    known: HashMap<String, u32>,
    waiting: Vec<Waiting>,
    /// The functions that rules call, by stage and number.
    by_rules: HashSet<(u32, usize)>,
    /// How many expressions were written out.
    expressions: usize,
    /// How many may be: that of the last environment on the way, which is the event's.
    pub(super) most: usize,
}

/// An output that is still to be written out.
#[derive(Debug)]
struct Waiting {
    function: usize,
    output: usize,
    parameters: Rc<Vec<(Arc<str>, Given)>>,
    id: u32,
    /// The call.
    source: Arc<Source>,
    span: Span,
}

impl Calls {
    /// None yet; `most` is how many expressions they may become.
    pub(super) fn new(most: usize) -> Calls {
        Calls { most, ..Calls::default() }
    }
}

impl Checker<'_> {
    /// Whether a bare name is a parameter.
    pub(super) fn is_parameter(&self, name: &str) -> bool {
        self.calls.parameters.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str, span: Span) -> Option<hir::Expr> {
        let (_, given) = self.calls.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        let (kind, ty) = match given {
            Given::Constant(constant, ty) => (Kind::Constant(constant.clone()), *ty),
            Given::Attribute(path, ty) => (Kind::Attribute(*path), *ty),
            Given::Let(id, ty) => (Kind::Variable(*id), *ty),
        };
        Some(hir::Expr { kind, ty, span })
    }

    pub(super) fn set_parameters(&mut self, parameters: Vec<(Arc<str>, Given)>) {
        self.calls.parameters = Rc::new(parameters);
    }

    /// `Functions.[root.|parent.|environment["id"].]name(arguments).output`; the value and the steps that are left.
    pub(super) fn function_call<'s>(&mut self, base: &ast::Expr, steps: &'s [Step]) -> Option<(hir::Expr, &'s [Step])> {
        const FORM: &str = "write `Functions.name(arguments).output`";
        let word = |step: Option<&Step>, word: &str| matches!(step.map(|step| &step.kind), Some(StepKind::Member(name)) if name.value.eq_ignore_ascii_case(word));
        let called = matches!(steps.get(1).map(|step| &step.kind), Some(StepKind::Call(_)));
        let (environment, steps) = match steps {
            [first, rest @ ..] if !called && word(Some(first), "root") => (self.root(), rest),
            [first, rest @ ..] if !called && word(Some(first), "parent") => {
                let parent = self.tree.environments().get(self.environment).and_then(|one| one.parent);
                let Some(parent) = parent else {
                    let message = "expected an environment with a parent: this one is the root";
                    let diagnostic = self.diagnose(Code::UNKNOWN_FUNCTION, first.span, message);
                    return self.report(diagnostic.help("leave `parent.` out"));
                };
                (parent, rest)
            }
            [first, Step { kind: StepKind::Index(index), .. }, rest @ ..] if word(Some(first), "environment") => {
                (self.named_environment(index)?, rest)
            }
            all => (self.environment, all),
        };
        let [Step { kind: StepKind::Member(name), .. }, rest @ ..] = steps else {
            let diagnostic = self.diagnose(Code::UNKNOWN_FUNCTION, base.span, "expected the name of a function");
            return self.report(diagnostic.help(FORM));
        };
        let found = self.tree.functions().by_name.get(&(environment, name.value.to_ascii_lowercase())).copied();
        let Some((number, signature)) = found.and_then(|n| Some((n, self.tree.functions().all.get(n)?))) else {
            if let [Step { kind: StepKind::Call(arguments), .. }, ..] = rest {
                self.check_alone(arguments);
            }
            let message = format!("unknown function `Functions.{}`", name.value);
            let diagnostic = self.diagnose(Code::UNKNOWN_FUNCTION, name.span, message);
            let own = self.tree.functions().all.iter().filter(|one| one.environment == environment);
            return self.report(match nearest(&name.value, own.map(|one| &*one.name)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(name.span, near.to_string()),
                None => {
                    diagnostic.help(format!("write `FUNCTION {}(...)` into {}", name.value, self.place_of(environment)))
                }
            });
        };
        let [Step { kind: StepKind::Call(arguments), span: call }, rest @ ..] = rest else {
            let message = format!("`Functions.{}` is a function and needs parentheses", signature.name);
            return self.report(self.diagnose(Code::MEMBER_FORM, name.span, message).help(FORM));
        };
        let given = self.given(signature, arguments, base.span.to(*call));
        let outputs = || signature.outputs.iter().map(|output| &*output.name);
        let [Step { kind: StepKind::Member(output), span: last }, rest @ ..] = rest else {
            let message = format!("expected an output of `{}` behind its call", signature.name);
            let help = outputs().map(|name| format!("`.{name}`")).collect::<Vec<_>>().join(", ");
            return self.report(
                self.diagnose(Code::UNKNOWN_MEMBER, base.span.to(*call), message).help(format!("it has {help}")),
            );
        };
        let wanted = signature.outputs.iter().position(|one| one.name.eq_ignore_ascii_case(&output.value));
        let Some(wanted) = wanted else {
            let message = format!("the function `{}` has no output `{}`", signature.name, output.value);
            let diagnostic = self.diagnose(Code::UNKNOWN_MEMBER, output.span, message);
            return self.report(match nearest(&output.value, outputs()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(output.span, near.to_string()),
                None => diagnostic.help(format!("it has {}", outputs().collect::<Vec<_>>().join(", "))),
            });
        };
        if matches!(self.program, Program::DecisionRule | Program::Action | Program::Routing) {
            self.count_function(number, name.span);
        }
        let span = base.span.to(*last);
        let (given, ty) = (given?, signature.outputs.get(wanted)?.ty);
        if self.calls.declaring {
            self.calls.called.push(number);
        }
        if signature.broken {
            return None;
        }
        let id = self.instance(number, wanted, given, span);
        Some((hir::Expr { kind: Kind::Variable(id), ty, span }, rest))
    }

    /// Warns of more functions than the hosted service let the rules of an assessment call.
    fn count_function(&mut self, number: usize, span: Span) {
        let stage = self.stage;
        if self.calls.by_rules.insert((stage, number))
            && self.calls.by_rules.iter().filter(|(known, _)| *known == stage).count() == HOSTED_FUNCTIONS + 1
        {
            self.hosted(span, format!("more than {HOSTED_FUNCTIONS} functions in the rules of an assessment"));
        }
    }

    /// Where the functions of an environment stand.
    fn place_of(&self, environment: usize) -> String {
        let id = self.tree.environments().get(environment).and_then(|one| one.id.as_deref());
        match id.filter(|_| environment != self.environment) {
            Some(id) => format!("a file of `functions/` in the folder of the environment `{id}`"),
            None => "a file of `functions/` in the environment's folder".to_string(),
        }
    }

    fn root(&self) -> usize {
        let mut at = self.environment;
        while let Some(parent) = self.tree.environments().get(at).and_then(|one| one.parent).filter(|one| *one < at) {
            at = parent;
        }
        at
    }

    fn named_environment(&mut self, index: &ast::Expr) -> Option<usize> {
        let ast::Kind::String(id) = &index.kind else {
            let message = "expected a constant as the id of an environment, found an expression";
            let diagnostic = self.diagnose(Code::NOT_CONSTANT, index.span, message);
            return self.report(diagnostic.help("write `Functions.environment[\"id\"]`"));
        };
        let ids = || self.tree.environments().iter().map(|one| one.id.as_deref().unwrap_or_default());
        if let Some(found) = ids().position(|known| !known.is_empty() && known.eq_ignore_ascii_case(id)) {
            return Some(found);
        }
        let diagnostic = self.diagnose(Code::UNKNOWN_FUNCTION, index.span, format!("unknown environment `{id}`"));
        let near = nearest(id, ids().filter(|known| !known.is_empty())).map(str::to_string);
        self.report(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(index.span, format!("\"{near}\"")),
            None => {
                let known = ids().filter(|known| !known.is_empty()).take(20).map(|known| format!("`{known}`"));
                match known.collect::<Vec<_>>().join(", ") {
                    known if known.is_empty() => diagnostic.help("only the folder of an environment has several"),
                    known => diagnostic.help(format!("there are {known}; a child is a folder in `environments/`")),
                }
            }
        })
    }

    /// The arguments of a call, brought to the parameters' types.
    fn given(&mut self, signature: &Signature, arguments: &[Argument], span: Span) -> Option<Vec<hir::Expr>> {
        if let Some(name) = arguments.iter().find_map(|argument| argument.name.as_ref()) {
            let message = "a function takes its arguments by position";
            return self.report(self.diagnose(Code::UNKNOWN_ARGUMENT, name.span, message));
        }
        let wanted = signature.parameters.len();
        if wanted != arguments.len() {
            self.check_alone(arguments);
            let count = plural(&wanted.to_string(), wanted);
            let message = format!("`Functions.{}` takes {count}, found {}", signature.name, arguments.len());
            let parameters = signature.parameters.iter().map(|one| format!("{}: {}", one.name, one.ty));
            let form = parameters.collect::<Vec<_>>().join(", ");
            let diagnostic = self.diagnose(Code::WRONG_ARITY, span, message);
            return self.report(diagnostic.help(format!("it is `{}({form})`", signature.name)));
        }
        let given: Vec<Option<hir::Expr>> = arguments
            .iter()
            .zip(&signature.parameters)
            .map(|(argument, parameter)| self.given_as(&argument.value, parameter))
            .collect();
        given.into_iter().collect()
    }

    /// One argument as the parameter's type (R6.1): what cannot be read as that takes the parameter's default.
    fn given_as(&mut self, e: &ast::Expr, parameter: &Declared) -> Option<hir::Expr> {
        let Declared { ty, default, .. } = parameter;
        // A text is always readable, and else the default of the type is what an unreadable value is anyway.
        let plain = *ty == Type::String || is_default(default);
        let found = if self.is_open(e) {
            let found = self.expr(e, Some(if plain { *ty } else { Type::Json }))?;
            if plain {
                return Some(found);
            }
            found
        } else {
            let found = self.expr(e, Some(*ty))?;
            if found.ty == *ty || (found.ty, *ty) == (Type::Int, Type::Double) {
                return self.coerce(found, *ty);
            }
            self.coerce(found, Type::Json)?
        };
        if plain {
            return Some(convert(Conversion::Read, found, *ty));
        }
        let span = found.span;
        Some(hir::Expr { kind: Kind::ReadOr(default.clone(), Box::new(found)), ty: *ty, span })
    }

    /// The variable of an output.
    fn instance(&mut self, number: usize, output: usize, given: Vec<hir::Expr>, span: Span) -> u32 {
        let Some(signature) = self.tree.functions().all.get(number) else { return 0 };
        let keys = given.iter().map(|e| match &e.kind {
            Kind::Constant(constant) => Some(format!("{constant:?}")),
            Kind::Attribute(path) => Some(format!("@{path}")),
            Kind::Variable(id) => Some(format!("${id}")),
            _ => None,
        });
        let shared = !signature.reads_variables && !self.calls.declaring;
        let key = keys.collect::<Option<Vec<_>>>().filter(|_| shared);
        let key = key.map(|keys| format!("{number}.{output}({})", keys.join(",")));
        if let Some(id) = key.as_ref().and_then(|key| self.calls.known.get(key)) {
            return *id;
        }
        let mut parameters = Vec::with_capacity(given.len());
        for (value, declared) in given.into_iter().zip(&signature.parameters) {
            let ty = value.ty;
            let given = match value.kind {
                Kind::Constant(constant) => Given::Constant(constant, ty),
                Kind::Attribute(path) => Given::Attribute(path, ty),
                _ => Given::Let(self.push_let(declared, value), ty),
            };
            parameters.push((declared.name.clone(), given));
        }
        let Some(declared) = signature.outputs.get(output) else { return 0 };
        let value = hir::Expr { kind: Kind::Constant(declared.default.clone()), ty: declared.ty, span };
        let id = self.push_let(declared, value);
        if let Some(key) = key {
            self.calls.known.insert(key, id);
        }
        if !self.calls.declaring {
            let (parameters, source) = (Rc::new(parameters), self.source.clone());
            self.calls.waiting.push(Waiting { function: number, output, parameters, id, source, span });
        }
        id
    }

    /// A variable with a default.
    pub(super) fn push_let(&mut self, declared: &Declared, value: hir::Expr) -> u32 {
        let id = self.out.lets.len() as u32;
        let (name, source, default) = (declared.name.clone(), self.source_id(), Some(declared.default.clone()));
        self.out.lets.push(hir::Let { name, value, source, default, output: None });
        id
    }

    /// Writes out all outputs that are called, and puts variables in an order in which each reads earlier ones only. Gives
    /// their new numbers.
    pub(super) fn expand(&mut self) -> Vec<u32> {
        if self.calls.waiting.is_empty() || self.diagnostics.iter().any(Diagnostic::is_error) {
            return Vec::new();
        }
        self.program = Program::Function;
        let (mut told, quoted) = (self.diagnostics.len(), self.quoted.len());
        let mut sources: HashMap<*const Source, u32> = HashMap::new();
        while let Some(waiting) = self.calls.waiting.pop() {
            self.write_out(&waiting, &mut sources);
            // Warnings were told when the function was checked by itself; what contradicts the schema was not known then.
            let more = self.diagnostics.split_off(told);
            self.diagnostics.extend(more.into_iter().filter(Diagnostic::is_error));
            told = self.diagnostics.len();
            self.quoted.truncate(quoted);
            if self.calls.expressions > self.calls.most {
                let most = self.calls.most;
                let message = format!("expected functions of at most {most} expressions, written out, found more");
                let diagnostic = Diagnostic::new(Code::TOO_MANY_EXPRESSIONS, &waiting.source, waiting.span, message);
                self.diagnostics.push(diagnostic.help(format!(
                    "the limit `function_expressions` is {most}; bind arguments with `LET`: calls with the same variable are one"
                )));
                return Vec::new();
            }
        }
        self.in_order()
    }

    fn write_out(&mut self, waiting: &Waiting, sources: &mut HashMap<*const Source, u32>) {
        let tree = self.tree;
        let Some(signature) = tree.functions().all.get(waiting.function) else { return };
        let Some((source, function)) = tree.function(signature) else { return };
        let (Some(output), Some(declared)) =
            (function.outputs.get(waiting.output), signature.outputs.get(waiting.output))
        else {
            return;
        };
        match sources.get(&Arc::as_ptr(source)) {
            Some(known) => (self.source, self.source_id) = (source.clone(), *known),
            None => {
                self.enter(source);
                sources.insert(Arc::as_ptr(source), self.source_id);
            }
        }
        self.environment = signature.environment;
        self.calls.parameters = waiting.parameters.clone();
        let (value, source) = (self.output(output, declared.ty), self.source_id);
        if let (Some(value), Some(slot)) = (value, self.out.lets.get_mut(waiting.id as usize)) {
            slot.source = source;
            slot.value = value;
            slot.output = Some(output.span);
        }
    }

    /// The body of an output.
    pub(super) fn output(&mut self, output: &ast::Output, ty: Type) -> Option<hir::Expr> {
        self.scope = Scope::default();
        self.scope.begin(output.lets.iter());
        output.lets.iter().for_each(|l| self.bind(l));
        self.typed(output.returns.as_ref()?, ty)
    }

    /// Counts an expression that is written out; false if there are too many.
    pub(super) fn count_expression(&mut self) -> bool {
        self.calls.expressions += usize::from(self.program == Program::Function && !self.calls.declaring);
        self.calls.expressions <= self.calls.most
    }

    /// Puts variables in an order in which each reads earlier ones only: the new number of each.
    fn in_order(&mut self) -> Vec<u32> {
        let count = self.out.lets.len();
        let mut to = vec![u32::MAX; count];
        let mut order: Vec<usize> = Vec::with_capacity(count);
        let mut entered = vec![false; count];
        let mut stack: Vec<usize> = Vec::new();
        for start in 0..count {
            stack.push(start);
            while let Some(&at) = stack.last() {
                let (Some(entered), Some(bound)) = (entered.get_mut(at), self.out.lets.get(at)) else { break };
                if !std::mem::replace(entered, true) {
                    let mut reads = Vec::new();
                    variables(&bound.value, &mut reads);
                    stack.extend(reads.into_iter().rev().filter(|read| to.get(*read) == Some(&u32::MAX)));
                    continue;
                }
                stack.pop();
                if let Some(slot) = to.get_mut(at).filter(|slot| **slot == u32::MAX) {
                    *slot = order.len() as u32;
                    order.push(at);
                }
            }
        }
        let mut lets: Vec<Option<hir::Let>> = std::mem::take(&mut self.out.lets).into_iter().map(Some).collect();
        for at in order {
            let Some(mut bound) = lets.get_mut(at).and_then(Option::take) else { continue };
            bound.value.renumber(&to);
            self.out.lets.push(bound);
        }
        let rules = self.out.rules.iter_mut().chain(&mut self.out.actions).chain(&mut self.out.routing);
        rules.for_each(|rule| rule.renumber(&to));
        to
    }
}

/// The variables that an expression reads itself.
fn variables(e: &hir::Expr, out: &mut Vec<usize>) {
    if let Kind::Variable(id) = e.kind {
        out.push(id as usize);
    }
    e.kind.children().for_each(|child| variables(child, out));
}

/// Whether a constant is the default of its type (L3.4).
fn is_default(constant: &Constant) -> bool {
    match constant {
        Constant::Bool(value) => !value,
        Constant::Int(value) => *value == 0,
        Constant::Double(value) => value.to_bits() == 0,
        Constant::String(text) => text.is_empty(),
        Constant::DateTime(value) => *value == DateTime::MIN,
        Constant::CharSet(_) | Constant::Null => false,
    }
}
