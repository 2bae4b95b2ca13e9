//! The compiled form of an assessment: flat, typed, immutable, shared by every evaluation.
//!
//! In: [`hir`]. Out: a [`Program`].
//!
//! 1. Every pair of path and type that rules read becomes a slot, a number in a typed column ([`Columns`]); no name is
//!    looked up while rules run.
//! 2. A truth value that decides something becomes a graph of [`Test`]s: each is one fused comparison of a slot with a
//!    constant and says where to go on, so that `&&`, `||`, `!` and `?:` cost a jump and nothing else.
//! 3. Everything else becomes [`Op`]s for a small stack machine, without recursion, so that the depth of an expression or
//!    of variables that read each other never costs the host's stack (L5.5).
//!
//! Constant texts live in one pool; an operation holds their offsets.

mod build;
mod calculation;
mod chain;
mod code;
mod derived;
mod fold;
mod fuse;
pub(crate) mod index;
mod listed;
mod operation;
mod outline;
mod select;
mod shared;
mod test;

pub(crate) use calculation::{Calculated, Calculation};
pub(crate) use chain::{Chain, END, NOTHING};
pub use code::{Op, TextRef};
pub(crate) use derived::{DERIVED, Derivation, number};
pub(crate) use listed::{Asks, Listed, LookUp};
pub(crate) use outline::Outline;
pub use test::{FALSE, TRUE, Test, TestKind, TextSet};
pub(crate) use test::{ends, shifted};

use crate::event::Paths;
use crate::function::Bound;
use crate::hir;
use crate::source::{Source, Span};
use crate::value::json::Selection;
use crate::value::{DecisionKind, Type};
use std::ops::Range;
use std::sync::Arc;

/// A compiled assessment, or a compiled expression.
#[derive(Debug, Default)]
pub struct Program {
    /// The assessment's name; empty for an expression.
    pub(crate) name: Arc<str>,
    /// The trie of the paths that are read.
    pub(crate) paths: Paths,
    /// Which slots there are.
    pub(crate) columns: Columns,
    /// Constant texts.
    pub(crate) text: String,
    /// The canonical texts of the paths, for notes.
    pub(crate) path_names: Vec<Arc<str>>,
    /// Truth values that decide.
    pub(crate) tests: Vec<Test>,
    /// Sets of texts that tests look into.
    pub(crate) sets: Vec<TextSet>,
    /// What tests ask of lists.
    pub(crate) listed: Listed,
    /// Arithmetic that tests do.
    pub(crate) calculations: Vec<Calculation>,
    /// Values that tests read as if they were slots.
    pub(crate) derived: Vec<Derivation>,
    /// Whether one of them may depend on the clock or on chance.
    pub(crate) derives_outside: bool,
    /// Everything else.
    pub(crate) code: Vec<Op>,
    /// Where each operation stands in the text, for errors and for the place of a random number.
    pub(crate) places: Vec<Place>,
    /// Operations that read a part of the event as a type, each with the path of that part, in ascending order.
    pub(crate) note_paths: Vec<(u32, u32)>,
    /// Keys of objects that code builds.
    pub(crate) keys: Vec<TextRef>,
    /// The code of each variable.
    pub(crate) lets: Vec<u32>,
    /// Whether reading a variable can fail.
    pub(crate) let_fails: Vec<bool>,
    /// Whether evaluating a variable can list an error.
    pub(crate) let_errs: Vec<bool>,
    /// What a variable is if it fails, of those whose failure ends there (R6.1).
    pub(crate) let_defaults: Vec<Option<hir::Constant>>,
    /// Constants that no operation holds.
    pub(crate) constants: Vec<hir::Constant>,
    /// Whether one place of a text may be evaluated several times, as the body of a function.
    pub(crate) repeats: bool,
    /// Callables made for their call sites.
    pub(crate) bound: Vec<Arc<dyn Bound>>,
    /// Names that `SetVariables` and `GetVariable` use.
    pub(crate) variables: Vec<Arc<str>>,
    /// External calls by number.
    pub(crate) externals: Vec<hir::External>,
    /// The environments on the assessment's path.
    pub(crate) stages: Vec<hir::Stage>,
    /// The decision rules in order.
    pub(crate) rules: Vec<Rule>,
    /// The action rules, which run after the decision, in order.
    pub(crate) actions: Vec<Rule>,
    /// The routing rules, which run after a `Review`, in order.
    pub(crate) routing: Vec<Rule>,
    /// The clauses of all rules.
    pub(crate) clauses: Vec<Clause>,
    /// The statements of all clauses.
    pub(crate) statements: Vec<Statement>,
    /// The effects of all statements.
    pub(crate) effects: Vec<Effect>,
    /// The named values of all effects.
    pub(crate) pairs: Vec<Pair>,
    /// The code of the expression, if that is what was compiled.
    pub(crate) expression: u32,
    /// The type of the expression.
    pub(crate) expression_type: Option<Type>,
    /// See [`Program::reads_outside`].
    pub(crate) reads_outside: bool,
    /// See [`Program::most_steps`].
    pub(crate) most_steps: usize,
    /// What is read of the answers of external calls, by number; all where there is none.
    pub(crate) selections: Vec<Option<Selection>>,
    /// How many places in the code make external calls.
    pub(crate) call_sites: usize,
    /// See [`Program::most_looks`].
    pub(crate) most_looks: usize,
    /// See [`Program::lone_statements`].
    pub(crate) lone: Option<u32>,
    /// Which statements an event may concern, if there are many.
    pub(crate) index: Option<Box<index::Index>>,
    /// The tests of all statements in a row, if there is no index and nothing but them.
    pub(crate) chain: Option<Chain>,
    /// The texts that places refer to.
    pub(crate) sources: Vec<Arc<Source>>,
    /// Where rules, clauses and statements stand, if somebody wants to know which were taken.
    pub(crate) outline: Option<Box<Outline>>,
}

