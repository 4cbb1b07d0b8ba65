//! JSON schemas that every client can read: derived from our types, then shaped to the portable subset.
//!
//! No `$ref`, no `$schema`, no `format`, no type unions: optional means absent from `required`.

use schemars::JsonSchema;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value};

/// How much prose a schema keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prose {
    /// Descriptions stay: the model reads them.
    Keep,
    /// Descriptions go: only validators read the output schema.
    Drop,
}

/// Returns the schema of `T` in the portable subset.
pub fn of<T: JsonSchema>(prose: Prose) -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    Portable { prose }.transform(&mut schema);
    // What a type's own comment says is for readers of the code.
    schema.remove("title");
    schema.remove("description");
    match schema.to_value() {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

struct Portable {
    prose: Prose,
}

impl Transform for Portable {
    fn transform(&mut self, schema: &mut Schema) {
        for keyword in ["format", "title", "default"] {
            schema.remove(keyword);
        }
        if self.prose == Prose::Drop {
            schema.remove("description");
        }
        if let Some(Value::Array(types)) = schema.get("type").cloned() {
            let mut real: Vec<Value> = types.into_iter().filter(|kind| kind != "null").collect();
            if real.len() == 1 {
                schema.insert("type".into(), real.remove(0));
            }
        }
        if let Some(Value::Array(names)) = schema.get("enum").cloned() {
            schema.insert("enum".into(), Value::Array(names.into_iter().filter(|name| !name.is_null()).collect()));
        }
        // An optional inlined type stands in `anyOf` beside null: only the type stays.
        if let Some(Value::Array(any_of)) = schema.get("anyOf").cloned() {
            let real: Vec<Value> = any_of.into_iter().filter(|one| one.get("type").is_none_or(|kind| kind != "null")).collect();
            if let [Value::Object(only)] = real.as_slice() {
                schema.remove("anyOf");
                for (key, value) in only {
                    if schema.get(key).is_none() {
                        schema.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        // Documented enum variants come as `oneOf` of constants: one `enum` says the same.
        if let Some(Value::Array(one_of)) = schema.get("oneOf").cloned() {
            let names: Vec<Value> = one_of
                .iter()
                .flat_map(|one| match (one.get("const"), one.get("enum")) {
                    (Some(name), _) => vec![name.clone()],
                    (_, Some(Value::Array(names))) => names.clone(),
                    _ => Vec::new(),
                })
                .collect();
            if names.len() >= one_of.len() && !names.is_empty() {
                schema.remove("oneOf");
                schema.insert("type".into(), "string".into());
                schema.insert("enum".into(), Value::Array(names));
            }
        }
        transform_subschemas(self, schema);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Sample {
        /// A count.
        count: Option<u32>,
        inner: Option<Inner>,
        list: Vec<Inner>,
    }

    #[derive(JsonSchema)]
    #[schemars(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its schema is used")]
    enum Inner {
        /// One.
        One,
        /// Two.
        Two,
    }

    #[test]
    fn optional_means_absent_and_nothing_unportable_is_left() {
        let schema = Value::Object(of::<Sample>(Prose::Keep));
        let text = schema.to_string();
        for unportable in ["$ref", "$schema", "$defs", "\"format\"", "\"null\"", "anyOf", "oneOf"] {
            assert!(!text.contains(unportable), "{unportable} in {text}");
        }
        assert_eq!(schema["properties"]["count"]["type"], "integer");
        assert_eq!(schema["properties"]["inner"]["enum"], serde_json::json!(["one", "two"]));
        assert_eq!(schema["properties"]["list"]["items"]["enum"], serde_json::json!(["one", "two"]));
        assert_eq!(schema["required"], serde_json::json!(["list"]));
    }
}
