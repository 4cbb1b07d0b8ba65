//! Which field of a record tells what: the usual names, and those that the operator gives.

use std::collections::HashMap;

/// What a field tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// When.
    Time,
    /// What was done.
    Operation,
    /// By whom.
    Actor,
    /// In which session of AWS: its name or its source identity.
    Session,
    /// What ties records of one transaction.
    Correlation,
    /// The id of a request, of AWS or of anybody else.
    RequestId,
    /// The id of an event of CloudTrail.
    EventId,
    /// An access key id.
    AccessKey,
    /// How it ended.
    Result,
    /// What went wrong.
    Error,
    /// To what it was done.
    Resource,
    /// Whose clock the time is of.
    Host,
    /// In which region of AWS.
    Region,
    /// In which account of AWS.
    Account,
    /// How grave the record is.
    Level,
}

/// The usual names, in normal form; the better ones first.
#[rustfmt::skip] // Words read best in lines.
const USUAL: &[(Field, &[&str])] = &[
    (Field::Time, &["timestamp", "time", "eventtime", "datetime", "ts", "occurredat", "loggedat", "createdat", "date", "timestampms", "epoch"]),
    (Field::Operation, &["operation", "operationname", "eventname", "action", "event", "apicall", "op", "api", "activity"]),
    (Field::Actor, &["userid", "user", "actor", "username", "principal", "principalid", "caller", "performedby", "initiator", "who", "role", "useridentity"]),
    (Field::Session, &["sessionname", "rolesessionname", "sourceidentity", "awssessionname", "session"]),
    (Field::Correlation, &["correlationid", "traceid", "trace", "transactionid", "xcorrelationid"]),
    (Field::RequestId, &["awsrequestid", "requestid", "xamznrequestid", "xamzrequestid", "amznrequestid", "request.id"]),
    (Field::EventId, &["cloudtraileventid", "eventid", "awseventid", "event.id"]),
    (Field::AccessKey, &["accesskeyid", "accesskey", "awsaccesskeyid"]),
    (Field::Result, &["result", "status", "outcome", "success", "succeeded", "ok", "statuscode"]),
    (Field::Error, &["error", "errorcode", "errormessage", "exception", "err", "failurereason", "errortype"]),
    (Field::Resource, &["resource", "resourceid", "resourcearn", "resourcename", "resources", "target", "bucket", "bucketname", "table",
        "tablename", "functionname", "instanceid", "arn", "object"]),
    (Field::Host, &["host", "hostname", "node", "pod", "container", "instance"]),
    (Field::Region, &["awsregion", "region"]),
    (Field::Account, &["awsaccountid", "recipientaccountid", "accountid", "awsaccount", "account"]),
    (Field::Level, &["level", "severity", "loglevel", "levelname"]),
];

/// Names of what an object is called in itself: `user.id` tells what `user` does.
const INNER: &[&str] = &["id", "name", "arn", "value", "message", "code", "text", "key"];

/// The longest path that is compared, in parts.
const LONGEST: usize = 4;

/// Which field tells what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields(HashMap<String, (Field, usize)>);

impl Default for Fields {
    /// Returns the usual names.
    fn default() -> Self {
        Self::with([])
    }
}

impl Fields {
    /// Returns the usual names, and before them those that are given, as they stand in the log: `user.name` for a member of a member.
    pub fn with(given: impl IntoIterator<Item = (Field, Vec<String>)>) -> Self {
        let mut names = HashMap::new();
        for (field, usual) in USUAL {
            for (rank, name) in usual.iter().enumerate() {
                names.insert((*name).to_owned(), (*field, usual.len() + MOST_GIVEN + rank));
            }
        }
        for (field, given) in given {
            for (rank, name) in given.iter().take(MOST_GIVEN).enumerate() {
                names.insert(path_of(name).join("."), (field, rank));
            }
        }
        Self(names)
    }

    /// Returns what the value at a path of normal names tells, and how far back in the preference its name stands.
    pub(super) fn find(&self, path: &[String]) -> Option<(Field, usize)> {
        self.ending(path).or_else(|| {
            let (last, outer) = path.split_last()?;
            if INNER.contains(&last.as_str()) { self.ending(outer) } else { None }
        })
    }

    /// Looks for the longest end of a path that is a known name.
    fn ending(&self, path: &[String]) -> Option<(Field, usize)> {
        let mut ends = (path.len().saturating_sub(LONGEST)..path.len()).filter_map(|from| path.get(from..));
        let found = ends.find_map(|end| match end {
            [one] => self.0.get(one),
            several => self.0.get(&several.join(".")),
        });
        found.copied()
    }
}

/// How many names count that are given for one field.
const MOST_GIVEN: usize = 100;

/// Splits a name at its dots, each part in normal form: letters and digits alone, in lower case.
pub(super) fn path_of(name: &str) -> Vec<String> {
    let normal = |part: &str| part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    name.split('.').map(normal).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_known_by_its_name_however_it_is_spelt_and_nested() {
        let fields = Fields::default();
        let of = |path: &str| fields.find(&path_of(path)).map(|(field, _)| field);
        for (path, field) in [
            ("@timestamp", Field::Time),
            ("user_id", Field::Actor),
            ("userId", Field::Actor),
            ("event.action", Field::Operation),
            ("user.name", Field::Actor),
            ("aws.request_id", Field::RequestId),
            ("x-amzn-RequestId", Field::RequestId),
            ("trace.id", Field::Correlation),
            ("error.message", Field::Error),
            ("host.name", Field::Host),
            ("event.id", Field::EventId),
        ] {
            assert_eq!(of(path), Some(field), "{path}");
        }
        assert_eq!(of("customer.address.street"), None);
        assert_eq!(of("http.method"), None);
    }

    #[test]
    fn a_given_name_goes_before_the_usual_ones_and_takes_one_from_another_field() {
        let fields = Fields::with([(Field::Operation, vec!["what.was-done".to_owned()]), (Field::Resource, vec!["event".to_owned()])]);
        let of = |path: &str| fields.find(&path_of(path)).unwrap();
        assert!(of("what.was_done").1 < of("operation").1 && of("what.was_done").0 == Field::Operation);
        assert_eq!(of("event").0, Field::Resource);
    }
}
