//! Lists as a host gives them: texts, folders, large files, and what is wrong with them (L7.2, R4).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use fql::list::{Kind, List};
use fql::{DateTime, Engine, EngineBuilder, Limits, Request};
use std::fs;
use std::path::PathBuf;

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("fql-lists-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("support")).unwrap();
        Folder(path)
    }

    fn write(&self, name: &str, csv: impl AsRef<[u8]>) -> &Folder {
        fs::write(self.0.join(name), csv).unwrap();
        self
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Code, file without its folder, line, column and message of each diagnostic.
fn told(builder: EngineBuilder) -> Vec<String> {
    let (_, diagnostics) = builder.check();
    let line = |diagnostic: &fql::Diagnostic| {
        let (line, column) = diagnostic.source.position(diagnostic.span.start);
        let name = diagnostic.source.name().rsplit('/').next().unwrap_or_default().to_string();
        format!("{} {name}:{line}:{column} {}", diagnostic.code, diagnostic.message)
    };
    diagnostics.iter().map(line).collect()
}

#[test]
fn a_folder_holds_lists_and_support_lists() {
    let folder = Folder::new("folder");
    folder
        .write("Blocked bins.csv", "bin\n411111\n")
        .write("notes.txt", "no list")
        .write("support/Emails.csv", "Value,Status,Expiration\na@x.com,Block,2026-06-01\n")
        .write("support/README.md", "no list either");
    let rules = r#"
        RETURN Reject("bin") WHEN ContainsKey("blocked bins", "bin", @"bin")
        RETURN Reject("email") WHEN IsBlock("Emails", @"email")
    "#;
    let engine = Engine::builder().lists_folder(&folder.0).rules("a", rules).build().unwrap();
    let decide = |event: &str, now: &str| {
        let request = Request::new(event.as_bytes()).at(DateTime::parse(now).unwrap());
        engine.decide_blocking(request).unwrap().to_json()
    };
    assert!(decide(r#"{"bin":"411111"}"#, "2026-01-01").contains(r#""reason":"bin""#));
    assert!(decide(r#"{"email":"a@x.com"}"#, "2026-05-31").contains(r#""reason":"email""#));
    assert!(decide(r#"{"email":"a@x.com"}"#, "2026-06-01").contains("NO_CLAUSE_HIT"), "the clock is the event's");
    let value = engine.expression(r#"Lookup("Emails", "Value", "a@x.com", "Status")"#).unwrap();
    let request = Request::new(b"{}").at(DateTime::parse("2026-01-01").unwrap());
    assert_eq!(value.eval_blocking(request).unwrap().0.to_json(), r#""Block""#);
}

#[test]
fn all_faults_of_all_files_come_in_one_run() {
    let folder = Folder::new("faults");
    folder
        .write("a.csv", "x,X\n")
        .write("b.csv", b"x\n\xc3\x28\n")
        .write("c.csv", "x,y\n1\n")
        .write("support/d.csv", "Value,Status\n1,No\n")
        .write("support/C.csv", "Value,Status\n");
    let builder = Engine::builder()
        .lists_folder(&folder.0)
        .rules("rule", r#"RETURN Reject() WHEN ContainsKey("a", "x", "1") || ContainsKey("e", "x", "1")"#);
    assert_eq!(
        told(builder),
        [
            "E0804 a.csv:1:3 two columns are called `X`",
            "E0804 b.csv:2:1 expected UTF-8, found a byte that is none at offset 2",
            "E0804 c.csv:2:1 expected 2 cells as in the first line, found 1",
            "E0804 C.csv:1:1 two lists are called `C`",
            "E0804 d.csv:2:3 expected `Safe`, `Block` or `Watch`, found `No`",
            "E0206 rule:1:64 unknown list `e`",
        ]
    );
}

#[test]
fn a_folder_that_cannot_be_read_is_an_error() {
    let folder = Folder::new("missing");
    let told = told(Engine::builder().lists_folder(folder.0.join("nothing")).rules("a", "RETURN Approve()"));
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("E0801 nothing:1:1 cannot read"), "{told:?}");
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_folder_is_an_error() {
    let (inside, outside) = (Folder::new("inside"), Folder::new("outside"));
    outside.write("secret.csv", "x\n1\n");
    inside.write("own.csv", "x\n1\n");
    std::os::unix::fs::symlink(outside.0.join("secret.csv"), inside.0.join("secret.csv")).unwrap();
    std::os::unix::fs::symlink(inside.0.join("own.csv"), inside.0.join("same.csv")).unwrap();
    let rules = r#"RETURN Reject() WHEN ContainsKey("same", "x", "1") && ContainsKey("secret", "x", "1")"#;
    let told = told(Engine::builder().lists_folder(&inside.0).rules("a", rules));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("E0801 secret.csv:1:1") && told[0].ends_with("it is a link that leaves the folder"));
}

#[test]
fn a_list_over_the_limit_is_an_error_that_names_it() {
    let limits = Limits { list_file_bytes: 8, ..Limits::default() };
    let folder = Folder::new("large");
    folder.write("a.csv", "x\n1\n2\n3\n4\n");
    let builder = Engine::builder().limits(limits).lists_folder(&folder.0).list("b", "x\n1234567\n");
    let (engine, diagnostics) = builder.rules("a", "RETURN Approve()").check();
    assert!(engine.is_none());
    for diagnostic in &diagnostics {
        assert_eq!(
            (diagnostic.code.number(), diagnostic.message.as_str()),
            ("E0805", "expected a list of at most 8 bytes, found 10")
        );
        assert!(diagnostic.help.as_ref().unwrap().contains("list_file_bytes"));
    }
    assert_eq!(diagnostics.len(), 2);
}

#[test]
fn limits_may_be_set_after_the_list() {
    let csv = "x\n1\n";
    let limits = Limits { list_file_bytes: 2, ..Limits::default() };
    assert_eq!(told(Engine::builder().list("a", csv).limits(limits))[0].get(..5), Some("E0805"));
}

#[test]
fn a_warning_of_repeated_keys_does_not_keep_an_engine_from_being_built() {
    let rules = r#"RETURN Reject() WHEN ContainsKey("a", "x", @"x") || ContainsKey("a", "x", @"y")"#;
    let engine = Engine::builder().list("a", "x\n1\n1\n").rules("one", rules).rules("two", rules).build().unwrap();
    let told: Vec<_> = engine.warnings().iter().map(|warning| warning.code.number()).collect();
    assert_eq!(told, ["W1013"], "once for a column, however many rules use it");
}

#[test]
fn a_large_list_is_compact_and_every_key_is_found() {
    let count = 100_000;
    let csv: String = std::iter::once("bin,country\n".to_string())
        .chain((0..count).map(|n| format!("{:08},{:04}\n", n * 37 % 99_999_989, n % 250)))
        .collect();
    let limits = Limits::default();
    let list = List::read("bins", "bins.csv", csv.as_bytes(), Kind::Plain, &limits).unwrap();
    assert!(list.make_key(0).is_none());
    assert_eq!((list.rows(), list.column("COUNTRY"), list.kind()), (count, Some(1), Kind::Plain));
    // The bytes of the cells, two offsets, and the table.
    let entry = list.memory() as f64 / count as f64;
    assert!((12.0 + 8.0..12.0 + 8.0 + 12.0).contains(&entry), "{entry} bytes an entry");
    let engine = Engine::builder()
        .list("bins", csv)
        .rules(
            "a",
            r#"RETURN Reject(Lookup("bins", "bin", @"bin", "country")) WHEN ContainsKey("bins", "bin", @"bin")"#,
        )
        .build()
        .unwrap();
    for n in (0..count).step_by(997) {
        let decision =
            engine.decide_blocking(format!("{{\"bin\":\"{:08}\"}}", n * 37 % 99_999_989).as_bytes()).unwrap();
        assert!(decision.to_json().contains(&format!("\"reason\":\"{:04}\"", n % 250)), "{n}");
    }
}
