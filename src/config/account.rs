//! `[accounts.NAME]`: the accounts that callers may name, and the roles that lead to them.

use std::collections::BTreeMap;

use super::settings::{ACCOUNTS_EXTERNAL_ID, ACCOUNTS_ID, ACCOUNTS_ROLE_ARN};
use super::{Config, Section};
use crate::event::Arn;

/// A configured account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The section's name, by which callers may ask.
    pub name: String,
    /// 12 digits.
    pub id: String,
    /// The role to assume there, of the same account.
    pub role_arn: Option<String>,
    /// The external id that the role asks for; a secret.
    pub external_id: Option<String>,
}

impl Config {
    /// Returns the configured accounts, by name.
    pub fn accounts(&self) -> Vec<Account> {
        let account = |section: Section<'_>| {
            let (role_arn, external_id) = (section.find(&ACCOUNTS_ROLE_ARN), section.find(&ACCOUNTS_EXTERNAL_ID));
            Some(Account { name: section.name().to_owned(), id: section.find(&ACCOUNTS_ID)?, role_arn, external_id })
        };
        self.sections("accounts.*").into_iter().filter_map(account).collect()
    }
}

/// Says what is missing, stands twice or contradicts itself.
pub(super) fn problems(config: &Config, problems: &mut Vec<String>) {
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    for section in config.sections("accounts.*") {
        let (place, id, role) = (section.place, section.find(&ACCOUNTS_ID), section.find(&ACCOUNTS_ROLE_ARN));
        match &id {
            None => problems.push(format!("{place}: id is missing; such as id = \"111122223333\"")),
            Some(id) => {
                if let Some(other) = ids.insert(id.clone(), place) {
                    problems.push(format!("{place}: id is the same as that of {other}"));
                }
            }
        }
        if section.find(&ACCOUNTS_EXTERNAL_ID).is_some() && role.is_none() {
            problems.push(format!("{}: it goes with role_arn, which is missing", section.at(&ACCOUNTS_EXTERNAL_ID)));
        }
        if let (Some(id), Some(role)) = (id, role)
            && Arn::parse_with_blanks(&role).is_some_and(|arn| arn.account != id)
        {
            problems.push(format!("{}: it belongs to another account than id = \"{id}\"", section.at(&ACCOUNTS_ROLE_ARN)));
        }
    }
}
