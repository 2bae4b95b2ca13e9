//! Every fault with every method and way of authentication.

use crate::fault::{Fault, Meets, all};
use crate::server::{Server, answering};
use crate::setup::{CANARY, HOST, builder, no_secret, tls_server, told_engine};
use fql::Limits;
use fql::external::Call;
use fql::external::http::{Auth, Credential, HttpCall};
use fql::sink::{self, Event};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;

/// How long a call may take. Generous, for a machine that does much else.
const TIMEOUT_MS: u64 = 400;

/// How much later than that it may be answered.
const SLACK: Duration = Duration::from_millis(900);

#[derive(Clone, Copy, Debug, PartialEq)]
enum With {
    Anonymous,
    Basic,
    Token,
}

/// A port that takes connections as long as its queue has room, which it has not.
struct BlackHole {
    address: SocketAddr,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl BlackHole {
    async fn open() -> BlackHole {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        let listener = socket.listen(1).unwrap();
        let mut waiting = Vec::new();
        while let Ok(stream) = tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(address)).await {
            waiting.push(stream.unwrap());
        }
        BlackHole { address, _listener: listener, _waiting: waiting }
    }
}

async fn run(fault: Fault, post: bool, with: With) -> Result<(), String> {
    let tokens =
        tls_server(answering("200 OK", "", r#"{"access_token":"t0ken-c4n4ry-51ngs","expires_in":3600}"#)).await;
    let mut server = None;
    let mut hole = None;
    let (host, port) = match &fault.meets {
        Meets::NoName => ("nowhere.invalid", 443),
        Meets::Nobody => {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            (HOST, listener.local_addr().unwrap().port())
        }
        Meets::BlackHole => (HOST, hole.insert(BlackHole::open().await).address.port()),
        Meets::Server(wrap, script) => (HOST, server.insert(Server::start(wrap.clone(), script.clone()).await).port()),
    };
    let url = format!("https://{host}:{port}/ip?key={{configuration.key}}");
    let call = if post { HttpCall::post("lookup", url) } else { HttpCall::get("lookup", url) };
    let auth = match with {
        With::Anonymous => Auth::Anonymous,
        With::Basic => Auth::Basic { username: "shop".to_string(), password: CANARY.into() },
        With::Token => Auth::OAuth {
            token_url: format!("https://{HOST}:{}/token", tokens.port()),
            client_id: "shop".to_string(),
            scope: "all".to_string(),
            credential: Credential::Secret(CANARY.into()),
        },
    };
    let network = builder().allow_network("127.0.0.0/8").unwrap().build();
    let call = call
        .parameter("ip", "203.0.113.9")
        .configuration("key", CANARY)
        .header("x-key", "{configuration.key}")
        .auth(auth)
        .timeout_ms(TIMEOUT_MS)
        .default_response(&serde_json::json!({"risk": "unknown"}))
        .build(&network, &Limits::default())
        .map_err(|error| error.to_string())?;
    let (engine, told) = told_engine(call.clone());
    // Connections to the token endpoint take their time on a busy machine; they are not what is measured.
    if with == With::Token && !matches!(fault.meets, Meets::BlackHole) {
        drop(engine.decide(br#"{"a": "warm"}"#).await.unwrap());
    }
    let begun = Instant::now();
    let decision = engine.decide(br#"{"a": "203.0.113.9"}"#).await.unwrap();
    let took = begun.elapsed();
    let listed = &decision.calls()[0];
    let answer = &listed.answer;
    let found = (answer.status.name(), answer.http_status, answer.defaulted, &*answer.value);
    // A timeout or an end may come before the head is seen or after it.
    let expected = (fault.status, fault.http_status, true, r#"{"risk":"unknown"}"#);
    if found != expected {
        return Err(format!("expected {expected:?}, found {found:?}: {}", answer.error));
    }
    if answer.error.is_empty() {
        return Err("the error has no text".to_string());
    }
    if took > Duration::from_millis(TIMEOUT_MS) + SLACK {
        return Err(format!("took {took:?}"));
    }
    let snapshot = engine.monitor().snapshot();
    let counted = snapshot.calls[0].statuses.iter().any(|(status, count)| *status == answer.status && *count >= 1);
    if !counted {
        return Err(format!("not counted: {snapshot:?}"));
    }
    assert!(engine.flush(Duration::from_secs(10)), "the sink is stuck");
    are_told(&told.lock().unwrap(), &fault)?;
    let response = tokio::time::timeout(
        Duration::from_secs(2),
        call.transport().call(Call::new(vec!["203.0.113.9".to_string()], Duration::from_millis(TIMEOUT_MS))),
    );
    let response = response.await.map(|response| format!("{response:?}")).unwrap_or_default();
    no_secret(&format!("{engine:?} {decision:?} {} {}", decision.to_json(), engine.monitor().snapshot().to_json()));
    no_secret(&format!("{} {response}", snapshot.to_prometheus()));
    no_secret(&format!("{:?}", call.transport().sent(&["203.0.113.9".to_string()])));
    if let Some(server) = server.filter(|_| fault.http_status >= 300) {
        // Each call is one request, and one more where its token was refused.
        let requests = server.seen.requests().len();
        let calls = if with == With::Token { 3 } else { 2 };
        let most = if fault.http_status == 401 && with == With::Token { 2 * calls } else { calls };
        if requests != most {
            return Err(format!("expected {most} requests, found {requests}"));
        }
    }
    Ok(())
}

/// The last two events tell of the request and of its failure (R7.12).
fn are_told(events: &[Event], fault: &Fault) -> Result<(), String> {
    let Some([request, failure]) = events.last_chunk() else { return Err(format!("told only {events:?}")) };
    if (&*request.name, &*failure.name) != (sink::CALLS, sink::CALL_ERRORS) {
        return Err(format!("told {events:?}"));
    }
    for event in [request, failure] {
        no_secret(&event.json);
        let json: serde_json::Value = serde_json::from_str(&event.json).map_err(|error| error.to_string())?;
        let found =
            (json["externalCallName"].as_str(), json["requestStatus"].as_str(), json["httpStatusCode"].as_u64());
        let expected = (Some("lookup"), Some(fault.status), Some(u64::from(fault.http_status)));
        if found != expected {
            return Err(format!("expected an event of {expected:?}, found {json}"));
        }
    }
    let json: serde_json::Value = serde_json::from_str(&failure.json).map_err(|error| error.to_string())?;
    if !json["requestUri"].as_str().is_some_and(|uri| uri.starts_with("https://")) {
        return Err(format!("expected the address of the request, found {json}"));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_has_its_status_ends_in_time_and_shows_no_secret() {
    let faults = all();
    assert!(faults.len() >= 78, "{} faults", faults.len());
    let turns = Arc::new(Semaphore::new(8));
    let mut runs = tokio::task::JoinSet::new();
    for fault in faults {
        for post in [false, true] {
            for with in [With::Anonymous, With::Basic, With::Token] {
                let (fault, turns) = (fault.clone(), turns.clone());
                runs.spawn(async move {
                    let _turn = turns.acquire_owned().await.unwrap();
                    let name = fault.name.clone();
                    let done = tokio::spawn(run(fault, post, with)).await;
                    let method = if post { "POST" } else { "GET" };
                    let why = match done {
                        Ok(Ok(())) => return None,
                        Ok(Err(why)) => why,
                        Err(panic) => panic.to_string(),
                    };
                    Some(format!("{name}, {method}, {with:?}: {why}"))
                });
            }
        }
    }
    let count = runs.len();
    let wrong: Vec<String> = runs.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
