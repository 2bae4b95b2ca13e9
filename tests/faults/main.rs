//! External calls over HTTP against servers that behave badly: real sockets, real TLS, one case for each fault.
//!
//! Nothing here waits for a time to pass, nor depends on how much of it has: a server that stalls does so until the other side
//! gives up, and where a timeout is what a test is about, its clock goes on when the test says so ([`still`]).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot set up its servers has failed"
)]

mod address;
mod answer;
mod authority;
mod definition;
mod dropped;
mod fault;
mod matrix;
mod server;
mod setup;
mod still;
mod success;
mod token;
