//! The order of keys that events had so far: a guess at what stands between one value of an object and the next.
//!
//! Events of one source are written by one program, so the bytes from a value's end to the next value's beginning, such as
//! `,"riskScore":`, are nearly always those of the event before. Such a piece is a [`Seam`]; it was read by the grammar
//! once, so where the same bytes stand at the same place of an object again, one comparison replaces looking for the quotes,
//! looking the key up and looking for the colon. A seam knows the two seams that followed it last, and the [`Site`] where the
//! keys of its value's own object are kept. A wrong guess costs two comparisons; the key is then read by the grammar.
//!
//! What is kept is bounded, and so is what guessing may cost. A miss is paid from a credit; hits earn what they save, and each
//! event brings a twentieth of what reading it by the grammar costs at least. Without credit nothing is learned, and the next
//! events are read by the grammar until there is enough again. The keys within a value are learned when its own key is met
//! again, so that objects of new keys deep within each other cost one miss. So whatever the order of keys, reading takes about
//! 5 % more instructions at most than without guesses, besides what a session spends once, at its beginning. There are two
//! exceptions: new keys within objects whose text is long strings, which are read faster than a twentieth allows for (6 %), and
//! keys that are guessed right and save nothing, since nobody reads them and their values are short: they pay for others (14 %).

use super::paths::Paths;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::sync::Arc;
use wide::u8x32;

/// No seam, or no site.
pub(super) const NOTHING: u16 = 0;
/// No site so far: the value's key was met once.
const LATER: u16 = u16::MAX;
/// The site of the event itself.
pub(super) const ROOT: u16 = 1;
/// The key of a seam is not read.
pub(super) const UNREAD: u32 = u32::MAX;
/// Sites are kept for so many levels of nesting.
pub(super) const DEEPEST: u32 = 32;

/// What is kept at most: some 150 KiB.
const SEAMS: usize = 2048;
const SITES: usize = 512;
/// An object with more different keys than this is a dictionary: nobody can guess the next one.
const SEAMS_OF_SITE: u16 = 256;
/// Bytes of a seam compared at once.
const PART: usize = 32;
/// Events after which everything is forgotten, if there is no more room.
const MEMORY: u32 = 1024;

/// A unit of credit is an instruction, as callgrind counts them. What a miss takes that is learned from.
const MISS: i64 = 450;
/// What a miss takes for which there is no credit.
const REFUSED: i64 = 90;
/// What it takes to make a site.
const SITE: i64 = 150;
/// What a hit saves at least, and earns. A key of one byte is read by the grammar as fast as it is guessed.
const HIT: usize = 45;
/// The longest seam whose hit earns nothing, in bytes: a comma, a key of two bytes with its quotes, and a colon. Each byte more
/// earns so much, up to all of it.
const SHORT: usize = 6;
const LONGER: usize = 16;
/// What it takes to look for guesses at all, for each object; and for each element of an array that has none.
const OBJECT: i64 = 90;
const ELEMENT: i64 = 30;
/// Bytes of an event that bring one unit: a twentieth of what they take where the text is long strings, the cheapest there is.
const BYTES: usize = 20;
/// The most credit that is kept, and what a new session begins with.
const MOST: i64 = 70_000;
/// Guessing begins again at this credit.
const ENOUGH: i64 = 5_000;

/// The bytes before a value of an object: white space, a comma unless it is the first, the key, the colon, and the opening
/// quote if the value is a string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seam {
    /// Its first bytes.
    text: [u8; PART],
    /// One bit for each of them.
    needed: u32,
    /// Where the name that is read stands in the node's keys, or [`UNREAD`].
    pub(super) name: u32,
    /// What followed last time.
    pub(super) next: u16,
    /// What followed before that.
    pub(super) other: u16,
    /// The site of the value, if it is an object or array.
    pub(super) inner: u16,
    site: u16,
    /// The number of the rest of the bytes.
    rest: u16,
    pub(super) len: u8,
    /// What a hit earns.
    pub(super) earns: u8,
    /// The inside of the key, from the seam's beginning.
    pub(super) key: (u8, u8),
    /// Whether the key is spelled as the path is.
    pub(super) is_exact: bool,
    pub(super) is_string: bool,
}

