//! The index changes nothing but the time: rules decide the same with it and one after another.
//!
//! `FQL_INDEX_CASES` sets the number of events, `FQL_INDEX_SEED` where the generated rules begin.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use fql::external::Stubs;
use fql::{Engine, Request};

/// Small numbers from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ z >> 31) % bound
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len() as u64) as usize]
    }

    fn chance(&mut self, in_hundred: u64) -> bool {
        self.below(100) < in_hundred
    }
}

const NUMBERS: [&str; 4] = ["a", "b.c", "b.d", "items[1].price"];
const TEXTS: [&str; 4] = ["s", "u.email", "u.name", "items[0].name"];
const BOOLS: [&str; 2] = ["ok", "u.known"];
const WORDS: [&str; 14] = [
    "",
    "a",
    "A",
    "ab",
    "abc",
    "Abc",
    "abcdefgh",
    "abcdefghi",
    "xabcdefghijklmnop",
    "abcdefghijklmnopq",
    "na\u{EF}ve",
    "x-1",
    "x-2",
    "x-1-y",
];
/// Two plain lists, two support lists; entries of the last one expire.
const LISTS: [&str; 4] = [
    "k,v\na,ab\nab,abc\nabcdefgh,x-1\nx-1,abcdefghi\nna\u{EF}ve,a\n",
    "k,v\nabc,A\nAbc,ab\nx-2,x-1-y\nabcdefghijklmnopq,Abc\n",
    "Value,Status\na,Safe\nab,Block\nabcdefghi,Block\nx-2,Watch\n",
    "Value,Status,Expiration\na,Block,2020-01-01\nabc,Watch,2999-01-01\nx-1,Safe,\nAbc,Block,\n",
];
const DECISIONS: [&str; 4] = ["Approve", "Review", "Reject", "Challenge"];

fn number(dice: &mut Dice) -> String {
    match dice.below(10) {
        0 => "0".into(),
        1 => "-0.0".into(),
        2 => "-7".into(),
        3 => format!("{}.5", dice.below(12)),
        _ => dice.below(12).to_string(),
    }
}

/// A test of an attribute, or of something calculated.
fn test(dice: &mut Dice) -> String {
    let text = dice.one(&TEXTS);
    let word = dice.one(&WORDS);
    match dice.below(37) {
        29..=36 => derived(dice, text, word),
        0..=4 => format!("@\"{text}\" == \"{word}\""),
        5 => format!("@\"{text}\" != \"{word}\""),
        6 => format!("In(@\"{text}\", \"{word}, {}, {}\")", dice.one(&WORDS), dice.one(&WORDS)),
        7 => format!("@\"{text}\".StartsWith(\"{word}\")"),
        8 => format!("@\"{text}\".EndsWith(\"{word}\")"),
        9 => format!("@\"{text}\".Contains(\"{word}\")"),
        10 | 11 => {
            let (low, high) = (number(dice), number(dice));
            let attribute = dice.one(&NUMBERS);
            format!("@\"{attribute}\" > {low} && @\"{attribute}\" <= {high}")
        }
        12 => format!("@\"{}\" == {}", dice.one(&NUMBERS), number(dice)),
        13 => format!("@\"{}\" {} {}", dice.one(&NUMBERS), dice.one(&["<", "<=", ">", ">=", "!="]), number(dice)),
        14 => format!("@\"{}\"", dice.one(&BOOLS)),
        15 => format!("@\"{text}\" == @\"{}\"", dice.one(&TEXTS)),
        16 => format!("@\"{}\".ToDouble() < @\"{}\".ToDouble()", dice.one(&NUMBERS), dice.one(&NUMBERS)),
        17 => format!("@\"{text}\".ToLower() == \"{}\"", word.to_lowercase()),
        18 => format!("Exists(@\"{text}\")"),
        19 => format!("ContainsKey(\"{}\", \"k\", @\"{text}\")", dice.one(&["names", "words"])),
        20 => format!("Lookup(\"names\", \"k\", @\"{text}\", \"v\") {} \"{word}\"", dice.one(&["==", "!="])),
        21 => format!("\"{word}\" == Lookup(\"words\", \"v\", @\"{text}\", \"k\", \"{}\")", dice.one(&WORDS)),
        22 => format!("In(Lookup(\"names\", \"k\", @\"{text}\", \"v\"), \"{word}, Unknown, {}\")", dice.one(&WORDS)),
        23 => format!("LookupClosest(\"words\", \"k\", @\"{text}\", \"v\") == \"{word}\""),
        24 => format!("{}(@\"{text}\")", dice.one(&["InSupportList", "IsSafe", "IsBlock", "IsWatch"]))
            .replace('(', dice.one(&["(\"marks\", ", "(\"timed\", "])),
        25 => format!("@\"{}\" * 2.0 > {}", dice.one(&NUMBERS), number(dice)),
        26 => format!("{} {} @\"a\" * 2.0 + @\"b.c\"", number(dice), dice.one(&["<", ">=", "=="])),
        _ => format!("@\"a\" * 2.0 + @\"b.c\" {} {}", dice.one(&["<", "<=", ">", ">=", "==", "!="]), number(dice)),
    }
}

