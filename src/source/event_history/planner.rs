//! What to ask next in one account and region, given what was seen. Pure: no clock, no I/O, no SDK.
//!
//! ```text
//!  gaps of the window ──► one chain each, newest first          the common case: one page, done
//!      │ pages take longer than the pace allows ──► older parts are split off and read side by side
//!      │ more than the budget ──► what lies before the alert goes first, outward from it
//!      │ budget nearly spent ──► the named resources by all their spellings, instead of the rest
//! ```
//!
//! A chain keeps its question when a part is split off: it only stops sooner, since tokens are bound to the question.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use self::part::{FORESEEN, floor, gaps, seconds, shares};
use self::track::Chain;
use super::chain::{Ask, Progress};
use super::failure::Failure;
use super::send::{Landed, Stop};
use crate::coverage::{Decision, Rest};
use crate::source::Kind;
use crate::time::{Window, union};

mod part;
#[cfg(test)]
mod tests;
mod track;

/// Events on one page.
const PAGE: f64 = super::PAGE as f64;
/// How long a page may take before others are read beside it.
///
/// Source: 2 requests a second, which one chain keeps up to here.
const SLOW: Duration = Duration::from_millis(500);
/// Events that one page surely holds, though they do not come evenly, and two.
const ONE_PAGE: f64 = 40.0;
/// See [`ONE_PAGE`].
const TWO_PAGES: f64 = 90.0;
/// Most requests under way at once.
const SIDE_BY_SIDE: usize = 8;
/// Requests that slow pages may cost beyond the fewest.
const EXTRA: f64 = 4.0;
/// Events left that make it worth splitting a chain again.
const WORTH: f64 = 125.0;
/// Events left, from and to, that are two pages for one chain and one for each of two.
const HALVED: (f64, f64) = (45.0, 95.0);
/// Smallest unit of time that AWS knows.
const SECOND: TimeDelta = TimeDelta::seconds(1);
/// How long after the alert's start a change may still be a suspect.
///
/// Source: the contract.
const AFTER: TimeDelta = TimeDelta::seconds(61);
/// Decisions kept.
const DECISIONS: usize = 10;

/// What one reading is about.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// What to read, in whole seconds.
    pub(super) window: Window,
    /// What of it is known already.
    pub(super) known: Vec<Window>,
    /// Which events.
    pub(super) kind: Kind,
    /// When the alert started.
    pub(super) alert: Option<DateTime<Utc>>,
    /// Spellings of the named resources, the most telling first.
    pub(super) names: Vec<String>,
    /// Requests, those sent again included.
    pub(super) max_requests: u32,
    /// Least time between two requests.
    pub(super) period: Duration,
}

/// One page to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fetch {
    /// Which chain it belongs to.
    pub(super) chain: usize,
    /// The chain's question.
    pub(super) ask: Ask,
    /// Which page of it, counted from 0.
    pub(super) page: usize,
}

/// What became of a fetch.
#[derive(Debug)]
pub(super) struct Seen {
    /// Which chain it belongs to.
    pub(super) chain: usize,
    /// Requests sent for it; none when another reader's page served.
    pub(super) sent: u32,
    /// The page, what AWS did instead, or why nothing was asked any more.
    pub(super) gave: Result<Result<Arc<Landed>, Failure>, Stop>,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Fetch these as well; when none, wait for what is under way.
    Fetch(Vec<Fetch>),
    /// Nothing more; what is still under way is not needed.
    Done(End),
}

/// Why a reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Every page was seen.
    AllRead,
    /// All requests were spent.
    PageCap,
    /// The time was spent.
    Deadline,
    /// A request failed for good.
    Failed(Failure),
}

/// The look-ups by name that stand in for the rest.
#[derive(Debug, Default)]
pub(super) struct ByName {
    /// Spellings asked.
    pub(super) asked: usize,
    /// Of how many there are.
    pub(super) all: usize,
    /// Whether one of them had more pages than were read.
    pub(super) more: bool,
}

/// The state of one reading.
#[derive(Debug)]
pub(super) struct Planner {
    task: Task,
    chains: Vec<Chain>,
    /// From here on in `chains` they are look-ups by name.
    by_name: Option<(usize, ByName)>,
    spent: u32,
    latency: Duration,
    /// Where the interval before the alert ends, once that goes first.
    edge: Option<DateTime<Utc>>,
    /// Whether a chain was split because pages are slow.
    sliced: bool,
    ended: Option<End>,
    /// What ran short first, when not all can be read.
    short_of: End,
    decisions: Vec<Decision>,
}

