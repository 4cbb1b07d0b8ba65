//! Whether an alert is about money: what is spent was begun days ago.

use super::fact::{Fact, Place, plain_key};
use crate::event::camel_words;

/// What speaks of money spent. A service may be called `billing`, and `error budget` is none.
const SPEAKS: &[&str] = &[
    "budget",
    "budgets",
    "spend",
    "spending",
    "overspend",
    "bill",
    "bills",
    "cost",
    "costs",
    "charges",
    "billing alarm",
    "billing alert",
    "billing threshold",
    "aws billing",
];
/// Fields that only messages about money have.
///
/// Source: AWS Cost Management User Guide, the messages of Budgets and of Cost Anomaly Detection.
const FIELDS: &[&str] = &["anomalystartdate", "estimatedcharges", "totalimpact", "budgetname", "budgetedamount"];

/// Tells whether an alert of these names and facts is about money.
///
/// Shape: what it is called must say so, or a field of it; what a text tells in passing does not count.
pub(super) fn is_complaint(names: &[String], facts: &[Fact]) -> bool {
    let told = |fact: &Fact| {
        FIELDS.contains(&plain_key(&fact.name).as_str())
            || fact.place != Place::Text && fact.key() == "namespace" && fact.text == "AWS/Billing"
    };
    names.iter().any(|name| speaks_of_money(name)) || facts.iter().any(told)
}

fn speaks_of_money(name: &str) -> bool {
    let mut words = String::from(" ");
    for word in name.split_whitespace() {
        // `cost-api` is somebody's name.
        let parts: Vec<&str> = if word.trim_matches(|c: char| !c.is_alphanumeric()).contains(['-', '_', '/']) {
            vec![word]
        } else {
            camel_words(word).collect()
        };
        for part in parts {
            words.extend(part.chars().flat_map(char::to_lowercase));
            words.push(' ');
        }
    }
    let says = |phrase: &str| words.contains(&format!(" {phrase} "));
    !says("error budget") && !says("slo") && SPEAKS.iter().any(|phrase| says(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_told_from_services_that_are_called_after_it() {
        for name in
            ["AWS Budgets: [private-projects] has exceeded your alert threshold", "CostAnomalyDetected", "Monthly bill 5x", "BillingAlarm"]
        {
            assert!(speaks_of_money(name), "{name}");
        }
        for name in ["billing-api down", "BillingApiErrors", "Error budget burn", "cost-api latency", "TimeSpentInGc"] {
            assert!(!speaks_of_money(name), "{name}");
        }
    }
}
