//! What the cases share: a network that reaches the tests' servers, engines, and the search for secrets.

use crate::authority::{Leaf, TRUSTED};
use crate::server::{Script, Server, Wrap};
use crate::still::PATIENCE;
use fql::external::External;
use fql::external::http::{HttpCall, Lookup, Network, NetworkBuilder, Resolve};
use fql::sink::{self, Event};
use fql::{Decision, Engine, EngineBuilder, Limits};
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock, Mutex};

/// Stands in every secret of the tests, and nowhere else.
pub(crate) const CANARY: &str = "c4n4ry-51ngs";

/// The name of all servers that the tests' authority vouches for.
pub(crate) const HOST: &str = "service.test";

/// The certificate of [`HOST`].
pub(crate) static LEAF: LazyLock<Leaf> = LazyLock::new(|| TRUSTED.leaf(HOST));

/// All names are this machine, but those that end in `.invalid`.
#[derive(Debug)]
pub(crate) struct ThisMachine;

impl Resolve for ThisMachine {
    fn resolve(&self, host: &str) -> Lookup {
        let found = if host.ends_with(".invalid") {
            Err(io::Error::new(io::ErrorKind::NotFound, "no such host"))
        } else {
            Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
        };
        Box::pin(std::future::ready(found))
    }
}

pub(crate) fn builder() -> NetworkBuilder {
    Network::builder().ca_pem(TRUSTED.pem.as_bytes()).unwrap().resolver(ThisMachine)
}

/// Reaches this machine and trusts the tests' authority.
pub(crate) fn network() -> Network {
    builder().allow_network("127.0.0.0/8").unwrap().build()
}

/// A server that shows the certificate of [`HOST`] and speaks HTTP/1.1.
pub(crate) async fn tls_server(script: Script) -> Server {
    Server::start(Wrap::Tls(TRUSTED.server(&LEAF, false, &[])), script).await
}

/// An engine with this call, and a rule that makes it with the event's `a` and emits what it gives as `value`.
pub(crate) fn engine(call: External) -> Engine {
    calling(call).build().unwrap()
}

/// The same, and the events of its calls (R7.12).
pub(crate) fn told_engine(call: External) -> (Engine, Arc<Mutex<Vec<Event>>>) {
    let seen: Arc<Mutex<Vec<Event>>> = Arc::default();
    let into = seen.clone();
    let sink = sink::closure(move |event| into.lock().unwrap().push(event.clone()));
    (calling(call).sink_of([sink::CALLS, sink::CALL_ERRORS], sink).build().unwrap(), seen)
}

/// A call without a timeout of its own takes as long as it takes.
fn calling(call: External) -> EngineBuilder {
    let most = u64::try_from(PATIENCE.as_millis()).unwrap();
    let limits = Limits { call_timeout_max_ms: most, evaluation_ms: most, ..Limits::default() };
    let arguments = vec!["@\"a\""; call.parameter_names().len()].join(", ");
    let text = format!("OBSERVE Output(value = External.{}({arguments}))", call.name());
    Engine::builder().limits(limits).define(call).rules("checkout", &text)
}

/// A decision by that engine.
pub(crate) async fn decide(engine: &Engine) -> Decision {
    let decision = engine.decide(br#"{"a": "203.0.113.9"}"#).await.unwrap();
    no_secret(&format!("{engine:?} {decision:?} {}", decision.to_json()));
    decision
}

/// Fails if a secret stands in a text.
pub(crate) fn no_secret(text: &str) {
    if let Some(at) = text.find(CANARY) {
        panic!("a secret is shown: {}", &text[at.saturating_sub(300)..at + CANARY.len()]);
    }
}

/// The definition of a call with one parameter, unless more is said.
pub(crate) fn get(server: &Server, path: &str) -> HttpCall {
    HttpCall::get("lookup", format!("https://{HOST}:{}{path}", server.port())).parameter("ip", "203.0.113.9")
}

pub(crate) fn post(server: &Server, path: &str) -> HttpCall {
    HttpCall::post("lookup", format!("https://{HOST}:{}{path}", server.port())).parameter("ip", "203.0.113.9")
}

pub(crate) fn build(call: HttpCall) -> External {
    call.build(&network(), &Limits { call_timeout_max_ms: 5_000, ..Limits::default() }).unwrap()
}
