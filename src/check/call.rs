//! Calls of builtins: which overload is meant, and arguments brought to its parameters (L3.3 e, L9.2).

use super::Checker;
use super::member::then;
use super::message::signatures;
use crate::diagnostic::{Code, nearest};
use crate::function::{Function, Place, Takes, registry};
use crate::hir::{self, Kind, StepKind};
use crate::source::Span;
use crate::syntax::ast::{self, Argument, Name, Step};
use crate::value::{CharSet, Context, Datum, Type, format};

/// Namespaces that hold builtins or are answered elsewhere.
pub(super) const NAMESPACES: [&str; 18] = [
    "Array",
    "Assessment",
    "Assessments",
    "BIN",
    "CharSet",
    "Convert",
    "DateTime",
    "Device",
    "External",
    "Functions",
    "Geo",
    "Math",
    "Model",
    "Patterns",
    "Request",
    "Response",
    "String",
    "TimeSpan",
];

impl Checker<'_> {
    /// `Name(arguments)`
    pub(super) fn global(&mut self, name: &Name, arguments: &[Argument], span: Span) -> Option<hir::Expr> {
        if let Some(special) = self.special_global(name, arguments, span) {
            return special;
        }
        let rows = registry().globals(&name.value);
        if rows.is_empty() {
            let unknown = self.unknown_function(name);
            self.check_alone(arguments);
            return unknown;
        }
        self.overloaded(&rows, name, None, arguments, span)
    }

    /// `Space.Name(arguments)` or `Space.Name`; the value and the steps that are left.
    pub(super) fn namespace<'t>(
        &mut self,
        space: &Name,
        name: &Name,
        rest: &'t [Step],
    ) -> Option<(hir::Expr, &'t [Step])> {
        let (arguments, after, span) = match rest {
            [Step { kind: ast::StepKind::Call(arguments), span }, after @ ..] => {
                (Some(arguments.as_slice()), after, space.span.to(*span))
            }
            _ => (None, rest, space.span.to(name.span)),
        };
        if let Some(special) = self.special_namespace(space, name, arguments, span) {
            return Some((special?, after));
        }
        let rows = registry().statics(&space.value, &name.value);
        if rows.is_empty() {
            let unknown = self.unknown_static(space, name);
            self.check_alone(arguments.unwrap_or_default());
            return unknown;
        }
        let constant = rows.iter().find(|row| matches!(row.place, Place::Constant(_)));
        match (constant, arguments) {
            (Some(row), None) => {
                self.note_deprecated(row, name.span);
                Some((self.constant(row, span), after))
            }
            (Some(_), Some(_)) => {
                let message = format!("`{}.{}` is a property: write it without parentheses", space.value, name.value);
                self.report(self.diagnose(Code::MEMBER_FORM, span, message))
            }
            (None, Some(arguments)) => Some((self.overloaded(&rows, name, None, arguments, span)?, after)),
            (None, None) => {
                let message = format!("`{}.{}` is a function and needs parentheses", space.value, name.value);
                self.report(self.diagnose(Code::MEMBER_FORM, span, message).help(signatures(&rows)))
            }
        }
    }

    /// A constant row; a set of character classes is known right here.
    fn constant(&self, row: &'static Function, span: Span) -> hir::Expr {
        let kind = match char_set(row) {
            Some(set) => Kind::Constant(hir::Constant::CharSet(set)),
            None => Kind::Call(row, Vec::new()),
        };
        hir::Expr { kind, ty: row.result, span }
    }

    /// Chooses among rows of one name, and brings the arguments to its parameters.
    pub(super) fn overloaded(
        &mut self,
        rows: &[&'static Function],
        name: &Name,
        receiver: Option<hir::Expr>,
        arguments: &[Argument],
        span: Span,
    ) -> Option<hir::Expr> {
        if let Some(named) = arguments.iter().find_map(|argument| argument.name.as_ref()) {
            let message = format!("`{}` takes no named arguments", name.value);
            let help = format!("write the values in order: {}", signatures(rows));
            return self.report(self.diagnose(Code::UNKNOWN_ARGUMENT, named.span, message).help(help));
        }
        let count = arguments.len();
        let fits = |row: &&&'static Function| count >= row.required() && row.at_most().is_none_or(|most| count <= most);
        let fitting: Vec<&'static Function> = rows.iter().filter(fits).copied().collect();
        if fitting.is_empty() {
            self.check_alone(arguments);
            let place = name.span.to(Span { start: name.span.start, end: span.end });
            return self.report(self.wrong_count(place, rows, count));
        }
        if let [row] = fitting.as_slice() {
            return self.called(row, name, receiver, arguments, span);
        }
        // Several rows take that many: the arguments that have a type of their own decide.
        let typed: Vec<Option<Option<hir::Expr>>> = arguments
            .iter()
            .map(|argument| (!self.is_open(&argument.value)).then(|| self.expr(&argument.value, None)))
            .collect();
        let mut known = Vec::with_capacity(typed.len());
        for one in typed {
            match one {
                Some(None) => return None,
                Some(Some(e)) => known.push(Some(e)),
                None => known.push(None),
            }
        }
        let receiver_type = receiver.as_ref().map(|e| e.ty);
        let best = fitting
            .iter()
            .filter_map(|row| Some((cost(row, receiver_type, &known)?, *row)))
            .min_by_key(|(cost, _)| *cost);
        let Some((_, row)) = best else {
            let found: Vec<&str> = known.iter().map(|e| e.as_ref().map_or("an attribute", |e| e.ty.name())).collect();
            let message = format!("`{}` does not take ({})", name.value, found.join(", "));
            return self.report(self.diagnose(Code::NO_OVERLOAD, span, message).help(signatures(rows)));
        };
        let receiver = match receiver {
            Some(value) => Some(self.receiver(value, row)?),
            None => None,
        };
        let mut all = Vec::with_capacity(arguments.len());
        for ((argument, known), takes) in arguments.iter().zip(known).zip(taken(row)) {
            let e = match (known, takes) {
                (Some(e), Takes::Any) => e,
                (Some(e), Takes::One(ty) | Takes::Optional(ty) | Takes::Rest(ty)) => self.coerce(e, ty)?,
                (None, takes) => self.argument(&argument.value, takes)?,
            };
            all.push(e);
        }
        self.note_deprecated(row, name.span);
        self.constant_faults(row, &all, span)?;
        Some(applied(row, receiver, all, span))
    }

    /// The only row with that count: every argument is checked against its parameter.
    fn called(
        &mut self,
        row: &'static Function,
        name: &Name,
        receiver: Option<hir::Expr>,
        arguments: &[Argument],
        span: Span,
    ) -> Option<hir::Expr> {
        let receiver = match receiver {
            Some(value) => Some(self.receiver(value, row)?),
            None => None,
        };
        let checked: Vec<Option<hir::Expr>> =
            arguments.iter().zip(taken(row)).map(|(argument, takes)| self.argument(&argument.value, takes)).collect();
        self.note_deprecated(row, name.span);
        let all = checked.into_iter().collect::<Option<Vec<_>>>()?;
        self.constant_faults(row, &all, span)?;
        Some(applied(row, receiver, all, span))
    }

    /// One argument, brought to what the parameter takes.
    fn argument(&mut self, e: &ast::Expr, takes: Takes) -> Option<hir::Expr> {
        match takes {
            Takes::One(ty) | Takes::Optional(ty) | Takes::Rest(ty) => self.typed(e, ty),
            Takes::Any => {
                let value = self.expr(e, Some(Type::Json))?;
                if matches!(value.ty, Type::Record(_) | Type::CharSet) {
                    self.coerce(value, Type::Json)
                } else {
                    Some(value)
                }
            }
        }
    }

    /// Constant arguments that can never be right (L9.2).
    fn constant_faults(&mut self, row: &'static Function, arguments: &[hir::Expr], span: Span) -> Option<()> {
        use hir::Constant::Int;
        if row.name == "RandomInt"
            && let [least, most] = arguments
            && let (Kind::Constant(Int(a)), Kind::Constant(Int(b))) = (&least.kind, &most.kind)
            && a >= b
        {
            let message = format!("expected a minimum below the maximum, found {a} and {b}");
            let diagnostic = self.diagnose(Code::BAD_CONSTANT, span, message);
            return self.report(diagnostic.help("the maximum is excluded: `RandomInt(0, 100)` gives 0 to 99"));
        }
        let Some((text, place)) = arguments.first().and_then(|e| Some((e.kind.text()?, e.span))) else {
            return Some(());
        };
        let (checked, help) = match (row.place, row.name) {
            (Place::Method(Type::DateTime), "ToString") | (Place::Method(Type::String), "ToDateTime") => {
                (format::check_datetime_format(text), "a format of your own is such as `yyyy-MM-dd HH:mm`")
            }
            (Place::Method(ty @ (Type::Int | Type::Double)), "ToString") => {
                (format::check_number_format(text, ty == Type::Int), "formats are such as `F2`, `N0` and `#,##0.00`")
            }
            _ => return Some(()),
        };
        match checked {
            Ok(()) => Some(()),
            Err(fault) => self.report(self.diagnose(Code::BAD_CONSTANT, place, fault.message).help(help)),
        }
    }

    /// A deprecated row was used (L9.3).
    pub(super) fn note_deprecated(&mut self, row: &'static Function, span: Span) {
        let Some(instead) = row.deprecated else { return };
        let message = match row.place {
            Place::Static(space) | Place::Constant(space) => format!("`{space}.{}` is deprecated", row.name),
            _ => format!("`{}` is deprecated", row.name),
        };
        let diagnostic = self.diagnose(Code::DEPRECATED, span, message);
        self.diagnostics.push(diagnostic.help(format!("write `{instead}`")));
    }

    /// Checks the arguments of a call that is wrong itself, for their own errors.
    pub(super) fn check_alone(&mut self, arguments: &[Argument]) {
        // A window may be right where it stands: only the call knows.
        for argument in arguments.iter().filter(|argument| !matches!(argument.value.kind, ast::Kind::Window(_))) {
            self.expr(&argument.value, None);
        }
    }

    fn unknown_function<T>(&mut self, name: &Name) -> Option<T> {
        let diagnostic = self.diagnose(Code::UNKNOWN_FUNCTION, name.span, format!("unknown function `{}`", name.value));
        let globals = registry().all().filter(|row| row.place == Place::Global).map(|row| row.name);
        let special =
            ["Approve", "Reject", "Review", "Challenge", "Output", "Trace", "SetVariables", "ContainsKey", "Lookup"];
        if let Some(near) = nearest(&name.value, globals.chain(special)) {
            return self.report(diagnostic.help(format!("did you mean `{near}`?")).fix(name.span, near));
        }
        let elsewhere = registry().named(&name.value);
        match elsewhere.first() {
            Some(row) => {
                let help = format!("it is a member: `{}`", row.signature());
                self.report(diagnostic.help(help))
            }
            None => self.report(diagnostic),
        }
    }

    fn unknown_static<T>(&mut self, space: &Name, name: &Name) -> Option<T> {
        let known = registry().all().filter_map(|row| match row.place {
            Place::Static(of) | Place::Constant(of) if of.eq_ignore_ascii_case(&space.value) => Some(row.name),
            _ => None,
        });
        let known: Vec<&str> = known.collect();
        if !known.is_empty() {
            let message = format!("`{}` has no member `{}`", space.value, name.value);
            let diagnostic = self.diagnose(Code::UNKNOWN_MEMBER, name.span, message);
            return self.report(match nearest(&name.value, known.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(name.span, near),
                None => diagnostic,
            });
        }
        let diagnostic = self.diagnose(Code::UNKNOWN_NAME, space.span, format!("unknown name `{}`", space.value));
        self.report(match nearest(&space.value, NAMESPACES) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(space.span, near),
            None if self.scope.peek(&space.value).is_some() => {
                diagnostic.help(format!("a variable begins with `$`: `${}`", space.value))
            }
            None => diagnostic.help(format!("an attribute is written `@\"{}.{}\"`", space.value, name.value)),
        })
    }
}

