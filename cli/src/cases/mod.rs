//! `fql test`: runs the cases of an environment or of a file of rules (R12.6).
//!
//! In: a path. Out: a line for each case, what differs, a summary; differences end with 3, faults of the input with 1. Reading
//! and comparing is the library's ([`fql::case`]): here cases are found, run and told of.

mod find;
mod tell;

use crate::arguments::Test;
use crate::streams::{Stop, Streams};
use find::{Found, Suite};
use fql::case::{Case, Outcome};
use fql::diagnostic::{Code, nearest};
use fql::environment::Folder;
use fql::{Diagnostic, Engine};
use tell::Teller;

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    passed: usize,
    failed: usize,
    /// Cases with faults, or whose evaluation ended with an error that nobody expects.
    faulty: usize,
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Passed,
    Failed,
    Faulty,
}

/// A case that was run.
struct Done<'d> {
    suite: &'d Suite,
    case: &'d Case,
    outcome: Outcome,
    ending: Ending,
}

/// Runs the cases; false if the input has errors.
pub(crate) fn run(arguments: &Test, streams: &mut Streams) -> Result<bool, Stop> {
    if arguments.cases.is_some() && Folder::is_one(&arguments.path) {
        let why =
            "an environment has its cases in the folder `cases` of each assessment: `--cases` is for a file of rules";
        return Err(Stop::Usage(why.to_string()));
    }
    let settings = arguments.settings(streams)?;
    let Found { suites, mut faults } = find::cases(&arguments.path, arguments.cases.as_deref())
        .map_err(|diagnostic| streams.refuse(&[*diagnostic]))?;
    let (engine, diagnostics) =
        find::engine(&arguments.path, &settings, &suites).map_err(|diagnostic| streams.refuse(&[*diagnostic]))?.check();
    streams.diagnostics(&diagnostics);
    let Some(engine) = engine else {
        streams.diagnostics(&faults);
        return Ok(false);
    };
    let mut counts = Counts::default();
    let read: usize = suites.iter().flat_map(|suite| &suite.files).map(|file| file.cases.len()).sum();
    counts.faulty = suites.iter().flat_map(|suite| &suite.files).map(|file| file.count).sum::<usize>() - read;
    let chosen = chosen(&suites, arguments.filter.as_deref());
    if chosen.is_empty() && faults.is_empty() {
        streams.complain(&nothing(arguments, &suites));
        return Ok(false);
    }
    let mut teller = Teller { streams, format: arguments.format };
    for (suite, case) in chosen {
        let unfit = case.check(&engine, suite.home());
        if !unfit.is_empty() {
            faults.extend(unfit);
            counts.faulty += 1;
            continue;
        }
        let done = done(suite, case, &engine, &mut faults);
        match done.ending {
            Ending::Passed => counts.passed += 1,
            Ending::Failed => counts.failed += 1,
            Ending::Faulty => counts.faulty += 1,
        }
        teller.case(&done)?;
    }
    teller.streams.diagnostics(&faults);
    teller.summary(counts)?;
    match counts {
        _ if !faults.is_empty() => Ok(false),
        Counts { failed: 0, .. } => Ok(true),
        _ => Err(Stop::Different),
    }
}

/// Runs a case on its engine.
fn done<'d>(suite: &'d Suite, case: &'d Case, engine: &Engine, faults: &mut Vec<Diagnostic>) -> Done<'d> {
    let outcome = case.run(engine, suite.home());
    let ending = match (&outcome.decided, &case.expect) {
        (Err(error), _) if !case.expects_error() => {
            faults.push(case.fault(case.event.span, error.code, error.message.clone()));
            Ending::Faulty
        }
        (_, None) => {
            let fault = case.fault(case.span, Code::BAD_SETTING, no_expectation(case));
            faults.push(fault.help("`fql test --update` writes what comes out now; look at it before you keep it"));
            Ending::Faulty
        }
        _ if outcome.differences.is_empty() => Ending::Passed,
        _ => Ending::Failed,
    };
    Done { suite, case, outcome, ending }
}

fn no_expectation(case: &Case) -> String {
    format!("expected a part of the decision under `expect` of the case `{}`, found none", case.name)
}

/// The cases of which the name or the file has that text in it, case ignored.
fn chosen<'s>(suites: &'s [Suite], filter: Option<&str>) -> Vec<(&'s Suite, &'s Case)> {
    let all = suites
        .iter()
        .flat_map(|suite| suite.files.iter().flat_map(move |file| file.cases.iter().map(move |case| (suite, case))));
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
            let place = if arguments.path.is_dir() {
                "the folder `cases` of an assessment"
            } else {
                "the folder `cases` beside it, or under --cases"
            };
            format!("`{}` has no cases: expected `.toml` files in {place}", arguments.path.display())
        }
    }
}
