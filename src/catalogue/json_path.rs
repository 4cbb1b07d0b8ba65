//! Finding values in request parameters and response elements, whose shapes vary by service, by version and by day.
//!
//! A path is a key or keys divided by dots. Case never matters (`dBInstanceIdentifier`), the first key is looked for at any depth and the
//! shallowest that holds something counts (requests may be wrapped in `XxxRequest`), and the wrappers `items`, `member`, `content` and
//! `value` are seen through, so that `instancesSet.instanceId` reads `{"instancesSet":{"items":[{"instanceId":…}]}}`.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use serde_json::{Map, Value};

use crate::event::member;

/// At most this many values of one record are looked at; the largest real record seen has about 1,000.
const MAX_NODES: usize = 5_000;

/// At most this many texts are taken from one place.
pub(super) const MAX_TEXTS: usize = 100;

/// Keys that hold a value or a list for EC2's and RDS's wire formats, and mean nothing by themselves.
const WRAPPERS: [&str; 4] = ["items", "content", "value", "member"];

/// All values under a root, shallowest first, laid out once for any number of looks.
pub(super) struct Flat<'a> {
    nodes: Vec<Node<'a>>,
    /// One bit for each [`print()`] of a key, which spares most of the looks for keys that are not there.
    prints: u64,
}

/// Small on purpose: 32 of them fit what allocators give quickly.
struct Node<'a> {
    /// The key that names the value; for an element of a list the list's, inside a wrapper that of what it wraps.
    key: &'a str,
    value: &'a Value,
    /// The object that it stands in.
    holder: Option<&'a Map<String, Value>>,
}

/// Returns one bit of 64 for a key, the same in any case.
fn print(key: &str) -> u64 {
    let first = key.bytes().next().unwrap_or_default().to_ascii_lowercase();
    1 << ((usize::from(first) + 5 * key.len()) % 64)
}

impl<'a> Flat<'a> {
    pub(super) fn of(root: &'a Value) -> Self {
        let mut flat = Self { nodes: Vec::new(), prints: 0 };
        if !root.is_null() {
            flat.nodes.reserve(32);
            flat.nodes.push(Node { key: "", value: root, holder: None });
        }
        let mut at = 0;
        while at < MAX_NODES
            && let Some(&Node { key, value, .. }) = flat.nodes.get(at)
        {
            at += 1;
            match value {
                Value::Object(map) => flat.nodes.extend(map.iter().map(|(own, value)| {
                    flat.prints |= print(own);
                    Node { key: if is_wrapper(own) { key } else { own }, value, holder: Some(map) }
                })),
                Value::Array(list) => flat.nodes.extend(list.iter().map(|value| Node { key, value, holder: None })),
                _ => {}
            }
        }
        flat
    }

    /// Returns every value with its key, shallowest first; elements of a list have the list's key.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.nodes.iter().take(MAX_NODES).map(|node| (node.key, node.value))
    }

    /// Returns the first value anywhere whose key is `key` and which holds something.
    pub(super) fn find(&self, key: &str) -> Option<&'a Value> {
        self.all(key).find(|value| !is_empty(value))
    }

    /// Tells whether one of `keys` stands anywhere.
    pub(super) fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.all(key).next().is_some())
    }

    /// Returns the texts at a path, in order; none when there is nothing.
    pub(super) fn texts(&self, path: &str) -> Vec<String> {
        let (first, rest) = first_key(path);
        self.find(first).map(|value| texts_below(value, rest)).unwrap_or_default()
    }

    /// Returns the only or first text at a path.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.texts(path).into_iter().next()
    }

    /// Returns the values of a key, one for each object that has it.
    fn all(&self, key: &str) -> impl Iterator<Item = &'a Value> {
        let nodes = if self.prints & print(key) == 0 { &[] } else { self.nodes.as_slice() };
        // What stands inside a wrapper goes by another name.
        let wraps = is_wrapper(key);
        let holders = nodes.iter().filter(move |node| wraps || node.key.eq_ignore_ascii_case(key)).filter_map(|node| node.holder);
        let mut last = None;
        holders.filter(move |&map| !last.replace(map).is_some_and(|last| std::ptr::eq(last, map))).filter_map(move |map| member(map, key))
    }
}

/// Calls `visit` for every value under `root` with its key, as [`Flat::iter`] has them, until it returns false.
pub(super) fn walk<'a>(root: &'a Value, mut visit: impl FnMut(&'a str, &'a Value) -> bool) {
    Flat::of(root).iter().all(|(key, value)| visit(key, value));
}

/// Tells whether a key only wraps what stands above it.
fn is_wrapper(key: &str) -> bool {
    WRAPPERS.iter().any(|wrapper| wrapper.eq_ignore_ascii_case(key))
}

/// A name in a table that is looked up without regard to case.
#[derive(Clone, Copy)]
pub(super) struct Folded<'a>(pub(super) &'a str);

impl PartialEq for Folded<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Folded<'_> {}

impl Hash for Folded<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // FNV-1a; the tables are ours, hence nobody can choose what falls together.
        let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3);
        state.write_u64(self.0.bytes().fold(0xcbf2_9ce4_8422_2325, fold));
    }
}

/// Returns the value of a direct key, without regard to case.
pub(super) fn child<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    member(value.as_object()?, key)
}

/// Returns the first value anywhere under `root` whose key is `key` and which holds something.
pub(super) fn find<'a>(root: &'a Value, key: &str) -> Option<&'a Value> {
    child(root, key).filter(|value| !is_empty(value)).or_else(|| Flat::of(root).find(key))
}

/// Returns the texts at a path, in order; none when there is nothing.
pub(super) fn texts(root: &Value, path: &str) -> Vec<String> {
    let (first, rest) = first_key(path);
    find(root, first).map(|value| texts_below(value, rest)).unwrap_or_default()
}

fn first_key(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

/// Returns the texts at the rest of a path, whose first key led to `value`.
fn texts_below(value: &Value, rest: Option<&str>) -> Vec<String> {
    let mut at = vec![value];
    for key in rest.into_iter().flat_map(|rest| rest.split('.')) {
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
pub(super) fn document(value: &Value) -> Option<Cow<'_, Value>> {
    match value {
        Value::Object(_) | Value::Array(_) => Some(Cow::Borrowed(value)),
        Value::String(text) => serde_json::from_str(text).ok().filter(Value::is_object).map(Cow::Owned),
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
