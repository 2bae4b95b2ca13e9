//! Warnings (L9.3) and schemas (L9.4): each told where it belongs, and never where it is not so.
//!
//! What is said about clauses that never fire, and about clauses with the same test, is held against the engine: rules are
//! generated over few values, and every event that can be made of these values is decided.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use fql::check::Level;
use fql::diagnostic::{Code, Diagnostic};
use fql::evaluate::Mode;
use fql::{Engine, EngineBuilder};
use std::collections::{BTreeMap, BTreeSet};

fn told(builder: EngineBuilder) -> Vec<String> {
    let (_, diagnostics) = builder.check();
    diagnostics
        .iter()
        .map(|one| {
            let (line, column) = one.source.position(one.span.start);
            format!("{} {line}:{column} {}", one.code, one.message)
        })
        .collect()
}

fn rules(text: &str) -> Vec<String> {
    told(Engine::builder().rules("shop", text))
}

fn lines(diagnostics: &[Diagnostic], code: Code) -> BTreeSet<usize> {
    diagnostics
        .iter()
        .filter(|one| one.code == code)
        .map(|one| one.source.position(one.span.start).0 as usize)
        .collect()
}

/// The lines of the clauses that never fire.
fn dead(text: &str) -> Vec<usize> {
    lines(&Engine::builder().rules("shop", text).check().1, Code::NEVER_FIRES).into_iter().collect()
}

#[test]
fn a_clause_after_an_unconditional_return_never_fires() {
    let text = "RETURN Approve()\nRETURN Reject() WHEN @\"x\" > 1";
    assert_eq!(rules(text), ["W1011 2:22 `clause2` can never fire: `clause1` always returns before it"]);
    assert_eq!(dead("OBSERVE Output(x = @\"x\")\nRETURN Approve()"), [0; 0]);
}

#[test]
fn a_narrower_test_after_a_wider_one_never_fires() {
    let text = "RETURN Review() WHEN @\"x\" > 400\nRETURN Reject() WHEN @\"x\" > 900";
    assert_eq!(rules(text), ["W1011 2:22 `clause2` can never fire: `clause1` returns in every such case"]);
    for (first, second) in [
        ("@\"x\" > 400", "@\"x\" >= 401 && @\"y\" == \"a\""),
        ("In(@\"c\", \"US, CA\")", "@\"c\" == \"US\""),
        ("In(@\"c\", \"us, ca\")", "@\"c\" == \"Us\" || @\"c\" == \"cA\""),
        ("@\"c\" != \"US\"", "In(@\"c\", \"DE,FR\")"),
        ("@\"c\" < \"M\"", "@\"c\" == \"A\""),
        ("@\"x\" > 5 || @\"b\"", "@\"b\" && @\"x\" == 7"),
        ("5 < @\"x\"", "@\"x\" == 6"),
        ("!(@\"x\" <= 5)", "@\"x\" == 6"),
        ("@\"email\".EndsWith(\"@x.com\")", "@\"email\".EndsWith(\"@x.com\") && @\"x\" > 5"),
        ("@\"x\" / @\"y\" > 5", "@\"x\" / @\"y\" > 6"),
        ("@\"s\".Length > 5", "@\"s\".Length > 5 && @\"s\".Length != 9"),
    ] {
        let text = format!("RETURN Review() WHEN {first}\nRETURN Reject() WHEN {second}");
        assert_eq!(dead(&text), [2], "{text}");
    }
}

#[test]
fn a_test_that_contradicts_itself_never_fires() {
    let text = "RETURN Review() WHEN @\"x\" > 5 && @\"x\" < 3";
    assert_eq!(rules(text), ["W1011 1:22 `clause1` can never fire: its test contradicts itself"]);
    for test in [
        "@\"c\" == \"US\" && @\"c\" == \"CA\"",
        "@\"c\" == \"US\" && !In(@\"c\", \"us, ca\")",
        "@\"s\".Length > 5 && @\"s\".Length < 6",
        "@\"b\" && !@\"b\"",
        "@\"x\" > 5 && (@\"x\" < 3 || @\"x\" == 5)",
        "Exists(@\"x\") && !Exists(@\"x\")",
        "@\"s\" < \"\"",
        "@\"b\" == true && @\"b\" == false",
        "false",
    ] {
        let text = format!("RETURN Review() WHEN {test}");
        assert_eq!(dead(&text), [1], "{text}");
    }
    let text = "WHEN @\"x\" > 5\nRETURN Review() WHEN @\"x\" < 3\nRETURN Reject() WHEN @\"x\" < 9";
    assert_eq!(dead(text), [2]);
    let text = "WHEN @\"x\" > 5 && @\"x\" < 3\nRETURN Review() WHEN @\"x\" < 3\nRETURN Reject() WHEN @\"x\" < 9";
    assert_eq!(dead(text), [1]);
}

