//! What an alert says, piece by piece: a place, a name and a text. All of it is untrusted.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::basis::{Basis, Reading};

/// How many facts are kept of one payload.
const MAX_FACTS: usize = 2_000;
/// How many characters of one text are read.
const MAX_TEXT: usize = 8_000;
/// How deep nested evidence is read.
const MAX_DEPTH: usize = 32;

/// Where in the alert something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A label, as Prometheus and Grafana know them.
    Label,
    /// A dimension of a CloudWatch metric.
    Dimension,
    /// A tag, as Datadog and Opsgenie know them.
    Tag,
    /// A pair of the alert's own details.
    Detail,
    /// A pair of the evidence that came with the alert.
    Evidence,
    /// A field of the payload itself that tells where the alert lives, not what it is about.
    Origin,
    /// A text for people that has a name.
    Annotation,
    /// A text for people.
    Text,
}

impl Place {
    /// Tells whether the name says what the text is, as opposed to prose.
    pub(super) fn keyed(self) -> bool {
        !matches!(self, Self::Annotation | Self::Text)
    }
}

/// One thing the alert says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// Where it stands.
    pub(super) place: Place,
    /// The label's, dimension's or field's name. Untrusted.
    pub(super) name: String,
    /// What it says, trimmed and capped.
    pub(super) text: String,
}

impl Fact {
    /// Says where this was found; the untrusted name is reduced to `[A-Za-z0-9_.-]{0,40}`.
    pub(super) fn basis(&self, reading: Reading) -> Basis {
        let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') { c } else { '_' };
        Basis::Said { place: self.place, name: self.name.chars().take(40).map(safe).collect(), reading }
    }

    /// Tells whether it says what is wrong, as opposed to who is called, and where to read on.
    pub(super) fn is_about_the_incident(&self) -> bool {
        let key = plain_key(&self.name);
        !BESIDE.contains(&key.as_str()) && !["url", "uri", "link"].iter().any(|end| key.ends_with(end))
    }

    /// Returns the name in lower case without separators, so that `DBInstanceIdentifier` and `dbinstance_identifier` are one.
    ///
    /// Source: exporters put `dimension_` before CloudWatch's names; that is no part of the name.
    pub(super) fn key(&self) -> String {
        let key = plain_key(&self.name);
        key.strip_prefix("dimension").filter(|rest| !rest.is_empty()).map_or_else(|| key.clone(), str::to_owned)
    }
}

/// Returns a name in lower case without separators.
pub(super) fn plain_key(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Adds a fact, unless it is blank or there are too many already.
pub(super) fn push(facts: &mut Vec<Fact>, place: Place, name: &str, text: &str) {
    let text = text.trim();
    if !text.is_empty() && facts.len() < MAX_FACTS {
        facts.push(Fact { place, name: name.chars().take(200).collect(), text: text.chars().take(MAX_TEXT).collect() });
    }
}

/// Adds every scalar under `value`, each named by its nearest key; `{name, value}` pairs become one fact of that name.
///
/// Shape: order of the document; keys that are ids themselves (`{"i-0abc…": {…}}`) are read as texts.
pub(super) fn flatten(facts: &mut Vec<Fact>, place: Place, name: &str, value: &Value) {
    walk(facts, place, name, value, 0);
}

/// Adds every scalar of JSON of no known form: what is several words as prose, all else by its key; what tells who sent it, as its origin.
pub(super) fn flatten_said(facts: &mut Vec<Fact>, value: &Value) {
    let from = facts.len();
    match value.as_object() {
        Some(map) if pair(value).is_none() => {
            for (key, value) in map {
                let place = if is_of_sender(&plain_key(key), value) { Place::Origin } else { Place::Detail };
                flatten(facts, place, key, value);
            }
        }
        _ => flatten(facts, Place::Detail, "", value),
    }
    for fact in facts
        .iter_mut()
        .skip(from)
        .filter(|fact| fact.place != Place::Origin)
        .filter(|fact| fact.text.split_whitespace().nth(2).is_some() || PROSE.contains(&plain_key(&fact.name).as_str()))
    {
        fact.place = Place::Annotation;
    }
}

/// Tells whether a field says which tool sent the alert and for whom: what that calls itself is no resource.
fn is_of_sender(key: &str, value: &Value) -> bool {
    const SENDER: &[&str] = &[
        "integration",
        "integrations",
        "sender",
        "creator",
        "createdby",
        "provider",
        "vendor",
        "tool",
        "monitoringtool",
        "client",
        "organization",
        "org",
        "actor",
        "user",
        "assignee",
        "assignees",
        "escalationpolicy",
        "receiver",
        "workflow",
        "workflowname",
    ];
    // A source is as often a host.
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphabetic());
    let is_tool = || match value {
        Value::String(text) => plain(text),
        Value::Array(items) => items.iter().all(|item| item.as_str().is_some_and(plain)),
        _ => false,
    };
    SENDER.contains(&key) || matches!(key, "source" | "sources") && is_tool()
}

