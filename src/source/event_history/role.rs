//! Roles in other accounts: who we say we are when one is assumed.

use std::fmt;

use crate::event::Arn;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// A role to assume in an account (`[accounts.NAME]`).
#[derive(Clone, PartialEq, Eq)]
pub struct Role {
    /// The account, 12 digits.
    pub account: String,
    /// The role's ARN, in any partition.
    pub role_arn: String,
    /// The external id that the role asks for. A secret between two parties: never shown.
    pub external_id: Option<String>,
}

impl fmt::Debug for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Role").field("account", &self.account).field("role_arn", &self.role_arn).finish_non_exhaustive()
    }
}

impl Role {
    /// Returns the partition of the role, such as `aws-cn`.
    pub(super) fn partition(&self) -> &str {
        Arn::parse_with_blanks(&self.role_arn).map_or("", |arn| arn.partition)
    }
}

/// How a session without a caller is named.
const NAMELESS: &str = "cloudtrail-mcp";
/// Longest session name and source identity.
///
/// Source: AWS STS API reference, AssumeRole, `RoleSessionName` and `SourceIdentity` (2 to 64 of `[\w+=,.@-]`).
const LONGEST: usize = 64;
/// Hexadecimal digits that keep two callers apart whose names differ only in what STS does not take.
const DIGEST: usize = 8;

/// Returns the session name and, when somebody calls, the source identity, in the characters of STS.
///
/// Shape: different callers have different names.
pub(super) fn session(caller: &str) -> (String, Option<String>) {
    if caller.is_empty() {
        return (NAMELESS.to_owned(), None);
    }
    let taken = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    // `aws:` is AWS's own, and its colon is not taken anyway.
    if (2..=LONGEST).contains(&caller.len()) && caller.chars().all(taken) {
        return (caller.to_owned(), Some(caller.to_owned()));
    }
    let mut name: String = caller.chars().map(|c| if taken(c) { c } else { '-' }).take(LONGEST - 1 - DIGEST).collect();
    name.push('.');
    for byte in Sha256::digest(caller).iter().take(DIGEST / 2) {
        let _ = write!(name, "{byte:02x}");
    }
    (name.clone(), Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_named_after_the_server_and_is_no_source_identity() {
        assert_eq!(session(""), ("cloudtrail-mcp".to_owned(), None));
    }

    #[test]
    fn a_name_that_sts_takes_stays_as_it_is() {
        assert_eq!(session("alice@example.com").1.as_deref(), Some("alice@example.com"));
    }

    #[test]
    fn names_that_differ_only_in_what_sts_does_not_take_stay_different() {
        assert_ne!(session("a b"), session("a-b"));
        assert_ne!(session(&"a".repeat(70)), session(&"a".repeat(71)));
    }

    proptest::proptest! {
        #[test]
        fn every_name_fits_sts(caller in ".{1,100}") {
            let (name, identity) = session(&caller);
            proptest::prop_assert_eq!(identity.as_ref(), Some(&name));
            proptest::prop_assert!((2..=64).contains(&name.len()));
            proptest::prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)));
        }
    }

    #[test]
    fn the_external_id_is_not_shown() {
        let role = Role {
            account: "111122223333".to_owned(),
            role_arn: "arn:aws-cn:iam::111122223333:role/investigator".to_owned(),
            external_id: Some("between-us".to_owned()),
        };
        assert!(!format!("{role:?}").contains("between-us"));
        assert_eq!(role.partition(), "aws-cn");
    }
}
