//! `fql` beside other engines and beside code written by hand, on the same work in one run.
//!
//! Rules are data ([`rules`]) with constants from a seed ([`work`]); each engine writes them in its own language ([`engines`]).
//! Before anything is timed, every engine has to decide all events like the plainest reading of the rules.

pub mod chance;
pub mod engine;
pub mod engines;
pub mod rules;
pub mod work;

use engine::{Engine, Program};
use work::Work;

/// Compiles and checks: an engine decides all events as it should, or says why it is left out.
pub fn checked(engine: &dyn Engine, work: &Work) -> Result<(Vec<String>, Box<dyn Program>), String> {
    let Some(rules) = engine.rules(work) else { return Err("-".to_string()) };
    let mut program = engine.compile(work, &rules);
    for (wanted, event) in work.checked.iter().chain(&work.timed) {
        let found = program.decide_text(event);
        assert_eq!(found, *wanted, "{} from bytes, {:?}: {event}", engine.name(), work.kind);
    }
    if program.binds() {
        let events: Vec<_> = work.timed.iter().chain(&work.checked).collect();
        for (number, (wanted, event)) in events.into_iter().enumerate() {
            program.bind(event);
            let found = program.decide(number);
            assert_eq!(found, *wanted, "{}, {:?}: {event}", engine.name(), work.kind);
        }
    }
    Ok((rules, program))
}

/// The version of a crate that was built, from the lock file.
pub fn version(package: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let entry = format!("name = \"{package}\"\nversion = \"");
    let behind = lock.split_once(&entry).map_or("", |(_, rest)| rest);
    behind.split('"').next().unwrap_or_default()
}
