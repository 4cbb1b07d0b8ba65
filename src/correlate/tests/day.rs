//! A day of an application and of CloudTrail, made up, of which it is known which record tells of which event.
//!
//! It was written before the joiner, from what logs look like: eight services that each write in their own way, on twenty hosts, in
//! sessions that do the same few things again and again. Beside what they do there are people, pipelines and services of AWS, some of whom
//! do the same to the same thing at the same time; sessions that share a name; records of what is no call of AWS, of calls that
//! CloudTrail does not show, and request ids of others.

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};

/// How the log's clocks are off.
#[derive(Clone, Copy, Debug)]
pub(super) enum Skew {
    /// One host of twenty, and with it one record of twenty, is minutes off.
    OneHost,
    /// All of it, by the same time.
    Whole(TimeDelta),
    /// One record of twenty, each by a time of its own of up to ten minutes, whatever its host.
    OneByOne,
}

/// The strongest that a record carries to be told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Carries {
    /// The request id of AWS.
    RequestId,
    /// The id of the event.
    EventId,
    /// The call and the access key that made it, or what leads to that.
    AccessKey,
    /// The call and the source identity or the name of the session.
    Session,
    /// The call, the resource and the actor.
    Resemblance,
    /// Nothing that would do.
    Nothing,
}

/// What a line of the log tells of.
#[derive(Clone, Debug)]
pub(super) struct Truth {
    /// The id of the event; nothing where CloudTrail has none.
    pub(super) event: Option<String>,
    /// What there is to tell it by.
    pub(super) carries: Carries,
}

/// A day.
pub(super) struct Day {
    /// The application's log: JSON lines in the order of time.
    pub(super) log: String,
    /// The records of CloudTrail, in the order of time.
    pub(super) records: Vec<Value>,
    /// One for each line of the log.
    pub(super) truth: Vec<Truth>,
}

/// Records of the log, and events.
pub(super) const COUNT: usize = 10_000;
/// Events of the application among them.
const OWN: usize = 7_000;
/// Events of others that look like one of the application's.
const LOOK_ALIKES: usize = 700;
const SESSIONS: usize = 200;
const HOSTS: usize = 20;
const ACCOUNT: &str = "111122223333";

/// A call, the service, and the parameter that names its resource.
const CALLS: &[(&str, &str, &str)] = &[
    ("s3", "PutBucketPolicy", "bucketName"),
    ("s3", "PutObject", "bucketName"),
    ("dynamodb", "UpdateTable", "tableName"),
    ("dynamodb", "UpdateTimeToLive", "tableName"),
    ("lambda", "UpdateFunctionConfiguration20150331v2", "functionName"),
    ("lambda", "UpdateFunctionCode20150331v2", "functionName"),
    ("rds", "ModifyDBInstance", "dBInstanceIdentifier"),
    ("ec2", "AuthorizeSecurityGroupIngress", "groupId"),
    ("iam", "AttachRolePolicy", "roleName"),
    ("ssm", "PutParameter", "name"),
    ("secretsmanager", "PutSecretValue", "secretId"),
    ("ecs", "UpdateService", "service"),
    ("autoscaling", "UpdateAutoScalingGroup", "autoScalingGroupName"),
    ("monitoring", "PutMetricAlarm", "alarmName"),
];
const ROLES: &[&str] = &["checkout-run", "orders-run", "search-run", "media-run", "billing-run", "deploy", "jobs-run", "mail-run"];
/// Names that many sessions bear.
const SHARED_NAMES: &[&str] = &["worker", "deploy", "app", "session"];
/// What the application does by itself, and reads that CloudTrail was not asked for.
const NO_CALLS: &[&str] =
    &["user.login", "order.created", "cart.updated", "cache_refresh", "payment-captured", "GetObject", "Query", "health"];

/// Splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    fn uuid(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        format!("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", a >> 32, (a >> 16) & 0xffff, a & 0xfff, b >> 52, b & 0xffff_ffff_ffff)
    }

    fn capitals(&mut self, n: usize) -> String {
        (0..n).map(|_| b"ABCDEFGHJKLMNPQRSTUVWXYZ234567"[self.below(30)] as char).collect()
    }
}

/// A session of the application.
struct Session {
    role: &'static str,
    name: String,
    key: String,
    /// The long-lived key that it was begun with.
    parent: Option<String>,
    source_identity: Option<String>,
    host: usize,
    dialect: usize,
    from: i64,
    length: usize,
    /// Ties the records of the session to that of its beginning.
    correlation: String,
    /// What it does again and again.
    habits: Vec<(usize, String)>,
}

/// One thing that an application did, or says it did.
struct Act<'a> {
    session: &'a Session,
    call: String,
    resource: String,
    time: DateTime<Utc>,
    request_id: Option<String>,
    event_id: Option<String>,
    failed: bool,
    carries: Carries,
}

fn begin() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-02T00:00:00Z").unwrap().to_utc()
}

fn sessions(random: &mut Random) -> Vec<Session> {
    (0..SESSIONS)
        .map(|n| {
            let name = match random.below(100) {
                0..15 => random.pick(SHARED_NAMES).to_owned(),
                15..40 => format!("i-{:017x}", random.next() >> 4),
                _ => format!("{}-{:08x}", random.pick(&["task", "build", "job"]), random.next() as u32),
            };
            let habits = (0..6).map(|_| (random.below(CALLS.len()), String::new())).collect::<Vec<_>>();
            let habits = habits.into_iter().map(|(call, _)| (call, resource(random, call))).collect();
            Session {
                role: random.pick(ROLES),
                name,
                key: format!("ASIA{}", random.capitals(16)),
                parent: random.percent(60).then(|| format!("AKIA{}", random.capitals(16))),
                source_identity: random.percent(40).then(|| format!("{}@example.com", random.pick(&["ana", "ben", "chi", "dov", "eva"]))),
                host: n % HOSTS,
                dialect: random.below(DIALECTS.len()),
                from: random.below(86_400 - 21_600) as i64,
                length: 3_600 + random.below(18_000),
                correlation: random.uuid(),
                habits,
            }
        })
        .collect()
}

fn resource(random: &mut Random, call: usize) -> String {
    let n = random.below(60);
    match CALLS[call].2 {
        "groupId" => format!("sg-{:017x}", 0x0abc_def0_1234_5000_u64 + n as u64),
        "name" => format!("/shop/{n}/setting"),
        parameter => format!("shop-{}-{n:02}", parameter.to_lowercase().chars().take(3).collect::<String>()),
    }
}

fn identity(session: &Session) -> Value {
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{}/{}", session.role, session.name);
    let issuer = json!({"type": "Role", "userName": session.role, "arn": format!("arn:aws:iam::{ACCOUNT}:role/{}", session.role)});
    let mut identity = json!({"type": "AssumedRole", "principalId": format!("AROAEXAMPLE{}:{}", session.role.len(), session.name), "arn": arn,
        "accountId": ACCOUNT, "accessKeyId": session.key, "sessionContext": {"sessionIssuer": issuer}});
    if let Some(source) = &session.source_identity {
        identity["sessionContext"]["sourceIdentity"] = json!(source);
    }
    identity
}

fn event(random: &mut Random, who: Value, call: usize, resource: &str, time: DateTime<Utc>) -> Value {
    let (service, name, parameter) = CALLS[call];
    let mut request = Map::new();
    request.insert(parameter.to_owned(), json!(resource));
    json!({"eventVersion": "1.09", "userIdentity": who, "eventTime": time.to_rfc3339_opts(SecondsFormat::Secs, true),
        "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-sdk-java/2.31", "requestParameters": request, "requestID": random.uuid(), "eventID": random.uuid(),
        "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": ACCOUNT})
}

fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap()
}

