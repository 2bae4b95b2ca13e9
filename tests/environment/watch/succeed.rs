//! What goes along when an engine replaces another one (R1.4).

use super::{Told, rule};
use crate::{Folder, decide};
use fql::external::{BreakerState, External, Resilience};
use fql::watch::Watch;
use serde_json::json;

fn breaker(told: &Told, call: &str) -> (u64, Option<(BreakerState, u64)>) {
    let snapshot = told.watched.engine().monitor().snapshot();
    let found: Vec<_> = snapshot.calls.iter().filter(|one| &*one.name == call).collect();
    (found[0].requests, found[0].breaker)
}

#[test]
fn breakers_and_counts_of_the_hosts_functions_carry_over() {
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.purchase]\n"),
        ("purchase/rules/a.fql", "OBSERVE Output(x = External.down(@\"n\"))"),
    ]);
    let told = Told::begin(Watch::new(folder.path("")).engine(|builder| {
        let down = External::new("down", |_: String| async { Err::<i64, String>("no".to_string()) });
        builder.define(down.resilience(Resilience {
            open_ms: 3_600_000,
            open_max_ms: 3_600_000,
            ..Resilience::default()
        }))
    }));
    let ask = |n: u64| {
        let engine = told.watched.engine();
        decide(&engine, "purchase", "", &format!("{{\"n\": {n}}}"))["calls"][0]["status"].as_str().unwrap().to_string()
    };
    for n in 0..5 {
        assert_eq!(ask(n), "UnknownFailure");
    }
    folder.write("purchase/rules/b.fql", rule("b"));
    told.loaded();
    assert_eq!(ask(6), "CircuitBreaker");
    assert_eq!(breaker(&told, "down"), (6, Some((BreakerState::Open, 1))));
}

#[cfg(feature = "http")]
mod http {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const REACH: &str = "[security]\nallow_http = [\"127.0.0.1\"]\nallow_networks = [\"127.0.0.0/8\"]\n";

    /// Whichever environment is added before it, a child's call keeps what is known of it.
    #[test]
    fn a_childs_call_is_known_by_the_childs_id() {
        // Nobody listens there.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let call = format!(
            "timeout_ms = 1000\n[request]\nurl = \"http://127.0.0.1:{port}/\"\n[resilience]\nopen_ms = 3600000\nopen_max_ms = 3600000\n"
        );
        let folder = Folder::new(&[
            ("fql.toml", &format!("id = \"shop\"\n[assessments.purchase]\n{REACH}")),
            ("purchase/rules/a.fql", "OBSERVE Output(x = 1)"),
            ("environments/eu/fql.toml", "[assessments.purchase]\n"),
            ("environments/eu/purchase/rules/a.fql", "OBSERVE Output(x = External.down())"),
            ("environments/eu/external/down.toml", &call),
        ]);
        let told = Told::of(folder.path(""));
        let ask = |environment: &str| {
            let decision = decide(&told.watched.engine(), "purchase", environment, "{}");
            decision["calls"][0]["status"].as_str().unwrap().to_string()
        };
        for _ in 0..5 {
            assert_eq!(ask("eu"), "CommunicationFailure");
        }
        assert_eq!(ask("eu"), "CircuitBreaker");
        // `at` comes before `eu`, and has a call of that name too.
        for (name, text) in [
            ("purchase/rules/a.fql", "OBSERVE Output(x = External.down())"),
            ("external/down.toml", &call),
            ("fql.toml", "[assessments.purchase]\n"),
        ] {
            folder.write(&format!("aside/environments/at/{name}"), text);
        }
        std::fs::rename(folder.path("aside/environments/at"), folder.path("environments/at")).unwrap();
        while told.loaded().engine.environments().count() < 3 {}
        assert_eq!(told.watched.engine().environments().collect::<Vec<_>>(), ["shop", "at", "eu"]);
        assert_eq!((ask("eu").as_str(), ask("at").as_str()), ("CircuitBreaker", "CommunicationFailure"));
    }

    /// Answers any number of requests on a connection: the count of connections, and of tokens granted.
    fn server() -> (u16, Arc<[AtomicUsize; 2]>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let counts: Arc<[AtomicUsize; 2]> = Arc::default();
        let counted = counts.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, counted) = (stream.unwrap(), counted.clone());
                counted[0].fetch_add(1, Ordering::Relaxed);
                std::thread::spawn(move || serve(stream, &counted[1]));
            }
        });
        (port, counts)
    }

    fn serve(mut stream: TcpStream, tokens: &AtomicUsize) {
        loop {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") {
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    return;
                }
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut body).unwrap();
            let answer = if head.starts_with("POST /token") {
                let number = tokens.fetch_add(1, Ordering::Relaxed);
                json!({"access_token": format!("token{number}"), "token_type": "Bearer", "expires_in": 3600})
            } else {
                json!(head.lines().find(|line| line.starts_with("authorization")).unwrap_or_default())
            };
            let answer = answer.to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            stream.write_all((head + &answer).as_bytes()).unwrap();
        }
    }

    #[test]
    fn connections_and_tokens_carry_over_while_security_is_the_same() {
        let (port, counts) = server();
        let folder = Folder::new(&[
            ("fql.toml", &format!("[assessments.purchase]\n{REACH}")),
            ("purchase/rules/a.fql", "OBSERVE Output(x = External.ask(@\"n\"))"),
        ]);
        let definition = |secret: &str| {
            format!(
                "parameters = [{{ name = \"n\" }}]\n[request]\nurl = \"http://127.0.0.1:{port}/ask\"\n[auth]\ntype = \"oauth\"\n\
                 token_url = \"http://127.0.0.1:{port}/token\"\nclient_id = \"shop\"\nsecret = \"{secret}\"\n"
            )
        };
        folder.write("external/ask.toml", definition("first"));
        let told = Told::of(folder.path(""));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let ask = |n: u64| {
            let engine = told.watched.engine();
            let decision = runtime.block_on(engine.decide(&format!("{{\"n\": {n}}}"))).unwrap().to_json();
            let decision: serde_json::Value = serde_json::from_str(&decision).unwrap();
            let output = decision["outputs"].as_object().unwrap().values().next().unwrap()["x"].clone();
            (output.as_str().unwrap().to_string(), counts.each_ref().map(|count| count.load(Ordering::Relaxed)))
        };
        let (token, [connections, tokens]) = ask(1);
        assert_eq!((token.as_str(), tokens), ("authorization: Bearer token0", 1));
        folder.write("purchase/rules/b.fql", rule("b"));
        told.loaded();
        assert_eq!(ask(2), (token.clone(), [connections, 1]));
        // Another secret is another client, and needs a token of its own; the connection stays.
        folder.write("external/ask.toml", definition("second"));
        told.loaded();
        assert_eq!(ask(3), ("authorization: Bearer token1".to_string(), [connections, 2]));
        // Other permissions are another network.
        folder.write("fql.toml", format!("[assessments.purchase]\n{}", REACH.replace("127.0.0.0/8", "127.0.0.1")));
        told.loaded();
        let (token, [more, tokens]) = ask(4);
        assert_eq!((token.as_str(), tokens), ("authorization: Bearer token2", 3));
        assert!(more > connections);
    }
}
