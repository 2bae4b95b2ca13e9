//! `fql fmt`: files in their canonical form, never half of one, and the exit codes (R12.1, R12.3).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const UGLY: &str = "return  reject( \"a\" ) when @\"x\"==1 // why\n";
const NEAT: &str = "RETURN Reject(\"a\")\n  WHEN @\"x\" == 1 // why\n";
const WRONG: &str = "RETURN Reject( \"a\" WHEN @\"x\" = 1\n";

/// Exit code, standard output, standard error.
fn fmt(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fql"));
    command.arg("fmt").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that ends early closes the pipe; that is its right.
    let _ = child.stdin.take().unwrap().write_all(input);
    let done = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn shown(path: &Path) -> String {
    path.to_str().unwrap().to_string()
}

#[test]
fn a_file_is_replaced_if_it_changes() {
    let folder = folder(&[("a.fql", UGLY)]);
    let path = folder.path().join("a.fql");
    assert_eq!(fmt(&[&shown(&path)], b""), (0, String::new(), String::new()));
    assert_eq!(fs::read_to_string(&path).unwrap(), NEAT);
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(fmt(&[&shown(&path)], b"").0, 0);
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before, "written again");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something was left behind");
}

#[test]
fn check_changes_nothing_and_lists() {
    let folder = folder(&[("a.fql", UGLY), ("b.fql", NEAT), ("deep/er/c.FQL", UGLY), ("d.txt", UGLY)]);
    let root = shown(folder.path());
    let (code, out, err) = fmt(&[&root, "--check"], b"");
    assert_eq!((code, err.as_str()), (3, ""));
    let listed: Vec<String> = ["a.fql", "deep/er/c.FQL"].map(|name| shown(&folder.path().join(name))).into();
    assert_eq!(out.lines().collect::<Vec<_>>(), listed);
    assert_eq!(fs::read_to_string(folder.path().join("a.fql")).unwrap(), UGLY);
    assert_eq!(fmt(&[&root], b""), (0, String::new(), String::new()));
    assert_eq!(fmt(&[&root, "--check"], b""), (0, String::new(), String::new()));
    assert_eq!(fs::read_to_string(folder.path().join("deep/er/c.FQL")).unwrap(), NEAT);
    assert_eq!(fs::read_to_string(folder.path().join("d.txt")).unwrap(), UGLY);
}

#[test]
fn standard_input_goes_to_standard_output() {
    assert_eq!(fmt(&["-"], UGLY.as_bytes()), (0, NEAT.to_string(), String::new()));
    assert_eq!(fmt(&["-"], NEAT.as_bytes()), (0, NEAT.to_string(), String::new()));
    assert_eq!(fmt(&["-", "--check"], NEAT.as_bytes()), (0, String::new(), String::new()));
    assert_eq!(fmt(&["-", "--check"], UGLY.as_bytes()), (3, "standard input\n".to_string(), String::new()));
}

#[test]
fn fix_mends_names_and_quotes() {
    let text = "RETURN Reject(“a”) WHEN Math.RandomInt(1, 9) == 1";
    let fixed = "RETURN Reject(\"a\")\n  WHEN RandomInt(1, 9) == 1\n";
    assert_eq!(fmt(&["-", "--fix"], text.as_bytes()), (0, fixed.to_string(), String::new()));
    assert!(fmt(&["-"], text.as_bytes()).1.contains("“a”"));
}

#[test]
fn a_file_with_mistakes_is_not_touched_and_the_others_are() {
    let folder = folder(&[("a.fql", WRONG), ("b.fql", UGLY)]);
    let (code, out, err) = fmt(&[&shown(folder.path())], b"");
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("a.fql:1:") && err.contains("error[E01"), "{err}");
    assert_eq!(fs::read_to_string(folder.path().join("a.fql")).unwrap(), WRONG);
    assert_eq!(fs::read_to_string(folder.path().join("b.fql")).unwrap(), NEAT);
    assert_eq!(fmt(&[&shown(folder.path()), "--check"], b"").0, 1);
}

#[test]
fn what_is_no_text_of_rules() {
    let folder = folder(&[("empty/readme.md", ""), ("b.fql", "")]);
    fs::write(folder.path().join("c.fql"), b"RETURN \xFF").unwrap();
    for (name, said) in [("b.fql", "E0111"), ("c.fql", "E0110"), ("no.fql", "E0801"), ("empty", "E0801")] {
        let (code, out, err) = fmt(&[&shown(&folder.path().join(name))], b"");
        assert_eq!((code, out.as_str()), (1, ""), "{name}");
        assert!(err.contains(said), "{name}: {err}");
    }
    assert_eq!(fmt(&[], b"").0, 2);
    let (code, out, _) = fmt(&["-"], b"RETURN \xFF");
    assert_eq!((code, out.as_str()), (1, ""));
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder(&[("real/a.fql", UGLY), ("links/b.txt", "")]);
    let (real, link) = (folder.path().join("real/a.fql"), folder.path().join("links/a.fql"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    // A folder's links lead to what is not below it, or is found anyway.
    assert_eq!(fmt(&[&shown(&folder.path().join("links"))], b"").0, 1);
    assert_eq!(fs::read_to_string(&real).unwrap(), UGLY);
    assert_eq!(fmt(&[&shown(&link)], b"").0, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), NEAT);
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}
