//! Amazon Athena over the logs of a trail in S3: the table that `trail-template --athena` prints, and any of the same columns.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::asked::Asked;
use super::driver::{Conversation, Driver, Foreseen, Home, Page, Polled, Row, Stage, judge, name_of};
use super::literal::{identifier, text};
use super::source::Engine;
use super::sql::{Table, count_days};
use crate::config::Config;
use crate::config::settings::{
    ATHENA_ACCOUNT, ATHENA_ACCOUNTS, ATHENA_DATABASE, ATHENA_MAX_BYTES_SCANNED, ATHENA_OUTPUT, ATHENA_REGION, ATHENA_TABLE,
    ATHENA_WORKGROUP,
};
use crate::coverage::{Attribute, Cost, EngineFault, LookUp, Profile, SourceName, Unit, Words};
use crate::event::{Event, from_text};
use crate::policy::Presence;
use crate::source::api::{self, Api, OpenQuery, Queries, Rejected, items};
use crate::source::{BoxFuture, Clock, Definition, Opened, Setup};

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

/// Rows of a page.
///
/// Source: Athena API reference, GetQueryResults, `MaxResults`.
const PAGE: usize = 1000;

/// For how long Athena may answer from an earlier result, in minutes.
const REUSE: i64 = 60;

/// The partitions that tell where an event is from whose record does not.
const PLACE: [&str; 2] = ["account", "region"];

/// Columns that are written as they are, by the record's own names for them.
///
/// Source: CloudTrail record contents; the table of `trail-template --athena`, which has what AWS's own has.
const PLAIN: &[&str] = &[
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "serviceEventDetails",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "sessionCredentialFromConsole",
    "addendum",
    "insightDetails",
];

/// Those of them that hold an object, as JSON.
const OBJECTS: &[&str] =
    &["requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "addendum", "insightDetails"];

/// Columns that are structs, which are written as JSON: in a struct's own text nothing tells a value from a key.
const STRUCTS: &[&str] = &["userIdentity", "resources", "tlsDetails"];

/// Keys inside of these, of which the table knows no upper case.
const KEYS: &[&str] = &[
    "type",
    "principalId",
    "arn",
    "accountId",
    "invokedBy",
    "accessKeyId",
    "userName",
    "onBehalfOf",
    "userId",
    "identityStoreArn",
    "sessionContext",
    "attributes",
    "mfaAuthenticated",
    "creationDate",
    "sessionIssuer",
    "ec2RoleDelivery",
    "sourceIdentity",
    "webIdFederationData",
    "federatedProvider",
    "identityProvider",
    "credentialId",
    "signInSessionArn",
    "inScopeOf",
    "sourceArn",
    "sourceAccount",
    "issuerType",
    "credentialsIssuedTo",
    "tlsVersion",
    "cipherSuite",
    "clientProvidedHostHeader",
    "ARN",
];

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
    /// The region of the workgroup.
    pub region: String,
    /// The account whose role asks. Default: none, the process's own credentials do.
    pub account: Option<String>,
    /// Accounts whose logs the table reads. Default: none, which is the own account and those of `[accounts]`.
    pub accounts: Vec<String>,
    /// Accounts that are asked besides the own one, where none were named.
    pub known: Vec<String>,
    /// Most bytes that one query may read.
    pub max_bytes: u64,
}

impl Settings {
    fn workgroup(&self) -> &str {
        self.workgroup.as_deref().unwrap_or("primary")
    }
}

/// Athena.
struct Athena {
    home: Home,
    settings: Arc<Settings>,
    /// The workgroup's own limit of bytes, once it was told.
    cutoff: Arc<OnceCell<Option<u64>>>,
}

fn open(setup: &Setup<'_>) -> Result<Option<Opened>, String> {
    let Some(settings) = settings(setup.config, setup.home_region.as_deref()) else { return Ok(None) };
    let engine = engine(setup.api, settings, Arc::clone(&setup.clock));
    Ok(Some(Opened { source: Arc::new(engine), presence: Presence::Configured }))
}

