use proptest::prelude::*;
use serde_json::json;

use super::*;

fn minimal(more: Value) -> Event {
    let mut record = json!({"eventTime": "2026-01-27T20:00:00Z", "eventName": "StopInstances", "eventSource": "ec2.amazonaws.com"});
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    Event::parse(record).unwrap()
}

#[test]
fn api_dates_and_versions_are_cut_off_the_name() {
    for (written, name) in [
        ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
        ("CreateFunction2020_05_31", "CreateFunction"),
        ("DeleteFunction20150331", "DeleteFunction"),
        (" RunInstances ", "RunInstances"),
        ("updateDomainContact", "updateDomainContact"),
        ("20150331", "20150331"),
    ] {
        assert_eq!(minimal(json!({"eventName": written})).name, name);
    }
}

#[test]
fn read_only_is_read_as_flag_or_word_and_else_told_by_the_verb() {
    assert!(minimal(json!({"readOnly": "true"})).read_only);
    assert!(!minimal(json!({"readOnly": "False", "eventName": "DescribeInstances"})).read_only);
    assert!(minimal(json!({"eventName": "DescribeInstances"})).read_only);
    assert!(minimal(json!({"eventName": "AssumeRoleWithSAML", "readOnly": "null"})).read_only);
    assert!(minimal(json!({"eventName": "Decrypt"})).read_only);
    assert!(!minimal(json!({})).read_only);
    assert!(!minimal(json!({"eventName": "GetSessionToken"})).read_only);
    assert!(!minimal(json!({"eventName": "Getaway"})).read_only);
}

#[test]
fn lower_case_keys_and_null_words_are_understood() {
    let event = Event::parse(json!({
        "eventtime": "2026-01-27 20:00:00.000", "eventname": "StopInstances", "eventid": "e-1", "awsregion": "eu-west-1",
        "useridentity": {"type": "IAMUser", "username": "alice", "accountid": 11122223333u64}, "errorcode": "null", "requestparameters": {"a": 1}
    }))
    .unwrap();
    assert_eq!((event.event_id.as_str(), event.region.as_str(), event.account.as_str()), ("e-1", "eu-west-1", "011122223333"));
    assert_eq!((event.actor.name.as_str(), event.error_code.as_deref()), ("alice", None));
    assert_eq!(event.request(), &json!({"a": 1}));
}

#[test]
fn a_record_without_id_gets_the_same_one_each_time() {
    let (one, same, other) = (minimal(json!({})), minimal(json!({})), minimal(json!({"awsRegion": "us-east-1"})));
    assert!(one.event_id.starts_with("sha256-") && one.event_id.len() == 71);
    assert_eq!(one.event_id, same.event_id);
    assert_ne!(one.event_id, other.event_id);
}

#[test]
fn insights_and_service_events_without_name_are_kept_under_an_honest_one() {
    let insight = Event::parse(json!({"eventTime": "2026-01-27T20:00:00Z", "eventType": "AwsCloudTrailInsight",
        "insightDetails": {"eventName": "RunInstances", "eventSource": "ec2.amazonaws.com"}}))
    .unwrap();
    assert_eq!(
        (insight.name.as_str(), insight.source.as_str(), insight.category),
        ("Insight:RunInstances", "ec2.amazonaws.com", EventCategory::Insight)
    );
    assert!(!insight.read_only);
    let service = Event::parse(json!({"eventTime": "2026-01-27T20:00:00Z", "eventType": "AwsServiceEvent"})).unwrap();
    assert_eq!(service.name, "AwsServiceEvent");
}

#[test]
fn an_act_of_a_service_is_a_change_whatever_its_flag_says() {
    let of = |name: &str| minimal(json!({"eventName": name, "eventType": "AwsServiceEvent", "readOnly": true})).read_only;
    assert!(!of("PolicyExecutionEvent"));
    assert!(of("DescribeRepositories"));
}

#[test]
fn an_unreadable_record_is_refused_by_field_without_quoting_it() {
    let error = |record| Event::parse(record).unwrap_err().to_string();
    insta::assert_snapshot!(error(json!([])), @"the record is not a JSON object");
    insta::assert_snapshot!(error(json!({"eventName": "StopInstances"})), @"the record has no eventTime");
    insta::assert_snapshot!(error(json!({"eventTime": "secret"})), @"the record's eventTime is not a time such as 2026-01-27T20:00:00Z");
    insta::assert_snapshot!(error(json!({"eventTime": "2026-01-27T20:00:00Z"})), @"the record has no eventName");
}

