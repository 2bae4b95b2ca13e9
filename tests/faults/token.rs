//! Tokens: asked for once, shared, renewed, refused, not to be had.

use crate::authority::TRUSTED;
use crate::server::{Peer, Script, Server, answering, script};
use crate::setup::{CANARY, HOST, build, decide, engine, get, network, tls_server};
use crate::still::{Still, decided_at};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fql::external::http::{Auth, Credential, Network, SignatureAlgorithm};
use fql::{Engine, Limits};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::advance;

/// Grants tokens `token-1`, `token-2` and so on, each with the canary in it.
fn granting(life: &'static str) -> Script {
    let count = Arc::new(AtomicUsize::new(0));
    script(move |mut peer: Peer| {
        let count = count.clone();
        async move {
            while peer.request().await.is_some() {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let body = format!(
                    r#"{{"token_type":"Bearer","access_token":"token-{number}-{CANARY}","expires_in":{life}}}"#
                );
                peer.answer("200 OK", "", body.as_bytes()).await;
            }
        }
    })
}

fn oauth(tokens: &Server) -> Auth {
    Auth::OAuth {
        token_url: format!("https://{HOST}:{}/token", tokens.port()),
        client_id: "shop".to_string(),
        scope: "a b".to_string(),
        credential: Credential::Secret(CANARY.into()),
    }
}

/// An engine whose call goes to a service with a token.
fn with_tokens(service: &Server, tokens: &Server, network: &Network) -> Engine {
    let call = get(service, "/ip").auth(oauth(tokens));
    engine(call.build(network, &Limits::default()).unwrap())
}

fn authorizations(server: &Server) -> Vec<String> {
    let of = |request: &String| {
        let line = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer ").map(str::to_string));
        line.unwrap_or_default().replace(&format!("-{CANARY}"), "")
    };
    server.seen.requests().iter().map(of).collect()
}

async fn status(engine: &Engine) -> &'static str {
    decide(engine).await.calls()[0].answer.status.name()
}

/// Lets time pass for timers, not for sockets.
async fn later(seconds: u64) {
    advance(Duration::from_secs(seconds)).await;
}

#[tokio::test]
async fn many_calls_and_definitions_share_one_token() {
    let (service, tokens) = (tls_server(answering("200 OK", "", "1")).await, tls_server(granting("3600")).await);
    let network = network();
    let (first, second) = (with_tokens(&service, &tokens, &network), with_tokens(&service, &tokens, &network));
    let calls = (0..20).map(|number| if number % 2 == 0 { status(&first) } else { status(&second) });
    let statuses = futures_util::future::join_all(calls).await;
    assert_eq!(statuses, ["Success"; 20]);
    assert_eq!(tokens.seen.requests().len(), 1);
    assert_eq!(authorizations(&service), ["token-1"; 20]);
    let request = tokens.seen.requests().remove(0);
    let form = request.split_once("\r\n\r\n").unwrap().1;
    assert_eq!(form, format!("grant_type=client_credentials&client_id=shop&scope=a+b&client_secret={CANARY}"));
    assert!(request.starts_with("POST /token HTTP/1.1\r\n"), "{request}");
}

#[tokio::test]
async fn a_token_is_renewed_at_four_fifths_of_its_life_while_calls_go_on() {
    let _clock = Still::hold();
    let (service, tokens) = (tls_server(answering("200 OK", "", "1")).await, tls_server(granting("1000")).await);
    let engine = with_tokens(&service, &tokens, &network());
    assert_eq!(status(&engine).await, "Success");
    later(790).await;
    assert_eq!(status(&engine).await, "Success");
    assert_eq!(tokens.seen.requests().len(), 1);
    later(20).await;
    assert_eq!(status(&engine).await, "Success");
    assert_eq!(authorizations(&service), ["token-1"; 3]);
    tokens.seen.until(|seen| seen.requests().len() == 2).await;
    // The next call that finds the new token is not the first one after its request.
    while authorizations(&service).last().is_none_or(|last| last != "token-2") {
        assert_eq!(status(&engine).await, "Success");
    }
    assert_eq!(tokens.seen.requests().len(), 2);
}

