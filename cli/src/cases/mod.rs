//! `fql test`: runs the cases of an environment or of a file of rules (R12.6).
//!
//! In: a path. Out: a line for each case, what differs, which clauses no case takes, a summary; differences end with 3, faults
//! of the input with 1. Reading, comparing and counting is the library's ([`fql::case`]): here cases are found, run and told of.

mod find;
mod junit;
mod taken;
mod tell;
mod update;

use crate::arguments::{CoverageMode, Test};
use crate::streams::{Stop, Streams};
use find::{Found, Suite};
use fql::case::{Case, Coverage, Outcome, Surroundings};
use fql::diagnostic::{Code, nearest};
use fql::environment::{Folder, file};
use fql::{Diagnostic, Engine};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tell::Teller;

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    passed: usize,
    failed: usize,
    /// Cases whose expectation was written anew.
    updated: usize,
    /// Cases with faults, or whose evaluation ended with an error that nobody expects.
    faulty: usize,
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Passed,
    Failed,
    Updated,
    Faulty,
}

/// A case that was run, or could not be.
struct Done<'d> {
    suite: &'d Suite,
    case: &'d Case,
    /// Absent if the case does not fit the engine.
    outcome: Option<Outcome>,
    faults: Vec<Diagnostic>,
    ending: Ending,
    took: Duration,
}

/// Runs the cases; false if the input has errors.
pub(crate) fn run(arguments: &Test, streams: &mut Streams) -> Result<bool, Stop> {
    if arguments.cases.is_some() && Folder::is_one(&arguments.path) {
        let why =
            "an environment has its cases in the folder `cases` of each assessment: `--cases` is for a file of rules";
        return Err(Stop::Usage(why.to_string()));
    }
    let settings = arguments.settings(streams)?;
    let Found { suites, faults } = find::cases(&arguments.path, arguments.cases.as_deref())
        .map_err(|diagnostic| streams.refuse(&[*diagnostic]))?;
    let (engine, diagnostics) = find::engine(&arguments.path, &settings, &suites)
        .map_err(|diagnostic| streams.refuse(&[*diagnostic]))?
        .coverage(true)
        .check();
    streams.diagnostics(&diagnostics);
    let Some(engine) = engine else {
        streams.diagnostics(&faults);
        return Ok(false);
    };
    let chosen = chosen(&suites, arguments.filter.as_deref());
    if chosen.is_empty() && faults.is_empty() {
        streams.complain(&nothing(arguments, &suites));
        return Ok(false);
    }
    let mut coverage = Coverage::new(&engine);
    let mut all: Vec<Done<'_>> = chosen.into_iter().map(|(suite, case)| done(suite, case, &engine)).collect();
    let mut good = faults.is_empty();
    if arguments.update {
        good &= update(&suites, &mut all, streams);
    }
    let mut teller = Teller { streams, format: arguments.format };
    for done in &all {
        if let Some(Ok(decision)) = done.outcome.as_ref().map(|outcome| &outcome.decided) {
            coverage.add(decision);
        }
        teller.case(done)?;
    }
    let counts = counts(&suites, &all);
    teller.streams.diagnostics(&faults);
    for done in &all {
        teller.streams.diagnostics(&done.faults);
    }
    let some = if arguments.filter.is_some() { CoverageMode::None } else { CoverageMode::Short };
    teller.coverage(&coverage, arguments.coverage.unwrap_or(some))?;
    teller.summary(counts)?;
    good &= counts.faulty == 0;
    for (path, text) in
        [(&arguments.coverage_json, coverage.to_json() + "\n"), (&arguments.junit, junit::xml(&suites, &all, &faults))]
    {
        good &= path.as_ref().is_none_or(|path| write(path, &text, streams));
    }
    match counts.failed {
        _ if !good => Ok(false),
        0 => Ok(true),
        _ => Err(Stop::Different),
    }
}

/// Writes a file; false if that is not possible, which is told.
fn write(path: &Path, text: &str, streams: &mut Streams) -> bool {
    match std::fs::write(path, text) {
        Ok(()) => true,
        Err(error) => {
            streams.complain(&format!("cannot write `{}`: {}", path.display(), file::why(&error)));
            false
        }
    }
}

