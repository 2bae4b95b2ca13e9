//! Assessments, each as one environment sees it, checked and compiled.
//!
//! In: what was parsed. Out: for each environment and each assessment on the way to it a program, or what is wrong. An
//! environment that adds nothing to an assessment has its parent's program. The others need nothing of each other, so where
//! there is much to do several threads share it; of a lone assessment one warns while another compiles. What comes out, and in
//! which order, is the same.

use super::compile::{Parsed, Part};
use crate::check::{self, Files, Lints, Stage, Tree};
use crate::diagnostic::Diagnostic;
use crate::program::{Outline, Program};
use crate::schema::Schema;
use crate::syntax;
use indexmap::IndexMap;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How everything is checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct How<'l> {
    pub(super) lints: &'l Lints,
    /// Whether programs know where their rules stand.
    pub(super) outline: bool,
    /// How deep a text nests.
    pub(super) nesting: usize,
    /// How long all texts are together.
    pub(super) bytes: usize,
}

/// An assessment in an environment.
pub(super) struct Job<'t> {
    pub(super) environment: usize,
    /// The assessment's name in lower case.
    pub(super) key: &'t str,
    /// The assessment's name.
    pub(super) name: &'t str,
    work: Work<'t>,
}

enum Work<'t> {
    /// The environment adds nothing to what its parent has.
    Inherit(usize),
    Check {
        schema: Option<&'t Schema>,
        stages: Vec<Stage<'t>>,
    },
}

/// What became of a job.
#[derive(Debug)]
pub(super) enum Ready {
    /// Its program is that of the environment of this number.
    Inherited(usize),
    /// What was found, and a program without a name if none of it is an error.
    Compiled(Vec<Diagnostic>, Option<Box<Program>>),
}

/// All jobs, those of parents before those of their children.
pub(super) fn jobs<'t>(tree: &Tree, parsed: &'t mut [IndexMap<String, (Part, Parsed)>]) -> Vec<Job<'t>> {
    if let [only] = parsed {
        let alone = |(key, (part, files)): (&'t String, &'t mut (Part, Parsed))| {
            let own = |files: &mut Vec<_>| Files::Own(std::mem::take(files));
            let stage = Stage {
                environment: 0,
                first_match: part.first_match,
                rules: own(&mut files.rules),
                actions: own(&mut files.actions),
                routing: own(&mut files.routing),
            };
            let work = Work::Check { schema: part.schema.as_deref(), stages: vec![stage] };
            Job { environment: 0, key, name: &part.name, work }
        };
        return only.iter_mut().map(alone).collect();
    }
    let parsed: &'t [IndexMap<String, (Part, Parsed)>] = parsed;
    (0..parsed.len()).flat_map(|environment| jobs_of(environment, tree, parsed)).collect()
}

/// The jobs of one environment.
fn jobs_of<'t>(environment: usize, tree: &Tree, parsed: &'t [IndexMap<String, (Part, Parsed)>]) -> Vec<Job<'t>> {
    let path = path(tree, environment);
    let mut keys: Vec<&'t String> = Vec::new();
    for key in path.iter().filter_map(|number| parsed.get(*number)).flat_map(IndexMap::keys) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let job = |key: &'t String| {
        let parts = || path.iter().filter_map(|number| Some((*number, parsed.get(*number)?.get(key)?)));
        let (first, (Part { name, .. }, _)) = parts().next()?;
        let own = parsed.get(environment).and_then(|parts| parts.get(key));
        let adds_nothing = own.is_none_or(|(part, files)| {
            part.schema.is_none() && files.rules.is_empty() && files.actions.is_empty() && files.routing.is_empty()
        });
        let parent = path.iter().rev().nth(1).filter(|_| adds_nothing && first != environment);
        let work = parent.map(|parent| Work::Inherit(*parent)).unwrap_or_else(|| {
            let stages = parts().map(|(environment, (part, files))| Stage {
                environment,
                first_match: part.first_match,
                rules: Files::from(&files.rules),
                actions: Files::from(&files.actions),
                routing: Files::from(&files.routing),
            });
            let schema = parts().filter_map(|(_, (part, _))| part.schema.as_deref()).next_back();
            Work::Check { schema, stages: stages.collect() }
        });
        Some(Job { environment, key, name, work })
    };
    keys.into_iter().filter_map(job).collect()
}

/// The numbers of the environments from the root to this one.
fn path(tree: &Tree, environment: usize) -> Vec<usize> {
    let mut path = vec![environment];
    let mut at = environment;
    while let Some(parent) = tree.environments().get(at).and_then(|one| one.parent).filter(|parent| *parent < at) {
        path.push(parent);
        at = parent;
    }
    path.reverse();
    path
}

