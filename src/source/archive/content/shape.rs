//! Shapes of records: CloudTrail's own in any spelling, and what other products make of it.
//!
//! What differs in the names of fields alone is a row here.

use chrono::DateTime;
use serde_json::{Map, Value};

use super::Item;
use crate::event::{from_text, member};

/// Fields of a record by their name in lower case without anything between the words.
///
/// Source: CloudTrail record contents.
const FIELDS: &[(&str, &str)] = &[
    ("eventversion", "eventVersion"),
    ("eventtime", "eventTime"),
    ("eventname", "eventName"),
    ("eventsource", "eventSource"),
    ("eventid", "eventID"),
    ("eventtype", "eventType"),
    ("eventcategory", "eventCategory"),
    ("awsregion", "awsRegion"),
    ("useridentity", "userIdentity"),
    ("sourceipaddress", "sourceIPAddress"),
    ("useragent", "userAgent"),
    ("errorcode", "errorCode"),
    ("errormessage", "errorMessage"),
    ("requestparameters", "requestParameters"),
    ("responseelements", "responseElements"),
    ("additionaleventdata", "additionalEventData"),
    ("serviceeventdetails", "serviceEventDetails"),
    ("requestid", "requestID"),
    ("readonly", "readOnly"),
    ("resources", "resources"),
    ("managementevent", "managementEvent"),
    ("recipientaccountid", "recipientAccountId"),
    ("sharedeventid", "sharedEventID"),
    ("vpcendpointid", "vpcEndpointId"),
    ("insightdetails", "insightDetails"),
    ("addendum", "addendum"),
    ("sessioncredentialfromconsole", "sessionCredentialFromConsole"),
    ("tlsdetails", "tlsDetails"),
];

/// Names that the console's download and listings of LookupEvents use, and where they belong; taken where the record's own are missing.
const LISTED: &[(&str, &[&str])] = &[
    ("username", &["userIdentity", "userName"]),
    ("awsaccesskey", &["userIdentity", "accessKeyId"]),
    ("accesskeyid", &["userIdentity", "accessKeyId"]),
    ("region", &["awsRegion"]),
    ("accountid", &["recipientAccountId"]),
    ("awsaccountid", &["recipientAccountId"]),
    ("sourceip", &["sourceIPAddress"]),
];

/// Columns of tables that hold whole records.
const WHOLE: &[&str] = &["cloudtrailevent", "raw", "message", "rawdata", "record", "detail", "eventoriginal", "rawlog", "event"];

/// Fields of the Elastic Common Schema and of Filebeat's module, and where they belong.
///
/// Source: fields of Elastic's AWS CloudTrail integration.
const ELASTIC: Fields = &[
    ("event.action", &["eventName"]),
    ("event.provider", &["eventSource"]),
    ("@timestamp", &["eventTime"]),
    ("event.id", &["eventID"]),
    ("cloud.region", &["awsRegion"]),
    ("cloud.account.id", &["recipientAccountId"]),
    ("aws.cloudtrail.recipient_account_id", &["recipientAccountId"]),
    ("source.address", &["sourceIPAddress"]),
    ("source.ip", &["sourceIPAddress"]),
    ("user_agent.original", &["userAgent"]),
    ("user.name", &["userIdentity", "userName"]),
    ("aws.cloudtrail.user_identity.type", &["userIdentity", "type"]),
    ("aws.cloudtrail.user_identity.arn", &["userIdentity", "arn"]),
    ("aws.cloudtrail.user_identity.access_key_id", &["userIdentity", "accessKeyId"]),
    ("aws.cloudtrail.user_identity.invoked_by", &["userIdentity", "invokedBy"]),
    ("aws.cloudtrail.error_code", &["errorCode"]),
    ("aws.cloudtrail.error_message", &["errorMessage"]),
    ("aws.cloudtrail.read_only", &["readOnly"]),
    ("aws.cloudtrail.event_type", &["eventType"]),
    ("aws.cloudtrail.event_category", &["eventCategory"]),
    ("aws.cloudtrail.request_id", &["requestID"]),
    ("aws.cloudtrail.shared_event_id", &["sharedEventID"]),
    ("aws.cloudtrail.request_parameters", &["requestParameters"]),
    ("aws.cloudtrail.flattened.request_parameters", &["requestParameters"]),
    ("aws.cloudtrail.response_elements", &["responseElements"]),
    ("aws.cloudtrail.flattened.response_elements", &["responseElements"]),
    ("aws.cloudtrail.additional_eventdata", &["additionalEventData"]),
    ("aws.cloudtrail.resources", &["resources"]),
];