/// Writes the expectations of cases that differ or have none; false if a file cannot be written, which is told.
fn update(suites: &[Suite], all: &mut [Done<'_>], streams: &mut Streams) -> bool {
    let mut good = true;
    for suite in suites {
        for (file, path) in suite.files.iter().zip(&suite.paths) {
            let is_due = |done: &Done<'_>| {
                let decided = done.outcome.as_ref().is_some_and(|outcome| outcome.decided.is_ok());
                let of_file = std::ptr::eq(done.suite, suite) && Arc::ptr_eq(&done.case.source, &file.source);
                of_file && (done.ending == Ending::Failed || decided && done.case.expect.is_none())
            };
            let due = all.iter().filter(|done| is_due(done));
            let changes: Vec<_> = due.filter_map(|done| Some((done.case, done.outcome.as_ref()?))).collect();
            if changes.is_empty() {
                continue;
            }
            let folder = path.parent().unwrap_or(Path::new(""));
            let around = Surroundings { folder, within: suite.within.as_deref() };
            match update::text(file.source.text(), &changes, around) {
                Ok(text) if write(path, &text, streams) => {
                    for done in all.iter_mut().filter(|done| is_due(done)) {
                        done.ending = Ending::Updated;
                        done.faults.clear();
                    }
                }
                Ok(_) => good = false,
                Err(why) => streams.complain(&format!("cannot update `{}`: {why}", path.display())),
            }
        }
    }
    good
}

/// Runs a case on its engine.
fn done<'d>(suite: &'d Suite, case: &'d Case, engine: &Engine) -> Done<'d> {
    let faults = case.check(engine, suite.home());
    if !faults.is_empty() {
        return Done { suite, case, outcome: None, faults, ending: Ending::Faulty, took: Duration::ZERO };
    }
    let begun = Instant::now();
    let outcome = case.run(engine, suite.home());
    let took = begun.elapsed();
    let fault = match (&outcome.decided, &case.expect) {
        (Err(error), _) if !case.expects_error() => {
            Some(case.fault(case.event.span, error.code, error.message.clone()))
        }
        (_, None) => {
            let message =
                format!("expected a part of the decision under `expect` of the case `{}`, found none", case.name);
            let help = "`fql test --update` writes what comes out now; look at it before you keep it";
            Some(case.fault(case.span, Code::BAD_SETTING, message).help(help))
        }
        _ => None,
    };
    let ending = match fault {
        Some(_) => Ending::Faulty,
        None if outcome.differences.is_empty() => Ending::Passed,
        None => Ending::Failed,
    };
    Done { suite, case, outcome: Some(outcome), faults: fault.into_iter().collect(), ending, took }
}

fn counts(suites: &[Suite], all: &[Done<'_>]) -> Counts {
    let count = |ending| all.iter().filter(|done| done.ending == ending).count();
    let unread: usize = suites.iter().flat_map(|suite| &suite.files).map(|file| file.count - file.cases.len()).sum();
    Counts {
        passed: count(Ending::Passed),
        failed: count(Ending::Failed),
        updated: count(Ending::Updated),
        faulty: count(Ending::Faulty) + unread,
    }
}

/// The cases of which the name or the file has that text in it, case ignored.
fn chosen<'s>(suites: &'s [Suite], filter: Option<&str>) -> Vec<(&'s Suite, &'s Case)> {
    let of = |suite: &'s Suite| suite.files.iter().flat_map(|file| &file.cases).map(move |case| (suite, case));
    let all = suites.iter().flat_map(of);
    let Some(wanted) = filter.map(str::to_lowercase) else { return all.collect() };
    all.filter(|(suite, case)| {
        let texts = [&*case.name, case.source.name(), &suite.name];
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    })
    .collect()
}

/// Why there is nothing to run.
fn nothing(arguments: &Test, suites: &[Suite]) -> String {
    let names = || suites.iter().flat_map(|suite| &suite.files).flat_map(|file| &file.cases).map(|case| &*case.name);
    match &arguments.filter {
        Some(filter) if names().next().is_some() => match nearest(filter, names()) {
            Some(near) => format!("no case has `{filter}` in its name: did you mean `{near}`?"),
            None => format!("no case has `{filter}` in its name"),
        },
        _ => {
            let place = match arguments.path.is_dir() {
                true => "the folder `cases` of an assessment",
                false => "the folder `cases` beside it, or under --cases",
            };
            format!("`{}` has no cases: expected `.toml` files in {place}", arguments.path.display())
        }
    }
}
