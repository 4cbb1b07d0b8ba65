//! What the operation says about its members: the table made from AWS's API models, and the curated one beside it.

mod curated;

use super::key::Rule;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

/// The members with the `sensitive` trait, as `generate.py` writes them.
const SENSITIVE: &str = include_str!("sensitive.txt");

/// The kind of what the models mark.
pub(super) const MARKED: &str = "sensitive";

/// What is known of one service's members, by name.
#[derive(Default)]
pub(super) struct Service {
    members: HashMap<&'static str, Vec<Row>, foldhash::fast::RandomState>,
}

struct Row {
    /// Divided by commas; empty for any.
    operations: &'static str,
    parent: &'static str,
    rule: Rule,
}

/// A service's line of the table, and what is made of it once it is asked for.
#[derive(Default)]
struct Entry {
    line: &'static str,
    service: OnceLock<Service>,
}

static SERVICES: LazyLock<HashMap<&'static str, Entry>> = LazyLock::new(|| {
    let mut services: HashMap<&str, Entry> = HashMap::new();
    for line in SENSITIVE.lines() {
        let (name, line) = line.split_once([' ', '|']).unwrap_or((line, ""));
        services.insert(name, Entry { line, ..Entry::default() });
    }
    for (name, ..) in curated::MEMBERS {
        services.entry(name).or_default();
    }
    services
});

/// An operation of a service whose members are known.
#[derive(Clone, Copy)]
pub(super) struct Operation<'a> {
    service: &'static Service,
    name: &'a str,
}

/// Tells whether a service is in the table.
pub(super) fn is_service(name: &str) -> bool {
    SERVICES.contains_key(name)
}

impl<'a> Operation<'a> {
    /// Looks up an event's source and name; nothing when no member of the service is more than looked at.
    pub(super) fn of(source: &str, name: &'a str) -> Option<Self> {
        let host = source.split('.').next().unwrap_or_default();
        let (source, entry) = SERVICES.get_key_value(host)?;
        let service = entry.service.get_or_init(|| Service::of(source, entry.line));
        // Versions follow some names: `UpdateFunctionCode20150331v2`.
        let name = name.find("20").map_or(name, |at| name.split_at_checked(at).map_or(name, |(name, _)| name));
        Some(Self { service, name })
    }

    /// Returns the rule of a member (normalised) below others, the innermost last.
    pub(super) fn rule(&self, member: &str, above: &[std::rc::Rc<str>]) -> Option<Rule> {
        let rows = self.service.members.get(member)?;
        // Who called, from where, and what AWS says of it are no members of the operation.
        if !above.first().is_some_and(|root| matches!(&**root, "requestparameters" | "responseelements")) {
            return None;
        }
        let fits = |row: &&Row| {
            (row.operations.is_empty() || row.operations.split(',').any(|name| name == self.name))
                && (row.parent.is_empty() || self.is_below(row.parent, above))
        };
        rows.iter().find(fits).map(|row| row.rule)
    }

    /// Tells whether the nearest name above is `parent`; lists, maps and the wrapping of old protocols do not count.
    fn is_below(&self, parent: &str, above: &[std::rc::Rc<str>]) -> bool {
        if above.last().is_some_and(|nearest| **nearest == *parent) {
            return true;
        }
        let mut above = above.iter().rev().filter(|name| !matches!(&***name, "items" | "item" | "member" | "entry"));
        let root = matches!(parent, "requestparameters" | "responseelements");
        match above.next() {
            Some(nearest) if **nearest == *parent => true,
            // A call may stand in a member called `CreateVpnConnectionRequest` or `createApiKeyInput`; a map has keys of its own.
            Some(nearest) if root => starts_alike(nearest, self.name),
            Some(_) => above.next().is_some_and(|name| **name == *parent),
            None => false,
        }
    }
}

