//! Texts that outlive an evaluation.

use super::Json;
use smol_str::{SmolStr, SmolStrBuilder};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The longest text that is held in place, in bytes.
const SHORT: usize = 23;

/// A text that is cheap to make, to clone and to drop: one of at most 23 bytes is held in place, a longer one is shared.
///
/// Answers of calls and values of outputs are texts of this kind: most are a number, a truth value, a word.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Text(SmolStr);

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A value as compact JSON.
    pub(crate) fn of_json(json: Json<'_>) -> Text {
        let likely = json.weight() as usize;
        // INVARIANT: writing to a text never fails.
        if likely <= SHORT {
            let mut text = SmolStrBuilder::new();
            let _ = json.write_compact(&mut text);
            return Text(text.finish());
        }
        let mut text = String::with_capacity(likely);
        let _ = json.write_compact(&mut text);
        Text::from(text)
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text(SmolStr::new(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(SmolStr::from(text))
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Text {
        Text(SmolStr::from(text))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
