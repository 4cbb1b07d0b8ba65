//! What an application's log says of the changes, as it is told.

use std::collections::HashMap;

use super::Style;
use crate::answer::application::{Application, Missing};
use crate::answer::contract::SUSPICIOUS_TEXT;
use crate::answer::draft::{Detail, Draft};
use crate::answer::fold::Fold;
use crate::answer::{
    ApplicationReport, CorrelationReport, StrengthName, TierName, TierReport, UnreadableReport, UnseenReport, UntoldReport,
};
use crate::correlate::{AppRecord, Join, Strength, Tier};
use crate::{redact, time};

/// Records of each list that are told at concise and at full detail.
const TOLD: usize = 4;
/// See [`TOLD`].
const TOLD_IN_FULL: usize = 10;
/// Lines that are named of one change.
const LINES: usize = 3;
/// Longest summary.
const MAX_SUMMARY_CHARS: usize = 300;

/// The log, and the joins of each change.
pub(super) struct Joined<'a> {
    application: Application<'a>,
    by_event: HashMap<&'a str, Vec<&'a Join>>,
}

impl<'a> Joined<'a> {
    /// Looks up a draft's log; nothing where none was given.
    pub(super) fn of(draft: &Draft<'a>) -> Option<Self> {
        let application = draft.application?;
        Some(Self { application, by_event: application.by_event() })
    }

    /// Tells what the log says of an entry: of its leading change, or else of those that are folded into it.
    pub(super) fn entry(&self, draft: &Draft<'_>, fold: &Fold<'_>, style: &Style) -> (Option<ApplicationReport>, bool) {
        let of = |id: &str| self.by_event.get(id).map(Vec::as_slice).unwrap_or_default().iter().copied();
        let best: Vec<&Join> = of(&fold.best.change.event.event_id).collect();
        let joins = if best.is_empty() { fold.members.iter().flat_map(|one| of(&one.change.event.event_id)).collect() } else { best };
        let Some((join, record)) =
            joins.iter().min_by_key(|join| (join.tier, join.record)).and_then(|join| Some((join, self.application.record(join)?)))
        else {
            return (None, false);
        };
        let mut lines: Vec<usize> = joins.iter().filter_map(|join| self.application.record(join)).map(|record| record.line).collect();
        lines.sort_unstable();
        lines.dedup();
        let all = lines.len();
        lines.truncate(LINES);
        let report = ApplicationReport {
            lines,
            lines_total: if all > LINES { all } else { 0 },
            tier: tier_name(join.tier),
            strength: strength_name(join.tier.strength()),
            summary: redact::clean(&style.words.record(record, draft.untrusted), MAX_SUMMARY_CHARS),
        };
        (Some(report), is_suspicious(record))
    }

    /// Tells of the log as a whole.
    pub(super) fn report(&self, draft: &Draft<'a>, style: &Style) -> CorrelationReport {
        let Application { log, joins, .. } = self.application;
        let most = if draft.detail == Detail::Full { TOLD_IN_FULL } else { TOLD };
        let mut tiers: HashMap<usize, Tier> = HashMap::new();
        for join in &joins.joins {
            let tier = tiers.entry(join.record).or_insert(join.tier);
            *tier = join.tier.min(*tier);
        }
        let count = |tier: Tier| tiers.values().filter(|one| **one == tier).count();
        let Missing { unseen, untold, unjudged, unfollowed } = self.application.missing(draft.ranked, draft.coverage, draft.window);
        let followed = draft.filter.include_reads || unfollowed == 0;
        let words = |record: &AppRecord| redact::clean(&style.words.record(record, draft.untrusted), MAX_SUMMARY_CHARS);
        let time_of = |record: &AppRecord| joins.clocks.corrected(record).map(time::rfc3339).unwrap_or_default();
        let told = unseen.get(..unseen.len().min(most)).unwrap_or_default();
        CorrelationReport {
            records: log.records.len(),
            joined: tiers.len(),
            unrecognised: log.plain,
            tiers: Tier::ALL
                .into_iter()
                .filter(|tier| count(*tier) > 0)
                .map(|tier| TierReport { tier: tier_name(tier), strength: strength_name(tier.strength()), records: count(tier) })
                .collect(),
            clock: style.words.clock(&joins.clocks),
            unseen: told.iter().map(|record| UnseenReport { line: record.line, time: time_of(record), summary: words(record) }).collect(),
            unseen_total: unseen.len(),
            untold: untold.iter().take(most).map(|one| untold_report(draft, one)).collect(),
            untold_total: untold.len(),
            unjudged: style.words.unjudged(&unjudged),
            unjudged_total: unjudged.iter().map(|(_, records)| records).sum(),
            next: (!followed).then(|| style.words.sessions_not_followed(unfollowed)).into_iter().collect(),
            unreadable: log
                .faults
                .iter()
                .take(most)
                .map(|fault| UnreadableReport { line: fault.line, problem: fault.problem.words().to_owned() })
                .collect(),
            unreadable_total: log.faulty,
            flags: if told.iter().any(|record| is_suspicious(record)) { vec![SUSPICIOUS_TEXT.to_owned()] } else { Vec::new() },
        }
    }
}

fn untold_report(draft: &Draft<'_>, one: &crate::rank::Ranked) -> UntoldReport {
    let event = &one.change.event;
    let (summary, actor) =
        (super::entry::summary(&one.change, draft.untrusted, None), draft.untrusted.text(&event.actor.name, super::MAX_ACTOR_CHARS));
    UntoldReport {
        event_id: draft.untrusted.text(&event.event_id, 80),
        time: time::rfc3339(event.time),
        summary: format!("{summary} by {actor}"),
    }
}

/// Tells whether what is told of a record speaks to its reader.
fn is_suspicious(record: &AppRecord) -> bool {
    let mut texts = record.operation.iter().chain(record.actors.first()).chain(record.resources.first()).chain(record.errors.first());
    texts.any(|told| redact::is_suspicious(&told.text))
}

fn tier_name(tier: Tier) -> TierName {
    match tier {
        Tier::RequestId => TierName::RequestId,
        Tier::EventId => TierName::EventId,
        Tier::AccessKey => TierName::AccessKey,
        Tier::Session => TierName::Session,
        Tier::Likeness => TierName::Likeness,
    }
}

fn strength_name(strength: Strength) -> StrengthName {
    match strength {
        Strength::Exact => StrengthName::Exact,
        Strength::Strong => StrengthName::Strong,
        Strength::Weak => StrengthName::Weak,
    }
}
