//! An event's bytes to slots.
//!
//! In: the paths that a program reads ([`Paths`], compiled once) and the bytes of an event. Out: one [`Raw`] for each path
//! ([`Raws`], reused from event to event), or an [`EventFault`].
//!
//! The event is read once, in order. Everything is validated, also what nobody reads: the same bytes are an event whatever
//! the rules are (L3.5). No tree is built; texts and containers stay where they are, as offsets, so that a `Raw` has no
//! lifetime and an event costs no allocation. Reading a raw as a type (L3.4, L3.5) is the business of [`Raws`], with the
//! rules of [`crate::value::convert`].

mod extract;
mod fault;
mod guided;
mod keys;
mod order;
mod paths;
mod raw;

#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod tests;

pub use extract::{extract, extract_text};
pub use fault::EventFault;
pub use paths::Paths;
pub use raw::{Raw, Raws};
