//! What a rule can call: one [`Function`] row for each callable, and the registry that finds rows by name.
//!
//! A row is everything there is to know about a callable: its place (a method of a type, a member of a namespace, a global
//! name), its parameters and result, its documentation with examples, and its implementation. The type check, completion,
//! `fql explain`, the reference pages and the example tests all read the same row. Rows are written with `functions!`.

mod completion;
mod registry;
mod row;

pub use completion::{Completion, completions};
pub use registry::{Registry, registry};
pub use row::{FromDatum, IntoDatum, Parameter, Rest, Returned};

pub use crate::value::{Cast, Context};
use crate::value::{Datum, Failure, Type};

/// How the result of a function depends on things that are not its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volatility {
    /// On nothing: equal arguments always give equal results.
    Immutable,
    /// On the event, the clock or the environment: equal within one event.
    Stable,
    /// On the place in the text too.
    Volatile,
}

/// Where a callable is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// `receiver.Name(...)`; the receiver is the first argument.
    Method(Type),
    /// `receiver.Name`.
    Property(Type),
    /// `Namespace.Name(...)`.
    Static(&'static str),
    /// `Namespace.Name`.
    Constant(&'static str),
    /// `Name(...)`.
    Global,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A value of that type (an Int where a Double is wanted widens, Json is read as L3.7 says).
    One(Type),
    /// A value of that type, or nothing.
    Optional(Type),
    /// Any scalar or Json; an attribute is Json.
    Any,
    /// Any number of further values of that type.
    Rest(Type),
}

/// One callable.
#[derive(Debug)]
pub struct Function {
    /// The canonical spelling.
    pub name: &'static str,
    /// Where it is found.
    pub place: Place,
    /// Names and types of the parameters; a receiver comes first.
    pub parameters: &'static [(&'static str, Takes)],
    /// The type of the result.
    pub result: Type,
    /// What the result depends on.
    pub volatility: Volatility,
    /// Whether it may end in a [`Failure`].
    pub can_fail: bool,
    /// What to write instead, if it is deprecated.
    pub deprecated: Option<&'static str>,
    /// Markdown: the first line is the summary; `fql` blocks hold `expression => value` examples.
    pub doc: &'static str,
    /// The implementation.
    pub run: Implementation,
}

/// The implementation of a row: arguments as the checker coerced them.
pub type Implementation = for<'a> fn(&mut Context<'a>, &[Datum<'a>]) -> Result<Datum<'a>, Failure>;

/// A callable that was made for one call site, or for what the host registered: a list's column, a compiled regular
/// expression, a provider. The checker makes it, the program holds it.
pub trait Bound: Send + Sync + std::fmt::Debug {
    /// Its name, for messages.
    fn name(&self) -> &str;

    /// Whether it may end in a [`Failure`].
    fn can_fail(&self) -> bool;

    /// What it reads the Json that is its first argument as; what cannot be read so sets [`Context::unreadable`] and becomes a
    /// note (L3.5).
    fn reads(&self) -> Option<Type> {
        None
    }

    /// What tells it from others of its name: two that say the same give the same for the same arguments, so that one answer
    /// does for both. `None` is like no other.
    fn identity(&self) -> Option<String> {
        None
    }

    /// What it is, for whoever knows a better way than to run it.
    fn as_any(&self) -> Option<&dyn std::any::Any> {
        None
    }

    /// Runs it; arguments as the checker coerced them.
    ///
    /// # Errors
    ///
    /// If [`Bound::can_fail`].
    fn run<'a>(&self, context: &mut Context<'a>, arguments: &[Datum<'a>]) -> Result<Datum<'a>, Failure>;
}

impl Function {
    /// The first line of its documentation.
    pub fn summary(&self) -> &'static str {
        self.doc.trim_start().lines().next().unwrap_or_default().trim()
    }

    /// How many arguments it takes at least, the receiver not counted.
    pub fn required(&self) -> usize {
        self.written().iter().filter(|(_, takes)| matches!(takes, Takes::One(_) | Takes::Any)).count()
    }

    /// How many arguments it takes at most, the receiver not counted; `None` is no bound.
    pub fn at_most(&self) -> Option<usize> {
        let rest = self.written().iter().any(|(_, takes)| matches!(takes, Takes::Rest(_)));
        (!rest).then_some(self.written().len())
    }

    /// The parameters that are written between parentheses.
    pub fn written(&self) -> &'static [(&'static str, Takes)] {
        match self.place {
            Place::Method(_) | Place::Property(_) => self.parameters.get(1..).unwrap_or_default(),
            _ => self.parameters,
        }
    }

    /// How it is written, for messages: `String.StartsWith(prefix: String) -> Bool`.
    pub fn signature(&self) -> String {
        let mut text = match self.place {
            Place::Method(on) | Place::Property(on) => format!("{on}.{}", self.name),
            Place::Static(space) | Place::Constant(space) => format!("{space}.{}", self.name),
            Place::Global => self.name.to_string(),
        };
        if !matches!(self.place, Place::Property(_) | Place::Constant(_)) {
            let written = self.written().iter().map(|(name, takes)| match takes {
                Takes::One(of) => format!("{name}: {of}"),
                Takes::Optional(of) => format!("[{name}: {of}]"),
                Takes::Any => format!("{name}: any"),
                Takes::Rest(of) => format!("{name}: {of}, ..."),
            });
            text += &format!("({})", written.collect::<Vec<_>>().join(", "));
        }
        text + " -> " + self.result.name()
    }
}

