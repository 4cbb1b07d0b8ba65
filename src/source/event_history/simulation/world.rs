//! An AWS that knows the truth: LookupEvents on the virtual clock, with seeded faults.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::super::chain::{Ask, Entry, Lookup, Page};
use super::super::failure::Failure;
use super::random::Random;
use crate::event::{Event, LookupResource};
use crate::source::BoxFuture;
use crate::source::Kind;

/// One thing that happened.
#[derive(Clone, Debug)]
pub(super) struct Truth {
    /// In seconds since the world began.
    pub(super) second: i64,
    /// When it can be looked up.
    pub(super) arrives: i64,
    pub(super) entry: Entry,
    pub(super) name: Option<String>,
}

impl Truth {
    pub(super) fn id(&self) -> String {
        self.entry.event.as_ref().map_or_else(String::new, |event| event.event_id.clone())
    }
}

/// What may go wrong, in percent of all requests unless it says otherwise.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    pub(super) throttled: i64,
    pub(super) server: i64,
    pub(super) cut: i64,
    pub(super) unreadable_answer: i64,
    pub(super) hangs: i64,
    pub(super) short_pages: i64,
    pub(super) empty_pages: i64,
    /// An event of the page before comes again.
    pub(super) doubled: i64,
    /// From this request on tokens lead back.
    pub(super) loops_from: Option<usize>,
    /// From this request on the answer is always this.
    pub(super) ends_with: Option<(usize, Failure)>,
    /// A full last page has a token too.
    pub(super) token_after_last: bool,
    /// Shortest and longest time of an answer, in milliseconds.
    pub(super) latency: (i64, i64),
}

/// The region's past, and its record of what it was asked.
pub(super) struct World {
    /// Newest first.
    pub(super) truth: Vec<Truth>,
    pub(super) faults: Faults,
    pub(super) random: Random,
    /// The time at which the virtual clock begins.
    pub(super) now: i64,
    begin: Instant,
    sent: Mutex<Vec<(Instant, Ask)>>,
    tokens: Mutex<HashMap<String, (Ask, usize)>>,
}

/// The instant of a second of the world.
pub(super) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_769_500_000 + second, 0).unwrap()
}

/// An event that can be told from others by its id alone; parsed once, as parsing is slow.
pub(super) fn entry(id: &str, second: i64, read_only: bool, name: Option<&str>) -> Entry {
    use std::sync::LazyLock;
    static MODEL: LazyLock<Event> = LazyLock::new(|| {
        let record = json!({"eventID": "model", "eventName": "RunInstances", "eventTime": "2026-01-27T20:00:00Z", "readOnly": false});
        // Copying a record takes long.
        Event { record: Value::Null.into(), ..Event::parse(record).unwrap() }
    });
    let lookup_resources = name.map(|name| LookupResource { kind: None, name: name.to_owned() }).into_iter().collect();
    let event = Event { event_id: id.to_owned(), time: at(second), read_only, lookup_resources, ..MODEL.clone() };
    Entry { time: Some(at(second)), event: Some(Arc::new(event)), raw: "{}".into() }
}

impl World {
    pub(super) fn new(mut truth: Vec<Truth>, faults: Faults, now: i64, random: Random) -> Self {
        truth.sort_by_key(|one| std::cmp::Reverse(one.second));
        Self { truth, faults, random, now, begin: Instant::now(), sent: Mutex::default(), tokens: Mutex::default() }
    }

    /// Returns when each request arrived.
    pub(super) fn arrivals(&self) -> Vec<Instant> {
        self.sent.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }

    /// Returns the requests that were sent.
    pub(super) fn asked(&self) -> Vec<Ask> {
        self.sent.lock().unwrap().iter().map(|(_, ask)| ask.clone()).collect()
    }

    fn second(&self) -> i64 {
        self.now + i64::try_from(self.begin.elapsed().as_secs()).unwrap()
    }

