//! From what is asked to which files may answer it, judged by their paths and names alone.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};

use super::listing::{NativeName, is_number};
use crate::event::{Partition, is_account};
use crate::source::Query;
use crate::source::delivery::{LATEST_NAME, NAME_EARLY, is_whole_day};
use crate::time::Window;

/// How much older than its name a file's events usually are at most.
///
/// Source: the name's minute may be up to 15 minutes after the event.
pub(super) const NAME_LATE: TimeDelta = TimeDelta::minutes(15);

/// Which files may hold what a query wants.
///
/// What a path does not tell does not count against it: content decides. What it tells counts: the account and day of CloudTrail's
/// own folders and names, and the region but for one exception. Where an account has no folder of its region of global services,
/// the trail is of one region, and the events of global services lie in that region's files.
#[derive(Clone, Debug)]
pub(super) struct Selection<'a> {
    query: &'a Query,
    /// The time of names of files that may reach into the window.
    names: Window,
}

/// How the time of a name lies to what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lies {
    /// Before it.
    Before,
    /// In it.
    Within,
    /// After it.
    After,
}

impl<'a> Selection<'a> {
    /// Selects for a query.
    pub(super) fn new(query: &'a Query) -> Self {
        let Window { from, to } = query.window();
        let names = Window {
            from: from.checked_sub_signed(NAME_EARLY).unwrap_or(from),
            // The end is one more minute than the last name: names have no seconds.
            to: to.checked_add_signed(LATEST_NAME + TimeDelta::minutes(1)).unwrap_or(to),
        };
        Self { query, names }
    }

    /// Returns the window that is read.
    pub(super) fn window(&self) -> Window {
        self.query.window()
    }

    /// Returns the time of names of files that may reach into the window.
    pub(super) fn names(&self) -> Window {
        self.names
    }

    /// Tells how a file of CloudTrail's own name lies to what is wanted.
    pub(super) fn file(&self, name: &NativeName<'_>) -> Lies {
        if is_whole_day(name.time) {
            return self.days(name.time.date_naive(), name.time.date_naive());
        }
        match name.time {
            time if time < self.names.from => Lies::Before,
            time if time >= self.names.to => Lies::After,
            _ => Lies::Within,
        }
    }

    /// Tells how the days from one to another lie to what is wanted.
    pub(super) fn days(&self, first: NaiveDate, last: NaiveDate) -> Lies {
        match () {
            () if last < self.names.from.date_naive() => Lies::Before,
            () if first > self.last_day() => Lies::After,
            () => Lies::Within,
        }
    }

    fn last_day(&self) -> NaiveDate {
        self.names.to.checked_sub_signed(TimeDelta::nanoseconds(1)).unwrap_or(self.names.to).date_naive()
    }

    /// Returns the days of names that are wanted, oldest first; nothing when there are more than `most`.
    pub(super) fn few_days(&self, most: usize) -> Option<Vec<NaiveDate>> {
        let (first, last) = (self.names.from.date_naive(), self.last_day());
        let days: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= last).take(most + 1).collect();
        (days.len() <= most).then_some(days)
    }

    /// Tells whether files under this account and region may hold what is asked; `has` tells which regions the account has files of.
    pub(super) fn place(&self, account: &str, region: &str, has: impl Fn(&str) -> bool) -> bool {
        let asked = |region: &str| super::scan::asks_for(self.query, account, region) && self.query.admits(account, region);
        let global = Partition::of(region).global;
        asked(region) || region != global && asked(global) && !has(global)
    }
}

/// Where a prefix lies in CloudTrail's own layout: `…/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`, whatever stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position<'p> {
    /// Below it are regions of this account.
    Account(&'p str),
    /// Below it are years, months or days; these are the first and the last day that it may hold.
    Stream(&'p str, &'p str, Option<(NaiveDate, NaiveDate)>),
    /// None of these.
    Elsewhere,
}

impl<'p> Position<'p> {
    /// Finds the position of a path of parts, the root's own before those below it.
    pub(super) fn of(parts: &[&'p str]) -> Self {
        let kind = |part: &str| matches!(part, "CloudTrail" | "CloudTrail-Insight" | "CloudTrail-Digest");
        let Some(at) = parts.iter().rposition(|part| kind(part)) else { return Self::Elsewhere };
        let account = at.checked_sub(1).and_then(|before| parts.get(before)).filter(|id| is_account(id));
        let (Some(account), Some(below)) = (account, parts.get(at + 1..)) else { return Self::Elsewhere };
        match below {
            [] => Self::Account(account),
            [region] => Self::Stream(account, region, None),
            [region, date @ ..] => days(date).map_or(Self::Elsewhere, |days| Self::Stream(account, region, Some(days))),
        }
    }
}

/// Returns the account and the region in whose folders of logs a path lies, however deep.
pub(super) fn stream_of(path: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let at = parts.iter().rposition(|part| matches!(*part, "CloudTrail" | "CloudTrail-Insight"))?;
    let account = parts.get(at.checked_sub(1)?).filter(|id| is_account(id))?;
    Some((account, parts.get(at + 1)?))
}

/// Returns the first and the last day of a year, a month or a day, written as folders; nothing for anything else.
pub(super) fn days(date: &[&str]) -> Option<(NaiveDate, NaiveDate)> {
    let number = |text: &str, digits| if is_number(text, digits) { text.parse::<u32>().ok() } else { None };
    let (year, rest) = date.split_first()?;
    let year = i32::try_from(number(year, 4)?).ok()?;
    match rest {
        [] => Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?)),
        [month] => {
            let first = NaiveDate::from_ymd_opt(year, number(month, 2)?, 1)?;
            let next = first.checked_add_months(chrono::Months::new(1))?;
            Some((first, next.checked_sub_days(Days::new(1))?))
        }
        [month, day] => {
            let day = NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)?;
            Some((day, day))
        }
        _ => None,
    }
}

/// Writes a day as folders: `2026/01/27/`.
pub(super) fn folders(day: NaiveDate) -> String {
    format!("{:04}/{:02}/{:02}/", day.year(), day.month(), day.day())
}