impl Planner {
    /// Begins.
    pub(super) fn new(task: Task) -> Self {
        let gaps = gaps(task.window, &task.known);
        let mut planner = Self {
            chains: gaps.iter().rev().map(|gap| Chain::new(*gap, &task.kind)).collect(),
            task,
            by_name: None,
            spent: 0,
            latency: Duration::ZERO,
            edge: None,
            sliced: false,
            ended: None,
            short_of: End::PageCap,
            decisions: Vec::new(),
        };
        if !planner.task.known.is_empty() {
            let length: TimeDelta = gaps.iter().map(Window::length).sum();
            planner.note(match gaps.len() {
                0 => Decision::NothingToAsk,
                count => Decision::Gaps(count, length),
            });
        }
        planner
    }

    /// Takes what was seen and says what to do; `left` is what is left of the time.
    pub(super) fn next(&mut self, seen: Option<Seen>, left: Duration) -> Step {
        if let Some(seen) = seen {
            self.take(seen);
        }
        self.settle();
        if let Some(end) = self.ended.clone().filter(|end| self.is_final(end)) {
            return Step::Done(end);
        }
        let mut fetches = Vec::new();
        while self.ended.is_none() && self.under_way() < self.side_by_side() && self.left() > 0 {
            self.go_outward(left);
            if self.turns_to_names(left) {
                self.look_up_names(left);
            }
            match self.idle() {
                Some(chain) => fetches.extend(self.fetch(chain)),
                None if self.split(left) => {}
                None => break,
            }
        }
        match (fetches.is_empty(), self.under_way()) {
            (true, 0) => Step::Done(self.ended.clone().unwrap_or_else(|| self.short_of.clone())),
            _ => Step::Fetch(fetches),
        }
    }

    /// Returns the intervals of which every event was read, `known` ones included.
    pub(super) fn read(&self) -> Vec<Window> {
        let whole = self.scans().iter().filter_map(|chain| Window::new(chain.progress.whole_from(chain.ask.start)?, chain.part.to));
        union(whole.chain(self.task.known.iter().copied()).collect())
    }

    /// Returns the interval of which `chain` read every event.
    pub(super) fn read_by(&self, chain: usize) -> Option<Window> {
        let chain = self.scans().get(chain)?;
        Window::new(chain.progress.whole_from(chain.ask.start)?, chain.part.to)
    }

    /// Returns entries seen by the scan, and those of them that could not be read.
    pub(super) fn entries(&self) -> (u32, u32) {
        let sum = |count: fn(&Progress) -> u32| self.chains.iter().map(|chain| count(&chain.progress)).sum();
        (sum(|progress| progress.entries), sum(|progress| progress.unreadable))
    }

    /// Returns how long the last page took.
    pub(super) fn latency(&self) -> Duration {
        self.latency
    }

    /// Returns the look-ups by name, when there were any.
    pub(super) fn by_name(&self) -> Option<&ByName> {
        self.by_name.as_ref().map(|(_, by_name)| by_name)
    }

    /// Returns the decisions in their order.
    pub(super) fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    fn take(&mut self, seen: Seen) {
        self.spent = (self.spent + seen.sent).saturating_sub(1);
        let first = !self.chains.iter().any(|chain| chain.progress.pages > 0);
        let scans = self.scans().len();
        let Some(chain) = self.chains.get_mut(seen.chain) else { return };
        chain.under_way = false;
        match seen.gave {
            Err(stop) => {
                self.ended.get_or_insert(if stop == Stop::Budget { End::PageCap } else { End::Deadline });
            }
            // A spelling that AWS does not take says nothing of the others.
            Ok(Err(Failure::Refused)) if seen.chain >= scans => chain.done = true,
            Ok(Err(failure)) => self.ended = Some(End::Failed(failure)),
            Ok(Ok(landed)) => {
                let before = chain.progress.clone();
                chain.take(&landed.page);
                let looping = landed.page.token.as_ref().is_some_and(|token| !chain.tokens.insert(token.clone()));
                // A page that came again proves nothing, and takes nothing away from what was proven before.
                if looping && chain.progress.seen_from(chain.ask.start).is_none() {
                    chain.progress = before;
                }
                self.latency = if first { landed.latency } else { (self.latency + landed.latency) / 2 };
                if looping {
                    self.ended = Some(End::Failed(Failure::LoopingToken));
                }
                if seen.chain >= scans {
                    chain.done = true;
                    let more = !chain.progress.ended;
                    self.by_name.iter_mut().for_each(|(_, by_name)| by_name.more |= more);
                } else if first {
                    self.note_probe(&landed);
                }
            }
        }
    }

