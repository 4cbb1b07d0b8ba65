//! What `[[http.callers]]` says each caller may: rules by name for those with a token of their own, by subject for those that an
//! authorization server names.

use std::sync::Arc;

use super::{Settled, Value};
use crate::catalogue::Category;
use crate::policy::{CallerRules, Callers, UntrustedText};

/// The subject that stands for all that have no entry.
const OTHERS: &str = "*";

/// Reads the rules of all callers.
pub(super) fn read(settled: &Settled) -> Callers {
    let mut callers = Callers::default();
    for place in entries(settled) {
        let rules = rules(settled, place);
        if let Some(name) = settled.text(&format!("{place}.name")) {
            callers.named.insert(Arc::from(name), rules.clone());
        }
        match settled.text(&format!("{place}.subject")) {
            Some(subject) if subject == OTHERS => callers.others = rules,
            Some(subject) => _ = callers.named.insert(Callers::of_subject(&subject), rules),
            None => {}
        }
    }
    callers
}

/// Says what contradicts itself, or leaves nothing that a caller may.
pub(super) fn problems(settled: &Settled, problems: &mut Vec<String>) {
    let mut subjects = Vec::new();
    for place in entries(settled) {
        let at = |key: &str| format!("{place}.{key}");
        if let Some(subject) = settled.text(&at("subject")) {
            if subjects.contains(&subject) {
                problems.push(format!("{place}: the subject is the same as that of another"));
            }
            subjects.push(subject);
            if !settled.values.contains_key("http.oauth.issuer") {
                problems
                    .push(format!("{place}: subject names whom an authorization server names, and there is none; set http.oauth.issuer"));
            }
        }
        for (key, of_all) in [("regions", "aws_region_allowlist"), ("accounts", "aws_account_allowlist")] {
            let (own, all) = (settled.texts(&at(key)), settled.texts(of_all));
            if !own.is_empty() && !all.is_empty() && !own.iter().any(|item| all.contains(item)) {
                problems.push(format!("{place}: none of its {key} is in {of_all}, which a caller can narrow but not widen"));
            }
        }
    }
}

fn rules(settled: &Settled, place: &str) -> CallerRules {
    let at = |key: &str| format!("{place}.{key}");
    let whole = |key: &str| settled.values.contains_key(&at(key)).then(|| settled.whole(&at(key)));
    let span = |key: &str| if let Some(Value::Span(span)) = settled.values.get(&at(key)) { Some(*span) } else { None };
    CallerRules {
        regions: settled.texts(&at("regions")),
        accounts: settled.texts(&at("accounts")),
        categories: settled.texts(&at("categories")).iter().filter_map(|name| Category::parse(name)).collect(),
        max_window: span("max_window"),
        max_events: whole("max_events"),
        untrusted_text: match settled.text(&at("untrusted_text")).as_deref() {
            Some("omit") => UntrustedText::Omit,
            _ => UntrustedText::Quote,
        },
        tools: settled.texts(&at("tools")).iter().filter_map(|name| tool(name)).collect(),
        requests_per_minute: whole("requests_per_minute"),
        max_concurrent: whole("max_concurrent"),
    }
}

/// Reads a tool's name in any spelling, with or without prefix, as the one without.
pub(super) fn tool(name: &str) -> Option<String> {
    let known = crate::tools::ALL.iter().find(|tool| tool.name == name).copied().or_else(|| crate::tools::find(name));
    known.map(|tool| tool.name.to_owned())
}

fn entries(settled: &Settled) -> impl Iterator<Item = &str> {
    settled.sections().into_iter().filter(|place| place.starts_with("http.callers["))
}