#[tokio::test]
async fn a_token_that_has_ended_is_not_used() {
    let _clock = Still::hold();
    let (service, tokens) = (tls_server(answering("200 OK", "", "1")).await, tls_server(granting("\"60\"")).await);
    let engine = with_tokens(&service, &tokens, &network());
    assert_eq!(status(&engine).await, "Success");
    later(61).await;
    assert_eq!(status(&engine).await, "Success");
    assert_eq!(authorizations(&service), ["token-1", "token-2"]);
}

#[tokio::test]
async fn a_refused_token_is_dropped_and_the_call_repeated_once() {
    let tokens = tls_server(granting("3600")).await;
    let service = tls_server(script(|mut peer: Peer| async move {
        while let Some(request) = peer.request().await {
            let good = request.contains("Bearer token-2");
            peer.answer(if good { "200 OK" } else { "401 Unauthorized" }, "", b"1").await;
        }
    }))
    .await;
    let engine = with_tokens(&service, &tokens, &network());
    assert_eq!(status(&engine).await, "Success");
    assert_eq!(authorizations(&service), ["token-1", "token-2"]);

    let never = tls_server(answering("401 Unauthorized", "", "1")).await;
    let engine = with_tokens(&never, &tokens, &network());
    assert_eq!(status(&engine).await, "HttpError");
    assert_eq!(authorizations(&never), ["token-3", "token-4"]);
}

#[tokio::test]
async fn a_token_endpoint_that_refuses_is_asked_once_until_its_breaker_closes() {
    let _clock = Still::hold();
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: you sent c4n4ry-51ngs"}"#;
    let (service, tokens) =
        (tls_server(answering("200 OK", "", "1")).await, tls_server(answering("401 No", "", body)).await);
    let engine = with_tokens(&service, &tokens, &network());
    for _ in 0..3 {
        let decision = decide(&engine).await;
        let answer = &decision.calls()[0].answer;
        assert_eq!(answer.status.name(), "AadFailure");
        assert_eq!(answer.error, "the token endpoint answered 401: invalid_client, AADSTS7000215");
    }
    assert_eq!((tokens.seen.requests().len(), service.seen.connections()), (1, 0));
    later(7).await;
    assert_eq!(status(&engine).await, "AadFailure");
    assert_eq!(tokens.seen.requests().len(), 2);
}

