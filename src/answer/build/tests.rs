//! What a page shows, and what it says it left.

use serde_json::json;

use super::*;
use crate::answer::earlier::Earlier;
use crate::answer::filter::Filter;
use crate::context::Incident;
use crate::coverage::{BlindSpot, Coverage, Decision, Note, PlanLine};
use crate::event::Event;
use crate::rank::Change;
use crate::time::{Window, parse as parse_time};

/// A call of the pipeline, `minute` minutes after 19:50.
fn deployed(id: &str, minute: u32, name: &str) -> Change {
    Change::from(
        Event::parse(
            json!({"eventID": id, "eventTime": format!("2026-01-27T19:{}:00Z", 50 + minute), "eventName": name, "readOnly": false,
            "eventSource": "ecs.amazonaws.com", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
            "userIdentity": {"type": "AssumedRole", "principalId": "AROAEXAMPLE:ci", "accessKeyId": "ASIAEXAMPLERUN000001",
                "arn": "arn:aws:sts::111122223333:assumed-role/deploy/ci"}}),
        )
        .unwrap(),
    )
}

fn window() -> Window {
    let at = |time| parse_time(time).unwrap();
    Window::new(at("2026-01-27T19:30:00Z"), at("2026-01-27T20:10:00Z")).unwrap()
}

static FILTER: std::sync::LazyLock<Filter> = std::sync::LazyLock::new(Filter::default);

fn draft<'a>(incident: &'a Incident, ranked: &'a [Ranked], coverage: &'a Coverage) -> Draft<'a> {
    Draft {
        incident,
        window: window(),
        widened: false,
        regions: Vec::new(),
        guessed_region: None,
        coverage,
        ranked,
        earlier: Earlier::new(ranked.iter().map(|one| &one.change)),
        application: None,
        filter: &FILTER,
        page: Page { limit: 20, ..Page::default() },
        detail: Detail::Concise,
        untrusted: crate::policy::UntrustedText::Quote,
        now: window().to,
        plan_log: &[],
        cost: Cost::default(),
    }
}

/// Builds a page over `changes` in a quiet hour.
fn page(changes: &[Change], page: Page) -> Built {
    let incident = Incident::over(window());
    let ranked = crate::rank::rank(&incident, changes.to_vec(), &[], &crate::rank::Weights::default());
    build(&Draft { page, ..draft(&incident, &ranked, &Coverage::default()) })
}

#[test]
fn what_is_read_later_of_a_run_that_was_shown_is_shown_too() {
    let mut changes =
        vec![deployed("a", 0, "CreateService"), deployed("b", 1, "RegisterTaskDefinition"), deployed("c", 2, "UpdateCluster")];
    let first = page(&changes, Page { limit: 20, ..Page::default() });
    assert_eq!(first.answer.totals, Some(Totals { matched: 3, shown: 1, folded: 2, remaining: 0, ..Totals::default() }));
    changes.push(deployed("d", 3, "DeleteService"));
    let second = page(&changes, first.shown);
    let ids: Vec<&str> = second.answer.entries().iter().map(|entry| entry.event_id.as_str()).collect();
    assert_eq!(ids, ["d"]);
    assert_eq!(second.answer.totals, Some(Totals { matched: 4, shown: 2, folded: 2, remaining: 0, ..Totals::default() }));
}

/// Turns every letter around the alphabet: no word stays, every length does.
fn nonsense(sentence: String) -> String {
    let turned = |c: char, first: u8| char::from(first + (c as u8 - first + 13) % 26);
    let turn = |c: char| match c {
        'a'..='z' => turned(c, b'a'),
        'A'..='Z' => turned(c, b'A'),
        _ => c,
    };
    sentence.chars().map(turn).collect()
}

#[test]
fn other_words_change_no_finding_rank_fold_or_coverage() {
    let (names, window) = (["DeleteService", "UpdateService", "CreateService", "UpdateCluster"], window());
    let changes: Vec<Change> = (0..24).map(|n| deployed(&format!("e{n:02}"), n % 9, names[n as usize % 4])).collect();
    let alert = json!({"alert": {"name": "ErrorRate", "startsAt": "2026-01-27T20:05:00Z", "labels": {"region": "eu-west-1", "service": "checkout"}}});
    let asked = crate::context::Asked { investigation: Some(alert), ..crate::context::Asked::default() };
    let named = crate::context::discover(&asked, &crate::context::Defaults::default(), window.to).unwrap();
    let cut =
        |state, covered| crate::coverage::Cell::cut("111122223333", "eu-west-1", &crate::source::event_history::PROFILE, state, covered);
    let cells = [cut(crate::coverage::State::PageCap, Some(window)), cut(crate::coverage::State::Denied, None)];
    for (incident, cell) in [Incident::over(window), named].iter().zip(cells) {
        let blind_spots = vec![BlindSpot::Reads, BlindSpot::GlobalNotAllowed("us-east-1")];
        let plan_log = [PlanLine { region: "eu-west-1".into(), decision: Decision::BeforeAlertFirst }];
        let coverage = Coverage { cells: vec![cell.with(1, 24, [Note::ServerEnded])], blind_spots };
        for detail in [Detail::Concise, Detail::Full] {
            let ranked = crate::rank::rank(incident, changes.clone(), &[], &crate::rank::Weights::default());
            let draft = Draft { detail, plan_log: &plan_log, ..draft(incident, &ranked, &coverage) };
            let (english, other) = (build(&draft), build_in(&draft, Words::reworded(nonsense)));
            assert_ne!(english.answer.headline, other.answer.headline);
            assert_eq!(unworded(english.answer), unworded(other.answer));
            assert_eq!(english.shown.seen, other.shown.seen);
        }
    }
}

