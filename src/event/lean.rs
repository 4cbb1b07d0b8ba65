//! An event from the text of its record, without values of what only its record tells.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::node::Lean;
use super::parse::{STRUCTURED, told};
use super::{Event, Record};

/// Members that tell nothing of an event but by its record.
const PASSED: &[&str] = &["requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "resources", "tlsDetails"];

impl Event {
    /// Reads a record from its text, and holds that.
    ///
    /// Shape: what [`Event::parse`] gives of its values, and never [obscure](Event::is_obscure); nothing for a record that is unusual in any
    /// way, which has to be parsed.
    pub(crate) fn of_text(record: &str) -> Option<Self> {
        let Usual(lean) = serde_json::from_str(record).ok()?;
        let (id, event) = told(&lean).ok()?;
        // Where there is no id, it is made of the whole record.
        Some(Self { event_id: id?, record: Record::of_text(record), ..event })
    }
}

/// The members of a usual record but for [`PASSED`].
struct Usual<'a>(Lean<'a>);

impl<'de> Deserialize<'de> for Usual<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(UsualVisitor).map(Self)
    }
}

struct UsualVisitor;

impl<'de> Visitor<'de> for UsualVisitor {
    type Value = Lean<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let unusual = || Err(A::Error::custom("an unusual record"));
        let mut members = Vec::with_capacity(USUAL_MEMBERS);
        while let Some(Name(key)) = object.next_key()? {
            if PASSED.contains(&key.as_ref()) {
                match object.next_value_seed(Pass)? {
                    Form::Object | Form::Null => {}
                    Form::List if key == "resources" => {}
                    Form::List | Form::Other => return unusual(),
                }
                continue;
            }
            let value: Lean<'de> = object.next_value()?;
            let structured = STRUCTURED.iter().any(|name| key.eq_ignore_ascii_case(name));
            if structured && !(key == "userIdentity" && matches!(value, Lean::Object(_) | Lean::Null)) {
                return unusual();
            }
            add(&mut members, key, value)?;
        }
        Ok(Lean::Object(members))
    }
}

/// Members of most records.
const USUAL_MEMBERS: usize = 20;

/// Adds a member; a name that is there already is unusual.
fn add<'a, E: Error>(members: &mut Vec<(Cow<'a, str>, Lean<'a>)>, key: Cow<'a, str>, value: Lean<'a>) -> Result<(), E> {
    if members.iter().any(|(name, _)| *name == key) {
        return Err(E::custom("a name twice"));
    }
    members.push((key, value));
    Ok(())
}

/// A text that is borrowed where it holds no escape.
pub(super) struct Name<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_str(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Lean<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(LeanVisitor)
    }
}

struct LeanVisitor;

impl<'de> Visitor<'de> for LeanVisitor {
    type Value = Lean<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Lean::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Lean::Flag(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Lean::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Lean::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Lean::Null, Lean::Number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Lean::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Lean::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element_seed(Pass)?.is_some() {}
        Ok(Lean::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(key)) = object.next_key()? {
            let value = object.next_value()?;
            add(&mut members, key, value)?;
        }
        Ok(Lean::Object(members))
    }
}

/// What a value is.
enum Form {
    Object,
    List,
    Null,
    Other,
}

/// Passes a value as it is parsed, so that what cannot be parsed fails here, too; nothing is made of it.
struct Pass;

impl<'de> DeserializeSeed<'de> for Pass {
    type Value = Form;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Form, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Pass {
    type Value = Form;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Form, E> {
        Ok(Form::Null)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Form, E> {
        Ok(Form::Other)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Form, E> {
        Ok(Form::Other)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Form, E> {
        Ok(Form::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Form, E> {
        Ok(Form::Other)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Form, E> {
        Ok(Form::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Form, A::Error> {
        while list.next_element_seed(Pass)?.is_some() {}
        Ok(Form::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Form, A::Error> {
        while let Some(Name(key)) = object.next_key()? {
            // A refused sign-in is told by the answer alone.
            if key.eq_ignore_ascii_case("ConsoleLogin") {
                return Err(A::Error::custom("a sign-in"));
            }
            object.next_value_seed(Pass)?;
        }
        Ok(Form::Object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn usual() -> Value {
        json!({"eventVersion": "1.09", "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333"},
            "eventTime": "2026-01-27T20:10:00Z", "eventSource": "ec2.amazonaws.com", "eventName": "StopInstances", "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.1", "userAgent": "aws-cli/2", "requestParameters": {"a": [1]}, "responseElements": null,
            "resources": [{"ARN": "arn:aws:s3:::b"}], "requestID": "r", "eventID": "e-1", "readOnly": false, "recipientAccountId": "111122223333"})
    }

    #[test]
    fn a_usual_record_gives_the_same_event_as_its_values() {
        for (key, value) in [
            ("eventName", json!("RunInstances")),
            ("errorCode", json!("AccessDenied")),
            ("userIdentity", json!({"type": "Root", "accountId": "111122223333"})),
            ("userIdentity", Value::Null),
            ("responseElements", json!({"b": {"c": "d"}})),
            ("new", json!({"a": 1})),
            ("eventType", json!("AwsMcpEvent")),
            ("eventCategory", json!("Data")),
        ] {
            let mut record = usual();
            record[key] = value;
            let event = Event::of_text(&record.to_string()).unwrap();
            assert!(!event.is_obscure(|_| false));
            assert_eq!(event, Event::parse(record).unwrap(), "{key}");
        }
    }

    #[test]
    fn an_unusual_record_is_left_to_be_parsed() {
        for (key, value) in [
            ("requestParameters", json!("null")),
            ("requestParameters", json!([1])),
            ("RequestParameters", json!("{}")),
            ("userIdentity", json!("{\"type\": \"Root\"}")),
            ("responseElements", json!({"ConsoleLogin": "Failure"})),
            ("addendum", json!({"originalEventID": "e-0"})),
            ("insightDetails", json!({})),
            ("eventID", Value::Null),
            ("eventTime", json!("never")),
        ] {
            let mut record = usual();
            record[key] = value;
            assert_eq!(Event::of_text(&record.to_string()), None, "{key}");
        }
        let twice = usual().to_string().replace("{\"eventVersion\"", "{\"eventName\":\"RunInstances\",\"eventVersion\"");
        assert_eq!(Event::of_text(&twice), None, "a name twice");
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        for unreadable in ["{\"a\":1e999}", deep.as_str()] {
            let record = usual().to_string().replace("{\"a\":[1]}", unreadable);
            assert_eq!(Event::of_text(&record), None);
        }
    }
}
