//! Credentials, resolved once for all who ask, with the cause told where there are none.

use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_config::identity::IdentityCache;
use aws_config::profile::profile_file;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cloudtrail::config::{Credentials, ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_sts::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use tokio::time::timeout;

use super::environment::{Base, Chain, Environment};
use super::helper;
use super::network;
use crate::coverage::{Login, Name, Obstacle, ProfileFault};
use crate::source::https;

/// How long credentials may take to come: people, metadata services and helpers are slow, and an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(8);

/// A configuration of the SDK whose credentials are there.
#[derive(Debug)]
pub(in crate::source) struct Resolved {
    /// The configuration.
    pub(in crate::source) config: SdkConfig,
    /// When its credentials end.
    pub(in crate::source) ends: Option<SystemTime>,
}

/// Resolves the process's own credentials as the SDK would, once, and says what is in the way.
///
/// Shape: nothing reads them again while they are good; naming the region keeps the SDK from asking the metadata service for one.
/// Errors: what the operator has to mend.
pub(in crate::source) async fn resolve(environment: &Environment, region: &str) -> Result<Resolved, Obstacle> {
    let endpoint = environment.checked_endpoints()?;
    let http = https::client(environment.ca_bundle())?;
    // Ours is the only layer that retries; so the SDK need not read what it may not understand.
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new(region.to_owned()))
        .profile_files(files(environment, ""))
        .retry_config(RetryConfig::standard());
    if let Some(profile) = environment.corrected_profile() {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = endpoint.filter(|url| !url.is_empty()) {
        loader = loader.endpoint_url(url);
    }
    if let Some(keys) = environment.keys()? {
        return Ok(Resolved { config: with(loader.credentials_provider(keys.clone()).load().await, keys), ends: None });
    }
    let chain = environment.chain()?;
    if let Base::Helper(command) = &chain.base {
        let given = timeout(PATIENCE, helper::run(command)).await;
        let given = given.map_err(|_| Obstacle::ProcessHung(chain.profile.clone()))?;
        let given = given.map_err(|_| Obstacle::ProcessFailed(chain.profile.clone()))?;
        if !chain.roles {
            let ends = given.expiry();
            return Ok(Resolved { config: with(loader.credentials_provider(given.clone()).load().await, given), ends });
        }
        loader = loader.profile_files(files(environment, &section_of(&chain.profile, &given)));
    }
    if environment.has_unreadable_token() {
        return Err(Obstacle::CredentialsFailed(Some(chain.profile)));
    }
    let config = loader.load().await;
    let provider = config.credentials_provider().ok_or_else(|| environment.nothing())?;
    match timeout(PATIENCE, provider.provide_credentials()).await {
        Ok(Ok(credentials)) => Ok(Resolved { ends: credentials.expiry(), config: with(config, credentials) }),
        Ok(Err(error)) => Err(explain(&error, environment, &chain, region).await),
        Err(_) if chain.base == Base::Nothing => Err(environment.nothing()),
        Err(_) => Err(Obstacle::CredentialsLate(Some(chain.profile))),
    }
}

fn with(config: SdkConfig, credentials: Credentials) -> SdkConfig {
    let provider = SharedCredentialsProvider::new(credentials);
    config.into_builder().credentials_provider(provider).identity_cache(IdentityCache::lazy().build()).build()
}

/// The usual files as they were read, since the SDK would wait for one that is a pipe; and over them what a helper gave, if it did.
#[expect(deprecated, reason = "the name that aws-config itself exports; its own crate is not among our dependencies")]
fn files(environment: &Environment, helped: &str) -> profile_file::ProfileFiles {
    profile_file::ProfileFiles::builder()
        .with_contents(profile_file::ProfileFileKind::Config, environment.config.0.as_str())
        .with_contents(profile_file::ProfileFileKind::Credentials, environment.credentials.0.as_str())
        .with_contents(profile_file::ProfileFileKind::Credentials, helped)
        .build()
}

/// What a helper gave for the profile that starts it, as a section: roles are assumed with that then.
fn section_of(profile: &str, given: &Credentials) -> String {
    let mut section =
        format!("[{profile}]\naws_access_key_id = {}\naws_secret_access_key = {}\n", given.access_key_id(), given.secret_access_key());
    if let Some(token) = given.session_token() {
        section.push_str(&format!("aws_session_token = {token}\n"));
    }
    section
}

/// Says why the SDK could not load credentials, by what the profile is and by the types of the errors.
async fn explain(error: &CredentialsError, environment: &Environment, chain: &Chain, region: &str) -> Obstacle {
    let profile: Name = chain.profile.clone();
    let service = match &chain.base {
        Base::Login(Login::Sso) => "portal.sso",
        Base::Login(Login::Console) => "signin",
        _ => "sts",
    };
    // What does not answer on the machine itself is no host that somebody could mend.
    if (chain.roles || matches!(chain.base, Base::Login(_)))
        && let Some(fault) = network::fault(error)
        && let Some(obstacle) = fault.obstacle(environment.host(service, region, None)).await
    {
        return obstacle;
    }
    if let Some(code) = role_refusal(error) {
        return match crate::source::event_history::obstacle_of(code) {
            Some(obstacle) => obstacle,
            None => Obstacle::ProfileRoleDenied(profile),
        };
    }
    match (&chain.base, error) {
        (Base::Login(login), _) => Obstacle::LoginOver { profile, login: *login },
        // A metadata service that is not there is what a machine outside of AWS has.
        (
            Base::Nothing,
            CredentialsError::CredentialsNotLoaded(_) | CredentialsError::ProviderError(_) | CredentialsError::ProviderTimedOut(_),
        ) => environment.nothing(),
        (_, CredentialsError::ProviderTimedOut(_)) => Obstacle::CredentialsLate(Some(profile)),
        (_, CredentialsError::InvalidConfiguration(_)) => Obstacle::BrokenProfile { profile, fault: ProfileFault::Unusable },
        (Base::Nothing, _) => Obstacle::CredentialsFailed(None),
        _ => Obstacle::CredentialsFailed(Some(profile)),
    }
}

/// Returns the code and the words by which STS refused the role of a profile.
fn role_refusal<'a>(error: &'a (dyn Error + 'static)) -> Option<(&'a str, &'a str)> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(SdkError::ServiceError(refused)) = error.downcast_ref::<SdkError<AssumeRoleError>>() {
            return Some((refused.err().code()?, refused.err().message().unwrap_or_default()));
        }
        next = error.source();
    }
    None
}
