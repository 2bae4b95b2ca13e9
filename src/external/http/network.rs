//! What all calls over HTTP share: which hosts and addresses they may reach, authorities, connections and tokens (R11.1).

use super::request::HostPolicy;
use super::resolve::{Checked, Resolve, SystemResolver};
use super::secret::Secret;
use super::token::{TokenKey, TokenSource};
use crate::setting::Section;
use ::aws_lc_rs::digest::{SHA256, digest};
use reqwest::redirect;
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls_platform_verifier::Verifier;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// How long an idle connection is kept: shorter than load balancers keep theirs, so that no request goes to a connection that
/// the other side has just closed.
const IDLE: Duration = Duration::from_secs(18);

/// The longest that connecting may take by itself. A call gives up earlier, at its own timeout.
const CONNECT: Duration = Duration::from_secs(5);

/// What calls over HTTP share. Cheap to clone: clones share connections and tokens.
///
/// ```
/// let network = fql::external::http::Network::builder()
///     .allow_network("10.20.0.0/16")?
///     .allow_http("sidecar:8080")?
///     .build();
/// # Ok::<(), fql::external::http::NetworkError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Network {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    policy: HostPolicy,
    authorities: Vec<CertificateDer<'static>>,
    resolver: Arc<dyn Resolve>,
    provider: Arc<CryptoProvider>,
    verifier: OnceLock<Result<Arc<Verifier>, String>>,
    clients: Mutex<HashMap<Identity, reqwest::Client>>,
    tokens: Mutex<HashMap<TokenKey, Arc<TokenSource>>>,
}

/// Says what [`Network`] may reach.
#[derive(Clone, Debug, Default)]
pub struct NetworkBuilder {
    policy: HostPolicy,
    authorities: Vec<CertificateDer<'static>>,
    resolver: Option<Arc<dyn Resolve>>,
}

/// Why a network's setting is refused. Lower case, no full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NetworkError {
    /// What was expected and what was found.
    pub message: String,
}

/// Which certificate a client shows, the hash of its PEM if there is one; and whether it was made for HTTPS, for one that was
/// not may lack authorities.
type Identity = (Option<[u8; 32]>, bool);

impl Default for Network {
    /// Public addresses by HTTPS only, with the system's authorities.
    fn default() -> Network {
        NetworkBuilder::default().build()
    }
}

impl Network {
    /// Begins with public addresses by HTTPS only, the system's authorities and its resolver.
    pub fn builder() -> NetworkBuilder {
        NetworkBuilder::default()
    }

    /// Whether another network may reach the same and trusts the same authorities, so that connections and tokens of one serve
    /// the other. Resolvers are not compared: settings have none.
    pub(crate) fn is_alike(&self, other: &Network) -> bool {
        let (own, others) = (&self.shared, &other.shared);
        own.policy == others.policy && own.authorities == others.authorities
    }

    pub(super) fn policy(&self) -> &HostPolicy {
        &self.shared.policy
    }

    /// The pooled client that shows this certificate, if any. `encrypted` says whether it will be asked for HTTPS.
    pub(super) fn client(&self, certificate: Option<&Secret>, encrypted: bool) -> Result<reqwest::Client, String> {
        let identity = (certificate.map(|pem| sha256(pem.expose().as_bytes())), encrypted);
        let mut clients = self.shared.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&identity) {
            return Ok(client.clone());
        }
        let tls = self.tls(certificate, encrypted)?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .pool_idle_timeout(IDLE)
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            .http1_max_headers(100)
            .http2_max_header_list_size(64 << 10)
            .user_agent(concat!("fql/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Checked {
                resolver: self.shared.resolver.clone(),
                policy: self.shared.policy.addresses.clone(),
            })
            .build()
            .map_err(|_| "the system gives no HTTP client".to_string())?;
        clients.insert(identity, client.clone());
        Ok(client)
    }

    fn tls(&self, certificate: Option<&Secret>, encrypted: bool) -> Result<ClientConfig, String> {
        let shared = &self.shared;
        let versions = ClientConfig::builder_with_provider(shared.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let verifier = shared.verifier.get_or_init(|| {
            Verifier::new_with_extra_roots(shared.authorities.iter().cloned(), shared.provider.clone())
                .map(Arc::new)
                .map_err(|error| format!("there is no certificate authority to trust: {error}"))
        });
        let verified = match verifier {
            Ok(verifier) => {
                let verifier: Arc<dyn ServerCertVerifier> = verifier.clone();
                versions.dangerous().with_custom_certificate_verifier(verifier)
            }
            Err(message) if encrypted => return Err(message.clone()),
            Err(_) => versions.with_root_certificates(rustls::RootCertStore::empty()),
        };
        let mut tls = match certificate {
            None => verified.with_no_client_auth(),
            Some(pem) => {
                let (chain, key) = certificate_and_key(pem)?;
                verified.with_client_auth_cert(chain, key).map_err(|_| "the key does not fit the certificate")?
            }
        };
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(tls)
    }

    /// The token source of that key, made by `make` if there is none yet.
    pub(super) fn tokens(&self, key: TokenKey, make: impl FnOnce() -> TokenSource) -> Arc<TokenSource> {
        let mut tokens = self.shared.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that no definition uses any more go: a network may outlive many readings of a folder.
        tokens.retain(|known, source| *known == key || Arc::strong_count(source) > 1);
        tokens.entry(key).or_insert_with(|| Arc::new(make())).clone()
    }
}

