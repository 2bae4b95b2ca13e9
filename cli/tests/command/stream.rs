//! Streams that are long, slow, or broken off (R12.3).

use super::{Folder, command, fql};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const RULES: &str = "RETURN Reject() WHEN @\"a\" > 5";

#[test]
fn somebody_who_waits_for_each_answer_gets_it() {
    let folder = Folder::new(&[("a.fql", RULES)]);
    let mut child = command(&["decide", &folder.path("a.fql"), "--event", "-", "--format", "json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for (amount, decision) in [(1, "Approve"), (9, "Reject"), (2, "Approve")] {
        writeln!(input, "{{\"a\": {amount}}}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.starts_with(&format!("{{\"decision\":\"{decision}\"")), "{line}");
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_broken_pipe_is_no_error() {
    let folder = Folder::new(&[("a.fql", RULES)]);
    let path = folder.path("a.fql");
    let runs: [&[&str]; 4] = [
        &["decide", &path, "--event", "-", "--format", "json"],
        &["decide", &path, "--event", "-"],
        &["completions", "bash"],
        &["repl"],
    ];
    for arguments in runs {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Nobody reads.
        drop(child.stdout.take());
        let mut input = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || {
            for _ in 0..20_000 {
                if input.write_all(b"{\"a\": 7}\n").is_err() {
                    break;
                }
            }
        });
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!((child.wait().unwrap().code(), told.as_str()), (Some(0), ""), "{arguments:?}");
        writer.join().unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = command(&["eval", "1"]).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("cannot write the result"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_long_stream_takes_no_more_memory() {
    let folder = Folder::new(&[("a.fql", RULES)]);
    let mut child = command(&["decide", &folder.path("a.fql"), "--event", "-", "--format", "json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let event = format!("{{\"a\": 9, \"b\": \"{}\"}}\n", "x".repeat(10_000));
    let mut most = [0_u64; 2];
    for most in &mut most {
        for _ in 0..500 {
            input.write_all(event.as_bytes()).unwrap();
            let mut line = String::new();
            output.read_line(&mut line).unwrap();
        }
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        *most = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    // 5 MB of events went through in the second half.
    assert!(most[1] - most[0] < 1_000, "{most:?} KiB");
}

#[test]
fn answers_come_in_order_whatever_the_threads() {
    let folder = Folder::new(&[("a.fql", "RETURN Reject(@\"n\") WHEN @\"n\" % 3 == 0")]);
    let line = |n: usize| match n % 101 {
        100 => "no event\n".to_string(),
        more => format!("{{\"n\": {n}, \"unread\": \"{}\"}}\n", "x".repeat(more * 7)),
    };
    folder.write("events", (0..5000).map(line).collect::<String>().as_bytes());
    let run = |threads: &str, format: &str| {
        let (rules, events) = (folder.path("a.fql"), folder.path("events"));
        let output = fql(&["decide", &rules, "--event", &events, "--threads", threads, "--format", format]);
        assert_eq!(output.code, 1);
        (output.out, output.err)
    };
    for format in ["json", "text"] {
        let one = run("1", format);
        assert!(one.0.contains("4998"), "{}", one.0);
        assert_eq!(format == "text", one.1.contains("error[E0901]: event 101: "), "{}", one.1);
        for threads in ["2", "5"] {
            assert_eq!(run(threads, format), one);
        }
    }
    fql(&["decide", "a.fql", "--event", "-", "--threads", "0"]).refused(2, &["--threads"]);
}

#[test]
fn who_stops_reading_is_not_waited_for() {
    let folder = Folder::new(&[("a.fql", RULES)]);
    let ended = || {
        let mut child = command(&["decide", &folder.path("a.fql"), "--event", "-", "--format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        for amount in [1, 9] {
            writeln!(input, "{{\"a\": {amount}}}").unwrap();
            output.read_line(&mut String::new()).unwrap();
        }
        drop(output);
        writeln!(input, "{{\"a\": 3}}").unwrap();
        // The input stays open, and nothing more comes.
        let (tell, told) = mpsc::channel();
        let mut errors = child.stderr.take().unwrap();
        let listener = thread::spawn(move || {
            let mut told = String::new();
            errors.read_to_string(&mut told).unwrap();
            // Nobody listens after the time is over.
            let _ = tell.send(told);
        });
        let told = told.recv_timeout(Duration::from_secs(10));
        if told.is_err() {
            child.kill().unwrap();
        }
        let code = child.wait().unwrap().code();
        listener.join().unwrap();
        told.is_ok_and(|told| {
            assert_eq!((code, told.as_str()), (Some(0), ""));
            true
        })
    };
    // A command that another test starts holds our ends of pipes until it is loaded: then the last decision is written to one
    // that still has a reader.
    assert!((0..3).any(|_| ended()));
}
