//! How much further back an investigation looks when what it read does not explain the alert well.

use std::time::Duration;

use chrono::TimeDelta;

use super::super::Gathered;
use super::super::question::Inquiry;
use crate::context::Incident;
use crate::coverage::{Cell, Cost, State};
use crate::policy::Scope;
use crate::rank::{Named, Ranked, finding};
use crate::time::Window;

/// How far back an investigation reaches when nothing nearer fits; the last step is the policy's `max_window`.
///
/// Source: the contract.
const WIDER: [TimeDelta; 2] = [TimeDelta::hours(2), TimeDelta::hours(12)];

/// Returns the next wider scope and the interval it adds; nothing when the best suspect is firm, the window is as wide as it
/// may be, or the budget is not expected to reach.
///
/// Shape: `ranked` is best first. Units: `spent` is the time that the call took so far.
pub(in crate::investigate) fn next(ranked: &[Ranked], inquiry: &Inquiry, gathered: &Gathered, spent: Duration) -> Option<(Scope, Window)> {
    let Inquiry { incident, scope, .. } = inquiry;
    let patience = match ranked.first().filter(|best| best.is_suspect()) {
        // What the alert names and nothing here is tied to may have been changed before.
        Some(best) if finding::is_firm(best) && (best.facts.tie.is_proven() || best.facts.tie.named == Named::Nothing) => return None,
        Some(_) => Patience::Short,
        None => Patience::Full,
    };
    wider(incident, scope).filter(|(_, added)| affordable(scope, gathered, *added, spent, patience))
}

/// How much a look further back may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    /// Nothing explains the alert yet: all that is left of the budget.
    Full,
    /// A suspect is there, but no firm one: half of the budget.
    Short,
}

impl Patience {
    /// Returns the part of the budget, as a divisor.
    fn share(self) -> u32 {
        match self {
            Self::Full => 1,
            Self::Short => 2,
        }
    }
}

/// Returns the next wider scope and the interval it adds: 2 h, 12 h, then all that policy allows; nothing when the caller fixed
/// the start, there is nothing to explain, or the window is as wide as it may be.
fn wider(incident: &Incident, scope: &Scope) -> Option<(Scope, Window)> {
    let onset = incident.onset.latest().filter(|_| !incident.start_given)?;
    let (window, widest) = (scope.window(), scope.widest_window());
    let mut steps = WIDER.iter().map(|step| (onset - *step).max(widest.from)).chain([widest.from]);
    steps.find_map(|from| {
        let added = Window::new(from, window.from)?;
        let wider = scope.with_window(Window::new(from, window.to)?)?;
        Some((wider, added))
    })
}

