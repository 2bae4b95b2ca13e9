//! A function of the host that answers many calls at once.
//!
//! In: calls that start together, of one event or of several. Out: one invocation of the function. A call joins the group that
//! is open, and lets all others that are ready to start join too; whoever comes on first closes the group and begins the
//! work, which all of them share. It goes on as long as one of them waits.

use super::host::{Reply, response};
use super::transport::{Call, Exchange, Response, Transport};
use crate::evaluate::CallStatus;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// So many calls share an invocation at most.
const MOST: usize = 1_000;

type Function = dyn Fn(Vec<Vec<String>>) -> BoxFuture<'static, Vec<Response>> + Send + Sync;

/// A function over lists of arguments, as a [`Transport`].
pub(super) struct Batch {
    function: Arc<Function>,
    open: Mutex<Arc<Group>>,
}

/// Calls that share an invocation.
#[derive(Default)]
struct Group {
    members: Mutex<Members>,
    work: OnceLock<Shared<BoxFuture<'static, Arc<Vec<Response>>>>>,
}

#[derive(Default)]
struct Members {
    arguments: Vec<Vec<String>>,
    /// Whether the work has begun, so that nobody joins any more.
    begun: bool,
}

impl Group {
    fn members(&self) -> MutexGuard<'_, Members> {
        // No code that can panic runs under the lock.
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Batch")
    }
}

impl Batch {
    pub(super) fn new<F, P, R>(function: F) -> Batch
    where
        F: Fn(Vec<Vec<String>>) -> P + Send + Sync + 'static,
        P: Future<Output = Vec<R>> + Send + 'static,
        R: Reply + 'static,
    {
        let function = move |arguments: Vec<Vec<String>>| {
            let replies = function(arguments);
            async move { replies.await.into_iter().map(response).collect() }.boxed()
        };
        Batch { function: Arc::new(function), open: Mutex::default() }
    }
}

/// Joins the open group: the group, and the call's number in it.
fn join(open: &Mutex<Arc<Group>>, arguments: Vec<String>) -> (Arc<Group>, usize) {
    let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
    let group = open.clone();
    let mut members = group.members();
    if !members.begun && members.arguments.len() < MOST {
        members.arguments.push(arguments);
        let number = members.arguments.len() - 1;
        drop(members);
        return (group, number);
    }
    drop(members);
    *open = Arc::default();
    open.members().arguments.push(arguments);
    (open.clone(), 0)
}

impl Transport for Batch {
    fn call(&self, call: Call) -> Exchange {
        let (group, number) = join(&self.open, call.arguments.iter().map(str::to_string).collect());
        let function = self.function.clone();
        Box::pin(async move {
            // Whoever else is ready to start now joins before this goes on.
            tokio::task::yield_now().await;
            let begin = || {
                let mut members = group.members();
                members.begun = true;
                let arguments = std::mem::take(&mut members.arguments);
                async move { Arc::new(function(arguments).await) }.boxed().shared()
            };
            let responses = group.work.get_or_init(begin).clone().await;
            responses.get(number).cloned().unwrap_or_else(|| {
                let error = format!("the function gave {} answers, and none for call {}", responses.len(), number + 1);
                Response::failure(CallStatus::UnknownFailure, error)
            })
        })
    }
}
