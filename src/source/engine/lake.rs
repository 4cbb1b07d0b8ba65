//! CloudTrail Lake: an event data store of an account that has one. It takes no new customers.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::asked::Asked;
use super::athena::{LOOK_UPS, QUERIES};
use super::driver::{Conversation, Driver, Foreseen, Home, Page, Polled, Row, Stage, judge, name_of};
use super::source::Engine;
use super::sql::Table;
use crate::config::Config;
use crate::config::settings::{LAKE_ACCOUNT, LAKE_ACCOUNTS, LAKE_EVENT_DATA_STORE, LAKE_MAX_BYTES_SCANNED};
use crate::coverage::{Cost, EngineFault, Failure, Profile, SourceName, Words};
use crate::event::{Arn, Event};
use crate::policy::Presence;
use crate::source::api::{self, Api, OpenQuery, Queries, Rejected, items};
use crate::source::{BoxFuture, Clock, Definition, Opened, Setup};

/// The source.
pub const DEFINITION: Definition = Definition { profile: &PROFILE, open };

/// What CloudTrail Lake is like.
pub static PROFILE: Profile = Profile {
    name: SourceName::new("lake"),
    title: "CloudTrail Lake",
    offered: true,
    auto: Some(5),
    asks_aws: true,
    by_region: false,
    by_account: false,
    retention: None,
    // Source: as of event history.
    lag: TimeDelta::minutes(15),
    live: true,
    look_ups: LOOK_UPS,
    // Source: CloudTrail pricing (US): 0.005 USD a gigabyte.
    cost: Cost::Bytes { unit: QUERIES, usd_per_tb: 5.0, least: 0 },
    rereads: false,
    data_events: true,
    never_sees: "accounts, regions and kinds of events that the event data store does not take in, which look like a quiet time",
    words: Words {
        holds: "events",
        no_data: "has no events in the event data store",
        part_missing: "has no events in the event data store for part of the window",
        no_data_next: "Ask for a time that the event data store keeps, or use another source.",
        denied_next: "For the operator: allow this identity, or the role of [lake] account, cloudtrail:StartQuery, DescribeQuery, GetQueryResults and \
                      CancelQuery on the event data store, and kms:Decrypt and kms:GenerateDataKey with its key.",
        not_there: "no event data store is configured ([lake] event_data_store)",
    },
};

/// Most rows of one query.
///
/// Source: ours; as many events are some 100 MB.
const ROWS: usize = 10_000;

/// Rows of a page.
///
/// Source: CloudTrail API reference, GetQueryResults, `MaxQueryResults`.
const PAGE: usize = 1000;

/// Longest statement, in characters.
///
/// Source: CloudTrail API reference, StartQuery, `QueryStatement`.
const LONGEST: usize = 10_000;

/// How an event data store is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The ARN of the event data store.
    pub store: String,
    /// The account whose role asks. Default: none, the process's own credentials do.
    pub account: Option<String>,
    /// Accounts whose events the store holds. Default: none, which is the own account and those of `[accounts]`.
    pub accounts: Vec<String>,
    /// Accounts that are asked besides the own one, where none were named.
    pub known: Vec<String>,
    /// Most bytes that one query may read.
    pub max_bytes: u64,
}

/// An event data store.
struct Lake {
    home: Home,
    store: Arc<Store>,
}

/// What names an event data store.
struct Store {
    /// Its id, by which statements name it.
    id: String,
    /// The account that owns it.
    owner: String,
}

fn open(setup: &Setup<'_>) -> Result<Option<Opened>, String> {
    let Some(settings) = settings(setup.config) else { return Ok(None) };
    let engine = engine(setup.api, settings, Arc::clone(&setup.clock));
    Ok(Some(Opened { source: Arc::new(engine), presence: Presence::Configured }))
}

