//! Whose a thing is that an event touches.

use serde_json::Value;

use super::{Resource, Role};
use crate::catalogue::json_path::child;
use crate::event::{Arn, Event, is_account};

/// The account that owns what an event touches, where that is not the event's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Twelve digits.
    pub account: String,
    /// Whether it owns the key of KMS that was used, rather than the thing that was changed.
    pub of_key: bool,
}

/// Finds the other account that owns what was changed, or else the key of KMS that was used.
///
/// Source: CloudTrail record contents, `resources[].accountId` (the owner of the resource); the account of an ARN.
pub fn foreign_owner(event: &Event, resources: &[Resource]) -> Option<Owner> {
    let foreign = |account: &str| is_account(account) && account != event.account;
    let entries = || event.record.get("resources").and_then(Value::as_array).into_iter().flatten();
    // A bucket's ARN has no account, and its entry does.
    let told = |id: &str| {
        let own =
            |entry: &&Value| child(entry, "ARN").and_then(Value::as_str).is_some_and(|arn| arn == id || arn.ends_with(&format!(":::{id}")));
        entries().find(own).and_then(|entry| child(entry, "accountId")?.as_str())
    };
    let owner = |resource: &Resource| {
        let named = resource.aliases.iter().filter_map(|name| Arn::parse(name)).map(|arn| arn.account).find(|account| !account.is_empty());
        named.or_else(|| told(&resource.id)).filter(|account| foreign(account)).map(str::to_owned)
    };
    let target = resources.iter().filter(|resource| resource.role == Role::Target).find_map(owner);
    let is_key = |resource: &&Resource| resource.aliases.iter().filter_map(|name| Arn::parse(name)).any(|arn| arn.service == "kms");
    let of_target = target.map(|account| Owner { account, of_key: false });
    of_target.or_else(|| resources.iter().filter(is_key).find_map(owner).map(|account| Owner { account, of_key: true }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue::resources;

    fn owner(record: Value) -> Option<Owner> {
        let mut whole = json!({"eventTime": "2026-01-27T20:00:00Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333"});
        whole.as_object_mut().unwrap().extend(record.as_object().unwrap().clone());
        let event = Event::parse(whole).unwrap();
        foreign_owner(&event, &resources(&event))
    }

    #[test]
    fn another_account_that_owns_the_thing_or_its_key_is_named_and_the_own_one_is_not() {
        let key = |account: &str| format!("arn:aws:kms:eu-west-1:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab");
        let foreign = |of_key| Some(Owner { account: "444455556666".to_owned(), of_key });
        let disabled =
            |account| json!({"eventSource": "kms.amazonaws.com", "eventName": "DisableKey", "requestParameters": {"keyId": key(account)}});
        assert_eq!(owner(disabled("444455556666")), foreign(false));
        assert_eq!(owner(disabled("111122223333")), None);
        let volume = json!({"eventSource": "ec2.amazonaws.com", "eventName": "CreateVolume",
            "responseElements": {"volumeId": "vol-0123456789abcdef0"}, "requestParameters": {"kmsKeyId": key("444455556666"), "encrypted": true}});
        assert_eq!(owner(volume), foreign(true));
        let bucket = |account: &str| {
            json!({"eventSource": "s3.amazonaws.com", "eventName": "PutBucketPolicy", "requestParameters": {"bucketName": "orders"},
            "resources": [{"accountId": account, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::orders"}]})
        };
        assert_eq!(owner(bucket("444455556666")), foreign(false));
        assert_eq!(owner(bucket("111122223333")), None);
        let managed = json!({"eventSource": "iam.amazonaws.com", "eventName": "AttachUserPolicy",
            "requestParameters": {"userName": "bob", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}});
        assert_eq!(owner(managed), None);
    }
}
