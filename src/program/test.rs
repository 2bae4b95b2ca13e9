//! Fused tests: one comparison of a slot, and where to go on.

use super::code::TextRef;
use crate::value::operate::Relation;

/// Where a test goes when the whole is true.
pub const TRUE: u32 = u32::MAX;
/// Where a test goes when the whole is false.
pub const FALSE: u32 = u32::MAX - 1;

/// One test. None can fail but [`TestKind::Code`].
#[derive(Clone, Copy, Debug)]
pub struct Test {
    /// What is tested.
    pub(crate) kind: TestKind,
    /// The test to go on with if it holds, or [`TRUE`] or [`FALSE`].
    pub(crate) yes: u32,
    /// The same if it does not.
    pub(crate) no: u32,
}

/// What a test asks. The first number is the slot, in the column of the kind's type, or a derived value, with the bit `DERIVED`.
///
/// Constants of at most 8 bytes stand in the test itself, as a slot keeps the two ends of its text: see `ends`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TestKind {
    /// A Bool slot is true.
    Bool(u32),
    /// Something stands at the path of that number.
    Exists(u32),
    /// A Double slot `<` a constant.
    Less(u32, f64),
    /// A Double slot `<=` a constant.
    LessOrEqual(u32, f64),
    /// A Double slot `>` a constant.
    Greater(u32, f64),
    /// A Double slot `>=` a constant.
    GreaterOrEqual(u32, f64),
    /// A Double slot `==` a constant.
    Equal(u32, f64),
    /// Two Double slots.
    Doubles(Relation, u32, u32),
    /// A text slot is exactly that text, of so many bytes.
    ShortEqual(u32, u8, u64),
    /// A text slot is exactly that text.
    TextEqual(u32, TextRef),
    /// A text slot is exactly another text slot.
    TextsEqual(u32, u32),
    /// A text slot begins with that text, of 1 to 8 bytes.
    ShortStart(u32, u8, u64),
    /// A text slot begins with that text.
    StartsWith(u32, TextRef),
    /// A text slot ends with that text, of 1 to 8 bytes, at the upper end of the number.
    ShortEnd(u32, u8, u64),
    /// A text slot ends with that text.
    EndsWith(u32, TextRef),
    /// A text slot holds that text.
    Contains(u32, TextRef),
    /// A text slot is one of a set, ignoring case.
    In(u32, u32),
    /// What is asked of a list, by its number.
    Listed(u32),
    /// A comparison of calculations, by its number.
    Calculation(u32),
    /// A derived value is there: calculating it fails nowhere and makes no note. If so, the next test reads it as a slot.
    Known(u32),
    /// A constant.
    Constant(bool),
    /// Code that gives a Bool, or fails. Begins at the operation of that number.
    Code(u32),
}

impl TestKind {
    /// The slot and the type of the column that it is in, if the test reads one.
    pub(crate) fn column(self) -> Option<(crate::value::Type, u32)> {
        use crate::value::Type;
        match self {
            TestKind::Bool(slot) => Some((Type::Bool, slot)),
            TestKind::Less(slot, _)
            | TestKind::LessOrEqual(slot, _)
            | TestKind::Greater(slot, _)
            | TestKind::GreaterOrEqual(slot, _)
            | TestKind::Equal(slot, _)
            | TestKind::Doubles(_, slot, _) => Some((Type::Double, slot)),
            TestKind::ShortEqual(slot, ..)
            | TestKind::TextEqual(slot, _)
            | TestKind::TextsEqual(slot, _)
            | TestKind::ShortStart(slot, ..)
            | TestKind::StartsWith(slot, _)
            | TestKind::ShortEnd(slot, ..)
            | TestKind::EndsWith(slot, _)
            | TestKind::Contains(slot, _)
            | TestKind::In(slot, _) => Some((Type::String, slot)),
            TestKind::Exists(_)
            | TestKind::Listed(_)
            | TestKind::Calculation(_)
            | TestKind::Known(_)
            | TestKind::Constant(_)
            | TestKind::Code(_) => None,
        }
    }
}

/// The first 8 bytes of a text and the last 8, as numbers. Of a shorter text the first are at the lower end, the last at
/// the upper end, and the rest is zero.
#[inline]
pub(crate) fn ends(text: &[u8]) -> (u64, u64) {
    match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => {
            let head = text.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte));
            (head, shifted(head, text.len()))
        }
    }
}

/// The end of a text of less than 8 bytes from its start.
#[inline]
pub(crate) fn shifted(head: u64, len: usize) -> u64 {
    if len == 0 { 0 } else { head << (64 - 8 * len.min(8)) }
}

