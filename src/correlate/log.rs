//! An application's log as it is given: lines of JSON, or a list of objects.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::field::Fields;
use super::record::{AppRecord, Trouble};

/// Most bytes of a log.
const MAX_BYTES: usize = 16 << 20;
/// Most records of one.
const MAX_RECORDS: usize = 50_000;
/// Longest line, in bytes.
const MAX_LINE: usize = 256 << 10;
/// Lines that are named one by one of those that could not be read.
const NAMED: usize = 20;
/// How deep an export may wrap the list of its records.
const DEEPEST_LIST: usize = 3;

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
    /// It holds more than is looked at.
    Cut,
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
    /// Lines that tell of nothing done by any field that is known, such as of a program's start.
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
            Self::Cut => "has more values than are looked at (400, 32 of one field, 8 deep)",
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
            Value::Array(_) | Value::Object(_) => Self::of_value(given, fields)?,
            _ => return Err(Unusable::WrongType),
        };
        match (log.records.is_empty(), log.faults.first()) {
            (true, Some(fault)) => Err(Unusable::NothingReadable(*fault)),
            (true, None) => Err(Unusable::NothingDone),
            (false, _) => Ok(log),
        }
    }

    fn of_text(text: &str, fields: &Fields) -> Result<Self, Unusable> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let first = lines.next().map(|(_, line)| line).unwrap_or_default();
        // A list, one object over several lines, or an export in one line is a whole.
        let is_whole = lines.next().is_none() || serde_json::from_str::<Map<String, Value>>(first).is_err();
        if let (true, Ok(whole @ (Value::Array(_) | Value::Object(_)))) = (is_whole, serde_json::from_str(text)) {
            return Self::of_value(&whole, fields);
        }
        let mut log = Self::default();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let number = at + 1;
            if line.len() > MAX_LINE {
                log.fault(number, Problem::TooLong);
                continue;
            }
            match serde_json::from_str(line) {
                Ok(Value::String(_)) => log.fault(number, Problem::NotAnObject),
                Ok(value) => log.take_any(number, &value, fields)?,
                Err(_) => log.fault(number, Problem::NotJson),
            }
        }
        Ok(log)
    }

    /// Reads a list, or an object that is one record or an export of many.
    fn of_value(value: &Value, fields: &Fields) -> Result<Self, Unusable> {
        let lists = value.as_object().map(|object| exported(object, fields)).unwrap_or_default();
        let items: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            _ if lists.is_empty() => vec![value],
            _ => lists.into_iter().flatten().collect(),
        };
        let mut log = Self::default();
        for (at, item) in items.into_iter().enumerate() {
            log.take_any(at + 1, item, fields)?;
        }
        Ok(log)
    }

    /// Takes a record, or all of an export.
    fn take_any(&mut self, line: usize, value: &Value, fields: &Fields) -> Result<(), Unusable> {
        let value = &*unquoted(value);
        let lists = value.as_object().map(|object| exported(object, fields)).unwrap_or_default();
        if lists.is_empty() {
            return self.take_item(line, value, fields);
        }
        lists.into_iter().flatten().try_for_each(|item| self.take_item(line, item, fields))
    }

    fn take_item(&mut self, line: usize, value: &Value, fields: &Fields) -> Result<(), Unusable> {
        match &*unquoted(value) {
            Value::Object(object) => self.take(line, object, fields)?,
            Value::String(_) => self.fault(line, Problem::NotJson),
            _ => self.fault(line, Problem::NotAnObject),
        }
        Ok(())
    }

    fn take(&mut self, line: usize, object: &Map<String, Value>, fields: &Fields) -> Result<(), Unusable> {
        let (record, trouble) = AppRecord::read(line, object, fields);
        match trouble {
            Some(Trouble::Cut) => self.fault(line, Problem::Cut),
            Some(Trouble::NoTime) if record.tells_of_an_act() => self.fault(line, Problem::NoTime),
            Some(Trouble::UnreadableTime) if record.tells_of_an_act() => self.fault(line, Problem::UnreadableTime),
            _ => {}
        }
        if !record.tells_of_an_act() {
            // What was cut may tell of one.
            self.plain += usize::from(trouble != Some(Trouble::Cut));
            return Ok(());
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

/// Returns the value that a text stands for, where it is JSON.
fn unquoted(value: &Value) -> Cow<'_, Value> {
    let parsed = value.as_str().filter(|text| text.trim_start().starts_with('{')).and_then(|text| serde_json::from_str(text).ok());
    parsed.map_or(Cow::Borrowed(value), Cow::Owned)
}

/// Returns the lists of records that an export wraps, whatever it calls them; none of a record, which tells itself what was done and when.
fn exported<'a>(object: &'a Map<String, Value>, fields: &Fields) -> Vec<&'a [Value]> {
    let mut lists = Vec::new();
    find_lists(object, fields, DEEPEST_LIST, &mut lists);
    if lists.is_empty() {
        return lists;
    }
    let (itself, _) = AppRecord::read(0, &without_lists(object), fields);
    if itself.tells_of_an_act() && itself.time.is_some() { Vec::new() } else { lists }
}

