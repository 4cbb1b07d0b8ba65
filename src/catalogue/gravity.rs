//! What stands out by itself, whatever anybody complains of: the one thing that a question without an alert can be ranked by.

use serde_json::Value;

use super::json_path::{Flat, child, push_texts};
use super::severity::{Effect, Severity, severity};
use super::summary::{policy_document, statements};
use super::topic::{self, SignIn};
use crate::event::{ActorKind, Event};

/// How much a change stands out by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gravity {
    /// Points, 20 to 90.
    pub points: u8,
    /// Why, in words for the reader: `gives itself administrator rights`.
    pub reason: &'static str,
}

const fn grave(points: u8, reason: &'static str) -> Option<Gravity> {
    Some(Gravity { points, reason })
}

/// Managed policies that let their holder do everything, or make it so.
const ALMIGHTY: &[&str] = &["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"];

/// Calls that blind whoever watches, by their names.
const BLINDING: &[&str] = &[
    "StopLogging",
    "DeleteTrail",
    "DeleteEventDataStore",
    "StopEventDataStoreIngestion",
    "DeleteDetector",
    "DisassociateFromMasterAccount",
    "DisassociateFromAdministratorAccount",
    "StopConfigurationRecorder",
    "DeleteConfigurationRecorder",
    "DeleteDeliveryChannel",
    "DisableSecurityHub",
    "DeleteFlowLogs",
    "DeleteModelInvocationLoggingConfiguration",
];

/// Families of machines that cost so much that their launch is worth a look; the family's digits follow, or a hyphen.
const COSTLY: &[&str] = &["p", "trn", "inf", "dl", "hpc", "u"];
/// Machines launched at once that are worth a look whatever they are.
const MANY: usize = 20;

/// Severities below this are everyday: deleting, stopping.
const EVERYDAY: i8 = 20;

/// Returns how much an event stands out by itself; nothing for what is everyday, only reads or failed, but for sign-ins.
pub fn gravity(event: &Event) -> Option<Gravity> {
    if let Some(sign_in) = topic::sign_in(event) {
        return of_sign_in(event, sign_in);
    }
    if event.read_only || event.failed() {
        return None;
    }
    let request = Flat::of(event.request());
    let checks =
        [rights(event, &request), blinds(event), launches(event, &request), of_root(event), keys(event, &request), by_values(event)];
    checks.into_iter().flatten().max_by_key(|gravity| gravity.points)
}

fn by_values(event: &Event) -> Option<Gravity> {
    let Severity { points, reason, effect, .. } = severity(event)?;
    let counts = points >= EVERYDAY && matches!(effect, Effect::Exposes | Effect::TakesAway);
    (counts && !reason.is_empty()).then(|| Gravity { points: u8::try_from(points).unwrap_or_default() + 30, reason })
}

/// Rights to everything, given to somebody or to the one who gives them.
fn rights(event: &Event, request: &Flat<'_>) -> Option<Gravity> {
    let by_policy = || request.text("policyArn").is_some_and(|arn| ALMIGHTY.iter().any(|name| arn.rsplit('/').next() == Some(name)));
    let by_statement = || policy_document(request).is_some_and(|policy| statements(&policy).into_iter().any(allows_everything));
    let by_group = || event.name == "AddUserToGroup" && request.text("groupName").is_some_and(|name| name.to_lowercase().contains("admin"));
    let gives = event.service() == "iam" && !event.name.starts_with("De") && (by_policy() || by_statement() || by_group());
    if !gives {
        return None;
    }
    let names = event.actor_names();
    let to = ["userName", "roleName"].iter().find_map(|key| request.text(key));
    match to.is_some_and(|to| names.iter().any(|name| name.eq_ignore_ascii_case(&to))) {
        true => grave(85, "gives itself administrator rights"),
        false => grave(70, "gives administrator rights"),
    }
}

fn allows_everything(statement: &Value) -> bool {
    let has = |key: &str| {
        let mut texts = Vec::new();
        child(statement, key).into_iter().for_each(|value| push_texts(value, &mut texts, 4));
        texts.iter().any(|text| text == "*" || text == "*:*" || text == "iam:*")
    };
    child(statement, "Effect").and_then(Value::as_str) == Some("Allow") && has("Action") && has("Resource")
}

fn blinds(event: &Event) -> Option<Gravity> {
    if BLINDING.contains(&event.name.as_str()) { grave(80, "stops the recording of what happens") } else { None }
}