impl NetworkBuilder {
    /// Allows a network that is not public, such as `10.20.0.0/16`, `fd00:1::/32` or a single address.
    ///
    /// # Errors
    ///
    /// The text is no network.
    pub fn allow_network(mut self, network: &str) -> Result<NetworkBuilder, NetworkError> {
        self.policy.addresses.allow(network).map_err(|message| NetworkError { message })?;
        Ok(self)
    }

    /// Allows plain HTTP to a host, `sidecar` or `sidecar:8080`. Its address has to be allowed as well if it is not public.
    ///
    /// # Errors
    ///
    /// The text is no host.
    pub fn allow_http(mut self, host: &str) -> Result<NetworkBuilder, NetworkError> {
        let host = host.trim().to_ascii_lowercase();
        let good = reqwest::Url::parse(&format!("http://{host}/"))
            .is_ok_and(|url| url.path() == "/" && url.username().is_empty() && url.query().is_none());
        if !good || host.is_empty() || host.contains(['/', '@', '#', '?']) {
            let message = format!("expected a host such as `localhost` or `localhost:8080`, found `{host}`");
            return Err(NetworkError { message });
        }
        self.policy.plain.push(host);
        Ok(self)
    }

    /// Trusts authorities besides the system's: one or more certificates as PEM.
    ///
    /// # Errors
    ///
    /// There is no certificate in it, or one that cannot be read.
    pub fn ca_pem(mut self, pem: &[u8]) -> Result<NetworkBuilder, NetworkError> {
        let refused = |what: &str| {
            let message = format!("expected a PEM file with `BEGIN CERTIFICATE`, found {what}");
            Err(NetworkError { message })
        };
        let mut roots = rustls::RootCertStore::empty();
        let before = self.authorities.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            match certificate {
                Ok(certificate) if roots.add(certificate.clone()).is_ok() => self.authorities.push(certificate),
                _ => return refused("a certificate that cannot be read"),
            }
        }
        if self.authorities.len() == before { refused("none") } else { Ok(self) }
    }

    /// Takes the texts of a key of `[security]`, one by one, in place of those there are; a text that is refused is a fault.
    pub(crate) fn take(
        &mut self,
        section: &Section<'_>,
        key: &str,
        without: impl FnOnce(&mut NetworkBuilder),
        add: impl Fn(NetworkBuilder, &str) -> Result<NetworkBuilder, NetworkError>,
    ) {
        let Some(texts) = section.texts(key) else { return };
        without(self);
        for text in texts {
            match add(self.clone(), text.value) {
                Ok(more) => *self = more,
                Err(error) => section.fault_at(text.span, error.message, ""),
            }
        }
    }

    /// Allows no network but public ones again.
    pub(crate) fn no_networks(&mut self) {
        self.policy.addresses = super::address::AddressPolicy::default();
    }

    /// Allows plain HTTP to no host again.
    pub(crate) fn no_http(&mut self) {
        self.policy.plain.clear();
    }

    /// Trusts the system's authorities only again.
    pub(crate) fn no_authorities(&mut self) {
        self.authorities.clear();
    }

    /// Resolves names in another way than the system does. What it finds is held against the address policy all the same.
    #[must_use]
    pub fn resolver(mut self, resolver: impl Resolve) -> NetworkBuilder {
        self.resolver = Some(Arc::new(resolver));
        self
    }

    /// The network.
    pub fn build(self) -> Network {
        Network {
            shared: Arc::new(Shared {
                policy: self.policy,
                authorities: self.authorities,
                resolver: self.resolver.unwrap_or_else(|| Arc::new(SystemResolver)),
                // Handed on by hand: which provider a process uses by default is the program's choice, not a library's.
                provider: Arc::new(aws_lc_rs::default_provider()),
                verifier: OnceLock::new(),
                clients: Mutex::default(),
                tokens: Mutex::default(),
            }),
        }
    }
}

/// The certificates and the key in a PEM text.
pub(super) fn certificate_and_key(
    pem: &Secret,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    let bytes = pem.expose().as_bytes();
    let chain: Vec<_> = CertificateDer::pem_slice_iter(bytes)
        .collect::<Result<_, _>>()
        .map_err(|_| "expected certificates as PEM, found one that cannot be read")?;
    if chain.is_empty() {
        return Err("expected a PEM file with `BEGIN CERTIFICATE`, found none".to_string());
    }
    let key = PrivateKeyDer::from_pem_slice(bytes)
        .map_err(|_| "expected a PEM file with `BEGIN PRIVATE KEY` besides the certificate, found none")?;
    Ok((chain, key))
}

/// The hash of what must not be kept in clear.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}
