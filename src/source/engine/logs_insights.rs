//! CloudWatch Logs Insights over the log groups that trails write to, or over the unified data store: successor of CloudTrail Lake.
//!
//! Why its own language and not its SQL? Only there does a query reach 10,000 records, and the unified store by its facet.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::asked::Asked;
use super::athena::{LOOK_UPS, QUERIES};
use super::conversation::{Foreseen, Polled, Requests, Stage, Wire};
use super::driver::{Driver, Fault, Of, Row, Statements, cell, name_of};
use super::literal::needle;
use super::source::Engine;
use super::sql::Table;
use super::{Access, Keys};
use crate::config::Config;
use crate::config::settings::{
    LOGS_INSIGHTS_ACCOUNT, LOGS_INSIGHTS_ACCOUNTS, LOGS_INSIGHTS_DATA_SOURCES, LOGS_INSIGHTS_LOG_GROUPS, LOGS_INSIGHTS_MAX_BYTES_SCANNED,
    LOGS_INSIGHTS_REGION,
};
use crate::coverage::{Attribute, Cost, EngineFault, Profile, SourceName, Words};
use crate::event::{ACTS, Event};
use crate::source::api::{Api, Queries, engine, items};
use crate::source::{BoxFuture, Clock, Definition, Kind, Opened, Setup};
use crate::time::Window;

/// The source.
pub const DEFINITION: Definition = Definition { profile: &PROFILE, open };

/// What Logs Insights is like.
pub static PROFILE: Profile = Profile {
    name: SourceName::new("logs_insights"),
    title: "CloudWatch Logs",
    offered: true,
    auto: Some(4),
    asks_aws: true,
    by_region: false,
    by_account: false,
    retention: None,
    // Source: CloudTrail user guide: about 5 minutes, to be planned as 15.
    lag: TimeDelta::minutes(15),
    live: true,
    look_ups: LOOK_UPS,
    // Source: CloudWatch pricing (US): 0.005 USD a gigabyte scanned.
    cost: Cost::Bytes { unit: QUERIES, usd_per_tb: 5.0, least: 0 },
    rereads: false,
    data_events: true,
    never_sees: "accounts and regions whose trail does not write to the log groups, which look like a quiet time",
    words: Words {
        holds: "events",
        no_data: "has no events in the log groups",
        part_missing: "has no events in the log groups for part of the window",
        no_data_next: "For the operator: check that [logs_insights] log_groups or data_sources name what the trail writes to, and for how long it is kept.",
        denied_next: "For the operator: allow this identity, or the role of [logs_insights] account, logs:StartQuery on the log groups, \
                      logs:GetQueryResults, StopQuery and DescribeLogGroups.",
        not_there: "no log group is configured ([logs_insights] log_groups, data_sources)",
    },
};

/// Most rows of one query.
///
/// Source: CloudWatch Logs Insights query syntax, `limit`.
const ROWS: usize = 10_000;

/// Rows of a page: of records, most of which are a few KiB.
const PAGE: usize = 2000;

/// Longest statement, in characters.
///
/// Source: CloudWatch Logs API reference, StartQuery, `queryString`.
const LONGEST: usize = 10_000;

/// How much later than an event it may be in the log: a query's own time is that of the log's entries.
const DELIVERY: TimeDelta = TimeDelta::minutes(20);

/// How CloudWatch Logs are reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Names or ARNs of log groups.
    pub log_groups: Vec<String>,
    /// Names of data sources of the unified store, where there are no log groups.
    pub data_sources: Vec<String>,
    /// Where they are, who asks, and for which accounts.
    pub access: Access,
}

/// The log groups or data sources, and how CloudWatch Logs are spoken to.
struct Groups {
    log_groups: Vec<String>,
    data_sources: Vec<String>,
}

fn open(setup: &Setup<'_>) -> Result<Option<Opened>, String> {
    let settings = settings(setup.config, setup.home_region.as_deref());
    if settings.log_groups.is_empty() && settings.data_sources.is_empty() {
        return Ok(None);
    }
    Ok(super::configured(engine(setup.api, settings, Arc::clone(&setup.clock))))
}

fn settings(config: &Config, home: Option<&str>) -> Settings {
    let keys = Keys { account: &LOGS_INSIGHTS_ACCOUNT, accounts: &LOGS_INSIGHTS_ACCOUNTS, max_bytes: &LOGS_INSIGHTS_MAX_BYTES_SCANNED };
    Settings {
        log_groups: config.get(&LOGS_INSIGHTS_LOG_GROUPS),
        data_sources: config.get(&LOGS_INSIGHTS_DATA_SOURCES),
        access: Access::of(config, keys, super::region(config.find(&LOGS_INSIGHTS_REGION), home)),
    }
}

