//! The named functions of the template language: values that are not a single key.

use serde_json::Value;

use super::Context;
use crate::catalogue::json_path::push_texts;

mod pair;
mod policy;
mod thing;
mod traffic;

pub(in crate::catalogue) use policy::{policy_document, statements};

/// Computes the text of a placeholder, or nothing.
type Function = fn(&Context<'_>) -> Option<String>;

/// Every function by its name in a template.
const FUNCTIONS: &[(&str, Function)] = &[
    ("rules", |context| traffic::rules(context, "to")),
    ("revoked", |context| traffic::rules(context, "from")),
    ("acl", traffic::acl),
    ("direction", |context| traffic::direction(context).map(str::to_owned)),
    ("policy", policy::policy),
    ("records", thing::records),
    ("image", thing::image),
    ("selectors", thing::selectors),
    ("changes", pair::changes),
    ("attributes", pair::attributes),
    ("parameters", pair::parameters),
    ("patch", pair::patch),
    ("action", thing::action),
    ("waf", thing::waf),
    ("operator", thing::operator),
    ("publicaccess", policy::public_access),
    ("lifecycle", thing::lifecycle),
    ("volume", thing::volume),
    ("launched", thing::launched),
    ("mfa", thing::mfa),
    ("outcome", thing::outcome),
];

/// Finds a function by name.
pub(super) fn find(name: &str) -> Option<Function> {
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
}

/// How many rules or operations are told before "and N more".
const MAX_TOLD: usize = 3;

/// The texts of a value, whether it is one or a list.
fn flat(value: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    push_texts(value, &mut texts, 4);
    texts
}

/// The text of a single value.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Object(map) if map.len() == 1 => map.get("value").and_then(scalar),
        _ => None,
    }
}
