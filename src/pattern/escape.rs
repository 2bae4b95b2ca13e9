//! What a backslash begins: a character, or a class of characters.

use super::Fault;
use super::property;
use super::translate::Cursor;

/// What an escape stands for.
pub(super) enum Escaped {
    Character(char),
    /// In the crate's syntax; stands in a class and on its own.
    Class(String),
}

/// .NET's `\w`: letters, nonspacing marks, decimal digits, connectors.
const WORD: &str = "[\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}]";
const NO_WORD: &str = "[^\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}]";

/// Writes a character that stands for itself.
pub(super) fn literal(c: char, out: &mut String) {
    if "\\.+*?()|[]{}^$#&-~".contains(c) {
        out.push('\\');
    }
    out.push(c);
}

/// Reads an escape behind its backslash, which stands at `start`. In a class `\b` is the backspace.
pub(super) fn read(cursor: &mut Cursor<'_>, start: usize, in_class: bool) -> Result<Escaped, Fault> {
    let mut after = *cursor;
    let class = match after.next() {
        Some('d') => "\\d",
        Some('D') => "\\D",
        Some('s') => "\\s",
        Some('S') => "\\S",
        Some('w') => WORD,
        Some('W') => NO_WORD,
        Some(letter @ ('p' | 'P')) => {
            *cursor = after;
            return property::read(cursor, start, letter == 'P').map(Escaped::Class);
        }
        Some('b') if in_class => {
            *cursor = after;
            return Ok(Escaped::Character('\u{8}'));
        }
        _ => return character(cursor, start).map(Escaped::Character),
    };
    *cursor = after;
    Ok(Escaped::Class(class.to_string()))
}

/// Reads the escape of one character behind its backslash.
pub(super) fn character(cursor: &mut Cursor<'_>, start: usize) -> Result<char, Fault> {
    let Some(c) = cursor.next() else {
        return Err(Fault::new(start..cursor.at, "a backslash at the end of the pattern escapes nothing"));
    };
    Ok(match c {
        'a' => '\u{7}',
        'e' => '\u{1B}',
        'f' => '\u{C}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{B}',
        'x' => char::from_u32(hexadecimal(cursor, start, 2)?).unwrap_or_default(),
        'u' => return unicode(cursor, start),
        'c' => {
            let letter = cursor.next().unwrap_or_default().to_ascii_uppercase();
            match u32::from(letter).checked_sub(u32::from('@')).filter(|code| *code < 32).and_then(char::from_u32) {
                Some(control) => control,
                None => return Err(Fault::new(start..cursor.at, "expected a letter behind `\\c`")),
            }
        }
        '0'..='7' => {
            let mut value = c.to_digit(8).unwrap_or(0);
            for _ in 0..2 {
                let Some(digit) = cursor.peek().and_then(|c| c.to_digit(8)) else { break };
                value = value * 8 + digit;
                cursor.next();
            }
            char::from_u32(value & 0xFF).unwrap_or_default()
        }
        c if c.is_alphanumeric() || c == '_' => {
            let fault = Fault::new(start..cursor.at, format!("`\\{c}` is no escape of a regular expression"));
            return Err(fault.help("a backslash that stands for itself is written `\\\\\\\\` in a rule's text"));
        }
        c => c,
    })
}

/// `\uXXXX`; two that are the halves of one character are that character.
fn unicode(cursor: &mut Cursor<'_>, start: usize) -> Result<char, Fault> {
    let first = hexadecimal(cursor, start, 4)?;
    if let Some(c) = char::from_u32(first) {
        return Ok(c);
    }
    let mut after = *cursor;
    if (0xD800..0xDC00).contains(&first) && after.eat("\\u") {
        let second = hexadecimal(&mut after, start, 4)?;
        if (0xDC00..0xE000).contains(&second)
            && let Some(c) = char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        {
            *cursor = after;
            return Ok(c);
        }
    }
    Err(Fault::new(
        start..cursor.at,
        format!("`\\u{first:04X}` is half of a character, and characters are matched whole"),
    )
    .help("write the characters themselves, as in `[\u{1F600}-\u{1F64F}]`"))
}

fn hexadecimal(cursor: &mut Cursor<'_>, start: usize, digits: usize) -> Result<u32, Fault> {
    let mut value = 0;
    for _ in 0..digits {
        let Some(digit) = cursor.peek().and_then(|c| c.to_digit(16)) else {
            let message = format!("expected {digits} hexadecimal digits");
            return Err(Fault::new(start..cursor.at, message));
        };
        value = value * 16 + digit;
        cursor.next();
    }
    Ok(value)
}
