//! `fql new` (R12.1): what it makes is whole, and what is there already stays as it is.

use super::{Folder, Output, command};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    output(command(arguments).current_dir(folder))
}

fn output(command: &mut Command) -> Output {
    let done = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Output { code: done.status.code().expect("ended by a signal"), out: text(done.stdout), err: text(done.stderr) }
}

/// A shell in a folder, to which this `fql` is known.
fn shell(folder: &Path, line: &str) -> Output {
    let path = format!("{}:{}", bin().display(), std::env::var("PATH").unwrap());
    output(Command::new("sh").args(["-c", line]).env("PATH", path).current_dir(folder))
}

fn bin() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_fql")).parent().unwrap().to_path_buf()
}

/// A folder in which `fql new shop` was run.
fn made() -> (Folder, PathBuf, String) {
    let folder = Folder::new(&[]);
    let root = PathBuf::from(folder.path(""));
    let said = run(&root, &["new", "shop"]).good();
    let shop = root.join("shop");
    (folder, shop, said)
}

/// What stands between a line ```` ```KIND ```` and the next fence.
fn blocks<'t>(text: &'t str, kind: &str) -> Vec<&'t str> {
    let begin = format!("```{kind}\n");
    text.split(&begin).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn what_is_made_checks_without_a_warning_and_is_formatted() {
    let (_kept, shop, _) = made();
    let checked = run(&shop, &["check", "."]);
    assert_eq!((checked.code, checked.err.as_str()), (0, "environment: 0 errors, 0 warnings\n"));
    assert_eq!(run(&shop, &["fmt", "--check", "."]).good(), "");
    let listed = run(&shop, &["external", "list", "."]).good();
    assert!(listed.contains("ipReputation"), "{listed}");
}

#[cfg(unix)]
#[test]
fn the_commands_that_it_prints_work_as_printed() {
    for name in ["shop", "my shop's", "a/b/shop", "-s"] {
        let folder = Folder::new(&[]);
        let root = PathBuf::from(folder.path(""));
        let said = run(&root, &["new", "--", name]).good();
        let files: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("  ")).take(26).collect();
        assert!(files.iter().all(|file| root.join(file).is_file()), "{said}");
        let commands: Vec<&str> = said.lines().skip_while(|line| *line != "next:").skip(1).collect();
        assert_eq!(commands.len(), 3, "{said}");
        for line in commands {
            let output = shell(&root, line);
            assert_eq!(output.code, 0, "{line}: {} {}", output.out, output.err);
        }
    }
}

#[cfg(unix)]
#[test]
fn the_readme_of_the_folder_says_what_comes_out() {
    let (_kept, shop, _) = made();
    let readme = fs::read_to_string(shop.join("README.md")).unwrap();
    assert!(readme.starts_with("# shop\n") && !readme.contains("NAME"), "{readme}");
    let shown = blocks(&readme, "text");
    let decided: Vec<String> = blocks(&readme, "sh")
        .iter()
        .flat_map(|block| block.lines())
        .map(|line| {
            let output = shell(&shop, line);
            assert_eq!(output.code, 0, "{line}: {} {}", output.out, output.err);
            output.out
        })
        .collect();
    assert!(decided.iter().any(|out| out == shown[0]), "{decided:#?}");
    let inline = readme.split('`').filter(|text| text.starts_with("fql "));
    let mut count = 0;
    for line in inline {
        let output = shell(&shop, line);
        assert_eq!(output.code, 0, "{line}: {} {}", output.out, output.err);
        count += 1;
    }
    assert!(count >= 6, "{count} commands");
    // Every folder and file of the table is there.
    for name in readme.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()) {
        let path = shop.join(name.split('*').next().unwrap());
        assert!(path.exists(), "{name}");
    }
}

#[test]
fn its_cases_pass_and_a_broken_rule_breaks_a_case() {
    let (_kept, shop, _) = made();
    let tested = run(&shop, &["test", "."]);
    assert_eq!(tested.code, 0, "{} {}", tested.out, tested.err);
    assert!(tested.out.contains("14 cases: 14 passed\n"), "{}", tested.out);
    // What breaks a rule breaks a case.
    let embargo = shop.join("lists/embargo.csv");
    fs::write(&embargo, fs::read_to_string(&embargo).unwrap() + "DE,a mistake\n").unwrap();
    let failed = run(&shop, &["test", "."]);
    assert_eq!(failed.code, 3, "{}", failed.out);
    assert!(failed.out.contains("FAILED  purchase: the sample"), "{}", failed.out);
}

