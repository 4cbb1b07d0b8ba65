//! Amazon Athena over the logs of a trail in S3: the table that `trail-template --athena` prints, and any of the same columns.

mod row;
mod wire;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::OnceCell;

use self::row::{PLACE, PLAIN, STRUCTS};
use super::asked::Asked;
use super::driver::{Driver, Row, Statements};
use super::literal::{identifier, text};
use super::source::Engine;
use super::sql::{Table, count_days};
use super::{Access, Keys};
use crate::config::Config;
use crate::config::settings::{
    ATHENA_ACCOUNT, ATHENA_ACCOUNTS, ATHENA_DATABASE, ATHENA_MAX_BYTES_SCANNED, ATHENA_OUTPUT, ATHENA_REGION, ATHENA_TABLE,
    ATHENA_WORKGROUP,
};
use crate::coverage::{Attribute, Cost, LookUp, Profile, SourceName, Unit, Words};
use crate::event::Event;
use crate::source::api::Api;
use crate::source::{Clock, Definition, Opened, Setup};

/// The source.
pub const DEFINITION: Definition = Definition { profile: &PROFILE, open };

/// What Athena is like.
pub static PROFILE: Profile = Profile {
    name: SourceName::new("athena"),
    title: "Athena",
    offered: true,
    auto: Some(3),
    asks_aws: true,
    by_region: false,
    by_account: false,
    retention: None,
    // Source: as of an archive, whose files it reads.
    lag: TimeDelta::minutes(20),
    live: true,
    look_ups: LOOK_UPS,
    // Source: Athena pricing (US): 5 USD a terabyte, 10 MB a query at least.
    cost: Cost::Bytes { unit: QUERIES, usd_per_tb: 5.0, least: 10_000_000 },
    rereads: false,
    data_events: true,
    never_sees: "accounts and regions whose trail does not deliver to Athena's table, which look like a quiet time",
    words: Words {
        holds: "events",
        no_data: "has no events in the table",
        part_missing: "has no events in the table for part of the window",
        no_data_next: "For the operator: check that [athena] table reads the trail's bucket, its accounts and regions; `cloudtrail-mcp \
                       trail-template --athena` prints one that does.",
        denied_next: "For the operator: allow this identity, or the role of [athena] account, the workgroup, the table's database in Glue, the \
                      trail's bucket and that of results; `cloudtrail-mcp iam-policy` prints the statements.",
        not_there: "no table is configured ([athena] database, table)",
    },
};

/// What an engine can look up: whatever stands in a record.
pub(super) const LOOK_UPS: &[LookUp] = &[
    LookUp { attribute: Attribute::EventName, spelling: "eventName" },
    LookUp { attribute: Attribute::AccessKeyId, spelling: "userIdentity" },
    LookUp { attribute: Attribute::UserName, spelling: "userIdentity" },
    LookUp { attribute: Attribute::ResourceName, spelling: "requestParameters, responseElements, resources" },
];

/// What is counted of engines.
pub(super) const QUERIES: Unit = Unit { name: "engine", counts: "Requests to SQL engines." };

/// Most rows of one query.
///
/// Source: ours; as many events are some 100 MB.
const ROWS: usize = 10_000;

/// How Athena is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The Glue database of the table.
    pub database: String,
    /// The table.
    pub table: String,
    /// The workgroup that pays. Default: none, which is `primary`.
    pub workgroup: Option<String>,
    /// Where results go. Default: none, which is where the workgroup has it.
    pub output: Option<String>,
    /// Where it is, who asks, and for which accounts.
    pub access: Access,
}

/// Athena, and how it is spoken to.
struct Athena {
    settings: Settings,
    table: Table,
    /// The workgroup's own limit of bytes, once it was told.
    cutoff: OnceCell<Option<u64>>,
}

fn open(setup: &Setup<'_>) -> Result<Option<Opened>, String> {
    let settings = settings(setup.config, setup.home_region.as_deref());
    Ok(settings.and_then(|settings| super::configured(engine(setup.api, settings, Arc::clone(&setup.clock)))))
}

fn settings(config: &Config, home: Option<&str>) -> Option<Settings> {
    let keys = Keys { account: &ATHENA_ACCOUNT, accounts: &ATHENA_ACCOUNTS, max_bytes: &ATHENA_MAX_BYTES_SCANNED };
    Some(Settings {
        database: config.find(&ATHENA_DATABASE)?,
        table: config.find(&ATHENA_TABLE)?,
        workgroup: config.find(&ATHENA_WORKGROUP),
        output: config.find(&ATHENA_OUTPUT),
        access: Access::of(config, keys, super::region(config.find(&ATHENA_REGION), home)),
    })
}

/// Prepares to ask Athena; sends nothing.
pub fn engine(api: &Api, settings: Settings, clock: Clock) -> Engine {
    let home = settings.access.clone().home(api, &PROFILE, ROWS);
    Engine::new(home, Athena { table: table(&settings), settings, cutoff: OnceCell::new() }, clock)
}

fn table(settings: &Settings) -> Table {
    let as_json = |name: &str| format!("json_format(CAST({0} AS JSON)) AS {0}", name.to_lowercase());
    let columns: Vec<String> = PLACE
        .iter()
        .map(|name| (*name).to_owned())
        .chain(PLAIN.iter().map(|name| name.to_lowercase()))
        .chain(STRUCTS.iter().map(|name| as_json(name)))
        .collect();
    let names = PLACE.iter().chain(PLAIN).chain(STRUCTS);
    Table {
        columns: columns.join(", "),
        names: names.map(|name| name.to_lowercase()).collect(),
        from: format!("{}.{}", identifier(&settings.database), identifier(&settings.table)),
        account: "account",
        region: "region",
        day: Some("day"),
        instant: |time: DateTime<Utc>| text(&time.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        writes: "coalesce(lower(readonly), '') <> 'true'",
        actors: &[
            "json_format(CAST(useridentity AS JSON))",
            "sourceipaddress",
            "requestparameters",
            "responseelements",
            "additionaleventdata",
        ],
        resources: &[
            "requestparameters",
            "responseelements",
            "additionaleventdata",
            "serviceeventdetails",
            "json_format(CAST(resources AS JSON))",
            "json_format(CAST(useridentity AS JSON))",
        ],
    }
}

impl Driver for Athena {
    fn statements(&self) -> &dyn Statements {
        &self.table
    }

    /// A partition is read as a whole: an account, a region and a day.
    fn extent(&self, asked: &Asked) -> f64 {
        asked.places().count() as f64 * count_days(asked.window) as f64
    }

    fn event(&self, row: Row) -> Option<Event> {
        row::event(row)
    }
}
