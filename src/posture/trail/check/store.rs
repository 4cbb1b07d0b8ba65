//! Event data stores of CloudTrail Lake.

use super::Severity::{Low, Medium};
use super::{Check, Judge, Standards, Subject, Verdict, of};
use crate::posture::trail::fact::{Fact, Store};

const NONE: Standards = Standards::NONE;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "store_key",
        title: "event data stores are encrypted with a key of yours",
        severity: Medium,
        standards: NONE.hub("CloudTrail.10").config("event-data-store-cmk-encryption-enabled"),
        fix: "a store's key is set when it is made: make it anew with --kms-key-id KEY_ARN",
        judge: Judge::Account(|subject| every(subject, |store| store.key.is_some(), "have a key of yours", "KmsKeyId is not set")),
    },
    Check {
        id: "store_protection",
        title: "event data stores cannot be deleted at once",
        severity: Low,
        standards: NONE,
        fix: "aws cloudtrail update-event-data-store --event-data-store STORE_ARN --termination-protection-enabled",
        judge: Judge::Account(|subject| every(subject, |store| store.protected, "are protected", "TerminationProtectionEnabled is false")),
    },
    Check {
        id: "store_ingests",
        title: "event data stores take events in",
        severity: Medium,
        standards: NONE,
        fix: "aws cloudtrail start-event-data-store-ingestion --event-data-store STORE_ARN",
        judge: Judge::Account(|subject| every(subject, |store| store.status == "ENABLED", "take events in", "Status is not ENABLED")),
    },
];

fn every(subject: &Subject<'_>, holds: fn(&Store) -> bool, good: &str, bad: &str) -> Fact<Verdict> {
    let stores = of(&subject.posture.stores)?;
    let not: Vec<&str> = stores.iter().filter(|store| !holds(store)).map(|store| store.name.as_str()).collect();
    Ok(match (stores.len(), not.is_empty()) {
        (0, _) => Verdict::pass("there is no event data store"),
        (all, true) => Verdict::pass(format!("all {all} {good}")),
        (_, false) => Verdict::fail(format!("{bad}: {}", not.join(", "))),
    })
}
