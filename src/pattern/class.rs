//! `[...]`: single characters, ranges, escapes, and the subtraction of a class, `[a-z-[aeiou]]`.
//!
//! Inside a class .NET and the crate agree on little: here `[`, `&&`, `~~` and a second `-` stand for themselves, a `]`
//! right behind the opening does too, and `--` subtracts nothing.

use super::escape::{self, Escaped};
use super::translate::Cursor;
use super::{DEEPEST, Fault};

/// A class whose opening bracket stands at `start`, and which begins behind it.
pub(super) fn class(cursor: &mut Cursor<'_>, start: usize, depth: usize) -> Result<String, Fault> {
    if depth >= DEEPEST {
        return Err(Fault::new(start..start + 1, format!("classes nest deeper than {DEEPEST}")));
    }
    let mut items = String::new();
    let negated = cursor.eat("^");
    let mut subtracted = None;
    let mut from: Option<(char, usize)> = None;
    let mut first = true;
    loop {
        let at = cursor.at;
        let Some(mut c) = cursor.next() else {
            return Err(Fault::new(start..start + 1, "this class of characters is not closed")
                .help("a bracket that stands for itself is `\\\\[` in a rule's text"));
        };
        if c == ']' && !first {
            break;
        }
        let escaped = c == '\\';
        if escaped {
            match escape::read(cursor, at, true)? {
                Escaped::Character(character) => c = character,
                Escaped::Class(text) => {
                    if let Some((_, begin)) = from {
                        let message = "expected a character at the end of a range, found a class";
                        return Err(Fault::new(begin..cursor.at, message));
                    }
                    items.push_str(&text);
                    first = false;
                    continue;
                }
            }
        }
        let behind = cursor.rest.strip_prefix('-');
        if let Some((low, begin)) = from.take() {
            if c == '[' && !escaped {
                escape::literal(low, &mut items);
                subtracted = Some(subtraction(cursor, at, depth)?);
            } else if low > c {
                let message = format!("expected the lower end of a range first, found `{low}` before `{c}`");
                return Err(Fault::new(begin..cursor.at, message));
            } else {
                escape::literal(low, &mut items);
                items.push('-');
                escape::literal(c, &mut items);
            }
        } else if behind.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(']')) && !(escaped && c == '-') {
            from = Some((c, at));
            cursor.eat("-");
        } else if c == '-' && !escaped && !first && cursor.eat("[") {
            subtracted = Some(subtraction(cursor, cursor.at - 1, depth)?);
        } else {
            escape::literal(c, &mut items);
        }
        first = false;
    }
    let not = if negated { "^" } else { "" };
    Ok(match subtracted {
        None => format!("[{not}{items}]"),
        Some(other) => format!("[[{not}{items}]--{other}]"),
    })
}

/// The class that is taken away; it ends the class around it.
fn subtraction(cursor: &mut Cursor<'_>, start: usize, depth: usize) -> Result<String, Fault> {
    let other = class(cursor, start, depth + 1)?;
    if cursor.peek().is_some_and(|c| c != ']') {
        return Err(Fault::new(start..cursor.at, "a class that is taken away stands last in its class"));
    }
    Ok(other)
}