/// A test of a value that is derived from the event, and now and then cannot be.
fn derived(dice: &mut Dice, text: &str, word: &str) -> String {
    let (number, small) = (dice.one(&NUMBERS), dice.below(9));
    let relation = dice.one(&["<", "<=", ">", ">=", "==", "!="]);
    match dice.below(28) {
        0 => format!("@\"{text}\".Trim().ToUpper() == \"{}\"", word.to_uppercase()),
        1 => format!("@\"{text}\".Length {relation} {small}"),
        2 => format!("@\"{number}\".ToInt32() {relation} {small}"),
        3 => format!("{small} {relation} @\"{text}\".ToDouble()"),
        4 => format!("(@\"day\".ToDateTime() - @\"made\").Days {relation} {small}"),
        5 => format!("@\"{text}\".Substring(0, {}) == \"ab\"", dice.below(4)),
        6 => format!("Patterns.IsRegexMatch(\"^{}.*b\", @\"{text}\")", dice.one(&["a", "A", "x"])),
        7 => format!("@\"made\" {relation} \"2026-01-0{}\".ToDateTime()", 1 + small),
        8 => format!("@\"{text}\".IgnoreCaseEquals(\"{word}\")"),
        9 => format!("@\"{text}\" + \"-\" + @\"s\" == \"{word}-{}\"", dice.one(&WORDS)),
        10 => format!("Lookup(\"names\", \"k\", @\"{text}\", \"v\").Length {relation} {small}"),
        11 => format!("Lookup(\"words\", \"k\", @\"{text}\".ToLower(), \"v\") == \"{word}\""),
        12 => format!("DaysSince(@\"made\") {relation} {small}"),
        13 => format!("Math.Max(@\"{number}\", @\"a\") {relation} {small}"),
        14 => format!("In(@\"{text}\".Trim(), \"{word}, x-1\")"),
        15 => {
            format!("@\"{text}\".ToLower().{}(\"{word}\")", dice.one(&["StartsWith", "EndsWith", "Contains", "Equals"]))
        }
        16 => format!("@@\"items\".AsJsonArray().Length {relation} {small}"),
        17 => format!("@@\"{text}\".AsInt() {relation} {small}"),
        18 => format!("@\"{text}\".IndexOf(\"b\") {relation} {small}"),
        23 => format!("@\"{text}\".IndexOf(\"{word}\") {}", dice.one(&[">= 0", "> -1", "!= -1", "< 0", "== -1"])),
        24 => format!("@\"{text}\".Trim().IndexOf(\"{word}\") {}", dice.one(&[">= 0", "> -1", "== -1"])),
        25 => format!("@\"made\" {relation} \"2026-01-0{}\".ToDateTime().AddHours(-{small})", 1 + small),
        26 => format!("@\"{number}\" {relation} -1 + {small} && !@\"{text}\".IsNullOrEmpty()"),
        19 => format!("$lower == \"{}\"", word.to_lowercase()),
        20 => format!("$whole {relation} {small}"),
        21 => "$known".into(),
        22 => format!("Functions.Of(@\"{number}\", @\"{text}\").half {relation} {small}.5"),
        _ => format!("Functions.Of(@\"{number}\", @\"{text}\").part {} \"{word}\"", dice.one(&["==", "!="])),
    }
}

