//! Definitions: what a file may say, and what is said about one that may not be.

use crate::authority::TRUSTED;
use crate::setup::{CANARY, no_secret};
use fql::Limits;
use fql::diagnostic::{Code, render};
use fql::external::External;
use fql::external::http::{HttpCall, Network, Surroundings, read};
use fql::source::Source;
use std::path::Path;
use std::sync::Arc;

/// The whole example of the specification, R7.1, with a certificate's file in place of what is not there.
const WHOLE: &str = r#"
name = "myCall"
description = "IP reputation"
parameters = [{ name = "IPaddress", sample = "203.0.113.9" }, { name = "correlation" }]
timeout_ms = 250
default_response = { risk = "unknown" }
sample_response = { risk = "high", score = 0.93 }
[request]
method = "GET"
url = "https://api.example.com/ip?key={configuration.apiKey}"
headers = { "x-correlation" = "{parameter.correlation}" }
content_type = "application/json"
[configuration]
apiKey = { env = "IP_API_KEY" }
literal = "c4n4ry-51ngs"
[auth]
type = "aad"
tenant = "contoso.com"
client_id = "6e1d3a3c-8f53-4f7c-9c57-6a0b8c1f2d3e"
audience = "api://my-api"
secret = { file = "secret.txt" }
[warm_up]
url = "https://api.example.com/ping"
idle_after_ms = 15000
[resilience]
breaker = true
failures_in_a_row = 3
window_ms = 5000
window_calls = 10
failure_rate = 0.4
open_ms = 1000
open_max_ms = 30000
jitter = 0
successes_to_close = 1
concurrency = 8
"#;

fn read_text(text: &str, folder: &Path) -> (Option<External>, String) {
    read_with(text, folder, &Network::default(), &Limits::default())
}

fn read_with(text: &str, folder: &Path, network: &Network, limits: &Limits) -> (Option<External>, String) {
    let source = Arc::new(Source::new("external/ip.toml", text));
    let variable = |name: &str| (name == "IP_API_KEY").then(|| CANARY.to_string());
    let (external, faults) = read(&source, "ip", &Surroundings { network, limits, folder, variable: &variable });
    no_secret(&format!("{external:?}"));
    let mut out = String::new();
    for fault in &faults {
        let (line, column) = fault.source.position(fault.span.start);
        let help = fault.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        out.push_str(&format!("{} {line}:{column} {}{help}\n", fault.code, fault.message));
    }
    no_secret(&render::render(&faults, false));
    no_secret(&out);
    (external, out)
}

