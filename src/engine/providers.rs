//! Providers of an engine: `Geo`, `BIN`, `Model` and `Device` (L7.6-L7.8).
//!
//! In: what a host registers, or the settings of `[providers]`. Out: what the checker finds under those names. Files are read when
//! the engine is built.

use super::EngineBuilder;
use crate::check::{Definitions, Providers};
use crate::diagnostic::Diagnostic;
use crate::external::{External, Handler};
use crate::provider::{Bins, Geo, Settings};
use std::path::PathBuf;
use std::sync::Arc;

/// What was given to a builder.
#[derive(Debug, Default)]
pub(super) struct ProviderSources {
    pub(super) settings: Settings,
    geo: Option<Arc<dyn Geo>>,
    bins: Option<Arc<dyn Bins>>,
}

impl ProviderSources {
    /// What they come to; an object of the host before a setting.
    pub(super) fn load(self, definitions: &Definitions, diagnostics: &mut Vec<Diagnostic>) -> Providers {
        let mut providers = Providers::resolve(&self.settings, definitions, |path| std::fs::read(path), diagnostics);
        providers.geo = self.geo.or(providers.geo);
        providers.bins = self.bins.or(providers.bins);
        providers
    }
}

impl EngineBuilder {
    /// Sets all of `[providers]` (R1.1). What is wrong with a setting, or a file that it names, is among the diagnostics of
    /// [`EngineBuilder::build`].
    #[must_use]
    pub fn providers(mut self, settings: Settings) -> EngineBuilder {
        self.providers.settings = settings;
        self
    }

    /// Answers `Geo` from a MaxMind database (L7.6): GeoIP2 or GeoLite2, City, Country, Enterprise or ISP. The file is read and
    /// verified by [`EngineBuilder::build`]; a fault of it is one of its diagnostics.
    #[must_use]
    pub fn geoip(mut self, path: impl Into<PathBuf>) -> EngineBuilder {
        self.providers.settings.geoip = Some(path.into().into());
        self
    }

    /// Answers `Geo` from anything else that knows places.
    ///
    /// ```
    /// use fql::provider::{Geo, Place};
    /// use std::{borrow::Cow, net::IpAddr};
    ///
    /// #[derive(Debug)]
    /// struct Intranet;
    ///
    /// impl Geo for Intranet {
    ///     fn find(&self, address: IpAddr, place: Place) -> Option<Cow<'_, str>> {
    ///         match (address, place) {
    ///             (IpAddr::V4(address), Place::CountryCode) if address.is_private() => Some(Cow::Borrowed("NL")),
    ///             _ => None,
    ///         }
    ///     }
    /// }
    ///
    /// let engine = fql::Engine::builder()
    ///     .geo(Intranet)
    ///     .rules("checkout", r#"RETURN Review("abroad") WHEN Geo.MarketCode(@"ip") != "EU""#)
    ///     .build()?;
    /// assert_eq!(engine.decide_blocking(br#"{"ip": "10.1.2.3"}"#).unwrap().kind().name(), "Approve");
    /// # Ok::<(), fql::BuildError>(())
    /// ```
    #[must_use]
    pub fn geo(mut self, geo: impl Geo + 'static) -> EngineBuilder {
        self.providers.geo = Some(Arc::new(geo));
        self
    }

    /// Replaces the markets of `Geo.MarketCode` by a list with the columns `country` and `market`, as the text of a CSV file. Rules
    /// can consult the list by its name too.
    #[must_use]
    pub fn markets(mut self, name: impl Into<String>, csv: impl Into<Vec<u8>>) -> EngineBuilder {
        let name = name.into();
        self.providers.settings.market = Some(name.clone().into());
        self.list(name, csv)
    }

    /// Answers `BIN.Lookup` (L7.7) from a list with a column `bin`, 6 to 8 digits each, and where wanted `cardNetwork`, `cardType`,
    /// `issuer`, `countryCode`, `cardCategory`, as the text of a CSV file. The longest prefix counts. Rules can consult the list by
    /// its name too.
    #[must_use]
    pub fn bins(mut self, name: impl Into<String>, csv: impl Into<Vec<u8>>) -> EngineBuilder {
        let name = name.into();
        self.providers.settings.bin = Some(name.clone().into());
        self.list(name, csv)
    }

    /// Answers `BIN.Lookup` from anything else that knows cards.
    #[must_use]
    pub fn bin_source(mut self, bins: impl Bins + 'static) -> EngineBuilder {
        self.providers.bins = Some(Arc::new(bins));
        self
    }

    /// Answers `Model.Risk()` by an async function (L7.8): of no parameter, or of one that takes the event. It returns the score, or
    /// an object with `score` and `reason`. It is the external call `Model.Risk`: to set its timeout, hand
    /// [`External::new("Model.Risk", ...)`](External::new) to [`EngineBuilder::define`] instead.
    ///
    /// ```
    /// let engine = fql::Engine::builder()
    ///     .model_risk(|event: serde_json::Value| async move {
    ///         if event["totalAmount"].as_f64() > Some(500.0) { 870 } else { 40 }
    ///     })
    ///     .rules("checkout", r#"RETURN Review("risky") WHEN Model.Risk().Score > 700"#)
    ///     .build()?;
    /// assert_eq!(engine.decide_blocking(br#"{"totalAmount": 830}"#).unwrap().kind().name(), "Review");
    /// # Ok::<(), fql::BuildError>(())
    /// ```
    #[must_use]
    pub fn model_risk<A: 'static, F: Handler<A>>(self, function: F) -> EngineBuilder {
        self.define(External::new("Model.Risk", function))
    }

    /// Answers `Model.Bot(id)` by an async function of the id, or of the id and the event; see
    /// [`EngineBuilder::model_risk`]. It is the external call `Model.Bot`.
    #[must_use]
    pub fn model_bot<A: 'static, F: Handler<A>>(self, function: F) -> EngineBuilder {
        self.define(External::new("Model.Bot", function))
    }

    /// Answers `Device.GetAttributes(id)` and its like by an async function of the id, which returns an object of attributes with
    /// `speedOfTravel` among them; or by one of the id and of what is asked, `GetAttributes`, `GetFullAttributes` or
    /// `GetSpeedOfTravel`. It is the external call `Device`.
    #[must_use]
    pub fn device<A: 'static, F: Handler<A>>(self, function: F) -> EngineBuilder {
        self.define(External::new("Device", function))
    }
}
