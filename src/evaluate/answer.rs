//! Answers of external calls, as the evaluation sees them (L8, R7.4, R7.5).

use super::arguments::Arguments;
use crate::value::Text;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use std::hash::{BuildHasher, Hash, Hasher};

/// How a call ended (R7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallStatus {
    /// A response with a status of 200 to 299 and a JSON body.
    Success,
    /// Any other status.
    HttpError,
    /// The application id was refused.
    InvalidApplicationId,
    /// No token could be had.
    AadFailure,
    /// No such definition.
    DefinitionNotFound,
    /// No answer in time.
    Timeout,
    /// DNS, connection, TLS, or a response cut short.
    CommunicationFailure,
    /// Not JSON, too large, too deep.
    ResponseFailure,
    /// The circuit breaker is open.
    CircuitBreaker,
    /// The address policy forbids it.
    Blocked,
    /// Anything else.
    UnknownFailure,
}

impl CallStatus {
    /// All of them.
    pub const ALL: [CallStatus; 11] = [
        CallStatus::Success,
        CallStatus::HttpError,
        CallStatus::InvalidApplicationId,
        CallStatus::AadFailure,
        CallStatus::DefinitionNotFound,
        CallStatus::Timeout,
        CallStatus::CommunicationFailure,
        CallStatus::ResponseFailure,
        CallStatus::CircuitBreaker,
        CallStatus::Blocked,
        CallStatus::UnknownFailure,
    ];

    /// Its name, as in decisions and stub files.
    pub fn name(self) -> &'static str {
        match self {
            CallStatus::Success => "Success",
            CallStatus::HttpError => "HttpError",
            CallStatus::InvalidApplicationId => "InvalidApplicationId",
            CallStatus::AadFailure => "AadFailure",
            CallStatus::DefinitionNotFound => "DefinitionNotFound",
            CallStatus::Timeout => "Timeout",
            CallStatus::CommunicationFailure => "CommunicationFailure",
            CallStatus::ResponseFailure => "ResponseFailure",
            CallStatus::CircuitBreaker => "CircuitBreaker",
            CallStatus::Blocked => "Blocked",
            CallStatus::UnknownFailure => "UnknownFailure",
        }
    }

    /// The status of that name, exactly as written in R7.5.
    pub fn from_name(name: &str) -> Option<CallStatus> {
        CallStatus::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Who answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerSource {
    /// A function of the host.
    Host,
    /// A service, over HTTP.
    Http,
    /// A stub file (R9.2).
    Stub,
}

impl AnswerSource {
    /// As in a decision's `calls`.
    pub fn name(self) -> &'static str {
        match self {
            AnswerSource::Host => "host",
            AnswerSource::Http => "http",
            AnswerSource::Stub => "stub",
        }
    }
}

/// The answer of one call. A failure is an answer too: its value is the default response (R7.4).
#[derive(Clone, Debug)]
pub struct Answer {
    /// The value, as JSON text.
    pub value: Text,
    /// How the call ended.
    pub status: CallStatus,
    /// The status of the response; 0 without one.
    pub http_status: u16,
    /// What went wrong; empty if nothing did.
    pub error: String,
    /// How long it took, in milliseconds.
    pub latency_ms: f64,
    /// Where it went; empty for a function of the host.
    pub endpoint: String,
    /// Who answered.
    pub source: AnswerSource,
    /// Whether the value is the default response.
    pub defaulted: bool,
}

/// A call as code meets it: its number, and its arguments where they lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Met<I> {
    call: u32,
    arguments: I,
}

/// A call that was met before.
trait Known {
    /// A number that calls which are not the same hardly share: it is compared before texts are.
    fn key(&self) -> u64;
    fn call(&self) -> u32;
    fn arguments(&self) -> impl ExactSizeIterator<Item = &str>;
}

impl<'t, I: ExactSizeIterator<Item = &'t str> + Clone> Met<I> {
    pub(crate) fn new(call: u32, arguments: I) -> Met<I> {
        Met { call, arguments }
    }

