//! The faults, one after another: what a server does, and what the call is then called.

use crate::authority::{TRUSTED, UNKNOWN};
use crate::server::{Peer, Script, Wrap, answering, script};
use crate::setup::{CANARY, HOST, LEAF};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::time::Duration;

/// Where a call meets its fault.
#[derive(Clone)]
pub(crate) enum Meets {
    /// The name has no address.
    NoName,
    /// Nobody listens.
    Nobody,
    /// Nobody accepts.
    BlackHole,
    /// A server that does this.
    Server(Wrap, Script),
}

/// What ends a call that meets the fault.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ends {
    /// What the other side does: no time passes.
    AtOnce,
    /// Nothing but its timeout.
    AtTheTimeout,
    /// What comes of it is known, and more is waited for a little while.
    AfterAWhile,
}

/// A fault, and what it looks like from inside.
#[derive(Clone)]
pub(crate) struct Fault {
    pub(crate) name: String,
    pub(crate) meets: Meets,
    pub(crate) ends: Ends,
    pub(crate) status: &'static str,
    pub(crate) http_status: u16,
}

impl Fault {
    fn new(name: impl Into<String>, meets: Meets, status: &'static str, http_status: u16) -> Fault {
        let ends = if status == "Timeout" { Ends::AtTheTimeout } else { Ends::AtOnce };
        Fault { name: name.into(), meets, ends, status, http_status }
    }
}

fn server(name: impl Into<String>, status: &'static str, http_status: u16, script: Script) -> Fault {
    let wrap = Wrap::Tls(TRUSTED.server(&LEAF, false, &[b"http/1.1"]));
    Fault::new(name, Meets::Server(wrap, script), status, http_status)
}

/// Answers the first request with bytes as they are, then closes.
fn bytes(text: impl Into<Vec<u8>>) -> Script {
    let text = text.into();
    script(move |mut peer: Peer| {
        let text = text.clone();
        async move {
            peer.request().await;
            peer.raw(&text).await;
        }
    })
}

/// Answers every request with bytes as they are.
fn kept(text: impl Into<Vec<u8>>) -> Script {
    let text = text.into();
    script(move |mut peer: Peer| {
        let text = text.clone();
        async move { while peer.request().await.is_some() && peer.raw(&text).await {} }
    })
}

/// Answers with bytes, then says nothing more.
fn bytes_and_stall(text: &'static str) -> Script {
    script(move |mut peer: Peer| async move {
        peer.request().await;
        peer.raw(text.as_bytes()).await;
        peer.stall().await;
    })
}

fn whole(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n", body.len()).into_bytes();
    out.extend_from_slice(body);
    out
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// Sends a chunk again and again until the other side gives up.
fn endless(head: &'static str, chunk: &'static [u8], pause: Option<Duration>) -> Script {
    script(move |mut peer: Peer| async move {
        peer.request().await;
        peer.raw(head.as_bytes()).await;
        if pause.is_some() {
            peer.falls_silent();
        }
        while peer.raw(chunk).await {
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
        }
    })
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// A chunk of 16 KiB of blanks.
static CHUNK: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
    let mut chunk = b"4000\r\n".to_vec();
    chunk.extend(std::iter::repeat_n(b' ', 0x4000));
    chunk.extend_from_slice(b"\r\n");
    chunk
});

/// All of them.
pub(crate) fn all() -> Vec<Fault> {
    let mut all = connecting();
    all.extend(exchanging());
    all.extend(answers());
    all.extend(statuses());
    all
}

fn connecting() -> Vec<Fault> {
    let plain = |name: &str, status, script| Fault::new(name, Meets::Server(Wrap::Plain, script), status, 0);
    let nowhere = |name: &str, meets, status| Fault::new(name, meets, status, 0);
    let shows = |name: &str, config| {
        let script = answering("200 OK", "", "1");
        Fault::new(name, Meets::Server(Wrap::Tls(config), script), "CommunicationFailure", 0)
    };
    vec![
        nowhere("a name without an address", Meets::NoName, "CommunicationFailure"),
        nowhere("a refused connection", Meets::Nobody, "CommunicationFailure"),
        nowhere("a black hole", Meets::BlackHole, "Timeout"),
        plain("silence instead of TLS", "Timeout", script(|mut peer: Peer| async move { peer.stall().await })),
        plain("a reset instead of TLS", "CommunicationFailure", script(|mut peer: Peer| async move { peer.reset() })),
        plain("an end instead of TLS", "CommunicationFailure", script(|peer: Peer| async move { drop(peer) })),
        plain(
            "plain HTTP instead of TLS",
            "CommunicationFailure",
            script(|mut peer: Peer| async move {
                peer.raw(&whole("", b"1")).await;
                peer.stall().await;
            }),
        ),
        plain(
            "noise instead of TLS",
            "CommunicationFailure",
            script(|mut peer: Peer| async move {
                peer.raw(&[0x16, 3, 3, 0, 5, 2, 0, 0, 1, 9]).await;
                peer.stall().await;
            }),
        ),
        shows("an expired certificate", TRUSTED.server(&TRUSTED.expired(HOST), false, &[])),
        shows("the certificate of another host", TRUSTED.server(&TRUSTED.leaf("other.test"), false, &[])),
        shows("a certificate of an unknown authority", UNKNOWN.server(&UNKNOWN.leaf(HOST), false, &[])),
        shows("a server that wants a certificate", TRUSTED.server(&LEAF, true, &[])),
    ]
}

