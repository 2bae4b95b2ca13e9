//! What changes is loaded, and what is no good is told of.

use super::{LONGEST, Told, decide, rule, shop};
use crate::Folder;
use fql::diagnostic::Code;
use fql::watch::{Event, Watch, WatchError};
use std::fs;
use std::sync::mpsc::channel;

#[test]
fn a_good_change_decides_and_a_bad_one_leaves_the_last_good_engine() {
    let folder = shop("one");
    let told = Told::of(folder.path(""));
    let first = told.watched.engine();
    assert_eq!((told.decide().as_str(), told.watched.version()), ("one", 1));

    folder.write("purchase/rules/a.fql", rule("two"));
    let loaded = told.loaded();
    assert_eq!((loaded.version, loaded.changed), (2, vec![folder.path("purchase/rules/a.fql")]));
    assert_eq!((told.decide().as_str(), decide(&loaded.engine).as_str()), ("two", "two"));
    assert_eq!(decide(&first), "one");

    folder.write("purchase/rules/a.fql", "RETURN Reject(Nothing)\nRETURN Reject(Neither)");
    let errors = told.refused(&folder);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("E0204 purchase/rules/a.fql:1:15 "), "{errors:?}");
    assert_eq!((told.decide().as_str(), told.watched.version()), ("two", 2));

    folder.write("purchase/rules/a.fql", rule("three"));
    assert_eq!(told.loaded().version, 3);
    assert_eq!(told.decide(), "three");
}

#[test]
fn what_is_bad_at_first_is_no_engine() {
    let folder = shop("one");
    folder.write("purchase/rules/a.fql", "RETURN");
    match Watch::new(folder.path("")).begin() {
        Err(WatchError::Build(error)) => assert!(error.diagnostics.iter().any(fql::Diagnostic::is_error)),
        other => panic!("{other:?}"),
    }
    assert!(matches!(Watch::new(folder.path("nowhere.fql")).begin(), Err(WatchError::Build(_))));
}

#[test]
fn what_rules_still_use_cannot_be_taken_away() {
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.purchase]\n"),
        ("purchase/rules/a.fql", "RETURN Reject(\"a\") WHEN ContainsKey(\"places\", \"country\", @\"country\")"),
        ("purchase/rules/b.fql", "RETURN Reject(\"b\") WHEN Functions.Sum(1).Total > 5\n"),
        ("purchase/rules/c.fql", "RETURN Reject(\"c\") WHEN External.risk(@\"ip\") == \"high\""),
        ("purchase/actions/d.fql", "DO SetResponse(x = Functions.Sum(2).Total)"),
        ("functions/Sum.fql", "FUNCTION Sum(_a: Double)\nOUTPUT Total: Double\n  RETURN _a + 1"),
        ("lists/places.csv", "country\nXX\n"),
        ("external/risk.toml", "parameters = [{ name = \"ip\" }]\n"),
    ]);
    let told = Told::of(folder.path(""));
    let cases: [(&str, &str, &[&str]); 3] = [
        ("lists/places.csv", "lists/places2.csv", &["purchase/rules/a.fql:1:37"]),
        ("functions/Sum.fql", "functions/Sum.txt", &["purchase/rules/b.fql:1:", "purchase/actions/d.fql:1:"]),
        ("external/risk.toml", "external/risks.toml", &["purchase/rules/c.fql:1:"]),
    ];
    for (name, elsewhere, places) in cases {
        fs::rename(folder.path(name), folder.path(elsewhere)).unwrap();
        let errors = told.refused(&folder);
        for place in places {
            assert!(errors.iter().any(|error| error.contains(place)), "{name}, {place}: {errors:?}");
        }
        assert_eq!(errors.len(), places.len(), "{errors:?}");
        fs::rename(folder.path(elsewhere), folder.path(name)).unwrap();
        told.loaded();
    }
}

#[test]
fn editors_write_by_renaming_and_half_a_file_is_refused_until_it_is_whole() {
    let folder = shop("one");
    let told = Told::of(folder.path(""));
    folder.write("purchase/rules/.a.fql.swp", "((");
    folder.write("purchase/rules/.new", rule("two"));
    fs::rename(folder.path("purchase/rules/.new"), folder.path("purchase/rules/a.fql")).unwrap();
    told.loaded();
    assert_eq!(told.decide(), "two");

    folder.write("purchase/rules/a.fql", "RETURN Reject(\"thr");
    assert_eq!(told.refused(&folder).len(), 1);
    let mut file = fs::OpenOptions::new().append(true).open(folder.path("purchase/rules/a.fql")).unwrap();
    std::io::Write::write_all(&mut file, b"ee\")").unwrap();
    drop(file);
    told.loaded();
    assert_eq!(told.decide(), "three");
}

