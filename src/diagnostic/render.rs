//! Diagnostics as a person reads them: the only place that draws.
//!
//! In: [`Diagnostic`]s. Out: text with a header, the place, an excerpt with labels, and the help or the change that
//! mends it. The drawing itself is done by `annotate-snippets`. It is handed an excerpt only, never the whole source,
//! so that neither a line of megabytes nor a control character of the source reaches a terminal. Since it then can't
//! know the true place, the header of each excerpt is drawn with a placeholder for the path and filled in afterwards.

mod excerpt;
mod visible;

use super::{Diagnostic, Fix, Severity};
use crate::source::Source;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
use excerpt::Excerpt;
use std::fmt::Write;
use visible::{PLACEHOLDER, visible_line, visible_text};

/// How many diagnostics are drawn; a count stands for the others.
const MOST: usize = 100;

/// How many second places are drawn for one diagnostic.
const MOST_LABELS: usize = 16;

/// The length in characters after which a message, label or help is cut.
const LONGEST_TEXT: usize = 1000;

/// The size in bytes and lines up to which a change is drawn rather than told.
const LARGEST_CHANGE: (usize, usize) = (400, 6);

/// Draws diagnostics in the order given, each with a line break at its end and an empty line between two; at most 100,
/// then `... and 23 more`. The empty text for none.
///
/// `colour` adds the escapes of a terminal. Text of the user never does: control characters and marks that turn or
/// hide text are replaced by visible ones, and long texts and lines are cut. A span outside its text is drawn at the
/// text's end.
pub fn render(diagnostics: &[Diagnostic], colour: bool) -> String {
    // Excerpts are cut to a width of our own, so the renderer's idea of a terminal must not cut them again.
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(4 * excerpt::WIDTH);
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(MOST) {
        if !out.is_empty() {
            out.push('\n');
        }
        draw(diagnostic, &renderer, &mut out);
    }
    if let Some(more) = diagnostics.len().checked_sub(MOST).filter(|more| *more > 0) {
        // Writing to a `String` does not fail.
        let _ = writeln!(out, "\n... and {more} more");
    }
    out
}

fn draw(diagnostic: &Diagnostic, renderer: &Renderer, out: &mut String) {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let source = &*diagnostic.source;
    let labels = || diagnostic.labels.iter().take(MOST_LABELS);
    let excerpts = Excerpt::around(source, diagnostic.span, labels().map(|label| label.span));
    let texts: Vec<String> = std::iter::once(&diagnostic.label)
        .chain(labels().map(|label| &label.text))
        .map(|text| visible_line(text, LONGEST_TEXT))
        .collect();

    let title = level.primary_title(visible_line(&diagnostic.message, LONGEST_TEXT)).id(diagnostic.code.number());
    let mut fault = Group::with_title(title);
    if source.text().is_empty() {
        // A whole file is meant, or nothing is there to show.
        fault = fault.element(Origin::path(PLACEHOLDER.to_string()));
    }
    for excerpt in excerpts.iter().filter(|_| !source.text().is_empty()) {
        let marks = excerpt.marks.iter().map(|mark| {
            let kind = if mark.index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let text = texts.get(mark.index).filter(|text| !text.is_empty());
            kind.span(mark.range.clone()).label(text.map(String::as_str))
        });
        fault = fault.element(
            Snippet::source(&excerpt.text)
                .path(PLACEHOLDER.to_string())
                .line_start(excerpt.first_line)
                .annotations(marks),
        );
    }
    let help = diagnostic.help.as_ref().map(|help| visible_text(help, LONGEST_TEXT));
    let change = diagnostic.fix.as_ref().and_then(|fix| Some((drawable(source, fix)?, fix)));
    let drawn = match (&change, &diagnostic.fix) {
        (Some((excerpt, fix)), _) => {
            let title = Level::HELP.secondary_title(help.unwrap_or_else(|| told(source, fix)));
            let range = excerpt.marks.first().map_or(0..0, |mark| mark.range.clone());
            let patch = Patch::new(range, visible_text(&fix.replacement, LONGEST_TEXT));
            let change = Snippet::source(&excerpt.text).line_start(excerpt.first_line).patch(patch);
            renderer.render(&[fault, Group::with_title(title).element(change)])
        }
        (None, Some(fix)) => {
            renderer.render(&[fault.element(Level::HELP.message(help.unwrap_or_else(|| told(source, fix))))])
        }
        (None, None) => match help {
            Some(help) => renderer.render(&[fault.element(Level::HELP.message(help))]),
            None => renderer.render(&[fault]),
        },
    };
    with_places(&drawn, &visible_line(source.name(), LONGEST_TEXT), &excerpts, out);
}

/// The excerpt that a change is drawn in, if it is small and lies wholly within the text.
fn drawable(source: &Source, fix: &Fix) -> Option<Excerpt> {
    let (bytes, lines) = LARGEST_CHANGE;
    let small = |text: &str| text.len() <= bytes && text.matches('\n').count() < lines;
    (small(&fix.replacement) && small(source.text().get(fix.span.range())?))
        .then(|| Excerpt::exactly(source, fix.span))?
}

/// The change in words.
fn told(source: &Source, fix: &Fix) -> String {
    let quoted = |text| visible_line(text, 80);
    match (source.slice(fix.span), fix.replacement.as_str()) {
        ("", new) => format!("insert `{}`", quoted(new)),
        (old, "") => format!("remove `{}`", quoted(old)),
        (old, new) => format!("replace `{}` by `{}`", quoted(old), quoted(new)),
    }
}

/// Writes the lines drawn, with the true places: behind each placeholder stand line and column as counted in the
/// excerpt.
fn with_places(drawn: &str, name: &str, excerpts: &[Excerpt], out: &mut String) {
    let mut excerpts = excerpts.iter();
    for line in drawn.lines() {
        let line = line.trim_end_matches(' ');
        match line.split_once(PLACEHOLDER).zip(excerpts.as_slice().first()) {
            Some(((before, behind), excerpt)) => {
                excerpts.next();
                let behind = behind.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
                // Writing to a `String` does not fail.
                let _ = writeln!(out, "{before}{name}:{}:{}{behind}", excerpt.line, excerpt.column);
            }
            None => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
}

#[cfg(test)]
mod tests;
