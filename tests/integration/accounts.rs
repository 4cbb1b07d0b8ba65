//! Other accounts by roles, other partitions, disabled regions, and credentials that end: through the real SDK.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_credential_types::provider::future;
use aws_sdk_cloudtrail::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};
use cloudtrail_mcp::answer::words::Words;
use cloudtrail_mcp::context::basis::{Basis, WindowStart};
use cloudtrail_mcp::context::{Incident, Named, Onset, Told};
use cloudtrail_mcp::coverage::{Cause, Cell, State};
use cloudtrail_mcp::investigate::{Gathered, plan};
use cloudtrail_mcp::policy::{Available, Policy, Scope};
use cloudtrail_mcp::source::cache::{Cache, CacheSettings};
use cloudtrail_mcp::source::event_history::{EventHistory, PROFILE, Role, Settings};
use cloudtrail_mcp::source::{Kind, Source};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::client::Client;
use crate::event_history::{ago, credentials, now, open, settings, window};
use crate::fake_aws::{ACCOUNT, FakeAws, Fault, Trust, write};

const OTHER: &str = "444455556666";
const ROLE: &str = "arn:aws:iam::444455556666:role/investigator";
const TRUST: Trust = Trust { role_arn: ROLE, external_id: Some("between-us") };
/// The access key of the process's own credentials.
const OWN_KEY: &str = "AKIAIOSFODNN7EXAMPLE";

fn role(role_arn: &str, external_id: &str) -> Role {
    let account = role_arn.split(':').nth(4).unwrap().to_owned();
    Role { account, role_arn: role_arn.to_owned(), external_id: Some(external_id.to_owned()) }
}

fn history(fake: &FakeAws, roles: &[Role]) -> EventHistory {
    EventHistory::new(Settings { roles: roles.to_vec(), ..settings(fake, Some(credentials())) })
}

fn available() -> Available {
    let account_names = vec![("production".to_owned(), OTHER.to_owned())];
    Available { roles: vec![OTHER.to_owned()], account_names, ..Available::only(&PROFILE) }
}

fn incident(accounts: &[&str], regions: &[&str]) -> Incident {
    let named = |names: &[&str]| names.iter().map(|name| Named { name: (*name).to_owned(), basis: Basis::Argument }).collect();
    Incident {
        alert: None,
        window: window(),
        window_basis: WindowStart::Given.into(),
        onset: Onset::None,
        start_given: true,
        regions: named(regions),
        all_regions: regions.is_empty(),
        regions_given: true,
        accounts: named(accounts),
        accounts_given: !accounts.is_empty(),
        resources: Vec::new(),
        words: String::new(),
        told: Told::default(),
        speaks_to_reader: false,
    }
}

/// Reads everything side by side; gives the ids of the events and the cells.
async fn read(history: &EventHistory, policy: &Policy, incident: &Incident) -> (Vec<String>, Vec<Cell>) {
    read_of(history, policy.admit(incident, None, &available(), now()).unwrap()).await
}

async fn read_of(history: &EventHistory, scope: Scope) -> (Vec<String>, Vec<Cell>) {
    let queries = plan::queries(&scope, scope.window(), &Kind::Writes, scope.deadline());
    let mut gathered = Gathered::default();
    for reading in join_all(queries.iter().map(async |query| query.gate(history.read(query).await))).await {
        gathered.add(reading);
    }
    for cell in plan::unanswered(&scope, &gathered.cells().collect::<Vec<_>>()) {
        gathered.add_cell(cell);
    }
    let (events, coverage, _) = gathered.finish(Vec::new());
    (events.into_iter().map(|event| event.event_id).collect(), coverage.cells)
}

fn places(cells: &[Cell]) -> Vec<(&str, &str, State)> {
    cells.iter().map(|cell| (cell.account(), cell.region(), cell.state())).collect()
}

fn of_account(account: &str, mut record: Value) -> Value {
    record["recipientAccountId"] = json!(account);
    record
}

fn change(id: &str, account: &str, region: &str) -> Value {
    of_account(account, write(id, "ec2.amazonaws.com", "StopInstances", region, ago(30)))
}

