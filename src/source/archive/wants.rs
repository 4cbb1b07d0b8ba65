//! What a query wants of the records of one file.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use aho_corasick::AhoCorasick;
use chrono::{DateTime, Utc};
use memchr::memmem;

use super::content::{Header, Item, Plain, Sink, Taken, is_too_large, value};
use super::index::Notes;
use super::listing::{LogFile, Place};
use super::scan::{Seen, asks_for};
use super::watch::{Halt, Held};
use crate::catalogue;
use crate::coverage::{Attribute, FileFault};
use crate::event::{Event, is_account, is_act, is_plausible, usable_region};
use crate::redact;
use crate::source::filed::{is_filed_under, telling_part};
use crate::source::proof::Sha256;
use crate::source::{Kind, Query};
use crate::time::parse as parse_time;

/// Takes the records of one file and keeps those that the query wants.
pub(super) struct Wants<'a> {
    query: &'a Query,
    halt: &'a Halt,
    held: &'a Held,
    /// The names that are looked up, where some are.
    sought: Option<&'a Sought>,
    pub(super) pairs: BTreeMap<String, BTreeMap<String, Seen>>,
    pub(super) events: Vec<Event>,
    /// What of the records cannot be read, each reason once.
    pub(super) faults: Vec<FileFault>,
    /// The file's path, and what that says of records which say less.
    path: &'a str,
    of_file: Place,
    /// What the path of the piece says that is being read.
    place: Place,
    /// Whether the file was left before its end.
    pub(super) cut: bool,
    /// The region that was last found to be written as regions are: most records of a file name the same.
    regular: String,
    /// Whether the hash of what the file inflates to is wanted, too.
    pub(super) hashes: bool,
    /// That hash, where the file was read to its end.
    pub(super) hash: Option<Sha256>,
    /// What the file holds, where that is to be kept; nothing any more where it holds what cannot be.
    pub(super) notes: Option<Notes>,
    /// What the store said of the version that was opened.
    pub(super) version: Option<Box<str>>,
}

impl<'a> Wants<'a> {
    pub(super) fn new(query: &'a Query, sought: Option<&'a Sought>, (halt, held): (&'a Halt, &'a Held), file: &'a LogFile) -> Self {
        let place = file.place();
        Self {
            query,
            halt,
            held,
            sought,
            pairs: BTreeMap::new(),
            events: Vec::new(),
            faults: Vec::new(),
            path: &file.key,
            of_file: place.clone(),
            place,
            cut: false,
            regular: String::new(),
            hashes: false,
            hash: None,
            notes: None,
            version: None,
        }
    }

    fn fault(&mut self, fault: FileFault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Gives a record that names no usable region or account that of its file; notes a change of which nobody can tell where it was.
    fn place(&mut self, event: &mut Event) {
        let unusable = usable_region(&event.region).is_none();
        if let Some(region) = usable_region(&event.region).or_else(|| self.place.region.clone()) {
            event.region = region;
        }
        if event.account.is_empty() {
            event.account = self.place.account.clone().unwrap_or_default();
        }
        let vague = unusable && self.place.region.is_none() || !is_account(&event.account) && self.query.restricts_accounts();
        let wanted = self.query.window().contains(event.time) && self.wants_kind(&event.event_id, event.read_only);
        if vague && wanted && !self.query.admits(&event.account, &event.region) {
            self.fault(FileFault::Place);
        }
    }
}

impl Wants<'_> {
    /// Notes that a record was seen; tells whether one of this time and place may be returned.
    fn note(&mut self, account: &str, region: &str, time: DateTime<Utc>) -> bool {
        let inside = self.query.window().contains(time);
        let seen = Seen { first: time, last: time, in_window: 0 };
        let seen = match self.pairs.get_mut(account).and_then(|regions| regions.get_mut(region)) {
            Some(seen) => seen,
            None => self.pairs.entry(account.into()).or_default().entry(region.into()).or_insert(seen),
        };
        (seen.first, seen.last) = (seen.first.min(time), seen.last.max(time));
        seen.in_window = seen.in_window.saturating_add(u32::from(inside));
        inside && asks_for(self.query, account, region) && self.query.admits(account, region)
    }

    /// Notes all records of an account and region, whose times in seconds are in order; tells whether those of this place may be returned.
    pub(super) fn note_all(&mut self, account: &str, region: &str, times: &[i64]) -> bool {
        let at = |seconds: &i64| DateTime::from_timestamp(*seconds, 0);
        if let Some((first, last)) = times.first().and_then(at).zip(times.last().and_then(at)) {
            let window = self.query.window();
            let before = |end: DateTime<Utc>| times.partition_point(|seconds| at(seconds) < Some(end));
            let inside = before(window.to).saturating_sub(before(window.from));
            let seen = Seen { first, last, in_window: u32::try_from(inside).unwrap_or(u32::MAX) };
            self.pairs.entry(account.into()).or_default().insert(region.into(), seen);
        }
        asks_for(self.query, account, region) && self.query.admits(account, region)
    }

