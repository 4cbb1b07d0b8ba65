//! From ranked changes to the [`Answer`] of one page.

mod application;
mod context;
mod coverage;
mod entry;
mod group;

use std::collections::{HashMap, HashSet};

use application::Joined;
pub use coverage::coverage_report;
pub(super) use entry::{MAX_ACTOR_CHARS, actor_kind, summary, via};

use super::contract::SUSPICIOUS_TEXT;
use super::draft::{Detail, Draft};
use super::fold::{Fold, fold};
use super::page::Page;
use super::room::{Room, Size, fits};
use super::run::fold_runs;
use super::words::{self, Words};
use super::{Answer, Cost, Entry, Finding, Totals, console};
use crate::catalogue::Category;
use crate::context::basis::Lack;
use crate::coverage::{Cell, Verdict};
use crate::rank::Ranked;

/// Decisions on the way that are told at full detail.
const PLAN_LINES: usize = 24;

/// An answer, and where the next page goes on.
pub struct Built {
    /// The answer, not yet redacted.
    pub answer: Answer,
    /// The next page; nothing when all is shown.
    pub next: Option<Page>,
    /// What is shown by now, for an answer that goes on with what is read later.
    pub shown: Page,
}

/// Builds the answer, with as much of each entry as its tokens allow.
pub fn build(draft: &Draft<'_>) -> Built {
    build_in(draft, Words::ENGLISH)
}

/// How an answer is written.
#[derive(Clone, Copy)]
struct Style {
    words: Words,
    room: Room,
}

fn build_in(draft: &Draft<'_>, words: Words) -> Built {
    let mut matched: Vec<&Ranked> = draft.ranked.iter().filter(|ranked| draft.filter.matches(ranked)).collect();
    let mut apart = Apart::default();
    if draft.filter.is_empty() {
        matched.retain(|ranked| !apart.takes(ranked));
    }
    // Whoever asks for something in particular is shown it, not the run that it is part of.
    let runs = |folds| if draft.filter.is_empty() { fold_runs(folds) } else { folds };
    // What is read later may belong to what was shown before: it stands by itself then, lest it be missed.
    let left: Vec<&Ranked> = matched.iter().filter(|ranked| !draft.page.has_shown(ranked)).copied().collect();
    let all = runs(fold(&matched));
    let later = (!draft.page.seen.is_empty()).then(|| runs(fold(&left)));
    let folded = Folded { matched: matched.len(), apart, fresh: later.as_ref().unwrap_or(&all), all: &all };
    let mut built = build_within(draft, &folded, &Style { words, room: Room::WIDEST });
    for &room in Room::TIGHTER {
        if fits(&built.answer, draft.detail) {
            break;
        }
        built = build_within(draft, &folded, &Style { words, room });
    }
    built
}

/// What is counted and not listed, unless a filter asks for it: it changes nothing that the alert names.
#[derive(Clone, Copy, Default)]
struct Apart {
    heartbeats: usize,
    data_events: usize,
}

impl Apart {
    /// Tells whether a change is of this kind, and counts it.
    fn takes(&mut self, ranked: &Ranked) -> bool {
        let facts = &ranked.facts;
        if ranked.is_suspect() || facts.tie.is_related() || facts.tie.shares_name() || !(facts.noise || facts.data_event) {
            return false;
        }
        *(if facts.noise { &mut self.heartbeats } else { &mut self.data_events }) += 1;
        true
    }
}

/// The matched changes, folded.
struct Folded<'a> {
    /// How many changes match.
    matched: usize,
    /// What is counted beside them.
    apart: Apart,
    /// All entries: the finding and the totals are about them.
    all: &'a [Fold<'a>],
    /// The entries of what no page has shown.
    fresh: &'a [Fold<'a>],
}

fn build_within(draft: &Draft<'_>, folded: &Folded<'_>, style: &Style) -> Built {
    let Filled { entries, page, left } = fill(draft, folded.fresh, style);
    let totals = Totals {
        matched: folded.matched,
        shown: page.shown,
        folded: page.folded,
        remaining: folded.matched.saturating_sub(page.shown + page.folded),
        heartbeats: folded.apart.heartbeats,
        data_events: folded.apart.data_events,
    };
    let (finding, headline) = headline(draft, folded, style);
    let mut coverage = coverage_report(draft.coverage, draft.untrusted, style.words);
    // Whoever looked at a guessed hour did not look at the incident's.
    let guessed = draft.incident.window_basis.lacks.is_some_and(Lack::leaves_a_guess);
    if guessed && finding == Finding::NoSuspect && coverage.verdict == Verdict::Complete {
        coverage.verdict = Verdict::Partial;
        coverage.next = Some(style.words.name_the_start());
    }
    let answer = Answer {
        finding,
        headline,
        coverage: Some(coverage),
        context: Some(context::context(draft, style.words)),
        correlation: Joined::of(draft).map(|joined| joined.report(draft, style)),
        console_url_template: draft.regions.first().filter(|_| !entries.is_empty()).and_then(|region| console::template(&region.name)),
        groups: group::groups(entries, folded.all),
        totals: Some(totals),
        next_cursor: None,
        cost: Some(Cost { plan: plan(draft, style.words), ..draft.cost.clone() }),
        error: None,
    };
    Built { answer, next: left.then(|| page.clone()), shown: page }
}