/// Fields of the Open Cybersecurity Schema's API activity, and where they belong.
///
/// Source: OCSF 1.x, class `api_activity`, as Security Lake maps CloudTrail.
const OCSF: Fields = &[
    ("api.operation", &["eventName"]),
    ("api.service.name", &["eventSource"]),
    ("time", &["eventTime"]),
    ("time_dt", &["eventTime"]),
    ("metadata.uid", &["eventID"]),
    ("cloud.region", &["awsRegion"]),
    ("cloud.account.uid", &["recipientAccountId"]),
    ("cloud.account_uid", &["recipientAccountId"]),
    ("src_endpoint.ip", &["sourceIPAddress"]),
    ("src_endpoint.domain", &["sourceIPAddress"]),
    ("http_request.user_agent", &["userAgent"]),
    ("api.request.uid", &["requestID"]),
    ("api.response.error", &["errorCode"]),
    ("api.response.message", &["errorMessage"]),
    ("api.request.data", &["requestParameters"]),
    ("api.response.data", &["responseElements"]),
    ("actor.user.name", &["userIdentity", "userName"]),
    ("actor.user.type", &["userIdentity", "type"]),
    ("actor.user.uid", &["userIdentity", "principalId"]),
    ("actor.user.uid_alt", &["userIdentity", "arn"]),
    ("actor.user.uuid", &["userIdentity", "arn"]),
    ("actor.user.credential_uid", &["userIdentity", "accessKeyId"]),
    ("actor.user.account.uid", &["userIdentity", "accountId"]),
    ("actor.invoked_by", &["userIdentity", "invokedBy"]),
    ("metadata.event_code", &["eventType"]),
];

/// Fields of another product's records, and where each stands in CloudTrail's.
type Fields = &'static [(&'static str, &'static [&'static str])];

/// What other products make of records: the field that tells one, and where its fields belong.
const TRANSLATIONS: &[(&str, Fields)] = &[("event.action", ELASTIC), ("api.operation", OCSF)];

/// Returns a name in lower case without anything between the words.
fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn field(name: &str) -> Option<&'static str> {
    let name = bare(name);
    FIELDS.iter().find(|(spelt, _)| *spelt == name).map(|(_, field)| *field)
}

/// Tells whether the column of a table has this name when the table holds records.
pub(super) fn is_column(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let known = [name, last].into_iter().any(|name| field(name).is_some_and(|field| field != "resources"));
    known
        || WHOLE.contains(&bare(name).as_str()) && name != "event"
        || ELASTIC.iter().chain(OCSF).any(|(path, _)| *path == name && *path != "time")
}

/// Tells whether an object is known and tells of no change by itself.
///
/// Shape: CloudTrail's summaries of data events, the health checks of CloudWatch Logs, and the lines between documents in bulk exports.
/// Source: CloudTrail aggregated events; CloudWatch Logs subscription filters; Elasticsearch bulk API.
pub(super) fn is_known(object: &Map<String, Value>) -> bool {
    let is = |key: &str, word: &str| member(object, key).and_then(Value::as_str).is_some_and(|value| value.eq_ignore_ascii_case(word));
    let aggregated = is("eventCategory", "Aggregated") || is("eventType", "AwsAggregatedEvent");
    let bulk = object.len() == 1
        && object
            .iter()
            .all(|(key, value)| matches!(key.as_str(), "index" | "create") && value.get("_index").is_some_and(Value::is_string));
    aggregated && member(object, "eventName").is_none() || is("messageType", "CONTROL_MESSAGE") || bulk
}

/// Returns an object of a record's own shape, in whatever spelling, as a record.
pub(super) fn record(object: &Map<String, Value>) -> Option<Item<'static>> {
    // S3's own notifications look alike.
    if member(object, "eventSource").and_then(Value::as_str).is_some_and(|source| source.starts_with("aws:")) {
        return None;
    }
    let is_text = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Null);
    let has = |key: &str| member(object, key).is_some_and(is_text);
    let own = has("eventTime") && (has("eventName") || has("eventSource") || has("eventVersion") || has("eventType"));
    let kept = own && !object.keys().any(|key| key.contains('.'));
    if kept && member(object, "Resources").is_none_or(|resources| !is_listed(resources)) {
        let mut record = object.clone();
        list_fields(object, &mut record);
        return Some(Item::Record(Value::Object(record)));
    }
    let mut record = Map::new();
    for (key, value) in object {
        let mut steps = key.split('.').skip_while(|step| field(step).is_none());
        if let Some(first) = steps.next().and_then(field) {
            let rest = steps.map(|step| step.trim_end_matches("{}"));
            let value = if first == "userIdentity" { joined(value) } else { value.clone() };
            put(&mut record, &std::iter::once(first).chain(rest).collect::<Vec<_>>(), value);
        }
    }
    list_fields(object, &mut record);
    let named = record.contains_key("eventName") || record.contains_key("eventSource") && record.contains_key("eventVersion");
    let timed = record.contains_key("eventTime") || record.contains_key("eventName") && record.contains_key("eventSource");
    let shallow = ["eventTime", "eventName", "eventSource"].iter().all(|key| record.get(*key).is_none_or(is_text));
    if !named || !timed || !shallow {
        return None;
    }
    if let Some(time) = record.get("eventTime").and_then(Value::as_str).and_then(console_time) {
        record.insert("eventTime".into(), time);
    }
    Some(with_resources(object, record))
}

