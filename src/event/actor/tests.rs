use serde_json::{Value, json};

use super::*;

fn judged(record: Value) -> (String, ActorKind, Via) {
    let actor = of(&record);
    (actor.name, actor.kind, actor.via)
}

fn via_of(user_agent: &str) -> Via {
    of(&json!({"userIdentity": {"type": "IAMUser", "userName": "alice"}, "userAgent": user_agent})).via
}

fn role(name: &str, session: &str) -> Value {
    json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::111122223333:assumed-role/{name}/{session}"), "principalId": format!("AROAEXAMPLE:{session}")})
}

#[test]
fn the_kind_follows_the_identity_and_who_called() {
    let it = |identity: Value| judged(json!({"userIdentity": identity}));
    assert_eq!(it(json!({"type": "IAMUser", "userName": "alice"})), ("alice".into(), ActorKind::Human, Via::Unknown));
    assert_eq!(it(json!({"type": "Root"})), ("root".into(), ActorKind::Root, Via::Unknown));
    assert_eq!(
        it(json!({"type": "Root", "invokedBy": "autoscaling.amazonaws.com"})),
        ("autoscaling".into(), ActorKind::Service, Via::Service)
    );
    assert_eq!(it(json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"})), ("ec2".into(), ActorKind::Service, Via::Service));
    assert_eq!(it(role("deployer", "run-7")), ("deployer/run-7".into(), ActorKind::Role, Via::Unknown));
    assert_eq!(it(role("AWSReservedSSO_Admin_0a", "bob")), ("bob".into(), ActorKind::Human, Via::Unknown));
    assert_eq!(it(role("AWSServiceRoleForAutoScaling", "AutoScaling")).1, ActorKind::Service);
    assert_eq!(
        it(json!({"type": "WebIdentityUser", "userName": "repo:example/app"})),
        ("repo:example/app".into(), ActorKind::Role, Via::Unknown)
    );
    assert_eq!(it(json!({"type": "AWSAccount", "accountId": "444455556666"})), ("444455556666".into(), ActorKind::Unknown, Via::Unknown));
    assert_eq!(it(json!(null)), ("unknown".into(), ActorKind::Unknown, Via::Unknown));
}

#[test]
fn a_role_session_from_the_console_is_a_person() {
    let record = json!({"userIdentity": role("admin", "bob"), "sessionCredentialFromConsole": "true", "userAgent": "AWS Internal"});
    assert_eq!(judged(record), ("bob".into(), ActorKind::Human, Via::Console));
}

#[test]
fn a_call_that_cloudformation_makes_for_a_person_stays_the_persons() {
    let record = json!({"userIdentity": {"type": "IAMUser", "userName": "alice", "invokedBy": "cloudformation.amazonaws.com"}});
    assert_eq!(judged(record), ("alice".into(), ActorKind::Human, Via::CloudFormation));
}

#[test]
fn a_service_event_without_identity_is_its_services() {
    let record = json!({"eventType": "AwsServiceEvent", "eventSource": "kms.amazonaws.com"});
    assert_eq!(judged(record), ("kms".into(), ActorKind::Service, Via::Service));
}

#[test]
fn tools_are_known_before_the_sdk_they_are_built_on() {
    for (user_agent, via) in [
        ("APN/1.0 HashiCorp/1.0 Terraform/1.1.2 aws-sdk-go/1.44", Via::Terraform),
        ("opentofu/1.6 aws-sdk-go-v2/1.24", Via::Terraform),
        ("aws-cdk/2.1 aws-sdk-js/3", Via::CloudFormation),
        ("aws-cli/2.15 exec-env/CloudShell", Via::Cli),
        ("console.amazonaws.com", Via::Console),
        ("signin.amazonaws.com", Via::Console),
        ("Mozilla/5.0 (X11)", Via::Console),
        ("[Boto3/1.26 Python/3.11]", Via::Sdk),
        ("aws-sdk-java/2.20", Via::Sdk),
        ("autoscaling.amazonaws.com", Via::Service),
        ("curl/8", Via::Unknown),
    ] {
        assert_eq!(via_of(user_agent), via, "{user_agent}");
    }
}

fn chain_of(identity: Value) -> (String, Vec<String>) {
    let actor = of(&json!({"userIdentity": identity, "recipientAccountId": "111122223333"}));
    (actor.name, actor.chain)
}

#[test]
fn an_identity_center_user_without_a_name_is_known_by_its_user_id_and_never_by_the_account() {
    let store = "arn:aws:identitystore::111122223333:identitystore/d-9067642ac7";
    let behalf = json!({"userId": "544894e8-80c1-707f-60e3-3ba6510dfac1", "identityStoreArn": store});
    let identity =
        json!({"type": "IdentityCenterUser", "accountId": "111122223333", "onBehalfOf": behalf, "credentialId": "EXAMPLEcredential"});
    let user = "544894e8-80c1-707f-60e3-3ba6510dfac1".to_owned();
    let told = vec![user.clone(), "Identity Center user of d-9067642ac7".to_owned()];
    assert_eq!(chain_of(identity), (user, told));
    let credential = json!({"type": "IdentityCenterUser", "accountId": "111122223333", "credentialId": "EXAMPLEcredential"});
    assert_eq!(chain_of(credential).0, "EXAMPLEcredential");
    assert_eq!(chain_of(json!({"type": "IdentityCenterUser", "accountId": "111122223333"})).0, "unknown");
}

#[test]
fn who_stands_behind_a_session_is_in_the_chain() {
    let plain = role("AWSReservedSSO_Admin_0a1b", "bob@example.com");
    assert_eq!(chain_of(plain.clone()), ("bob@example.com".to_owned(), Vec::new()), "the name says all");
    let with = |key: &str, value: Value| {
        let mut identity = plain.clone();
        identity[key] = value;
        chain_of(identity).1
    };
    let person = "bob@example.com (SSO, Admin)";
    assert_eq!(with("sessionContext", json!({"sourceIdentity": "kim"})), [person, "source identity kim"]);
    assert_eq!(with("sessionContext", json!({"sourceIdentity": "bob@example.com"})), Vec::<String>::new());
    let session = "arn:aws:signin:us-east-1:111122223333:session/a90e1d90-b08a-4ecf-ac06-e45576d13b98";
    let told = [person, "sign-in session a90e1d90-b08a-4ecf-ac06-e45576d13b98"];
    assert_eq!(with("sessionContext", json!({"signInSessionArn": session})), told);
    assert_eq!(with("accountId", json!("444455556666")), [person, "from account 444455556666"]);
    assert_eq!(with("accountId", json!("111122223333")), Vec::<String>::new());
    assert_eq!(with("invokedByDelegate", json!({"accountId": "444455556666"})), [person, "access lent to account 444455556666"]);
    assert_eq!(with("onBehalfOf", json!({"userId": "u-1"})), [person, "on behalf of the Identity Center user u-1"]);
    assert_eq!(with("invokedBy", json!("aws-mcp.amazonaws.com")), [person, "an agent through the AWS MCP Server"]);
}

#[test]
fn services_of_other_partitions_are_services() {
    for host in ["autoscaling.amazonaws.com.cn", "autoscaling.amazonaws.eu", "autoscaling.c2s.ic.gov"] {
        let record = json!({"userIdentity": {"type": "AWSService", "invokedBy": host}});
        assert_eq!(judged(record), ("autoscaling".into(), ActorKind::Service, Via::Service), "{host}");
    }
}
