//! The order of keys that events had so far: a guess at what stands between one value of an object and the next.
//!
//! Events of one source are written by one program, so the bytes from a value's end to the next value's beginning, such as
//! `,"riskScore":`, are nearly always those of the event before. Such a piece is a [`Seam`]; it was read by the grammar
//! once, so where the same bytes stand at the same place of an object again, one comparison replaces looking for the quotes,
//! looking the key up and looking for the colon. A seam knows the two seams that followed it last, and the [`Site`] where the
//! keys of its value's own object are kept. A wrong guess costs two comparisons; the key is then read by the grammar.
//!
//! What is kept is bounded, and so is what guessing may cost. Everything is paid from a credit in instructions, as callgrind
//! counts them: what a miss really takes, each comparison in vain, looking for guesses at all. A hit earns what it really saves,
//! and each event brings a twentieth of what reading it by the grammar takes at least. Without credit nothing is learned, and the
//! next events are read by the grammar until there is enough again. The keys within a value are learned when its own key is met
//! again, so that objects of new keys deep within each other cost one miss. So whatever the order of keys, reading takes 5 % more
//! instructions at most than without guesses, besides what a session spends once, at its beginning; `cargo bench --bench
//! instructions` counts it.
//!
//! What a hit saves depends on who reads the key. Counted for keys of 3 to 55 bytes, on x86-64:
//!
//! | key | by the grammar | guessed | saved |
//! |---|---|---|---|
//! | read, 60 names | 366 to 670 | 203 to 301 | 126 and more |
//! | unread beside such | 152 to 271 | 97 to 191 | 55 to 93 |
//! | where nobody reads any | 107 to 155 | 81 to 104 | 25 to 54 |
//! | the same, of more than 32 bytes | 155 to 198 | 164 to 167 | -9 to 31 |

use super::paths::Paths;
use crate::value::json::scan::{self, Scanned};
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hasher};
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

/// What is kept at most: some 200 KiB.
const SEAMS: usize = 2048;
const SITES: usize = 512;
/// An object with more different keys than this is a dictionary: nobody can guess the next one.
const SEAMS_OF_SITE: u16 = 256;
/// Bytes of a seam compared at once.
const PART: usize = 32;
/// Events after which everything is forgotten, if there is no more room.
const MEMORY: u32 = 1024;

/// A unit of credit is an instruction, as callgrind counts them. What a miss takes that is learned from.
const MISS: i64 = 250;
/// What it takes besides if its seam is kept for the first time.
const NEW: i64 = 250;
/// What a miss takes for which there is no credit.
const REFUSED: i64 = 60;
/// What it takes to make a site.
const SITE: i64 = 150;
/// What a comparison takes that fails.
const COMPARISON: i32 = 25;
/// What it takes to compare the rest of a long seam besides.
const REST: u8 = 36;
/// What it takes to begin to follow guesses.
const FOLLOW: i32 = 50;
/// What it takes to look for guesses at all, for each object; and for each element of an array that has none.
const OBJECT: i64 = 90;
const ELEMENT: i64 = 30;
/// What it takes for an event.
const EVENT: i64 = 100;
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

/// How far right guesses led.
pub(super) struct Followed {
    pub(super) at: usize,
    /// The last seam that stood there, or [`NOTHING`].
    pub(super) last: u16,
    pub(super) earned: i32,
    #[cfg(test)]
    pub(super) hits: u64,
}

/// What a right guess spares.
#[derive(Clone, Copy, Debug)]
pub(super) enum Saving {
    /// Finding a key that is read.
    Read,
    /// Looking in vain for a key among those that are read.
    Unread,
    /// Passing over a key where none is read.
    Passed,
}

impl Saving {
    /// In instructions at least, for a seam of so many bytes; a string saves less than a number.
    fn at_least(self, len: usize) -> u8 {
        let saved: u8 = match self {
            Saving::Read => 85,
            Saving::Unread => 45,
            Saving::Passed => 24,
        };
        if len > PART { saved.saturating_sub(REST) } else { saved }
    }
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
    /// For tests: keys that were not guessed and not learned either, for want of credit.
    #[cfg(test)]
    pub(super) refused: u64,
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

    /// Whether its value was no container when it was met again, or was not met again. Where nobody reads a key, such are followed.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is_followed(&self) -> bool {
        self.inner == LATER
    }

    /// What comparing it costs if it does not fit.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn in_vain(&self) -> i32 {
        if usize::from(self.len) > PART { COMPARISON + i32::from(REST) } else { COMPARISON }
    }

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
            refused: 0,
            #[cfg(test)]
            compared: std::cell::Cell::new(0),
        }
    }
}

impl Order {
    /// Begins an event of so many bytes. `false` if it is to be read without guesses.
    pub(super) fn begin(&mut self, paths: &Paths, bytes: usize) -> bool {
        self.credit = self.credit.saturating_add((bytes / BYTES) as i64).min(MOST);
        self.age = self.age.saturating_add(1);
        if self.is_resting && self.credit < ENOUGH {
            return false;
        }
        self.is_resting = false;
        self.credit -= EVENT;
        if !self.paths.as_ref().is_some_and(|known| Arc::ptr_eq(known, &paths.identity)) {
            self.paths = Some(paths.identity.clone());
            self.forget();
        }
        if self.is_full && self.age > MEMORY {
            self.forget();
        }
        true
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
        (site.seams < SEAMS_OF_SITE && self.credit >= 0).then_some((site.first, site.other))
    }

