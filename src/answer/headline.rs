//! The one sentence that is read first, and the one that says what to do next. Never claims a cause: it names suspects and why.

use std::collections::HashSet;

use super::{Entry, Finding};
use crate::coverage::{Cell, Coverage, State, Verdict};
use crate::time;
use crate::time::Window;

/// What a headline is made of.
pub struct Facts<'a> {
    /// The finding.
    pub finding: Finding,
    /// What was read.
    pub coverage: &'a Coverage,
    /// The best suspect.
    pub best: Option<Best>,
    /// How many suspects there are.
    pub suspects: usize,
    /// How many changes match.
    pub matched: usize,
    /// Whether the caller's filters hide some.
    pub filtered: bool,
    /// How many changes there are, matching or not.
    pub all: usize,
    /// Whether there is an alert.
    pub alert: bool,
    /// The window read.
    pub window: Window,
    /// Whether it was widened.
    pub widened: bool,
    /// A region that had to be guessed.
    pub guessed_region: Option<&'a str>,
    /// Whether there was an investigation that named no time, alert or resource.
    pub unguided: bool,
}

/// The best suspect.
pub struct Best {
    /// Its entry.
    pub entry: Entry,
}

/// Writes the headline.
pub fn headline(facts: &Facts<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(gap) = gap(facts.coverage) {
        parts.push(gap);
    }
    let changes = plural(facts.matched, if facts.filtered { "matching change" } else { "change" });
    let span = time::length(facts.window.length());
    parts.push(match (&facts.best, facts.finding) {
        (Some(best), _) => {
            let who = &best.entry.actor.name;
            let others = match facts.suspects {
                0 | 1 => String::new(),
                2 => "; 1 more suspect".into(),
                n => format!("; {} more suspects", n - 1),
            };
            format!("Top suspect: {who} {}, {}{others} ({changes} in {span}).", best.entry.summary, best.entry.relative)
        }
        (None, Finding::CouldNotLook) if read_from(facts.coverage).is_empty() => {
            "Could not look: nothing could be read, so this says nothing about what changed.".into()
        }
        (None, Finding::CouldNotLook) => "Could not look: too little was read to say what changed.".into(),
        // That nothing matches is not that nothing changed.
        (None, _) if facts.matched == 0 && facts.all > 0 => {
            format!("None of {} in {span} matches what was asked for; ask without the filters to see them.", plural(facts.all, "change"))
        }
        (None, _) if facts.matched == 0 && facts.alert => {
            format!("No change was found in the {span} looked at: nothing read explains the alert.")
        }
        (None, _) if facts.matched == 0 => format!("No change was found in the {span} looked at."),
        (None, _) if facts.alert => format!("None of {changes} in {span} explains the alert."),
        (None, _) => format!("{changes} in {span}, none of which stands out."),
    });
    if facts.widened {
        parts.push("The window was widened, as nothing nearer fits.".into());
    }
    if let Some(region) = facts.guessed_region {
        parts.push(format!("A guess: {region}."));
    }
    if facts.unguided {
        parts.push("The investigation names no alert, time or resource, so the last hour was looked at.".into());
    }
    parts.join(" ")
}

