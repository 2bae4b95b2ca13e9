//! Folders of environments for the builder: from what was read to the units that are compiled together.
//!
//! In: a [`Folder`], and what the host gave the builder. Out: for each environment what its texts can name, how it evaluates,
//! and the calls it defines.

use super::compile::{Part, Text, Unit};
use super::lists::{Lists, read_files};
use crate::check::{Definitions, ExternalDefinition, Providers};
use crate::diagnostic::Diagnostic;
use crate::environment::{self, Assessment, Environment, Folder, SinkSettings};
use crate::evaluate::Policy;
use crate::external::External;
use crate::limit::Limits;
use crate::schema::Schema;
use std::sync::Arc;
use std::time::Duration;

/// What an engine knows of an environment besides its rules.
#[derive(Debug, Default)]
pub(super) struct Site {
    /// Its place below the root, such as `eu/fr`.
    pub(super) path: String,
    /// How its events are evaluated.
    pub(super) policy: Policy,
    /// The calls that it defines.
    pub(super) externals: Vec<External>,
    /// How long ago an identical call of another event may have begun to share its answer; zero: none is shared.
    pub(super) coalesce: Duration,
    /// Where its events go.
    pub(super) sinks: Vec<SinkSettings>,
}

/// What the host decides for all environments; `None` is a matter of each environment's settings.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    pub(super) limits: Option<Limits>,
    pub(super) on_error: Option<crate::evaluate::OnError>,
    pub(super) prefetch: Option<crate::evaluate::Prefetch>,
    pub(super) coalesce_ms: Option<u64>,
    pub(super) in_order: bool,
}

impl Wishes {
    /// How events are evaluated where nothing else is set.
    pub(super) fn policy(&self) -> Policy {
        self.over(&environment::Settings::default(), 0)
    }

    /// See [`Site::coalesce`], where nothing else is set.
    pub(super) fn coalesce(&self) -> Duration {
        Duration::from_millis(self.coalesce_ms.unwrap_or_default())
    }

    fn over(&self, settings: &environment::Settings, environment: u32) -> Policy {
        Policy {
            environment,
            limits: self.limits.clone().unwrap_or_else(|| settings.limits.clone()),
            on_error: self.on_error.or(settings.on_error).unwrap_or_default(),
            in_order: self.in_order,
            prefetch: self.prefetch.or(settings.prefetch).unwrap_or_default(),
        }
    }
}

/// The units of a folder, parents before their children. `host` is what the host gave: definitions for each of them, and rules
/// for the root.
pub(super) fn units(
    folder: Folder,
    host: Unit,
    wishes: &Wishes,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Unit>, Vec<Site>) {
    let (mut units, mut sites): (Vec<Unit>, Vec<Site>) = (Vec::new(), Vec::new());
    for (environment, number) in folder.environments.into_iter().zip(0..) {
        let parent = environment.parent.and_then(|parent| units.get(parent)).map(|unit| &unit.definitions.providers);
        let inherited = parent.cloned().unwrap_or_default();
        let (unit, place) = unit(environment, number, &inherited, &host.definitions, wishes, diagnostics);
        units.push(unit);
        sites.push(place);
    }
    if let Some(root) = units.first_mut() {
        for (key, Part { name, first_match, rules, actions, routing, schema }) in host.assessments {
            let new = || Part { name, first_match, schema, ..Part::default() };
            let part = root.assessments.entry(key).or_insert_with(new);
            part.rules.extend(rules);
            part.actions.extend(actions);
            part.routing.extend(routing);
        }
    }
    (units, sites)
}

fn unit(
    environment: Environment,
    number: u32,
    inherited: &Providers,
    host: &Definitions,
    wishes: &Wishes,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Unit, Site) {
    let policy = wishes.over(&environment.settings, number);
    let mut definitions = host.clone();
    let mut lists: Lists = std::mem::take(&mut definitions.lists);
    let providers = environment.settings.providers.unwrap_or_default();
    let serves = |name: &str| providers.serves(name);
    read_files(&environment.lists, &policy.limits, &serves, &mut lists, diagnostics);
    definitions.lists = lists;
    for external in &environment.externals {
        let key = external.name.to_ascii_lowercase();
        // A function of the host takes the place of a file; a stub only answers for it.
        if host.externals.get(&key).is_none_or(|known| known.parameters.is_none()) {
            if let Some(sample) = external.sample().and_then(|sample| serde_json::from_str(sample).ok()) {
                definitions.samples.insert(key.clone(), Arc::new(sample));
            }
            let (name, parameters) = (external.name.clone(), Some(external.parameters));
            definitions
                .externals
                .insert(key.clone(), ExternalDefinition { name, parameters, environment: Some(number) });
        }
    }
    for name in environment.faulty_externals {
        let definition = ExternalDefinition { name: Arc::from(&*name), parameters: None, environment: None };
        definitions.externals.entry(name.to_ascii_lowercase()).or_insert(definition);
    }
    let own = Providers::resolve(&providers, &definitions, |path| std::fs::read(path), diagnostics);
    definitions.providers = host.providers.clone().inherit(&own.inherit(inherited));
    let coalesce = Duration::from_millis(wishes.coalesce_ms.or(environment.settings.coalesce_ms).unwrap_or_default());
    let unit = Unit {
        id: Some(environment.id),
        parent: environment.parent,
        definitions,
        functions: texts(environment.functions),
        assessments: environment.assessments.into_iter().map(part).collect(),
        limits: policy.limits.clone(),
    };
    (
        unit,
        Site {
            path: environment.path,
            policy,
            externals: environment.externals,
            coalesce,
            sinks: environment.settings.sinks,
        },
    )
}

fn part(assessment: Assessment) -> (String, Part) {
    let shown = assessment.folder.join("sample.json").display().to_string();
    // INVARIANT: the folder was read, so the sample is an object.
    let sample = assessment.sample.as_deref().and_then(|text| Schema::of_sample(&shown, text).ok()).map(Arc::new);
    let part = Part {
        first_match: assessment.first_match,
        rules: texts(assessment.rules),
        actions: texts(assessment.actions),
        routing: texts(assessment.routing),
        // A schema tells more than a sample.
        schema: assessment.schema.or(sample),
        name: assessment.name,
    };
    (part.name.to_ascii_lowercase(), part)
}

fn texts(from: Vec<environment::Text>) -> Vec<Text> {
    from.into_iter().map(|environment::Text { source, default_name }| Text { source, default_name }).collect()
}
