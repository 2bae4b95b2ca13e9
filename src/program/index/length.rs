//! Which lengths of beginnings and ends are looked up.
//!
//! Each length of them is a look-up for every event, and texts that are longer can be filed under a part of them. So there are
//! as few lengths as keep small what stands under one key.

use super::Bytes;
use super::table::{Ask, part};
use std::collections::{BTreeSet, HashMap};

/// The longest beginning or end that is looked up; how many lengths of them are tried before they are grouped.
const LONGEST: usize = 32;
const MOST_LENGTHS: usize = 10;

/// How many texts under one key are no reason to look up another length.
const FEW: usize = 4;

/// The lengths that are looked up of a slot's beginnings or ends, for these texts; the shortest is among them.
pub(super) fn chosen(ask: Ask, texts: &[Bytes]) -> BTreeSet<u32> {
    let mut lengths: BTreeSet<u32> = texts.iter().map(|text| text.len().min(LONGEST) as u32).collect();
    let shortest = lengths.pop_first();
    if lengths.len() >= MOST_LENGTHS {
        lengths.retain(|length| matches!(length, 2 | 4 | 6 | 8 | 12 | 16 | 24 | 32));
    }
    let mut chosen: BTreeSet<u32> = shortest.into_iter().collect();
    let mut most = most_under_one_key(ask, texts, &chosen);
    for length in lengths {
        if most <= FEW {
            break;
        }
        chosen.insert(length);
        let fewer = most_under_one_key(ask, texts, &chosen);
        if fewer < most {
            most = fewer;
        } else {
            chosen.remove(&length);
        }
    }
    chosen
}

/// The part of a text that is looked up, if that is the length.
pub(crate) fn cut(ask: Ask, text: &[u8], length: u32) -> Option<&[u8]> {
    let length = length as usize;
    match ask {
        Ask::End => text.get(text.len().checked_sub(length)?..),
        _ => text.get(..length),
    }
}

/// The longest of the lengths that a text has.
pub(super) fn longest(lengths: &BTreeSet<u32>, text: &[u8]) -> Option<u32> {
    lengths.range(..=text.len() as u32).next_back().copied()
}

fn most_under_one_key(ask: Ask, texts: &[Bytes], lengths: &BTreeSet<u32>) -> usize {
    let mut counts: HashMap<u64, usize, foldhash::fast::RandomState> = HashMap::default();
    let keys = texts.iter().filter_map(|text| Some(part(ask, 0, cut(ask, text, longest(lengths, text)?)?)));
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts.into_values().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ask: Ask, texts: &[&str]) -> Vec<u32> {
        let texts: Vec<Bytes> = texts.iter().map(|text| text.as_bytes().into()).collect();
        chosen(ask, &texts).into_iter().collect()
    }

    #[test]
    fn a_length_is_looked_up_if_it_tells_apart_what_is_crowded() {
        assert_eq!(of(Ask::Start, &["a1", "b22", "c333"]), [2]);
        assert_eq!(of(Ask::Start, &["+3", "+311", "+312", "+3131", "+3132", "+3133", "+3134"]), [2, 4]);
        assert_eq!(of(Ask::Start, &["+3", "+311", "+3121", "+3131", "+3141", "+3151", "+3161"]), [2, 4]);
        assert_eq!(of(Ask::Start, &["+3", "+3111", "+3112", "+3113", "+3114", "+3115", "+32"]), [2, 3, 5]);
        assert_eq!(of(Ask::End, &["m", "a.com", "b.com", "c.com", "d.com", "e.com", "a.nl"]), [1, 4, 5]);
        assert_eq!(of(Ask::End, &["m"; 9]), [1]);
    }
}
