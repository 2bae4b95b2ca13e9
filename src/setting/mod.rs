//! Settings and definitions that are written as TOML (R1.1, R7.1, R12.6).
//!
//! In: the text of a `.toml` file. Out: typed values, and all faults of the file as diagnostics with line and column: text that
//! is no TOML, keys that nobody asks for (with the nearest that somebody does), values of a wrong type or out of range.
//!
//! A [`Document`] is read once into a tree that keeps its places. A [`Section`] is one table of it, asked for key after key;
//! a getter gives the value, or `None` if the key is absent or its value faulty, in which case the fault is noted. When a
//! section goes out of scope, the keys that nobody asked for are faults. So the code that reads a file is the list of its
//! keys, and a misspelt limit or permission is never passed over in silence.
//!
//! ```
//! use fql::setting::Document;
//! let document = Document::parse("fql.toml", "[limits]\nsteps = 5000\nnestign = 64\n");
//! let steps: Option<usize> = {
//!     let root = document.root();
//!     let limits = root.section("limits");
//!     limits.as_ref().and_then(|limits| {
//!         limits.integer::<usize>("nesting", 1..=128);
//!         limits.integer("steps", 1..=10_000)
//!     })
//! };
//! let faults = document.faults();
//! assert_eq!(steps, Some(5000));
//! assert_eq!(faults[0].message, "unknown key `nestign` in `[limits]`");
//! assert_eq!(faults[0].help.as_deref(), Some("did you mean `nesting`?"));
//! ```

mod document;
mod section;
mod tree;

pub use document::Document;
pub use section::Section;

#[cfg(test)]
mod tests;
