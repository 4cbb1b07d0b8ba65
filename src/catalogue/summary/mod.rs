//! One plain sentence for one event: `opened tcp/22 to 0.0.0.0/0 on sg-0123`.
//!
//! A row's summary is an imperative sentence. Its first word is the verb, which is put in the past for what happened (`opened …`) and left
//! for what did not (`failed (AccessDenied): tried to open …`). The language:
//!
//! - `{key}`: the value of a key, found at any depth without regard to case, in the request first and then in the response; a path with
//!   dots goes further (see [`super::json_path`]). Lists read "a, b and 3 more"; ARNs shrink to the name in them.
//! - `{a|b}`: the first of several that holds something.
//! - `{rules}`: one of the named functions of [`function`], for values that are not a single key.
//! - `[… {x} …]`: left out when x holds nothing. May nest.
//! - ` || `: divides whole sentences; the first that has all it needs is used. When none has, the event's name is said in words.
//!
//! So no sentence ever has a hole.

use serde_json::Value;

use super::verb::{Sets, Verb};
use super::{json_path, only_says, rows};

mod function;
mod template;
mod text;
mod verb;

pub(super) use function::{policy_document, statements};
use text::{clean, clip};

/// The longest summary, in characters.
pub const MAX_SUMMARY_CHARS: usize = 400;

/// The parts of an event that a sentence is made of, redacted already.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The base name, without API suffix.
    pub event_name: &'a str,
    /// The short service name.
    pub service: &'a str,
    /// `requestParameters`.
    pub request: &'a Value,
    /// `responseElements`.
    pub response: &'a Value,
    /// `additionalEventData`, or `serviceEventDetails` of what a service did by itself.
    pub additional: &'a Value,
    /// `errorCode` of a call that failed.
    pub error_code: Option<&'a str>,
    /// The request of the last earlier change of the same thing by the same event name, if one is known.
    pub earlier: Option<&'a Value>,
}

/// Says in one sentence what an event did; a setting that differs from the earlier one is shown with it, `desired capacity 4 → 0`.
///
/// Shape: one line of at most 400 characters, without a full stop at the end; never empty.
pub fn summarise(parts: &Parts<'_>) -> String {
    let &Parts { event_name, service, request, response, additional, error_code, earlier } = parts;
    let template = rows::find(service, event_name).map_or("", |row| row.summary);
    let context = Context { request, response, additional, earlier, sets: Verb::of(event_name).sets, template };
    let sentence = template
        .split(" || ")
        .filter(|sentence| !sentence.is_empty())
        .find_map(|sentence| template::render(sentence, &context))
        .unwrap_or_else(|| text::generic(event_name, &context));
    let (verb, rest) = sentence.split_once(' ').unwrap_or((&sentence, ""));
    let space = if rest.is_empty() { "" } else { " " };
    let said = match error_code {
        None => format!("{}{space}{rest}", verb::past(verb)),
        Some(code) if code.contains("DryRunOperation") => format!("dry run, nothing changed: would {verb}{space}{rest}"),
        Some(code) => format!("failed ({}): tried to {verb}{space}{rest}", clip(&clean(code), 60)),
    };
    clip(said.trim_end_matches(['.', ' ']), MAX_SUMMARY_CHARS)
}

/// What a sentence is made from.
struct Context<'a> {
    request: &'a Value,
    response: &'a Value,
    additional: &'a Value,
    /// The request of an earlier change of the same thing.
    earlier: Option<&'a Value>,
    /// How the call writes what it sets.
    sets: Sets,
    /// The whole summary of the row, to know which keys it says already.
    template: &'a str,
}

impl Context<'_> {
    /// Returns what a setting was before this call set it, when that differs from `now`.
    ///
    /// Shape: only one value of one setting has a before. A list of targets, a rule beside another one, and what merely says to what
    /// the call is made have none.
    fn before(&self, path: &str, now: &str) -> Option<String> {
        let earlier = self.earlier.filter(|_| matches!(self.sets, Sets::Values | Sets::Size))?;
        let key = path.rsplit('.').next().unwrap_or(path).to_ascii_lowercase();
        let is_one = |root: &Value| json_path::texts(root, path).len() == 1;
        if only_says(&key) || !is_one(self.request) || !is_one(earlier) {
            return None;
        }
        text::join(json_path::texts(earlier, path)).filter(|before| before != now)
    }
}

#[cfg(test)]
mod tests;