/// Tells whether reading `added` is expected to end within the budget, judged by how dense the events were so far.
///
/// A cell that could not be read to its end does not become better by reading further back; a damaged file of an archive
/// says nothing of the others.
fn affordable(scope: &Scope, gathered: &Gathered, added: Window, spent: Duration, patience: Patience) -> bool {
    let left = (scope.deadline() / patience.share()).saturating_sub(spent);
    let requests = scope.lookup_requests() / patience.share();
    // What cannot be read at all holds up nothing.
    let barred = |cell: &Cell| matches!(cell.state(), State::DeniedByPolicy | State::NotConfigured | State::RegionDisabled);
    gathered.cells().filter(|cell| !barred(cell)).all(|cell| {
        let readable = match cell.source().cost {
            Cost::Requests { .. } => matches!(cell.state(), State::Exhausted | State::Lagging | State::NoData),
            Cost::Time { .. } => !matches!(cell.state(), State::Deadline | State::Cancelled),
            // Each step scans, and is paid for, anew.
            Cost::Bytes { .. } => matches!(cell.state(), State::Exhausted | State::Lagging),
        };
        if !readable {
            return false;
        }
        let covered = cell.covered().map_or(1.0, |window| window.length().num_seconds().max(1) as f64);
        let expected = f64::from(cell.events) * added.length().num_seconds() as f64 / covered;
        match cell.source().cost {
            Cost::Requests { page, period, .. } => {
                let pages = (expected / f64::from(page)).ceil().max(1.0);
                pages <= f64::from(requests.saturating_sub(cell.requests)) && gathered.latency(cell) * 2 + period.mul_f64(pages) < left
            }
            Cost::Time { .. } => left > scope.deadline() / (4 * patience.share()),
            Cost::Bytes { .. } => left > scope.deadline() / (2 * patience.share()),
        }
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use serde_json::json;

    use super::*;
    use crate::answer::filter::Filter;
    use crate::context::{Asked, Defaults, discover};
    use crate::coverage::AllRead;
    use crate::policy::{Available, Policy};
    use crate::source::{archive, event_history};

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minutes * 60, 0).unwrap()
    }

    fn asked(start_time: Option<&str>, archive: bool) -> (Incident, Scope) {
        let alert = json!({"alert": {"name": "InstanceDown", "startsAt": at(0).to_rfc3339(), "labels": {"region": "eu-west-1"}}});
        let asked = Asked { investigation: Some(alert), start_time: start_time.map(str::to_owned), ..Asked::default() };
        let incident = discover(&asked, &Defaults::default(), at(600)).unwrap();
        let policy = Policy { allow_aws_read: true, ..Policy::default() };
        let available = Available::only(if archive { &archive::PROFILE } else { &event_history::PROFILE });
        let scope = policy.admit(&incident, None, &available, at(600)).unwrap();
        (incident, scope)
    }

    fn read(scope: &Scope, events: u32, state: State) -> Gathered {
        let cell = match state {
            State::Exhausted => Cell::exhausted(AllRead::for_tests(scope.window()), "111122223333", "eu-west-1", scope.source()),
            state => Cell::cut("111122223333", "eu-west-1", scope.source(), state, Some(scope.window())),
        };
        let mut gathered = Gathered::default();
        gathered.add_cell(cell.with(1, events, None));
        gathered
    }

    /// The minutes before the alert at which the windows begin, step by step.
    fn steps(incident: &Incident, mut scope: Scope) -> Vec<i64> {
        let mut steps = Vec::new();
        while let Some((wider, added)) = super::wider(incident, &scope) {
            assert_eq!(added, Window::new(wider.window().from, scope.window().from).unwrap());
            steps.push((at(0) - wider.window().from).num_minutes());
            scope = wider;
        }
        steps
    }

    #[test]
    fn without_a_firm_suspect_it_goes_as_far_as_policy_allows() {
        let (incident, scope) = asked(None, false);
        assert_eq!(steps(&incident, scope), [120, 720, 48 * 60 - 10]);
    }

    #[test]
    fn a_text_without_a_time_is_widened_as_an_alert_is() {
        let asked = Asked { investigation: Some(json!("checkout answers 403")), ..Asked::default() };
        let incident = discover(&asked, &Defaults::default(), at(0)).unwrap();
        let policy = Policy { allow_aws_read: true, ..Policy::default() };
        let scope = policy.admit(&incident, None, &Available::only(&archive::PROFILE), at(0)).unwrap();
        assert_eq!(steps(&incident, scope), [120, 720, 48 * 60]);
    }

    #[test]
    fn a_start_that_was_given_is_kept() {
        let (incident, scope) = asked(Some("alert-45m"), false);
        assert_eq!(steps(&incident, scope), Vec::<i64>::new());
    }

    #[test]
    fn no_step_begins_that_the_budget_is_not_expected_to_finish() {
        let (incident, scope) = asked(None, false);
        let reaches = |events, spent, patience| {
            let gathered = read(&scope, events, State::Exhausted);
            let (_, added) = wider(&incident, &scope).unwrap();
            affordable(&scope, &gathered, added, Duration::from_secs(spent), patience)
        };
        // 40 minutes were read and 90 more are asked: 50 events foretell 3 pages, 250 foretell 12.
        assert!(reaches(50, 1, Patience::Full) && reaches(50, 1, Patience::Short));
        assert!(reaches(250, 1, Patience::Full) && !reaches(250, 1, Patience::Short));
        assert!(!reaches(2_000, 1, Patience::Full));
        assert!(!reaches(250, 20, Patience::Full));
    }

    #[test]
    fn a_damaged_file_says_nothing_of_the_others_and_a_failed_lookup_does() {
        for (archive, goes_on) in [(true, true), (false, false)] {
            let (incident, scope) = asked(None, archive);
            let gathered = read(&scope, 10, State::Failed);
            let inquiry = Inquiry {
                incident,
                scope,
                look_ups: Vec::new(),
                filter: Filter::default(),
                around: Default::default(),
                widened: false,
                log: None,
                now: at(600),
            };
            assert_eq!(next(&[], &inquiry, &gathered, Duration::ZERO).is_some(), goes_on);
        }
    }
}