fn settings(config: &Config, home: Option<&str>) -> Option<Settings> {
    Some(Settings {
        database: config.find(&ATHENA_DATABASE)?,
        table: config.find(&ATHENA_TABLE)?,
        workgroup: config.find(&ATHENA_WORKGROUP),
        output: config.find(&ATHENA_OUTPUT),
        region: super::region(config.find(&ATHENA_REGION), home),
        account: super::account(config, config.find(&ATHENA_ACCOUNT)),
        accounts: config.get(&ATHENA_ACCOUNTS),
        known: super::known(config),
        max_bytes: config.get(&ATHENA_MAX_BYTES_SCANNED),
    })
}

/// Prepares to ask Athena; sends nothing.
pub fn engine(api: &Api, settings: Settings, clock: Clock) -> Engine {
    let home = Home {
        queries: api.queries(settings.account.as_deref(), &settings.region),
        region: settings.region.clone(),
        accounts: settings.accounts.clone(),
        known: settings.known.clone(),
        max_bytes: settings.max_bytes,
    };
    Engine::new(Athena { home, settings: Arc::new(settings), cutoff: Arc::default() }, clock)
}

impl Athena {
    fn table(&self) -> Table {
        let as_json = |name: &str| format!("json_format(CAST({0} AS JSON)) AS {0}", name.to_lowercase());
        let columns: Vec<String> = PLACE
            .iter()
            .map(|name| (*name).to_owned())
            .chain(PLAIN.iter().map(|name| name.to_lowercase()))
            .chain(STRUCTS.iter().map(|name| as_json(name)))
            .collect();
        Table {
            columns: columns.join(", "),
            from: format!("{}.{}", identifier(&self.settings.database), identifier(&self.settings.table)),
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
}

impl Driver for Athena {
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

    /// A partition is read as a whole: an account, a region and a day.
    fn extent(&self, asked: &Asked) -> f64 {
        asked.places().count() as f64 * count_days(asked.window) as f64
    }

    fn most_rows(&self) -> usize {
        ROWS
    }

    fn conversation(&self, caller: &str) -> Arc<dyn Conversation> {
        let (settings, cutoff) = (Arc::clone(&self.settings), Arc::clone(&self.cutoff));
        Arc::new(Talk { queries: self.home.queries.of(caller), settings, cutoff })
    }

    fn event(&self, row: Row) -> Option<Event> {
        let [account, region] = PLACE.map(|name| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned());
        let event = Event::parse(Value::Object(record(row))).ok()?;
        let own = |told: String, of_file: String| if told.is_empty() { of_file } else { told };
        Some(Event { account: own(event.account, account), region: own(event.region, region), ..event })
    }
}

/// Makes the record of a row.
fn record(mut row: Row) -> Map<String, Value> {
    let mut record = Map::new();
    for name in PLAIN {
        let Some(value) = row.remove(&name.to_lowercase()).filter(|value| !value.is_null()) else { continue };
        let value = match (*name, value.as_str()) {
            ("readOnly" | "managementEvent", Some("true")) => Value::Bool(true),
            ("readOnly" | "managementEvent", Some("false")) => Value::Bool(false),
            (name, Some(json)) if OBJECTS.contains(&name) => from_text(json).unwrap_or(value),
            _ => value,
        };
        record.insert((*name).to_owned(), value);
    }
    for name in STRUCTS {
        let Some(Value::String(json)) = row.remove(&name.to_lowercase()) else { continue };
        let value = match serde_json::from_str(&json) {
            // A column of text is written as JSON once more.
            Ok(Value::String(inner)) => from_text(&inner).unwrap_or(Value::String(inner)),
            Ok(value) => value,
            Err(_) => from_text(&json).unwrap_or(Value::String(json)),
        };
        let value = spelt(value, *name == "resources");
        if !value.is_null() {
            record.insert((*name).to_owned(), value);
        }
    }
    record
}

/// Gives keys the spelling of records, and leaves out what is not there.
fn spelt(value: Value, of_resource: bool) -> Value {
    match value {
        Value::Object(fields) => {
            let spelling = |key: String| {
                let known =
                    KEYS.iter().find(|known| known.eq_ignore_ascii_case(&key) && (**known == "ARN") == (of_resource && key == "arn"));
                known.map_or(key, |known| (*known).to_owned())
            };
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(fields.map(|(key, value)| (spelling(key), spelt(value, of_resource))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(|value| spelt(value, of_resource)).collect()),
        value => value,
    }
}

struct Talk {
    queries: Queries,
    settings: Arc<Settings>,
    cutoff: Arc<OnceCell<Option<u64>>>,
}

/// What Athena says of a request, or of a query that failed: code, words in lower case, and what that means.
///
/// Source: Athena user guide, "Troubleshooting in Athena"; Trino's error codes.
fn faults() -> Vec<(&'static str, &'static str, EngineFault)> {
    vec![
        ("", "bytes scanned limit was exceeded", EngineFault::ByteLimit),
        ("", "table_not_found", EngineFault::NoTable),
        ("", "schema_not_found", EngineFault::NoTable),
        ("", "entitynotfoundexception", EngineFault::NoTable),
        ("", "column_not_found", EngineFault::NoColumn),
        ("", "cannot be resolved", EngineFault::NoColumn),
        ("", "constraint_violation", EngineFault::NoPartition),
        ("", "hive_invalid_partition_value", EngineFault::NoPartition),
        ("", "invalid_table_property", EngineFault::NoPartition),
        ("", "no output location", EngineFault::NoOutput),
        ("", "unable to verify/create output bucket", EngineFault::NoOutput),
        ("", "workgroup", EngineFault::NoWorkgroup),
        ("", "access denied", EngineFault::DataDenied),
        ("", "permission_denied", EngineFault::DataDenied),
        ("", "accessdenied", EngineFault::DataDenied),
        ("", "insufficient permissions", EngineFault::DataDenied),
        ("", "kms", EngineFault::DataDenied),
        ("", "exhausted resources", EngineFault::Engine("EXHAUSTED_RESOURCES".to_owned())),
        ("", "query timeout", EngineFault::TimedOut),
        ("", "exceeded_time_limit", EngineFault::TimedOut),
        ("TooManyRequestsException", "concurrent", EngineFault::TooManyQueries),
        ("TooManyRequestsException", "limit", EngineFault::TooManyQueries),
    ]
}

fn rejected(rejected: Rejected) -> EngineFault {
    // What may befall any request has its own words.
    if rejected.failure != crate::coverage::Failure::Refused && rejected.code != "TooManyRequestsException" {
        return EngineFault::Request(rejected.failure);
    }
    judge(rejected, &faults())
}

impl Conversation for Talk {
    fn foresee<'a>(&'a self, _: &'a Asked) -> BoxFuture<'a, Result<Foreseen, EngineFault>> {
        Box::pin(async move {
            let ask = json!({"WorkGroup": self.settings.workgroup()});
            // What may not be read, or not now, tells nothing; the query itself tells what is wrong with a workgroup.
            let told = self.cutoff.get_or_try_init(|| async {
                let told = self.queries.send(&api::engine::ATHENA_WORKGROUP, ask).await.map_err(|_| ())?;
                Ok::<_, ()>(told.pointer("/WorkGroup/Configuration/BytesScannedCutoffPerQuery").and_then(Value::as_u64))
            });
            Ok(Foreseen { bytes: None, most: told.await.ok().copied().flatten() })
        })
    }

    fn submit<'a>(&'a self, statement: &'a str, _: &'a Asked) -> BoxFuture<'a, Result<String, EngineFault>> {
        Box::pin(async move {
            let Settings { database, output, .. } = self.settings.as_ref();
            let mut ask = json!({
                "QueryString": statement,
                "ClientRequestToken": token()?,
                "QueryExecutionContext": {"Database": database},
                "WorkGroup": self.settings.workgroup(),
                "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": true, "MaxAgeInMinutes": REUSE}},
            });
            if let (Some(output), Some(ask)) = (output, ask.as_object_mut()) {
                ask.insert("ResultConfiguration".to_owned(), json!({"OutputLocation": output}));
            }
            let told = self.queries.send(&api::engine::ATHENA_START, ask).await.map_err(rejected)?;
            told.get("QueryExecutionId").and_then(Value::as_str).map(str::to_owned).ok_or(EngineFault::Unreadable)
        })
    }

