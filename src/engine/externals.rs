//! Who answers external calls: a stub before the definition, each with its guard.

use crate::evaluate::{Answer, AnswerSource, CallRequest, CallStatus};
use crate::external::{External, Guard, Monitor, Resilience, Started, Stubs, Terms};
use crate::hir;
use crate::limit::Limits;
use indexmap::IndexMap;
use std::sync::Arc;
use std::time::Duration;

/// What answers external calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Externals {
    /// By lower-case name.
    calls: IndexMap<String, Answerer>,
    stubs: Stubs,
    /// How long ago an identical call of another event may have begun to share its answer; zero: none is shared.
    coalesce: Duration,
}

/// A call that is defined, stubbed, or both.
#[derive(Clone, Debug)]
struct Answerer {
    name: Arc<str>,
    definition: Option<External>,
    guard: Arc<Guard>,
}

impl Externals {
    /// Gives every definition and every stub its guard: the one it had in an earlier engine, if the settings are the same.
    pub(super) fn new(
        definitions: Vec<External>,
        stubs: Stubs,
        coalesce: Duration,
        earlier: Option<&Externals>,
    ) -> Externals {
        let mut calls = IndexMap::new();
        let stubbed = stubs.names().map(|name| (name.clone(), None));
        let defined = definitions.into_iter().map(|external| (external.name.clone(), Some(external)));
        for (name, definition) in defined.chain(stubbed) {
            let key = name.to_ascii_lowercase();
            if definition.is_none() && calls.contains_key(&key) {
                continue;
            }
            let settings = match &definition {
                Some(external) => external.resilience_in_force(),
                None => Resilience { breaker: false, ..Resilience::default() },
            };
            let kept = earlier.and_then(|earlier| earlier.calls.get(&key)).map(|answerer| answerer.guard.clone());
            let guard = kept
                .filter(|guard| guard.suits(&settings))
                .unwrap_or_else(|| Arc::new(Guard::new(settings, super::input::random_seed())));
            calls.insert(key, Answerer { name, definition, guard });
        }
        Externals { calls, stubs, coalesce }
    }

    pub(super) fn monitor(&self) -> Monitor {
        Monitor::new(self.calls.values().map(|answerer| (answerer.name.clone(), answerer.guard.clone())).collect())
    }

    /// Whether a call may be made in vain (R8.2): its definition says so, or a stub answers it.
    pub(super) fn is_safe(&self, external: &hir::External) -> bool {
        self.calls.get(&external.name.to_ascii_lowercase()).is_some_and(|answerer| {
            self.stubs.has(&external.name) || answerer.definition.as_ref().is_some_and(External::is_safe)
        })
    }

    /// Counts a call that was made in vain.
    pub(super) fn unread(&self, external: &hir::External) {
        if let Some(answerer) = self.calls.get(&external.name.to_ascii_lowercase()) {
            answerer.guard.unread();
        }
    }

    /// Begins a call: a stub answers before the definition does.
    pub(super) fn start(&self, call: CallRequest, limits: &Limits) -> Started {
        let Some(answerer) = self.calls.get(&call.name.to_ascii_lowercase()) else {
            return Started::Now(not_found(&call.name));
        };
        let begin = |arguments| self.begin(answerer, arguments, limits);
        if self.coalesce.is_zero() {
            return begin(call.arguments);
        }
        answerer.guard.coalesce(call.arguments, self.coalesce, begin)
    }

    fn begin(&self, answerer: &Answerer, arguments: Vec<String>, limits: &Limits) -> Started {
        let Answerer { name, definition, guard } = answerer;
        let most_ms = limits.call_timeout_max_ms;
        if let Some(started) = self.stubs.start(name, &arguments, definition.as_ref(), most_ms) {
            return guard.watch(started);
        }
        match definition {
            Some(external) => {
                guard.start(external, arguments, Terms { most_ms, response_bytes: limits.response_bytes })
            }
            // INVARIANT: what has no definition has a stub.
            None => Started::Now(not_found(name)),
        }
    }
}

fn not_found(name: &str) -> Answer {
    Answer {
        value: Arc::from("null"),
        status: CallStatus::DefinitionNotFound,
        http_status: 0,
        error: format!("there is no definition of `{name}`"),
        latency_ms: 0.0,
        endpoint: String::new(),
        source: AnswerSource::Host,
        defaulted: true,
    }
}
