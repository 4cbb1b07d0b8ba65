//! One record of an application's log: what it says it did.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Map, Value};

use super::field::{Field, Fields, path_of};
use crate::event::{Arn, is_account, is_plausible, is_region};
use crate::time;

/// The longest text that is kept of a field, in characters.
const MAX_CHARS: usize = 512;
/// How many values of one field are kept.
const MOST_VALUES: usize = 32;
/// How many values of a record are looked at.
const MOST_LEAVES: usize = 400;
/// How deep they may lie.
const DEEPEST: usize = 8;
/// Members whose text may be a record by itself, as collectors of logs wrap them.
const WRAPPERS: &[&str] = &["message", "log", "msg", "record", "body", "data", "payload", "event"];
/// Forms of time that loggers write besides those that everybody does; without an offset they are UTC.
const FURTHER_TIMES: &[&str] = &["%Y/%m/%d %H:%M:%S%.f"];
/// As above, with an offset.
const FURTHER_OFFSET_TIMES: &[&str] = &["%d/%b/%Y:%H:%M:%S %z"];

/// A text of a record, and the name under which it stands there, by which a secret is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The name. Untrusted.
    pub name: String,
    /// The text. Untrusted.
    pub text: String,
}

/// How something ended, as the application says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Succeeded,
    /// Not well.
    Failed,
    /// It does not say.
    #[default]
    Unknown,
}

/// What one record says. All texts are untrusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppRecord {
    /// The line of the log, from 1; its place where the log is a list.
    pub line: usize,
    /// When, by the clock of the host.
    pub time: Option<DateTime<Utc>>,
    /// Whether the time has no offset, so that it is taken for UTC.
    pub zoneless: bool,
    /// Whose clock that is.
    pub host: Option<String>,
    /// What was done.
    pub operation: Option<Told>,
    /// By whom.
    pub actors: Vec<Told>,
    /// Names of sessions and source identities.
    pub sessions: Vec<String>,
    /// What ties records of one transaction.
    pub correlations: Vec<String>,
    /// Ids of requests, of AWS or of others.
    pub request_ids: Vec<String>,
    /// Ids of events.
    pub event_ids: Vec<String>,
    /// Access key ids. Not to be shown.
    pub access_keys: Vec<String>,
    /// To what.
    pub resources: Vec<Told>,
    /// The region that it names, of AWS.
    pub region: Option<String>,
    /// The account that it names, of AWS.
    pub account: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// What went wrong.
    pub errors: Vec<Told>,
}

/// What keeps a record from being used in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It has no time.
    NoTime,
    /// It has a time that cannot be read.
    UnreadableTime,
    /// It holds more than is looked at.
    Cut,
}

/// A value with the field that it is of.
struct Leaf {
    field: Field,
    rank: usize,
    depth: usize,
    name: String,
    value: Value,
}