/// Makes a day.
pub(super) fn day(seed: u64, skew: Skew) -> Day {
    let mut random = Random(seed);
    let sessions = sessions(&mut random);
    let mut records = Vec::new();
    let mut acts: Vec<Act<'_>> = Vec::new();
    for session in &sessions {
        let Some(parent) = &session.parent else { continue };
        let time = begin() + TimeDelta::seconds(session.from);
        let who = json!({"type": "IAMUser", "userName": "svc-shop", "accountId": ACCOUNT, "accessKeyId": parent});
        let mut assumed = event(&mut random, who, 0, "", time);
        assumed["eventSource"] = json!("sts.amazonaws.com");
        assumed["eventName"] = json!("AssumeRole");
        assumed["readOnly"] = json!(true);
        let role = format!("arn:aws:iam::{ACCOUNT}:role/{}", session.role);
        assumed["requestParameters"] = json!({"roleArn": role, "roleSessionName": session.name});
        assumed["responseElements"] = json!({"credentials": {"accessKeyId": session.key}});
        let (request_id, event_id) = (text(&assumed, "requestID").to_owned(), text(&assumed, "eventID").to_owned());
        let (request_id, event_id) = (Some(request_id), Some(event_id));
        acts.push(Act {
            session,
            call: "AssumeRole".into(),
            resource: role,
            time,
            request_id,
            event_id,
            failed: false,
            carries: Carries::RequestId,
        });
        records.push(assumed);
    }
    let mut own = Vec::new();
    while own.len() < OWN {
        let session = &sessions[random.below(SESSIONS)];
        let (call, resource) = if random.percent(70) {
            session.habits[random.below(session.habits.len())].clone()
        } else {
            let call = random.below(CALLS.len());
            (call, resource(&mut random, call))
        };
        let time = begin() + TimeDelta::seconds(session.from + 5 + random.below(session.length) as i64);
        let failed = random.percent(4);
        let mut event = event(&mut random, identity(session), call, &resource, time);
        if failed {
            event["errorCode"] = json!("AccessDenied");
        }
        own.push((session, call, resource.clone(), time, failed));
        if random.percent(93) {
            let name = CALLS[call].1.split("2015").next().unwrap().to_owned();
            let (request_id, event_id) = (Some(text(&event, "requestID").to_owned()), Some(text(&event, "eventID").to_owned()));
            let carries = evidence(&mut random);
            acts.push(Act { session, call: name, resource, time, request_id, event_id, failed, carries });
        }
        records.push(event);
    }
    for _ in 0..LOOK_ALIKES {
        let (session, call, resource, time, _) = &own[random.below(OWN)];
        let time = *time + TimeDelta::seconds(random.below(360) as i64 - 180);
        // Another session of the same role, of the same name at times, or a person.
        let other = Session {
            role: session.role,
            name: if random.percent(30) { session.name.clone() } else { format!("task-{:08x}", random.next() as u32) },
            key: format!("ASIA{}", random.capitals(16)),
            source_identity: None,
            correlation: String::new(),
            habits: Vec::new(),
            parent: None,
            host: session.host,
            dialect: session.dialect,
            from: session.from,
            length: session.length,
        };
        let person = json!({"type": "IAMUser", "userName": "dana", "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLEDANA00001"});
        let who = if random.percent(50) { identity(&other) } else { person };
        records.push(event(&mut random, who, *call, resource, time));
    }
    while records.len() < COUNT {
        let time = begin() + TimeDelta::seconds(random.below(86_400) as i64);
        let call = random.below(CALLS.len());
        let user = random.pick(&["dana", "terraform", "ana", "ops"]);
        let who = json!({"type": "IAMUser", "userName": user, "accountId": ACCOUNT, "accessKeyId": format!("AKIAEXAMPLE{user:0>9}")});
        let resource = resource(&mut random, call);
        records.push(event(&mut random, who, call, &resource, time));
    }
    records.sort_by(|a, b| text(a, "eventTime").cmp(text(b, "eventTime")));
    let (log, truth) = write(&mut random, &sessions, acts, skew);
    Day { log, records, truth }
}

