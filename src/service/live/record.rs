//! What is kept of an alert that arrived: its alerts, how far its investigation is, and what was told of it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::context::AlertIdentity;
use crate::redact;

/// After how long a report that could not be told is not told any more.
const STALE: TimeDelta = TimeDelta::hours(1);
/// Longest name of an alert that is kept, in characters.
const MAX_NAME: usize = 200;

/// An investigation that an alert began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its id, by which it is an investigation like any other.
    pub id: String,
    /// The webhook that it came by.
    pub webhook: String,
    /// On whose behalf it is investigated.
    pub caller: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The alerts that it is about; at least one.
    pub alerts: Vec<Tracked>,
    /// How far it is.
    pub status: Status,
    /// How often it was asked, answered or not.
    pub asked: u32,
    /// When it was last answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<DateTime<Utc>>,
    /// Mark of the policy that its answer was asked under ([`crate::policy::PolicyVersion::mark`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Which process works on it; that process holds a lock of this name.
    pub owner: String,
    /// What was told in the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// What could not be told there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undelivered: Option<Undelivered>,
}

/// Messages that the channel did not take, after the last try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    /// How many.
    pub messages: u32,
    /// When the last of them was given up.
    pub at: DateTime<Utc>,
    /// Why, in our words.
    pub problem: String,
}

/// How far an investigation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It has no answer yet.
    Waiting,
    /// It has one that is to be asked again, as the newest events may not have been delivered.
    Settling,
    /// It has its answer.
    Answered,
}

/// One alert of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracked {
    /// Digest of the webhook and of what the alert is known by, in hexadecimal.
    pub key: String,
    /// Its name, redacted.
    pub name: String,
    /// When it began, where that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<DateTime<Utc>>,
}

/// What was told in the channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The message that others can be replies to, where the channel names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// Events of the suspects that were told, in their order.
    pub suspects: Vec<String>,
    /// Whether its end was told.
    pub resolution: bool,
}

impl Tracked {
    /// Begins to track an alert of a webhook.
    pub(super) fn of(webhook: &str, alert: &AlertIdentity) -> Self {
        let digest = Sha256::new().chain_update(webhook).chain_update([0]).chain_update(&alert.key).finalize();
        let key = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { key, name: redact::text(&alert.name, MAX_NAME), started_at: alert.started, resolved_at: None }
    }

    /// Tells whether `other`, which fires, is this alert and not a later one under the same key.
    fn is_same(&self, other: &Self) -> bool {
        let same_start = self.started_at.is_some() && self.started_at == other.started_at;
        self.key == other.key && (same_start || self.resolved_at.is_none() && self.goes_on(other))
    }

    /// Tells whether `other` began no later than this, or does not tell when; a later start is a new alert.
    fn goes_on(&self, other: &Self) -> bool {
        match (self.started_at, other.started_at) {
            (Some(own), Some(others)) => others <= own,
            _ => true,
        }
    }
}

impl Record {
    /// Tells whether it is about an alert that fires.
    pub(super) fn is_about(&self, alert: &Tracked) -> bool {
        self.alerts.iter().any(|own| own.is_same(alert))
    }

    /// Takes that an alert is over; false where that is none of its own, or known.
    pub(super) fn resolve(&mut self, key: &str, at: DateTime<Utc>) -> bool {
        let open = self.alerts.iter_mut().filter(|alert| alert.key == key && alert.resolved_at.is_none());
        open.map(|alert| alert.resolved_at = Some(at)).count() > 0
    }

    /// Returns when its last alert was over; nothing while one fires.
    pub fn resolved_at(&self) -> Option<DateTime<Utc>> {
        self.alerts.iter().map(|alert| alert.resolved_at).collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// Returns when the first of its alerts began, as far as that is told.
    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        self.alerts.iter().filter_map(|alert| alert.started_at).min()
    }

    /// Names its alerts: the first, and how many more there are.
    pub fn title(&self) -> String {
        let name = self.alerts.iter().map(|alert| alert.name.as_str()).find(|name| !name.is_empty()).unwrap_or("an alert without a name");
        match self.alerts.len() {
            0 | 1 => name.to_owned(),
            several => format!("{name} and {} more", several - 1),
        }
    }

    /// Takes that a message was given up.
    pub(super) fn give_up(&mut self, problem: &impl ToString, at: DateTime<Utc>) {
        let messages = self.undelivered.as_ref().map_or(0, |before| before.messages).saturating_add(1);
        self.undelivered = Some(Undelivered { messages, at, problem: problem.to_string() });
    }

    /// Tells whether there is nothing left to do for it: it was answered, and told where it is to be and is still of interest.
    pub(super) fn is_done(&self, tells: bool, now: DateTime<Utc>) -> bool {
        let told = match &self.told {
            Some(told) => told.resolution || self.resolved_at().is_none(),
            None => now - self.received_at > STALE,
        };
        self.status == Status::Answered && (told || !tells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn alert(key: &str, started: Option<i64>) -> Tracked {
        let started = started.map(at);
        Tracked::of("prod", &AlertIdentity { key: key.into(), name: "Down".into(), started, over: false, ended: None })
    }

    fn record(alerts: Vec<Tracked>) -> Record {
        Record {
            id: "x".into(),
            webhook: "prod".into(),
            caller: "bot".into(),
            received_at: at(0),
            alerts,
            status: Status::Waiting,
            asked: 0,
            answered_at: None,
            policy: None,
            owner: String::new(),
            told: None,
            undelivered: None,
        }
    }

    #[test]
    fn an_alert_is_the_same_until_it_is_over_or_begins_anew() {
        let mut record = record(vec![alert("a", Some(100))]);
        assert!(record.is_about(&alert("a", Some(100))) && record.is_about(&alert("a", None)));
        assert!(!record.is_about(&alert("b", Some(100))) && !record.is_about(&alert("a", Some(200))));
        assert!(record.resolve(&alert("a", None).key, at(150)));
        assert!(!record.resolve(&alert("a", None).key, at(160)), "it is known");
        assert!(record.is_about(&alert("a", Some(100))), "told late");
        assert!(!record.is_about(&alert("a", None)));
        assert_eq!(record.resolved_at(), Some(at(150)));
    }

    #[test]
    fn a_record_is_over_when_all_its_alerts_are() {
        let mut record = record(vec![alert("a", None), alert("b", None)]);
        record.resolve(&alert("a", None).key, at(1));
        assert_eq!(record.resolved_at(), None);
        record.resolve(&alert("b", None).key, at(2));
        assert_eq!(record.resolved_at(), Some(at(2)));
        assert_eq!(record.title(), "Down and 1 more");
    }

    #[test]
    fn the_same_key_by_another_webhook_is_another_alert() {
        let identity = AlertIdentity { key: "a".into(), name: "Down".into(), started: None, over: false, ended: None };
        assert_ne!(Tracked::of("prod", &identity).key, Tracked::of("test", &identity).key);
    }
}
