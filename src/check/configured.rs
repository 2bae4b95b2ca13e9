//! From `[providers]` to what answers, or what is wrong with a setting (L7.6-L7.8, R1.1).

use super::{Definitions, ExternalDefinition};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::list::List;
use crate::provider::{Answerer, BinList, Bins, Geo, Market, MaxMind, Setting, Settings};
use crate::source::{Source, Span};
use crate::syntax::{ast, parse_path};
use std::path::Path;
use std::sync::Arc;

/// What answers `Geo`, `BIN`, `Model` and `Device` in the texts of an environment.
#[derive(Clone, Debug, Default)]
pub struct Providers {
    /// Answers `Geo`.
    pub geo: Option<Arc<dyn Geo>>,
    /// The markets of `Geo.MarketCode`; without one the table that comes with `fql`.
    pub market: Option<Arc<Market>>,
    /// Answers `BIN`.
    pub bins: Option<Arc<dyn Bins>>,
    pub(super) risk: Option<Answer>,
    pub(super) bot: Option<Answer>,
    pub(super) device: Option<Answer>,
}

/// Where the Json of a score or a device comes from.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Attribute(ast::Path),
    External(ExternalDefinition),
}

impl Providers {
    /// Finds what settings name: lists and external calls among the definitions of the environment whose settings they are,
    /// the file of a database by `read`. What is wrong is reported at the setting's place, or in the file that it names.
    pub fn resolve(
        settings: &Settings,
        definitions: &Definitions,
        read: impl FnOnce(&Path) -> std::io::Result<Vec<u8>>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Providers {
        let mut resolve = Resolve { definitions, diagnostics };
        Providers {
            geo: settings.geoip.as_ref().and_then(|path| resolve.database(path, read)),
            market: settings.market.as_ref().and_then(|name| resolve.market(name)),
            bins: settings.bin.as_ref().and_then(|name| resolve.bins(name)),
            risk: settings.model_risk.as_ref().and_then(|one| resolve.answer(one, &RISK)),
            bot: settings.model_bot.as_ref().and_then(|one| resolve.answer(one, &BOT)),
            device: settings.device.as_ref().and_then(|one| resolve.answer(one, &DEVICE)),
        }
    }

    /// What these providers leave open, answered by those of the parent environment (R1.1).
    #[must_use]
    pub fn inherit(self, parent: &Providers) -> Providers {
        Providers {
            geo: self.geo.or_else(|| parent.geo.clone()),
            market: self.market.or_else(|| parent.market.clone()),
            bins: self.bins.or_else(|| parent.bins.clone()),
            risk: self.risk.or_else(|| parent.risk.clone()),
            bot: self.bot.or_else(|| parent.bot.clone()),
            device: self.device.or_else(|| parent.device.clone()),
        }
    }
}

/// A question and the numbers of parameters that a call which answers it may have.
pub(super) struct Asked {
    pub(super) name: &'static str,
    pub(super) parameters: [(usize, &'static str); 2],
}

/// `Model.Risk()`
pub(super) const RISK: Asked = Asked { name: "Model.Risk", parameters: [(0, "none"), (1, "one for the event")] };
/// `Model.Bot(id)`
pub(super) const BOT: Asked =
    Asked { name: "Model.Bot", parameters: [(1, "one for the id"), (2, "two for the id and the event")] };
/// `Device.GetAttributes(id)` and its like
pub(super) const DEVICE: Asked =
    Asked { name: "Device", parameters: [(1, "one for the id"), (2, "two for the id and what is asked")] };

struct Resolve<'r> {
    definitions: &'r Definitions,
    diagnostics: &'r mut Vec<Diagnostic>,
}

impl Resolve<'_> {
    fn report<T, V>(&mut self, setting: &Setting<V>, message: String, help: String) -> Option<T> {
        let host = || (Arc::new(Source::new("[providers]", "")), Span::default());
        let (source, span) = setting.place.clone().unwrap_or_else(host);
        self.diagnostics.push(Diagnostic::new(Code::BAD_SETTING, &source, span, message).help(help));
        None
    }

