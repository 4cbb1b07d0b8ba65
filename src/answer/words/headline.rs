//! The one sentence that is read first. Never claims a cause: it names suspects and why.

use chrono::{DateTime, Utc};

use super::coverage::{gap, read_from, weakens};
use super::{application, blind_spot};
use crate::answer::{ConfidenceName, Entry, Finding};
use crate::context::basis::Lack;
use crate::correlate::Log;
use crate::coverage::{Coverage, RegionGuess, Verdict};
use crate::policy::UntrustedText;
use crate::time::{self, Window};

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
    /// How many calls on data are counted beside them.
    pub data_events: usize,
    /// Whether the caller's filters hide some.
    pub filtered: bool,
    /// How many changes there are, matching or not.
    pub all: usize,
    /// When the alert started, if there is one.
    pub alert: Option<DateTime<Utc>>,
    /// The window read.
    pub window: Window,
    /// The window that was asked for.
    pub asked: Window,
    /// Whether more than that was read.
    pub widened: bool,
    /// Regions that had to be assumed.
    pub guessed_region: Option<&'a RegionGuess>,
    /// What becomes of regions that records name themselves.
    pub untrusted: UntrustedText,
    /// Why no start was found, where an investigation was given.
    pub lacks: Option<Lack>,
    /// The application's log, where one was given.
    pub log: Option<&'a Log>,
}

/// The best suspect.
pub struct Best {
    /// Its entry.
    pub entry: Entry,
    /// Whether it lies in the window that was asked for, rather than in what was read beyond it.
    pub near: bool,
}

/// What the headline about one event is made of.
pub enum EventFacts<'a> {
    /// It is not in what was read.
    NotFound {
        /// How much that was.
        verdict: Verdict,
        /// Whether there are events that the caller may not see.
        narrowed: bool,
    },
    /// It is there.
    Found {
        /// Its name.
        name: &'a str,
        /// What it did.
        summary: &'a str,
        /// Who did it.
        actor: &'a str,
        /// When.
        time: DateTime<Utc>,
    },
    /// It is there, and policy withholds free text.
    Withheld {
        /// What it did.
        summary: &'a str,
        /// When.
        time: DateTime<Utc>,
    },
}

/// Writes the headline about one event.
pub(super) fn event(facts: &EventFacts<'_>) -> String {
    match facts {
        EventFacts::NotFound { verdict: Verdict::Complete, narrowed: true } => "No such event among those that this caller may see.".into(),
        EventFacts::NotFound { verdict: Verdict::Complete, .. } => "No such event in what was read: check region, account and time.".into(),
        EventFacts::NotFound { verdict: Verdict::Partial, .. } => "Not found in the part that could be read; the rest was not seen.".into(),
        EventFacts::NotFound { verdict: Verdict::Unknown, .. } => "Could not look: nothing could be read.".into(),
        EventFacts::Found { name, summary, actor, time } => format!("{name}: {summary} by {actor} at {}", time::rfc3339(*time)),
        EventFacts::Withheld { summary, time } => format!("{summary} at {}; free text is withheld by policy", time::rfc3339(*time)),
    }
}

/// Writes the headline: the finding first, and before it what was not read only where that weakens it.
pub(super) fn headline(facts: &Facts<'_>) -> String {
    let mut parts = vec![found(facts)];
    let near = facts.best.as_ref().is_some_and(|best| best.near);
    if facts.widened {
        let asked = time::length(facts.asked.length());
        parts.push(match facts.best {
            Some(_) if near => "A look further back found none that fits better.".into(),
            Some(_) => format!("In the {asked} asked for nothing fits, so the window was widened."),
            None => format!("The window was widened from {asked}."),
        });
    }
    if let Some(guess) = facts.guessed_region {
        parts.push(format!("A guess: {}.", blind_spot::assumed(guess)));
    }
    if let Some(gap) = gap(facts.coverage, facts.untrusted) {
        let best = facts.best.as_ref().and_then(|best| best.entry.suspect.as_ref()).map(|suspect| suspect.confidence);
        // What was read further back in vain need not be whole.
        let window = if near { facts.asked } else { facts.window };
        let first = weakens(facts.coverage, window, facts.alert.unwrap_or(window.to), best);
        parts.insert(if first { 0 } else { parts.len() }, gap);
    }
    if let Some(lack) = facts.lacks {
        // Where nothing more than possible was found, it is what the rest has to be read by.
        let confidence = facts.best.as_ref().and_then(|best| best.entry.suspect.as_ref()).map(|suspect| suspect.confidence);
        let weak = confidence.is_none_or(|confidence| confidence == ConfidenceName::Possible);
        parts.insert(if weak { 0 } else { parts.len() }, no_start(lack, facts.window));
    }
    parts.extend(facts.log.and_then(application::unreadable));
    parts.join(" ")
}

