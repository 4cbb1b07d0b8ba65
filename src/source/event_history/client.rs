//! The AWS SDK: configuration, clients, identity, and one LookupEvents request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudtrail::config::ProvideCredentials;
use aws_sdk_cloudtrail::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudtrail::primitives::DateTime as AwsTime;
use aws_sdk_cloudtrail::types::{Event as AwsEvent, LookupAttribute, LookupAttributeKey};
use chrono::DateTime;
use tokio::sync::OnceCell;

use super::chain::{Ask, Entry, Lookup, Page};
use super::failure::Failure;
use crate::event::LookupResource;
use crate::plan::Kind;
use crate::policy::is_account;
use crate::source::BoxFuture;

/// Events a page.
///
/// Source: AWS CloudTrail API reference, LookupEvents, `MaxResults` (1 to 50).
const PAGE: i32 = 50;

/// Longest time to connect.
const CONNECT: Duration = Duration::from_secs(3);

/// The SDK's configuration and clients, made when first needed and kept.
pub(super) struct Aws {
    endpoint_url: Option<String>,
    attempt: Duration,
    config: OnceCell<SdkConfig>,
    account: OnceCell<String>,
    clients: Mutex<HashMap<String, aws_sdk_cloudtrail::Client>>,
}

impl Aws {
    /// Prepares; touches nothing yet. `config` replaces the SDK's own chain.
    pub(super) fn new(endpoint_url: Option<String>, attempt: Duration, config: Option<SdkConfig>) -> Self {
        let config = OnceCell::new_with(config);
        Self { endpoint_url, attempt, config, account: OnceCell::new(), clients: Mutex::default() }
    }

    /// Naming the region here keeps the SDK from asking the instance metadata service for one.
    async fn config(&self, region: &str) -> &SdkConfig {
        let load = || aws_config::defaults(BehaviorVersion::latest()).region(Region::new(region.to_owned())).load();
        self.config.get_or_init(load).await
    }

    /// One layer retries, and it is ours: the SDK does not.
    fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(CONNECT.min(self.attempt))
            .read_timeout(self.attempt)
            .operation_attempt_timeout(self.attempt)
            .build()
    }

    /// Returns the client of a region.
    pub(super) async fn region(&self, region: &str) -> RegionClient<'_> {
        let config = self.config(region).await;
        let make = || {
            let mut builder = aws_sdk_cloudtrail::config::Builder::from(config)
                .region(Region::new(region.to_owned()))
                .retry_config(RetryConfig::disabled())
                .timeout_config(self.timeouts());
            if let Some(url) = &self.endpoint_url {
                builder = builder.endpoint_url(url);
            }
            aws_sdk_cloudtrail::Client::from_conf(builder.build())
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(region.to_owned()).or_insert_with(make).clone();
        RegionClient { client, config, region: region.to_owned() }
    }

    /// Returns the account of the credentials; a failure is not kept, but asked again next time.
    pub(super) async fn account(&self, region: &str) -> Result<String, Failure> {
        let ask = || async {
            let sdk = self.config(region).await;
            let config = aws_sdk_sts::config::Builder::from(sdk)
                .region(Region::new(region.to_owned()))
                .retry_config(RetryConfig::disabled())
                .timeout_config(self.timeouts())
                .build();
            match aws_sdk_sts::Client::from_conf(config).get_caller_identity().send().await {
                Ok(identity) => identity.account.filter(|account| is_account(account)).ok_or(Failure::Unreadable),
                Err(error) => Err(judge(error, sdk, region).await),
            }
        };
        self.account.get_or_try_init(ask).await.cloned()
    }
}

/// LookupEvents in one region.
pub(super) struct RegionClient<'a> {
    client: aws_sdk_cloudtrail::Client,
    config: &'a SdkConfig,
    region: String,
}

impl RegionClient<'_> {
    async fn send(&self, ask: &Ask, token: Option<&str>) -> Result<Page, Failure> {
        let output = self
            .client
            .lookup_events()
            .set_lookup_attributes(attribute(ask).map(|attribute| vec![attribute]))
            .start_time(AwsTime::from_secs(ask.start.timestamp()))
            .end_time(AwsTime::from_secs(ask.end.timestamp()))
            .max_results(PAGE)
            .set_next_token(token.map(str::to_owned))
            .send()
            .await;
        match output {
            Ok(output) => {
                let events = output.events.ok_or(Failure::NoEvents)?;
                Ok(Page { entries: events.into_iter().map(entry).collect(), token: output.next_token })
            }
            Err(error) => Err(judge(error, self.config, &self.region).await),
        }
    }
}

impl Lookup for RegionClient<'_> {
    fn page<'a>(&'a self, ask: &'a Ask, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, Failure>> {
        Box::pin(self.send(ask, token))
    }
}

/// Says what an error of the SDK means.
async fn judge<E: ProvideErrorMetadata>(error: SdkError<E>, config: &SdkConfig, region: &str) -> Failure {
    match error {
        SdkError::ServiceError(error) => Failure::of(error.err().code(), error.raw().status().as_u16(), region),
        SdkError::TimeoutError(_) => Failure::TimedOut,
        SdkError::ResponseError(error) if error.raw().status().as_u16() >= 500 => Failure::Server(error.raw().status().as_u16()),
        SdkError::ResponseError(_) => Failure::Cut,
        SdkError::DispatchFailure(error) if error.is_timeout() => Failure::TimedOut,
        SdkError::DispatchFailure(error) if error.is_io() => Failure::Cut,
        _ if !has_credentials(config).await => Failure::NoCredentials,
        SdkError::DispatchFailure(_) => Failure::Cut,
        _ => Failure::Refused,
    }
}

/// Asked only after a request could not even be sent, as the SDK's error does not tell this cause by a type we may name.
async fn has_credentials(config: &SdkConfig) -> bool {
    match config.credentials_provider() {
        Some(provider) => provider.provide_credentials().await.is_ok(),
        None => false,
    }
}

/// Returns the one attribute that AWS honours per request.
fn attribute(ask: &Ask) -> Option<LookupAttribute> {
    let (key, value) = match (&ask.name, &ask.kind) {
        (Some(name), _) => (LookupAttributeKey::ResourceName, name.as_str()),
        (None, Kind::Writes) => (LookupAttributeKey::ReadOnly, "false"),
        (None, Kind::Everything) => return None,
        (None, Kind::EventId(id)) => (LookupAttributeKey::EventId, id.as_str()),
    };
    LookupAttribute::builder().attribute_key(key).attribute_value(value).build().ok()
}

fn entry(entry: AwsEvent) -> Entry {
    let resources = entry.resources.unwrap_or_default();
    let resources = resources.into_iter().filter_map(|it| Some(LookupResource { kind: it.resource_type, name: it.resource_name? }));
    let told = entry.event_time.and_then(|time| DateTime::from_timestamp(time.secs(), 0));
    Entry::read(told, entry.cloud_trail_event.as_deref(), resources.collect())
}
