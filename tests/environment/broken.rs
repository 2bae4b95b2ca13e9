//! R1.3: every fault of every file in one run.

use super::Folder;

#[test]
fn the_folder_itself_may_be_wrong() {
    let nothing = Folder::new(&[]);
    let (engine, found) = fql::Engine::builder().environment(nothing.path("absent")).check();
    assert!(engine.is_none());
    assert_eq!(
        found.iter().map(|one| nothing.shown(one)).collect::<Vec<_>>(),
        ["E0801 absent:1:1 cannot read `shop/absent`: there is no such file"]
    );
    nothing.write("file", "");
    let (_, found) = fql::Engine::builder().environment(nothing.path("file")).check();
    assert_eq!(nothing.shown(&found[0]), "E0801 file:1:1 cannot read `shop/file`: it is no folder");
}

#[test]
fn assessments_and_their_folders_belong_together() {
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.purchse]\n[assessments.lists]\n[assessments.login]\n"),
        ("purchase/rules/a.fql", "RETURN Review()"),
        ("Login/rules/a.fql", "RETURN Review()"),
        ("environments/eu/login/actions/a.fql", "DO SetVariables(a = 1)"),
        ("docs/a.md", ""),
    ]);
    assert_eq!(
        folder.told(),
        [
            "E0809 fql.toml:1:14 expected the folder of the assessment `purchse` beside this file, found none",
            "E0809 fql.toml:2:14 `lists` cannot be an assessment: the folder has a meaning of its own",
            "E0809 fql.toml:1:1 `purchase` has rules, and `fql.toml` names no such assessment, so they would never run",
            "E0809 environments/eu/fql.toml:1:1 `login` has actions, and `fql.toml` names no such assessment, so they would never run",
        ]
    );
}

#[test]
fn ids_are_unique_in_the_tree() {
    let folder =
        Folder::new(&[("environments/eu/environments/shop/fql.toml", ""), ("environments/us/fql.toml", "id = \"EU\"")]);
    assert_eq!(
        folder.told(),
        [
            "E0809 environments/eu/environments/shop/fql.toml:1:1 two environments have the id `shop`: `shop/` and `shop/environments/eu/environments/shop`",
            "E0809 environments/us/fql.toml:1:6 two environments have the id `EU`: `shop/environments/eu` and `shop/environments/us`",
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_that_leave_the_folder_or_make_a_circle_are_errors() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.a]"),
        ("a/rules/a.fql", "RETURN Review()"),
        ("lists/a.csv", "a\n1\n"),
        ("environments/eu/fql.toml", ""),
        ("../other/rules/a.fql", "RETURN Review()"),
    ]);
    symlink(folder.path("../other/rules/a.fql"), folder.path("a/rules/b.fql")).unwrap();
    symlink(folder.path("../other"), folder.path("environments/us")).unwrap();
    symlink(folder.path("nowhere"), folder.path("lists/b.csv")).unwrap();
    symlink(folder.path("environments"), folder.path("environments/eu/environments")).unwrap();
    let told = folder.told();
    let expected = [
        "E0801 a/rules/b.fql:1:1 cannot read `shop/a/rules/b.fql`: it is a link that leaves the folder",
        "E0801 lists/b.csv:1:1 cannot read `shop/lists/b.csv`: there is no such file",
        "E0801 environments/us:1:1 cannot read `shop/environments/us`: it is a link that leaves the folder",
    ];
    for one in expected {
        assert!(told.iter().any(|other| other == one), "{one} is missing: {told:#?}");
    }
    let circle = "a link makes this folder an environment within itself";
    assert!(told.iter().any(|one| one.starts_with("E0809") && one.contains(circle)), "{told:#?}");
}

#[cfg(unix)]
#[test]
fn what_is_named_like_a_file_and_is_none_is_an_error() {
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.a]"),
        ("a/rules/b.fql/c.fql", "RETURN Review()"),
        ("external/c.toml/readme.md", ""),
        ("lists/readme.md", ""),
    ]);
    // A pipe would be read for ever.
    let pipe = std::process::Command::new("mkfifo").arg(folder.path("lists/d.csv")).status();
    assert!(pipe.unwrap().success());
    assert_eq!(
        folder.told(),
        [
            "E0801 a/rules/b.fql:1:1 cannot read `shop/a/rules/b.fql`: expected a file, it is a folder",
            "E0801 lists/d.csv:1:1 cannot read `shop/lists/d.csv`: expected a file, it is none",
            "E0801 external/c.toml:1:1 cannot read `shop/external/c.toml`: expected a file, it is a folder",
        ]
    );
}