/// Prepares to ask CloudWatch Logs; sends nothing.
pub fn engine(api: &Api, settings: Settings, clock: Clock) -> Engine {
    let Settings { log_groups, data_sources, access } = settings;
    Engine::new(access.home(api, &PROFILE, ROWS), Groups { log_groups, data_sources }, clock)
}

/// Writes text as a string; only for what has no sign that means anything in one.
fn text(value: &str) -> String {
    format!("\"{value}\"")
}

fn list<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<String> = values.into_iter().map(text).collect();
    format!("[{}]", values.join(", "))
}

fn matches(needle: &str) -> String {
    format!("@message like /(?i){}/", pattern(needle))
}

/// Writes what is looked for as a regular expression.
fn pattern(needle: &str) -> String {
    needle.chars().flat_map(|c| ['.', '+'].contains(&c).then_some('\\').into_iter().chain([c])).collect()
}

impl Groups {
    /// Writes what bounds every query: account and region; its time stands beside the statement.
    ///
    /// Of a long record the last fields are not found, as Logs Insights finds 200 in each; what is not found is not ruled out here, but
    /// judged when the record is there.
    /// Source: CloudWatch Logs user guide, "Supported logs and discovered fields" (at most 200 fields of a JSON log).
    fn bounds(&self, asked: &Asked) -> Vec<String> {
        let mut lines = Vec::new();
        if self.log_groups.is_empty() {
            let sources = list(self.data_sources.iter().map(String::as_str));
            lines.extend(["SOURCE logGroups()".to_owned(), format!("filterIndex @data_source_name in {sources}")]);
        }
        let accounts = list(asked.accounts.iter().map(String::as_str));
        lines.push(format!("filter recipientAccountId in {accounts} or not ispresent(recipientAccountId)"));
        lines.push(format!("filter awsRegion in {}", list(asked.regions.iter().map(String::as_str))));
        lines
    }
}

/// Writes which records are wanted.
fn kind(kind: &Kind) -> Option<String> {
    let acts = list(ACTS.iter().copied());
    match kind {
        // What says nothing of itself is judged here.
        Kind::Everything | Kind::Exact(Attribute::ReadOnly, _) => None,
        // A flag is a number there.
        Kind::Writes => Some(format!("readOnly = 0 or not ispresent(readOnly) or eventName in {acts}")),
        Kind::EventId(name) => needle(Attribute::EventId, name).map(matches),
        Kind::Exact(attribute, name) => needle(*attribute, name).map(matches),
    }
}

impl Statements for Groups {
    fn records(&self, asked: &Asked, rows: usize) -> String {
        let mut lines = self.bounds(asked);
        let kinds: Option<Vec<String>> = asked.kinds().map(|asked| kind(&asked)).collect();
        lines.extend(kinds.map(|kinds| format!("filter {}", kinds.join(" or "))));
        lines.extend(["fields @message".to_owned(), "sort eventTime desc".to_owned(), format!("limit {rows}")]);
        lines.join("\n| ")
    }

    fn presence(&self, asked: &Asked) -> String {
        let mut lines = self.bounds(asked);
        lines.push("stats count(*) as events by recipientAccountId, awsRegion".to_owned());
        lines.join("\n| ")
    }

    /// None: its SQL is OpenSearch's, which has other names and functions than the statements that policy reads. Presets ask in its own
    /// language.
    ///
    /// Source: CloudWatch Logs user guide, "Supported query languages" (OpenSearch SQL).
    fn table(&self) -> Option<&Table> {
        None
    }
}

impl Driver for Groups {
    fn statements(&self) -> &dyn Statements {
        self
    }

    fn event(&self, row: Row) -> Option<Event> {
        Event::parse(serde_json::from_str(cell(&row, "@message")?.as_str()?).ok()?).ok()
    }
}

impl Wire for Groups {
    fn requests(&self) -> Requests {
        Requests {
            begin: &engine::LOGS_START,
            look: &engine::LOGS_RESULTS,
            fetch: &engine::LOGS_RESULTS,
            stop: &engine::LOGS_STOP,
            id: "queryId",
            rows: ("maxItems", PAGE),
            next: "nextToken",
        }
    }

    /// Source: CloudWatch Logs API reference, StartQuery, "Errors".
    fn faults(&self) -> Vec<Fault> {
        let code = |code, means| Fault(Of::Code(code), "", means);
        vec![code("LimitExceededException", EngineFault::TooManyQueries), code("ResourceNotFoundException", EngineFault::NoLogGroup)]
    }

