//! The keys that one node of the trie looks for, found without walking over them.
//!
//! In: an event's key. Out: the names of paths that it may stand for, exactly or ignoring ASCII case (L1.3). Paths may write
//! one name in several ways; those stand together as one group, each with a node of its own.
//!
//! Few names are told apart by their length and three of their bytes, with a multiplier sought when the paths are compiled:
//! one look into a table. Where no multiplier is found, or names are many, the whole name is hashed, by a keyed hash since
//! rules have many authors.

use std::hash::{BuildHasher, Hasher};

/// A name as some path writes it.
#[derive(Debug)]
pub(super) struct Name {
    /// Its bytes.
    pub text: Box<[u8]>,
    /// The node of the rest of the path.
    pub child: u32,
    /// The number of this edge among all edges of the trie.
    pub edge: u32,
    /// How many spellings of the name there are, in the first of them.
    spellings: u32,
}

impl Name {
    /// A name, its node and the number of its edge.
    pub(super) fn new(text: &str, child: u32, edge: u32) -> Name {
        Name { text: text.as_bytes().into(), child, edge, spellings: 1 }
    }
}

/// What an event's key stands for.
pub(super) enum Found<'k> {
    /// Nothing that is read.
    Nothing,
    /// A name with one spelling.
    One(&'k Name),
    /// Several spellings of that name.
    Several(&'k [Name]),
}

/// The names of one node.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Spellings of one name stand together.
    names: Vec<Name>,
    search: Search,
}

#[derive(Debug, Default)]
enum Search {
    #[default]
    Empty,
    /// The product of the mixed key and the multiplier, shifted, is an index into the table: the first name of a
    /// group plus one, or 0.
    Mixed { table: Box<[u16]>, multiplier: u32, shift: u32 },
    /// Buckets of groups, given by their first names: bucket `n` is `firsts[starts[n]..starts[n + 1]]`.
    Hashed { starts: Box<[u32]>, firsts: Box<[u32]>, state: foldhash::fast::RandomState },
}

/// More groups than this are hashed.
const MANY: usize = 64;
/// Multipliers tried before the names are hashed.
const ATTEMPTS: usize = 500;

impl Keys {
    /// Builds the search for these names.
    pub(super) fn new(names: Vec<Name>) -> Keys {
        let mut names = names;
        names.sort_by_cached_key(|name| (name.text.to_ascii_lowercase(), name.edge));
        let mut firsts = Vec::new();
        let mut start = 0;
        for group in names.chunk_by_mut(|a, b| a.text.eq_ignore_ascii_case(&b.text)) {
            let spellings = group.len() as u32;
            if let Some(first) = group.first_mut() {
                first.spellings = spellings;
            }
            firsts.push(start);
            start += spellings;
        }
        let search = search(&names, &firsts);
        Keys { names, search }
    }

    /// Whether the node looks for no key.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name at that place.
    #[inline]
    pub(super) fn name(&self, place: u32) -> Option<&Name> {
        self.names.get(place as usize)
    }

    /// Where a name stands.
    pub(super) fn place(&self, name: &Name) -> u32 {
        self.names.iter().position(|other| other.edge == name.edge).map_or(u32::MAX, |place| place as u32)
    }

