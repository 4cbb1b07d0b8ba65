//! Who stands behind a session, as other events tell: who was given its keys, who started what it is called after, whose stack it deploys.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::parse::{field, text};
use super::{ActorKind, Event, Via, role_of};

/// A deployment of a stack takes no longer than this.
const DEPLOYMENT: TimeDelta = TimeDelta::hours(3);
/// The longest chain: what is longer goes in circles.
const LONGEST: usize = 8;

/// Tells for the sessions among `events`, which come in the order of time, who stands behind them, as far as earlier events tell.
///
/// Shape: who is known to stand behind is put before the chain, the person first; what is told already is not told again.
pub fn join_sessions<'a>(events: impl Iterator<Item = &'a mut Event>) {
    let mut origins = Origins::default();
    for event in events {
        if let Some(mut behind) = origins.behind(event).filter(|behind| event.actor.chain.first() != behind.first()) {
            let own = chain(event);
            if behind.last() == own.first() {
                behind.pop();
            }
            behind.extend(own);
            behind.truncate(LONGEST);
            event.actor.chain = behind;
        }
        origins.learn(event);
    }
}

/// A change of a stack.
struct Deployment {
    time: DateTime<Utc>,
    account: String,
    region: String,
    stack: String,
    /// The role that CloudFormation was told to take.
    role: Option<String>,
    by: Vec<String>,
}

/// What tells of sessions, each with the chain of whoever began it.
#[derive(Default)]
struct Origins {
    /// By the access key that was given out.
    keys: HashMap<String, Vec<String>>,
    /// By the id of the sign-in.
    sign_ins: HashMap<String, Vec<String>>,
    /// By the id of what was started, such as a build.
    runs: HashMap<String, Vec<String>>,
    deployments: Vec<Deployment>,
}

impl Origins {
    fn learn(&mut self, event: &Event) {
        if event.failed() {
            return;
        }
        self.keys.extend(event.issued_key().map(|key| (key, chain(event))));
        if event.actor.kind == ActorKind::Human {
            self.sign_ins.extend(sign_in(event).map(|session| (session, chain(event))));
        }
        if event.actor.kind != ActorKind::Service && event.name.starts_with("Start") {
            let mut ids = Vec::new();
            run_ids(event.response(), 0, &mut ids);
            self.runs.extend(ids.into_iter().map(|id| (id, chain(event))));
        }
        if event.service() == "cloudformation" && !event.read_only && event.actor.kind != ActorKind::Service {
            self.deployments.extend(deployment(event));
        }
    }

    /// Returns who stands behind a session, the person first.
    fn behind(&self, event: &Event) -> Option<Vec<String>> {
        if !matches!(event.actor.kind, ActorKind::Role | ActorKind::Service | ActorKind::Unknown) {
            return None;
        }
        let (principal, key) = if self.keys.is_empty() && self.runs.is_empty() { ("", "") } else { event.credentials() };
        let session = principal.split_once(':').map_or("", |(_, session)| session);
        let run = || session.split([':', '/']).find_map(|part| run_id(part).and_then(|id| self.runs.get(id)));
        let signed_in = || if self.sign_ins.is_empty() { None } else { self.sign_ins.get(&sign_in(event)?) };
        let given = if key.is_empty() { None } else { self.keys.get(key) };
        given
            .or_else(signed_in)
            .or_else(run)
            .cloned()
            .or_else(|| self.deployer(event))
            .filter(|behind| behind.last() != Some(&event.actor.name))
    }

    /// Returns whose stack CloudFormation deployed with a call: the only one that it can be.
    fn deployer(&self, event: &Event) -> Option<Vec<String>> {
        if event.actor.via != Via::CloudFormation {
            return None;
        }
        let role = event.actor.arn.as_deref().and_then(role_of);
        let fits = |one: &&Deployment| {
            let age = event.time - one.time;
            let taken = one.role.is_none() || one.role == role;
            one.account == event.account && one.region == event.region && taken && (TimeDelta::zero()..=DEPLOYMENT).contains(&age)
        };
        let fitting: Vec<&Deployment> = self.deployments.iter().filter(fits).collect();
        let last = fitting.last()?;
        // Two stacks at a time leave open whose call it was.
        if fitting.iter().any(|one| one.stack != last.stack) {
            return None;
        }
        let mut behind = last.by.clone();
        behind.push(format!("CloudFormation stack {}", last.stack));
        Some(behind)
    }
}

/// Returns the chain of an event's actor, the person first.
fn chain(event: &Event) -> Vec<String> {
    if event.actor.chain.is_empty() { vec![event.actor.name.clone()] } else { event.actor.chain.clone() }
}

/// Returns the ARN of the sign-in that a session comes from.
fn sign_in(event: &Event) -> Option<String> {
    const SESSION: &str = "signInSessionArn";
    if !event.record.mentions(SESSION) {
        return None;
    }
    let identity = field::<Value>(&event.record, "userIdentity")?;
    field(identity, "sessionContext").and_then(|context| text(context, SESSION)).or_else(|| text(identity, SESSION))
}

