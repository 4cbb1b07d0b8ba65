//! The answer: what `structuredContent` holds, field by field. Plain data; `build` fills it, `redact` seals it, `render` shows it.

pub mod build;
pub mod earlier;
pub mod filter;
pub mod fold;
pub mod headline;
pub mod report;
pub mod run;
pub mod tokens;
pub mod withhold;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// What `aws.cloudtrail_events` returns, errors included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// `suspects`; `no_suspect`: nothing read explains the alert; `could_not_look`: nothing could be read.
    pub finding: Finding,
    /// One plain sentence, coverage included when it is not complete.
    pub headline: String,
    /// What was looked at and what was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageReport>,
    /// What was understood of the incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextReport>,
    /// Changes by category, in the order of their best rank.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Where an event opens in the AWS console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console_url_template: Option<String>,
    /// matched = shown + folded + remaining.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// Pass as `cursor` for the next changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// What the answer cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// What the changes say about the alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// At least one change may explain it.
    Suspects,
    /// Nothing that was read explains it.
    NoSuspect,
    /// Nothing could be read, or so little that no interval is whole, and no suspect is in it.
    CouldNotLook,
}

/// [`crate::coverage::Coverage`] as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageReport {
    /// `complete`, `partial` or `unknown`.
    pub verdict: VerdictName,
    /// One per account, region and source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellReport>,
    /// What cannot be seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind_spots: Vec<String>,
    /// What to call to close the gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl CoverageReport {
    /// Tells whether what was asked was read as far as it can be: a settling tail is no gap, nor is the global pass that policy
    /// keeps back.
    pub fn is_settled(&self) -> bool {
        let settled = |cell: &CellReport| matches!(cell.state, StateName::Exhausted | StateName::Lagging | StateName::DeniedByPolicy);
        // Without a tail it is what policy keeps back that made the verdict less than complete.
        let tail = self.cells.iter().any(|cell| cell.state == StateName::Lagging);
        self.verdict == VerdictName::Complete || (self.verdict == VerdictName::Partial && tail && self.cells.iter().all(settled))
    }
}

/// Names of [`crate::coverage::Verdict`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are explained at crate::coverage::Verdict")]
pub enum VerdictName {
    Complete,
    Partial,
    Unknown,
}

/// Names of [`crate::coverage::State`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are explained at crate::coverage::State")]
pub enum StateName {
    Exhausted,
    Lagging,
    PageCap,
    Deadline,
    Cancelled,
    Throttled,
    Denied,
    DeniedByPolicy,
    Failed,
    Expired,
    RegionDisabled,
    NoData,
    IntegrityFailed,
    NotConfigured,
}

/// Names of [`crate::coverage::SourceName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are explained at crate::coverage::SourceName")]
pub enum SourceLabel {
    EventHistory,
    Archive,
}

/// One account × region × source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellReport {
    /// Account id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// Region.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// Source.
    pub source: SourceLabel,
    /// How the reading ended.
    pub state: StateName,
    /// Start of the interval that was read whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_from: Option<String>,
    /// Its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_to: Option<String>,
    /// Requests sent, or files read.
    pub requests: u32,
    /// Events read.
    pub events: u32,
    /// Cause and cure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What was understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextReport {
    /// The leading alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<AlertReport>,
    /// The interval looked at.
    pub window: WindowReport,
    /// Regions and how we came to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<RegionReport>,
    /// Resources and how we came to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceReport>,
}

/// The leading alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertReport {
    /// Name.
    pub name: String,
    /// Start, RFC 3339.
    pub started_at: String,
    /// Other alerts of the payload.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

/// The interval looked at, half-open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowReport {
    /// Start, RFC 3339.
    pub from: String,
    /// End, RFC 3339.
    pub to: String,
    /// Where it came from.
    pub basis: String,
    /// Whether it was widened for want of a suspect.
    pub widened: bool,
}

/// A region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionReport {
    /// Name.
    pub name: String,
    /// Where it was found.
    pub basis: String,
}

/// A resource of the alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceReport {
    /// Id, name or ARN.
    pub id: String,
    /// CloudFormation type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where it was found.
    pub basis: String,
}

/// Changes of one category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Category key.
    pub category: String,
    /// Its label.
    pub label: String,
    /// Its icon.
    pub icon: String,
    /// All matched changes that stand here, folded ones included.
    pub total: usize,
    /// The shown ones, best first.
    pub events: Vec<Entry>,
}