    /// The one of two seams that stands at `at`, and its number. Takes what comparing them in vain cost from what was `earned`.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn guess(
        &self,
        (next, other): (u16, u16),
        bytes: &[u8],
        at: usize,
        earned: &mut i32,
    ) -> Option<(u16, &Seam)> {
        // After the last key of an object, usually.
        if next == NOTHING {
            return None;
        }
        let padded;
        let ahead = match bytes.get(at..).and_then(<[u8]>::first_chunk) {
            Some(ahead) => ahead,
            None => {
                padded = part(bytes.get(at..).unwrap_or_default()).0;
                &padded
            }
        };
        let seam = self.seam(next);
        if self.fits(seam, ahead, (bytes, at)) {
            return Some((next, seam));
        }
        *earned -= seam.in_vain();
        let seam = self.fitting(other, ahead, (bytes, at));
        if seam.is_none() {
            *earned -= self.seam(other).in_vain();
        }
        seam.map(|seam| (other, seam))
    }

    /// The seam of that number, if it stands there. A function of its own, so that the more likely guess before it is a branch: what
    /// follows a guess is then begun before it is known to be right.
    #[inline(never)]
    fn fitting(&self, index: u16, ahead: &[u8; PART], place: (&[u8], usize)) -> Option<&Seam> {
        let seam = self.seam(index);
        self.fits(seam, ahead, place).then_some(seam)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn fits(&self, seam: &Seam, ahead: &[u8; PART], (bytes, at): (&[u8], usize)) -> bool {
        begins(ahead, (&seam.text, seam.needed))
            && (usize::from(seam.len) <= PART || self.rest_fits(seam, bytes, at + PART))
    }

    /// Whether it is worth while to [`Order::follow`] that seam.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn is_followed(&self, index: u16) -> bool {
        self.seam(index).is_followed()
    }

    /// Follows right guesses from `at` on over values that nobody reads and that are no containers.
    #[inline(never)]
    pub(super) fn follow(&self, bytes: &[u8], mut at: usize, (mut next, mut other): (u16, u16)) -> Scanned<Followed> {
        let (mut last, mut earned) = (NOTHING, -FOLLOW);
        #[cfg(test)]
        let mut hits = 0;
        while let Some(ahead) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let mut seam = self.seam(next);
            if !seam.is_followed() || !self.fits(seam, ahead, (bytes, at)) {
                earned -= seam.in_vain();
                let Some(fitting) = self.fitting(other, ahead, (bytes, at)).filter(|seam| seam.is_followed()) else {
                    earned -= self.seam(other).in_vain();
                    break;
                };
                (next, seam) = (other, fitting);
            }
            let value = at + usize::from(seam.len);
            at = if seam.is_string {
                scan::string(bytes, value)?.0 + 1
            } else {
                let value = scan::blank(bytes, value);
                match bytes.get(value) {
                    Some(b'{' | b'[') => break,
                    Some(b'-' | b'0'..=b'9') => scan::number::<false>(bytes, value)?.0,
                    _ => scan::leaf(bytes, value)?,
                }
            };
            earned += i32::from(seam.earns);
            #[cfg(test)]
            {
                hits += 1;
            }
            (last, next, other) = (next, seam.next, seam.other);
        }
        Ok(Followed {
            at,
            last,
            earned,
            #[cfg(test)]
            hits,
        })
    }

    /// A seam by its number.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn seam(&self, index: u16) -> &Seam {
        self.seams.get(usize::from(index)).unwrap_or(&Seam::NEVER)
    }

    #[inline(never)]
    fn rest_fits(&self, seam: &Seam, bytes: &[u8], at: usize) -> bool {
        let Some((text, needed)) = self.rests.get(usize::from(seam.rest)) else { return false };
        let ahead = bytes.get(at..).unwrap_or_default();
        match ahead.first_chunk() {
            Some(ahead) => begins(ahead, (text, *needed)),
            None => begins(&part(ahead).0, (text, *needed)),
        }
    }

    /// Adds what the hits of an object earned.
    #[inline]
    pub(super) fn earn(&mut self, earned: i32) {
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
        let is_paid = self.credit >= MISS;
        #[cfg(test)]
        {
            self.counted.0 += 1;
            self.refused += u64::from(!is_paid);
        }
        self.credit -= if is_paid { MISS } else { REFUSED };
        is_paid
    }

    /// Keeps a seam of these bytes at that place, if there is room.
    pub(super) fn learn(
        &mut self,
        site: u16,
        behind: Behind,
        text: &[u8],
        (seam, saving): (Seam, Saving),
    ) -> Option<u16> {
        let Order { seams, rests, known, hasher, .. } = self;
        let hash = |site: u16, first: &[u8], rest: &[u8]| {
            let mut hasher = hasher.build_hasher();
            hasher.write_u16(site);
            hasher.write(first);
            if !rest.is_empty() {
                hasher.write(rest);
            }
            hasher.finish()
        };
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
        let (head, tail) = text.split_at_checked(PART).unwrap_or((text, &[]));
        let hashed = hash(site, head, tail);
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
                self.credit -= NEW;
                let earns = saving.at_least(text.len());
                seams.push(Seam { text: first, needed, site, len, earns, rest: number, ..seam });
                let again = |index: &u16| {
                    let Some(seam) = seams.get(usize::from(*index)) else { return 0 };
                    let len = usize::from(seam.len);
                    let rest =
                        rests.get(usize::from(seam.rest)).and_then(|(text, _)| text.get(..len.saturating_sub(PART)));
                    hash(seam.site, seam.text.get(..len.min(PART)).unwrap_or_default(), rest.unwrap_or_default())
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