/// Takes all that `Words` writes out of an answer.
fn unworded(mut answer: Answer) -> Answer {
    answer.headline.clear();
    for entry in answer.groups.iter_mut().flat_map(|group| &mut group.events) {
        entry.reasons.iter_mut().for_each(String::clear);
        entry.suspect.iter_mut().flat_map(|suspect| &mut suspect.against).for_each(String::clear);
        entry.suspect.iter_mut().flat_map(|suspect| &mut suspect.links).for_each(|link| link.from.clear());
    }
    if let Some(coverage) = &mut answer.coverage {
        coverage.next = None;
        coverage.blind_spots.iter_mut().for_each(String::clear);
        coverage.cells.iter_mut().for_each(|cell| cell.detail = None);
    }
    answer.cost.iter_mut().flat_map(|cost| &mut cost.plan).for_each(String::clear);
    if let Some(context) = &mut answer.context {
        context.window.basis.clear();
        context.regions.iter_mut().for_each(|region| region.basis.clear());
        context.resources.iter_mut().for_each(|resource| resource.basis.clear());
    }
    answer
}

/// A change of an instance, by somebody and with a value that may be secrets.
fn modified(secret: &str) -> Change {
    let record = json!({"eventID": "m", "eventTime": "2026-01-27T19:52:00Z", "eventName": "ModifyDBInstance", "readOnly": false,
        "eventSource": "rds.amazonaws.com", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "userAgent": format!("x password={secret}"),
        "userIdentity": {"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111122223333:user/alice"},
        "requestParameters": {"dBInstanceIdentifier": "checkout-db", "masterUserPassword": secret, "passwords": [secret],
            "tags": [{"key": "db-password", "value": secret}], "note": format!("token={secret}")}});
    Change::from(Event::parse(record).unwrap())
}

#[test]
fn ranks_finding_and_coverage_do_not_hang_on_what_is_hidden() {
    let told = |secret: &str| {
        let mut changes = vec![deployed("a", 0, "UpdateService"), modified(secret), deployed("b", 1, "RegisterTaskDefinition")];
        changes.sort_by_key(|change| change.event.time);
        let answer = crate::redact::answer(page(&changes, Page { limit: 20, ..Page::default() }).answer).unwrap().into_inner();
        assert!(!serde_json::to_string(&answer).unwrap().contains(secret), "{secret} leaves");
        answer
    };
    let first = told("Zq7Bqx99Kd");
    for secret in ["arn-of-nothing-1", "p@ss;w,rd&<x>9", "i-am-a-secret"] {
        assert_eq!(told(secret), first);
    }
}

#[test]
fn a_key_that_was_made_is_no_name_of_a_resource() {
    let secret = "Zq7Bqx99KdVt4mPw2sRn";
    for (source, response) in [
        ("apigateway", json!({"id": "abc1234567", "name": "partner", "value": secret})),
        ("appsync", json!({"apiKey": {"id": secret, "description": "partner"}})),
        ("ssm", json!({"activationId": "a", "activationCode": secret})),
    ] {
        let record = json!({"eventID": source, "eventTime": "2026-01-27T19:52:00Z", "eventName": "CreateApiKey", "readOnly": false,
            "eventSource": format!("{source}.amazonaws.com"), "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
            "userIdentity": {"type": "IAMUser", "userName": "alice"}, "requestParameters": {"name": "partner"}, "responseElements": response});
        let change = Change::from(Event::parse(record).unwrap());
        assert!(!change.resources.iter().any(|resource| resource.id.contains(secret)), "{source}");
        let answer = page(&[change], Page { limit: 20, ..Page::default() }).answer;
        assert!(!serde_json::to_string(&answer).unwrap().contains(secret), "{source} leaves");
    }
}
