//! Sessions: the SDK's configuration and clients for one identity, with credentials that are good now.
//!
//! The process's own credentials are resolved once, and again a minute before they end; when AWS says all the same that they are
//! expired, they are resolved anew once, since files and logins may have changed since. What keeps them from being resolved is told
//! to all who ask within a few seconds, without another attempt. A role is assumed for each caller, as
//! its sessions carry the caller's name, and again a minute before its credentials end.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cloudtrail::config::{Credentials, ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_cloudtrail::error::{ProvideErrorMetadata, SdkError};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::failure::Failure;
use super::role::{Role, session};
use crate::coverage::{Name, Obstacle};
use crate::event::{is_account, is_region};
use crate::policy::region::{home_region, partition_name};
use crate::source::aws::{Environment, fault as network_fault, resolve};
use crate::source::https;

/// Longest time to connect.
const CONNECT: Duration = Duration::from_secs(3);
/// How long before its end a role's session is replaced.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a role that may not be assumed, or credentials that are not there, are not asked for again: all regions of a question
/// want them at once.
const DENIED: Duration = Duration::from_secs(5);
/// The most identities that are remembered while nobody uses them.
const IDENTITIES: usize = 256;

/// As whom to ask.
#[derive(Clone, Debug)]
pub(in crate::source) struct Identity {
    /// The caller, whose name a role's session carries.
    pub(in crate::source) caller: String,
    /// The role to assume; nothing for the process's own credentials.
    pub(in crate::source) role: Option<Arc<Role>>,
}

impl Identity {
    /// The process's own credentials, which are the same for every caller.
    pub(in crate::source) const OWN: Self = Self { caller: String::new(), role: None };

    fn key(&self) -> (String, String) {
        match &self.role {
            Some(role) => (self.caller.clone(), role.account.clone()),
            None => Default::default(),
        }
    }
}

/// Configuration and clients of one identity.
pub(in crate::source) struct Session {
    config: SdkConfig,
    environment: Environment,
    ends: Option<SystemTime>,
    account: OnceCell<String>,
    clients: Mutex<HashMap<String, aws_sdk_cloudtrail::Client>>,
}

impl Session {
    fn new(config: SdkConfig, environment: Environment, ends: Option<SystemTime>) -> Arc<Self> {
        Arc::new(Self { config, environment, ends, account: OnceCell::new(), clients: Mutex::default() })
    }

    /// Returns what requests are signed with.
    pub(in crate::source) async fn credentials(&self) -> Option<Credentials> {
        self.config.credentials_provider()?.provide_credentials().await.ok()
    }

    /// Returns the address that replaces a service's own.
    pub(in crate::source) fn endpoint(&self, service: &str) -> Option<String> {
        self.environment.endpoint(service).or_else(|| self.config.endpoint_url().map(str::to_owned))
    }

