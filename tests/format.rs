//! Formatting: what the layout looks like, and what it never does: change a program, lose a comment, or come to another
//! result the second time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "format/tree.rs"]
mod tree;

use fql::format::format;
use fql::limit::Limits;
use fql::source::Source;
use fql::syntax::{self, parse_rules};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::new("rules.fql", text))
}

fn formatted(text: &str) -> String {
    let found = format(&source(text), &Limits::default(), false);
    found.unwrap_or_else(|diagnostics| panic!("{text}\n{diagnostics:?}"))
}

fn mended(text: &str) -> String {
    format(&source(text), &Limits::default(), true).unwrap()
}

/// Whether a text parses, its tree, and how many statements it begins.
fn tree_of(text: &str) -> Option<String> {
    syntax::with_stack(syntax::nesting(text).min(128), || {
        let parsed = parse_rules(&source(text), &Limits::default());
        let good = !parsed.diagnostics.iter().any(|d| d.is_error());
        good.then(|| tree::show(&parsed.tree))
    })
    .unwrap()
}

/// The comments of a text in order, each without the white space around it.
fn comments_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text.split('\n').map(|line| line.trim_end_matches('\r')).collect::<Vec<_>>().join("\n");
    while let Some(start) = rest.find(['/', '"', '\'', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}']) {
        rest = rest.split_off(start);
        let end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").unwrap() + 2
        } else if rest.starts_with('/') {
            rest = rest.split_off(1);
            continue;
        } else {
            rest = rest.split_off(string_length(&rest));
            continue;
        };
        let tail = rest.split_off(end);
        found.push(rest.trim_end().to_string());
        rest = tail;
    }
    found
}

fn string_length(text: &str) -> usize {
    let open = text.chars().next().unwrap();
    let ends = |c: char| match open {
        '\u{2018}' | '\u{2019}' => ('\u{2018}'..='\u{201B}').contains(&c),
        '\u{201C}' | '\u{201D}' => ('\u{201C}'..='\u{201F}').contains(&c),
        _ => c == open,
    };
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if ends(c) {
            return at + c.len_utf8();
        } else if c == '\n' {
            return at;
        }
    }
    text.len()
}

/// The claims that hold for every text. False if the text holds mistakes.
fn holds(text: &str) -> bool {
    let Some(tree) = tree_of(text) else {
        assert!(
            format(&source(text), &Limits::default(), false).is_err(),
            "a text with mistakes was formatted:\n{text}"
        );
        return false;
    };
    let once = formatted(text);
    assert_eq!(tree_of(&once).as_ref(), Some(&tree), "another program:\n{text}\n----\n{once}");
    assert_eq!(comments_of(&once), comments_of(text), "other comments:\n{text}\n----\n{once}");
    // A text that was left as it is would keep its blanks.
    assert_eq!(formatted(&format!("{text} \n \n")), once, "not formatted:\n{text}\n----\n{once}");
    let twice = formatted(&once);
    assert_eq!(twice, once, "another result:\n{text}\n----\n{once}");
    let fixed = mended(text);
    assert_eq!(comments_of(&fixed), comments_of(text), "other comments:\n{text}\n----\n{fixed}");
    assert_eq!(mended(&fixed), fixed, "another result:\n{text}\n----\n{fixed}");
    assert_eq!(formatted(&fixed), fixed, "another result:\n{text}\n----\n{fixed}");
    true
}

fn check(text: &str, expected: &str) {
    assert!(holds(text));
    let found = formatted(text);
    assert_eq!(found, expected, "found:\n{found}");
}

// ---- examples

#[test]
fn a_rule_file() {
    check(
        r#"rule   "High risk card" Description "..." STATUS Active condition LET $country=@"user.countryRegion"
        when $country!="US" clause "blocked bin" return reject( "bin is blocked" , Supportmessage="call us" ) when containskey("Blocked bins","bin",@"card.bin")
        and not @"x"
clause "watch"   OBSERVE output(Country=$COUNTRY)"#,
        r#"RULE "High risk card"
DESCRIPTION "..."
STATUS active

CONDITION
  LET $country = @"user.countryRegion"
  WHEN $country != "US"

CLAUSE "blocked bin"
  RETURN Reject("bin is blocked", supportMessage = "call us")
    WHEN ContainsKey("Blocked bins", "bin", @"card.bin") && !@"x"

CLAUSE "watch"
  OBSERVE Output(Country = $country)
"#,
    );
}