/// Variables of each rule, and a function.
const VARIABLES: &str = "LET $lower = @\"u.email\".ToLower()\nLET $whole = @\"s\".ToInt32()\nLET $known = @\"a\" > 3 || @\"u.known\" && $lower != \"ab\"\n";
const FUNCTION: &str = "FUNCTION Of(_number: Double, _text: String)\nOUTPUT half: Double = 1.5\n  RETURN 7 / _text.Length + _number\n\
    OUTPUT part: String\n  RETURN _text.Substring(1)\n";

/// Something that can fail, calls, or depends on what was before.
fn loud(dice: &mut Dice) -> String {
    match dice.below(5) {
        0 => format!("(10 / @\"{}\".ToInt32()) > 1", dice.one(&TEXTS)),
        1 => format!("External.ask(@\"{}\") == \"yes\"", dice.one(&TEXTS)),
        2 => format!("GetVariable(\"v\") == \"{}\"", dice.one(&WORDS)),
        3 => "$late == \"ab\"".into(),
        _ => format!("@\"{}\".Substring(2) == \"c\"", dice.one(&TEXTS)),
    }
}

fn condition(dice: &mut Dice) -> String {
    let mut parts: Vec<String> = (0..1 + dice.below(3)).map(|_| test(dice)).collect();
    if dice.chance(15) {
        let at = dice.below(parts.len() as u64 + 1) as usize;
        parts.insert(at, loud(dice));
    }
    match dice.below(12) {
        0 => format!("({}) || ({})", parts.join(" && "), test(dice)),
        1 => format!("!({}) && {}", test(dice), parts.join(" && ")),
        2 => format!("({} || {}) && ({})", test(dice), test(dice), parts.join(" && ")),
        3 => format!("({} ? {} : {})", test(dice), test(dice), parts.join(" && ")),
        _ => parts.join(" && "),
    }
}

fn effect(dice: &mut Dice) -> String {
    match dice.below(14) {
        0 => format!("OBSERVE Output(k{} = @\"a\")", dice.below(3)),
        1 => format!("DO SetVariables(v = \"{}\")", dice.one(&WORDS)),
        2 => "OBSERVE Trace(t = @\"s\")".into(),
        _ => format!("RETURN {}({})", dice.one(&DECISIONS), if dice.chance(20) { "\"r\"" } else { "" }),
    }
    .replace("Challenge(\"r\")", "Challenge(\"SMS\", \"r\")")
    .replace("Challenge()", "Challenge(\"SMS\")")
}

fn rules(dice: &mut Dice) -> String {
    let mut text = String::new();
    let rare = dice.chance(80);
    for rule in 0..1 + dice.below(6) {
        text += &format!("RULE \"r{rule}\"\n");
        if rule == 0 {
            text += "LET $late = GetVariable(\"v\") + \"b\"\n";
        }
        text += VARIABLES;
        if dice.chance(40) {
            text += &format!("WHEN {}\n", condition(dice));
        }
        for _ in 0..8 + dice.below(30) {
            let (effect, mut when) = (effect(dice), condition(dice));
            if rare {
                when = format!("@\"{}\" == \"{}\" && {when}", dice.one(&TEXTS), dice.one(&WORDS));
            }
            text += &format!("{effect}\nWHEN {when}\n");
        }
    }
    // Variables are those of their rule.
    let mut found = String::new();
    for (number, rule) in text.split("RULE ").skip(1).enumerate() {
        let declared =
            if number == 0 { rule.to_string() } else { rule.replace("$late", "(GetVariable(\"v\") + \"b\")") };
        found += &format!("RULE {declared}");
    }
    found
}

