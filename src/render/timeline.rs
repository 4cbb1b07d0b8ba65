//! Where each change stands on a line of time: lanes by category, bursts as bars, what was taken back, the alert, and what was not read.
//!
//! Pure geometry: [`svg`](super::svg) draws it, and the [`app`](super::app()) lays out by the same rules, so that one can be held against the other. All places are parts of the window, 0 to 1.

use chrono::{DateTime, TimeDelta, Utc};

use crate::answer::{Answer, CellReport, Entry};
use crate::coverage::State;
use crate::time::parse;

/// A line of time with all that stands on it.
pub(super) struct Timeline<'a> {
    /// Where the alert stands; at the edge that is nearest to it, where it lies outside.
    pub(super) alert: Option<f64>,
    /// On which side of the window the alert lies, where it does not lie in it.
    pub(super) beyond: Option<Side>,
    /// Marks of the axis, and what they say.
    pub(super) ticks: Vec<(f64, String)>,
    /// Categories, in the order of their best rank.
    pub(super) lanes: Vec<Lane<'a>>,
    /// What was read and what was not, place by place.
    pub(super) read: Vec<Strip>,
    /// How many places more there are than `read` tells of.
    pub(super) more_places: usize,
}

/// A side of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

/// The changes of one category.
pub(super) struct Lane<'a> {
    /// The category's label.
    pub(super) label: &'a str,
    /// Its changes, by time.
    pub(super) marks: Vec<Mark<'a>>,
    /// How many rows they need so that none hides another.
    pub(super) rows: usize,
}

/// One change.
pub(super) struct Mark<'a> {
    pub(super) entry: &'a Entry,
    /// The first of a burst, or the change.
    pub(super) from: f64,
    /// The last of a burst, or the change.
    pub(super) to: f64,
    /// Where the change itself stands.
    pub(super) at: f64,
    /// Where somebody took it back.
    pub(super) undone: Option<f64>,
    /// The row of the lane, from 0.
    pub(super) row: usize,
}

/// What of the window was read of one place.
pub(super) struct Strip {
    /// Account and region.
    pub(super) place: String,
    /// The part that was read, if any.
    pub(super) read: Option<(f64, f64)>,
}

/// How wide a mark is, as a part of the window: two that are nearer stand in two rows.
pub(super) const MARK: f64 = 0.024;
/// Rows of a lane; what does not fit stands in the last one.
pub(super) const ROWS: usize = 12;
/// Most strips; what is short of anything comes first, and the rest is counted.
pub(super) const STRIPS: usize = 6;
/// Steps of the axis, and how many of them there may be.
pub(super) const STEPS: &[i64] =
    &[60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000];
pub(super) const TICKS: i64 = 8;

/// How close things may stand.
#[derive(Clone, Copy)]
pub(super) struct Spacing {
    /// How wide a mark is, as a part of the window.
    pub(super) mark: f64,
    /// How many steps of the axis there may be.
    pub(super) ticks: i64,
}

/// On paper as wide as a screen.
pub(super) const SPACING: Spacing = Spacing { mark: MARK, ticks: TICKS };

/// How a reading ends whose interval may not have been read as it is.
pub(super) const IN_DOUBT: [State; 2] = [State::Failed, State::IntegrityFailed];

impl<'a> Timeline<'a> {
    /// Lays out an answer; nothing where it has neither a window nor a change.
    pub(super) fn of(answer: &'a Answer, spacing: Spacing) -> Option<Self> {
        let (from, to) = window(answer)?;
        let all = (to - from).num_milliseconds() as f64;
        let place = |time: DateTime<Utc>| ((time - from).num_milliseconds() as f64 / all).clamp(0.0, 1.0);
        let at = |text: &str| parse(text).map(place);
        let alert = answer.context.as_ref().and_then(|context| context.alert.as_ref()).and_then(|alert| parse(&alert.started_at));
        let marks = |events: &'a [Entry]| events.iter().filter_map(|entry| mark(entry, &at)).collect();
        let lanes = answer.groups.iter().map(|group| lane(&group.label, marks(&group.events), spacing.mark));
        let mut cells: Vec<&CellReport> = answer.coverage.iter().flat_map(|coverage| &coverage.cells).collect();
        cells.sort_by_key(|cell| cell.state == State::Exhausted);
        Some(Self {
            alert: alert.map(place),
            beyond: alert.and_then(|alert| side(alert, from, to)),
            ticks: ticks(from, to, spacing.ticks).into_iter().map(|(time, said)| (place(time), said)).collect(),
            lanes: lanes.filter(|lane| !lane.marks.is_empty()).collect(),
            read: cells.iter().take(STRIPS).map(|cell| strip(cell, &at)).collect(),
            more_places: cells.len().saturating_sub(STRIPS),
        })
    }
}

