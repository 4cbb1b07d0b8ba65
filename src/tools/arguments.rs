//! Reading a tool's arguments: types, ranges, enums and unknown names are checked here, since the MCP library does not.
//!
//! Every refusal names the field, the limit and a right example.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::coverage::SourceName;
use crate::refusal::{Refusal, nearest};
use crate::source;

/// The arguments of one call, taken out one by one.
pub struct Arguments {
    given: Map<String, Value>,
    known: Vec<&'static str>,
    /// Every name that counts, second names included.
    accepted: Vec<&'static str>,
}

/// Longest string argument other than `investigation`, in characters.
const MAX_CHARS: usize = 2_048;
/// Most items of a list argument.
const MAX_ITEMS: usize = 100;

/// Names of the sources, for the schemas of tools.
pub(super) struct SourceWord;

impl JsonSchema for SourceWord {
    fn schema_name() -> Cow<'static, str> {
        "SourceName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = [AUTO].into_iter().chain(source::offered().map(SourceName::as_str)).collect();
        json_schema!({"type": "string", "enum": words})
    }
}

/// The word for the best source that is there and allowed.
const AUTO: &str = "auto";

/// What clients are known to add to the arguments of any tool, without marks and in lower case.
///
/// Source: n8n (issue 21716: `toolCallId`, `sessionId`, `action`, `chatInput`), the MCP library's own `_meta`, Cursor's filler for
/// tools that may be called without arguments, Cline's and OpenHands' notes of their own.
#[rustfmt::skip] // Words read best in lines.
const ADDED_BY_CLIENTS: &[&str] = &[
    "toolcallid", "calltoolid", "callid", "tooluseid", "sessionid", "meta", "action", "chatinput", "chatid", "messageid", "progresstoken",
    "requestid", "requestheartbeat", "randomstring", "dummy", "placeholder", "explanation", "securityrisk", "taskprogress",
    "waitforprevious", "toolname", "conversationid", "threadid",
];

/// Tells whether a value says that the argument is not given: null, `""`, `[]`, `{}`, or one of them as a string.
///
/// Clients that must fill every field send these.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => matches!(text.trim(), "" | "null" | "\"null\"" | "\"\"" | "[]" | "{}" | "undefined" | "None"),
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Tells whether a client adds this by itself.
fn is_added(key: &str) -> bool {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ADDED_BY_CLIENTS.contains(&plain.as_str())
}

impl Arguments {
    /// Starts reading, without what says that it is not given and what clients add by themselves.
    pub fn new(given: Option<Map<String, Value>>) -> Self {
        let given = given.unwrap_or_default().into_iter().filter(|(key, value)| !is_blank(value) && !is_added(key)).collect();
        Self { given, known: Vec::new(), accepted: Vec::new() }
    }

    /// Tells whether any argument but `names` was given.
    pub fn any_but(&self, names: &[&str]) -> Option<String> {
        self.given.keys().find(|key| !names.contains(&key.as_str())).cloned()
    }

