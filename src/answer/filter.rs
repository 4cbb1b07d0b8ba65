//! Which events an answer shows: the caller's filters. They hide, they never change what is read or how it is ranked.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::catalogue::{self, Category};
use crate::event::{Arn, Event, role_of};
use crate::rank::{Ranked, topology::Relation};
use crate::redact;
use crate::refusal::{InvalidArgument, nearest};

/// The caller's filters; an empty list lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Categories.
    pub categories: Vec<Category>,
    /// Event names; `*` allowed.
    pub event_names: Vec<String>,
    /// Services or event sources; `*` allowed.
    pub event_sources: Vec<String>,
    /// Users, roles, sessions, ARNs, access keys, source identities, principals, addresses or networks; `*` allowed.
    pub actors: Vec<String>,
    /// The same of those that are left out, or what a call came through, such as `terraform`.
    pub not_actors: Vec<String>,
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
        (!self.resources_only || matches!(ranked.facts.tie.relation, Relation::Target(_) | Relation::Mention(_)))
            && (self.categories.is_empty() || self.categories.contains(&ranked.change.class.category))
            && self.admits(event)
    }

    /// Tells whether an event is shown, as far as it tells that by itself.
    pub fn admits(&self, event: &Event) -> bool {
        (self.include_reads || !event.read_only)
            && (!self.errors_only || event.failed())
            && (self.event_names.is_empty() || self.event_names.iter().any(|pattern| is_named(pattern, event)))
            && (self.event_sources.is_empty() || self.event_sources.iter().any(|pattern| is_from(pattern, event)))
            && (self.actors.is_empty() || self.is_by_actor(event))
            && !self.is_left_out(event)
    }

    /// Tells whether one of the actors that are asked for acted.
    pub fn is_by_actor(&self, event: &Event) -> bool {
        let names = event.actor_names();
        self.actors.iter().any(|pattern| is_actor(pattern, event, &names))
    }

    /// Tells whether one of those acted who are left out, or a call came through one of them.
    fn is_left_out(&self, event: &Event) -> bool {
        if self.not_actors.is_empty() {
            return false;
        }
        let names = event.actor_names();
        let acts = |pattern: &String| {
            is_actor(pattern, event, &names) || super::build::via(event.actor.via).is_some_and(|via| pattern.eq_ignore_ascii_case(via))
        };
        self.not_actors.iter().any(acts)
    }

    /// Tells whether the caller filters at all.
    pub fn is_empty(&self) -> bool {
        *self == Self { include_reads: self.include_reads, ..Self::default() }
    }
}

/// Tells whether an event bears a name, with or without the API's date or version.
fn is_named(pattern: &str, event: &Event) -> bool {
    let raw = || event.record.get("eventName").and_then(|name| name.as_str()).unwrap_or_default();
    matches_pattern(pattern, &event.name) || matches_pattern(pattern, raw())
}

/// Tells whether an event is of a service, by its short name, its event source or what people call it.
fn is_from(pattern: &str, event: &Event) -> bool {
    let called = || catalogue::service_called(pattern).is_some_and(|service| event.service() == service);
    matches_pattern(pattern, &event.source) || matches_pattern(pattern, event.service()) || called()
}

/// Tells whether one of the names of who acted is meant.
fn is_actor(pattern: &str, event: &Event, names: &[Cow<'_, str>]) -> bool {
    if let Some(net) = Net::parse(pattern) {
        return event.source_ip.as_deref().and_then(|address| address.parse().ok()).is_some_and(|address| net.holds(address));
    }
    if names.iter().any(|name| redact::is_shown_key_id(pattern, name)) {
        return true;
    }
    let role = role_of(pattern).filter(|_| !pattern.contains("assumed-role/"));
    // `role/app`, `user/alice` and `assumed-role/app/session` are how the console shows them.
    let bare = ["user/", "role/", "assumed-role/"].iter().find_map(|kind| pattern.strip_prefix(kind)).unwrap_or(pattern);
    let session_of = |name: &str| pattern.contains(":assumed-role/") && matches_pattern(&format!("{pattern}/*"), name);
    names.iter().any(|name| {
        matches_pattern(pattern, name)
            || matches_pattern(bare, name)
            || session_of(name)
            || role.as_deref().is_some_and(|role| matches_pattern(role, name))
    })
}

/// A network of addresses.
struct Net {
    address: IpAddr,
    prefix: u32,
}

impl Net {
    /// Reads `203.0.113.0/24`, or an address alone.
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.trim().parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).ok().filter(|prefix| *prefix <= longest)?;
        Some(Self { address, prefix })
    }

    fn holds(&self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).checked_shr(32 - self.prefix).unwrap_or(0) == 0,
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).checked_shr(128 - self.prefix).unwrap_or(0) == 0,
            _ => false,
        }
    }
}