    fn poll<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Polled, EngineFault>> {
        Box::pin(async move {
            let told = self.queries.send(&api::engine::ATHENA_STATE, json!({"QueryExecutionId": id})).await.map_err(rejected)?;
            let execution = told.get("QueryExecution").ok_or(EngineFault::Unreadable)?;
            let bytes = execution.pointer("/Statistics/DataScannedInBytes").and_then(Value::as_u64).unwrap_or_default();
            let reused = execution.pointer("/Statistics/ResultReuseInformation/ReusedPreviousResult").and_then(Value::as_bool);
            let stage = match execution.pointer("/Status/State").and_then(Value::as_str) {
                Some("QUEUED") => Stage::Queued,
                Some("RUNNING") => Stage::Running,
                Some("SUCCEEDED") => Stage::Done,
                Some("FAILED") => Stage::Failed(failed(execution)),
                Some("CANCELLED") => Stage::Failed(cancelled(execution)),
                _ => return Err(EngineFault::Unreadable),
            };
            Ok(Polled { stage, bytes: if reused == Some(true) { 0 } else { bytes } })
        })
    }

    fn page<'a>(&'a self, id: &'a str, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, EngineFault>> {
        Box::pin(async move {
            let mut ask = json!({"QueryExecutionId": id, "MaxResults": PAGE});
            if let (Some(token), Some(ask)) = (token, ask.as_object_mut()) {
                ask.insert("NextToken".to_owned(), token.into());
            }
            let told = self.queries.send(&api::engine::ATHENA_RESULTS, ask).await.map_err(rejected)?;
            page(&told, token.is_none()).ok_or(EngineFault::Unreadable)
        })
    }

    fn stop<'a>(&'a self, id: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move { _ = self.queries.send(&api::engine::ATHENA_STOP, json!({"QueryExecutionId": id})).await })
    }

    fn open(&self) -> Option<OpenQuery> {
        Some(self.queries.open())
    }

    fn sent(&self) -> u32 {
        self.queries.sent()
    }
}