fn deployment(event: &Event) -> Option<Deployment> {
    let request = event.request();
    let stack = text(request, "stackName").or_else(|| text(request, "stackId"))?;
    // `arn:…:stack/NAME/UUID` is the stack NAME.
    let stack = stack.split_once(":stack/").and_then(|(_, tail)| tail.split('/').next()).unwrap_or(&stack).to_owned();
    Some(Deployment {
        time: event.time,
        account: event.account.clone(),
        region: event.region.clone(),
        stack,
        role: text(request, "roleARN").and_then(|role| role_of(&role)),
        by: chain(event),
    })
}

/// Collects the ids of runs in an answer.
fn run_ids(value: &Value, depth: usize, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.extend(text.split([':', '/']).filter_map(run_id).map(str::to_owned)),
        Value::Object(map) if depth < 3 && found.len() < 8 => map.values().for_each(|value| run_ids(value, depth + 1, found)),
        _ => {}
    }
}

/// Returns the UUID at the end of a text such as `AWSCodeBuild-6b1f…`.
fn run_id(text: &str) -> Option<&str> {
    const UUID: usize = 36;
    let id = text.get(text.len().checked_sub(UUID)?..)?;
    let hex = id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') && id.bytes().filter(|byte| *byte == b'-').count() == 4;
    hex.then_some(id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(id: &str, time: &str, (service, name): (&str, &str), identity: Value, more: Value) -> Event {
        let mut record = json!({"eventID": id, "eventTime": format!("2026-01-27T{time}Z"), "eventName": name, "eventSource": format!("{service}.amazonaws.com"),
            "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "userIdentity": identity});
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Event::parse(record).unwrap()
    }

    fn role(role: &str, session: &str, key: &str) -> Value {
        json!({"type": "AssumedRole", "principalId": format!("AROAEXAMPLE:{session}"), "accessKeyId": key, "accountId": "111122223333",
            "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/{session}")})
    }

    fn chains(mut events: Vec<Event>) -> Vec<Vec<String>> {
        join_sessions(events.iter_mut());
        let once: Vec<Vec<String>> = events.iter().map(|event| event.actor.chain.clone()).collect();
        join_sessions(events.iter_mut());
        assert_eq!(once, events.iter().map(|event| event.actor.chain.clone()).collect::<Vec<_>>(), "joined once more");
        once
    }

    #[test]
    fn a_session_is_joined_to_whoever_was_given_its_keys() {
        let sso = role("AWSReservedSSO_Admin_0123456789abcdef", "alice@example.com", "ASIAEXAMPLEALICE");
        let issued = json!({"responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLEDEPLOY"}}});
        let events = vec![
            event("a", "20:00:00", ("sts", "AssumeRole"), sso, issued),
            event("b", "20:01:00", ("ec2", "StopInstances"), role("deploy", "work", "ASIAEXAMPLEDEPLOY"), json!({})),
            event("c", "20:02:00", ("ec2", "StopInstances"), role("deploy", "work", "ASIAEXAMPLEOTHER"), json!({})),
        ];
        assert_eq!(chains(events)[1..], [vec!["alice@example.com".to_owned(), "deploy/work".to_owned()], vec![]]);
    }

    #[test]
    fn a_chain_of_roles_begins_with_the_person() {
        let issued = |key: &str| json!({"responseElements": {"credentials": {"accessKeyId": key}}});
        let events = vec![
            event("a", "20:00:00", ("sts", "AssumeRole"), json!({"type": "IAMUser", "userName": "bob"}), issued("ASIAEXAMPLEFIRST")),
            event("b", "20:01:00", ("sts", "AssumeRole"), role("hop", "one", "ASIAEXAMPLEFIRST"), issued("ASIAEXAMPLESECOND")),
            event("c", "20:02:00", ("ec2", "StopInstances"), role("deploy", "two", "ASIAEXAMPLESECOND"), json!({})),
        ];
        assert_eq!(chains(events)[2], ["bob", "hop/one", "deploy/two"]);
    }

    #[test]
    fn a_build_is_joined_to_whoever_started_it() {
        let id = "6b1f0c7e-1111-4222-8333-444455556666";
        let person = json!({"type": "IAMUser", "userName": "bob"});
        let events = vec![
            event(
                "a",
                "20:00:00",
                ("codebuild", "StartBuild"),
                person,
                json!({"responseElements": {"build": {"id": format!("web:{id}")}}}),
            ),
            event("b", "20:01:00", ("ecs", "UpdateService"), role("build", &format!("AWSCodeBuild-{id}"), ""), json!({})),
        ];
        assert_eq!(chains(events)[1], ["bob".to_owned(), format!("build/AWSCodeBuild-{id}")]);
    }

    #[test]
    fn what_a_stack_deploys_is_joined_to_whoever_updated_it_unless_two_are_under_way() {
        let update = |id: &str, stack: &str| {
            let person = json!({"type": "IAMUser", "userName": "carol"});
            event(id, "20:00:00", ("cloudformation", "UpdateStack"), person, json!({"requestParameters": {"stackName": stack}}))
        };
        let call = || {
            let mut identity = role("cfn", "AWSCloudFormation", "");
            identity["invokedBy"] = "cloudformation.amazonaws.com".into();
            event("z", "20:05:00", ("ec2", "DeleteRoute"), identity, json!({}))
        };
        let one = chains(vec![update("a", "web"), call()]);
        assert_eq!(one[1][..2], ["carol", "CloudFormation stack web"]);
        assert!(chains(vec![update("a", "web"), update("b", "data"), call()])[2].is_empty());
    }
}
