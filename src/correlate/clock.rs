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
/// How near others lie to what is of a clock, and not by chance.
const NEAR: i64 = 2_500;
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
    /// The least and the most that a record is off, where records are off one by one.
    stray: Option<(i64, i64)>,
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
        all.sort_unstable();
        let ends = all.first().copied().zip(all.last().copied());
        let count = all.len();
        let own = own.into_iter().map(|(origin, offs)| (origin, offsets(offs, SHARE / 2))).filter(|(_, offsets)| !offsets.is_empty());
        let known = offsets(all, SHARE);
        let of_clocks: usize = known.iter().map(|offset| offset.joins).sum();
        let astray = count.saturating_sub(of_clocks) >= ENOUGH.max(count / SHARE);
        Self { own: own.collect(), stray: ends.filter(|_| astray && !known.is_empty()), all: known }
    }

    /// Tells whether some records are off by no clock, one by one.
    pub fn has_strays(&self) -> bool {
        self.stray.is_some()
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

    /// Returns the first and the last instant, by CloudTrail's clock, at which a record can have been written; nothing where it has no time,
    /// or one of which neither offset nor clock is known.
    pub fn possible(&self, record: &AppRecord) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let time = record.time?;
        let own = self.own.get(&origin(record));
        if record.zoneless && own.is_none() {
            return None;
        }
        // A host of which nothing is known may have any of the clocks, or another.
        let other = if own.is_none() { UNKNOWN } else { &[] };
        let ends =
            self.offsets(record).iter().chain(other).flat_map(|offset| [offset.middle - offset.spread, offset.middle + offset.spread]);
        let ends = ends.chain(self.stray.into_iter().flat_map(|(least, most)| [least, most]));
        let back = |ms: i64| time.checked_sub_signed(TimeDelta::milliseconds(ms));
        let (least, most) = ends.fold((i64::MAX, i64::MIN), |(least, most), end| (least.min(end), most.max(end)));
        back(most).zip(back(least))
    }

    /// Returns when a record was written at the earliest, by CloudTrail's clock: its very time, where its clock is known.
    pub fn earliest(&self, record: &AppRecord) -> Option<DateTime<Utc>> {
        match self.own.get(&origin(record)).map(Vec::as_slice) {
            Some([_]) => self.corrected(record),
            _ => self.possible(record).map(|(earliest, _)| earliest),
        }
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
    // Records that are off one by one lie between the clocks, and make none.
    let beside = |off: i64| offs.partition_point(|one| *one <= off + NEAR) - offs.partition_point(|one| *one < off - NEAR);
    let dense: Vec<i64> = offs.iter().copied().filter(|off| beside(*off) >= enough).collect();
    let near = dense.chunk_by(|one, next| next - one <= GAP).filter(|near| near.len() >= enough);
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

    #[test]
    fn records_that_are_off_one_by_one_make_no_clock_and_do_not_widen_one() {
        let mut pairs: Vec<_> = (0..950).map(|n| record("a", n % 1_900)).collect();
        assert!(!clocks(&pairs).has_strays());
        pairs.extend((0..50).map(|n| record("a", -600_000 + n * 24_000)));
        let clocks = clocks(&pairs);
        let [only] = clocks.known() else { panic!("{:?}", clocks.known()) };
        assert!(clocks.has_strays() && only.spread <= 3_000, "{only:?}");
        let (one, event) = record("a", 0);
        let (earliest, latest) = clocks.possible(&one).unwrap();
        assert!((event - earliest).num_seconds() >= 570 && (latest - event).num_seconds() >= 600, "it may be one of them");
    }

    #[test]
    fn when_a_record_can_have_been_written_hangs_on_whether_its_clock_is_known() {
        let known = clocks(&(0..20).map(|n| record("a", 60_000 + n)).collect::<Vec<_>>());
        let (own, event) = record("a", 60_000);
        assert!((known.earliest(&own).unwrap() - event).num_seconds().abs() < 1, "its own clock tells");
        let (other, _) = record("b", 60_000);
        let (earliest, latest) = known.possible(&other).unwrap();
        assert_eq!(known.earliest(&other), Some(earliest));
        assert!((event - earliest).num_seconds() >= 2 && (latest - event).num_seconds() >= 180, "{earliest} {latest}");
        let nowhere = AppRecord { zoneless: true, ..own.clone() };
        assert_eq!((known.possible(&nowhere), known.earliest(&nowhere)), (None, None), "it may be hours off");
        assert_eq!(known.possible(&AppRecord { time: None, ..own }), None);
    }
}
