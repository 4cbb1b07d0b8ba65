//! Resources: found in what an alert says, or named in arguments.

use std::sync::LazyLock;

use regex::Regex;

use super::basis::{Basis, Reading};
use super::fact::{Fact, Place};
use super::{InvalidArgument, NamedResource};
use crate::event::{Arn, ID_KINDS};
use host::{Host, MAX_HOSTS};
use table::{HOSTED, HOSTS, NAMES, PHRASES, WEAK};

mod host;
mod table;

/// How many resources an incident keeps.
const MAX_RESOURCES: usize = 50;
/// How many characters an id may have.
const MAX_ID: usize = 512;

/// Any id of EC2's form; no letter, digit or dash may stand before it.
#[expect(clippy::expect_used, reason = "a pattern made from our own table")]
static ID: LazyLock<Regex> = LazyLock::new(|| {
    let prefixes: Vec<&str> = ID_KINDS.iter().map(|(prefix, _)| *prefix).collect();
    Regex::new(&format!(r"(?:^|[^A-Za-z0-9-])((?:{})-[0-9a-f]{{8,17}})\b", prefixes.join("|"))).expect("pattern")
});

/// The session of a role, as error messages name whoever was refused.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static ASSUMED_ROLE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bassumed-role/([A-Za-z0-9+=,.@_-]{1,64})/").expect("pattern"));

/// The patterns of [`HOSTS`] and [`PHRASES`], compiled.
#[expect(clippy::expect_used, reason = "patterns of our own table")]
static TEXT: LazyLock<Vec<(Regex, &str, Reading)>> = LazyLock::new(|| {
    let of = |rows: &'static [(&str, &'static str)], reading: Reading| {
        rows.iter().map(move |(pattern, kind)| (Regex::new(pattern).expect("pattern"), *kind, reading))
    };
    of(HOSTS, Reading::DnsName).chain(of(PHRASES, Reading::Itself)).collect()
});

/// Finds resources in what was said.
///
/// Shape: each once, at most 50, in order of confidence: labels and dimensions whose name says what they hold, ARNs,
/// ids in texts, names in hosts of AWS and in its messages, other hosts and addresses; the same of the evidence; and last the names of
/// services and applications, whose kind is not known.
pub(super) fn find(facts: &[Fact], known: Vec<NamedResource>) -> Vec<NamedResource> {
    let mut found = Found(known);
    // Kubernetes has namespaces too; those of metrics look like `AWS/ECS` or `ContainerInsights`.
    let is_metrics = |fact: &&Fact| fact.key() == "namespace" && (fact.text.contains('/') || fact.text.contains("Insights"));
    let namespace = facts.iter().find(is_metrics).map_or("", |fact| fact.text.as_str());
    for evidence in [false, true] {
        let group = || facts.iter().filter(move |fact| fact.place != Place::Origin && (fact.place == Place::Evidence) == evidence);
        group().filter(|fact| fact.place.keyed()).for_each(|fact| found.add_keyed(fact, namespace));
        for fact in group() {
            for text in Arn::in_text(&fact.text).filter(|text| !ASSUMED_ROLE.is_match(text)) {
                let kind = Arn::parse(text).and_then(|arn| arn.kind());
                // An alarm tells of an incident; it takes no part in it.
                if fact.place != Place::Text || kind != Some("AWS::CloudWatch::Alarm") {
                    found.add(text, kind, fact.basis(Reading::Arn));
                }
            }
            for role in ASSUMED_ROLE.captures_iter(&fact.text).filter_map(|found| found.get(1)) {
                found.add(role.as_str(), Some("AWS::IAM::Role"), fact.basis(Reading::Arn));
            }
        }
        for fact in group() {
            ids(&fact.text).for_each(|(id, _, kind)| found.add(id, Some(kind), fact.basis(Reading::Itself)));
        }
        for fact in group() {
            for (text, kind, reading) in TEXT.iter() {
                for name in text.captures_iter(&fact.text).filter_map(|text| text.get(1)) {
                    found.add(name.as_str(), Some(*kind).filter(|kind| !kind.is_empty()), fact.basis(*reading));
                }
            }
        }
        group().filter(|fact| fact.is_about_the_incident()).for_each(|fact| found.add_hosts(fact));
    }
    for fact in facts.iter().filter(|fact| matches!(fact.place, Place::Label | Place::Tag | Place::Detail | Place::Dimension)) {
        if WEAK.contains(&fact.key().as_str()) {
            found.add(&fact.text, None, fact.basis(Reading::Itself));
        }
    }
    found.0.truncate(MAX_RESOURCES);
    found.0
}