/// The objects or arrays at one place of events.
#[derive(Clone, Copy, Debug, Default)]
struct Site {
    /// The first seam of an object last time, and before that.
    first: u16,
    other: u16,
    /// How many seams it has.
    seams: u16,
    /// Sites of the first elements of an array, where they are read.
    elements: [u16; 4],
    /// The site of all other elements.
    rest: u16,
}

/// Whose place in an object a seam is to take.
#[derive(Clone, Copy, Debug)]
pub(super) enum Behind {
    /// The opening brace.
    Brace,
    /// A value with that seam.
    Seam(u16),
}

/// What is kept of the order of keys.
#[derive(Debug)]
pub(super) struct Order {
    /// The paths that the names of seams belong to.
    paths: Option<Arc<()>>,
    /// The first one fits nowhere.
    seams: Vec<Seam>,
    /// Bytes of long seams behind their first part.
    rests: Vec<([u8; PART], u32)>,
    /// The first one is none.
    sites: Vec<Site>,
    /// Seams by their site and bytes.
    known: HashTable<u16>,
    hasher: foldhash::fast::RandomState,
    credit: i64,
    is_resting: bool,
    /// Whether something had no room.
    is_full: bool,
    /// Events since everything was forgotten.
    age: u32,
    /// For tests: keys that were not guessed, and those that were.
    #[cfg(test)]
    pub(super) counted: (u64, u64),
    /// For tests: seams that were compared with one to be kept.
    #[cfg(test)]
    pub(super) compared: std::cell::Cell<u64>,
}

impl Seam {
    /// Fits nowhere: no text has the byte 0xFF.
    const NEVER: Seam = Seam {
        text: [0xFF; PART],
        needed: u32::MAX,
        name: UNREAD,
        next: NOTHING,
        other: NOTHING,
        inner: NOTHING,
        site: NOTHING,
        rest: 0,
        len: 0,
        earns: 0,
        key: (0, 0),
        is_exact: false,
        is_string: false,
    };

    /// A seam with the members that its text decides.
    pub(super) fn new(name: u32, key: (u8, u8), is_exact: bool, is_string: bool) -> Seam {
        Seam { name, key, is_exact, is_string, inner: LATER, ..Seam::NEVER }
    }
}

/// The first bytes of a part, zeros behind them, and one bit for each.
fn part(bytes: &[u8]) -> ([u8; PART], u32) {
    let mut text = [0; PART];
    let len = bytes.len().min(PART);
    if let (Some(place), Some(bytes)) = (text.get_mut(..len), bytes.get(..len)) {
        place.copy_from_slice(bytes);
    }
    (text, ((1_u64 << len) - 1) as u32)
}

/// Whether these bytes begin with the part.
#[cfg_attr(not(debug_assertions), inline(always))]
fn begins(ahead: &[u8; PART], (text, needed): (&[u8; PART], u32)) -> bool {
    let same = u8x32::new(*ahead).simd_eq(u8x32::new(*text)).to_bitmask();
    !same & needed == 0
}

impl Default for Order {
    fn default() -> Order {
        Order {
            paths: None,
            seams: Vec::new(),
            rests: Vec::new(),
            sites: Vec::new(),
            known: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
            credit: MOST,
            is_resting: false,
            is_full: false,
            age: 0,
            #[cfg(test)]
            counted: (0, 0),
            #[cfg(test)]
            compared: std::cell::Cell::new(0),
        }
    }
}