fn given<'a>(form: &'a [(String, String)], key: &str) -> Option<&'a str> {
    form.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn the_own_account_and_another_by_its_role_are_read_side_by_side() {
    let events = [change("own", ACCOUNT, "us-east-1"), change("other", OTHER, "us-east-1"), change("west", OTHER, "eu-west-1")];
    let fake = FakeAws::start(now()).await.with_events(events).with_role(TRUST);
    let history = history(&fake, &[role(ROLE, "between-us")]);
    let (found, cells) = read(&history, &open(), &incident(&[ACCOUNT, "production"], &["us-east-1", "eu-west-1"])).await;
    assert_eq!(found, ["other", "own", "west"]);
    let whole = |account, region| (account, region, State::Exhausted);
    let expected = [whole(ACCOUNT, "eu-west-1"), whole(ACCOUNT, "us-east-1"), whole(OTHER, "eu-west-1"), whole(OTHER, "us-east-1")];
    assert_eq!(places(&cells), expected);
    // One session serves both regions, and nobody's name goes with it as nobody has one.
    let assumed = fake.asked_sts("AssumeRole");
    assert_eq!(assumed.len(), 1);
    assert_eq!((given(&assumed[0], "ExternalId"), given(&assumed[0], "SourceIdentity")), (Some("between-us"), None));
}