/// A program behind a counter of its own: a session's decisions keep its handle, so that sessions on several threads share
/// no counter, and no line of the cache that a counter stands in.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Handle(pub(crate) Arc<Program>);

impl std::ops::Deref for Handle {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.0
    }
}

impl Program {
    /// Compiles an assessment.
    pub fn of_rules(assessment: &hir::Assessment) -> Program {
        build::rules(assessment)
    }

    /// Compiles an expression.
    pub fn of_expression(program: &hir::Program) -> Program {
        build::expression(program)
    }

    /// The texts it was made of.
    pub fn sources(&self) -> &[Arc<Source>] {
        &self.sources
    }

    /// Whether it has an index, so that an event looks only at the rules that it may concern.
    pub fn is_indexed(&self) -> bool {
        self.index.is_some()
    }

    /// The names of its rules, in the order they run.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| &*rule.name)
    }

    /// How many rules of all kinds there are.
    pub(crate) fn rule_count(&self) -> usize {
        self.rules.len() + self.actions.len() + self.routing.len()
    }

    /// A rule by its number: decision rules, then action rules, then routing rules.
    pub(crate) fn rule(&self, number: u32) -> Option<&Rule> {
        let at = number as usize;
        let (rules, actions) = (self.rules.len(), self.actions.len());
        match at.checked_sub(rules) {
            None => self.rules.get(at),
            Some(at) if at < actions => self.actions.get(at),
            Some(at) => self.routing.get(at - actions),
        }
    }

    /// A constant text.
    #[inline]
    pub(crate) fn str(&self, text: TextRef) -> &str {
        self.text.get(text.start as usize..(text.start + text.len) as usize).unwrap_or_default()
    }

    /// The bytes of a constant text.
    #[inline]
    pub(crate) fn bytes(&self, text: TextRef) -> &[u8] {
        self.text.as_bytes().get(text.start as usize..text.start as usize + text.len as usize).unwrap_or_default()
    }

    /// The statements of all decision rules, if there is nothing to rules but their statements: no condition, and none that
    /// is the last to run.
    #[inline]
    pub(crate) fn lone_statements(&self) -> Option<&[Statement]> {
        self.statements.get(..self.lone? as usize)
    }

    /// Whether anything in it may depend on the clock or on chance.
    pub(crate) fn reads_outside(&self) -> bool {
        self.reads_outside
    }

    /// The name of a clause.
    pub(crate) fn clause_name(&self, number: u32) -> &str {
        self.clauses.get(number as usize).map_or("", |clause| self.str(clause.name))
    }

    /// How many steps an evaluation takes at most: nothing runs twice in one event.
    pub(crate) fn most_steps(&self) -> usize {
        self.most_steps
    }

    /// How many texts an evaluation looks through at most, each of which takes more steps the longer it is.
    pub(crate) fn most_looks(&self) -> usize {
        self.most_looks
    }
}

/// Where an operation stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// The place in the text.
    pub(crate) span: Span,
    /// Which text.
    pub(crate) source: u32,
}

