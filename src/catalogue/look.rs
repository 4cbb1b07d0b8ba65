//! Finding values in request parameters and response elements, whose shapes vary by service, by version and by day.
//!
//! A path is a key or keys divided by dots. Case never matters (`dBInstanceIdentifier`), the first key is looked for at any depth and the
//! shallowest that holds something counts (requests may be wrapped in `XxxRequest`), and the wrappers `items`, `member`, `content` and
//! `value` are seen through, so that `instancesSet.instanceId` reads `{"instancesSet":{"items":[{"instanceId":…}]}}`.

use std::collections::VecDeque;

use serde_json::Value;

/// At most this many values of one record are looked at; the largest real record seen has about 1,000.
const MAX_NODES: usize = 5_000;

/// At most this many texts are taken from one place.
pub(super) const MAX_TEXTS: usize = 100;

/// Keys that hold a value or a list for EC2's and RDS's wire formats, and mean nothing by themselves.
const WRAPPERS: [&str; 4] = ["items", "content", "value", "member"];

/// Calls `visit` for every value under `root` with its key, shallowest first, until it returns false; elements of a list have the list's key.
pub(super) fn walk<'a>(root: &'a Value, mut visit: impl FnMut(&'a str, &'a Value) -> bool) {
    let mut queue = VecDeque::from([("", root)]);
    let mut seen = 0;
    while let Some((key, value)) = queue.pop_front() {
        seen += 1;
        if seen > MAX_NODES || !visit(key, value) {
            return;
        }
        match value {
            Value::Object(map) => {
                queue.extend(map.iter().map(|(inner, value)| (if is_wrapper(inner) { key } else { inner.as_str() }, value)))
            }
            Value::Array(list) => queue.extend(list.iter().map(|value| (key, value))),
            _ => {}
        }
    }
}

/// Tells whether a key only wraps what stands above it.
fn is_wrapper(key: &str) -> bool {
    WRAPPERS.iter().any(|wrapper| wrapper.eq_ignore_ascii_case(key))
}

/// Returns the value of a direct key, without regard to case.
pub(super) fn child<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let map = value.as_object()?;
    map.get(key).or_else(|| map.iter().find(|(inner, _)| inner.eq_ignore_ascii_case(key)).map(|(_, value)| value))
}

/// Returns the first value anywhere under `root` whose key is `key` and which holds something.
pub(super) fn find<'a>(root: &'a Value, key: &str) -> Option<&'a Value> {
    let mut found = None;
    walk(root, |_, value| {
        if let Some(inner) = child(value, key)
            && !is_empty(inner)
        {
            found = Some(inner);
        }
        found.is_none()
    });
    found
}

/// Tells whether one of `keys` stands anywhere under `root`.
pub(super) fn has_any(root: &Value, keys: &[&str]) -> bool {
    let mut has = false;
    walk(root, |_, value| {
        let holds = |map: &serde_json::Map<String, Value>| map.keys().any(|key| keys.iter().any(|known| known.eq_ignore_ascii_case(key)));
        has |= value.as_object().is_some_and(holds);
        !has
    });
    has
}

/// Returns the texts at a path, in order; none when there is nothing.
pub(super) fn texts(root: &Value, path: &str) -> Vec<String> {
    let mut keys = path.split('.');
    let Some(first) = keys.next().and_then(|key| find(root, key)) else { return Vec::new() };
    let mut at = vec![first];
    for key in keys {
        at = at.into_iter().flat_map(|value| step(value, key, 4)).take(MAX_TEXTS).collect();
    }
    let mut texts = Vec::new();
    for value in at {
        push_texts(value, &mut texts, 6);
    }
    texts
}

/// Returns the only or first text at a path.
pub(super) fn text(root: &Value, path: &str) -> Option<String> {
    texts(root, path).into_iter().next()
}

/// Goes one key down, through lists and wrappers.
fn step<'a>(value: &'a Value, key: &str, depth: usize) -> Vec<&'a Value> {
    if depth == 0 {
        return Vec::new();
    }
    match value {
        Value::Array(list) => list.iter().take(MAX_TEXTS).flat_map(|value| step(value, key, depth - 1)).collect(),
        Value::Object(map) => match child(value, key) {
            Some(inner) => vec![inner],
            None => map.iter().filter(|(inner, _)| is_wrapper(inner)).flat_map(|(_, value)| step(value, key, depth - 1)).collect(),
        },
        _ => Vec::new(),
    }
}

/// Adds the texts of a value: a scalar's own, those of a list's elements, those inside a wrapper.
pub(super) fn push_texts(value: &Value, into: &mut Vec<String>, depth: usize) {
    if depth == 0 || into.len() >= MAX_TEXTS {
        return;
    }
    match value {
        Value::Null => {}
        Value::String(text) if text.trim().is_empty() => {}
        Value::String(text) => into.push(text.trim().to_owned()),
        Value::Bool(_) | Value::Number(_) => into.push(value.to_string()),
        Value::Array(list) => list.iter().for_each(|value| push_texts(value, into, depth - 1)),
        Value::Object(map) => map.iter().filter(|(key, _)| is_wrapper(key)).for_each(|(_, value)| push_texts(value, into, depth - 1)),
    }
}

/// Tells whether a value holds nothing: CloudTrail writes an empty list as `{}`, `[]`, `""` or null.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Returns a JSON document that stands in the value, as itself or inside a string.
pub(super) fn document(value: &Value) -> Option<Value> {
    match value {
        Value::Object(_) | Value::Array(_) => Some(value.clone()),
        Value::String(text) => serde_json::from_str(text).ok().filter(Value::is_object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_sees_through_case_wrappers_and_tags() {
        let request = json!({"DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-0a1"}}});
        assert_eq!(texts(&request, "flowLogId"), ["fl-0a1"]);
        let request = json!({"instancesSet": {"items": [{"instanceId": "i-0a"}, {"instanceId": "i-0b"}]}});
        assert_eq!(texts(&request, "instancesSet.instanceId"), ["i-0a", "i-0b"]);
        assert_eq!(texts(&json!({"dBInstanceIdentifier": "orders"}), "dbInstanceIdentifier"), ["orders"]);
        assert_eq!(texts(&json!({"disableApiTermination": {"value": false}}), "disableApiTermination"), ["false"]);
    }

    #[test]
    fn an_empty_value_does_not_hide_a_deeper_one() {
        assert_eq!(texts(&json!({"groupId": "", "inner": {"groupId": "sg-1"}}), "groupId"), ["sg-1"]);
        assert_eq!(texts(&json!({"groupSet": {}}), "groupSet"), Vec::<String>::new());
    }
}
