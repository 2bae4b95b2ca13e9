//! Attribute paths (L1.9).
//!
//! In: the text between the quotes of `@"..."`, of a setting, or of a JSON path. Out: its steps, or where and why it
//! is none.

use super::ast::{Path, PathStep};

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathFault {
    /// The offset of the fault, in bytes from the text's beginning.
    pub offset: usize,
    /// What is wrong, in the form of a diagnostic's message.
    pub message: String,
}

/// Reads a path such as `productList[0].productId` (L1.9): names separated by `.`, each followed by any number of
/// `[n]`.
///
/// Names hold any characters but `.`, `[`, `]`, blanks and control characters. The resulting text is canonical: an
/// index has no leading zeros.
///
/// # Errors
///
/// An empty text or step, a blank, an index that is not decimal, or text behind an index.
pub fn parse_path(text: &str) -> Result<Path, PathFault> {
    let mut steps = Vec::new();
    let mut rest = text;
    let at = |rest: &str| text.len() - rest.len();
    let fault = |offset: usize, message: String| Err(PathFault { offset, message });
    if text.is_empty() {
        return fault(0, "expected a path, found nothing".to_owned());
    }
    loop {
        let end = rest.find(['.', '[', ']']).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        if name.is_empty() {
            return fault(at(rest), format!("expected a name in the path, found {}", found(rest)));
        }
        if let Some((offset, c)) = name.char_indices().find(|(_, c)| c.is_whitespace() || c.is_control()) {
            let what = if c.is_whitespace() { "a blank" } else { "a control character" };
            return fault(at(rest) + offset, format!("expected a path without blanks, found {what}"));
        }
        steps.push(PathStep::Name(name.to_owned()));
        rest = tail;
        while let Some(tail) = rest.strip_prefix('[') {
            let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
            let (number, tail) = tail.split_at(digits);
            if number.is_empty() {
                return fault(at(rest) + 1, format!("expected an index in decimal digits, found {}", found(tail)));
            }
            // An index beyond what a machine can count is past the end of every array.
            let index = number.parse().unwrap_or(usize::MAX);
            let Some(tail) = tail.strip_prefix(']') else {
                return fault(at(tail), format!("expected `]` behind the index, found {}", found(tail)));
            };
            steps.push(PathStep::Index(index));
            rest = tail;
        }
        if rest.is_empty() {
            return Ok(Path { text: canonical(&steps), steps, bare: false });
        }
        let Some(tail) = rest.strip_prefix('.') else {
            return fault(at(rest), format!("expected `.` or the end of the path, found {}", found(rest)));
        };
        rest = tail;
    }
}

fn found(rest: &str) -> String {
    rest.chars().next().map_or_else(|| "its end".to_owned(), |c| format!("`{}`", c.escape_debug()))
}

fn canonical(steps: &[PathStep]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            PathStep::Name(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            PathStep::Index(index) => {
                text.push('[');
                text.push_str(&index.to_string());
                text.push(']');
            }
        }
    }
    text
}