/// Fields that hold prose, however short.
const PROSE: &[&str] = &[
    "summary",
    "description",
    "message",
    "text",
    "title",
    "subject",
    "body",
    "reason",
    "details",
    "content",
    "alertname",
    "alarmname",
    "rulename",
    "conditionname",
];

/// Fields that tell who is called, how urgently, and where to read on.
const BESIDE: &[&str] = &[
    "team",
    "teams",
    "teamname",
    "owner",
    "owners",
    "ownedby",
    "squad",
    "tribe",
    "contact",
    "contacts",
    "department",
    "division",
    "businessunit",
    "costcenter",
    "receiver",
    "receivers",
    "notify",
    "channel",
    "slackchannel",
    "route",
    "routing",
    "escalation",
    "escalationpolicy",
    "oncall",
    "assignee",
    "responder",
    "responders",
    "severity",
    "priority",
    "runbook",
    "dashboard",
    "maintainer",
];

/// Adds the pairs that stand in texts, `DBInstanceIdentifier = orders-db`, where the name tells what it is.
pub(super) fn push_pairs(facts: &mut Vec<Fact>, tells: fn(&str) -> bool) {
    let mut pairs = Vec::new();
    for fact in facts.iter().filter(|fact| !fact.place.keyed()) {
        for pair in PAIR.captures_iter(&fact.text) {
            if let (Some(name), Some(value)) = (pair.get(1), pair.get(2))
                && tells(&plain_key(name.as_str()))
                && !value.as_str().starts_with("//")
            {
                push(&mut pairs, Place::Detail, name.as_str().trim(), value.as_str().trim_end_matches(['.', ':']));
            }
        }
    }
    facts.extend(pairs.into_iter().take(MAX_FACTS));
}

/// `name = value` or `name: value`, as labels and e-mails have them.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"([A-Za-z][A-Za-z0-9_.-]{0,60}(?: [A-Za-z]{1,20})?)["'`*]{0,3} {0,3}[=:]{1,2}[ *]{0,30}["'`\[]?([^\s,;"'`()\[\]{}<>|*]+)"#)
        .expect("pattern")
});

fn walk(facts: &mut Vec<Fact>, place: Place, name: &str, value: &Value, depth: usize) {
    if depth > MAX_DEPTH || facts.len() >= MAX_FACTS {
        return;
    }
    match value {
        Value::Null => {}
        Value::String(text) => match super::alert::json(text) {
            Some(inner) => walk(facts, place, name, &inner, depth + 1),
            None => push(facts, place, name, text),
        },
        Value::Bool(_) | Value::Number(_) => push(facts, place, name, &value.to_string()),
        Value::Array(items) => items.iter().for_each(|item| walk(facts, place, name, item, depth + 1)),
        Value::Object(map) => {
            if let Some((name, value)) = pair(value) {
                return walk(facts, place, name, value, depth + 1);
            }
            for (key, value) in map {
                if key.contains('-') && (value.is_object() || value.is_array()) {
                    push(facts, place, name, key);
                }
                walk(facts, place, key, value, depth + 1);
            }
        }
    }
}

/// Reads `{"name": …, "value": …}` in any of the spellings of AWS, Kubernetes and their exporters.
fn pair(value: &Value) -> Option<(&str, &Value)> {
    if value.as_object()?.len() > 2 {
        return None;
    }
    let name = ["name", "Name", "key", "Key"].iter().find_map(|key| value.get(key)?.as_str())?;
    let value = ["value", "Value"].iter().find_map(|key| value.get(key))?;
    Some((name, value))
}

/// Adds tags: a list or comma string of `key:value`, or of words.
pub(super) fn push_tags(facts: &mut Vec<Fact>, tags: Option<&Value>) {
    let mut add = |text: &str| {
        for tag in text.split(',') {
            match tag.split_once([':', '=']) {
                Some(("arn", _)) | None => push(facts, Place::Tag, "", tag),
                Some((name, value)) => push(facts, Place::Tag, name.trim(), value),
            }
        }
    };
    match tags {
        Some(Value::String(text)) => add(text),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).for_each(add),
        Some(Value::Object(_)) => flatten(facts, Place::Tag, "", tags.unwrap_or(&Value::Null)),
        _ => {}
    }
}
