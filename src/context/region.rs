//! Regions and accounts: found in what an alert says, or read from arguments.

use std::sync::LazyLock;

use regex::Regex;

use super::basis::{Basis, Reading};
use super::fact::{Fact, Place};
use super::{InvalidArgument, Named};
use crate::event::{Arn, is_account, is_region};

/// How many regions one call may name, and how many of these or of accounts are taken from an investigation.
const MAX_NAMED: usize = 50;

/// How many accounts one call may name: an organisation's, at most as many as places are read one by one.
const MAX_ACCOUNTS: usize = 256;

/// A well-formed region at a word's start, and the letter of an availability zone after it.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static IN_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:^|[^a-z0-9])((?:us|eu|ap|sa|ca|me|af|il|mx|cn|eusc)(?:-(?:gov|iso[a-z]?|de))?-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-[1-9])([a-z])?\b",
    )
    .expect("pattern")
});

/// A host name that AWS gives: its region stands in it.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static HOST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b[a-z0-9._-]+\.(?:amazonaws\.com|amazonaws\.com\.cn|compute\.internal|ec2\.internal|on\.aws|aws\.dev)\b")
        .expect("pattern")
});

/// Tells whether a text may be a region's name at all.
pub(super) fn may_be_region(text: &str) -> bool {
    is_region(text) && !is_global(text)
}

/// Tells whether a text is a region or an availability zone.
pub(super) fn is_place(text: &str) -> bool {
    whole(&text.to_ascii_lowercase()).is_some()
}

/// Finds regions in what was said, the surest first.
///
/// Shape: each once. Evidence, which may list much that is beside the point, counts only where the alert itself names none;
/// then prose, and last people's names of regions.
pub(super) fn find(facts: &[Fact]) -> Vec<Named> {
    let mut found = Vec::new();
    for evidence in [false, true] {
        let group = || facts.iter().filter(move |fact| (fact.place == Place::Evidence) == evidence);
        find_sure(group, &mut found);
        if !found.is_empty() {
            return found;
        }
    }
    for fact in facts {
        for (region, zone) in within(&fact.text) {
            add(&mut found, &region, fact.basis(if zone { Reading::Zone } else { Reading::Itself }));
        }
    }
    if found.is_empty() {
        for fact in facts.iter().filter(|fact| fact.place.keyed() && fact.key().ends_with("region")) {
            if let Some((_, region)) = PEOPLES_NAMES.iter().find(|(name, _)| fact.text.eq_ignore_ascii_case(name)) {
                add(&mut found, region, fact.basis(Reading::PeoplesName));
            }
        }
    }
    found
}

/// Adds the regions of labels and fields, then of ARNs, then of host names.
fn find_sure<'a, I: Iterator<Item = &'a Fact>>(facts: impl Fn() -> I, found: &mut Vec<Named>) {
    for fact in facts().filter(|fact| fact.place.keyed()) {
        let text = fact.text.to_ascii_lowercase();
        match whole(&text) {
            Some((region, true)) => add(found, &region, fact.basis(Reading::Zone)),
            Some((region, false)) => add(found, &region, fact.basis(Reading::Itself)),
            None if names_region(&fact.key(), &text) => add(found, &text, fact.basis(Reading::Itself)),
            None => {}
        }
    }
    for fact in facts() {
        for arn in arns(fact).filter(|arn| may_be_region(arn.region)) {
            add(found, arn.region, fact.basis(Reading::Arn));
        }
    }
    for fact in facts() {
        for host in HOST.find_iter(&fact.text).map(|host| host.as_str().to_ascii_lowercase()) {
            // Hosts of the first region bear no region in their names.
            if host.ends_with(".ec2.internal") {
                add(found, "us-east-1", fact.basis(Reading::DnsName));
            } else if let Some((region, _)) = within(&host).next() {
                add(found, &region, fact.basis(Reading::DnsName));
            }
        }
    }
}