#[tokio::test]
async fn an_unknown_application_has_a_status_of_its_own() {
    for body in
        [r#"{"error":"unauthorized_client"}"#, r#"{"error":"invalid_client","error_description":"AADSTS700016: x"}"#]
    {
        let body: &'static str = body;
        let (service, tokens) =
            (tls_server(answering("200 OK", "", "1")).await, tls_server(answering("400 No", "", body)).await);
        assert_eq!(status(&with_tokens(&service, &tokens, &network())).await, "InvalidApplicationId");
    }
}

#[tokio::test]
async fn an_answer_without_a_good_token_is_a_failure() {
    let bodies = [
        "",
        "no JSON",
        "{}",
        r#"{"access_token":""}"#,
        r#"{"access_token":7}"#,
        r#"{"access_token":"a\r\nx: y","expires_in":60}"#,
        r#"{"access_token":"a","token_type":"mac"}"#,
        r#"{"access_token":"a","expires_in":-1}"#,
        r#"{"access_token":"a","expires_in":"soon"}"#,
    ];
    let service = tls_server(answering("200 OK", "", "1")).await;
    for body in bodies {
        let tokens = tls_server(answering("200 OK", "", body)).await;
        assert_eq!(status(&with_tokens(&service, &tokens, &network())).await, "AadFailure", "{body}");
        assert_eq!(tokens.seen.requests().len(), 1);
    }
    assert_eq!(service.seen.connections(), 0);
}

#[tokio::test]
async fn a_failing_token_endpoint_is_asked_again_within_the_call() {
    let service = tls_server(answering("200 OK", "", "1")).await;
    let count = Arc::new(AtomicUsize::new(0));
    let tokens = tls_server(script(move |mut peer: Peer| {
        let count = count.clone();
        async move {
            while peer.request().await.is_some() {
                match count.fetch_add(1, Ordering::SeqCst) {
                    0 => return peer.reset(),
                    1 => peer.answer("503 Later", "", b"").await,
                    _ => peer.answer("200 OK", "", br#"{"access_token":"good","expires_in":60}"#).await,
                }
            }
        }
    }))
    .await;
    assert_eq!(status(&with_tokens(&service, &tokens, &network())).await, "Success");
    assert_eq!(tokens.seen.requests().len(), 3);
}

#[tokio::test]
async fn a_slow_token_endpoint_holds_no_call_beyond_its_timeout_and_its_answer_is_not_lost() {
    let _clock = Still::hold();
    let service = tls_server(answering("200 OK", "", "1")).await;
    let go = Arc::new(Notify::new());
    let of_server = go.clone();
    let tokens = tls_server(script(move |mut peer: Peer| {
        let go = of_server.clone();
        async move {
            peer.request().await;
            peer.falls_silent();
            go.notified().await;
            peer.answer("200 OK", "", br#"{"access_token":"late","expires_in":60}"#).await;
            peer.stall().await;
        }
    }))
    .await;
    let call = get(&service, "/ip").auth(oauth(&tokens)).timeout_ms(150);
    let engine = engine(build(call));
    let decision = decided_at(&engine, &tokens, Duration::from_millis(151)).await;
    let answer = &decision.calls()[0].answer;
    assert_eq!(answer.status.name(), "AadFailure", "{}", answer.error);
    go.notify_one();
    while status(&engine).await != "Success" {}
    assert_eq!(tokens.seen.requests().len(), 1);
    assert_eq!(authorizations(&service)[0], "late");
}

#[tokio::test]
async fn a_token_endpoint_that_is_down_ends_calls_at_once_when_its_breaker_is_open() {
    let service = tls_server(answering("200 OK", "", "1")).await;
    let tokens = tls_server(script(|mut peer: Peer| async move { peer.reset() })).await;
    let engine = with_tokens(&service, &tokens, &network());
    // The call goes on as long as the endpoint is asked.
    assert_eq!(status(&engine).await, "AadFailure");
    assert_eq!(tokens.seen.connections(), 5);
    let _clock = Still::hold();
    let decision = decide(&engine).await;
    let answer = &decision.calls()[0].answer;
    assert_eq!((answer.status.name(), answer.latency_ms), ("AadFailure", 0.0));
    assert_eq!((tokens.seen.connections(), service.seen.connections()), (5, 0));
}

#[tokio::test]
async fn a_certificate_signs_an_assertion_instead_of_a_secret() {
    let (service, tokens) = (tls_server(answering("200 OK", "", "1")).await, tls_server(granting("60")).await);
    let leaf = TRUSTED.rsa("shop");
    for algorithm in [SignatureAlgorithm::Ps256, SignatureAlgorithm::Rs256] {
        let auth = Auth::Aad {
            authority: Some(format!("https://{HOST}:{}", tokens.port())),
            tenant: "contoso.com".to_string(),
            client_id: "shop-id".to_string(),
            audience: "api://service".to_string(),
            credential: Credential::Certificate { pem: leaf.pem().into(), algorithm },
        };
        assert_eq!(status(&engine(build(get(&service, "/ip").auth(auth)))).await, "Success");
        let request = tokens.seen.requests().pop().unwrap();
        assert!(request.starts_with("POST /contoso.com/oauth2/v2.0/token HTTP/1.1"), "{request}");
        let form: HashMap<&str, &str> =
            request.split_once("\r\n\r\n").unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
        assert_eq!(form["scope"], "api%3A%2F%2Fservice%2F.default");
        assert_eq!(form["client_assertion_type"], "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer");
        assert!(!form.contains_key("client_secret"));
        let (signed, signature) = form["client_assertion"].rsplit_once('.').unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        let part =
            |text: &str| serde_json::from_slice::<serde_json::Value>(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
        let (header, claims) = (part(header), part(claims));
        assert_eq!(header["alg"], if algorithm == SignatureAlgorithm::Ps256 { "PS256" } else { "RS256" });
        assert_eq!(header["x5t#S256"], leaf.thumbprint());
        assert_eq!((&claims["iss"], &claims["sub"]), (&"shop-id".into(), &"shop-id".into()));
        assert_eq!(claims["aud"], format!("https://{HOST}:{}/contoso.com/oauth2/v2.0/token", tokens.port()));
        assert!(claims["exp"].as_u64().unwrap() - claims["nbf"].as_u64().unwrap() <= 600);
        let key = leaf.public_key();
        let padding = match algorithm {
            SignatureAlgorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
            SignatureAlgorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        };
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        UnparsedPublicKey::new(padding, &key).verify(signed.as_bytes(), &signature).unwrap();
    }
}
