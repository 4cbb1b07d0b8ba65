//! How far the log's clocks are off, learned from what an exact id joins.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::record::AppRecord;

/// So many exact joins tell how far a clock is off.
const ENOUGH: usize = 3;
/// Of all exact joins, one in so many has to agree on it; of those of one host, one in half as many.
const SHARE: usize = 100;
/// What lies further apart is not of one clock.
const GAP: i64 = 10_000;
/// How far records of one clock lie from its middle at least, and at most: an event's time is told to the second, a record is written later.
const NARROWEST: i64 = 2_000;
/// See [`NARROWEST`].
const WIDEST: i64 = 60_000;
/// How far a clock may be off of which nothing is known.
const ASSUMED: i64 = 120_000;

/// How far a clock is off: a record's time less that of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// The middle, in milliseconds.
    pub middle: i64,
    /// How far records lie from it, in milliseconds.
    pub spread: i64,
    /// How many exact joins tell so; none where it is assumed.
    pub joins: usize,
}

/// Whose clock it is: a host's, and whether it tells its offset from UTC.
type Origin = (Option<String>, bool);

/// How far each clock of a log is off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    all: Vec<Offset>,
    own: HashMap<Origin, Vec<Offset>>,
}

/// What is taken where nothing is known.
const UNKNOWN: &[Offset] = &[Offset { middle: 0, spread: ASSUMED, joins: 0 }];

impl Clocks {
    /// Learns from records and the times of the events that exact ids join them to.
    pub(super) fn of<'a>(pairs: impl Iterator<Item = (&'a AppRecord, DateTime<Utc>)>) -> Self {
        let (mut all, mut own): (Vec<i64>, HashMap<Origin, Vec<i64>>) = (Vec::new(), HashMap::new());
        for (record, event) in pairs {
            let Some(time) = record.time else { continue };
            let off = (time - event).num_milliseconds();
            all.push(off);
            own.entry(origin(record)).or_default().push(off);
        }
        let own = own.into_iter().map(|(origin, offs)| (origin, offsets(offs, SHARE / 2))).filter(|(_, offsets)| !offsets.is_empty());
        Self { own: own.collect(), all: offsets(all, SHARE) }
    }

    /// Tells whether anything is known.
    pub fn is_known(&self) -> bool {
        !self.all.is_empty()
    }

    /// Returns how far the clocks are off, those with the most records first; empty where nothing is known.
    pub fn known(&self) -> &[Offset] {
        &self.all
    }

    /// Returns how far a record's clock may be off.
    pub(super) fn offsets(&self, record: &AppRecord) -> &[Offset] {
        let own = self.own.get(&origin(record)).map(Vec::as_slice);
        own.or_else(|| Some(self.all.as_slice()).filter(|all| !all.is_empty())).unwrap_or(UNKNOWN)
    }

    /// Returns a record's time by CloudTrail's clock, as far as it is known.
    pub fn corrected(&self, record: &AppRecord) -> Option<DateTime<Utc>> {
        let offset = self.offsets(record).first().map_or(0, |offset| offset.middle);
        record.time?.checked_sub_signed(TimeDelta::milliseconds(offset))
    }

    /// Returns how far an event lies from where a record would have it, in milliseconds.
    pub(super) fn distance(&self, record: &AppRecord, event: DateTime<Utc>) -> i64 {
        let off = record.time.map_or(i64::MAX, |time| (time - event).num_milliseconds());
        self.offsets(record).iter().map(|offset| off.saturating_sub(offset.middle).saturating_abs()).min().unwrap_or(i64::MAX)
    }
}

fn origin(record: &AppRecord) -> Origin {
    (record.host.clone(), record.zoneless)
}

/// Finds the clocks that differences of time tell of: what lies close together, and is not rare.
fn offsets(mut offs: Vec<i64>, share: usize) -> Vec<Offset> {
    offs.sort_unstable();
    let enough = ENOUGH.max(offs.len() / share);
    let near = offs.chunk_by(|one, next| next - one <= GAP).filter(|near| near.len() >= enough);
    let mut offsets: Vec<Offset> = near.filter_map(offset).collect();
    offsets.sort_by_key(|offset| (std::cmp::Reverse(offset.joins), offset.middle));
    offsets
}

/// Shape: `near` is in order, and not empty.
fn offset(near: &[i64]) -> Option<Offset> {
    let middle = *near.get(near.len() / 2)?;
    let mut far: Vec<i64> = near.iter().map(|off| (off - middle).abs()).collect();
    far.sort_unstable();
    // The few that were written late do not widen it for all.
    let most = *far.get(far.len() * 98 / 100)?;
    Some(Offset { middle, spread: (most + 1_000).clamp(NARROWEST, WIDEST), joins: near.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(host: &str, off: i64) -> (AppRecord, DateTime<Utc>) {
        let event = DateTime::from_timestamp(1_772_445_600, 0).unwrap();
        let time = Some(event + TimeDelta::milliseconds(off));
        (AppRecord { time, host: Some(host.to_owned()), ..AppRecord::default() }, event)
    }

    fn clocks(pairs: &[(AppRecord, DateTime<Utc>)]) -> Clocks {
        Clocks::of(pairs.iter().map(|(record, event)| (record, *event)))
    }

    #[test]
    fn a_host_whose_clock_is_off_has_a_clock_of_its_own() {
        let mut pairs: Vec<_> = (0..200).map(|n| record("a", n * 5)).collect();
        pairs.extend((0..20).map(|n| record("b", -250_000 + n * 50)));
        let clocks = clocks(&pairs);
        assert_eq!(clocks.known().iter().map(|offset| offset.joins).collect::<Vec<_>>(), [200, 20]);
        let (other, event) = record("b", -250_000);
        assert_eq!(clocks.offsets(&other).len(), 1);
        assert!(clocks.distance(&other, event) < 1_000 && clocks.distance(&record("a", -250_000).0, event) > 200_000);
        assert!((clocks.corrected(&other).unwrap() - event).num_milliseconds().abs() < 1_000);
        assert_eq!(clocks.offsets(&record("unknown", 0).0).len(), 2, "it may be any of them");
    }

    #[test]
    fn a_few_late_records_make_no_clock_and_two_joins_tell_nothing() {
        let mut pairs: Vec<_> = (0..400).map(|n| record("a", n)).collect();
        pairs.push(record("a", 45_000));
        pairs.push(record("a", 47_000));
        assert_eq!(clocks(&pairs).known().len(), 1);
        let few = clocks(&pairs[..2]);
        assert!(!few.is_known() && few.offsets(&pairs[0].0) == UNKNOWN);
    }
}
