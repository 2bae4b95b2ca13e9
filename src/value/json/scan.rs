//! Walking over JSON text: strings, numbers, words, and whole values that nobody reads.
//!
//! In: the bytes of valid UTF-8 and an offset. Out: the offset behind what stands there, or a [`JsonFault`]; everything that
//! is passed over is validated, by the grammar of RFC 8259, with numbers in the range of a Double and `\u` escapes that
//! form scalar values. Offsets beyond the text are the end of the text.
//!
//! Strings are scanned 16 bytes a step. A skipped value keeps the kinds of its open containers as bits of one word, so that
//! nesting costs no stack.

use super::fault::{FaultKind, JsonFault};
use super::{Json, MAX_DEPTH};
use wide::u8x16;

/// An offset, or what is wrong.
pub type Scanned<T> = Result<T, JsonFault>;

#[cold]
fn fault<T>(kind: FaultKind, offset: usize) -> Scanned<T> {
    Err(JsonFault::new(kind, offset))
}

/// The first byte at or behind `at` that is no JSON white space.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn blank(bytes: &[u8], mut at: usize) -> usize {
    if matches!(bytes.get(at), Some(byte) if *byte > b' ') {
        return at;
    }
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The first quote, backslash or control byte at or behind `at`, or the end.
#[cfg_attr(not(debug_assertions), inline(always))]
fn plain(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        let chunk = u8x16::new(*chunk);
        let control = chunk.min(u8x16::splat(0x1F)).simd_eq(chunk);
        let hits = chunk.simd_eq(u8x16::splat(b'"')) | chunk.simd_eq(u8x16::splat(b'\\')) | control;
        let hits = hits.to_bitmask();
        if hits != 0 {
            return at + hits.trailing_zeros() as usize;
        }
        at += 16;
    }
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b'"' | b'\\' | 0..=0x1F) {
            break;
        }
        at += 1;
    }
    at
}

/// Passes over a string whose opening quote is just before `at`: the offset of the closing quote, and whether it has escapes.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn string(bytes: &[u8], at: usize) -> Scanned<(usize, bool)> {
    let end = plain(bytes, at);
    if bytes.get(end) == Some(&b'"') { Ok((end, false)) } else { Ok((escaped_string(bytes, end)?, true)) }
}

#[cold]
#[inline(never)]
fn escaped_string(bytes: &[u8], mut at: usize) -> Scanned<usize> {
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(at),
            Some(b'\\') => at = escape(bytes, at)?.0,
            _ => return fault(FaultKind::StringEnd, at),
        }
        at = plain(bytes, at);
    }
}

/// The escape whose backslash stands at `at`: the offset behind it, and its character.
fn escape(bytes: &[u8], at: usize) -> Scanned<(usize, char)> {
    let character = match bytes.get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{C}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            let (mut end, mut code) = (at + 6, hex(bytes, at + 2)?);
            if (0xD800..0xDC00).contains(&code) && bytes.get(at + 6..at + 8) == Some(b"\\u") {
                let low = hex(bytes, at + 8)?;
                if (0xDC00..0xE000).contains(&low) {
                    (end, code) = (at + 12, 0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00));
                }
            }
            return match char::from_u32(code) {
                Some(character) => Ok((end, character)),
                None => fault(FaultKind::Surrogate, at),
            };
        }
        _ => return fault(FaultKind::Escape, at),
    };
    Ok((at + 2, character))
}

fn hex(bytes: &[u8], at: usize) -> Scanned<u32> {
    let digits = bytes
        .get(at..at + 4)
        .and_then(|digits| digits.iter().try_fold(0, |code, digit| Some(code << 4 | char::from(*digit).to_digit(16)?)));
    match digits {
        Some(code) => Ok(code),
        None => fault(FaultKind::Escape, at - 2),
    }
}

/// Appends what the inside of a string means. `raw` was validated by [`string`]; a wrong escape would end it.
pub fn decode(raw: &str, out: &mut impl std::fmt::Write) -> std::fmt::Result {
    let mut rest = raw;
    while let Some(before) = rest.find('\\') {
        out.write_str(rest.get(..before).unwrap_or_default())?;
        let Ok((end, character)) = escape(rest.as_bytes(), before) else { return Ok(()) };
        out.write_char(character)?;
        rest = rest.get(end..).unwrap_or_default();
    }
    out.write_str(rest)
}

/// Powers of ten that a Double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

#[cfg_attr(not(debug_assertions), inline(always))]
fn digit(bytes: &[u8], at: usize) -> Option<u64> {
    let digit = bytes.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

/// Reads the number at `at`. With `READ` false it is only validated and the value means nothing.
///
/// Up to 18 digits are one integer; a fraction of up to 53 bits is one exact division. Everything else goes the slow way.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn number<'a, const READ: bool>(bytes: &[u8], start: usize) -> Scanned<(usize, Json<'a>)> {
    let negative = bytes.get(start) == Some(&b'-');
    let first = start + usize::from(negative);
    let (mut at, mut digits) = (first, 0_u64);
    let mut digits_of = |mut at: usize| {
        while let Some(digit) = digit(bytes, at) {
            if READ {
                digits = digits.wrapping_mul(10).wrapping_add(digit);
            }
            at += 1;
        }
        at
    };
    match digit(bytes, at) {
        None => return fault(FaultKind::Digit, at),
        Some(0) => at += 1,
        Some(_) => at = digits_of(at),
    }
    let (mut count, mut fraction) = (at - first, 0);
    let whole = bytes.get(at) != Some(&b'.');
    if !whole {
        let point = at + 1;
        at = digits_of(point);
        fraction = at - point;
        if fraction == 0 {
            return fault(FaultKind::Digit, at);
        }
        count += fraction;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) || count > 18 {
        return long_number::<READ>(bytes, start, at, whole);
    }
    if !READ {
        return Ok((at, Json::Null));
    }
    if whole {
        // INVARIANT: 18 digits are below 2^63.
        let value = digits.cast_signed();
        return Ok((at, Json::Int(if negative { -value } else { value })));
    }
    match POWERS.get(fraction) {
        Some(power) if digits < 1 << 53 => {
            let value = digits as f64 / power;
            Ok((at, Json::Double(if negative { -value } else { value })))
        }
        _ => long_number::<READ>(bytes, start, at, whole),
    }
}

