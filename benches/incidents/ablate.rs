//! What each rule of the ranking is worth: the same incidents, ranked with one rule switched off.
//!
//! In process: an incident's changes are ranked once for each window that an investigation may reach, then their facts are held
//! against the table as often as there are rules. Widening follows the verdict, as it does where the budget is no limit.

use std::io::{self, Write};

use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::answer::fold::fold;
use cloudtrail_mcp::answer::run::fold_runs;
use cloudtrail_mcp::context::{self, Asked, Defaults};
use cloudtrail_mcp::event::Event;
use cloudtrail_mcp::rank::{self, Change, Ranked, Weights, finding, table::TABLE};

use crate::incident::{Incident, Truth};

/// Hours before the alert to which an investigation widens.
///
/// Source: the contract (2 h, 12 h, `max_window`).
const HOURS: [i64; 3] = [2, 12, 48];
/// Hours before a window that tell what belongs to what.
const BACKGROUND_HOURS: i64 = 24;

/// What became of one incident under one set of weights.
#[derive(Clone, Copy, Default)]
pub(crate) struct Outcome {
    /// Rank of the best culprit.
    rank: Option<usize>,
    /// Whether nothing was called a suspect.
    none: bool,
}

/// One incident: what became of it with all rules, then without each, in the order of [`ids`].
pub(crate) struct Row {
    /// Whether something caused the alert.
    culprit: bool,
    outcomes: Vec<Outcome>,
}

/// Returns the ids of all rules, in the order of the table.
fn ids() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|signal| signal.rules).map(|rule| rule.id)
}

/// Ranks an incident with all rules and without each; nothing when its alert cannot be read.
pub(crate) fn row(made: &Incident) -> Option<Row> {
    let truth = &made.truth;
    let mut looks = Looks::new(made)?;
    let without = ids().filter_map(|id| {
        let mut weights = Weights::default();
        weights.switch_off(id).then_some(weights)
    });
    let outcomes = std::iter::once(Weights::default()).chain(without).map(|weights| looks.outcome(truth, &weights)).collect();
    Some(Row { culprit: !truth.culprits.is_empty(), outcomes })
}

/// One window.
struct Look {
    from: DateTime<Utc>,
    /// Index of its first change.
    first: usize,
    /// Its changes, ranked; nothing before it was looked at.
    ranked: Vec<Ranked>,
}

/// The windows of one investigation.
struct Looks {
    incident: context::Incident,
    /// Oldest first.
    changes: Vec<Change>,
    windows: Vec<Look>,
}

impl Looks {
    fn new(made: &Incident) -> Option<Self> {
        let asked = Asked { investigation: Some(made.alert.clone()), ..Asked::default() };
        let incident = context::discover(&asked, &Defaults::default(), made.truth.now).ok()?;
        let in_scope = |change: &Change| {
            let region = |name: &str| incident.regions.iter().any(|region| region.name == name);
            let event = &change.event;
            !event.read_only
                && event.time < incident.window.to
                && (incident.regions.is_empty() || region(&event.region) || event.region == "us-east-1")
        };
        let events = made.records.iter().filter_map(|(_, record)| Event::parse(record.clone()).ok());
        let mut changes: Vec<Change> = events.map(Change::from).filter(in_scope).collect();
        changes.sort_by(|a, b| (a.event.time, &a.event.event_id).cmp(&(b.event.time, &b.event.event_id)));
        changes.dedup_by(|a, b| a.event.event_id == b.event.event_id);
        let wider = incident.alert.iter().flat_map(|alert| HOURS.map(|hours| alert.started_at - TimeDelta::hours(hours)));
        let starts = std::iter::once(incident.window.from).chain(wider);
        let look = |from| Look { from, first: changes.partition_point(|change| change.event.time < from), ranked: Vec::new() };
        let windows = starts.map(look).collect();
        Some(Self { incident, changes, windows })
    }

    /// Follows the verdicts from window to window, as an investigation does.
    fn outcome(&mut self, truth: &Truth, weights: &Weights) -> Outcome {
        let mut outcome = Outcome::default();
        for look in &mut self.windows {
            let (before, changes) = self.changes.split_at(look.first);
            look.ranked = match std::mem::take(&mut look.ranked) {
                new if new.is_empty() => rank::rank(&self.incident, changes.to_vec(), &background(before, look.from), weights),
                known => rank::rank_again(known, weights),
            };
            let best = look.ranked.first().filter(|best| best.is_suspect());
            outcome = Outcome { rank: place(truth, &look.ranked), none: best.is_none() };
            if best.is_some_and(finding::is_firm) {
                break;
            }
        }
        outcome
    }
}

/// Returns what an archive tells from before a window: changes, and tags.
fn background(before: &[Change], until: DateTime<Utc>) -> Vec<Change> {
    let from = until - TimeDelta::hours(BACKGROUND_HOURS);
    let told = |change: &&Change| change.event.time >= from && (!change.class.noise || change.class.tags);
    before.iter().filter(told).cloned().collect()
}

/// Returns the rank of the best entry with a culprit.
fn place(truth: &Truth, ranked: &[Ranked]) -> Option<usize> {
    let ranked: Vec<&Ranked> = ranked.iter().collect();
    let entries = fold_runs(fold(&ranked));
    let guilty = |one: &&Ranked| truth.culprits.contains(&one.change.event.event_id);
    entries.iter().position(|entry| entry.members.iter().any(guilty)).map(|at| at + 1)
}

/// Prints the figures with all rules, and for each rule what they lose without it, in points of a hundred.
pub(crate) fn report(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    let share = |counts: &dyn Fn(&Outcome) -> bool, culprit: bool, at: usize| {
        let told: Vec<&Outcome> = rows.iter().filter(|row| row.culprit == culprit).filter_map(|row| row.outcomes.get(at)).collect();
        100.0 * told.iter().filter(|outcome| counts(outcome)).count() as f64 / told.len().max(1) as f64
    };
    let figures = |at: usize| {
        let within = |k: usize| share(&|outcome: &Outcome| outcome.rank.is_some_and(|rank| rank <= k), true, at);
        [within(1), within(3), within(5), share(&|outcome| outcome.none, false, at), share(&|outcome| !outcome.none, true, at)]
    };
    let all = figures(0);
    writeln!(out, "| rule off | top-1 | top-3 | top-5 | no-suspect accuracy | culprits not denied |\n|---|---|---|---|---|---|")?;
    writeln!(out, "| (none: {} incidents) | {} |", rows.len(), all.map(|figure| format!("{figure:.1}")).join(" | "))?;
    for (at, id) in ids().enumerate() {
        let mut now = figures(at + 1).into_iter().zip(all).map(|(now, all)| format!("{:+.1}", now - all));
        writeln!(out, "| {id} | {} |", std::array::from_fn::<String, 5, _>(|_| now.next().unwrap_or_default()).join(" | "))?;
    }
    Ok(())
}
