//! Text made of text: parts, case, trimming, padding, replacing, splitting and joining (L6.1).

use super::fault::{bad_argument, negative, out_of_range, shown};
use super::json::{elements, within_limits};
use super::text::{self, Characters, length, offset, split};
use crate::function::{Rest, functions};
use crate::value::{Context, Datum, Failure, Json, convert};
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};
use std::fmt::Write;

/// The byte offset of an argument that must be a position in the text, its end included.
fn position(text: &str, argument: &str, index: i64) -> Result<usize, Failure> {
    offset(text, index).ok_or_else(|| out_of_range(argument, 0, length(text), index))
}

/// The text before a range, in it and behind it. Without a count the range goes to the end.
fn range<'a>(
    text: &'a str,
    (start_name, start): (&str, i64),
    (count_name, count): (&str, Option<i64>),
) -> Result<(&'a str, &'a str, &'a str), Failure> {
    let (before, rest) = split(text, position(text, start_name, start)?);
    let end = count.map_or(Ok(rest.len()), |count| position(rest, count_name, count))?;
    let (inside, behind) = split(rest, end);
    Ok((before, inside, behind))
}

/// Pieces one after another; a single piece that is not empty is taken as it is.
fn concatenate<'a>(pieces: &[&'a str], context: &Context<'a>) -> Result<&'a str, Failure> {
    let bytes = pieces.iter().map(|piece| piece.len()).fold(0, usize::saturating_add);
    if let Some(whole) = pieces.iter().find(|piece| piece.len() == bytes) {
        return Ok(whole);
    }
    text::join(bytes, context, |out| pieces.iter().for_each(|piece| out.push_str(piece)))
}

/// The characters to trim; `None` is white space.
fn trimmed(characters: Option<&str>) -> Option<Characters> {
    characters.filter(|characters| !characters.is_empty()).map(Characters::of)
}

/// The text made `width` characters long: the padding at its beginning, or at its end.
fn pad<'a>(
    text: &'a str,
    width: i64,
    with: Option<&str>,
    at_end: bool,
    context: &Context<'a>,
) -> Result<&'a str, Failure> {
    let with = with.unwrap_or(" ");
    let mut characters = with.chars();
    let (Some(character), None) = (characters.next(), characters.next()) else {
        return Err(bad_argument(format!("expected `character` to be one character, found {}", shown(with))));
    };
    if width < 0 {
        return Err(negative("width", width));
    }
    let missing = usize::try_from(width.saturating_sub(length(text))).unwrap_or(0);
    if missing == 0 {
        return Ok(text);
    }
    let bytes = missing.saturating_mul(character.len_utf8()).saturating_add(text.len());
    text::join(bytes, context, |out| {
        let (before, behind) = if at_end { (text, "") } else { ("", text) };
        out.push_str(before);
        out.extend(std::iter::repeat_n(character, missing));
        out.push_str(behind);
    })
}

/// Collects text and stops when it grows over a limit.
struct Bounded<'a> {
    out: ArenaString<'a>,
    limit: usize,
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, piece: &str) -> std::fmt::Result {
        if self.out.len().saturating_add(piece.len()) > self.limit {
            return Err(std::fmt::Error);
        }
        self.out.push_str(piece);
        Ok(())
    }
}

/// Every `old` replaced by `new`, from left to right.
fn replace<'a>(text: &'a str, old: &str, new: &str, context: &Context<'a>) -> Result<&'a str, Failure> {
    if old.is_empty() {
        return Err(bad_argument("expected `old` to hold at least one character, found an empty text"));
    }
    let times = text.matches(old).count();
    if times == 0 {
        return Ok(text);
    }
    // The places of `old` lie beside each other: together they are no longer than the text.
    let kept = text.len().saturating_sub(times.saturating_mul(old.len()));
    let bytes = times.saturating_mul(new.len()).saturating_add(kept);
    text::join(bytes, context, |out| {
        for (place, piece) in text.split(old).enumerate() {
            if place > 0 {
                out.push_str(new);
            }
            out.push_str(piece);
        }
    })
}

/// The parts between separators.
fn parts<'a>(text: &'a str, separator: &str, context: &Context<'a>) -> Result<Json<'a>, Failure> {
    if separator.is_empty() {
        return Ok(Json::array(context.arena, &[Json::String(text)]));
    }
    let count = text.matches(separator).count().saturating_add(1);
    // Each part has two quotes and a comma at least.
    if count.saturating_mul(3) > context.json_bytes {
        return Err(Failure::json_too_large(context.json_bytes));
    }
    let parts = ArenaVec::from_iter_in(text.split(separator).map(Json::String), context.arena);
    within_limits(Json::array(context.arena, &parts), context)
}

