#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
use super::*;

/// A reader that gives a few bytes at a time.
struct Slow<'t>(&'t [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(into.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// What an input is split into: the events, `#n` for one that is too large, `!` for a broken end.
fn split(text: &str) -> Vec<String> {
    let results: Vec<Vec<String>> = [1, 3, 1000].iter().map(|size| split_by(text, *size)).collect();
    assert!(results.iter().all(|one| *one == results[0]), "{results:?}");
    results.into_iter().next().unwrap()
}

fn split_by(text: &str, size: usize) -> Vec<String> {
    let mut events = Events::new(Slow(text.as_bytes(), size));
    let mut found = Vec::new();
    loop {
        match events.next(40, &mut || Ok(())).unwrap() {
            Next::Event(bytes) => found.push(String::from_utf8_lossy(bytes).split_whitespace().collect()),
            Next::TooLarge(length) => found.push(format!("#{length}")),
            Next::Broken(_) => found.push("!".to_string()),
            Next::End => return found,
        }
    }
}

#[test]
fn one_object() {
    assert_eq!(split(r#"{"a":1}"#), [r#"{"a":1}"#]);
    assert_eq!(split_by("\u{FEFF} {\"a\":1}\n\n", 1000), [r#"{"a":1}"#]);
    assert_eq!(split("{\n  \"a\": 1,\n  \"b\": [\n    {}\n  ]\n}\n"), [r#"{"a":1,"b":[{}]}"#]);
    assert_eq!(split("{ \"a\": 1\n, \"b\": 2 }"), [r#"{"a":1,"b":2}"#]);
    assert_eq!(split("{ \"a\": 1\n}"), [r#"{"a":1}"#]);
}

#[test]
fn objects_over_several_lines() {
    assert_eq!(split("{\n\"a\": \"}\"\n}\n{\n\"a\": 2\n}"), [r#"{"a":"}"}"#, r#"{"a":2}"#]);
    assert_eq!(split("{\n} x\n{}{}"), ["{}", "x", "{}", "{}"]);
    assert_eq!(split("{\n\"a\":"), [r#"{"a":"#]);
}

#[test]
fn an_event_on_each_line() {
    assert_eq!(split("{\"a\":1}\n\n  \r\n{\"a\":2}\r\n"), [r#"{"a":1}"#, r#"{"a":2}"#]);
    assert_eq!(split("{}\n{\n}\n"), ["{}", "{", "}"]);
    assert_eq!(split("{\"a\": 1\n{\"a\": 2}\n"), [r#"{"a":1"#, r#"{"a":2}"#]);
    assert_eq!(split("{\"a\": \"x\n{\"a\": 2}\n"), [r#"{"a":"x"#, r#"{"a":2}"#]);
    assert_eq!(split("hello\n{}\n7"), ["hello", "{}", "7"]);
}

#[test]
fn an_array() {
    assert_eq!(split("[]"), [] as [&str; 0]);
    assert_eq!(split(" [ ] \n"), [] as [&str; 0]);
    assert_eq!(split(r#"[{"a":[1,2]},{"b":"],"}]"#), [r#"{"a":[1,2]}"#, r#"{"b":"],"}"#]);
    assert_eq!(split("[\n{},\n7\n]\n"), ["{}", "7"]);
    assert_eq!(split("[{},]"), ["{}", ""]);
    assert_eq!(split("[{}"), ["!"]);
    assert_eq!(split("["), ["!"]);
    assert_eq!(split("[] {}"), ["!"]);
    assert_eq!(split("[{}] x"), ["{}", "!"]);
    assert_eq!(split("[}},{}]"), ["}}", "{}"]);
}

#[test]
fn nothing_is_no_event() {
    assert_eq!(split(""), ["!"]);
    assert_eq!(split(" \n\n "), ["!"]);
}

#[test]
fn what_is_too_large_is_passed_over() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(100));
    assert_eq!(split(&format!("{{}}\n{long}\n{{}}")), ["{}", "#109", "{}"]);
    assert_eq!(split(&format!("{long}\n{{}}")), ["#109", "{}"]);
    assert_eq!(split(&format!("[{{}},{long},{{}}]")), ["{}", "#108", "{}"]);
    assert_eq!(split(&format!("{{\n{}\n}}\n{{}}", " ".repeat(100))), ["#104", "{}"]);
}

#[test]
fn it_says_before_it_waits() {
    let mut events = Events::new(Slow(b"{}\n{}\n", 3));
    let mut waits = 0;
    let mut seen = Vec::new();
    while let Next::Event(_) = events
        .next(40, &mut || {
            waits += 1;
            Ok(())
        })
        .unwrap()
    {
        seen.push(waits);
    }
    // Neither event waits for anything but its own line.
    assert_eq!(seen, [1, 2]);
}
