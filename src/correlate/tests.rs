//! The joins, held against a day of which it is known what belongs together.

mod day;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Value, json};

use self::day::{Carries, Day, Skew, day};
use super::*;
use crate::catalogue::{Resource, resources};
use crate::event::Event;

struct Seen(Vec<(Event, Vec<Resource>)>);

impl Seen {
    fn of(records: impl IntoIterator<Item = Value>) -> Self {
        let event = |record| {
            let event = Event::parse(record).unwrap();
            let resources = resources(&event);
            (event, resources)
        };
        Self(records.into_iter().map(event).collect())
    }

    fn subjects(&self) -> Vec<Subject<'_>> {
        self.0.iter().map(|(event, resources)| Subject { event, resources }).collect()
    }
}

fn log(text: &str) -> Log {
    Log::read(&json!(text), &Fields::default()).unwrap()
}

/// How well a day's records were joined.
#[derive(Debug)]
struct Score {
    /// Of the joins of the surer tiers, those that are wrong.
    wrong_sure: Vec<(usize, Tier)>,
    sure: usize,
    weak: usize,
    wrong_weak: usize,
    /// Of the records that carry an id or an identity of an event that is there, the share that a surer tier joined to it.
    recall: f64,
    missed: BTreeMap<String, usize>,
}

fn score(day: Day) -> Score {
    let Day { log: text, records, truth } = day;
    let (seen, log) = (Seen::of(records), log(&text));
    assert!(log.faults.is_empty() && log.plain < 300, "{:?} {}", log.faults, log.plain);
    let joins = join(&log.records, &seen.subjects());
    let of_line = |line: usize| &truth[line - 1];
    let mut score = Score { wrong_sure: Vec::new(), sure: 0, weak: 0, wrong_weak: 0, recall: 0.0, missed: BTreeMap::new() };
    let mut rightly: HashSet<usize> = HashSet::new();
    for one in &joins.joins {
        let line = log.records[one.record].line;
        let right = of_line(line).event.as_ref() == Some(&one.event_id);
        if one.tier.strength() == Strength::Weak {
            score.weak += 1;
            score.wrong_weak += usize::from(!right);
        } else {
            score.sure += 1;
            if right {
                rightly.insert(line);
            } else {
                score.wrong_sure.push((line, one.tier));
            }
        }
    }
    let carrying: Vec<usize> =
        (1..=truth.len()).filter(|line| of_line(*line).event.is_some() && of_line(*line).carries <= Carries::Session).collect();
    for line in carrying.iter().filter(|line| !rightly.contains(line)) {
        *score.missed.entry(format!("{:?}", of_line(*line).carries)).or_default() += 1;
    }
    score.recall = carrying.iter().filter(|line| rightly.contains(line)).count() as f64 / carrying.len() as f64;
    score
}

/// Holds a day to the bars, and prints how well it went.
fn hold(seed: u64, skew: Skew) {
    let score = score(day(seed, skew));
    let weak = 1.0 - score.wrong_weak as f64 / score.weak as f64;
    let Score { sure, recall, missed, .. } = &score;
    println!("{skew:?}: {sure} sure joins, recall {recall:.4}, {} weak joins, {weak:.4} of them right, missed {missed:?}", score.weak);
    assert!(score.wrong_sure.is_empty() && *recall >= 0.99, "{skew:?}: {score:?}");
    assert!(score.weak > 300 && weak >= 0.90, "{skew:?}: {score:?}");
}

#[test]
fn on_a_day_with_a_host_whose_clock_is_off_the_surer_tiers_are_never_wrong_and_miss_little() {
    hold(1, Skew::OneHost);
}

#[test]
fn on_a_day_whose_whole_log_is_minutes_off_the_surer_tiers_are_never_wrong_and_miss_little() {
    hold(2, Skew::Whole(TimeDelta::seconds(433)));
}

const TIME: &str = "2026-03-02T10:00:00Z";

/// A call of PutParameter by a session with a key of its own.
fn call(id: &str, time: &str, more: Value) -> Value {
    let mut record = json!({"eventID": id, "eventTime": time, "eventName": "PutParameter", "eventSource": "ssm.amazonaws.com", "readOnly": false,
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "requestID": format!("r-{id}"), "requestParameters": {"name": "/shop/rate"},
        "userIdentity": {"type": "AssumedRole", "principalId": "AROAEXAMPLE:task-1", "accessKeyId": "ASIAEXAMPLE000000001",
            "arn": "arn:aws:sts::111122223333:assumed-role/orders-run/task-1", "sessionContext": {"sourceIdentity": "ana@example.com"}}});
    more.as_object().unwrap().iter().for_each(|(key, value)| record[key] = value.clone());
    record
}

