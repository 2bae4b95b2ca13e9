//! Regular expressions as .NET's non-backtracking engine reads them, matched in linear time (L7.4).
//!
//! In: the text of a pattern. Out: a [`Pattern`] that is asked whether it occurs in a text, or a [`Fault`] that names the
//! construct at fault and its place in the pattern.
//!
//! The `regex` crate does the matching. Its syntax is close to .NET's but not the same (`$`, `\w`, `[a-z-[aeiou]]`,
//! `\p{IsGreek}`, a literal `{`), so `translate` reads the pattern by .NET's grammar and writes every construct in the
//! crate's, none by chance. What no engine can match in linear time, or what .NET's does not take either, is a fault:
//! look-around, back-references, atomic groups, conditionals, balancing groups, `\G`.
//!
//! Three choices where the two differ by nature. A character is a Unicode scalar value (L6), so half of a surrogate pair is a
//! fault. `\b` has the crate's idea of a word. Behind a `$` or `\Z` that stands before a final line break, nothing matches
//! that line break.

mod class;
mod escape;
mod property;
mod translate;

use crate::function::Bound;
use crate::value::{Context, Datum, Failure};
use regex::{Regex, RegexBuilder};
use std::ops::Range;
use translate::{Translated, translate};

/// How large a compiled pattern may be, in bytes.
const SIZE: usize = 10 << 20;

/// How deep groups and subtracted classes may nest.
const DEEPEST: usize = 100;

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where in the pattern, in bytes.
    pub range: Range<usize>,
    /// Lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Fault {
    fn new(range: Range<usize>, message: impl Into<String>) -> Fault {
        Fault { range, message: message.into(), help: None }
    }

    fn help(mut self, text: impl Into<String>) -> Fault {
        self.help = Some(text.into());
        self
    }
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// With `$` and `\Z` as the very end.
    regex: Regex,
    /// For a text without its final line break, if the pattern may match there.
    before_line_break: Option<Regex>,
}

impl Pattern {
    /// Reads and compiles a pattern.
    ///
    /// ```
    /// let pattern = fql::pattern::Pattern::new(r"^\w+@contoso\.com$")?;
    /// assert!(pattern.is_match("kayla@contoso.com"));
    /// assert!(!pattern.is_match("kayla@contoso.com.example"));
    /// # Ok::<(), fql::pattern::Fault>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If .NET would refuse it, if it cannot be matched in linear time, or if it is too large when compiled (10 MiB).
    pub fn new(text: &str) -> Result<Pattern, Fault> {
        let Translated { regex, ends, very_end } = translate(text, false)?;
        let regex = compiled(&regex, text)?;
        let before_line_break = match (ends, very_end) {
            (false, _) => None,
            (true, false) => Some(regex.clone()),
            (true, true) => Some(compiled(&translate(text, true)?.regex, text)?),
        };
        Ok(Pattern { regex, before_line_break })
    }

    /// Whether it occurs in a text, in time linear in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
            || match (&self.before_line_break, text.strip_suffix('\n')) {
                (Some(regex), Some(line)) => regex.is_match(line),
                _ => false,
            }
    }
}

fn compiled(regex: &str, pattern: &str) -> Result<Regex, Fault> {
    RegexBuilder::new(regex).size_limit(SIZE).build().map_err(|error| {
        let whole = 0..pattern.len();
        match error {
            regex::Error::CompiledTooBig(_) => Fault::new(whole, "the pattern is too large when compiled")
                .help("smaller bounds make smaller patterns: `{1,1000}` is a thousand copies"),
            // INVARIANT: what is translated is correct; should it not be, the last line of the message tells why.
            other => {
                let text = other.to_string();
                let why = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
                Fault::new(whole, format!("the pattern cannot be read: {why}"))
            }
        }
    })
}

/// `Patterns.IsRegexMatch` with its pattern compiled; the one argument is the text.
#[derive(Debug)]
pub struct IsRegexMatch(pub Pattern);

impl Bound for IsRegexMatch {
    fn name(&self) -> &str {
        "Patterns.IsRegexMatch"
    }

    fn can_fail(&self) -> bool {
        false
    }

    fn identity(&self) -> Option<String> {
        let Pattern { regex, before_line_break } = &self.0;
        Some(format!("{regex}\n{before_line_break:?}"))
    }

    fn run<'a>(&self, _: &mut Context<'a>, arguments: &[Datum<'a>]) -> Result<Datum<'a>, Failure> {
        match arguments {
            [Datum::String(text)] => Ok(Datum::Bool(self.0.is_match(text))),
            _ => Err(Failure::mismatch(self.name())),
        }
    }
}

#[cfg(test)]
mod tests;
