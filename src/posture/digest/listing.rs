//! What lies in the archive, account by account and region by region.

use std::collections::BTreeMap;
use std::io::{self, Read as _};

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::layout::{DIGESTS, DigestName, KINDS, ROOT, day, log_time, plain};
use super::report::{File, Findings, ReadError, Reason, Subject, Verdict};
use super::store::{SIDECAR, Store};
use crate::event::{is_account, is_region};
use crate::source::delivery::is_called_a_log;

/// How deep an account's folder may lie below the place that was named.
const DEEPEST: usize = 16;

/// What is told of a folder that lies deeper.
const TOO_DEEP: &str = "it lies deeper than is looked";

/// How much of a file that is named like none of CloudTrail's is looked at.
const HEAD: u64 = 4 << 10;

/// How what a desktop leaves in folders begins.
const FINDER: &[u8] = b"\0\0\0\x01Bud1";

/// The most errors that are told one by one.
const MAX_ERRORS: usize = 100;

/// Errors of reading, which say nothing of what could not be read.
#[derive(Debug, Default)]
pub(super) struct Errors {
    pub(super) told: Vec<ReadError>,
    pub(super) count: u64,
}

impl Errors {
    pub(super) fn add(&mut self, name: &str, error: impl ToString) {
        self.count += 1;
        if self.told.len() < MAX_ERRORS {
            self.told.push(ReadError { name: plain(name), error: error.to_string() });
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        self.count += other.count;
        let room = MAX_ERRORS.saturating_sub(self.told.len());
        self.told.extend(other.told.into_iter().take(room));
    }
}

/// One account's folder in one store.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) store: usize,
    /// Its key; empty where the store is that folder.
    pub(super) folder: String,
    /// Its name from the top, without a slash at the end.
    pub(super) full: String,
}

/// One account and region, in every tree that holds it.
#[derive(Clone, Debug, Default)]
pub(super) struct Unit {
    pub(super) account: String,
    pub(super) region: String,
    pub(super) trees: Vec<Tree>,
}

/// A file that lies outside the layout though it is named like CloudTrail's.
#[derive(Clone, Debug)]
pub(super) struct Stray {
    pub(super) store: usize,
    pub(super) key: String,
    pub(super) shown: String,
}

/// What was found by looking through the folders above regions.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) units: Vec<Unit>,
    pub(super) strays: Vec<Stray>,
    pub(super) findings: Findings,
    pub(super) errors: Errors,
}

pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Returns the name from the top of what has this key.
pub(super) fn full(store: &dyn Store, key: &str) -> String {
    let above = store.above().trim_end_matches('/');
    match (above, key) {
        (above, "") => above.to_owned(),
        (above, key) => format!("{above}/{key}"),
    }
}

/// Tells whether whoever reads events might find some in a file, whatever its name and wherever it lies.
fn may_hold_events(store: &dyn Store, key: &str, errors: &mut Errors) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key);
    if DigestName::parse(name).is_some() || log_time(name).is_some() || !name.starts_with('.') && is_called_a_log(name) {
        return true;
    }
    let mut head = Vec::new();
    let read = store.get(key).and_then(|object| object.map_or(Ok(0), |object| object.body.take(HEAD).read_to_end(&mut head)));
    if let Err(error) = read {
        errors.add(&full(store, key), error);
        return false;
    }
    let packed = [[0x1f, 0x8b].as_slice(), &[0x28, 0xb5, 0x2f, 0xfd], b"PK", &[0xff, 0xfe], &[0xfe, 0xff]];
    !head.starts_with(FINDER) && (packed.iter().any(|magic| head.starts_with(magic)) || head.contains(&b'{'))
}