    /// Finds the chains that have seen their part, by themselves or because another one's pages reached into it.
    fn settle(&mut self) {
        let seen = |chain: &Chain| Window::new(chain.progress.seen_from(chain.ask.start)?, chain.part.to);
        let seen: Vec<Window> = union(self.scans().iter().filter_map(seen).collect());
        let scans = self.scans().len();
        for chain in self.chains.iter_mut().take(scans) {
            chain.done |= chain.part.without(&seen).is_empty();
        }
        if self.scans().iter().all(|chain| chain.done) {
            self.ended = Some(End::AllRead);
        }
    }

    /// What is under way may still bring pages, unless nothing is missing or nothing can be had.
    fn is_final(&self, end: &End) -> bool {
        match end {
            End::AllRead | End::Deadline => true,
            End::Failed(failure) => failure.retries() == 0 || self.under_way() == 0,
            End::PageCap => self.under_way() == 0,
        }
    }

    fn scans(&self) -> &[Chain] {
        let scans = self.by_name.as_ref().map_or(self.chains.len(), |(from, _)| *from);
        self.chains.get(..scans).unwrap_or_default()
    }

    fn under_way(&self) -> usize {
        self.chains.iter().filter(|chain| chain.under_way).count()
    }

    fn left(&self) -> u32 {
        self.task.max_requests.saturating_sub(self.spent)
    }

    /// Returns how many requests keep the pace: one, unless pages take longer than that.
    fn side_by_side(&self) -> usize {
        let periods = self.latency.as_secs_f64() / self.task.period.max(SLOW).as_secs_f64();
        (periods.ceil() as usize).clamp(1, SIDE_BY_SIDE)
    }

    fn fetch(&mut self, at: usize) -> Option<Fetch> {
        let chain = self.chains.get_mut(at)?;
        chain.under_way = true;
        self.spent += 1;
        Some(Fetch { chain: at, ask: chain.ask.clone(), page: chain.progress.pages })
    }

    /// Returns the chain to go on with: before the alert first once that counts, then the newest.
    fn idle(&self) -> Option<usize> {
        let from = self.by_name.as_ref().map_or(0, |(from, _)| *from);
        let idle = self.chains.iter().enumerate().skip(from).filter(|(_, chain)| !chain.done && !chain.under_way);
        idle.min_by_key(|(at, chain)| (self.is_late(chain.part), std::cmp::Reverse(chain.part.to), *at)).map(|(at, _)| at)
    }

    /// Tells whether a part lies after what goes first.
    fn is_late(&self, part: Window) -> bool {
        self.edge.is_some_and(|edge| part.from >= edge)
    }

    /// Returns how many events are expected where chain `at` has not looked yet; nothing when there is nothing to judge by.
    ///
    /// A chain without a page is as dense as the next newer one.
    fn expected(&self, at: usize) -> Option<f64> {
        let chain = self.scans().get(at)?;
        let Some(unseen) = chain.unseen() else { return Some(0.0) };
        let newer = || {
            let others = self.scans().iter().filter(|other| other.part.from >= chain.part.to && other.progress.pages > 0);
            others.min_by_key(|other| other.part.from).and_then(Chain::density)
        };
        let any = || self.scans().iter().find_map(Chain::density);
        chain.density().or_else(newer).or_else(any).map(|density| density * seconds(unseen))
    }

    /// Returns how many pages the rest is expected to take; nothing when there is nothing to judge by.
    fn pages_expected(&self) -> Option<f64> {
        let pages = |at| self.expected(at).map(|events| (events / PAGE).ceil().max(1.0));
        (0..self.scans().len()).filter(|at| self.scans().get(*at).is_some_and(|chain| !chain.done)).map(pages).sum()
    }

