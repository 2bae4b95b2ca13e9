//! Patterns by .NET's documented meaning, and faults by name and place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern).unwrap_or_else(|fault| panic!("{pattern}: {fault:?}")).is_match(text)
}

#[test]
fn constructs_mean_what_they_mean_in_dotnet() {
    for (pattern, yes, no) in [
        ("a.c", &["abc", "a\rc", "xaécx"][..], &["a\nc", "ac"][..]),
        ("(?s)a.c", &["a\nc"], &["ac"]),
        ("^ab$", &["ab", "ab\n"], &["ab\n\n", "xab", "ab\r\n", "\nab"]),
        ("^ab\\Z", &["ab", "ab\n"], &["ab\n\n"]),
        ("\\Aab\\z", &["ab"], &["ab\n"]),
        ("(?m)^ab$", &["ab", "x\nab\ny", "ab\n"], &["xab", "ab\r\ny"]),
        ("^$", &["", "\n"], &["a", "\n\n"]),
        ("a$|b\\z", &["a", "a\n", "b"], &["b\n"]),
        ("\\d", &["7", "٣"], &["x", "²"]),
        ("^\\w+$", &["aé_9日‿", "e\u{301}"], &["a-b", "\u{200D}"]),
        ("\\W", &["-", " "], &["a"]),
        ("[\\W]", &["-"], &["a"]),
        ("\\s", &[" ", "\u{85}", "\u{A0}", "\u{2028}", "\u{B}"], &["a", "\u{200B}"]),
        ("(?i)straße", &["STRAßE"], &["STRASSE"]),
        ("a(?i)b|c", &["aB", "C"], &["AB"]),
        ("(?i:a)b", &["Ab"], &["aB"]),
        ("(?i)a(?-i)b", &["Ab"], &["aB"]),
        ("(a(?i)b)c", &["aBc"], &["abC"]),
        ("(?x) a b # comment\n c", &["abc"], &["a b c"]),
        ("(?x)a [ ] b\\ c", &["a b c"], &["abc"]),
        ("(?x:a b)c d", &["abc d"], &["abcd"]),
        ("a(?#comment)b", &["ab"], &["a"]),
        ("a(?#x)+b", &["aab"], &["b"]),
        ("(?<year>\\d{4})-(?'month'\\d\\d)(?:x)?(?n)(y)?", &["2026-11"], &["26-11"]),
        ("a{2}b{1,}c{0,1}?d", &["aabbd", "aabcd"], &["abd"]),
        ("^a{,2}$", &["a{,2}"], &["a"]),
        ("^x{a}{$", &["x{a}{"], &["x"]),
        ("^a|b}]$", &["ax", "b}]"], &["b"]),
        ("[]a]", &["]", "a"], &["b"]),
        ("[^]a]", &["b"], &["]", "a"]),
        ("[a-]", &["-"], &["b"]),
        ("[\\d-x]", &["-", "5", "x"], &["y"]),
        ("[a\\-z]", &["-", "z"], &["m"]),
        ("[[a&&b]", &["[", "a", "&"], &["c"]),
        ("[:alpha:]", &["l", ":"], &["b"]),
        ("^[a-z-[aeiou]]+$", &["xyz"], &["xyaz"]),
        ("^[\\w-[\\d_]]+$", &["ab"], &["a1"]),
        ("^[^a-z-[X]]+$", &["A-9"], &["a", "X"]),
        ("^[a-z-[d-w-[m]]]+$", &["amz"], &["d"]),
        ("(?i)^[a-z-[aeiou]]+$", &["XyZ"], &["A"]),
        ("[a~~+--c]", &["~", ",", "c"], &["d"]),
        ("[\\b]", &["\u{8}"], &["b"]),
        ("\\ba\\b", &["x a y"], &["xa"]),
        ("a\\Bb", &["ab"], &["a b"]),
        ("\\x41\\u00e9\\t\\e\\cA\\0\\101\\.", &["Aé\t\u{1B}\u{1}\0A."], &["A"]),
        ("[\\x41-\\u0043]", &["B"], &["D"]),
        ("\\ud83d\\ude00", &["😀"], &["😁"]),
        ("[\u{1F600}-\u{1F64F}]", &["😁"], &["a"]),
        ("\\p{Lu}\\P{L}\\p{IsGreek}", &["É1α"], &["é1α", "ÉéA"]),
        ("[\\p{IsCyrillic}\\P{Ll}]", &["д", "A"], &["a"]),
        ("\\p{Cs}|\\p{Cn}x", &["\u{378}x"], &["x"]),
        ("\\P{Cs}", &["x"], &[""]),
        ("\\12", &["\n"], &["12"]),
        ("^*a|(|b)()", &["a", ""], &[]),
        ("#&~ a", &["#&~ a"], &["#&~a"]),
    ] {
        for text in yes {
            assert!(matches(pattern, text), "{pattern} on {text:?}");
        }
        for text in no {
            assert!(!matches(pattern, text), "{pattern} on {text:?}");
        }
    }
}