/// Looks for accounts' folders, and in them for regions.
pub(super) fn discover(stores: &[Box<dyn Store>]) -> Found {
    let mut found = Found::default();
    let mut units: BTreeMap<(String, String), Unit> = BTreeMap::new();
    for (at, store) in stores.iter().enumerate() {
        let mut folders = vec![(String::new(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            let name = full(store.as_ref(), &folder);
            let listed = match store.list(&folder) {
                Ok(listed) => listed,
                Err(error) => {
                    found.errors.add(&name, error);
                    continue;
                }
            };
            let account = name.rsplit('/').next().filter(|name| is_account(name));
            let (kinds, others): (Vec<_>, Vec<_>) =
                listed.folders.into_iter().partition(|name| account.is_some() && name.starts_with(KINDS));
            for kind in kinds {
                let tree = Tree { store: at, folder: folder.clone(), full: name.clone() };
                let hidden = found.regions(store.as_ref(), &tree, (&kind, account.unwrap_or_default()), &mut units);
                folders.extend(hidden.into_iter().map(|hidden| (hidden, depth + 2)));
            }
            let others = narrowed(store.as_ref(), account.is_some(), others);
            for object in listed.objects {
                let key = join(&folder, &object);
                if !store.lists_freely() && log_time(&object).is_none() && DigestName::parse(&object).is_none() {
                    continue;
                }
                if may_hold_events(store.as_ref(), &key, &mut found.errors) {
                    found.strays.push(Stray { store: at, shown: plain(&full(store.as_ref(), &key)), key });
                }
            }
            if depth < DEEPEST {
                folders.extend(others.iter().map(|other| (join(&folder, other), depth + 1)));
            } else {
                others.iter().for_each(|other| found.errors.add(&join(&name, other), TOO_DEEP));
            }
        }
    }
    found.units = units.into_values().collect();
    found
}

/// Leaves of the folders that are none of CloudTrail's those to look into: all of them where that costs nothing.
///
/// Shape: of a bucket neither what other services deliver beside CloudTrail nor what lies beside `AWSLogs`: it may be millions of objects.
fn narrowed(store: &dyn Store, in_account: bool, others: Vec<String>) -> Vec<String> {
    match () {
        () if store.lists_freely() => others,
        () if in_account => Vec::new(),
        () if others.iter().any(|name| name == ROOT) => vec![ROOT.to_owned()],
        () => others,
    }
}

impl Found {
    /// Finds the regions of an account; returns hidden folders, which only count for what lies in them.
    fn regions(
        &mut self,
        store: &dyn Store,
        tree: &Tree,
        (kind, account): (&str, &str),
        units: &mut BTreeMap<(String, String), Unit>,
    ) -> Vec<String> {
        let folder = join(&tree.folder, kind);
        let listed = match store.list(&folder) {
            Ok(listed) => listed,
            Err(error) => {
                self.errors.add(&full(store, &folder), error);
                return Vec::new();
            }
        };
        let mut hidden = Vec::new();
        for name in listed.objects {
            let key = join(&folder, &name);
            if !name.starts_with('.') || may_hold_events(store, &key, &mut self.errors) {
                self.foreign(store, &key, kind);
            }
        }
        for region in listed.folders {
            if !is_region(&region) {
                let key = join(&folder, &region);
                if region.starts_with('.') {
                    hidden.push(key)
                } else {
                    self.foreign(store, &key, kind)
                }
                continue;
            }
            let key = (account.to_owned(), region.clone());
            let unit = units.entry(key).or_insert_with(|| Unit { account: account.to_owned(), region, trees: Vec::new() });
            if !unit.trees.iter().any(|known| known.full == tree.full) {
                unit.trees.push(tree.clone());
            }
        }
        hidden
    }

    fn foreign(&mut self, store: &dyn Store, key: &str, kind: &str) {
        let file = File { name: plain(&full(store, key)), ..File::default() };
        self.findings.add(Verdict::NotCovered, subject(kind), Reason::ForeignName, file);
    }
}

fn subject(kind: &str) -> Subject {
    if kind == DIGESTS { Subject::Digest } else { Subject::Log }
}

/// One file of a unit, as its tree holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// `KIND/YYYY/MM/DD/NAME`, without `.gz`: what all copies have in common.
    pub(super) tail: Box<str>,
    pub(super) tree: u16,
    /// Whether its name ends in `.gz`.
    pub(super) gz: bool,
}

/// The files of a unit, in the order of their tails.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) digests: Vec<Entry>,
    pub(super) logs: Vec<Entry>,
    pub(super) findings: Findings,
    pub(super) errors: Errors,
}

