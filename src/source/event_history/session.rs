//! Sessions: the SDK's configuration and clients for one identity, with credentials that are good now.
//!
//! The process's own credentials are the SDK's business, which refreshes them; when AWS says all the same that they are
//! expired, they are resolved anew once, since files and logins may have changed since. A role is assumed for each caller, as
//! its sessions carry the caller's name, and again a minute before its credentials end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudtrail::config::{Credentials, ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_cloudtrail::error::{ProvideErrorMetadata, SdkError};
use tokio::sync::OnceCell;

use super::failure::Failure;
use super::role::{Role, session};
use crate::policy::is_account;
use crate::policy::region::home_region;

/// Longest time to connect.
const CONNECT: Duration = Duration::from_secs(3);
/// How long before its end a role's session is replaced.
const MARGIN: Duration = Duration::from_secs(60);
/// The most identities that are remembered while nobody uses them.
const IDENTITIES: usize = 256;

/// As whom to ask.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// The caller, whose name a role's session carries.
    pub(super) caller: String,
    /// The role to assume; nothing for the process's own credentials.
    pub(super) role: Option<Arc<Role>>,
}

impl Identity {
    /// The process's own credentials, which are the same for every caller.
    pub(super) const OWN: Self = Self { caller: String::new(), role: None };

    fn key(&self) -> (String, String) {
        match &self.role {
            Some(role) => (self.caller.clone(), role.account.clone()),
            None => Default::default(),
        }
    }
}

/// Configuration and clients of one identity.
pub(super) struct Session {
    pub(super) config: SdkConfig,
    ends: Option<SystemTime>,
    account: OnceCell<String>,
    clients: Mutex<HashMap<String, aws_sdk_cloudtrail::Client>>,
}

impl Session {
    fn new(config: SdkConfig, ends: Option<SystemTime>) -> Arc<Self> {
        Arc::new(Self { config, ends, account: OnceCell::new(), clients: Mutex::default() })
    }

    fn is_good(&self) -> bool {
        self.ends.is_none_or(|ends| SystemTime::now().checked_add(MARGIN).is_some_and(|soon| soon < ends))
    }
}

/// The place of one identity's session; its lock is held while a session is made, so that one is made.
type Slot = Arc<tokio::sync::Mutex<Option<Arc<Session>>>>;

/// The sessions of the process, made when first needed.
pub(super) struct Sessions {
    endpoint_url: Option<String>,
    attempt: Duration,
    given: Option<SdkConfig>,
    slots: Mutex<HashMap<(String, String), Slot>>,
}

impl Sessions {
    /// Prepares; touches nothing yet. `given` replaces the SDK's own chain, `endpoint_url` CloudTrail's address.
    pub(super) fn new(endpoint_url: Option<String>, attempt: Duration, given: Option<SdkConfig>) -> Self {
        Self { endpoint_url, attempt, given, slots: Mutex::default() }
    }

    fn slot(&self, identity: &Identity) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= IDENTITIES {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(slots.entry(identity.key()).or_default())
    }

    /// Returns a session of `identity` whose credentials are good, as far as we know.
    ///
    /// Errors: what kept a role from being assumed; for the own credentials none, as AWS is the first to judge them.
    pub(super) async fn of(&self, identity: &Identity, region: &str) -> Result<Arc<Session>, Failure> {
        let Some(role) = &identity.role else { return Ok(self.own(region).await) };
        let slot = self.slot(identity);
        let mut current = slot.lock().await;
        match current.as_ref().filter(|session| session.is_good()) {
            Some(session) => Ok(Arc::clone(session)),
            None => Ok(Arc::clone(current.insert(self.assume(role, &identity.caller, region).await?))),
        }
    }

    /// Returns the session of the process's own credentials.
    async fn own(&self, region: &str) -> Arc<Session> {
        let slot = self.slot(&Identity::OWN);
        let mut current = slot.lock().await;
        match current.as_ref() {
            Some(session) => Arc::clone(session),
            None => Arc::clone(current.insert(Session::new(self.config(region).await, None))),
        }
    }

    /// Drops a session that AWS says is expired, so that the next one resolves its credentials anew.
    pub(super) async fn renew(&self, identity: &Identity, stale: &Arc<Session>) {
        let slot = self.slot(identity);
        let mut current = slot.lock().await;
        if current.as_ref().is_some_and(|session| Arc::ptr_eq(session, stale)) {
            *current = None;
        }
    }