#[tokio::test]
async fn the_caller_s_name_goes_with_the_role_and_each_caller_has_a_session() {
    let fake = FakeAws::start(now()).await.with_events([change("other", OTHER, "us-east-1")]).with_role(TRUST);
    let history = history(&fake, &[role(ROLE, "between-us")]);
    for caller in ["alice@example.com", "chat bot", "alice@example.com"] {
        let policy = Policy { caller: caller.into(), ..open() };
        assert_eq!(read(&history, &policy, &incident(&[OTHER], &["us-east-1"])).await.0, ["other"]);
    }
    let assumed = fake.asked_sts("AssumeRole");
    let identities: Vec<_> = assumed.iter().map(|form| given(form, "SourceIdentity").unwrap()).collect();
    assert_eq!(identities.len(), 2);
    assert_eq!(identities[0], "alice@example.com");
    assert!(identities[1].starts_with("chat-bot."), "{identities:?}");
    assert!(assumed.iter().all(|form| given(form, "RoleSessionName") == given(form, "SourceIdentity")));
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_one_denied_account_and_the_others_go_on() {
    let fake = FakeAws::start(now()).await.with_events([change("own", ACCOUNT, "us-east-1")]).with_role(TRUST);
    let history = history(&fake, &[role(ROLE, "a wrong one")]);
    let (found, cells) = read(&history, &open(), &incident(&[ACCOUNT, OTHER], &["us-east-1"])).await;
    assert_eq!(found, ["own"]);
    assert_eq!(places(&cells), [(ACCOUNT, "us-east-1", State::Exhausted), (OTHER, "us-east-1", State::Denied)]);
    assert_eq!((cells[1].cause.clone(), cells[1].requests), (Some(Cause::AccessDenied), 0));
    let detail = Words::ENGLISH.detail(&cells[1]).unwrap();
    assert!(detail.contains("trust policy") && detail.contains("external_id") && !detail.contains("wrong one"), "{detail}");
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_tried_once_for_all_regions() {
    let fake = FakeAws::start(now()).await;
    let history = history(&fake, &[role(ROLE, "between-us")]);
    let (_, cells) = read(&history, &open(), &incident(&[OTHER], &["us-east-1", "us-west-2", "eu-west-1"])).await;
    assert!(cells.len() == 3 && cells.iter().all(|cell| cell.state() == State::Denied));
    assert_eq!(fake.asked_sts("AssumeRole").len(), 1);
}

#[tokio::test]
async fn a_passing_failure_of_sts_is_tried_again_with_the_page() {
    let fake = FakeAws::start(now()).await.with_events([change("other", OTHER, "us-east-1")]).with_role(TRUST).roles_fail(2);
    let (found, cells) = read(&history(&fake, &[role(ROLE, "between-us")]), &open(), &incident(&[OTHER], &["us-east-1"])).await;
    assert_eq!((found, cells[0].state()), (vec!["other".to_owned()], State::Exhausted));
}

#[tokio::test]
async fn an_account_without_a_role_is_told_as_such_unless_it_is_the_own_one() {
    let fake = FakeAws::start(now()).await.with_events([change("own", ACCOUNT, "us-east-1")]);
    let (found, cells) = read(&history(&fake, &[]), &open(), &incident(&[ACCOUNT, OTHER], &["us-east-1"])).await;
    assert_eq!(found, ["own"]);
    assert_eq!(places(&cells), [(ACCOUNT, "us-east-1", State::Exhausted), (OTHER, "us-east-1", State::NotConfigured)]);
}

#[tokio::test]
async fn an_account_that_the_alert_names_and_nobody_can_read_is_a_gap_unless_it_is_the_own_one() {
    let fake = FakeAws::start(now()).await.with_events([change("own", ACCOUNT, "us-east-1")]);
    let history = history(&fake, &[]);
    let alerted = |account: &str| Incident { accounts_given: false, ..incident(&[account], &["us-east-1"]) };
    let (_, cells) = read(&history, &open(), &alerted(ACCOUNT)).await;
    assert_eq!(places(&cells), [(ACCOUNT, "us-east-1", State::Exhausted)]);
    let without_roles = open().admit(&alerted(OTHER), None, &Available::only(&PROFILE), now()).unwrap();
    let (found, cells) = read_of(&history, without_roles).await;
    assert_eq!(found, ["own"]);
    assert_eq!(places(&cells), [(ACCOUNT, "us-east-1", State::Exhausted), (OTHER, "us-east-1", State::NotConfigured)]);
    assert!(cells[1].asked);
}

#[tokio::test]
async fn the_account_that_the_alert_names_is_read_by_its_role() {
    let fake = FakeAws::start(now()).await.with_events([change("own", ACCOUNT, "us-east-1"), change("other", OTHER, "us-east-1")]);
    let fake = fake.with_role(TRUST);
    let alerted = Incident { accounts_given: false, ..incident(&[OTHER], &["us-east-1"]) };
    let (found, cells) = read(&history(&fake, &[role(ROLE, "between-us")]), &open(), &alerted).await;
    assert_eq!((found, places(&cells)), (vec!["other".to_owned()], vec![(OTHER, "us-east-1", State::Exhausted)]));
}

#[tokio::test]
async fn a_session_that_is_about_to_end_is_replaced_and_a_long_one_is_used_again() {
    for (seconds, replaced) in [(30, true), (3600, false)] {
        let fake = FakeAws::start(now()).await.with_role(TRUST).sessions_last(Duration::from_secs(seconds));
        let history = history(&fake, &[role(ROLE, "between-us")]);
        for region in ["us-east-1", "us-west-2"] {
            assert_eq!(read_one(&history, region).await, State::Exhausted);
        }
        assert_eq!(fake.asked_sts("AssumeRole").len() > 1, replaced, "sessions of {seconds} s");
    }
}

async fn read_one(history: &EventHistory, region: &str) -> State {
    read(history, &open(), &incident(&[OTHER], &[region])).await.1[0].state()
}

#[tokio::test]
async fn a_session_that_aws_calls_expired_is_replaced_at_once() {
    let fake = FakeAws::start(now()).await.with_events([change("other", OTHER, "us-east-1")]).with_role(TRUST);
    let history = history(&fake, &[role(ROLE, "between-us")]);
    assert_eq!(read_one(&history, "us-east-1").await, State::Exhausted);
    let first = fake.lookups()[0].access_key.clone();
    fake.expire(&first);
    let (_, cells) = read(&history, &open(), &incident(&[OTHER], &["us-west-2"])).await;
    assert!(cells.iter().all(|cell| cell.state() == State::Exhausted), "{cells:?}");
    assert_eq!(fake.asked_sts("AssumeRole").len(), 2);
}

/// Credentials that change when they are asked for again, as a file does after a new login.
#[derive(Debug)]
struct Login(AtomicUsize);

impl ProvideCredentials for Login {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let key = if self.0.fetch_add(1, Ordering::Relaxed) == 0 { OWN_KEY } else { "AKIANEWLOGINEXAMPLE1" };
        future::ProvideCredentials::ready(Ok(Credentials::new(key, "example", None, None, "test")))
    }
}

#[tokio::test]
async fn credentials_that_expired_are_resolved_anew_without_a_restart() {
    for accounts in [&[][..], &[OTHER]] {
        let events = [change("own", ACCOUNT, "us-east-1"), change("other", OTHER, "us-east-1")];
        let fake = FakeAws::start(now()).await.with_events(events).with_role(TRUST);
        let login = SharedCredentialsProvider::new(Login(0.into()));
        let history = EventHistory::new(Settings { roles: vec![role(ROLE, "between-us")], ..settings(&fake, Some(login)) });
        assert_eq!(read(&history, &open(), &incident(&[], &["us-west-2"])).await.1[0].state(), State::Exhausted);
        fake.expire(OWN_KEY);
        let (found, cells) = read(&history, &open(), &incident(accounts, &["us-east-1"])).await;
        assert_eq!((found.len(), cells[0].state()), (1, State::Exhausted), "{accounts:?}: {:?}", cells[0].notes);
    }
}

#[tokio::test]
async fn a_region_that_is_not_enabled_is_said_to_be_so_and_is_no_gap_when_all_were_asked_for() {
    let fake = FakeAws::start(now()).await.without_region("me-south-1").without_region("af-south-1");
    let history = history(&fake, &[]);
    let (_, cells) = read(&history, &open(), &incident(&[], &["me-south-1", "us-east-1"])).await;
    assert_eq!(places(&cells), [(ACCOUNT, "me-south-1", State::RegionDisabled), (ACCOUNT, "us-east-1", State::Exhausted)]);
    assert!(cells[0].asked);
    let (_, cells) = read(&history, &open(), &incident(&[], &[])).await;
    assert_eq!(cells.len(), 32, "the two are told apart from the cells");
    assert!(cells.iter().all(|cell| cell.state() == State::Exhausted));
}

#[tokio::test]
async fn sts_is_asked_where_the_process_is_at_home_or_else_where_it_surely_answers() {
    for (home, asked, sts) in [
        (None, "eu-west-1", "eu-west-1"),
        (None, "me-south-1", "us-east-1"),
        (None, "us-gov-east-1", "us-gov-east-1"),
        (Some("me-south-1"), "eu-west-1", "me-south-1"),
        (Some("eu-west-1"), "cn-northwest-1", "cn-northwest-1"),
    ] {
        let fake = FakeAws::start(now()).await;
        let home_region = home.map(str::to_owned);
        let history = EventHistory::new(Settings { home_region, ..settings(&fake, Some(credentials())) });
        let scope = open().admit(&incident(&[], &[asked]), None, &available(), now()).unwrap();
        history.read(&plan::queries(&scope, scope.window(), &Kind::Writes, scope.deadline())[0]).await;
        let regions: Vec<String> = fake.requests().into_iter().filter(|it| it.service == "sts").map(|it| it.region).collect();
        assert_eq!(regions, [sts], "{home:?} {asked}");
    }
}

#[tokio::test]
async fn other_partitions_have_their_own_global_region_and_refuse_roles_of_others() {
    let china = "arn:aws-cn:iam::444455556666:role/investigator";
    let fake = FakeAws::start(now()).await.with_events([change("north", OTHER, "cn-northwest-1")]);
    let fake = fake.with_role(Trust { role_arn: china, external_id: Some("between-us") });
    let history = history(&fake, &[role(china, "between-us")]);
    let (found, cells) = read(&history, &open(), &incident(&[OTHER], &["cn-northwest-1"])).await;
    assert_eq!(found, ["north"]);
    assert_eq!(places(&cells), [(OTHER, "cn-north-1", State::Exhausted), (OTHER, "cn-northwest-1", State::Exhausted)]);
    let sts: Vec<String> = fake.requests().into_iter().filter(|it| it.service == "sts").map(|it| it.region).collect();
    assert!(sts.iter().all(|region| region.starts_with("cn-")), "{sts:?}");
    let (_, cells) = read(&history, &open(), &incident(&[OTHER], &["us-gov-east-1"])).await;
    assert_eq!(places(&cells)[0], (OTHER, "us-gov-east-1", State::NotConfigured));
    assert!(Words::ENGLISH.detail(&cells[0]).unwrap().contains("partition aws-cn"));
}

#[tokio::test]
async fn what_is_settled_is_read_once_and_kept_for_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let fake = FakeAws::start(now()).await.with_events([change("own", ACCOUNT, "us-east-1")]);
    let cache = || Arc::new(Cache::new(CacheSettings { path: Some(folder.path().join("cache")), ..CacheSettings::default() }));
    let ask = incident(&[], &["us-east-1"]);
    let mut before = None;
    for _ in 0..2 {
        let history = EventHistory::new(Settings { cache: cache(), ..settings(&fake, Some(credentials())) });
        for _ in 0..2 {
            let (found, mut cells) = read(&history, &open(), &ask).await;
            assert_eq!(found, ["own"]);
            cells[0].requests = 0;
            assert_eq!(*before.get_or_insert(cells.clone()), cells, "the answer is the same, cached or fresh");
        }
    }
    assert_eq!(fake.lookups().len(), 1);
    // Another caller asks for himself.
    let history = EventHistory::new(Settings { cache: cache(), ..settings(&fake, Some(credentials())) });
    read(&history, &Policy { caller: "alice".into(), ..open() }, &ask).await;
    assert_eq!(fake.lookups().len(), 2);
}