    /// Returns the file of authorities to trust instead of the system's, and the setting that names it.
    pub(in crate::source) fn ca_bundle(&self) -> Option<(Name, PathBuf)> {
        self.environment.ca_bundle()
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
    /// When and why there was none.
    denied: Option<(Instant, Failure)>,
}

/// The sessions of the process, made when first needed.
pub(in crate::source) struct Sessions {
    endpoint_url: Option<String>,
    attempt: Duration,
    home: Option<String>,
    given: Option<SdkConfig>,
    slots: Mutex<HashMap<(String, String), Slot>>,
}

impl Kept {
    /// Returns the session while it is good, or why there was none a moment ago; nothing when it is to be made.
    fn known(&self) -> Option<Result<Arc<Session>, Failure>> {
        let good = self.session.as_ref().filter(|session| session.is_good()).map(|session| Ok(Arc::clone(session)));
        let denied = || self.denied.as_ref().filter(|(at, _)| at.elapsed() < DENIED).map(|(_, failure)| Err(failure.clone()));
        good.or_else(denied)
    }
}

impl Sessions {
    /// Prepares; touches nothing yet. `given` replaces the SDK's own chain, `endpoint_url` CloudTrail's address; `home` is where
    /// STS is asked, of the partition that it is in.
    pub(in crate::source) fn new(endpoint_url: Option<String>, attempt: Duration, home: Option<String>, given: Option<SdkConfig>) -> Self {
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
    /// Errors: what kept a role from being assumed, or the own credentials from being there.
    pub(in crate::source) async fn of(&self, identity: &Identity, region: &str) -> Result<Arc<Session>, Failure> {
        let slot = self.slot(identity);
        let mut kept = slot.lock().await;
        if let Some(known) = kept.known() {
            return known;
        }
        let made = match &identity.role {
            Some(role) => self.assume(role, &identity.caller, region).await,
            None => self.resolve(region).await,
        };
        kept.denied = match &made {
            Err(failure @ (Failure::RoleDenied | Failure::Blocked(_))) => Some((Instant::now(), failure.clone())),
            _ => None,
        };
        Ok(Arc::clone(kept.session.insert(made?)))
    }

    /// Returns the session of the process's own credentials.
    async fn own(&self, region: &str) -> Result<Arc<Session>, Failure> {
        // A role's session waits for this one while it holds its own lock, and never the other way round.
        Box::pin(self.of(&Identity::OWN, region)).await
    }

    /// Drops a session whose credentials are no good, so that the next one resolves them anew: files and logins change.
    pub(in crate::source) async fn judged(&self, identity: &Identity, session: &Arc<Session>, failure: &Failure) {
        let no_good = |obstacle: &Obstacle| matches!(obstacle, Obstacle::NoCredentials | Obstacle::WrongSecret);
        let is_no_good = match failure {
            Failure::Expired | Failure::UnknownCredentials => true,
            Failure::Blocked(obstacle) => no_good(obstacle),
            _ => false,
        };
        if !is_no_good {
            return;
        }
        let slot = self.slot(identity);
        let mut kept = slot.lock().await;
        if kept.session.as_ref().is_some_and(|current| Arc::ptr_eq(current, session)) {
            kept.session = None;
        }
    }

    async fn resolve(&self, region: &str) -> Result<Arc<Session>, Failure> {
        if let Some(given) = &self.given {
            if given.credentials_provider().is_none() {
                return Err(Failure::Blocked(Obstacle::NoCredentials));
            }
            let https = https::client(None).map_err(Failure::Blocked)?;
            let config = given.to_builder().http_client(https).identity_cache(IdentityCache::lazy().build()).build();
            return Ok(Session::new(config, Environment::default(), None));
        }
        let environment = Environment::read();
        let resolved = resolve(&environment, region).await.map_err(Failure::Blocked)?;
        Ok(Session::new(resolved.config, environment, resolved.ends))
    }

    async fn assume(&self, role: &Role, caller: &str, region: &str) -> Result<Arc<Session>, Failure> {
        match self.assume_once(role, caller, region).await {
            Err(Failure::Expired) => self.assume_once(role, caller, region).await,
            assumed => assumed,
        }
    }

    async fn assume_once(&self, role: &Role, caller: &str, region: &str) -> Result<Arc<Session>, Failure> {
        let own = self.own(region).await?;
        let (name, source_identity) = session(caller);
        let request = self.sts(&own.config, region).assume_role().role_arn(&role.role_arn).role_session_name(name);
        let answer = request.set_external_id(role.external_id.clone()).set_source_identity(source_identity).send().await;
        let credentials = match answer {
            Ok(answer) => answer.credentials,
            Err(error) => {
                let failure = judge(error, region, self.host(&own, "sts", region)).await;
                self.judged(&Identity::OWN, &own, &failure).await;
                return Err(if failure == Failure::Denied { Failure::RoleDenied } else { failure });
            }
        };
        let credentials = credentials.ok_or(Failure::Unreadable)?;
        let ends = SystemTime::try_from(credentials.expiration).ok();
        let token = Some(credentials.session_token);
        let credentials = Credentials::new(credentials.access_key_id, credentials.secret_access_key, token, ends, "AssumeRole");
        let config = own.config.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials));
        let config = config.identity_cache(IdentityCache::lazy().build()).build();
        Ok(Session::new(config, own.environment.clone(), ends))
    }