/// Chooses what a record carries.
fn evidence(random: &mut Random) -> Carries {
    match random.below(100) {
        0..55 => Carries::RequestId,
        55..58 => Carries::EventId,
        58..75 => Carries::AccessKey,
        75..88 => Carries::Session,
        88..98 => Carries::Resemblance,
        _ => Carries::Nothing,
    }
}

/// Writes the log: what was done, some of it in two records, and what CloudTrail knows nothing of.
fn write(random: &mut Random, sessions: &[Session], acts: Vec<Act<'_>>, skew: Skew) -> (String, Vec<Truth>) {
    let mut lines: Vec<(DateTime<Utc>, Value, Truth)> = Vec::new();
    for act in &acts {
        let told = if random.percent(4) { 2 } else { 1 };
        for _ in 0..told {
            lines.push(line(random, act, skew));
        }
    }
    while lines.len() < COUNT {
        let session = &sessions[random.below(SESSIONS)];
        let time = begin() + TimeDelta::seconds(session.from + random.below(session.length) as i64);
        // A call that CloudTrail does not show: it never arrived, or went to another region.
        let lost = random.percent(10);
        let (call, resource) = if lost {
            let call = random.below(CALLS.len());
            (CALLS[call].1.split("2015").next().unwrap().to_owned(), resource(random, call))
        } else {
            (random.pick(NO_CALLS).to_owned(), format!("item-{}", random.below(5_000)))
        };
        let carries = if lost { evidence(random) } else { Carries::RequestId };
        let request_id = Some(random.uuid());
        let act = Act { session, call, resource, time, request_id, event_id: None, failed: false, carries };
        lines.push(line(random, &act, skew));
    }
    lines.truncate(COUNT);
    lines.sort_by_key(|(time, ..)| *time);
    let log = lines.iter().map(|(_, record, _)| format!("{record}\n")).collect();
    (log, lines.into_iter().map(|(.., truth)| truth).collect())
}

/// What a record says before a service writes it in its own way; what is not said is absent.
#[derive(Default)]
struct Said {
    time: DateTime<Utc>,
    call: Option<String>,
    service_of_call: String,
    actor: Option<String>,
    session: Option<String>,
    source_identity: Option<String>,
    correlation: Option<String>,
    /// The id of the application's own request.
    own_request: String,
    aws_request: Option<String>,
    event_id: Option<String>,
    key: Option<String>,
    resource: Option<String>,
    failed: bool,
    host: String,
}

