//! The evidence of a report: what a pipeline stores beside an incident. Plain data; `redact` seals it, `render` shows it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, ContextReport, Cost, CoverageReport, Entry, ErrorReport, Finding, Group, Totals};

/// What CloudTrail says about an incident, as the step of a pipeline hands it on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The changes, oldest first; a burst of the same change is one with `repeats`.
    pub cloudtrail_events: Vec<Entry>,
    /// The same changes by category, best rank first; `groups` of the metadata holds the order and the labels.
    pub cloudtrail_grouped: BTreeMap<String, Vec<Entry>>,
    /// What was asked, found, read and left out.
    pub cloudtrail_metadata: EvidenceMetadata,
}

/// What was asked, found, read and left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceMetadata {
    /// How far the evidence goes: empty lists mean "no change" only under `answered`.
    pub status: EvidenceStatus,
    /// What the changes say about the alert; absent when the report is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// One plain sentence, coverage included when it is not complete.
    pub headline: String,
    /// What was understood of the incident: alert, window, regions and resources, each with its basis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextReport>,
    /// How far before the alert was looked at first, such as `30m`; `context.window` is what was looked at in the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookback: Option<String>,
    /// Most changes that the report lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_events: Option<usize>,
    /// Whether changes matched that are not listed.
    pub truncated: bool,
    /// matched = shown + folded + remaining.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Totals>,
    /// The categories, in the order of their best rank.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<EvidenceGroup>,
    /// What was looked at and what was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageReport>,
    /// What it cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// Why CloudTrail could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// How far the evidence goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceStatus {
    /// Everything asked was read; the newest minutes may be lacking.
    Answered,
    /// Some of it was read.
    Partial,
    /// Nothing was read: the lists are empty, which says nothing about what changed.
    CouldNotLook,
    /// The operator has switched the report off: the lists are empty, which says nothing about what changed.
    Disabled,
}

/// One category of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceGroup {
    /// Its key in `cloudtrail_grouped`.
    pub category: String,
    /// Its label.
    pub label: String,
    /// Its icon.
    pub icon: String,
    /// All matched changes of the category, folded ones included.
    pub total: usize,
}

/// How a report asks; nothing where the settings could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportQuery {
    /// Most changes to list.
    pub max_events: Option<usize>,
    /// How far before the alert to look, such as `30m`.
    pub lookback: Option<String>,
}

impl Evidence {
    /// Makes the evidence of an answer, refusals included.
    ///
    /// Shape: every entry of the answer stands once in the events and once in its category.
    pub fn of(answer: Answer, query: ReportQuery) -> Self {
        let status = match (answer.finding, &answer.coverage) {
            (Finding::CouldNotLook, _) => EvidenceStatus::CouldNotLook,
            (_, Some(coverage)) if coverage.is_settled() => EvidenceStatus::Answered,
            _ => EvidenceStatus::Partial,
        };
        let mut events: Vec<Entry> = answer.entries().into_iter().cloned().collect();
        // The times are RFC 3339 in UTC, so they sort as text; of one second the better rank comes first.
        events.sort_by(|a, b| a.time.cmp(&b.time));
        let groups = answer.groups.iter().map(|group| EvidenceGroup {
            category: group.category.clone(),
            label: group.label.clone(),
            icon: group.icon.clone(),
            total: group.total,
        });
        Self {
            cloudtrail_metadata: EvidenceMetadata {
                finding: Some(answer.finding),
                context: answer.context,
                truncated: answer.totals.is_some_and(|totals| totals.remaining > 0),
                counts: answer.totals,
                groups: groups.collect(),
                coverage: answer.coverage,
                cost: answer.cost,
                error: answer.error,
                ..EvidenceMetadata::empty(status, answer.headline, query)
            },
            cloudtrail_events: events,
            cloudtrail_grouped: answer.groups.into_iter().map(|Group { category, events, .. }| (category, events)).collect(),
        }
    }

    /// Makes the evidence of a report that is switched off. `why` goes on after "Disabled:".
    pub fn disabled(why: &str, query: ReportQuery) -> Self {
        let headline = format!("Disabled: {why}. CloudTrail was not looked at, so this says nothing about what changed.");
        Self {
            cloudtrail_events: Vec::new(),
            cloudtrail_grouped: BTreeMap::new(),
            cloudtrail_metadata: EvidenceMetadata::empty(EvidenceStatus::Disabled, headline, query),
        }
    }
}