    /// Tells whether the rest is expected to take more requests or more time than are left.
    fn falls_short(&self, left: Duration) -> bool {
        let latency = self.latency.as_secs_f64();
        let pace = self.task.period.as_secs_f64().max(latency / SIDE_BY_SIDE as f64);
        self.pages_expected().is_some_and(|pages| pages > self.paid_or_left() || latency + pages * pace > left.as_secs_f64())
    }

    /// Returns the requests that may still bring a page: those left and those under way.
    fn paid_or_left(&self) -> f64 {
        f64::from(self.left()) + self.under_way() as f64
    }

    /// Lets what lies before the alert go first, once it is clear that not all can be read.
    fn go_outward(&mut self, left: Duration) {
        let Some(edge) = self.task.alert.and_then(|alert| alert.checked_add_signed(AFTER)) else { return };
        if self.edge.is_some() || !self.falls_short(left) {
            return;
        }
        self.edge = Some(edge);
        let holds = |chain: &Chain| chain.unseen().is_some_and(|unseen| unseen.from < edge && edge < unseen.to);
        if let Some(at) = self.scans().iter().position(holds) {
            self.cut(at, edge);
            self.note(Decision::BeforeAlertFirst);
        }
    }

    /// Tells whether the rest of the budget is better spent on the named resources.
    fn turns_to_names(&self, left: Duration) -> bool {
        let names = u32::try_from(self.task.names.len()).unwrap_or(u32::MAX);
        let reserve = names.min((self.task.max_requests / 4).max(1));
        let time = self.latency * 2 + self.task.period * reserve;
        let late = self.left() <= reserve || left <= time;
        names > 0 && self.by_name.is_none() && late && self.falls_short(left)
    }

    fn look_up_names(&mut self, left: Duration) {
        let time = self.latency.as_secs_f64() + self.pages_expected().unwrap_or_default() * self.task.period.as_secs_f64();
        if self.pages_expected().is_none_or(|pages| pages <= self.paid_or_left()) && time > left.as_secs_f64() {
            self.short_of = End::Deadline;
        }
        let names: Vec<String> = self.task.names.iter().take(self.left() as usize).cloned().collect();
        self.note(Decision::LookUps(names.len()));
        self.by_name = Some((self.chains.len(), ByName { asked: names.len(), all: self.task.names.len(), more: false }));
        let edge = self.task.alert.and_then(|alert| alert.checked_add_signed(AFTER)).filter(|edge| *edge > self.task.window.from);
        let to = edge.map_or(self.task.window.to, |edge| edge.min(self.task.window.to));
        let Some(window) = Window::new(self.task.window.from, to) else { return };
        for name in names {
            let mut chain = Chain::new(window, &self.task.kind);
            chain.ask.name = Some(name);
            self.chains.push(chain);
        }
    }

    /// Splits older parts off a chain that is under way, when pages are slow and there is enough left to read.
    fn split(&mut self, left: Duration) -> bool {
        let free = self.side_by_side().saturating_sub(self.under_way());
        if free == 0 || self.by_name.is_some() {
            return false;
        }
        let first = self.scans().iter().any(|chain| !chain.done && !self.is_late(chain.part));
        let scans = self.scans().iter().enumerate().filter(|(_, chain)| !first || !self.is_late(chain.part));
        let candidates = scans.filter_map(|(at, _)| Some((at, self.expected(at)?)));
        let Some((at, expected)) = candidates.max_by(|a, b| a.1.total_cmp(&b.1)) else { return false };
        let Some(unseen) = self.scans().get(at).and_then(Chain::unseen) else { return false };
        let before = self.chains.len();
        let (mut at, mut back) = (at, 0.0);
        for slice in self.slices(at, expected, left).into_iter().take(free) {
            back += slice;
            // To the nearest second.
            let back = TimeDelta::milliseconds((back * 1000.0) as i64 - 500);
            let boundary = unseen.to.checked_sub_signed(back).map_or(unseen.from, floor);
            if boundary >= unseen.to || !self.cut(at, boundary) {
                break;
            }
            at = self.chains.len() - 1;
            // The second that the newer part begins with is not asked twice: a burst may lie in it.
            if let Some(chain) = self.chains.last_mut() {
                chain.ask.end -= SECOND;
            }
        }
        let is_split = self.chains.len() > before;
        if is_split {
            self.sliced = true;
            self.note_slices(self.scans().iter().filter(|chain| !chain.done).count());
        }
        is_split
    }