#[test]
fn plain_statements() {
    check(
        "\n\n// first\nlet $a=1 let $b = $A\n\n\nwhen $a>0 let $c=2 return Approve() when $b==1 OBSERVE Output(x=$c),Trace(y=1)",
        "// first\nLET $a = 1\nLET $b = $a\n\nWHEN $a > 0\n\nLET $c = 2\nRETURN Approve()\n  WHEN $b == 1\n\n\
         OBSERVE Output(x = $c), Trace(y = 1)\n",
    );
}

#[test]
fn a_velocity_set() {
    check(
        "select Distinctcount(@\"deviceId\") as Devices_per_user\nfrom Purchase,Login:status groupby @\"userId\" when @\"a\"==1",
        "SELECT DistinctCount(@\"deviceId\") AS Devices_per_user\n  FROM Purchase, Login:status\n  \
         GROUPBY @\"userId\"\n  WHEN @\"a\" == 1\n",
    );
}

#[test]
fn functions() {
    check(
        "function Totals ( _amount:double=0,_tax : INTEGER )\noutput Sum:double=-1 return _amount+_tax\n\
         OUTPUT Bucket: string // its size\nlet $sum=_amount+_tax\nreturn $SUM>100?\"big\":\"small\"\n\
         function None() output X: boolean return true",
        "FUNCTION Totals(_amount: Double = 0, _tax: Integer)\nOUTPUT Sum: Double = -1\n  RETURN _amount + _tax\n\n\
         OUTPUT Bucket: String // its size\n  LET $sum = _amount + _tax\n  RETURN $sum > 100 ? \"big\" : \"small\"\n\n\
         FUNCTION None()\nOUTPUT X: Boolean\n  RETURN true\n",
    );
    check(
        "FUNCTION Long(_first_parameter: String = \"a long default\", _second_parameter: String = \"another\", _third: Double)\nOUTPUT X: Double\nRETURN 1.0",
        "FUNCTION Long(\n  _first_parameter: String = \"a long default\",\n  _second_parameter: String = \"another\",\n  \
         _third: Double\n)\nOUTPUT X: Double\n  RETURN 1.0\n",
    );
}

