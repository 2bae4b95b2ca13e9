//! Who answers external calls: a stub before the definition, each with its guard.

use super::events::Events;
use crate::check::Tree;
use crate::evaluate::{Answer, AnswerSource, Arguments, CallStatus, Wanted};
use crate::external::{External, Guard, Moment, Monitor, Order, Origin, Resilience, Started, Stubs, Terms};
use crate::hir;
use crate::limit::Limits;
use crate::program::Program;
use indexmap::IndexMap;
use std::sync::Arc;
use std::time::Duration;

/// Up to so many calls are looked through one after another.
const FEW: usize = 8;

/// What answers external calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Externals {
    /// By the number of the environment that defines it, if one does, and its lower-case name.
    calls: IndexMap<(Option<u32>, String), Answerer>,
    stubs: Stubs,
    /// How long ago an identical call of another event may have begun to share its answer; zero: none is shared.
    coalesce: Duration,
    /// Whom to tell of requests.
    events: Option<Arc<Events>>,
    /// The ids of the environments, in lower case, by number.
    ids: Vec<Option<String>>,
    /// Whether stubs answer, and nothing else does.
    rehearsal: bool,
}

/// A call that is defined, stubbed, or both.
#[derive(Clone, Debug)]
struct Answerer {
    name: Arc<str>,
    definition: Option<Arc<External>>,
    guard: Arc<Guard>,
}

/// A definition, and the environment that it belongs to, by number; `None` is the host's.
#[derive(Clone, Debug)]
pub(super) struct Defined {
    pub(super) environment: Option<u32>,
    pub(super) external: External,
}

/// Whose call it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller<'c> {
    pub(super) program: &'c Program,
    /// The environment of the event, by number.
    pub(super) environment: u32,
    pub(super) correlation_id: Option<&'c Arc<str>>,
    pub(super) limits: &'c Limits,
}

impl Externals {
    /// Gives every definition and every stub its guard: the one that the call of the same name and environment had in an
    /// earlier engine, if there is one (R1.4).
    pub(super) fn new(
        definitions: Vec<Defined>,
        stubs: Stubs,
        coalesce: Duration,
        events: Option<Arc<Events>>,
        tree: &Tree,
        earlier: Option<&Externals>,
    ) -> Externals {
        let ids = tree.environments().iter().map(|one| one.id.as_ref().map(|id| id.to_lowercase()));
        let ids: Vec<Option<String>> = ids.collect();
        let mut calls: IndexMap<(Option<u32>, String), Answerer> = IndexMap::new();
        let defined =
            definitions.into_iter().map(|one| (one.environment, one.external.name.clone(), Some(one.external)));
        let stubbed = stubs.names().map(|name| (None, name.clone(), None));
        for (environment, name, definition) in defined.chain(stubbed) {
            let key = (environment, name.to_ascii_lowercase());
            if definition.is_none() && calls.contains_key(&key) {
                continue;
            }
            let settings = match &definition {
                Some(external) => external.resilience_in_force(),
                None => Resilience { breaker: false, ..Resilience::default() },
            };
            let seed = super::input::random_seed();
            let guard = match earlier.and_then(|earlier| earlier.guard(&key, &ids)) {
                Some(guard) => guard.clone().succeed(settings, seed),
                None => Arc::new(Guard::new(settings, seed)),
            };
            calls.insert(key, Answerer { name, definition: definition.map(Arc::new), guard });
        }
        Externals { calls, stubs, coalesce, events, ids, rehearsal: false }
    }

    /// The guard of a call that is defined by an environment of a later engine, whose environments have these ids. The numbers
    /// of environments are others when one is added or taken away, their ids are not; the root stays the root, whatever its id.
    fn guard(&self, (environment, name): &(Option<u32>, String), later: &[Option<String>]) -> Option<&Arc<Guard>> {
        let environment = match environment {
            None | Some(0) => *environment,
            Some(number) => {
                let id = later.get(usize::try_from(*number).ok()?)?.as_ref()?;
                let number =
                    self.ids.iter().position(|known| known.as_ref() == Some(id)).filter(|number| *number > 0)?;
                Some(u32::try_from(number).ok()?)
            }
        };
        self.calls.get(&(environment, name.clone())).map(|answerer| &answerer.guard)
    }