/// Fills in what listings name otherwise.
fn list_fields(object: &Map<String, Value>, record: &mut Map<String, Value>) {
    for (key, value) in object {
        let name = bare(key);
        if let Some((_, path)) = LISTED.iter().find(|(spelt, _)| *spelt == name)
            && let Some(first) = path.first()
            && (path.len() == 1 && member(record, first).is_none()
                || path.len() > 1 && member(record, first).is_none_or(|value| member_of(value, path).is_none()))
            && !value.is_null()
        {
            put(record, path, value.clone());
        }
    }
}

fn member_of<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    // What is no object cannot be added to.
    match value {
        Value::Object(object) => path.get(1).and_then(|key| member(object, key)),
        other => Some(other),
    }
}

/// Tells whether these are resources as LookupEvents lists them.
fn is_listed(resources: &Value) -> bool {
    let listed = |entry: &Value| entry.as_object().is_some_and(|entry| member(entry, "resourceName").is_some());
    match resources {
        Value::Array(entries) => entries.iter().any(listed),
        Value::String(text) => from_text(text).is_some_and(|read| read.is_array() && is_listed(&read)),
        _ => false,
    }
}

/// Makes an entry of LookupEvents of a record whose resources stand beside it.
fn with_resources(object: &Map<String, Value>, mut record: Map<String, Value>) -> Item<'static> {
    let found = |name: &str| object.iter().find(|(key, _)| bare(key) == name).map(|(_, value)| value);
    let mut resources: Vec<Value> = Vec::new();
    if let Some(listed) = record.get("resources").filter(|resources| is_listed(resources)).cloned() {
        record.remove("resources");
        let read = listed.as_str().and_then(from_text).unwrap_or(listed);
        let entries = read.as_array().cloned().unwrap_or_default();
        resources.extend(entries.iter().filter_map(|entry| {
            let entry = entry.as_object()?;
            Some(serde_json::json!({"ResourceType": member(entry, "resourceType"), "ResourceName": member(entry, "resourceName")?}))
        }));
    }
    if let Some(names) = found("resourcename").and_then(Value::as_str) {
        let kinds: Vec<&str> = found("resourcetype").and_then(Value::as_str).unwrap_or_default().split(',').map(str::trim).collect();
        let entry = |(nth, name): (usize, &str)| serde_json::json!({"ResourceType": kinds.get(nth), "ResourceName": name.trim()});
        resources.extend(names.split(',').filter(|name| !name.trim().is_empty()).enumerate().map(entry));
    }
    if resources.is_empty() {
        return Item::Record(Value::Object(record));
    }
    Item::Lookup(serde_json::json!({"CloudTrailEvent": record, "Resources": resources}))
}

/// Joins the words of all keys, so that `session_context` is `sessioncontext`, which is read whatever its case.
fn joined(value: &Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(object.iter().map(|(key, value)| (key.replace(['_', '-'], ""), joined(value))).collect()),
        Value::String(text) => from_text(text).map_or_else(|| value.clone(), |read| joined(&read)),
        other => other.clone(),
    }
}

