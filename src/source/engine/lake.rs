//! CloudTrail Lake: an event data store of an account that has one. It takes no new customers.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::asked::Asked;
use super::athena::{LOOK_UPS, QUERIES};
use super::conversation::{Polled, Requests, Stage, Wire};
use super::driver::{Driver, Fault, Of, Row, Statements, cell, judge_end, name_of};
use super::source::Engine;
use super::sql::Table;
use super::{Access, Keys};
use crate::config::Config;
use crate::config::settings::{LAKE_ACCOUNT, LAKE_ACCOUNTS, LAKE_EVENT_DATA_STORE, LAKE_MAX_BYTES_SCANNED};
use crate::coverage::{Cost, EngineFault, Profile, SourceName, Words};
use crate::event::{Arn, Event};
use crate::source::api::{Api, engine};
use crate::source::{Clock, Definition, Opened, Setup};

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

/// The columns that most statements want.
///
/// Source: CloudTrail user guide, "CloudTrail Lake event record fields".
#[rustfmt::skip] // Words read best in lines.
const COLUMNS: &[&str] = &[
    "eventtime", "eventsource", "eventname", "awsregion", "sourceipaddress", "useragent", "errorcode", "errormessage", "requestparameters",
    "responseelements", "additionaleventdata", "requestid", "eventid", "readonly", "resources", "eventtype", "managementevent", "recipientaccountid",
    "eventcategory", "useridentity", "tlsdetails", "eventjson",
];

/// How an event data store is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The ARN of the event data store, which tells its region, too.
    pub store: String,
    /// Who asks, and for which accounts.
    pub access: Access,
}

/// An event data store, and how it is spoken to.
struct Store {
    /// The account that owns it.
    owner: String,
    table: Table,
}

fn open(setup: &Setup<'_>) -> Result<Option<Opened>, String> {
    Ok(settings(setup.config).and_then(|settings| super::configured(engine(setup.api, settings, Arc::clone(&setup.clock)))))
}

fn settings(config: &Config) -> Option<Settings> {
    let store = config.find(&LAKE_EVENT_DATA_STORE)?;
    let keys = Keys { account: &LAKE_ACCOUNT, accounts: &LAKE_ACCOUNTS, max_bytes: &LAKE_MAX_BYTES_SCANNED };
    Some(Settings { store, access: Access::of(config, keys, String::new()) })
}

/// Prepares to ask an event data store; sends nothing.
pub fn engine(api: &Api, settings: Settings, clock: Clock) -> Engine {
    let Settings { store, access } = settings;
    let (region, owner) = Arn::parse(&store).map_or(("us-east-1", ""), |arn| (arn.region, arn.account));
    let home = Access { region: region.to_owned(), ..access }.home(api, &PROFILE, ROWS);
    let table = table(store.rsplit('/').next().unwrap_or_default());
    Engine::new(home, Store { owner: owner.to_owned(), table }, clock)
}

/// Returns the table that an event data store of this id is.
fn table(id: &str) -> Table {
    Table {
        // The record as CloudTrail wrote it.
        columns: "eventjson".to_owned(),
        names: COLUMNS.iter().map(|name| (*name).to_owned()).collect(),
        // Source: CloudTrail user guide, "CloudTrail Lake SQL constraints": the id stands there as it is.
        from: id.to_owned(),
        account: "recipientaccountid",
        region: "awsregion",
        day: None,
        instant: |time: DateTime<Utc>| format!("TIMESTAMP '{}'", time.format("%Y-%m-%d %H:%M:%S")),
        writes: "NOT coalesce(readonly, false)",
        actors: &["eventjson"],
        resources: &["eventjson"],
    }
}

impl Driver for Store {
    fn statements(&self) -> &dyn Statements {
        &self.table
    }

    fn event(&self, row: Row) -> Option<Event> {
        Event::parse(serde_json::from_str(cell(&row, "eventjson")?.as_str()?).ok()?).ok()
    }
}

impl Wire for Store {
    fn requests(&self) -> Requests {
        Requests {
            begin: &engine::LAKE_START,
            look: &engine::LAKE_STATE,
            fetch: &engine::LAKE_RESULTS,
            stop: &engine::LAKE_STOP,
            id: "QueryId",
            rows: ("MaxQueryResults", PAGE),
            next: "NextToken",
        }
    }

    /// Source: CloudTrail API reference, StartQuery, "Errors"; Trino's error codes.
    fn faults(&self) -> Vec<Fault> {
        let code = |code, means| Fault(Of::Code(code), "", means);
        vec![
            code("EventDataStoreNotFoundException", EngineFault::NoStore),
            code("EventDataStoreARNInvalidException", EngineFault::NoStore),
            code("InactiveEventDataStoreException", EngineFault::StoreInactive),
            code("MaxConcurrentQueriesException", EngineFault::TooManyQueries),
            code("InsufficientEncryptionPolicyException", EngineFault::DataDenied),
            // Said where an account that has no event data store asks after the service was closed, as a denial, too.
            Fault(Of::Anything, "new customers", EngineFault::Closed),
            code("UnsupportedOperationException", EngineFault::Closed),
            Fault(Of::Query, "kms", EngineFault::DataDenied),
            Fault(Of::Query, "column_not_found", EngineFault::NoColumn),
            Fault(Of::Query, "exceeded_time_limit", EngineFault::TimedOut),
        ]
    }

    fn begin(&self, statement: &str, _: &Asked) -> Result<Value, EngineFault> {
        if statement.chars().count() > LONGEST {
            return Err(EngineFault::TooLong);
        }
        Ok(json!({"QueryStatement": statement, "EventDataStoreOwnerAccountId": self.owner}))
    }

    /// The owner is named, as somebody else may ask on its behalf.
    fn about(&self) -> Value {
        json!({"EventDataStoreOwnerAccountId": self.owner})
    }

    fn polled(&self, told: &Value) -> Option<Polled> {
        let bytes = told.pointer("/QueryStatistics/BytesScanned").and_then(Value::as_u64).unwrap_or_default();
        let said = told.get("ErrorMessage").and_then(Value::as_str).unwrap_or_default();
        let stage = match told.get("QueryStatus").and_then(Value::as_str)? {
            "QUEUED" => Stage::Queued,
            "RUNNING" => Stage::Running,
            "FINISHED" => Stage::Done,
            "FAILED" => Stage::Failed(judge_end(said, &self.faults()).unwrap_or_else(|| EngineFault::Engine(name_of(said)))),
            "CANCELLED" => Stage::Failed(EngineFault::Cancelled),
            "TIMED_OUT" => Stage::Failed(EngineFault::TimedOut),
            _ => return None,
        };
        Some(Polled { stage, bytes, age: TimeDelta::zero() })
    }

    /// A row is a list of objects of one column each.
    fn rows(&self, told: &Value, _: bool) -> Option<Vec<Row>> {
        let cells = |cell: &Value| {
            cell.as_object().into_iter().flatten().map(|(name, value)| (name.to_lowercase(), value.clone())).collect::<Row>()
        };
        let row = |row: &Value| row.as_array().into_iter().flatten().flat_map(cells).collect();
        Some(told.get("QueryResultRows")?.as_array()?.iter().map(row).collect())
    }
}
