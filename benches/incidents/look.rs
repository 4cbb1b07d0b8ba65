//! An investigation in process, from records to an answer, as often as there are weights to try.
//!
//! An incident's changes are ranked once for each window that an investigation may reach, then their facts are held against the
//! table again and again. Widening follows the verdict, as it does where the budget is no limit.

use std::collections::HashSet;
use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail_mcp::answer::fold::{Fold, fold};
use cloudtrail_mcp::answer::run::fold_runs;
use cloudtrail_mcp::context::{self, Asked, Defaults};
use cloudtrail_mcp::event::{Event, name_agents};
use cloudtrail_mcp::rank::finding::is_firm;
use cloudtrail_mcp::rank::{self, Background, Change, Ranked, Weights};

use super::answer::{Answer, Finding, Shown};
use super::incident::Incident;

/// Hours before the alert to which an investigation widens, before it takes all that is allowed.
///
/// Source: the contract.
const HOURS: [i64; 2] = [2, 12];
/// Hours before the first window that tell what belongs to what.
const BACKGROUND_HOURS: i64 = 24;
/// Rounds of looking up ties, and names in each.
const ROUNDS: usize = 2;
const NAMES: usize = 48;
/// Entries of an answer.
const SHOWN: usize = 20;

/// One window.
struct Look {
    from: DateTime<Utc>,
    /// Index of its first change.
    first: usize,
    /// Its changes, ranked; nothing before it was looked at.
    ranked: Option<Vec<Ranked>>,
}

/// The windows of one investigation.
pub(crate) struct Looks {
    incident: context::Incident,
    /// Oldest first.
    changes: Vec<Change>,
    windows: Vec<Look>,
    /// What was looked up of the time before all that is read; nothing before it was.
    ties: Option<Vec<Change>>,
    /// The window that the last answer was given on.
    settled: usize,
}

impl Looks {
    /// Reads the alert and the records of an incident. Errors: an alert that cannot be read.
    pub(crate) fn new(made: &Incident) -> Result<Self, String> {
        let asked = Asked { investigation: Some(made.alert.clone()), ..Asked::default() };
        let defaults = Defaults::default();
        let incident = context::discover(&asked, &defaults, made.truth.now).map_err(|error| error.message)?;
        let widest = incident.window.to - defaults.max_window;
        let in_scope = |event: &Event| {
            let region = |name: &str| incident.regions.iter().any(|region| region.name == name);
            !event.read_only
                && event.time < incident.window.to
                && (incident.regions.is_empty() || region(&event.region) || event.region == "us-east-1")
        };
        let events = made.records.iter().filter_map(|(_, record)| Event::parse(record.clone()).ok());
        let mut changes: Vec<Change> = events.filter(in_scope).map(Change::from).collect();
        name_agents(changes.iter_mut().map(|change| &mut change.event));
        changes.sort_by(|a, b| (a.event.time, &a.event.event_id).cmp(&(b.event.time, &b.event.event_id)));
        changes.dedup_by(|a, b| a.event.event_id == b.event.event_id);
        let mut starts = vec![incident.window.from];
        if let Some(onset) = incident.onset.latest().filter(|_| !incident.start_given) {
            let wider = HOURS.map(|hours| (onset - TimeDelta::hours(hours)).max(widest));
            starts.extend(wider.into_iter().chain([widest]).filter(|from| *from < incident.window.from));
        }
        starts.dedup();
        let look = |from| Look { from, first: changes.partition_point(|change| change.event.time < from), ranked: None };
        let windows = starts.into_iter().map(look).collect();
        Ok(Self { incident, changes, windows, ties: None, settled: 0 })
    }

    /// Returns what the alert says.
    pub(crate) fn incident(&self) -> &context::Incident {
        &self.incident
    }

    /// Returns the changes of every window, from the shortest, ranked by one set of weights or another.
    pub(crate) fn all(&mut self) -> Vec<&[Ranked]> {
        (0..self.windows.len()).for_each(|step| self.look(step, &Weights::default()));
        self.windows.iter().filter_map(|look| look.ranked.as_deref()).collect()
    }