#[test]
fn clauses_together_may_leave_nothing() {
    let text = "RETURN Review() WHEN @\"x\" > 5\nRETURN Reject() WHEN @\"x\" <= 5\nRETURN Approve()";
    assert_eq!(dead(&text.replace("Approve()", "Approve() WHEN @\"x\" != 7")), [3]);
    assert_eq!(dead(text), [3]);
}

#[test]
fn what_is_not_so_is_not_said() {
    for (first, second) in [
        // Read as different types the same path gives different answers.
        ("@\"x\" == \"5\"", "@\"x\" == 5"),
        ("@\"x\" > 5", "@@\"x\" > 6"),
        ("@\"x\" > 5", "@\"x\" > 5.0 || @\"x\" == 5"),
        ("@\"x\" > 5", "@\"X\" > 6"),
        ("In(@\"c\", \"US\")", "@\"c\" == \"USA\""),
        ("@\"c\" == \"US\"", "In(@\"c\", \"US\")"),
        // The first may fail where the second does not.
        ("@\"s\".ToInt32() > 5 || @\"x\" > 5", "@\"x\" > 6"),
        ("GetVariable(\"v\").AsInt() > 5", "GetVariable(\"v\").AsInt() > 5"),
        ("RandomInt(0, 9) > 5", "RandomInt(0, 9) > 5"),
        ("@\"a\" == @\"b\"", "@\"b\" == @\"c\""),
        ("!(@\"x\" / @\"y\" > 5)", "@\"x\" / @\"y\" <= 5 || @\"x\" > 5"),
    ] {
        let text = format!("RETURN Review() WHEN {first}\nRETURN Reject() WHEN {second}");
        let told = lines(&Engine::builder().rules("shop", &text).check().1, Code::NEVER_FIRES);
        assert!(told.is_empty(), "{text}");
    }
    // A quotient may be NaN: then neither holds.
    let text = "LET $q = @\"x\" / @\"y\"\nRETURN Review() WHEN $q > 5\nRETURN Reject() WHEN $q <= 5\nRETURN Approve() WHEN @\"x\" > 1 || $q > 9";
    assert_eq!(dead(text), [0; 0]);
}

#[test]
fn other_rules_count_as_their_mode_says() {
    let text = "RULE \"a\"\nWHEN @\"x\" > 5\nRETURN Review() WHEN @\"y\" > 5\nRULE \"b\"\nWHEN @\"x\" > 6\nRETURN Reject() WHEN @\"y\" > 4\nRETURN Approve() WHEN @\"y\" > 6";
    assert_eq!(dead(text), [7]);
    let (_, diagnostics) = Engine::builder().rules("shop", text).mode(Mode::FirstMatch).check();
    assert_eq!(lines(&diagnostics, Code::NEVER_FIRES), BTreeSet::from([5]));
    let text = "RULE \"a\"\nRETURN Review() WHEN @\"y\" > 5\nRULE \"b\"\nRETURN Reject() WHEN @\"y\" > 4";
    assert_eq!(dead(text), [0; 0]);
    let (_, diagnostics) = Engine::builder().rules("shop", text).mode(Mode::FirstMatch).check();
    assert_eq!(lines(&diagnostics, Code::NEVER_FIRES), BTreeSet::from([4]));
    let inactive = "RULE \"a\"\nSTATUS inactive\nRETURN Review()\nRULE \"b\"\nRETURN Reject()";
    assert_eq!(dead(inactive), [0; 0]);
}

