//! A certificate authority that is made when the tests begin.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::sync::{Arc, LazyLock};

/// The authority that the tests' networks trust.
pub(crate) static TRUSTED: LazyLock<Authority> = LazyLock::new(|| Authority::new("tests"));

/// One that nobody trusts.
pub(crate) static UNKNOWN: LazyLock<Authority> = LazyLock::new(|| Authority::new("strangers"));

/// Signs certificates.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
pub(crate) struct Leaf {
    pub(crate) certificate: String,
    pub(crate) key: String,
    public: Vec<u8>,
}

impl Leaf {
    /// Both in one text.
    pub(crate) fn pem(&self) -> String {
        format!("{}{}", self.certificate, self.key)
    }

    /// The public key as the certificate has it.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        self.public.clone()
    }

    /// The certificate's SHA-256, as `x5t#S256` has it.
    pub(crate) fn thumbprint(&self) -> String {
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap();
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate))
    }

    fn der(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap();
        (vec![certificate], PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap())
    }
}

impl Authority {
    fn new(name: &str) -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, name);
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for a host, or a client.
    pub(crate) fn leaf(&self, name: &str) -> Leaf {
        self.sign(name, KeyPair::generate().unwrap(), |_| {})
    }

    /// One that ended long ago.
    pub(crate) fn expired(&self, name: &str) -> Leaf {
        self.sign(name, KeyPair::generate().unwrap(), |params| {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        })
    }

    /// One with an RSA key, which signs assertions.
    pub(crate) fn rsa(&self, name: &str) -> Leaf {
        self.sign(name, KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap(), |_| {})
    }

    fn sign(&self, name: &str, key: KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        let mut params = CertificateParams::new(vec![name.to_string()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Leaf { certificate, key: key.serialize_pem(), public: key.public_key_raw().to_vec() }
    }

    /// A server's side of TLS that shows this certificate; with `clients`, it asks for one of this authority in turn.
    pub(crate) fn server(&self, leaf: &Leaf, clients: bool, protocols: &[&[u8]]) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.pem.as_bytes()).unwrap()).unwrap();
        let begun =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
        let begun = if clients {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            begun.with_client_cert_verifier(verifier)
        } else {
            begun.with_no_client_auth()
        };
        let (chain, key) = leaf.der();
        let mut config = begun.with_single_cert(chain, key).unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Arc::new(config)
    }
}
