//! Values as words: cleaned, clipped, joined, and event names taken apart.

use serde_json::Value;

use super::Context;
use crate::catalogue::json_path;
use crate::catalogue::resource::short;
use crate::event::camel_words;

/// The longest single value, in characters: names of buckets, roles and hosts are shorter, and no name is cut.
const MAX_VALUE_CHARS: usize = 256;

/// The longest value with white space in it, which is prose or code rather than a name.
const MAX_PROSE_CHARS: usize = 80;

/// The longest event name in words.
const MAX_NAME_CHARS: usize = 160;

/// How many values of a list are named before "and N more".
const MAX_LISTED: usize = 3;

/// Makes text one line: every run of control characters and white space becomes one space.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(256));
    for c in text.chars().take(1_000) {
        if c.is_whitespace() || c.is_control() {
            if !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out.trim_end().to_owned()
}

/// Cuts text to a number of characters, the last of which is then an ellipsis.
pub(super) fn clip(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(max.saturating_sub(1)).collect();
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// Returns one value as it stands in a sentence: the name in an ARN, one line, prose clipped; none when nothing is left.
pub(super) fn value(text: &str) -> Option<String> {
    let text = clean(&short(text));
    let text = clip(&text, if text.contains(' ') { MAX_PROSE_CHARS } else { MAX_VALUE_CHARS });
    (!text.is_empty()).then_some(text)
}

/// Joins values: "a", "a and b", "a, b, c and 3 more"; each once, none when there is none.
pub(super) fn join(values: Vec<String>) -> Option<String> {
    let mut unique: Vec<String> = Vec::new();
    for text in values.iter().filter_map(|text| value(text)) {
        if !unique.contains(&text) {
            unique.push(text);
        }
    }
    list(unique, MAX_LISTED)
}

/// Joins finished texts, naming at most `max` of them.
pub(super) fn list(mut texts: Vec<String>, max: usize) -> Option<String> {
    if texts.len() > max {
        let more = texts.len() - max;
        texts.truncate(max);
        return Some(format!("{} and {more} more", texts.join(", ")));
    }
    let last = texts.pop()?;
    Some(if texts.is_empty() { last } else { format!("{} and {last}", texts.join(", ")) })
}

/// Splits a CamelCase name into lower-case words, but leaves acronyms: `ModifyDBInstance` is `modify DB instance`.
pub(super) fn words(name: &str) -> Vec<String> {
    let name: String = name.chars().filter(char::is_ascii).take(100).collect();
    let is_acronym = |word: &str| word.len() > 1 && !word.bytes().any(|b| b.is_ascii_lowercase());
    camel_words(&name).map(|word| if is_acronym(word) { word.to_owned() } else { word.to_ascii_lowercase() }).collect()
}

/// Words an event name may begin with that can be put in the past; others are reported, not done.
#[rustfmt::skip] // Words read best in lines.
const VERBS: &[&str] = &[
    "accept", "activate", "add", "allocate", "allow", "apply", "assign", "associate", "assume", "attach", "authorize", "cancel",
    "change", "check", "close", "complete", "confirm", "connect", "copy", "create", "deactivate", "decrease", "define", "delete",
    "deploy", "deprecate", "deregister", "describe", "detach", "disable", "disassociate", "disconnect", "enable", "encrypt",
    "execute", "export", "failover", "generate", "get", "grant", "import", "increase", "initialize", "initiate", "install", "invite",
    "invoke", "issue", "launch", "leave", "list", "lock", "merge", "migrate", "modify", "move", "open", "opt", "pause", "poll",
    "post", "promote", "provision", "publish", "purchase", "purge", "put", "reboot", "rebuild", "record", "refresh", "register",
    "reject", "release", "remove", "renew", "replace", "request", "reset", "resize", "resolve", "restart", "restore", "resume",
    "retire", "retry", "revoke", "rollback", "rotate", "run", "schedule", "send", "set", "share", "sign", "split", "start", "stop",
    "submit", "subscribe", "suspend", "swap", "switch", "sync", "synchronize", "tag", "terminate", "test", "transfer", "unassign",
    "undeploy", "unlock", "unsubscribe", "untag", "update", "upgrade", "upload", "validate", "verify", "withdraw",
];

/// Says an event that no sentence fits: its name in words and the most telling id of the request, `update foo bar foo-1`.
pub(super) fn generic(event_name: &str, context: &Context<'_>) -> String {
    let mut said = words(event_name);
    if said.first().is_some_and(|word| ["batch", "admin", "bulk"].contains(&word.as_str()))
        && said.get(1).is_some_and(|word| VERBS.contains(&word.as_str()))
    {
        said.remove(0);
    }
    if !said.first().is_some_and(|word| VERBS.contains(&word.as_str())) {
        said.insert(0, "report".to_owned());
    }
    let noun: String = said.iter().skip(1).map(String::as_str).collect();
    let mut sentence = said.join(" ");
    if sentence == "report" {
        sentence.push_str(" an unnamed event");
    }
    if let Some(id) = telling_id(&noun, context) {
        sentence = format!("{sentence} {id}");
    }
    clip(&sentence, MAX_NAME_CHARS + MAX_VALUE_CHARS)
}

/// Finds the id that an unknown request most likely is about: the key named like the noun, then the usual ones, then any id.
fn telling_id(noun: &str, context: &Context<'_>) -> Option<String> {
    let ids = ids(context.request);
    let noun = noun.to_ascii_lowercase();
    let singular = noun.strip_suffix('s').unwrap_or(&noun);
    let stems = |key: &str| -> Option<String> {
        let key = key.to_ascii_lowercase();
        ["identifier", "name", "arn", "id", "ids", "names", "arns"].iter().find_map(|suffix| key.strip_suffix(suffix).map(str::to_owned))
    };
    let exact = || ids.iter().find(|(key, _)| stems(key).is_some_and(|stem| !stem.is_empty() && (stem == noun || stem == singular)));
    let ends = || ids.iter().find(|(key, _)| stems(key).is_some_and(|stem| stem.len() > 2 && singular.ends_with(&stem)));
    let usual = || {
        ["resourceArn", "arn", "name", "id", "resourceId", "resourceIdentifier", "target"]
            .iter()
            .find_map(|usual| ids.iter().find(|(key, _)| usual.eq_ignore_ascii_case(key)))
    };
    let found = exact().or_else(ends).or_else(usual).or_else(|| ids.first())?;
    value(&found.1)
}

/// Lists the values under keys that look like they name something, shallowest first.
fn ids(request: &Value) -> Vec<(String, String)> {
    let mut ids = Vec::new();
    json_path::walk(request, |key, value| {
        let lower = key.to_ascii_lowercase();
        let names = ["id", "ids", "name", "names", "arn", "arns", "identifier", "target"].iter().any(|suffix| lower.ends_with(suffix));
        let ours = lower.contains("token") || lower.contains("request") || lower.contains("reference") || lower.contains("accesskey");
        if let (true, false, Value::String(text)) = (names, ours, value)
            && !text.trim().is_empty()
        {
            ids.push((key.to_owned(), text.clone()));
        }
        ids.len() < 50
    });
    ids
}