#[test]
fn the_same_test_of_two_clauses_is_told_once() {
    let text =
        "OBSERVE Output(a = 1) WHEN @\"x\" > 5 && @\"y\" == \"a\"\nRETURN Review() WHEN \"a\" == @\"y\" && 5 < @\"x\"";
    assert_eq!(rules(text), ["W1012 2:22 `clause2` has the same test as `clause1`"]);
    // Where the first returns the second never fires: that says more.
    let text = "RETURN Review() WHEN @\"x\" > 5\nRETURN Reject() WHEN @\"x\" > 5";
    assert_eq!(rules(text), ["W1011 2:22 `clause2` can never fire: `clause1` returns in every such case"]);
    let text = "CLAUSE \"a\"\nOBSERVE Output(a = 1) WHEN @\"x\" > 5\nRETURN Review() WHEN @\"x\" > 5";
    assert_eq!(rules(text), [""; 0]);
    let text = "OBSERVE Output(a = 1) WHEN RandomInt(0, 9) > 5\nRETURN Review() WHEN RandomInt(0, 9) > 5";
    assert_eq!(rules(text), [""; 0]);
}

#[test]
fn a_path_without_its_sign_is_told() {
    assert_eq!(
        rules("RETURN Review() WHEN \"user.email\" == \"a\""),
        ["W1008 1:22 `\"user.email\"` is a text, not the attribute `user.email`"]
    );
    for (test, count) in [
        ("@\"a.b\" == \"user.email\"", 0),
        ("@\"a.b\" == \"user.email\" && @\"user.email\" != \"x\"", 1),
        ("\"user.email\".EndsWith(\"x\")", 0),
        ("\"user.email\".EndsWith(\"x\") && @\"user.age\" > 5", 1),
        ("@\"host\" == \"example.com\"", 0),
        ("\"1.5\" == \"2.5\"", 0),
        ("\"a b.c\" == \"x\"", 0),
        ("@\"user.email\".EndsWith(\"example.com\")", 0),
    ] {
        assert_eq!(rules(&format!("RETURN Review() WHEN {test}")).len(), count, "{test}");
    }
}

