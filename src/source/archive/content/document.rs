//! A JSON document as a stream of records: a list at its top is read one record at a time.

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::bound::{self, MAX_VALUE};
use super::{FileFault, Reading};

/// Tells whether a token says that there are more pages.
pub(super) fn next_page(token: Option<&Value>) -> bool {
    token.and_then(Value::as_str).is_some_and(|token| !token.is_empty() && token != "null")
}

/// Puts a member into an object that is made piece by piece; returns how much room is left in it, nothing when it is full.
fn member(reading: &mut Reading<'_>, object: &mut Map<String, Value>, key: String, raw: &RawValue, room: u64) -> Option<u64> {
    /// What a member takes at least, in bytes of JSON.
    const LEAST: u64 = 64;
    let left = room.checked_sub(raw.get().len() as u64 + key.len() as u64 + LEAST);
    match (left, bound::value(raw.get())) {
        (Some(left), Ok(value)) => {
            object.insert(key, value);
            Some(left)
        }
        (_, fault) => {
            reading.looks = true;
            reading.fault(fault.err().unwrap_or(FileFault::TooLarge));
            None
        }
    }
}

fn too_large<E: Error>() -> E {
    E::custom("the value is too large")
}

/// A value at the top of a document.
pub(super) struct Document<'r, 's> {
    pub(super) reading: &'r mut Reading<'s>,
}

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a log file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut single, mut room) = (Map::new(), MAX_VALUE);
        let mut listed = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "Records" | "records" | "Events" | "events" => {
                    listed = true;
                    // In this spelling it is CloudTrail's own list, or one that wraps it.
                    self.reading.own_list |= key == "Records";
                    map.next_value_seed(List { reading: self.reading, listed: true })?;
                }
                "NextToken" | "nextToken" => {
                    let token = map.next_value::<Box<RawValue>>()?;
                    if next_page(bound::value(token.get()).ok().as_ref()) {
                        self.reading.fault(FileFault::MorePages);
                    }
                }
                _ if listed => {
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    room =
                        member(self.reading, &mut single, key, map.next_value::<Box<RawValue>>()?.as_ref(), room).ok_or_else(too_large)?
                }
            }
            self.reading.allowance.renew();
        }
        if !listed {
            self.reading.entry(Value::Object(single), false);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        List { reading: self.reading, listed: false }.visit_seq(seq)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.reading.strange += 1;
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.reading.entry(text.into(), false);
        Ok(())
    }
}

/// A list of records, read one at a time.
struct List<'r, 's> {
    reading: &'r mut Reading<'s>,
    listed: bool,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a list of records")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.reading.unreadable();
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.reading.entry(text.into(), self.listed);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut object, mut room, reading) = (Map::new(), MAX_VALUE, self.reading);
        while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
            room = member(reading, &mut object, key, &value, room).ok_or_else(too_large)?;
            reading.allowance.renew();
        }
        reading.entry(Value::Object(object), self.listed);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.reading.lists |= self.listed;
        while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
            if self.reading.sink.stopped() {
                return Err(Error::custom("stopped"));
            }
            self.reading.item(raw.get(), self.listed);
            self.reading.allowance.renew();
        }
        Ok(())
    }
}