#[test]
fn a_folder_that_is_new_or_comes_back_is_watched_too() {
    let folder = shop("one");
    let told = Told::of(folder.path(""));
    fs::rename(folder.path(""), folder.0.path().join("aside")).unwrap();
    let errors = told.refused(&folder);
    assert!(errors[0].starts_with("E0801"), "{errors:?}");
    assert_eq!(told.decide(), "one");

    folder.write("fql.toml", "[assessments.purchase]\n");
    folder.write("purchase/rules/a.fql", rule("two"));
    while !matches!(told.next(), Event::Loaded(_)) || told.decide() != "two" {}
    // What came back is another folder, and so is what is new in it.
    folder.write("purchase/rules/a.fql", rule("three"));
    told.loaded();
    assert_eq!(told.decide(), "three");
    folder.write("aside/eu/fql.toml", "[assessments.purchase]\n");
    folder.write("aside/eu/purchase/rules/a.fql", rule("eu"));
    fs::create_dir(folder.path("environments")).unwrap();
    fs::rename(folder.path("aside/eu"), folder.path("environments/eu")).unwrap();
    while told.loaded().engine.environments().count() < 2 {}
    folder.write("environments/eu/purchase/rules/a.fql", "RETURN");
    assert!(told.refused(&folder)[0].contains("environments/eu/purchase/rules/a.fql"));
}

#[cfg(unix)]
#[test]
fn links_may_be_swapped_on_the_way_and_within() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[]);
    for (release, reason) in [("1", "one"), ("2", "two"), ("3", "three")] {
        folder.write(&format!("{release}/fql.toml"), "[assessments.purchase]\n");
        folder.write(&format!("{release}/purchase/rules/a.fql"), rule(reason));
    }
    let point = |release: &str, link: &str| {
        symlink(release, folder.path("new")).unwrap();
        fs::rename(folder.path("new"), folder.path(link)).unwrap();
    };
    point("1", "live");
    let told = Told::of(folder.path("live"));
    for (release, reason) in [("2", "two"), ("3", "three"), ("1", "one")] {
        point(release, "live");
        told.loaded();
        assert_eq!(told.decide(), reason);
    }
    // A change behind the link, which leads elsewhere than at first.
    folder.write("1/purchase/rules/a.fql", rule("four"));
    told.loaded();
    assert_eq!(told.decide(), "four");

    // As volumes are mounted: files are links into a hidden folder that a link leads to.
    let folder = Folder::new(&[("..1/fql.toml", "[assessments.purchase]\n"), ("..1/a.fql", &rule("one"))]);
    folder.write("..2/fql.toml", "[assessments.purchase]\n");
    folder.write("..2/a.fql", rule("two"));
    folder.write("purchase/rules/none.txt", "");
    symlink("..1", folder.path("..data")).unwrap();
    symlink("..data/fql.toml", folder.path("fql.toml")).unwrap();
    symlink("../../..data/a.fql", folder.path("purchase/rules/a.fql")).unwrap();
    let told = Told::of(folder.path(""));
    assert_eq!(told.decide(), "one");
    symlink("..2", folder.path("..new")).unwrap();
    fs::rename(folder.path("..new"), folder.path("..data")).unwrap();
    told.loaded();
    assert_eq!(told.decide(), "two");
}

#[test]
fn what_nobody_reads_is_no_change() {
    let folder = shop("one");
    let told = Told::of(folder.path(""));
    for name in [".git/index", "debug.log", "purchase/rules/.a.fql.swp", "purchase/rules/a.fql~"] {
        folder.write(name, "x");
    }
    folder.write("purchase/rules/b.fql", rule("two"));
    let loaded = told.loaded();
    assert_eq!((loaded.version, loaded.changed), (2, vec![folder.path("purchase/rules/b.fql")]));
}

#[test]
fn what_sinks_write_in_the_folder_is_no_change() {
    let folder = shop("one");
    folder.write("fql.toml", "[assessments.purchase]\n[[sinks]]\nkind = \"file\"\npath = \"decided.ndjson\"\n");
    let told = Told::of(folder.path(""));
    for _ in 0..20 {
        assert_eq!(told.decide(), "one");
        assert!(told.watched.engine().flush(LONGEST));
    }
    folder.write("purchase/rules/a.fql", rule("two"));
    let loaded = told.loaded();
    assert_eq!((loaded.version, loaded.changed), (2, vec![folder.path("purchase/rules/a.fql")]));
    assert_eq!(told.decide(), "two");
    assert!(told.watched.engine().flush(LONGEST));
    assert_eq!(fs::read_to_string(folder.path("decided.ndjson")).unwrap().lines().count(), 21);
}

