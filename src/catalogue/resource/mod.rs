//! What an event touches: ids, names and ARNs from wherever a record keeps them, each with its role and aliases.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use super::json_path::{self, Flat};
use super::row::Row;
use super::rows;
use super::service::canonical_service;
use super::verb::{Verb, verb_and_noun};
use crate::event::{Arn, Event};
use crate::redact::is_hidden;

mod alias;
mod host;
mod key;
mod owner;

pub use alias::aliases_of;
pub(super) use alias::short;
pub use key::is_known_key;
pub use owner::{Owner, foreign_owner};

/// A thing that an event touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// As the record writes it: an id, a name or an ARN. Untrusted.
    pub id: String,
    /// CloudFormation type, such as `AWS::EC2::Instance`, when the key, the ARN or the form of the id tells it.
    pub kind: Option<&'static str>,
    /// Its part in the event.
    pub role: Role,
    /// Every spelling that the event gives or that follows from one, `id` first.
    pub aliases: Vec<String>,
}

/// The part a resource plays in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The thing that was changed, made or deleted.
    Target,
    /// What holds it: VPC, subnet, security group, cluster, auto scaling group, load balancer, stack.
    Parent,
    /// Merely named.
    Referenced,
}

/// At most this many resources are taken from one event.
const MAX_RESOURCES: usize = 200;

/// Texts under id keys that name nothing: a route's gateway within the VPC.
const NOT_IDS: [&str; 2] = ["local", "null"];

/// The longest text that is taken for an id.
const MAX_ID_BYTES: usize = 512;

/// Finds the resources of an event.
///
/// Shape: targets first, then parents, then the rest, in the order of appearance; each once, at most 200.
/// Source: `requestParameters`, `responseElements`, `resources`, `additionalEventData`, `serviceEventDetails`, the LookupEvents envelope, and
/// for calls that failed the error message, which is often all that names the thing.
pub fn resources(event: &Event) -> Vec<Resource> {
    let service = canonical_service(event.service());
    let row = rows::find(service, &event.name);
    let (request, response) = (Flat::of(event.request()), Flat::of(event.response()));
    // What a service does by itself is told in its details.
    let details = Flat::of(event.record.get("serviceEventDetails").unwrap_or(&Value::Null));
    let targets = targets(event, row, [&request, &response, &details]);
    let mut found = Found { actors: actor_arns(event), ..Found::default() };
    for target in &targets {
        let kind = key::kind_of_key(service, &target.key).or_else(|| key::kind_of_id(&target.text));
        found.add(&target.text, kind, Role::Target);
    }
    let known = row.is_some_and(|row| row.kind.is_some());
    if !known && targets.is_empty() && !event.name.starts_with("Create") {
        // Nothing tells the target of an unknown call better than the first id it was given.
        found.collect(service, &request);
        if let Some(first) = found.list.first_mut() {
            first.role = Role::Target;
        }
    }
    for (part, laid) in [
        ("requestParameters", Some(&request)),
        ("responseElements", Some(&response)),
        ("additionalEventData", None),
        ("serviceEventDetails", Some(&details)),
    ] {
        match (event.record.get(part), laid) {
            (Some(_), Some(laid)) => found.collect(service, laid),
            (Some(value), None) => found.collect(service, &Flat::of(value)),
            (None, _) => {}
        }
    }
    for entry in event.record.get("resources").and_then(Value::as_array).into_iter().flatten().take(MAX_RESOURCES) {
        let kind = json_path::child(entry, "type").and_then(Value::as_str).and_then(key::known_kind);
        if let Some(arn) = ["ARN", "ARNPrefix", "resourceName"].iter().find_map(|key| json_path::child(entry, key)).and_then(Value::as_str)
        {
            found.add(arn, kind, Role::Referenced);
        }
    }
    for entry in event.lookup_resources.iter().take(MAX_RESOURCES) {
        found.add(&entry.name, entry.kind.as_deref().and_then(key::known_kind), Role::Referenced);
    }
    if let (true, Some(message)) = (event.failed(), event.error_message.as_deref()) {
        found.collect_from_text(message);
    }
    for holder in found.list.iter().filter_map(|resource| holder(&resource.id)).collect::<Vec<_>>() {
        found.add(&holder, None, Role::Parent);
    }
    found.list.sort_by_key(|resource| resource.role);
    found.list
}