    async fn answer(&self, ask: &Ask, token: Option<&str>) -> Result<Page, Failure> {
        let (nth, second) = {
            let mut sent = self.sent.lock().unwrap();
            sent.push((Instant::now(), ask.clone()));
            (sent.len(), self.second())
        };
        let Faults { latency: (least, most), .. } = self.faults;
        let hangs = self.random.chance(self.faults.hangs);
        sleep(if hangs { Duration::from_secs(60) } else { Duration::from_millis(self.random.range(least, most + 1) as u64) }).await;
        if let Some((from, failure)) = self.faults.ends_with.clone()
            && nth >= from
        {
            return Err(failure);
        }
        let failures = [
            (self.faults.throttled, Failure::Throttled),
            (self.faults.server, Failure::Server(500)),
            (self.faults.cut, Failure::Cut),
            (self.faults.unreadable_answer, Failure::Unreadable),
        ];
        for (percent, failure) in failures {
            if self.random.chance(percent) {
                return Err(failure);
            }
        }
        Ok(self.page(ask, token, nth, second))
    }

    fn page(&self, ask: &Ask, token: Option<&str>, nth: usize, now: i64) -> Page {
        let mut tokens = self.tokens.lock().unwrap();
        let from = token.map_or(0, |token| {
            let (bound, from) = tokens.get(token).expect("a token that was never given");
            assert_eq!(bound, ask, "a token was used with another question");
            *from
        });
        let matches = |one: &Truth| match (&ask.name, &ask.kind) {
            (Some(name), _) => one.name.as_ref() == Some(name),
            (None, Kind::Writes) => one.entry.event.as_ref().is_none_or(|event| !event.read_only),
            (None, _) => true,
        };
        let inside = |one: &Truth| ask.start <= at(one.second) && at(one.second) <= ask.end && one.arrives <= now && matches(one);
        let found = self.truth.iter().enumerate().skip(from).filter(|(_, one)| inside(one));
        let size = match () {
            () if self.random.chance(self.faults.empty_pages) => 0,
            () if self.random.chance(self.faults.short_pages) => self.random.range(1, 50) as usize,
            () => 50,
        };
        let mut found = found.peekable();
        let mut entries = Vec::new();
        let mut next = from;
        while entries.len() < size
            && let Some((place, one)) = found.next()
        {
            entries.push(one.entry.clone());
            next = place + 1;
        }
        let rest = found.peek().is_some();
        let more = rest || (self.faults.token_after_last && entries.len() == 50);
        if let Some(last) = entries.last().cloned()
            && entries.len() > 1
            && self.random.chance(self.faults.doubled)
        {
            entries.push(last);
        }
        let looping = self.faults.loops_from.is_some_and(|from| nth >= from);
        let token = (more || size < 50 && rest).then(|| match (looping, token) {
            (true, Some(token)) => token.to_owned(),
            _ => format!("token-{nth}"),
        });
        if let Some(token) = &token {
            tokens.entry(token.clone()).or_insert((ask.clone(), next));
        }
        Page { entries, token }
    }
}

impl Lookup for World {
    fn page<'a>(&'a self, ask: &'a Ask, token: Option<&'a str>) -> BoxFuture<'a, Result<Page, Failure>> {
        Box::pin(self.answer(ask, token))
    }
}

/// How the events of a window lie.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spread {
    /// Evenly.
    Even,
    /// Anywhere.
    Anywhere,
    /// One a second up to the end.
    AtTheEnd,
    /// In a few bursts, each in few seconds.
    Bursts,
    /// All in one second.
    OneSecond,
}

/// Makes `count` seconds inside `[from, to)`.
pub(super) fn seconds(count: i64, (from, to): (i64, i64), spread: Spread, random: &Random) -> Vec<i64> {
    let length = to - from;
    let bursts: Vec<i64> = (0..random.range(1, 4)).map(|_| random.range(from, to)).collect();
    let one = random.range(from, to);
    (0..count)
        .map(|n| match spread {
            Spread::Even => from + (2 * n + 1) * length / (2 * count),
            Spread::Anywhere => random.range(from, to),
            Spread::AtTheEnd => (to - 1 - n).max(from),
            Spread::Bursts => (random.pick(&bursts) + random.range(0, 20)).min(to - 1),
            Spread::OneSecond => one,
        })
        .collect()
}

/// Makes truths of them, each delivered `lag` seconds later at most.
pub(super) fn truths(seconds: &[i64], lag: i64, random: &Random) -> Vec<Truth> {
    let make = |(n, second): (usize, &i64)| Truth {
        second: *second,
        arrives: second + if lag == 0 { 0 } else { random.range(0, lag) },
        entry: entry(&format!("e-{n}"), *second, false, None),
        name: None,
    };
    seconds.iter().enumerate().map(make).collect()
}

/// Half a minute, for those who wait for what must not come.
pub(super) const LONG: TimeDelta = TimeDelta::seconds(30);