fn line(random: &mut Random, act: &Act<'_>, skew: Skew) -> (DateTime<Utc>, Value, Truth) {
    let Act { session, carries, .. } = act;
    let mut time = act.time + TimeDelta::milliseconds(random.below(1_900) as i64);
    if random.below(1_000) < 4 {
        // Written late, after retries.
        time += TimeDelta::seconds(20 + random.below(60) as i64);
    }
    match skew {
        Skew::Whole(by) => time += by,
        // The clock drifts by a few seconds in the day.
        Skew::OneHost if session.host == 7 => time += TimeDelta::seconds(-250 + session.from / 20_000),
        Skew::OneByOne if random.below(20) == 0 => {
            let by = TimeDelta::milliseconds(15_000 + random.below(585_000) as i64);
            time = if random.percent(50) { time + by } else { time - by };
        }
        Skew::OneHost | Skew::OneByOne => {}
    }
    let service = CALLS.iter().find(|(_, name, _)| name.starts_with(&act.call)).map_or("app", |(service, ..)| *service);
    let mut said = Said {
        time,
        call: Some(act.call.clone()),
        service_of_call: service.to_owned(),
        actor: Some(session.role.to_owned()),
        correlation: random.percent(50).then(|| random.uuid()),
        own_request: random.uuid(),
        resource: Some(act.resource.clone()),
        failed: act.failed,
        host: format!("host-{:02}", session.host),
        ..Said::default()
    };
    let mut truly = *carries;
    match carries {
        Carries::RequestId => said.aws_request = act.request_id.clone(),
        Carries::EventId => said.event_id = Some(act.event_id.clone().unwrap_or_else(|| random.uuid())),
        // By the correlation id that the record of the session's beginning has, by the key that began it, or by its own.
        Carries::AccessKey => match (&session.parent, random.below(3)) {
            (Some(_), 0) => said.correlation = Some(session.correlation.clone()),
            (Some(parent), 1) => said.key = Some(parent.clone()),
            _ => said.key = Some(session.key.clone()),
        },
        Carries::Session if session.source_identity.is_some() && random.percent(50) => {
            said.source_identity = session.source_identity.clone()
        }
        Carries::Session => said.session = Some(session.name.clone()),
        Carries::Resemblance => {}
        Carries::Nothing => said.resource = None,
    }
    if act.call == "AssumeRole" {
        said.correlation = Some(session.correlation.clone());
    }
    // Some fields are missing here and there.
    match random.below(100) {
        0 => said.call = None,
        1 => said.resource = None,
        2 => said.actor = None,
        _ => {}
    }
    let call = said.call.is_some();
    truly = match truly {
        Carries::AccessKey | Carries::Session if !call => Carries::Nothing,
        Carries::Resemblance if !call || said.resource.is_none() || said.actor.is_none() => Carries::Nothing,
        known => known,
    };
    let mut record = DIALECTS[session.dialect](&said);
    if random.percent(30) {
        record["duration_ms"] = json!(random.below(900));
    }
    (time, record, Truth { event: act.event_id.clone(), carries: truly })
}

type Dialect = fn(&Said) -> Value;

/// How eight services write.
const DIALECTS: &[Dialect] = &[plain, elastic, milliseconds, zoneless, wrapped, camel, listed, short];

/// Leaves out what is null.
fn compact(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key, compact(value))).collect())
        }
        other => other,
    }
}

fn plain(said: &Said) -> Value {
    let time = said.time.to_rfc3339_opts(SecondsFormat::Millis, true);
    compact(json!({"timestamp": time, "level": if said.failed { "ERROR" } else { "INFO" }, "operation": said.call, "user_id": said.actor,
        "session_name": said.session, "source_identity": said.source_identity, "correlation_id": said.correlation,
        "request_id": said.own_request, "aws_request_id": said.aws_request, "event_id": said.event_id, "access_key_id": said.key,
        "result": if said.failed { "error" } else { "success" }, "error": said.failed.then_some("AccessDenied"), "resource": said.resource,
        "host": said.host}))
}

fn elastic(said: &Said) -> Value {
    let time = said.time.to_rfc3339_opts(SecondsFormat::Micros, false);
    compact(json!({"@timestamp": time, "event": {"action": said.call, "outcome": if said.failed { "failure" } else { "success" }},
        "user": {"name": said.actor}, "trace": {"id": said.correlation}, "http": {"request": {"id": said.own_request}},
        "aws": {"request_id": said.aws_request, "event_id": said.event_id, "access_key_id": said.key, "session_name": said.session,
            "source_identity": said.source_identity, "resource": said.resource},
        "error": {"message": said.failed.then_some("AccessDenied")}, "host": {"name": said.host}}))
}

fn milliseconds(said: &Said) -> Value {
    compact(
        json!({"time": said.time.timestamp_millis(), "action": said.call.as_ref().map(|call| format!("{}:{call}", said.service_of_call)),
        "user": said.actor, "session_name": said.session, "sourceIdentity": said.source_identity, "correlation_id": said.correlation,
        "request_id": said.aws_request.as_ref().unwrap_or(&said.own_request), "event_id": said.event_id, "access_key": said.key,
        "status": if said.failed { 403 } else { 200 }, "resource": said.resource, "hostname": said.host}),
    )
}