    /// Returns the changes that the last answer was about, best first.
    pub(crate) fn ranked(&self) -> &[Ranked] {
        self.windows.get(self.settled).and_then(|look| look.ranked.as_deref()).unwrap_or_default()
    }

    /// Ranks the changes of a window.
    fn look(&mut self, step: usize, weights: &Weights) {
        let first_from = self.windows.first().map_or(self.incident.window.from, |look| look.from);
        let whole_from = first_from - TimeDelta::hours(BACKGROUND_HOURS);
        let Some(look) = self.windows.get_mut(step) else { return };
        let (before, changes) = self.changes.split_at(look.first);
        if let Some(known) = look.ranked.take() {
            look.ranked = Some(rank::rank_again(known, weights));
            return;
        }
        let mut background = told(before, whole_from..look.from);
        let rank = |background: &[Change]| {
            let background = Background { changes: background, whole_from: Some(whole_from), failures: &[] };
            rank::rank(&self.incident, changes.to_vec(), background, weights)
        };
        if self.ties.is_none() && step == 0 {
            let older = told(before, DateTime::<Utc>::MIN_UTC..whole_from);
            self.ties = Some(if self.incident.alert.is_some() {
                ties(&self.incident, &rank(&background), &background, &older)
            } else {
                Vec::new()
            });
        }
        background.extend(self.ties.iter().flatten().filter(|change| change.event.time < look.from).cloned());
        look.ranked = Some(rank(&background));
    }

    /// Follows the verdicts from window to window, as an investigation does.
    pub(crate) fn answer(&mut self, weights: &Weights) -> Answer {
        for step in 0..self.windows.len() {
            self.look(step, weights);
            self.settled = step;
            if self.ranked().first().is_some_and(is_firm) {
                break;
            }
        }
        answer(self.ranked())
    }
}

/// Returns what an archive tells of a time: changes, and tags.
fn told(before: &[Change], time: Range<DateTime<Utc>>) -> Vec<Change> {
    let told = |change: &&Change| time.contains(&change.event.time) && (!change.class.noise || change.class.tags);
    before.iter().filter(told).cloned().collect()
}

/// Looks up what tells of ties in what is older than all that is read, as an investigation does.
fn ties(incident: &context::Incident, ranked: &[Ranked], background: &[Change], older: &[Change]) -> Vec<Change> {
    let (mut found, mut known, mut taken) = (Vec::new(), HashSet::new(), HashSet::new());
    for _ in 0..ROUNDS {
        let all: Vec<Change> = background.iter().chain(&found).cloned().collect();
        let names: HashSet<String> = rank::sought(incident, ranked, &all, &known, NAMES).into_iter().collect();
        let filed = |change: &Change| {
            change.resources.iter().any(|one| names.contains(&one.id) || one.aliases.iter().any(|alias| names.contains(alias)))
        };
        found.extend(older.iter().enumerate().filter(|(at, change)| filed(change) && taken.insert(*at)).map(|(_, change)| change.clone()));
        known.extend(names);
    }
    found
}

/// Folds `ranked` into entries, as an answer lists them: heartbeats and data events apart.
pub(crate) fn entries(ranked: &[Ranked]) -> Vec<Fold<'_>> {
    let apart = |one: &Ranked| {
        let facts = &one.facts;
        !one.is_suspect() && !facts.tie.is_related() && !facts.tie.shares_name() && (facts.noise || facts.data_event)
    };
    let listed: Vec<&Ranked> = ranked.iter().filter(|one| !apart(one)).collect();
    fold_runs(fold(&listed))
}

fn answer(ranked: &[Ranked]) -> Answer {
    let shown = entries(ranked).into_iter().take(SHOWN).enumerate().map(|(at, entry)| Shown {
        rank: at + 1,
        ids: entry.members.iter().map(|member| member.change.event.event_id.clone()).collect(),
        confidence: entry.best.confidence,
        chance: entry.best.chance,
    });
    let finding = if ranked.iter().any(Ranked::is_suspect) { Finding::Suspects } else { Finding::NoSuspect };
    Answer { shown: shown.collect(), finding, ..Answer::default() }
}
