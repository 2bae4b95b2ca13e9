//! The market of a country (L7.6).

use crate::list::List;
use crate::value::DateTime;
use std::sync::Arc;

/// Maps country codes to markets for `Geo.MarketCode`.
///
/// The table that comes with `fql` takes a country's continent for its market, so that Canada is `NA`: `AF`, `AN`, `AS`, `EU`,
/// `NA`, `OC`, `SA`. A deployment whose markets differ replaces it by a list with the columns `country` and `market`: one file,
/// named by `market` under `[providers]`.
#[derive(Clone, Debug, Default)]
pub struct Market(Table);

#[derive(Clone, Debug, Default)]
enum Table {
    #[default]
    Continents,
    List {
        list: Arc<List>,
        country: usize,
        market: usize,
    },
}

impl Market {
    /// A list with the columns `country` and `market`, or `None` if one of them is missing.
    pub fn of_list(list: Arc<List>) -> Option<Market> {
        let (country, market) = (list.column("country")?, list.column("market")?);
        Some(Market(Table::List { list, country, market }))
    }

    /// The market of a country, given by its ISO 3166-1 code of two letters.
    ///
    /// ```
    /// assert_eq!(fql::provider::Market::default().of("CA"), Some("NA"));
    /// ```
    pub fn of(&self, country: &str) -> Option<&str> {
        match &self.0 {
            Table::Continents => {
                let holds = |countries: &str| countries.split(' ').any(|one| one.eq_ignore_ascii_case(country));
                CONTINENTS.iter().find(|(_, countries)| holds(countries)).map(|(continent, _)| *continent)
            }
            Table::List { list, country: column, market } => {
                let row = list.find(*column, &country.to_ascii_uppercase(), DateTime::MIN)?;
                Some(list.cell(row, *market))
            }
        }
    }
}

/// Countries by continent, ISO 3166-1 codes. From `dist/countries.csv` of github.com/annexare/Countries, commit
/// 99f49467c2f6571d0f0cc94268f4da81b65dc178, MIT licence, copyright 2014 Annexare Studio.
const CONTINENTS: [(&str, &str); 7] = [
    (
        "AF",
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE \
         RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW",
    ),
    ("AN", "AQ BV GS HM TF"),
    (
        "AS",
        "AE AF AM AZ BD BH BN BT CC CN CX GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK \
         PS QA RU SA SG SY TH TJ TM TR TW UZ VN YE",
    ),
    (
        "EU",
        "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL \
         NO PL PT RO RS SE SI SJ SK SM UA VA XK",
    ),
    (
        "NA",
        "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC \
         VG VI",
    ),
    ("OC", "AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TL TO TV UM VU WF WS"),
    ("SA", "AR BO BR CL CO EC FK GF GY PE PY SR UY VE"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_one_market() {
        let all: Vec<&str> = CONTINENTS.iter().flat_map(|(_, countries)| countries.split(' ')).collect();
        let mut once = all.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!((all.len(), once.len()), (250, 250));
        assert!(all.iter().all(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
        let market = Market::default();
        assert_eq!(
            [market.of("CA"), market.of("de"), market.of("NA"), market.of("ZZ"), market.of("")],
            [Some("NA"), Some("EU"), Some("AF"), None, None]
        );
    }
}
