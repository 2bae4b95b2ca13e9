//! What stands inside a token: the characters of a string (L1.5), the value of a number (L1.6), a time window (L1.8).
//!
//! In: a token's text. Out: its value, and the faults inside it with offsets from the token's first byte. Nothing
//! here knows where the token stands.

use super::ast::Window;
use crate::diagnostic::Code;

/// Something wrong inside a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TokenFault {
    pub(crate) code: Code,
    /// Where, from the token's first byte.
    pub(crate) range: (usize, usize),
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// What to put in place of the range.
    pub(crate) replacement: Option<String>,
}

/// A string token, read.
#[derive(Debug)]
pub(crate) struct Text {
    /// The characters it stands for.
    pub(crate) value: String,
    /// Whether the value is the text between the quotes, so that offsets in both agree.
    pub(crate) plain: bool,
    /// Length of the opening quote.
    pub(crate) quote: usize,
    /// The token with straight quotes, if it has curly ones.
    pub(crate) straight: Option<String>,
    pub(crate) faults: Vec<TokenFault>,
}

/// Whether a character is a curly quote.
pub(crate) fn is_curly(c: char) -> bool {
    ('\u{2018}'..='\u{201F}').contains(&c)
}

/// Reads a string token with its quotes.
pub(crate) fn string(token: &str) -> Text {
    let opening = token.chars().next().unwrap_or('"');
    let quote = opening.len_utf8();
    let inner = token.get(quote..token.len().saturating_sub(quote)).unwrap_or_default();
    let straight = is_curly(opening).then(|| straightened(inner, if opening >= '\u{201C}' { '"' } else { '\'' }));
    let mut faults = Vec::new();
    let plain = !inner.contains('\\');
    let value = if plain { inner.to_owned() } else { unescape(inner, quote, &mut faults) };
    Text { value, plain, quote, straight, faults }
}

fn straightened(inner: &str, quote: char) -> String {
    let mut text = String::from(quote);
    let mut escaped = false;
    for c in inner.chars() {
        if c == quote && !escaped {
            text.push('\\');
        }
        escaped = c == '\\' && !escaped;
        text.push(c);
    }
    text.push(quote);
    text
}

fn unescape(inner: &str, quote: usize, faults: &mut Vec<TokenFault>) -> String {
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(place) = rest.find('\\') {
        let (before, tail) = rest.split_at(place);
        value.push_str(before);
        let start = quote + inner.len() - tail.len();
        let mut after = tail.chars();
        after.next();
        let letter = after.next();
        rest = after.as_str();
        match letter {
            Some(c @ ('"' | '\'' | '\\')) => value.push(c),
            Some('n') => value.push('\n'),
            Some('r') => value.push('\r'),
            Some('t') => value.push('\t'),
            Some('u') => match unicode(rest) {
                Ok((c, length)) => {
                    value.push(c);
                    rest = rest.get(length..).unwrap_or_default();
                }
                Err((message, length)) => {
                    let end = start + 2 + length;
                    let written = tail.get(..2 + length).unwrap_or_default();
                    faults.push(TokenFault {
                        code: Code::BAD_ESCAPE,
                        range: (start, end),
                        message: format!("{message}, found `{written}`"),
                        help: Some(
                            "`\\u` and four hexadecimal digits are one character; one above U+FFFF is written as a pair, \
                             `\\ud83d\\ude00`"
                                .to_owned(),
                        ),
                        replacement: None,
                    });
                    rest = rest.get(length..).unwrap_or_default();
                }
            },
            other => {
                let c = other.unwrap_or('\\');
                faults.push(TokenFault {
                    code: Code::BAD_ESCAPE,
                    range: (start, start + 1 + c.len_utf8()),
                    message: format!("expected an escape such as `\\n`, found `\\{}`", c.escape_debug()),
                    help: Some(format!("a backslash that stands for itself is doubled: `\\\\{}`", c.escape_debug())),
                    replacement: Some(format!("\\\\{c}")),
                });
                value.push(c);
            }
        }
    }
    value.push_str(rest);
    value
}

/// The character behind `\u`, and how many bytes of `text` it takes; or what is wrong, and how many bytes are at fault.
fn unicode(text: &str) -> Result<(char, usize), (&'static str, usize)> {
    let first = hex(text)?;
    if let Some(c) = char::from_u32(first) {
        return Ok((c, 4));
    }
    let second = text.get(4..).and_then(|rest| rest.strip_prefix("\\u")).map(hex);
    match second {
        Some(Ok(second)) if (0xD800..0xDC00).contains(&first) && (0xDC00..0xE000).contains(&second) => {
            let scalar = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            char::from_u32(scalar).map(|c| (c, 10)).ok_or(("expected a character", 10))
        }
        _ => Err(("expected a whole character, not one half of a pair", 4)),
    }
}

