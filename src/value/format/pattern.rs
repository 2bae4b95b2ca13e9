//! Date formats, taken apart.
//!
//! In: a format such as `yyyy-MM-dd'T'HH:mm` or a standard one such as `s`. Out: its [`Item`]s, one after the other, or the
//! fault that .NET would throw. Writer, reader and check all use these, so that they agree on what a format is.

use super::FormatFault;

/// The English names of the months.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The era of the years 1 to 9999.
pub(super) const ERA: &str = "A.D.";

/// The most decimals of a second, `fffffff`.
pub(super) const MAX_DECIMALS: usize = 7;

/// One piece of a date format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item<'f> {
    /// A letter that stands for a part, and how often it stands there.
    Field(Field, usize),
    /// Text that stands for itself.
    Literal(&'f str),
}

/// What a letter stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// `d`: day, or its name from `ddd` on.
    Day,
    /// `M`: month, or its name from `MMM` on.
    Month,
    /// `y`
    Year,
    /// `g`
    Era,
    /// `h`
    Hour12,
    /// `H`
    Hour24,
    /// `m`
    Minute,
    /// `s`
    Second,
    /// `f`: decimals of the second.
    Decimals,
    /// `F`: the same without zeros at the end.
    TrimmedDecimals,
    /// `t`
    Half,
    /// `z`
    Offset,
    /// `K`
    Zone,
}

impl Field {
    fn of(letter: char) -> Option<Field> {
        Some(match letter {
            'd' => Field::Day,
            'M' => Field::Month,
            'y' => Field::Year,
            'g' => Field::Era,
            'h' => Field::Hour12,
            'H' => Field::Hour24,
            'm' => Field::Minute,
            's' => Field::Second,
            'f' => Field::Decimals,
            'F' => Field::TrimmedDecimals,
            't' => Field::Half,
            'z' => Field::Offset,
            'K' => Field::Zone,
            _ => return None,
        })
    }
}

/// The items of a format. A single character must be a standard format; an empty format is `G`.
///
/// # Errors
/// A single character that is no standard format. Other faults come out with the items.
pub(super) fn items(format: &str) -> Result<Items<'_>, FormatFault> {
    let mut characters = format.chars();
    let custom = match (characters.next(), characters.next()) {
        (None, _) => "MM/dd/yyyy HH:mm:ss",
        (Some(letter), None) => standard(letter)?,
        (Some(_), Some(_)) => format,
    };
    Ok(Items { rest: custom, length: custom.len(), quote: None })
}

/// The custom format that a standard one stands for, invariant culture.
fn standard(letter: char) -> Result<&'static str, FormatFault> {
    Ok(match letter {
        'd' => "MM/dd/yyyy",
        'D' => "dddd, dd MMMM yyyy",
        'f' => "dddd, dd MMMM yyyy HH:mm",
        'F' | 'U' => "dddd, dd MMMM yyyy HH:mm:ss",
        'g' => "MM/dd/yyyy HH:mm",
        'G' => "MM/dd/yyyy HH:mm:ss",
        'm' | 'M' => "MMMM dd",
        'o' | 'O' => "yyyy-MM-ddTHH:mm:ss.fffffffK",
        'r' | 'R' => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        's' => "yyyy-MM-ddTHH:mm:ss",
        't' => "HH:mm",
        'T' => "HH:mm:ss",
        'u' => "yyyy-MM-dd HH:mm:ss'Z'",
        'y' | 'Y' => "yyyy MMMM",
        _ => {
            let advice =
                if Field::of(letter).is_some() { format!(" (alone it is written `%{letter}`)") } else { String::new() };
            let known = "expected one of the formats d D f F g G m M o O r R s t T u U y Y";
            return Err(FormatFault::new(format!("{known}, found `{letter}`{advice}"), 0));
        }
    })
}

/// Takes a custom date format apart. After a fault nothing follows.
#[derive(Clone, Debug)]
pub(super) struct Items<'f> {
    rest: &'f str,
    length: usize,
    /// The quote that is open.
    quote: Option<char>,
}

impl<'f> Items<'f> {
    fn take(&mut self, count: usize) -> &'f str {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn fault(&mut self, message: &str, offset: usize) -> Option<Result<Item<'f>, FormatFault>> {
        self.rest = "";
        self.quote = None;
        Some(Err(FormatFault::new(message, offset)))
    }

    /// The character after a `\`.
    fn escaped(&mut self, offset: usize) -> Option<Result<Item<'f>, FormatFault>> {
        match self.rest.chars().next() {
            Some(character) => Some(Ok(Item::Literal(self.take(character.len_utf8())))),
            None => self.fault("expected a character after `\\`, found the end of the format", offset),
        }
    }
}

impl<'f> Iterator for Items<'f> {
    type Item = Result<Item<'f>, FormatFault>;

    fn next(&mut self) -> Option<Result<Item<'f>, FormatFault>> {
        loop {
            let offset = self.length - self.rest.len();
            let Some(first) = self.rest.chars().next() else {
                return match self.quote {
                    Some(quote) => {
                        self.fault(&format!("expected a closing `{quote}`, found the end of the format"), offset)
                    }
                    None => None,
                };
            };
            if let Some(quote) = self.quote {
                if first == quote {
                    self.quote = None;
                    self.take(first.len_utf8());
                    continue;
                }
                if first == '\\' {
                    self.take(1);
                    return self.escaped(offset);
                }
                let end = self.rest.find([quote, '\\']).unwrap_or(self.rest.len());
                return Some(Ok(Item::Literal(self.take(end))));
            }
            if let Some(field) = Field::of(first) {
                let count = self.rest.len() - self.rest.trim_start_matches(first).len();
                self.take(count);
                if matches!(field, Field::Decimals | Field::TrimmedDecimals) && count > MAX_DECIMALS {
                    return self.fault(&format!("expected at most {MAX_DECIMALS} `{first}`, found {count}"), offset);
                }
                return Some(Ok(Item::Field(field, count)));
            }
            match first {
                '\'' | '"' => {
                    self.quote = Some(first);
                    self.take(1);
                }
                '\\' => {
                    self.take(1);
                    return self.escaped(offset);
                }
                '%' => {
                    self.take(1);
                    let Some(letter) = self.rest.chars().next().filter(|letter| *letter != '%') else {
                        return self.fault("expected a specifier after `%`", offset);
                    };
                    if let Some(field) = Field::of(letter) {
                        self.take(1);
                        return Some(Ok(Item::Field(field, 1)));
                    }
                }
                _ => return Some(Ok(Item::Literal(self.take(first.len_utf8())))),
            }
        }
    }
}
