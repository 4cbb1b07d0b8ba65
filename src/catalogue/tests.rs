//! What the catalogue as a whole promises.

use chrono::{TimeZone, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::event::{Actor, ActorKind, Event, EventCategory, Via};

/// Makes an event of `service` and `name` with these parameters.
pub(super) fn event(service: &str, name: &str, request: Value, response: Value) -> Event {
    Event {
        event_id: "11111111-2222-3333-4444-555555555555".to_owned(),
        time: Utc.with_ymd_and_hms(2026, 1, 27, 20, 0, 0).unwrap(),
        name: name.to_owned(),
        source: format!("{service}.amazonaws.com"),
        region: "us-east-1".to_owned(),
        account: "111122223333".to_owned(),
        read_only: false,
        category: EventCategory::Management,
        actor: Actor {
            name: "deploy".to_owned(),
            kind: ActorKind::Role,
            via: Via::Cli,
            chain: Vec::new(),
            arn: Some("arn:aws:sts::111122223333:assumed-role/deploy/ci".to_owned()),
        },
        source_ip: Some("192.0.2.10".to_owned()),
        user_agent: None,
        error_code: None,
        error_message: None,
        record: json!({"requestParameters": request, "responseElements": response}).into(),
        lookup_resources: Vec::new(),
        proof: None,
    }
}

/// Tells whether the table tells its kind; otherwise verb and service are all there is to judge by.
fn is_known(service: &str, name: &str) -> bool {
    rows::find(service, name).is_some_and(|row| row.kind.is_some())
}

#[test]
fn names_are_classified_without_regard_to_case_and_service_alias() {
    let class = classify(&event("ec2", "authorizesecuritygroupingress", Value::Null, Value::Null));
    let known = is_known("ec2", "authorizesecuritygroupingress");
    assert_eq!((class.category, known, class.noise), (Category::SecurityGroup, true, false));
    let class = classify(&event("application-autoscaling", "RegisterScalableTarget", Value::Null, Value::Null));
    assert_eq!((class.category, is_known("application-autoscaling", "RegisterScalableTarget")), (Category::AutoScaling, true));
}

#[test]
fn unknown_writes_are_judged_by_verb_and_service() {
    let of = |service, name| classify(&event(service, name, Value::Null, Value::Null));
    let (delete, update) = (of("rds", "DeleteExampleThing"), of("rds", "UpdateExampleThing"));
    let (create, tag) = (of("rds", "CreateExampleThing"), of("rds", "TagExampleThing"));
    assert!(delete.weight > update.weight && update.weight > create.weight && create.weight > tag.weight);
    assert_eq!((delete.category, is_known("rds", "DeleteExampleThing")), (Category::Database, false));
    assert_eq!(of("ec2", "ModifyExampleVpcThing").category, Category::Networking);
    assert_eq!(of("exampleservice", "UpdateFooBar").category, Category::Other);
}

#[test]
fn heartbeats_and_churn_by_services_are_noise_but_the_same_call_by_a_person_is_not() {
    assert!(classify(&event("ssm", "UpdateInstanceInformation", Value::Null, Value::Null)).noise);
    assert!(classify(&event("ec2", "CreateTags", Value::Null, Value::Null)).noise);
    let mut churn = event("ec2", "DeleteNetworkInterface", json!({"networkInterfaceId": "eni-0123456789abcdef0"}), Value::Null);
    assert!(!classify(&churn).noise);
    churn.source_ip = Some("lambda.amazonaws.com".to_owned());
    let class = classify(&churn);
    assert!(class.noise && class.weight <= 5);
    let mut put = event("s3", "PutBucketPolicy", Value::Null, Value::Null);
    assert!(!classify(&put).noise);
    put.category = EventCategory::Data;
    assert!(classify(&put).noise);
}

/// Any JSON, with the keys that the catalogue looks for more likely than chance would have it.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        prop::sample::select(vec![
            "groupId",
            "items",
            "ipPermissions",
            "ipProtocol",
            "cidrIp",
            "fromPort",
            "policyDocument",
            "Statement",
            "Effect",
            "Principal",
            "changeBatch",
            "changes",
            "eventSelectors",
            "value",
            "content",
            "attributes",
            "patchOperations",
            "defaultActions",
            "name",
            "resourceArn",
            "instancesSet",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        prop::sample::select(vec![
            "0.0.0.0/0",
            "::/0",
            "1.2.3.4/99",
            "arn:aws:iam::111122223333:role/app",
            "arn:aws:s3:::",
            "{\"Statement\":[1]}",
            "i-0123456789abcdef0"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn any_name() -> impl Strategy<Value = (String, String)> {
    let known: Vec<(String, String)> = super::rows::all().map(|row| (row.service.to_owned(), row.name.to_owned())).collect();
    prop_oneof![4 => prop::sample::select(known), 1 => (".{0,12}", ".{0,30}")]
}

proptest! {
    #[test]
    fn nothing_in_a_record_can_break_the_catalogue((service, name) in any_name(), request in any_json(), response in any_json(), message in ".{0,80}") {
        let mut event = event(&service, &name, request, response);
        classify(&event);
        severity(&event);
        event.error_message = Some(message);
        for code in [None, Some("AccessDenied".to_owned())] {
            event.error_code = code;
            let found = resources(&event);
            prop_assert!(found.len() <= 200 && found.is_sorted_by_key(|resource| resource.role));
            prop_assert!(found.iter().all(|resource| resource.aliases.first() == Some(&resource.id)));
            let (request, response, error_code) = (event.request(), event.response(), event.error_code.as_deref());
            let said = summarise(&Parts { event_name: &event.name, service: event.service(), request, response, additional: request, error_code, earlier: None });
            prop_assert!(!said.is_empty() && said.chars().count() <= MAX_SUMMARY_CHARS && !said.contains('\n'), "{said:?}");
        }
    }
}
