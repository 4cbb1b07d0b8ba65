//! What a question names so exactly that a source can look it up, instead of reading everything there is.
//!
//! A bucket, an access key, a user, an API call: each is one short question over as long as policy allows. Pure: no clock, no I/O.

use crate::answer::filter::Filter;
use crate::catalogue;
use crate::context::basis::Basis;
use crate::context::{Incident, NamedResource};
use crate::coverage::Attribute;
use crate::event::{Arn, Event};
use crate::policy::Scope;
use crate::rank::Change;
use crate::redact;
use crate::refusal::InvalidArgument;
use crate::source::spellings;
use crate::time::in_hours;

/// One exact look-up: what kind of name, and the name as the source may have filed it.
pub(super) type Name = (Attribute, String);

/// Most names that are looked up in one place: each costs a request at least.
const MOST: usize = 12;

/// Returns what a question names exactly; nothing when it has an alert, or names nothing so.
///
/// Shape: each once. Whoever acted goes before what was called, and that before what it was made to, as the first is read whole;
/// the other filters are applied to what is found. Where several names are given, each must be exact, or some would be missed.
pub(super) fn names(incident: &Incident, filter: &Filter) -> Vec<Name> {
    if incident.alert.is_some() {
        return Vec::new();
    }
    let mut names: Vec<Name> = Vec::new();
    if let Some(actors) = all(&filter.actors, actor) {
        names.extend(actors);
    } else if let Some(calls) = all(&filter.event_names, calls) {
        names.extend(calls);
    }
    if filter.actors.is_empty() {
        let resources = incident.resources.iter().filter(|resource| is_exact(resource));
        let spellings = spellings(resources.map(|resource| resource.id.as_str()));
        names.extend(spellings.into_iter().map(|name| (Attribute::ResourceName, name)));
    }
    let mut once: Vec<Name> = Vec::new();
    for name in names {
        if once.len() < MOST && !once.contains(&name) {
            once.push(name);
        }
    }
    once
}

/// Returns what an alert names exactly, the most telling first; nothing without an alert.
pub(super) fn named(incident: &Incident) -> Vec<Name> {
    let firm = incident.resources.iter().filter(|resource| incident.alert.is_some() && (is_exact(resource) || resource.is_firm()));
    spellings(firm.map(|resource| resource.id.as_str())).into_iter().map(|name| (Attribute::ResourceName, name)).collect()
}

/// Returns the names of all items; nothing when there are none, or one of them has none.
fn all(items: &[String], of: impl Fn(&str) -> Vec<Name>) -> Option<Vec<Name>> {
    let names: Vec<Vec<Name>> = items.iter().map(|item| of(item.trim())).collect();
    (!names.is_empty() && names.iter().all(|names| !names.is_empty())).then(|| names.into_iter().flatten().collect())
}

/// Returns how event history files who acted: by access key, or by the name of a user or session.
fn actor(named: &str) -> Vec<Name> {
    // An access key id as it is shown, or a pattern, is filed nowhere.
    if named.contains(['*', '…']) || named.parse::<std::net::IpAddr>().is_ok() || named.ends_with(".amazonaws.com") {
        return Vec::new();
    }
    if ["AKIA", "ASIA"].iter().any(|prefix| named.starts_with(prefix)) && named.chars().all(|c| c.is_ascii_alphanumeric()) {
        return vec![(Attribute::AccessKeyId, named.to_owned())];
    }
    let resource = Arn::parse(named).map_or(named, |arn| arn.resource);
    let tail = resource.rsplit('/').next().unwrap_or_default();
    if tail.is_empty() || tail.contains([':', ' ']) { Vec::new() } else { vec![(Attribute::UserName, tail.to_owned())] }
}

/// Returns the names of a call as they are recorded; some services write the API's date or version after it.
fn calls(named: &str) -> Vec<Name> {
    if named.contains('*') {
        return Vec::new();
    }
    let spelt = catalogue::event_names().find(|name| name.eq_ignore_ascii_case(named)).unwrap_or(named);
    let versions = catalogue::recorded_as(spelt);
    let names = versions.map(|version| format!("{spelt}{version}"));
    std::iter::once(spelt.to_owned()).chain(names).map(|name| (Attribute::EventName, name)).collect()
}

/// Tells whether a resource is surely the name of one: given as an argument, or with the form of an id or an ARN.
fn is_exact(resource: &NamedResource) -> bool {
    let id = &resource.id;
    let has_form = || {
        id.starts_with("arn:")
            || id.rsplit_once('-').is_some_and(|(_, tail)| matches!(tail.len(), 8 | 17) && tail.chars().all(|c| c.is_ascii_hexdigit()))
    };
    !id.contains('*') && (resource.basis == Basis::Argument || has_form())
}

/// Returns the actors of a filter, by their names, of whom nothing was read.
pub(super) fn unseen<'a>(names: &'a [Name], filter: &Filter, changes: &[Change]) -> Vec<&'a str> {
    let users = names.iter().filter(|(attribute, _)| *attribute == Attribute::UserName).map(|(_, name)| name.as_str());
    let acted = |name: &str| {
        let one = Filter { actors: vec![name.to_owned()], include_reads: true, ..Filter::default() };
        changes.iter().any(|change| one.is_by_actor(&change.event))
    };
    if filter.actors.is_empty() { Vec::new() } else { users.filter(|name| !acted(name)).collect() }
}

