//! Which events an answer shows: the caller's filters. They hide, they never change what is read or how it is ranked.

use crate::catalogue::Category;
use crate::event::Event;
use crate::rank::{Ranked, topology::Relation};

/// The caller's filters; an empty list lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Categories.
    pub categories: Vec<Category>,
    /// Event names; `*` allowed.
    pub event_names: Vec<String>,
    /// Services or event sources; `*` allowed.
    pub event_sources: Vec<String>,
    /// Actor names or ARNs; `*` allowed.
    pub actors: Vec<String>,
    /// Only changes that touch what the alert or the caller names.
    pub resources_only: bool,
    /// Only failed calls.
    pub errors_only: bool,
    /// Reads as well.
    pub include_reads: bool,
}

impl Filter {
    /// Tells whether a change is shown.
    pub fn matches(&self, ranked: &Ranked) -> bool {
        let event = &ranked.change.event;
        /// Tells whether one of the texts, which are only made when it matters, fits one of the patterns.
        fn any<'a>(patterns: &[String], texts: impl FnOnce() -> Vec<&'a str>) -> bool {
            patterns.is_empty() || texts().into_iter().any(|text| patterns.iter().any(|pattern| matches_pattern(pattern, text)))
        }
        let raw_name = || event.record.get("eventName").and_then(|name| name.as_str()).unwrap_or_default();
        (self.include_reads || !event.read_only)
            && (!self.errors_only || event.failed())
            && (!self.resources_only || matches!(ranked.facts.tie.relation, Relation::Target(_) | Relation::Mention(_)))
            && (self.categories.is_empty() || self.categories.contains(&ranked.change.class.category))
            && any(&self.event_names, || vec![event.name.as_str(), raw_name()])
            && any(&self.event_sources, || vec![event.source.as_str(), event.service()])
            && any(&self.actors, || actor_names(event))
    }

    /// Tells whether the caller filters at all.
    pub fn is_empty(&self) -> bool {
        *self == Self { include_reads: self.include_reads, ..Self::default() }
    }
}

/// Returns what an actor may be called: its name, the role and the session of it, its ARN.
fn actor_names(event: &Event) -> Vec<&str> {
    let arn = event.actor.arn.as_deref().unwrap_or_default();
    let parts = event.actor.name.split('/').chain(arn.split(['/', ':']).skip(5));
    [event.actor.name.as_str(), arn].into_iter().chain(parts).filter(|name| !name.is_empty()).collect()
}

/// Matches `text` against `pattern` without regard to case; `*` stands for any characters.
///
/// Runs in linear time for one star and never backtracks more than once a star.
pub fn matches_pattern(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.trim().to_lowercase(), text.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else { return text.is_empty() };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let middle: Vec<&str> = parts.collect();
    let Some((last, between)) = middle.split_last() else { return rest.is_empty() };
    for part in between {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_ignore_case_and_stars_stand_for_anything() {
        let yes = [
            ("runinstances", "RunInstances"),
            ("*Security*", "AuthorizeSecurityGroupIngress"),
            ("delete*", "DeleteTrail"),
            ("*", ""),
            ("a*b*c", "aXbYc"),
        ];
        let no = [("run", "RunInstances"), ("delete*x", "DeleteTrail"), ("a*b*c", "acb"), ("", "x"), ("ab*ba", "aba")];
        for (pattern, text) in yes {
            assert!(matches_pattern(pattern, text), "{pattern} should match {text}");
        }
        for (pattern, text) in no {
            assert!(!matches_pattern(pattern, text), "{pattern} should not match {text}");
        }
    }
}