fn side(time: DateTime<Utc>, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Side> {
    match () {
        () if time < from => Some(Side::Before),
        () if time > to => Some(Side::After),
        () => None,
    }
}

/// Returns the window of an answer, or the time of its changes where it tells of none.
fn window(answer: &Answer) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let told = answer.context.as_ref().and_then(|context| parse(&context.window.from).zip(parse(&context.window.to)));
    let times = || answer.groups.iter().flat_map(|group| &group.events).filter_map(|entry| parse(&entry.time));
    let (from, to) = told.or_else(|| times().min().zip(times().max()))?;
    Some((from, to.max(from + TimeDelta::seconds(1))))
}

fn mark<'a>(entry: &'a Entry, at: &dyn Fn(&str) -> Option<f64>) -> Option<Mark<'a>> {
    let own = at(&entry.time)?;
    let burst = entry.repeats.as_ref().and_then(|repeats| at(&repeats.first).zip(at(&repeats.last)));
    let (from, to) = burst.unwrap_or((own, own));
    let undone = entry.undone.as_ref().and_then(|undone| at(&undone.time)).filter(|undone| *undone > own);
    Some(Mark { entry, from: from.min(own), to: to.max(own), at: own, undone, row: 0 })
}

/// Puts marks into rows, each into the first where it hides none.
fn lane<'a>(label: &'a str, mut marks: Vec<Mark<'a>>, width: f64) -> Lane<'a> {
    marks.sort_by(|a, b| a.from.total_cmp(&b.from).then(a.entry.rank.cmp(&b.entry.rank)));
    let mut ends: Vec<f64> = Vec::new();
    for mark in &mut marks {
        let end = mark.undone.unwrap_or(mark.to).max(mark.to) + width;
        let free = ends.iter().position(|last| *last <= mark.from).unwrap_or(ends.len()).min(ROWS - 1);
        match ends.get_mut(free) {
            Some(last) => *last = last.max(end),
            None => ends.push(end),
        }
        mark.row = free;
    }
    Lane { label, marks, rows: ends.len() }
}

fn strip(cell: &CellReport, at: &dyn Fn(&str) -> Option<f64>) -> Strip {
    let CellReport { account, region, covered_from, covered_to, .. } = cell;
    let source = cell.source.0.as_str();
    let named: Vec<&str> = [account.as_str(), region.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    let place = if named.is_empty() { source.to_owned() } else { named.join(" ") };
    let read = covered_from.as_deref().and_then(at).zip(covered_to.as_deref().and_then(at));
    Strip { place, read: read.filter(|_| !IN_DOUBT.contains(&cell.state)) }
}

/// Returns round times of the window, each with its clock, and the day where the window has several.
fn ticks(from: DateTime<Utc>, to: DateTime<Utc>, most: i64) -> Vec<(DateTime<Utc>, String)> {
    let length = (to - from).num_seconds();
    let step = STEPS.iter().copied().find(|step| length / step <= most).unwrap_or(length.max(1));
    let form = match (step >= 86_400, from.date_naive() == to.date_naive()) {
        (true, _) => "%b %-d",
        (false, true) => "%H:%MZ",
        (false, false) => "%b %-d %H:%MZ",
    };
    let first = (from.timestamp() + step - 1).div_euclid(step) * step;
    let times = (0..=most).map(|n| first + n * step).take_while(|time| *time <= to.timestamp());
    times.filter_map(|time| DateTime::from_timestamp(time, 0)).map(|time| (time, time.format(form).to_string())).collect()
}
