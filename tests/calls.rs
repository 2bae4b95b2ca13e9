//! External calls: what comes back whatever happens on the way, and when calls start.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

#[path = "calls/scripted.rs"]
mod scripted;
#[path = "calls/transport.rs"]
mod transport;
