//! `fql decide --watch`: events on standard input, rules that change (R1.4).

use super::{Folder, command, fql, fql_with};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The longest that a line is waited for.
const LONGEST: Duration = Duration::from_secs(30);

/// A command that runs, and the lines that it writes.
struct Running {
    child: Child,
    input: ChildStdin,
    out: Receiver<String>,
    err: Receiver<String>,
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let _ = sender.send(line.unwrap());
        }
    });
    lines
}

impl Running {
    fn begin(arguments: &[&str]) -> Running {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        let running = Running { child, input, out, err };
        running.told("watching `");
        running
    }

    /// Waits for a line of standard error with these words; the lines before it and itself.
    #[track_caller]
    fn told(&self, words: &str) -> String {
        let mut all = String::new();
        loop {
            let line = self.err.recv_timeout(LONGEST).unwrap_or_else(|_| panic!("no `{words}` in: {all}"));
            all += &format!("{line}\n");
            if line.contains(words) {
                return all;
            }
        }
    }

    /// Writes an event and waits for its decision: the reason.
    #[track_caller]
    fn decide(&mut self, event: &str) -> String {
        writeln!(self.input, "{event}").unwrap();
        let line = self.out.recv_timeout(LONGEST).expect("no decision");
        let json: serde_json::Value = serde_json::from_str(&line).expect(&line);
        json["reason"].as_str().or(json["error"]["code"].as_str()).unwrap().to_string()
    }

    /// Ends the input; the exit code and what else was told.
    fn end(mut self) -> (i32, String) {
        drop(self.input);
        let code = self.child.wait().unwrap().code().unwrap();
        (code, self.err.iter().map(|line| line + "\n").collect())
    }
}

fn shop() -> Folder {
    Folder::new(&[
        ("shop/fql.toml", "[assessments.purchase]\n"),
        ("shop/purchase/rules/a.fql", "RETURN Reject(\"one\") WHEN @\"a\" > 5"),
        ("shop/lists/places.csv", "country\nXX\n"),
    ])
}

#[test]
fn each_event_is_decided_by_the_newest_good_rules() {
    let folder = shop();
    let rules = "shop/purchase/rules/a.fql";
    let mut running = Running::begin(&["decide", &folder.path("shop"), "--watch", "--format", "json"]);
    assert_eq!(running.decide("{\"a\": 9}"), "one");

    folder.write(rules, b"RETURN Reject(\"two\") WHEN @\"a\" > 5");
    let told = running.told("loaded version 2 in ");
    assert!(told.ends_with(" ms: purchase/rules/a.fql\n"), "{told}");
    assert_eq!(running.decide("{\"a\": 9}"), "two");

    folder.write(rules, b"RETURN Reject(\"three\") WHEN @\"a\" > 5 && Nothing\nRETURN Approve(");
    let told = running.told("2 errors in what changed: version 2 goes on");
    assert!(told.contains("error[E0204]: `Nothing`") && told.contains("a.fql:1:41"), "{told}");
    assert_eq!((running.decide("{\"a\": 9}").as_str(), running.decide("nothing").as_str()), ("two", "E0901"));

    folder.write(rules, b"RETURN Reject(\"three\") WHEN ContainsKey(\"places\", \"country\", @\"c\")");
    running.told("loaded version 3 in ");
    assert_eq!(running.decide("{\"c\": \"XX\"}"), "three");
    std::fs::remove_file(folder.path("shop/lists/places.csv")).unwrap();
    let told = running.told("1 error in what changed: version 3 goes on");
    assert!(told.contains("unknown list `places`") && told.contains("a.fql:1:41"), "{told}");
    assert_eq!(running.decide("{\"c\": \"XX\"}"), "three");
    assert_eq!(running.end(), (1, String::new()));
}

#[test]
fn stubs_calls_clock_and_environment_go_with_it() {
    let folder = Folder::new(&[
        ("shop/fql.toml", "[assessments.purchase]\n"),
        ("shop/purchase/rules/a.fql", "OBSERVE Output(x = 1)"),
        ("shop/environments/eu/fql.toml", "[assessments.purchase]\n"),
        ("shop/environments/eu/purchase/rules/a.fql", "RETURN Reject(External.risk())"),
        ("stubs.json", r#"{"risk": {"response": "high", "latency_ms": 1}}"#),
    ]);
    let (shop, stubs) = (folder.path("shop"), folder.path("stubs.json"));
    let arguments = ["decide", &shop, "--watch", "--event", "-", "--environment", "eu", "--assessment", "purchase"];
    let more = ["--stub", &stubs, "--at", "2026-02-03T00:00:00Z", "--calls", "--format", "json"];
    let mut running = Running::begin(&[&arguments[..], &more].concat());
    assert_eq!(running.decide("{}"), "high");
    folder.write(
        "shop/environments/eu/purchase/rules/a.fql",
        b"RETURN Reject(External.risk() + \"-\" + DateTime.UtcNow.Year.ToString())",
    );
    running.told("loaded version 2 in ");
    assert_eq!(running.decide("{}"), "high-2026");
    let (code, told) = running.end();
    let calls: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &calls["calls"][0]["requests"]), (0, &serde_json::json!(2)), "{calls}");
}

#[test]
fn sinks_of_rules_that_were_replaced_write_to_the_end() {
    let folder = shop();
    let settings = "[assessments.purchase]\n[[sinks]]\nkind = \"file\"\npath = \"decided.ndjson\"\n\
                    events = [\"FraudProtection.Assessment.purchase\"]\n";
    folder.write("shop/fql.toml", settings.as_bytes());
    let mut running = Running::begin(&["decide", &folder.path("shop"), "--watch", "--format", "json"]);
    let long = format!("{{\"a\": 9, \"text\": \"{}\"}}", "x".repeat(4_000));
    (0..500).for_each(|_| assert_eq!(running.decide(&long), "one"));
    folder.write("shop/purchase/rules/a.fql", b"RETURN Reject(\"two\")");
    running.told("loaded version 2 in ");
    assert_eq!(running.decide(&long), "two");
    assert_eq!(running.end(), (0, String::new()));
    let written = std::fs::read_to_string(folder.path("shop/decided.ndjson")).unwrap();
    assert_eq!((written.matches("\"one\"").count(), written.matches("\"two\"").count()), (500, 1));
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let folder = shop();
    let shop = folder.path("shop");
    fql(&["decide", &shop, "--watch", "--event", &folder.path("shop/fql.toml")]).refused(2, &["leave out `--event`"]);
    fql_with(&["decide", "-", "--watch"], b"").refused(2, &["`--watch` needs a file or a folder"]);
    fql(&["decide", &shop, "--watch", "--threads", "2"]).refused(2, &["--threads"]);
    fql(&["decide", &shop]).refused(2, &["--event"]);
    fql(&["decide", &folder.path("shop/purchase"), "--watch"]).refused(1, &["E0801", "without `fql.toml`"]);
    fql(&["decide", &shop, "--watch", "--assessment", "purchases"]).refused(1, &["did you mean `purchase`?"]);
    folder.write("shop/purchase/rules/a.fql", b"RETURN");
    fql(&["decide", &shop, "--watch"]).refused(1, &["error[E0"]);
}