/// Elements as text, with a separator between them.
fn join<'a>(separator: &str, array: Json<'a>, context: &Context<'a>) -> Result<&'a str, Failure> {
    let mut bounded = Bounded { out: ArenaString::new_in(context.arena), limit: context.string_bytes };
    let mut write = || -> std::fmt::Result {
        for (place, item) in elements(&array).iter().enumerate() {
            if place > 0 {
                bounded.write_str(separator)?;
            }
            convert::write_text(Datum::Json(*item), &mut bounded)?;
        }
        Ok(())
    };
    write().map_err(|_| Failure::too_long(context.string_bytes))?;
    Ok(bounded.out.into_bump_str())
}

functions! {
    /// Text made of text (L6.1).
    pub(super) static EDIT;

    /// The part of the text that begins at `start`
    ///
    /// Positions count characters from zero. Without `length` the part goes to the end. A part that does not lie wholly
    /// within the text fails; a part of length 0 may stand at the very end.
    ///
    /// ```fql
    /// "98052-1234".Substring(0, 5) => "98052"
    /// "98052-1234".Substring(6) => "1234"
    /// "abc".Substring(3) => ""
    /// "abc".Substring(2, 2) => error E0704
    /// "abc".Substring(-1) => error E0704
    /// ```
    immutable method String.Substring(text: &str, start: i64, length: Option<i64>) -> Result<&str, Failure> {
        range(text, ("start", start), ("length", length)).map(|(_, part, _)| part)
    }

    /// The text in upper case
    ///
    /// One character becomes one character and no culture has a say: `ß` stays.
    ///
    /// ```fql
    /// "Zoë".ToUpper() => "ZOË"
    /// "straße".ToUpper() => "STRAßE"
    /// ```
    immutable method String.ToUpper(text: &str) -> Result<&str, Failure> |ctx| { text::upper(text, ctx) }

    /// The text in lower case
    ///
    /// One character becomes one character and no culture has a say.
    ///
    /// ```fql
    /// "Kayla@Contoso.COM".ToLower() => "kayla@contoso.com"
    /// ```
    immutable method String.ToLower(text: &str) -> Result<&str, Failure> |ctx| { text::lower(text, ctx) }

    /// The text in upper case: the same as `ToUpper`
    ///
    /// ```fql
    /// "us".ToUpperInvariant() => "US"
    /// ```
    immutable method String.ToUpperInvariant(text: &str) -> Result<&str, Failure> |ctx| { text::upper(text, ctx) }

    /// The text in lower case: the same as `ToLower`
    ///
    /// ```fql
    /// "US".ToLowerInvariant() => "us"
    /// ```
    immutable method String.ToLowerInvariant(text: &str) -> Result<&str, Failure> |ctx| { text::lower(text, ctx) }

    /// The text without white space at both ends
    ///
    /// With `characters`, these are taken off instead; when that is empty, white space is.
    ///
    /// ```fql
    /// "  Redmond ".Trim() => "Redmond"
    /// "--98052-1234-".Trim("-") => "98052-1234"
    /// "xyabcyx".Trim("xy") => "abc"
    /// ```
    immutable method String.Trim(text: &str, characters: Option<&str>) -> &str {
        match trimmed(characters) {
            Some(set) => text.trim_matches(|c| set.has(c)),
            None => text.trim(),
        }
    }

    /// The text without white space at its beginning
    ///
    /// With `characters`, these are taken off instead; when that is empty, white space is.
    ///
    /// ```fql
    /// "  Redmond ".TrimStart() => "Redmond "
    /// "0042".TrimStart("0") => "42"
    /// ```
    immutable method String.TrimStart(text: &str, characters: Option<&str>) -> &str {
        match trimmed(characters) {
            Some(set) => text.trim_start_matches(|c| set.has(c)),
            None => text.trim_start(),
        }
    }

    /// The text without white space at its end
    ///
    /// With `characters`, these are taken off instead; when that is empty, white space is.
    ///
    /// ```fql
    /// "  Redmond ".TrimEnd() => "  Redmond"
    /// "contoso.com...".TrimEnd(".") => "contoso.com"
    /// ```
    immutable method String.TrimEnd(text: &str, characters: Option<&str>) -> &str {
        match trimmed(characters) {
            Some(set) => text.trim_end_matches(|c| set.has(c)),
            None => text.trim_end(),
        }
    }

    /// The text with every `old` replaced by `new`
    ///
    /// Replaces from left to right and does not look again at what it put there. An empty `old` fails.
    ///
    /// ```fql
    /// "425-555-0100".Replace("-", "") => "4255550100"
    /// "aaa".Replace("aa", "b") => "ba"
    /// "abc".Replace("x", "y") => "abc"
    /// "abc".Replace("", "y") => error E0705
    /// ```
    immutable method String.Replace(text: &str, old: &str, new: &str) -> Result<&str, Failure> |ctx| {
        replace(text, old, new, ctx)
    }

    /// The text with `part` put in at a position
    ///
    /// Positions count characters from zero; the length of the text puts the part at its end. Another position fails.
    ///
    /// ```fql
    /// "980521234".Insert(5, "-") => "98052-1234"
    /// "abc".Insert(3, "d") => "abcd"
    /// "abc".Insert(4, "d") => error E0704
    /// ```
    immutable method String.Insert(text: &str, at: i64, part: &str) -> Result<&str, Failure> |ctx| {
        let (before, behind) = split(text, position(text, "at", at)?);
        concatenate(&[before, part, behind], ctx)
    }

    /// The text without the characters that begin at a position
    ///
    /// Without `count` all to the end go. A range that does not lie wholly within the text fails.
    ///
    /// ```fql
    /// "98052-1234".Remove(5) => "98052"
    /// "98052-1234".Remove(5, 1) => "980521234"
    /// "abc".Remove(2, 2) => error E0704
    /// ```
    immutable method String.Remove(text: &str, at: i64, count: Option<i64>) -> Result<&str, Failure> |ctx| {
        let (before, _, behind) = range(text, ("at", at), ("count", count))?;
        concatenate(&[before, behind], ctx)
    }

    /// The text made `width` characters long with blanks at its beginning
    ///
    /// With `character`, that one is put there instead; it must be one character. A text that is as long already stays
    /// as it is. A negative width fails.
    ///
    /// ```fql
    /// "42".PadLeft(5) => "   42"
    /// "42".PadLeft(5, "0") => "00042"
    /// "98052".PadLeft(3) => "98052"
    /// "42".PadLeft(-1) => error E0704
    /// "42".PadLeft(5, "ab") => error E0705
    /// ```
    immutable method String.PadLeft(text: &str, width: i64, character: Option<&str>) -> Result<&str, Failure> |ctx| {
        pad(text, width, character, false, ctx)
    }

    /// The text made `width` characters long with blanks at its end
    ///
    /// With `character`, that one is put there instead; it must be one character. A text that is as long already stays
    /// as it is. A negative width fails.
    ///
    /// ```fql
    /// "42".PadRight(5) => "42   "
    /// "1.5".PadRight(5, "0") => "1.500"
    /// "42".PadRight(5, "") => error E0705
    /// ```
    immutable method String.PadRight(text: &str, width: i64, character: Option<&str>) -> Result<&str, Failure> |ctx| {
        pad(text, width, character, true, ctx)
    }

    /// The parts of the text between separators, as a Json array
    ///
    /// Empty parts are kept. With an empty separator the whole text is the one part.
    ///
    /// ```fql
    /// "a,b,,c".Split(",") => ["a","b","","c"]
    /// "abc".Split(",") => ["abc"]
    /// "".Split(",") => [""]
    /// "abc".Split("") => ["abc"]
    /// ```
    immutable method String.Split(text: &str, separator: &str) -> Result<Json<'_>, Failure> |ctx| {
        parts(text, separator, ctx)
    }

    /// The text itself
    ///
    /// ```fql
    /// "abc".ToString() => "abc"
    /// ```
    immutable method String.ToString(text: &str) -> &str { text }

    /// The text itself
    ///
    /// ```fql
    /// "abc".ToStr() => "abc"
    /// ```
    immutable method String.ToStr(text: &str) -> &str { text }

    /// Texts one after another, with nothing between them
    ///
    /// ```fql
    /// String.Concat("98052", "-", "1234") => "98052-1234"
    /// String.Concat("a") => "a"
    /// ```
    immutable static String.Concat(first: &str, more: Rest<'_, '_>) -> Result<&str, Failure> |ctx| {
        let pieces = ArenaVec::from_iter_in(std::iter::once(first).chain(more.texts()), ctx.arena);
        concatenate(&pieces, ctx)
    }

    /// The elements of a Json array as text, with a separator between them
    ///
    /// Null is empty text, other elements are their canonical text. A value that is no array is taken as an array of
    /// it, null as an empty one.
    ///
    /// ```fql
    /// String.Join(", ", ["US", "MX", "CA"]) => "US, MX, CA"
    /// String.Join("-", [1, true, null, "x"]) => "1-true--x"
    /// String.Join(",", []) => ""
    /// ```
    immutable static String.Join(separator: &str, array: Json<'_>) -> Result<&str, Failure> |ctx| {
        join(separator, array, ctx)
    }
}