/// Makes a token by which Athena knows a submission that is sent again.
fn token() -> Result<String, EngineFault> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| EngineFault::Unreadable)?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Reads a page; the first row of the first one names the columns once more.
fn page(told: &Value, first: bool) -> Option<Page> {
    let set = told.get("ResultSet")?;
    let names: Vec<String> =
        items(set.get("ResultSetMetadata")?, "ColumnInfo").filter_map(|one| Some(one.get("Name")?.as_str()?.to_lowercase())).collect();
    let cells =
        |row: &Value| -> Vec<Value> { items(row, "Data").map(|cell| cell.get("VarCharValue").cloned().unwrap_or_default()).collect() };
    let mut rows = items(set, "Rows").map(cells).peekable();
    let header = |cells: &Vec<Value>| cells.iter().map(|cell| cell.as_str().unwrap_or_default().to_lowercase()).eq(names.iter().cloned());
    if first && rows.peek().is_some_and(header) {
        rows.next();
    }
    let rows = rows.map(|cells| names.iter().cloned().zip(cells).collect()).collect();
    let next = told.get("NextToken").and_then(Value::as_str).filter(|token| !token.is_empty()).map(str::to_owned);
    Some(Page { rows, next })
}

/// Says why a query failed.
fn failed(execution: &Value) -> EngineFault {
    let said = |pointer: &str| execution.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let reason = format!("{} {}", said("/Status/StateChangeReason"), said("/Status/AthenaError/ErrorMessage"));
    let lower = reason.to_lowercase();
    let known = faults().into_iter().find(|(code, words, _)| code.is_empty() && lower.contains(words));
    match (known, execution.pointer("/Status/AthenaError/ErrorCategory").and_then(Value::as_i64)) {
        (Some((_, _, fault)), _) => fault,
        (None, Some(2)) => EngineFault::Statement(name_of(reason.trim_start())),
        (None, _) => EngineFault::Engine(name_of(reason.trim_start())),
    }
}

/// Says why a query was cancelled: Athena itself does so at a limit of bytes.
fn cancelled(execution: &Value) -> EngineFault {
    match failed(execution) {
        fault @ (EngineFault::ByteLimit | EngineFault::TimedOut) => fault,
        _ => EngineFault::Cancelled,
    }
}