impl EvidenceMetadata {
    fn empty(status: EvidenceStatus, headline: String, query: ReportQuery) -> Self {
        Self {
            status,
            finding: None,
            headline,
            context: None,
            lookback: query.lookback,
            max_events: query.max_events,
            truncated: false,
            counts: None,
            groups: Vec::new(),
            coverage: None,
            cost: None,
            error: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{CellReport, SourceLabel};
    use crate::coverage::{State, Verdict};
    use crate::refusal::{Code, Refusal};

    fn entry(rank: usize, time: &str) -> Entry {
        Entry { event_id: format!("event-{rank}"), rank, time: time.into(), ..Entry::default() }
    }

    fn group(category: &str, events: Vec<Entry>) -> Group {
        Group { category: category.into(), label: category.into(), icon: "🔧".into(), total: events.len(), events }
    }

    fn answer(states: &[State], verdict: Verdict, groups: Vec<Group>) -> Answer {
        let cells = states.iter().map(|state| CellReport {
            alike: 0,
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            source: SourceLabel(crate::source::event_history::PROFILE.name),
            state: *state,
            covered_from: None,
            covered_to: None,
            requests: 1,
            events: 0,
            detail: None,
        });
        let coverage = CoverageReport { verdict, cells: cells.collect(), blind_spots: Vec::new(), next: None };
        let mut answer = Answer::could_not_look((&Refusal::new(Code::Unavailable, "", "")).into(), Some(coverage));
        (answer.finding, answer.error, answer.groups) = (Finding::NoSuspect, None, groups);
        answer
    }

    fn query() -> ReportQuery {
        ReportQuery { max_events: Some(50), lookback: Some("30m".into()) }
    }

    #[test]
    fn events_stand_oldest_first_and_each_once_in_its_category() {
        let groups = vec![
            group("security_group", vec![entry(1, "2026-01-27T20:03:00Z"), entry(4, "2026-01-27T19:50:00Z")]),
            group("database", vec![entry(2, "2026-01-27T19:59:59Z"), entry(3, "2026-01-27T20:03:00Z")]),
        ];
        let evidence = Evidence::of(answer(&[State::Exhausted], Verdict::Complete, groups), query());
        let ranks: Vec<usize> = evidence.cloudtrail_events.iter().map(|event| event.rank).collect();
        assert_eq!(ranks, [4, 2, 1, 3]);
        let grouped: usize = evidence.cloudtrail_grouped.values().map(Vec::len).sum();
        assert_eq!(grouped, 4);
        let order: Vec<&str> = evidence.cloudtrail_metadata.groups.iter().map(|group| group.category.as_str()).collect();
        assert_eq!(order, ["security_group", "database"]);
    }

    #[test]
    fn only_what_was_read_whole_is_answered() {
        let cases = [
            (vec![State::Exhausted], Verdict::Complete, EvidenceStatus::Answered),
            (vec![State::Exhausted, State::Lagging], Verdict::Partial, EvidenceStatus::Answered),
            (vec![State::Exhausted, State::PageCap], Verdict::Partial, EvidenceStatus::Partial),
            (vec![State::NoData], Verdict::Partial, EvidenceStatus::Partial),
            (vec![State::Exhausted, State::DeniedByPolicy], Verdict::Complete, EvidenceStatus::Answered),
            (vec![State::Exhausted, State::DeniedByPolicy], Verdict::Partial, EvidenceStatus::Partial),
            (vec![State::Lagging, State::DeniedByPolicy], Verdict::Partial, EvidenceStatus::Answered),
        ];
        for (states, verdict, status) in cases {
            assert_eq!(Evidence::of(answer(&states, verdict, Vec::new()), query()).cloudtrail_metadata.status, status, "{states:?}");
        }
    }

    #[test]
    fn a_refusal_leaves_empty_lists_and_its_error_in_the_metadata() {
        let refusal = Refusal::new(Code::AccessDenied, "eu-west-1 was denied by AWS", "Allow cloudtrail:LookupEvents.");
        let evidence = Evidence::of(Answer::could_not_look((&refusal).into(), None), query());
        assert!(evidence.cloudtrail_events.is_empty() && evidence.cloudtrail_grouped.is_empty());
        assert_eq!(evidence.cloudtrail_metadata.status, EvidenceStatus::CouldNotLook);
        assert_eq!(evidence.cloudtrail_metadata.error.map(|error| error.code).as_deref(), Some("access_denied"));
    }

    #[test]
    fn a_disabled_report_claims_no_finding() {
        let evidence = Evidence::disabled("report.enabled is false", query());
        assert_eq!((evidence.cloudtrail_metadata.status, evidence.cloudtrail_metadata.finding), (EvidenceStatus::Disabled, None));
    }
}