    /// Naming the region here keeps the SDK from asking the instance metadata service for one.
    async fn config(&self, region: &str) -> SdkConfig {
        let config = match &self.given {
            Some(given) => given.clone(),
            None => aws_config::defaults(BehaviorVersion::latest()).region(Region::new(region.to_owned())).load().await,
        };
        config.into_builder().identity_cache(IdentityCache::lazy().build()).build()
    }

    async fn assume(&self, role: &Role, caller: &str, region: &str) -> Result<Arc<Session>, Failure> {
        match self.assume_once(role, caller, region).await {
            Err((own, Failure::Expired)) => {
                self.renew(&Identity::OWN, &own).await;
                self.assume_once(role, caller, region).await.map_err(|(_, failure)| failure)
            }
            assumed => assumed.map_err(|(_, failure)| failure),
        }
    }

    async fn assume_once(&self, role: &Role, caller: &str, region: &str) -> Result<Arc<Session>, (Arc<Session>, Failure)> {
        let own = self.own(region).await;
        let (name, source_identity) = session(caller);
        let request = self.sts(&own.config, region).assume_role().role_arn(&role.role_arn).role_session_name(name);
        let answer = request.set_external_id(role.external_id.clone()).set_source_identity(source_identity).send().await;
        let credentials = match answer {
            Ok(answer) => answer.credentials,
            Err(error) => {
                return Err(match judge(error, &own.config, region).await {
                    Failure::Denied => (own, Failure::RoleDenied),
                    failure => (own, failure),
                });
            }
        };
        let Some(credentials) = credentials else { return Err((own, Failure::Unreadable)) };
        let ends = SystemTime::try_from(credentials.expiration).ok();
        let token = Some(credentials.session_token);
        let credentials = Credentials::new(credentials.access_key_id, credentials.secret_access_key, token, ends, "AssumeRole");
        let config = own.config.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials));
        Ok(Session::new(config.identity_cache(IdentityCache::lazy().build()).build(), ends))
    }

    /// One layer retries, and it is ours: the SDK does not.
    fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(CONNECT.min(self.attempt))
            .read_timeout(self.attempt)
            .operation_attempt_timeout(self.attempt)
            .build()
    }

    /// STS answers in the region itself, unless that may be a disabled one.
    fn sts(&self, config: &SdkConfig, region: &str) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::config::Builder::from(config)
            .region(Region::new(home_region(region).to_owned()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(self.timeouts());
        aws_sdk_sts::Client::from_conf(config.build())
    }

    /// Returns CloudTrail's client in a region.
    pub(super) fn cloudtrail(&self, session: &Session, region: &str) -> aws_sdk_cloudtrail::Client {
        let make = || {
            let mut builder = aws_sdk_cloudtrail::config::Builder::from(&session.config)
                .region(Region::new(region.to_owned()))
                .retry_config(RetryConfig::disabled())
                .timeout_config(self.timeouts());
            if let Some(url) = &self.endpoint_url {
                builder = builder.endpoint_url(url);
            }
            aws_sdk_cloudtrail::Client::from_conf(builder.build())
        };
        let mut clients = session.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(region.to_owned()).or_insert_with(make).clone()
    }

    /// Returns the account of the process's own credentials; a failure is not kept, but asked again next time.
    pub(super) async fn account(&self, region: &str) -> Result<String, Failure> {
        let own = self.own(region).await;
        match self.account_of(&own, region).await {
            Err(Failure::Expired) => {
                self.renew(&Identity::OWN, &own).await;
                let own = self.own(region).await;
                self.account_of(&own, region).await
            }
            told => told,
        }
    }

    async fn account_of(&self, own: &Session, region: &str) -> Result<String, Failure> {
        let ask = || async {
            match self.sts(&own.config, region).get_caller_identity().send().await {
                Ok(identity) => identity.account.filter(|account| is_account(account)).ok_or(Failure::Unreadable),
                Err(error) => Err(judge(error, &own.config, region).await),
            }
        };
        own.account.get_or_try_init(ask).await.cloned()
    }
}

/// Says what an error of the SDK means.
pub(super) async fn judge<E: ProvideErrorMetadata>(error: SdkError<E>, config: &SdkConfig, region: &str) -> Failure {
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