/// The bytes of a number with ASCII letters in lower case.
#[inline(always)]
pub(crate) fn lower(bytes: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let low = bytes & !HIGH;
    let from_a = low + (0x80 - b'A' as u64) * ONES;
    let past_z = low + (0x80 - b'Z' as u64 - 1) * ONES;
    let is_upper = from_a & !past_z & !bytes & HIGH;
    bytes | is_upper >> 2
}

/// A set of texts, compared ignoring ASCII case; asked only with ASCII members.
#[derive(Debug, Default)]
pub struct TextSet {
    /// A bit for each member, by [`bit`]: most texts that are no members meet none.
    marks: u64,
    /// Members of at most 8 bytes, none of them zero, as numbers, sorted.
    short: Box<[u64]>,
    /// The others, in lower case, sorted.
    long: Box<[Box<str>]>,
}

impl TextSet {
    /// A set of these texts.
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> TextSet {
        let (mut marks, mut short, mut long) = (0, Vec::new(), Vec::new());
        for text in texts {
            let head = lower(ends(text.as_bytes()).0);
            marks |= bit(head, text.len());
            if text.len() <= 8 && !text.contains('\0') {
                short.push(head);
            } else {
                long.push(Box::from(text.to_ascii_lowercase()));
            }
        }
        short.sort_unstable();
        short.dedup();
        long.sort_unstable();
        TextSet { marks, short: short.into(), long: long.into() }
    }

    /// Whether a text is in it, given with its first bytes.
    #[inline(always)]
    pub(crate) fn contains<'t>(&self, head: u64, len: usize, text: impl FnOnce() -> &'t [u8]) -> bool {
        let head = lower(head);
        if self.marks & bit(head, len) == 0 {
            return false;
        }
        if len <= 8 && self.is_short_member(head, len) {
            return true;
        }
        !self.long.is_empty() && self.is_long_member(text())
    }

    #[inline]
    fn is_short_member(&self, head: u64, len: usize) -> bool {
        // A member has no zero bytes, so its length is where its zeros begin.
        let is_whole = (71 - head.leading_zeros() as usize) / 8 == len;
        let found =
            if self.short.len() <= 16 { self.short.contains(&head) } else { self.short.binary_search(&head).is_ok() };
        found && is_whole
    }

    #[inline(never)]
    fn is_long_member(&self, text: &[u8]) -> bool {
        let lower = || text.iter().map(|byte| byte.to_ascii_lowercase());
        self.long.binary_search_by(|member| member.bytes().cmp(lower())).is_ok()
    }

    /// Its members in lower case: their ends and their lengths.
    pub(crate) fn members(&self) -> impl Iterator<Item = (u64, u64, u32)> {
        let short = self.short.iter().map(|head| {
            let len = (71 - head.leading_zeros()) / 8;
            (*head, shifted(*head, len as usize), len)
        });
        let long = self.long.iter().map(|text| (ends(text.as_bytes()), text.len() as u32));
        short.chain(long.map(|((head, tail), len)| (head, tail, len)))
    }
}

/// The mark of a text in a set, by its first bytes and its length.
#[inline(always)]
fn bit(head: u64, len: usize) -> u64 {
    1 << ((head ^ (len as u64) << 56).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_has_24_bytes() {
        assert_eq!(size_of::<Test>(), 24);
    }

    #[test]
    fn ends_of_short_texts_meet_in_the_middle() {
        assert_eq!(ends(b""), (0, 0));
        assert_eq!(ends(b"ab"), (0x6261, 0x6261 << 48));
        assert_eq!(ends(b"12345678").0, ends(b"12345678").1);
        assert_eq!(ends(b"123456789"), (ends(b"12345678").0, ends(b"23456789").0));
    }

    #[test]
    fn lower_changes_ascii_letters_and_nothing_else() {
        for byte in 0..=255_u8 {
            let same = u64::from_le_bytes([byte; 8]);
            assert_eq!(lower(same), u64::from_le_bytes([byte.to_ascii_lowercase(); 8]), "{byte}");
        }
    }

    #[test]
    fn a_set_ignores_case_and_knows_lengths() {
        let set = TextSet::new(["US", "nl", "eightlet", "ninechars", "a\0"]);
        let has = |text: &str| set.contains(ends(text.as_bytes()).0, text.len(), || text.as_bytes());
        for member in ["us", "NL", "EightLet", "NINECHARS", "A\0"] {
            assert!(has(member), "{member:?}");
        }
        for other in ["", "u", "us\0", "usa", "a", "eightlets", "ninechar", "ninecharz"] {
            assert!(!has(other), "{other:?}");
        }
    }
}
