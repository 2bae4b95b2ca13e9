//! What a text is and where something stands in it: length, comparison, search (L6.1).

use super::fault::out_of_range;
use super::text::{equal_ignoring_case, length, offset, split};
use crate::function::functions;
use crate::value::{Failure, number};

/// -1, 0 or 1.
fn sign(ordering: std::cmp::Ordering) -> i64 {
    ordering as i64
}

functions! {
    /// Length, comparison and search of text (L6.1).
    pub(super) static STRING;

    /// How many characters the text has
    ///
    /// A character is a Unicode scalar value: an accented letter is one, whatever bytes it takes.
    ///
    /// ```fql
    /// "kayla".Length => 5
    /// "Zoë".Length => 3
    /// "".Length => 0
    /// ```
    immutable property String.Length(text: &str) -> i64 { length(text) }

    /// True if the text begins with `prefix`
    ///
    /// Case counts. Every text begins with the empty text.
    ///
    /// ```fql
    /// "1-425-555-0100".StartsWith("1-") => true
    /// "Contoso".StartsWith("con") => false
    /// "abc".StartsWith("") => true
    /// ```
    immutable method String.StartsWith(text: &str, prefix: &str) -> bool { text.starts_with(prefix) }

    /// True if the text ends with `suffix`
    ///
    /// Case counts. Every text ends with the empty text.
    ///
    /// ```fql
    /// "kayla@contoso.com".EndsWith("@contoso.com") => true
    /// "kayla@contoso.com".EndsWith(".COM") => false
    /// ```
    immutable method String.EndsWith(text: &str, suffix: &str) -> bool { text.ends_with(suffix) }

    /// True if `part` stands somewhere in the text
    ///
    /// Case counts. Every text contains the empty text.
    ///
    /// ```fql
    /// "Xbox Series X".Contains("Series") => true
    /// "Xbox Series X".Contains("xbox") => false
    /// ```
    immutable method String.Contains(text: &str, part: &str) -> bool { text.contains(part) }

    /// True if both texts are the same, character by character
    ///
    /// The same as `==`. To ignore case there is `IgnoreCaseEquals`.
    ///
    /// ```fql
    /// "US".Equals("US") => true
    /// "US".Equals("us") => false
    /// ```
    immutable method String.Equals(text: &str, other: &str) -> bool { text == other }

    /// True if both texts are the same when case is ignored
    ///
    /// ```fql
    /// "Kayla@Contoso.com".IgnoreCaseEquals("kayla@contoso.com") => true
    /// "ÉMILE".IgnoreCaseEquals("émile") => true
    /// "abc".IgnoreCaseEquals("abd") => false
    /// ```
    immutable method String.IgnoreCaseEquals(text: &str, other: &str) -> bool { equal_ignoring_case(text, other) }

    /// -1, 0 or 1 as the text stands before, at or behind `other`
    ///
    /// The order is that of code points, so upper case stands before lower case.
    ///
    /// ```fql
    /// "a".CompareTo("b") => -1
    /// "b".CompareTo("b") => 0
    /// "b".CompareTo("B") => 1
    /// ```
    immutable method String.CompareTo(text: &str, other: &str) -> i64 { sign(text.cmp(other)) }

    /// Where `part` stands first, counted in characters from zero; -1 if nowhere
    ///
    /// With `start`, the search begins there; the result still counts from the beginning of the text. The empty text is
    /// found where the search begins. A `start` that is negative or beyond the end fails.
    ///
    /// ```fql
    /// "kayla@contoso.com".IndexOf("@") => 5
    /// "kayla@contoso.com".IndexOf("#") => -1
    /// "kayla@contoso.com".IndexOf("o", 8) => 10
    /// "abc".IndexOf("", 2) => 2
    /// "abc".IndexOf("a", 4) => error E0704
    /// ```
    immutable method String.IndexOf(text: &str, part: &str, start: Option<i64>) -> Result<i64, Failure> {
        let start = start.unwrap_or(0);
        let at = offset(text, start).ok_or_else(|| out_of_range("start", 0, length(text), start))?;
        let (_, searched) = split(text, at);
        Ok(searched.find(part).map_or(-1, |found| start + length(split(searched, found).0)))
    }

    /// Where `part` stands last, counted in characters from zero; -1 if nowhere
    ///
    /// The empty text is found at the end.
    ///
    /// ```fql
    /// "kayla@mail.contoso.com".LastIndexOf(".") => 18
    /// "kayla".LastIndexOf("@") => -1
    /// "abc".LastIndexOf("") => 3
    /// ```
    immutable method String.LastIndexOf(text: &str, part: &str) -> i64 {
        text.rfind(part).map_or(-1, |found| length(split(text, found).0))
    }

    /// True if the text is empty
    ///
    /// A missing attribute is the empty text, so this is true for it too.
    ///
    /// ```fql
    /// "".IsNullOrEmpty() => true
    /// " ".IsNullOrEmpty() => false
    /// ```
    immutable method String.IsNullOrEmpty(text: &str) -> bool { text.is_empty() }

    /// True if the text is empty or white space only
    ///
    /// ```fql
    /// " \t".IsNullOrWhiteSpace() => true
    /// " a ".IsNullOrWhiteSpace() => false
    /// ```
    immutable method String.IsNullOrWhiteSpace(text: &str) -> bool { text.trim_start().is_empty() }

    /// True if the text is a number and nothing else
    ///
    /// An optional sign, digits, an optional fraction, an optional exponent. White space is something else.
    ///
    /// ```fql
    /// "98052".IsNumeric() => true
    /// "-12.5e3".IsNumeric() => true
    /// "1,250".IsNumeric() => false
    /// " 5".IsNumeric() => false
    /// ".5".IsNumeric() => false
    /// ```
    immutable method String.IsNumeric(text: &str) -> bool { number::is_numeric(text) }

    /// True if `text` is empty
    ///
    /// ```fql
    /// String.IsNullOrEmpty("") => true
    /// String.IsNullOrEmpty("a") => false
    /// ```
    immutable static String.IsNullOrEmpty(text: &str) -> bool { text.is_empty() }

    /// True if `text` is empty or white space only
    ///
    /// ```fql
    /// String.IsNullOrWhiteSpace("  ") => true
    /// String.IsNullOrWhiteSpace("a") => false
    /// ```
    immutable static String.IsNullOrWhiteSpace(text: &str) -> bool { text.trim_start().is_empty() }

    /// -1, 0 or 1 as `left` stands before, at or behind `right`
    ///
    /// The order is that of code points, so upper case stands before lower case.
    ///
    /// ```fql
    /// String.Compare("a", "b") => -1
    /// String.Compare("b", "b") => 0
    /// String.Compare("b", "B") => 1
    /// ```
    immutable static String.Compare(left: &str, right: &str) -> i64 { sign(left.cmp(right)) }
}

#[cfg(test)]
mod tests {
    use crate::builtin::harness::{member, outcome};
    use crate::value::Datum::{Int, String};

    #[test]
    fn search_counts_characters_not_bytes() {
        let text = String("日本語の日");
        assert_eq!(outcome(member("IndexOf", &[text, String("日")])), "0");
        assert_eq!(outcome(member("IndexOf", &[text, String("日"), Int(1)])), "4");
        assert_eq!(outcome(member("LastIndexOf", &[text, String("日")])), "4");
        assert_eq!(outcome(member("IndexOf", &[text, String("日"), Int(5)])), "-1");
        assert_eq!(outcome(member("IndexOf", &[text, String("日"), Int(6)])), "E0704");
        assert_eq!(outcome(member("IndexOf", &[text, String(""), Int(5)])), "5");
    }
}