/// Joins one record to `events`, and tells to what and by which tier.
fn joined(record: Value, events: &[Value]) -> Vec<(String, Tier)> {
    let (seen, log) = (Seen::of(events.iter().cloned()), log(&record.to_string()));
    join(&log.records, &seen.subjects()).joins.into_iter().map(|one| (one.event_id, one.tier)).collect()
}

#[test]
fn each_tier_joins_by_what_it_is_named_after() {
    let events = [call("e-1", TIME, json!({})), call("e-2", "2026-03-02T12:00:00Z", json!({}))];
    let said = |more: Value| {
        let mut record = json!({"time": TIME, "operation": "ssm:PutParameter"});
        more.as_object().unwrap().iter().for_each(|(key, value)| record[key] = value.clone());
        record
    };
    for (more, tier) in [
        (json!({"request_id": "r-e-1"}), Tier::RequestId),
        (json!({"event_id": "e-1"}), Tier::EventId),
        (json!({"access_key_id": "ASIAEXAMPLE000000001"}), Tier::AccessKey),
        (json!({"session_name": "task-1"}), Tier::Session),
        (json!({"source_identity": "ana@example.com"}), Tier::Session),
        (json!({"user": "orders-run", "resource": "/shop/rate"}), Tier::Likeness),
    ] {
        assert_eq!(joined(said(more.clone()), &events), [("e-1".to_owned(), tier)], "{more}");
    }
    for nothing in [
        json!({"user": "orders-run", "resource": "/shop/other"}),
        json!({"user": "dana", "resource": "/shop/rate"}),
        json!({"resource": "/shop/rate"}),
        json!({"user": "orders-run", "resource": "/shop/rate", "access_key_id": "ASIAEXAMPLE000000002"}),
        json!({"access_key_id": "ASIAEXAMPLE000000001", "operation": "DeleteParameter"}),
    ] {
        assert_eq!(joined(said(nothing.clone()), &events), [], "{nothing}");
    }
}

#[test]
fn an_identity_that_fits_twice_is_no_proof() {
    let events = [call("e-1", TIME, json!({})), call("e-2", "2026-03-02T10:00:01Z", json!({}))];
    let record = json!({"time": TIME, "operation": "PutParameter", "access_key_id": "ASIAEXAMPLE000000001", "user": "orders-run", "resource": "/shop/rate"});
    assert_eq!(joined(record.clone(), &events), [("e-1".to_owned(), Tier::Likeness)], "the nearest, and weakly");
    let failed = [events[0].clone(), call("e-2", "2026-03-02T10:00:01Z", json!({"errorCode": "ThrottlingException"}))];
    let mut failing = record;
    failing["result"] = json!("error");
    assert_eq!(joined(failing, &failed), [("e-2".to_owned(), Tier::AccessKey)], "how it ended tells them apart");
}

#[test]
fn a_request_id_of_a_call_around_this_one_joins_nothing_of_another_name() {
    let invoke = call("e-1", TIME, json!({"eventName": "Invoke", "eventSource": "lambda.amazonaws.com"}));
    let events = [invoke, call("e-2", "2026-03-02T12:00:00Z", json!({}))];
    let record = |operation: &str| json!({"time": TIME, "operation": operation, "aws_request_id": "r-e-1"});
    assert_eq!(joined(record("PutParameter"), &events), []);
    assert_eq!(joined(record("order.created"), &events), [("e-1".to_owned(), Tier::RequestId)]);
}

#[test]
fn a_session_is_known_by_whoever_began_it() {
    let parent = json!({"type": "IAMUser", "userName": "svc", "accessKeyId": "AKIAEXAMPLE000000009"});
    let assumed = call(
        "e-0",
        "2026-03-02T09:59:00Z",
        json!({"eventName": "AssumeRole", "eventSource": "sts.amazonaws.com", "userIdentity": parent,
        "requestParameters": {}, "responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLE000000001"}}}),
    );
    let events = [assumed, call("e-1", TIME, json!({}))];
    let by_parent = json!({"time": TIME, "operation": "PutParameter", "access_key_id": "AKIAEXAMPLE000000009"});
    assert_eq!(joined(by_parent, &events), [("e-1".to_owned(), Tier::AccessKey)]);
    let lines = [
        json!({"time": "2026-03-02T09:59:00Z", "operation": "AssumeRole", "request_id": "r-e-0", "correlation_id": "c-1"}),
        json!({"time": TIME, "operation": "PutParameter", "correlation_id": "c-1"}),
    ];
    let (seen, log) = (Seen::of(events), log(&format!("{}\n{}", lines[0], lines[1])));
    let tiers: Vec<Tier> = join(&log.records, &seen.subjects()).joins.into_iter().map(|one| one.tier).collect();
    assert_eq!(tiers, [Tier::RequestId, Tier::AccessKey]);
}