/// Tells whether a label of that name, in lower case without separators, holds a resource.
pub(super) fn names_one(key: &str) -> bool {
    key != "name" && (WEAK.contains(&key) || NAMES.iter().any(|row| row.names.contains(&key)))
}

/// Reads the argument `resources`.
pub(super) fn argument(asked: &[String]) -> Result<Vec<NamedResource>, InvalidArgument> {
    let refuse = |message: String| InvalidArgument { argument: "resources".into(), message };
    let mut found = Found(Vec::new());
    for item in asked.iter().flat_map(|item| item.split(',')).map(str::trim).filter(|item| !item.is_empty()) {
        if !acceptable(item) {
            return Err(refuse(format!(
                "A resource has at most {MAX_ID} characters and no control characters, such as `i-0123456789abcdef0`, `orders-db` or an ARN."
            )));
        }
        let kind = Arn::parse_with_blanks(item)
            .map_or_else(|| ids(item).next().filter(|(id, ..)| *id == item).map(|(.., kind)| kind), |arn| arn.kind());
        found.add(item, kind, Basis::Argument);
    }
    if found.0.len() > MAX_RESOURCES {
        return Err(refuse(format!(
            "At most {MAX_RESOURCES} resources may be named, such as `i-0123456789abcdef0`; leave out the least likely."
        )));
    }
    Ok(found.0)
}

/// Resources, each once.
struct Found(Vec<NamedResource>);

impl Found {
    /// Adds what a label or dimension holds, when its name is in the table.
    fn add_keyed(&mut self, fact: &Fact, namespace: &str) {
        let key = fact.key();
        let Some(row) = NAMES.iter().find(|row| row.names.contains(&key.as_str()) && namespace.contains(row.namespace)) else { return };
        if row.id.is_empty() {
            let kind = Arn::parse_with_blanks(&fact.text).and_then(|arn| arn.kind()).or(Some(row.kind).filter(|kind| !kind.is_empty()));
            return self.add(&fact.text, kind, fact.basis(Reading::Itself));
        }
        // A label of this name may also hold somebody else's numbering, so the id has to look like one.
        for (id, _, kind) in ids(&fact.text).filter(|(_, prefix, _)| row.id.split('|').any(|id| id == *prefix)) {
            self.add(id, Some(kind), fact.basis(Reading::Itself));
        }
    }

    /// Adds the hosts and addresses of a text, where they are few: of a list nobody can say which it is.
    fn add_hosts(&mut self, fact: &Fact) {
        let keyed = fact.place.keyed() && HOSTED.contains(&fact.key().as_str());
        for host in host::hosts(&fact.text, keyed).take(MAX_HOSTS) {
            match host {
                Host::Own(name) => self.add(&name, Some("AWS::Route53::RecordSet"), fact.basis(Reading::DnsName)),
                Host::Service(name) => self.add(&name, Some("AWS::EC2::VPCEndpointService"), fact.basis(Reading::DnsName)),
                Host::Address(address) => self.add(&address.to_string(), None, fact.basis(Reading::Address)),
            }
        }
    }

    fn add(&mut self, id: &str, kind: Option<&str>, basis: Basis) {
        if acceptable(id) && !self.0.iter().any(|known| known.id == id) && self.0.len() <= MAX_RESOURCES {
            self.0.push(NamedResource { id: id.to_owned(), kind: kind.map(str::to_owned), basis });
        }
    }
}

fn acceptable(id: &str) -> bool {
    !id.is_empty() && id.chars().count() <= MAX_ID && !id.chars().any(char::is_control)
}

/// Returns the ids in a text, each with its prefix and kind.
fn ids(text: &str) -> impl Iterator<Item = (&str, &'static str, &'static str)> {
    ID.captures_iter(text).filter_map(|found| {
        let id = found.get(1)?.as_str();
        let (prefix, _) = id.rsplit_once('-')?;
        let (prefix, kind) = ID_KINDS.iter().find(|(known, _)| *known == prefix)?;
        Some((id, *prefix, *kind))
    })
}
