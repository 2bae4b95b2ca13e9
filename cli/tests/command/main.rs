//! The `fql` command as its users meet it: the real binary, its streams and its exit code (R12).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod cases;
mod check;
mod decide;
mod eval;
mod explain;
mod external;
mod hostile;
mod migration;
mod new;
mod repl;
mod stream;
mod watch;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a run gave.
#[derive(Debug)]
struct Output {
    code: i32,
    out: String,
    err: String,
}

/// Runs `fql` with standard input closed at once.
fn fql(arguments: &[&str]) -> Output {
    fql_with(arguments, b"")
}

/// Runs `fql` with standard input.
fn fql_with(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A command that ends early closes the pipe; that is its right.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Output {
        code: done.status.code().expect("ended by a signal"),
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fql"));
    command.args(arguments).stdin(Stdio::piped());
    command
}

impl Output {
    /// Done, without a word on standard error.
    #[track_caller]
    fn good(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// Ended with that code, nothing on standard output, and these words on standard error.
    #[track_caller]
    fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "`{word}` is missing: {}", self.err);
        }
    }

    /// Standard output as JSON, one value a line.
    #[track_caller]
    fn json(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}

/// A folder with files, gone at the end of the test.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(TempDir::new().unwrap());
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The path of a file in it.
    fn path(&self, name: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        path.into_os_string().into_string().unwrap()
    }
}
