//! `fql external list` and `fql external test` against a server of this machine.

use crate::{Folder, fql};
use std::io::{Read, Write};
use std::net::TcpListener;

/// A server that answers each request alike; its port.
fn server(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                request.push(byte[0]);
            }
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

fn folder(port: u16) -> Folder {
    let folder =
        Folder::new(&[("fql.toml", "[security]\nallow_http = [\"127.0.0.1\"]\nallow_networks = [\"127.0.0.0/8\"]\n")]);
    let definition = format!(
        "description = \"IP reputation\"\nparameters = [{{ name = \"ip\", sample = \"203.0.113.9\" }}]\n[request]\nurl = \"http://127.0.0.1:{port}/ip?key={{configuration.key}}\"\n[configuration]\nkey = \"c4n4ry\"\n"
    );
    folder.write("external/reputation.toml", definition.as_bytes());
    folder
}

const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 15\r\nconnection: close\r\n\r\n{\"risk\":\"high\"}";

#[test]
fn list_shows_definitions_and_no_secret() {
    let folder = folder(9);
    let out = fql(&["external", "list", &folder.path("")]).good();
    assert_eq!(
        out,
        "NAME        PARAMETERS  TIMEOUT  AUTH       SAFE  ENDPOINT               DESCRIPTION\nreputation  ip          1000 ms  anonymous  yes   http://127.0.0.1:9/ip  IP reputation\n"
    );
    let out = fql(&["external", "list", &folder.path("external/reputation.toml"), "--format", "json"]);
    let row = &out.json()[0];
    assert_eq!(
        (&row["endpoint"], &row["timeoutMs"], &row["auth"]),
        (&"http://127.0.0.1:9/ip".into(), &1000.into(), &"anonymous".into())
    );
    folder.write("external/bad.toml", b"[request]\nurl = \"http://api.example.com/\"\n");
    let out = fql(&["external", "list", &folder.path("")]);
    assert_eq!(out.code, 1);
    assert!(out.out.contains("reputation") && out.err.contains("E0802") && !out.err.contains("c4n4ry"), "{}", out.err);
}

#[test]
fn a_child_has_the_settings_that_it_inherits() {
    let root = "[limits]\ncall_timeout_max_ms = 5000\n[security]\nallow_http = [\"127.0.0.1\"]\nallow_networks = [\"127.0.0.0/8\"]\n";
    let call = "timeout_ms = 3000\n[request]\nurl = \"http://127.0.0.1:9/\"\n[auth]\ntype = \"basic\"\nusername = \"u\"\npassword = \"c4n4ry\"\n";
    let folder = Folder::new(&[
        ("fql.toml", root),
        ("environments/eu/fql.toml", "[limits]\nsteps = 5\n"),
        ("environments/eu/environments/fr/external/ask.toml", call),
    ]);
    for path in ["environments/eu/environments/fr", "environments/eu/environments/fr/external/ask.toml"] {
        let out = fql(&["external", "list", &folder.path(path)]).good();
        assert!(out.contains("\nask               3000 ms  basic  yes   http://127.0.0.1:9/"), "{out}");
    }
    folder.write("environments/eu/fql.toml", b"[security]\nallow_http = []\n");
    let out = fql(&["external", "list", &folder.path("environments/eu/environments/fr")]);
    assert!(out.code == 1 && out.err.contains("E0802") && !out.err.contains("c4n4ry"), "{}", out.err);
    folder.write("environments/eu/fql.toml", b"[securty]\n");
    let out = fql(&["external", "list", &folder.path("environments/eu/environments/fr")]);
    assert!(out.code == 1 && out.err.contains("unknown key `securty`"), "{}", out.err);
}

#[test]
fn test_makes_the_call_with_its_sample_and_stores_the_response() {
    let folder = folder(server(FINE));
    let out = fql(&["external", "test", &folder.path(""), "Reputation"]);
    assert_eq!(out.code, 0, "{}", out.err);
    assert!(
        out.out.starts_with("reputation: Success 200 in ") && out.out.contains("\"risk\": \"high\""),
        "{}",
        out.out
    );
    assert!(out.err.contains("--store") && !out.out.contains("c4n4ry"));
    let out = fql(&["external", "test", &folder.path(""), "reputation", "--format", "json", "--store"]);
    assert_eq!(out.json()[0]["response"]["risk"], "high");
    let stored = std::fs::read_to_string(folder.path("external/reputation.toml")).unwrap();
    assert!(stored.starts_with("sample_response = '{\"risk\":\"high\"}'\ndescription"), "{stored}");
    fql(&["external", "list", &folder.path("")]).good();
    let out = fql(&["external", "test", &folder.path(""), "reputation", "--store"]);
    assert_eq!(out.code, 1);
}

#[test]
fn test_names_what_went_wrong() {
    let folder = folder(server("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno"));
    let out = fql(&["external", "test", &folder.path(""), "reputation"]);
    assert_eq!(out.code, 1);
    assert!(out.out.starts_with("reputation: HttpError 404 in "), "{}", out.out);
    assert!(out.out.contains("the service answered 404 Not Found") && out.out.ends_with("  no\n"), "{}", out.out);
    fql(&["external", "test", &folder.path(""), "reputatoin"]).refused(1, &["did you mean `reputation`?"]);
}
