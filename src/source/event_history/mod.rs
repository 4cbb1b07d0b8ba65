//! Event history: the last 90 days of management events, by LookupEvents.
//!
//! ```text
//!  query ──► reader ⇄ planner      what to ask next, given what was seen (pure)
//!              │ flight            the same question asked at once is sent once
//!              │ send ⇄ bucket     counted, paced, in time, and again where that helps
//!              │ client            the SDK, as whom `session` says: the process itself, or a `role` in another account
//!              │ cache             what was read before and cannot change, sealed
//!            conclude ──► cell     what was read and what was not
//! ```

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use tokio::time::{Instant, timeout};

use self::bucket::{Bucket, Buckets};
use self::cache::Slices;
use self::client::Aws;
use self::conclude::{Part, conclude, failed, gap, refused, refused_role};
use self::reader::{Job, Reader, Scan};
use self::settled::Settled;
use self::single_flight::SingleFlight;
use super::cache::Cache;
use super::{BoxFuture, Clock, Definition, Opened, Setup, Source};
use crate::config::Account;
use crate::config::settings::{EVENT_HISTORY_ENDPOINT_URL, NOW};
use crate::coverage::{Attribute, Cell, Cost, LookUp, Note, Obstacle, Profile, Reading, SourceName, State, Unit, Words};
use crate::policy::{Presence, Ungated};
use crate::source::Query;

mod bucket;
mod cache;
mod chain;
mod client;
mod conclude;
mod failure;
mod planner;
mod reader;
mod role;
mod send;
mod session;
mod settled;
#[cfg(test)]
mod simulation;
mod single_flight;

/// Says what a refusal of AWS, by code and words, tells of the operator's set-up; nothing when it tells of something else.
pub(super) fn obstacle_of((code, message): (&str, &str)) -> Option<Obstacle> {
    match Failure::of(Some(code), message, 400, "") {
        Failure::Blocked(obstacle @ (Obstacle::Clock | Obstacle::WrongSecret)) => Some(obstacle),
        _ => None,
    }
}

pub(super) use failure::Failure;
pub use role::Role;
pub(super) use session::{Identity, Session, Sessions};

/// How long events may take to appear in event history.
///
/// Source: AWS CloudTrail user guide ("within an average of about 5 minutes", not guaranteed); commonly planned as 15.
const LAG: TimeDelta = TimeDelta::minutes(15);

/// How far back event history reaches.
///
/// Source: AWS CloudTrail API reference, LookupEvents ("the last 90 days").
const KEPT: TimeDelta = TimeDelta::days(90);

/// The source.
pub const DEFINITION: Definition = Definition { profile: &PROFILE, open };

/// What event history is like.
pub static PROFILE: Profile = Profile {
    name: SourceName::new("event_history"),
    title: "event history",
    offered: true,
    auto: Some(1),
    asks_aws: true,
    by_region: true,
    by_account: true,
    retention: Some(KEPT),
    lag: LAG,
    live: true,
    // Source: AWS CloudTrail API reference, LookupAttribute, `AttributeKey`; one attribute a request.
    look_ups: &[
        LookUp { attribute: Attribute::EventId, spelling: "EventId" },
        LookUp { attribute: Attribute::EventName, spelling: "EventName" },
        LookUp { attribute: Attribute::AccessKeyId, spelling: "AccessKeyId" },
        LookUp { attribute: Attribute::UserName, spelling: "Username" },
        LookUp { attribute: Attribute::ResourceName, spelling: "ResourceName" },
        LookUp { attribute: Attribute::ReadOnly, spelling: "ReadOnly" },
    ],
    cost: Cost::Requests { unit: Unit { name: "lookup_events", counts: "LookupEvents." }, page: PAGE, period: PERIOD },
    rereads: false,
    data_events: false,
    never_sees: "data events are not in event history",
    words: Words {
        holds: "events",
        no_data: "keeps 90 days, and the window begins before",
        part_missing: "keeps 90 days, and the window begins before",
        no_data_next: "Ask for a later window, or source=archive if log files are kept.",
        denied_next: "For the operator: allow cloudtrail:LookupEvents for this identity, or let it assume the account's role; the cell's detail says which.",
        not_there: "it is switched off by the operator ([event_history] enabled)",
    },
};

