//! What a call is called, takes, may take, and stands for if it fails.

use super::batch::Batch;
use super::host::{Handler, HostFunction, Reply};
use super::resilience::Resilience;
use super::transport::Transport;
use crate::value::Text;
use std::sync::Arc;
use std::time::Duration;

/// The definition of an external call (R7.1).
///
/// ```
/// use fql::external::External;
/// let call = External::new("riskOf", |ip: String, amount: f64| async move { amount > 500.0 && ip.starts_with("203.") })
///     .timeout_ms(250)
///     .default_response(&serde_json::json!(false));
/// ```
#[derive(Clone, Debug)]
pub struct External {
    pub(crate) name: Arc<str>,
    /// How many parameters it has.
    pub(crate) parameters: usize,
    parameter_names: Vec<Arc<str>>,
    description: String,
    /// What a test of the call sends, for each parameter; empty for a function of the host.
    samples: Vec<Arc<str>>,
    timeout_ms: Option<u64>,
    default: Text,
    sample: Option<Arc<str>>,
    safe: Option<bool>,
    resilience: Option<Resilience>,
    transport: Arc<dyn Transport>,
}

impl External {
    /// A call of that name, answered by an async function of up to 8 arguments.
    ///
    /// Arguments arrive as canonical text (L8.1); a parameter may be a `String`, a number or a `bool`, and a text that is
    /// none ends the call with `UnknownFailure` and the default response. The function returns anything that is a
    /// [`Reply`](super::Reply). An `Err` or a panic ends it with `UnknownFailure`.
    pub fn new<A: 'static, F: Handler<A>>(name: impl Into<Arc<str>>, function: F) -> External {
        External::define(name.into(), F::PARAMETERS, Vec::new(), Arc::new(HostFunction::new(function)))
    }

    /// A call of that name with these parameters, made by a transport.
    pub fn over(
        name: impl Into<Arc<str>>,
        parameters: impl IntoIterator<Item = impl Into<Arc<str>>>,
        transport: impl Transport,
    ) -> External {
        let names: Vec<Arc<str>> = parameters.into_iter().map(Into::into).collect();
        External::define(name.into(), names.len(), names, Arc::new(transport))
    }

    /// A call of that name with these parameters, answered by an async function that takes many at once: calls that start
    /// together, of one event or of several, are one invocation with the arguments of each, at most 1,000. It gives an answer
    /// for each, in the same order; a call that gets none, and one whose answer is an `Err`, ends with `UnknownFailure`.
    /// Everything else, the timeout too, is each call's own.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fql::external::External;
    /// let sizes = External::batch("sizeOf", ["text"], |calls: Vec<Vec<String>>| async move {
    ///     calls.iter().map(|arguments| arguments[0].len()).collect::<Vec<usize>>()
    /// });
    /// let rules = r#"OBSERVE Output(a = External.sizeOf(@"a"), b = External.sizeOf(@"b"))"#;
    /// let engine = fql::Engine::builder().define(sizes).rules("test", rules).build()?;
    /// let decision = engine.decide_blocking(br#"{"a": "x", "b": "yy"}"#)?;
    /// assert_eq!(decision.outputs().map(|(_, _, size)| size.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn batch<F, P, R>(
        name: impl Into<Arc<str>>,
        parameters: impl IntoIterator<Item = impl Into<Arc<str>>>,
        function: F,
    ) -> External
    where
        F: Fn(Vec<Vec<String>>) -> P + Send + Sync + 'static,
        P: Future<Output = Vec<R>> + Send + 'static,
        R: Reply + 'static,
    {
        External::over(name, parameters, Batch::new(function))
    }

    fn define(
        name: Arc<str>,
        parameters: usize,
        parameter_names: Vec<Arc<str>>,
        transport: Arc<dyn Transport>,
    ) -> External {
        let default = Text::from("null");
        External {
            name,
            parameters,
            parameter_names,
            description: String::new(),
            samples: Vec::new(),
            timeout_ms: None,
            default,
            sample: None,
            safe: None,
            resilience: None,
            transport,
        }
    }

    /// The longest it may take, in milliseconds, waiting for its turn included; by default as long as the limit
    /// `call_timeout_max_ms` allows, which also bounds what is set here.
    #[must_use]
    pub fn timeout_ms(mut self, timeout: u64) -> External {
        self.timeout_ms = Some(timeout);
        self
    }

    /// What the value is when the call fails (R7.4). `null` by default.
    #[must_use]
    pub fn default_response(mut self, response: &serde_json::Value) -> External {
        self.default = Text::from(response.to_string());
        self
    }

    /// What a response looks like (R7.1): its members are known to the checker and to completion. None by default.
    #[must_use]
    pub fn sample_response(mut self, response: &serde_json::Value) -> External {
        self.sample = Some(Arc::from(response.to_string()));
        self
    }

    /// Whether a call changes nothing where it goes, so that it may be made although nobody needs it in the end (R8.2). By
    /// default what [`Transport::is_safe`] says: true for a GET, false for a function of the host.
    #[must_use]
    pub fn safe(mut self, safe: bool) -> External {
        self.safe = Some(safe);
        self
    }

    /// Sets the circuit breaker and how many calls are under way at once (R7.7, R7.9). By default a call that leaves the
    /// process has a breaker and a function of the host has none; both have at most 64 calls under way.
    #[must_use]
    pub fn resilience(mut self, resilience: Resilience) -> External {
        self.resilience = Some(resilience);
        self
    }

    /// Says what the call is for, and what a test of it sends for each parameter (R7.10).
    #[cfg(feature = "http")]
    pub(super) fn described(self, description: String, samples: Vec<Arc<str>>) -> External {
        External { description, samples, ..self }
    }

    /// Default and sample response as JSON texts, which keep the order of their keys.
    #[cfg(feature = "http")]
    pub(super) fn responses(mut self, default: Option<String>, sample: Option<String>) -> External {
        if let Some(default) = default {
            self.default = Text::from(default);
        }
        self.sample = sample.map(Arc::from);
        self
    }

    /// The longest that a call may take, within the limit `call_timeout_max_ms`.
    pub fn longest(&self, limits: &crate::limit::Limits) -> Duration {
        self.timeout(limits.call_timeout_max_ms)
    }

    /// What it is for; empty unless its file says so.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What a test of the call sends, for each parameter (R7.10); empty for a function of the host.
    pub fn parameter_samples(&self) -> &[Arc<str>] {
        &self.samples
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its parameters; empty for a function of the host, whose parameters have none.
    pub fn parameter_names(&self) -> &[Arc<str>] {
        &self.parameter_names
    }

    /// See [`External::sample_response`]; as JSON text.
    pub fn sample(&self) -> Option<&str> {
        self.sample.as_deref()
    }

    /// See [`External::safe`].
    pub fn is_safe(&self) -> bool {
        self.safe.unwrap_or_else(|| self.transport.is_safe())
    }

    /// What makes its calls.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// The settings in force.
    pub(crate) fn resilience_in_force(&self) -> Resilience {
        let default = || Resilience { breaker: self.transport.is_remote(), ..Resilience::default() };
        self.resilience.clone().unwrap_or_else(default)
    }

    /// The default response, as JSON text.
    pub(crate) fn default_text(&self) -> &Text {
        &self.default
    }

    /// The timeout in force.
    pub(crate) fn timeout(&self, most_ms: u64) -> Duration {
        Duration::from_millis(self.timeout_ms.unwrap_or(most_ms).min(most_ms))
    }
}