fn find_lists<'a>(object: &'a Map<String, Value>, fields: &Fields, deep: usize, lists: &mut Vec<&'a [Value]>) {
    let tells = |item: &Value| unquoted(item).as_object().is_some_and(|item| AppRecord::read(0, item, fields).0.tells_of_an_act());
    for value in object.values() {
        match value {
            Value::Array(items) if items.iter().any(tells) => lists.push(items),
            Value::Object(inner) if deep > 1 => find_lists(inner, fields, deep - 1, lists),
            _ => {}
        }
    }
}

/// Returns an object without its lists.
fn without_lists(object: &Map<String, Value>) -> Map<String, Value> {
    let inner = |value: &Value| match value {
        Value::Object(object) => Value::Object(without_lists(object)),
        other => other.clone(),
    };
    object.iter().filter(|(_, value)| !value.is_array()).map(|(key, value)| (key.clone(), inner(value))).collect()
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
    fn an_export_is_as_many_records_as_it_wraps_however_it_is_written_and_called() {
        let second = r#"{"time":"2026-01-27T20:05:10Z","operation":"DeleteTable","resource":"orders"}"#;
        let [one, two]: [Value; 2] = [GOOD, second].map(|text| serde_json::from_str(text).unwrap());
        let expected = read(json!([one, two])).unwrap();
        let (events, logs) = (json!({"events": [one, two]}), json!({"logs": [GOOD, second], "status": "ok"}));
        let hits =
            json!({"took": 3, "hits": {"total": {"value": 2}, "hits": [{"_index": "a", "_source": one}, {"_index": "a", "_source": two}]}});
        let fetched = json!({"searched": [{"logStreamName": "a"}], "events": [{"message": GOOD}, {"message": second}]});
        let wide = json!({"anything": {"data": [one, two]}, "note": "x".repeat(MAX_LINE)});
        for export in [&events, &logs, &hits, &fetched, &wide, &json!([events])] {
            let lines = export.to_string();
            let pretty = serde_json::to_string_pretty(export).unwrap();
            for given in [export.clone(), json!(lines), json!(pretty)] {
                let log = read(given).unwrap();
                let told = |log: &Log| log.records.iter().map(|record| (record.operation.clone(), record.time)).collect::<Vec<_>>();
                assert_eq!((told(&log), log.plain, log.faulty), (told(&expected), 0, 0), "{export}");
            }
        }
        let batches = format!("{events}\n{logs}\n");
        let lines: Vec<usize> = read(json!(batches)).unwrap().records.iter().map(|record| record.line).collect();
        assert_eq!(lines, [1, 1, 2, 2], "each record has the line of its batch");
    }

    #[test]
    fn a_record_that_holds_a_list_stays_one_record() {
        let record = json!({"time": "2026-01-27T20:04:10Z", "operation": "Batch", "resources": [{"name": "a"}, {"name": "b"}],
            "steps": [{"action": "check"}]});
        for given in [record.clone(), json!(record.to_string()), json!([record])] {
            let log = read(given).unwrap();
            assert_eq!((log.records.len(), log.records[0].resources.len()), (1, 2));
        }
    }

    #[test]
    fn what_is_cut_is_a_fault_also_where_it_tells_of_nothing() {
        let wide = |operation: &str| {
            let more: Map<String, Value> = (0..500).map(|n| (format!("v{n}"), json!(n))).collect();
            json!({"op": operation, "time": "2026-01-27T20:04:10Z", "a": more})
        };
        let log = read(json!([wide("PutItem"), wide(""), {"time": "2026-01-27T20:04:10Z", "msg": "up"}])).unwrap();
        assert_eq!(log.faults.iter().map(|fault| fault.problem).collect::<Vec<_>>(), [Problem::Cut, Problem::Cut]);
        assert_eq!((log.records.len(), log.plain), (1, 1));
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