    /// The same calls, answered by these answers, then by the engine's stubs, and never made.
    pub(super) fn rehearsed(&self, answers: &Stubs) -> Externals {
        Externals {
            calls: self.calls.clone(),
            stubs: answers.clone().then(&self.stubs),
            coalesce: Duration::ZERO,
            events: None,
            ids: Vec::new(),
            rehearsal: true,
        }
    }

    /// The names of calls that are defined, in any environment.
    pub(super) fn defined(&self) -> impl Iterator<Item = &Arc<str>> {
        self.calls.values().filter(|one| one.definition.is_some()).map(|one| &one.name)
    }

    pub(super) fn monitor(&self) -> Monitor {
        Monitor::new(self.calls.values().map(|answerer| (answerer.name.clone(), answerer.guard.clone())).collect())
    }

    fn find(&self, external: &hir::External) -> Option<&Answerer> {
        let hir::External { environment, name } = external;
        if self.calls.len() <= FEW {
            // Sooner than to write the name in lower case. Most names are the definition's own.
            let is_it = |(known, answerer): &(&(Option<u32>, String), &Answerer)| {
                known.0 == *environment && (Arc::ptr_eq(&answerer.name, name) || known.1.eq_ignore_ascii_case(name))
            };
            return self.calls.iter().find(is_it).map(|(_, answerer)| answerer);
        }
        self.calls.get(&(*environment, name.to_ascii_lowercase()))
    }

    /// Whether a call may be made in vain (R8.2): its definition says so, or a stub answers it.
    pub(super) fn is_safe(&self, external: &hir::External) -> bool {
        let defined = self.find(external).and_then(|answerer| answerer.definition.as_deref());
        self.stubs.has(&external.name) || defined.is_some_and(External::is_safe)
    }

    /// Counts a call that was made in vain.
    pub(super) fn unread(&self, external: &hir::External) {
        if let Some(answerer) = self.find(external) {
            answerer.guard.unread();
        }
    }

    /// Begins a call: a stub answers before the definition does.
    pub(super) fn start(&self, call: &Wanted, caller: Caller<'_>, moment: &mut Moment<'_, '_>) -> Started {
        let Caller { program, environment, correlation_id, .. } = caller;
        let Some(external) = program.externals.get(call.call as usize) else { return Started::Now(not_found("")) };
        let Some(answerer) = self.find(external) else { return Started::Now(not_found(&external.name)) };
        let origin = self.events.as_ref().map(|events| Origin {
            listener: events.clone(),
            assessment: program.name.clone(),
            environment,
            correlation_id: correlation_id.cloned(),
            rule: program.rules.get(call.rule as usize).map(|rule| rule.name.clone()),
            clause: call.clause.map(|clause| Arc::from(program.clause_name(clause))),
        });
        if self.coalesce.is_zero() {
            return self.begin(answerer, &call.arguments, caller.limits, origin, moment);
        }
        let begin = |moment: &mut Moment<'_, '_>| self.begin(answerer, &call.arguments, caller.limits, origin, moment);
        answerer.guard.coalesce(&call.arguments, self.coalesce, moment, begin)
    }

    fn begin(
        &self,
        answerer: &Answerer,
        arguments: &Arguments,
        limits: &Limits,
        origin: Option<Origin>,
        moment: &mut Moment<'_, '_>,
    ) -> Started {
        let Answerer { name, definition, guard } = answerer;
        let most_ms = limits.call_timeout_max_ms;
        if self.rehearsal {
            return Started::Now(self.stubs.rehearse(name, arguments, definition.as_deref(), most_ms));
        }
        if let Some(stubbed) = self.stubs.answer(name, arguments, definition.as_deref(), most_ms) {
            return guard.watch(name, arguments, stubbed, origin, moment);
        }
        match definition {
            Some(external) => {
                let terms = Terms { most_ms, response_bytes: limits.response_bytes };
                let order = Order { external, arguments, terms, origin: origin.as_ref(), begun: moment.now };
                guard.start(order, moment)
            }
            // INVARIANT: what has no definition has a stub.
            None => Started::Now(not_found(name)),
        }
    }
}

fn not_found(name: &str) -> Answer {
    Answer {
        value: "null".into(),
        status: CallStatus::DefinitionNotFound,
        http_status: 0,
        error: format!("there is no definition of `{name}`"),
        latency_ms: 0.0,
        endpoint: String::new(),
        source: AnswerSource::Host,
        defaulted: true,
    }
}
