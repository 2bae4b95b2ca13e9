//! A text that is never shown (R11.2).

use secrecy::{ExposeSecret, SecretString};

/// A key, password or token. Neither `Debug` nor anything else of this crate prints it; its memory is cleared when it is
/// dropped.
///
/// ```
/// let key = fql::external::http::Secret::new("s3cr3t");
/// assert_eq!(format!("{key:?}"), "Secret(***)");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

/// What stands in place of a secret.
pub(super) const HIDDEN: &str = "***";

impl Secret {
    /// Keeps a text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(SecretString::from(text.into()))
    }

    /// The text, for whoever sends it.
    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({HIDDEN})")
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Secret {
        Secret::new(text)
    }
}