    /// Foresees from what the groups store and for how long they do, where that is told.
    fn foresee<'a>(&'a self, queries: &'a Queries, asked: &'a Asked) -> BoxFuture<'a, Foreseen> {
        Box::pin(async move {
            let mut bytes = None;
            for group in &self.log_groups {
                let name = group.split(":log-group:").last().unwrap_or_default().trim_end_matches(":*");
                let Ok(told) = queries.send(&engine::LOGS_GROUPS, json!({"logGroupNamePrefix": name})).await else { continue };
                let own = items(&told, "logGroups").find(|one| one.get("logGroupName").and_then(Value::as_str) == Some(name));
                if let Some(expected) = own.and_then(|group| expected(group, asked.window)) {
                    bytes = Some(bytes.unwrap_or_default() + expected);
                }
            }
            Foreseen { bytes, most: None }
        })
    }

    fn begin(&self, statement: &str, asked: &Asked) -> Result<Value, EngineFault> {
        if statement.chars().count() > LONGEST {
            return Err(EngineFault::TooLong);
        }
        let Window { from, to } = asked.window.whole_seconds();
        let until = to.checked_add_signed(DELIVERY).unwrap_or(to);
        let mut ask = json!({"startTime": from.timestamp(), "endTime": until.timestamp(), "queryString": statement, "limit": ROWS});
        if let Some(ask) = ask.as_object_mut().filter(|_| !self.log_groups.is_empty()) {
            let groups: Vec<&str> = self.log_groups.iter().map(|group| group.trim_end_matches(":*")).collect();
            // Source: CloudWatch Logs API reference, StartQuery: groups of other accounts are named by their ARN, and not as names.
            let member = if groups.iter().any(|group| group.starts_with("arn:")) { "logGroupIdentifiers" } else { "logGroupNames" };
            ask.insert(member.to_owned(), json!(groups));
        }
        Ok(ask)
    }

    /// No row is wanted before all are there.
    fn looking(&self) -> Value {
        json!({"maxItems": 0})
    }

    fn polled(&self, told: &Value) -> Option<Polled> {
        let bytes = told.pointer("/statistics/bytesScanned").and_then(Value::as_f64).unwrap_or_default();
        let stage = match told.get("status").and_then(Value::as_str)? {
            "Scheduled" => Stage::Queued,
            "Running" | "Unknown" => Stage::Running,
            "Complete" => Stage::Done,
            "Failed" => Stage::Failed(EngineFault::Engine(String::new())),
            "Cancelled" => Stage::Failed(EngineFault::Cancelled),
            "Timeout" => Stage::Failed(EngineFault::TimedOut),
            other => Stage::Failed(EngineFault::Engine(name_of(other))),
        };
        Some(Polled { stage, bytes: bytes.max(0.0) as u64, age: TimeDelta::zero() })
    }

    fn rows(&self, told: &Value, _: bool) -> Option<Vec<Row>> {
        let cell = |cell: &Value| Some((cell.get("field")?.as_str()?.to_owned(), cell.get("value")?.clone()));
        let row = |row: &Value| row.as_array().into_iter().flatten().filter_map(cell).collect();
        Some(told.get("results")?.as_array()?.iter().map(row).collect())
    }
}

/// Estimates what a window of a group holds, as if it were filled evenly since it was made, or for as long as it keeps anything.
fn expected(group: &Value, window: Window) -> Option<u64> {
    const DAY: f64 = 86_400.0;
    let stored = group.get("storedBytes")?.as_f64()?;
    let age = window.to.timestamp() as f64 - group.get("creationTime")?.as_f64()? / 1000.0;
    let kept = group.get("retentionInDays").and_then(Value::as_f64).map_or(age, |days| age.min(days * DAY)).max(DAY);
    let asked = (window.length() + DELIVERY).num_seconds() as f64;
    Some((stored * (asked / kept).min(1.0)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_means_nothing_in_a_pattern_but_itself() {
        for (name, written) in [("i-0.1+a", "i-0\\.1\\+a"), ("a/b\"|(cd)", "cd"), ("x'or/yy'1/", "yy")] {
            let line = kind(&Kind::Exact(Attribute::ResourceName, name.to_owned())).unwrap();
            assert_eq!(line, format!("@message like /(?i){written}/"));
        }
        assert_eq!(kind(&Kind::EventId("|/\\\"".to_owned())), None);
    }

    #[test]
    fn a_group_is_expected_to_be_filled_evenly() {
        let at = |text| crate::time::parse(text).unwrap();
        let window = Window::new(at("2026-01-31T00:00:00Z"), at("2026-01-31T23:40:00Z")).unwrap();
        let made = at("2026-01-01T23:40:00Z").timestamp_millis();
        let group = json!({"storedBytes": 3000, "creationTime": made});
        assert_eq!(expected(&group, window), Some(100));
        let group = json!({"storedBytes": 3000, "creationTime": made, "retentionInDays": 10});
        assert_eq!(expected(&group, window), Some(300));
        assert_eq!(expected(&json!({}), window), None);
    }
}
