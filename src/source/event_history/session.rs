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
use tokio::time::Instant;

use super::failure::Failure;
use super::role::{Role, session};
use crate::event::{is_account, is_region};
use crate::policy::region::{home_region, partition_name};
use crate::source::https;

/// Longest time to connect.
const CONNECT: Duration = Duration::from_secs(3);
/// How long before its end a role's session is replaced.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a role that may not be assumed is not asked for again: all regions of a question want it at once.
const DENIED: Duration = Duration::from_secs(5);
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
type Slot = Arc<tokio::sync::Mutex<Kept>>;

/// What is known of an identity.
#[derive(Default)]
struct Kept {
    session: Option<Arc<Session>>,
    /// When its role was last refused.
    denied: Option<Instant>,
}

/// The sessions of the process, made when first needed.
pub(super) struct Sessions {
    endpoint_url: Option<String>,
    attempt: Duration,
    home: Option<String>,
    given: Option<SdkConfig>,
    slots: Mutex<HashMap<(String, String), Slot>>,
}

impl Sessions {
    /// Prepares; touches nothing yet. `given` replaces the SDK's own chain, `endpoint_url` CloudTrail's address; `home` is where
    /// STS is asked, of the partition that it is in.
    pub(super) fn new(endpoint_url: Option<String>, attempt: Duration, home: Option<String>, given: Option<SdkConfig>) -> Self {
        let home = home.filter(|home| is_region(home));
        Self { endpoint_url, attempt, home, given, slots: Mutex::default() }
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
        let mut kept = slot.lock().await;
        if let Some(session) = kept.session.as_ref().filter(|session| session.is_good()) {
            return Ok(Arc::clone(session));
        }
        if kept.denied.is_some_and(|at| at.elapsed() < DENIED) {
            return Err(Failure::RoleDenied);
        }
        let assumed = self.assume(role, &identity.caller, region).await;
        kept.denied = matches!(assumed, Err(Failure::RoleDenied)).then(Instant::now);
        Ok(Arc::clone(kept.session.insert(assumed?)))
    }

    /// Returns the session of the process's own credentials.
    async fn own(&self, region: &str) -> Arc<Session> {
        let slot = self.slot(&Identity::OWN);
        let mut kept = slot.lock().await;
        match &kept.session {
            Some(session) => Arc::clone(session),
            None => Arc::clone(kept.session.insert(Session::new(self.config(region).await, None))),
        }
    }

    /// Drops a session whose credentials are no good, so that the next one resolves them anew: files and logins change.
    pub(super) async fn judged(&self, identity: &Identity, session: &Arc<Session>, failure: Failure) {
        if !matches!(failure, Failure::Expired | Failure::UnknownCredentials | Failure::NoCredentials) {
            return;
        }
        let slot = self.slot(identity);
        let mut kept = slot.lock().await;
        if kept.session.as_ref().is_some_and(|current| Arc::ptr_eq(current, session)) {
            kept.session = None;
        }
    }

    /// Naming the region here keeps the SDK from asking the instance metadata service for one.
    async fn config(&self, region: &str) -> SdkConfig {
        let https = https::client();
        let config = match &self.given {
            Some(given) => given.to_builder().http_client(https).build(),
            None => aws_config::defaults(BehaviorVersion::latest()).http_client(https).region(Region::new(region.to_owned())).load().await,
        };
        config.into_builder().identity_cache(IdentityCache::lazy().build()).build()
    }

    async fn assume(&self, role: &Role, caller: &str, region: &str) -> Result<Arc<Session>, Failure> {
        match self.assume_once(role, caller, region).await {
            Err(Failure::Expired) => self.assume_once(role, caller, region).await,
            assumed => assumed,
        }
    }

    async fn assume_once(&self, role: &Role, caller: &str, region: &str) -> Result<Arc<Session>, Failure> {
        let own = self.own(region).await;
        let (name, source_identity) = session(caller);
        let request = self.sts(&own.config, region).assume_role().role_arn(&role.role_arn).role_session_name(name);
        let answer = request.set_external_id(role.external_id.clone()).set_source_identity(source_identity).send().await;
        let credentials = match answer {
            Ok(answer) => answer.credentials,
            Err(error) => {
                let failure = judge(error, &own.config, region).await;
                self.judged(&Identity::OWN, &own, failure).await;
                return Err(if failure == Failure::Denied { Failure::RoleDenied } else { failure });
            }
        };
        let credentials = credentials.ok_or(Failure::Unreadable)?;
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

    fn sts(&self, config: &SdkConfig, region: &str) -> aws_sdk_sts::Client {
        let home = self.home.as_deref().filter(|home| partition_name(home) == partition_name(region));
        let config = aws_sdk_sts::config::Builder::from(config)
            .region(Region::new(home.unwrap_or(home_region(region)).to_owned()))
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
        match self.account_once(region).await {
            Err(Failure::Expired) => self.account_once(region).await,
            told => told,
        }
    }

    async fn account_once(&self, region: &str) -> Result<String, Failure> {
        let own = self.own(region).await;
        let ask = || async {
            match self.sts(&own.config, region).get_caller_identity().send().await {
                Ok(identity) => identity.account.filter(|account| is_account(account)).ok_or(Failure::Unreadable),
                Err(error) => Err(judge(error, &own.config, region).await),
            }
        };
        let told = own.account.get_or_try_init(ask).await.cloned();
        if let Err(failure) = &told {
            self.judged(&Identity::OWN, &own, *failure).await;
        }
        told
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