fn exchanging() -> Vec<Fault> {
    let failed = |name: &str, script| server(name, "CommunicationFailure", 0, script);
    let slow = |name: &str, script| server(name, "Timeout", 0, script);
    let cut = |name: &str, text: &str| server(name, "CommunicationFailure", 200, bytes(text));
    vec![
        failed("an end instead of an answer", bytes("")),
        failed(
            "a reset instead of an answer",
            script(|mut peer: Peer| async move {
                peer.request().await;
                peer.reset();
            }),
        ),
        failed("an answer that is no HTTP", bytes("SSH-2.0-OpenSSH_9.7\r\n\r\n")),
        failed("an end within the head", bytes("HTTP/1.1 200 OK\r\ncontent-")),
        failed("a header without an end", bytes(format!("HTTP/1.1 200 OK\r\nx: {}\r\n", "y".repeat(1 << 20)))),
        failed("more headers than anybody needs", bytes(format!("HTTP/1.1 200 OK\r\n{}\r\n1", "x: y\r\n".repeat(500)))),
        failed("two lengths that differ", bytes("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n1")),
        failed("a length that is no number", bytes("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n1")),
        failed("a status that is none", bytes("HTTP/1.1 20 OK\r\ncontent-length: 1\r\n\r\n1")),
        failed("another protocol's version", bytes("HTTP/3.0 200 OK\r\ncontent-length: 1\r\n\r\n1")),
        slow("silence instead of an answer", bytes_and_stall("")),
        slow("silence within the head", bytes_and_stall("HTTP/1.1 200 OK\r\nconte")),
        slow("silence behind the head", bytes_and_stall("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")),
        slow("silence within the body", bytes_and_stall("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"a\"")),
        slow(
            "silence between chunks",
            bytes_and_stall("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n"),
        ),
        slow("one byte after another", endless(CHUNKED, b"1\r\n \r\n", Some(Duration::from_millis(20)))),
        slow(
            "one byte of the head after another",
            endless("HTTP/1.1 200 OK\r\nx: ", b"y", Some(Duration::from_millis(20))),
        ),
        slow(
            "waiting answers without an end",
            endless("", b"HTTP/1.1 102 Processing\r\n\r\n", Some(Duration::from_millis(20))),
        ),
        cut("an end within the body", "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"a\""),
        cut("an end within a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{\"a\""),
        cut("an end between chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n"),
    ]
}

fn answers() -> Vec<Fault> {
    let unusable = |name: &str, bytes_of: Vec<u8>| server(name, "ResponseFailure", 200, kept(bytes_of));
    let json = |name: &str, body: &[u8]| server(name, "ResponseFailure", 200, kept(whole("", body)));
    let packed = |name: &str, body: Vec<u8>| unusable(name, whole("content-encoding: gzip\r\n", &body));
    let fine = gzip(br#"{"risk":"high","score":0.93}"#);
    vec![
        server(
            "a length over the limit",
            "ResponseFailure",
            200,
            bytes_and_stall("HTTP/1.1 200 OK\r\ncontent-length: 262145\r\n\r\n"),
        ),
        server("chunks without an end", "ResponseFailure", 200, endless(CHUNKED, &CHUNK, None)),
        server("a body without a length", "ResponseFailure", 200, endless("HTTP/1.1 200 OK\r\n\r\n", &CHUNK, None)),
        packed("a small body that unpacks to a large one", gzip(&vec![b' '; 64 << 20])),
        packed("a packed body that is none", b"{\"risk\":\"high\"}".to_vec()),
        server(
            "a packed body that ends early",
            "CommunicationFailure",
            200,
            kept(whole("content-encoding: gzip\r\n", &fine[..fine.len() - 12])),
        ),
        server(
            "a chunk whose length is no number",
            "ResponseFailure",
            200,
            bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n1\r\n"),
        ),
        json("a page", b"<html><body>please sign in</body></html>"),
        json("nothing", b""),
        json("blanks", b" \r\n"),
        json("JSON that ends early", br#"{"risk": "hi"#),
        json("two values", b"{} {}"),
        json("single quotes", b"{'risk': 1}"),
        json("a number that is none", b"{\"risk\": 01}"),
        json("bytes that are no UTF-8", b"{\"risk\": \"\xff\xfe\"}"),
        json("JSON that is too deep", &[vec![b'['; 129], vec![b']'; 129]].concat()),
        json("JSON that is far too deep", &vec![b'['; 200_000]),
        server("204", "ResponseFailure", 204, kept("HTTP/1.1 204 No Content\r\n\r\n")),
        server("205", "ResponseFailure", 205, kept("HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n")),
    ]
}

fn statuses() -> Vec<Fault> {
    let redirects = [300, 301, 302, 303, 304, 305, 307, 308];
    let refusals = [400, 401, 402, 403, 404, 405, 408, 409, 410, 418, 422, 429, 451, 499];
    let failures = [500, 501, 502, 503, 504, 507, 511, 599, 999];
    let mut all = Vec::new();
    for code in redirects.into_iter().chain(refusals).chain(failures) {
        let location = if code < 400 { "location: https://elsewhere.invalid/\r\n" } else { "" };
        let script = script(move |mut peer: Peer| async move {
            while let Some(request) = peer.request().await {
                // The answer repeats what it was sent: a careless service does.
                let body = if code == 304 { String::new() } else { format!("you sent {request}") };
                peer.answer(&format!("{code} So"), location, body.as_bytes()).await;
            }
        });
        all.push(server(code.to_string(), "HttpError", code, script));
    }
    let head = bytes_and_stall("HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\n");
    all.push(Fault { ends: Ends::AfterAWhile, ..server("an error whose body never comes", "HttpError", 500, head) });
    let long = endless("HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n", &CHUNK, None);
    all.push(server("an error whose body never ends", "HttpError", 500, long));
    assert!(CANARY.len() > 4);
    all
}