/// How event sources end, besides `amazonaws.com`, in other partitions.
const SUFFIXES: &[&str] = &["amazonaws.com.cn", "amazonaws.eu", "c2s.ic.gov", "sc2s.sgov.gov", "cloud.adc-e.uk", "csp.hci.ic.gov"];

impl Filter {
    /// Makes sure that every filter could apply, before anything is read.
    ///
    /// Errors: an address, ARN or access key that cannot be one, and an event source that no service has the form of.
    pub fn check(&self) -> Result<(), InvalidArgument> {
        let left_out = self.not_actors.iter().map(|actor| ("not_actor", actor));
        for (argument, actor) in self.actors.iter().map(|actor| ("actors", actor)).chain(left_out) {
            let looks_like_address = actor.contains(['.', ':']) && actor.chars().all(|c| c.is_ascii_digit() || ".:/".contains(c));
            if looks_like_address && Net::parse(actor).is_none() {
                return Err(refuse(argument, actor, "is not an IP address: give for example 203.0.113.7 or 203.0.113.0/24"));
            }
            if actor.starts_with("arn:") && !actor.contains('*') && Arn::parse(actor).is_none() {
                return Err(refuse(argument, actor, "is not an ARN: give for example arn:aws:iam::111122223333:role/deploy"));
            }
            let key = ["AKIA", "ASIA"].iter().any(|prefix| actor.starts_with(prefix)) && actor.chars().all(|c| c.is_ascii_alphanumeric());
            if key && !(16..=128).contains(&actor.len()) {
                return Err(refuse(argument, actor, "is not a whole access key id: it begins with AKIA or ASIA and has 20 characters"));
            }
        }
        for source in &self.event_sources {
            let suffix = source.split_once('.').map(|(_, suffix)| suffix.to_ascii_lowercase());
            if suffix.is_some_and(|suffix| {
                !suffix.contains('*') && !suffix.ends_with("amazonaws.com") && !SUFFIXES.iter().any(|of| suffix.ends_with(of))
            }) {
                let service = source.split('.').next().unwrap_or_default().to_ascii_lowercase();
                let service = catalogue::service_names().find(|name| *name == service).unwrap_or("ec2");
                return Err(refuse(
                    "event_sources",
                    source,
                    &format!("is no event source: give for example {service}.amazonaws.com or {service}"),
                ));
            }
        }
        for name in &self.event_names {
            if name.chars().any(|c| !(c.is_ascii_alphanumeric() || "*_-".contains(c))) {
                let bare = name.rsplit([':', '.']).next().filter(|bare| bare.len() > 3 && bare.chars().all(|c| c.is_ascii_alphanumeric()));
                let example = bare.map_or_else(|| "RunInstances or Delete*".to_owned(), str::to_owned);
                return Err(refuse("event_names", name, &format!("is no event name: give for example {example}")));
            }
        }
        Ok(())
    }

    /// Makes sure that every filter applies to something that is known or was read, so that nothing that is misspelt looks like an all-clear.
    ///
    /// Errors: a service that nobody knows and no event is of, and an event name that nobody knows and no event bears.
    pub fn check_against<'a>(&self, read: impl Iterator<Item = &'a Event> + Clone) -> Result<(), InvalidArgument> {
        let events = read;
        let read = |applies: &dyn Fn(&Event) -> bool| events.clone().any(applies);
        for source in &self.event_sources {
            let short = source.split('.').next().unwrap_or_default();
            let known = catalogue::service_called(source).is_some() || catalogue::service_names().any(|name| matches_pattern(short, name));
            if !known && !read(&|event| is_from(source, event)) {
                let hint = hint(source, catalogue::service_names());
                return Err(refuse(
                    "event_sources",
                    source,
                    &format!("is no service that is known, and no event read is of one{hint}; give for example ec2 or s3"),
                ));
            }
        }
        for pattern in &self.event_names {
            if !catalogue::event_names().any(|name| matches_pattern(pattern, name)) && !read(&|event| is_named(pattern, event)) {
                let seen = events
                    .clone()
                    .map(|event| event.name.as_str())
                    .filter(|name| name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric()));
                let hint = hint(pattern, catalogue::event_names().map(|name: &'static str| -> &str { name }).chain(seen));
                let problem =
                    format!("is no event name that is known, and no event read bears it{hint}; give for example RunInstances or Delete*");
                return Err(refuse("event_names", pattern, &problem));
            }
        }
        Ok(())
    }
}

fn hint<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(given, known).map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

fn refuse(argument: &str, given: &str, problem: &str) -> InvalidArgument {
    InvalidArgument {
        argument: argument.to_owned(),
        message: format!("`{argument}` holds \"{}\", which {problem}", redact::text(given, 80)),
    }
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
