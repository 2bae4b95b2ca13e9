//! Whether a text holds another one.
//!
//! Attributes are short, and a general search spends more on getting ready than on looking. So 16 places at once are asked
//! whether the first and the last byte of what is looked for stand there; only where both do, the whole is compared.

use std::ops::Range;
use wide::u8x16;

/// From how many bytes on a general search is worth its preparation.
const LONG: usize = 128;

/// Whether the part `range` of `from` holds `wanted`. What stands around the part may be read, and changes nothing.
#[inline]
pub(crate) fn contains(from: &[u8], range: Range<usize>, wanted: &[u8]) -> bool {
    let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else { return true };
    // How many places there are for it.
    let Some(places) = (range.len() + 1).checked_sub(wanted.len()).filter(|places| *places > 0) else { return false };
    if range.len() > LONG {
        return from.get(range).is_some_and(|part| memchr::memmem::find(part, wanted).is_some());
    }
    let (first, last) = (u8x16::splat(*first), u8x16::splat(*last));
    let to_last = wanted.len() - 1;
    let mut done = 0;
    while done < places {
        let start = range.start + done;
        let firsts = u8x16::new(sixteen(from, start)).simd_eq(first);
        let lasts = u8x16::new(sixteen(from, start + to_last)).simd_eq(last);
        let mut both = (firsts & lasts).to_bitmask();
        while both != 0 {
            let place = both.trailing_zeros() as usize;
            both &= both - 1;
            if done + place < places && from.get(start + place..).is_some_and(|rest| rest.starts_with(wanted)) {
                return true;
            }
        }
        done += 16;
    }
    false
}

/// The 16 bytes from a place on; zeros behind the end.
#[inline(always)]
fn sixteen(from: &[u8], start: usize) -> [u8; 16] {
    match from.get(start..).and_then(|rest| rest.first_chunk()) {
        Some(chunk) => *chunk,
        None => padded(from.get(start..).unwrap_or_default()),
    }
}

#[cold]
fn padded(rest: &[u8]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    bytes
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn finds_what_the_standard_library_finds() {
        let text = "aabaacaadaabbaab-aabaacaadaabaac.aabaacaadbaabaacaada";
        let wanted =
            ["", "a", "d", "aab", "adaa", "aadb", "ada", "aabaacaadaabbaab", "x", "ab-a", "caada", ".", "bb", "aadbx"];
        for start in 0..text.len() {
            for end in start..=text.len() {
                for one in wanted {
                    let found = contains(text.as_bytes(), start..end, one.as_bytes());
                    assert_eq!(found, text[start..end].contains(one), "{one} in {start}..{end}");
                }
            }
        }
        let long = format!("{}needle{}", "x".repeat(200), "x".repeat(90));
        assert!(contains(long.as_bytes(), 0..long.len(), b"needle"));
        assert!(!contains(long.as_bytes(), 0..204, b"needle"));
    }
}