impl Order {
    /// Begins an event of so many bytes. `false` if it is to be read without guesses.
    pub(super) fn begin(&mut self, paths: &Paths, bytes: usize) -> bool {
        if !self.paths.as_ref().is_some_and(|known| Arc::ptr_eq(known, &paths.identity)) {
            self.paths = Some(paths.identity.clone());
            self.forget();
        }
        self.age = self.age.saturating_add(1);
        if self.is_full && self.age > MEMORY {
            self.forget();
        }
        self.credit = self.credit.saturating_add((bytes / BYTES) as i64).min(MOST);
        self.is_resting &= self.credit < ENOUGH;
        !self.is_resting
    }

    /// Ends an event that was read with guesses.
    pub(super) fn end(&mut self) {
        self.is_resting = self.credit < 0;
    }

    fn forget(&mut self) {
        self.seams.clear();
        self.seams.push(Seam::NEVER);
        self.rests.clear();
        self.sites.clear();
        self.sites.extend([Site::default(); 2]);
        self.known.clear();
        self.is_full = false;
        self.age = 0;
    }

    /// The guesses at the first key of an object. `None` if it is to be read without.
    #[inline]
    pub(super) fn first(&self, site: u16) -> Option<(u16, u16)> {
        let site = self.sites.get(usize::from(site))?;
        (site.seams < SEAMS_OF_SITE).then_some((site.first, site.other))
    }

    /// The one of two seams that stands at the beginning of these bytes, and its number.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn guess(&self, (next, other): (u16, u16), bytes: &[u8]) -> Option<(u16, &Seam)> {
        // After the last key of an object, usually.
        if next == NOTHING {
            return None;
        }
        let padded;
        let ahead = match bytes.first_chunk() {
            Some(ahead) => ahead,
            None => {
                padded = part(bytes).0;
                &padded
            }
        };
        match self.fitting(next, ahead, bytes) {
            Some(seam) => Some((next, seam)),
            None => self.fitting(other, ahead, bytes).map(|seam| (other, seam)),
        }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn fitting(&self, index: u16, ahead: &[u8; PART], bytes: &[u8]) -> Option<&Seam> {
        let seam = self.seams.get(usize::from(index))?;
        let fits =
            begins(ahead, (&seam.text, seam.needed)) && (usize::from(seam.len) <= PART || self.rest_fits(seam, bytes));
        fits.then_some(seam)
    }

