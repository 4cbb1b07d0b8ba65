//! The HTTPS client of every AWS request.

use aws_sdk_cloudtrail::config::SharedHttpClient;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};

/// Makes the SDK's own client, with ring where its default has aws-lc. Opens no connection.
///
/// Shape: trusts the system's authorities (`SSL_CERT_FILE` names others), and obeys `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
/// Source: `default_https_client` in aws-smithy-runtime 1.16, `client/http.rs`, of which all but the crypto is repeated here.
pub(super) fn client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::Ring));
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}
