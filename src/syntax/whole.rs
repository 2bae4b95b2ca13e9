//! A text without mistakes, in stretches.
//!
//! In: a text of which the scan sees no fault. Out: what it holds, or nothing if the grammar refuses some of it. A file is
//! statements and headers one behind the other, so a long one is cut where they begin, and each stretch is read by itself:
//! what pest keeps of a stretch is small, and large texts are read on several threads. Where the cuts are changes nothing.

use super::build::{Builder, Element, Paths};
use super::faults::Faults;
use super::grammar::{Grammar, Rule};
use super::keyword::Keyword;
use super::scan::Scan;
use super::{Limits, share};
use pest::Parser;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How long a stretch is, at least, in bytes: short, so that what pest keeps stays in the cache and threads end together.
const STRETCH: usize = 4 << 10;

/// A stretch that was read, or nothing if the grammar refuses it.
type Read<'s> = Option<(Vec<Element>, Faults<'s>)>;

/// Reads a text: what its stretches hold, one behind the other.
pub(crate) fn elements(
    text: &str,
    base: usize,
    scan: &Scan,
    limits: &Limits,
    faults: &mut Faults<'_>,
) -> Option<Vec<Vec<Element>>> {
    let source = faults.source();
    let read = |tokens: Range<usize>, paths: &mut Paths| {
        let stretch = scan.tokens.stretch(text, base, tokens);
        let file = Grammar::parse(Rule::file, stretch.classes()).ok()?.next()?;
        let mut faults = Faults::new(source);
        let mut builder = Builder::new(&mut faults, stretch, paths, limits);
        let parts = file.into_inner();
        // A statement, and its `WHEN`.
        let mut elements = Vec::with_capacity(2 * parts.len());
        parts.for_each(|part| builder.element(part, &mut elements));
        Some((elements, faults))
    };
    let stretches = stretches(text, scan);
    let mut all = Vec::new();
    let mut own = Vec::with_capacity(stretches.len());
    for stretch in read_all(&stretches, text.len(), scan.nesting, &read) {
        let (elements, faults) = stretch?;
        all.push(elements);
        own.push(faults);
    }
    own.into_iter().for_each(|one| faults.append(one));
    Some(all)
}

/// Where to cut, in tokens: before words that nothing in front of them can go on with.
fn stretches(text: &str, scan: &Scan) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let (mut first, mut start) = (0, 0);
    for piece in &scan.pieces {
        let begins = piece.keyword.is_some_and(|word| !matches!(word, Keyword::When | Keyword::GroupBy));
        if begins && piece.start >= start + STRETCH && text.len() >= piece.start + STRETCH {
            all.push(first..piece.first);
            (first, start) = (piece.first, piece.start);
        }
    }
    all.push(first..scan.tokens.count());
    all
}

/// Reads all stretches, in order; stops behind one that is refused.
fn read_all<'s>(
    stretches: &[Range<usize>],
    length: usize,
    nesting: usize,
    read: &(impl Fn(Range<usize>, &mut Paths) -> Read<'s> + Sync),
) -> Vec<Read<'s>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        let mut paths = Paths::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(stretch) = stretches.get(number) else { break };
            let one = read(stretch.clone(), &mut paths);
            if one.is_none() {
                next.store(stretches.len(), Ordering::Relaxed);
            }
            done.push((number, one));
        }
        done
    };
    share::share(share::threads(length).min(stretches.len()), nesting, work).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

    use super::super::{recover, scan};
    use super::*;
    use crate::source::Source;
    use std::sync::Arc;

    const RULES: &str = include_str!("../../examples/checkout.fql");

    fn both(text: &str) -> [(String, Vec<crate::diagnostic::Diagnostic>); 2] {
        let source = Arc::new(Source::new("long", text));
        let limits = Limits::default();
        let scan = scan::scan(text, limits.nesting, true);
        assert!(stretches(text, &scan).len() > 8);
        let (mut one, mut other) = (Faults::new(&source), Faults::new(&source));
        let whole = elements(text, 0, &scan, &limits, &mut one).expect("no mistakes");
        let pieces = recover::rules(text, 0, &scan, &limits, &mut other);
        let whole: Vec<Element> = whole.into_iter().flatten().collect();
        [(format!("{whole:?}"), one.into_sorted()), (format!("{pieces:?}"), other.into_sorted())]
    }

    #[test]
    fn cuts_change_nothing() {
        let [whole, pieces] = both(&RULES.repeat(60));
        assert!(whole.0 == pieces.0);
        assert!(whole.1.is_empty() && pieces.1.is_empty());
    }

    #[test]
    fn faults_of_tokens_stand_in_order() {
        let text = format!("{RULES}CLAUSE \"more\"\nOBSERVE Output(a = \u{201C}b\u{201D})\n").repeat(60);
        let [whole, pieces] = both(&text);
        assert_eq!(whole.1.len(), 60);
        let places = |all: &[crate::diagnostic::Diagnostic]| all.iter().map(|one| one.span).collect::<Vec<_>>();
        assert_eq!(places(&whole.1), places(&pieces.1));
    }

    #[test]
    fn a_mistake_in_one_stretch_refuses_the_text() {
        let text = format!("{}RETURN Review() 5\n{}", RULES.repeat(30), RULES.repeat(30));
        let source = Arc::new(Source::new("long", text.as_str()));
        let scan = scan::scan(&text, 128, true);
        let mut faults = Faults::new(&source);
        assert!(elements(&text, 0, &scan, &Limits::default(), &mut faults).is_none());
        assert!(faults.into_sorted().is_empty());
    }
}
