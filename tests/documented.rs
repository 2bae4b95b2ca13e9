//! What the tables document is true: the examples of every builtin and of every diagnostic code run as they are written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod mmdb;

use fql::diagnostic::code::ExampleKind;
use fql::diagnostic::{Code, Diagnostic};
use fql::external::Stubs;
use fql::function::{Function, registry};
use fql::provider::MaxMind;
use fql::{DateTime, Engine, EngineBuilder, Request};

/// Rows that need more than an expression: a call, or a list.
const NEEDS_MORE: [&str; 8] =
    ["GetDiagnostics", "ContainsKey", "Lookup", "LookupClosest", "InSupportList", "IsSafe", "IsBlock", "IsWatch"];

/// The examples of a row: expression and value, as written in its `fql` blocks.
fn examples(row: &Function) -> Vec<(String, String)> {
    let mut examples = Vec::new();
    let mut inside = false;
    for line in row.doc.lines().map(str::trim) {
        match line {
            "```fql" => inside = true,
            "```" => inside = false,
            _ if inside && !line.is_empty() && !line.starts_with("//") => {
                let (expression, value) = line.rsplit_once(" => ").unwrap_or_else(|| panic!("{}: `{line}`", row.name));
                examples.push((expression.to_string(), value.to_string()));
            }
            _ => {}
        }
    }
    examples
}

/// An engine with the providers that examples are answered by.
fn provided() -> EngineBuilder {
    let networks = "203.0.113.0/24,US,United States,WA,Washington,Seattle,98101,Contoso Net\n\
                    198.51.100.0/24,CA,Canada,ON,Ontario,Toronto\n";
    let answers = r#"{"Model.Risk": {"response": {"score": 870, "reason": "new card"}}, "Model.Bot": {"response": 40},
                      "Device": {"response": {"os": "linux", "browser": "curl", "speedOfTravel": 12.5}}}"#;
    Engine::builder()
        .geo(MaxMind::read("examples.mmdb", mmdb::database(networks)).unwrap())
        .bins("bins", "bin,cardType,issuer\n411111,prepaid,Contoso Bank\n")
        .stubs(Stubs::parse(answers).unwrap())
}

/// What an expression gives at a fixed clock and seed, over an event with nothing in it.
fn value_of(engine: &Engine, expression: &str) -> String {
    let now = DateTime::parse("2026-02-03T11:04:05Z").unwrap();
    match engine.expression(expression) {
        Err(error) => format!("error {}", error.diagnostics[0].code),
        Ok(expression) => {
            let request = Request::new(b"{}").at(now).seed(7).correlation_id("0f8fad5b-d9cb-469f-a165-70867728950e");
            match expression.eval_blocking(request) {
                Ok((value, _)) => value.to_json(),
                Err(error) => format!("error {}", error.code),
            }
        }
    }
}

/// Whether what came out is what is written: numbers by value, so that `2` documents a Double of 2 as well.
fn agrees(written: &str, found: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    match (json(written), json(found)) {
        (Some(serde_json::Value::Number(a)), Some(serde_json::Value::Number(b))) => a.as_f64() == b.as_f64(),
        (Some(a), Some(b)) => a == b,
        _ => written == found,
    }
}

#[test]
fn every_builtin_has_a_summary_and_true_examples() {
    let engine = provided().build().unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in registry().all() {
        assert!(!row.summary().is_empty() && !row.summary().ends_with('.'), "{}: `{}`", row.name, row.summary());
        let examples = examples(row);
        // Calls and lists are nothing that an example of one line has.
        assert!(!examples.is_empty() || NEEDS_MORE.contains(&row.name), "{} has no example", row.signature());
        for (expression, written) in examples {
            let found = value_of(&engine, &expression);
            count += 1;
            if !agrees(&written, &found) {
                wrong.push(format!("{}: {expression} => {written}, found {found}", row.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 300, "only {count} examples");
}

#[test]
fn no_two_builtins_are_told_apart_by_nothing() {
    let mut seen = std::collections::HashMap::new();
    for row in registry().all() {
        let takes: Vec<_> = row.parameters.iter().map(|(_, takes)| format!("{takes:?}")).collect();
        let key = (format!("{:?}", row.place), row.name.to_ascii_lowercase(), takes);
        if let Some(other) = seen.insert(key, row.signature()) {
            panic!("{} and {other} are one", row.signature());
        }
    }
}

/// The diagnostics of an example, or what its evaluation ends with.
fn told(kind: ExampleKind, text: &str) -> Vec<String> {
    let codes =
        |diagnostics: &[Diagnostic]| diagnostics.iter().map(|d| d.code.number().to_string()).collect::<Vec<_>>();
    match kind {
        ExampleKind::Rules => codes(&Engine::builder().rules("example", text).check().1),
        ExampleKind::Expression => match Engine::builder().build().unwrap().expression(text) {
            Ok(expression) => codes(expression.warnings()),
            Err(error) => codes(&error.diagnostics),
        },
        ExampleKind::Evaluation => match Engine::builder().build().unwrap().expression(text) {
            Err(error) => panic!("{text} does not check: {error}"),
            Ok(expression) => match expression.eval_blocking(b"{}") {
                Ok(_) => Vec::new(),
                Err(error) => vec![error.code.number().to_string()],
            },
        },
    }
}

#[test]
fn every_codes_example_shows_it_and_the_mended_one_does_not() {
    // Told by parts that this engine does not have yet.
    const LATER: [&str; 3] = ["E0211", "E0213", "E0212"];
    let mut wrong = Vec::new();
    for code in Code::all().filter(|code| !LATER.contains(&code.number())) {
        let Some(example) = code.example() else { continue };
        let bad = told(example.kind, example.bad);
        if bad != [code.number()] {
            wrong.push(format!("{code}: `{}` gives {bad:?}", example.bad));
        }
        if let Some(good) = example.good {
            let told = told(example.kind, good);
            if !told.is_empty() {
                wrong.push(format!("{code}: mended `{good}` gives {told:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