/// A server process with a policy file of its own, asked for the changes of the usual hour.
async fn served(fake: &FakeAws, folder: &Path, policy: &str, arguments: Value) -> Value {
    let client = server(fake, folder, policy).await;
    let mut question = json!({"regions": "us-east-1", "start_time": "2026-01-27T20:00:00Z", "end_time": "2026-01-27T20:40:00Z"});
    question.as_object_mut().unwrap().extend(arguments.as_object().unwrap().clone());
    let answer = client.events(question).await;
    client.leave().await;
    answer
}

async fn server(fake: &FakeAws, folder: &Path, policy: &str) -> Client {
    server_at(fake, folder, policy, "2026-01-27T21:00:00Z").await
}

async fn server_at(fake: &FakeAws, folder: &Path, policy: &str, now: &str) -> Client {
    let file = folder.join("policy.toml");
    std::fs::write(&file, format!("allow_aws_read = true\n{policy}")).unwrap();
    let env = fake.env();
    let environment: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Client::connect(&["serve", "--now", now, "--config", file.to_str().unwrap()], &environment).await
}

fn production() -> String {
    format!("[accounts.production]\nid = \"{OTHER}\"\nrole_arn = \"{ROLE}\"\nexternal_id = \"between-us\"\n")
}

#[tokio::test]
async fn a_caller_may_name_an_account_as_the_operator_did_and_the_answer_tells_whose_events_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let events = [change("own", ACCOUNT, "us-east-1"), change("other", OTHER, "us-east-1")];
    let fake = FakeAws::start(now()).await.with_events(events).with_role(TRUST);
    let policy = production();
    let answer = served(&fake, folder.path(), &policy, json!({"accounts": ["production", ACCOUNT]})).await;
    assert_eq!(answer["coverage"]["verdict"], "complete", "{answer:#}");
    let mut accounts: Vec<&str> = Vec::new();
    for event in answer["groups"].as_array().unwrap().iter().flat_map(|group| group["events"].as_array().unwrap()) {
        accounts.push(event["account"].as_str().unwrap());
    }
    accounts.sort_unstable();
    assert_eq!(accounts, [ACCOUNT, OTHER]);
    let answer = served(&fake, folder.path(), &policy, json!({"accounts": "staging"})).await;
    assert_eq!((answer["error"]["code"].as_str(), answer["error"]["argument"].as_str()), (Some("invalid_argument"), Some("accounts")));
    assert!(answer["error"]["next"].as_str().unwrap().contains("production"), "{answer:#}");
    let bound = format!("aws_account_allowlist = [\"{ACCOUNT}\"]\n{policy}");
    let answer = served(&fake, folder.path(), &bound, json!({"accounts": "production"})).await;
    assert_eq!(answer["error"]["code"], "account_not_allowed", "{answer:#}");
}