    /// Takes an argument of any type under one of its names; the first is the one that is told in errors.
    ///
    /// Errors: when it is given under two names.
    pub fn value(&mut self, names: &[&'static str]) -> Result<Option<Value>, Refusal> {
        self.known.extend(names.first());
        self.accepted.extend(names);
        let mut found: Vec<(&str, Value)> = names.iter().filter_map(|name| self.given.remove(*name).map(|value| (*name, value))).collect();
        if let [(first, _), (second, _), ..] = found.as_slice() {
            return Err(invalid(second, format!("`{first}` and `{second}` mean the same: give one of them")));
        }
        Ok(found.pop().map(|(_, value)| value))
    }

    /// Takes a string.
    pub fn string(&mut self, names: &[&'static str], example: &str) -> Result<Option<String>, Refusal> {
        let name = first(names);
        match self.value(names)? {
            None => Ok(None),
            Some(Value::String(text)) if text.chars().count() > MAX_CHARS => {
                Err(invalid(name, format!("`{name}` is longer than {MAX_CHARS} characters: give for example {example}")))
            }
            Some(Value::String(text)) => Ok(Some(unquoted(&text).to_owned())),
            Some(other) => Err(wrong_type(name, "a string", &other, example)),
        }
    }

    /// Takes a text as it is, quotation marks around it included.
    pub fn text(&mut self, names: &[&'static str], example: &str) -> Result<Option<String>, Refusal> {
        let name = first(names);
        match self.value(names)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(name, "a string", &other, example)),
        }
    }

    /// Takes a list of strings, given as an array, as one comma-separated string, or as an array in a string.
    ///
    /// Shape: empty when it is not given; no item is empty.
    pub fn list(&mut self, names: &[&'static str], example: &str) -> Result<Vec<String>, Refusal> {
        let name = first(names);
        let Some(value) = self.value(names)? else { return Ok(Vec::new()) };
        let mut items = Vec::new();
        flatten(value, &mut items).map_err(|other| wrong_type(name, "a list of strings", &other, example))?;
        if items.is_empty() {
            return Err(invalid(name, format!("`{name}` names nothing: give for example {example}, or leave it out")));
        }
        if items.len() > MAX_ITEMS {
            return Err(invalid(name, format!("`{name}` has {} items, the most is {MAX_ITEMS}", items.len())));
        }
        if let Some(long) = items.iter().find(|item| item.chars().count() > MAX_CHARS) {
            return Err(invalid(name, format!("an item of `{name}` has {} characters, the most is {MAX_CHARS}", long.chars().count())));
        }
        Ok(items)
    }

    /// Takes a flag; `"true"` and `"false"` count, as some clients quote everything.
    pub fn flag(&mut self, names: &[&'static str]) -> Result<bool, Refusal> {
        let name = first(names);
        match self.value(names)? {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(other) => Err(wrong_type(name, "true or false", &other, "true")),
        }
    }

    /// Takes a whole number within `range`; a quoted one counts.
    pub fn number(
        &mut self,
        names: &[&'static str],
        range: std::ops::RangeInclusive<u64>,
        limit_from: &str,
    ) -> Result<Option<u64>, Refusal> {
        let name = first(names);
        let (low, high) = (range.start(), range.end());
        let refuse = |given: &str| {
            invalid(
                name,
                format!("`{name}` is {given}; it is a whole number from {low} to {high}{limit_from}, for example {}", (*high).min(20)),
            )
        };
        let Some(value) = self.value(names)? else { return Ok(None) };
        let number = match &value {
            Value::Number(number) => {
                number.as_u64().or_else(|| number.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0 && *n < 1e15).map(|n| n as u64))
            }
            Value::String(text) => text.trim().parse().ok(),
            other => return Err(wrong_type(name, "a whole number", other, "20")),
        };
        match number {
            Some(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(refuse(&crate::redact::text(&value.to_string(), 40))),
        }
    }

    /// Takes one of a few words.
    pub fn word(&mut self, names: &[&'static str], words: &[&'static str]) -> Result<Option<&'static str>, Refusal> {
        let name = first(names);
        let Some(given) = self.string(names, words.first().copied().unwrap_or_default())? else { return Ok(None) };
        match words.iter().find(|word| word.eq_ignore_ascii_case(&given)) {
            Some(word) => Ok(Some(word)),
            None => Err(invalid(
                name,
                format!(
                    "`{name}` is \"{}\"; it is one of {}{}",
                    crate::redact::text(&given, 40),
                    words.join(", "),
                    nearest_hint(&given, words)
                ),
            )),
        }
    }

    /// Takes `source`, which tools that read have.
    ///
    /// Shape: nothing means `auto`.
    pub fn source(&mut self) -> Result<Option<SourceName>, Refusal> {
        self.source_or(&[])
    }

    /// Takes `source` under further names, too.
    pub fn source_or(&mut self, further: &[&'static str]) -> Result<Option<SourceName>, Refusal> {
        let names: Vec<&'static str> = ["source"].into_iter().chain(further.iter().copied()).collect();
        let words: Vec<&'static str> = [AUTO].into_iter().chain(source::offered().map(SourceName::as_str)).collect();
        Ok(self.word(&names, &words)?.and_then(source::name))
    }

    /// Ends the reading.
    ///
    /// Errors: when an argument is left that no tool knows; names the nearest right one.
    pub fn finish(self) -> Result<(), Refusal> {
        match self.given.keys().next() {
            None => Ok(()),
            Some(unknown) => {
                let shown = crate::redact::text(unknown, 40);
                let hint = nearest_hint(unknown, &self.accepted);
                Err(invalid(&shown, format!("there is no argument `{shown}`{hint}; the arguments are {}", self.known.join(", "))))
            }
        }
    }
}

/// Refuses an argument's value.
pub fn invalid(argument: &str, message: impl Into<String>) -> Refusal {
    Refusal::invalid(argument, message, format!("Correct `{argument}` and call again."))
}

/// Takes the quotation marks off that some clients put around a string.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inner = |mark: char| text.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark)).filter(|inner| !inner.contains(mark));
    inner('"').or_else(|| inner('\'')).unwrap_or(text).trim()
}

/// Gathers the items of a list in any of its forms.
///
/// Errors: the value that is neither a text nor a number nor a list of them.
fn flatten(value: Value, items: &mut Vec<String>) -> Result<(), Value> {
    match value {
        blank if is_blank(&blank) => {}
        Value::Array(values) => values.into_iter().try_for_each(|value| flatten(value, items))?,
        Value::Number(number) => items.push(number.to_string()),
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(list @ Value::Array(_)) => flatten(list, items)?,
            _ => {
                // As Python writes a list, or with a bracket too few.
                let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
                items.extend(bare.split(',').map(|item| unquoted(item).to_owned()).filter(|item| !is_blank(&Value::String(item.clone()))));
            }
        },
        other => return Err(other),
    }
    Ok(())
}

fn first(names: &[&'static str]) -> &'static str {
    names.first().copied().unwrap_or_default()
}

fn wrong_type(name: &str, wanted: &str, given: &Value, example: &str) -> Refusal {
    let kind = match given {
        Value::Null => "null",
        Value::Bool(_) => "true/false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    invalid(name, format!("`{name}` is {wanted}, not {kind}: give for example {example}"))
}

/// Says which of `known` is nearest to `given`, when one is near: `; did you mean `regions`?`.
pub fn nearest_hint(given: &str, known: &[&str]) -> String {
    nearest(given, known.iter().copied()).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn arguments(given: Value) -> Arguments {
        Arguments::new(given.as_object().cloned())
    }

    #[test]
    fn an_unknown_argument_is_refused_with_the_nearest_name() {
        let mut reading = arguments(json!({"regoins": "eu-west-1"}));
        reading.list(&["regions", "region"], "eu-west-1").unwrap();
        let refusal = reading.finish().unwrap_err();
        assert_eq!(refusal.argument.as_deref(), Some("regoins"));
        assert!(refusal.message.contains("did you mean `regions`"), "{}", refusal.message);
    }

    #[test]
    fn a_number_out_of_range_is_refused_with_its_limits_and_an_example() {
        for given in [json!(0), json!(101), json!(-3), json!(2.5), json!("many")] {
            let refusal = arguments(json!({"limit": given})).number(&["limit"], 1..=100, "").unwrap_err();
            assert!(refusal.message.contains("from 1 to 100") && refusal.message.contains("example 20"), "{}", refusal.message);
        }
        assert_eq!(arguments(json!({"limit": 100})).number(&["limit"], 1..=100, "").unwrap(), Some(100));
        assert_eq!(arguments(json!({"limit": "7"})).number(&["limit"], 1..=100, "").unwrap(), Some(7));
        assert_eq!(arguments(json!({"limit": null})).number(&["limit"], 1..=100, "").unwrap(), None);
    }

    #[test]
    fn a_list_may_be_an_array_or_a_comma_string_but_not_an_object() {
        for given in [json!(["a", "b"]), json!("a, b")] {
            assert_eq!(arguments(json!({"regions": given})).list(&["regions"], "x").unwrap(), ["a", "b"]);
        }
        assert!(arguments(json!({"regions": {"a": 1}})).list(&["regions"], "x").is_err());
        assert!(arguments(json!({"regions": ["a", {"a": 1}]})).list(&["regions"], "x").is_err());
        assert!(arguments(json!({"regions": ", ,"})).list(&["regions"], "x").is_err());
    }

    #[test]
    fn a_list_may_be_written_in_a_string_in_every_way_that_clients_do() {
        for given in [
            json!(r#"["a","b"]"#),
            json!([r#"["a", "b"]"#]),
            json!("['a', 'b']"),
            json!("[a, b]"),
            json!(r#""a","b""#),
            json!(["a", "", null, "b", "null"]),
            json!(["a,b"]),
        ] {
            assert_eq!(arguments(json!({"regions": given})).list(&["regions"], "x").unwrap(), ["a", "b"], "{given}");
        }
        assert_eq!(arguments(json!({"accounts": "[111122223333]"})).list(&["accounts"], "x").unwrap(), ["111122223333"]);
    }

    #[test]
    fn a_blank_value_counts_as_not_given_for_every_argument() {
        for blank in [json!(null), json!(""), json!("  "), json!([]), json!("null"), json!("[]"), json!({}), json!([null, ""])] {
            let mut reading = arguments(json!({"s": blank, "l": blank, "f": blank, "n": blank, "w": blank, "v": blank}));
            assert_eq!(reading.string(&["s"], "x").unwrap(), None, "{blank}");
            assert_eq!(reading.list(&["l"], "x").unwrap(), Vec::<String>::new(), "{blank}");
            assert!(!reading.flag(&["f"]).unwrap(), "{blank}");
            assert_eq!(reading.number(&["n"], 1..=2, "").unwrap(), None, "{blank}");
            assert_eq!(reading.word(&["w"], &["full"]).unwrap(), None, "{blank}");
            assert_eq!(reading.value(&["v"]).unwrap(), None, "{blank}");
        }
    }

    #[test]
    fn what_clients_add_is_ignored_and_what_they_misspell_is_not() {
        let mut reading = arguments(json!({"toolCallId": "call_1", "_meta": {"a": 1}, "session_id": 7, "limit": "5"}));
        assert_eq!(reading.any_but(&["limit"]), None);
        assert_eq!(reading.number(&["limit"], 1..=10, "").unwrap(), Some(5));
        assert!(reading.finish().is_ok());
        assert!(arguments(json!({"toolCall": 1})).finish().is_err());
    }

    #[test]
    fn two_names_for_one_argument_are_refused() {
        assert!(arguments(json!({"region": "a", "regions": "b"})).list(&["regions", "region"], "x").is_err());
    }

    #[test]
    fn a_word_outside_its_list_is_refused_with_the_list() {
        let refusal = arguments(json!({"detail": "ful"})).word(&["detail"], &["concise", "full"]).unwrap_err();
        assert!(refusal.message.contains("concise, full") && refusal.message.contains("did you mean `full`"), "{}", refusal.message);
    }
}
