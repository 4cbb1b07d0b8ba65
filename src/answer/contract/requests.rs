//! What an answer cost, counted in the units of the sources.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::coverage;
use crate::source;

/// Requests by operation, and whatever else sources count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests(BTreeMap<&'static str, u32>);

impl Requests {
    /// Adds up what was read for these cells.
    pub fn of(cells: &[coverage::Cell]) -> Self {
        let mut counts = BTreeMap::new();
        for cell in cells {
            let count: &mut u32 = counts.entry(cell.source().cost.unit().name).or_default();
            *count = count.saturating_add(cell.requests);
        }
        Self(counts)
    }
}

/// Returns what the sources cost that a caller may choose, each unit once.
fn costs() -> Vec<coverage::Cost> {
    let mut costs: Vec<coverage::Cost> = Vec::new();
    for profile in source::ALL.iter().map(|definition| definition.profile).filter(|profile| profile.offered) {
        if !costs.iter().any(|known| known.unit() == profile.cost.unit()) {
            costs.push(profile.cost);
        }
    }
    costs
}

/// Tells whether it is counted in every answer; what costs nothing but time is counted where there is any.
fn is_always_told(cost: &coverage::Cost) -> bool {
    matches!(cost, coverage::Cost::Requests { .. })
}

impl Serialize for Requests {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let counted = |cost: &coverage::Cost| (cost.unit().name, self.0.get(cost.unit().name).copied().unwrap_or_default());
        let told = costs().into_iter().filter(|cost| is_always_told(cost) || counted(cost).1 > 0);
        serializer.collect_map(told.map(|cost| counted(&cost)))
    }
}

impl<'de> Deserialize<'de> for Requests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (costs, counts) = (costs(), BTreeMap::<String, u32>::deserialize(deserializer)?);
        let known = |(name, count): (String, u32)| {
            let cost = costs.iter().find(|cost| cost.unit().name == name);
            cost.map(|cost| (cost.unit().name, count)).ok_or_else(|| D::Error::custom("no source counts in this unit"))
        };
        counts.into_iter().map(known).collect::<Result<_, _>>().map(Self)
    }
}

impl JsonSchema for Requests {
    fn schema_name() -> Cow<'static, str> {
        "Requests".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let property = |cost: &coverage::Cost| {
            let unit = cost.unit();
            (unit.name.to_owned(), json!({"type": "integer", "description": unit.counts, "minimum": 0}))
        };
        let costs = costs();
        let properties: Map<String, Value> = costs.iter().map(property).collect();
        let required: Vec<&str> = costs.iter().filter(|cost| is_always_told(cost)).map(|cost| cost.unit().name).collect();
        json_schema!({"type": "object", "additionalProperties": false, "properties": properties, "required": required})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::{Cell, State};
    use crate::source::{archive, event_history, memory};

    #[test]
    fn each_source_is_counted_in_its_own_unit_and_only_requests_are_told_where_there_are_none() {
        let cell = |source, count| Cell::cut("", "eu-west-1", source, State::Failed, None).with(count, 0, None);
        let told = |cells: &[Cell]| serde_json::to_value(Requests::of(cells)).unwrap();
        assert_eq!(told(&[]), json!({"lookup_events": 0}));
        assert_eq!(told(&[cell(&event_history::PROFILE, 3), cell(&event_history::PROFILE, 2)]), json!({"lookup_events": 5}));
        let files = told(&[cell(&archive::PROFILE, 4), cell(&memory::PROFILE, 1)]);
        assert_eq!(files, json!({"lookup_events": 0, "files": 4}));
        assert_eq!(serde_json::to_value(serde_json::from_value::<Requests>(files.clone()).unwrap()).unwrap(), files);
        assert!(serde_json::from_value::<Requests>(json!({"lookup_events": 0, "pages": 1})).is_err());
    }
}
