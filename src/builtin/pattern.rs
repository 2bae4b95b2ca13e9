//! What a text looks like: regular expressions, and how far it is from a word (L7.4, L7.5).

mod bigrams;

use crate::function::{IntoDatum, Returned, functions};
use crate::value::{Context, Datum, Failure, Json, Record, Type};
use bigrams::POINTS;

/// How a text looks, as the record that rules read.
struct Look {
    max_consonants: i64,
    gibber_score: f64,
}

impl Returned for Look {
    const TYPE: Type = Type::Record(Record::Pattern);
    const CAN_FAIL: bool = false;
}

impl<'a> IntoDatum<'a> for Look {
    fn into_datum(self, context: &mut Context<'a>) -> Result<Datum<'a>, Failure> {
        let members =
            [("maxConsonants", Json::Int(self.max_consonants)), ("gibberScore", Json::Double(self.gibber_score))];
        Ok(Datum::Json(Json::object(context.arena, &members)))
    }
}

/// The longest run of the letters `a` to `z` without `a e i o u`, case ignored. Letters of other alphabets end a run, so that
/// a name in Cyrillic is not one long run.
fn max_consonants(text: &str) -> i64 {
    let (mut longest, mut run) = (0, 0);
    for byte in text.bytes() {
        let vowel = matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u');
        run = if byte.is_ascii_alphabetic() && !vowel { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The mean of the points of all pairs of neighbours among the letters `a` to `z` and the digits, from 0 to 1. A pair with a
/// digit has no points, since words have no digits. Without any pair nothing speaks for gibberish: 1.
fn gibber_score(text: &str) -> f64 {
    let (mut points, mut pairs) = (0_u64, 0_u64);
    let mut before = None;
    for byte in text.bytes() {
        let here = byte.is_ascii_alphanumeric().then(|| byte.to_ascii_lowercase());
        if let (Some(first), Some(second)) = (before, here) {
            let letter = |byte: u8| usize::from(byte.wrapping_sub(b'a'));
            let found = POINTS.get(letter(first)).and_then(|row| row.get(letter(second)));
            points += u64::from(found.copied().unwrap_or(0));
            pairs += 1;
        }
        before = here;
    }
    if pairs == 0 { 1.0 } else { points as f64 / (100 * pairs) as f64 }
}

functions! {
    /// What a text looks like (L7.4, L7.5).
    pub(super) static PATTERN;

    /// True if the regular expression matches somewhere in the text
    ///
    /// The pattern is a constant in the syntax of .NET's non-backtracking expressions, and matching takes time linear in the
    /// text. `^` and `$` tie it to the beginning and the end, `(?i)` ignores case. Look-around, back-references, atomic
    /// groups and conditionals are errors when the rule is checked. A backslash is doubled in a rule's text.
    ///
    /// ```fql
    /// Patterns.IsRegexMatch("^.*com$", "kayla@contoso.com") => true
    /// Patterns.IsRegexMatch("^\\d{5}(-\\d{4})?$", "98052-1234") => true
    /// Patterns.IsRegexMatch("^[a-z-[aeiou]]+$", "rhythm") => true
    /// Patterns.IsRegexMatch("(?i)contoso", "kayla@CONTOSO.com") => true
    /// Patterns.IsRegexMatch("^contoso", "kayla@contoso.com") => false
    /// ```
    immutable static Patterns.IsRegexMatch(pattern: &str, source: &str) -> Result<bool, Failure> {
        let _ = (pattern, source);
        Err(Failure::mismatch("IsRegexMatch"))
    }

    /// How a text looks: `maxConsonants` and `gibberScore`
    ///
    /// `maxConsonants` is the longest run of letters `a` to `z` that are not `a e i o u`; digits and everything else end a
    /// run. `gibberScore` goes from 0 for gibberish to 1: the mean, over all pairs of neighbouring letters `a` to `z` and
    /// digits, of how frequent the pair is in English words. A pair scores 0 up to a share of 1/10,000 of all pairs, 1 from
    /// 1/200 on, and in between by the logarithm; a pair with a digit scores 0. 95 of 100 English words score more than 0.7,
    /// half of all random texts less than 0.36. A text without any pair scores 1.
    ///
    /// ```fql
    /// GetPattern("01gggyturah").maxConsonants => 5
    /// GetPattern("Kayla").maxConsonants => 2
    /// GetPattern("station").gibberScore > 0.9 => true
    /// GetPattern("xkjqzv").gibberScore < 0.1 => true
    /// GetPattern("").gibberScore => 1
    /// ```
    immutable global GetPattern(text: &str) -> Look {
        Look { max_consonants: max_consonants(text), gibber_score: gibber_score(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and words that a customer may have, the rarer ones too.
    const WORDS: [&str; 16] = [
        "michael", "smith", "contoso", "anderson", "jennifer", "purchase", "market", "elephant", "winter", "candle",
        "marine", "stone", "garden", "teacher", "silver", "monica",
    ];

    /// What fingers find on a keyboard, and what a generator makes.
    const GIBBERISH: [&str; 16] = [
        "asdfgh", "qwrtzp", "xkjqzv", "hjklzx", "zxcvbn", "fghjkl", "qpwoxn", "vbxzqk", "wqhjfd", "jkdfhg", "bvcxyl",
        "kjhgfd", "mnbvcx", "dfgkjh", "x7g2k9", "8f3kq0",
    ];

    #[test]
    fn words_score_higher_than_gibberish() {
        let lowest = WORDS.iter().map(|word| gibber_score(word)).fold(1.0, f64::min);
        let highest = GIBBERISH.iter().map(|text| gibber_score(text)).fold(0.0, f64::max);
        assert!(lowest > 0.6 && highest < 0.4, "{lowest} {highest}");
    }

    #[test]
    fn the_score_lies_between_its_ends_and_ignores_case() {
        for text in WORDS.iter().chain(&GIBBERISH).chain(&["", "a", "é", "ть", "a-b", "42", "th", "日本th"]) {
            let score = gibber_score(text);
            assert!((0.0..=1.0).contains(&score), "{text} {score}");
            assert!((gibber_score(&text.to_uppercase()) - score).abs() < 1e-12, "{text}");
        }
        assert!(gibber_score("th") > 0.9 && gibber_score("42") == 0.0 && gibber_score("a-b") == 1.0);
    }

    #[test]
    fn runs_of_consonants_end_at_everything_else() {
        for (text, longest) in [
            ("", 0),
            ("aeiou", 0),
            ("01gggyturah", 5),
            ("STRENGTHS", 5),
            ("bcd1fghj", 4),
            ("b-c d", 1),
            ("bbé", 2),
            ("Дмитрий", 0),
            ("y", 1),
        ] {
            assert_eq!(max_consonants(text), longest, "{text}");
        }
    }
}
