//! What answers `Geo`, `BIN`, `Model` and `Device`: data and services that do not come with the language (L7.6-L7.8).
//!
//! In: what a host registers or `[providers]` in `fql.toml` names ([`Settings`]). Out: callables for the places that ask. Without a
//! provider a rule that needs one does not check (E0214).
//!
//! | family | answered by |
//! |---|---|
//! | `Geo` | a [`Geo`]: [`MaxMind`] reads a `.mmdb` file; `MarketCode` maps the country by a [`Market`] |
//! | `BIN` | a [`Bins`]: [`BinList`] is a list of prefixes |
//! | `Model`, `Device` | an attribute of the event, or an external call ([`Answerer`]) |
//!
//! `Geo` and `BIN` are looked up in memory and wait for nothing. What waits is an external call like any other: it is planned,
//! timed, stubbed, remembered and listed in the decision's `calls` as one. A host function registered by
//! [`EngineBuilder::model_risk`](crate::EngineBuilder::model_risk) and its like is the external call `Model.Risk`, `Model.Bot`
//! or `Device`; a stub of that name answers too.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = fql::Engine::builder()
//!     .bins("bins", "bin,cardType,issuer\n411111,credit,Contoso Bank\n41111122,debit,Contoso Bank\n")
//!     .model_risk(|| async { 812 })
//!     .rules("checkout", r#"
//!         RETURN Reject("a debit card at high risk")
//!         WHEN BIN.Lookup(@"card.number").cardType == "debit" && Model.Risk().Score > 700
//!     "#)
//!     .build()?;
//! let decision = engine.decide_blocking(br#"{"card": {"number": "4111112233334444"}}"#)?;
//! assert_eq!(decision.reason(), Some("a debit card at high risk"));
//! # Ok(())
//! # }
//! ```

mod answer;
mod bin;
mod geo;
mod market;
mod maxmind;
mod settings;

pub use bin::{BinList, Bins, Card};
pub use geo::{Geo, Place};
pub use market::Market;
pub use maxmind::MaxMind;
pub use settings::{Answerer, Setting, Settings};

pub(crate) use answer::{Answered, Question};
pub(crate) use bin::LookUpBin;
pub(crate) use geo::{AskGeo, Wanted};
