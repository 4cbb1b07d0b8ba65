//! What people ask about by name, of which the catalogue knows every call, so that each can be looked up by its name.

use serde_json::Value;

use super::json_path::{Flat, child};
use super::row::Row;
use super::service::canonical_service;
use super::verb::{Verb, verb_and_noun};
use super::{Category, is_global_service, recorded_as, rows};
use crate::event::{ActorKind, Event};

/// A closed set of calls that people ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Signing in to the console.
    SignIn,
    /// Machines that begin or cease to run.
    Machines,
    /// Security groups that let something in.
    Admission,
    /// Trails and event data stores.
    Recording,
    /// Buckets that are deleted.
    BucketDeletion,
}

/// What a call does to machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Run {
    /// It makes them.
    Launches,
    /// They run again.
    Starts,
    /// They run no more.
    Ends,
}

impl Topic {
    /// Tells whether an event is of it.
    pub fn holds(self, event: &Event) -> bool {
        rows::find(event.service(), &event.name).is_some_and(|row| self.is_of(row))
    }

    /// Returns the names of all its calls as they are recorded, each once.
    pub fn calls(self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for row in rows::all().filter(|row| self.is_of(row)) {
            names.push(row.name.to_owned());
            names.extend(recorded_as(row.name).map(|version| format!("{}{version}", row.name)));
        }
        names.sort();
        names.dedup();
        names
    }

    /// Tells whether its events are in the region of global services.
    pub fn is_global(self) -> bool {
        rows::all().any(|row| self.is_of(row) && is_global_service(row.service))
    }

    fn is_of(self, row: &Row) -> bool {
        let kind = row.kind.map(|kind| kind.category);
        match self {
            Self::SignIn => row.signs_in,
            Self::Machines => row.run.is_some(),
            Self::Admission => row.admits && kind == Some(Category::SecurityGroup),
            Self::Recording => canonical_service(row.service) == "cloudtrail" && kind.is_some(),
            Self::BucketDeletion => {
                row.service == "s3" && Verb::of(row.name).deletes && verb_and_noun(row.name).is_some_and(|(_, noun)| noun == "Bucket")
            }
        }
    }
}

/// A machine that a call made or was made to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its id. Untrusted.
    pub id: String,
    /// Its type, such as `m5.large`; only a launch tells it. Untrusted.
    pub kind: Option<String>,
}

/// Returns what a call did to machines, and to which; nothing for any other call, and for one that failed.
pub fn machines(event: &Event) -> Option<(Run, Vec<Machine>)> {
    let run = rows::find(event.service(), &event.name).and_then(|row| row.run).filter(|_| !event.failed())?;
    let (request, response) = (Flat::of(event.request()), Flat::of(event.response()));
    let details = Flat::of(event.record.get("serviceEventDetails").unwrap_or(&Value::Null));
    let all = request.text("instanceType");
    let text = |item: &Value, key: &str| child(item, key).and_then(Value::as_str).map(str::to_owned);
    let listed = |root: &Value| -> Vec<Machine> {
        let items = child(root, "instancesSet").and_then(|set| child(set, "items")).and_then(Value::as_array);
        let machine =
            |item: &Value| Some(Machine { id: text(item, "instanceId")?, kind: text(item, "instanceType").or_else(|| all.clone()) });
        items.into_iter().flatten().filter_map(machine).collect()
    };
    // A launch may list more of them than other places of a record are looked at.
    if let Some(machines) = [event.response(), event.request()].into_iter().map(listed).find(|machines| !machines.is_empty()) {
        return Some((run, machines));
    }
    let ids = |laid: &Flat<'_>| {
        ["instancesSet.instanceId", "instanceIdSet", "instanceId"].iter().map(|path| laid.texts(path)).find(|ids| !ids.is_empty())
    };
    let ids = [&response, &request, &details].into_iter().find_map(ids).unwrap_or_default();
    Some((run, ids.into_iter().map(|id| Machine { id, kind: all.clone() }).collect()))
}

