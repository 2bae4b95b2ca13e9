//! Where cases lie, and the engine that they are run on.

use crate::read;
use crate::setting::{Settings, assessment_name};
use fql::case::{CaseFile, Home};
use fql::environment::Folder;
use fql::external::Stubs;
use fql::{Diagnostic, EngineBuilder};
use std::path::{Path, PathBuf};

/// The cases of one assessment in one environment.
#[derive(Debug)]
pub(super) struct Suite {
    /// For people: `purchase`, `purchase in eu`.
    pub(super) name: String,
    pub(super) assessment: String,
    /// The path below the root; none for the root.
    pub(super) environment: Option<String>,
    pub(super) files: Vec<CaseFile>,
    /// Where they lie, in the same order.
    pub(super) paths: Vec<PathBuf>,
    /// The folder that files named by cases may not leave.
    pub(super) within: Option<PathBuf>,
}

impl Suite {
    pub(super) fn home(&self) -> Home<'_> {
        Home { assessment: &self.assessment, environment: self.environment.as_deref() }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Only those that have files.
    pub(super) suites: Vec<Suite>,
    /// The faults of the files.
    pub(super) faults: Vec<Diagnostic>,
}

/// The cases of an environment, or of a file of rules: `named` is a file or folder of cases, by default `cases` beside it.
pub(super) fn cases(path: &Path, named: Option<&Path>) -> Result<Found, Box<Diagnostic>> {
    let mut found = Found::default();
    if Folder::is_one(path) {
        // What is wrong with the folder is told when the engine is built.
        let environments = Folder::read(path).0.map(|folder| folder.environments).unwrap_or_default();
        for environment in environments {
            let place = Some(environment.path).filter(|path| !path.is_empty());
            for assessment in environment.assessments {
                found.suite(assessment.name, place.clone(), &assessment.cases, Some(path));
            }
        }
        return Ok(found);
    }
    let files = match named {
        Some(named) if named.is_dir() => read::settings_in(named)?,
        Some(named) => vec![named.to_path_buf()],
        None => {
            let folder = path.parent().unwrap_or(Path::new("")).join("cases");
            if folder.is_dir() { read::settings_in(&folder)? } else { Vec::new() }
        }
    };
    found.suite(assessment_name(path), None, &files, None);
    Ok(found)
}

impl Found {
    fn suite(&mut self, assessment: String, environment: Option<String>, files: &[PathBuf], within: Option<&Path>) {
        if files.is_empty() {
            return;
        }
        let mut read = Vec::with_capacity(files.len());
        for path in files {
            let (file, faults) = CaseFile::read(path, within);
            read.push(file);
            self.faults.extend(faults);
        }
        let name = match &environment {
            Some(environment) => format!("{assessment} in {environment}"),
            None => assessment.clone(),
        };
        self.suites.push(Suite {
            name,
            assessment,
            environment,
            files: read,
            paths: files.to_vec(),
            within: within.map(Path::to_path_buf),
        });
    }
}

/// Begins the engine. A lone file has no definitions of calls, so what the cases answer is defined by them (R1.2, R9.2).
pub(super) fn engine(path: &Path, settings: &Settings, suites: &[Suite]) -> Result<EngineBuilder, Box<Diagnostic>> {
    if Folder::is_one(path) {
        return settings.rules(path);
    }
    let cases = suites.iter().flat_map(|suite| &suite.files).flat_map(|file| &file.cases);
    let named = cases.flat_map(|case| &case.calls).map(|call| call.value.as_str());
    let stubs = settings.stubs.clone().then(&Stubs::unanswered(named));
    Settings { stubs, ..settings.clone() }.rules(path)
}