#[cfg(test)]
mod tests {
    use crate::builtin::harness::{call, context, member, outcome};
    use crate::value::Datum::{self, Int, String};
    use crate::value::Json;

    /// 1,000 bytes, where 1,024 are allowed.
    fn long() -> Datum<'static> {
        String(context().arena.alloc_str(&"ab".repeat(500)))
    }

    #[test]
    fn positions_count_characters() {
        let text = String("日本語x");
        assert_eq!(outcome(member("Substring", &[text, Int(1), Int(2)])), "本語");
        assert_eq!(outcome(member("Substring", &[text, Int(4)])), "");
        assert_eq!(outcome(member("Substring", &[text, Int(5)])), "E0704");
        assert_eq!(outcome(member("Substring", &[text, Int(1), Int(i64::MAX)])), "E0704");
        assert_eq!(outcome(member("Substring", &[text, Int(i64::MIN), Int(1)])), "E0704");
        assert_eq!(outcome(member("Insert", &[text, Int(3), String("é")])), "日本語éx");
        assert_eq!(outcome(member("Remove", &[text, Int(0), Int(3)])), "x");
        assert_eq!(outcome(member("Remove", &[text, Int(4)])), "日本語x");
        assert_eq!(outcome(member("Remove", &[text, Int(-1)])), "E0704");
        assert_eq!(outcome(member("PadLeft", &[text, Int(6), String("本")])), "本本日本語x");
        assert_eq!(outcome(member("Trim", &[text, String("x日語")])), "本");
    }

    #[test]
    fn texts_over_the_limit_fail_before_they_are_made() {
        let arena = context().arena;
        for (name, arguments) in [
            ("PadLeft", vec![String("a"), Int(i64::MAX)]),
            ("PadRight", vec![String("a"), Int(i64::MAX), String("日")]),
            ("Replace", vec![long(), String("a"), long()]),
            ("Insert", vec![long(), Int(1), long()]),
        ] {
            assert_eq!(outcome(member(name, &arguments)), "E0604", "{name}");
        }
        assert_eq!(outcome(call("String", "Concat", &[long(), String("a"), long()])), "E0604");
        let Datum::String(text) = long() else { return };
        let array = Json::array(arena, &[Json::String(text), Json::String(text)]);
        assert_eq!(outcome(call("String", "Join", &[String(""), Datum::Json(array)])), "E0604");
        assert_eq!(outcome(member("Split", &[String(arena.alloc_str(&",".repeat(5000))), String(",")])), "E0608");
    }

    #[test]
    fn what_stays_as_it_is_may_be_over_the_limit() {
        let text = String(context().arena.alloc_str(&"A".repeat(5000)));
        assert!(member("ToUpper", &[text]).is_ok());
        assert!(member("Replace", &[text, String("x"), String("y")]).is_ok());
        assert!(member("PadLeft", &[text, Int(10)]).is_ok());
        assert!(call("String", "Concat", &[text, String("")]).is_ok());
        assert_eq!(outcome(member("ToLower", &[text])), "E0604");
    }

    #[test]
    fn case_maps_each_character_alone() {
        assert_eq!(outcome(member("ToUpper", &[String("straße ᾳ ŉ é")])), "STRAßE ᾼ ŉ É");
        assert_eq!(outcome(member("ToLower", &[String("İSTANBUL ΑΣ")])), "istanbul ασ");
    }

    #[test]
    fn joining_takes_any_json() {
        let join = |json| outcome(call("String", "Join", &[String("-"), Datum::Json(json)]));
        assert_eq!(join(Json::Null), "");
        assert_eq!(join(Json::Int(5)), "5");
        let nested = Json::array(context().arena, &[Json::Double(1.0), Json::array(context().arena, &[Json::Null])]);
        assert_eq!(join(nested), "1.0-[null]");
    }
}