fn settings(config: &Config) -> Option<Settings> {
    Some(Settings {
        store: config.find(&LAKE_EVENT_DATA_STORE)?,
        account: super::account(config, config.find(&LAKE_ACCOUNT)),
        accounts: config.get(&LAKE_ACCOUNTS),
        known: super::known(config),
        max_bytes: config.get(&LAKE_MAX_BYTES_SCANNED),
    })
}

/// Prepares to ask an event data store; sends nothing.
pub fn engine(api: &Api, settings: Settings, clock: Clock) -> Engine {
    let Settings { store, account, accounts, known, max_bytes } = settings;
    let (region, owner) = Arn::parse(&store).map_or(("us-east-1", ""), |arn| (arn.region, arn.account));
    let home = Home { queries: api.queries(account.as_deref(), region), region: region.to_owned(), accounts, known, max_bytes };
    let id = store.rsplit('/').next().unwrap_or_default().to_owned();
    Engine::new(Lake { home, store: Arc::new(Store { id, owner: owner.to_owned() }) }, clock)
}

impl Lake {
    fn table(&self) -> Table {
        Table {
            // The record as CloudTrail wrote it.
            columns: "eventjson".to_owned(),
            // Source: CloudTrail user guide, "CloudTrail Lake SQL constraints": the id stands there as it is.
            from: self.store.id.clone(),
            account: "recipientaccountid",
            region: "awsregion",
            day: None,
            instant: |time: DateTime<Utc>| format!("TIMESTAMP '{}'", time.format("%Y-%m-%d %H:%M:%S")),
            writes: "NOT coalesce(readonly, false)",
            actors: &["eventjson"],
            resources: &["eventjson"],
        }
    }
}

impl Driver for Lake {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn home(&self) -> &Home {
        &self.home
    }

    fn records(&self, asked: &Asked, rows: usize) -> String {
        self.table().records(asked, rows)
    }

    fn presence(&self, asked: &Asked) -> String {
        self.table().presence(asked)
    }

    /// Time is all that a store is partitioned by.
    fn extent(&self, asked: &Asked) -> f64 {
        asked.window.length().num_seconds() as f64
    }

    fn most_rows(&self) -> usize {
        ROWS
    }

    fn conversation(&self, caller: &str) -> Arc<dyn Conversation> {
        Arc::new(Talk { queries: self.home.queries.of(caller), store: Arc::clone(&self.store) })
    }

    fn event(&self, mut row: Row) -> Option<Event> {
        let Value::String(json) = row.remove("eventjson")? else { return None };
        Event::parse(serde_json::from_str(&json).ok()?).ok()
    }
}

struct Talk {
    queries: Queries,
    store: Arc<Store>,
}

/// What CloudTrail says of a request, or of a query that failed: code, words in lower case, and what that means.
///
/// Source: CloudTrail API reference, StartQuery, "Errors"; Trino's error codes.
fn faults() -> Vec<(&'static str, &'static str, EngineFault)> {
    vec![
        ("EventDataStoreNotFoundException", "", EngineFault::NoStore),
        ("EventDataStoreARNInvalidException", "", EngineFault::NoStore),
        ("InactiveEventDataStoreException", "", EngineFault::StoreInactive),
        ("MaxConcurrentQueriesException", "", EngineFault::TooManyQueries),
        ("InsufficientEncryptionPolicyException", "", EngineFault::DataDenied),
        // Said where an account that has no event data store asks after the service was closed.
        ("", "new customers", EngineFault::Closed),
        ("UnsupportedOperationException", "", EngineFault::Closed),
        ("", "kms", EngineFault::DataDenied),
        ("", "column_not_found", EngineFault::NoColumn),
        ("", "exceeded_time_limit", EngineFault::TimedOut),
    ]
}

fn rejected(rejected: Rejected) -> EngineFault {
    let closed = rejected.message.to_lowercase().contains("new customers");
    if !closed && !matches!(rejected.failure, Failure::Refused) {
        return EngineFault::Request(rejected.failure);
    }
    judge(rejected, &faults())
}

