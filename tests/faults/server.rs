//! A server that does what a script says, byte by byte.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What happens to each connection.
pub(crate) type Script = Arc<dyn Fn(Peer) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A script from an async closure.
pub(crate) fn script<F, P>(run: F) -> Script
where
    F: Fn(Peer) -> P + Send + Sync + 'static,
    P: Future<Output = ()> + Send + 'static,
{
    Arc::new(move |peer| Box::pin(run(peer)))
}

/// Answers every request on every connection alike.
pub(crate) fn answering(status: &'static str, headers: &'static str, body: &'static str) -> Script {
    script(move |mut peer| async move {
        while peer.request().await.is_some() {
            peer.answer(status, headers, body.as_bytes()).await;
        }
    })
}

/// What a server saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: AtomicUsize,
    /// Heads and bodies.
    pub(crate) requests: Mutex<Vec<String>>,
    /// Connections that the other side has given up.
    pub(crate) closed: AtomicUsize,
    /// Connections on which the server says nothing more, or too little.
    pub(crate) silent: AtomicUsize,
    /// Told at each request, at each connection that ends, and where the server becomes silent.
    pub(crate) changed: Notify,
}

impl Seen {
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn silent(&self) -> usize {
        self.silent.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits until something holds.
    pub(crate) async fn until(&self, holds: impl Fn(&Seen) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if holds(self) {
                return;
            }
            changed.await;
        }
    }
}

/// A listening server; it stops when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a connection is wrapped in.
#[derive(Clone)]
pub(crate) enum Wrap {
    Plain,
    Tls(Arc<rustls::ServerConfig>),
}

impl Server {
    pub(crate) async fn start(wrap: Wrap, script: Script) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let of_task = seen.clone();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                // What is written in pieces is sent at once, not when the piece before has been acknowledged.
                stream.set_nodelay(true).unwrap();
                of_task.connections.fetch_add(1, Ordering::SeqCst);
                let (script, seen, wrap) = (script.clone(), of_task.clone(), wrap.clone());
                connections.spawn(async move {
                    let stream: Box<dyn Stream> = match wrap {
                        Wrap::Plain => Box::new(stream),
                        Wrap::Tls(config) => match TlsAcceptor::from(config).accept(stream).await {
                            Ok(stream) => Box::new(stream),
                            Err(_) => return seen.changed.notify_waiters(),
                        },
                    };
                    script(Peer { stream: Some(stream), seen: seen.clone(), rest: Vec::new() }).await;
                    seen.changed.notify_waiters();
                });
            }
        });
        Server { address, seen, task }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }
}

/// A connection, plain or encrypted.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// Makes the end of the connection a reset.
    fn linger_not(&self);
}

impl Stream for TcpStream {
    fn linger_not(&self) {
        self.set_zero_linger().unwrap();
    }
}

impl Stream for tokio_rustls::server::TlsStream<TcpStream> {
    fn linger_not(&self) {
        self.get_ref().0.set_zero_linger().unwrap();
    }
}

/// The server's end of a connection.
pub(crate) struct Peer {
    stream: Option<Box<dyn Stream>>,
    pub(crate) seen: Arc<Seen>,
    rest: Vec<u8>,
}

impl Peer {
    fn stream(&mut self) -> &mut Box<dyn Stream> {
        self.stream.as_mut().unwrap()
    }

    /// The connection itself.
    pub(crate) fn take(&mut self) -> Box<dyn Stream> {
        self.stream.take().unwrap()
    }

    /// The next request, head and body; `None` at the end.
    pub(crate) async fn request(&mut self) -> Option<String> {
        let mut bytes = std::mem::take(&mut self.rest);
        loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
                let whole = end + 4 + length.unwrap_or(0);
                if bytes.len() >= whole {
                    self.rest = bytes.split_off(whole);
                    let request = String::from_utf8_lossy(&bytes).into_owned();
                    self.seen.requests.lock().unwrap().push(request.clone());
                    self.seen.changed.notify_waiters();
                    return Some(request);
                }
            }
            let mut chunk = [0; 4096];
            match self.stream().read(&mut chunk).await {
                Ok(count @ 1..) => bytes.extend_from_slice(&chunk[..count]),
                _ => {
                    self.seen.closed.fetch_add(1, Ordering::SeqCst);
                    self.seen.changed.notify_waiters();
                    return None;
                }
            }
        }
    }

    /// Writes bytes as they are; false if the other side is gone.
    pub(crate) async fn raw(&mut self, bytes: &[u8]) -> bool {
        let stream = self.stream();
        stream.write_all(bytes).await.is_ok() && stream.flush().await.is_ok()
    }

    /// Writes a whole response.
    pub(crate) async fn answer(&mut self, status: &str, headers: &str, body: &[u8]) {
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
        self.raw(head.as_bytes()).await;
        self.raw(body).await;
    }

    /// Tells that from here on nothing comes that helps.
    pub(crate) fn falls_silent(&self) {
        self.seen.silent.fetch_add(1, Ordering::SeqCst);
        self.seen.changed.notify_waiters();
    }

    /// Does nothing more until the other side gives up.
    pub(crate) async fn stall(&mut self) {
        self.falls_silent();
        let mut chunk = [0; 4096];
        while matches!(self.stream().read(&mut chunk).await, Ok(1..)) {}
        self.seen.closed.fetch_add(1, Ordering::SeqCst);
        self.seen.changed.notify_waiters();
    }

    /// Ends the connection with a reset.
    pub(crate) fn reset(&mut self) {
        if let Some(stream) = self.stream.take() {
            stream.linger_not();
        }
    }
}
