//! External calls: what comes back whatever happens on the way, and when calls start.
//!
//! `FQL_TRACES` sets how many random traces the circuit breaker is held against its reference on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

#[path = "calls/batch.rs"]
mod batch;
#[path = "calls/breaker.rs"]
mod breaker;
#[path = "calls/coalesce.rs"]
mod coalesce;
#[path = "calls/events.rs"]
mod events;
#[path = "calls/guard.rs"]
mod guard;
#[path = "calls/monitor.rs"]
mod monitor;
#[path = "calls/response.rs"]
mod response;
#[path = "calls/schedule.rs"]
mod schedule;
#[path = "calls/scripted.rs"]
mod scripted;
#[path = "calls/transport.rs"]
mod transport;