#[test]
fn a_member_that_the_sample_response_lacks_is_told() {
    let call = || {
        let sample = serde_json::json!({"risk": "high", "scores": [{"value": 7}], "none": null, "empty": []});
        fql::external::External::new("ipRisk", |_: String| async { 1 }).sample_response(&sample)
    };
    let told = |test: &str| {
        let found = Engine::builder().define(call()).rules("r", &format!("RETURN Review() WHEN {test}")).check().1;
        let unknown = |one: &&fql::Diagnostic| one.code == Code::UNKNOWN_RESPONSE_MEMBER;
        let line = |one: &fql::Diagnostic| {
            format!("{} {} ({})", one.span.start - 21, one.message, one.help.clone().unwrap_or_default())
        };
        found.iter().filter(unknown).map(line).collect::<Vec<_>>()
    };
    for test in [
        r#"External.ipRisk(@"ip").risk == "high""#,
        r#"External.ipRisk(@"ip").RISK == "high""#,
        r#"External.ipRisk(@"ip")["scores"][3].value > 5"#,
        r#"External.ipRisk(@"ip").scores.Length > 5"#,
        r#"External.ipRisk(@"ip").none.anything == 1"#,
        r#"External.ipRisk(@"ip").empty[0].anything == 1"#,
    ] {
        assert_eq!(told(test), [] as [&str; 0], "{test}");
    }
    let lacks = |at, name, help| [format!("{at} the sample response of `ipRisk` has no member `{name}` ({help})")];
    assert_eq!(told(r#"External.ipRisk(@"ip").riks == "high""#), lacks(23, "riks", "did you mean `risk`?"));
    assert_eq!(told(r#"External.ipRisk(@"ip").scores[0].valeu > 5"#), lacks(33, "valeu", "did you mean `value`?"));
    let otherwise = "if responses do have it, add it to the sample response";
    assert_eq!(told(r#"External.ipRisk(@"ip").risk.level == "high""#), lacks(28, "level", otherwise));
    assert_eq!(told(r#"External.ipRisk(@"ip")["country"] == "US""#), lacks(0, "country", otherwise));
}

#[test]
fn a_warning_can_be_turned_off_or_made_an_error() {
    let builder = || Engine::builder().rules("shop", "LET $a = 1\nRETURN Review() WHEN @\"x\" > 5 && @\"x\" < 3");
    let (engine, diagnostics) = builder().check();
    assert!(engine.is_some() && diagnostics.len() == 2);
    let (engine, diagnostics) = builder().lint(Code::NEVER_FIRES, Level::Allow).check();
    assert!(engine.is_some() && diagnostics.len() == 1);
    let (engine, diagnostics) = builder().lint(Code::NEVER_FIRES, Level::Deny).check();
    assert!(engine.is_none() && diagnostics.iter().filter(|one| one.is_error()).count() == 1);
    // Errors stay errors.
    let (engine, _) = Engine::builder().rules("shop", "RETURN").lint(Code::UNEXPECTED_TOKEN, Level::Allow).check();
    assert!(engine.is_none());
    let engine = Engine::builder().lint(Code::DEFAULT_COMPARISON, Level::Allow).build().unwrap();
    assert!(engine.expression("@\"a\" == false").unwrap().warnings().is_empty());
    let engine = Engine::builder().lint(Code::CURLY_QUOTES, Level::Deny).build().unwrap();
    assert!(engine.expression("@\"a\" == “b”").is_err());
}

#[test]
fn many_rules_are_looked_at_in_time() {
    let mut text = String::new();
    for n in 0..3_000 {
        text += &format!("RETURN Review() WHEN @\"amount\" > {n} && @\"country\" == \"C{n}\" && (@\"a\" || @\"b\")\n");
    }
    assert_eq!(dead(&text), [0; 0]);
    // Many variables, each made of the one before twice: not followed without end.
    let mut text = String::from("LET $v0 = @\"a\" && @\"b\"\n");
    for n in 1..300 {
        text += &format!("LET $v{n} = $v{} && ($v{} || @\"c\")\n", n - 1, n - 1);
    }
    text += "RETURN Review() WHEN $v299\nRETURN Review() WHEN !$v299 || $v298";
    assert_eq!(dead(&text), [0; 0]);
}

#[test]
fn what_covers_a_clause_is_found_among_many() {
    let tests = [
        "@\"amount\" > 7 && @\"amount\" <= 9",
        "@\"name\".Contains(\"needle\")",
        "@\"country\" == \"NEEDLE\" && @\"amount\" > 5",
        "@\"a\" && !@\"b\" && @\"amount\" == 4",
        "@\"a\" && (@\"b\" || @\"country\" == \"NEEDLE\")",
    ];
    for test in tests {
        let mut text = format!("RETURN Review() WHEN {test}\n");
        for n in 0..60 {
            let kinds = [
                format!("@\"n{n}\" > 5 && @\"n{n}\" < 9"),
                format!("@\"name\".Contains(\"{n}\")"),
                format!("@\"country\" == \"C{n}\" && @\"b\""),
                format!("!@\"a\" && @\"b\" && @\"amount\" > {}", 900 - n),
            ];
            kinds.iter().for_each(|kind| text += &format!("RETURN Review() WHEN {kind}\n"));
        }
        text += &format!("RETURN Reject() WHEN {test} && @\"last\" == \"x\"\n");
        assert_eq!(dead(&text), [242], "{test}");
    }
}

/// A small generator of numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one_of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.roll(all.len() as u64) as usize]
    }
}

/// A condition over `x` and `y` (numbers), `c` (text, once also a number), `b` and `d` (truth values).
fn condition(dice: &mut Dice, depth: u32) -> String {
    if depth > 0 && dice.roll(2) == 0 {
        let (a, b) = (condition(dice, depth - 1), condition(dice, depth - 1));
        return match dice.roll(6) {
            0 | 1 => format!("({a} && {b})"),
            2 | 3 => format!("({a} || {b})"),
            4 => format!("!({a})"),
            _ => format!("({} ? {a} : {b})", condition(dice, depth - 1)),
        };
    }
    let relation = dice.one_of(&["<", "<=", ">", ">=", "==", "!="]);
    let number = dice.one_of(&["1", "2", "2.5", "3", "-1"]);
    let text = dice.one_of(&["\"US\"", "\"us\"", "\"CA\"", "\"\"", "\"2\""]);
    let equality = dice.one_of(&["==", "!="]);
    match dice.roll(16) {
        0..=3 => format!("@\"x\" {relation} {number}"),
        4 => format!("{number} {relation} @\"y\""),
        5 | 6 => format!("@\"c\" {equality} {text}"),
        7 => format!("In(@\"c\", {})", dice.one_of(&["\"US, CA\"", "\"us\"", "\"ca,,2\"", "\"\""])),
        8 => {
            if dice.roll(4) == 0 {
                format!("@\"c\" {relation} {text}")
            } else {
                "@\"b\"".to_string()
            }
        }
        9 => dice.one_of(&["@\"b\"", "@\"d\" == true", "@\"b\" != true", "@\"d\" == @\"b\""]).to_string(),
        10 => format!("Exists(@\"{}\")", dice.one_of(&["x", "b", "c"])),
        11 => format!("@\"c\".ToInt32() {relation} {}", dice.one_of(&["1", "2", "3"])),
        12 => format!("@\"x\" / @\"y\" {relation} {number}"),
        13 => format!("@\"c\".Length {relation} {}", dice.one_of(&["0", "1", "2"])),
        14 => format!("$v {relation} {number}"),
        _ => dice.one_of(&["$w", "@\"c\" > 1", "GetVariable(\"g\").AsInt() > 1", "true"]).to_string(),
    }
}

/// Every event that has one of a few values at each path.
fn events() -> Vec<String> {
    let mut events = vec![String::new()];
    for (path, values) in [
        ("x", &["", "1", "2", "2.2", "3.5", "-4", "\"2\"", "null"][..]),
        ("y", &["2", "-1", "0"]),
        ("c", &["", "\"US\"", "\"Us\"", "\"CA\"", "\"2\"", "3", "\"x\""]),
        ("b", &["", "true", "\"TRUE\""]),
        ("d", &["false", "true"]),
    ] {
        events = events
            .iter()
            .flat_map(|event| {
                values.iter().map(move |value| match *value {
                    "" => event.clone(),
                    value => format!("{event}\"{path}\": {value},"),
                })
            })
            .collect();
    }
    events.iter().map(|event| format!("{{{}}}", event.trim_end_matches(','))).collect()
}

/// Generates rules and decides every event: what is said to be dead fires for none, and of what fires for none enough is told.
fn against_the_engine(seed: u64, rule_sets: usize, most_clauses: u64, mode: Mode) {
    let events = events();
    let mut dice = Dice(seed);
    let (mut claimed, mut never) = (0, 0);
    for round in 0..rule_sets {
        let depth = (round % 3) as u32;
        let mut text = String::new();
        let mut named: BTreeMap<usize, String> = BTreeMap::new();
        let mut line = 0;
        for rule in 0..1 + dice.roll(3) {
            text += &format!("RULE \"r{rule}\"\nLET $v = @\"y\" * 2\nLET $w = {}\n", {
                let inner = condition(&mut dice, 0);
                if inner.contains('$') { "@\"b\"".to_string() } else { inner }
            });
            text += &format!("LET $used = $v > 1 || $w\nWHEN {} || ($used && false)\n", condition(&mut dice, depth));
            line += 5;
            named.insert(line, format!("r{rule}"));
            for clause in 0..2 + dice.roll(most_clauses - 1) {
                let verb = if dice.roll(4) == 0 { "OBSERVE" } else { "RETURN" };
                let what = if verb == "OBSERVE" {
                    format!("Output(o{rule}_{clause} = 1)")
                } else {
                    format!("Reject(\"o{rule}_{clause}\")")
                };
                let when =
                    if dice.roll(12) == 0 { String::new() } else { format!(" WHEN {}", condition(&mut dice, depth)) };
                text += &format!("{verb} {what}{when}\n");
                line += 1;
                named.insert(line, format!("o{rule}_{clause}"));
            }
        }
        let (engine, diagnostics) = Engine::builder().rules("shop", &text).mode(mode).check();
        let Some(engine) = engine else { panic!("{text}\n{diagnostics:?}") };
        let mut fired: BTreeSet<String> = BTreeSet::new();
        let mut session = engine.session(None).unwrap();
        for event in &events {
            let decision = session.decide(event.as_bytes()).unwrap();
            // Names are unique, so that a name in the decision is a clause that fired.
            fired.extend(decision.outputs().map(|(_, key, _)| key.to_string()));
            fired.extend(decision.reason().map(str::to_string));
        }
        never += named.values().filter(|name| name.starts_with('o') && !fired.contains(*name)).count();
        for line in lines(&diagnostics, Code::NEVER_FIRES) {
            let name = &named[&line];
            let wrong: Vec<&String> = match name.strip_prefix('r') {
                Some(rule) => fired.iter().filter(|fired| fired.starts_with(&format!("o{rule}_"))).collect(),
                None => fired.iter().filter(|fired| *fired == name).collect(),
            };
            assert!(wrong.is_empty(), "said of {name}, and {wrong:?} fired:\n{text}");
            claimed += match name.strip_prefix('r') {
                Some(rule) => named.values().filter(|one| one.starts_with(&format!("o{rule}_"))).count(),
                None => 1,
            };
        }
    }
    assert!(claimed * 5 > never * 2, "of {never} clauses that never fired only {claimed} were told");
}

#[test]
fn clauses_said_to_be_dead_fire_for_no_event() {
    against_the_engine(1, 300, 5, Mode::UntilDecision);
}

#[test]
fn clauses_said_to_be_dead_fire_for_no_event_under_first_match() {
    against_the_engine(2, 150, 5, Mode::FirstMatch);
}

#[test]
fn clauses_said_to_be_dead_among_many_fire_for_no_event() {
    against_the_engine(4, 40, 60, Mode::UntilDecision);
}

#[test]
fn what_nothing_is_left_for_is_told_to_the_last_clause() {
    let mut text = "RETURN Review() WHEN @\"x\" > 5\nRETURN Reject() WHEN @\"x\" <= 5\n".to_string();
    for number in 0..40 {
        text += &format!("RETURN Approve() WHEN @\"x\" > {number} || @\"n{number}\" == 1\n");
    }
    assert_eq!(dead(&text), (3..43).collect::<Vec<_>>());
}

#[test]
fn clauses_said_to_have_the_same_test_fire_together() {
    let events = events();
    let mut dice = Dice(3);
    let mut claimed = 0;
    for _ in 0..1_000 {
        let text: String = (0..8)
            .map(|n| format!("OBSERVE Output(o{n} = 1) WHEN {}\n", condition(&mut dice, 1)))
            .map(|line| line.replace("$v", "@\"y\"").replace("$w", "@\"b\""))
            .collect();
        let (engine, diagnostics) = Engine::builder().rules("shop", &text).check();
        let Some(engine) = engine else { panic!("{text}\n{diagnostics:?}") };
        let same: Vec<(usize, usize)> = diagnostics
            .iter()
            .filter(|one| one.code == Code::SAME_CONDITION)
            .map(|one| {
                let line = |at| one.source.position(at).0 as usize - 1;
                (line(one.span.start), line(one.labels[0].span.start))
            })
            .collect();
        claimed += same.len();
        if same.is_empty() {
            continue;
        }
        let mut session = engine.session(None).unwrap();
        for event in &events {
            let decision = session.decide(event.as_bytes()).unwrap();
            let outputs: BTreeSet<&str> = decision.outputs().map(|(_, key, _)| key).collect();
            for (a, b) in &same {
                let fired = |n: &usize| outputs.contains(format!("o{n}").as_str());
                assert_eq!(fired(a), fired(b), "{event}\n{text}");
            }
        }
    }
    assert!(claimed > 100, "only {claimed} pairs");
}

const SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "amount": {"type": "number"},
        "limit": {"type": "number"},
        "count": {"type": "integer"},
        "vip": {"type": "boolean"},
        "user": {"type": "object", "properties": {"email": {"type": "string"}, "since": {"type": "string"}}},
        "products": {"type": "array", "items": {"properties": {"id": {"type": "string"}, "price": {"type": "number"}}}}
    }
}"#;

fn with_schema(test: &str) -> Vec<String> {
    told(Engine::builder().schema("Shop", SCHEMA).rules("shop", &format!("RETURN Review() WHEN {test}")))
}

#[test]
fn a_schema_types_what_its_context_leaves_open() {
    let rules = "OBSERVE Output(a = @\"amount\", c = @\"count\", v = @\"vip\", u = @\"user\", e = @\"user.email\")\nRETURN Review() WHEN @\"amount\" > @\"limit\"";
    let event = br#"{"amount": 9.5, "limit": 10, "count": 3, "vip": true, "user": {"email": "a"}}"#;
    let engine = Engine::builder().schema("shop", SCHEMA).rules("shop", rules).build().unwrap();
    assert!(engine.warnings().is_empty(), "{:?}", engine.warnings());
    let decision = engine.decide_blocking(event).unwrap().to_json();
    let decision: serde_json::Value = serde_json::from_str(&decision).unwrap();
    let output = serde_json::json!({"clause1": {"a": 9.5, "c": 3, "v": true, "u": {"email": "a"}, "e": "a"}});
    assert_eq!(decision["outputs"], output, "{decision}");
    // As texts `9.5` is more than `10`.
    assert_eq!(engine.decide_blocking(event).unwrap().kind().name(), "Approve");
    let untyped = Engine::builder().rules("shop", rules).build().unwrap();
    assert_eq!(untyped.decide_blocking(event).unwrap().kind().name(), "Review");
}

#[test]
fn an_unknown_path_is_a_warning_with_the_nearest() {
    assert_eq!(with_schema("@\"user.emial\" == \"x\""), ["W1014 1:22 the schema has no path `user.emial`"]);
    let (_, diagnostics) = Engine::builder()
        .schema("shop", SCHEMA)
        .rules(
            "shop",
            "LET $e = @\"user.emial\"\nRETURN Review() WHEN $e == \"x\" || $e == \"y\" || Exists(@@\"amuont\")",
        )
        .check();
    let helps: Vec<_> = diagnostics.iter().map(|one| (one.code, one.help.clone().unwrap())).collect();
    assert_eq!(
        helps,
        [
            (Code::UNKNOWN_PATH, "did you mean `user.email`?".to_string()),
            (Code::UNKNOWN_PATH, "did you mean `amount`?".to_string())
        ]
    );
    assert_eq!(diagnostics[1].fix.as_ref().unwrap().replacement, "@@\"amount\"");
    // Another assessment is not described by it.
    let other = Engine::builder().schema("shop", SCHEMA).rules("other", "RETURN Review() WHEN @\"nothing\" > 5");
    assert_eq!(told(other), [""; 0]);
}

#[test]
fn an_array_without_an_index_is_a_warning() {
    let text = "W1006 1:22 `products.price` steps into an array by a name, which reads its first element";
    assert_eq!(with_schema("@\"products.price\" > 5"), [text]);
    assert_eq!(with_schema("@\"products[0].price\" > 5"), [""; 0]);
}

#[test]
fn a_context_against_the_schema_is_an_error() {
    for (test, code) in [
        ("@\"amount\" > 5", ""),
        ("@\"amount\" == \"high\"", "E0308"),
        ("@\"amount\"", "E0308"),
        ("@\"vip\" > 5", "E0308"),
        ("@\"vip\"", ""),
        ("@\"user.email\" > 5", "E0308"),
        ("@\"user.email\".ToDouble() > 5", ""),
        ("@\"user.email\" == \"a\"", ""),
        ("@\"user\" == \"a\"", "E0308"),
        ("@\"amount\" * 2 > 5", ""),
        ("@\"user\" * 2 > 5", "E0308"),
        ("@\"user.since\" < DateTime.UtcNow", ""),
        ("@\"amount\" < DateTime.UtcNow", "E0308"),
        ("@\"amount\".ToString() == \"5\"", ""),
        ("(\"n\" + @\"amount\") == \"n5\"", ""),
        ("@@\"amount\" == @@\"vip\"", ""),
        ("@\"amount\" > @\"vip\"", "E0302"),
    ] {
        let found: Vec<String> = with_schema(test).iter().map(|told| told[..5].to_string()).collect();
        assert_eq!(found.join(" "), code, "{test}");
    }
    let message = "E0308 1:22 expected string for `user.email`, as the schema says, found it read as a Double";
    assert_eq!(with_schema("@\"user.email\" > 5"), [message]);
}

#[test]
fn a_bad_schema_is_a_diagnostic() {
    let builder = Engine::builder().schema("shop", r#"{"type": "text"}"#).rules("shop", "RETURN Approve()");
    let (engine, diagnostics) = builder.check();
    assert!(engine.is_none());
    assert_eq!(diagnostics[0].code, Code::BAD_SCHEMA);
    assert_eq!(diagnostics[0].source.name().as_ref(), "schema of shop");
}
