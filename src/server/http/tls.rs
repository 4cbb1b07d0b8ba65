//! TLS from a certificate chain and a private key in PEM files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::plain_file;

/// Most that is read of a file in PEM, in bytes; chains are a few kilobytes.
const MAX_PEM: u64 = 1 << 20;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The chain cannot be read.
    #[error("http.tls_cert: {} holds no certificates in PEM that can be read: {why}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// The key cannot be read.
    #[error("http.tls_key: {} holds no private key in PEM that can be read: {why}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// The reason; never the content.
        why: String,
    },
    /// They do not go together.
    #[error("http.tls_cert and http.tls_key do not go together: {0}")]
    Pair(String),
}

/// Makes what ends TLS 1.2 and 1.3 for HTTP/1.1.
pub(super) fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let no_certificate = |why: String| TlsError::Certificate { path: certificate.to_owned(), why };
    let text = plain_file::read(certificate, MAX_PEM).map_err(|error| no_certificate(error.to_string()))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|error| no_certificate(error.to_string()))?;
    if chain.is_empty() {
        return Err(no_certificate("there is none".to_owned()));
    }
    let no_key = |why: String| TlsError::Key { path: key.to_owned(), why };
    let text = plain_file::read(key, MAX_PEM).map_err(|error| no_key(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_slice(&text).map_err(|error| no_key(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| TlsError::Pair(error.to_string()))?.with_no_client_auth();
    let mut config = builder.with_single_cert(chain, key).map_err(|error| TlsError::Pair(error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