#[test]
fn a_child_environment_decides_what_its_parent_leaves_open() {
    let (_kept, shop, _) = made();
    let decided = |more: &[&str]| {
        let arguments = ["decide", ".", "--event", "events.ndjson", "--stub", "stubs.json", "--format", "json"];
        let found = run(&shop, &[&arguments, more].concat()).json();
        found.iter().map(|one| one["decision"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(decided(&[]), ["Reject", "Approve", "Review", "Reject", "Approve"]);
    assert_eq!(decided(&["--environment", "eu"]), ["Reject", "Approve", "Review", "Reject", "Challenge"]);
}

#[test]
fn a_service_that_is_not_there_stops_no_event() {
    let (_kept, shop, _) = made();
    let output = run(&shop, &["decide", ".", "--event", "purchase/sample.json", "--format", "json"]);
    let decision = &output.json()[0];
    assert_eq!((output.code, &decision["decision"]), (0, &"Review".into()));
    assert_eq!(decision["calls"][0]["defaulted"], true);
    assert_eq!(decision["outputs"]["not known"]["reputation"], "unknown");
}

#[test]
fn what_is_there_already_is_never_changed() {
    let folder = Folder::new(&[("shop/mine.txt", "mine"), ("shop/other.txt", ""), ("file", "mine")]);
    let root = PathBuf::from(folder.path(""));
    let words = ["found `mine.txt` and 1 more in it", "nothing was written", "shop/shop"];
    run(&root, &["new", "shop"]).refused(1, &words);
    run(&root, &["new", "file"]).refused(1, &["there is a file of that name", "nothing was written"]);
    run(&root, &["new", "file/shop"]).refused(1, &["cannot make `file/shop`", "it is no folder"]);
    assert_eq!(fs::read_dir(root.join("shop")).unwrap().count(), 2);
    assert_eq!(fs::read_to_string(root.join("shop/mine.txt")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(root.join("file")).unwrap(), "mine");
    let (_kept, shop, _) = made();
    let readme = fs::read(shop.join("README.md")).unwrap();
    run(shop.parent().unwrap(), &["new", "shop"]).refused(1, &["it is an environment already", "`fql check shop`"]);
    assert_eq!(fs::read(shop.join("README.md")).unwrap(), readme);
}

#[test]
fn an_empty_folder_is_filled_and_names_that_begin_with_a_dot_do_not_count() {
    let folder = Folder::new(&[("shop/.git/HEAD", "ref")]);
    let shop = PathBuf::from(folder.path("shop"));
    assert!(run(&shop, &["new", "."]).good().starts_with("shop: an environment in "));
    assert_eq!(run(&shop, &["check", "."]).code, 0);
    assert_eq!(fs::read_to_string(shop.join(".git/HEAD")).unwrap(), "ref");
}

#[test]
fn a_name_that_can_be_no_id_is_wrong_usage() {
    let folder = Folder::new(&[]);
    let root = PathBuf::from(folder.path(""));
    run(&root, &["new", ""]).refused(2, &["<NAME>"]);
    for name in [" ", "shop ", "a/..", "new\nline", &"x".repeat(201)] {
        run(&root, &["new", name]).refused(2, &["expected a path that ends with a name"]);
    }
    run(&root, &["new"]).refused(2, &["<NAME>"]);
    assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let folder = Folder::new(&[]);
    let root = PathBuf::from(folder.path(""));
    // No file may grow beyond a block, as on a disk that is full.
    let output = shell(&root, "trap '' XFSZ; ulimit -f 1; exec fql new a/shop");
    output.refused(1, &["E0801", "cannot write `a/shop/README.md`", "what was written before it is removed again"]);
    assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    std::os::unix::fs::symlink(root.join("nowhere"), root.join("link")).unwrap();
    run(&root, &["new", "link"]).refused(1, &["cannot make `link`: there is no such file"]);
    assert!(fs::symlink_metadata(root.join("link")).is_ok());
    // Where nobody may make anything.
    run(&root, &["new", "/sys/fql-shop"]).refused(1, &["cannot"]);
}
