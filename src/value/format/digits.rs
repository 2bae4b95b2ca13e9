//! A number as decimal digits.
//!
//! In: an `i64` or an `f64`. Out: [`Digits`], which formats round and lay out. The digits of a Double come from the standard
//! library's exact conversion (midpoints to the even digit, as .NET does).

use crate::value::number::split_scientific;

/// The number `0.d1 d2 d3 ... * 10^scale`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    /// Below zero; a Double keeps the sign of `-0`.
    pub(super) negative: bool,
    /// ASCII digits, without zeros at either end; empty for zero.
    pub(super) digits: String,
    /// Digits before the point; zero for zero.
    pub(super) scale: i32,
    /// Whether a number that rounds to zero keeps its sign: so it is with Doubles.
    signed_zero: bool,
}

impl Digits {
    /// All digits of an Int.
    pub(super) fn of_int(value: i64) -> Digits {
        let digits = value.unsigned_abs().to_string();
        let scale = i32::try_from(digits.len()).unwrap_or(0);
        Digits { negative: value < 0, digits, scale, signed_zero: false }.trimmed()
    }

    /// So many significant digits of a finite Double, at least one.
    pub(super) fn of_double(value: f64, significant: usize) -> Digits {
        let precision = significant.saturating_sub(1);
        let text = format!("{:.precision$e}", value.abs());
        let (lead, rest, exponent) = split_scientific(&text);
        Digits {
            negative: value.is_sign_negative(),
            digits: format!("{lead}{rest}"),
            scale: exponent + 1,
            signed_zero: true,
        }
        .trimmed()
    }

    /// Keeps so many digits, and rounds half away from zero; a negative count leaves nothing.
    pub(super) fn round(&mut self, keep: i32) {
        let Ok(keep) = usize::try_from(keep) else {
            self.digits.clear();
            self.trim();
            return;
        };
        let up = self.digits.as_bytes().get(keep).is_some_and(|digit| *digit >= b'5');
        self.digits.truncate(keep);
        if up {
            while self.digits.ends_with('9') {
                self.digits.pop();
            }
            match self.digits.pop() {
                Some(digit) => self.digits.push(char::from_u32(u32::from(digit) + 1).unwrap_or('9')),
                None => {
                    self.digits.push('1');
                    self.scale += 1;
                }
            }
        }
        self.trim();
    }

    /// The digit at a place, counted from the first; zero past the last.
    pub(super) fn at(&self, place: usize) -> char {
        self.digits.as_bytes().get(place).map_or('0', |digit| char::from(*digit))
    }

    fn trimmed(mut self) -> Digits {
        self.trim();
        self
    }

    fn trim(&mut self) {
        self.digits.truncate(self.digits.trim_end_matches('0').len());
        if self.digits.is_empty() {
            self.scale = 0;
            self.negative &= self.signed_zero;
        }
    }
}