/// A number with an exponent or with many digits; `at` is where the exponent may begin.
#[cold]
#[inline(never)]
fn long_number<'a, const READ: bool>(
    bytes: &[u8],
    start: usize,
    mut at: usize,
    mut whole: bool,
) -> Scanned<(usize, Json<'a>)> {
    let has_exponent = matches!(bytes.get(at), Some(b'e' | b'E'));
    if has_exponent {
        whole = false;
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        let exponent = at;
        while digit(bytes, at).is_some() {
            at += 1;
        }
        if at == exponent {
            return fault(FaultKind::Digit, at);
        }
    }
    if !READ && !has_exponent && at - start < 300 {
        return Ok((at, Json::Null));
    }
    let text = bytes.get(start..at).and_then(|number| std::str::from_utf8(number).ok()).unwrap_or_default();
    if whole && let Ok(value) = text.parse() {
        return Ok((at, Json::Int(value)));
    }
    match text.parse() {
        Ok(value) if f64::is_finite(value) => Ok((at, Json::Double(value))),
        _ => fault(FaultKind::Infinite, start),
    }
}

/// `true`, `false` or `null`, or else what cannot begin a value.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn word<'a>(bytes: &[u8], at: usize) -> Scanned<(usize, Json<'a>)> {
    match bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        Some(b"true") => Ok((at + 4, Json::Bool(true))),
        Some(b"null") => Ok((at + 4, Json::Null)),
        Some(b"fals") if bytes.get(at + 4) == Some(&b'e') => Ok((at + 5, Json::Bool(false))),
        _ => fault(FaultKind::Value, at),
    }
}

/// Passes over a value at `at` that is no container: the offset behind it.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn leaf(bytes: &[u8], at: usize) -> Scanned<usize> {
    match bytes.get(at) {
        Some(b'"') => Ok(string(bytes, at + 1)?.0 + 1),
        Some(b'-' | b'0'..=b'9') => Ok(number::<false>(bytes, at)?.0),
        _ => Ok(word(bytes, at)?.0),
    }
}

/// The start of a value, behind the key that ends before `at` and its colon.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn colon(bytes: &[u8], at: usize) -> Scanned<usize> {
    let at = blank(bytes, at);
    if bytes.get(at) == Some(&b':') { Ok(blank(bytes, at + 1)) } else { fault(FaultKind::Colon, at) }
}

/// Passes over a key and its colon: the start of its value.
#[cfg_attr(not(debug_assertions), inline(always))]
fn key(bytes: &[u8], at: usize) -> Scanned<usize> {
    if bytes.get(at) != Some(&b'"') {
        return fault(FaultKind::Key, at);
    }
    colon(bytes, string(bytes, at + 1)?.0 + 1)
}

/// Passes over the value at `at`, which lies within `depth` containers: the offset behind it.
///
/// # Errors
///
/// Whatever is no JSON, and nesting beyond [`MAX_DEPTH`], counted with `depth`.
pub fn skip(bytes: &[u8], mut at: usize, depth: u32) -> Scanned<usize> {
    // One bit for each open container, the innermost lowest: 1 is an object.
    let mut kinds: u128 = 0;
    let mut level = depth;
    'value: loop {
        match bytes.get(at) {
            Some(b'"') => at = string(bytes, at + 1)?.0 + 1,
            Some(b'-' | b'0'..=b'9') => at = number::<false>(bytes, at)?.0,
            Some(open @ (b'{' | b'[')) => {
                if level >= MAX_DEPTH {
                    return fault(FaultKind::Depth, at);
                }
                level += 1;
                let is_object = *open == b'{';
                kinds = kinds << 1 | u128::from(is_object);
                at = blank(bytes, at + 1);
                match (bytes.get(at), is_object) {
                    (Some(b'}'), true) | (Some(b']'), false) => {}
                    (_, true) => {
                        at = key(bytes, at)?;
                        continue 'value;
                    }
                    (_, false) => continue 'value,
                }
                at += 1;
                level -= 1;
                kinds >>= 1;
            }
            _ => at = word(bytes, at)?.0,
        }
        while level > depth {
            at = blank(bytes, at);
            match (bytes.get(at), kinds & 1 == 1) {
                (Some(b','), true) => {
                    at = key(bytes, blank(bytes, at + 1))?;
                    continue 'value;
                }
                (Some(b','), false) => {
                    at = blank(bytes, at + 1);
                    continue 'value;
                }
                (Some(b'}'), true) | (Some(b']'), false) => {
                    at += 1;
                    level -= 1;
                    kinds >>= 1;
                }
                (_, true) => return fault(FaultKind::ObjectEnd, at),
                (_, false) => return fault(FaultKind::ArrayEnd, at),
            }
        }
        return Ok(at);
    }
}

/// Sees to it that only white space follows.
pub fn end(bytes: &[u8], at: usize) -> Scanned<()> {
    let at = blank(bytes, at);
    if at >= bytes.len() { Ok(()) } else { fault(FaultKind::End, at) }
}