#[test]
fn what_failed_names_what_it_is_about_by_resource_error_and_event() {
    let error =
        "User is not authorized to perform kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/k-1, via sg-0123456789abcdef0.";
    let lines = [
        json!({"time": TIME, "operation": "PutParameter", "request_id": "r-e-1", "resource": "/shop/rate", "error": {"message": error}}),
        json!({"time": TIME, "operation": "PutParameter", "result": "success", "resource": "/shop/other"}),
    ];
    let (seen, log) = (Seen::of([call("e-1", TIME, json!({}))]), log(&format!("{}\n{}", lines[0], lines[1])));
    let failures = failures(&log, &join(&log.records, &seen.subjects()));
    let [failure] = failures.as_slice() else { panic!("{failures:?}") };
    let things: Vec<&str> = failure.things.iter().map(|(thing, _)| thing.as_str()).collect();
    assert_eq!(things, ["/shop/rate", "arn:aws:kms:eu-west-1:111122223333:key/k-1", "sg-0123456789abcdef0"]);
    assert_eq!((failure.line, failure.call.as_str(), failure.events.as_slice()), (1, "putparameter", ["e-1".to_owned()].as_slice()));
}

/// A few records and events out of few names, so that they meet.
fn small() -> impl Strategy<Value = (Vec<Value>, Vec<Value>)> {
    let record = (0..4_usize, 0..3_usize, 0..3_usize, 0..3_usize, 0..240_i64).prop_map(|(id, key, name, call, second)| {
        let time = crate::time::rfc3339(crate::time::parse(TIME).unwrap() + TimeDelta::seconds(second));
        let operation = ["PutParameter", "DeleteParameter", "user.login"][call];
        let mut record = json!({"time": time, "operation": operation});
        let fields = [
            ("request_id", ["r-e-0", "r-e-1", "other", ""][id]),
            ("access_key_id", ["ASIAEXAMPLE000000001", "ASIAEXAMPLE000000002", ""][key]),
            ("session_name", ["task-1", "task-2", ""][name]),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).for_each(|(field, value)| record[field] = json!(value));
        record["user"] = json!("orders-run");
        record["resource"] = json!("/shop/rate");
        record
    });
    let event = (0..3_usize, 0..240_i64).prop_map(|(kind, second)| {
        let time = crate::time::rfc3339(crate::time::parse(TIME).unwrap() + TimeDelta::seconds(second));
        (time, ["PutParameter", "DeleteParameter", "PutParameter"][kind])
    });
    (prop::collection::vec(record, 1..12), prop::collection::vec(event, 0..12)).prop_map(|(records, events)| {
        let events = events.into_iter().enumerate().map(|(n, (time, name))| call(&format!("e-{n}"), &time, json!({"eventName": name})));
        (records, events.collect())
    })
}

proptest! {
    #[test]
    fn joins_do_not_hang_on_the_order_of_records_or_events((records, events) in small()) {
        let text = |records: &[Value]| records.iter().map(|record| format!("{record}\n")).collect::<String>();
        let pairs = |records: &[Value], events: &[Value]| {
            let (seen, log) = (Seen::of(events.iter().cloned()), log(&text(records)));
            let joins = join(&log.records, &seen.subjects());
            let mut pairs: Vec<(String, String, Tier)> =
                joins.joins.into_iter().map(|one| (records[one.record].to_string(), one.event_id, one.tier)).collect();
            pairs.sort();
            pairs
        };
        let (mut turned, mut back) = (records.clone(), events.clone());
        turned.reverse();
        back.reverse();
        prop_assert_eq!(pairs(&records, &events), pairs(&turned, &back));
    }

    #[test]
    fn a_record_is_joined_by_one_tier_and_only_to_what_is_there((records, events) in small()) {
        let text: String = records.iter().map(|record| format!("{record}\n")).collect();
        let (seen, log) = (Seen::of(events), log(&text));
        let joins = join(&log.records, &seen.subjects());
        let mut tiers: HashMap<usize, Tier> = HashMap::new();
        for one in &joins.joins {
            prop_assert!(seen.0.iter().any(|(event, _)| event.event_id == one.event_id));
            prop_assert_eq!(*tiers.entry(one.record).or_insert(one.tier), one.tier);
        }
    }

    #[test]
    fn no_text_breaks_the_reading(text in "\\PC{0,200}") {
        let _ = Log::read(&json!(text), &Fields::default());
    }
}