    fn database(
        &mut self,
        path: &Setting<std::path::PathBuf>,
        read: impl FnOnce(&Path) -> std::io::Result<Vec<u8>>,
    ) -> Option<Arc<dyn Geo>> {
        let shown = path.value.display().to_string();
        let bytes = match read(&path.value) {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = format!("cannot read the Geo database `{shown}`: {error}");
                return self.report(
                    path,
                    message,
                    "`geoip` names a `.mmdb` file of the environment's folder".to_string(),
                );
            }
        };
        match MaxMind::read(&shown, bytes) {
            Ok(database) => Some(Arc::new(database)),
            Err(diagnostic) => {
                self.diagnostics.push(*diagnostic);
                None
            }
        }
    }

    /// The list that a setting names; its faults are reported where it was read.
    fn list(&mut self, name: &Setting<String>) -> Option<Arc<List>> {
        match self.definitions.lists.get(&name.value.to_ascii_lowercase()) {
            Some(list) => list.clone(),
            None => {
                let known = self.definitions.lists.values().flatten().map(|list| &**list.name());
                let help = match nearest(&name.value, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it is the file `lists/{}.csv` in the environment's folder", name.value),
                };
                self.report(name, format!("unknown list `{}`", name.value), help)
            }
        }
    }

    fn market(&mut self, name: &Setting<String>) -> Option<Arc<Market>> {
        let list = self.list(name)?;
        self.diagnostics.extend(list.column("country").and_then(|country| list.make_key(country)));
        match Market::of_list(list) {
            Some(market) => Some(Arc::new(market)),
            None => self.report(
                name,
                format!("`{}` is no table of markets", name.value),
                "it needs the columns `country` and `market`".to_string(),
            ),
        }
    }

    fn bins(&mut self, name: &Setting<String>) -> Option<Arc<dyn Bins>> {
        let list = self.list(name)?;
        self.diagnostics.extend(list.column("bin").and_then(|bin| list.make_key(bin)));
        match BinList::new(list) {
            Some(bins) => Some(Arc::new(bins)),
            None => self.report(
                name,
                format!("`{}` is no table of BINs", name.value),
                "it needs a column `bin`, of 6 to 8 digits each".to_string(),
            ),
        }
    }

    fn answer(&mut self, setting: &Setting<Answerer>, asked: &Asked) -> Option<Answer> {
        match &setting.value {
            Answerer::Attribute(text) => match parse_path(text) {
                Ok(path) => Some(Answer::Attribute(path)),
                Err(fault) => self.report(
                    setting,
                    format!("`{text}` is no path of an attribute: {}", fault.message),
                    "write it as in a rule, without `@`: `device.risk`".to_string(),
                ),
            },
            Answerer::External(name) => {
                let externals = &self.definitions.externals;
                let Some(definition) = externals.get(&name.to_ascii_lowercase()) else {
                    let known = externals.values().map(|definition| &*definition.name);
                    let help = match nearest(name, known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("it is the file `external/{name}.toml`, or a function of the host"),
                    };
                    return self.report(setting, format!("unknown external call `{name}`"), help);
                };
                match asked.fits(definition) {
                    Ok(()) => Some(Answer::External(definition.clone())),
                    Err(message) => {
                        let help = format!("what `{}` gives to a call is all that the call can take", asked.name);
                        self.report(setting, message, help)
                    }
                }
            }
        }
    }
}

impl Asked {
    /// Whether a call has as many parameters as the question has answers for.
    pub(super) fn fits(&self, definition: &ExternalDefinition) -> Result<(), String> {
        match definition.parameters {
            Some(found) if self.parameters.iter().all(|(count, _)| *count != found) => {
                let [(_, few), (_, many)] = self.parameters;
                let call = &definition.name;
                Err(format!("expected a call with {few} or {many} for `{}`, found `{call}` with {found}", self.name))
            }
            _ => Ok(()),
        }
    }
}
