//! What stands between two tokens: white space and comments (L1.1, L1.2).
//!
//! In: a text and the offset behind a token. Out: the comments up to the next token, line by line, and how many line
//! breaks lie between them.

/// Comments of one line, or a comment of several.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run<'t> {
    /// The comments, without the white space around them.
    pub(super) comments: Vec<&'t str>,
    /// Line breaks before them.
    pub(super) lines_before: usize,
    /// Offset behind the last.
    pub(super) end: usize,
}

/// What stands before the next token.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trivia<'t> {
    pub(super) runs: Vec<Run<'t>>,
    /// Line breaks behind the last comment.
    pub(super) lines_after: usize,
    /// Where the next token begins, or the text ends.
    pub(super) end: usize,
    /// The text ends here.
    pub(super) last: bool,
}

impl Trivia<'_> {
    /// Whether a line ends behind the run of that index.
    pub(super) fn ends_line(&self, index: usize) -> bool {
        self.last || self.lines_after > 0 || index + 1 < self.runs.len()
    }

    /// Whether there is an empty line in it.
    pub(super) fn has_gap(&self) -> bool {
        self.lines_after > 1 || self.runs.iter().any(|run| run.lines_before > 1)
    }
}

/// Reads from an offset to the next token.
pub(super) fn trivia(text: &str, from: usize) -> Trivia<'_> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut lines = 0;
    let mut at = from;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let mut characters = rest.chars();
        let length = match characters.next() {
            Some('\n') => {
                lines += 1;
                1
            }
            Some(c @ ('\t'..='\r' | ' ' | '\u{A0}')) => c.len_utf8(),
            Some('/') if matches!(characters.next(), Some('/' | '*')) => {
                let (comment, length) = comment(rest);
                match runs.last_mut() {
                    Some(run) if lines == 0 => {
                        run.comments.push(comment);
                        run.end = at + length;
                    }
                    _ => runs.push(Run { comments: vec![comment], lines_before: lines, end: at + length }),
                }
                lines = 0;
                length
            }
            next => return Trivia { runs, lines_after: lines, end: at, last: next.is_none() },
        };
        at += length;
    }
}

/// The comment that a text begins with, and how many bytes it takes.
fn comment(text: &str) -> (&str, usize) {
    let length = if text.starts_with("//") {
        text.find('\n').unwrap_or(text.len())
    } else {
        text.get(2..).and_then(|rest| rest.find("*/")).map_or(text.len(), |at| at + 4)
    };
    (text.get(..length).unwrap_or_default().trim_end(), length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn comments_of_one_line_are_a_run() {
        let found = trivia("x /* a */ // b \n\n/* c\n */ y", 1);
        let runs: Vec<_> = found.runs.iter().map(|run| (run.comments.as_slice(), run.lines_before)).collect();
        assert_eq!(runs, [(["/* a */", "// b"].as_slice(), 0), (["/* c\n */"].as_slice(), 2)]);
        assert_eq!((found.lines_after, found.end, found.last), (0, 26, false));
        assert!(found.ends_line(0) && !found.ends_line(1) && found.has_gap());
    }

    #[test]
    fn a_division_is_no_comment() {
        let found = trivia(" / 2", 0);
        assert_eq!((found.runs.len(), found.end, found.last), (0, 1, false));
        let found = trivia(" \n", 0);
        assert_eq!((found.end, found.last, found.lines_after), (2, true, 1));
    }
}
