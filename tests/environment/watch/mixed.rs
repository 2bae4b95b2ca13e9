//! Decisions under way while versions change: nothing is lost, and each is made by one version.

use super::{Told, rule};
use crate::Folder;
use fql::Request;
use fql::watch::Watch;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Rules, a list, a function, a call's default and an action that all say which version they are of.
fn release(folder: &Folder, version: &str) {
    let files = [
        ("fql.toml", "[assessments.purchase]\n".to_string()),
        (
            "purchase/rules/a.fql",
            format!(
                "OBSERVE Output(rule = \"{version}\", list = Lookup(\"versions\", \"key\", \"a\", \"version\"), function = \
                 Functions.Version(@\"n\").Name, call = External.answer())\nWHEN External.wait(@\"n\") >= 0\n{}",
                rule(version)
            ),
        ),
        ("purchase/actions/z.fql", format!("SETRESPONSE(action = \"{version}\")\n")),
        (
            "functions/Version.fql",
            format!("FUNCTION Version(_n: Double)\nOUTPUT Name: String\n  RETURN \"{version}\"\n"),
        ),
        ("lists/versions.csv", format!("key,version\na,{version}\n")),
        ("external/answer.toml", format!("default_response = \"{version}\"\n")),
    ];
    for (name, text) in files {
        let text = text.replace("SETRESPONSE(", "DO SetResponse(");
        folder.write(&format!("{version}/{name}"), text);
    }
}

#[cfg(unix)]
#[test]
fn ten_thousand_decisions_lose_nothing_and_mix_no_versions() {
    const DECISIONS: usize = 10_000;
    const THREADS: usize = 4;
    let folder = Folder::new(&[]);
    release(&folder, "A");
    release(&folder, "B");
    let point = |version: &str| {
        std::os::unix::fs::symlink(version, folder.path("new")).unwrap();
        fs::rename(folder.path("new"), folder.path("live")).unwrap();
    };
    point("A");
    // Every fifth event waits in a call of the host, some until the versions have changed.
    let gate = Arc::new(Semaphore::new(0));
    let (waits, held) = (gate.clone(), Arc::new(AtomicUsize::new(0)));
    let holding = held.clone();
    let told = Told::begin(Watch::new(folder.path("live")).engine(move |builder| {
        let (waits, holding) = (waits.clone(), holding.clone());
        builder.external("wait", move |n: i64| {
            let (waits, holding) = (waits.clone(), holding.clone());
            async move {
                if n == 0 {
                    holding.fetch_add(1, Ordering::Relaxed);
                    waits.acquire().await.unwrap().forget();
                } else if n % 5 == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                n
            }
        })
    }));
    let decided = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let of = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let check = |decision: &fql::Decision| {
        let json: serde_json::Value = serde_json::from_str(&decision.to_json()).unwrap();
        let outputs = json["outputs"].as_object().unwrap().values().next().unwrap();
        let parts = [&json["reason"], &outputs["rule"], &outputs["list"], &outputs["function"], &outputs["call"]];
        assert!(parts.iter().all(|part| *part == parts[0]), "{json}");
        assert_eq!(json["customProperties"]["action"], *parts[0], "{json}");
        of[usize::from(parts[0] == "B")].fetch_add(1, Ordering::Relaxed);
        decided.fetch_add(1, Ordering::Relaxed);
    };
    let (watched, check) = (&told.watched, &check);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (decided, stopped) = (&decided, &stopped);
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let mut n = thread;
                // So long as there is something to decide, and until the versions have changed often enough.
                while decided.load(Ordering::Relaxed) < DECISIONS || !stopped.load(Ordering::Relaxed) {
                    let events: Vec<String> = (1..=20).map(|one| format!("{{\"n\": {}}}", n * 100 + one)).collect();
                    let decisions = events.iter().map(|event| {
                        let engine = watched.engine();
                        async move { engine.decide(event).await }
                    });
                    let decisions = runtime.block_on(futures_util::future::join_all(decisions));
                    decisions.iter().for_each(|decision| check(decision.as_ref().unwrap()));
                    n += THREADS;
                }
            });
        }
        // One decision begins with A and ends after B decides, and the other way round.
        for change in 0..12 {
            let (old, new) = if change % 2 == 0 { ("A", "B") } else { ("B", "A") };
            let engine = watched.engine();
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            let slow = runtime.spawn(async move { engine.decide(Request::new("{\"n\": 0}")).await });
            while held.load(Ordering::Relaxed) <= change {
                std::thread::yield_now();
            }
            point(new);
            let loaded = told.loaded();
            assert_eq!(loaded.engine.decide_blocking("{\"n\": 1}").unwrap().reason(), Some(new));
            gate.add_permits(1);
            let slow = runtime.block_on(slow).unwrap().unwrap();
            assert_eq!(slow.reason(), Some(old));
            check(&slow);
        }
        stopped.store(true, Ordering::Relaxed);
    });
    let counts = of.map(|count| count.load(Ordering::Relaxed));
    assert!(counts[0] + counts[1] >= DECISIONS && counts.iter().all(|count| *count > 100), "{counts:?}");
}
