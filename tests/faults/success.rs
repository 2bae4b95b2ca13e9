//! What is sent, and what comes back, where nothing goes wrong.

use crate::authority::TRUSTED;
use crate::server::{Server, Wrap, answering, script};
use crate::setup::{CANARY, build, decide, engine, get, post, tls_server};
use fql::external::http::{Auth, ContentType};

const FINE: &str = r#"{"risk":"high","score":0.93}"#;

fn head(request: &str) -> &str {
    request.lines().next().unwrap()
}

#[tokio::test]
async fn a_get_without_placeholders_carries_its_parameters_in_the_query() {
    let server = tls_server(answering("200 OK", "", FINE)).await;
    let engine = engine(build(get(&server, "/ip?v=1").parameter("note", "").configuration("unused", CANARY)));
    let decision = engine.eval(r#"External.lookup("a&b=c", "é").risk + "!""#, b"{}").await.unwrap();
    assert_eq!(decision.to_string(), "high!");
    let request = server.seen.requests().remove(0);
    assert_eq!(head(&request), "GET /ip?v=1&ip=a%26b%3Dc&note=%C3%A9 HTTP/1.1");
    assert!(request.contains("accept: application/json") && request.contains("user-agent: fql/"), "{request}");
    assert!(!request.to_lowercase().contains("authorization"), "{request}");
}

#[tokio::test]
async fn a_parameter_with_a_placeholder_is_not_sent_twice() {
    let server = tls_server(answering("200 OK", "", FINE)).await;
    let call = get(&server, "/ip/{parameter.ip}/x?key={configuration.key}").configuration("key", CANARY);
    let engine = engine(build(call.parameter("other", "").header("x-note", "a {parameter.other}")));
    engine.eval("External.lookup(\"a/../b\", \"x\\r\\ny: 1\")", b"{}").await.unwrap();
    let request = server.seen.requests().remove(0);
    assert_eq!(head(&request), format!("GET /ip/a%2F..%2Fb/x?key={CANARY} HTTP/1.1"));
    assert!(request.contains("x-note: a x%0D%0Ay: 1\r\n"), "{request}");
}

#[tokio::test]
async fn an_argument_cannot_be_a_step_up_the_path() {
    let server = tls_server(answering("200 OK", "", FINE)).await;
    let engine = engine(build(get(&server, "/a/{parameter.ip}/b?{parameter.ip}")));
    for (argument, made) in [("..", false), (".", false), ("", true), ("...", true), ("%2e%2e", true)] {
        let event = format!(r#"{{"a": "{argument}"}}"#);
        let decision = engine.decide(event.as_bytes()).await.unwrap();
        let answer = &decision.calls()[0].answer;
        assert_eq!(
            answer.status.name(),
            if made { "Success" } else { "UnknownFailure" },
            "{argument}: {}",
            answer.error
        );
    }
    let heads: Vec<String> = server.seen.requests().iter().map(|request| head(request).to_string()).collect();
    assert_eq!(heads, ["GET /a//b? HTTP/1.1", "GET /a/.../b?... HTTP/1.1", "GET /a/%252e%252e/b?%252e%252e HTTP/1.1"]);
}

#[tokio::test]
async fn a_post_sends_an_object_of_all_parameters_or_a_form() {
    let server = tls_server(answering("200 OK", "", FINE)).await;
    decide(&engine(build(post(&server, "/ip")))).await;
    decide(&engine(build(post(&server, "/ip").content_type(ContentType::Form)))).await;
    let template = r#"{"address": "<{parameter.ip}>", "key": {configuration.key}}"#;
    decide(&engine(build(post(&server, "/ip").body(template).configuration("key", CANARY)))).await;
    let requests = server.seen.requests();
    let bodies: Vec<&str> = requests.iter().map(|request| request.split_once("\r\n\r\n").unwrap().1).collect();
    assert_eq!(
        bodies,
        [r#"{"ip":"203.0.113.9"}"#, "ip=203.0.113.9", &format!(r#"{{"address": "<203.0.113.9>", "key": "{CANARY}"}}"#)]
    );
    assert!(requests[0].contains("content-type: application/json\r\n"));
    assert!(requests[1].contains("content-type: application/x-www-form-urlencoded\r\n"));
}

#[tokio::test]
async fn the_answer_is_listed_with_endpoint_status_and_source() {
    let server = tls_server(answering("200 OK", "", FINE)).await;
    let call = get(&server, "/ip?key={configuration.key}").configuration("key", CANARY);
    let engine = engine(build(call));
    let decision = decide(&engine).await;
    let listed = &decision.calls()[0];
    assert_eq!((listed.answer.status.name(), listed.answer.http_status), ("Success", 200));
    assert_eq!((listed.answer.source.name(), listed.answer.defaulted), ("http", false));
    assert_eq!(listed.answer.endpoint, format!("https://service.test:{}/ip", server.port()));
    assert_eq!(&*listed.answer.value, FINE);
}

#[tokio::test]
async fn one_connection_serves_call_after_call() {
    let server = tls_server(answering("200 OK", "", FINE)).await;
    let engine = engine(build(get(&server, "/ip")));
    for _ in 0..5 {
        assert_eq!(decide(&engine).await.calls()[0].answer.status.name(), "Success");
    }
    assert_eq!((server.seen.connections(), server.seen.requests().len()), (1, 5));
}

#[tokio::test]
async fn basic_credentials_are_sent_and_never_shown() {
    let server = tls_server(answering("200 OK", "", FINE)).await;
    let auth = Auth::Basic { username: "shop".to_string(), password: CANARY.into() };
    decide(&engine(build(get(&server, "/ip").auth(auth)))).await;
    // printf 'shop:c4n4ry-51ngs' | base64
    assert!(server.seen.requests()[0].contains("authorization: Basic c2hvcDpjNG40cnktNTFuZ3M=\r\n"));
}

#[tokio::test]
async fn a_compressed_response_is_read() {
    // printf '{"risk":"low"}' | gzip -9n | base64
    let compressed = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 171, 86, 42, 202, 44, 206, 86, 178, 82, 202, 201, 47, 87, 170, 5, 0, 130,
        234, 117, 157, 14, 0, 0, 0,
    ];
    let server = tls_server(script(move |mut peer| async move {
        while let Some(request) = peer.request().await {
            assert!(request.contains("accept-encoding: gzip"), "{request}");
            peer.answer("200 OK", "content-encoding: gzip\r\n", &compressed).await;
        }
    }))
    .await;
    let decision = decide(&engine(build(get(&server, "/ip")))).await;
    assert_eq!(&*decision.calls()[0].answer.value, r#"{"risk":"low"}"#);
}

#[tokio::test]
async fn an_environment_makes_the_calls_that_its_folder_defines() {
    let leaf = TRUSTED.leaf("localhost");
    let server = Server::start(Wrap::Tls(TRUSTED.server(&leaf, false, &[])), answering("200 OK", "", FINE)).await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let settings = "[assessments.shop]\n[limits]\ncall_timeout_max_ms = 5000\n[security]\nallow_networks = [\"127.0.0.0/8\"]\nca_files = [\"ca.pem\"]\n";
    write("fql.toml", settings);
    write("ca.pem", &TRUSTED.pem);
    write("secret.txt", CANARY);
    write("shop/rules/1.fql", "RETURN Reject() WHEN External.lookup(@\"a\").risk == \"high\"");
    let definition = format!(
        "parameters = [{{ name = \"ip\" }}]\ntimeout_ms = 5000\n[request]\nurl = \"https://localhost:{}/ip\"\n[auth]\ntype = \"basic\"\nusername = \"shop\"\npassword = {{ file = \"../secret.txt\" }}\n",
        server.port()
    );
    write("external/lookup.toml", &definition);
    let engine = fql::Engine::builder().environment(folder.path()).build().unwrap();
    let decision = decide(&engine).await;
    assert_eq!(decision.kind().name(), "Reject", "{:?}", decision.calls());
    write(
        "fql.toml",
        "[assessments.shop]\n[security]\nallow_networks = [\"127.0.0.0/33\"]\nca_files = [\"nowhere.pem\"]\n",
    );
    let error = fql::Engine::builder().environment(folder.path()).build().unwrap_err().to_string();
    assert!(error.contains("`127.0.0.0/33`") && error.contains("cannot read `nowhere.pem`"), "{error}");
}
