//! Which tokens a text has, and that the grammar reads the classes that the scan gives.

use super::super::grammar::{Grammar, Rule};
use super::super::{recover, scan};
use super::*;
use pest::Parser;

/// The tokens of a text, one blank between them, each behind its class.
fn tokens(text: &str) -> String {
    let scan = scan::scan(text, 128, false);
    let stretch = scan.tokens.stretch(text, 0, 0..scan.tokens.count());
    let shown = stretch.classes().chars().enumerate().map(|(token, class)| {
        let start = stretch.offset(token).unwrap();
        let end = stretch.offset(token + 1).unwrap_or(text.len());
        format!("{class}{}", text[start..end].trim_end())
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_token_ends_where_it_can_go_on_no_further() {
    let cases = [
        ("5.ToString()", "V5 ..ToString (( ))"),
        ("1.5.Floor", "V1.5 ..Floor"),
        ("5. + .5", "V5. i+ V.5"),
        ("1x.5", "V1x ;. V5"),
        ("1e+5-1e+x", "V1e+5 t- V1e i+ Tx"),
        ("a. b .5", "Ta .. b ;. V5"),
        ("@a.b@@.c@@\"d\"@@[0]", "W@a ..b W@@ ..c W@@\"d\" W@@ [[ V0 ]]"),
        ("@ a @5 $ a $5", "W@ Ta W@ V5 Y$ Ta Y$ V5"),
        ("$a$BASEINPUT$baseInputs", "X$a Z$BASEINPUT X$baseInputs"),
        ("a====b=>=c<=>d!==e", "Ta o=== == Tb r=> == Tc e<= h> Td p!== Te"),
        ("a&&&b|||c<>-d", "Ta a&& n& Tb b|| m| Tc q<> t- Td"),
        ("\"a\\\"b\"'c'\u{201C}d\u{201D}@'e'", "U\"a\\\"b\" U'c' U\u{201C}d\u{201D} W@'e'"),
        ("'a\nb @\"c", "Y'a Tb Y@\"c"),
        ("é a;b # c", "xé Ta x; Tb x# Tc"),
        ("not nota.not", "~not Tnota ..not"),
    ];
    for (text, found) in cases {
        assert_eq!(tokens(text), found, "{text}");
    }
}

#[test]
fn the_grammar_knows_every_keyword() {
    let cases = [
        ("LET $a = b", Rule::a_let),
        ("WHEN a", Rule::a_when),
        ("RETURN a", Rule::a_fire),
        ("OBSERVE a", Rule::a_fire),
        ("DO a", Rule::a_fire),
        ("ROUTETO a", Rule::a_fire),
        ("SELECT a AS b FROM c", Rule::a_selection),
        ("GROUPBY a", Rule::a_group_by),
        ("FUNCTION a()", Rule::a_function),
        ("OUTPUT a: b", Rule::a_output),
        ("RULE 'a'", Rule::a_rule),
        ("DESCRIPTION 'a'", Rule::a_description),
        ("STATUS a", Rule::a_status),
        ("CONDITION", Rule::a_condition),
        ("CLAUSE 'a'", Rule::a_clause),
        ("a and b or not c", Rule::expression),
    ];
    let rules = cases.map(|(_, rule)| rule);
    for (text, meant) in cases {
        let scan = scan::scan(text, 128, true);
        let stretch = scan.tokens.stretch(text, 0, 0..scan.tokens.count());
        for rule in rules {
            let is_read = Grammar::parse(rule, stretch.classes()).is_ok();
            // A word alone is an operand, whatever it is.
            let is_meant = rule == meant || (text, rule) == ("CONDITION", Rule::expression);
            assert_eq!(is_read, is_meant, "{text} as {rule:?}");
        }
    }
    let words: Vec<&str> = keywords().collect();
    let named = |word: &&str| cases.iter().any(|(text, _)| text.split(' ').any(|part| part.eq_ignore_ascii_case(word)));
    assert!(words.iter().all(named));
}

#[test]
fn every_keyword_is_a_name_where_a_name_may_stand() {
    for word in keywords() {
        let text = format!("@{word}.{word}.f({word} = {{{word}: ${word}}})");
        assert_eq!(expression(&text), text);
        let text = format!("SELECT Count() AS {word} FROM {word}, a:{word} GROUPBY @a");
        assert_eq!(rules(&text), format!("rule -\nclause -\nSELECT Count() AS {word} FROM {word} a:{word} GROUPBY @a"));
    }
}

#[test]
fn the_grammar_knows_every_operator() {
    let signs = [
        "*", "/", "%", "+", "-", "<", "<=", ">", ">=", "==", "!=", "|", "&&", "||", "and", "or", "===", "!==", "<>",
        "=>", "=<", "&", "=",
    ];
    for sign in signs {
        let text = format!("a {sign} -b");
        let parsed = parse_expression(&source(&text), &Limits::default());
        assert!(matches!(parsed.tree.unwrap().kind, Kind::Chain(_)), "{text}");
        let mended = parsed.diagnostics.iter().map(|fault| fault.fix.clone().unwrap().replacement).collect::<String>();
        assert!(mended.is_empty() || signs.contains(&mended.as_str()), "{text}: {mended}");
    }
}

#[test]
fn a_number_that_ends_in_a_point_does_not_swallow_a_statement() {
    let text = "LET $a = 5.\nRETURN Approve() +\nRETURN Reject(";
    let source = source(text);
    let mut collected = Faults::new(&source);
    let scan = scan::scan(text, 128, true);
    assert_eq!(scan.pieces.len(), 3);
    recover::rules(text, 0, &scan, &Limits::default(), &mut collected);
    let found = faults(&collected.into_sorted());
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn a_comment_behind_a_header_changes_nothing() {
    for gap in [" ", "/* a */", " // a\n", "\u{A0}"] {
        let text = format!("RULE 'a' STATUS active CONDITION{gap}WHEN @b CLAUSE 'c' RETURN Approve()");
        let found = scan::scan(&text, 128, true);
        assert_eq!(found.pieces.len(), 6, "{text}");
        let mut collected = Vec::new();
        let source = source(&text);
        let mut faults = Faults::new(&source);
        collected.extend(recover::rules(&text, 0, &found, &Limits::default(), &mut faults));
        assert!(faults.into_sorted().is_empty(), "{text}");
        assert_eq!(collected.len(), 6, "{text}");
    }
}