#[tokio::test]
async fn a_partial_answer_goes_on_in_each_account_where_it_stopped_there() {
    let folder = tempfile::tempdir().unwrap();
    // A page of the own account reaches further back than one of the other.
    let many = |account: &'static str, count: i64| {
        let at = move |n: i64| ago(30) - chrono::TimeDelta::seconds(n * if account == OTHER { 3 } else { 7 });
        (0..count)
            .map(move |n| of_account(account, write(&format!("{account}-{n}"), "ec2.amazonaws.com", "StopInstances", "us-east-1", at(n))))
    };
    let fake = FakeAws::start(now()).await.with_events(many(ACCOUNT, 60).chain(many(OTHER, 140))).with_role(TRUST);
    let client = server(&fake, folder.path(), &format!("[budget]\nlookup_requests = 1\n{}", production())).await;
    let mut arguments = json!({"regions": "us-east-1", "start_time": "2026-01-27T20:00:00Z", "end_time": "2026-01-27T20:40:00Z", "accounts": [ACCOUNT, OTHER]});
    let mut told = Vec::new();
    let last = loop {
        let answer = client.events(arguments).await;
        told.push((answer["coverage"]["verdict"].as_str().unwrap().to_owned(), answer["totals"]["matched"].as_u64().unwrap()));
        match answer["next_cursor"].as_str() {
            Some(cursor) if told.len() < 9 => arguments = json!({"cursor": cursor}),
            _ => break answer,
        }
    };
    client.leave().await;
    assert_eq!(told.first(), Some(&("partial".to_owned(), 100)));
    assert_eq!(told.last(), Some(&("complete".to_owned(), 200)), "{told:?} {:#}", last["coverage"]);
}

