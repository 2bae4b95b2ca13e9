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
    /// The slot, in the column of the kind's type.
    pub(crate) slot: u32,
    /// The test to go on with if it holds, or [`TRUE`] or [`FALSE`].
    pub(crate) yes: u32,
    /// The same if it does not.
    pub(crate) no: u32,
}

/// What a test asks.
#[derive(Clone, Copy, Debug)]
pub enum TestKind {
    /// A Bool slot is true.
    Bool,
    /// Something stands at the path whose number is the slot.
    Exists,
    /// A Double slot `<` a constant.
    Less(f64),
    /// A Double slot `<=` a constant.
    LessOrEqual(f64),
    /// A Double slot `>` a constant.
    Greater(f64),
    /// A Double slot `>=` a constant.
    GreaterOrEqual(f64),
    /// A Double slot `==` a constant.
    Equal(f64),
    /// Two Double slots.
    Doubles(Relation, u32),
    /// A text slot is exactly that text.
    TextEqual(TextRef),
    /// A text slot is exactly another text slot.
    TextsEqual(u32),
    /// A text slot begins with that text.
    StartsWith(TextRef),
    /// A text slot ends with that text.
    EndsWith(TextRef),
    /// A text slot holds that text.
    Contains(TextRef),
    /// A text slot is one of a set, ignoring case.
    In(u32),
    /// A comparison of calculations, by its number.
    Calculation(u32),
    /// A constant.
    Constant(bool),
    /// Code that gives a Bool, or fails. Begins at the operation whose number is the slot.
    Code,
}

impl TestKind {
    /// The type of the column that the slot is in, if it is in one.
    pub(crate) fn column(self) -> Option<crate::value::Type> {
        use crate::value::Type;
        match self {
            TestKind::Bool => Some(Type::Bool),
            TestKind::Less(_)
            | TestKind::LessOrEqual(_)
            | TestKind::Greater(_)
            | TestKind::GreaterOrEqual(_)
            | TestKind::Equal(_)
            | TestKind::Doubles(..) => Some(Type::Double),
            TestKind::TextEqual(_)
            | TestKind::TextsEqual(_)
            | TestKind::StartsWith(_)
            | TestKind::EndsWith(_)
            | TestKind::Contains(_)
            | TestKind::In(_) => Some(Type::String),
            TestKind::Exists | TestKind::Calculation(_) | TestKind::Constant(_) | TestKind::Code => None,
        }
    }
}

/// A set of texts, compared ignoring ASCII case; asked only with ASCII members.
#[derive(Debug, Default)]
pub struct TextSet {
    /// Members of at most 7 bytes, as numbers, sorted.
    short: Vec<u64>,
    /// The others, in lower case, sorted.
    long: Vec<Box<str>>,
}

impl TextSet {
    /// A set of these texts.
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> TextSet {
        let mut set = TextSet::default();
        for text in texts {
            match pack(text.as_bytes()) {
                Some(packed) => set.short.push(packed),
                None => set.long.push(text.to_ascii_lowercase().into()),
            }
        }
        set.long.sort_unstable();
        set.short.sort_unstable();
        set.short.dedup();
        set
    }

    /// Whether a text is in it.
    #[inline(always)]
    pub fn contains(&self, text: &[u8]) -> bool {
        match pack(text) {
            Some(packed) if self.short.len() <= 16 => self.short.contains(&packed),
            Some(packed) => self.short.binary_search(&packed).is_ok(),
            None => {
                let lower = || text.iter().map(|byte| byte.to_ascii_lowercase());
                self.long.binary_search_by(|member| member.bytes().cmp(lower())).is_ok()
            }
        }
    }
}

/// A text of at most 7 bytes as a number, its ASCII letters in lower case, its length in the top byte.
#[inline]
fn pack(text: &[u8]) -> Option<u64> {
    if text.len() > 7 {
        return None;
    }
    let mut bytes = [0; 8];
    let (start, end) = bytes.split_at_mut(text.len());
    start.copy_from_slice(text);
    if let Some(last) = end.last_mut() {
        *last = text.len() as u8;
    }
    start.make_ascii_lowercase();
    Some(u64::from_le_bytes(bytes))
}
