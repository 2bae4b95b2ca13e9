//! The arguments of calls.
//!
//! While rules are looked through, arguments lie where they were computed. Calls that start together get theirs in one piece,
//! so that a call costs no allocation of its own for what it is asked.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The arguments of a call in order, as canonical texts (L8.1). Cheap to clone; calls that start together share what holds
/// their texts.
#[derive(Clone, Default)]
pub struct Arguments {
    /// None: there are no arguments.
    texts: Option<Arc<Texts>>,
    first: usize,
    count: usize,
}

/// Texts one behind the other.
#[derive(Default)]
struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }
}

impl Arguments {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The argument of that number, from 0; `None` if there are fewer.
    pub fn get(&self, number: usize) -> Option<&str> {
        self.iter().nth(number)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        let Some(texts) = self.texts.as_deref() else { return Iter { text: "", begin: 0, ends: [].iter() } };
        let before = self.first.checked_sub(1).and_then(|before| texts.ends.get(before));
        let ends = texts.ends.get(self.first..self.first + self.count).unwrap_or_default();
        Iter { text: &texts.text, begin: before.copied().unwrap_or_default(), ends: ends.iter() }
    }

    /// The same with texts that nobody shares, to be kept for long.
    pub(crate) fn alone(&self) -> Arguments {
        self.iter().collect()
    }

    /// Those of several calls, in one piece.
    pub(crate) fn of_calls<'t>(calls: impl Iterator<Item = &'t [&'t str]> + Clone) -> impl Iterator<Item = Arguments> {
        let all = || calls.clone().flatten();
        let bytes = all().map(|text| text.len()).sum();
        let mut texts = Texts { text: String::with_capacity(bytes), ends: Vec::with_capacity(all().count()) };
        all().for_each(|text| texts.push(text));
        let texts = (!texts.ends.is_empty()).then(|| Arc::new(texts));
        let mut first = 0;
        calls.map(move |call| {
            let one = Arguments { texts: texts.clone(), first, count: call.len() };
            first += call.len();
            one
        })
    }
}

/// Goes through texts by their ends.
#[derive(Clone)]
struct Iter<'t> {
    text: &'t str,
    begin: usize,
    ends: std::slice::Iter<'t, usize>,
}

impl<'t> Iterator for Iter<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let begin = std::mem::replace(&mut self.begin, *self.ends.next()?);
        // INVARIANT: a text ends where the next one begins.
        Some(self.text.get(begin..self.begin).unwrap_or_default())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ends.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<S: AsRef<str>> FromIterator<S> for Arguments {
    fn from_iter<I: IntoIterator<Item = S>>(arguments: I) -> Arguments {
        let mut texts = Texts::default();
        arguments.into_iter().for_each(|text| texts.push(text.as_ref()));
        let count = texts.ends.len();
        Arguments { texts: (count > 0).then(|| Arc::new(texts)), first: 0, count }
    }
}

impl From<Vec<String>> for Arguments {
    fn from(arguments: Vec<String>) -> Arguments {
        arguments.into_iter().collect()
    }
}

impl<S: AsRef<str>, const N: usize> From<[S; N]> for Arguments {
    fn from(arguments: [S; N]) -> Arguments {
        arguments.into_iter().collect()
    }
}

impl PartialEq for Arguments {
    fn eq(&self, other: &Arguments) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Arguments {}

impl<S: AsRef<str>> PartialEq<[S]> for Arguments {
    fn eq(&self, other: &[S]) -> bool {
        self.iter().eq(other.iter().map(AsRef::as_ref))
    }
}

impl Hash for Arguments {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|text| text.hash(state));
    }
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_share_their_texts_have_each_their_own() {
        let calls: [&[&str]; 4] = [&["a", "", "b c"], &[], &["d"], &["", ""]];
        let made: Vec<Arguments> = Arguments::of_calls(calls.into_iter()).collect();
        for (call, arguments) in calls.iter().zip(&made) {
            assert_eq!((arguments.len(), arguments.is_empty()), (call.len(), call.is_empty()));
            assert_eq!(arguments.iter().collect::<Vec<_>>(), *call);
            assert_eq!(arguments.get(call.len()), None);
            assert!(*arguments == **call && arguments.alone() == *arguments);
        }
        assert_eq!(format!("{:?}", made.first()), r#"Some(["a", "", "b c"])"#);
    }

    #[test]
    fn arguments_are_the_same_only_if_each_is() {
        let one = Arguments::from(["ab", "c"]);
        assert_eq!(one, Arguments::from(vec!["ab".to_string(), "c".to_string()]));
        for other in [&["a", "bc"][..], &["ab"], &["ab", "c", ""], &[]] {
            assert!(one != *other, "{other:?}");
        }
    }
}
