//! Whose card it is: issuers by the first digits of a card number (L7.7).

use crate::function::Bound;
use crate::list::List;
use crate::value::{Context, DateTime, Datum, Failure, Json, Record};
use std::borrow::Cow;
use std::sync::Arc;

/// How many digits a BIN has.
const SHORTEST: usize = 6;
/// See [`SHORTEST`].
const LONGEST: usize = 8;

/// What `error` of `BIN.Lookup` says of a text that is no BIN.
const NO_BIN: &str = "not a BIN";
/// What it says of one that nobody knows.
const UNKNOWN: &str = "unknown BIN";

/// Knows cards by their BIN. Asked while an event is decided, so it answers from memory and at once.
pub trait Bins: Send + Sync + std::fmt::Debug {
    /// What is known of cards whose number begins with these 6 to 8 digits, or nothing. The entry with the longest prefix
    /// counts.
    fn find(&self, digits: &str) -> Option<Card<'_>>;
}

/// What is known of a card. What is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card<'b> {
    /// Such as `VISA`.
    pub card_network: Cow<'b, str>,
    /// Such as `credit`.
    pub card_type: Cow<'b, str>,
    /// The bank.
    pub issuer: Cow<'b, str>,
    /// The country of the issuer.
    pub country_code: Cow<'b, str>,
    /// Such as `platinum`.
    pub card_category: Cow<'b, str>,
}

/// A list with a column `bin` of prefixes, 6 to 8 digits each, and where wanted `cardNetwork`, `cardType`, `issuer`,
/// `countryCode` and `cardCategory`. A look-up is three questions to a hash table, however long the list is.
#[derive(Clone, Debug)]
pub struct BinList {
    list: Arc<List>,
    bin: usize,
    columns: [Option<usize>; 5],
}

impl BinList {
    /// The list as a table of BINs, or `None` if it has no column `bin`.
    pub fn new(list: Arc<List>) -> Option<BinList> {
        let bin = list.column("bin")?;
        let columns =
            ["cardNetwork", "cardType", "issuer", "countryCode", "cardCategory"].map(|name| list.column(name));
        Some(BinList { list, bin, columns })
    }
}

impl Bins for BinList {
    fn find(&self, digits: &str) -> Option<Card<'_>> {
        let mut prefixes = (SHORTEST..=LONGEST).rev().filter_map(|length| digits.get(..length));
        let row = prefixes.find_map(|prefix| self.list.find(self.bin, prefix, DateTime::MIN))?;
        let [card_network, card_type, issuer, country_code, card_category] =
            self.columns.map(|column| Cow::Borrowed(column.map_or("", |column| self.list.cell(row, column))));
        Some(Card { card_network, card_type, issuer, country_code, card_category })
    }
}

/// `BIN.Lookup`, with what answers. The argument is a BIN or a card number.
#[derive(Debug)]
pub(crate) struct LookUpBin(pub(crate) Arc<dyn Bins>);

impl Bound for LookUpBin {
    fn name(&self) -> &str {
        "Lookup"
    }

    fn can_fail(&self) -> bool {
        false
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{:?}", Arc::as_ptr(&self.0)))
    }

    fn run<'a>(&self, context: &mut Context<'a>, arguments: &[Datum<'a>]) -> Result<Datum<'a>, Failure> {
        let [Datum::String(text)] = arguments else { return Err(Failure::mismatch("Lookup")) };
        let digits = digits(text);
        let (card, error) = match digits.as_deref().map(|digits| self.0.find(digits)) {
            Some(Some(card)) => (card, ""),
            Some(None) => (Card::default(), UNKNOWN),
            None => (Card::default(), NO_BIN),
        };
        let Card { card_network, card_type, issuer, country_code, card_category } = &card;
        let members = [card_network, card_type, issuer, country_code, card_category, &Cow::Borrowed(error)];
        let mut record = [("", Json::Null); 6];
        for ((to, (name, _)), text) in record.iter_mut().zip(Record::Bin.members()).zip(members) {
            // Nothing that is known of a card is as long as a text may be; what claims to be is no answer.
            let text = if text.len() > context.string_bytes { "" } else { text };
            *to = (name, Json::String(context.arena.alloc_str(text)));
        }
        Ok(Datum::Json(Json::object(context.arena, &record)))
    }
}

/// The first digits of a card number, at most 8 and at least 6; blanks and hyphens between them are passed over.
fn digits(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(LONGEST);
    for c in text.trim().chars() {
        match c {
            '0'..='9' if digits.len() < LONGEST => digits.push(c),
            '0'..='9' | ' ' | '-' => {}
            // A masked number shows its first digits: `411111******1111`.
            '*' | 'x' | 'X' if digits.len() >= SHORTEST => break,
            _ => return None,
        }
    }
    (digits.len() >= SHORTEST).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_is_the_first_six_to_eight_digits() {
        let some = |text: &str| Some(text.to_string());
        for (text, found) in [
            ("411111", some("411111")),
            ("4111 1122-3333 4444", some("41111122")),
            (" 4111112 ", some("4111112")),
            ("411111******1111", some("411111")),
            ("41111", None),
            ("", None),
            ("4111l1", None),
            ("****11111111", None),
            ("٤١١١١١", None),
        ] {
            assert_eq!(digits(text), found, "{text}");
        }
    }
}
