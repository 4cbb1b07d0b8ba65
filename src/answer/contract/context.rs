//! What was understood of the incident, as it is told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// `suspicious_text`: what was given as the investigation speaks to its reader rather than of an incident.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
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
