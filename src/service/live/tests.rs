use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::DateTime;
use serde_json::json;

use super::*;
use crate::config::audit::Limits;
use crate::config::investigation;
use crate::coverage::{AllRead, Cell, Profile, Reading, State};
use crate::event::Event;
use crate::investigate::{Cursors, ToolContext};
use crate::policy::{CallerRules, Callers, Policy, Ungated};
use crate::service::Rules;
use crate::source::api::Api;
use crate::source::{BoxFuture, Query, Source, Sources, event_history};

/// A history whose one change is delivered late: the first reading lacks it, and says so.
#[derive(Default)]
struct Late {
    reads: AtomicUsize,
    /// Readings of which the newest events are missing.
    lagging: usize,
}

impl Source for Arc<Late> {
    fn profile(&self) -> &'static Profile {
        &event_history::PROFILE
    }

    fn read<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Ungated> {
        Box::pin(async move {
            let late = self.reads.fetch_add(1, Ordering::Relaxed) < self.lagging;
            let (region, window) = (query.region().unwrap(), query.window());
            let change = json!({"eventID": "late", "eventTime": "2026-01-27T20:03:50Z", "eventName": "RevokeSecurityGroupIngress",
                "eventSource": "ec2.amazonaws.com", "awsRegion": region, "recipientAccountId": "111122223333", "readOnly": false,
                "requestParameters": {"groupId": "sg-0123456789abcdef0"}, "userIdentity": {"type": "IAMUser", "userName": "alice"}});
            let change = Event::parse(change).unwrap();
            let cell = match late {
                true => Cell::cut("111122223333", region, &event_history::PROFILE, State::Lagging, Some(window)),
                false => Cell::exhausted(AllRead::for_tests(window), "111122223333", region, &event_history::PROFILE),
            };
            let events = if !late && window.contains(change.time) { vec![change] } else { Vec::new() };
            Reading { events, cells: vec![cell.with(1, 1, None)], ..Reading::default() }.into()
        })
    }
}

fn now() -> DateTime<Utc> {
    "2026-01-27T20:05:00Z".parse().unwrap()
}

fn live(folder: &std::path::Path, lagging: usize, callers: &[&str]) -> Arc<Live> {
    let store = Store::open(folder, Room { count: 1_000, bytes: 1 << 24 }).unwrap();
    let context = ToolContext {
        policy: Policy::default(),
        api: Api::default(),
        surroundings: None,
        sources: Sources::of(Arc::new(Late { lagging, ..Late::default() })),
        investigations: Some(investigation::Store::open(folder).unwrap()),
        alertmanager: None,
        log_fields: Arc::default(),
        cursors: Arc::new(Cursors::default()),
        clock: Arc::new(now),
    };
    let named = callers.iter().map(|name| ((*name).into(), CallerRules::default())).collect();
    let rules = Rules {
        policy: Policy { allow_aws_read: true, ..Policy::default() },
        callers: Callers { named, others: CallerRules::default() },
        load: Limits { running: 4, waiting: 4, patience: Duration::from_secs(5) },
    };
    Live::new(Arc::new(CallService::new(context, rules, None)), store, None, Handle::current())
}

fn alert() -> Value {
    json!({"labels": {"alertname": "Down", "region": "eu-west-1", "security_group_id": "sg-0123456789abcdef0"}, "fingerprint": "aa",
        "status": "firing", "startsAt": "2026-01-27T20:04:10Z"})
}

async fn settled(live: &Arc<Live>, id: &str) -> Kept {
    for _ in 0..2_000 {
        sleep(Duration::from_secs(1)).await;
        let kept = live.read(id).await.unwrap().unwrap();
        if kept.record.status == Status::Answered {
            return kept;
        }
    }
    panic!("it did not settle");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_may_lack_the_newest_events_is_asked_again_until_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(folder.path(), usize::MAX, &["bot"]);
    let Ok(Taken::New(id)) = live.take("prod", "bot", alert()).await else { panic!("not taken") };
    let kept = settled(&live, &id).await;
    assert_eq!(kept.record.asked, 4, "at once, and after 5, 16 and 31 minutes");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_delivered_late_is_found_by_then() {
    let folder = tempfile::tempdir().unwrap();
    let quick = live(folder.path(), 0, &["bot"]);
    let Ok(Taken::New(id)) = quick.take("prod", "bot", alert()).await else { panic!("not taken") };
    let kept = settled(&quick, &id).await;
    assert_eq!(kept.record.asked, 1);
    let answer = kept.answer.unwrap();
    assert_eq!(answer["groups"][0]["events"][0]["name"], "RevokeSecurityGroupIngress", "{answer:#}");
    assert_eq!(quick.take("prod", "bot", alert()).await.unwrap(), Taken::Known(id));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_on_behalf_of_a_caller_that_is_not_configured() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(folder.path(), 0, &["other"]);
    assert!(matches!(live.take("prod", "bot", alert()).await, Err(NotTaken::NoCaller)));
    assert!(live.store.records().list().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn too_many_that_wait_are_sent_away_and_what_waits_is_done_by_whoever_comes_next() {
    let folder = tempfile::tempdir().unwrap();
    let record = |n: usize| Record {
        id: format!("live-{n}"),
        webhook: "prod".into(),
        caller: "bot".into(),
        received_at: now(),
        alerts: vec![],
        status: Status::Waiting,
        asked: 0,
        answered_at: None,
        policy: None,
        owner: "0".into(),
        told: None,
        undelivered: None,
    };
    let room = Room { count: 1_000, bytes: 1 << 24 };
    let first = Store::open(folder.path(), room).unwrap();
    (0..WAITING + 50).for_each(|n| first.lock().unwrap().insert(&record(n), &alert()).unwrap());
    drop(first);
    let live = live(folder.path(), 0, &["bot"]);
    assert!(matches!(live.take("prod", "bot", alert()).await, Err(NotTaken::Full)));
    settled(&live, "live-0").await;
    sleep(Duration::from_secs(600)).await;
    assert!(matches!(live.take("prod", "bot", alert()).await, Ok(Taken::New(_))));
}
