//! Typed async functions of the host.

use super::Started;
use crate::evaluate::{Answer, AnswerSource, CallStatus};
use crate::value::number;
use futures_util::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

type Run = dyn Fn(Vec<String>) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send>> + Send + Sync;

/// An external call that a function of the host answers (R7.1).
///
/// ```
/// use fql::external::External;
/// let call = External::new("riskOf", |ip: String, amount: f64| async move { amount > 500.0 && ip.starts_with("203.") })
///     .timeout_ms(250)
///     .default_response(&serde_json::json!(false));
/// ```
#[derive(Clone)]
pub struct External {
    pub(crate) name: Arc<str>,
    pub(crate) parameters: usize,
    timeout_ms: Option<u64>,
    default: Arc<str>,
    run: Arc<Run>,
}

impl std::fmt::Debug for External {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let External { name, parameters, timeout_ms, default, .. } = self;
        f.debug_struct("External")
            .field("name", name)
            .field("parameters", parameters)
            .field("timeout_ms", timeout_ms)
            .field("default", default)
            .finish_non_exhaustive()
    }
}

impl External {
    /// A call of that name, answered by an async function of up to 8 arguments.
    ///
    /// Arguments arrive as canonical text (L8.1); a parameter may be a `String`, a number or a `bool`, and a text that is
    /// none ends the call with `ResponseFailure` and the default response. The function returns anything that is a
    /// [`Reply`]. An `Err` or a panic ends it with `UnknownFailure`.
    pub fn new<A, F: Handler<A>>(name: impl Into<Arc<str>>, function: F) -> External {
        External {
            name: name.into(),
            parameters: F::PARAMETERS,
            timeout_ms: None,
            default: Arc::from("null"),
            run: Arc::new(move |arguments| function.call(arguments)),
        }
    }

    /// The longest it may take, in milliseconds; by default as long as the limit `call_timeout_max_ms` allows, which also
    /// bounds what is set here.
    #[must_use]
    pub fn timeout_ms(mut self, timeout: u64) -> External {
        self.timeout_ms = Some(timeout);
        self
    }

    /// What the value is when the call fails (R7.4). `null` by default.
    #[must_use]
    pub fn default_response(mut self, response: &serde_json::Value) -> External {
        self.default = Arc::from(response.to_string());
        self
    }

    /// The default response, as JSON text.
    pub(crate) fn default_text(&self) -> &Arc<str> {
        &self.default
    }

    /// The timeout in force.
    pub(crate) fn timeout(&self, most_ms: u64) -> Duration {
        Duration::from_millis(self.timeout_ms.unwrap_or(most_ms).min(most_ms))
    }

    /// Begins the call.
    pub(crate) fn start(&self, arguments: Vec<String>, most_ms: u64, most_bytes: usize) -> Started {
        let (timeout, default) = (self.timeout(most_ms), self.default.clone());
        let begun = Instant::now();
        // Making the future runs host code already, so it is made inside the guard as well.
        let run = self.run.clone();
        let work = AssertUnwindSafe(async move { run(arguments).await }).catch_unwind();
        Started::Later(Box::pin(async move {
            let (status, value, error) = match tokio::time::timeout(timeout, work).await {
                Ok(Ok(Ok(text))) if text.len() > most_bytes => {
                    (CallStatus::ResponseFailure, None, format!("the answer is longer than {most_bytes} bytes"))
                }
                Ok(Ok(Ok(text))) => (CallStatus::Success, Some(text), String::new()),
                Ok(Ok(Err(error))) => (CallStatus::UnknownFailure, None, error),
                Ok(Err(_)) => (CallStatus::UnknownFailure, None, "the function panicked".to_string()),
                Err(_) => (CallStatus::Timeout, None, format!("no answer within {} ms", timeout.as_millis())),
            };
            Answer {
                defaulted: value.is_none(),
                value: value.map_or(default, Arc::from),
                status,
                http_status: if status == CallStatus::Success { 200 } else { 0 },
                error,
                latency_ms: begun.elapsed().as_secs_f64() * 1000.0,
                endpoint: String::new(),
                source: AnswerSource::Host,
            }
        }))
    }
}

