//! Custom numeric formats, such as `#,##0.00;(#,##0.00);-`.
//!
//! In: decimal digits and a format. Out: text. .NET refuses no custom format: what is no specifier is copied. A section is
//! read twice with the same tokens: once to learn how many places it has and what scales the number, once to write.

use super::digits::Digits;
use super::standard::exponent;

/// The digits that .NET takes from a Double for a custom format.
pub(super) const SIGNIFICANT_DIGITS: usize = 15;

/// Writes a number by a custom format.
pub(super) fn write(mut number: Digits, format: &str) -> String {
    let sections = Sections::of(format);
    let mut index = sections.pick(if number.digits.is_empty() {
        2
    } else if number.negative {
        1
    } else {
        0
    });
    let mut plan = Plan::of(sections.text(index));
    if !number.digits.is_empty() {
        plan.round(&mut number);
        let zero = sections.pick(2);
        if number.digits.is_empty() && zero != index {
            index = zero;
            plan = Plan::of(sections.text(index));
        }
    }
    let mut text = plan.write(&number, sections.text(index));
    if number.negative && index == 0 && (number.scale != 0 || !text.is_empty()) {
        text.insert(0, '-');
    }
    text
}

/// The parts between `;`: for positive numbers, negative ones and zero. What follows a third `;` is never used.
struct Sections<'f> {
    texts: [&'f str; 3],
}