/// A call of a row: a step of its receiver, or on its own.
fn applied(row: &'static Function, receiver: Option<hir::Expr>, arguments: Vec<hir::Expr>, span: Span) -> hir::Expr {
    match receiver {
        Some(value) => then(value, StepKind::Method(row, arguments), row.result, span),
        None => hir::Expr { kind: Kind::Call(row, arguments), ty: row.result, span },
    }
}

/// The value of a row that is a constant set of character classes.
fn char_set(row: &'static Function) -> Option<CharSet> {
    if row.result != Type::CharSet {
        return None;
    }
    let arena = bumpalo::Bump::new();
    match (row.run)(&mut Context::constant(&arena), &[]) {
        Ok(Datum::CharSet(set)) => Some(set),
        _ => None,
    }
}

/// What a row takes, argument by argument; the last one repeats if it takes any number.
fn taken(row: &'static Function) -> impl Iterator<Item = Takes> {
    let written = row.written();
    let last = written.last().map(|(_, takes)| *takes).filter(|takes| matches!(takes, Takes::Rest(_)));
    written.iter().map(|(_, takes)| *takes).chain(std::iter::repeat_with(move || last).map_while(|takes| takes))
}

/// How far arguments are from what a row takes: lower is nearer, `None` does not fit. An attribute is nearest to a Double
/// or a DateTime (L3.3 e).
fn cost(row: &'static Function, receiver: Option<Type>, arguments: &[Option<hir::Expr>]) -> Option<u32> {
    let mut total = match (row.place, receiver) {
        (Place::Method(on) | Place::Property(on), Some(found)) => distance(on, found)?,
        _ => 0,
    };
    for (argument, takes) in arguments.iter().zip(taken(row)) {
        total += match (takes, argument) {
            (Takes::Any, _) => 3,
            (Takes::One(ty) | Takes::Optional(ty) | Takes::Rest(ty), Some(e)) => distance(ty, e.ty)?,
            (Takes::One(ty) | Takes::Optional(ty) | Takes::Rest(ty), None) => match ty {
                Type::Double | Type::DateTime | Type::String => 0,
                Type::Int | Type::Bool | Type::Json => 2,
                _ => return None,
            },
        };
    }
    Some(total)
}

fn distance(wanted: Type, found: Type) -> Option<u32> {
    match (wanted, found) {
        (a, b) if a == b => Some(0),
        (Type::Double, Type::Int) => Some(1),
        (Type::Double, Type::Json) => Some(2),
        (Type::Bool | Type::Int | Type::String | Type::DateTime, Type::Json) => Some(3),
        (Type::Json, Type::Record(_)) => Some(1),
        (Type::Json, found) if !matches!(found, Type::CharSet | Type::TimeWindow) => Some(4),
        _ => None,
    }
}