/// Tells what was decided while reading, at full detail.
fn plan(draft: &Draft<'_>, words: Words) -> Vec<String> {
    let lines = if draft.detail == Detail::Full { PLAN_LINES } else { 0 };
    draft.plan_log.iter().take(lines).map(|line| words.plan_line(line)).collect()
}

/// The entries of a page.
struct Filled {
    entries: Vec<(Category, Entry)>,
    /// What is shown with them.
    page: Page,
    /// Whether entries are left for the next page.
    left: bool,
}

/// Makes entries, best first, until the page is full.
fn fill(draft: &Draft<'_>, fresh: &[Fold<'_>], style: &Style) -> Filled {
    let several_regions = draft.ranked.iter().map(|one| one.change.event.region.as_str()).collect::<HashSet<_>>().len() > 1;
    let mut filled = Filled { entries: Vec::new(), page: draft.page.clone(), left: false };
    let mut size = Size::default();
    let mut leaders: HashMap<&str, usize> = HashMap::new();
    let joined = Joined::of(draft);
    for fold in fresh {
        let change = &fold.best.change;
        if filled.entries.len() >= style.room.entries_of(draft.page.limit) {
            filled.left = true;
            break;
        }
        let rank = filled.page.shown + 1;
        let mut entry = entry::entry(draft, fold, rank, style);
        entry.account = account(draft, fold);
        entry.region = several_regions.then(|| draft.untrusted.place(&change.event.region));
        entry.same_run_as = fold.leader.and_then(|leader| leaders.get(leader).copied());
        leaders.insert(&change.event.event_id, rank);
        if let Some((application, suspicious)) = joined.as_ref().map(|joined| joined.entry(draft, fold, style)) {
            entry.application = application;
            if suspicious && !entry.flags.iter().any(|flag| flag == SUSPICIOUS_TEXT) {
                entry.flags.push(SUSPICIOUS_TEXT.into());
            }
        }
        if draft.page.comes_late(fold.best) {
            entry.flags.push("read_later".into());
        }
        // The first entry is told whatever it takes; its parts are capped one by one.
        if !size.takes(&entry) && !filled.entries.is_empty() {
            filled.left = true;
            break;
        }
        filled.page.show(fold);
        filled.entries.push((change.class.category, entry));
    }
    filled
}

/// Returns whose event it is, where several accounts are looked at.
fn account(draft: &Draft<'_>, fold: &Fold<'_>) -> Option<String> {
    let accounts: HashSet<&str> = draft.coverage.cells.iter().map(Cell::account).filter(|account| !account.is_empty()).collect();
    (accounts.len() > 1).then(|| draft.untrusted.place(&fold.best.change.event.account))
}

/// Says what was found, and writes the headline.
fn headline(draft: &Draft<'_>, folded: &Folded<'_>, style: &Style) -> (Finding, String) {
    // Suspects are ranked before all others, so a fold with one in it is led by one.
    let suspects: Vec<&Fold<'_>> = folded.all.iter().filter(|fold| fold.best.is_suspect()).collect();
    let finding = match (draft.coverage.verdict(), suspects.is_empty()) {
        (Verdict::Unknown, true) => Finding::CouldNotLook,
        (_, true) => Finding::NoSuspect,
        (_, false) => Finding::Suspects,
    };
    let incident = draft.incident;
    let headline = style.words.headline(&words::Facts {
        finding,
        coverage: draft.coverage,
        best: suspects.first().map(|fold| words::Best {
            entry: Entry { account: account(draft, fold), ..entry::entry(draft, fold, 1, style) },
            near: incident.window.from <= fold.best.change.event.time,
        }),
        suspects: suspects.len(),
        matched: folded.matched,
        data_events: folded.apart.data_events,
        filtered: !draft.filter.is_empty(),
        all: draft.ranked.len() - folded.apart.heartbeats,
        alert: incident.alert.as_ref().map(|alert| alert.started_at),
        window: draft.window,
        asked: incident.window,
        widened: draft.widened,
        guessed_region: draft.guessed_region,
        untrusted: draft.untrusted,
        lacks: incident.window_basis.lacks,
        log: draft.application.map(|application| application.log),
    });
    (finding, headline)
}

#[cfg(test)]
mod tests;