/// Tells whether a call makes its target, rather than something in it: CreateTable does, CreateRoute does not.
///
/// `resources` are those of the event.
pub fn makes_target(event: &Event, resources: &[Resource]) -> bool {
    if event.failed() || !Verb::of(&event.name).makes {
        return false;
    }
    let noun = verb_and_noun(&event.name).map_or("", |(_, noun)| noun.trim_end_matches('s'));
    let kinds = resources.iter().filter(|resource| resource.role == Role::Target).filter_map(|resource| resource.kind);
    let ends =
        |kind: &str| kind.len().checked_sub(noun.len()).and_then(|at| kind.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(noun));
    // `ManagedPolicy` is made by CreatePolicy.
    !noun.is_empty() && kinds.filter_map(|kind| kind.rsplit("::").next()).any(ends)
}

/// Returns the ARN of what holds the thing behind an ARN: the load balancer of a listener or a rule, the cluster of a service.
fn holder(id: &str) -> Option<String> {
    let arn = Arn::parse(id).filter(|arn| ["elasticloadbalancing", "ecs", "eks"].contains(&arn.service))?;
    let parts: Vec<&str> = arn.resource.split('/').collect();
    let prefix = id.strip_suffix(arn.resource)?;
    match (arn.service, parts.as_slice()) {
        ("elasticloadbalancing", ["listener" | "listener-rule", kind, name, balancer, ..]) => {
            Some(format!("{prefix}loadbalancer/{kind}/{name}/{balancer}"))
        }
        ("ecs", ["service" | "task" | "container-instance", cluster, _]) => Some(format!("{prefix}cluster/{cluster}")),
        ("eks", ["nodegroup" | "addon" | "fargateprofile", cluster, ..]) => Some(format!("{prefix}cluster/{cluster}")),
        _ => None,
    }
}

/// A text that names a target, and the key it stood under.
#[derive(Clone, Debug)]
struct Named {
    key: String,
    text: String,
}

/// Returns what the event changed: by the row's target, else by the noun of its name.
fn targets(event: &Event, row: Option<&Row>, [request, response, details]: [&Flat<'_>; 3]) -> Vec<Named> {
    let row_targets = row.map_or("", |row| row.target);
    for path in row_targets.split('|').filter(|path| !path.is_empty()) {
        let key = path.rsplit('.').next().unwrap_or(path);
        for root in [request, response, details] {
            let texts = root.texts(path);
            if !texts.is_empty() {
                return texts.into_iter().map(|text| Named { key: key.to_owned(), text }).collect();
            }
        }
    }
    if !row_targets.is_empty() {
        return Vec::new();
    }
    // `CreateFooBar` bears its id in the answer; any other `VerbFooBar` names `fooBarId`, `fooBarName`, … in the request.
    let noun: String = event
        .name
        .trim_start_matches(|c: char| c.is_ascii_uppercase())
        .trim_start_matches(|c: char| c.is_ascii_lowercase())
        .to_ascii_lowercase();
    let singular = noun.strip_suffix('s').unwrap_or(&noun);
    let born = event.name.starts_with("Create") || event.name.starts_with("Allocate");
    let order = if born { [response, request] } else { [request, response] };
    for root in order {
        for suffix in ["Id", "Arn", "Name", "Identifier", ""] {
            let key = format!("{singular}{suffix}");
            if let (false, Some(text)) = (singular.is_empty(), root.text(&key))
                && !is_hidden(&text)
            {
                return vec![Named { key, text }];
            }
        }
    }
    Vec::new()
}

/// The caller's own ARNs, which are not what the event touched.
fn actor_arns(event: &Event) -> Vec<Cow<'_, str>> {
    let identity = event.record.get("userIdentity");
    let own = identity.and_then(|identity| json_path::child(identity, "arn")).and_then(Value::as_str);
    let issuer = identity.and_then(|identity| json_path::text(identity, "sessionContext.sessionIssuer.arn"));
    event.actor.arn.as_deref().into_iter().chain(own).map(Cow::Borrowed).chain(issuer.map(Cow::Owned)).collect()
}

