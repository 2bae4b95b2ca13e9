//! Why a text is no JSON, in one word.
//!
//! The scanner returns a fault from every step, so it must fit a register: place and kind are packed, words are made later.

/// Where and why a text is no JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct JsonFault(u64);

/// What was expected at the place of a [`JsonFault`], or is wrong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FaultKind {
    /// A value must begin here.
    Value,
    /// A key in double quotes must begin here.
    Key,
    /// A colon must follow the key.
    Colon,
    /// A comma or the closing brace must follow.
    ObjectEnd,
    /// A comma or the closing bracket must follow.
    ArrayEnd,
    /// The text must end here.
    End,
    /// A digit must follow.
    Digit,
    /// The number is beyond what a Double can hold.
    Infinite,
    /// A control character, or the end of the text, within a string.
    StringEnd,
    /// An escape that JSON does not have.
    Escape,
    /// Half of a surrogate pair.
    Surrogate,
    /// More containers within containers than [`super::MAX_DEPTH`].
    Depth,
    /// More than 4 GiB.
    Length,
}

const KINDS: [FaultKind; 13] = [
    FaultKind::Value,
    FaultKind::Key,
    FaultKind::Colon,
    FaultKind::ObjectEnd,
    FaultKind::ArrayEnd,
    FaultKind::End,
    FaultKind::Digit,
    FaultKind::Infinite,
    FaultKind::StringEnd,
    FaultKind::Escape,
    FaultKind::Surrogate,
    FaultKind::Depth,
    FaultKind::Length,
];

impl JsonFault {
    /// A fault of that kind at that byte.
    #[inline]
    pub fn new(kind: FaultKind, offset: usize) -> JsonFault {
        JsonFault((offset as u64) << 8 | u64::from(kind as u8))
    }

    /// The place, in bytes from the start of the text; at most its length.
    pub fn offset(self) -> usize {
        usize::try_from(self.0 >> 8).unwrap_or(usize::MAX)
    }

    /// What is wrong there.
    pub fn kind(self) -> FaultKind {
        KINDS.get((self.0 & 0xFF) as usize).copied().unwrap_or(FaultKind::Value)
    }

    /// The message: expected before found, the found part taken from `text`, the text that was read.
    pub fn message(self, text: &str) -> String {
        let expected = match self.kind() {
            FaultKind::Value => "a value",
            FaultKind::Key => "a key in double quotes",
            FaultKind::Colon => "`:`",
            FaultKind::ObjectEnd => "`,` or `}`",
            FaultKind::ArrayEnd => "`,` or `]`",
            FaultKind::End => "nothing behind the value",
            FaultKind::Digit => "a digit",
            FaultKind::StringEnd => "`\"`",
            FaultKind::Escape => "an escape such as `\\n` or `\\u00e9`",
            FaultKind::Surrogate => return String::from("expected a pair of surrogates, found half of one"),
            FaultKind::Infinite => return String::from("the number is too large for a Double"),
            FaultKind::Depth => return format!("expected at most {} levels of nesting, found more", super::MAX_DEPTH),
            FaultKind::Length => return String::from("expected at most 4 GiB of JSON, found more"),
        };
        let found = match text.get(self.offset()..).and_then(|rest| rest.chars().next()) {
            None => String::from("the end of the text"),
            Some(found) if found.is_control() => format!("the control character U+{:04X}", u32::from(found)),
            Some(found) => format!("`{found}`"),
        };
        format!("expected {expected}, found {found}")
    }
}

impl std::fmt::Debug for JsonFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} at {}", self.kind(), self.offset())
    }
}
