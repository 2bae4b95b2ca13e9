//! `fql check` (R12.3, R12.4, L9.1).

use super::{Folder, fql};

const FIVE: &str = "\
RETURN Reject(\"a\") WHEN @\"a\" = 1
LET $b = \"x\".StartWith(\"y\")
RETURN Reject(\"b\") WHEN $b
RETURN Review(1 + true) WHEN @\"c\" > 2
RETURN Aprove()
RETURN Approve() WHEN $nothing
";

#[test]
fn five_mistakes_give_five_diagnostics() {
    let folder = Folder::new(&[("five.fql", FIVE)]);
    let path = folder.path("five.fql");
    let output = fql(&["check", &path, "--format", "json"]);
    assert_eq!((output.code, output.err.as_str()), (1, ""));
    let found = output.json();
    let errors: Vec<_> = found.iter().filter(|one| one["severity"] == "error").collect();
    let places: Vec<_> = errors.iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert_eq!(places, [1, 2, 4, 5, 6], "{}", output.out);
    for one in &found {
        let keys = ["code", "severity", "message", "file", "line", "column", "endLine", "endColumn", "help"];
        assert_eq!(one.as_object().unwrap().len(), keys.len());
        assert!(keys.iter().all(|key| one.get(key).is_some()), "{one}");
        assert_eq!(one["file"], path.as_str());
    }
    assert!(output.out.lines().all(|line| line.starts_with(r#"{"code":""#)), "{}", output.out);
    let text = fql(&["check", &path]);
    text.refused(1, &["five.fql:1:30", "five.fql:6:23", "did you mean", "1 file: 5 errors"]);
}

#[test]
fn rules_without_a_mistake_give_nothing() {
    let folder = Folder::new(&[("good.fql", "RETURN Approve()")]);
    assert_eq!(fql(&["check", &folder.path("good.fql"), "--format", "json"]).good(), "");
    let text = fql(&["check", &folder.path("good.fql")]);
    assert_eq!((text.code, text.out.as_str(), text.err.as_str()), (0, "", "1 file: 0 errors, 0 warnings\n"));
}

#[test]
fn warnings_are_no_errors() {
    let folder = Folder::new(&[("warned.fql", "LET $x = 1\nRETURN Approve()")]);
    let output = fql(&["check", &folder.path("warned.fql"), "--format", "json"]);
    assert_eq!(output.code, 0);
    assert_eq!(output.json()[0]["code"], "W1001");
}

#[test]
fn a_folder_is_searched_and_files_stand_alone() {
    let folder = Folder::new(&[
        ("shop/purchase/rules/020-b.fql", "RULE \"same\"\nRETURN Aprove()"),
        ("shop/purchase/rules/010-a.fql", "RULE \"same\"\nRETURN Nothing()"),
        ("shop/purchase/actions/a.fql", "DO SetResponse(x = 1)\nWHEN Unknown() == 2"),
        ("shop/purchase/routing/a.fql", "ROUTETO Queue(\"q\")\nWHEN ("),
        ("shop/velocities/v.fql", "SELECT Count() AS c\nFROM purchase\nGROUPBY @\"user.userId\""),
        ("shop/lists/a.csv", "(((("),
        ("shop/README.md", "(((("),
    ]);
    let output = fql(&["check", &folder.path("shop"), "--format", "json"]);
    assert_eq!(output.code, 1);
    let found = output.json();
    let files: Vec<_> =
        found.iter().map(|one| one["file"].as_str().unwrap().rsplit_once("/shop/").unwrap().1).collect();
    assert_eq!(
        files,
        ["purchase/routing/a.fql", "purchase/rules/010-a.fql", "purchase/rules/020-b.fql"],
        "{}",
        output.out
    );
    // A folder of the environment alone, and a file of it, are what they are in the whole.
    assert_eq!(fql(&["check", &folder.path("shop/purchase/actions")]).code, 0);
    assert_eq!(fql(&["check", &folder.path("shop/purchase/actions/a.fql")]).code, 0);
}

#[test]
fn stubs_define_names() {
    let folder = Folder::new(&[("a.fql", "RETURN Approve() WHEN External.f(1) == \"x\""), ("s.json", r#"{"f": {}}"#)]);
    fql(&["check", &folder.path("a.fql")]).refused(1, &["E0205"]);
    assert_eq!(fql(&["check", &folder.path("a.fql"), "--stub", &folder.path("s.json")]).code, 0);
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = Folder::new(&[("nothing/a.txt", ""), ("bad.fql", "")]);
    folder.write("velocities/bytes.fql", b"SELECT \xff");
    fql(&["check", "/no/such"]).refused(1, &["E0801", "there is no such file"]);
    fql(&["check", &folder.path("nothing")]).refused(1, &["E0801", "there is no `.fql` file"]);
    fql(&["check", &folder.path("bad.fql")]).refused(1, &["E0111"]);
    let output = fql(&["check", &folder.path("velocities"), "--format", "json"]);
    assert_eq!((output.code, output.json()[0]["code"].as_str()), (1, Some("E0110")));
    fql(&["check"]).refused(2, &["PATH"]);
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_folder_is_an_error_and_a_circle_is_none() {
    let folder = Folder::new(&[("shop/rules/a.fql", "RETURN Approve()"), ("other.fql", "RETURN Approve()")]);
    std::os::unix::fs::symlink(folder.path("shop"), folder.path("shop/rules/circle")).unwrap();
    std::os::unix::fs::symlink(folder.path("shop/rules/a.fql"), folder.path("shop/rules/b.fql")).unwrap();
    let output = fql(&["check", &folder.path("shop")]);
    assert_eq!((output.code, output.err.as_str()), (0, "2 files: 0 errors, 0 warnings\n"));
    std::os::unix::fs::symlink(folder.path("other.fql"), folder.path("shop/rules/c.fql")).unwrap();
    fql(&["check", &folder.path("shop")]).refused(1, &["E0801", "leaves the folder"]);
}
