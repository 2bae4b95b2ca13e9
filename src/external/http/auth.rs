//! How a call shows who makes it (R7.1, R7.6).

use super::assertion::Signer;
use super::network::{Network, certificate_and_key, sha256};
use super::request::HostPolicy;
use super::secret::Secret;
use super::template::TemplateFault;
use super::token::{Proof, TokenRequest, TokenSource};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use reqwest::header::HeaderValue;
use std::sync::Arc;

/// Where `aad` tokens come from unless the definition says otherwise.
const AUTHORITY: &str = "https://login.microsoftonline.com";

/// How a call authenticates itself.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// Not at all: no `Authorization` header is sent. The default.
    #[default]
    Anonymous,
    /// By user name and password (RFC 7617).
    Basic {
        /// Without a colon.
        username: String,
        /// The password.
        password: Secret,
    },
    /// By a TLS client certificate: certificates and key as PEM.
    Certificate {
        /// `BEGIN CERTIFICATE` blocks, the client's own first, and a `BEGIN PRIVATE KEY` block.
        pem: Secret,
    },
    /// By a token of Entra ID, for an application.
    Aad {
        /// Default: `https://login.microsoftonline.com`.
        authority: Option<String>,
        /// The directory: a GUID or a domain.
        tenant: String,
        /// The application id.
        client_id: String,
        /// The application that is called; the scope is its `.default`.
        audience: String,
        /// What proves that the caller is that application.
        credential: Credential,
    },
    /// By a token of any authority that grants client credentials (RFC 6749, 4.4).
    OAuth {
        /// Where tokens are granted.
        token_url: String,
        /// The client's id.
        client_id: String,
        /// The scopes asked for, separated by blanks; may be empty.
        scope: String,
        /// What proves who the client is.
        credential: Credential,
    },
}

/// What proves who an application is.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A secret that both sides know.
    Secret(Secret),
    /// A certificate whose key signs an assertion for each token.
    Certificate {
        /// A `BEGIN CERTIFICATE` and a `BEGIN PRIVATE KEY` block; the key is an RSA key.
        pem: Secret,
        /// How it signs.
        algorithm: SignatureAlgorithm,
    },
}

/// How an assertion is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RSASSA-PSS with SHA-256, the default.
    #[default]
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, for authorities that know no other.
    Rs256,
}

/// What is sent along with each request.
#[derive(Clone, Debug)]
pub(super) enum Credentials {
    /// Nothing, or a certificate that the connection has shown.
    None,
    /// A header that is always the same.
    Header(HeaderValue),
    /// A token.
    Token(Arc<TokenSource>),
}

/// A fault of a key under `[auth]`.
pub(super) type AuthFault = (&'static str, TemplateFault);

fn fault<T>(key: &'static str, message: impl Into<String>, help: impl Into<String>) -> Result<T, AuthFault> {
    Err((key, TemplateFault { message: message.into(), help: help.into() }))
}

impl Auth {
    /// The certificate that the connection shows.
    pub(super) fn certificate(&self) -> Option<&Secret> {
        match self {
            Auth::Certificate { pem } => Some(pem),
            _ => None,
        }
    }

    /// What goes into requests; faults name the key of `[auth]`.
    pub(super) fn credentials(&self, network: &Network) -> Result<Credentials, AuthFault> {
        match self {
            Auth::Anonymous => Ok(Credentials::None),
            Auth::Certificate { pem } => match certificate_and_key(pem) {
                Ok(_) => Ok(Credentials::None),
                Err(message) => fault("certificate", message, ""),
            },
            Auth::Basic { username, password } => {
                if username.contains(':') {
                    return fault("username", "expected a user name without `:`", "");
                }
                let pair = Secret::new(format!("{username}:{}", password.expose()));
                if pair.expose().chars().any(char::is_control) {
                    return fault("password", "expected a password without control characters", "");
                }
                let encoded = Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())));
                match HeaderValue::from_str(encoded.expose()) {
                    Ok(mut header) => {
                        header.set_sensitive(true);
                        Ok(Credentials::Header(header))
                    }
                    Err(_) => fault("password", "expected a password that a header can hold", ""),
                }
            }
            Auth::Aad { authority, tenant, client_id, audience, credential } => {
                let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
                if tenant.is_empty() || !tenant.chars().all(good) || tenant.starts_with('.') {
                    return fault(
                        "tenant",
                        "expected a GUID or a domain such as `contoso.com`, found another text",
                        "",
                    );
                }
                let authority = authority.as_deref().unwrap_or(AUTHORITY).trim_end_matches('/');
                let url = format!("{authority}/{tenant}/oauth2/v2.0/token");
                let url = checked(network.policy(), "authority", &url)?;
                let scope = format!("{}/.default", audience.trim_end_matches('/'));
                Ok(Credentials::Token(source(network, url, client_id, scope, credential)?))
            }
            Auth::OAuth { token_url, client_id, scope, credential } => {
                let url = checked(network.policy(), "token_url", token_url)?;
                Ok(Credentials::Token(source(network, url, client_id, scope.clone(), credential)?))
            }
        }
    }

    /// What must not be shown.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        match self {
            Auth::Anonymous | Auth::Certificate { .. } => Vec::new(),
            Auth::Basic { username, password } => {
                let pair = Secret::new(format!("{username}:{}", password.expose()));
                vec![password.clone(), Secret::new(STANDARD.encode(pair.expose()))]
            }
            Auth::Aad { credential, .. } | Auth::OAuth { credential, .. } => match credential {
                Credential::Secret(secret) => vec![secret.clone()],
                Credential::Certificate { .. } => Vec::new(),
            },
        }
    }

    /// Its name in definitions.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Auth::Anonymous => "anonymous",
            Auth::Basic { .. } => "basic",
            Auth::Certificate { .. } => "certificate",
            Auth::Aad { .. } => "aad",
            Auth::OAuth { .. } => "oauth",
        }
    }
}

fn checked(policy: &HostPolicy, key: &'static str, url: &str) -> Result<Url, AuthFault> {
    policy.url(url).map_err(|fault| (key, fault))
}

fn source(
    network: &Network,
    url: Url,
    client_id: &str,
    scope: String,
    credential: &Credential,
) -> Result<Arc<TokenSource>, AuthFault> {
    let (proof, identity) = match credential {
        Credential::Secret(secret) => (Proof::Secret(secret.clone()), sha256(secret.expose().as_bytes())),
        Credential::Certificate { pem, algorithm } => match Signer::new(pem, *algorithm) {
            Ok(signer) => (Proof::Signer(signer), sha256(pem.expose().as_bytes())),
            Err(message) => return fault("certificate", message, ""),
        },
    };
    let client = match network.client(None, url.scheme() == "https") {
        Ok(client) => client,
        Err(message) => return fault("type", message, "list authorities under `ca_files` in `[security]`"),
    };
    let request = TokenRequest { url, client_id: client_id.to_string(), scope, proof };
    let key = request.key(&identity);
    Ok(network.tokens(key, || TokenSource::new(client, request)))
}