impl Talk {
    /// Makes a request about a query; the owner is named, as somebody else may ask on its behalf.
    fn about(&self, id: &str) -> Value {
        json!({"QueryId": id, "EventDataStoreOwnerAccountId": self.store.owner})
    }
}

impl Conversation for Talk {
    fn foresee<'a>(&'a self, _: &'a Asked) -> BoxFuture<'a, Result<Foreseen, EngineFault>> {
        Box::pin(std::future::ready(Ok(Foreseen::default())))
    }

    fn submit<'a>(&'a self, statement: &'a str, _: &'a Asked) -> BoxFuture<'a, Result<String, EngineFault>> {
        Box::pin(async move {
            if statement.chars().count() > LONGEST {
                return Err(EngineFault::TooLong);
            }
            let ask = json!({"QueryStatement": statement, "EventDataStoreOwnerAccountId": self.store.owner});
            let told = self.queries.send(&api::engine::LAKE_START, ask).await.map_err(rejected)?;
            told.get("QueryId").and_then(Value::as_str).map(str::to_owned).ok_or(EngineFault::Unreadable)
        })
    }

    fn poll<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Polled, EngineFault>> {
        Box::pin(async move {
            let told = self.queries.send(&api::engine::LAKE_STATE, self.about(id)).await.map_err(rejected)?;
            let bytes = told.pointer("/QueryStatistics/BytesScanned").and_then(Value::as_u64).unwrap_or_default();
            let said = told.get("ErrorMessage").and_then(Value::as_str).unwrap_or_default();
            let stage = match told.get("QueryStatus").and_then(Value::as_str) {
                Some("QUEUED") => Stage::Queued,
                Some("RUNNING") => Stage::Running,
                Some("FINISHED") => Stage::Done,
                Some("FAILED") => Stage::Failed(failed(said)),
                Some("CANCELLED") => Stage::Failed(EngineFault::Cancelled),
                Some("TIMED_OUT") => Stage::Failed(EngineFault::TimedOut),
                _ => return Err(EngineFault::Unreadable),
            };
            Ok(Polled { stage, bytes })
        })
    }

    fn page<'a>(&'a self, id: &'a str, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, EngineFault>> {
        Box::pin(async move {
            let mut ask = self.about(id);
            if let Some(ask) = ask.as_object_mut() {
                ask.insert("MaxQueryResults".to_owned(), PAGE.into());
                ask.extend(token.map(|token| ("NextToken".to_owned(), token.into())));
            }
            let told = self.queries.send(&api::engine::LAKE_RESULTS, ask).await.map_err(rejected)?;
            if !told.get("QueryResultRows").is_some_and(Value::is_array) {
                return Err(EngineFault::Unreadable);
            }
            // A row is a list of objects of one column each.
            let cell = |cell: &Value| {
                cell.as_object().into_iter().flatten().map(|(name, value)| (name.to_lowercase(), value.clone())).collect::<Vec<_>>()
            };
            let row = |row: &Value| row.as_array().into_iter().flatten().flat_map(cell).collect();
            let next = told.get("NextToken").and_then(Value::as_str).filter(|token| !token.is_empty()).map(str::to_owned);
            Ok(Page { rows: items(&told, "QueryResultRows").map(row).collect(), next })
        })
    }

    fn stop<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move { _ = self.queries.send(&api::engine::LAKE_STOP, self.about(id)).await })
    }

    fn open(&self) -> Option<OpenQuery> {
        Some(self.queries.open())
    }

    fn sent(&self) -> u32 {
        self.queries.sent()
    }
}

/// Says why a query failed.
fn failed(said: &str) -> EngineFault {
    let lower = said.to_lowercase();
    let known = faults().into_iter().find(|(code, words, _)| code.is_empty() && lower.contains(words));
    known.map_or_else(|| EngineFault::Engine(name_of(said)), |(_, _, fault)| fault)
}