impl AppRecord {
    /// Reads a record, and says what keeps it from being used in full: the gravest.
    pub(super) fn read(line: usize, object: &Map<String, Value>, fields: &Fields) -> (Self, Option<Trouble>) {
        let mut walk = Walk { fields, leaves: Vec::new(), seen: 0, cut: false };
        walk.object(object, &mut Vec::new());
        let Walk { mut leaves, cut, .. } = walk;
        leaves.sort_by_key(|leaf| (leaf.field, leaf.rank, leaf.depth));
        let of = |field: Field| leaves.iter().filter(move |leaf| leaf.field == field);
        let told = |field: Field| {
            let texts = of(field).filter_map(|leaf| Some(Told { name: leaf.name.clone(), text: text(&leaf.value)? }));
            texts.take(MOST_VALUES).collect::<Vec<_>>()
        };
        let texts = |field: Field| told(field).into_iter().map(|told| told.text).collect::<Vec<_>>();
        let time = of(Field::Time).find_map(|leaf| read_time(&leaf.value));
        let crowded = leaves.chunk_by(|one, next| one.field == next.field).any(|values| values.len() > MOST_VALUES);
        let trouble = match (time, of(Field::Time).next()) {
            (None, Some(_)) => Some(Trouble::UnreadableTime),
            (None, None) if !cut => Some(Trouble::NoTime),
            _ => (cut || crowded).then_some(Trouble::Cut),
        };
        let errors: Vec<Told> = told(Field::Error).into_iter().filter(|told| !is_nothing(&told.text)).collect();
        let results: Vec<Outcome> = of(Field::Result).map(|leaf| outcome(&leaf.value)).collect();
        let grave = texts(Field::Level).iter().any(|level| {
            ["error", "fatal", "critical", "crit", "alert", "emergency", "panic"].iter().any(|grave| level.eq_ignore_ascii_case(grave))
        });
        let said = results.iter().copied().find(|one| *one != Outcome::Unknown);
        let outcome = match said {
            Some(Outcome::Failed) => Outcome::Failed,
            _ if !errors.is_empty() || grave => Outcome::Failed,
            said => said.unwrap_or_default(),
        };
        // A field names it, or else what was acted on does.
        let place = |field: Field, is: fn(&str) -> bool, of: for<'a> fn(&Arn<'a>) -> &'a str| {
            let arns = texts(Field::Resource);
            let of_arns = arns.iter().filter_map(|text| Arn::parse(text)).map(|arn| of(&arn).to_owned());
            texts(field).into_iter().chain(of_arns).find(|text| is(text))
        };
        let record = Self {
            line,
            time: time.map(|(time, _)| time),
            zoneless: time.is_some_and(|(_, zoneless)| zoneless),
            host: texts(Field::Host).into_iter().next(),
            operation: told(Field::Operation).into_iter().next(),
            actors: told(Field::Actor),
            sessions: texts(Field::Session),
            correlations: texts(Field::Correlation),
            request_ids: texts(Field::RequestId),
            event_ids: texts(Field::EventId),
            access_keys: texts(Field::AccessKey).into_iter().filter(|key| is_access_key(key)).collect(),
            region: place(Field::Region, is_region, |arn| arn.region),
            account: place(Field::Account, is_account, |arn| arn.account),
            resources: told(Field::Resource),
            outcome,
            errors: errors.into_iter().filter(|told| told.text != "true").take(2).collect(),
        };
        (record, trouble)
    }

    /// Tells whether it says that anything was done.
    pub fn tells_of_an_act(&self) -> bool {
        self.operation.is_some() || !self.request_ids.is_empty() || !self.event_ids.is_empty()
    }

    /// Tells whether what it tells of failed.
    pub fn failed(&self) -> bool {
        self.outcome == Outcome::Failed
    }

    /// Returns about how many bytes it takes in memory.
    pub(super) fn size(&self) -> usize {
        let told = |list: &[Told]| list.iter().map(|told| told.name.len() + told.text.len() + size_of::<Told>()).sum::<usize>();
        let texts = [&self.sessions, &self.correlations, &self.request_ids, &self.event_ids, &self.access_keys];
        let texts: usize = texts.iter().flat_map(|list| list.iter()).map(|text| text.len() + size_of::<String>()).sum();
        let operation = self.operation.as_ref().map_or(0, |told| told.name.len() + told.text.len());
        size_of::<Self>() + texts + operation + told(&self.actors) + told(&self.resources) + told(&self.errors)
    }
}

/// A walk through the values of a record.
struct Walk<'a> {
    fields: &'a Fields,
    leaves: Vec<Leaf>,
    seen: usize,
    /// Whether there is more than was looked at.
    cut: bool,
}

impl Walk<'_> {
    fn object(&mut self, object: &Map<String, Value>, path: &mut Vec<String>) {
        for (key, value) in object {
            let parts = path_of(key);
            let count = parts.len();
            path.extend(parts);
            self.value(key, value, path);
            path.truncate(path.len() - count);
        }
    }

    fn value(&mut self, key: &str, value: &Value, path: &mut Vec<String>) {
        self.seen += 1;
        if self.seen > MOST_LEAVES || path.len() > DEEPEST {
            self.cut = true;
            return;
        }
        match value {
            Value::Object(object) => self.object(object, path),
            Value::Array(items) => items.iter().for_each(|item| self.value(key, item, path)),
            Value::Null => {}
            Value::String(text) if text.starts_with('{') && path.last().is_some_and(|last| WRAPPERS.contains(&last.as_str())) => {
                if let Ok(Value::Object(inner)) = serde_json::from_str(text) {
                    // What is wrapped stands for itself, one step further in.
                    let mut path = vec![String::new(); path.len()];
                    self.object(&inner, &mut path);
                }
            }
            leaf => {
                if let Some((field, rank)) = self.fields.find(path) {
                    self.leaves.push(Leaf { field, rank, depth: path.len(), name: key.to_owned(), value: leaf.clone() });
                }
            }
        }
    }
}