/// Events on one page.
///
/// Source: AWS CloudTrail API reference, LookupEvents, `MaxResults` (1 to 50).
const PAGE: u32 = 50;

/// Least time between two requests to one account and region.
///
/// Source: AWS CloudTrail API reference, LookupEvents ("two per second, per account, per Region").
const PERIOD: Duration = Duration::from_millis(500);

/// How long an answer waits for the account id alone, once its events are there.
const IDENTITY_GRACE: Duration = Duration::from_secs(1);

/// How event history is reached.
#[derive(Clone)]
pub struct Settings {
    /// Where CloudTrail answers, instead of the region's own endpoint (`[event_history] endpoint_url`). Default: none.
    pub endpoint_url: Option<String>,
    /// Longest time for one request; the query's deadline shortens it. Default: 10 s.
    pub attempt_timeout: Duration,
    /// Least time between two requests to one account and region. Default: 500 ms, as AWS allows 2 a second.
    pub period: Duration,
    /// The clock that delivery lag and the 90 days are measured by. Default: the system's.
    pub clock: Clock,
    /// A ready configuration instead of the SDK's own chain of environment, profiles and roles. Default: none.
    pub aws: Option<aws_config::SdkConfig>,
    /// The region where STS is asked, as the one that the process runs in is surely enabled and reachable. Default: none, which
    /// is the region that is read where that is enabled by default, else the one of global services.
    pub home_region: Option<String>,
    /// Roles by which other accounts are read. Default: none.
    pub roles: Vec<Role>,
    /// Where settled slices are kept. Default: memory.
    pub cache: Arc<Cache>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            attempt_timeout: Duration::from_secs(10),
            period: PERIOD,
            clock: Arc::new(Utc::now),
            aws: None,
            home_region: None,
            roles: Vec::new(),
            cache: Arc::default(),
        }
    }
}

/// CloudTrail's event history, read with the process's own credentials. One value serves all calls and paces them together.
pub struct EventHistory {
    aws: Aws,
    buckets: Buckets,
    flights: SingleFlight,
    settled: Option<Arc<dyn Settled>>,
    attempt: Duration,
    clock: Clock,
}

fn open(setup: &Setup<'_>) -> Result<Option<Opened>, String> {
    let Setup { config, clock, home_region, api, cache, .. } = setup;
    let role = |account: Account| Some(Role { account: account.id, role_arn: account.role_arn?, external_id: account.external_id });
    let ahead = config.find(&NOW).is_some_and(|now| now > Utc::now());
    let settings = Settings {
        endpoint_url: config.find(&EVENT_HISTORY_ENDPOINT_URL),
        clock: Arc::clone(clock),
        home_region: home_region.clone(),
        roles: config.accounts().into_iter().filter_map(role).collect(),
        // By a clock that is ahead everything would be settled, and what is kept for others has to be true for them.
        cache: if ahead { Arc::default() } else { Arc::clone(cache) },
        ..Settings::default()
    };
    let source = EventHistory::with(api.sessions(), settings);
    Ok(Some(Opened { source: Arc::new(source), presence: Presence::Configured }))
}

impl EventHistory {
    /// Prepares to read; network, disk and credentials are first touched by a read.
    pub fn new(settings: Settings) -> Self {
        let Settings { endpoint_url, attempt_timeout, aws, home_region, .. } = settings.clone();
        Self::with(Arc::new(Sessions::new(endpoint_url, attempt_timeout, home_region, aws)), settings)
    }

    fn with(sessions: Arc<Sessions>, settings: Settings) -> Self {
        let Settings { attempt_timeout, period, clock, roles, cache, .. } = settings;
        Self {
            aws: Aws::new(sessions, roles),
            buckets: Buckets::new(period),
            flights: SingleFlight::default(),
            settled: Some(Arc::new(Slices::new(cache))),
            attempt: attempt_timeout,
            clock,
        }
    }

    async fn read_query(&self, query: &Query) -> Reading {
        let Some(region) = query.region() else {
            return gap(query, ("", ""), State::NotConfigured, [Note::RegionMissing]);
        };
        let now = (self.clock)();
        let Some(part) = Part::of(query.window(), now) else {
            return gap(query, ("", region), State::NoData, [Note::NotKept]);
        };
        let begin = Instant::now();
        let deadline = begin.checked_add(query.deadline()).unwrap_or(begin);
        let identity = self.aws.identity(query.caller(), query.account());
        let account = match self.admitted(query, &identity, region).await {
            Ok(account) => account,
            Err(refused) => return *refused,
        };
        let job = Job::new(query, region, part.window, now, deadline);
        let (scan, account) = self.scan(job, identity, account).await;
        conclude(query, &account.unwrap_or_default(), region, part, scan)
    }