/// Many machines at once, or such as cost much.
fn launches(event: &Event, request: &Flat<'_>) -> Option<Gravity> {
    if event.name != "RunInstances" && event.name != "RequestSpotInstances" {
        return None;
    }
    let is_costly = |kind: String| {
        let family = kind.split('.').next().unwrap_or_default().to_lowercase();
        let of = |name: &str| family.strip_prefix(name).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '-'));
        COSTLY.iter().any(|name| of(name)) || kind.ends_with(".metal") || kind.ends_with("48xlarge")
    };
    if request.texts("instanceType").into_iter().any(is_costly) {
        return grave(65, "launches machines that cost much");
    }
    let launched = Flat::of(event.response()).texts("instancesSet.instanceId").len();
    if launched >= MANY { grave(50, "launches many machines at once") } else { None }
}

fn of_root(event: &Event) -> Option<Gravity> {
    if event.actor.kind == ActorKind::Root { grave(60, "done as the root user") } else { None }
}

/// Ways in that are made for somebody else, and protections of sign-ins that go.
fn keys(event: &Event, request: &Flat<'_>) -> Option<Gravity> {
    let for_another = || request.text("userName").is_some_and(|user| user != event.actor.name);
    match event.name.as_str() {
        "CreateAccessKey" | "CreateLoginProfile" | "UpdateLoginProfile" if for_another() => grave(45, "makes a way in for somebody else"),
        "DeactivateMFADevice" => grave(50, "takes MFA away"),
        "ScheduleKeyDeletion" => grave(55, "schedules a key's deletion"),
        "LeaveOrganization" => grave(70, "leaves the organization"),
        _ => None,
    }
}

/// A sign-in as root, or without MFA.
fn of_sign_in(event: &Event, sign_in: SignIn) -> Option<Gravity> {
    match event.actor.kind {
        _ if !sign_in.succeeded => None,
        ActorKind::Root => grave(75, "signs in as the root user"),
        _ if sign_in.by_password && sign_in.mfa == Some(false) => grave(30, "signs in without MFA"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(source: &str, name: &str, user: Value, request: Value) -> Option<&'static str> {
        let event = json!({
            "eventSource": source, "eventName": name, "userIdentity": user, "requestParameters": request, "readOnly": false,
            "eventTime": "2026-11-01T10:00:00Z", "awsRegion": "us-east-1", "recipientAccountId": "111122223333",
            "additionalEventData": {"MFAUsed": "No"},
        });
        gravity(&Event::parse(event).unwrap()).map(|gravity| gravity.reason)
    }

    #[test]
    fn what_everybody_would_look_at_stands_out_and_the_everyday_does_not() {
        let alice = || json!({"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111122223333:user/alice"});
        let admin = |user: &str| json!({"userName": user, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
        let iam = "iam.amazonaws.com";
        assert_eq!(of(iam, "AttachUserPolicy", alice(), admin("alice")), Some("gives itself administrator rights"));
        assert_eq!(of(iam, "AttachUserPolicy", alice(), admin("bob")), Some("gives administrator rights"));
        assert_eq!(of(iam, "DetachUserPolicy", alice(), admin("alice")), None);
        let all = json!({"userName": "bob", "policyDocument": r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#});
        assert_eq!(of(iam, "PutUserPolicy", alice(), all), Some("gives administrator rights"));
        let ec2 = "ec2.amazonaws.com";
        assert_eq!(of(ec2, "RunInstances", alice(), json!({"instanceType": "p4d.24xlarge"})), Some("launches machines that cost much"));
        assert_eq!(of(ec2, "RunInstances", alice(), json!({"instanceType": "t3.micro"})), None);
        let open = json!({"groupId": "sg-1", "ipPermissions": {"items": [{"ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}});
        assert_eq!(of(ec2, "AuthorizeSecurityGroupIngress", alice(), open), Some("opens it to the whole internet"));
        assert_eq!(
            of("cloudtrail.amazonaws.com", "StopLogging", alice(), json!({"name": "t"})),
            Some("stops the recording of what happens")
        );
        let public = json!({"bucketName": "b", "bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]}});
        assert_eq!(of("s3.amazonaws.com", "PutBucketPolicy", alice(), public), Some("the policy allows everybody"));
        assert_eq!(
            of(ec2, "CreateTags", json!({"type": "Root", "arn": "arn:aws:iam::111122223333:root"}), json!({})),
            Some("done as the root user")
        );
        assert_eq!(of("signin.amazonaws.com", "ConsoleLogin", alice(), json!(null)), Some("signs in without MFA"));
        assert_eq!(of(ec2, "TerminateInstances", alice(), json!({"instancesSet": {"items": [{"instanceId": "i-1"}]}})), None);
    }
}
