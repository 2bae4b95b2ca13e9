//! Assertions that a certificate's key signs, in place of a secret (R7.6).
//!
//! A JSON Web Token of one kind, with one set of claims: made by hand from the signature, which is the library's.

use super::auth::SignatureAlgorithm;
use super::network::{certificate_and_key, sha256};
use super::secret::Secret;
use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::PrivateKeyDer;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long an assertion is good for.
const LIFE: Duration = Duration::from_secs(600);

/// Signs assertions.
#[derive(Clone)]
pub(super) struct Signer {
    key: Arc<KeyPair>,
    algorithm: SignatureAlgorithm,
    /// The certificate's SHA-256, as the header `x5t#S256` has it.
    thumbprint: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl Signer {
    /// Reads certificate and key.
    pub(super) fn new(pem: &Secret, algorithm: SignatureAlgorithm) -> Result<Signer, String> {
        let (chain, key) = certificate_and_key(pem)?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err("expected an RSA key, found another kind".to_string()),
        };
        let key = key.map_err(|_| "expected an RSA key of at least 2048 bits, found another kind")?;
        let thumbprint = chain.first().map(|first| URL_SAFE_NO_PAD.encode(sha256(first))).unwrap_or_default();
        Ok(Signer { key: Arc::new(key), algorithm, thumbprint })
    }

    /// An assertion by this client for that token endpoint.
    pub(super) fn assertion(&self, client_id: &str, audience: &str) -> Option<Secret> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut id = [0; 16];
        fill(&mut id).ok()?;
        let (name, padding): (_, &'static dyn aws_lc_rs::signature::RsaEncoding) = match self.algorithm {
            SignatureAlgorithm::Ps256 => ("PS256", &RSA_PSS_SHA256),
            SignatureAlgorithm::Rs256 => ("RS256", &RSA_PKCS1_SHA256),
        };
        let header = serde_json::json!({"alg": name, "typ": "JWT", "x5t#S256": self.thumbprint});
        let claims = serde_json::json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": URL_SAFE_NO_PAD.encode(id),
            "iat": now.as_secs(),
            "nbf": now.as_secs(),
            "exp": (now + LIFE).as_secs(),
        });
        let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let mut text = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(padding, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(&signature, &mut text);
        Some(Secret::new(text))
    }
}
