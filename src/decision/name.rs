//! Names of what rules emit, compared as the language compares them.
//!
//! Names differ by more than ASCII case (L1.3), and of several spellings the first one counts. They are the rules', so a quick
//! hash will do.

use indexmap::IndexMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Values by name, in the order of the names' first appearance, each in its first spelling.
pub(super) type Named<V> = IndexMap<Name, V, foldhash::fast::RandomState>;

/// A name.
#[derive(Clone, Debug)]
pub(super) struct Name(pub(super) Arc<str>);

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The bit that tells the case of letters is set in all bytes: some others share a hash then, and are compared.
        const CASE: u64 = 0x2020_2020_2020_2020;
        let (chunks, rest) = self.0.as_bytes().as_chunks::<8>();
        for chunk in chunks {
            state.write_u64(u64::from_le_bytes(*chunk) | CASE);
        }
        state.write_u64(rest.iter().fold(self.0.len() as u64, |word, byte| word << 8 | u64::from(byte | 0x20)));
    }
}

impl std::ops::Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}
