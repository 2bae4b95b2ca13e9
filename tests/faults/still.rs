//! A clock that goes on when it is told to, whatever the sockets and the machine are doing.
//!
//! A paused clock goes on by itself where nothing but timers is left to wait for, and waiting for a socket looks like that. As
//! long as a [`Still`] is there it does not. What then ends has ended without a timer; what is still there when its timeout
//! has come ends by that. A machine that does much else changes neither.

use crate::server::Server;
use crate::setup::decide;
use fql::{Decision, Engine};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;
use tokio::time::{Instant, advance};

/// If something has not ended by then, in real time, it never will. The clock goes on, so that timeouts tell what it was.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Holds the clock of the current runtime, which runs on this thread alone.
pub(crate) struct Still {
    _end: Sender<()>,
}

impl Still {
    pub(crate) fn hold() -> Still {
        tokio::time::pause();
        let (end, ended) = channel::<()>();
        // The clock does not go on by itself while a blocking task runs.
        tokio::task::spawn_blocking(move || ended.recv_timeout(PATIENCE));
        Still { _end: end }
    }
}

/// Waits until the server says nothing more on so many connections, or too little.
pub(crate) async fn silent(server: &Server, connections: usize) {
    server.seen.until(|seen| seen.silent() >= connections).await;
}

/// The decision of an engine whose call waits for a server that falls silent; fails unless it is there when so much time has
/// gone by, and not before.
pub(crate) async fn decided_at(engine: &Engine, server: &Server, timeout: Duration) -> Decision {
    let begun = Instant::now();
    let at_the_timeout = async {
        silent(server, 1).await;
        advance(timeout).await;
    };
    let (decision, ()) = tokio::join!(decide(engine), at_the_timeout);
    assert_eq!(begun.elapsed(), timeout);
    decision
}
