//! A JSON document as a stream of records: a list at its top is read one record at a time.

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{FileFault, Reading};

/// Tells whether a token says that there are more pages.
pub(super) fn next_page(token: Option<&Value>) -> bool {
    token.and_then(Value::as_str).is_some_and(|token| !token.is_empty() && token != "null")
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
        let mut single = Map::new();
        let mut listed = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "Records" | "records" | "Events" | "events" => {
                    listed = true;
                    // In this spelling it is CloudTrail's own list, or one that wraps it.
                    self.reading.own_list |= key == "Records";
                    map.next_value_seed(List { reading: self.reading, listed: true })?;
                }
                "NextToken" | "nextToken" if next_page(Some(&map.next_value::<Value>()?)) => self.reading.fault(FileFault::MorePages),
                "NextToken" | "nextToken" => {}
                _ if listed => {
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    single.insert(key, map.next_value()?);
                }
            }
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
        let mut object = Map::new();
        while let Some((key, value)) = map.next_entry()? {
            object.insert(key, value);
        }
        self.reading.entry(Value::Object(object), self.listed);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.reading.lists |= self.listed;
        while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
            if self.reading.sink.stopped() {
                return Err(Error::custom("stopped"));
            }
            self.reading.item(raw.get(), self.listed);
        }
        Ok(())
    }
}
