//! The reserved words, and the words that newcomers write for them.
//!
//! In: a word. Out: which [`Keyword`] it is, whatever its case (L1.3). Words are reserved only where a statement, an
//! operator or a clause word can stand (L1.4); what that means is decided where the word is met.

use crate::diagnostic::nearest;

macro_rules! keywords {
    ($($name:ident $word:literal),* $(,)?) => {
        /// A reserved word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Keyword {
            $($name,)*
        }

        impl Keyword {
            /// All words in their canonical spelling.
            pub(crate) const WORDS: &'static [&'static str] = &[$($word,)*];

            /// The keyword that a word is, whatever its case.
            pub(crate) fn find(word: &str) -> Option<Keyword> {
                Keyword::any(word).filter(|keyword| !keyword.is_contextual())
            }

            /// The same, with those that are keywords only where a name follows at the beginning of a line.
            pub(crate) fn any(word: &str) -> Option<Keyword> {
                if !(2..=11).contains(&word.len()) {
                    return None;
                }
                $(if word.eq_ignore_ascii_case($word) {
                    return Some(Keyword::$name);
                })*
                None
            }

            /// The canonical spelling.
            pub(crate) fn word(self) -> &'static str {
                match self {
                    $(Keyword::$name => $word,)*
                }
            }
        }
    };
}

keywords! {
    Let "LET", When "WHEN", Return "RETURN", Observe "OBSERVE", Do "DO", RouteTo "ROUTETO", Select "SELECT",
    As "AS", From "FROM", GroupBy "GROUPBY",
    Function "FUNCTION", Output "OUTPUT",
    Rule "RULE", Description "DESCRIPTION", Status "STATUS", Condition "CONDITION", Clause "CLAUSE",
    And "and", Or "or", Not "not",
}

impl Keyword {
    /// Whether a statement, a header or the tail of a statement begins with it: a text with mistakes is cut there.
    pub(crate) fn is_border(self) -> bool {
        !matches!(self, Keyword::As | Keyword::From | Keyword::And | Keyword::Or | Keyword::Not)
    }

    /// Whether it begins a line of the frame of a rule or function (L2.4, R6.1).
    pub(crate) fn is_header(self) -> bool {
        matches!(self, Keyword::Rule | Keyword::Description | Keyword::Status | Keyword::Condition | Keyword::Clause)
            || self.is_contextual()
    }

    /// Whether it is a keyword only where a name follows at the beginning of a line: `Output(...)` is none.
    pub(crate) fn is_contextual(self) -> bool {
        matches!(self, Keyword::Function | Keyword::Output)
    }

    /// Whether a contextual keyword is meant as one before this byte: a name, or what is written in place of one.
    pub(crate) fn goes_before(self, next: u8) -> bool {
        let is_name = next.is_ascii_alphabetic() || matches!(next, b'_' | b'"' | b'\'');
        is_name || self == Keyword::Function && next == b'('
    }

    /// Whether it is an operator written as a word.
    pub(crate) fn is_operator(self) -> bool {
        matches!(self, Keyword::And | Keyword::Or | Keyword::Not)
    }
}

/// What helps somebody who wrote `word` where a statement or an operator should stand: a sentence, and what may be
/// put there instead.
pub(crate) fn advice(word: &str) -> Option<(String, Option<String>)> {
    let lower = word.to_ascii_lowercase();
    let (help, instead) = match lower.as_str() {
        "if" => ("a condition stands behind its statement: `RETURN Reject() WHEN test`", None),
        "else" | "elseif" | "elsif" | "elif" | "then" | "end" | "endif" | "case" | "switch" => {
            ("there are no branches: write one statement with its own `WHEN` for each case, or `test ? yes : no`", None)
        }
        "where" | "having" => ("a test is written with `WHEN`", Some("WHEN")),
        "var" | "set" | "const" | "declare" => ("a variable is bound with `LET $name = value`", Some("LET")),
        "group" => ("the key of a velocity is written with `GROUPBY`, one word", None),
        "route" => ("a queue is chosen with `ROUTETO`, one word", None),
        "is" | "equals" | "eq" => ("values are compared with `==`", Some("==")),
        "xor" => ("two booleans differ when `a != b`", Some("!=")),
        "in" => ("a value is looked up in a text with `In(value, \"a, b, c\")`", None),
        "like" | "contains" | "startswith" | "endswith" | "matches" => {
            ("texts are examined by members: `value.Contains(\"x\")`, `value.StartsWith(\"x\")`", None)
        }
        "between" => ("a range is two comparisons: `a >= 1 && a <= 9`", None),
        "approve" | "reject" | "review" | "challenge" => return Some(before(word, "a decision", "RETURN")),
        "output" | "trace" | "other" => return Some(before(word, "an observation", "OBSERVE")),
        "setvariables" | "setresponse" => return Some(before(word, "an action", "DO")),
        "queue" => return Some(before(word, "a queue", "ROUTETO")),
        _ => {
            let near = nearest(word, Keyword::WORDS.iter().copied().filter(|w| w.len() > 3))?;
            return Some((format!("did you mean `{near}`?"), Some(near.to_owned())));
        }
    };
    Some((help.to_owned(), instead.map(str::to_owned)))
}

fn before(word: &str, what: &str, keyword: &str) -> (String, Option<String>) {
    (format!("{what} is made with `{keyword}`"), Some(format!("{keyword} {word}")))
}