    /// Tells whether a record of this time, in seconds, may be returned.
    pub(super) fn is_inside(&self, seconds: i64) -> bool {
        DateTime::from_timestamp(seconds, 0).is_some_and(|time| self.query.window().contains(time))
    }

    fn wants_kind(&self, event_id: &str, read_only: bool) -> bool {
        match self.query.kind() {
            Kind::EventId(id) => id == event_id,
            _ => !read_only || self.query.wants_reads(),
        }
    }

    /// Keeps an event that is wanted; `clear` where it is known that it is not obscure.
    fn keep(&mut self, mut event: Event, clear: bool) {
        if self.wants_kind(&event.event_id, event.read_only) {
            let Self { query, .. } = self;
            if let Kind::Exact(attribute, name) = query.kind()
                && !is_filed_under(&event, *attribute, name)
                && !query.others().iter().any(|(attribute, name)| is_filed_under(&event, *attribute, name))
            {
                return;
            }
            if query.learns() {
                let class = catalogue::classify(&event);
                // Tags break nothing, and tell what a thing is called.
                if class.noise && !class.tags {
                    return;
                }
                event.record.retain(TELLING);
            }
            if !clear && !event.read_only && event.is_obscure(redact::is_hidden) {
                self.fault(FileFault::Fields);
            }
            if matches!(self.query.kind(), Kind::EventId(_)) {
                self.halt.found.store(true, Ordering::Relaxed);
            }
            // Until somebody judges or shows it, its text will do.
            event.record.shrink();
            if !self.held.take(JUDGED * event.record.size() + BESIDE) {
                self.halt.full.store(true, Ordering::Relaxed);
            }
            self.events.push(event);
        }
    }

    fn parsed(&mut self, mut event: Event) -> Taken {
        self.place(&mut event);
        if self.note(&event.account, &event.region, event.time) {
            self.keep(event, false);
        }
        Taken::Yes
    }

    /// Judges a record by its header and parses only what is wanted.
    fn raw(&mut self, raw: &str) -> Taken {
        let Ok(header) = serde_json::from_str::<Header<'_>>(raw) else { return Taken::Wrapped };
        let Some(time) = parse_time(header.event_time) else { return Taken::Wrapped };
        match self.wants((header.recipient_account_id, header.aws_region), time, (header.event_name, header.event_id), header.read_only) {
            None => Taken::Wrapped,
            Some(false) => {
                self.pass(raw.as_bytes());
                Taken::Yes
            }
            Some(true) => self.whole(raw),
        }
    }

    /// Notes a record, and tells whether it is wanted whole; nothing where its header is not what the whole record would give.
    fn wants(
        &mut self,
        (account, region): (&str, &str),
        time: DateTime<Utc>,
        (name, id): (&str, Option<&str>),
        read_only: Option<bool>,
    ) -> Option<bool> {
        if self.regular != region && usable_region(region).is_some_and(|usable| usable == region) {
            region.clone_into(&mut self.regular);
        }
        if !is_plausible(time) || self.regular != region || !is_plain(account) || !is_plain(name) {
            return None;
        }
        let may_change = read_only != Some(true) || is_act(name);
        if self.notes.as_mut().is_some_and(|notes| notes.record((account, region), time, may_change).is_none()) {
            self.notes = None;
        }
        if !self.note(account, region, time) {
            return Some(false);
        }
        Some(match self.query.kind() {
            Kind::EventId(wanted) => !id.is_some_and(|id| is_plain(id) && id != wanted),
            _ if !may_change && !self.query.wants_reads() => false,
            Kind::Exact(Attribute::EventName, wanted) if self.query.others().is_empty() => name == wanted,
            Kind::Writes | Kind::Everything | Kind::Exact(..) => true,
        })
    }

    fn whole(&mut self, raw: &str) -> Taken {
        self.pass(raw.as_bytes());
        self.judged(raw)
    }

    /// Takes a record that is wanted by all that its header tells.
    pub(super) fn judged(&mut self, raw: &str) -> Taken {
        if self.sought.is_some_and(|sought| !sought.may_hold(raw)) {
            return Taken::Yes;
        }
        let lean = if is_too_large(raw) { None } else { Event::of_text(raw) };
        if let Some(event) = lean {
            self.keep(event, true);
            return Taken::Yes;
        }
        let Some(event) = value(raw).ok().and_then(|record| Event::parse(record).ok()) else { return Taken::Unreadable };
        self.keep(event, false);
        Taken::Yes
    }
}

