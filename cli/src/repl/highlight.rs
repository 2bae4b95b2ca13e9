//! Colours for a line that is being typed.
//!
//! In: a line. Out: the same with the escapes of a terminal around its tokens. It only colours: a token that the language
//! does not know stays as it is.

const COMMAND: &str = "\x1b[1;34m";
const TEXT: &str = "\x1b[32m";
const ATTRIBUTE: &str = "\x1b[36m";
const VARIABLE: &str = "\x1b[35m";
const NUMBER: &str = "\x1b[33m";
const WORD: &str = "\x1b[1m";
const COMMENT: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// Words that are no names.
const WORDS: [&str; 6] = ["and", "or", "not", "true", "false", "null"];

/// Adds colours.
pub(super) fn colour(line: &str) -> String {
    let mut out = String::with_capacity(line.len() * 2);
    let mut rest = line;
    if rest.starts_with(':') {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        paint(&mut out, &mut rest, end, Some(COMMAND));
    }
    while let Some(first) = rest.chars().next() {
        let (length, colour) = token(rest, first);
        paint(&mut out, &mut rest, length.max(first.len_utf8()), colour);
    }
    out
}

/// The length of the token that a text begins with, and its colour.
fn token(rest: &str, first: char) -> (usize, Option<&'static str>) {
    let name =
        |from: usize| from + run(rest.get(from..).unwrap_or_default(), |c| c.is_ascii_alphanumeric() || c == '_');
    match first {
        '"' | '\'' => (quoted(rest, first), Some(TEXT)),
        '@' => {
            let marks = run(rest, |c| c == '@');
            let behind = rest.get(marks..).unwrap_or_default();
            let path = match behind.chars().next() {
                Some(quote @ ('"' | '\'')) => marks + quoted(behind, quote),
                _ => name(marks),
            };
            (path, Some(ATTRIBUTE))
        }
        '$' => (name(1), Some(VARIABLE)),
        '0'..='9' => (run(rest, |c| c.is_ascii_alphanumeric() || c == '.'), Some(NUMBER)),
        '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), Some(COMMENT)),
        '/' if rest.starts_with("/*") => (rest.find("*/").map_or(rest.len(), |at| at + 2), Some(COMMENT)),
        'a'..='z' | 'A'..='Z' | '_' => {
            let length = name(0);
            let word = rest.get(..length).unwrap_or_default();
            (length, WORDS.iter().any(|one| one.eq_ignore_ascii_case(word)).then_some(WORD))
        }
        _ => (first.len_utf8(), None),
    }
}

/// The length of a string, or of what there is of it.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return at,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

fn paint(out: &mut String, rest: &mut &str, length: usize, colour: Option<&str>) {
    let Some((token, behind)) = rest.split_at_checked(length) else {
        // INVARIANT: tokens end between characters; should one not, the rest is shown as it is.
        out.push_str(rest);
        *rest = "";
        return;
    };
    match colour {
        Some(colour) => out.extend([colour, token, PLAIN]),
        None => out.push_str(token),
    }
    *rest = behind;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn nothing_but_colours_is_added() {
        let lines = [
            "",
            ":let a = 1 + @\"x.y\"",
            "@@ + @@'a' + @name.Length",
            "\"open",
            "'a\\'b' $x 1.5e3 // note (",
            "1 /* note */ and NOT é€ \"é\\",
            "@",
            "$",
            "\\\"'",
        ];
        for line in lines {
            let coloured = colour(line);
            let mut plain = String::new();
            let mut rest = coloured.as_str();
            while let Some((before, behind)) = rest.split_once('\x1b') {
                plain.push_str(before);
                rest = behind.split_once('m').unwrap().1;
            }
            assert_eq!(plain + rest, line, "{coloured:?}");
        }
    }

    #[test]
    fn tokens_have_their_colours() {
        assert_eq!(colour("$a + 'b'"), format!("{VARIABLE}$a{PLAIN} + {TEXT}'b'{PLAIN}"));
        assert_eq!(colour("not x"), format!("{WORD}not{PLAIN} x"));
    }
}