#[test]
fn a_whole_definition_is_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret.txt"), format!("{CANARY}\n")).unwrap();
    let (external, faults) = read_text(WHOLE, folder.path());
    assert_eq!(faults, "");
    let external = external.unwrap();
    assert_eq!((external.name(), external.description()), ("myCall", "IP reputation"));
    let names: Vec<&str> = external.parameter_names().iter().map(|name| &**name).collect();
    assert_eq!(names, ["IPaddress", "correlation"]);
    assert_eq!(external.parameter_samples().iter().map(|name| &**name).collect::<Vec<_>>(), ["203.0.113.9", ""]);
    assert_eq!(external.sample(), Some(r#"{"risk":"high","score":0.93}"#));
    assert_eq!(external.transport().endpoint(), "https://api.example.com/ip");
    assert!(external.is_safe());
    let sent = external.transport().sent(&["a b", "c"].into());
    assert_eq!(sent.uri, "https://api.example.com/ip?key=***&IPaddress=a%20b");
}

#[test]
fn the_name_is_the_files_unless_it_says_another() {
    let (external, faults) = read_text("[request]\nurl = \"https://api.example.com/\"\n", Path::new("."));
    assert_eq!(faults, "");
    assert_eq!(external.unwrap().name(), "ip");
}

/// A definition with one more line at the top and one more in `[request]`.
fn with(top: &str, request: &str) -> String {
    let url = if request.starts_with("url =") { "" } else { "url = \"https://api.example.com/ip\"\n" };
    format!("{top}\n[request]\n{url}{request}\n")
}

#[test]
fn what_is_wrong_with_a_definition_is_told_with_line_and_help() {
    let cases = [
        (
            with("", "url = \"http://api.example.com/ip\""),
            "E0802 3:7 expected an `https` URL, found plain `http` to `api.example.com`; write `https://`, or list the host under `allow_http` in `[security]`",
        ),
        (
            with("", "url = \"https://10.0.0.7/ip\""),
            "E0802 3:7 expected a public address, found `10.0.0.7`, which is a private address; if it is meant, list its network under `allow_networks` in `[security]`",
        ),
        (
            with("timeout_ms = 0", ""),
            "E0802 1:14 expected from 1 to 1000 milliseconds, found 0; the limit `call_timeout_max_ms` allows up to 1000; it may be set up to 5000",
        ),
        (
            with("timeout_ms = 1001", ""),
            "E0802 1:14 expected from 1 to 1000 milliseconds, found 1001; the limit `call_timeout_max_ms` allows up to 1000; it may be set up to 5000",
        ),
        (
            with("parameters = [{ name = \"address\" }]", "url = \"https://api.example.com/{parameter.adress}\""),
            "E0802 3:7 unknown placeholder `{parameter.adress}`; did you mean `{parameter.address}`?",
        ),
        (
            with("", "[configuration]\nkey = { env = \"NOT_SET\" }"),
            "E0802 5:15 expected a value in the environment variable `NOT_SET`, which is not set; set `NOT_SET` where `fql` runs",
        ),
        (
            with("default_response = '{\"risk\": }'", ""),
            "E0802 1:20 expected JSON for `default_response`, found none: expected value at line 1 column 10; write a table, such as `{ risk = \"unknown\" }`, or a text that is JSON",
        ),
        (with("", "method = \"PUT\""), "E0802 4:10 expected \"GET\" or \"POST\" for `method`, found the text \"PUT\""),
        (with("", "body = '{}'"), "E0802 4:8 expected no body with a GET; write `method = \"POST\"`"),
        (
            with("", "method = \"POST\"\nbody = '{\"a\": }'"),
            "E0802 5:8 expected JSON, found none: expected value at line 1 column 7; a placeholder stands for a text: `{\"ip\": {parameter.ip}}` or `{\"ip\": \"ip {parameter.ip}\"}`",
        ),
        (
            with("parameters = [{ name = \"ip\" }]", "url = \"https://{parameter.ip}/\""),
            "E0802 3:7 expected a host that is the same for all calls, found a parameter in it; a parameter may stand in the path, the query, a header or the body",
        ),
        (
            with("", "url = \"https://user:word@api.example.com/\""),
            "E0802 3:7 expected a URL without user name and password; use `[auth]` with `type = \"basic\"`",
        ),
        (
            with("", "url = \"https://api.example.com/#x\""),
            "E0802 3:7 expected a URL without a fragment, found `#`; write `%23` for the sign itself",
        ),
        (
            with("", "headers = { Host = \"x\" }"),
            "E0802 4:20 expected a header of the call, found `Host`, which the request sets",
        ),
        (with("", "headers = { \"x y\" = \"x\" }"), "E0802 4:21 expected the name of a header, found `x y`"),
        (
            with("", "headers = { x = \"é\" }"),
            "E0802 4:17 expected a value of printable ASCII, found another character in it",
        ),
        (
            with("name = \"1st\"", ""),
            "E0802 1:8 expected a name, found `1st`; a name has letters, digits and `_`, and does not begin with a digit",
        ),
        (
            with("parameters = [{ name = \"a\" }, { name = \"A\" }]", ""),
            "E0802 1:14 expected different parameters, found `A` twice",
        ),
        (
            with("kind = \"assessment\"", ""),
            "E0802 1:8 expected an external call, found an assessment, which is not supported yet",
        ),
        (with("timeout = 5", ""), "E0802 1:1 unknown key `timeout`; did you mean `timeout_ms`?"),
        (
            with("", "[auth]\ntype = \"basic\"\nusername = \"u\""),
            "E0802 4:1 expected a password under `password` in `[auth]`, found none",
        ),
        (
            with("", "[auth]\ntype = \"certificate\"\ncertificate = { pem_file = \"nowhere.pem\" }"),
            "E0801 6:28 cannot read `./nowhere.pem`: No such file or directory (os error 2)",
        ),
        (
            with("", "[auth]\ntype = \"certificate\"\ncertificate = { pem_file = \"key.pem\" }"),
            "E0802 6:15 expected a PEM file with `BEGIN PRIVATE KEY` besides the certificate, found none",
        ),
        (
            with(
                "",
                "[auth]\ntype = \"oauth\"\ntoken_url = \"http://login.example.com/\"\nclient_id = \"c\"\nsecret = \"c4n4ry-51ngs\"",
            ),
            "E0802 6:13 expected an `https` URL, found plain `http` to `login.example.com`; write `https://`, or list the host under `allow_http` in `[security]`",
        ),
        (
            with("", "[warm_up]\nurl = \"https://169.254.169.254/\""),
            "E0802 5:7 expected a public address, found `169.254.169.254`, which is a link-local address; if it is meant, list its network under `allow_networks` in `[security]`",
        ),
        (
            with("", "[resilience]\nfailure_rate = 2"),
            "E0802 5:16 expected a number from 0 to 1 for `failure_rate`, found 2",
        ),
        ("timeout_ms = 5\n".to_string(), "E0802 1:1 expected a table with a URL under `request`, found none"),
    ];
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key.pem"), TRUSTED.leaf("client").certificate).unwrap();
    let mut wrong = Vec::new();
    for (text, expected) in &cases {
        let at = if text.contains("key.pem") { folder.path() } else { Path::new(".") };
        let (external, found) = read_text(text, at);
        assert!(external.is_none(), "{text}");
        if found.trim_end() != *expected {
            wrong.push(format!("{text}\nexpected {expected}\nfound    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_cap_of_timeouts_is_raised_by_the_limit_up_to_five_seconds() {
    let of = |timeout: u64, limit: u64| {
        let limits = Limits { call_timeout_max_ms: limit, ..Limits::default() };
        let text = with(&format!("timeout_ms = {timeout}"), "");
        read_with(&text, Path::new("."), &Network::default(), &limits).0.is_some()
    };
    assert!(of(1, 1_000) && of(1_000, 1_000) && of(5_000, 5_000) && of(5_000, 9_000));
    assert!(!of(1_001, 1_000) && !of(5_001, 5_000) && !of(5_001, 9_000));
}

#[test]
fn a_definition_in_rust_has_the_same_checks() {
    let call = HttpCall::get("my call", "https://127.0.0.1/{parameter.x}").parameter("ip", "").timeout_ms(0);
    let error = call.build(&Network::default(), &Limits::default()).unwrap_err();
    let keys: Vec<String> = error.faults.iter().map(|fault| fault.key.join(".")).collect();
    assert_eq!(keys, ["name", "timeout_ms", "request.url"]);
    assert!(
        error
            .to_string()
            .contains("request.url: expected a public address, found `127.0.0.1`, which is a loopback address")
    );
}

#[test]
fn plain_http_and_a_private_address_are_allowed_where_the_deployment_says_so() {
    let network =
        Network::builder().allow_http("127.0.0.1:8080").unwrap().allow_network("127.0.0.0/8").unwrap().build();
    let built = |url: &str| HttpCall::get("x", url).build(&network, &Limits::default()).is_ok();
    assert!(built("http://127.0.0.1:8080/"));
    assert!(!built("http://127.0.0.1:8081/") && !built("http://127.0.0.2:8080/") && !built("http://[::1]:8080/"));
    for bad in ["", "a/b", "a?b", "user@host", "http://x"] {
        assert!(Network::builder().allow_http(bad).is_err(), "{bad}");
    }
    assert!(Network::builder().ca_pem(b"nothing").is_err());
}

#[test]
fn a_wrong_argument_count_is_found_before_any_event() {
    let call = HttpCall::get("lookup", "https://api.example.com/").parameter("ip", "");
    let call = call.build(&Network::default(), &Limits::default()).unwrap();
    let error = fql::Engine::builder().define(call).rules("r", "RETURN Reject() WHEN External.lookup() == 1").build();
    let diagnostics = error.unwrap_err().diagnostics;
    assert_eq!(diagnostics[0].code, Code::WRONG_ARITY);
}
