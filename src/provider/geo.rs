//! Where an address is (L7.6).

use super::Market;
use crate::function::Bound;
use crate::value::{Context, Datum, Failure};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

/// Knows where addresses are. Asked while an event is decided, so it answers from memory and at once; a service that has to be
/// waited for is an external call.
pub trait Geo: Send + Sync + std::fmt::Debug {
    /// What is known of a place, or nothing. An IPv4 address that is written as IPv6 comes as IPv4.
    fn find(&self, address: IpAddr, place: Place) -> Option<Cow<'_, str>>;
}

/// What may be known of where an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The second part of the ISO 3166-2 code of a state or province, such as `WA`.
    RegionCode,
    /// The English name of a state or province, such as `Washington`.
    Region,
    /// The ISO 3166-1 code of a country, two letters such as `US`.
    CountryCode,
    /// The English name of a country.
    CountryRegion,
    /// The English name of a city.
    City,
    /// The postal code.
    PostalCode,
    /// Who provides the connection.
    Isp,
}

/// What a rule asks.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// What the provider knows; of regions only those of the US (L7.6).
    Place(Place),
    /// The market of the country.
    Market(Arc<Market>),
}

/// `Geo.CountryCode` and its like, with what answers. The argument is the address.
#[derive(Debug)]
pub(crate) struct AskGeo {
    geo: Arc<dyn Geo>,
    wanted: Wanted,
    name: &'static str,
}

impl AskGeo {
    pub(crate) fn new(geo: Arc<dyn Geo>, wanted: Wanted, name: &'static str) -> AskGeo {
        AskGeo { geo, wanted, name }
    }

    /// The answer, or nothing if it is not known.
    fn find(&self, address: &str) -> Option<Cow<'_, str>> {
        let address = address.trim().parse::<IpAddr>().ok()?.to_canonical();
        match &self.wanted {
            Wanted::Market(market) => market.of(&self.geo.find(address, Place::CountryCode)?).map(Cow::Borrowed),
            Wanted::Place(place @ (Place::RegionCode | Place::Region)) => {
                self.geo.find(address, Place::CountryCode).filter(|country| country == "US")?;
                self.geo.find(address, *place)
            }
            Wanted::Place(place) => self.geo.find(address, *place),
        }
    }
}

impl Bound for AskGeo {
    fn name(&self) -> &str {
        self.name
    }

    fn can_fail(&self) -> bool {
        false
    }

    fn identity(&self) -> Option<String> {
        let wanted = match &self.wanted {
            Wanted::Place(place) => format!("{place:?}"),
            Wanted::Market(market) => format!("{:?}", Arc::as_ptr(market)),
        };
        Some(format!("{:?} {wanted}", Arc::as_ptr(&self.geo)))
    }

    fn run<'a>(&self, context: &mut Context<'a>, arguments: &[Datum<'a>]) -> Result<Datum<'a>, Failure> {
        let [Datum::String(address)] = arguments else { return Err(Failure::mismatch(self.name)) };
        // No place has a name as long as a text may be; what claims to is no answer.
        let found = self.find(address).filter(|found| found.len() <= context.string_bytes);
        Ok(Datum::String(found.map_or("", |found| context.arena.alloc_str(&found))))
    }
}
