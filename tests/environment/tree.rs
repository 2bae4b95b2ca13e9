//! R1.1, R1.2, R2.3: what is inherited and what is not, names and paths.

use super::{Folder, decide, stubs};
use fql::{DecisionKind, Limits, Request};

/// A root with two assessments, a child and a grandchild.
fn shop() -> Folder {
    Folder::new(&[
        ("fql.toml", "[assessments.purchase]\n[assessments.login]\nmode = \"first-match\"\n"),
        ("purchase/rules/020-late.fql", "RETURN Review(\"late\") WHEN @\"amount\" > 10"),
        (
            "purchase/rules/010-early.fql",
            "RETURN Reject(\"embargo\") WHEN ContainsKey(\"places\", \"country\", @\"country\")",
        ),
        ("login/rules/a.fql", "RETURN Approve(\"login\")"),
        ("lists/places.csv", "country\nXX\n"),
        ("notes.md", "(((("),
        ("purchase/rules/notes.txt", "(((("),
        (".hidden/rules/a.fql", "(((("),
        ("environments/eu/fql.toml", "id = \"europe\"\n[assessments.purchase]\n"),
        (
            "environments/eu/purchase/rules/a.fql",
            "RETURN Challenge(\"SMS\") WHEN ContainsKey(\"places\", \"country\", @\"country\")",
        ),
        ("environments/eu/lists/places.csv", "country\nYY\n"),
        ("environments/eu/environments/fr/fql.toml", "[assessments.returns]\n"),
        ("environments/eu/environments/fr/returns/rules/a.fql", "RETURN Review(\"returned\")"),
    ])
}

