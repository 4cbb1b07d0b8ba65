//! A row of Athena's table and the record that it holds, whose keys and flags the table spells in its own way.

use serde_json::{Map, Value};

use super::Row;
use crate::event::{Event, from_text};

/// The partitions that tell where an event is from whose record does not.
pub(super) const PLACE: [&str; 2] = ["account", "region"];

/// Columns that are written as they are, by the record's own names for them.
///
/// Source: CloudTrail record contents; the table of `trail-template --athena`, which has what AWS's own has.
pub(super) const PLAIN: &[&str] = &[
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "serviceEventDetails",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "sessionCredentialFromConsole",
    "addendum",
    "insightDetails",
];

/// Those of them that hold an object, as JSON.
const OBJECTS: &[&str] =
    &["requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "addendum", "insightDetails"];

/// Columns that are structs, which are written as JSON: in a struct's own text nothing tells a value from a key.
pub(super) const STRUCTS: &[&str] = &["userIdentity", "resources", "tlsDetails"];

/// Keys inside of these, of which the table knows no upper case.
const KEYS: &[&str] = &[
    "type",
    "principalId",
    "arn",
    "accountId",
    "invokedBy",
    "accessKeyId",
    "userName",
    "onBehalfOf",
    "userId",
    "identityStoreArn",
    "sessionContext",
    "attributes",
    "mfaAuthenticated",
    "creationDate",
    "sessionIssuer",
    "ec2RoleDelivery",
    "sourceIdentity",
    "webIdFederationData",
    "federatedProvider",
    "identityProvider",
    "credentialId",
    "signInSessionArn",
    "inScopeOf",
    "sourceArn",
    "sourceAccount",
    "issuerType",
    "credentialsIssuedTo",
    "tlsVersion",
    "cipherSuite",
    "clientProvidedHostHeader",
    "ARN",
];

/// Reads the event of a row; nothing where it has no record that can be read.
pub(super) fn event(row: Row) -> Option<Event> {
    let row: Map<String, Value> = row.into_iter().collect();
    let [account, region] = PLACE.map(|name| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned());
    let event = Event::parse(Value::Object(record(row))).ok()?;
    let own = |told: String, of_file: String| if told.is_empty() { of_file } else { told };
    Some(Event { account: own(event.account, account), region: own(event.region, region), ..event })
}

/// Makes the record of a row.
fn record(mut row: Map<String, Value>) -> Map<String, Value> {
    let mut record = Map::new();
    for name in PLAIN {
        let Some(value) = row.remove(&name.to_lowercase()).filter(|value| !value.is_null()) else { continue };
        let value = match (*name, value.as_str()) {
            ("readOnly" | "managementEvent", Some("true")) => Value::Bool(true),
            ("readOnly" | "managementEvent", Some("false")) => Value::Bool(false),
            (name, Some(json)) if OBJECTS.contains(&name) => from_text(json).unwrap_or(value),
            _ => value,
        };
        record.insert((*name).to_owned(), value);
    }
    for name in STRUCTS {
        let Some(Value::String(json)) = row.remove(&name.to_lowercase()) else { continue };
        let value = match serde_json::from_str(&json) {
            // A column of text is written as JSON once more.
            Ok(Value::String(inner)) => from_text(&inner).unwrap_or(Value::String(inner)),
            Ok(value) => value,
            Err(_) => from_text(&json).unwrap_or(Value::String(json)),
        };
        let value = spelt(value, *name == "resources");
        if !value.is_null() {
            record.insert((*name).to_owned(), value);
        }
    }
    record
}

/// Gives keys the spelling of records, and leaves out what is not there.
fn spelt(value: Value, of_resource: bool) -> Value {
    match value {
        Value::Object(fields) => {
            let spelling = |key: String| {
                let known =
                    KEYS.iter().find(|known| known.eq_ignore_ascii_case(&key) && (**known == "ARN") == (of_resource && key == "arn"));
                known.map_or(key, |known| (*known).to_owned())
            };
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(fields.map(|(key, value)| (spelling(key), spelt(value, of_resource))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(|value| spelt(value, of_resource)).collect()),
        value => value,
    }
}
