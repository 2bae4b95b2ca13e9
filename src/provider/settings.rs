//! `[providers]` in `fql.toml` (R1.1).

use crate::list::Kind;
use crate::setting::Section;
use crate::source::{Source, Span};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What `[providers]` names; nothing by default.
///
/// ```toml
/// [providers]
/// geoip = "GeoLite2-City.mmdb"            # a file of the environment's folder
/// bin = "bins"                            # a list: lists/bins.csv
/// market = "markets"                      # a list with the columns country and market
/// model.risk = { external = "riskModel" }
/// model.bot = { attribute = "botScore" }
/// device = { attribute = "device" }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `geoip`: a MaxMind database.
    pub geoip: Option<Setting<PathBuf>>,
    /// `bin`: the name of a list of prefixes; see [`BinList`](super::BinList).
    pub bin: Option<Setting<String>>,
    /// `market`: the name of a list of countries; see [`Market`](super::Market).
    pub market: Option<Setting<String>>,
    /// `model.risk`
    pub model_risk: Option<Setting<Answerer>>,
    /// `model.bot`
    pub model_bot: Option<Setting<Answerer>>,
    /// `device`
    pub device: Option<Setting<Answerer>>,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// The file and the place in it; a setting that a host makes has none.
    pub place: Option<(Arc<Source>, Span)>,
}

impl<T> From<T> for Setting<T> {
    /// A setting of the host.
    fn from(value: T) -> Setting<T> {
        Setting { value, place: None }
    }
}

/// What answers `Model` or `Device`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answerer {
    /// The external call of that name. What it is given depends on how many parameters it has:
    ///
    /// | | fewest | or |
    /// |---|---|---|
    /// | `Model.Risk()` | nothing | the event, as JSON text |
    /// | `Model.Bot(id)` | id | id, the event |
    /// | `Device.GetAttributes(id)` and its like | id | id, the name of what is asked: `GetAttributes`, `GetFullAttributes` or `GetSpeedOfTravel` |
    ///
    /// `GetSelectedAttributes` asks for `GetFullAttributes`. With one parameter all questions about a device are one call
    /// (L8.2).
    External(String),
    /// The attribute at that path.
    Attribute(String),
}

impl Settings {
    /// Reads the table `[providers]` of a file; files it names lie below `folder`. Faults are noted in the table's document.
    pub fn read(section: &Section<'_>, folder: &Path) -> Settings {
        let text = |key: &str| section.text(key).map(|text| at(section, key, text.to_string()));
        let model = section.section("model");
        let score = |key: &str| model.as_ref().and_then(|model| answerer(model, key));
        Settings {
            geoip: section.text("geoip").map(|path| at(section, "geoip", folder.join(path))),
            bin: text("bin"),
            market: text("market"),
            model_risk: score("risk"),
            model_bot: score("bot"),
            device: answerer(section, "device"),
        }
    }

    /// What a plain list of that name serves as, so that its cells are checked when it is read.
    pub fn serves(&self, list: &str) -> Kind {
        let named = |setting: &Option<Setting<String>>| {
            setting.as_ref().is_some_and(|setting| setting.value.eq_ignore_ascii_case(list))
        };
        if named(&self.bin) {
            Kind::Bins
        } else if named(&self.market) {
            Kind::Markets
        } else {
            Kind::Plain
        }
    }
}

fn at<T>(section: &Section<'_>, key: &str, value: T) -> Setting<T> {
    Setting { value, place: Some((section.source().clone(), section.place(key))) }
}

/// `{ external = "name" }` or `{ attribute = "path" }`
fn answerer(section: &Section<'_>, key: &str) -> Option<Setting<Answerer>> {
    let inner = section.section(key)?;
    let external = inner.text("external").map(|name| at(&inner, "external", Answerer::External(name.to_string())));
    let attribute = inner.text("attribute").map(|path| at(&inner, "attribute", Answerer::Attribute(path.to_string())));
    let help = "write `{ external = \"name\" }` or `{ attribute = \"path\" }`";
    match (external, attribute) {
        (Some(_), Some(attribute)) => {
            let place = attribute.place.map_or(inner.span(), |(_, span)| span);
            section.fault_at(
                place,
                format!("expected one of `external` and `attribute` for `{key}`, found both"),
                help,
            );
            None
        }
        (None, None) => {
            if !inner.has("external") && !inner.has("attribute") {
                let message = format!("expected `external` or `attribute` for `{key}`, found neither");
                section.fault_at(inner.span(), message, help);
            }
            None
        }
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;
    use crate::setting::Document;

    fn read(text: &str) -> (Settings, Vec<String>) {
        let document = Document::parse("fql.toml", text);
        let settings = {
            let root = document.root();
            Settings::read(&root.section("providers").unwrap(), Path::new("shop"))
        };
        let faults = document.faults();
        let line = |fault: &crate::Diagnostic| fault.source.position(fault.span.start);
        (settings, faults.iter().map(|fault| format!("{:?} {}", line(fault), fault.message)).collect())
    }

    #[test]
    fn every_key_is_read() {
        let (settings, faults) = read(
            "[providers]\ngeoip = \"x.mmdb\"\nbin = \"bins\"\nmarket = \"markets\"\nmodel.risk = { external = \"risk\" }\n\
             model.bot = { attribute = \"bot\" }\ndevice = { attribute = \"device\" }\n",
        );
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(settings.geoip.unwrap().value, Path::new("shop/x.mmdb"));
        assert_eq!(settings.bin.unwrap().value, "bins");
        assert_eq!(settings.market.unwrap().value, "markets");
        assert_eq!(settings.model_risk.unwrap().value, Answerer::External("risk".to_string()));
        assert_eq!(settings.model_bot.unwrap().value, Answerer::Attribute("bot".to_string()));
        let device = settings.device.unwrap();
        let (source, span) = device.place.unwrap();
        assert_eq!(device.value, Answerer::Attribute("device".to_string()));
        assert_eq!((source.slice(span), source.position(span.start)), ("\"device\"", (7, 24)));
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let cases = [
            ("geo = \"x\"", "(2, 1) unknown key `geo` in `[providers]`"),
            ("device = \"x\"", "(2, 10) expected a table for `device`, found the text \"x\""),
            ("device = { external = 1 }", "(2, 23) expected a text for `external`, found 1"),
            ("model.risk = {}", "(2, 14) expected `external` or `attribute` for `risk`, found neither"),
            (
                "device = { external = \"a\", attribute = \"b\" }",
                "(2, 40) expected one of `external` and `attribute` for `device`, found both",
            ),
            ("model.rsk = { external = \"a\" }", "(2, 7) unknown key `rsk` in `[providers.model]`"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(&format!("[providers]\n{text}\n")).1, [expected], "{text}");
        }
    }
}