/// The days whose folders may hold what was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Entry {
    /// Returns its key in the store of its tree.
    pub(super) fn key(&self, unit: &Unit) -> String {
        let (kind, rest) = self.tail.split_once('/').unwrap_or_default();
        let folder = unit.trees.get(usize::from(self.tree)).map_or("", |tree| tree.folder.as_str());
        let ending = if self.gz { ".gz" } else { "" };
        join(folder, &format!("{kind}/{}/{rest}{ending}", unit.region))
    }

    pub(super) fn kind(&self) -> &str {
        self.tail.split('/').next().unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        self.tail.rsplit('/').next().unwrap_or_default()
    }
}

impl Calendar {
    /// Returns the days around a time, as a file lies under the day that it was delivered.
    pub(super) fn around(since: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> Self {
        let from = since.and_then(|since| since.date_naive().checked_sub_days(Days::new(1)));
        let to = until.and_then(|until| until.date_naive().checked_add_days(Days::new(1)));
        Self { from, to }
    }

    /// Tells whether a folder, which may be of a year or a month, can hold such a day; one that is named otherwise is looked into.
    fn may_hold(self, path: &[&str]) -> bool {
        let span = match path {
            [year] => day(year, "01", "01").zip(day(year, "12", "31")),
            [year, month] => day(year, month, "01").and_then(|first| Some((first, first.checked_add_days(Days::new(30))?))),
            [year, month, date] => day(year, month, date).map(|it| (it, it)),
            _ => None,
        };
        span.is_none_or(|(first, last)| self.from.is_none_or(|from| from <= last) && self.to.is_none_or(|to| first <= to))
    }
}

/// Lists the files of a unit.
pub(super) fn files(stores: &[Box<dyn Store>], unit: &Unit, calendar: Calendar) -> Files {
    let mut files = Files::default();
    for (at, tree) in unit.trees.iter().enumerate() {
        let (Some(store), Ok(at)) = (stores.get(tree.store), u16::try_from(at)) else { continue };
        let listed = store.list(&tree.folder);
        let kinds = listed.map_err(|error| files.errors.add(&tree.full, error)).unwrap_or_default().folders;
        for kind in kinds.into_iter().filter(|kind| kind.starts_with(KINDS)) {
            let root = join(&tree.folder, &format!("{kind}/{}", unit.region));
            files.below(store.as_ref(), (&root, calendar), (at, &kind), &mut Vec::new());
        }
    }
    files.digests.sort_unstable();
    files.logs.sort_unstable();
    files
}

impl Files {
    fn below(&mut self, store: &dyn Store, (root, calendar): (&str, Calendar), (tree, kind): (u16, &str), path: &mut Vec<String>) {
        let folder = path.iter().fold(root.to_owned(), |folder, name| join(&folder, name));
        let listed = match store.list(&folder) {
            Ok(listed) => listed,
            // Not every kind is in every region.
            Err(error) if path.is_empty() && error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return self.errors.add(&full(store, &folder), error),
        };
        for object in listed.objects {
            let beside = object.strip_suffix(SIDECAR).is_some_and(|digest| kind == DIGESTS && DigestName::parse(digest).is_some());
            if beside || object.starts_with('.') && !may_hold_events(store, &join(&folder, &object), &mut self.errors) {
                continue;
            }
            let known = if kind == DIGESTS { DigestName::parse(&object).is_some() } else { log_time(&object).is_some() };
            if !known || path.len() != 3 {
                let file = File { name: plain(&full(store, &join(&folder, &object))), ..File::default() };
                self.findings.add(Verdict::NotCovered, subject(kind), Reason::ForeignName, file);
                continue;
            }
            let gz = object.ends_with(".gz");
            let tail = format!("{kind}/{}/{}", path.join("/"), object.strip_suffix(".gz").unwrap_or(&object));
            let entry = Entry { tail: tail.into_boxed_str(), tree, gz };
            if kind == DIGESTS { self.digests.push(entry) } else { self.logs.push(entry) }
        }
        for name in listed.folders {
            path.push(name);
            let parts: Vec<&str> = path.iter().map(String::as_str).collect();
            if path.len() > DEEPEST {
                self.errors.add(&full(store, &join(root, &path.join("/"))), TOO_DEEP);
            } else if calendar.may_hold(&parts) {
                self.below(store, (root, calendar), (tree, kind), path);
            }
            path.pop();
        }
    }
}