#[test]
fn rules_of_parents_run_first_and_lists_are_those_of_the_rules_environment() {
    let engine = shop().engine();
    assert_eq!(engine.environments().collect::<Vec<_>>(), ["shop", "europe", "fr"]);
    let decision = |environment, event| decide(&engine, "purchase", environment, event);
    assert_eq!(decision("", r#"{"country": "XX"}"#)["environment"], "shop");
    assert_eq!(decision("", r#"{"country": "YY"}"#)["decision"], "Approve");
    let child = decision("eu", r#"{"country": "YY"}"#);
    assert_eq!((&child["decision"], &child["environment"]), (&"Challenge".into(), &"europe".into()));
    assert_eq!(decision("eu", r#"{"country": "XX"}"#)["reason"], "embargo");
    assert_eq!(decision("eu/fr", r#"{"country": "YY"}"#)["decision"], "Challenge");
    assert_eq!(decision("eu/fr", r#"{"amount": 11}"#)["rule"], "late");
}

#[test]
fn environments_are_named_by_path_or_id_whatever_the_case() {
    let engine = shop().engine();
    for name in ["eu", "EU", "/eu/", "europe", "Europe"] {
        assert_eq!(decide(&engine, "purchase", name, r#"{"country": "YY"}"#)["decision"], "Challenge", "{name}");
    }
    for name in ["eu/fr", "fr"] {
        assert_eq!(decide(&engine, "returns", name, "{}")["reason"], "returned", "{name}");
    }
    let error = engine.decide_blocking(Request::new("{}").assessment("login").environment("europa")).unwrap_err();
    assert_eq!(
        (error.code.number(), error.message.as_str()),
        ("E0906", "unknown environment `europa`: did you mean `europe`?")
    );
    let error = engine.decide_blocking(Request::new("{}").assessment("returns").environment("eu")).unwrap_err();
    assert_eq!(error.code.number(), "E0906");
}

#[test]
fn an_assessment_that_only_a_parent_has_is_decided_by_its_rules() {
    let engine = shop().engine();
    assert_eq!(decide(&engine, "login", "eu/fr", "{}")["environment"], "shop");
}

#[test]
fn a_folder_without_settings_has_no_assessments() {
    let engine = Folder::new(&[("lists/places.csv", "country\nXX\n")]).engine();
    assert_eq!(engine.assessments().count(), 0);
    let value = engine.expression_in(None, r#"ContainsKey("places", "country", "XX")"#).unwrap();
    assert_eq!(value.eval_blocking("{}").unwrap().0, fql::Value::Bool(true));
}

#[test]
fn an_expression_names_what_its_environment_has() {
    let engine = shop().engine();
    let places = |environment, country: &str| {
        let text = format!(r#"ContainsKey("places", "country", "{country}")"#);
        engine.expression_in(environment, &text).unwrap().eval_blocking("{}").unwrap().0
    };
    assert_eq!((places(None, "XX"), places(None, "YY")), (fql::Value::Bool(true), fql::Value::Bool(false)));
    assert_eq!((places(Some("eu"), "XX"), places(Some("eu"), "YY")), (fql::Value::Bool(false), fql::Value::Bool(true)));
    assert!(engine.expression_in(Some("asia"), "1").is_err());
    assert!(engine.expression_in(Some("eu/fr"), r#"ContainsKey("places", "country", "")"#).is_err());
}

#[test]
fn settings_are_inherited_key_by_key_and_the_host_has_the_last_word() {
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.a]\n[engine]\non_error = \"fail\"\n[limits]\nevent_bytes = 20\n"),
        ("a/rules/a.fql", "RETURN Reject() WHEN 1 / @\"n\".ToInt32() > 0"),
        ("environments/eu/fql.toml", "[limits]\nevent_bytes = 40\n"),
        ("environments/us/fql.toml", "[engine]\non_error = \"skip\"\n"),
    ]);
    let engine = folder.engine();
    let code = |environment: Option<&str>, event: &str| {
        let request = Request::new(event);
        let request = environment.map_or(request.clone(), |name| request.environment(name));
        engine.decide_blocking(request).map(|decision| decision.kind()).map_err(|error| error.code.number())
    };
    let (fails, long) = (r#"{"n": 0}"#, r#"{"n": 1, "more": "of it"}"#);
    assert_eq!((code(None, fails), code(None, long)), (Err("E0701"), Err("E0904")));
    assert_eq!((code(Some("eu"), fails), code(Some("eu"), long)), (Err("E0701"), Ok(DecisionKind::Reject)));
    assert_eq!((code(Some("us"), fails), code(Some("us"), long)), (Ok(DecisionKind::Approve), Err("E0904")));
    let host = folder.builder().limits(Limits::default()).on_error(fql::evaluate::OnError::Skip).build().unwrap();
    for environment in ["eu", "us"] {
        for event in [fails, long] {
            assert!(host.decide_blocking(Request::new(event).environment(environment)).is_ok());
        }
    }
}

#[test]
fn a_call_is_the_one_of_its_environment_unless_the_host_answers() {
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.a]\n"),
        ("external/risk.toml", "parameters = [{ name = \"ip\" }]\ndefault_response = \"root\"\n"),
        ("a/rules/a.fql", "OBSERVE Output(root = External.risk(@\"ip\"))"),
        ("environments/eu/fql.toml", "[assessments.a]\n"),
        ("environments/eu/external/risk.toml", "parameters = []\ndefault_response = \"child\"\n"),
        ("environments/eu/a/rules/a.fql", "OBSERVE Output(child = External.Risk())"),
    ]);
    let outputs = |engine: &fql::Engine| decide(engine, "a", "eu", r#"{"ip": "1"}"#)["outputs"]["clause1"].to_string();
    assert_eq!(outputs(&folder.engine()), r#"{"child":"child","root":"root"}"#);
    let stubbed = folder.builder().stubs(stubs(r#"{"RISK": {"args": ["1"], "response": "stub"}}"#)).build().unwrap();
    assert_eq!(outputs(&stubbed), r#"{"child":"child","root":"stub"}"#);
    folder.write("environments/eu/a/rules/a.fql", "OBSERVE Output(child = External.risk(\"2\"))");
    let host = folder.builder().external("risk", |ip: String| async move { format!("host {ip}") }).build().unwrap();
    assert_eq!(outputs(&host), r#"{"child":"host 2","root":"host 1"}"#);
}

#[test]
fn a_function_brings_the_lists_and_calls_of_its_environment_along() {
    let function = "FUNCTION Place(_ip: String)\nOUTPUT known: Boolean\n  RETURN ContainsKey(\"places\", \"country\", @\"country\")\n\
                    OUTPUT risk: String\n  RETURN External.risk(_ip).AsString()\n";
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.a]\n"),
        ("functions/place.fql", function),
        ("lists/places.csv", "country\nXX\n"),
        ("external/risk.toml", "parameters = [{ name = \"ip\" }]\ndefault_response = \"root\"\n"),
        ("environments/eu/fql.toml", "[assessments.a]\n"),
        ("environments/eu/functions/place.fql", function),
        ("environments/eu/lists/places.csv", "country\nYY\n"),
        ("environments/eu/external/risk.toml", "parameters = [{ name = \"ip\" }]\ndefault_response = \"child\"\n"),
        (
            "environments/eu/a/rules/a.fql",
            "CLAUSE \"own\"\n  OBSERVE Output(risk = Functions.Place(\"1\").risk, known = Functions.Place(\"1\").known)\n\
             CLAUSE \"root\"\n  OBSERVE Output(risk = Functions.root.Place(\"1\").risk, known = Functions.root.Place(\"1\").known)\n",
        ),
        ("a/sample.json", "{}"),
    ]);
    let outputs = |event: &str| decide(&folder.engine(), "a", "eu", event)["outputs"].to_string();
    assert_eq!(
        outputs(r#"{"country": "XX"}"#),
        r#"{"own":{"known":false,"risk":"child"},"root":{"known":true,"risk":"root"}}"#
    );
    assert_eq!(
        outputs(r#"{"country": "YY"}"#),
        r#"{"own":{"known":true,"risk":"child"},"root":{"known":false,"risk":"root"}}"#
    );
}

#[test]
fn how_large_functions_become_is_a_limit_of_the_events_environment() {
    let folder = Folder::new(&[
        ("fql.toml", "[assessments.a]\n"),
        ("functions/f.fql", "FUNCTION Sum(_x: Double)\nOUTPUT value: Double\n  RETURN _x + _x + _x\n"),
        ("a/rules/a.fql", "OBSERVE Output(x = Functions.Sum(@\"x\").value)"),
        ("environments/eu/fql.toml", "[assessments.a]\n[limits]\nfunction_expressions = 3\n"),
        ("environments/eu/a/rules/b.fql", "RETURN Review()"),
    ]);
    assert_eq!(
        folder.told(),
        ["E0609 a/rules/a.fql:1:20 expected functions of at most 3 expressions, written out, found more"]
    );
    folder.write("environments/eu/fql.toml", "[assessments.a]\n[limits]\nfunction_expressions = 5\n");
    assert_eq!(folder.told(), Vec::<String>::new());
}

#[test]
fn rules_of_the_host_run_behind_those_of_the_root() {
    let folder = shop();
    let engine = folder.builder().rules("purchase", "RETURN Reject(\"host\")").build().unwrap();
    assert_eq!(decide(&engine, "purchase", "eu", r#"{"country": "YY"}"#)["reason"], "host");
    assert_eq!(decide(&engine, "purchase", "", r#"{"amount": 11}"#)["reason"], "late");
}

#[test]
fn lints_are_set_by_the_root() {
    let files = [
        ("fql.toml", "[assessments.a]\n[lints]\nW1001 = \"deny\"\n"),
        ("a/rules/a.fql", "LET $x = 1\nRETURN Review()"),
    ];
    let folder = Folder::new(&files);
    assert_eq!(folder.told(), ["W1001 a/rules/a.fql:1:5 nothing reads `$x`"]);
    assert!(folder.builder().build().is_err());
    folder.write("fql.toml", "[assessments.a]\n[lints]\nW1001 = \"allow\"\n");
    assert_eq!(folder.told(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn links_within_the_folder_are_followed() {
    let folder = shop();
    std::fs::remove_file(folder.path("environments/eu/lists/places.csv")).unwrap();
    std::os::unix::fs::symlink(folder.path("lists/places.csv"), folder.path("environments/eu/lists/places.csv"))
        .unwrap();
    std::os::unix::fs::symlink(folder.path("login"), folder.path("environments/eu/login")).unwrap();
    folder.write("environments/eu/fql.toml", "[assessments.purchase]\n[assessments.login]\n");
    let engine = folder.engine();
    assert_eq!(decide(&engine, "purchase", "eu", r#"{"country": "YY"}"#)["decision"], "Approve");
}