fn starts_alike(normal: &str, name: &str) -> bool {
    normal.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

impl Service {
    fn of(source: &'static str, line: &'static str) -> Self {
        let mut service = Self::default();
        for (_, operations, members, rule) in curated::MEMBERS.iter().filter(|(name, ..)| *name == source) {
            members.split(' ').for_each(|member| service.add(operations, member, *rule));
        }
        for (at, group) in line.split('|').enumerate() {
            let (operations, members) = if at == 0 { ("", group) } else { group.split_once(' ').unwrap_or_default() };
            members.split_ascii_whitespace().for_each(|member| service.add(operations, member, Rule::Marked));
        }
        service
    }

    fn add(&mut self, operations: &'static str, member: &'static str, rule: Rule) {
        let (parent, name) = member.rsplit_once('.').unwrap_or(("", member));
        let parent = parent.rsplit('.').next().unwrap_or_default();
        self.members.entry(name).or_default().push(Row { operations, parent, rule });
    }
}

/// Every row of both tables: source, operations, member.
#[cfg(test)]
pub(super) fn members() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let curated = curated::MEMBERS
        .iter()
        .filter(|row| row.3 != Rule::Look)
        .flat_map(|(source, operations, members, _)| members.split(' ').map(|member| (*source, *operations, member)));
    let marked = SENSITIVE.lines().flat_map(|line| {
        let (source, line) = line.split_once([' ', '|']).unwrap_or((line, ""));
        line.split('|').enumerate().flat_map(move |(at, group)| {
            let (operations, members) = if at == 0 { ("", group) } else { group.split_once(' ').unwrap_or_default() };
            members.split_ascii_whitespace().map(move |member| (source, operations, member))
        })
    });
    let is_none = |source: &str, member: &str| {
        let leaf = member.rsplit('.').next().unwrap_or_default();
        curated::MEMBERS.iter().any(|row| row.0 == source && row.3 == Rule::Look && row.2.split(' ').any(|one| one == leaf))
    };
    curated.chain(marked.filter(move |(source, _, member)| !is_none(source, member)))
}

/// Tells whether a member is a list or a map of variables.
#[cfg(test)]
pub(super) fn holds_variables(source: &str, member: &str) -> bool {
    curated::MEMBERS
        .iter()
        .any(|(of, _, members, rule)| *of == source && *rule == Rule::Environment && members.split(' ').any(|one| one == member))
}

/// Tells whether a member holds the words of a command.
#[cfg(test)]
pub(super) fn holds_arguments(source: &str, member: &str) -> bool {
    curated::MEMBERS
        .iter()
        .any(|(of, _, members, rule)| *of == source && *rule == Rule::Arguments && members.split(' ').any(|one| one == member))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn each_line_of_the_table_is_a_service_with_members() {
        for line in SENSITIVE.lines() {
            let name = line.split([' ', '|']).next().unwrap();
            let entry = &SERVICES[name];
            assert!(!Service::of(SERVICES.get_key_value(name).unwrap().0, entry.line).members.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_member_is_told_by_its_operation_and_what_it_stands_below() {
        let rule = |source, name, member, above: &[&str]| {
            let above: Vec<Rc<str>> = above.iter().map(|name| Rc::from(*name)).collect();
            Operation::of(source, name).and_then(|operation| operation.rule(member, &above))
        };
        assert_eq!(
            rule("iam.amazonaws.com", "CreateVirtualMFADevice", "base32stringseed", &["responseelements", "virtualmfadevice"]),
            Some(Rule::Hide("secret key"))
        );
        assert_eq!(rule("apigateway.amazonaws.com", "CreateApiKey", "value", &["requestparameters"]), Some(Rule::Hide("api key")));
        assert_eq!(rule("apigateway.amazonaws.com", "CreateDeployment", "value", &["requestparameters"]), None);
        assert_eq!(rule("ssm.amazonaws.com", "AddTagsToResource", "value", &["requestparameters", "tags"]), None);
        assert!(rule("ec2.amazonaws.com", "CreateVpnConnection", "customergatewayconfiguration", &["responseelements", "x"]).is_some());
        assert_eq!(rule("kms.amazonaws.com", "Decrypt", "accesskeyid", &["useridentity"]), None);
        assert_eq!(rule("nothing.example", "X", "value", &[]), None);
    }
}