    /// A seam by its number.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn seam(&self, index: u16) -> &Seam {
        self.seams.get(usize::from(index)).unwrap_or(&Seam::NEVER)
    }

    #[inline(never)]
    fn rest_fits(&self, seam: &Seam, bytes: &[u8]) -> bool {
        let ahead = part(bytes.get(PART..).unwrap_or_default()).0;
        self.rests.get(usize::from(seam.rest)).is_some_and(|(text, needed)| begins(&ahead, (text, *needed)))
    }

    /// Adds what the hits of an object earned.
    #[inline]
    pub(super) fn earn(&mut self, earned: u32) {
        self.credit += i64::from(earned) - OBJECT;
    }

    /// Pays for the elements of an array that are no objects with guesses.
    #[inline]
    pub(super) fn pay_elements(&mut self, elements: u32) {
        self.credit -= i64::from(elements) * ELEMENT;
    }

    /// Pays for a miss. `false` if nothing is to be learned from it.
    #[inline]
    pub(super) fn pay(&mut self) -> bool {
        #[cfg(test)]
        {
            self.counted.0 += 1;
        }
        let is_paid = self.credit >= MISS;
        self.credit -= if is_paid { MISS } else { REFUSED };
        is_paid
    }

    /// Keeps a seam of these bytes at that place, if there is room.
    pub(super) fn learn(&mut self, site: u16, behind: Behind, text: &[u8], seam: Seam) -> Option<u16> {
        let Order { seams, rests, known, hasher, .. } = self;
        let hash = |site: u16, first: &[u8; PART], rest: &[u8; PART]| hasher.hash_one((site, first, rest));
        let (first, needed) = part(text);
        let rest = part(text.get(PART..).unwrap_or_default());
        let len = u8::try_from(text.len()).ok().filter(|len| usize::from(*len) <= 2 * PART)?;
        let is_same = |index: &u16| {
            #[cfg(test)]
            self.compared.set(self.compared.get() + 1);
            let Some(seam) = seams.get(usize::from(*index)) else { return false };
            let is_first_same = (seam.site, seam.len, seam.needed) == (site, len, needed) && seam.text == first;
            is_first_same && (usize::from(len) <= PART || rests.get(usize::from(seam.rest)) == Some(&rest))
        };
        let hashed = hash(site, &first, &rest.0);
        let index = match known.find(hashed, is_same) {
            Some(index) => *index,
            None => {
                let room = self.sites.get_mut(usize::from(site)).filter(|site| site.seams < SEAMS_OF_SITE);
                let Some(place) = room.filter(|_| seams.len() < SEAMS) else {
                    self.is_full = true;
                    return None;
                };
                place.seams += 1;
                self.is_full |= place.seams == SEAMS_OF_SITE;
                let index = seams.len() as u16;
                let number = rests.len() as u16;
                if text.len() > PART {
                    rests.push(rest);
                }
                let earns = (text.len().saturating_sub(SHORT) * LONGER).min(HIT) as u8;
                seams.push(Seam { text: first, needed, site, len, earns, rest: number, ..seam });
                let again = |index: &u16| {
                    let Some(seam) = seams.get(usize::from(*index)) else { return 0 };
                    let rest = if usize::from(seam.len) > PART { rests.get(usize::from(seam.rest)) } else { None };
                    hash(seam.site, &seam.text, &rest.map_or([0; PART], |(text, _)| *text))
                };
                known.insert_unique(hashed, index, again);
                index
            }
        };
        let guesses = match behind {
            Behind::Brace => self.sites.get_mut(usize::from(site)).map(|site| (&mut site.first, &mut site.other)),
            Behind::Seam(before) => {
                self.seams.get_mut(usize::from(before)).map(|seam| (&mut seam.next, &mut seam.other))
            }
        };
        if let Some((next, other)) = guesses {
            (*next, *other) = (index, *next);
        }
        Some(index)
    }

    /// The site of the container behind a seam.
    #[inline]
    pub(super) fn inner(&mut self, index: u16, depth: u32) -> u16 {
        let inner = self.seam(index).inner;
        if inner == NOTHING || inner == LATER { self.new_inner(index, depth) } else { inner }
    }

    #[cold]
    #[inline(never)]
    fn new_inner(&mut self, index: u16, depth: u32) -> u16 {
        let is_known = self.seam(index).inner != LATER;
        let site = if is_known && depth < DEEPEST { self.new_site() } else { NOTHING };
        if let Some(seam) = self.seams.get_mut(usize::from(index)) {
            seam.inner = site;
        }
        site
    }

    /// The site of a container in an array.
    #[inline]
    pub(super) fn element(&mut self, site: u16, index: u32, is_read: bool, depth: u32) -> u16 {
        let Some(known) = self.sites.get(usize::from(site)) else { return NOTHING };
        let of_it = if is_read { known.elements.get(index as usize).copied() } else { Some(known.rest) };
        match of_it {
            None => NOTHING,
            Some(NOTHING) if depth < DEEPEST => {
                let new = self.new_site();
                let place = self.sites.get_mut(usize::from(site)).and_then(|known| {
                    if is_read { known.elements.get_mut(index as usize) } else { Some(&mut known.rest) }
                });
                if let Some(place) = place {
                    *place = new;
                }
                new
            }
            Some(of_it) => of_it,
        }
    }

    #[cold]
    #[inline(never)]
    fn new_site(&mut self) -> u16 {
        if self.sites.len() >= SITES {
            self.is_full = true;
            return NOTHING;
        }
        self.credit -= SITE;
        self.sites.push(Site::default());
        (self.sites.len() - 1) as u16
    }
}
