//! Whether an input is complete.
//!
//! In: its lines. Out: whether a bracket or a comment is open behind them. It only counts; what is wrong with the text is
//! for the parser to say, so an input that cannot become right any more counts as complete.

/// Deeper inputs are refused by the language (L5.4), so nobody need wait for their end.
const DEEPEST: u32 = 128;

/// What is open so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Brackets {
    depth: u32,
    in_comment: bool,
    too_many: bool,
}

impl Brackets {
    /// Goes over another line. A string ends with its line (L1.5).
    pub(crate) fn feed(&mut self, line: &str) {
        let mut rest = line.bytes().peekable();
        let mut quote = None;
        while let Some(byte) = rest.next() {
            if self.in_comment {
                self.in_comment = !(byte == b'*' && rest.next_if_eq(&b'/').is_some());
                continue;
            }
            match (quote, byte) {
                (Some(_), b'\\') => {
                    rest.next();
                }
                (Some(open), _) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'/') if rest.peek() == Some(&b'/') => return,
                (None, b'/') if rest.next_if_eq(&b'*').is_some() => self.in_comment = true,
                (None, b'(' | b'[' | b'{') => self.depth = self.depth.saturating_add(1),
                (None, b')' | b']' | b'}') if self.depth == 0 => self.too_many = true,
                (None, b')' | b']' | b'}') => self.depth -= 1,
                (None, _) => {}
            }
        }
    }

    /// Whether more has to come.
    pub(crate) fn open(&self) -> bool {
        !self.too_many && (self.in_comment || (1..=DEEPEST).contains(&self.depth))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn open(text: &str) -> bool {
        let mut brackets = Brackets::default();
        text.lines().for_each(|line| brackets.feed(line));
        brackets.open()
    }

    #[test]
    fn brackets_outside_texts_and_comments_count() {
        for complete in ["", "1 + 2", "(1)", "\"(\"", "'(' + \"\\\"(\"", "(1 // (\n)", "/* ( */ 1", ")", ") (", "\"("] {
            assert!(!open(complete), "{complete}");
        }
        for waits in ["(", "f(1,\n2", "{a: [1", "1 /* more", "(\")\"", "( // )", "[\n{\n}\n"] {
            assert!(open(waits), "{waits}");
        }
    }

    #[test]
    fn nobody_waits_for_what_is_too_deep() {
        assert!(open(&"(".repeat(128)));
        assert!(!open(&"(".repeat(129)));
    }
}
