//! Typed async functions of the host.

use super::transport::{Call, Exchange, Response, Transport};
use crate::evaluate::{Arguments, CallStatus};
use crate::value::{Text, number};
use std::future::Future;
use std::marker::PhantomData;

/// A function of the host as a [`Transport`]; `A` is the tuple of its parameters.
pub(super) struct HostFunction<A, F> {
    function: F,
    parameters: PhantomData<fn(A)>,
}

impl<A, F> HostFunction<A, F> {
    pub(super) fn new(function: F) -> HostFunction<A, F> {
        HostFunction { function, parameters: PhantomData }
    }
}

impl<A, F> std::fmt::Debug for HostFunction<A, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HostFunction")
    }
}

impl<A: 'static, F: Handler<A>> Transport for HostFunction<A, F> {
    fn call(&self, call: Call) -> Exchange {
        self.function.call(&call.arguments)
    }
}

/// What came of a function.
pub(super) fn response(reply: impl Reply) -> Response {
    match reply.into_text() {
        Ok(text) => Response::success(text),
        Err(error) => Response::failure(CallStatus::UnknownFailure, error),
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

    /// The same, as a [`Response`] holds it.
    fn into_text(self) -> Result<Text, String>
    where
        Self: Sized,
    {
        self.into_json().map(Text::from)
    }
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
plain_reply!(serde_json::Value, String, &'static str, f64);

/// Types whose JSON is short: it is written where the response holds it.
macro_rules! short_reply {
    ($($ty:ty: $value:ident => $text:expr),* $(,)?) => {$(
        impl Reply for $ty {
            fn into_json(self) -> Result<String, String> {
                let $value = self;
                Ok(String::from($text))
            }

            fn into_text(self) -> Result<Text, String> {
                let $value = self;
                Ok(Text::from($text))
            }
        }
    )*};
}
short_reply! {
    (): _value => "null",
    bool: value => if value { "true" } else { "false" },
    i64: value => itoa::Buffer::new().format(value),
    i32: value => itoa::Buffer::new().format(value),
    u32: value => itoa::Buffer::new().format(value),
    u64: value => itoa::Buffer::new().format(value),
    usize: value => itoa::Buffer::new().format(value),
}

impl<T: Reply> Reply for Option<T> {
    fn into_json(self) -> Result<String, String> {
        self.map_or(().into_json(), T::into_json)
    }

    fn into_text(self) -> Result<Text, String> {
        self.map_or(().into_text(), T::into_text)
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

    fn into_text(self) -> Result<Text, String> {
        self.map_err(|error| error.to_string())?.into_text()
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
    fn call(&self, arguments: &Arguments) -> Exchange;
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
            fn call(&self, arguments: &Arguments) -> Exchange {
                let mut arguments = arguments.iter();
                $(
                    let text = arguments.next().unwrap_or_default();
                    let Some($name) = <$name as Argument>::from_text(text) else {
                        let wanted = std::any::type_name::<$name>();
                        let error = format!("the argument `{text}` is no {wanted}");
                        return Box::pin(std::future::ready(Response::failure(CallStatus::UnknownFailure, error)));
                    };
                )*
                let pending = self($($name),*);
                Box::pin(async move { response(pending.await) })
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