/// A type that a parameter of a host function may have, made from canonical text (L3.2a).
pub trait Argument: Sized {
    /// The value, or `None` if the text is none of this type.
    fn from_text(text: &str) -> Option<Self>;
}

impl Argument for String {
    fn from_text(text: &str) -> Option<String> {
        Some(text.to_string())
    }
}

impl Argument for bool {
    fn from_text(text: &str) -> Option<bool> {
        crate::value::convert::text_to_bool(text)
    }
}

impl Argument for i64 {
    fn from_text(text: &str) -> Option<i64> {
        number::parse_int(text)
    }
}

impl Argument for f64 {
    fn from_text(text: &str) -> Option<f64> {
        number::parse_double(text)
    }
}

impl Argument for serde_json::Value {
    fn from_text(text: &str) -> Option<serde_json::Value> {
        serde_json::from_str(text).ok()
    }
}

/// What a host function may return: JSON values, texts, numbers, `bool`, `()` for null, `Option`, `Vec`, and `Result`s of
/// these. For any other serialisable type see [`Serialized`].
pub trait Reply {
    /// As JSON text, or why there is none.
    fn into_json(self) -> Result<String, String>;
}

macro_rules! plain_reply {
    ($($ty:ty),* $(,)?) => {$(
        impl Reply for $ty {
            fn into_json(self) -> Result<String, String> {
                serde_json::to_string(&self).map_err(|error| error.to_string())
            }
        }
    )*};
}
plain_reply!(serde_json::Value, String, &'static str, bool, i64, i32, u32, u64, usize, f64, ());

impl<T: Reply> Reply for Option<T> {
    fn into_json(self) -> Result<String, String> {
        self.map_or(Ok("null".to_string()), T::into_json)
    }
}

impl<T: Reply> Reply for Vec<T> {
    fn into_json(self) -> Result<String, String> {
        let items = self.into_iter().map(T::into_json).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("[{}]", items.join(",")))
    }
}

impl<T: Reply, E: std::fmt::Display> Reply for Result<T, E> {
    fn into_json(self) -> Result<String, String> {
        self.map_err(|error| error.to_string())?.into_json()
    }
}

/// Any serialisable value as a reply.
#[derive(Clone, Copy, Debug)]
pub struct Serialized<T>(pub T);

impl<T: serde::Serialize> Reply for Serialized<T> {
    fn into_json(self) -> Result<String, String> {
        serde_json::to_string(&self.0).map_err(|error| error.to_string())
    }
}

/// An async function that can answer calls; `A` is the tuple of its parameters.
pub trait Handler<A>: Send + Sync + 'static {
    /// How many parameters it has.
    const PARAMETERS: usize;

    /// Calls it with canonical texts.
    fn call(&self, arguments: Vec<String>) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send>>;
}

macro_rules! handler {
    ($count:literal; $($name:ident),*) => {
        impl<Function, Pending, Out, $($name),*> Handler<($($name,)*)> for Function
        where
            Function: Fn($($name),*) -> Pending + Send + Sync + 'static,
            Pending: Future<Output = Out> + Send + 'static,
            Out: Reply + 'static,
            $($name: Argument + Send + 'static,)*
        {
            const PARAMETERS: usize = $count;

            #[allow(non_snake_case, unused_mut, unused_variables, reason = "one macro for 0 to 8 parameters")]
            fn call(&self, arguments: Vec<String>) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send>> {
                let mut arguments = arguments.into_iter();
                $(
                    let text = arguments.next().unwrap_or_default();
                    let Some($name) = <$name as Argument>::from_text(&text) else {
                        let wanted = std::any::type_name::<$name>();
                        return Box::pin(async move { Err(format!("the argument `{text}` is no {wanted}")) });
                    };
                )*
                let pending = self($($name),*);
                Box::pin(async move { pending.await.into_json() })
            }
        }
    };
}
handler!(0;);
handler!(1; A);
handler!(2; A, B);
handler!(3; A, B, C);
handler!(4; A, B, C, D);
handler!(5; A, B, C, D, E);
handler!(6; A, B, C, D, E, G);
handler!(7; A, B, C, D, E, G, H);
handler!(8; A, B, C, D, E, G, H, I);
