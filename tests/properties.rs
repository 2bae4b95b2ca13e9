//! Properties of the whole: the compiled engine decides as the plain reference interpreter does, no text panics, and no
//! nesting overflows a small stack.
//!
//! `FQL_CASES` sets the number of events of each comparison, `FQL_SEED` where it begins, `FQL_REPLAY` repeats one seed. Long
//! runs are ten times as fast with `CARGO_PROFILE_TEST_OPT_LEVEL=1`. A difference is made smaller and
//! shown with the program, the event, the answers and both results.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

#[path = "properties/case.rs"]
mod case;
#[path = "properties/compare.rs"]
mod compare;
#[path = "properties/event.rs"]
mod event;
#[path = "properties/expression.rs"]
mod expression;
#[path = "properties/found.rs"]
mod found;
#[path = "properties/hostile.rs"]
mod hostile;
#[path = "properties/list.rs"]
mod list;
#[path = "reference/mod.rs"]
mod reference;
#[path = "properties/tape.rs"]
mod tape;