/// Writes rows.
///
/// ```text
/// functions! {
///     /// Methods of text (L6.1).
///     pub(super) static STRING;
///
///     /// True if the text begins with `prefix`
///     ///
///     /// ```fql
///     /// "1-425".StartsWith("1-") => true
///     /// ```
///     immutable method String.StartsWith(text: &str, prefix: &str) -> bool { text.starts_with(prefix) }
///
///     /// This moment
///     stable constant DateTime.UtcNow() -> DateTime |ctx| { ctx.now }
/// }
/// ```
///
/// The leading words are the volatility (`immutable`, `stable`, `volatile`) and the place (`method`, `property`, `static`,
/// `constant`, `global`); `deprecated("what to write instead")` may stand between them. The body's value has the declared type; `?` leaves with a failure.
macro_rules! functions {
    (
        $(#[doc = $about:literal])*
        $visibility:vis static $family:ident;
        $(
            $(#[doc = $doc:literal])*
            $volatility:ident $form:ident $(($instead:literal) $after:ident)? $first:ident $(. $second:ident)?
                ( $($arg:ident : $ty:ty),* $(,)? ) -> $ret:ty $(|$ctx:ident|)? $body:block
        )*
    ) => {
        $(#[doc = $about])*
        $visibility static $family: &[$crate::function::Function] = &[$(
            $crate::function::Function {
                name: $crate::function::functions!(@name $first $($second)?),
                place: $crate::function::functions!(@place $form $($after)? : $first $($second)?),
                parameters: &[$((stringify!($arg), <$ty as $crate::function::Parameter>::TAKES)),*],
                result: <$ret as $crate::function::Returned>::TYPE,
                volatility: $crate::function::functions!(@volatility $volatility),
                can_fail: <$ret as $crate::function::Returned>::CAN_FAIL,
                deprecated: $crate::function::functions!(@deprecated $form $($instead)?),
                doc: concat!($($doc, "\n"),*),
                run: |context, arguments| {
                    #[allow(unused_mut, unused_variables, reason = "a row may take no argument")]
                    let (mut arguments, name) =
                        (arguments.iter(), $crate::function::functions!(@name $first $($second)?));
                    $(
                        #[allow(non_snake_case, reason = "parameters are spelt as in the specification")]
                        let Some($arg) = <$ty as $crate::function::FromDatum>::take(&mut arguments) else {
                            return Err($crate::value::Failure::mismatch(name));
                        };
                    )*
                    $(let $ctx = &mut *context;)?
                    let result: $ret = $body;
                    $crate::function::IntoDatum::into_datum(result, context)
                },
            },
        )*];
    };
    (@name $first:ident) => { stringify!($first) };
    (@name $first:ident $second:ident) => { stringify!($second) };
    (@place deprecated $($rest:tt)*) => { $crate::function::functions!(@place $($rest)*) };
    (@place method : $on:ident $name:ident) => { $crate::function::Place::Method($crate::value::Type::$on) };
    (@place property : $on:ident $name:ident) => { $crate::function::Place::Property($crate::value::Type::$on) };
    (@place static : $space:ident $name:ident) => { $crate::function::Place::Static(stringify!($space)) };
    (@place constant : $space:ident $name:ident) => { $crate::function::Place::Constant(stringify!($space)) };
    (@place global : $name:ident) => { $crate::function::Place::Global };
    (@volatility immutable) => { $crate::function::Volatility::Immutable };
    (@volatility stable) => { $crate::function::Volatility::Stable };
    (@volatility volatile) => { $crate::function::Volatility::Volatile };
    (@deprecated deprecated $instead:literal) => { Some($instead) };
    (@deprecated $form:ident) => { None };
}
pub(crate) use functions;