#[test]
fn long_lines_are_broken() {
    check(
        r#"LET $total = @"order.lines[0].price" * @"order.lines[0].count" + @"order.shipping" - @"order.discount" - 1
LET $list = ["Afghanistan", "Albania", "Algeria", "Andorra", "Angola", "Argentina", "Armenia", "Australia",]
LET $level = $total > 1000 ? "high, so that somebody looks at it" : $total > 100 ? "middle" : "low, nobody looks at it"
LET $name = @"user.name".Trim().ToLowerInvariant().Replace("a very long text to look for", "b").Replace("c", "d")
OBSERVE Output(first = External.reputation(@"user.email", @"device.ipAddress").score, second = { a: 1, b: $total }), Trace(z = (1 + 2) * 3)
RETURN Review("high amount", "a message for the support") WHEN ($total > 100 || $level == "high") && In(@"country", "US, CA") && !$list.Contains(@"country") && $name != """#,
        r#"LET $total = @"order.lines[0].price" * @"order.lines[0].count"
  + @"order.shipping"
  - @"order.discount"
  - 1
LET $list = [
  "Afghanistan",
  "Albania",
  "Algeria",
  "Andorra",
  "Angola",
  "Argentina",
  "Armenia",
  "Australia",
]
LET $level = $total > 1000
  ? "high, so that somebody looks at it"
  : $total > 100 ? "middle" : "low, nobody looks at it"
LET $name = @"user.name"
  .Trim()
  .ToLowerInvariant()
  .Replace("a very long text to look for", "b")
  .Replace("c", "d")
OBSERVE Output(
      first = External.reputation(@"user.email", @"device.ipAddress").score,
      second = { a: 1, b: $total }
    ),
    Trace(z = (1 + 2) * 3)

RETURN Review("high amount", "a message for the support")
  WHEN ($total > 100 || $level == "high")
    && In(@"country", "US, CA")
    && !$list.Contains(@"country")
    && $name != ""
"#,
    );
}

#[test]
fn comments_stay_where_they_are() {
    check(
        r#"// about the file


/* about the rule */
RULE "a" // its name
CLAUSE "b" // why
// before

// and again
RETURN /* not Approve */ Reject(
  "x", // the reason
  // the message
  "y" // z
) // end
// before the test
WHEN @"a" == 1 // one
 && /* two */ @"b" == 2
 // three
 && @"c" == 3 /* c */ // d
/* the
     end */"#,
        r#"// about the file

/* about the rule */
RULE "a" // its name

CLAUSE "b" // why
  // before
  // and again
  RETURN /* not Approve */ Reject(
    "x", // the reason
    // the message
    "y" // z
  ) // end
    // before the test
    WHEN @"a" == 1 // one
      && /* two */ @"b" == 2
      // three
      && @"c" == 3 /* c */ // d
/* the
     end */
"#,
    );
}

#[test]
fn a_comma_comes_before_a_comment() {
    check(
        "RETURN Reject(\"a\" // one\n , \"b\" /* two */)\nWHEN [1 // first\n,2 /* x */, 3 // last\n].Length > 1",
        "RETURN Reject(\n  \"a\", // one\n  \"b\" /* two */\n)\n  WHEN [\n    1, // first\n    2 /* x */,\n    \
         3, // last\n  ].Length\n    > 1\n",
    );
}

#[test]
fn names_have_their_canonical_spelling() {
    check(
        r#"WHEN @"a".startswith("x") AND @"a".length>1 And math.max(1,2)>1 || convert.toint32("1")==1 && datetime.utcnow.year > 2000
RETURN approve() WHEN @@"a".date.length == 1 && external.Call(@"a").Year == 5 && TRUE && Not False && @@ != NULL && 1E3 > 1"#,
        r#"WHEN @"a".StartsWith("x") && @"a".Length > 1 && Math.Max(1, 2) > 1
  || Convert.ToInt32("1") == 1 && DateTime.UtcNow.Year > 2000

RETURN Approve()
  WHEN @@"a".date.length == 1
    && External.Call(@"a").Year == 5
    && true
    && !false
    && @@ != null
    && 1e3 > 1
"#,
    );
}

#[test]
fn json_members_keep_their_case() {
    // `.Date` of a DateTime is a builtin, `.date` of Json is the event's.
    check(
        "RETURN Approve() WHEN @@\"a\".date == 1 && $x.length == 1 && {\"A b\":1,c : 2,}.C == 1 && []=={ }",
        "RETURN Approve()\n  WHEN @@\"a\".date == 1 && $x.length == 1 && { \"A b\": 1, c: 2 }.C == 1 && [] == {}\n",
    );
}

#[test]
fn deprecated_names_and_curly_quotes_are_mended_on_request() {
    let text = "RULE “a”\nCLAUSE ‘it\"s’\nRETURN Reject(“say \"x\"”)\nWHEN Math.RandomInt(1, 10) > 2 && @“a”.ContainsOnly(charset.hypen) && {“k”: 1}.k == 1\nOBSERVE Other(a = 1)";
    assert!(holds(text));
    assert_eq!(
        mended(text),
        "RULE \"a\"\n\nCLAUSE 'it\"s'\n  RETURN Reject(\"say \\\"x\\\"\")\n    WHEN RandomInt(1, 10) > 2 && \
         @\"a\".ContainsOnly(CharSet.Hyphen) && { \"k\": 1 }.k == 1\n  OBSERVE Output(a = 1)\n"
    );
    assert!(formatted(text).contains("Math.RandomInt") && formatted(text).contains("CharSet.Hypen"));
    assert!(formatted(text).contains("“say \"x\"”"));
    // The comments between the parts of a name that is replaced.
    assert_eq!(
        mended("WHEN math /* a */ . /* b */ randomInt /* c */ (1, 2) == 1 RETURN Approve()"),
        "WHEN /* a */ /* b */ RandomInt /* c */ (1, 2) == 1\n\nRETURN Approve()\n"
    );
    // Not another name, but another expression: a person decides.
    assert!(
        mended("RETURN Approve() WHEN @\"t\".ToDateTime().TruncateToDay() > DateTime.Today")
            .contains("TruncateToDay()")
    );
}

#[test]
fn line_ends_are_kept_and_a_byte_order_mark_is_not() {
    assert_eq!(formatted("\u{FEFF}return Approve()\r\nwhen 1==1\n"), "RETURN Approve()\r\n  WHEN 1 == 1\r\n");
    assert_eq!(formatted("return Approve()\nwhen 1==1\r\n"), "RETURN Approve()\n  WHEN 1 == 1\n");
    assert_eq!(formatted("/* a\r\n b */ RETURN Approve()"), "/* a\r\n b */ RETURN Approve()\r\n");
}

#[test]
fn a_text_with_mistakes_is_not_touched() {
    let diagnostics =
        format(&source("RETURN Approve() WHEN @\"a\" = 1\nLET x = 2"), &Limits::default(), true).unwrap_err();
    let codes: Vec<&str> = diagnostics.iter().map(|d| d.code.number()).collect();
    assert_eq!(codes.len(), 2, "{codes:?}");
    assert!(format(&source(""), &Limits::default(), false).is_err());
    assert!(format(&source("// nothing but a comment"), &Limits::default(), false).is_err());
}

#[test]
fn a_text_that_would_grow_beyond_the_limits_is_left_alone() {
    let limits = Limits { source_bytes: 30, ..Limits::default() };
    let text = "RETURN Approve()WHEN(1+2)*3==9";
    assert_eq!(format(&source(text), &limits, false).unwrap(), text);
    let text = format!("RETURN Approve() WHEN {}1{} == 1", "(".repeat(127), ")".repeat(127));
    assert!(holds(&text));
    let nested = format!("RETURN Approve() WHEN {}{}{} == 1", "[".repeat(120), "1,".repeat(9_000), "]".repeat(120));
    assert!(holds(&nested));
}

#[test]
fn a_keyword_that_would_begin_a_line_within_brackets() {
    // At the beginning of a line such a word is read as a statement whose bracket before it was never closed.
    let long = "x".repeat(90);
    assert!(holds(&format!(
        "OBSERVE Output(status = \"{long}\", clause /* c */ = \"{long}\", when // c\n = {{let:1, rule // d\n: 1}})"
    )));
    let text = format!("RETURN Approve() WHEN f(status, \"{long}\")");
    assert_eq!(formatted(&text), text);
}

// ---- every program

fn programs() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests/language"), root.join("examples"), root.join("benches")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "fql") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.extend(programs_of(&text).map(|program| (path.clone(), program)));
            }
        }
    }
    found.sort();
    found
}

/// The rule texts of a case file; expressions become rules. A file without sections is one program.
fn programs_of(text: &str) -> impl Iterator<Item = String> {
    let section = |part: &str| {
        let (name, body) = part.split_once('\n')?;
        match name.split_whitespace().next().unwrap_or_default() {
            "rules" | "actions" | "routing" | "functions" => Some(body.to_string()),
            "expression" => Some(format!("LET $result =\n{body}\nRETURN Approve()")),
            _ => None,
        }
    };
    let sections: Vec<String> = match text.split_once("=== ") {
        Some((_, rest)) if text.starts_with("# ") => rest.split("\n=== ").filter_map(section).collect(),
        _ => vec![text.to_string()],
    };
    sections.into_iter()
}

#[test]
fn every_program_of_the_case_files() {
    let all = programs();
    let good = all.iter().filter(|(_, text)| holds(text)).count();
    assert!(all.len() > 400 && good > all.len() / 2, "{good} of {} programs were formatted", all.len());
}

#[test]
fn a_comment_anywhere() {
    let text = include_str!("format/everything.fql");
    assert!(holds(text));
    assert_eq!(formatted(text), text, "the file is in its canonical form");
    let mut places: Vec<usize> = text.match_indices([' ', '\n', '(', ')', ',', '.', '=']).map(|(at, _)| at).collect();
    places.dedup();
    let comments = ["/* c */", " // c\n", "\n// c\n", "\n\n/* c */ // d\n\n", "\n/* c\n c */ "].iter().cycle();
    let mut good = 0;
    for (at, comment) in places.into_iter().zip(comments) {
        good += usize::from(holds(&format!("{}{comment}{}", &text[..at], &text[at..])));
    }
    assert!(good > 150, "{good}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn white_space_and_comments_anywhere(picks in prop::collection::vec((any::<prop::sample::Index>(), 0..8_usize), 1..12)) {
        let programs = PROGRAMS.with(|programs| programs.clone());
        let mut text = picks[0].0.get(&programs).clone();
        for (place, what) in &picks {
            let blanks: Vec<usize> = text.match_indices([' ', '\n', ',']).map(|(at, _)| at).collect();
            if blanks.is_empty() {
                break;
            }
            let at = *place.get(&blanks);
            let pasted = ["\n", " ", "\n\n\n", " // a\n", "\n// b\n", " /* c */ ", "\n/* d */\n", "\r\n"][*what];
            text.insert_str(at, pasted);
        }
        holds(&text);
    }

    #[test]
    fn generated_expressions(expression in expression(), width in 0..60_usize) {
        let text = format!("RETURN Reject(\"{}\", supportMessage = {expression}) WHEN {expression}", "x".repeat(width));
        prop_assert!(holds(&text), "{text}");
    }

    #[test]
    fn any_text_at_all(text in "(\\PC|[\\n/*\"'@$()\\[\\]{},.=]|RETURN |WHEN |LET \\$a = |Approve\\(\\) ){0,40}") {
        holds(&text);
    }
}

thread_local! {
    static PROGRAMS: Arc<Vec<String>> =
        Arc::new(programs().into_iter().map(|(_, text)| text).filter(|text| tree_of(text).is_some()).collect());
}

/// Expressions with comments in them.
fn expression() -> impl Strategy<Value = String> {
    let gap = prop_oneof![
        12 => Just(" "),
        1 => Just("\n"),
        1 => Just(" // a\n"),
        1 => Just("\n// b\n"),
        1 => Just(" /* c */ "),
        1 => Just("\n/* d\n  e */\n"),
    ]
    .boxed();
    let leaf = prop_oneof![
        Just("1".to_string()),
        Just("2.5E3".to_string()),
        Just("'a, // b'".to_string()),
        Just("“c”".to_string()),
        Just("@\"user.name\"".to_string()),
        Just("@name".to_string()),
        Just("@@".to_string()),
        Just("$baseInput".to_string()),
        Just("True".to_string()),
        Just("datetime.utcnow".to_string()),
        Just("{}".to_string()),
        Just("[]".to_string()),
        Just("a_rather_long_name_of_a_function_with_an_argument(1)".to_string()),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let operator = prop::sample::select(vec!["+", "-", "*", "/", "%", "&&", "and", "||", "or", "|"]);
        let e = inner.clone();
        let g = gap.clone();
        prop_oneof![
            3 => (e.clone(), g.clone(), operator, g.clone(), e.clone())
                .prop_map(|(a, g, operator, h, b)| format!("{a}{g}{operator}{h}{b}")),
            1 => (e.clone(), g.clone(), e.clone()).prop_map(|(a, g, b)| format!("({a}{g}=={g}{b})")),
            1 => (g.clone(), e.clone()).prop_map(|(g, a)| format!("({g}{a}{g})")),
            1 => (g.clone(), e.clone(), prop::sample::select(vec!["!", "-", "not "])).prop_map(|(g, a, sign)| format!("{sign}{g}({a})")),
            1 => (g.clone(), e.clone(), e.clone(), e.clone()).prop_map(|(g, a, b, c)| format!("({a}{g}?{b}{g}:{c})")),
            1 => (g.clone(), prop::collection::vec(e.clone(), 0..4)).prop_map(|(g, all)| format!("[{g}{}{g}]", all.join(&format!("{g},")))),
            1 => (g.clone(), e.clone(), e.clone()).prop_map(|(g, a, b)| format!("{{ a{g}: {a},{g}\"b\"{g}:{b}{g}, }}")),
            2 => (g.clone(), g.clone(), e.clone(), prop::collection::vec(e.clone(), 0..3), prop::sample::select(vec!["trim", "Substring", "Other"]))
                .prop_map(|(g, h, on, all, name)| format!("({on}){g}.{h}{name}{g}({})", all.join(&format!("{g}, k{h}= ")))),
            1 => (g, e.clone(), e).prop_map(|(g, on, index)| format!("({on}){g}[{g}{index}{g}]{g}.Length")),
        ]
    })
}