#[tokio::test]
async fn an_account_that_cannot_be_read_does_not_keep_the_own_one_from_looking_further_back() {
    let folder = tempfile::tempdir().unwrap();
    let fake = FakeAws::start(now()).await;
    let client = server(&fake, folder.path(), "").await;
    let labels = json!({"alertname": "HighErrorRate", "region": "us-east-1", "aws_account_id": OTHER});
    let alert = json!({"alert": {"name": "HighErrorRate", "labels": labels, "startsAt": "2026-01-27T20:30:00Z"}});
    let answer = client.events(json!({"investigation": alert})).await;
    client.leave().await;
    assert_eq!(answer["context"]["window"]["widened"], true, "{answer:#}");
    let states: Vec<&str> = answer["coverage"]["cells"].as_array().unwrap().iter().map(|cell| cell["state"].as_str().unwrap()).collect();
    assert_eq!((states, answer["coverage"]["verdict"].as_str()), (vec!["exhausted", "not_configured"], Some("partial")));
    assert!(answer["headline"].as_str().unwrap().contains("account 444455556666 cannot be reached"), "{}", answer["headline"]);
    assert!(answer["coverage"]["next"].as_str().unwrap().contains("[accounts]"));
}

#[tokio::test]
async fn the_next_server_process_asks_aws_for_nothing_that_the_last_one_knew() {
    let folder = tempfile::tempdir().unwrap();
    let fake = FakeAws::start(now()).await.with_events([change("own", ACCOUNT, "us-east-1")]);
    let policy = format!("[cache]\npath = {:?}\nmax_bytes = \"1 MiB\"\n", folder.path().join("cache"));
    let first = served(&fake, folder.path(), &policy, json!({})).await;
    let second = served(&fake, folder.path(), &policy, json!({})).await;
    assert_eq!(first["cost"]["requests"]["lookup_events"], 1, "{first:#}");
    assert_eq!((second["groups"].clone(), second["finding"].clone()), (first["groups"].clone(), first["finding"].clone()));
    assert_eq!(fake.lookups().len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_ahead_leaves_nothing_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let ahead = now() + chrono::TimeDelta::days(20_000);
    let fake = FakeAws::start(ahead).await;
    let spell = |minutes| (ahead - chrono::TimeDelta::minutes(minutes)).to_rfc3339();
    let policy = format!("[cache]\npath = {:?}\n", folder.path().join("cache"));
    let client = server_at(&fake, folder.path(), &policy, &spell(0)).await;
    let answer = client.events(json!({"regions": "us-east-1", "start_time": spell(60), "end_time": spell(20)})).await;
    client.leave().await;
    assert_eq!(answer["coverage"]["verdict"], "complete", "{answer:#}");
    assert!(!folder.path().join("cache").exists());
}

#[tokio::test]
async fn what_could_not_be_read_whole_is_not_kept() {
    let fake = FakeAws::start(now()).await.with_events([change("own", ACCOUNT, "us-east-1")]).fault(Fault::AccessDenied);
    let history = history(&fake, &[]);
    let ask = incident(&[], &["us-east-1"]);
    assert_eq!(read(&history, &open(), &ask).await.1[0].state(), State::Denied);
    assert_eq!(read(&history, &open(), &ask).await.0, ["own"]);
}

#[tokio::test]
async fn an_organisation_of_seventy_accounts_is_one_question_by_roles() {
    let accounts: Vec<String> = (0..70).map(|n| format!("{:012}", 200_000_000_000_u64 + n)).collect();
    let regions = ["eu-west-1", "us-east-1"];
    let key = format!("arn:aws:kms:eu-west-1:{}:key/1234abcd-12ab-34cd-56ef-1234567890ab", accounts[1]);
    let events = accounts.iter().enumerate().flat_map(|(n, account)| {
        let key = key.clone();
        regions.map(move |region| {
            let mut record = change(&format!("{account}-{region}"), account, region);
            if n == 7 && region == "eu-west-1" {
                (record["eventSource"], record["eventName"]) = (json!("kms.amazonaws.com"), json!("DisableKey"));
                record["requestParameters"] = json!({"keyId": key});
            }
            record
        })
    });
    let mut fake = FakeAws::start(now()).await.with_events(events).throttling();
    let mut policy = String::from("[budget]\ndeadline = \"15s\"\n");
    for (n, account) in accounts.iter().enumerate() {
        let role_arn = format!("arn:aws:iam::{account}:role/investigator");
        policy.push_str(&format!("[accounts.team{n}]\nid = \"{account}\"\nrole_arn = \"{role_arn}\"\nexternal_id = \"between-us\"\n"));
        fake = fake.with_role(Trust { role_arn: role_arn.leak(), external_id: Some("between-us") });
    }
    let folder = tempfile::tempdir().unwrap();
    let alert =
        json!({"alert": {"name": "DecryptFailed", "labels": {"key": key, "region": "eu-west-1"}, "startsAt": "2026-01-27T20:35:00Z"}});
    let begun = tokio::time::Instant::now();
    let arguments = json!({"accounts": accounts, "regions": regions, "investigation": alert, "limit": 100});
    let answer = served(&fake, folder.path(), &policy, arguments).await;
    println!("70 accounts, 2 regions: {:?}, {} ms", begun.elapsed(), answer["cost"]["elapsed_ms"]);
    // The deadline of 15 s did not end it.
    assert_eq!((answer["coverage"]["verdict"].as_str(), answer["totals"]["matched"].as_u64()), (Some("complete"), Some(140)), "{answer:#}");
    let cells = answer["coverage"]["cells"].as_array().unwrap();
    let places: u64 = cells.iter().map(|cell| cell["alike"].as_u64().unwrap_or_default() + 1).sum();
    assert!(places == 140 && cells.len() <= 34, "{} cells of {places} places", cells.len());
    let entries: Vec<&Value> = answer["groups"].as_array().unwrap().iter().flat_map(|group| group["events"].as_array().unwrap()).collect();
    assert!(entries.iter().all(|entry| accounts.iter().any(|account| entry["account"] == *account)), "{answer:#}");
    let disabled = entries.iter().find(|entry| entry["name"] == "DisableKey").unwrap();
    assert_eq!((disabled["account"].as_str(), disabled["rank"].as_u64()), (Some(accounts[7].as_str()), Some(1)), "{disabled:#}");
    assert!(disabled["summary"].as_str().unwrap().ends_with(&format!("(of account {})", accounts[1])), "{disabled:#}");
    let headline = answer["headline"].as_str().unwrap();
    assert!(headline.contains(&format!("in account {}", accounts[7])) && headline.len() < 500, "{headline}");
    assert_eq!(fake.asked_sts("AssumeRole").len(), 70);
}