fn plural(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Says what was not read, when something was not.
fn gap(coverage: &Coverage) -> Option<String> {
    match coverage.verdict() {
        Verdict::Complete => None,
        Verdict::Unknown => {
            let (causes, read) = (causes(coverage), read_from(coverage));
            Some(match (read.is_empty(), causes.is_empty()) {
                (false, _) => format!("Some events were read from {}, but no interval whole: {causes}.", read.join(", ")),
                (true, false) => format!("No coverage: {causes}."),
                (true, true) => "No coverage.".into(),
            })
        }
        Verdict::Partial => Some(match coverage.settled_to() {
            Some(to) => format!("Complete to {}, later events may still arrive.", time::rfc3339(to)),
            None => format!("Partial coverage: {}.", causes(coverage)),
        }),
    }
}

/// Returns the places that gave events, each once.
fn read_from(coverage: &Coverage) -> Vec<&str> {
    let mut places: Vec<&str> = coverage.cells.iter().filter(|cell| cell.events > 0).map(place).collect();
    places.sort_unstable();
    places.dedup();
    places
}

fn place(cell: &Cell) -> &str {
    if cell.region().is_empty() { cell.source().title } else { cell.region() }
}

/// Lists up to two cells that were not read whole.
fn causes(coverage: &Coverage) -> String {
    let short: Vec<&Cell> = coverage.cells.iter().filter(|cell| cell.asked && cell.state() != State::Exhausted).collect();
    let several = coverage.cells.iter().map(Cell::account).filter(|account| !account.is_empty()).collect::<HashSet<_>>().len() > 1;
    let told = |cell: &Cell| match cell.state() {
        // That one tells its account anyway.
        State::NotConfigured => words(cell),
        _ if several && !cell.account().is_empty() => format!("{} {}", cell.account(), words(cell)),
        _ => words(cell),
    };
    let mut told: Vec<String> = short.iter().take(2).map(|cell| told(cell)).collect();
    if short.len() > 2 {
        told.push(format!("and {} more", short.len() - 2));
    }
    told.join(", ")
}

/// Says in words where a cell stands and how its reading ended.
pub fn words(cell: &Cell) -> String {
    let ended = match cell.state() {
        State::NotConfigured if cell.source().by_account && !cell.account().is_empty() => {
            return format!("account {} cannot be reached", cell.account());
        }
        State::Exhausted => "was read to the end",
        State::Lagging => "may lack the newest events",
        State::PageCap => "has more events than the request budget allows",
        State::Deadline => "was not finished in time",
        State::Cancelled => "was cancelled",
        State::Throttled => "was throttled by AWS",
        State::Denied => "was denied by AWS",
        State::DeniedByPolicy => "is not allowed by policy",
        State::Failed => "could not be read",
        State::Expired => "was refused: the credentials are expired",
        State::RegionDisabled => "is not enabled in this account",
        State::NoData if cell.covered().is_some() => cell.source().words.part_missing,
        State::NoData => cell.source().words.no_data,
        State::IntegrityFailed => "failed the integrity check",
        State::NotConfigured => "is not configured",
    };
    format!("{} {ended}", place(cell))
}

/// Says what to call or do to close the gravest gap.
pub fn next_step(coverage: &Coverage) -> Option<String> {
    let cell = coverage.cells.iter().filter(|cell| cell.asked && cell.state() != State::Exhausted).max_by_key(|cell| cell.state())?;
    Some(match cell.state() {
        State::Exhausted => return None,
        State::Lagging => "Ask again in 15 minutes for the newest events.".into(),
        State::PageCap | State::Deadline => match cell.covered() {
            Some(covered) => {
                format!("Call again with end_time={} to read further back, or name fewer regions.", time::rfc3339(covered.from))
            }
            None => "Call again with a shorter window or fewer regions.".into(),
        },
        State::Cancelled | State::Throttled => "Call again in a few seconds.".into(),
        State::Denied => cell.source().words.denied_next.into(),
        State::DeniedByPolicy => "For the operator: the policy's allowlists decide this.".into(),
        State::Failed => "Call again; if it persists, the cell's detail tells the cause.".into(),
        State::Expired => "For the operator: renew the AWS credentials, then call again.".into(),
        State::RegionDisabled => "Leave this region out.".into(),
        State::NoData => cell.source().words.no_data_next.into(),
        State::IntegrityFailed => "Treat the named files as tampered with.".into(),
        State::NotConfigured if cell.source().by_account && !cell.account().is_empty() => {
            "For the operator: name a role for this account under [accounts].".into()
        }
        State::NotConfigured => "For the operator: configure this source.".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{archive, event_history};
    use crate::time::parse as parse_time;

    fn window() -> Window {
        Window::new(parse_time("2026-01-27T20:00:00Z").unwrap(), parse_time("2026-01-27T21:00:00Z").unwrap()).unwrap()
    }

    fn told(finding: Finding, suspect: bool, cells: Vec<Cell>) -> String {
        let mut entry = Entry { summary: "stopped i-0123456789abcdef0".into(), relative: "2m before alert".into(), ..Entry::default() };
        entry.actor.name = "alice".into();
        headline(&Facts {
            finding,
            coverage: &Coverage { cells, blind_spots: Vec::new() },
            best: suspect.then_some(Best { entry }),
            suspects: usize::from(suspect),
            matched: 3,
            filtered: false,
            all: 3,
            alert: true,
            window: window(),
            widened: false,
            guessed_region: None,
            unguided: false,
        })
    }

    fn cell(state: State, covered: Option<Window>, events: u32) -> Cell {
        Cell::cut("", "eu-west-1", &event_history::PROFILE, state, covered).with(1, events, None)
    }

    #[test]
    fn a_suspect_never_stands_beside_no_coverage() {
        let capped = || vec![cell(State::PageCap, None, 50)];
        insta::assert_snapshot!(told(Finding::Suspects, true, capped()), @"Some events were read from eu-west-1, but no interval whole: eu-west-1 has more events than the request budget allows. Top suspect: alice stopped i-0123456789abcdef0, 2m before alert (3 changes in 1h).");
        insta::assert_snapshot!(told(Finding::CouldNotLook, false, capped()), @"Some events were read from eu-west-1, but no interval whole: eu-west-1 has more events than the request budget allows. Could not look: too little was read to say what changed.");
        insta::assert_snapshot!(told(Finding::CouldNotLook, false, vec![cell(State::Denied, None, 0)]), @"No coverage: eu-west-1 was denied by AWS. Could not look: nothing could be read, so this says nothing about what changed.");
    }

    #[test]
    fn that_nothing_matches_is_never_told_as_if_nothing_had_changed() {
        let coverage = Coverage::default();
        let facts = |all| Facts {
            finding: Finding::NoSuspect,
            coverage: &coverage,
            best: None,
            suspects: 0,
            matched: 0,
            filtered: true,
            all,
            alert: true,
            window: window(),
            widened: false,
            guessed_region: None,
            unguided: false,
        };
        insta::assert_snapshot!(headline(&facts(40)), @"No coverage. None of 40 changes in 1h matches what was asked for; ask without the filters to see them.");
        insta::assert_snapshot!(headline(&facts(0)), @"No coverage. No change was found in the 1h looked at: nothing read explains the alert.");
    }

    #[test]
    fn missing_log_files_are_told_by_how_much_is_missing() {
        let archive = |covered| Cell::cut("", "eu-west-1", &archive::PROFILE, State::NoData, covered);
        insta::assert_snapshot!(words(&archive(Some(window()))), @"eu-west-1 has no log files for part of the window");
        insta::assert_snapshot!(words(&archive(None)), @"eu-west-1 has no log files for the window");
        insta::assert_snapshot!(words(&cell(State::NoData, None, 0)), @"eu-west-1 keeps 90 days, and the window begins before");
    }
}