    /// Returns the seconds after which a chain is to be split, newest part first and without the oldest; `expected` events are left.
    ///
    /// Every chain wastes one request at most, on a page that is not full, so as long as there is room for them all, no shape of
    /// arrival costs more than [`EXTRA`]. Only where events come evenly everywhere is one chain started beyond that.
    fn slices(&self, at: usize, expected: f64, left: Duration) -> Vec<f64> {
        let Some(chain) = self.scans().get(at) else { return Vec::new() };
        let Some(whole) = chain.unseen().map(seconds) else { return Vec::new() };
        let room = self.room();
        let most = room.max(0.0) as usize;
        let of = |events: f64| events / chain.density_at_last().unwrap_or(expected / whole);
        let mut slices = if !self.sliced && chain.is_even() && expected <= FORESEEN && !self.falls_short(left) {
            shares(expected).iter().map(|share| whole * share).collect()
        } else if !self.sliced && expected > TWO_PAGES {
            // Uneven ones may have been a burst that goes on, or its end: two parts of it, and then there is more to judge by.
            vec![of(TWO_PAGES); if chain.is_even() { most } else { 2 }]
        } else if room > -0.5 && (HALVED.0..HALVED.1).contains(&expected) && self.is_steady() && chain.is_mostly_seen() {
            return vec![whole / 2.0];
        } else if chain.progress.pages == 0 || expected <= WORTH {
            Vec::new()
        } else if expected <= FORESEEN {
            let parts = (expected / TWO_PAGES).ceil().min(most as f64 + 1.0);
            vec![whole / parts; parts as usize - 1]
        } else {
            vec![of(ONE_PAGE)]
        };
        slices.truncate(most);
        slices
    }

    /// Returns how many requests more than needed may still be spent.
    fn room(&self) -> f64 {
        // Chains of one splitting do not all end behind a full page; those of several may, and would be one request too many.
        let strictly = if self.sliced { 0.01 } else { 0.0 };
        1.0 + EXTRA - strictly - self.scans().iter().map(Chain::waste).sum::<f64>()
    }

    /// Tells whether all chains saw events come evenly, and as many a second; after two pages at most, as each more may end the calm.
    fn is_steady(&self) -> bool {
        let sum = |of: fn(&Chain) -> f64| self.scans().iter().map(of).sum::<f64>();
        let average = sum(|chain| f64::from(chain.progress.entries)) / sum(|chain| chain.seen().as_seconds_f64()).max(1.0);
        let is_alike = |density: f64| density < 2.0 * average && average < 2.0 * density;
        let is_steady = |chain: &Chain| chain.is_even() && chain.density().is_some_and(is_alike);
        self.scans().iter().all(|chain| !chain.done && chain.progress.pages <= 2 && is_steady(chain))
    }

    /// Gives what of a chain's part lies before `boundary` to a chain of its own, where that is more than a second.
    fn cut(&mut self, at: usize, boundary: DateTime<Utc>) -> bool {
        let Some(chain) = self.chains.get_mut(at) else { return false };
        let Some(older) = Window::new(chain.part.from, boundary).filter(|older| older.length() > SECOND) else { return false };
        chain.part.from = boundary;
        self.chains.push(Chain::new(older, &self.task.kind));
        true
    }

    fn note(&mut self, decision: Decision) {
        if self.decisions.len() < DECISIONS {
            self.decisions.push(decision);
        }
    }

    fn note_probe(&mut self, landed: &Landed) {
        let unseen = self.scans().first().and_then(Chain::unseen);
        let rest = match (landed.page.token.is_some(), self.pages_expected().filter(|_| unseen.is_some())) {
            (false, _) => Rest::Nothing,
            (true, Some(pages)) => Rest::Pages(pages),
            (true, None) => Rest::Unknown,
        };
        self.note(Decision::FirstPage(landed.page.entries.len(), landed.latency, rest));
    }

    /// Only the last of a row of splits is kept.
    fn note_slices(&mut self, parts: usize) {
        if matches!(self.decisions.last(), Some(Decision::SideBySide(..))) {
            self.decisions.pop();
        }
        self.note(Decision::SideBySide(self.latency, parts));
    }
}
