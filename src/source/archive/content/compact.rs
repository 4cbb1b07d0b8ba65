//! JSON as values that take no more room than they need: what is kept is kept for the whole call, and there is much of it.
//!
//! Why not serde_json's own reading? Its objects grow by doubling, and an object of four members has room for seven.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A value that is read compactly; in all else as serde_json reads it.
pub(super) struct Compact(pub(super) Value);

impl<'de> Deserialize<'de> for Compact {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Seed.deserialize(json).map(Self)
    }
}

struct Seed;

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Seed)? {
            values.push(value);
        }
        values.shrink_to_fit();
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some(key) = object.next_key()? {
            members.push((key, object.next_value_seed(Seed)?));
        }
        let mut map = Map::with_capacity(members.len());
        map.extend(members);
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_read_as_serde_json_reads_them() {
        for text in [
            r#"{"a":1,"b":-2,"c":1.5e3,"d":[null,true,false,"x\n\u00e9"],"a":{"twice":18446744073709551615}}"#,
            "[]",
            "{}",
            "\"text\"",
            "1e400",
            "{\"a\":}",
            "[1,]",
        ] {
            let (own, other) = (serde_json::from_str::<Compact>(text), serde_json::from_str::<Value>(text));
            assert_eq!(own.map(|compact| compact.0.to_string()).ok(), other.map(|value| value.to_string()).ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_serde_json_reads_it(text in r#"[\[\]{}:,"a0 \\nu-]{0,24}"#) {
            let (own, other) = (serde_json::from_str::<Compact>(&text), serde_json::from_str::<Value>(&text));
            prop_assert_eq!(own.map(|compact| compact.0).ok(), other.ok());
        }
    }
}