    /// One layer retries, and it is ours: the SDK does not.
    fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(CONNECT.min(self.attempt))
            .read_timeout(self.attempt)
            .operation_attempt_timeout(self.attempt)
            .build()
    }

    /// Returns the region where STS is asked on behalf of another.
    fn sts_region<'a>(&'a self, region: &'a str) -> &'a str {
        let home = self.home.as_deref().filter(|home| partition_name(home) == partition_name(region));
        home.unwrap_or(home_region(region))
    }

    /// Returns the host that a service is asked at.
    pub(in crate::source) fn host(&self, session: &Session, service: &str, region: &str) -> Name {
        let region = if service == "sts" { self.sts_region(region) } else { region };
        let given = if self.given.is_some() { session.config.endpoint_url() } else { None };
        let own = self.endpoint_url.as_deref().filter(|_| service == "cloudtrail");
        session.environment.host(service, region, own.or(given))
    }

    fn sts(&self, config: &SdkConfig, region: &str) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::config::Builder::from(config)
            .region(Region::new(self.sts_region(region).to_owned()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(self.timeouts());
        aws_sdk_sts::Client::from_conf(config.build())
    }

    /// Returns CloudTrail's client in a region.
    pub(in crate::source) fn cloudtrail(&self, session: &Session, region: &str) -> aws_sdk_cloudtrail::Client {
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
    pub(in crate::source) async fn account(&self, region: &str) -> Result<String, Failure> {
        match self.account_once(region).await {
            Err(Failure::Expired) => self.account_once(region).await,
            told => told,
        }
    }

    async fn account_once(&self, region: &str) -> Result<String, Failure> {
        let own = self.own(region).await?;
        let ask = || async {
            match self.sts(&own.config, region).get_caller_identity().send().await {
                Ok(identity) => identity.account.filter(|account| is_account(account)).ok_or(Failure::Unreadable),
                Err(error) => Err(judge(error, region, self.host(&own, "sts", region)).await),
            }
        };
        let told = own.account.get_or_try_init(ask).await.cloned();
        if let Err(failure) = &told {
            self.judged(&Identity::OWN, &own, failure).await;
        }
        told
    }
}

/// Says what an error of the SDK means; `host` is where the request was sent.
pub(in crate::source) async fn judge<E>(error: SdkError<E>, region: &str, host: Name) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    if let SdkError::ServiceError(error) = &error {
        let refused = error.err();
        return Failure::of(refused.code(), refused.message().unwrap_or_default(), error.raw().status().as_u16(), region);
    }
    if lacks_credentials(&error) {
        return Failure::Blocked(Obstacle::NoCredentials);
    }
    let fault = network_fault(&error);
    let failure = match error {
        SdkError::TimeoutError(_) => Failure::TimedOut,
        SdkError::ResponseError(error) if error.raw().status().as_u16() >= 500 => Failure::Server(error.raw().status().as_u16()),
        SdkError::ResponseError(_) => Failure::Cut,
        SdkError::DispatchFailure(error) if error.is_timeout() => Failure::TimedOut,
        SdkError::DispatchFailure(_) => Failure::Cut,
        _ => Failure::Refused,
    };
    match fault {
        Some(fault) => fault.obstacle(host).await.map_or(failure, Failure::Blocked),
        None => failure,
    }
}

/// Tells whether a configuration that was given ready-made has no credentials after all.
fn lacks_credentials(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<CredentialsError>() {
            return true;
        }
        next = error.source();
    }
    false
}
