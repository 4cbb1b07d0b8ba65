//! An application's log as it is given: lines of JSON, or a list of objects.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::field::Fields;
use super::record::{AppRecord, TimeTrouble};

/// Most bytes of a log.
const MAX_BYTES: usize = 16 << 20;
/// Most records of one.
const MAX_RECORDS: usize = 50_000;
/// Longest line, in bytes.
const MAX_LINE: usize = 256 << 10;
/// Lines that are named one by one of those that could not be read.
const NAMED: usize = 20;

/// Why a line could not be used, or not in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Problem {
    /// It is no JSON.
    NotJson,
    /// It is JSON, and no object.
    NotAnObject,
    /// It is longer than 256 KiB.
    TooLong,
    /// It tells what was done and not when: only an exact id can join it.
    NoTime,
    /// As above: its time is of no known form.
    UnreadableTime,
}

/// A line that could not be used, or not in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1; the place in a list.
    pub line: usize,
    /// Why.
    pub problem: Problem,
}

/// A log, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// What tells of an act, in the order of the log.
    pub records: Vec<AppRecord>,
    /// Lines that tell of nothing done, such as a program's start.
    pub plain: usize,
    /// The first lines that could not be used, at most twenty.
    pub faults: Vec<Fault>,
    /// How many there are.
    pub faulty: usize,
}

/// Why a log cannot be used at all. Quotes nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is neither text nor a list of objects.
    #[error("`correlate` is an application's log: JSON lines in one string, or a list of objects such as {EXAMPLE}")]
    WrongType,
    /// It has too many bytes or records.
    #[error("`correlate` has more than {MAX_RECORDS} records or {} MiB: give the part around the incident", MAX_BYTES >> 20)]
    TooLarge,
    /// Nothing in it could be read.
    #[error("no line of `correlate` could be read, the first, {}, {}: give JSON lines such as {EXAMPLE}", .0.line, .0.problem.words())]
    NothingReadable(Fault),
    /// Nothing in it tells of anything done.
    #[error(
        "no record of `correlate` tells what was done: name the fields under [correlate] in the policy, or give records such as {EXAMPLE}"
    )]
    NothingDone,
}

/// A record that can be read.
const EXAMPLE: &str = r#"{"timestamp":"2026-01-27T20:04:10Z","operation":"PutItem","resource":"orders","request_id":"…","result":"error"}"#;

impl Problem {
    /// Says what is wrong, to follow the number of the line.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotJson => "is no JSON",
            Self::NotAnObject => "is no JSON object",
            Self::TooLong => "is longer than 256 KiB",
            Self::NoTime => "has no time",
            Self::UnreadableTime => "has a time of no known form",
        }
    }
}

impl Log {
    /// Reads a log.
    ///
    /// Errors: what is no log, is too large, or holds nothing that can be read.
    pub fn read(given: &Value, fields: &Fields) -> Result<Self, Unusable> {
        let log = match given {
            Value::String(text) if text.len() > MAX_BYTES => return Err(Unusable::TooLarge),
            Value::String(text) => Self::of_text(text.trim_start_matches('\u{feff}'), fields)?,
            Value::Array(items) => Self::of_items(items, fields)?,
            Value::Object(object) => Self::of_items(listed(object).unwrap_or(std::slice::from_ref(given)), fields)?,
            _ => return Err(Unusable::WrongType),
        };
        match (log.records.is_empty(), log.faults.first()) {
            (true, Some(fault)) => Err(Unusable::NothingReadable(*fault)),
            (true, None) => Err(Unusable::NothingDone),
            (false, _) => Ok(log),
        }
    }

