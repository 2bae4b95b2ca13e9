//! The name that was probably meant.
//!
//! In: a name that nothing bears, and those that something does. Out: the likeliest of them, or none: a wrong guess is
//! worse than no guess, so names that differ by more than about a third of their letters are not offered.

/// Longer names are compared by equality only, so that no name costs more than a few thousand steps.
const LONGEST: usize = 64;

/// The least length of a part that makes one name likely because it begins, or is contained in, the other.
const SHORTEST_PART: usize = 3;

/// The one of `names` that `wanted` was probably meant to be; `None` if none is near.
///
/// Case is ignored, as in the language (L1.3), and a name that differs by nothing else wins. Otherwise the fewest
/// typing slips win (a letter left out, added, changed, or swapped with its neighbour), up to about a third of the
/// length; a name that begins alike is preferred, and one of which `wanted` is a part (`Start` of `StartsWith`) is
/// still offered when nothing is nearer. Of equally near names the first is taken, so the answer is the same in every
/// run if the order of `names` is.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = folded(wanted).take(LONGEST + 1).collect();
    let mut others = Vec::new();
    let mut rows = Rows::default();
    let mut best: Option<(usize, &'a str)> = None;
    for name in names {
        others.clear();
        others.extend(folded(name).take(LONGEST + 1));
        let short = letters.len().max(others.len()) <= LONGEST;
        let cost =
            if short { cost(&letters, &others, &mut rows) } else { folded(wanted).eq(folded(name)).then_some(0) };
        let Some(cost) = cost else { continue };
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, name));
        }
        if cost == 0 {
            break;
        }
    }
    best.map(|(_, name)| name)
}

fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase)
}

/// How far apart two names are: 0 if equal, four for each slip less a bonus; `None` if too far.
fn cost(wanted: &[char], name: &[char], rows: &mut Rows) -> Option<usize> {
    if wanted == name {
        return Some(0);
    }
    let (shorter, longer) = if wanted.len() < name.len() { (wanted, name) } else { (name, wanted) };
    // One slip in a name of one letter is another name.
    let most = if wanted.len() < 2 { 0 } else { (longer.len() / 3).max(1) };
    let begins = longer.starts_with(shorter);
    let difference = longer.len() - shorter.len();
    if difference <= most
        && let Some(slips) = rows.slips(wanted, name, most)
    {
        let same_start = wanted.first() == name.first();
        return Some(4 * slips - if begins { 2 } else { usize::from(same_start) });
    }
    let contains = shorter.len() >= SHORTEST_PART && longer.windows(shorter.len()).any(|part| part == shorter);
    contains.then(|| 4 * (LONGEST + 1) + 2 * difference - usize::from(begins))
}

/// The last three rows of the table of distances, kept for the next name.
#[derive(Default)]
struct Rows {
    before: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// The Damerau-Levenshtein distance in its restricted form (no letter is touched twice), if it is at most `most`.
    fn slips(&mut self, a: &[char], b: &[char], most: usize) -> Option<usize> {
        let Rows { before, last, row } = self;
        before.clear();
        last.clear();
        last.extend(0..=b.len());
        let mut left_a = None;
        for (i, &letter_a) in a.iter().enumerate() {
            row.clear();
            row.push(i + 1);
            let mut left_b = None;
            for (j, &letter_b) in b.iter().enumerate() {
                let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
                let change = at(last, j) + usize::from(letter_a != letter_b);
                let mut slips = change.min(at(last, j + 1) + 1).min(at(row, j) + 1);
                if left_a == Some(letter_b) && left_b == Some(letter_a) {
                    slips = slips.min(at(before, j.saturating_sub(1)) + 1);
                }
                row.push(slips);
                left_b = Some(letter_b);
            }
            if row.iter().all(|slips| *slips > most) {
                return None;
            }
            std::mem::swap(before, last);
            std::mem::swap(last, row);
            left_a = Some(letter_a);
        }
        last.last().copied().filter(|slips| *slips <= most)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    const NAMES: [&str; 12] = [
        "StartsWith",
        "EndsWith",
        "Contains",
        "ContainsKey",
        "IndexOf",
        "ToInt32",
        "ToInt64",
        "Length",
        "IsNullOrEmpty",
        "IsNullOrWhiteSpace",
        "Exists",
        "In",
    ];

    #[test]
    fn the_likely_name_is_found() {
        for (wanted, name) in [
            ("startswith", Some("StartsWith")),
            ("StartWith", Some("StartsWith")),
            ("StratsWith", Some("StartsWith")),
            ("Starts", Some("StartsWith")),
            ("Lenght", Some("Length")),
            ("Len", Some("Length")),
            ("ToInt", Some("ToInt32")),
            ("Exist", Some("Exists")),
            ("Contain", Some("Contains")),
            ("ContainKey", Some("ContainsKey")),
            ("isnullorwhitespace", Some("IsNullOrWhiteSpace")),
            ("WhiteSpace", Some("IsNullOrWhiteSpace")),
            ("indexof", Some("IndexOf")),
            ("Reject", None),
            ("Substring", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, NAMES), name, "{wanted}");
        }
    }

    #[test]
    fn case_alone_beats_a_slip_and_ties_go_to_the_first() {
        assert_eq!(nearest("userid", ["useid", "userId"]), Some("userId"));
        assert_eq!(nearest("cat", ["bat", "hat"]), Some("bat"));
        assert_eq!(nearest("cat", ["hat", "cab"]), Some("cab"), "the same beginning is likelier");
        assert_eq!(nearest("amount", ["amuont", "amont"]), Some("amuont"), "a swap is one slip");
        assert_eq!(nearest("ÜBER", ["ueber", "über"]), Some("über"));
    }

    #[test]
    fn short_names_need_more_than_a_letter_in_common() {
        assert_eq!(nearest("a", ["b", "c"]), None);
        assert_eq!(nearest("ip", ["id"]), Some("id"));
        assert_eq!(nearest("ip", ["xy"]), None);
        assert_eq!(nearest("a", []), None);
    }

    #[test]
    fn distances_are_those_of_the_definition() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let mut rows = Rows::default();
        for (a, b, slips) in [
            ("", "", 0),
            ("a", "", 1),
            ("abc", "abc", 0),
            ("ab", "ba", 1),
            ("abcd", "acbd", 1),
            ("ca", "abc", 3),
            ("kitten", "sitting", 3),
            ("abcdef", "badcfe", 3),
            ("xaby", "xbay", 1),
        ] {
            assert_eq!(rows.slips(&chars(a), &chars(b), 99), Some(slips), "{a} {b}");
            assert_eq!(rows.slips(&chars(b), &chars(a), 99), Some(slips), "{b} {a}");
            assert_eq!(rows.slips(&chars(a), &chars(b), slips), Some(slips));
            assert_eq!(slips.checked_sub(1).and_then(|most| rows.slips(&chars(a), &chars(b), most)), None);
        }
    }

    #[test]
    fn long_words_cost_little() {
        let long = "é".repeat(1_000_000);
        let longer = format!("{long}e");
        let names: Vec<String> = (0..1000).map(|n| format!("{}{n}", "name".repeat(15))).collect();
        assert_eq!(nearest(&long, names.iter().map(String::as_str)), None);
        assert_eq!(nearest(&names[7].to_uppercase(), names.iter().map(String::as_str)), Some(names[7].as_str()));
        assert_eq!(nearest(&long.to_uppercase(), [longer.as_str(), long.as_str()]), Some(long.as_str()));
        assert_eq!(nearest("amount", [longer.as_str(), "amount "]), Some("amount "));
    }
}