/// Says that it is not known when the incident began, and what was looked at instead.
fn no_start(lack: Lack, window: Window) -> String {
    let looked = format!("{} to {} was looked at", time::rfc3339(window.from), time::rfc3339(window.to));
    match lack {
        Lack::TimeOfDay => format!("The investigation tells only the day of the start: {looked}."),
        Lack::SingleTime => format!("The investigation names several times and not which is the start: {looked}."),
        Lack::Zone => format!("The alert's start tells no zone, so it was read as local time: {looked}, a guess."),
        Lack::PastTime => format!("No start was found in the investigation, only a time in the future: {looked}, a guess."),
        Lack::Start | Lack::KnownForm | Lack::TimeInText => format!("No start was found in the investigation: {looked}, a guess."),
    }
}

/// Says what to add.
pub(super) fn name_the_start() -> String {
    "Call again with `start_time`, such as `2026-01-27T20:04:10Z` or `2h`: when the incident began is not known.".into()
}

/// Says what was found.
fn found(facts: &Facts<'_>) -> String {
    let apart = match facts.data_events {
        0 => String::new(),
        n => format!(" besides {}", plural(n, "data event")),
    };
    let changes = plural(facts.matched, if facts.filtered { "matching change" } else { "change" });
    let (changes, span) = (format!("{changes}{apart}"), time::length(facts.window.length()));
    match (&facts.best, facts.finding) {
        (Some(best), _) => {
            let confidence = match best.entry.suspect.as_ref().map(|suspect| suspect.confidence) {
                Some(ConfidenceName::Strong) => " (strong)",
                Some(ConfidenceName::Likely) => " (likely)",
                Some(ConfidenceName::Possible) => " (possible, unproven)",
                None => "",
            };
            let Entry { actor, summary, relative, .. } = &best.entry;
            let others = match facts.suspects {
                0 | 1 => String::new(),
                2 => "; 1 more suspect".into(),
                n => format!("; {} more suspects", n - 1),
            };
            let place = best.entry.account.as_ref().map(|account| format!(" in account {account}")).unwrap_or_default();
            format!("Top suspect{confidence}: {} {summary}{place}, {relative}{others} ({changes} in {span}).", actor.name)
        }
        (None, Finding::CouldNotLook) if read_from(facts.coverage, facts.untrusted).is_empty() => {
            "Could not look: nothing could be read, so this says nothing about what changed.".into()
        }
        (None, Finding::CouldNotLook) => "Could not look: too little was read to say what changed.".into(),
        // That nothing matches is not that nothing changed.
        (None, _) if facts.matched == 0 && facts.filtered && facts.all > 0 => {
            format!("None of {} in {span} matches what was asked for; ask without the filters to see them.", plural(facts.all, "change"))
        }
        (None, _) if facts.matched == 0 && facts.lacks.is_some_and(Lack::leaves_a_guess) => {
            format!("That the {span} shows no change says nothing about the incident.")
        }
        (None, _) if facts.matched == 0 => {
            let besides = if apart.is_empty() { apart } else { format!("{apart},") };
            let explains = if facts.alert.is_some() { ": nothing read explains the alert" } else { "" };
            format!("No change{besides} was found in the {span} looked at{explains}.")
        }
        (None, _) if facts.alert.is_some() => format!("None of {changes} in {span} explains the alert."),
        (None, _) => format!("{changes} in {span}, none of which stands out."),
    }
}

fn plural(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::words::coverage::cell as words;
    use crate::coverage::{Cell, State};
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
            best: suspect.then_some(Best { entry, near: true }),
            suspects: usize::from(suspect),
            matched: 3,
            data_events: 0,
            filtered: false,
            all: 3,
            alert: Some(window().from),
            window: window(),
            asked: window(),
            widened: false,
            guessed_region: None,
            untrusted: UntrustedText::Quote,
            lacks: None,
            log: None,
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
            data_events: 0,
            filtered: true,
            all,
            alert: Some(window().from),
            window: window(),
            asked: window(),
            widened: false,
            guessed_region: None,
            untrusted: UntrustedText::Quote,
            lacks: None,
            log: None,
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