    /// See [`Known::key`].
    fn key(&self) -> u64 {
        let mut hasher = foldhash::fast::FixedState::default().build_hasher();
        hasher.write_u32(self.call);
        self.arguments.clone().for_each(|argument| argument.hash(&mut hasher));
        hasher.finish()
    }

    fn is(&self, known: &impl Known) -> bool {
        let arguments = known.arguments();
        self.call == known.call() && self.arguments.len() == arguments.len() && self.arguments.clone().eq(arguments)
    }

    /// The number of this call among some, else its key if it was needed. Calls are met again in much the same order, so the
    /// one that is likely to come next is looked at first.
    fn position(&self, calls: &[impl Known], next: usize) -> Result<usize, Option<u64>> {
        if calls.get(next).is_some_and(|call| self.is(call)) {
            return Ok(next);
        }
        if calls.is_empty() {
            return Err(None);
        }
        let key = self.key();
        calls.iter().position(|call| call.key() == key && self.is(call)).ok_or(Some(key))
    }

    /// The number of this call among calls that are to be made, where it is added unless it is there.
    pub(crate) fn add_to(
        &self,
        calls: &mut ArenaVec<'t, Due<'t>>,
        next: usize,
        rule: u32,
        clause: Option<u32>,
    ) -> usize {
        self.position(calls, next).unwrap_or_else(|key| {
            let due = self.due(key, calls.bump(), rule, clause);
            calls.push(due);
            calls.len() - 1
        })
    }

    /// To be made there.
    pub(crate) fn due(&self, key: Option<u64>, arena: &'t Bump, rule: u32, clause: Option<u32>) -> Due<'t> {
        let arguments = arena.alloc_slice_fill_iter(self.arguments.clone());
        Due { key: key.unwrap_or_else(|| self.key()), call: self.call, arguments, rule, clause }
    }
}

/// A call to make, its arguments where they lie, and where: by numbers of the program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due<'a> {
    key: u64,
    call: u32,
    pub(crate) arguments: &'a [&'a str],
    rule: u32,
    clause: Option<u32>,
}

impl Due<'_> {
    /// Whether it is the same call, wherever it is made.
    pub(crate) fn is(&self, other: &Due<'_>) -> bool {
        self.key == other.key && self.call == other.call && self.arguments == other.arguments
    }

    /// The same with arguments that outlive the run.
    pub(crate) fn wanted(&self, arguments: Arguments) -> Wanted {
        let Due { key, call, rule, clause, .. } = *self;
        Wanted { key, call, arguments, rule, clause }
    }
}

impl Known for Due<'_> {
    fn key(&self) -> u64 {
        self.key
    }

    fn call(&self) -> u32 {
        self.call
    }

    fn arguments(&self) -> impl ExactSizeIterator<Item = &str> {
        self.arguments.iter().copied()
    }
}

/// A call to make, and where: by numbers of the program.
#[derive(Debug)]
pub(crate) struct Wanted {
    key: u64,
    /// Which external call.
    pub(crate) call: u32,
    /// The arguments, as canonical text (L8.1).
    pub(crate) arguments: Arguments,
    /// The rule that makes it.
    pub(crate) rule: u32,
    /// The clause that makes it; absent in a condition.
    pub(crate) clause: Option<u32>,
}

/// One call of an evaluation: asked once, answered at most once (L8.2).
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) wanted: Wanted,
    pub(crate) answer: Option<Answer>,
}

impl Known for Asked {
    fn key(&self) -> u64 {
        self.wanted.key
    }

    fn call(&self) -> u32 {
        self.wanted.call
    }

    fn arguments(&self) -> impl ExactSizeIterator<Item = &str> {
        self.wanted.arguments.iter()
    }
}

/// All calls of an evaluation, in the order they were asked.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) asked: Vec<Asked>,
}

impl Answers {
    /// The number of that call, if it was asked. The one of the number `next` is looked at first.
    pub(crate) fn find<'t>(
        &self,
        met: &Met<impl ExactSizeIterator<Item = &'t str> + Clone>,
        next: usize,
    ) -> Option<usize> {
        met.position(&self.asked, next).ok()
    }
}
