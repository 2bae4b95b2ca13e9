//! Geo from a MaxMind database (L7.6).

use super::{Geo, Place};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use maxminddb::{MaxMindDbError, PathElement, Reader};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

/// A MaxMind DB file: GeoIP2 or GeoLite2, City, Country, Enterprise or ISP, held in memory.
///
/// What a database does not hold is unknown: a Country file has no cities. A country that is not known is the one where the
/// network is registered.
pub struct MaxMind(Reader<Vec<u8>>);

impl std::fmt::Debug for MaxMind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let about = self.0.metadata();
        f.debug_struct("MaxMind").field("database_type", &about.database_type).finish_non_exhaustive()
    }
}

impl MaxMind {
    /// Reads a database from the bytes of its file; `file` is what diagnostics show. All of it is verified, once, so that a damaged
    /// file is found here and not by an event.
    ///
    /// # Errors
    ///
    /// `E0808` if the bytes are no such database, are cut short or damaged.
    pub fn read(file: &str, bytes: Vec<u8>) -> Result<MaxMind, Box<Diagnostic>> {
        let length = bytes.len();
        let read = Reader::from_source(bytes).and_then(|reader| reader.verify().map(|()| reader));
        read.map(MaxMind).map_err(|error| Box::new(fault(file, length, &error)))
    }
}

fn fault(file: &str, length: usize, error: &MaxMindDbError) -> Diagnostic {
    let source = Arc::new(Source::new(file, ""));
    let message = format!("expected a MaxMind database, found {length} bytes that are none: {error}");
    let diagnostic = Diagnostic::new(Code::BAD_GEO_DATABASE, &source, Span::default(), message);
    diagnostic.help("fetch the file again and unpack it: a `.tar.gz` holds the `.mmdb`")
}

impl Geo for MaxMind {
    fn find(&self, address: IpAddr, place: Place) -> Option<Cow<'_, str>> {
        use PathElement::{Index, Key};
        let found = self.0.lookup(address).ok()?;
        // A database that was verified still may hold something else than a text there.
        let text = |path: &[PathElement<'_>]| found.decode_path::<&str>(path).ok().flatten().map(Cow::Borrowed);
        match place {
            Place::RegionCode => text(&[Key("subdivisions"), Index(0), Key("iso_code")]),
            Place::Region => text(&[Key("subdivisions"), Index(0), Key("names"), Key("en")]),
            Place::CountryCode => {
                text(&[Key("country"), Key("iso_code")]).or_else(|| text(&[Key("registered_country"), Key("iso_code")]))
            }
            Place::CountryRegion => text(&[Key("country"), Key("names"), Key("en")])
                .or_else(|| text(&[Key("registered_country"), Key("names"), Key("en")])),
            Place::City => text(&[Key("city"), Key("names"), Key("en")]),
            Place::PostalCode => text(&[Key("postal"), Key("code")]),
            Place::Isp => text(&[Key("traits"), Key("isp")]).or_else(|| text(&[Key("isp")])),
        }
    }
}
