//! What one caller may ask for: the operator's policy, narrowed. A caller's rules never widen anything.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Policy;
use crate::catalogue::Category;
use crate::refusal::Code;

/// What becomes of text that a caller of AWS chose freely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UntrustedText {
    /// Quoted: cleaned, capped and redacted.
    #[default]
    Quote,
    /// Left out: only ids, times, numbers and AWS's own words remain.
    Omit,
}

/// The rules of one caller; what is empty or absent narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerRules {
    /// Regions, of those that the operator allows.
    pub regions: Vec<String>,
    /// Account ids, of those that the operator allows.
    pub accounts: Vec<String>,
    /// Categories of changes that are shown.
    pub categories: Vec<Category>,
    /// The longest window.
    pub max_window: Option<Duration>,
    /// The most events shown, at least one.
    pub max_events: Option<u32>,
    /// What becomes of free text; the stricter of this and the operator's holds.
    pub untrusted_text: UntrustedText,
    /// Names of tools without prefix, such as `cloudtrail_events`.
    pub tools: Vec<String>,
    /// The most calls within any minute.
    pub requests_per_minute: Option<u32>,
    /// The most calls at a time, waiting ones included.
    pub max_concurrent: Option<u32>,
}

/// The rules of all callers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callers {
    /// Rules by the caller's name.
    pub named: BTreeMap<Arc<str>, CallerRules>,
    /// Rules of callers that have a name but no entry: those that a token of the authorization server names.
    pub others: CallerRules,
}

impl Callers {
    /// Returns the name of a caller whom an authorization server names: nobody's who has a token here.
    pub fn of_subject(subject: &str) -> Arc<str> {
        format!("oauth:{subject}").into()
    }

    /// Returns the name of a program that an authorization server names where it names no subject: never a subject's, whatever id the
    /// program was given or chose.
    pub fn of_client(id: &str) -> Arc<str> {
        format!("oauth-client:{id}").into()
    }

    /// Tells whether a name is a subject's.
    pub fn is_of_issuer(name: &str) -> bool {
        name.starts_with("oauth:")
    }

    /// Returns the rules of a caller.
    ///
    /// Shape: a caller without a name (stdio, the command line) is the operator and has none.
    pub fn rules(&self, caller: &str) -> CallerRules {
        if caller.is_empty() {
            return CallerRules::default();
        }
        self.named.get(caller).unwrap_or(&self.others).clone()
    }
}

impl Policy {
    /// Returns the policy for one caller.
    ///
    /// Shape: whatever it admits, this policy admits. Where both sides name regions (or accounts, tools, categories) and have none
    /// in common, nothing is left, as an empty list would mean any.
    #[must_use]
    pub fn narrowed(&self, caller: &Arc<str>, rules: &CallerRules) -> Self {
        let mut narrowed = Self { caller: Arc::clone(caller), ..self.clone() };
        let left = [
            (narrow(&mut narrowed.regions, &rules.regions), Code::RegionNotAllowed),
            (narrow(&mut narrowed.accounts, &rules.accounts), Code::AccountNotAllowed),
            (narrow(&mut narrowed.tools, &rules.tools), Code::ToolNotAllowed),
            (narrow(&mut narrowed.categories, &rules.categories), Code::ToolNotAllowed),
        ];
        narrowed.nothing_left = self.nothing_left.or_else(|| left.into_iter().find_map(|(left, code)| (!left).then_some(code)));
        narrowed.max_window = rules.max_window.map_or(self.max_window, |most| most.min(self.max_window));
        // A caller with a shorter window of its own gets no longer one by naming something.
        narrowed.max_lookup_window = rules.max_window.map_or(self.max_lookup_window, |most| most.min(self.max_lookup_window));
        narrowed.lookback = self.lookback.min(narrowed.max_window);
        narrowed.max_events = rules.max_events.map_or(self.max_events, |most| most.max(1).min(self.max_events));
        narrowed.default_events = self.default_events.min(narrowed.max_events);
        narrowed.untrusted_text = self.untrusted_text.max(rules.untrusted_text);
        narrowed
    }

    /// Tells whether a tool may be called, by its name without prefix.
    pub fn allows_tool(&self, name: &str) -> bool {
        self.nothing_left.is_none() && (self.tools.is_empty() || self.tools.iter().any(|tool| tool == name))
    }

    /// Tells whether changes of a category may be shown.
    pub fn allows_category(&self, category: Category) -> bool {
        self.nothing_left.is_none() && (self.categories.is_empty() || self.categories.contains(&category))
    }
}

/// Keeps what both lists hold, where an empty one holds everything; false when that is nothing.
fn narrow<T: Clone + PartialEq>(held: &mut Vec<T>, rule: &[T]) -> bool {
    match (held.is_empty(), rule.is_empty()) {
        (_, true) => true,
        (true, false) => {
            *held = rule.to_vec();
            true
        }
        (false, false) => {
            held.retain(|item| rule.contains(item));
            !held.is_empty()
        }
    }
}

#[cfg(test)]
mod tests;