fn value(dice: &mut Dice) -> String {
    match dice.below(12) {
        0 => "null".into(),
        1 => "{\"x\": 1}".into(),
        2 => "true".into(),
        3 => format!("\"{}\"", number(dice)),
        4..=6 => number(dice),
        _ => format!("\"{}\"", dice.one(&WORDS)),
    }
}

fn event(dice: &mut Dice) -> String {
    let odd = dice.chance(15);
    let part = |dice: &mut Dice, name: &str, usual: String| {
        let value = if odd && dice.chance(30) { value(dice) } else { usual };
        if dice.chance(10) { String::new() } else { format!("\"{name}\": {value}, ") }
    };
    let word = |dice: &mut Dice| format!("\"{}\"", dice.one(&WORDS));
    let truth = |dice: &mut Dice| if dice.chance(50) { "true".to_string() } else { "false".to_string() };
    let (a, c, d, price) = (number(dice), number(dice), number(dice), number(dice));
    let (s, email, name, item) = (word(dice), word(dice), word(dice), word(dice));
    let (ok, known) = (truth(dice), truth(dice));
    let a = part(dice, "a", a);
    let b = part(dice, "c", c) + &part(dice, "d", d);
    let user = part(dice, "email", email) + &part(dice, "name", name) + &part(dice, "known", known);
    let items = format!("[{{{}\"z\": 0}}, {{{}\"z\": 0}}]", part(dice, "name", item), part(dice, "price", price));
    let dates = ["2026-01-03", "2026-01-05T10:00:00.1234567Z", "2026-01-09", "1970-05-01T00:00:00.0000001Z", "soon"];
    let [made, day] = [(); 2].map(|()| format!("\"{}\"", dates[dice.below(if odd { 5 } else { 4 }) as usize]));
    let made = part(dice, "made", made) + &part(dice, "day", day);
    let rest = part(dice, "s", s) + &part(dice, "ok", ok) + &made;
    format!("{{{a}{rest}\"b\": {{{b}\"z\": 0}}, \"u\": {{{user}\"z\": 0}}, \"items\": {items}}}")
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn engine(rules: &str, in_order: bool, first_match: bool) -> Engine {
    let stubs = Stubs::parse(r#"{"ask": [{"args": ["ab"], "response": "yes"}, {"response": "no"}]}"#);
    let mode = if first_match { fql::evaluate::Mode::FirstMatch } else { fql::evaluate::Mode::UntilDecision };
    let builder = Engine::builder().stubs(stubs.unwrap()).in_order(in_order).mode(mode);
    let builder = builder.list("names", LISTS[0]).list("words", LISTS[1]);
    let builder = builder.support_list("marks", LISTS[2]).support_list("timed", LISTS[3]);
    let builder = builder.functions("of.fql", FUNCTION.as_bytes());
    builder.rules("case", rules).build().unwrap_or_else(|error| panic!("{error}\n{rules}"))
}

#[test]
fn decisions_are_the_same_with_an_index_and_without() {
    const EVENTS: u64 = 50;
    let cases = setting("FQL_INDEX_CASES", 10_000);
    let first = setting("FQL_INDEX_SEED", 1);
    let (mut indexed, mut programs) = (0, 0);
    let now = fql::value::DateTime::from_ymd(2026, 1, 10).unwrap();
    for seed in first..first + cases.div_ceil(EVENTS) {
        let mut dice = Dice(seed.wrapping_mul(0x1234_5678_9ABC_DEF1));
        let rules = rules(&mut dice);
        let first_match = dice.chance(20);
        let [with, without] = [false, true].map(|in_order| engine(&rules, in_order, first_match));
        programs += 1;
        indexed += u64::from(with.program(None).unwrap().is_indexed());
        let (mut one, mut other) = (with.session(None).unwrap(), without.session(None).unwrap());
        for number in 0..EVENTS {
            let event = event(&mut dice);
            let request = || Request::new(&event).seed(1).at(now).record_taken(number % 4 == 0);
            let expected = other.decide(request()).unwrap();
            let mut found = one.decide(request()).unwrap();
            // Like events in a row: a session may get into a habit.
            for _ in 0..if dice.chance(10) { 9 } else { 0 } {
                assert_eq!(found.to_json(), expected.to_json(), "seed {seed}\n{rules}\n{event}");
                found = one.decide(request()).unwrap();
            }
            assert_eq!(found.to_json(), expected.to_json(), "seed {seed}\n{rules}\n{event}");
            let taken =
                |decision: &fql::Decision| -> Vec<String> { decision.taken().map(|one| format!("{one:?}")).collect() };
            assert_eq!(taken(&found), taken(&expected), "seed {seed}\n{rules}\n{event}");
            if let Some(clause) = found.clause().filter(|_| number % 4 == 0) {
                assert!(found.taken().any(|one| one.clause == clause), "seed {seed}\n{rules}\n{event}");
            }
        }
    }
    assert!(indexed * 2 > programs, "{indexed} of {programs} programs have an index");
}

/// Both ways on all of these events, for statements that are all looked at.
fn both_ways(statements: &[String], events: impl Iterator<Item = String>) {
    let rules: String = statements.iter().enumerate().fold(String::new(), |rules, (number, test)| {
        rules + &format!("RULE \"r{number}\"\nCLAUSE \"c{number}\"\nOBSERVE Output(n = {number})\nWHEN {test}\n")
    });
    let [with, without] = [false, true].map(|in_order| engine(&rules, in_order, false));
    assert!(with.program(None).unwrap().is_indexed(), "{rules}");
    let mut some = 0;
    for event in events {
        let [found, expected] = [&with, &without].map(|engine| engine.decide_blocking(Request::new(&event)).unwrap());
        assert_eq!(found.to_json(), expected.to_json(), "{event}");
        some += usize::from(found.outputs().count() > 0);
    }
    assert!(some > 2, "only {some} events find something");
}

#[test]
fn statements_that_a_list_decides_are_found_by_what_it_says() {
    let questions = ["IsSafe", "IsBlock", "IsWatch", "InSupportList"];
    let statements = TEXTS.iter().flat_map(|text| {
        let about = move |question| {
            ["", " && @\"a\" > 1", " && @\"a\" <= 1", " && @\"ok\""]
                .map(|more| format!("{question}(\"marks\", @\"{text}\"){more}"))
        };
        questions.into_iter().flat_map(about)
    });
    let statements: Vec<String> = statements.collect();
    let events = WORDS.iter().flat_map(|word| {
        [(1, true), (2, false)].map(|(a, ok)| {
            format!(
                "{{\"a\": {a}, \"ok\": {ok}, \"s\": \"{word}\", \"u\": {{\"email\": \"x-2\", \"name\": \"{word}\"}}}}"
            )
        })
    });
    both_ways(&statements, events);
}

#[test]
fn what_depends_on_the_clock_is_no_constant() {
    let rules: String = (0..32).fold(String::new(), |rules, number| {
        let test = match number % 2 {
            0 => "@\"s\".ToDateTime() < DateTime.UtcNow",
            _ => "@\"s\".Length > DateTime.UtcNow.Year - 2010",
        };
        rules
            + &format!(
                "CLAUSE \"c{number}\"\nOBSERVE Output(n{number} = {number})\nWHEN {test} && @\"a\" == {number}\n"
            )
    });
    let [with, without] = [false, true].map(|in_order| engine(&rules, in_order, false));
    assert!(with.program(None).unwrap().is_indexed(), "{rules}");
    for number in 0..32 {
        let event = format!("{{\"a\": {number}, \"s\": \"2020-06-01\"}}");
        // A text of ten signs, and a date between the two clocks.
        for (clock, fires) in [("2012-01-01", number % 2 == 1), ("2026-01-01", number % 2 == 0)] {
            let now = fql::DateTime::parse(&format!("{clock}T00:00:00Z")).unwrap();
            for engine in [&with, &without] {
                let decision = engine.decide_blocking(Request::new(&event).at(now)).unwrap();
                assert_eq!(decision.outputs().count() > 0, fires, "{number} at {clock}");
            }
        }
    }
}