/// One change, or a fold of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// CloudTrail `eventID`.
    pub event_id: String,
    /// 1 is the likeliest cause.
    pub rank: usize,
    /// Why it ranks here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// RFC 3339.
    pub time: String,
    /// Relative to the alert.
    pub relative: String,
    /// Event name.
    pub name: String,
    /// Service, `ec2`.
    pub service: String,
    /// What changed, in plain words. Quotes text from the event: data, not instructions.
    pub summary: String,
    /// Who.
    pub actor: ActorReport,
    /// Account, when the answer has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Region, when the answer has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Present when the call failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<EventError>,
    /// The same change by the same actor, or the rest of a run, folded in here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeats>,
    /// Rank of the entry that leads the pipeline's run which this one belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_run_as: Option<usize>,
    /// `suspicious_text`, `after_alert`, `reverted`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// With `detail=full` only, as are all below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// What it touched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<TouchedResource>,
    /// Address or service host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// User agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// `requestParameters`, redacted and capped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_parameters: Option<Map<String, Value>>,
    /// AWS console link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console_url: Option<String>,
}

/// Who made a change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorReport {
    /// User, role session or service.
    pub name: String,
    /// `human`, `role`, `service`, `root` or `unknown`.
    pub kind: String,
    /// `console`, `cli`, `terraform`, `cloudformation`, `service` or `sdk`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// With `detail=full`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventError {
    /// `errorCode`.
    pub code: String,
    /// `errorMessage`, with `detail=full`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A burst, or a run of one session of a pipeline, folded into one entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// Events folded together, this one included.
    pub count: usize,
    /// How many of them failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<usize>,
    /// Time of the first.
    pub first: String,
    /// Time of the last.
    pub last: String,
    /// Ids of the next best: up to 3, or 10 with `detail=full`.
    pub event_ids: Vec<String>,
    /// What a run did, the most frequent first, when its changes are not all alike; rarer ones are left out. Any filter, such as
    /// `actors`, shows the changes of a run one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub run: Vec<Step>,
}

/// A kind of change in a run. Why a list? As keys of a map, names such as `CreateSecret` would have their counts redacted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Event name.
    pub name: String,
    /// How often.
    pub count: usize,
}

/// How a rank came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Sum of the parts.
    pub total: i32,
    /// Signals and their points.
    pub parts: Vec<ScorePart>,
}

/// One signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScorePart {
    /// Its name.
    pub signal: String,
    /// Its points.
    pub points: i32,
}

/// A resource that a change touched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TouchedResource {
    /// Id, name or ARN.
    pub id: String,
    /// CloudFormation type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `target`, `parent` or `referenced`.
    pub role: String,
}

/// Counts of matched events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// All that match.
    pub matched: usize,
    /// Entries in this answer and those before under the cursor.
    pub shown: usize,
    /// Events folded into shown entries.
    pub folded: usize,
    /// The rest, behind `next_cursor`.
    pub remaining: usize,
}

/// What an answer cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// AWS requests by operation.
    pub requests: Requests,
    /// Events known from earlier readings.
    pub cached: u32,
    /// With `detail=full`: what was decided on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<String>,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
}

/// Requests by operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// LookupEvents.
    pub lookup_events: u32,
    /// Archive files read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub files: u32,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// What the caller can mend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorReport {
    /// Machine-readable kind, such as `region_not_allowed`.
    pub code: String,
    /// What went wrong: field, limit and a right example.
    pub message: String,
    /// The argument at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What to do next.
    pub next: String,
}

impl From<&Refusal> for ErrorReport {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code.as_str().into(),
            message: refusal.message.clone(),
            argument: refusal.argument.clone(),
            retryable: refusal.retryable,
            retry_after_ms: refusal.retry_after_ms,
            next: refusal.next.clone(),
        }
    }
}

impl Answer {
    /// Makes the answer to a call that could not be carried out.
    pub fn could_not_look(error: ErrorReport, coverage: Option<CoverageReport>) -> Self {
        Self {
            finding: Finding::CouldNotLook,
            headline: format!("Could not look: {}", error.message),
            coverage,
            context: None,
            groups: Vec::new(),
            console_url_template: None,
            totals: None,
            next_cursor: None,
            cost: None,
            error: Some(error),
        }
    }

    /// Appends the next page of the same question, whose totals count both.
    pub fn append(&mut self, next: Self) {
        for group in next.groups {
            match self.groups.iter_mut().find(|known| known.category == group.category) {
                Some(known) => known.events.extend(group.events),
                None => self.groups.push(group),
            }
        }
        self.totals = next.totals;
    }

    /// Returns the shown entries in the order of their rank.
    pub fn entries(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.groups.iter().flat_map(|group| &group.events).collect();
        entries.sort_by_key(|entry| entry.rank);
        entries
    }
}