    fn of_text(text: &str, fields: &Fields) -> Result<Self, Unusable> {
        // A list, or one object over several lines, is no JSON line by line.
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        if serde_json::from_str::<Map<String, Value>>(first).is_err()
            && let Ok(whole @ (Value::Array(_) | Value::Object(_))) = serde_json::from_str(text)
        {
            return match &whole {
                Value::Array(items) => Self::of_items(items, fields),
                Value::Object(object) => Self::of_items(listed(object).unwrap_or(std::slice::from_ref(&whole)), fields),
                _ => Ok(Self::default()),
            };
        }
        let mut log = Self::default();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let number = at + 1;
            if line.len() > MAX_LINE {
                log.fault(number, Problem::TooLong);
                continue;
            }
            match serde_json::from_str(line) {
                Ok(Value::Object(object)) => log.take(number, &object, fields)?,
                Ok(_) => log.fault(number, Problem::NotAnObject),
                Err(_) => log.fault(number, Problem::NotJson),
            }
        }
        Ok(log)
    }

    fn of_items(items: &[Value], fields: &Fields) -> Result<Self, Unusable> {
        let mut log = Self::default();
        for (at, item) in items.iter().enumerate() {
            let parsed = item.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
            match parsed.as_ref().unwrap_or(item) {
                Value::Object(object) => log.take(at + 1, object, fields)?,
                Value::String(_) => log.fault(at + 1, Problem::NotJson),
                _ => log.fault(at + 1, Problem::NotAnObject),
            }
        }
        Ok(log)
    }

    fn take(&mut self, line: usize, object: &Map<String, Value>, fields: &Fields) -> Result<(), Unusable> {
        let (record, trouble) = AppRecord::read(line, object, fields);
        if !record.tells_of_an_act() {
            self.plain += 1;
            return Ok(());
        }
        match trouble {
            Some(TimeTrouble::Absent) => self.fault(line, Problem::NoTime),
            Some(TimeTrouble::Unreadable) => self.fault(line, Problem::UnreadableTime),
            None => {}
        }
        if self.records.len() >= MAX_RECORDS {
            return Err(Unusable::TooLarge);
        }
        self.records.push(record);
        Ok(())
    }

    fn fault(&mut self, line: usize, problem: Problem) {
        self.faulty += 1;
        if self.faults.len() < NAMED {
            self.faults.push(Fault { line, problem });
        }
    }

    /// Returns the first and the last time of its records, by their own clocks; nothing where none has a time.
    pub fn span(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let times = || self.records.iter().filter_map(|record| record.time);
        Some((times().min()?, times().max()?))
    }

    /// Returns about how many bytes it takes in memory.
    pub fn size(&self) -> usize {
        self.records.iter().map(AppRecord::size).sum()
    }
}

/// Returns the list that an export wraps its records in: the one member that is a list of objects.
fn listed(object: &Map<String, Value>) -> Option<&[Value]> {
    let is_list = |value: &&Value| value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Value::is_object));
    let mut lists = ["records", "Records", "events", "logs", "hits", "items"].iter().filter_map(|name| object.get(*name)).filter(is_list);
    lists.next().and_then(Value::as_array).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(given: Value) -> Result<Log, Unusable> {
        Log::read(&given, &Fields::default())
    }

    const GOOD: &str = r#"{"time":"2026-01-27T20:04:10Z","operation":"PutItem"}"#;

    #[test]
    fn every_line_that_cannot_be_read_is_named_by_its_number_and_counted() {
        let log =
            read(json!(format!("{GOOD}\r\n\nnot json\n[1]\n{{\"operation\":\"PutItem\"}}\n{{\"time\":\"noon\",\"op\":\"x\"}}\n{GOOD}")))
                .unwrap();
        let faults: Vec<(usize, Problem)> = log.faults.iter().map(|fault| (fault.line, fault.problem)).collect();
        let expected = [(3, Problem::NotJson), (4, Problem::NotAnObject), (5, Problem::NoTime), (6, Problem::UnreadableTime)];
        assert_eq!(faults, expected);
        assert_eq!((log.faulty, log.records.len()), (4, 4), "what has an id may be joined without a time");
        let many = read(json!(format!("{GOOD}\n{}", "x\n".repeat(90)))).unwrap();
        assert_eq!((many.faulty, many.faults.len()), (90, 20));
    }

    #[test]
    fn lines_a_list_and_an_export_give_the_same() {
        let record: Value = serde_json::from_str(GOOD).unwrap();
        let one = read(json!(GOOD)).unwrap();
        let pretty = serde_json::to_string_pretty(&record).unwrap();
        for same in [
            json!([record]),
            json!({"events": [record]}),
            json!(format!("[{GOOD}]")),
            json!(pretty),
            json!([GOOD]),
            json!(format!("\u{feff}{GOOD}")),
        ] {
            assert_eq!(read(same.clone()).unwrap(), one, "{same}");
        }
    }

    #[test]
    fn a_log_of_which_nothing_can_be_used_is_refused_with_what_is_right() {
        for (given, says) in [
            (json!("no\njson"), "the first, 1, is no JSON"),
            (json!(5), "JSON lines in one string"),
            (json!([{"msg": "started", "time": "2026-01-27T20:04:10Z"}]), "[correlate]"),
            (json!(" ".repeat(MAX_BYTES + 1)), "more than 50000 records"),
        ] {
            let refused = read(given).unwrap_err().to_string();
            assert!(refused.contains(says), "{refused}");
        }
        let deep = format!("{GOOD}\n{}", "[".repeat(5_000));
        assert_eq!(read(json!(deep)).unwrap().faults[0].problem, Problem::NotJson);
    }

    #[test]
    fn what_tells_of_nothing_done_is_counted_apart() {
        let log = read(json!(format!("{GOOD}\n{{\"time\":\"2026-01-27T20:04:10Z\",\"msg\":\"started\"}}"))).unwrap();
        assert_eq!((log.plain, log.faulty, log.records.len()), (1, 0, 1));
    }
}
