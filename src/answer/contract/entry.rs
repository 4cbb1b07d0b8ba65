//! One change, or a fold of several, as it is told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ApplicationReport;

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
    /// How far it is shown to be the cause; absent where it is no suspect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspect: Option<SuspectReport>,
    /// What the application's log says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationReport>,
    /// Who took it back, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone: Option<UndoneReport>,
    /// `suspicious_text`, `after_alert`, `reverted`; of an archive that is verified, whether its file is as delivered: `verified`, `unverified`, `tampered_file`.
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
    /// The same of the last earlier call of this name on the same thing, where it was read: what was set before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier_parameters: Option<Map<String, Value>>,
    /// AWS console link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub console_url: Option<String>,
}

/// How far a change is shown to be the cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspectReport {
    /// `strong`, `likely`, or `possible`: unproven.
    pub confidence: ConfidenceName,
    /// The records that tie it to what the alert names, step by step; the change is made to the last `to`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkReport>,
    /// What speaks against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<String>,
    /// The command that takes it back, made of validated values only; absent where one is unknown. For a person to judge, never to run unasked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
}

/// One step from what the alert names to what was changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkReport {
    /// A thing; the first one with the field of the alert that names it.
    pub from: String,
    /// The next one.
    pub to: String,
    /// `event` and the `eventID` of the record that names both; `line` and the line of the application's log.
    pub by: String,
}

impl LinkReport {
    /// What `by` begins with where it is a line of the application's log.
    const LINE: &str = "line ";

    /// Makes the step from a record of the application's log to a thing that it failed on.
    pub fn of_log(line: usize, to: String) -> Self {
        Self { from: format!("{}{line} of the application's log", Self::LINE), to, by: format!("{}{line}", Self::LINE) }
    }

    /// Tells whether it begins at a record of the application's log.
    pub fn is_of_log(&self) -> bool {
        self.by.starts_with(Self::LINE)
    }
}

/// Names of [`crate::rank::Confidence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are explained at crate::rank::Confidence")]
pub enum ConfidenceName {
    Strong,
    Likely,
    Possible,
}

/// The change that took another one back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoneReport {
    /// RFC 3339.
    pub time: String,
    /// User, role session or service.
    pub by: String,
    /// Its `eventID`.
    pub event_id: String,
}

/// Who made a change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorReport {
    /// User, role session or service.
    pub name: String,
    /// `human`, `role`, `service`, `root`, `agent` or `unknown`.
    pub kind: String,
    /// `console`, `cli`, `terraform`, `cloudformation`, `service`, `aws_mcp` or `sdk`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// With `detail=full`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Who stands behind: person, session, foreign account, agent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<String>,
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
    /// The score at which it is as likely the cause as that no change is.
    pub bar: i32,
    /// How likely it is the cause, beside all other changes: 0 to 1.
    pub chance: f64,
    /// Rules by which it is no suspect, whatever its score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vetoes: Vec<String>,
}

impl Score {
    /// Words the whole score on one line: what was said, what it is held against, what rules it out.
    pub fn words(&self) -> String {
        let parts: Vec<String> = self.parts.iter().map(|part| format!("{} {:+}", part.signal, part.points)).collect();
        let vetoes = if self.vetoes.is_empty() { String::new() } else { format!("; no suspect: {}", self.vetoes.join(", ")) };
        format!("score {}: {}; none weighs {}, chance {:.2}{vetoes}", self.total, parts.join(", "), self.bar, self.chance)
    }
}

/// One signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScorePart {
    /// Its name.
    pub signal: String,
    /// The rule of it that spoke.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
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
