//! What the names of delivered files say, for whoever reads logs and whoever proves them.

use chrono::{DateTime, TimeDelta, Timelike, Utc};

/// How much later than its name a file's newest event may be, and how much earlier it may have been delivered.
///
/// Source: the name's minute may be up to 5 minutes before the event. AWS CloudTrail user guide, "CloudTrail log file examples": names
/// are rounded to 5 minutes; listings of public buckets show deliveries from 3 minutes before the name.
pub const NAME_EARLY: TimeDelta = TimeDelta::minutes(5);

/// How far after the window a file may be named and still hold events of it: the name's delay, and the 5 minutes that a file spans. So
/// much later than its name it may have been delivered, too, and so long an archive lags.
///
/// Source: listings of public buckets show deliveries to 4 minutes after the name.
pub const LATEST_NAME: TimeDelta = TimeDelta::minutes(20);

/// The clock (hour and minute) of files that somebody repacked by the day: they hold all of it. CloudTrail's own minutes are multiples of five.
pub const WHOLE_DAY: (u32, u32) = (23, 59);

/// Endings under which logs usually lie: what is empty or broken under such a name is a gap, whatever it was.
const LOG_ENDINGS: &[&str] = &[".json", ".jsonl", ".ndjson", ".gz", ".zst"];

/// Tells whether a file of this name's time holds its whole day.
pub fn is_whole_day(time: DateTime<Utc>) -> bool {
    (time.hour(), time.minute()) == WHOLE_DAY
}

/// Tells whether a file is named as logs usually are, CloudTrail's own or others.
pub fn is_called_a_log(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    LOG_ENDINGS.iter().any(|ending| name.ends_with(ending))
}