/// Refuses to say that an actor did nothing over a long window when it may be a role: those are filed by their sessions alone.
pub(super) fn unknown_actor(name: &str, scope: &Scope) -> InvalidArgument {
    let (name, source) = (redact::text(name, 80), scope.source().title);
    let shortest = in_hours(scope.scanned_at_most());
    InvalidArgument {
        argument: "actors".to_owned(),
        message: format!(
            "{source} holds nothing under the user or session name \"{name}\" in this window, and no call tells of its sessions, if it is a role. \
            Ask for at most {shortest}, such as start_time={shortest}, which are read whole; or name a session (the part after the role in \
            role/session) or an access key id"
        ),
    }
}

/// Returns how a role's ARN may be spelt in `accounts`, besides its name alone.
pub(super) fn role_names(role: &str, accounts: &[&str]) -> Vec<Name> {
    let arns = accounts.iter().filter(|account| !account.is_empty()).map(|account| format!("arn:aws:iam::{account}:role/{role}"));
    std::iter::once(role.to_owned()).chain(arns).map(|name| (Attribute::ResourceName, name)).collect()
}

/// Returns the sessions of `role` that `changes` tell of: whoever assumed it is recorded by the session's name.
pub(super) fn sessions(role: &str, changes: &[Change]) -> Vec<Name> {
    let text = |value: &serde_json::Value, key: &str| value.get(key).and_then(|text| text.as_str()).map(str::to_owned);
    let of = |event: &Event| {
        let arn = text(event.request(), "roleArn")?;
        let is_role = arn.rsplit('/').next().is_some_and(|tail| tail.eq_ignore_ascii_case(role));
        (catalogue::lends_role(&event.name) && is_role).then(|| text(event.request(), "roleSessionName")).flatten()
    };
    let mut names: Vec<Name> = Vec::new();
    for session in changes.iter().rev().filter_map(|change| of(&change.event)) {
        let name = (Attribute::UserName, session);
        if names.len() < MOST && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Asked, Defaults, discover};
    use serde_json::json;

    fn of(asked: Asked, filter: Filter) -> Vec<String> {
        let now = crate::time::parse("2026-11-28T12:00:00Z").unwrap();
        let incident = discover(&asked, &Defaults::default(), now).unwrap();
        names(&incident, &filter).into_iter().map(|(attribute, name)| format!("{attribute:?} {name}")).collect()
    }

    fn list(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    #[test]
    fn who_acted_is_looked_up_by_key_or_by_the_name_of_user_or_session() {
        for (actor, wanted) in [
            ("AKIAIOSFODNN7EXAMPLE", "AccessKeyId AKIAIOSFODNN7EXAMPLE"),
            ("alice", "UserName alice"),
            ("arn:aws:iam::111122223333:user/team/alice", "UserName alice"),
            ("arn:aws:sts::111122223333:assumed-role/app/session", "UserName session"),
            ("alice@example.com", "UserName alice@example.com"),
        ] {
            assert_eq!(of(Asked::default(), Filter { actors: list(&[actor]), ..Filter::default() }), [wanted]);
        }
        for actors in [&["al*"][..], &["203.0.113.7"], &["alice", "bob*"]] {
            assert!(of(Asked::default(), Filter { actors: list(actors), ..Filter::default() }).is_empty(), "{actors:?}");
        }
    }

    #[test]
    fn calls_are_looked_up_as_they_are_recorded() {
        let of = |name: &str| of(Asked::default(), Filter { event_names: list(&[name]), ..Filter::default() });
        assert_eq!(of("deletebucket"), ["EventName DeleteBucket"]);
        assert!(of("UpdateFunctionCode").contains(&"EventName UpdateFunctionCode20150331v2".to_owned()));
        assert!(of("Delete*").is_empty());
    }

    #[test]
    fn resources_are_looked_up_in_all_their_spellings_and_never_under_an_alert() {
        let resources = list(&["arn:aws:s3:::orders-archive"]);
        assert!(
            of(Asked { resources: resources.clone(), ..Asked::default() }, Filter::default())
                .contains(&"ResourceName orders-archive".to_owned())
        );
        let alert = json!({"alert": {"name": "Down", "startsAt": "2026-11-28T11:00:00Z"}});
        assert!(of(Asked { investigation: Some(alert), resources, ..Asked::default() }, Filter::default()).is_empty());
    }

    #[test]
    fn text_names_a_resource_by_the_form_of_its_id_alone() {
        let told = |text: &str| of(Asked { investigation: Some(json!(text)), ..Asked::default() }, Filter::default());
        assert!(told("what changed on sg-0123456789abcdef0?").contains(&"ResourceName sg-0123456789abcdef0".to_owned()));
        assert!(told("why is checkout down?").is_empty());
    }
}
