//! Callers who give up, breakers that open, connections that are kept warm.

use crate::server::{Peer, Server, Wrap, answering, script};
use crate::setup::{CANARY, HOST, build, decide, engine, get, network, tls_server};
use crate::still::Still;
use fql::Limits;
use fql::external::Resilience;
use fql::external::http::{Auth, Credential};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

/// Gives up a future that has to wait for so many times.
struct Patience<F> {
    work: Pin<Box<F>>,
    waits: usize,
}

impl<F: Future> Future for Patience<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.waits == 0 => Poll::Ready(None),
            Poll::Pending => {
                self.waits -= 1;
                Poll::Pending
            }
        }
    }
}

#[tokio::test]
async fn a_caller_may_give_up_at_every_point_where_it_waits() {
    // Each byte of the answer comes by itself, so that there are many such points.
    let service = tls_server(script(|mut peer: Peer| async move {
        while peer.request().await.is_some() {
            for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n[1]" {
                if !peer.raw(&[*byte]).await {
                    return;
                }
                tokio::task::yield_now().await;
            }
        }
    }))
    .await;
    let tokens = tls_server(answering("200 OK", "", r#"{"access_token":"t0ken-c4n4ry-51ngs","expires_in":60}"#)).await;
    let mut completed = 0;
    for waits in 0..500 {
        let auth = Auth::OAuth {
            token_url: format!("https://{HOST}:{}/token", tokens.port()),
            client_id: "shop".to_string(),
            scope: String::new(),
            credential: Credential::Secret(CANARY.into()),
        };
        // One place only: if a caller who gives up kept it, the next call would wait for ever.
        let resilience = Resilience { concurrency: 1, ..Resilience::default() };
        let call = get(&service, "/ip").auth(auth).resilience(resilience);
        let engine = engine(call.build(&network(), &Limits::default()).unwrap());
        let done = Patience { work: Box::pin(engine.decide(br#"{"a": "x"}"#)), waits }.await;
        completed += usize::from(done.is_some());
        let again = decide(&engine).await;
        assert_eq!(again.calls()[0].answer.status.name(), "Success", "{waits}: {}", again.calls()[0].answer.error);
        if completed == 3 {
            assert!(waits >= 5, "there were only {waits} points");
            return;
        }
    }
    panic!("no call came to its end");
}

#[tokio::test]
async fn counted_failures_open_the_breaker_and_others_do_not() {
    let _clock = Still::hold();
    let cases = [
        ("500 No", "CircuitBreaker", 5),
        ("503 No", "CircuitBreaker", 5),
        ("408 No", "CircuitBreaker", 5),
        ("200 OK", "CircuitBreaker", 5),
        ("404 No", "HttpError", 6),
        ("401 No", "HttpError", 6),
        ("302 No", "HttpError", 6),
    ];
    for (line, sixth, requests) in cases {
        let server = tls_server(answering(line, "", "no JSON")).await;
        let engine = engine(build(get(&server, "/ip")));
        let mut last = decide(&engine).await;
        for _ in 1..6 {
            last = decide(&engine).await;
        }
        let answer = &last.calls()[0].answer;
        assert_eq!(answer.status.name(), sixth, "{line}");
        assert_eq!(server.seen.requests().len(), requests, "{line}");
        assert_eq!(answer.latency_ms, 0.0, "{line}");
    }
}

#[tokio::test]
async fn retry_after_opens_the_breaker_at_once() {
    let _clock = Still::hold();
    let server = tls_server(answering("429 Later", "retry-after: 30\r\n", "")).await;
    let engine = engine(build(get(&server, "/ip")));
    assert_eq!(decide(&engine).await.calls()[0].answer.status.name(), "HttpError");
    assert_eq!(decide(&engine).await.calls()[0].answer.status.name(), "CircuitBreaker");
    assert_eq!(server.seen.requests().len(), 1);
}

#[tokio::test]
async fn an_idle_connection_is_kept_warm_without_anything_of_the_call() {
    let server = tls_server(answering("200 OK", "", "1")).await;
    let call =
        get(&server, "/ip?key={configuration.key}").configuration("key", CANARY).header("x-key", "{configuration.key}");
    let auth = Auth::Basic { username: "shop".to_string(), password: CANARY.into() };
    let call = call.auth(auth).warm_up(format!("https://{HOST}:{}/ping", server.port()), 100);
    let engine = engine(build(call));
    // However long the call takes, it has not been idle until it is over.
    let clock = Still::hold();
    decide(&engine).await;
    drop(clock);
    tokio::time::resume();
    server.seen.until(|seen| seen.requests().len() >= 3).await;
    let requests = server.seen.requests();
    for request in &requests[1..] {
        assert!(request.starts_with("GET /ping HTTP/1.1\r\n"), "{request}");
        assert!(!request.contains(CANARY) && !request.to_lowercase().contains("authorization"), "{request}");
    }
    assert_eq!(server.seen.connections(), 1);
    drop(engine);
    // With the engine its connections end, and nobody warms them any more.
    server.seen.until(|seen| seen.closed.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_speaks_it() {
    let config = crate::authority::TRUSTED.server(&crate::setup::LEAF, false, &[b"h2"]);
    let server = Server::start(
        Wrap::Tls(config),
        script(|mut peer: Peer| async move {
            let mut connection = h2::server::handshake(peer.take()).await.unwrap();
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                peer.seen.requests.lock().unwrap().push(request.uri().path().to_string());
                match request.uri().path() {
                    "/fine" => {
                        let mut body = respond.send_response(http::Response::new(()), false).unwrap();
                        body.send_data(bytes::Bytes::from_static(b"[1]"), true).unwrap();
                    }
                    "/reset" => respond.send_reset(h2::Reason::INTERNAL_ERROR),
                    _ => {
                        let mut body = respond.send_response(http::Response::new(()), false).unwrap();
                        body.send_data(bytes::Bytes::from_static(b"[1"), false).unwrap();
                        body.send_reset(h2::Reason::CANCEL);
                    }
                }
            }
        }),
    )
    .await;
    for (path, status) in [("/fine", "Success"), ("/reset", "CommunicationFailure"), ("/cut", "CommunicationFailure")] {
        let decision = decide(&engine(build(get(&server, path)))).await;
        assert_eq!(decision.calls()[0].answer.status.name(), status, "{path}: {}", decision.calls()[0].answer.error);
    }
}

#[test]
fn a_decision_without_a_runtime_makes_its_own_each_time() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (service, tokens) = runtime.block_on(async {
        let granted = answering("200 OK", "", r#"{"access_token":"t0ken-c4n4ry-51ngs","expires_in":60}"#);
        (tls_server(answering("200 OK", "", "[1]")).await, tls_server(granted).await)
    });
    let auth = Auth::OAuth {
        token_url: format!("https://{HOST}:{}/token", tokens.port()),
        client_id: "shop".to_string(),
        scope: String::new(),
        credential: Credential::Secret(CANARY.into()),
    };
    let engine = engine(build(get(&service, "/ip").auth(auth)));
    for _ in 0..3 {
        let decision = engine.decide_blocking(br#"{"a": "x"}"#).unwrap();
        assert_eq!(decision.calls()[0].answer.status.name(), "Success", "{}", decision.calls()[0].answer.error);
    }
    assert_eq!(tokens.seen.requests().len(), 1);
}
