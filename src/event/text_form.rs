//! Objects that an export wrote as text: JSON in a string, and the structs of Hive and Athena.

use serde_json::{Map, Value};

/// Deepest nesting of structs in structs.
const MAX_NESTING: u32 = 16;

/// Most values that JSON of one record may hold, counted by what separates them.
///
/// Source: ours; the longest records of event data stores, 1 MiB, hold some 30,000.
const MAX_VALUES: usize = 100_000;

/// Tells whether JSON would become more values than any record has: a value takes some fifty times the bytes that it is written in.
pub(crate) fn is_heavy(json: &str) -> bool {
    json.len() > MAX_VALUES && json.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{' | b'=')).count() > MAX_VALUES
}

/// Reads an object or a list from text.
///
/// Shape: JSON, or a struct as Hive and Athena write it, `{type=IAMUser, sessioncontext={attributes=null}}`, whose values are text, and null
/// where it says `null`. Nothing for anything else.
pub(crate) fn read(text: &str) -> Option<Value> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) || is_heavy(text) {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(value) => Some(value),
        Err(_) => {
            let (value, rest) = value(text, MAX_NESTING)?;
            rest.trim().is_empty().then_some(value)
        }
    }
}

/// Reads a struct, a list or plain text, and returns what follows it.
fn value(text: &str, nesting: u32) -> Option<(Value, &str)> {
    let nesting = nesting.checked_sub(1)?;
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        let mut object = Map::new();
        loop {
            rest = rest.trim_start();
            if let Some(rest) = rest.strip_prefix('}') {
                return Some((Value::Object(object), rest));
            }
            let (key, after) = rest.split_once('=')?;
            if key.contains([',', '{', '}', '"']) {
                return None;
            }
            let (value, after) = value(after, nesting)?;
            object.insert(key.trim().to_owned(), value);
            rest = after.strip_prefix(',').unwrap_or(after);
        }
    }
    if let Some(mut rest) = text.strip_prefix('[') {
        let mut list = Vec::new();
        loop {
            rest = rest.trim_start();
            if let Some(rest) = rest.strip_prefix(']') {
                return Some((Value::Array(list), rest));
            }
            let (value, after) = value(rest, nesting)?;
            // What consumes nothing would go on for ever.
            if after.len() == rest.len() {
                return None;
            }
            list.push(value);
            rest = after.strip_prefix(',').unwrap_or(after);
        }
    }
    let end = plain_end(text)?;
    let (word, rest) = text.split_at_checked(end)?;
    let word = word.trim();
    Some((if word == "null" || word.is_empty() { Value::Null } else { word.into() }, rest))
}

/// Finds where plain text ends: at a closing bracket, or at a comma behind which a key or another entry stands.
fn plain_end(text: &str) -> Option<usize> {
    let starts_key = |rest: &str| {
        let key: &str = rest.split(['=', ',', '}', ']']).next().unwrap_or_default();
        let named = rest.as_bytes().get(key.len()) == Some(&b'=');
        named && key.trim().chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) && !key.trim().is_empty()
    };
    text.char_indices().find_map(|(at, c)| match c {
        '}' | ']' => Some(at),
        ',' if text.get(at + 1..).is_some_and(starts_key) => Some(at),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn structs_of_athena_are_objects() {
        let text = "{type=AssumedRole, arn=arn:aws:sts::111122223333:assumed-role/a/b, accountid=111122223333, invokedby=null, \
                    sessioncontext={attributes={mfaauthenticated=false, creationdate=2026-03-02T09:00:00Z}, sessionissuer={username=a}}}";
        assert_eq!(
            read(text),
            Some(
                json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/a/b", "accountid": "111122223333", "invokedby": null,
                "sessioncontext": {"attributes": {"mfaauthenticated": "false", "creationdate": "2026-03-02T09:00:00Z"}, "sessionissuer": {"username": "a"}}})
            )
        );
        assert_eq!(read("[{arn=a, type=b}, {arn=c}]"), Some(json!([{"arn": "a", "type": "b"}, {"arn": "c"}])));
        assert_eq!(read(r#" {"a": [1]}"#), Some(json!({"a": [1]})));
    }

    #[test]
    fn what_is_no_struct_is_not_guessed() {
        for text in ["", "plain", "{", "{a", "{a=b", "[a", "{\"a\": ", "[,,", "{a=b}c"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"{a=".repeat(5000)), None);
    }
}