/// A sign-in to the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Whether a second factor was used; nothing where the record does not tell.
    pub mfa: Option<bool>,
    /// Whether it was by a password of the account's own: of any other the identity provider may have asked for a second factor.
    pub by_password: bool,
    /// Whether it succeeded.
    pub succeeded: bool,
}

/// Reads a sign-in; nothing for any other call.
pub fn sign_in(event: &Event) -> Option<SignIn> {
    if !Topic::SignIn.holds(event) {
        return None;
    }
    let used = event.record.get("additionalEventData").and_then(|data| child(data, "MFAUsed")).and_then(Value::as_str);
    let outcome = child(event.response(), "ConsoleLogin").and_then(Value::as_str);
    let own = matches!(event.actor.kind, ActorKind::Human | ActorKind::Root);
    Some(SignIn {
        mfa: used.map(|used| used.eq_ignore_ascii_case("yes")),
        by_password: own && !event.actor_names().iter().any(|name| name.contains(":assumed-role/")),
        succeeded: !event.failed() && outcome.is_none_or(|outcome| outcome.eq_ignore_ascii_case("success")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ALL: [Topic; 5] = [Topic::SignIn, Topic::Machines, Topic::Admission, Topic::Recording, Topic::BucketDeletion];

    fn event(record: Value) -> Event {
        let mut whole = json!({"eventTime": "2026-01-27T20:00:00Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333"});
        whole.as_object_mut().unwrap().extend(record.as_object().unwrap().clone());
        Event::parse(whole).unwrap()
    }

    #[test]
    fn every_topic_has_few_enough_calls_to_look_each_up() {
        for topic in ALL {
            let calls = topic.calls();
            assert!((1..=12).contains(&calls.len()), "{topic:?}: {calls:?}");
        }
        assert_eq!(Topic::BucketDeletion.calls(), ["DeleteBucket"]);
        assert_eq!(Topic::SignIn.calls(), ["ConsoleLogin"]);
        assert!(Topic::SignIn.is_global() && !Topic::Machines.is_global());
    }

    #[test]
    fn a_launch_tells_each_machine_with_its_own_type() {
        let launch = event(json!({"eventSource": "ec2.amazonaws.com", "eventName": "RunInstances",
            "requestParameters": {"instanceType": "m5.large"},
            "responseElements": {"instancesSet": {"items": [{"instanceId": "i-1", "instanceType": "m5.xlarge"}, {"instanceId": "i-2"}]}}}));
        let machine = |id: &str, kind: &str| Machine { id: id.into(), kind: Some(kind.into()) };
        assert_eq!(machines(&launch), Some((Run::Launches, vec![machine("i-1", "m5.xlarge"), machine("i-2", "m5.large")])));
        let failed = Event { error_code: Some("Client.UnauthorizedOperation".into()), ..launch };
        assert_eq!(machines(&failed), None);
        let ended = event(json!({"eventSource": "ec2.amazonaws.com", "eventName": "TerminateInstances",
            "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-1"}]}}}));
        assert_eq!(machines(&ended).map(|(run, machines)| (run, machines.len())), Some((Run::Ends, 1)));
    }

    #[test]
    fn a_federated_sign_in_is_not_one_by_password() {
        let login = |who: Value| {
            event(json!({"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "userIdentity": who,
                "additionalEventData": {"MFAUsed": "No"}, "responseElements": {"ConsoleLogin": "Success"}}))
        };
        let alice = login(json!({"type": "IAMUser", "userName": "alice"}));
        assert_eq!(sign_in(&alice), Some(SignIn { mfa: Some(false), by_password: true, succeeded: true }));
        let arn = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/bob";
        let bob = login(json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE:bob", "arn": arn}));
        assert_eq!(sign_in(&bob).map(|sign_in| sign_in.by_password), Some(false));
    }
}