fn hex(text: &str) -> Result<u32, (&'static str, usize)> {
    let length = text.bytes().take(4).take_while(u8::is_ascii_hexdigit).count();
    let digits = text.get(..length).unwrap_or_default();
    match u32::from_str_radix(digits, 16) {
        Ok(value) if length == 4 => Ok(value),
        _ => Err(("expected four hexadecimal digits behind `\\u`", length)),
    }
}

/// A number token, read.
#[derive(Debug, PartialEq)]
pub(crate) enum Number {
    Int(i64),
    /// 9223372036854775808, legal behind a `-` only (L1.6).
    Smallest,
    Double(f64),
    Window(Window),
}

/// Reads a number token: digits and whatever is run into them.
pub(crate) fn number(token: &str) -> Result<Number, TokenFault> {
    let fault = |code, message: String, help: Option<&str>, replacement: Option<String>| {
        let help = help.map(str::to_owned);
        Err(TokenFault { code, range: (0, token.len()), message, help, replacement })
    };
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, tail) = token.split_at(digits);
    if tail.is_empty() {
        return match whole.parse::<u64>() {
            Ok(value) => match i64::try_from(value) {
                Ok(value) => Ok(Number::Int(value)),
                Err(_) if value == 1 << 63 => Ok(Number::Smallest),
                Err(_) => Err(too_large(token)),
            },
            Err(_) => Err(too_large(token)),
        };
    }
    if is_double(token) {
        return match token.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Number::Double(value)),
            _ => fault(Code::BAD_NUMBER, format!("the number `{}` is too large", cut(token)), None, None),
        };
    }
    let unit = tail.to_ascii_lowercase();
    if let Some((range, most, unit)) = match unit.as_str() {
        "s" => Some(("59 seconds", 59, 's')),
        "m" => Some(("59 minutes", 59, 'm')),
        "h" => Some(("23 hours", 23, 'h')),
        "d" => Some(("90 days", 90, 'd')),
        _ => None,
    } {
        return match whole.parse::<u32>() {
            Ok(count) if (1..=most).contains(&count) => Ok(Number::Window(Window { count, unit })),
            _ => fault(
                Code::BAD_WINDOW,
                format!("expected a time window of 1 to {range}, found `{}`", cut(token)),
                Some("windows are 1-59 seconds `s` or minutes `m`, 1-23 hours `h`, 1-90 days `d`"),
                None,
            ),
        };
    }
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if tail == "." {
        let help = "a number has digits on both sides of its point";
        return fault(
            Code::BAD_NUMBER,
            format!("expected digits behind the point of `{token}`"),
            Some(help),
            Some(format!("{token}0")),
        );
    }
    if whole.is_empty() && tail.strip_prefix('.').is_some_and(plain) {
        let help = "a number has digits on both sides of its point";
        return fault(
            Code::BAD_NUMBER,
            format!("expected digits before the point of `{token}`"),
            Some(help),
            Some(format!("0{token}")),
        );
    }
    if tail.starts_with('_') && tail.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        let replacement = token.replace('_', "");
        return fault(
            Code::BAD_NUMBER,
            format!("expected a number without `_`, found `{}`", cut(token)),
            None,
            Some(replacement),
        );
    }
    fault(
        Code::BAD_NUMBER,
        format!("`{}` is neither a number nor a time window", cut(token)),
        Some("numbers look like `400`, `199.99` or `1e3`, time windows like `30s`, `5m`, `2h` or `7d`"),
        None,
    )
}

/// An Int literal outside 64 bits (L1.6).
pub(crate) fn too_large(token: &str) -> TokenFault {
    TokenFault {
        code: Code::BAD_NUMBER,
        range: (0, token.len()),
        message: format!("expected an Int of 64 bits, at most `9223372036854775807`, found `{}`", cut(token)),
        help: Some("with a fraction, as in `1.0`, it is a Double".to_owned()),
        replacement: None,
    }
}

/// Whether a token has the form of a Double: digits, then a fraction, an exponent, or both.
fn is_double(token: &str) -> bool {
    let digits = |text: &str| Some(text.bytes().take_while(u8::is_ascii_digit).count()).filter(|n| *n > 0);
    let form = || -> Option<&str> {
        let mut rest = token.get(digits(token)?..)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.get(digits(fraction)?..)?;
        }
        if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            rest = exponent.get(digits(exponent)?..)?;
        }
        Some(rest)
    };
    form().is_some_and(str::is_empty)
}

/// A text short enough for a message.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The length of the string token that a text begins with, up to its closing quote or the end of the line.
pub(crate) fn string_length(text: &str) -> usize {
    let mut characters = text.char_indices();
    let Some((_, opening)) = characters.next() else { return 0 };
    let ends = |c: char| {
        if is_curly(opening) { is_curly(c) && (c >= '\u{201C}') == (opening >= '\u{201C}') } else { c == opening }
    };
    let mut escaped = false;
    for (at, c) in characters {
        match c {
            '\n' | '\r' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if ends(c) => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}