#[test]
fn settings_that_cannot_be_read_are_told_alone() {
    let folder = Folder::new(&[("fql.toml", "[assessments.a\n"), ("a/rules/a.fql", "RETURN Review()")]);
    assert_eq!(folder.told(), ["E0807 fql.toml:1:15 unclosed table, expected `]`"]);
    folder.write("fql.toml", [0xff]);
    assert_eq!(folder.told(), ["E0110 fql.toml:1:1 expected UTF-8, found a byte that is none at offset 0"]);
}

#[test]
fn definitions_of_calls_are_checked() {
    let folder = Folder::new(&[
        ("external/a.toml", "name = \"risk\"\nparametres = []\n"),
        ("external/b.toml", "name = \"Risk\"\n"),
        ("external/c.toml", "name = \"RISK\"\nparameters = [{ name = \"x\" }, { name = \"X\" }, {}]\ntimeout_ms = 0\n"),
        ("external/d.toml", "name = \"risk\"\n"),
        ("external/9.toml", ""),
        ("external/e.txt", "((("),
    ]);
    assert_eq!(
        folder.told(),
        [
            "E0802 external/9.toml:1:1 expected the name of a call, found \"9\"",
            "E0802 external/a.toml:2:1 unknown key `parametres`",
            "E0802 external/c.toml:2:40 two parameters are called `X`",
            "E0802 external/c.toml:2:47 expected a name under `name` in `[parameters]`, found none",
            "E0802 external/c.toml:3:14 expected an integer from 1 to 1000 for `timeout_ms`, found 0",
            "E0809 external/d.toml:1:1 two external calls are called `Risk`",
        ]
    );
}

#[test]
fn samples_and_schemas_are_read() {
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.a]\n[assessments.b]\n[assessments.c]\n"),
        ("a/sample.json", "{"),
        ("a/event.schema.json", "{\"type\": \"text\"}"),
        ("b/sample.json", "[]"),
        ("b/event.schema.json", r#"{"properties": {"amount": {"type": "number"}}, "additionalProperties": false}"#),
        ("b/rules/a.fql", "RETURN Review() WHEN @\"amuont\" > 5"),
        ("c/sample.json", "{}"),
    ]);
    let told = folder.told();
    let codes: Vec<_> = told.iter().map(|one| one.split(':').next().unwrap()).collect();
    let expected = ["E0806 a/event.schema.json", "E0901 a/sample.json", "E0902 b/sample.json", "W1014 b/rules/a.fql"];
    assert_eq!(codes, expected, "{told:#?}");
}

#[test]
fn parts_that_are_not_there_yet_are_told() {
    let folder = Folder::new(&[
        ("velocities/a.fql", "SELECT Count() AS c FROM purchase GROUPBY @\"x\""),
        ("branches/next/purchase/rules/a.fql", "RETURN Review()"),
    ]);
    assert_eq!(
        folder.told(),
        [
            "W1020 velocities:1:1 this folder has no effect: velocities are not supported yet",
            "W1020 branches:1:1 this folder has no effect: branches are not supported yet",
        ]
    );
}

#[test]
fn a_file_of_functions_without_one_is_told_what_belongs_there() {
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.purchase]\n"),
        ("functions/empty.fql", "// nothing yet\n"),
        ("purchase/rules/a.fql", "// nothing yet\n"),
    ]);
    let (_, found) = folder.builder().check();
    assert_eq!(
        found.iter().map(|one| folder.shown(one)).collect::<Vec<_>>(),
        [
            "E0111 functions/empty.fql:1:1 expected a function, found nothing",
            "E0111 purchase/rules/a.fql:1:1 expected a rule, found nothing",
        ]
    );
    assert!(found[0].help.as_ref().is_some_and(|help| help.contains("FUNCTION")), "{:?}", found[0].help);
}
