//! The HTTPS client of every AWS request.

use std::path::PathBuf;

use aws_sdk_cloudtrail::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http_body_util::Limited;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::config::plain_file;
use crate::coverage::{Name, Obstacle};

/// Most that is read of a file of authorities, in bytes; the system's own is a quarter of a MiB.
const MAX_BUNDLE: u64 = 8 << 20;

/// Most that is read of one answer of AWS, in bytes.
///
/// Source: ours; the largest, a page of LookupEvents, has 50 records of at most 256 KiB, escaped in JSON.
const MAX_ANSWER: usize = 32 << 20;

/// Makes the SDK's own client, with ring where its default has aws-lc. Opens no connection.
///
/// Shape: trusts the authorities in `bundle` alone, which comes with the setting that names it; without one the system's
/// (`SSL_CERT_FILE` names others). Obeys `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
/// Errors: a bundle without a certificate that can be read.
/// Source: `default_https_client` in aws-smithy-runtime 1.16, `client/http.rs`, of which all but crypto and trust is repeated here.
pub(super) fn client(bundle: Option<(Name, PathBuf)>) -> Result<SharedHttpClient, Obstacle> {
    let trusted = bundle.map(trust).transpose()?;
    Ok(SharedHttpClient::new(Bounded(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::Ring));
        if let Some(trusted) = &trusted {
            connector.set_tls_context(trusted.clone());
        }
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    }))))
}

/// A client, or a connector of one, whose answers end with an error where they are longer than [`MAX_ANSWER`].
#[derive(Debug)]
struct Bounded<T>(T);

impl HttpClient for Bounded<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Bounded(self.0.http_connector(settings, components)))
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

impl HttpConnector for Bounded<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answering = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answering.await?;
            Ok(answer.map(|body| SdkBody::from_body_1_x(Limited::new(body, MAX_ANSWER))))
        })
    }
}

/// Makes one connector of the same kind, for requests that no SDK client sends. Opens no connection.
///
/// Errors: as [`client`].
pub(super) fn connector(bundle: Option<(Name, PathBuf)>) -> Result<Connector, Obstacle> {
    let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::Ring));
    if let Some(trusted) = bundle.map(trust).transpose()? {
        connector.set_tls_context(trusted);
    }
    connector.set_proxy_config(Some(ProxyConfig::from_env()));
    Ok(connector.build())
}

/// Reads a file of authorities; certificates that cannot be used are left out, as the SDK panics on one.
fn trust((setting, path): (Name, PathBuf)) -> Result<TlsContext, Obstacle> {
    let unusable = || Obstacle::CertificateFile { setting: setting.clone(), path: path.display().to_string().into() };
    let file = path.clone();
    let read = plain_file::within(plain_file::PATIENCE, move || plain_file::read(&file, MAX_BUNDLE));
    let text = read.and_then(|read| read).map_err(|_| unusable())?;
    let mut roots = RootCertStore::empty();
    let mut store = TrustStore::empty();
    let mut any = false;
    for certificate in CertificateDer::pem_slice_iter(&text).filter_map(Result::ok) {
        if roots.add(certificate.clone()).is_ok() {
            store.add_pem_certificate(pem(&certificate));
            any = true;
        }
    }
    if !any {
        return Err(unusable());
    }
    TlsContext::builder().with_trust_store(store).build().map_err(|_| unusable())
}

/// Writes one certificate as PEM.
fn pem(certificate: &CertificateDer<'_>) -> String {
    use base64::Engine as _;
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", base64::engine::general_purpose::STANDARD.encode(certificate))
}