    /// Finds out whose events will be read, as far as that must be known first.
    ///
    /// Errors: the reading that tells why none will be.
    async fn admitted(&self, query: &Query, identity: &Identity, region: &str) -> Result<Option<String>, Box<Reading>> {
        let longest = self.attempt.min(query.deadline());
        if let Some(role) = &identity.role {
            if let Some(refused) = refused_role(query, role, region) {
                return Err(Box::new(refused));
            }
            let ready = timeout(longest, self.aws.ready(identity, region)).await.unwrap_or(Err(Failure::TimedOut));
            return match ready {
                // What may pass is tried again with the first page.
                Err(failure) if failure.retries() == 0 || failure == Failure::Expired => {
                    Err(Box::new(failed(query, &role.account, region, failure)))
                }
                _ => Ok(Some(role.account.clone())),
            };
        }
        // Nobody is asked before there is somebody to ask as; a little is left of the time to say why not.
        let ready = timeout(longest.mul_f64(0.9), self.aws.ready(identity, region)).await;
        if let Err(failure) = ready.unwrap_or(Err(Failure::Blocked(Obstacle::CredentialsLate(None)))) {
            return Err(Box::new(failed(query, "", region, failure)));
        }
        if !query.restricts_accounts() && query.account().is_none() {
            return Ok(None);
        }
        let told = timeout(longest, self.aws.account(region)).await.unwrap_or(Err(Failure::TimedOut));
        match refused(query, &told, region) {
            Some(refused) => Err(Box::new(refused)),
            None => Ok(told.ok()),
        }
    }

    /// Returns the pace of an account and region.
    ///
    /// A role may lead into the account that the process has credentials of, and AWS counts both together.
    async fn bucket(&self, identity: &Identity, region: &str) -> Arc<Bucket> {
        let account = match &identity.role {
            Some(role) => match timeout(IDENTITY_GRACE, self.aws.account(region)).await {
                Ok(Ok(own)) if own == role.account => "",
                _ => role.account.as_str(),
            },
            None => "",
        };
        self.buckets.of(account, region)
    }

    /// Reads the pages and, beside them, the account id, which must not hold up the answer for long.
    async fn scan(&self, mut job: Job, who: Identity, mut account: Option<String>) -> (Scan, Option<String>) {
        let (region, deadline) = (job.place.region.clone(), job.deadline);
        let grace = || IDENTITY_GRACE.min(deadline.saturating_duration_since(Instant::now()));
        let mut identity = pin!(self.aws.account(&region));
        let mut asked = account.is_some();
        // What is known belongs to an account, so that has to be known first.
        if self.settled.is_some()
            && !asked
            && let Ok(told) = timeout(grace(), &mut identity).await
        {
            (account, asked) = (told.ok(), true);
        }
        job.place.account = account.clone().unwrap_or_default();
        let bucket = self.bucket(&who, &region).await;
        let client = self.aws.region(who, &region);
        let reader = Reader {
            lookup: &client,
            bucket: &bucket,
            flights: &self.flights,
            settled: self.settled.as_deref(),
            attempt: self.attempt,
            chance: &|| getrandom::u32().unwrap_or(u32::MAX),
        };
        let mut pages = pin!(reader::read(&reader, &job));
        let scan = loop {
            tokio::select! {
                biased;
                scan = &mut pages => break scan,
                told = &mut identity, if !asked => (account, asked) = (told.ok(), true),
            }
        };
        if !asked {
            account = timeout(grace(), identity).await.ok().and_then(Result::ok);
        }
        (scan, account)
    }
}

impl Source for EventHistory {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        Box::pin(async {
            let mut reading = self.read_query(query).await;
            // Nothing can happen in a region that is not enabled; when `all` were asked for, it was not meant.
            let meant = |cell: &Cell| cell.state() != State::RegionDisabled || !query.all_regions();
            reading.cells.iter_mut().filter(|cell| !meant(cell)).for_each(|cell| cell.asked = false);
            reading.into()
        })
    }
}