    /// What that key stands for, and whether it is spelled exactly so, if there is one spelling.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn find(&self, key: &[u8]) -> (Found<'_>, bool) {
        match &self.search {
            Search::Mixed { table, multiplier, shift } => {
                let place = mix(key).wrapping_mul(*multiplier) >> shift;
                let Some(first) = table.get(place as usize).copied().unwrap_or(0).checked_sub(1) else {
                    return (Found::Nothing, false);
                };
                self.group(usize::from(first), key).unwrap_or((Found::Nothing, false))
            }
            Search::Empty => (Found::Nothing, false),
            Search::Hashed { .. } => self.find_hashed(key),
        }
    }

    fn find_hashed(&self, key: &[u8]) -> (Found<'_>, bool) {
        let Search::Hashed { starts, firsts, state } = &self.search else { return (Found::Nothing, false) };
        let bucket = hash(key, state) as usize & starts.len().saturating_sub(2);
        let range = starts.get(bucket).zip(starts.get(bucket + 1)).map(|(start, end)| *start as usize..*end as usize);
        let mut firsts = range.and_then(|range| firsts.get(range)).unwrap_or_default().iter();
        firsts.find_map(|first| self.group(*first as usize, key)).unwrap_or((Found::Nothing, false))
    }

    /// The group that begins with that name, if the key is one of its spellings or differs by case only.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn group(&self, first: usize, key: &[u8]) -> Option<(Found<'_>, bool)> {
        let name = self.names.get(first)?;
        if name.text.len() != key.len() {
            return None;
        }
        let is_exact = *name.text == *key;
        if !is_exact && !name.text.eq_ignore_ascii_case(key) {
            return None;
        }
        if name.spellings == 1 {
            return Some((Found::One(name), is_exact));
        }
        Some((Found::Several(self.names.get(first..first + name.spellings as usize)?), false))
    }
}

/// Length, first, middle and last byte, with the bit that tells the case of letters set.
#[cfg_attr(not(debug_assertions), inline(always))]
fn mix(key: &[u8]) -> u32 {
    let (Some(first), Some(middle), Some(last)) = (key.first(), key.get(key.len() / 2), key.last()) else { return 0 };
    u32::from_le_bytes([key.len() as u8, first | 0x20, last | 0x20, middle | 0x20])
}

/// A hash that is the same for keys that differ by ASCII case only.
fn hash(key: &[u8], state: &foldhash::fast::RandomState) -> u64 {
    const CASE: u64 = 0x2020_2020_2020_2020;
    let mut hasher = state.build_hasher();
    let (chunks, rest) = key.as_chunks::<8>();
    for chunk in chunks {
        hasher.write_u64(u64::from_le_bytes(*chunk) | CASE);
    }
    let last = rest.iter().fold(0, |word, byte| word << 8 | u64::from(byte | 0x20));
    hasher.write_u64(last ^ (key.len() as u64) << 56);
    hasher.finish()
}

/// The search for groups, given by their first names.
fn search(names: &[Name], firsts: &[u32]) -> Search {
    if firsts.is_empty() {
        return Search::Empty;
    }
    let texts = || firsts.iter().filter_map(|first| Some((*first, &*names.get(*first as usize)?.text)));
    if firsts.len() <= MANY && names.len() < usize::from(u16::MAX) {
        let mixed: Vec<(u16, u32)> = texts().map(|(first, text)| (first as u16 + 1, mix(text))).collect();
        let mut sorted: Vec<u32> = mixed.iter().map(|(_, mixed)| *mixed).collect();
        sorted.sort_unstable();
        let attempts = if sorted.is_sorted_by(|a, b| a < b) { ATTEMPTS } else { 0 };
        let size = (mixed.len() * 4).max(mixed.len() * mixed.len() / 4).next_power_of_two().max(8);
        let shift = 32 - size.trailing_zeros();
        let mut table = vec![0_u16; size];
        let mut multiplier = 0x9E37_79B1_u32;
        for _ in 0..attempts {
            let fits = mixed.iter().all(|(number, mixed)| {
                match table.get_mut((mixed.wrapping_mul(multiplier) >> shift) as usize) {
                    Some(place @ 0) => {
                        *place = *number;
                        true
                    }
                    _ => false,
                }
            });
            if fits {
                return Search::Mixed { table: table.into(), multiplier, shift };
            }
            table.fill(0);
            multiplier = multiplier.wrapping_mul(747_796_405).wrapping_add(2_891_336_453) | 1;
        }
    }
    let state = foldhash::fast::RandomState::default();
    let size = (firsts.len() * 2).next_power_of_two();
    let mut placed: Vec<(usize, u32)> =
        texts().map(|(first, text)| (hash(text, &state) as usize & (size - 1), first)).collect();
    placed.sort_unstable();
    let start = |bucket: usize| placed.partition_point(|(placed, _)| *placed < bucket) as u32;
    let starts = (0..=size).map(start).collect();
    Search::Hashed { starts, firsts: placed.iter().map(|(_, first)| *first).collect(), state }
}