impl<'f> Sections<'f> {
    fn of(format: &'f str) -> Sections<'f> {
        let mut texts = [""; 3];
        let mut rest = format;
        for text in &mut texts {
            let end = Tokens { rest }.find_end().unwrap_or(rest.len());
            let (section, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            *text = section;
            rest = after.strip_prefix(';').unwrap_or("");
        }
        Sections { texts }
    }

    /// The section that was asked for, or the first if that one is absent or empty.
    fn pick(&self, index: usize) -> usize {
        if self.text(index).is_empty() { 0 } else { index }
    }

    fn text(&self, index: usize) -> &'f str {
        self.texts.get(index).copied().unwrap_or("")
    }
}

/// One piece of a section.
enum Token<'f> {
    /// `0` (true) or `#` (false).
    Place(bool),
    /// `.`
    Point,
    /// `,`
    Comma,
    /// `%` or `‰`, and the powers of ten it stands for.
    Percent(&'f str, i32),
    /// `E+00` and the like.
    Exponent(&'f str),
    /// Text to copy.
    Literal(&'f str),
    /// `;`
    End,
}

/// Takes a format apart.
struct Tokens<'f> {
    rest: &'f str,
}

impl<'f> Tokens<'f> {
    /// Bytes before the first `;` that is not quoted.
    fn find_end(mut self) -> Option<usize> {
        let length = self.rest.len();
        loop {
            let before = length - self.rest.len();
            if matches!(self.next()?, Token::End) {
                return Some(before);
            }
        }
    }

    /// Takes so many bytes.
    fn take(&mut self, count: usize) -> &'f str {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

impl<'f> Iterator for Tokens<'f> {
    type Item = Token<'f>;

    fn next(&mut self) -> Option<Token<'f>> {
        let first = self.rest.chars().next()?;
        let whole = self.rest;
        let text = self.take(first.len_utf8());
        Some(match first {
            '0' => Token::Place(true),
            '#' => Token::Place(false),
            '.' => Token::Point,
            ',' => Token::Comma,
            ';' => Token::End,
            '%' => Token::Percent(text, 2),
            '‰' => Token::Percent(text, 3),
            '\'' | '"' => {
                let end = self.rest.find(first).unwrap_or(self.rest.len());
                let literal = self.take(end);
                self.take(first.len_utf8());
                Token::Literal(literal)
            }
            '\\' => {
                let width = self.rest.chars().next().map_or(0, char::len_utf8);
                Token::Literal(self.take(width))
            }
            'E' | 'e' => {
                let after = self.rest.strip_prefix(['+', '-']).unwrap_or(self.rest);
                let tail = after.trim_start_matches('0');
                if tail.len() == after.len() {
                    return Some(Token::Literal(text));
                }
                self.rest = tail;
                Token::Exponent(whole.get(..whole.len() - tail.len()).unwrap_or(""))
            }
            _ => Token::Literal(text),
        })
    }
}

/// What a section says of the number as a whole. Places are counted from the left.
#[derive(Default)]
struct Plan {
    /// How many there are.
    places: i32,
    /// How many stand before the point.
    before_point: i32,
    /// Place of the first `0`, and the place after the last one.
    first_zero: Option<i32>,
    last_zero: i32,
    /// Power of ten for `%` and for `,` before the point.
    shift: i32,
    grouped: bool,
    scientific: bool,
}

impl Plan {
    fn of(section: &str) -> Plan {
        let mut plan = Plan::default();
        let mut point = None;
        // Where the last commas stood, and how many there were together.
        let mut commas: Option<(i32, i32)> = None;
        for token in (Tokens { rest: section }) {
            match token {
                Token::Place(zero) => {
                    if zero {
                        plan.first_zero.get_or_insert(plan.places);
                        plan.last_zero = plan.places.saturating_add(1);
                    }
                    plan.places = plan.places.saturating_add(1);
                }
                Token::Point => {
                    point.get_or_insert(plan.places);
                }
                Token::Comma if plan.places > 0 && point.is_none() => match &mut commas {
                    Some((place, count)) if *place == plan.places => *count = count.saturating_add(1),
                    _ => {
                        plan.grouped |= commas.is_some();
                        commas = Some((plan.places, 1));
                    }
                },
                Token::Percent(_, power) => plan.shift = plan.shift.saturating_add(power),
                Token::Exponent(_) => plan.scientific = true,
                Token::Comma | Token::Literal(_) | Token::End => {}
            }
        }
        plan.before_point = point.unwrap_or(plan.places);
        match commas {
            Some((place, count)) if place == plan.before_point => {
                plan.shift = plan.shift.saturating_sub(count.saturating_mul(3));
            }
            Some(_) => plan.grouped = true,
            None => {}
        }
        plan
    }

    /// Scales the number and rounds it to the places there are.
    fn round(&self, number: &mut Digits) {
        number.scale = number.scale.saturating_add(self.shift);
        let decimals = self.places - self.before_point;
        number.round(if self.scientific { self.places } else { number.scale.saturating_add(decimals) });
    }

    fn write(&self, number: &Digits, section: &str) -> String {
        let mut pen = Pen {
            text: String::new(),
            number,
            next: 0,
            position: if self.scientific { self.before_point } else { number.scale.max(self.before_point) },
            grouped: self.grouped,
        };
        // Digits that have no place of their own stand at the first place; places that have no digit come first.
        let mut surplus = if self.scientific { 0 } else { number.scale.saturating_sub(self.before_point) };
        let forced_whole = self.first_zero.map_or(0, |place| (self.before_point - place).max(0));
        let forced_decimals = (self.last_zero - self.before_point).max(0);
        let (mut point, mut scientific) = (false, self.scientific);
        for token in (Tokens { rest: section }) {
            if matches!(token, Token::Place(_) | Token::Point) {
                while surplus > 0 {
                    pen.digit();
                    surplus -= 1;
                }
            }
            match token {
                Token::Place(_) if surplus < 0 => {
                    surplus += 1;
                    if pen.position <= forced_whole { pen.put('0') } else { pen.position -= 1 }
                }
                Token::Place(_) if pen.more() || pen.position > -forced_decimals => pen.digit(),
                Token::Place(_) => pen.position -= 1,
                Token::Point => {
                    let decimals = forced_decimals > 0 || (self.before_point < self.places && pen.more());
                    if pen.position == 0 && !point && decimals {
                        pen.text.push('.');
                        point = true;
                    }
                }
                Token::Exponent(text) if scientific => {
                    scientific = false;
                    let power = if number.digits.is_empty() { 0 } else { number.scale - self.before_point };
                    let letter = if text.starts_with('e') { 'e' } else { 'E' };
                    let width = text.bytes().filter(|byte| *byte == b'0').count().min(10);
                    pen.text.push_str(&exponent(letter, power, text.contains('+'), width));
                }
                Token::Percent(text, _) | Token::Exponent(text) | Token::Literal(text) => pen.text.push_str(text),
                Token::Comma | Token::End => {}
            }
        }
        pen.text
    }
}

/// Writes digit after digit.
struct Pen<'n> {
    text: String,
    number: &'n Digits,
    /// The next digit to write.
    next: usize,
    /// Its place: 1 is the last before the point, 0 the first after it.
    position: i32,
    grouped: bool,
}

impl Pen<'_> {
    fn more(&self) -> bool {
        self.next < self.number.digits.len()
    }

    fn digit(&mut self) {
        let digit = self.number.at(self.next);
        self.next += 1;
        self.put(digit);
    }

    fn put(&mut self, digit: char) {
        self.text.push(digit);
        if self.grouped && self.position > 1 && (self.position - 1) % 3 == 0 {
            self.text.push(',');
        }
        self.position -= 1;
    }
}
