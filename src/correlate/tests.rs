//! The joins, held against a day of which it is known what belongs together.

mod day;

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Value, json};

use self::day::{Carries, Day, Skew, day};
use super::join::join_counted;
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

/// How well one tier joined a day's records.
#[derive(Debug, Default)]
struct Score {
    joins: usize,
    /// The records that were joined wrongly, each with its event and the right one.
    wrong: Vec<String>,
    /// Records that carry what this tier joins by, of an event that is there.
    carrying: usize,
    /// Those of them that were joined to it by any of the surer tiers, or by this one.
    found: usize,
}

impl Score {
    fn add(mut self, other: Self) -> Self {
        self.wrong.extend(other.wrong);
        Self {
            joins: self.joins + other.joins,
            wrong: self.wrong,
            carrying: self.carrying + other.carrying,
            found: self.found + other.found,
        }
    }

    fn precision(&self) -> f64 {
        1.0 - self.wrong.len() as f64 / self.joins.max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.found as f64 / self.carrying.max(1) as f64
    }
}

fn score(day: Day) -> BTreeMap<Tier, Score> {
    let Day { log: text, records, truth } = day;
    let (seen, log) = (Seen::of(records), log(&text));
    assert!(log.faults.is_empty() && log.plain < 300, "{:?} {}", log.faults, log.plain);
    let joins = join(&log.records, &seen.subjects());
    let event_of = |id: &str| {
        seen.0
            .iter()
            .map(|(event, _)| event)
            .find(|event| event.event_id == id)
            .map(|event| (event.time, event.request().to_string(), event.name.clone(), event.session_names()))
    };
    let mut scores: BTreeMap<Tier, Score> = BTreeMap::new();
    let mut rightly: HashMap<usize, Tier> = HashMap::new();
    for one in &joins.joins {
        let line = log.records[one.record].line;
        let score = scores.entry(one.tier).or_default();
        score.joins += 1;
        if truth[line - 1].event.as_ref() == Some(&one.event_id) {
            rightly.insert(line, one.tier);
        } else {
            let record = text.lines().nth(line - 1).unwrap_or_default();
            score.wrong.push(format!(
                "{record} joined to {:?}, not {:?}",
                event_of(&one.event_id),
                truth[line - 1].event.as_deref().map(event_of)
            ));
        }
    }
    for (at, truth) in truth.iter().enumerate().filter(|(_, truth)| truth.event.is_some()) {
        let tier = match truth.carries {
            Carries::RequestId => Tier::RequestId,
            Carries::EventId => Tier::EventId,
            Carries::AccessKey => Tier::AccessKey,
            Carries::Session => Tier::Session,
            Carries::Resemblance => Tier::Likeness,
            Carries::Nothing => continue,
        };
        let score = scores.entry(tier).or_default();
        score.carrying += 1;
        let strong = tier.strength().max(Strength::Strong);
        score.found += usize::from(rightly.get(&(at + 1)).is_some_and(|by| by.strength() <= strong));
    }
    scores
}

/// Holds a day to the bars, and prints how well each tier did.
fn hold(seed: u64, skew: Skew) {
    let (mut sure, mut weak) = (Score::default(), Score::default());
    for (tier, score) in score(day(seed, skew)) {
        let (joins, precision, recall) = (score.joins, score.precision(), score.recall());
        println!("{skew:?} {seed} {tier:?}: {joins} joins, precision {precision:.4}, recall {recall:.4} of {}", score.carrying);
        let of = if tier.strength() == Strength::Weak { &mut weak } else { &mut sure };
        *of = std::mem::take(of).add(score);
    }
    println!(
        "{skew:?} {seed}: sure precision {:.4}, recall {:.4}; weak precision {:.4}",
        sure.precision(),
        sure.recall(),
        weak.precision()
    );
    assert!(sure.wrong.is_empty() && sure.recall() >= 0.99, "{skew:?}: {sure:?}");
    assert!(weak.joins > 300 && weak.precision() >= 0.90, "{skew:?}: {weak:?}");
}

#[test]
fn on_a_day_of_records_that_are_off_one_by_one_the_surer_tiers_are_never_wrong_and_miss_little() {
    hold(3, Skew::OneByOne);
}

/// Seeds that nothing was tuned on; run it after a change of the joiner.
#[test]
#[ignore = "a minute long: `cargo test --lib -- --ignored --nocapture many_days`"]
fn many_days() {
    for seed in 12..20 {
        [Skew::OneHost, Skew::Whole(TimeDelta::seconds(-211)), Skew::OneByOne].into_iter().for_each(|skew| hold(seed, skew));
    }
}

/// A log in which everything looks like everything else.
fn uniform(count: usize) -> (Vec<AppRecord>, Seen) {
    let lent = |n: usize| {
        let time = crate::time::rfc3339(crate::time::parse(TIME).unwrap() + TimeDelta::milliseconds(n as i64 / 4));
        call(
            &format!("e-{n}"),
            &time,
            json!({"requestID": "one", "responseElements": {"credentials": {"accessKeyId": format!("ASIALENT{n:012}")}}}),
        )
    };
    let line = json!({"time": TIME, "operation": "PutParameter", "request_id": "one", "access_key_id": "ASIAEXAMPLE000000001",
        "session_name": "task-1", "correlation_id": "c", "user": "orders-run", "resource": "/shop/rate"});
    let told = |n: usize| json!({"time": TIME, "operation": "PutParameter", "request_id": format!("r-{n}"), "correlation_id": "c"});
    let own = |n: usize| {
        call(
            &format!("o-{n}"),
            TIME,
            json!({"requestID": format!("r-{n}"), "eventName": "PutParameter",
        "responseElements": {"credentials": {"accessKeyId": format!("ASIAOWN{n:013}")}}}),
        )
    };
    let text: String = (0..count).map(|n| if n % 2 == 0 { format!("{line}\n") } else { format!("{}\n", told(n)) }).collect();
    (log(&text).records, Seen::of((0..count).map(|n| if n % 2 == 0 { lent(n) } else { own(n) })))
}

#[test]
fn the_work_doubles_with_the_log_and_is_not_squared() {
    let work = |count: usize| {
        let (records, seen) = uniform(count);
        join_counted(&records, &seen.subjects()).1
    };
    let (once, twice) = (work(600), work(1_200));
    assert!(once > 600 && twice <= once * 5 / 2, "{once} comparisons, then {twice}");
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

#[test]
fn a_failure_whose_clock_is_not_known_is_taken_for_the_earliest_that_it_can_be() {
    let failing = |time: &str| json!({"time": time, "operation": "PutParameter", "resource": "/shop/rate", "result": "error"});
    let of = |records: &[Value]| {
        let text: String = records.iter().map(|record| format!("{record}\n")).collect();
        let (seen, log) = (Seen::of((0..3).map(|n| call(&format!("e-{n}"), TIME, json!({})))), log(&text));
        failures(&log, &join(&log.records, &seen.subjects()))
    };
    let time = crate::time::parse(TIME).unwrap();
    assert_eq!(of(&[failing(TIME)])[0].time, time - TimeDelta::minutes(2), "it may be two minutes ahead");
    let exact = |n: usize| json!({"time": TIME, "operation": "PutParameter", "request_id": format!("r-e-{n}")});
    assert_eq!(of(&[exact(0), exact(1), exact(2), failing(TIME)])[0].time, time, "three exact joins tell");
    assert_eq!(of(&[failing("2026-03-02 10:00:00")]), [], "a time without an offset may be hours off");
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
