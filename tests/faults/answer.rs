//! Servers that answer badly, or not at all: what each fault is called, how long it may take, and that it shows no secret.

use crate::authority::{TRUSTED, UNKNOWN};
use crate::server::{Server, Wrap, answering, script};
use crate::setup::{CANARY, HOST, LEAF, build, decide, engine, get, tls_server};
use crate::still::{Still, decided_at};
use fql::external::http::Auth;
use std::time::Duration;

#[tokio::test]
async fn a_server_that_stalls_is_given_up_at_the_timeout() {
    let _clock = Still::hold();
    let server = tls_server(script(|mut peer| async move {
        peer.request().await;
        peer.stall().await;
    }))
    .await;
    let call = get(&server, "/ip?key={configuration.key}").configuration("key", CANARY).timeout_ms(100);
    let engine = engine(build(call.default_response(&serde_json::json!({"risk": "unknown"}))));
    let decision = decided_at(&engine, &server, Duration::from_millis(101)).await;
    let answer = &decision.calls()[0].answer;
    assert_eq!((answer.status.name(), answer.defaulted), ("Timeout", true));
    assert_eq!(&*answer.value, r#"{"risk":"unknown"}"#);
    // The connection is given up, too.
    server.seen.until(|seen| seen.closed.load(std::sync::atomic::Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn a_connection_that_is_reset_is_a_communication_failure() {
    let server = tls_server(script(|mut peer| async move {
        peer.request().await;
        peer.reset();
    }))
    .await;
    let call = get(&server, "/ip?key={configuration.key}").configuration("key", CANARY);
    let decision = decide(&engine(build(call))).await;
    assert_eq!(decision.calls()[0].answer.status.name(), "CommunicationFailure");
}

#[tokio::test]
async fn a_server_that_cannot_prove_who_it_is_is_not_spoken_to() {
    for (name, authority, leaf) in [
        ("expired", &TRUSTED, TRUSTED.expired(HOST)),
        ("wrong host", &TRUSTED, TRUSTED.leaf("other.test")),
        ("unknown authority", &UNKNOWN, UNKNOWN.leaf(HOST)),
    ] {
        let config = authority.server(&leaf, false, &[]);
        let server =
            Server::start(Wrap::Tls(config), script(|mut peer| async move { drop(peer.request().await) })).await;
        let decision = decide(&engine(build(get(&server, "/ip")))).await;
        assert_eq!(decision.calls()[0].answer.status.name(), "CommunicationFailure", "{name}");
        assert!(server.seen.requests().is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_a_communication_failure() {
    let talks = script(|mut peer| async move { peer.answer("200 OK", "", b"{}").await });
    let server = Server::start(Wrap::Plain, talks).await;
    let decision = decide(&engine(build(get(&server, "/ip")))).await;
    assert_eq!(decision.calls()[0].answer.status.name(), "CommunicationFailure");
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_the_server_asks_for_it() {
    let config = TRUSTED.server(&LEAF, true, &[]);
    let server = Server::start(Wrap::Tls(config), answering("200 OK", "", "1")).await;
    let pem = TRUSTED.rsa("shop").pem().into();
    let decision = decide(&engine(build(get(&server, "/ip").auth(Auth::Certificate { pem })))).await;
    assert_eq!(decision.calls()[0].answer.status.name(), "Success");
    let decision = decide(&engine(build(get(&server, "/ip")))).await;
    assert_eq!(decision.calls()[0].answer.status.name(), "CommunicationFailure");
}