/// Does all jobs; what became of each, in their order.
pub(super) fn readied(jobs: Vec<Job<'_>>, tree: &Tree, how: How<'_>) -> Vec<Ready> {
    let threads = syntax::threads(how.bytes);
    let heavy = jobs.iter().filter(|job| matches!(job.work, Work::Check { .. })).count();
    if threads.min(heavy) < 2 {
        return jobs.into_iter().map(|job| job.ready(tree, how, threads > 1)).collect();
    }
    let queue = Mutex::new(jobs.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut done = Vec::new();
        while let Some((number, job)) = next() {
            done.push((number, job.ready(tree, how, false)));
        }
        done
    };
    syntax::share(threads.min(heavy), how.nesting, work).collect()
}

impl Job<'_> {
    fn ready(self, tree: &Tree, how: How<'_>, on_two_threads: bool) -> Ready {
        let (schema, stages) = match self.work {
            Work::Inherit(parent) => return Ready::Inherited(parent),
            Work::Check { schema, stages } => (schema, stages),
        };
        let checked = tree.assessment(check::Assessment { name: self.name, stages, schema });
        let compile = || {
            let outline = how.outline.then(|| Box::new(Outline::new(&checked.meant)));
            Box::new(Program { outline, ..Program::of_rules(&checked.meant) })
        };
        let mut found = checked.diagnostics.clone();
        how.lints.apply(&mut found);
        if found.iter().any(Diagnostic::is_error) {
            let mut warnings = checked.lint();
            how.lints.apply(&mut warnings);
            found.append(&mut warnings);
            return Ready::Compiled(found, None);
        }
        let (mut warnings, program) = thread::scope(|scope| {
            let lint = || checked.lint();
            let other = on_two_threads.then(|| syntax::thread(how.nesting).spawn_scoped(scope, lint).ok()).flatten();
            let program = compile();
            (other.map_or_else(lint, syntax::joined), program)
        });
        how.lints.apply(&mut warnings);
        found.append(&mut warnings);
        let good = !found.iter().any(Diagnostic::is_error);
        Ready::Compiled(found, good.then_some(program))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use crate::{Engine, Request};
    use std::fmt::Write;
    use std::sync::Arc;

    #[test]
    fn an_environment_that_adds_nothing_has_its_parents_program() {
        let builder = Engine::builder().in_environment("shop", None).rules("purchase", "RETURN Reject(\"root\")");
        let builder = builder.in_environment("eu", Some("shop")).list("own", "k\n1\n");
        let builder =
            builder.in_environment("fr", Some("eu")).actions("purchase", "a", b"DO SetResponse(where = \"fr\")");
        let engine = builder.in_environment("paris", Some("fr")).build().unwrap();
        let program = |name| engine.rules(None, Some(name)).unwrap().program.0.clone();
        assert!(Arc::ptr_eq(&program("shop"), &program("eu")));
        assert!(!Arc::ptr_eq(&program("eu"), &program("fr")));
        assert!(Arc::ptr_eq(&program("fr"), &program("paris")));
        for (name, says) in [("shop", false), ("eu", false), ("fr", true), ("paris", true)] {
            let decision = engine.decide_blocking(Request::new(b"{}").environment(name)).unwrap();
            assert_eq!(
                (decision.environment(), decision.custom_properties().next().is_none()),
                (Some("shop"), !says),
                "{name}"
            );
        }
    }

    #[test]
    fn threads_change_neither_programs_nor_the_order_of_diagnostics() {
        let mut text = String::new();
        for number in 0..2_000 {
            let _ = writeln!(
                text,
                "RULE \"r{number}\"\nRETURN Review() WHEN @\"a\" == \"x{}\" && @\"b\" > 1",
                number % 1_999
            );
        }
        let told = |text: &str| {
            let mut builder = Engine::builder().in_environment("root", None).rules("purchase", text);
            for child in ["a", "b", "c"] {
                builder = builder
                    .in_environment(child, Some("root"))
                    .rules("purchase", "RULE \"own\"\nRETURN Approve() WHEN @\"b\" > 2 && @\"b\" < 2");
            }
            let (engine, found) = builder.check();
            let programs = ["root", "a", "b", "c"]
                .map(|name| format!("{:?}", engine.as_ref().unwrap().rules(None, Some(name)).unwrap().program));
            (programs, found.into_iter().map(|one| (one.code, one.span, one.message)).collect::<Vec<_>>())
        };
        let (programs, found) = told(&text);
        assert_eq!(found.len(), 4, "{found:?}");
        for _ in 0..5 {
            let again = told(&text);
            assert!(again.0 == programs);
            assert_eq!(again.1, found);
        }
    }
}
