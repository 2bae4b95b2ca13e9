//! The page about the hosted service: its commands work as printed, one after another.

use super::{Folder, command};
use std::path::Path;
use std::process::{Command, Stdio};

#[cfg(unix)]
#[test]
fn the_steps_of_the_migration_page_work_as_printed() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/migration.md");
    let page = std::fs::read_to_string(page).unwrap();
    let steps: Vec<String> = page
        .split("   ```sh\n")
        .skip(1)
        .map(|rest| rest.split("   ```\n").next().unwrap().lines())
        .map(|lines| lines.map(|line| line.strip_prefix("   ").unwrap_or(line)).collect::<Vec<_>>().join("\n"))
        .collect();
    assert!(steps.len() >= 8, "{steps:#?}");
    let folder = Folder::new(&[]);
    let bin = Path::new(env!("CARGO_BIN_EXE_fql")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut told = Vec::new();
    for step in &steps {
        let mut shell = Command::new("sh");
        let shell = shell.args(["-e", "-c", step]).env("PATH", &path).current_dir(folder.path("")).stdin(Stdio::null());
        let done = shell.output().unwrap();
        let text = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        assert!(done.status.success(), "{step}\n{text}");
        told.push(text);
    }
    assert!(told[2].contains("W1002") && told[2].ends_with("0 errors, 1 warning\n"), "{}", told[2]);
    assert_eq!(told[4], "true\n");
    assert!(told[5].contains("orderHistory"), "{}", told[5]);
    assert_eq!(told[6], "1259\n");
    assert!(told[7].contains("15 cases: 15 passed"), "{}", told[7]);
    // What was mended has no warning any more.
    let checked = command(&["check", &folder.path("shop"), "--format", "json"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!((checked.status.code(), String::from_utf8(checked.stdout).unwrap().as_str()), (Some(0), ""));
}