/// Finds accounts in what was said of the alert itself and its own resources; prose may speak of anybody's, and
/// evidence counts only where the alert names none.
pub(super) fn find_accounts(facts: &[Fact]) -> Vec<Named> {
    let mut found = Vec::new();
    for evidence in [false, true] {
        let keyed = || facts.iter().filter(move |fact| fact.place.keyed() && (fact.place == Place::Evidence) == evidence);
        for fact in keyed().filter(|fact| is_account(&fact.text) && names_account(&fact.key())) {
            add(&mut found, &fact.text, fact.basis(Reading::Itself));
        }
        for fact in keyed() {
            for arn in arns(fact).filter(|arn| is_account(arn.account)) {
                add(&mut found, arn.account, fact.basis(Reading::Arn));
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found
}

/// Reads the argument `regions`: the regions, and whether all are asked for.
pub(super) fn argument(asked: &[String]) -> Result<(Vec<Named>, bool), InvalidArgument> {
    let refuse = |message: String| InvalidArgument { argument: "regions".into(), message };
    let mut found = Vec::new();
    let mut all = false;
    for item in items(asked) {
        let item = item.to_ascii_lowercase();
        if item == "all" || item == "*" {
            all = true;
        } else if is_global(&item) {
            return Err(refuse(
                "`global` is no region: events of global services are recorded in `us-east-1`; ask for that, or for `all`.".into(),
            ));
        } else if let Some((region, true)) = whole(&item) {
            add(&mut found, &region, Basis::ZoneInArgument);
        } else if may_be_region(&item) {
            add(&mut found, &item, Basis::Argument);
        } else {
            return Err(refuse(
                "A region is 3 to 32 of a-z, 0-9 and `-`, such as `us-east-1`; give a list or a comma string, or `all` for every allowed region.".into(),
            ));
        }
    }
    if found.len() > MAX_NAMED {
        return Err(refuse(format!("At most {MAX_NAMED} regions may be named; `all` asks for every allowed one.")));
    }
    Ok((if all { Vec::new() } else { found }, all))
}

/// Reads the argument `accounts`.
pub(super) fn argument_accounts(asked: &[String]) -> Result<Vec<Named>, InvalidArgument> {
    let refuse = |message: String| InvalidArgument { argument: "accounts".into(), message };
    let mut found = Vec::new();
    for item in items(asked) {
        let digits = item.replace('-', "");
        let name = if is_account(&digits) { &digits } else { item };
        // Which names there are is the policy's to tell.
        if !may_be_account_name(name) {
            return Err(refuse("An account is a 12-digit id, such as `111122223333`, or a name that the operator configured.".into()));
        }
        add_within(MAX_ACCOUNTS, &mut found, name, Basis::Argument);
    }
    if found.len() > MAX_ACCOUNTS {
        return Err(refuse(format!("At most {MAX_ACCOUNTS} accounts may be named, such as `111122223333`.")));
    }
    Ok(found)
}

/// Tells whether a text has the form of a configured account's name, which account ids have, too.
fn may_be_account_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn items(asked: &[String]) -> impl Iterator<Item = &str> {
    asked.iter().flat_map(|item| item.split(',')).map(str::trim).filter(|item| !item.is_empty())
}

/// Returns the ARNs of a fact; an origin may hold one with blanks in it (alarm names may have them).
fn arns(fact: &Fact) -> impl Iterator<Item = Arn<'_>> {
    let own = (fact.place == Place::Origin).then(|| Arn::parse_with_blanks(&fact.text)).flatten();
    own.into_iter().chain(Arn::in_text(&fact.text).filter_map(Arn::parse))
}

/// Tells whether a name, in lower case without separators, holds an account; a region is known by its own form.
pub(super) fn names_place(key: &str) -> bool {
    names_account(key)
}

fn names_region(key: &str, text: &str) -> bool {
    // `aws_region` may hold any name; `region` alone is often a company's own word (`emea`), so it has to look like one of AWS.
    let wellformed = || text.matches('-').count() >= 2 && text.ends_with(|c: char| c.is_ascii_digit());
    key.ends_with("region") && may_be_region(text) && (key.contains("aws") || wellformed())
}

fn names_account(key: &str) -> bool {
    key.ends_with("accountid") || matches!(key, "account" | "awsaccount" | "accountnumber" | "ownerid")
}

fn whole(text: &str) -> Option<(String, bool)> {
    within(text).next().filter(|(region, zone)| text.len() == region.len() + usize::from(*zone))
}

fn within(text: &str) -> impl Iterator<Item = (String, bool)> {
    IN_TEXT.captures_iter(text).filter_map(|found| Some((found.get(1)?.as_str().to_ascii_lowercase(), found.get(2).is_some())))
}

fn is_global(text: &str) -> bool {
    matches!(text, "global" | "aws-global" | "aws-cn-global" | "aws-us-gov-global")
}

fn add(found: &mut Vec<Named>, name: &str, basis: Basis) {
    add_within(MAX_NAMED, found, name, basis);
}

/// Adds a name, unless it is there or there are more than `most` already, which is one too many.
fn add_within(most: usize, found: &mut Vec<Named>, name: &str, basis: Basis) {
    if !found.iter().any(|known| known.name == name) && found.len() <= most {
        found.push(Named { name: name.to_owned(), basis });
    }
}

/// What people call the regions, as CloudWatch's notifications do.
///
/// Source: AWS General Reference, CloudWatch endpoints.
const PEOPLES_NAMES: &[(&str, &str)] = &[
    ("US East (N. Virginia)", "us-east-1"),
    ("US East (Ohio)", "us-east-2"),
    ("US West (N. California)", "us-west-1"),
    ("US West (Oregon)", "us-west-2"),
    ("Africa (Cape Town)", "af-south-1"),
    ("Asia Pacific (Hong Kong)", "ap-east-1"),
    ("Asia Pacific (Hyderabad)", "ap-south-2"),
    ("Asia Pacific (Jakarta)", "ap-southeast-3"),
    ("Asia Pacific (Melbourne)", "ap-southeast-4"),
    ("Asia Pacific (Mumbai)", "ap-south-1"),
    ("Asia Pacific (Osaka)", "ap-northeast-3"),
    ("Asia Pacific (Seoul)", "ap-northeast-2"),
    ("Asia Pacific (Singapore)", "ap-southeast-1"),
    ("Asia Pacific (Sydney)", "ap-southeast-2"),
    ("Asia Pacific (Tokyo)", "ap-northeast-1"),
    ("Canada (Central)", "ca-central-1"),
    ("Canada West (Calgary)", "ca-west-1"),
    ("EU (Frankfurt)", "eu-central-1"),
    ("EU (Ireland)", "eu-west-1"),
    ("EU (London)", "eu-west-2"),
    ("EU (Milan)", "eu-south-1"),
    ("EU (Paris)", "eu-west-3"),
    ("EU (Spain)", "eu-south-2"),
    ("EU (Stockholm)", "eu-north-1"),
    ("EU (Zurich)", "eu-central-2"),
    ("Europe (Frankfurt)", "eu-central-1"),
    ("Europe (Ireland)", "eu-west-1"),
    ("Europe (London)", "eu-west-2"),
    ("Europe (Milan)", "eu-south-1"),
    ("Europe (Paris)", "eu-west-3"),
    ("Europe (Spain)", "eu-south-2"),
    ("Europe (Stockholm)", "eu-north-1"),
    ("Europe (Zurich)", "eu-central-2"),
    ("Israel (Tel Aviv)", "il-central-1"),
    ("Mexico (Central)", "mx-central-1"),
    ("Middle East (Bahrain)", "me-south-1"),
    ("Middle East (UAE)", "me-central-1"),
    ("South America (Sao Paulo)", "sa-east-1"),
    ("AWS GovCloud (US-East)", "us-gov-east-1"),
    ("AWS GovCloud (US-West)", "us-gov-west-1"),
];
