//! `fql explain`: what a code or a name means (R12.1).

use crate::arguments::Explain;
use crate::explanation;
use crate::streams::{Stop, Streams};

/// Prints the explanation.
pub(crate) fn run(arguments: &Explain, streams: &mut Streams) -> Result<bool, Stop> {
    match explanation::of(&arguments.what) {
        Ok(text) => {
            streams.line(text.trim_end())?;
            Ok(true)
        }
        Err(message) => {
            streams.complain(&message);
            Ok(false)
        }
    }
}
