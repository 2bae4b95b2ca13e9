//! `[[sinks]]` of `fql.toml` (R1.1, R7.12): what is written where, and what is refused.

use super::{Folder, decide};
use fql::sink::FolderSinks;
use std::time::Duration;

const TRACE: &str = "FraudProtection.Trace.Rule";
const DECISION: &str = "FraudProtection.Assessment.purchase";

/// A root with a rule and a child without one of its own.
fn shop(root: &str, child: &str) -> Folder {
    let folder = Folder::new(&[
        ("fql.toml", &format!("[assessments.purchase]\n{root}")),
        ("purchase/rules/a.fql", "OBSERVE Trace(amount = @\"amount\")"),
        ("environments/eu/fql.toml", child),
    ]);
    std::fs::create_dir(folder.path("log")).unwrap();
    folder
}

fn sink(path: &str, events: &[&str]) -> String {
    let events = if events.is_empty() { String::new() } else { format!("events = {events:?}\n") };
    format!("[[sinks]]\nkind = \"file\"\npath = {path:?}\n{events}")
}

/// The names of the events in a file, with what is decided or traced.
fn lines(folder: &Folder, name: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(folder.path(name)).unwrap();
    let line = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        // A trace of an attribute that nothing gives a type is a text.
        let amount = match &event["request"]["amount"] {
            serde_json::Value::Null => event["attributes"]["amount"].as_str().unwrap().to_string(),
            amount => amount.to_string(),
        };
        (event["name"].as_str().unwrap().to_string(), amount)
    };
    text.lines().map(line).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, amount)| (name.to_string(), amount.to_string())).collect()
}

#[test]
fn events_go_to_the_files_of_their_environment() {
    let root = sink("log/all.ndjson", &[]) + &sink("log/traces.ndjson", &["fraudprotection.trace.rule"]);
    for (child, all, own) in [
        // Inherited: both write to one file.
        ("", &[(TRACE, "1"), (DECISION, "1"), (TRACE, "2"), (DECISION, "2")][..], None),
        // Replaced by others, and by none.
        (sink("own.ndjson", &[DECISION]).as_str(), &[(TRACE, "1"), (DECISION, "1")], Some(&[(DECISION, "2")][..])),
        ("sinks = []\n", &[(TRACE, "1"), (DECISION, "1")], None),
    ] {
        let folder = shop(&root, child);
        let engine = folder.engine();
        assert!(!folder.path("log/all.ndjson").exists());
        decide(&engine, "purchase", "", "{\"amount\": 1}");
        decide(&engine, "purchase", "eu", "{\"amount\": 2}");
        assert!(engine.flush(Duration::from_secs(30)));
        assert_eq!(lines(&folder, "log/all.ndjson"), pairs(all), "{child}");
        let traces: Vec<_> = all.iter().filter(|(name, _)| *name == TRACE).copied().collect();
        assert_eq!(lines(&folder, "log/traces.ndjson"), pairs(&traces), "{child}");
        if let Some(own) = own {
            assert_eq!(lines(&folder, "environments/eu/own.ndjson"), pairs(own));
        }
        assert_eq!(engine.dropped_events(), 0);
    }
}

#[test]
fn a_program_that_tries_things_out_writes_nothing() {
    let folder = shop(&sink("all.ndjson", &[]), "");
    let engine = folder.builder().folder_sinks(FolderSinks::Closed).build().unwrap();
    decide(&engine, "purchase", "", "{\"amount\": 1}");
    assert!(engine.flush(Duration::from_secs(30)) && !folder.path("all.ndjson").exists());
}

#[test]
fn an_engine_that_replaces_another_one_writes_to_the_same_file() {
    let folder = shop(&sink("all.ndjson", &[DECISION]), "");
    let first = folder.engine();
    let second = folder.builder().succeed(&first).build().unwrap();
    // More than what a file holds back, from both at the same time.
    std::thread::scope(|scope| {
        for engine in [&first, &second] {
            scope.spawn(|| {
                for amount in 0..500 {
                    decide(engine, "purchase", "", &format!("{{\"amount\": {amount}}}"));
                }
                assert!(engine.flush(Duration::from_secs(30)));
            });
        }
    });
    assert_eq!(lines(&folder, "all.ndjson").len(), 1000);
}

#[test]
fn what_cannot_be_written_is_told_with_its_place() {
    let absolute = tempfile::TempDir::new().unwrap();
    let good = absolute.path().join("events.json");
    let folder = shop("", "");
    let kind = |text: &str| format!("[[sinks]]\n{text}");
    let cases = [
        (
            kind("kind = \"flie\"\npath = \"x\""),
            "4:8 expected \"stdout\" or \"file\" for `kind`, found the text \"flie\"",
        ),
        (kind("path = \"x\""), "3:1 expected \"stdout\" or \"file\" under `kind` in `[sinks]`, found none"),
        (kind("kind = \"file\""), "3:1 expected the path of a file under `path` in `[sinks]`, found none"),
        (kind("kind = \"stdout\"\npath = \"x\""), "5:8 expected no `path` for standard output, found one"),
        (kind("kind = \"stdout\"\nlevel = 1"), "5:1 unknown key `level` in `[sinks]`"),
        (sink("nowhere/x", &[]), "5:8 expected the folder `shop/nowhere` to be there: there is no such file"),
        (sink("log", &[]), "5:8 cannot write `shop/log`: it is a folder"),
        (sink("fql.toml/x", &[]), "5:8 expected a folder, found a file at `shop/fql.toml`"),
        (sink("../x", &[]), "5:8 expected a path within the folder of `fql.toml`, found \"../x\""),
        (sink("log/x.JSON", &[]), "5:8 expected a file that is no part of the environment, found \"log/x.JSON\""),
        (sink("x", &["FraudProtection.Trace.Rules"]), "6:11 unknown event `FraudProtection.Trace.Rules`"),
        (
            sink("x", &[TRACE, "FraudProtection.Assessment.purchases"]),
            "6:41 unknown assessment `purchases` in the name of an event",
        ),
        (format!("{}events = []\n", sink("x", &[])), "6:10 expected the names of events, found none"),
    ];
    for (text, fault) in cases {
        folder.write("fql.toml", format!("[assessments.purchase]\n\n{text}"));
        assert_eq!(folder.told(), [format!("E0802 fql.toml:{fault}")], "{text}");
    }
    let diagnostics = folder.builder().check().1;
    assert_eq!(diagnostics[0].help.as_deref(), Some("without `events` it takes all of them"));
    folder.write("fql.toml", format!("[assessments.purchase]\n{}", sink(good.to_str().unwrap(), &[])));
    assert_eq!(folder.told(), Vec::<String>::new());
    assert!(!good.exists());
}

#[cfg(unix)]
#[test]
fn a_link_leads_no_sink_out_of_the_folder() {
    let folder = shop(&sink("out/x", &[]), "");
    std::os::unix::fs::symlink(folder.0.path(), folder.path("out")).unwrap();
    let told = folder.told();
    assert!(told.iter().any(|one| one.contains("expected a path within the folder")), "{told:?}");
}