/// Returns a value as text that is worth keeping.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().chars().take(MAX_CHARS).collect(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text != "-" && text != "null").then_some(text)
}

/// Reads a time, and tells whether it lacks an offset.
fn read_time(value: &Value) -> Option<(DateTime<Utc>, bool)> {
    let Value::String(text) = value else { return time::from_json(value).filter(|time| is_plausible(*time)).map(|time| (time, false)) };
    let text = text.trim();
    // A comma before the fraction, as Python's and Java's loggers write it.
    let point = text.rsplit_once(',').filter(|(_, rest)| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    let pointed = point.map(|(front, fraction)| format!("{front}.{fraction}"));
    let text = pointed.as_deref().unwrap_or(text);
    let further = || {
        let plain = FURTHER_TIMES.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(|time| time.and_utc());
        plain.or_else(|| FURTHER_OFFSET_TIMES.iter().find_map(|form| DateTime::parse_from_str(text, form).ok()).map(|time| time.to_utc()))
    };
    let time = time::parse(text).or_else(further).filter(|time| is_plausible(*time))?;
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let after_date = text.get(10..).unwrap_or_default();
    let zoned = text.ends_with(['Z', 'z']) || text.ends_with("UTC") || text.ends_with("GMT") || after_date.contains(['+', '-']);
    Some((time, !zoned && !is_number))
}

/// Tells whether a text stands for no error.
fn is_nothing(text: &str) -> bool {
    ["false", "none", "0", "no", "null", "nil", "ok", "{}", "[]"].iter().any(|nothing| text.eq_ignore_ascii_case(nothing))
}

/// Reads how something ended.
fn outcome(value: &Value) -> Outcome {
    const WELL: &[&str] =
        &["success", "succeeded", "successful", "ok", "completed", "complete", "done", "allowed", "granted", "true", "passed"];
    const NOT_WELL: &[&str] = &[
        "error",
        "failed",
        "failure",
        "fail",
        "denied",
        "deny",
        "false",
        "rejected",
        "refused",
        "timeout",
        "exception",
        "aborted",
        "ko",
        "unauthorized",
        "forbidden",
        "accessdenied",
    ];
    let number = match value {
        Value::Bool(true) => return Outcome::Succeeded,
        Value::Bool(false) => return Outcome::Failed,
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match number {
        Some(0 | 100..400) => return Outcome::Succeeded,
        Some(400..600) => return Outcome::Failed,
        _ => {}
    }
    let word: String = value.as_str().unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match () {
        () if WELL.contains(&word.as_str()) => Outcome::Succeeded,
        () if NOT_WELL.contains(&word.as_str()) => Outcome::Failed,
        () => Outcome::Unknown,
    }
}

/// Source: IAM's reference of identifiers: a prefix of four letters, and in all 16 to 128 capitals and digits.
fn is_access_key(text: &str) -> bool {
    let form = (16..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    form && (text.starts_with("AKIA") || text.starts_with("ASIA"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(value: Value) -> (AppRecord, Option<Trouble>) {
        AppRecord::read(1, value.as_object().unwrap(), &Fields::default())
    }

    #[test]
    fn a_time_is_read_in_every_form_that_loggers_write() {
        let expected = time::parse("2026-03-02T10:00:00.250Z").unwrap();
        for (written, zoneless) in [
            (json!("2026-03-02T10:00:00.250Z"), false),
            (json!("2026-03-02T11:00:00.250+01:00"), false),
            (json!("2026-03-02 10:00:00,250"), true),
            (json!("2026-03-02T10:00:00.250"), true),
            (json!("2026/03/02 10:00:00.250"), true),
            (json!(1_772_445_600_250_i64), false),
            (json!(1_772_445_600.25), false),
            (json!("1772445600250"), false),
        ] {
            let (record, trouble) = record(json!({"time": written, "op": "x"}));
            assert_eq!((record.time, record.zoneless, trouble), (Some(expected), zoneless, None), "{written}");
        }
        let seconds = record(json!({"time": "02/Mar/2026:11:00:00 +0100"})).0.time.unwrap();
        assert_eq!(seconds, time::parse("2026-03-02T10:00:00Z").unwrap());
        assert_eq!(record(json!({"time": "noon", "op": "x"})).1, Some(Trouble::UnreadableTime));
        assert_eq!(record(json!({"op": "x"})).1, Some(Trouble::NoTime));
    }

    #[test]
    fn what_failed_is_told_by_result_error_or_level() {
        for failed in [
            json!({"result": "error"}),
            json!({"status": 403}),
            json!({"status": "503"}),
            json!({"success": false}),
            json!({"error": {"code": "AccessDenied"}}),
            json!({"status": "completed", "error": "timeout"}),
            json!({"level": "ERROR"}),
            json!({"event": {"outcome": "failure"}}),
        ] {
            assert_eq!(record(failed.clone()).0.outcome, Outcome::Failed, "{failed}");
        }
        for well in [json!({"result": "success", "error": null}), json!({"status": 200, "error": ""}), json!({"ok": true, "error": "none"})]
        {
            assert_eq!(record(well.clone()).0.outcome, Outcome::Succeeded, "{well}");
        }
        assert_eq!(record(json!({"op": "x", "level": "INFO"})).0.outcome, Outcome::Unknown);
    }

    #[test]
    fn a_record_in_a_message_is_read_and_what_is_nested_tells_the_same() {
        let inner = json!({"operation": "PutObject", "resource": {"arn": "arn:aws:s3:::b"}, "user": {"id": "u-1"}}).to_string();
        let (record, _) = record(json!({"timestamp": 1_772_445_600_250_i64, "message": inner}));
        assert_eq!(record.operation.unwrap().text, "PutObject");
        assert_eq!((record.resources[0].text.as_str(), record.actors[0].text.as_str()), ("arn:aws:s3:::b", "u-1"));
        assert!(record.time.is_some());
    }

    #[test]
    fn a_record_of_which_not_all_is_looked_at_says_so() {
        let many: Map<String, Value> = (0..500).map(|n| (format!("a{n}"), json!(n))).collect();
        let mut deep = json!({"op": "x"});
        (0..9).for_each(|_| deep = json!({"a": deep}));
        let resources: Vec<String> = (0..33).map(|n| format!("table-{n}")).collect();
        for cut in [json!({"a": many}), json!({"a": deep}), json!({"resources": resources})] {
            let mut whole = cut.clone();
            whole["time"] = json!("2026-03-02T10:00:00Z");
            whole["zoperation"] = json!("x");
            assert_eq!(record(whole).1, Some(Trouble::Cut), "{cut}");
        }
        assert_eq!(record(json!({"a": many})).1, Some(Trouble::Cut), "its time may stand in what was not looked at");
        assert_eq!(record(json!({"time": "2026-03-02T10:00:00Z", "resources": resources[1..]})).1, None);
    }

    #[test]
    fn a_record_names_its_place_by_a_field_or_by_what_it_acted_on() {
        let place = |value: Value| {
            let record = record(value).0;
            (record.region.unwrap_or_default(), record.account.unwrap_or_default())
        };
        assert_eq!(
            place(json!({"op": "x", "region": "eu-west-1", "account_id": "111122223333"})),
            ("eu-west-1".into(), "111122223333".into())
        );
        let arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders";
        assert_eq!(
            place(json!({"op": "x", "region": "EMEA", "account": "gold", "resource": arn})),
            ("eu-central-1".into(), "111122223333".into())
        );
        assert_eq!(place(json!({"op": "x", "resource": "arn:aws:s3:::orders"})), (String::new(), String::new()));
    }

    #[test]
    fn only_what_has_the_form_of_an_access_key_is_one() {
        let keys = |key: &str| record(json!({"access_key_id": key, "op": "x"})).0.access_keys.len();
        assert_eq!((keys("AKIAIOSFODNN7EXAMPLE"), keys("hunter2"), keys("AKIA")), (1, 0, 0));
    }
}