/// The typed columns of slots: for each slot the number of its path.
#[derive(Debug, Default)]
pub struct Columns {
    /// Read as Bool.
    pub(crate) bools: Vec<u32>,
    /// Read as Int.
    pub(crate) ints: Vec<u32>,
    /// Read as Double.
    pub(crate) doubles: Vec<u32>,
    /// Calculated from Doubles: their slots are those behind `doubles`.
    pub(crate) calculated: Vec<Calculated>,
    /// Read as String.
    pub(crate) texts: Vec<u32>,
    /// Read as DateTime.
    pub(crate) dates: Vec<u32>,
    /// How many look-ups in lists there are.
    pub(crate) look_ups: usize,
}

impl Columns {
    /// What is calculated for a Double slot, if it is not read.
    pub(crate) fn calculated(&self, slot: u32) -> Option<&Calculated> {
        self.calculated.get((slot as usize).checked_sub(self.doubles.len())?)
    }
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    pub(crate) name: Arc<str>,
    /// The number of its stage.
    pub(crate) stage: u32,
    /// Whether no further rule is run if its condition holds: its stage is in "first match" (R2.1, R2.3).
    pub(crate) last: bool,
    pub(crate) condition: Condition,
    pub(crate) clauses: Range<u32>,
    /// Those of all its clauses.
    pub(crate) statements: Range<u32>,
}

/// A clause.
#[derive(Debug)]
pub struct Clause {
    /// In the pool of texts.
    pub(crate) name: TextRef,
    pub(crate) statements: Range<u32>,
}

/// A statement.
#[derive(Debug)]
pub struct Statement {
    pub(crate) when: Condition,
    pub(crate) effects: Range<u32>,
    /// The clause that it stands in.
    pub(crate) clause: u32,
    /// The rule that it stands in.
    pub(crate) rule: u32,
    /// What it decides, if it does nothing else and its texts are constants.
    pub(crate) decides: Option<DecisionKind>,
}

/// A truth value that decides.
#[derive(Clone, Copy, Debug)]
pub enum Condition {
    /// Nothing to test.
    Always,
    /// Begins at that test; no external call in it.
    Tests(u32),
    /// Begins at that operation; makes external calls, so the planner reads it too.
    Code(u32),
}

/// What a fired statement does.
#[derive(Debug)]
pub enum Effect {
    /// Ends the rule set.
    Decide(Decide),
    /// `Output`, the named values.
    Output(Range<u32>),
    /// `Trace`, the named values.
    Trace(Range<u32>),
    /// `SetVariables`, the named values.
    SetVariables(Range<u32>),
    /// `SetResponse`, the section if there is one, and the named values.
    SetResponse(Option<TextRef>, Range<u32>),
    /// Code that makes a call, whose result is dropped.
    Call(u32),
    /// Code that gives the name of a queue.
    Route(u32),
}

/// A decision and its texts.
#[derive(Debug)]
pub struct Decide {
    pub(crate) kind: DecisionKind,
    /// challengeType, reason, supportMessage: see [`Argument`].
    texts: [TextRef; 3],
    /// In which order to evaluate them, as indexes; 3 is the end.
    pub(crate) order: [u8; 3],
}

/// The length of a text that is not given, and of one that code gives, which begins at its start.
const ABSENT: u32 = u32::MAX;
const CODE: u32 = u32::MAX - 1;

impl Decide {
    fn new(kind: DecisionKind, texts: [Argument; 3], order: [u8; 3]) -> Decide {
        let texts = texts.map(|text| match text {
            Argument::Absent => TextRef { start: 0, len: ABSENT },
            Argument::Constant(text) => text,
            Argument::Code(start) => TextRef { start, len: CODE },
        });
        Decide { kind, texts, order }
    }

    /// challengeType, reason, supportMessage.
    pub(crate) fn texts(&self) -> [Argument; 3] {
        self.texts.map(|text| match text.len {
            ABSENT => Argument::Absent,
            CODE => Argument::Code(text.start),
            _ => Argument::Constant(text),
        })
    }

    /// One of them.
    #[inline]
    pub(crate) fn text(&self, index: u8) -> Argument {
        self.texts().get(usize::from(index)).copied().unwrap_or(Argument::Absent)
    }
}

/// A text of a decision.
#[derive(Clone, Copy, Debug)]
pub enum Argument {
    /// Not given.
    Absent,
    /// Known already.
    Constant(TextRef),
    /// Code that gives it.
    Code(u32),
}

/// A named value.
#[derive(Debug)]
pub struct Pair {
    pub(crate) name: Arc<str>,
    /// The variable's number, for `SetVariables`.
    pub(crate) variable: u32,
    pub(crate) code: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_rule_has_is_small() {
        assert_eq!((size_of::<Clause>(), size_of::<Statement>(), size_of::<Effect>()), (16, 28, 28));
    }
}