/// Puts a value at the end of a path; what stands in the way stays.
fn put(object: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [last] => _ = object.insert((*last).to_owned(), value),
        [first, rest @ ..] => {
            let inner = object.entry((*first).to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if inner.is_null() {
                *inner = Value::Object(Map::new());
            }
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
    }
}

/// Reads a time as the console writes it, `March 02, 2026, 10:55:12 (UTC+01:00)`.
fn console_time(text: &str) -> Option<Value> {
    let time = DateTime::parse_from_str(text.trim(), "%B %d, %Y, %H:%M:%S (UTC%:z)").ok()?;
    Some(crate::time::rfc3339(time.to_utc()).into())
}

/// Returns the value at a path of keys, nested or written in one; objects in text are read.
fn at(object: &Map<String, Value>, path: &str) -> Option<Value> {
    if let Some(value) = object.get(path).filter(|value| !value.is_null()) {
        return Some(value.clone());
    }
    path.match_indices('.').find_map(|(dot, _)| {
        let (first, rest) = (path.get(..dot)?, path.get(dot + 1..)?);
        match object.get(first)? {
            Value::Object(inner) => at(inner, rest),
            Value::String(text) => at(from_text(text)?.as_object()?, rest),
            // Exports of search engines put single values into lists.
            _ => None,
        }
    })
}

/// Returns the record that another product made its own event of; nothing for what is no such event.
pub(super) fn translated(object: &Map<String, Value>) -> Option<Item<'static>> {
    let (_, fields) = TRANSLATIONS.iter().find(|(tells, _)| at(object, tells).is_some_and(|value| single(value).is_string()))?;
    let mut record = Map::new();
    for (path, place) in *fields {
        if let Some(value) = at(object, path).map(single) {
            put(&mut record, place, value);
        }
    }
    for (key, value) in unmapped(object) {
        let mut steps = key.split('.');
        if let Some(first) = steps.next().and_then(field) {
            put(&mut record, &std::iter::once(first).chain(steps).collect::<Vec<_>>(), value);
        }
    }
    // Both schemas serve other products, too.
    let of_aws = record.get("eventSource").and_then(Value::as_str).is_some_and(|source| source.contains(".amazonaws.com"));
    if !of_aws && at(object, "aws.cloudtrail").is_none() {
        return None;
    }
    if let Some(Value::Array(resources)) = object.get("resources").cloned() {
        let named = |entry: &Value| entry.get("uid").or_else(|| entry.get("name")).cloned();
        let entry = |entry: &Value| Some(serde_json::json!({"ResourceType": entry.get("type"), "ResourceName": named(entry)?}));
        let resources: Vec<Value> = resources.iter().filter_map(entry).collect();
        return Some(Item::Lookup(serde_json::json!({"CloudTrailEvent": record, "Resources": resources})));
    }
    Some(Item::Record(Value::Object(record)))
}

/// Takes a value out of a list of one.
fn single(value: Value) -> Value {
    match value {
        Value::Array(mut values) if values.len() == 1 => values.pop().unwrap_or_default(),
        value => value,
    }
}

/// Returns what OCSF has no field for: an object, one in text, or pairs.
fn unmapped(object: &Map<String, Value>) -> Vec<(String, Value)> {
    let value = match object.get("unmapped") {
        Some(Value::String(text)) => from_text(text),
        value => value.cloned(),
    };
    match value {
        Some(Value::Object(object)) => object.into_iter().collect(),
        Some(Value::Array(pairs)) => {
            let pair = |pair: Value| match pair {
                Value::Array(pair) => Some((pair.first()?.as_str()?.to_owned(), pair.get(1)?.clone())),
                Value::Object(pair) => Some((pair.get("key")?.as_str()?.to_owned(), pair.get("value")?.clone())),
                _ => None,
            };
            pairs.into_iter().filter_map(pair).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the rows of a list that holds a result of a query cell by cell; nothing for other lists.
///
/// Shape: `{"field": …, "value": …}` as Logs Insights gives a row, single-key objects as Lake does, and `Data[].VarCharValue` as Athena
/// does, whose first row names the columns.
pub(super) fn row(values: &[Value]) -> Option<Vec<Map<String, Value>>> {
    const NAMES: [&str; 2] = ["field", "value"];
    let objects: Option<Vec<&Map<String, Value>>> = values.iter().map(Value::as_object).collect();
    let objects = objects.filter(|objects| !objects.is_empty())?;
    if objects.iter().all(|cell| cell.len() == 2 && NAMES.iter().all(|name| cell.contains_key(*name))) {
        let cell = |cell: &&Map<String, Value>| Some((cell.get("field")?.as_str()?.to_owned(), cell.get("value")?.clone()));
        return Some(vec![objects.iter().filter_map(cell).collect()]);
    }
    let single = |cell: &&Map<String, Value>| cell.len() == 1;
    let first = |cell: &Map<String, Value>| cell.iter().next().map(|(key, value)| (key.clone(), value.clone()));
    let names: std::collections::BTreeSet<&String> = objects.iter().flat_map(|cell| cell.keys()).collect();
    if objects.len() > 1 && objects.iter().all(single) && names.len() == objects.len() {
        return Some(vec![objects.iter().filter_map(|cell| first(cell)).collect()]);
    }
    let cells = |row: &Map<String, Value>| -> Option<Vec<Value>> {
        let cells = row.get("Data")?.as_array()?.iter();
        Some(cells.map(|cell| cell.get("VarCharValue").cloned().unwrap_or_default()).collect())
    };
    let rows: Option<Vec<Vec<Value>>> = objects.iter().map(|row| cells(row)).collect();
    let (header, rows) = rows.as_ref()?.split_first()?;
    let names: Vec<&str> = header.iter().map(|name| name.as_str().unwrap_or_default()).collect();
    if !names.iter().any(|name| is_column(name)) {
        return None;
    }
    Some(rows.iter().map(|row| names.iter().map(|name| (*name).to_owned()).zip(row.iter().cloned()).collect()).collect())
}
