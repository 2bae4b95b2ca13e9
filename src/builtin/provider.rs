//! What providers answer: places, cards, scores, devices (L7.6-L7.8).
//!
//! These rows say what the functions take and give. The checker makes a callable of its own for what answers (see
//! [`crate::provider`]), so no row runs.

use crate::function::{IntoDatum, Rest, Returned, functions};
use crate::value::{Context, Datum, Failure, Json, Record, Type};

/// The record of a score, which only a provider makes.
enum Score {}

/// The record of a card, which only a provider makes.
enum Card {}

macro_rules! record {
    ($($rust:ident => $record:ident),*) => {$(
        impl Returned for $rust {
            const TYPE: Type = Type::Record(Record::$record);
            const CAN_FAIL: bool = false;
        }
        impl<'a> IntoDatum<'a> for $rust {
            fn into_datum(self, _: &mut Context<'a>) -> Result<Datum<'a>, Failure> {
                match self {}
            }
        }
    )*};
}
record!(Score => Score, Card => Bin);

/// What a row says that was not bound to its provider.
fn unbound<T>(name: &str) -> Result<T, Failure> {
    Err(Failure::mismatch(name))
}

functions! {
    /// Places, cards, scores, devices (L7.6-L7.8).
    pub(super) static PROVIDER;

    /// The country of an IP address, as the two letters of ISO 3166-1; `""` if it is not known
    ///
    /// Answered by a provider: write `geoip = "GeoLite2-City.mmdb"` under `[providers]` in `fql.toml`, or register one in the
    /// host. A text that is no address is not known.
    ///
    /// ```fql
    /// Geo.CountryCode("203.0.113.9") => "US"
    /// Geo.CountryCode("no address") => ""
    /// ```
    stable static Geo.CountryCode(ip: &str) -> Result<String, Failure> { let _ = ip; unbound("CountryCode") }

    /// The English name of the country of an IP address; `""` if it is not known
    ///
    /// Answered by a provider, see `Geo.CountryCode`.
    ///
    /// ```fql
    /// Geo.CountryRegion("203.0.113.9") => "United States"
    /// ```
    stable static Geo.CountryRegion(ip: &str) -> Result<String, Failure> { let _ = ip; unbound("CountryRegion") }

    /// The state of an IP address in the US, as two letters; `""` if it is not known or elsewhere
    ///
    /// Answered by a provider, see `Geo.CountryCode`.
    ///
    /// ```fql
    /// Geo.RegionCode("203.0.113.9") => "WA"
    /// Geo.RegionCode("198.51.100.7") => ""
    /// ```
    stable static Geo.RegionCode(ip: &str) -> Result<String, Failure> { let _ = ip; unbound("RegionCode") }

    /// The name of the state of an IP address in the US; `""` if it is not known or elsewhere
    ///
    /// Answered by a provider, see `Geo.CountryCode`.
    ///
    /// ```fql
    /// Geo.Region("203.0.113.9") => "Washington"
    /// ```
    stable static Geo.Region(ip: &str) -> Result<String, Failure> { let _ = ip; unbound("Region") }

    /// The English name of the city of an IP address; `""` if it is not known
    ///
    /// Answered by a provider, see `Geo.CountryCode`. A database of countries knows no cities.
    ///
    /// ```fql
    /// Geo.City("198.51.100.7") => "Toronto"
    /// ```
    stable static Geo.City(ip: &str) -> Result<String, Failure> { let _ = ip; unbound("City") }

    /// The market of the country of an IP address; `""` if it is not known
    ///
    /// Answered by a provider, see `Geo.CountryCode`. The market is the country's continent (`AF AN AS EU NA OC SA`, so Canada is
    /// `NA`), unless `market = "markets"` under `[providers]` names a list with the columns `country` and `market`.
    ///
    /// ```fql
    /// Geo.MarketCode("198.51.100.7") => "NA"
    /// ```
    stable static Geo.MarketCode(ip: &str) -> Result<String, Failure> { let _ = ip; unbound("MarketCode") }

    /// The postal code of an IP address; `""` if it is not known
    ///
    /// Answered by a provider, see `Geo.CountryCode`.
    ///
    /// ```fql
    /// Geo.PostalCode("203.0.113.9") => "98101"
    /// ```
    stable deprecated("External.name(ip)") static Geo.PostalCode(ip: &str) -> Result<String, Failure> {
        let _ = ip;
        unbound("PostalCode")
    }

    /// Who provides the connection of an IP address; `""` if it is not known
    ///
    /// Answered by a provider, see `Geo.CountryCode`; the database has to be one of the ISP or Enterprise kind.
    ///
    /// ```fql
    /// Geo.Isp("203.0.113.9") => "Contoso Net"
    /// ```
    stable deprecated("External.name(ip)") static Geo.Isp(ip: &str) -> Result<String, Failure> {
        let _ = ip;
        unbound("Isp")
    }

    /// Who issued a card, by the first 6 to 8 digits of its number
    ///
    /// The record has `cardNetwork`, `cardType`, `issuer`, `countryCode`, `cardCategory`, and `error`: `""` if the card is known,
    /// else `unknown BIN`, or `not a BIN` for a text that does not begin with 6 digits. A whole card number will do; blanks and
    /// hyphens in it are passed over. The entry with the longest prefix counts.
    ///
    /// Answered by a provider: write `bin = "bins"` under `[providers]` in `fql.toml`, which names `lists/bins.csv`, or register
    /// one in the host.
    ///
    /// ```fql
    /// BIN.Lookup("411111").cardType => "prepaid"
    /// BIN.Lookup("4111 1122 3333 4444").issuer => "Contoso Bank"
    /// BIN.Lookup("999999").error => "unknown BIN"
    /// ```
    stable static BIN.Lookup(bin: &str) -> Result<Card, Failure> { let _ = bin; unbound("Lookup") }

    /// How risky the event is, by a model: `Score` from 0 to 999, and `Reason`
    ///
    /// Answered by a provider: write `model.risk = { external = "name" }` or `model.risk = { attribute = "riskScore" }` under
    /// `[providers]` in `fql.toml`, or register a function in the host. What answers gives a number, or an object with `score`
    /// and `reason`. A fraction is rounded; a score below 0 is 0 and one above 999 is 999, with a note in the decision. No answer
    /// is a score of 0 and an empty reason.
    ///
    /// ```fql
    /// Model.Risk().Score > 800 => true
    /// Model.Risk().Reason => "new card"
    /// ```
    stable static Model.Risk() -> Result<Score, Failure> { unbound("Risk") }

    /// How likely a session is a bot, by a model: `Score` from 0 to 999, and `Reason`
    ///
    /// `id` is the session's identifier. Answered by a provider, as `model.bot`; see `Model.Risk`.
    ///
    /// ```fql
    /// Model.Bot("s-1").Score => 40
    /// ```
    stable static Model.Bot(id: &str) -> Result<Score, Failure> { let _ = id; unbound("Bot") }

    /// What is known of a device, as an object
    ///
    /// `id` is the session's identifier. Answered by a provider: write `device = { external = "name" }` or
    /// `device = { attribute = "device" }` under `[providers]` in `fql.toml`, or register a function in the host.
    ///
    /// ```fql
    /// Device.GetAttributes("s-1").os => "linux"
    /// ```
    stable static Device.GetAttributes(id: &str) -> Result<Json<'_>, Failure> { let _ = id; unbound("GetAttributes") }

    /// All that is known of a device, as an object
    ///
    /// Answered by a provider, see `Device.GetAttributes`. One that does not tell the two questions apart answers both alike.
    ///
    /// ```fql
    /// Device.GetFullAttributes("s-1").browser => "curl"
    /// ```
    stable static Device.GetFullAttributes(id: &str) -> Result<Json<'_>, Failure> {
        let _ = id;
        unbound("GetFullAttributes")
    }

    /// Some of what is known of a device: an object of 1 to 20 named attributes
    ///
    /// One that is not known is `null`. Answered by a provider, see `Device.GetAttributes`.
    ///
    /// ```fql
    /// Device.GetSelectedAttributes("s-1", "os", "color") => {"os":"linux","color":null}
    /// ```
    stable static Device.GetSelectedAttributes(id: &str, name: &str, names: Rest<'_, '_>) -> Result<Json<'_>, Failure> {
        let _ = (id, name, names);
        unbound("GetSelectedAttributes")
    }

    /// How fast a device moved since it was seen last
    ///
    /// The number that the provider gives, or the member `speedOfTravel` of the object that it gives; 0 without one. Answered by
    /// a provider, see `Device.GetAttributes`.
    ///
    /// ```fql
    /// Device.GetSpeedOfTravel("s-1") > 900 => false
    /// ```
    stable static Device.GetSpeedOfTravel(id: &str) -> Result<f64, Failure> { let _ = id; unbound("GetSpeedOfTravel") }
}
