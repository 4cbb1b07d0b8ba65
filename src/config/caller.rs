//! What `[[http.callers]]` says each caller may: rules by name for those with a token of their own, by subject for those that an
//! authorization server names.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::settings::{
    AWS_ACCOUNT_ALLOWLIST, AWS_REGION_ALLOWLIST, HTTP_CALLERS_ACCOUNTS, HTTP_CALLERS_CATEGORIES, HTTP_CALLERS_MAX_CONCURRENT,
    HTTP_CALLERS_MAX_EVENTS, HTTP_CALLERS_MAX_WINDOW, HTTP_CALLERS_NAME, HTTP_CALLERS_REGIONS, HTTP_CALLERS_REQUESTS_PER_MINUTE,
    HTTP_CALLERS_SUBJECT, HTTP_CALLERS_TOKEN_SHA256, HTTP_CALLERS_TOOLS, HTTP_CALLERS_UNTRUSTED_TEXT, HTTP_OAUTH_ISSUER,
};
use super::spelling::bare_name;
use super::{Config, Section};
use crate::policy::{CallerRules, Callers};

/// The subject that stands for all that have no entry.
const OTHERS: &str = "*";

impl Config {
    /// Returns what each caller over HTTP may.
    pub fn callers(&self) -> Callers {
        let mut callers = Callers::default();
        for section in self.sections("http.callers[]") {
            let rules = rules(section);
            if let Some(name) = section.find(&HTTP_CALLERS_NAME) {
                callers.named.insert(Arc::from(name), rules.clone());
            }
            match section.find(&HTTP_CALLERS_SUBJECT) {
                Some(subject) if subject == OTHERS => callers.others = rules,
                Some(subject) => _ = callers.named.insert(Callers::of_subject(&subject), rules),
                None => {}
            }
        }
        callers
    }
}

fn rules(section: Section<'_>) -> CallerRules {
    CallerRules {
        regions: section.list(&HTTP_CALLERS_REGIONS),
        accounts: section.list(&HTTP_CALLERS_ACCOUNTS),
        categories: section.list(&HTTP_CALLERS_CATEGORIES),
        max_window: section.find(&HTTP_CALLERS_MAX_WINDOW),
        max_events: section.find(&HTTP_CALLERS_MAX_EVENTS),
        untrusted_text: section.list(&HTTP_CALLERS_UNTRUSTED_TEXT),
        tools: section.list(&HTTP_CALLERS_TOOLS).iter().map(|name| bare_name(name).to_owned()).collect(),
        requests_per_minute: section.find(&HTTP_CALLERS_REQUESTS_PER_MINUTE),
        max_concurrent: section.find(&HTTP_CALLERS_MAX_CONCURRENT),
    }
}

/// Says what is missing, contradicts itself, or leaves nothing that a caller may.
pub(super) fn problems(config: &Config, problems: &mut Vec<String>) {
    let (mut subjects, mut tokens) = (Vec::new(), BTreeMap::new());
    for section in config.sections("http.callers[]") {
        let place = section.place;
        match section.find(&HTTP_CALLERS_SUBJECT) {
            None => entry_without_subject(section, &mut tokens, problems),
            Some(subject) => {
                if subjects.contains(&subject) {
                    problems.push(format!("{place}: the subject is the same as that of another"));
                }
                subjects.push(subject);
                if !config.is_set(&HTTP_OAUTH_ISSUER) {
                    problems.push(format!(
                        "{place}: subject names whom an authorization server names, and there is none; set http.oauth.issuer"
                    ));
                }
            }
        }
        for (own, of_all) in [(&HTTP_CALLERS_REGIONS, &AWS_REGION_ALLOWLIST), (&HTTP_CALLERS_ACCOUNTS, &AWS_ACCOUNT_ALLOWLIST)] {
            let (chosen, allowed) = (section.list(own), config.get(of_all));
            if !chosen.is_empty() && !allowed.is_empty() && !chosen.iter().any(|item| allowed.contains(item)) {
                let (key, of_all) = (own.declaration.name(), of_all.declaration.key);
                problems.push(format!("{place}: none of its {key} is in {of_all}, which a caller can narrow but not widen"));
            }
        }
    }
}

/// One that no authorization server names has a token and a name of its own.
fn entry_without_subject<'a>(section: Section<'a>, tokens: &mut BTreeMap<String, &'a str>, problems: &mut Vec<String>) {
    let place = section.place;
    match section.find(&HTTP_CALLERS_TOKEN_SHA256) {
        None => problems.push(format!("{place}: token_sha256 is missing; such as token_sha256 = \"…\"")),
        Some(token) => {
            if let Some(other) = tokens.insert(token, place) {
                problems.push(format!("{place}: token_sha256 is the same as that of {other}"));
            }
        }
    }
    if section.find(&HTTP_CALLERS_NAME).is_none() {
        problems.push(format!("{place}: name is missing; such as name = \"chat-bot\""));
    }
}
