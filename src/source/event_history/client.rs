//! One LookupEvents request, through the AWS SDK.

use std::sync::Arc;

use aws_sdk_cloudtrail::primitives::DateTime as AwsTime;
use aws_sdk_cloudtrail::types::{Event as AwsEvent, LookupAttribute, LookupAttributeKey};
use chrono::DateTime;

use super::chain::{Ask, Entry, Lookup, Page};
use super::failure::Failure;
use super::role::Role;
use super::session::{Identity, Sessions, judge};
use crate::event::LookupResource;
use crate::source::{BoxFuture, Kind};

/// AWS, as whoever may be asked there.
pub(super) struct Aws {
    sessions: Arc<Sessions>,
    roles: Vec<Arc<Role>>,
}

impl Aws {
    /// Prepares; touches nothing yet.
    pub(super) fn new(sessions: Arc<Sessions>, roles: Vec<Role>) -> Self {
        Self { sessions, roles: roles.into_iter().map(Arc::new).collect() }
    }

    /// Returns as whom an account is asked: by its role where one is configured, else by the process's own credentials.
    pub(super) fn identity(&self, caller: &str, account: Option<&str>) -> Identity {
        match self.roles.iter().find(|role| Some(role.account.as_str()) == account) {
            Some(role) => Identity { caller: caller.to_owned(), role: Some(Arc::clone(role)) },
            None => Identity::OWN,
        }
    }

    /// Makes sure that there are credentials to ask with.
    ///
    /// Errors: what kept a role from being assumed.
    pub(super) async fn ready(&self, identity: &Identity, region: &str) -> Result<(), Failure> {
        self.sessions.of(identity, region).await.map(|_| ())
    }

    /// Returns LookupEvents in a region.
    pub(super) fn region(&self, identity: Identity, region: &str) -> RegionClient<'_> {
        RegionClient { sessions: &self.sessions, identity, region: region.to_owned() }
    }

    /// Returns the account of the process's own credentials; a failure is not kept, but asked again next time.
    pub(super) async fn account(&self, region: &str) -> Result<String, Failure> {
        self.sessions.account(region).await
    }
}

/// LookupEvents in one region.
pub(super) struct RegionClient<'a> {
    sessions: &'a Sessions,
    identity: Identity,
    region: String,
}

impl RegionClient<'_> {
    async fn send(&self, ask: &Ask, token: Option<&str>) -> Result<Page, Failure> {
        let session = self.sessions.of(&self.identity, &self.region).await?;
        let output = self
            .sessions
            .cloudtrail(&session, &self.region)
            .lookup_events()
            .set_lookup_attributes(attribute(ask).map(|attribute| vec![attribute]))
            .start_time(AwsTime::from_secs(ask.start.timestamp()))
            .end_time(AwsTime::from_secs(ask.end.timestamp()))
            .max_results(super::PAGE.cast_signed())
            .set_next_token(token.map(str::to_owned))
            .send()
            .await;
        match output {
            Ok(output) => {
                let events = output.events.ok_or(Failure::NoEvents)?;
                Ok(Page { entries: events.into_iter().map(entry).collect(), token: output.next_token })
            }
            Err(error) => {
                let host = self.sessions.host(&session, "cloudtrail", &self.region);
                let failure = judge(error, &self.region, host).await;
                self.sessions.judged(&self.identity, &session, &failure).await;
                Err(failure)
            }
        }
    }
}

impl Lookup for RegionClient<'_> {
    fn page<'a>(&'a self, ask: &'a Ask, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, Failure>> {
        Box::pin(self.send(ask, token))
    }
}

/// Returns the one attribute that AWS honours per request.
fn attribute(ask: &Ask) -> Option<LookupAttribute> {
    let (key, value) = match (&ask.name, &ask.kind) {
        (Some(name), _) => (LookupAttributeKey::ResourceName, name.as_str()),
        (None, Kind::Writes) => (LookupAttributeKey::ReadOnly, "false"),
        (None, Kind::Everything) => return None,
        (None, Kind::EventId(id)) => (LookupAttributeKey::EventId, id.as_str()),
        (None, Kind::Exact(attribute, name)) => (LookupAttributeKey::from(super::PROFILE.spelling(*attribute)?), name.as_str()),
    };
    LookupAttribute::builder().attribute_key(key).attribute_value(value).build().ok()
}

fn entry(entry: AwsEvent) -> Entry {
    let resources = entry.resources.unwrap_or_default();
    let resources = resources.into_iter().filter_map(|it| Some(LookupResource { kind: it.resource_type, name: it.resource_name? }));
    let told = entry.event_time.and_then(|time| DateTime::from_timestamp(time.secs(), 0));
    Entry::read(told, entry.cloud_trail_event.as_deref(), resources.collect())
}
