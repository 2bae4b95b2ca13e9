//! The part of a source that is shown around a place.
//!
//! In: a source and spans, right or wrong. Out: a few short lines, made visible, and where the spans lie in them.
//! Everything is clipped here, so that what draws is only given places that exist.

use super::visible::push_visible;
use crate::source::{Source, Span};
use std::ops::Range;

/// The number of characters of a line that are shown.
pub(super) const WIDTH: usize = 120;

/// How many of them stand before the place, in a line that is cut.
const LEAD: usize = WIDTH / 3;

/// A span over more line breaks than this is shown by its first line only.
const MOST_BREAKS: usize = 5;

/// A second place farther away, in lines, gets an excerpt of its own; a few of them are shown.
const NEAR: u32 = 30;
const MOST_FAR: usize = 3;

/// A few lines of a source.
#[derive(Debug)]
pub(super) struct Excerpt {
    /// The lines, cut and made visible.
    pub(super) text: String,
    /// The number of the first of them.
    pub(super) first_line: usize,
    /// Where the excerpt's first mark is in the source.
    pub(super) line: u32,
    pub(super) column: u32,
    /// The spans that lie here.
    pub(super) marks: Vec<Mark>,
}

/// A span of the source in an excerpt.
#[derive(Debug)]
pub(super) struct Mark {
    /// 0 for the primary span, then the others in order.
    pub(super) index: usize,
    /// In bytes of the excerpt's text.
    pub(super) range: Range<usize>,
}

/// A span that lies within the source, at character boundaries.
struct Place {
    index: usize,
    range: Range<usize>,
    line: u32,
    column: u32,
}

impl Excerpt {
    /// The excerpt around a span and those of the other spans that are near, then one for each of a few that are far.
    pub(super) fn around(source: &Source, primary: Span, others: impl Iterator<Item = Span>) -> Vec<Excerpt> {
        let mut near = vec![Place::within(source, 0, primary)];
        let line = near.first().map_or(1, |place| place.line);
        let mut far = Vec::new();
        for (index, span) in others.enumerate() {
            let place = Place::within(source, index + 1, span);
            if place.line.abs_diff(line) <= NEAR { near.push(place) } else { far.push(place) }
        }
        std::iter::once(near)
            .chain(far.into_iter().take(MOST_FAR).map(|place| vec![place]))
            .filter_map(|places| Excerpt::new(source.text(), &places))
            .collect()
    }

    /// The excerpt around a span that must not be clipped or cut; `None` if it would have to be.
    pub(super) fn exactly(source: &Source, span: Span) -> Option<Excerpt> {
        source.text().get(span.range())?;
        let (line, column) = source.position(span.start);
        let place = Place { index: 0, range: span.range(), line, column };
        let excerpt = Excerpt::new(source.text(), std::slice::from_ref(&place))?;
        let end = place.range.end - line_start(source.text(), place.range.end);
        let fits =
            source.slice(span).chars().count() <= WIDTH - LEAD && (line == source.position(span.end).0 || end <= LEAD);
        fits.then_some(excerpt)
    }

    fn new(text: &str, places: &[Place]) -> Option<Excerpt> {
        let first = places.first()?;
        let highest = places.iter().min_by_key(|place| place.range.start)?;
        let end = places.iter().map(|place| place.range.end).max()?;
        let mut base = line_start(text, highest.range.start);
        let mut marks: Vec<Mark> = places.iter().map(|place| Mark { index: place.index, range: 0..0 }).collect();
        let mut out = String::new();
        for (above, line) in text.get(base..)?.split('\n').enumerate() {
            if above > 0 {
                out.push('\n');
            }
            let bounds = base..base + line.len();
            let line = Line::cut(line.strip_suffix('\r').unwrap_or(line), base, places);
            let at = out.len();
            line.push_to(&mut out);
            for (mark, place) in marks.iter_mut().zip(places) {
                if bounds.contains(&place.range.start) || bounds.end == place.range.start {
                    mark.range.start = at + line.place(place.range.start);
                }
                if bounds.contains(&place.range.end) || bounds.end == place.range.end {
                    mark.range.end = at + line.place(place.range.end);
                }
            }
            base = bounds.end + 1;
            if base > end {
                break;
            }
        }
        if out.is_empty() || out.ends_with('\n') {
            // An empty last line would be no line to what draws.
            out.push(' ');
        }
        for mark in &mut marks {
            mark.range.end = mark.range.end.max(mark.range.start);
        }
        Some(Excerpt { text: out, first_line: highest.line as usize, line: first.line, column: first.column, marks })
    }
}

/// Where the line of an offset begins.
fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)
}

impl Place {
    /// Clips a span to the text, to whole characters, without white space behind it, and to one line if it has many.
    fn within(source: &Source, index: usize, span: Span) -> Place {
        let text = &**source.text();
        let Range { start, end } = span.range();
        let start = boundary(text, start.min(text.len()));
        let end = boundary(text, end.clamp(start, text.len()));
        let covered = text.get(start..end).unwrap_or_default();
        let mut length = covered.trim_end().len();
        if length == 0 || covered.matches('\n').take(MOST_BREAKS + 1).count() > MOST_BREAKS {
            let first = covered.split('\n').next().unwrap_or_default();
            length = first.strip_suffix('\r').unwrap_or(first).len();
        }
        let (line, column) = source.position(start as u32);
        Place { index, range: start..start + length, line, column }
    }
}

/// The next character boundary at or before an offset.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A line and which part of it is shown.
struct Line<'a> {
    /// What is shown.
    part: &'a str,
    /// The offset of that in the source.
    base: usize,
    /// Whether something before it, and behind it, is left out.
    cut: (bool, bool),
}

const CUT: &str = "…";

impl<'a> Line<'a> {
    /// Chooses the part: everything if the line is short, else around the first place in it.
    fn cut(line: &'a str, base: usize, places: &[Place]) -> Line<'a> {
        if line.char_indices().nth(WIDTH).is_none() {
            return Line { part: line, base, cut: (false, false) };
        }
        let here = base..base + line.len() + 1;
        let anchor = places
            .iter()
            .find_map(|place| [place.range.start, place.range.end].into_iter().find(|offset| here.contains(offset)))
            .map_or(0, |offset| offset - base);
        let before = line.get(..anchor).unwrap_or(line);
        let from = before.char_indices().rev().nth(LEAD - 1).map_or(0, |(at, _)| at);
        let rest = line.get(from..).unwrap_or_default();
        if let Some((length, _)) = rest.char_indices().nth(WIDTH) {
            return Line { part: rest.get(..length).unwrap_or_default(), base: base + from, cut: (from > 0, true) };
        }
        // The end of the line is in sight, so there is room for more of what stands before.
        let from = line.char_indices().rev().nth(WIDTH - 1).map_or(0, |(at, _)| at);
        Line { part: line.get(from..).unwrap_or_default(), base: base + from, cut: (true, false) }
    }

    fn push_to(&self, out: &mut String) {
        if self.cut.0 {
            out.push_str(CUT);
        }
        self.part.chars().for_each(|c| push_visible(c, out));
        if self.cut.1 {
            out.push_str(CUT);
        }
    }

    /// Where an offset of the source lies in what [`push_to`](Line::push_to) writes; the sign of the cut if it is cut
    /// off.
    fn place(&self, offset: usize) -> usize {
        let Some(within) = offset.checked_sub(self.base) else { return 0 };
        let mut shown = String::new();
        self.part.get(..within).unwrap_or(self.part).chars().for_each(|c| push_visible(c, &mut shown));
        shown.len() + if self.cut.0 { CUT.len() } else { 0 }
    }
}
