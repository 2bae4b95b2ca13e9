//! Inputs that mean harm: each is refused with a message, soon, and nothing breaks (L5.5, R11.4).

use super::{Folder, Output, fql, fql_with};
use std::time::{Duration, Instant};

/// A second in a release build; a debug build on a busy machine gets more.
const SOON: Duration = if cfg!(debug_assertions) { Duration::from_secs(20) } else { Duration::from_secs(1) };

#[track_caller]
fn soon(run: impl FnOnce() -> Output, code: &str) {
    let begun = Instant::now();
    let output = run();
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert_eq!(output.code, 1, "{}", output.err);
    assert!(output.err.contains(code) || output.out.contains(code), "{code} is missing: {}{}", output.out, output.err);
    assert!(output.err.len() < 100_000 && !output.err.contains("panicked"), "{}", output.err);
}

#[test]
fn expressions() {
    let cases = [
        (format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000)), "E0602"),
        ("(".repeat(50_000), "E0602"),
        ("[".repeat(50_000), "E0602"),
        ("!".repeat(50_000) + "true", "E0602"),
        ("true ? ".repeat(10_000), "E0602"),
        (format!("\"{}\"", "x".repeat(2 << 20)), "E0601"),
        (format!("[{}1]", "1,".repeat(20_000)), "E0603"),
        ("\u{202e}\u{0}\u{1b}[2J".to_string(), "E01"),
        ("/*".repeat(100_000), "E0109"),
    ];
    for (text, code) in cases {
        soon(|| fql_with(&["eval", "-"], text.as_bytes()), code);
    }
    soon(|| fql(&["eval", &format!("{}1", "(".repeat(5_000))]), "E0602");
}

#[test]
fn rules() {
    let wrap = |text: String| format!("RETURN Approve() WHEN {text}");
    let cases = [
        (String::new(), "E0111"),
        (wrap(format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000))), "E0602"),
        (wrap("(".repeat(50_000)), "E0602"),
        ("x".repeat(2 << 20), "E0601"),
        ("\u{0}".repeat(10_000), "E0106"),
        ("RETURN ".repeat(20_000), "E01"),
        ("WHEN\n".repeat(20_000), "E"),
    ];
    for (text, code) in cases {
        let folder = Folder::new(&[("a.fql", &text)]);
        let path = folder.path("a.fql");
        soon(|| fql(&["check", &path]), code);
        soon(|| fql_with(&["decide", &path, "--event", "-"], b"{}"), code);
        folder.write("velocities/a.fql", text.as_bytes());
        assert_eq!(fql(&["check", &folder.path("velocities/a.fql")]).code, 1);
    }
    let folder = Folder::new(&[]);
    folder.write("a.fql", &[0xff; 100_000]);
    soon(|| fql(&["check", &folder.path("a.fql")]), "E0110");
}

#[test]
fn events() {
    let folder = Folder::new(&[("a.fql", "RETURN Reject() WHEN @\"a.b\" == 1")]);
    let deep = |open: &str, close: &str| format!("{{\"a\": {}{}}}", open.repeat(100_000), close.repeat(100_000));
    let cases = [
        (deep("[", "]"), "E0903"),
        (deep("{\"a\":", "}"), "E09"),
        ("[".repeat(100_000), "E0901"),
        ("{".repeat(100_000), "E0901"),
        (format!("{{\"a\": \"{}\"}}", "x".repeat(2 << 20)), "E0904"),
        ("x".repeat(2 << 20), "E0904"),
        ("[".to_string() + &"{},".repeat(10) + &"x".repeat(2 << 20), "E0901"),
    ];
    for (event, code) in cases {
        for format in ["text", "json"] {
            let run =
                || fql_with(&["decide", &folder.path("a.fql"), "--event", "-", "--format", format], event.as_bytes());
            soon(run, code);
        }
        let path = folder.path("event.json");
        folder.write("event.json", event.as_bytes());
        soon(|| fql(&["eval", "@\"a\"", "--event", &path]), "E09");
    }
    folder.write("event.json", b"{\"a\": \"\xff\xfe\"}");
    soon(|| fql(&["decide", &folder.path("a.fql"), "--event", &folder.path("event.json")]), "E0905");
}

#[cfg(target_os = "linux")]
#[test]
fn devices_without_end() {
    let folder = Folder::new(&[("a.fql", "RETURN Approve()")]);
    let rules = folder.path("a.fql");
    soon(|| fql(&["decide", "/dev/zero", "--event", "-"]), "E0601");
    soon(|| fql(&["check", "/dev/zero"]), "E0601");
    soon(|| fql(&["eval", "1", "--event", "/dev/zero"]), "E0904");
    soon(|| fql(&["eval", "1", "--stub", "/dev/zero"]), "E0803");
    soon(|| fql(&["decide", &rules, "--event", "/dev/zero"]), "E0904");
}

#[test]
fn stub_files() {
    let folder = Folder::new(&[("deep.json", &"[".repeat(100_000)), ("bytes.json", "")]);
    folder.write("bytes.json", b"{\"\xff\": {}}");
    soon(|| fql(&["eval", "1", "--stub", &folder.path("deep.json")]), "E0803");
    soon(|| fql(&["eval", "1", "--stub", &folder.path("bytes.json")]), "E0110");
}

#[cfg(target_os = "linux")]
#[test]
fn closed_streams() {
    let run = |redirect: &str, arguments: &str| {
        let line = format!("exec {} {arguments} {redirect}", env!("CARGO_BIN_EXE_fql"));
        std::process::Command::new("sh").args(["-c", &line]).output().unwrap()
    };
    assert_eq!(run("<&-", "eval -").status.code(), Some(1));
    assert_eq!(run(">&- 2>&-", "eval 1").status.code(), Some(0));
    assert_eq!(run(">&- 2>&-", "eval '('").status.code(), Some(1));
    assert_eq!(run("<&-", "repl").status.code(), Some(0));
}
