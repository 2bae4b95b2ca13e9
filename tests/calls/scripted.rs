//! A transport that does what a closure says.

use fql::evaluate::AnswerSource;
use fql::external::{Call, Exchange, Response, Transport};
use std::future::Future;
use std::sync::Arc;

type Script = dyn Fn(Call) -> Exchange + Send + Sync;

#[derive(Clone)]
pub struct Scripted(Arc<Script>);

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scripted")
    }
}

impl Transport for Scripted {
    fn call(&self, call: Call) -> Exchange {
        (self.0)(call)
    }

    fn source(&self) -> AnswerSource {
        AnswerSource::Http
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn endpoint(&self) -> &str {
        "https://api.example.com/ip"
    }
}

/// A transport out of an async function.
pub fn scripted<F: Future<Output = Response> + Send + 'static>(
    script: impl Fn(Call) -> F + Send + Sync + 'static,
) -> Scripted {
    Scripted(Arc::new(move |call| Box::pin(script(call))))
}