#[test]
fn every_category_and_block_compiles() {
    for name in property::names() {
        for letter in ['p', 'P'] {
            Pattern::new(&format!("\\{letter}{{{name}}}[\\{letter}{{{name}}}a]")).unwrap();
        }
    }
}

#[test]
fn faults_name_the_construct_and_its_place() {
    for (pattern, found, message) in [
        ("ab(?=c)", "(?=", "look-ahead"),
        ("(?!c)", "(?!", "negative look-ahead"),
        ("a(?<=c)", "(?<=", "look-behind"),
        ("a(?<!c)", "(?<!", "negative look-behind"),
        ("(?>a)", "(?>", "atomic group"),
        ("(?(a)b|c)", "(?(", "conditional"),
        ("(?<a-b>x)", "(?<a-b", "balancing group"),
        ("(a)\\1", "\\1", "back-reference"),
        ("(?<n>a)\\k<n>", "\\k", "back-reference"),
        ("\\9", "\\9", "back-reference"),
        ("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\10", "\\10", "back-reference"),
        ("\\Ga", "\\G", "anchor"),
        ("é(b", "(", "not closed"),
        ("a)b", ")", "closes no group"),
        ("é[b", "[", "not closed"),
        ("a**", "*", "quantifier"),
        ("a*+", "+", "quantifier"),
        ("(*a)", "*", "nothing to repeat"),
        ("a|{2}", "{2}", "nothing to repeat"),
        ("a{3,2}", "{3,2}", "3 before 2"),
        ("a{99999999999}", "{99999999999}", "too large"),
        ("[z-a]", "z-a", "`z` before `a`"),
        ("[b--c]", "b--", "`b` before `-`"),
        ("[a-\\d]", "a-\\d", "found a class"),
        ("[a-z-[b]c]", "[b]", "stands last"),
        ("\\y", "\\y", "no escape"),
        ("a\\", "\\", "escapes nothing"),
        ("\\p{Foo}", "\\p{Foo}", "`Foo` is no category"),
        ("\\pL", "\\p", "expected the name"),
        ("\\xg1", "\\x", "hexadecimal"),
        ("\\ud83dx", "\\ud83d", "half of a character"),
        ("(?P<n>a)", "(?P", "begins no group"),
        ("(?<1a>b)", "(?<1a", "name"),
        ("(?iq)", "(?iq", "options"),
        ("(?#a", "(?#a", "not closed"),
        ("\\c1", "\\c1", "letter"),
        ("(\\w{1000}){1000}", "(\\w{1000}){1000}", "too large"),
    ] {
        let fault = Pattern::new(pattern).expect_err(pattern);
        assert_eq!(pattern.get(fault.range.clone()), Some(found), "{pattern}: {fault:?}");
        assert!(fault.message.contains(message), "{pattern}: {fault:?}");
    }
}

#[test]
fn a_help_names_what_was_probably_meant() {
    let help = |pattern| Pattern::new(pattern).unwrap_err().help.unwrap_or_default();
    assert_eq!(help("\\p{lu}"), "did you mean `Lu`?");
    assert_eq!(help("\\p{Greek}"), "did you mean `IsGreek`?");
    assert!(help("(?P<n>a)").contains("(?<name>...)"));
}

#[test]
fn hostile_patterns_and_texts_neither_crash_nor_take_long() {
    for (open, close) in [("(", ")"), ("[a-[", "]]"), ("(?:", ")*"), ("(?x: ", " )")] {
        let fault = Pattern::new(&(open.repeat(50_000) + "a" + &close.repeat(50_000))).unwrap_err();
        assert!(fault.message.contains("nest deeper"), "{}", fault.message);
        assert!(matches(&(open.repeat(20) + "a" + &close.repeat(20)), "abc") || open == "[a-[");
    }
    let text = "a".repeat(100_000);
    assert!(!matches("^(a+)+$b|(a|a)*c|(a*)*d", &text));
    let letters: Vec<char> = "(?<=!>'-)[]{}*+?|\\^$.:#imnsxpPkuzZGabc09,é\n ".chars().collect();
    let mut state = 7_u64;
    for _ in 0..3_000 {
        let mut pattern = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            pattern.push(letters[(state >> 33) as usize % letters.len()]);
        }
        match Pattern::new(&pattern) {
            Ok(compiled) => drop(compiled.is_match("a\nb")),
            Err(fault) => {
                assert!(pattern.get(fault.range.clone()).is_some(), "{pattern:?} {fault:?}");
                assert!(!fault.message.contains("cannot be read"), "{pattern:?} {fault:?}");
            }
        }
    }
}
