//! Schemas of tools and of the report are frozen in `schemas/`: a change of the contract shows up in review. `UPDATE_SCHEMAS=1 cargo test` writes them anew.

use std::fs;
use std::path::Path;

use cloudtrail_mcp::answer::report::Evidence;
use cloudtrail_mcp::config::spelling::Spelling;
use cloudtrail_mcp::tools::{self, schema};
use serde_json::{Value, json};

fn frozen(name: &str, current: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    let text = format!("{}\n", serde_json::to_string_pretty(current).unwrap());
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(known == text, "{name} differs from the code: look at the change, then UPDATE_SCHEMAS=1 cargo test writes it");
}

#[test]
fn every_tool_schema_is_the_frozen_one() {
    for tool in tools::ALL {
        let both = json!({"name": tool.full_name(Spelling::Dotted), "title": tool.title, "description": tool.description,
            "inputSchema": (tool.input)(), "outputSchema": (tool.output)()});
        frozen(&format!("{}.json", tool.name), &both);
    }
}

fn report() -> Value {
    Value::Object(schema::of::<Evidence>(schema::Prose::Keep))
}

#[test]
fn the_schema_of_the_report_is_the_frozen_one() {
    frozen("report.json", &report());
}

#[test]
fn every_schema_stays_in_the_portable_subset() {
    fn walk(value: &Value, path: &str) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    let keyword = !path.ends_with("/properties");
                    let unportable = ["$ref", "$defs", "$schema", "format", "oneOf", "allOf"];
                    assert!(!(keyword && unportable.contains(&key.as_str())), "{path}/{key}");
                    assert!(
                        !(keyword && ["type", "enum"].contains(&key.as_str()) && inner.to_string().contains("null")),
                        "{path}/{key}: {inner}"
                    );
                    if keyword && key == "anyOf" {
                        // What may be of several types says so branch by branch, each with one type.
                        let branches = inner.as_array().unwrap();
                        assert!(branches.len() > 1 && branches.iter().all(|branch| branch["type"].is_string()), "{path}/{key}: {inner}");
                    }
                    assert!(!(keyword && key == "type" && inner.is_array()), "{path}/{key}: {inner}");
                    walk(inner, &format!("{path}/{key}"));
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, path)),
            _ => {}
        }
    }
    walk(&report(), "report");
    for tool in tools::ALL {
        for (name, schema) in [("input", (tool.input)()), ("output", (tool.output)())] {
            assert_eq!(schema["type"], "object");
            walk(&Value::Object(schema), &format!("{} {name}", tool.name));
        }
    }
}

#[test]
fn every_tool_has_a_short_name_in_both_spellings_and_a_short_description() {
    assert!(tools::ALL.len() <= 6);
    for tool in tools::ALL {
        for spelling in [Spelling::Dotted, Spelling::Underscore] {
            let name = tool.full_name(spelling);
            assert!(name.len() <= 40 && !name.contains("__"), "{name}");
            assert_eq!(tools::find(&name).map(|found| found.name), Some(tool.name));
        }
        assert!(!tool.full_name(Spelling::Underscore).contains('.'));
        assert!(tool.description.len() < 1_000);
    }
}
