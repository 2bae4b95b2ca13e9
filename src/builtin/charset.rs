//! Character classes and what text is made of: `CharSet.*`, `ContainsOnly`, `ContainsAll`, `ContainsAny` (L6.1).

use crate::function::functions;
use crate::value::CharSet;

const ALPHABETIC: u16 = 1;
const NUMERIC: u16 = 1 << 1;
const APOSTROPHE: u16 = 1 << 2;
const ASPERAND: u16 = 1 << 3;
const BACKSLASH: u16 = 1 << 4;
const COMMA: u16 = 1 << 5;
const HYPHEN: u16 = 1 << 6;
const PERIOD: u16 = 1 << 7;
const SLASH: u16 = 1 << 8;
const UNDERSCORE: u16 = 1 << 9;
const WHITE_SPACE: u16 = 1 << 10;

/// The class a character is in, as its bit; 0 if in none. No character is in two.
fn class(byte: u8) -> u16 {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' => ALPHABETIC,
        b'0'..=b'9' => NUMERIC,
        b'\'' => APOSTROPHE,
        b'@' => ASPERAND,
        b'\\' => BACKSLASH,
        b',' => COMMA,
        b'-' => HYPHEN,
        b'.' => PERIOD,
        b'/' => SLASH,
        b'_' => UNDERSCORE,
        b' ' => WHITE_SPACE,
        _ => 0,
    }
}

functions! {
    /// Character classes and what text is made of (L6.1).
    pub(super) static CHARSET;

    /// True if every character is in one of the classes
    ///
    /// True for an empty text. Letters and digits outside ASCII are in no class.
    ///
    /// ```fql
    /// "98052".ContainsOnly(CharSet.Numeric) => true
    /// "98052-1234".ContainsOnly(CharSet.Numeric) => false
    /// "98052-1234".ContainsOnly(CharSet.Numeric | CharSet.Hyphen) => true
    /// "Zoë".ContainsOnly(CharSet.Alphabetic) => false
    /// "".ContainsOnly(CharSet.Numeric) => true
    /// ```
    immutable method String.ContainsOnly(text: &str, set: CharSet) -> bool {
        text.bytes().all(|byte| class(byte) & set.0 != 0)
    }

    /// True if each of the classes has a character in the text
    ///
    /// Other characters may be there too.
    ///
    /// ```fql
    /// "98052-1234".ContainsAll(CharSet.Numeric | CharSet.Hyphen) => true
    /// "980521234".ContainsAll(CharSet.Numeric | CharSet.Hyphen) => false
    /// "a1!".ContainsAll(CharSet.Numeric | CharSet.Alphabetic) => true
    /// ```
    immutable method String.ContainsAll(text: &str, set: CharSet) -> bool {
        text.bytes().fold(0, |seen, byte| seen | class(byte)) & set.0 == set.0
    }

    /// True if a character of the text is in one of the classes
    ///
    /// ```fql
    /// "98052".ContainsAny(CharSet.Numeric | CharSet.Hyphen) => true
    /// "abc".ContainsAny(CharSet.Numeric | CharSet.Hyphen) => false
    /// "".ContainsAny(CharSet.Alphabetic) => false
    /// ```
    immutable method String.ContainsAny(text: &str, set: CharSet) -> bool {
        text.bytes().any(|byte| class(byte) & set.0 != 0)
    }

    /// The letters `a` to `z` and `A` to `Z`
    ///
    /// ```fql
    /// "Smith".ContainsOnly(CharSet.Alphabetic) => true
    /// ```
    immutable constant CharSet.Alphabetic() -> CharSet { CharSet(ALPHABETIC) }

    /// The apostrophe `'`
    ///
    /// ```fql
    /// "O'Neill".ContainsOnly(CharSet.Alphabetic | CharSet.Apostrophe) => true
    /// ```
    immutable constant CharSet.Apostrophe() -> CharSet { CharSet(APOSTROPHE) }

    /// The at sign `@`
    ///
    /// ```fql
    /// "kayla@contoso.com".ContainsAny(CharSet.Asperand) => true
    /// ```
    immutable constant CharSet.Asperand() -> CharSet { CharSet(ASPERAND) }

    /// The backslash
    ///
    /// ```fql
    /// "contoso\\kayla".ContainsAny(CharSet.Backslash) => true
    /// ```
    immutable constant CharSet.Backslash() -> CharSet { CharSet(BACKSLASH) }

    /// The comma
    ///
    /// ```fql
    /// "1,250".ContainsOnly(CharSet.Numeric | CharSet.Comma) => true
    /// ```
    immutable constant CharSet.Comma() -> CharSet { CharSet(COMMA) }

    /// The hyphen `-`
    ///
    /// ```fql
    /// "98052-1234".ContainsAny(CharSet.Hyphen) => true
    /// ```
    immutable constant CharSet.Hyphen() -> CharSet { CharSet(HYPHEN) }

    /// The hyphen `-`, as published rules misspell it
    ///
    /// ```fql
    /// "98052-1234".ContainsAny(CharSet.Hypen) => true
    /// ```
    immutable deprecated("CharSet.Hyphen") constant CharSet.Hypen() -> CharSet { CharSet(HYPHEN) }

    /// The digits `0` to `9`
    ///
    /// ```fql
    /// "98052".ContainsOnly(CharSet.Numeric) => true
    /// "٣".ContainsOnly(CharSet.Numeric) => false
    /// ```
    immutable constant CharSet.Numeric() -> CharSet { CharSet(NUMERIC) }

    /// The period `.`
    ///
    /// ```fql
    /// "10.0.0.1".ContainsOnly(CharSet.Numeric | CharSet.Period) => true
    /// ```
    immutable constant CharSet.Period() -> CharSet { CharSet(PERIOD) }

    /// The slash `/`
    ///
    /// ```fql
    /// "04/27".ContainsAll(CharSet.Numeric | CharSet.Slash) => true
    /// ```
    immutable constant CharSet.Slash() -> CharSet { CharSet(SLASH) }

    /// The underscore `_`
    ///
    /// ```fql
    /// "john_smith".ContainsAny(CharSet.Underscore) => true
    /// ```
    immutable constant CharSet.Underscore() -> CharSet { CharSet(UNDERSCORE) }

    /// A single space; tabs and line breaks are in no class
    ///
    /// ```fql
    /// "New York".ContainsOnly(CharSet.Alphabetic | CharSet.WhiteSpace) => true
    /// "New\tYork".ContainsAny(CharSet.WhiteSpace) => false
    /// ```
    immutable constant CharSet.WhiteSpace() -> CharSet { CharSet(WHITE_SPACE) }
}