fn zoneless(said: &Said) -> Value {
    let snake = |call: &String| {
        let parts = call.chars().flat_map(|c| if c.is_ascii_uppercase() { vec!['_', c.to_ascii_lowercase()] } else { vec![c] });
        parts.collect::<String>().trim_start_matches('_').to_owned()
    };
    compact(
        json!({"time": said.time.format("%Y-%m-%d %H:%M:%S,%3f").to_string(), "action": said.call.as_ref().map(snake), "actor": said.actor,
        "role_session_name": said.session, "source_identity": said.source_identity, "correlation_id": said.correlation,
        "aws_request_id": said.aws_request, "cloudtrail_event_id": said.event_id, "aws_access_key_id": said.key,
        "outcome": if said.failed { "denied" } else { "ok" }, "target": said.resource, "request_id": said.own_request}),
    )
}

fn wrapped(said: &Said) -> Value {
    json!({"timestamp": said.time.timestamp_millis(), "message": plain(said).to_string()})
}

fn camel(said: &Said) -> Value {
    let arn = said.resource.as_ref().map(|name| match said.service_of_call.as_str() {
        "s3" => format!("arn:aws:s3:::{name}"),
        "dynamodb" => format!("arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/{name}"),
        "lambda" => format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{name}"),
        _ => name.clone(),
    });
    compact(json!({"eventTime": said.time.to_rfc3339_opts(SecondsFormat::Millis, true), "eventName": said.call, "userId": said.actor,
        "sessionName": said.session, "sourceIdentity": said.source_identity, "correlationId": said.correlation,
        "requestId": said.aws_request.as_ref().unwrap_or(&said.own_request), "eventId": said.event_id, "accessKeyId": said.key,
        "errorCode": said.failed.then_some("AccessDenied"), "resourceArn": arn, "host": said.host}))
}

fn listed(said: &Said) -> Value {
    compact(
        json!({"ts": said.time.to_rfc3339_opts(SecondsFormat::Secs, true), "op": said.call.as_ref().map(|call| format!("{call}Command")),
        "principal": {"name": said.actor, "session_name": said.session, "source_identity": said.source_identity, "accessKeyId": said.key},
        "traceId": said.correlation, "ids": {"aws_request_id": said.aws_request, "event_id": said.event_id},
        "resources": said.resource.as_ref().map(|name| json!([{"name": name}])), "success": !said.failed, "host": said.host}),
    )
}

fn short(said: &Said) -> Value {
    compact(json!({"time": said.time.timestamp_millis() as f64 / 1000.0, "op": said.call, "user": said.actor, "session_name": said.session,
        "source_identity": said.source_identity, "correlation_id": said.correlation, "x-amzn-requestid": said.aws_request,
        "event_id": said.event_id, "access_key_id": said.key, "ok": !said.failed, "resource_id": said.resource}))
}

#[test]
fn a_day_holds_what_it_promises() {
    let day = day(1, Skew::OneHost);
    assert_eq!((day.records.len(), day.truth.len(), day.log.lines().count()), (COUNT, COUNT, COUNT));
    let carry = |carries: Carries| day.truth.iter().filter(|truth| truth.event.is_some() && truth.carries == carries).count();
    assert!(carry(Carries::RequestId) > 3_000 && carry(Carries::EventId) > 100, "{}", carry(Carries::EventId));
    for carries in [Carries::AccessKey, Carries::Session, Carries::Resemblance] {
        assert!(carry(carries) > 500, "{carries:?}: {}", carry(carries));
    }
    assert!(day.truth.iter().filter(|truth| truth.event.is_none()).count() > 2_000);
    let ids: BTreeSet<&str> = day.records.iter().map(|record| text(record, "eventID")).collect();
    assert!(ids.len() == COUNT && day.truth.iter().filter_map(|truth| truth.event.as_deref()).all(|id| ids.contains(id)));
    let skewed = day.log.lines().filter(|line| line.contains("host-07")).count();
    assert!((200..800).contains(&skewed), "{skewed}");
}