#[derive(Default)]
struct Found<'a> {
    list: Vec<Resource>,
    /// Lower-case alias to place in the list.
    index: HashMap<Box<str>, usize>,
    actors: Vec<Cow<'a, str>>,
}

impl Found<'_> {
    fn collect(&mut self, service: &str, root: &Flat<'_>) {
        let texts = root.iter().filter_map(|(key, value)| Some((key, value.as_str()?)));
        for (key, text) in texts {
            if let Some((kind, role)) = key::meaning(service, key) {
                self.add(text, kind, role);
            } else if let Some(kind) = key::kind_of_id(text) {
                self.add(text, Some(kind), Role::Referenced);
            } else if text.starts_with("arn:aws") || host::host(text).is_some() {
                self.add(text, None, Role::Referenced);
            }
        }
    }

    /// Ids and ARNs inside a sentence of AWS's, such as `… on resource: arn:aws:s3:::logs because …`.
    fn collect_from_text(&mut self, text: &str) {
        let breaks =
            |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '=');
        for word in text.split(breaks).take(500) {
            let word = word.trim_end_matches(['.', ':', '!', '?']);
            if word.starts_with("arn:aws") || key::kind_of_id(word).is_some() {
                self.add(word, key::kind_of_id(word), Role::Referenced);
            }
        }
    }

    fn add(&mut self, text: &str, kind: Option<&'static str>, role: Role) {
        // A DNS name ends with a dot, or does not: it is the same one.
        let id = text.trim().trim_end_matches('.');
        let refused = id.len() < 2
            || id.len() > MAX_ID_BYTES
            || id.bytes().any(|byte| byte.is_ascii_control())
            || !id.is_ascii() && id.chars().any(char::is_control)
            || NOT_IDS.contains(&id)
            || is_hidden(id)
            || id.starts_with("/change/")
            || id.starts_with('"');
        if refused || self.list.len() >= MAX_RESOURCES || self.actors.iter().any(|actor| actor == id) {
            return;
        }
        let kind =
            kind.or_else(|| key::kind_of_id(id)).or_else(|| Arn::parse(id).and_then(|arn| arn.kind())).or_else(|| host::host(id)?.kind);
        let alike = |other: &Resource| other.kind == kind || other.kind.is_none() || kind.is_none();
        let first = alias::main(id).to_ascii_lowercase();
        if let Some(same) =
            self.index.get(first.as_str()).and_then(|&at| self.list.get_mut(at)).filter(|other| other.id == id && alike(other))
        {
            // Most are named twice, in the request and in the answer to it.
            same.kind = same.kind.or(kind);
            same.role = same.role.min(role);
            return;
        }
        let aliases = aliases_of(id);
        let known = aliases
            .iter()
            .filter_map(|alias| self.index.get(alias.to_ascii_lowercase().as_str()).copied())
            .find(|&at| self.list.get(at).is_some_and(alike));
        match known.and_then(|at| self.list.get_mut(at).map(|resource| (at, resource))) {
            Some((at, resource)) => {
                resource.kind = resource.kind.or(kind);
                resource.role = resource.role.min(role);
                for alias in aliases {
                    if resource.aliases.len() < 12 && !resource.aliases.contains(&alias) {
                        self.index.entry(alias.to_ascii_lowercase().into()).or_insert(at);
                        resource.aliases.push(alias);
                    }
                }
            }
            None => {
                let at = self.list.len();
                for alias in &aliases {
                    self.index.entry(alias.to_ascii_lowercase().into()).or_insert(at);
                }
                self.list.push(Resource { id: id.to_owned(), kind, role, aliases });
            }
        }
    }
}

#[cfg(test)]
mod tests;
