//! How an answer names a source.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::coverage::SourceName;
use crate::source;

/// The name of a source; one of those that callers may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLabel(pub SourceName);

impl Serialize for SourceLabel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for SourceLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let profile = source::find(&word).ok_or_else(|| D::Error::custom("no source of this name"))?;
        Ok(Self(profile.name))
    }
}

impl JsonSchema for SourceLabel {
    fn schema_name() -> Cow<'static, str> {
        "SourceLabel".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = source::offered().map(SourceName::as_str).collect();
        json_schema!({"type": "string", "enum": names})
    }
}
