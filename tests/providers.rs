//! What answers Geo, BIN, Model and Device: files that are broken, functions of the host, calls that are made together.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod mmdb;

use fql::diagnostic::{Code, Diagnostic};
use fql::provider::{Bins, Card, Geo, MaxMind, Place};
use fql::{Engine, EngineBuilder, Value};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Barrier;

const NETWORKS: &str =
    "203.0.113.0/24,US,United States,WA,Washington,Seattle,98101,Contoso Net\n2001:db8::/32,NL,Netherlands\n";

const PLACES: [Place; 7] = [
    Place::RegionCode,
    Place::Region,
    Place::CountryCode,
    Place::CountryRegion,
    Place::City,
    Place::PostalCode,
    Place::Isp,
];

fn diagnostics(builder: EngineBuilder) -> Vec<Diagnostic> {
    builder.build().map(|_| Vec::new()).unwrap_or_else(|error| error.diagnostics)
}

fn lines(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(|one| format!("{} {} {}", one.code.number(), one.source.name(), one.message)).collect()
}

#[test]
fn a_database_that_is_cut_short_is_refused() {
    let whole = mmdb::database(NETWORKS);
    assert!(MaxMind::read("x.mmdb", whole.clone()).is_ok());
    for length in 0..whole.len() {
        let refused = MaxMind::read("x.mmdb", whole[..length].to_vec()).expect_err("cut short");
        assert_eq!((refused.code, &**refused.source.name()), (Code::BAD_GEO_DATABASE, "x.mmdb"), "{length}");
        assert!(refused.help.is_some());
    }
}

#[test]
fn a_damaged_database_is_refused_or_answers() {
    let whole = mmdb::database(NETWORKS);
    let address: IpAddr = "203.0.113.9".parse().unwrap();
    let mut refused = 0;
    for at in 0..whole.len() {
        for bits in [0x01, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= bits;
            match MaxMind::read("x.mmdb", damaged) {
                Ok(database) => PLACES.iter().for_each(|place| drop(database.find(address, *place))),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > whole.len(), "{refused} of {}", whole.len() * 3);
}

#[test]
fn a_file_that_is_no_database_is_found_when_the_engine_is_built() {
    let folder = std::env::temp_dir().join(format!("fql-providers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (bad, good) = (folder.join("bad.mmdb"), folder.join("good.mmdb"));
    std::fs::write(&bad, "not a database").unwrap();
    std::fs::write(&good, mmdb::database(NETWORKS)).unwrap();
    let found = diagnostics(Engine::builder().geoip(&bad));
    let missing = diagnostics(Engine::builder().geoip(folder.join("none.mmdb")));
    let engine = Engine::builder().geoip(&good).build().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(lines(&found).len(), 1);
    assert!(
        lines(&found)[0].starts_with(&format!("E0808 {} expected a MaxMind database, found 14 bytes", bad.display()))
    );
    assert_eq!((missing[0].code, missing[0].help.is_some()), (Code::BAD_SETTING, true));
    let city = engine.expression(r#"Geo.City("203.0.113.200")"#).unwrap().eval_blocking(b"{}").unwrap().0;
    assert_eq!(city, Value::String("Seattle".to_string()));
}

#[test]
fn a_function_of_the_host_has_the_parameters_that_the_question_fills() {
    let rules = r#"RETURN Review() WHEN Model.Risk().Score > 1"#;
    let found = diagnostics(Engine::builder().model_risk(|_: String, _: String| async { 1 }).rules("r", rules));
    assert_eq!(
        lines(&found),
        ["E0401 r expected a call with none or one for the event for `Model.Risk`, found `Model.Risk` with 2"]
    );
    let rules = r#"RETURN Review() WHEN Device.GetSpeedOfTravel("s") > 1"#;
    let found = diagnostics(Engine::builder().device(|| async { 1 }).rules("r", rules));
    assert_eq!(found[0].code, Code::WRONG_ARITY);
}

#[test]
fn a_function_is_given_what_is_asked() {
    let engine =
        Engine::builder()
            .model_bot(|id: String, event: serde_json::Value| async move {
                format!("{}", id.len() + event["n"].as_u64().unwrap() as usize)
            })
            .device(|id: String, asked: String| async move {
                serde_json::json!({"id": id, "asked": asked, "speedOfTravel": 7})
            })
            .build()
            .unwrap();
    let text = r#"[Model.Bot("abc").Score, Device.GetAttributes("d"), Device.GetFullAttributes("d").asked,
        Device.GetSelectedAttributes("d", "asked"), Device.GetSpeedOfTravel("d")]"#;
    let (value, _) = engine.expression(text).unwrap().eval_blocking(br#"{"n": 40}"#).unwrap();
    assert_eq!(
        value.to_json(),
        r#"[43,{"asked":"GetAttributes","id":"d","speedOfTravel":7},"GetFullAttributes",{"asked":"GetFullAttributes"},7.0]"#
    );
}

/// Two calls that each wait for the other are only answered if both are under way.
#[tokio::test]
async fn a_score_and_a_device_are_asked_for_together() {
    let both = Arc::new(Barrier::new(2));
    let (one, other) = (both.clone(), both);
    let engine = Engine::builder()
        .model_risk(move || {
            let both = one.clone();
            async move {
                both.wait().await;
                900
            }
        })
        .device(move |_: String| {
            let both = other.clone();
            async move {
                both.wait().await;
                1000.5
            }
        })
        .rules("r", r#"RETURN Reject() WHEN Model.Risk().Score + Device.GetSpeedOfTravel(@"id") > 1900"#)
        .build()
        .unwrap();
    let decision = engine.decide(br#"{"id": "s"}"#).await.unwrap();
    assert_eq!(decision.kind().name(), "Reject");
}

#[derive(Debug)]
struct Every;

impl Bins for Every {
    fn find(&self, digits: &str) -> Option<Card<'_>> {
        Some(Card { issuer: Cow::Owned(format!("bank of {digits}")), ..Card::default() })
    }
}

#[test]
fn a_host_that_knows_cards_sees_eight_digits_at_most() {
    let engine = Engine::builder().bin_source(Every).build().unwrap();
    let text = r#"BIN.Lookup("4111-1122-3333-4444").issuer + BIN.Lookup("411111").issuer"#;
    let (value, _) = engine.expression(text).unwrap().eval_blocking(b"{}").unwrap();
    assert_eq!(value, Value::String("bank of 41111122bank of 411111".to_string()));
}

#[test]
fn repeated_bins_are_told() {
    let (engine, told) = Engine::builder().bins("bins", "bin\n411111\n411111\n").check();
    assert!(engine.is_some());
    assert_eq!(lines(&told), ["W1013 bins 1 row of `bins` never counts: an earlier row has its key"]);
}
