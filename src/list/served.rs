//! What a plain list holds that serves as a table besides: of BINs or of markets (L7.6, L7.7).

use super::Kind;
use crate::diagnostic::nearest;

/// The columns of a table of BINs; the first one must be there.
const BINS: [&str; 6] = ["bin", "cardNetwork", "cardType", "issuer", "countryCode", "cardCategory"];
/// The columns of a table of markets; both must be there.
const MARKETS: [&str; 2] = ["country", "market"];

/// A message and a help.
pub(super) type Fault = (String, String);

/// A name that is no column of a table of BINs: a misspelt `cardType` would be passed over. The other tables may have any.
pub(super) fn column(kind: Kind, name: &str) -> Option<Fault> {
    if kind != Kind::Bins || BINS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return None;
    }
    let help = match nearest(name, BINS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its columns are {}", BINS.map(|name| format!("`{name}`")).join(", ")),
    };
    Some((format!("`{name}` is no column of a table of BINs"), help))
}

/// The columns that have to be there.
pub(super) fn required(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Bins => BINS.split_at(1).0,
        Kind::Markets => &MARKETS,
        Kind::Plain | Kind::Support => &[],
    }
}

/// What is missing if a column is.
pub(super) fn missing(kind: Kind, wanted: &str) -> Fault {
    let (what, begin) = match kind {
        Kind::Bins => {
            ("table of BINs", "`bin` and where wanted `cardNetwork,cardType,issuer,countryCode,cardCategory`")
        }
        _ => ("table of markets", "`country,market`"),
    };
    (format!("expected a column `{wanted}`, found none"), format!("a {what} begins with {begin}"))
}

/// What is wrong with a key: a cell of the first column that has to be there.
pub(super) fn key(kind: Kind, cell: &str) -> Option<Fault> {
    let all = |what: fn(&u8) -> bool| cell.as_bytes().iter().all(what);
    let (expected, help) = match kind {
        Kind::Bins if !(6..=8).contains(&cell.len()) || !all(u8::is_ascii_digit) => {
            ("6 to 8 digits", "a BIN is the first digits of a card number: `411111`")
        }
        Kind::Markets if cell.len() != 2 || !all(u8::is_ascii_uppercase) => {
            ("a country code", "write the two capital letters of ISO 3166-1, such as `CA`")
        }
        _ => return None,
    };
    let shown: String = cell.chars().take(40).collect();
    let found = if shown.is_empty() { "nothing".to_string() } else { format!("`{shown}`") };
    Some((format!("expected {expected}, found {found}"), help.to_string()))
}