impl Sink for Wants<'_> {
    fn enter(&mut self, path: &str) {
        self.notes = None;
        let inner = Place::of(&format!("{}/{path}", self.path));
        let Place { account, region } = self.of_file.clone();
        self.place = Place { account: inner.account.or(account), region: inner.region.or(region) };
    }

    fn judge(&mut self, record: &Plain<'_>) -> Option<bool> {
        let Plain { name, time, region, account, id, read_only } = *record;
        self.wants((account, region), time, (name, Some(id)), Some(read_only))
    }

    fn take(&mut self, item: Item<'_>) -> Taken {
        let event = match item {
            Item::Raw(raw) => {
                let taken = self.raw(raw);
                if taken != Taken::Yes {
                    self.notes = None;
                }
                return taken;
            }
            Item::Judged(raw) => return self.whole(raw),
            Item::Record(record) => Event::parse(record),
            Item::Lookup(envelope) => Event::from_lookup(envelope),
        };
        self.notes = None;
        event.map_or(Taken::Unreadable, |event| self.parsed(event))
    }

    fn pass(&mut self, raw: &[u8]) {
        if self.notes.as_mut().is_some_and(|notes| notes.text(raw).is_none()) {
            self.notes = None;
        }
    }

    fn opened(&mut self, version: Option<&str>) {
        self.version = version.map(Into::into);
    }

    fn stopped(&mut self) -> bool {
        self.cut = self.cut || self.halt.now();
        self.cut
    }

    fn wants_hash(&self) -> bool {
        self.hashes
    }

    fn hashed(&mut self, hash: Sha256) {
        self.hash = Some(hash);
    }
}

/// Tells whether the text of a header is what the whole record would give; if not, the record is read as a whole.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text != "null" && text.trim().len() == text.len()
}

/// The names that a query looks up, ready to be looked for in the text of a record.
pub(super) struct Sought {
    /// Parts that stand in every record that is filed under a name; nothing where a name has none.
    parts: Option<AhoCorasick>,
}

impl Sought {
    /// Returns the names of `query`; nothing where it looks up none.
    pub(super) fn of(query: &Query) -> Option<Self> {
        let Kind::Exact(attribute, name) = query.kind() else { return None };
        let others = query.others().iter().map(|(attribute, name)| (*attribute, name.as_str()));
        Some(Self::over(std::iter::once((*attribute, name.as_str())).chain(others)))
    }

    fn over<'n>(names: impl Iterator<Item = (Attribute, &'n str)>) -> Self {
        let part = |(attribute, name)| telling_part(attribute, name).filter(|part| is_written(part));
        let parts: Option<Vec<&str>> = names.map(part).collect();
        Self { parts: parts.and_then(|parts| AhoCorasick::new(parts).ok()) }
    }

    /// Tells whether an event may be filed under one of the names, judged by the text of its record, without parsing it.
    fn may_hold(&self, raw: &str) -> bool {
        // Escapes may spell anything.
        self.parts.as_ref().is_none_or(|parts| parts.is_match(raw) || memmem::find(raw.as_bytes(), b"\\u").is_some())
    }
}

/// Tells whether a text stands in JSON as it is.
fn is_written(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

/// What of a record tells what belongs to what: who acted, what was asked for and what was answered.
const TELLING: &[&str] = &[
    "eventSource",
    "eventName",
    "eventType",
    "userIdentity",
    "requestParameters",
    "responseElements",
    "resources",
    "serviceEventDetails",
    "additionalEventData",
    "requestID",
    "sharedEventID",
    "addendum",
];

/// How much more than its text a record takes once it was judged: the values of its request stay.
const JUDGED: usize = 3;

/// What is held of an event beside its record, from its gathering to its answer: names, actor, resources, facts.
const BESIDE: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// Identities whose names are not all written in the record.
    fn identities() -> Vec<Value> {
        vec![
            json!({"type": "Root", "accountId": "111122223333"}),
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Ad/s", "principalId": "AROAEXAMPLE:s"}),
            json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE:deploy",
                "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/with/a/path/app", "userName": "app"}}}),
            json!({"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111122223333:user/team/alice"}),
            json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}),
            json!({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1", "identityStoreArn": "arn:aws:identitystore::1:identitystore/d-1"}}),
            Value::Null,
        ]
    }

    proptest! {
        #[test]
        fn no_event_is_rejected_unparsed_under_any_name_that_it_is_filed_under(at in 0_usize..7, cluster in "[a-z/:-]{0,12}", service in "[a-z/:-]{0,12}") {
            let record = json!({"eventID": "e", "eventTime": "2026-01-27T20:10:00Z", "eventName": "UpdateService", "eventSource": "ecs.amazonaws.com",
                "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "userIdentity": identities()[at], "sourceIPAddress": "192.0.2.1",
                "requestParameters": {"cluster": cluster, "service": service, "serviceArn": format!("arn:aws:ecs:us-east-1:111122223333:service/{cluster}/{service}")}});
            let event = Event::parse(record.clone()).unwrap();
            let resources = catalogue::resources(&event);
            let ids = resources.iter().flat_map(|resource| resource.aliases.iter().chain([&resource.id])).map(|id| (Attribute::ResourceName, id.clone()));
            let names = event.actor_names().into_iter().map(|name| (Attribute::UserName, name.into_owned()));
            for (attribute, name) in ids.chain(names) {
                let sought = Sought::over([(Attribute::ResourceName, "another"), (attribute, name.as_str())].into_iter());
                prop_assert!(sought.may_hold(&record.to_string()), "{name}");
            }
        }
    }
}