#[cfg(unix)]
#[test]
fn a_file_is_looked_at_whatever_links_lead_to_it_and_notes_beside_it_are_not() {
    let folder = shop("one");
    let outside = folder.0.path().join("notes.md");
    fs::write(&outside, "x").unwrap();
    std::os::unix::fs::symlink(&outside, folder.path("notes.md")).unwrap();
    folder.write("rules.d/b.fql", rule("two"));
    let (watch, mut loads) = (Watch::new(folder.path("purchase/rules/a.fql")).also(folder.path("rules.d")), 0);
    let path = folder.path("rules.d/b.fql");
    let told = Told::begin(watch.engine(move |builder| {
        loads += 1;
        builder.rules(format!("more{loads}"), &fs::read_to_string(&path).unwrap())
    }));
    fs::write(&outside, "y").unwrap();
    folder.write("purchase/rules/c.fql", "((");
    folder.write("rules.d/b.fql", rule("three"));
    let loaded = told.loaded();
    assert_eq!(loaded.changed, [folder.path("rules.d/b.fql")]);
    assert_eq!(loaded.engine.assessments().collect::<Vec<_>>(), ["a", "more2"]);
}

#[test]
fn what_changed_while_it_was_loaded_is_loaded_once_more() {
    let folder = shop("one");
    let (begun, begins) = channel();
    let (go, goes) = channel::<()>();
    let mut first = true;
    let told = Told::begin(Watch::new(folder.path("")).engine(move |builder| {
        if !std::mem::take(&mut first) {
            begun.send(()).unwrap();
            goes.recv_timeout(LONGEST).unwrap();
        }
        builder
    }));
    folder.write("purchase/rules/a.fql", rule("two"));
    begins.recv_timeout(LONGEST).unwrap();
    // This load is under way. It is not told of: it may have read some of the files before, some after.
    folder.write("purchase/rules/a.fql", rule("three"));
    go.send(()).unwrap();
    begins.recv_timeout(LONGEST).unwrap();
    assert_eq!(told.watched.version(), 1);
    go.send(()).unwrap();
    assert_eq!(told.loaded().version, 2);
    assert_eq!(told.decide(), "three");
}

#[test]
fn what_the_host_adds_is_there_in_every_engine() {
    let folder = shop("one");
    let secret = folder.0.path().join("secret");
    fs::write(&secret, "x").unwrap();
    let (path, mut loads) = (secret.clone(), 0);
    let told = Told::begin(Watch::new(folder.path("")).also(&secret).engine(move |builder| {
        loads += 1;
        let text = fs::read_to_string(&path).unwrap();
        assert!(text != "panic");
        builder.external("secret", move || {
            let text = text.clone();
            async move { format!("{text}{loads}") }
        })
    }));
    folder.write("purchase/rules/a.fql", "RETURN Reject(External.secret())");
    told.loaded();
    assert_eq!(told.decide(), "x2");
    fs::write(&secret, "y").unwrap();
    told.loaded();
    assert_eq!(told.decide(), "y3");
    told.watched.reload();
    assert_eq!((told.loaded().changed.len(), told.decide().as_str()), (0, "y4"));
    fs::write(&secret, "panic").unwrap();
    assert!(matches!(told.next(), Event::Trouble(message) if message.contains("panicked")));
    assert_eq!(told.decide(), "y4");
}

#[test]
fn a_lone_file_is_watched_too() {
    let folder = Folder::new(&[("checkout.fql", &rule("one"))]);
    let told = Told::of(folder.path("checkout.fql"));
    folder.write("other.fql", "((");
    folder.write("new", rule("two"));
    fs::rename(folder.path("new"), folder.path("checkout.fql")).unwrap();
    assert_eq!(told.loaded().changed, [folder.path("checkout.fql")]);
    assert_eq!((told.decide().as_str(), told.watched.engine().assessments().next()), ("two", Some("checkout")));
    fs::remove_file(folder.path("checkout.fql")).unwrap();
    let Event::Refused(error) = told.next() else { panic!() };
    assert_eq!(error.diagnostics[0].code, Code::UNREADABLE_FILE);
    folder.write("checkout.fql", rule("three"));
    told.loaded();
    assert_eq!(told.decide(), "three");
}

#[test]
fn dropping_the_handle_ends_the_thread() {
    let folder = shop("one");
    let Told { watched, events } = Told::of(folder.path(""));
    let engine = watched.engine();
    drop(watched);
    // The listener went with the thread, and the last of its senders with it.
    assert!(matches!(events.recv_timeout(LONGEST), Err(std::sync::mpsc::RecvTimeoutError::Disconnected)));
    assert_eq!(decide(&engine), "one");
}
