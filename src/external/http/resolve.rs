//! From a host's name to addresses that may be connected to (R11.1).
//!
//! The client asks here each time it connects, and connects to what comes out: an address cannot change between the look and
//! the connection.

use super::address::AddressPolicy;
use reqwest::dns::{Addrs, Name, Resolving};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

/// Addresses that will be there.
pub type Lookup = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of a host's name, for hosts that do so in a way of their own.
pub trait Resolve: std::fmt::Debug + Send + Sync + 'static {
    /// The addresses of a name, best first. Dropping the future drops the look-up.
    fn resolve(&self, host: &str) -> Lookup;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> Lookup {
        let host = host.to_string();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A resolver whose blocked addresses are left out.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) policy: AddressPolicy,
}

/// All addresses of a host are blocked.
#[derive(Debug, thiserror::Error)]
#[error("the address {address} is {why}")]
pub(super) struct Blocked {
    address: IpAddr,
    why: &'static str,
}

impl reqwest::dns::Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.resolver.resolve(name.as_str());
        let policy = self.policy.clone();
        Box::pin(async move {
            let mut blocked = None;
            let mut good = Vec::new();
            for address in lookup.await? {
                match policy.blocked(address) {
                    Some(why) => blocked = Some(Blocked { address, why }),
                    None => good.push(SocketAddr::new(address, 0)),
                }
            }
            match blocked {
                Some(blocked) if good.is_empty() => Err(blocked.into()),
                _ if good.is_empty() => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()),
                _ => Ok(Box::new(good.into_iter()) as Addrs),
            }
        })
    }
}
