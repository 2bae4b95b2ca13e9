//! Rule texts in their canonical form, with the spelling of everything that rules can name (L1.3, R12.1).
//!
//! In: a source. Out: its canonical text. The layout is [`syntax::format`]'s; here are the names: rows of the registry, and
//! the words that are no rows because the checker treats them itself.

use crate::diagnostic::{Code, Diagnostic};
use crate::function::{Function, Place, registry};
use crate::limit::Limits;
use crate::source::{Source, Span};
use crate::syntax;
use crate::syntax::format::{Known, Options, Receiver, Written};
use crate::value::Type;
use std::sync::Arc;

/// Functions that are no rows.
const GLOBALS: [(&str, Option<Type>); 22] = [
    ("Approve", None),
    ("Challenge", None),
    ("ContainsKey", Some(Type::Bool)),
    ("Count", None),
    ("DistinctCount", None),
    ("Exists", Some(Type::Bool)),
    ("GetVariable", Some(Type::Json)),
    ("InSupportList", Some(Type::Bool)),
    ("IsBlock", Some(Type::Bool)),
    ("IsSafe", Some(Type::Bool)),
    ("IsWatch", Some(Type::Bool)),
    ("Lookup", Some(Type::String)),
    ("LookupClosest", Some(Type::String)),
    ("Other", None),
    ("Output", None),
    ("Queue", None),
    ("Reject", None),
    ("Review", None),
    ("SetResponse", None),
    ("SetVariables", None),
    ("Sum", None),
    ("Trace", None),
];

/// Namespaces whose members are no rows, or not all of them; the names that the language gives them.
const NAMESPACES: [(&str, &[&str]); 7] = [
    ("Assessment", &["SendLabel"]),
    ("Assessments", &[]),
    ("External", &[]),
    ("Functions", &["root", "parent", "environment"]),
    ("Request", &["CorrelationId"]),
    ("Response", &["Decision"]),
    ("Velocity", &[]),
];

/// Methods of values that are no rows: those of assessments (L8.3).
const METHODS: [&str; 3] = ["Evaluate", "Label", "Observe"];

/// The named arguments of the decisions (L7.11).
const ARGUMENTS: [&str; 4] = ["reason", "supportMessage", "challengeType", "type"];

/// The canonical text of a source; with `fix`, deprecated names and curly quotes are mended too.
///
/// What the source holds stays the same program: only layout and spelling change. Formatting the result again changes
/// nothing. See [`syntax::format`] for the layout.
///
/// # Errors
///
/// The diagnostics of a source with mistakes, warnings included.
pub fn format(source: &Arc<Source>, limits: &Limits, fix: bool) -> Result<String, Vec<Diagnostic>> {
    let depth = syntax::nesting(source.text()).min(limits.nesting);
    let formatted = syntax::with_stack(depth, || {
        syntax::format::format(source, limits, Options { fix, names: &|written| known(written) })
    });
    formatted.unwrap_or_else(|error| {
        let message = format!("expected a thread to read the text on, found none: {error}");
        Err(vec![Diagnostic::new(Code::NESTING_TOO_DEEP, source, Span::default(), message)])
    })
}

/// What is known of a name.
fn known(written: Written<'_>) -> Option<Known> {
    match written {
        Written::Global(name) => of_rows(&registry().globals(name)).or_else(|| {
            let (spelling, result) = GLOBALS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            let instead = (*spelling == "Other").then_some("Output");
            Some(Known { spelling, result: *result, instead })
        }),
        Written::Namespace(name) => {
            let special = NAMESPACES.iter().map(|(space, _)| *space);
            let mut all = special.chain(registry().all().filter_map(|row| match row.place {
                Place::Static(space) | Place::Constant(space) => Some(space),
                _ => None,
            }));
            all.find(|space| space.eq_ignore_ascii_case(name)).map(spelt)
        }
        Written::Static(space, name) => of_rows(&registry().statics(space, name)).or_else(|| {
            let (_, members) = NAMESPACES.iter().find(|(known, _)| known.eq_ignore_ascii_case(space))?;
            members.iter().find(|member| member.eq_ignore_ascii_case(name)).copied().map(spelt)
        }),
        Written::Method(receiver, name) => {
            let having = rows(receiver, name, |row| matches!(row.place, Place::Method(_)));
            let special = || METHODS.iter().find(|method| method.eq_ignore_ascii_case(name)).copied().map(spelt);
            of_rows(&having).or_else(special)
        }
        Written::Property(Receiver::Value(Type::Record(record)), name) => {
            let member = record.members().iter().find(|(member, _)| member.eq_ignore_ascii_case(name));
            member.map(|(spelling, result)| Known { spelling, result: Some(*result), instead: None })
        }
        // A member of Json is spelt as the event spells it (L3.7).
        Written::Property(Receiver::Unknown | Receiver::Value(Type::Json), _) => None,
        Written::Property(receiver, name) => {
            of_rows(&rows(receiver, name, |row| matches!(row.place, Place::Property(_))))
        }
        Written::Argument(function, name) => {
            let decisions = ["Approve", "Reject", "Review", "Challenge"];
            let is_decision = decisions.iter().any(|decision| decision.eq_ignore_ascii_case(function));
            let known = ARGUMENTS.iter().find(|known| known.eq_ignore_ascii_case(name)).copied();
            known.filter(|_| is_decision).map(spelt)
        }
    }
}

fn spelt(spelling: &'static str) -> Known {
    Known { spelling, result: None, instead: None }
}

/// The members of that name that a receiver may have; an Int also has those of Double.
fn rows(receiver: Receiver, name: &str, form: impl Fn(&Function) -> bool) -> Vec<&'static Function> {
    let fits = |row: &&'static Function| {
        let (Place::Method(on) | Place::Property(on)) = row.place else { return false };
        let on_receiver = match receiver {
            Receiver::Value(Type::Int) => matches!(on, Type::Int | Type::Double),
            Receiver::Value(ty) => on == ty,
            // The type that an attribute takes follows from its member; here every one that has it counts.
            Receiver::Attribute => matches!(on, Type::String | Type::Double | Type::DateTime | Type::Json),
            Receiver::Unknown => true,
        };
        on_receiver && form(row)
    };
    registry().named(name).iter().copied().filter(fits).collect()
}

/// What rows of one name have in common: a spelling, and perhaps a result and a better name.
fn of_rows(rows: &[&'static Function]) -> Option<Known> {
    let (first, others) = rows.split_first()?;
    if others.iter().any(|row| row.name != first.name) {
        return None;
    }
    let result = others.iter().all(|row| row.result == first.result).then_some(first.result);
    let instead = first.deprecated.filter(|instead| rows.iter().all(|row| is_renamed(row, instead)));
    Some(Known { spelling: first.name, result, instead })
}

/// Whether what is to be written instead of a deprecated name is another name of the same: a row that stands there too,
/// takes as much and gives as much.
fn is_renamed(row: &Function, instead: &str) -> bool {
    let others = match instead.split_once('.') {
        Some((space, name)) => registry().statics(space, name),
        None => registry().globals(instead),
    };
    let called = |place: Place| matches!(place, Place::Static(_) | Place::Global);
    row.deprecated == Some(instead)
        && !matches!(row.place, Place::Method(_) | Place::Property(_))
        && others.iter().any(|other| {
            called(other.place) == called(row.place)
                && other.result == row.result
                && other.written().iter().map(|(_, takes)| *takes).eq(row.written().iter().map(|(_, takes)| *takes))
        })
}