#[test]
fn fields_that_an_export_wrote_as_text_are_read() {
    let request = json!({"groupId": "sg-1"});
    let event = minimal(
        json!({"requestParameters": request.to_string(), "userIdentity": "{type=IAMUser, username=alice, accountid=111122223333}"}),
    );
    assert_eq!((event.request(), event.actor.name.as_str(), event.account.as_str()), (&request, "alice", "111122223333"));
    assert!(!event.is_obscure(|_| false));
    for (value, obscure) in
        [(json!("{\"groupId\": \"sg"), true), (json!(7), true), (json!([1]), true), (json!("null"), false), (json!(""), false)]
    {
        assert_eq!(minimal(json!({"requestParameters": value})).is_obscure(|_| false), obscure, "{value}");
    }
}

#[test]
fn a_number_that_gives_no_time_of_an_event_is_no_time() {
    for time in [json!("20260302095512"), json!(20_260_302_095_512_u64), json!("1970-01-01T00:00:00Z")] {
        assert!(Event::parse(json!({"eventTime": time, "eventName": "StopInstances"})).is_err(), "{time}");
    }
}

#[test]
fn a_call_without_its_name_is_not_called_after_its_kind() {
    let named = |kind| Event::parse(json!({"eventTime": "2026-01-27T20:00:00Z", "eventType": kind})).is_ok();
    assert_eq!((named("AwsApiCall"), named("AwsServiceEvent")), (false, true));
}

#[test]
fn an_addendum_stands_for_the_event_that_it_corrects() {
    let event = minimal(json!({"eventID": "e-2", "addendum": {"reason": "UPDATED_DATA", "originalEventID": "e-1"}}));
    assert_eq!((event.event_id.as_str(), event.is_addendum()), ("e-1", true));
}

#[test]
fn absurdly_long_names_are_cut() {
    assert_eq!(minimal(json!({"eventName": "é".repeat(9000)})).name.chars().count(), MAX_NAME);
}

#[test]
fn a_lookup_entry_keeps_the_resources_of_its_envelope() {
    let record = json!({"eventTime": "2026-01-27T20:00:00Z", "eventName": "RunInstances", "eventID": "e-1"}).to_string();
    let resources = json!([{"ResourceType": "AWS::EC2::Instance", "ResourceName": "i-0abc"}, {"ResourceName": "vpc-1"}, {}]);
    let event = Event::from_lookup(json!({"EventId": "e-1", "CloudTrailEvent": record, "Resources": resources})).unwrap();
    assert_eq!(
        event.lookup_resources.iter().map(|r| (r.kind.as_deref(), r.name.as_str())).collect::<Vec<_>>(),
        [(Some("AWS::EC2::Instance"), "i-0abc"), (None, "vpc-1")]
    );
}

#[test]
fn a_lookup_entry_with_a_cut_record_is_an_error() {
    let error = Event::from_lookup(json!({"CloudTrailEvent": "{\"eventTime\": \"2026-"})).unwrap_err();
    insta::assert_snapshot!(error, @"the record's CloudTrailEvent is not a record in JSON, whole");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key(), inner, 0..5).prop_map(|map| { Value::Object(map.into_iter().collect()) })
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    let known = [
        "eventName",
        "eventID",
        "eventSource",
        "userIdentity",
        "arn",
        "type",
        "invokedBy",
        "sessionContext",
        "sessionIssuer",
        "readOnly",
        "insightDetails",
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), ".{0,6}"]
}

proptest! {
    #[test]
    fn no_json_makes_parsing_panic(value in any_json(), fields in prop::collection::btree_map(key(), any_json(), 0..8)) {
        let _ = Event::parse(value.clone());
        let _ = Event::from_lookup(value);
        let mut record: serde_json::Map<_, _> = fields.into_iter().collect();
        record.insert("eventTime".into(), json!("2026-01-27T20:00:00Z"));
        if let Ok(event) = Event::parse(Value::Object(record.clone())) {
            prop_assert!(!event.name.is_empty() && !event.event_id.is_empty() && !event.actor.name.is_empty());
            prop_assert_eq!(&*event.record, &Value::Object(record));
        }
    }
}
