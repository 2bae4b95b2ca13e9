//! Every fault with every method and way of authentication.

use crate::fault::{Ends, Fault, Meets, all};
use crate::server::{Server, answering};
use crate::setup::{CANARY, HOST, builder, no_secret, tls_server, told_engine};
use crate::still::{PATIENCE, Still, silent};
use fql::external::Call;
use fql::external::http::{Auth, Credential, HttpCall};
use fql::sink::{self, Event};
use fql::{Decision, Limits};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, advance, sleep};

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_millis(400);

/// Timers go on in whole milliseconds.
const TICK: Duration = Duration::from_millis(1);

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
    fn open() -> BlackHole {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        let listener = socket.listen(1).unwrap().into_std().unwrap();
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
            waiting.push(stream);
        }
        BlackHole { address, _listener: listener, _waiting: waiting }
    }
}

/// What comes of a call whose fault ends it, one way or the other.
async fn decided(
    ends: Ends,
    server: Option<&Server>,
    decision: impl Future<Output = Decision>,
) -> Result<Decision, String> {
    let mut decision = pin!(decision);
    match ends {
        Ends::AtOnce => Ok(decision.await),
        Ends::AtTheTimeout => {
            let before = async {
                match server {
                    Some(server) => silent(server, 1).await,
                    None => tokio::task::yield_now().await,
                }
                let step = Duration::from_millis(10);
                for _ in 1..TIMEOUT.div_duration_f64(step) as u32 {
                    advance(step).await;
                }
                advance(step - TICK).await;
            };
            tokio::select! {
                biased;
                decision = &mut decision => return Err(format!("it ends before its timeout: {decision:?}")),
                () = before => {}
            }
            advance(2 * TICK).await;
            Ok(decision.await)
        }
        Ends::AfterAWhile => {
            // As many turns as would take 5 s on an idle machine, and longer on any other.
            let turns = async {
                for _ in 0..5_000 {
                    sleep(TICK).await;
                }
            };
            tokio::select! {
                biased;
                decision = &mut decision => Ok(decision),
                () = turns => Err("it does not end".to_string()),
            }
        }
    }
}

async fn run(fault: Fault, post: bool, with: With) -> Result<(), String> {
    let clock = (fault.ends != Ends::AfterAWhile).then(Still::hold);
    let tokens =
        tls_server(answering("200 OK", "", r#"{"access_token":"t0ken-c4n4ry-51ngs","expires_in":3600}"#)).await;
    let mut server = None;
    let mut hole = None;
    let (host, port) = match &fault.meets {
        Meets::NoName => ("nowhere.invalid", 443),
        Meets::Nobody => {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            (HOST, listener.local_addr().unwrap().port())
        }
        Meets::BlackHole => (HOST, hole.insert(BlackHole::open()).address.port()),
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
    if hole.is_some() && with == With::Token {
        // Nothing tells when a call has its token and stands before the hole. So another one gets the token, which they share.
        let first = HttpCall::get("first", format!("https://{HOST}:{}", tokens.port())).auth(auth.clone());
        let first = first.build(&network, &Limits::default()).map_err(|error| error.to_string())?;
        drop(first.transport().call(Call::new(Vec::new(), PATIENCE)).await);
    }
    let mut call = call
        .parameter("ip", "203.0.113.9")
        .configuration("key", CANARY)
        .header("x-key", "{configuration.key}")
        .auth(auth)
        .default_response(&serde_json::json!({"risk": "unknown"}));
    if clock.is_some() {
        call = call.timeout_ms(u64::try_from(TIMEOUT.as_millis()).unwrap());
    }
    let call = call.build(&network, &Limits::default()).map_err(|error| error.to_string())?;
    let (engine, told) = told_engine(call.clone());
    let begun = Instant::now();
    let decision = async { engine.decide(br#"{"a": "203.0.113.9"}"#).await.unwrap() };
    let decision = decided(fault.ends, server.as_ref(), decision).await?;
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
    let in_time = match fault.ends {
        Ends::AtOnce => took.is_zero(),
        Ends::AtTheTimeout => (TIMEOUT..=TIMEOUT + TICK).contains(&took),
        Ends::AfterAWhile => true,
    };
    if !in_time {
        return Err(format!("took {took:?}"));
    }
    let snapshot = engine.monitor().snapshot();
    let counted = snapshot.calls[0].statuses.iter().any(|(status, count)| *status == answer.status && *count >= 1);
    if !counted {
        return Err(format!("not counted: {snapshot:?}"));
    }
    assert!(engine.flush(PATIENCE), "the sink is stuck");
    are_told(&told.lock().unwrap(), &fault)?;
    let mut response = String::new();
    if fault.ends != Ends::AtTheTimeout {
        let again = Call::new(vec!["203.0.113.9".to_string()], PATIENCE);
        response = format!("{:?}", call.transport().call(again).await);
    }
    no_secret(&format!("{engine:?} {decision:?} {} {}", decision.to_json(), engine.monitor().snapshot().to_json()));
    no_secret(&format!("{} {response}", snapshot.to_prometheus()));
    no_secret(&format!("{:?}", call.transport().sent(&["203.0.113.9"].into())));
    if let Some(server) = server.filter(|_| fault.http_status >= 300) {
        // Each call is one request, and one more where its token was refused.
        let requests = server.seen.requests().len();
        let most = if fault.http_status == 401 && with == With::Token { 4 } else { 2 };
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

/// Runs a case in a runtime of its own, whose clock stands still, or does not.
fn alone(fault: &Fault, post: bool, with: With) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (name, method) = (&fault.name, if post { "POST" } else { "GET" });
    let run = run(fault.clone(), post, with);
    let done = runtime.block_on(async { tokio::spawn(run).await.unwrap_or_else(|panic| Err(panic.to_string())) });
    done.map_err(|why| format!("{name}, {method}, {with:?}: {why}"))
}

#[test]
fn every_fault_has_its_status_ends_in_time_and_shows_no_secret() {
    let faults = all();
    assert!(faults.len() >= 78, "{} faults", faults.len());
    let with = [With::Anonymous, With::Basic, With::Token];
    let ways: Vec<(bool, With)> = [false, true].into_iter().flat_map(|post| with.map(|with| (post, with))).collect();
    let cases: Vec<(&Fault, (bool, With))> =
        faults.iter().flat_map(|fault| ways.iter().map(move |way| (fault, *way))).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((fault, (post, with))) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    wrong.lock().unwrap().extend(alone(fault, *post, *with).err());
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
